"""The carriers one by one: their events as rows, at once or as a stream, and who of their families carries too (R11)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.overlap import Carriers
from dashboard.question.filters import Cohort, Filters
from dashboard.question.target import Target
from dashboard.store.carriers.find import carriers_at, find_carriers
from dashboard.store.carriers.touching import (
    EVENTS_OF,
    PARTS_OF,
    TOUCHING_PLACE,
    Touching,
    event_rows,
    events_touching,
    place_parameters,
    touching_of_rows,
)
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.panel import counted_rows, panel
from dashboard.store.problems import problem_kinds_of
from dashboard.store.site_tables import sites_on
from data_prep.domain.copy_number import CLASSES, Direction
from data_prep.domain.levels import LARGE_EVENT

# One row: how many they are.
TOUCHING: Final = Statement(
    f"SELECT count(*) AS events FROM events WHERE {TOUCHING_PLACE}",
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


@remembered
def carrier_events(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """The events that make carriers, one a row, as `CARRIER_COLUMNS` says."""
    who = counted_rows(database, target.interval.chrom, filters)
    touching = events_touching(database, target)
    carriers = carriers_at(database, target, touching, who, filters)
    return _listed(database, event_rows(database, target, touching.number[carriers.event]), touching, carriers, target)


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
    who = counted_rows(database, target.interval.chrom, filters)
    people = panel(database)
    numbers = (
        people.samples.filter(pl.Series(who)).sort("superpopulation", "population", "sample")["sample_id"].to_list()
    )
    touching_rows = database.frame(TOUCHING, place_parameters(target)).item()
    people_at_once = max(1, rows * people.samples.height // max(touching_rows, 1))
    for at in range(0, len(numbers), people_at_once):
        place = place_parameters(target) | {"samples": numbers[at : at + people_at_once]}
        touching, events = touching_of_rows(database, database.table(EVENTS_OF, place), PARTS_OF, place)
        carriers = find_carriers(touching, who, target, filters)
        frame = _listed(database, events.filter(pl.Series(carriers.event)), touching, carriers, target)
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


def _listed(
    database: Generation, events: pl.DataFrame, touching: Touching, carriers: Carriers, target: Target
) -> pl.DataFrame:
    """`events`: the rows of those that make carriers, in the order of `touching`."""
    place = target.interval
    rows = events.rename({"class": "event_class", "copy_number": "event_copy_number"})
    # carriers are in the order of their events' numbers
    carrier = np.searchsorted(carriers.sample * 2 + carriers.gain, touching.events.carrier[carriers.event])
    names = pl.Series([name.value for name in CLASSES], dtype=pl.String)
    people = (
        panel(database)
        .samples[touching.sample[carriers.event]]
        .select("sample", "superpopulation", "population", "sex")
    )
    shared = pl.min_horizontal("end", pl.lit(place.end)) - pl.max_horizontal("start", pl.lit(place.start))
    return (
        rows.hstack(people)
        .with_columns(
            pl.Series("site", sites_on(database, place.chrom).names(touching.site[carriers.event]), pl.String),
            names.gather(pl.Series(carriers.carrier_class[carrier])).alias("class"),
            pl.Series("copy_number", carriers.copy_number[carrier], pl.Int32).replace(-1, None),
            chrom=pl.lit(place.chrom),
            length=pl.col("end") - pl.col("start"),
            event=pl.col("event_id"),
            large=(pl.col("end") - pl.col("start") > LARGE_EVENT)
            & ~pl.Series(panel(database).is_marked(place.chrom)[touching.sample[carriers.event]]),
            overlap=shared / place.length,
            problem=problem_kinds_of(database, place.chrom, rows),
        )
        .sort("superpopulation", "population", "sample", pl.col("direction") == "gain", "start", "end", "event")
        .select(list(CARRIER_COLUMNS))
    )


def relatives(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """Parents and children who carry the same direction too: one row a `sample` and `direction`, `relatives` a list of `role` and `sample`.

    Looked for among everyone in the panel, whatever the cohort and group chosen (R11).
    """
    people = panel(database)
    who = counted_rows(database, target.interval.chrom, Filters(cohort=Cohort.ALL, outliers=filters.outliers))
    carriers = carriers_at(database, target, events_touching(database, target), who, filters)
    names = people.samples["sample"].to_list()
    relatives_of: dict[tuple[int, Direction], list[dict[str, str]]] = {}
    for direction in filters.directions:
        carries = np.zeros(len(names), np.bool_)
        carries[carriers.sample[carriers.gain == (direction is Direction.GAIN)]] = True
        for role, (children, parents) in people.parents.items():
            both = carries[children] & carries[parents]
            for child, parent in zip(children[both].tolist(), parents[both].tolist(), strict=True):
                relatives_of.setdefault((child, direction), []).append({"role": role, "sample": names[parent]})
                relatives_of.setdefault((parent, direction), []).append({"role": "child", "sample": names[child]})
    return pl.DataFrame(
        [(names[row], direction.value, kin) for (row, direction), kin in relatives_of.items()],
        schema={
            "sample": pl.String,
            "direction": pl.String,
            "relatives": pl.List(pl.Struct({"role": pl.String, "sample": pl.String})),
        },
        orient="row",
    )
