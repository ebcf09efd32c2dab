"""The figures of the whole cohort in tabs, of which the open one alone is counted and sent: what people carry, the spectrum of sites,
the populations on a map, and how they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard.components import markup, vega
from dashboard.components.download_menu import overview_menu, section
from dashboard.components.frame import notice
from dashboard.components.frequency import sign
from dashboard.components.run import Run
from dashboard.components.table import draw_table, table_of
from dashboard.door.overview import Overview, cohort_words
from dashboard.downloads.overview_charts import OVERVIEW_CHARTS, population_rows
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.question.view import Show, Tab
from dashboard.rows.differences import difference_rows
from dashboard.store import whole
from dashboard.store.cohort import superpopulation_names
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.copy_number import Direction

LABELS: Final = {
    Tab.PEOPLE: "What a person carries",
    Tab.SPECTRUM: "Site frequency spectrum",
    Tab.POPULATIONS: "Populations",
    Tab.DIFFERENCES: "Differences of populations",
}


def figures(run: Run, overview: Overview) -> None:
    """The tabs, and what the open one holds."""
    open_tab = run.view.tab if run.view.tab in LABELS else Tab.PEOPLE
    tabs = "".join(
        markup.link(
            words,
            # an order is of one table's columns
            links.address("/", overview.query() | replace(run.view, tab=tab, sort="").to_query()),
            **({"aria_current": "true"} if tab is open_tab else {}),
        )
        for tab, words in LABELS.items()
    )
    st.html(markup.element("nav", tabs, class_="cnv-tabs", aria_label="Figures"))
    {Tab.PEOPLE: _people, Tab.SPECTRUM: _spectrum, Tab.POPULATIONS: _populations, Tab.DIFFERENCES: _differences}[
        open_tab
    ](run, overview)


def _address(run: Run, overview: Overview, **values: str) -> str:
    return links.address("/", overview.query() | run.view.to_query() | values)


def _ways(run: Run, overview: Overview, label: str, choices: Mapping[Show, str], current: Show) -> str:
    shown = "".join(
        markup.link(
            words, _address(run, overview, show=show.value), **({"aria_current": "true"} if show is current else {})
        )
        for show, words in choices.items()
    )
    return markup.element("nav", shown, class_="cnv-ways", aria_label=label)


def _draw(run: Run, overview: Overview, name: str, above: str = "") -> None:
    """A chart with its heading, what it shows, and its files."""
    title, legend, spec = OVERVIEW_CHARTS[name](overview, run.view, run.palette)
    box = st.container(key=name)
    box.html(
        section(markup.text(title[0].upper() + title[1:]), overview_menu(overview, run.view, name))
        + above
        + markup.element("p", markup.text(legend), class_="cnv-counted")
    )
    vega.draw(spec, alt=f"{title}. The table has the numbers.", key=f"chart {name}", box=box)


def _people(run: Run, overview: Overview) -> None:
    show = Show.BASES if run.view.show is Show.BASES else Show.EVENTS
    ways = _ways(run, overview, "Shown", {Show.EVENTS: "events", Show.BASES: "bases"}, show)
    columns = st.columns(len(overview.filters.directions))
    for column, direction in zip(columns, overview.filters.directions, strict=True):
        with column:
            _draw(run, overview, f"carried-{direction.value}", ways)
    spread = whole.carried_by_group(overview.database, overview.filters, "all")
    spread = pl.concat([spread, whole.carried_by_group(overview.database, overview.filters, "superpopulation")])
    names = {
        "complete_loss": "Complete losses", "partial_loss": "Partial losses", "low_gain": "Low-level gains", "high_gain": "High-level gains",
        "loss": "Losses", "gain": "Gains",
    }  # fmt: skip
    cells = {(row["group"], row["quantity"]): row for row in spread.iter_rows(named=True)}
    groups = list(dict.fromkeys(spread["group"]))
    lines = []
    for group in groups:
        first = cells[group, f"{show.value}_loss"]
        numbers = [cells[group, f"{show.value}_{name}"] for name in names]
        lines.append(
            [
                "Everyone" if group == "all" else group,
                quantities.count(first["samples"]),
                *(_median(row, is_length=show is Show.BASES) for row in numbers),
            ]
        )
    who = f"{cohort_words(overview.filters)}, {filter_words.LEVEL_WORDS[overview.filters.level]}"
    st.html(
        section(
            f"Median a person, and the middle half of people ({markup.text(who)})",
            overview_menu(overview, run.view, "carried"),
        )
        + _table("What a person carries", ["Group", "People", *names.values()], lines)
    )


def _median(row: Mapping[str, Any], *, is_length: bool) -> str:
    """A median with the middle half."""
    if row["median"] is None:
        return "nobody"
    texts = [
        quantities.length(round(row[name])) if is_length else f"{row[name]:,.0f}" for name in ("median", "q25", "q75")
    ]
    return f"{texts[0]} ({texts[1]}–{texts[2]})"


def _spectrum(run: Run, overview: Overview) -> None:
    _draw(run, overview, "spectrum")
    rows = whole.spectrum_by_class(overview.database)
    groups = ["all", *superpopulation_names(overview.database)]
    parts = []
    for direction in overview.filters.directions:
        own = rows.filter(pl.col("class") == direction.value)
        cells = {(row["superpopulation"], row["carriers_from"]): row["sites"] for row in own.iter_rows(named=True)}
        classes = own.select("carriers_from", "carriers_to").unique().sort("carriers_from")
        lines = [
            [
                f"{first:,}" if first == last else f"{first:,} or more" if last is None else f"{first:,}–{last:,}",
                *(quantities.count(cells.get((group, first), 0)) for group in groups),
            ]
            for first, last in classes.iter_rows()
        ]
        title = f"{sign(direction)}{'Losses' if direction is Direction.LOSS else 'Gains'}: sites by carriers"
        heads = ["Carriers", "Everyone", *groups[1:]]
        parts.append(section(title, level=3) + _table(f"Spectrum of {direction.value}", heads, lines))
    st.html(
        section(
            "Sites by how many unrelated people of a group carry them", overview_menu(overview, run.view, "spectrum")
        )
        + markup.element("div", "".join(markup.element("div", part) for part in parts), class_="cnv-grid")
    )


def _populations(run: Run, overview: Overview) -> None:
    choices = {Show.PEOPLE: "people", Show.EVENTS: "events a person", Show.FST: "F_ST to the others"}
    current = run.view.show if run.view.show in choices else Show.PEOPLE
    _draw(run, overview, "population-map", _ways(run, overview, "Shown", choices, current))
    lines = []
    for row in population_rows(overview).iter_rows(named=True):
        name = row["population"]
        catalogue = links.address("/sites", {"population": name})
        lines.append(
            [
                markup.link(name, catalogue),
                markup.text(row["population_name"]),
                markup.text(row["superpopulation"]),
                markup.text(row["place"] or ""),
                *(quantities.count(row[column]) for column in ("people", "unrelated", "xx", "xy")),
                "" if row["median_events_loss"] is None else f"{row['median_events_loss']:,.0f}",
                "" if row["median_events_gain"] is None else f"{row['median_events_gain']:,.0f}",
                "" if row["mean_fst"] is None else f"{row['mean_fst']:.3f}",
            ]
        )
    heads = [
        "Population",
        "Name",
        "Super-population",
        "Sampled in",
        "People",
        "Unrelated",
        "XX",
        "XY",
        "Losses a person",
        "Gains a person",
        "F_ST to the others",
    ]
    st.html(
        section("The populations, each with its sites", overview_menu(overview, run.view, "populations"))
        + _table("Populations", heads, lines, left=4, is_html=True)
    )


def _differences(run: Run, overview: Overview) -> None:
    _draw(run, overview, "population-differences")
    _pairs(run, overview)
    pairs = whole.pairwise_differences(overview.database, "superpopulation")
    codes = list(dict.fromkeys(pairs["first"]))
    cells = {(row["first"], row["second"]): row for row in pairs.iter_rows(named=True)}

    def number(first: str, second: str, column: str) -> str:
        value = cells.get((first, second), {}).get(column)
        return "–" if value is None else f"{value:.4f}"

    tables = [
        section(title, level=3)
        + _table(
            title, ["", *codes], [[first, *(number(first, second, column) for second in codes)] for first in codes]
        )
        for title, column in (("F_ST of super-populations", "fst"), ("V_ST of super-populations", "vst"))
    ]
    st.html(
        section("Between super-populations", overview_menu(overview, run.view, "differences"))
        + markup.element("div", "".join(markup.element("div", table) for table in tables), class_="cnv-grid")
    )


def _pairs(run: Run, overview: Overview) -> None:
    """The table of the picture: a row a pair, lit with its cells there."""
    rows = difference_rows(overview.database, overview.filters)
    title = f"Every pair of populations: {quantities.count(rows.frame.height)}"
    own = Filters(callset=overview.filters.callset)
    table = table_of("differences", title, rows, own.to_query(), run.view.sort)
    st.html(section(title, overview_menu(overview, run.view, "differences")))
    if table.problem:
        notice([markup.text(table.problem.sentence)])
    draw_table(table, key="differences")


def _table(
    label: str, heads: Sequence[str], lines: Sequence[Sequence[str]], *, left: int = 1, is_html: bool = False
) -> str:
    """A table whose first columns are words; cells are text, or HTML where said so."""

    def cell(text: str, column: int) -> str:
        content = text if is_html else markup.text(text)
        if column == 0:
            return markup.element("th", content, scope="row")
        return markup.element("td", content, **({"class_": "cnv-left"} if column < left else {}))

    head = "".join(
        markup.element("th", markup.text(words), scope="col", **({"class_": "cnv-left"} if column < left else {}))
        if words
        else markup.element("td", "")
        for column, words in enumerate(heads)
    )
    body = "".join(
        markup.element("tr", "".join(cell(text, column) for column, text in enumerate(line))) for line in lines
    )
    table = markup.element(
        "table", markup.element("thead", markup.element("tr", head)) + markup.element("tbody", body), class_="cnv-table"
    )
    return markup.scroll_box(table, label)
