"""One invariant of a database, and what was found when it was asked.

An invariant is a sentence with two counts in SQL. Which rows a table must have is an invariant of its own, and of how
many it is asked is counted from what the table is made of: a table that is empty and should not be breaks it. The others
are asked of the rows that are there, so that no number claims a comparison that was not made.
"""

from dataclasses import dataclass
from typing import Final

import duckdb


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold."""

    rule: str
    sentence: str
    cases: str
    """SQL that counts the things it is asked of."""
    breaking: str
    """SQL that counts those that break it."""

    def ask(self, con: duckdb.DuckDBPyConnection) -> "Finding":
        """Counts both in the database of the connection, in which the groundwork is laid."""
        return Finding(self.rule, self.sentence, _number(con, self.cases), _number(con, self.breaking))


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: what must hold, of how many things it was asked, and how many break it."""

    rule: str
    sentence: str
    checked: int
    broken: int


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(query).fetchall()[0][0])


TOLERANCE: Final = """
    CREATE TEMP MACRO differs(one, other) AS coalesce(abs(one - other) > 1e-9 * greatest(1, abs(other)), one IS DISTINCT FROM other);
    CREATE TEMP MACRO differs_in_share(one, other) AS coalesce(abs(one - other) > greatest(1e-6 * greatest(abs(one), abs(other)), 1e-300), one IS DISTINCT FROM other)
"""
"""Two ways to say that numbers worked out apart are not the same, null being a value: by size, and for p and q by share.

Below 1e-300 numbers have few digits left, and SciPy says 0: in a cohort of 50,000 chi-square passes 1,400.
"""
