"""Per-base profiles: how many people have a loss or gain at each base, kept as bins (rule R8).

Counted base by base, as a step function over segments, which are disjoint within a person; then each bin gets its sum
and its maximum. So bins may be added up to wider ones, and no bin full of small, different CNVs reads as common.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from data_prep.derived.panel import People
from data_prep.domain.arrays import Numbers, distinct
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import DIRECTIONS
from data_prep.domain.levels import Level
from data_prep.domain.steps import depths, is_covered

SIZES: Final = (1_000_000, 100_000)
"""Bases of a bin; each is a multiple of the last, which is counted."""
LEVELS: Final = (Level.PASS, Level.CREDIBLE)
"""Each holds the one before it."""
COHORTS: Final = ("unrelated", "all")
"""Each holds the one before it."""
EVERYONE: Final = "all"
"""Stands for every super-population together."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments of one chromosome, as columns."""

    sample: Numbers
    start: Numbers
    end: Numbers
    """0-based, half-open."""
    direction: Numbers
    """Place in `DIRECTIONS`."""
    level: Numbers
    """Place among all levels of the strictest that it meets."""


def count_people_in_bins(
    segments: Segments,
    people: People,
    chrom: str,
    callable_start: Numbers,
    callable_end: Numbers,
    window: tuple[int, int],
) -> pl.DataFrame:
    """The table `bins` of a chromosome; `callable_start`, `callable_end`: disjoint intervals whose bases count.

    `window`: 0-based half-open, of whole bins of every size; the rows are those of its bins, from the segments that
    overlap it.
    """
    present = people.present(chrom)
    groups = len(people.superpopulations)
    callable_start, callable_end = np.clip(callable_start, *window), np.clip(callable_end, *window)
    samples = _by_group(
        np.bincount((people.superpopulation * 2 + people.unrelated)[present], minlength=2 * groups)[None, None]
    )
    parts: list[dict[str, Numbers]] = []
    for direction in range(len(DIRECTIONS)):
        of_direction = (segments.direction == direction) & present[segments.sample] & (segments.level < len(LEVELS))
        if not of_direction.any():
            continue
        start, end = np.clip(segments.start[of_direction], *window), np.clip(segments.end[of_direction], *window)
        who = segments.sample[of_direction]
        group = (segments.level[of_direction] * groups + people.superpopulation[who]) * 2 + people.unrelated[who]
        edges = np.arange(*window, SIZES[-1])
        border = distinct(np.concatenate([start, end, edges, callable_start, callable_end, window]))
        counted = is_covered(border, callable_start, callable_end)
        width = np.diff(border) * counted
        depth = depths(border, start, end, group, 2 * groups * len(LEVELS))
        depth = _by_group(depth.reshape(len(width), len(LEVELS), 2 * groups))
        first = np.searchsorted(border, edges)
        bases = np.add.reduceat(depth * width[:, None, None, None], first)
        most = np.maximum.reduceat(depth * counted[:, None, None, None], first)
        counted_bases = np.add.reduceat(width, first)
        for size in SIZES:
            wide = np.arange(0, len(first), size // SIZES[-1])
            columns = _rows(
                np.add.reduceat(bases, wide), np.maximum.reduceat(most, wide), np.add.reduceat(counted_bases, wide), samples[0, 0]
            )  # fmt: skip
            rows = len(columns["start"])
            of_size = {"size": np.full(rows, size), "direction": np.full(rows, direction)}
            parts.append(of_size | columns | {"start": window[0] + size * columns["start"]})
    if not parts:
        return pl.DataFrame()
    # one frame of all sizes: of a small cohort a frame takes longer to make than its rows
    column = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return pl.DataFrame(
        {
            "size": column["size"],
            "chrom": pl.Series([chrom]).new_from_index(0, len(column["size"])),
            "start": column["start"],
            "end": np.minimum(column["start"] + column["size"], LENGTHS[chrom]),
            "direction": _named([name.value for name in DIRECTIONS], column["direction"]),
            "level": _named([name.value for name in LEVELS], column["level"]),
            "cohort": _named(COHORTS, column["cohort"]),
            "superpopulation": _named([*people.superpopulations, EVERYONE], column["group"]),
            "bases": column["bases"],
            "most": column["most"],
            "callable": column["callable"],
            "samples": column["samples"],
        }
    )


def _named(names: Sequence[str], places: Numbers) -> pl.Series:
    """The names at places of a list."""
    return pl.Series(names, dtype=pl.String).gather(pl.Series(places))


def _by_group(counts: Numbers) -> Numbers:
    """Additive counts (..., levels, super-population and relation) to (..., levels, cohorts, super-populations and all)."""
    *outer, levels, both = counts.shape
    apart = np.cumsum(counts.reshape(*outer, levels, both // 2, 2), axis=-3)
    cohorts = np.stack([apart[..., 1], apart.sum(axis=-1)], axis=-2)
    return np.concatenate([cohorts, cohorts.sum(axis=-1, keepdims=True)], axis=-1)


def _rows(bases: Numbers, most: Numbers, counted: Numbers, samples: Numbers) -> dict[str, Numbers]:
    """Bins of one size and direction: a row wherever a base is covered, `start` the number of its bin."""
    level, cohort, group, place = np.nonzero(np.moveaxis(bases, 0, -1))
    return {
        "start": place,
        "level": level,
        "cohort": cohort,
        "group": group,
        "bases": bases[place, level, cohort, group],
        "most": most[place, level, cohort, group],
        "callable": counted[place],
        "samples": samples[cohort, group],
    }
