"""Three short lists that lead into the cohort: the most common sites, those that differ most, genes lost most often completely."""

from collections.abc import Iterable
from typing import Final

import polars as pl
import streamlit as st

from dashboard.components import markup
from dashboard.components.frequency import sign
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.store import whole
from dashboard.store.catalogue import ranked_sites
from dashboard.store.database import Generation
from dashboard.store.genes import genes_named
from dashboard.words import quantities
from data_prep.domain.copy_number import Direction

ROWS: Final = 8
EXAMPLES: Final = (
    ("GSTM1", "a common null:"),
    ("RHD", "blood group:"),
    ("22q11.21", "a microdeletion interval:"),
    ("DMD", "X-linked:"),
    ("SMN1", "short reads are blind:"),
    ("OR51A2", "an olfactory receptor:"),
)
"""Genes and a band to begin with, each with what it is an example of."""


def rankings(run: Run) -> None:
    """The lists, side by side where there is room."""
    database = run.database
    lists = []
    if shows(Section.SITES):
        common = ranked_sites(database, Filters(), "-frequency", ROWS)
        different = ranked_sites(database, Filters(), "-vst", ROWS)
        lists = [
            _list(
                "Most common sites", ("Site", "Genes", "People"), _sites(common, run.filters, "frequency"),
                links.address("/sites", {}), "all sites",
            ),
            _list(
                "Most different between populations", ("Site", "Genes", "V_ST"), _sites(different, run.filters, "vst"),
                links.address("/sites", {"sort": "-vst"}), "all, by V_ST",
            ),
        ]  # fmt: skip
    lost = whole.genes_lost_most(database, rows=ROWS)
    lists.append(_list("Genes most often lost completely", ("Gene", "", "People"), _genes(lost, run.filters), "", ""))
    st.html(markup.element("div", "".join(lists), class_="cnv-grid cnv-three"))


def _list(title: str, heads: tuple[str, str, str], rows: Iterable[str], address: str, more: str) -> str:
    head = "".join(
        markup.element("th", markup.text(words), scope="col", **({"class_": "cnv-left"} if number < 2 else {}))
        for number, words in enumerate(heads)
    )
    body = "".join(rows)
    table = markup.element(
        "table",
        markup.element("thead", markup.element("tr", head)) + markup.element("tbody", body),
        class_="cnv-table cnv-ranking",
    )
    return markup.element(
        "section",
        markup.element("h2", markup.text(title), class_="cnv-section")
        + (table if body else markup.element("p", "None in this callset.", class_="cnv-counted"))
        + (markup.element("p", markup.link(more, address), class_="cnv-links") if address and body else ""),
    )


def _sites(sites: pl.DataFrame, filters: Filters, column: str) -> Iterable[str]:
    for row in sites.drop_nulls(column).iter_rows(named=True):
        direction = Direction(row["direction"])
        name = f"{row['chrom'].removeprefix('chr')}:{row['start'] + 1:,}"
        link = markup.link(
            f"{name}, {quantities.length(row['length'])}",
            links.address("/site", {"site": row["site"], **filters.to_query()}),
        )
        value = quantities.percent(row["frequency"]) if column == "frequency" else f"{row[column]:.2f}"
        yield _row(sign(direction) + link, row["genes"] or "", value)


def _genes(genes: pl.DataFrame, filters: Filters) -> Iterable[str]:
    for row in genes.iter_rows(named=True):
        address = links.page(subject.gene(row["symbol"]), filters)
        yield _row(
            sign(Direction.LOSS) + markup.link(row["symbol"], address),
            row["description"] or "",
            quantities.percent(row["frequency"]),
        )


def _row(first: str, middle: str, value: str) -> str:
    return markup.element(
        "tr",
        markup.element("th", first, scope="row")
        + markup.element("td", markup.text(middle), class_="cnv-left cnv-cut")
        + markup.element("td", markup.text(value)),
    )


def examples(database: Generation, filters: Filters) -> str:
    """Places to begin with, each with why, as far as the gene models have them."""
    known = [(name, why) for name, why in EXAMPLES if name[0].isdigit() or len(genes_named(database, name)) == 1]
    shown = "".join(
        markup.element(
            "span",
            markup.text(why)
            + " "
            + markup.link(
                name,
                links.page(
                    subject.Subject(subject.Kind.REGION, name) if name[0].isdigit() else subject.gene(name), filters
                ),
            ),
        )
        for name, why in known
    )
    return markup.element("p", f"Begin with {shown}", class_="cnv-links cnv-begin")
