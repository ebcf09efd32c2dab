"""Expected copy number and the class of a call (rule R2).

The class compares the copy number with what is expected at that place in that person: two copies in the male X are
a gain. EFO terms as in the GA4GH Beacon and VRS copy-change vocabulary.

Each rule stands here once, as a table or a function of single values; what works on columns, in Polars or NumPy, is made
from it.
"""

import operator
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import numpy as np
import polars as pl

from data_prep.domain.arrays import Numbers
from data_prep.domain.chromosomes import PSEUDO_AUTOSOMAL, SEX_CHROMOSOMES


class Direction(StrEnum):
    """Fewer or more copies than expected; the last two are kept and never counted as either."""

    LOSS = "loss"
    GAIN = "gain"
    LOH = "loh"
    UNEXPECTED = "unexpected"


class CallClass(StrEnum):
    """`loss` and `gain` stand for calls whose caller gives no copy number."""

    COMPLETE_LOSS = "complete-loss"
    PARTIAL_LOSS = "partial-loss"
    LOW_GAIN = "low-gain"
    HIGH_GAIN = "high-gain"
    LOSS = "loss"
    GAIN = "gain"
    LOH = "loh"
    UNEXPECTED = "unexpected"

    @property
    def direction(self) -> Direction:
        return _DIRECTION[self]


_DIRECTION: Final = {
    CallClass.COMPLETE_LOSS: Direction.LOSS,
    CallClass.PARTIAL_LOSS: Direction.LOSS,
    CallClass.LOSS: Direction.LOSS,
    CallClass.LOW_GAIN: Direction.GAIN,
    CallClass.HIGH_GAIN: Direction.GAIN,
    CallClass.GAIN: Direction.GAIN,
    CallClass.LOH: Direction.LOH,
    CallClass.UNEXPECTED: Direction.UNEXPECTED,
}

EFO: Final = {
    CallClass.COMPLETE_LOSS: "EFO:0030069",
    CallClass.PARTIAL_LOSS: "EFO:0030068",
    CallClass.LOW_GAIN: "EFO:0030071",
    CallClass.HIGH_GAIN: "EFO:0030072",
    CallClass.LOSS: "EFO:0030067",
    CallClass.GAIN: "EFO:0030070",
}

CLASSES: Final = tuple(CallClass)
"""In the order of the schema's enumeration: the place of a class is its code, in the database and in every array."""
DIRECTIONS: Final = (Direction.LOSS, Direction.GAIN)
"""The directions that are counted; the place of each is its code in arrays."""
MEMBERS: Final[dict[CallClass, tuple[CallClass, ...]]] = {
    CallClass(direction.value): tuple(name for name in CLASSES if name.direction is direction)
    for direction in DIRECTIONS
}
"""The classes of a direction, by the class that stands for all of them where it is asked for."""
COUNTED_CLASSES: Final = tuple(
    sorted((name for names in MEMBERS.values() for name in names), key=lambda name: name not in MEMBERS)
)
"""The classes that can be asked for, the two directions first (R13)."""
TALLIES: Final[dict[str, tuple[CallClass, ...]]] = {
    "complete_losses": (CallClass.COMPLETE_LOSS,),
    "partial_losses": (CallClass.PARTIAL_LOSS,),
    "low_gains": (CallClass.LOW_GAIN,),
    "high_gains": (CallClass.HIGH_GAIN,),
    "without_copy_number": tuple(MEMBERS),
}
"""Columns that count carriers by class (R6), each with the classes that it counts."""

HIGH_GAIN_FACTOR: Final = 2.5
"""A gain of this many times the expected copies or more is a high-level one: 5 on autosomes, 3 on the male X."""

_THRESHOLDS: Final[tuple[tuple[Callable[[Any, Any], Any], float, CallClass | None], ...]] = (
    (operator.eq, 1, None),
    (operator.eq, 0, CallClass.COMPLETE_LOSS),
    (operator.lt, 1, CallClass.PARTIAL_LOSS),
    (operator.lt, HIGH_GAIN_FACTOR, CallClass.LOW_GAIN),
    (operator.ge, HIGH_GAIN_FACTOR, CallClass.HIGH_GAIN),
)
"""How copies compare with so many times the expected, and their class; the first line that is true holds. None is no CNV."""


def classify(copy_number: float, expected: int) -> CallClass | None:
    """The class of `copy_number` where `expected` copies are normal; None where both are equal (no CNV)."""
    return next(name for compares, factor, name in _THRESHOLDS if compares(copy_number, factor * expected))


def class_expression(copy_number: pl.Expr, expected: pl.Expr) -> pl.Expr:
    """The same of columns, as text: null where both are equal, and where one of them is null."""
    named = pl.lit(None, pl.String)
    for compares, factor, name in reversed(_THRESHOLDS):
        named = pl.when(compares(copy_number, factor * expected)).then(pl.lit(name, pl.String)).otherwise(named)
    return pl.when(copy_number.is_not_null() & expected.is_not_null()).then(named)


SEXES: Final = (None, "XX", "XY")
"""Karyotype sexes in the order of arrays that have an entry for each, the unknown first."""

_OUTSIDE_PAR: Final[dict[str, dict[str | None, int]]] = {"chrX": {"XX": 2, "XY": 1}, "chrY": {"XY": 1}}
"""Copies expected on X and Y outside the pseudo-autosomal regions, by sex; of any other sex nobody knows."""
_WITHOUT: Final = ("chrY", "XX")
"""Chromosome and sex of which no copies are expected anywhere, not in pseudo-autosomal regions either."""


def _expected(chrom: str, sex: str | None, *, in_par: bool) -> int | None:
    """Copies expected by chromosome, sex, and whether the larger part of a place is pseudo-autosomal."""
    if chrom not in SEX_CHROMOSOMES:
        return 2
    if (chrom, sex) == _WITHOUT:
        return None
    return 2 if in_par else _OUTSIDE_PAR[chrom].get(sex)


def expected_copy_number(chrom: str, start: int, end: int, sex: str | None) -> int | None:
    """Copies expected in `[start, end)`, 0-based, of a person of karyotype sex `XX` or `XY`.

    None for Y in XX, and for X and Y where the sex is not known and the place is not pseudo-autosomal. A place across
    a PAR border takes the rule of its larger part; exactly half counts as outside.
    """
    regions = PSEUDO_AUTOSOMAL.get(chrom, ())
    bases = sum(max(0, min(end, b) - max(start, a)) for a, b in regions)
    return _expected(chrom, sex, in_par=2 * bases > end - start)


def expected_by_sex(chrom: str, start: Numbers, end: Numbers) -> Numbers:
    """The same of many places of a chromosome, for each sex in the order of `SEXES`: (places, 3); 0 where it is None."""
    bases = np.zeros(len(start), np.int64)
    for first, last in PSEUDO_AUTOSOMAL.get(chrom, ()):
        bases += np.maximum(np.minimum(end, last) - np.maximum(start, first), 0)
    table = np.array(
        [[_expected(chrom, sex, in_par=in_par) or 0 for sex in SEXES] for in_par in (False, True)], np.int64
    )
    expected: Numbers = table[(2 * bases > end - start).astype(np.int64)]
    return expected


def pseudo_autosomal_bases_expression(chrom: pl.Expr, start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Bases of columns of intervals that are pseudo-autosomal; null on other chromosomes than X and Y."""
    bases = pl.lit(None, pl.Int64)
    for name, regions in PSEUDO_AUTOSOMAL.items():
        inside = pl.sum_horizontal(
            (pl.min_horizontal(end, pl.lit(b)) - pl.max_horizontal(start, pl.lit(a))).clip(lower_bound=0)
            for a, b in regions
        )
        bases = pl.when(chrom == name).then(inside).otherwise(bases)
    return bases


def expected_expression(chrom: pl.Expr, length: pl.Expr, par_bases: pl.Expr, sex: pl.Expr) -> pl.Expr:
    """`expected_copy_number` of columns of intervals on X and Y, of which `par_bases` are pseudo-autosomal; Int32."""
    in_par = 2 * par_bases > length
    expected = pl.lit(None, pl.Int32)
    for name in SEX_CHROMOSOMES:
        for of_sex in SEXES:
            inside, outside = (pl.lit(_expected(name, of_sex, in_par=part), pl.Int32) for part in (True, False))
            is_theirs = (chrom == name) & sex.eq_missing(pl.lit(of_sex, pl.String))
            expected = pl.when(is_theirs).then(pl.when(in_par).then(inside).otherwise(outside)).otherwise(expected)
    return expected
