"""The title of a page's window: the same in the served HTML, in a link's preview and in the browser."""

from typing import Final

from dashboard import pages, settings
from dashboard.door.person import PersonQuestion
from dashboard.door.question import Question
from dashboard.door.resolve import GeneList
from dashboard.pages import Page
from dashboard.store.cohort import release
from dashboard.store.database import Generation
from dashboard.words import quantities

SIMULATED: Final = "SIMULATED"


def title_of_page(page: Page, database: Generation | None = None) -> str:
    """That of a page which shows nothing more particular; without a database nobody knows whether it is simulated."""
    return _title("" if page.path == pages.START else page.label, database)


def title_of_question(question: Question) -> str:
    """That of a gene's or a region's page."""
    return _title(question.heading, question.database)


def title_of_person(question: PersonQuestion) -> str:
    """That of a person's page."""
    return _title(question.person.sample, question.database)


def title_of_sites(heading: str, database: Generation) -> str:
    """That of the catalogue of sites."""
    return _title(heading, database)


def title_of_genes(found: GeneList, database: Generation) -> str:
    """That of the page of several genes."""
    return _title(several_genes(found) if found.genes else pages.page_at(pages.GENES).label, database)


def several_genes(found: GeneList) -> str:
    """How many genes they are: 3 genes."""
    return "1 gene" if len(found.genes) == 1 else f"{quantities.count(len(found.genes))} genes"


def _title(shown: str, database: Generation | None) -> str:
    simulated = SIMULATED if database is not None and release(database).simulated else ""
    return " · ".join(part for part in (shown, simulated, settings.operator().name) if part)
