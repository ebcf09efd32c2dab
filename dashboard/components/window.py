"""The links that move a region's window: a step to either side, closer, farther, the whole chromosome."""

from typing import Final

from dashboard.components import markup
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS
from data_prep.domain.intervals import Interval

NARROWEST = 1_000
"""Bases of the narrowest window that the links lead to."""


def neighbouring_windows(place: Interval) -> dict[str, Interval]:
    """Where each link leads, by its words; a window never leaves its chromosome nor gets narrower than 1 kb."""
    whole = LENGTHS[place.chrom]

    def at(start: int, length: int) -> Interval:
        length = min(max(length, NARROWEST), whole)
        start = min(max(start, 0), whole - length)
        return Interval(place.chrom, start, start + length)

    length = place.length
    middle = place.start + length // 2
    half = max(length - length // 2, NARROWEST)
    windows = {
        "← step": at(place.start - length // 2, length),
        "step →": at(place.start + length // 2, length),
        # rounded up and from the left, so that doubling what was halved holds every base again
        "half width": at(place.start + (length - half) // 2, half),
        "double width": at(place.start - length // 2, 2 * length),
        "ten times as wide": at(middle - 5 * length, 10 * length),
        "whole chromosome": at(0, whole),
    }
    return {words: window for words, window in windows.items() if window != place}


def neighbouring_chromosomes(place: Interval) -> dict[str, Interval]:
    """From a whole chromosome the one before and the one after it, by words; else none."""
    if place.length < LENGTHS[place.chrom]:
        return {}
    number = CHROMOSOMES.index(place.chrom)
    named = {"previous chromosome": number - 1, "next chromosome": number + 1}
    return {
        words: Interval(CHROMOSOMES[other], 0, LENGTHS[CHROMOSOMES[other]])
        for words, other in named.items()
        if 0 <= other < len(CHROMOSOMES)
    }


KEYS: Final = {
    "half width": "+",
    "double width": "-",
    "← step": "ArrowLeft",
    "step →": "ArrowRight",
    "whole chromosome": "Home",
}
"""The key on the focused picture that does what a link does; `assets/page.js` reads it."""


def window_links(place: Interval, filters: Filters) -> str:
    """The links as HTML, each one entry in the browser's history; the window itself stands beside them for a pinch."""
    windows = neighbouring_windows(place) | neighbouring_chromosomes(place)
    shown = "".join(
        markup.link(
            words, links.page(subject.region(window), filters), **({"data_key": KEYS[words]} if words in KEYS else {})
        )
        for words, window in windows.items()
    )
    return markup.element(
        "nav", shown, class_="cnv-links cnv-windows", aria_label="Move the window", data_chrom=place.chrom,
        data_start=str(place.start), data_end=str(place.end), data_length=str(LENGTHS[place.chrom]),
    )  # fmt: skip
