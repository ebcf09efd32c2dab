"""What lies along a stretch of a chromosome, as one drawing on one x axis.

One layered chart and not one a track: concatenated charts overflow a page, and separate ones drift apart by their axes.
So y is in pixels, laid out here from top to bottom: ideogram, ruler, people per base (gains up, losses down), distinct
intervals (gains above losses), genes, places of care. Everything but the curves is made of three kinds of marks whose
place and colour are data: boxes, texts, and the intervals, which can be picked. Altair builds the chart once a theme;
a page copies it, sets the window, and hands in its frames.
"""

import math
import re
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any, Final

import altair as alt
import numpy as np
import polars as pl

from dashboard.colours import Palette
from dashboard.counting.along import EVERYONE, Track
from dashboard.words import wording
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.sight import BLIND_KINDS, is_paralogous

BRUSH: Final = "brush"
"""Name of the selection that a drag along x makes; its value is in 0-based positions."""
PICK: Final = "pick"
"""Name of the selection that a click on an interval makes."""

CURVES: Final = "curves"
BACK: Final = "back"
FRONT: Final = "front"
TEXTS: Final = "texts"
INTERVALS: Final = "intervals"

LEAST_WIDTH: Final = 3
"""Pixels that an interval has at least."""
LANES: Final = 12
"""Lanes of intervals a direction where there are many; an interval that finds no room in them is not drawn."""
MANY_INTERVALS: Final = 40
"""Intervals up to which all are drawn, whatever room they take."""
THINNEST: Final = 3
THICKEST: Final = 12
"""Pixels of an interval that nobody carries, and of one that everybody does; between them by the square root."""
UNCERTAIN: Final = 0.38
"""Opacity of an interval's ends as far as they may lie further in (R7)."""
LABELLED: Final = 7
"""Pixels from which an interval has its carriers written beside it."""
LINES_UP_TO: Final = 500_000
"""Bases of a window up to which super-populations have lines of their own; in a wider one they would hide each other."""
ASSUMED_WIDTH: Final = 900
"""Pixels that lanes are packed for. The width is the reader's; texts that collide in a narrower one are left out there."""
CURVE_HEIGHT: Final = 150
LEAST_CURVE_HEIGHT: Final = 18
"""Pixels that a direction's curves have at least."""
LETTER: Final = 0.58
"""Width of a letter, of its height."""
DASHES: Final[tuple[tuple[float, ...], ...]] = ((1, 0), (7, 2), (3, 2), (9, 2, 2, 2), (1.5, 1.5))
"""How the lines of super-populations are broken, so that colour is not the only sign."""

DENSITY_HEIGHT: Final = 30
GENE_LANES: Final = 8
GENE_PITCH: Final = 27
PROBLEM_LANES: Final = 3
CARE: Final = 0.45
"""Opacity of a place where calls need care: seen on the page, and told from one where none can be made."""
PROBLEM_PITCH: Final = 15
PROBLEM_GAP: Final = 1
"""Pixels between two problem regions of a kind below which they are drawn as one, the fainter the less of it they cover."""
CURVES_TOP: Final = 51
"""Height at which the ruler ends."""
ARROWS: Final = {"+": "→", "-": "←"}
SIGNS: Final = {Direction.LOSS: "▼", Direction.GAIN: "▲"}
NAMES: Final = {Direction.LOSS: "loss", Direction.GAIN: "gain"}
STRONG_NAMES: Final = {Direction.LOSS: "complete loss", Direction.GAIN: "high-level gain"}
LEGEND_LINE: Final = 26
"""Pixels of a line in a legend."""
_STAINS: Final = {"gneg": 0.0, "gpos25": 0.2, "gpos50": 0.4, "gpos75": 0.6, "gpos100": 0.8, "gvar": 0.5, "stalk": 0.3}


@dataclass
class _Drawing:
    """The frames under way, and the height used up."""

    window: Interval
    palette: Palette
    y: float = 0
    back: list[tuple[Any, ...]] = field(default_factory=list)
    front: list[tuple[Any, ...]] = field(default_factory=list)
    texts: list[tuple[Any, ...]] = field(default_factory=list)

    def box(
        self,
        start: float,
        end: float,
        top: float,
        bottom: float,
        colour: str,
        *,
        opacity: float = 1,
        told: str = "",
        least: float = 1,
        behind: bool = False,
    ) -> None:
        """A box over `[start, end)`, cut to the window, `least` pixels wide at least."""
        first, last = max(start, self.window.start), min(end, self.window.end)
        (self.back if behind else self.front).append((first, last, top, bottom, colour, opacity, told, least))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        colour: str,
        *,
        align: str = "left",
        size: float = 11,
        bold: bool = False,
        room: float | None = None,
        shift: float = 0,
    ) -> None:
        """A text around height `y`, `shift` pixels to the right of `x`; left out where it is wider than `room` bases."""
        needs = len(text) * size * LETTER + abs(shift)
        self.texts.append((x, shift, y, text, colour, align, size, "bold" if bold else "normal", room, needs))

    def heading(self, text: str, note: str = "") -> None:
        """The name of the track that begins here."""
        self.text(self.window.start, self.y + 8, text, self.palette.text, size=11.5, bold=True)
        if note:
            self.text(
                self.window.end, self.y + 8, note, self.palette.muted, align="right", room=self.window.length * 0.55
            )
        self.y += 18

    def bases(self, pixels: float) -> float:
        """About as many bases as lie in so many pixels."""
        return pixels * self.window.length / ASSUMED_WIDTH


_BOX: Final = {
    "x": pl.Float64,
    "x2": pl.Float64,
    "y": pl.Float32,
    "y2": pl.Float32,
    "colour": pl.String,
    "opacity": pl.Float32,
    "told": pl.String,
    "least": pl.Float32,
}
_TEXT: Final = {
    "x": pl.Float64,
    "shift": pl.Float32,
    "y": pl.Float32,
    "text": pl.String,
    "colour": pl.String,
    "align": pl.String,
    "size": pl.Float32,
    "weight": pl.String,
    "room": pl.Float64,
    "needs": pl.Float32,
}
_TEXT_STYLES: Final[tuple[dict[str, Any], ...]] = (
    {"align": "left", "fontWeight": "normal"},
    {"align": "left", "fontWeight": "bold"},
    {"align": "center", "fontWeight": "normal"},
    {"align": "right", "fontWeight": "normal"},
)
_INTERVAL: Final = {
    "x": pl.Float64,
    "x2": pl.Float64,
    "y": pl.Float32,
    "y2": pl.Float32,
    "strong": pl.Float32,
    "inner": pl.Float64,
    "inner2": pl.Float64,
    "colour": pl.String,
    "dark": pl.String,
    "id": pl.String,
    "place": pl.String,
    "drawn_in": pl.String,
    "size": pl.String,
    "what": pl.String,
    "carriers": pl.String,
    "groups": pl.String,
    "copies": pl.String,
}


def track_picture(track: Track, palette: Palette) -> dict[str, Any]:
    """The drawing of `track` as it stands alone: `ASSUMED_WIDTH` wide, with what its colours and lines mean below it."""
    spec = track_chart(track, palette, legend=True)
    size = {"across": ASSUMED_WIDTH, "down": spec["height"]}
    # within a picture of several parts `width` is not that of the drawing
    parameters = [
        {"name": one["name"], "value": size[one["name"]]} if one["name"] in size else one for one in spec["params"]
    ]
    return {**spec, "width": ASSUMED_WIDTH, "params": parameters}


def track_chart(track: Track, palette: Palette, *, selectable: bool = False, legend: bool = False) -> dict[str, Any]:
    """The drawing of `track`, as wide as its container; with `selectable`, a drag and a click on an interval select.

    With `legend` it says itself what its colours and lines mean, which beside it on a page stands as text.

    Returns a Vega-Lite specification with its frames in `datasets` and its `height` in pixels.
    """
    drawing = _Drawing(track.interval, palette)
    _ideogram(drawing, track)
    _ruler(drawing, track)
    zero, reach = _curve_frame(drawing, track)
    rows = _intervals(drawing, track)
    _genes(drawing, track)
    _problems(drawing, track)
    _highlight(drawing, track)
    if legend:
        _legend(drawing, track)

    template = _template(
        palette,
        track.curves.superpopulations,
        track.directions,
        lines=shows_lines(track),
        binned=track.curves.steps.bin is not None,
        selectable=selectable,
    )
    values = {"first": track.interval.start, "last": track.interval.end, "zero": zero, "reach": reach}
    # the layers themselves are shared by all charts: nobody changes them, and to copy them takes 2 ms of a page
    spec = template | {
        "layer": list(template["layer"]),
        "params": [
            {**one, "value": values[one["name"]]} if one["name"] in values else one for one in template["params"]
        ],
    }
    spec["height"] = math.ceil(drawing.y)
    spec["datasets"] = {
        CURVES: _curves(track),
        BACK: pl.DataFrame(drawing.back, schema=_BOX, orient="row"),
        FRONT: pl.DataFrame(drawing.front, schema=_BOX, orient="row"),
        TEXTS: pl.DataFrame(drawing.texts, schema=_TEXT, orient="row"),
        INTERVALS: pl.DataFrame(rows, schema=_INTERVAL, orient="row"),
    }
    return spec


def interval_id(interval: Interval, direction: Direction) -> str:
    """What a picked interval is called: `chr1:109687571-109697444:loss`, 1-based and inclusive."""
    return f"{interval.chrom}:{interval.start + 1}-{interval.end}:{direction.value}"


def shows_lines(track: Track) -> bool:
    """Whether super-populations have lines of their own."""
    return track.interval.length <= LINES_UP_TO and len(track.curves.superpopulations) > 1


def picked(name: str) -> tuple[Interval, Direction] | None:
    """The interval and direction that `interval_id` names; None where the text is no such name."""
    found = re.fullmatch(r"(chr[0-9XY]{1,2}):(\d{1,9})-(\d{1,9}):(loss|gain)", name)
    if found is None or not 0 < int(found[2]) <= int(found[3]):
        return None
    return Interval(found[1], int(found[2]) - 1, int(found[3])), Direction(found[4])


# From top to bottom


def _ideogram(drawing: _Drawing, track: Track) -> None:
    """The whole chromosome, drawn over the width of the window, with the window marked on it."""
    if track.bands.is_empty():
        return
    window, palette = drawing.window, drawing.palette
    scale = window.length / track.chromosome_length
    top, bottom = 5.0, 19.0

    def at(position: float) -> float:
        return window.start + position * scale

    drawing.box(window.start, window.end, top - 0.75, bottom + 0.75, palette.muted)
    for name, start, end, stain in track.bands.select("band", "start", "end", "stain").rows():
        inset = 3.5 if stain == "acen" else 0
        drawing.box(at(start), at(end), top, bottom, palette.background, least=0)
        drawing.box(
            at(start),
            at(end),
            top + inset,
            bottom - inset,
            palette.muted,
            opacity=0.9 if stain == "acen" else _STAINS.get(stain, 0),
            told=f"{window.chrom.removeprefix('chr')}{name}",
            least=0,
        )
        colour = palette.background if stain in ("gpos75", "gpos100", "acen") else palette.text
        drawing.text(
            at((start + end) / 2), (top + bottom) / 2 + 0.5, name, colour, align="center", size=9, room=(end - start) * scale,
        )  # fmt: skip
    first, last = at(window.start), at(window.end)
    if window.length < track.chromosome_length:
        for start, end, high, low in (
            (first, last, 1.5, 4.0),
            (first, last, 20.0, 22.5),
        ):
            drawing.box(start, end, high, low, palette.primary, least=4)
        drawing.box(first, last, 1.5, 22.5, palette.primary, opacity=0.35, least=4)
    drawing.y = 26


def _ruler(drawing: _Drawing, track: Track) -> None:
    """Positions, 1-based, at round numbers."""
    window, palette = drawing.window, drawing.palette
    y = drawing.y
    drawing.box(window.start, window.end, y + 18, y + 19, palette.muted)
    ticks = round_positions(window)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else window.length
    for position in ticks:
        drawing.box(position - 1, position - 1, y + 14, y + 19, palette.muted, least=1)
        shown = position_text(position, step)
        near = min(position - 1 - window.start, window.end - position + 1)
        drawing.text(
            position - 1,
            y + 8,
            shown,
            palette.muted,
            align="center",
            # where not all have room, every second, fourth ... has
            room=min(step * ((position // step) & -(position // step)), near * 2),
        )
    drawing.y = y + 25


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


def _curve_frame(drawing: _Drawing, track: Track) -> tuple[float, float]:
    """Guides of the curves. Returns the height of nobody, and the pixels that the share 1 takes."""
    palette, window, curves = drawing.palette, drawing.window, track.curves
    note = "events in full, pale ends too"
    if curves.steps.bin is not None:
        note = f"bins of {wording.length(curves.steps.bin)}: pale the most at one base, full the mean"
    drawing.heading(
        "People per base " + " ".join(f"{SIGNS[one]} {NAMES[one]}" for one in reversed(track.directions)), note
    )
    groups = (EVERYONE, *curves.superpopulations)
    peaks = {
        one: max(float(curves.share(one, group).max()) for group in groups) if one in track.directions else 0.0
        for one in Direction
        if one in NAMES
    }
    highest = max(peaks.values()) or 0.01
    both = len(track.directions) > 1
    room = CURVE_HEIGHT - (LEAST_CURVE_HEIGHT if both else 0)
    share_of_room = {one: peak / (sum(peaks.values()) or 1) for one, peak in peaks.items()}
    up, down = (
        (LEAST_CURVE_HEIGHT / 2 + share_of_room[one] * room if both else CURVE_HEIGHT * (one in track.directions))
        for one in (Direction.GAIN, Direction.LOSS)
    )
    reach = room / (sum(peaks.values()) or 0.01)
    zero = drawing.y + up
    step = share_step(highest / 2.2)
    for one, sign, space in ((Direction.GAIN, -1, up), (Direction.LOSS, 1, down)):
        if one not in track.directions:
            continue
        for number in range(1, int(space / (step * reach)) + 1):
            y = zero + sign * number * step * reach
            drawing.box(window.start, window.end, y - 0.5, y + 0.5, palette.line, behind=True)
            drawing.text(window.start, y - 6, f"{number * step * 100:.4g} %", palette.muted, size=10)
    drawing.box(window.start, window.end, zero - 0.5, zero + 0.5, palette.muted)
    drawing.y = zero + down + 10
    return zero, reach


def share_step(least: float) -> float:
    """The smallest share of 1, 2, 5, 10 ... in any power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-6)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _curves(track: Track) -> pl.DataFrame:
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


def _intervals(drawing: _Drawing, track: Track) -> list[tuple[Any, ...]]:
    """Lays the distinct intervals into lanes, gains above losses, most carriers first."""
    found, palette, window = track.intervals, drawing.palette, drawing.window
    samples = max(track.curves.samples[EVERYONE], 1)
    words = _interval_words(track)
    limit = LANES if found.found > MANY_INTERVALS else MANY_INTERVALS
    rows: list[tuple[Any, ...]] = []
    begun = drawing.y
    for direction in reversed(track.directions):
        lanes = _Lanes(limit)
        heights: list[float] = []
        placed: list[tuple[int, tuple[int, int, int, int, int, int, bool], float]] = []
        mine = found.rows.filter(pl.col("direction") == direction.value)
        columns = ("start", "end", "inner_start", "inner_end", "carriers", "strong", "copies")
        for row in mine.select(columns).rows():
            start, end, _, _, carriers, _, _ = row
            first, last = max(start, window.start), min(end, window.end)
            lane = lanes.place(first, max(last, first + drawing.bases(LEAST_WIDTH)) + drawing.bases(2))
            if lane is None:
                continue
            height = THINNEST + (THICKEST - THINNEST) * math.sqrt(carriers / samples)
            if lane == len(heights):
                heights.append(height)
            heights[lane] = max(heights[lane], height)
            placed.append((lane, row, height))
        drawing.heading(
            f"{SIGNS[direction]} {NAMES[direction].capitalize()}, distinct intervals" + ("" if placed else ": none")
        )
        tops = np.cumsum([drawing.y, *(height + 3 for height in heights)]).tolist()
        for lane, (start, end, inner_start, inner_end, carriers, strong, copies), height in placed:
            interval = Interval(window.chrom, start, end)
            middle = tops[lane] + heights[lane] / 2
            top, bottom = middle - height / 2, middle + height / 2
            first, last = max(start, window.start), min(end, window.end)
            sure_first, sure_last = max(inner_start, window.start), min(inner_end, window.end)
            rows.append(
                (
                    first, last, top, bottom, bottom - height * strong / carriers, sure_first, sure_last,
                    palette.direction(direction), palette.strong(direction), interval_id(interval, direction),
                    str(interval), str(Interval(window.chrom, inner_start, inner_end)), wording.length(end - start),
                    NAMES[direction],
                    f"called in {carriers:,}, no frequency: paralogous" if copies
                    else f"{carriers:,} of {samples:,} ({wording.percent(carriers / samples)})",
                    *words[start, end, direction.value],
                )
            )  # fmt: skip
            thick = height >= LABELLED
            on = palette.background if thick else palette.text
            if start < window.start:
                drawing.text(
                    window.start, middle, "◂", on if inner_start < window.start else palette.text, size=10, shift=1
                )
            if end > window.end:
                colour = on if inner_end > window.end else palette.text
                drawing.text(window.end, middle, "▸", colour, size=10, align="right", shift=-1)
            if thick and sure_last - sure_first > window.length / 8:
                drawing.text(sure_first, middle, f"{carriers:,}", on, size=10, room=sure_last - sure_first, shift=12)
            elif thick:
                room = lanes.room(lane, last, window.end)
                drawing.text(last, middle, f"{carriers:,}", palette.text, size=10, room=room, shift=5)
        drawing.y = tops[-1] + 6
    if found.found:
        note = f"{len(rows):,} of {found.found:,} drawn" + (", most carriers first" if len(rows) < found.found else "")
        drawing.text(window.end, begun + 8, note, palette.muted, align="right", room=window.length * 0.4)
    drawing.y += 2
    return rows


class _Lanes:
    """First-fit lanes: an interval goes to the first where it touches no other."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken: list[list[tuple[float, float]]] = []

    def place(self, start: float, end: float) -> int | None:
        """The lane that `[start, end)` is put in; None where there is none left."""
        for number, lane in enumerate(self.taken):
            at = bisect_left(lane, (start, end))
            if (at == 0 or lane[at - 1][1] <= start) and (at == len(lane) or lane[at][0] >= end):
                insort(lane, (start, end))
                return number
        if len(self.taken) == self.limit:
            return None
        self.taken.append([(start, end)])
        return len(self.taken) - 1

    def room(self, lane: int, position: float, end: float) -> float:
        """Bases from `position` to the next interval of the lane that begins behind it, or to `end`."""
        at = bisect_left(self.taken[lane], (position, position))
        following = self.taken[lane][at][0] if at < len(self.taken[lane]) else end
        return following - position


def _interval_words(track: Track) -> dict[tuple[int, int, str], tuple[str, str]]:
    """By interval and direction: carriers by super-population and by copy number, in words."""
    cells: dict[tuple[int, int, str], tuple[dict[str, int], dict[int | None, int]]] = {}
    for start, end, direction, group, copies, people in track.intervals.cells.rows():
        groups, numbers = cells.setdefault((start, end, direction), ({}, {}))
        groups[group] = groups.get(group, 0) + people
        numbers[copies] = numbers.get(copies, 0) + people
    order = {group: place for place, group in enumerate(track.curves.superpopulations)}
    return {
        key: (
            ", ".join(f"{group} {groups[group]:,}" for group in sorted(groups, key=lambda one: order.get(one, 99))),
            ", ".join(
                f"{'not given' if copies is None else copies} in {numbers[copies]:,}"
                for copies in sorted(numbers, key=lambda one: (one is None, one or 0))
            ),
        )
        for key, (groups, numbers) in cells.items()
    }


def _genes(drawing: _Drawing, track: Track) -> None:
    genes, palette, window = track.genes, drawing.palette, drawing.window
    if genes.density is not None:
        drawing.heading(
            "Genes", f"{genes.coding:,} protein-coding, too many to name: how many lie where, zoom in for each"
        )
        _density(drawing, genes.density)
        return
    if genes.genes.is_empty():
        drawing.heading(
            "Genes", "none here" if not genes.found else f"none that codes for a protein, {genes.found} others"
        )
        drawing.y += 2
        return
    note = (
        f"protein-coding only; {genes.found - genes.coding:,} others not drawn"
        if genes.genes.height < genes.found
        else ""
    )
    drawing.heading("Genes", note)
    exons = {name: rows for (name,), rows in genes.exons.partition_by("transcript_id", as_dict=True).items()}
    lanes = _Lanes(GENE_LANES)
    drawn = []
    for gene in genes.genes.sort("start").iter_rows(named=True):
        first, last = max(gene["start"], window.start), min(gene["end"], window.end)
        name = f"{gene['symbol']} {ARROWS.get(gene['strand'], '')}".strip()
        label = drawing.bases((len(name) + 1) * 10.5 * LETTER)
        begin = max(min(first, window.end - label), window.start)
        lane = lanes.place(begin, max(last, begin + label))
        if lane is not None:
            drawn.append((lane, gene, name, begin, first, last))
    for lane, gene, name, begin, first, last in drawn:
        asked = track.highlight is not None and (gene["start"], gene["end"]) == (
            track.highlight.start,
            track.highlight.end,
        )
        colour = palette.primary if asked else palette.text if gene["biotype"] == "protein_coding" else palette.muted
        y = drawing.y + lane * GENE_PITCH
        middle = y + 18
        told = " · ".join(
            one
            for one in (
                gene["symbol"],
                gene["description"] or "",
                "" if gene["biotype"] == "protein_coding" else gene["biotype"].replace("_", " "),
                str(Interval(window.chrom, gene["start"], gene["end"])),
            )
            if one
        )
        drawing.text(
            begin,
            y + 6,
            name,
            colour,
            size=10.5,
            bold=asked,
            room=max(lanes.room(lane, begin + 1, window.end + (window.end - begin)), 1),
        )
        models = exons.get(gene["transcript_id"])
        thin = 0.75 if models is not None else 3
        drawing.box(first, last, middle - thin, middle + thin, colour, told=told, least=2)
        for start, end, coding_start, coding_end in (
            () if models is None else models.select("start", "end", "coding_start", "coding_end").rows()
        ):
            if (start, end) != (coding_start, coding_end):
                drawing.box(start, end, middle - 3, middle + 3, colour, told=told)
            if coding_start is not None and coding_start < window.end and coding_end > window.start:
                drawing.box(coding_start, coding_end, middle - 5.5, middle + 5.5, colour, told=told)
    drawing.y += len(lanes.taken) * GENE_PITCH + 8


def _density(drawing: _Drawing, density: tuple[int, ...]) -> None:
    """How many genes lie in each part of the window, as a skyline."""
    window, palette = drawing.window, drawing.palette
    most, part = max(*density, 1), window.length / len(density)
    bottom = drawing.y + DENSITY_HEIGHT
    for number, genes in enumerate(density):
        if genes:
            start = window.start + number * part
            told = f"{genes} protein-coding {'gene' if genes == 1 else 'genes'}"
            drawing.box(start, start + part, bottom - DENSITY_HEIGHT * genes / most, bottom, palette.muted, told=told)
    drawing.box(window.start, window.end, bottom, bottom + 1, palette.muted)
    drawing.y = bottom + 10


def _problems(drawing: _Drawing, track: Track) -> None:
    """Places where calls need care: a strip with their names, and a shade behind everything above."""
    if track.problems.is_empty():
        return
    window, palette = drawing.window, drawing.palette
    top = drawing.y
    kinds = ", ".join(dict.fromkeys(wording.kind_of_problem(kind) for kind in track.problems["kind"]))
    blind_too = track.problems["kind"].is_in(BLIND_KINDS).any()
    words = "no call can be made in the darker places" if blind_too else "calls there are counted, and need care"
    if any(is_paralogous(kind) for kind in track.problems["kind"].unique().to_list()):
        words += "; no share of people is told where copies are alike"
    drawing.heading(f"Care: {kinds}", words)
    lanes = _Lanes(PROBLEM_LANES)
    for kind, start, end, name, covered in _told_apart(track.problems, drawing.bases(PROBLEM_GAP)):
        first, last = max(start, window.start), min(end, window.end)
        blind = kind in BLIND_KINDS
        shade = (0.55 if blind else 0.25) * covered
        drawing.box(first, last, CURVES_TOP, top, palette.line, opacity=shade, least=0, behind=True)
        lane = lanes.place(first, max(last, first + drawing.bases(LEAST_WIDTH)))
        if lane is None:
            continue
        y = drawing.y + lane * PROBLEM_PITCH
        drawing.box(first, last, y, y + PROBLEM_PITCH - 3, palette.muted, opacity=1 if blind else CARE, told=name)
        drawing.text(
            first, y + PROBLEM_PITCH / 2 - 1.5, name, palette.background if blind else palette.text,
            size=10, room=last - first, shift=4,
        )  # fmt: skip
    drawing.y += len(lanes.taken) * PROBLEM_PITCH + 4


def _told_apart(problems: pl.DataFrame, gap: float) -> list[tuple[str, int, int, str, float]]:
    """Kind, start, end and name of what is drawn, and the share of it that is covered: regions of a kind that lie nearer
    than `gap` bases are one, with how many.

    Those of kinds with few come first, so that the many of a mask take no lane from them.
    """
    kinds: dict[str, list[tuple[int, int, str, int, int]]] = {}
    for kind, start, end, name in problems.select("kind", "start", "end", "name").sort("start", "end", "name").rows():
        here = kinds.setdefault(kind, [])
        if here and start - here[-1][1] < gap:
            first, last, _, many, covered = here.pop()
            covered += max(end - max(start, last), 0)
            here.append((first, max(last, end), f"{many + 1:,} × {wording.kind_of_problem(kind)}", many + 1, covered))
        else:
            here.append((start, end, name, 1, end - start))
    return [
        (kind, start, end, name, covered / (end - start))
        for kind, here in sorted(kinds.items(), key=lambda one: len(one[1]))
        for start, end, name, _, covered in here
    ]


def _highlight(drawing: _Drawing, track: Track) -> None:
    """A faint shade over what the page is about, where the window holds more."""
    if track.highlight is None or track.highlight == track.interval:
        return
    place, colour = track.highlight, drawing.palette.primary
    drawing.box(place.start, place.end, CURVES_TOP, drawing.y, colour, opacity=0.1, behind=True)


def _legend(drawing: _Drawing, track: Track) -> None:
    """What the colours and the lines of the curves mean, from left to right."""
    palette, size = drawing.palette, 10.5
    x, middle = float(drawing.window.start), drawing.y + 9

    def words(text: str) -> None:
        nonlocal x
        drawing.text(x, middle, text, palette.muted, size=size)
        x += drawing.bases((len(text) + 2) * size * LETTER)

    for direction in track.directions:
        for colour, meaning in (
            (palette.direction(direction), f"{SIGNS[direction]} {NAMES[direction]}"),
            (palette.strong(direction), f"the dark part: {STRONG_NAMES[direction]}"),
        ):
            drawing.box(x, x + drawing.bases(11), middle - 5, middle + 5, colour)
            x += drawing.bases(16)
            words(meaning)
    drawing.box(
        x, x + drawing.bases(11), middle - 5, middle + 5, palette.direction(track.directions[0]), opacity=UNCERTAIN
    )
    x += drawing.bases(16)
    words("pale: uncertain end")
    for number, group in enumerate(track.curves.superpopulations if shows_lines(track) else ()):
        dashes = DASHES[number % len(DASHES)]
        drawn = 0.0
        while drawn < LEGEND_LINE:
            for part, length in enumerate(dashes):
                end = min(drawn + length, LEGEND_LINE)
                if not part % 2 and end > drawn:
                    colour = palette.superpopulation(group)
                    drawing.box(
                        x + drawing.bases(drawn), x + drawing.bases(end), middle - 1, middle + 1, colour, least=0
                    )
                drawn = end
        x += drawing.bases(LEGEND_LINE + 5)
        words(group)
    drawing.y += 18


# The chart


def prepare(palette: Palette, superpopulations: tuple[str, ...]) -> None:
    """Makes the templates that pages begin with, so that no visitor waits the tenth of a second that each takes."""
    for lines, binned, selectable in product((True, False), repeat=3):
        if lines or binned:  # a window too wide for lines has more steps than a drawing has room for
            _template(
                palette, superpopulations, (Direction.LOSS, Direction.GAIN),
                lines=lines, binned=binned, selectable=selectable,
            )  # fmt: skip


@lru_cache(maxsize=64)
def _template(
    palette: Palette,
    superpopulations: tuple[str, ...],
    directions: tuple[Direction, ...],
    *,
    lines: bool,
    binned: bool,
    selectable: bool,
) -> dict[str, Any]:
    parameters = [alt.param(name=name, value=0) for name in ("first", "last", "zero", "reach")]
    parameters += [alt.param(name=name, expr=side) for name, side in (("across", "width"), ("down", "height"))]
    along = alt.Scale(domain=[alt.ExprRef("first"), alt.ExprRef("last")], nice=False, zero=False)
    x = alt.X("x:Q", axis=None, scale=along)
    y = alt.Y("y:Q", axis=None, scale=None)

    def layer(data: str, **calculated: str) -> Any:
        chart = alt.Chart(alt.NamedData(data))
        for name, expression in calculated.items():
            chart = chart.transform_calculate(name, expression)
        return chart

    # At least so many pixels wide, and within the window.
    def boxes(data: str, least: str) -> Any:
        bases = f"{least} * (last - first) / across"
        return layer(
            data,
            wide=f"max(datum.x2 - datum.x, {bases})",
            left="max(first, min(datum.x, last - datum.wide))",
            right="datum.left + datum.wide",
        ).mark_rect(clip=True, aria=False)

    def box(data: str) -> Any:
        return boxes(data, "datum.least").encode(
            x=alt.X("left:Q", axis=None, scale=along),
            x2="right:Q",
            y=y,
            y2="y2:Q",
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=alt.condition("datum.told != ''", alt.Tooltip("told:N", title="Here"), alt.value(None)),
        )

    curves: list[Any] = []
    for direction in directions:
        sign = "-" if direction is Direction.GAIN else "+"
        colour = palette.direction(direction)

        def height(column: str, sign: str = sign) -> str:
            return f"zero {sign} reach * datum.{column}"

        for column, opacity in (
            (f"{direction.value}0", 0.22),
            *([(f"{direction.value}_mean", 0.85)] if binned else []),
        ):
            curves.append(
                layer(CURVES, y=height(column), nobody="zero")
                .mark_area(interpolate="step-after", color=colour, opacity=opacity, clip=True, aria=False)
                .encode(x=x, y=y, y2="nobody:Q")
            )
        for number, group in enumerate((EVERYONE, *(superpopulations if lines else ()))):
            whole = group == EVERYONE
            curves.append(
                layer(CURVES, y=height(f"{direction.value}{number}"))
                .mark_line(
                    interpolate="step-after",
                    color=colour if whole else palette.superpopulation(group),
                    strokeWidth=1.2 if whole else 1.6,
                    strokeDash=list(DASHES[0 if whole else (number - 1) % len(DASHES)]),
                    clip=True,
                    aria=False,
                )
                .encode(x=x, y=y)
            )
    shares = {
        f"told_{direction.value}{number}": f"format(datum.{direction.value}{number} * 100, '.3~g') + ' %'"
        for direction in directions
        for number in range(len(superpopulations) + 1)
    }
    hover = (
        layer(
            CURVES,
            where="format(datum.x + 1, ',') + '–' + format(datum.x2, ',')",
            top="0",
            bottom="down",
            **shares,
        )
        .mark_rect(opacity=0, clip=True, aria=False)
        .encode(
            x=x,
            x2="x2:Q",
            y=alt.Y("top:Q", axis=None, scale=None),
            y2="bottom:Q",
            tooltip=[
                alt.Tooltip("where:N", title="Bases"),
                *(
                    alt.Tooltip(f"told_{direction.value}{number}:N", title=f"{SIGNS[direction]} {group}")
                    for direction in reversed(directions)
                    for number, group in enumerate((EVERYONE, *superpopulations))
                ),
            ],
        )
    )
    # what is too narrow for its ends to be told apart is solid as a whole
    narrow = "datum.right - datum.left > datum.x2 - datum.x"
    uncertain = "datum.x < datum.inner || datum.inner2 < datum.x2"
    events = boxes(INTERVALS, str(LEAST_WIDTH)).encode(
        x=alt.X("left:Q", axis=None, scale=along),
        x2="right:Q",
        y=y,
        y2="y2:Q",
        color=alt.Color("colour:N", scale=None),
        opacity=alt.condition(f"{narrow} || !({uncertain})", alt.value(1), alt.value(UNCERTAIN)),
        tooltip=[
            alt.Tooltip("place:N", title="Interval"),
            alt.Tooltip("drawn_in:N", title="Ends drawn in"),
            alt.Tooltip("size:N", title="Length"),
            alt.Tooltip("what:N", title="Kind"),
            alt.Tooltip("carriers:N", title="Carriers"),
            alt.Tooltip("groups:N", title="By group"),
            alt.Tooltip("copies:N", title="Copies"),
        ],
    )
    events = events.properties(name=INTERVALS)
    sure = (
        events.transform_calculate("sure", f"{narrow} ? datum.left : datum.inner")
        .transform_calculate("sure2", f"{narrow} ? datum.right : datum.inner2")
        .transform_filter("datum.sure < datum.sure2")
        .encode(x=alt.X("sure:Q", axis=None, scale=along), x2="sure2:Q", opacity=alt.value(1))
    )
    solid = sure.properties(name="solid").transform_filter(f"!({narrow}) && ({uncertain})")
    dark = (
        sure.properties(name="dark")
        .transform_filter("datum.strong < datum.y2")
        .encode(y=alt.Y("strong:Q", axis=None, scale=None), color=alt.Color("dark:N", scale=None))
    )
    words = layer(
        TEXTS,
        at="datum.x + datum.shift * (last - first) / across",
        shown="isValid(datum.room) && datum.room * across / (last - first) < datum.needs ? '' : datum.text",
    ).encode(
        x=alt.X("at:Q", axis=None, scale=along),
        y=y,
        text="shown:N",
        color=alt.Color("colour:N", scale=None),
        size=alt.Size("size:Q", scale=None),
    )
    texts = [
        words.transform_filter(
            f"datum.align == '{style['align']}' && datum.weight == '{style['fontWeight']}'"
        ).mark_text(baseline="middle", clip=True, aria=False, **style)
        for style in _TEXT_STYLES
    ]
    if selectable:
        hover = hover.add_params(
            alt.selection_interval(
                name=BRUSH,
                encodings=["x"],
                mark=alt.BrushConfig(fill=palette.primary, fillOpacity=0.18, stroke=palette.primary),
            )
        )
        events = events.add_params(alt.selection_point(name=PICK, fields=["id"], on="click", clear=False))
    spec: dict[str, Any] = (
        alt.layer(box(BACK), *curves, hover, box(FRONT), events, solid, dark, *texts)
        .add_params(*parameters)
        .properties(width="container")
        .to_dict(validate=False)
    )
    spec["config"] = {"view": {"stroke": None}, "background": palette.background}
    spec["padding"] = {"left": 0, "right": 0, "top": 0, "bottom": 0}
    return spec
