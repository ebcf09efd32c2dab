"""The frames of a drawing under way: boxes and texts, whose places are bases along x and pixels along y."""

from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from dashboard.colours import Palette
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval

ASSUMED_WIDTH: Final = 900
"""Pixels that lanes are packed for. The width is the reader's; texts that collide in a narrower one are left out there."""
LETTER: Final = 0.58
"""Width of a letter, of its height."""
LEAST_WIDTH: Final = 3
"""Pixels that an interval has at least."""
SIZE: Final = 12
"""Pixels of letters: on a screen no smaller ones can be read from a distance."""
CURVES_TOP: Final = 51
"""Height at which the ruler ends."""
UNCERTAIN: Final = 0.38
"""Opacity of an interval's ends as far as they may lie further in (R7)."""
SIGNS: Final = {Direction.LOSS: "▼", Direction.GAIN: "▲"}
NAMES: Final = {Direction.LOSS: "loss", Direction.GAIN: "gain"}
STRONG_NAMES: Final = {Direction.LOSS: "complete loss", Direction.GAIN: "high-level gain"}

BOX: Final = {
    "x": pl.Float64,
    "x2": pl.Float64,
    "y": pl.Float32,
    "y2": pl.Float32,
    "colour": pl.String,
    "opacity": pl.Float32,
    "tooltip": pl.String,
    "least": pl.Float32,
    "label": pl.String,
}
TEXT: Final = {
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


@dataclass
class Canvas:
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
        tooltip: str = "",
        least: float = 1,
        behind: bool = False,
        label: str = "",
    ) -> None:
        """A box over `[start, end)`, cut to the window, `least` pixels wide at least. `label` names what it leads to:
        “gene GSTM1”, “band 1p13.3”."""
        first, last = max(start, self.window.start), min(end, self.window.end)
        box = (first, last, top, bottom, colour, opacity, tooltip, least, label)
        (self.back if behind else self.front).append(box)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        colour: str,
        *,
        align: str = "left",
        size: float = SIZE,
        bold: bool = False,
        room: float | None = None,
        shift: float = 0,
    ) -> None:
        """A text around height `y`, `shift` pixels to the right of `x`; left out where it is wider than `room` bases."""
        needs = len(text) * size * LETTER + abs(shift)
        self.texts.append((x, shift, y, text, colour, align, size, "bold" if bold else "normal", room, needs))

    def heading(self, text: str, note: str = "") -> None:
        """The name of the track that begins here."""
        self.text(self.window.start, self.y + 8, text, self.palette.text, size=SIZE + 1, bold=True)
        if note:
            self.text(
                self.window.end, self.y + 8, note, self.palette.muted, align="right", room=self.window.length * 0.55
            )
        self.y += 18

    def bases(self, pixels: float) -> float:
        """About as many bases as lie in so many pixels."""
        return pixels * self.window.length / ASSUMED_WIDTH
