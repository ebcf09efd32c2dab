"""A plain VCF as the specification has it, whoever called: Sniffles2, TIDDIT, HiFiCNV, PopDel, CNVkit, Spectre, Wham and others.

POS is the base before a variant; FORMAT CN counts all copies and holds before GT, as many callers write `0/1` whatever the
number. Where a caller means something else by a field, it has its own few lines below; docs/dialects.md says what was read
in the callers' sources and what is remembered. A record that names a caller with a dialect of its own is read by that.
"""

import re
from typing import Final

import polars as pl

from data_prep.domain.callers import PLAIN_VCF
from data_prep.domain.chromosomes import chromosome
from data_prep.reading.dialects.alleles import end, meanings, symbols
from data_prep.reading.dialects.gatk_sv import by_copies
from data_prep.reading.dialects.junctions import filters_of_both, junction_records
from data_prep.reading.dialects.own_caller import read_by_caller
from data_prep.reading.dialects.records import (
    Ends,
    Plain,
    RecordKind,
    carries_variant,
    format_values,
    has_genotype,
    info_number,
    info_text,
    number,
    position,
)
from data_prep.reading.vcf import Header

_ALT_SIGN: Final = re.compile(r"<ID=(?:DEL|DUP|CNV|CN[0-9]+)[,:>]")
_INFO_SIGN: Final = re.compile(r"<ID=(?:SVTYPE|SVLEN),")
_FORMAT_SIGN: Final = re.compile(r"<ID=(?:GT|CN),")
_LONGEST_SOURCE: Final = 60


class PlainVcf:
    """The dialect of the VCF specification."""

    name = "vcf"
    caller = PLAIN_VCF
    sign = "##ALT lines DEL, DUP or CNV, ##INFO line SVTYPE or SVLEN, or ##FORMAT line CN, with ##FORMAT line GT or CN"
    joins = False
    """Whether its callers cut events into pieces is not known."""
    ends = Ends.UNSAID
    """Nor how they place ends, but for callers that a record names."""
    plain = Plain(("CN", "RDCN"), untyped=False)

    def recognise(self, header: Header) -> bool:
        formats = header.meta.get("FORMAT", ())
        if any(line.startswith("<ID=CNLP,") for line in formats):
            # single bins of GATK gCNV: counted as events they would be thousands
            return False
        of_variants = (
            any(_ALT_SIGN.match(line) for line in header.meta.get("ALT", ()))
            or any(_INFO_SIGN.match(line) for line in header.meta.get("INFO", ()))
            or any(line.startswith("<ID=CN,") for line in formats)
        )
        return of_variants and any(_FORMAT_SIGN.match(line) for line in formats)

    def release(self, header: Header) -> str:
        """The caller and its version as the header has them."""
        line = (header.first("source") or "").strip(" \"'")
        return line[:_LONGEST_SOURCE] or "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`."""
        return read_by_caller(text, plain_records)


def plain_records(text: pl.DataFrame) -> pl.DataFrame:
    """Records that name no caller with a dialect of its own; columns of `RECORD`."""
    table = text.hstack(format_values(text, ("GT", "CN", "ECN", "FT", "SP")))
    table = table.with_columns(symbols(table), _total().alias("CN"))
    table = table.hstack(meanings(table)).with_columns(pl.col("kind", "variant").cast(pl.String))
    is_reference = pl.col("alt") == "."
    start = pl.when(is_reference).then(position() - 1).otherwise(_start())
    table = table.with_columns(start.alias("start"), pl.col("copies").alias("copy_number"))
    table = table.with_columns(
        _end().alias("end"), _whole_ploidy().alias("copy_number"), filters_of_both().alias("filters")
    )
    has_support = ~is_reference & ~_typed() & (number(pl.col("SP")) > 0).fill_null(False)
    # no genotype where FORMAT has a place for one
    missing = has_genotype() & pl.col("GT").is_null() & (pl.col("kind") != RecordKind.OTHER.value)
    kind = (
        pl.when(is_reference)
        .then(pl.lit(RecordKind.REFERENCE.value))
        .when(missing & ~has_support)
        .then(pl.lit(RecordKind.ABSENT.value))
        .when(has_support)
        .then("variant")
        .otherwise("kind")
    )
    table = table.with_columns(kind.alias("kind"), has_support.alias("has_support"))
    table = table.with_columns(
        pl.when(is_reference).then(pl.lit(RecordKind.REFERENCE.value)).otherwise("variant").alias("variant")
    )
    table = by_copies(table)
    # split reads of long molecules: an end is where the record has it, unless it gives an interval
    by_split_reads = pl.when(pl.col("id").str.contains(r"(?i)^sniffles").fill_null(False)).then(pl.lit(0, pl.Int32))
    table = table.with_columns(by_split_reads.alias("inward_start"), by_split_reads.alias("inward_end"))
    undirected = (pl.col("alt") == "<CNV>") & carries_variant() & pl.col("copy_number").is_null()
    return junction_records(
        table.with_columns(pl.when(undirected).then(pl.coalesce(_direction(), "kind")).otherwise("kind").alias("kind"))
    )


def _direction() -> pl.Expr:
    """Loss or gain as SVTYPE, then the ID, tells it where ALT leaves it open (R2)."""
    words = pl.coalesce(
        info_text("SVTYPE").str.extract("^(DEL|DUP)"), pl.col("id").str.extract(r"(?i)(?:^|[^A-Z])(DEL|LOSS|DUP|GAIN)")
    )
    directions = {"DEL": RecordKind.LOSS, "LOSS": RecordKind.LOSS, "DUP": RecordKind.GAIN, "GAIN": RecordKind.GAIN}
    names = {word: kind.value for word, kind in directions.items()}
    return words.str.to_uppercase().replace_strict(names, default=None, return_dtype=pl.String)


def _start() -> pl.Expr:
    """The base before a variant; of one from the first base on POS is 1 (CNVkit, Sniffles2), as there is none before."""
    from_first = (position() == 1) & (info_number("SVLEN").abs() == info_number("END"))
    return pl.when(from_first.fill_null(False)).then(0).otherwise(position())


def _end() -> pl.Expr:
    """As of any allele; a duplication in letters may end where it begins, as what it adds is no reference."""
    whole = end(pl.col("start"))
    length = pl.coalesce(
        info_number("SVLEN").abs(),
        pl.col("alt").str.len_bytes().cast(pl.Int64) - pl.col("ref").str.len_bytes().cast(pl.Int64),
    )
    added = pl.col("alt").str.contains("^[ACGTNacgtn]+$").fill_null(False) & (
        pl.col("variant") == RecordKind.GAIN.value
    )
    return pl.when(added & (whole <= pl.col("start") + 1)).then(pl.col("start") + length).otherwise(whole)


def _typed() -> pl.Expr:
    return pl.col("GT").str.contains(r"\d").fill_null(False)


def _total() -> pl.Expr:
    """All copies that a record states, as text.

    SVIM's CN counts the copies of the duplicated stretch on its haplotype. Spectre has CN in INFO (its FORMAT has HO), where
    the specification has copies by allele; in its population files that is another sample's, and SUPP_VEC stands beside it.
    """
    of_svim = pl.col("id").str.starts_with("svim.").fill_null(False)
    of_spectre = pl.col("format").str.contains(r"(?:^|:)HO(?::|$)") & info_text("SUPP_VEC").is_null()
    return (
        pl.when(of_svim)
        .then(None)
        .otherwise(pl.coalesce("CN", pl.when(of_spectre.fill_null(False)).then(info_text("CN"))))
    )


def _whole_ploidy() -> pl.Expr:
    """A genotype of one allele is a number on X and Y alone: elsewhere it says nothing of the other chromosome."""
    one_allele = pl.col("GT").str.contains(r"^\d+$").fill_null(False)
    on_xy = pl.col("chrom").map_batches(
        lambda names: names.replace_strict(
            (distinct := names.unique().drop_nulls()),
            pl.Series([chromosome(name) in ("chrX", "chrY") for name in distinct], dtype=pl.Boolean),
            default=None,
            return_dtype=pl.Boolean,
        ),
        return_dtype=pl.Boolean(),
    )
    return pl.when(one_allele & ~on_xy.fill_null(False)).then(None).otherwise("copy_number")
