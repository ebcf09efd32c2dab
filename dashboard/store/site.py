"""One site: what its members are, who carries it in every group and at every level, and what lies beside it (rules R6, R9, R10).

Carriers are sums over `site_counts`, in which each stands once a level, and people are the panel's, as everywhere. A site in places of
copies, or that cannot be assessed, keeps its carriers and has no frequency (R5).
"""

from typing import Any, Final

import numpy as np
import polars as pl

from dashboard.question.filters import Filters, Outliers
from dashboard.question.target import region_target
from dashboard.store.callability import callabilities
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.panel import counted_rows, panel
from dashboard.store.sites import Site
from dashboard.store.statistics import with_frequency
from data_prep.domain.copy_number import TALLIES
from data_prep.domain.levels import Level
from data_prep.domain.overlaps import reciprocal_overlap

# One row: what is stored of the site itself, and how populations differ at it.
DETAILS: Final = Statement(
    """SELECT s.site_id, s.site, s.chrom::VARCHAR AS chrom, s.start, s."end", s.direction::VARCHAR AS direction, s.founders, s.events, s.carriers,
    s.intervals, s.start_min, s.start_median, s.start_max, s.end_min, s.end_median, s.end_max, s.inner_start, s.inner_end, s.median_bins, s.few_bins,
    s.multi_allelic, s.alleles, s.allele_frequency, s.af_ci_low, s.af_ci_high, s.hwe_p, s.problem, s.genes, s.coding_genes,
    s.transmission_parents, s.transmission, s.transmission_ci_low, s.transmission_ci_high,
    d.carriers AS compared_carriers, d.samples AS compared_samples, d.chi_square, d.p, d.exact, d.q, d.fst, d.vst
FROM sites s LEFT JOIN site_differences d USING (site_id) WHERE s.site_id = $site""",
    {
        "site_id": pl.Int32,
        "site": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "direction": pl.String,
        **dict.fromkeys(
            (
                "founders", "events", "carriers", "intervals", "start_min", "start_median", "start_max", "end_min", "end_median", "end_max",
                "inner_start", "inner_end",
            ),
            pl.Int32,
        ),
        "median_bins": pl.Float64,
        "few_bins": pl.Boolean,
        "multi_allelic": pl.Boolean,
        "alleles": pl.Boolean,
        **dict.fromkeys(("allele_frequency", "af_ci_low", "af_ci_high", "hwe_p"), pl.Float64),
        "problem": pl.String,
        **dict.fromkeys(("genes", "coding_genes", "transmission_parents"), pl.Int32),
        **dict.fromkeys(("transmission", "transmission_ci_low", "transmission_ci_high"), pl.Float64),
        "compared_carriers": pl.Int32,
        "compared_samples": pl.Int32,
        **dict.fromkeys(("chi_square", "p"), pl.Float64),
        "exact": pl.Boolean,
        **dict.fromkeys(("q", "fst", "vst"), pl.Float64),
    },
)  # fmt: skip
# One row a kind of carrier of the site at each level.
COUNTS: Final = Statement(
    """SELECT c.level::VARCHAR AS level, c.population, p.superpopulation, c.sex::VARCHAR AS sex, c.unrelated, c.outlier, c.class::VARCHAR AS class,
    c.copy_number, c.expected_copy_number, c.carriers
FROM site_counts c JOIN populations p USING (population) WHERE c.site_id = $site""",
    {
        "level": pl.String,
        "population": pl.String,
        "superpopulation": pl.String,
        "sex": pl.String,
        "unrelated": pl.Boolean,
        "outlier": pl.Boolean,
        "class": pl.String,
        "copy_number": pl.Int32,
        "expected_copy_number": pl.UInt8,
        "carriers": pl.UInt32,
    },
)
# One row another site of either direction that touches the place, with its carriers among the unrelated.
BESIDE: Final = Statement(
    """SELECT s.site_id, s.site, s.chrom::VARCHAR AS chrom, s.start, s."end", s.direction::VARCHAR AS direction, s.median_bins, s.few_bins, s.problem,
    coalesce(g.carriers, 0)::INTEGER AS carriers
FROM sites s LEFT JOIN site_groups g ON g.site_id = s.site_id AND g.grouped_by = 'all' AND g.code = 'all'
WHERE s.chrom = $chrom::chrom AND s.start < $end AND s."end" > $start AND s.site_id != $site""",
    {
        "site_id": pl.Int32,
        "site": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "direction": pl.String,
        "median_bins": pl.Float64,
        "few_bins": pl.Boolean,
        "problem": pl.String,
        "carriers": pl.Int32,
    },
)
# One row a population in which the site occurs.
WEINBERG: Final = Statement(
    "SELECT population, copies_0, copies_1, copies_2, p FROM site_hardy_weinberg WHERE site_id = $site",
    {"population": pl.String, "copies_0": pl.UInt32, "copies_1": pl.UInt32, "copies_2": pl.UInt32, "p": pl.Float64},
)

GROUPINGS: Final = ("all", "superpopulation", "population", "sex")
_NO_SHARE: Final = ("frequency", "ci_low", "ci_high")


@remembered
def site_details(database: Generation, site: Site) -> dict[str, Any]:
    """What is stored of a site, by the columns of `DETAILS`: founding interval (0-based, half-open) and spread of its members' ends, median bins, badges,
    alleles with interval and Hardy-Weinberg p, genes, transmission, and, where it is compared (R10), chi-square, `p`, `q`, `fst`, `vst`; null elsewhere.

    `carriers` are all people with a member, whatever the cohort; the others are of unrelated people at credible, outliers left out.
    """
    return database.frame(DETAILS, {"site": site.site_id}).row(0, named=True)


@remembered
def _counts(database: Generation, site_id: int) -> pl.DataFrame:
    return database.frame(COUNTS, {"site": site_id})


def counts_of_site(database: Generation, site: Site, filters: Filters, *, every_level: bool = False) -> pl.DataFrame:
    """Rows of `COUNTS` of the people, level, classes and copy numbers that are asked for."""
    rows = _counts(database, site.site_id)
    conditions = [pl.col("class").is_in([name.value for name in filters.event_classes])]
    if not every_level:
        conditions.append(pl.col("level") == filters.level.value)
    if filters.cohort.value == "unrelated":
        conditions.append(pl.col("unrelated"))
    if filters.outliers is Outliers.EXCLUDE:
        conditions.append(~pl.col("outlier"))
    if filters.sex is not None:
        conditions.append((pl.col("sex") == filters.sex.value).fill_null(value=False))
    if filters.populations:
        chosen = list(filters.populations)
        conditions.append(pl.col("population").is_in(chosen) | pl.col("superpopulation").is_in(chosen))
    if filters.copy_numbers:
        conditions.append(pl.col("copy_number").is_in(filters.copy_numbers).fill_null(value=False))
    return rows.filter(pl.all_horizontal(conditions))


def _has_share(database: Generation, site: Site, filters: Filters) -> bool:
    """Whether a frequency may be told of the site (R5)."""
    (view,) = callabilities(database, [region_target(site.interval)], filters)
    return view.assessable and not view.is_paralogous


def _shares(database: Generation, site: Site, filters: Filters, counts: pl.DataFrame) -> pl.DataFrame:
    table = with_frequency(counts)
    return (
        table
        if _has_share(database, site, filters)
        else table.with_columns(pl.lit(None, pl.Float64).alias(name) for name in _NO_SHARE)
    )


def site_frequencies(database: Generation, site: Site, filters: Filters) -> pl.DataFrame:
    """Carriers in every group with people counted: `grouped_by` (`GROUPINGS`, in this order), `group`, `carriers`, `samples`, `frequency`, `ci_low`, `ci_high` (null
    where none may be told, R5), and carriers by class: `complete_losses`, `partial_losses`, `low_gains`, `high_gains`, `without_copy_number`.

    On X outside the pseudo-autosomal regions the rows of `sex` are those to be told: a share of both sexes together is of neither (R5).
    """
    rows = counts_of_site(database, site, filters)
    who = counted_rows(database, site.interval.chrom, filters)
    groups = panel(database).groups
    frames = []
    for grouped_by in GROUPINGS:
        codes, number = groups[grouped_by]
        sizes = np.bincount(number[who], minlength=len(codes))
        column = pl.lit("all") if grouped_by == "all" else pl.col(grouped_by).fill_null("unknown")
        held = rows.group_by(column.alias("group")).agg(
            pl.col("carriers").sum().cast(pl.Int32),
            *(
                pl.col("carriers")
                .filter(pl.col("class").is_in([one.value for one in classes]))
                .sum()
                .cast(pl.Int32)
                .alias(name)
                for name, classes in TALLIES.items()
            ),
        )
        frame = pl.DataFrame(
            {"grouped_by": [grouped_by] * len(codes), "group": list(codes), "samples": sizes},
            schema={"grouped_by": pl.String, "group": pl.String, "samples": pl.Int32},
        )
        frames.append(frame.filter(pl.col("samples") > 0).join(held, on="group", how="left", maintain_order="left"))
    table = pl.concat(frames).with_columns(pl.col("carriers", *TALLIES).fill_null(0))
    table = table.select("grouped_by", "group", "carriers", "samples", *TALLIES)
    return _shares(database, site, filters, table)


def site_levels(database: Generation, site: Site, filters: Filters) -> pl.DataFrame:
    """What the number of carriers depends on: a row a filter level in order, `level`, `carriers`, `samples`, `frequency`, `ci_low`, `ci_high`."""
    rows = counts_of_site(database, site, filters, every_level=True)
    samples = int(counted_rows(database, site.interval.chrom, filters).sum())
    carriers = [int(rows.filter(pl.col("level") == level.value)["carriers"].sum()) for level in Level]
    table = pl.DataFrame(
        {"level": [level.value for level in Level], "carriers": carriers, "samples": [samples] * len(carriers)},
        schema={"level": pl.String, "carriers": pl.Int32, "samples": pl.Int32},
    )
    return _shares(database, site, filters, table)


def site_copies(database: Generation, site: Site, filters: Filters) -> pl.DataFrame:
    """Carriers by copy number in each super-population with people counted: `superpopulation`, `copy_number` (null where the caller gives none),
    `expected_copy_number`, `carriers`, `samples`, in the order of tables and then by copies. Who carries nothing has the expected copies and no row."""
    rows = counts_of_site(database, site, filters)
    codes, number = panel(database).groups["superpopulation"]
    sizes = np.bincount(number[counted_rows(database, site.interval.chrom, filters)], minlength=len(codes))
    held = rows.group_by("superpopulation", "copy_number", "expected_copy_number").agg(
        pl.col("carriers").sum().cast(pl.Int32)
    )
    place = {code: at for at, code in enumerate(codes)}
    return held.with_columns(
        samples=pl.col("superpopulation").replace_strict(
            dict(zip(codes, sizes.tolist(), strict=True)), return_dtype=pl.Int32
        )
    ).sort(pl.col("superpopulation").replace_strict(place), "copy_number", "expected_copy_number")


@remembered
def sites_beside(database: Generation, site: Site, rows: int = 50) -> pl.DataFrame:
    """Other sites that touch this one's founding interval, of other lengths and of the other direction too, nearest in extent first, `rows` at most: columns of
    `BESIDE` (`carriers` of the unrelated at credible), `length`, and `reciprocal_overlap`, 0 to 1."""
    place = site.interval
    found = database.frame(BESIDE, {"chrom": place.chrom, "start": place.start, "end": place.end, "site": site.site_id})
    start, end = (found[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    overlap = reciprocal_overlap(start, end, place.start, place.end)
    table = found.with_columns(
        length=pl.col("end") - pl.col("start"), reciprocal_overlap=pl.Series(overlap, dtype=pl.Float64)
    )
    return table.sort("reciprocal_overlap", "carriers", "site_id", descending=[True, True, False]).head(rows)


@remembered
def site_hardy_weinberg(database: Generation, site: Site) -> pl.DataFrame:
    """Complete and partial losses in each population in which the site occurs, where alleles have a meaning (R6): `population`, `copies_0`, `copies_1`, `copies_2` (people),
    `p`, exact: a check of the calls (R10)."""
    return database.frame(WEINBERG, {"site": site.site_id})
