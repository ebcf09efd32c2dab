"""The rules R5, R6 and R7 once more, as slow as they read: sets of bases, one person after the other.

Nothing of the dashboard is used here, so that a test against it compares two readings of the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from data_prep.domain.copy_number import CallClass
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
    """Bases of its exons."""
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
    """R4 and the other filters, and the class of R2."""
    call_class = event.call_class(person.sex)
    if call_class.direction.value != direction:
        return False
    if question.classes and call_class.value not in question.classes and direction not in question.classes:
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
    if question.min_bins is not None and (event.bins is None or event.bins < question.min_bins):
        return False
    return not question.copy_numbers or event.copy_number in question.copy_numbers


def carried(
    person: Person, events: Sequence[Event], direction: str, question: Question
) -> tuple[str, list[Event]] | None:
    """The class that the person carries in G, with the events that make it so; None if not a carrier (R7)."""
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
    union: set[int] = set()
    for event in mine:
        union |= set(range(event.start, event.end))
    if not union or not _meets(union, gene, direction, question):
        return None
    return _class(mine, person, direction), mine


def _meets(union: set[int], gene: frozenset[int], direction: str, question: Question) -> bool:
    if question.rule == "covers":
        return _covers(union, question.start, question.end)
    if question.rule == "fraction":
        return Fraction(len(union & gene), len(gene)) >= question.share
    if question.rule == "coding":
        if question.coding:
            held = Fraction(len(union & question.coding), len(question.coding))
            return held > 0 if direction == "loss" else held >= Fraction(3, 4)
        return bool(union & (question.exons or gene))
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


def _class(events: Sequence[Event], person: Person, direction: str) -> str:
    known = [event for event in events if event.copy_number is not None]
    if not known:
        return direction
    if direction == "loss":
        lowest = min(event.copy_number or 0 for event in known)
        classes = {event.call_class(person.sex).value for event in known if event.copy_number == lowest}
        return next(
            name for name in (CallClass.COMPLETE_LOSS, CallClass.PARTIAL_LOSS, CallClass.LOSS) if name in classes
        )
    highest = max(event.copy_number or 0 for event in known)
    classes = {event.call_class(person.sex).value for event in known if event.copy_number == highest}
    return next(name for name in (CallClass.HIGH_GAIN, CallClass.LOW_GAIN, CallClass.GAIN) if name in classes)


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
                row[found[0]] = row.get(found[0], 0) + 1
    return table
