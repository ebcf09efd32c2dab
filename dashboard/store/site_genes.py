"""What one site takes: alleles of the people counted, and genes with their exons (R6, R9)."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.store.callability import callabilities
from dashboard.store.cohort import superpopulation_names
from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import counted_rows, expected_copies, panel, place_of_sex
from dashboard.store.site import counts_of_site, site_details
from dashboard.store.site_tables import genes_of_sites
from dashboard.store.sites import ALLELE_COLUMNS, Site, asks_for_whole_losses
from dashboard.store.statistics import wilson
from data_prep.domain.arrays import Numbers
from data_prep.domain.copy_number import expected_by_sex
from data_prep.domain.intervals import Interval
from data_prep.domain.proportions import hardy_weinberg

ALL: Final = "all"
_ALLELES: Final = {
    "group": pl.String,
    **dict.fromkeys(("allele_count", "allele_number"), pl.Int64),
    **dict.fromkeys(ALLELE_COLUMNS, pl.Float64),
}


@dataclass(frozen=True, slots=True)
class TouchedGene:
    """A gene that the interval of a site touches."""

    gene_id: str
    symbol: str
    name: str
    """What an address calls it."""
    is_coding: bool
    """Whether the site takes coding sequence of it, its interval drawn in (R9)."""
    exons: tuple[int, ...]
    """Numbers of the exons of its representative transcript that the interval touches, from 1 in the direction of transcription."""
    all_exons: int


@remembered
def alleles_of(database: Generation, site: Site, filters: Filters) -> pl.DataFrame:
    """Alleles lost among the people counted, a row for everyone and each super-population with people counted: `group` (`all` first),
    `allele_count`, `allele_number`, `allele_frequency`, `af_ci_low`, `af_ci_high`, and `hwe_p`, exact, of those of whom two copies are
    expected. Empty where R6 gives none; a group in which no share may be told (R5) has no row."""
    details = site_details(database, site)
    if not details["alleles"] or filters.copy_numbers or not asks_for_whole_losses(filters):
        return pl.DataFrame(schema=_ALLELES)
    codes, counts = _copies(database, site, filters)
    told = [
        _has_share(database, site, filters if code == ALL else replace(filters, populations=(code,))) for code in codes
    ]
    if not told[0]:
        return pl.DataFrame(schema=_ALLELES)
    count, number, *copies = counts
    share, low, high = wilson(count, number)
    testable = copies[0] + copies[1] > 0
    p = np.full(len(codes), np.nan)
    p[testable] = hardy_weinberg(*(kind[testable] for kind in copies))
    table = pl.DataFrame(
        {
            "group": codes,
            "allele_count": count,
            "allele_number": number,
            **{
                name: pl.Series(values, nan_to_null=True)
                for name, values in zip(ALLELE_COLUMNS, (share, low, high, p), strict=True)
            },
        },
        schema=_ALLELES,
    )
    return table.filter(pl.Series(told) & (pl.col("allele_number") > 0))


def _copies(database: Generation, site: Site, filters: Filters) -> tuple[list[str], list[Numbers]]:
    """Everyone and the super-populations, and of each: copies lost, copies expected, and of whom two are expected the people with no
    copy, with one and with two. What a call says is expected there holds before what its place tells (R2)."""
    people, interval = panel(database), site.interval
    who = counted_rows(database, interval.chrom, filters)
    codes, number = people.groups["superpopulation"]
    expected = expected_copies(people, interval)
    of_sex = expected_by_sex(interval.chrom, np.array([interval.start]), np.array([interval.end]))[0]
    sums = np.zeros((5, len(codes)), np.int64)
    np.add.at(sums[1], number[who], expected[who])
    np.add.at(sums[4], number[who], expected[who] == 2)
    place = {code: at for at, code in enumerate(codes)}
    for row in counts_of_site(database, site, filters).iter_rows(named=True):
        at, carriers = place[row["superpopulation"]], row["carriers"]
        here = int(of_sex[place_of_sex(row["sex"] or "unknown")])
        due = here if row["expected_copy_number"] is None else row["expected_copy_number"]
        copies = due if row["copy_number"] is None else row["copy_number"]
        sums[0, at] += carriers * max(due - copies, 0)
        sums[1, at] += carriers * (due - here)
        if here == 2:
            sums[4, at] -= carriers
            if copies in (0, 1):
                sums[2 + copies, at] += carriers
    sizes = np.bincount(number[who], minlength=len(codes))
    present = [place[code] for code in superpopulation_names(database) if code in place and sizes[place[code]]]
    return [ALL, *(codes[at] for at in present)], [
        np.concatenate([[int(np.maximum(row, 0).sum())], np.maximum(row[present], 0)]) for row in sums
    ]


def _has_share(database: Generation, site: Site, filters: Filters) -> bool:
    (view,) = callabilities(database, [region_target(site.interval)], filters)
    return view.assessable and not view.is_paralogous


@remembered
def touched_genes(database: Generation, site_id: int, interval: Interval) -> tuple[TouchedGene, ...]:
    """The genes that a site touches, those whose coding sequence it takes first, else along the genome."""
    known = landmarks(database)
    of_sites = genes_of_sites(database)
    rows = of_sites.of(site_id)
    exons_of = known.exons.on(interval.chrom)
    touched = []
    for at, coding in zip(of_sites.gene[rows].tolist(), of_sites.coding[rows].tolist(), strict=True):
        gene = known.genes.rows.row(at, named=True)
        exons = exons_of.filter(pl.col("transcript_id") == pl.lit(gene["transcript_id"], pl.String)).sort("start")
        numbers = [
            number
            for number, (start, end) in enumerate(exons.select("start", "end").iter_rows(), 1)
            if start < interval.end and end > interval.start
        ]
        if gene["strand"] == "-":
            numbers = [exons.height + 1 - number for number in reversed(numbers)]
        symbol = gene["symbol"]
        name = gene["gene_id"] if symbol in known.shared_symbols else symbol
        touched.append(TouchedGene(gene["gene_id"], symbol, name, coding, tuple(numbers), exons.height))
    return tuple(touched)
