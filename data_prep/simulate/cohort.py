"""Writes a cohort: VCFs, samples.tsv and truth.tsv, block by block over a few processes.

A block is a run of people; every one of their numbers depends on the seed and the person alone, so neither the size of
the cohort nor that of the blocks nor the number of processes changes a byte.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from data_prep.errors import UserError, system_refusals
from data_prep.simulate.caller import Records, call
from data_prep.simulate.cell_lines import add_cell_lines
from data_prep.simulate.conflicts import mask_conflicts
from data_prep.simulate.large_events import large_parts
from data_prep.simulate.own_events import own_parts
from data_prep.simulate.panel import PANEL_SIZE, make_people, sample_name, sample_table
from data_prep.simulate.parts import YES, concatenate
from data_prep.simulate.site_calls import site_parts
from data_prep.simulate.sites import Catalogue, catalogue
from data_prep.simulate.truth import COLUMNS, truth_rows
from data_prep.simulate.vcf import (
    RELEASES,
    bgzf,
    bodies,
    header,
    reference_rows,
    writes_reference_rows,
    written_filters,
)
from data_prep.system.processes import Pool

_BLOCK: Final = 64
_MOST_SAMPLES: Final = 99_999
_OWN: Final = {"samples.tsv": rb"sample\t[^\n]*\nSIM00001\t", "truth.tsv": rb"event\t"}
"""How the tables of a cohort begin: the first person is the same in all of them."""


class CohortError(UserError):
    """A cohort that cannot be written; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class CohortSummary:
    """What was written: counts over all files; `records` without reference rows."""

    out: Path
    samples: int
    records: int
    passed: int
    reference_rows: int
    truth_rows: int
    vcf_bytes: int


@dataclass(frozen=True, slots=True)
class _Task:
    out: Path
    seed: int
    release: str
    first: int
    last: int
    truth: bool


@dataclass(frozen=True, slots=True)
class _Done:
    samples: int
    records: int
    passed: int
    reference_rows: int
    truth_rows: int
    vcf_bytes: int
    truth: bytes


@system_refusals()
def write_cohort(
    out: Path,
    samples: int = PANEL_SIZE,
    seed: int = 1,
    release: str = "3.5.7b",
    progress: Callable[[int, int], None] | None = None,
    jobs: int | None = None,
    truth: bool = True,
) -> CohortSummary:
    """Writes `out/vcf/SIM00001.cnv.vcf.gz` ..., `out/samples.tsv` and, unless without `truth`, `out/truth.tsv`.

    `release` is 3.5.7b or 3.7.6; `progress` is called with the samples written and all of them; `jobs` processes work at
    once (all cores, unless told). samples.tsv is written last: without it a cohort is unfinished. Files of an earlier
    cohort in `out` are replaced.
    Raises CohortError for arguments out of range, for a file in a folder's place, and for a folder that holds files of another
    origin under such names; SystemRefusalError where the system refuses a path, or the disk is full.
    """
    if release not in RELEASES:
        raise CohortError(f"no simulated release {release!r}: choose {' or '.join(RELEASES)}")
    if not 1 <= samples <= _MOST_SAMPLES:
        raise CohortError(f"{samples:,} samples cannot be simulated: choose 1 to {_MOST_SAMPLES:,}")
    if not 0 <= seed < 1 << 63:
        raise CohortError(f"the seed {seed} is out of range: choose a whole number from 0 on")
    _clear(out)
    tasks = [
        _Task(out, seed, release, first, min(first + _BLOCK - 1, samples), truth)
        for first in range(1, samples + 1, _BLOCK)
    ]
    jobs = min(jobs or os.cpu_count() or 1, len(tasks))
    # no more than a few blocks are under way, so memory does not grow with the cohort
    pool = Pool(jobs, "simulates people", "close other programs, or simulate fewer people")
    done = []
    written = 0
    with (out / "truth.tsv.part").open("wb") as rows, pool:
        rows.write(("\t".join(COLUMNS) + "\n").encode())
        for block in pool.results(((_block, task) for task in tasks), ordered=True, under_way=2 * jobs):
            rows.write(block.truth)
            written += block.samples
            done.append((block.records, block.passed, block.reference_rows, block.truth_rows, block.vcf_bytes))
            if progress is not None:
                progress(written, samples)
    if truth:
        (out / "truth.tsv.part").replace(out / "truth.tsv")
    else:
        (out / "truth.tsv.part").unlink()
    sample_table(samples).write_csv(out / "samples.tsv", separator="\t", quote_style="never")
    records, passed, references, truths, size = (sum(column) for column in zip(*done, strict=True))
    return CohortSummary(out, samples, records, passed, references, truths, size)


def _clear(out: Path) -> None:
    """Makes the folders and takes away what an earlier, perhaps larger, cohort left in them."""
    folder = out / "vcf"
    for output in (out, folder):
        if output.exists() and not output.is_dir():
            raise CohortError(f"{output} is a file and no folder to write a cohort into: give another --out")
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        stem = path.name.split(".")[0]
        if not (stem.startswith("SIM") and stem[3:].isdigit()):
            raise CohortError(f"{folder} holds {path.name}, which is not of a simulated cohort: name an empty folder")
    for name, begins in _OWN.items():
        if (out / name).exists() and not re.match(begins, _head(out / name)):
            raise CohortError(f"{out} holds a {name} that is not of a simulated cohort: name an empty folder")
    for path in folder.iterdir():
        path.unlink()
    for name in ("samples.tsv", "truth.tsv", "truth.tsv.part"):
        (out / name).unlink(missing_ok=True)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1_000)


def simulate(
    seed: int, release: str, first: int, last: int, with_truth: bool = True
) -> tuple[list[str], bytes, Records, int, int]:
    """People `first` to `last`: their record lines, truth rows as text, records, and counts of truth and reference rows.

    Without truth there are no rows of it.
    """
    everything: Catalogue = catalogue(seed)
    grid, sites = everything.grid, everything.sites
    who = make_people(np.arange(first, last + 1))
    parts = concatenate([site_parts(seed, who, everything), own_parts(seed, who, everything), large_parts(seed, who)])
    parts = add_cell_lines(seed, who, everything, mask_conflicts(parts))
    records = call(seed, who, grid, parts.take(parts.outcome == YES))
    written = written_filters(release, records.filters)
    truth = truth_rows(who, grid, sites, records, written, parts) if with_truth else pl.DataFrame()
    reference = reference_rows(seed, who, grid, everything.ploidy, records) if writes_reference_rows(release) else None
    texts = bodies(release, who, records, written, reference)
    rows = truth.write_csv(separator="\t", include_header=False, float_precision=6, quote_style="never").encode()
    return texts, rows, records, truth.height, 0 if reference is None else reference.height


def _block(task: _Task) -> _Done:
    texts, truth, records, truth_rows_written, references = simulate(
        task.seed, task.release, task.first, task.last, task.truth
    )
    who = make_people(np.arange(task.first, task.last + 1))
    size = 0
    for number, sex, text in zip(who.number.tolist(), who.sex.tolist(), texts, strict=True):
        name = sample_name(number)
        data = bgzf((header(name, sex, task.release) + text).encode())
        (task.out / "vcf" / f"{name}.cnv.vcf.gz").write_bytes(data)
        size += len(data)
    return _Done(
        samples=who.number.size,
        records=records.part.size,
        passed=int((records.filters == 0).sum()),
        reference_rows=references,
        truth_rows=truth_rows_written,
        vcf_bytes=size,
        truth=truth,
    )
