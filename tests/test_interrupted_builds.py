"""Builds that are killed, short of disk, locked out or several at once, under a dashboard that goes on answering.

The database that is published is always a whole one; the next build works and clears away what was left. Everything is
real: processes, signals, full disks, a server that is asked again and again. Two cohorts of different people take turns,
so that every answer shows which database it was read from; what each must say is known from how the files were made.
"""

import asyncio
import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

import duckdb
import pytest

from bench.served import Served
from bench.visitor import Page, arrived
from data_prep.check import check
from tests.dashboard.opened_page import words_of
from tests.dashboard.served import served
from tests.data_prep.dragen_text import record, write, write_table
from tests.data_prep.forked import Forker, forker

pytestmark = pytest.mark.xdist_group("import")

GSTM1: Final = ("chr1", 109_687_570, 109_697_444)
NOBODY: Final = 65_534
MOST_TRIES: Final = 20
"""To kill a build at a moment by luck: after so many it is over each time."""
FIRST: Final = "first"
"""The folder that keeps a copy of the first database."""
PAUSE: Final = 0.4
"""Seconds between two questions to the dashboard."""


@dataclass(frozen=True)
class Cohort:
    """People of two super-populations, the first of each of whom have lost GSTM1."""

    name: str
    people: dict[str, int]
    """How many by super-population."""
    carriers: dict[str, int]
    release: str = "4.2.7"

    @property
    def size(self) -> int:
        return sum(self.people.values())

    @property
    def carrier_names(self) -> set[str]:
        return {name for name, code, number in self.everybody() if number < self.carriers[code]}

    def everybody(self) -> Iterator[tuple[str, str, int]]:
        """Name, super-population and number in it."""
        for code, many in self.people.items():
            for number in range(many):
                yield f"{self.name}_{code}{number:02}", code, number

    def write(self, folder: Path) -> None:
        for name, _, _ in self.everybody():
            draw = Random(name)
            places = [
                (chrom, 1_000_000 + 50_000 * place)
                for chrom in ("chr1", "chr2", "chr3")
                for place in sorted(draw.sample(range(80), 40))
            ]
            lines = [record(chrom, start, start + 8_000, bins=8) for chrom, start in places]
            lost = [record(*GSTM1, cn=0, gt="1/1", sm=0.02, bins=10)] if name in self.carrier_names else []
            write(folder / self.name, name, lines + lost, release=self.release)
        populations = {"EUR": "GBR", "AFR": "YRI"}
        write_table(
            folder / f"{self.name}.tsv",
            [(name, code, populations[code], "male", True) for name, code, _ in self.everybody()],
        )

    def command(self, *more: str) -> list[str]:
        return ["build", "--vcf", self.name, "--samples", f"{self.name}.tsv", "--out", "out/cnv.duckdb", "--jobs", "1", *more]  # fmt: skip


A: Final = Cohort("A", {"EUR": 7, "AFR": 5}, {"EUR": 3, "AFR": 2})
B: Final = Cohort("B", {"EUR": 4, "AFR": 5}, {"EUR": 1, "AFR": 2})
OLDER: Final = Cohort("OLDER", {"EUR": 3, "AFR": 2}, {"EUR": 1, "AFR": 0}, "3.7.6")
OLDEST: Final = Cohort("OLDEST", {"EUR": 2, "AFR": 2}, {"EUR": 0, "AFR": 1}, "3.5.7b")
BY_SIZE: Final = {cohort.size: cohort for cohort in (A, B)}


def digest(database: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """Rows and a hash of them all, for each table of each callset, less when it was built, as what and from which folder."""
    with duckdb.connect(str(database), read_only=True, config={"threads": 1}) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        found = {}
        for schema, table in tables:
            less = "WHERE key NOT IN ('built_at', 'generation')" if table == "provenance" else ""
            columns = "* EXCLUDE (place)" if table == "files" else "*"
            found[schema, table] = con.execute(
                f"""SELECT count(*), coalesce(bit_xor(hash(t)), 0)
                    FROM (SELECT rowid AS number, {columns} FROM "{schema}"."{table}" {less}) t"""
            ).fetchone()
    return found


@dataclass
class Place:
    """A folder of cohorts, and the pointer that builds of them are published at."""

    folder: Path
    forker: Forker

    @property
    def pointer(self) -> Path:
        return self.folder / "out" / "cnv.duckdb"

    def start(self, cohort: Cohort, *more: str, **limits: Any) -> int:
        return self.forker.start(self.folder, *cohort.command(*more), **limits)

    def built(self, cohort: Cohort, *more: str, **limits: Any) -> int:
        """The exit code of a whole build."""
        return self.forker.wait(self.start(cohort, *more, **limits))

    def said(self) -> str:
        return (self.folder / "stderr").read_text()

    def working(self) -> list[Path]:
        return list(self.pointer.parent.glob(".*.building"))

    def generations(self) -> set[str]:
        return {path.name for path in self.pointer.parent.glob("cnv-*.duckdb*")}

    def litter(self) -> set[str]:
        """What lies beside the pointer and is neither it, its database, the one before, nor the lock."""
        there = {path.name for path in self.pointer.parent.iterdir()}
        there -= {self.pointer.name, f".{self.pointer.name}.lock", self.pointer.resolve().name}
        older = sorted(name for name in there if re.fullmatch(r"cnv-[0-9a-f]{12}\.duckdb", name))
        return there - set(older[:1])

    def shows(self, cohort: Cohort) -> bool:
        """Whether the published database can be read and is of these people."""
        with duckdb.connect(str(self.pointer.resolve()), read_only=True) as con:
            return con.execute("SELECT count(*) FROM samples WHERE counted").fetchall() == [(cohort.size,)]


class Asker(threading.Thread):
    """Asks a dashboard for this and that until it is stopped; every answer must be whole, and of one database."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._ended = threading.Event()
        self.faults: list[str] = []
        self.asked: Counter[str] = Counter()
        self.generations: dict[str, int] = {}
        """How many people a generation had in the first answer that named it."""

    def run(self) -> None:
        asyncio.run(self._ask_for_ever())

    def end(self) -> None:
        self._ended.set()
        self.join(60)

    async def _ask_for_ever(self) -> None:
        host, port = self._address.removeprefix("http://").split(":")
        async with arrived(Served(host, int(port), 0)) as visitor:
            while not self._ended.is_set():
                for what in (self._health, self._table_as_csv, self._carriers, self._table_as_json, self._file):
                    try:
                        what()
                    except Exception as error:
                        self.faults.append(f"{what.__name__}: {error!r}")
                    self.asked[what.__name__] += 1
                    self._ended.wait(PAUSE)
                try:
                    self._page((await visitor.visit(Page("gene", {"gene": "GSTM1"}))).html)
                except Exception as error:
                    self.faults.append(f"page: {error!r}")
                self.asked["page"] += 1
                self._ended.wait(PAUSE)

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(self._address + path, timeout=30) as answer:  # any status but 200 is raised
            return str(answer.read().decode())

    def _of(self, generation: str, people: int) -> None:
        """A generation has one number of people, and that of a cohort."""
        assert people in BY_SIZE, people
        assert self.generations.setdefault(generation, people) == people, generation

    def _health(self) -> None:
        told = json.loads(self._get("/health"))
        self._of(told["generation"], told["samples"])
        assert told["unrelated"] == told["samples"], told
        cohort = BY_SIZE[told["samples"]]
        assert told["calls"] == told["events"] == 120 * cohort.size + sum(cohort.carriers.values()), told

    def _table_as_csv(self) -> None:
        rows = list(csv.DictReader(io.StringIO(self._get("/download/frequencies.csv?gene=GSTM1&class=loss"))))
        self._frequencies(rows)

    def _table_as_json(self) -> None:
        told = json.loads(self._get("/download/frequencies.json?gene=GSTM1&class=loss"))
        self._of(told["meta"]["database"], self._frequencies(told["rows"]))

    def _frequencies(self, rows: list[dict[str, Any]]) -> int:
        found = {row["group"]: (int(row["carriers"]), int(row["samples"])) for row in rows}
        people = found["all"][1]
        cohort = BY_SIZE[people]
        assert found["all"][0] == sum(cohort.carriers.values()), found
        for code, many in cohort.people.items():
            assert found[code] == (cohort.carriers[code], many), found
        return people

    def _carriers(self) -> None:
        rows = list(csv.DictReader(io.StringIO(self._get("/download/carriers.csv?gene=GSTM1"))))
        assert {row["sample"] for row in rows} in [cohort.carrier_names for cohort in BY_SIZE.values()], rows

    def _file(self) -> None:
        request = urllib.request.Request(self._address + "/download/cnv.duckdb", headers={"Range": "bytes=0-99"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.read()[8:12] == b"DUCK"

    def _page(self, html: str) -> None:
        said = re.findall(
            r"number variants of ([\d,]+) people|calls in ([\d,]+) people|, in ([\d,]+) unrelated", words_of(html)
        )
        numbers = {int(one) for groups in said for one in groups if one}
        assert len(said) >= 3, html[:2_000]
        assert len(numbers) == 1, numbers
        generation = re.search(r"Database \S*-(\w+)\.duckdb, published \d{4}-", html)
        assert generation, html[-2_000:]
        self._of(generation[1], numbers.pop())


@pytest.fixture(scope="module")
def fork() -> Iterator[Forker]:
    with forker() as one:
        yield one


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory, fork: Forker) -> Place:
    """Cohort A published."""
    place = Place(tmp_path_factory.mktemp("interrupted"), fork)
    place.pointer.parent.mkdir()
    for cohort in (A, B, OLDER, OLDEST):
        cohort.write(place.folder)
    assert place.built(A) == 0, place.said()
    shutil.copytree(place.pointer.parent, place.folder / FIRST, symlinks=True)
    return place


@pytest.fixture(scope="module")
def asker(theatre: Place) -> Iterator[Asker]:
    """A dashboard over the pointer and one who asks it, all the time that this file takes."""
    with served(theatre.pointer) as address:
        one = Asker(address)
        one.start()
        yield one
        one.end()


@pytest.fixture
def watched(theatre: Place, asker: Asker) -> Iterator[Place]:
    """The place with its dashboard, whose answers during the test must all be right."""
    before = asker.asked.copy()
    yield theatre
    last = asker.asked["page"]
    until = time.monotonic() + 60
    while asker.asked["page"] < last + 2 and time.monotonic() < until:  # a whole round after the last build
        time.sleep(0.05)
    faults, asker.faults = asker.faults, []
    assert sorted(set(faults)) == []
    assert all(asker.asked[what] > before[what] for what in asker.asked), asker.asked


@pytest.fixture
def elsewhere(theatre: Place, tmp_path: Path) -> Place:
    """A copy of the place that no dashboard reads, cohort A published."""
    return copied(theatre, tmp_path / "copy")


def copied(place: Place, folder: Path) -> Place:
    """The cohorts, and a pointer to a database of cohort A."""
    folder.mkdir()
    shutil.copytree(place.folder / FIRST, folder / "out", symlinks=True)
    for cohort in (A, B, OLDER, OLDEST):
        (folder / cohort.name).symlink_to(place.folder / cohort.name)
        shutil.copy(place.folder / f"{cohort.name}.tsv", folder)
    return Place(folder, place.forker)


# What is there when a build is killed, from the beginning to the end.
READING, TABLES, SORTING, DERIVING, COMBINING, PUBLISHING = (
    "reading", "tables", "sorting", "deriving", "combining", "publishing",
)  # fmt: skip


def stage(place: Place, before: set[str]) -> str:
    """How far the killed build came, by what it left; `before`: the generations that were there."""
    left = place.working()
    if place.generations() - before:
        return PUBLISHING
    if not left:
        return "not begun"
    names = {path.name for path in left[0].iterdir()}
    if "pointer" in names:
        return PUBLISHING
    if "combined.duckdb" in names:
        return COMBINING
    if "unfinished.duckdb" not in names:
        return READING
    with tempfile.TemporaryDirectory() as folder:
        for path in left[0].glob("unfinished.duckdb*"):
            if path.is_file():
                shutil.copy(path, folder)
        try:
            with duckdb.connect(f"{folder}/unfinished.duckdb") as con:
                calls, facts = con.execute(
                    "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM provenance)"
                ).fetchall()[0]
        except duckdb.Error:  # killed before its schema was whole
            return TABLES
    return DERIVING if facts else SORTING if calls else TABLES


def wait_for(there: Callable[[], bool], patience: float = 20) -> None:
    until = time.monotonic() + patience
    while not there() and time.monotonic() < until:
        time.sleep(0.001)


def members(group: int) -> list[int]:
    """Living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


# What is there when a build is killed just before a step, and when any callset of others stands beside it.
LEFT: Final = {
    "reading": READING, "calls": TABLES, "marking": SORTING, "deriving": DERIVING, "publishing": DERIVING,
    "pointing": DERIVING, "naming": PUBLISHING, "moving the pointer": PUBLISHING, "clearing away": PUBLISHING,
}  # fmt: skip
LEFT_BESIDE: Final = {
    "reading": READING, "marking": SORTING, "combining": COMBINING, "pointing": COMBINING, "moving the pointer": PUBLISHING,
}  # fmt: skip
BY_LUCK: Final = 2
"""So many moments that nothing but the clock decides."""


def kill_again_and_again(
    place: Place, left: dict[str, str], seed: int, known: dict[str, Any], *more: str
) -> Counter[str]:
    """Builds the cohorts in turn, kills each build and lets another end; by stage, how many were killed.

    Killed before each step that `left` names with what it leaves, then at moments at random over a build's length. Of
    several that leave the same a build ends after the last, and clears away what all left.
    """
    draw = Random(seed)
    stages: Counter[str] = Counter()
    published, coming = (A, B) if digest(place.pointer.resolve()) == known["A"] else (B, A)
    length, attempts = 1.0, 0
    moments = [*left, *[None] * BY_LUCK]
    alike = {moment for moment, after in pairwise(left) if left[moment] == left[after]}
    while moments:
        attempts += 1
        assert attempts < len(left) + MOST_TRIES, ("builds end before they are killed", stages)
        before = place.generations()
        moment = moments[0]
        pid = place.start(coming, *more, batch=1 if moment == "reading" else None, moment=moment)
        if moment is None:
            time.sleep(draw.uniform(0.02, length))
            with contextlib.suppress(ProcessLookupError):  # it has ended, and is tried again
                os.killpg(pid, signal.SIGKILL)
        code = place.forker.wait(pid)
        wait_for(lambda pid=pid: not members(pid), 5)  # type: ignore[misc]
        assert members(pid) == []
        assert code == -signal.SIGKILL or (moment is None and code == 0), (moment, place.said())
        now = digest(place.pointer.resolve())
        if code:
            at = stage(place, before)
            assert moment is None or at == left[moment], (moment, at)
            stages[at] += 1
            moments.pop(0)
            assert now == known[coming.name] or now == known[published.name], (moment, at)
            assert now == known[published.name] or at == PUBLISHING, (moment, at)
            assert now == known[coming.name] or moment != "clearing away"
        if moment in alike:
            continue
        begun = time.monotonic()
        assert place.built(coming, *more) == 0, place.said()
        length += (time.monotonic() - begun - length) / 3
        assert digest(place.pointer.resolve()) == known[coming.name]
        assert place.litter() == set()
        published, coming = coming, published
    return stages


def references(place: Place, *others: Cohort) -> dict[str, dict[Any, Any]]:
    """What whole databases of A and of B are, beside those of `others`: built undisturbed, and sound."""
    known = {}
    for cohort in (B, A):
        for number, one in enumerate([*others, cohort]):
            assert place.built(one, *(["--beside"] if number else [])) == 0, place.said()
        assert [finding.sentence for finding in check(place.pointer.resolve()) if finding.broken] == []
        known[cohort.name] = digest(place.pointer.resolve())
    assert known["A"] != known["B"]
    return known


@pytest.fixture(scope="module")
def alone(theatre: Place, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[Any, Any]]:
    """What A and B are, each the only callset."""
    return references(copied(theatre, tmp_path_factory.mktemp("alone") / "copy"))


def test_a_build_killed_at_any_moment_leaves_a_whole_database(watched: Place, alone: dict[str, Any]) -> None:
    """SIGKILL to its whole group; before the pointer moves the old one is there, then the new one; the next build works."""
    stages = kill_again_and_again(watched, LEFT, 1, alone)
    assert sum(stages.values()) == len(LEFT) + BY_LUCK


def test_a_build_beside_others_killed_at_any_moment_leaves_a_whole_database(watched: Place, elsewhere: Place) -> None:
    """The other callset of the published database is never lost, nor half of it published."""
    known = references(elsewhere, OLDER)
    for cohort in (A, OLDER):
        assert watched.built(cohort, *(["--beside"] if cohort is OLDER else [])) == 0, watched.said()
    stages = kill_again_and_again(watched, LEFT_BESIDE, 2, known, "--beside")
    assert sum(stages.values()) == len(LEFT_BESIDE) + BY_LUCK


def test_workers_of_a_killed_build_end(elsewhere: Place) -> None:
    """Killed alone, and not its group: whoever reads for it ends too; and the next build works."""
    pid = elsewhere.forker.start(elsewhere.folder, *B.command()[:-1], 2, batch=1)
    wait_for(lambda: len(members(pid)) > 2)
    os.kill(pid, signal.SIGKILL)
    assert elsewhere.forker.wait(pid) == -signal.SIGKILL
    wait_for(lambda: not members(pid), 10)
    assert members(pid) == []
    assert elsewhere.shows(A)
    assert elsewhere.built(B) == 0, elsewhere.said()
    assert elsewhere.shows(B)
    assert elsewhere.litter() == set()


def at_once(place: Place, *builds: tuple[Cohort, tuple[str, ...]]) -> None:
    """Starts builds together, and waits until all have ended well."""
    running = [place.start(cohort, *more) for cohort, more in builds]
    codes = [place.forker.wait(pid) for pid in running]
    assert codes == [0] * len(builds), place.said()


@pytest.mark.parametrize("many", [2, 3])
def test_builds_at_once_end_well_and_the_last_wins(watched: Place, alone: dict[str, Any], many: int) -> None:
    """No generation vanishes for who reads it, whole ones alone are published, and nothing is left but the last two."""
    before = watched.pointer.resolve()
    with duckdb.connect(str(before), read_only=True) as reader:
        people = reader.execute("SELECT count(*) FROM samples").fetchall()
        at_once(watched, *[((A, B, A)[number], ()) for number in range(many)])
        assert reader.execute("SELECT count(*) FROM samples").fetchall() == people
    assert watched.pointer.resolve() != before
    assert digest(watched.pointer.resolve()) in alone.values()
    # Renaming a file sets its ctime; its mtime tells when it was written, which another build may have done later
    newest = max(watched.pointer.parent.glob("cnv-*.duckdb"), key=lambda path: path.stat().st_ctime_ns)
    assert watched.pointer.resolve() == newest
    assert watched.litter() == set()
    assert len(watched.generations()) == 2


def test_builds_beside_each_other_at_once_lose_no_callset(watched: Place, alone: dict[str, Any]) -> None:
    """Each takes over what the other has published."""
    assert watched.built(A) == 0, watched.said()
    at_once(watched, (OLDER, ("--beside",)), (OLDEST, ("--beside",)))
    found = digest(watched.pointer.resolve())
    assert {schema for schema, _ in found} == {"main", "3.7.6", "3.5.7b"}
    assert {key: value for key, value in found.items() if key[0] == "main"} == alone["A"]
    assert watched.litter() == set()


def failed(place: Place, pid: int, says: str) -> None:
    """A build ended with one clear sentence and changed nothing."""
    assert place.forker.wait(pid) == 1, place.said()
    told = place.said()
    assert told.startswith("error: "), told
    assert len(told.splitlines()) == 1, told
    assert re.search(says, told), told
    assert place.litter() == set()


FULL: Final = "full|no space left|too large"


@pytest.mark.parametrize("size", [2_000, 40_000, 400_000, 1_500_000])
def test_no_room_for_a_file_is_told_and_changes_nothing(watched: Place, alone: dict[str, Any], size: int) -> None:
    """No file of the build may grow beyond a size: the shards, the tables, the last pages."""
    assert watched.built(A) == 0, watched.said()
    failed(watched, watched.start(B, limit=size), FULL)
    assert digest(watched.pointer.resolve()) == alone["A"]


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Something mounted at a folder; a skip where this may not be done."""
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_changes_nothing(elsewhere: Place, alone: dict[str, Any]) -> None:
    """A disk with room for the old database and a part of the new one, from next to nothing to all but the last of it."""
    size = elsewhere.pointer.resolve().stat().st_size
    out = elsewhere.pointer.parent
    with ExitStack() as held:
        keep = elsewhere.folder / "kept"
        shutil.copytree(out, keep, symlinks=True)
        held.enter_context(mounted(out, "-t", "tmpfs", "-o", f"size={2 * size}", "none"))
        shutil.copytree(keep, out, symlinks=True, dirs_exist_ok=True)
        for part in (0.01, 0.1, 0.5, 0.9):
            room = int(part * size) // 4096 * 4096 + 4096
            free = shutil.disk_usage(out).free
            (elsewhere.folder / "filling").unlink(missing_ok=True)
            with (out / "filling").open("wb") as filling:
                filling.write(bytes(free - room))
            litter = elsewhere.litter
            pid = elsewhere.start(B)
            assert elsewhere.forker.wait(pid) == 1, (part, elsewhere.said())
            told = elsewhere.said()
            assert told.startswith("error: "), (part, told)
            assert len(told.splitlines()) == 1, (part, told)
            assert re.search(FULL, told, re.IGNORECASE), (part, told)
            (out / "filling").unlink()
            assert litter() == set()
            assert digest(elsewhere.pointer.resolve()) == alone["A"]


def test_a_folder_that_cannot_be_written_to_is_told(elsewhere: Place, alone: dict[str, Any]) -> None:
    out = elsewhere.pointer.parent
    before = {path.name for path in out.iterdir()}
    with mounted(out, "--bind", str(out)):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(out)], check=True)
        failed(elsewhere, elsewhere.start(B), "cannot be written to: give another --out")
        assert digest(elsewhere.pointer.resolve()) == alone["A"]
    assert {path.name for path in out.iterdir()} == before
    assert elsewhere.built(B) == 0


def test_a_folder_of_somebody_else_is_told(theatre: Place, alone: dict[str, Any]) -> None:
    if os.geteuid():
        pytest.skip("only root can run a build as another user")
    with tempfile.TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        place = copied(theatre, Path(open_to_all) / "place")
        failed(place, place.start(B, user=NOBODY), "cannot be (written to|read)")
        assert digest(place.pointer.resolve()) == alone["A"]


def test_a_database_deleted_by_hand_comes_back_with_the_next_build(elsewhere: Place, alone: dict[str, Any]) -> None:
    for more in ((), ("--beside",)):
        elsewhere.pointer.resolve().unlink()
        assert elsewhere.built(B, *more) == 0, elsewhere.said()
        assert digest(elsewhere.pointer.resolve()) == alone["B"]
        assert elsewhere.litter() == set()


def test_a_file_in_the_place_of_the_pointer_is_kept(elsewhere: Place) -> None:
    """Somebody's own, there before the build or put there while it runs."""
    pid = elsewhere.start(B)
    wait_for(lambda: bool(elsewhere.working()))
    elsewhere.pointer.unlink()
    elsewhere.pointer.write_text("mine")
    for build in (pid, None):
        said = "is a file and not the pointer"
        pid = elsewhere.start(B) if build is None else build
        assert elsewhere.forker.wait(pid) == 1, elsewhere.said()
        assert re.fullmatch(rf"error: .* {said}[^\n]*\n", elsewhere.said()), elsewhere.said()
        assert elsewhere.pointer.read_text() == "mine"
        assert elsewhere.working() == []
        assert len(elsewhere.generations()) == 1
