"""This view as calls of the API: the same numbers for a program, as an address, for curl, Python and R.

The frequencies are those of `cnvFrequency`, which takes the filters of a page as they are. Lists are Beacon's own
questions, which know no overlap rule but any base and no copies at a place (R7), so a list is offered where it says the same.
Tables of a site, of a person and of the catalogue are files too, whatever their filters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from dashboard import settings
from dashboard.beacon.vocabulary import SEX_TERMS, VCF_TYPE
from dashboard.components import markup
from dashboard.components.menu import menu, paragraph, text_block
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.door.catalogue import CatalogueQuestion
from dashboard.door.person import PersonQuestion
from dashboard.door.question import Question
from dashboard.door.resolve import Request
from dashboard.downloads.catalogue import detail_of, formats_of
from dashboard.question import links, subject
from dashboard.question.catalogue import Catalogue
from dashboard.question.filters import ANY, HALF_OF_IT, Cohort, Filters, Outliers
from dashboard.question.target import Pieces
from dashboard.store.beacon_sites import ancestries
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, gene_target
from dashboard.words import quantities
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import DEFAULT_LEVEL, Level

_ROWS: Final = "rows"
_COUNT: Final = "count"
_RECORD: Final = "record"
_FILE: Final = "file"
_PYTHON: Final = {
    _ROWS: '["response"]["results"][0]["rows"]',
    _COUNT: '["responseSummary"]["numTotalResults"]',
    _RECORD: '["response"]["resultSets"][0]["results"][0]',
    _FILE: '["rows"]',
}
GENES_CALLED: Final = 5
"""Genes of a list for which a call is given."""
_R: Final = {
    _ROWS: "$response$results$rows[[1]]",
    _COUNT: "$responseSummary$numTotalResults",
    _RECORD: "$response$resultSets$results[[1]]",
    _FILE: "$rows",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call."""

    name: str
    """The name of its answer in a program."""
    words: str
    """What it answers."""
    address: str
    part: str = _COUNT
    """The part of the answer that a program wants: the rows of a table, or how many there are."""


def question_calls(question: Question) -> list[Call]:
    """The calls that answer what the page of a gene or region shows; none where this server tells no number."""
    if not shows(Section.NUMBERS):
        return []
    if question.subject.kind is subject.Kind.SITE and settings.disclosure().smallest_cell:
        # such a server counts a place, and not its sites one by one
        return list(_record(question))
    return [
        Call("frequencies", "Carriers and people of every group", _frequencies(question), _ROWS),
        *_record(question),
        *_lists(question),
        *_files_of_site(question),
    ]


def gene_list_calls(request: Request, genes: Sequence[Gene]) -> list[Call]:
    """The calls of the first of several genes, one each: `cnvFrequency` answers of one place by GET, of many by POST alone."""
    if not shows(Section.NUMBERS):
        return []
    calls = []
    for number, gene in enumerate(genes[:GENES_CALLED], 1):
        target = gene_target(request.database, gene)
        question = Question(request.database, subject.gene(gene.name), target, request.filters, gene=gene)
        calls.append(Call(f"gene_{number}", f"Carriers and people of {gene.symbol}", _frequencies(question), _ROWS))
    return calls


def person_calls(question: PersonQuestion) -> list[Call]:
    """The person, the sample, and, where Beacon can ask for the same, how many events there are."""
    filters = question.filters
    if not question.person.counted:
        return []
    name = quote(question.person.sample, safe="")
    query = {"datasets": filters.callset} if filters.callset else {}
    individual = f"{links.BEACON}/individuals/{name}"
    calls = [
        Call("person", "The person", links.address(individual, query), _RECORD),
        Call("sample", "The sample", links.address(f"{links.BEACON}/biosamples/{name}", query), _RECORD),
    ]
    if filters == Filters(level=filters.level, callset=filters.callset):
        level = [f"level:{filters.level.value}"] if filters.level is not DEFAULT_LEVEL else []
        address = links.address(f"{individual}/g_variants", _counted(query, level))
        calls.append(Call("events", "Losses and gains of the person", address))
    person_query = links.person_query(question.person.sample, filters)
    return [*calls, *_file("event_rows", "Its losses and gains with their sites and parents", "events", person_query)]


def catalogue_calls(question: CatalogueQuestion) -> list[Call]:
    """The sites that the catalogue lists, and, where Beacon can ask for the same, how many there are."""
    calls = list(_file("site_rows", "The sites of the table, in its order", links.CATALOGUE, question.query()))
    filters, catalogue = question.filters, question.catalogue
    # of the bounds Beacon knows the one on carriers, of unrelated people at credible
    plain = Filters(classes=filters.classes)
    listed = Catalogue(min_carriers=catalogue.min_carriers, sort=catalogue.sort, page=catalogue.page)
    if settings.disclosure().smallest_cell or filters != plain or catalogue != listed or not filters.every_class:
        return calls
    place = _range(question.place) if question.place else {}
    one_type = {"variantType": VCF_TYPE[filters.directions[0]]} if len(filters.directions) == 1 else {}
    terms = ["cohort:unrelated", "outliers:exclude", f"carriers>={catalogue.min_carriers}"]
    address = links.address(f"{links.BEACON}/g_variants", _counted({**place, **one_type}, terms))
    return [Call("sites", "Sites in the list", address), *calls]


def _files_of_site(question: Question) -> Iterator[Call]:
    if question.subject.kind is subject.Kind.SITE:
        query = question.subject.query(question.filters)
        yield from _file("frequency_rows", "The frequencies as a table", "frequencies", query)
        yield from _file("carrier_rows", "The carriers, an event a row", "carriers", query)


def _file(name: str, words: str, table: str, query: Mapping[str, str]) -> Iterator[Call]:
    """A table as JSON, where this server tells it; its other formats are other endings of the address."""
    if settings.disclosure().tells(detail_of(table)):
        others = [f".{suffix}" for suffix in formats_of(table) if suffix != "json"]
        words = f"{words}; {quantities.joined(others, 'or')} in place of .json gives another format"
        yield Call(name, words, links.address(f"{links.DOWNLOADS}/{table}.json", query), _FILE)


def cohort_calls() -> list[Call]:
    """Everyone in the cohort."""
    return _people(Call("people", "People in the cohort", links.address(f"{links.BEACON}/individuals", _counted({}))))


def dataset_calls(callset: str) -> list[Call]:
    """The callset that is looked at."""
    query = _counted({"datasets": callset} if callset else {})
    return _people(Call("people", "People whose file was read", links.address(f"{links.BEACON}/individuals", query)))


def _people(call: Call) -> list[Call]:
    """A call for a number of people, where this server tells of one."""
    return [call] if shows(Section.NUMBERS) else []


def api_menu(run: Run, calls: Sequence[Call]) -> str:
    """A menu with the calls, as HTML; empty where there are none."""
    if not calls:
        return ""
    whole = [(call, links.whole(run.url, call.address)) for call in calls]
    parts = [
        paragraph("This view as an API call: the same numbers for programs."),
        markup.element("h2", "URL"),
        *(paragraph(call.words) + text_block(address, f"the address: {call.words}") for call, address in whole),
    ]
    for language, program in (("curl", curl), ("Python", python), ("R", r)):
        parts += [markup.element("h2", language), text_block(program(whole), f"the lines for {language}")]
    return menu("API", "".join(parts))


def curl(calls: Sequence[tuple[Call, str]]) -> str:
    """The calls for a shell."""
    return "\n".join(f"# {call.words}\ncurl -s '{address}'" for call, address in calls)


def python(calls: Sequence[tuple[Call, str]]) -> str:
    """The calls for Python, with nothing but its own library."""
    head = "import json\nfrom urllib.request import urlopen\n"
    lines = (
        f'# {call.words}\n{call.name} = json.load(urlopen(\n    "{address}"\n)){_PYTHON[call.part]}'
        for call, address in calls
    )
    return "\n".join([head, *lines])


def r(calls: Sequence[tuple[Call, str]]) -> str:
    """The calls for R, with the package jsonlite."""
    lines = (f'# {call.words}\n{call.name} <- fromJSON(\n  "{address}"\n){_R[call.part]}' for call, address in calls)
    return "\n".join(["library(jsonlite)\n", *lines])


def _frequencies(question: Question) -> str:
    """The rows of the page's first sentence: of a region half of it and any overlap, else of the rule in force."""
    target, filters = question.target, question.filters
    if settings.disclosure().smallest_cell:
        # such a server answers one question a place: that of the page
        return links.address(links.CNV_FREQUENCY, _place(question))
    if target.site is None and target.kind is Pieces.REGION and filters.overlap is None:
        rules = [HALF_OF_IT, ANY]
    else:
        rules = [filters.overlap or target.default_rule]
    site = question.subject.site_named
    place = {"site": site} if site else _place(question)
    rule_and_level = {"rule": ",".join(str(rule) for rule in rules), "level": filters.level.value}
    others = {name: text for name, text in filters.to_query().items() if name not in ("overlap", "filter")}
    return links.address(links.CNV_FREQUENCY, {**place, **rule_and_level, **others})


def _place(question: Question) -> dict[str, str]:
    """The place, 0-based and half-open; of a gene its name, so that its coding sequence is known."""
    if question.gene:
        return {"geneId": question.subject.name}
    return _range(question.target.interval)


def _range(interval: Interval) -> dict[str, str]:
    """An interval, 0-based and half-open."""
    return {
        "referenceName": interval.chrom.removeprefix("chr"),
        "start": str(interval.start),
        "end": str(interval.end),
    }


def _lists(question: Question) -> Iterator[Call]:
    """How many sites are listed, and of a region how many people have an event anywhere in it."""
    target, filters = question.target, question.filters
    terms = _group_terms(question.database, filters)
    if target.site is not None or filters.callset or not filters.every_class or terms is None:
        return
    if settings.disclosure().smallest_cell:
        return
    of_people = [
        *(["cohort:unrelated"] if filters.cohort is Cohort.UNRELATED else []),
        *(["outliers:exclude"] if filters.outliers is Outliers.EXCLUDE else []),
        *([f"level:{filters.level.value}"] if filters.level is not DEFAULT_LEVEL else []),
        *terms,
    ]
    one_type = {"variantType": VCF_TYPE[filters.directions[0]]} if len(filters.directions) == 1 else {}
    # an event without a site, of a marked person or below credible, is a record of its own and in no list of sites
    if shows(Section.SITES) and filters.outliers is Outliers.EXCLUDE and filters.level in (Level.PASS, Level.CREDIBLE):
        query = _counted({**_place(question), **one_type}, of_people)
        yield Call("sites", "Sites in the list", links.address(f"{links.BEACON}/g_variants", query))
    if target.kind is not Pieces.REGION or (filters.overlap or target.default_rule) != ANY:
        return
    of_events = [
        f"{name}{operator}{value:g}"
        for name, operator, value in (
            ("length", ">=", filters.min_length),
            ("length", "<=", filters.max_length),
            ("quality", ">=", filters.min_quality),
            ("bins", ">=", filters.min_bins),
        )
        if value is not None
    ]
    for direction in filters.directions:
        query = _counted({**_place(question), "variantType": VCF_TYPE[direction]}, [*of_people, *of_events])
        words = f"People with a {direction.value} anywhere in it"
        yield Call(f"with_{direction.value}", words, links.address(f"{links.BEACON}/individuals", query))


def _record(question: Question) -> Iterator[Call]:
    """A site by itself as the Beacon's record of it."""
    if question.subject.kind is subject.Kind.SITE and shows(Section.SITES) and not question.filters.callset:
        address = f"{links.BEACON}/g_variants/{question.subject.name}"
        yield Call("site", "The site as a record, with its identifiers", address, _RECORD)


def _group_terms(database: Generation, filters: Filters) -> list[str] | None:
    """The people chosen, as terms; None where one of their groups has none."""
    known = ancestries(database)
    terms = [known[code].term if code in known else None for code in filters.populations]
    sexes = [SEX_TERMS[filters.sex].id] if filters.sex else []
    named = [term for term in terms if term]
    return [*named, *sexes] if len(named) == len(terms) else None


def _counted(query: Mapping[str, str], filters: Sequence[str] = ()) -> dict[str, str]:
    """The question, asked for a number alone."""
    return {**query, **({"filters": ",".join(filters)} if filters else {}), "requestedGranularity": "count"}
