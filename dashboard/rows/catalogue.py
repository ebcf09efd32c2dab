"""The tables whose rows can be asked for, as one list: `/rows/{table}`, pages and tests read it.

A new table is an entry here: what it tells, the names that its address may bear, and where its rows come from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.door.catalogue import require_catalogue
from dashboard.door.person import PersonQuestion, require_person
from dashboard.door.question import Question
from dashboard.door.refusal import RefusedError, refusal
from dashboard.door.resolve import require_question
from dashboard.downloads.catalogue import detail_of, download_of
from dashboard.downloads.cohort_files import read_address
from dashboard.operating.disclosure import Detail
from dashboard.question.filters import Filters, Overlap
from dashboard.question.subject import SITE, Kind
from dashboard.rows.carriers import carrier_rows
from dashboard.rows.catalogue_sites import CatalogueRows
from dashboard.rows.differences import difference_rows
from dashboard.rows.families import family_rows
from dashboard.rows.genes import gene_rows
from dashboard.rows.neighbours import NeighbourRows
from dashboard.rows.person import child_rows, event_rows
from dashboard.rows.sites import SiteRows
from dashboard.rows.table import Rows
from dashboard.store.database import Generation

Open = Callable[[Generation, Mapping[str, str]], Rows]
"""From a published file and the names and values of an address, less those of order and cut, to the rows; `RefusedError` with
every fault of the address."""


@dataclass(frozen=True, slots=True)
class RowTable:
    """A table of a page."""

    name: str
    """As an address calls it."""
    words: str
    """What a row is."""
    tells: Detail
    """What it tells, which a server may withhold."""
    open: Open


def of_catalogue(published: Generation, values: Mapping[str, str]) -> Rows:
    """The rows of the catalogue of sites."""
    return CatalogueRows(require_catalogue(published, values))


def of_site(rows: Callable[[Question], Rows]) -> Open:
    """The rows of a table about the site that an address names by itself."""

    def open_rows(published: Generation, values: Mapping[str, str]) -> Rows:
        question = require_question(published, values)
        if question.subject.kind is not Kind.SITE:
            sentence = "Say which site has these neighbours: add site=chr1-109687570-109697444-loss to the address, and no gene or region."
            raise RefusedError(refusal(400, sentence, SITE))
        return rows(question)

    return open_rows


def of_place(rows: Callable[[Question], Rows], default_overlap: Overlap | None = None) -> Open:
    """The rows of a table about the gene or region that an address names."""

    def open_rows(published: Generation, values: Mapping[str, str]) -> Rows:
        return rows(require_question(published, values, default_overlap))

    return open_rows


ROW_TABLES: Final = {
    table.name: table
    for table in (
        RowTable("carriers", "an event of a carrier", download_of("carriers").tells, of_place(carrier_rows)),
        RowTable(
            "families",
            "an event of a carrier with a parent or child who carries too",
            download_of("carriers").tells,
            of_place(family_rows),
        ),
        RowTable("catalogue", "a site of the catalogue", download_of("sites").tells, of_catalogue),
        RowTable("sites", "a site of the place", download_of("sites").tells, of_place(SiteRows)),
        RowTable("neighbours", "another site that touches a site", download_of("sites").tells, of_site(NeighbourRows)),
        RowTable("genes", "a gene of the place", download_of("genes").tells, of_place(gene_rows)),
    )
}
"""The tables about a gene or region, by name."""


def of_person(rows: Callable[[PersonQuestion], Rows]) -> Open:
    """The rows of a table about the person that an address names."""

    def open_rows(published: Generation, values: Mapping[str, str]) -> Rows:
        return rows(require_person(published, values))

    return open_rows


PERSON_TABLES: Final = {
    table.name: table
    for table in (
        RowTable("events", "an event of the person", Detail.PERSONS, of_person(event_rows)),
        RowTable("children", "an event of the person and a child", Detail.PERSONS, of_person(child_rows)),
    )
}
"""The tables about a person, by name."""


def of_cohort(name: str, rows: Callable[[Generation, Filters], Rows]) -> Open:
    """The rows of a table of the whole cohort, which takes the names that the file of this name does."""

    def open_rows(published: Generation, values: Mapping[str, str]) -> Rows:
        return rows(*read_address(published, name, values))

    return open_rows


COHORT_TABLES: Final = {
    table.name: table
    for table in (
        RowTable("differences", "two populations", detail_of("differences"), of_cohort("differences", difference_rows)),
    )
}
"""The tables about the whole cohort, by name."""

EVERY_TABLE: Final = {**ROW_TABLES, **PERSON_TABLES, **COHORT_TABLES}
"""All of them, by name."""
