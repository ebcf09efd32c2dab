"""Services beside the model, as the reference resource's clients ask for them: bins over the genome, a table of samples, and
the events of a question as segments.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
import polars as pl

from dashboard.beacon import envelopes, interval_service
from dashboard.beacon.answers import Path, questions_of
from dashboard.beacon.identifiers import Entity
from dashboard.beacon.operator import Operator
from dashboard.beacon.parameters import SHOWN
from dashboard.beacon.request import BeaconRequest, parse_request
from dashboard.beacon.resolve import refuse_faults
from dashboard.beacon.vocabulary import SEX_TERMS
from dashboard.door.refusal import RefusedError, refusal
from dashboard.formats.about import About
from dashboard.formats.pgxseg import pgxseg_pieces
from dashboard.operating.disclosure import Detail
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.question.locus import cut
from dashboard.store.beacon_bins import genome_bins
from dashboard.store.beacon_people import person_answers
from dashboard.store.beacon_sites import ancestries
from dashboard.store.beacon_variants import count_variants, events_of, people_of
from dashboard.store.cohort import population_names, release
from dashboard.store.database import Generation
from dashboard.store.panel import panel

JSON: Final = "application/json"
TABLE: Final = "text/tab-separated-values; charset=utf-8"
MOST_SEGMENTS: Final = 100_000
"""Events of one answer as segments at most."""
EVERYBODY: Final = "all"


@dataclass(frozen=True, slots=True)
class Given:
    """What a service is asked."""

    query: list[tuple[str, str]]
    body: bytes
    is_post: bool

    def request(self, database: Generation) -> BeaconRequest:
        """The same as a Beacon request; `RefusedError` with its faults. The output format is a name of the services alone."""
        request = parse_request([pair for pair in self.query if pair[0] != "output"], self.body)
        refuse_faults(database, request)
        return request

    @property
    def output(self) -> str:
        return next((value.strip().lower() for name, value in self.query if name == "output"), "")


@dataclass(frozen=True, slots=True)
class Served:
    """A body with its type."""

    body: bytes
    media_type: str


Service = Callable[[Generation, Operator, Given], Served]


def _interval_counts(database: Generation, operator: Operator, given: Given) -> Served:
    content = interval_service.answer(database, operator, given.query, given.body, is_post=given.is_post)
    return Served(orjson.dumps(content), JSON)


def _interval_frequencies(database: Generation, operator: Operator, given: Given) -> Served:
    """Bins of 1 Mb for each super-population that the filters name, else for everybody: percent of people, mean over the bin's
    callable bases (R8)."""
    request = given.request(database)
    groups = [_group(database, part.id) for part in request.filters] or [EVERYBODY]
    samples = {group: _people_counted(database, group) for group in groups}
    if given.output == "pgxfreq":
        return Served(b"".join(_pgxfreq(database, samples)), TABLE)
    if given.output not in ("", "json"):
        sentence = f"“{cut(given.output, SHOWN)}” is no value of output, which takes json or pgxfreq."
        raise RefusedError(refusal(400, sentence, "output", cut(given.output, SHOWN)))
    results = [
        {
            "groupId": _group_id(database, group),
            "label": _label(database, group),
            "sampleCount": people,
            "intervalFrequencies": [
                {
                    "no": number,
                    "id": f"{row['chrom'].removeprefix('chr')}:{row['start']}-{row['end']}",
                    "referenceName": row["chrom"].removeprefix("chr"),
                    "start": row["start"],
                    "end": row["end"],
                    "cytobands": row["bands"],
                    "gainFrequency": _percent(row["gain_mean"]),
                    "lossFrequency": _percent(row["loss_mean"]),
                    "gainHlfrequency": None,
                    "lossHlfrequency": None,
                    "gainMost": _percent(row["gain_most"]),
                    "lossMost": _percent(row["loss_most"]),
                }
                for number, row in enumerate(genome_bins(database, group).iter_rows(named=True), 1)
            ],
        }
        for group, people in samples.items()
    ]
    content = {
        "meta": {
            **envelopes.informational_meta(operator),
            "level": "credible",
            "cohort": "unrelated",
            "generation": database.id,
        },
        "response": {"results": results},
    }
    return Served(orjson.dumps(content), JSON)


def _group(database: Generation, term: str) -> str:
    """The super-population of a term or a code; bins are kept of these alone."""
    superpopulations = {home for _, home in population_names(database).values()}
    for group in ancestries(database).values():
        if group.code in superpopulations and term.upper() in ((group.term or "").upper(), group.code):
            return group.code
    shown = cut(term, SHOWN)
    sentence = (
        f"“{shown}” is no super-population: the bins are of {', '.join(sorted(superpopulations))} and of everybody."
    )
    raise RefusedError(refusal(400, sentence, "filters", shown))


def _people_counted(database: Generation, group: str) -> int:
    """Unrelated people of a group, as they are counted on autosomes before any is left out for marks."""
    filters = Filters(
        cohort=Cohort.UNRELATED,
        outliers=Outliers.INCLUDE,
        populations=() if group == EVERYBODY else (group,),
    )
    return int(panel(database).in_group(filters).sum())


def _group_id(database: Generation, group: str) -> str:
    known = ancestries(database).get(group)
    return (known.term if known else None) or group


def _label(database: Generation, group: str) -> str:
    known = ancestries(database).get(group)
    return known.name if known else "everybody"


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 3)


def _pgxfreq(database: Generation, samples: dict[str, int]) -> Iterator[bytes]:
    """The same as a file of the reference resource; an empty field where nothing can be told."""
    lines = [
        "#meta=>positions=0-based, half-open",
        f"#meta=>generation={database.id}",
        "#meta=>frequency=percent of people, mean over callable bases",
    ]
    if release(database).simulated:
        lines.append("#meta=>simulated=yes")
    lines += [
        f"#group=>group_id={_group_id(database, group)};label={_label(database, group)};sample_count={people}"
        for group, people in samples.items()
    ]
    lines.append("group_id\treference_name\tstart\tend\tgain_frequency\tloss_frequency\tno")
    yield ("\n".join(lines) + "\n").encode()
    for group in samples:
        identifier = _group_id(database, group)
        for number, row in enumerate(genome_bins(database, group).iter_rows(named=True), 1):
            gain, loss = (
                "" if share is None else f"{100 * share:.3f}" for share in (row["gain_mean"], row["loss_mean"])
            )
            chrom = row["chrom"].removeprefix("chr")
            yield f"{identifier}\t{chrom}\t{row['start']}\t{row['end']}\t{gain}\t{loss}\t{number}\n".encode()


SAMPLE_COLUMNS: Final = (
    "biosample_id", "individual_id", "analysis_id", "sample", "sex_id", "karyotypic_sex", "population", "population_id",
    "superpopulation", "superpopulation_id", "unrelated", "family", "father", "mother", "marked_chromosomes",
)  # fmt: skip


def _sample_table(database: Generation, _: Operator, given: Given) -> Served:
    """The people who meet a question, one a row, tab-separated, at most a page of them where a limit is given."""
    request = given.request(database)
    (question,) = questions_of(database, request, Path("biosample"), newest=True).values()
    people = people_of(question.database, question.query)
    if request.has_limit:
        people = people.slice(request.offset, request.limit)
    terms = ancestries(database)
    lines = ["\t".join(SAMPLE_COLUMNS)]
    for person in person_answers(question.database, people["sample_id"].to_list()):
        facts = person.facts
        name, sex = str(facts["sample"]), str(facts["sex"] or "")
        groups = [str(facts["population"]), str(facts["superpopulation"])]
        ids = [(terms[code].term or "") if code in terms else "" for code in groups]
        cells = [
            *(f"{entity.value}{name}" for entity in (Entity.BIOSAMPLE, Entity.INDIVIDUAL, Entity.ANALYSIS)),
            name, SEX_TERMS[sex].id if sex in SEX_TERMS else "", sex, groups[0], ids[0], groups[1], ids[1],
            "yes" if facts["unrelated"] else "no", *(str(facts[key] or "") for key in ("family", "father", "mother")),
            ",".join(dict.fromkeys(chrom for chrom, *_ in person.marks)),
        ]  # fmt: skip
        lines.append("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in cells))
    return Served(("\n".join(lines) + "\n").encode(), TABLE)


def _segments(database: Generation, _: Operator, given: Given) -> Served:
    """The events that meet a question, as pgxseg."""
    request = given.request(database)
    (question,) = questions_of(database, request, Path("genomicVariant"), newest=True).values()
    total = count_variants(question.database, question.query).events
    if total > MOST_SEGMENTS and not request.has_limit:
        sentence = f"{total:,} events meet this question, and at most {MOST_SEGMENTS:,} are written: ask for fewer, or set a limit."
        raise RefusedError(refusal(400, sentence))
    offset, limit = (request.offset, request.limit) if request.has_limit else (0, MOST_SEGMENTS)
    events = events_of(question.database, question.query, offset, limit)
    people = panel(question.database).samples.filter(pl.col("sample_id").is_in(events["sample_id"].unique().to_list()))
    callset = release(question.database)
    about = About(
        title="events that meet a question",
        facts=(("release", callset.title), ("source", callset.source), ("database", callset.generation)),
        simulated=callset.simulated,
        retrieved=datetime.now(UTC),
    )
    return Served(b"".join(pgxseg_pieces([events], people, about)), TABLE)


SERVICES: Final[dict[str, Service]] = {
    "cnvFrequency": _interval_counts,
    "intervalFrequencies": _interval_frequencies,
    "sampletable": _sample_table,
    "pgxsegvariants": _segments,
}
"""The services by name."""

TELLS: Final = {
    "cnvFrequency": Detail.CELLS,
    "intervalFrequencies": Detail.EVERY_CELL,
    "sampletable": Detail.PERSONS,
    "pgxsegvariants": Detail.PERSONS,
}
"""What each service tells, which an operator may withhold."""


def serve(name: str, database: Generation, operator: Operator, given: Given) -> Served:
    """The answer of a service. `RefusedError` (403) where the operator tells less than it does."""
    if reason := operator.disclosure.reason(TELLS[name]):
        raise RefusedError(refusal(403, reason))
    return SERVICES[name](database, operator, given)
