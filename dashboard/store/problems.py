"""The problem regions that events lie in (rule R11): every kind that covers half or more, as the build says it of sites."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import landmarks
from data_prep.domain.arrays import Numbers
from data_prep.domain.intervals import covers_half, union
from data_prep.domain.sight import is_paralogous

BETWEEN: Final = ", "
"""Parts the kinds of one event."""


def problem_kinds_of(database: Generation, chrom: str, events: pl.DataFrame) -> pl.Series:
    """Of each event (`start`, `end`, 0-based, half-open) the kinds of problem region of which each covers half or more of it,
    in alphabetical order and joined by commas; null where there is none."""
    start, end = (events[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    kinds = np.full(len(start), "", object)
    for kind, places in _kinds(database, chrom).items():
        inside = covers_half(*places, start, end)
        kinds[inside] = [f"{words}{BETWEEN if words else ''}{kind}" for words in kinds[inside]]
    return pl.Series("problem", [words or None for words in kinds], pl.String)


def in_copies(database: Generation, chrom: str, rows: pl.DataFrame) -> pl.Series:
    """Whether half or more of each interval (`start`, `end`) lies in places of copies so alike that short reads cannot be placed
    between them, all kinds of these taken together (R5)."""
    start, end = (rows[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    return pl.Series("copies", covers_half(*_copies(database, chrom), start, end))


@remembered
def _copies(database: Generation, chrom: str) -> tuple[Numbers, Numbers]:
    """Starts and ends of the places of copies on the chromosome, overlapping ones made one."""
    problems = landmarks(database).problems.on(chrom)
    kinds = [kind for kind in problems["kind"].unique().to_list() if is_paralogous(kind)]
    return _merge(problems.filter(problems["kind"].is_in(kinds)))


@remembered
def _kinds(database: Generation, chrom: str) -> Mapping[str, tuple[Numbers, Numbers]]:
    """By kind, in alphabetical order, the starts and ends of its regions on the chromosome, overlapping ones made one."""
    problems = landmarks(database).problems.on(chrom)
    return {
        kind: _merge(problems.filter(problems["kind"] == kind)) for kind in problems["kind"].unique().sort().to_list()
    }


def _merge(regions: pl.DataFrame) -> tuple[Numbers, Numbers]:
    start, end, _ = union(*(regions[name].to_numpy().astype(np.int64) for name in ("start", "end")))
    return start, end
