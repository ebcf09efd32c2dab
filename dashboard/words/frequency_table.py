"""The frequency table that page and download share: the counts at the chosen level, with those at PASS beside them."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

import polars as pl

from dashboard.operating import cells
from dashboard.operating.cells import NOTE, choose_cells
from dashboard.question.filters import Filters
from dashboard.question.view import By
from dashboard.words import quantities
from dashboard.words.seen import LEAST_SEEN, note, notes
from data_prep.domain.copy_number import TALLIES, Direction
from data_prep.domain.levels import Level

Row = dict[str, Any]
"""A row of the table by its columns."""

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
_ADDED: Final = {"pass_carriers": pl.Int32, "pass_frequency": pl.Float64, "hidden": pl.Int32, "note": pl.String}
_NO_NUMBERS: Final = dict.fromkeys((*_NUMBERS, "hidden"))
_CHARTED: Final = {
    "group": pl.String,
    "carriers": pl.Int32,
    "samples": pl.Int32,
    "frequency": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
}
_GROUPED_BY: Final = {By.POPULATIONS: "population", By.SEX: "sex"}
_IN_WORDS: Final = ("carriers", "samples", "ci_low", "ci_high", "people_seen")


def frequency_table(
    counts: pl.DataFrame, filters: Filters, order: Sequence[str], *, relatives: bool = False
) -> pl.DataFrame:
    """`frequency_rows` as a frame."""
    schema: dict[str, pl.DataType | type[pl.DataType]] = {**counts.drop("level").schema, **_ADDED}
    return pl.DataFrame(frequency_rows(counts, filters, order, relatives=relatives), schema=schema)


def frequency_rows(
    counts: pl.DataFrame, filters: Filters, order: Sequence[str], *, relatives: bool = False
) -> list[Row]:
    """One row a group and direction, losses first: everyone, then groups in `order`, then the rest by name.

    `counts` is what the store counted at the chosen level, at PASS and at all. Added to its columns: `pass_carriers`,
    `pass_frequency`, and `hidden`, the carriers whom the chosen level leaves out; and `note`, what must be known of the
    row: frequencies that are lower bounds, or why there are no numbers, as of a group in whom the place was hardly seen;
    `relatives`: some are counted.

    In plain Python: the rows are some dozens, and each step over a frame costs as much as all of it.
    """
    at_level: dict[str, dict[tuple[str, str, str], Row]] = {}
    for row in counts.iter_rows(named=True):
        at_level.setdefault(row.pop("level"), {})[row["direction"], row["grouped_by"], row["group"]] = row
    passing, every = at_level.get(Level.PASS.value, {}), at_level.get(Level.ALL.value, {})
    place = {code: position for position, code in enumerate(order)}

    def position(key: tuple[str, str, str]) -> tuple[bool, int, int, str]:
        direction, kind, group = key
        return direction == Direction.GAIN.value, KINDS.index(kind), place.get(group, len(place)), group

    rows = []
    chosen = at_level.get(filters.level.value, {})
    for key in sorted(chosen, key=position):
        row = chosen[key]
        added = {
            "pass_carriers": passing[key]["carriers"],
            "pass_frequency": passing[key]["frequency"],
            "hidden": every[key]["carriers"] - row["carriers"],
            "note": note(row["seen"], relatives=relatives),
        }
        hardly = row["seen"] is not None and row["seen"] < LEAST_SEEN
        rows.append(row | added | (_NO_NUMBERS if hardly else {}))
    return rows


def grouping(by: By, chosen: Sequence[str], populations: Container[str]) -> str:
    """How people are grouped where the address asks for this: `superpopulation`, `population` or `sex`.

    Where single populations are chosen they stand for themselves: a sum of two of seven is not their super-population.
    """
    if by in _GROUPED_BY:
        return _GROUPED_BY[by]
    return "population" if any(code in populations for code in chosen) else "superpopulation"


def chart_rows(
    tables: Mapping[str, Sequence[Row]], direction: Direction, grouped_by: str = "superpopulation"
) -> pl.DataFrame:
    """The rows of the frequency chart: groups of that kind and everyone, with `numbers`, those in words.

    `tables` are the rows of the people told apart by their label, which is empty where they are everyone: of each group a row
    of each, AFR XY before AFR XX.
    """
    by_group: dict[str, list[Row]] = {}
    for kind in (grouped_by, "all"):
        for label, rows in tables.items():
            for row in rows:
                if row["direction"] == direction.value and row["grouped_by"] == kind:
                    group = "All" if kind == "all" else row["group"]
                    by_group.setdefault(group, []).append(row | {"group": f"{group} {label}".rstrip()})
    return pl.DataFrame(
        [
            (*(row[name] for name in _CHARTED), quantities.frequency(*(row[name] for name in _IN_WORDS)))
            for rows in by_group.values()
            for row in rows
        ],
        schema={**_CHARTED, "numbers": pl.String},
        orient="row",
    )


def blank_numbers(table: pl.DataFrame, *, blind: bool = True) -> pl.DataFrame:
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
    rows = [
        row
        for (_,), of_direction in table.group_by("direction", maintain_order=True)
        for row in _withheld(of_direction, least)
    ]
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
    groupings: dict[str, list[cells.Row]] = {}
    total = cells.Row(0, 0)
    for row in table.iter_rows(named=True):
        if row["grouped_by"] == "all":
            total = _cells(row)
        elif row["carriers"] is not None:
            # who was hardly seen is told of as no group: the rest of the total
            groupings.setdefault(row["grouped_by"], []).append(_cells(row))
    cells_shown = choose_cells(total, groupings, least)
    return [
        (not cells_shown.total, not cells_shown.parts)
        if kind == "all"
        else (kind not in cells_shown.groups, kind not in cells_shown.parts_of)
        for kind in table["grouped_by"]
    ]


def _cells(row: Row) -> cells.Row:
    return cells.Row(row["carriers"] or 0, row["samples"] or 0, tuple(row[name] or 0 for name in TALLIES))
