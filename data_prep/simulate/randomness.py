"""Random numbers that depend on what they are drawn for and on nothing else.

Every number is a hash of the seed, the person and the purpose (SplitMix64), so a block of people is drawn in one NumPy
expression and nobody's numbers change when the cohort grows or is cut into other blocks.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_PURPOSE_SHIFT: Final = np.uint64(40)


def _mix(x: Keys) -> Keys:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def keys(seed: int, people: NDArray[np.int64]) -> Keys:
    """One key per person, of any shape of `people`; person 0 is nobody and stands for the catalogue."""
    base = _mix(np.array([seed], dtype=np.uint64) + _GOLDEN)
    return _mix(base + people.astype(np.uint64) * _GOLDEN)


def uniform(key: Keys, purpose: int, index: NDArray[np.int64] | int = 0) -> Floats:
    """Numbers in [0, 1), one for each pair of `key` and `index` (they broadcast); `purpose` parts the streams.

    `index` is less than 2^40 and `purpose` less than 2^24.
    """
    counter = (np.uint64(purpose) << _PURPOSE_SHIFT) + np.atleast_1d(index).astype(np.uint64)
    bits = _mix(key + (counter + np.uint64(1)) * _GOLDEN)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(key: Keys, purpose: int, index: NDArray[np.int64] | int = 0) -> Floats:
    """Standard normal numbers (Box and Muller); `purpose` and the one after it are used up."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform(key, purpose, index)))
    angle: Floats = np.cos(2.0 * np.pi * uniform(key, purpose + 1, index))
    return radius * angle
