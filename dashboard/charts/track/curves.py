"""People with a loss or gain at each base: gains go up from the line of nobody, losses down."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

import numpy as np
import polars as pl

from dashboard.charts.track.canvas import NAMES, SIGNS, SIZE, Canvas
from dashboard.counting.along import EVERYONE, Track
from dashboard.words import quantities
from data_prep.domain.copy_number import Direction

LINES_UP_TO: Final = 500_000
"""Bases of a window up to which super-populations have lines of their own; in a wider one they would hide each other."""
CURVE_ROOM: Final = 132
"""Pixels of the axes of both directions together."""
CURVE_MARGIN: Final = 9
"""Pixels above and below the axes, which the label of a guide needs below the heading."""
GUIDE_GAP: Final = 15
"""Pixels between two guides, and between the first and nobody, at least."""
LABEL_SHIFT: Final = SIZE / 2 + 1
"""Pixels between a line and the middle of what is written beside it."""
ROUND: Final = (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10)
"""Ends of a linear axis, times a power of ten: each has a half that is round."""
ON_THE_FLOOR: Final = 0.04
"""Share of an axis's height up to which lines cannot be told from nobody."""
SIDES: Final = {Direction.GAIN: -1, Direction.LOSS: 1}
"""The way from nobody: gains lie above it, losses below."""
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

    def share(self, height: float) -> float:
        """The share that lies so many pixels from the height of nobody."""
        part = height / self.reach
        return self.floor ** (1 - part) if self.floor else part


def draw_curve_guides(canvas: Canvas, track: Track, *, logarithmic: bool = False) -> Axis:
    """Guides of the curves, nobody and the top of each side's axis among them, with the names of the lines at their ends."""
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
        for direction in SIDES
    }
    # a logarithmic axis begins at half a person, so that one of the largest group has a height of its own
    scale = Axis(0, 1, 0.5 / max(curves.samples[EVERYONE], 1) if logarithmic else 0)
    tops = axis_tops(peaks, scale)
    reach = CURVE_ROOM / (sum(scale.height(top) for top in tops.values()) or 0.01)
    heights = {direction: scale.height(top) * reach for direction, top in tops.items()}
    axis = Axis(canvas.y + CURVE_MARGIN + heights[Direction.GAIN], reach, scale.floor)
    for direction, sign in SIDES.items():
        for share in _guides(axis, tops[direction]):
            y = axis.zero + sign * axis.height(share)
            canvas.box(window.start, window.end, y - 0.5, y + 0.5, palette.line, behind=True)
            # on the outer side, so that the label of the top never lies on a curve
            canvas.text(window.start, y + sign * LABEL_SHIFT, f"{share * 100:.4g} %", palette.muted)
    canvas.box(window.start, window.end, axis.zero - 0.5, axis.zero + 0.5, palette.muted)
    canvas.text(window.start, axis.zero - LABEL_SHIFT, "0", palette.muted)
    if shows_lines(track):
        _name_lines(canvas, track, axis, heights)
    canvas.y = axis.zero + heights[Direction.LOSS] + CURVE_MARGIN + 10
    return axis


def axis_tops(peaks: Mapping[Direction, float], scale: Axis) -> dict[Direction, float]:
    """The round share at which the axis of each side ends, not below its highest share; 0 where nobody is.

    Both sides have one scale, so a side with few people beside one with many ends higher, where its label has room.
    """
    tops = {direction: round_top(peak, scale) if peak else 0.0 for direction, peak in peaks.items()}
    longest = max(scale.height(top) for top in tops.values())
    least = scale.share(longest * GUIDE_GAP / (CURVE_ROOM - GUIDE_GAP))
    return {direction: max(top, round_top(least, scale)) if top else 0.0 for direction, top in tops.items()}


def round_top(share: float, scale: Axis) -> float:
    """The smallest round share that is not below `share`: a power of ten on a logarithmic axis, else one with a round half."""
    power = 10.0 ** math.floor(math.log10(share))
    factors = (1, 10) if scale.floor else ROUND
    return min(1.0, next(factor * power for factor in factors if factor * power >= share * 0.999_999))


def _guides(axis: Axis, top: float) -> Iterator[float]:
    """The shares that have a line of their own: the top, and below it its half, or the powers of ten, as far as there is room."""
    below = axis.height(top) + GUIDE_GAP
    for share in [top / 10**number for number in range(7)] if axis.floor else [top, top / 2]:
        height = axis.height(share)
        if GUIDE_GAP - 0.01 <= height <= below - GUIDE_GAP + 0.01:
            below = height
            yield share


def _name_lines(canvas: Canvas, track: Track, axis: Axis, heights: Mapping[Direction, float]) -> None:
    """The names of super-populations where their lines leave the window, at the right, each on the outer side of its line; those
    that lie on nobody there have none."""
    for direction in track.directions:
        shares = {group: float(track.curves.share(direction, group)[-1]) for group in track.curves.superpopulations}
        ends = {
            group: axis.height(share) + LABEL_SHIFT
            for group, share in sorted(shares.items(), key=lambda item: item[1])
            if axis.height(share) > heights[direction] * ON_THE_FLOOR
        }
        # the last is as far out as there is room above the guide at the top
        for group, height in spread(ends, SIZE, heights[direction] + LABEL_SHIFT).items():
            canvas.text(
                canvas.window.end,
                axis.zero + SIDES[direction] * height,
                group,
                canvas.palette.superpopulation(group),
                align="right",
                bold=True,
            )


def spread(ends: Mapping[str, float], gap: float, most: float) -> dict[str, float]:
    """Heights of names in the order of `ends`, which rise, `gap` apart at least and none above `most`.

    They are pushed as little as can be, in the sense of least squares; while one would be pushed by more than `gap`, of the
    two lines that lie nearest to one another the name of the lower is left out.
    """
    groups = list(ends)
    while groups:
        blocks: list[list[float]] = []
        for number, group in enumerate(groups):
            blocks.append([ends[group] - number * gap])
            # those that would lie on one another move together, to their middle
            while len(blocks) > 1 and fmean(blocks[-2]) > fmean(blocks[-1]):
                last = blocks.pop()
                blocks[-1] += last
        limit = most - (len(groups) - 1) * gap
        places = [min(fmean(block), limit) for block in blocks for _ in block]
        heights = {
            group: place + number * gap for number, (group, place) in enumerate(zip(groups, places, strict=True))
        }
        if all(abs(heights[group] - ends[group]) <= gap for group in groups) and heights[groups[0]] >= gap / 2:
            return heights
        nearest = min(
            range(len(groups) - 1), key=lambda number: ends[groups[number + 1]] - ends[groups[number]], default=0
        )
        del groups[nearest]
    return {}


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
