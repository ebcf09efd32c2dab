"""Who is a carrier at a place: the rules of overlap over a set of events (rule R7), and the class of a carrier there.

Works on plain columns and knows no database: a page asks the same events by seven rules, four levels and two cohorts,
and each answer is a few passes over arrays. Events of one carrier and direction are joined to their union before a
rule looks at them: callers other than DRAGEN let events overlap, and bases must not count twice. The copy number of a
carrier is that of the calls at the place and not that of the joined event, which may be another's bin farther off.
"""

from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from dashboard.question.filters import SHARES, Filters, Overlap, Rule
from dashboard.question.target import Target
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.coding import ends_looked_at
from data_prep.domain.copy_number import CLASSES, CallClass, Direction
from data_prep.domain.counting import best_first
from data_prep.domain.intervals import bases_before, reached_before, union
from data_prep.domain.levels import Level
from data_prep.domain.overlaps import overlap_reciprocally

COVERS_TOLERANCE: Final = 1_000
"""Bases that may be missing at either end under the rule `covers`, and at most a tenth of the place, rounded down (R7)."""

_RANK: Final = np.argsort(
    [
        CLASSES.index(name)
        for name in (
            CallClass.COMPLETE_LOSS,
            CallClass.PARTIAL_LOSS,
            CallClass.LOSS,
            CallClass.GAIN,
            CallClass.LOW_GAIN,
            CallClass.HIGH_GAIN,
            CallClass.LOH,
            CallClass.UNEXPECTED,
        )
    ]
)
"""The rank of each of `CLASSES`: of classes with one copy number the first by rank counts for a loss, the last for a gain."""
_OF_RANK: Final = np.argsort(_RANK)
"""The place in `CLASSES` of each rank."""
_UNKNOWN: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class TouchingEvents:
    """Losses and gains that touch a place: columns of one length, sorted by `carrier`, start and end.

    Positions are 0-based and half-open. `carrier` is twice the sample's row in the panel, and one more for a gain.
    """

    carrier: Numbers
    start: Numbers
    end: Numbers
    inner_start: Numbers
    """The start drawn in by its uncertainty (R7)."""
    inner_end: Numbers
    """The end drawn in likewise; always after `inner_start`."""
    event_class: Numbers
    """Position in `CLASSES`."""
    copy_number: Numbers
    """-1 where the caller gives none."""
    quality: npt.NDArray[np.float32]
    """NaN where missing."""
    bins: Numbers
    """-1 where missing."""
    sensitive: Flags
    credible: Flags
    passing: Flags

    def where(self, keep: Flags) -> Self:
        """The events that a mask keeps, in the same order."""
        return type(self)(*(getattr(self, column.name)[keep] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of events that are joined from several, as far as they touch a place; any other event is its own call.

    Columns of one length, in any order; positions are 0-based and half-open.
    """

    event: Numbers
    """Position of the call's event among the `TouchingEvents`."""
    start: Numbers
    end: Numbers
    call_class: Numbers
    """Position in `CLASSES`."""
    copy_number: Numbers
    """-1 where the caller gives none."""

    @classmethod
    def none(cls) -> Self:
        """No calls: every event is its own."""
        return cls(*(np.empty(0, np.int64) for _ in fields(cls)))

    def where(self, keep: Flags) -> Self:
        """The calls of the events that a mask over the events keeps, numbered as those are then."""
        place = np.cumsum(keep) - 1
        of_kept_event = keep[self.event]
        columns = [getattr(self, column.name)[of_kept_event] for column in fields(self)]
        return type(self)(place[columns[0]], *columns[1:])


@dataclass(frozen=True, slots=True)
class Carriers:
    """Carriers of one direction each: `sample` is the row in the panel."""

    sample: Numbers
    gain: Flags
    carrier_class: Numbers
    """Position in `CLASSES`: that of `copy_number`; `loss` or `gain` where no number meets the rule."""
    copy_number: Numbers
    """Copies at the place (R7): the lowest number, of a gain the highest, whose calls and those beyond it meet the rule by
    themselves; -1 where none does."""
    event: Flags
    """Which of the events are those of a carrier that touch the place and pass the filters; of their length."""

    def where(self, keep: Flags, events: TouchingEvents) -> Self:
        """The carriers that a mask keeps, with the events that are theirs."""
        sample, gain = self.sample[keep], self.gain[keep]
        of_carriers = self.event & np.isin(events.carrier, sample * 2 + gain)
        return type(self)(sample, gain, self.carrier_class[keep], self.copy_number[keep], of_carriers)


def at_level(events: TouchingEvents, level: Level) -> Flags:
    """The events at a filter level (R4)."""
    match level:
        case Level.PASS:
            return events.passing
        case Level.CREDIBLE:
            return events.credible
        case Level.SENSITIVE:
            return events.sensitive
        case Level.ALL:
            return np.ones(len(events.start), np.bool_)


def meets_limits(events: TouchingEvents, filters: Filters) -> Flags:
    """The events of the direction, length, quality and bins that are asked for; the level is apart.

    Class and copy number ask for those of a carrier at the place, which nobody knows before the rule (R7).
    """
    gain = (events.carrier & 1).astype(np.bool_)
    keep = np.zeros_like(gain)
    for direction in filters.directions:
        keep |= gain == (direction is Direction.GAIN)
    length = events.end - events.start
    if filters.min_length is not None:
        keep &= length >= filters.min_length
    if filters.max_length is not None:
        keep &= length <= filters.max_length
    if filters.min_quality is not None:
        keep &= events.quality >= np.float32(filters.min_quality)
    if filters.min_bins is not None:
        keep &= (events.bins >= filters.min_bins) & (events.bins >= 0)
    return keep


def meets_class(classes: Numbers, copy_numbers: Numbers, filters: Filters) -> Flags:
    """Which of these classes and copy numbers are asked for: of carriers at a place, or of events each by itself."""
    keep = np.isin(classes, [CLASSES.index(name) for name in filters.event_classes])
    return keep & np.isin(copy_numbers, filters.copy_numbers) if filters.copy_numbers else keep


def added_stretches(events: TouchingEvents) -> tuple[Numbers, Numbers]:
    """Start and end of what each event adds to those of its carrier before it: nothing where the end is not behind the
    start. Together they are the union of each carrier's events, without a base twice."""
    return np.maximum(events.start, reached_before(events.end, events.carrier)), events.end


def carriers(
    events: TouchingEvents, calls: Calls, keep: Flags, target: Target, rule: Overlap, *, classes: bool = True
) -> Carriers:
    """Who carries at `target` under `rule`, by the events that `keep` admits; `calls` are those of joined events.

    Without `classes` nobody's copy number is worked out: each is -1 and of the class `loss` or `gain`.
    """
    if rule.one_event:
        keep = keep & _meets_rule_alone(events, target.interval.start, target.interval.end, rule)
    chosen = np.flatnonzero(keep)
    if not len(chosen):
        none = np.empty(0, np.int64)
        return Carriers(none, none.astype(np.bool_), none, none, np.zeros_like(keep))
    carrier = events.carrier[chosen]
    fresh = np.diff(carrier, prepend=-1) != 0
    first, group = np.flatnonzero(fresh), np.cumsum(fresh) - 1
    gain = (carrier[first] & 1).astype(np.bool_)
    start, end = _ends_by_rule(events, chosen, rule)
    meets = _meets_rule(_Stretches(group, start, end), gain, target, rule)
    if not classes:
        class_, copies = _without_number(gain), np.full(len(first), -1, np.int64)
    elif target.site is not None:
        class_, copies = _of_the_event_with_most_bins(events, chosen, first)
    elif rule.one_event:
        class_, copies = _farthest(events.copy_number[chosen], events.event_class[chosen], group, gain)
    else:
        class_, copies = _copies_at_place(events, calls, chosen, group, gain, target, rule)
    made = np.zeros_like(keep)
    made[chosen] = meets[group]
    return Carriers(carrier[first][meets] >> 1, gain[meets], class_[meets], copies[meets], made)


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Stretches of carriers: columns of one length, sorted by `carrier`, which counts from 0."""

    carrier: Numbers
    start: Numbers
    end: Numbers


def _ends_by_rule(events: TouchingEvents, chosen: Numbers, rule: Overlap) -> tuple[Numbers, Numbers]:
    """Start and end of these events as the rule looks at them: under `coding` those of losses are drawn in (R7)."""
    start, end = events.start[chosen], events.end[chosen]
    if rule.rule is not Rule.CODING:
        return start, end
    is_loss = events.carrier[chosen] & 1 == 0
    return ends_looked_at(is_loss, start, end, events.inner_start[chosen], events.inner_end[chosen])


def _meets_rule(stretches: _Stretches, gain: Flags, target: Target, rule: Overlap) -> Flags:
    """Which carriers meet the rule by the union of their stretches; `gain`: the direction of each carrier.

    Events that are alone in meeting a rule are told before: under such a rule whoever has one meets it.
    """
    start, end = target.interval.start, target.interval.end
    run_start, run_end, run_carrier = union(stretches.start, stretches.end, stretches.carrier)
    match rule.rule:
        case Rule.COVERS:
            tolerance = min(COVERS_TOLERANCE, (end - start) // 10)
            whole = (run_start <= start + tolerance) & (run_end >= end - tolerance)
            return np.bincount(run_carrier[whole], minlength=len(gain)) > 0
        case Rule.FRACTION:
            shared = np.clip(np.minimum(run_end, end) - np.maximum(run_start, start), 0, None)
            fraction: Flags = _sum(run_carrier, shared, len(gain)) * SHARES >= (rule.share or 0) * (end - start)
            return fraction
        case Rule.CODING | Rule.CODING_TOUCH:
            before_start, before_end = _bases_before(np.stack([run_start, run_end]), target)
            bases = _sum(run_carrier, before_end - before_start, len(gain))
            coding: Flags = bases >= np.where(gain, target.least_gain, target.least_loss)
            return coding
        case _:
            touching = (run_start < end) & (run_end > start)
            return np.bincount(run_carrier[touching], minlength=len(gain)) > 0


def _meets_rule_alone(events: TouchingEvents, start: int, end: int, rule: Overlap) -> Flags:
    """The events that meet a rule by themselves."""
    if rule.rule is Rule.WITHIN:
        return (events.start >= start) & (events.end <= end)
    return overlap_reciprocally(events.start, events.end, start, end, (rule.share or 0, SHARES))


def _sum(group: Numbers, values: Numbers, groups: int) -> Numbers:
    totals = np.zeros(groups, np.int64)
    np.add.at(totals, group, values)
    return totals


def _bases_before(positions: Numbers, target: Target) -> Numbers:
    """Bases of the target's pieces before each position."""
    if not target.pieces:
        return np.zeros_like(positions)
    starts, ends = np.array(target.pieces, np.int64).T
    return bases_before(starts, ends, positions)


# Class and copy number


def _without_number(gain: Flags) -> Numbers:
    """The class of carriers of whose copies nothing is known."""
    return np.where(gain, CLASSES.index(CallClass.GAIN), CLASSES.index(CallClass.LOSS))


def _farthest(copies: Numbers, classes: Numbers, group: Numbers, gain: Flags) -> tuple[Numbers, Numbers]:
    """Class and copy number of each carrier: those of the lowest copy number of a loss, of the highest of a gain.

    `copies`, `classes` and `group`, which is the number of the carrier, are columns of one length, in any order.
    """
    known = copies >= 0
    key = copies[known] * len(CLASSES) + _RANK[classes[known]]
    least, most = np.full(len(gain), _UNKNOWN), np.full(len(gain), -1, np.int64)
    np.minimum.at(least, group[known], key)
    np.maximum.at(most, group[known], key)
    key = np.where(gain, most, least)
    unknown = (key < 0) | (key == _UNKNOWN)
    return np.where(unknown, _without_number(gain), _OF_RANK[key % len(CLASSES)]), np.where(
        unknown, -1, key // len(CLASSES)
    )


def _of_the_event_with_most_bins(events: TouchingEvents, chosen: Numbers, first: Numbers) -> tuple[Numbers, Numbers]:
    """At a site: class and copy number of the carrier's event with most bins, of as many the lower number (R9)."""
    order = best_first(events.carrier[chosen], events.bins[chosen], events.copy_number[chosen], chosen)
    best = chosen[order][first]
    known = events.copy_number[best] >= 0
    gain = (events.carrier[best] & 1).astype(np.bool_)
    return np.where(known, events.event_class[best], _without_number(gain)), events.copy_number[best]


def _copies_at_place(
    events: TouchingEvents, calls: Calls, chosen: Numbers, group: Numbers, gain: Flags, target: Target, rule: Overlap
) -> tuple[Numbers, Numbers]:
    """Class and copy number of each carrier from the calls at the place (R7), as `Carriers` says."""
    stretches, copies, classes = _calls_at_place(events, calls, chosen, group, target, rule)
    who = stretches.carrier
    class_, number = _farthest(copies, classes, who, gain)
    # who has one number alone has that one; of the others each number is tried, the farthest from the expected first
    least = np.full(len(gain), _UNKNOWN)
    most = np.full(len(gain), -1, np.int64)
    np.minimum.at(least, who, copies)
    np.maximum.at(most, who, copies)
    several = (least < most) & (most >= 0)
    if not several.any():
        return class_, number
    number[several] = -1
    for losses in (True, False):
        open_ = several & (gain != losses)
        with_number = open_[who] & (copies >= 0)
        for n in sorted(set(copies[with_number].tolist()), reverse=not losses):
            far = with_number & (copies <= n if losses else copies >= n) & open_[who]
            part = _Stretches(who[far], stretches.start[far], stretches.end[far])
            settled = open_ & _meets_rule(part, gain, target, rule)
            number[settled] = n
            open_ &= ~settled
    exact = (copies >= 0) & (copies == number[who])
    again, _ = _farthest(copies[exact], classes[exact], who[exact], gain)
    return np.where(several, again, class_), number


def _calls_at_place(
    events: TouchingEvents, calls: Calls, chosen: Numbers, group: Numbers, target: Target, rule: Overlap
) -> tuple[_Stretches, Numbers, Numbers]:
    """The calls of the chosen events as far as the rule looks at them and they touch the target; with copy number and
    class, sorted by carrier. An event that is no more than a call is its own."""
    place = np.full(len(events.start), -1, np.int64)
    place[chosen] = group
    joined = np.zeros(len(events.start), np.bool_)
    joined[calls.event] = True
    single = chosen[~joined[chosen]]
    part = place[calls.event] >= 0
    event = np.concatenate([single, calls.event[part]])
    first, last = _ends_by_rule(events, event, rule)
    start = np.maximum(np.concatenate([events.start[single], calls.start[part]]), first)
    end = np.minimum(np.concatenate([events.end[single], calls.end[part]]), last)
    touching = np.flatnonzero((start < end) & (start < target.interval.end) & (end > target.interval.start))
    order = touching[np.argsort(place[event[touching]], kind="stable")]
    return (
        _Stretches(place[event[order]], start[order], end[order]),
        np.concatenate([events.copy_number[single], calls.copy_number[part]])[order],
        np.concatenate([events.event_class[single], calls.call_class[part]])[order],
    )
