"""Bounds of memory: how a size is read, what it bounds, and that the database is the same whatever they are."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.data_prep.inputs.test_genes import FORWARD, FORWARD_MANE, HEADER
from typer.testing import CliRunner

from data_prep.__main__ import app
from data_prep.build import build
from data_prep.request import BuildRequest, Change, Sources
from data_prep.system.limits import DEFAULTS, Limits, MemoryLimitError, limits_within, parse_size
from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import record, write, write_table
from tests.data_prep.joint_text import joint_file, line, site

REFUSALS = ("", "much", "2 apples", "GB", "-1GB", "1e9", "2,5GB", "0x10", "2GBB", "1i", "inf", "nan", "２GB")
USUAL = 1_300_000_000
"""Bytes that two processes take with the usual bounds, by the help of --memory."""


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2_000_000_000),
        ("2G", 2_000_000_000),
        (" 1.5 gb ", 1_500_000_000),
        ("800MB", 800_000_000),
        ("1GiB", 1_073_741_824),
        ("1Ti", 1_099_511_627_776),
        ("512kib", 524_288),
        ("123", 123),
        ("7b", 7),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", REFUSALS)
def test_what_is_no_size_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(MemoryLimitError, match=r"is no size of memory: write one such as 2GB or 800MB$"):
        parse_size(text)


def test_the_usual_memory_has_the_usual_bounds() -> None:
    scaled = asdict(limits_within(USUAL, 2))
    for name, value in asdict(DEFAULTS).items():
        assert 0.9 * value <= scaled[name] <= 1.1 * value, name


@given(st.integers(1, 64), st.integers(0, 1 << 42))
def test_more_memory_never_means_less_of_anything(processes: int, memory: int) -> None:
    try:
        limits = asdict(limits_within(memory, processes))
    except MemoryLimitError:
        return
    assert all(value >= 1 for value in limits.values())
    more = asdict(limits_within(memory + 50_000_000, processes))
    assert all(more[name] >= value for name, value in limits.items())
    # what refuses damaged files does not depend on the memory: the same files are read
    for name in ("line_bytes", "bytes_per_sample"):
        assert limits[name] == getattr(DEFAULTS, name)


@given(st.integers(1, 64))
def test_the_least_that_a_refusal_names_is_enough(processes: int) -> None:
    with pytest.raises(MemoryLimitError) as caught:
        limits_within(1_000_000, processes)
    sentence = str(caught.value)
    assert ("fewer --jobs" in sentence) == (processes > 1)
    least = parse_size(sentence.split("--memory ")[1].split()[0].rstrip(","))
    limits_within(least, processes)
    with pytest.raises(MemoryLimitError):
        limits_within(least - 20_000_000, processes)


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    return done.exit_code, done.output


def test_memory_comes_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By build and by shards; nonsense and too little end in one sentence before anything is read."""
    requests: list[BuildRequest] = []
    options: list[Any] = []

    def note_request(request: BuildRequest, progress: object) -> None:
        requests.append(request)

    def write_shards(samples: Path, out: Path, vcf: object, given: Any, progress: object) -> None:
        options.append(given)
        raise MemoryLimitError("seen")

    monkeypatch.setattr("data_prep.build.build", note_request)
    monkeypatch.setattr("data_prep.build.write_shards", write_shards)
    words = ("--vcf", "x", "--samples", "y", "--out", tmp_path / "z", "--jobs", 2)
    for memory in ((), ("--memory", "4GB")):
        run("build", *words, *memory)
        run("shards", *words, *memory)
    assert [request.limits for request in requests] == [DEFAULTS, limits_within(4_000_000_000, 2)]
    assert [given.limits for given in options] == [request.limits for request in requests]
    for memory, says in (("lots", "'lots' is no size of memory"), ("64MB", "0.06 GB of memory are too little for 2")):
        for command in ("build", "shards"):
            code, text = run(command, *words, "--memory", memory)
            assert (code, len(text.splitlines())) == (1, 1)
            assert text.startswith(f"error: {says}")
    assert len(requests) == len(options) == 2


READ: set[str] = set()
"""Names of the bounds that were looked at."""


class Watched(Limits):
    """Bounds that note which of them are looked at."""

    def __getattribute__(self, name: str) -> object:
        READ.add(name)
        return super().__getattribute__(name)


def test_every_bound_reaches_the_step_that_it_bounds(tmp_path: Path) -> None:
    """From the request on, through reading, tables and what is derived: nothing on the way falls back to the usual ones."""
    lines = [record("chr1", 10_000 * i, 10_000 * i + 5_000) for i in range(1, 9)]
    entries = ["0/1:0.5:1:5:40:PASS:.", "./.:1:2:5:40:PASS:."]
    joint = [line(site("chr1", 10_000 * i, 10_000 * i + 5_000), entries) for i in range(1, 9)]
    joint.append(line(site("chrX", 5_000_000, 5_020_000), entries))
    files = {
        "short joint": joint_file(tmp_path / "short.vcf.gz", ["C", "D"], joint),
        "long joint": joint_file(tmp_path / "long.vcf", ["E", "F"], joint * 5),
        "single": write(tmp_path / "vcf", "A", lines),
    }
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABCDEF"])
    models = tmp_path / "genes.gtf"
    models.write_text(HEADER + FORWARD + FORWARD_MANE)
    limits = Watched(short_file_bytes=files["short joint"].stat().st_size)

    def request(sources: Sources | Change) -> BuildRequest:
        out = tmp_path / "cnv.duckdb"
        return BuildRequest(samples=table, out=out, sources=sources, genes=models, jobs=1, limits=limits)

    READ.clear()
    build(request(Sources(vcf=tuple(map(str, files.values())))))
    bounds = {field.name for field in fields(Limits)}
    assert bounds - READ == {"earlier_bytes"}
    READ.clear()
    added = write(tmp_path / "more", "B", lines)
    build(request(Change(add=(str(added),))))
    assert {"earlier_bytes", "database_bytes", "batch_bytes", "sorted_rows", "derived_rows", "gene_text_bytes"} <= READ
    assert len(Built(tmp_path / "cnv.duckdb").rows("SELECT 1 FROM samples WHERE counted")) == 6


def test_the_database_is_the_same_within_any_bounds(tmp_path: Path) -> None:
    """R12: the smallest of every bound, and the largest."""
    for sample in "ABC":
        lines = [record("chr1", 10_000 * i, 10_000 * i + 5_000 + 10 * (i % 3), bins=5) for i in range(1, 40)]
        write(tmp_path / "vcf", sample, [*lines, record("chr2", 5_000, 9_000)])
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABC"])
    least = Limits(
        batch_bytes=1,
        whole_file_bytes=1,
        short_file_bytes=1,
        piece_bytes=1,
        spill_rows=1,
        sign_cells=1,
        sorted_rows=1,
        derived_rows=1,
        commit_rows=1,
        database_bytes=64_000_000,
    )
    expected = build_here([tmp_path / "vcf"], table, tmp_path / "usual.duckdb").everything()
    for name, limits in {"least": least, "most": limits_within(1 << 40, 2)}.items():
        built = build_here([tmp_path / "vcf"], table, tmp_path / f"{name}.duckdb", limits=limits).everything()
        for rows in (built, expected):
            rows["bins"].sort()  # by size, direction and group, in each window anew
        assert built == expected, name
    assert len(expected["events"]) == 120
