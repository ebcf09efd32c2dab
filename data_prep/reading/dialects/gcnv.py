"""Segments of GATK's GermlineCNVCaller (PostprocessGermlineCNVCalls), one sample a file.

POS is a segment's first base in every row, unlike in VCF's own rule for symbolic alleles. GT is written in two ways: as
one whole number, an index into ALT, or as one allele a copy; neither is asked for the ploidy, since the older one names
a single allele on every chromosome. CN holds first: without the list of sex chromosomes GATK measures a man's X by two.
"""

from typing import Final

import polars as pl

from data_prep.domain.callers import GATK_GCNV
from data_prep.reading.dialects.records import (
    Ends,
    Plain,
    Ploidy,
    RecordKind,
    bin_count,
    carries_variant,
    complete_columns,
    copy_number,
    format_values,
    info_number,
    kinds,
    number,
    position,
    symbol_kind,
)
from data_prep.reading.vcf import Header

_FORMAT_SIGNS: Final = ("<ID=QSS,", "<ID=QSE,", "<ID=NP,")


class Gcnv:
    """The dialect of GATK gCNV's `genotyped-segments-*.vcf.gz`."""

    name = "gatk-gcnv"
    caller = GATK_GCNV
    sign = "##FORMAT lines QSS, QSE and NP"
    joins = True
    """Its segments tile the genome, so one event with a ragged edge is two abutting ones, as in DRAGEN (R3)."""
    ends = Ends.BINS
    """On the borders of its intervals, which NP counts."""
    plain = Plain()

    def recognise(self, header: Header) -> bool:
        lines = header.meta.get("FORMAT", ())
        return all(any(line.startswith(sign) for line in lines) for sign in _FORMAT_SIGNS)

    def release(self, header: Header) -> str:
        for line in header.meta.get("GATKCommandLine", ()):
            _, match, rest = line.partition('Version="')
            if match and "PostprocessGermlineCNVCalls" in line:
                return rest.partition('"')[0] or "unknown"
        return "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`.

        Quality is QS, that some bin of the segment has the copy number (R4 asks 10 of it); bins are NP; there is no copy ratio.
        """
        table = text.hstack(format_values(text, ("GT", "CN", "NP", "QS", "FT")))
        table = table.with_columns(
            position().alias("start") - 1,
            pl.coalesce(info_number("END"), _end_by_id()).alias("end"),
            kinds(table, symbol_kind),
        )
        index = pl.col("GT").str.extract(r"(?:^|[/|])0*([1-9]\d*)").cast(pl.Int64, strict=False) - 1
        pointed = (
            pl.col("alt")
            .str.split(",")
            .list.get(index, null_on_oob=True)
            .replace_strict(
                {"<DEL>": RecordKind.LOSS.value, "<DUP>": RecordKind.GAIN.value}, default=None, return_dtype=pl.String
            )
        )
        # an allele that ALT does not have is no reference
        by_alt = (
            pl.when(carries_variant() & (pl.col("alt") == "."))
            .then(pl.lit(RecordKind.VARIABLE.value))
            .otherwise("kind")
        )
        unvaried = pl.col("GT").str.contains(r"\d") & ~carries_variant()
        kind = pl.when(unvaried).then(pl.lit(RecordKind.REFERENCE.value)).otherwise(pl.coalesce(pointed, by_alt))
        return complete_columns(
            table.with_columns(
                kind.alias("kind"),
                copy_number(pl.col("CN")).alias("copy_number"),
                pl.coalesce(number(pl.col("QS")), number(pl.col("qual"))).alias("quality"),
                bin_count(pl.col("NP")).alias("bins"),
                pl.coalesce("FT", "filter").fill_null(".").alias("filters"),
            ),
            Ploidy.SEX,
        )


def _end_by_id() -> pl.Expr:
    """The end that the ID `CNV_chr1_1000001_2000000` gives: GATK leaves END out of rows whose ALT is a dot."""
    first, last = (pl.col("id").str.extract(r"_(\d+)_(\d+)$", i).cast(pl.Int64, strict=False) for i in (1, 2))
    return pl.when(first == position()).then(last)
