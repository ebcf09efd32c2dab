"""The frame of every page: the bar with name, search box and pages, the word “simulated”, notices, and the foot.

Streamlit's own navigation drops the filters from the address, so it is hidden and the bar is drawn here, with links of
our own (see `dashboard/assets/search.js`).
"""

import streamlit as st

from dashboard.components import markup
from dashboard.components.run import Run
from dashboard.components.search import search_box
from dashboard.components.style import style_sheet
from dashboard.question import links
from dashboard.question.subject import Kind, Subject
from dashboard.store.cohort import release, totals
from dashboard.store.database import Generation
from dashboard.words import callers as caller_words
from dashboard.words import wording

NAME = "1000 Genomes CNV explorer"
START_PAGE = "views/start.py"
GENE_PAGE = "views/gene.py"
REGION_PAGE = "views/region.py"
DATA_PAGE = "views/data.py"


def bar(run: Run, page: str) -> None:
    """The bar and what stands below it on every page; `page` is the path of the one that is open."""
    st.html(style_sheet(run.palette))
    name, search, pages = st.columns([3, 4.6, 2.9], vertical_alignment="center")
    name.html(
        markup.element(
            "div",
            f"{markup.text(NAME)}<small>Copy number variants of {wording.people(totals(run.database).people)}</small>",
            class_="cnv-brand",
        )
    )
    with search:
        search_box(run.filters.to_query())
    listed = (
        ("Cohort", links.START, links.start_page(run.filters)),
        *(
            (label, links.PAGES[kind], _page(run, kind))
            for label, kind in (("Gene", Kind.GENE), ("Region", Kind.REGION))
        ),
        ("Data", links.DATA, links.data_page(run.filters)),
    )
    pages.html(
        markup.element(
            "nav",
            "".join(
                markup.link(label, address, **({"aria_current": "page"} if path == page else {}))
                for label, path, address in listed
            ),
            class_="cnv-nav",
            aria_label="Pages",
        )
    )
    if release(run.database).simulated:
        st.html(
            markup.element(
                "div",
                "<strong>Simulated data.</strong> These people do not exist: the cohort was made to try this software, "
                "and its numbers must not be used for anything else.",
                class_="cnv-simulated",
                role="note",
            )
        )
    if run.problems:
        sentences = [markup.text(problem.sentence) for problem in run.problems]
        notice([*sentences, "What the address says there was left aside; the defaults are used instead."])


def _page(run: Run, kind: Kind) -> str:
    """The page of this kind, of what the address names already."""
    name = run.values.get(kind)
    return links.page(Subject(kind, name), run.filters) if name else links.empty_page(kind, run.filters)


def notice(lines: list[str]) -> None:
    """A box with lines that are already HTML."""
    st.html(markup.element("div", markup.paragraphs(lines), class_="cnv-notice", role="status"))


def foot(database: Generation) -> None:
    """Callset, cohort, published file, citation, and where the health of the server is told."""
    told, sizes, file = release(database), totals(database), database.file
    calls = f"{wording.count(sizes.calls)} calls in {wording.people(sizes.people)}"
    simulated = ", simulated" if told.simulated and "simulated" not in told.name else ""
    source = f"Callset {told.title}{simulated}: {calls}; GRCh38."
    others = (
        f", with the callsets {wording.joined(list(database.callsets), 'and')}" if len(database.callsets) > 1 else ""
    )
    built = (
        f"Gene models: {told.gene_models or 'not said'}. Database {file}, published "
        f"{wording.moment(file.published_at)}{others}."
    )
    cite = f"Cite {caller_words.citation(told.callers)}."
    st.html(
        markup.element(
            "footer",
            markup.paragraphs(
                [
                    f"{markup.text(source)} {markup.text(built)}",
                    f"{markup.text(cite)} No call is taken as the expected copy number. "
                    + markup.element("a", "State of the server", href=links.HEALTH),
                ]
            ),
            class_="cnv-foot",
        )
    )
