"""Sites: events of many people taken as one variant, with their carriers in the group that is asked about (rule R9).

The counts come from `site_counts`, where a carrier stands once a level, so any group is a sum. Who is counted is the
panel's answer, as everywhere. Limits of an event's length, quality and bins, and the overlap rule, do not apply to
sites: a site is what its members made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from dashboard.operating.cells import NOTE, SUPERPOPULATION, Row, choose_cells
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.question.target import region_target
from dashboard.store.callability import callabilities
from dashboard.store.cohort import population_names
from dashboard.store.columns import whole_numbers
from dashboard.store.database import Generation, Size, Statement, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import Panel, counted_rows, panel, place_of_sex, relatives_counted
from dashboard.store.statistics import wilson, with_frequency
from dashboard.words.seen import note
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import CLASSES, MEMBERS, TALLIES, CallClass, Direction, expected_by_sex
from data_prep.domain.intervals import Interval
from data_prep.domain.proportions import hardy_weinberg
from data_prep.domain.site_id import parse_site_id

MANY_SITES: Final = 20_000_000
"""Bases from which a place has thousands of sites."""
FEW_ROWS: Final = 2_000
"""Rows up to which plain Python is done before a step over a frame has begun, and which come faster as rows."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site: its founding interval, and the id that addresses use."""

    site_id: int
    name: str
    interval: Interval
    direction: Direction


_SITE_COLUMNS: Final = """s.site_id, s.site, s.chrom::VARCHAR AS chrom, s.start, s."end", s.direction::VARCHAR AS direction,
    s.events, s.intervals, s.start_min, s.start_max, s.end_min, s.end_max, s.median_bins, s.few_bins, s.multi_allelic,
    s.alleles, s.problem, s.inner_start, s.inner_end"""
_SITE_SCHEMA: Final = {
    "site_id": pl.Int32,
    "site": pl.String,
    "chrom": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "direction": pl.String,
    "events": pl.Int32,
    "intervals": pl.Int32,
    "start_min": pl.Int32,
    "start_max": pl.Int32,
    "end_min": pl.Int32,
    "end_max": pl.Int32,
    "median_bins": pl.Float64,
    "few_bins": pl.Boolean,
    "multi_allelic": pl.Boolean,
    "alleles": pl.Boolean,
    "problem": pl.String,
    "inner_start": pl.Int32,
    "inner_end": pl.Int32,
}

# One row a site whose founding interval touches the place.
SITES: Final = Statement(
    f"""SELECT {_SITE_COLUMNS}
FROM sites s
WHERE s.chrom = $chrom::chrom AND s.start < $end AND s."end" > $start AND list_contains($directions, s.direction::VARCHAR)""",
    _SITE_SCHEMA,
)

# One row a site of this exact interval and direction: at most one.
NAMED: Final = Statement(
    f"""SELECT {_SITE_COLUMNS}
FROM sites s
WHERE s.chrom = $chrom::chrom AND s.start = $start AND s."end" = $end AND list_contains($directions, s.direction::VARCHAR)""",
    _SITE_SCHEMA,
)

# One row a site of these numbers.
NAMES: Final = Statement(
    "SELECT site_id, site FROM sites WHERE site_id IN (SELECT unnest($sites)::INTEGER)",
    {"site_id": pl.Int32, "site": pl.String},
)

# One row a site and kind of carrier. Sites are numbered along the chromosome, so those of a place are a run of numbers,
# with a few between that only reach past it. Which carriers count is decided here and not by the database: to join and
# group a handful of rows costs it three times as much as to find them.
COUNTS: Final = Statement(
    """SELECT site_id, population, sex::VARCHAR AS sex, unrelated, outlier, class::VARCHAR AS class, copy_number,
    expected_copy_number, carriers
FROM site_counts
WHERE site_id BETWEEN $first AND $last AND level = $level::filter_level""",
    {
        "site_id": pl.Int32,
        "population": pl.String,
        "sex": pl.String,
        "unrelated": pl.Boolean,
        "outlier": pl.Boolean,
        "class": pl.String,
        "copy_number": pl.Int32,
        "expected_copy_number": pl.UInt8,
        "carriers": pl.UInt32,
    },
)

# One row a site of these numbers and gene that its founding interval touches.
GENES: Final = Statement(
    "SELECT site_id, gene_id, coding FROM site_genes WHERE site_id IN (SELECT unnest($sites)::INTEGER)",
    {"site_id": pl.Int32, "gene_id": pl.String, "coding": pl.Boolean},
)

ALLELE_COLUMNS: Final = ("allele_frequency", "af_ci_low", "af_ci_high", "hwe_p")
_SHARES: Final = ("frequency", "ci_low", "ci_high", "allele_count", "allele_number", *ALLELE_COLUMNS)
"""Of the columns below those that are a share of people or alleles, or tell one."""
_OF_ALLELES: Final = ("allele_count", "allele_number", *ALLELE_COLUMNS, "copies_0", "copies_1", "copies_2")
_ABOUT_PEOPLE: Final = ("carriers", "samples", *_SHARES, *TALLIES)


@remembered
def site_named(database: Generation, name: str) -> Site | None:
    """The site of an address, such as `chr1-109687570-109697444-loss`; None where there is none of this id."""
    wanted = parse_site_id(name)
    if wanted is None:
        return None
    place = wanted.interval
    directions = [wanted.direction.value]
    rows = database.frame(
        NAMED, {"chrom": place.chrom, "start": place.start, "end": place.end, "directions": directions}
    )
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    return Site(
        row["site_id"], row["site"], Interval(row["chrom"], row["start"], row["end"]), Direction(row["direction"])
    )


def site_names(database: Generation, numbers: pl.Series) -> pl.DataFrame:
    """The ids of the sites of these numbers, each once: `site_id`, `site`."""
    sites = numbers.drop_nulls().unique().to_list()
    if not sites:
        return pl.DataFrame(schema=dict(NAMES.columns))
    fetch = database.frame if len(sites) <= FEW_ROWS else database.table
    return fetch(NAMES, {"sites": sites})


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
    sites, rows = counts_at(database, place, filters)
    sites = pl.DataFrame([column for column in sites.get_columns() if column.name not in ("inner_start", "inner_end")])
    first, last = ends_of(sites)
    codes, number = people.groups["superpopulation"]
    by_group, by_class = _tallies(rows, database, filters, codes, first, last - first + 1)
    row = sites["site_id"].to_numpy().astype(np.int64) - first
    carriers = by_class.sum(axis=1)
    row_carries = carriers[row] > 0
    sites, row = _kept(sites, row_carries), row[row_carries]
    place_of_site = np.full(last - first + 1, -1, np.int64)
    place_of_site[row] = np.arange(len(row))
    by_group, by_class = by_group[row], by_class[row]
    sizes = np.bincount(number[who], minlength=len(codes))
    alleles = sites["alleles"].to_numpy() & (asks_for_whole_losses(filters) and not filters.copy_numbers)
    everyone = int(who.sum())
    no_alleles = pl.Series(~alleles)
    copies = _alleles(rows, place_of_site[rows["site_id"].to_numpy().astype(np.int64) - first], sites, people, who)
    columns = [
        pl.Series("carriers", carriers[row], pl.Int32),
        pl.Series("samples", np.full(len(row), everyone), pl.Int32),
        *(
            pl.Series(column, by_class[:, [CLASSES.index(name) for name in classes]].sum(axis=1), pl.Int32)
            for column, classes in TALLIES.items()
        ),
        *(pl.Series(name, values, pl.Int32).set(no_alleles, None) for name, values in copies.items()),
        *(
            column
            for at, (code, size) in enumerate(zip(codes, sizes.tolist(), strict=True))
            if size
            for column in (
                pl.Series(f"carriers_{code}", by_group[:, at], pl.Int32),
                pl.Series(f"samples_{code}", np.full(len(row), size), pl.Int32),
            )
        ),
    ]
    return with_frequency(sites.hstack(columns)).sort(
        "carriers", "start", "end", "direction", descending=[True, False, False, False]
    )


def counts_at(database: Generation, place: Interval, filters: Filters) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sites whose founding interval touches `place`, as `SITES` has them, and rows of `COUNTS` of the people and classes that are
    asked for; among these are some of sites between them that do not touch it. The list and the drawing of a page share them."""

    def fetch() -> tuple[pl.DataFrame, pl.DataFrame]:
        parameters = {
            "chrom": place.chrom, "start": place.start, "end": place.end, "level": filters.level.value,
            "directions": [direction.value for direction in filters.directions],
        }  # fmt: skip
        # a few rows come faster as rows, thousands as columns
        rows_of = database.frame if place.length < MANY_SITES else database.table
        sites = rows_of(SITES, parameters)
        first, last = ends_of(sites)
        counts = rows_of(COUNTS, parameters | {"first": first, "last": last})
        return sites, _kept(counts, _is_counted(counts, database, filters))

    key = ("counts of sites", place, filters.of_sites())
    return database.recall(key, fetch, lambda both: Size.SMALL if both[1].height <= FEW_ROWS else Size.LARGE)


def _kept(frame: pl.DataFrame, keep: Flags) -> pl.DataFrame:
    """The rows that a mask keeps, which are often all."""
    return frame if keep.all() else frame.filter(pl.Series(keep))


def ends_of(sites: pl.DataFrame) -> tuple[int, int]:
    """The least and the greatest number of these sites; 0 where there are none."""
    return (int(sites["site_id"].min()), int(sites["site_id"].max())) if sites.height else (0, 0)  # type: ignore[arg-type]


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
    numbers = sites["site_id"].to_list()
    fetch = database.frame if len(numbers) <= FEW_ROWS else database.table
    touched = _touched_genes(fetch(GENES, {"sites": numbers}), database) if numbers else {}
    every = [touched.get(site, ([], [])) for site in numbers]
    return sites.hstack(
        [
            pl.Series("genes", [", ".join(genes) for genes, _ in every], pl.String),
            pl.Series("coding", [", ".join(coding) for _, coding in every], pl.String),
        ]
    )


def _is_counted(counts: pl.DataFrame, database: Generation, filters: Filters) -> Flags:
    """Which rows of `COUNTS` are of people and classes that are asked for."""
    home = {code: group for code, (_, group) in population_names(database).items()}
    keep = np.ones(counts.height, np.bool_)
    if filters.cohort is not Cohort.ALL:
        keep &= counts["unrelated"].to_numpy()
    if filters.outliers is not Outliers.INCLUDE:
        keep &= ~counts["outlier"].to_numpy()
    if filters.sex is not None:
        keep &= (counts["sex"] == filters.sex.value).fill_null(value=False).to_numpy()
    if filters.copy_numbers:
        keep &= np.isin(whole_numbers(counts["copy_number"]), filters.copy_numbers)
    if filters.populations:
        chosen = set(filters.populations)
        is_chosen = {code: int(bool({code, group} & chosen)) for code, group in home.items()}
        keep &= _to_numbers(counts["population"], is_chosen) > 0
    classes = {name.value: CLASSES.index(name) for name in filters.event_classes}
    is_counted: Flags = keep & (_to_numbers(counts["class"], classes) >= 0)
    return is_counted


def _tallies(
    counts: pl.DataFrame, database: Generation, filters: Filters, codes: Sequence[str], first: int, sites: int
) -> tuple[Numbers, Numbers]:
    """Carriers of rows of `COUNTS` by site from `first` on and super-population, and by site and class."""
    home = {code: group for code, (_, group) in population_names(database).items()}
    place = {code: at for at, code in enumerate(codes)}
    group = _to_numbers(counts["population"], {code: place[group] for code, group in home.items() if group in place})
    class_ = _to_numbers(counts["class"], {name.value: CLASSES.index(name) for name in filters.event_classes})
    site = counts["site_id"].to_numpy().astype(np.int64) - first
    known = group >= 0
    site, carriers = site[known], counts["carriers"].to_numpy()[known]
    tallies = []
    for number, of in ((len(codes), group), (len(CLASSES), class_)):
        # whole numbers far below 2**53, so that adding them as floats is exact
        sums = np.bincount(site * number + of[known], carriers, sites * number)
        tallies.append(sums.astype(np.int64).reshape(sites, number))
    return tallies[0], tallies[1]


def _alleles(counts: pl.DataFrame, at: Numbers, sites: pl.DataFrame, people: Panel, who: Flags) -> dict[str, Numbers]:
    """Copies lost and expected at each of `sites` (R6) by rows of `COUNTS`, and people by copies of whom two are expected; `at`: the
    place of each row's site among the sites, -1 where it is none of them.

    What a call says is expected there holds before what its place tells (R2). On X two are expected of the XX.
    """
    codes, sex_of = people.groups["sex"]
    by_sex = np.bincount(sex_of[who], minlength=len(codes))
    expected = _expected(sites, codes)
    mine = at >= 0
    site = at[mine]
    number_of = {code: number for number, code in enumerate(codes)}
    sex = _to_numbers(counts["sex"], number_of, number_of.get("unknown", -1))[mine]
    carriers = counts["carriers"].to_numpy().astype(np.int64)[mine]
    of_place = expected[site, sex]
    expected_of_row, copies = (whole_numbers(counts[name])[mine] for name in ("expected_copy_number", "copy_number"))
    expected_of_row = np.where(expected_of_row < 0, of_place, expected_of_row)
    copies = np.where(copies < 0, expected_of_row, copies)

    def sum_by_site(values: Numbers) -> Numbers:
        return np.bincount(site, values, sites.height).astype(np.int64)

    two = carriers * (of_place == 2)
    none, single, every = sum_by_site(two * (copies == 0)), sum_by_site(two * (copies == 1)), sum_by_site(two)
    return {
        "allele_count": sum_by_site(carriers * np.maximum(expected_of_row - copies, 0).astype(np.int64)),
        "allele_number": expected @ by_sex + sum_by_site(carriers * (expected_of_row - of_place)),
        "copies_0": none,
        "copies_1": single,
        "copies_2": np.maximum((expected == 2) @ by_sex - every, 0),
    }


def _expected(sites: pl.DataFrame, sexes: Sequence[str]) -> Numbers:
    """Copies that are expected at each of the sites by sex (R2): a row a site, 0 where none is or the sex is not known."""
    if sites.is_empty():
        return np.zeros((0, len(sexes)), np.int64)
    start, end = (sites[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    return expected_by_sex(sites["chrom"][0], start, end)[:, [place_of_sex(sex) for sex in sexes]]


def _to_numbers(words: pl.Series, number: Mapping[Any, int], null: int = -1) -> Numbers:
    """The number of each value, -1 for one that has none; `null` where there is no value."""
    if not number:
        return np.full(len(words), -1, np.int64)
    if len(words) <= FEW_ROWS:
        number_or_null = {**number, None: null}
        return np.array([number_or_null.get(word, -1) for word in words.to_list()], np.int64)
    if words.null_count() and null >= 0:
        numbers = _to_numbers(words, number)
        numbers[words.is_null().to_numpy()] = null
        return numbers
    if words.dtype != pl.String:
        return words.replace_strict(dict(number), default=-1, return_dtype=pl.Int64).to_numpy()
    places = words.cast(pl.Enum(list(number)), strict=False).to_physical().fill_null(len(number))
    found: Numbers = np.array([*number.values(), -1], np.int64)[places.to_numpy()]
    return found


def _touched_genes(rows: pl.DataFrame, database: Generation) -> dict[int, tuple[list[str], list[str]]]:
    """Symbols of the genes that each site touches, and of those whose coding sequence it takes, these first."""
    known = landmarks(database)
    symbols: dict[int, tuple[list[str], list[str]]] = {}
    along = sorted((not coding, known.place_of(gene_id), site) for site, gene_id, coding in rows.iter_rows())
    for no_coding, gene, site in along:
        every, taken = symbols.setdefault(site, ([], []))
        every.append(known.symbols[gene])
        if not no_coding:
            taken.append(known.symbols[gene])
    return symbols


def asks_for_whole_losses(filters: Filters) -> bool:
    """All losses are asked for: the copies that some of them lack would be no allele count."""
    return set(MEMBERS[CallClass.LOSS]) <= set(filters.event_classes)
