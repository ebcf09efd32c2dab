"""Calls and events as pgxseg, the segment format of Progenetix (docs.progenetix.org/file-formats).

Tab-separated: `#meta=>` and `#sample=>` lines, a header, a row a segment. The format's page does not say how positions
are counted; Progenetix stores and writes them as GA4GH interbase coordinates, which are 0-based and half-open.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from dashboard.formats.about import About, one_line, without_controls
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.copy_number import EFO, CallClass

COLUMNS: Final = (
    "biosample_id",
    "reference_name",
    "start",
    "end",
    "log2",
    "variant_type",
    "reference_sequence",
    "sequence",
    "variant_state_id",
    "variant_state_label",
)

# Semicolons and equals signs part values in the header, a number sign opens it.
_IDENTIFIER: Final = pl.col("sample").str.replace_all(r"[;=\s\x00-\x1f\x7f]|^#", "_")

LEAST_LOG2: Final = -10.0
"""The logarithm of a copy ratio of nearly 0 would stretch every plot of the column, so it ends here."""

_LABELS: Final = {
    CallClass.COMPLETE_LOSS: "complete genomic deletion",
    CallClass.PARTIAL_LOSS: "low-level loss",
    CallClass.LOW_GAIN: "low-level gain",
    CallClass.HIGH_GAIN: "high-level gain",
    CallClass.LOSS: "copy number loss",
    CallClass.GAIN: "copy number gain",
}
_TYPES: Final = {name.value: "DEL" if name.direction.value == "loss" else "DUP" for name in EFO}


def pgxseg_pieces(frames: Iterable[pl.DataFrame], people: pl.DataFrame, about: About) -> Iterator[bytes]:
    """The file in pieces. `people` has `sample`, `superpopulation`, `population`, `sex`, one row a sample in the frames.

    Samples are grouped by super-population. An unknown value is a dot.
    """
    header = [
        *about.lines(),
        ("assembly", ASSEMBLY.name),
        ("positions", "0-based, half-open"),
        ("least_log2", LEAST_LOG2),
    ]
    lines = [f"#meta=>{name}={_value(value)}" for name, value in header]
    lines += [
        f"#sample=>biosample_id={sample};group_id={_value(group)};group_label={_value(group)};"
        f"population={_value(population)};sex={_value(sex or '.')}"
        for sample, group, population, sex in people.select(
            _IDENTIFIER, "superpopulation", "population", "sex"
        ).iter_rows()
    ]
    lines.append("\t".join(COLUMNS))
    yield ("\n".join(lines) + "\n").encode()
    for frame in frames:
        yield (
            without_controls(_rows(frame))
            .write_csv(include_header=False, separator="\t", quote_style="never", null_value=".")
            .encode()
        )


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    ratio = pl.col("copy_ratio").cast(pl.Float64)
    return frame.select(
        _IDENTIFIER.alias("biosample_id"),
        pl.col("chrom").str.strip_prefix("chr").alias("reference_name"),
        "start",
        "end",
        pl.when(ratio > 0)
        .then(ratio.log(2).clip(lower_bound=LEAST_LOG2))
        .when(ratio == 0)
        .then(pl.lit(LEAST_LOG2))
        .round(4)
        .alias("log2"),
        pl.col("class").replace_strict(_TYPES, default=None, return_dtype=pl.String).alias("variant_type"),
        pl.lit(".").alias("reference_sequence"),
        pl.lit(".").alias("sequence"),
        pl.col("class").replace_strict(_values(EFO), default=None, return_dtype=pl.String).alias("variant_state_id"),
        pl.col("class")
        .replace_strict(_values(_LABELS), default=None, return_dtype=pl.String)
        .alias("variant_state_label"),
    )


def _values(named: dict[CallClass, str]) -> dict[str, str]:
    return {name.value: text for name, text in named.items()}


def _value(text: object) -> str:
    """A value of the header."""
    return one_line(str(text)).replace(";", ",").replace("=", "_")
