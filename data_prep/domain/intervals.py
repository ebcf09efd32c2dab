"""Intervals on a chromosome, one by one and as columns: 0-based, half-open `[start, end)` (rule R1).

Columns of many chromosomes, people or kinds have a `lane`: intervals of different lanes never meet. Lanes are laid out
on one axis of positions, so that every lane is worked on at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from data_prep.domain.arrays import Flags, Numbers

_LANE: Final = 1 << 29
"""Bases by which lanes lie apart on one axis: twice as many as any chromosome has."""
_NOWHERE: Final = -_LANE
"""The end reached before the first interval: below every position, with any gap."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """`[start, end)` on one chromosome, 0-based; `end` is greater than `start`."""

    chrom: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"an interval needs 0 <= start < end, not {self.start:,} and {self.end:,}")

    @property
    def length(self) -> int:
        return self.end - self.start

    def overlap(self, other: "Interval") -> int:
        """Bases that both hold."""
        if self.chrom != other.chrom:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def reciprocal_overlap(self, other: "Interval") -> float:
        """The shared bases as a share of the longer of the two, 0 to 1."""
        return self.overlap(other) / max(self.length, other.length)

    def __str__(self) -> str:
        """As a genome browser shows it: 1-based, inclusive."""
        return f"{self.chrom}:{self.start + 1:,}-{self.end:,}"


class Union(NamedTuple):
    """Disjoint intervals, no two of which touch, sorted by lane and start."""

    start: Numbers
    end: Numbers
    lane: Numbers


def on_axis(position: Numbers, lane: Numbers) -> Numbers:
    """Positions of lanes, from 0 to 2**33, as positions on the one axis."""
    return lane * _LANE + position


def reached_before(end: Numbers, lane: Numbers | None = None) -> Numbers:
    """The greatest end among the intervals of a lane that stand before each; below every position for the first of a lane.

    The intervals are sorted by lane and start.
    """
    if not len(end):
        return end
    axis = np.zeros(1, np.int64) if lane is None else lane * _LANE
    reached = np.maximum.accumulate(end + axis)
    before = np.empty_like(reached)
    before[0], before[1:] = _NOWHERE, reached[:-1]
    return before - axis


def runs(start: Numbers, end: Numbers, lane: Numbers | None = None, gap: int = 0) -> Numbers:
    """The number, from 0, of the run that each interval belongs to: intervals that overlap, abut or lie no more than `gap`
    bases apart are one. The intervals are sorted by lane and start."""
    numbers: Numbers = np.cumsum(start > reached_before(end, lane) + gap) - 1
    return numbers


def union(start: Numbers, end: Numbers, lane: Numbers | None = None) -> Union:
    """The disjoint intervals that hold the same bases, of each lane by itself; those that abut are made one.

    Columns of one length, in any order; `lane`: whole numbers from 0 to 2**33.
    """
    lane = np.zeros(len(start), np.int64) if lane is None else lane
    if not len(start):
        return Union(start, end, lane)
    first = on_axis(start, lane)
    if (first[1:] < first[:-1]).any():
        order = np.argsort(first, kind="stable")
        start, end, lane, first = start[order], end[order], lane[order], first[order]
    reached = np.maximum.accumulate(on_axis(end, lane))
    opens = np.flatnonzero(np.concatenate([[True], first[1:] > reached[:-1]]))
    return Union(start[opens], np.maximum.reduceat(end, opens), lane[opens])


def union_of_pairs(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same of a few intervals of one lane, given and returned as pairs of start and end."""
    given = list(pairs)
    if len(given) < 2:
        return given
    start, end, _ = union(*np.array(given, np.int64).T)
    return list(zip(start.tolist(), end.tolist(), strict=True))


def complement(start: Numbers, end: Numbers, first: int, last: int) -> tuple[Numbers, Numbers]:
    """Starts and ends of the stretches of `[first, last)` that none of the intervals, in any order, holds."""
    start, end, _ = union(np.clip(start, first, last), np.clip(end, first, last))
    begin, stop = np.concatenate([[first], end]), np.concatenate([start, [last]])
    free = stop > begin
    return begin[free].astype(np.int64), stop[free].astype(np.int64)


def bases_before(start: Numbers, end: Numbers, position: Numbers, before: Numbers | None = None) -> Numbers:
    """How many bases of the intervals, disjoint and sorted by start, lie before each position.

    The bases of an interval `[a, b)` that they hold are those before `b` less those before `a`. `before`:
    the bases before each of the intervals, by whoever asks again and again.
    """
    if not len(start):
        return np.zeros(len(position), np.int64)
    if before is None:
        before = np.cumsum(end - start) - (end - start)
    place = np.searchsorted(start, position, side="right") - 1
    inside = np.minimum(position, end[place]) - start[place]
    return np.where(place < 0, 0, before[place] + inside)


def covers_half(start: Numbers, end: Numbers, first: Numbers, last: Numbers) -> Flags:
    """Whether half or more of each interval `[first, last)` lies in the intervals, disjoint and sorted by start, together."""
    covered = bases_before(start, end, last) - bases_before(start, end, first)
    half: Flags = 2 * covered >= last - first
    return half
