"""Outlines of land: their size is that of the continents, most places of sampling lie on them, and TopoJSON is read as it says."""

import json
import math
from pathlib import Path

import pytest

from dashboard.gazetteer.land import FILE, land
from data_prep import reference
from data_prep.make_reference.make_land import LandError, cut_at_180, main, make, rings_of

Ring = list[list[float]]


def area(ring: Ring) -> float:
    """Of a ring, as a share of the sphere: positive where it runs clockwise as seen from above."""
    total = 0.0
    for (x, y), (other_x, other_y) in zip(ring, ring[1:], strict=False):  # noqa: RUF007
        total += math.radians(other_x - x) * (2 + math.sin(math.radians(y)) + math.sin(math.radians(other_y)))
    return total / (8 * math.pi)


def holds(ring: Ring, x: float, y: float) -> bool:
    """By a ray to the east."""
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:], strict=False):  # noqa: RUF007
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


def test_land_is_as_large_as_the_continents_without_antarctica() -> None:
    """Some 148.9 million square kilometres of land, 14.2 of them Antarctica, of 510.1 in all."""
    polygons = land()["coordinates"]
    share = sum(area(ring) for polygon in polygons for ring in polygon)
    assert share == pytest.approx((148.9 - 14.2) / 510.1, abs=0.01)
    # no line runs over the whole map
    assert all(abs(a[0] - b[0]) < 60 for p in polygons for ring in p for a, b in zip(ring, ring[1:], strict=False))  # noqa: RUF007
    for polygon in polygons:
        assert all(ring[0] == ring[-1] for ring in polygon)
        assert area(polygon[0]) > 0
        assert all(-180 <= x <= 180 and -90 <= y <= 90 for ring in polygon for x, y in ring)
    assert FILE.stat().st_size < 60_000


def test_people_were_sampled_on_land() -> None:
    polygons = land()["coordinates"]
    rows = reference.populations()
    at_sea = {
        code
        for code, x, y in rows.select("population", "longitude", "latitude").iter_rows()
        if not any(
            holds(polygon[0], x, y) and not any(holds(hole, x, y) for hole in polygon[1:]) for polygon in polygons
        )
    }
    # an island too small to be drawn, and ports on a coast that is drawn in degrees
    assert at_sea <= {"ACB", "GWD", "MSL", "PEL", "FIN", "MXL", "PUR", "JPT", "KHV"}
    assert len(at_sea) <= 6
    assert rows["place"].null_count() == 0


def topology(**changes: object) -> dict[str, object]:
    """A square of ten degrees made of two arcs, the second run backwards, with a square hole of two; and a square far south."""
    return {
        "type": "Topology",
        "transform": {"scale": [1, 1], "translate": [10, 20]},
        "arcs": [
            [[0, 0], [0, 10], [10, 0]],
            [[0, 0], [10, 0], [0, 10]],
            [[2, 2], [2, 0], [0, 2], [-2, 0], [0, -2]],
            [[0, -95], [10, 0], [0, -5], [-10, 0], [0, 5]],
        ],
        "objects": {"land": {"type": "GeometryCollection", "geometries": [{"type": "MultiPolygon", "arcs": [[[0, -2], [2]], [[3]]]}]}},
    } | changes  # fmt: skip


def test_arcs_are_joined_and_run_backwards(tmp_path: Path) -> None:
    outline = [(10, 20), (10, 30), (20, 30), (20, 20), (10, 20)]
    hole = [(12, 22), (14, 22), (14, 24), (12, 24), (12, 22)]
    assert rings_of(topology())[0] == [outline, hole]
    source = tmp_path / "land.json"
    source.write_text(json.dumps(topology()))
    assert make(source, tmp_path / "out.json") == 1
    written = json.loads((tmp_path / "out.json").read_text())
    assert written == {"type": "MultiPolygon", "coordinates": [[[list(point) for point in ring] for ring in (outline, hole)]]}  # fmt: skip


def test_an_outline_is_cut_at_the_180th_meridian() -> None:
    across = [(170.0, 0.0), (170.0, 10.0), (-170.0, 10.0), (-170.0, 0.0), (170.0, 0.0)]
    parts = cut_at_180(across)
    assert sorted({x for x, _ in part} for part in parts) == sorted([{170.0, 180.0}, {-180.0, -170.0}])
    assert {y for part in parts for _, y in part} == {0.0, 10.0}
    assert all(part[0] == part[-1] for part in parts)
    square = [(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (1.0, 1.0)]
    assert cut_at_180(square) == [square]


def test_another_file_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "other.json"
    source.write_text("{}")
    with pytest.raises(LandError, match=r"is not the file land-110m\.json of the npm package world-atlas"):
        make(source, tmp_path / "out.json")
    assert main(["--source", str(source), "--out", str(tmp_path / "out.json")]) == 1
    assert "get that package" in capsys.readouterr().err
