"""People with a loss or gain at each base: gains go up from the line of nobody, losses down."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from dashboard.charts.track.canvas import NAMES, SIGNS, SIZE, Canvas
from dashboard.counting.along import EVERYONE, Track
from dashboard.words import quantities
from data_prep.domain.copy_number import Direction

LINES_UP_TO: Final = 500_000
"""Bases of a window up to which super-populations have lines of their own; in a wider one they would hide each other."""
CURVE_HEIGHT: Final = 150
LEAST_CURVE_HEIGHT: Final = 18
"""Pixels that a direction's curves have at least."""
GUIDE_GAP: Final = 15
"""Pixels between two guides, and between the first and nobody, at least."""
DASHES: Final[tuple[tuple[float, ...], ...]] = ((1, 0), (7, 2), (3, 2), (9, 2, 2, 2), (1.5, 1.5))
"""How the lines of super-populations are broken, so that colour is not the only sign."""


def shows_lines(track: Track) -> bool:
    """Whether super-populations have lines of their own."""
    return track.interval.length <= LINES_UP_TO and len(track.curves.superpopulations) > 1


@dataclass(frozen=True, slots=True)
class Axis:
    """Where shares of people lie: `reach` pixels for the share 1, upwards for gains and downwards for losses from `zero`."""

    zero: float
    """Height of nobody."""
    reach: float
    floor: float
    """The share from which a logarithmic axis begins, at the height of nobody; 0 for a linear axis."""

    def height(self, share: float) -> float:
        """Pixels of a share from the height of nobody, as the template draws it."""
        if not self.floor:
            return share * self.reach
        return max(0.0, math.log10(max(share, self.floor) / self.floor) / math.log10(1 / self.floor)) * self.reach


def draw_curve_guides(canvas: Canvas, track: Track, *, logarithmic: bool = False) -> Axis:
    """Guides of the curves, with the names of the lines at their ends."""
    palette, window, curves = canvas.palette, canvas.window, track.curves
    note = "events in full, pale ends too"
    if curves.steps.bin is not None:
        note = f"bins of {quantities.length(curves.steps.bin)}: pale the most at one base, full the mean"
    canvas.heading(
        "People per base "
        + " ".join(f"{SIGNS[direction]} {NAMES[direction]}" for direction in reversed(track.directions))
        + (", logarithmic" if logarithmic else ""),
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
    # a logarithmic axis begins at half a person, so that one of the largest group has a height of its own
    scale = Axis(0, 1, 0.5 / max(curves.samples[EVERYONE], 1) if logarithmic else 0)
    heights = {direction: scale.height(peak) for direction, peak in peaks.items()}
    both = len(track.directions) > 1
    room = CURVE_HEIGHT - (LEAST_CURVE_HEIGHT if both else 0)
    share_of_room = {direction: height / (sum(heights.values()) or 1) for direction, height in heights.items()}
    up, down = (
        (
            LEAST_CURVE_HEIGHT / 2 + share_of_room[direction] * room
            if both
            else CURVE_HEIGHT * (direction in track.directions)
        )
        for direction in (Direction.GAIN, Direction.LOSS)
    )
    axis = Axis(canvas.y + up, room / (sum(heights.values()) or 0.01), scale.floor)
    highest = max(peaks.values()) or 0.01
    for direction, sign, space in ((Direction.GAIN, -1, up), (Direction.LOSS, 1, down)):
        if direction not in track.directions:
            continue
        for share in _guides(axis, highest, space):
            y = axis.zero + sign * axis.height(share)
            canvas.box(window.start, window.end, y - 0.5, y + 0.5, palette.line, behind=True)
            canvas.text(window.start, y - SIZE / 2 - 1, f"{share * 100:.4g} %", palette.muted)
    canvas.box(window.start, window.end, axis.zero - 0.5, axis.zero + 0.5, palette.muted)
    canvas.text(window.start, axis.zero - SIZE / 2 - 1, "0", palette.muted)
    if shows_lines(track):
        _name_lines(canvas, track, axis)
    canvas.y = axis.zero + down + 10
    return axis


def _guides(axis: Axis, highest: float, space: float) -> Iterator[float]:
    """The shares that have a line of their own within so many pixels: round ones, and the top where none of them comes near."""
    if axis.floor:
        powers = (10.0**power for power in range(-5, 1))
        yield from (share for share in powers if share > axis.floor and GUIDE_GAP <= axis.height(share) <= space)
        return
    step = share_step(max(highest / 2.2, GUIDE_GAP / axis.reach))
    yield from (number * step for number in range(1, int(space / (step * axis.reach)) + 1))


def _name_lines(canvas: Canvas, track: Track, axis: Axis) -> None:
    """The names of super-populations where their lines leave the window, at the right; where two would lie on one another, the
    one with fewer people there is left out, and where nobody is."""
    for direction, sign in ((Direction.GAIN, -1), (Direction.LOSS, 1)):
        if direction not in track.directions:
            continue
        ends = {group: float(track.curves.share(direction, group)[-1]) for group in track.curves.superpopulations}
        taken: list[float] = [axis.zero]
        for group in sorted(ends, key=lambda group: -ends[group]):
            y = axis.zero + sign * axis.height(ends[group])
            if ends[group] > 0 and all(abs(y - other) >= SIZE for other in taken):
                taken.append(y)
                canvas.text(
                    canvas.window.end, y, group, canvas.palette.superpopulation(group), align="right", bold=True
                )


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
    return pl.DataFrame(columns)


def _closed(shares: Any) -> Any:
    return np.append(shares, shares[-1]).astype(np.float32)
