"""Genes by name, by place and by likeness, with the bases that count for them; bands by name.

A symbol is looked up whatever its case and may name two genes, so a look-up answers with all of them and the caller
asks which is meant. Numbers names and places are answered from the landmarks; beginnings and likeness, counted in
edits, by the database itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dashboard.question.locus import Cytoband
from dashboard.question.target import Pieces, Target
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.landmarks import GENES, landmarks
from data_prep.domain.intervals import Interval

SHORTEST_DESCRIPTION: Final = 4
"""Letters of a text from which genes are looked for by their names in words."""
MOST_WORDS: Final = 12
"""Words of a text up to which they are."""

Exon = tuple[int, int, int | None, int | None]
"""Start and end of an exon, and those of its coding part, where it has one."""


@dataclass(frozen=True, slots=True)
class Gene:
    """A gene with a place. `interval` is that of the representative transcript, where there is one (R7)."""

    gene_id: str
    symbol: str
    description: str | None
    biotype: str
    interval: Interval
    strand: str | None
    transcript_id: str | None
    transcript_name: str | None
    chosen_as: str | None
    name: str
    """What an address says: the symbol, or the id where two genes share the symbol."""


@dataclass(frozen=True, slots=True)
class UnplacedGene:
    """A gene that people look for and that lies on none of the 24 chromosomes of GRCh38."""

    symbol: str
    reason: str


_GENE_COLUMNS: Final = """
    g.gene_id, g.symbol, g.description, g.biotype, g.chrom::VARCHAR AS chrom, g.start, g."end", g.strand,
    g.transcript_id, t.name AS transcript_name, t.chosen_as
FROM genes g LEFT JOIN transcripts t USING (transcript_id)
"""
_GENE_SCHEMA: Final = {name: kind for name, kind in GENES.columns.items() if name != "coding_bases"}

UNPLACED: Final = Statement(
    """SELECT symbol, reason FROM unplaced_genes
WHERE lower(symbol) = lower($name) OR gene_id = upper($name)""",
    {"symbol": pl.String, "reason": pl.String},
)

# Coding genes first: they are what a prefix of two letters most often means.
BEGINNING: Final = Statement(
    f"""SELECT {_GENE_COLUMNS}
WHERE starts_with(lower(g.symbol), lower($name)) OR ($identifier AND starts_with(g.gene_id, upper($name)))
ORDER BY lower(g.symbol) <> lower($name), g.biotype <> 'protein_coding', len(g.symbol), g.symbol, g.chrom, g.start
LIMIT $limit""",
    _GENE_SCHEMA,
)

# Letters that changed places are two edits of Levenshtein's, which counts five times as fast.
ALIKE: Final = Statement(
    f"""WITH near AS MATERIALIZED (
    SELECT gene_id FROM genes
    WHERE abs(len(symbol) - len($name)) <= $edits AND levenshtein(lower(symbol), lower($name)) <= 2 * $edits
)
SELECT {_GENE_COLUMNS}
WHERE g.gene_id IN (FROM near) AND damerau_levenshtein(lower(g.symbol), lower($name)) <= $edits
ORDER BY damerau_levenshtein(lower(g.symbol), lower($name)), g.biotype <> 'protein_coding', g.symbol, g.chrom, g.start
LIMIT $limit""",
    _GENE_SCHEMA,
)

BAND: Final = Statement(
    """SELECT min(start) AS start, max("end") AS "end" FROM cytobands
WHERE chrom = $chrom::chrom AND (band = $band OR starts_with(band, $stem))
HAVING count(*) > 0""",
    {"start": pl.Int32, "end": pl.Int32},
)


# One row a band of the ideogram whose name begins as given, in the order of the chromosome.
BANDS: Final = Statement(
    """SELECT band, start, "end" FROM cytobands
WHERE chrom = $chrom::chrom AND starts_with(band, $band)
ORDER BY start LIMIT $limit""",
    {"band": pl.String, "start": pl.Int32, "end": pl.Int32},
)


@remembered
def genes_named(database: Generation, name: str) -> tuple[Gene, ...]:
    """The genes with this symbol, in any case, or this Ensembl id; more than one where a symbol is shared.

    A symbol written exactly so comes first, and alone where only the case told it from others.
    """
    known = landmarks(database)
    look_ups = known.genes_called, known.gene_of_id
    for look_up in reversed(look_ups) if name[:4].upper() == "ENSG" else look_ups:
        if genes := _genes(database, look_up(name)):
            break
    exact = tuple(gene for gene in genes if gene.symbol == name)
    return exact or genes


@remembered
def unplaced_gene(database: Generation, name: str) -> UnplacedGene | None:
    """The entry of a gene that has no place on the 24 chromosomes; None where there is none of this name."""
    rows = database.frame(UNPLACED, {"name": name}).rows()
    return UnplacedGene(*rows[0]) if rows else None


@remembered
def genes_inside(database: Generation, interval: Interval, limit: int) -> tuple[Gene, ...]:
    """Genes that lie in or touch the interval, coding ones first, then by place."""
    touching = landmarks(database).genes.touching(interval)
    no_coding = (touching["biotype"] != "protein_coding").to_numpy()
    return _genes(database, touching[np.argsort(no_coding, kind="stable")[:limit]])


@remembered
def genes_of_ids(database: Generation, gene_ids: tuple[str, ...]) -> tuple[Gene, ...]:
    """The genes of these Ensembl ids that the database has, in the order of the ids."""
    known = landmarks(database)
    return tuple(gene for gene_id in gene_ids for gene in _genes(database, known.gene_of_id(gene_id)))


@remembered
def genes_described(database: Generation, text: str, limit: int) -> tuple[Gene, ...]:
    """Genes by their names in words: those called just so, else those in whose name every word of the text stands.

    In any case; coding genes first, then the shortest names. None for a text of fewer than four letters.
    """
    words = re.findall(r"[^\W_]+", text.lower())
    if sum(map(len, words)) < SHORTEST_DESCRIPTION:
        return ()
    described = landmarks(database).genes.rows.drop_nulls("description")
    named = described["description"].str.to_lowercase()
    matches = described.filter(named == " ".join(text.lower().split()))
    if matches.is_empty():
        is_there = [named.str.contains(rf"\b{re.escape(word)}\b") for word in dict.fromkeys(words)]
        matches = described.filter(pl.all_horizontal(is_there)) if len(is_there) <= MOST_WORDS else described.clear()
    order = (matches["biotype"] != "protein_coding", matches["description"].str.len_chars(), matches["symbol"])
    return _genes(database, matches[np.lexsort([column.to_numpy() for column in reversed(order)])[:limit]])


def genes_beginning(database: Generation, text: str, limit: int) -> tuple[Gene, ...]:
    """Genes whose symbol, or whose Ensembl id once `text` looks like one, begins with `text`."""
    if not text:
        return ()
    identifier = text.upper().startswith("ENSG0")
    return _genes(database, database.frame(BEGINNING, {"name": text, "identifier": identifier, "limit": limit}))


@remembered
def genes_alike(database: Generation, text: str, limit: int) -> tuple[Gene, ...]:
    """Genes whose symbol is one or two edits away (one for names of up to four letters), nearest first."""
    if len(text) < 3 or len(text) > 40:
        return ()
    return _genes(database, database.frame(ALIKE, {"name": text, "edits": 1 if len(text) <= 4 else 2, "limit": limit}))


@remembered
def gene_target(database: Generation, gene: Gene) -> Target:
    """The gene's extent with the coding parts of its representative transcript, else its exons, else nothing more."""
    if gene.transcript_id is None:
        return target_of(gene.interval, [])
    # some tens of rows: plain Python is done before a step over a frame has begun
    exons = landmarks(database).exons.touching(gene.interval).rows()
    of_transcript = [
        (start, end, coding_start, coding_end)
        for _, transcript, start, end, coding_start, coding_end in exons
        if transcript == gene.transcript_id
    ]
    return target_of(gene.interval, of_transcript)


def target_of(place: Interval, exons: Sequence[Exon]) -> Target:
    """The same of a gene at `place` with these exons of its representative transcript, by position; none without one."""
    coding = tuple((start, end) for _, _, start, end in exons if start is not None and end is not None)
    if coding:
        return Target(place, Pieces.CODING, coding)
    return Target(place, Pieces.EXONS if exons else Pieces.NONE, tuple((start, end) for start, end, _, _ in exons))


@remembered
def band_interval(database: Generation, band: Cytoband) -> Interval | None:
    """The place of a band, or of all its sub-bands: 1p36 is 1p36.33 to 1p36.11, 22q the whole arm, a run of
    two bands all between their outer ends. None if unknown."""
    if band.last:
        ends = [band_interval(database, Cytoband(band.chrom, name)) for name in (band.band, band.last)]
        first, last = ends
        return Interval(band.chrom, min(first.start, last.start), max(first.end, last.end)) if first and last else None
    stem = band.band if "." in band.band or len(band.band) == 1 else band.band + "."
    rows = database.frame(BAND, {"chrom": band.chrom, "band": band.band, "stem": stem}).rows()
    return Interval(band.chrom, *rows[0]) if rows else None


def bands_beginning(database: Generation, band: Cytoband, limit: int) -> list[tuple[Cytoband, Interval]]:
    """The bands of the ideogram whose name begins like `band`, in the order of the chromosome."""
    rows = database.frame(BANDS, {"chrom": band.chrom, "band": band.band, "limit": limit}).rows()
    return [(Cytoband(band.chrom, name), Interval(band.chrom, start, end)) for name, start, end in rows]


def _genes(database: Generation, frame: pl.DataFrame) -> tuple[Gene, ...]:
    shared = landmarks(database).shared_symbols
    return tuple(
        Gene(
            gene_id=row["gene_id"],
            symbol=row["symbol"],
            description=row["description"],
            biotype=row["biotype"],
            interval=Interval(row["chrom"], row["start"], row["end"]),
            strand=row["strand"],
            transcript_id=row["transcript_id"],
            transcript_name=row["transcript_name"],
            chosen_as=row["chosen_as"],
            name=row["gene_id"] if row["symbol"] in shared else row["symbol"],
        )
        for row in frame.iter_rows(named=True)
    )
