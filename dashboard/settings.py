"""Where the database is, and the one store of the process; who runs the server, and how much it tells.

The environment variable CNV_DATABASE names the pointer; without it, it is `cnv.duckdb` in the folder where
the dashboard is started.
CNV_OPEN_ROUTES names inner routes of Streamlit that are closed without it; CNV_HOST_NAMES the names that the server is
reached by, where no other is to be answered; CNV_PATH the path below which it stands, CNV_TRUSTED_PROXIES the addresses
and networks of proxies whose word on that counts; CNV_SEND_TIMEOUT and CNV_REQUEST_TIME are
seconds that a client may take for a piece of a file and for its request.
CNV_OPERATOR names the operator's file; CNV_BEACON_GRANULARITY is `boolean`, `count` or `record` and narrows what that allows,
for pages and downloads too. A word that is none of them counts as the least.
"""

import ipaddress
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dashboard.operating.disclosure import Disclosure, Granularity
from dashboard.operating.operator import Operator
from dashboard.operating.read import read_operator
from dashboard.store.published import Store

PACKAGE: Final = Path(__file__).resolve().parent
ASSETS: Final = PACKAGE / "assets"
GRANULARITY: Final = "CNV_BEACON_GRANULARITY"
PATH: Final = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+){1,8}")
"""A path below which the server may stand: no dots alone, and no empty part, which a browser would take for another host."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_path_of_request: ContextVar[str | None] = ContextVar("path_of_request", default=None)
_log = logging.getLogger(__name__)


def database_path() -> Path:
    """The pointer to the published database."""
    named = os.environ.get("CNV_DATABASE")
    return Path(named or "cnv.duckdb").absolute()


def streamlit_folder() -> Path:
    """The folder whose `.streamlit/config.toml` holds Streamlit's settings: of a clone its root, else this package."""
    packaged = PACKAGE / ".streamlit" / "config.toml"
    return PACKAGE if packaged.exists() else PACKAGE.parent


def open_routes() -> tuple[str, ...]:
    """Inner routes of Streamlit that may be asked for from outside, such as `/_stcore/metrics`."""
    return tuple(os.environ.get("CNV_OPEN_ROUTES", "").split())


def host_names() -> frozenset[str]:
    """The names that the server is reached by, in lower case; empty where any is answered."""
    return frozenset(os.environ.get("CNV_HOST_NAMES", "").lower().split())


def own_path() -> str:
    """The path below which the server stands, of CNV_PATH or else of the public address: `/cnv`; empty at the root."""
    return os.environ.get("CNV_PATH", "") or operator().public_path


def is_path_given() -> bool:
    """Whether CNV_PATH says the path: then nothing outside it is answered, unless a trusted proxy took it off."""
    return bool(os.environ.get("CNV_PATH"))


def trusted_proxies() -> tuple[Network, ...]:
    """The networks whose proxies may say below which path they serve us."""
    named = os.environ.get("CNV_TRUSTED_PROXIES", "").split()
    return tuple(ipaddress.ip_network(name, strict=False) for name in named)


def public_path() -> str:
    """The path that every address of ours begins with for whoever asks now: `/cnv`; empty at the root."""
    path = _path_of_request.get()
    return own_path() if path is None else path


def set_public_path(path: str | None) -> None:
    """Makes a path that of this context, such as the thread of a page run; None is the server's own, looked up now and not
    anew for each of a page's hundred links."""
    _path_of_request.set(own_path() if path is None else path)


@contextmanager
def below(path: str) -> Iterator[None]:
    """Makes a path that of the request that is answered until the context ends."""
    before = _path_of_request.set(path)
    try:
        yield
    finally:
        _path_of_request.reset(before)


def public_host() -> frozenset[str]:
    """The name in the public address, in lower case; empty without one."""
    name = urlsplit(operator().public_address).hostname
    return frozenset([name] if name else [])


def seconds(name: str, default: float) -> float:
    """A time limit that the environment may set; the default for what is no number above 0."""
    try:
        given = float(os.environ.get(name, default))
    except ValueError:
        return default
    return given if 0 < given < float("inf") else default


def operator() -> Operator:
    """Who runs this server, and the most that it tells; `OperatorFileError` where the file that says so cannot be used."""
    named = os.environ.get("CNV_OPERATOR", "")
    word = os.environ.get(GRANULARITY, "").strip().lower()
    return _operator(Path(named).absolute() if named else None, word)


def disclosure() -> Disclosure:
    """The most that this server tells."""
    return operator().disclosure


@lru_cache(maxsize=32)
def _operator(path: Path | None, word: str) -> Operator:
    """Read once: a file that changes under a server would change what it tells."""
    described = read_operator(path) if path else Operator()
    if not word:
        return described
    if word not in set(Granularity):
        _log.warning(
            "%s is %r, which is none of %s: this server tells no more than booleans",
            GRANULARITY, word[:60], ", ".join(Granularity),
        )  # fmt: skip
    return replace(described, disclosure=described.disclosure.narrowed(word))


def store() -> Store:
    """The store of this process; another one where the environment names another database."""
    return _store(database_path())


@lru_cache(maxsize=8)
def _store(path: Path) -> Store:
    return Store(path)
