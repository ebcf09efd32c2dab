"""The frequency table that page and download share: the counts at the chosen level, with those at PASS beside them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from dashboard.operating.cells import NOTE, Row, what_is_told
from dashboard.question.filters import Filters
from dashboard.words import wording
from dashboard.words.seen import LEAST_SEEN, notes
from data_prep.domain.copy_number import TALLIES, Direction
from data_prep.domain.levels import Level

KINDS: Final = ("all", "superpopulation", "population", "sex")
"""How people are grouped, in the order of tables."""

_NUMBERS: Final = (
    "carriers",
    "samples",
    "frequency",
    "ci_low",
    "ci_high",
    "complete_losses",
    "partial_losses",
    "low_gains",
    "high_gains",
    "without_copy_number",
    "pass_carriers",
    "pass_frequency",
)

_SHARES: Final = ("frequency", "ci_low", "ci_high", "pass_frequency")


def frequency_table(
    counts: pl.DataFrame, filters: Filters, order: Sequence[str], *, relatives: bool = False
) -> pl.DataFrame:
    """One row a group and direction, losses first: everyone, then groups in `order`, then the rest by name.

    `counts` is what the store counted at the chosen level, at PASS and at all. Added to its columns: `pass_carriers`,
    `pass_frequency`, and `hidden`, the carriers whom the chosen level leaves out; and `note`, what must be known of the
    row: frequencies that are lower bounds, or why there are no numbers, as of a group in whom the place was hardly seen;
    `relatives`: some are counted.
    """
    keys = ["grouped_by", "group", "direction"]
    chosen = _level(counts, filters.level).drop("level")
    passing = _level(counts, Level.PASS).select(*keys, pass_carriers="carriers", pass_frequency="frequency")
    every = _level(counts, Level.ALL).select(*keys, every="carriers")
    place = {code: position for position, code in enumerate(order)}
    kind = {name: position for position, name in enumerate(KINDS)}
    table = (
        chosen.join(passing, on=keys, how="left")
        .join(every, on=keys, how="left")
        .with_columns(hidden=pl.col("every") - pl.col("carriers"))
        .drop("every")
        .sort(
            pl.col("direction") == "gain",
            pl.col("grouped_by").replace_strict(kind, return_dtype=pl.Int32),
            pl.col("group").replace_strict(place, default=len(place), return_dtype=pl.Int32),
            "group",
        )
    )
    hardly = (pl.col("seen") < LEAST_SEEN).fill_null(value=False)
    return table.with_columns(
        *(pl.when(~hardly).then(pl.col(name)).alias(name) for name in (*_NUMBERS, "hidden")),
        pl.Series("note", notes(table["seen"], relatives=relatives), pl.String),
    )


def chart_rows(table: pl.DataFrame, direction: Direction) -> pl.DataFrame:
    """The rows of the frequency chart: super-populations and everyone, with `told`, the numbers in words."""
    mine = table.filter(pl.col("direction") == direction.value)
    rows = pl.concat([mine.filter(pl.col("grouped_by") == kind) for kind in ("superpopulation", "all")])
    # told outside the frame: a function of Python's inside one waits, in a thread of Polars, for the interpreter, which
    # another page may hold while it waits for that thread
    told = [
        wording.frequency(*row)
        for row in rows.select("carriers", "samples", "ci_low", "ci_high", "people_seen").iter_rows()
    ]
    return rows.with_columns(pl.col("group").replace("all", "All"), pl.Series("told", told, pl.String))


def without_numbers(table: pl.DataFrame, *, blind: bool = True) -> pl.DataFrame:
    """The table of a place that cannot be assessed: groups stay, and every number that would mislead is null."""
    return table.with_columns(
        *(pl.lit(None, dtype=table.schema[name]).alias(name) for name in _NUMBERS),
        pl.Series("note", notes(table["seen"], blind=blind), pl.String),
    )


def without_share(table: pl.DataFrame, why: str) -> pl.DataFrame:
    """The table of a place where carriers are no share of people (R5, R7): they stay, with their classes and the people
    counted; shares and bounds are null, and `why` is the note of every row that has numbers."""
    return table.with_columns(
        *(pl.lit(None, dtype=table.schema[name]).alias(name) for name in _SHARES),
        pl.Series("note", notes(table["seen"], no_share=why), pl.String),
    )


def without_small_cells(table: pl.DataFrame, least: int) -> pl.DataFrame:
    """The table of one question with numbers of fewer than `least` people withheld, and those that would give one away.

    Their numbers are null, the note says so, and `withheld`, which every row has, is true where the carriers are. Numbers at PASS
    and those that the level hides are of another question, and null throughout.
    """
    if not least:
        return table.with_columns(withheld=pl.lit(value=False))
    table = table.with_columns(
        pl.lit(None, table.schema[name]).alias(name) for name in ("pass_carriers", "pass_frequency", "hidden")
    )
    rows = [row for (_,), mine in table.group_by("direction", maintain_order=True) for row in _withheld(mine, least)]
    numbers = pl.DataFrame(rows, schema={"withheld": pl.Boolean, "classes": pl.Boolean}, orient="row")
    shown = table.with_columns(numbers["withheld"], numbers["classes"])
    of_classes = pl.col("withheld") | pl.col("classes")
    note = pl.lit(NOTE.format(least))
    return shown.with_columns(
        *(pl.when(~pl.col("withheld")).then(pl.col(name)).alias(name) for name in ("carriers", *_SHARES[:3])),
        *(pl.when(~of_classes).then(pl.col(name)).alias(name) for name in TALLIES),
        note=pl.when(of_classes)
        .then(pl.concat_str("note", note, separator="; ").str.strip_chars_start("; "))
        .otherwise("note"),
    ).drop("classes")


def _withheld(table: pl.DataFrame, least: int) -> list[tuple[bool, bool]]:
    """Of each row of one direction whether its carriers are withheld, and whether its classes are."""
    groupings: dict[str, list[Row]] = {}
    total = Row(0, 0)
    for row in table.iter_rows(named=True):
        if row["grouped_by"] == "all":
            total = _row(row)
        elif row["carriers"] is not None:
            # who was hardly seen is told of as no group: the rest of the total
            groupings.setdefault(row["grouped_by"], []).append(_row(row))
    told = what_is_told(total, groupings, least)
    return [
        (not told.total, not told.parts) if kind == "all" else (kind not in told.groups, kind not in told.parts_of)
        for kind in table["grouped_by"]
    ]


def _row(row: Mapping[str, Any]) -> Row:
    return Row(row["carriers"] or 0, row["samples"] or 0, tuple(row[name] or 0 for name in TALLIES))


def _level(counts: pl.DataFrame, level: Level) -> pl.DataFrame:
    return counts.filter(pl.col("level") == level.value)
