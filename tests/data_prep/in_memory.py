"""The way of records through the code under test without a file, and its results as plain values to compare."""

import os
import struct
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from hypothesis import settings

from data_prep.reading.calls import RecordPartition, partition_records
from data_prep.reading.dialects import recognise
from data_prep.reading.vcf import VcfFile, frame, parse_header
from tests.oracle import plain

CALL = ("chrom", "start", "end", "direction", "class", "copy_number", "expected_copy_number", "copy_ratio", "quality", "bins", "filters", "genotype", "par_border", "inward_start", "inward_end")  # fmt: skip
EVENT = (*CALL[:11], "sensitive", "credible", "pass", "parts", "par_border", "inner_start", "inner_end")

_EXAMPLES = os.environ.get("IMPORT_EXAMPLES")
EXAMPLES = settings(max_examples=int(_EXAMPLES or 25), deadline=None, derandomize=_EXAMPLES is None)
"""How long the random tests of the import look: the same few examples each time, or as many new ones as asked for."""


def file_of(text: str) -> VcfFile:
    """A file as `read_file` gives it, of text without small faults."""
    at = text.index("\n#CHROM") + 1
    stop = text.index("\n", at)
    body = text[stop + 1 :].encode()
    return VcfFile(Path("x.vcf"), len(text), "", parse_header(text[:stop]), body, body.count(b"\n"))


def fates(texts: Sequence[str], table_sexes: Sequence[str | None] | None = None) -> RecordPartition:
    """The fates of the records of several files of one caller, read as one batch."""
    files = [file_of(text) for text in texts]
    dialect = recognise(files[0].header)
    table = table_sexes or [None] * len(files)
    held = [dialect.caller_sex(file.header) or sex for file, sex in zip(files, table, strict=True)]
    sexes = pl.DataFrame(
        {"entry_source": range(len(files)), "sex": held}, schema={"entry_source": pl.UInt32, "sex": pl.String}
    )
    return partition_records(dialect.records(frame(files)), sexes)


def single(value: float | None) -> float | None:
    """A number as 32 bits hold it."""
    return None if value is None else struct.unpack("f", struct.pack("f", value))[0]


def call_rows(table: pl.DataFrame, file: int) -> list[tuple[object, ...]]:
    return table.filter(pl.col("entry_source") == file).select(CALL).rows()


def plain_call_rows(person: plain.Person) -> list[tuple[object, ...]]:
    return [
        (*call[:7], single(call.ratio), single(call.quality), *call[9:])
        for call in sorted(person.calls, key=lambda one: (place(one.chrom), one.start, one.end))
    ]


def place(chrom: str) -> int:
    return list(plain.LENGTHS).index(chrom)


def unordered(rows: Sequence[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    """Rows to compare where order says nothing: several calls of one place."""
    return Counter(rows)


def plain_event_rows(person: plain.Person) -> list[tuple[object, ...]]:
    """Events without their copy ratio, which is a mean and compared apart."""
    return [(*event[:7], single(event.quality), *event[9:14], len(event.parts), *event[15:]) for event in person.events]


def without_ratio(row: Sequence[object]) -> tuple[object, ...]:
    """A row of `EVENT` without the copy ratio."""
    return (*row[:7], *row[8:])
