"""Databases built for the tests, their tables as plain rows, and their comparison with the plain reading of the same files."""

import hashlib
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_prep.build import build, write_shards
from data_prep.reading.files import ReadingOptions
from data_prep.reading.shard_set import ShardSet
from data_prep.request import BuildRequest, Change, Sources
from data_prep.summary import BuildSummary
from data_prep.system.limits import DEFAULTS, Limits
from tests.data_prep.few_genes import few_genes
from tests.data_prep.in_memory import single
from tests.data_prep.quick_schema import without_comments
from tests.oracle import plain

Row = dict[str, Any]


@dataclass(frozen=True)
class Built:
    """A published database."""

    path: Path
    """The pointer."""
    summary: BuildSummary | None = None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path.resolve()), read_only=True) as con:
            return con.execute(query).fetchall()

    def table(self, name: str) -> list[Row]:
        """All rows in their stored order."""
        with duckdb.connect(str(self.path.resolve()), read_only=True) as con:
            found = con.execute(f"SELECT * FROM {name} ORDER BY rowid")
            columns = [one[0] for one in found.description]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All tables, less what differs from build to build: when it was built and as what."""
        # opening a database takes longer than reading a small table
        with duckdb.connect(str(self.path.resolve()), read_only=True) as con:
            names = con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
            found = {name: con.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() for (name,) in names}
        found["provenance"] = sorted(row for row in found["provenance"] if row[0] not in ("built_at", "generation"))
        return found


def build_here(
    vcf: Sequence[Path | str],
    samples: Path,
    out: Path,
    *,
    shards: Sequence[Path] = (),
    unrelated: Path | None = None,
    jobs: int = 1,
    beside: bool = False,
    dialect: str | None = None,
    assembly: str | None = None,
    masks: Sequence[str] = (),
    limits: Limits = DEFAULTS,
    comments: bool = False,
) -> Built:
    """Builds in this process, with few genes; with the comments of the schema where they are asked for."""
    request = BuildRequest(
        samples=samples,
        out=out,
        sources=Sources(vcf=tuple(map(str, vcf)), shards=tuple(shards), beside=beside),
        unrelated=unrelated,
        jobs=jobs,
        dialect=dialect,
        assembly=assembly,
        masks=tuple(masks),
        limits=limits,
    )
    with pytest.MonkeyPatch.context() if comments else without_comments() as patch:
        patch.setattr("data_prep.build.embedded_gene_models", few_genes)
        summary = build(request)
    return Built(out, summary)


def change_here(
    out: Path,
    samples: Path,
    add: Sequence[Path | str] = (),
    remove: Sequence[str] = (),
    *,
    jobs: int = 1,
    callset: str | None = None,
    masks: Sequence[str] = (),
) -> Built:
    """Adds to and removes from a database, in this process."""
    sources = Change(add=tuple(map(str, add)), remove=tuple(remove), callset=callset)
    request = BuildRequest(samples=samples, out=out, sources=sources, jobs=jobs, masks=tuple(masks))
    with without_comments():
        return Built(out, build(request))


def shards_here(
    samples: Path,
    out: Path,
    vcf: Sequence[Path | str],
    *,
    jobs: int = 1,
    dialect: str | None = None,
    assembly: str | None = None,
    limits: Limits = DEFAULTS,
) -> ShardSet:
    """Writes a shard set in this process."""
    options = ReadingOptions(jobs=jobs, dialect=dialect, assembly=assembly, limits=limits)
    return write_shards(samples, out, [str(path) for path in vcf], options)


def call_of(row: Row, sample: str) -> tuple[Any, ...]:
    return (sample, *(row[c] for c in ("chrom", "start", "end", "direction", "class", "copy_number", "expected_copy_number", "copy_ratio", "quality", "bins", "filters", "genotype", "par_border", "inward_start", "inward_end")))  # fmt: skip


def event_of(row: Row, sample: str) -> tuple[Any, ...]:
    """Without the copy ratio, which is a mean and compared apart."""
    return (sample, *(row[c] for c in ("chrom", "start", "end", "direction", "class", "copy_number", "expected_copy_number", "quality", "bins", "filters", "sensitive", "credible", "pass", "parts", "par_border", "inner_start", "inner_end")))  # fmt: skip


def compare_calls(database: Built, people: Mapping[str, plain.Person]) -> None:
    """R1, R2, R3, R12: the table of calls is all calls of all people, in its order, each with its event."""
    names = {row["sample_id"]: row["sample"] for row in database.table("samples")}
    rows = database.table("calls")
    expected = Counter(
        (name, *call[:7], single(call.ratio), single(call.quality), *call[9:])
        for name, person in people.items()
        for call in person.calls
    )
    assert Counter(call_of(row, names[row["sample_id"]]) for row in rows) == expected
    _assert_sorted(rows)
    parts: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        parts[row["event_id"]].append((names[row["sample_id"]], row["chrom"], row["start"], row["end"], row["bins"]))
    found = Counter(tuple(sorted(group, key=str)) for group in parts.values())
    assert found == Counter(
        tuple(sorted(((name, *call[:3], call.bins) for call in event.parts), key=str))
        for name, person in people.items()
        for event in person.events
    )


def compare_events(database: Built, people: Mapping[str, plain.Person]) -> None:
    """R3, R4."""
    names = {row["sample_id"]: row["sample"] for row in database.table("samples")}
    rows = database.table("events")
    expected = Counter(
        (name, *event[:7], single(event.quality), *event[9:14], len(event.parts), *event[15:])
        for name, person in people.items()
        for event in person.events
    )
    assert Counter(event_of(row, names[row["sample_id"]]) for row in rows) == expected
    _assert_sorted(rows)
    assert len({row["event_id"] for row in rows}) == len(rows)
    mine = sorted(
        (names[r["sample_id"]], r["chrom"], r["start"], r["end"], r["direction"], _or_none(r["copy_ratio"]))
        for r in rows
    )
    theirs = sorted(
        (name, e.chrom, e.start, e.end, e.direction, _or_none(e.ratio))
        for name, person in people.items()
        for e in person.events
    )
    assert [row[5] for row in mine] == pytest.approx([row[5] for row in theirs], rel=1e-6)


def _or_none(value: float | None) -> float:
    return -1.0 if value is None else value


def compare_segments(database: Built, people: Mapping[str, plain.Person]) -> None:
    """R3, R8: over each base of each person what the events over it say; no base twice."""
    names = {row["sample_id"]: row["sample"] for row in database.table("samples")}
    rows = database.table("segments")
    _assert_sorted(rows)
    lanes: dict[tuple[str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        state = tuple(row[c] for c in ("start", "end", "copy_number", "sensitive", "credible", "pass"))
        lanes[names[row["sample_id"]], row["chrom"], row["direction"]].append(state)
    for name, person in people.items():
        by_chrom: dict[str, list[plain.Event]] = defaultdict(list)
        for event in person.events:
            by_chrom[event.chrom].append(event)
        for chrom, events in by_chrom.items():
            for direction in ("loss", "gain"):
                found = sorted(lanes.pop((name, chrom, direction), []))
                assert all(one[1] <= other[0] for one, other in zip(found, found[1:], strict=False))  # noqa: RUF007
                assert joined_alike(found) == plain.states(events, direction)
    assert lanes == {}


def joined_alike(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Neighbouring pieces of the same state made one: where cuts lie between alike pieces says nothing."""
    merged: list[tuple[Any, ...]] = []
    for row in rows:
        if merged and merged[-1][1] == row[0] and merged[-1][2:] == row[2:]:
            merged[-1] = (merged[-1][0], *row[1:])
        else:
            merged.append(row)
    return merged


def compare_marks(database: Built, people: Mapping[str, plain.Person]) -> list[tuple[Any, ...]]:
    """R11; returns the marks found, since a comparison of none with none proves little."""
    names = {row["sample_id"]: row["sample"] for row in database.table("samples")}
    sexes = {row["sample"]: row["sex"] for row in database.table("samples")}
    regions = [(row["chrom"], row["start"], row["end"]) for row in database.table("problem_regions")]
    sequenced = {row["chrom"]: row["sequenced"] for row in database.table("chromosomes")}
    found = sorted(
        (
            (
                names[r["sample_id"]],
                r["chrom"],
                r["direction"],
                kinds_of(r["reason"]),
                r["events"],
                r["longest"],
                r["bases"],
            )
            for r in database.table("marked_samples")
        ),
        key=lambda mark: mark[:3],
    )
    expected = [
        (name, *mark)
        for name, person in people.items()
        for mark in plain.marks(person, regions, sequenced, sexes[name])
    ]
    expected.sort(key=lambda mark: mark[:3])
    assert found == expected
    for row in database.table("marked_samples"):
        assert row["share"] == pytest.approx(row["bases"] / sequenced[row["chrom"]])
    return found


REASONS = {
    r"one (loss|gain) of [\d.]+ Mb at copy ratio [\d.]+, that of a mixture of cells": "one mixed",
    r"\d+ (loss|losses|gain|gains) of [\d.]+ Mb together at copy ratio [\d.]+, that of a mixture of cells": "all mixed",
    r"\d+ (loss|losses|gain|gains) of [\d.]+ Mb together: longer than any known variant of healthy people": "10 Mb",
    r"\d+ (loss|losses|gain|gains) over \d+ % of the chromosome outside problem regions": "half",
}
"""What marks a chromosome (R11), in the words of the table, and as the plain reading calls it."""


def kinds_of(reason: str) -> frozenset[str]:
    """The reasons of a mark; each is one of the sentences, or that of a whole chromosome."""
    if reason in {row[-1] for row in plain.WHOLE}:
        return frozenset({reason})
    told = reason.split("; ")
    kinds = [kind for one in told for words, kind in REASONS.items() if re.fullmatch(words, one)]
    assert len(kinds) == len(told) == len(set(kinds)), reason
    return frozenset(kinds)


def compare_callability(database: Built, people: Mapping[str, plain.Person]) -> None:
    """R5: the steps, and by another way some single bases, person by person."""
    sexes = {row["sample"]: row["sex"] for row in database.table("samples")}
    rows: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for row in database.table("callability"):
        rows[row["chrom"]].append((row["start"], row["end"], row["seen"], row["samples"]))
    assert dict(rows) == plain.callability(people.values(), sexes)
    for chrom, steps in rows.items():
        for start, end, seen, _ in steps[:: max(1, len(steps) // 5)]:
            for base in (start, end - 1):
                assert seen == sum(
                    any(
                        row.chrom == chrom and row.start <= base < row.end and (row.bins or 0) * 1000 >= 0.5 * (row.end - row.start)
                        for row in (*person.reference_rows, *person.calls)
                    )
                    for name, person in people.items()
                    if person.reference_rows and (chrom != "chrY" or sexes[name] == "XY")
                )  # fmt: skip


def compare_files(database: Built, paths: Iterable[Path], people: Mapping[str, plain.Person]) -> None:
    """R12: every file with its size, checksum, sample and counts; skipped records by reason, with a line of one as example."""
    names = {row["sample_id"]: row["sample"] for row in database.table("samples")}
    rows = database.table("files")
    of_name = paths_by_name(rows, paths)
    assert [row["path"] for row in rows] == sorted(of_name)
    assert [row["file_id"] for row in rows] == list(range(len(of_name)))
    by_path = {person.path: person for person in people.values()}
    for row in rows:
        raw = of_name[row["path"]].read_bytes()
        assert row["bytes"] == len(raw)
        person = by_path.get(of_name[row["path"]])
        if person is None:
            assert row["status"] in ("refused", "duplicate")
            assert (row["sample_id"], row["records"], row["calls"], row["reference_rows"], row["skipped"]) == (None, 0, 0, 0, 0)  # fmt: skip
            assert row["message"]
            continue
        assert row["status"] == "read"
        assert row["sha256"] == hashlib.sha256(raw).hexdigest()
        assert names[row["sample_id"]] == person.sample
        assert row["samples"] == 1
        assert counts_of(row) == plain_counts(person)
    compare_file_samples(database, people)


def paths_by_name(rows: Iterable[Row], paths: Iterable[Path]) -> dict[str, Path]:
    """Files by the names of the database: below the folder that was given, or, given one by one, their names alone."""
    paths = list(paths)
    names = {row["path"] for row in rows}
    root = os.path.commonpath([path.parent for path in paths])
    by_folder = {str(path.relative_to(root)): path for path in paths}
    found = by_folder if by_folder.keys() <= names else {path.name: path for path in paths}
    assert found.keys() <= names
    assert len(found) == len(paths)
    return found


COUNTS = ("records", "calls", "reference_rows", "skipped")


def counts_of(row: Row) -> tuple[int, ...]:
    return tuple(row[one] for one in COUNTS)


def plain_counts(person: plain.Person) -> tuple[int, ...]:
    return person.records, len(person.calls), len(person.reference_rows), sum(person.skipped.values())


def compare_file_samples(database: Built, people: Mapping[str, plain.Person]) -> None:
    """R12: the counts of everybody whose file was read, and what was skipped of them by reason, with one of the lines."""
    names = {row["sample_id"]: row["sample"] for row in database.table("samples")}
    paths = {person.path for person in people.values()}
    rows = database.table("files")
    of_name = paths_by_name(rows, paths)
    files = {row["file_id"]: of_name.get(row["path"]) for row in rows}
    taken = [row for row in database.table("file_samples") if row["sample_id"] is not None]
    assert {names[row["sample_id"]]: counts_of(row) for row in taken} == {
        name: plain_counts(person) for name, person in people.items()
    }
    assert all(row["status"] == "read" and names[row["sample_id"]] == row["sample"] for row in taken)
    assert {files[row["file_id"]] for row in taken} == paths
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in database.table("skipped_records"):
        name = names[row["sample_id"]]
        found[name][row["reason"]] += row["records"]
        assert files[row["file_id"]] == people[name].path
        assert row["example"]
    assert found == {name: person.skipped for name, person in people.items() if person.skipped}


def compare_samples(database: Built, samples: Mapping[str, plain.Sample], people: Mapping[str, plain.Person]) -> None:
    """R2, R5: everybody of the table or of a file, numbered by name; counted are those whose file was read."""
    rows = database.table("samples")
    needed = {
        *people,
        *(one for name in people if name in samples for one in (samples[name].father, samples[name].mother)),
    }
    everyone = sorted({*samples, *people}, key=lambda name: (name not in needed, name))
    assert [row["sample"] for row in rows] == everyone
    assert [row["sample_id"] for row in rows] == list(range(len(everyone)))
    ids = {name: number for number, name in enumerate(everyone)}
    for row in rows:
        name, person = row["sample"], people.get(row["sample"])
        unknown = plain.Sample(name, "unknown", "unknown", None, None, None, False)
        recorded = samples.get(name, unknown)
        caller = person.caller_sex if person else None
        assert (row["superpopulation"], row["population"], row["unrelated"]) == (recorded.superpopulation, recorded.population, recorded.unrelated)  # fmt: skip
        assert (row["father"], row["mother"]) == (recorded.father, recorded.mother)
        assert (row["father_id"], row["mother_id"]) == (ids.get(recorded.father), ids.get(recorded.mother))
        assert row["counted"] == (person is not None)
        assert (row["sex"], row["caller_sex"]) == (recorded.sex or caller, caller)
        assert row["sex_mismatch"] == (person is not None and plain.contradicts_sex(person, recorded.sex))
        assert row["sex_mismatch"] == (row["sex_mismatch_reason"] is not None)


def compare(
    database: Built, paths: Iterable[Path], samples: Mapping[str, plain.Sample], people: Mapping[str, plain.Person]
) -> list[tuple[Any, ...]]:
    """Table by table; returns the marks."""
    compare_files(database, paths, people)
    compare_samples(database, samples, people)
    compare_calls(database, people)
    compare_events(database, people)
    compare_segments(database, people)
    compare_callability(database, people)
    return compare_marks(database, people)


def _assert_sorted(rows: Sequence[Row]) -> None:
    order = list(plain.LENGTHS)
    keys = [(order.index(row["chrom"]), row["start"], row["end"], row["sample_id"]) for row in rows]
    assert keys == sorted(keys)
