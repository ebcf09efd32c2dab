"""The build: a request in, a published database and a summary out.

Files become shard sets, and sets a database: what is read now, what was read on other machines, and what an earlier build
read all go the same way. Whatever interrupts it, the published database is the old one or the whole new one.
"""

import shlex
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from data_prep.derived.derive import derive
from data_prep.errors import UserError, system_refusals
from data_prep.inputs.genes import GeneModels, embedded_gene_models, read_gencode
from data_prep.inputs.masks import Mask, read_masks
from data_prep.inputs.paths import find_named_files, place_of
from data_prep.inputs.samples import SampleTable, digest_of, read_samples, read_sexes, sexes_of
from data_prep.provenance import provenance_of
from data_prep.reading.dialects import UNKNOWN, signs
from data_prep.reading.files import Progress, ReadingOptions, read_files
from data_prep.reading.reports import READ, FileReport, SkippedRecord
from data_prep.reading.shard_set import (
    ShardSet,
    all_files,
    all_skipped,
    check_digest,
    new_folder,
    read_report,
    write_report,
)
from data_prep.request import BuildRequest, Change, Sources
from data_prep.summary import (
    BuildSummary,
    note_on_dropped_callsets,
    note_on_files_refused_before,
    note_on_known_files,
    summarise,
)
from data_prep.system.folders import make_parent, publishing_lock
from data_prep.system.limits import Limits
from data_prep.system.processes import Pool
from data_prep.system.text_stream import FileRefusedError, sha256
from data_prep.tables.callsets import MAIN, CallsetError, combine_callsets, read_callsets
from data_prep.tables.connect import MACHINE_ERRORS, new_database
from data_prep.tables.earlier import Earlier, EarlierError, files_of, take_over
from data_prep.tables.marks import mark_samples
from data_prep.tables.publish import check_pointer, new_generation, publish, working_folder
from data_prep.tables.samples import NumberedPeople, content_of, number_people
from data_prep.tables.write import write_calls, write_people, write_provenance, write_reference

_WORK: Final = "reads files and works out sites"
"""What the processes of a build do: one pool for both, since to start a process and load its libraries takes most of a second."""


class BuildError(UserError):
    """A build that cannot go on; the message is one sentence."""


@system_refusals()
def build(request: BuildRequest, progress: Progress | None = None) -> BuildSummary | None:
    """Builds the database that is asked for and publishes it at the pointer `request.out`.

    Returns None for a change that leaves nothing to do: every file given is in the database already. Files that cannot be
    read are in the summary's `refused`. Raises a UserError with one sentence where nothing can be built.
    """
    progress = progress or (lambda stage, done, todo: None)
    if isinstance(request.sources, Change):
        return _change(request, request.sources, progress)
    return _build_anew(request, request.sources, progress)


@system_refusals()
def write_shards(
    samples: Path, out: Path, vcf: Sequence[str], options: ReadingOptions, progress: Progress | None = None
) -> ShardSet:
    """Reads VCF files into a shard set in the new folder `out`, from which `build` makes the database later.

    Raises a UserError with one sentence; files that cannot be read are `refused` in the set's reports, and in those of the
    database.
    """
    labels = find_named_files(vcf)
    sexes = read_sexes(samples)
    with new_folder(out) as folder:
        shards = read_files([*labels], sexes, folder, progress or (lambda stage, done, todo: None), options, labels)
        write_report(shards)
    return replace(shards, folder=out)


@dataclass(frozen=True, slots=True)
class _Contents:
    """What goes into a database."""

    sets: Sequence[ShardSet]
    table: SampleTable
    models: GeneModels
    masks: Sequence[Mask]
    given: Sequence[str]
    """The paths of the command line."""
    earlier: Earlier | None = None
    """The database that is changed, which is one of the sets."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What went into a database that is not published yet."""

    people: NumberedPeople
    skipped: list[SkippedRecord]
    events: int


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = now - self.last
        self.last = now


def _build_anew(request: BuildRequest, sources: Sources, progress: Progress) -> BuildSummary:
    clock = _Clock()
    out, options = request.out, request.reading_options()
    check_pointer(out)
    if not sources.vcf and not sources.shards:
        raise BuildError("nothing to build from: give --vcf, --shards or both")
    labels = find_named_files(sources.vcf)
    table = read_samples(request.samples, request.unrelated)
    sexes = sexes_of(table.frame)
    masks = read_masks(request.masks)
    sets = [read_report(folder) for folder in sources.shards]
    check_digest(sets, digest_of(sexes), request.samples)
    generation = new_generation()
    make_parent(out)
    with working_folder(out, generation) as work, Pool(options.processes, _WORK) as pool:
        if labels:
            sets.append(read_files([*labels], sexes, work, progress, options, labels, pool))
        clock.lap("read")
        models = embedded_gene_models() if request.genes is None else read_gencode(request.genes, request.limits)
        clock.lap("genes")
        unfinished = work / "unfinished.duckdb"
        contents = _Contents(sets, table, models, masks, sources.vcf)
        written = _write(unfinished, contents, request, generation, progress, clock, pool)
        with publishing_lock(out):  # or a build that publishes while the others' callsets are copied would lose its own
            before = _published_callsets(out)
            if sources.beside:
                unfinished = _with_other_callsets(unfinished, out, request.limits)
                clock.lap("callsets")
            # opened only where there is something to compare it with
            after = read_callsets(unfinished) if before else {}
            dropped = [name for name in before if name not in after]
            last = out.resolve().name
            published = publish(unfinished, out, generation)
        clock.lap("publish")
    summary = summarise(published, written.people, written.skipped, written.events, table, clock.laps)
    return replace(summary, notes=(*note_on_dropped_callsets(dropped, last), *summary.notes))


def _change(request: BuildRequest, change: Change, progress: Progress) -> BuildSummary | None:
    """Raises EarlierError for a database that cannot be built upon, or holds a sample whose new file differs from the one
    that was read.
    """
    clock = _Clock()
    out, options = request.out, request.reading_options()
    _refuse_a_real_file(out)
    check_pointer(out)
    if not out.exists():
        raise BuildError(f"{out} does not exist, so nothing can be added to it: build it with --vcf first")
    published_before = out.resolve()
    new_masks = read_masks(request.masks)
    table = read_samples(request.samples, request.unrelated)
    sexes = sexes_of(table.frame)
    schemas = read_callsets(published_before)
    if change.callset is not None and change.callset not in schemas:
        raise BuildError(f"{out} holds no callset {change.callset!r}: it holds {', '.join(map(repr, schemas))}")
    schema = schemas[change.callset] if change.callset else MAIN
    changed = next((name for name, place in schemas.items() if place == schema), None)
    known_files = files_of(published_before, change.remove, schema)
    labels = find_named_files(change.add)
    files, passed_over = _new_and_known([*labels], known_files)
    if not files and not change.remove:
        return None
    generation = new_generation()
    with working_folder(out, generation) as work, Pool(options.processes, _WORK) as pool:
        (work / "earlier").mkdir()
        places = [place_of(name) for name in files]
        earlier = take_over(published_before, work / "earlier", sexes, change.remove, places, schema, request.limits)
        clock.lap("earlier")
        sets = [earlier.shards]
        if files:
            sets.append(read_files(files, sexes, work, progress, options, labels, pool))
            _check_new(sets[1], known_files)
        clock.lap("read")
        models = earlier.models if request.genes is None else read_gencode(request.genes, request.limits)
        clock.lap("genes")
        unfinished = work / "unfinished.duckdb"
        new_names = {mask.name for mask in new_masks}
        masks = [*(mask for mask in earlier.masks if mask.name not in new_names), *new_masks]
        contents = _Contents(sets, table, models, masks, change.add, earlier)
        written = _write(unfinished, contents, request, generation, progress, clock, pool)
        with publishing_lock(out):
            if len(schemas) > 1:
                unfinished = _with_other_callsets(unfinished, out, request.limits, changed)
                clock.lap("callsets")
            published = publish(unfinished, out, generation, published_before)
        clock.lap("publish")
    summary = summarise(published, written.people, written.skipped, written.events, table, clock.laps)
    refused = tuple(report for report in summary.refused if report.place in places)
    refused_before = [report.path for report in summary.refused if report.place not in places]
    notes = (*note_on_known_files(passed_over), *note_on_files_refused_before(refused_before), *summary.notes)
    return replace(summary, refused=refused, notes=notes)


def _refuse_a_real_file(out: Path) -> None:
    """Raises BuildError for a database that is named itself, be it published or a copy, and says which pointer to give.

    A change publishes a new file and moves a pointer onto it: in the place of a real file it would be lost.
    """
    if out.is_symlink() or not out.is_file():
        return
    pointers = sorted(path for path in out.parent.iterdir() if path.is_symlink() and path.readlink() == Path(out.name))
    if pointers:
        raise BuildError(f"{out} is the file that {pointers[0]} points to: give --out {pointers[0]}")
    pointer = out.with_name(f"{out.name.removesuffix('.duckdb')}-changed.duckdb")
    command = f"ln -s {shlex.quote(out.name)} {shlex.quote(str(pointer))}"
    raise BuildError(
        f"{out} is a file and not the pointer that a build makes: make one with `{command}` and give "
        f"--out {shlex.quote(str(pointer))}, which leaves the file as it is"
    )


def _new_and_known(files: Sequence[str], known_files: Sequence[FileReport]) -> tuple[list[str], list[str]]:
    """Files that are new to a database, and those that it holds already: the same content, wherever it lay.

    Raises EarlierError for a file that was read and has changed since. A file that could not be read then is new.
    """
    checksums = {report.sha256 for report in known_files if report.sources}
    by_place = {report.place: report for report in known_files if report.sources}
    new, known = [], []
    for name in files:
        try:
            checksum = sha256(Path(name)) if Path(name).is_file() else None
        except FileRefusedError:
            checksum = None
        before = by_place.get(place_of(name))
        if checksum in checksums and checksum is not None:
            known.append(name)
        elif before is not None:
            sample = before.sources[0].sample
            raise EarlierError(
                f"{name} has changed since it was read for the sample {sample}: give --remove {sample} too, to replace it"
            )
        else:
            new.append(name)
    return new, known


def _check_new(new: ShardSet, known_files: Sequence[FileReport]) -> None:
    """Raises EarlierError for a sample of the new files that the database has from a file that says something else."""
    known = {source.sample: (file, source) for file in known_files for source in file.sources if source.status == READ}
    for file in new.files:
        for source in file.sources:
            if source.sample in known and content_of(*known[source.sample]) != content_of(file, source):
                raise EarlierError(
                    f"the sample {source.sample} is in the database from {known[source.sample][0].path}, and {file.shown_path} differs "
                    f"from it: leave the new file out, or give --remove {source.sample} too, to replace it"
                )


def _published_callsets(out: Path) -> list[str]:
    """The callsets of the database that is published; none of one that is damaged, which a new one may replace."""
    try:
        return list(read_callsets(out))
    except CallsetError:
        return []


def _write(
    path: Path,
    contents: _Contents,
    request: BuildRequest,
    generation: str,
    progress: Progress,
    clock: _Clock,
    pool: Pool,
) -> _Written:
    """Merges shard sets into the new database `path`; the processes of `pool`, which may have read them, work out its sites."""
    sets, table, limits = contents.sets, contents.table, request.limits
    people = number_people(table.frame, all_files(sets))
    _check_any_read(people)
    progress("write", 0, 0)
    skipped = all_skipped(sets)
    events = sum(sum(shards.rows.get("events", {}).values()) for shards in sets)
    try:
        with ExitStack() as stack:
            if events <= limits.events_worth_processes:
                pool = Pool(1, _WORK)
            pool.start()
            con = stack.enter_context(new_database(path, limits))
            write_reference(con, contents.models, contents.masks)
            write_people(con, people, skipped)
            clock.lap("tables")
            write_calls(con, sets, people, limits, path.parent)
            clock.lap("sort")
            mark_samples(con)
            earlier = contents.earlier
            facts = provenance_of(
                [report for report in people.reports if report.status == READ],
                generation=generation,
                samples_table=request.samples.name,
                unrelated_definition=table.unrelated_definition,
                gene_models=contents.models.source,
                masks=contents.masks,
                given=contents.given,
                earlier=earlier.facts if earlier else {},
                earlier_checksums={file.sha256 for file in earlier.shards.files if file.sha256} if earlier else set(),
            )
            write_provenance(con, facts)
            clock.lap("mark")
            derive(con, clock.lap, pool, limits)
            events = con.sql("SELECT count(*) FROM events").fetchall()[0][0]
    except MACHINE_ERRORS as error:
        raise BuildError(f"the database could not be written ({str(error).splitlines()[0]}){_advice(error)}") from error
    return _Written(people, skipped, events)


def _advice(error: duckdb.Error) -> str:
    """What can be done where DuckDB cannot write."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return ": give a larger --memory"
    return ": is the disk full?"


def _check_any_read(people: NumberedPeople) -> None:
    """Raises BuildError where there is no file, or none that could be read."""
    if not people.reports:
        raise BuildError("no file is left to build from: leave a sample in the database")
    if not people.sources.height:
        first = next((report for report in people.reports if report.message), None)
        looked_for = f". Looked for in its header: {signs()}" if first and first.message == UNKNOWN else ""
        raise BuildError(
            f"none of the {len(people.reports):,} files could be read"
            f"{f', {first.shown_path} for one: {first.message}{looked_for}' if first else ''}"
        )


def _with_other_callsets(finished: Path, out: Path, limits: Limits, instead_of: str | None = None) -> Path:
    """A database of the callset in `finished` and the others of the one that `out` points at.

    The callset takes the place of `instead_of`, else of that of its own name. Files of another caller or release give it
    another name: raises BuildError where that is the name of one that would be lost.
    """
    (name,) = read_callsets(finished)
    published = out.resolve()
    published_names = read_callsets(published)
    if published.exists() and not published_names:
        raise BuildError(
            f"{out} is no database that a build made, so nothing can stand beside it: build without --beside"
        )
    others = [(published, other) for other in published_names if other != (instead_of or name)]
    if not others:
        return finished
    if any(other == name for _, other in others):
        raise BuildError(
            f"with these files the callset {instead_of!r} would be {name!r}, which {out} holds already: change that one "
            "(--callset), or build a new database"
        )
    combined = finished.with_name("combined.duckdb")
    try:
        combine_callsets([(finished, name), *others], combined, limits)
    except MACHINE_ERRORS as error:
        raise BuildError(
            f"the callsets of {out} could not be taken over ({str(error).splitlines()[0]}): build without --beside, or "
            "build each of them again"
        ) from error
    return combined
