"""Lumpy's deletions and duplications, as it writes them or as SVTyper and smoove genotype them.

Lumpy alone gives no genotypes: a row with supporting reads (SU) in the sample is a call of direction alone. QUAL is
SVTyper's Phred score, nothing without it.
"""

import polars as pl

from data_prep.domain.callers import LUMPY
from data_prep.reading.dialects.junctions import junction_records, junction_table
from data_prep.reading.dialects.records import Ends, Plain, RecordKind, number, source
from data_prep.reading.vcf import Header


class Lumpy:
    """The dialect of `lumpyexpress`, SVTyper and smoove."""

    name = "lumpy"
    caller = LUMPY
    sign = "##source=LUMPY"
    joins = False
    """Each record is one event between two breakpoints."""
    ends = Ends.EXACT
    """By split reads and read pairs."""
    plain = Plain((), untyped=False)

    def recognise(self, header: Header) -> bool:
        return source(header, "LUMPY") is not None

    def release(self, header: Header) -> str:
        return source(header, "LUMPY") or "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`."""
        table = junction_table(text, ("SU",))
        untyped = ~pl.col("GT").str.contains(r"\d").fill_null(False)
        supported = (number(pl.col("SU")) > 0).fill_null(False)
        has_support = untyped & supported
        raw = has_support & (pl.col("kind") == RecordKind.ABSENT.value)
        return junction_records(
            table.with_columns(
                pl.when(raw).then("variant").otherwise("kind").alias("kind"), has_support.alias("has_support")
            )
        )
