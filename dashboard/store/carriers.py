"""Who carries what at a place, and how often: the count that every page and download shares (rules R5, R6, R7).

One query fetches the events that touch the place; `dashboard.counting.overlap` decides over them who is a carrier. Frequencies,
the list of events, the rules side by side and the filters' effect are ways of reading that one decision, so they
cannot disagree, and asking once more costs no query. A stream asks for one part of the people after the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboard.counting.overlap import (
    CLASSES,
    Calls,
    Carriers,
    Events,
    Mask,
    Whole,
    admitted,
    at_level,
    carriers,
    of_class,
)
from dashboard.question.filters import ANY, HALF_OF_IT, Cohort, Filters, Outliers, Overlap
from dashboard.question.target import Pieces, Target, region_target, surroundings
from dashboard.store.callability import Sight, sight
from dashboard.store.database import Generation, Size, Statement, remembered
from dashboard.store.panel import GROUPED_BY, Panel, counted, expected_copies, panel
from dashboard.store.problems import problem_kinds_of
from dashboard.store.sites import site_names
from dashboard.store.statistics import over_people_seen, wilson, with_frequency
from dashboard.words.seen import LEAST_SEEN, is_partly_seen
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import LARGE_EVENT, SOLID_BINS, Level

FEW: Final = 5_000
MANY: Final = 50_000
"""Events of a place that are a small and a large answer; a chromosome's are more and are fetched anew."""

_TOUCHING: Final = """chrom = $chrom::chrom AND start < $end AND "end" > $start AND direction IN ('loss', 'gain')
    AND ($site IS NULL OR site_id = $site)"""
_EVENT_COLUMNS: Final = f"""event_id, sample_id, start, "end", inner_start, inner_end, direction::VARCHAR AS direction,
    class::VARCHAR AS class, copy_number, expected_copy_number, copy_ratio, quality, bins, filters, par_border, parts,
    sensitive, credible, pass, site_id
FROM events
WHERE {_TOUCHING}"""
_EVENT_SCHEMA: Final = {
    "event_id": pl.Int64,
    "sample_id": pl.UInt32,
    "start": pl.Int32,
    "end": pl.Int32,
    "inner_start": pl.Int32,
    "inner_end": pl.Int32,
    "direction": pl.String,
    "class": pl.String,
    "copy_number": pl.Int32,
    "expected_copy_number": pl.UInt8,
    "copy_ratio": pl.Float32,
    "quality": pl.Float32,
    "bins": pl.Int32,
    "filters": pl.String,
    "par_border": pl.Boolean,
    "parts": pl.Int32,
    "sensitive": pl.Boolean,
    "credible": pl.Boolean,
    "pass": pl.Boolean,
    "site_id": pl.Int32,
}

# One row a loss or gain that touches the place.
EVENTS: Final = Statement(f"SELECT {_EVENT_COLUMNS}", _EVENT_SCHEMA)

# The same of some samples alone.
EVENTS_OF: Final = Statement(
    f"SELECT {_EVENT_COLUMNS} AND sample_id IN (SELECT unnest($samples)::UINTEGER)", _EVENT_SCHEMA
)

# One row a call that touches the place, of an event that is joined from several and touches it too.
_CALL_COLUMNS: Final = f"""event_id, start, "end", class::VARCHAR AS class, copy_number
FROM calls
WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start
    AND event_id IN (SELECT event_id FROM events WHERE {_TOUCHING} AND parts > 1"""
_CALL_SCHEMA: Final = {
    "event_id": pl.Int64,
    "start": pl.Int32,
    "end": pl.Int32,
    "class": pl.String,
    "copy_number": pl.Int32,
}
PARTS: Final = Statement(f"SELECT {_CALL_COLUMNS})", _CALL_SCHEMA)

# The same of some samples alone.
PARTS_OF: Final = Statement(
    f"""SELECT {_CALL_COLUMNS} AND sample_id IN (SELECT unnest($samples)::UINTEGER))
    AND sample_id IN (SELECT unnest($samples)::UINTEGER)""",
    _CALL_SCHEMA,
)

# The same as columns of numbers, without what only a list of carriers shows; `every`: those below sensitive too.
MARKS: Final = Statement(
    """SELECT sample_id, start, "end", inner_start, inner_end, direction = 'gain' AS gain,
    enum_code(class)::UTINYINT AS class, copy_number, quality, bins, sensitive, credible, pass
FROM events
WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start AND direction IN ('loss', 'gain')
    AND ($every OR credible OR ($sensitive AND sensitive))""",
    {
        "sample_id": pl.UInt32,
        "start": pl.Int32,
        "end": pl.Int32,
        "inner_start": pl.Int32,
        "inner_end": pl.Int32,
        "gain": pl.Boolean,
        "class": pl.UInt8,
        "copy_number": pl.Int32,
        "quality": pl.Float32,
        "bins": pl.Int32,
        "sensitive": pl.Boolean,
        "credible": pl.Boolean,
        "pass": pl.Boolean,
    },
)

# One row: how many they are.
TOUCHING: Final = Statement(
    f"SELECT count(*) AS events FROM events WHERE {_TOUCHING}",
    {"events": pl.Int64},
)

# One row an event of one or more calls: the genotypes of its calls in their order.
GENOTYPES: Final = Statement(
    """SELECT event_id, string_agg(genotype, ';' ORDER BY start) AS genotype
FROM calls
WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start AND event_id IN (SELECT unnest($events)::BIGINT)
GROUP BY event_id""",
    {"event_id": pl.Int64, "genotype": pl.String},
)

CARRIER_COLUMNS: Final = {
    "sample": pl.String,
    "superpopulation": pl.String,
    "population": pl.String,
    "sex": pl.String,
    "chrom": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "length": pl.Int32,
    "direction": pl.String,
    "class": pl.String,
    "copy_number": pl.Int32,
    "expected_copy_number": pl.UInt8,
    "event_class": pl.String,
    "event_copy_number": pl.Int32,
    "copy_ratio": pl.Float32,
    "quality": pl.Float32,
    "bins": pl.Int32,
    "filters": pl.String,
    "par_border": pl.Boolean,
    "large": pl.Boolean,
    "event": pl.Int64,
    "site": pl.String,
    "overlap": pl.Float64,
    "problem": pl.String,
}
"""Columns of a list of carriers, one row an event; positions are 0-based and half-open. `class` and `copy_number` are the
carrier's at the place under the rule in force (R7), the same in every row of a carrier and direction; `event_class` and
`event_copy_number` the event's own. `large`: over 3 Mb in a person who is not marked on the chromosome, so constitutional (R11). `site` is null where the event belongs to none, `problem` where it lies in no problem
region: of those it lies in, every kind."""

_TALLIES: Final = (
    ("complete_losses", (CallClass.COMPLETE_LOSS,)),
    ("partial_losses", (CallClass.PARTIAL_LOSS,)),
    ("low_gains", (CallClass.LOW_GAIN,)),
    ("high_gains", (CallClass.HIGH_GAIN,)),
    ("without_copy_number", (CallClass.LOSS, CallClass.GAIN)),
)


@dataclass(frozen=True, slots=True)
class Touching:
    """The losses and gains that touch a place: rows of the database and the same as columns, in one order."""

    rows: pl.DataFrame
    events: Events
    sample: Whole
    """Row in the panel of each event's sample."""
    calls: Calls
    """Those of events that are joined from several."""

    def where(self, keep: Mask) -> "Touching":
        """Those that a mask keeps, in the same order."""
        return Touching(
            self.rows.filter(pl.Series(keep)), self.events.where(keep), self.sample[keep], self.calls.where(keep)
        )


@remembered
def frequencies(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """Carriers at `target`, counted in every group.

    One row a level (the chosen one, `pass` and `all`), direction asked for, and group (`grouped_by`: all,
    superpopulation, population, sex): `carriers`, `samples`, `frequency` with its Wilson interval `ci_low`, `ci_high`
    (shares of 1), and carriers by class; `seen`, the share of the group in whom the caller saw half or more of the place,
    null where no file says so; and `people_seen`, their number, where the upper bound of no carriers is given over them
    and no longer over `samples` (R5). A group without carriers has its row; one without anyone counted has none.
    """
    who = counted(database, target.interval.chrom, filters)
    touching = events_touching(database, target)
    people = panel(database)
    people_of = _sizes(people, who)
    there = np.flatnonzero(people_of)
    fit = admitted(touching.events, filters)
    asked, counts = [], []
    for level in dict.fromkeys((filters.level, Level.PASS, Level.ALL)):
        found = _carriers(touching, who, target, filters, level, fit)
        for direction in filters.directions:
            asked.append((level, direction))
            counts.append(_tally(people, found, direction, len(people_of))[there])
    table = np.concatenate(counts)
    names = [(kind, code) for kind in GROUPED_BY for code in people.groups[kind][0]]
    seen, people_seen = _seen(sight(database, target.interval), people, who, there)
    counted_rows = with_frequency(
        pl.DataFrame(
            {
                "level": [level.value for level, _ in asked for _ in there],
                "direction": [direction.value for _, direction in asked for _ in there],
                "grouped_by": [names[one][0] for one in there] * len(asked),
                "group": [names[one][1] for one in there] * len(asked),
                "samples": np.tile(people_of[there], len(asked)),
                "carriers": table.sum(axis=1),
                **{name: table[:, [CLASSES.index(one) for one in some]].sum(axis=1) for name, some in _TALLIES},
            },
            schema=_FREQUENCY_SCHEMA,
        )
    )
    return over_people_seen(
        counted_rows.with_columns(
            pl.Series("seen", seen * len(asked), pl.Float64),
            pl.Series("people_seen", people_seen * len(asked), pl.Int32),
        )
    )


def _seen(one: Sight | None, people: Panel, who: Mask, there: Whole) -> tuple[list[float | None], list[int | None]]:
    """Of each group in `there` the share in whom the place was seen, and their number where that makes the bound of none."""
    if one is None:
        return [None] * len(there), [None] * len(there)
    told, seen = (_sizes(people, who & mask)[there].tolist() for mask in (one.told, one.seen))
    shares = [some / of if of else None for some, of in zip(seen, told, strict=True)]
    return shares, [some if is_partly_seen(share) else None for some, share in zip(seen, shares, strict=True)]


_FREQUENCY_SCHEMA: Final = {
    "level": pl.String,
    "direction": pl.String,
    "grouped_by": pl.String,
    "group": pl.String,
    "samples": pl.Int32,
    "carriers": pl.Int32,
    **{name: pl.Int32 for name, _ in _TALLIES},
}


def _sizes(people: Panel, who: Mask) -> Whole:
    """How many are counted in each group, one way of grouping after the other."""
    return np.concatenate(
        [np.bincount(number[who], minlength=len(codes)) for codes, number in (people.groups[one] for one in GROUPED_BY)]
    )


def _tally(people: Panel, found: Carriers, direction: Direction, groups: int) -> NDArray[np.int64]:
    """Carriers of a direction in each group, as `_sizes` orders them, by class: (groups, classes)."""
    mine = found.gain == (direction is Direction.GAIN)
    samples, classes = found.sample[mine], found.carrier_class[mine]
    cells = []
    first = 0
    for kind in GROUPED_BY:
        codes, number = people.groups[kind]
        cells.append((first + number[samples]) * len(CLASSES) + classes)
        first += len(codes)
    counts = np.bincount(np.concatenate(cells), minlength=groups * len(CLASSES))
    return counts.reshape(groups, len(CLASSES))


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


def by_rule(
    database: Generation, target: Target, filters: Filters, rules: Sequence[Overlap]
) -> dict[Overlap, tuple[Count, ...]]:
    """Carriers at `target` under each rule of overlap (R7), a count for each direction asked for."""
    touching = _touching_in_short(database, target, filters)
    return dict(zip(rules, _counts(database, target, [filters.under(rule) for rule in rules], touching), strict=True))


def by_filter(
    database: Generation, target: Target, filters: Filters
) -> dict[tuple[Level, Cohort, Outliers], tuple[Count, ...]]:
    """Carriers at `target` at every level, in both cohorts, with outliers and without (R4, R5), likewise."""
    asked = list(product(Level, Cohort, Outliers))
    each = [replace(filters, level=level, cohort=cohort, outliers=outliers) for level, cohort, outliers in asked]
    touching = _touching_in_short(database, target, filters.at(Level.ALL))
    return dict(zip(asked, _counts(database, target, each, touching), strict=True))


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
    touching = _touching_in_short(database, target, filters)
    events, place = touching.events, target.interval
    halves, touched = _counts(database, target, [replace(filters, overlap=one) for one in (HALF_OF_IT, ANY)], touching)
    who = counted(database, place.chrom, filters)
    told = target.has_share(ANY)
    found = _carriers(touching, who, target, replace(filters, overlap=ANY), filters.level, classes=told)
    inside = np.minimum(events.end, place.end) - np.maximum(events.start, place.start)
    complete = found.carrier_class == CLASSES.index(CallClass.COMPLETE_LOSS)
    answers = []
    for half, any_ in zip(halves, touched, strict=True):
        gain = half.direction is Direction.GAIN
        mine = np.flatnonzero(found.event & (events.carrier & 1 == gain))
        # by carrier: the most bins of an event, where they are known of one, else none
        most = np.full(2 * len(who), -1, np.int64)
        np.maximum.at(most, events.carrier[mine], events.bins[mine])
        thin = int(((most >= 0) & (most < SOLID_BINS)).sum())
        longest = int(inside[mine].max(initial=0))
        answers.append(Extent(half.direction, half, any_, int(complete.sum()) * (not gain), thin, longest))
    return tuple(answers)


def _touching_in_short(database: Generation, target: Target, filters: Filters) -> Touching:
    """What touches the target, for counts alone: of a wide region without rows and calls, which are many, unless a class is
    asked for, which the calls decide."""
    if target.has_share(ANY) or target.site is not None or not filters.every_class:
        return events_touching(database, target)
    events, sample = marks_touching(database, target.interval, filters.level)
    return Touching(pl.DataFrame(), events, sample, Calls.none())


def _counts(
    database: Generation, target: Target, asked: Sequence[Filters], touching: Touching
) -> list[tuple[Count, ...]]:
    # the length, quality and so on are the same in all that is asked
    fit = admitted(touching.events, asked[0])
    carries, counts, views = [], [], []
    view = sight(database, target.interval)
    for filters in asked:
        who = counted(database, target.interval.chrom, filters)
        found = _carriers(touching, who, target, filters, filters.level, fit, classes=False)
        gains = int(found.gain.sum())
        carries.append((len(found.gain) - gains, gains))
        counts.append(int(who.sum()))
        told, seen = (0, 0) if view is None else (int((who & view.told).sum()), int((who & view.seen).sum()))
        views.append((seen if told and is_partly_seen(seen / told) else None, not told or seen / told >= LEAST_SEEN))
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
        for row, filters in enumerate(asked)
    ]


def copy_numbers(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """Copies at `target` of everyone who counts: people by `superpopulation`, `expected` and `copy_number`.

    A carrier's copy number is that at the place under the rule in force (R7); of one with a loss and a gain, the one
    farther from the expected, the loss of two as far. Who carries nothing is taken to have the expected copies.
    `copy_number` is null for carriers of whom no number is known, and for people without a call in whom the caller could
    not see the place (R5). On Y and non-PAR X the expected copies go by sex (R2).
    """
    people = panel(database)
    who = counted(database, target.interval.chrom, filters)
    found = _carriers(events_touching(database, target), who, target, filters, filters.level)
    expected = expected_copies(people, target.interval)
    copies = expected.copy()
    distance = np.zeros(len(copies), np.int64)
    for sample, copy_number in zip(found.sample.tolist(), found.copy_number.tolist(), strict=True):
        away = abs(copy_number - expected[sample]) if copy_number >= 0 else 0
        if copy_number < 0 and not distance[sample]:
            copies[sample] = -1
        elif away > distance[sample]:
            copies[sample], distance[sample] = copy_number, away
    if (view := sight(database, target.interval)) is not None:
        carries = np.zeros(len(copies), np.bool_)
        carries[found.sample] = True
        copies[view.told & ~view.seen & ~carries] = -1
    return (
        people.samples.select("superpopulation")
        .with_columns(expected=pl.Series(expected, dtype=pl.Int32), copy_number=pl.Series(copies, dtype=pl.Int32))
        .filter(pl.Series(who))
        .with_columns(pl.col("copy_number").replace(-1, None))
        .group_by("superpopulation", "expected", "copy_number")
        .agg(people=pl.len().cast(pl.Int32))
        .sort("superpopulation", "expected", "copy_number", nulls_last=True)
    )


def relatives(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """Parents and children who carry the same direction too: one row a `sample` and `direction`, `relatives` in words.

    Looked for among everyone in the panel, whatever the cohort and group chosen (R11).
    """
    people = panel(database)
    who = counted(database, target.interval.chrom, Filters(cohort=Cohort.ALL, outliers=filters.outliers))
    found = _carriers(events_touching(database, target), who, target, filters, filters.level)
    names = people.samples["sample"].to_list()
    told: dict[tuple[int, Direction], list[str]] = {}
    for direction in filters.directions:
        carries = np.zeros(len(names), np.bool_)
        carries[found.sample[found.gain == (direction is Direction.GAIN)]] = True
        for role, (children, parents) in people.parents.items():
            both = carries[children] & carries[parents]
            for child, parent in zip(children[both].tolist(), parents[both].tolist(), strict=True):
                told.setdefault((child, direction), []).append(f"{role} {names[parent]}")
                told.setdefault((parent, direction), []).append(f"child {names[child]}")
    return pl.DataFrame(
        [(names[row], direction.value, ", ".join(words)) for (row, direction), words in told.items()],
        schema={"sample": pl.String, "direction": pl.String, "relatives": pl.String},
        orient="row",
    )


@remembered
def carrier_events(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """The events that make carriers, one a row, as `CARRIER_COLUMNS` says."""
    who = counted(database, target.interval.chrom, filters)
    return _listed(database, events_touching(database, target), who, target, filters)


@contextmanager
def carrier_event_batches(
    database: Generation, target: Target, filters: Filters, rows: int
) -> Iterator[Iterator[pl.DataFrame]]:
    """The same as `carrier_events`, with the column `genotype`, in frames of about `rows` rows, each of whole people.

    Nothing is kept, so a stream of a whole chromosome takes no more memory than its largest frame.
    """
    yield (_with_genotypes(database, frame) for frame in events_of_carriers(database, target, filters, rows))


def events_of_carriers(database: Generation, target: Target, filters: Filters, rows: int) -> Iterator[pl.DataFrame]:
    """The same as `carrier_events` in frames of about `rows` rows, each of whole people; nothing is kept."""
    who = counted(database, target.interval.chrom, filters)
    people = panel(database)
    numbers = (
        people.samples.filter(pl.Series(who)).sort("superpopulation", "population", "sample")["sample_id"].to_list()
    )
    touching_rows = database.frame(TOUCHING, _place(target)).item()
    people_at_once = max(1, rows * people.samples.height // max(touching_rows, 1))
    for at in range(0, len(numbers), people_at_once):
        place = _place(target) | {"samples": numbers[at : at + people_at_once]}
        touching = _columns(database, database.table(EVENTS_OF, place), PARTS_OF, place)
        frame = _listed(database, touching, who, target, filters)
        if frame.height:
            yield frame


def _with_genotypes(database: Generation, frame: pl.DataFrame) -> pl.DataFrame:
    reach = {
        "chrom": frame["chrom"][0],
        "start": frame["start"].min(),
        "end": frame["end"].max(),
        "events": frame["event"].to_list(),
    }
    genotypes = database.table(GENOTYPES, reach).rename({"event_id": "event"})
    return frame.join(genotypes, on="event", how="left", maintain_order="left")


def _listed(database: Generation, touching: Touching, who: Mask, target: Target, filters: Filters) -> pl.DataFrame:
    found = _carriers(touching, who, target, filters, filters.level)
    place = target.interval
    rows = touching.rows.filter(pl.Series(found.event)).rename(
        {"class": "event_class", "copy_number": "event_copy_number"}
    )
    # carriers are in the order of their events' numbers
    carrier = np.searchsorted(found.sample * 2 + found.gain, touching.events.carrier[found.event])
    names = pl.Series([name.value for name in CLASSES], dtype=pl.String)
    people = (
        panel(database).samples[touching.sample[found.event]].select("sample", "superpopulation", "population", "sex")
    )
    shared = pl.min_horizontal("end", pl.lit(place.end)) - pl.max_horizontal("start", pl.lit(place.start))
    return (
        rows.hstack(people)
        .join(site_names(database, rows["site_id"]), on="site_id", how="left", maintain_order="left")
        .with_columns(
            names.gather(pl.Series(found.carrier_class[carrier])).alias("class"),
            pl.Series("copy_number", found.copy_number[carrier], pl.Int32).replace(-1, None),
            chrom=pl.lit(place.chrom),
            length=pl.col("end") - pl.col("start"),
            event=pl.col("event_id"),
            large=(pl.col("end") - pl.col("start") > LARGE_EVENT)
            & ~pl.Series(panel(database).is_marked(place.chrom)[touching.sample[found.event]]),
            overlap=shared / place.length,
            problem=problem_kinds_of(database, place.chrom, rows),
        )
        .sort("superpopulation", "population", "sample", pl.col("direction") == "gain", "start", "end", "event")
        .select(list(CARRIER_COLUMNS))
    )


def _carriers(
    touching: Touching,
    who: Mask,
    target: Target,
    filters: Filters,
    level: Level,
    fit: Mask | None = None,
    *,
    classes: bool = True,
) -> Carriers:
    """`fit`: which events have the length, quality and so on, where the caller knows already; without `classes` the class
    of a carrier is worked out only where it is asked for."""
    events = touching.events
    keep = who[touching.sample] & (admitted(events, filters) if fit is None else fit) & at_level(events, level)
    rule = target.rule_in_force(filters.overlap)
    whole = filters.every_class
    found = carriers(events, touching.calls, keep, target, rule, classes=classes or not whole)
    return found if whole else found.where(of_class(found.carrier_class, found.copy_number, filters), events)


def events_touching(database: Generation, target: Target) -> Touching:
    """The losses and gains that touch the target, of everyone, kept for the next question where they are not too many.

    Of a target that is narrowed to a site, those of the site. Those of a gene are cut out of what touches its
    surroundings, which the page draws: one query serves both.
    """

    def fetch() -> Touching:
        if target.kind is Pieces.REGION:
            return read_events(database, target)
        around = events_touching(database, region_target(surroundings(target.interval)))
        place = target.interval
        return around.where((around.events.start < place.end) & (around.events.end > place.start))

    key = ("touching", target.interval, target.site)
    return database.recall(key, fetch, _size)


def _size(touching: Touching) -> Size:
    events = touching.rows.height
    return Size.SMALL if events <= FEW else Size.LARGE if events <= MANY else Size.HUGE


def read_events(database: Generation, target: Target) -> Touching:
    """The losses and gains that touch the place or belong to the site, of everyone, read anew and not kept."""
    return _columns(database, database.table(EVENTS, _place(target)), PARTS, _place(target))


def _place(target: Target) -> dict[str, object]:
    place = target.interval
    return {"chrom": place.chrom, "start": place.start, "end": place.end, "site": target.site}


def marks_touching(database: Generation, place: Interval, level: Level) -> tuple[Events, Whole]:
    """The losses and gains that touch `place`, at credible, or as far as a wider `level` reaches; and the row in the panel
    of each one's sample. For places with thousands: only what drawings and counts need."""
    every, sensitive = level is Level.ALL, level is Level.SENSITIVE
    key = ("marks", place, every, sensitive)
    return database.recall(key, lambda: _marks(database, place, every, sensitive), lambda _: Size.LARGE)


def _marks(database: Generation, place: Interval, every: bool, sensitive: bool) -> tuple[Events, Whole]:
    asked = {
        "chrom": place.chrom, "start": place.start, "end": place.end, "every": every, "sensitive": sensitive,
    }  # fmt: skip
    rows = database.table(MARKS, asked)
    sample, order = _in_order(rows, rows["gain"], panel(database))
    return _events(
        rows[order], sample * 2 + rows["gain"].to_numpy()[order], _CLASS_OF_CODE[rows["class"].to_numpy()[order]]
    ), sample


_CLASS_OF_CODE: Final = np.array([CLASSES.index(one) if one in CLASSES else -1 for one in CallClass], np.int64)
"""Position in `CLASSES` by the code of the schema's enumeration, whose order is that of `CallClass`."""
_CLASS_OF_NAME: Final = {name.value: position for position, name in enumerate(CLASSES)}


def _columns(database: Generation, rows: pl.DataFrame, parts: Statement, place: dict[str, object]) -> Touching:
    """`parts`: the statement that reads the calls of those events that are joined from several."""
    gain = rows["direction"] == "gain"
    sample, order = _in_order(rows, gain, panel(database))
    rows = rows[order]
    events = _events(rows, sample * 2 + gain.to_numpy()[order], _classes(rows["class"]))
    several = (rows["parts"] > 1).any()
    return Touching(rows, events, sample, _calls(database.table(parts, place), rows) if several else Calls.none())


def _calls(calls: pl.DataFrame, events: pl.DataFrame) -> Calls:
    numbers = events["event_id"].to_numpy()
    order = np.argsort(numbers)
    return Calls(
        event=order[np.searchsorted(numbers, calls["event_id"].to_numpy(), sorter=order)],
        start=calls["start"].to_numpy().astype(np.int64),
        end=calls["end"].to_numpy().astype(np.int64),
        call_class=_classes(calls["class"]),
        copy_number=calls["copy_number"].fill_null(-1).to_numpy().astype(np.int64),
    )


def _classes(names: pl.Series) -> Whole:
    return names.replace_strict(_CLASS_OF_NAME, return_dtype=pl.Int64).to_numpy()


def _in_order(rows: pl.DataFrame, gain: pl.Series, people: Panel) -> tuple[Whole, Whole]:
    """The samples' rows in the panel, sorted as `Events` are, and the order that sorts the rows so."""
    sample = people.row_of[rows["sample_id"].to_numpy()]
    order = np.lexsort((rows["end"].to_numpy(), rows["start"].to_numpy(), sample * 2 + gain.to_numpy()))
    return sample[order], order


def _events(rows: pl.DataFrame, carrier: Whole, classes: Whole) -> Events:
    return Events(
        carrier=carrier,
        start=rows["start"].to_numpy().astype(np.int64),
        end=rows["end"].to_numpy().astype(np.int64),
        inner_start=rows["inner_start"].to_numpy().astype(np.int64),
        inner_end=rows["inner_end"].to_numpy().astype(np.int64),
        event_class=classes,
        copy_number=rows["copy_number"].fill_null(-1).to_numpy().astype(np.int64),
        quality=rows["quality"].fill_null(float("nan")).to_numpy(),
        bins=rows["bins"].fill_null(-1).to_numpy().astype(np.int64),
        sensitive=rows["sensitive"].to_numpy(),
        credible=rows["credible"].to_numpy(),
        passing=rows["pass"].to_numpy(),
    )
