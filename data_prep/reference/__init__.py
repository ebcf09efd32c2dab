"""The reference tables that a build takes from the project itself, so that it needs no network.

Tab-separated files, read once per process; `SOURCES.md` beside them says where each comes from, `make.py` makes them.
"""

from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from data_prep.domain.assembly import ASSEMBLY

FOLDER: Final = Path(__file__).parent

_INTERVAL: Final[dict[str, type[pl.DataType]]] = {"chrom": pl.String, "start": pl.Int32, "end": pl.Int32}

_CHROMOSOMES: Final[dict[str, type[pl.DataType]]] = {
    "chrom": pl.String,
    "length": pl.Int32,
    "sequenced": pl.Int32,
    "refseq": pl.String,
    "genbank": pl.String,
    "refget": pl.String,
}
_SCHEMAS: Final[dict[str, dict[str, type[pl.DataType]]]] = {
    "cytobands": {**_INTERVAL, "band": pl.String, "stain": pl.String},
    "superpopulations": {
        "superpopulation": pl.String,
        "name": pl.String,
        "hancestro": pl.String,
        "position": pl.UInt8,
    },
    "populations": {
        "population": pl.String,
        "superpopulation": pl.String,
        "name": pl.String,
        "place": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "hancestro": pl.String,
        "position": pl.UInt8,
    },
    "unplaced_genes": {"symbol": pl.String, "gene_id": pl.String, "reason": pl.String},
    "paralogous_genes": {
        "symbol": pl.String,
        "kind": pl.String,
        "source": pl.String,
        "where": pl.String,
        "known": pl.String,
    },
    "problem_regions": {"kind": pl.String, **_INTERVAL, "name": pl.String, "source": pl.String},
}


@cache
def _table(name: str) -> pl.DataFrame:
    schema = _SCHEMAS[name]
    frame = pl.read_csv(FOLDER / f"{name}.tsv", separator="\t", quote_char=None, schema=schema)
    return frame.select(list(schema))


def chromosomes() -> pl.DataFrame:
    """The 24 chromosomes of the assembly in the order of the karyotype; columns as the table `chromosomes` of schema.sql.

    `sequenced` counts the bases that are A, C, G or T. The domain has the data.
    """
    return pl.DataFrame([astuple(row) for row in ASSEMBLY.chromosomes], schema=_CHROMOSOMES, orient="row")


def cytobands() -> pl.DataFrame:
    """The 862 bands of the ideogram, 0-based half-open; columns as the table `cytobands`."""
    return _table("cytobands")


def superpopulations() -> pl.DataFrame:
    """The five super-populations of the 1000 Genomes Project; columns as the table `superpopulations`."""
    return _table("superpopulations")


def populations() -> pl.DataFrame:
    """The 26 populations by super-population, then code; columns as the table `populations`."""
    return _table("populations")


def paralogous_genes() -> pl.DataFrame:
    """Genes with copies so alike that short reads cannot be placed (R5), a row each.

    `symbol`; `kind`: `copies` (98 % alike or more over half the coding sequence) or `listed` (dark by mapping quality in a published
    list); `source` and `where` in it; `known`: `read` when the row was made, or `remembered`.
    """
    return _table("paralogous_genes")


def problem_regions() -> pl.DataFrame:
    """Places where calls need care (R11) or that short reads can't see (R5), 0-based half-open.

    Columns as the table `problem_regions`; intervals of different kinds may overlap.
    """
    return _table("problem_regions")


def unplaced_genes() -> pl.DataFrame:
    """Genes without a place on the 24 chromosomes, with the reason to show; columns as the table `unplaced_genes`."""
    return _table("unplaced_genes")
