"""What the store and the server say of files that are damaged, incomplete, or no files at all."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboard.store import published
from dashboard.store.database import Generation, Statement, UnavailableError
from dashboard.store.published import Store
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents, Person, publish, write_file

CALLS = Statement("SELECT start FROM calls ORDER BY ALL", {"start": pl.Int64})
PEOPLE = Statement("SELECT sample FROM samples ORDER BY sample", {"sample": pl.String})


def damage_a_block(path: Path, table: str) -> None:
    """Flips one bit in every block that holds rows of a table, which no header of the file tells of."""
    with duckdb.connect(str(path), read_only=True) as con:
        size = con.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0][0]
        found = con.execute(
            f"SELECT DISTINCT block_id FROM pragma_storage_info('{table}') WHERE persistent AND block_id >= 0"
        ).fetchall()
    content = bytearray(path.read_bytes())
    for (block,) in found:
        # three headers of 4,096 bytes stand before the first block
        content[3 * 4_096 + block * size + size // 2] ^= 4
    path.write_bytes(content)


def drop_a_table(path: Path, table: str) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute(f"DROP TABLE {table}")


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return write_file(tmp_path / "cnv-1.duckdb", demonstration())


@pytest.fixture
def store(whole: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(published, "WATCH_INTERVAL", 0.0)
    pointer = whole.with_name("cnv.duckdb")
    publish(pointer, whole)
    opened = Store(pointer)
    yield opened
    opened.close()


def in_batches(generation: Generation) -> None:
    with generation.batches(CALLS, {}, 100) as frames:
        list(frames)


WAYS: dict[str, Callable[[Generation], object]] = {
    "frame": lambda generation: generation.frame(CALLS),
    "table": lambda generation: generation.table(CALLS),
    "batches": in_batches,
}
HARMS: dict[str, Callable[[Path, str], None]] = {"damaged": damage_a_block, "dropped": drop_a_table}


@pytest.mark.parametrize("harm", list(HARMS))
@pytest.mark.parametrize("way", list(WAYS))
def test_a_file_that_cannot_answer_is_lent_no_more_until_another_is_published(
    store: Store, whole: Path, caplog: pytest.LogCaptureFixture, harm: str, way: str
) -> None:
    HARMS[harm](whole, "calls")
    with store.lease() as generation:
        assert generation.frame(PEOPLE).height > 0
        with pytest.raises(UnavailableError, match=r"cnv-1\.duckdb cannot be read: a part of it is damaged, or a tab"):
            WAYS[way](generation)
    for _ in range(3):
        with pytest.raises(UnavailableError, match="damaged"), store.lease():
            pass
    # once what DuckDB said, once that nothing is lent
    assert sum("cannot be read" in record.message for record in caplog.records) == 2
    publish(store.path, write_file(whole.with_name("cnv-2.duckdb"), Contents(people=[Person("B")])))
    with store.lease() as generation:
        assert generation.frame(PEOPLE)["sample"].to_list() == ["B"]


def test_a_file_that_could_not_be_read_for_a_moment_is_tried_again(
    store: Store, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the question that failed: that the file opens says nothing."""
    content = whole.read_bytes()
    with store.lease():
        pass
    damage_a_block(whole, "calls")
    stamp = whole.stat()
    with pytest.raises(UnavailableError), store.lease() as generation:
        generation.frame(CALLS)
    monkeypatch.setattr(published, "TRY_AGAIN", 0.0)
    with pytest.raises(UnavailableError, match="damaged"), store.lease():
        pass
    whole.write_bytes(content)
    os.utime(whole, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    with store.lease() as generation:
        assert generation.frame(CALLS).height > 0


def test_a_question_that_is_wrong_by_itself_says_nothing_of_the_file(store: Store) -> None:
    with store.lease() as generation, pytest.raises(duckdb.Error):
        generation.frame(Statement("SELECT 'x'::INTEGER AS n", {"n": pl.Int32}))
    with store.lease():
        pass


def fifo(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.symlink_to(path.with_name("other"))
    path.with_name("other").symlink_to(path)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def beyond_a_file(path: Path) -> None:
    path.with_name("file").touch()
    path.symlink_to("file/below")


NO_FILES = [fifo, loop, folder, device, beyond_a_file]


@pytest.mark.parametrize("make", NO_FILES)
def test_a_pointer_to_something_that_is_no_file_is_told_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A pipe, a loop of links: in a process of its own, since the first would wait for ever."""
    pointer = tmp_path / "cnv.duckdb"
    make(pointer)
    program = (
        "import sys\nfrom pathlib import Path\nfrom dashboard.store.database import UnavailableError\nfrom dashboard.store.published import Store\n"
        "try:\n    Store(Path(sys.argv[1])).lease().__enter__()\n"
        "except UnavailableError as error:\n    print(error.reason, error.advice)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(pointer)],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stdout.startswith("There is no database at cnv.duckdb: it cannot be followed to a file ("), done.stderr
    assert "python -m data_prep build" in done.stdout
