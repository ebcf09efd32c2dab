"""What is said at the end of a build: totals, and notes on whatever a person may have meant otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_prep.inputs.samples import SampleTable
from data_prep.provenance import callset_of
from data_prep.reading.dialects import NAMED
from data_prep.reading.reports import DUPLICATE, READ, REFUSED, FileReport, SkippedRecord
from data_prep.tables.samples import NumberedPeople


@dataclass(frozen=True, slots=True)
class BuildSummary:
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


def summarise(
    published: Path,
    people: NumberedPeople,
    skipped: Sequence[SkippedRecord],
    events: int,
    table: SampleTable,
    stages: Mapping[str, float],
) -> BuildSummary:
    """The totals of a database, with the notes that hold of every build."""
    read = [report for report in people.reports if report.status == READ]
    sample_of = {source.source: source.sample for report in read for source in report.sources if source.status == READ}
    reasons: dict[str, int] = {}
    for record in skipped:
        if record.source in sample_of:
            reasons[record.reason] = reasons.get(record.reason, 0) + record.records
    return BuildSummary(
        published,
        len(people.reports),
        tuple(report for report in people.reports if report.status == REFUSED),
        sum(report.status == DUPLICATE for report in people.reports),
        people.samples.height,
        int(people.samples.get_column("counted").sum()),
        sum(report.records for report in read),
        sum(report.calls for report in read),
        events,
        sum(report.reference_rows for report in read),
        reasons,
        (
            *table.notes,
            *_notes_on_samples(people, read, set(sample_of.values()) - set(table.frame.get_column("sample"))),
            *_notes_on_files(read),
        ),
        dict(stages),
    )


def note_on_dropped_callsets(names: Sequence[str], last: str) -> list[str]:
    """What is said of callsets that a build without --beside left out; `last`: the file that was published before."""
    if not names:
        return []
    return [
        f"{len(names):,} callsets are not in the database any more, {names[0]} for one: --beside keeps them; until "
        f"the next build they are in {last}"
    ]


def note_on_known_files(files: Sequence[str]) -> list[str]:
    """What is said of files that were given and are in the database already."""
    return [f"{len(files):,} files are in the database already, {files[0]} for one: passed over"] if files else []


def note_on_files_refused_before(files: Sequence[str]) -> list[str]:
    """What is said of files that an earlier build could not read."""
    return (
        [f"{len(files):,} files that could not be read before stand in the list of files, {files[0]} for one"]
        if files
        else []
    )


def _notes_on_samples(people: NumberedPeople, read: Sequence[FileReport], strangers: set[str]) -> list[str]:
    """`strangers`: samples of files that the sample table does not name."""
    notes = []
    without_file = people.samples.filter(~pl.col("counted")).height
    if without_file:
        notes.append(f"{without_file:,} samples of the table have no file: they stand in no denominator")
    if strangers:
        notes.append(
            f"{len(strangers):,} samples are not in the table, {min(strangers)} for one: their population is 'unknown'"
        )
    left_out = [(source, report) for report in read for source in report.sources if source.status == REFUSED]
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
    return notes


def _notes_on_files(read: Sequence[FileReport]) -> list[str]:
    """What may be wrong with files that were read, said once for all of them."""
    notes = []
    callsets = sorted({callset_of(report) for report in read})
    if len(callsets) > 1:
        notes.append(
            f"the files are of several callers or releases ({', '.join(callsets)}), and their people are counted together: "
            "to keep them apart, build each alone, the later ones with --beside"
        )
    empty = [report.shown_path for report in read if not report.joint and not report.records]
    if empty:
        notes.append(
            f"{len(empty):,} files hold no record, {empty[0]} for one: their people are counted as carrying nothing"
        )
    forced = [report.shown_path for report in read if report.message and NAMED in report.message]
    if forced:
        notes.append(
            f"{len(forced):,} files are read as --dialect says, which their headers do not say, {forced[0]} for one"
        )
    return notes
