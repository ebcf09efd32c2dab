"""Files that hold records of several callers: Illumina's Manta and Canvas in one, merges by SVDB and MIP.

Each record is read by the dialect of its own caller, which its ID or the merge's fields name. Of one that names none
nobody knows where it begins, as callers count POS differently, so it is left out with that reason.
"""

from collections.abc import Iterator

import polars as pl

from data_prep.domain.callers import MERGED
from data_prep.reading.dialects.own_caller import CALLERS, PLAIN, read_by_caller
from data_prep.reading.dialects.plain_vcf import plain_records
from data_prep.reading.dialects.records import Ends, Plain, RecordKind, source
from data_prep.reading.vcf import Header


class Merged:
    """The dialect of files of several callers."""

    name = "merged"
    caller = MERGED
    sign = "signs of two callers, or a merge's ##INFO lines svdb_origin or FOUNDBY with those of one"
    joins = True
    """Records of callers that cut events into pieces are joined among themselves (R3)."""
    ends = Ends.BINS
    """Those of callers of breakpoints say so record by record (`own_caller`)."""
    plain = Plain(("CN", "RDCN"), untyped=False)

    def recognise(self, header: Header) -> bool:
        callers = set(_callers(header))
        return len(callers) > 1 or (len(callers) == 1 and _is_merge(header))

    def release(self, header: Header) -> str:
        """The source lines, one for each caller or the merging program's."""
        return " and ".join(header.meta.get("source", ())) or "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`."""
        return read_by_caller(text, _others)


def _callers(header: Header) -> Iterator[str]:
    """The callers with a dialect of their own whose signs a header has."""
    for name, dialect in CALLERS.items():
        if dialect.recognise(header):
            yield name
    infos = header.meta.get("INFO", ())
    for name, sign in (("cnvnator", "<ID=natorRD,"), ("cnvpytor", "<ID=pytorRD,")):
        if any(line.startswith(sign) for line in infos):
            yield name


def _is_merge(header: Header) -> bool:
    infos = header.meta.get("INFO", ())
    return source(header, "MergeVCF") is not None or any(
        line.startswith(("<ID=svdb_origin,", "<ID=FOUNDBY,")) for line in infos
    )


def _others(text: pl.DataFrame) -> pl.DataFrame:
    """Records of callers who write as the specification says, and those that name no caller."""
    records = plain_records(text.drop("own"))
    unnamed = (text.get_column("own") != PLAIN).fill_null(True)
    lost = unnamed & (records.get_column("kind") != RecordKind.OTHER.value)
    return records.with_columns(
        pl.when(lost)
        .then(pl.lit(RecordKind.UNNAMED.value))
        .otherwise(pl.col("kind").cast(pl.String))
        .cast(records.schema["kind"])
        .alias("kind")
    )
