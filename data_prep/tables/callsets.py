"""Several callsets of the same people in one file: each a whole database in a schema of its own.

A callset shares nothing with another but its people's names: other bins, other calls, other sites, other samples with a
file. So no table has a column that tells them apart, and no query can add one's carriers to the other's. The newest
stands in the schema `main`, where every tool looks first; each other one in a schema of its own name.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb

from data_prep.domain.callsets import newest_first, quoted_name
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.errors import UserError
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.tables.connect import quoted, settings, write_schema

MAIN: Final = "main"

# One row a callset: the schema that holds it.
_SCHEMAS: Final = "SELECT schema_name FROM duckdb_tables() WHERE database_name = 'held' AND table_name = 'provenance'"


class CallsetError(UserError):
    """A database whose callsets cannot be read or put together; the message is one sentence."""


def read_callsets(database: Path) -> dict[str, str]:
    """The callsets of a published database by name, each with its schema, the newest first; empty for another file.

    Raises CallsetError for a database that was cut short or is damaged.
    """
    with duckdb.connect(":memory:") as con:
        try:
            con.execute(f"ATTACH {quoted(database.resolve())} AS held (READ_ONLY)")
        except duckdb.Error:
            return {}
        try:
            return _callsets(con)
        except duckdb.Error as error:
            raise CallsetError(
                f"{database} is damaged or cut short ({str(error).splitlines()[0]}): copy it again, or build it again"
            ) from error


def combine_callsets(databases: Iterable[tuple[Path, str]], out: Path, limits: Limits = DEFAULTS) -> None:
    """Writes a database of several callsets, each given by a file and the name of a callset in it.

    Rows keep their order, so a callset is the same here and there, table by table. Raises CallsetError for a callset that
    the file does not hold, and for one that is given twice.
    """
    given = list(databases)
    names = [name for _, name in given]
    if len(set(names)) < len(names):
        raise CallsetError(f"the callset {max(names, key=names.count)} is given twice: name one of them otherwise")
    newest = min(names, key=newest_first)
    with duckdb.connect(":memory:", config=settings(limits.database_bytes)) as con:
        con.execute(f"SET temp_directory = {quoted(out.parent / (out.name + '.tmp'))}")
        con.execute(f"ATTACH {quoted(out)} AS cnv (STORAGE_VERSION 'v1.5.0')")
        for path, name in given:
            con.execute(f"ATTACH {quoted(path)} AS held (READ_ONLY)")
            held = _callsets(con).get(name)
            if held is None:
                raise CallsetError(f"{path} does not hold the callset {name}")
            version = _fact(con, held, "schema_version")
            if version != str(SCHEMA_VERSION):
                raise CallsetError(
                    f"the callset {name} in {path} has schema version {version}, this program writes {SCHEMA_VERSION}: "
                    "build it again"
                )
            _copy(con, held, MAIN if name == newest else name)
            con.execute("USE memory")
            con.execute("DETACH held")
        con.execute("CHECKPOINT cnv")
        con.execute("DETACH cnv")


def _copy(con: duckdb.DuckDBPyConnection, held: str, schema: str) -> None:
    """The tables of a schema of `held` into one of `cnv`, made anew as the contract says."""
    con.execute(f"CREATE SCHEMA IF NOT EXISTS cnv.{quoted_name(schema)}")
    con.execute(f"USE cnv.{quoted_name(schema)}")
    write_schema(con)
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'cnv' AND schema_name = $schema",
        {"schema": schema},
    ).fetchall()
    for (table,) in tables:
        con.execute(
            f"INSERT INTO {quoted_name(table)} BY NAME SELECT * FROM held.{quoted_name(held)}.{quoted_name(table)} ORDER BY rowid"
        )


def _callsets(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    schemas = [schema for (schema,) in con.execute(_SCHEMAS).fetchall()]
    result = {_fact(con, schema, "callset") or schema: schema for schema in schemas}
    return {name: result[name] for name in sorted(result, key=newest_first)}


def _fact(con: duckdb.DuckDBPyConnection, schema: str, key: str) -> str | None:
    """What the provenance in a schema of `held` says."""
    result = con.execute(
        f"SELECT value FROM held.{quoted_name(schema)}.provenance WHERE key = $key", {"key": key}
    ).fetchall()
    return result[0][0] if result else None
