"""The address of what is on the screen, the text to cite, and the same carriers as a file for programs."""

from dashboard.components import markup
from dashboard.components.menu import menu, paragraph, text_block
from dashboard.components.run import Run
from dashboard.components.sections import Section, shows
from dashboard.door.person import PersonQuestion
from dashboard.door.question import Question
from dashboard.question import links
from dashboard.store.cohort import Release, release
from dashboard.words import callers as caller_words


def share_menu(run: Run, question: Question) -> str:
    """A menu with the whole address, the citation and two ways to ask for the same, each to copy, as HTML."""
    page = links.page(question.subject, question.filters, run.view)
    carriers = links.download("carriers", "csv", question.subject, question.filters)
    return share_address(run, page, "carriers", carriers if shows(Section.CARRIERS) else "")


def share_address(run: Run, page: str, noun: str, file: str) -> str:
    """The same of any address: that of the page, and that of the CSV of these, empty where there is none."""
    page, file = links.whole(run.url, page), links.whole(run.url, file) if file else ""
    parts = [
        paragraph("This address shows the same numbers to anyone who opens it."),
        text_block(page, "the address"),
        paragraph("To cite it:"),
        text_block(citation(release(run.database), page), "the citation"),
    ]
    if file:
        parts += [
            paragraph(f"The same {noun} for programs; other tables and formats have addresses alike."),
            text_block(f"curl -OJ '{file}'", "the command for a shell"),
            text_block(f'import polars as pl\n\n{noun} = pl.read_csv(\n    "{file}"\n)', "the lines for Python"),
        ]
    return menu("Share", "".join(parts))


def person_share(run: Run, question: PersonQuestion) -> str:
    """The same of a person: the whole address, the citation, and the events as a file."""
    sample = question.person.sample
    page = links.person(sample, run.filters, question.event, run.view)
    return share_address(run, page, "events", links.person_download("events", "csv", sample, question.filters))


def report_button() -> str:
    """A button that prints the page, or saves it as PDF: the style sheet makes a report of it, without controls."""
    return markup.element(
        "button",
        "Report",
        type="button",
        class_="cnv-button cnv-report",
        title="Print this page or save it as PDF",
    )


def citation(callset: Release, address: str) -> str:
    """The text to cite: what it is, release and date, address, and the publication of the data."""
    simulated = "Simulated data, not to be cited as findings. " if callset.simulated else ""
    built = f", built {callset.built_at[:10]}" if callset.built_at else ""
    return (
        f"{simulated}1000 Genomes CNV explorer, callset {callset.title}, "
        f"database {callset.generation}{built}, {address}. {caller_words.publications(callset.callers)}."
    )
