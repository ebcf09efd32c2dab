"""Places where calls need care or cannot be made, and the shade over what the page is about."""

import math
from typing import Final

import numpy as np
import polars as pl

from dashboard.charts.track.canvas import CURVES_TOP, LEAST_WIDTH, Canvas
from dashboard.charts.track.lanes import Lanes
from dashboard.counting.along import Track
from dashboard.words import region_kinds
from data_prep.domain.intervals import reached_before, runs
from data_prep.domain.sight import BLIND_KINDS, is_paralogous

PROBLEM_LANES: Final = 3
CARE: Final = 0.45
"""Opacity of a place where calls need care: seen on the page, and told from one where none can be made."""
PROBLEM_PITCH: Final = 18
PROBLEM_GAP: Final = 1
"""Pixels between two problem regions of a kind below which they are drawn as one, the fainter the less of it they cover."""


def draw_problems(canvas: Canvas, track: Track) -> None:
    """Places where calls need care: a strip with their names, and a shade behind everything above."""
    if track.problems.is_empty():
        return
    window, palette = canvas.window, canvas.palette
    top = canvas.y
    kinds = ", ".join(dict.fromkeys(region_kinds.kind_of_problem(kind) for kind in track.problems["kind"]))
    blind_too = track.problems["kind"].is_in(BLIND_KINDS).any()
    words = "no call can be made in the solid places" if blind_too else "calls there are counted, and need care"
    if any(is_paralogous(kind) for kind in track.problems["kind"].unique().to_list()):
        words += "; no share of people is told where copies are alike"
    canvas.heading(f"Care: {kinds}", words)
    lanes = Lanes(PROBLEM_LANES)
    for kind, start, end, name, covered in _merge_near(track.problems, canvas.bases(PROBLEM_GAP)):
        first, last = max(start, window.start), min(end, window.end)
        blind = kind in BLIND_KINDS
        shade = (0.55 if blind else 0.25) * covered
        canvas.box(first, last, CURVES_TOP, top, palette.line, opacity=shade, least=0, behind=True)
        lane = lanes.place(first, max(last, first + canvas.bases(LEAST_WIDTH)))
        if lane is None:
            continue
        y = canvas.y + lane * PROBLEM_PITCH
        canvas.box(first, last, y, y + PROBLEM_PITCH - 3, palette.muted, opacity=1 if blind else CARE, tooltip=name)
        canvas.text(
            first, y + PROBLEM_PITCH / 2 - 1.5, name, palette.background if blind else palette.text,
            room=last - first, shift=4,
        )  # fmt: skip
    canvas.y += len(lanes.taken) * PROBLEM_PITCH + 4


def _merge_near(problems: pl.DataFrame, gap: float) -> list[tuple[str, int, int, str, float]]:
    """Kind, start, end and name of what is drawn, and the share of it that is covered: regions of a kind that lie nearer
    than `gap` bases are one, with how many.

    Those of kinds with few come first, so that the many of a mask take no lane from them.
    """
    rows = problems.select("kind", "start", "end", "name").sort("start", "end", "name")
    kinds: dict[str, list[tuple[str, int, int, str, float]]] = {}
    for (kind,), regions in rows.partition_by("kind", maintain_order=True, as_dict=True).items():
        start, end = (regions[column].to_numpy().astype(np.int64) for column in ("start", "end"))
        # positions are whole: nearer than `gap` is a base less than it, rounded up
        run = runs(start, end, gap=math.ceil(gap) - 1)
        first = np.flatnonzero(np.diff(run, prepend=-1))
        last = np.maximum.reduceat(end, first)
        covered = np.add.reduceat(np.maximum(end - np.maximum(start, reached_before(end)), 0), first)
        many = np.diff(first, append=len(run))
        names = [
            regions["name"][at] if count == 1 else f"{count:,} × {region_kinds.kind_of_problem(kind)}"
            for at, count in zip(first.tolist(), many.tolist(), strict=True)
        ]
        share = (covered / (last - start[first])).tolist()
        kinds[kind] = [(kind, *drawn) for drawn in zip(start[first].tolist(), last.tolist(), names, share, strict=True)]
    return [drawn for regions in sorted(kinds.values(), key=len) for drawn in regions]


def draw_highlight(canvas: Canvas, track: Track) -> None:
    """A faint shade over what the page is about, where the window holds more."""
    if track.highlight is None or track.highlight == track.interval:
        return
    place, colour = track.highlight, canvas.palette.primary
    canvas.box(place.start, place.end, CURVES_TOP, canvas.y, colour, opacity=0.1, behind=True)
