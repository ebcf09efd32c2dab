"""Carriers among everyone counted: under each rule of overlap, under each filter, and how much of a region they have (R7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.overlap import Calls, Carriers
from dashboard.question.filters import ANY, HALF_OF_IT, SHARES, Cohort, Filters, Outliers, Overlap
from dashboard.question.target import Target
from dashboard.store.callability import sight
from dashboard.store.carriers.find import carriers_at
from dashboard.store.carriers.touching import (
    TOUCHING_WITHIN_LIMITS,
    Touching,
    events_touching,
    limits_of,
    marks_touching,
)
from dashboard.store.database import Generation, Size, Statement, remembered
from dashboard.store.panel import counted_rows, panel
from dashboard.store.statistics import wilson
from dashboard.words.seen import LEAST_SEEN, is_partly_seen
from data_prep.domain.arrays import Flags
from data_prep.domain.copy_number import CLASSES, DIRECTIONS, CallClass, Direction
from data_prep.domain.intervals import union
from data_prep.domain.levels import SOLID_BINS, Level


@dataclass(frozen=True, slots=True)
class Count:
    """Carriers of one direction among samples, with the Wilson interval of their share; null where nobody is counted."""

    direction: Direction
    carriers: int
    samples: int
    ci_low: float | None
    ci_high: float | None
    people_seen: int | None = None
    """People in whom the place was seen, where the upper bound of no carriers is given over them (R5)."""
    assessable: bool = True
    """False where the caller saw the place in fewer than half of these people."""


@remembered
def by_rule(
    database: Generation, target: Target, filters: Filters, rules: tuple[Overlap, ...]
) -> Mapping[Overlap, tuple[Count, ...]]:
    """Carriers at `target` under each rule of overlap (R7), a count for each direction asked for."""
    touching = _touching_in_short(database, target, filters)
    return dict(zip(rules, _counts(database, target, [filters.under(rule) for rule in rules], touching), strict=True))


def by_filter(
    database: Generation, target: Target, filters: Filters
) -> dict[tuple[Level, Cohort, Outliers], tuple[Count, ...]]:
    """Carriers at `target` at every level, in both cohorts, with outliers and without (R4, R5), likewise."""
    choices = list(product(Level, Cohort, Outliers))
    filters_of_each = [
        replace(filters, level=level, cohort=cohort, outliers=outliers) for level, cohort, outliers in choices
    ]
    touching = _touching_in_short(database, target, filters.at(Level.ALL))
    return dict(zip(choices, _counts(database, target, filters_of_each, touching), strict=True))


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a region the losses or gains of people take (R7)."""

    direction: Direction
    half: Count
    """Who has half of it or more, of the union of their events."""
    touched: Count
    """Who has an event anywhere in it."""
    without_copy: int
    """Those of them without a copy somewhere in it; 0 of a region too wide for a share, where it says nothing."""
    thin: int
    """Those of them whose events have one or two bins each (R4)."""
    longest: int
    """Bases of the longest stretch of one event inside it; 0 where nobody has one."""


@remembered
def extents(database: Generation, target: Target, filters: Filters) -> tuple[Extent, ...]:
    """How much of the region `target` is taken, for each direction asked for, whatever rule is asked for."""
    if _is_counted_in_short(target, filters):
        return _extents_of_wide(database, target, filters)
    touching = events_touching(database, target)
    events, place = touching.events, target.interval
    halves, touched = _counts(
        database, target, [replace(filters, overlap=rule) for rule in (HALF_OF_IT, ANY)], touching
    )
    who = counted_rows(database, place.chrom, filters)
    with_classes = target.has_share(ANY)
    carriers = carriers_at(database, target, touching, who, filters.under(ANY), classes=with_classes)
    inside = np.minimum(events.end, place.end) - np.maximum(events.start, place.start)
    complete = carriers.carrier_class == CLASSES.index(CallClass.COMPLETE_LOSS)
    answers = []
    for half, any_ in zip(halves, touched, strict=True):
        gain = half.direction is Direction.GAIN
        events_of_direction = np.flatnonzero(carriers.event & (events.carrier & 1 == gain))
        # by carrier: the most bins of an event, where they are known of one, else none
        most = np.full(2 * len(who), -1, np.int64)
        np.maximum.at(most, events.carrier[events_of_direction], events.bins[events_of_direction])
        thin = int(((most >= 0) & (most < SOLID_BINS)).sum())
        longest = int(inside[events_of_direction].max(initial=0))
        answers.append(Extent(half.direction, half, any_, int(complete.sum()) * (not gain), thin, longest))
    return tuple(answers)


@remembered
def thin_carriers(database: Generation, target: Target, filters: Filters) -> Mapping[Direction, tuple[int, int]]:
    """How many carriers of each direction rest on events of one or two bins alone (R4), and how many carriers there are."""
    touching = events_touching(database, target)
    who = counted_rows(database, target.interval.chrom, filters)
    carriers = carriers_at(database, target, touching, who, filters)
    # by carrier: the most bins of an event, where they are known of one, else none
    most = np.full(2 * len(who), -1, np.int64)
    events = np.flatnonzero(carriers.event)
    np.maximum.at(most, touching.events.carrier[events], touching.events.bins[events])
    is_thin = (most >= 0) & (most < SOLID_BINS)
    return {
        direction: (int(is_thin[way::2].sum()), int((carriers.gain == way).sum()))
        for way, direction in enumerate(DIRECTIONS)
    }


def _is_counted_in_short(target: Target, filters: Filters) -> bool:
    return not target.has_share(ANY) and target.site is None and filters.every_class


_INSIDE: Final = f"""FROM events
WHERE {TOUCHING_WITHIN_LIMITS}
    AND CASE $level WHEN 'pass' THEN pass WHEN 'credible' THEN credible WHEN 'sensitive' THEN sensitive ELSE true END"""

# One row a person and direction with events in a wide region, that meet level and limits: bases of them inside it, of one who has
# overlapping events some more than once; the most of one event, and the most bins of one.
INSIDE: Final = Statement(
    f"""SELECT sample_id, direction = 'gain' AS gain, sum(least("end", $end) - greatest(start, $start))::BIGINT AS bases,
    max(least("end", $end) - greatest(start, $start))::BIGINT AS longest, coalesce(max(bins), -1)::BIGINT AS bins
{_INSIDE}
GROUP BY sample_id, direction""",
    {"sample_id": pl.UInt32, "gain": pl.Boolean, "bases": pl.Int64, "longest": pl.Int64, "bins": pl.Int64},
)

# One row an event there of these people.
INSIDE_OF: Final = Statement(
    f"""SELECT sample_id, direction = 'gain' AS gain, start, "end" {_INSIDE}
    AND sample_id IN (SELECT unnest($samples)::UINTEGER)""",
    {"sample_id": pl.UInt32, "gain": pl.Boolean, "start": pl.Int32, "end": pl.Int32},
)


def _extents_of_wide(database: Generation, target: Target, filters: Filters) -> tuple[Extent, ...]:
    """The same of a region that thousands of events touch: added up by the database, a row a person."""
    place = target.interval
    parameters = {
        "chrom": place.chrom, "start": place.start, "end": place.end, "level": filters.level.value,
        **limits_of(filters),
    }  # fmt: skip
    key = ("inside", *parameters.values())
    rows = database.recall(key, lambda: database.table(INSIDE, parameters), lambda _: Size.LARGE)
    people = panel(database)
    who = counted_rows(database, place.chrom, filters)
    is_counted = who[people.row_of[rows["sample_id"].to_numpy().astype(np.int64)]]
    of_directions = pl.col("gain").is_in([direction is Direction.GAIN for direction in filters.directions])
    mine = rows.filter(pl.Series(is_counted)).filter(of_directions)
    share = HALF_OF_IT.share or 0
    enough = mine.filter(pl.col("bases") * SHARES >= share * place.length)
    halves = {True: 0, False: 0}
    if enough.height:
        of_them = database.table(INSIDE_OF, parameters | {"samples": enough["sample_id"].unique().to_list()})
        carrier = of_them["sample_id"].to_numpy().astype(np.int64) * 2 + of_them["gain"].to_numpy()
        start, end = (
            np.clip(of_them[name].to_numpy().astype(np.int64), place.start, place.end) for name in ("start", "end")
        )
        joined = union(start, end, carrier)
        bases = np.bincount(joined.lane, joined.end - joined.start).astype(np.int64)
        for sample, gain in enough.select("sample_id", "gain").iter_rows():
            halves[gain] += bool(bases[sample * 2 + gain] * SHARES >= share * place.length)
    of_each = {gain: mine.filter(pl.col("gain") == gain) for gain in (False, True)}
    touched_in = (of_each[False].height, of_each[True].height)
    half, touched = _with_bounds(
        database, target, [who, who], [(halves[False], halves[True]), touched_in], [filters, filters]
    )
    answers = []
    for half_count, any_count in zip(half, touched, strict=True):
        of_direction = of_each[half_count.direction is Direction.GAIN]
        thin = of_direction.filter(pl.col("bins").is_between(0, SOLID_BINS - 1)).height
        longest = max(of_direction["longest"].to_list(), default=0)
        answers.append(Extent(half_count.direction, half_count, any_count, 0, thin, longest))
    return tuple(answers)


def _touching_in_short(database: Generation, target: Target, filters: Filters) -> Touching:
    """What touches the target, for counts alone: of a wide region without rows and calls, which are many, unless a class is
    asked for, which the calls decide."""
    if not _is_counted_in_short(target, filters):
        return events_touching(database, target)
    marks = marks_touching(database, target.interval, filters)
    no_numbers = np.full(len(marks.sample), -1)
    return Touching(marks.events, no_numbers, marks.sample, marks.site, Calls.none(), of_every_level=False)


def _counts(
    database: Generation, target: Target, each: Sequence[Filters], touching: Touching
) -> list[tuple[Count, ...]]:
    # the length, quality and so on are the same in all that is asked, so rule and level say who carries
    groups = [counted_rows(database, target.interval.chrom, filters) for filters in each]
    anyone = np.any(groups, axis=0)
    carriers_by_rule: dict[tuple[Overlap | None, Level], Carriers] = {}
    carries = []
    for filters, who in zip(each, groups, strict=True):
        which = filters.overlap, filters.level
        if which not in carriers_by_rule:
            carriers_by_rule[which] = carriers_at(database, target, touching, anyone, filters, classes=False)
        gain = carriers_by_rule[which].gain[who[carriers_by_rule[which].sample]]
        gains = int(gain.sum())
        carries.append((len(gain) - gains, gains))
    return _with_bounds(database, target, groups, carries, each)


def _with_bounds(
    database: Generation,
    target: Target,
    groups: Sequence[Flags],
    carries: Sequence[tuple[int, int]],
    each: Sequence[Filters],
) -> list[tuple[Count, ...]]:
    """Carriers of losses and of gains in each group, with the bounds of their share."""
    counts, views = [], []
    view = sight(database, target.interval)
    for who in groups:
        counts.append(int(who.sum()))
        assessed, seen = (0, 0) if view is None else (int((who & view.assessed).sum()), int((who & view.seen).sum()))
        views.append(
            (
                seen if assessed and is_partly_seen(seen / assessed) else None,
                not assessed or seen / assessed >= LEAST_SEEN,
            )
        )
    samples = np.array(counts)[:, None]
    _, low, high = wilson(np.array(carries), samples)
    _, _, of_seen = wilson(np.zeros(len(views), np.int64), np.array([seen or 0 for seen, _ in views]))
    high = np.where((np.array(carries) == 0) & ~np.isnan(of_seen)[:, None], of_seen[:, None], high)
    return [
        tuple(
            Count(
                direction,
                carries[row][direction is Direction.GAIN],
                counts[row],
                ci_low=float(low[row, way]) if counts[row] else None,
                ci_high=float(high[row, way]) if counts[row] else None,
                people_seen=views[row][0],
                assessable=views[row][1],
            )
            for direction in filters.directions
            for way in [int(direction is Direction.GAIN)]
        )
        for row, filters in enumerate(each)
    ]
