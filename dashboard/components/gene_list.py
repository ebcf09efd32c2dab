"""Several genes, one row each: carriers of losses and of gains with their interval or bound, as each gene's own page counts them."""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboard import settings
from dashboard.components import markup
from dashboard.components.download_menu import format_links
from dashboard.components.frequency import sign
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.door.resolve import GeneList
from dashboard.downloads.catalogue import download_of
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.store.clauses import Clause, clauses
from dashboard.store.database import Generation
from dashboard.store.gene_counts import gene_counts, without_small_genes
from dashboard.store.genes import Gene, gene_target
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.copy_number import Direction


def gene_table(run: Run, gene_list: GeneList) -> None:
    """What is counted, the table of the genes, and the same as a file; where no number is told, links to the genes' pages."""
    filters, genes = run.filters, gene_list.genes
    if not shows(Section.GENES):
        shown = " ".join(markup.link(gene.symbol, _page(gene, filters)) for gene in genes)
        st.html(
            counted_by_gene(run.database, gene_list, filters)
            + markup.element("p", shown, class_="cnv-links cnv-choices")
        )
        return
    st.html(counted_by_gene(run.database, gene_list, filters))
    rows = "".join(_row(run.database, gene, filters) for gene in genes)
    heads = "".join(
        markup.element("th", f"{sign(direction) if direction else ''}{words}", scope="col", class_="cnv-left")
        for words, direction in (
            ("Gene", None),
            *((f"{direction.value.capitalize()} carriers", direction) for direction in filters.directions),
            ("Place", None),
            ("Note", None),
        )
    )
    table = markup.element(
        "table",
        markup.caption("Carriers of people counted, with the share and its 95 % Wilson interval, or the bound of none.")
        + markup.element("thead", markup.element("tr", heads))
        + markup.element("tbody", rows),
        class_="cnv-table",
    )
    st.html(markup.scroll_box(table, "Several genes") + _files(genes, filters))


def counted_by_gene(database: Generation, gene_list: GeneList, filters: Filters) -> str:
    """What is counted, in whom, or why no number is told, as HTML."""
    if not shows(Section.GENES):
        limit = settings.disclosure().limit
        return markup.element("p", markup.text(f"{limit} The page of each gene says so of it."), class_="cnv-counted")
    callset = f", callset {database.callset}" if len(database.callsets) > 1 else ""
    sentence = f"Counted: {filter_words.events_counted_by_gene(filters)}, in {filter_words.group(filters)}{callset}."
    counted = markup.text(sentence)
    if filters != Filters():
        names = [gene.name for gene in gene_list.genes]
        counted += " " + markup.link("Use the defaults", links.gene_list(names, Filters()))
    return markup.element("div", markup.paragraphs([counted]), class_="cnv-counted")


def _files(genes: Sequence[Gene], filters: Filters) -> str:
    """The same rows as a file, in each format."""
    table = download_of(links.GENE_TABLE)
    names = [gene.name for gene in genes]
    addresses = [(suffix, links.gene_list_download(names, suffix, filters)) for suffix in table.formats]
    return format_links(table.words, addresses)


def _page(gene: Gene, filters: Filters) -> str:
    return links.page(subject.gene(gene.name), filters)


def _row(database: Generation, gene: Gene, filters: Filters) -> str:
    """A gene's row, as HTML."""
    least = settings.disclosure().smallest_cell
    target = gene_target(database, gene)
    apart = clauses(database, target, filters)
    # XX and XY apart would be another question beside that of everyone
    parts = (Clause("", filters),) if least else apart
    counts = [(part.label, _counts(database, gene, part.filters, least)) for part in parts]
    shares = len(apart) == len(parts)
    cells = [
        markup.element(
            "td",
            "<br>".join(
                markup.text(f"{label} {_carriers(row, direction, shares=shares)}".lstrip()) for label, row in counts
            ),
            class_="cnv-left",
        )
        for direction in filters.directions
    ]
    notes = dict.fromkeys(str(row["note"]) for _, row in counts if row["note"])
    title = gene.description or gene.biotype.replace("_", " ")
    return markup.element(
        "tr",
        markup.element("th", markup.link(gene.symbol, _page(gene, filters), title=title), scope="row")
        + "".join(cells)
        + markup.element("td", markup.text(gene.interval), class_="cnv-left")
        + markup.element("td", markup.text("; ".join(notes)), class_="cnv-left cnv-wrap"),
    )


def _counts(database: Generation, gene: Gene, filters: Filters, least: int) -> dict[str, object]:
    """The counts of a gene, as the file of genes has them."""
    (row,) = pl.concat(gene_counts(database, gene.interval, filters, gene)).pipe(without_small_genes, least).to_dicts()
    return row


def _carriers(row: dict[str, object], direction: Direction, *, shares: bool) -> str:
    """“1,204 of 2,504 (48.1 %, 46.1–50.0)”, “0 of 2,504, below 0.16 %”, or why there is no number.

    Without `shares` the people counted have different copies there, and carriers alone are told (R5).
    """
    name = direction.value
    carriers, samples, low, high = (
        row[key] for key in (f"carriers_{name}", "samples", f"ci_low_{name}", f"ci_high_{name}")
    )
    if not row["assessable"]:
        return "not assessable"
    if not isinstance(carriers, int) or not isinstance(samples, int):
        return "withheld"
    if not samples:
        return "nobody counted"
    if not isinstance(low, float) or not isinstance(high, float):
        return f"called in {quantities.people(carriers)}" if carriers else f"no call; {FEW_CALLS}"
    if not shares:
        return f"{quantities.count(carriers)} of {quantities.people(samples)}"
    return quantities.frequency(carriers, samples, low, high)
