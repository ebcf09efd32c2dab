"""The calls of carriers, as the caller wrote them, and the order by place that some formats need.

`dashboard.store.carriers` decides who is a carrier and by which events; here are the calls that those events are made
of, and the events themselves sorted by position instead of by person.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import polars as pl

from dashboard.question.filters import Filters
from dashboard.question.target import Target
from dashboard.store.carriers.listing import events_of_carriers
from dashboard.store.database import Generation, Statement
from dashboard.store.panel import panel
from dashboard.store.problems import problem_kinds_of
from data_prep.domain.intervals import Interval

_NUMBERS: Final = """direction::VARCHAR AS direction, class::VARCHAR AS class, copy_number, expected_copy_number,
    copy_ratio, quality, bins, filters, par_border, event_id AS event"""
_SCHEMA: Final = {
    "sample_id": pl.UInt32,
    "chrom": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "length": pl.Int32,
    "direction": pl.String,
    "class": pl.String,
    "copy_number": pl.Int32,
    "expected_copy_number": pl.UInt8,
    "copy_ratio": pl.Float32,
    "quality": pl.Float32,
    "bins": pl.Int32,
    "filters": pl.String,
    "par_border": pl.Boolean,
    "event": pl.Int64,
}
# `reach_start` and `reach_end` hold the events whole: a call of one may lie beside the place.
_THEIRS: Final = """chrom = $chrom::chrom AND start < $reach_end AND "end" > $reach_start
    AND event_id IN (SELECT unnest($events)::BIGINT)"""

# One row a call of the events, in the order of their places.
CALLS: Final = Statement(
    f"""SELECT sample_id, chrom::VARCHAR AS chrom, start, "end", "end" - start AS length, {_NUMBERS}, genotype
FROM calls WHERE {_THEIRS}
ORDER BY start, "end", calls.direction, sample_id, event_id""",
    {**_SCHEMA, "genotype": pl.String},
)

# One row an event, in the order of their places.
EVENTS_BY_PLACE: Final = Statement(
    f"""SELECT sample_id, chrom::VARCHAR AS chrom, start, "end", "end" - start AS length, {_NUMBERS}
FROM events WHERE {_THEIRS}
ORDER BY start, "end", events.direction, sample_id, event_id""",
    _SCHEMA,
)

# One row a distinct FILTER of the calls of the events.
FILTERS: Final = Statement(
    f"SELECT DISTINCT filters FROM calls WHERE {_THEIRS} ORDER BY filters", {"filters": pl.String}
)


@dataclass(frozen=True, slots=True)
class CarrierEvents:
    """Who carries at a place, and by which events.

    `people` has `sample`, `superpopulation`, `population`, `sex`, one row a carrier, by name; `events` their numbers, sites
    and the class of the carrier at the place, in `event`, `site` and `carrier_class`; `reach` holds the events whole, None where there are none.
    """

    people: pl.DataFrame
    events: pl.DataFrame
    reach: Interval | None


def read_carrier_events(database: Generation, target: Target, filters: Filters, rows: int) -> CarrierEvents:
    """The carriers at `target` with the numbers of their events, read about `rows` events at a time."""
    columns = ["sample", "superpopulation", "population", "sex"]
    people, events = [], []
    starts, ends = [], []
    for frame in events_of_carriers(database, target, filters, rows):
        people.append(frame.select(columns).unique())
        events.append(frame.select("event", "site", carrier_class="class"))
        starts.append(frame["start"].to_numpy().min())
        ends.append(frame["end"].to_numpy().max())
    if not people:
        nobody = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        no_events = {"event": pl.Int64, "site": pl.String, "carrier_class": pl.String}
        return CarrierEvents(nobody, pl.DataFrame(schema=no_events), None)
    reach = Interval(target.interval.chrom, int(min(starts)), int(max(ends)))
    return CarrierEvents(pl.concat(people).unique().sort("sample"), pl.concat(events), reach)


def filters_of_calls(database: Generation, carriers: CarrierEvents) -> list[str]:
    """The distinct FILTERs of the calls of these events."""
    if carriers.reach is None:
        return []
    return database.table(FILTERS, _parameters(carriers.reach, carriers.events))["filters"].to_list()


@contextmanager
def calls_by_place(
    database: Generation, target: Target, carriers: CarrierEvents, rows: int
) -> Iterator[Iterator[pl.DataFrame]]:
    """The calls of these events sorted by start, end and direction, in frames of about `rows` rows.

    Columns as `CALLS` says, with the person's, the event's `site`, `overlap`, the share of the target that the call covers,
    and `problem`, the kinds of problem region that the call lies in; 0-based.
    """
    with _by_place(database, CALLS, target, carriers, rows) as frames:
        yield frames


@contextmanager
def events_by_place(
    database: Generation, target: Target, carriers: CarrierEvents, rows: int
) -> Iterator[Iterator[pl.DataFrame]]:
    """The same of the events themselves, which have no genotype."""
    with _by_place(database, EVENTS_BY_PLACE, target, carriers, rows) as frames:
        yield frames


def call_batches(database: Generation, target: Target, filters: Filters, rows: int) -> Iterator[pl.DataFrame]:
    """The calls of the carriers' events in frames of about `rows` events, person by person in the order of carriers."""
    for frame in events_of_carriers(database, target, filters, rows):
        reach = Interval(
            target.interval.chrom, int(frame["start"].to_numpy().min()), int(frame["end"].to_numpy().max())
        )
        events = frame.select("event", "site")
        calls = database.table(CALLS, _parameters(reach, events))
        yield _with_context(database, calls, events, target).sort(
            "superpopulation",
            "population",
            "sample",
            pl.col("direction") == "gain",
            "start",
            "end",
            "event",
        )


@contextmanager
def _by_place(
    database: Generation, statement: Statement, target: Target, carriers: CarrierEvents, rows: int
) -> Iterator[Iterator[pl.DataFrame]]:
    if carriers.reach is None:
        yield iter(())
        return
    with database.batches(statement, _parameters(carriers.reach, carriers.events), rows) as frames:
        yield (_with_context(database, frame, carriers.events, target) for frame in frames)


def _parameters(reach: Interval, events: pl.DataFrame) -> dict[str, object]:
    return {
        "chrom": reach.chrom,
        "reach_start": reach.start,
        "reach_end": reach.end,
        "events": events["event"].to_list(),
    }


def _with_context(database: Generation, frame: pl.DataFrame, events: pl.DataFrame, target: Target) -> pl.DataFrame:
    """Calls or events with what the tables beside theirs know of them: the person, the site, the share of the target."""
    people = panel(database).samples.select("sample_id", "sample", "superpopulation", "population", "sex")
    place = target.interval
    shared = pl.min_horizontal("end", pl.lit(place.end)) - pl.max_horizontal("start", pl.lit(place.start))
    return (
        frame.join(people, on="sample_id", how="left", maintain_order="left")
        .join(events, on="event", how="left", maintain_order="left")
        # a call of an event that touches the place may itself lie beside it
        .with_columns(
            overlap=shared.clip(lower_bound=0) / place.length, problem=problem_kinds_of(database, place.chrom, frame)
        )
    )
