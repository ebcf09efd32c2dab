"""The entry script: the page list, and the frame around the page that is asked for.

It parses the address once, leases one generation of the database for the whole run, and says in one sentence why
there is nothing to show where there is no database.
"""

import streamlit as st

from dashboard import settings
from dashboard.colours import palette
from dashboard.components import frame, markup, url_state
from dashboard.components.run import Run, running
from dashboard.question import links, query
from dashboard.question.filters import CALLSET, parse
from dashboard.question.subject import SITE, Kind
from dashboard.serving.turns import turn
from dashboard.store.cohort import group_codes
from dashboard.store.database import BusyError, UnavailableError

st.set_page_config(page_title=frame.NAME, page_icon=settings.ASSETS / "icon.svg", layout="wide")
page = st.navigation(
    [
        st.Page(frame.START_PAGE, title=frame.NAME, default=True),
        st.Page(frame.GENE_PAGE, title=f"Gene · {frame.NAME}", url_path=Kind.GENE.value),
        st.Page(frame.REGION_PAGE, title=f"Region · {frame.NAME}", url_path=Kind.REGION.value),
        st.Page(frame.DATA_PAGE, title=f"Data · {frame.NAME}", url_path=links.DATA.removeprefix("/")),
    ],
    position="hidden",
)

try:
    with turn(), settings.store().lease() as published:
        values = url_state.values()
        database = published.of(values.get(CALLSET, ""))
        # a page that is of no kind keeps what the address names for the pages that are
        kinds = [kind for kind in Kind if kind == page.url_path] or list(Kind)
        filters, problems = parse(values, group_codes(database), kinds[0].default_overlap, tuple(published.callsets))
        run = Run(
            database,
            values,
            filters,
            problems + query.unused(values, *kinds, SITE),
            palette(st.context.theme.type),
            st.context.url or "http://localhost:8501",
        )
        with running(run):
            frame.bar(run, f"/{page.url_path}")
            page.run()
            frame.foot(database)
except UnavailableError as error:
    st.html(
        markup.element("h1", markup.text(frame.NAME))
        + markup.paragraphs([f"<strong>{markup.text(error.reason)}</strong>", markup.text(error.advice)])
    )
except BusyError as error:
    frame.notice([markup.text(error)])
