"""The cohort: what this is, who is in it, how much was called, and where to begin."""

import streamlit as st

from dashboard.components import markup
from dashboard.components.api_call import api_calls, cohort_calls
from dashboard.components.cohort import population_tables, tiles
from dashboard.components.outcomes import examples
from dashboard.components.run import current
from dashboard.store.cohort import populations, release, totals
from dashboard.words import wording
from data_prep.domain.callers import in_one_line

run = current()
callset, sizes = release(run.database), totals(run.database)

st.html(
    markup.element(
        "div",
        markup.paragraphs(
            [
                "<strong>How often is a gene lost or gained, and in whom?</strong> "
                f"Copy number variants of {markup.text(wording.people(sizes.people))} of the 1000 Genomes panel, "
                f"called by {markup.text(in_one_line(callset.callers) or 'an unnamed caller')}, "
                "counted by super-population with their 95 % intervals, down to each carrier.",
            ]
        ),
        class_="cnv-lead",
    )
)
examples(run.database, run.filters)
tiles(sizes, callset.callers)
population_tables(populations(run.database), run.palette)
api_calls(run, cohort_calls())
