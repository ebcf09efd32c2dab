"""`python -m bench build|page`: the import against bcftools, and the gene page's script time."""

import argparse
from pathlib import Path

from bench import gene_page, import_speed


def main() -> None:
    """Runs the benchmark that is asked for, or both."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["build", "page", "all"], default="all")
    parser.add_argument(
        "--cohort", type=Path, default=Path("demo"), help="folder that `python -m data_prep demo` wrote"
    )
    parser.add_argument("--database", type=Path, default=Path("cnv.duckdb"), help="published database for the page")
    parser.add_argument("--rounds", type=int, default=3, help="how often each command is timed")
    parser.add_argument("--places", type=int, default=200, help="how many genes the page is asked for")
    asked = parser.parse_args()
    if asked.what in ("build", "all"):
        import_speed.run(asked.cohort, asked.rounds)
    if asked.what in ("page", "all"):
        gene_page.run(asked.database, asked.places)


if __name__ == "__main__":
    main()
