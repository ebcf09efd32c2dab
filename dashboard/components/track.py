"""The drawing along the genome, with what its colours mean: the same on gene and region pages."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from dashboard.charts.track.canvas import STRONG_NAMES, UNCERTAIN
from dashboard.charts.track.chart import track_chart
from dashboard.charts.track.curves import DASHES, shows_lines
from dashboard.charts.track.template import BRUSH, PICK
from dashboard.components import markup, vega
from dashboard.components.run import Run
from dashboard.components.window import NARROWEST, window_links
from dashboard.counting.along import Track
from dashboard.question import links, subject
from dashboard.question.filters import Filters, Overlap, Rule
from dashboard.question.subject import Subject
from dashboard.question.view import Scale
from dashboard.store import tracks
from dashboard.words import overlap_rules, quantities
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import Interval
from data_prep.domain.site_id import parse_site_id

PICKED: Final = Overlap(Rule.RECIPROCAL, 9_000)
"""The rule under which an interval that was clicked is counted: nearly the same event, and not whatever touches it."""
LEAST_DRAG: Final = 200
"""A drag over less than this part of the window is a click that slipped."""


def track(
    run: Run,
    place: Subject,
    interval: Interval,
    filters: Filters,
    highlight: Interval | None = None,
    note: str = "",
    *,
    selectable: bool = False,
    silent: bool = False,
    files: str = "",
) -> None:
    """Draws what lies along `interval`, on the page of `place`; `highlight` is the part of it that the page is about, `note` a sentence below what
    the colours mean, `files` HTML that leads to the picture as a file.

    `silent`: the page is about a place of copies, of which no share of people is told. With `selectable`, as on region pages, a drag zooms in and a click on an interval without a site narrows the page to it.
    """
    drawn = tracks.read_track(run.database, interval, filters, highlight, silent=silent)
    hint = (
        f"Drag or pinch to zoom, or use + - ← → Home on the focused picture. Click an interval to open its site; one without "
        f"a site is counted alone: its direction, events that overlap it by {overlap_rules.fraction(PICKED)} both ways."
        if selectable
        else ""
    )
    logarithmic = run.view.scale is Scale.LOG
    box = st.container(key="track")
    box.html(
        markup.element(
            "div", window_links(interval, filters) + _scale_links(run, place, filters) + files, class_="cnv-section-row"
        )
        + markup.element("div", _legend(run, drawn), class_="cnv-legend")
        + "".join(markup.element("p", markup.text(words), class_="cnv-counted") for words in (note, hint) if words)
    )
    chart = track_chart(drawn, run.palette, selectable=selectable, logarithmic=logarithmic)
    key = f"track {interval} {run.view.scale}"
    if not selectable:
        vega.draw(chart, alt=describe_track(drawn), key=key, box=box)
        return

    def select() -> None:
        address = query_of_selection(st.session_state[key].selection, interval, filters)
        if address is not None:
            st.query_params.from_dict(address)

    vega.draw(chart, alt=describe_track(drawn), key=key, on_select=select, selection_mode=[BRUSH, PICK], box=box)


def _scale_links(run: Run, place: Subject, filters: Filters) -> str:
    """The two scales of people per base, the one in force marked."""

    def link(words: str, scale: Scale) -> str:
        # named even where it is the default, since what an address leaves out stays as it is
        address = links.page(place, filters, replace(run.view, scale=scale))
        query = "" if scale is not Scale.LINEAR else f"{'&' if '?' in address else '?'}scale={scale.value}"
        current = {"aria_current": "true"} if scale is run.view.scale else {}
        return markup.link(words, address + query, **current)

    shown = link("linear", Scale.LINEAR) + link("logarithmic", Scale.LOG)
    return markup.element("nav", shown, class_="cnv-ways", aria_label="Scale")


def query_of_selection(selection: Mapping[str, Any], shown: Interval, filters: Filters) -> dict[str, str] | None:
    """The query of the region page that a selection in the drawing of `shown` asks for; None where it asks for nothing."""
    marks = selection.get(PICK) or [{}]
    if (site := parse_site_id(str(marks[0].get("id", "")))) is not None:
        return subject.region(site.interval).query(filters.within_direction(site.direction).under(PICKED))
    ends = (selection.get(BRUSH) or {}).get("x") or []
    if len(ends) != 2 or abs(ends[1] - ends[0]) * LEAST_DRAG < shown.length:
        return None
    start, end = max(shown.start, math.floor(min(ends))), min(shown.end, math.ceil(max(ends)))
    if end - start < NARROWEST:
        start = min(max(0, (start + end - NARROWEST) // 2), LENGTHS[shown.chrom] - NARROWEST)
        end = start + NARROWEST
    return subject.region(Interval(shown.chrom, start, end)).query(filters)


def describe_track(drawn: Track) -> str:
    """The drawing in words, for who cannot see it."""
    peaks = [
        f"{direction.value} in at most {quantities.percent(float(drawn.curves.share(direction, 'all').max()))} of people at one base"
        for direction in drawn.directions
    ]
    if not (drawn.curves.steps.callable > 0).any():
        peaks = ["at no base a share of people that can be told"]
    return (
        f"{drawn.interval}, from top to bottom: the chromosome's bands, people per base ({quantities.joined(peaks, 'and')}), "
        f"{quantities.count(drawn.intervals.total)} {'sites' if drawn.intervals.are_sites else 'distinct intervals'}, {quantities.count(drawn.genes.total)} genes, "
        f"{quantities.count(drawn.problems.height)} places where calls need care. The tables of the page have the numbers."
    )


def _legend(run: Run, drawn: Track) -> str:
    """What the colours and dashes mean, and what the curve is."""
    palette = run.palette
    shown = []
    for direction in drawn.directions:
        shown += [
            _key(palette.direction(direction), direction.value),
            _key(palette.strong(direction), f"dark part: {STRONG_NAMES[direction]}"),
        ]
    shown.append(_key(palette.direction(drawn.directions[0]), "pale: an end that may lie further in", UNCERTAIN))
    if shows_lines(drawn):
        shown += [
            _line(palette.superpopulation(group), DASHES[number % len(DASHES)], group)
            for number, group in enumerate(drawn.curves.superpopulations)
        ]
    shown.append(
        markup.element(
            "span",
            "Everything that meets the filters is drawn, whatever the overlap rule; the curve counts events in full, pale ends "
            "too.",
            class_="cnv-rest",
        )
    )
    return "".join(shown)


def _key(colour: str, words: str, opacity: float = 1) -> str:
    style = f"background:{colour};opacity:{opacity:g}"
    return markup.element("span", markup.element("span", "", class_="cnv-swatch", style=style) + markup.text(words))


def _line(colour: str, dashes: Sequence[float], words: str) -> str:
    """A piece of a line as it is drawn."""
    stops, position = [], 0.0
    for number, length in enumerate(dashes):
        stops.append(f"{'transparent' if number % 2 else colour} {position}px {position + length}px")
        position += length
    style = f"background:repeating-linear-gradient(90deg,{','.join(stops)})"
    return markup.element("span", markup.element("span", "", class_="cnv-line", style=style) + markup.text(words))
