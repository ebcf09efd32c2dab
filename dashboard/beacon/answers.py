"""Answers about data: which question a path and a request ask of each dataset, and the result sets that they make, as far as
the operator tells.

Variants, individuals, biosamples, runs and analyses are all counted from one question over events, so that they agree on
whether there is anything. A person is counted once, however many datasets hold them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from dashboard.beacon import informational
from dashboard.beacon.envelopes import meta, result_set, summary
from dashboard.beacon.handovers import handovers, person_handovers
from dashboard.beacon.identifiers import parse_event_name, sample_name
from dashboard.beacon.informational import COHORTS, ENTRY_TYPES, NESTED, TYPE_OF_PATH, WITH_FILTERING_TERMS
from dashboard.beacon.operator import Operator
from dashboard.beacon.parameters import SHOWN, Granularity, Include
from dashboard.beacon.people import MAKERS
from dashboard.beacon.records import CASES_IN_LISTS, CASES_OF_ONE, event_records, records_of_events, site_records
from dashboard.beacon.request import BeaconRequest
from dashboard.beacon.resolve import (
    PLACEHOLDER,
    VariantQuestion,
    chosen_datasets,
    resolve,
    sample_number,
    variant_query,
)
from dashboard.beacon.vocabulary import EVERY, WHOLE, classes_of_type
from dashboard.door.refusal import RefusedError, refusal
from dashboard.operating.cells import is_small
from dashboard.operating.disclosure import ORDER, Detail, Disclosure
from dashboard.question.locus import cut
from dashboard.store.beacon_people import person_answers
from dashboard.store.beacon_variants import VariantQuery, count_variants, events_of, people_of, records_of
from dashboard.store.database import Generation

Content = dict[str, Any]
NOTHING: Final = VariantQuery(classes=(), samples=())
OF_PEOPLE: Final = ("individual", "biosample", "run", "analysis")
"""Entry types of which there is one for each person."""
TELLS: Final = {
    "genomicVariant": Detail.SITES,
    **dict.fromkeys(OF_PEOPLE, Detail.PERSONS),
    "dataset": Detail.DESCRIPTION,
    "cohort": Detail.DESCRIPTION,
}
"""What the records of each entry type tell, which an operator may withhold. Whether there are any is always told."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path of the default model: `biosamples/HG00096/g_variants`."""

    entry_type: str
    identifier: str = ""
    nested: str = ""
    terms: bool = False
    """Whether its filtering terms are asked for."""

    @property
    def returned(self) -> str:
        """The entry type of what is returned."""
        return self.nested or self.entry_type


def parse_path(parts: Sequence[str]) -> Path | None:
    """The path of the model that these parts are; None where the model has none such."""
    if not parts or parts[0] not in TYPE_OF_PATH or len(parts) > 3:
        return None
    entry_type = TYPE_OF_PATH[parts[0]]
    if parts[-1] == "filtering_terms" and len(parts) > 1:
        identifier = parts[1] if len(parts) == 3 else ""
        return Path(entry_type, identifier, terms=True) if entry_type in WITH_FILTERING_TERMS else None
    nested = TYPE_OF_PATH.get(parts[2], "") if len(parts) == 3 else ""
    if len(parts) == 3 and nested not in NESTED[entry_type]:
        return None
    return Path(entry_type, parts[1] if len(parts) > 1 else "", nested)


def granularity_of(request: BeaconRequest, operator: Operator) -> Granularity:
    """What is told: what is asked for, and never more than the operator allows."""
    return min(request.granularity, operator.disclosure.granularity, key=ORDER.index)


def _refuse_withheld(path: Path, request: BeaconRequest, disclosure: Disclosure) -> None:
    """`RefusedError` (403) for a question about a single person, and for one beside which a small number could be worked out,
    where the operator withholds these."""
    values = request.values
    named = [path.identifier] if path.entry_type in OF_PEOPLE else []
    named += [*values.get("biosampleIds", ()), *values.get("individualIds", ())]
    single = (
        any(name not in ("", PLACEHOLDER) for name in named)
        or parse_event_name(path.identifier) is not None
        or values.get("recordType") == "event"
    )
    if single and (reason := disclosure.reason(Detail.PERSONS)):
        raise RefusedError(refusal(403, reason))
    least = disclosure.smallest_cell
    types = {name for text in values.get("variantType", ()) for name in classes_of_type(text) or ()}
    narrow = (
        bool(request.filters)
        or bool({"variantMinLength", "variantMaxLength"} & values.keys())
        or (path.entry_type == "cohort" and bool(path.nested))
        or types not in (set(), set(EVERY), *WHOLE)
    )
    if least and narrow:
        sentence = (
            f"This server withholds numbers of fewer than {least} people, and answers one question a place: leave out filters, "
            "cohorts, limits of length and parts of losses or gains."
        )
        raise RefusedError(refusal(403, sentence))


def prepare(published: Generation) -> None:
    """Works out what a question without any condition asks, which takes longest, and keeps it with the generation."""
    for database in published.callsets.values():
        count_variants(database, VariantQuery())
        records_of(database, VariantQuery(), 0, 1)


def answer_data(published: Generation, request: BeaconRequest, operator: Operator, root: str, path: Path) -> Content:
    """The answer about a path of the model. `RefusedError` with every fault of path and request."""
    disclosure = operator.disclosure
    granularity = granularity_of(request, operator)
    _refuse_withheld(path, request, disclosure)
    questions = questions_of(published, request, path)
    if path.returned in ("dataset", "cohort"):
        return _collections(published, request, operator, path, questions, granularity)
    if granularity is Granularity.RECORD and not disclosure.tells(TELLS[path.returned]):
        granularity = Granularity.COUNT
    counts, total = _counts(path.returned, questions)
    exists = total > 0
    if path.returned == "genomicVariant" and not disclosure.tells(Detail.PERSONS):
        # an event without a site is of one person: it is told that it was seen, and no more
        questions = {
            name: replace(question, query=replace(question.query, of_sites=True))
            for name, question in questions.items()
        }
        of_sites, total = _counts(path.returned, questions)
    else:
        of_sites = counts
    shown = None
    if granularity is not Granularity.BOOLEAN:
        shown = _shown_total(path.returned, questions, total, disclosure.smallest_cell)
    if shown is None and granularity is Granularity.COUNT:
        # an answer of numbers has to have one
        granularity = Granularity.BOOLEAN
    content: Content = {
        "meta": meta(operator, request, path.returned, granularity),
        "responseSummary": summary(exists, shown),
        "info": _info(request, questions),
    }
    if granularity is Granularity.RECORD:
        content["response"] = {"resultSets": _result_sets(path, request, questions, counts, of_sites, disclosure)}
        to_pages = handovers(questions, root, with_files=disclosure.tells(Detail.PERSONS))
        if path.entry_type in OF_PEOPLE and path.identifier not in ("", PLACEHOLDER) and questions:
            database = next(iter(questions.values())).database
            to_pages = [*person_handovers(sample_name(path.identifier), database, root), *to_pages]
        content["beaconHandovers"] = to_pages
    return content


def _shown_total(returned: str, questions: Mapping[str, VariantQuestion], total: int, least: int) -> int | None:
    """The number that is told; None where it is withheld.

    Where small numbers are, people are counted as on the pages, and losses and gains apart: beside another group of people, or
    losses and gains together, the few who make the difference would be told.
    """
    if not least:
        return total
    if returned in OF_PEOPLE and any(question.query.asks_about_events for question in questions.values()):
        one_direction = all(set(question.query.classes or ()) in WHOLE for question in questions.values())
        if len(questions) != 1 or not one_direction:
            return None
        (question,) = questions.values()
        total = _people(replace(question, query=replace(question.query, unrelated=True, without_outliers=True)))
        return total if total >= least else None
    return None if is_small(total, least) else total


def questions_of(
    published: Generation, request: BeaconRequest, path: Path, *, newest: bool = False
) -> dict[str, VariantQuestion]:
    """The question of each dataset; of the newest of them alone."""
    datasets = chosen_datasets(published, request)
    if newest:
        datasets = dict(list(datasets.items())[:1])
    if path.entry_type == "dataset" and path.identifier and path.identifier != PLACEHOLDER:
        every = chosen_datasets(published, replace(request, values={**request.values, "datasets": None}))
        if path.identifier not in every:
            raise RefusedError(_missing("dataset", path.identifier, f"there are {', '.join(every)}"))
        datasets = {name: database for name, database in datasets.items() if name == path.identifier}
    starts: dict[str, VariantQuery] = {}
    missing: RefusedError | None = None
    for name, database in datasets.items():
        try:
            starts[name] = _start(database, path)
        except RefusedError as error:
            missing = error
    if missing is not None and not starts:
        raise missing
    return {name: resolve(database, request, starts.get(name, NOTHING)) for name, database in datasets.items()}


def _start(database: Generation, path: Path) -> VariantQuery:
    """What the path alone asks."""
    if not path.identifier:
        return VariantQuery()
    if path.identifier == PLACEHOLDER:
        return NOTHING
    match path.entry_type:
        case "genomicVariant":
            return variant_query(database, path.identifier)
        case "dataset":
            return VariantQuery()
        case "cohort":
            if path.identifier not in COHORTS:
                raise RefusedError(_missing("cohort", path.identifier, f"there are {', '.join(COHORTS)}"))
            return VariantQuery(unrelated=path.identifier == "unrelated")
        case _:
            return VariantQuery(samples=(sample_number(database, path.identifier),))


def _missing(what: str, identifier: str, hint: str) -> Any:
    shown = cut(identifier, SHOWN)
    return refusal(404, f"There is no {what} “{shown}”; {hint}.", "id", shown)


def _counts(returned: str, questions: Mapping[str, VariantQuestion]) -> tuple[dict[str, int], int]:
    """How many of the returned entry type meet the question in each dataset, and in all."""
    if returned == "genomicVariant":
        counts = {name: _variants(question) for name, question in questions.items()}
        return counts, sum(counts.values())
    if len(questions) == 1:
        counts = {name: _people(question) for name, question in questions.items()}
        return counts, sum(counts.values())
    names = {name: people_of(question.database, question.query)["sample"] for name, question in questions.items()}
    everybody = {sample for samples in names.values() for sample in samples.to_list()}
    return {name: len(samples) for name, samples in names.items()}, len(everybody)


def _variants(question: VariantQuestion) -> int:
    counts = count_variants(question.database, question.query)
    return counts.events if question.by_event else counts.records


def _people(question: VariantQuestion) -> int:
    if question.query.asks_about_events:
        return count_variants(question.database, question.query).people
    return people_of(question.database, question.query).height


def _result_sets(
    path: Path,
    request: BeaconRequest,
    questions: Mapping[str, VariantQuestion],
    counts: Mapping[str, int],
    shown: Mapping[str, int],
    disclosure: Disclosure,
) -> list[Content]:
    """`counts` say of each dataset whether there is anything, `shown` how many records may be told."""
    include = request.include
    if include is Include.NONE:
        return []
    wanted = {Include.HIT: (True,), Include.MISS: (False,), Include.ALL: (True, False)}[include]
    return [
        result_set(
            name,
            shown[name],
            _results(path, request, question, disclosure) if shown[name] else [],
            _set_info(question),
        )
        | {"exists": counts[name] > 0}
        for name, question in questions.items()
        if (counts[name] > 0) in wanted
    ]


def _results(path: Path, request: BeaconRequest, question: VariantQuestion, disclosure: Disclosure) -> list[Any]:
    """The page of records of one dataset."""
    database, query = question.database, question.query
    if path.returned != "genomicVariant":
        people = people_of(database, query).slice(request.offset, request.limit)
        make: Callable[..., Content] = MAKERS[path.returned]
        return [make(database, person) for person in person_answers(database, people["sample_id"].to_list())]
    if question.by_event:
        return list(records_of_events(database, events_of(database, query, request.offset, request.limit)))
    page = records_of(database, query, request.offset, request.limit)
    alone = path.entry_type == "genomicVariant" and bool(path.identifier)
    sites = site_records(
        database,
        page.filter(pl.col("site_id").is_not_null()),
        query,
        CASES_OF_ONE if alone else CASES_IN_LISTS,
        disclosure,
    )
    events = event_records(database, page.filter(pl.col("event_id").is_not_null()))
    return [
        sites[site] if site is not None else events[event]
        for site, event in page.select("site_id", "event_id").iter_rows()
    ]


def _set_info(question: VariantQuestion) -> Content:
    reason = question.not_assessable
    return {
        "generation": question.database.id,
        "callset": question.database.callset,
        **({"notAssessable": reason.as_json()} if reason else {}),
    }


def _info(request: BeaconRequest, questions: Mapping[str, VariantQuestion]) -> Content:
    """What an answer says beside its numbers, at every granularity."""
    info: Content = {}
    for name, question in questions.items():
        if question.not_assessable and "notAssessable" not in info:
            info["notAssessable"] = {**question.not_assessable.as_json(), "dataset": name}
        if question.gene and "gene" not in info:
            gene = question.gene
            info["gene"] = {
                "symbol": gene.symbol,
                "geneId": gene.gene_id,
                "transcript": gene.transcript_id,
                "referenceName": gene.interval.chrom,
                "start": gene.interval.start,
                "end": gene.interval.end,
            }
    if request.ignored:
        info["ignored"] = list(request.ignored)
    return info


def _collections(
    published: Generation,
    request: BeaconRequest,
    operator: Operator,
    path: Path,
    questions: Mapping[str, VariantQuestion],
    granularity: Granularity,
) -> Content:
    """Datasets, or cohorts, in which something meets the question; all of them where nothing is asked."""
    entries: list[Content] = []
    if path.identifier == PLACEHOLDER:
        pass
    elif path.entry_type == "dataset":
        entries = [
            informational.dataset(question.database, operator) for question in questions.values() if _is_met(question)
        ]
    else:
        for name in COHORTS:
            of_cohort = [
                replace(question, query=replace(question.query, unrelated=True)) if name == "unrelated" else question
                for question in questions.values()
            ]
            if path.identifier in ("", name) and any(_is_met(question) for question in of_cohort):
                entries.append(informational.cohort(published, name))
    if all(replace(question.query, unrelated=False) == VariantQuery() for question in questions.values()):
        # nothing is asked of variants: what the data are is told by any server
        granularity = request.granularity
    content: Content = {
        "meta": meta(operator, request, path.entry_type, granularity),
        "responseSummary": summary(bool(entries), None if granularity is Granularity.BOOLEAN else len(entries)),
        "info": _info(request, questions),
    }
    if granularity is Granularity.RECORD:
        page = entries[request.offset : request.offset + request.limit]
        content["response"] = {"collections": [] if request.include is Include.NONE else page}
    return content


def _is_met(question: VariantQuestion) -> bool:
    if question.query == VariantQuery():
        return True
    return _people(question) > 0


assert set(ENTRY_TYPES) == set(NESTED)
