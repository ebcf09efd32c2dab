"""The links that move a region's window: a step to either side, closer, farther, the whole chromosome."""

import streamlit as st

from dashboard.components import markup
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from data_prep.domain.chromosomes import LENGTHS
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


def window_links(place: Interval, filters: Filters) -> None:
    """The links, each one entry in the browser's history."""
    shown = "".join(
        markup.link(words, links.page(subject.region(window), filters))
        for words, window in neighbouring_windows(place).items()
    )
    st.html(markup.element("nav", shown, class_="cnv-links cnv-choices", aria_label="Move the window"))
