"""A drawing whose heights are pixels: boxes, texts and points on one x scale, as a Vega-Lite specification with its frames beside it."""

import math
from typing import Any, Final

import polars as pl

SIZE: Final = 12
"""Pixels of letters."""
BOXES: Final = "boxes"
MARKS: Final = "marks"
POINTS: Final = "points"
TEXTS: Final = "texts"
_BOX: Final = {
    "x": pl.Float64, "x2": pl.Float64, "y": pl.Float64, "y2": pl.Float64, "colour": pl.String, "opacity": pl.Float64,
}  # fmt: skip
_MARK: Final = {**_BOX, "name": pl.String, "told": pl.String, "address": pl.String}
_POINT: Final = {"x": pl.Float64, "y": pl.Float64, "shape": pl.String, "colour": pl.String, "told": pl.String}
_TEXT: Final = {
    "x": pl.Float64, "y": pl.Float64, "text": pl.String, "colour": pl.String, "align": pl.String, "weight": pl.String,
}  # fmt: skip
_COLOUR: Final = {"field": "colour", "type": "nominal", "scale": None}
_Y: Final = {"field": "y", "type": "quantitative", "axis": None, "scale": None}
_OPACITY: Final = {"field": "opacity", "type": "quantitative", "scale": None}


class Sheet:
    """The frames of a drawing under way, on x from `first` to `last`."""

    def __init__(self, first: float, last: float, background: str) -> None:
        self.first, self.last, self.background = first, last, background
        self._boxes: list[tuple[Any, ...]] = []
        self._marks: list[tuple[Any, ...]] = []
        self._points: list[tuple[Any, ...]] = []
        self._texts: list[tuple[Any, ...]] = []

    def box(self, start: float, end: float, top: float, bottom: float, colour: str, opacity: float = 1) -> None:
        """What lies behind, and tells nothing when it is pointed at."""
        self._boxes.append((max(start, self.first), min(end, self.last), top, bottom, colour, opacity))

    def mark(
        self,
        start: float,
        end: float,
        top: float,
        bottom: float,
        colour: str,
        *,
        name: str,
        told: str,
        address: str = "",
        opacity: float = 1,
    ) -> None:
        """An interval, a pixel wide at least, with what is told of it and where a click on it leads."""
        first, last = max(start, self.first), min(end, self.last)
        self._marks.append((first, last, top, bottom, colour, opacity, name, told, address))

    def point(self, x: float, y: float, shape: str, colour: str, told: str) -> None:
        """A point, `circle` or `triangle-up`."""
        self._points.append((x, y, shape, colour, told))

    def text(self, x: float, y: float, text: str, colour: str, align: str = "left", *, bold: bool = False) -> None:
        """A text around height `y`."""
        self._texts.append((x, y, text, colour, align, "bold" if bold else "normal"))

    def spec(self, height: float, *, width: int | str = "container") -> dict[str, Any]:
        """The specification."""
        x = {
            "field": "x",
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": [self.first, self.last], "nice": False, "zero": False},
        }
        frames = {
            BOXES: pl.DataFrame(self._boxes, schema=_BOX, orient="row"),
            MARKS: pl.DataFrame(self._marks, schema=_MARK, orient="row"),
            POINTS: pl.DataFrame(self._points, schema=_POINT, orient="row"),
            TEXTS: pl.DataFrame(self._texts, schema=_TEXT, orient="row"),
        }
        ends = {"x": x, "x2": {"field": "x2"}, "y": _Y, "y2": {"field": "y2"}, "color": _COLOUR, "opacity": _OPACITY}
        told = {"tooltip": {"field": "told", "type": "nominal", "title": " "}}
        links = {"href": {"field": "address", "type": "nominal"}} if any(mark[-1] for mark in self._marks) else {}
        layers: list[dict[str, Any]] = [
            {"data": {"name": BOXES}, "mark": {"type": "rect", "aria": False, "tooltip": None}, "encoding": ends},
            {
                "data": {"name": MARKS},
                # the stroke makes what is narrower than a pixel seen
                "mark": {"type": "rect", "aria": False, "strokeWidth": 1.4},
                "encoding": {**ends, **told, **links, "stroke": _COLOUR},
            },
        ]
        layers += [
            {
                "data": {"name": POINTS},
                "transform": [{"filter": f"datum.shape == '{shape}'"}],
                "mark": {"type": "point", "filled": True, "opacity": 1, "size": 62, "shape": shape, "aria": False},
                "encoding": {"x": x, "y": _Y, "color": _COLOUR, **told},
            }
            for shape in dict.fromkeys(point[2] for point in self._points)
        ]
        layers += [
            {
                "data": {"name": TEXTS},
                "transform": [{"filter": f"datum.align == '{align}' && datum.weight == '{weight}'"}],
                "mark": {
                    "type": "text",
                    "align": align,
                    "baseline": "middle",
                    "fontWeight": weight,
                    "fontSize": SIZE,
                    "aria": False,
                },
                "encoding": {"x": x, "y": _Y, "text": {"field": "text"}, "color": _COLOUR},
            }
            for align, weight in dict.fromkeys((text[4], text[5]) for text in self._texts)
        ]
        return {
            "layer": layers,
            "datasets": frames,
            "width": width,
            "height": math.ceil(height),
            "config": {"view": {"stroke": None}, "background": self.background},
            "padding": {"left": 2, "right": 2, "top": 2, "bottom": 2},
        }
