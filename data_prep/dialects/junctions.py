"""What callers of breakpoints share (Manta, Delly, Lumpy, GATK-SV): deletions and duplications among other variants.

POS is the base before a variant, whether its ALT is symbolic or spelt out. Breakends, inversions, insertions and complex
variants are no copy numbers and are left out with that reason. They give no bins and no copy ratio, and write two alleles
on every chromosome; each record is a whole event, so abutting ones are not joined (R3).
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from data_prep.dialects.records import (
    Kind,
    Ploidy,
    alleles_left,
    carried,
    format_values,
    genotyped,
    info_number,
    info_text,
    kinds,
    position,
    symbol_kind,
    understood,
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
    table = table.with_columns(
        position().alias("start"), kinds(table, symbol_kind), info_text("SVTYPE").alias("svtype")
    )
    table = table.with_columns(
        pl.coalesce(info_number("END"), pl.col("start") + info_number("SVLEN").abs()).alias("end")
    )
    spelt = pl.col("alt").str.contains(r"^[ACGTNacgtn]+$").fill_null(False)
    kind = (
        pl.when(spelt & (pl.col("svtype") == "DEL") & (pl.col("ref").str.len_bytes() > pl.col("alt").str.len_bytes()))
        .then(pl.lit(Kind.LOSS.value))
        .when(spelt & (pl.col("svtype") == "DUP"))
        .then(pl.lit(Kind.GAIN.value))
        .when((pl.col("kind") == Kind.VARIABLE.value) | (pl.col("kind") == Kind.REFERENCE.value))
        .then(pl.lit(Kind.OTHER.value))
        .otherwise("kind")
    )
    table = table.with_columns(kind.alias("kind"), kind.alias("variant"))
    is_cnv = pl.col("kind").is_in([Kind.LOSS.value, Kind.GAIN.value])
    return table.with_columns(
        pl.when(is_cnv & genotyped() & ~carried()).then(pl.lit(Kind.ABSENT.value)).otherwise("kind").alias("kind"),
        pl.when(pl.col("kind") == Kind.LOSS.value).then(alleles_left()).alias("copy_number"),
        _filters().alias("filters"),
    )


def junction_records(table: pl.DataFrame) -> pl.DataFrame:
    """The columns of `RECORD` from those of `junction_table`."""
    return understood(table, Ploidy.TWO)


def _filters() -> pl.Expr:
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
