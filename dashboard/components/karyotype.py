"""The picture of a person along all chromosomes, with what its colours mean; a click on an event opens its region."""

import streamlit as st

from dashboard.components import markup, vega
from dashboard.components.download_menu import section
from dashboard.components.person import on_all
from dashboard.components.person_files import person_menu
from dashboard.components.run import Run
from dashboard.door.person import PersonQuestion
from dashboard.downloads.other_charts import KARYOTYPE_LEGEND, karyotype_of, longest_words
from dashboard.question import links
from dashboard.question.target import surroundings
from dashboard.store.person_events import person_events
from data_prep.domain.intervals import Interval


def karyotype(run: Run, question: PersonQuestion) -> None:
    """Draws the events that the filters choose."""
    events = person_events(question.database, question.person, question.filters)

    to_region = links.regions(run.filters)

    def address(place: Interval) -> str:
        return markup.outside(to_region(surroundings(place)))

    words = f"{KARYOTYPE_LEGEND} A click opens the region. {longest_words(events)}".strip()
    heading = section("Along the chromosomes", person_menu(question, charts=("karyotype",)))
    st.html(heading + markup.element("p", words, class_="cnv-counted"))
    spec = karyotype_of(question, events, run.palette, address)
    vega.draw(spec, alt=on_all(events), key=f"karyotype {question.person.sample}")
