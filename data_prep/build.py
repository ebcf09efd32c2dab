"""The build: paths and a sample table in, a published database and a summary out.

Files become shard sets, and sets a database: what is read here, what was read on other machines, and what an earlier
build read all go the same way. Whatever happens on it, the published database is the old one or the whole new one.
"""

import os
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from data_prep import __version__, database
from data_prep.callsets import callsets, combine
from data_prep.derived import derive, workers
from data_prep.folders import alone
from data_prep.genes import embedded_gene_models, read_gencode
from data_prep.masks import read_masks
from data_prep.people import People, number_people
from data_prep.reading import Progress, find_files, read_files
from data_prep.reports import DUPLICATE, READ, REFUSED, FileReport, SkippedRecord
from data_prep.samples import SampleTable, digest_of, read_samples, read_sexes, sexes_of
from data_prep.shard_set import (
    ShardSet,
    all_files,
    all_skipped,
    check_digest,
    new_folder,
    read_report,
    write_report,
)

WORTH_WORKERS: Final = 100_000
"""Events from which sites are worked out by several processes: to start one takes half a second."""


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


def build(
    samples: Path,
    out: Path,
    vcf: Sequence[str] = (),
    shards: Sequence[Path] = (),
    unrelated: Path | None = None,
    genes: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    *,
    beside: bool = False,
    masks: Sequence[str] = (),
) -> Summary:
    """Builds a database from VCF files, and from shard sets made of such, and publishes it at the pointer `out`.

    With `beside` the callsets of the database that is published there stay in it, but for one of the same name.
    `masks`: texts `NAME=BED`, each a kind of problem region more.

    Raises BuildError, ReadingError, ShardSetError, SampleTableError, PublishError or ValueError, each with one sentence,
    where nothing can be built; files that cannot be read are in the summary's `refused`.
    """
    progress = progress or (lambda stage, done, todo: None)
    clock = _Clock()
    database.check_pointer(out)
    if not vcf and not shards:
        raise BuildError("nothing to build from: give --vcf, --shards or both")
    files = find_files(vcf)
    table = read_samples(samples, unrelated)
    sexes = sexes_of(table.frame)
    masked = read_masks(masks)
    sets = [read_report(one) for one in shards]
    check_digest(sets, digest_of(sexes), samples)
    generation = database.new_generation()
    with database.working_folder(out, generation) as work:
        if files:
            sets.append(read_files(files, sexes, work, jobs, progress))
        clock.lap("read")
        people = number_people(table.frame, all_files(sets))
        if not people.sources.height:
            first = next((r for r in people.reports if r.message), None)
            raise BuildError(
                f"none of the {len(people.reports):,} files could be read"
                f"{f', {first.path} for one: {first.message}' if first else ''}"
            )
        models = embedded_gene_models() if genes is None else read_gencode(genes)
        clock.lap("genes")
        progress("write", 0, 0)
        unfinished = work / "unfinished.duckdb"
        skipped = all_skipped(sets)
        try:
            many = sum(sum(one.rows.get("events", {}).values()) for one in sets) > WORTH_WORKERS
            with (
                workers((jobs or os.cpu_count() or 1) if many else 1) as pool,
                database.new_database(unfinished) as con,
            ):
                database.write_reference(con, models, masked)
                database.write_people(con, people, skipped)
                clock.lap("tables")
                database.write_calls(con, sets, people)
                clock.lap("sort")
                database.mark_samples(con)
                facts = _provenance(table, people, samples, generation, models.source)
                database.write_provenance(con, facts | ({"masks": "; ".join(map(str, masked))} if masked else {}))
                clock.lap("mark")
                derive(con, clock.lap, pool)
                events = con.sql("SELECT count(*) FROM events").fetchall()[0][0]
        except BrokenProcessPool as error:
            raise BuildError(
                "a process that worked out sites was ended from outside: is the memory full? give fewer --jobs"
            ) from error
        except duckdb.Error as error:
            hint = ": is the disk full?" if isinstance(error, (duckdb.IOException, duckdb.FatalException)) else ""
            raise BuildError(f"the database could not be written ({str(error).splitlines()[0]}){hint}") from error
        with alone(out):  # or a build that publishes while the others' callsets are copied would lose its own
            if beside:
                unfinished = _beside(unfinished, out)
                clock.lap("callsets")
            published = database.publish(unfinished, out, generation)
        clock.lap("publish")
    return _summary(published, people, table, skipped, events, clock.laps)


def _beside(finished: Path, out: Path) -> Path:
    """A database of the callset in `finished` and the others of the one that `out` points at."""
    (name,) = callsets(finished)
    published = out.resolve()
    others = [(published, one) for one in callsets(published) if one != name] if published.exists() else []
    if not others:
        return finished
    combined = finished.with_name("combined.duckdb")
    try:
        combine([(finished, name), *others], combined)
    except duckdb.Error as error:
        raise BuildError(
            f"the callsets of {out} could not be taken over ({str(error).splitlines()[0]}): build without --beside, or "
            "build each of them again"
        ) from error
    return combined


def write_shards(
    samples: Path, out: Path, vcf: Sequence[str], jobs: int | None = None, progress: Progress | None = None
) -> ShardSet:
    """Reads VCF files into a shard set in the new folder `out`, from which `build` makes the database later.

    Raises ReadingError, ShardSetError or SampleTableError, each with one sentence; files that cannot be read are
    `refused` in the set's reports, and in those of the database.
    """
    files = find_files(vcf)
    sexes = read_sexes(samples)
    with new_folder(out) as folder:
        shards = read_files(files, sexes, folder, jobs, progress or (lambda stage, done, todo: None))
        write_report(shards)
    return replace(shards, folder=out)


class _Clock:
    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = now - self.last
        self.last = now


def _provenance(table: SampleTable, people: People, samples: Path, generation: str, models: str) -> dict[str, str]:
    read = [r for r in people.reports if r.status == READ]
    releases = sorted({r.release or "unknown" for r in read})
    simulated = sum(r.simulated for r in read)
    release = ", ".join(releases)
    return {
        "generation": generation,
        "built_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "builder_version": __version__,
        "caller": "Illumina DRAGEN",
        "release": release,
        "callset": f"simulated-{release}" if simulated else release,
        "simulated": "yes" if simulated else "no",
        "simulated_files": str(simulated),
        "source": "simulated cohort, no real person's calls" if simulated else "VCF files given to the build",
        "samples_table": samples.name,
        "unrelated_definition": table.unrelated_definition,
        "gene_models": models,
        "reference_rows": "yes" if any(r.reference_rows and not r.joint for r in read) else "no",
    }


def _summary(
    published: Path,
    people: People,
    table: SampleTable,
    skipped: Sequence[SkippedRecord],
    events: int,
    laps: dict[str, float],
) -> Summary:
    read = [r for r in people.reports if r.status == READ]
    counted = {one.source: one.sample for r in read for one in r.sources if one.status == READ}
    reasons: dict[str, int] = {}
    for one in skipped:
        if one.source in counted:
            reasons[one.reason] = reasons.get(one.reason, 0) + one.records
    missing = people.samples.filter(~pl.col("counted")).height
    strangers = sorted(set(counted.values()) - set(table.frame.get_column("sample")))
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
        tuple(r for r in people.reports if r.status == REFUSED),
        sum(r.status == DUPLICATE for r in people.reports),
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
