"""Illumina DRAGEN germline CNV calls, releases 3.5.7b to 4.3 (VCF 4.2).

An event's POS is the base before it (`start = POS`), a reference row's POS its first base (`start = POS - 1`): never
one rule for both. In `cnv_sv` files only the depth-supported rows are CNV calls.
"""

import re
from typing import Final

import polars as pl

from data_prep.dialects.records import KIND, Kind, copy_number, format_values, info_number, number
from data_prep.vcf import FileRefusedError, Header

_RELEASE: Final = re.compile(r"SW: *\d+\.\d+\.\d+\.([0-9][0-9A-Za-z.]*)")
_SEX: Final = re.compile(r"--sample-sex[ =]+(\w+)", re.IGNORECASE)
_ALT_KIND: Final = {
    "<DEL>": Kind.LOSS,
    "<DUP>": Kind.GAIN,
    "<CNV>": Kind.VARIABLE,
    "<LOH>": Kind.LOH,
    "<DEL>,<DUP>": Kind.LOH,
    ".": Kind.REFERENCE,
}
_ID_KIND: Final = {"LOSS": Kind.LOSS, "GAIN": Kind.GAIN, "REF": Kind.REFERENCE, "CNLOH": Kind.LOH, "GAINLOH": Kind.GAIN}


class Dragen:
    """The dialect of DRAGEN's `*.cnv.vcf.gz`."""

    name = "dragen"

    def recognise(self, header: Header) -> bool:
        return "DRAGENVersion" in header.meta or (header.first("source") or "").startswith("DRAGEN_CNV")

    def release(self, header: Header) -> str:
        if header.fileformat not in ("VCFv4.1", "VCFv4.2", "VCFv4.3"):
            raise FileRefusedError(
                f"it is written as {header.fileformat}, as DRAGEN does from 4.4 on: releases 3.5.7b to 4.3 are read"
            )
        found = _RELEASE.search(header.first("DRAGENVersion") or "")
        return found[1] if found else "unknown"

    def caller_sex(self, header: Header) -> str | None:
        for command in header.meta.get("DRAGENCommandLine", ()):
            found = _SEX.search(command)
            if found:
                return {"male": "XY", "xy": "XY", "female": "XX", "xx": "XX"}.get(found[1].lower())
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Understood records of DRAGEN text rows, one for each record and sample, in their order; columns of `RECORD`."""
        values = format_values(text, ("GT", "SM", "CN", "BC", "FT", "QS"))
        table = text.select("file", "chrom", "pos", "id", "alt", "qual", "filter", "info", "values").hstack(values)
        alts = table.get_column("alt").unique().drop_nulls().to_list()
        kinds = {
            alt: _ALT_KIND.get(
                alt, Kind.VARIABLE if alt.startswith("<CNV") and not alt.startswith("<CNV:TR") else Kind.OTHER
            ).value
            for alt in alts
        }
        table = table.with_columns(
            pl.col("pos").cast(pl.Int64, strict=False),
            info_number("END").alias("end"),
            pl.col("alt").replace_strict(kinds, default=Kind.OTHER.value, return_dtype=pl.String).alias("kind"),
        )
        if {Kind.VARIABLE.value, Kind.OTHER.value} & set(kinds.values()):
            table = table.with_columns(_kind_by_id())
        plain = pl.col("info").str.contains("SVTYPE=CNV", literal=True) & ~pl.col("info").str.contains(
            "SVCLAIM=J", literal=True
        )
        if not table.select((plain | (pl.col("kind") == Kind.REFERENCE.value)).all()).item():
            table = table.with_columns(
                pl.when(_supported_by_depth()).then("kind").otherwise(pl.lit(Kind.OTHER.value)).alias("kind")
            )
        symbolic = pl.col("alt").str.starts_with("<")
        start = pl.when(symbolic).then("pos").otherwise(pl.col("pos") - 1)
        table = table.with_columns(start.alias("start"))
        if table.get_column("end").null_count():
            length = pl.coalesce(info_number("SVLEN").abs(), info_number("REFLEN"))
            table = table.with_columns(pl.coalesce("end", pl.col("start") + length).alias("end"))
        return table.select(
            "file",
            "chrom",
            "start",
            "end",
            pl.col("kind").cast(KIND),
            copy_number(pl.col("CN")).alias("copy_number"),
            number(pl.col("SM")).alias("copy_ratio"),
            # a joint record has no QUAL of its own, and one for each sample
            pl.coalesce(number(pl.col("qual")), number(pl.col("QS"))).alias("quality"),
            pl.col("BC").cast(pl.Int32, strict=False).alias("bins"),
            pl.coalesce("FT", "filter").fill_null(".").alias("filters"),
            pl.col("GT").alias("genotype"),
            (pl.col("values").is_null() | pl.col("pos").is_null()).alias("malformed"),
        )


def _kind_by_id() -> pl.Expr:
    """Where ALT leaves the direction open, the word in DRAGEN's ID tells it (rule R2)."""
    by_id = (
        pl.col("id")
        .str.extract(r"^DRAGEN:([A-Z]+):")
        .replace_strict({word: kind.value for word, kind in _ID_KIND.items()}, default=None, return_dtype=pl.String)
    )
    is_open = pl.col("kind").is_in([Kind.VARIABLE.value, Kind.OTHER.value])
    return pl.when(is_open).then(pl.coalesce(by_id, "kind")).otherwise("kind").alias("kind")


def _supported_by_depth() -> pl.Expr:
    """Rows of the depth caller: in `cnv_sv` files rows of the junction caller stand beside them, the same event twice."""
    svtype = pl.col("info").str.extract(r"(?:^|;)SVTYPE=(\w+)")
    claim = pl.col("info").str.extract(r"(?:^|;)SVCLAIM=(\w+)")
    return (
        pl.when(claim.is_not_null())
        .then(claim.str.contains("D", literal=True))
        .otherwise(svtype.fill_null("CNV") == "CNV")
    )
