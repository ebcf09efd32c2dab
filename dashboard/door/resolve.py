"""From the query string of an address to a `Question`, or to the outcome and the problems that there are instead.

The one way in. A page shows problems and falls back to defaults; a file and a program cannot show a notice, so for them
every problem is a reason to refuse (`require_question`), and all are told at once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dashboard import settings
from dashboard.door.lookup import GeneMatch, NoMatch, Outcome, Place, SeveralGenes, Unplaced, look_up
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal, RefusedError, combine, refusal
from dashboard.operating.disclosure import Detail
from dashboard.question import query
from dashboard.question import view as views
from dashboard.question.filters import CALLSET, CLASS, Filters, Overlap, parse
from dashboard.question.locus import cut, once, reported_direction
from dashboard.question.problem import Problem
from dashboard.question.subject import SITE, Kind, Subject
from dashboard.question.target import region_target, site_target
from dashboard.store.cohort import group_codes
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, gene_target
from dashboard.store.sites import site_named
from dashboard.words import quantities

IDS_SHOWN: Final = 4
"""Ids in the sentence about a name that several genes bear."""
GENES_AT_ONCE: Final = 200
"""Genes of a list at most."""
VALUE_SHOWN: Final = 60
"""Letters of a value that a problem repeats."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an address says, before what it names is looked up."""

    database: Generation
    """The callset that it names, else the newest."""
    values: Mapping[str, str]
    """Its names and values."""
    filters: Filters
    problems: tuple[Problem, ...]
    """Names that are not used, and values that are none: the filters hold the defaults in their place."""
    view: views.View
    """How it is shown."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The address does not say which gene or region."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an address comes to."""

    outcome: Question | Missing | SeveralGenes | Unplaced | Place | NoMatch
    """The question, or why there is none; `Place` where a gene is asked for and a region named."""
    site: Refusal | None = None
    """Why the answer is not narrowed to the site that the address names."""


def read_request(
    published: Generation, values: Mapping[str, str], parameters: Iterable[str], default_overlap: Overlap
) -> Request:
    """Reads an address that may bear these parameters beside the filters; `default_overlap` is the rule where it names none."""
    database = published.of(values.get(CALLSET, ""))
    values = _with_direction(values)
    filters, problems = parse(values, group_codes(database), default_overlap, tuple(published.callsets))
    filters, withheld = _permitted(filters)
    view, wrong_view = views.parse(values)
    problems += [*withheld, *wrong_view, *query.unused(values, parameters)]
    return Request(database, values, filters, tuple(problems), view)


@dataclass(frozen=True, slots=True)
class GeneList:
    """Several genes that an address names."""

    genes: tuple[Gene, ...]
    """Each once, in the order of the address."""
    readings: tuple[str, ...]
    """As what names were read that are no symbols, a sentence each."""
    problems: tuple[Problem, ...]
    """Names that are no single gene, and those beyond the number that one page has."""


def names_several_genes(values: Mapping[str, str]) -> bool:
    """Whether the gene of an address is a list of names."""
    return len(_names(values)) > 1


def resolve_genes(request: Request) -> GeneList:
    """The genes that an address names, joined by commas or semicolons; each is looked up as on a page of its own."""
    names = _names(request.values)
    genes: dict[str, Gene] = {}
    readings: list[str] = []
    problems: list[Problem] = []
    for name in names[:GENES_AT_ONCE]:
        match look_up(request.database, name):
            case GeneMatch(gene, reading):
                genes.setdefault(gene.gene_id, gene)
                readings += [reading] if reading else []
            case outcome:
                problems += _refuse_outcome(outcome, Kind.GENE, cut(name, VALUE_SHOWN)).problems
    if len(names) > GENES_AT_ONCE:
        sentence = f"{len(names):,} genes are named, and {GENES_AT_ONCE} are taken at once: ask for the others apart."
        problems.append(Problem(Kind.GENE.value, cut(",".join(names), VALUE_SHOWN), sentence))
    return GeneList(tuple(genes.values()), tuple(dict.fromkeys(readings)), tuple(problems))


def _names(values: Mapping[str, str]) -> tuple[str, ...]:
    """The names of genes in an address, each once, whatever their case."""
    return once(name for name in map(str.strip, re.split("[,;]", values.get(Kind.GENE, ""))) if name)


def _with_direction(values: Mapping[str, str]) -> Mapping[str, str]:
    """The address with the class that its gene or region says as a report does (`x1`, `deletion`; R1), where it names none itself.

    A server that answers one question a place is not asked for a direction by that.
    """
    if CLASS in values or settings.disclosure().smallest_cell:
        return values
    directions = [reported_direction(values[kind]) for kind in (Kind.GENE, Kind.REGION) if kind in values]
    return {**values, CLASS: directions[0].value} if len(directions) == 1 and directions[0] else values


def _permitted(filters: Filters) -> tuple[Filters, list[Problem]]:
    """The filters as far as this server takes them, and a problem for each that it does not.

    Where small numbers are withheld there is one question a place: those of a group, a class or another level beside it would
    give the withheld ones away, by subtraction.
    """
    least = settings.disclosure().smallest_cell
    if not least:
        return filters, []
    problems = [
        Problem(
            name,
            cut(value, VALUE_SHOWN),
            f"{name} is not used here: this server withholds numbers of fewer than {least} people, and answers one question a place.",
        )
        for name, value in filters.to_query().items()
        if name != CALLSET
    ]
    return Filters(callset=filters.callset), problems


def resolve(request: Request, kind: Kind) -> Resolution:
    """The question about the gene or region that an address names, narrowed to the site that it names; or about a site by itself."""
    text = request.values.get(kind, "")
    if kind is Kind.SITE:
        return _resolve_site(request, text)
    if not text:
        return Resolution(Missing(kind), _site_fault(request, None))
    question = _question(request, kind, look_up(request.database, text, kind))
    if not isinstance(question, Question):
        return Resolution(question, _site_fault(request, None))
    if fault := _site_fault(request, question):
        return Resolution(question, fault)
    return Resolution(_narrow(question, request.values.get(SITE, "")))


def _resolve_site(request: Request, name: str) -> Resolution:
    """The question about one site by itself."""
    if fault := _site_fault(request, None):
        return Resolution(Missing(Kind.SITE), fault)
    site = site_named(request.database, name) if name else None
    if site is None:
        return Resolution(Missing(Kind.SITE))
    target = site_target(site.interval, site.site_id, site.direction)
    return Resolution(Question(request.database, Subject(Kind.SITE, site.name), target, request.filters))


def _question(request: Request, kind: Kind, outcome: Outcome) -> Question | SeveralGenes | Unplaced | Place | NoMatch:
    database, filters = request.database, request.filters
    match outcome:
        case GeneMatch(gene, reading):
            target = gene_target(database, gene)
            return Question(database, Subject(kind, gene.name), target, filters, gene=gene, reading=reading)
        case Place(_, name, interval) if kind is Kind.REGION:
            target, reading = region_target(interval), outcome.reading
            return Question(database, Subject(kind, name), target, filters, region=outcome, reading=reading)
        case _:
            return outcome


def _narrow(question: Question, name: str) -> Question:
    """The question about one site of the place, if one is named; the site is known to be there."""
    site = site_named(question.database, name) if name else None
    if site is None:
        return question
    return replace(
        question,
        subject=replace(question.subject, site=site.name),
        target=site_target(site.interval, site.site_id, site.direction),
    )


def _site_fault(request: Request, question: Question | None) -> Refusal | None:
    """What is wrong with the site that an address names; without a question, as far as the name alone tells."""
    name = request.values.get(SITE, "")
    if not name:
        return None
    shown = cut(name, VALUE_SHOWN)
    if reason := settings.disclosure().reason(Detail.SITES):
        return refusal(403, reason, SITE, shown)
    if "," in name:
        sentence = f"{SITE} takes one site, and “{shown}” are several: ask for one at a time."
        return refusal(400, sentence, SITE, shown)
    site = site_named(request.database, name)
    at_place = f" at {question.target.interval}" if question else ""
    if site is None:
        return refusal(404, f"There is no site “{shown}”{at_place}.", SITE, shown)
    if question and not site.interval.overlap(question.target.interval):
        return refusal(404, f"The site “{shown}” lies elsewhere, and not{at_place}.", SITE, shown)
    return None


def require_question(
    published: Generation,
    values: Mapping[str, str],
    default_overlap: Overlap | None = None,
    without: Mapping[str, str] | None = None,
) -> Question:
    """The question of an address that names one gene, region or site; `RefusedError` with every fault of the address.

    `default_overlap` is the rule where the address names none, if it is not that of the gene or region asked for. `without` are
    sentences by name, for the names of filters and of the site that are not used for what is asked.
    """
    kinds = [kind for kind in (Kind.GENE, Kind.REGION) if values.get(kind)]
    if not kinds and values.get(SITE):
        kinds = [Kind.SITE]
    rule = default_overlap or (kinds or list(Kind))[0].default_overlap
    request = read_request(published, values, (*Kind, SITE), rule)
    refusals = [Refusal(400, request.problems)] if request.problems else []
    refusals += _unused(request, without or {})
    if not kinds:
        refusals.append(
            refusal(
                400,
                "Say which gene or region: add gene=GSTM1 or region=chr1:109687570-109697444 to the address.",
                Kind.GENE.value,
            )
        )
    if len(kinds) > 1:
        shown = cut(values[Kind.REGION], VALUE_SHOWN)
        refusals.append(refusal(400, "Ask for a gene or for a region, not for both.", Kind.REGION.value, shown))
    resolutions = [resolve(request, kind) for kind in kinds or [Kind.GENE]]
    for kind, resolution in zip(kinds, resolutions, strict=False):
        if not isinstance(resolution.outcome, Question) and not (kind is Kind.SITE and resolution.site):
            refusals.append(_refuse_outcome(resolution.outcome, kind, cut(values[kind], VALUE_SHOWN)))
    site = resolutions[0].site
    if site and SITE not in (without or {}):
        refusals.append(site)
    question = resolutions[0].outcome
    if refusals or not isinstance(question, Question):
        raise RefusedError(combine(refusals))
    return question


def require_genes(
    published: Generation, values: Mapping[str, str], without: Mapping[str, str] | None = None
) -> tuple[Request, tuple[Gene, ...]]:
    """The genes of an address that names several, with the request; `RefusedError` with every fault of the address.

    `without` as for one question.
    """
    request = read_request(published, values, (*Kind, SITE), Kind.GENE.default_overlap)
    gene_list = resolve_genes(request)
    refusals = [Refusal(400, problems) for problems in (request.problems, gene_list.problems) if problems]
    refusals += _unused(request, without or {})
    if Kind.REGION in values:
        shown = cut(values[Kind.REGION], VALUE_SHOWN)
        refusals.append(refusal(400, "Ask for genes or for a region, not for both.", Kind.REGION.value, shown))
    if refusals:
        raise RefusedError(combine(refusals))
    return request, gene_list.genes


def _unused(request: Request, without: Mapping[str, str]) -> list[Refusal]:
    """Names that are set and not used for what is asked; a filter at its default is as good as not set."""
    in_use = request.filters.to_query() | {name: request.values[name] for name in (SITE,) if name in request.values}
    return [
        refusal(400, sentence, name, cut(in_use[name], VALUE_SHOWN))
        for name, sentence in without.items()
        if name in in_use
    ]


def _refuse_outcome(outcome: Missing | SeveralGenes | Unplaced | Place | NoMatch, kind: Kind, value: str) -> Refusal:
    """Why there is no answer about what an address names."""
    match outcome:
        case SeveralGenes(_, genes, reading):
            return refusal(400, _ask_which(genes, reading), kind.value, value)
        case Unplaced(gene):
            return refusal(404, gene.reason, kind.value, value)
        case Place(_, name):
            sentence = f"{name} is a region and not a gene: ask for region={name}."
            return refusal(400, sentence, kind.value, value)
        case NoMatch() as nothing:
            return refusal(404, nothing.in_words, kind.value, value)
        case Missing():
            return refusal(400, f"Say which {kind.value}.", kind.value)


def _ask_which(genes: Sequence[Gene], reading: str = "") -> str:
    """Asks which gene of a shared name is meant; of hundreds (Y_RNA) it names a few and says how many there are.

    `reading` says which name they share, where it is not the symbol.
    """
    if reading:
        choice = [f"{gene.name} ({gene.symbol})" if gene.name != gene.symbol else gene.name for gene in genes]
        return f"{reading} Ask for one of them: gene={quantities.joined(choice, 'or')}."
    ids = [gene.gene_id for gene in genes[:IDS_SHOWN]]
    symbol, more = genes[0].symbol, len(genes) - len(ids)
    if not more:
        return f"Several genes are called {symbol}: ask for gene={quantities.joined(ids, 'or')}."
    return (
        f"{quantities.count(len(genes))} genes are called {symbol}: ask for one by its id, such as gene={quantities.joined(ids, 'or')}; "
        "the page of the name lists all."
    )
