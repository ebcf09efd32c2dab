"""Rows out of the database itself: what is longer than a page keeps in memory, ordered and cut where it lies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from dashboard.rows.table import Column, Row, Sort, Window
from dashboard.store.database import Generation, Statement
from dashboard.store.windows import rows_in_all, rows_in_order


@dataclass(frozen=True, slots=True)
class QueryRows:
    """The rows of a statement. `keys` says which of its columns a column of the table is ordered by, where its name is another;
    `unique` are those that tell any two rows apart."""

    columns: Sequence[Column]
    order: Sort
    database: Generation
    statement: Statement
    parameters: Mapping[str, object]
    unique: Sequence[str]
    row: Callable[[dict[str, object]], Row]
    keys: Mapping[str, str] = field(default_factory=dict)
    describe: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame
    left_out: Sequence[str] = ()

    def window(self, order: Sort | None, offset: int, limit: int) -> Window:
        """As `Rows` says."""
        total = rows_in_all(self.database, self.statement, self.parameters)
        by = self.keys.get(order.column, order.column) if order else self.unique[0]
        frame = rows_in_order(
            self.database,
            self.statement,
            self.parameters,
            by,
            self.unique,
            offset,
            limit,
            descending=bool(order and order.descending),
        )
        return Window(total, [self.row(row) for row in self.describe(frame).iter_rows(named=True)])
