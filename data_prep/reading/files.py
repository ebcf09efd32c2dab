"""Files to a shard set: reading spread over worker processes, a batch of files each.

Whatever the batches and the processes, the set says the same of every file; a file that cannot be read stops no other.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from data_prep.inputs.paths import ReadingError, place_of
from data_prep.inputs.samples import digest_of
from data_prep.reading.dialects import DIALECTS
from data_prep.reading.long_files.read import Task, read_long, read_whole
from data_prep.reading.reports import BatchReport, FileReport, Rows, SkippedRecord, total
from data_prep.reading.shard_set import ShardSet
from data_prep.reading.shards import read_batch, shown
from data_prep.reading.vcf import LongFile
from data_prep.system.processes import end_with, unheard

BATCH_BYTES: Final = 2_500_000
"""Bytes of compressed files a batch: some 10 MB of text, some 60,000 records."""
SHORT: Final = 4_000_000
"""Bytes on the disk up to which a file that is read in pieces is left to one process."""
STRETCHES: Final = 8
"""Stretches of a longer one for each process: so that none waits long for the others."""
_PLAIN_FACTOR: Final = 4
"""Text files count for less: they are not inflated."""

Progress = Callable[[str, int, int], None]
"""Told of the stage, what is done of it, and what there is to do."""


def check_names(dialect: str | None, assembly: str | None) -> None:
    """Raises ReadingError where `--dialect` or `--assembly` names what there is not."""
    if dialect is not None and dialect not in DIALECTS:
        raise ReadingError(f"there is no dialect {dialect}: one of {', '.join(DIALECTS)} can be named")
    if assembly is not None and assembly.lower() not in ("grch38", "hg38"):
        raise ReadingError(f"{assembly} is no genome build that is read: GRCh38 is needed, lift the files over first")


def read_files(
    files: Sequence[str],
    sexes: Mapping[str, str | None],
    folder: Path,
    jobs: int | None,
    progress: Progress,
    dialect: str | None = None,
    assembly: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> ShardSet:
    """Reads files into shards in `folder`; `sexes`: recorded karyotype sex by sample.

    `labels`: the names of the files in reports and database, as `find_named_files` gives them; else that of each file alone.
    `jobs`: processes, all cores if None; `dialect` and `assembly`: what is said of all files, as `check_names` takes it.
    Raises ReadingError where the shards cannot be kept or a process is ended from
    outside; files that cannot be read are in the set's reports.
    """
    reports: list[FileReport] = []
    skipped: list[SkippedRecord] = []
    rows: list[Rows] = []
    long: list[tuple[int, LongFile]] = []
    batches = _batches(files)
    progress("read", 0, len(files))

    def add(batch: BatchReport) -> None:
        reports.extend(batch.files)
        skipped.extend(batch.skipped)
        rows.append(batch.rows)
        long.extend(batch.long)
        progress("read", len(reports), len(files))

    jobs = jobs or os.cpu_count() or 1
    try:
        with _Workers(min(jobs, len(batches))) as workers:
            workers.run(
                (
                    (read_batch, number, batch, sexes, str(folder), dialect, assembly)
                    for number, batch in enumerate(batches)
                ),
                add,
            )
        short = [one for one in long if one[1].size <= SHORT]
        with _Workers(min(jobs, len(short))) as workers:
            workers.run(
                ((read_whole, number, len(files), file, sexes, str(folder), dialect) for number, file in short), add
            )
        with _Workers(jobs) as workers:
            for number, file in long:
                if file.size > SHORT:
                    parts = STRETCHES * jobs
                    add(read_long(number, len(files), file, sexes, str(folder), parts, workers.run, dialect))
    except OSError as error:
        raise ReadingError(str(error)) from error
    return ShardSet(
        folder,
        tuple(_named(one, files[one.file_id], labels or {}) for one in sorted(reports, key=lambda one: one.file_id)),
        tuple(sorted(skipped, key=lambda one: (one.source, one.reason))),
        total(rows),
        digest_of(sexes),
    )


def _named(report: FileReport, given: str, labels: Mapping[str, str]) -> FileReport:
    label = labels.get(given) or Path(given).name
    return replace(report, path=shown(label), place=place_of(given), given=shown(given))


def _batches(files: Iterable[str]) -> list[list[tuple[int, str]]]:
    """Files with their numbers, in batches of about the same amount of text."""
    batches: list[list[tuple[int, str]]] = []
    held = 0.0
    for number, name in enumerate(files):
        try:
            size = Path(name).stat().st_size / (1 if name.endswith(".gz") else _PLAIN_FACTOR)
        except OSError:
            size = 0
        if not batches or held + size > BATCH_BYTES:
            batches.append([])
            held = 0
        batches[-1].append((number, name))
        held += size
    return batches


class _Workers:
    """Processes that take tasks, a function with its arguments each; of one job, or none, this very process."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool:
            self.pool.shutdown(wait=True, cancel_futures=True)

    def run(self, tasks: Iterable[Task], done: Callable[[Any], None]) -> None:
        """Hands what each task returns to `done`, in the order of their ends; a few wait at a time, so tasks may be many."""
        if self.jobs <= 1:
            for function, *arguments in tasks:
                done(function(*arguments))
            return
        if not self.pool:
            # a worker that forks a process with threads in it can hang: start fresh ones, each with its share of the cores
            os.environ["POLARS_MAX_THREADS"] = "1"
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(
                self.jobs, mp_context=context, initializer=end_with, initargs=(os.getpid(),)
            )
        queue = iter(tasks)
        running: set[Future[Any]] = set()
        try:
            while True:
                while len(running) < self.jobs + 1 and (task := next(queue, None)) is not None:
                    with unheard():
                        running.add(self.pool.submit(*task))
                if not running:
                    break
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    done(_result(future))
        except BaseException:
            for future in running:
                future.cancel()
            wait(running)
            raise


def _result(future: Future[Any]) -> Any:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise ReadingError(
            "a process that read files was ended from outside: is the memory full? give fewer --jobs"
        ) from error
