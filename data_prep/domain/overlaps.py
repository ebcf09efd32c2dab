"""Which of many intervals overlap which: all pairs at once, in NumPy columns.

Intervals are 0-based and half-open on one axis of positions; whoever has several chromosomes or directions sets them
apart on it. Reciprocal overlap is the shared bases as a share of the longer of the two (rules R7, R9).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from data_prep.domain.arrays import Flags, Numbers, Shares

_LENGTH_BITS: Final = 28
"""No chromosome, and so no interval, has 2**28 bases."""
_POSITION_BITS: Final = 40
_PAIRS: Final = 2_000_000
"""Candidates looked at together: bounds the memory where many intervals lie on one another."""


def reciprocal_overlap(start: Numbers, end: Numbers, other_start: Numbers | int, other_end: Numbers | int) -> Shares:
    """The reciprocal overlap of each pair, at most 1; negative where they do not touch."""
    shared, longer = _shared_and_longer(start, end, other_start, other_end)
    overlap: Shares = shared / longer
    return overlap


def overlap_reciprocally(
    start: Numbers,
    end: Numbers,
    other_start: Numbers | int,
    other_end: Numbers | int,
    share: tuple[int, int] = (1, 2),
) -> Flags:
    """Whether the reciprocal overlap of each pair is at least a share, given as numerator and denominator: exact, in whole bases."""
    shared, longer = _shared_and_longer(start, end, other_start, other_end)
    meets: Flags = shared * share[1] >= share[0] * longer
    return meets


def _shared_and_longer(
    start: Numbers, end: Numbers, other_start: Numbers | int, other_end: Numbers | int
) -> tuple[Numbers, Numbers]:
    shared: Numbers = np.minimum(end, other_end) - np.maximum(start, other_start)
    longer: Numbers = np.maximum(end - start, other_end - other_start)
    return shared, longer


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
    length_class = _class(end - start)
    for step in (-1, 0, 1):
        candidates = np.flatnonzero((length_class + step >= 0) & (length_class + step < _LENGTH_BITS))
        theirs = length_class[candidates] + step
        begin, length = start[candidates], end[candidates] - start[candidates]
        base = theirs << _POSITION_BITS
        low = np.searchsorted(key, base + np.maximum(begin - (1 << theirs), 0))
        high = np.searchsorted(key, base + begin + length // 2, side="right")
        for first, second in _runs(low, high):
            place, other = candidates[first], order[second]
            meets = overlap_reciprocally(start[place], end[place], other_start[other], other_end[other])
            yield place[meets], other[meets]


def touching(
    start: Numbers, end: Numbers, other_start: Numbers, other_end: Numbers
) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs that share a base: places in the first set and in the second, in parts. Each pair comes once."""
    other_order = np.argsort(other_start, kind="stable")
    starts = other_start[other_order]
    for place, other in _runs(np.searchsorted(starts, start), np.searchsorted(starts, end)):
        yield place, other_order[other]
    order = np.argsort(start, kind="stable")
    starts = start[order]
    low = np.searchsorted(starts, other_start, side="right")
    for other, place in _runs(low, np.maximum(low, np.searchsorted(starts, other_end))):
        yield order[place], other


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
