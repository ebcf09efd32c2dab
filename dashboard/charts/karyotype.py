"""A person's losses and gains along all chromosomes: two columns of them, each with its bands, gains above and losses below."""

from collections.abc import Callable, Collection
from typing import Any, Final

import polars as pl

from dashboard.charts.sheet import Sheet
from dashboard.colours import Palette
from dashboard.words import quantities
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval

MOST_MARKS: Final = 2_000
"""Events that are drawn: with more, the longest."""
WIDTH: Final = 1_000
"""Pixels of the drawing where it stands alone."""
ROW: Final = 30
BAR: Final = 8
"""Pixels of a chromosome's height, and of the marks above and below it."""
MARK: Final = 8
TOP: Final = 4
_NAMES: Final = list(LENGTHS)
ROWS: Final = (len(_NAMES) + 1) // 2
LABEL: Final = 22_000_000
"""Bases for the name of a chromosome, left of it."""
_MARKED: Final = 34_000_000
"""Bases for the word behind one that is marked."""
_FIRST: Final = max(LENGTHS[name] for name in _NAMES[:ROWS])
_SECOND: Final = max(LENGTHS[name] for name in _NAMES[ROWS:])
OFFSET: Final = _FIRST + _MARKED + LABEL
"""Bases before the second column."""
_STAINS: Final = {
    "gpos25": 0.12,
    "gpos50": 0.22,
    "gpos75": 0.32,
    "gpos100": 0.42,
    "gvar": 0.26,
    "stalk": 0.16,
    "acen": 0.7,
}


def place_of(chrom: str) -> tuple[float, float]:
    """Where a chromosome begins: x in bases, and the height of its middle."""
    number = _NAMES.index(chrom)
    return (0 if number < ROWS else OFFSET), TOP + (number % ROWS) * ROW + ROW / 2


def karyotype_chart(
    events: pl.DataFrame,
    bands: pl.DataFrame,
    marked: Collection[str],
    palette: Palette,
    address: Callable[[Interval], str] | None = None,
) -> dict[str, Any]:
    """The chart of `events`: `chrom`, `start`, `end` (0-based, half-open), `class`, `copy_number`, `expected_copy_number`, `name`.

    `bands`: `chrom`, `start`, `end`, `stain`; `marked`: chromosomes with large events; `address` makes of an event's interval where a click
    on it leads. Returns Vega-Lite with its frames in `datasets`.
    """
    sheet = Sheet(-LABEL, OFFSET + _SECOND + _MARKED, palette.background)
    for chrom, length in LENGTHS.items():
        x, middle = place_of(chrom)
        sheet.box(x, x + length, middle - BAR / 2, middle + BAR / 2, palette.line, 0.45)
        sheet.text(x - LABEL * 0.2, middle, chrom.removeprefix("chr"), palette.text, "right")
        if chrom in marked:
            sheet.text(x + length + LABEL * 0.15, middle, "marked", palette.muted)
    for chrom, start, end, stain in bands.select("chrom", "start", "end", "stain").iter_rows():
        if opacity := _STAINS.get(stain, 0):
            x, middle = place_of(chrom)
            sheet.box(x + start, x + end, middle - BAR / 2, middle + BAR / 2, palette.muted, opacity)
    drawn = events.with_columns(length=pl.col("end") - pl.col("start")).sort("length", descending=True).head(MOST_MARKS)
    for event in drawn.iter_rows(named=True):
        place = Interval(event["chrom"], event["start"], event["end"])
        x, middle = place_of(place.chrom)
        name = CallClass(event["class"])
        top = middle - BAR / 2 - 1 - MARK if name.direction.value == "gain" else middle + BAR / 2 + 1
        sheet.mark(
            x + place.start,
            x + place.end,
            top,
            top + MARK,
            palette.call_class(name),
            name=event["name"],
            told=told(event),
            address=address(place) if address else "",
        )
    return sheet.spec(TOP + ROWS * ROW + 4)


def told(event: dict[str, Any]) -> str:
    """An event in a line: chr1:1-2,000, 2 kb, partial loss, 1 of 2 copies."""
    place = Interval(event["chrom"], event["start"], event["end"])
    parts = [str(place), quantities.length(place.length), event["class"].replace("-", " ")]
    if event["copy_number"] is not None:
        expected = event["expected_copy_number"]
        parts.append(
            f"{event['copy_number']} of {expected} copies" if expected is not None else f"{event['copy_number']} copies"
        )
    return ", ".join(parts)
