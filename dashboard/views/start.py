"""The cohort: what this is, who is in it, how much was called, and where to begin."""

import streamlit as st

from dashboard.components.api_call import api_calls, cohort_calls
from dashboard.components.cohort import cohort_lead, population_tables, tiles
from dashboard.components.outcomes import examples
from dashboard.components.run import current
from dashboard.store.cohort import populations, release, totals

run = current()
callset, sizes = release(run.database), totals(run.database)

st.html(cohort_lead(run.database))
examples(run.database, run.filters)
tiles(sizes, callset.callers)
population_tables(populations(run.database), run.palette)
api_calls(run, cohort_calls())
