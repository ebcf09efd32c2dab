"""Where the database is, and the one store of the process.

The environment variable CNV_DATABASE names the pointer; without it, it is `cnv.duckdb` in the folder where
the dashboard is started.
CNV_OPEN_ROUTES names inner routes of Streamlit that are closed without it; CNV_HOST_NAMES the names that the server is
reached by, where no other is to be answered; CNV_SEND_TIMEOUT and CNV_REQUEST_TIME are
seconds that a client may take for a piece of a file and for its request.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

from dashboard.store.published import Store

PACKAGE: Final = Path(__file__).resolve().parent
ASSETS: Final = PACKAGE / "assets"


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


def seconds(name: str, default: float) -> float:
    """A time limit that the environment may set; the default for what is no number above 0."""
    try:
        given = float(os.environ.get(name, default))
    except ValueError:
        return default
    return given if 0 < given < float("inf") else default


def store() -> Store:
    """The store of this process; another one where the environment names another database."""
    return _store(database_path())


@lru_cache(maxsize=8)
def _store(path: Path) -> Store:
    return Store(path)
