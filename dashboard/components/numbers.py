"""What gene and region pages have in common: the answer in a sentence, the controls, the frequencies, the carriers."""

from collections.abc import Callable

import streamlit as st

from dashboard.components import frequency, markup, place
from dashboard.components.bounded import bounded
from dashboard.components.controls import controls
from dashboard.components.depends import depends
from dashboard.components.download_menu import menu
from dashboard.components.figures import figures
from dashboard.components.lead import directions_told, lead
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.components.tabs import Place, available_tabs, tabs
from dashboard.components.track import track
from dashboard.counting.along import window
from dashboard.door.question import Question
from dashboard.question.filters import CODING
from dashboard.question.subject import Kind
from dashboard.question.target import Pieces
from dashboard.store.callability import callability, no_share
from dashboard.store.carriers.counts import by_rule
from dashboard.store.panel import count_people
from dashboard.words import quantities
from data_prep.domain.copy_number import Direction


def numbers(run: Run, question: Question, own: Callable[[], None] | None = None) -> None:
    """How often the place is lost and gained, what lies along it, in whom it is, by which rule, and tables of it, one at a time. `own` draws what the
    page has of its own, above the last two."""
    if not shows(Section.EXTENT):
        bounded(run, question, own)
        return
    database, target, filters = question.database, question.target, question.filters
    seen = callability(database, target, filters)
    shares = not no_share(target, filters, seen)
    counted = count_people(database, target.interval.chrom, filters)
    directions = directions_told(question)
    is_counted = bool(seen.assessable and counted.counted and directions)

    answer = lead(question)
    st.html(answer.html + answer.counted)
    controls(question)
    parts, table = answer.parts, answer.table
    if counted.counted and (seen.assessable or target.kind is Pieces.REGION):
        selectable = question.subject.kind is Kind.REGION
        note = _of_uncertain_ends(question) if seen.assessable and shares else ""
        track(
            run, question.subject, window(target, filters), filters, target.interval, note,
            selectable=selectable, silent=seen.is_paralogous, files=menu(question.subject, filters, charts=("track",), view=run.view),
        )  # fmt: skip
    switch = place.rule_switch(question)
    if is_counted:
        # that nobody carries is an answer, with its bound, but for a place where calls are few
        shown = [
            direction
            for direction in directions
            if shares or any(row["direction"] == direction.value and row["carriers"] for row in table)
        ]
        carried = any(row["carriers"] for row in table)
        has_copies = carried and shares and target.has_copies
        figures(run, question, parts, shown, shares=shares, switch=switch, has_copies=has_copies)
    if own:
        own()
    if is_counted:
        depends(run, question)
    tabs(Place(run, question, seen, "" if is_counted else switch), available_tabs(question, is_counted=is_counted))


def along(run: Run, question: Question) -> None:
    """A place too wide for a share of people with any event in it: how much of it is taken, what lies along it base by base,
    and its sites (R7, R8)."""
    if not shows(Section.EXTENT):
        bounded(run, question)
        return
    database, target, filters = question.database, question.target, question.filters
    seen = callability(database, target, filters)
    counted = count_people(database, target.interval.chrom, filters)
    answer = lead(question)
    st.html(answer.html + answer.counted)
    controls(question)
    st.html(
        place.rule_switch(question)
        + markup.element(
            "p",
            "The curve shows the share of people at each base, and each site has its own; the files below have the carriers.",
            class_="cnv-counted",
        )
    )
    if counted.counted:
        track(
            run, question.subject, window(target, filters), filters, target.interval,
            selectable=True, silent=seen.is_paralogous, files=menu(question.subject, filters, charts=("track",), view=run.view),
        )  # fmt: skip
    files = menu(question.subject, filters, "frequencies", "carriers", "calls")
    if files:
        st.html(markup.element("p", f"Frequencies of every group: {files}", class_="cnv-counted"))
    tabs(Place(run, question, seen), available_tabs(question, is_counted=True, is_wide=True))


def _of_uncertain_ends(question: Question) -> str:
    """Why the curve over an exon may stand higher than the number of people in the headline (R7, R8)."""
    target, filters = question.target, question.filters
    if target.rule_in_force(filters.overlap) != CODING or Direction.LOSS not in filters.directions:
        return ""
    counts = by_rule(question.database, target, filters, target.rules_beside(filters.overlap))
    beside = {rule: count for rule, several in counts.items() for count in several if count.direction is Direction.LOSS}
    number = frequency.in_between(beside, Direction.LOSS, filters, target)
    if not number:
        return ""
    bases = "coding sequence" if target.kind is Pieces.CODING else "an exon"
    return (
        f"Over {bases} the curve of losses stands higher than the headline: {quantities.people(number)} have no more than the pale "
        f"end of a loss there, and a loss counts for the gene only by what is left of it when both its ends are drawn in."
    )
