"""The route `/chart/{name}.{svg,png}`: a chart of a page as a picture, by the page's own query string."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from dashboard import settings
from dashboard.charts.copy_number import copy_number_chart
from dashboard.charts.frequency import frequency_chart
from dashboard.charts.picture import frequency_picture, picture
from dashboard.charts.track.chart import track_picture
from dashboard.colours import LIGHT
from dashboard.counting.along import window
from dashboard.door.asked import Asked, RefusedError, asked
from dashboard.downloads.catalogue import CHARTS, TRACK, charts_there
from dashboard.downloads.route import refusal, refused
from dashboard.downloads.told import name_of_file
from dashboard.question import query
from dashboard.question.target import Pieces
from dashboard.serving import conditions
from dashboard.serving.drawing import FORMATS, BusyDrawingError, Drawing, DrawingError
from dashboard.store.callability import Callability, callability, no_share
from dashboard.store.carriers.copy_numbers import copy_numbers
from dashboard.store.clauses import chart_rows_apart, clauses, tables
from dashboard.store.cohort import release
from dashboard.store.database import BusyError, Generation, UnavailableError
from dashboard.store.panel import people, relatives_counted
from dashboard.store.tracks import track
from dashboard.words import callers as caller_words
from dashboard.words import wording
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.copy_number import CallClass, Direction

drawing: Final = Drawing()
"""The one child process that draws."""


@dataclass(frozen=True, slots=True)
class _Drawable:
    """A picture about to be drawn."""

    spec: dict[str, Any]
    file_name: str


async def chart(request: Request) -> Response:
    """Answers `/chart/{name}.{format}`; every error is one sentence of plain text."""
    file = request.path_params.get("file", "")
    name, _, suffix = file.partition(".")
    try:
        if name not in CHARTS or suffix not in FORMATS:
            raise RefusedError(404, f"There is no such picture under /chart/; there are {charts_there()}.")
        given = query.values(request.query_params.multi_items())
        tag = await anyio.to_thread.run_sync(_tag, request)
        if conditions.is_known(request, tag):
            return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
        drawable = await anyio.to_thread.run_sync(_drawable, name, suffix, given)
        body = await drawing.draw(drawable.spec, suffix)
    except (RefusedError, UnavailableError, BusyError) as error:
        return refused(error)
    except BusyDrawingError as error:
        return refusal(503, str(error))
    except DrawingError as error:
        return refusal(500, str(error))
    return Response(
        body,
        media_type=FORMATS[suffix],
        headers={
            "Content-Disposition": f'inline; filename="{drawable.file_name}"',
            "Cache-Control": "no-cache",
            "ETag": tag,
        },
    )


def _tag(request: Request) -> str:
    with settings.store().lease() as database:
        return conditions.entity_tag(database.file, request)


def _drawable(name: str, suffix: str, given: Mapping[str, str]) -> _Drawable:
    """The specification of a chart with all that stands beside it on a page, or `RefusedError`. Runs in a thread."""
    with settings.store().lease() as database:
        what = asked(database, given)
        target, filters = what.target, what.filters
        drawn = name == TRACK
        # what was called in a region is drawn whether a share of people may be told or not, as on its page
        seen = callability(database, target, filters)
        if not seen.assessable and not (drawn and target.kind is Pieces.REGION):
            raise RefusedError(404, f"{what.title} is not assessable: the caller cannot see this place.")
        if not drawn and seen.is_paralogous:
            raise RefusedError(404, f"{what.title} is paralogous: {FEW_CALLS}, so there is no share of people to draw.")
        if not drawn and no_share(target, filters, seen):
            raise RefusedError(404, f"{what.title} is {wording.WITHOUT_SHARE}, so there is no share of people to draw.")
        counted = people(database, target.interval.chrom, filters)
        if not counted.counted:
            raise RefusedError(404, f"There are no {wording.group(filters)} who count on {target.interval.chrom}.")
        told = release(database)
        title, legend, spec = _CHARTS[name](what)
        left_out = wording.left_out(target.interval.chrom, counted.marked, counted.sex_mismatch)
        events = wording.drawn(filters) if drawn else wording.counted(filters, target)
        who = f"{wording.count(counted.counted)} {wording.group(filters)}" + (f"; {left_out}" if left_out else "")
        return _Drawable(
            picture(
                spec,
                title=f"{what.title}: {title}",
                above=[f"Counted: {events}, in {who}.", legend, *_limits(database, what, seen)],
                below=[
                    f"{what.place}, GRCh38. Callset {told.title}; database {told.generation}, "
                    f"built {told.built_at[:10]}.",
                    f"Cite {caller_words.citation(told.callers)}.",
                ],
                simulated=told.simulated,
                palette=LIGHT,
            ),
            name_of_file(what, name, suffix),
        )


def _limits(database: Generation, what: Asked, seen: Callability) -> list[str]:
    """What has to be known of the shares in a picture (R5)."""
    lines = []
    if seen.is_paralogous:
        lines.append(f"{FEW_CALLS[0].upper()}{FEW_CALLS[1:]}: {seen.paralogous}.")
    if seen.partly_seen and seen.seen is not None:
        told = wording.partly_seen(seen.seen)
        lines.append(f"{told[0].upper()}{told[1:]}.")
    if relatives_counted(database, what.target.interval.chrom, what.filters):
        lines.append("Relatives are counted too: 95 % intervals are too narrow.")
    return lines


def _frequency(direction: Direction) -> Callable[[Asked], tuple[str, str, dict[str, Any]]]:
    def draw(what: Asked) -> tuple[str, str, dict[str, Any]]:
        database, filters = what.database, what.filters
        plural = wording.CLASS_WORDS[CallClass(direction.value)]
        if direction not in filters.directions:
            raise RefusedError(
                404, f"The address asks for {wording.classes(filters)}, so there is no chart of {plural}."
            )
        parts = clauses(database, what.target, filters)
        rows = chart_rows_apart(tables(database, what.target, parts), direction)
        spec = frequency_picture(frequency_chart(rows, direction, LIGHT), rows.height, LIGHT)
        sexes = " and sex" if len(parts) > 1 else ""
        return (
            f"{plural} by super-population{sexes}",
            "Point: share of people who carry; line: 95 % Wilson interval.",
            spec,
        )

    return draw


def _copy_number(what: Asked) -> tuple[str, str, dict[str, Any]]:
    counts = copy_numbers(what.database, what.target, what.filters)
    legend = (
        "Share of people by copy number of the calls there, under the overlap rule; who carries nothing is taken to have the "
        "expected copies, unless the caller could not see the place."
    )
    return "copies by super-population", legend, copy_number_chart(counts, LIGHT)


def _track(what: Asked) -> tuple[str, str, dict[str, Any]]:
    shown = window(what.target, what.filters)
    silent = callability(what.database, what.target, what.filters).is_paralogous
    drawn = track(what.database, shown, what.filters, what.target.interval, silent=silent)
    spec = track_picture(drawn, LIGHT)
    legend = (
        f"{shown}. Curve: share of people at each base, events in full; bars: distinct intervals, thicker with more carriers, "
        "their ends pale as far as they may lie further in. Everything that meets the filters is drawn, whatever the overlap "
        "rule."
    )
    return f"{wording.classes(what.filters)} along the genome", legend, spec


_CHARTS: Final[dict[str, Callable[[Asked], tuple[str, str, dict[str, Any]]]]] = {
    "frequency-loss": _frequency(Direction.LOSS),
    "frequency-gain": _frequency(Direction.GAIN),
    "copy-number": _copy_number,
    TRACK: _track,
}
