"""What the levels, events and alleles of a callset mean in words, and whom to cite: all of it depends on who called.

The rules are one for all callers, but what they come to is not: a level that overlooks DRAGEN's filter of length is no
wider than PASS where no caller has that filter. Plain text, as in `quantities`.
"""

from collections.abc import Sequence
from typing import Final

from dashboard.words import quantities
from data_prep.domain.callers import (
    BY_DEPTH,
    BY_RECORD,
    CANVAS,
    CUT_INTO_SEGMENTS,
    DRAGEN,
    GATK_GCNV,
    GATK_SV,
    MADE_FOR_TWO,
    PHASE_3,
)
from data_prep.domain.levels import Level

HIGH_COVERAGE: Final = (
    "Byrska-Bishop et al. 2022, Cell 185:3426, doi:10.1016/j.cell.2022.08.004 (1000 Genomes Project at high coverage)"
)
PHASE_3_VARIANTS: Final = (
    "Sudmant et al. 2015, Nature 526:75, doi:10.1038/nature15394 (1000 Genomes Project, structural variants of phase 3)"
)

USED_ON_EXOMES: Final = frozenset({CANVAS, GATK_GCNV})
"""Callers that count bins and are used on exomes too, where a bin is an exon."""

Callers = Sequence[str]
"""Names as in `data_prep.domain.callers`."""


def definition(level: Level, callers: Callers) -> str:
    """What a filter level keeps of the calls of these callers (R4)."""
    match level:
        case Level.CREDIBLE:
            return " ".join([_credible(callers), *_own_filters(callers)])
        case Level.SENSITIVE:
            return _sensitive(callers)
        case Level.PASS:
            return _pass(callers)
        case Level.ALL:
            return "Every call, whatever filter it failed."


def _credible(callers: Callers) -> str:
    if _only(DRAGEN, callers):
        return "Two bins or more, no filter but cnvLength, QUAL at least 10, copy ratio at least 0.2 away from 1."
    overlooked = "; DRAGEN's cnvLength is overlooked" if DRAGEN in callers else ""
    definition_ = (
        f"FILTER is PASS or not given{overlooked}. Quality at least 10 and copy ratio at least 0.2 away from 1, where the "
        "caller gives them."
    )
    if CUT_INTO_SEGMENTS.isdisjoint(callers):
        return definition_
    counting = (
        "" if _all_cut(callers) else f" of {_names([caller for caller in callers if caller in CUT_INTO_SEGMENTS])}"
    )
    return f"{definition_} Events{counting} have two bins or more.{_in_exomes(callers)}"


def _in_exomes(callers: Callers) -> str:
    """A word where a caller that is used on exomes counts bins."""
    exome = [caller for caller in callers if caller in USED_ON_EXOMES]
    sentence = f" In exomes a bin of {_names(exome)} is one exon, so this asks for two exons; sensitive takes one."
    return sentence if exome else ""


def _sensitive(callers: Callers) -> str:
    if CUT_INTO_SEGMENTS.isdisjoint(callers):
        return f"The same calls as credible: {_names(callers)} {'counts' if len(callers) == 1 else 'count'} no bins."
    return "As credible, and of one bin too: most such events are not found by other methods."


def _own_filters(callers: Callers) -> list[str]:
    sentences = []
    if CANVAS in callers:
        sentences.append("Canvas sets L10kb below 10 kb, so every shorter call of it is hidden.")
    if GATK_SV in callers:
        sentences.append("MULTIALLELIC and BOTHSIDES_SUPPORT name no fault and count as PASS.")
    return sentences


def _pass(callers: Callers) -> str:
    if _only(DRAGEN, callers):
        return "FILTER is PASS. DRAGEN sets cnvLength below 10 kb, so this hides every shorter call."
    if DRAGEN in callers:
        return (
            "Credible and without cnvLength, which DRAGEN sets below 10 kb: this hides every shorter call of DRAGEN, and of "
            "the others none that is credible."
        )
    return f"The same calls as credible: with {_names(callers)} the two levels do not differ."


def event(callers: Callers) -> str:
    """What an event is (R3), without a full stop."""
    joined_calls = "abutting calls of one person and direction, joined"
    if _all_cut(callers):
        return joined_calls
    if CUT_INTO_SEGMENTS.isdisjoint(callers):
        return f"a call by itself: events of {_names(callers)} are not cut into pieces"
    cutting = _names([caller for caller in callers if caller in CUT_INTO_SEGMENTS])
    return f"{joined_calls}, of {cutting}; of the others, who cut no event into pieces, a call by itself"


def events_are_joined(callers: Callers) -> bool:
    """Whether any of them cuts one event into abutting calls."""
    return not CUT_INTO_SEGMENTS.isdisjoint(callers)


def events_in_short(callers: Callers) -> str:
    """The same in a few words, to stand below a number of events."""
    if _all_cut(callers):
        return "events (abutting calls joined)"
    return "events (some are abutting calls joined)" if events_are_joined(callers) else "events (each call is one)"


def allele_frequency(callers: Callers) -> str:
    """Where an allele frequency is given (R6)."""
    rule = "Copies lost as a share of those expected; at sites of losses of 3 kb or more and three bins or more alone"
    if CUT_INTO_SEGMENTS.isdisjoint(callers):
        return f"{rule}. Calls of {_names(callers)} have no bins, so there is none here."
    return f"{rule}: of shorter ones DRAGEN misses heterozygotes." if DRAGEN in callers else f"{rule}."


def expected_copies_sentence(callers: Callers) -> str:
    """How many copies are expected, and what becomes of numbers that were made for two (R2)."""
    by_place = "Two on autosomes and in the pseudo-autosomal regions; one on the rest of X and Y in XY people, two on X in XX. "
    doubled = [caller for caller in callers if caller in MADE_FOR_TWO]
    gain = "A gain of the X of an XY person has two copies."
    from_depth = [caller for caller in callers if caller in BY_DEPTH]
    if from_depth:
        gain += (
            f" The copies of {_names(from_depth)} are twice the normalised depth, on X and Y of XY people the depth itself, rounded, "
            "but a deletion has at least one copy fewer than expected and a duplication one more."
        )
    by_record = [caller for caller in callers if caller in BY_RECORD]
    if by_record:
        gain += (
            f" With {_names(by_record)} that is so where the record states its copies; a number that follows from two alleles "
            "holds, where one copy is expected, only if it is zero."
        )
    if not doubled:
        return by_place + gain
    unknown = (
        f"Numbers of {_names(doubled)} are made for two copies everywhere, so where one is expected only the loss of it has "
        "a number."
    )
    return by_place + (unknown if len(doubled) == len(callers) else f"{gain} {unknown}")


def publications(callers: Callers) -> str:
    """The publications of the people and reads that the calls are made from."""
    sources = [HIGH_COVERAGE] if any(caller != PHASE_3 for caller in callers) or not callers else []
    return "; ".join([*sources, *([PHASE_3_VARIANTS] if PHASE_3 in callers else [])])


def _only(caller: str, callers: Callers) -> bool:
    return set(callers) == {caller}


def _all_cut(callers: Callers) -> bool:
    return CUT_INTO_SEGMENTS.issuperset(callers)


def _names(callers: Callers) -> str:
    """Callers as people call them in a sentence."""
    return (
        quantities.joined([caller.removeprefix("Illumina ") for caller in callers], "and") if callers else "The callers"
    )
