"""From a request to a question of one dataset: genes are looked up as for a page, people by name, filters applied."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from dashboard.beacon.filters import apply_filters
from dashboard.beacon.identifiers import parse_event_name, sample_name
from dashboard.beacon.parameters import MITOCHONDRION, SHOWN
from dashboard.beacon.request import BeaconRequest
from dashboard.beacon.vocabulary import classes_of_type
from dashboard.door.lookup import GeneMatch, NoMatch, Place, SeveralGenes, Unplaced, look_up
from dashboard.door.refusal import Refusal, RefusedError, refusal
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.question.locus import cut, reported_direction
from dashboard.question.target import Target, region_target
from dashboard.store.beacon_variants import Comparison, VariantQuery
from dashboard.store.callability import callability
from dashboard.store.database import Generation, remembered
from dashboard.store.genes import Gene, gene_target
from dashboard.store.panel import panel
from dashboard.store.sites import site_named
from dashboard.words.seen import FEW_CALLS, HARDLY_SEEN, NOT_ASSESSABLE
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CLASSES
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level

PLACEHOLDER: Final = "{id}"
"""What verifiers send in place of an identifier."""
EVERYBODY: Final = Filters(cohort=Cohort.ALL, outliers=Outliers.INCLUDE)
"""Who is asked whether something has been seen."""


@dataclass(frozen=True, slots=True)
class NotAssessable:
    """Why the absence of variants at a place says nothing (R5)."""

    reason: str
    share: float
    """Share of the place, or of people, that could not be seen; 0 to 1."""

    def as_json(self) -> dict[str, Any]:
        return {"reason": self.reason, "share": round(self.share, 6)}


@dataclass(frozen=True, slots=True)
class VariantQuestion:
    """The question of one dataset."""

    database: Generation
    query: VariantQuery
    gene: Gene | None = None
    target: Target | None = None
    """The place that is asked about; None where there is none."""
    not_assessable: NotAssessable | None = None
    by_event: bool = False
    """Records are events and not sites."""


def dataset_id(callset: str) -> str:
    """The identifier of a callset as a dataset: its name in small letters, without spaces."""
    return re.sub(r"[^a-z0-9.]+", "-", callset.lower()).strip("-") or "calls"


def datasets_of(published: Generation) -> dict[str, Generation]:
    """The callsets of a file by the identifier of a dataset, the newest first."""
    return {dataset_id(name): database for name, database in published.callsets.items()}


def chosen_datasets(published: Generation, request: BeaconRequest) -> dict[str, Generation]:
    """The datasets that a request asks; all where it names none. `RefusedError` for one that there is not."""
    every = datasets_of(published)
    named = request.values.get("datasets")
    if not named:
        return every
    by_name = {name: dataset_id(name) for name in published.callsets} | {name: name for name in every}
    unknown = [name for name in named if name not in by_name]
    if unknown:
        sentence = f"There is no dataset “{cut(unknown[0], SHOWN)}”; there are {', '.join(every)}."
        raise RefusedError(refusal(400, sentence, "datasets", cut(unknown[0], SHOWN)))
    chosen = {by_name[name] for name in named}
    return {name: database for name, database in every.items() if name in chosen}


def refuse_faults(database: Generation, request: BeaconRequest) -> None:
    """`RefusedError` (400) with every value of a request that has no meaning, filters that are none among them."""
    if request.problems:
        _, faults = apply_filters(database, VariantQuery(), request.filters)
        raise RefusedError(Refusal(400, tuple(dict.fromkeys((*request.problems, *faults)))))


def resolve(database: Generation, request: BeaconRequest, start: VariantQuery = VariantQuery()) -> VariantQuestion:  # noqa: B008
    """The question of a request in one dataset, within what the path says (`start`). `RefusedError` with every fault."""
    values = request.values
    problems: list[Refusal] = []
    query, target, gene, place_problem = _place(database, request, start)
    not_assessable: NotAssessable | None = None
    if isinstance(place_problem, NotAssessable):
        not_assessable = place_problem
        query = replace(query, classes=())
    elif place_problem is not None:
        problems.append(place_problem)
    elif target is not None:
        not_assessable = why_not_assessable(database, target)
    types = values.get("variantType")
    if types and query.classes is None:
        names = {name for text in types for name in classes_of_type(text) or ()}
        query = replace(query, classes=tuple(name for name in CLASSES if name in names))
    lengths = [
        Comparison("length", operator, (float(values[name]),))
        for name, operator in (("variantMinLength", ">="), ("variantMaxLength", "<="))
        if name in values
    ]
    query = replace(query, comparisons=(*query.comparisons, *lengths))
    if request.asks_for_others:
        query = replace(query, classes=())
    query, faults = apply_filters(database, query, request.filters)
    problems += [Refusal(400, (fault,)) for fault in faults]
    named = (*values.get("biosampleIds", ()), *values.get("individualIds", ()))
    if named and named != (PLACEHOLDER,):
        numbers = tuple(sample_number(database, name) for name in named)
        query = replace(query, samples=tuple(n for n in numbers if query.samples is None or n in query.samples))
    elif named:
        query = replace(query, samples=())
    if problems:
        raise RefusedError(
            Refusal(
                min(problem.status for problem in problems), tuple(p for problem in problems for p in problem.problems)
            )
        )
    by_event = (
        values.get("recordType") == "event" or bool(named) or start.samples is not None or start.event is not None
    )
    return VariantQuestion(database, query, gene, target, not_assessable, by_event)


def _place(
    database: Generation, request: BeaconRequest, query: VariantQuery
) -> tuple[VariantQuery, Target | None, Gene | None, Refusal | NotAssessable | None]:
    """The question narrowed to gene, range, bracket or chromosome, with the place that can be looked at."""
    values = request.values
    gene: Gene | None = None
    target: Target | None = None
    if name := values.get("geneId"):
        outcome = gene_of(database, name)
        if not isinstance(outcome, Gene):
            return query, None, None, outcome
        gene, target = outcome, gene_target(database, outcome)
        query = replace(query, places=(*query.places, gene.interval))
    chrom = values.get("referenceName")
    if chrom is None:
        return query, target, gene, None
    if chrom == MITOCHONDRION:
        return replace(query, classes=()), target, gene, None
    query = replace(query, chrom=chrom)
    start, end = values.get("start"), values.get("end")
    if not start:
        return query, target, gene, None
    if len(start) == 2 and end:
        query = replace(query, starts=start, ends=end)
        first, last = start[0], end[1]
    else:
        first, last = start[0], end[0] if end else start[0] + 1
        query = replace(query, places=(*query.places, Interval(chrom, first, last)))
    if gene is None and first < LENGTHS[chrom]:
        target = region_target(Interval(chrom, first, min(last, LENGTHS[chrom])))
    return query, target, gene, None


def gene_of(database: Generation, name: str) -> Gene | Refusal | NotAssessable:
    """The gene of a symbol or an Ensembl id; why it cannot be asked about where it has no place or several have the name."""
    shown = cut(name, SHOWN)
    if reported_direction(name):
        return refusal(
            400, f"“{shown}” says loss or gain too: ask by the gene alone, with variantType.", "geneId", shown
        )
    match look_up(database, name):
        case GeneMatch(gene):
            return gene
        case Unplaced(gene):
            return NotAssessable(gene.reason, 1.0)
        case SeveralGenes(_, genes, reading):
            ids = ", ".join(gene.gene_id for gene in genes[:4])
            why = reading.rstrip(".") or f"Several genes are called {shown}"
            return refusal(400, f"{why}: ask by an Ensembl id, such as {ids}.", "geneId", shown)
        case Place():
            return refusal(
                400, f"“{shown}” is a region and no gene: ask with referenceName, start and end.", "geneId", shown
            )
        case NoMatch() as nothing:
            return refusal(400, nothing.in_words, "geneId", shown)


def why_not_assessable(database: Generation, target: Target, filters: Filters = EVERYBODY) -> NotAssessable | None:
    """Why nothing can be concluded from the absence of calls at a place (R5); None where something can."""
    seen = callability(database, target, filters)
    if seen.is_blind:
        return NotAssessable(f"{NOT_ASSESSABLE} ({'; '.join(seen.blind_names)})", seen.blind)
    if not seen.assessable:
        return NotAssessable(HARDLY_SEEN, 1 - (seen.seen or 0))
    if seen.is_paralogous:
        return NotAssessable(f"{seen.paralogous}; {FEW_CALLS}", seen.copies)
    return None


@remembered
def sample_numbers(database: Generation) -> dict[str, int]:
    """Numbers of the people whose file was read, by name."""
    people = panel(database).samples
    return dict(people.filter(people["counted"]).select("sample", "sample_id").iter_rows())


def sample_number(database: Generation, identifier: str) -> int:
    """The number of the person of an identifier or a bare name. `RefusedError` (404) where there is none."""
    number = sample_numbers(database).get(sample_name(identifier))
    if number is None:
        shown = cut(identifier, SHOWN)
        raise RefusedError(refusal(404, f"There is nobody “{shown}” in this cohort.", "id", shown))
    return number


def variant_query(database: Generation, identifier: str) -> VariantQuery:
    """The question of one site or event. `RefusedError` (404) where there is none."""
    shown = cut(identifier, SHOWN)
    if event := parse_event_name(identifier):
        if event[1] == database.id:
            return VariantQuery(event=event[0], level=Level.ALL)
        sentence = f"“{shown}” is an event of another build of the database: ask for the variant anew."
        raise RefusedError(refusal(404, sentence, "id", shown))
    site = site_named(database, identifier)
    if site is None:
        raise RefusedError(refusal(404, f"There is no variant “{shown}”.", "id", shown))
    return VariantQuery(site=site.site_id)
