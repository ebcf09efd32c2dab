"""What the number depends on: every overlap rule, filter level and cohort beside the ones in force (rules R4, R5, R7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.components import markup
from dashboard.components.frequency import PLURALS, sign
from dashboard.components.run import Run
from dashboard.door.question import Question
from dashboard.question import links
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.question.subject import Subject
from dashboard.question.target import Target
from dashboard.store.callability import callability, no_share
from dashboard.store.carriers.counts import Count, by_filter
from dashboard.store.clauses import Clause, by_rule_apart, clauses
from dashboard.store.database import Generation
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules, quantities
from data_prep.domain.copy_number import Direction

GROUPS: Final = (
    (Cohort.UNRELATED, Outliers.EXCLUDE, "unrelated"),
    (Cohort.UNRELATED, Outliers.INCLUDE, "unrelated, with outliers"),
    (Cohort.ALL, Outliers.EXCLUDE, "everyone"),
    (Cohort.ALL, Outliers.INCLUDE, "everyone, with outliers"),
)
Figures = tuple[str, ...]
"""The carriers of a direction in words, of each part of an answer."""

RULE_TITLES: Final = "Carriers by overlap rule"
CALLSET_TITLES: Final = "Carriers by callset"
FILTER_TITLES: Final = "Carriers by filter level and cohort"


def depends(run: Run, question: Question) -> None:
    """Tables: the carriers under every rule, at every level and in every cohort, and, where the database holds several, in
    every callset; each row or cell a link. What says the same throughout is a line, and its table unfolds."""
    subject, target = question.subject, question.target
    parts = clauses(question.database, target, question.filters)
    # the number of a site is one callset's own
    callsets = run.database.callsets if len(run.database.callsets) > 1 and target.site is None else {}
    rules, counts_by_rule = _rules(run, subject, target, parts)
    filters, counts_by_filter = _filters(run, subject, target, parts)
    others = _callsets(run, subject, target, callsets) if callsets else ""
    shares = not no_share(target, question.filters, callability(run.database, target, question.filters))
    every = [*counts_by_rule, *counts_by_filter]
    reach = markup.element("span", _reach(every, question.filters), class_="cnv-name") if shares else ""
    title = markup.element("h2", f"What the number depends on {reach}", class_="cnv-section")
    st.html(
        markup.element(
            "details",
            markup.element("summary", title) + rules + filters + others,
            class_="cnv-more cnv-depends",
            data_fold="depends",
        )
    )


def _reach(counts: Iterable[Mapping[Clause, Count]], filters: Filters) -> str:
    """From which share to which the figures go of each direction, as HTML; nothing where people are told apart."""
    shares: dict[Direction, list[float]] = {direction: [] for direction in filters.directions}
    for several in counts:
        if len(several) > 1:
            return ""
        for count in several.values():
            if count.assessable and count.samples:
                shares[count.direction].append(count.carriers / count.samples)
    return " ".join(
        sign(direction)
        + markup.text(
            quantities.percent(low) if low == high else f"{quantities.percent(low)} to {quantities.percent(high)}"
        )
        for direction, figures in shares.items()
        if figures
        for low, high in [(min(figures), max(figures))]
    )


def _callsets(run: Run, subject: Subject, target: Target, callsets: Mapping[str, Generation]) -> str:
    filters = run.filters
    rule = filters.overlap or target.default_rule
    newest = next(iter(callsets))
    lines = []
    for name, database in callsets.items():
        seen = callability(database, target, filters)
        parts = clauses(database, target, filters)
        counts = by_rule_apart(database, target, parts, (rule,))[rule]
        shares = not no_share(target, filters, seen)
        cells = (
            [_figures(several, shares=shares) for several in _by_direction(counts, target)]
            if seen.assessable
            else [("not assessable",)] * len(filters.directions)
        )
        address = links.page(subject, replace(filters, callset="" if name == newest else name))
        title = markup.element("strong", markup.text(name)) if database is run.database else markup.link(name, address)
        content = markup.element("th", title, scope="row") + "".join(map(_cell, cells))
        lines.append(markup.element("tr", content))
    caption = "Other releases or callers: what they can see and what they keep differs, and so may the people whose files were read."
    return _table("cnv-callsets", CALLSET_TITLES, _heads("Callset", filters, target), lines, caption)


def _directions(filters: Filters, target: Target) -> list[Direction]:
    """The directions that are asked for; of a site its own alone, since it has no events of the other."""
    return [direction for direction in filters.directions if target.direction in (None, direction)]


def _by_direction(counts: Mapping[Clause, Sequence[Count]], target: Target) -> list[dict[Clause, Count]]:
    """A direction each, the count of every part."""
    return [
        dict(zip(counts, several, strict=True))
        for several in zip(*counts.values(), strict=True)
        if target.direction in (None, several[0].direction)
    ]


def _heads(first: str, filters: Filters, target: Target) -> str:
    """The heading of a table with a column a direction."""
    return markup.element("th", first, scope="col", class_="cnv-left") + "".join(
        markup.element("th", f"{sign(direction)}{PLURALS[direction].capitalize()}", scope="col")
        for direction in _directions(filters, target)
    )


def _rules(
    run: Run, subject: Subject, target: Target, parts: Sequence[Clause]
) -> tuple[str, list[dict[Clause, Count]]]:
    """The table of rules, and the counts in it of which a share is told."""
    filters = run.filters
    seen = callability(run.database, target, filters)
    in_force = filters.overlap or target.default_rule
    rules = target.rules_beside(filters.overlap)
    counts = by_rule_apart(run.database, target, parts, rules)
    figures = {
        rule: [
            _figures(several, shares=not no_share(target, filters.under(rule), seen))
            for several in _by_direction(counts[rule], target)
        ]
        for rule in rules
    }
    lines = []
    for rule in rules:
        words = overlap_rules.rule_name(rule, target.kind)
        name = (
            markup.element("strong", markup.text(words))
            if rule == in_force
            else markup.link(
                words,
                links.page(subject, replace(filters, overlap=None if rule == target.default_rule else rule)),
            )
        )
        cells = "".join(map(_cell, figures[rule]))
        asks = markup.text(overlap_rules.rule_in_full(rule, target.kind))
        cells += markup.element("td", asks, class_="cnv-left cnv-rule-words")
        lines.append(markup.element("tr", markup.element("th", name, scope="row") + cells))
    head = _heads("Overlap", filters, target) + markup.element(
        "th", "What it asks", scope="col", class_="cnv-left cnv-rule-words"
    )
    to_drawings = markup.link("Data", links.plain_page("/data", filters) + "#overlap-rules")
    table = _table("cnv-rules", RULE_TITLES, head, lines, "Each rule is drawn on the page “Data”.")
    table = table.replace("“Data”", to_drawings)
    told = [
        several
        for rule in rules
        if not no_share(target, filters.under(rule), seen)
        for several in _by_direction(counts[rule], target)
    ]
    return _folded(
        f"All {len(rules)} overlap rules agree",
        figures[in_force],
        _directions(filters, target),
        table,
        figures.values(),
    ), told


def _folded(
    agree: str,
    in_force: Sequence[Figures],
    directions: Sequence[Direction],
    table: str,
    every: Iterable[Sequence[Figures]],
) -> str:
    """The table; where `every` row says the same, one line that says so, and the table to unfold below it."""
    if any(list(row) != list(in_force) for row in every):
        return table
    words = "; ".join(
        f"{PLURALS[direction]} {'; '.join(parts)}" for direction, parts in zip(directions, in_force, strict=True)
    )
    return markup.element(
        "details",
        markup.element("summary", markup.text(f"{agree}: {words}.")) + table,
        class_="cnv-more",
        data_fold="rules",
    )


def _filters(
    run: Run, subject: Subject, target: Target, parts: Sequence[Clause]
) -> tuple[str, list[dict[Clause, Count]]]:
    """The table of levels and cohorts, and the counts in it."""
    filters = run.filters
    shares = not no_share(target, filters, callability(run.database, target, filters))
    grids = {part: by_filter(run.database, target, part.filters) for part in parts}
    in_force = (filters.level, filters.cohort, filters.outliers)
    directions = _directions(filters, target)
    signs = directions if len(directions) > 1 else []
    head = markup.element("th", "People", scope="col", class_="cnv-left") + "".join(
        markup.element("th", markup.text(filter_words.LEVEL_WORDS[level]), scope="col") for level in filter_words.LEVELS
    )
    lines = []
    departs = False
    for cohort, outliers, name in GROUPS:
        cells = []
        for level in filter_words.LEVELS:
            counts_here, shown = (
                _by_direction({part: grid[where] for part, grid in grids.items()}, target)
                for where in ((level, cohort, outliers), in_force)
            )
            away = [
                any(_outside(count, force[part]) for part, count in several.items())
                for several, force in zip(counts_here, shown, strict=True)
            ]
            departs = departs or any(away)
            figures = [
                (sign(direction) if signs else "")
                + ", ".join(f"{part.label} {_share(count, shares=shares)}".lstrip() for part, count in several.items())
                + (" ≠" if far and shares else "")
                for direction, several, far in zip(directions, counts_here, away, strict=True)
            ]
            if len(parts) > 1:
                figures = [markup.element("span", figure, class_="cnv-part") for figure in figures]
            cell_text = " ".join(figures)
            address = links.page(subject, replace(filters, level=level, cohort=cohort, outliers=outliers))
            content = (
                markup.element("strong", cell_text)
                if (level, cohort, outliers) == in_force
                else markup.element("a", cell_text, href=address, class_="cnv-go")
            )
            cells.append(markup.element("td", content))
        lines.append(markup.element("tr", markup.element("th", markup.text(name), scope="row") + "".join(cells)))
    caption = (
        "Fragile: ≠ marks what lies outside the 95 % interval of the figure in force."
        if departs
        else "Robust: every figure lies within the 95 % interval of the one in force."
    )
    if not shares:
        caption = "How many people were called; no frequency and no bound."
    table = _table("cnv-filters", FILTER_TITLES, head, lines, caption)
    every = [
        several
        for where in next(iter(grids.values()))
        for several in _by_direction({part: grid[where] for part, grid in grids.items()}, target)
    ]
    carriers = [count.carriers for grid in grids.values() for counts in grid.values() for count in counts]
    if any(carriers) or not all(
        count.assessable for grid in grids.values() for counts in grid.values() for count in counts
    ):
        return table, every
    words = "Nobody carries at any filter level, in any cohort." if shares else "No call at any filter level."
    folded = markup.element("details", markup.element("summary", words) + table, class_="cnv-more", data_fold="filters")
    return folded, every


def _table(class_: str, title: str, head: str, lines: Sequence[str], caption: str) -> str:
    table = markup.element(
        "table",
        markup.caption(caption)
        + markup.element("thead", markup.element("tr", head))
        + markup.element("tbody", "".join(lines)),
        class_=f"cnv-table {class_}",
        aria_label=title,
    )
    return markup.scroll_box(table, title)


def _figures(counts: Mapping[Clause, Count], *, shares: bool) -> Figures:
    """The carriers of a direction, of each part apart: “XY 0 of 1,230, below 0.32 %”, “XX 0 of 1,223, below 0.32 %”."""
    return tuple(f"{part.label} {_figure(count, shares=shares)}".lstrip() for part, count in counts.items())


def _cell(answer: Figures) -> str:
    """The parts of an answer in a cell of a table: several in lines of their own, since beside each other they would make the
    table wider than a page."""
    *before, last = map(markup.text, answer)
    lines = [markup.element("span", f"{part};", class_="cnv-part") for part in before]
    return markup.element("td", " ".join([*lines, last]))


def _figure(count: Count, *, shares: bool) -> str:
    if not count.assessable:
        return "not assessable"
    if not shares:
        return f"called in {quantities.count(count.carriers)}" if count.carriers else "no call"
    return quantities.frequency(count.carriers, count.samples, count.ci_low, count.ci_high, count.people_seen)


def _share(count: Count, *, shares: bool) -> str:
    if not count.assessable:
        return "not assessable"
    if not shares:
        return quantities.count(count.carriers) if count.carriers else "no call"
    return quantities.percent(count.carriers / count.samples) if count.samples else "nobody counted"


def _outside(count: Count, shown: Count) -> bool:
    """The share of `count` lies outside the interval of the one that is shown."""
    if shown.ci_low is None or shown.ci_high is None or not count.samples or not count.assessable:
        return False
    return not shown.ci_low <= count.carriers / count.samples <= shown.ci_high
