"""How many people have something at each base, along a window: a step function, drawn as it is or in bins (rule R8).

Pieces that are disjoint within a person are added up at their ends, all groups at once, so a base counts people and
not calls. Where there are more steps than a drawing has room for, they go into bins of one size, and each bin keeps
its mean and its maximum: a bin full of small, different events must not read as common, nor a narrow one vanish.
"""

from dataclasses import dataclass

import numpy as np

from data_prep.domain.arrays import Flags, Numbers, Shares, distinct
from data_prep.domain.steps import is_covered


@dataclass(frozen=True, slots=True)
class SeriesIntervals:
    """Intervals of people: one has `[start, end)`, 0-based, in the series of that number, from 0. Equal lengths."""

    start: Numbers
    end: Numbers
    series: Numbers


@dataclass(frozen=True, slots=True)
class Changes:
    """Where a series changes: from `position` on, 0-based, it has `people` more. Columns of one length, in any order."""

    position: Numbers
    series: Numbers
    people: Numbers


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps or bins of a window, in order and without a hole.

    `most` and `mean` have a row a step and a column a series: most people at one base, and people at the mean base.
    Bases that do not count are left out of both; `callable` says how many of the step's count.
    """

    start: Numbers
    end: Numbers
    most: Numbers
    mean: Shares
    callable: Numbers
    bin: int | None
    """Bases of a bin; None where each row is a step of the function itself, and its mean is its maximum."""


def sweep(
    pieces: SeriesIntervals,
    series: int,
    window: tuple[int, int],
    left_out: list[tuple[int, int]],
    room: int,
    sums: Flags | None = None,
) -> Steps:
    """As `add_up`, of intervals: those of a series count wherever they lie in the window."""
    first, last = window
    start, end = np.clip(pieces.start, first, last), np.clip(pieces.end, first, last)
    one = np.ones(len(start), np.int64)
    changes = Changes(
        np.concatenate([start, end]), np.concatenate([pieces.series, pieces.series]), np.concatenate([one, -one])
    )
    return add_up(changes, series, window, left_out, room, sums)


def add_up(
    changes: Changes,
    series: int,
    window: tuple[int, int],
    left_out: list[tuple[int, int]],
    room: int,
    sums: Flags | None = None,
) -> Steps:
    """The steps of `series` series over `window`, 0-based and half-open; in at most `room` bins where they are more.

    `changes`: at positions in the window, its end included; a series has nobody before. `left_out`: intervals whose bases do
    not count, in any order; they may overlap. `sums`: (series, columns), true where a column of the answer adds up that series;
    without it each column is a series. The steps are those of the function: two neighbours differ.
    """
    first, last = window
    holes = np.clip(np.array(left_out, dtype=np.int64).reshape(-1, 2), first, last)
    border = distinct(np.concatenate([changes.position, holes.ravel(), [first, last]]))
    counts = ~is_covered(border, holes[:, 0], holes[:, 1])
    cell = changes.series * len(border) + np.searchsorted(border, changes.position)
    # a row a series, along which it is added up; whole numbers far below 2**53, so that adding them as floats is exact
    change = np.bincount(cell, changes.people, len(border) * series).reshape(series, len(border))
    height = np.cumsum(change[:, :-1], axis=1)
    if sums is not None:
        height = np.array([height[part].sum(axis=0) for part in sums.T])
    height *= counts
    opens = np.flatnonzero(
        np.insert((height[:, 1:] != height[:, :-1]).any(axis=0) | (counts[1:] != counts[:-1]), 0, True)
    )
    start = border[opens]
    if len(start) <= room:
        height, counts = height[:, opens].T, counts[opens]
        end = np.append(start[1:], last)
        return Steps(start, end, height.astype(np.int64), height.astype(np.float64), (end - start) * counts, None)
    size = -(-(last - first) // room)
    bins = np.arange(first, last, size)
    cut = distinct(np.concatenate([start, bins]))
    step = opens[np.searchsorted(start, cut, side="right") - 1]
    height, width = height[:, step], np.diff(cut, append=last) * counts[step]
    opens = np.searchsorted(cut, bins)
    callable_ = np.add.reduceat(width, opens)
    bases = np.add.reduceat(height * width, opens, axis=1).T
    return Steps(
        start=bins,
        end=np.append(bins[1:], last),
        most=np.maximum.reduceat(height, opens, axis=1).T.astype(np.int64),
        mean=bases / np.maximum(callable_, 1)[:, None],
        callable=callable_,
        bin=size,
    )
