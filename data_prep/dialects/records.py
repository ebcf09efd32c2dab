"""The form in which every dialect hands over its records, and the reading of VCF fields that they share."""

from enum import StrEnum
from typing import Final

import polars as pl


class Kind(StrEnum):
    """What the caller's own words (ALT, SVTYPE, ID) say of a record."""

    LOSS = "loss"
    GAIN = "gain"
    LOH = "loh"
    REFERENCE = "reference"
    VARIABLE = "variable"
    """A CNV whose direction only the copy number tells."""
    OTHER = "other"
    """No copy number variant: inversion, translocation and so on."""


KIND: Final = pl.Enum([k.value for k in Kind])

RECORD: Final = {
    "file": pl.UInt32,
    "chrom": pl.String,
    "start": pl.Int64,
    "end": pl.Int64,
    "kind": KIND,
    "copy_number": pl.Float64,
    "copy_ratio": pl.Float64,
    "quality": pl.Float64,
    "bins": pl.Int32,
    "filters": pl.String,
    "genotype": pl.String,
    "malformed": pl.Boolean,
}
"""Columns of understood records: `chrom` as written; `[start, end)` 0-based, null where the record does not tell;
`malformed` for a line without all ten columns or without a position."""


def format_values(text: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """The values of the FORMAT keys `keys` as text, one column each, in the order of `text`.

    Read by key for each distinct FORMAT, since their order differs between releases; a key that the FORMAT lacks, a
    trailing field that the record leaves out, and a single dot are null.
    """
    parts = []
    for (form,), rows in (
        text.select("format", "values").with_row_index("row").partition_by("format", as_dict=True).items()
    ):
        names = [] if form is None else str(form).split(":")
        wanted = {key: names.index(key) for key in keys if key in names}
        fields = rows.select(
            "row",
            pl.col("values")
            .str.split_exact(":", max(len(names) - 1, 1))
            .struct.rename_fields([f"f{i}" for i in range(max(len(names), 2))]),
        ).unnest("values")
        parts.append(
            fields.select(
                "row",
                *((pl.col(f"f{wanted[key]}") if key in wanted else pl.lit(None, pl.String)).alias(key) for key in keys),
            )
        )
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys(keys, pl.String))
    whole = pl.concat(parts) if len(parts) > 1 else parts[0]
    whole = whole.sort("row") if len(parts) > 1 else whole
    return whole.select(pl.when(pl.col(key) != ".").then(pl.col(key)).alias(key) for key in keys)


def info_number(key: str) -> pl.Expr:
    """The first whole number of INFO key `key`, Int64; null where there is none."""
    return pl.col("info").str.extract(rf"(?:^|;){key}=(-?\d+)").cast(pl.Int64, strict=False)


def number(column: pl.Expr) -> pl.Expr:
    """A decimal number from text, Float64; null for a dot, for nonsense, and for values that are not finite."""
    value = column.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


MOST_COPIES: Final = 1_000_000
"""A copy number beyond this is a damaged field: the highest seen in a real file is 182."""


def copy_number(column: pl.Expr) -> pl.Expr:
    """A copy number from text, Float64; null for nonsense, for one below zero and for one beyond all sense."""
    value = number(column)
    return pl.when(value.is_between(0, MOST_COPIES)).then(value)
