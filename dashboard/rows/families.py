"""The carriers who have a parent or a child in the panel that carries too, an event a row (R11)."""

from dataclasses import replace
from typing import Final

import polars as pl

from dashboard.door.question import Question
from dashboard.rows.carriers import carrier_rows
from dashboard.rows.frames import FrameRows
from dashboard.rows.table import Column, Row, Sort

COLUMNS: Final = (
    "sample",
    "population",
    "sex",
    "class",
    "copy_number",
    "relatives",
    "start",
    "length",
    "overlap",
    "site",
)
"""Those of the carriers that are told, the relatives nearer."""


def family_rows(question: Question) -> FrameRows:
    """The rows; `RefusedError` as for carriers."""
    every = carrier_rows(question)
    # carriers without a relative have no column of relatives, and then there are no rows here
    there = {column.name: place for place, column in enumerate(every.columns)}
    places = [there[name] for name in COLUMNS if name in there]
    columns: list[Column] = [every.columns[place] for place in places]

    def row(event: dict[str, object]) -> Row:
        whole = every.row(event)
        return Row(whole.name, tuple(whole.cells[place] for place in places))

    frame = every.frame.filter(pl.col("relatives").is_not_null())
    return replace(every, columns=tuple(columns), order=Sort("length", descending=True), frame=frame, row=row)
