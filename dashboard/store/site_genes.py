"""What one site takes: alleles of the people counted, and genes with their exons (R6, R9)."""

from dataclasses import dataclass, replace

import polars as pl

from dashboard.question.filters import Filters
from dashboard.store.cohort import superpopulation_names
from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.sites import GENES, Site, sites_at, with_alleles, with_sight, without_shares
from data_prep.domain.intervals import Interval


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
    """Alleles lost among the people counted, a row for everyone and each super-population in which somebody carries: `group`, and the
    columns of `with_alleles`, with `allele_count` and `allele_number`. Empty where R6 gives none, and where no share may be told."""
    rows = []
    whole = filters.of_sites()
    home = superpopulation_names(database)
    groups = [("all", whole)]
    if not whole.populations:
        groups += [(code, replace(whole, populations=(code,))) for code in home]
    for group, of_group in groups:
        sites = sites_at(database, site.interval, of_group).filter(pl.col("site_id") == site.site_id)
        told = without_shares(with_sight(database, with_alleles(sites), of_group)).filter(
            pl.col("allele_frequency").is_not_null()
        )
        rows.append(
            told.select(
                pl.lit(group).alias("group"),
                *("allele_count", "allele_number", "allele_frequency", "af_ci_low", "af_ci_high", "hwe_p"),
            )
        )
        if rows[0].is_empty():
            break
    return pl.concat(rows)


@remembered
def touched_genes(database: Generation, site_id: int, interval: Interval) -> tuple[TouchedGene, ...]:
    """The genes that a site touches, those whose coding sequence it takes first, else along the genome."""
    known = landmarks(database)
    rows = database.frame(GENES, {"sites": [site_id]})
    exons_of = known.exons.on(interval.chrom)
    touched = []
    for gene_id, coding in rows.select("gene_id", "coding").iter_rows():
        at = known.place_of(gene_id)
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
        name = gene_id if symbol in known.shared_symbols else symbol
        touched.append((not coding, at, TouchedGene(gene_id, symbol, name, coding, tuple(numbers), exons.height)))
    return tuple(gene for _, _, gene in sorted(touched, key=lambda one: one[:2]))
