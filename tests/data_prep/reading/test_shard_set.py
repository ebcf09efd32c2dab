"""Shard sets: what is read apart and merged is what is read together; a set that is not whole is not read."""

import errno
import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from data_prep.errors import SystemRefusalError
from data_prep.reading.reports import REFUSED
from data_prep.reading.shard_set import REPORT, SHARD_FORMAT, ShardSetError, new_folder, read_report
from data_prep.system.folders import FolderError
from data_prep.system.limits import Limits
from tests.data_prep.built import Built, build_here, shards_here
from tests.data_prep.conftest import Cohort
from tests.data_prep.dragen_text import record, reference_row, write, write_table

pytestmark = pytest.mark.xdist_group("import")

LOSS = record("chr1", 100_000, 120_000)


def assert_same(one: Built, other: Built) -> None:
    """Table by table, in their stored order."""
    mine, theirs = one.everything(), other.everything()
    assert mine.keys() == theirs.keys()
    for name, rows in mine.items():
        assert rows == theirs[name], name


@pytest.mark.parametrize("release", ["3_5_7b", "3_7_6"])
def test_sets_of_any_parts_give_the_database_of_all_files(
    release: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """R5, R12: files dealt out at random, sets merged in another order, one part read by the build itself."""
    cohort: Cohort = request.getfixturevalue(f"cohort_{release}")
    limits = Limits(batch_bytes=200_000, sorted_rows=1_500)
    paths = [str(path) for path in cohort.paths]
    Random(3).shuffle(paths)
    table = cohort.folder / "samples.tsv"
    for name, part in {"a": paths[:20], "b": paths[20:21], "c": paths[21:40]}.items():
        shards_here(table, tmp_path / name, part, limits=limits)
    sets = [tmp_path / name for name in "cab"]
    merged = build_here(paths[40:], table, tmp_path / "cnv.duckdb", shards=sets, limits=limits)
    assert_same(merged, cohort.database)


def odd_files(folder: Path) -> dict[str, Path]:
    """Files of whom something is to be told: repeats, contradictions, damage, skipped records."""
    skipped = [LOSS, LOSS, record("chrM", 1, 900), record("chr1", 9_000, 8_000)]
    damaged = folder / "damaged.vcf"
    folder.mkdir()
    damaged.write_text("<html>")
    return {
        "plain": write(folder, "PLAIN", [LOSS, *skipped]),
        "skipped": write(folder, "SKIPPED", skipped, name="again/SKIPPED.vcf.gz"),
        "repeat": write(folder, "PLAIN", [LOSS, *skipped], name="again/PLAIN.vcf.gz"),
        "one": write(folder, "TWO", [LOSS]),
        "other": write(folder, "TWO", [record("chr2", 5_000, 9_000)], name="again/TWO.vcf.gz"),
        "damaged": damaged,
        "no calls": write(folder, "NOTHING"),
        "seen": write(folder, "SEEN", [reference_row("chr7", 0, 90_000)], release="3.7.6"),
        "man with two X": write(folder, "MAN", [record("chrX", 5_000_000, 5_100_000)], sex=None),
        "equal": write(folder, "TIE", [record("chr3", 0, 5_000, quality=q, bins=b, sm=m) for q, b, m in ((40, 5, 0.5), (40, 4, 0.5), (30, 5, 0.5), (40, 5, 0.4))]),
    }  # fmt: skip


def sample_table(folder: Path, *more: tuple[str, str, str, str, bool]) -> Path:
    people = ("PLAIN", "SKIPPED", "TWO", "NOTHING", "SEEN", "MAN", "TIE")
    return write_table(folder / "samples.tsv", [*((name, "EUR", "GBR", "male", True) for name in people), *more])


def test_doubled_samples_are_settled_over_all_sets(tmp_path: Path) -> None:
    """R12: repeats, contradictions, refused files and skipped records are told as if all had been read at once."""
    files = odd_files(tmp_path / "vcf")
    table = sample_table(tmp_path)
    together = build_here([*files.values()], table, tmp_path / "one.duckdb")
    status = {Path(row["path"]).name: row["status"] for row in together.table("files")}
    assert [status["TWO.cnv.vcf.gz"], status["TWO.vcf.gz"], status["damaged.vcf"]] == ["refused"] * 3
    assert sorted((status["PLAIN.cnv.vcf.gz"], status["PLAIN.vcf.gz"])) == ["duplicate", "read"]
    sets = []
    for number, (name, path) in enumerate(files.items()):
        sets.append(tmp_path / f"set {number}")
        written = shards_here(table, sets[-1], [str(path)], jobs=1)
        assert [file.status for file in written.files] == [REFUSED if name == "damaged" else "read"]
    Random(5).shuffle(sets)
    assert_same(build_here([], table, tmp_path / "two.duckdb", shards=sets), together)


def test_a_set_says_what_the_database_says(tmp_path: Path) -> None:
    """Read back, it is what was written."""
    odd_files(tmp_path / "vcf")
    written = shards_here(sample_table(tmp_path), tmp_path / "set", [str(tmp_path / "vcf")], jobs=1)
    assert read_report(tmp_path / "set") == written
    assert sum(written.rows["calls"].values()) == sum(file.calls for file in written.files)


def test_a_set_is_tied_to_the_sexes_of_its_table(tmp_path: Path) -> None:
    """R2: the expected copy number came from it; a corrected population changes nothing of what was read."""
    odd_files(tmp_path / "vcf")
    table = sample_table(tmp_path)
    shards_here(table, tmp_path / "set", [str(tmp_path / "vcf")], jobs=1)
    good = table.read_text()
    table.write_text(good.replace("EUR\tGBR", "AFR\tYRI"))
    moved = build_here([], table, tmp_path / "cnv.duckdb", shards=[tmp_path / "set"])
    assert moved.rows("SELECT DISTINCT population FROM samples WHERE counted") == [("YRI",)]
    for other in (good.replace("MAN\tEUR\tGBR\tmale", "MAN\tEUR\tGBR\tfemale"), good + "NEW\tEUR\tGBR\tmale\tyes\n"):
        table.write_text(other)
        with pytest.raises(ShardSetError, match=r"set were made with another sample table .*: give the one"):
            build_here([], table, tmp_path / "cnv.duckdb", shards=[tmp_path / "set"])


def _without_report(folder: Path) -> None:
    (folder / "report.json").unlink()


def _cut_report(folder: Path) -> None:
    (folder / "report.json").write_text((folder / "report.json").read_text()[:-20])


def _other_report(folder: Path) -> None:
    (folder / "report.json").write_text('{"format": 1, "files": [{"name": "x"}]}')


def _newer(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps(report | {"format": SHARD_FORMAT + 1, "builder_version": "9.9"}))


def _cut_shard(folder: Path) -> None:
    path = next(folder.glob("calls-*.parquet"))
    path.write_bytes(path.read_bytes()[:-1])


def _without_shard(folder: Path) -> None:
    next(folder.glob("segments-*.parquet")).unlink()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_without_report, "holds no shard set"),
        (_cut_report, "is damaged: copy"),
        (_other_report, "is damaged: copy"),
        (_newer, rf"format {SHARD_FORMAT + 1}, written by data_prep 9.9, .*: write them again"),
        (_cut_shard, r"calls-.*is missing or not .* bytes long"),
        (_without_shard, r"segments-.*is missing or not"),
    ],
)
def test_a_set_that_is_not_whole_is_refused(tmp_path: Path, damage: Callable[[Path], None], says: str) -> None:
    """R12: people without their calls would stand in every denominator."""
    write(tmp_path / "vcf", "PLAIN", [LOSS])
    table = sample_table(tmp_path)
    shards_here(table, tmp_path / "set", [str(tmp_path / "vcf")], jobs=1)
    damage(tmp_path / "set")
    with pytest.raises(ShardSetError, match=says):
        build_here([], table, tmp_path / "cnv.duckdb", shards=[tmp_path / "set"])


def test_a_set_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "vcf", "PLAIN", [LOSS])
    table = sample_table(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "something").write_text("")
    with pytest.raises(ShardSetError, match="is there already"):
        shards_here(table, tmp_path / "taken", [str(tmp_path / "vcf")])
    with pytest.raises(FolderError, match="cannot be made"):
        shards_here(table, tmp_path / "samples.tsv" / "new" / "set", [str(tmp_path / "vcf")])

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("data_prep.reading.files.read_batch", fail)
        with pytest.raises(SystemRefusalError, match=r"^no space left on device$"):
            shards_here(table, tmp_path / "set", [str(tmp_path / "vcf")], jobs=1)
    there = sorted(path.name for path in tmp_path.iterdir() if path.name != ".set.lock")
    assert there == ["samples.tsv", "taken", "vcf"]
    shards_here(table, tmp_path / "set", [str(tmp_path / "vcf")], jobs=1)
    assert read_report(tmp_path / "set").files[0].calls == 1
    shards_here(table, tmp_path / "new" / "folder" / "set", [str(tmp_path / "vcf")], jobs=1)
    assert read_report(tmp_path / "new" / "folder" / "set").files[0].calls == 1


def test_what_a_killed_process_left_goes_with_the_next_set(tmp_path: Path) -> None:
    """Its lock is free; that of one who is still writing is not."""
    write(tmp_path / "vcf", "PLAIN", [LOSS])
    table = sample_table(tmp_path)
    left, of_another = (tmp_path / f".{name}-0123456789ab.writing" for name in ("set [1]", "third"))
    for one in (left, of_another):
        one.mkdir()
        (one / "calls-0-dragen-0.parquet").write_bytes(b"half")
    with new_folder(tmp_path / "set [1]") as under_way:
        assert not left.exists()
        shards_here(table, tmp_path / "other", [str(tmp_path / "vcf")], jobs=1)
        with new_folder(tmp_path / "set [1]"):
            assert under_way.is_dir()
    assert of_another.is_dir()
    assert sorted(path.name for path in (tmp_path / "other").iterdir() if path.suffix != ".parquet") == [REPORT]
