"""A table of a page: a component of our own, whose rows are ordered and scrolled in the browser without a page run.

A page shows a few rows at first, which come with it. Where there are few in all the browser has every one and orders them itself;
of thousands it asks `/rows/{table}` for those that are in sight, in the order that is chosen, and the same functions make them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.markup import outside
from dashboard.components.programs import loading
from dashboard.question import links
from dashboard.question.problem import Problem
from dashboard.rows.table import FIRST_ROWS, SENT_AT_ONCE, Column, Rows, Sort, Window, read_sort
from dashboard.settings import ASSETS

_component = st.components.v2.component(
    "table",
    css=(ASSETS / "table.css").read_text(encoding="utf-8"),
    js=loading("table"),
    # the page's own style sheet and the program that checks for accessibility have to reach into it
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is drawn."""

    name: str
    """As `/rows` calls it."""
    caption: str
    """What it is, for whoever cannot see it."""
    columns: Sequence[Column]
    window: Window
    """Its first rows in the order in force, or all of them as they stand without one."""
    address: str
    """Where further rows are asked for."""
    sort: Sort
    """The order in force."""
    order: Sort
    """The order where none is asked for."""
    first: int = FIRST_ROWS
    """Rows that are shown before all of them are asked for."""
    problem: Problem | None = None
    """What is wrong with the order that the address asks for."""

    @property
    def is_whole(self) -> bool:
        """All rows come with the page."""
        return len(self.window.rows) == self.window.total


def table_of(
    name: str, caption: str, rows: Rows, query: Mapping[str, str], sort: str = "", first: int = FIRST_ROWS
) -> Table:
    """The table of this name in the catalogue of rows; `query` is what `/rows` is asked with, without order and cut, `sort` the order that
    the address of the page asks for."""
    order, problem = read_sort(sort, rows)
    window = rows.window(order, 0, first)
    if 1 < window.total <= SENT_AT_ONCE:
        # the browser orders them, from the same order as the server
        window = rows.window(None, 0, SENT_AT_ONCE)
    return Table(name, caption, rows.columns, window, links.rows(name, query), order, rows.order, first, problem)


def draw_table(table: Table, key: str) -> None:
    """Draws a table; under one `key` it keeps what was unfolded and scrolled, so each subject has its own."""
    _component(
        key=key,
        data={
            "caption": table.caption,
            "columns": [column.as_json() for column in table.columns],
            "whole": table.is_whole,
            "sort": str(table.sort),
            "order": str(table.order),
            "first": table.first,
            "address": outside(table.address),
            **table.window.as_json(),
        },
    )
