"""What selection and the caller's blind spots leave of simulated events: coding sequence, dosage-sensitive genes, silent genes.

An event that takes coding sequence is rarely drawn, the more rarely the more it takes; one that takes a gene for which
ClinGen has evidence of dosage sensitivity never. Genes with copies so alike that short reads cannot be placed have no
calls, as in the real file; the list of them is `silent_genes`, and nothing else decides it.
"""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_prep.domain.chromosomes import CHROMOSOMES
from data_prep.domain.coding import half_bin, most_drawn_in
from data_prep.domain.intervals import bases_before, union
from data_prep.inputs.genes import embedded_gene_models
from data_prep.reference import FOLDER, problem_regions
from data_prep.simulate.genome import Ints, read_table
from data_prep.simulate.panel import Bools

Floats = NDArray[np.float64]

SEEN_BY_THE_CALLER: Final = ("CFHR1", "CFHR3", "HP", "RHD")
"""Genes with a near copy in which DRAGEN reports losses all the same."""

_TABLE: Final = FOLDER / "paralogous_genes.tsv"
"""The reference table of such genes; the catalogue's own list stands in while there is none."""
_SYMBOL_COLUMNS: Final = ("symbol", "gene")
_CHROMOSOME: Final = 1 << 32

# Shares of new events that last, invented: of those that take coding sequence at all, and by the bases that they take.
_LASTING_LOSSES: Final = 0.30
_LOSS_BASES: Final = 1_500.0
_LASTING_GAINS: Final = 0.60
_GAIN_BASES: Final = 6_000.0
_SENSITIVE: Final = 2
"""Least ClinGen score that counts: emerging evidence."""


@dataclass(frozen=True)
class Stretches:
    """Disjoint intervals of the whole genome, for counting bases of them in other intervals.

    `start` and `end` are positions plus 2^32 times the number of the chromosome; `before` is the sum of lengths before each.
    """

    start: Ints
    end: Ints
    before: Ints

    def bases(self, chrom: Ints | int, start: Ints, end: Ints) -> Ints:
        """Bases of these stretches in `[start, end)` of chromosomes by number; arrays broadcast, empty intervals hold 0."""
        offset = np.asarray(chrom, dtype=np.int64) * _CHROMOSOME
        below = partial(bases_before, self.start, self.end, before=self.before)
        result: Ints = np.maximum(below(offset + end) - below(offset + start), 0)
        return result


def merge_stretches(intervals: pl.DataFrame) -> Stretches:
    """The union of intervals given as chrom, start, end."""
    number = pl.Enum(CHROMOSOMES)
    rows = intervals.with_columns(
        offset=pl.col("chrom").cast(pl.String).cast(number).to_physical().cast(pl.Int64) * _CHROMOSOME
    ).select(start=pl.col("offset") + pl.col("start"), end=pl.col("offset") + pl.col("end"))
    start, end, _ = union(rows.get_column("start").to_numpy(), rows.get_column("end").to_numpy())
    return Stretches(start, end, np.cumsum(end - start) - (end - start))


@cache
def coding_sequence() -> Stretches:
    """Coding bases of the representative transcripts of all genes."""
    return merge_stretches(_coding_parts())


@cache
def dosage_sensitive(loss: bool) -> Stretches:
    """Coding bases of genes for whose loss (or gain) ClinGen has evidence."""
    scores = read_table("dosage_sensitive_genes")
    column = "haploinsufficiency" if loss else "triplosensitivity"
    symbols = scores.filter(pl.col(column).is_in([_SENSITIVE, 3])).get_column("symbol")
    genes = embedded_gene_models().genes.filter(pl.col("symbol").is_in(symbols.to_list())).get_column("gene_id")
    return merge_stretches(_coding_parts().filter(pl.col("gene_id").is_in(genes.to_list())))


def _coding_parts() -> pl.DataFrame:
    exons = embedded_gene_models().exons.filter(pl.col("coding_start").is_not_null())
    return exons.select("gene_id", "chrom", start="coding_start", end="coding_end").cast(
        {"start": pl.Int64, "end": pl.Int64}
    )


def drawn_in(start: Ints, end: Ints, bins: Ints) -> tuple[Ints, Ints]:
    """Both ends of events drawn in by half their mean bin, at most a third of them (rule R7)."""
    length = end - start
    by = np.minimum(half_bin(length, np.maximum(bins, 1)), most_drawn_in(length))
    return start + by, end - by


def coding_bases_taken(chrom: Ints | int, start: Ints, end: Ints, bins: Ints) -> Ints:
    """Coding bases that losses of these intervals take for certain, their ends drawn in."""
    inner_start, inner_end = drawn_in(start, end, bins)
    return coding_sequence().bases(chrom, inner_start, inner_end)


def lasting_share(chrom: Ints, start: Ints, end: Ints, bins: Ints, loss: Bools) -> Floats:
    """The share of such new events that selection lets pass, from 0 to 1."""
    taken = np.where(loss, coding_bases_taken(chrom, start, end, bins), coding_sequence().bases(chrom, start, end))
    sensitive = np.where(
        loss, dosage_sensitive(True).bases(chrom, start, end), dosage_sensitive(False).bases(chrom, start, end)
    )
    share = np.where(
        loss, _LASTING_LOSSES * np.exp(-taken / _LOSS_BASES), _LASTING_GAINS * np.exp(-taken / _GAIN_BASES)
    )
    result: Floats = np.where(sensitive > 0, 0.0, np.where(taken > 0, share, 1.0))
    return result


def silent_genes(table: Path = _TABLE) -> list[tuple[str, int, int]]:
    """Places of the genes in which nothing is called, 0-based half-open, those of SEEN_BY_THE_CALLER left out.

    From the reference table of paralogous genes, else from the problem regions of that kind, else from the catalogue.
    Raises ValueError for a table without a column of genes, and for a gene of the catalogue that the gene models lack.
    """
    genes = embedded_gene_models().genes.select("symbol", pl.col("chrom").cast(pl.String), "start", "end")
    regions = problem_regions().filter(pl.col("kind") == "paralogous")
    if table.exists():
        listed = pl.read_csv(table, separator="\t", quote_char=None, infer_schema_length=None, comment_prefix="#")
        column = next((name for name in _SYMBOL_COLUMNS if name in listed.columns), None)
        if column is None:
            raise ValueError(f"{table} names no genes: it needs a column {' or '.join(_SYMBOL_COLUMNS)}")
        # a gene that has no place on the primary assembly has no calls either
        places = genes.filter(pl.col("symbol").is_in(listed.get_column(column).to_list()))
    elif regions.height:
        places = regions.select(symbol="name", chrom="chrom", start="start", end="end")
    else:
        listed = read_table("paralogous")
        missing = set(listed.get_column("gene").to_list()) - set(genes.get_column("symbol").to_list())
        if missing:
            raise ValueError(f"genes to be silent without a place in the gene models: {', '.join(sorted(missing))}")
        places = genes.filter(pl.col("symbol").is_in(listed.get_column("gene").to_list()))
    seen = rf"\b({'|'.join(SEEN_BY_THE_CALLER)})\b"
    silent = places.filter(~pl.col("symbol").str.contains(seen)).select("chrom", "start", "end")
    return silent.unique().sort("chrom", "start", "end").rows()
