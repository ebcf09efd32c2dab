"""Differences between populations (R10): each formula against another way to it, and the tables against plain counting."""

from fractions import Fraction
from itertools import combinations, product
from math import comb
from statistics import pvariance

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, false_discovery_control
from statsmodels.stats.multitest import multipletests

from data_prep import statistics
from data_prep.statistics import benjamini_hochberg, chi_square, hardy_weinberg, hudson, variances
from tests.data_prep.in_memory import EXAMPLES

Group = tuple[int, int]
"""Alleles of one kind, alleles."""


def plain_hudson(one: Group, other: Group) -> tuple[Fraction, Fraction] | None:
    """Bhatia et al. 2013, equation 10, written from the paper: numerator and denominator."""
    if one[1] < 2 or other[1] < 2:
        return None
    p1, p2 = Fraction(*one), Fraction(*other)
    within1, within2 = p1 * (1 - p1) / (one[1] - 1), p2 * (1 - p2) / (other[1] - 1)
    return (p1 - p2) ** 2 - within1 - within2, p1 * (1 - p2) + p2 * (1 - p1)


def plain_fst(groups: list[Group]) -> float | None:
    """Over all pairs: mean numerator over mean denominator."""
    parts = [part for pair in combinations(groups, 2) if (part := plain_hudson(*pair))]
    below = sum(part[1] for part in parts)
    return float(sum(part[0] for part in parts) / below) if below else None


def plain_vst(groups: list[list[int]]) -> float | None:
    everybody = [value for group in groups for value in group]
    overall = pvariance(map(Fraction, everybody)) if everybody else Fraction(0)
    within = sum(len(group) * pvariance(map(Fraction, group)) for group in groups if group)
    return float((overall - within / len(everybody)) / overall) if overall else None


group = st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@EXAMPLES
@given(group, group)
def test_hudson_is_the_formula_of_the_paper(one: Group, other: Group) -> None:
    with np.errstate(all="ignore"):
        p, q = (np.array([a / n if n else np.nan]) for a, n in (one, other))
    numerator, denominator = hudson(p, np.array([float(one[1])]), q, np.array([float(other[1])]))
    expected = plain_hudson(one, other)
    if expected is None:
        assert np.isnan(numerator[0])
        assert np.isnan(denominator[0])
    else:
        assert (numerator[0], denominator[0]) == pytest.approx(tuple(map(float, expected)), abs=1e-12)


def test_hudson_of_fixed_differences_is_one_and_of_equal_groups_not_above_zero() -> None:
    numerator, denominator = hudson(
        np.array([1.0, 0.5]), np.array([20.0, 20.0]), np.array([0.0, 0.5]), np.array([30.0, 30.0])
    )
    assert numerator[0] / denominator[0] == 1
    assert numerator[1] < 0


@EXAMPLES
@given(st.lists(st.integers(1, 400), min_size=2, max_size=6), st.data())
def test_chi_square_is_that_of_scipy(sizes: list[int], data: st.DataObject) -> None:
    carriers = [data.draw(st.integers(0, size)) for size in sizes]
    total, people = sum(carriers), sum(sizes)
    statistic, p, exact = chi_square(np.array([carriers]), np.array(sizes))
    if total in (0, people):
        assert np.isnan(p[0])
        return
    table = [carriers, [n - c for n, c in zip(sizes, carriers, strict=True)]]
    expected = chi2_contingency(table, correction=False)
    assert statistic[0] == pytest.approx(expected.statistic, abs=1e-9)
    assert exact[0] == (expected.expected_freq < 5).any()
    if not exact[0]:
        assert p[0] == pytest.approx(expected.pvalue, rel=1e-9)


@EXAMPLES
@given(st.lists(st.integers(1, 7), min_size=2, max_size=4), st.data())
def test_where_counts_are_small_p_is_the_sum_over_all_tables(sizes: list[int], data: st.DataObject) -> None:
    carriers = tuple(data.draw(st.integers(0, size)) for size in sizes)
    total, people = sum(carriers), sum(sizes)
    assume(0 < total < people)

    def away(table: tuple[int, ...]) -> Fraction:
        return sum(
            (
                (Fraction(c) - Fraction(n * total, people)) ** 2 / Fraction(n * total, people)
                for c, n in zip(table, sizes, strict=True)
            ),
            Fraction(0),
        )

    expected = Fraction(0)
    for table in product(*(range(n + 1) for n in sizes)):
        if sum(table) == total and away(table) >= away(carriers):
            ways = 1
            for c, n in zip(table, sizes, strict=True):
                ways *= comb(n, c)
            expected += Fraction(ways, comb(people, total))
    _, p, exact = chi_square(np.array([carriers]), np.array(sizes))
    assert exact[0]
    assert p[0] == pytest.approx(float(expected), rel=1e-9)


def test_where_tables_are_too_many_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    carriers, sizes = np.array([[9, 1, 2, 1, 2]]), np.array([661, 347, 504, 503, 489])
    _, p, exact = chi_square(carriers, sizes)
    monkeypatch.setattr(statistics, "MOST_TABLES", 3_000)
    _, drawn, also = chi_square(carriers, sizes)
    assert exact[0]
    assert also[0]
    assert drawn[0] != p[0]
    assert drawn[0] == pytest.approx(p[0], abs=4 * (p[0] * (1 - p[0]) / 3_000) ** 0.5)


@EXAMPLES
@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=50))
def test_q_is_that_of_statsmodels_and_scipy(p: list[float]) -> None:
    mine = benjamini_hochberg(np.array(p, np.float64))
    known = [value for value in p if value == value]
    assert [value != value for value in p] == np.isnan(mine).tolist()
    if known:
        found = mine[~np.isnan(mine)]
        assert found == pytest.approx(multipletests(known, method="fdr_bh")[1])
        assert found == pytest.approx(false_discovery_control(known, method="bh"))


@EXAMPLES
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 3).filter(any), min_size=1, max_size=8))
def test_hardy_weinberg_is_the_share_of_pairings_as_rare(trios: list[tuple[int, int, int]]) -> None:
    """The alleles dealt out to people at random: how many ways give each number of heterozygotes."""
    p = hardy_weinberg(*(np.array(column) for column in zip(*trios, strict=True)))
    for value, (none, one, two) in zip(p, trios, strict=True):
        people, lost = none + one + two, 2 * none + one
        ways = {
            h: Fraction(2**h * comb(people, h) * comb(people - h, (lost - h) // 2), comb(2 * people, lost))
            for h in range(lost % 2, lost + 1, 2)
            if h + (lost - h) // 2 <= people
        }
        assert sum(ways.values()) == 1
        assert value == pytest.approx(float(sum(way for way in ways.values() if way <= ways[one])), rel=1e-9)


@EXAMPLES
@given(st.lists(st.lists(st.integers(-2, 8), max_size=8), min_size=1, max_size=5))
def test_vst_is_that_of_plain_variances(groups: list[list[int]]) -> None:
    n = np.array([len(one) for one in groups])
    total, squares = (np.array([float(sum(v**power for v in one)) for one in groups]) for power in (1, 2))
    overall, within = variances(n, total, squares)
    expected = plain_vst(groups)
    if expected is None:
        assert not overall > 1e-12
    else:
        assert (overall - within) / overall == pytest.approx(expected, abs=1e-9)
