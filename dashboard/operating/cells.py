"""Which numbers of people may be told where small ones are withheld (rule of the operator's `smallest_cell`, n).

A number is small where it is of 1 to n - 1 people, or where all but so few of a group carry. What a sum gives away is
withheld with it:

- a small total: everything about it;
- a small number in one group: all groups of that grouping (sexes, super-populations, populations), and the populations where
  the super-populations are withheld. A grouping has to add up to its total; those who are in no group of it, as people whose
  sex is not known, are one more. Where a group has fewer than n people, its carriers or the others are always few, and the
  grouping is never told;
- a small number of a class or of copies in one row of a grouping: the classes of all rows of that grouping, those of
  populations with those of super-populations.

The total stays where it is not small. Zero is told: that nobody carries is the answer that is looked for. What is told of a
question depends on it alone, so two doors that answer the same question withhold the same. Differences between two
questions, of two places, are not guarded: see docs/beacon.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

SEX: Final = "sex"
SUPERPOPULATION: Final = "superpopulation"
POPULATION: Final = "population"
NOTE: Final = "withheld: fewer than {} people, or a number from which one such could be worked out"


@dataclass(frozen=True, slots=True)
class Row:
    """Numbers of a group: its carriers and people, and its carriers by class or by copies."""

    carriers: int
    samples: int
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownCells:
    """What may be told of an answer."""

    total: bool
    """The number of all carriers."""
    parts: bool
    """Its carriers by class."""
    groups: frozenset[str] = field(default_factory=frozenset)
    """Groupings whose rows are told."""
    parts_of: frozenset[str] = field(default_factory=frozenset)
    """Of them those whose rows are told by class too."""


def choose_cells(total: Row, groupings: Mapping[str, Sequence[Row]], least: int) -> ShownCells:
    """What may be told of an answer of `total` and its groupings by name, where numbers below `least` are withheld."""
    if _is_small(total, least):
        return ShownCells(total=False, parts=False)
    groups: set[str] = set()
    parts: set[str] = set()
    for name in sorted(groupings, key=lambda grouping: grouping == POPULATION):
        rows = _with_the_rest(total, groupings[name])
        above = name != POPULATION or SUPERPOPULATION not in groupings
        if any(_is_small(row, least) for row in rows):
            continue
        if above or SUPERPOPULATION in groups:
            groups.add(name)
            if all(_parts_are_told(row, least) for row in rows) and (above or SUPERPOPULATION in parts):
                parts.add(name)
    return ShownCells(
        total=True, parts=_parts_are_told(total, least), groups=frozenset(groups), parts_of=frozenset(parts)
    )


def is_small(number: int, least: int) -> bool:
    """Whether a number of people is withheld."""
    return 0 < number < least


def _is_small(row: Row, least: int) -> bool:
    return is_small(row.carriers, least) or is_small(row.samples - row.carriers, least)


def _parts_are_told(row: Row, least: int) -> bool:
    parts = (*row.parts, max(0, row.carriers - sum(row.parts)))
    return not any(is_small(part, least) for part in parts)


def _with_the_rest(total: Row, rows: Sequence[Row]) -> list[Row]:
    """The rows of a grouping, people without a group as one more; groups without people say nothing."""
    groups = [row for row in rows if row.samples]
    carriers = total.carriers - sum(row.carriers for row in groups)
    samples = total.samples - sum(row.samples for row in groups)
    parts = (
        tuple(whole - sum(row.parts[at] for row in groups) for at, whole in enumerate(total.parts))
        if all(len(row.parts) == len(total.parts) for row in groups)
        else ()
    )
    return [*groups, Row(carriers, samples, parts)] if samples or carriers else groups
