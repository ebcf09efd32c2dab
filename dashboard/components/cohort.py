"""The cohort in numbers: sizes of the database, and people by super-population and population."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import markup
from dashboard.components.sections import Section, shows
from dashboard.store.cohort import Totals, release, totals
from dashboard.store.database import Generation
from dashboard.words import callers as caller_words
from dashboard.words import quantities
from data_prep.domain.callers import in_one_line


def cohort_lead(database: Generation) -> str:
    """What this is, and of whom, as HTML."""
    people, callers = quantities.people(totals(database).people), in_one_line(release(database).callers)
    sentence = (
        "<strong>How often is a gene lost or gained, and in whom?</strong> "
        f"Copy number variants of {markup.text(people)} of the 1000 Genomes panel, "
        f"called by {markup.text(callers or 'an unnamed caller')}, "
        "counted by super-population with their 95 % intervals, down to each carrier."
    )
    return markup.element("div", markup.paragraphs([sentence]), class_="cnv-lead")


def tiles(sizes: Totals, callers: Sequence[str]) -> None:
    """The sizes that matter, large; `callers` made the calls."""
    of_calls = (
        (sizes.calls, "calls"),
        (sizes.events, caller_words.events_in_short(callers)),
        (sizes.credible_events, "credible events"),
    )
    totals = (
        (sizes.people, "people"),
        (sizes.unrelated, "of them unrelated"),
        *(of_calls if shows(Section.SIZES) else ()),
        (sizes.genes, "genes placed on the chromosomes"),
    )
    content = "".join(
        markup.element("div", markup.element("b", quantities.count(number)) + markup.text(words))
        for number, words in totals
    )
    st.html(markup.element("div", content, class_="cnv-tiles"))
