"""Distinct intervals or sites in lanes, each as thick as it has carriers; a click opens the site, or picks an interval without one by its name."""

import math
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from dashboard.charts.rows import rows
from dashboard.charts.track.canvas import LEAST_WIDTH, NAMES, SIGNS, Canvas
from dashboard.charts.track.lanes import Lanes
from dashboard.counting.along import EVERYONE, CarriedIntervals, Track
from dashboard.words import quantities
from data_prep.domain.intervals import Interval
from data_prep.domain.site_id import SiteId

LANES: Final = 12
"""Lanes of intervals a direction where there are many; an interval that finds no room in them is not drawn."""
MANY_INTERVALS: Final = 40
"""Intervals up to which all are drawn, whatever room they take."""
THINNEST: Final = 3
THICKEST: Final = 14
"""Pixels of an interval that nobody carries, and of one that everybody does; between them by the square root."""
LABELLED: Final = 8
"""Pixels from which an interval has its carriers written beside it."""

INTERVAL: Final = {
    "x": pl.Float64,
    "x2": pl.Float64,
    "y": pl.Float32,
    "y2": pl.Float32,
    "strong": pl.Float32,
    "inner": pl.Float64,
    "inner2": pl.Float64,
    "colour": pl.String,
    "dark": pl.String,
    "id": pl.String,
    "site": pl.String,
    "place": pl.String,
    "drawn_in": pl.String,
    "size": pl.String,
    "what": pl.String,
    "carriers": pl.String,
    "groups": pl.String,
    "copies": pl.String,
}


class _Carried(NamedTuple):
    """A row of `CarriedIntervals`, less its direction."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    carriers: int
    strong: int
    copies: bool
    site: str | None


def draw_intervals(canvas: Canvas, track: Track) -> list[tuple[Any, ...]]:
    """Lays the distinct intervals or sites into lanes, gains above losses, most carriers first."""
    intervals, palette, window = track.intervals, canvas.palette, canvas.window
    samples = max(track.curves.samples[EVERYONE], 1)
    words = _interval_words(track)
    of_direction: dict[str, list[_Carried]] = {}
    for name, *values in rows(_whole_ranks(intervals), "direction", *_Carried._fields):
        of_direction.setdefault(name, []).append(_Carried(*values))
    limit = LANES if intervals.total > MANY_INTERVALS else MANY_INTERVALS
    drawn: list[tuple[Any, ...]] = []
    begun = canvas.y
    for direction in reversed(track.directions):
        lanes = Lanes(limit)
        heights: list[float] = []
        placed: list[tuple[int, _Carried, float]] = []
        for row in of_direction.get(direction.value, ()):
            start, end, _, _, carriers, *_ = row
            first, last = max(start, window.start), min(end, window.end)
            lane = lanes.place(first, max(last, first + canvas.bases(LEAST_WIDTH)) + canvas.bases(2))
            if lane is None:
                continue
            height = THINNEST + (THICKEST - THINNEST) * math.sqrt(carriers / samples)
            if lane == len(heights):
                heights.append(height)
            heights[lane] = max(heights[lane], height)
            placed.append((lane, row, height))
        what = "sites" if intervals.are_sites else "distinct intervals"
        canvas.heading(f"{SIGNS[direction]} {NAMES[direction].capitalize()}, {what}" + ("" if placed else ": none"))
        tops = np.cumsum([canvas.y, *(height + 3 for height in heights)]).tolist()
        for lane, (start, end, inner_start, inner_end, carriers, strong, copies, site), height in placed:
            interval = Interval(window.chrom, start, end)
            middle = tops[lane] + heights[lane] / 2
            top, bottom = middle - height / 2, middle + height / 2
            first, last = max(start, window.start), min(end, window.end)
            sure_first, sure_last = max(inner_start, window.start), min(inner_end, window.end)
            drawn.append(
                (
                    first, last, top, bottom, bottom - height * strong / carriers, sure_first, sure_last,
                    palette.direction(direction), palette.strong(direction), str(SiteId(interval, direction)), site,
                    str(interval), str(Interval(window.chrom, inner_start, inner_end)), quantities.length(end - start),
                    NAMES[direction],
                    f"called in {carriers:,}, no frequency: paralogous" if copies
                    else f"{carriers:,} of {samples:,} ({quantities.percent(carriers / samples)})",
                    *words[start, end, direction.value],
                )
            )  # fmt: skip
            thick = height >= LABELLED
            on = palette.background if thick else palette.text
            if start < window.start:
                canvas.text(window.start, middle, "◂", on if inner_start < window.start else palette.text, shift=1)
            if end > window.end:
                colour = on if inner_end > window.end else palette.text
                canvas.text(window.end, middle, "▸", colour, align="right", shift=-1)
            if thick and sure_last - sure_first > window.length / 8:
                canvas.text(sure_first, middle, f"{carriers:,}", on, room=sure_last - sure_first, shift=12)
            elif thick:
                room = lanes.room(lane, last, window.end)
                canvas.text(last, middle, f"{carriers:,}", palette.text, room=room, shift=5)
        canvas.y = tops[-1] + 6
    if intervals.total:
        note = f"{len(drawn):,} of {intervals.total:,} drawn" + (
            ", most carriers first" if len(drawn) < intervals.total else ""
        )
        canvas.text(window.end, begun + 8, note, palette.muted, align="right", room=window.length * 0.4)
    canvas.y += 2
    return drawn


def _whole_ranks(intervals: CarriedIntervals) -> pl.DataFrame:
    """The rows, without those of as few carriers as the last where there are more of these than rows: the ones that came first would
    stand as a hotspot at the window's beginning."""
    least = intervals.rows["carriers"].min()
    if intervals.total == intervals.rows.height:
        return intervals.rows
    whole = intervals.rows.filter(intervals.rows["carriers"] > least)
    return whole if whole.height else intervals.rows


def _interval_words(track: Track) -> dict[tuple[int, int, str], tuple[str, str]]:
    """By interval and direction: carriers by super-population and by copy number, in words."""
    cells: dict[tuple[int, int, str], tuple[dict[str, int], dict[int | None, int]]] = {}
    for start, end, direction, group, copies, people in track.intervals.cells.rows():
        groups, numbers = cells.setdefault((start, end, direction), ({}, {}))
        groups[group] = groups.get(group, 0) + people
        numbers[copies] = numbers.get(copies, 0) + people
    order = {group: place for place, group in enumerate(track.curves.superpopulations)}
    return {
        key: (
            ", ".join(f"{group} {groups[group]:,}" for group in sorted(groups, key=lambda group: order.get(group, 99))),
            ", ".join(
                f"{'not given' if copies is None else copies} in {numbers[copies]:,}"
                for copies in sorted(numbers, key=lambda copies: (copies is None, copies or 0))
            ),
        )
        for key, (groups, numbers) in cells.items()
    }
