"""An address's query string as names and values, and the names in it that a page or download does not use."""

from collections.abc import Iterable, Mapping

from dashboard.question import filters, view
from dashboard.question.locus import cut
from dashboard.question.problem import Problem


def values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names with their values, a repeated name comma-joined, empty ones left out."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        text = value.strip()
        if text:
            joined[name] = f"{joined[name]},{text}" if name in joined else text
    return joined


def unused(values: Mapping[str, str], parameters: Iterable[str]) -> list[Problem]:
    """A problem for each name beside those of filters and view and these `parameters`: a slip of the pen must not go unseen."""
    known = {*parameters, *filters.NAMES, *view.NAMES}
    return [
        Problem(name, cut(value, 60), f"“{cut(name, 40)}” is not used here.")
        for name, value in values.items()
        if name not in known
    ]
