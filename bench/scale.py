"""The build by the size of the cohort: time, memory and database of simulated cohorts, one after another.

The largest cohort is written once, and the smaller ones are its first people: every number of a simulated person hangs
on the seed and the person alone.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.figures import machine
from bench.import_speed import measured_build
from data_prep.simulate import write_cohort
from data_prep.simulate.panel import sample_table


def run(sizes: Sequence[int], folder: Path | None) -> None:
    """Prints a row for each size; what is written lies below `folder`, by default the system's, and is gone at the end.

    The clock says little on a machine that others use; seconds of processors by people say whether time grows linearly.
    """
    with tempfile.TemporaryDirectory(dir=folder) as here:
        cohort = Path(here)
        write_cohort(cohort, max(sizes), truth=False)
        files = sorted(str(path) for path in (cohort / "vcf").glob("*.vcf.gz"))
        print(f"{machine()}; a row is one build")
        print("| people | seconds | of processors | by 1,000 people | peak memory, MiB | database, MiB |")
        print("|---:|---:|---:|---:|---:|---:|")
        for size in sorted(sizes):
            print(_row(size, files[:size], cohort), flush=True)
        print(machine())


def _row(size: int, files: Sequence[str], cohort: Path) -> str:
    names, table = cohort / "files.txt", cohort / "samples.tsv"
    names.write_text("".join(f"{file}\n" for file in files), "utf-8")
    sample_table(size).write_csv(table, separator="\t", quote_style="never")
    with tempfile.TemporaryDirectory(dir=cohort) as folder:
        out = Path(folder) / "cnv.duckdb"
        built = measured_build(f"@{names}", table, out)
        stored = out.stat().st_size
    return (
        f"| {size:,} | {built.seconds:,.0f} | {built.cpu:,.0f} | {1000 * built.cpu / size:.2f} | {built.peak / 2**20:,.0f} "
        f"| {stored / 2**20:,.0f} |"
    )
