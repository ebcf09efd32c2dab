"""Who counts, and in which group (rules R2, R5, R11): people as columns, one entry a sample number.

Sites, bins and differences all ask the same question of each chromosome; the rule that answers it is the domain's.
"""

from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np

from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import SEXES
from data_prep.domain.counting import LeftOut, count_exclusions

UNKNOWN: Final = "unknown"
"""Code of the population of samples that the table does not place."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of a database who is counted; every array has one entry a sample number, up to the last of theirs."""

    populations: tuple[str, ...]
    """Codes in the order of tables and charts."""
    superpopulations: tuple[str, ...]
    """Codes likewise."""
    population: Numbers
    """Place in `populations`."""
    superpopulation: Numbers
    """Place in `superpopulations`."""
    sex: Numbers
    """0 for XX, 1 for XY, -1 where it is not known: one less than the place in `SEXES`."""
    unrelated: Flags
    counted: Flags
    sex_mismatch: Flags
    marked: dict[str, Flags]
    """By chromosome, of those where anybody is marked (R11)."""

    @property
    def size(self) -> int:
        """Sample numbers run from 0 to one less."""
        return len(self.population)

    def has_place(self, chrom: str) -> Flags:
        """Who can count on a chromosome at all: the file was read; on Y XY only; on X and Y no contradicted sex."""
        return self.counted & self._left_out(chrom).has_place

    def outliers(self, chrom: str) -> Flags:
        """Who is marked on a chromosome."""
        return self.marked.get(chrom, np.zeros(self.size, np.bool_))

    def present(self, chrom: str) -> Flags:
        """Who counts on a chromosome by default, whatever the cohort: has a place there and is no outlier."""
        return self.counted & self._left_out(chrom).present

    def _left_out(self, chrom: str) -> LeftOut:
        return count_exclusions(chrom, self.sex == SEXES.index("XY") - 1, self.sex_mismatch, self.outliers(chrom))


def read_people(con: duckdb.DuckDBPyConnection) -> People:
    """The people of a database whose tables `samples`, `populations`, `superpopulations` and `marked_samples` are filled."""
    populations = _codes(con, "population", "populations")
    superpopulations = _codes(con, "superpopulation", "superpopulations")
    # who is not counted stands in no group, and a sample table may name a million of them; events name whom they name
    rows = con.execute(
        "SELECT sample_id, population, superpopulation, sex::VARCHAR, unrelated, counted, sex_mismatch FROM samples WHERE counted"
    ).fetchall()
    others = con.execute(
        "SELECT greatest(coalesce((SELECT max(sample_id) FROM events), 0), coalesce((SELECT max(sample_id) FROM marked_samples), 0))"
    ).fetchone()
    size = 1 + max((row[0] for row in rows), default=-1)
    size = max(size, 1 + int(others[0])) if others else size
    population, superpopulation, sex = (np.zeros(size, np.int64) for _ in range(3))
    unrelated, counted, sex_mismatch = (np.zeros(size, np.bool_) for _ in range(3))
    place_of = {code: place for place, code in enumerate(populations)}
    group_of = {code: place for place, code in enumerate(superpopulations)}
    for sample_id, *row in rows:
        population[sample_id] = place_of[row[0]]
        superpopulation[sample_id] = group_of[row[1]]
        sex[sample_id] = SEXES.index(row[2]) - 1
        unrelated[sample_id], counted[sample_id], sex_mismatch[sample_id] = row[3:]
    marked: dict[str, Flags] = {}
    for chrom, sample_id in con.execute("SELECT chrom::VARCHAR, sample_id FROM marked_samples").fetchall():
        marked.setdefault(chrom, np.zeros(size, np.bool_))[sample_id] = True
    return People(
        populations, superpopulations, population, superpopulation, sex, unrelated, counted, sex_mismatch, marked
    )


def _codes(con: duckdb.DuckDBPyConnection, column: str, table: str) -> tuple[str, ...]:
    return tuple(
        code for (code,) in con.execute(f"SELECT {column} FROM {table} ORDER BY position, {column}").fetchall()
    )
