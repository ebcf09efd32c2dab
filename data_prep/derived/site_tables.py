"""What is stored of sites: the table of sites, their carriers by group, the genes that they touch (rules R6, R7, R9).

A frame a table and chromosome, in the words of the schema; everything is worked out in columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np
import polars as pl

from data_prep.derived.panel import People
from data_prep.derived.sites import LEVELS, LOSS, MISSING, NO_SITE, Carried, Events, Sites
from data_prep.domain.arrays import Flags, Numbers, Shares, distinct
from data_prep.domain.coding import LEAST_LOSS, ends_looked_at, half_bin, most_drawn_in
from data_prep.domain.copy_number import CLASSES, DIRECTIONS, SEXES, expected_by_sex
from data_prep.domain.intervals import bases_before, covers_half, on_axis
from data_prep.domain.levels import SOLID_BINS, Level
from data_prep.domain.overlaps import touching
from data_prep.domain.proportions import hardy_weinberg, wilson
from data_prep.domain.site_id import site_id_expression

FEW_BINS: Final = 2
"""Median of bins up to which a site is badged (R9)."""
LEAST_ALLELE_LENGTH: Final = 3_000
"""Bases from which DRAGEN finds heterozygous losses well enough to count alleles (R6)."""
STATES: Final = 4
"""Copy-number states, each in `STATE_SHARE` of people, from which a place is multi-allelic (R9)."""
STATE_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Regions:
    """Problem regions of a chromosome: disjoint within a kind."""

    start: Numbers
    end: Numbers
    kind: Numbers
    """Place in `kinds`."""
    kinds: tuple[str, ...]
    """In alphabetical order."""


@dataclass(frozen=True, slots=True)
class Genes:
    """Genes of a chromosome with the pieces that the rule `coding` looks at (R7)."""

    gene_id: pl.Series
    start: Numbers
    end: Numbers
    gain_needs: Numbers
    """Bases of the pieces that a gain has to hold; a loss has to take one."""
    has_transcript: Flags
    """Whether the pieces are a transcript's: a gene without one is asked for being touched alone."""
    piece_gene: Numbers
    """Place of each piece's gene; pieces are disjoint within a gene, sorted by gene and start."""
    piece_start: Numbers
    piece_end: Numbers


def describe_sites(
    events: Events, sites: Sites, of_event: Numbers, default: Carried, people: People, chrom: str, regions: Regions
) -> pl.DataFrame:
    """The table `sites` of a chromosome, numbered from 0.

    `of_event`: the events' sites; `default`: the carriers at credible, outliers left out.
    """
    n, present = len(sites), people.present(chrom)
    member = (events.level <= LEVELS.index(Level.CREDIBLE)) & present[events.sample] & (of_event != NO_SITE)
    site = of_event[member]
    size = np.bincount(site, minlength=n)
    spread = {
        f"{name}_{which}": value
        for name, values in (("start", events.start[member]), ("end", events.end[member]))
        for which, value in zip(("min", "median", "max"), _spread(site, values, size), strict=True)
    }
    bins = _median_bins(site, events.bins[member], n)
    length = sites.end - sites.start
    speak = default.event
    is_unknown = (events.copy_number[speak] == MISSING) | (events.expected[speak] == MISSING)
    unknown = np.bincount(default.site[is_unknown], minlength=n) > 0
    alleles = (
        (sites.direction == LOSS) & (length >= LEAST_ALLELE_LENGTH) & (np.nan_to_num(bins) >= SOLID_BINS) & ~unknown
    )
    return pl.DataFrame(
        {
            "site_id": np.arange(n, dtype=np.int32),
            "start": sites.start,
            "end": sites.end,
            "direction": gather_words(sites.direction, DIRECTIONS),
            "founders": sites.founders,
            "events": size,
            "carriers": np.bincount(default.site, minlength=n),
            "intervals": _distinct_intervals(site, events.interval[member], n),
            **spread,
            "median_bins": pl.Series(bins, nan_to_null=True),
            "few_bins": np.nan_to_num(bins, nan=np.inf) <= FEW_BINS,
            "multi_allelic": sites.both_directions | _many_states(events, default, n, int(present.sum())),
            "alleles": alleles,
            **_allele_frequencies(events, sites, default, alleles, people, chrom),
            **_inner(events, sites, site, member, size, bins),
            "problem": problems(sites.start, sites.end, regions),
        }
    ).with_columns(
        pl.lit(chrom).alias("chrom"),
        site_id_expression(pl.lit(chrom), pl.col("start"), pl.col("end"), pl.col("direction").cast(pl.String)).alias(
            "site"
        ),
    )


def _allele_frequencies(
    events: Events, sites: Sites, default: Carried, alleles: Flags, people: People, chrom: str
) -> dict[str, pl.Series]:
    """Lost alleles of all alleles with their interval, and Hardy-Weinberg proportion (R6), of unrelated people by default.

    A carrier has as many alleles as copies are expected by the event's call; `alleles`: the sites of which they are told.
    """
    n = len(sites)
    counted = people.present(chrom) & people.unrelated
    counts = counted[events.sample[default.event]] & alleles[default.site]
    site, event = default.site[counts], default.event[counts]
    sex = people.sex[events.sample[event]] + 1
    by_sex = np.bincount(people.sex[counted] + 1, minlength=3)
    expected = expected_by_sex(chrom, sites.start, sites.end)
    expected_by_call, copies = events.expected[event], events.copy_number[event]
    lost = np.zeros(n, np.int64)
    np.add.at(lost, site, np.maximum(expected_by_call - copies, 0))
    total = expected @ by_sex
    np.add.at(total, site, expected_by_call - expected[site, sex])
    share, low, high = wilson(lost, total)
    # of two copies, where that is what is expected of the carrier: on X of the XX
    two = expected == 2
    diploid = two[site, sex]
    none, single, odd = (
        np.bincount(site[diploid & these], minlength=n) for these in (copies == 0, copies == 1, copies > 1)
    )
    p = hardy_weinberg(none, single, np.maximum(two @ by_sex - none - single - odd, 0))
    return {
        name: pl.Series(np.where(has, values, np.nan), nan_to_null=True)
        for name, values, has in (
            ("allele_frequency", share, alleles),
            ("af_ci_low", low, alleles),
            ("af_ci_high", high, alleles),
            ("hwe_p", p, alleles & (none + single > 0)),
        )
    }


def _inner(
    events: Events, sites: Sites, site: Numbers, member: Flags, size: Numbers, bins: Shares
) -> dict[str, Numbers]:
    """The ends of founding intervals drawn in by their uncertainty (R9); `site`, `bins`: of the members, and their median."""
    length = sites.end - sites.start
    with np.errstate(divide="ignore", invalid="ignore"):
        by_bins = half_bin(length.astype(np.float64), bins)
    drawn = {}
    for name, bases in (
        ("inner_start", events.inner_start[member] - events.start[member]),
        ("inner_end", events.end[member] - events.inner_end[member]),
    ):
        values = np.sort((site << 32) | bases) & 0xFFFFFFFF
        last = np.cumsum(size)
        first = last - size
        median = (values[first + (size - 1) // 2] + values[first + size // 2]) / 2
        uncertain = np.minimum(np.where(bins > 0, by_bins, median).astype(np.int64), most_drawn_in(length))
        drawn[name] = sites.start + uncertain if name == "inner_start" else sites.end - uncertain
    return drawn


def _spread(site: Numbers, values: Numbers, size: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Least, lower median and greatest of the values of each site; every site has some."""
    values = np.sort((site << 32) | values) & 0xFFFFFFFF
    last = np.cumsum(size)
    first = last - size
    return values[first], values[first + (size - 1) // 2], values[last - 1]


def _median_bins(site: Numbers, bins: Numbers, n: int) -> Shares:
    """Median of the bins that are given, NaN where none is."""
    known = bins != MISSING
    size = np.bincount(site[known], minlength=n)
    values = np.sort((site[known] << 32) | bins[known]) & 0xFFFFFFFF
    last = np.cumsum(size)
    first = last - size
    median = np.full(n, np.nan)
    has = size > 0
    median[has] = (values[(first + (size - 1) // 2)[has]] + values[(first + size // 2)[has]]) / 2
    return median


def _distinct_intervals(site: Numbers, interval: Numbers, n: int) -> Numbers:
    """How many exact intervals the members of each site have."""
    return np.bincount(distinct((site << 32) | interval) >> 32, minlength=n)


def _many_states(events: Events, default: Carried, n: int, people: int) -> Flags:
    """Whether a site has `STATES` states or more, each in `STATE_SHARE` of people; the expected copy number is one."""
    known = (events.copy_number[default.event] != MISSING) & (events.expected[default.event] != MISSING)
    site, event = default.site[known], default.event[known]
    away = events.copy_number[event] - events.expected[event]
    cells = np.sort((site << 40) | (away + (1 << 16)))
    begin = np.flatnonzero(np.insert(cells[1:] != cells[:-1], 0, True)[: len(cells)])
    common = np.diff(begin, append=len(cells)) >= STATE_SHARE * people
    states = np.bincount(cells[begin[common]] >> 40, minlength=n)
    others = people - np.bincount(default.site, minlength=n)
    return states + (others >= STATE_SHARE * people) >= STATES


def problems(start: Numbers, end: Numbers, regions: Regions) -> pl.Series:
    """The kinds of region of which each covers half of an interval or more, in alphabetical order and joined by commas; null
    where none does."""
    if not regions.kinds:
        return pl.Series([None] * len(start), dtype=pl.String)
    of_kind = [regions.kind == kind for kind in range(len(regions.kinds))]
    enough = np.column_stack(
        [
            covers_half(regions.start[of_region_kind], regions.end[of_region_kind], start, end)
            for of_region_kind in of_kind
        ]
    )
    # few combinations of kinds for many sites
    combinations, place = np.unique(enough, axis=0, return_inverse=True)
    names = [", ".join(compress(regions.kinds, those)) or None for those in combinations]
    return pl.Series(names, dtype=pl.String).gather(pl.Series(place.reshape(-1)))


def touched_genes(sites: pl.DataFrame, genes: Genes) -> pl.DataFrame:
    """The table `site_genes` of a chromosome whose sites, rows of the table `sites`, are numbered from 0.

    A loss is asked with its ends drawn in, a gain and a gene without a transcript with the full extent (R7, R9).
    """
    start, end, inner_start, inner_end = (
        sites.get_column(name).to_numpy() for name in ("start", "end", "inner_start", "inner_end")
    )
    is_loss = (sites.get_column("direction").cast(pl.String) == DIRECTIONS[LOSS]).to_numpy()
    pairs = list(touching(start, end, genes.start, genes.end))
    site = np.concatenate([sites_of for sites_of, _ in pairs]) if pairs else np.zeros(0, np.int64)
    gene = np.concatenate([genes_of for _, genes_of in pairs]) if pairs else np.zeros(0, np.int64)
    order = np.lexsort((gene, site))
    site, gene = site[order], gene[order]
    drawn_in = is_loss[site] & genes.has_transcript[gene]
    first, last = ends_looked_at(drawn_in, start[site], end[site], inner_start[site], inner_end[site])
    piece_start, piece_end = on_axis(genes.piece_start, genes.piece_gene), on_axis(genes.piece_end, genes.piece_gene)
    taken = bases_before(piece_start, piece_end, on_axis(last, gene))
    taken -= bases_before(piece_start, piece_end, on_axis(first, gene))
    needed = np.where(is_loss[site], LEAST_LOSS, genes.gain_needs[gene])
    return pl.DataFrame(
        {
            "site_id": site.astype(np.int32),
            "gene_id": genes.gene_id.gather(pl.Series(gene)),
            "coding": taken >= needed,
        }
    )


def with_numbers_of_genes(sites: pl.DataFrame, touched: pl.DataFrame) -> pl.DataFrame:
    """Sites numbered from 0 with `genes` and `coding_genes`, how many rows each has of the table `site_genes`, `touched`."""
    site, coding = touched.get_column("site_id").to_numpy(), touched.get_column("coding").to_numpy()
    return sites.with_columns(
        pl.Series("genes", np.bincount(site, minlength=sites.height)),
        pl.Series("coding_genes", np.bincount(site[coding], minlength=sites.height)),
    )


def count_carriers(events: Events, carriers: Carried, people: People, chrom: str) -> pl.DataFrame:
    """The table `site_counts` of a chromosome whose sites are numbered from 0."""
    who = events.sample[carriers.event]
    group = people.population * 3 + people.sex + 1
    group = (group * 2 + people.unrelated) * 2 + people.outliers(chrom)
    # few numbers for few kinds of calls, whatever the copy numbers are
    numbers = distinct(events.copy_number)
    place = np.searchsorted(numbers, events.copy_number)
    most = int(events.expected.max(initial=0)) + 2
    kind = (events.class_code * len(numbers) + place) * most + events.expected + 1
    kinds = len(CLASSES) * len(numbers) * most
    groups = int(group.max(initial=0)) + 1
    cell = (carriers.site * len(LEVELS) + carriers.level) * groups + group[who]
    cells = np.sort(cell * kinds + kind[carriers.event])
    begin = np.flatnonzero(np.insert(cells[1:] != cells[:-1], 0, True)[: len(cells)])
    counts = np.diff(begin, append=len(cells))
    cell, kind = np.divmod(cells[begin], kinds)
    cell, group_of = np.divmod(cell, groups)
    site, level = np.divmod(cell, len(LEVELS))
    kind, expected = np.divmod(kind, most)
    class_code, place = np.divmod(kind, len(numbers))
    return pl.DataFrame(
        {
            "site_id": site.astype(np.int32),
            "level": gather_words(level, [level.value for level in LEVELS]),
            "population": gather_words(group_of // 12, people.populations),
            "sex": gather_words(group_of // 4 % 3, [sex or "unknown" for sex in SEXES]),
            "unrelated": group_of // 2 % 2 == 1,
            "outlier": group_of % 2 == 1,
            "class": gather_words(class_code, CLASSES),
            "copy_number": numbers[place],
            "expected_copy_number": expected - 1,
            "carriers": counts,
        }
    ).with_columns(
        pl.col("sex").cast(pl.String).replace("unknown", None),
        pl.when(pl.col("copy_number", "expected_copy_number") >= 0).then(pl.col("copy_number", "expected_copy_number")),
    )


def gather_words(places: Numbers, names: Sequence[str]) -> pl.Series:
    """Words by their places."""
    return pl.Series([str(name) for name in names], dtype=pl.String).gather(pl.Series(places)).cast(pl.Categorical)
