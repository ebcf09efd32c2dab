"""One object to one whole file, and many of them at once.

A file under way is called `<name>.<version>.part`, where the version is of the object's ETag and size: what a killed fetch
left is continued only with bytes of the same object. It gets its name when it is complete, compared with its checksum and
on the disk; so a file with its name is whole.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import obstore
from isal import igzip
from obstore.exceptions import BaseError
from obstore.store import HTTPStore, S3Store

from data_prep.fetch.connection import Patience
from data_prep.fetch.errors import FROM_OBSTORE, ObjectError, Reason, disk_fault, explain_error
from data_prep.fetch.manifest import Entry

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult, ObjectMeta

Store = S3Store | HTTPStore
T = TypeVar("T")

CHUNK: Final = 1 << 18
"""Bytes that are read from the disk at once."""
_LARGEST_CHECKSUM: Final = 1 << 20
_MD5: Final = re.compile(r"[0-9a-fA-F]{32}")
_WHOLE_INSTEAD: Final = re.compile(r"partial|status code: 416", re.IGNORECASE)
"""What obstore says where a part was asked and the whole came, or the part was refused."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An object and the file it is to be."""

    store: Store
    key: str
    """In the store."""
    name: str
    """For people: the address."""
    path: str
    """Relative to the folder of the fetch, with slashes."""
    size: int
    """Bytes."""
    etag: str = ""
    """Without quotes; what tells one version of an object of a bucket from another."""
    modified: str = ""
    """ISO 8601; the same for a file of a web server, whose ETags often differ from one of its machines to the next."""
    md5sum: str | None = None
    """Key of an object in the same store that holds the MD5: alone, or in lines with the names of files."""
    sample: str | None = None
    origin: str = ""
    """What the manifest calls it, where that is not `name`: the public address of what comes from a mirror."""

    @property
    def version(self) -> str:
        """What must stay the same while it is fetched; empty where the server tells nothing."""
        return self.etag or self.modified

    def condition(self) -> "GetOptions":
        """The request that only this version be given."""
        if self.etag:
            return {"if_match": f'"{self.etag}"'}
        return {"if_unmodified_since": datetime.fromisoformat(self.modified)} if self.modified else {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole file."""

    entry: Entry
    unchanged: bool
    """It was there before."""
    renewed: bool = False
    """It was there with other content: the object has changed, or somebody the file."""
    received: int = 0
    """Bytes that came over the network for it."""
    resumed: bool = False
    """It began with what an earlier fetch or a cut connection had left."""


async def look_up(
    store: Store,
    key: str,
    name: str,
    path: str,
    patience: Patience,
    md5sum: str | None = None,
    sample: str | None = None,
    origin: str = "",
) -> Wanted:
    """An object by its key alone, with size and ETag as the server tells them. Raises ObjectError."""
    meta = await patience.ask(name, lambda: obstore.head_async(store, key))
    etag, modified = _version_of(store, meta)
    return Wanted(store, key, name, path, meta["size"], etag, modified, md5sum, sample, origin)


async def begin(
    store: Store,
    key: str,
    name: str,
    path: str,
    patience: Patience,
    md5sum: str | None = None,
    sample: str | None = None,
    origin: str = "",
) -> tuple[Wanted, "GetResult"]:
    """As `look_up`, by the answer that brings the object itself: one request where nothing of it is here. Raises ObjectError."""
    answer = await patience.ask(name, lambda: obstore.get_async(store, key))
    etag, modified = _version_of(store, answer.meta)
    return Wanted(store, key, name, path, answer.meta["size"], etag, modified, md5sum, sample, origin), answer


async def is_there(wanted: Wanted, folder: Path, known: Entry | None) -> bool:
    """Whether the file is byte for byte what the manifest says of this very version of the object."""
    if known is None or not wanted.version or (known.version, known.size) != (wanted.version, wanted.size):
        return False
    digest_here = await asyncio.to_thread(_Digest.of, folder / wanted.path)
    return digest_here is not None and (digest_here.size, digest_here.sha256) == (known.size, known.sha256)


async def fetch(
    wanted: Wanted, folder: Path, known: Entry | None, patience: Patience, answer: "GetResult | None" = None
) -> Outcome:
    """Makes the file whole: leaves it where it is, or fetches it; `answer` has begun to bring it.

    Its bytes are compared with the ETag where that is an MD5, else with its checksum object. Raises ObjectError; FetchError
    for a full disk.
    """
    if known is not None and await is_there(wanted, folder, known):
        return Outcome(known, unchanged=True)
    target = folder / wanted.path
    digest_here = await asyncio.to_thread(_Digest.of, target)
    checked_by, expected = "etag", _etag_md5(wanted.etag)
    if expected is None and wanted.md5sum and (md5 := await _stated_md5(wanted, patience)):
        checked_by, expected = "md5sum", md5
    if digest_here is not None and digest_here.size == wanted.size and digest_here.md5 == expected:
        return Outcome(_entry(wanted, digest_here, checked_by), unchanged=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    attempt = _Attempt(wanted, target, expected, checked_by, patience, answer)
    digest, checked_by = await patience.attempts_at(attempt)
    return Outcome(
        _entry(wanted, digest, checked_by),
        unchanged=False,
        renewed=digest_here is not None and digest_here.sha256 != digest.sha256,
        received=attempt.received,
        resumed=attempt.resumed,
    )


async def in_parallel(items: Iterable[T], jobs: int, action: Callable[[T], Awaitable[None]]) -> None:
    """Runs an action on every item, `jobs` at a time; the first exception ends all of them."""
    queue = deque(items)

    async def work() -> None:
        while queue:
            await action(queue.popleft())

    workers = [asyncio.create_task(work()) for _ in range(min(jobs, len(queue)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Digest:
    size: int
    md5: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "_Digest | None":
        """Of a file; None where there is none."""
        md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
        size = 0
        try:
            with path.open("rb") as content:
                while block := content.read(CHUNK):
                    md5.update(block)
                    sha256.update(block)
                    size += len(block)
        except FileNotFoundError:
            return None
        return cls(size, md5.hexdigest(), sha256.hexdigest())


class _Attempt:
    """One attempt after another at one file; each goes on where the last one ended."""

    def __init__(
        self,
        wanted: Wanted,
        target: Path,
        expected: str | None,
        checked_by: str,
        patience: Patience,
        answer: "GetResult | None",
    ) -> None:
        self.wanted = wanted
        self.target = target
        self.expected = expected
        self.checked_by = checked_by
        self.patience = patience
        self.begun = answer
        self.part = target.with_name(f"{target.name}.{_version(wanted)}.part")
        self.received = 0
        self.resumed = False
        self.wrong: str | None = None
        """The MD5 that came last and was not the expected one."""

    async def __call__(self) -> tuple[_Digest, str]:
        """The file whole under its name: what it is, and what that was compared with."""
        while (before := self._size()) != self.wanted.size:
            try:
                await self._receive(before)
            except ObjectError as error:
                if not error.passing or self._size() <= max(before, 0):
                    raise
                # bytes came: the connection is bad, but not dead
        return await self._finish()

    def _size(self) -> int:
        try:
            return self.part.stat().st_size
        except FileNotFoundError:
            return -1

    async def _receive(self, before: int) -> None:
        start = before if 0 < before < self.wanted.size and self.wanted.version else 0
        begun, self.begun = self.begun, None
        result = begun if begun is not None and start == 0 else await self._answer(start)
        # without a buffer: what came is where a kill of this process does not reach
        with _on_disk(self.part), self.part.open("r+b" if start else "wb", buffering=0) as out:
            out.seek(start)
            self.resumed = self.resumed or start > 0
            try:
                async for block in result.stream(min_chunk_size=1):
                    self._write(out, block)
                    self.received += len(block)
            except BaseError as error:
                raise explain_error(error, self.wanted.name) from error
        if self._size() != self.wanted.size:
            raise ObjectError(Reason.CUT, f"{self.wanted.name} ended early")

    def _write(self, out: FileIO, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[out.write(rest) :]

    async def _answer(self, start: int) -> "GetResult":
        """The object from byte `start` on, in the version that is wanted."""
        options = self.wanted.condition()
        if start:
            options["range"] = {"offset": start}
        try:
            result = await obstore.get_async(self.wanted.store, self.wanted.key, options=options)
        except FROM_OBSTORE as error:
            problem = explain_error(error, self.wanted.name)
            if start and _WHOLE_INSTEAD.search(str(error)):
                # a server that gives no parts of files: from the beginning, then
                self.part.unlink(missing_ok=True)
                raise ObjectError(Reason.CUT, str(problem)) from error
            raise problem from error
        if (*_version_of(self.wanted.store, result.meta), result.meta["size"]) != (
            self.wanted.etag,
            self.wanted.modified,
            self.wanted.size,
        ):
            raise ObjectError(Reason.CHANGED, f"{self.wanted.name} changed on the server while it was fetched")
        return result

    async def _finish(self) -> tuple[_Digest, str]:
        digest = await asyncio.to_thread(_Digest.of, self.part)
        if digest is None:
            raise ObjectError(Reason.CUT, f"{self.part} is gone: is another fetch at work in its folder?")
        if self.expected and digest.md5 != self.expected:
            await self._compare_with_object(digest)
        checked_by = await asyncio.to_thread(self._check, digest)
        with _on_disk(self.part):
            await asyncio.to_thread(_to_disk, self.part)
            self.part.replace(self.target)
        for left in self.target.parent.glob(f"{_pattern(self.target.name)}.*.part"):
            left.unlink(missing_ok=True)
        return digest, checked_by

    async def _compare_with_object(self, digest: _Digest) -> None:
        """Takes the word of the checksum object where the ETag only looked like an MD5, as encrypted objects' do."""
        if self.checked_by == "etag" and self.wanted.md5sum:
            try:
                stated = await _stated_md5(self.wanted, self.patience)
            except ObjectError:
                return
            if stated == digest.md5:
                self.expected, self.checked_by = stated, "md5sum"

    def _check(self, digest: _Digest) -> str:
        """What the complete part was compared with; it is thrown away where it is not what it should be."""
        if self.expected:
            if digest.md5 == self.expected:
                return self.checked_by
            self.part.unlink()
            again = digest.md5 == self.wrong
            self.wrong = digest.md5
            stated = "its .md5sum object" if self.checked_by == "md5sum" else "its ETag"
            way_out = self.checked_by == "md5sum" and isinstance(self.wanted.store, S3Store)
            raise ObjectError(
                Reason.CHECKSUM,
                f"{self.wanted.name} has the MD5 {digest.md5}, {stated} says {self.expected}"
                + (" (--no-md5sum goes by the checksum inside the gzip)" if way_out else ""),
                final=again,
            )
        if self.target.name.endswith(".gz"):
            if not _sound_gzip(self.part):
                self.part.unlink()
                raise ObjectError(Reason.DAMAGED, f"{self.wanted.name} does not inflate")
            return "gzip"
        return "size"


async def _stated_md5(wanted: Wanted, patience: Patience) -> str | None:
    """The MD5 that the object beside it states; None where it states none."""
    key = wanted.md5sum
    assert key is not None

    async def get() -> bytes:
        result = await obstore.get_async(wanted.store, key)
        return bytes(await result.bytes_async()) if result.meta["size"] <= _LARGEST_CHECKSUM else b""

    try:
        text = (await patience.ask(f"the checksum of {wanted.name}", get)).decode("utf-8", "replace")
    except ObjectError as error:
        if error.reason is Reason.MISSING:
            return None
        raise
    return md5_in(text, wanted.key.rpartition("/")[2])


def md5_in(text: str, name: str) -> str | None:
    """The MD5 in the text of a checksum file: alone, as DRAGEN writes it, or in the line of the file's name.

    >>> md5_in("D41D8CD98F00B204E9800998ECF8427E", "a.vcf.gz")
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    named = [line[0] for line in lines if len(line) > 1 and line[-1].lstrip("*").rpartition("/")[2] == name]
    alone = [lines[0][0]] if len(lines) == 1 and len(lines[0]) == 1 else []
    checksum = next((word for word in (*named, *alone) if _MD5.fullmatch(word)), None)
    return checksum.lower() if checksum else None


def _etag_md5(etag: str) -> str | None:
    """The MD5 that an ETag is, unless the object was sent in several parts or the server has ETags of another kind."""
    return etag.lower() if _MD5.fullmatch(etag) else None


def _version_of(store: Store, meta: "ObjectMeta") -> tuple[str, str]:
    """What a server tells of the version: the ETag of a bucket's object, the date of a web server's file."""
    if isinstance(store, S3Store):
        return (meta["e_tag"] or "").strip('"'), ""
    modified = meta["last_modified"]
    return "", modified.isoformat() if modified.timestamp() > 0 else ""


def _version(wanted: Wanted) -> str:
    return hashlib.sha256(f"{wanted.version}:{wanted.size}".encode()).hexdigest()[:12]


def _entry(wanted: Wanted, digest: _Digest, checked_by: str) -> Entry:
    return Entry(
        path=wanted.path,
        key=wanted.origin or wanted.name,
        size=digest.size,
        md5=digest.md5,
        sha256=digest.sha256,
        etag=wanted.etag,
        modified=wanted.modified,
        checked_by=checked_by,
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        sample=wanted.sample,
    )


def _sound_gzip(path: Path) -> bool:
    """Whether a gzip file inflates to its end and its own checksum agrees."""
    try:
        with igzip.open(path, "rb") as content:
            while content.read(CHUNK):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True


@contextlib.contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    """Says in a sentence what is wrong where a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise disk_fault(path, error) from error


def _to_disk(path: Path) -> None:
    with path.open("r+b") as out:
        os.fsync(out.fileno())


def _pattern(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)
