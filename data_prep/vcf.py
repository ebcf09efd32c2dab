"""VCF files as bytes, headers as facts, bodies as one frame of text columns.

Many small files are read as one table: parsing a file at a time costs more in calls than in work, so bodies are joined
and each line remembers its file. What the columns mean is the dialects' business.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

import polars as pl
from isal import igzip

from data_prep.domain.chromosomes import LENGTHS, chromosome
from data_prep.text_stream import (
    BGZF_END,
    DAMAGED,
    GZIP_MAGIC,
    Stretch,
    check_end,
    damaged,
    is_bgzf,
    last_line,
    pieces,
)
from data_prep.text_stream import FileRefusedError as FileRefusedError

COLUMNS: Final = ("chrom", "pos", "id", "ref", "alt", "qual", "filter", "info", "format", "values")
"""The columns of a single-sample VCF, all text."""

IN_MEMORY: Final = 16 << 20
"""Bytes of text up to which a file is read at once; one person's CNV calls take a tenth of a megabyte to ten."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a VCF's header says that matters to us."""

    fileformat: str
    samples: tuple[str, ...]
    meta: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Header lines by key, without the leading `##key=`, in their order; contigs left out."""
    contigs: dict[str, int | None] = field(default_factory=dict)
    """Contig names as written, with their lengths where given."""

    def first(self, key: str) -> str | None:
        values = self.meta.get(key)
        return values[0] if values else None

    @property
    def simulated(self) -> bool:
        """A header line `##simulated=` says so (rule R12)."""
        return "simulated" in self.meta

    @property
    def rates_raised(self) -> str:
        """What a simulated cohort holds more often than is published, as its header names it; empty where nothing is said."""
        said = re.search(r'RatesRaised="([^"]*)"', self.first("simulated") or "")
        return said.group(1) if said else ""


@dataclass(frozen=True, slots=True)
class VcfFile:
    """One file in memory: its header, and the lines under it, each ended by a newline, blank lines left out."""

    path: Path
    size: int
    sha256: str
    header: Header
    body: bytes
    records: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LongFile:
    """A file that is read in pieces: of several samples, or of more text than is read at once."""

    path: Path
    size: int
    header: Header
    notes: tuple[str, ...] = ()


def read_file(path: Path, assembly: str | None = None) -> VcfFile | LongFile:
    """Reads `.vcf` and `.vcf.gz`, gzip told by content and not by name; of a joint or long file the header alone.

    `assembly`: what the person who gives the file says its genome build is; contig lengths in the header hold before it.

    Raises FileRefusedError for what is no regular file, and for a file that is empty, damaged, cut short, no VCF, without a sample,
    with one named twice, or of another or an unknown genome build; OSError where the file system refuses.
    """
    status = path.stat()
    if S_ISDIR(status.st_mode):
        raise FileRefusedError("it is a folder that cannot be looked into: allow it, or name its files one by one")
    if not S_ISREG(status.st_mode):
        # reading a named pipe would wait for its writer for ever
        raise FileRefusedError("it is no regular file: give VCF files of CNV calls")
    if status.st_size > IN_MEMORY:
        return _long(path, assembly)
    raw = path.read_bytes()
    text = _inflate(path, raw)
    if len(text) > IN_MEMORY:
        return _long(path, assembly)
    header, body, notes = _split(path, text, assembly)
    if len(header.samples) > 1:
        return _long(path, assembly)
    return VcfFile(path, len(raw), hashlib.sha256(raw).hexdigest(), header, body, body.count(b"\n"), notes)


def frame(files: Sequence[VcfFile]) -> pl.DataFrame:
    """The records of all files as text: `COLUMNS` and `file` (UInt32, position in `files`); missing columns are null."""
    body = b"".join(f.body for f in files)
    schema = dict.fromkeys(COLUMNS, pl.String)
    if not body:
        return pl.DataFrame(schema=schema | {"file": pl.UInt32})
    try:
        text = _read_csv(body, schema)
    except (pl.exceptions.ComputeError, UnicodeDecodeError):
        text = _read_csv(body.decode("utf-8", "replace").encode(), schema)
    counts = [f.records for f in files]
    if text.height != sum(counts):
        raise RuntimeError(f"{sum(counts)} lines were given to the parser and {text.height} came back")
    numbers = pl.Series("file", range(len(files)), dtype=pl.UInt32)
    return text.with_columns(
        pl.DataFrame({"file": numbers, "n": counts}).select(pl.col("file").repeat_by("n").explode())
    )


def line(file: VcfFile, number: int) -> str:
    """Record `number` (from 0) of a file as it is written, for an example in a report."""
    return file.body.split(b"\n", number + 1)[number].decode("utf-8", "replace")


def _read_csv(body: bytes, schema: dict[str, type[pl.String]]) -> pl.DataFrame:
    # a first line with all columns: the parser takes the number of columns from it, and lines may have fewer or more
    return pl.read_csv(
        b"\t" * (len(schema) - 1) + b"\n" + body,
        separator="\t",
        has_header=False,
        schema=schema,
        quote_char=None,
        truncate_ragged_lines=True,
    ).slice(1)


def _inflate(path: Path, raw: bytes) -> bytes:
    """The text of a file; of more than is read at once, one byte more than that."""
    _check_name(path, raw)
    if not raw.startswith(GZIP_MAGIC):
        return raw
    if is_bgzf(raw) and not raw.endswith(BGZF_END):
        check_end(path)
    try:
        with igzip.open(BytesIO(raw), "rb") as stream:
            text: bytes = stream.read(IN_MEMORY + 1)
    except DAMAGED as error:
        raise damaged(error) from error
    return text


def _check_name(path: Path, head: bytes) -> None:
    if not head:
        raise FileRefusedError("the file is empty (0 bytes): fetch or copy it again")
    if not head.startswith(GZIP_MAGIC) and path.name.endswith(".gz"):
        raise FileRefusedError("the name ends in .gz but the content is not gzip: rename or fetch it again")


def _long(path: Path, assembly: str | None) -> LongFile:
    """The header of a file that is read in pieces."""
    with path.open("rb") as file:
        _check_name(path, file.read(2))
    check_end(path)
    size = path.stat().st_size
    last = last_line(path)
    text = b""
    for piece in pieces(path, Stretch(0, size)):
        text += piece
        if b"\n#CHROM" in text or len(text) > IN_MEMORY:
            break
    header, _, notes = _split(path, text, assembly)
    if last and not last.startswith(b"#"):
        _check_last_line(last, len(header.samples))
        notes = (*notes, _NO_END)
    # whether such lines stand among the records that came along is chance
    return LongFile(path, size, header, tuple(one for one in notes if one not in (_BLANK, _TABS)))


_BLANK: Final = "blank and comment lines between the records were left out"
_TABS: Final = "tabs at the ends of lines were left out"
_NO_END: Final = "the last line has no end"


def _split(path: Path, text: bytes, assembly: str | None) -> tuple[Header, bytes, tuple[str, ...]]:
    notes = []
    if text.startswith(b"\xef\xbb\xbf"):
        text = text[3:]
        notes.append("a byte order mark was left out")
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
        notes.append("line ends of Windows were read as line ends")
    if not text.startswith(b"##fileformat=VCF"):
        raise FileRefusedError("it does not begin with ##fileformat=VCF: give VCF files of CNV calls")
    at = text.find(b"\n#CHROM")
    if at < 0:
        raise FileRefusedError("its header has no #CHROM line: the file is cut short, fetch it again")
    stop = text.find(b"\n", at + 1)
    stop = len(text) if stop < 0 else stop
    header = parse_header(text[:stop].decode("utf-8", "replace"))
    body = text[stop + 1 :]
    if b"\n\n" in body or b"\n#" in body or body.startswith((b"\n", b"#")):
        body = b"\n".join(one for one in body.split(b"\n") if one and not one.startswith(b"#"))
        notes.append(_BLANK)
    unended = b""
    if body and not body.endswith(b"\n"):
        unended = body[body.rfind(b"\n") + 1 :]
        body += b"\n"
        notes.append(_NO_END)
    if b"\t\n" in body:
        notes.append(_TABS)
    known_by_word = _check(header, assembly)
    _check_last_line(unended, len(header.samples))
    if known_by_word:
        notes.append("its header does not tell the genome build, and --assembly says GRCh38")
    if len(header.samples) == 1 and not path.name.startswith(header.samples[0]):
        notes.append(f"the header names the sample {header.samples[0]}, the file name another: the header holds")
    return header, body, tuple(notes)


def _check_last_line(last: bytes, samples: int) -> None:
    """Raises FileRefusedError for a last line without an end that breaks off: of fewer columns, or fewer values than FORMAT names.

    Text has no end mark as gzip has, and half a file would pass for a person with half the calls. Callers end every line,
    so a line that may leave out trailing values, as VCF allows, is one that somebody cut.
    """
    if not last:
        return
    columns = last.split(b"\t")
    if len(columns) < len(COLUMNS) - 1 + samples or columns[-1].count(b":") < columns[len(COLUMNS) - 2].count(b":"):
        raise FileRefusedError("its last line breaks off: the file is cut short, fetch or copy it again")


_CONTIG: Final = re.compile(r"<ID=([^,>]+)(?:.*?[,<]length=(\d+))?")


@lru_cache(256)
def _contig(one: str) -> tuple[tuple[str, int | None], ...]:
    """The contig that a header line declares: none or one, kept since thousands of files declare the same."""
    found = _CONTIG.match(one, 9)
    return ((found[1], int(found[2]) if found[2] else None),) if found else ()


def parse_header(text: str) -> Header:
    """The header from its lines, `#CHROM` line included."""
    meta: dict[str, list[str]] = {}
    contigs: dict[str, int | None] = {}
    samples: tuple[str, ...] = ()
    for one in text.split("\n"):
        if one.startswith("##contig="):
            contigs.update(_contig(one))
        elif one.startswith("##"):
            key, _, value = one[2:].partition("=")
            meta.setdefault(key, []).append(value)
        elif one.startswith("#CHROM"):
            samples = tuple(name for name in one.rstrip("\t ").split("\t")[9:])
    return Header(meta.get("fileformat", [""])[0], samples, {k: tuple(v) for k, v in meta.items()}, contigs)


_OURS: Final = re.compile(r"grch38|hg38|hs38", re.IGNORECASE)
_OTHERS: Final = re.compile(r"grch37|hg19|hs37|b37|hg18|ncbi36|chm13|t2t", re.IGNORECASE)


def _check(header: Header, assembly: str | None) -> bool:
    """Refuses what is no file for us; whether the genome build is known by `assembly` alone."""
    if not header.samples:
        raise FileRefusedError("its #CHROM line names no sample: give CNV VCFs with a FORMAT column and samples")
    twice, times = Counter(header.samples).most_common(1)[0]
    if times > 1:
        raise FileRefusedError(
            f"its #CHROM line names the sample {twice} twice, and nothing says which column holds: leave one of them"
        )
    lengths = {ours: length for name, length in header.contigs.items() if length and (ours := chromosome(name))}
    said = "" if lengths else " ".join((*header.meta.get("reference", ()), *header.meta.get("assembly", ())))
    if not lengths and assembly is None:
        if _OTHERS.search(said):
            raise FileRefusedError(
                f"its ##reference is {said[:200]}, and GRCh38 is needed: where its caller writes that whatever it read, add --assembly GRCh38"
            )
        if not _OURS.search(said):
            raise FileRefusedError(
                "its header gives no contig lengths and no ##reference that names GRCh38, so its genome build is not known: "
                "if it is GRCh38, add --assembly GRCh38"
            )
    wrong = next((name for name, length in lengths.items() if LENGTHS[name] != length), None)
    if wrong:
        raise FileRefusedError(
            f"its {wrong} is {lengths[wrong]:,} bases long and that of GRCh38 {LENGTHS[wrong]:,}: "
            "calls on another genome build would land in the wrong place"
        )
    return not lengths and not _OURS.search(said)
