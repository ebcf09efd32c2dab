"""Outlines of land for the map of populations, read once a process; `SOURCES.md` says where they come from."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("land.json")


@cache
def land() -> dict[str, Any]:
    """One GeoJSON geometry, a MultiPolygon in degrees, longitude first: each polygon its outline and then its holes, rings wound as
    Vega and D3 take them (outlines clockwise). Read only: every caller gets the same value."""
    geometry: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return geometry
