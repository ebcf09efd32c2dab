"""What a Beacon question meets, counted from people and events one after the other; nothing of the dashboard is used."""

from collections.abc import Callable, Sequence

from tests.dashboard.small_database import Contents, Event, Person

Condition = Callable[[Event, Person], bool]


def asked(event: Event, person: Person, level: str = "credible") -> bool:
    """Whether an event is asked at all: a loss or gain at the level, of somebody whose file was read; on X and Y not of a person
    whose calls contradict the sex, on Y of XY alone."""
    if not person.counted or event.call_class(person.sex).direction.value not in ("loss", "gain"):
        return False
    if event.chrom in ("chrX", "chrY") and person.sex_mismatch:
        return False
    if event.chrom == "chrY" and person.sex != "XY":
        return False
    sensitive = event.credible if event.sensitive is None else event.sensitive
    return {"pass": event.passing, "credible": event.credible, "sensitive": sensitive, "all": True}[level]


def met(contents: Contents, *conditions: Condition, level: str = "credible") -> list[Event]:
    """The events that meet every condition."""
    people = {person.sample: person for person in contents.people}
    return [
        event
        for event in contents.events
        for person in [people[event.sample]]
        if asked(event, person, level) and all(condition(event, person) for condition in conditions)
    ]


def names(events: Sequence[Event]) -> list[str]:
    """The people of events, by name."""
    return sorted({event.sample for event in events})


def overlaps(chrom: str, start: int, end: int) -> Condition:
    """By a base or more of `[start, end)`."""
    return lambda event, _: event.chrom == chrom and event.start < end and event.end > start


def of_class(*classes: str) -> Condition:
    return lambda event, person: event.call_class(person.sex).value in classes


LOSS = ("complete-loss", "partial-loss", "loss")
GAIN = ("low-gain", "high-gain", "gain")
