"""Numbers and filters in words: how a frequency, a length, an interval and the sentence of what is counted read.

Plain text only. Who puts it on a page escapes it there, in one place, for the markup used there.
"""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from dashboard.question.filters import CODING, SHARES, Cohort, Filters, Outliers, Overlap, Rule
from dashboard.question.target import Pieces, Target
from data_prep.domain.copy_number import CallClass, Direction
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

WITHOUT_SHARE: Final = "a region over 10 Mb: nearly everyone has some event in it"
"""Why there is no share of people under `any` and `within` (R7)."""


LEAST_P: Final = 1e-300
"""Below it a p value has few digits left, and 0 is stored for what is smaller still."""


def count(number: int) -> str:
    """1,204."""
    return f"{number:,}"


def people(number: int) -> str:
    """1 person, 2,504 people."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def percent(share: float) -> str:
    """A share of 1 as a percentage: one decimal, two figures that matter below 1 % and above 99 %; 0 % and 100 % only
    where nothing and everything is meant.
    """
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    return f"{_rounded(share, ROUND_HALF_EVEN)} %"


def upper_bound(share: float) -> str:
    """The bound of a frequency of none, rounded up, so that “below” stays true."""
    return f"{_rounded(share, ROUND_CEILING)} %"


def seen(share: float) -> str:
    """The share of people in whom the caller saw a place, rounded down: 51 %, 51.3 %."""
    return f"{_rounded(share, ROUND_FLOOR) if 0 < share < 1 else f'{share:.0%}'.rstrip('%')} %".replace(".0 %", " %")


def partly_seen(share: float) -> str:
    """What has to be known of every frequency of a place that the caller saw in this share of the people."""
    return f"seen in {seen(share)} of people: frequencies are lower bounds"


def interval_percent(low: float, high: float) -> str:
    """46.1–50.0, both ends as precise as `percent` writes them."""
    return f"{percent(low)}–{percent(high)}".replace(" %", "")


def frequency(
    carriers: int | None, samples: int | None, low: float | None, high: float | None, people_seen: int | None = None
) -> str:
    """“1,204 of 2,504 (48.1 %, 46.1–50.0)”, “0 of 2,504, below 0.16 %”, “nobody counted”. Bounds are shares of 1.

    `people_seen`: over whom the bound of no carriers is given, where the caller saw the place in some only: “0 of 243, seen
    in 124, below 3.0 %”. “not assessable” where there are no numbers.
    """
    if carriers is None or samples is None:
        return "not assessable"
    if samples == 0 or low is None or high is None:
        return "nobody counted"
    told = f"{carriers:,} of {samples:,}"
    if carriers == 0:
        seen = "" if people_seen is None else f", seen in {people_seen:,}"
        return f"{told}{seen}, below {upper_bound(high)}"
    return f"{told} ({percent(carriers / samples)}, {interval_percent(low, high)})"


def p_value(p: float) -> str:
    """0.031, 4.2e-17, and “below 1e-300” where digits end: a probability of 0 is none."""
    if p < LEAST_P:
        return f"below {LEAST_P:g}"
    return f"{p:.2g}"


def length(bases: int) -> str:
    """850 bp, 5.9 kb, 1.25 Mb."""
    if bases < 1_000:
        return f"{bases} bp"
    if bases < 999_950:
        return f"{_figures(bases / 1_000, 1)} kb"
    return f"{_figures(bases / 1_000_000, 2 if bases < 9_995_000 else 1)} Mb"


def rule(overlap: Overlap, pieces: Pieces) -> str:
    """What the carriers' events do to a gene or region under a rule, after “losses and gains”."""
    match overlap.rule:
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
            return f"that cover {share(overlap)} of the {pieces.noun} or more"
        case Rule.WITHIN:
            return f"that lie within the {pieces.noun}"
        case Rule.RECIPROCAL:
            return f"with a reciprocal overlap of {share(overlap)} or more"


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
            return f"{share(overlap)} of the {pieces.noun}"
        case Rule.WITHIN:
            return f"within the {pieces.noun}"
        case Rule.RECIPROCAL:
            return f"{share(overlap)} reciprocal"


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
            return f"{share(overlap)} of the {noun} or more, in one piece or several."
        case Rule.WITHIN:
            return f"One event that lies inside the {noun}."
        case Rule.RECIPROCAL:
            return f"One event that shares {share(overlap)} of the longer of the two: of similar size and place."


def share(overlap: Overlap) -> str:
    """50 %."""
    return f"{(overlap.share or 0) * 100 / SHARES:g} %"


def happens(direction: Direction, overlap: Overlap, pieces: Pieces) -> str:
    """The headline's verb: what has happened to the gene or region in a carrier."""
    lost = direction is Direction.LOSS
    match overlap.rule:
        case Rule.CODING_TOUCH if lost:
            bases = "Coding sequence" if pieces is Pieces.CODING else "An exon"
            return f"{bases} lost, or within reach of the uncertain end of a loss,"
        case Rule.CODING | Rule.CODING_TOUCH if pieces is Pieces.CODING:
            return "Coding sequence lost" if lost else "Coding sequence gained"
        case Rule.CODING | Rule.CODING_TOUCH:
            return "An exon lost" if lost else "Exons gained"
        case Rule.ANY:
            return "Touched by a loss" if lost else "Touched by a gain"
        case Rule.COVERS:
            return f"Whole {pieces.noun} {'lost' if lost else 'gained'}"
        case Rule.FRACTION:
            return f"{share(overlap)} or more of the {pieces.noun} {'lost' if lost else 'gained'}"
        case Rule.WITHIN:
            return f"A {direction.value} within the {pieces.noun}"
        case Rule.RECIPROCAL:
            return f"A {direction.value} with {share(overlap)} reciprocal overlap"


def completely(overlap: Overlap, pieces: Pieces) -> str:
    """How carriers without a copy are told, before their number: “completely” where a rule asks for all that matters (R7)."""
    if overlap.rule in (Rule.CODING, Rule.COVERS):
        return "completely in"
    return f"no copy left somewhere in the {pieces.noun} in"


def classes(filters: Filters) -> str:
    """losses and gains; complete losses."""
    asked = filters.classes or (CallClass.LOSS, CallClass.GAIN)
    return joined([CLASS_WORDS[name] for name in asked], "and")


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


def limits(filters: Filters) -> str:
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


def counted(filters: Filters, target: Target) -> str:
    """What is counted at a place: “credible losses and gains of coding sequence, of 10 kb or more”."""
    return _limited(f"{events(filters)} {rule(target.rule_in_force(filters.overlap), target.kind)}", filters)


def counted_in_genes(filters: Filters) -> str:
    """The same of many genes, each counted for itself."""
    return _limited(f"{events(filters)} {rule(filters.overlap or CODING, Pieces.CODING)}, gene by gene", filters)


def drawn(filters: Filters) -> str:
    """What is drawn along the genome, whatever the overlap rule: “credible losses and gains, of 10 kb or more”."""
    return _limited(events(filters).removesuffix(","), filters)


def _limited(told: str, filters: Filters) -> str:
    beside = limits(filters)
    return f"{told}, {beside}" if beside else told


def group(filters: Filters) -> str:
    """Who is counted, after a number: “unrelated people”, “unrelated XX people of AFR and GBR”."""
    words = ["unrelated"] if filters.cohort is Cohort.UNRELATED else []
    if filters.sex is not None:
        words.append(filters.sex.value)
    words.append("people")
    if filters.populations:
        words.append("of " + joined(filters.populations, "and"))
    return " ".join(words)


def kind_of_problem(kind: str) -> str:
    """A kind of problem region in words; one of a mask by the mask's name."""
    written = {
        "par": "PAR",
        "ampliconic-y": "ampliconic Y",
        "x-transposed": "X-transposed region",
        "paralogous": "paralogous gene",
    }
    return written.get(kind, kind.replace("-", " "))


def kinds_of_problem(kinds: str) -> str:
    """Several of them, as the database joins them."""
    return ", ".join(kind_of_problem(kind) for kind in kinds.split(", "))


def left_out(chrom: str, marked: int, mismatched: int) -> str:
    """Who of the group is not counted on a chromosome, and why; empty where nobody is left out."""
    reasons = []
    if marked:
        reasons.append(f"{people(marked)} with large events on {chrom}, probably from cell culture")
    if mismatched:
        reasons.append(f"{people(mismatched)} whose calls contradict the recorded sex")
    return f"left out: {joined(reasons, 'and')}" if reasons else ""


def moment(stamp: str) -> str:
    """A moment of the database, ISO 8601 in UTC, to the minute: 2026-11-01 14:05 UTC."""
    return f"{stamp[:10]} {stamp[11:16]} UTC" if stamp else "on a day not said"


def joined(words: Sequence[str], last: str) -> str:
    """a; a and b; a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def outliers_note(filters: Filters) -> str:
    """A word where samples with large events are counted although they are left out by default."""
    return "samples with large events on the chromosome included" if filters.outliers is Outliers.INCLUDE else ""


def _rounded(share_of_one: float, rounding: str) -> str:
    """A percentage between 0 and 100, both excluded, in the precision that `percent` tells."""
    value = Decimal(repr(share_of_one)) * 100
    distance = min(value, 100 - value)
    decimals = 1 if distance >= 1 else 1 - math.floor(math.log10(distance))
    told = value.quantize(Decimal(1).scaleb(-decimals), rounding)
    whole, _, digits = str(told).partition(".")
    return f"{whole}.{digits.rstrip('0') or '0'}"


def _figures(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".")
