"""Charts of the whole cohort: their data, and dots of the map that do not hide each other."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.cohort import DOT, ROWS, carried_chart, heat_chart, map_chart, spectrum_chart, spread_dots
from dashboard.colours import LIGHT
from dashboard.gazetteer.land import land

SPREAD = pl.DataFrame(
    {
        "group": ["AFR", "EUR"],
        "samples": [3, 4],
        "q05": [1.0, 2.0],
        "q25": [2.0, 3.0],
        "median": [3.0, 4.5],
        "q75": [4.0, 6.0],
        "q95": [9.0, 9.0],
    }
)


def test_box_lines_have_thin_nine_of_ten_thick_half_and_the_median() -> None:
    spec = carried_chart(SPREAD, "losses a person", LIGHT.loss, LIGHT)
    drawn = [
        (layer["mark"]["type"], layer["encoding"]["x"]["field"], layer["encoding"].get("x2", {}).get("field"))
        for layer in spec["layer"]
    ]
    assert drawn == [("rule", "q05", "q95"), ("bar", "q25", "q75"), ("tick", "median", None)]
    assert spec["datasets"][ROWS]["words"].to_list() == ["2 to 4", "3 to 6"]
    assert spec["layer"][0]["encoding"]["y"]["sort"] is None


def test_the_spectrum_is_a_line_a_group_in_the_colours_of_groups() -> None:
    rows = pl.DataFrame(
        {
            "superpopulation": ["AFR", "AFR", "EUR"],
            "label": ["1", "2", "1"],
            "place": [1, 2, 1],
            "sites": [8, 2, 5],
            "share": [0.8, 0.2, 1.0],
        }
    )
    spec = spectrum_chart(rows, ["AFR", "EUR"], LIGHT)
    colour = spec["layer"][0]["encoding"]["color"]["scale"]
    assert colour == {"domain": ["AFR", "EUR"], "range": [LIGHT.superpopulation("AFR"), LIGHT.superpopulation("EUR")]}
    assert spec["datasets"][ROWS].equals(rows)
    assert spec["layer"][0]["encoding"]["x"]["sort"] == {"field": "place"}


def test_the_map_draws_each_population_once_over_the_land() -> None:
    rows = pl.DataFrame(
        {
            "population": ["GBR", "ITU", "STU", "YRI", "OLD"], "population_name": ["a", "b", "c", "d", "e"],
            "superpopulation": ["EUR", "SAS", "SAS", "AFR", "AFR"], "place": ["UK", "UK", "UK", "Ibadan", None],
            "latitude": [52.4, 52.4, 52.4, 7.4, None], "longitude": [-1.5, -1.5, -1.5, 3.9, None], "people": [91, 102, 102, 108, 5],
        }
    )  # fmt: skip
    feature = {"type": "Feature", "geometry": land(), "properties": {}}
    spec = map_chart(rows, "people", "People", ",d", feature, LIGHT)
    drawn = spec["datasets"][ROWS]
    assert drawn["population"].to_list() == ["GBR", "ITU", "STU", "YRI"]
    # the one that stands alone is where it is; those of one point have parted, each with a line to it
    assert drawn.filter(population="YRI").select("x", "y").row(0) == (3.9, 7.4)
    apart = drawn.filter(pl.col("place") == "UK").select("x", "y").rows()
    assert all(math.dist(one, other) >= DOT - 1e-9 for n, one in enumerate(apart) for other in apart[:n])
    rule = spec["layer"][1]["encoding"]
    assert [rule[name]["field"] for name in ("longitude", "latitude", "longitude2", "latitude2")] == [
        "longitude",
        "latitude",
        "x",
        "y",
    ]
    assert spec["layer"][0]["data"]["values"] is feature


@given(st.lists(st.tuples(st.floats(-170, 170), st.floats(-50, 70)), max_size=26))
def test_dots_that_can_part_do_and_alone_they_stay(places: list[tuple[float, float]]) -> None:
    dots = spread_dots(places)
    assert len(dots) == len(places)
    lonely = [
        n
        for n, place in enumerate(places)
        if all(math.dist(place, other) >= DOT + 1 for m, other in enumerate(places) if m != n)
    ]
    if len(lonely) == len(places):
        assert dots == places
    assert spread_dots(places) == dots


def test_two_dots_at_one_point_part_by_a_dot() -> None:
    first, second = spread_dots([(10, 50), (10, 50)])
    assert math.dist(first, second) >= DOT - 1e-9
    assert (first[0] + second[0]) / 2 == pytest.approx(10, abs=0.1)


def test_the_heat_map_has_its_groups_in_order() -> None:
    pairs = pl.DataFrame({"first": ["YRI", "GBR"], "second": ["GBR", "YRI"], "fst": [0.1, 0.1]})
    spec = heat_chart(pairs, ["YRI", "GBR"], "fst", "F_ST", LIGHT)
    assert spec["encoding"]["x"]["sort"] == spec["encoding"]["y"]["sort"] == ["YRI", "GBR"]
    drawn = spec["datasets"][ROWS]
    assert drawn.drop("label").equals(pairs)
    # both cells of a pair are named as its row in the table
    assert drawn["label"].to_list() == ["YRI and GBR: F_ST 0.1000"] * 2
