"""Makes the outlines of land of the map of populations, from one file of the npm package world-atlas.

    python -m data_prep.make_reference.make_land --source land-110m.json --out FILE

Natural Earth's land at 110 m, made thinner: coordinates in tenths of a degree, which is less than a pixel on a page, cut at the 180th meridian, and no
islet or lake of less than a square degree, and no Antarctica. TopoJSON has a ring as arcs, each written as steps on a grid.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from data_prep.errors import UserError

LEAST_AREA: Final = 1.0
"""Square degrees of the smallest outline that is kept."""
SOUTHERNMOST: Final = -60.0
"""Degrees north: what lies wholly south of it is left out, since nobody was sampled there."""
Point = tuple[float, float]


class LandError(UserError):
    """A file that is none of world-atlas; the message is one sentence."""


def rings_of(topology: dict[str, Any]) -> list[list[list[Point]]]:
    """The polygons of land, each its outline and then its holes, as points of longitude and latitude, first and last the same."""
    transform, arcs = topology["transform"], []
    for steps in topology["arcs"]:
        x = y = 0
        points = []
        for step in steps:
            x, y = x + step[0], y + step[1]
            points.append(
                tuple(
                    value * scale + shift
                    for value, scale, shift in zip((x, y), transform["scale"], transform["translate"], strict=True)
                )
            )
        arcs.append(points)

    def ring(numbers: Sequence[int]) -> list[Point]:
        joined: list[Point] = []
        for number in numbers:
            points = arcs[number] if number >= 0 else arcs[~number][::-1]
            joined += points[1:] if joined else points
        return joined

    polygons = []
    for geometry in topology["objects"]["land"]["geometries"]:
        parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        polygons += [[ring(numbers) for numbers in part] for part in parts]
    return polygons


def cut_at_180(ring: Sequence[Point]) -> list[list[Point]]:
    """The parts of a ring west and east of the 180th meridian, which it may cross, each from -180 to 180 degrees: a flat map has an
    edge there. (Sutherland and Hodgman 1974: what lies beyond the edge is drawn along it.)"""
    unrolled = [ring[0]]
    for x, y in ring[1:]:
        last = unrolled[-1][0]
        unrolled.append((x + 360 * round((last - x) / 360), y))
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        part = [(x - turn, y) for x, y in unrolled]
        for edge, side in ((-180.0, 1), (180.0, -1)):
            part = _clipped(part, edge, side)
        if part:
            parts.append(part)
    return parts


def _clipped(ring: Sequence[Point], edge: float, side: int) -> list[Point]:
    """What of a ring lies east (1) or west (-1) of a meridian, closed again."""
    kept: list[Point] = []
    for (x, y), (other_x, other_y) in zip(ring, ring[1:], strict=False):  # noqa: RUF007
        inside, other_inside = side * (x - edge) >= 0, side * (other_x - edge) >= 0
        if inside:
            kept.append((x, y))
        if inside != other_inside:
            kept.append((edge, y + (other_y - y) * (edge - x) / (other_x - x)))
    return [*kept, kept[0]] if kept else []


def thin(ring: Sequence[Point]) -> list[Point]:
    """The points in tenths of a degree, none twice in a row; none at all of a ring that is too small."""
    rounded = [(round(x, 1), round(y, 1)) for x, y in ring]
    points = [point for at, point in enumerate(rounded) if at == 0 or point != rounded[at - 1]]
    area = sum(x * other_y - other_x * y for (x, y), (other_x, other_y) in zip(points, points[1:], strict=False)) / 2  # noqa: RUF007
    return points if abs(area) >= LEAST_AREA else []


def _parts(polygon: list[list[Point]]) -> list[list[list[Point]]]:
    """A polygon in one part, or in those on either side of the 180th meridian, of which the largest keeps the holes."""
    outlines = sorted(cut_at_180(polygon[0]), key=len, reverse=True)
    return [[outline, *(polygon[1:] if at == 0 else ())] for at, outline in enumerate(outlines)]


def _is_drawn(outline: Sequence[Point]) -> bool:
    return bool(thin(outline)) and max(y for _, y in outline) > SOUTHERNMOST


def make(source: Path, out: Path) -> int:
    """Writes the outlines as one GeoJSON geometry; returns how many polygons it has."""
    try:
        polygons = rings_of(json.loads(source.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise LandError(
            f"{source} is not the file land-110m.json of the npm package world-atlas: get that package"
        ) from error
    polygons = [part for polygon in polygons for part in _parts(polygon)]
    thinned: list[list[list[Point]]] = [
        [ring for ring in map(thin, polygon) if ring] for polygon in polygons if _is_drawn(polygon[0])
    ]
    numbers = [
        [[[int(v) if v == int(v) else v for v in point] for point in ring] for ring in polygon] for polygon in thinned
    ]
    geometry = {"type": "MultiPolygon", "coordinates": numbers}
    out.write_text(json.dumps(geometry, separators=(",", ":")) + "\n", "utf-8")
    return len(numbers)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 where the source is not as it should be."""
    parser = argparse.ArgumentParser(
        prog="python -m data_prep.make_reference.make_land", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--source", type=Path, required=True, help="land-110m.json of the package world-atlas")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    options = parser.parse_args(arguments)
    try:
        print(f"{make(options.source, options.out):,} polygons")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
