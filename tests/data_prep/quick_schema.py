"""The schema without its comments, for builds in tests: to write them takes a tenth of a second a database, and few tests read them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Final

import duckdb
import pytest

_COMMENT: Final = re.compile(r"COMMENT ON \w+ \S+ IS '(?:[^']|'')*';")
WRITERS: Final = ("data_prep.tables.connect.write_schema", "data_prep.tables.callsets.write_schema")
"""Where the import names what writes the schema."""


@cache
def _text() -> str:
    text = (files("data_prep.tables") / "schema.sql").read_text("utf-8")
    short = _COMMENT.sub("", text)
    assert "COMMENT ON" in text
    assert "COMMENT ON" not in short
    return short


def write_quick_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the empty tables of the contract in the schema in use, without a comment."""
    con.execute(f"BEGIN; {_text()}; COMMIT")


@contextmanager
def without_comments() -> Iterator[pytest.MonkeyPatch]:
    """Databases that are built meanwhile have no comments."""
    with pytest.MonkeyPatch.context() as patch:
        for writer in WRITERS:
            patch.setattr(writer, write_quick_schema)
        yield patch
