"""What an address asks of the catalogue of sites (R13): every name read, written back, and refused with a sentence."""

import pytest

from dashboard.question.catalogue import NAMES, SORTS, Badge, Catalogue, Genes, parse

EVERYTHING = {
    "min_carriers": "1",
    "min_frequency": "0.05",
    "max_frequency": "0.5",
    "genes": "coding",
    "min_fst": "-0.1",
    "min_vst": "0.2",
    "max_q": "1e-06",
    "few_bins": "exclude",
    "multi_allelic": "only",
    "problem": "exclude",
    "min_trios": "10",
    "min_transmission": "0.4",
    "max_transmission": "0.6",
    "sort": "length",
    "page": "3",
}
VALUE = Catalogue(
    1, 0.05, 0.5, Genes.CODING, -0.1, 0.2, 1e-6, Badge.EXCLUDE, Badge.ONLY, Badge.EXCLUDE, 10, 0.4, 0.6, "length", 3
)


def test_every_name_is_read_and_written_back() -> None:
    """R13."""
    assert set(EVERYTHING) == set(NAMES)
    assert parse(EVERYTHING) == (VALUE, [])
    assert parse(VALUE.to_query()) == (VALUE, [])
    assert Catalogue().to_query() == {}
    assert parse({"region": "chr1", "page": ""}) == (Catalogue(), [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["-5", "nan", "1.5", "x", "٣", "0; DROP TABLE sites"])
def test_a_value_that_is_none_falls_back_and_is_told(name: str, text: str) -> None:
    """R13: each with the name and what it takes."""
    value, problems = parse({name: text})
    assert value == Catalogue()
    assert [problem.parameter for problem in problems] == [name]
    assert f"is not a value of {name}, which takes" in problems[0].sentence


def test_all_faults_are_told_at_once_and_bounds_the_wrong_way_round() -> None:
    faults = {"sort": "size", "page": "0", "genes": "all", "min_frequency": "0.5", "max_frequency": "0.1"}
    value, problems = parse(faults)
    assert {problem.parameter for problem in problems} == {"sort", "page", "genes", "max_frequency"}
    assert value == Catalogue(min_frequency=0.5)


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
def test_every_order_has_both_directions(sort: str) -> None:
    value, problems = parse({"sort": sort})
    assert not problems
    assert (value.descending, value.order) == (sort.startswith("-"), sort.removeprefix("-"))
