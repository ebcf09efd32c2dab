"""Copies of a place by super-population: a bar of all people, cut by copy number, with the expected one in grey.

Losses lie left of the expected copies and gains right of them, so that side tells them apart as well as colour.
"""

from functools import lru_cache
from typing import Any, Final

import altair as alt
import polars as pl

from dashboard.charts import percent
from dashboard.colours import Palette
from data_prep.domain.copy_number import CallClass, classify

ROWS: Final = "rows"
ROW_HEIGHT: Final = 33
AXIS_HEIGHT: Final = 84
"""Pixels of the axis, the legend and the padding."""

LABELLED: Final = 0.03
"""Share of people from which a stretch is wide enough for its number."""

KINDS: Final = ("0 copies", "fewer", "expected", "more", "2.5 times or more", "not known")
"""Stretches of a bar, left to right; the classes of rule R2 around the expected copy number."""
_KIND_OF: Final = {
    CallClass.COMPLETE_LOSS: 0,
    CallClass.PARTIAL_LOSS: 1,
    None: 2,
    CallClass.LOW_GAIN: 3,
    CallClass.HIGH_GAIN: 4,
}


def copy_number_chart(counts: pl.DataFrame, palette: Palette) -> dict[str, Any]:
    """The chart of `counts`: people by `superpopulation`, `expected` and `copy_number`, top to bottom in their order.

    Where people expect different numbers of copies (X), a bar each: “AFR, 1 expected”.
    """
    drawn = bars(counts)
    template = _template(palette)
    # the layers themselves are shared by all charts: nobody changes them
    spec = template | {"layer": list(template["layer"])}
    spec["datasets"] = {ROWS: drawn}
    spec["height"] = ROW_HEIGHT * drawn["group"].n_unique() + AXIS_HEIGHT
    return spec


def bars(counts: pl.DataFrame) -> pl.DataFrame:
    """One row a stretch of a bar: `group`, `kind`, `low` and `high` (shares of 1), `label`, the copies where they fit into
    it, and `words`, those of the tooltip.
    """
    several = counts["expected"].n_unique() > 1
    rows = []
    people: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
    for superpopulation, expected, copies, number in counts.select(
        "superpopulation", "expected", "copy_number", "people"
    ).iter_rows():
        stretch = (_kind(copies, expected), -1 if copies is None else copies, number)
        people.setdefault((superpopulation, expected), []).append(stretch)
    for (superpopulation, expected), stretches in people.items():
        group = f"{superpopulation}, {expected} expected" if several else str(superpopulation)
        total = sum(number for _, _, number in stretches)
        stretches.sort()
        reached = 0
        for kind, copies, number in stretches:
            name = "copies not known" if copies < 0 else f"{copies} {'copy' if copies == 1 else 'copies'}"
            rows.append(
                (
                    group,
                    KINDS[kind],
                    reached / total,
                    (reached + number) / total,
                    "" if copies < 0 or number < LABELLED * total else str(copies),
                    f"{name}: {number:,} of {total:,} ({number / total:.1%})".replace("%", " %"),
                )
            )
            reached += number
    return pl.DataFrame(
        rows,
        schema={
            "group": pl.String,
            "kind": pl.String,
            "low": pl.Float64,
            "high": pl.Float64,
            "label": pl.String,
            "words": pl.String,
        },
        orient="row",
    )


def _kind(copies: int | None, expected: int) -> int:
    return len(KINDS) - 1 if copies is None else _KIND_OF[classify(copies, expected)]


@lru_cache(maxsize=4)
def _template(palette: Palette) -> dict[str, Any]:
    colours = [
        palette.complete_loss,
        palette.loss,
        palette.line,
        palette.gain,
        palette.high_gain,
        palette.muted,
    ]
    axis = alt.Axis(
        orient="top",
        labelExpr=percent.LABELS,
        title=None,
        tickCount=5,
        grid=False,
        domain=False,
        labelColor=palette.muted,
    )
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
                labelLimit=220,
                labelOverlap=False,
            ),
        ),
        tooltip=[alt.Tooltip("group:N", title="Group"), alt.Tooltip("words:N", title="People")],
    )
    stretches = base.mark_bar(height=20, stroke=palette.background, strokeWidth=1).encode(
        x=alt.X("low:Q", axis=axis, scale=alt.Scale(domain=[0, 1])),
        x2="high:Q",
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=list(KINDS), range=colours),
            legend=alt.Legend(
                orient="bottom",
                title=None,
                labelColor=palette.text,
                columns=3,
                symbolType="square",
                values=list(KINDS[:5]),
            ),
        ),
    )
    # dark on the grey of the expected copies, background on every colour
    numbers = (
        base.transform_calculate(middle="(datum.low + datum.high) / 2")
        .mark_text(fontSize=12)
        .encode(
            x=alt.X("middle:Q", axis=axis, scale=alt.Scale(domain=[0, 1])),
            text="label:N",
            color=alt.condition(f"datum.kind === '{KINDS[2]}'", alt.value(palette.text), alt.value(palette.background)),
        )
    )
    spec: dict[str, Any] = alt.layer(stretches, numbers).properties(width="container").to_dict()
    spec.pop("config", None)
    return spec
