"""Differences between populations (R10): each formula against another way to it, and the tables against plain counting."""

from collections import defaultdict
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

from data_prep.derived import statistics
from data_prep.derived.statistics import benjamini_hochberg, chi_square, hudson, variances
from data_prep.domain.proportions import hardy_weinberg
from tests.data_prep.conftest import Cohort
from tests.data_prep.derived.test_sites import counted
from tests.data_prep.in_memory import EXAMPLES
from tests.oracle import plain, plain_sites

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
    numerator, denominator = hudson(np.array([1.0, 0.5]), np.array([20.0, 20.0]), np.array([0.0, 0.5]), np.array([30.0, 30.0]))  # fmt: skip
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
            ((Fraction(c) - Fraction(n * total, people)) ** 2 / Fraction(n * total, people) for c, n in zip(table, sizes, strict=True)),
            Fraction(0),
        )  # fmt: skip

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


def test_hardy_weinberg_of_the_worked_example() -> None:
    """Wigginton et al. 2005, table 1: 100 people, 21 rare alleles; p by heterozygotes."""
    heterozygotes = np.array([7, 9, 11, 13, 15, 17, 19])
    p = hardy_weinberg((21 - heterozygotes) // 2, heterozygotes, 100 - heterozygotes - (21 - heterozygotes) // 2)
    assert p.round(6).tolist() == [0.000001, 0.000048, 0.000919, 0.010293, 0.069576, 0.284042, 1.0]


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


def test_the_tables_agree_with_plain_counting(cohort_3_5_7b: Cohort) -> None:
    cohort = cohort_3_5_7b
    who = counted(cohort)
    table = {row["site_id"]: row for row in cohort.database.table("site_differences")}
    weinberg = {(row["site_id"], row["population"]): row for row in cohort.database.table("site_hardy_weinberg")}
    stored = cohort.database.table("sites")
    everyone = plain_sites.sites(who)
    groups = sorted({who.sample(one).superpopulation for one in who.people})
    populations = {who.sample(one).population: who.sample(one).superpopulation for one in who.people}
    sums: dict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 6)
    checked = 0
    for number, site in enumerate(everyone):
        compared = [one for one in who.people if who.present(one, site.chrom) and who.sample(one).unrelated]
        carriers = {one: e for one, e in site.carried("credible").items() if one in set(compared)}
        if len(carriers) < 10 or stored[number]["problem"] is not None:
            continue
        row = table.pop(number)
        checked += 1
        assert (row["direction"], row["carriers"], row["samples"]) == (site.direction, len(carriers), len(compared))
        alleles: dict[str, list[int]] = {code: [0, 0] for code in (*groups, *populations)}
        away: dict[str, list[int]] = {code: [] for code in (*groups, *populations)}
        for one in compared:
            sample = who.sample(one)
            expected = plain.expected_copy_number(site.chrom, site.start, site.end, sample.sex) or 0
            copies = _copies(who.people[one], site)
            for code in (sample.superpopulation, sample.population):
                event = carriers.get(one)
                alleles[code][0] += event.expected - event.copy_number if event else 0  # type: ignore[operator]
                alleles[code][1] += event.expected if event else expected  # type: ignore[operator]
                away[code].append(copies)
        assert row["vst"] == pytest.approx(plain_vst([away[code] for code in groups]), abs=1e-9)
        if stored[number]["alleles"]:
            assert row["fst"] == pytest.approx(plain_fst([(alleles[code][0], alleles[code][1]) for code in groups]), abs=1e-9)  # fmt: skip
        else:
            assert row["fst"] is None
        sizes = [sum(who.sample(one).superpopulation == code for one in compared) for code in groups]
        by_group = [sum(who.sample(one).superpopulation == code for one in carriers) for code in groups]
        held = [(c, n) for c, n in zip(by_group, sizes, strict=True) if n]
        if len(carriers) == len(compared):
            assert (row["chi_square"], row["p"], row["q"]) == (None, None, None)
        else:
            expected_test = chi2_contingency([[c for c, _ in held], [n - c for c, n in held]], correction=False)
            assert row["chi_square"] == pytest.approx(expected_test.statistic, abs=1e-9)
            assert row["exact"] == (expected_test.expected_freq < 5).any()
        for code in populations:
            copies_of = [0, 0, 0]
            for one in compared:
                sample = who.sample(one)
                if sample.population == code and plain.expected_copy_number(site.chrom, site.start, site.end, sample.sex) == 2:  # fmt: skip
                    copies_of[min(carriers[one].copy_number, 2) if one in carriers else 2] += 1  # type: ignore[type-var]
            found = weinberg.pop((number, code), None)
            if stored[number]["alleles"] and copies_of[0] + copies_of[1]:
                assert found is not None
                assert [found[f"copies_{n}"] for n in range(3)] == copies_of
            else:
                assert found is None
        if site.chrom not in ("chrX", "chrY"):
            for codes in (groups, list(populations)):
                for pair in combinations(sorted(codes), 2):
                    _add(sums[pair], [alleles[code] for code in pair], [away[code] for code in pair], stored[number]["alleles"])  # fmt: skip
    assert checked > 20
    assert table == {}
    assert weinberg == {}
    seen = set()
    for row in cohort.database.table("population_differences"):
        pair = tuple(sorted((row["first"], row["second"])))
        seen.add(pair)
        above, below, fst_sites, between, overall, vst_sites = sums[pair]  # type: ignore[index]
        assert (row["fst_sites"], row["vst_sites"]) == (fst_sites, vst_sites)
        assert row["fst"] == (pytest.approx(float(above / below), abs=1e-9) if below else None)
        assert row["vst"] == (pytest.approx(float(between / overall), abs=1e-9) if overall else None)
    assert seen == {pair for pair, values in sums.items() if values[2] or values[5]}
    for direction in ("loss", "gain"):
        rows = [r for r in cohort.database.table("site_differences") if r["direction"] == direction and r["p"] is not None]  # fmt: skip
        if rows:
            assert [r["q"] for r in rows] == pytest.approx(multipletests([r["p"] for r in rows], method="fdr_bh")[1])


def _copies(person: plain.Person, site: plain_sites.Site) -> int:
    """Copies away from the expected, of a person's credible event of either direction that fits the site."""
    near = [
        event
        for event in person.events_on(site.chrom)
        if event.credible
        and event.direction in ("loss", "gain")
        and plain_sites.fits((event.start, event.end), (site.start, site.end))
    ]
    if not near:
        return 0
    speaks = min(near, key=plain_sites._rank)
    return min(speaks.copy_number - speaks.expected, 8)  # type: ignore[operator]


def _add(sums: list[Fraction], alleles: list[list[int]], away: list[list[int]], has_alleles: bool) -> None:
    parts = plain_hudson((alleles[0][0], alleles[0][1]), (alleles[1][0], alleles[1][1])) if has_alleles else None
    if parts and parts[1]:
        sums[0] += parts[0]
        sums[1] += parts[1]
        sums[2] += 1
    if not all(away):
        return
    everybody = [Fraction(value) for one in away for value in one]
    overall = pvariance(everybody)
    if overall:
        within = sum((len(one) * pvariance(map(Fraction, one)) for one in away), Fraction(0)) / len(everybody)
        sums[3] += overall - within
        sums[4] += overall
        sums[5] += 1
