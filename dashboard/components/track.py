"""The drawing along the genome, with what its colours mean: the same on gene and region pages."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard import wording
from dashboard.charts.track import DASHES, shows_lines, track_chart
from dashboard.components import markup
from dashboard.components.run import Run
from dashboard.filters import Filters
from dashboard.store import tracks
from dashboard.target import Pieces, Target
from dashboard.track import Track
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval

GENE_MARGIN: Final = 5_000
"""Bases that are shown on either side of a gene at least; half its length where that is more."""


def window(target: Target) -> Interval:
    """What is shown of the chromosome: a region itself, a gene or site with its neighbourhood."""
    place = target.interval
    if target.kind is Pieces.REGION and target.site is None:
        return place
    margin = max(GENE_MARGIN, place.length // 2)
    return Interval(place.chrom, max(0, place.start - margin), min(LENGTHS[place.chrom], place.end + margin))


def track(run: Run, interval: Interval, filters: Filters, highlight: Interval | None = None) -> None:
    """Draws what lies along `interval`; `highlight` is the part of it that the page is about."""
    drawn = tracks.track(run.database, interval, filters, highlight)
    st.html(markup.element("div", _legend(run, drawn), class_="cnv-legend"))
    st.vega_lite_chart(track_chart(drawn, run.palette), alt=described(drawn), key=f"track {interval}")


def described(drawn: Track) -> str:
    """The drawing in words, for who cannot see it."""
    peaks = [
        f"{direction.value} in at most {wording.percent(float(drawn.curves.share(direction, 'all').max()))} of people at one base"
        for direction in drawn.directions
    ]
    return (
        f"{drawn.interval}, from top to bottom: the chromosome's bands, people per base ({wording.joined(peaks, 'and')}), "
        f"{wording.count(drawn.intervals.found)} distinct intervals, {wording.count(drawn.genes.found)} genes, "
        f"{wording.count(drawn.problems.height)} places where calls need care. The tables of the page have the numbers."
    )


def _legend(run: Run, drawn: Track) -> str:
    """What the colours and dashes mean, and what the curve is."""
    palette = run.palette
    shown = []
    for direction in drawn.directions:
        name = "complete loss" if direction is Direction.LOSS else "high-level gain"
        shown += [
            _key(palette.direction(direction), direction.value),
            _key(palette.strong(direction), f"the dark part: {name}"),
        ]
    if shows_lines(drawn):
        shown += [
            _line(palette.superpopulation(group), DASHES[number % len(DASHES)], group)
            for number, group in enumerate(drawn.curves.superpopulations)
        ]
    shown.append(
        markup.element(
            "span", "Everything that meets the filters is drawn, whatever the overlap rule.", class_="cnv-rest"
        )
    )
    return "".join(shown)


def _key(colour: str, words: str) -> str:
    return markup.element(
        "span", markup.element("span", "", class_="cnv-swatch", style=f"background:{colour}") + markup.text(words)
    )


def _line(colour: str, dashes: Sequence[float], words: str) -> str:
    """A piece of a line as it is drawn."""
    stops, position = [], 0.0
    for number, length in enumerate(dashes):
        stops.append(f"{'transparent' if number % 2 else colour} {position}px {position + length}px")
        position += length
    style = f"background:repeating-linear-gradient(90deg,{','.join(stops)})"
    return markup.element("span", markup.element("span", "", class_="cnv-line", style=style) + markup.text(words))
