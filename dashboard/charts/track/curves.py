"""People with a loss or gain at each base: gains go up from the line of nobody, losses down."""

import math
from typing import Any, Final

import numpy as np
import polars as pl

from dashboard.charts.track.canvas import NAMES, SIGNS, Canvas
from dashboard.counting.along import EVERYONE, Track
from dashboard.words import wording
from data_prep.domain.copy_number import Direction

LINES_UP_TO: Final = 500_000
"""Bases of a window up to which super-populations have lines of their own; in a wider one they would hide each other."""
CURVE_HEIGHT: Final = 150
LEAST_CURVE_HEIGHT: Final = 18
"""Pixels that a direction's curves have at least."""
DASHES: Final[tuple[tuple[float, ...], ...]] = ((1, 0), (7, 2), (3, 2), (9, 2, 2, 2), (1.5, 1.5))
"""How the lines of super-populations are broken, so that colour is not the only sign."""


def shows_lines(track: Track) -> bool:
    """Whether super-populations have lines of their own."""
    return track.interval.length <= LINES_UP_TO and len(track.curves.superpopulations) > 1


def draw_curve_guides(canvas: Canvas, track: Track) -> tuple[float, float]:
    """Guides of the curves. Returns the height of nobody, and the pixels that the share 1 takes."""
    palette, window, curves = canvas.palette, canvas.window, track.curves
    note = "events in full, pale ends too"
    if curves.steps.bin is not None:
        note = f"bins of {wording.length(curves.steps.bin)}: pale the most at one base, full the mean"
    canvas.heading(
        "People per base "
        + " ".join(f"{SIGNS[direction]} {NAMES[direction]}" for direction in reversed(track.directions)),
        note,
    )
    groups = (EVERYONE, *curves.superpopulations)
    peaks = {
        direction: max(float(curves.share(direction, group).max()) for group in groups)
        if direction in track.directions
        else 0.0
        for direction in Direction
        if direction in NAMES
    }
    highest = max(peaks.values()) or 0.01
    both = len(track.directions) > 1
    room = CURVE_HEIGHT - (LEAST_CURVE_HEIGHT if both else 0)
    share_of_room = {direction: peak / (sum(peaks.values()) or 1) for direction, peak in peaks.items()}
    up, down = (
        (
            LEAST_CURVE_HEIGHT / 2 + share_of_room[direction] * room
            if both
            else CURVE_HEIGHT * (direction in track.directions)
        )
        for direction in (Direction.GAIN, Direction.LOSS)
    )
    reach = room / (sum(peaks.values()) or 0.01)
    zero = canvas.y + up
    step = share_step(highest / 2.2)
    for direction, sign, space in ((Direction.GAIN, -1, up), (Direction.LOSS, 1, down)):
        if direction not in track.directions:
            continue
        for number in range(1, int(space / (step * reach)) + 1):
            y = zero + sign * number * step * reach
            canvas.box(window.start, window.end, y - 0.5, y + 0.5, palette.line, behind=True)
            canvas.text(window.start, y - 6, f"{number * step * 100:.4g} %", palette.muted, size=10)
    canvas.box(window.start, window.end, zero - 0.5, zero + 0.5, palette.muted)
    canvas.y = zero + down + 10
    return zero, reach


def share_step(least: float) -> float:
    """The smallest share of 1, 2, 5, 10 ... in any power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-6)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def curve_rows(track: Track) -> pl.DataFrame:
    """A row a step, and one more at the end that closes the areas."""
    curves, steps = track.curves, track.curves.steps
    columns: dict[str, Any] = {"x": np.append(steps.start, track.interval.end)}
    columns["x2"] = np.append(steps.end, track.interval.end)
    for direction in track.directions:
        for number, group in enumerate((EVERYONE, *curves.superpopulations)):
            columns[f"{direction.value}{number}"] = _closed(curves.share(direction, group))
        columns[f"{direction.value}_mean"] = _closed(curves.share(direction, EVERYONE, mean=True))
    columns["callable"] = np.append(steps.callable > 0, False)
    return pl.DataFrame(columns).with_columns(pl.selectors.float().cast(pl.Float32))


def _closed(shares: Any) -> Any:
    return np.append(shares, shares[-1])
