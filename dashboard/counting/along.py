"""What is drawn along a stretch of a chromosome, as values: the store fills them, the chart draws them; and which stretch."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from dashboard.counting.sweep import Steps
from dashboard.question.filters import Filters, Rule
from dashboard.question.target import Pieces, Target, surroundings
from data_prep.domain.arrays import Shares
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval

EVERYONE: Final = "all"
"""Stands for every super-population together."""


def window(target: Target, filters: Filters) -> Interval:
    """What is shown of the chromosome: a region itself; a gene, a site or one event's interval with its neighbourhood."""
    place = target.interval
    one_event = target.site is not None or (filters.overlap is not None and filters.overlap.rule is Rule.RECIPROCAL)
    if target.kind is Pieces.REGION and not one_event:
        return place
    return surroundings(place)


@dataclass(frozen=True, slots=True)
class Curves:
    """People with a loss or gain at each base of a window (R8)."""

    steps: Steps
    """A column a series, in the order of `series`."""
    series: tuple[tuple[Direction, str], ...]
    """Direction and group of each column; the group `all` is everyone counted, the others are super-populations."""
    samples: dict[str, int]
    """People counted by group, everyone first."""

    def share(self, direction: Direction, group: str, *, mean: bool = False) -> Shares:
        """The share of people of a group with it, a number a step: at most at one base, or at the mean base."""
        people = self.steps.mean if mean else self.steps.most
        share: Shares = people[:, self.series.index((direction, group))] / max(self.samples[group], 1)
        return share

    @property
    def superpopulations(self) -> tuple[str, ...]:
        """The super-populations with people counted, in order."""
        return tuple(group for group in self.samples if group != EVERYONE)


@dataclass(frozen=True, slots=True)
class CarriedIntervals:
    """Distinct exact intervals of losses and gains, or the founding intervals of sites, most carriers first."""

    rows: pl.DataFrame
    """`start`, `end` (0-based, half-open), `inner_start`, `inner_end` (the ends drawn in by their uncertainty, R7: the medians
    of the carriers, or those of the site, R9), `direction`, `carriers`, `strong`, the complete losses or high-level gains among them, and `copies`, whether half of it lies in places of copies,
    where carriers are no share of people (R5); `site`, the site that its events belong to, null of none."""
    cells: pl.DataFrame
    """The same carriers by `superpopulation` and `copy_number`, in `people`; joins `rows` on `start`, `end` and `direction`."""
    total: int
    """How many there are in all."""
    are_sites: bool = False
    """Whether each is a site, whose carriers have events that are taken as one variant."""


@dataclass(frozen=True, slots=True)
class WindowGenes:
    """Genes that touch a window, as far as they can be drawn one by one."""

    genes: pl.DataFrame
    """`gene_id`, `symbol`, `description`, `biotype`, `start`, `end`, `strand`, `transcript_id`; empty where there are
    too many."""
    exons: pl.DataFrame
    """`transcript_id`, `start`, `end`, `coding_start`, `coding_end`, `number` (from 1 along the transcript) and `of` (how many it
    has); in a window that is too wide those of the gene alone that the page is about."""
    total: int
    """Genes there in all."""
    coding: int
    """Protein-coding ones among them."""
    density: tuple[int, ...] | None
    """Protein-coding genes that touch each of as many equal parts of the window, where they are too many to draw."""


@dataclass(frozen=True, slots=True)
class Track:
    """Everything along one window."""

    interval: Interval
    chromosome_length: int
    directions: tuple[Direction, ...]
    """The directions that are asked for."""
    curves: Curves
    intervals: CarriedIntervals
    genes: WindowGenes
    problems: pl.DataFrame
    """Places where calls need care or cannot be made: `kind`, `start`, `end`, `name`."""
    bands: pl.DataFrame
    """The bands of the chromosome: `band`, `start`, `end`, `stain`."""
    highlight: Interval | None = None
    """A part of the window that the page is about."""
