"""VCF files to Parquet shards: one batch of files, read, sorted out and joined, in one worker process.

A shard is complete in itself, so that batches can be read in any order, on any core, and memory does not grow with
their number. Files that cannot be read are reported and stop nothing else.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from data_prep.domain.assembly import ASSEMBLY
from data_prep.errors import SystemRefusalError
from data_prep.reading.calls import UNREADABLE, Skip, partition_records, report_lines
from data_prep.reading.dialects import UNKNOWN, Dialect, check_one_caller, ends_of, note_of_chosen_dialect, recognise
from data_prep.reading.events import disjoint_segments, join_calls, seen_intervals
from data_prep.reading.reports import READ, REFUSED, BatchReport, FileReport, Rows, SkippedRecord, SourceReport, total
from data_prep.reading.sex import contradictions
from data_prep.reading.vcf import PARSE_ERRORS, SMALL_VARIANTS, LongFile, VcfFile, frame, line, other_build, read_file
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.text_stream import FileRefusedError

LEAST_BINS_PER_KB: Final = 0.5
"""Bins per kb from which a row counts as seen by the caller (R5)."""
MAX_CALLS: Final = 1 << 20
"""Calls of one sample in a file: events are numbered within their sample in 20 bits."""
_ROW_GROUP: Final = 8_192
"""Rows of a Parquet row group: small, so that one chromosome can be read without the others."""
EXAMPLE: Final = 500
"""Characters of a record that is kept as example."""

PLACE_BITS: Final = 28
"""No chromosome has 2**28 bases: its number and a start make one number, by which shards are sorted and read in parts."""
TILE_BITS: Final = 24
"""Rows are counted by tiles of 2**24 bases, so that whoever sorts them can take as many at a time as memory allows."""


def read_batch(
    batch: int,
    paths: list[tuple[int, str]],
    sexes: Mapping[str, str | None],
    folder: str,
    dialect_name: str | None = None,
    assembly: str | None = None,
    limits: Limits = DEFAULTS,
) -> BatchReport:
    """Reads files, given with their numbers, and writes the shards `<table>-<batch>-<dialect>-<part>.parquet` into `folder`:
    calls, events, segments, and, where there are reference rows, seen. Joint and long files are handed back unread.

    `sexes`: recorded karyotype sex by sample; `dialect_name`: the dialect of all files, None to tell it by their headers;
    `assembly`: the genome build of files whose headers give no contig lengths. Each shard is sorted by `place`; its column `source` is the
    number given.
    """
    report = BatchReport(batch)
    read: list[tuple[int, VcfFile, Dialect, str]] = []
    for number, name in paths:
        path = Path(name)
        try:
            file = read_file(path, assembly, limits)
            dialect = dialect_of(file, dialect_name)
            if isinstance(file, LongFile):
                report.long.append((number, file))
                continue
            check_one_caller(file.header, file.later_headers, dialect_name)
            read.append((number, file, dialect, dialect.release(file.header)))
        except FileRefusedError as error:
            size = path.stat().st_size
            report.files.append(FileReport(number, printable_path(name), size, REFUSED, str(error)))
        except OSError as error:
            report.files.append(
                FileReport(number, printable_path(name), 0, REFUSED, f"it cannot be opened: {error.strerror or error}")
            )
    for dialect in {id(d): d for _, _, d, _ in read}.values():
        of_dialect = [entry for entry in read if entry[2] is dialect]
        for part, tables in enumerate(_read_each(report, of_dialect, dialect, sexes)):
            _write(report, tables, f"{dialect.name}-{part}", Path(folder))
    report.files.sort(key=lambda file: file.file_id)
    return report


def dialect_of(file: VcfFile | LongFile, name: str | None) -> Dialect:
    """The dialect of a file, as `recognise`; of small variants whose caller is not known it is said what they are."""
    try:
        return recognise(file.header, name)
    except FileRefusedError as error:
        raise FileRefusedError(SMALL_VARIANTS) if str(error) == UNKNOWN and file.small_variants else error from None


def explain_no_cnvs(records: int, of: str, reason: str, example: str, small_variants: bool = False) -> str:
    """Why a file is refused that has records and not one of them lies on a known place as a CNV.

    `reason`: the commonest of its records; `example`: the first of those. Its person would stand in every denominator
    and carry nothing.
    """
    if reason == Skip.NOT_CNV.value and small_variants:
        return SMALL_VARIANTS
    if reason == Skip.CHROMOSOME.value:
        name, example_of = example.split("\t", 1)[0][:60], ASSEMBLY.chromosomes[0]
        return (
            f"not one of its {records:,} records{of} lies on a chromosome that is known, the first of them on {name!r}: "
            f"give calls on {ASSEMBLY.name} with names such as chr1, 1, {example_of.refseq} or {example_of.genbank}"
        )
    return f"not one of its {records:,} records{of} is a CNV call that can be placed ({reason}): give the file of CNV calls, or fetch it again"


def on_other_build(example: str) -> str:
    """Why a file is refused that has a record on another genome build; `example`: such a record."""
    name = example.split("\t", 1)[0]
    return f"it has a record on {name}, which is {other_build(name)}"


@dataclass(frozen=True, slots=True)
class _ReadFiles:
    """Files of one dialect, read: their reports, and the tables to write."""

    files: list[FileReport]
    skipped: list[SkippedRecord]
    tables: dict[str, pl.DataFrame]


def _read_together(
    read: list[tuple[int, VcfFile, Dialect, str]], dialect: Dialect, sexes: Mapping[str, str | None]
) -> _ReadFiles:
    files = [file for _, file, _, _ in read]
    caller = [dialect.caller_sex(file.header) for file in files]
    recorded = [sexes.get(file.header.samples[0]) for file in files]
    sex_of_file = pl.DataFrame(
        {"entry_source": range(len(files)), "sex": [c or r for c, r in zip(caller, recorded, strict=True)]},
        schema={"entry_source": pl.UInt32, "sex": pl.String},
    )
    partition = partition_records(dialect.records(frame(files)), sex_of_file)
    remarks = report_lines(partition.remarks)
    calls, events = join_calls(partition.calls, dialect.joins, ends_of(dialect))
    counts = [_by_file(table, len(files)) for table in (partition.calls, partition.reference, partition.skipped)]
    contradict = contradictions(calls, events, partition.signs, recorded)
    reports, skipped = [], []
    firsts = [0]
    for file in files:
        firsts.append(firsts[-1] + file.records)
    unreadable = _unreadable(files, partition.skipped, firsts)
    for i, (number, file, _, release) in enumerate(read):
        header = file.header
        if i in unreadable:
            reports.append(
                FileReport(number, printable_path(file.path), file.size, REFUSED, unreadable[i], file.sha256)
            )
            continue
        reports.append(
            FileReport(
                number,
                printable_path(file.path),
                file.size,
                READ,
                "; ".join((*file.notes, *note_of_chosen_dialect(header, dialect), *remarks.get(i, ()))) or None,
                file.sha256,
                dialect.name,
                release,
                header.simulated,
                1,
                file.content,
                sources=(
                    SourceReport(
                        number,
                        header.samples[0],
                        caller[i],
                        recorded[i],
                        contradict.get(i),
                        file.records,
                        counts[0][i],
                        counts[1][i],
                        counts[2][i],
                    ),
                ),
                rates_raised=header.rates_raised,
            )
        )
    for (i, reason), rows in partition.skipped.partition_by("entry_source", "reason", as_dict=True).items():
        if i in unreadable:
            continue
        first = int(rows.get_column("row").min()) - firsts[int(i)]  # type: ignore[arg-type]
        skipped.append(SkippedRecord(read[int(i)][0], str(reason), rows.height, line(files[int(i)], first)[:EXAMPLE]))
    numbers = pl.Series([number for number, *_ in read], dtype=pl.UInt32)
    seen = partition.reference
    tables = {
        "calls": calls.drop("alleles", "joins"),
        "events": events,
        "segments": disjoint_segments(events),
    }
    if seen.height:
        tables["seen"] = seen_intervals(calls.join(seen, on="entry_source", how="semi"), seen, LEAST_BINS_PER_KB)
    tables = {
        name: sort_by_place(
            table.with_columns(numbers.gather(table.get_column("entry_source")).alias("entry_source")).rename(
                {"entry_source": "source"}
            )
        )
        for name, table in tables.items()
        if table.height
    }
    return _ReadFiles(reports, skipped, tables)


def _read_each(
    report: BatchReport,
    files: list[tuple[int, VcfFile, Dialect, str]],
    dialect: Dialect,
    sexes: Mapping[str, str | None],
) -> list[_ReadFiles]:
    """Files of one dialect, read together; one by one where one that nobody foresaw would take the others with it."""
    try:
        return [_read_together(files, dialect, sexes)]
    except PARSE_ERRORS:
        parts = []
        for entry in files:
            try:
                parts.append(_read_together([entry], dialect, sexes))
            except PARSE_ERRORS as error:
                why = f"its records cannot be parsed ({str(error).splitlines()[0]}): fetch it again"
                number, file, *_ = entry
                report.files.append(FileReport(number, printable_path(file.path), file.size, REFUSED, why, file.sha256))
        return parts


def printable_path(path: Path | str) -> str:
    """A path as text that can be printed and stored: what is no UTF-8 in its name is replaced."""
    return os.fsencode(path).decode("utf-8", "replace")


def sort_by_place(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of a shard with `place`, sorted by it."""
    place = pl.col("chrom").to_physical().cast(pl.Int64) * (1 << PLACE_BITS) + pl.col("start")
    return table.with_columns(place.alias("place")).sort("place")


def write_shard(rows: pl.DataFrame, path: Path) -> None:
    """Writes rows as Parquet; raises SystemRefusalError where the disk does not take them."""
    try:
        rows.write_parquet(path, compression="lz4", row_group_size=_ROW_GROUP, statistics=True)
    except pl.exceptions.PolarsError as error:
        raise SystemRefusalError(
            f"the calls read could not be kept ({str(error).splitlines()[0]}): is the disk full?"
        ) from error


def write_tables(tables: Mapping[str, pl.DataFrame], name: str, folder: Path) -> Rows:
    """Writes `<table>-<name>.parquet` for each table, and counts its rows by tile."""
    for table, rows in tables.items():
        write_shard(rows, folder / f"{table}-{name}.parquet")
    return {table: rows_by_tile(rows) for table, rows in tables.items()}


def _write(report: BatchReport, read: _ReadFiles, name: str, folder: Path) -> None:
    """Writes the tables of a shard, and enters what they hold into the report."""
    report.rows = total([report.rows, write_tables(read.tables, f"{report.batch}-{name}", folder)])
    report.files += read.files
    report.skipped += read.skipped


def rows_by_tile(table: pl.DataFrame) -> dict[int, int]:
    """How many rows of a shard lie in each tile."""
    return dict(table.group_by(pl.col("place") // (1 << TILE_BITS)).len().sort("place").iter_rows())


def _by_file(table: pl.DataFrame, files: int) -> list[int]:
    counts = [0] * files
    for file, n in table.group_by("entry_source").len().iter_rows():
        counts[file] = n
    return counts


def _unreadable(files: list[VcfFile], skipped: pl.DataFrame, firsts: list[int]) -> dict[int, str]:
    """Files that are refused for what their records say, with the sentence: they have some, and every one is no CNV call or
    lies nobody knows where, or one lies on another genome build. `firsts`: the row at which each file's records begin.
    """
    reasons = (
        skipped.filter(pl.col("reason").is_in(list(UNREADABLE)))
        .group_by("entry_source", "reason")
        .agg(pl.len(), pl.col("row").min())
        .sort("len", "reason", descending=[True, False])
    )
    by_file = reasons.group_by("entry_source", maintain_order=True).agg(
        pl.col("len").sum(),
        pl.col("reason").first(),
        pl.col("row").first(),
        pl.col("row").filter(pl.col("reason") == Skip.OTHER_BUILD.value).first().alias("other"),
    )
    sentences = {}
    for i, n, reason, row, other in by_file.iter_rows():
        file = files[i]
        if other is not None:
            sentences[i] = on_other_build(line(file, other - firsts[i]))
        elif n == file.records:
            sentences[i] = explain_no_cnvs(n, "", reason, line(file, row - firsts[i]), file.small_variants)
    return sentences
