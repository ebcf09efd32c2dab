"""Several genes, one row each."""

import streamlit as st

from dashboard.components import markup, outcomes
from dashboard.components.api_call import api_menu, gene_list_calls
from dashboard.components.frame import notice
from dashboard.components.gene_list import gene_table
from dashboard.components.menu import page_head
from dashboard.components.run import Run, current
from dashboard.components.share import report_button
from dashboard.components.titles import several_genes, title_of_genes
from dashboard.door.resolve import GeneList, resolve_genes


def show(run: Run, gene_list: GeneList) -> None:
    """The page of several genes, or of what the names of the address come to."""
    st.set_page_config(page_title=title_of_genes(gene_list, run.database))
    heading = markup.element("div", markup.element("h1", markup.text(several_genes(gene_list))), class_="cnv-head")
    calls = gene_list_calls(run.request, gene_list.genes)
    page_head(heading, *([report_button(), api_menu(run, calls)] if gene_list.genes else []))
    if lines := [*gene_list.readings, *(problem.sentence for problem in gene_list.problems)]:
        notice([markup.text(line) for line in lines])
    if not gene_list.genes:
        return
    gene_table(run, gene_list)


run = current()
gene_list = resolve_genes(run.request)
if gene_list.genes or gene_list.problems:
    show(run, gene_list)
else:
    outcomes.no_genes(run.database, run.filters)
