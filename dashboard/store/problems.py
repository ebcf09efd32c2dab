"""The problem regions that events lie in (rule R11): every kind that covers half or more, as the build says it of sites."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import landmarks

Places = NDArray[np.int64]

BETWEEN: Final = ", "
"""Parts the kinds of one event."""


def problem_kinds_of(database: Generation, chrom: str, events: pl.DataFrame) -> pl.Series:
    """Of each event (`start`, `end`, 0-based, half-open) the kinds of problem region of which each covers half or more of it,
    in alphabetical order and joined by commas; null where there is none."""
    start, end = (events[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    told = np.full(len(start), "", object)
    for kind, (first, last) in _kinds(database, chrom).items():
        covered = _bases_before(first, last, end) - _bases_before(first, last, start)
        here = 2 * covered >= end - start
        told[here] = [f"{words}{BETWEEN if words else ''}{kind}" for words in told[here]]
    return pl.Series("problem", [words or None for words in told], pl.String)


@remembered
def _kinds(database: Generation, chrom: str) -> Mapping[str, tuple[Places, Places]]:
    """By kind, in alphabetical order, the starts and ends of its regions on the chromosome, overlapping ones made one."""
    found: dict[str, list[list[int]]] = {}
    for kind, start, end in landmarks(database).problems.on(chrom).select("kind", "start", "end").sort("start").rows():
        regions = found.setdefault(kind, [])
        if regions and start <= regions[-1][1]:
            regions[-1][1] = max(regions[-1][1], end)
        else:
            regions.append([start, end])
    columns = {kind: np.array(found[kind], np.int64).T for kind in sorted(found)}
    return {kind: (both[0], both[1]) for kind, both in columns.items()}


def _bases_before(start: Places, end: Places, positions: Places) -> Places:
    """Bases of disjoint regions, sorted by start, before each position."""
    length = end - start
    before = np.concatenate([[0], np.cumsum(length)])
    at = np.searchsorted(start, positions, side="right")
    inside = np.minimum(positions - start[at - 1], length[at - 1])
    bases: Places = np.where(at == 0, 0, before[np.maximum(at - 1, 0)] + inside)
    return bases
