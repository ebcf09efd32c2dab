"""Where else a gene or region can be looked at."""

import streamlit as st

from dashboard.components import markup
from dashboard.question import links
from dashboard.store.genes import Gene
from data_prep.domain.intervals import Interval


def browser_links(interval: Interval, gene: Gene | None = None) -> None:
    """Links to the same gene or region in other browsers."""
    known = (gene.gene_id, gene.symbol) if gene and gene.biotype == "protein_coding" else (None, None)
    browsers = "".join(
        markup.out_link(name, address) for name, address in links.browser_addresses(interval, *known).items()
    )
    st.html(markup.element("div", f"Elsewhere: {browsers}", class_="cnv-facts cnv-out"))
