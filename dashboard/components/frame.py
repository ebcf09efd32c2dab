"""The frame of every page: the bar with name, search box and pages, the word “simulated”, notices, and the foot.

Streamlit's own navigation drops the filters from the address, so it is hidden and the bar is drawn here, with links of
our own (see `dashboard/assets/search.js`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from dashboard import pages, settings
from dashboard.colours import Palette
from dashboard.components import markup
from dashboard.components.run import Run
from dashboard.components.search import search_box
from dashboard.components.sections import Section, shows
from dashboard.components.style import style_sheet
from dashboard.door.lookup import GeneMatch, look_up
from dashboard.door.refusal import Refusal
from dashboard.operating.operator import Organisation
from dashboard.pages import Page
from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.question.subject import Kind
from dashboard.question.target import surroundings
from dashboard.store.cohort import release, totals
from dashboard.store.database import Generation
from dashboard.words import callers as caller_words
from dashboard.words import quantities
from data_prep.domain.assembly import ASSEMBLY

SIMULATED_NOTE: Final = (
    "<strong>Simulated data.</strong> These people do not exist: the cohort was made to try this software, "
    "and its numbers must not be used for anything else."
)
"""HTML of the note on every page of a simulated cohort (R12)."""


def bar(run: Run, page: Page) -> None:
    """The bar and what stands below it on every page; `page` is the one that is open."""
    people = f"Copy number variants of {quantities.people(totals(run.database).people)}"
    addresses = {entry.path: _address(run, entry) for entry in pages.in_bar()}
    _bar(page, run.palette, people, run.filters, addresses)
    if release(run.database).simulated:
        st.html(
            markup.element(
                "div",
                SIMULATED_NOTE,
                class_="cnv-simulated",
                role="note",
            )
        )
    if run.request.problems:
        sentences = [markup.text(problem.sentence) for problem in run.request.problems]
        notice([*sentences, "What the address says there was left aside; the defaults are used instead."])


def _address(run: Run, entry: Page) -> str:
    """Where the bar leads: what the address names already, and from a gene to its region."""
    gene = run.values.get(Kind.GENE, "")
    if gene and entry.subject == Kind.REGION and not run.values.get(Kind.REGION):
        match look_up(run.database, gene, Kind.GENE):
            case GeneMatch(of_text):
                return links.page(subject.region(surroundings(of_text.interval)), run.filters)
    return links.page_with(entry, run.values, run.filters)


def bar_without_database(page: Page, palette: Palette) -> None:
    """The bar of a page that can be shown without a database."""
    addresses = {entry.path: links.plain_page(entry.path, Filters()) for entry in pages.in_bar()}
    _bar(page, palette, "Copy number variants", Filters(), addresses)


def _bar(open_page: Page, palette: Palette, words: str, filters: Filters, addresses: Mapping[str, str]) -> None:
    """Name, search box and links to the pages, at these addresses by path; where they have no room in one row, the box has its
    own below."""
    st.html(style_sheet(palette))
    with st.container(horizontal=True, vertical_alignment="center", key="bar"):
        st.html(
            markup.element(
                "div",
                f"{markup.text(settings.operator().name)}<small>{words}</small>",
                class_="cnv-brand",
            )
        )
        search_box(filters.to_query())
        st.html(markup.element("nav", _navigation(open_page, addresses), class_="cnv-nav", aria_label="Pages"))


def _navigation(open_page: Page, addresses: Mapping[str, str]) -> str:
    """The links to the pages, group by group."""
    groups: dict[pages.Group, list[str]] = {}
    for entry in pages.in_bar():
        current = {"aria_current": "page"} if entry == open_page else {}
        groups.setdefault(entry.group, []).append(markup.link(entry.label, addresses[entry.path], **current))
    return "".join(
        markup.element("div", "".join(entries), role="group", aria_label=group.value)
        for group, entries in groups.items()
    )


def notice(lines: Sequence[str]) -> None:
    """A box with lines that are already HTML."""
    st.html(markup.notice(lines))


def refusal_lines(reason: Refusal) -> list[str]:
    """Why a page cannot be shown, as lines of HTML for a notice: every problem, and what to do."""
    if not reason.advice:
        return [markup.text(sentence) for sentence in reason.sentences]
    return [
        *(markup.element("strong", markup.text(sentence)) for sentence in reason.sentences),
        markup.text(reason.advice),
    ]


def _served_by() -> str:
    """Who runs this server, where the operator says so."""
    who = settings.operator()
    if who.organisation == Organisation() and not who.contact:
        return ""
    operator_words = " Served by " + markup.out_link(who.organisation.name, who.organisation.url)
    contact = who.contact_address
    return operator_words + (" (" + markup.out_link("contact", contact) + ")" if contact else "") + "."


def foot(database: Generation) -> None:
    """Callset, cohort, published file, citation, and where the health of the server is callset."""
    callset, sizes, file = release(database), totals(database), database.file
    calls = f"{quantities.count(sizes.calls)} calls in " if shows(Section.SIZES) else ""
    calls += quantities.people(sizes.people)
    simulated = ", simulated" if callset.simulated and "simulated" not in callset.name else ""
    source = f"Callset {callset.title}{simulated}: {calls}; {ASSEMBLY.name}."
    others = (
        f", with the callsets {quantities.joined(list(database.callsets), 'and')}" if len(database.callsets) > 1 else ""
    )
    built = (
        f"Gene models: {callset.gene_models or 'not said'}. Database {file}, published "
        f"{quantities.moment(file.published_at)}{others}."
    )
    cite = f"Cite {caller_words.publications(callset.callers)}."
    st.html(
        markup.element(
            "footer",
            markup.paragraphs(
                [
                    f"{markup.text(source)} {markup.text(built)}",
                    f"{markup.text(cite)} No call is taken as the expected copy number. "
                    + markup.element("a", "Server status", href=links.HEALTH)
                    + _served_by(),
                ]
            )
            + markup.element("p", "", class_="cnv-paper cnv-printed"),
            class_="cnv-foot",
        )
    )
