"""Entries whose text alone says that nothing is there: a regular expression for each kind of a FORMAT."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from data_prep.domain.chromosomes import chromosome
from data_prep.reading.dialects.records import Plain
from data_prep.reading.long_files.piece import Piece
from data_prep.reading.long_files.plan import Places

MOST_KINDS: Final = 4
"""Most kinds of plain entries that a dialect has; they are numbered from 1."""


def plain_kinds(piece: Piece, plain: Plain) -> Places:
    """The plain kind of each entry, 0 for those that are to be looked at.

    Everything on Y is looked at, and on X unless the genotype tells: what is expected there depends on the sex.
    """
    kinds = np.zeros(len(piece.entries), np.int64)
    by_sex = ("chrY",) if plain.by_genotype else ("chrX", "chrY")
    looked_at = np.array([chromosome(name or "") in by_sex for name in piece.sites.get_column("chrom")])
    for form in piece.sites.get_column("format").unique().drop_nulls():
        lines = (piece.sites.get_column("format") == form).fill_null(False).to_numpy() & ~looked_at
        left = np.flatnonzero(np.repeat(lines, piece.samples))
        for number, pattern in enumerate(_patterns(form, plain), 1):
            if not len(left):
                break
            entries = piece.entries.gather(left) if len(left) < len(piece.entries) else piece.entries
            alike = entries.str.contains(pattern).fill_null(False).to_numpy()
            kinds[left[alike]] = number
            left = left[~alike]
    return kinds


@lru_cache(256)
def _patterns(form: str, plain: Plain) -> tuple[str, ...]:
    """Regular expressions of the plain kinds of a FORMAT: the reference genotype, and none, each with no copy number or the
    expected one.

    Where the genotype tells what is expected, the reference's is one kind, with a number or without: the outcome is the same.
    Where it does not, two copies are expected on autosomes whatever it is.
    """
    keys = form.split(":")
    if keys[0] != "GT":
        return ()
    copies = tuple(key in plain.copies for key in keys)
    last = max((i for i, is_copies in enumerate(copies) if is_copies), default=0)

    def tail(number: str, may_end: bool) -> str:
        return _tail(copies[1 : last + 1], number, may_end)

    # what is left out at the end of an entry is missing
    missing, two = tail(r"\.", True), tail(_TWO, False)
    if plain.by_genotype:
        either_one, either_two = (tail(rf"(?:{number}|\.)", True) for number in (_ONE, _TWO))
        patterns = [f"^(?:0{either_one}|0[/|]0{either_two})$"]
    else:
        patterns = [f"^0(?:[/|]0)?{missing}$", *([f"^0(?:[/|]0)?{two}$"] if last else [])]
    if plain.untyped:
        patterns.append(rf"^\.(?:[/|]\.)?{missing}$")
    return (*patterns, *([rf"^\.[/|]\.{two}$"] if last else []))


_ONE: Final = r"1(?:\.0+)?"
_TWO: Final = r"2(?:\.0+)?"


def _tail(copies: Sequence[bool], number: str, may_end: bool) -> str:
    """The fields after GT: `number` for copy numbers, anything for the others and for those that follow."""
    pattern = "(?::.*)?"
    for is_copies in reversed(copies):
        pattern = f":{number if is_copies else '[^:]*'}{pattern}"
        if may_end:
            pattern = f"(?:{pattern})?"
    return pattern
