"""The store: what it opens, what it says where it cannot, and how it takes over a newly published file."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from dashboard.store import database as module
from dashboard.store import published as published_module
from dashboard.store.cohort import totals
from dashboard.store.database import BusyError, Generation, Statement, UnavailableError, remembered
from dashboard.store.published import Store
from tests.dashboard.small_database import Contents, Person, publish, write_file, write_schema

ONE = Statement("SELECT 1 AS one", {"one": pl.Int32})
PEOPLE = Statement("SELECT sample FROM samples ORDER BY sample", {"sample": pl.String})


@pytest.fixture
def published(tmp_path: Path) -> Path:
    file = write_file(tmp_path / "cnv-1.duckdb", Contents(people=[Person("A")]))
    pointer = tmp_path / "cnv.duckdb"
    publish(pointer, file)
    return pointer


@pytest.fixture
def store(published: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(published_module, "WATCH_INTERVAL", 0.0)
    opened = Store(published)
    yield opened
    opened.close()


def people(generation: Generation) -> list[str]:
    return generation.frame(PEOPLE)["sample"].to_list()


def unavailable(path: Path) -> UnavailableError:
    with pytest.raises(UnavailableError) as caught, Store(path).lease():
        pass
    return caught.value


def test_a_lease_reads_what_the_pointer_leads_to(store: Store) -> None:
    with store.lease() as generation:
        assert people(generation) == ["A"]
        assert generation.id == "test"


def test_no_database_is_told_with_what_to_do(tmp_path: Path) -> None:
    error = unavailable(tmp_path / "cnv.duckdb")
    assert error.reason == "There is no database at cnv.duckdb."
    assert "python -m data_prep build" in error.advice


def test_a_pointer_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "cnv.duckdb").symlink_to("gone.duckdb")
    assert "no database" in unavailable(tmp_path / "cnv.duckdb").reason


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "cnv.duckdb").write_text("sample\tchrom\n")
    assert "not a DuckDB database" in unavailable(tmp_path / "cnv.duckdb").reason


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cnv.duckdb").touch()
    assert "cnv.duckdb" in unavailable(tmp_path / "cnv.duckdb").reason


def test_a_foreign_database_is_told(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "cnv.duckdb")) as root:
        root.execute("CREATE TABLE cats (name VARCHAR)")
    assert "not one that data_prep made" in unavailable(tmp_path / "cnv.duckdb").reason


@pytest.mark.parametrize("version", ["0", "999", "", "one"])
def test_another_schema_version_is_told_with_both_numbers(tmp_path: Path, version: str) -> None:
    write_file(tmp_path / "cnv.duckdb", Contents(provenance={"schema_version": version}))
    error = unavailable(tmp_path / "cnv.duckdb")
    assert f"schema version {version}; this dashboard reads version" in error.reason


def test_a_database_without_a_version_is_told(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "cnv.duckdb")) as root:
        write_schema(root)
    assert "schema version none" in unavailable(tmp_path / "cnv.duckdb").reason


def test_a_quote_in_the_path_is_a_letter(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    path = write_file(folder / "cnv.duckdb", Contents(people=[Person("A")]))
    store = Store(path)
    with store.lease() as generation:
        assert people(generation) == ["A"]
    store.close()


def test_a_new_file_is_taken_over_and_a_lease_keeps_the_old_one(store: Store, published: Path) -> None:
    with store.lease() as before:
        publish(published, write_file(published.with_name("cnv-2.duckdb"), Contents(people=[Person("B"), Person("C")])))
        with store.lease() as after:
            assert people(after) == ["B", "C"]
        assert people(before) == ["A"]
        assert not before.closed
    assert before.closed
    with store.lease() as still:
        assert still is after
        assert not after.closed


def test_a_stream_under_way_ends_on_the_old_data(store: Store, published: Path) -> None:
    rows = Statement("SELECT range AS n FROM range(200000)", {"n": pl.Int64})
    with store.lease() as before, before.batches(rows, {}, 1_000) as frames:
        first = next(frames)
        publish(published, write_file(published.with_name("cnv-2.duckdb"), Contents()))
        with store.lease() as after:
            assert after is not before
        assert first.height + sum(frame.height for frame in frames) == 200_000
    assert before.closed


def test_a_file_replaced_in_its_place_is_taken_over_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published_module, "WATCH_INTERVAL", 0.0)
    path = write_file(tmp_path / "cnv.duckdb", Contents(people=[Person("A")]))
    store = Store(path)
    with store.lease() as before:
        write_file(tmp_path / "next.duckdb", Contents(people=[Person("B")])).replace(path)
        with store.lease() as after:
            assert people(after) == ["B"]
            assert people(before) == ["A"]
    store.close()


def test_a_database_taken_away_is_no_longer_served_and_comes_back(store: Store, published: Path) -> None:
    with store.lease():
        pass
    target = published.readlink()
    published.unlink()
    with pytest.raises(UnavailableError), store.lease():
        pass
    published.symlink_to(target)
    with store.lease() as generation:
        assert people(generation) == ["A"]


def test_a_pointer_that_moves_on_while_it_is_followed_is_followed_again(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds publish between the look at the pointer and the opening of the file, which the second clears away."""
    real = published_module._open

    def opened_late(path: Path) -> Generation:
        if path.name == "cnv-1.duckdb":
            publish(published, write_file(published.with_name("cnv-2.duckdb"), Contents(people=[Person("B")])))
            path.unlink()
        return real(path)

    monkeypatch.setattr(published_module, "_open", opened_late)
    store = Store(published)
    with store.lease() as generation:
        assert people(generation) == ["B"]
    store.close()


def test_the_pointer_is_looked_at_once_an_interval(
    store: Store, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_module, "WATCH_INTERVAL", 60.0)
    with store.lease() as before:
        pass
    publish(published, write_file(published.with_name("cnv-2.duckdb"), Contents()))
    with store.lease() as same:
        assert same is before


def test_pages_and_publishing_at_once_meet_no_error(store: Store, published: Path) -> None:
    for number in (2, 3, 4, 5):
        write_file(published.with_name(f"cnv-{number}.duckdb"), Contents(people=[Person(f"P{number}")]))
    faults: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                with store.lease() as generation:
                    assert people(generation) == people(generation)
        except BaseException as error:
            faults.append(error)

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in (2, 3, 4, 5):
        time.sleep(0.1)
        publish(published, published.with_name(f"cnv-{number}.duckdb"))
    time.sleep(0.1)
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    with store.lease() as generation:
        assert people(generation) == ["P5"]


def test_the_database_cannot_be_written_and_sees_no_other_file(store: Store) -> None:
    with store.lease() as generation:
        for text in ("DELETE FROM samples", "SELECT * FROM read_csv('/etc/passwd')", "SET memory_limit = '1TB'"):
            with pytest.raises(duckdb.Error):
                generation.frame(Statement(text, {}))


def test_an_answer_is_kept_with_its_generation(store: Store, published: Path) -> None:
    asked = []

    @remembered
    def first_person(generation: Generation, add: str) -> str:
        asked.append(add)
        return people(generation)[0] + add

    with store.lease() as before:
        assert [first_person(before, "x"), first_person(before, "x"), first_person(before, "y")] == ["Ax", "Ax", "Ay"]
        publish(published, write_file(published.with_name("cnv-2.duckdb"), Contents(people=[Person("B")])))
        with store.lease() as after:
            assert first_person(after, "x") == "Bx"
        assert first_person(before, "x") == "Ax"
    assert asked == ["x", "y", "x"]


def test_kept_answers_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", {module.Size.SMALL: 2, module.Size.LARGE: 1})
    made = []

    def make(key: int) -> Callable[[], int]:
        return lambda: made.append(key) or key

    with store.lease() as generation:
        for key in (1, 2, 1, 3, 1, 2):
            assert generation.recall(key, make(key)) == key
    assert made == [1, 2, 3, 2]


def test_of_large_answers_fewer_are_kept_and_of_huge_ones_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", {module.Size.SMALL: 2, module.Size.LARGE: 1})
    made = []

    def make(key: str) -> Callable[[], str]:
        return lambda: made.append(key) or key

    sizes = {"s": module.Size.SMALL, "l": module.Size.LARGE, "h": module.Size.HUGE}
    with store.lease() as generation:
        for key in ("s1", "l1", "h1", "l1", "h1", "l2", "s1", "l1"):
            assert generation.recall(key, make(key), lambda answer: sizes[answer[0]]) == key
    assert made == ["s1", "l1", "h1", "h1", "l2", "l1"]


def test_columns_of_numbers_have_a_value_for_null(store: Store) -> None:
    numbers = Statement(
        "SELECT * FROM (VALUES (1::INTEGER, 2::UTINYINT, 0.5::FLOAT, true), (NULL, NULL, NULL, false)) AS t(i, u, f, b)",
        {},
    )
    with store.lease() as database:
        columns = database.columns(numbers)
        empty = database.columns(Statement("SELECT 1::INTEGER AS i WHERE false", {}))

    assert columns["i"].tolist() == [1, -1]
    assert columns["u"].tolist() == [2, -1]
    assert columns["f"][0] == 0.5
    assert np.isnan(columns["f"][1])
    assert columns["b"].tolist() == [True, False]
    assert empty["i"].tolist() == []


def test_a_query_that_waits_too_long_for_its_turn_is_busy(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUERY_WAIT", 0.05)
    with store.lease() as generation:
        with generation._turn(), generation._turn(), generation._turn(), generation._turn(), pytest.raises(BusyError):
            generation.frame(ONE)
        assert generation.frame(ONE).rows() == [(1,)]


def test_running_out_of_memory_is_busy_and_no_fault(store: Store) -> None:
    hungry = Statement("SELECT list(range) AS all_of_them FROM range(400000000)", {})
    with store.lease() as generation:
        with pytest.raises(BusyError):
            generation.frame(hungry)
        assert totals(generation).people == 1
