"""The events of a person with all that is told beside them: how often their sites are, and from whom they are (rules R5, R6, R11)."""

from typing import Final

import polars as pl

from dashboard.question.filters import Filters
from dashboard.store.database import Generation, Size, remembered
from dashboard.store.person import Person, TrioView, events_of_person, handed_on, trio_of
from dashboard.store.sites import FEW_ROWS, with_sight
from dashboard.store.whole import person_among
from data_prep.domain.levels import Level
from data_prep.domain.site_id import site_id_expression

_SHARES: Final = ("", "_superpopulation", "_population")
_INHERITED: Final = ("father", "mother", "inheritance", "inconsistent")
_EVERY: Final = Filters()
"""Whose sites are told: unrelated people."""
EVERYTHING: Final = Filters(level=Level.ALL)
_TOLD: Final = {"site": pl.String, "assessable": pl.Boolean, "paralogous": pl.Boolean, "note": pl.String}


def person_events(database: Generation, person: Person, filters: Filters) -> pl.DataFrame:
    """The events that `filters` choose, rarest first: the columns of `events_of_person`, and

    `name`, the event's own in an address; `note`, what limits the frequencies of its site or why there are none: of a place of copies
    carriers stay and shares are null, of one that nobody can assess both are (R5); `father`, `mother`, `inheritance` and `inconsistent` as
    `TrioView.events` has them, null where the pedigree names no parent.
    """

    def make() -> pl.DataFrame:
        events = _with_sight(database, events_of_person(database, person, filters))
        trio = trio_view(database, person)
        if trio is None:
            return events.with_columns(
                *(pl.lit(None, pl.String).alias(name) for name in _INHERITED[:3]),
                pl.lit(None, pl.Boolean).alias(_INHERITED[3]),
            )
        return events.join(trio.events.select("event", *_INHERITED), on="event", how="left", maintain_order="left")

    return database.recall(("events of a person", person.sample_id, filters), make, _size)


@remembered
def trio_view(database: Generation, person: Person) -> TrioView | None:
    """As `trio_of` tells it of every loss and gain, whatever its level: what a parent has of an event does not depend on the filters."""
    return trio_of(database, person, EVERYTHING)


@remembered
def handed_on_of(database: Generation, person: Person) -> pl.DataFrame:
    """As `handed_on` tells it of every loss and gain: `event`, `child`, `state`."""
    return handed_on(database, person, EVERYTHING).select("event", "child", "state")


def children_events(database: Generation, person: Person, filters: Filters) -> pl.DataFrame:
    """What children have of the events that `filters` choose, rarest first: the columns of `person_events`, `child` and `state`, a row an event
    and child, as `handed_on` tells them."""

    def make() -> pl.DataFrame:
        events = person_events(database, person, filters)
        states = handed_on_of(database, person)
        return events.join(states, on="event", how="inner", maintain_order="left_right")

    return database.recall(("children of a person", person.sample_id, filters), make, _size)


def relatives_calls(database: Generation, person: Person, filters: Filters) -> pl.DataFrame:
    """The parents' events at every level that touch an event of the person that `filters` choose, along the genome: `of_event`, the name of
    the person's event; `role`; `sample`, the parent; and the parent's event: `chrom`, `start`, `end`, `length`, `direction`, `class`, `copy_number`,
    `expected_copy_number`, `quality`, `bins`, `level`, the strictest that it meets, and `overlap`, the share of the person's event that it covers."""
    trio = trio_view(database, person)
    schema = {
        "of_event": pl.String, "role": pl.String, "sample": pl.String, "chrom": pl.String, "start": pl.Int32, "end": pl.Int32,
        "length": pl.Int32, "direction": pl.String, "class": pl.String, "copy_number": pl.Int32, "expected_copy_number": pl.UInt8,
        "quality": pl.Float32, "bins": pl.Int32, "level": pl.String, "overlap": pl.Float64,
    }  # fmt: skip
    if trio is None or trio.calls.is_empty():
        return pl.DataFrame(schema=schema)
    mine = person_events(database, person, filters).select(
        "event", pl.col("name").alias("of_event"), pl.col("start").alias("from"), pl.col("end").alias("to")
    )
    names = {relative.role.value: relative.sample for relative in (trio.father, trio.mother) if relative is not None}
    shared = pl.min_horizontal("end", "to") - pl.max_horizontal("start", "from")
    return (
        trio.calls.join(mine, on="event", how="inner", maintain_order="left")
        .with_columns(
            length=pl.col("end") - pl.col("start"),
            sample=pl.col("role").replace_strict(names, return_dtype=pl.String),
            overlap=shared / (pl.col("to") - pl.col("from")),
        )
        .select(pl.col(name).cast(kind) for name, kind in schema.items())
    )


def standing(database: Generation, person: Person, filters: Filters) -> pl.DataFrame:
    """A person's numbers beside those of the unrelated people of the population, at the level asked for, as `person_among` has them, with
    `sample` and `population`; no rows of somebody whose file was not read."""
    frame = person_among(database, person.sample_id, filters)
    return frame.with_columns(sample=pl.lit(person.sample), population=pl.lit(person.population))


def _size(frame: pl.DataFrame) -> Size:
    return Size.SMALL if frame.height <= FEW_ROWS else Size.LARGE


def _with_sight(database: Generation, events: pl.DataFrame) -> pl.DataFrame:
    """With `name` and `note`, and without the numbers of sites of which none may be told (R5)."""
    place = r"^(chr[^-]+)-(\d+)-(\d+)-"
    of_one = events.filter(pl.col("site").is_not_null()).select("site", "carriers").unique("site", maintain_order=True)
    # sites of several people are met again and again
    known: dict[str, tuple[bool, bool, str]] = database.recall(("what may be told of sites",), dict)
    missing = of_one.filter(~pl.col("site").is_in(list(known))).select(
        "site",
        pl.col("site").str.extract(place, 1).alias("chrom"),
        pl.col("site").str.extract(place, 2).cast(pl.Int32).sub(1).alias("start"),
        pl.col("site").str.extract(place, 3).cast(pl.Int32).alias("end"),
    )
    found: dict[str, tuple[bool, bool, str]] = {}
    for part in missing.partition_by("chrom", maintain_order=True):
        for site, *told_of_it in with_sight(database, part, _EVERY).select(*_TOLD).iter_rows():
            found[site] = (told_of_it[0], told_of_it[1], told_of_it[2])
    known |= {site: found[site] for site, carriers in of_one.iter_rows() if site in found and carriers > 1}
    rows = [(site, *(found.get(site) or known[site])) for site in of_one["site"]]
    told = pl.DataFrame(rows, schema=_TOLD, orient="row")
    table = events.join(told, on="site", how="left", maintain_order="left")
    has_carriers = pl.col("assessable").fill_null(value=False)
    has_share = has_carriers & ~pl.col("paralogous").fill_null(value=False)
    return table.with_columns(
        site_id_expression(pl.col("chrom"), pl.col("start"), pl.col("end"), pl.col("direction")).alias("name"),
        pl.when(pl.col("note") != "").then(pl.col("note")).alias("note"),
        *(
            pl.when(has_carriers).then(pl.col(f"{name}{group}")).alias(f"{name}{group}")
            for name in ("carriers", "samples")
            for group in _SHARES
        ),
        *(pl.when(has_share).then(pl.col(f"frequency{group}")).alias(f"frequency{group}") for group in _SHARES),
    )
