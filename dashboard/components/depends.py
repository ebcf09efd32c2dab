"""What the number hangs on: every overlap rule, filter level and cohort beside the ones in force (rules R4, R5, R7)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard import links, wording
from dashboard.components import markup
from dashboard.components.frequency import PLURALS, sign
from dashboard.components.run import Run
from dashboard.filters import GENE_OVERLAPS, REGION_OVERLAPS, Cohort, Filters, Outliers, Overlap
from dashboard.store.callability import callability
from dashboard.store.carriers import Count, by_filter, by_rule
from dashboard.store.database import Generation
from dashboard.subject import Subject
from dashboard.target import Pieces, Target
from data_prep.domain.levels import Level

Grid = Mapping[tuple[Level, Cohort, Outliers], Sequence[Count]]

GROUPS: Final = (
    (Cohort.UNRELATED, Outliers.EXCLUDE, "unrelated"),
    (Cohort.UNRELATED, Outliers.INCLUDE, "unrelated, outliers in"),
    (Cohort.ALL, Outliers.EXCLUDE, "everyone"),
    (Cohort.ALL, Outliers.INCLUDE, "everyone, outliers in"),
)
RULE_TITLES: Final = "Carriers by overlap rule"
CALLSET_TITLES: Final = "Carriers by callset"
FILTER_TITLES: Final = "Carriers by filter level and cohort"


def depends(run: Run, subject: Subject, target: Target) -> None:
    """Tables: the carriers under every rule, at every level and in every cohort, and, where the database holds several, in
    every callset; each row or cell a link."""
    grid = by_filter(run.database, target, run.filters)
    # the number of a site is one callset's own
    callsets = run.database.callsets if len(run.database.callsets) > 1 and target.site is None else {}
    if not callsets and not any(count.carriers for counts in grid.values() for count in counts):
        return
    st.html(markup.element("h2", "What the number depends on", class_="cnv-section"))
    st.html(_rules(run, subject, target))
    if callsets:
        filters, others = st.columns([5, 4], gap="large")
        others.html(_callsets(run, subject, target, callsets))
        filters.html(_filters(run, subject, grid))
    else:
        st.html(_filters(run, subject, grid))


def _callsets(run: Run, subject: Subject, target: Target, callsets: Mapping[str, Generation]) -> str:
    filters = run.filters
    rule = filters.overlap or target.default_rule
    newest = next(iter(callsets))
    lines = []
    for name, database in callsets.items():
        cells = (
            [_told(count, target, rule) for count in by_rule(database, target, filters, [rule])[rule]]
            if callability(database, target, filters).assessable
            else ["not assessable"] * len(filters.directions)
        )
        address = links.page(subject, replace(filters, callset="" if name == newest else name))
        title = markup.element("strong", markup.text(name)) if database is run.database else markup.link(name, address)
        content = markup.element("th", title, scope="row")
        content += "".join(markup.element("td", markup.text(cell)) for cell in cells)
        lines.append(markup.element("tr", content))
    caption = "Other releases or callers: what they can see and what they keep differs, and so may the people whose files were read."
    return _table("cnv-callsets", CALLSET_TITLES, _heads("Callset", filters), lines, caption)


def _heads(first: str, filters: Filters) -> str:
    """The heading of a table with a column a direction."""
    return markup.element("th", first, scope="col", class_="cnv-left") + "".join(
        markup.element("th", f"{sign(direction)}{PLURALS[direction].capitalize()}", scope="col")
        for direction in filters.directions
    )


def _rules(run: Run, subject: Subject, target: Target) -> str:
    filters = run.filters
    in_force = filters.overlap or target.default_rule
    usual = REGION_OVERLAPS if target.kind is Pieces.REGION else GENE_OVERLAPS
    rules = usual if in_force in usual else (*usual, in_force)
    counts = by_rule(run.database, target, filters, rules)
    lines = []
    for rule in rules:
        told = wording.rule_name(rule, target.kind)
        name = (
            markup.element("strong", markup.text(told))
            if rule == in_force
            else markup.link(
                told,
                links.page(subject, replace(filters, overlap=None if rule == target.default_rule else rule)),
            )
        )
        told = markup.text(wording.rule_in_full(rule, target.kind))
        cells = "".join(markup.element("td", markup.text(_told(count, target, rule))) for count in counts[rule])
        words = markup.element("td", told, class_="cnv-left cnv-rule-words")
        lines.append(markup.element("tr", markup.element("th", name, scope="row") + cells + words))
    head = _heads("Overlap", filters) + markup.element(
        "th", "What it asks", scope="col", class_="cnv-left cnv-rule-words"
    )
    return _table("cnv-rules", RULE_TITLES, head, lines, "Each rule is drawn on the page “Data”.")


def _filters(run: Run, subject: Subject, grid: Grid) -> str:
    filters = run.filters
    in_force = (filters.level, filters.cohort, filters.outliers)
    signs = filters.directions if len(filters.directions) > 1 else ()
    head = markup.element("th", "People", scope="col", class_="cnv-left") + "".join(
        markup.element("th", markup.text(wording.LEVEL_WORDS[level]), scope="col") for level in wording.LEVELS
    )
    lines = []
    departs = False
    for cohort, outliers, name in GROUPS:
        cells = []
        for level in wording.LEVELS:
            counts = grid[level, cohort, outliers]
            away = [_outside(count, shown) for count, shown in zip(counts, grid[in_force], strict=True)]
            departs = departs or any(away)
            told = " ".join(
                (sign(count.direction) if signs else "") + _share(count) + (" ≠" if far else "")
                for count, far in zip(counts, away, strict=True)
            )
            address = links.page(subject, replace(filters, level=level, cohort=cohort, outliers=outliers))
            content = (
                markup.element("strong", told)
                if (level, cohort, outliers) == in_force
                else markup.element("a", told, href=address, class_="cnv-go")
            )
            cells.append(markup.element("td", content))
        lines.append(markup.element("tr", markup.element("th", markup.text(name), scope="row") + "".join(cells)))
    caption = (
        "Fragile: ≠ marks what lies outside the 95 % interval of the figure in force."
        if departs
        else "Robust: every figure lies within the 95 % interval of the one in force."
    )
    return _table("cnv-filters", FILTER_TITLES, head, lines, caption)


def _table(class_: str, title: str, head: str, lines: Sequence[str], caption: str) -> str:
    table = markup.element(
        "table",
        markup.caption(caption)
        + markup.element("thead", markup.element("tr", head))
        + markup.element("tbody", "".join(lines)),
        class_=f"cnv-table {class_}",
        aria_label=title,
    )
    return markup.element("div", table, class_="cnv-scroll", tabindex="0", role="region", aria_label=title)


def _told(count: Count, target: Target, rule: Overlap) -> str:
    if not count.assessable:
        return "not assessable"
    if not target.has_share(rule):
        return f"{wording.count(count.carriers)} of {wording.count(count.samples)}"
    return wording.frequency(count.carriers, count.samples, count.ci_low, count.ci_high, count.people_seen)


def _share(count: Count) -> str:
    if not count.assessable:
        return "not assessable"
    return wording.percent(count.carriers / count.samples) if count.samples else "nobody counted"


def _outside(count: Count, shown: Count) -> bool:
    """The share of `count` lies outside the interval of the one that is shown."""
    if shown.ci_low is None or shown.ci_high is None or not count.samples or not count.assessable:
        return False
    return not shown.ci_low <= count.carriers / count.samples <= shown.ci_high
