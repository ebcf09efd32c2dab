"""The tables at the end of the page of a person: events, and what children have of them."""

from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.components import markup
from dashboard.components.download_menu import section
from dashboard.components.frame import notice
from dashboard.components.person_files import person_menu
from dashboard.components.run import Run
from dashboard.components.table import draw_table, table_of
from dashboard.door.person import PersonQuestion
from dashboard.question import links
from dashboard.question.view import Tab
from dashboard.rows.person import child_rows, event_rows
from dashboard.store.person import Role, relatives_of
from dashboard.words import quantities
from data_prep.domain.assembly import ASSEMBLY

LABELS: Final = {Tab.EVENTS: "Events", Tab.CHILDREN: "Children"}
FIRST: Final = 12
"""Rows that are shown before all of them are asked for."""


def person_tabs(run: Run, question: PersonQuestion) -> None:
    """The tabs, and the table of the one that is open."""
    is_parent = any(one.role is Role.CHILD for one in relatives_of(question.database, question.person))
    available = [Tab.EVENTS, Tab.CHILDREN] if is_parent else [Tab.EVENTS]
    open_tab = run.view.tab if run.view.tab in available else Tab.EVENTS
    sample = question.person.sample
    nav = ""
    if len(available) > 1:
        shown = "".join(
            markup.link(
                LABELS[tab],
                # an order is of one table's columns
                links.person(sample, run.filters, question.event, replace(run.view, tab=tab, sort="")),
                **({"aria_current": "true"} if tab is open_tab else {}),
            )
            for tab in available
        )
        nav = markup.element("nav", shown, class_="cnv-tabs", aria_label="Tables")
    rows = child_rows(question) if open_tab is Tab.CHILDREN else event_rows(question)
    number = rows.frame.height
    title = f"{LABELS[open_tab]}: {quantities.count(number)}" if number else f"{LABELS[open_tab]}: none"
    heading = section(title, person_menu(question, open_tab.value))
    if not number:
        st.html(nav + heading + markup.element("p", "No event meets the filters.", class_="cnv-counted"))
        return
    note = (
        "One row an event and child" if open_tab is Tab.CHILDREN else "One row an event"
    ) + f", the rarest site first. Positions are 1-based and inclusive, {ASSEMBLY.name}."
    query = links.person_query(sample, question.filters)
    table = table_of(open_tab.value, title, rows, query, run.view.sort, FIRST)
    st.html(nav + heading + markup.element("p", note, class_="cnv-counted"))
    if table.problem:
        notice([markup.text(table.problem.sentence)])
    draw_table(table, key=f"{open_tab.value} person {sample}")
