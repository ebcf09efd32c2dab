"""The spellings of a region (rule R1): read from what people type, paste and copy, and written for addresses.

Positions are written 1-based and inclusive; the fields of BED, parted by spaces or tabs, are 0-based, and the result says
so. A position alone is one base. Names of chromosomes are those of `chromosomes.SPELLINGS`.
"""

import re
from dataclasses import dataclass
from typing import Final

from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import (
    LENGTHS,
    accession_of_other_build,
    chromosome,
    is_mitochondrion,
    names_its_build,
)
from data_prep.domain.intervals import Interval


@dataclass(frozen=True, slots=True)
class Region:
    """An interval; `bed` where it was written as 0-based BED fields, `whole` where it is a whole chromosome."""

    interval: Interval
    bed: bool = False
    whole: bool = False

    def __str__(self) -> str:
        return self.interval.chrom if self.whole else str(self.interval)


class RegionError(Exception):
    """The text is spelt as a region and is none: one sentence says what is wrong, with an example of what to write instead."""


LONGEST_NUMBER: Final = 12
"""Digits of a position at most; a chromosome needs nine. Python itself refuses to read a number of thousands of digits."""
PLAIN_NUMBER: Final = rf"\d{{1,{LONGEST_NUMBER}}}"
"""The pattern of a position without commas."""
_DIGITS: Final = rf"\d(?:,*\d){{0,{LONGEST_NUMBER - 1}}},*"


DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""What word processors, papers and keyboards write for a dash: hyphens, dashes, the minus sign, and their small and wide forms."""
_BLANKS: Final = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_PLAIN: Final = str.maketrans(
    dict.fromkeys(DASHES, "-") | dict.fromkeys(_BLANKS, " ") | dict.fromkeys(_UNSEEN, "") | {"\u00d7": "x"}
)
_CHROMOSOME_APART: Final = re.compile(r"chr(?:omosome)?\.?[ ]+(?=(?:\d{1,2}|[XYM]|MT)\s*(?::|$))", re.IGNORECASE)


def plain(text: str) -> str:
    """The text with every dash a hyphen, every blank a space, characters that nobody sees left out, `×` an x, `Chr 1` in one word,
    and nothing around it."""
    return _CHROMOSOME_APART.sub("chr", text.translate(_PLAIN).strip(), count=1)


def _number(name: str) -> str:
    """The pattern of a position with its unit, such as `109,687,815`, `1.5 Mb`."""
    return rf"(?P<{name}>{_DIGITS}(?:\.{PLAIN_NUMBER})?)\s*(?P<{name}_unit>[kKmM]?(?:[bB][pP]?)?)"


_INTERVAL: Final = re.compile(rf"(?P<chrom>[^\s:]+?)\s*:\s*{_number('start')}\s*(?:-|_|\.\.)\s*{_number('end')}")
_ONE_BASE: Final = re.compile(rf"(?P<chrom>[^\s:]+?)\s*:\s*(?P<start>{_DIGITS})")
_DASHED: Final = re.compile(
    rf"(?P<chrom>(?:chr)?(?:\d{{1,2}}|[XYM]|MT))-(?P<start>{_DIGITS})-(?P<end>{_DIGITS})", re.IGNORECASE
)
_HGVS: Final = re.compile(
    rf"(?P<chrom>NC_\d{{6}}\.\d+):g\.\(?(?P<start>{PLAIN_NUMBER})_(?P<end>{PLAIN_NUMBER})\)?(?:del|dup)?", re.IGNORECASE
)
_BED: Final = re.compile(rf"(?P<chrom>\S+)\s+(?P<start>{PLAIN_NUMBER})\s+(?P<end>{PLAIN_NUMBER})(?:\s.*)?", re.DOTALL)
_WHOLE: Final = re.compile(r"chr(?:\d{1,2}|[a-z]{1,2})|\d{1,2}|[XY]", re.IGNORECASE)
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


def cut(text: str, most: int) -> str:
    """What a sentence repeats of what was typed: at most `most` letters of it."""
    return text if len(text) <= most else text[:most] + "…"


def parse_region(text: str) -> Region | None:
    """The region that a text spells, spaces around it aside; None for a text of no such spelling.

    Raises RegionError where the spelling is a region's and there is no such region.
    """
    text = plain(text)
    if match := _ONE_BASE.fullmatch(text):
        position = _position(match["start"], "")
        return _region(match["chrom"], position - 1, position)
    if match := _HGVS.fullmatch(text) or _INTERVAL.fullmatch(text) or _DASHED.fullmatch(text):
        parts = match.groupdict("")
        return _region(
            parts["chrom"],
            _position(parts["start"], parts.get("start_unit", "")) - 1,
            _position(parts["end"], parts.get("end_unit", "")),
        )
    if match := _BED.fullmatch(text):
        return _region(match["chrom"], int(match["start"]), int(match["end"]), bed=True)
    if _WHOLE.fullmatch(text) or names_its_build(text) or accession_of_other_build(text):
        chrom = _chromosome(text)
        return Region(Interval(chrom, 0, LENGTHS[chrom]), whole=True)
    return None


def region_in_address(interval: Interval) -> str:
    """A region as addresses have it: `chr1:109687570-109697444`, 1-based and inclusive; `chr7` for a whole chromosome."""
    if interval.start == 0 and interval.end == LENGTHS[interval.chrom]:
        return interval.chrom
    return f"{interval.chrom}:{interval.start + 1}-{interval.end}"


def _region(name: str, start: int, end: int, *, bed: bool = False) -> Region:
    """The checked region `[start, end)`, 0-based."""
    chrom = _chromosome(name)
    if start < 0:
        raise RegionError(f"Positions count from 1: type {chrom}:1-{max(end, 1):,}.")
    if end <= start:
        if bed:
            raise RegionError(f"In BED fields the end lies behind the start, as in {chrom} {end} {start + 1}.")
        raise RegionError(f"The end lies before the start; did you mean {chrom}:{max(end, 1):,}-{start + 1:,}?")
    if end > LENGTHS[chrom]:
        raise RegionError(f"{chrom} ends at {LENGTHS[chrom]:,} in {ASSEMBLY.name}, so a region cannot end at {end:,}.")
    return Region(Interval(chrom, start, end), bed=bed)


def _chromosome(name: str) -> str:
    if chrom := chromosome(name):
        return chrom
    if current := accession_of_other_build(name):
        raise RegionError(
            f"{cut(name.upper(), 30)} is of another build than {ASSEMBLY.name}, where this chromosome is {current}."
        )
    if is_mitochondrion(name):
        raise RegionError("The mitochondrial genome has no calls here: try a region of chr1 to chr22, chrX or chrY.")
    raise RegionError(
        f"“{cut(name, 30)}” is no chromosome of these calls, which have chr1 to chr22, chrX and chrY: try chr1:1,000-2,000."
    )


def _position(digits: str, unit: str) -> int:
    """A 1-based position; `1.5` with unit `mb` is 1,500,000. A part of a base is refused."""
    whole, _, decimals = digits.replace(",", "").partition(".")
    scale = _UNITS[unit.lower()]
    position, rest = divmod(int(whole + decimals) * scale, int("1" + "0" * len(decimals)))
    if rest:
        raise RegionError(
            f"{digits} {unit}".strip() + " is no whole position: write bases, such as chr1:1,500,000-2,000,000."
        )
    return position
