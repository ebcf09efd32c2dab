"""Frequencies of losses and of gains, each apart, in the groups that are chosen: dot plot and table; or the copies of everyone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard import pages
from dashboard.charts.frequency import frequency_chart
from dashboard.colours import Palette
from dashboard.components import markup, vega
from dashboard.components.copies import copies as draw_copies
from dashboard.components.copies import copies_of
from dashboard.components.download_menu import menu, section
from dashboard.components.frequency import PARTS, PLURALS, sign
from dashboard.components.run import Run
from dashboard.door.question import Question
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.question.view import NAMES, By, Show, View
from dashboard.store.clauses import Clause, chart_rows_apart
from dashboard.store.cohort import population_names, superpopulation_names
from dashboard.words import overlap_rules, quantities
from dashboard.words.frequency_table import Row, grouping
from data_prep.domain.copy_number import Direction
from data_prep.domain.levels import Level

_KINDS: Final = {By.GROUPS: "superpopulation", By.POPULATIONS: "population", By.SEX: "sex"}


def figures(
    run: Run,
    question: Question,
    parts: Mapping[Clause, Sequence[Row]],
    directions: Sequence[Direction],
    *,
    shares: bool,
    switch: str = "",
    has_copies: bool = False,
) -> None:
    """Frequencies of each direction in the groups that are chosen, or the copies of everyone, with what chooses them.

    `parts` are the tables of the people told apart, `switch` is HTML that leads to another rule; `has_copies` where somebody has
    other copies than are expected, and they are told.
    """
    choice = _choice(run, question, has_copies=has_copies) + switch
    counts = copies_of(question) if has_copies and run.view.show is Show.COPIES else None
    if counts is not None:
        draw_copies(run, question, counts, choice)
        return
    for number, direction in enumerate(directions):
        block(run, question, parts, direction, shares=shares, above="" if number else choice)


def _choice(run: Run, question: Question, *, has_copies: bool) -> str:
    """Links to the ways of grouping and, where there are copies to show, to both units; the one in force is marked."""
    view = run.view
    groups, populations = superpopulation_names(question.database), population_names(question.database)
    ways = {
        By.GROUPS: f"{len(groups)} groups",
        By.POPULATIONS: f"{len(populations)} populations",
        By.SEX: "XX XY",
    }
    shows_copies = has_copies and view.show is Show.COPIES
    choices = [
        (words, "by", way.value, view.by is way and not shows_copies, replace(view, by=way, show=Show.FREQUENCY))
        for way, words in ways.items()
    ]
    if has_copies:
        choices.append(("copies", "show", Show.COPIES.value, shows_copies, replace(view, show=Show.COPIES)))

    def link(words: str, name: str, value: str, in_force: bool, chosen: View) -> str:
        # named even where it is the default, since what an address leaves out stays as it is
        values = {name: value} | chosen.to_query()
        query = question.subject.query(question.filters) | {name: values[name] for name in NAMES if name in values}
        here = {"aria_current": "true"} if in_force else {}
        return markup.link(words, links.address(pages.page_of(question.subject.kind.value).path, query), **here)

    return markup.element("nav", "".join(link(*each) for each in choices), class_="cnv-ways", aria_label="Shown by")


def block(
    run: Run,
    question: Question,
    parts: Mapping[Clause, Sequence[Row]],
    direction: Direction,
    *,
    shares: bool,
    above: str = "",
) -> None:
    """Frequencies of one direction, in the groups that the address chooses, with their files: of super-populations chart and table, of
    populations and sexes a table with the intervals drawn in it.

    `parts` are the tables of the people told apart: of several each group has a row of each. On X the rows of XX and XY stand
    beside the super-populations (R5). Without `shares` people are counted, and nothing is drawn. `above` is HTML that stands below
    the heading.
    """
    target, filters, palette = question.target, question.filters, run.palette
    rule = overlap_rules.rule(target.rule_in_force(filters.overlap), target.kind, is_site=target.site is not None)
    rows = {
        kind: _beside_each_other(
            {part: [row for row in of_part if row["direction"] == direction.value] for part, of_part in parts.items()},
            kind,
        )
        for kind in ("all", "superpopulation", "population", "sex")
    }
    apart = len(parts) > 1
    grouped_by = grouping(run.view.by, filters.populations, population_names(question.database))
    by = next(by for by, kind in _KINDS.items() if kind == grouped_by)
    plural = PLURALS[direction]
    words = grouped_by.replace("superpop", "super-pop")
    title = f"{sign(direction)}{plural.capitalize()} by {words}{' and sex' if apart and by is not By.SEX else ''} "
    charts = (f"frequency-{direction.value}",) if shares else ()
    heading = section(
        title + markup.element("span", markup.text(rule), class_="cnv-name"),
        menu(question.subject, filters, "frequencies", charts=charts, view=run.view),
    )
    of_groups = rows[grouped_by]
    if apart and by is By.SEX:
        # the parts are the sexes
        of_groups = []
    draws = shares and by is not By.GROUPS
    reach = max((row["ci_high"] for _, row in of_groups if draws and row["ci_high"] is not None), default=1.0)

    def line(row: Row, name: str, class_: str = "") -> str:
        picture = _whisker(row, reach, palette.direction(direction)) if draws else None
        return _line(row, direction, filters, name, class_, picture, shares=shares)

    lines = []
    for part, row in of_groups:
        superpopulation, name = _of_group(question, by, row["group"])
        named = _named(row["group"], part)
        if not superpopulation:
            lines.append(line(row, markup.text(named)))
            continue
        # a group leads to its own answer
        own = links.page(question.subject, replace(filters, populations=(row["group"],)))
        lines.append(line(row, _group(markup.link(named, own), superpopulation, name, palette)))
    lines += [
        line(row, _named("All", part), "cnv-total" + " cnv-break" * (not at and bool(lines)))
        for at, (part, row) in enumerate(rows["all"])
    ]
    if by is By.GROUPS and target.interval.chrom == "chrX" and not apart:
        lines += [line(row, markup.text(row["group"])) for _, row in rows["sex"]]
    table = _table(
        lines,
        direction,
        filters,
        f"cnv-{'frequencies' if by is By.GROUPS else 'populations'}-{direction.value}",
        f"{'Frequencies' if shares else 'Carriers'} of {plural} by {words}",
        picture=draws,
        shares=shares,
    )
    if not (shares and by is By.GROUPS):
        st.html(heading + above + table)
        return
    box = st.container(key=f"figure-{direction.value}")
    box.html(heading + above)
    vega.draw(
        frequency_chart(chart_rows_apart(parts, direction), direction, palette),
        box=box,
        alt=f"Share of people with {plural}, by super-population, with 95 % intervals; the table beside has the numbers.",
    )
    box.html(table)


def _of_group(question: Question, by: By, code: str) -> tuple[str, str]:
    """The super-population of a group, by which it is coloured, and its name; nothing of a sex."""
    if by is By.GROUPS:
        return code, superpopulation_names(question.database).get(code, "")
    if by is By.SEX:
        return "", ""
    name, superpopulation = population_names(question.database).get(code, ("", ""))
    return superpopulation, name


def _named(group: str, part: Clause) -> str:
    """A group of a part: AFR XY."""
    return f"{group} {part.label}".rstrip()


def _beside_each_other(parts: Mapping[Clause, Sequence[Row]], kind: str) -> list[tuple[Clause, Row]]:
    """The rows of a way of grouping: of each group one of each part, in the order of the groups."""
    rows: dict[str, list[tuple[Clause, Row]]] = {}
    for part, table in parts.items():
        for row in table:
            if row["grouped_by"] == kind:
                rows.setdefault(row["group"], []).append((part, row))
    return [part_and_row for group in rows.values() for part_and_row in group]


def _table(
    lines: Sequence[str],
    direction: Direction,
    filters: Filters,
    class_: str,
    label: str,
    *,
    picture: bool = False,
    shares: bool = True,
) -> str:
    head = _head(direction, filters, picture=picture, shares=shares)
    table = markup.element(
        "table",
        markup.element("thead", head) + markup.element("tbody", "".join(lines)),
        class_=f"cnv-table {class_}",
    )
    return markup.scroll_box(table, label)


def _whisker(row: Row, reach: float, colour: str) -> str:
    """Share and interval as a small picture, all rows on one scale from 0 to `reach`; the numbers stand beside it."""

    if row["ci_high"] is None:
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


def _head(direction: Direction, filters: Filters, *, picture: bool, shares: bool) -> str:
    heads = ["People", "Carriers", "Frequency", "95 % interval"] if shares else ["People", "Called in"]
    heads += [label for _, label in PARTS[direction]]
    heads += ["PASS alone"] if filters.level is not Level.PASS else []
    first = markup.element("th", "Group", scope="col", class_="cnv-left")
    if picture:
        first += markup.element("td", "")
    return markup.element("tr", first + "".join(markup.element("th", markup.text(head), scope="col") for head in heads))


def _line(
    row: Row,
    direction: Direction,
    filters: Filters,
    group: str,
    class_: str = "",
    picture: str | None = None,
    *,
    shares: bool = True,
) -> str:
    """A row of the table; `group` and `picture` are HTML."""
    if row.get("withheld"):
        content = markup.element("th", group, scope="row") + ("" if picture is None else markup.element("td", ""))
        content += markup.element("td", quantities.count(row["samples"]) if row["samples"] is not None else "")
        columns = (3 if shares else 1) + len(PARTS[direction]) + (filters.level is not Level.PASS)
        return markup.element("tr", content + markup.element("td", "withheld", colspan=str(columns)), class_=class_)
    if row["carriers"] is None:
        content = markup.element("th", group, scope="row") + ("" if picture is None else markup.element("td", ""))
        columns = (4 if shares else 2) + len(PARTS[direction]) + (filters.level is not Level.PASS)
        numbers = markup.text(f"not assessable: seen in {quantities.share_seen(row['seen'] or 0)}")
        return markup.element("tr", content + markup.element("td", numbers, colspan=str(columns)), class_=class_)
    cells = [
        quantities.count(row["samples"]),
        quantities.count(row["carriers"]) if shares or row["carriers"] else "no call",
    ]
    if row["people_seen"] is not None:
        cells[0] += f" (seen {quantities.count(row['people_seen'])})"
    if not shares:
        pass
    elif row["carriers"]:
        cells += [quantities.percent(row["frequency"]), quantities.interval_percent(row["ci_low"], row["ci_high"])]
    else:
        cells += ["0 %", f"below {quantities.upper_bound(row['ci_high'])}"]
    parts = ["withheld" if row[column] is None else quantities.count(row[column]) for column, _ in PARTS[direction]]
    if row["without_copy_number"]:
        parts[-1] += f" + {quantities.count(row['without_copy_number'])} without copy number"
    cells += parts
    if filters.level is not Level.PASS:
        numbers = "" if row["pass_carriers"] is None else quantities.count(row["pass_carriers"])
        cells.append(
            f"{numbers} ({quantities.percent(row['pass_frequency'])})" if shares and row["pass_carriers"] else numbers
        )
    content = markup.element("th", group, scope="row")
    if picture is not None:
        content += markup.element("td", picture)
    content += "".join(markup.element("td", markup.text(cell)) for cell in cells)
    return markup.element("tr", content, class_=class_)


def _group(code: str, superpopulation: str, name: str, palette: Palette) -> str:
    """The head of a row: `code`, which is HTML, behind the colour of its super-population."""
    swatch = markup.element(
        "span", "", class_="cnv-swatch", style=f"background:{palette.superpopulation(superpopulation)}"
    )
    return f"{swatch}{code} " + markup.element("span", markup.text(name), class_="cnv-name")
