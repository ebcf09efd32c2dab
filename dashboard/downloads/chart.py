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
from dashboard.charts.genome import WIDTH as GENOME_WIDTH
from dashboard.charts.picture import frequency_picture, picture
from dashboard.charts.track.chart import track_picture
from dashboard.colours import LIGHT
from dashboard.counting.along import window
from dashboard.door.overview import cohort_words, require_overview
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal, RefusedError, combine, refusal
from dashboard.door.resolve import require_question
from dashboard.downloads.about_file import name_of_cohort_file, name_of_file
from dashboard.downloads.catalogue import CHARTS, EVERY_CHART, PICTURES, chart_of, list_charts, require_disclosure
from dashboard.downloads.open_file import refuse_path
from dashboard.downloads.other_charts import other_picture
from dashboard.downloads.overview_charts import OVERVIEW_CHARTS
from dashboard.question import links, query, view
from dashboard.question.target import Pieces
from dashboard.serving import conditions
from dashboard.serving.drawing import FORMATS, Drawing
from dashboard.serving.refusals import answering
from dashboard.store.callability import Callability, callability, no_share
from dashboard.store.carriers.copy_numbers import copy_numbers
from dashboard.store.clauses import Clause, chart_rows_apart, clauses, tables_without_small_cells
from dashboard.store.cohort import Release, population_names, release
from dashboard.store.database import Generation
from dashboard.store.panel import Denominator, count_people, relatives_counted
from dashboard.store.tracks import read_track
from dashboard.words import callers as caller_words
from dashboard.words import filters as filter_words
from dashboard.words import overlap_rules, quantities
from dashboard.words.frequency_table import grouping
from dashboard.words.seen import FEW_CALLS
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.copy_number import CallClass, Direction

drawing: Final = Drawing()
"""The one child process that draws."""


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture about to be drawn."""

    spec: dict[str, Any]
    file_name: str


@answering
async def chart(request: Request) -> Response:
    """Answers `/chart/{name}.{format}`; what is wrong with a request is told in full, a line for each problem."""
    file = request.path_params.get("file", "")
    name, _, suffix = file.partition(".")
    values = query.values(request.query_params.multi_items())
    if name not in {drawn.name for drawn in EVERY_CHART} or suffix not in PICTURES:
        what = f"picture under {settings.public_path()}{links.CHARTS}/; there are {list_charts()}"
        raise RefusedError(await anyio.to_thread.run_sync(refuse_path, file, what, values))
    require_disclosure(chart_of(name).tells)
    tag = await anyio.to_thread.run_sync(_tag, request)
    if conditions.is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
    prepared = await anyio.to_thread.run_sync(prepare_picture, name, suffix, values)
    return Response(
        await drawing.draw(prepared.spec, suffix),
        media_type=FORMATS[suffix],
        headers={
            "Content-Disposition": f'inline; filename="{prepared.file_name}"',
            "Cache-Control": "no-cache",
            "ETag": tag,
        },
    )


def _tag(request: Request) -> str:
    with settings.store().lease() as database:
        return conditions.entity_tag(database.file, request)


def prepare_picture(name: str, suffix: str, values: Mapping[str, str]) -> PreparedPicture:
    """The specification of a chart with all that stands beside it on a page, or `RefusedError`. Runs in a thread."""
    with settings.store().lease() as published:
        if name not in CHARTS:
            return PreparedPicture(*other_picture(published, name, suffix, values))
        if chart_of(name).of_cohort:
            return _of_cohort(name, suffix, published, values)
        question = require_question(published, values)
        database, target, filters = question.database, question.target, question.filters
        is_track = chart_of(name).is_track
        seen = callability(database, target, filters)
        counted = count_people(database, target.interval.chrom, filters)
        if refusals := _refusals(name, question, seen, counted):
            raise RefusedError(combine(refusals))
        callset = release(database)
        title, legend, spec = _CHARTS[name](question, view.parse(values)[0])
        left_out = (
            ""
            if settings.disclosure().smallest_cell
            else filter_words.exclusions(target.interval.chrom, counted.marked, counted.sex_mismatch)
        )
        events = filter_words.events_drawn(filters) if is_track else filter_words.events_counted(filters, target)
        who = f"{quantities.count(counted.counted)} {filter_words.group(filters)}" + (
            f"; {left_out}" if left_out else ""
        )
        return PreparedPicture(
            picture(
                spec,
                title=f"{question.title}: {title}",
                above=[f"Counted: {events}, in {who}.", legend, *_limits(database, question, seen)],
                below=_source(callset, question.place),
                simulated=callset.simulated,
                palette=LIGHT,
            ),
            name_of_file(question, name, suffix),
        )


def _of_cohort(name: str, suffix: str, published: Generation, values: Mapping[str, str]) -> PreparedPicture:
    """A picture of the whole cohort."""
    overview = require_overview(published, values)
    callset = release(overview.database)
    title, legend, spec = OVERVIEW_CHARTS[name](overview, view.parse(values)[0], LIGHT)
    if name == "genome":
        spec = {**spec, "width": GENOME_WIDTH}
    counted = f"Counted: {overview.level.value} {filter_words.classes(overview.filters)}, in {cohort_words(overview.filters)}."
    aside = f"Not applied here: {quantities.joined(overview.left_aside, 'and')}." if overview.left_aside else ""
    return PreparedPicture(
        picture(
            spec,
            title=title[0].upper() + title[1:],
            above=[line for line in (counted, legend, aside) if line],
            below=_source(callset),
            simulated=callset.simulated,
            palette=LIGHT,
        ),
        name_of_cohort_file(
            overview.database,
            name,
            f"versus-{overview.versus}" if overview.versus else "cohort",
            overview.filters,
            suffix,
        ),
    )


def _source(callset: Release, place: str = "") -> list[str]:
    """Where the numbers of a picture come from."""
    return [
        f"{f'{place}, ' if place else ''}{ASSEMBLY.name}. Callset {callset.title}; database {callset.generation}, "
        f"built {callset.built_at[:10]}.",
        f"Cite {caller_words.publications(callset.callers)}.",
    ]


def _refusals(name: str, question: Question, seen: Callability, counted: Denominator) -> list[Refusal]:
    """Why a chart cannot be drawn of a place: every reason."""
    target, filters = question.target, question.filters
    entry = chart_of(name)
    reasons = []
    # what was called in a region is drawn whether a share of people may be told or not, as on its page
    if not seen.assessable and not (entry.is_track and target.kind is Pieces.REGION):
        reasons.append(f"{question.title} is not assessable: the caller cannot see this place.")
    elif not entry.is_track and seen.is_paralogous:
        reasons.append(f"{question.title} is paralogous: {FEW_CALLS}, so there is no share of people to draw.")
    elif not entry.is_track and no_share(target, filters, seen):
        reasons.append(f"{question.title} is {overlap_rules.WITHOUT_SHARE}, so there is no share of people to draw.")
    if not counted.counted:
        reasons.append(f"There are no {filter_words.group(filters)} who count on {target.interval.chrom}.")
    refusals = [refusal(404, reason) for reason in reasons]
    if entry.direction and entry.direction not in filters.directions:
        plural = filter_words.CLASS_WORDS[CallClass(entry.direction.value)]
        sentence = f"The address asks for {filter_words.classes(filters)}, so there is no chart of {plural}."
        refusals.append(refusal(404, sentence, "class", ",".join(filters.classes)))
    return refusals


def _limits(database: Generation, question: Question, seen: Callability) -> list[str]:
    """What has to be known of the shares in a picture (R5)."""
    lines = []
    if seen.is_paralogous:
        lines.append(f"{FEW_CALLS[0].upper()}{FEW_CALLS[1:]}: {seen.paralogous}.")
    if seen.partly_seen and seen.seen is not None:
        sentence = quantities.partly_seen_note(seen.seen)
        lines.append(f"{sentence[0].upper()}{sentence[1:]}.")
    if relatives_counted(database, question.target.interval.chrom, question.filters):
        lines.append("Relatives are counted too: 95 % intervals are too narrow.")
    return lines


def _frequency(direction: Direction) -> Callable[[Question, view.View], tuple[str, str, dict[str, Any]]]:
    def draw(question: Question, shown: view.View) -> tuple[str, str, dict[str, Any]]:
        database, filters = question.database, question.filters
        plural = filter_words.CLASS_WORDS[CallClass(direction.value)]
        parts = clauses(database, question.target, filters)
        least = settings.disclosure().smallest_cell
        if least:
            # XX and XY apart would be another question beside that of everyone
            parts = (Clause("", filters),)
        tables_shown = {
            part: [row for row in table if not row["withheld"]]
            for part, table in tables_without_small_cells(database, question.target, parts, least).items()
        }
        if not any(row["direction"] == direction.value for table in tables_shown.values() for row in table):
            raise RefusedError(
                refusal(403, f"Every number of {plural} there is of fewer than {least} people, and withheld.")
            )
        grouped_by = grouping(shown.by, filters.populations, population_names(database))
        rows = chart_rows_apart(tables_shown, direction, grouped_by)
        spec = frequency_picture(frequency_chart(rows, direction, LIGHT), rows.height, LIGHT)
        sexes = " and sex" if len(parts) > 1 else ""
        return (
            f"{plural} by {grouped_by.replace('superpop', 'super-pop')}{sexes}",
            "Point: share of people who carry; line: 95 % Wilson interval.",
            spec,
        )

    return draw


def _copy_number(question: Question, _: view.View) -> tuple[str, str, dict[str, Any]]:
    counts = copy_numbers(question.database, question.target, question.filters)
    legend = (
        "Share of people by copy number of the calls there, under the overlap rule; who carries nothing is taken to have the "
        "expected copies, unless the caller could not see the place."
    )
    return "copies by super-population", legend, copy_number_chart(counts, LIGHT)


def _track(question: Question, shown_as: view.View) -> tuple[str, str, dict[str, Any]]:
    shown = window(question.target, question.filters)
    silent = callability(question.database, question.target, question.filters).is_paralogous
    drawn = read_track(question.database, shown, question.filters, question.target.interval, silent=silent)
    spec = track_picture(drawn, LIGHT, logarithmic=shown_as.scale is view.Scale.LOG)
    bars = "sites" if drawn.intervals.are_sites else "distinct intervals"
    legend = (
        f"{shown}. Curve: share of people at each base, events in full; bars: {bars}, thicker with more carriers, "
        "their ends pale as far as they may lie further in. Everything that meets the filters is drawn, whatever the overlap "
        "rule."
    )
    return f"{filter_words.classes(question.filters)} along the genome", legend, spec


_CHARTS: Final[dict[str, Callable[[Question, view.View], tuple[str, str, dict[str, Any]]]]] = {
    "frequency-loss": _frequency(Direction.LOSS),
    "frequency-gain": _frequency(Direction.GAIN),
    "copy-number": _copy_number,
    "track": _track,
}
DRAWN_HERE: Final = (*_CHARTS, *OVERVIEW_CHARTS)
"""Every chart that this module can draw, in the order of the catalogue."""
