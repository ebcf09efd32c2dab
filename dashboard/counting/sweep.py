"""How many people have something at each base, along a window: a step function, drawn as it is or in bins (rule R8).

Pieces that are disjoint within a person are added up at their ends, all groups at once, so a base counts people and
not calls. Where there are more steps than a drawing has room for, they go into bins of one size, and each bin keeps
its mean and its maximum: a bin full of small, different events must not read as common, nor a narrow one vanish.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pieces:
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


def sweep(pieces: Pieces, series: int, window: tuple[int, int], left_out: list[tuple[int, int]], room: int) -> Steps:
    """The steps of `series` series over `window`, 0-based and half-open; in at most `room` bins where they are more.

    `left_out`: intervals whose bases do not count, in any order; they may overlap.
    """
    first, last = window
    start, end = np.clip(pieces.start, first, last), np.clip(pieces.end, first, last)
    holes = np.clip(np.array(left_out, dtype=np.int64).reshape(-1, 2), first, last)
    at = _distinct(np.concatenate([start, end, holes.ravel(), [first, last]]))
    size = None if len(at) - 1 <= room else -(-(last - first) // room)
    if size is not None:
        at = _distinct(np.concatenate([at, np.arange(first, last, size)]))
    height = _sums(at, start, end, pieces.series, series)
    counts = _sums(at, holes[:, 0], holes[:, 1], np.zeros(len(holes), np.int64), 1)[:, 0] == 0
    width = np.diff(at) * counts
    height = height * counts[:, None]
    opens = np.arange(len(at) - 1) if size is None else np.searchsorted(at, np.arange(first, last, size))
    callable_ = np.add.reduceat(width, opens)
    bases = np.add.reduceat(height * width[:, None], opens)
    return Steps(
        start=at[opens],
        end=np.append(at[opens[1:]], last),
        most=np.maximum.reduceat(height, opens),
        mean=bases / np.maximum(callable_, 1)[:, None],
        callable=callable_,
        bin=size,
    )


def _distinct(values: Numbers) -> Numbers:
    """The values, each once, in order: by sorting, which NumPy does faster than its own `unique`."""
    ordered: Numbers = np.sort(values)
    once: Numbers = ordered[np.insert(ordered[1:] != ordered[:-1], 0, values=True)]
    return once


def _sums(at: Numbers, start: Numbers, end: Numbers, series: Numbers, kinds: int) -> Numbers:
    """How many lie over each stretch between two neighbours of `at`, which holds every start and end: (stretches, kinds)."""
    cells = len(at) * kinds
    change = np.bincount(np.searchsorted(at, start) * kinds + series, minlength=cells)
    change -= np.bincount(np.searchsorted(at, end) * kinds + series, minlength=cells)
    return np.cumsum(change.reshape(-1, kinds)[:-1], axis=0)
