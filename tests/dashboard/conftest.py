"""Databases that the dashboard's tests share."""

import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dashboard import settings
from dashboard.downloads.open_file import open_file
from dashboard.store.database import Generation
from dashboard.store.published import Store
from data_prep.derived import steps
from tests.dashboard.opened_page import opened_page
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
    """Makes a generation of contents that live in memory; other contents replace them, and the same ones are there already."""
    last: list[bytes] = []

    def make(contents: Contents) -> Generation:
        # a test may have the marks of curves elsewhere, which are written into the tables
        key = pickle.dumps((contents, steps.MARK))
        if last != [key]:
            last.clear()
            empty(memory_root)
            fill(memory_root, contents)
            last.append(key)
        return Generation(Path("memory"), PROVENANCE | dict(contents.provenance), memory_root)

    return make


@pytest.fixture(scope="module")
def open_stores() -> Iterator[list[Store]]:
    """The stores that the file's tests read, closed with its last one: to open one takes longer than most pages."""
    stores: list[Store] = []
    yield stores
    for store in stores:
        store.close()


@pytest.fixture
def get(database: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]) -> Iterator[Callable[..., bytes]]:
    """Reads a download of the file's `database`: its bytes, by file name and address."""
    monkeypatch.setenv("CNV_DATABASE", str(database))

    def read(file: str, **address: str) -> bytes:
        answer = open_file(file, address)
        with answer.held:
            return b"".join(answer.pieces)

    yield read
    open_stores.append(settings.store())


@pytest.fixture
def open_page(
    database: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]
) -> Iterator[Callable[..., AppTest]]:
    """Opens a page of the file's `database`, by its script and address."""
    yield lambda page, **query: opened_page(monkeypatch, database, page, query)
    open_stores.append(settings.store())
