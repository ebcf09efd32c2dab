"""What a typed text names in the database: one gene, several, a place with its genes, or nothing and what is close.

Pages, downloads and the search box ask here, so all understand the same spellings; each answers an outcome in its own way.
"""

from dataclasses import dataclass
from typing import Final

from dashboard.question import locus, subject
from dashboard.question.subject import Kind
from dashboard.store.database import Generation
from dashboard.store.genes import (
    Gene,
    UnplacedGene,
    band_interval,
    genes_alike,
    genes_inside,
    genes_named,
    unplaced_gene,
)
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.intervals import Interval

GENES_SHOWN: Final = 50
"""Genes of a place that are named at most."""
NAME_LENGTH: Final = 60
"""Letters that a gene's name has at most."""
ALIKE_SHOWN: Final = 8
"""Close names that are offered at most."""


@dataclass(frozen=True, slots=True)
class GeneMatch:
    """Exactly one gene."""

    gene: Gene


@dataclass(frozen=True, slots=True)
class SeveralGenes:
    """Two genes or more that share a symbol."""

    text: str
    genes: tuple[Gene, ...]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A gene that lies on none of the 24 chromosomes."""

    gene: UnplacedGene


@dataclass(frozen=True, slots=True)
class Place:
    """A region, chromosome or band, with the genes that lie there (`more` says that not all are named)."""

    text: str
    """What to call it: a band, a chromosome, or the interval."""
    name: str
    """What an address calls it."""
    interval: Interval
    bed: bool
    """It was written as BED fields, which count from 0."""
    genes: tuple[Gene, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing of this name: a sentence that says what is wrong, and genes with a close name."""

    sentence: str
    alike: tuple[Gene, ...]


Outcome = GeneMatch | SeveralGenes | Unplaced | Place | NoMatch

Meaning = tuple[Gene, ...] | locus.Locus | locus.LocusError
"""What a text names before anything is looked for around it: genes of the database that bear the name, else the place as which it
reads or the name that no gene has, else why it reads as nothing."""


def interpret(database: Generation, text: str) -> Meaning:
    """What `text`, as a person typed it or as an address says it, names in this database.

    A name that the database has is that gene, however it is spelled; anything else has to read as a place or name. The text is
    parsed once at most.
    """
    name = text.strip()
    if 0 < len(name) <= NAME_LENGTH and (genes := genes_named(database, name)):
        return genes
    try:
        parsed = locus.parse(text)
    except locus.LocusError as error:
        return error
    if isinstance(parsed, locus.GeneName) and (genes := genes_named(database, parsed.name)):
        return genes
    return parsed


def look_up(database: Generation, text: str, kind: Kind = Kind.GENE) -> Outcome:
    """What `text` means where a gene or region is asked for; where it is a region, a gene stands for its extent."""
    outcome = _outcome(database, text)
    if kind is Kind.REGION and isinstance(outcome, GeneMatch):
        interval = outcome.gene.interval
        return _place(database, str(interval), subject.region(interval).name, interval)
    return outcome


def _outcome(database: Generation, text: str) -> Outcome:
    match interpret(database, text):
        case locus.LocusError() as error:
            return NoMatch(str(error), ())
        case locus.GeneName(name):
            return _missing_gene(database, name)
        case locus.Region(interval, bed, _) as region:
            return _place(database, str(region), subject.region(interval).name, interval, bed=bed)
        case locus.Cytoband() as band:
            interval_or_none = band_interval(database, band)
            if interval_or_none is None:
                return NoMatch(f"There is no band {band} in the ideogram of {ASSEMBLY.name}; one is 22q11.21.", ())
            return _place(database, str(band), str(band), interval_or_none)
        case (gene,):
            return GeneMatch(gene)
        case genes:
            return SeveralGenes(text.strip(), genes)


def _missing_gene(database: Generation, name: str) -> Unplaced | NoMatch:
    """A name that no gene with a place bears."""
    if unplaced := unplaced_gene(database, name):
        return Unplaced(unplaced)
    return NoMatch(
        f"There is no gene “{name}” in the gene models of this database. "
        "Type a symbol such as GSTM1, or an Ensembl id such as ENSG00000134184.",
        genes_alike(database, name, ALIKE_SHOWN),
    )


def _place(database: Generation, text: str, name: str, interval: Interval, *, bed: bool = False) -> Place:
    genes = genes_inside(database, interval, GENES_SHOWN + 1)
    return Place(text, name, interval, bed, genes[:GENES_SHOWN], len(genes) > GENES_SHOWN)
