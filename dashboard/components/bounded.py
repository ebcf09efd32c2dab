"""Gene and region pages of a server that does not tell everything: an answer in words, or numbers of people alone."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import settings
from dashboard.components import frequency, markup, place
from dashboard.components.controls import controls
from dashboard.components.depends import depends
from dashboard.components.figures import figures
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.components.tabs import Place, available_tabs, tabs
from dashboard.door.question import Question
from dashboard.question.target import Pieces
from dashboard.store.callability import Callability, callability, no_share
from dashboard.store.carriers.counts import by_rule
from dashboard.store.clauses import SEXES, Clause, clauses, tables_without_small_cells
from dashboard.store.cohort import group_names, release
from dashboard.store.panel import count_people
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules, wording
from dashboard.words.frequency_table import Row
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.copy_number import Direction


def bounded(run: Run, question: Question) -> None:
    """The page of a place as far as this server tells of it."""
    if not settings.disclosure().smallest_cell:
        controls(question, group_names(question.database), release(question.database).callers)
    if shows(Section.NUMBERS):
        _numbers(run, question)
    else:
        seen = _words(question)
        tabs(Place(run, question, seen), available_tabs(question, is_counted=False))


def _limit() -> str:
    return markup.element("p", markup.text(settings.disclosure().limit), class_="cnv-counted")


def _words(question: Question) -> Callability:
    """Whether losses and gains were seen there, yes or no, and what that does not say; how well the place is seen."""
    database, target, filters = question.database, question.target, question.filters
    seen = callability(database, target, filters)
    rule = target.rule_in_force(filters.overlap)
    lines = []
    for count in by_rule(database, target, filters, (rule,))[rule]:
        happens = overlap_rules.headline_verb(count.direction, rule, target.kind) + frequency.only_these(
            filters, count.direction
        )
        lines.append(
            f"{frequency.sign(count.direction)}<strong>{markup.text(happens)}: "
            f"{_yes_or_no(seen, carried=count.carriers > 0)}"
        )
    st.html(markup.element("div", markup.paragraphs(lines), class_="cnv-lead"))
    counted = f"Looked for: {filter_words.events_counted(filters, target)}, in {filter_words.group(filters)}."
    st.html(markup.element("p", markup.text(counted), class_="cnv-counted") + _limit())
    if not seen.assessable:
        place.not_assessable(question.heading, seen)
    elif seen.is_paralogous:
        place.show_paralogous(question.heading, seen)
    return seen


def _yes_or_no(seen: Callability, *, carried: bool) -> str:
    """The answer about a direction, as HTML from within its strong words on: a place that cannot be seen has no “no” (R5)."""
    if carried:
        return "yes</strong>. Such a variant was seen."
    if not seen.assessable:
        return "not assessable</strong>. That none was seen says nothing here."
    if seen.is_paralogous:
        return f"no call</strong>. {FEW_CALLS[0].upper()}{FEW_CALLS[1:]}."
    return "no</strong>. No such variant was seen."


def _numbers(run: Run, question: Question) -> None:
    """How many people carry, by group, with small numbers withheld where the operator says so."""
    database, target, filters = question.database, question.target, question.filters
    least = settings.disclosure().smallest_cell
    seen = callability(database, target, filters)
    shares = not no_share(target, filters, seen)
    counted = count_people(database, target.interval.chrom, filters)
    st.html(_limit())
    if least:
        number = f"Counted: {filter_words.events_counted(filters, target)}, in {wording.count(counted.counted)} {filter_words.group(filters)}."
        st.html(markup.element("p", markup.text(number), class_="cnv-counted"))
    else:
        place.counted_sentence(question, counted)
    if not seen.assessable or not counted.counted:
        if not seen.assessable:
            place.not_assessable(question.heading, seen)
        else:
            place.nobody_counted(target.interval.chrom, filters)
        tabs(Place(run, question, seen), available_tabs(question, is_counted=False))
        return
    # XX and XY apart would be another question beside that of everyone
    parts = (Clause("", filters),) if least else clauses(database, target, filters)
    tables = tables_without_small_cells(database, target, parts, least)
    directions = [direction for direction in filters.directions if target.direction in (None, direction)]
    lines = [
        _line(question, tables, direction, least, shares=shares, paralogous=seen.is_paralogous)
        for direction in directions
    ]
    st.html(markup.element("div", markup.paragraphs(lines), class_="cnv-lead"))
    if seen.is_paralogous:
        place.show_paralogous(question.heading, seen)
    place.cautions(target, seen)
    shown = []
    for direction in directions:
        rows = (row for table in tables.values() for row in table)
        if any(row["direction"] == direction.value and not row["withheld"] for row in rows):
            shown.append(direction)
    carried = any(row["carriers"] for table in tables.values() for row in table)
    has_copies = carried and shares and target.kind is not Pieces.REGION and shows(Section.COPIES)
    figures(run, question, tables, shown, shares=shares, has_copies=has_copies)
    if shows(Section.DEPENDENCE):
        depends(run, question)
    tabs(Place(run, question, seen), available_tabs(question, is_counted=True))


def _line(
    question: Question,
    tables: Mapping[Clause, Sequence[Row]],
    direction: Direction,
    least: int,
    *,
    shares: bool,
    paralogous: bool,
) -> str:
    """The answer about one direction, as HTML."""
    target, filters = question.target, question.filters
    rule = target.rule_in_force(filters.overlap)
    happens = overlap_rules.headline_verb(direction, rule, target.kind) + frequency.only_these(filters, direction)
    answers = []
    # where XX and XY are expected to have different copies a share of both is of neither (R5)
    apart = least and len(clauses(question.database, target, filters)) > 1
    rows = [
        row
        for part, table in tables.items()
        for row in (_of_sexes(table, direction) if apart else [(part.label, frequency.everyone(table, direction))])
    ]
    for label, row in rows:
        if row["withheld"]:
            words = f"numbers withheld: fewer than {least} people carry it, or all but so few"
        elif paralogous:
            words = f"called in {wording.people(row['carriers'])}" if row["carriers"] else f"no call; {FEW_CALLS}"
        elif not shares:
            words = (
                f"{wording.count(row['carriers'])} of {wording.count(row['samples'])} people; no share is given of "
                f"{overlap_rules.WITHOUT_SHARE}"
            )
        else:
            words = wording.frequency(
                row["carriers"], row["samples"], row["ci_low"], row["ci_high"], row["people_seen"]
            )
        answers.append(f"{label} {words}".lstrip())
    return f"{frequency.sign(direction)}<strong>{markup.text(happens)}</strong>: {markup.text('; '.join(answers))}."


def _of_sexes(table: Sequence[Row], direction: Direction) -> list[tuple[str, Row]]:
    """The rows of XY and XX, each with its name, whoever has one copy first."""
    of_sex = [row for row in table if row["direction"] == direction.value and row["grouped_by"] == "sex"]
    rows = {row["group"]: row for row in of_sex}
    return [(sex.value, rows[sex.value]) for sex in SEXES if sex.value in rows]
