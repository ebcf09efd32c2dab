"""CNVnator calls as its own script writes them in VCF.

POS is the first base of a call. Genotype and copy number are worked out from the normalised depth as if every chromosome
were there twice, so a man's X is told by direction alone, but for a complete loss.
"""

import polars as pl

from data_prep.dialects.records import (
    Ends,
    Kind,
    Plain,
    Ploidy,
    carried,
    copy_number,
    format_values,
    genotyped,
    info_number,
    info_text,
    kinds,
    number,
    position,
    source,
    symbol_kind,
    understood,
)
from data_prep.domain.callers import CNVNATOR
from data_prep.vcf import Header


class CnvNator:
    """The dialect of `cnvnator2VCF.pl`."""

    name = "cnvnator"
    caller = CNVNATOR
    sign = "##source=CNVnator"
    joins = False
    """It merges what belongs together itself, and without bin counts a step could not be told from a ragged edge (R3)."""
    ends = Ends.BINS
    """On the borders of its bins, which it does not count."""
    plain = Plain()

    def recognise(self, header: Header) -> bool:
        return source(header, "CNVnator") is not None

    def release(self, header: Header) -> str:
        return source(header, "CNVnator") or "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Understood records; columns of `RECORD`. Copy ratio is natorRD; QUAL and bins are not given, so R4 asks the ratio alone."""
        table = depth_records(text, "natorRD")
        ratio = pl.col("copy_ratio")
        by_depth = (
            pl.when(pl.col("kind") == Kind.LOSS.value)
            .then(pl.when(ratio < 0.25).then(0.0).otherwise(1.0))
            .when(pl.col("kind") == Kind.GAIN.value)
            .then(pl.when(ratio <= 1.75).then(3.0).otherwise((2 * ratio).round(mode="half_away_from_zero")))
        )
        number_here = pl.when(ratio.is_not_null()).then(by_depth)
        return understood(table.with_columns(pl.coalesce("copy_number", number_here).alias("copy_number")), Ploidy.TWO)


def depth_records(text: pl.DataFrame, depth: str) -> pl.DataFrame:
    """What CNVnator and CNVpytor share: place, kind, number and ratio; `depth` is the INFO key of the normalised depth."""
    table = text.hstack(format_values(text, ("GT", "CN")))
    start = position() - 1
    length = info_number("SVLEN").abs()
    # the base before the first cannot be written: CNVpytor puts a call from the first base at POS 2
    from_first = (position() == 2) & (length == info_number("END"))
    start = pl.when(from_first.fill_null(False)).then(0).otherwise(start)
    table = table.with_columns(
        start.alias("start"),
        pl.coalesce(info_number("END"), start + length).alias("end"),
        kinds(table, symbol_kind),
        copy_number(pl.col("CN")).alias("copy_number"),
        number(info_text(depth)).alias("copy_ratio"),
    )
    lost = genotyped() & ~carried() & pl.col("kind").is_in([Kind.LOSS.value, Kind.GAIN.value])
    return table.with_columns(pl.when(lost).then(pl.lit(Kind.ABSENT.value)).otherwise("kind").alias("kind"))
