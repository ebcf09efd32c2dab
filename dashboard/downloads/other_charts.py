"""Pictures that are not of a place: of one person, and of the callset as a whole; what is drawn is what the page draws."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from dashboard.charts import family as family_charts
from dashboard.charts import karyotype, trios
from dashboard.charts.family import Lane
from dashboard.charts.picture import picture
from dashboard.colours import LIGHT, Palette
from dashboard.door.person import PersonQuestion, require_callset, require_person
from dashboard.door.refusal import RefusedError, refusal
from dashboard.downloads.about_file import name_of_cohort_file
from dashboard.downloads.catalogue import PERSON_CHARTS, chart_of
from dashboard.question.filters import Filters
from dashboard.question.person import EVENT
from dashboard.store.cohort import release
from dashboard.store.database import Generation
from dashboard.store.family import Family, family_of
from dashboard.store.landmarks import landmarks
from dashboard.store.person import every_event_of, marks_of
from dashboard.store.person_events import person_events
from dashboard.store.trios import trio_numbers, trio_quality
from dashboard.words import callers as caller_words
from dashboard.words import filters as filter_words
from dashboard.words import quantities, relatives
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import Interval
from data_prep.domain.site_id import parse_site_id
from data_prep.domain.trios import LEAST_TRIOS

KARYOTYPE_LEGEND: Final = (
    "Gains above each chromosome and losses below it, the dark ones high-level gains and complete losses; what is narrower than a pixel is "
    "drawn as one."
)
FAMILY_LEGEND: Final = (
    "Gains above each line and losses below it, the dark ones high-level gains and complete losses; solid: credible, light: below that "
    "filter level. Shaded: the event."
)
TRIOS_LEGEND: Final = (
    "Disc: losses; triangle: gains; line: 95 % Wilson interval. The grey line is the half that is expected to be transmitted. Left out: rates "
    f"of fewer than {LEAST_TRIOS}, immune loci, and marked chromosomes."
)


def other_picture(
    published: Generation, name: str, suffix: str, values: Mapping[str, str]
) -> tuple[dict[str, Any], str]:
    """The specification of a chart that is not of a place, and the name of its file; `RefusedError` with every fault of the address."""
    if chart_of(name) in PERSON_CHARTS:
        question = require_person(published, values)
        title, above, spec = (_karyotype if name == "karyotype" else _family)(question)
        width = karyotype.WIDTH if name == "karyotype" else family_charts.WIDTH
        database, file_name = (
            question.database,
            name_of_cohort_file(question.database, name, question.person.sample, question.filters, suffix),
        )
    else:
        database, filters = require_callset(published, values)
        title, above, spec = _trios(database, filters)
        width, file_name = trios.WIDTH, name_of_cohort_file(database, name, "callset", filters, suffix)
    callset = release(database)
    below = [
        f"{ASSEMBLY.name}. Callset {callset.title}; database {callset.generation}, built {callset.built_at[:10]}.",
        f"Cite {caller_words.publications(callset.callers)}.",
    ]
    drawn = picture(
        {**spec, "width": width}, title=title, above=above, below=below, simulated=callset.simulated, palette=LIGHT
    )
    return drawn, file_name


def _karyotype(question: PersonQuestion) -> tuple[str, list[str], dict[str, Any]]:
    events = person_events(question.database, question.person, question.filters)
    spec = karyotype_of(question, events, LIGHT)
    return (
        f"{question.person.sample}: {filter_words.classes(question.filters)} by chromosome",
        [
            f"{counted(events, question.filters)} {from_where(question)}",
            KARYOTYPE_LEGEND,
            *([longest_words(events)] if longest_words(events) else []),
        ],
        spec,
    )


def karyotype_of(
    question: PersonQuestion, events: pl.DataFrame, palette: Palette, address: Any = None
) -> dict[str, Any]:
    """The chart of a person's events along all chromosomes."""
    database = question.database
    marked = set(marks_of(database, question.person)["chrom"])
    return karyotype.karyotype_chart(events, landmarks(database).bands.rows, marked, palette, address)


def longest_words(events: pl.DataFrame) -> str:
    """That not every event is drawn; empty where all are."""
    most = karyotype.MOST_MARKS
    return f"The {most:,} longest of {events.height:,} are drawn." if events.height > most else ""


def counted(events: pl.DataFrame, filters: Filters) -> str:
    """How many losses and gains there are: “339 losses and 101 gains, credible.”"""
    parts = []
    for direction in filters.directions:
        number = events.filter(pl.col("direction") == direction.value).height
        noun = (
            ("loss" if number == 1 else "losses") if direction.value == "loss" else ("gain" if number == 1 else "gains")
        )
        parts.append(f"{quantities.count(number)} {noun}")
    return f"{quantities.joined(parts, 'and')}: {filter_words.events_drawn(filters)}."


def from_where(question: PersonQuestion) -> str:
    """Population and karyotype sex of a person, in a sentence."""
    person = question.person
    return f"{person.population_name} ({person.population}, {person.superpopulation}), {person.sex or 'sex not known'}."


def _family(question: PersonQuestion) -> tuple[str, list[str], dict[str, Any]]:
    event = event_in_view(question)
    if event is None:
        sentence = f"{question.person.sample} has no event to draw: name one of another filter level by {EVENT}."
        raise RefusedError(refusal(404, sentence, EVENT))
    drawn = family_in_view(question, event)
    if not drawn.kin:
        sentence = (
            f"The pedigree names no parent and no child of {question.person.sample}, so there is no trio to draw."
        )
        raise RefusedError(refusal(404, sentence))
    place = Interval(event["chrom"], event["start"], event["end"])
    said = relatives.inherited(
        {name: drawn.event.get(name) for name in ("father", "mother", "inheritance", "inconsistent")}
    )
    return (
        f"{question.person.sample}: {place}{f', {said}' if said else ''}",
        [
            f"{karyotype.told(event)}. {from_where(question)}",
            FAMILY_LEGEND,
        ],
        family_spec(question, drawn, LIGHT),
    )


def event_in_view(question: PersonQuestion) -> dict[str, Any] | None:
    """The event that is drawn with those of parents and children: the one that the address names, else the first of the table."""
    database, person = question.database, question.person
    if question.event:
        # one that is named is drawn whatever its level
        named = parse_site_id(question.event)
        assert named is not None, "the door has read it"
        place = named.interval
        rows = every_event_of(database, person.sample_id).filter(
            chrom=place.chrom, start=place.start, end=place.end, direction=named.direction.value
        )
        return {**rows.row(0, named=True), "name": question.event}
    events = person_events(database, person, question.filters)
    # what is on a marked chromosome is of the cells most probably, and says little of parents
    plain = events.filter(~pl.col("marked"))
    return (plain if plain.height else events).row(0, named=True) if events.height else None


def family_in_view(question: PersonQuestion, event: Mapping[str, Any]) -> Family:
    """What is drawn of an event."""
    return family_of(question.database, question.person, event["event"], _window(event))


def _window(event: Mapping[str, Any]) -> Interval:
    place = Interval(event["chrom"], event["start"], event["end"])
    return family_charts.window_of(place, LENGTHS[place.chrom])


def family_spec(question: PersonQuestion, drawn: Family, palette: Palette) -> dict[str, Any]:
    """The chart of an event with those of parents and children."""
    lanes = [Lane(question.person.sample, drawn.events)]
    for kin in drawn.kin:
        role = kin.relative.role.value
        words = relatives.STATES_OF_A_CHILD if role == "child" else relatives.STATES
        unknown = relatives.KNOWN[kin.relative.known.value]
        lanes.append(Lane(f"{kin.relative.sample}, {role}: {unknown or words[kin.state]}", kin.events))
    place = Interval(str(drawn.event["chrom"]), int(str(drawn.event["start"])), int(str(drawn.event["end"])))
    return family_charts.family_chart(place, _window(drawn.event), lanes, palette)


def _trios(database: Generation, filters: Filters) -> tuple[str, list[str], dict[str, Any]]:
    _, read = trio_numbers(database)
    counted = filter_words.events_drawn(Filters(level=filters.level))
    return (
        "What trios say of the callset",
        [
            f"{counted[0].upper()}{counted[1:]}, in {quantities.count(read)} trios: of a child for consistent and apparent de "
            "novo, of a parent for transmitted.",
            TRIOS_LEGEND,
        ],
        trio_spec(database, filters, LIGHT),
    )


def trio_spec(database: Generation, filters: Filters, palette: Palette) -> dict[str, Any]:
    """The chart of a callset at a level."""
    rows = pl.concat(trio_quality(database, by) for by in ((), ("length_class",), ("bin_class",)))
    return trios.trio_chart(rows.filter(pl.col("level") == filters.level.value), palette)
