"""A Beacon request as one value: parameters by the table, filters, and what the client sent that is not used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashboard.beacon.filters import Filter, read_filters
from dashboard.beacon.parameters import BY_NAME, DEFAULT_LIMIT, MOST_RECORDS, Granularity, Include, Scope, parse_values
from dashboard.beacon.reading import RawRequest, read_request
from dashboard.question.problem import Problem

NOT_HELD: Final = ("referenceBases", "alternateBases", "mateName", "aminoacidChange", "genomicAlleleShortForm")
"""Parameters that ask for variants of which this cohort has none: a request with one is answered, and nothing meets it."""


@dataclass(frozen=True, slots=True)
class BeaconRequest:
    """What a client asks, in values of the table of parameters."""

    values: Mapping[str, Any]
    filters: tuple[Filter, ...]
    ignored: tuple[str, ...]
    """Names that the table does not have."""
    page: tuple[int, int]
    """Pages to skip, and records of a page."""
    has_limit: bool = False
    """Whether a limit was given."""
    problems: tuple[Problem, ...] = ()
    """Values without a meaning, which are left out of the others: `resolve.refuse_faults` tells them with those that only a
    database knows."""

    @property
    def granularity(self) -> Granularity:
        """What is asked for; the word `aggregated` of a draft of the standard is answered as a count."""
        word = self.values.get("requestedGranularity", Granularity.RECORD)
        return Granularity.COUNT if word == "aggregated" else Granularity(word)

    @property
    def include(self) -> Include:
        return Include(self.values.get("includeResultsetResponses", Include.HIT))

    @property
    def offset(self) -> int:
        """Records before the page."""
        return self.page[0] * self.page[1]

    @property
    def limit(self) -> int:
        return self.page[1]

    @property
    def asks_for_others(self) -> bool:
        """Whether it asks for variants of a kind that is not held."""
        return any(name in self.values for name in NOT_HELD)

    def variant_values(self) -> dict[str, Any]:
        """The parameters of the variant, as they are repeated."""
        shown: dict[str, Any] = {}
        for name, value in self.values.items():
            if BY_NAME[name].scope is Scope.VARIANT:
                single = isinstance(value, tuple) and name not in ("start", "end")
                shown[name] = list(value) if name in ("start", "end") else ",".join(value) if single else value
        return shown


def parse_request(query: Iterable[tuple[str, str]], body: bytes) -> BeaconRequest:
    """The request of a query string and a body. `RefusedError` (400) for a body that is no JSON object."""
    return from_raw(read_request(query, body))


def from_raw(raw: RawRequest) -> BeaconRequest:
    """The same of values by name."""
    values, problems = parse_values(raw.values)
    filters, more = read_filters(values.pop("filters", ()))
    problems = [*problems, *more]
    limit = values.get("limit", DEFAULT_LIMIT) or MOST_RECORDS
    return BeaconRequest(
        values=values,
        filters=tuple(filters),
        ignored=tuple(raw.ignored),
        page=(min(values.get("skip", 0), 10**9), min(limit, MOST_RECORDS)),
        has_limit="limit" in values,
        problems=tuple(dict.fromkeys(problems)),
    )
