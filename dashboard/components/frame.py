"""The frame of every page: the bar with name, search box and pages, the word “simulated”, notices, and the foot.

Streamlit's own navigation drops the filters from the address, so it is hidden and the bar is drawn here.
"""

import streamlit as st

from dashboard import links, wording
from dashboard.components import markup
from dashboard.components.run import Run
from dashboard.components.style import style_sheet
from dashboard.store.cohort import release, totals
from dashboard.store.database import Generation

NAME = "1000 Genomes CNV explorer"
START_PAGE = "views/start.py"
GENE_PAGE = "views/gene.py"

_SEARCH = "search"
_SEARCHED = "searched"


def bar(run: Run) -> None:
    """The bar; ends the run by going to the gene page when something was typed into the search box."""
    st.html(style_sheet(run.palette))
    searched = st.session_state.pop(_SEARCHED, None)
    if searched:
        st.switch_page(GENE_PAGE, query_params=links.gene_query(searched, run.filters))
    name, search, pages = st.columns([3, 5, 2.4], vertical_alignment="center")
    name.html(
        markup.element(
            "div",
            f"{markup.text(NAME)}<small>Copy number variants of {wording.people(totals(run.database).people)}</small>",
            class_="cnv-brand",
        )
    )
    search.text_input(
        "Gene, region or cytoband",
        key=_SEARCH,
        type="search",
        placeholder="Gene, region or cytoband: GSTM1, chr1:109,687,815-109,693,745, 22q11.21",
        label_visibility="collapsed",
        max_chars=200,
        on_change=_search,
    )
    kept = run.filters.to_query()
    gene = run.values.get("gene")
    with pages.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.page_link(START_PAGE, label="Cohort", query_params=kept)
        st.page_link(GENE_PAGE, label="Gene", query_params=links.gene_query(gene, run.filters) if gene else kept)
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


def notice(lines: list[str]) -> None:
    """A box with lines that are already HTML."""
    st.html(markup.element("div", markup.paragraphs(lines), class_="cnv-notice", role="status"))


def foot(database: Generation) -> None:
    """Release, cohort, citation, and where the health of the server is told."""
    told, sizes = release(database), totals(database)
    calls = f"{wording.count(sizes.calls)} calls in {wording.people(sizes.people)}"
    source = f"Calls: {told.name or told.caller}{', simulated' if told.simulated else ''}, {calls}; GRCh38."
    built = f"Gene models: {told.gene_models or 'not said'}. Database {told.generation}, built {told.built_at[:10] or 'on a day not said'}."
    cite = (
        "Cite the 1000 Genomes Project at high coverage: Byrska-Bishop et al. 2022, Cell 185:3426, "
        "doi:10.1016/j.cell.2022.08.004."
    )
    st.html(
        markup.element(
            "footer",
            markup.paragraphs(
                [
                    f"{markup.text(source)} {markup.text(built)}",
                    f"{markup.text(cite)} No call is taken as the expected copy number. "
                    + markup.link("State of the server", "/health"),
                ]
            ),
            class_="cnv-foot",
        )
    )


def _search() -> None:
    st.session_state[_SEARCHED] = str(st.session_state[_SEARCH]).strip()
    st.session_state[_SEARCH] = ""
