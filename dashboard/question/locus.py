"""What a person types into the search box, parsed and printed: region, chromosome, cytoband or gene name (rule R1).

Parsing looks only at the text: it says what kind of place is meant and gives its interval where the text holds it.
A gene name or a band is looked up by the store. Regions are spelt as the domain reads them.
"""

import re
from dataclasses import dataclass
from typing import Final

from data_prep.domain.chromosomes import chromosome
from data_prep.domain.regions import LONGEST_NUMBER, RegionError, parse_region
from data_prep.domain.regions import Region as Region
from data_prep.domain.regions import cut as cut

EXAMPLES: Final = ("GSTM1", "ENSG00000134184", "chr1:109,687,815-109,693,745", "22q11.21", "chr7")
"""One example of each kind, for help texts."""


@dataclass(frozen=True, slots=True)
class Cytoband:
    """A band such as 22q11.21, or a run of bands such as 1p36 or 22q; its place is in the database."""

    chrom: str
    band: str

    def __str__(self) -> str:
        return self.chrom.removeprefix("chr") + self.band


@dataclass(frozen=True, slots=True)
class GeneName:
    """A symbol or an Ensembl gene id without its version, as typed."""

    name: str

    def __str__(self) -> str:
        return self.name


Locus = Region | Cytoband | GeneName


class LocusError(ValueError):
    """The text is no place: one sentence says what is wrong, with an example of what to type instead."""


MOST_PLACES: Final = 1_000
"""Parts of a text that are looked at to see whether it names several places."""
_TOO_LONG: Final = re.compile(rf"\d(?:[,.]*\d){{{LONGEST_NUMBER}}}")
_BAND: Final = re.compile(r"(?:chr)?(?P<chrom>\d{1,2}|[XY])(?P<band>[pq](?:\d{1,2}(?:\.\d{1,3})?)?)", re.IGNORECASE)
_GENE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,39}")
_ENSEMBL: Final = re.compile(r"(ENSG\d{11})(?:\.\d+)?", re.IGNORECASE)


def parse(text: str) -> Locus:
    """The place that `text` means.

    Raises `LocusError` with a sentence for the page where it means none. A name that looks like a gene is returned
    as a `GeneName` whether or not such a gene exists.
    """
    typed = text.strip()
    if not typed:
        raise LocusError(f"Type a gene, a region or a cytoband, such as {EXAMPLES[0]} or {EXAMPLES[2]}.")
    if (match := _BAND.fullmatch(typed)) and (chrom := chromosome(match["chrom"])):
        return Cytoband(chrom, match["band"].lower())
    try:
        if region := parse_region(typed):
            return region
    except RegionError as error:
        raise LocusError(str(error)) from error
    if match := _ENSEMBL.fullmatch(typed):
        return GeneName(match[1].upper())
    if _GENE.fullmatch(typed):
        return GeneName(typed)
    if _TOO_LONG.search(typed):
        raise LocusError(
            f"A number there has more than {LONGEST_NUMBER} digits, and no chromosome is as long: type a region such as "
            f"{EXAMPLES[2]}."
        )
    if (places := _several(typed)) > 1:
        raise LocusError(f"Here are {places} genes or regions: ask for one at a time, such as {EXAMPLES[0]}.")
    if ":" in typed:
        raise LocusError(f"A region needs a chromosome, a start and an end, such as {EXAMPLES[2]}.")
    raise LocusError(
        f"This is no gene, region or cytoband. Type one such as {EXAMPLES[0]}, {EXAMPLES[2]} or {EXAMPLES[3]}."
    )


def _several(typed: str) -> int:
    """How many places stand there joined by commas, as an address that names `gene` twice joins them; 0 if not all are."""
    parts = [part.strip() for part in typed.split(",")]
    if not 1 < len(parts) <= MOST_PLACES or not all(parts):
        return 0
    try:
        for part in parts:
            parse(part)
    except LocusError:
        return 0
    return len(parts)
