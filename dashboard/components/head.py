"""The heads of gene, region and site pages, as HTML: which of them it is, where it lies, and as what the address was read."""

from collections.abc import Mapping, Sequence

from dashboard.components import markup
from dashboard.components.frequency import sign
from dashboard.door.lookup import Place
from dashboard.door.question import Question
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.question.subject import Kind
from dashboard.question.target import surroundings
from dashboard.store.genes import Gene
from dashboard.words import quantities
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.intervals import Interval


def head(question: Question) -> str:
    """The head of a question's page."""
    if question.subject.kind is Kind.SITE:
        return site_head(question)
    return gene_head(question.gene, question.filters) if question.gene else region_head(question)


def gene_head(gene: Gene, filters: Filters) -> str:
    """Symbol, name, place, strand, size, the transcript with the reason for it, and where else it can be looked at."""
    transcript = gene.transcript_name or gene.transcript_id
    facts = [
        _place(gene.interval, f" ({gene.strand})" if gene.strand else ""),
        markup.text(quantities.length(gene.interval.length)),
        markup.text(f"{transcript} ({gene.chosen_as})" if transcript else "no transcript, only a place"),
        markup.text(gene.gene_id),
        markup.link("in its region", links.page(subject.region(surroundings(gene.interval)), filters)),
    ]
    if gene.biotype not in ("protein_coding", "other"):
        facts.insert(0, markup.text(gene.biotype.replace("_", " ")))
    known = (gene.gene_id, gene.symbol) if gene.biotype == "protein_coding" else (None, None)
    return _head(
        markup.text(gene.symbol),
        facts,
        links.browser_addresses(gene.interval, *known),
        markup.element("span", markup.text(gene.description or ""), class_="cnv-description"),
    )


def region_head(question: Question) -> str:
    """What the region is called, its interval and its length, and where else it can be looked at."""
    assert question.region
    interval, name = question.region.interval, question.region.text
    facts = [markup.text(quantities.length(interval.length)), markup.text(ASSEMBLY.name)]
    is_place = name == str(interval)
    if not is_place:
        facts.insert(0, _place(interval))
    beside = copy_button(name) if is_place else ""
    return _head(markup.text(name), facts, links.browser_addresses(interval), beside)


def site_head(question: Question) -> str:
    """Which site it is, its id, its length, and where else it can be looked at."""
    interval, direction = question.target.interval, question.target.direction
    assert direction
    kept = question.filters.of_sites()
    name = question.subject.name
    facts = [
        markup.element("span", markup.text(name)) + copy_button(name),
        markup.text(quantities.length(interval.length)),
        markup.link("in its region", links.page(subject.region(surroundings(interval)), kept)),
        markup.link("every site here", links.catalogue(subject.region(interval).name, kept)),
    ]
    title = f"{sign(direction)}{direction.value.capitalize()} {markup.text(interval)}"
    return _head(title, facts, links.browser_addresses(interval), copy_button(str(interval)))


def _head(title: str, facts: Sequence[str], browsers: Mapping[str, str], beside: str) -> str:
    """The heading, what stands beside it, and one line of facts, all of them HTML, with the same place in other browsers.

    A heading that is the place has the button that copies it beside it, and no fact says the place again.
    """
    elsewhere = "".join(markup.out_link(name, address) for name, address in browsers.items())
    shown = "".join(markup.element("span", fact) for fact in facts)
    return markup.element(
        "div",
        markup.element("h1", title) + beside,
        class_="cnv-head",
    ) + markup.element(
        "div", shown + markup.element("span", f"elsewhere: {elsewhere}", class_="cnv-out"), class_="cnv-facts"
    )


def _place(interval: Interval, strand: str = "") -> str:
    """The place, with a button that copies it."""
    return markup.element("span", markup.text(interval)) + copy_button(str(interval)) + markup.text(strand)


def copy_button(words: str) -> str:
    """A button that copies these words."""
    return markup.element(
        "button", "copy", type="button", class_="cnv-copy", data_copy=words, aria_label=f"Copy {words}"
    )


def readings(question: Question) -> list[str]:
    """As what the words of the address were read, lines of HTML; empty where they were read as they stand."""
    lines = []
    if isinstance(question.region, Place) and question.region.bed:
        interval = markup.text(question.region.interval)
        lines.append(f"Read as BED fields, which count from 0: {interval} as a genome browser writes it.")
    if question.reading:
        lines.append(markup.text(question.reading))
    return lines


def narrowed(question: Question) -> str:
    """That the page is about one site there, as HTML; empty where it is not."""
    target = question.target
    if target.direction is None:
        return ""
    return (
        f"{sign(target.direction)}<strong>Narrowed to one site</strong>: {markup.text(target.direction.value)} "
        f"{markup.text(target.interval)}, {quantities.length(target.interval.length)}."
    )
