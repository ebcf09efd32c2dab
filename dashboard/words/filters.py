"""What the filters choose, in words: which events are counted, of whom, and who is left out.

Plain text, as in `quantities`.
"""

from typing import Final

from dashboard.question.filters import CODING, Cohort, Filters, Outliers
from dashboard.question.target import Pieces, Target
from dashboard.words import overlap_rules
from dashboard.words.quantities import joined, length, people
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level

CLASS_WORDS: Final = {
    CallClass.LOSS: "losses",
    CallClass.GAIN: "gains",
    CallClass.COMPLETE_LOSS: "complete losses",
    CallClass.PARTIAL_LOSS: "partial losses",
    CallClass.LOW_GAIN: "low-level gains",
    CallClass.HIGH_GAIN: "high-level gains",
}

LEVEL_WORDS: Final = {
    Level.PASS: "PASS",
    Level.CREDIBLE: "credible",
    Level.SENSITIVE: "sensitive",
    Level.ALL: "all calls",
}

LEVELS: Final = (Level.CREDIBLE, Level.PASS, Level.SENSITIVE, Level.ALL)
"""The levels in the order of rule R13, the default first."""


def classes(filters: Filters) -> str:
    """losses and gains; complete losses."""
    chosen_classes = filters.classes or (CallClass.LOSS, CallClass.GAIN)
    return joined([CLASS_WORDS[name] for name in chosen_classes], "and")


def events(filters: Filters) -> str:
    """The events that are counted: “credible losses and gains”, “complete losses at PASS”."""
    match filters.level:
        case Level.CREDIBLE:
            return f"credible {classes(filters)}"
        case Level.PASS:
            return f"{classes(filters)} at PASS"
        case Level.SENSITIVE:
            return f"sensitive {classes(filters)}"
        case Level.ALL:
            return f"{classes(filters)}, whatever their filter,"


def filter_limits(filters: Filters) -> str:
    """What an event has to be beside: “of 10 kb or more and with QUAL 20 or more”; empty where nothing is asked."""
    words = []
    least, most = filters.min_length, filters.max_length
    if least is not None and most is not None:
        words.append(f"of {length(least)} to {length(most)}")
    elif least is not None:
        words.append(f"of {length(least)} or more")
    elif most is not None:
        words.append(f"of {length(most)} or less")
    if filters.copy_numbers:
        words.append("with copy number " + joined([str(number) for number in filters.copy_numbers], "or"))
    if filters.min_quality is not None:
        words.append(f"with QUAL {filters.min_quality:g} or more")
    if filters.min_bins is not None:
        words.append(f"with {filters.min_bins} {'bin' if filters.min_bins == 1 else 'bins'} or more")
    return joined(words, "and") if words else ""


def events_counted(filters: Filters, target: Target) -> str:
    """What is counted at a place: “credible losses and gains of coding sequence, of 10 kb or more”."""
    direction = target.direction
    of_target = filters.within_direction(direction) if direction in filters.directions and direction else filters
    rule = overlap_rules.rule(target.rule_in_force(filters.overlap), target.kind, is_site=target.site is not None)
    return _with_limits(f"{events(of_target)} {rule}", filters)


def events_counted_by_gene(filters: Filters) -> str:
    """The same of many genes, each counted for itself."""
    return _with_limits(
        f"{events(filters)} {overlap_rules.rule(filters.overlap or CODING, Pieces.CODING)}, gene by gene", filters
    )


def events_drawn(filters: Filters) -> str:
    """What is drawn along the genome, whatever the overlap rule: “credible losses and gains, of 10 kb or more”."""
    return _with_limits(events(filters).removesuffix(","), filters)


def _with_limits(phrase: str, filters: Filters) -> str:
    addition = filter_limits(filters)
    return f"{phrase}, {addition}" if addition else phrase


def group(filters: Filters) -> str:
    """Who is counted, after a number: “unrelated people”, “unrelated XX people of AFR and GBR”."""
    words = ["unrelated"] if filters.cohort is Cohort.UNRELATED else []
    if filters.sex is not None:
        words.append(filters.sex.value)
    words.append("people")
    if filters.populations:
        words.append("of " + joined(filters.populations, "and"))
    return " ".join(words)


def exclusions(chrom: str, marked: int, mismatched: int) -> str:
    """Who of the group is not counted on a chromosome, and why; empty where nobody is left out."""
    reasons = []
    if marked:
        reasons.append(f"{people(marked)} with large events on {chrom}, probably from cell culture")
    if mismatched:
        reasons.append(f"{people(mismatched)} whose calls contradict the recorded sex")
    return f"left out: {joined(reasons, 'and')}" if reasons else ""


def outliers_note(filters: Filters) -> str:
    """A word where samples with large events are counted although they are left out by default."""
    return "samples with large events on the chromosome included" if filters.outliers is Outliers.INCLUDE else ""
