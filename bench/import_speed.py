"""The build against a loop of `bcftools query` over the same files, in turn; the memory it takes; parsing alone.

The loop is what a geneticist would write: one bcftools a file, the fields that the database holds, into one text file.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

_FIELDS: Final = r"%CHROM\t%POS\t%INFO/END\t%ALT\t%QUAL\t%FILTER[\t%SAMPLE\t%GT\t%SM\t%CN\t%BC]\n"
_LOOP: Final = 'for file in "$0"/*.vcf.gz; do bcftools query -f "$1" "$file"; done > "$2"'


def run(cohort: Path, rounds: int) -> None:
    """Times build and loop `rounds` times in turn, and prints seconds, their ratio, peak memory and records a second."""
    vcf = cohort / "vcf"
    if not vcf.is_dir():
        sys.exit(f"{vcf} is not there: write a cohort with `python -m data_prep demo --out {cohort}` first")
    if shutil.which("bcftools") is None:
        sys.exit("bcftools is not installed: it is what the build is compared with (Debian package bcftools)")
    builds, loops, peaks = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            built = measured_build(str(vcf), cohort / "samples.tsv", Path(folder) / "cnv.duckdb")
            start = time.perf_counter()
            subprocess.run(["sh", "-c", _LOOP, str(vcf), _FIELDS, str(Path(folder) / "calls.txt")], check=True)
            looped = time.perf_counter() - start
            if number:  # the first round warms the disk's cache
                builds.append(built.seconds)
                loops.append(looped)
                peaks.append(built.peak)
    ratios = [b / c for b, c in zip(builds, loops, strict=True)]
    print(f"build            {_spread(builds)} s, peak memory of all its processes {max(peaks) / 2**20:,.0f} MiB")
    print(f"bcftools loop    {_spread(loops)} s")
    print(f"build / loop     {_spread(ratios)}")
    for jobs in (1, os.cpu_count() or 1):
        records, seconds = _parse(vcf, jobs)
        print(
            f"parsing alone    {records / seconds:,.0f} records/s with {jobs} process(es): {records:,} records in {seconds:.2f} s"
        )


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


@dataclass(frozen=True, slots=True)
class MeasuredBuild:
    """What a build took, all its processes together."""

    seconds: float
    """By the clock."""
    cpu: float
    """Seconds of processors, in user and system."""
    peak: int
    """Bytes of resident memory at their most; what processes share is counted in each."""
    said: str
    """The lines that it printed."""


def measured_build(vcf: str, samples: Path, out: Path) -> MeasuredBuild:
    """Builds a database in processes of their own; ends the program where that fails."""
    command = [sys.executable, "-m", "data_prep", "build", "--vcf", vcf, "--samples", str(samples), "--out", str(out)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    watch = _Memory(process.pid)
    watch.start()
    said = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    watch.stop()
    if process.returncode:
        sys.exit(f"the build ended with status {process.returncode}")
    return MeasuredBuild(seconds, usage.ru_utime + usage.ru_stime, watch.peak, said)


class _Memory(threading.Thread):
    """Adds up the resident memory of a session's processes, 20 times a second."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self.ended.wait(0.05):
            total = 0
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[3]) == self.session:
                        total += int((folder / "statm").read_text().split()[1]) * page
                except (OSError, IndexError):
                    continue
            self.peak = max(self.peak, total)

    def stop(self) -> None:
        self.ended.set()
        self.join()


def _parse(vcf: Path, jobs: int) -> tuple[int, float]:
    """Files to understood records in `jobs` processes that have started already: records, seconds."""
    paths = sorted(str(path) for path in vcf.glob("*.vcf.gz"))
    batches = [paths[at : at + 100] for at in range(0, len(paths), 100)]
    os.environ["POLARS_MAX_THREADS"] = "1"
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        list(pool.map(parse_batch, [batches[0]] * 2 * jobs))
        start = time.perf_counter()
        records = sum(pool.map(parse_batch, batches))
        return records, time.perf_counter() - start


def parse_batch(paths: list[str]) -> int:
    """Reads files to understood records, as a build does before anything else; returns how many."""
    from data_prep.reading.dialects import recognise
    from data_prep.reading.vcf import frame, read_file

    files = [read_file(Path(path)) for path in paths]
    return recognise(files[0].header).records(frame(files)).height
