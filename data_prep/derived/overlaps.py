"""Which of many intervals overlap which: all pairs at once, in NumPy columns.

Intervals are 0-based and half-open on one axis of positions; whoever has several chromosomes or directions sets them
apart on it. Reciprocal overlap is the shared bases as a share of the longer of the two.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

_LENGTH_BITS: Final = 28
"""No chromosome, and so no interval, has 2**28 bases."""
_POSITION_BITS: Final = 40
_PAIRS: Final = 2_000_000
"""Candidates looked at together: bounds the memory where many intervals lie on one another."""


def halves_shared(
    start: Numbers, end: Numbers, other_start: Numbers, other_end: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs with a reciprocal overlap of at least 0.5: places in the first set and in the second, in parts.

    Only intervals of half to double the length can pair, and their starts lie near; so the second set is sorted by the
    power of two of its length and then by start, and each interval looks at a short run in three of those classes.
    """
    if not len(start) or not len(other_start):
        return
    classes = _class(other_end - other_start)
    key = (classes << _POSITION_BITS) + other_start
    order = np.argsort(key, kind="stable")
    key = key[order]
    mine = _class(end - start)
    for step in (-1, 0, 1):
        asked = np.flatnonzero((mine + step >= 0) & (mine + step < _LENGTH_BITS))
        theirs = mine[asked] + step
        here, length = start[asked], end[asked] - start[asked]
        base = theirs << _POSITION_BITS
        low = np.searchsorted(key, base + np.maximum(here - (1 << theirs), 0))
        high = np.searchsorted(key, base + here + length // 2, side="right")
        for first, second in _runs(low, high):
            one, other = asked[first], order[second]
            shared = np.minimum(end[one], other_end[other]) - np.maximum(start[one], other_start[other])
            longer = np.maximum(end[one] - start[one], other_end[other] - other_start[other])
            meets = 2 * shared >= longer
            yield one[meets], other[meets]


def touching(
    start: Numbers, end: Numbers, other_start: Numbers, other_end: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs that share a base: places in the first set and in the second, in parts. Each pair comes once."""
    other_order = np.argsort(other_start, kind="stable")
    starts = other_start[other_order]
    for one, other in _runs(np.searchsorted(starts, start), np.searchsorted(starts, end)):
        yield one, other_order[other]
    order = np.argsort(start, kind="stable")
    starts = start[order]
    low = np.searchsorted(starts, other_start, side="right")
    for other, one in _runs(low, np.maximum(low, np.searchsorted(starts, other_end))):
        yield order[one], other


def _class(length: Numbers) -> Numbers:
    """The power of two at or below each length."""
    return np.frexp(length.astype(np.float64))[1].astype(np.int64) - 1


def _runs(low: Numbers, high: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Every number of each half-open run with the place of its run, in parts of about `_PAIRS`."""
    sizes = high - low
    reached = np.cumsum(sizes)
    first = 0
    while first < len(sizes):
        before = reached[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(reached, before + _PAIRS, side="right")))
        part = sizes[first:last]
        total = int(part.sum())
        if total:
            run = np.repeat(np.arange(first, last), part)
            offset = np.arange(total) - np.repeat(np.cumsum(part) - part, part)
            yield run, low[run] + offset
        first = last
