"""Damaged files of every caller: bits flipped, cut, lines dropped, columns wrong, lines of a megabyte.

Whatever a file holds, it is read to the last record or refused in one sentence, and the good file beside it is not touched.
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.reading.calls import Skip
from data_prep.reading.long_files.read import read_whole
from data_prep.reading.reports import BatchReport, FileReport
from data_prep.reading.shards import read_batch
from tests.data_prep.dragen_text import bgzip, record, vcf
from tests.data_prep.in_memory import EXAMPLES
from tests.data_prep.reading.dialects.random_files import EVERY, texts

GOOD = vcf("GOOD", [record("chr1", 1_000_000, 1_020_000), record("chr2", 1, 2, cn=2), record("chrM", 5, 900)])
JUNK = [b"", b".", b"-", b"-1", b"1e999", b"99999999999999999999999", b"nan", b"\x00", b"\xff\xfe", b"\r", b"<", b"<>", b",", b";", b":", b"END=", b"END=x;SVLEN=-", b"0/", b"/", b"|", b"9" * 5_000, "²".encode(), b"chrX", b'"', b"DRAGEN:", b"<CN999>,<CN", b"SVLEN=99999999999999999999999"]  # fmt: skip

Damage = Callable[[bytes], bytes]


def _lines(damage: Callable[[list[bytes]], list[bytes]]) -> Damage:
    return lambda data: b"\n".join(damage(data.split(b"\n")))


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    """One way of damaging bytes."""
    kind = draw(st.sampled_from(["flip", "cut", "drop", "twice", "column", "column", "columns", "long", "shuffle", "junk"]))  # fmt: skip
    # a share of the way through: late ones hit the records, since headers are long
    at = 1 - draw(st.floats(0, 1)) ** 4

    def place(length: int) -> int:
        return min(int(at * length), max(length - 1, 0))

    bit, number = draw(st.integers(0, 7)), draw(st.integers(0, 12))
    junk = draw(st.one_of(st.sampled_from(JUNK), st.binary(max_size=8)))

    def flip(data: bytes) -> bytes:
        if not data:
            return data
        i = place(len(data))
        return data[:i] + bytes([data[i] ^ (1 << bit)]) + data[i + 1 :]

    def column(lines: list[bytes]) -> list[bytes]:
        i = place(len(lines))
        cells = lines[i].split(b"\t")
        cells[number % len(cells)] = junk
        return [*lines[:i], b"\t".join(cells), *lines[i + 1 :]]

    def columns(lines: list[bytes]) -> list[bytes]:
        i = place(len(lines))
        cells = lines[i].split(b"\t")
        return [*lines[:i], b"\t".join((cells * 2)[:number]), *lines[i + 1 :]]

    def drop(lines: list[bytes]) -> list[bytes]:
        i = place(len(lines))
        return [*lines[:i], *lines[i + 1 + number :]]

    def long(lines: list[bytes]) -> list[bytes]:
        i = place(len(lines))
        return [*lines[:i], lines[i] + (junk or b"x") * (1_000_000 // max(len(junk), 1)), *lines[i + 1 :]]

    ways: dict[str, Damage] = {
        "flip": flip,
        "cut": lambda data: data[: place(len(data))],
        "drop": _lines(drop),
        "twice": _lines(lambda lines: [*lines, *lines[place(len(lines)) :]]),
        "column": _lines(column),
        "columns": _lines(columns),
        "long": _lines(long),
        "shuffle": _lines(lambda lines: [*lines[: place(len(lines))], *reversed(lines[place(len(lines)) :])]),
        "junk": lambda data: data[: place(len(data))] + junk + data[place(len(data)) :],
    }
    return ways[kind]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file's name and its bytes: damaged as text, and then, where it is compressed, as bytes again."""
    name = draw(st.sampled_from(list(EVERY)))
    data = draw(texts(EVERY[name], "S", most=4)).encode()
    for damage in draw(st.lists(damages(), min_size=1, max_size=3)):
        data = damage(data)
    if draw(st.booleans()):
        return "S.vcf", data
    packed = bgzip(data)
    if draw(st.booleans()):
        i = draw(st.integers(0, len(packed) - 1))
        packed = packed[:i] + bytes([packed[i] ^ 4]) + packed[i + 1 :] if draw(st.booleans()) else packed[:i]
    return "S.vcf.gz", packed


def records_in(data: bytes) -> int:
    """Lines under the header that are neither blank nor comments; a CR ends one where a position stands in the next."""
    lines: list[bytes] = []
    for line in data.replace(b"\r\n", b"\n").split(b"\n"):
        first, *others = line.split(b"\r")
        lines.append(first)
        for part in others:
            cells = part.split(b"\t")
            begins = (
                not part or part.startswith(b"#") or (len(cells) > 2 and cells[0] and re.fullmatch(rb"\d+", cells[1]))
            )
            lines[-1:] = [lines[-1], part] if begins else [lines[-1] + b"\r" + part]
    first = next(i for i, line in enumerate(lines) if i and line.startswith(b"#CHROM"))
    return sum(1 for line in lines[first + 1 :] if line and not line.startswith(b"#"))


def read(folder: Path, files: list[tuple[str, bytes]]) -> BatchReport:
    paths = []
    for number, (name, data) in enumerate(files):
        path = folder / str(number) / name
        path.parent.mkdir()
        path.write_bytes(data)
        paths.append((number, str(path)))
    report = read_batch(0, paths, {}, str(folder))
    for number, file in report.long:
        one = read_whole(number, len(paths), file, {}, str(folder))
        report.files += one.files
        report.skipped += one.skipped
    report.files.sort(key=lambda one: one.file_id)
    return report


def assert_sound(report: FileReport) -> None:
    """Refused in one sentence, or with every record accounted for."""
    if report.status == "refused":
        assert report.message
        assert "\n" not in report.message
        assert (report.records, report.calls, report.reference_rows, report.skipped) == (0, 0, 0, 0)
    else:
        assert report.status == "read"
        assert report.records == report.calls + report.reference_rows + report.skipped


@EXAMPLES
@given(st.lists(damaged(), min_size=1, max_size=3))
def test_a_damaged_file_is_refused_or_accounted_for(files: list[tuple[str, bytes]]) -> None:
    """R12: never an exception, never a total that does not add up, and nothing taken from the file beside it."""
    with tempfile.TemporaryDirectory() as name:
        report = read(Path(name), [*files, ("GOOD.vcf", GOOD.encode())])
    assert len(report.files) == len(files) + 1
    for one, (file, data) in zip(report.files, files, strict=False):
        assert_sound(one)
        if one.status == "read" and file == "S.vcf":
            assert one.records == records_in(data)
        skipped = sum(part.records for part in report.skipped if part.source % len(report.files) == one.file_id)
        assert skipped == one.skipped
    good = report.files[-1]
    assert (good.records, good.calls, good.skipped) == (3, 1, 2)
    reasons = {part.reason: part.records for part in report.skipped if part.source == good.file_id}
    assert reasons == {Skip.EXPECTED.value: 1, Skip.MITOCHONDRION.value: 1}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("column", range(10))
def test_no_column_of_any_caller_breaks_the_reading(tmp_path: Path, name: str, column: int) -> None:
    """R12: every kind of junk in every column, one record each, beside a record that stays."""
    caller = EVERY[name]
    keep = caller.record("chr1", 5_000, 9_000, "<INV>", "0/1", "SVTYPE=INV")
    lines = []
    for junk in JUNK:
        cells = keep.encode().split(b"\t")
        cells[column] = junk
        lines.append(b"\t".join(cells))
    data = caller.vcf([], "S").encode() + b"\n".join([*lines, keep.encode(), record("chr1", 5_000, 9_000).encode()]) + b"\n"  # fmt: skip
    report = read(tmp_path, [("S.vcf", data)])
    assert_sound(report.files[0])
    if report.files[0].status == "read":
        assert report.files[0].records == records_in(data)


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 2_000])
def test_lines_of_the_wrong_number_of_columns_are_told(tmp_path: Path, size: int) -> None:
    """R12: too few are left out; of what follows the tenth column nobody knows whose it is, so the file is refused."""
    usual = record("chr1", 5_000, 9_000)
    line = "\t".join((usual.split("\t") * 200)[:size])
    report = read(tmp_path, [("S.vcf", vcf("S", [record("chr2", 5_000, 9_000), line]).encode())])
    said = report.files[0]
    assert said.status == ("read" if size <= 10 else "refused")
    counts = {0: (1, 1, 0), 1: (2, 1, 1), 9: (2, 1, 1), 10: (2, 2, 0)}.get(size, (0, 0, 0))
    assert (said.records, said.calls, said.skipped) == counts


TWO = vcf("S", [record("chr1", 5_000, 9_000)])
LONG_FILE = (
    TWO.replace("FORMAT\tS\n", "FORMAT\tS\tT\n").rstrip("\n") + "\t" + TWO.rstrip("\n").rpartition("\t")[2] + "\n"
)


@pytest.mark.parametrize("error", [pl.exceptions.ComputeError, pl.exceptions.InvalidOperationError])
@pytest.mark.parametrize(("text", "part"), [(TWO, "shards.partition_records"), (LONG_FILE, "long_files.read.add_up")])
def test_what_nobody_foresaw_in_a_file_refuses_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, part: str, error: type[pl.exceptions.PolarsError]
) -> None:
    monkeypatch.setattr(f"data_prep.reading.{part}", fails_by(error))
    said = read(tmp_path, [("S.vcf", text.encode())]).files[0]
    assert (said.status, said.message) == (
        "refused",
        "its records cannot be parsed (nobody foresaw it): fetch it again",
    )


@pytest.mark.parametrize(
    "error", [pl.exceptions.ColumnNotFoundError, pl.exceptions.ShapeError, pl.exceptions.SchemaError]
)
@pytest.mark.parametrize(("text", "part"), [(TWO, "shards.partition_records"), (LONG_FILE, "long_files.read.add_up")])
def test_a_mistake_of_ours_is_not_told_as_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, part: str, error: type[pl.exceptions.PolarsError]
) -> None:
    """Nobody should fetch a file again for it: it leaves its trace."""
    monkeypatch.setattr(f"data_prep.reading.{part}", fails_by(error))
    with pytest.raises(error, match="nobody foresaw it"):
        read(tmp_path, [("S.vcf", text.encode())])


def fails_by(error: type[pl.exceptions.PolarsError]) -> Callable[..., None]:
    """A step of the reading that fails by an error of Polars."""

    def fail(*_: object) -> None:
        raise error("nobody foresaw it")

    return fail
