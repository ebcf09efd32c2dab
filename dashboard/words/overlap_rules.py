"""The overlap rules (R7) in words: in a list, in a sentence, in full, and what they say has happened to a carrier."""

from typing import Final

from dashboard.question.filters import SHARES, Overlap, Rule
from dashboard.question.target import Pieces
from data_prep.domain.copy_number import Direction

WITHOUT_SHARE: Final = "a region over 10 Mb: nearly everyone has some event in it"
"""Why there is no share of people under `any` and `within` (R7)."""


def rule(overlap: Overlap, pieces: Pieces, *, is_site: bool = False) -> str:
    """What the carriers' events do to a gene or region under a rule, or that they are those of a site, after “losses and gains”."""
    match overlap.rule:
        case Rule.ANY if is_site:
            return "of this site"
        case Rule.CODING if pieces is Pieces.CODING:
            return "of coding sequence"
        case Rule.CODING:
            return "of exons"
        case Rule.CODING_TOUCH:
            bases = "coding sequence" if pieces is Pieces.CODING else "exons"
            return f"of {bases}, the ends of losses not drawn in"
        case Rule.ANY:
            return f"that touch the {pieces.noun}"
        case Rule.COVERS:
            return f"that cover the {pieces.noun} but for 1 kb, and at most a tenth of it, at either end"
        case Rule.FRACTION:
            return f"that cover {fraction(overlap)} of the {pieces.noun} or more"
        case Rule.WITHIN:
            return f"that lie within the {pieces.noun}"
        case Rule.RECIPROCAL:
            return f"with a reciprocal overlap of {fraction(overlap)} or more"


def rule_name(overlap: Overlap, pieces: Pieces) -> str:
    """A rule as a choice in a list."""
    match overlap.rule:
        case Rule.CODING | Rule.CODING_TOUCH:
            bases = "exons" if pieces is Pieces.EXONS else "coding sequence"
            return bases if overlap.rule is Rule.CODING else f"{bases}, ends not drawn in"
        case Rule.ANY:
            return "any overlap"
        case Rule.COVERS:
            return f"whole {pieces.noun}"
        case Rule.FRACTION:
            return f"{fraction(overlap)} of the {pieces.noun}"
        case Rule.WITHIN:
            return f"within the {pieces.noun}"
        case Rule.RECIPROCAL:
            return f"{fraction(overlap)} reciprocal"


def rule_in_full(overlap: Overlap, pieces: Pieces) -> str:
    """What a rule asks of the events of a carrier, as a sentence."""
    noun = pieces.noun
    bases = "base of an exon" if pieces is Pieces.EXONS else "coding base"
    match overlap.rule:
        case Rule.CODING | Rule.CODING_TOUCH if pieces is Pieces.NONE:
            return "No transcript of this gene is known, so any overlap with it counts."
        case Rule.CODING:
            return (
                f"A loss takes at least one {bases} after both of its ends are drawn in by their uncertainty; a gain holds "
                f"at least 75 % of {'those of the exons' if pieces is Pieces.EXONS else 'the coding bases'}, its ends not "
                "drawn in."
            )
        case Rule.CODING_TOUCH:
            return f"The same, but the ends of losses are not drawn in: one {bases} within reach of an uncertain end is enough."
        case Rule.ANY:
            return f"One base of the {noun} is enough."
        case Rule.COVERS:
            return f"The whole {noun} but for 1 kb, and at most a tenth of it, at either end."
        case Rule.FRACTION:
            return f"{fraction(overlap)} of the {noun} or more, in one piece or several."
        case Rule.WITHIN:
            return f"One event that lies inside the {noun}."
        case Rule.RECIPROCAL:
            return f"One event that shares {fraction(overlap)} of the longer of the two: of similar size and place."


def fraction(overlap: Overlap) -> str:
    """50 %."""
    return f"{(overlap.share or 0) * 100 / SHARES:g} %"


def headline_verb(direction: Direction, overlap: Overlap, pieces: Pieces, *, is_site: bool = False) -> str:
    """The headline's verb: what has happened to the gene or region in a carrier, or that the site is carried."""
    lost = direction is Direction.LOSS
    match overlap.rule:
        case Rule.CODING_TOUCH if lost:
            bases = "Coding sequence" if pieces is Pieces.CODING else "An exon"
            return f"{bases} lost, or within reach of the uncertain end of a loss,"
        case Rule.CODING | Rule.CODING_TOUCH if pieces is Pieces.CODING:
            return "Coding sequence lost" if lost else "Coding sequence gained"
        case Rule.CODING | Rule.CODING_TOUCH:
            return "An exon lost" if lost else "Exons gained"
        case Rule.ANY if is_site:
            return "This loss carried" if lost else "This gain carried"
        case Rule.ANY:
            return "Touched by a loss" if lost else "Touched by a gain"
        case Rule.COVERS:
            return f"Whole {pieces.noun} {'lost' if lost else 'gained'}"
        case Rule.FRACTION:
            return f"{fraction(overlap)} or more of the {pieces.noun} {'lost' if lost else 'gained'}"
        case Rule.WITHIN:
            return f"A {direction.value} within the {pieces.noun}"
        case Rule.RECIPROCAL:
            return f"A {direction.value} with {fraction(overlap)} reciprocal overlap"


def complete_loss_phrase(overlap: Overlap, pieces: Pieces) -> str:
    """How carriers without a copy are told, before their number: “completely” where a rule asks for all that matters (R7)."""
    if overlap.rule in (Rule.CODING, Rule.COVERS):
        return "completely in"
    return f"no copy left somewhere in the {pieces.noun} in"
