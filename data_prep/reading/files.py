"""Files to a shard set: reading spread over worker processes, a batch of files each.

Whatever the batches and the processes, the set says the same of every file; a file that cannot be read stops no other.
A file goes by its path below what the person gave, since a database is downloaded and its maker's folders are nobody's
business.
"""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from glob import glob, has_magic
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from data_prep.inputs.samples import digest_of
from data_prep.reading.dialects import DIALECTS
from data_prep.reading.long_files import Task, read_long, read_whole
from data_prep.reading.reports import BatchReport, FileReport, Rows, SkippedRecord, total
from data_prep.reading.shard_set import ShardSet
from data_prep.reading.shards import end_with, read_batch, shown, unheard
from data_prep.reading.vcf import LongFile

BATCH_BYTES: Final = 2_500_000
"""Bytes of compressed files a batch: some 10 MB of text, some 60,000 records."""
SHORT: Final = 4_000_000
"""Bytes on the disk up to which a file that is read in pieces is left to one process."""
STRETCHES: Final = 8
"""Stretches of a longer one for each process: so that none waits long for the others."""
ENDINGS: Final = (".vcf", ".vcf.gz", ".vcf.bgz")
"""What the names of VCF files end in, in small or capital letters."""
_PLAIN_FACTOR: Final = 4
"""Text files count for less: they are not inflated."""

Progress = Callable[[str, int, int], None]
"""Told of the stage, what is done of it, and what there is to do."""


class ReadingError(RuntimeError):
    """Files that cannot be found, or not be read for want of memory or disk; the message is one sentence."""


def check_names(dialect: str | None, assembly: str | None) -> None:
    """Raises ReadingError where `--dialect` or `--assembly` names what there is not."""
    if dialect is not None and dialect not in DIALECTS:
        raise ReadingError(f"there is no dialect {dialect}: one of {', '.join(DIALECTS)} can be named")
    if assembly is not None and assembly.lower() not in ("grch38", "hg38"):
        raise ReadingError(f"{assembly} is no genome build that is read: GRCh38 is needed, lift the files over first")


def find_files(paths: Sequence[str]) -> list[str]:
    """The VCF files that paths, folders, glob patterns and lists name, sorted, each once.

    A folder stands for every `*.vcf`, `*.vcf.gz` and `*.vcf.bgz` below it, in folders that links lead to as well, `@FILE`
    for what the lines of that file name. A folder below that cannot be looked into stands for itself, so that it is
    reported as not read. Raises ReadingError for a path that names nothing.
    """
    return list(find_named_files(paths))


def find_named_files(paths: Sequence[str]) -> dict[str, str]:
    """The files of `find_files`, each with its path below what was given: the name by which a database knows it.

    Of a folder that is the path below it, of a pattern the path below its last folder without a wildcard, of a file its
    name. What is given with `/./` in it, alone or in a list, is named by all that follows the last one, as in rsync.
    """
    found: dict[str, str] = {}

    def add(name: str, label: str) -> None:
        # given twice, as a file and in its folder, say: the longer name tells more, whatever came first
        found[name] = max(found.get(name, ""), label, key=lambda text: (len(text), text))

    for one in paths:
        path = Path(one)
        if one.startswith("@") and not path.exists():
            try:
                for name, label in find_named_files(_listed(one[1:])).items():
                    add(name, label)
            except ReadingError as error:
                raise (
                    error if str(error).startswith("the list ") else ReadingError(f"the list {one[1:]}: {error}")
                ) from error
            continue
        if path.is_dir():
            here = _below(path)
            if not here:
                binary = next(path.rglob("*.bcf"), None)
                raise ReadingError(
                    f"the folder {one} holds no .vcf, .vcf.gz or .vcf.bgz file: "
                    + ("convert its BCF files with `bcftools view`" if binary else "give the folder with the CNV VCFs")
                )
        elif path.exists():
            here = [str(path)]
        else:
            here = [p for p in glob(one, recursive=True) if Path(p).is_file()]  # noqa: PTH207  (patterns may be absolute)
            if not here:
                raise ReadingError(f"{one} names no file, folder or pattern that exists: check the spelling")
        base = _base(one, path)
        for name in here:
            add(name, str(Path(name).relative_to(base)))
    return dict(sorted(found.items()))


def _base(given: str, path: Path) -> Path:
    """The folder below which the files that `given` names are named; `path` is what it is as a path."""
    before, mark, _ = given.rpartition("/./")
    if mark:
        return Path(before or "/")
    if path.is_dir():
        return path
    if path.exists():
        return path.parent
    return Path(*takewhile(lambda part: not has_magic(part), path.parent.parts))


def place_of(path: str) -> str:
    """What tells a file from others of its name, and knows it again, without naming a folder: a digest of its absolute path."""
    return hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:12]  # noqa: PTH100  (thousands)


def _below(folder: Path) -> list[str]:
    """The VCF files in and below a folder; a folder that several links lead to is looked into once."""
    found: list[str] = []
    visited: set[str] = set()

    def closed(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise ReadingError(f"the folder {folder} cannot be looked into ({error.strerror})") from error
        found.append(str(error.filename))

    for here, folders, files in os.walk(folder, onerror=closed, followlinks=True):
        place = os.path.realpath(here)
        if place in visited:
            folders.clear()
            continue
        visited.add(place)
        folders.sort()
        found += [str(Path(here, one)) for one in files if one.lower().endswith(ENDINGS)]
    return found


def _listed(path: str) -> list[str]:
    """The lines of a list of files; raises ReadingError where there are none."""
    try:
        text = Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise ReadingError(f"the list {path} cannot be read ({error.strerror}): check the spelling") from error
    lines = [os.fsdecode(line) for line in text.splitlines() if line.strip()]
    if not lines:
        raise ReadingError(f"the list {path} names no file: give one with a path on each line")
    return lines


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
