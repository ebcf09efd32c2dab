"""The data: where the calls come from, what became of every record, what the words mean, and everything to download."""

import streamlit as st

from dashboard.components import data, markup
from dashboard.components.api_call import api_calls, dataset_call
from dashboard.components.run import current
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.store.cohort import release

run = current()
st.html(markup.element("div", markup.element("h1", "Data and definitions"), class_="cnv-head"))
data.callsets(run.database, run.filters)
data.provenance(run.database)
data.import_report(run.database)
data.problem_regions(run.database)
data.definitions(release(run.database).callers)
data.database_file(run.database)
data.programs(
    {
        words: links.whole(run.url, address)
        for words, address in (
            (
                "carriers of losses of the coding sequence of GSTM1",
                links.download("carriers", "csv", subject.gene("GSTM1"), Filters()),
            ),
            (
                "frequencies of what touches a region, at PASS",
                f"{links.download('frequencies', 'csv', subject.Subject(subject.Kind.REGION, '22q11.21'), Filters())}&filter=pass",
            ),
            (
                "the genes of a region, each with its carriers",
                links.download("genes", "csv", subject.Subject(subject.Kind.REGION, "22q11.21"), Filters()),
            ),
            ("the database", links.DATABASE),
        )
    }
)
api_calls(run, [dataset_call(run.filters.callset)])
data.data_dictionary(run.database)
