"""The problem regions that events lie in (rule R11): every kind that covers half or more, as the build says it of sites; and
problem regions by their names.
"""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import landmarks
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.intervals import Interval, covers_half, union
from data_prep.domain.sight import is_paralogous

BETWEEN: Final = ", "
"""Parts the kinds of one event."""
MOST_WORDS: Final = 12
"""Words of a text up to which problem regions are looked for by it."""
_WITHOUT_NAME: Final = ("gap", "telomere", "paralogous")
_ANYWHERE: Final = frozenset({"a", "and", "in", "of", "on", "region", "regions", "the", "to", "with"})
_HEAD: Final = re.compile(r"[^:;]+")


def problem_kinds_of(database: Generation, chrom: str, events: pl.DataFrame) -> pl.Series:
    """Of each event (`start`, `end`, 0-based, half-open) the kinds of problem region of which each covers half or more of it,
    in alphabetical order and joined by commas; null where there is none."""
    start, end = (events[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    return pl.Series("problem", problem_kinds_at(database, chrom, start, end), pl.String)


def problem_kinds_at(database: Generation, chrom: str, start: Numbers, end: Numbers) -> list[str | None]:
    """The same of starts and ends."""
    kinds = np.full(len(start), "", object)
    for kind, places in _kinds(database, chrom).items():
        inside = covers_half(*places, start, end)
        kinds[inside] = [f"{words}{BETWEEN if words else ''}{kind}" for words in kinds[inside]]
    return [words or None for words in kinds]


def in_copies(database: Generation, chrom: str, rows: pl.DataFrame) -> pl.Series:
    """Whether half or more of each interval (`start`, `end`) lies in places of copies so alike that short reads cannot be placed
    between them, all kinds of these taken together (R5)."""
    start, end = (rows[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    return pl.Series("copies", are_in_copies(database, chrom, start, end))


def are_in_copies(database: Generation, chrom: str, start: Numbers, end: Numbers) -> Flags:
    """The same of starts and ends."""
    return covers_half(*_copies(database, chrom), start, end)


@remembered
def _copies(database: Generation, chrom: str) -> tuple[Numbers, Numbers]:
    """Starts and ends of the places of copies on the chromosome, overlapping ones made one."""
    problems = landmarks(database).problems.on(chrom)
    kinds = [kind for kind in problems["kind"].unique().to_list() if is_paralogous(kind)]
    return _merge(problems.filter(problems["kind"].is_in(kinds)))


@remembered
def _kinds(database: Generation, chrom: str) -> Mapping[str, tuple[Numbers, Numbers]]:
    """By kind, in alphabetical order, the starts and ends of its regions on the chromosome, overlapping ones made one."""
    problems = landmarks(database).problems.on(chrom)
    return {
        kind: _merge(problems.filter(problems["kind"] == kind)) for kind in problems["kind"].unique().sort().to_list()
    }


def _merge(regions: pl.DataFrame) -> tuple[Numbers, Numbers]:
    start, end, _ = union(*(regions[name].to_numpy().astype(np.int64) for name in ("start", "end")))
    return start, end


@remembered
def problems_called(database: Generation, text: str, limit: int) -> tuple[tuple[str, Interval], ...]:
    """Problem regions in whose name, up to its first colon or semicolon, every word of the text stands: name and interval,
    in the order of the genome, at most `limit`.

    Assembly gaps and telomeres have no name of their own, and a place of copies has that of its genes; these are not looked for,
    nor is a text of nothing but words such as region and on.
    """
    words = frozenset(_words(text))
    if not words - _ANYWHERE or len(words) > MOST_WORDS:
        return ()
    rows = landmarks(database).problems.rows
    rows = rows.filter(~rows["kind"].is_in(_WITHOUT_NAME))
    matches = []
    for kind, name, *place in rows.select("kind", "name", "chrom", "start", "end").iter_rows():
        head = _HEAD.match(name)
        if head and words <= frozenset(_words(head[0], kind)):
            matches.append((name, Interval(*place)))
    return tuple(matches[:limit])


def _words(text: str, kind: str = "") -> list[str]:
    """The words of a name in small letters; of a pseudo-autosomal region its short name too."""
    words = re.findall(r"[^\W_]+", text.lower())
    if kind == "par":
        words += ["pseudoautosomal", "par", *(f"par{word}" for word in words if word.isdigit())]
    return words
