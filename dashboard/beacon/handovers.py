"""Handovers: the page, and the files, on the same server that show what a Beacon question asks.

A page asks in its own words, which are fewer: a bracket or a bound of frequency has none. Then the page of the place is named
with what it leaves out, and no file, since a file of another question would be taken for the answer to this one. Class and
copy number are an event's own in Beacon and those at the place on a page (R3, R7).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard.beacon.resolve import VariantQuestion
from dashboard.beacon.vocabulary import EVERY, GAINS, LOSSES, Classes
from dashboard.question import links
from dashboard.question.filters import ANY, Cohort, Filters, Outliers, Sex
from dashboard.question.subject import Subject, gene, region, site
from dashboard.store.beacon_variants import Comparison, event_place, site_place
from dashboard.store.database import Generation
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval

Content = dict[str, Any]

_FILES: Final = (("csv", "EDAM:format_3752"), ("bed", "EDAM:format_3003"))


def handovers(questions: Mapping[str, VariantQuestion], root: str, *, with_files: bool = True) -> list[Content]:
    """The page and the files of the first of these questions that has a place and can be met; none where none has.

    The files are of carriers: `with_files` says whether the operator tells of single people.
    """
    server = root.removesuffix("/beacon")
    for question in questions.values():
        looked_at = None if question.query.meets_nothing() else _subject(question)
        if looked_at is None:
            continue
        filters, left_out = _page_filters(question)
        note = (
            f"this place as a page for people, which leaves out: {', '.join(left_out)}"
            if left_out
            else "as a page for people"
        )
        page = _handover("EDAM:format_2331", "HTML", note, server + links.page(looked_at, filters))
        files = [
            _handover(term, suffix.upper(), f"the carriers as {suffix.upper()}", server + links.download("carriers", suffix, looked_at, filters))
            for suffix, term in _FILES
            if with_files and not left_out
        ]  # fmt: skip
        return [page, *files]
    return []


def person_handovers(sample: str, database: Generation, root: str) -> list[Content]:
    """The page of a person, which tells more than any question about the person asks: all events, with relatives."""
    newest = next(iter(database.callsets.values()))
    filters = Filters(callset="" if database is newest else database.callset)
    server = root.removesuffix("/beacon")
    return [
        _handover("EDAM:format_2331", "HTML", "the person as a page for people", server + links.person(sample, filters))
    ]


def _handover(term: str, label: str, note: str, url: str) -> Content:
    return {"handoverType": {"id": term, "label": label}, "note": note, "url": url}


def _subject(question: VariantQuestion) -> Subject | None:
    """What the page looks at: a gene, a range, a site, the place of an event, a whole chromosome."""
    query, database = question.query, question.database
    if question.gene:
        return gene(question.gene.name)
    if question.target:
        return region(question.target.interval)
    if query.site is not None:
        return site(site_place(database, query.site)[0])
    if query.event is not None:
        place_of_event = event_place(database, query.event)
        return region(place_of_event) if place_of_event else None
    if query.chrom:
        return region(Interval(query.chrom, 0, LENGTHS[query.chrom]))
    return None


def _page_filters(question: VariantQuestion) -> tuple[Filters, list[str]]:
    """The filters of the page, and what of the question they cannot say."""
    query = question.query
    sexes = query.sexes or ()
    limits, left_out = _limits(query.comparisons)
    if query.starts is not None:
        left_out.append("the bracket")
    if (
        len(query.places) > 1
        or (question.gene and query.starts is not None)
        or (query.site is not None and query.chrom)
    ):
        left_out.append("the range beside it")
    if query.samples is not None or query.event is not None:
        left_out.append("the people")
    filters = Filters(
        classes=_classes(query.classes),
        level=query.level,
        cohort=Cohort.UNRELATED if query.unrelated else Cohort.ALL,
        outliers=Outliers.EXCLUDE if query.without_outliers else Outliers.INCLUDE,
        populations=tuple(query.populations or ()),
        sex=Sex(sexes[0]) if len(sexes) == 1 else None,
        overlap=ANY if question.gene else None,
        callset=""
        if question.database is next(iter(question.database.callsets.values()))
        else question.database.callset,
        **limits,
    )
    return filters, list(dict.fromkeys(left_out))


def _classes(classes: Classes | None) -> tuple[CallClass, ...]:
    """A whole direction by its one name; nothing for every class."""
    question = set(classes or EVERY)
    if question == set(EVERY):
        return ()
    named: list[CallClass] = []
    for direction, members in ((CallClass.LOSS, LOSSES), (CallClass.GAIN, GAINS)):
        named += [direction] if set(members) <= question else [name for name in members if name in question]
    return tuple(named)


def _limits(comparisons: Sequence[Comparison]) -> tuple[dict[str, Any], list[str]]:
    """Limits by the names of `Filters`, and the numbers whose bounds pages do not have."""
    limits: dict[str, Any] = {}
    left_out: list[str] = []
    for bound in comparisons:
        number, operator, value = bound.number, bound.operator, bound.values[0]
        if (
            number == "copyNumber"
            and operator == "in"
            and all(number >= 0 and number.is_integer() for number in bound.values)
        ):
            limits["copy_numbers"] = tuple(int(number) for number in bound.values)
        elif number in ("length", "bins") and operator in (">=", ">"):
            least = math.ceil(value) if operator == ">=" else math.floor(value) + 1
            limits[f"min_{number}"] = max(least, limits.get(f"min_{number}") or 0)
        elif number == "length" and operator in ("<=", "<") and value >= 1:
            most = math.floor(value) if operator == "<=" else math.ceil(value) - 1
            limits["max_length"] = min(most, limits.get("max_length") or most)
        elif number == "quality" and operator == ">=":
            limits["min_quality"] = max(value, limits.get("min_quality") or 0)
        else:
            left_out.append(number)
    return limits, left_out
