"""What the catalogue of sites is narrowed to and ordered by, as one value (rules R9, R10, R11, R13).

Beside `Filters`, which says who is counted and what: this says which of the sites are listed. Of the filters `min_length`,
`max_length` and `min_bins` are asked of a site itself here: its length, and the median bins of its members.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, TypeVar

from dashboard.question.locus import cut
from dashboard.question.problem import Problem


class Badge(StrEnum):
    """What becomes of sites with a badge."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    ONLY = "only"


class Genes(StrEnum):
    """Which genes a site has to touch."""

    ANY = "any"
    TOUCHED = "touched"
    CODING = "coding"
    NONE = "none"


SORTS: Final = (
    "frequency",
    "carriers",
    "place",
    "length",
    "bins",
    "genes",
    "coding",
    "allele_frequency",
    "fst",
    "vst",
    "q",
    "transmission",
    "trios",
)
"""What sites can be ordered by, each with `-` before it from the greatest down; who has no value comes last in both orders."""
DEFAULT_SORT: Final = "-frequency"
PAGE_ROWS: Final = 50
LEAST_CARRIERS: Final = 2
"""Carriers of a site that is listed where nothing else is asked for: nine sites in ten have one."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Which sites are listed, in which order, and which screenful of them."""

    min_carriers: int = LEAST_CARRIERS
    """Carriers among the people counted."""
    min_frequency: float | None = None
    """Share of the people counted, 0 to 1, inclusive as all bounds."""
    max_frequency: float | None = None
    genes: Genes = Genes.ANY
    min_fst: float | None = None
    min_vst: float | None = None
    max_q: float | None = None
    """Of the test of carriers over super-populations (R10)."""
    few_bins: Badge = Badge.INCLUDE
    multi_allelic: Badge = Badge.INCLUDE
    problem: Badge = Badge.INCLUDE
    """Sites half or more of which lies in a problem region."""
    min_trios: int | None = None
    """Trios that tell of transmission."""
    min_transmission: float | None = None
    max_transmission: float | None = None
    sort: str = DEFAULT_SORT
    page: int = 1
    """From 1."""

    @property
    def order(self) -> str:
        """The name that is sorted by, without its direction."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """From the greatest down."""
        return self.sort.startswith("-")

    def to_query(self) -> dict[str, str]:
        """Names and values for an address, defaults left out."""
        return {
            field.name: _text(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default and value is not None
        }


NAMES: Final = tuple(field.name for field in fields(Catalogue))
"""The names that `Catalogue` reads from an address."""

_Choice = TypeVar("_Choice", bound=StrEnum)


def parse(values: Mapping[str, str]) -> tuple[Catalogue, list[Problem]]:
    """What an address asks of the catalogue, and a sentence for each value that could not be used, which falls back to its
    default. `values` maps names to text; other names are ignored."""
    problems: list[Problem] = []

    def refuse(name: str, allowed: str) -> None:
        shown = cut(values[name], 60)
        problems.append(Problem(name, shown, f"“{shown}” is not a value of {name}, which takes {allowed}."))

    def whole(name: str, least: int, example: str) -> int | None:
        text = values.get(name, "")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < least:
            refuse(name, f"a whole number from {least} on, such as {example}")
            return None
        return int(text)

    def share(name: str, signed: bool = False) -> float | None:
        text = values.get(name, "")
        if not text:
            return None
        pattern = r"-?[01](\.\d{1,9})?" if signed else r"[01](\.\d{1,9})?|\d(\.\d{1,6})?e-\d{1,3}"
        if not re.fullmatch(pattern, text, re.ASCII) or abs(float(text)) > 1:
            refuse(name, f"a number from {-1 if signed else 0} to 1, such as 0.05")
            return None
        return float(text)

    def choice(name: str, choices: type[_Choice], default: _Choice) -> _Choice:
        text = values.get(name, "")
        if not text:
            return default
        if text not in set(choices):
            names = [one.value for one in choices]
            refuse(name, f"{', '.join(names[:-1])} or {names[-1]}")
            return default
        return choices(text)

    sort = values.get("sort", "") or DEFAULT_SORT
    if sort.removeprefix("-") not in SORTS:
        refuse("sort", f"{', '.join(SORTS[:-1])} or {SORTS[-1]}, with - before it from the greatest down")
        sort = DEFAULT_SORT
    bounds = {name: share(name) for name in ("min_frequency", "max_frequency", "min_transmission", "max_transmission")}
    for name in ("frequency", "transmission"):
        low, high = bounds[f"min_{name}"], bounds[f"max_{name}"]
        if low is not None and high is not None and high < low:
            refuse(f"max_{name}", f"a number that is not below min_{name}")
            bounds[f"max_{name}"] = None
    least = whole("min_carriers", 1, "2")
    return Catalogue(
        min_carriers=LEAST_CARRIERS if least is None else least,
        **bounds,
        genes=choice("genes", Genes, Genes.ANY),
        min_fst=share("min_fst", signed=True),
        min_vst=share("min_vst"),
        max_q=share("max_q"),
        few_bins=choice("few_bins", Badge, Badge.INCLUDE),
        multi_allelic=choice("multi_allelic", Badge, Badge.INCLUDE),
        problem=choice("problem", Badge, Badge.INCLUDE),
        min_trios=whole("min_trios", 1, "10"),
        sort=sort,
        page=whole("page", 1, "2") or 1,
    ), problems


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".") if value == 0 or abs(value) >= 1e-6 else f"{value:g}"
    return str(value)
