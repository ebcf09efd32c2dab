"""What is counted: class, filter level, cohort, overlap rule and the rest, as one value (rules R4 to R7, R13).

A query string becomes a `Filters` once, at the door, and back into a query string in one place, so a page, its
download and its link cannot drift apart. Nothing here knows a database or a page; a value that cannot be read is
handed back as a `Problem`, since a page falls back with a word where a download must refuse.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar

from dashboard.question.locus import cut
from dashboard.question.problem import Problem
from data_prep.domain.copy_number import COUNTED_CLASSES, DIRECTIONS, MEMBERS, CallClass, Direction
from data_prep.domain.levels import DEFAULT_LEVEL, Level

_Choice = TypeVar("_Choice", bound=StrEnum)


class Cohort(StrEnum):
    """The 2,504 unrelated people of phase 3, or everyone (R5)."""

    UNRELATED = "unrelated"
    ALL = "all"


class Outliers(StrEnum):
    """What happens to a sample on a chromosome with large events, probably from cell culture (R5, R11)."""

    EXCLUDE = "exclude"
    INCLUDE = "include"


class Sex(StrEnum):
    """Karyotype sex."""

    XX = "XX"
    XY = "XY"


class Rule(StrEnum):
    """How a carrier's events must lie to a gene or region (R7)."""

    CODING = "coding"
    CODING_TOUCH = "coding-touch"
    """As coding, the ends of losses not drawn in."""
    ANY = "any"
    COVERS = "covers"
    FRACTION = "fraction"
    WITHIN = "within"
    RECIPROCAL = "reciprocal"


SHARES: Final = 10_000
"""A share is held as whole ten-thousandths, so that the comparison with a count of bases is exact."""

_SHARED_RULES: Final = frozenset({Rule.FRACTION, Rule.RECIPROCAL})
CODING_RULES: Final = frozenset({Rule.CODING, Rule.CODING_TOUCH})
"""The rules that look at coding sequence: none of a region."""
_SHARE = re.compile(r"0?\.\d{1,4}|1(?:\.0{1,4})?")


@dataclass(frozen=True, slots=True)
class Overlap:
    """A rule, with its share where it takes one: `fraction:0.5` is `Overlap(Rule.FRACTION, 5000)`."""

    rule: Rule
    share: int | None = None

    def __post_init__(self) -> None:
        if (self.share is not None) != (self.rule in _SHARED_RULES):
            raise ValueError(f"the rule {self.rule} {'needs' if self.rule in _SHARED_RULES else 'takes no'} share")
        if self.share is not None and not 0 < self.share <= SHARES:
            raise ValueError("a share lies above 0 and is at most 1")

    @classmethod
    def parse(cls, text: str) -> "Overlap | None":
        """`covers`, `fraction:0.5`, `reciprocal:.25`; None for anything else."""
        name, colon, share = text.partition(":")
        if name not in set(Rule):
            return None
        rule = Rule(name)
        if rule not in _SHARED_RULES:
            return None if colon else cls(rule)
        if not _SHARE.fullmatch(share):
            return None
        whole, _, decimals = share.partition(".")
        ten_thousandths = int(whole or 0) * SHARES + int(decimals.ljust(4, "0") or 0)
        return cls(rule, ten_thousandths) if ten_thousandths else None

    @property
    def one_event(self) -> bool:
        """A single event has to meet the rule, not the union of a carrier's events."""
        return self.rule in (Rule.WITHIN, Rule.RECIPROCAL)

    def __str__(self) -> str:
        if self.share is None:
            return self.rule.value
        return f"{self.rule.value}:{self.share / SHARES:.4f}".rstrip("0").rstrip(".")


CODING: Final = Overlap(Rule.CODING)
CODING_TOUCH: Final = Overlap(Rule.CODING_TOUCH)
ANY: Final = Overlap(Rule.ANY)
HALF: Final = SHARES // 2
HALF_OF_IT: Final = Overlap(Rule.FRACTION, HALF)
"""The rule of a region's first sentence (R7)."""

GENE_OVERLAPS: Final = (
    CODING,
    CODING_TOUCH,
    ANY,
    Overlap(Rule.COVERS),
    HALF_OF_IT,
    Overlap(Rule.WITHIN),
    Overlap(Rule.RECIPROCAL, HALF),
)
"""The rules offered for a gene, the default first."""

REGION_OVERLAPS: Final = tuple(overlap for overlap in GENE_OVERLAPS if overlap.rule not in CODING_RULES)
"""The rules offered for a region, the default first."""


# A page asks a hundred times what the same classes mean.
@lru_cache(maxsize=256)
def _event_classes(classes: tuple[CallClass, ...]) -> tuple[CallClass, ...]:
    named = classes or (CallClass.LOSS, CallClass.GAIN)
    return tuple(dict.fromkeys(member for name in named for member in MEMBERS.get(name, (name,))))


@lru_cache(maxsize=256)
def _directions(classes: tuple[CallClass, ...]) -> tuple[Direction, ...]:
    directions = {name.direction for name in _event_classes(classes)}
    return tuple(direction for direction in DIRECTIONS if direction in directions)


@lru_cache(maxsize=256)
def _is_every_class(classes: tuple[CallClass, ...]) -> bool:
    whole = [MEMBERS[CallClass(direction.value)] for direction in _directions(classes)]
    return set(_event_classes(classes)) == {name for names in whole for name in names}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is counted. The defaults are those of rule R13; an empty tuple means every one."""

    classes: tuple[CallClass, ...] = ()
    level: Level = DEFAULT_LEVEL
    cohort: Cohort = Cohort.UNRELATED
    outliers: Outliers = Outliers.EXCLUDE
    populations: tuple[str, ...] = ()
    sex: Sex | None = None
    overlap: Overlap | None = None
    """The rule asked for; None stands for the default of what is looked at, gene or region."""
    min_length: int | None = None
    max_length: int | None = None
    min_quality: float | None = None
    min_bins: int | None = None
    copy_numbers: tuple[int, ...] = ()
    callset: str = ""
    """The callset that is looked at; empty for the newest."""

    @property
    def event_classes(self) -> tuple[CallClass, ...]:
        """The classes that count; `loss` and `gain` hold their parts and the calls without a copy number."""
        return _event_classes(self.classes)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions asked for, loss first."""
        return _directions(self.classes)

    @property
    def every_class(self) -> bool:
        """No class of a direction is asked for without the others of it, nor any copy number."""
        return not self.copy_numbers and _is_every_class(self.classes)

    def at(self, level: Level) -> "Filters":
        """The same at another filter level."""
        return replace(self, level=level)

    def under(self, rule: "Overlap") -> "Filters":
        """The same under another overlap rule."""
        return replace(self, overlap=rule)

    def within_direction(self, direction: Direction) -> "Filters":
        """The same of one direction alone: the classes of it that are asked for, else all of them."""
        of_direction = tuple(name for name in self.classes if name.direction is direction)
        return replace(self, classes=of_direction or (CallClass(direction.value),))

    def of_sites(self) -> "Filters":
        """Those that apply to sites: a site is what its events made it, whatever the rule and limits in force (R9)."""
        return replace(self, overlap=None, min_length=None, max_length=None, min_quality=None, min_bins=None)

    def to_query(self) -> dict[str, str]:
        """Names and values for an address, always in the order of rule R13; defaults are left out."""
        texts = {
            CLASS: ",".join(self.classes),
            "filter": "" if self.level is DEFAULT_LEVEL else self.level.value,
            "cohort": "" if self.cohort is Cohort.UNRELATED else self.cohort.value,
            "outliers": "" if self.outliers is Outliers.EXCLUDE else self.outliers.value,
            "population": ",".join(self.populations),
            "sex": "" if self.sex is None else self.sex.value,
            "overlap": "" if self.overlap is None else str(self.overlap),
            "min_length": _text(self.min_length),
            "max_length": _text(self.max_length),
            "min_quality": _text(self.min_quality),
            "min_bins": _text(self.min_bins),
            "copy_number": ",".join(str(number) for number in self.copy_numbers),
            "callset": self.callset,
        }
        return {name: text for name, text in texts.items() if text}


@dataclass(slots=True)
class _Reader:
    """The values of one address, and what was wrong with them."""

    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, allowed: str) -> None:
        shown = cut(self.values[name], 60)
        self.problems.append(Problem(name, shown, f"“{shown}” is not a value of {name}, which takes {allowed}."))

    def choice(self, name: str, choices: type[_Choice], default: _Choice) -> _Choice:
        text = self.values.get(name, "")
        if not text:
            return default
        if text not in set(choices):
            self.refuse(name, _list([choice.value for choice in choices], "or"))
            return default
        return choices(text)

    def members(self, name: str, known: Sequence[str], allowed: str) -> tuple[str, ...]:
        """Comma-joined members of `known`, in its order, once each."""
        text = self.values.get(name, "")
        values = {part.strip() for part in text.split(",")} - {""}
        if not values <= set(known):
            self.refuse(name, allowed)
            return ()
        return tuple(name for name in known if name in values)

    def sex(self) -> Sex | None:
        text = self.values.get("sex", "")
        if text in ("", "any"):
            return None
        if text not in set(Sex):
            self.refuse("sex", "any, XX or XY")
            return None
        return Sex(text)

    def overlap(self, default: Overlap) -> Overlap | None:
        text = self.values.get("overlap", "")
        if not text:
            return None
        overlap = Overlap.parse(text)
        if overlap is None or (overlap.rule in CODING_RULES and default != CODING):
            rules = [
                rule.value
                for rule in Rule
                if rule not in _SHARED_RULES and (rule not in CODING_RULES or default == CODING)
            ]
            self.refuse("overlap", _list([*rules, "fraction:0.5", "reciprocal:0.5"], "or"))
            return None
        return None if overlap == default else overlap

    def whole(self, name: str) -> int | None:
        text = self.values.get(name, "")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
            self.refuse(name, "a whole number such as 10000")
            return None
        return int(text)

    def number(self, name: str) -> float | None:
        text = self.values.get(name, "")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII) or not math.isfinite(float(text)):
            self.refuse(name, "a number such as 20")
            return None
        return float(text)

    def callset(self, known: Sequence[str]) -> str:
        name = self.values.get(CALLSET, "")
        if name and name not in known:
            self.refuse(CALLSET, _list(known, "or") if known else "no value here")
            return ""
        return "" if not name or name == known[0] else name

    def wholes(self, name: str) -> tuple[int, ...]:
        text = self.values.get(name, "")
        if not text:
            return ()
        if not re.fullmatch(r"\d{1,4}(,\d{1,4})*", text, re.ASCII):
            self.refuse(name, "whole numbers joined by commas, such as 0,1")
            return ()
        return tuple(sorted({int(part) for part in text.split(",")}))


CALLSET: Final = "callset"
CLASS: Final = "class"
"""The name of the callset in an address: whoever opens the database asks for it before anything else is read."""

NAMES: Final = (
    CLASS,
    "filter",
    "cohort",
    "outliers",
    "population",
    "sex",
    "overlap",
    "min_length",
    "max_length",
    "min_quality",
    "min_bins",
    "copy_number",
    CALLSET,
)
"""The names that `Filters` reads from an address."""


def parse(
    values: Mapping[str, str],
    groups: Sequence[str],
    default_overlap: Overlap = CODING,
    callsets: Sequence[str] = (),
) -> tuple[Filters, list[Problem]]:
    """The filters an address asks for, and a sentence for each value that could not be used.

    `values` maps names to text, a repeated name comma-joined; other names are ignored. `groups` are the codes of
    super-populations and populations that the database knows, in order; `default_overlap` is the rule that what is
    looked at takes where none is asked for; `callsets` are those of the database, the newest first. An unknown value
    falls back to its default.
    """
    read = _Reader(values)
    filters = Filters(
        classes=tuple(CallClass(name) for name in read.members(CLASS, COUNTED_CLASSES, _list(COUNTED_CLASSES, "and"))),
        level=read.choice("filter", Level, DEFAULT_LEVEL),
        cohort=read.choice("cohort", Cohort, Cohort.UNRELATED),
        outliers=read.choice("outliers", Outliers, Outliers.EXCLUDE),
        populations=read.members(
            "population", groups, "codes of super-populations and populations such as AFR or GBR, joined by commas"
        ),
        sex=read.sex(),
        overlap=read.overlap(default_overlap),
        min_length=read.whole("min_length"),
        max_length=read.whole("max_length"),
        min_quality=read.number("min_quality"),
        min_bins=read.whole("min_bins"),
        copy_numbers=read.wholes("copy_number"),
        callset=read.callset(callsets),
    )
    if filters.min_length is not None and filters.max_length is not None and filters.max_length < filters.min_length:
        read.refuse("max_length", "a number that is not below min_length")
        filters = replace(filters, max_length=None)
    return filters, read.problems


def _text(number: float | None) -> str:
    return (
        "" if number is None else f"{number:.6f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)
    )


def _list(words: Sequence[str], last: str) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
