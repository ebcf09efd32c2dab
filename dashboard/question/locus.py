"""What a person types into the search box, parsed and printed: region, chromosome, cytoband or gene name (rule R1).

Parsing looks only at the text: it says what kind of place is meant and gives its interval where the text holds it.
A gene name or a band is looked up by the store. People write positions 1-based and inclusive; BED fields, which are
parted by spaces or tabs, are 0-based, and the result says so.
"""

import re
from dataclasses import dataclass
from typing import Final

from data_prep.domain.chromosomes import (
    LENGTHS,
    accession_of_other_build,
    chromosome,
    is_mitochondrion,
    names_its_build,
)
from data_prep.domain.intervals import Interval

EXAMPLES: Final = ("GSTM1", "ENSG00000134184", "chr1:109,687,815-109,693,745", "22q11.21", "chr7")
"""One example of each kind, for help texts."""


@dataclass(frozen=True, slots=True)
class Region:
    """An interval; `bed` where it was written as 0-based BED fields, `whole` where it is a whole chromosome."""

    interval: Interval
    bed: bool = False
    whole: bool = False

    def __str__(self) -> str:
        return self.interval.chrom if self.whole else str(self.interval)


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


def cut(text: str, most: int) -> str:
    """What a sentence repeats of what was typed: at most `most` letters of it."""
    return text if len(text) <= most else text[:most] + "…"


class LocusError(ValueError):
    """The text is no place: one sentence says what is wrong, with an example of what to type instead."""


LONGEST_NUMBER: Final = 12
"""Digits of a position at most; GRCh38 needs nine. Python itself refuses to read a number of thousands of digits."""
MOST_PLACES: Final = 1_000
"""Parts of a text that are looked at to see whether it names several places."""
_PLAIN = rf"\d{{1,{LONGEST_NUMBER}}}"
_DIGITS = rf"\d(?:,*\d){{0,{LONGEST_NUMBER - 1}}},*"
_TOO_LONG = re.compile(rf"\d(?:[,.]*\d){{{LONGEST_NUMBER}}}")


def _number(name: str) -> str:
    """The pattern of a position with its unit, such as `109,687,815`, `1.5 Mb`."""
    return rf"(?P<{name}>{_DIGITS}(?:\.{_PLAIN})?)\s*(?P<{name}_unit>[kKmM]?(?:[bB][pP]?)?)"


_INTERVAL = re.compile(rf"(?P<chrom>[^\s:]+?)\s*:\s*{_number('start')}\s*(?:-|–|\.\.)\s*{_number('end')}")
_DASHED = re.compile(
    rf"(?P<chrom>(?:chr)?(?:\d{{1,2}}|[XYM]|MT))-(?P<start>{_DIGITS})-(?P<end>{_DIGITS})", re.IGNORECASE
)
_HGVS = re.compile(
    rf"(?P<chrom>NC_\d{{6}}\.\d+):g\.\(?(?P<start>{_PLAIN})_(?P<end>{_PLAIN})\)?(?:del|dup)?", re.IGNORECASE
)
_BED = re.compile(rf"(?P<chrom>\S+)\s+(?P<start>{_PLAIN})\s+(?P<end>{_PLAIN})(?:\s.*)?", re.DOTALL)
_BAND = re.compile(r"(?:chr)?(?P<chrom>\d{1,2}|[XY])(?P<band>[pq](?:\d{1,2}(?:\.\d{1,3})?)?)", re.IGNORECASE)
_WHOLE = re.compile(r"chr(?:\d{1,2}|[a-z]{1,2})|\d{1,2}|[XY]", re.IGNORECASE)
_GENE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,39}")
_ENSEMBL = re.compile(r"(ENSG\d{11})(?:\.\d+)?", re.IGNORECASE)
_UNITS: Final = {
    "": 1,
    "b": 1,
    "bp": 1,
    "k": 1_000,
    "kb": 1_000,
    "kbp": 1_000,
    "m": 1_000_000,
    "mb": 1_000_000,
    "mbp": 1_000_000,
}


def parse(text: str) -> Locus:
    """The place that `text` means.

    Raises `LocusError` with a sentence for the page where it means none. A name that looks like a gene is returned
    as a `GeneName` whether or not such a gene exists.
    """
    typed = text.strip()
    if not typed:
        raise LocusError(f"Type a gene, a region or a cytoband, such as {EXAMPLES[0]} or {EXAMPLES[2]}.")
    if match := _HGVS.fullmatch(typed) or _INTERVAL.fullmatch(typed) or _DASHED.fullmatch(typed):
        parts = match.groupdict("")
        return _region(
            parts["chrom"],
            _position(parts["start"], parts.get("start_unit", "")) - 1,
            _position(parts["end"], parts.get("end_unit", "")),
        )
    if match := _BED.fullmatch(typed):
        return _region(match["chrom"], int(match["start"]), int(match["end"]), bed=True)
    if (match := _BAND.fullmatch(typed)) and (chrom := chromosome(match["chrom"])):
        return Cytoband(chrom, match["band"].lower())
    if _WHOLE.fullmatch(typed) or names_its_build(typed) or accession_of_other_build(typed):
        chrom = _chromosome(typed)
        return Region(Interval(chrom, 0, LENGTHS[chrom]), whole=True)
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


def _region(name: str, start: int, end: int, *, bed: bool = False) -> Region:
    """The checked region `[start, end)`, 0-based."""
    chrom = _chromosome(name)
    if start < 0:
        raise LocusError(f"Positions count from 1: type {chrom}:1-{max(end, 1):,}.")
    if end <= start:
        if bed:
            raise LocusError(f"In BED fields the end lies behind the start, as in {chrom} {end} {start + 1}.")
        raise LocusError(f"The end lies before the start; did you mean {chrom}:{max(end, 1):,}-{start + 1:,}?")
    if end > LENGTHS[chrom]:
        raise LocusError(f"{chrom} ends at {LENGTHS[chrom]:,} in GRCh38, so a region cannot end at {end:,}.")
    return Region(Interval(chrom, start, end), bed=bed)


def _chromosome(name: str) -> str:
    if chrom := chromosome(name):
        return chrom
    if current := accession_of_other_build(name):
        raise LocusError(
            f"{cut(name.upper(), 30)} is of another build than GRCh38, where this chromosome is {current}."
        )
    if is_mitochondrion(name):
        raise LocusError("The mitochondrial genome has no calls here: try a region of chr1 to chr22, chrX or chrY.")
    raise LocusError(
        f"“{cut(name, 30)}” is no chromosome of these calls, which have chr1 to chr22, chrX and chrY: try chr1:1,000-2,000."
    )


def _position(digits: str, unit: str) -> int:
    """A 1-based position; `1.5` with unit `mb` is 1,500,000. A part of a base is refused."""
    whole, _, decimals = digits.replace(",", "").partition(".")
    scale = _UNITS[unit.lower()]
    position, rest = divmod(int(whole + decimals) * scale, int("1" + "0" * len(decimals)))
    if rest:
        raise LocusError(
            f"{digits} {unit}".strip() + " is no whole position: write bases, such as chr1:1,500,000-2,000,000."
        )
    return position
