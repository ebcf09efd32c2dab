"""The problem regions that events lie in (rule R11): every kind that covers half or more, as the build says it of sites."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import landmarks
from data_prep.domain.sight import is_paralogous

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


def in_copies(database: Generation, chrom: str, rows: pl.DataFrame) -> pl.Series:
    """Whether half or more of each interval (`start`, `end`) lies in places of copies so alike that short reads cannot be placed
    between them, all kinds of these taken together (R5)."""
    start, end = (rows[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    first, last = _copies(database, chrom)
    if not len(first):
        return pl.Series("copies", np.zeros(len(start), np.bool_))
    covered = _bases_before(first, last, end) - _bases_before(first, last, start)
    return pl.Series("copies", 2 * covered >= end - start)


@remembered
def _copies(database: Generation, chrom: str) -> tuple[Places, Places]:
    """Starts and ends of the places of copies on the chromosome, overlapping ones made one."""
    there = landmarks(database).problems.on(chrom)
    kinds = [kind for kind in there["kind"].unique().to_list() if is_paralogous(kind)]
    rows = there.filter(there["kind"].is_in(kinds)).select("start", "end").sort("start", "end").rows()
    merged: list[list[int]] = []
    for start, end in rows:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    both = np.array(merged, np.int64).reshape(-1, 2).T
    return both[0], both[1]


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
