"""The build: paths and a sample table in, a published database and a summary out.

Files become shard sets, and sets a database: what is read here, what was read on other machines, and what an earlier
build read all go the same way. Whatever happens on it, the published database is the old one or the whole new one.
"""

import os
import shlex
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from data_prep import __version__
from data_prep.derived.derive import derive, workers
from data_prep.domain.callers import DRAGEN, in_one_line
from data_prep.fetch import manifest
from data_prep.inputs.genes import GeneModels, embedded_gene_models, read_gencode
from data_prep.inputs.masks import Mask, read_masks
from data_prep.inputs.paths import find_named_files, place_of
from data_prep.inputs.samples import SampleTable, digest_of, read_samples, read_sexes, sexes_of
from data_prep.reading.dialects import DIALECTS, NAMED, UNKNOWN, signs
from data_prep.reading.files import Progress, check_names, read_files
from data_prep.reading.reports import DUPLICATE, READ, REFUSED, FileReport, SkippedRecord
from data_prep.reading.shard_set import (
    ShardSet,
    all_files,
    all_skipped,
    check_digest,
    new_folder,
    read_report,
    write_report,
)
from data_prep.system.folders import alone, make_parent
from data_prep.system.processes import unheard
from data_prep.system.text_stream import FileRefusedError, sha256
from data_prep.tables.callsets import MAIN, callsets, combine
from data_prep.tables.connect import new_database
from data_prep.tables.earlier import Earlier, EarlierError, files_of, take_over
from data_prep.tables.marks import mark_samples
from data_prep.tables.publish import check_pointer, new_generation, publish, working_folder
from data_prep.tables.samples import People, number_people, said_of
from data_prep.tables.write import write_calls, write_people, write_provenance, write_reference

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
    """Files given that were not read; what an earlier build did not read is in the notes."""
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
    dialect: str | None = None,
    assembly: str | None = None,
    *,
    beside: bool = False,
    masks: Sequence[str] = (),
) -> Summary:
    """Builds a database from VCF files, and from shard sets made of such, and publishes it at the pointer `out`.

    `dialect`: the name of the dialect of all VCF files where their headers do not tell it, or tell it wrongly; `assembly`:
    GRCh38 for VCF files whose headers give no contig lengths. Shard sets keep what was said when they were written. With
    `beside` the callsets of the database that is published there stay in it, but for one of the same name.
    `masks`: texts `NAME=BED`, each a kind of problem region more.

    Raises BuildError, ReadingError, ShardSetError, SampleTableError, PublishError or ValueError, each with one sentence,
    where nothing can be built; files that cannot be read are in the summary's `refused`.
    """
    progress = progress or (lambda stage, done, todo: None)
    clock = _Clock()
    check_names(dialect, assembly)
    check_pointer(out)
    if not vcf and not shards:
        raise BuildError("nothing to build from: give --vcf, --shards or both")
    labels = find_named_files(vcf)
    table = read_samples(samples, unrelated)
    sexes = sexes_of(table.frame)
    masked = read_masks(masks)
    sets = [read_report(one) for one in shards]
    check_digest(sets, digest_of(sexes), samples)
    generation = new_generation()
    make_parent(out)
    with working_folder(out, generation) as work:
        if labels:
            sets.append(read_files([*labels], sexes, work, jobs, progress, dialect, assembly, labels))
        clock.lap("read")
        models = embedded_gene_models() if genes is None else read_gencode(genes)
        clock.lap("genes")
        unfinished = work / "unfinished.duckdb"
        written = _write(unfinished, sets, table, samples, models, masked, generation, jobs, vcf, progress, clock)
        with alone(out):  # or a build that publishes while the others' callsets are copied would lose its own
            before = _held(out)
            if beside:
                unfinished = _beside(unfinished, out)
                clock.lap("callsets")
            now = callsets(unfinished)
            gone = [one for one in before if one not in now]
            last = out.resolve().name
            published = publish(unfinished, out, generation)
        clock.lap("publish")
    summary = _summary(published, written, table, clock.laps)
    return replace(summary, notes=(*_dropped(gone, last), *summary.notes))


def change(
    samples: Path,
    out: Path,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    unrelated: Path | None = None,
    genes: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    dialect: str | None = None,
    assembly: str | None = None,
    *,
    callset: str | None = None,
    masks: Sequence[str] = (),
) -> Summary | None:
    """Publishes the database at the pointer `out` anew, with the people in the files `add` and without the samples `remove`.

    The files that it was built from are not read again, and need not be there; the result is that of a build from those
    that are left and the new ones. Files that are in it already are passed over; None where nothing is left to do. Gene
    models are those of the database unless `genes` gives others; its masks stay, and those of `masks` are added or take the
    place of one of the same name. `callset` names the one that is changed where the database
    holds several, else it is the newest; the others stay as they are. Raises as `build` does, and EarlierError for a database
    that cannot be built upon, or holds a sample whose new file differs from the one that was read.
    """
    progress = progress or (lambda stage, done, todo: None)
    clock = _Clock()
    check_names(dialect, assembly)
    _refuse_a_real_file(out)
    check_pointer(out)
    if not out.exists():
        raise BuildError(f"{out} does not exist, so nothing can be added to it: build it with --vcf first")
    earlier_path = out.resolve()
    masked = read_masks(masks)
    table = read_samples(samples, unrelated)
    sexes = sexes_of(table.frame)
    held = callsets(earlier_path)
    if callset is not None and callset not in held:
        raise BuildError(f"{out} holds no callset {callset!r}: it holds {', '.join(map(repr, held))}")
    schema = held[callset] if callset else MAIN
    changed = next((name for name, place in held.items() if place == schema), None)
    there = files_of(earlier_path, remove, schema)
    labels = find_named_files(add)
    files, passed_over = _not_yet_in([*labels], there)
    if not files and not remove:
        return None
    generation = new_generation()
    with working_folder(out, generation) as work:
        (work / "earlier").mkdir()
        earlier = take_over(earlier_path, work / "earlier", sexes, remove, [place_of(one) for one in files], schema)
        clock.lap("earlier")
        sets = [earlier.shards]
        if files:
            sets.append(read_files(files, sexes, work, jobs, progress, dialect, assembly, labels))
            _check_new(sets[1], there)
        clock.lap("read")
        models = earlier.models if genes is None else read_gencode(genes)
        clock.lap("genes")
        unfinished = work / "unfinished.duckdb"
        stay = [one for one in earlier.masks if one.name not in {new.name for new in masked}]
        written = _write(
            unfinished, sets, table, samples, models, [*stay, *masked], generation, jobs, add, progress, clock, earlier
        )
        with alone(out):
            if len(held) > 1:
                unfinished = _beside(unfinished, out, changed)
                clock.lap("callsets")
            published = publish(unfinished, out, generation, earlier_path)
        clock.lap("publish")
    summary = _summary(published, written, table, clock.laps)
    given = {place_of(one) for one in files}
    refused = tuple(one for one in summary.refused if one.place in given)
    before = [one.path for one in summary.refused if one.place not in given]
    notes = [*_passed_over(passed_over), *_refused_before(before), *summary.notes]
    return replace(summary, refused=refused, notes=tuple(notes))


def _refuse_a_real_file(out: Path) -> None:
    """Raises BuildError for a database that is named itself, be it published or a copy, and says which pointer to give.

    A change publishes a new file and moves a pointer onto it: in the place of a real file it would be lost.
    """
    if out.is_symlink() or not out.is_file():
        return
    pointers = sorted(one for one in out.parent.iterdir() if one.is_symlink() and one.readlink() == Path(out.name))
    if pointers:
        raise BuildError(f"{out} is the file that {pointers[0]} points to: give --out {pointers[0]}")
    pointer = out.with_name(f"{out.name.removesuffix('.duckdb')}-changed.duckdb")
    command = f"ln -s {shlex.quote(out.name)} {shlex.quote(str(pointer))}"
    raise BuildError(
        f"{out} is a file and not the pointer that a build makes: make one with `{command}` and give "
        f"--out {shlex.quote(str(pointer))}, which leaves the file as it is"
    )


def _not_yet_in(files: Sequence[str], there: Sequence[FileReport]) -> tuple[list[str], list[str]]:
    """Files that are new to a database, and those that it holds already: the same content, wherever it lay.

    Raises EarlierError for a file that was read and has changed since. A file that could not be read then is new.
    """
    held = {one.sha256 for one in there if one.sources}
    by_place = {one.place: one for one in there if one.sources}
    new, known = [], []
    for name in files:
        try:
            checksum = sha256(Path(name)) if Path(name).is_file() else None
        except FileRefusedError:
            checksum = None
        before = by_place.get(place_of(name))
        if checksum in held and checksum is not None:
            known.append(name)
        elif before is not None:
            who = before.sources[0].sample
            raise EarlierError(
                f"{name} has changed since it was read for the sample {who}: give --remove {who} too, to replace it"
            )
        else:
            new.append(name)
    return new, known


def _check_new(new: ShardSet, there: Sequence[FileReport]) -> None:
    """Raises EarlierError for a sample of the new files that the database has from a file that says something else."""
    holds = {one.sample: (file, one) for file in there for one in file.sources if one.status == READ}
    for file in new.files:
        for one in file.sources:
            if one.sample in holds and said_of(*holds[one.sample]) != said_of(file, one):
                raise EarlierError(
                    f"the sample {one.sample} is in the database from {holds[one.sample][0].path}, and {file.shown_path} differs from it: "
                    f"leave the new file out, or give --remove {one.sample} too, to replace it"
                )


def _held(out: Path) -> list[str]:
    """The callsets of the database that is published; none of one that is damaged, which a new one may replace."""
    try:
        return list(callsets(out))
    except ValueError:
        return []


def _refused_before(files: Sequence[str]) -> list[str]:
    return (
        [f"{len(files):,} files that could not be read before stand in the list of files, {files[0]} for one"]
        if files
        else []
    )


def _dropped(gone: Sequence[str], last: str) -> list[str]:
    """What is said of callsets that a build without --beside left out; `last`: the file that was published before."""
    if not gone:
        return []
    return [
        f"{len(gone):,} callsets are not in the database any more, {gone[0]} for one: --beside keeps them; until "
        f"the next build they are in {last}"
    ]


def _passed_over(files: Sequence[str]) -> list[str]:
    return [f"{len(files):,} files are in the database already, {files[0]} for one: passed over"] if files else []


@dataclass(frozen=True, slots=True)
class _Written:
    """What went into a database that is not published yet."""

    people: People
    skipped: list[SkippedRecord]
    events: int


def _write(
    path: Path,
    sets: Sequence[ShardSet],
    table: SampleTable,
    samples: Path,
    models: GeneModels,
    masked: Sequence[Mask],
    generation: str,
    jobs: int | None,
    given: Sequence[str],
    progress: Progress,
    clock: "_Clock",
    earlier: Earlier | None = None,
) -> _Written:
    """Merges shard sets into the new database `path`; `given` are the paths of the command line, `earlier` is one of the sets."""
    people = number_people(table.frame, all_files(sets))
    if not people.reports:
        raise BuildError("no file is left to build from: leave a sample in the database")
    if not people.sources.height:
        first = next((r for r in people.reports if r.message), None)
        looked_for = f". Looked for in its header: {signs()}" if first and first.message == UNKNOWN else ""
        raise BuildError(
            f"none of the {len(people.reports):,} files could be read"
            f"{f', {first.shown_path} for one: {first.message}{looked_for}' if first else ''}"
        )
    progress("write", 0, 0)
    skipped = all_skipped(sets)
    many = sum(sum(one.rows.get("events", {}).values()) for one in sets) > WORTH_WORKERS
    try:
        with ExitStack() as ending:
            with unheard():
                pool = ending.enter_context(workers((jobs or os.cpu_count() or 1) if many else 1))
            con = ending.enter_context(new_database(path))
            write_reference(con, models, masked)
            write_people(con, people, skipped)
            clock.lap("tables")
            write_calls(con, sets, people)
            clock.lap("sort")
            mark_samples(con)
            read = [r for r in people.reports if r.status == READ and r.sha256]
            before = {r.sha256 for r in earlier.shards.files if r.sha256} if earlier else set()
            fetched = manifest.provenance(
                [*given, *(r.given for r in read if r.given)],
                [r.sha256 for r in read if r.sha256],
                earlier.facts if earlier else {},
                before,
            )
            facts = _provenance(table, people, samples, generation, models.source) | fetched
            write_provenance(con, facts | ({"masks": "; ".join(map(str, masked))} if masked else {}))
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
    return _Written(people, skipped, events)


def _beside(finished: Path, out: Path, instead_of: str | None = None) -> Path:
    """A database of the callset in `finished` and the others of the one that `out` points at.

    The callset takes the place of `instead_of`, else of that of its own name. Files of another caller or release give it
    another name: raises BuildError where that is the name of one that would be lost.
    """
    (name,) = callsets(finished)
    published = out.resolve()
    held = callsets(published)
    if published.exists() and not held:
        raise BuildError(
            f"{out} is no database that a build made, so nothing can stand beside it: build without --beside"
        )
    others = [(published, one) for one in held if one != (instead_of or name)]
    if not others:
        return finished
    if any(one == name for _, one in others):
        raise BuildError(
            f"with these files the callset {instead_of!r} would be {name!r}, which {out} holds already: change that one "
            "(--callset), or build a new database"
        )
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
    samples: Path,
    out: Path,
    vcf: Sequence[str],
    jobs: int | None = None,
    progress: Progress | None = None,
    dialect: str | None = None,
    assembly: str | None = None,
) -> ShardSet:
    """Reads VCF files into a shard set in the new folder `out`, from which `build` makes the database later.

    `dialect`, `assembly`: as for `build`.

    Raises ReadingError, ShardSetError or SampleTableError, each with one sentence; files that cannot be read are
    `refused` in the set's reports, and in those of the database.
    """
    check_names(dialect, assembly)
    labels = find_named_files(vcf)
    sexes = read_sexes(samples)
    progress = progress or (lambda stage, done, todo: None)
    with new_folder(out) as folder:
        shards = read_files([*labels], sexes, folder, jobs, progress, dialect, assembly, labels)
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
    release = ", ".join(sorted({r.release or "unknown" for r in read}))
    simulated = sum(r.simulated for r in read)
    callset = ", ".join(sorted({_callset(r) for r in read}))
    return {
        "generation": generation,
        "built_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "builder_version": __version__,
        "caller": in_one_line(_caller(r) for r in read),
        "release": release,
        "callset": f"simulated-{callset}" if simulated else callset,
        "simulated": "yes" if simulated else "no",
        "simulated_files": str(simulated),
        "source": "simulated cohort, no real person's calls" if simulated else "VCF files given to the build",
        "samples_table": samples.name,
        "unrelated_definition": table.unrelated_definition,
        "gene_models": models,
        "reference_rows": "yes" if any(r.reference_rows and not r.joint for r in read) else "no",
        **_rates_raised(read),
    }


def _rates_raised(read: Sequence[FileReport]) -> dict[str, str]:
    """Of a simulated cohort: what it holds more often than is published, where its files say so."""
    named = sorted({name for r in read for name in r.rates_raised.split(", ") if name})
    return {"rates_raised": ", ".join(named)} if named else {}


def _caller(report: FileReport) -> str:
    return DIALECTS[report.dialect].caller if report.dialect else "unknown"


def _callset(report: FileReport) -> str:
    """DRAGEN's callsets are known by their release alone; a release of another caller says nothing without its name."""
    caller, release = _caller(report), report.release or "unknown"
    if caller == DRAGEN:
        return release
    return caller if release == "unknown" or release in caller else f"{caller} {release}"


def _doubts(read: Sequence[FileReport]) -> list[str]:
    """What may be wrong with files that were read, said once for all of them."""
    notes = []
    kinds = sorted({_callset(one) for one in read})
    if len(kinds) > 1:
        notes.append(
            f"the files are of several callers or releases ({', '.join(kinds)}), and their people are counted together: "
            "to keep them apart, build each alone, the later ones with --beside"
        )
    empty = [one.shown_path for one in read if not one.joint and not one.records]
    if empty:
        notes.append(
            f"{len(empty):,} files hold no record, {empty[0]} for one: their people are counted as carrying nothing"
        )
    forced = [one.shown_path for one in read if one.message and NAMED in one.message]
    if forced:
        notes.append(
            f"{len(forced):,} files are read as --dialect says, which their headers do not say, {forced[0]} for one"
        )
    return notes


def _summary(published: Path, written: _Written, table: SampleTable, laps: dict[str, float]) -> Summary:
    people = written.people
    read = [r for r in people.reports if r.status == READ]
    counted = {one.source: one.sample for r in read for one in r.sources if one.status == READ}
    reasons: dict[str, int] = {}
    for one in written.skipped:
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
    left_out = [(one, r) for r in read for one in r.sources if one.status == REFUSED]
    if left_out:
        first, file = left_out[0]
        notes.append(
            f"{len(left_out):,} samples are not taken from joint files, {first.sample} from {file.shown_path} for one: {first.message}"
        )
    mismatched = people.samples.filter("sex_mismatch").select("sample", "sex_mismatch_reason").rows()
    if mismatched:
        notes.append(
            f"{len(mismatched):,} samples contradict their recorded sex, {mismatched[0][0]} for one ({mismatched[0][1]}): left out of "
            "X and Y frequencies"
        )
    notes += _doubts(read)
    return Summary(
        published,
        len(people.reports),
        tuple(r for r in people.reports if r.status == REFUSED),
        sum(r.status == DUPLICATE for r in people.reports),
        people.samples.height,
        int(people.samples.get_column("counted").sum()),
        sum(r.records for r in read),
        sum(r.calls for r in read),
        written.events,
        sum(r.reference_rows for r in read),
        reasons,
        tuple(notes),
        laps,
    )
