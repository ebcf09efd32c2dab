"""The text of files of any size, in pieces of whole lines, and of stretches of a file, so that several processes share it.

BGZF, which bgzip writes, is cut at its blocks and plain text anywhere; other gzip has to be read from its beginning. A
cut may fall within a line. Such a line is read with the stretch in which it begins, and a line that begins exactly at a
cut with the stretch before it. So every line is read once, wherever the cuts fall.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final, cast

from isal import igzip, isal_zlib

from data_prep.errors import UserError
from data_prep.system.limits import DEFAULTS, Limits

GZIP_MAGIC: Final = b"\x1f\x8b"
BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
DAMAGED: Final = (OSError, EOFError, cast(type[Exception], isal_zlib.error))
"""What the decompressor raises."""
_BLOCK_HEAD: Final = 18
_CHUNK: Final = 1 << 19


class FileRefusedError(UserError):
    """A file that cannot be read as what it says it is; the message is one sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes `[start, end)` of a file as it lies on the disk."""

    start: int
    end: int


def is_bgzf(head: bytes) -> bool:
    """Whether a file that begins with `head` is made of BGZF blocks."""
    return head.startswith(GZIP_MAGIC) and head[3:4] == b"\x04" and head[12:14] == b"BC"


def damaged(error: Exception) -> FileRefusedError:
    return FileRefusedError(f"the compressed data are damaged ({error}): fetch the file again")


def check_end(path: Path) -> None:
    """Raises FileRefusedError for a BGZF file without its end mark, which was cut short."""
    with path.open("rb") as file:
        if is_bgzf(file.read(_BLOCK_HEAD)):
            file.seek(max(0, path.stat().st_size - len(BGZF_END)))
            if file.read() != BGZF_END:
                raise FileRefusedError("the end of the compressed file is missing (no BGZF end mark): fetch it again")


def cut_stretches(path: Path, number: int) -> list[Stretch]:
    """A file in at most `number` stretches of about the same size; other gzip than BGZF in one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_BLOCK_HEAD)
    wanted = [size * i // number for i in range(1, number)]
    if is_bgzf(head):
        wanted = _block_cuts(path, wanted)
    elif head.startswith(GZIP_MAGIC):
        wanted = []
    return [Stretch(start, end) for start, end in pairwise(sorted({0, *wanted, size}))]


def pieces(path: Path, stretch: Stretch, mend_end: bool = True, limits: Limits = DEFAULTS) -> Iterator[bytes]:
    """The lines of a stretch, as written and each ended by a newline, in pieces of about `limits.piece_bytes`.

    Without `mend_end` a last line that has no newline gets none. Raises FileRefusedError for damaged data, for a line of
    more than `limits.line_bytes`, and where the file system refuses.
    """
    held = bytearray()
    searched = 0
    skipping = stretch.start > 0
    for at, chunk in _texts(path, stretch):
        if at >= stretch.end:
            if skipping:
                return
            cut = chunk.find(b"\n")
            held += chunk if cut < 0 else chunk[: cut + 1]
            if cut >= 0:
                break
        elif skipping:
            cut = chunk.find(b"\n")
            if cut < 0:
                continue
            skipping = False
            held += chunk[cut + 1 :]
        else:
            held += chunk
        if len(held) >= limits.piece_bytes:
            cut = held.rfind(b"\n", searched)
            searched = len(held)
            if cut >= 0:
                yield bytes(held[: cut + 1])
                del held[: cut + 1]
                searched = 0
        if searched > limits.line_bytes:
            raise FileRefusedError(
                f"a line is longer than {limits.line_bytes >> 20} MiB: it is damaged, or no VCF of CNV calls"
            )
    if held:
        yield bytes(held) if held.endswith(b"\n") or not mend_end else bytes(held) + b"\n"


_LONE_LINE_END: Final = re.compile(rb"\r(?=#|[^\t\r\n]+\t\d+\t|[\r\n]|\Z)")
"""A CR behind which a line begins: a header line, a record with its name and position, or nothing at all."""


def with_newlines(text: bytes) -> bytes:
    """Whole lines of text, parted by a newline alone, whatever parted them: CR, or CR and LF.

    A CR by itself is the line end of an old Mac where a line of a VCF follows it; any other is a damaged field, and stays.
    """
    if b"\r" not in text:
        return text
    return _LONE_LINE_END.sub(b"\n", text.replace(b"\r\n", b"\n"))


def line_end_notes(text: bytes) -> list[str]:
    """What is to be said of lines that `with_newlines` is given."""
    if b"\r" not in text:
        return []
    of_windows = text.count(b"\r\n")
    alone = len(_LONE_LINE_END.findall(text.replace(b"\r\n", b"\n")))
    notes = []
    if of_windows:
        notes.append("line ends of Windows were read as line ends")
    if alone:
        notes.append("carriage returns alone were read as line ends")
    if text.count(b"\r") > of_windows + alone:
        notes.append("carriage returns stand within lines and were left there")
    return notes


def first_bytes(path: Path, number: int = 1 << 16) -> bytes:
    """The first bytes of a file's text, `number` or somewhat more; fewer of a shorter file."""
    text_read = b""
    for _, text in _texts(path, Stretch(0, path.stat().st_size)):
        text_read += text
        if len(text_read) >= number:
            break
    return text_read


def last_line(path: Path, limits: Limits = DEFAULTS) -> bytes:
    """What follows the last newline of a text file: nothing where its last line is ended, and nothing of a compressed file."""
    with _opened(path) as file:
        if file.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
            return b""
        start = path.stat().st_size
        text_read = b""
        while start and len(text_read) <= limits.line_bytes:
            end, start = start, max(0, start - _CHUNK)
            file.seek(start)
            text_read = file.read(end - start) + text_read
            if (cut := text_read.rfind(b"\n")) >= 0:
                return text_read[cut + 1 :]
        return text_read


def sha256(path: Path) -> str:
    """Checksum of a file; raises FileRefusedError where it can no longer be opened."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileRefusedError(f"it cannot be opened: {error.strerror or error}") from error


def _texts(path: Path, stretch: Stretch) -> Iterator[tuple[int, bytes]]:
    """Text from the beginning of a stretch to the end of the file, each with the place on the disk where it begins.

    No text reaches over the end of the stretch.
    """
    with _opened(path) as file:
        head = file.read(_BLOCK_HEAD)
        file.seek(stretch.start)
        try:
            if is_bgzf(head):
                for at, block in _blocks(file, stretch.start):
                    yield at, isal_zlib.decompress(block, wbits=31)
            elif head.startswith(GZIP_MAGIC):
                with igzip.open(file, "rb") as inflated:
                    while text := inflated.read(_CHUNK):
                        yield stretch.start, text
            else:
                at = stretch.start
                while text := file.read(min(_CHUNK, stretch.end - at) if at < stretch.end else _CHUNK):
                    yield at, text
                    at += len(text)
        except DAMAGED as error:
            raise damaged(error) from error


def _blocks(file: BinaryIO, at: int) -> Iterator[tuple[int, bytes]]:
    """The BGZF blocks from place `at` on, where the file stands, each with its place."""
    while head := file.read(_BLOCK_HEAD):
        size = _size(head)
        block = head + file.read(size - len(head))
        if len(block) < size:
            raise EOFError("a block is cut short")
        yield at, block
        at += size


def _size(head: bytes) -> int:
    """Bytes of the BGZF block that begins with `head`."""
    if len(head) < _BLOCK_HEAD or not is_bgzf(head):
        raise EOFError("a block has no BGZF header")
    return int.from_bytes(head[16:18], "little") + 1


def _block_cuts(path: Path, wanted: list[int]) -> list[int]:
    """The first BGZF block at or after each of the ascending places `wanted`."""
    cuts: list[int] = []
    at = 0
    with path.open("rb") as file:
        for place in wanted:
            while at < place:
                file.seek(at)
                head = file.read(_BLOCK_HEAD)
                if not head:
                    return cuts
                try:
                    at += _size(head)
                except EOFError as error:
                    raise damaged(error) from error
            cuts.append(at)
    return cuts
