"""Joint files and long ones: every entry against its plain reading, the pieces, and what bounds them."""

import gzip
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.build import BuildError
from data_prep.check import check
from data_prep.reading.long_files import plain_entries, read, spill
from data_prep.reading.long_files.stretch import read_stretch
from data_prep.reading.vcf import LongFile, read_file
from data_prep.system import text_stream
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.text_stream import FileRefusedError, Stretch, cut_stretches, pieces
from tests.data_prep.built import (
    Built,
    build_here,
    change_here,
    compare_calls,
    compare_events,
    compare_file_samples,
    compare_marks,
    compare_samples,
    compare_segments,
    counts_of,
    plain_counts,
)
from tests.data_prep.conftest import Cohort
from tests.data_prep.dragen_text import bgzip, header, record, reference_row, vcf, write, write_table
from tests.data_prep.in_memory import EXAMPLES
from tests.data_prep.joint_text import NO_GENOTYPE, joint_file, line, random_line, read_joint, site
from tests.data_prep.reading.test_shard_set import assert_same
from tests.oracle import plain

pytestmark = pytest.mark.xdist_group("import")

LOSS = record("chr1", 100_000, 120_000)
SAMPLES = [f"S{i:02}" for i in range(12)]


def table_of(folder: Path, sexes: dict[str, str]) -> Path:
    return write_table(folder / "samples.tsv", [(name, "EUR", "GBR", sex, True) for name, sex in sexes.items()])


# Pieces


PACKS: dict[str, Callable[[bytes, int], bytes]] = {
    "bgzf": bgzip,
    "gzip": lambda text, _: gzip.compress(text),
    "plain": lambda text, _: text,
}


@given(
    st.lists(st.integers(0, 90), max_size=60),
    st.sampled_from(sorted(PACKS)),
    st.integers(1, 60),
    st.integers(1, 9),
    st.booleans(),
    st.integers(1, 50),
)
@EXAMPLES
def test_every_line_has_one_owner(
    tmp_path_factory: pytest.TempPathFactory,
    lengths: list[int],
    pack: str,
    block: int,
    number: int,
    ended: bool,
    size: int,
) -> None:
    """R12: wherever blocks and stretches are cut, their lines together are the file's, each once and in order."""
    lines = [f"{i}:".ljust(n + 4, "x").encode() for i, n in enumerate(lengths)]
    text = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    path = tmp_path_factory.mktemp("pieces") / "file"
    path.write_bytes(PACKS[pack](text, block))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_stream, "_CHUNK", 1 + size // 2)
        parts = cut_stretches(path, number)
        assert len(parts) <= number
        found = [piece for part in parts for piece in pieces(path, part, limits=Limits(piece_bytes=size))]
    assert all(piece.endswith(b"\n") for piece in found)
    assert b"".join(found).split(b"\n")[:-1] == lines


def test_bgzf_is_shared_among_processes_and_other_gzip_is_not(tmp_path: Path) -> None:
    text = b"".join(b"%d\n" % i for i in range(50_000))
    for pack, expected in (("bgzf", 4), ("plain", 4), ("gzip", 1)):
        path = tmp_path / pack
        path.write_bytes(PACKS[pack](text, 5_000))
        assert len(cut_stretches(path, 4)) == expected


# Joint files


@pytest.mark.parametrize(("seed", "name"), [(1, "a.vcf.gz"), (2, "a.vcf"), (3, "a.vcf.gz"), (4, "a.vcf.gz")])
def test_a_joint_file_agrees_with_the_plain_reading(tmp_path: Path, seed: int, name: str) -> None:
    """R1 to R4, R12: entries of every sort, each counted once; with pieces, stretches and groups cut small."""
    draw = Random(seed)
    limits = Limits(piece_bytes=20_000, spill_rows=300, short_file_bytes=0)
    lines = [random_line(draw, len(SAMPLES)) for _ in range(400)]
    # repeats side by side and far apart
    lines += [*lines[:40], lines[-1], lines[-1]]
    path = joint_file(tmp_path / "vcf" / name, SAMPLES, lines)
    sexes = {name: ("male", "female", "")[i % 3] for i, name in enumerate(SAMPLES)}
    table = table_of(tmp_path, sexes)
    samples = plain.read_samples(table)
    people = read_joint(path, vcf(SAMPLES[0], lines, more_samples=SAMPLES[1:]), {n: s.sex for n, s in samples.items()})
    outcomes: Counter[str] = Counter()
    for person in people.values():
        outcomes += person.skipped
    assert {NO_GENOTYPE, plain.EXPECTED, plain.MALFORMED, plain.NOT_CNV, plain.DUPLICATE, plain.CHROMOSOME} <= set(
        outcomes
    )
    database = build_here([path], table, tmp_path / "cnv.duckdb", limits=limits)
    compare_file_samples(database, people)
    compare_samples(database, samples, people)
    compare_calls(database, people)
    compare_events(database, people)
    compare_segments(database, people)
    compare_marks(database, people)
    (row,) = database.table("files")
    assert (row["sample_id"], row["samples"], row["status"]) == (None, 12, "read")
    assert counts_of(row) == tuple(map(sum, zip(*(plain_counts(one) for one in people.values()), strict=True)))
    assert database.rows("SELECT (SELECT count(*) FROM callability), (SELECT count(*) FROM seen)") == [(0, 0)]
    assert [one.sentence for one in check(database.path) if one.broken] == []
    examples = database.rows("SELECT reason, sample, example FROM skipped_records JOIN samples USING (sample_id)")
    for reason, sample, example in examples:
        i = SAMPLES.index(sample)
        mine = ["\t".join([*cells[:9], *cells[9 + i : 10 + i]])[:500] for cells in (one.split("\t") for one in lines)]
        assert example in mine, reason


@given(st.integers(0, 1 << 30))
@EXAMPLES
def test_what_is_dropped_early_has_the_fate_it_would_have_had(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """R12: counts, calls and examples are the same when every entry is looked at."""
    draw = Random(seed)
    folder = tmp_path_factory.mktemp("early")
    path = joint_file(folder / "a.vcf", SAMPLES[:5], [random_line(draw, 5) for _ in range(60)])
    file = read_file(path)
    assert isinstance(file, LongFile)
    found = []
    for looked_at in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if looked_at:
                patch.setattr(plain_entries, "_patterns", lambda form, plain: ())
            long = read.prepare_file(0, 1, file, dict(zip(SAMPLES, ("XX", "XY", None, "XX", "XY"), strict=False)), str(folder), 1)  # fmt: skip
            report = read_stretch(long, 0)
            spilled = spill.read_spilled(long, "calls", 0, 5).rows()
            found.append((report.counts.tolist(), report.examples, spilled))
            for one in long.spill.iterdir():
                one.unlink()
    assert found[0] == found[1]


def test_per_sample_filters_and_qualities(tmp_path: Path) -> None:
    """R4, E32: a trio; FT replaces FILTER, QS stands for QUAL; CN equal to the expected is no call, whatever the others have."""
    trio = ["KID", "DAD", "MUM"]
    lines = [
        line(site("chr1", 0, 20_000, "<DUP>"), ["./1:1.5:3:20:40:PASS:Inherited", "./1:1.5:3:20:40:cnvQual:.", "./.:1.0:2:20:50:PASS:."]),
        line(site("chr2", 0, 20_000), ["0/1:0.5:1:20:3:PASS:.", "0/0:1:.:20:40:PASS:.", "./.:.:.:.:.:.:."]),
        line(site("chrX", 5_000_000, 5_020_000), ["0:1.0:1:20:40:PASS:.", "1:0.0:0:20:40:PASS:.", "0/1:0.5:1:20:40:.:."]),
        line(site("chrY", 9_000_000, 9_020_000, "<DUP>"), ["1:2.0:2:20:40:PASS:.", "0:1.0:1:20:40:PASS:.", ".:.:.:.:.:.:."]),
        line(reference_row("chr3", 0, 50_000), ["./.:1.0:2:50:40:PASS:."] * 3),
    ]  # fmt: skip
    path = joint_file(tmp_path / "trio.vcf.gz", trio, lines)
    table = table_of(tmp_path, {"KID": "male", "DAD": "male", "MUM": "female"})
    database = build_here([path], table, tmp_path / "cnv.duckdb")
    found = database.rows(
        "SELECT sample, chrom::VARCHAR, class::VARCHAR, filters, quality, credible, pass FROM events JOIN samples USING (sample_id) ORDER BY 2, 1"
    )
    assert found == [
        ("DAD", "chr1", "low-gain", "PASS", 40, True, True),
        ("KID", "chr1", "low-gain", "PASS", 40, True, True),
        ("KID", "chr2", "partial-loss", "PASS", 3, False, False),
        ("DAD", "chrX", "complete-loss", "PASS", 40, True, True),
        ("MUM", "chrX", "partial-loss", "SampleFT", 40, False, False),
        ("KID", "chrY", "low-gain", "PASS", 40, True, True),
    ]
    calls = database.rows(
        "SELECT sample, filters FROM calls JOIN samples USING (sample_id) WHERE chrom = 'chr1' ORDER BY 1"
    )
    assert calls == [("DAD", "cnvQual"), ("KID", "PASS")]
    assert database.rows("SELECT sample, counted, sex_mismatch FROM samples ORDER BY 1") == [(one, True, False) for one in sorted(trio)]  # fmt: skip
    assert database.rows("SELECT sample, reason, records FROM skipped_records JOIN samples USING (sample_id) ORDER BY 1, 2") == [
        ("DAD", plain.EXPECTED, 2),
        ("KID", plain.EXPECTED, 1),
        ("MUM", NO_GENOTYPE, 2),
        ("MUM", plain.EXPECTED, 1),
    ]  # fmt: skip
    assert database.rows("SELECT records, calls, reference_rows, skipped FROM files") == [(15, 6, 3, 6)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_joint_file_says_what_single_files_say(cohort_3_5_7b: Cohort, tmp_path: Path, jobs: int) -> None:
    """R3, R9: the cohort's calls put together as one file of many columns give the same events, sites and bins."""
    paths = cohort_3_5_7b.paths[:12]
    names, sites = [], {}
    for i, path in enumerate(paths):
        text = gzip.decompress(path.read_bytes()).decode()
        names.append(plain.read_text(text).sample)
        for one in text.split("\n"):
            if one and not one.startswith("#"):
                cells = one.split("\t")
                key = tuple(cells[:9])
                sites.setdefault(key, {})[i] = cells[9]
    lines = ["\t".join([*key, *(own.get(i, "./.") for i in range(len(paths)))]) for key, own in sorted(sites.items(), key=lambda one: (one[0][0], int(one[0][1])))]  # fmt: skip
    path = joint_file(tmp_path / "joint.vcf.gz", names, lines, extra=["##simulated=yes"])
    table = cohort_3_5_7b.folder / "samples.tsv"
    apart = build_here(paths, table, tmp_path / "a.duckdb")
    joint = build_here([path], table, tmp_path / "b.duckdb", jobs=jobs, limits=Limits(short_file_bytes=10_000))
    one, other = apart.everything(), joint.everything()
    for name in ("calls", "events", "segments", "sites", "site_counts", "bins", "marked_samples", "site_differences"):
        assert one[name] == other[name], name
        assert one[name] or name in ("site_differences", "marked_samples")
    assert joint.rows("SELECT sum(calls), sum(records) FROM files") == [(len(one["calls"]), len(lines) * len(names))]


@pytest.mark.parametrize("release", ["3_5_7b", "3_7_6"])
def test_a_file_read_in_pieces_is_read_as_one_in_memory(
    release: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """R3, R5, R12: single files, with their reference rows and callability, gone the way of long ones."""
    cohort: Cohort = request.getfixturevalue(f"cohort_{release}")
    table = cohort.folder / "samples.tsv"
    paths = cohort.paths[:15]
    at_once = build_here(paths, table, tmp_path / "a.duckdb")
    limits = Limits(whole_file_bytes=7_000, piece_bytes=9_000, spill_rows=100)
    assert isinstance(read_file(paths[0], limits=limits), LongFile)
    assert_same(build_here(paths, table, tmp_path / "b.duckdb", limits=limits), at_once)


@pytest.mark.parametrize("jobs", [1, 2])
def test_repeats_are_seen_across_stretches_and_shown(tmp_path: Path, jobs: int) -> None:
    """R12: the first stays; the example is the line of a later one, which is read again."""
    limits = Limits(short_file_bytes=100, stretches_per_process=2, piece_bytes=700)
    lines = [line(site("chr1", 10_000 * i, 10_000 * i + 5_000), ["0/1:0.5:1:5:40:PASS:.", "./.:1:2:5:40:PASS:."]) for i in range(60)]  # fmt: skip
    path = joint_file(tmp_path / "a.vcf.gz", ["A", "B"], ["", *lines, "#comment", lines[7]])
    table = table_of(tmp_path, {"A": "male", "B": "male"})
    database = build_here([path], table, tmp_path / "cnv.duckdb", jobs=jobs, limits=limits)
    assert database.rows("SELECT records, calls, skipped FROM files") == [(122, 60, 62)]
    assert database.rows("SELECT records, example FROM skipped_records WHERE reason LIKE 'the same record%'") == [(1, lines[7].rsplit("\t", 1)[0])]  # fmt: skip


def test_a_sample_in_a_joint_file_and_in_another(tmp_path: Path) -> None:
    """R12: both parts are refused, naming both files; the other columns are taken. A copy of the joint file is a duplicate."""
    folder = tmp_path / "vcf"
    entries = ["0/1:0.5:1:5:40:PASS:."] * 3
    joint = joint_file(folder / "joint.vcf.gz", ["A", "B", "C"], [line(site("chr1", 0, 20_000), entries)])
    (folder / "copy.vcf.gz").write_bytes(joint.read_bytes())
    single = write(folder, "B", [LOSS])
    database = build_here([folder], table_of(tmp_path, dict.fromkeys("ABC", "male")), tmp_path / "cnv.duckdb")
    status = {Path(row["path"]).name: row for row in database.table("files")}
    assert {name: row["status"] for name, row in status.items()} == {
        "copy.vcf.gz": "read",
        "joint.vcf.gz": "duplicate",
        "B.cnv.vcf.gz": "refused",
    }
    assert status["copy.vcf.gz"]["message"] is None
    assert status["joint.vcf.gz"]["message"] == "the same content as copy.vcf.gz"
    for path in (joint, single, folder / "copy.vcf.gz"):
        assert path.name in status["B.cnv.vcf.gz"]["message"]
    assert database.rows("SELECT sample, status, records FROM file_samples JOIN files USING (file_id) WHERE path LIKE '%copy%'".replace("status", "file_samples.status").replace("records", "file_samples.records")) == [("A", "read", 1), ("B", "refused", 0), ("C", "read", 1)]  # fmt: skip
    assert database.rows("SELECT sample, counted FROM samples ORDER BY 1") == [("A", True), ("B", False), ("C", True)]
    assert database.rows("SELECT count(*), count(DISTINCT sample_id) FROM calls") == [(2, 2)]
    assert [one.sentence for one in check(database.path) if one.broken] == []


def test_a_column_that_tells_nothing_is_in_no_denominator(tmp_path: Path) -> None:
    """R5: a person whose every genotype is missing would be counted as a carrier of nothing; another file of theirs is taken."""
    nothing = "./.:.:.:.:.:.:."
    lines = [line(site("chr1", 10_000 * i, 10_000 * i + 5_000), ["0/1:0.5:1:5:40:PASS:.", nothing, nothing]) for i in range(5)]  # fmt: skip
    joint = joint_file(tmp_path / "joint.vcf.gz", ["A", "B", "C"], lines)
    single = write(tmp_path, "B", [LOSS])
    table = table_of(tmp_path, dict.fromkeys("ABC", "male"))
    database = build_here([joint, single], table, tmp_path / "cnv.duckdb")
    assert database.rows("SELECT sample, counted FROM samples ORDER BY 1") == [("A", True), ("B", True), ("C", False)]
    assert database.rows("SELECT status, records, skipped FROM files ORDER BY samples") == [
        ("read", 1, 0),
        ("read", 5, 0),
    ]
    assert database.summary is not None
    assert any(note.startswith("2 samples are not taken from joint files, B from") for note in database.summary.notes)
    assert [one.sentence for one in check(database.path) if one.broken] == []
    # and it stays so when people are added and taken out
    new = write(tmp_path, "D", [LOSS])
    grown = table_of(tmp_path, dict.fromkeys("ABCD", "male"))
    together = build_here([joint, single, new], grown, tmp_path / "b.duckdb")
    assert_same(change_here(tmp_path / "cnv.duckdb", grown, add=[new]), together)


def test_a_damaged_stretch_stops_no_other_file(tmp_path: Path) -> None:
    """R12: read by two processes, which go on to the next file."""
    good = joint_file(tmp_path / "b.vcf.gz", ["A", "B"], FEW)
    data = good.read_bytes()
    put(tmp_path / "a.vcf.gz", data[: len(data) // 2] + bytes(80) + data[len(data) // 2 + 80 :])
    table = table_of(tmp_path, dict.fromkeys("AB", "male"))
    database = build_here(
        [tmp_path / "a.vcf.gz", good], table, tmp_path / "cnv.duckdb", jobs=2, limits=Limits(short_file_bytes=100)
    )
    assert database.rows("SELECT status, calls FROM files ORDER BY path") == [("refused", 0), ("read", 600)]


# What bounds them


def build_one(folder: Path, path: Path, limits: Limits = DEFAULTS) -> Built:
    """With one good file beside it, so that a database comes about."""
    good = write(folder / "good", "GOOD", [LOSS])
    table = table_of(folder, dict.fromkeys(("GOOD", "A", "B"), "male"))
    return build_here([good, path], table, folder / "cnv.duckdb", limits=limits)


def message_of(database: Built) -> str:
    ((status, message),) = database.rows("SELECT status, message FROM files WHERE path NOT LIKE '%GOOD%'")
    assert status == "refused"
    assert database.rows("SELECT sample FROM samples WHERE counted") == [("GOOD",)]
    assert database.rows("SELECT count(*) FROM calls") == [(1,)]
    return str(message)


FEW = [line(site("chr1", 10_000 * i, 10_000 * i + 5_000), ["0/1:0.5:1:5:40:PASS:."] * 2) for i in range(300)]


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    limits = Limits(line_bytes=100_000, piece_bytes=1_000)
    text = header("A", more_samples=["B"]) + FEW[0] + "\n" + "A" * 900_000 + "\n"
    assert "a line is longer than" in message_of(build_one(tmp_path, put(tmp_path / "a.vcf.gz", bgzip(text)), limits))
    limits = replace(limits, whole_file_bytes=10_000)
    text = header("A") + LOSS + "\n" + "A" * 900_000
    assert "a line is longer than" in message_of(build_one(tmp_path, put(tmp_path / "a.vcf.gz", gzip.compress(text.encode())), limits))  # fmt: skip
    head = "##fileformat=VCFv4.2\n##x=" + "A" * 900_000
    assert "a line is longer than" in message_of(build_one(tmp_path, put(tmp_path / "a.vcf.gz", gzip.compress(head.encode())), limits))  # fmt: skip


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_text_without_end_is_refused(tmp_path: Path) -> None:
    """A small file that inflates without bound."""
    path = put(tmp_path / "a.vcf.gz", bgzip(header("A", more_samples=["B"]) + (FEW[0] + "\n") * 5_000))
    assert "inflates to more than" in message_of(build_one(tmp_path, path, Limits(bytes_per_sample=1 << 16)))


def test_damage_in_the_middle_refuses_the_whole(tmp_path: Path) -> None:
    """R12: a part of a file would be people whose calls are missing from there on."""
    limits = Limits(piece_bytes=2_000)
    good = joint_file(tmp_path / "good.vcf.gz", ["A", "B"], FEW).read_bytes()
    at = len(good) // 2
    for data, says in (
        (good[:at] + bytes(80) + good[at + 80 :], "damaged"),
        (good[:-28], "no BGZF end mark"),
        (gzip.compress(gzip.decompress(good))[:-300], "damaged"),
    ):
        assert says in message_of(build_one(tmp_path, put(tmp_path / "a.vcf.gz", data), limits))


def test_a_sample_whose_column_is_cut_off_refuses_the_file(tmp_path: Path) -> None:
    """R5, R12: it would be counted and carry nothing."""
    path = joint_file(tmp_path / "a.vcf.gz", ["A", "B"], [one.rsplit("\t", 1)[0] for one in FEW])
    assert "not one of its 300 records of B is a CNV call that can be placed" in message_of(build_one(tmp_path, path))


def test_more_calls_than_events_have_numbers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_CALLS", 299)
    path = joint_file(tmp_path / "a.vcf.gz", ["A", "B"], FEW)
    assert "it holds 300 calls of A" in message_of(build_one(tmp_path, path))


def test_a_joint_file_of_an_unknown_caller_is_refused(tmp_path: Path) -> None:
    path = joint_file(tmp_path / "a.vcf.gz", ["A", "B"], FEW, release=None)
    assert "its caller is not known" in message_of(build_one(tmp_path, path))


def test_a_joint_file_without_records_counts_its_people(tmp_path: Path) -> None:
    """R5: as a header alone does."""
    path = joint_file(tmp_path / "a.vcf.gz", ["A", "B"], [])
    database = build_one(tmp_path, path)
    assert database.rows("SELECT count(*) FROM samples WHERE counted") == [(3,)]
    with pytest.raises(BuildError, match="none of the 1 files"):
        build_here([put(tmp_path / "b.vcf", b"")], table_of(tmp_path, {"A": "male"}), tmp_path / "b.duckdb")


def test_stretch_of_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="cannot be opened"):
        list(pieces(tmp_path / "gone", Stretch(0, 5)))
