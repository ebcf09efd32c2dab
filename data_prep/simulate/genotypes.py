"""The true copies of every simulated person at every site of the catalogue.

Founders draw two haplotypes by the frequencies of their population (Hardy and Weinberg); children take one of each
parent's two, X and Y by sex. Sites are drawn and passed on independently of each other.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_prep.simulate.genome import Ints
from data_prep.simulate.panel import XX, XY, SimulatedPeople, make_people
from data_prep.simulate.randomness import keys, uniform
from data_prep.simulate.sites import AUTOSOMAL, DELETION, GAIN, MOST_COPIES, X_LINKED, Y_LINKED, SimulatedSites

Copies = NDArray[np.int8]

_HAPLOTYPE: Final = 1
_TRANSMISSION: Final = 2

MATERNAL: Final = 0
PATERNAL: Final = 1


def expected_copies(sex: Ints, ploidy: Ints) -> Ints:
    """Copies that are normal, for the ploidies AUTOSOMAL, X_LINKED, Y_LINKED (rule R2); arrays broadcast. 0 for Y in XX."""
    on_x = np.where(sex == XX, 2, 1)
    on_y = np.where(sex == XX, 0, 1)
    result: Ints = np.where(ploidy == AUTOSOMAL, 2, np.where(ploidy == X_LINKED, on_x, on_y))
    return result


def haplotypes(seed: int, who: SimulatedPeople, sites: SimulatedSites) -> Copies:
    """Copies on both haplotypes, shape (people, sites, 2): the maternal first.

    Sites that are artefacts or immune loci hold one copy on each. A haplotype that a person does not have (the paternal
    X and the maternal Y of XY, both Y of XX) holds 0.
    """
    children = who.father > 0
    parents = np.unique(np.concatenate([who.father[children], who.mother[children]]))
    founders = np.union1d(who.number[~children], parents)
    drawn = _founders(seed, make_people(founders), sites)
    result = np.empty((who.number.size, sites.size, 2), dtype=np.int8)
    result[~children] = drawn[np.searchsorted(founders, who.number[~children])]
    if children.any():
        key = keys(seed, who.number[children])[:, None]
        site = np.arange(sites.size)[None, :]
        for side, parent in ((MATERNAL, who.mother), (PATERNAL, who.father)):
            pair = drawn[np.searchsorted(founders, parent[children])]
            second = uniform(key, _TRANSMISSION, 2 * site + side) < 0.5
            if side == PATERNAL:
                # a father has one X, from his mother, and one Y, from his father
                second = np.where(
                    sites.ploidy == X_LINKED, MATERNAL, np.where(sites.ploidy == Y_LINKED, PATERNAL, second)
                ).astype(bool)
            result[children, :, side] = np.where(second, pair[..., 1], pair[..., 0])
        _drop_absent(result, who.sex, sites)
    return result


def _founders(seed: int, who: SimulatedPeople, sites: SimulatedSites) -> Copies:
    key = keys(seed, who.number)[:, None]
    site = np.arange(sites.size)[None, :]
    result = np.empty((who.number.size, sites.size, 2), dtype=np.int8)
    for side in (MATERNAL, PATERNAL):
        u = uniform(key, _HAPLOTYPE, 2 * site + side)
        copies = np.zeros(u.shape, dtype=np.int8)
        for level in range(MOST_COPIES - 1):
            reached = np.flatnonzero((sites.copies[:, :, level] < 1).any(axis=1))
            threshold = sites.copies[reached, :, level].T[who.population]
            copies[:, reached] += u[:, reached] >= threshold
        result[:, :, side] = copies
    _drop_absent(result, who.sex, sites)
    return result


def _drop_absent(copies: Copies, sex: Ints, sites: SimulatedSites) -> None:
    males, females = np.flatnonzero(sex == XY), np.flatnonzero(sex == XX)
    x, y = np.flatnonzero(sites.ploidy == X_LINKED), np.flatnonzero(sites.ploidy == Y_LINKED)
    copies[..., PATERNAL][np.ix_(males, x)] = 0
    copies[..., MATERNAL][np.ix_(males, y)] = 0
    copies[np.ix_(females, y)] = 0


def inherited(sites: SimulatedSites) -> NDArray[np.bool_]:
    """Which sites are in the genome: deletions and gains, not artefacts and immune loci."""
    result: NDArray[np.bool_] = (sites.model == DELETION) | (sites.model == GAIN)
    return result
