"""The address of what is on the screen, the text to cite, and the same carriers as a file for programs."""

import streamlit as st

from dashboard.components import markup
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.door.person import PersonQuestion
from dashboard.door.question import Question
from dashboard.question import links
from dashboard.store.cohort import Release, release
from dashboard.words import callers as caller_words


def share_popover(run: Run, question: Question) -> None:
    """A button that opens the whole address, the citation and two ways to ask for the same, each to copy."""
    page = links.page(question.subject, question.filters, run.view)
    carriers = links.download("carriers", "csv", question.subject, question.filters)
    share_address(run, page, "carriers", carriers if shows(Section.CARRIERS) else "")


def share_address(run: Run, page: str, noun: str, file: str) -> None:
    """The same of any address: that of the page, and that of the CSV of these, empty where there is none."""
    page, file = links.whole(run.url, page), links.whole(run.url, file) if file else ""
    with st.popover("Share", icon=":material/link:"):
        st.markdown("This address shows the same numbers to anyone who opens it.")
        st.code(page, language=None, wrap_lines=True)
        st.markdown("To cite it:")
        st.code(citation(release(run.database), page), language=None, wrap_lines=True)
        if not file:
            return
        st.markdown(f"The same {noun} for programs; other tables and formats have addresses alike.")
        st.code(f"curl -OJ '{file}'", language=None, wrap_lines=True)
        st.code(f'import polars as pl\n\n{noun} = pl.read_csv(\n    "{file}"\n)', language=None, wrap_lines=True)


def person_share(run: Run, question: PersonQuestion) -> None:
    """The same of a person: the whole address, the citation, and the events as a file."""
    sample = question.person.sample
    page = links.whole(run.url, links.person(sample, run.filters, question.event, run.view))
    events = links.whole(run.url, links.person_download("events", "csv", sample, question.filters))
    with st.popover("Share", icon=":material/link:"):
        st.markdown("This address shows the same numbers to anyone who opens it.")
        st.code(page, language=None, wrap_lines=True)
        st.markdown("To cite it:")
        st.code(citation(release(question.database), page), language=None, wrap_lines=True)
        st.markdown("The same events for programs; other tables and formats have addresses alike.")
        st.code(f"curl -OJ '{events}'", language=None, wrap_lines=True)
        st.code(f'import polars as pl\n\nevents = pl.read_csv(\n    "{events}"\n)', language=None, wrap_lines=True)


def report_button() -> None:
    """A button that prints the page, or saves it as PDF: the style sheet makes a report of it, without controls."""
    st.html(
        markup.element(
            "button", "Report", type="button", class_="cnv-report", title="Print this page or save it as PDF"
        ),
        width="content",
    )


def citation(callset: Release, address: str) -> str:
    """The text to cite: what it is, release and date, address, and the publication of the data."""
    simulated = "Simulated data, not to be cited as findings. " if callset.simulated else ""
    built = f", built {callset.built_at[:10]}" if callset.built_at else ""
    return (
        f"{simulated}1000 Genomes CNV explorer, callset {callset.title}, "
        f"database {callset.generation}{built}, {address}. {caller_words.publications(callset.callers)}."
    )
