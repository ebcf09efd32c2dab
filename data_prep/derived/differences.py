"""How much populations differ at sites (rule R10), a run of sites of one chromosome at a time.

At credible, unrelated people of known super-population, outliers left out; sites with ten carriers or more outside
problem regions. What such a run leaves behind is a row a site and a few sums for each pair of populations.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data_prep.derived.panel import UNKNOWN, People
from data_prep.derived.sites import LEVELS, LOSS, MISSING, Carried, Events, Sites
from data_prep.derived.statistics import benjamini_hochberg, chi_square, hudson, variances
from data_prep.domain.arrays import Flags, Numbers, Shares
from data_prep.domain.chromosomes import AUTOSOMES
from data_prep.domain.copy_number import DIRECTIONS, expected_by_sex
from data_prep.domain.counting import best_first
from data_prep.domain.levels import Level
from data_prep.domain.overlaps import halves_shared
from data_prep.domain.proportions import hardy_weinberg

LEAST_CARRIERS: Final = 10
MOST_AWAY: Final = 8
"""Copies above the expected number from which V_ST tells no more apart."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The sites of a chromosome that are compared, and by sample number who is compared."""

    site: Numbers
    """Place among the chromosome's sites."""
    alleles: Flags
    compared: Flags
    carriers: Carried
    """Their carriers at credible among those people."""


def listed(events: Events, default: Carried, table: pl.DataFrame, people: People, chrom: str) -> Listed:
    """Chooses the sites; `default`: carriers at credible, outliers left out; `table`: the chromosome's rows of `sites`."""
    known = np.array([code != UNKNOWN for code in people.superpopulations], np.bool_)
    compared = people.present(chrom) & people.unrelated & known[people.superpopulation]
    included = compared[events.sample[default.event]]
    carriers = Carried(default.site[included], default.level[included], default.event[included])
    enough = np.bincount(carriers.site, minlength=table.height) >= LEAST_CARRIERS
    site = np.flatnonzero(enough & table.get_column("problem").is_null().to_numpy())
    return Listed(site, table.get_column("alleles").to_numpy()[site], compared, carriers)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What sites leave behind."""

    sites: list[pl.DataFrame] = field(default_factory=list)
    """Rows of `site_differences`, less `q`."""
    sums: dict[str, Shares] = field(default_factory=dict)
    """Sums over sites for each pair of groups, by the table's `grouped_by`."""

    def take_in(self, other: "Gathered", first: int) -> None:
        """Adds what was gathered elsewhere, of sites that are numbered from `first` here."""
        self.sites.extend(table.with_columns(pl.col("site_id") + first) for table in other.sites)
        for name, sums in other.sums.items():
            self.sums[name] = self.sums.get(name, np.zeros_like(sums)) + sums


class Differences:
    """Gathers sites, of one chromosome at a time, then gives the tables."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.gathered = Gathered()
        self.is_part = np.zeros((len(people.populations), len(people.superpopulations)), np.int64)
        self.is_part[people.population, people.superpopulation] = 1

    def add(self, events: Events, sites: Sites, chosen: Listed, chrom: str) -> pl.DataFrame:
        """Takes in sites of a chromosome, numbered from 0; returns their rows of `site_hardy_weinberg`.

        `events`: all that overlap one of the chosen reciprocally by at least 0.5, whatever their site.
        """
        people, n = self.people, len(chosen.site)
        groups = len(people.populations)
        row = np.full(len(sites), -1)
        row[chosen.site] = np.arange(n)
        included = row[chosen.carriers.site] >= 0
        where, event = row[chosen.carriers.site[included]], chosen.carriers.event[included]
        cell = where * groups + people.population[events.sample[event]]
        carriers = np.bincount(cell, minlength=n * groups).reshape(n, groups)
        sizes = np.bincount(people.population[chosen.compared], minlength=groups)
        expected = expected_by_sex(chrom, sites.start[chosen.site], sites.end[chosen.site])
        count, alleles = self._alleles(events, event, where, cell, expected, chosen, n)
        away, squares, unknown = self._away(events, sites, chosen, n)
        wide = self._super
        has = wide(sizes) > 0
        statistic, p, exact = chi_square(wide(carriers)[:, has], wide(sizes)[has])
        overall, within = variances(np.broadcast_to(wide(sizes), (n, len(has))), wide(away), wide(squares))
        self.gathered.sites.append(
            pl.DataFrame(
                {
                    "site_id": chosen.site.astype(np.int32),
                    "direction": np.where(sites.direction[chosen.site] == LOSS, "loss", "gain"),
                    "carriers": carriers.sum(axis=1),
                    "samples": np.full(n, chosen.compared.sum()),
                    "chi_square": statistic,
                    "p": p,
                    "exact": exact,
                    "fst": np.where(chosen.alleles, _overall_fst(wide(count)[:, has], wide(alleles)[:, has]), np.nan),
                    "vst": np.where(unknown, np.nan, _ratio(overall - within, overall)),
                }
            )
        )
        if chrom in AUTOSOMES:
            for name, amount in (("superpopulation", wide), ("population", lambda values: values)):
                self._pairs(
                    name,
                    amount(sizes),
                    amount(count),
                    amount(alleles),
                    amount(away),
                    amount(squares),
                    chosen.alleles,
                    ~unknown,
                )
        return self._hardy_weinberg(events, event, where, expected, chosen, carriers)

    def _super(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Sums over the populations of each super-population, along the last axis."""
        return values @ self.is_part

    def _alleles(
        self, events: Events, event: Numbers, where: Numbers, cell: Numbers, expected: Numbers, chosen: Listed, n: int
    ) -> tuple[Shares, Shares]:
        """Lost alleles and all alleles of each site and population (R6); a carrier has as many as the event's call says."""
        people, groups = self.people, len(self.people.populations)
        both = people.population[chosen.compared] * 3 + people.sex[chosen.compared] + 1
        by_sex = np.bincount(both, minlength=3 * groups).reshape(groups, 3)
        expected_by_call = events.expected[event]
        otherwise = expected_by_call - expected[where, people.sex[events.sample[event]] + 1]
        more: Shares = np.bincount(cell, otherwise, minlength=n * groups).astype(np.float64).reshape(n, groups)
        lost: Shares = np.bincount(cell, expected_by_call - events.copy_number[event], minlength=n * groups).astype(
            np.float64
        )
        return lost.reshape(n, groups), expected @ by_sex.T + more

    def _away(self, events: Events, sites: Sites, chosen: Listed, n: int) -> tuple[Shares, Shares, Flags]:
        """Sum and sum of squares of copies away from the expected, by site and population; and sites where one is not known.

        A person's copy number is that of a credible event of either direction that overlaps the site reciprocally by at
        least 0.5: of several the one with more bins, of as many the lower, as in a site (R9).
        """
        people, groups = self.people, len(self.people.populations)
        used = np.flatnonzero((events.level <= LEVELS.index(Level.CREDIBLE)) & chosen.compared[events.sample])
        every = np.bincount(events.interval[used])
        size = every[every > 0]
        begin = np.cumsum(size) - size
        first_event = used[begin]
        away, squares = np.zeros(n * groups), np.zeros(n * groups)
        unknown = np.zeros(n, np.bool_)
        pairs = list(
            halves_shared(
                sites.start[chosen.site], sites.end[chosen.site], events.start[first_event], events.end[first_event]
            )
        )
        if pairs:
            place = np.concatenate([row for row, _ in pairs])
            near = np.concatenate([other for _, other in pairs])
            where = np.repeat(place, size[near])
            total = np.cumsum(size[near])
            event = used[
                np.repeat(begin[near], size[near]) + np.arange(len(where)) - np.repeat(total - size[near], size[near])
            ]
            event, where = _one_a_person(events, event, where, people.size)
            missing = (events.copy_number[event] == MISSING) | (events.expected[event] == MISSING)
            unknown[where[missing]] = True
            far = np.minimum(events.copy_number[event] - events.expected[event], MOST_AWAY)
            cell = where * groups + people.population[events.sample[event]]
            away = np.bincount(cell, far, minlength=n * groups).astype(np.float64)
            squares = np.bincount(cell, far**2, minlength=n * groups).astype(np.float64)
        return away.reshape(n, groups), squares.reshape(n, groups), unknown

    def _pairs(
        self,
        name: str,
        sizes: Numbers,
        count: Shares,
        alleles: Shares,
        away: Shares,
        squares: Shares,
        has_alleles: Flags,
        has_number: Flags,
    ) -> None:
        """Adds a chromosome to the sums of each pair of groups: F_ST's two parts and sites, V_ST's likewise."""
        pairs = np.array(list(combinations(range(len(sizes)), 2)), np.int64).reshape(-1, 2)
        if not len(pairs) or not len(has_alleles):
            return
        first, second = pairs.T
        with np.errstate(divide="ignore", invalid="ignore"):
            share = count / alleles
        numerator, denominator = hudson(share[:, first], alleles[:, first], share[:, second], alleles[:, second])
        has_estimate = has_alleles[:, None] & (denominator > 0)
        n = np.broadcast_to(sizes[pairs], (len(count), *pairs.shape))
        overall, within = variances(n, away[:, pairs], squares[:, pairs])
        varies = has_number[:, None] & (overall > 0) & (sizes[first] > 0) & (sizes[second] > 0)
        parts = (
            (numerator, has_estimate),
            (denominator, has_estimate),
            (has_estimate, has_estimate),
            (overall - within, varies),
            (overall, varies),
            (varies, varies),
        )
        sums = np.stack([np.where(included, values, 0).sum(axis=0) for values, included in parts])
        self.gathered.take_in(Gathered(sums={name: sums}), 0)

    def _hardy_weinberg(
        self,
        events: Events,
        event: Numbers,
        where: Numbers,
        expected: Numbers,
        chosen: Listed,
        carriers: Numbers,
    ) -> pl.DataFrame:
        people, groups, n = self.people, len(self.people.populations), len(chosen.site)
        two = expected == 2
        by_sex = np.bincount(
            people.population[chosen.compared] * 3 + people.sex[chosen.compared] + 1, minlength=3 * groups
        ).reshape(groups, 3)
        size = two.astype(np.int64) @ by_sex.T
        included = two[where, people.sex[events.sample[event]] + 1] & chosen.alleles[where]
        cell = where[included] * groups + people.population[events.sample[event[included]]]
        number = events.copy_number[event[included]]
        none = np.bincount(cell[number == 0], minlength=n * groups).reshape(n, groups)
        one_copy = np.bincount(cell[number == 1], minlength=n * groups).reshape(n, groups)
        odd = np.bincount(cell[number > 1], minlength=n * groups).reshape(n, groups)
        site, population = np.nonzero(none + one_copy)
        copies = none[site, population], one_copy[site, population], (size - none - one_copy - odd)[site, population]
        return pl.DataFrame(
            {
                "site_id": chosen.site[site].astype(np.int32),
                "population": pl.Series(list(people.populations), dtype=pl.String).gather(pl.Series(population)),
                **{f"copies_{number}": values for number, values in enumerate(copies)},
                "p": hardy_weinberg(*copies),
            }
        )

    def site_differences(self) -> pl.DataFrame:
        """The table `site_differences`."""
        if not self.gathered.sites:
            return pl.DataFrame()
        table = pl.concat(self.gathered.sites)
        q = np.full(table.height, np.nan)
        for direction in DIRECTIONS:
            of_direction = np.flatnonzero(table.get_column("direction").to_numpy() == direction.value)
            q[of_direction] = benjamini_hochberg(table.get_column("p").to_numpy()[of_direction])
        return table.with_columns(pl.Series("q", q)).with_columns(
            pl.col("chi_square", "p", "q", "fst", "vst").fill_nan(None)
        )

    def population_differences(self) -> pl.DataFrame:
        """The table `population_differences`: pairs of groups with anybody compared at a site."""
        frames = []
        for name, codes in (("superpopulation", self.people.superpopulations), ("population", self.people.populations)):
            if name not in self.gathered.sums:
                continue
            numerator, denominator, fst_sites, between, overall, vst_sites = self.gathered.sums[name]
            pairs = list(combinations(codes, 2))
            frames.append(
                pl.DataFrame(
                    {
                        "grouped_by": [name] * len(pairs),
                        "first": [first for first, _ in pairs],
                        "second": [other for _, other in pairs],
                        "fst": _ratio(numerator, denominator),
                        "fst_sites": fst_sites.astype(np.int64),
                        "vst": _ratio(between, overall),
                        "vst_sites": vst_sites.astype(np.int64),
                    }
                )
                .filter((pl.col("fst_sites") > 0) | (pl.col("vst_sites") > 0))
                .with_columns(pl.col("fst", "vst").fill_nan(None))
            )
        return pl.concat(frames) if frames else pl.DataFrame()


def _one_a_person(events: Events, event: Numbers, where: Numbers, people: int) -> tuple[Numbers, Numbers]:
    """Of several events of one person at a site the one that speaks."""
    who = where * people + events.sample[event]
    order = best_first(who, events.bins[event], events.copy_number[event], event)
    first = np.insert(np.diff(who[order]) != 0, 0, True)[: len(who)]
    return event[order][first], where[order][first]


def _overall_fst(count: Shares, alleles: Shares) -> Shares:
    """F_ST over all pairs of groups: mean numerator over mean denominator; (sites, groups) to (sites)."""
    pairs = np.array(list(combinations(range(count.shape[1]), 2)), np.int64).reshape(-1, 2)
    first, second = pairs.T
    with np.errstate(divide="ignore", invalid="ignore"):
        share = count / alleles
    numerator, denominator = hudson(share[:, first], alleles[:, first], share[:, second], alleles[:, second])
    return _ratio(np.nansum(numerator, axis=1), np.nansum(denominator, axis=1))


def _ratio(above: Shares, below: Shares) -> Shares:
    """NaN where nothing stands below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
