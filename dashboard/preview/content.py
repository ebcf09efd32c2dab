"""What an address comes to, in words: title, description, sentence and head, by the door and the functions of the page itself.

An address with a problem, and one that is no single question, has the title of its page and no number: the page says the rest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import Final

from dashboard import pages
from dashboard.components import catalogue, markup
from dashboard.components.cohort import cohort_lead
from dashboard.components.gene_list import counted_by_gene
from dashboard.components.head import head, narrowed, readings
from dashboard.components.lead import Lead, lead
from dashboard.components.person import marks_lines, person_head, person_lead, relatives_line
from dashboard.components.sections import Section, shows
from dashboard.components.titles import (
    several_genes,
    title_of_genes,
    title_of_page,
    title_of_person,
    title_of_question,
    title_of_sites,
)
from dashboard.door.catalogue import resolve_catalogue
from dashboard.door.person import PersonQuestion, resolve_person
from dashboard.door.question import Question
from dashboard.door.refusal import RefusedError
from dashboard.door.resolve import Request, read_request, resolve, resolve_genes
from dashboard.pages import Page
from dashboard.question import links
from dashboard.question.subject import Kind
from dashboard.store.cohort import release, totals
from dashboard.store.database import Generation
from dashboard.words import quantities

SIMULATED: Final = "SIMULATED DATA: these people do not exist."
LONGEST: Final = 300
"""Letters of a description at most; it ends with a whole sentence, since half of one can say something else."""
_SIGN: Final = re.compile(r'<span[^>]*aria-hidden="true"[^>]*>[^<]*</span>')
_TAG: Final = re.compile(r"<[^>]*>")
_SMALL: Final = re.compile(r'<span class="cnv-small">[^<]*</span>')
_GO: Final = re.compile(r'<a [^>]*class="cnv-go"[^>]*>[^<]*</a>')
_SENTENCE: Final = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Content:
    """What stands for a page."""

    title: str
    description: str = ""
    """In plain text; empty where nothing is told."""
    address: str = ""
    """The address of ours that says the same, in one spelling; empty where there is none to be kept."""
    body: str = ""
    """What the page says first, as HTML; empty where the page itself has to say it."""
    simulated: bool = False
    people: str = ""
    """Of whom the data are, in words."""
    is_person: bool = False
    """Whether it is of one person, which no search engine is to keep."""
    has_card: bool = True
    """Whether its address has a picture for a preview."""
    is_question: bool = False
    """Whether it is of one gene, region or site, which can be drawn."""


def content_of(published: Generation, page: Page, values: Mapping[str, str]) -> Content:
    """What an address of a page comes to. Runs in a thread."""
    kind = next((kind for kind in Kind if kind == page.subject), Kind.GENE)
    request = read_request(published, values, pages.parameters(page), kind.default_overlap)
    plain = Content(
        title_of_page(page, request.database),
        simulated=release(request.database).simulated,
        people=f"Copy number variants of {quantities.people(totals(request.database).people)}",
    )
    if page.subject == kind:
        return _of_question(request, kind, plain)
    if page.path == pages.GENES:
        return _of_genes(request, plain)
    if page.path == pages.PERSON:
        return _of_person(request, plain)
    if page.path == pages.SITES:
        return _of_catalogue(request, plain)
    if request.problems:
        return plain
    return _of_page(request, page, plain)


def _of_question(request: Request, kind: Kind, plain: Content) -> Content:
    resolution = resolve(request, kind)
    question = resolution.outcome
    if not isinstance(question, Question):
        return plain
    title = title_of_question(question)
    if request.problems or resolution.site:
        return replace(plain, title=title)
    answer = lead(question)
    narrowing = narrowed(question) if question.subject.site else ""
    boxes = [markup.notice([line]) for line in (*readings(question), narrowing) if line]
    return replace(
        plain,
        title=title,
        description=_description(sentences(answer), simulated=plain.simulated),
        address=links.page(question.subject, question.filters),
        body=head(question) + "".join(boxes) + answer.html + answer.counted,
        is_question=True,
    )


def _of_person(request: Request, plain: Content) -> Content:
    """Nothing of a person, and not whether there is one, where this server tells of none."""
    of_person = replace(plain, is_person=True)
    try:
        resolution = resolve_person(request)
    except RefusedError:
        return of_person
    question = resolution.outcome
    if question is None and not request.problems:
        return _of_page(request, pages.page_at(pages.PERSON), of_person)
    if not isinstance(question, PersonQuestion):
        return of_person
    title = title_of_person(question)
    if request.problems or resolution.problems:
        return replace(of_person, title=title)
    answer = person_lead(question)
    boxes = [markup.notice(lines)] if (lines := marks_lines(question)) else []
    name = question.person
    of_whom = f"{name.sample}, {name.population_name}."
    return replace(
        of_person,
        title=title,
        description=_description(
            [of_whom, *(text_of(line) for line in re.findall(r"<p>(.*?)</p>", answer))], simulated=plain.simulated
        ),
        address=links.person(name.sample, request.filters, question.event),
        body=person_head(question) + relatives_line(question, request.filters) + "".join(boxes) + answer,
    )


def _of_genes(request: Request, plain: Content) -> Content:
    gene_list = resolve_genes(request)
    if not gene_list.genes:
        return plain
    title = title_of_genes(gene_list, request.database)
    if request.problems or gene_list.problems:
        return replace(plain, title=title)
    symbols = quantities.joined([gene.symbol for gene in gene_list.genes], "and")
    counting = counted_by_gene(request.database, gene_list, request.filters)
    heading = markup.element("h1", markup.text(several_genes(gene_list)))
    return replace(
        plain,
        title=title,
        description=_description([f"Losses and gains of {symbols}, one row a gene."], simulated=plain.simulated),
        address=links.gene_list([gene.name for gene in gene_list.genes], request.filters),
        body=markup.element("div", heading, class_="cnv-head")
        + "".join(markup.notice([markup.text(line)]) for line in gene_list.readings)
        + markup.element("p", markup.text(symbols))
        + counting,
    )


def _of_catalogue(request: Request, plain: Content) -> Content:
    if not shows(Section.SITES):
        return plain
    question = resolve_catalogue(request.database, request.values)
    if request.problems or question.problems:
        return plain
    body = markup.element("div", markup.element("h1", markup.text(catalogue.title(question))), class_="cnv-head")
    body += catalogue.catalogue_lead(question) + catalogue.counted(question)
    text = [text_of(part) for part in re.findall(r"<p>(.*?)</p>", _GO.sub("", body))]
    return replace(
        plain,
        title=title_of_sites(catalogue.title(question), request.database),
        description=_description(text, simulated=plain.simulated),
        address=catalogue.address(question),
        body=body,
        has_card=False,
    )


def _of_page(request: Request, page: Page, plain: Content) -> Content:
    if page.path == pages.START:
        body = cohort_lead(request.database)
    else:
        sentence = f"{page.description}. {plain.people}, callset {release(request.database).title}."
        body = markup.element("div", markup.element("h1", markup.text(page.description)), class_="cnv-head")
        body += markup.element("p", markup.text(sentence))
    text = [text_of(part) for part in re.findall(r"<p>(.*?)</p>", body)]
    return replace(
        plain,
        description=_description(text, simulated=plain.simulated),
        address=links.plain_page(page.path, request.filters),
        body=body,
    )


def sentences(answer: Lead) -> list[str]:
    """The answer in plain text: a line a direction, or else why there is none; and what has to be known beside it."""
    return [text_of(line) for line in (*answer.lines, *_reasons(answer))]


def short_sentences(answer: Lead) -> list[str]:
    """The same without what a page writes small."""
    return [text_of(line) for line in (*(_SMALL.sub("", line) for line in answer.lines), *_reasons(answer))]


def _reasons(answer: Lead) -> list[str]:
    """The first line of each box: those behind it speak of the rest of the page."""
    return [box[0] for box in answer.notices]


def text_of(html: str) -> str:
    """The text of HTML of ours, without the signs that only decorate."""
    return " ".join(unescape(_TAG.sub("", _SIGN.sub("", html))).split())


def _description(lines: list[str], *, simulated: bool) -> str:
    text = SIMULATED if simulated else ""
    for sentence in (part for line in lines for part in _SENTENCE.split(line)):
        longer = f"{text} {sentence}".strip()
        if len(longer) > LONGEST:
            break
        text = longer
    return text
