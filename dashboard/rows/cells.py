"""Cells that several tables have: a person, a site, a gene, each leading where it is told of, the filters kept."""

from collections.abc import Mapping, Sequence

from dashboard.question import links, subject
from dashboard.question.filters import Filters
from dashboard.rows.table import NOTHING, Cell, Part
from data_prep.domain.site_id import parse_site_id


def person_cell(sample: str, filters: Filters) -> Cell:
    """A person, leading to the page of the person."""
    return Cell(sample, sample, links.person(sample, filters))


def relatives_cell(relatives: Sequence[Mapping[str, str]] | None, filters: Filters) -> Cell:
    """People with their `role`, each leading to the page of that person: father NA12891, mother NA12892."""
    parts = [
        Part(words, address)
        for number, relative in enumerate(relatives or ())
        for words, address in (
            (f"{', ' if number else ''}{relative['role']} ", ""),
            (relative["sample"], links.person(relative["sample"], filters)),
        )
    ]
    words = "".join(part.text for part in parts)
    return Cell(words, words, parts=tuple(parts)) if parts else NOTHING


def site_cell(name: str | None, filters: Filters, title: str = "") -> Cell:
    """A site by its id: its interval, which leads to its page, in order along the genome."""
    site = parse_site_id(name) if name else None
    if name is None or site is None:
        return NOTHING
    address = links.page(subject.site(name), subject.site_filters(filters, site.direction))
    return Cell(str(site.interval), site.interval.start, address, title, site.direction.value)


def gene_cell(symbol: str, name: str, filters: Filters, title: str = "") -> Cell:
    """A gene under the name that an address calls it."""
    return Cell(symbol, symbol, links.page(subject.gene(name), filters), title)
