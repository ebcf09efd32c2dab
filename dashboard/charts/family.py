"""An event of a person with those of parents and children on one axis: a lane a person, gains above and losses below its middle.

What meets the filter level credible is solid, anything else light: a parent's call below the filter is what most often stands behind an
apparent de novo (rule R11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from dashboard.charts.karyotype import told
from dashboard.charts.sheet import Sheet
from dashboard.charts.track.ruler import position_text, round_positions
from dashboard.colours import Palette
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval

WIDTH: Final = 900
"""Pixels of the drawing where it stands alone."""
LANE: Final = 52
BAR: Final = 11
LABEL: Final = 18
TOP: Final = 6
AXIS: Final = 26
LIGHT: Final = 0.35
"""Opacity of what is not credible."""
CREDIBLE: Final = ("pass", "credible")


@dataclass(frozen=True, slots=True)
class Lane:
    """What is drawn of one person."""

    title: str
    """Who it is, and what it has of the event, in words."""
    events: pl.DataFrame | None
    """The events there at every level: `chrom`, `start`, `end` (0-based, half-open), `class`, `copy_number`, `expected_copy_number`, `level`; None
    where no file was read."""


def window_of(event: Interval, length: int) -> Interval:
    """An event with as much again on either side, within its chromosome of this length."""
    margin = max(event.length, 2_000)
    return Interval(event.chrom, max(0, event.start - margin), min(length, event.end + margin))


def family_chart(event: Interval, window: Interval, lanes: Sequence[Lane], palette: Palette) -> dict[str, Any]:
    """The chart of the lanes, top to bottom; `event` is shaded through all of them. Returns Vega-Lite with its frames in `datasets`."""
    sheet = Sheet(window.start, window.end, palette.background)
    height = TOP + LANE * len(lanes)
    sheet.box(event.start, event.end, TOP, height, palette.muted, 0.12)
    for number, lane in enumerate(lanes):
        top = TOP + LANE * number
        middle = top + LABEL + BAR + 1
        sheet.box(window.start, window.end, middle - 0.5, middle + 0.5, palette.line)
        sheet.text(window.start, top + LABEL / 2, lane.title, palette.text, bold=number == 0)
        if lane.events is None:
            continue
        for one in lane.events.iter_rows(named=True):
            name = CallClass(one["class"])
            # what is neither a loss nor a gain lies on the line
            shift = {"gain": -BAR - 1.0, "loss": 1.0}.get(name.direction.value, -BAR / 2)
            strict = one["level"] in CREDIBLE
            sheet.mark(
                one["start"],
                one["end"],
                middle + shift,
                middle + shift + BAR,
                palette.call_class(name),
                name=f"{number} {one['chrom']}-{one['start'] + 1}-{one['end']}",
                told=f"{told(one)}, {one['level'] if one['level'] != 'all' else 'below sensitive'}",
                opacity=1 if strict else LIGHT,
            )
    ticks = round_positions(window, 5)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else window.length
    sheet.box(window.start, window.end, height + 2, height + 3, palette.muted)
    for position in ticks:
        inside = min(position - 1 - window.start, window.end - position) > window.length * 0.06
        width = window.length / 2_000
        sheet.box(position - 1 - width / 2, position - 1 + width / 2, height + 2, height + 7, palette.muted)
        if inside:
            sheet.text(position - 1, height + 16, position_text(position, step), palette.muted, "center")
    return sheet.spec(height + AXIS)
