"""The filters of pages by the names of an address (R13), for a service that answers with the numbers of a page.

So whatever a page counts can be asked for: its own query string is put behind the interval or gene. Beside the names of
an address it takes `rule` and `level`, the names of its own rows, each with several values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboard.beacon.parameters import SHOWN, Parameter, Scope, Type
from dashboard.door.refusal import Refusal, RefusedError
from dashboard.question import filters
from dashboard.question.filters import ANY, CODING_RULES, GENE_OVERLAPS, Filters, Overlap
from dashboard.question.locus import cut
from dashboard.question.problem import Problem
from dashboard.question.subject import SITE
from dashboard.store.cohort import group_codes
from dashboard.store.database import Generation
from data_prep.domain.levels import Level

RULE: Final = "rule"
LEVEL: Final = "level"
_SPELLINGS: Final = {"overlap": RULE, "filter": LEVEL}
"""What an address calls the two."""
_DESCRIPTIONS: Final[dict[str, tuple[str, str]]] = {
    RULE: ("Overlap rules whose rows are given, joined by commas; all where none is named. Also called overlap.", "coding"),
    LEVEL: ("Filter levels whose rows are given, joined by commas; credible and pass where none is named. Also called filter.", "credible"),
    "class": ("Classes of carriers at the place, joined by commas, in place of variantType.", "complete-loss"),
    "cohort": ("Who is counted: unrelated, or all.", "unrelated"),
    "outliers": ("People with marked chromosomes: exclude, or include.", "exclude"),
    "population": ("Codes of the groups that are counted, joined by commas.", "EUR"),
    "sex": ("Karyotype sex of the people counted: XX or XY.", "XX"),
    "min_length": ("Least bases of an event.", "1000"),
    "max_length": ("Most bases of an event.", "100000"),
    "min_quality": ("Least quality of an event.", "20"),
    "min_bins": ("Least read-depth bins of an event.", "3"),
    "copy_number": ("Copies of a carrier at the place, joined by commas.", "0,1"),
    "callset": ("The callset that is counted; the newest where none is named.", ""),
    SITE: ("The id of a site: its events alone are counted, and it is the place where no other is named.", ""),
}  # fmt: skip
PARAMETERS: Final = tuple(
    Parameter(name, Type.TEXT, Scope.QUERY, description, example)
    for name, (description, example) in _DESCRIPTIONS.items()
)
"""The names, as the OpenAPI document lists them."""
assert set(_DESCRIPTIONS) == {*(_SPELLINGS.get(name, name) for name in filters.NAMES), SITE}


@dataclass(frozen=True, slots=True)
class PageFilters:
    """What a page would count."""

    filters: Filters
    rules: tuple[Overlap, ...]
    """The rules that are named; empty for all."""
    levels: tuple[Level, ...]
    site: str
    """The id of a site; empty for none."""
    names: frozenset[str]
    """The names that have a value."""


def part_values(pairs: Iterable[tuple[str, Any]]) -> tuple[dict[str, str], list[tuple[str, Any]]]:
    """The values by the names of an address, a repeated one comma-joined; and the names and values that are others."""
    of_page: dict[str, str] = {}
    others: list[tuple[str, Any]] = []
    for name, value in pairs:
        key = _SPELLINGS.get(name, name)
        if key not in _DESCRIPTIONS or isinstance(value, dict):
            others.append((name, value))
            continue
        parts = value if isinstance(value, list) else [value]
        text = ",".join(str(part).strip() for part in parts if part is not None)
        if text:
            of_page[key] = f"{of_page[key]},{text}" if key in of_page else text
    return of_page, others


def parse_page_filters(database: Generation, values: Mapping[str, str], *, of_gene: bool) -> PageFilters:
    """The values as a page reads them. `RefusedError` (400) with every one that has no meaning."""
    read, problems = filters.parse(
        {name: value for name, value in values.items() if name not in (RULE, LEVEL, SITE)},
        group_codes(database), ANY, tuple(database.callsets),
    )  # fmt: skip
    rules = [(text, Overlap.parse(text)) for text in _parts(values.get(RULE, ""))]
    allowed = [rule for rule in GENE_OVERLAPS if of_gene or rule.rule not in CODING_RULES]
    problems += [
        _problem(RULE, text, [str(rule) for rule in allowed])
        for text, rule in rules
        if rule is None or (rule.rule in CODING_RULES and not of_gene)
    ]
    words = _parts(values.get(LEVEL, ""))
    problems += [_problem(LEVEL, text, [level.value for level in Level]) for text in words if text not in set(Level)]
    if problems:
        raise RefusedError(Refusal(400, tuple(dict.fromkeys(problems))))
    return PageFilters(
        filters=read,
        rules=tuple(dict.fromkeys(rule for _, rule in rules if rule is not None)),
        levels=tuple(dict.fromkeys(Level(text) for text in words)),
        site=values.get(SITE, ""),
        names=frozenset(values),
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _problem(name: str, text: str, allowed: Sequence[str]) -> Problem:
    shown = cut(text, SHOWN)
    return Problem(name, shown, f"“{shown}” is not a value of {name}, which takes {', '.join(allowed)}.")
