"""One published database as the dashboard reads it: statements, their answers, and what is kept of them.

A published file and the root that reads it are a generation; `dashboard.store.published` opens and lends it. It stays the
same for as long as it is leased, so that the numbers of a page or a download belong together.
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_prep.domain.callsets import quoted_name

REBUILD: Final = "Build it again with “python -m data_prep build”."
QUERIES_AT_ONCE: Final = 4
QUERY_WAIT: Final = 20.0
"""Seconds a query waits for its turn before the page says that the server is busy."""
_log = logging.getLogger(__name__)


class Size(Enum):
    """How much memory an answer takes."""

    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"
    SHARED = "shared"
    """A part of a table that most pages take rows from, of which there are at most a few for each chromosome."""


REMEMBERED: Final = {Size.SMALL: 512, Size.LARGE: 4, Size.SHARED: 256}
"""Answers that a generation keeps; of each size the least recently used goes first."""

Answer = TypeVar("Answer")
Array = NDArray[Any]
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
class Damage:
    """A question that a file could not answer, because a block of it is damaged or a table is missing."""

    schema: str
    statement: Statement
    parameters: Mapping[str, object]


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
        self.damage: Damage | None = None
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
        named = [callset.id for callset in all_callsets if callset.id and callset.id in self.path.stem]
        latest = max(all_callsets, key=lambda callset: callset.provenance.get("built_at", ""))
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
            answer = cursor.sql(statement.text, params=_given(statement, parameters)).to_arrow_table()
        frame = pl.from_arrow(answer, schema_overrides=dict(statement.columns))
        assert isinstance(frame, pl.DataFrame)
        return frame

    def columns(self, statement: Statement, parameters: Mapping[str, object] | None = None) -> dict[str, Array]:
        """The whole answer of a query of numbers as arrays, null as -1 and of a float as NaN: quicker than a frame, of few rows
        and of many."""
        with self._turn(), self._kept_cursor() as cursor, self._faults(statement, parameters):
            columns = cursor.execute(statement.text, _given(statement, parameters)).fetchnumpy()
        return {name: _without_mask(column) for name, column in columns.items()}

    def recall(
        self, key: Hashable, make: Callable[[], Answer], size: Callable[[Answer], Size] = lambda _: Size.SMALL
    ) -> Answer:
        """The answer kept under `key`, made once; of large answers only the last few are kept, and of huge ones none.

        The memory is the generation's own, so no key outlives its data.
        """
        with self._lock:
            for answers in self._answers.values():
                if key in answers:
                    answers.move_to_end(key)
                    return answers[key]  # type: ignore[return-value]  # one key, one maker
        answer = make()
        kind = size(answer)
        if kind is Size.HUGE:
            return answer
        with self._lock:
            answers = self._answers[kind]
            answers[key] = answer
            while len(answers) > REMEMBERED[kind]:
                answers.popitem(last=False)
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
            damage = Damage(self._schema, statement, dict(parameters or {}))
            for callset in self.callsets.values():
                callset.damage = callset.damage or damage
            raise self.unavailable from None

    @property
    def unavailable(self) -> UnavailableError:
        """What is said where the file turned out to be damaged."""
        return UnavailableError(
            f"{self.path.name} cannot be read: a part of it is damaged, or a table is missing.", REBUILD
        )

    def answers(self, damage: Damage) -> bool:
        """Whether the file answers now what it could not answer before."""
        callset = next((other for other in self.callsets.values() if other._schema == damage.schema), self)
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
        for callset in self.callsets.values():
            callset._forget()
        self._root.close()

    def _forget(self) -> None:
        """Lets go of what is kept for the next question."""
        with self._lock:
            for answers in self._answers.values():
                answers.clear()
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


def remembered(
    function: Callable[Concatenate[Generation, Arguments], Answer],
) -> Callable[Concatenate[Generation, Arguments], Answer]:
    """Keeps a function's answers with the generation they were read from; its other arguments must be hashable."""

    @wraps(function)
    def recalled(database: Generation, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        key = (function.__module__, function.__qualname__, args, tuple(sorted(kwargs.items())))
        return database.recall(key, lambda: function(database, *args, **kwargs))

    return recalled


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


def _given(statement: Statement, parameters: Mapping[str, object] | None) -> dict[str, Any]:
    return {name: value for name, value in (parameters or {}).items() if name in statement.parameters}


def _without_mask(column: Array) -> Array:
    """A column with -1 for null, or NaN where it has floats."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    # as whole numbers of 64 bits, since a column without a sign has no -1
    is_float = column.dtype.kind == "f"
    filled: Array = np.ma.filled(column if is_float else np.ma.asarray(column, np.int64), np.nan if is_float else -1)
    return filled


def _frame(batch: object) -> pl.DataFrame:
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)
    return frame
