"""The database as the dashboard opens it: the published file behind a pointer, one read-only root per published file.

A published file and the root that reads it are a generation. A page run or a download leases one and keeps it to its
end, so that its numbers belong together while a new file is taken over; a generation closes when it has been replaced
and its last lease has ended. The file is attached to a root in memory and not opened as the root itself, because
DuckDB gives a second connection to the same path the old content for as long as the first is open.
"""

import logging
import re
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import duckdb
import polars as pl

from data_prep.domain.callsets import newest_first, quoted_name
from data_prep.domain.schema import SCHEMA_VERSION

MEMORY_LIMIT: Final = "1GB"
THREADS: Final = 2
QUERIES_AT_ONCE: Final = 4
QUERY_WAIT: Final = 20.0
"""Seconds a query waits for its turn before the page says that the server is busy."""
WATCH_INTERVAL: Final = 1.0
"""Seconds between two looks at the pointer."""


TRY_AGAIN: Final = 10.0
"""Seconds after which a file that could not be read is tried again: it may have been the disk, or too many open files."""
REBUILD: Final = "Build it again with “python -m data_prep build”."

_log = logging.getLogger(__name__)


class Size(Enum):
    """How much memory an answer takes."""

    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"


REMEMBERED: Final = {Size.SMALL: 256, Size.LARGE: 4}
"""Answers that a generation keeps; of each size the least recently used goes first."""

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


class UnavailableError(Exception):
    """There is no database to read: `reason` is a sentence that says why, `advice` one that says what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


class BusyError(Exception):
    """Too many queries at once, or one that needs more memory than it may have: worth another try."""


@dataclass(frozen=True)
class Statement:
    """One SQL query and the columns it answers with, in order. Values enter as named parameters only."""

    text: str
    columns: Mapping[str, pl.DataType | type[pl.DataType]]

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names of the parameters; DuckDB refuses to be given any other."""
        return frozenset(re.findall(r"\$([a-z_]+)", self.text))


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A database as it was published."""

    name: str
    generation: str
    """Of the build that published it; each callset in it has one of its own, which may be older."""
    published_at: str
    """ISO 8601, UTC."""

    def __str__(self) -> str:
        """Its name, with the generation where the name does not say it."""
        return self.name if self.generation in self.name else f"{self.name} (generation {self.generation})"


@dataclass(frozen=True, slots=True)
class _Damage:
    """A question that a file could not answer, because a block of it is damaged or a table is missing."""

    schema: str
    statement: Statement
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Identity:
    """What tells one published file from the next: where the pointer leads, and the file that is there."""

    path: Path
    device: int
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, pointer: Path) -> "_Identity":
        """Raises OSError where the pointer leads to no regular file: DuckDB would wait for ever for a pipe to be written."""
        path = _led_to(pointer, strict=True)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path.name} is no file")
        return cls(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    @property
    def published_at(self) -> str:
        """When the file was finished, as ISO 8601 in UTC."""
        return datetime.fromtimestamp(self.modified // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Generation:
    """One published database, open read-only. Made by a `Store`; everything here may be called from any thread.

    A file may hold several callsets of the same people, each a whole database in a schema of its own. A generation
    reads one of them, and leads to the others: no answer that it keeps can be mistaken for one of theirs.
    """

    def __init__(
        self, path: Path, provenance: Mapping[str, str], root: duckdb.DuckDBPyConnection, schema: str = "main"
    ) -> None:
        self.path = path
        self.provenance = provenance
        self.callsets: dict[str, Generation] = {self.callset: self}
        """Every callset of the file by name, the newest release first."""
        self.published_at = ""
        """When the file was finished, as ISO 8601 in UTC; empty where there is no file."""
        self.damage: _Damage | None = None
        """What the file could not answer; its store lends it no more."""
        self._root = root
        self._schema = schema
        self._turns = threading.BoundedSemaphore(QUERIES_AT_ONCE)
        self._lock = threading.Lock()
        self._users = 0
        self._retired = False
        self._closed = False
        self._answers: dict[Size, OrderedDict[Hashable, object]] = {size: OrderedDict() for size in REMEMBERED}
        self._idle: list[duckdb.DuckDBPyConnection] = []

    @property
    def id(self) -> str:
        """Name of the published content."""
        return self.provenance.get("generation", self.path.stem)

    @property
    def callset(self) -> str:
        """Name of the callset that this reads: its release, and whether it is simulated."""
        return self.provenance.get("callset") or self.provenance.get("release", "")

    @property
    def file(self) -> PublishedFile:
        """The file that this callset lies in, with the generation of the build that published it.

        The file bears that build's generation in its name. One that was renamed has it from the callset built last.
        """
        all_callsets = list(self.callsets.values())
        named = [one.id for one in all_callsets if one.id and one.id in self.path.stem]
        latest = max(all_callsets, key=lambda one: one.provenance.get("built_at", ""))
        return PublishedFile(self.path.name, named[0] if named else latest.id, self.published_at)

    def of(self, callset: str) -> "Generation":
        """The callset of this name in the same file; this one where there is none."""
        return self.callsets.get(callset, self)

    @property
    def closed(self) -> bool:
        return self._closed

    def frame(self, statement: Statement, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """The whole answer of a query, in the columns that the statement says.

        Fetched as rows: DuckDB's way to a frame binds the statement twice, which costs more than rows do.
        """
        with self._turn(), self._kept_cursor() as cursor, self._faults(statement, parameters):
            rows = cursor.execute(statement.text, _given(statement, parameters)).fetchall()
        return pl.DataFrame(rows, schema=dict(statement.columns), orient="row")

    @contextmanager
    def batches(
        self, statement: Statement, parameters: Mapping[str, object], rows: int
    ) -> Iterator[Iterator[pl.DataFrame]]:
        """The answer in frames of about `rows` rows, fetched as they are asked for; the cursor closes with the context.

        Only the start of the query takes a turn: a slow reader must not keep pages waiting.
        """
        with self._cursor() as cursor:
            with self._turn(), self._faults(statement, parameters):
                reader = cursor.sql(statement.text, params=_given(statement, parameters)).to_arrow_reader(rows)

            def frames() -> Iterator[pl.DataFrame]:
                with self._faults(statement, parameters):
                    for batch in reader:
                        yield _frame(batch)

            try:
                yield frames()
            finally:
                reader.close()

    def table(self, statement: Statement, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
        """As `frame`, for answers of thousands of rows, which go from column to column."""
        with self._turn(), self._kept_cursor() as cursor, self._faults(statement, parameters):
            found = cursor.sql(statement.text, params=_given(statement, parameters)).to_arrow_table()
        frame = pl.from_arrow(found, schema_overrides=dict(statement.columns))
        assert isinstance(frame, pl.DataFrame)
        return frame

    def recall(
        self, key: Hashable, make: Callable[[], Answer], size: Callable[[Answer], Size] = lambda _: Size.SMALL
    ) -> Answer:
        """The answer kept under `key`, made once; of large answers only the last few are kept, and of huge ones none.

        The memory is the generation's own, so no key outlives its data.
        """
        with self._lock:
            for kept in self._answers.values():
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key]  # type: ignore[return-value]  # one key, one maker
        answer = make()
        told = size(answer)
        if told is Size.HUGE:
            return answer
        with self._lock:
            kept = self._answers[told]
            kept[key] = answer
            while len(kept) > REMEMBERED[told]:
                kept.popitem(last=False)
        return answer

    @contextmanager
    def _faults(self, statement: Statement, parameters: Mapping[str, object] | None) -> Iterator[None]:
        """Turns running out of memory into `BusyError`, and a damaged or incomplete file into `UnavailableError`."""
        try:
            yield
        except duckdb.OutOfMemoryException:
            raise BusyError(
                "This question needs more memory than is free at the moment. Try again in a few seconds."
            ) from None
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException) and _SPILLING.search(str(error)):
                raise BusyError(
                    "This question needs more room on the server's disk than is free. Try again in a few seconds."
                ) from None
            if not _is_damage(error):
                raise
            if self.damage is None:
                _log.error("%s cannot be read: %s", self.path.name, str(error).partition("\n")[0])
            damage = _Damage(self._schema, statement, dict(parameters or {}))
            for callset in self.callsets.values():
                callset.damage = callset.damage or damage
            raise self.unavailable from None

    @property
    def unavailable(self) -> UnavailableError:
        """What is said where the file turned out to be damaged."""
        return UnavailableError(
            f"{self.path.name} cannot be read: a part of it is damaged, or a table is missing.", REBUILD
        )

    def answers(self, damage: _Damage) -> bool:
        """Whether the file answers now what it could not answer before."""
        callset = next((one for one in self.callsets.values() if one._schema == damage.schema), self)
        # known already, so that it is not logged again
        callset.damage = damage
        try:
            with callset.batches(damage.statement, damage.parameters, 10_000) as frames:
                for _ in frames:
                    pass
        except (UnavailableError, BusyError):
            return False
        callset.damage = None
        return True

    def _enter(self) -> None:
        with self._lock:
            self._users += 1

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
        self._close_if_done()

    def _retire(self) -> None:
        with self._lock:
            self._retired = True
        self._close_if_done()

    def _close_if_done(self) -> None:
        with self._lock:
            if not self._retired or self._users or self._closed:
                return
            self._closed = True
        for one in self.callsets.values():
            one._forget()
        self._root.close()

    def _forget(self) -> None:
        """Lets go of what is kept for the next question."""
        with self._lock:
            for kept in self._answers.values():
                kept.clear()
            idle, self._idle = self._idle, []
        for cursor in idle:
            cursor.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=QUERY_WAIT):
            raise BusyError("Too many people are asking at the moment. Try again in a few seconds.")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of one's own, for an answer that is read little by little."""
        cursor = self._opened()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def _kept_cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for an answer that is read at once; the next query takes it over, unless this one failed.

        To open one costs a third of a small query.
        """
        with self._lock:
            cursor = self._idle.pop() if self._idle else None
        cursor = cursor or self._opened()
        try:
            yield cursor
        except BaseException:
            cursor.close()
            raise
        with self._lock:
            self._idle.append(cursor)

    def _opened(self) -> duckdb.DuckDBPyConnection:
        cursor = self._root.cursor()
        cursor.execute(f"USE published.{quoted_name(self._schema)}")
        return cursor


class Store:
    """Follows the pointer at `path` and lends the generation it leads to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._current: Generation | None = None
        self._identity: _Identity | None = None
        self._failure: UnavailableError | None = None
        self._damage: _Damage | None = None
        self._tried = float("-inf")
        """When the file that could not be read was opened last."""
        self._looked = float("-inf")

    @contextmanager
    def lease(self) -> Iterator[Generation]:
        """The generation that is published now, kept open until the context ends.

        Raises `UnavailableError` where the pointer leads to nothing that can be read.
        """
        generation = self._entered()
        try:
            yield generation
        finally:
            generation._leave()

    def close(self) -> None:
        """Lets go of the current generation; it closes with its last lease."""
        with self._lock:
            self._replace(None, None, None)
            self._looked = float("-inf")

    def _entered(self) -> Generation:
        with self._lock:
            if self._current is not None and self._current.damage is not None:
                self._damage = self._current.damage
                self._fail(self._identity, self._current.unavailable)
            if time.monotonic() - self._looked >= WATCH_INTERVAL:
                self._look()
                self._looked = time.monotonic()
            if self._current is None:
                failure = self._failure
                assert failure is not None
                raise UnavailableError(failure.reason, failure.advice)
            self._current._enter()
            return self._current

    def _look(self) -> None:
        """Takes over what the pointer leads to, if it is another file than before.

        Where builds publish one after the other, the file may be gone before it is opened: then the pointer leads to the next.
        """
        target = _led_to(self.path)
        self._take_over()
        while self._current is None and (moved := _led_to(self.path)) != target:
            target = moved
            self._take_over()

    def _take_over(self) -> None:
        try:
            identity = _Identity.of(self.path)
        except FileNotFoundError:
            self._fail(
                None,
                UnavailableError(
                    f"There is no database at {self.path.name}.",
                    "Build one with “python -m data_prep build”, or name one in the environment variable CNV_DATABASE.",
                ),
            )
            return
        except OSError as error:
            self._fail(
                None,
                UnavailableError(
                    f"There is no database at {self.path.name}: it cannot be followed to a file "
                    f"({error.strerror or error}).",
                    "Build one with “python -m data_prep build”, or name one in the environment variable CNV_DATABASE.",
                ),
            )
            return
        if identity != self._identity:
            self._damage = None
        elif self._failure is None or time.monotonic() - self._tried < TRY_AGAIN:
            return
        try:
            opened = _open(identity.path)
        except UnavailableError as failure:
            self._fail(identity, failure)
            return
        for callset in opened.callsets.values():
            callset.published_at = identity.published_at
        if self._damage is not None and not opened.answers(self._damage):
            opened._retire()
            self._fail(identity, opened.unavailable)
            return
        if self._current is not None or self._failure is not None:
            file = opened.file
            _log.info(
                "%s is read now: generation %s, published %s, with %s",
                file.name,
                file.generation,
                file.published_at,
                ", ".join(opened.callsets),
            )
        self._damage = None
        self._replace(opened, identity, None)

    def _fail(self, identity: _Identity | None, failure: UnavailableError) -> None:
        """Lends nothing until another file is published, or this one can be read after all."""
        if self._failure is None or self._failure.reason != failure.reason:
            _log.warning("%s %s", failure.reason, failure.advice)
        self._tried = time.monotonic()
        self._replace(None, identity, failure)

    def _replace(
        self, current: Generation | None, identity: _Identity | None, failure: UnavailableError | None
    ) -> None:
        before = self._current
        self._current, self._identity, self._failure = current, identity, failure
        if before is not None:
            before._retire()


def _led_to(pointer: Path, *, strict: bool = False) -> Path:
    """The path that a pointer leads to; with `strict` it exists. Raises OSError, for a loop of links too."""
    try:
        return pointer.resolve(strict=strict)
    except RuntimeError:
        # what Python 3.11 and 3.12 raise for a loop; later ones raise OSError where a path has to exist
        if strict:
            raise OSError("a loop of links") from None
        return pointer


def remembered(
    function: Callable[Concatenate[Generation, Arguments], Answer],
) -> Callable[Concatenate[Generation, Arguments], Answer]:
    """Keeps a function's answers with the generation they were read from; its other arguments must be hashable."""

    @wraps(function)
    def recalled(database: Generation, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        key = (function.__module__, function.__qualname__, args, tuple(sorted(kwargs.items())))
        return database.recall(key, lambda: function(database, *args, **kwargs))

    return recalled


# One row a callset: the schema that holds it.
_SCHEMAS: Final = """SELECT schema_name FROM duckdb_tables()
WHERE database_name = 'published' AND table_name = 'provenance' ORDER BY schema_name"""


# What DuckDB raises where a file is not what its schema says; its own class of all errors stands for a wrong checksum.
_DAMAGE: Final = (
    duckdb.IOException,
    duckdb.CatalogException,
    duckdb.BinderException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
)


_SPILLING: Final = re.compile("write|temporary|space left", re.IGNORECASE)
"""Faults of the disk that a large question is sorted on, and not of the database, which is only read."""


def _is_damage(error: duckdb.Error) -> bool:
    return type(error) in (duckdb.Error, duckdb.DatabaseError) or isinstance(error, _DAMAGE)


def _open(path: Path) -> Generation:
    """The published file at `path`, if it is a database of our schema version: the newest of its callsets."""
    root = duckdb.connect(
        ":memory:",
        # extensions would be fetched from the network
        config={"memory_limit": MEMORY_LIMIT, "threads": THREADS, "autoinstall_known_extensions": "false"},
    )
    try:
        root.execute("ATTACH '{}' AS published (READ_ONLY)".format(str(path).replace("'", "''")))
        root.execute("SET enable_external_access = false")
        root.execute("SET lock_configuration = true")
        found = {schema: _provenance(root, schema) for (schema,) in root.execute(_SCHEMAS).fetchall()}
    except duckdb.Error:
        root.close()
        raise UnavailableError(
            f"{path.name} cannot be opened: it is not a DuckDB database, or it is damaged.", REBUILD
        ) from None
    if not found:
        root.close()
        raise UnavailableError(f"{path.name} is a DuckDB file, but not one that data_prep made.", REBUILD)
    for facts in found.values():
        version = facts.get("schema_version", "none")
        if version != str(SCHEMA_VERSION):
            root.close()
            raise UnavailableError(
                f"{path.name} has schema version {version}; this dashboard reads version {SCHEMA_VERSION}.",
                REBUILD[:-1] + ", with the data_prep of the same release as the dashboard.",
            )
    generations = [Generation(path, facts, root, schema) for schema, facts in found.items()]
    generations.sort(key=lambda one: newest_first(one.callset))
    callsets = {one.callset: one for one in generations}
    for one in generations:
        one.callsets = callsets
    return generations[0]


def _provenance(root: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    return dict(root.execute(f"SELECT key, value FROM published.{quoted_name(schema)}.provenance").fetchall())


def _given(statement: Statement, parameters: Mapping[str, object] | None) -> dict[str, Any]:
    return {name: value for name, value in (parameters or {}).items() if name in statement.parameters}


def _frame(batch: object) -> pl.DataFrame:
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)
    return frame
