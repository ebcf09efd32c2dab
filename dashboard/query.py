"""An address's query string as names and values, and the names that a page or download has no use for."""

from collections.abc import Iterable, Mapping
from typing import Final

from dashboard import filters
from dashboard.filters import Problem

GENE: Final = "gene"

ELSEWHERE: Final = ("region", "sample", "site", "callset", "versus")
"""Names of rule R13 that other pages use."""


def values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names with their values, a repeated name comma-joined, empty ones left out."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        text = value.strip()
        if text:
            joined[name] = f"{joined[name]},{text}" if name in joined else text
    return joined


def unused(given: Mapping[str, str]) -> list[Problem]:
    """A sentence for each name that a gene's page or download does not use: a slip of the pen must not go unseen."""
    known = (GENE, *filters.NAMES)
    return [
        Problem(name, f"“{name if len(name) <= 40 else name[:40] + '…'}” is not used here.")
        for name in given
        if name not in known
    ]
