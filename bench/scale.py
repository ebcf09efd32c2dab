"""The build by the size of the cohort: time, memory and database of simulated cohorts, one after another.

The largest cohort is written once, and the smaller ones are its first people: every number of a simulated person hangs
on the seed and the person alone.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.figures import machine
from bench.import_speed import measured_build
from data_prep.simulate import write_cohort
from data_prep.simulate.panel import sample_table


def run(sizes: Sequence[int], folder: Path | None, cohort: Path) -> None:
    """Prints a row for each size; what is written lies below `folder`, by default the system's, and is gone at the end.

    A `cohort` of as many people is used as it is. The clock says little on a machine that others use; seconds of processors
    by people say whether time grows linearly.
    """
    with tempfile.TemporaryDirectory(dir=folder) as here:
        work = Path(here)
        files = _files(cohort)
        if len(files) < max(sizes):
            write_cohort(work, max(sizes), truth=False)
            files = _files(work)
        print(f"{machine()}; a row is one build")
        print("| people | records | seconds | of processors | by 1,000 people | peak memory, MiB | database, MiB |")
        print("|---:|---:|---:|---:|---:|---:|---:|")
        for size in sorted(sizes):
            print(_row(size, files[:size], work), flush=True)
        print(machine())


def _files(cohort: Path) -> list[str]:
    return sorted(str(path) for path in (cohort / "vcf").glob("*.vcf.gz"))


def _row(size: int, files: Sequence[str], work: Path) -> str:
    with tempfile.TemporaryDirectory(dir=work) as folder:
        names, table, out = (Path(folder) / name for name in ("files.txt", "samples.tsv", "cnv.duckdb"))
        names.write_text("".join(f"{file}\n" for file in files), "utf-8")
        sample_table(size).write_csv(table, separator="\t", quote_style="never")
        built = measured_build(f"@{names}", table, out)
        stored = out.stat().st_size
        with duckdb.connect(str(out.resolve()), read_only=True) as con:
            records = con.execute("SELECT sum(records) FROM files").fetchall()[0][0]
    return (
        f"| {size:,} | {records:,} | {built.seconds:,.0f} | {built.cpu:,.0f} | {1000 * built.cpu / size:.2f} "
        f"| {built.peak / 2**20:,.0f} | {stored / 2**20:,.0f} |"
    )
