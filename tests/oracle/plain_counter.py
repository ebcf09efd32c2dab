"""The rules R5, R6 and R7 once more, as slow as they read: sets of bases, one person after the other.

Nothing of the dashboard is used here, so that a test against it compares two readings of the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.dashboard.small_database import Event, Person


@dataclass(frozen=True)
class Question:
    """What is asked, in plain words and numbers; the defaults are those of rule R13."""

    chrom: str
    start: int
    end: int
    coding: frozenset[int] = frozenset()
    """Coding bases of the representative transcript."""
    exons: frozenset[int] = frozenset()
    """Bases of its exons, of a transcript without coding sequence."""
    rule: str = "any"
    share: Fraction = Fraction(1, 2)
    level: str = "credible"
    classes: tuple[str, ...] = ()
    everyone: bool = False
    outliers: bool = False
    populations: tuple[str, ...] = ()
    sex: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_quality: float | None = None
    min_bins: int | None = None
    copy_numbers: tuple[int, ...] = ()

    @property
    def bases(self) -> frozenset[int]:
        return frozenset(range(self.start, self.end))


def is_counted(person: Person, question: Question) -> bool:
    """R5, and R2 for people whose calls contradict their sex."""
    if not person.counted:
        return False
    if not question.everyone and not person.unrelated:
        return False
    if question.populations and not {person.population, person.superpopulation} & set(question.populations):
        return False
    if question.sex and person.sex != question.sex:
        return False
    if question.chrom == "chrY" and person.sex != "XY":
        return False
    if question.chrom in ("chrX", "chrY") and person.sex_mismatch:
        return False
    return question.outliers or question.chrom not in person.marked


def passes(event: Event, person: Person, direction: str, question: Question) -> bool:
    """Direction, R4 and the other filters of an event; class and copy number are asked of a carrier at a place (R7)."""
    if event.call_class(person.sex).direction.value != direction:
        return False
    if question.level == "sensitive" and not (event.credible if event.sensitive is None else event.sensitive):
        return False
    if question.level == "credible" and not event.credible:
        return False
    if question.level == "pass" and not event.passing:
        return False
    length = event.end - event.start
    if question.min_length is not None and length < question.min_length:
        return False
    if question.max_length is not None and length > question.max_length:
        return False
    if question.min_quality is not None and (event.quality is None or event.quality < question.min_quality):
        return False
    return question.min_bins is None or (event.bins is not None and event.bins >= question.min_bins)


def is_of_class(name: str, copies: int | None, direction: str, question: Question) -> bool:
    """Whether class and copy number are those that are asked for."""
    if question.classes and name not in question.classes and direction not in question.classes:
        return False
    return not question.copy_numbers or copies in question.copy_numbers


@dataclass(frozen=True)
class Carrier:
    """What a person carries at a place."""

    name: str
    """The class there."""
    copies: int | None
    events: list[Event]
    """Those that pass the filters and touch the place."""


def carried(person: Person, events: Sequence[Event], direction: str, question: Question) -> Carrier | None:
    """Class and copy number of the person in G, with the events; None if not a carrier (R7)."""
    gene = question.bases
    mine = [
        event
        for event in events
        if event.sample == person.sample
        and event.chrom == question.chrom
        and passes(event, person, direction, question)
        and gene & set(range(event.start, event.end))
    ]
    if question.rule == "within":
        mine = [event for event in mine if event.start >= question.start and event.end <= question.end]
    if question.rule == "reciprocal":
        mine = [
            event
            for event in mine
            if Fraction(len(gene & set(range(event.start, event.end))), max(len(gene), event.end - event.start))
            >= question.share
        ]
    if not _meets([_looked_at(event, direction, question) for event in mine], direction, question):
        return None
    name, copies = _class(mine, person, direction, question)
    return Carrier(name, copies, mine) if is_of_class(name, copies, direction, question) else None


def _looked_at(event: Event, direction: str, question: Question) -> set[int]:
    """The bases of an event as the rule looks at it: those of a loss are drawn in for its coding bases alone, and where
    the gene has a transcript."""
    drawn_in = question.rule == "coding" and direction == "loss" and (question.coding or question.exons)
    return set(range(*(event.inner if drawn_in else (event.start, event.end))))


def _meets(stretches: Sequence[set[int]], direction: str, question: Question) -> bool:
    gene, union = question.bases, set().union(*stretches)
    if question.rule == "covers":
        return _covers(union, question.start, question.end)
    if question.rule == "fraction":
        return bool(union) and Fraction(len(union & gene), len(gene)) >= question.share
    if question.rule in ("coding", "coding-touch") and (question.coding or question.exons):
        bases = question.coding or question.exons
        held = Fraction(len(union & bases), len(bases))
        return held > 0 if direction == "loss" else held >= Fraction(3, 4)
    return bool(union & gene)


def _covers(union: set[int], start: int, end: int) -> bool:
    """One stretch of the union reaches from at most 1 kb, and a tenth of the place, behind the start to as little before the
    end."""
    stretch_start = None
    for base in range(start, end + 1):
        if base in union and base < end:
            if stretch_start is None:
                stretch_start = base
        elif stretch_start is not None:
            missing = max(stretch_start - start, end - base)
            if missing <= 1000 and Fraction(missing, end - start) <= Fraction(1, 10):
                return True
            stretch_start = None
    return False


def _class(events: Sequence[Event], person: Person, direction: str, question: Question) -> tuple[str, int | None]:
    """The lowest number of a loss, the highest of a gain, whose calls and those beyond it still meet the rule alone."""
    if question.rule in ("within", "reciprocal"):
        own = [(event.copy_number, event.call_class(person.sex).value) for event in events]
        numbers = [copies for copies, _ in own if copies is not None]
        if not numbers:
            return direction, None
        number = min(numbers) if direction == "loss" else max(numbers)
        return _farthest({name for copies, name in own if copies == number}), number
    pieces = [
        (bases, call.copy_number, call.call_class.value)
        for event in events
        for call in event.calls(person.sex)
        if (bases := set(range(call.start, call.end)) & _looked_at(event, direction, question))
    ]
    numbers = sorted({copies for _, copies, _ in pieces if copies is not None}, reverse=direction == "gain")
    for number in numbers:
        beyond = [
            bases
            for bases, copies, _ in pieces
            if copies is not None and (copies <= number if direction == "loss" else copies >= number)
        ]
        if _meets(beyond, direction, question):
            return _farthest(
                {name for bases, copies, name in pieces if copies == number and bases & question.bases}
            ), number
    return direction, None


def _farthest(names: set[str]) -> str:
    order = ("complete-loss", "partial-loss", "loss", "high-gain", "low-gain", "gain")
    return next(name for name in order if name in names)


def count(
    people: Sequence[Person], events: Sequence[Event], direction: str, question: Question
) -> dict[tuple[str, str], dict[str, int]]:
    """Per group, carriers and samples and carriers by class; groups as (kind, code)."""
    table: dict[tuple[str, str], dict[str, int]] = {}
    for person in people:
        if not is_counted(person, question):
            continue
        found = carried(person, events, direction, question)
        for group in (
            ("all", "all"),
            ("superpopulation", person.superpopulation),
            ("population", person.population),
            ("sex", person.sex or "unknown"),
        ):
            row = table.setdefault(group, {"samples": 0, "carriers": 0})
            row["samples"] += 1
            if found:
                row["carriers"] += 1
                row[found.name] = row.get(found.name, 0) + 1
    return table
