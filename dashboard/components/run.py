"""What one page run shares: the database it leases, what the address asks for, and the colours.

The entry script sets it, parses the address once and holds one generation for the whole run; views only read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from dashboard.colours import Palette
from dashboard.question.filters import Filters, Problem
from dashboard.store.database import Generation


@dataclass(frozen=True, slots=True)
class Run:
    """One page run."""

    database: Generation
    values: dict[str, str]
    """Names and values of the address as given."""
    filters: Filters
    problems: list[Problem]
    """What of the address could not be used."""
    palette: Palette
    url: str
    """Address of the page that is open, without its query."""


_current: ContextVar[Run] = ContextVar("run")


def current() -> Run:
    """The run that the calling view belongs to."""
    return _current.get()


@contextmanager
def running(run: Run) -> Iterator[Run]:
    """Makes `run` the current one until the context ends."""
    token = _current.set(run)
    try:
        yield run
    finally:
        _current.reset(token)
