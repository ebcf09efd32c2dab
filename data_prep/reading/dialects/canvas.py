"""Illumina Canvas calls, the forerunner of DRAGEN's.

POS is the base before a call with a symbolic ALT and the first base of any other row, as in DRAGEN. ALT names the copies on
one haplotype (`<CN0>`, `<CN2>`, `<DUP>` for an unknown number), so the kind comes from the ID and the number from CN.
"""

from typing import Final

import polars as pl

from data_prep.domain.callers import CANVAS
from data_prep.reading.dialects.records import (
    Ends,
    Plain,
    Ploidy,
    RecordKind,
    bin_count,
    complete_columns,
    copy_number,
    format_values,
    info_number,
    info_text,
    number,
    position,
    source,
)
from data_prep.reading.vcf import Header

_ID_KIND: Final = {
    "LOSS": RecordKind.LOSS,
    "GAIN": RecordKind.GAIN,
    "REF": RecordKind.REFERENCE,
    "LOH": RecordKind.LOH,
    "CNLOH": RecordKind.LOH,
    "GAINLOH": RecordKind.GAIN,
}


class Canvas:
    """The dialect of Canvas' `CNV.vcf.gz`."""

    name = "canvas"
    caller = CANVAS
    sign = "##source=Canvas"
    joins = True
    """Its segments tile the genome, so one event with a ragged edge is two abutting ones, as in DRAGEN (R3)."""
    ends = Ends.BINS
    """On the borders of its bins, which BC counts."""
    plain = Plain(by_genotype=True)

    def recognise(self, header: Header) -> bool:
        return source(header, "Canvas") is not None

    def release(self, header: Header) -> str:
        return source(header, "Canvas") or "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`.

        Quality is QUAL, in files of several samples QS. There is no copy ratio. `L10kb` is Canvas' own filter and no
        `cnvLength`: nobody has measured what Canvas finds below 10 kb, so such calls are not credible (R4).
        """
        table = text.hstack(format_values(text, ("GT", "CN", "BC", "QS", "FT")))
        by_id = (
            pl.col("id")
            .str.extract(r"^Canvas:([A-Z]+):")
            .replace_strict({w: k.value for w, k in _ID_KIND.items()}, default=None, return_dtype=pl.String)
        )
        svtype = info_text("SVTYPE")
        kind = (
            pl.when(svtype == "LOH")
            .then(pl.lit(RecordKind.LOH.value))
            .when((pl.col("alt") == ".") & svtype.is_null())
            .then(pl.lit(RecordKind.REFERENCE.value))
            .when(svtype.is_null() | (svtype == "CNV"))
            .then(pl.coalesce(by_id, pl.lit(RecordKind.VARIABLE.value)))
            .otherwise(pl.lit(RecordKind.OTHER.value))
        )
        symbolic = pl.col("alt").str.starts_with("<")
        start = pl.when(symbolic).then(position()).otherwise(position() - 1)
        return complete_columns(
            table.with_columns(
                kind.alias("kind"),
                start.alias("start"),
                pl.coalesce(info_number("END"), start + info_number("CNVLEN")).alias("end"),
                copy_number(pl.col("CN")).alias("copy_number"),
                pl.coalesce(number(pl.col("qual")), number(pl.col("QS"))).alias("quality"),
                bin_count(pl.col("BC")).alias("bins"),
                pl.coalesce("FT", "filter").fill_null(".").alias("filters"),
            ),
            Ploidy.GENOTYPE,
        )
