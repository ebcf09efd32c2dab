"""CNVnator calls as its own script writes them in VCF.

POS is the first base of a call. The copies are twice the normalised depth (natorRD): its script writes CN for one allele of a
duplication up to its newest version (0.4.1; `0/1:2`, and half the copies above a depth of 2.25), so CN is not asked. The
depth is normalised by chromosomes 1 to 22 for themselves and by X and Y for themselves, so on X and Y of men 1 is one copy.
Its author says so: github.com/abyzovlab/CNVnator, issues 36, 69 and 129; the genotypes stand in `cnvnator2VCF.pl` there.
"""

from typing import Final

import polars as pl

from data_prep.domain.callers import CNVNATOR
from data_prep.reading.dialects.records import (
    Ends,
    Plain,
    Ploidy,
    RecordKind,
    alleles_left,
    carries_variant,
    complete_columns,
    copy_number,
    format_values,
    has_genotype,
    info_number,
    info_text,
    kinds,
    number,
    position,
    source,
    symbol_kind,
    unreadable_fields,
)
from data_prep.reading.vcf import Header


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
        """Parsed records; columns of `RECORD`. Copy ratio is natorRD; QUAL and bins are not given, so R4 asks the ratio alone."""
        return depth_records(text, "natorRD")


WARNING_SIDE: Final = "the depth says the other direction than ALT: ALT holds, and the copy number is not known"
WARNING_GENOTYPE: Final = "genotype and depth contradict each other"
WARNING_NUMBER: Final = "CN and depth contradict each other, and the depth holds"

_NONE_LEFT: Final = 0.25
_TWO_MORE: Final = 1.75
_MANY: Final = 2.25
"""Depths at which `cnvnator2VCF.pl` and CNVpytor change the genotype: below the first a deletion is `1/1`, above the second a
duplication is `1/1` or `./1`, above the third it is `./1`."""


def depth_records(text: pl.DataFrame, depth: str) -> pl.DataFrame:
    """Parsed records of CNVnator and CNVpytor; `depth` is the INFO key of the normalised depth, which the copies follow.

    Without depth a deletion has the copies that its genotype leaves, and a duplication no number: CN is that of one allele or of
    both, and no header names the version that would tell. In a joint file, a row whose genotype is not the one that its depth
    makes carries the depth of another sample (`Ploidy.DEPTH_OF_ANOTHER`).
    """
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
        copy_number(pl.col("CN")).alias("given"),
        number(info_text(depth)).alias("copy_ratio"),
        unreadable_fields(table, depth),
    )
    ratio, loss, gain = (
        pl.col("copy_ratio"),
        pl.col("kind") == RecordKind.LOSS.value,
        pl.col("kind") == RecordKind.GAIN.value,
    )
    is_cnv = loss | gain
    absent = is_cnv & has_genotype() & ~carries_variant()
    other_side = ((loss & (ratio >= 1)) | (gain & (ratio <= 1))).fill_null(False)
    other_genotype = (is_cnv & ~_genotype_fits(loss)).fill_null(False) & ~other_side & carries_variant()
    other_number = (is_cnv & ~_number_fits(loss)).fill_null(False) & ~other_side & carries_variant()
    table = table.with_columns(
        pl.when(ratio.is_null() & loss).then(alleles_left()).alias("copy_number"),
        pl.when(absent).then(pl.lit(RecordKind.ABSENT.value)).otherwise("kind").alias("kind"),
        pl.when(~is_cnv | absent | ratio.is_null())
        .then(pl.lit(Ploidy.TWO.value))
        .when(other_genotype)
        .then(pl.lit(Ploidy.DEPTH_OF_ANOTHER.value))
        .otherwise(pl.lit(Ploidy.DEPTH.value))
        .alias("ploidy"),
        pl.when(other_side)
        .then(pl.lit(WARNING_SIDE))
        .when(other_genotype)
        .then(pl.lit(WARNING_GENOTYPE))
        .when(other_number)
        .then(pl.lit(WARNING_NUMBER))
        .alias("warning"),
    )
    return complete_columns(table, Ploidy.TWO)


def _genotype_fits(loss: pl.Expr) -> pl.Expr:
    """Whether the genotype is one that these programs write at the depth; a missing one fits."""
    ratio, genotype = pl.col("copy_ratio"), pl.col("GT").str.replace_all("|", "/", literal=True)
    one_of_two = genotype.is_in(["0/1", "1/0"])
    both = genotype == "1/1"
    # at the borders themselves versions differ
    deletion = (both & (ratio <= _NONE_LEFT)) | (one_of_two & (ratio >= _NONE_LEFT))
    duplication = (
        (one_of_two & (ratio <= _TWO_MORE))
        | (both & ratio.is_between(_TWO_MORE, _MANY))
        | ((genotype == "./1") & (ratio >= _TWO_MORE))
    )
    return pl.when(genotype.is_null()).then(True).when(loss).then(deletion).otherwise(duplication)


def _number_fits(loss: pl.Expr) -> pl.Expr:
    """Whether CN is a number that some version writes at the depth: the copies of one allele or of both, rounded or not."""
    ratio, given = pl.col("copy_ratio"), pl.col("given")
    deletion = (given == 0) | ((given == 1) & (ratio >= _NONE_LEFT))
    duplication = (
        given.is_in([2.0, 3.0]) & (ratio <= _TWO_MORE)
        | given.is_in([2.0, 4.0]) & ratio.is_between(_TWO_MORE, _MANY)
        # half a copy or one for the rounding of either habit
        | (ratio >= _TWO_MORE) & (((given - ratio).abs() <= 0.5) | ((given - 2 * ratio).abs() <= 0.5))
    )
    return pl.when(given.is_null()).then(True).when(loss).then(deletion).otherwise(duplication)
