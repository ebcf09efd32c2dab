"""What an address looks at: a gene or a region, under the name that the address gives it (rule R13).

Links and queries need the name alone; the place behind it, a `Target`, comes from the database.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboard.question.filters import ANY, CODING, Filters, Overlap
from data_prep.domain.intervals import Interval
from data_prep.domain.regions import region_in_address

SITE: Final = "site"
"""Name of a site in an address."""


class Kind(StrEnum):
    """The kinds of things to look at; the value is the name in an address."""

    GENE = "gene"
    REGION = "region"

    @property
    def default_overlap(self) -> Overlap:
        """The overlap rule where none is asked for (R7)."""
        return CODING if self is Kind.GENE else ANY


@dataclass(frozen=True, slots=True)
class Subject:
    """A gene or region as an address names it, or one site of those there."""

    kind: Kind
    name: str
    site: str | None = None
    """The id of the site to which it is narrowed."""

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
