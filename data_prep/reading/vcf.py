"""VCF files as bytes, headers as facts, bodies as one frame of text columns.

Many small files are read as one table: parsing a file at a time costs more in calls than in work, so bodies are joined
and each line remembers its file. What the columns mean is the dialects' business.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from isal import igzip

from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import (
    LENGTHS,
    accession_of_other_build,
    chromosome,
    is_number_of_x_or_y,
    names_its_build,
)
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.text_stream import (
    BGZF_END,
    DAMAGED,
    GZIP_MAGIC,
    Stretch,
    check_end,
    damaged,
    first_bytes,
    is_bgzf,
    last_line,
    line_end_notes,
    pieces,
    with_newlines,
)
from data_prep.system.text_stream import FileRefusedError as FileRefusedError

COLUMNS: Final = ("chrom", "pos", "id", "ref", "alt", "qual", "filter", "info", "format", "values")
"""The columns of a single-sample VCF, all text."""
PARSE_ERRORS: Final = (pl.exceptions.ComputeError, pl.exceptions.InvalidOperationError, pl.exceptions.NoDataError)
"""What Polars raises for text that is not what it was taken for: rows that cannot be split, values that cannot be cast.

Any other is a mistake of ours, a column that is not there, a shape or a type, and leaves its trace.
"""


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
    def names_x(self) -> bool:
        """Whether a contig is X by another name than `23`: then `23` and `24` are no X and Y."""
        return _names_x(self.contigs)

    @property
    def rates_raised(self) -> str:
        """What a simulated cohort holds more often than is published, as its header names it; empty where nothing is said."""
        match = re.search(r'RatesRaised="([^"]*)"', self.first("simulated") or "")
        return match.group(1) if match else ""


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
    content: str = ""
    """`Under.content`, by which a copy in another form is known."""
    later_headers: tuple[Header, ...] = ()
    """Headers among the records, of the same samples: several files of one person joined, which may be of several callers."""

    @property
    def small_variants(self) -> bool:
        return small_variants_alone(self.body)


@dataclass(frozen=True, slots=True)
class LongFile:
    """A file that is read in pieces: of several samples, or of more text than is read at once."""

    path: Path
    size: int
    header: Header
    notes: tuple[str, ...] = ()
    """What its header and its name say; what its records say is seen when they are read."""
    assembly: str | None = None
    small_variants: bool = False
    """The first records are small variants alone, as `small_variants_alone` tells."""


def read_file(path: Path, assembly: str | None = None, limits: Limits = DEFAULTS) -> VcfFile | LongFile:
    """Reads `.vcf` and `.vcf.gz`, gzip told by content and not by name; of a joint or long file the header alone.

    `assembly`: what the person who gives the file says its genome build is; contig lengths in the header hold before it.

    Raises FileRefusedError for what is no regular file, and for a file that is empty, damaged, cut short, no VCF, without a sample,
    with one named twice, with more columns than its header names, of two files one behind the other, or of another or an unknown
    genome build; OSError where the file system refuses.
    """
    status = path.stat()
    if S_ISDIR(status.st_mode):
        raise FileRefusedError("it is a folder that cannot be looked into: allow it, or name its files one by one")
    if not S_ISREG(status.st_mode):
        # reading a named pipe would wait for its writer for ever
        raise FileRefusedError("it is no regular file: give VCF files of CNV calls")
    if status.st_size > limits.whole_file_bytes:
        return _describe_long_file(path, assembly, limits)
    raw = path.read_bytes()
    text = _inflate(path, raw, limits)
    if len(text) > limits.whole_file_bytes:
        return _describe_long_file(path, assembly, limits)
    header, stop, notes, text = read_header(path, text, assembly)
    if len(header.samples) > 1:
        return _describe_long_file(path, assembly, limits)
    records = RecordText(header, assembly)
    given = text[stop:]
    body = records.take(given)
    records.end()
    wide = _wide_record(body, len(COLUMNS))
    if wide is not None:
        number = text[:stop].count(b"\n") + _line_of_record(given, wide)
        raise FileRefusedError(too_wide(f"line {number:,}", 1))
    return VcfFile(
        path,
        len(raw),
        hashlib.sha256(raw).hexdigest(),
        header,
        body,
        len(_line_ends(body)[1]),
        (*notes, *records.notes),
        records.content,
        tuple(records.later_headers),
    )


def frame(files: Sequence[VcfFile]) -> pl.DataFrame:
    """The records of all files as text: `COLUMNS` and `entry_source` (UInt32, position in `files`); missing columns are null."""
    body = b"".join(f.body for f in files)
    schema = dict.fromkeys(COLUMNS, pl.String)
    if not body:
        return pl.DataFrame(schema=schema | {"entry_source": pl.UInt32})
    try:
        text = _read_csv(body, schema)
    except (pl.exceptions.ComputeError, UnicodeDecodeError):
        text = _read_csv(body.decode("utf-8", "replace").encode(), schema)
    text = drop_numbered_sex_chromosomes(text, [f.header for f in files], [f.records for f in files])
    counts = [f.records for f in files]
    if text.height != sum(counts):
        raise RuntimeError(f"{sum(counts)} lines were given to the parser and {text.height} came back")
    numbers = pl.Series("entry_source", range(len(files)), dtype=pl.UInt32)
    return text.with_columns(
        pl.DataFrame({"entry_source": numbers, "n": counts}).select(pl.col("entry_source").repeat_by("n").explode())
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


def _inflate(path: Path, raw: bytes, limits: Limits) -> bytes:
    """The text of a file; of more than is read at once, one byte more than that."""
    _check_name(path, raw)
    if not raw.startswith(GZIP_MAGIC):
        return raw
    if is_bgzf(raw) and not raw.endswith(BGZF_END):
        check_end(path)
    try:
        with igzip.open(BytesIO(raw), "rb") as stream:
            text: bytes = stream.read(limits.whole_file_bytes + 1)
    except DAMAGED as error:
        raise damaged(error) from error
    return text


def _check_name(path: Path, head: bytes) -> None:
    if not head:
        raise FileRefusedError("the file is empty (0 bytes): fetch or copy it again")
    if not head.startswith(GZIP_MAGIC) and path.name.endswith(".gz"):
        raise FileRefusedError("the name ends in .gz but the content is not gzip: rename or fetch it again")


def _describe_long_file(path: Path, assembly: str | None, limits: Limits) -> LongFile:
    """The header of a file that is read in pieces."""
    with path.open("rb") as file:
        _check_name(path, file.read(2))
    check_end(path)
    _check_beginning(first_bytes(path))
    size = path.stat().st_size
    last = last_line(path, limits)
    text = b""
    for piece in pieces(path, Stretch(0, size), mend_end=False, limits=limits):
        text += piece
        if (at := text.find(b"\n#CHROM")) >= 0 and b"\n" in text[at + 1 :]:
            break
        if len(text) > limits.whole_file_bytes:
            break
    header, stop, notes, text = read_header(path, text, assembly)
    if last and not last.startswith(b"#"):
        _check_last_line(with_newlines(last).rpartition(b"\n")[2], len(header.samples))
    return LongFile(path, size, header, notes, assembly, small_variants_alone(text[stop:]))


_BLANK: Final = "blank lines were left out"
_COMMENTS: Final = "comment lines among the records were left out"
_HEADERS: Final = "headers among the records, with the same columns, were left out"
_TABS: Final = "tabs at the ends of lines were left out"
_NO_END: Final = "the last line has no end"
_MARK: Final = b"\xef\xbb\xbf"
_FILEFORMAT: Final = b"##fileformat="
NAMES_SHOWN: Final = 3
"""Samples of a header that are named one by one where two headers contradict each other."""


def _check_beginning(text: bytes) -> None:
    """Refuses by the first bytes of the text what is another format, or a text whose lines are not told."""
    if text.startswith(b"BCF"):
        raise FileRefusedError("it is BCF, the binary form of VCF: convert it with `bcftools view` and give the VCF")
    if b"\r" in text and b"\n" not in text:
        raise FileRefusedError(
            "its lines are parted by carriage returns alone, as on old Macs: convert it with `tr '\\r' '\\n'` and give that"
        )
    if not text.removeprefix(_MARK).startswith(b"##fileformat=VCF"):
        raise FileRefusedError("it does not begin with ##fileformat=VCF: give VCF files of CNV calls")


def read_header(path: Path, text: bytes, assembly: str | None) -> tuple[Header, int, tuple[str, ...], bytes]:
    """The header that `text` begins with, where the records begin, what is to be said of both, and the text with plain line ends.

    Raises FileRefusedError as `read_file` does.
    """
    _check_beginning(text)
    notes = []
    if text.startswith(_MARK):
        text = text.removeprefix(_MARK)
        notes.append("a byte order mark was left out")
    notes += line_end_notes(text)
    text = with_newlines(text)
    at = text.find(b"\n#CHROM")
    if at < 0:
        raise FileRefusedError("its header has no #CHROM line: the file is cut short, fetch it again")
    stop = text.find(b"\n", at + 1)
    if stop < 0:
        # a name that is cut is another person's, and nobody's calls are the rest
        raise FileRefusedError("its #CHROM line has no end: the file is cut short, fetch or copy it again")
    header = parse_header(text[:stop].decode("utf-8", "replace"))
    _check_columns(text[at + 1 : stop])
    if _check(header, assembly):
        notes.append(f"its header does not tell the genome build, and --assembly says {ASSEMBLY.name}")
    if len(header.samples) == 1 and not path.name.startswith(header.samples[0]):
        notes.append(f"the header names the sample {header.samples[0]}, the file name another: the header holds")
    return header, stop + 1, tuple(notes), text


def _check_columns(line: bytes) -> None:
    """Raises FileRefusedError for a #CHROM line whose columns are not those of VCF, or one of whose samples has no name."""
    columns = line.rstrip(b"\t ").split(b"\t")
    if len(columns) < len(COLUMNS):
        return
    if columns[len(COLUMNS) - 2] != b"FORMAT":
        raise FileRefusedError("its #CHROM line has no FORMAT in the ninth column: give VCF files of CNV calls")
    if not all(name.strip() for name in columns[len(COLUMNS) - 1 :]):
        raise FileRefusedError("its #CHROM line has a sample without a name: name it, or leave the column out")


class RecordText:
    """What stands under the header of a file: its lines are given in order, in as many pieces as one likes.

    Left out are blank lines, comments, and headers that repeat the first. A header of other samples, or of the same in
    another order, begins another file: raises FileRefusedError, since its calls would be those of the wrong people.
    """

    def __init__(self, header: Header, assembly: str | None) -> None:
        self.header = header
        self.assembly = assembly
        self.notes: list[str] = []
        self.later_headers: list[Header] = []
        self._digest = hashlib.sha256("\t".join(header.samples).encode("utf-8", "replace") + b"\n")
        self._lines_of_header: list[bytes] = []

    @property
    def content(self) -> str:
        """SHA-256 of the samples' names and of all records: the same in a compressed copy, and in one with other line ends."""
        return self._digest.hexdigest()

    def take(self, text: bytes) -> bytes:
        """The records of a piece, each ended by a newline; of all pieces, `text` of the last one alone may not end with one."""
        if not text:
            return text
        if not text.endswith(b"\n"):
            last = text[text.rfind(b"\n") + 1 :]
            if last.startswith(b"#CHROM"):
                raise FileRefusedError("its last #CHROM line has no end: the file is cut short, fetch or copy it again")
            if not last.startswith(b"#"):
                _check_last_line(last, len(self.header.samples))
            self._note(_NO_END)
            text += b"\n"
        # one look for bytes that are rare, and one for the line ends, since a search for pairs of bytes stops at each line
        has_hash = b"#" in text
        characters, ends = _line_ends(text)
        if text.startswith((b"\n", b"#")) or (np.diff(ends) == 1).any() or (has_hash and b"\n#" in text):
            lines = text.split(b"\n")[:-1]
            text = b"".join(line + b"\n" for line in lines if self._is_record(line))
            characters, ends = _line_ends(text)
        elif self._lines_of_header:
            self._end_header()
        if (characters[ends - 1] == _TAB).any():
            self._note(_TABS)
        if has_hash and _FILEFORMAT in text:
            raise FileRefusedError(
                "it holds two files one behind the other, with no line end between them: part them, and give each by itself"
            )
        self._digest.update(text)
        return text

    def end(self) -> None:
        """To be called after the last piece."""
        self._end_header()

    def _is_record(self, line: bytes) -> bool:
        if not line:
            self._note(_BLANK)
            return False
        if line.startswith(b"#CHROM"):
            self._compare(line)
        elif line.startswith(b"##"):
            if line.startswith(_FILEFORMAT) or self._lines_of_header:
                self._lines_of_header.append(line)
            else:
                self._note(_COMMENTS)
        elif line.startswith(b"#"):
            self._note(_COMMENTS)
        else:
            self._end_header()
            return True
        return False

    def _end_header(self) -> None:
        """Refuses a later header that ends without its #CHROM line: whose the records behind it are is not known."""
        if self._lines_of_header:
            raise FileRefusedError(
                "it holds two files one behind the other, and the header of the second has no #CHROM line: "
                "part them, and fetch the second again"
            )

    def _compare(self, line: bytes) -> None:
        text = b"\n".join([*self._lines_of_header, line]).decode("utf-8", "replace")
        later = parse_header(text)
        if later.samples != self.header.samples:
            raise FileRefusedError(
                f"it holds two files one behind the other: its header names {_list_samples(self.header.samples)}, and a later one "
                f"{_others(self.header.samples, later.samples)}: part them, and give each by itself"
            )
        if self._lines_of_header:
            _check(later, self.assembly)
            self.later_headers.append(later)
        self._lines_of_header = []
        self._note(_HEADERS)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _list_samples(names: tuple[str, ...]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names if more <= 0 else [*names[:NAMES_SHOWN], f"{more:,} more"]) or "no sample"


def _others(first: tuple[str, ...], later: tuple[str, ...]) -> str:
    return "the same samples in another order" if sorted(first) == sorted(later) else _list_samples(later)


_TAB: Final = ord("\t")
_NEWLINE: Final = ord("\n")


def _line_ends(text: bytes) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp]]:
    """The bytes of a text as numbers, and the places of its newlines."""
    characters = np.frombuffer(text, np.uint8)
    return characters, np.flatnonzero(characters == _NEWLINE)


def _wide_record(body: bytes, columns: int) -> int | None:
    """The first record, from 0, with something in a column behind the `columns` that its header names."""
    characters, ends = _line_ends(body)
    places = np.flatnonzero(characters == _TAB)
    if len(places) == (columns - 1) * len(ends):
        by_line = places.reshape(len(ends), columns - 1)
        if (by_line[:, -1] < ends).all() and (by_line[1:, 0] > ends[:-1]).all():
            return None  # each line has exactly its columns
    tabs = np.diff(np.searchsorted(places, ends), prepend=0)
    for number in np.flatnonzero(tabs >= columns).tolist():
        start = int(ends[number - 1]) + 1 if number else 0
        if any(body[start : int(ends[number])].split(b"\t")[columns:]):
            return int(number)
    return None


def _line_of_record(text: bytes, record: int) -> int:
    """The line, from 1, of a record, from 0, in text with blank lines and comments."""
    records = (
        number for number, text_line in enumerate(text.split(b"\n"), 1) if text_line and not text_line.startswith(b"#")
    )
    return next(number for seen, number in enumerate(records) if seen == record)


def too_wide(place: str, samples: int) -> str:
    """Why a file is refused one of whose records has more columns than its header: whose they are nobody knows."""
    named = f"{samples:,} samples" if samples > 1 else "one sample"
    return f"{place} has more columns than its header, which names {named}: mend the header or the line, or fetch the file again"


_LETTERS: Final = re.compile(rb"[ACGTNacgtn]{1,49}")
_NO_ALLELE: Final = (b".", b"*", b"<NON_REF>", b"<*>")
_LOOKED_AT: Final = 1_000


def small_variants_alone(body: bytes) -> bool:
    """Whether the first thousand records are substitutions and small insertions and deletions, and what callers of those add."""
    spelt = False
    for line in body.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]:
        if not line or line.startswith(b"#"):
            continue
        cells = line.split(b"\t", 8)
        if len(cells) < 9 or b"SVTYPE=" in cells[7] or not _LETTERS.fullmatch(cells[3]):
            return False
        alleles = [allele for allele in cells[4].split(b",") if allele not in _NO_ALLELE]
        if not all(_LETTERS.fullmatch(allele) for allele in alleles):
            return False
        spelt = spelt or bool(alleles)
    return spelt


SMALL_VARIANTS: Final = "it holds small variants alone (SNVs and indels), not copy numbers: give the file of CNV calls"


def drop_numbered_sex_chromosomes(
    text: pl.DataFrame, headers: Sequence[Header], records: Sequence[int]
) -> pl.DataFrame:
    """Text rows without the names `23` and `24` in files whose header has an X of another name: there they are not X and Y.

    `records`: how many rows each file has, which follow each other.
    """
    names = text.get_column("chrom").unique().drop_nulls()
    numbers = [name for name in names if is_number_of_x_or_y(name)]
    if not numbers:
        return text
    own_x = np.repeat([header.names_x for header in headers], records)
    unknown = pl.Series(own_x, dtype=pl.Boolean) & text.get_column("chrom").is_in(numbers).fill_null(False)
    return text.with_columns(pl.when(unknown).then(None).otherwise("chrom").alias("chrom"))


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


_CONTIG_KEY: Final = "##contig="
_CONTIG: Final = re.compile(r"<ID=([^,>]+)(?:.*?[,<]length=(\d+))?")


@lru_cache(8)
def _contigs(lines: tuple[str, ...]) -> tuple[tuple[str, int | None], ...]:
    """The contigs that header lines declare, in memory since thousands of files declare the same."""
    matches = (_CONTIG.match(line, len(_CONTIG_KEY)) for line in lines)
    return tuple((match[1], int(match[2]) if match[2] else None) for match in matches if match)


def parse_header(text: str) -> Header:
    """The header from its lines, `#CHROM` line included."""
    meta: dict[str, list[str]] = {}
    contig_lines: list[str] = []
    samples: tuple[str, ...] = ()
    for line in text.split("\n"):
        if line.startswith(_CONTIG_KEY):
            contig_lines.append(line)
        elif line.startswith("##"):
            key, _, value = line[2:].partition("=")
            meta.setdefault(key, []).append(value)
        elif line.startswith("#CHROM"):
            samples = tuple(line.rstrip("\t ").split("\t")[9:])
    contigs = dict(_contigs(tuple(contig_lines)))
    return Header(meta.get("fileformat", [""])[0], samples, {k: tuple(v) for k, v in meta.items()}, contigs)


@dataclass(frozen=True, slots=True)
class _ContigFacts:
    """What the contigs of a header tell of the genome build."""

    of_other_build: str | None
    """A name that is an accession of another build."""
    tell_build: bool
    """Whether a chromosome has a length, or a name that tells the build by itself."""
    wrong: tuple[str, int] | None
    """A chromosome and the length that the header gives it, which is not ours."""


@lru_cache(8)
def _contig_facts(contigs: tuple[tuple[str, int | None], ...]) -> _ContigFacts:
    """In memory, as thousands of files have the same contigs."""
    own_x = _names_x(name for name, _ in contigs)
    chromosomes = [
        (ours, name, length)
        for name, length in contigs
        if (ours := chromosome(name)) and not (own_x and is_number_of_x_or_y(name))
    ]
    return _ContigFacts(
        next((name for name, _ in contigs if accession_of_other_build(name)), None),
        any(length for _, _, length in chromosomes) or any(names_its_build(name) for _, name, _ in chromosomes),
        next(((ours, length) for ours, _, length in chromosomes if length and LENGTHS[ours] != length), None),
    )


def _names_x(names: Iterable[str]) -> bool:
    return any(chromosome(name) == "chrX" and not is_number_of_x_or_y(name) for name in names)


def _check(header: Header, assembly: str | None) -> bool:
    """Refuses what is no file for us; whether the genome build is known by `assembly` alone."""
    if not header.samples:
        raise FileRefusedError("its #CHROM line names no sample: give CNV VCFs with a FORMAT column and samples")
    twice, times = Counter(header.samples).most_common(1)[0]
    if times > 1:
        raise FileRefusedError(
            f"its #CHROM line names the sample {twice} twice, and nothing says which column holds: leave one of them"
        )
    contigs = _contig_facts(tuple(header.contigs.items()))
    other = contigs.of_other_build
    if other:
        raise FileRefusedError(f"its contig {other} is {other_build(other)}")
    lengths_tell = contigs.tell_build
    reference = "" if lengths_tell else " ".join((*header.meta.get("reference", ()), *header.meta.get("assembly", ())))
    if not lengths_tell and assembly is None:
        if ASSEMBLY.other_named_in(reference):
            raise FileRefusedError(
                f"its ##reference is {reference[:200]}, and {ASSEMBLY.name} is needed: give calls made on {ASSEMBLY.name}, or, where "
                f"its caller writes that whatever it read, add --assembly {ASSEMBLY.name}"
            )
        if not ASSEMBLY.is_named_in(reference):
            raise FileRefusedError(
                f"its header gives no contig lengths and no ##reference that names {ASSEMBLY.name}, so its genome build is not "
                f"known: if it is {ASSEMBLY.name}, add --assembly {ASSEMBLY.name}"
            )
    if contigs.wrong:
        ours, length = contigs.wrong
        build = ASSEMBLY.other_of_length(length)
        raise FileRefusedError(
            f"its {ours} is {length:,} bases long{f' as in {build}' if build else ''} and that of {ASSEMBLY.name} {LENGTHS[ours]:,}: "
            f"calls on another genome build would land in the wrong place, give calls made on {ASSEMBLY.name} or lift these over "
            "first"
        )
    return not lengths_tell and not ASSEMBLY.is_named_in(reference)


def other_build(name: str) -> str:
    """What is said of a sequence's name that `accession_of_other_build` knows."""
    return (
        f"of another genome build than {ASSEMBLY.name}, where this chromosome is {accession_of_other_build(name)}: "
        f"give calls made on {ASSEMBLY.name} or lift these over first"
    )
