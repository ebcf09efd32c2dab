"""The picture of a link's preview: title, answer and shares by group, in the one size that is shown everywhere.

Everything stands at its own pixel, so that the picture has its size whatever is in it.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboard.charts.picture import FONT, SIMULATED
from dashboard.colours import Palette

WIDTH: Final = 600
HEIGHT: Final = 315
"""Pixels of the drawing; a PNG has twice as many."""
EDGE: Final = 28
LINES: Final = 5
"""Lines of the answer at most."""
LETTERS: Final = 80
"""Letters of a line of it."""
FOOT_LETTERS: Final = 108
"""Letters of a line of what stands below."""
FOOT_LINES: Final = 4
ROW: Final = 15
LEFT: Final = 110
RIGHT: Final = 420
"""Where shares of 0 and of the largest upper bound stand."""


@dataclass(frozen=True, slots=True)
class Share:
    """The share of a group: from 0 to 1, with the bounds of its interval."""

    group: str
    share: float
    low: float
    high: float
    told: str
    colour: str


def card(
    title: str,
    lines: Sequence[str],
    shares: Sequence[Share],
    below: Sequence[str],
    *,
    simulated: bool,
    palette: Palette,
) -> dict[str, Any]:
    """The Vega-Lite of a preview, `WIDTH` by `HEIGHT`: `lines` are the answer, `below` what was counted and where it is from."""
    marks = [_text(title, EDGE, 46, 26, palette.text, bold=True, width=WIDTH - 2 * EDGE)]
    top = 66
    if simulated:
        marks.append(_text(SIMULATED, EDGE, top, 12, palette.complete_loss, bold=True))
        top += 20
    for line in _wrapped(lines, LETTERS, LINES):
        marks.append(_text(line, EDGE, top + 4, 14, palette.text))
        top += 19
    foot = _wrapped(below, FOOT_LETTERS, FOOT_LINES)
    end = HEIGHT - EDGE / 2 - 14 * len(foot)
    reach = max((share.high for share in shares), default=0)
    top += 12
    for share in shares if reach and top + ROW * len(shares) <= end - 10 else ():

        def at(value: float) -> float:
            return LEFT + value / reach * (RIGHT - LEFT)

        marks += [
            _text(share.group, EDGE, top, 12, palette.text),
            _line(LEFT, RIGHT, top - 4, palette.line, 1),
            _line(at(share.low), at(share.high), top - 4, share.colour, 3),
            _mark("point", x=at(share.share), y=top - 4, color=share.colour, filled=True, size=50, opacity=1),
            _text(share.told, RIGHT + 12, top, 11, palette.muted),
        ]
        top += ROW
    for number, line in enumerate(foot):
        marks.append(_text(line, EDGE, end + 14 * number, 10.5, palette.muted, width=WIDTH - 2 * EDGE))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "none"},
        "padding": 0,
        "background": palette.background,
        "config": {"font": FONT, "view": {"stroke": None}},
        "layer": marks,
    }


def _wrapped(lines: Sequence[str], letters: int, most: int) -> list[str]:
    """The lines as they fit; that something is left out is marked."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, letters)]
    return wrapped if len(wrapped) <= most else [*wrapped[: most - 1], f"{wrapped[most - 1]} …"]


def _line(start: float, end: float, y: float, colour: str, thick: float) -> dict[str, Any]:
    return _mark(
        "rect", x=start, width=end - start, y=y - thick / 2, height=thick, color=colour, align="left", baseline="top"
    )


def _text(
    words: str, x: float, y: float, size: float, colour: str, *, bold: bool = False, width: float = 0
) -> dict[str, Any]:
    limit = {"limit": width} if width else {}
    weight = "bold" if bold else "normal"
    return _mark(
        "text",
        x=x,
        y=y,
        text=words,
        align="left",
        baseline="alphabetic",
        fontSize=size,
        fontWeight=weight,
        color=colour,
        **limit,
    )


def _mark(kind: str, **properties: Any) -> dict[str, Any]:
    return {"mark": {"type": kind, **properties}, "encoding": {}, "data": {"values": [{}]}}
