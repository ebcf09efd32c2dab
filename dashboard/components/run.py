"""What one page run shares: the database it leases, what the address asks for, and the colours.

The entry script sets it, parses the address once and holds one generation for the whole run; views only read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from dashboard.colours import Palette
from dashboard.door.resolve import Request
from dashboard.question.filters import Filters
from dashboard.question.view import View
from dashboard.store.database import Generation


@dataclass(frozen=True, slots=True)
class Run:
    """One page run."""

    request: Request
    """What the address says."""
    palette: Palette
    url: str
    """Address of the server from outside, with the path that it is served at and no slash at its end."""

    @property
    def database(self) -> Generation:
        """The callset that is looked at."""
        return self.request.database

    @property
    def values(self) -> Mapping[str, str]:
        """Names and values of the address as given."""
        return self.request.values

    @property
    def filters(self) -> Filters:
        """What is counted."""
        return self.request.filters

    @property
    def view(self) -> View:
        """How it is shown."""
        return self.request.view


_current: ContextVar[Run] = ContextVar("run")


def current() -> Run:
    """The run that the calling view belongs to; LookupError on a page that is shown without a database."""
    return _current.get()


@contextmanager
def as_current(run: Run) -> Iterator[Run]:
    """Makes `run` the current one until the context ends."""
    token = _current.set(run)
    try:
        yield run
    finally:
        _current.reset(token)
