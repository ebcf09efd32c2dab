"""Charts of the whole cohort: what a person carries, how many carriers sites have, where people were sampled, how populations differ.

Each is a Vega-Lite specification with its frames in `datasets`, as wide as its container; a page and a picture draw the same one.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from dashboard.charts import percent
from dashboard.colours import Palette

ROWS: Final = "rows"
ROW_HEIGHT: Final = 30
AXIS_HEIGHT: Final = 60
"""Pixels of an axis and its title; Streamlit fits the whole drawing into the height that is given."""
MAP_HEIGHT: Final = 460
DOT: Final = 7.0
"""Degrees between two dots of the map at least; a dot is about as wide."""
STEPS: Final = 200
"""Rounds in which dots that lie on one another move apart, at most."""
FONT_SIZE: Final = 12

_AXIS: Final = {
    "domain": False,
    "ticks": False,
    "labelFontSize": FONT_SIZE,
    "titleFontSize": FONT_SIZE,
    "titleFontWeight": "normal",
}


def carried_chart(spread: pl.DataFrame, title: str, colour: str, palette: Palette) -> dict[str, Any]:
    """Box lines: of each group the middle half thick, nine of ten thin, the median a tick.

    `spread`: a row a group, top to bottom: `group`, `samples`, `q05`, `q25`, `median`, `q75`, `q95`. `title`: what is counted, with its unit.
    """
    y = {
        "field": "group",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {**_AXIS, "labelColor": palette.text},
    }
    scale = {"zero": True, "nice": True}
    axis = {
        **_AXIS,
        "orient": "top",
        "gridColor": palette.line,
        "labelColor": palette.muted,
        "titleColor": palette.muted,
        "format": "~s",
        "tickCount": 5,
    }

    def x(field: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis, "title": title}

    tooltip = [
        {"field": "group", "type": "nominal", "title": "Group"},
        {"field": "samples", "type": "quantitative", "title": "People"},
        {"field": "median", "type": "quantitative", "title": "Median", "format": ",.0f"},
        {"field": "words", "type": "nominal", "title": "Middle half"},
    ]
    words = spread.select(
        pl.format("{} to {}", pl.col("q25").round(0).cast(pl.Int64), pl.col("q75").round(0).cast(pl.Int64))
    )
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "color": colour, "strokeWidth": 2},
            "encoding": {"x": x("q05"), "x2": {"field": "q95"}},
        },
        {
            "mark": {"type": "bar", "color": colour, "height": 11, "opacity": 0.55},
            "encoding": {"x": x("q25"), "x2": {"field": "q75"}},
        },
        {"mark": {"type": "tick", "color": palette.text, "thickness": 3, "size": 17}, "encoding": {"x": x("median")}},
    ]
    return {
        "data": {"name": ROWS},
        "layer": [{**layer, "encoding": {"y": y, "tooltip": tooltip, **layer["encoding"]}} for layer in layers],
        "datasets": {ROWS: spread.with_columns(words.to_series().alias("words"))},
        "width": "container",
        "height": ROW_HEIGHT * spread.height + AXIS_HEIGHT,
        **_frame(palette),
    }


def spectrum_chart(spectrum: pl.DataFrame, groups: Sequence[str], palette: Palette) -> dict[str, Any]:
    """Sites by how many carriers they have in a group, a line a group.

    `spectrum`: a row a group and class of carriers: `superpopulation`, `label` (of the class), `place` (its order), `sites`, `share` (of the
    group's sites). `groups`: the groups in their order.
    """
    colours = [palette.superpopulation(group) if group != "all" else palette.text for group in groups]
    x = {
        "field": "label", "type": "ordinal", "sort": {"field": "place"}, "title": "Carriers in the group",
        "axis": {**_AXIS, "labelAngle": 0, "labelColor": palette.muted, "titleColor": palette.muted},
    }  # fmt: skip
    y = {
        "field": "share", "type": "quantitative", "title": "Share of the group's sites", "scale": {"type": "symlog", "constant": 0.002},
        "axis": {
            **_AXIS, "labelExpr": percent.LABELS, "values": [0, 0.001, 0.01, 0.1, 0.5, 1], "gridColor": palette.line,
            "labelColor": palette.muted, "titleColor": palette.muted,
        },
    }  # fmt: skip
    colour = {
        "field": "superpopulation", "type": "nominal", "scale": {"domain": list(groups), "range": colours}, "title": None,
        "legend": {"orient": "top", "labelFontSize": FONT_SIZE, "labelColor": palette.text, "symbolType": "stroke"},
    }  # fmt: skip
    dash = {
        "field": "superpopulation",
        "type": "nominal",
        "scale": {
            "domain": list(groups),
            "range": [[1, 0], [7, 2], [3, 2], [9, 2, 2, 2], [1.5, 1.5], [5, 4]][: len(groups)],
        },
        "legend": None,
    }
    tooltip = [
        {"field": "superpopulation", "type": "nominal", "title": "Group"},
        {"field": "label", "type": "nominal", "title": "Carriers"},
        {"field": "sites", "type": "quantitative", "title": "Sites", "format": ","},
        {"field": "share", "type": "quantitative", "title": "Share", "format": ".2~%"},
    ]
    encoding = {"x": x, "y": y, "color": colour, "tooltip": tooltip}
    return {
        "data": {"name": ROWS},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {**encoding, "strokeDash": dash}},
            {"mark": {"type": "point", "filled": True, "size": 40}, "encoding": encoding},
        ],
        "datasets": {ROWS: spectrum},
        "width": "container",
        "height": 300,
        **_frame(palette),
    }


def map_chart(
    populations: pl.DataFrame, value: str, title: str, number_format: str, land: Mapping[str, Any], palette: Palette
) -> dict[str, Any]:
    """The populations where their people were sampled, a dot each, the fuller its colour the larger `value`; dots that would lie on one
    another are moved apart, with a line to the place.

    `populations`: `population`, `population_name`, `superpopulation`, `place`, `latitude`, `longitude`, and the column `value`, of which null is
    drawn as a ring. `land`: the outlines behind them, a GeoJSON feature.
    """
    rows = populations.drop_nulls(["latitude", "longitude"])
    moved = spread_dots(list(zip(rows["longitude"].to_list(), rows["latitude"].to_list(), strict=True)))
    drawn = rows.with_columns(
        pl.Series("x", [x for x, _ in moved], pl.Float64),
        pl.Series("y", [y for _, y in moved], pl.Float64),
        label=pl.format("population {}", "population"),
    )
    present = drawn["superpopulation"].unique(maintain_order=True).to_list()
    colour = {
        "field": "superpopulation", "type": "nominal", "title": None,
        "scale": {"domain": present, "range": [palette.superpopulation(code) for code in present]},
        "legend": {"orient": "top", "labelFontSize": FONT_SIZE, "labelColor": palette.text},
    }  # fmt: skip
    size = {
        "field": value,
        "type": "quantitative",
        "scale": {"range": [60, 900], "zero": True},
        "legend": {
            "orient": "top",
            "title": title,
            "format": number_format,
            "labelFontSize": FONT_SIZE,
            "titleFontSize": FONT_SIZE,
            "labelColor": palette.text,
            "titleColor": palette.text,
            "symbolFillColor": palette.muted,
        },
    }
    at = {"longitude": {"field": "x", "type": "quantitative"}, "latitude": {"field": "y", "type": "quantitative"}}
    tooltip = [
        {"field": "population", "type": "nominal", "title": "Population"},
        {"field": "population_name", "type": "nominal", "title": "Name"},
        {"field": "place", "type": "nominal", "title": "Sampled in"},
        {"field": value, "type": "quantitative", "title": title, "format": number_format},
    ]
    return {
        "layer": [
            {
                "data": {"values": land},
                "mark": {"type": "geoshape", "fill": palette.surface, "stroke": palette.line, "aria": False},
            },
            {
                "data": {"name": ROWS},
                "mark": {"type": "rule", "color": palette.muted, "aria": False},
                "encoding": {
                    "longitude": {"field": "longitude", "type": "quantitative"},
                    "latitude": {"field": "latitude", "type": "quantitative"},
                    "longitude2": {"field": "x"},
                    "latitude2": {"field": "y"},
                },
            },
            {
                "data": {"name": ROWS},
                "mark": {"type": "circle", "opacity": 0.85, "stroke": palette.text, "strokeWidth": 0.7, "cursor": "pointer"},
                "encoding": {**at, "size": size, "color": colour, "tooltip": tooltip, "description": {"field": "label"}},
            },
            {
                "data": {"name": ROWS},
                "mark": {"type": "text", "fontSize": FONT_SIZE, "fontWeight": "bold", "dy": -13, "color": palette.text, "aria": False},
                "encoding": {**at, "text": {"field": "population"}},
            },
        ],
        "projection": {"type": "equalEarth"},
        "datasets": {ROWS: drawn},
        "width": "container",
        "height": MAP_HEIGHT,
        **_frame(palette),
    }  # fmt: skip


def heat_chart(
    pairs: pl.DataFrame,
    codes: Sequence[str],
    value: str,
    title: str,
    palette: Palette,
) -> dict[str, Any]:
    """A cell for each pair of groups, the darker the more they differ.

    `pairs`: `first`, `second` and the column `value`, each pair in both orders; null where undefined. `codes`: the groups in their order.
    Both cells of a pair bear its row's name in the table, then the value, so that the two are linked.
    """
    axis = {**_AXIS, "labelColor": palette.text, "title": None}
    tooltip = [
        {"field": "first", "type": "nominal", "title": "Group"},
        {"field": "second", "type": "nominal", "title": "and"},
        {"field": value, "type": "quantitative", "title": title, "format": ".4f"},
    ]
    ends = [palette.surface, palette.primary]
    place = {code: at for at, code in enumerate(codes)}
    cells = pairs.with_columns(
        label=pl.Series(
            [
                f"{' and '.join(sorted(pair, key=lambda code: place[code]))}: {title} {'not defined' if number is None else f'{number:.4f}'}"
                for *pair, number in pairs.select("first", "second", value).iter_rows()
            ],
            dtype=pl.String,
        )
    )
    return {
        "data": {"name": ROWS},
        "mark": {"type": "rect", "stroke": palette.background},
        "encoding": {
            "x": {"field": "second", "type": "nominal", "sort": list(codes), "axis": {**axis, "labelAngle": -90, "orient": "top"}},
            "y": {"field": "first", "type": "nominal", "sort": list(codes), "axis": axis},
            "color": {
                "field": value, "type": "quantitative", "title": title, "scale": {"range": ends, "zero": True},
                "legend": {"orient": "right", "labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE, "labelColor": palette.text, "titleColor": palette.text},
            },
            "tooltip": tooltip,
            "description": {"field": "label"},
        },
        "datasets": {ROWS: cells},
        "width": "container",
        "height": 22 * len(codes) + 40,
        **_frame(palette),
    }  # fmt: skip


def spread_dots(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places of dots, longitude and latitude in degrees, none nearer to another than `DOT`, each as near to its own place as that allows.

    Points on one another part along a circle, in their order, so that the same table is always drawn alike.
    """
    dots = [
        (x + 0.01 * math.cos(2.4 * number), y + 0.01 * math.sin(2.4 * number)) for number, (x, y) in enumerate(places)
    ]
    for _ in range(STEPS):
        is_quiet = True
        for first in range(len(dots)):
            for second in range(first + 1, len(dots)):
                (ax, ay), (bx, by) = dots[first], dots[second]
                apart = math.hypot(bx - ax, by - ay)
                if apart >= DOT:
                    continue
                is_quiet = False
                push = (DOT - apart) / 2 + 0.01
                dx, dy = (bx - ax) / apart * push, (by - ay) / apart * push
                dots[first], dots[second] = (ax - dx, ay - dy), (bx + dx, by + dy)
        if is_quiet:
            break
    # what did not have to move stands at its place
    return [
        place if math.hypot(dot[0] - place[0], dot[1] - place[1]) < 0.05 else dot
        for dot, place in zip(dots, places, strict=True)
    ]


def _frame(palette: Palette) -> dict[str, Any]:
    return {"config": {"view": {"stroke": None}, "background": palette.background}}
