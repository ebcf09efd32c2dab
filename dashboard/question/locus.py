"""What a person types into the search box, parsed and printed: region, chromosome, cytoband or gene name (rule R1).

Parsing looks only at the text: it says what kind of place is meant and gives its interval where the text holds it.
A gene name or a band is looked up by the store. Regions are spelt as the domain reads them. Reports write a place by ISCN
(McGowan-Jordan et al., An International System for Human Cytogenomic Nomenclature, 2020), with the assembly in front and the
copies or a word for the variant behind: the assembly has to be ours, and what is said of the copies is a direction
(`reported_direction`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import LENGTHS, chromosome
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.regions import LONGEST_NUMBER, RegionError, parse_region
from data_prep.domain.regions import Region as Region
from data_prep.domain.regions import cut as cut
from data_prep.domain.regions import plain as plain

EXAMPLES: Final = ("GSTM1", "ENSG00000134184", "chr1:109,687,815-109,693,745", "22q11.21", "chr7")
"""One example of each kind, for help texts."""


@dataclass(frozen=True, slots=True)
class Cytoband:
    """A band such as 22q11.21, or a run of bands such as 1p36 or 22q; its place is in the database."""

    chrom: str
    band: str
    last: str = ""
    """The other end of a run that names two bands, as 15q11q13 does; empty for one."""

    def __str__(self) -> str:
        return self.chrom.removeprefix("chr") + self.band + self.last


@dataclass(frozen=True, slots=True)
class GeneName:
    """A symbol or an Ensembl gene id without its version, as typed."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class BandedRegion:
    """A region with the band that a report says it lies in: where the two do not meet, it is of another assembly."""

    region: Region
    band: Cytoband

    def __str__(self) -> str:
        return str(self.region)


Locus = Region | BandedRegion | Cytoband | GeneName


class LocusError(ValueError):
    """The text is no place: one sentence says what is wrong, with an example of what to type instead."""


class SeveralPlacesError(LocusError):
    """The text names several places; `genes` are their names where all of them read as genes, each once, else empty."""

    def __init__(self, sentence: str, genes: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.genes = genes


MOST_PLACES: Final = 1_000
"""Parts of a text that are looked at to see whether it names several places."""
LONGEST_REPORT: Final = 300
"""Letters of a text up to which it is read as a report writes a place; a line of one is shorter."""
_TOO_LONG: Final = re.compile(rf"\d(?:[,.]*\d){{{LONGEST_NUMBER}}}")
_BAND_NAME: Final = r"[pq](?:\d{1,2}(?:\.\d{1,3})?)?"
_BAND: Final = re.compile(
    rf"(?:chr)?(?P<chrom>\d{{1,2}}|[XY])(?P<band>{_BAND_NAME})(?:-?(?:(?P=chrom))?(?P<last>{_BAND_NAME}))?",
    re.IGNORECASE,
)
_GENE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,39}")
_ENSEMBL: Final = re.compile(r"(ENSG\d{11})(?:\.\d+)?", re.IGNORECASE)

_OUR_BUILD: Final = (
    rf"(?:{re.escape(ASSEMBLY.name)}(?:\.p\d{{1,2}})?|{ASSEMBLY.ucsc}|build[ ]?{ASSEMBLY.ucsc.removeprefix('hg')})"
)
_OTHER_WORDS: Final = "|".join(re.escape(word) for other in ASSEMBLY.others for word in other.words)
_OTHER_BUILD: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?:{_OTHER_WORDS})[\w.]*|hg1\d|build[ ]?3[0-7])(?![A-Za-z0-9])", re.IGNORECASE
)
_BUILD_BEFORE: Final = re.compile(rf"[(\[]?{_OUR_BUILD}[)\]]?[ :,;]+(?=\S)", re.IGNORECASE)
_BUILD_BEHIND: Final = re.compile(rf"[ ,;]*(?:[(\[]{_OUR_BUILD}[)\]]|[ ,;]{_OUR_BUILD})$", re.IGNORECASE)
_ARRAY: Final = re.compile(r"(?:arr|s?seq|ogm)(?:[ ]*\[(?P<build>[^\]]*)\][ ]*|[ ]+|(?=\())", re.IGNORECASE)
_KARYOTYPE: Final = re.compile(r"\d{2},[XY]{1,4},[ ]*", re.IGNORECASE)
_POSITION: Final = r"\d[\d,]{0,14}"
_IN_BAND: Final = re.compile(
    rf"(?P<band>[^\s()]{{2,30}}?)[ ]*\([ ]*(?P<start>{_POSITION})[ ]*[_-][ ]*(?P<end>{_POSITION})[ ]*\)"
)
_WHOLE: Final = re.compile(r"\((?P<chrom>\d{1,2}|[XY])\)", re.IGNORECASE)
_REARRANGED: Final = re.compile(
    rf"(?P<word>del|dup|trp)[ ]?\((?P<chrom>\d{{1,2}}|[XY])\)[ ]?\((?P<band>{_BAND_NAME})(?P<last>{_BAND_NAME})?\)",
    re.IGNORECASE,
)
_WORDS: Final = {
    **dict.fromkeys(
        ("del", "deletion", "deletions", "microdeletion", "microdeletions", "loss", "losses"), Direction.LOSS
    ),
    **dict.fromkeys(
        (
            "dup",
            "duplication",
            "duplications",
            "microduplication",
            "microduplications",
            "gain",
            "gains",
            "trp",
            "triplication",
            "amp",
        ),
        Direction.GAIN,
    ),
}
_WORD: Final = "|".join(sorted(_WORDS, key=len, reverse=True))
_ORIGIN: Final = r"(?:[ ]+(?:dn|de novo|mat|pat|dmat|dpat|dinh|inh|hmz|htz|mos))*"
_BEHIND: Final = re.compile(
    rf"(?P<place>.*?[^ (,])(?:(?P<gap>[ ]*)x[ ]?(?P<copies>\d{{1,2}})|(?P<space>[ ,]*)[(]?(?P<word>{_WORD})[)]?){_ORIGIN}[.,;]*",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(rf"(?P<word>{_WORD})[ ]+(?:of[ ]+)?(?:the[ ]+)?(?P<place>\S.*)", re.IGNORECASE)
_HGVS_END: Final = re.compile(r"NC_\d+\.\d+:g\.\S*\d\)?(?P<word>del|dup)", re.IGNORECASE)
_ENDS: Final = " \t\r\n,;."


def parse(text: str) -> Locus:
    """The place that `text` means.

    Raises `LocusError` with a sentence for the page where it means none. A name that looks like a gene is returned
    as a `GeneName` whether or not such a gene exists. Where a report says what happened to the place, it is the place alone.
    """
    return _read(text)[0]


def once(names: Iterable[str]) -> tuple[str, ...]:
    """The names in their order, each as it stands first, whatever its case."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.lower(), name)
    return tuple(first.values())


def reported_direction(text: str) -> Direction | None:
    """Whether a text says that its place is lost or gained: `22q11.21(18912231_21465672)x1`, `GSTM1 deletion`.

    None where it does not say so, and where its number of copies does not: two of X is a gain in XY people and none in XX ones.
    """
    try:
        return _read(text)[1]
    except LocusError:
        return None


def _read(text: str) -> tuple[Locus, Direction | None]:
    """The place that a text means, and what it says of its copies; `LocusError` where it means none."""
    typed = plain(text).strip(_ENDS)
    if not typed:
        raise LocusError(f"Type a gene, a region or a cytoband, such as {EXAMPLES[0]} or {EXAMPLES[2]}.")
    lone = _GENE.fullmatch(typed)
    if not lone and (other := _OTHER_BUILD.search(typed)):
        raise LocusError(
            f"{other[0]} is another assembly, where the same positions are other places: give those of {ASSEMBLY.name}, such as "
            f"{EXAMPLES[2]}."
        )
    if place := _as_place(typed):
        if isinstance(place, GeneName) and (reported := _as_reported_band(typed)):
            return reported
        return place, _of_hgvs(typed)
    if len(typed) <= LONGEST_REPORT:
        typed = _without_our_build(typed)
        reported = _as_reported(typed)
        if reported:
            return reported
    if _TOO_LONG.search(typed):
        raise LocusError(
            f"A number there has more than {LONGEST_NUMBER} digits, and no chromosome is as long: type a region such as "
            f"{EXAMPLES[2]}."
        )
    if (places := _several(typed)) and len(places) > 1:
        genes = [place.name for place in places if isinstance(place, GeneName)]
        sentence = f"Here are {len(places)} genes or regions: ask for one at a time, such as {EXAMPLES[0]}."
        raise SeveralPlacesError(sentence, once(genes) if len(genes) == len(places) else ())
    if ":" in typed:
        raise LocusError(f"A region needs a chromosome, a start and an end, such as {EXAMPLES[2]}.")
    if len(_IN_BAND.findall(typed)) > 1:
        raise LocusError(f"Here are several regions: ask for one at a time, such as {EXAMPLES[2]}.")
    raise LocusError(
        f"This is no gene, region or cytoband. Type one such as {EXAMPLES[0]}, {EXAMPLES[2]} or {EXAMPLES[3]}."
    )


def _of_hgvs(typed: str) -> Direction | None:
    """The direction of a variant as HGVS writes it: `NC_000022.11:g.18912231_21465672del`."""
    match = _HGVS_END.fullmatch(typed) if len(typed) <= LONGEST_REPORT else None
    return _WORDS[match["word"].lower()] if match else None


def _as_reported_band(typed: str) -> tuple[Locus, Direction | None] | None:
    """A band with the copies or the word close behind, which has the letters of a symbol: `22q11.21x1`, `22q11.21del`."""
    match = _BEHIND.fullmatch(typed)
    band = as_band(match["place"]) if match else None
    if not match or not band:
        return None
    return band, _of_copies(band, int(match["copies"])) if match["copies"] else _WORDS[match["word"].lower()]


def _as_place(typed: str) -> Region | Cytoband | GeneName | None:
    """What a text is as it stands: band, region, identifier, symbol."""
    if band := as_band(typed):
        return band
    try:
        if region := parse_region(typed):
            return region
    except RegionError as error:
        raise LocusError(str(error)) from error
    if match := _ENSEMBL.fullmatch(typed):
        return GeneName(match[1].upper())
    return GeneName(typed) if _GENE.fullmatch(typed) else None


def as_band(typed: str) -> Cytoband | None:
    """The band or run of bands that a text is; None for any other."""
    if (match := _BAND.fullmatch(typed)) and (chrom := chromosome(match["chrom"])):
        return Cytoband(chrom, match["band"].lower(), (match["last"] or "").lower())
    return None


def _without_our_build(typed: str) -> str:
    """The text without the name of our assembly before or behind it, and without ISCN's words for the method.

    Raises `LocusError` where the brackets of the method name an assembly that is not known here.
    """
    if match := _BUILD_BEFORE.match(typed):
        typed = typed[match.end() :]
    typed = _BUILD_BEHIND.sub("", typed)
    if match := _ARRAY.match(typed):
        build = match["build"]
        if build is not None and not re.fullmatch(_OUR_BUILD, build.strip(), re.IGNORECASE):
            raise LocusError(
                f"“{cut(build.strip(), 30)}” is no name of the assembly here: give positions of {ASSEMBLY.name}, such as "
                f"arr[{ASSEMBLY.name}] 22q11.21(18912231_21465672)x1."
            )
        typed = typed[match.end() :]
    elif match := _KARYOTYPE.match(typed):
        typed = typed[match.end() :]
    return typed.strip()


def _as_reported(typed: str) -> tuple[Locus, Direction | None] | None:
    """A place with what a report says of its copies."""
    if place := _as_written(typed):
        return place, None
    if (match := _REARRANGED.fullmatch(typed)) and (chrom := chromosome(match["chrom"])):
        return Cytoband(chrom, match["band"].lower(), (match["last"] or "").lower()), _WORDS[match["word"].lower()]
    if match := _BEHIND.fullmatch(typed):
        place = _as_written(match["place"].strip(_ENDS))
        if match["copies"] is not None:
            if place and not isinstance(place, GeneName):
                return place, _of_copies(place, int(match["copies"]))
        elif place and (match["space"] or not isinstance(place, GeneName)):
            return place, _WORDS[match["word"].lower()]
    if (match := _BEFORE.fullmatch(typed)) and (place := _as_written(match["place"].strip(_ENDS))):
        return place, _WORDS[match["word"].lower()]
    return None


def _as_written(typed: str) -> Locus | None:
    """A place as it stands, or as ISCN writes it: a band with the interval in it, or a chromosome, in brackets."""
    if place := _as_place(typed):
        return place
    if (match := _WHOLE.fullmatch(typed)) and (chrom := chromosome(match["chrom"])):
        return Region(Interval(chrom, 0, LENGTHS[chrom]), whole=True)
    if (match := _IN_BAND.fullmatch(typed)) and (band := as_band(match["band"])):
        try:
            region = parse_region(f"{band.chrom}:{match['start']}-{match['end']}")
        except RegionError as error:
            raise LocusError(str(error)) from error
        return BandedRegion(region, band) if region else None
    return None


def _of_copies(place: Locus, copies: int) -> Direction | None:
    """The direction of a number of copies: against two, of Y against one; of X one and two say it of one sex alone, and one copy is
    reported of XX people, since XY people have it."""
    chrom = ""
    match place:
        case Region(interval):
            chrom = interval.chrom
        case BandedRegion(region):
            chrom = region.interval.chrom
        case Cytoband():
            chrom = place.chrom
    expected = 1 if chrom == "chrY" else 2
    return None if copies == expected else Direction.LOSS if copies < expected else Direction.GAIN


def _several(typed: str) -> list[Locus]:
    """The places that stand there joined by commas or semicolons, as an address that names `gene` twice joins them; none if not
    all are."""
    parts = [part for part in (part.strip() for part in re.split("[,;]", typed)) if part]
    if not 1 < len(parts) <= MOST_PLACES:
        return []
    try:
        return [parse(part) for part in parts]
    except LocusError:
        return []
