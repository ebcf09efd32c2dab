"""The published file behind a pointer: followed, opened read-only, and lent as a generation.

A page run or a download leases a generation and keeps it to its end, while a new file is taken over; a generation closes
when it has been replaced and its last lease has ended. The file is attached to a root in memory and not opened as the
root itself, because DuckDB gives a second connection to the same path the old content for as long as the first is open.
"""

import logging
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb

from dashboard.store.database import REBUILD, Damage, Generation, UnavailableError
from data_prep.domain.callsets import newest_first, quoted_name
from data_prep.domain.schema import SCHEMA_VERSION

MEMORY_LIMIT: Final = "1GB"
THREADS: Final = 2
WATCH_INTERVAL: Final = 1.0
"""Seconds between two looks at the pointer."""
TRY_AGAIN: Final = 10.0
"""Seconds after which a file that could not be read is tried again: it may have been the disk, or too many open files."""

_log = logging.getLogger(__name__)


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


class Store:
    """Follows the pointer at `path` and lends the generation it leads to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._current: Generation | None = None
        self._identity: _Identity | None = None
        self._failure: UnavailableError | None = None
        self._damage: Damage | None = None
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


# One row a callset: the schema that holds it.
_SCHEMAS: Final = """SELECT schema_name FROM duckdb_tables()
WHERE database_name = 'published' AND table_name = 'provenance' ORDER BY schema_name"""


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
        provenances = {schema: _provenance(root, schema) for (schema,) in root.execute(_SCHEMAS).fetchall()}
    except duckdb.Error:
        root.close()
        raise UnavailableError(
            f"{path.name} cannot be opened: it is not a DuckDB database, or it is damaged.", REBUILD
        ) from None
    if not provenances:
        root.close()
        raise UnavailableError(f"{path.name} is a DuckDB file, but not one that data_prep made.", REBUILD)
    for facts in provenances.values():
        version = facts.get("schema_version", "none")
        if version != str(SCHEMA_VERSION):
            root.close()
            raise UnavailableError(
                f"{path.name} has schema version {version}; this dashboard reads version {SCHEMA_VERSION}.",
                REBUILD[:-1] + ", with the data_prep of the same release as the dashboard.",
            )
    generations = [Generation(path, facts, root, schema) for schema, facts in provenances.items()]
    generations.sort(key=lambda generation: newest_first(generation.callset))
    callsets = {generation.callset: generation for generation in generations}
    for generation in generations:
        generation.callsets = callsets
    return generations[0]


def _provenance(root: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    return dict(root.execute(f"SELECT key, value FROM published.{quoted_name(schema)}.provenance").fetchall())
