"""The picture of a page that stands in its served HTML: the chart that has the page's own name as a file, drawn once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio.to_thread

from dashboard import settings
from dashboard.door.refusal import RefusedError
from dashboard.downloads import chart
from dashboard.downloads.catalogue import chart_of
from dashboard.serving.turns import turn
from dashboard.store.database import BusyError, UnavailableError

CHARTS: Final = ("track", "frequency-loss", "frequency-gain")
"""The first of these that can be drawn of a place, and that this server tells."""
LARGEST: Final = 600_000
"""Letters of a picture at most: a larger one would keep the page waiting on its way."""
PATIENCE: Final = 2.0
"""Seconds that a picture waits for its turn among the pages."""
_SIZE: Final = re.compile(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"')


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; without an SVG where there is none to show."""

    svg: str = ""
    words: str = ""
    """What it is, for who cannot see it."""
    width: int = 0
    height: int = 0


async def picture(values: Mapping[str, str]) -> Picture:
    """The picture of the gene or region that an address names.

    Raises `BusyError` or `BusyDrawingError` where there is too much else to do, and `DrawingError`.
    """
    prepared = await anyio.to_thread.run_sync(_specification, values)
    if prepared is None:
        return Picture()
    spec, words = prepared
    svg = (await chart.drawing.draw(spec, "svg")).decode()
    size = _SIZE.search(svg)
    if size is None or len(svg) > LARGEST:
        return Picture()
    return Picture(svg, words, round(float(size[1])), round(float(size[2])))


def _specification(values: Mapping[str, str]) -> tuple[dict[str, Any], str] | None:
    """The Vega-Lite of the picture, and what it is in words; None where none can be drawn."""
    for name in CHARTS:
        if not settings.disclosure().tells(chart_of(name).tells):
            continue
        try:
            with turn(PATIENCE):
                spec = chart.prepare_picture(name, "svg", values).spec
        except RefusedError:
            continue
        except UnavailableError as error:
            raise BusyError(str(error)) from None
        title = spec["title"]
        return spec, " ".join([f"{title['text']}.", *title["subtitle"]])
    return None
