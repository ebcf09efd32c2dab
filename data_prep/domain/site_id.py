"""The id of a site, or of any interval with a direction: `chr1-109687570-109697444-loss`, 1-based and inclusive (rule R9).

Made and read here alone, so that whatever the database, a download or a drawing names can be asked for.
"""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import DIRECTIONS, Direction
from data_prep.domain.intervals import Interval

_FORM: Final = "{}-{}-{}-{}"
_PLACE: Final = r"chr[0-9XY]{1,2}"
_PATTERN: Final = re.compile(
    rf"(?P<chrom>{_PLACE})-(?P<start>\d{{1,12}})-(?P<end>\d{{1,12}})-(?P<direction>{'|'.join(DIRECTIONS)})"
)

INTERVAL_OF_ID: Final = rf"{_PLACE}-(\d+-\d+)-"
"""Pattern whose group is the interval within an id, for what shows no more of it."""


@dataclass(frozen=True, slots=True)
class SiteId:
    """An interval and a direction; as text, the id."""

    interval: Interval
    direction: Direction

    def __str__(self) -> str:
        return site_id(self.interval.chrom, self.interval.start, self.interval.end, self.direction)


def site_id(chrom: str, start: int, end: int, direction: str) -> str:
    """The id of `[start, end)`, 0-based, with a direction, `loss` or `gain`."""
    return _FORM.format(chrom, start + 1, end, direction)


def site_id_expression(chrom: pl.Expr, start: pl.Expr, end: pl.Expr, direction: pl.Expr) -> pl.Expr:
    """The same of columns."""
    return pl.format(_FORM, chrom, start + 1, end, direction)


def parse_site_id(text: str) -> SiteId | None:
    """What an id names; None for a text that is none, or whose interval holds no base or lies on no chromosome."""
    match = _PATTERN.fullmatch(text)
    if match is None or match["chrom"] not in LENGTHS or not 0 < int(match["start"]) <= int(match["end"]):
        return None
    interval = Interval(match["chrom"], int(match["start"]) - 1, int(match["end"]))
    return SiteId(interval, Direction(match["direction"]))
