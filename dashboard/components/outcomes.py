"""What a page says where there is no single gene or region to show: which are meant, what lies there, what is close."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import markup
from dashboard.components.download_menu import menu
from dashboard.components.frame import notice
from dashboard.components.run import Run
from dashboard.door.lookup import GENES_SHOWN, NoMatch, Place, SeveralGenes, Unplaced
from dashboard.door.refusal import Refusal
from dashboard.door.resolve import Missing, Resolution
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.store.beacon_intervals import matching_sites
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, genes_named
from dashboard.words import quantities
from data_prep.domain.site_id import parse_site_id

EXAMPLES = ("GSTM1", "RHD", "OR51A2", "APOBEC3B", "ADAM3A")
SITES_SHOWN = 8
"""Sites that are named in place of one that there is not."""
SITE_EXAMPLE = "chr1-109687570-109697444-loss"
FORBIDDEN = 403
REGION_EXAMPLES = ("22q11.21", "chr1:109650000-109750000", "16p11.2", "chr8:39200000-39600000")


def show(run: Run, resolution: Resolution) -> None:
    """What an address comes to that is no question."""
    filters = run.filters
    if resolution.site:
        notice([markup.text(sentence) for sentence in resolution.site.sentences])
    match resolution.outcome:
        case Missing(subject.Kind.GENE):
            no_gene(run.database, filters)
        case Missing(subject.Kind.SITE):
            no_site(run, resolution.site)
        case Missing():
            no_region(filters)
        case SeveralGenes() as outcome:
            several(outcome, filters)
        case Unplaced() as outcome:
            show_unplaced(outcome)
        case Place() as outcome:
            place(outcome, filters)
        case NoMatch() as outcome:
            nothing(outcome, filters)


def no_gene(database: Generation, filters: Filters) -> None:
    """The gene page without a gene."""
    _say("Which gene?", "Type its symbol or its Ensembl id into the box above, or take one of these.")
    examples(database, filters)


def no_genes(database: Generation, filters: Filters) -> None:
    """The page of several genes without one."""
    _say("Which genes?", "Type their symbols or Ensembl ids into the box above, joined by commas, such as GSTM1, RHD.")
    examples(database, filters)


def no_region(filters: Filters) -> None:
    """The region page without a region."""
    _say("Which region?", "Type a region, a cytoband or a chromosome into the box above, or take one of these.")
    shown = "".join(
        markup.link(name, links.page(subject.Subject(subject.Kind.REGION, name), filters)) for name in REGION_EXAMPLES
    )
    st.html(markup.element("p", f"Begin with {shown}", class_="cnv-links"))


def no_site(run: Run, fault: Refusal | None) -> None:
    """The page of a site without one: those that are most like an id which the database does not have."""
    if fault and fault.status == FORBIDDEN:
        return
    catalogue = markup.link("the catalogue of sites", links.catalogue("", run.filters))
    wanted = parse_site_id(run.values.get(subject.SITE, "")) if fault else None
    title = "Not found" if fault else "Which site?"
    st.html(
        markup.element("div", markup.element("h1", title), class_="cnv-head")
        + markup.element("p", f"Take one from {catalogue}, or type its id into the box above, such as {SITE_EXAMPLE}.")
    )
    if wanted is None:
        return
    alike = matching_sites(run.database, wanted.interval, (wanted.direction,))[:SITES_SHOWN]
    here = markup.link(
        f"everything at {wanted.interval}", links.page(subject.region(wanted.interval), run.filters.of_sites())
    )
    words = "An id is of one database: in another the same events may found a site of another interval. "
    lines = [words + ("Most like it are:" if alike else f"No site here is like it; see {here}.")]
    lines += [
        markup.link(site.name, links.page(subject.site(site.name), subject.site_filters(run.filters, site.direction)))
        + f" {markup.text(quantities.percent(site.overlap) if site.overlap < 1 else '100 %')} reciprocal overlap"
        for site in alike
    ]
    st.html(markup.element("div", markup.paragraphs(lines + ([f"Or {here}."] if alike else [])), class_="cnv-links"))


def examples(database: Generation, filters: Filters) -> None:
    """Links to genes with well-known common deletions, as far as the gene models have them."""
    known = [name for name in EXAMPLES if len(genes_named(database, name)) == 1]
    if known:
        shown = "".join(markup.link(name, links.page(subject.gene(name), filters)) for name in known)
        st.html(markup.element("p", f"Begin with {shown}", class_="cnv-links"))


def several(outcome: SeveralGenes, filters: Filters) -> None:
    """A name that two genes bear."""
    called = outcome.reading or f"{len(outcome.genes)} genes are called so in the gene models."
    _say(f"{outcome.text}: which one?", f"{called} Choose by place:")
    _choices(outcome.genes, filters, by_id=True)


def show_unplaced(outcome: Unplaced) -> None:
    """A gene without a place on the 24 chromosomes."""
    _say(f"{outcome.gene.symbol}: not assessable", outcome.gene.reason)


def place(outcome: Place, filters: Filters) -> None:
    """A region, chromosome or band where a gene was asked for."""
    _say(
        outcome.text,
        f"{outcome.reading} {outcome.interval}, {quantities.length(outcome.interval.length)}, is a region and not a gene.",
    )
    shown = markup.link(f"The region page of {outcome.text}", links.page(subject.region(outcome.interval), filters))
    st.html(markup.element("p", shown, class_="cnv-links cnv-choices"))
    if outcome.genes:
        gene_links(outcome, filters)


def gene_links(outcome: Place, filters: Filters) -> None:
    """The genes of a region, each a link to its page."""
    if not outcome.genes:
        st.html(markup.element("p", "No gene of the gene models lies there.", class_="cnv-counted"))
        return
    more = (
        f" More than {GENES_SHOWN} lie there; these are the first, coding ones before others; the download has all."
        if outcome.more
        else ""
    )
    st.html(
        markup.element("h2", "Genes in the region", class_="cnv-section")
        + (markup.element("p", more.strip(), class_="cnv-counted") if more else "")
    )
    _choices(outcome.genes, filters)
    if downloads := menu(subject.Subject(subject.Kind.REGION, outcome.name), filters, "genes"):
        st.html(downloads)


def nothing(outcome: NoMatch, filters: Filters) -> None:
    """A text that means no place here, or several."""
    _say("Which one?" if outcome.places or outcome.genes else "Not found", outcome.sentence)
    if outcome.person:
        shown = markup.link(f"The page of {outcome.person}", links.person(outcome.person, filters))
        st.html(markup.element("p", shown, class_="cnv-links cnv-choices"))
    if len(outcome.genes) > 1:
        shown = markup.link("These genes, one row each", links.gene_list(outcome.genes, filters))
        st.html(markup.element("p", shown, class_="cnv-links cnv-choices"))
    for named in outcome.places:
        address = links.page(subject.Subject(subject.Kind.REGION, named.address), filters)
        told = f" {markup.text(f'{named.interval}, {quantities.length(named.interval.length)}; {named.detail}')}"
        st.html(markup.element("p", markup.link(named.name, address) + told, class_="cnv-links"))
    if outcome.alike:
        st.html(markup.element("p", markup.text(outcome.heading), class_="cnv-counted"))
        _choices(outcome.alike, filters)


def _say(title: str, sentence: str) -> None:
    st.html(
        markup.element("div", markup.element("h1", markup.text(title)), class_="cnv-head")
        + markup.element("p", markup.text(sentence))
    )


def _choices(genes: Sequence[Gene], filters: Filters, *, by_id: bool = False) -> None:
    shown = []
    for gene in genes:
        name = gene.gene_id if by_id else gene.name
        words = f"{gene.symbol} · {gene.interval} · {gene.gene_id}" if by_id else gene.symbol
        title = gene.description or gene.biotype.replace("_", " ")
        shown.append(markup.link(words, links.page(subject.gene(name), filters), title=title))
    st.html(markup.element("p", " ".join(shown), class_="cnv-links cnv-choices"))
