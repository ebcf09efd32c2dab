"""The cohort in numbers: sizes of the database, and people by super-population and population."""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboard.colours import Palette
from dashboard.components import markup
from dashboard.components.sections import Section, shows
from dashboard.store.cohort import Totals, release, totals
from dashboard.store.database import Generation
from dashboard.words import callers as caller_words
from dashboard.words import wording
from data_prep.domain.callers import in_one_line


def cohort_lead(database: Generation) -> str:
    """What this is, and of whom, as HTML."""
    people, callers = wording.people(totals(database).people), in_one_line(release(database).callers)
    sentence = (
        "<strong>How often is a gene lost or gained, and in whom?</strong> "
        f"Copy number variants of {markup.text(people)} of the 1000 Genomes panel, "
        f"called by {markup.text(callers or 'an unnamed caller')}, "
        "counted by super-population with their 95 % intervals, down to each carrier."
    )
    return markup.element("div", markup.paragraphs([sentence]), class_="cnv-lead")


def tiles(sizes: Totals, callers: Sequence[str]) -> None:
    """The sizes that matter, large; `callers` made the calls."""
    of_calls = (
        (sizes.calls, "calls"),
        (sizes.events, caller_words.events_in_short(callers)),
        (sizes.credible_events, "credible events"),
    )
    totals = (
        (sizes.people, "people"),
        (sizes.unrelated, "of them unrelated"),
        *(of_calls if shows(Section.SIZES) else ()),
        (sizes.genes, "genes with a place"),
    )
    content = "".join(
        markup.element("div", markup.element("b", wording.count(number)) + markup.text(words))
        for number, words in totals
    )
    st.html(markup.element("div", content, class_="cnv-tiles"))


def population_tables(populations: pl.DataFrame, palette: Palette) -> None:
    """People of each super-population by population, a small table each: all, unrelated, XX and XY."""
    tables = [
        _table(str(code), str(name), group, palette)
        for (code, name), group in populations.group_by("superpopulation", "superpopulation_name", maintain_order=True)
    ]
    st.html(
        markup.element("h2", "People by population", class_="cnv-section")
        + markup.element("div", "".join(tables), class_="cnv-grid")
    )


def _table(code: str, name: str, rows: pl.DataFrame, palette: Palette) -> str:
    head = markup.element("th", "Population", scope="col", class_="cnv-left") + "".join(
        markup.element("th", words, scope="col") for words in ("People", "Unrelated", "XX", "XY")
    )
    swatch = markup.element("span", "", class_="cnv-swatch", style=f"background:{palette.superpopulation(code)}")
    lines = [_line(swatch + _named(code, name), rows, "cnv-total")]
    lines += [
        _line(_named(row["population"], row["population_name"]), population)
        for row, population in zip(rows.iter_rows(named=True), rows.iter_slices(1), strict=True)
    ]
    return markup.element(
        "table",
        markup.element("thead", markup.element("tr", head)) + markup.element("tbody", "".join(lines)),
        class_="cnv-table cnv-people",
    )


def _named(code: str, name: str) -> str:
    return f"{markup.text(code)} " + markup.element("span", markup.text(name), class_="cnv-name", title=name)


def _line(first: str, rows: pl.DataFrame, class_: str = "") -> str:
    cells = "".join(
        markup.element("td", wording.count(int(rows[column].sum()))) for column in ("people", "unrelated", "xx", "xy")
    )
    return markup.element("tr", markup.element("th", first, scope="row") + cells, class_=class_)
