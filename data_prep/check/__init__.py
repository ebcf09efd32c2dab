"""Proves a database: the invariants of the rules, counted by SQL over the finished tables.

Nothing here calls the code that fills the tables. What sites, bins and differences are compared with is worked out again
from events, segments and samples, in temporary tables beside the database.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import duckdb

from data_prep.check import bins, calls, cohort, differences, groundwork, sites
from data_prep.check.invariant import Finding, Invariant
from data_prep.domain.callsets import quoted_name
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.errors import UserError, system_refusals
from data_prep.tables.callsets import MAIN
from data_prep.tables.connect import MACHINE_ERRORS

__all__ = ["CHECKS", "Finding", "Invariant", "MemoryShortError", "NoDatabaseError", "check", "findings", "lengths"]

PARTS: Final[Mapping[str, tuple[Callable[[duckdb.DuckDBPyConnection], None] | None, tuple[Invariant, ...]]]] = {
    "calls": (None, calls.INVARIANTS),
    "sites": (groundwork.make_tables, sites.INVARIANTS),
    "bins": (bins.make_tables, bins.INVARIANTS),
    "differences": (differences.make_tables, differences.INVARIANTS),
    "cohort": (cohort.make_tables, cohort.INVARIANTS),
}
"""What lays the ground for a part, and its invariants."""
CHECKS: Final = tuple(invariant for _, invariants in PARTS.values() for invariant in invariants)
"""All that are SQL; beside them stands the one about the chromosomes' lengths."""


class NoDatabaseError(UserError):
    """A file that is no database of ours; the message is one sentence."""


class MemoryShortError(UserError):
    """A database that this machine's memory is too small to prove; the message is one sentence."""


@system_refusals()
def check(path: Path, schema: str = MAIN, memory: str | None = None) -> list[Finding]:
    """Counts what breaks each invariant in the database at `path`, in the callset that `schema` holds.

    `memory`: what DuckDB may take, as it writes sizes; by default four fifths of the machine's. 50,000 people take 4 GB.

    Raises NoDatabaseError where it is none of ours, and where it is damaged or cut short; MemoryShortError.
    """
    try:
        return _check(path, schema, memory)
    except duckdb.OutOfMemoryException as error:
        raise MemoryShortError(
            f"{path} needs more memory to be checked than there is (people times events: 50,000 people take 4 GB): check it "
            "on a larger machine"
        ) from error
    except MACHINE_ERRORS as error:
        raise NoDatabaseError(
            f"{path} is damaged or cut short ({str(error).splitlines()[0]}): copy it again, or build it again"
        ) from error


def _check(path: Path, schema: str, memory: str | None) -> list[Finding]:
    if not path.exists():
        raise NoDatabaseError(f"{path} does not exist: build a database first")
    try:
        con = duckdb.connect(str(path.resolve()), read_only=True, config={"threads": 2})
        if memory:
            con.execute(f"SET memory_limit = '{memory}'")
    except duckdb.Error as error:
        raise NoDatabaseError(
            f"{path} is no DuckDB database that can be opened: {str(error).splitlines()[0]}"
        ) from error
    with con:
        try:
            con.execute(f"USE {quoted_name(schema)}")
            version = con.execute("SELECT value FROM provenance WHERE key = 'schema_version'").fetchall()
        except duckdb.CatalogException as error:
            raise NoDatabaseError(
                f"{path} is a database, but none that this program built: it has no table provenance"
            ) from error
        if version != [(str(SCHEMA_VERSION),)]:
            raise NoDatabaseError(
                f"{path} has schema version {version[0][0] if version else 'none'}, this program reads {SCHEMA_VERSION}: build it again"
            )
        return [lengths(con), *findings(con)]


def findings(con: duckdb.DuckDBPyConnection, parts: Iterable[str] = tuple(PARTS)) -> list[Finding]:
    """Asks the invariants of these parts, names of `PARTS` in its order, in the schema that the connection uses.

    A part's temporary tables are made from those of sites, which therefore come before bins, differences and cohort; none
    of them may be there yet.
    """
    found: list[Finding] = []
    for name in parts:
        make_tables, invariants = PARTS[name]
        if make_tables:
            make_tables(con)
        found += [invariant.ask(con) for invariant in invariants]
    return found


def lengths(con: duckdb.DuckDBPyConnection) -> Finding:
    """Asks of the chromosomes' lengths, which no SQL holds."""
    stored = dict(con.execute("SELECT chrom::VARCHAR, length FROM chromosomes").fetchall())
    broken = sum(stored.get(chrom) != length for chrom, length in LENGTHS.items())
    return Finding("R1", "chromosomes have the lengths of GRCh38", len(LENGTHS), broken)
