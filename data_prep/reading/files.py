"""Files to a shard set: reading spread over worker processes, a batch of files each.

Whatever the batches and the processes, the set says the same of every file; a file that cannot be read stops no other.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from data_prep.domain.assembly import ASSEMBLY
from data_prep.errors import system_refusals
from data_prep.inputs.paths import ReadingError, place_of
from data_prep.inputs.samples import digest_of
from data_prep.reading.dialects import DIALECTS
from data_prep.reading.long_files.read import read_long, read_whole
from data_prep.reading.reports import BatchReport, FileReport, Rows, SkippedRecord, total
from data_prep.reading.shard_set import ShardSet
from data_prep.reading.shards import printable_path, read_batch
from data_prep.reading.vcf import LongFile
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.processes import Pool

_PLAIN_FACTOR: Final = 4
"""Text files count for less: they are not inflated."""

Progress = Callable[[str, int, int], None]
"""Is called with the stage, what is done of it, and what there is to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """How files are read. Raises ReadingError for a dialect or a genome build that there is not."""

    jobs: int | None = None
    """Processes; all cores if None."""
    dialect: str | None = None
    """The dialect of all files, where their headers do not tell it, or tell it wrongly."""
    assembly: str | None = None
    """GRCh38, for files whose headers give no contig lengths."""
    limits: Limits = DEFAULTS

    def __post_init__(self) -> None:
        if self.dialect is not None and self.dialect not in DIALECTS:
            raise ReadingError(f"there is no dialect {self.dialect}: one of {', '.join(DIALECTS)} can be named")
        if self.assembly is not None and self.assembly.lower() not in (ASSEMBLY.name.lower(), ASSEMBLY.ucsc):
            raise ReadingError(
                f"{self.assembly} is no genome build that is read: {ASSEMBLY.name} is needed, lift the files over first"
            )

    @property
    def processes(self) -> int:
        """How many processes there are."""
        return self.jobs or os.cpu_count() or 1


@system_refusals()
def read_files(
    files: Sequence[str],
    sexes: Mapping[str, str | None],
    folder: Path,
    progress: Progress,
    options: ReadingOptions,
    labels: Mapping[str, str] | None = None,
    pool: Pool | None = None,
) -> ShardSet:
    """Reads files into shards in `folder`; `sexes`: recorded karyotype sex by sample.

    `labels`: the names of the files in reports and database, as `find_named_files` gives them; else that of each file alone;
    `pool`: processes that go on to other work afterwards; else as many as `options` says are started and ended.
    Raises SystemRefusalError where the shards cannot be written, and WorkerEndedError where a process is ended from outside;
    files that cannot be read are in the set's reports.
    """
    reports: list[FileReport] = []
    skipped: list[SkippedRecord] = []
    rows: list[Rows] = []
    long: list[tuple[int, LongFile]] = []
    limits, dialect = options.limits, options.dialect
    batches = _batches(files, limits.batch_bytes)
    progress("read", 0, len(files))

    def add(batch: BatchReport) -> None:
        reports.extend(batch.files)
        skipped.extend(batch.skipped)
        rows.append(batch.rows)
        long.extend(batch.long)
        progress("read", len(reports), len(files))

    # a single task is done sooner here than in a process that has to start
    this_process = Pool(1, "reads files")
    with contextlib.nullcontext(pool) if pool else Pool(options.processes, "reads files") as workers:
        (workers if len(batches) > 1 else this_process).run(
            (
                (read_batch, number, batch, sexes, str(folder), dialect, options.assembly, limits)
                for number, batch in enumerate(batches)
            ),
            add,
        )
        short = [(number, file) for number, file in long if file.size <= limits.short_file_bytes]
        (workers if len(short) > 1 else this_process).run(
            ((read_whole, number, len(files), file, sexes, str(folder), dialect, limits) for number, file in short),
            add,
        )
        stretches = limits.stretches_per_process * options.processes
        for number, file in long:
            if file.size > limits.short_file_bytes:
                add(read_long(number, len(files), file, sexes, str(folder), stretches, workers.run, dialect, limits))
    return ShardSet(
        folder,
        tuple(
            _named(report, files[report.file_id], labels or {})
            for report in sorted(reports, key=lambda report: report.file_id)
        ),
        tuple(sorted(skipped, key=lambda record: (record.source, record.reason))),
        total(rows),
        digest_of(sexes),
    )


def _named(report: FileReport, given: str, labels: Mapping[str, str]) -> FileReport:
    label = labels.get(given) or Path(given).name
    return replace(report, path=printable_path(label), place=place_of(given), given=printable_path(given))


def _batches(files: Iterable[str], most: int) -> list[list[tuple[int, str]]]:
    """Files with their numbers, in batches of about the same amount of text: `most` bytes on the disk, compressed."""
    batches: list[list[tuple[int, str]]] = []
    held = 0.0
    for number, name in enumerate(files):
        try:
            size = Path(name).stat().st_size / (1 if name.endswith(".gz") else _PLAIN_FACTOR)
        except OSError:
            size = 0
        if not batches or held + size > most:
            batches.append([])
            held = 0
        batches[-1].append((number, name))
        held += size
    return batches
