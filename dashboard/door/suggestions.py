"""What the search box offers while someone types: genes and bands that begin so, or the region that the text already is."""

from dataclasses import dataclass

from dashboard.door.lookup import Meaning, interpret
from dashboard.question import locus, subject
from dashboard.question.subject import Kind, Subject
from dashboard.store.database import Generation
from dashboard.store.genes import band_interval, bands_beginning, genes_beginning
from dashboard.words import wording
from data_prep.domain.intervals import Interval


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A gene or region to go to, with the words to show."""

    subject: Subject
    name: str
    place: str
    description: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is offered for a text."""

    destination: Subject | None
    """Where the text goes when it is confirmed as it is; None for an empty one."""
    offers: tuple[Suggestion, ...]
    """The likeliest first."""


def suggest(database: Generation, text: str, limit: int) -> Suggestions:
    """At most `limit` suggestions for what was typed so far, and where the text goes by itself."""
    if not text:
        return Suggestions(None, ())
    meaning = interpret(database, text)
    destination = _destination(meaning, text)
    offers = _places(database, meaning, destination, limit)
    offers += [
        Suggestion(
            subject.gene(gene.name),
            gene.symbol,
            str(gene.interval),
            gene.description or gene.biotype.replace("_", " "),
        )
        for gene in genes_beginning(database, text, limit - len(offers))
    ]
    return Suggestions(destination, tuple(offers[:limit]))


def _destination(meaning: Meaning, text: str) -> Subject:
    """Where a text goes: a region's page if it reads as one, else the gene page, which says what is close where there is no such
    gene, and asks which is meant where several are.
    """
    match meaning:
        case locus.LocusError():
            # a region that cannot be read is told apart from a gene that does not exist by its punctuation
            return Subject(Kind.REGION if ":" in text else Kind.GENE, text)
        case locus.Region(interval, bed):
            # the page says that it reads BED fields, so they go there as they are
            return Subject(Kind.REGION, text) if bed else subject.region(interval)
        case locus.Cytoband() as band:
            return Subject(Kind.REGION, str(band))
        case locus.GeneName(name):
            return subject.gene(name)
        case (gene,):
            return subject.gene(gene.name)
        case _:
            return subject.gene(text)


def _places(database: Generation, meaning: Meaning, destination: Subject, limit: int) -> list[Suggestion]:
    """The region that a text is, or the bands whose names begin with it."""
    match meaning:
        case locus.Region(interval) as region:
            kind = "read as BED, 0-based" if region.bed else "chromosome" if region.whole else "region"
            return [Suggestion(destination, str(region), wording.length(interval.length), kind)]
        case locus.Cytoband(chrom, band) as cytoband:
            bands = []
            if whole := band_interval(database, cytoband):
                bands.append(_band(str(cytoband), whole))
            bands += [
                _band(str(longer), interval)
                for longer, interval in bands_beginning(database, locus.Cytoband(chrom, band), limit)
                if str(longer) != str(cytoband)
            ]
            return bands[:limit]
        case _:
            return []


def _band(name: str, interval: Interval) -> Suggestion:
    return Suggestion(Subject(Kind.REGION, name), name, str(interval), f"cytoband, {wording.length(interval.length)}")
