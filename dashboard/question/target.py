"""The place that is asked about: its extent, and the bases that `coding` and `coding-touch` look at (rule R7).

A gene without coding sequence is judged by its exons, and one without a transcript by its extent; the target knows
which, so that the count and the words beside it agree.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from dashboard.question.filters import ANY, CODING, CODING_RULES, GENE_OVERLAPS, REGION_OVERLAPS, Overlap, Rule
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.coding import LEAST_LOSS, least_gain
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval


class Pieces(Enum):
    """What the pieces of a target are."""

    CODING = "coding"
    EXONS = "exons"
    NONE = "none"
    """A gene of which only the place is known."""
    REGION = "region"
    """No gene at all."""

    @property
    def noun(self) -> str:
        """What the target is, in a word."""
        return "region" if self is Pieces.REGION else "gene"


MARGIN: Final = 5_000
"""Bases on either side of a place that are looked at with it, at least; half its length where that is more."""
WIDEST: Final = 10_000_000
"""Bases of a region up to which a share of people with an event anywhere in it says something; no chromosome arm but those
of clustered repeats is as short (R7)."""
LARGE: Final = 50_000
"""Bases of a region above which half of it is offered beside any overlap (R7)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A gene or region. `pieces` are disjoint, in order, 0-based and half-open."""

    interval: Interval
    kind: Pieces
    pieces: tuple[tuple[int, int], ...]
    site: int | None = None
    """The site whose events alone are looked at; None for all that touch the place."""
    direction: Direction | None = None
    """The direction of that site."""

    @property
    def bases(self) -> int:
        """Bases in the pieces."""
        return sum(end - start for start, end in self.pieces)

    @property
    def least_loss(self) -> int:
        """Bases of the pieces that a loss has to take under `coding` and `coding-touch`."""
        return LEAST_LOSS

    @property
    def least_gain(self) -> int:
        """Bases of the pieces that a gain has to hold under the same rules, rounded up to a whole base."""
        return least_gain(self.bases)

    @property
    def default_rule(self) -> Overlap:
        """The rule that is taken where none is asked for: `any` for a region, `coding` for a gene."""
        return ANY if self.kind is Pieces.REGION else CODING

    def rule_in_force(self, overlap: Overlap | None) -> Overlap:
        """The rule that is applied: the default where none is asked for, `any` for those of coding sequence where only an
        extent is known."""
        rule = overlap or self.default_rule
        return ANY if rule.rule in CODING_RULES and self.kind not in (Pieces.CODING, Pieces.EXONS) else rule

    def rules_beside(self, overlap: Overlap | None) -> tuple[Overlap, ...]:
        """The rules that are offered for it, the default first, and behind them the one that is asked for where it is none of
        them."""
        offered = REGION_OVERLAPS if self.kind is Pieces.REGION else GENE_OVERLAPS
        return offered if overlap is None or overlap in offered else (*offered, overlap)

    @property
    def has_copies(self) -> bool:
        """Whether the copies that people have of it say something: of a gene or a site, and not of any region."""
        return self.kind is not Pieces.REGION or self.site is not None

    def has_share(self, rule: Overlap) -> bool:
        """Whether a share of people says something under a rule: not of who has an event anywhere in a wide region."""
        wide = self.kind is Pieces.REGION and self.site is None and self.interval.length > WIDEST
        return not (wide and rule.rule in (Rule.ANY, Rule.WITHIN))


def region_target(interval: Interval) -> Target:
    """The target of a region: its extent and no pieces."""
    return Target(interval, Pieces.REGION, ())


def site_target(interval: Interval, site_id: int, direction: Direction) -> Target:
    """The target of a site: its founding interval, and its events alone."""
    return Target(interval, Pieces.REGION, (), site_id, direction)


def surroundings(place: Interval) -> Interval:
    """A place with its neighbourhood, within its chromosome."""
    margin = max(MARGIN, place.length // 2)
    return Interval(place.chrom, max(0, place.start - margin), min(LENGTHS[place.chrom], place.end + margin))
