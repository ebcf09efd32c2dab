"""The build: paths and a sample table in, a published database and a summary out.

Reading is spread over worker processes, a batch of files each; one process then sorts and writes. Whatever happens on
the way, the published database is the old one or the whole new one.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from glob import glob
from itertools import count
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from data_prep import __version__, database
from data_prep.derived import derive
from data_prep.dialects import DIALECTS
from data_prep.genes import embedded_gene_models, read_gencode
from data_prep.samples import SampleTable, read_samples
from data_prep.shards import BatchReport, FileReport, SkippedRecord, end_with, read_batch

BATCH_BYTES: Final = 2_500_000
"""Bytes of compressed files a batch: some 10 MB of text, some 60,000 records."""
_PLAIN_FACTOR: Final = 4
"""Text files count for less: they are not inflated."""

Progress = Callable[[str, int, int], None]
"""Told of the stage, what is done of it, and what there is to do."""


class BuildError(RuntimeError):
    """A build that cannot go on; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did."""

    database: Path
    files: int
    refused: tuple[FileReport, ...]
    duplicates: int
    samples: int
    counted: int
    records: int
    calls: int
    events: int
    reference_rows: int
    skipped: dict[str, int]
    notes: tuple[str, ...]
    stages: dict[str, float]
    """Seconds by stage."""


def find_files(paths: Sequence[str]) -> list[str]:
    """The VCF files that paths, folders and glob patterns name, sorted, each once.

    A folder stands for every `*.vcf` and `*.vcf.gz` below it. Raises BuildError for a path that names nothing.
    """
    found: set[str] = set()
    for one in paths:
        path = Path(one)
        if path.is_dir():
            here = [str(p) for p in path.rglob("*") if p.name.endswith((".vcf", ".vcf.gz")) and not p.is_dir()]
            if not here:
                raise BuildError(f"the folder {one} holds no .vcf or .vcf.gz file: give the folder with the CNV VCFs")
        elif path.exists():
            here = [one]
        else:
            here = [p for p in glob(one, recursive=True) if Path(p).is_file()]  # noqa: PTH207  (patterns may be absolute)
            if not here:
                raise BuildError(f"{one} names no file, folder or pattern that exists: check the spelling")
        found.update(here)
    return sorted(found)


def build(
    vcf: Sequence[str],
    samples: Path,
    out: Path,
    unrelated: Path | None = None,
    genes: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    dialect: str | None = None,
    assembly: str | None = None,
) -> Summary:
    """Builds a database from VCF files and publishes it at the pointer `out`.

    `dialect`: the name of the dialect of all files where their headers do not tell it, or tell it wrongly; `assembly`: GRCh38
    for files whose headers give no contig lengths.

    Raises BuildError, SampleTableError, PublishError or ValueError, each with one sentence, where nothing can be built;
    files that cannot be read are in the summary's `refused`.
    """
    progress = progress or (lambda stage, done, todo: None)
    clock = _Clock()
    if dialect is not None and dialect not in DIALECTS:
        raise BuildError(f"there is no dialect {dialect}: one of {', '.join(DIALECTS)} can be named")
    if assembly is not None and assembly.lower() not in ("grch38", "hg38"):
        raise BuildError(f"{assembly} is no genome build that is read: GRCh38 is needed, lift the files over first")
    database.check_pointer(out)
    files = find_files(vcf)
    table = read_samples(samples, unrelated)
    generation = database.new_generation()
    with database.working_folder(out, generation) as work:
        try:
            batches = _read(files, table, work, jobs or os.cpu_count() or 1, progress, dialect, assembly)
        except OSError as error:
            raise BuildError(str(error)) from error
        clock.lap("read")
        people = database.number_people(table.frame, (one for batch in batches for one in batch.files))
        if not people.files.height:
            first = next((r for r in people.reports if r.message), None)
            raise BuildError(
                f"none of the {len(files):,} files could be read{f', {first.path} for one: {first.message}' if first else ''}"
            )
        models = embedded_gene_models() if genes is None else read_gencode(genes)
        clock.lap("genes")
        progress("write", 0, 0)
        unfinished = work / "unfinished.duckdb"
        skipped = [one for batch in batches for one in batch.skipped]
        rows = _rows(batches)
        try:
            with database.new_database(unfinished) as con:
                database.write_reference(con, models)
                database.write_people(con, people, skipped)
                clock.lap("tables")
                database.write_calls(con, work, people, rows)
                clock.lap("sort")
                database.mark_samples(con)
                database.write_provenance(con, _provenance(table, people, samples, generation, models.source))
                clock.lap("mark")
                derive(con, clock.lap)
                events = con.sql("SELECT count(*) FROM events").fetchall()[0][0]
        except duckdb.Error as error:
            hint = ": is the disk full?" if isinstance(error, (duckdb.IOException, duckdb.FatalException)) else ""
            raise BuildError(f"the database could not be written ({str(error).splitlines()[0]}){hint}") from error
        published = database.publish(unfinished, out, generation)
        clock.lap("publish")
    return _summary(published, people, table, skipped, events, clock.laps)


class _Clock:
    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = now - self.last
        self.last = now


def _batches(files: Iterable[str]) -> list[list[tuple[int, str]]]:
    """Files with their numbers, in batches of about the same amount of text."""
    batches: list[list[tuple[int, str]]] = []
    total = 0.0
    for number, name in enumerate(files):
        try:
            size = Path(name).stat().st_size / (1 if name.endswith(".gz") else _PLAIN_FACTOR)
        except OSError:
            size = 0
        if not batches or total + size > BATCH_BYTES:
            batches.append([])
            total = 0
        batches[-1].append((number, name))
        total += size
    return batches


def _read(
    files: list[str],
    table: SampleTable,
    work: Path,
    jobs: int,
    progress: Progress,
    dialect: str | None,
    assembly: str | None,
) -> list[BatchReport]:
    sexes = dict(table.frame.filter(pl.col("sex").is_not_null()).select("sample", "sex").iter_rows())
    batches = _batches(files)
    done: list[BatchReport] = []
    read = 0
    progress("read", 0, len(files))
    jobs = min(jobs, len(batches))
    if jobs == 1:
        for number, batch in enumerate(batches):
            done.append(read_batch(number, batch, sexes, str(work), dialect, assembly))
            read += len(batch)
            progress("read", read, len(files))
        return done
    # a worker that forks a process with threads in it can hang: start fresh ones, each with its share of the cores
    os.environ["POLARS_MAX_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")
    numbers = count()
    queue: Iterator[list[tuple[int, str]]] = iter(batches)
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=end_with, initargs=(os.getpid(),)) as pool:
        running: set[Future[BatchReport]] = set()
        try:
            while True:
                while len(running) < jobs + 1 and (some := next(queue, None)) is not None:
                    running.add(pool.submit(read_batch, next(numbers), some, sexes, str(work), dialect, assembly))
                if not running:
                    break
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    report = _report(future)
                    done.append(report)
                    read += len(report.files)
                    progress("read", read, len(files))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return sorted(done, key=lambda report: report.batch)


def _report(future: Future[BatchReport]) -> BatchReport:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise BuildError(
            "a process that read files was ended from outside: is the memory full? give fewer --jobs"
        ) from error


def _rows(batches: Iterable[BatchReport]) -> dict[str, dict[str, int]]:
    rows: dict[str, dict[str, int]] = {}
    for batch in batches:
        for name, chroms in batch.rows.items():
            here = rows.setdefault(name, {})
            for chrom, n in chroms.items():
                here[chrom] = here.get(chrom, 0) + n
    return rows


def _provenance(
    table: SampleTable, people: database.People, samples: Path, generation: str, models: str
) -> dict[str, str]:
    read = [r for r in people.reports if r.status == "read"]
    release = ", ".join(sorted({r.release or "unknown" for r in read}))
    simulated = sum(r.simulated for r in read)
    callset = ", ".join(sorted({_callset(r) for r in read}))
    return {
        "generation": generation,
        "built_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "builder_version": __version__,
        "caller": ", ".join(sorted({_caller(r) for r in read})),
        "release": release,
        "callset": f"simulated-{callset}" if simulated else callset,
        "simulated": "yes" if simulated else "no",
        "simulated_files": str(simulated),
        "source": "simulated cohort, no real person's calls" if simulated else "VCF files given to the build",
        "samples_table": samples.name,
        "unrelated_definition": table.unrelated_definition,
        "gene_models": models,
        "reference_rows": "yes" if any(r.reference_rows for r in read) else "no",
    }


def _caller(report: FileReport) -> str:
    return DIALECTS[report.dialect].caller if report.dialect else "unknown"


def _callset(report: FileReport) -> str:
    """DRAGEN's callsets are known by their release alone; a release of another caller says nothing without its name."""
    caller, release = _caller(report), report.release or "unknown"
    if caller == DIALECTS["dragen"].caller:
        return release
    return caller if release == "unknown" or release in caller else f"{caller} {release}"


def _summary(
    published: Path,
    people: database.People,
    table: SampleTable,
    skipped: Sequence[SkippedRecord],
    events: int,
    laps: dict[str, float],
) -> Summary:
    read = [r for r in people.reports if r.status == "read"]
    ids = {r.file_id for r in read}
    reasons: dict[str, int] = {}
    for one in skipped:
        if one.file_id in ids:
            reasons[one.reason] = reasons.get(one.reason, 0) + one.records
    missing = people.samples.filter(~pl.col("counted")).height
    strangers = sorted({r.sample or "" for r in read} - set(table.frame.get_column("sample")))
    notes = list(table.notes)
    if missing:
        notes.append(f"{missing:,} samples of the table have no file: they stand in no denominator")
    if strangers:
        notes.append(
            f"{len(strangers):,} samples are not in the table, {strangers[0]} for one: their population is 'unknown'"
        )
    mismatched = people.samples.filter("sex_mismatch").get_column("sample").to_list()
    if mismatched:
        notes.append(
            f"{len(mismatched):,} samples contradict their recorded sex, {mismatched[0]} for one: left out of X and Y frequencies"
        )
    return Summary(
        published,
        len(people.reports),
        tuple(r for r in people.reports if r.status == "refused"),
        sum(r.status == "duplicate" for r in people.reports),
        people.samples.height,
        int(people.samples.get_column("counted").sum()),
        sum(r.records for r in read),
        sum(r.calls for r in read),
        events,
        sum(r.reference_rows for r in read),
        reasons,
        tuple(notes),
        laps,
    )
