"""Rows out of a frame in memory: what has been counted for a place, ordered and cut there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from dashboard.rows.table import Column, Row, Sort, Window


def ordered(frame: pl.DataFrame, key: pl.Expr, *, descending: bool) -> pl.DataFrame:
    """The rows by a key, what is missing last in both directions, and equal ones as they stood."""
    return (
        frame.with_columns(key.fill_nan(None).alias("key") if _is_float(frame, key) else key.alias("key"))
        .sort("key", descending=descending, nulls_last=True, maintain_order=True)
        .drop("key")
    )


def _is_float(frame: pl.DataFrame, key: pl.Expr) -> bool:
    return frame.head(0).select(key).dtypes[0].is_float()


@dataclass(frozen=True, slots=True)
class FrameRows:
    """The rows of a frame. `keys` says by what a column is ordered, `row` makes a row of one of the frame's, and `describe` adds
    to the few rows of a window what is told of them alone."""

    columns: Sequence[Column]
    order: Sort
    frame: pl.DataFrame
    keys: dict[str, pl.Expr]
    row: Callable[[dict[str, object]], Row]
    describe: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame
    left_out: Sequence[str] = ()

    def window(self, order: Sort | None, offset: int, limit: int) -> Window:
        """As `Rows` says."""
        frame = ordered(self.frame, self.keys[order.column], descending=order.descending) if order else self.frame
        shown = self.describe(frame.slice(offset, limit))
        return Window(self.frame.height, [self.row(row) for row in shown.iter_rows(named=True)])


def without_empty_columns(rows: FrameRows) -> FrameRows:
    """The same rows without the optional columns that are empty, by what they are ordered by, in every one of them."""
    names = [column.name for column in rows.columns if column.is_optional]
    if not names or rows.frame.is_empty():
        return rows
    fills = rows.frame.select(
        rows.keys[name].cast(pl.String).fill_null("").ne("").any().alias(name) for name in names
    ).row(0, named=True)
    left_out = [name for name in names if not fills[name]]
    if not left_out:
        return rows
    places = [place for place, column in enumerate(rows.columns) if column.name not in left_out]

    def row(values: dict[str, object]) -> Row:
        whole = rows.row(values)
        return Row(whole.name, tuple(whole.cells[place] for place in places))

    return replace(rows, columns=[rows.columns[place] for place in places], left_out=left_out, row=row)
