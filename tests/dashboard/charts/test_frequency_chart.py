"""The dot plot: what a reader of the drawing gets."""

import polars as pl
import pytest

from dashboard.charts.frequency import ROWS, frequency_chart
from dashboard.colours import DARK, LIGHT
from data_prep.domain.copy_number import Direction

TABLE = pl.DataFrame(
    {
        "group": ["AFR", "All"],
        "frequency": [0.4, 0.5],
        "ci_low": [0.3, 0.4],
        "ci_high": [0.5, 0.6],
        "numbers": ["a", "b"],
        "x": [1, 2],
    }
)


def marks(spec: dict[str, object]) -> list[dict[str, object]]:
    return [layer["mark"] for layer in spec["layer"]]  # type: ignore[attr-defined,index]


def test_losses_and_gains_differ_by_shape_and_not_by_colour_alone() -> None:
    shapes = {d: marks(frequency_chart(TABLE, d, LIGHT))[1]["shape"] for d in (Direction.LOSS, Direction.GAIN)}
    assert len(set(shapes.values())) == 2


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.theme)
def test_the_colour_is_that_of_the_direction(palette: object) -> None:
    assert palette in (LIGHT, DARK)
    spec = frequency_chart(TABLE, Direction.GAIN, palette)  # type: ignore[arg-type]
    assert {mark["color"] for mark in marks(spec)} == {palette.gain}  # type: ignore[attr-defined]


def test_rows_keep_their_order_and_the_axis_begins_at_zero() -> None:
    spec = frequency_chart(TABLE, Direction.LOSS, LIGHT)
    encoding = spec["layer"][1]["encoding"]
    assert encoding["y"]["sort"] is None
    assert encoding["x"]["scale"]["domainMin"] == 0
    assert spec["datasets"][ROWS].columns == ["group", "frequency", "ci_low", "ci_high", "numbers"]


def test_the_template_is_not_changed_by_a_page() -> None:
    first = frequency_chart(TABLE, Direction.LOSS, LIGHT)
    first["layer"].clear()
    assert len(frequency_chart(TABLE.head(1), Direction.LOSS, LIGHT)["layer"]) == 2
