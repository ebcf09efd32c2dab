"""Joint files and files too long to be read at once: stretches of lines to calls, then calls to events, a group of people at a time.

A file of 3,202 people has 3,202 entries a line, of which nearly all say that nothing is there. Those that plainly say so
are judged once a line, by one of them, and counted for the others: what is dropped early has the same fate as if it had
gone all the way.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data_prep.domain.chromosomes import chromosome
from data_prep.errors import SystemRefusalError
from data_prep.reading.calls import (
    UNREADABLE,
    Skip,
    calls_of,
    in_order,
    judge,
    reference_rows_of,
    remark_line,
    remarks_of,
    signs_of,
)
from data_prep.reading.dialects import Dialect, check_one_caller, ends_of, named, recognise
from data_prep.reading.dialects.records import RECORD, Kind, Plain
from data_prep.reading.events import disjoint_segments, join_calls, seen_intervals
from data_prep.reading.reports import (
    READ,
    REFUSED,
    UNTOLD,
    BatchReport,
    FileReport,
    Rows,
    SkippedRecord,
    SourceReport,
    total,
)
from data_prep.reading.sex import DIPLOID_X, HAPLOID_X, SIGN, contradictions
from data_prep.reading.shards import (
    EXAMPLE,
    LEAST_BINS_PER_KB,
    MAX_CALLS,
    keep,
    on_other_build,
    placed,
    shown,
    unplaced,
    write_tables,
)
from data_prep.reading.vcf import COLUMNS, LongFile, Under, too_wide, without_numbers
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.processes import Task
from data_prep.system.text_stream import (
    FileRefusedError,
    Stretch,
    line_end_notes,
    pieces,
    sha256,
    stretches,
    with_newlines,
)

Counts = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]

CALL: Final = 0
REFERENCE: Final = 1
OUTCOMES: Final = ("call", "reference row", *(one.value for one in Skip))
"""What can become of an entry; the first two are `CALL` and `REFERENCE`."""
_CODE: Final = {outcome: number for number, outcome in enumerate(OUTCOMES)}
_SAYS_PLOIDY: Final = (CALL, REFERENCE, *(_CODE[one.value] for one in (Skip.EXPECTED, Skip.NOT_CARRIED, Skip.BALANCED)))
"""Outcomes of records whose place and genotypes are understood."""
MOST_SOURCES: Final = 1 << 32
"""Sources have numbers of 32 bits."""
_ROW_BITS: Final = 40
"""A line's number in its stretch; the stretch's number stands above it."""


@dataclass(frozen=True, slots=True)
class Long:
    """A long file on its way: what each step has to know."""

    number: int
    """Of the file."""
    step: int
    """The sources of its samples are `number`, `number + step` and so on."""
    file: LongFile
    recorded: tuple[str | None, ...]
    """Recorded sex of each sample."""
    caller_sex: str | None
    release: str
    stretches: tuple[Stretch, ...]
    folder: str
    """Where shards go; what is only kept between the steps lies in a folder of its own there."""
    dialect_name: str | None = None
    """The dialect that the person named; None to tell it by the header."""
    limits: Limits = DEFAULTS

    @property
    def samples(self) -> tuple[str, ...]:
        return self.file.header.samples

    @property
    def joint(self) -> bool:
        return len(self.samples) > 1

    @property
    def dialect(self) -> Dialect:
        return recognise(self.file.header, self.dialect_name)

    @property
    def sexes(self) -> pl.DataFrame:
        """file (place of the sample) and sex, as `calls.judge` asks for."""
        held = [self.caller_sex or one for one in self.recorded]
        return pl.DataFrame({"file": range(len(held)), "sex": held}, schema={"file": pl.UInt32, "sex": pl.String})

    @property
    def spill(self) -> Path:
        return Path(self.folder) / f"spill-{self.number}"


@dataclass(slots=True)
class StretchReport:
    """What became of the entries of a stretch."""

    index: int
    counts: Counts
    """By sample and outcome."""
    examples: dict[tuple[int, int], str] = field(default_factory=dict)
    """The first record left out of each sample for each outcome."""
    remarks: Counter[str] = field(default_factory=Counter)
    """Lines by what the report says of them."""
    remark_examples: dict[str, str] = field(default_factory=dict)
    """The first example of a remark, where it has one."""
    refusal: str | None = None
    """Why the file is refused for what the stretch holds."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is seen only by reading a file from its first line to its last."""

    sha256: str
    content: str = ""
    notes: tuple[str, ...] = ()
    refusal: str | None = None
    """Why the file is refused for the order of its lines: two files one behind the other, an end that breaks off."""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What became of the calls of a group of samples."""

    repeated: dict[int, tuple[int, int]]
    """Samples with repeated records: how many, and the row of the first."""
    contradictions: dict[int, str]
    """Samples whose calls contradict their recorded sex, and why."""
    rows: Rows


Run = Callable[[Iterable[Task], Callable[[Any], None]], None]
"""Runs tasks and hands on what each returns."""


def read_long(
    number: int,
    step: int,
    file: LongFile,
    sexes: Mapping[str, str | None],
    folder: str,
    parts: int,
    run: Run,
    dialect_name: str | None = None,
    limits: Limits = DEFAULTS,
) -> BatchReport:
    """Reads file `number` into the shards `<table>-long-<number>-<first sample>.parquet` in `folder`, in `parts` stretches at most.

    The sources of its samples are `number`, `number + step` and so on; `sexes`: recorded sex by sample;
    `dialect_name`: the dialect that a person named. `run` spreads the work. Raises SystemRefusalError where the disk does not take the shards; a file that cannot be read is refused in the report.
    """
    report = BatchReport(number)
    long = None
    try:
        long = _prepared(number, step, file, sexes, folder, parts, dialect_name, limits)
        read: dict[int, StretchReport] = {}
        surveys: list[Survey] = []

        def take(result: Survey | StretchReport) -> None:
            if isinstance(result, Survey):
                surveys.append(result)
            else:
                read[result.index] = result

        run(chain([(survey, long)], ((read_stretch, long, i) for i in range(len(long.stretches)))), take)
        stretches_read = [read[i] for i in sorted(read)]
        # the same of several reasons, whichever process came to its own first
        refusals = [surveys[0].refusal, *(one.refusal for one in stretches_read)]
        refusal = next(filter(None, refusals), None)
        if refusal:
            raise FileRefusedError(refusal)
        counts = _added_up(long, stretches_read)
        groups: list[GroupReport] = []
        run(
            ((join_group, long, first, last) for first, last in _sample_groups(counts, limits.spill_rows)),
            groups.append,
        )
        whole, report.skipped = _finished(long, surveys[0], counts, stretches_read, groups)
        report.files.append(whole)
        report.rows = total(one.rows for one in groups)
    except FileRefusedError as error:
        report.files.append(FileReport(number, shown(file.path), file.size, REFUSED, str(error)))
    except pl.exceptions.PolarsError as error:
        why = f"its records cannot be parsed ({str(error).splitlines()[0]}): fetch it again"
        report.files.append(FileReport(number, shown(file.path), file.size, REFUSED, why))
    finally:
        if long:
            shutil.rmtree(long.spill, ignore_errors=True)
    return report


def read_whole(
    number: int,
    step: int,
    file: LongFile,
    sexes: Mapping[str, str | None],
    folder: str,
    dialect_name: str | None = None,
    limits: Limits = DEFAULTS,
) -> BatchReport:
    """`read_long` in this process alone."""

    def here(tasks: Iterable[Task], done: Callable[[Any], None]) -> None:
        for function, *arguments in tasks:
            done(function(*arguments))

    return read_long(number, step, file, sexes, folder, 1, here, dialect_name, limits)


def _prepared(
    number: int,
    step: int,
    file: LongFile,
    sexes: Mapping[str, str | None],
    folder: str,
    parts: int,
    dialect_name: str | None = None,
    limits: Limits = DEFAULTS,
) -> Long:
    dialect = recognise(file.header, dialect_name)
    samples = file.header.samples
    if number + step * (len(samples) - 1) >= MOST_SOURCES:
        raise FileRefusedError(
            f"its {len(samples):,} samples beside {step:,} files are more than one build can number: read fewer files at a time with "
            "`python -m data_prep shards`, or cut its columns"
        )
    return Long(
        number,
        step,
        file,
        tuple(sexes.get(one) for one in samples),
        # of several people it would have to say of whom it speaks
        dialect.caller_sex(file.header) if len(samples) == 1 else None,
        dialect.release(file.header),
        tuple(stretches(file.path, parts)),
        folder,
        dialect_name,
        limits,
    )


def survey(long: Long) -> Survey:
    """The lines of a whole file in their order, with its checksums: a header may lie in any stretch, or across a cut.

    Raises FileRefusedError for damaged data.
    """
    file = long.file
    checksum = sha256(file.path)
    under = Under(file.header, file.assembly)
    head: bytes | None = b""
    notes: dict[str, None] = {}
    try:
        for piece in pieces(file.path, Stretch(0, file.size), mend_end=False, limits=long.limits):
            text = with_newlines(piece)
            notes.update(dict.fromkeys(line_end_notes(piece)))
            if head is not None:
                head += text
                at = head.find(b"\n#CHROM")
                stop = head.find(b"\n", at + 1) if at >= 0 else -1
                if stop < 0:
                    continue
                text, head = head[stop + 1 :], None
            under.take(text)
        under.end()
        check_one_caller(file.header, under.later_headers, long.dialect_name)
    except FileRefusedError as error:
        return Survey(checksum, refusal=str(error))
    return Survey(checksum, under.content, (*notes, *under.notes))


def read_stretch(long: Long, index: int) -> StretchReport:
    """First step: the lines of a stretch to calls, written down for the second, and the count of everything else."""
    samples = len(long.samples)
    report = StretchReport(index, np.zeros((samples, len(OUTCOMES)), np.int64))
    dialect, sexes = long.dialect, long.sexes
    long.spill.mkdir(exist_ok=True)
    spills = {table: _Spill(long.spill, f"{table}-{index}", long.limits.spill_rows) for table in ("calls", "reference")}
    most = long.limits.bytes_per_sample
    signs = _Signs(samples)
    lines = size = 0
    for text in pieces(long.file.path, long.stretches[index], limits=long.limits):
        size += len(text)
        if size > most * samples:
            raise FileRefusedError(
                f"the file inflates to more than {most >> 20:,} MiB a sample: it holds no CNV calls of {samples:,}"
            )
        try:
            piece = _Piece(text, long)
        except FileRefusedError as error:
            report.refusal = str(error)
            return report
        if not piece.lines:
            continue
        judged, entries, outcomes, kinds = _judged(piece, dialect, sexes, long.joint)
        _count(report, piece, outcomes)
        signs.add(judged, piece, entries, outcomes, kinds, long.joint)
        _remark(report, judged, piece.line[entries])
        row = pl.Series((index << _ROW_BITS) + lines + piece.line[entries], dtype=pl.Int64)
        calls = calls_of(judged)
        spills["calls"].add(calls.with_columns(row.gather(calls.get_column("row")).alias("row")))
        if not long.joint:
            spills["reference"].add(reference_rows_of(judged))
        lines += len(piece.lines)
    for one in spills.values():
        one.flush()
    signs.keep(long.spill / f"signs-{index}.npz")
    return report


class _Signs:
    """What entries that are no calls say of the sex, of a stretch: a number a line and sample, 0 for nothing.

    Of a large cohort nearly every entry on X says how many alleles its person has there: so none is a row of a table.
    """

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self.starts: list[Places] = []
        self.ends: list[Places] = []
        self.signs: list[npt.NDArray[np.uint8]] = []

    def add(
        self, judged: pl.DataFrame, piece: "_Piece", entries: Places, outcomes: Places, kinds: Places, joint: bool
    ) -> None:
        """Adds those of a piece: what was judged, and the plain entries that one of them stands for."""
        said = signs_of(judged, joint)
        row = said.get_column("row").to_numpy()
        cells = np.zeros(len(piece.entries), np.uint8)
        cells[entries[row]] = said.get_column("sign").to_numpy()
        # a plain entry stands for those of its kind, whose genotypes have one allele or two
        plain = kinds > 0
        if plain.any():
            on_x = judged.select("row", (pl.col("chrom") == "chrX").fill_null(False) & pl.col("alleles").is_not_null())
            here = np.zeros(len(piece.lines), np.bool_)
            here[piece.line[entries[on_x.filter(pl.nth(1)).get_column("row").to_numpy()]]] = True
            at = np.flatnonzero(plain & here[piece.line] & np.isin(outcomes, _SAYS_PLOIDY))
            cells[at] = _ploidy_signs(piece.entries.gather(at))
        start, end = (np.zeros(len(piece.lines), np.int64) for _ in range(2))
        place = judged.select("start", "end").fill_null(0)
        start[piece.line[entries]] = place.get_column("start").to_numpy()
        end[piece.line[entries]] = place.get_column("end").to_numpy()
        table = cells.reshape(len(piece.lines), self.samples)
        lines = np.flatnonzero(table.any(axis=1))
        self.starts.append(start[lines])
        self.ends.append(end[lines])
        self.signs.append(table[lines])

    def keep(self, path: Path) -> None:
        """Writes them down for the second step, where there are any."""
        if sum(map(len, self.starts)):
            try:
                np.savez(
                    path,
                    start=np.concatenate(self.starts),
                    end=np.concatenate(self.ends),
                    sign=np.concatenate(self.signs),
                )
            except OSError as error:
                raise SystemRefusalError(
                    f"the calls read could not be kept ({error.strerror}): is the disk full?"
                ) from error


def _ploidy_signs(entries: pl.Series) -> npt.NDArray[np.uint8]:
    """Of entries whose genotype names the reference alone, or is open and has a number: one allele or two."""
    table = entries.to_frame("entry").select(
        pl.when(pl.col("entry").str.contains(r"^0(?::|$)"))
        .then(HAPLOID_X)
        .when(pl.col("entry").str.contains(r"^(?:0[/|]0|\.[/|]\.:.*\d)"))
        .then(DIPLOID_X)
        .otherwise(0)
        .cast(pl.UInt8)
    )
    return table.to_series().to_numpy()


def _contradictions(long: Long, calls: pl.DataFrame, events: pl.DataFrame, first: int, last: int) -> dict[int, str]:
    """Samples from `first` to before `last` whose calls and other entries contradict their recorded sex, and why."""
    found: dict[int, str] = {}
    kept = [np.load(path) for path in sorted(long.spill.glob("signs-*.npz"))]
    starts, ends, signs = ([one[name] for one in kept] for name in ("start", "end", "sign"))
    width = max(1, long.limits.sign_cells // max(1, sum(map(len, starts))))
    for here in range(first, last, width):
        until = min(here + width, last)
        rows = []
        for start, end, sign in zip(starts, ends, signs, strict=True):
            line, sample = np.nonzero(sign[:, here:until])
            rows.append(
                pl.DataFrame(
                    {"file": sample + here, "start": start[line], "end": end[line], "sign": sign[line, sample + here]}
                ).select(pl.col(name).cast(dtype) for name, dtype in SIGN.items())
            )
        mine = pl.col("file").is_between(here, until - 1)
        found |= contradictions(
            calls.filter(mine),
            events.filter(mine),
            pl.concat(rows) if rows else pl.DataFrame(schema=SIGN),
            long.recorded[here:until],
            here,
        )
    return found


class _Piece:
    """Lines of a file and their entries: the columns of samples, in the order of lines, then of samples."""

    def __init__(self, text: bytes, long: Long) -> None:
        samples = len(long.samples)
        self.lines: list[str] = _lines(text)
        self.samples = samples
        self.joint = long.joint
        fields = pl.Series(self.lines, dtype=pl.String).str.splitn("\t", len(COLUMNS))
        table = fields.struct.rename_fields(list(COLUMNS)).struct.unnest()
        sites = table.select(_filled(pl.col(one)) for one in COLUMNS[:-1])
        self.sites = without_numbers(sites, [long.file.header], [sites.height])
        self.entries = _filled_series(_entries(table, samples))
        self.line: Places = np.repeat(np.arange(len(self.lines)), samples)
        self.sample: Places = np.tile(np.arange(samples), len(self.lines))

    def rows(self, entries: Places) -> pl.DataFrame:
        """Entries as text rows: `COLUMNS` and `file`, the place of the sample."""
        return self.sites[self.line[entries]].with_columns(
            self.entries.gather(entries).alias("values"), pl.Series("file", self.sample[entries], dtype=pl.UInt32)
        )

    def example(self, entry: int) -> str:
        """The record of an entry as it is written, of a joint file less the other samples."""
        line = self.lines[int(self.line[entry])]
        if self.joint:
            line = "\t".join([*line.split("\t", 9)[:9], *([own] if (own := self.entries[entry]) is not None else [])])
        return line[:EXAMPLE]


def _filled(column: pl.Expr) -> pl.Expr:
    return pl.when(column != "").then(column)


def _filled_series(values: pl.Series) -> pl.Series:
    return values.to_frame("values").select(_filled(pl.col("values"))).to_series()


def _entries(table: pl.DataFrame, samples: int) -> pl.Series:
    """The columns of samples, all lines one after the other; null where a line has fewer.

    Raises FileRefusedError for a line with more: empty ones alone, tabs at its end, are left out.
    """
    values = table.get_column("values")
    cells = values.str.split("\t")
    if (cells.list.len() == samples).fill_null(False).all():
        return cells.explode()
    even = []
    for number, row in enumerate(cells.to_list()):
        row = row or []
        if any(row[samples:]):
            chrom, pos = table.row(number)[:2]
            raise FileRefusedError(too_wide(f"its record at {chrom}:{pos}", samples))
        even.append((row[:samples] + [None] * samples)[:samples])
    return pl.Series(even, dtype=pl.List(pl.String)).explode()


def _judged(
    piece: _Piece, dialect: Dialect, sexes: pl.DataFrame, joint: bool
) -> tuple[pl.DataFrame, Places, Places, Places]:
    """Entries that were looked at, judged; their places; the outcome of every entry of the piece, and its plain kind or 0."""
    kinds = _plain_kinds(piece, dialect.plain) if joint else np.zeros(len(piece.entries), np.int64)
    while True:
        probes = _first_of_each(kinds, piece.line)
        entries = np.union1d(np.flatnonzero(kinds == 0), probes)
        judged = judge(dialect.records(piece.rows(entries)), sexes, joint)
        found = _outcomes(judged)
        outcomes = np.zeros(len(piece.entries), np.int64)
        outcomes[entries] = found
        surprising = probes[outcomes[probes] == CALL]
        if not len(surprising):
            break
        # a dialect that sees more in such an entry than its genotype says: all of them are looked at
        kinds[np.isin(_keys(kinds, piece.line), _keys(kinds, piece.line)[surprising])] = 0
    fates = np.zeros((len(piece.lines), _KINDS + 1), np.int64)
    fates[piece.line[probes], kinds[probes]] = outcomes[probes]
    dropped = kinds > 0
    outcomes[dropped] = fates[piece.line[dropped], kinds[dropped]]
    return judged, entries, outcomes, kinds


def _keys(kinds: Places, line: Places) -> Places:
    return line * (_KINDS + 1) + kinds


def _first_of_each(kinds: Places, line: Places) -> Places:
    """The first entry of each plain kind in each line."""
    plain = np.flatnonzero(kinds)
    return plain[np.unique(_keys(kinds, line)[plain], return_index=True)[1]]


def _outcomes(judged: pl.DataFrame) -> Places:
    is_reference = pl.col("kind") == Kind.REFERENCE.value
    kept = pl.when(is_reference).then(REFERENCE).otherwise(CALL)
    codes = pl.col("skip").replace_strict(_CODE, default=None, return_dtype=pl.Int64)
    return judged.select(pl.when(pl.col("skip").is_null()).then(kept).otherwise(codes)).to_series().to_numpy()


def _count(report: StretchReport, piece: _Piece, outcomes: Places) -> None:
    keys = piece.sample * len(OUTCOMES) + outcomes
    here = np.bincount(keys, minlength=report.counts.size)
    known = report.counts.reshape(-1)
    new = (here > 0) & (known == 0) & (np.arange(len(here)) % len(OUTCOMES) > REFERENCE)
    if new.any():
        entries = np.flatnonzero(new[keys])
        for key, at in zip(*np.unique(keys[entries], return_index=True), strict=True):
            report.examples[divmod(int(key), len(OUTCOMES))] = piece.example(int(entries[at]))
    known += here


_KINDS: Final = 4
"""Most kinds of plain entries that a dialect has; they are numbered from 1."""


def _remark(report: StretchReport, judged: pl.DataFrame, line: Places) -> None:
    """Counts the remarks on lines: of every line an entry is looked at, and what holds of several of its entries counts once."""
    remarks = remarks_of(judged)
    if not remarks.height:
        return
    at = pl.Series("line", line, dtype=pl.Int64).gather(remarks.get_column("row"))
    by_line = remarks.select("remark", "example", at).unique(["remark", "line"], keep="first", maintain_order=True)
    report.remarks.update(by_line.get_column("remark").to_list())
    for remark, example in by_line.drop_nulls("example").select("remark", "example").iter_rows():
        report.remark_examples.setdefault(remark, example)


def _plain_kinds(piece: _Piece, plain: Plain) -> Places:
    """The plain kind of each entry, 0 for those that are to be looked at.

    Everything on Y is looked at, and on X unless the genotype tells: what is expected there hangs on the sex.
    """
    kinds = np.zeros(len(piece.entries), np.int64)
    by_sex = ("chrY",) if plain.by_genotype else ("chrX", "chrY")
    asked = np.array([chromosome(one or "") in by_sex for one in piece.sites.get_column("chrom")])
    for form in piece.sites.get_column("format").unique().drop_nulls():
        lines = (piece.sites.get_column("format") == form).fill_null(False).to_numpy() & ~asked
        left = np.flatnonzero(np.repeat(lines, piece.samples))
        for number, pattern in enumerate(_patterns(form, plain), 1):
            if not len(left):
                break
            here = piece.entries.gather(left) if len(left) < len(piece.entries) else piece.entries
            alike = here.str.contains(pattern).fill_null(False).to_numpy()
            kinds[left[alike]] = number
            left = left[~alike]
    return kinds


@lru_cache(256)
def _patterns(form: str, plain: Plain) -> tuple[str, ...]:
    """Regular expressions of the plain kinds of a FORMAT: the reference genotype, and none, each with no copy number or the
    expected one.

    Where the genotype tells what is expected, the reference's is one kind, with a number or without: the fate is the same.
    Where it does not, two copies are expected on autosomes whatever it is.
    """
    keys = form.split(":")
    if keys[0] != "GT":
        return ()
    copies = tuple(key in plain.copies for key in keys)
    last = max((i for i, one in enumerate(copies) if one), default=0)

    def tail(number: str, may_end: bool) -> str:
        return _tail(copies[1 : last + 1], number, may_end)

    # what is left out at the end of an entry is missing
    missing, two = tail(r"\.", True), tail(_TWO, False)
    if plain.by_genotype:
        either_one, either_two = (tail(rf"(?:{number}|\.)", True) for number in (_ONE, _TWO))
        found = [f"^(?:0{either_one}|0[/|]0{either_two})$"]
    else:
        found = [f"^0(?:[/|]0)?{missing}$", *([f"^0(?:[/|]0)?{two}$"] if last else [])]
    if plain.untyped:
        found.append(rf"^\.(?:[/|]\.)?{missing}$")
    return (*found, *([rf"^\.[/|]\.{two}$"] if last else []))


_ONE: Final = r"1(?:\.0+)?"
_TWO: Final = r"2(?:\.0+)?"


def _tail(copies: Sequence[bool], number: str, may_end: bool) -> str:
    """The fields after GT: `number` for copy numbers, anything for the others and for those that follow."""
    pattern = "(?::.*)?"
    for one in reversed(copies):
        pattern = f":{number if one else '[^:]*'}{pattern}"
        if may_end:
            pattern = f"(?:{pattern})?"
    return pattern


class _Spill:
    """Rows that wait for the second step, on disk once they are many, sorted by sample."""

    def __init__(self, folder: Path, name: str, most: int) -> None:
        self.folder, self.name, self.most = folder, name, most
        self.held: list[pl.DataFrame] = []
        self.rows = self.files = 0

    def add(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.held.append(rows)
            self.rows += rows.height
        if self.rows >= self.most:
            self.flush()

    def flush(self) -> None:
        if self.held:
            whole = pl.concat(self.held).sort("file", maintain_order=True)
            keep(whole, self.folder / f"{self.name}-{self.files}.parquet")
            self.held, self.rows = [], 0
            self.files += 1


def _added_up(long: Long, reports: Sequence[StretchReport]) -> Counts:
    """Entries of the whole file by sample and outcome.

    Raises FileRefusedError where a sample has entries and none can be placed, since it would stand in every denominator
    and carry nothing, and where one has more calls than a person can have.
    """
    counts: Counts = np.sum([one.counts for one in reports], axis=0)
    unreadable = counts[:, [_CODE[one.value] for one in UNREADABLE]]
    lost = np.flatnonzero((unreadable.sum(axis=1) == counts.sum(axis=1)) & (counts.sum(axis=1) > 0))
    examples = {key: text for report in reversed(reports) for key, text in report.examples.items()}
    for i in np.flatnonzero(counts[:, _CODE[Skip.OTHER_BUILD.value]])[:1]:
        raise FileRefusedError(on_other_build(examples[int(i), _CODE[Skip.OTHER_BUILD.value]]))
    if len(lost):
        i = int(lost[0])
        reason = UNREADABLE[int(unreadable[i].argmax())].value
        example = examples[i, _CODE[reason]]
        raise FileRefusedError(
            unplaced(int(counts[i].sum()), f" of {long.samples[i]}", reason, example, long.file.small_variants)
        )
    most = int(counts[:, CALL].argmax())
    if counts[most, CALL] > MAX_CALLS:
        raise FileRefusedError(
            f"it holds {counts[most, CALL]:,} calls of {long.samples[most]}: no single person has more than {MAX_CALLS:,} CNV calls"
        )
    return counts


def _sample_groups(counts: Counts, calls: int) -> list[tuple[int, int]]:
    """Runs of samples, first and one after the last, with about as many `calls` each."""
    groups = []
    first = held = 0
    for i, n in enumerate(counts[:, CALL]):
        if held and held + n > calls:
            groups.append((first, i))
            first, held = i, 0
        held += int(n)
    return [*groups, (first, len(counts))]


def join_group(long: Long, first: int, last: int) -> GroupReport:
    """Second step: the calls of the samples from `first` to before `last`, of all stretches, to shards."""
    calls, twice = in_order(_spilled(long, "calls", first, last))
    repeated = {
        file: (n, row) for file, n, row in twice.group_by("file").agg(pl.len(), pl.col("row").min()).iter_rows()
    }
    joined, events = join_calls(calls.drop("row"), long.dialect.joins, ends_of(long.dialect))
    contradicting = _contradictions(long, joined, events, first, last)
    tables = {
        "calls": joined.drop("alleles", "joins"),
        "events": events,
        "segments": disjoint_segments(events),
    }
    if not long.joint and (reference := _spilled(long, "reference", first, last)).height:
        tables["seen"] = seen_intervals(joined, reference, LEAST_BINS_PER_KB)
    source = (pl.col("file") * long.step + long.number).alias("file")
    tables = {name: placed(rows.with_columns(source)) for name, rows in tables.items() if rows.height}
    name = f"long-{long.number}-{first}"
    rows = write_tables(tables, name, Path(long.folder))
    return GroupReport(repeated, contradicting, rows)


def _finished(
    long: Long, seen: Survey, counts: Counts, reports: Sequence[StretchReport], groups: Sequence[GroupReport]
) -> tuple[FileReport, list[SkippedRecord]]:
    """What became of the whole file; `counts` are made right for the records that stand in it twice."""
    examples = {key: text for report in reversed(reports) for key, text in report.examples.items()}
    contradicts_sex: dict[int, str] = {}
    first_repeats: dict[int, int] = {}
    for group in groups:
        contradicts_sex |= group.contradictions
        for i, (n, row) in group.repeated.items():
            counts[i, CALL] -= n
            counts[i, _CODE[Skip.DUPLICATE.value]] += n
            first_repeats[i] = row
    lines = _lines_at(long, set(first_repeats.values()))
    for i, row in first_repeats.items():
        cells = lines[row].split("\t")
        own = [*cells[:9], *cells[9 + i : 10 + i]] if long.joint else cells
        examples[i, _CODE[Skip.DUPLICATE.value]] = "\t".join(own)[:EXAMPLE]
    sources, skipped = [], []
    for i, sample in enumerate(long.samples):
        source, own_counts = long.number + long.step * i, [int(n) for n in counts[i]]
        if long.joint and 0 < own_counts[_CODE[Skip.NO_GENOTYPE.value]] == sum(own_counts):
            sources.append(SourceReport(source, sample, None, long.recorded[i], status=REFUSED, message=UNTOLD))
            continue
        sources.append(
            SourceReport(
                source,
                sample,
                long.caller_sex,
                long.recorded[i],
                contradicts_sex.get(i),
                sum(own_counts),
                own_counts[CALL],
                own_counts[REFERENCE],
                sum(own_counts[REFERENCE + 1 :]),
            )
        )
        skipped += [
            SkippedRecord(source, outcome, n, examples[i, code])
            for code, (outcome, n) in enumerate(zip(OUTCOMES, own_counts, strict=True))
            if code > REFERENCE and n
        ]
    counted = sum((one.remarks for one in reports), Counter[str]())
    first = {remark: example for one in reversed(reports) for remark, example in one.remark_examples.items()}
    remarks = [remark_line(remark, n, first.get(remark)) for remark, n in sorted(counted.items())]
    notes = dict.fromkeys((*long.file.notes, *seen.notes, *named(long.file.header, long.dialect), *remarks))
    report = FileReport(
        long.number,
        shown(long.file.path),
        long.file.size,
        READ,
        "; ".join(notes) or None,
        seen.sha256,
        long.dialect.name,
        long.release,
        long.file.header.simulated,
        len(long.samples),
        seen.content,
        sources=tuple(sources),
        rates_raised=long.file.header.rates_raised,
    )
    return report, skipped


def _spilled(long: Long, table: str, first: int, last: int) -> pl.DataFrame:
    """What the first step wrote down of the samples from `first` to before `last`, in the order of stretches."""
    paths = sorted(long.spill.glob(f"{table}-*.parquet"))
    if not paths:
        schema: Any = RECORD
        empty = judge(pl.DataFrame(schema=schema), long.sexes)
        return calls_of(empty) if table == "calls" else reference_rows_of(empty)
    return pl.scan_parquet(paths).filter(pl.col("file").is_between(first, last - 1)).collect()


def _lines_at(long: Long, rows: set[int]) -> dict[int, str]:
    """The lines at rows, as spilled calls number them; read once more, since repeats are rare and seen late."""
    found: dict[int, str] = {}
    for index in {row >> _ROW_BITS for row in rows}:
        at = index << _ROW_BITS
        for text in pieces(long.file.path, long.stretches[index], limits=long.limits):
            lines = _lines(text)
            found |= {row: lines[row - at] for row in rows if at <= row < at + len(lines)}
            at += len(lines)
    return found


def _lines(text: bytes) -> list[str]:
    """The records of a piece, less comments, blank lines and the line ends of Windows."""
    lines = with_newlines(text).decode("utf-8", "replace").split("\n")
    return [one for one in lines if one and not one.startswith("#")]
