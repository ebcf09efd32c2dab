"""The people of the database and who of them is counted (rules R2, R5, R11).

The whole table is read once a generation and kept as columns in order of `sample_id`: a page asks who counts a dozen
times, for groups, levels and cohorts, and a query each would cost more than the counting.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.store.database import Generation, Statement, remembered
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import SEXES, expected_by_sex
from data_prep.domain.counting import LeftOut, count_exclusions
from data_prep.domain.intervals import Interval

GROUPED_BY: Final = ("all", "superpopulation", "population", "sex")
"""The ways in which people are grouped."""

# One row a sample, in order of its number, up to the last that is counted, the parent of one that is, or named by an event
# or a mark: behind those a sample table may name a million others, of whom no page says anything.
SAMPLES: Final = Statement(
    """SELECT sample_id, sample, superpopulation, population, sex::VARCHAR AS sex, unrelated, counted, sex_mismatch,
    father_id, mother_id
FROM samples
WHERE sample_id <= greatest(
    (SELECT coalesce(max(greatest(sample_id, coalesce(father_id, 0), coalesce(mother_id, 0))), 0) FROM samples WHERE counted),
    (SELECT coalesce(max(sample_id), 0) FROM events), (SELECT coalesce(max(sample_id), 0) FROM marked_samples))
ORDER BY sample_id""",
    {
        "sample_id": pl.UInt32,
        "sample": pl.String,
        "superpopulation": pl.String,
        "population": pl.String,
        "sex": pl.String,
        "unrelated": pl.Boolean,
        "counted": pl.Boolean,
        "sex_mismatch": pl.Boolean,
        "father_id": pl.UInt32,
        "mother_id": pl.UInt32,
    },
)

# One row a sample and chromosome that is marked for large events.
MARKED: Final = Statement(
    "SELECT DISTINCT sample_id, chrom::VARCHAR AS chrom FROM marked_samples ORDER BY ALL",
    {"sample_id": pl.UInt32, "chrom": pl.String},
)


@dataclass(frozen=True, slots=True)
class Denominator:
    """Who is counted on a chromosome: `counted` is the denominator; the rest is left out there, each for one reason."""

    counted: int
    without_chromosome: int
    """Not XY, on Y."""
    sex_mismatch: int
    """Their calls contradict their recorded sex; on X and Y."""
    marked: int
    """With large events on the chromosome, probably from cell culture."""


@dataclass(frozen=True)
class Panel:
    """All samples that are counted, and their parents; rows in order of `sample_id`. Masks and codes are columns of the same length."""

    samples: pl.DataFrame
    marked: pl.DataFrame

    @cached_property
    def row_of(self) -> Numbers:
        """The row of each `sample_id`."""
        numbers = self.samples["sample_id"].to_numpy().astype(np.int64)
        rows = np.full(int(numbers.max()) + 1 if len(numbers) else 0, -1, np.int64)
        rows[numbers] = np.arange(len(numbers))
        return rows

    @cached_property
    def groups(self) -> dict[str, tuple[tuple[str, ...], Numbers]]:
        """By way of grouping: the groups' codes, and for each row the number of its group."""
        groups: dict[str, tuple[tuple[str, ...], Numbers]] = {}
        for kind in GROUPED_BY:
            names = (
                ["all"] * self.samples.height if kind == "all" else self.samples[kind].fill_null("unknown").to_list()
            )
            codes = tuple(dict.fromkeys(names))
            place = {code: number for number, code in enumerate(codes)}
            groups[kind] = codes, np.array([place[name] for name in names], np.int64)
        return groups

    @cached_property
    def parents(self) -> dict[str, tuple[Numbers, Numbers]]:
        """`father` and `mother`: the rows of children and, at the same places, of that parent, where both are here."""
        parents = {}
        for role in ("father", "mother"):
            numbers = self.samples[f"{role}_id"]
            # a parent's own parents may stand behind the last that is read
            children = np.flatnonzero((numbers < len(self.row_of)).fill_null(value=False).to_numpy())
            parents[role] = children, self.row_of[numbers.gather(children).to_numpy().astype(np.int64)]
        return parents

    def in_group(self, filters: Filters) -> Flags:
        """The chosen group, whatever the chromosome."""
        mask = self._column("counted").copy()
        if filters.cohort is Cohort.UNRELATED:
            mask &= self._column("unrelated")
        if filters.populations:
            chosen = np.zeros(len(mask), np.bool_)
            for kind in ("superpopulation", "population"):
                codes, number = self.groups[kind]
                chosen |= np.array([code in filters.populations for code in codes], np.bool_)[number]
            mask &= chosen
        if filters.sex is not None:
            mask &= self._sex(filters.sex.value)
        return mask

    def is_marked(self, chrom: str) -> Flags:
        """Samples with large events on the chromosome."""
        mask = np.zeros(self.samples.height, np.bool_)
        mask[self._marked_rows.get(chrom, [])] = True
        return mask

    @cached_property
    def _marked_rows(self) -> dict[str, list[int]]:
        """By chromosome the rows of those who are marked there."""
        rows: dict[str, list[int]] = {}
        for sample_id, chrom in self.marked.select("sample_id", "chrom").iter_rows():
            rows.setdefault(chrom, []).append(int(self.row_of[sample_id]))
        return rows

    def is_counted(self, chrom: str, filters: Filters) -> Flags:
        """The chosen group, less those who do not count on this chromosome."""
        out = self._left_out(chrom)
        return self.in_group(filters) & (out.present if filters.outliers is Outliers.EXCLUDE else out.has_place)

    def people(self, chrom: str, filters: Filters) -> Denominator:
        """How many of the chosen group are counted on a chromosome, and how many are left out, each for one reason."""
        group, out = self.in_group(filters), self._left_out(chrom)
        marked = out.marked & (filters.outliers is Outliers.EXCLUDE)
        masks = (
            self.is_counted(chrom, filters),
            *(group & mask for mask in (out.without_chromosome, out.sex_mismatch, marked)),
        )
        return Denominator(*(int(mask.sum()) for mask in masks))

    def _left_out(self, chrom: str) -> LeftOut:
        return count_exclusions(chrom, self._sex("XY"), self._column("sex_mismatch"), self.is_marked(chrom))

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self.samples[name].to_numpy()

    def _sex(self, sex: str) -> Flags:
        codes, number = self.groups["sex"]
        is_of_sex: Flags = number == (codes.index(sex) if sex in codes else -1)
        return is_of_sex


@remembered
def panel(database: Generation) -> Panel:
    """The people of the database."""
    return Panel(database.frame(SAMPLES), database.frame(MARKED))


def who(filters: Filters) -> Filters:
    """Of the filters, those that say who is counted: answers about people are kept for these alone."""
    return Filters(cohort=filters.cohort, outliers=filters.outliers, populations=filters.populations, sex=filters.sex)


def count_people(database: Generation, chrom: str, filters: Filters) -> Denominator:
    """How many people of the chosen group are counted on `chrom`, and how many are not."""
    return _people(database, chrom, who(filters))


def counted_rows(database: Generation, chrom: str, filters: Filters) -> Flags:
    """Rows of the panel that are counted on `chrom`."""
    return _counted(database, chrom, who(filters))


@remembered
def _people(database: Generation, chrom: str, filters: Filters) -> Denominator:
    return panel(database).people(chrom, filters)


@remembered
def _counted(database: Generation, chrom: str, filters: Filters) -> Flags:
    mask = panel(database).is_counted(chrom, filters)
    mask.flags.writeable = False
    return mask


def relatives_counted(database: Generation, chrom: str, filters: Filters) -> bool:
    """Whether somebody who counts on `chrom` is outside the unrelated cohort: then intervals are too narrow (R5)."""
    related = ~panel(database).samples["unrelated"].to_numpy()
    return bool((counted_rows(database, chrom, filters) & related).any())


def expected_copies(people: Panel, place: Interval) -> Numbers:
    """Copies that each sample is expected to have at `place` (R2); 0 where none is expected or the sex is not known."""
    (by_sex,) = expected_by_sex(place.chrom, np.array([place.start]), np.array([place.end]))
    codes, number = people.groups["sex"]
    expected: Numbers = by_sex[[place_of_sex(code) for code in codes]][number]
    return expected


def place_of_sex(code: str) -> int:
    """The place in `SEXES` of a code of the group `sex`."""
    return SEXES.index(code if code in SEXES else None)
