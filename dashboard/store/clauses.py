"""The groups of whom an answer is told apart: of X outside the pseudo-autosomal regions XY and XX, else everyone (R5).

One copy is expected there in XY people and two in XX, so a share of both together is of neither, and its bound is too low
for each: a mother's son is judged by the XY alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from dashboard.question.filters import Filters, Overlap, Sex
from dashboard.question.target import Target
from dashboard.store.carriers.counts import Count, by_rule
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.cohort import group_codes
from dashboard.store.database import Generation
from dashboard.store.panel import count_people
from dashboard.words.frequency_table import (
    Row,
    chart_rows,
    frequency_rows,
    frequency_table,
    without_small_cells,
)
from data_prep.domain.copy_number import Direction, expected_copy_number

SEXES = (Sex.XY, Sex.XX)
"""In the order in which they are told: whoever has one copy first."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of an answer: `label` says of whom, XY or XX; empty where it is of all who are counted."""

    label: str
    filters: Filters

    def of(self, filters: Filters) -> Filters:
        """Other filters, of these people."""
        return replace(filters, sex=self.filters.sex)


def clauses(database: Generation, target: Target, filters: Filters) -> tuple[Clause, ...]:
    """Of whom the answer is told apart: XY and XX where they are expected to have different copies, by the larger part of the
    target, and both are counted; else everyone, as one."""
    place = target.interval
    if place.chrom == "chrX" and filters.sex is None and expected_copy_number(*_ends(target), "XY") == 1:
        by_sex = [Clause(sex.value, replace(filters, sex=sex)) for sex in SEXES]
        if all(count_people(database, place.chrom, clause.filters).counted for clause in by_sex):
            return tuple(by_sex)
    return (Clause("", filters),)


def _ends(target: Target) -> tuple[str, int, int]:
    return target.interval.chrom, target.interval.start, target.interval.end


def tables(database: Generation, target: Target, parts: Sequence[Clause]) -> dict[Clause, Sequence[Row]]:
    """The rows of the frequency table of each part."""
    codes = group_codes(database)
    return {part: frequency_rows(frequencies(database, target, part.filters), part.filters, codes) for part in parts}


def tables_without_small_cells(
    database: Generation, target: Target, parts: Sequence[Clause], least: int
) -> dict[Clause, Sequence[Row]]:
    """The same with numbers of fewer than `least` people withheld; `withheld` says in which rows."""
    codes = group_codes(database)
    frames = {part: frequency_table(frequencies(database, target, part.filters), part.filters, codes) for part in parts}
    return {part: list(without_small_cells(frame, least).iter_rows(named=True)) for part, frame in frames.items()}


def table_of_all(
    database: Generation, target: Target, filters: Filters, parts: Mapping[Clause, Sequence[Row]]
) -> Sequence[Row]:
    """The frequency table of everyone counted: that of `parts` where they are one, else counted over all."""
    if len(parts) == 1:
        return next(iter(parts.values()))
    return next(iter(tables(database, target, [Clause("", filters)]).values()))


def chart_rows_apart(
    parts: Mapping[Clause, Sequence[Row]], direction: Direction, grouped_by: str = "superpopulation"
) -> pl.DataFrame:
    """The rows of the frequency chart: of each group one of each part, AFR XY before AFR XX."""
    return chart_rows({part.label: rows for part, rows in parts.items()}, direction, grouped_by)


def by_rule_apart(
    database: Generation, target: Target, parts: Sequence[Clause], rules: tuple[Overlap, ...]
) -> dict[Overlap, Mapping[Clause, tuple[Count, ...]]]:
    """Carriers under each rule, of each part a count for each direction asked for."""
    counts = {part: by_rule(database, target, part.filters, rules) for part in parts}
    return {rule: {part: of_part[rule] for part, of_part in counts.items()} for rule in rules}
