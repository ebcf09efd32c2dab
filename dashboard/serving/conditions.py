"""Conditions of a request: whether the client has this very answer already (RFC 9110, section 13)."""

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from starlette.requests import Request

from dashboard import settings
from dashboard.store.database import PublishedFile


@lru_cache(maxsize=1)
def program() -> str:
    """A name for this very program: another release may write the same rows otherwise."""
    digest = hashlib.sha256()
    for path in sorted(settings.PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def entity_tag(file: PublishedFile, request: Request) -> str:
    """The tag of what an address answers from one published file.

    Weak: the rows are the same, the bytes tell when they were asked for, and may be compressed on the way.
    """
    answer = (request.url.path, request.url.query, repr(settings.disclosure()))
    parts = (program(), file.name, file.generation, file.published_at, *answer)
    return f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def is_known(request: Request, tag: str, modified: float | None = None) -> bool:
    """Whether the client has the version of this tag, or one not older than `modified` (seconds since 1970)."""
    if (named := request.headers.get("if-none-match")) is not None:
        tags = {part.strip().removeprefix("W/") for part in named.split(",")}
        return "*" in tags or tag.removeprefix("W/") in tags
    since = _date(request.headers.get("if-modified-since"))
    return modified is not None and since is not None and int(modified) <= since


def _date(text: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def http_date(seconds: float) -> str:
    """A moment as a header names it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
