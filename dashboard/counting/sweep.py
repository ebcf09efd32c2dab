"""How many people have something at each base, along a window: a step function, drawn as it is or in bins (rule R8).

Pieces that are disjoint within a person are added up at their ends, all groups at once, so a base counts people and
not calls. Where there are more steps than a drawing has room for, they go into bins of one size, and each bin keeps
its mean and its maximum: a bin full of small, different events must not read as common, nor a narrow one vanish.
"""

from dataclasses import dataclass

import numpy as np

from data_prep.domain.arrays import Numbers, Shares, distinct
from data_prep.domain.steps import depths, is_covered


@dataclass(frozen=True, slots=True)
class SeriesIntervals:
    """Intervals of people: one has `[start, end)`, 0-based, in the series of that number, from 0. Equal lengths."""

    start: Numbers
    end: Numbers
    series: Numbers


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
    pieces: SeriesIntervals, series: int, window: tuple[int, int], left_out: list[tuple[int, int]], room: int
) -> Steps:
    """The steps of `series` series over `window`, 0-based and half-open; in at most `room` bins where they are more.

    `left_out`: intervals whose bases do not count, in any order; they may overlap.
    """
    first, last = window
    start, end = np.clip(pieces.start, first, last), np.clip(pieces.end, first, last)
    holes = np.clip(np.array(left_out, dtype=np.int64).reshape(-1, 2), first, last)
    border = distinct(np.concatenate([start, end, holes.ravel(), [first, last]]))
    size = None if len(border) - 1 <= room else -(-(last - first) // room)
    if size is not None:
        border = distinct(np.concatenate([border, np.arange(first, last, size)]))
    counts = ~is_covered(border, holes[:, 0], holes[:, 1])
    width = np.diff(border) * counts
    height = depths(border, start, end, pieces.series, series) * counts[:, None]
    opens = np.arange(len(border) - 1) if size is None else np.searchsorted(border, np.arange(first, last, size))
    callable_ = np.add.reduceat(width, opens)
    bases = np.add.reduceat(height * width[:, None], opens)
    return Steps(
        start=border[opens],
        end=np.append(border[opens[1:]], last),
        most=np.maximum.reduceat(height, opens),
        mean=bases / np.maximum(callable_, 1)[:, None],
        callable=callable_,
        bin=size,
    )
