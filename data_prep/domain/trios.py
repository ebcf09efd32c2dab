"""What a child has from its parents (rule R11): which parent carries, whether the copies agree, size and bins in classes.

Both programs ask here, the build of every trio at once and a page of a single one, so that a rate and the page of a child
that is counted in it cannot drift apart. Columns in, columns out; people and chromosomes are lanes (`domain/intervals.py`).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.chromosomes import SEX_CHROMOSOMES
from data_prep.domain.copy_number import SEXES, expected_by_sex
from data_prep.domain.intervals import bases_before, on_axis, union


class Inheritance(StrEnum):
    """Who of the parents carries what a child has; the first that holds."""

    BOTH = "both"
    FATHER = "father"
    MOTHER = "mother"
    BELOW_FILTER = "below-filter"
    """A parent has it, below the filter level credible."""
    NEITHER = "neither"
    """Apparent de novo."""


INHERITANCES: Final = tuple(Inheritance)
"""The place of each is its code in arrays."""

LEAST_TRIOS: Final = 10
"""Trios, or events of children, below which no rate is told."""

LENGTH_BOUNDS: Final = (3_000, 10_000, 50_000, 500_000)
"""Bases at which a class of length begins, after the first."""
LENGTH_CLASSES: Final = ("below-3kb", "3-10kb", "10-50kb", "50-500kb", "500kb-and-more")
"""A length on a bound is in the longer class."""
BIN_BOUNDS: Final = (2, 3, 5, 10)
"""Bins at which a class of bins begins, after the first."""
BIN_CLASSES: Final = ("1", "2", "3-4", "5-9", "10-and-more", "unknown")
"""The last is of callers that count none."""


def length_class(length: Numbers) -> Numbers:
    """Place in `LENGTH_CLASSES` of lengths in bases."""
    places: Numbers = np.searchsorted(LENGTH_BOUNDS, length, side="right")
    return places


def bin_class(bins: Numbers) -> Numbers:
    """Place in `BIN_CLASSES` of numbers of bins; below 0 where the caller gives none."""
    places: Numbers = np.where(bins < 0, len(BIN_CLASSES) - 1, np.searchsorted(BIN_BOUNDS, bins, side="right"))
    return places


@dataclass(frozen=True, slots=True)
class Covered:
    """Bases that intervals of many lanes cover: disjoint on the one axis, in order."""

    start: Numbers
    end: Numbers
    before: Numbers
    """Bases of the intervals that stand before each."""

    @classmethod
    def by(cls, start: Numbers, end: Numbers, lane: Numbers) -> "Covered":
        """What intervals, 0-based half-open and in any order, cover of each lane."""
        joined = union(start, end, lane)
        length = joined.end - joined.start
        first = on_axis(joined.start, joined.lane)
        return cls(first, first + length, np.cumsum(length) - length)

    def bases(self, start: Numbers, end: Numbers, lane: Numbers) -> Numbers:
        """How many bases of each interval of a lane are covered."""
        first, last = on_axis(start, lane), on_axis(end, lane)
        bases: Numbers = bases_before(self.start, self.end, last, self.before) - bases_before(
            self.start, self.end, first, self.before
        )
        return bases

    def half(self, start: Numbers, end: Numbers, lane: Numbers) -> Flags:
        """Whether half or more of each interval of a lane is covered."""
        half: Flags = 2 * self.bases(start, end, lane) >= end - start
        return half


def possible_parents(chrom: str, start: Numbers, end: Numbers, child_sex: Numbers) -> tuple[Flags, Flags]:
    """Of whom a child can have what lies at each place: the father, the mother.

    `child_sex`: place in `SEXES`. XY children have Y from the father, and X outside the pseudo-autosomal regions (by the
    larger part of a place) from the mother. Neither where the sex decides and is not known, and of Y in XX.
    """
    everywhere = np.ones(len(start), np.bool_)
    if chrom not in SEX_CHROMOSOMES:
        return everywhere, everywhere
    is_xy = child_sex == SEXES.index("XY")
    if chrom == "chrY":
        return is_xy, np.zeros_like(is_xy)
    in_par = expected_by_sex(chrom, start, end)[:, SEXES.index("XY")] == 2
    is_xx = child_sex == SEXES.index("XX")
    return is_xx | in_par, is_xx | is_xy | in_par


def inherit(father_carries: Flags, mother_carries: Flags, parent_has: Flags, possible: tuple[Flags, Flags]) -> Numbers:
    """Place in `INHERITANCES` of each event of a child; -1 where it cannot be told of whom it would be.

    `father_carries`, `mother_carries`: the union of that parent's credible events of the direction covers half of the
    event; `parent_has`: so does that of a parent's events at any level, of a parent that the event can be of; `possible`:
    of `possible_parents`.
    """
    father, mother = father_carries & possible[0], mother_carries & possible[1]
    conditions = [father & mother, father, mother, parent_has]
    code = np.select(conditions, range(len(conditions)), INHERITANCES.index(Inheritance.NEITHER))
    return np.where(possible[0] | possible[1], code, -1)


def is_inconsistent(inheritance: Numbers, copy_number: Numbers, possible: tuple[Flags, Flags]) -> Flags:
    """Whether a child has no copy where one parent alone carries and both give one."""
    single = (inheritance == INHERITANCES.index(Inheritance.FATHER)) | (
        inheritance == INHERITANCES.index(Inheritance.MOTHER)
    )
    inconsistent: Flags = single & (copy_number == 0) & possible[0] & possible[1]
    return inconsistent


def words(codes: Numbers) -> pl.Series:
    """The words of places in `INHERITANCES`; null for -1."""
    return (
        pl.Series([name.value for name in INHERITANCES], dtype=pl.String)
        .gather(pl.Series(np.where(codes < 0, 0, codes)))
        .set(pl.Series(codes < 0), None)
    )
