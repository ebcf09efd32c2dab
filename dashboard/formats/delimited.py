"""Tables as CSV: a header line with the names of rule R13, then one row a line, positions as a genome browser shows them.

CSV has no place for a comment, so there is none: the file's name and its columns have to say what it is.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import polars as pl

CARRIER_COLUMNS: Final = (
    "sample",
    "superpopulation",
    "population",
    "sex",
    "chrom",
    "start",
    "end",
    "length",
    "class",
    "copy_number",
    "expected_copy_number",
    "copy_ratio",
    "quality",
    "bins",
    "filters",
    "genotype",
    "event",
    "overlap",
)
"""Columns of a list of carriers, in order; one row an event."""

FREQUENCY_COLUMNS: Final = (
    "grouped_by",
    "group",
    "direction",
    "carriers",
    "samples",
    "frequency",
    "ci_low",
    "ci_high",
    "complete_losses",
    "partial_losses",
    "low_gains",
    "high_gains",
    "without_copy_number",
    "pass_carriers",
    "pass_frequency",
    "note",
)
"""Columns of a frequency table, in order; one row a group and direction."""


def one_based(frame: pl.DataFrame) -> pl.DataFrame:
    """Intervals as people read them: 1-based and inclusive, so the start moves by one and the end stays (R1)."""
    return frame.with_columns(pl.col("start") + 1)


def csv_lines(frames: Iterable[pl.DataFrame], columns: Sequence[str]) -> Iterator[bytes]:
    """The header at once, then each frame's rows, in these columns. Empty cells are values that are not known."""
    yield (",".join(columns) + "\n").encode()
    for frame in frames:
        yield frame.select(columns).write_csv(include_header=False).encode()


def file_name(parts: Iterable[str], suffix: str) -> str:
    """A file name of these parts that any system takes: letters, digits, dots and dashes."""
    told = "-".join(part for part in (re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in parts) if part)
    return f"{told[:150]}.{suffix}"
