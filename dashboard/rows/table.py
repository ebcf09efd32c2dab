"""What a table that a page shows is made of: columns, rows of cells, an order, and where rows come from.

A cell is text that is ready to be read, with the value that it is ordered by beside it; how a number reads is said once, here
in Python, and a browser orders and shows what it is given. Nothing here knows a page or an answer of HTTP.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from dashboard import settings
from dashboard.question.locus import cut
from dashboard.question.problem import Problem

SORT: Final = "sort"
"""Name of the order in an address: a column, with a hyphen before it the other way round."""
OFFSET: Final = "offset"
LIMIT: Final = "limit"
FIRST_ROWS: Final = 8
"""Rows that a table shows before all of them are asked for."""
MOST_ROWS: Final = 500
"""Rows of one answer."""
MOST_OFFSET: Final = 10**9
SENT_AT_ONCE: Final = 200
"""Rows up to which a page sends all of them: a browser orders them itself, and asks for none."""


class Kind(StrEnum):
    """What the cells of a column are; the value is what the browser is told."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    LINK = "link"

    @property
    def is_number(self) -> bool:
        """Right-aligned, and ordered from the largest on at first."""
        return self in (Kind.NUMBER, Kind.PERCENT)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    """As an address calls it."""
    label: str
    """Its heading, with the unit."""
    kind: Kind = Kind.TEXT
    help: str = ""
    """A sentence about it, told where the heading is pointed at or focused."""
    term: str = ""
    """Its word in the glossary, where that explains it."""
    is_sortable: bool = True
    is_wide: bool = False
    """Its text may run over several words, and is cut with the whole in its title."""
    is_optional: bool = False
    """It is left out where it would be empty in every row."""

    def as_json(self) -> dict[str, Any]:
        """As the browser is told it, without what is at its default."""
        about = {
            "name": self.name,
            "label": self.label,
            "kind": self.kind.value,
            "help": self.help,
            "term": self.term,
            "wide": self.is_wide,
            "fixed": not self.is_sortable,
        }
        return {name: value for name, value in about.items() if value}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a cell's text that leads to a page of ours, or none: then `address` is empty."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `text` is plain, and empty where nothing is known."""

    text: str
    value: float | str | None = None
    """What it is ordered by; None, a value that is missing, stands last in both directions."""
    address: str = ""
    """The page of ours that it leads to, without the path at which a proxy serves us."""
    title: str = ""
    """More about it, where it is pointed at."""
    direction: str = ""
    """`loss` or `gain`: the sign before the text."""
    parts: tuple[Part, ...] = ()
    """The text, part by part, where it leads to several pages."""

    def as_json(self) -> Any:
        """As the browser is told it: text alone, null where nothing is known, else an object."""
        more = {
            "v": self.value if self.value != self.text else None,
            "h": f"{settings.public_path()}{self.address}" if self.address else None,
            "title": self.title or None,
            "sign": self.direction or None,
            "parts": [
                [part.text, f"{settings.public_path()}{part.address}"] if part.address else [part.text]
                for part in self.parts
            ]
            or None,
        }
        held: dict[str, Any] = {name: value for name, value in more.items() if value is not None}
        if self.value is None and self.text:
            # told, and of no rank: a word why there is no number
            held["v"] = None
        return {"t": self.text, **held} if held else self.text or None


NOTHING: Final = Cell("")


def text(value: str | None, *, address: str = "", title: str = "", direction: str = "") -> Cell:
    """A cell of text, ordered by it."""
    return Cell(value, value, address, title, direction) if value else NOTHING


def number(value: float | None, words: str, *, title: str = "") -> Cell:
    """A cell of a number that reads `words`; nothing where there is none."""
    return NOTHING if value is None else Cell(words, value, title=title)


def without_number(words: str) -> Cell:
    """A cell that says why there is no number."""
    return Cell(words)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: `name` tells it from the others, and is that of its mark in a picture where it has one."""

    name: str
    cells: tuple[Cell, ...]

    def as_json(self) -> dict[str, Any]:
        """As the browser is told it."""
        return {"id": self.name, "cells": [cell.as_json() for cell in self.cells]}


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: by a column, `descending` from the largest on. Missing values are last in both."""

    column: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.column}" if self.descending else self.column


@dataclass(frozen=True, slots=True)
class Window:
    """Some rows in an order, of `total` that there are."""

    total: int
    rows: Sequence[Row]

    def as_json(self) -> dict[str, Any]:
        """As the browser is told it."""
        return {"total": self.total, "rows": [row.as_json() for row in self.rows]}


class Rows(Protocol):
    """Where the rows of a table come from, for one subject under its filters."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns, the first of which names a row."""

    @property
    def left_out(self) -> Sequence[str]:
        """Names of columns that are empty in every row under these filters."""

    @property
    def order(self) -> Sort:
        """The order where none is asked for."""

    def window(self, order: Sort | None, offset: int, limit: int) -> Window:
        """`limit` rows from `offset` on, in an order of one of the columns that can be ordered by. What is equal in it stands in an
        order that does not change, which is that of all rows where no order is given."""


def read_sort(given: str, rows: Rows) -> tuple[Sort, Problem | None]:
    """The order that an address asks for, and what is wrong with it; the table's own where it is empty or wrong."""
    if not given:
        return rows.order, None
    name = given.removeprefix("-")
    names = [column.name for column in rows.columns if column.is_sortable]
    if name in names:
        return Sort(name, given.startswith("-")), None
    if name in rows.left_out:
        # an address keeps its order when the filters change
        return rows.order, None
    shown = cut(given, 60)
    sentence = f"“{shown}” is not a value of {SORT}, which takes {', '.join(names)}, with a hyphen before it from the largest on."
    return rows.order, Problem(SORT, shown, sentence)


def read_whole(name: str, given: str, default: int, least: int, most: int) -> tuple[int, Problem | None]:
    """The whole number that an address gives under a name, and what is wrong with it."""
    if not given:
        return default, None
    if re.fullmatch(r"\d{1,10}", given, re.ASCII) and least <= int(given) <= most:
        return int(given), None
    shown = cut(given, 60)
    sentence = f"“{shown}” is not a value of {name}, which takes a whole number from {least} to {most:,}."
    return default, Problem(name, shown, sentence)
