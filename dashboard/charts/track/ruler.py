"""The chromosome's bands with the window marked on them, and positions at round numbers."""

import math
from typing import Final

from dashboard.charts.rows import rows
from dashboard.charts.track.canvas import Canvas
from dashboard.counting.along import Track
from data_prep.domain.intervals import Interval

_STAINS: Final = {"gneg": 0.0, "gpos25": 0.2, "gpos50": 0.4, "gpos75": 0.6, "gpos100": 0.8, "gvar": 0.5, "stalk": 0.3}


def draw_ideogram(canvas: Canvas, track: Track) -> None:
    """The whole chromosome, drawn over the width of the window, with the window marked on it."""
    if track.bands.is_empty():
        return
    window, palette = canvas.window, canvas.palette
    scale = window.length / track.chromosome_length
    top, bottom = 5.0, 19.0

    def at(position: float) -> float:
        return window.start + position * scale

    canvas.box(window.start, window.end, top - 0.75, bottom + 0.75, palette.muted)
    for name, start, end, stain in rows(track.bands, "band", "start", "end", "stain"):
        inset = 3.5 if stain == "acen" else 0
        canvas.box(at(start), at(end), top, bottom, palette.background, least=0)
        canvas.box(
            at(start),
            at(end),
            top + inset,
            bottom - inset,
            palette.muted,
            opacity=0.9 if stain == "acen" else _STAINS.get(stain, 0),
            tooltip=f"{window.chrom.removeprefix('chr')}{name}",
            least=0,
            label=f"band {window.chrom.removeprefix('chr')}{name}",
        )
        colour = palette.background if stain in ("gpos75", "gpos100", "acen") else palette.text
        canvas.text(
            at((start + end) / 2), (top + bottom) / 2 + 0.5, name, colour, align="center", room=(end - start) * scale,
        )  # fmt: skip
    first, last = at(window.start), at(window.end)
    if window.length < track.chromosome_length:
        for start, end, high, low in (
            (first, last, 1.5, 4.0),
            (first, last, 20.0, 22.5),
        ):
            canvas.box(start, end, high, low, palette.primary, least=4)
        canvas.box(first, last, 1.5, 22.5, palette.primary, opacity=0.35, least=4)
    canvas.y = 26


def draw_ruler(canvas: Canvas, track: Track) -> None:
    """Positions, 1-based, at round numbers."""
    window, palette = canvas.window, canvas.palette
    y = canvas.y
    canvas.box(window.start, window.end, y + 18, y + 19, palette.muted)
    ticks = round_positions(window)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else window.length
    for position in ticks:
        canvas.box(position - 1, position - 1, y + 14, y + 19, palette.muted, least=1)
        shown = position_text(position, step)
        near = min(position - 1 - window.start, window.end - position + 1)
        canvas.text(
            position - 1,
            y + 8,
            shown,
            palette.muted,
            align="center",
            # where not all have room, every second, fourth ... has
            room=min(step * ((position // step) & -(position // step)), near * 2),
        )
    canvas.y = y + 25


def round_positions(window: Interval, about: int = 9) -> list[int]:
    """Round 1-based positions in the window, about as many as asked for."""
    step = round_step(window.length / about)
    first = -(-(window.start + 1) // step) * step
    return list(range(first, window.end + 1, step))


def round_step(length: float) -> int:
    """The smallest of 1, 2, 5, 10, 20 ... that is not below `length`."""
    power = 10 ** max(math.floor(math.log10(max(length, 1))), 0)
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= length or factor == 10))


def position_text(position: int, step: int) -> str:
    """A position of the ruler in the unit that its steps need: 110 Mb, 109.6 Mb, 109,690 kb, 109,690,500."""
    if step % 100_000 == 0:
        return f"{position / 1_000_000:g} Mb"
    if step % 1_000 == 0:
        return f"{position // 1_000:,} kb"
    return f"{position:,}"
