"""Expected copy number and the class of a call (rule R2).

The class compares the copy number with what is expected at that place in that person: two copies in the male X are
a gain. EFO terms as in the GA4GH Beacon and VRS copy-change vocabulary.
"""

from enum import StrEnum
from typing import Final

from data_prep.domain.chromosomes import PSEUDO_AUTOSOMAL


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

HIGH_GAIN_FACTOR: Final = 2.5
"""A gain of this many times the expected copies or more is a high-level one: 5 on autosomes, 3 on the male X."""


def classify(copy_number: float, expected: int) -> CallClass | None:
    """The class of `copy_number` where `expected` copies are normal; None where both are equal (no CNV)."""
    if copy_number == expected:
        return None
    if copy_number == 0:
        return CallClass.COMPLETE_LOSS
    if copy_number < expected:
        return CallClass.PARTIAL_LOSS
    return CallClass.HIGH_GAIN if copy_number >= HIGH_GAIN_FACTOR * expected else CallClass.LOW_GAIN


def expected_copy_number(chrom: str, start: int, end: int, sex: str | None) -> int | None:
    """Copies expected in `[start, end)`, 0-based, of a person of karyotype sex `XX` or `XY`.

    None for Y in XX, and for X and Y where the sex is not known and the place is not pseudo-autosomal. A place across
    a PAR border takes the rule of its larger part; exactly half counts as outside.
    """
    if chrom not in PSEUDO_AUTOSOMAL:
        return 2
    if chrom == "chrY" and sex == "XX":
        return None
    inside = sum(max(0, min(end, b) - max(start, a)) for a, b in PSEUDO_AUTOSOMAL[chrom])
    if 2 * inside > end - start:
        return 2
    if sex == "XY":
        return 1
    return 2 if sex == "XX" else None
