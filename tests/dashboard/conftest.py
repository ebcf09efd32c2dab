"""Databases that the dashboard's tests share."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dashboard.store.database import Generation
from tests.dashboard.small_database import PROVENANCE, Contents, empty, fill, write_schema


@pytest.fixture(scope="session")
def memory_root() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 2}) as root:
        root.execute("ATTACH ':memory:' AS published")
        root.execute("USE published")
        write_schema(root)
        yield root


@pytest.fixture(scope="session")
def in_memory(memory_root: duckdb.DuckDBPyConnection) -> Callable[[Contents], Generation]:
    """Makes a generation of contents that live in memory; the next one replaces it."""

    def make(contents: Contents) -> Generation:
        empty(memory_root)
        fill(memory_root, contents)
        return Generation(Path("memory"), PROVENANCE | dict(contents.provenance), memory_root)

    return make
