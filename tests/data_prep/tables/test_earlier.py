"""Adding to a published database and taking samples out of it: the same, table by table, as a build from the files."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

import duckdb
import pytest

from data_prep.build import BuildError
from data_prep.check import check
from data_prep.tables.earlier import EarlierError
from data_prep.tables.publish import PublishError
from tests.data_prep.built import Built, build_here, change_here
from tests.data_prep.conftest import Cohort
from tests.data_prep.dragen_text import record, write
from tests.data_prep.joint_text import joint_file, line, site
from tests.data_prep.reading.test_shard_set import LOSS, assert_same, odd_files, sample_table

pytestmark = pytest.mark.xdist_group("import")


def test_any_split_of_a_cohort_gives_its_database(cohort_3_7_6: Cohort, tmp_path: Path) -> None:
    """R3, R5, R9, R12: in three parts of random sizes, callability and sites included; then each part is taken out again."""
    cohort = cohort_3_7_6
    table, out = cohort.folder / "samples.tsv", tmp_path / "cnv.duckdb"
    paths = [*cohort.paths]
    draw = Random(2)
    draw.shuffle(paths)
    cuts = sorted(draw.sample(range(1, len(paths)), 2))
    first, second, third = paths[: cuts[0]], paths[cuts[0] : cuts[1]], paths[cuts[1] :]
    build_here(first, table, out)
    change_here(out, table, add=second)
    assert_same(change_here(out, table, add=third), cohort.database)
    names = {one.name.split(".")[0] for one in third}
    assert_same(
        change_here(out, table, remove=sorted(names)), build_here([*first, *second], table, tmp_path / "b.duckdb")
    )


def more_files(folder: Path) -> list[list[Path]]:
    """Odd files in groups that must stay together: a repeat or a contradiction is told of files given at once."""
    files = odd_files(folder)
    pairs = [["plain", "repeat"], ["one", "other"]]
    alone = [[name] for name in files if not any(name in pair for pair in pairs)]
    entries = ["0/1:0.5:1:5:40:PASS:.", "./.:.:.:.:.:.:.", "0/0:1:2:5:40:PASS:."]
    lines = [line(site("chr4", 10_000 * i, 10_000 * i + 5_000), entries[i:] + entries[:i]) for i in range(3)]
    joint = joint_file(folder / "joint.vcf.gz", ["X", "Y", "Z"], lines)
    return [*([files[name] for name in group] for group in (*pairs, *alone)), [joint]]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[Path]]]:
    """A folder with odd files and, in a folder of its own, the database of all of them; the files in their groups."""
    folder = tmp_path_factory.mktemp("odd")
    groups = more_files(folder / "vcf")
    (folder / "out").mkdir()
    build_here([path for group in groups for path in group], sample_table(folder), folder / "out" / "cnv.duckdb")
    return folder, groups


def copied(template: Path, folder: Path) -> Path:
    """A copy of the database of a folder, its pointer too."""
    shutil.copytree(template / "out", folder, symlinks=True)
    return folder / "cnv.duckdb"


@pytest.mark.parametrize("seed", range(6))
def test_any_split_of_odd_files_gives_their_database(
    odd: tuple[Path, list[list[Path]]], tmp_path: Path, seed: int
) -> None:
    """R12: refused files, duplicates, contradictions, skipped records and their examples, joint files, whoever came first.

    The files of the first part are gone when the second is added.
    """
    groups = [*odd[1]]
    table = sample_table(tmp_path)
    draw = Random(seed)
    # somebody can be read of the first part: one person of a file, or three
    readable = groups.pop(0 if seed % 2 else -1)
    draw.shuffle(groups)
    groups.insert(0, readable)
    cut = draw.randint(1, len(groups) - 1)
    first = [path for group in groups[:cut] for path in group]
    second = [path for group in groups[cut:] for path in group]
    out = tmp_path / "two.duckdb"
    build_here(first, table, out)
    away = {path: tmp_path / str(number) for number, path in enumerate(first)}
    for path, place in away.items():
        path.rename(place)
    try:
        database = change_here(out, table, add=second)
    finally:
        for path, place in away.items():
            place.rename(path)
    assert_same(database, Built(odd[0] / "out" / "cnv.duckdb"))
    if not seed:  # the others are the same, row by row
        assert [one.sentence for one in check(out) if one.broken] == []


@pytest.mark.parametrize("names", [["PLAIN"], ["TWO"], ["SKIPPED", "SEEN"], ["MAN", "TIE", "NOTHING"]])
def test_taking_a_sample_out_is_never_having_had_its_files(
    odd: tuple[Path, list[list[Path]]], tmp_path: Path, names: Sequence[str]
) -> None:
    """R5, R12: with its duplicates and contradictions; examples of skipped records are those of the others."""
    files = [path for group in odd[1] for path in group]
    table, out = sample_table(tmp_path), copied(odd[0], tmp_path / "one")
    left = [path for path in files if path.name.split(".")[0] not in names]
    assert len(left) < len(files)
    assert_same(change_here(out, table, remove=names), build_here(left, table, tmp_path / "two.duckdb"))


def test_a_column_of_a_joint_file_is_taken_out(odd: tuple[Path, list[list[Path]]], tmp_path: Path) -> None:
    """R12: its file stays, with the counts of the others."""
    table, out = sample_table(tmp_path), copied(odd[0], tmp_path / "out")
    database = change_here(out, table, remove=["X"])
    joint = "FROM files WHERE path LIKE '%joint.vcf%'"
    assert database.rows(f"SELECT samples, records, calls, skipped {joint}") == [(3, 6, 2, 4)]
    assert database.rows(f"SELECT sample FROM file_samples WHERE file_id = (SELECT file_id {joint})") == [
        ("Y",),
        ("Z",),
    ]
    assert database.rows("SELECT count(*) FROM samples WHERE sample = 'X'") == [(0,)]
    assert [one.sentence for one in check(out) if one.broken] == []
    change_here(out, table, remove=["Y", "Z"])
    assert Built(out).rows(f"SELECT count(*) {joint}") == [(0,)]


@pytest.fixture(scope="module")
def one_person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database of one person."""
    folder = tmp_path_factory.mktemp("person")
    (folder / "out").mkdir()
    build_here([write(folder / "vcf", "PLAIN", [LOSS])], sample_table(folder), folder / "out" / "cnv.duckdb")
    return folder


@pytest.fixture
def small(one_person: Path, tmp_path: Path) -> tuple[Path, Path, Path]:
    """A database of one person, its sample table and the file, which several tests read."""
    (path,) = (one_person / "vcf").iterdir()
    return copied(one_person, tmp_path / "out"), sample_table(tmp_path), path


def test_a_file_that_is_there_changes_nothing(small: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """The same content under any name, alone or among new files."""
    out, table, path = small
    before = out.resolve()
    copy = tmp_path / "copy.vcf.gz"
    shutil.copy(path, copy)
    assert change_here(out, table, add=[path, copy]).summary is None
    assert out.resolve() == before
    new = write(tmp_path / "new", "SEEN", [LOSS])
    database = change_here(out, table, add=[path, copy, new])
    assert database.summary is not None
    assert database.summary.notes[0] == f"2 files are in the database already, {min(path, copy)} for one: passed over"
    assert database.rows("SELECT path, status FROM files") == [(path.name, "read"), (new.name, "read")]


def test_another_file_of_a_sample_that_is_there_is_an_error(tmp_path: Path) -> None:
    """It names both; taken out and added in one step, the new one stands."""
    table, path = sample_table(tmp_path), write(tmp_path / "vcf", "PLAIN", [LOSS])
    out = build_here([path], table, tmp_path / "cnv.duckdb").path
    other = write(tmp_path / "new", "PLAIN", [record("chr2", 5_000, 9_000)])
    with pytest.raises(EarlierError, match=f"sample PLAIN is in the database from {path.name}, and {other} differs"):
        change_here(out, table, add=[other])
    write(tmp_path / "vcf", "PLAIN", [record("chr2", 5_000, 9_000)])
    with pytest.raises(EarlierError, match=f"^{path} has changed since it was read for the sample PLAIN"):
        change_here(out, table, add=[path])
    assert Built(out).rows("SELECT chrom::VARCHAR FROM calls") == [("chr1",)]
    database = change_here(out, table, add=[path], remove=["PLAIN"])
    assert_same(database, build_here([path], table, tmp_path / "b.duckdb"))


def test_a_file_that_could_not_be_read_is_read_once_it_can_be(small: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """R12: fetched again, it takes the place of the damaged one; still damaged, it is told once."""
    out, table, path = small
    damaged = write(tmp_path / "vcf", "SEEN", [])
    damaged.write_bytes(b"")
    for _ in range(2):
        database = change_here(out, table, add=[damaged])
        assert database.rows("SELECT path, status FROM files") == [(path.name, "read"), (damaged.name, "refused")]
    write(tmp_path / "vcf", "SEEN", [LOSS])
    assert_same(change_here(out, table, add=[damaged]), build_here([path, damaged], table, tmp_path / "b.duckdb"))


def test_a_third_file_of_a_sample_that_is_contradicted_is_refused_with_the_others(tmp_path: Path) -> None:
    """R12: nothing says which of them holds, whenever they came."""
    table, out = sample_table(tmp_path), tmp_path / "cnv.duckdb"
    paths = [
        write(tmp_path / "vcf", "TWO", [record("chr2", 5_000, 9_000 + i)], name=f"{i}/TWO.vcf.gz") for i in range(3)
    ]
    plain = write(tmp_path / "vcf", "PLAIN", [LOSS])
    build_here([*paths[:2], plain], table, out)
    together = build_here([*paths, plain], table, tmp_path / "b.duckdb")
    assert_same(change_here(out, table, add=[paths[2]]), together)
    assert together.rows("SELECT count(*) FROM files WHERE status = 'refused'") == [(3,)]


def test_the_table_may_grow_but_not_change_a_sex(small: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """R2: expected copy numbers of what was read hang on it."""
    out, _, path = small
    grown = sample_table(tmp_path, ("NEW", "AFR", "YRI", "female", False))
    new = write(tmp_path / "new", "NEW", [LOSS], sex="female")
    assert_same(change_here(out, grown, add=[new]), build_here([path, new], grown, tmp_path / "b.duckdb"))
    grown.write_text(grown.read_text().replace("PLAIN\tEUR\tGBR\tmale", "PLAIN\tEUR\tGBR\tfemale"))
    with pytest.raises(EarlierError, match="gives PLAIN the sex XY, and this one gives XX"):
        change_here(out, grown, remove=["NEW"])


def test_what_cannot_be_built_upon_is_refused(small: tuple[Path, Path, Path], tmp_path: Path) -> None:
    out, table, _ = small
    new = write(tmp_path / "new", "SEEN", [LOSS])
    with pytest.raises(EarlierError, match="holds no file of the sample NOBODY"):
        change_here(out, table, remove=["NOBODY"])
    with pytest.raises(BuildError, match="no file is left"):
        change_here(out, table, remove=["PLAIN"])
    with pytest.raises(BuildError, match="does not exist"):
        change_here(tmp_path / "none.duckdb", table, add=[new])
    with duckdb.connect(str(out.resolve())) as con:
        con.execute("UPDATE provenance SET value = '2' WHERE key = 'schema_version'")
    with pytest.raises(EarlierError, match=r"has schema version 2 .*`python -m data_prep build --vcf`"):
        change_here(out, table, add=[new])
    foreign = tmp_path / "foreign.duckdb"
    (tmp_path / "target.duckdb").write_bytes(b"no database")
    foreign.symlink_to("target.duckdb")
    with pytest.raises(EarlierError, match="is no database that a build made"):
        change_here(foreign, table, add=[new])


def test_a_copied_database_is_added_to_as_the_sentence_says(small: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """The command that it names is run as it stands; the copy stays, however often it is built upon."""
    out, table, path = small
    copy = tmp_path / "else where" / "copied.duckdb"
    copy.parent.mkdir()
    shutil.copy(out, copy)
    content = copy.read_bytes()
    more = [write(tmp_path / f"new{n}", name, [LOSS]) for n, name in enumerate(("SEEN", "MORE", "LAST"))]
    with pytest.raises(BuildError, match=r"^[^\n]+ leaves the file as it is$") as refused:
        change_here(copy, table, add=more)
    command, pointer = re.findall(r"with `(.*)` and give --out (.*), which", str(refused.value))[0]
    subprocess.run(shlex.split(command), check=True)
    for one in more:
        changed = change_here(Path(shlex.split(pointer)[0]), table, add=[one])
    assert_same(changed, build_here([path, *more], table, tmp_path / "whole.duckdb"))
    assert copy.read_bytes() == content
    assert all(not finding.broken for finding in check(changed.path))


def test_of_a_published_file_the_pointer_is_named(small: tuple[Path, Path, Path]) -> None:
    out, table, path = small
    with pytest.raises(BuildError, match=r"is the file that (\S+/cnv\.duckdb) points to: give --out \1$"):
        change_here(out.resolve(), table, add=[path])


def test_two_changes_at_once_lose_nothing(
    small: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second to publish did not know of the first: it is told to run again."""
    out, table, path = small
    new, other = write(tmp_path / "new", "SEEN", [LOSS]), write(tmp_path / "new", "SKIPPED", [LOSS])
    from data_prep import build as module

    real = module._write

    def write_slowly(*arguments: object) -> object:
        monkeypatch.setattr(module, "_write", real)
        change_here(out, table, add=[other])
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_write", write_slowly)
    with pytest.raises(PublishError, match=r"another build published .* run it again"):
        change_here(out, table, add=[new])
    assert Built(out).rows("SELECT path FROM files ORDER BY 1") == sorted([(other.name,), (path.name,)])
    assert_same(change_here(out, table, add=[new]), build_here([path, new, other], table, tmp_path / "b.duckdb"))
