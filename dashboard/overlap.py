"""Who is a carrier at a place: the rules of overlap over a set of events (rule R7), and the class of a carrier.

Works on plain columns and knows no database: a page asks the same events by six rules, three levels and two cohorts,
and each answer is a few passes over arrays. Events of one carrier and direction are joined to their union before a
rule looks at them: callers other than DRAGEN let events overlap, and bases must not count twice.
"""

from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from dashboard.filters import SHARES, Filters, Overlap, Rule
from dashboard.target import Target
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level

Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]

COVERS_TOLERANCE: Final = 1_000
"""Bases that may be missing at either end under the rule `covers`, and at most a tenth of the place, rounded down (R7)."""

# Of classes with the same copy number the first counts for a loss and the last for a gain.
CLASSES: Final = (
    CallClass.COMPLETE_LOSS,
    CallClass.PARTIAL_LOSS,
    CallClass.LOSS,
    CallClass.GAIN,
    CallClass.LOW_GAIN,
    CallClass.HIGH_GAIN,
)
"""Classes by their number in `Events.event_class` and `Carriers.carrier_class`."""
_UNKNOWN: Final = 1 << 40
_BEYOND: Final = 1 << 29
"""More than any position: keeps the carriers apart in one running maximum."""


@dataclass(frozen=True, slots=True)
class Events:
    """Losses and gains that touch a place: columns of one length, sorted by `carrier`, start and end.

    Positions are 0-based and half-open. `carrier` is twice the sample's row in the panel, and one more for a gain.
    """

    carrier: Whole
    start: Whole
    end: Whole
    event_class: Whole
    """Position in `CLASSES`."""
    copy_number: Whole
    """-1 where the caller gives none."""
    quality: NDArray[np.float32]
    """NaN where missing."""
    bins: Whole
    """-1 where missing."""
    credible: Mask
    passing: Mask

    def where(self, keep: Mask) -> Self:
        """The events that a mask keeps, in the same order."""
        return type(self)(*(getattr(self, one.name)[keep] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Carriers:
    """Carriers of one direction each: `sample` is the row in the panel."""

    sample: Whole
    gain: Mask
    carrier_class: Whole
    """Position in `CLASSES`: that of the lowest copy number for a loss, of the highest for a gain."""
    copy_number: Whole
    """That copy number; -1 where no event of the carrier has one."""
    event: Mask
    """Which of the events asked make someone a carrier; of their length."""


def at_level(events: Events, level: Level) -> Mask:
    """The events at a filter level (R4)."""
    if level is Level.ALL:
        return np.ones(len(events.start), np.bool_)
    return events.credible if level is Level.CREDIBLE else events.passing


def admitted(events: Events, filters: Filters) -> Mask:
    """The events of the class, length, quality, bins and copy number that are asked for; the level is apart."""
    keep = np.isin(events.event_class, [CLASSES.index(name) for name in filters.event_classes])
    length = events.end - events.start
    if filters.min_length is not None:
        keep &= length >= filters.min_length
    if filters.max_length is not None:
        keep &= length <= filters.max_length
    if filters.min_quality is not None:
        keep &= events.quality >= np.float32(filters.min_quality)
    if filters.min_bins is not None:
        keep &= (events.bins >= filters.min_bins) & (events.bins >= 0)
    if filters.copy_numbers:
        keep &= np.isin(events.copy_number, filters.copy_numbers)
    return keep


def disjoint(events: Events) -> tuple[Whole, Whole]:
    """Start and end of what each event adds to those of its carrier before it: nothing where the end is not behind the
    start. Together they are the union of each carrier's events, without a base twice."""
    group = np.cumsum(np.diff(events.carrier, prepend=-1) != 0) - 1
    reached = np.maximum.accumulate(events.end + group * _BEYOND) - group * _BEYOND
    before = np.concatenate([[0], reached[:-1]])
    fresh = np.diff(group, prepend=-1) != 0
    return np.where(fresh, events.start, np.maximum(events.start, before)), events.end


def carriers(events: Events, keep: Mask, target: Target, rule: Overlap) -> Carriers:
    """Who carries at `target` under `rule`, by the events that `keep` admits."""
    start, end = target.interval.start, target.interval.end
    if rule.one_event:
        keep = keep & _alone(events, start, end, rule)
    chosen = np.flatnonzero(keep)
    if not len(chosen):
        none = np.empty(0, np.int64)
        return Carriers(none, none.astype(np.bool_), none, none, np.zeros_like(keep))
    carrier, begins, ends = events.carrier[chosen], events.start[chosen], events.end[chosen]
    first = np.flatnonzero(np.diff(carrier, prepend=-1))
    group = np.cumsum(np.diff(carrier, prepend=-1) != 0) - 1
    # one running maximum for all: each carrier's positions lie beyond those of the one before
    reached = np.maximum.accumulate(ends + group * _BEYOND)
    opens = np.flatnonzero(np.concatenate([[True], begins[1:] + group[1:] * _BEYOND > reached[:-1]]))
    run_start, run_group = begins[opens], group[opens]
    run_end = np.maximum.reduceat(ends, opens)
    gain = (carrier[first] & 1).astype(np.bool_)
    match rule.rule:
        case Rule.COVERS:
            tolerance = min(COVERS_TOLERANCE, (end - start) // 10)
            whole = (run_start <= start + tolerance) & (run_end >= end - tolerance)
            meets = np.bincount(run_group[whole], minlength=len(first)) > 0
        case Rule.FRACTION:
            bases = _sum(run_group, np.minimum(run_end, end) - np.maximum(run_start, start), len(first))
            meets = bases * SHARES >= (rule.share or 0) * (end - start)
        case Rule.CODING:
            bases = _sum(run_group, _before(run_end, target) - _before(run_start, target), len(first))
            meets = bases >= np.where(gain, target.least_gain, target.least_loss)
        case _:
            meets = np.ones(len(first), np.bool_)
    classes, copies = _class(events, chosen, first, gain)
    made = np.zeros_like(keep)
    made[chosen] = meets[group]
    return Carriers(carrier[first][meets] >> 1, gain[meets], classes[meets], copies[meets], made)


def _alone(events: Events, start: int, end: int, rule: Overlap) -> Mask:
    """The events that meet a rule by themselves."""
    if rule.rule is Rule.WITHIN:
        return (events.start >= start) & (events.end <= end)
    shared = np.minimum(events.end, end) - np.maximum(events.start, start)
    alone: Mask = shared * SHARES >= (rule.share or 0) * np.maximum(events.end - events.start, end - start)
    return alone


def _sum(group: Whole, values: Whole, groups: int) -> Whole:
    totals = np.zeros(groups, np.int64)
    np.add.at(totals, group, values)
    return totals


def _before(positions: Whole, target: Target) -> Whole:
    """Bases of the target's pieces before each position."""
    if not target.pieces:
        return np.zeros_like(positions)
    starts, ends = (np.array(column, np.int64) for column in zip(*target.pieces, strict=True))
    before = np.concatenate([[0], np.cumsum(ends - starts)])
    piece = np.searchsorted(starts, positions, side="right")
    inside = np.minimum(positions, ends[piece - 1]) - starts[piece - 1]
    return np.where(piece == 0, 0, before[np.maximum(piece - 1, 0)] + inside)


def _class(events: Events, chosen: Whole, first: Whole, gain: Mask) -> tuple[Whole, Whole]:
    """Class and copy number of each carrier: those of the lowest copy number of a loss, of the highest of a gain."""
    copies, named = events.copy_number[chosen], events.event_class[chosen]
    known = copies >= 0
    key = copies * len(CLASSES) + named
    least = np.minimum.reduceat(np.where(known, key, _UNKNOWN), first)
    most = np.maximum.reduceat(np.where(known, key, -1), first)
    key = np.where(gain, most, least)
    unknown = (key < 0) | (key == _UNKNOWN)
    without = np.where(gain, CLASSES.index(CallClass.GAIN), CLASSES.index(CallClass.LOSS))
    return np.where(unknown, without, key % len(CLASSES)), np.where(unknown, -1, key // len(CLASSES))
