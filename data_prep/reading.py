"""Files to a shard set: reading spread over worker processes, a batch of files each.

Whatever the batches and the processes, the set says the same of every file; a file that cannot be read stops no other.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from glob import glob
from itertools import chain, count
from pathlib import Path
from typing import Final

from data_prep.reports import BatchReport, total
from data_prep.samples import digest_of
from data_prep.shard_set import ShardSet
from data_prep.shards import end_with, read_batch

BATCH_BYTES: Final = 2_500_000
"""Bytes of compressed files a batch: some 10 MB of text, some 60,000 records."""
_PLAIN_FACTOR: Final = 4
"""Text files count for less: they are not inflated."""

Progress = Callable[[str, int, int], None]
"""Told of the stage, what is done of it, and what there is to do."""


class ReadingError(RuntimeError):
    """Files that cannot be found, or not be read for want of memory or disk; the message is one sentence."""


def find_files(paths: Sequence[str]) -> list[str]:
    """The VCF files that paths, folders and glob patterns name, sorted, each once.

    A folder stands for every `*.vcf` and `*.vcf.gz` below it. Raises ReadingError for a path that names nothing.
    """
    found: set[str] = set()
    for one in paths:
        path = Path(one)
        if path.is_dir():
            here = [str(p) for p in path.rglob("*") if p.name.endswith((".vcf", ".vcf.gz")) and not p.is_dir()]
            if not here:
                raise ReadingError(f"the folder {one} holds no .vcf or .vcf.gz file: give the folder with the CNV VCFs")
        elif path.exists():
            here = [one]
        else:
            here = [p for p in glob(one, recursive=True) if Path(p).is_file()]  # noqa: PTH207  (patterns may be absolute)
            if not here:
                raise ReadingError(f"{one} names no file, folder or pattern that exists: check the spelling")
        found.update(here)
    return sorted(found)


def read_files(
    files: Sequence[str], sexes: Mapping[str, str | None], folder: Path, jobs: int | None, progress: Progress
) -> ShardSet:
    """Reads files into shards in `folder`; `sexes`: recorded karyotype sex by sample.

    `jobs`: processes, all cores if None. Raises ReadingError where the shards cannot be kept or a process is ended from
    outside; files that cannot be read are in the set's reports.
    """
    try:
        batches = _read(files, sexes, folder, jobs or os.cpu_count() or 1, progress)
    except OSError as error:
        raise ReadingError(str(error)) from error
    return ShardSet(
        folder,
        tuple(sorted(chain.from_iterable(one.files for one in batches), key=lambda one: one.file_id)),
        tuple(chain.from_iterable(one.skipped for one in batches)),
        total(one.rows for one in batches),
        digest_of(sexes),
    )


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
    files: Sequence[str], sexes: Mapping[str, str | None], work: Path, jobs: int, progress: Progress
) -> list[BatchReport]:
    batches = _batches(files)
    done: list[BatchReport] = []
    read = 0
    progress("read", 0, len(files))
    jobs = min(jobs, len(batches))
    if jobs == 1:
        for number, batch in enumerate(batches):
            done.append(read_batch(number, batch, sexes, str(work)))
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
                    running.add(pool.submit(read_batch, next(numbers), some, sexes, str(work)))
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
        raise ReadingError(
            "a process that read files was ended from outside: is the memory full? give fewer --jobs"
        ) from error
