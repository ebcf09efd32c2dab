"""Makes the table of the other symbols of genes that the search box reads, from one package archive.

    python -m data_prep.make_reference.make_symbols --sources DIR --out FILE

NCBI Gene lists the former symbols and the synonyms of a gene together and does not say which is which. A gene is known by
its Ensembl id, so that the table serves any gene models that have Ensembl ids.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from data_prep.errors import UserError
from data_prep.inputs.genes import embedded_gene_models
from data_prep.make_reference.packages import ORG_HS, ORG_HS_FILE, Archives

_SYMBOL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{1,39}")
"""What the search box reads as a symbol; a letter alone (`A`, `D`) is a synonym of too many genes to say anything."""
_SQL: Final = """SELECT DISTINCT alias_symbol, ensembl_id, symbol FROM alias
JOIN ensembl USING (_id) JOIN gene_info USING (_id)"""


def other_symbols(rows: Iterable[tuple[str, ...]], current: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs of another symbol and the Ensembl id of its gene, sorted.

    `rows`: another symbol, the Ensembl id and the symbol of a gene at NCBI; `current`: the symbol of each Ensembl id in the gene
    models. Left out are genes that the models do not have, a gene's own symbol in any case, and what is the symbol of another
    gene there: that gene is meant. NCBI's own symbol counts as another where the models have moved on or lag behind.
    """
    taken = {symbol.lower() for symbol in current.values()}
    pairs = {
        (alias, gene_id)
        for other, gene_id, symbol in rows
        if gene_id in current
        for alias in (other, symbol)
        if _SYMBOL.fullmatch(alias) and alias.lower() not in taken
    }
    return sorted(pairs)


def make(sources: Path, out: Path) -> int:
    """Writes the table; returns how many rows it has. UserError where the archive is missing or another one."""
    archives = Archives(sources, (ORG_HS,))
    genes = embedded_gene_models().genes
    current = dict(genes.select("gene_id", "symbol").iter_rows())
    pairs = other_symbols(archives.query(ORG_HS, ORG_HS_FILE, _SQL), current)
    table = pl.DataFrame(pairs, schema={"symbol": pl.String, "gene_id": pl.String}, orient="row")
    table.write_parquet(out, compression="zstd", compression_level=19)
    return len(pairs)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 where the source is not as it should be."""
    parser = argparse.ArgumentParser(
        prog="python -m data_prep.make_reference.make_symbols", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--sources", type=Path, required=True, help="folder with the package archive")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    options = parser.parse_args(arguments)
    try:
        print(f"{make(options.sources, options.out):,} symbols")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
