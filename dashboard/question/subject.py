"""What an address looks at: a gene, a region or a site, under the name that the address gives it (rule R13).

Links and queries need the name alone; the place behind it, a `Target`, comes from the database.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from dashboard.question.filters import ANY, CODING, Filters, Overlap
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.regions import region_in_address

SITE: Final = "site"
"""Name of a site in an address."""


class Kind(StrEnum):
    """The kinds of things to look at; the value is the name in an address."""

    GENE = "gene"
    REGION = "region"
    SITE = SITE
    """By itself; beside a gene or region the same name narrows these to it."""

    @property
    def default_overlap(self) -> Overlap:
        """The overlap rule where none is asked for (R7)."""
        return CODING if self is Kind.GENE else ANY


@dataclass(frozen=True, slots=True)
class Subject:
    """A gene, region or site as an address names it, or one site of those at a gene or region."""

    kind: Kind
    name: str
    site: str | None = None
    """The id of the site to which a gene or region is narrowed."""

    @property
    def site_named(self) -> str:
        """The id of the site whose events alone are counted; empty for all."""
        return self.name if self.kind is Kind.SITE else self.site or ""

    def query(self, filters: Filters) -> dict[str, str]:
        """Names and values of the address of this subject under `filters`, defaults left out."""
        narrowed = {SITE: self.site} if self.site else {}
        return {self.kind.value: self.name, **narrowed, **filters.to_query()}


def gene(name: str) -> Subject:
    """The gene of this symbol or Ensembl id."""
    return Subject(Kind.GENE, name)


def region(interval: Interval) -> Subject:
    """The region of this interval."""
    return Subject(Kind.REGION, region_in_address(interval))


def site(name: str) -> Subject:
    """The site of this id."""
    return Subject(Kind.SITE, name)


def site_filters(filters: Filters, direction: Direction) -> Filters:
    """What a link to a site keeps of the filters: neither the overlap rule, which is of a gene or region, nor classes of the other
    direction."""
    classes = tuple(name for name in filters.classes if name.direction is direction)
    return replace(filters, overlap=None, classes=() if classes == (CallClass(direction.value),) else classes)
