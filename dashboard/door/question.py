"""A question: everything that an answer depends on, as one value that pages, downloads and programs pass on."""

from dataclasses import dataclass

from dashboard.door.lookup import Place
from dashboard.question.filters import Filters
from dashboard.question.subject import Kind, Subject
from dashboard.question.target import Target
from dashboard.store.database import Generation
from dashboard.store.genes import Gene


@dataclass(frozen=True, slots=True)
class Question:
    """A gene, a region or a site, or one site of those at a gene or region, under filters, in one generation of the database."""

    database: Generation
    """The callset that is looked at, in the published file."""
    subject: Subject
    """What addresses call it: the name that is its own, whatever the address at hand called it."""
    target: Target
    """Where it lies and which bases count for it."""
    filters: Filters
    gene: Gene | None = None
    """The gene; None for a region."""
    region: Place | None = None
    """The region with its genes; None for a gene or a site by itself."""
    reading: str = ""
    """As what the words of the address were read, in a sentence, where that is to be told."""

    @property
    def title(self) -> str:
        """Its short name: the symbol, or the region as an address writes it."""
        return self.gene.symbol if self.gene else self.subject.name

    @property
    def heading(self) -> str:
        """Its name on a page: the symbol, or the region as people write it, of a site by itself with its direction."""
        if self.subject.kind is Kind.SITE and self.target.direction:
            return f"{self.target.direction.value} {self.target.interval}"
        return self.region.text if self.region else self.title

    @property
    def place(self) -> str:
        """What it is called in words: the gene with its interval, or the region."""
        interval = str(self.target.interval)
        if self.subject.kind is Kind.SITE:
            return f"site {self.subject.name}, {interval}"
        return f"{self.gene.symbol} ({self.gene.gene_id}), {interval}" if self.gene else interval
