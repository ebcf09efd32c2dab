"""The genome-wide picture: gains up, losses down, a panel for each group of people, or the difference of two.

Bins are joined to one path a series, which breaks where a bin has no callable bases. Places are bases along the genome, the chromosomes
laid end to end; heights are pixels, as in the drawing along one place, so that linear and logarithmic drawings are drawn alike.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from dashboard.colours import Palette
from data_prep.domain.arrays import Shares
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import Direction

OFFSETS: Final[Mapping[str, int]] = dict(zip(LENGTHS, np.cumsum([0, *LENGTHS.values()])[:-1].tolist(), strict=True))
"""Bases before each chromosome."""
WHOLE: Final = sum(LENGTHS.values())
WIDTH: Final = 1_100
"""Pixels of the drawing where it stands alone."""
SIZE: Final = 12
"""Pixels of letters."""
TOP: Final = 22
"""Height of the names of chromosomes."""
ONE_HEIGHT: Final = 250
"""Pixels of a panel that is alone, and of one of several."""
SEVERAL_HEIGHT: Final = 96
PANEL_GAP: Final = 26
LEAST: Final = 14
"""Pixels that a direction of a panel has at least, and between two guides."""
NAME_ROOM: Final = 15
"""Pixels of a chromosome below which its name is left out."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What is drawn of one group of people."""

    title: str
    bins: pl.DataFrame
    """A row a bin and direction, in the order of the genome: `chrom`, `start`, `end` (0-based, half-open), `direction`, and `mean` and
    `maximum`, shares of people, null in a gap."""
    samples: int
    """The largest number of people counted on a chromosome."""


def genome_chart(
    panels: Sequence[Panel], palette: Palette, directions: Sequence[Direction], *, logarithmic: bool = False
) -> dict[str, Any]:
    """Mean (strong) and maximum (pale) share of people by bin, gains up and losses down, all panels on one scale.

    Returns a Vega-Lite specification with its frames in `datasets` and its `height` in pixels, as wide as its container.
    """
    height = ONE_HEIGHT if len(panels) == 1 else SEVERAL_HEIGHT
    floor = 0.5 / max(1, *(panel.samples for panel in panels)) if logarithmic else 0.0
    peaks = {
        direction: max((_peak(panel, direction) for panel in panels), default=0.0) if direction in directions else 0.0
        for direction in (Direction.GAIN, Direction.LOSS)
    }
    raised = {direction: float(_raise(np.array([peak]), floor)[0]) for direction, peak in peaks.items()}
    room = height - LEAST * len(directions)
    reach = room / (sum(raised.values()) or 1)
    up = LEAST * (Direction.GAIN in directions) + raised[Direction.GAIN] * reach
    sheet = _Sheet(palette)
    y = float(TOP)
    layers: list[dict[str, Any]] = []
    for number, panel in enumerate(panels):
        zero = y + up
        frames = {direction: panel.bins.filter(pl.col("direction") == direction.value) for direction in directions}
        for direction, frame in frames.items():
            sign = -1 if direction is Direction.GAIN else 1
            for column, opacity in (("maximum", 0.3), ("mean", 0.95)):
                name = f"{direction.value} {column} {number}"
                sheet.datasets[name] = _path(frame, zero + sign * reach * _raise(_shares(frame, column), floor), zero)
                layers.append(_area(name, palette.direction(direction), opacity))
            for share in _guides(peaks[direction], reach, floor):
                at = zero + sign * reach * float(_raise(np.array([share]), floor)[0])
                sheet.rule(at, palette.line)
                sheet.text(0, at - SIZE / 2 - 1, f"{share * 100:.4g} %", palette.muted, "left")
        sheet.rule(zero, palette.muted)
        if len(panels) > 1:
            sheet.text(WHOLE, zero - up + 2, panel.title, palette.text, "right", bold=True)
        y += height + PANEL_GAP
    return sheet.spec(layers, y - PANEL_GAP + 8)


def difference_chart(
    bins: pl.DataFrame, names: tuple[str, str], palette: Palette, directions: Sequence[Direction]
) -> dict[str, Any]:
    """The mean share of the first group less that of the second by bin, a panel a direction: above the line where there is more in the
    first, in its colour, below where there is more in the second.

    `bins`: a row a bin and direction: `chrom`, `start`, `end`, `direction`, `difference`, null in a gap.
    """
    sheet = _Sheet(palette)
    layers: list[dict[str, Any]] = []
    most = bins["difference"].abs().max()
    reach = (ONE_HEIGHT / 2 - LEAST) / (float(most) if isinstance(most, float) and most else 1.0)
    y = float(TOP)
    ordered = [direction for direction in (Direction.GAIN, Direction.LOSS) if direction in directions]
    for direction in ordered:
        frame = bins.filter(pl.col("direction") == direction.value)
        zero = y + ONE_HEIGHT / 2
        differences = _shares(frame, "difference")
        for number, (name, kept) in enumerate(
            zip(names, (np.maximum(differences, 0), np.minimum(differences, 0)), strict=True)
        ):
            dataset = f"{direction.value} {number}"
            sheet.datasets[dataset] = _path(frame, zero - reach * kept, zero)
            layers.append(_area(dataset, palette.superpopulation(name) if name != "all" else palette.primary, 0.9))
        for share in _guides(float(np.nanmax(np.abs(differences), initial=0)), reach, 0):
            for sign in (-1, 1):
                sheet.rule(zero + sign * reach * share, palette.line)
                sheet.text(0, zero + sign * reach * share - SIZE / 2 - 1, f"{share * 100:.4g} %", palette.muted, "left")
        sheet.rule(zero, palette.muted)
        plural = "gains" if direction is Direction.GAIN else "losses"
        sheet.text(WHOLE, y + 4, f"{plural}: more in {names[0]}", palette.text, "right", bold=True)
        sheet.text(WHOLE, y + ONE_HEIGHT - 8, f"{plural}: more in {names[1]}", palette.text, "right", bold=True)
        y += ONE_HEIGHT + PANEL_GAP
    return sheet.spec(layers, y - PANEL_GAP + 8)


class _Sheet:
    """The frames of a drawing under way."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self.datasets: dict[str, pl.DataFrame] = {}
        self._rules: list[tuple[float, str]] = []
        self._texts: list[tuple[float, float, str, str, str, str, float | None]] = []

    def rule(self, y: float, colour: str) -> None:
        """A line across the genome."""
        self._rules.append((y, colour))

    def text(
        self, x: float, y: float, text: str, colour: str, align: str, *, bold: bool = False, room: float | None = None
    ) -> None:
        """A text; with `room` only where so many bases have the pixels for a name."""
        self._texts.append((x, y, text, colour, align, "bold" if bold else "normal", room))

    def spec(self, layers: list[dict[str, Any]], height: float) -> dict[str, Any]:
        """The specification around the layers."""
        names = list(LENGTHS)
        for name in names:
            middle = OFFSETS[name] + LENGTHS[name] / 2
            self.text(middle, 8, name.removeprefix("chr"), self.palette.muted, "center", room=LENGTHS[name])
        texts = {
            "x": pl.Float64,
            "y": pl.Float64,
            "text": pl.String,
            "colour": pl.String,
            "align": pl.String,
            "weight": pl.String,
            "room": pl.Float64,
        }
        shown = f"isValid(datum.room) && datum.room * across / {WHOLE} < {NAME_ROOM} ? '' : datum.text"
        frames = {
            "chromosomes": pl.DataFrame(
                {
                    "x": [OFFSETS[name] for name in names[1::2]],
                    "x2": [OFFSETS[name] + LENGTHS[name] for name in names[1::2]],
                }
            ),
            "rules": pl.DataFrame(self._rules, schema={"y": pl.Float64, "colour": pl.String}, orient="row"),
            "texts": pl.DataFrame(self._texts, schema=texts, orient="row"),
        }
        x = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, WHOLE], "nice": False}}
        y = {"field": "y", "type": "quantitative", "axis": None, "scale": None}
        colour = {"field": "colour", "type": "nominal", "scale": None}
        shade = {
            "data": {"name": "chromosomes"},
            "mark": {"type": "rect", "color": self.palette.surface, "aria": False},
            "encoding": {"x": x, "x2": {"field": "x2"}, "y": {"value": 0}, "y2": {"value": height}},
        }
        rules = {
            "data": {"name": "rules"},
            "mark": {"type": "rule", "aria": False},
            "encoding": {"y": y, "color": colour},
        }
        words = [
            {
                "data": {"name": "texts"},
                "transform": [
                    {"filter": f"datum.align == '{align}' && datum.weight == '{weight}'"},
                    {"calculate": shown, "as": "shown"},
                ],
                "mark": {
                    "type": "text",
                    "align": align,
                    "baseline": "middle",
                    "fontWeight": weight,
                    "fontSize": SIZE,
                    "aria": False,
                },
                "encoding": {"x": x, "y": y, "text": {"field": "shown"}, "color": colour},
            }
            for align, weight in (("left", "normal"), ("center", "normal"), ("right", "bold"))
        ]
        placed = [{**layer, "encoding": {"x": x, "y": y, **layer["encoding"]}} for layer in layers]
        return {
            "params": [{"name": "across", "expr": "width"}],
            "layer": [shade, rules, *placed, *words],
            "datasets": {**self.datasets, **frames},
            "width": "container",
            "height": math.ceil(height),
            "config": {"view": {"stroke": None}, "background": self.palette.background},
            "padding": {"left": 0, "right": 0, "top": 0, "bottom": 0},
        }


def _area(name: str, colour: str, opacity: float) -> dict[str, Any]:
    """One path a series, broken where there is no value."""
    return {
        "data": {"name": name},
        "mark": {
            "type": "area", "interpolate": "step-after", "color": colour, "opacity": opacity, "aria": False,
        },
        "encoding": {"y2": {"field": "zero"}, "detail": {"field": "run", "type": "nominal"}},
    }  # fmt: skip


def _shares(frame: pl.DataFrame, column: str) -> Shares:
    return frame[column].cast(pl.Float64).to_numpy().astype(np.float64)


def _raise(shares: Shares, floor: float) -> Shares:
    """Heights of shares, 1 for everybody: the shares themselves, or where there is a floor by equal steps for equal ratios from it."""
    if not floor:
        return shares
    raised: Shares = np.log(np.maximum(shares, floor) / floor) / math.log(1 / floor)
    return np.where(np.isnan(shares), np.nan, raised)


def _path(frame: pl.DataFrame, heights: Shares, zero: float) -> pl.DataFrame:
    """The points of the paths of a series: of each run of bins without a gap one where the height changes, and one that closes it.

    A path goes on at its height until its next point, so a point for every bin would draw the same and cost a browser a second.
    """
    start = frame["start"].to_numpy() + frame["chrom"].replace_strict(OFFSETS, return_dtype=pl.Int64).to_numpy()
    end = start + (frame["end"] - frame["start"]).to_numpy()
    known = ~np.isnan(heights)
    start, end, heights = start[known], end[known], heights[known]
    begins = np.append(True, start[1:] != end[:-1]) if len(start) else np.zeros(0, np.bool_)
    run = np.cumsum(begins)
    last = np.append(begins[1:], True) if len(start) else begins
    x, y, path = (
        np.concatenate([part, part_last])
        for part, part_last in ((start, end[last]), (heights, heights[last]), (run, run[last]))
    )
    order = np.lexsort([x, path])
    x, y, path = x[order], y[order], path[order]
    inner = (path[1:-1] == path[:-2]) & (path[1:-1] == path[2:])
    changes = np.ones(len(x), np.bool_)
    changes[1:-1] = ~inner | (y[1:-1] != y[:-2])
    return pl.DataFrame(
        {"x": x[changes].astype(np.float64), "y": y[changes], "run": path[changes].astype(np.int32)},
        schema={"x": pl.Float64, "y": pl.Float64, "run": pl.Int32},
    ).with_columns(zero=pl.lit(zero))


def _peak(panel: Panel, direction: Direction) -> float:
    most = panel.bins.filter(pl.col("direction") == direction.value)["maximum"].max()
    return float(most) if isinstance(most, float) else 0.0


def _guides(peak: float, reach: float, floor: float) -> list[float]:
    """Round shares up to the peak, at least `LEAST` pixels apart and from nobody."""
    if floor:
        powers = [10.0**power for power in range(-5, 1)]
        return [
            share
            for share in powers
            if share > floor and share <= peak * 1.0001 and float(_raise(np.array([share]), floor)[0]) * reach >= LEAST
        ]
    if peak * reach < LEAST:
        return []
    least = max(peak / 2.5, LEAST / reach)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)
    return [number * step for number in range(1, int(peak / step + 1e-9) + 1)]
