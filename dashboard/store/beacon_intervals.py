"""How frequent events are at any interval, seen before or not: carriers in every group under several rules (rules R5 to R7).

The numbers are those of the pages: the same events, the same decision on who carries, the same people. Frames are left
out on the way, since a laboratory asks for hundreds of intervals at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from dashboard.question.filters import Filters, Overlap
from dashboard.question.target import Target
from dashboard.store.beacon_sites import GroupCount, group_membership, group_names
from dashboard.store.callability import callability, no_share, sight
from dashboard.store.carriers.find import carriers_at
from dashboard.store.carriers.touching import events_touching
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.panel import counted_rows
from dashboard.store.statistics import wilson
from dashboard.words.seen import LEAST_SEEN, is_partly_seen
from data_prep.domain.arrays import Numbers
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level

LEVELS: Final = (Level.CREDIBLE, Level.PASS)
SITES_SHOWN: Final = 5
"""Sites that are named beside an interval at most."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """The groups of people under one rule, at one level, in one direction."""

    rule: Overlap
    level: Level
    direction: Direction
    groups: tuple[GroupCount, ...]
    no_share: str
    """Why carriers are no share of people there; empty where they are."""


@dataclass(frozen=True, slots=True)
class SiteMatch:
    """A site that overlaps an interval, with the reciprocal overlap, 0 to 1."""

    name: str
    direction: Direction
    overlap: float


def rule_counts(
    database: Generation,
    target: Target,
    filters: Filters,
    rules: Sequence[Overlap],
    levels: Sequence[Level] = LEVELS,
) -> list[RuleCount]:
    """Carriers at `target` in every group, for each rule, level and direction asked for; at a site of its direction alone.

    Where the place cannot be assessed every number is None (R5), and so it is in a group in which the caller hardly saw it.
    """
    place = callability(database, target, filters)
    who = counted_rows(database, target.interval.chrom, filters)
    names = group_names(database)
    membership = group_membership(database)
    sizes = membership @ who
    view = sight(database, target.interval)
    shares: list[float | None] = [None] * len(names)
    seen = np.zeros(len(names), np.int64)
    if view is not None:
        assessed_people, seen = membership @ (who & view.assessed), membership @ (who & view.seen)
        shares = [
            float(seen[row] / assessed_people[row]) if assessed_people[row] else None for row in range(len(names))
        ]
    _, _, of_seen = wilson(np.zeros(len(names), np.int64), seen)
    directions = [direction for direction in filters.directions if target.direction in (None, direction)]
    touching = events_touching(database, target)
    answers = []
    for rule in rules:
        under = replace(filters, overlap=rule)
        why = no_share(target, under, place)
        for level in levels:
            carriers = carriers_at(database, target, touching, who, under.at(level))
            for direction in directions:
                of_direction = carriers.gain == (direction is Direction.GAIN)
                people, copies = carriers.sample[of_direction], carriers.copy_number[of_direction]
                counts = membership[:, people].sum(axis=1)
                share, low, high = wilson(counts, sizes)
                of_copies = {
                    int(number): membership[:, people[copies == number]].sum(axis=1)
                    for number in np.unique(copies[copies >= 0])
                }
                assessable = place.assessable
                groups = []
                for row, name in enumerate(names):
                    hardly = shares[row] is not None and (shares[row] or 0) < LEAST_SEEN
                    is_silent = not assessable or hardly
                    has_share = not is_silent and not why and bool(sizes[row])
                    upper = of_seen[row] if not counts[row] and is_partly_seen(shares[row]) else high[row]
                    groups.append(
                        GroupCount(
                            group=name,
                            carriers=None if is_silent else int(counts[row]),
                            samples=None if is_silent else int(sizes[row]),
                            frequency=float(share[row]) if has_share else None,
                            ci_low=float(low[row]) if has_share else None,
                            ci_high=float(upper) if has_share else None,
                            copy_numbers={}
                            if is_silent
                            else {number: int(sums[row]) for number, sums in of_copies.items() if sums[row]},
                            allele_count=0,
                            allele_number=0,
                            homozygous=0,
                            heterozygous=0,
                            seen=shares[row],
                        )
                    )
                answers.append(RuleCount(rule, level, direction, tuple(groups), why))
    return answers


def silent_counts(
    database: Generation, filters: Filters, rules: Sequence[Overlap], levels: Sequence[Level] = LEVELS
) -> list[RuleCount]:
    """The same of a gene that lies on none of the chromosomes: every number is None."""
    groups = tuple(
        GroupCount(
            group=name,
            carriers=None,
            samples=None,
            frequency=None,
            ci_low=None,
            ci_high=None,
            copy_numbers={},
            allele_count=0,
            allele_number=0,
            homozygous=0,
            heterozygous=0,
        )
        for name in group_names(database)
    )
    return [
        RuleCount(rule, level, direction, groups, "")
        for rule in rules
        for level in levels
        for direction in filters.directions
    ]


# One row a site of a chromosome.
SITES_ON: Final = Statement(
    """SELECT site, start, "end", direction::VARCHAR AS direction FROM sites WHERE chrom = $chrom::chrom
ORDER BY start, "end", sites.direction""",
    {"site": pl.String, "start": pl.Int32, "end": pl.Int32, "direction": pl.String},
)


@dataclass(frozen=True, slots=True)
class _Sites:
    """The sites of a chromosome, by start: kept, since a laboratory asks for hundreds of intervals at once."""

    rows: pl.DataFrame
    start: Numbers
    end: Numbers


@remembered
def _sites_on(database: Generation, chrom: str) -> _Sites:
    rows = database.table(SITES_ON, {"chrom": chrom})
    return _Sites(rows, rows["start"].to_numpy().astype(np.int64), rows["end"].to_numpy().astype(np.int64))


def matching_sites(database: Generation, place: Interval, directions: Sequence[Direction]) -> list[SiteMatch]:
    """The sites that overlap an interval best, by reciprocal overlap; of as much by start, end and direction."""
    sites = _sites_on(database, place.chrom)
    before = int(np.searchsorted(sites.start, place.end))
    touching = np.flatnonzero(sites.end[:before] > place.start)
    first, last = sites.start[touching], sites.end[touching]
    shared = np.minimum(last, place.end) - np.maximum(first, place.start)
    overlap = shared / np.maximum(last - first, place.length)
    names = {direction.value for direction in directions}
    best: list[SiteMatch] = []
    for row in np.argsort(-overlap, kind="stable"):
        name, _, _, direction = sites.rows.row(int(touching[row]))
        if direction in names:
            best.append(SiteMatch(name, Direction(direction), float(overlap[row])))
            if len(best) == SITES_SHOWN:
                break
    return best
