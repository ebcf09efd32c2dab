"""Answers about data: which question a path and a request ask of each dataset, and the result sets that they make.

Variants, individuals, biosamples, runs and analyses are all counted from one question over events, so that they agree on
whether there is anything. A person is counted once, however many datasets hold them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from dashboard.beacon import informational
from dashboard.beacon.envelopes import meta, result_set, summary
from dashboard.beacon.handovers import handovers
from dashboard.beacon.informational import COHORTS, ENTRY_TYPES, NESTED, TYPE_OF_PATH, WITH_FILTERING_TERMS
from dashboard.beacon.operator import Operator
from dashboard.beacon.parameters import SHOWN, Granularity, Include
from dashboard.beacon.people import MAKERS
from dashboard.beacon.records import CASES_IN_LISTS, CASES_OF_ONE, event_records, records_of_events, site_records
from dashboard.beacon.request import BeaconRequest
from dashboard.beacon.resolve import (
    PLACEHOLDER,
    Asked,
    chosen_datasets,
    resolve,
    sample_number,
    variant_query,
)
from dashboard.door.refusal import RefusedError, refusal
from dashboard.question.locus import cut
from dashboard.store.beacon_people import person_answers
from dashboard.store.beacon_variants import VariantQuery, count_variants, events_of, people_of, records_of
from dashboard.store.database import Generation

Content = dict[str, Any]
NOTHING: Final = VariantQuery(classes=(), samples=())
_ORDER: Final = tuple(Granularity)


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
    return min(request.granularity, operator.granularity, key=_ORDER.index)


def prepare(published: Generation) -> None:
    """Works out what a question without any condition asks, which takes longest, and keeps it with the generation."""
    for database in published.callsets.values():
        count_variants(database, VariantQuery())
        records_of(database, VariantQuery(), 0, 1)


def answer_data(published: Generation, request: BeaconRequest, operator: Operator, root: str, path: Path) -> Content:
    """The answer about a path of the model. `RefusedError` with every fault of path and request."""
    granularity = granularity_of(request, operator)
    questions = questions_of(published, request, path)
    if path.returned in ("dataset", "cohort"):
        return _collections(published, request, operator, path, questions, granularity)
    counts, total = _counts(path.returned, questions)
    content: Content = {
        "meta": meta(operator, request, path.returned, granularity),
        "responseSummary": summary(total > 0, None if granularity is Granularity.BOOLEAN else total),
        "info": _info(request, questions),
    }
    if granularity is Granularity.RECORD:
        content["response"] = {"resultSets": _result_sets(path, request, questions, counts)}
        content["beaconHandovers"] = handovers(questions, root)
    return content


def questions_of(
    published: Generation, request: BeaconRequest, path: Path, *, newest: bool = False
) -> dict[str, Asked]:
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


def _counts(returned: str, questions: Mapping[str, Asked]) -> tuple[dict[str, int], int]:
    """How many of the returned entry type meet the question in each dataset, and in all."""
    if returned == "genomicVariant":
        counts = {name: _variants(asked) for name, asked in questions.items()}
        return counts, sum(counts.values())
    if len(questions) == 1:
        counts = {name: _people(asked) for name, asked in questions.items()}
        return counts, sum(counts.values())
    names = {name: people_of(asked.database, asked.query)["sample"] for name, asked in questions.items()}
    everybody = {sample for samples in names.values() for sample in samples.to_list()}
    return {name: len(samples) for name, samples in names.items()}, len(everybody)


def _variants(asked: Asked) -> int:
    counts = count_variants(asked.database, asked.query)
    return counts.events if asked.by_event else counts.records


def _people(asked: Asked) -> int:
    if asked.query.asks_about_events:
        return count_variants(asked.database, asked.query).people
    return people_of(asked.database, asked.query).height


def _result_sets(
    path: Path, request: BeaconRequest, questions: Mapping[str, Asked], counts: Mapping[str, int]
) -> list[Content]:
    include = request.include
    if include is Include.NONE:
        return []
    wanted = {Include.HIT: (True,), Include.MISS: (False,), Include.ALL: (True, False)}[include]
    return [
        result_set(name, counts[name], _results(path, request, asked) if counts[name] else [], _set_info(asked))
        for name, asked in questions.items()
        if (counts[name] > 0) in wanted
    ]


def _results(path: Path, request: BeaconRequest, asked: Asked) -> list[Any]:
    """The page of records of one dataset."""
    database, query = asked.database, asked.query
    if path.returned != "genomicVariant":
        people = people_of(database, query).slice(request.offset, request.limit)
        make: Callable[..., Content] = MAKERS[path.returned]
        return [make(database, person) for person in person_answers(database, people["sample_id"].to_list())]
    if asked.by_event:
        return list(records_of_events(database, events_of(database, query, request.offset, request.limit)))
    page = records_of(database, query, request.offset, request.limit)
    alone = path.entry_type == "genomicVariant" and bool(path.identifier)
    sites = site_records(
        database, page.filter(pl.col("site_id").is_not_null()), query, CASES_OF_ONE if alone else CASES_IN_LISTS
    )
    events = event_records(database, page.filter(pl.col("event_id").is_not_null()))
    return [
        sites[site] if site is not None else events[event]
        for site, event in page.select("site_id", "event_id").iter_rows()
    ]


def _set_info(asked: Asked) -> Content:
    reason = asked.not_assessable
    return {
        "generation": asked.database.id,
        "callset": asked.database.callset,
        **({"notAssessable": reason.as_json()} if reason else {}),
    }


def _info(request: BeaconRequest, questions: Mapping[str, Asked]) -> Content:
    """What an answer says beside its numbers, at every granularity."""
    info: Content = {}
    for name, asked in questions.items():
        if asked.not_assessable and "notAssessable" not in info:
            info["notAssessable"] = {**asked.not_assessable.as_json(), "dataset": name}
        if asked.gene and "gene" not in info:
            gene = asked.gene
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
    questions: Mapping[str, Asked],
    granularity: Granularity,
) -> Content:
    """Datasets, or cohorts, in which something meets the question; all of them where nothing is asked."""
    entries: list[Content] = []
    if path.identifier == PLACEHOLDER:
        pass
    elif path.entry_type == "dataset":
        entries = [informational.dataset(asked.database) for asked in questions.values() if _is_met(asked)]
    else:
        for name in COHORTS:
            of_cohort = [
                replace(asked, query=replace(asked.query, unrelated=True)) if name == "unrelated" else asked
                for asked in questions.values()
            ]
            if path.identifier in ("", name) and any(_is_met(asked) for asked in of_cohort):
                entries.append(informational.cohort(published, name))
    content: Content = {
        "meta": meta(operator, request, path.entry_type, granularity),
        "responseSummary": summary(bool(entries), None if granularity is Granularity.BOOLEAN else len(entries)),
        "info": _info(request, questions),
    }
    if granularity is Granularity.RECORD:
        page = entries[request.offset : request.offset + request.limit]
        content["response"] = {"collections": [] if request.include is Include.NONE else page}
    return content


def _is_met(asked: Asked) -> bool:
    if asked.query == VariantQuery():
        return True
    return _people(asked) > 0


assert set(ENTRY_TYPES) == set(NESTED)
