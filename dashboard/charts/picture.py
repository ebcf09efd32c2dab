"""A chart as a picture that stands alone: with its title, what was counted, and where the numbers come from.

On a page the words around a chart say all that; a picture travels without them, so they are drawn into it.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from dashboard.charts import frequency
from dashboard.colours import Palette

WIDTH: Final = 560
"""Pixels of the plot, without labels."""
LINE: Final = 96
"""Letters of a line of the words above and below a plot of that width."""
FONT: Final = "Liberation Sans, Helvetica, Arial, sans-serif"
SIMULATED: Final = "SIMULATED DATA: these people do not exist."


def picture(
    spec: Mapping[str, Any],
    *,
    title: str,
    above: Sequence[str],
    below: Sequence[str],
    simulated: bool,
    palette: Palette,
) -> dict[str, Any]:
    """The Vega-Lite of `spec` with a title, lines `above` and `below` it, as plain values that JSON takes.

    `spec` is a chart of this package, its datasets frames; a width of the container becomes `WIDTH`. Lines break at the
    width of the chart.
    """
    chart = {name: part for name, part in spec.items() if name not in ("config", "padding")}
    # parameters that hold a value belong to the whole, as Vega-Lite has it
    parameters = chart.pop("params", [])
    datasets = {
        name: rows.to_dicts() if isinstance(rows, pl.DataFrame) else rows
        for name, rows in chart.pop("datasets", {}).items()
    }
    schema = chart.pop("$schema", None)
    if chart.get("width") == "container":
        chart["width"] = WIDTH
    # within the whole `width` is not that of the chart
    parameters = [
        {"name": parameter["name"], "value": chart["width"]} if parameter.get("expr") == "width" else parameter
        for parameter in parameters
    ]
    letters = LINE * chart.get("width", WIDTH) // WIDTH
    chart["title"] = {
        "text": _wrapped(below, letters),
        "orient": "bottom",
        "anchor": "start",
        "fontSize": 10,
        "fontWeight": "normal",
        "color": palette.muted,
        "offset": 14,
    }
    return {
        **({"$schema": schema} if schema else {}),
        "title": {
            "text": title,
            "subtitle": _wrapped([SIMULATED, *above] if simulated else above, letters),
            "anchor": "start",
            "fontSize": 16,
            "color": palette.text,
            "subtitleFontSize": 12,
            "subtitleColor": palette.muted,
            "offset": 12,
        },
        **({"params": parameters} if parameters else {}),
        "vconcat": [chart],
        "datasets": datasets,
        "background": palette.background,
        "padding": 16,
        "config": {"font": FONT, "view": {"stroke": None}},
    }


def frequency_picture(spec: Mapping[str, Any], rows: int, palette: Palette) -> dict[str, Any]:
    """A frequency chart of so many rows as it is drawn alone: each row bears its numbers, which on a page stand in the
    table beside it."""
    # a rim of the background's colour keeps the numbers legible where a line of the grid runs through
    looks = ({"stroke": palette.background, "strokeWidth": 4}, {"color": palette.text})
    numbers = [
        {
            "mark": {"type": "text", "align": "left", "dx": 10, "fontSize": 11, **look},
            "encoding": {
                "x": {"field": "ci_high", "type": "quantitative"},
                "y": {"field": "group", "type": "nominal", "sort": None},
                "text": {"field": "numbers", "type": "nominal"},
            },
            "data": {"name": frequency.ROWS},
        }
        for look in looks
    ]
    return {**spec, "layer": [*spec["layer"], *numbers], "height": frequency.ROW_HEIGHT * rows}


def _wrapped(lines: Sequence[str], letters: int) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, letters)]
