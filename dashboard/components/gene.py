"""The head of the page of a gene or region: which it is, where it lies, and where else it can be looked at."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components import markup
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.question.target import surroundings
from dashboard.store.genes import Gene
from dashboard.words import wording
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.intervals import Interval


def gene_head(gene: Gene, filters: Filters) -> None:
    """Symbol, name, place, strand, size, the transcript with the reason for it, and where else it can be looked at."""
    strand = f" ({gene.strand})" if gene.strand else ""
    transcript = gene.transcript_name or gene.transcript_id
    facts = [
        _place(gene.interval, strand),
        markup.text(wording.length(gene.interval.length)),
        markup.text(f"{transcript} ({gene.chosen_as})" if transcript else "no transcript, only a place"),
        markup.text(gene.gene_id),
        markup.link("in its region", links.page(subject.region(surroundings(gene.interval)), filters)),
    ]
    if gene.biotype not in ("protein_coding", "other"):
        facts.insert(0, markup.text(gene.biotype.replace("_", " ")))
    known = (gene.gene_id, gene.symbol) if gene.biotype == "protein_coding" else (None, None)
    _head(gene.symbol, gene.description or "", facts, links.browser_addresses(gene.interval, *known))


def region_head(text: str, interval: Interval) -> None:
    """What was asked for, the region's place and size, and where else it can be looked at."""
    facts = [_place(interval), markup.text(wording.length(interval.length)), markup.text(ASSEMBLY.name)]
    _head(text, "", facts, links.browser_addresses(interval))


def _head(title: str, description: str, facts: Sequence[str], browsers: Mapping[str, str]) -> None:
    """The heading, and one line of facts that are already HTML, with the same place in other browsers."""
    elsewhere = "".join(markup.out_link(name, address) for name, address in browsers.items())
    st.html(
        markup.element(
            "div",
            markup.element("h1", markup.text(title))
            + markup.element("span", markup.text(description), class_="cnv-description"),
            class_="cnv-head",
        )
        + markup.element(
            "div",
            "".join(markup.element("span", fact) for fact in facts)
            + markup.element("span", f"elsewhere: {elsewhere}", class_="cnv-out"),
            class_="cnv-facts",
        )
    )


def _place(interval: Interval, strand: str = "") -> str:
    """The place as HTML, with a button that copies it."""
    copy = markup.element(
        "button", "copy", type="button", class_="cnv-copy", data_copy=str(interval), aria_label=f"Copy {interval}"
    )
    return markup.element("span", markup.text(interval)) + copy + markup.text(strand)
