"""The head of a gene's page: which gene it is, where it lies, and where else it can be looked at."""

import streamlit as st

from dashboard.components import markup
from dashboard.question import links
from dashboard.store.genes import Gene
from dashboard.words import wording
from data_prep.domain.intervals import Interval


def gene_head(gene: Gene) -> None:
    """Symbol, name, place, strand, size, and the transcript with the reason for it."""
    strand = f" ({gene.strand})" if gene.strand else ""
    transcript = gene.transcript_name or gene.transcript_id
    facts = [
        f"{gene.interval}{strand}",
        wording.length(gene.interval.length),
        f"{transcript} ({gene.chosen_as})" if transcript else "no transcript, only a place",
        gene.gene_id,
    ]
    if gene.biotype not in ("protein_coding", "other"):
        facts.insert(0, gene.biotype.replace("_", " "))
    facts_html = "".join(markup.element("span", markup.text(fact)) for fact in facts)
    st.html(
        markup.element(
            "div",
            markup.element("h1", markup.text(gene.symbol))
            + markup.element("span", markup.text(gene.description or ""), class_="cnv-description"),
            class_="cnv-head",
        )
        + markup.element("div", facts_html, class_="cnv-facts")
    )


def browser_links(interval: Interval, gene: Gene | None = None) -> None:
    """Links to the same gene or region in other browsers."""
    known = (gene.gene_id, gene.symbol) if gene and gene.biotype == "protein_coding" else (None, None)
    browsers = "".join(
        markup.out_link(name, address) for name, address in links.browser_addresses(interval, *known).items()
    )
    st.html(markup.element("div", f"Elsewhere: {browsers}", class_="cnv-facts cnv-out"))
