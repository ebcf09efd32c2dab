"""What callers of breakpoints share (Manta, Delly, Lumpy, GATK-SV): deletions and duplications among other variants.

POS is the base before a variant, whether its ALT is symbolic or spelt out. Breakends, inversions, insertions and complex
variants are no copy numbers and are left out with that reason. They give no bins and no copy ratio, and write two alleles
on every chromosome; each record is a whole event, so abutting ones are not joined (R3).
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from data_prep.reading.dialects.alleles import end as allele_end
from data_prep.reading.dialects.alleles import meanings, symbols
from data_prep.reading.dialects.records import (
    Ploidy,
    RecordKind,
    complete_columns,
    format_values,
    has_genotype,
    position,
)

_POINTERS: Final = ["PASS", ".", "SampleFT", "FailedFT"]
"""Values of FILTER that say nothing of their own: they point to the samples' FT."""


def junction_table(text: pl.DataFrame, keys: Sequence[str] = ()) -> pl.DataFrame:
    """Text with the FORMAT values GT, FT and `keys`, and with start, end, kind, copy_number, filters and `variant`: the kind
    that the record has in whoever carries it.

    A deletion's copy number is the count of its reference alleles; of a duplication only the direction is known. A row whose
    FORMAT has no GT is a call of its sample.
    """
    table = text.hstack(format_values(text, ("GT", "FT", *keys)))
    table = table.with_columns(symbols(table), position().alias("start"))
    table = table.hstack(meanings(table))
    is_open = pl.col("alt") == "<CNV>"
    table = table.with_columns(
        pl.when(is_open).then(pl.lit(RecordKind.OTHER.value)).otherwise(pl.col(name).cast(pl.String)).alias(name)
        for name in ("kind", "variant")
    )
    missing = has_genotype() & pl.col("GT").is_null() & (pl.col("kind") != RecordKind.OTHER.value)
    return table.with_columns(
        pl.when(missing).then(pl.lit(RecordKind.ABSENT.value)).otherwise("kind").alias("kind"),
        pl.col("copies").alias("copy_number"),
        allele_end(pl.col("start")).alias("end"),
        filters_of_both().alias("filters"),
    )


def junction_records(table: pl.DataFrame) -> pl.DataFrame:
    """The columns of `RECORD` from those of `junction_table`."""
    return complete_columns(table, Ploidy.TWO)


def filters_of_both() -> pl.Expr:
    """The record's FILTER and the sample's FT together (R4): each names faults that the other does not."""
    record = pl.when(~pl.col("filter").is_in(_POINTERS)).then("filter")
    sample = pl.when(pl.col("FT") != "PASS").then("FT")
    both = (
        pl.when(record == sample)
        .then(record)
        .otherwise(pl.concat_str(record, sample, separator=";", ignore_nulls=True))
    )
    passed = (
        pl.when((pl.col("FT") == "PASS") | (pl.col("filter") == "PASS")).then(pl.lit("PASS")).otherwise(pl.lit("."))
    )
    return pl.when(record.is_null() & sample.is_null()).then(passed).otherwise(both)
