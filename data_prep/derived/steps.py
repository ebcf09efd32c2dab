"""People per base as a step function, and what of it no share is told of: what a curve along the genome is drawn from (rule R8).

A step is kept for each kind of segment and person that a question may choose among, so the curve of a filter level, cohort
or group is a sum of rows, exact at every base. Sums begin at whole megabases, so that nobody has to begin at the telomere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from data_prep.derived.bins import Segments
from data_prep.derived.panel import People
from data_prep.derived.site_tables import Regions
from data_prep.derived.sites import Events
from data_prep.domain.arrays import Numbers, distinct
from data_prep.domain.copy_number import DIRECTIONS
from data_prep.domain.intervals import covers_half, union
from data_prep.domain.levels import Level
from data_prep.domain.sight import is_paralogous
from data_prep.domain.steps import MARK

LEVELS: Final = tuple(Level)
"""Each holds the one before it."""


def count_steps(segments: Segments, people: People, chrom: str, window: tuple[int, int]) -> pl.DataFrame:
    """The table `curve_steps` of a chromosome, of positions in `window`, 0-based half-open, which begins at a whole `MARK`.

    `segments`: of every level, all that overlap the window or end at its beginning.
    """
    first, last = window
    chosen = people.has_place(chrom)[segments.sample]
    sample, start, end = segments.sample[chosen], segments.start[chosen], segments.end[chosen]
    groups = len(people.superpopulations)
    kind = segments.direction[chosen] * len(LEVELS) + segments.level[chosen]
    kind = ((kind * 2 + people.unrelated[sample]) * 2 + people.outliers(chrom)[sample]) * groups
    kind += people.superpopulation[sample]
    kinds = len(DIRECTIONS) * len(LEVELS) * 4 * groups
    begun, begins = _counted((start * kinds + kind)[start >= first])
    ended, ends = _counted((end * kinds + kind)[(end >= first) & (end < last)])
    # marks behind the first base of a segment and not behind its end
    marks = np.minimum(end, last - 1) // MARK - np.maximum(start, first - 1) // MARK
    over = np.flatnonzero(marks > 0)
    mark = np.arange(marks[over].sum()) - np.repeat(np.cumsum(marks[over]) - marks[over], marks[over])
    position = (np.repeat(np.maximum(start[over], first - 1) // MARK, marks[over]) + 1 + mark) * MARK
    standing, stand = _counted(position * kinds + np.repeat(kind[over], marks[over]))
    keys = distinct(np.concatenate([begun, ended, standing]))
    change, before = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    change[np.searchsorted(keys, begun)] += begins
    change[np.searchsorted(keys, ended)] -= ends
    before[np.searchsorted(keys, standing)] = stand
    told = (change != 0) | (before != 0)
    position, kind = np.divmod(keys[told], kinds)
    kind, group = np.divmod(kind, groups)
    return pl.DataFrame(
        {
            "chrom": pl.Series([chrom], dtype=pl.String).new_from_index(0, len(position)),
            "position": position.astype(np.int32),
            **_kind_columns(kind),
            "superpopulation": _named(people.superpopulations, group),
            "change": change[told].astype(np.int32),
            "before": before[told].astype(np.int32),
        }
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Disjoint stretches by kind of event and person: columns of one length, sorted by kind and start."""

    kind: Numbers
    start: Numbers
    end: Numbers
    """0-based, half-open."""


def reach_of_copies(events: Events, people: People, chrom: str, regions: Regions) -> Reach:
    """What those events reach of which half or more lies in places of copies so alike that short reads cannot be placed between
    them, all kinds of these taken together (R5)."""
    of_copies = np.isin(regions.kind, [place for place, name in enumerate(regions.kinds) if is_paralogous(name)])
    copies = union(regions.start[of_copies], regions.end[of_copies])
    if not of_copies.any():
        none = np.empty(0, np.int64)
        return Reach(none, none, none)
    lies_there = np.flatnonzero(covers_half(copies.start, copies.end, events.start, events.end))
    chosen = lies_there[people.has_place(chrom)[events.sample[lies_there]]]
    sample = events.sample[chosen]
    kind = events.direction[chosen] * len(LEVELS) + events.level[chosen]
    kind = (kind * 2 + people.unrelated[sample]) * 2 + people.outliers(chrom)[sample]
    return _joined(events.start[chosen], events.end[chosen], kind)


def join_reaches(parts: Sequence[Reach]) -> Reach:
    """That of several parts of one chromosome's events."""
    return _joined(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("start", "end", "kind")))


def _joined(start: Numbers, end: Numbers, kind: Numbers) -> Reach:
    found = union(start, end, kind)
    return Reach(found.lane, found.start, found.end)


def reach_rows(reach: Reach, chrom: str) -> pl.DataFrame:
    """The table `curve_copies` of a chromosome."""
    order = np.lexsort((reach.kind, reach.end, reach.start))
    return pl.DataFrame(
        {
            "chrom": pl.Series([chrom], dtype=pl.String).new_from_index(0, len(order)),
            "start": reach.start[order].astype(np.int32),
            "end": reach.end[order].astype(np.int32),
            **_kind_columns(reach.kind[order]),
        }
    )


def _kind_columns(kind: Numbers) -> dict[str, pl.Series]:
    level = kind // 4
    return {
        "direction": _named([name.value for name in DIRECTIONS], level // len(LEVELS)),
        "level": _named([name.value for name in LEVELS], level % len(LEVELS)),
        "unrelated": pl.Series(kind // 2 % 2 == 1),
        "outlier": pl.Series(kind % 2 == 1),
    }


def _counted(keys: Numbers) -> tuple[Numbers, Numbers]:
    """The keys, each once and in order, and how often each is there."""
    ordered = np.sort(keys)
    opens = np.flatnonzero(np.insert(ordered[1:] != ordered[:-1], 0, True)[: len(ordered)])
    return ordered[opens], np.diff(opens, append=len(ordered))


def _named(names: Sequence[str], places: Numbers) -> pl.Series:
    """The names at places of a list."""
    return pl.Series(names, dtype=pl.String).gather(pl.Series(places))
