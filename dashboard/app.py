"""The entry script: the page list, and the frame around the page that is asked for.

It parses the address once, leases one generation of the database for the whole run, and says in one sentence why
there is nothing to show where there is no database.
"""

import streamlit as st

from dashboard import pages, settings
from dashboard.colours import palette
from dashboard.components import frame, markup, url_state
from dashboard.components.run import Run, as_current
from dashboard.components.titles import title_of_page
from dashboard.door.refusal import explain
from dashboard.door.resolve import read_request
from dashboard.question import links
from dashboard.question.subject import Kind
from dashboard.serving.turns import turn
from dashboard.store.database import BusyError, UnavailableError

st.set_page_config(page_icon=settings.ASSETS / "icon.svg", layout="wide")
script = st.navigation(
    [
        st.Page(
            page.script,
            title=title_of_page(page),
            url_path=page.path.removeprefix("/") or None,
            default=page.path == pages.START,
        )
        for page in pages.in_order()
    ],
    position="hidden",
)
page = pages.page_at(f"/{script.url_path}")
settings.set_public_path(st.context.headers.get("X-Forwarded-Prefix"))
colours = palette(st.context.theme.type)

try:
    with turn(), settings.store().lease() as published:
        # a page about neither takes the rule of the page that it most often leads to
        kind = next((kind for kind in Kind if kind == page.subject), Kind.GENE)
        request = read_request(published, url_state.values(), pages.parameters(page), kind.default_overlap)
        server = settings.operator().public_address or links.server_of(
            st.context.url or "http://localhost:8501", settings.public_path()
        )
        run = Run(request, colours, server)
        # a page that shows something particular gives a title of its own
        st.set_page_config(page_title=title_of_page(page, request.database))
        with as_current(run):
            frame.bar(run, page)
            script.run()
            frame.foot(run.database)
except UnavailableError as error:
    if page.needs_database:
        st.html(markup.element("h1", markup.text(settings.operator().name)))
        frame.notice(frame.refusal_lines(explain(error)))
    else:
        frame.bar_without_database(page, colours)
        script.run()
except BusyError as error:
    frame.notice(frame.refusal_lines(explain(error)))
