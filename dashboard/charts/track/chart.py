"""The whole drawing, from top to bottom, and the same as a picture that stands alone."""

import math
from typing import Any

import polars as pl

from dashboard.charts.track.canvas import ASSUMED_WIDTH, BOX, TEXT, Canvas
from dashboard.charts.track.curves import curve_rows, draw_curve_guides, shows_lines
from dashboard.charts.track.genes import draw_genes
from dashboard.charts.track.intervals import INTERVAL, draw_intervals
from dashboard.charts.track.legend import draw_legend
from dashboard.charts.track.problems import draw_highlight, draw_problems
from dashboard.charts.track.ruler import draw_ideogram, draw_ruler
from dashboard.charts.track.template import BACK, CURVES, FRONT, INTERVALS, TEXTS, make_template
from dashboard.colours import Palette
from dashboard.counting.along import Track


def track_picture(track: Track, palette: Palette, *, logarithmic: bool = False) -> dict[str, Any]:
    """The drawing of `track` as it stands alone: `ASSUMED_WIDTH` wide, with what its colours and lines mean below it."""
    spec = track_chart(track, palette, legend=True, logarithmic=logarithmic)
    size = {"across": ASSUMED_WIDTH, "down": spec["height"]}
    # within a picture of several parts `width` is not that of the drawing
    parameters = [
        {"name": parameter["name"], "value": size[parameter["name"]]} if parameter["name"] in size else parameter
        for parameter in spec["params"]
    ]
    return {**spec, "width": ASSUMED_WIDTH, "params": parameters}


def track_chart(
    track: Track, palette: Palette, *, selectable: bool = False, legend: bool = False, logarithmic: bool = False
) -> dict[str, Any]:
    """The drawing of `track`, as wide as its container; with `selectable`, a drag and a click on an interval select.

    With `legend` it says itself what its colours and lines mean, which beside it on a page stands as text.

    Returns a Vega-Lite specification with its frames in `datasets` and its `height` in pixels.
    """
    canvas = Canvas(track.interval, palette)
    draw_ideogram(canvas, track)
    draw_ruler(canvas, track)
    axis = draw_curve_guides(canvas, track, logarithmic=logarithmic)
    rows = draw_intervals(canvas, track)
    draw_genes(canvas, track)
    draw_problems(canvas, track)
    draw_highlight(canvas, track)
    if legend:
        draw_legend(canvas, track)

    template = make_template(
        palette,
        track.curves.superpopulations,
        track.directions,
        lines=shows_lines(track),
        binned=track.curves.steps.bin is not None,
        selectable=selectable,
    )
    values = {
        "first": track.interval.start, "last": track.interval.end, "zero": axis.zero, "reach": axis.reach, "floor": axis.floor,
    }  # fmt: skip
    # the layers themselves are shared by all charts: nobody changes them, and to copy them takes 2 ms of a page
    spec = template | {
        "layer": list(template["layer"]),
        "params": [
            {**parameter, "value": values[parameter["name"]]} if parameter["name"] in values else parameter
            for parameter in template["params"]
        ],
    }
    spec["height"] = math.ceil(canvas.y)
    spec["datasets"] = {
        CURVES: curve_rows(track),
        BACK: pl.DataFrame(canvas.back, schema=BOX, orient="row"),
        FRONT: pl.DataFrame(canvas.front, schema=BOX, orient="row"),
        TEXTS: pl.DataFrame(canvas.texts, schema=TEXT, orient="row"),
        INTERVALS: pl.DataFrame(rows, schema=INTERVAL, orient="row"),
    }
    return spec
