"""The answer about losses and gains, each apart: headline, dot plot and table by super-population."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from dashboard import links, wording
from dashboard.charts.frequency import frequency_chart
from dashboard.colours import Palette
from dashboard.components import markup
from dashboard.filters import ANY, CODING, CODING_TOUCH, Filters, Overlap
from dashboard.frequency_table import chart_rows
from dashboard.store.carriers import Count
from dashboard.subject import Subject
from dashboard.target import Target
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.levels import SOLID_BINS, Level

Row = dict[str, Any]

SIGNS: Final = {Direction.LOSS: "▼", Direction.GAIN: "▲"}
PLURALS: Final = {Direction.LOSS: "losses", Direction.GAIN: "gains"}
PARTS: Final = {
    Direction.LOSS: (("complete_losses", "Complete"), ("partial_losses", "Partial")),
    Direction.GAIN: (("low_gains", "Low-level"), ("high_gains", "High-level")),
}


def headline(
    table: pl.DataFrame,
    beside: Mapping[Overlap, Count],
    events: pl.DataFrame,
    direction: Direction,
    filters: Filters,
    target: Target,
    subject: Subject,
) -> str:
    """The answer in a few words, as HTML: share, people, range over super-populations, and what rule and filter hide.

    `table` is the frequency table of every direction, `beside` the counts of this one under `any` and, of a gene, under
    `coding-touch`; `events` are those that make carriers.
    """
    whole = everyone(table, direction)
    rule = target.rule_in_force(filters.overlap)
    only = only_these(filters, direction)
    happens = wording.happens(direction, rule, target.kind) + only
    carriers, samples = whole["carriers"], whole["samples"]
    share = "nobody" if carriers == 0 else f"{wording.percent(whole['frequency'])} of people"
    told = f"{wording.count(carriers)} of {wording.count(samples)}"
    if carriers == 0:
        told = wording.frequency(carriers, samples, whole["ci_low"], whole["ci_high"], whole["people_seen"])
    if direction is Direction.LOSS and whole["complete_losses"] and not only:
        number = wording.count(whole["complete_losses"])
        told += (
            f", {wording.completely(rule, target.kind)} {number}" if target.site is None else f", no copy in {number}"
        )
    thin, bearing = _thin(events, direction)
    if thin * 2 > bearing:
        told += ", most of them by events of one or two bins, the least certain kind"
    within_reach = in_between(beside, direction, filters, target)
    if within_reach:
        address = links.page(subject, filters.within_direction(direction).under(CODING_TOUCH))
        told += "; " + markup.link(
            f"in {wording.count(within_reach)} more the end of a loss may reach into it", address
        )
    sentences = [
        *_spread(table, direction),
        *_beside(whole, beside[ANY], direction, target),
        *_hidden(whole, filters),
        *(
            [f"{wording.count(thin)} of the carriers have events of one or two bins only."]
            if 0 < thin * 2 <= bearing
            else []
        ),
    ]
    return f"{sign(direction)}<strong>{markup.text(happens)} in {share}</strong>: {told}. " + markup.element(
        "span", markup.text(" ".join(sentences)), class_="cnv-small"
    )


def only_these(filters: Filters, direction: Direction) -> str:
    """The classes of a direction where not all of them are asked for, in brackets."""
    only = [name for name in filters.classes if name.direction is direction]
    if not only or CallClass(direction.value) in only:
        return ""
    return f" ({wording.joined([wording.CLASS_WORDS[name] for name in only], 'and')} only)"


def in_between(beside: Mapping[Overlap, Count], direction: Direction, filters: Filters, target: Target) -> int:
    """People of whose losses the end alone may reach the bases that `coding` looks at (R7); only where that rule is in force
    and no class is asked for, since a person may be of another class with the ends and without."""
    rule = target.rule_in_force(filters.overlap)
    if direction is not Direction.LOSS or rule != CODING or only_these(filters, direction) or filters.copy_numbers:
        return 0
    return beside[CODING_TOUCH].carriers - beside[CODING].carriers


def block(
    table: pl.DataFrame,
    direction: Direction,
    filters: Filters,
    palette: Palette,
    superpopulations: Mapping[str, str],
    populations: Mapping[str, tuple[str, str]],
    rule: str,
    *,
    sexes: bool,
) -> None:
    """Chart and table of one direction by super-population, and the same by population and by sex to unfold.

    `superpopulations` are the words for their codes, `populations` those of a population and its super-population; `rule` is
    the overlap rule in force in words.
    With `sexes`, XX and XY stand in the first table, as they must on X (R5).
    """
    rows = table.filter(pl.col("direction") == direction.value)
    by = {kind: rows.filter(pl.col("grouped_by") == kind) for kind in ("all", "superpopulation", "population", "sex")}
    plural = PLURALS[direction]
    title = f"{sign(direction)}{plural.capitalize()} by super-population "
    under = markup.element("span", markup.text(rule), class_="cnv-name")
    st.html(markup.element("h2", title + under, class_="cnv-section"))
    picture, numbers = st.columns([5, 7], gap="medium")
    picture.vega_lite_chart(
        frequency_chart(chart_rows(table, direction), direction, palette),
        alt=f"Share of people with {plural}, by super-population, with 95 % intervals; the table beside has the numbers.",
    )
    lines = [
        *(
            _line(
                row,
                direction,
                filters,
                _group(row["group"], row["group"], superpopulations.get(row["group"], ""), palette),
            )
            for row in _rows(by["superpopulation"])
        ),
        *(_line(row, direction, filters, "All", class_="cnv-total cnv-break") for row in _rows(by["all"])),
        *(_line(row, direction, filters, markup.text(row["group"])) for row in _rows(by["sex"]) if sexes),
    ]
    shown = (row["ci_high"] for kind in ("population", "sex") for row in _rows(by[kind]) if row["ci_high"] is not None)
    reach = max(shown, default=1.0)
    colour = palette.direction(direction)
    folded = []
    for row in _rows(by["population"]):
        name, superpopulation = populations.get(row["group"], ("", ""))
        group = _group(row["group"], superpopulation, name, palette)
        folded.append(_line(row, direction, filters, group, picture=_whisker(row, reach, colour)))
    numbers.html(_table(lines, direction, filters, f"cnv-frequencies-{direction.value}", f"Frequencies of {plural}"))
    if not sexes:
        folded += [
            _line(row, direction, filters, markup.text(row["group"]), picture=_whisker(row, reach, colour))
            for row in _rows(by["sex"])
        ]
    st.html(
        markup.element(
            "details",
            markup.element("summary", f"{plural.capitalize()} by population{'' if sexes else ' and by sex'}")
            + _table(
                folded,
                direction,
                filters,
                f"cnv-populations-{direction.value}",
                f"Frequencies of {plural} by population",
                picture=True,
            ),
            class_="cnv-more",
        )
    )


def _table(
    lines: Sequence[str], direction: Direction, filters: Filters, class_: str, label: str, *, picture: bool = False
) -> str:
    head = _head(direction, filters, picture=picture)
    table = markup.element(
        "table",
        markup.element("thead", head) + markup.element("tbody", "".join(lines)),
        class_=f"cnv-table {class_}",
    )
    return markup.element("div", table, class_="cnv-scroll", tabindex="0", role="region", aria_label=label)


def _whisker(row: Row, reach: float, colour: str) -> str:
    """Share and interval as a small picture, all rows on one scale from 0 to `reach`; the numbers stand beside it."""

    if row["carriers"] is None:
        return ""

    def at(share: float) -> str:
        return f"{share / reach * 100:.1f}%"

    line = f"left:{at(row['ci_low'])};width:{at(row['ci_high'] - row['ci_low'])};background:{colour}"
    dot = f"left:{at(row['frequency'])};background:{colour}"
    return markup.element(
        "span",
        markup.element("span", "", class_="cnv-reach", style=line)
        + markup.element("span", "", class_="cnv-dot", style=dot),
        class_="cnv-whisker",
        aria_hidden="true",
    )


def everyone(table: pl.DataFrame, direction: Direction) -> Row:
    """The row of all people counted."""
    return table.filter((pl.col("direction") == direction.value) & (pl.col("grouped_by") == "all")).row(0, named=True)


def _head(direction: Direction, filters: Filters, *, picture: bool) -> str:
    heads = ["People", "Carriers", "Frequency", "95 % interval", *(label for _, label in PARTS[direction])]
    heads += ["At PASS"] if filters.level is not Level.PASS else []
    first = markup.element("th", "Group", scope="col", class_="cnv-left")
    if picture:
        first += markup.element("td", "")
    return markup.element("tr", first + "".join(markup.element("th", markup.text(head), scope="col") for head in heads))


def _line(
    row: Row, direction: Direction, filters: Filters, group: str, class_: str = "", picture: str | None = None
) -> str:
    """A row of the table; `group` and `picture` are HTML."""
    if row["carriers"] is None:
        content = markup.element("th", group, scope="row") + ("" if picture is None else markup.element("td", ""))
        columns = 4 + len(PARTS[direction]) + (filters.level is not Level.PASS)
        told = markup.text(f"not assessable: seen in {wording.seen(row['seen'] or 0)}")
        return markup.element("tr", content + markup.element("td", told, colspan=str(columns)), class_=class_)
    cells = [wording.count(row["samples"]), wording.count(row["carriers"])]
    if row["people_seen"] is not None:
        cells[0] += f" (seen {wording.count(row['people_seen'])})"
    if row["carriers"]:
        cells += [wording.percent(row["frequency"]), wording.interval_percent(row["ci_low"], row["ci_high"])]
    else:
        cells += ["0 %", f"below {wording.upper_bound(row['ci_high'])}"]
    parts = [wording.count(row[column]) for column, _ in PARTS[direction]]
    if row["without_copy_number"]:
        parts[-1] += f" + {wording.count(row['without_copy_number'])} without copy number"
    cells += parts
    if filters.level is not Level.PASS:
        cells.append(
            f"{wording.count(row['pass_carriers'])} ({wording.percent(row['pass_frequency'])})"
            if row["pass_carriers"]
            else "0"
        )
    content = markup.element("th", group, scope="row")
    if picture is not None:
        content += markup.element("td", picture)
    content += "".join(markup.element("td", markup.text(cell)) for cell in cells)
    return markup.element("tr", content, class_=class_)


def _group(code: str, superpopulation: str, name: str, palette: Palette) -> str:
    swatch = markup.element(
        "span", "", class_="cnv-swatch", style=f"background:{palette.superpopulation(superpopulation)}"
    )
    return f"{swatch}{markup.text(code)} " + markup.element("span", markup.text(name), class_="cnv-name")


def _spread(table: pl.DataFrame, direction: Direction) -> Iterator[str]:
    mine = (pl.col("direction") == direction.value) & (pl.col("grouped_by") == "superpopulation")
    # a group in whom the place was hardly seen is neither the most nor the least
    groups = table.filter(mine & pl.col("carriers").is_not_null()).sort("frequency", descending=True)
    if groups.height < 2 or groups["carriers"].sum() == 0:
        return
    if groups["carriers"].gt(0).sum() == 1:
        yield f"All of them in {groups['group'][0]}."
        return
    most, least = groups.row(0, named=True), groups.row(-1, named=True)
    low = wording.percent(least["frequency"]) if least["carriers"] else f"0 of {wording.count(least['samples'])}"
    if least["ci_high"] >= most["ci_low"]:
        # which group has most of the carriers may be chance
        yield f"From {low} in {least['group']} to {wording.percent(most['frequency'])} in {most['group']}, with overlapping intervals."
        return
    yield f"Most often in {most['group']} ({wording.percent(most['frequency'])}), least in {least['group']} ({low})."


def _beside(whole: Row, touched: Count, direction: Direction, target: Target) -> Iterator[str]:
    """How many more people an event touches the place in than the rule counts (R7): an intron's deletion is none of the
    coding sequence, and who looks for it must not take the gene for untouched."""
    if touched.carriers > whole["carriers"]:
        number = wording.count(touched.carriers)
        share = wording.percent(touched.carriers / touched.samples)
        told = f"{share} ({number})" if target.has_share(ANY) else f"{number} people"
        yield f"A {direction.value} touches the {target.kind.noun} anywhere in {told}."


def hidden_by_filter(table: pl.DataFrame, direction: Direction, filters: Filters) -> str:
    """What the share is at PASS, and how many carriers the filter hides (R4)."""
    return " ".join(_hidden(everyone(table, direction), filters))


def _hidden(whole: Row, filters: Filters) -> Iterator[str]:
    if filters.level is not Level.PASS and whole["pass_carriers"] != whole["carriers"]:
        passing = whole["pass_carriers"]
        yield f"PASS alone would show {wording.percent(whole['pass_frequency']) if passing else 'nobody'}."
    if filters.level is not Level.ALL:
        hidden = whole["hidden"]
        if hidden:
            yield f"The filter hides {wording.count(hidden)} more {'carrier' if hidden == 1 else 'carriers'}."
        else:
            yield "The filter hides no carrier."


def _thin(events: pl.DataFrame, direction: Direction) -> tuple[int, int]:
    """How many carriers rest on events of one or two bins alone (R4), and how many carriers there are."""
    mine = events.filter(pl.col("direction") == direction.value)
    best = mine.group_by("sample").agg(pl.col("bins").max())
    return best.filter(pl.col("bins") < SOLID_BINS).height, best.height


def _rows(frame: pl.DataFrame) -> Iterator[Row]:
    return frame.iter_rows(named=True)


def sign(direction: Direction) -> str:
    """The triangle of a direction, as HTML: colour is never the only sign."""
    return markup.element("span", SIGNS[direction], class_=f"cnv-sign cnv-{direction.value}", aria_hidden="true")
