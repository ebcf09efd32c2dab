"""A person as an address names one, and which filters can be asked of a person's events (rule R13)."""

from dataclasses import replace
from typing import Final

from dashboard.question.filters import Filters

SAMPLE: Final = "sample"
"""Name of a person in an address: the name of the sample."""
EVENT: Final = "event"
"""Name of the event that is drawn with those of parents and children: `chr1-109687570-109697444-loss`, 1-based and inclusive. An
event's number is another one in the next build."""
NOT_USED: Final = {
    name: f"{name} is not used for one person: the frequencies beside the events are those of unrelated people."
    for name in ("cohort", "outliers", "population", "sex", "overlap")
}
"""Names of filters that choose people or places, each with the sentence that says so."""


def of_person(filters: Filters) -> Filters:
    """The filters as far as the events of one person can be asked: class, level, limits, copy number, and the callset."""
    plain = Filters()
    return replace(
        filters,
        cohort=plain.cohort,
        outliers=plain.outliers,
        populations=plain.populations,
        sex=plain.sex,
        overlap=plain.overlap,
    )


def of_callset(filters: Filters) -> Filters:
    """The filters as far as a callset as a whole can be asked: the level, and which callset."""
    return Filters(level=filters.level, callset=filters.callset)
