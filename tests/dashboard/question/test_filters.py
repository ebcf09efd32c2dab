"""Filters to and from a query string."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.question.filters import ANY, CODING, NAMES, Cohort, Filters, Outliers, Overlap, Rule, Sex, parse
from dashboard.question.target import Pieces, Target, region_target
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level

GROUPS = ("AFR", "EUR", "YRI", "GBR")

overlaps = st.one_of(
    st.sampled_from([Overlap(rule) for rule in (Rule.ANY, Rule.COVERS, Rule.WITHIN)]),
    st.builds(Overlap, st.sampled_from((Rule.FRACTION, Rule.RECIPROCAL)), st.integers(1, 10_000)),
)


def chosen(options: tuple[str, ...] | list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(list(options))).map(lambda some: tuple(one for one in options if one in some))


R13_CLASSES = ["loss", "gain", "complete-loss", "partial-loss", "low-gain", "high-gain"]

filters_ = st.builds(
    Filters,
    classes=chosen(R13_CLASSES).map(lambda names: tuple(CallClass(name) for name in names)),
    level=st.sampled_from(Level),
    cohort=st.sampled_from(Cohort),
    outliers=st.sampled_from(Outliers),
    populations=chosen(GROUPS),
    sex=st.sampled_from([None, *Sex]),
    overlap=overlaps,
    min_length=st.none() | st.integers(0, 1_000),
    max_length=st.none() | st.integers(1_000, 999_999_999),
    min_quality=st.none() | st.integers(0, 2_000).map(lambda tenths: tenths / 10),
    min_bins=st.none() | st.integers(0, 10_000),
    copy_numbers=st.sets(st.integers(0, 200), max_size=4).map(lambda some: tuple(sorted(some))),
)


@given(filters_)
def test_filters_come_back_from_their_query_string_r13(filters: Filters) -> None:
    assert parse(filters.to_query(), GROUPS) == (filters, [])


def test_a_default_is_left_out_of_an_address_r13() -> None:
    assert Filters().to_query() == {}
    defaults = {
        "filter": "credible",
        "cohort": "unrelated",
        "outliers": "exclude",
        "sex": "any",
        "overlap": "coding",
    }
    assert parse(defaults, GROUPS) == (Filters(), [])


def test_names_and_values_are_those_of_r13() -> None:
    filters = Filters(
        classes=(CallClass.LOSS, CallClass.HIGH_GAIN),
        level=Level.PASS,
        cohort=Cohort.ALL,
        outliers=Outliers.INCLUDE,
        populations=("AFR", "GBR"),
        sex=Sex.XX,
        overlap=Overlap(Rule.FRACTION, 5_000),
        min_length=1000,
        max_length=20_000,
        min_quality=10.5,
        min_bins=3,
        copy_numbers=(0, 1),
        callset="3.5.7b",
    )
    query = {
        "class": "loss,high-gain",
        "filter": "pass",
        "cohort": "all",
        "outliers": "include",
        "population": "AFR,GBR",
        "sex": "XX",
        "overlap": "fraction:0.5",
        "min_length": "1000",
        "max_length": "20000",
        "min_quality": "10.5",
        "min_bins": "3",
        "copy_number": "0,1",
        "callset": "3.5.7b",
    }
    assert filters.to_query() == query
    assert tuple(query) == NAMES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("class", "deletion"),
        ("class", "loss,DUP"),
        ("class", "loh"),
        ("filter", "PASS"),
        ("filter", "pass,all"),
        ("cohort", "2504"),
        ("outliers", "yes"),
        ("population", "XXX"),
        ("population", "afr"),
        ("sex", "male"),
        ("overlap", "half"),
        ("overlap", "fraction"),
        ("overlap", "fraction:0"),
        ("overlap", "fraction:1.1"),
        ("overlap", "fraction:0.12345"),
        ("overlap", "any:0.5"),
        ("min_length", "-1"),
        ("min_length", "10kb"),
        ("min_length", "1e3"),
        ("min_length", "٣"),
        ("max_length", "1.5"),
        ("min_quality", "nan"),
        ("min_quality", "inf"),
        ("min_bins", "many"),
        ("copy_number", "0;1"),
        ("copy_number", "-1"),
    ],
)
def test_an_unknown_value_falls_back_to_the_default_with_a_sentence_r13(name: str, value: str) -> None:
    filters, problems = parse({name: value}, GROUPS)
    assert filters == Filters()
    assert [problem.parameter for problem in problems] == [name]
    assert value in problems[0].sentence
    assert re.search(rf"{name}.* takes .+\.$", problems[0].sentence)


def test_a_greatest_length_below_the_least_is_refused() -> None:
    filters, problems = parse({"min_length": "2000", "max_length": "1000"}, GROUPS)
    assert (filters.min_length, filters.max_length) == (2000, None)
    assert [problem.parameter for problem in problems] == ["max_length"]


def test_a_long_value_is_cut_in_its_sentence() -> None:
    _, problems = parse({"class": "x" * 5000}, GROUPS)
    assert len(problems[0].sentence) < 250


def test_the_overlap_default_is_that_of_what_is_looked_at_r13() -> None:
    region, gene = region_target(Interval("chr1", 0, 10)), Target(Interval("chr1", 0, 10), Pieces.CODING, ((1, 2),))
    assert region.rule_in_force(parse({}, GROUPS, default_overlap=ANY)[0].overlap) == ANY
    assert gene.rule_in_force(parse({}, GROUPS)[0].overlap) == CODING
    # a default that is spelled out is left out of the next address, so one view has one address
    assert parse({"overlap": "any"}, GROUPS, default_overlap=ANY)[0].to_query() == {}
    assert parse({"overlap": "coding"}, GROUPS)[0].to_query() == {}
    assert parse({"overlap": "any"}, GROUPS)[0].to_query() == {"overlap": "any"}
    refused, problems = parse({"overlap": "coding"}, GROUPS, default_overlap=ANY)
    assert region.rule_in_force(refused.overlap) == ANY
    assert problems


@pytest.mark.parametrize(
    ("text", "overlap"),
    [
        ("fraction:0.5", Overlap(Rule.FRACTION, 5_000)),
        ("fraction:.5", Overlap(Rule.FRACTION, 5_000)),
        ("fraction:0.0001", Overlap(Rule.FRACTION, 1)),
        ("reciprocal:1", Overlap(Rule.RECIPROCAL, 10_000)),
        ("reciprocal:1.0", Overlap(Rule.RECIPROCAL, 10_000)),
        ("covers", Overlap(Rule.COVERS)),
    ],
)
def test_a_share_is_read_exactly_r7(text: str, overlap: Overlap) -> None:
    assert Overlap.parse(text) == overlap


@pytest.mark.parametrize(
    ("classes", "directions", "members"),
    [
        ((), ["loss", "gain"], {"loss", "complete-loss", "partial-loss", "gain", "low-gain", "high-gain"}),
        (("loss",), ["loss"], {"loss", "complete-loss", "partial-loss"}),
        (("complete-loss", "gain"), ["loss", "gain"], {"complete-loss", "gain", "low-gain", "high-gain"}),
        (("high-gain",), ["gain"], {"high-gain"}),
    ],
)
def test_a_direction_holds_its_classes_r2(classes: tuple[str, ...], directions: list[str], members: set[str]) -> None:
    filters = Filters(classes=tuple(CallClass(name) for name in classes))
    assert filters.directions == tuple(Direction(name) for name in directions)
    assert {name.value for name in filters.event_classes} == members


def test_what_applies_to_sites_leaves_rule_and_limits_out_r9() -> None:
    names = {
        "class": "loss", "filter": "all", "cohort": "all", "outliers": "include", "population": "AFR", "sex": "XX",
        "copy_number": "0",
    }  # fmt: skip
    limits = {"overlap": "covers", "min_length": "1", "max_length": "9", "min_quality": "2", "min_bins": "3"}
    filters, problems = parse(names | limits, ["AFR"])
    assert not problems
    assert filters.to_query().keys() == {*names, *limits}
    assert filters.of_sites().to_query() == names
