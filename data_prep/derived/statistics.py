"""The formulas of differences between groups (rule R10), in columns and without knowledge of tables.

Written with SciPy's special functions alone: loading its statistics takes longer than computing all of this.
"""

from functools import lru_cache
from math import comb
from typing import Final

import numpy as np
from scipy.special import chdtrc, gammaln

from data_prep.domain.arrays import Flags, Numbers, Shares

LEAST_EXPECTED: Final = 5
"""Expected count below which the chi-square distribution does not hold."""
MOST_TABLES: Final = 100_000
"""Tables that are gone through one by one; where there are more, as many are drawn instead."""
_SLACK: Final = 1e-9
"""Statistics and probabilities this near, as a share, are equal: they differ by rounding."""


def hudson(p: Shares, n: Shares, other_p: Shares, other_n: Shares) -> tuple[Shares, Shares]:
    """Numerator and denominator of Hudson's F_ST for two groups (Bhatia et al. 2013, equation 10).

    `p`: allele frequency, `n`: alleles. NaN where a group has fewer than two alleles.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        numerator = (p - other_p) ** 2 - p * (1 - p) / (n - 1) - other_p * (1 - other_p) / (other_n - 1)
        denominator = p * (1 - other_p) + other_p * (1 - p)
    known = (n >= 2) & (other_n >= 2)
    return np.where(known, numerator, np.nan), np.where(known, denominator, np.nan)


def chi_square(carriers: Numbers, sizes: Numbers) -> tuple[Shares, Shares, Flags]:
    """Whether carriers are spread over groups by size: statistic, p, and whether p is from the tables themselves.

    `carriers`: (sites, groups); `sizes`: people of each group, none empty. Where an expected count is below
    `LEAST_EXPECTED`, p is the probability of a statistic as large or larger, given the carriers' total and the sizes.
    NaN where everybody or nobody carries, or there is one group.
    """
    total, people = carriers.sum(axis=1), int(sizes.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = _statistic(carriers, sizes[None], total[:, None])
        p = chdtrc(len(sizes) - 1, statistic)
    small = np.minimum(total, people - total) * sizes.min(initial=people) < LEAST_EXPECTED * people
    has = (total > 0) & (total < people) & (len(sizes) > 1)
    for number in np.unique(total[small & has]):
        rows = np.flatnonzero(small & has & (total == number))
        fewer = int(min(number, people - number))  # who does not carry is spread as unevenly as who does
        tables, weight = _tables(fewer, tuple(sizes.tolist()))
        null = _statistic(tables, sizes[None], np.array([[fewer]]))
        for row in rows:
            p[row] = min(weight[null >= statistic[row] * (1 - _SLACK)].sum(), 1)
    return np.where(has, statistic, np.nan), np.where(has, p, np.nan), small & has


def _statistic(carriers: Numbers, sizes: Numbers, total: Numbers) -> Shares:
    """Sum over groups of (seen - expected)^2 / expected, for carriers and others together."""
    share = total / sizes.sum()
    away: Shares = (carriers - sizes * share) ** 2 @ (1 / sizes.T)
    statistic: Shares = (away / (share * (1 - share)))[:, 0]
    return statistic


def _tables(total: int, sizes: tuple[int, ...]) -> tuple[Numbers, Shares]:
    """Ways to spread `total` carriers over groups of these sizes, with their probabilities: all, or a draw of many."""
    if comb(total + len(sizes) - 1, len(sizes) - 1) > MOST_TABLES:
        draw = np.random.default_rng(total).multivariate_hypergeometric(
            list(sizes), total, size=MOST_TABLES, method="marginals"
        )
        return draw, np.full(len(draw), 1 / len(draw))
    tables = _compositions(total, len(sizes))
    tables = tables[(tables <= np.array(sizes)).all(axis=1)]
    log_weight = -_log_choose(sum(sizes), np.array([total]))
    for group, size in enumerate(sizes):
        log_weight = log_weight + _log_choose(size, np.arange(min(size, total) + 1))[tables[:, group]]
    return tables, np.exp(log_weight)


@lru_cache(maxsize=64)
def _compositions(total: int, groups: int) -> Numbers:
    """Every way to write `total` as an ordered sum of `groups` numbers from 0 on: (ways, groups)."""
    ways, left = np.zeros((1, 0), np.int64), np.array([total])
    for _ in range(groups - 1):
        choices = left + 1
        ends = np.cumsum(choices)
        taken = np.arange(ends[-1]) - np.repeat(ends - choices, choices)
        ways = np.column_stack([np.repeat(ways, choices, axis=0), taken])
        left = np.repeat(left, choices) - taken
    return np.column_stack([ways, left])


def _log_choose(n: int, k: Numbers) -> Shares:
    ways: Shares = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return ways


def benjamini_hochberg(p: Shares) -> Shares:
    """q values over exactly the p values that are numbers (Benjamini and Hochberg 1995); NaN stays NaN."""
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")[::-1]]
    ranked = p[order] * len(order) / np.arange(len(order), 0, -1)
    q[order] = np.minimum.accumulate(np.minimum(ranked, 1))
    return q


def variances(n: Numbers, total: Shares, squares: Shares) -> tuple[Shares, Shares]:
    """V_T and V_S over the last axis's groups: variance among all people, and within groups weighted by people.

    `n`, `total`, `squares`: people, sum and sum of squares of each group. Variances are of all people given, not estimates
    for more, so that V_S is never above V_T.
    """
    people = n.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total.sum(axis=-1) / people
        overall = squares.sum(axis=-1) / people - mean**2
        within = (squares - np.where(n > 0, total**2 / np.maximum(n, 1), 0)).sum(axis=-1) / people
    return np.maximum(overall, 0), np.maximum(within, 0)
