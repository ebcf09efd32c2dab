"""What the simulated caller writes of each part: copy ratio, copy number, quality, read pairs, filters.

Distributions are those of HG00096: its copy ratios by copy number and bins, its qualities, which follow from the ratio
and the length, and its thresholds (copy number 0 up to a ratio of 0.1535, 1 up to 0.714, gains from 1.23).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_prep.simulate.genome import Grid, Ints
from data_prep.simulate.panel import SimulatedPeople
from data_prep.simulate.parts import CELL_LINE, LARGE, NOISE, RECURRENT, Floats, Parts
from data_prep.simulate.randomness import keys, normal, uniform

_FLOOR_KIND: Final = 100
_ZERO_LEVEL: Final = 101
_ONE_LEVEL: Final = 102  # and 103
_ONE_CLASS: Final = 104
_MORE: Final = 105  # and 106
_MORE_CLASS: Final = 107
_QUALITY: Final = 108
_PAIRS: Final = 110  # and 111
_FEW_PAIRS: Final = 112
_SITE_PAIRS: Final = 113
_SPARSE: Final = 114

FLOOR_RATIO: Final = 1.00369e-09
"""What DRAGEN writes where it counted no read at all."""

_LOWEST_LOSS: Final = 0.1608
_HIGHEST_ZERO: Final = 0.1535
_HIGHEST_LOSS: Final = 0.7137
_LOWEST_GAIN: Final = 1.23
_BEST_QUALITY: Final = 150

# Quality by effective bins (length / 1,120) where the copy number is 0, and where it is 1 with a ratio of 0.5.
_BINS: Final = np.log2(np.array([1.0, 2, 3, 4, 5, 6, 8, 10, 14, 17, 24, 37, 51, 70, 106, 138, 200, 60_000]))
_ZERO: Final = np.array([48.0, 55.5, 60, 64, 66, 68, 71.5, 74, 78, 82, 88, 91, 94, 99, 104, 106, 109, 150])
_ONE: Final = np.array([21.0, 24, 25.3, 27, 28.7, 29.5, 32, 34, 37, 39, 42.5, 47, 50.5, 53, 57, 60, 66, 150])
_GAIN_RATIO: Final = np.array([1.20, 1.30, 1.40, 1.50, 1.75, 2.0, 2.5, 3.2, 4.8, 8.0])
_GAIN: Final = np.array([0.0, 7.0, 16.0, 26.0, 38.0, 54.0, 80.0, 112.0, 132.0, 146.0])

LENGTH_FILTER: Final = 1
QUALITY_FILTER: Final = 2
SUPPORT_FILTER: Final = 4
RATIO_FILTER: Final = 8
FILTER_NAMES: Final = ("cnvLength", "cnvQual", "cnvBinSupportRatio", "cnvCopyRatio")
"""In the order of the header; the n-th is bit n of the filters."""


@dataclass(frozen=True)
class Records:
    """The called parts as records, sorted by person and place; columns of one length, positions 0-based half-open."""

    part: Parts
    chrom: Ints
    start: Ints
    end: Ints
    bins: Ints
    copies: Ints
    ratio: Floats
    quality: Ints
    pairs_start: Ints
    pairs_end: Ints
    filters: Ints


def call(seed: int, who: SimulatedPeople, grid: Grid, parts: Parts) -> Records:
    """The records of parts that are called, none of which overlap within a person."""
    parts = parts.take(np.lexsort((parts.begin, parts.person)))
    key = keys(seed, who.number[parts.person])
    bins = parts.end - parts.begin
    start, end = grid.start[parts.begin], grid.end[parts.end - 1]
    ratio = _ratio(key, parts, bins)
    ratio = six_digits(np.where(ratio < 1e-4, _floor(key, parts, bins), ratio))
    copies = _copies(parts, ratio)
    quality = _quality(key, parts, copies, ratio, bins, end - start)
    pairs_start, pairs_end = _pairs(key, parts, copies)
    return Records(
        part=parts,
        chrom=grid.chrom[parts.begin],
        start=start,
        end=end,
        bins=bins,
        copies=copies,
        ratio=ratio,
        quality=quality,
        pairs_start=pairs_start,
        pairs_end=pairs_end,
        filters=earned_filters(end - start, quality, bins, ratio),
    )


def earned_filters(length: Ints, quality: Ints, bins: Ints, ratio: Floats) -> Ints:
    """The filters a record earns, as bits in the order of FILTER_NAMES; 0 is PASS."""
    sparse = (bins * 1_000 < 0.2 * length) & (length > 80_000)
    result: Ints = (
        (length < 10_000) * LENGTH_FILTER
        + (quality < 10) * QUALITY_FILTER
        + sparse * SUPPORT_FILTER
        + (np.abs(ratio - 1) < 0.2) * RATIO_FILTER
    ).astype(np.int64)
    return result


def six_digits(values: Floats) -> Floats:
    """Positive numbers rounded to six significant digits, as DRAGEN prints them."""
    scale = 10.0 ** (5 - np.floor(np.log10(values)))
    result: Floats = np.rint(values * scale) / scale
    return result


def _floor(key: NDArray[np.uint64], parts: Parts, bins: Ints) -> Floats:
    """The ratio where nothing was counted: the constant, or in some of several bins a few millionths."""
    u = uniform(key, _ZERO_LEVEL, parts.begin)
    few = (bins >= 2) & (bins <= 6) & (uniform(key, _FLOOR_KIND, parts.begin) < 0.2)
    return np.where(few, 4e-6 * (1 + 2.5 * u**3), FLOOR_RATIO)


def _ratio(key: NDArray[np.uint64], parts: Parts, bins: Ints) -> Floats:
    """The copy ratio of the segment, 0 for none; within the limits that go with the copy number aimed at."""
    place = parts.begin
    loss = parts.aimed < parts.expected
    u = uniform(key, _ZERO_LEVEL, place)
    empty = np.select([bins == 1, bins == 2], [0.67, 0.60], 0.94)
    zero = np.where(u < empty, 0.0, 0.015 + (_HIGHEST_ZERO - 0.015) * ((u - empty) / (1 - empty)))

    z, v = normal(key, _ONE_LEVEL, place), uniform(key, _ONE_CLASS, place)
    single = np.where(v < 0.93, 0.19 + 0.22 * (v / 0.93) ** 1.5, 0.30 + 0.08 * z)
    double = np.where(v < 0.22, 0.16 + 0.16 * v / 0.22, 0.445 + 0.075 * z)
    partial = np.where(bins <= 7, 0.16, 0.05)
    solid = 0.507 + z * np.interp(bins, [3, 8, 20, 60], [0.05, 0.032, 0.028, 0.022])
    solid = np.where(v < partial, 0.56 + 0.15 * v / partial, solid)
    one_copy = np.clip(np.where(bins == 1, single, np.where(bins == 2, double, solid)), _LOWEST_LOSS, _HIGHEST_LOSS)

    z, v = normal(key, _MORE, place), uniform(key, _MORE_CLASS, place)
    aim = parts.aimed / parts.expected
    spread = np.interp(bins, [2, 3, 5, 10, 30, 100], [0.17, 0.15, 0.11, 0.085, 0.06, 0.05]) * np.maximum(1, aim / 2)
    low = (v < 0.15) & (bins <= 20) & (aim < 1.75)
    more = np.where(low, aim - 0.05 - 0.2 * v / 0.15, aim + spread * z)
    more = np.maximum(more, np.maximum(_LOWEST_GAIN + 0.02 * v, 0.7 * aim))

    drawn = np.where(loss, np.where(parts.aimed == 0, zero, one_copy), more)
    # noise, changes of some cells and large events aim at a ratio: of long segments it hardly varies
    given = np.isin(parts.kind, (NOISE, CELL_LINE, RECURRENT, LARGE))
    result: Floats = np.where(given, np.where(np.isnan(parts.ratio), drawn, parts.ratio), drawn)
    return result


def _copies(parts: Parts, ratio: Floats) -> Ints:
    """The copy number called: the nearest that the ratio allows; halves go up."""
    nearest = np.floor(ratio * parts.expected + 0.52).astype(np.int64)
    gain = np.maximum(nearest, parts.expected + 1)
    loss = np.where(parts.aimed == 0, 0, 1)
    result: Ints = np.where(parts.aimed < parts.expected, loss, gain).astype(np.int64)
    return result


def _quality(key: NDArray[np.uint64], parts: Parts, copies: Ints, ratio: Floats, bins: Ints, length: Ints) -> Ints:
    """QUAL, 0 to 150: grows with the length and with the distance of the ratio from 1."""
    size = np.log2(np.maximum(length / 1_120, 1.0))
    u = uniform(key, _QUALITY, parts.begin)
    zero = np.interp(size, _BINS, _ZERO) - 1_150 * ratio**2 + 3.5 * u**2
    half = np.interp(size, _BINS, _ONE)
    above = np.where(
        ratio > 0.5, (_HIGHEST_LOSS + 0.03 - ratio) / (_HIGHEST_LOSS + 0.03 - 0.5), 1 + 0.6 * (0.5 - ratio)
    )
    above = np.where((bins <= 2) & (ratio < 0.5), 1.06, above)
    one_copy = half * above + 2.5 * u**2 - 0.5
    base = np.interp(ratio, _GAIN_RATIO, _GAIN)
    slope = 8.2 * np.clip((ratio - 1.2) / 0.35, 0, 1)
    gain = base + slope * (size - np.log2(3.0)) + 5 * (u - 0.5)
    drawn = np.where(copies > parts.expected, gain, np.where(parts.aimed == 0, zero, one_copy))
    # long segments almost without bins: now and then the caller has no confidence at all
    sparse = (bins * 1_000 < 0.02 * length) & (uniform(key, _SPARSE, parts.begin) < 0.2)
    result: Ints = np.where(sparse, 0, np.clip(np.rint(drawn), 0, _BEST_QUALITY)).astype(np.int64)
    return result


def _pairs(key: NDArray[np.uint64], parts: Parts, copies: Ints) -> tuple[Ints, Ints]:
    """Improperly paired reads at both ends: much alike in all carriers of a site, and the same number at a joint."""
    nobody = keys(0, np.zeros(1, dtype=np.int64))
    loss = parts.aimed < parts.expected
    ends = []
    for bin_edge in (parts.begin, parts.end):
        of_site = uniform(nobody, _SITE_PAIRS, bin_edge)
        usual = np.where(
            loss,
            np.where(
                parts.pairs > 70,
                parts.pairs * (0.4 + 0.6 * of_site),
                np.where(copies == 0, 42.0, 25.0) * (0.6 + 0.6 * of_site),
            ),
            parts.pairs * np.exp(-1.2 * (1 - of_site)) * 1.5,
        )
        few = uniform(key, _FEW_PAIRS, bin_edge) < 0.16
        drawn = usual * np.exp(0.32 * normal(key, _PAIRS, bin_edge))
        ends.append(np.where(few, drawn * 0.12, drawn).astype(np.int64))
    start, end = ends
    joined = (parts.end[:-1] == parts.begin[1:]) & (parts.person[:-1] == parts.person[1:])
    end[:-1] = np.where(joined, start[1:], end[:-1])
    return start, end
