"""The answer about losses and gains, each apart: headline, dot plot and table by super-population."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl
import streamlit as st

from dashboard import pages
from dashboard.charts.frequency import frequency_chart
from dashboard.colours import Palette
from dashboard.components import markup
from dashboard.components.copies import copies as draw_copies
from dashboard.components.download_menu import menu, section
from dashboard.components.run import Run
from dashboard.door.question import Question
from dashboard.question import links
from dashboard.question.filters import ANY, CODING, CODING_TOUCH, Filters, Overlap
from dashboard.question.subject import Subject
from dashboard.question.target import Target
from dashboard.question.view import By, Show, View
from dashboard.store.carriers.counts import Count
from dashboard.store.clauses import Clause, chart_rows_apart
from dashboard.store.cohort import population_names, superpopulation_names
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules, wording
from dashboard.words.frequency_table import Row
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.levels import SOLID_BINS, Level

SIGNS: Final = {Direction.LOSS: "▼", Direction.GAIN: "▲"}
PLURALS: Final = {Direction.LOSS: "losses", Direction.GAIN: "gains"}
PARTS: Final = {
    Direction.LOSS: (("complete_losses", "Complete"), ("partial_losses", "Partial")),
    Direction.GAIN: (("low_gains", "Low-level"), ("high_gains", "High-level")),
}


def headline(
    table: Sequence[Row],
    parts: Mapping[Clause, Sequence[Row]],
    beside: Mapping[Overlap, Count],
    events: pl.DataFrame,
    direction: Direction,
    filters: Filters,
    target: Target,
    subject: Subject,
    *,
    shares: bool,
) -> str:
    """The answer in a few words, as HTML: share, people, range over super-populations, and what rule and filter hide.

    `table` is the frequency table of every direction, `parts` those of the people told apart, `beside` the counts of this
    direction under `any` and, of a gene, under `coding-touch`; `events` are those that make carriers. Without `shares`
    carriers are told, and nothing of who does not carry (R5).
    """
    whole = everyone(table, direction)
    rule = target.rule_in_force(filters.overlap)
    only = only_these(filters, direction)
    happens = overlap_rules.headline_verb(direction, rule, target.kind, is_site=target.site is not None) + only
    completely = overlap_rules.complete_loss_phrase(rule, target.kind) if target.site is None else "no copy in"
    if only or direction is not Direction.LOSS:
        completely = ""
    rows = {part: everyone(rows_of_part, direction) for part, rows_of_part in parts.items()}
    if not shares:
        numbers = "; ".join(_called(row, part, completely) for part, row in rows.items())
        lead = f"<strong>{markup.text(happens)}</strong>: {numbers}"
    elif len(rows) > 1:
        numbers = "; ".join(f"{part.label} {_frequency(row)}{_complete(row, completely)}" for part, row in rows.items())
        lead = f"<strong>{markup.text(happens)}</strong>: {numbers}"
    else:
        share = "nobody" if whole["carriers"] == 0 else f"{wording.percent(whole['frequency'])} of people"
        numbers = f"{wording.count(whole['carriers'])} of {wording.count(whole['samples'])}"
        if whole["carriers"] == 0:
            numbers = _frequency(whole)
        lead = f"<strong>{markup.text(happens)} in {share}</strong>: {numbers}{_complete(whole, completely)}"
    thin, bearing = _thin(events, direction)
    if thin * 2 > bearing:
        lead += ", most of them by events of one or two bins, the least certain kind"
    within_reach = in_between(beside, direction, filters, target)
    if within_reach:
        address = links.page(subject, filters.within_direction(direction).under(CODING_TOUCH))
        lead += "; " + markup.link(
            f"in {wording.count(within_reach)} more the end of a loss may reach into it", address
        )
    pooled = shares and len(rows) == 1
    sentences = [
        *(_spread(table, direction) if pooled else ()),
        *_beside(whole, beside[ANY], direction, target, shares=pooled),
        *_hidden(whole, filters, shares=pooled),
        *(
            [f"{wording.count(thin)} of the carriers have events of one or two bins only."]
            if 0 < thin * 2 <= bearing
            else []
        ),
    ]
    return f"{sign(direction)}{lead}. " + markup.element("span", markup.text(" ".join(sentences)), class_="cnv-small")


def _frequency(row: Row) -> str:
    return wording.frequency(row["carriers"], row["samples"], row["ci_low"], row["ci_high"], row["people_seen"])


def _complete(row: Row, completely: str) -> str:
    """Who of the carriers has no copy, behind their number; `completely` says how, and is empty where it is not told."""
    return f", {completely} {wording.count(row['complete_losses'])}" if completely and row["complete_losses"] else ""


def _called(row: Row, part: Clause, completely: str) -> str:
    """The carriers at a place of copies: who has no call there is nobody to be counted."""
    people = f"{part.label} people" if part.label else "people"
    if not row["carriers"]:
        return "no call" + (f" in {people}" if part.label else "")
    people = people.removesuffix("people") + ("person" if row["carriers"] == 1 else "people")
    return f"called in {wording.count(row['carriers'])} {people}{_complete(row, completely)}"


def only_these(filters: Filters, direction: Direction) -> str:
    """The classes of a direction where not all of them are asked for, in brackets."""
    only = [name for name in filters.classes if name.direction is direction]
    if not only or CallClass(direction.value) in only:
        return ""
    return f" ({wording.joined([filter_words.CLASS_WORDS[name] for name in only], 'and')} only)"


def in_between(beside: Mapping[Overlap, Count], direction: Direction, filters: Filters, target: Target) -> int:
    """People of whose losses the end alone may reach the bases that `coding` looks at (R7); only where that rule is in force
    and no class is asked for, since a person may be of another class with the ends and without."""
    rule = target.rule_in_force(filters.overlap)
    if direction is not Direction.LOSS or rule != CODING or only_these(filters, direction) or filters.copy_numbers:
        return 0
    return beside[CODING_TOUCH].carriers - beside[CODING].carriers


def figures(
    run: Run,
    question: Question,
    parts: Mapping[Clause, Sequence[Row]],
    directions: Sequence[Direction],
    *,
    shares: bool,
    switch: str = "",
    copies: pl.DataFrame | None = None,
) -> None:
    """Frequencies of each direction in the groups that are chosen, or the copies of everyone, with what chooses them.

    `parts` are the tables of the people told apart, `switch` is HTML that leads to another rule, `copies` those of `copies_of`.
    """
    choice = _choice(run, question, has_copies=copies is not None) + switch
    if copies is not None and run.view.show is Show.COPIES:
        draw_copies(run, question, copies, choice)
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
        query = question.subject.query(question.filters) | {name: value} | chosen.to_query()
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
    by = run.view.by
    plural = PLURALS[direction]
    words = {By.GROUPS: "super-population", By.POPULATIONS: "population", By.SEX: "sex"}[by]
    title = f"{sign(direction)}{plural.capitalize()} by {words}{' and sex' if apart and by is not By.SEX else ''} "
    charts = (f"frequency-{direction.value}",) if shares and by is By.GROUPS else ()
    heading = section(
        title + markup.element("span", markup.text(rule), class_="cnv-name"),
        menu(question.subject, filters, "frequencies", charts=charts),
    )
    of_groups = rows[{By.GROUPS: "superpopulation", By.POPULATIONS: "population", By.SEX: "sex"}[by]]
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
        lines.append(
            line(row, _group(named, superpopulation, name, palette) if superpopulation else markup.text(named))
        )
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
    st.html(heading + above)
    picture, numbers = st.columns([5, 7], gap="medium")
    picture.vega_lite_chart(
        frequency_chart(chart_rows_apart(parts, direction), direction, palette),
        alt=f"Share of people with {plural}, by super-population, with 95 % intervals; the table beside has the numbers.",
    )
    numbers.html(table)


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
    return markup.element("div", table, class_="cnv-scroll", tabindex="0", role="region", aria_label=label)


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


def everyone(table: Sequence[Row], direction: Direction) -> Row:
    """The row of all people counted."""
    return next(row for row in table if row["direction"] == direction.value and row["grouped_by"] == "all")


def _head(direction: Direction, filters: Filters, *, picture: bool, shares: bool) -> str:
    heads = ["People", "Carriers", "Frequency", "95 % interval"] if shares else ["People", "Called in"]
    heads += [label for _, label in PARTS[direction]]
    heads += ["At PASS"] if filters.level is not Level.PASS else []
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
        content += markup.element("td", wording.count(row["samples"]) if row["samples"] is not None else "")
        columns = (3 if shares else 1) + len(PARTS[direction]) + (filters.level is not Level.PASS)
        return markup.element("tr", content + markup.element("td", "withheld", colspan=str(columns)), class_=class_)
    if row["carriers"] is None:
        content = markup.element("th", group, scope="row") + ("" if picture is None else markup.element("td", ""))
        columns = (4 if shares else 2) + len(PARTS[direction]) + (filters.level is not Level.PASS)
        numbers = markup.text(f"not assessable: seen in {wording.share_seen(row['seen'] or 0)}")
        return markup.element("tr", content + markup.element("td", numbers, colspan=str(columns)), class_=class_)
    cells = [
        wording.count(row["samples"]),
        wording.count(row["carriers"]) if shares or row["carriers"] else "no call",
    ]
    if row["people_seen"] is not None:
        cells[0] += f" (seen {wording.count(row['people_seen'])})"
    if not shares:
        pass
    elif row["carriers"]:
        cells += [wording.percent(row["frequency"]), wording.interval_percent(row["ci_low"], row["ci_high"])]
    else:
        cells += ["0 %", f"below {wording.upper_bound(row['ci_high'])}"]
    parts = ["withheld" if row[column] is None else wording.count(row[column]) for column, _ in PARTS[direction]]
    if row["without_copy_number"]:
        parts[-1] += f" + {wording.count(row['without_copy_number'])} without copy number"
    cells += parts
    if filters.level is not Level.PASS:
        numbers = "" if row["pass_carriers"] is None else wording.count(row["pass_carriers"])
        cells.append(
            f"{numbers} ({wording.percent(row['pass_frequency'])})" if shares and row["pass_carriers"] else numbers
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


def _spread(table: Sequence[Row], direction: Direction) -> Iterator[str]:
    groups = [
        row
        for row in table
        if row["direction"] == direction.value
        and row["grouped_by"] == "superpopulation"
        # a group in whom the place was hardly seen is neither the most nor the least
        and row["carriers"] is not None
    ]
    bearing = sum(row["carriers"] > 0 for row in groups)
    if len(groups) < 2 or not bearing:
        return
    groups.sort(key=lambda row: row["frequency"], reverse=True)
    most, least = groups[0], groups[-1]
    if bearing == 1:
        yield f"All of them in {most['group']}."
        return
    low = wording.percent(least["frequency"]) if least["carriers"] else f"0 of {wording.count(least['samples'])}"
    if least["ci_high"] >= most["ci_low"]:
        # which group has most of the carriers may be chance
        yield f"From {low} in {least['group']} to {wording.percent(most['frequency'])} in {most['group']}, with overlapping intervals."
        return
    yield f"Most often in {most['group']} ({wording.percent(most['frequency'])}), least in {least['group']} ({low})."


def _beside(whole: Row, touched: Count, direction: Direction, target: Target, *, shares: bool) -> Iterator[str]:
    """How many more people an event touches the place in than the rule counts (R7): an intron's deletion is none of the
    coding sequence, and who looks for it must not take the gene for untouched."""
    if touched.carriers > whole["carriers"]:
        number = wording.count(touched.carriers)
        share = wording.percent(touched.carriers / touched.samples)
        numbers = f"{share} ({number})" if shares and target.has_share(ANY) else wording.people(touched.carriers)
        yield f"A {direction.value} touches the {target.kind.noun} anywhere in {numbers}."


def hidden_by_filter(table: Sequence[Row], direction: Direction, filters: Filters, *, shares: bool) -> str:
    """What the share is at PASS, without `shares` how many carry, and how many carriers the filter hides (R4)."""
    return " ".join(_hidden(everyone(table, direction), filters, shares=shares))


def _hidden(whole: Row, filters: Filters, *, shares: bool) -> Iterator[str]:
    if filters.level is not Level.PASS and whole["pass_carriers"] != whole["carriers"]:
        passing = whole["pass_carriers"]
        if shares:
            yield f"PASS alone would show {wording.percent(whole['pass_frequency']) if passing else 'nobody'}."
        else:
            yield f"PASS alone would show {f'{wording.count(passing)} of them' if passing else 'none of them'}."
    if filters.level is not Level.ALL:
        hidden = whole["hidden"]
        if hidden:
            yield f"The filter hides {wording.count(hidden)} more {'carrier' if hidden == 1 else 'carriers'}."
        else:
            yield "The filter hides no carrier."


def _thin(events: pl.DataFrame, direction: Direction) -> tuple[int, int]:
    """How many carriers rest on events of one or two bins alone (R4), and how many carriers there are."""
    of_direction = events.filter(events["direction"] == direction.value)
    if of_direction.is_empty():
        return 0, 0
    best = of_direction.group_by("sample").agg(pl.col("bins").max())
    return best.filter(pl.col("bins") < SOLID_BINS).height, best.height


def sign(direction: Direction) -> str:
    """The triangle of a direction, as HTML: colour is never the only sign."""
    return markup.element("span", SIGNS[direction], class_=f"cnv-sign cnv-{direction.value}", aria_hidden="true")
