"""Shares of people and of alleles: Wilson's interval, and Hardy-Weinberg proportion (rules R6, R10).

Both programs ask for them, of any group; so they stand here, in columns and without knowledge of tables.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data_prep.domain.arrays import Shares

Counts = npt.NDArray[np.integer[Any]]

Z: Final = 1.959963984540054
"""The standard normal quantile at 0.975."""
_CELLS: Final = 1_000_000
"""Probabilities worked out together: bounds the memory."""
_LOW: Final = 0xFFFFFFFF
"""The lower half of two numbers packed into one."""
_SLACK: Final = 1e-9
"""Probabilities this near, as a share, are equal: they differ by rounding."""


def wilson(counts: Counts, totals: Counts) -> tuple[Shares, Shares, Shares]:
    """Share and the bounds of its 95 % interval, shares of 1 (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    NaN where the total is 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.where(totals > 0, totals, np.nan)
        share = counts / total
        centre = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
        reach = np.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2)) * Z / (1 + Z**2 / total)
    # At none and at all the bound is 0 and 1; rounding in the formula must not move it.
    low = np.where(counts == 0, total * 0, centre - reach)
    high = np.where(counts == totals, total * 0 + 1, centre + reach)
    return share, low, high


def hardy_weinberg(copies_0: Counts, copies_1: Counts, copies_2: Counts) -> Shares:
    """Exact two-sided p of Hardy-Weinberg proportion (Wigginton, Cutler and Abecasis 2005), for each trio of counts.

    The counts are people with no copy, one and two; 1 where all of them have the same alleles.
    """
    copies_0, copies_1, copies_2 = (np.asarray(copies, np.int64) for copies in (copies_0, copies_1, copies_2))
    people = copies_0 + copies_1 + copies_2
    rarer = np.minimum(2 * copies_0 + copies_1, 2 * copies_2 + copies_1)
    if not len(people):
        return np.ones(0)
    # few trios for many sites, and fewer distributions; each as wide as its own allele count needs
    keys, key_of_row = np.unique((people << 32) | rarer, return_inverse=True)
    trios, trio_of_row = np.unique((key_of_row << 32) | copies_1, return_inverse=True)
    key, heterozygotes = trios >> 32, trios & _LOW
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(people.max()) + 1)))])
    p = np.ones(len(trios))
    bits = np.frexp((keys[key] & _LOW) // 2)[1]
    for width_bits in np.unique(bits).tolist():
        of_width = np.flatnonzero(bits == width_bits)
        rows = max(1, _CELLS >> width_bits)
        for first in range(0, len(of_width), rows):
            part = of_width[first : first + rows]
            distinct, place = np.unique(key[part], return_inverse=True)
            weight = _heterozygote_weights(keys[distinct] >> 32, keys[distinct] & _LOW, 1 << width_bits, log_factorial)
            weight = weight[place]
            seen = np.take_along_axis(weight, heterozygotes[part][:, None] // 2, axis=1)
            p[part] = np.minimum(np.where(weight <= seen * (1 + _SLACK), weight, 0).sum(axis=1), 1)
    return p[trio_of_row]


def _heterozygote_weights(people: Counts, alleles: Counts, width: int, log_factorial: Shares) -> Shares:
    """Probabilities of each possible number of heterozygotes, given people and copies of the rarer allele: (rows, width).

    The columns are alleles % 2, alleles % 2 + 2 and so on; `width` is at least alleles // 2 + 1. It depends on the alleles
    alone, and not on what else is asked for, so that sums are added in the same order whatever the rest of the rows.
    """
    n, alleles = people[:, None], alleles[:, None]
    heterozygotes = alleles % 2 + 2 * np.arange(width)
    possible = heterozygotes <= alleles
    heterozygotes = np.where(possible, heterozygotes, alleles % 2)
    rare = (alleles - heterozygotes) // 2
    ways = log_factorial[rare] + log_factorial[heterozygotes] + log_factorial[n - rare - heterozygotes]
    log_weight = np.where(possible, heterozygotes * np.log(2) - ways, -np.inf)
    weight: Shares = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    return weight
