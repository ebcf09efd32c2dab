"""Genes, exons, problem regions and bands: what lies where, whoever carries what.

They are the same for every question and small beside the calls, so a generation reads them once and keeps them as
columns by chromosome: asked of the database they took half of a page's time, since a query costs a millisecond
before it has looked at anything.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboard.store.database import Generation, Statement, remembered
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.intervals import Interval

# One row a gene with a place, along the genome.
GENES: Final = Statement(
    """SELECT g.gene_id, g.symbol, g.description, g.biotype, g.chrom::VARCHAR AS chrom, g.start, g."end", g.strand,
    g.transcript_id, t.name AS transcript_name, t.chosen_as, t.coding_bases
FROM genes g LEFT JOIN transcripts t USING (transcript_id)
ORDER BY g.chrom, g.start, g.gene_id""",
    {
        "gene_id": pl.String,
        "symbol": pl.String,
        "description": pl.String,
        "biotype": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "strand": pl.String,
        "transcript_id": pl.String,
        "transcript_name": pl.String,
        "chosen_as": pl.String,
        "coding_bases": pl.Int32,
    },
)

# One row an exon of a representative transcript, along the genome.
EXONS: Final = Statement(
    """SELECT chrom::VARCHAR AS chrom, transcript_id, start, "end", coding_start, coding_end FROM exons
ORDER BY exons.chrom, start, transcript_id""",
    {
        "chrom": pl.String,
        "transcript_id": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "coding_start": pl.Int32,
        "coding_end": pl.Int32,
    },
)

# One row a place of care or of no sight (R5, R11).
PROBLEMS: Final = Statement(
    """SELECT chrom::VARCHAR AS chrom, kind, start, "end", name FROM problem_regions
ORDER BY problem_regions.chrom, start, "end", name""",
    {"chrom": pl.String, "kind": pl.String, "start": pl.Int32, "end": pl.Int32, "name": pl.String},
)

# One row a band of the ideogram.
BANDS: Final = Statement(
    """SELECT chrom::VARCHAR AS chrom, band, start, "end", stain FROM cytobands ORDER BY cytobands.chrom, start""",
    {"chrom": pl.String, "band": pl.String, "start": pl.Int32, "end": pl.Int32, "stain": pl.String},
)


@dataclass(frozen=True)
class Along:
    """Rows with a place each, sorted by chromosome and start, that can be asked for by an interval."""

    rows: pl.DataFrame
    """`chrom`, `start`, `end` (0-based, half-open) among the columns."""

    @cached_property
    def _chromosomes(self) -> dict[str, tuple[int, NDArray[np.int32], NDArray[np.int32]]]:
        """The first row of each chromosome, and the starts and ends of all of its rows."""
        rows_of = {}
        first = 0
        for chrom, many in self.rows["chrom"].rle().struct.unnest().select("value", "len").iter_rows():
            rows = self.rows.slice(first, many)
            rows_of[chrom] = first, rows["start"].to_numpy(), rows["end"].to_numpy()
            first += many
        return rows_of

    def numbers(self, place: Interval) -> NDArray[np.int64]:
        """Numbers of the rows that touch `place`, in order."""
        if place.chrom not in self._chromosomes:
            return np.empty(0, np.int64)
        first, start, end = self._chromosomes[place.chrom]
        until = int(np.searchsorted(start, place.end))
        return np.flatnonzero(end[:until] > place.start) + first

    def touching(self, place: Interval) -> pl.DataFrame:
        """The rows that touch `place`, in order."""
        return self.at(self.numbers(place))

    def at(self, numbers: Numbers) -> pl.DataFrame:
        """The rows of these numbers, which rise. They mostly follow one another, and then nothing is copied."""
        if not len(numbers):
            return self.rows.slice(0, 0)
        first, beyond = int(numbers[0]), int(numbers[-1]) + 1
        between = self.rows.slice(first, beyond - first)
        return between if between.height == len(numbers) else between[numbers - first]

    def on(self, chrom: str) -> pl.DataFrame:
        """The rows of a chromosome, in order."""
        first, start, _ = self._chromosomes.get(chrom, (0, (), ()))
        return self.rows.slice(first, len(start))


@dataclass(frozen=True)
class Landmarks:
    """What lies where in one database: rows as the statements of this module name their columns."""

    genes: Along
    exons: Along
    problems: Along
    bands: Along

    @cached_property
    def _by_symbol(self) -> dict[str, list[int]]:
        """Rows of `genes` by symbol in small letters."""
        rows = defaultdict(list)
        for row, symbol in enumerate(self.genes.rows["symbol"].str.to_lowercase().to_list()):
            rows[symbol].append(row)
        return dict(rows)

    @cached_property
    def _by_id(self) -> dict[str, int]:
        """The row of `genes` of each id."""
        return {gene_id: row for row, gene_id in enumerate(self.genes.rows["gene_id"].to_list())}

    def genes_called(self, symbol: str) -> pl.DataFrame:
        """The genes with this symbol, in whatever case, along the genome."""
        return self.genes.at(np.array(self._by_symbol.get(symbol.lower(), ()), np.int64))

    @cached_property
    def symbols(self) -> list[str]:
        """The symbol of each row of `genes`."""
        return self.genes.rows["symbol"].to_list()

    @cached_property
    def is_coding(self) -> Flags:
        """Whether each row of `genes` codes for a protein."""
        return (self.genes.rows["biotype"] == "protein_coding").fill_null(value=False).to_numpy()

    def place_of(self, gene_id: str) -> int:
        """The row of `genes` of this very id."""
        return self._by_id[gene_id]

    def gene_of_id(self, gene_id: str) -> pl.DataFrame:
        """The gene with this identifier, in whatever case: one row or none."""
        row = self._by_id.get(gene_id.upper())
        return self.genes.at(np.array([] if row is None else [row], np.int64))

    @cached_property
    def shared_symbols(self) -> frozenset[str]:
        """Symbols that more than one gene bears, letter by letter."""
        symbols = self.genes.rows["symbol"]
        return frozenset(symbols.filter(symbols.is_duplicated()))


@remembered
def landmarks(database: Generation) -> Landmarks:
    """The landmarks of the database."""
    return Landmarks(*(Along(database.table(statement)) for statement in (GENES, EXONS, PROBLEMS, BANDS)))
