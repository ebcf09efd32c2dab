"""Filters of a Beacon request: which there are, how they are written, and what of a question they narrow or widen.

Filters of different kinds are joined by AND, those of one kind by OR. Of the bounds of one number the exact values are
joined by OR and the inequalities by AND, since a range is two of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dashboard.beacon.parameters import SHOWN
from dashboard.beacon.vocabulary import EFO_TERMS, EVERY, FEMALE, MALE, SEX_TERMS, Classes
from dashboard.question.locus import cut
from dashboard.question.problem import Problem
from dashboard.store.beacon_sites import ancestries
from dashboard.store.beacon_variants import EVENT_NUMBERS, SITE_NUMBERS, Comparison, VariantQuery
from dashboard.store.cohort import population_names
from dashboard.store.database import Generation
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level

EVERYWHERE: Final = ("genomicVariant", "individual", "biosample", "run", "analysis", "dataset", "cohort")
NUMBERS: Final = {
    "copyNumber": "Copy number of an event",
    "length": "Length of an event in bases",
    "quality": "QUAL of an event",
    "bins": "Read-depth bins of an event",
    "carriers": "Carriers of a site among unrelated people at credible, outliers left out",
    "frequency": "Their share of these people, 0 to 1",
}
"""Numbers that can be compared, with their labels."""
CUSTOM: Final = {
    "cohort:unrelated": "Unrelated people alone",
    "cohort:all": "Everybody, relatives too (the default)",
    "level:pass": "Events at the filter level pass",
    "level:credible": "Events at the filter level credible (the default)",
    "level:sensitive": "Events at the filter level sensitive, of one bin too",
    "level:all": "Every event, whatever its filters",
    "outliers:exclude": "Without people on chromosomes that are marked for large events, probably from cell culture",
    "outliers:include": "With them (the default)",
}
"""Filters of our own."""

_COMPARISON: Final = re.compile(
    rf"(?P<id>{'|'.join(NUMBERS)})\s*:?\s*(?P<operator><=|>=|!=|=|<|>|!|:)?\s*(?P<value>[-+.\deE]+)", re.IGNORECASE
)
_OPERATORS: Final = {
    "=": "in",
    "==": "in",
    ":": "in",
    "!": "not in",
    "!=": "not in",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_NUMBER_NAMES: Final = {name.lower(): name for name in NUMBERS}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter as it was given."""

    id: str
    operator: str = ""
    value: str = ""
    descendants: bool = True

    def __str__(self) -> str:
        """As an answer repeats it."""
        return f"{self.id}{self.operator}{self.value}"


@dataclass(frozen=True, slots=True)
class FilteringTerm:
    """A filter that there is, as `/filtering_terms` lists it."""

    id: str
    label: str
    type: str
    scopes: tuple[str, ...] = EVERYWHERE


def filtering_terms(database: Generation) -> list[FilteringTerm]:
    """Every filter that can be asked for in this database."""
    ancestry = [
        FilteringTerm(group.term, group.name, "ontology") for group in ancestries(database).values() if group.term
    ]
    return [
        *ancestry,
        *(FilteringTerm(term.id, term.label, "ontology") for term in (FEMALE, MALE)),
        *(FilteringTerm(identifier, label, "ontology") for identifier, (label, *_) in EFO_TERMS.items()),
        *(FilteringTerm(identifier, label, "custom") for identifier, label in CUSTOM.items()),
        *(FilteringTerm(identifier, label, "alphanumeric") for identifier, label in NUMBERS.items()),
    ]


def read_filters(given: Sequence[Any]) -> tuple[list[Filter], list[Problem]]:
    """The filters of a request: text such as `HANCESTRO:2003` or `copyNumber<=1`, or objects with id, operator and value."""
    filters: list[Filter] = []
    problems: list[Problem] = []
    for part in given:
        if isinstance(part, dict):
            ids = part.get("id")
            for identifier in ids if isinstance(ids, list) else [ids]:
                read = _from_object(part, identifier)
                (filters if isinstance(read, Filter) else problems).append(read)  # type: ignore[arg-type]
        elif isinstance(part, str):
            filters.append(_from_text(part))
        else:
            problems.append(_refuse(str(part)))
    return filters, problems


def _from_text(text: str) -> Filter:
    if match := _COMPARISON.fullmatch(text.strip()):
        operator = match["operator"] or "="
        return Filter(match["id"], "=" if operator == ":" else operator, match["value"])
    return Filter(text.strip())


def _from_object(part: Mapping[str, Any], identifier: Any) -> Filter | Problem:
    if not isinstance(identifier, str) or not identifier.strip():
        return _refuse(str(part))
    descendants = part.get("includeDescendantTerms", True) not in (False, "false", "False", 0)
    value = part.get("value")
    if value is None or value == "":
        read = _from_text(identifier)
        return replace(read, descendants=descendants)
    return Filter(identifier.strip(), str(part.get("operator") or "=").strip(), str(value).strip(), descendants)


def _refuse(text: str, why: str = "") -> Problem:
    shown = cut(text, SHOWN)
    return Problem("filters", shown, why or f"“{shown}” is no filter of this Beacon; filtering_terms lists all.")


@dataclass(slots=True)
class _Choices:
    """What the filters of each kind allow together; None where no filter of the kind is given."""

    populations: set[str] | None = None
    sexes: set[str] | None = None
    classes: set[CallClass] | None = None
    cohorts: set[str] = field(default_factory=set)
    outliers: set[str] = field(default_factory=set)
    levels: set[Level] = field(default_factory=set)
    values: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    bounds: list[Comparison] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def apply_filters(
    database: Generation, query: VariantQuery, filters: Sequence[Filter]
) -> tuple[VariantQuery, list[Problem]]:
    """The question under the filters, and a problem for each that is none."""
    choices = _Choices()
    for part in filters:
        _choose(database, choices, part)
    changes: dict[str, Any] = {}
    if choices.populations is not None:
        changes["populations"] = tuple(sorted(choices.populations))
    if choices.sexes is not None:
        changes["sexes"] = tuple(sorted(choices.sexes))
    if choices.classes is not None:
        allowed: Classes = EVERY if query.classes is None else query.classes
        changes["classes"] = tuple(name for name in allowed if name in choices.classes)
    if choices.cohorts == {"unrelated"}:
        changes["unrelated"] = True
    if choices.outliers == {"exclude"}:
        changes["without_outliers"] = True
    if choices.levels:
        changes["level"] = max(choices.levels, key=list(Level).index)
    exact = [
        Comparison(name, operator, tuple(sorted(set(values)))) for (name, operator), values in choices.values.items()
    ]
    changes["comparisons"] = (*query.comparisons, *exact, *choices.bounds)
    return replace(query, **changes), choices.problems


def _choose(database: Generation, choices: _Choices, part: Filter) -> None:
    identifier = part.id
    if number := _NUMBER_NAMES.get(identifier.lower()):
        _compare(choices, part, number)
        return
    if part.value:
        joined = f"{identifier}:{part.value}"
        if joined.lower() not in CUSTOM:
            choices.problems.append(_refuse(str(part)))
            return
        identifier = joined
    upper = identifier.upper()
    if upper in EFO_TERMS:
        _, every, own = EFO_TERMS[upper]
        choices.classes = (choices.classes or set()) | set(every if part.descendants else own)
    elif sex := next((sex for sex, term in SEX_TERMS.items() if term.id.upper() == upper), None):
        choices.sexes = (choices.sexes or set()) | {sex}
    elif identifier.lower() in CUSTOM:
        kind, _, word = identifier.lower().partition(":")
        if kind == "level":
            choices.levels.add(Level(word))
        else:
            (choices.cohorts if kind == "cohort" else choices.outliers).add(word)
    elif codes := _populations(database, upper, descendants=part.descendants):
        choices.populations = (choices.populations or set()) | codes[0]
    else:
        choices.problems.append(_refuse(str(part)))


def _populations(database: Generation, term: str, *, descendants: bool) -> tuple[set[str]] | None:
    """Codes of the populations of a term of ancestry; None where the term is of none."""
    group = next((group for group in ancestries(database).values() if (group.term or "").upper() == term), None)
    if group is None:
        return None
    homes = {code: superpopulation for code, (_, superpopulation) in population_names(database).items()}
    if group.code in homes.values():
        return ({code for code, home in homes.items() if home == group.code} if descendants else set(),)
    return ({group.code},)


def _compare(choices: _Choices, part: Filter, number: str) -> None:
    operator = _OPERATORS.get(part.operator)
    try:
        value = float(part.value)
    except ValueError:
        value = float("nan")
    if operator is None or not abs(value) < 1e18:
        why = f"“{cut(str(part), SHOWN)}” is no bound of {number}: write such as {number}>=3."
        choices.problems.append(_refuse(str(part), why))
    elif operator in ("in", "not in"):
        choices.values.setdefault((number, operator), []).append(value)
    else:
        choices.bounds.append(Comparison(number, operator, (value,)))


assert set(NUMBERS) == {*EVENT_NUMBERS, *SITE_NUMBERS}
