"""Carrier frequency by group as a dot plot with 95 % intervals.

Altair builds the drawing once a theme and direction; a page hands in its rows, which is much cheaper. Losses
are discs and gains triangles, so that colour is never the only sign.
"""

from functools import lru_cache
from typing import Any, Final

import altair as alt
import polars as pl

from dashboard.charts import percent
from dashboard.colours import Palette
from data_prep.domain.copy_number import Direction

ROWS: Final = "rows"
ROW_HEIGHT: Final = 33
"""Pixels a group, about a row of the table beside."""
AXIS_HEIGHT: Final = 34
"""Pixels of the axis and the padding; Streamlit fits the whole drawing into the height that is given."""

SHAPES: Final = {Direction.LOSS: "circle", Direction.GAIN: "triangle-up"}


def frequency_chart(rows: pl.DataFrame, direction: Direction, palette: Palette) -> dict[str, Any]:
    """The chart of `rows`, one a group, top to bottom in their order.

    Columns: `group`, `frequency`, `ci_low`, `ci_high` (shares of 1), and `numbers`, the words of the tooltip.
    """
    template = _template(direction, palette)
    # the layers themselves are shared by all charts: nobody changes them
    spec = template | {"layer": list(template["layer"])}
    spec["datasets"] = {
        ROWS: pl.DataFrame([rows[name] for name in ("group", "frequency", "ci_low", "ci_high", "numbers")])
    }
    spec["height"] = ROW_HEIGHT * rows.height + AXIS_HEIGHT
    return spec


@lru_cache(maxsize=8)
def _template(direction: Direction, palette: Palette) -> dict[str, Any]:
    colour = palette.direction(direction)
    base = alt.Chart(alt.NamedData(ROWS)).encode(
        y=alt.Y(
            "group:N",
            sort=None,
            title=None,
            axis=alt.Axis(
                domain=False,
                ticks=False,
                labelFontSize=13,
                labelPadding=8,
                labelColor=palette.text,
                labelBound=False,
                labelFlush=False,
                labelOverlap=False,
            ),
        ),
        tooltip=[alt.Tooltip("group:N", title="Group"), alt.Tooltip("numbers:N", title="Carriers")],
    )
    axis = alt.Axis(
        orient="top",
        labelExpr=percent.LABELS,
        title=None,
        tickCount=5,
        gridColor=palette.line,
        domain=False,
        ticks=False,
        labelColor=palette.muted,
    )
    scale = alt.Scale(domainMin=0, nice=True)
    reach = base.mark_rule(color=colour, strokeWidth=2).encode(
        x=alt.X("ci_low:Q", axis=axis, scale=scale), x2="ci_high:Q"
    )
    dots = base.mark_point(color=colour, filled=True, opacity=1, size=95, shape=SHAPES[direction]).encode(
        x=alt.X("frequency:Q", axis=axis, scale=scale)
    )
    spec: dict[str, Any] = alt.layer(reach, dots).properties(width="container").to_dict()
    spec.pop("config", None)
    return spec
