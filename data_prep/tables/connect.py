"""A new, empty database: the tables of the schema, and rows put into one of them."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files as resource_files
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from data_prep.system.limits import DEFAULTS, Limits

MACHINE_ERRORS: Final = (
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)
"""What DuckDB raises for a file that is damaged, and for a disk or memory that is full; anything else is a mistake of ours,
in a statement or in rows."""


def quoted(path: Path) -> str:
    """A path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"


def settings(memory: int) -> dict[str, str | bool | int | float | list[str]]:
    """DuckDB's settings for a connection that may take `memory` bytes."""
    return {"threads": 2, "memory_limit": f"{memory}B"}


@contextlib.contextmanager
def new_database(path: Path, limits: Limits = DEFAULTS) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new database with the empty tables of the schema, in the storage of DuckDB 1.5, so that its tools open it too."""
    with duckdb.connect(":memory:", config=settings(limits.database_bytes)) as con:
        con.execute(f"SET temp_directory = {quoted(path.parent / (path.name + '.tmp'))}")
        # of a cohort of few runs of rows each run is looked for in every shard
        con.execute("SET parquet_metadata_cache = true")
        con.execute(f"ATTACH {quoted(path)} AS cnv (STORAGE_VERSION 'v1.5.0')")
        con.execute("USE cnv")
        write_schema(con)
        yield con
        con.execute("CHECKPOINT cnv")
        con.execute("USE memory")
        con.execute("DETACH cnv")


def write_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the empty tables of the contract in the schema in use.

    In one commit: each is a write to the disk, and the schema has some hundred statements.
    """
    con.execute(f"BEGIN; {(resource_files('data_prep.tables') / 'schema.sql').read_text('utf-8')}; COMMIT")


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Writes rows, each a value by the name of its column, of the types that the table has."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in rows[0])
    columns = con.sql(f"SELECT {names} FROM {table} LIMIT 0").pl().schema
    # an enumeration of DuckDB's is text here, which it checks as it takes it in
    types = {
        name: pl.String if isinstance(dtype, pl.Enum | pl.Categorical) else dtype for name, dtype in columns.items()
    }
    insert(con, table, pl.DataFrame(rows, schema=types))


def insert(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Writes a frame into the table whose columns it names."""
    rows = frame.to_arrow()
    names = ", ".join(f'"{name}"' for name in frame.columns)
    con.register("rows_to_insert", rows)
    con.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM rows_to_insert")
    con.unregister("rows_to_insert")
