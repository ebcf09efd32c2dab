"""Rows out of a frame in memory: what has been counted for a place, ordered and cut there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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

    def window(self, order: Sort | None, offset: int, limit: int) -> Window:
        """As `Rows` says."""
        frame = ordered(self.frame, self.keys[order.column], descending=order.descending) if order else self.frame
        shown = self.describe(frame.slice(offset, limit))
        return Window(self.frame.height, [self.row(row) for row in shown.iter_rows(named=True)])
