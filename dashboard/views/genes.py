"""Several genes, one row each."""

import streamlit as st

from dashboard.components import markup, outcomes
from dashboard.components.api_call import api_calls, gene_list_calls
from dashboard.components.frame import notice
from dashboard.components.gene_list import gene_table
from dashboard.components.run import Run, current
from dashboard.components.titles import several_genes, title_of_genes
from dashboard.door.resolve import GeneList, resolve_genes


def show(run: Run, found: GeneList) -> None:
    """The page of several genes, or of what the names of the address come to."""
    st.set_page_config(page_title=title_of_genes(found, run.database))
    head, button = st.columns([5, 1], vertical_alignment="top")
    with head:
        st.html(markup.element("div", markup.element("h1", markup.text(several_genes(found))), class_="cnv-head"))
    if lines := [*found.readings, *(problem.sentence for problem in found.problems)]:
        notice([markup.text(line) for line in lines])
    if not found.genes:
        return
    with button.container(horizontal=True, horizontal_alignment="right"):
        api_calls(run, gene_list_calls(run.request, found.genes))
    gene_table(run, found)


run = current()
found = resolve_genes(run.request)
if found.genes or found.problems:
    show(run, found)
else:
    outcomes.no_genes(run.database, run.filters)
