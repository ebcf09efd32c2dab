"""What the search box offers while someone types: genes and bands that begin so, or the region that the text already is."""

from dataclasses import dataclass

from dashboard.question import locus, subject
from dashboard.question.subject import Kind, Subject
from dashboard.store.database import Generation
from dashboard.store.genes import band_interval, bands_beginning, genes_beginning, genes_named
from dashboard.words import wording
from data_prep.domain.intervals import Interval


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A gene or region to go to, with the words to show."""

    subject: Subject
    name: str
    place: str
    description: str


def meant(text: str) -> Subject:
    """Where a text goes that was typed and confirmed: a region's page if it reads as one, else the gene page, which
    says what is close where there is no such gene.
    """
    try:
        read = locus.parse(text)
    except locus.LocusError:
        # a region that cannot be read is told apart from a gene that does not exist by its punctuation
        return Subject(Kind.REGION if ":" in text else Kind.GENE, text)
    match read:
        case locus.Region(interval, bed):
            return Subject(Kind.REGION, text) if bed else subject.region(interval)
        case locus.Cytoband():
            return Subject(Kind.REGION, str(read))
        case locus.GeneName(name):
            return subject.gene(name)


def suggestions(database: Generation, text: str, limit: int) -> list[Suggestion]:
    """At most `limit` suggestions for what was typed so far, the likeliest first."""
    found: list[Suggestion] = []
    if text and not genes_named(database, text):
        found += _regions(database, text, limit)
    found += [
        Suggestion(
            subject.gene(gene.name),
            gene.symbol,
            str(gene.interval),
            gene.description or gene.biotype.replace("_", " "),
        )
        for gene in genes_beginning(database, text, limit - len(found))
    ]
    return found[:limit]


def _regions(database: Generation, text: str, limit: int) -> list[Suggestion]:
    try:
        read = locus.parse(text)
    except locus.LocusError:
        return []
    match read:
        case locus.Region(interval):
            told = "read as BED, 0-based" if read.bed else "chromosome" if read.whole else "region"
            return [Suggestion(meant(text), str(read), wording.length(interval.length), told)]
        case locus.Cytoband(chrom, band):
            bands = []
            if whole := band_interval(database, read):
                bands.append(_band(str(read), whole))
            bands += [
                _band(str(longer), interval)
                for longer, interval in bands_beginning(database, locus.Cytoband(chrom, band), limit)
                if str(longer) != str(read)
            ]
            return bands[:limit]
        case _:
            return []


def _band(name: str, interval: Interval) -> Suggestion:
    return Suggestion(Subject(Kind.REGION, name), name, str(interval), f"cytoband, {wording.length(interval.length)}")
