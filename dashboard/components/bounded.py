"""Gene and region pages of a server that does not tell everything: an answer in words, or numbers of people alone."""

from collections.abc import Callable

import streamlit as st

from dashboard import settings
from dashboard.components.controls import controls
from dashboard.components.depends import depends
from dashboard.components.figures import figures
from dashboard.components.lead import Lead, directions_told, lead
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.components.tabs import Place, available_tabs, tabs
from dashboard.door.question import Question
from dashboard.store.callability import callability, no_share


def bounded(run: Run, question: Question, own: Callable[[], None] | None = None) -> None:
    """The page of a place as far as this server tells of it; `own` draws what the page has of its own."""
    if not settings.disclosure().smallest_cell:
        controls(question)
    answer = lead(question)
    if shows(Section.NUMBERS):
        st.html(answer.counted)
    st.html(answer.html)
    if not shows(Section.NUMBERS):
        st.html(answer.counted)
    _numbers(run, question, answer, own)


def _numbers(run: Run, question: Question, answer: Lead, own: Callable[[], None] | None) -> None:
    """How many people carry, by group, with small numbers withheld where the operator says so, and the tables that it tells."""
    target, filters = question.target, question.filters
    seen = callability(question.database, target, filters)
    is_counted = shows(Section.NUMBERS) and bool(answer.lines)
    if is_counted:
        shares = not no_share(target, filters, seen)
        shown = []
        for direction in directions_told(question):
            rows = (row for table in answer.parts.values() for row in table)
            if any(row["direction"] == direction.value and not row["withheld"] for row in rows):
                shown.append(direction)
        carried = any(row["carriers"] for table in answer.parts.values() for row in table)
        has_copies = carried and shares and target.has_copies and shows(Section.COPIES)
        figures(run, question, answer.parts, shown, shares=shares, has_copies=has_copies)
    if own:
        own()
    if is_counted and shows(Section.DEPENDENCE):
        depends(run, question)
    tabs(Place(run, question, seen), available_tabs(question, is_counted=is_counted))
