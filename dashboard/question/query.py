"""An address's query string as names and values, and the names that a page or download has no use for."""

from collections.abc import Iterable, Mapping

from dashboard.question import filters
from dashboard.question.filters import Problem
from dashboard.question.locus import cut


def values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names with their values, a repeated name comma-joined, empty ones left out."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        text = value.strip()
        if text:
            joined[name] = f"{joined[name]},{text}" if name in joined else text
    return joined


def unused(given: Mapping[str, str], *used: str) -> list[Problem]:
    """A sentence for each name beside the filters and those `used` here: a slip of the pen must not go unseen."""
    known = (*used, *filters.NAMES)
    return [Problem(name, f"“{cut(name, 40)}” is not used here.") for name in given if name not in known]
