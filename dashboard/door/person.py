"""From the query string of an address to a person, or to why there is none; the same for page, rows, files and charts.

Whoever is told of no single person is told so before a name is looked up, so that no answer says who is in the cohort.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard import settings
from dashboard.door.refusal import Refusal, RefusedError, combine, refusal
from dashboard.door.resolve import VALUE_SHOWN, Request, read_request
from dashboard.operating.disclosure import Detail
from dashboard.question.filters import CODING, Filters
from dashboard.question.locus import cut
from dashboard.question.person import EVENT, NOT_USED, SAMPLE, of_callset, of_person
from dashboard.question.problem import Problem
from dashboard.store.database import Generation
from dashboard.store.person import Person, every_event_of, person_named
from dashboard.store.person_names import people_alike
from data_prep.domain.site_id import SiteId, parse_site_id

CLOSE_NAMES: Final = 6
"""Close names that are offered at most."""
NAME_LENGTH: Final = 60
"""Letters of a name that is looked for."""


@dataclass(frozen=True, slots=True)
class PersonQuestion:
    """A person, under the filters that a person's events can be asked."""

    database: Generation
    person: Person
    filters: Filters
    """Those of the address, less what chooses people and places."""
    event: str = ""
    """The name of the event that is drawn with those of parents and children; empty where the address names none."""

    @property
    def simulated(self) -> bool:
        return self.database.provenance.get("simulated") == "yes"


@dataclass(frozen=True, slots=True)
class NoPerson:
    """There is nobody of this name."""

    sentence: str
    alike: tuple[str, ...]
    """Close names."""

    @property
    def in_words(self) -> str:
        """All of it as sentences, for who cannot follow a link."""
        return f"{self.sentence} Close names: {', '.join(self.alike)}." if self.alike else self.sentence


@dataclass(frozen=True, slots=True)
class PersonResolution:
    """What an address comes to."""

    outcome: PersonQuestion | NoPerson | None
    """None where the address names nobody."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the event that it names."""


def withheld() -> str:
    """Why this server tells of no single person, as a sentence; empty where it does."""
    return settings.disclosure().reason(Detail.PERSONS)


def resolve_person(request: Request) -> PersonResolution:
    """The person that an address names, and the event; `RefusedError` (403) where this server tells of no single person."""
    if reason := withheld():
        raise RefusedError(refusal(403, reason, SAMPLE))
    name = request.values.get(SAMPLE, "")
    if not name:
        return PersonResolution(None, _read_event(request)[1])
    person = person_named(request.database, name) if len(name) <= NAME_LENGTH else None
    if person is None:
        _, problems = _read_event(request)
        return PersonResolution(_nobody(request.database, name), problems)
    event, problems = _event(request, person)
    return PersonResolution(PersonQuestion(request.database, person, of_person(request.filters), event), problems)


def _nobody(database: Generation, name: str) -> NoPerson:
    shown = cut(name, VALUE_SHOWN)
    if "," in name:
        return NoPerson(f"{SAMPLE} takes one person, and “{shown}” are several: ask for one at a time.", ())
    alike = people_alike(database, name, CLOSE_NAMES) if len(name) <= NAME_LENGTH else []
    return NoPerson(f"There is nobody “{shown}” in this cohort.", tuple(alike))


def _event(request: Request, person: Person) -> tuple[str, tuple[Problem, ...]]:
    """The event that is named, which has to be one of the person's."""
    named, problems = _read_event(request)
    if named is None or _has(request.database, person, named):
        return str(named or ""), problems
    shown = cut(request.values[EVENT], VALUE_SHOWN)
    sentence = f"{person.sample} has no {named.direction.value} of exactly {named.interval}; the table has each event."
    return "", (Problem(EVENT, shown, sentence),)


def _read_event(request: Request) -> tuple[SiteId | None, tuple[Problem, ...]]:
    """The event that an address names, by its text alone."""
    name = request.values.get(EVENT, "")
    if not name:
        return None, ()
    shown, named = cut(name, VALUE_SHOWN), parse_site_id(name)
    if named is None:
        example = "chr1-109687570-109697444-loss"
        sentence = (
            f"“{shown}” is no event: name its chromosome, its first and last base and its direction, such as {example}."
        )
        return None, (Problem(EVENT, shown, sentence),)
    return named, ()


def _has(database: Generation, person: Person, named: SiteId) -> bool:
    place = named.interval
    events = every_event_of(database, person.sample_id)
    return not events.filter(
        chrom=place.chrom, start=place.start, end=place.end, direction=named.direction.value
    ).is_empty()


def require_person(published: Generation, values: Mapping[str, str]) -> PersonQuestion:
    """The person of an address; `RefusedError` with every fault of the address."""
    request = read_request(published, values, (SAMPLE, EVENT), CODING)
    resolution = resolve_person(request)
    refusals = [Refusal(400, request.problems)] if request.problems else []
    refusals += [
        refusal(400, sentence, name, cut(values[name], VALUE_SHOWN))
        for name, sentence in NOT_USED.items()
        if name in request.filters.to_query()
    ]
    refusals += [
        refusal(404 if parse_site_id(one.value) else 400, one.sentence, one.parameter, one.value)
        for one in resolution.problems
    ]
    match resolution.outcome:
        case None:
            refusals.append(refusal(400, "Say which person: add sample=HG00096 to the address.", SAMPLE))
        case NoPerson() as nobody:
            shown = cut(values[SAMPLE], VALUE_SHOWN)
            refusals.append(refusal(400 if "," in shown else 404, nobody.in_words, SAMPLE, shown))
        case PersonQuestion() as question if not refusals:
            return question
    raise RefusedError(combine(refusals))


def require_callset(published: Generation, values: Mapping[str, str]) -> tuple[Generation, Filters]:
    """The callset and the level of an address that asks for nothing else; `RefusedError` with every fault of the address."""
    request = read_request(published, values, (), CODING)
    filters = of_callset(request.filters)
    others = [name for name in request.filters.to_query() if name not in filters.to_query()]
    refusals = [Refusal(400, request.problems)] if request.problems else []
    refusals += [
        refusal(
            400, f"{name} is not used here: this is of the callset as a whole.", name, cut(values[name], VALUE_SHOWN)
        )
        for name in others
    ]
    if refusals:
        raise RefusedError(combine(refusals))
    return request.database, filters
