"""What a typed text names in the database: one gene, several, a place with its genes, or nothing and what is close.

Pages, downloads and the search box ask here, so all understand the same spellings; each answers an outcome in its own way.
A current symbol comes before everything else that a text may be. What is none, and no place, is looked for in this order:
syndromes, former and other symbols, problem regions, names of genes in words; and what was taken is told with the answer.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from dashboard import settings
from dashboard.gazetteer import names as gazetteer
from dashboard.operating.disclosure import Detail
from dashboard.question import locus, subject
from dashboard.question.subject import Kind
from dashboard.store.database import Generation, remembered
from dashboard.store.genes import (
    Gene,
    UnplacedGene,
    band_interval,
    genes_alike,
    genes_described,
    genes_inside,
    genes_named,
    genes_of_ids,
    unplaced_gene,
)
from dashboard.store.panel import panel
from dashboard.store.problems import problems_called
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.intervals import Interval
from data_prep.domain.regions import parse_region

GENES_SHOWN: Final = 50
"""Genes of a place that are named at most."""
NAME_LENGTH: Final = 60
"""Letters that a gene's name has at most."""
ALIKE_SHOWN: Final = 8
"""Close names that are offered at most."""
TEXT_LENGTH: Final = 200
"""Letters of a text that reads as nothing in which genes are looked for."""
SHORTEST_WORD: Final = 3
"""Letters of a word there that is taken for a gene: shorter ones are symbols too, and words more often."""
_PERSON: Final = re.compile(r"(?:HG|NA|GM)\d{5}", re.IGNORECASE)
_TRANSCRIPT: Final = re.compile(r"(?:[NX][MRP]_\d{4,}|ENS[TP]\d{11})(?:\.\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GeneMatch:
    """Exactly one gene."""

    gene: Gene
    reading: str = ""
    """As what the text was read, in a sentence, where it is neither the symbol nor the id."""


@dataclass(frozen=True, slots=True)
class SeveralGenes:
    """Two genes or more that share a symbol, or had it."""

    text: str
    genes: tuple[Gene, ...]
    reading: str = ""
    """What the text is of them, in a sentence, where it is not the symbol of each."""


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
    reading: str = ""
    """As what the text was read, in a sentence, where it says nothing of positions."""


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that has a name of its own: a problem region, or that of a syndrome."""

    name: str
    detail: str
    """Which place it is and where that is known from."""
    interval: Interval
    address: str
    """What an address calls it."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing of this name, or too much: a sentence that says what is wrong, and what may be meant."""

    sentence: str
    alike: tuple[Gene, ...]
    """Genes with a close name, or that the text names among other words."""
    places: tuple[NamedPlace, ...] = ()
    """Places of which the text is a name."""
    genes: tuple[str, ...] = ()
    """The names of the genes of a list, which have a page for several."""
    person: str = ""
    """The person whose name it is, who has a page."""

    @property
    def heading(self) -> str:
        """What stands before the genes."""
        return "Genes:" if self.places else "Close names:"

    @property
    def in_words(self) -> str:
        """All of it as sentences, for who cannot follow a link."""
        close = f" {self.heading} {', '.join(gene.name for gene in self.alike)}." if self.alike else ""
        places = "; ".join(f"region={place.address} is {place.name}" for place in self.places)
        person = f" sample={self.person} asks for this person." if self.person else ""
        return f"{self.sentence}{person}{close}{f' {places}.' if places else ''}"


Outcome = GeneMatch | SeveralGenes | Unplaced | Place | NoMatch


@dataclass(frozen=True, slots=True)
class OtherName:
    """What a text that is no current symbol and no position names: genes, places, or some of both; `reading` says which kind of name, up to what it
    names."""

    text: str
    reading: str
    genes: tuple[Gene, ...] = ()
    places: tuple[NamedPlace, ...] = ()


Meaning = tuple[Gene, ...] | locus.Locus | locus.LocusError | OtherName
"""What a text names before anything is looked for around it: genes of the database that bear the name, else the place as which it
reads, else what has it as another name, else the name that nothing has, else why it reads as nothing."""


def interpret(database: Generation, text: str) -> Meaning:
    """What `text`, as a person typed it or as an address says it, names in this database.

    A name that the database has is that gene, however it is spelled; anything else has to read as a place or name. The text is
    parsed once at most.
    """
    name = text.strip()
    if 0 < len(name) <= NAME_LENGTH and (genes := genes_named(database, name)):
        return genes
    if of_syndrome := _syndromes(database, name, gazetteer.syndromes_called(name)):
        return of_syndrome
    parsed: locus.Locus | locus.LocusError
    try:
        parsed = locus.parse(text)
    except locus.LocusError as error:
        parsed = error
    if isinstance(parsed, locus.GeneName):
        return genes_named(database, parsed.name) or _other_name(database, parsed.name) or parsed
    if isinstance(parsed, locus.LocusError) and 0 < len(name) <= NAME_LENGTH:
        return _other_name(database, locus.plain(name)) or parsed
    return parsed


def place_of(database: Generation, syndrome: gazetteer.Syndrome) -> NamedPlace | None:
    """The place of a syndrome; None where it is a band that the ideogram of the database does not have."""
    band, region = locus.as_band(syndrome.place), parse_region(syndrome.place)
    interval = region.interval if region else band_interval(database, band) if band else None
    source = syndrome.source if syndrome.is_read else f"{syndrome.source}, from memory"
    return NamedPlace(syndrome.name, f"{syndrome.detail}; {source}", interval, syndrome.place) if interval else None


def _syndromes(database: Generation, text: str, syndromes: tuple[gazetteer.Syndrome, ...]) -> OtherName | None:
    """The places of syndromes; None where there is none."""
    places = tuple(place for syndrome in syndromes if (place := place_of(database, syndrome)))
    return OtherName(text, f"“{text}” names the place of", places=places) if places else None


def _other_name(database: Generation, text: str) -> OtherName | None:
    """What has a text as another name; None where nothing does, and for a gene that is known to have no place."""
    if unplaced_gene(database, text):
        return None
    genes = genes_of_ids(database, gazetteer.genes_once_called(text))[:ALIKE_SHOWN]
    if not genes and (of_syndrome := _syndromes(database, text, gazetteer.syndromes_meant(text))):
        return of_syndrome
    places = tuple(
        NamedPlace(name, "a problem region", interval, subject.region(interval).name)
        for name, interval in problems_called(database, text, ALIKE_SHOWN)
    )
    if genes:
        return OtherName(text, f"“{text}” is a former or another symbol of", genes, places)
    if places:
        return OtherName(text, f"“{text}” names the problem region", places=places)
    if genes := genes_described(database, text, ALIKE_SHOWN):
        return OtherName(text, f"“{text}” stands in the name of", genes)
    return None


def look_up(database: Generation, text: str, kind: Kind = Kind.GENE) -> Outcome:
    """What `text` means where a gene or region is asked for; where it is a region, a gene stands for its extent."""
    outcome = _outcome(database, text)
    if kind is Kind.REGION and isinstance(outcome, GeneMatch):
        interval = outcome.gene.interval
        place = _place(database, str(interval), subject.region(interval).name, interval)
        return replace(place, reading=outcome.reading)
    return outcome


def _outcome(database: Generation, text: str) -> Outcome:
    match interpret(database, text):
        case locus.SeveralPlacesError() as error:
            return NoMatch(str(error), (), genes=error.genes)
        case locus.LocusError() as error:
            return _unread(database, text, str(error))
        case locus.GeneName(name):
            return _missing_gene(database, name)
        case locus.Region(interval, bed, _) as region:
            return _place(database, str(region), subject.region(interval).name, interval, bed=bed)
        case locus.BandedRegion(region, band):
            return _banded(database, region, band)
        case locus.Cytoband() as band:
            interval_or_none = band_interval(database, band)
            if interval_or_none is None:
                return NoMatch(f"There is no band {band} in the ideogram of {ASSEMBLY.name}; one is 22q11.21.", ())
            return _place(database, str(band), str(band), interval_or_none)
        case OtherName() as other:
            return _other_outcome(database, other)
        case (gene,):
            return GeneMatch(gene)
        case genes:
            return SeveralGenes(text.strip(), genes)


def _other_outcome(database: Generation, other: OtherName) -> Outcome:
    """What another name leads to: what is the only one to bear it, else the choice."""
    match other:
        case OtherName(text, _, genes, places) if genes and places:
            sentence = f"“{text}” names {len(places)} of the problem regions, and is a former or another symbol: choose what is meant."
            return NoMatch(sentence, genes, places)
        case OtherName(text, reading, (gene,)):
            return GeneMatch(gene, f"{reading} {gene.symbol}{_described(gene)}.")
        case OtherName(text, reading, (_, *_) as genes):
            return SeveralGenes(text, genes, f"{reading} {len(genes)} genes.")
        case OtherName(text, reading, _, (place,)):
            match = _place(database, str(place.interval), place.address, place.interval)
            return replace(match, reading=f"{reading} {place.name} ({place.detail}).")
        case _:
            return NoMatch(f"“{other.text}” names {len(other.places)} places: choose one of them.", (), other.places)


def _described(gene: Gene) -> str:
    return f", {gene.description}" if gene.description else ""


def _banded(database: Generation, region: locus.Region, band: locus.Cytoband) -> Place | NoMatch:
    """An interval that a report writes with its band, where the two meet: positions of another assembly may lie elsewhere."""
    of_band = band_interval(database, band)
    if of_band is None:
        return NoMatch(f"There is no band {band} in the ideogram of {ASSEMBLY.name}; one is 22q11.21.", ())
    if not of_band.overlap(region.interval):
        return NoMatch(
            f"{region} does not lie in {band}, which is {of_band} in {ASSEMBLY.name}: is the position of another assembly?",
            (),
        )
    return _place(database, str(region), subject.region(region.interval).name, region.interval)


def _missing_gene(database: Generation, name: str) -> Unplaced | NoMatch:
    """A name that no gene with a place bears."""
    if unplaced := unplaced_gene(database, name):
        return Unplaced(unplaced)
    if sentence := no_gene_name(database, name):
        return NoMatch(sentence, (), person=person_called(database, name))
    return NoMatch(
        f"There is no gene “{name}” in the gene models of this database. "
        "Type a symbol such as GSTM1, or an Ensembl id such as ENSG00000134184.",
        genes_alike(database, name, ALIKE_SHOWN),
    )


def no_gene_name(database: Generation, name: str) -> str:
    """What can be asked, where a name that no gene has is that of a person or of a transcript; empty for any other."""
    return _person(database, name) or _transcript(name)


def _unread(database: Generation, text: str, sentence: str) -> NoMatch:
    """A text that reads as nothing, with the genes that its words name."""
    words = [word.strip(",;.:()[]") for word in locus.plain(text)[:TEXT_LENGTH].split()]
    named = {
        gene.gene_id: gene
        for word in words
        if SHORTEST_WORD <= len(word) <= NAME_LENGTH
        for gene in genes_named(database, word) or genes_of_ids(database, gazetteer.genes_once_called(word))
    }
    return NoMatch(sentence, tuple(named.values())[:ALIKE_SHOWN])


def _person(database: Generation, name: str) -> str:
    """What can be asked, where a name is that of a person; empty where it is none. A server that tells of no single person does
    not say whether this one is in the cohort."""
    ask = "ask for a gene or a region"
    if reason := settings.disclosure().reason(Detail.PERSONS):
        return f"“{name}” is written like a person's name. {reason[:-1]}: {ask}." if _PERSON.fullmatch(name) else ""
    if person_called(database, name):
        return f"“{name}” is a person of this cohort, and no gene."
    return f"There is nobody “{name}” in this cohort: {ask}." if _PERSON.fullmatch(name) else ""


def person_called(database: Generation, name: str) -> str:
    """The sample that a name is of, in any case, whose file was read; empty where there is none, and where this server tells of no
    single person."""
    return "" if settings.disclosure().reason(Detail.PERSONS) else _people(database).get(name.strip().lower(), "")


@remembered
def _people(database: Generation) -> dict[str, str]:
    """The names of the people whose file was read, by the same in small letters."""
    people = panel(database).samples
    return {name.lower(): name for name in people.filter(people["counted"])["sample"].to_list()}


def _transcript(name: str) -> str:
    """What to ask for instead of a transcript or protein; empty for a name that is none."""
    if not _TRANSCRIPT.fullmatch(name):
        return ""
    return f"“{name}” is written like a transcript or protein, and these are not looked up: type the symbol of its gene, such as GSTM1."


def _place(database: Generation, text: str, name: str, interval: Interval, *, bed: bool = False) -> Place:
    genes = genes_inside(database, interval, GENES_SHOWN + 1)
    return Place(text, name, interval, bed, genes[:GENES_SHOWN], len(genes) > GENES_SHOWN)
