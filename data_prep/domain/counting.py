"""Who is counted on a chromosome, and which of a person's events speaks (rules R5, R9, R11).

Both programs ask here, so that a stored denominator and one that is counted when a page is asked for cannot drift apart.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.chromosomes import SEX_CHROMOSOMES

_Y: Final = "chrY"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """People who do not count on a chromosome, each for one reason: masks of one length, no two true of one person."""

    without_chromosome: Flags
    """Not XY, on Y."""
    sex_mismatch: Flags
    """Their calls contradict their recorded sex; on X and Y."""
    marked: Flags
    """With large events on the chromosome."""

    @property
    def has_place(self) -> Flags:
        """Who can count there at all, marked or not."""
        return ~(self.without_chromosome | self.sex_mismatch)

    @property
    def present(self) -> Flags:
        """Who counts there by default."""
        return self.has_place & ~self.marked


def count_exclusions(chrom: str, is_xy: Flags, sex_mismatch: Flags, marked: Flags) -> LeftOut:
    """Who does not count on `chrom`, of people whose sex is XY or not, contradicted or not, and who are `marked` there."""
    absent = ~is_xy if chrom == _Y else np.zeros_like(is_xy)
    mismatched = sex_mismatch & ~absent if chrom in SEX_CHROMOSOMES else np.zeros_like(is_xy)
    return LeftOut(absent, mismatched, marked & ~absent & ~mismatched)


def best_first(carrier: Numbers, bins: Numbers, copy_number: Numbers, number: Numbers) -> Numbers:
    """The order of events by carrier, and of each carrier's the one first that speaks for him at a site (R9): that with most
    bins, of as many the lower copy number, then the lower `number` of the event. Bins and copies that are not given are below 0."""
    low = np.where(copy_number < 0, np.iinfo(np.int64).max, copy_number)
    return np.lexsort((number, low, -bins, carrier))
