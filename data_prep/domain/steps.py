"""Step functions along a chromosome: how many intervals of each series lie over each base (rule R8).

Added up at the ends of the intervals, all series at once, and never base by base.
"""

from typing import Final

import numpy as np

from data_prep.domain.arrays import Flags, Numbers

MARK: Final = 1_000_000
"""Bases after which the people who stand there are stored anew, so that a sum of changes may begin there."""


def depths(border: Numbers, start: Numbers, end: Numbers, series: Numbers, count: int) -> Numbers:
    """How many intervals of each series lie over each stretch between two neighbours of `border`: (stretches, series).

    `border`: distinct and in order; it holds every start and end. `series`: the number of each interval's, below `count`.
    """
    cells = len(border) * count
    change = np.bincount(np.searchsorted(border, start) * count + series, minlength=cells)
    change -= np.bincount(np.searchsorted(border, end) * count + series, minlength=cells)
    return np.cumsum(change.reshape(-1, count)[:-1], axis=0)


def is_covered(border: Numbers, start: Numbers, end: Numbers) -> Flags:
    """Whether any interval lies over each stretch between two neighbours of `border`, which holds every start and end."""
    covered: Flags = depths(border, start, end, np.zeros(len(start), np.int64), 1)[:, 0] > 0
    return covered
