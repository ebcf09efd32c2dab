"""What trios say of a callset: transmission, consistency and apparent de novo by length and by bins, losses and gains apart (rule R11)."""

import math
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from dashboard.charts.sheet import Sheet
from dashboard.colours import Palette
from dashboard.words import quantities
from data_prep.domain.copy_number import DIRECTIONS, Direction

WIDTH: Final = 900
"""Pixels of the drawing where it stands alone."""
ROW: Final = 25
GAP: Final = 12
"""Pixels between everything, the classes of length and those of bins."""
TOP: Final = 44
LABELS: Final = 0.62
"""Room for the names of classes, of the width of a panel."""
BETWEEN: Final = 0.16
"""Room between two panels."""
SHAPES: Final = {Direction.LOSS: "circle", Direction.GAIN: "triangle-up"}
HALF: Final = 0.5
LENGTHS: Final = {
    "below-3kb": "below 3 kb",
    "3-10kb": "3–10 kb",
    "10-50kb": "10–50 kb",
    "50-500kb": "50–500 kb",
    "500kb-and-more": "500 kb and more",
}
"""Classes of length in words."""
BINS: Final = {
    "1": "1 bin",
    "2": "2 bins",
    "3-4": "3–4 bins",
    "5-9": "5–9 bins",
    "10-and-more": "10 bins and more",
    "unknown": "bins not counted",
}
"""Classes of bins in words."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that has a panel: its column, that of its n, and what it is called."""

    column: str
    of: str
    words: str
    of_words: str


RATES: Final = (
    Rate("transmission", "parents", "Transmitted", "trios and sites"),
    Rate("consistency", "children", "Consistent", "events of children"),
    Rate("de_novo", "children", "Apparent de novo", "events of children"),
)


def trio_chart(quality: pl.DataFrame, palette: Palette) -> dict[str, Any]:
    """The chart of one level: rows of `trio_quality` of everything together, by length and by bins (`all` in the other column).

    A rate that is null is not drawn, and a class of which there is nothing has no row. Returns Vega-Lite with its frames in `datasets`.
    """
    groups = _groups(quality)
    sheet = Sheet(-LABELS, len(RATES) + BETWEEN * (len(RATES) - 1) + 0.06, palette.background)
    scales = [_scale(quality, rate) for rate in RATES]
    heights: list[tuple[float, str, dict[Direction, dict[str, Any]]]] = []
    y = float(TOP)
    for group in groups:
        for words, rows in group:
            heights.append((y + ROW / 2, words, rows))
            y += ROW
        y += GAP
    bottom = y - GAP
    for number, (rate, (low, high, ticks)) in enumerate(zip(RATES, scales, strict=True)):
        left = number * (1 + BETWEEN)

        def at(value: float, left: float = left, low: float = low, high: float = high) -> float:
            return left + (value - low) / (high - low)

        sheet.text(left, 9, rate.words, palette.text, bold=True)
        # the outer ones lean inwards, so that those of two panels keep apart where there is little room
        for tick, align in zip(ticks, ("left", "center", "right"), strict=True):
            sheet.box(at(tick) - 0.0015, at(tick) + 0.0015, TOP - 6, bottom, palette.line)
            sheet.text(at(tick), TOP - 15, f"{tick * 100:g} %", palette.muted, align)
        if rate.column == "transmission":
            sheet.box(at(HALF) - 0.004, at(HALF) + 0.004, TOP - 6, bottom, palette.muted)
        for middle, words, rows in heights:
            for direction, row in rows.items():
                if row[rate.column] is None:
                    continue
                place = middle + (-5 if direction is Direction.GAIN else 5)
                colour = palette.direction(direction)
                low_end, high_end = row[f"{rate.column}_ci_low"], row[f"{rate.column}_ci_high"]
                sheet.box(at(max(low_end, low)), at(min(high_end, high)), place - 1, place + 1, colour)
                told = (
                    f"{direction.value}, {words}: {rate.words.lower()} {quantities.percent(row[rate.column])} "
                    f"({quantities.interval_percent(low_end, high_end)}) of {row[rate.of]:,} {rate.of_words}"
                )
                sheet.point(at(row[rate.column]), place, SHAPES[direction], colour, told)
    for middle, words, _ in heights:
        sheet.text(-0.06, middle, words, palette.text, "right")
    return sheet.spec(bottom + 6)


def _groups(quality: pl.DataFrame) -> list[list[tuple[str, dict[Direction, dict[str, Any]]]]]:
    """Everything; the classes of length; those of bins: each with its rows by direction, where there is anything to count."""
    every = {"all": "everything"}
    chosen = (
        (every, "length_class", "bin_class"),
        (LENGTHS, "length_class", "bin_class"),
        (BINS, "bin_class", "length_class"),
    )
    groups = []
    for classes, column, other in chosen:
        group = []
        for name, words in classes.items():
            rows = quality.filter((pl.col(column) == name) & (pl.col(other) == "all"))
            by_direction = {
                direction: rows.row(by_predicate=pl.col("direction") == direction.value, named=True)
                for direction in DIRECTIONS
                if rows.filter(pl.col("direction") == direction.value).height
            }
            if any(row["children"] or row["parents"] for row in by_direction.values()):
                group.append((words, by_direction))
        if group:
            groups.append(group)
    return groups


def _scale(quality: pl.DataFrame, rate: Rate) -> tuple[float, float, list[float]]:
    """Ends and guides of a panel: of transmission all shares; of the others as far as intervals reach, to a round share."""
    if rate.column == "transmission":
        return 0.0, 1.0, [0.0, 0.5, 1.0]
    low_column, high_column = quality[f"{rate.column}_ci_low"], quality[f"{rate.column}_ci_high"]
    if rate.column == "consistency":
        reach = _round_up(1 - float(low_column.min() or 0)) if low_column.drop_nulls().len() else 1.0  # type: ignore[arg-type]
        return 1 - reach, 1.0, [1 - reach, 1 - reach / 2, 1.0]
    reach = _round_up(float(high_column.max() or 0)) if high_column.drop_nulls().len() else 1.0  # type: ignore[arg-type]
    return 0.0, reach, [0.0, reach / 2, reach]


def _round_up(share: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 % ... at least 1 %, at most 100 %."""
    power = 10.0 ** math.floor(math.log10(max(share, 0.01)))
    return min(1.0, next(factor * power for factor in (1, 2, 5, 10) if factor * power >= share * 0.999))
