"""What the search box offers while someone types: genes and bands that begin so, or what the text already is, with the words that
say as what it was read."""

from dataclasses import dataclass, field
from typing import Final

from dashboard import settings
from dashboard.door.lookup import (
    Meaning,
    NamedPlace,
    NoMatch,
    OtherName,
    Place,
    interpret,
    look_up,
    no_gene_name,
    person_called,
    place_of,
)
from dashboard.gazetteer import names as gazetteer
from dashboard.operating.disclosure import Detail
from dashboard.question import links, locus, subject
from dashboard.question.filters import Filters
from dashboard.question.subject import Kind, Subject
from dashboard.store.database import Generation
from dashboard.store.genes import Gene, band_interval, bands_beginning, genes_beginning, unplaced_gene
from dashboard.store.person_names import people_beginning
from dashboard.store.sites import site_named
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.site_id import parse_site_id

DEFAULTS: Final = Filters()
LEAST_OF_A_NAME: Final = 4
"""Letters of a person's name from which people are offered."""
SYNDROMES_SHOWN: Final = 3
"""Syndromes that begin so that are offered at most."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A gene, region or site to go to, with the words to show."""

    subject: Subject
    name: str
    place: str
    description: str
    filters: Filters = field(default_factory=Filters)
    """What the text says beside: that the place is lost, or gained."""
    genes: tuple[str, ...] = ()
    """The names of several genes, which have a page of their own; empty for one place."""
    person: str = ""
    """The person that it is instead of a place."""

    @property
    def address(self) -> str:
        """Where it leads."""
        return _address(self.subject, self.filters, self.genes, self.person)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is offered for a text."""

    destination: Subject | None
    """Where the text goes when it is confirmed as it is; None for an empty one."""
    offers: tuple[Suggestion, ...]
    """The likeliest first."""
    filters: Filters = field(default_factory=Filters)
    """What the text says beside its place."""
    genes: tuple[str, ...] = ()
    """The names of several genes, which it goes to instead; empty for one place."""
    person: str = ""
    """The person whom it goes to instead."""

    @property
    def address(self) -> str | None:
        """The address of the destination; None for an empty text."""
        return _address(self.destination, self.filters, self.genes, self.person) if self.destination else None


def _address(place: Subject, filters: Filters, genes: tuple[str, ...], person: str) -> str:
    if person:
        return links.person(person, filters)
    return links.gene_list(genes, filters) if genes else links.page(place, filters)


def suggest(database: Generation, text: str, limit: int) -> Suggestions:
    """At most `limit` suggestions for what was typed so far, and where the text goes by itself."""
    if not text:
        return Suggestions(None, ())
    if site := _site(database, text):
        return Suggestions(site.subject, (site,))
    meaning = interpret(database, text)
    destination = _destination(database, meaning, text)
    genes = meaning.genes if isinstance(meaning, locus.SeveralPlacesError) and len(meaning.genes) > 1 else ()
    filters = _said_beside(meaning, text)
    if isinstance(meaning, locus.SeveralPlacesError) and len(meaning.genes) == 1:
        destination = subject.gene(meaning.genes[0])
    offers = _places(database, meaning, destination, filters, limit)
    if genes:
        offers.append(
            Suggestion(destination, f"{len(genes)} genes", "", f"one row each: {', '.join(genes)}", genes=genes)
        )
    person = person_called(database, text) if isinstance(meaning, locus.GeneName | locus.LocusError) else ""
    people = _people(database, text, destination, limit) if not isinstance(meaning, tuple | locus.Region) else []
    offers += people
    if not offers and not isinstance(meaning, tuple):
        offers += _meaning_offers(database, meaning, text, destination, filters)
    beginning = genes_beginning(database, text, limit - len(offers))
    if isinstance(meaning, tuple) and not any(gene in beginning for gene in meaning):
        # a text that is more than a symbol or its beginning: a comma behind it, a word that says what happened to it
        offers += [_gene(gene, filters=filters) for gene in meaning]
    offers += [_gene(gene) for gene in beginning]
    offers += [
        _named(place)
        for syndrome in gazetteer.syndromes_beginning(text)[:SYNDROMES_SHOWN]
        if (place := place_of(database, syndrome)) and not (isinstance(meaning, OtherName) and place in meaning.places)
    ]
    return Suggestions(destination, tuple(offers[:limit]), filters, genes, person)


def _people(database: Generation, text: str, destination: Subject, limit: int) -> list[Suggestion]:
    """People whose names begin so, where this server tells of single people: with the digits of a name, since letters alone begin all."""
    if len(text) < LEAST_OF_A_NAME or not any(letter.isdigit() for letter in text) or " " in text:
        return []
    if settings.disclosure().reason(Detail.PERSONS):
        return []
    return [
        Suggestion(
            destination,
            row["sample"],
            f"{row['population']}, {row['superpopulation']}",
            f"person, {row['sex'] or 'sex not known'}",
            person=row["sample"],
        )
        for row in people_beginning(database, text, limit).iter_rows(named=True)
    ]


def _site(database: Generation, text: str) -> Suggestion | None:
    """The site of which a text is the id; None for any other, and where this server tells of no site."""
    name = text.strip()
    wanted = parse_site_id(name)
    if wanted is None or settings.disclosure().reason(Detail.SITES) or not site_named(database, name):
        return None
    words = f"site of {'losses' if wanted.direction is Direction.LOSS else 'gains'}, {quantities.length(wanted.interval.length)}"
    return Suggestion(subject.site(name), name, str(wanted.interval), words)


def _said_beside(meaning: Meaning, text: str) -> Filters:
    """The direction that a text says of its place, as a report does; nothing where this server answers one question a place."""
    if (isinstance(meaning, (tuple, OtherName)) and len(text.split()) < 2) or settings.disclosure().smallest_cell:
        return Filters()
    direction = locus.reported_direction(text)
    return Filters(classes=(CallClass(direction.value),)) if direction else Filters()


def _destination(database: Generation, meaning: Meaning, text: str) -> Subject:
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
        case locus.BandedRegion():
            # of an interval that does not lie in its band the page says so
            place = look_up(database, text)
            return Subject(Kind.REGION, place.name if isinstance(place, Place) else text)
        case locus.Cytoband() as band:
            return Subject(Kind.REGION, str(band))
        case OtherName(_, _, _, places):
            # the page says what the name was read as
            return Subject(Kind.REGION if places else Kind.GENE, text)
        case locus.GeneName(name):
            return subject.gene(name)
        case (gene,):
            return subject.gene(gene.name)
        case _:
            return subject.gene(text)


def _places(
    database: Generation, meaning: Meaning, destination: Subject, filters: Filters, limit: int
) -> list[Suggestion]:
    """The region that a text is, the bands whose names begin with it, or what has it as another name."""
    beside = _beside(filters)
    match meaning:
        case locus.Region(interval) as region:
            kind = "read as BED, 0-based" if region.bed else "chromosome" if region.whole else "region"
            kind = "one base" if interval.length == 1 and not region.bed else kind
            return [Suggestion(destination, str(region), quantities.length(interval.length), kind + beside, filters)]
        case locus.Cytoband(chrom, band) as cytoband:
            bands = []
            if whole := band_interval(database, cytoband):
                bands.append(_band(str(cytoband), whole, beside, filters))
            if not cytoband.last:
                bands += [
                    _band(str(longer), interval, beside, filters)
                    for longer, interval in bands_beginning(database, locus.Cytoband(chrom, band), limit)
                    if str(longer) != str(cytoband)
                ]
            return bands[:limit]
        case OtherName(text, _, genes, places):
            return [
                *(_gene(gene, f"read from “{text}”: ", filters) for gene in genes),
                *(_named(place) for place in places),
            ]
        case _:
            return []


def _meaning_offers(
    database: Generation, meaning: Meaning, text: str, destination: Subject, filters: Filters
) -> list[Suggestion]:
    """A text that names a gene or an interval among other words, or that its page answers with a sentence."""
    if isinstance(meaning, locus.GeneName):
        if unplaced := unplaced_gene(database, meaning.name):
            return [Suggestion(destination, unplaced.symbol, "", unplaced.reason)]
        sentence = no_gene_name(database, meaning.name)
        return [Suggestion(destination, text, "", sentence)] if sentence else []
    match look_up(database, text):
        case Place(_, name, interval):
            words = "region" + _beside(filters)
            place = Subject(Kind.REGION, name)
            return [Suggestion(place, str(interval), quantities.length(interval.length), words, filters)]
        case NoMatch(_, alike):
            return [_gene(gene) for gene in alike]
        case _:
            return []


def _gene(gene: Gene, before: str = "", filters: Filters = DEFAULTS) -> Suggestion:
    words = gene.description or gene.biotype.replace("_", " ")
    return Suggestion(
        subject.gene(gene.name), gene.symbol, str(gene.interval), before + words + _beside(filters), filters
    )


def _named(place: NamedPlace) -> Suggestion:
    return Suggestion(Subject(Kind.REGION, place.address), place.name, str(place.interval), place.detail)


def _beside(filters: Filters) -> str:
    """What a text says beside its place, in words behind others."""
    return f", {filter_words.classes(filters)}" if filters.classes else ""


def _band(name: str, interval: Interval, beside: str, filters: Filters) -> Suggestion:
    words = f"cytoband, {quantities.length(interval.length)}{beside}"
    return Suggestion(Subject(Kind.REGION, name), name, str(interval), words, filters)
