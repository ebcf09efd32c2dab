"""Sites: events of many people taken as one variant, with their carriers in the group that is asked about (rule R9).

The counts come from `site_counts`, where a carrier stands once a level, so any group is a sum. Who is counted is the
panel's answer, as everywhere. Limits of an event's length, quality and bins, and the overlap rule, do not apply to
sites: a site is what its members made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from dashboard.operating.cells import NOTE, SUPERPOPULATION, Row, choose_cells
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.question.target import region_target
from dashboard.store.callability import callabilities
from dashboard.store.cohort import population_names
from dashboard.store.columns import whole_numbers
from dashboard.store.database import Generation, Size, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import Panel, counted_rows, panel, place_of_sex, relatives_counted
from dashboard.store.site_tables import SITES, ChromosomeSites, SiteCounts, genes_of_sites, site_counts_on, sites_on
from dashboard.store.statistics import wilson, with_frequency
from dashboard.words.seen import note
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import CLASSES, MEMBERS, SEXES, TALLIES, CallClass, Direction, expected_by_sex
from data_prep.domain.intervals import Interval
from data_prep.domain.proportions import hardy_weinberg
from data_prep.domain.site_id import parse_site_id

FEW_ROWS: Final = 2_000
"""Rows up to which an answer is a small one."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site: its founding interval, and the id that addresses use."""

    site_id: int
    name: str
    interval: Interval
    direction: Direction


ALLELE_COLUMNS: Final = ("allele_frequency", "af_ci_low", "af_ci_high", "hwe_p")
_SHARES: Final = ("frequency", "ci_low", "ci_high", "allele_count", "allele_number", *ALLELE_COLUMNS)
"""Of the columns below those that are a share of people or alleles, or tell one."""
_OF_ALLELES: Final = ("allele_count", "allele_number", *ALLELE_COLUMNS, "copies_0", "copies_1", "copies_2")
_ABOUT_PEOPLE: Final = ("carriers", "samples", *_SHARES, *TALLIES)


_LISTED: Final = tuple(name for name in SITES.columns if name not in ("inner_start", "inner_end"))
"""What a list says of a site itself."""


@remembered
def site_named(database: Generation, name: str) -> Site | None:
    """The site of an address, such as `chr1-109687570-109697444-loss`; None where there is none of this id."""
    wanted = parse_site_id(name)
    if wanted is None:
        return None
    every = sites_on(database, wanted.interval.chrom)
    row = every.row_of(wanted.interval, wanted.direction)
    if row is None:
        return None
    return Site(int(every.number[row]), every.rows["site"][row], wanted.interval, wanted.direction)


def sites_at(database: Generation, place: Interval, filters: Filters) -> pl.DataFrame:
    """Sites whose founding interval touches `place` and that someone counted carries, most carriers first.

    One row a site: the columns of `sites`; `carriers`, `samples`, `frequency`, `ci_low`, `ci_high`; carriers by class;
    `allele_count` and `allele_number` where alleles have a meaning (R6) and no class or copy number is chosen, and of whom
    two copies are expected `copies_0`, `copies_1` and `copies_2`, the people with so many; and for each super-population with
    people counted `carriers_AFR`, `samples_AFR` and so on. Positions are 0-based and half-open. The genes are asked for apart,
    by `with_genes`, and the allele frequency by `with_alleles`: a chromosome has thousands of sites, and a page shows few.
    """
    who = counted_rows(database, place.chrom, filters)
    people = panel(database)
    there = sites_there(database, place, filters)
    counts, many = there.counts, len(there.rows)
    codes, number = people.groups["superpopulation"]
    by_group = _tally(counts, _groups(database, codes)[counts.population], len(codes), many)
    by_class = _tally(counts, counts.event_class, len(CLASSES), many)
    carriers = by_class.sum(axis=1)
    copies = _alleles(there, place.chrom, people, who)
    row = there.in_order(carriers, losses_first=False)
    sites = there.on.at(there.rows[row], *_LISTED)
    sizes = np.bincount(number[who], minlength=len(codes))
    alleles = sites["alleles"].to_numpy() & (asks_for_whole_losses(filters) and not filters.copy_numbers)
    everyone = int(who.sum())
    no_alleles = pl.Series(~alleles)
    columns = [
        pl.Series("carriers", carriers[row], pl.Int32),
        pl.Series("samples", np.full(len(row), everyone), pl.Int32),
        *(
            pl.Series(column, by_class[row][:, [CLASSES.index(name) for name in classes]].sum(axis=1), pl.Int32)
            for column, classes in TALLIES.items()
        ),
        *(pl.Series(name, values[row], pl.Int32).set(no_alleles, None) for name, values in copies.items()),
        *(
            column
            for at, (code, size) in enumerate(zip(codes, sizes.tolist(), strict=True))
            if size
            for column in (
                pl.Series(f"carriers_{code}", by_group[row, at], pl.Int32),
                pl.Series(f"samples_{code}", np.full(len(row), size), pl.Int32),
            )
        ),
    ]
    return with_frequency(sites.hstack(columns))


@dataclass(frozen=True, slots=True)
class SitesThere:
    """The sites whose founding interval touches a place, and who of the people and classes asked for carries them."""

    on: ChromosomeSites
    rows: Numbers
    """Theirs in `on`, rising."""
    counts: SiteCounts
    """`site` is the place among `rows`."""

    def in_order(self, carriers: Numbers, *, losses_first: bool) -> Numbers:
        """The places among `rows` of those with carriers, most first, then along the genome; `carriers` of each."""
        places = np.flatnonzero(carriers)
        rows = self.rows[places]
        direction = self.on.gain[rows] == losses_first
        return places[np.lexsort((direction, self.on.end[rows], self.on.start[rows], -carriers[places]))]


def sites_there(database: Generation, place: Interval, filters: Filters) -> SitesThere:
    """The sites at `place` of the directions that are asked for. The list and the drawing of a page share them."""

    def read() -> SitesThere:
        every = sites_on(database, place.chrom)
        rows = every.touching(place, filters.directions)
        counts = site_counts_on(database, place.chrom, filters.level).of_sites(rows)
        return SitesThere(every, rows, counts.where(_is_counted(counts, database, filters)))

    key = ("sites there", place, filters.of_sites())
    return database.recall(key, read, lambda there: Size.SMALL if len(there.counts.site) <= FEW_ROWS else Size.LARGE)


def with_alleles(sites: pl.DataFrame) -> pl.DataFrame:
    """Sites of `sites_at` with `allele_frequency`, its Wilson interval `af_ci_low`, `af_ci_high`, and `hwe_p`, the exact p of
    Hardy-Weinberg proportion: of the people counted, as the columns of the database have it of all unrelated ones (R6).

    Null where alleles have no meaning, and `hwe_p` where nobody of whom two copies are expected carries.
    """
    names = ("allele_count", "allele_number", "copies_0", "copies_1", "copies_2")
    count, number, *copies = (whole_numbers(sites[name], 0) for name in names)
    share, low, high = wilson(count, number)
    has = whole_numbers(sites["allele_number"]) >= 0
    testable = has & (copies[0] + copies[1] > 0)
    p = np.full(len(count), np.nan)
    p[testable] = hardy_weinberg(*(copies_[testable] for copies_ in copies))
    return sites.hstack(
        [
            pl.Series(name, np.where(has, values, np.nan), nan_to_null=True)
            for name, values in zip(ALLELE_COLUMNS, (share, low, high, p), strict=True)
        ]
    )


def with_sight(database: Generation, sites: pl.DataFrame, filters: Filters, within: str = "") -> pl.DataFrame:
    """Sites with `assessable`, `paralogous`, `seen` and `note`: whether a frequency may be told, whether that is so because of
    copies, in what share of the people counted the caller saw half or more of the site, and what limits the numbers (R5).
    Asked apart, as the genes are. `within`: why no share is told of the place that they are listed for, where it is one of
    copies; then none is told of its sites, of which the larger part may lie outside."""
    if sites.is_empty():
        empty = {"assessable": pl.Boolean, "paralogous": pl.Boolean, "seen": pl.Float64, "note": pl.String}
        return sites.with_columns(pl.lit(None, kind).alias(name) for name, kind in empty.items())
    places = zip(*(sites[name].to_list() for name in ("chrom", "start", "end")), strict=True)
    targets = [region_target(Interval(*place)) for place in places]
    seen = callabilities(database, targets, filters)
    related = relatives_counted(database, targets[0].interval.chrom, filters)
    notes = [
        note(site_seen.seen, blind=site_seen.is_blind, relatives=related, no_share=site_seen.paralogous or within)
        for site_seen in seen
    ]
    silent = [site_seen.is_paralogous or (bool(within) and site_seen.assessable) for site_seen in seen]
    return sites.hstack(
        [
            pl.Series("assessable", [site_seen.assessable for site_seen in seen], pl.Boolean),
            pl.Series("paralogous", silent, pl.Boolean),
            pl.Series("seen", [site_seen.seen for site_seen in seen], pl.Float64),
            pl.Series("note", notes, pl.String),
        ]
    )


def without_shares(sites: pl.DataFrame) -> pl.DataFrame:
    """Every share of people and alleles null at the sites that are not assessable, and at those of copies; carriers stay."""
    if sites["assessable"].all() and not sites["paralogous"].any():
        return sites
    shares = [name for name in _SHARES if name in sites.columns]
    has_share = pl.col("assessable") & ~pl.col("paralogous")
    return sites.with_columns(pl.when(has_share).then(pl.col(name)).alias(name) for name in shares)


def without_unassessable_numbers(sites: pl.DataFrame) -> pl.DataFrame:
    """The same, and every number about people null at the sites that are not assessable; what their events are stays."""
    numbers = [name for name in sites.columns if name in _ABOUT_PEOPLE or name.startswith(("carriers_", "samples_"))]
    assessable = sites.with_columns(pl.when("assessable").then(pl.col(name)).alias(name) for name in numbers)
    return without_shares(assessable)


def without_small_counts(sites: pl.DataFrame, groups: Sequence[str], least: int) -> pl.DataFrame:
    """Sites of `sites_at` and `with_sight`, along the genome, with numbers of fewer than `least` people null, and those that
    would give one away; the note says so, and `withheld` where the carriers are. `groups` are the super-populations."""
    if not least:
        return sites.hstack([pl.Series("withheld", np.zeros(sites.height, np.bool_))])
    tallies = [name for name in TALLIES if name in sites.columns]
    alleles = [name for name in sites.columns if name in _OF_ALLELES]
    rows = []
    for row in sites.iter_rows(named=True):
        total = Row(row["carriers"] or 0, row["samples"] or 0, tuple(row[name] or 0 for name in tallies))
        grouping = [Row(row[f"carriers_{code}"] or 0, row[f"samples_{code}"] or 0) for code in groups]
        cells_shown = choose_cells(total, {SUPERPOPULATION: grouping} if row["assessable"] else {}, least)
        rows.append((cells_shown.total, cells_shown.parts, SUPERPOPULATION in cells_shown.groups))
    of_total, parts, of_groups = (pl.Series([row[at] for row in rows], dtype=pl.Boolean) for at in range(3))
    shown_where = {
        **dict.fromkeys(("carriers", "frequency", "ci_low", "ci_high"), of_total),
        **dict.fromkeys((*tallies, *alleles), parts),
        **{f"carriers_{code}": of_groups for code in groups},
        # events and their intervals are of everybody, whose number is told nowhere else
        **dict.fromkeys(("events", "intervals"), of_total & False),
    }
    note = pl.concat_str("note", pl.lit(NOTE.format(least)), separator="; ").str.strip_chars_start("; ")
    return sites.with_columns(
        *(sites[name].set(~is_shown, None) for name, is_shown in shown_where.items()),
        withheld=~of_total,
        note=pl.when(~(of_total & parts & of_groups)).then(note).otherwise("note"),
    ).sort("start", "end", "direction")


def with_genes(database: Generation, sites: pl.DataFrame) -> pl.DataFrame:
    """Sites, named by `site_id`, with `genes`, the symbols that each touches, and `coding`, those whose coding sequence it
    takes: joined by commas, along the genome, those that are taken first."""
    known, symbols = genes_of_sites(database), landmarks(database).symbols
    genes, coding = [], []
    for number in sites["site_id"].to_list():
        rows = known.of(number)
        of_site = [symbols[gene] for gene in known.gene[rows].tolist()]
        genes.append(", ".join(of_site))
        coding.append(", ".join(of_site[: int(known.coding[rows].sum())]))
    return sites.hstack([pl.Series("genes", genes, pl.String), pl.Series("coding", coding, pl.String)])


def _is_counted(counts: SiteCounts, database: Generation, filters: Filters) -> Flags:
    """Which rows are of people and classes that are asked for."""
    keep = np.isin(counts.event_class, [CLASSES.index(name) for name in filters.event_classes])
    if filters.cohort is not Cohort.ALL:
        keep &= counts.unrelated
    if filters.outliers is not Outliers.INCLUDE:
        keep &= ~counts.outlier
    if filters.sex is not None:
        keep &= counts.sex == SEXES.index(filters.sex.value)
    if filters.copy_numbers:
        keep &= np.isin(counts.copy_number, filters.copy_numbers)
    if filters.populations:
        chosen = set(filters.populations)
        names = population_names(database).items()
        # the last is of populations in which nobody is counted
        is_chosen = np.array([*(bool({code, group} & chosen) for code, (_, group) in names), False])
        keep &= is_chosen[counts.population]
    return keep


def _groups(database: Generation, codes: Sequence[str]) -> Numbers:
    """The place among `codes` of the super-population of each population, in the order of `population_names`; last, and where it is none
    of them, -1."""
    place = {code: at for at, code in enumerate(codes)}
    return np.array([*(place.get(group, -1) for _, group in population_names(database).values()), -1], np.int64)


def _tally(counts: SiteCounts, kind: npt.NDArray[Any], kinds: int, sites: int) -> Numbers:
    """Carriers by site and kind, (sites, kinds); `kind`: that of each row, -1 of one that is not counted."""
    known = kind >= 0
    # whole numbers far below 2**53, so that adding them as floats is exact
    sums = np.bincount((counts.site * np.int64(kinds) + kind)[known], counts.carriers[known], sites * kinds)
    return sums.astype(np.int64).reshape(sites, kinds)


def _alleles(there: SitesThere, chrom: str, people: Panel, who: Flags) -> dict[str, Numbers]:
    """Copies lost and expected at each of the sites (R6) by who carries them, and people by copies of whom two are expected.

    What a call says is expected there holds before what its place tells (R2). On X two are expected of the XX.
    """
    codes, sex_of = people.groups["sex"]
    by_sex = np.bincount(np.array([place_of_sex(code) for code in codes], np.int64)[sex_of[who]], minlength=len(SEXES))
    counts = there.counts
    expected = expected_by_sex(chrom, there.on.start[there.rows], there.on.end[there.rows])
    carriers = counts.carriers.astype(np.int64)
    of_place = expected[counts.site, counts.sex]
    expected_of_row: Numbers = np.where(counts.expected < 0, of_place, counts.expected)
    copies: Numbers = np.where(counts.copy_number < 0, expected_of_row, counts.copy_number)

    def sum_by_site(values: Numbers) -> Numbers:
        sums: Numbers = np.bincount(counts.site, values, len(there.rows)).astype(np.int64)
        return sums

    two: Numbers = np.where(of_place == 2, carriers, 0)
    none, single, every = sum_by_site(two * (copies == 0)), sum_by_site(two * (copies == 1)), sum_by_site(two)
    return {
        "allele_count": sum_by_site(carriers * np.maximum(expected_of_row - copies, 0).astype(np.int64)),
        "allele_number": expected @ by_sex + sum_by_site(carriers * (expected_of_row - of_place)),
        "copies_0": none,
        "copies_1": single,
        "copies_2": np.maximum((expected == 2) @ by_sex - every, 0),
    }


def asks_for_whole_losses(filters: Filters) -> bool:
    """All losses are asked for: the copies that some of them lack would be no allele count."""
    return set(MEMBERS[CallClass.LOSS]) <= set(filters.event_classes)
