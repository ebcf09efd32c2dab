"""The chart without its data: layers, scales and tooltips, made by Altair once a theme and shared by every page."""

from functools import lru_cache
from itertools import product
from typing import Any, Final

import altair as alt

from dashboard.charts.track.canvas import LEAST_WIDTH, SIGNS, UNCERTAIN
from dashboard.charts.track.curves import DASHES
from dashboard.colours import Palette
from dashboard.counting.along import EVERYONE
from data_prep.domain.copy_number import Direction

BRUSH: Final = "brush"
"""Name of the selection that a drag along x makes; its value is in 0-based positions."""
PICK: Final = "pick"
"""Name of the selection that a click on an interval makes."""

CURVES: Final = "curves"
BACK: Final = "back"
FRONT: Final = "front"
TEXTS: Final = "texts"
INTERVALS: Final = "intervals"

_TEXT_STYLES: Final[tuple[dict[str, Any], ...]] = (
    {"align": "left", "fontWeight": "normal"},
    {"align": "left", "fontWeight": "bold"},
    {"align": "center", "fontWeight": "normal"},
    {"align": "right", "fontWeight": "normal"},
    {"align": "right", "fontWeight": "bold"},
)


def prepare(palette: Palette, superpopulations: tuple[str, ...]) -> None:
    """Makes the templates that pages begin with, so that no visitor waits the tenth of a second that each takes."""
    for lines, binned, selectable in product((True, False), repeat=3):
        if lines or binned:  # a window too wide for lines has more steps than a drawing has room for
            make_template(
                palette, superpopulations, (Direction.LOSS, Direction.GAIN),
                lines=lines, binned=binned, selectable=selectable,
            )  # fmt: skip


@lru_cache(maxsize=64)
def make_template(
    palette: Palette,
    superpopulations: tuple[str, ...],
    directions: tuple[Direction, ...],
    *,
    lines: bool,
    binned: bool,
    selectable: bool,
) -> dict[str, Any]:
    if not selectable:
        # to take the selections away is a hundred times quicker than to make it all again
        full = make_template(palette, superpopulations, directions, lines=lines, binned=binned, selectable=True)
        return full | {"params": [param for param in full["params"] if param["name"] not in (BRUSH, PICK)]}
    parameters = [alt.param(name=name, value=0) for name in ("first", "last", "zero", "reach", "floor")]
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

    def box(data: str, chosen: str = "", **channels: Any) -> Any:
        chart = boxes(data, "datum.least")
        return (chart.transform_filter(chosen) if chosen else chart).encode(
            x=alt.X("left:Q", axis=None, scale=along),
            x2="right:Q",
            y=y,
            y2="y2:Q",
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=alt.condition("datum.tooltip != ''", alt.Tooltip("tooltip:N", title="Here"), alt.value(None)),
            **channels,
        )

    curves: list[Any] = []
    for direction in directions:
        sign = "-" if direction is Direction.GAIN else "+"
        colour = palette.direction(direction)

        def height(column: str, sign: str = sign) -> str:
            share = f"datum.{column}"
            raised = f"max(0, log(max({share}, floor) / floor) / log(1 / floor))"
            return f"zero {sign} reach * (floor > 0 ? {raised} : {share})"

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
        f"percent_{direction.value}{number}": f"format(datum.{direction.value}{number} * 100, '.3~g') + ' %'"
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
                    alt.Tooltip(f"percent_{direction.value}{number}:N", title=f"{SIGNS[direction]} {group}")
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
        description=alt.Description("label:N"),
    )
    events = events.transform_calculate(
        "label", "datum.site ? 'site ' + datum.site : 'interval ' + datum.id"
    ).mark_rect(clip=True, cursor="pointer")
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
    # names of lines can lie on other lines: a rim of the background keeps them apart
    rim = words.transform_filter("datum.align == 'right' && datum.weight == 'bold'").mark_text(
        baseline="middle", clip=True, aria=False, align="right", fontWeight="bold",
        stroke=palette.background, strokeWidth=3, strokeJoin="round",
    )  # fmt: skip
    hover = hover.add_params(
        alt.selection_interval(
            name=BRUSH,
            encodings=["x"],
            mark=alt.BrushConfig(fill=palette.primary, fillOpacity=0.18, stroke=palette.primary),
        )
    )
    events = events.add_params(alt.selection_point(name=PICK, fields=["id"], on="click", clear=False))
    # what leads somewhere bears it as its label, which the browser's script reads at a click
    plain = box(FRONT, "datum.label == ''")
    leading = box(FRONT, "datum.label != ''", description=alt.Description("label:N")).mark_rect(
        clip=True, cursor="pointer"
    )
    spec: dict[str, Any] = (
        alt.layer(box(BACK), *curves, hover, plain, leading, events, solid, dark, rim, *texts)
        .add_params(*parameters)
        .properties(width="container")
        .to_dict(validate=False)
    )
    spec["config"] = {"view": {"stroke": None}, "background": palette.background}
    spec["padding"] = {"left": 0, "right": 0, "top": 0, "bottom": 0}
    return spec
