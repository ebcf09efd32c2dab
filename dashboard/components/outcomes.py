"""What the gene page says where there is no single gene to show: which are meant, what lies there, what is close."""

from collections.abc import Sequence

import streamlit as st

from dashboard import links, wording
from dashboard.components import markup
from dashboard.filters import Filters
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, genes_named
from dashboard.store.lookup import GENES_SHOWN, Nothing, Place, Several, Unplaced

EXAMPLES = ("GSTM1", "RHD", "OR51A2", "APOBEC3B", "ADAM3A")


def nothing_asked(database: Generation, filters: Filters) -> None:
    """The gene page without a gene."""
    _say("Which gene?", "Type its symbol or its Ensembl id into the box above, or take one of these.")
    examples(database, filters)


def examples(database: Generation, filters: Filters) -> None:
    """Links to genes with well-known common deletions, as far as the gene models have them."""
    there = [name for name in EXAMPLES if len(genes_named(database, name)) == 1]
    if there:
        shown = "".join(markup.link(name, links.gene_page(name, filters)) for name in there)
        st.html(markup.element("p", f"Begin with {shown}", class_="cnv-links"))


def several(outcome: Several, filters: Filters) -> None:
    """A symbol that two genes bear."""
    _say(
        f"{outcome.text}: which one?", f"{len(outcome.genes)} genes are called so in the gene models. Choose by place:"
    )
    _choices(outcome.genes, filters, by_id=True)


def unplaced(outcome: Unplaced) -> None:
    """A gene without a place on the 24 chromosomes."""
    _say(f"{outcome.gene.symbol}: not assessable", outcome.gene.reason)


def place(outcome: Place, filters: Filters) -> None:
    """A region, chromosome or band where a gene was asked for."""
    read_as = " (read as BED, 0-based)" if outcome.bed else ""
    length = wording.length(outcome.interval.length)
    here = f"{outcome.interval}{read_as}, {length}."
    if not outcome.genes:
        _say(outcome.text, f"{here} No gene of the gene models lies there. Type a gene, such as GSTM1.")
        return
    more = (
        f" More than {GENES_SHOWN} genes lie there; these are the first, coding ones before others."
        if outcome.more
        else ""
    )
    _say(outcome.text, f"{here} Frequencies are shown for one gene at a time; choose one that lies there.{more}")
    _choices(outcome.genes, filters)


def nothing(outcome: Nothing, filters: Filters) -> None:
    """A text that means no place here."""
    _say("Not found", outcome.sentence)
    if outcome.alike:
        st.html(markup.element("p", "Close names:", class_="cnv-counted"))
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
        told = f"{gene.symbol} · {gene.interval} · {gene.gene_id}" if by_id else gene.symbol
        title = gene.description or gene.biotype.replace("_", " ")
        shown.append(markup.link(told, links.gene_page(name, filters), title=title))
    st.html(markup.element("p", " ".join(shown), class_="cnv-links cnv-choices"))
