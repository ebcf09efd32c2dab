"""Rows of small frames for drawing: plain Python is done before a step over a frame has begun."""

from collections.abc import Iterator
from typing import Any

import polars as pl


def rows(frame: pl.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of these columns, in order."""
    return zip(*(frame[name].to_list() for name in columns), strict=True)
