"""Intervals as BED9: 0-based, half-open, coloured by class, with comments that say what the file is and a track line.

Read by bedtools and by genome browsers. A name in BED has no spaces, so spaces become underscores.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from dashboard.colours import LIGHT
from dashboard.formats.about import About, one_line
from data_prep.domain.copy_number import CallClass

MOST_SCORE: Final = 1_000
"""The largest score that BED knows."""


@dataclass(frozen=True, slots=True)
class Items:
    """What becomes of a table's row: `score` is a number that is cut to 0 to 1,000, of which `score_says` tells what it
    is; `coloured_by` names the column with a class or direction, `strand` the one with + or -."""

    name: str
    score: pl.Expr
    score_says: str
    coloured_by: str | None = None
    strand: str | None = None


def bed_pieces(frames: Iterable[pl.DataFrame], items: Items, about: About) -> Iterator[bytes]:
    """Comments and track line, then nine columns a row; frames have `chrom`, `start`, `end`, 0-based and half-open."""
    header = [*about.lines(), ("positions", "0-based, half-open"), ("name", items.name), ("score", items.score_says)]
    comments = "".join(f"# {name}: {value}\n" for name, value in header)
    simulated = "simulated: " if about.simulated else ""
    yield (
        f'{comments}track name="{_quoted(simulated + about.title, 60)}" '
        f'description="{_quoted(simulated + about.title, 250)}" itemRgb="On" visibility="pack"\n'
    ).encode()
    for frame in frames:
        yield (
            frame.select(*_columns(items)).write_csv(include_header=False, separator="\t", quote_style="never").encode()
        )


def _columns(items: Items) -> Iterator[pl.Expr]:
    yield pl.col("chrom")
    yield pl.col("start")
    yield pl.col("end")
    name = pl.col(items.name).str.replace_all(r"[\s\x00-\x1f\x7f]+", "_")
    yield pl.when(name == "").then(pl.lit(".")).otherwise(name).fill_null(".").alias("name")
    yield (
        items.score.cast(pl.Float64).fill_nan(0).fill_null(0).clip(0, MOST_SCORE).round().cast(pl.Int32).alias("score")
    )
    yield (pl.col(items.strand).fill_null(".") if items.strand else pl.lit(".")).alias("strand")
    yield pl.col("start").alias("thick_start")
    yield pl.col("end").alias("thick_end")
    yield (
        pl.col(items.coloured_by).replace_strict(_RGB, default=_GREY, return_dtype=pl.String)
        if items.coloured_by
        else pl.lit(_GREY)
    ).alias("rgb")


def _decimal(colour: str) -> str:
    """208,64,58 of #d0403a."""
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))


def _quoted(text: str, most: int) -> str:
    return one_line(text).replace('"', "'")[:most]


_RGB: Final = {name.value: _decimal(LIGHT.call_class(name)) for name in CallClass}
_GREY: Final = _decimal(LIGHT.muted)
