"""Some rows of a long answer, ordered and cut by the database: for tables that are longer than anybody reads at once."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import polars as pl

from dashboard.store.database import Generation, Statement
from data_prep.domain.callsets import quoted_name

COUNTED: Final = {"total": pl.Int64}


def rows_in_order(
    database: Generation,
    whole: Statement,
    parameters: Mapping[str, object],
    order: str,
    key: Sequence[str],
    offset: int,
    limit: int,
    *,
    descending: bool,
) -> pl.DataFrame:
    """`limit` rows of the answer to `whole` from `offset` on, by its column `order`.

    Missing values are last in both directions; rows that are equal in it go by the columns `key`, which together tell any two
    apart. Names of columns are those of the statement alone: KeyError for any other.
    """
    statement = _in_order(whole.text, tuple(whole.columns.items()), order, tuple(key), descending)
    return database.frame(statement, {**parameters, "row_limit": limit, "row_offset": offset})


def rows_in_all(database: Generation, whole: Statement, parameters: Mapping[str, object]) -> int:
    """How many rows the answer has."""
    return int(database.frame(_count(whole.text), parameters).item())


@lru_cache(maxsize=256)
def _in_order(
    text: str,
    columns: tuple[tuple[str, pl.DataType | type[pl.DataType]], ...],
    order: str,
    key: tuple[str, ...],
    descending: bool,  # lru_cache compares positions and names as two calls
) -> Statement:
    known = dict(columns)
    by = [f"{quoted_name(_known(order, known))} {'DESC' if descending else 'ASC'} NULLS LAST"]
    by += [quoted_name(_known(name, known)) for name in key]
    return Statement(f"SELECT * FROM ({text}) ORDER BY {', '.join(by)} LIMIT $row_limit OFFSET $row_offset", known)


@lru_cache(maxsize=256)
def _count(text: str) -> Statement:
    return Statement(f"SELECT count(*) AS total FROM ({text})", COUNTED)


def _known(name: str, columns: Mapping[str, object]) -> str:
    if name not in columns:
        raise KeyError(name)
    return name
