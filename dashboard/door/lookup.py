"""What a typed text finds in the database: one gene, several, a place with its genes, or nothing and what is close.

Pages and downloads ask here and answer each outcome in their own way, so both understand the same spellings.
"""

from dataclasses import dataclass
from typing import Final

from dashboard.question import locus, subject
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
from data_prep.domain.intervals import Interval

GENES_SHOWN: Final = 50
"""Genes of a place that are named at most."""
NAME_LENGTH: Final = 60
"""Letters that a gene's name has at most."""
ALIKE_SHOWN: Final = 8
"""Close names that are offered at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one gene."""

    gene: Gene


@dataclass(frozen=True, slots=True)
class Several:
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
    genes: tuple[Gene, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing of this name: a sentence that says what is wrong, and genes with a close name."""

    sentence: str
    alike: tuple[Gene, ...]


Outcome = Found | Several | Unplaced | Place | Nothing


def look_up(database: Generation, text: str) -> Outcome:
    """What `text`, as a person typed it or as an address says it, means in this database.

    A name that the database has is that gene, however it is spelled; anything else has to read as a place or name.
    """
    name = text.strip()
    if 0 < len(name) <= NAME_LENGTH and (genes := genes_named(database, name)):
        return Found(genes[0]) if len(genes) == 1 else Several(name, genes)
    try:
        meant = locus.parse(text)
    except locus.LocusError as error:
        return Nothing(str(error), ())
    match meant:
        case locus.GeneName(name):
            return _gene(database, name)
        case locus.Region(interval, bed, _):
            return _place(database, str(meant), subject.region(interval).name, interval, bed=bed)
        case locus.Cytoband():
            interval_or_none = band_interval(database, meant)
            if interval_or_none is None:
                return Nothing(f"There is no band {meant} in the ideogram of GRCh38; one is 22q11.21.", ())
            return _place(database, str(meant), str(meant), interval_or_none)


def look_up_region(database: Generation, text: str) -> Several | Unplaced | Place | Nothing:
    """As `look_up`, where a region is asked for: a gene stands for its extent."""
    outcome = look_up(database, text)
    if not isinstance(outcome, Found):
        return outcome
    return _place(
        database, str(outcome.gene.interval), subject.region(outcome.gene.interval).name, outcome.gene.interval
    )


def _gene(database: Generation, name: str) -> Outcome:
    genes = genes_named(database, name)
    if genes:
        return Found(genes[0]) if len(genes) == 1 else Several(name, genes)
    if unplaced := unplaced_gene(database, name):
        return Unplaced(unplaced)
    return Nothing(
        f"There is no gene “{name}” in the gene models of this database. "
        "Type a symbol such as GSTM1, or an Ensembl id such as ENSG00000134184.",
        genes_alike(database, name, ALIKE_SHOWN),
    )


def _place(database: Generation, text: str, name: str, interval: Interval, *, bed: bool = False) -> Place:
    genes = genes_inside(database, interval, GENES_SHOWN + 1)
    return Place(text, name, interval, bed, genes[:GENES_SHOWN], len(genes) > GENES_SHOWN)
