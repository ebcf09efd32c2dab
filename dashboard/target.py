"""The place that is asked about: its extent, and the bases that the rule `coding` looks at (rule R7).

A gene without coding sequence is judged by its exons, and one without a transcript by its extent; the target knows
which, so that the count and the words beside it agree.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from dashboard.filters import ANY, Overlap, Rule
from data_prep.domain.intervals import Interval


class Pieces(Enum):
    """What the pieces of a target are."""

    CODING = "coding"
    EXONS = "exons"
    NONE = "none"


GAIN_SHARE: Final = (3, 4)
"""A gain counts for a gene from three quarters of its coding bases on (R7)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A gene or region. `pieces` are disjoint, in order, 0-based and half-open."""

    interval: Interval
    kind: Pieces
    pieces: tuple[tuple[int, int], ...]

    @property
    def bases(self) -> int:
        """Bases in the pieces."""
        return sum(end - start for start, end in self.pieces)

    @property
    def least_loss(self) -> int:
        """Bases of the pieces that a loss has to take under the rule `coding`."""
        return 1

    @property
    def least_gain(self) -> int:
        """Bases of the pieces that a gain has to hold under the rule `coding`, rounded up to a whole base."""
        if self.kind is not Pieces.CODING:
            return 1
        numerator, denominator = GAIN_SHARE
        return -(-self.bases * numerator // denominator)

    def rule_in_force(self, asked: Overlap) -> Overlap:
        """The rule that is applied: `any` instead of `coding` where only an extent is known."""
        return ANY if asked.rule is Rule.CODING and self.kind is Pieces.NONE else asked
