"""One person's calls in two forms are one file, and a database names files without naming a folder of who built it (R12)."""

import gzip
import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from data_prep.check import check
from data_prep.fetch import manifest
from data_prep.inputs.paths import ReadingError, find_named_files, place_of
from data_prep.reading.shard_set import ShardSetError, read_report
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.tables.earlier import EarlierError
from tests.data_prep.built import Built, build_here, change_here, shards_here
from tests.data_prep.dragen_text import bgzip, record, vcf, write, write_table
from tests.data_prep.reading.test_shard_set import assert_same
from tests.data_prep.reading.test_two_files_in_one import LOSS, NONE, joint, joint_record

pytestmark = pytest.mark.xdist_group("import")

CALLS = [record("chr1", 2_100_000, 2_120_000), record("chr5", 800_000, 809_000, "<DUP>", 3, gt="0/1", sm=1.5)]
OTHER = [record("chr8", 3_000_000, 3_040_000)]


def table_of(folder: Path, *names: str) -> Path:
    return write_table(folder / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in names])


def statuses(database: Built) -> dict[str, str]:
    return dict(database.rows("SELECT path, status FROM files"))


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def in_forms(folder: Path, name: str, text: str) -> list[Path]:
    """One text as text, gzip, BGZF, with the line ends of Windows, and with another tool's line in its header."""
    noted = text.replace("#CHROM", "##bcftools_viewCommand=view a.vcf; Date=today\n#CHROM")
    forms = {
        "a.vcf": text.encode(),
        "b.vcf.gz": bgzip(text),
        "c.vcf.gz": gzip.compress(text.encode()),
        "d.vcf": text.replace("\n", "\r\n").encode(),
        "e.vcf": text[:-1].encode(),
        "f.vcf": noted.encode(),
    }
    return [put(folder / f"{name}.{form}", data) for form, data in forms.items()]


@pytest.mark.parametrize("pieces", [False, True])
def test_copies_in_other_forms_are_duplicates(tmp_path: Path, pieces: bool) -> None:
    """A cohort of `.vcf` beside `.vcf.gz` lost everybody: "several files hold the sample and differ"."""
    limits = Limits(whole_file_bytes=100) if pieces else DEFAULTS
    folder = tmp_path / "vcf"
    in_forms(folder, "A", vcf("A", CALLS))
    in_forms(folder, "J", joint(["J1", "J2"], [joint_record("chr1", 5_000, 9_000, LOSS, NONE)]))
    write(folder, "B", OTHER)
    write(folder, "B", [*OTHER, CALLS[0]], name="B.more.vcf.gz")
    database = build_here([folder], table_of(tmp_path, "A", "B", "J1", "J2"), tmp_path / "cnv.duckdb", limits=limits)
    found = statuses(database)
    for name in ("A", "J"):
        assert [found[f"{name}.{form}"] for form in ("a.vcf", "b.vcf.gz", "c.vcf.gz", "d.vcf", "e.vcf", "f.vcf")] == ["read"] + ["duplicate"] * 5  # fmt: skip
    assert (found["B.cnv.vcf.gz"], found["B.more.vcf.gz"]) == ("refused", "refused")
    assert database.rows("SELECT sample FROM samples WHERE counted ORDER BY 1") == [("A",), ("J1",), ("J2",)]
    assert database.rows("SELECT count(*) FROM calls") == [(3,)]
    assert database.rows("SELECT count(DISTINCT sha256), count(DISTINCT content) FROM files WHERE path LIKE 'A.%'") == [
        (6, 1)
    ]
    assert [one.sentence for one in check(database.path) if one.broken] == []


def test_the_same_records_of_another_release_or_sex_are_not_the_same(tmp_path: Path) -> None:
    """What the header says of them is part of what they mean: expected copies hang on the sex."""
    folder = tmp_path / "vcf"
    for name, text in {
        "A": (vcf("A", CALLS), vcf("A", CALLS, release="3.7.6")),
        "B": (vcf("B", CALLS), vcf("B", CALLS, sex="female")),
    }.items():
        for number, one in enumerate(text):
            put(folder / f"{name}{number}.vcf", one.encode())
    write(folder, "C", OTHER)
    database = build_here([folder], table_of(tmp_path, "A", "B", "C"), tmp_path / "cnv.duckdb")
    assert [status for _, status in sorted(statuses(database).items())] == ["refused"] * 4 + ["read"]


def test_copies_are_known_across_shard_sets_and_when_added(tmp_path: Path) -> None:
    """Whichever came first; and what is added once more is passed over."""
    text = vcf("A", CALLS)
    plain, packed = put(tmp_path / "one" / "A.vcf", text.encode()), put(tmp_path / "two" / "A.vcf.gz", bgzip(text))
    other = write(tmp_path / "two", "B", OTHER)
    table = table_of(tmp_path, "A", "B")
    together = build_here([plain, packed, other], table, tmp_path / "a.duckdb")
    assert statuses(together) == {"A.vcf": "read", "A.vcf.gz": "duplicate", "B.cnv.vcf.gz": "read"}
    for name in ("one", "two"):
        shards_here(table, tmp_path / f"set {name}", [str(tmp_path / name)])
    assert_same(
        build_here([], table, tmp_path / "b.duckdb", shards=[tmp_path / "set two", tmp_path / "set one"]), together
    )
    for first, second in ((plain, packed), (packed, plain)):
        out = tmp_path / f"{second.suffix}.duckdb"
        build_here([first, other], table, out)
        assert_same(change_here(out, table, add=[second]), together)
        assert change_here(out, table, add=[second]).summary is None
    joined = joint(["J1", "J2"], [joint_record("chr1", 5_000, 9_000, LOSS, NONE)])
    out, people = tmp_path / "joint.duckdb", table_of(tmp_path, "J1", "J2")
    build_here([put(tmp_path / "J.vcf", joined.encode())], people, out)
    added = change_here(out, people, add=[put(tmp_path / "J.vcf.gz", bgzip(joined))])
    assert statuses(added) == {"J.vcf": "read", "J.vcf.gz": "duplicate"}
    changed = put(tmp_path / "K.vcf.gz", bgzip(joined.replace("5001", "5002")))
    with pytest.raises(EarlierError, match=f"J1 is in the database from J.vcf, and {changed} differs"):
        change_here(out, people, add=[changed])


# paths


def test_files_are_named_below_what_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("x/P1/calls.vcf", "x/P2/calls.vcf.gz", "x/P2/old/more.vcf", "y/P1/calls.vcf"):
        put(tmp_path / name, b"")
    root = str(tmp_path)

    def names(*given: str) -> dict[str, str]:
        return {path.removeprefix(f"{root}/"): name for path, name in find_named_files(given).items()}

    assert names(f"{root}/x") == {
        "x/P1/calls.vcf": "P1/calls.vcf",
        "x/P2/calls.vcf.gz": "P2/calls.vcf.gz",
        "x/P2/old/more.vcf": "P2/old/more.vcf",
    }
    assert names(f"{root}/x/P1/calls.vcf") == {"x/P1/calls.vcf": "calls.vcf"}
    assert names(f"{root}/x/*/calls.vcf*") == {"x/P1/calls.vcf": "P1/calls.vcf", "x/P2/calls.vcf.gz": "P2/calls.vcf.gz"}
    assert names(f"{root}/x/**/more.vcf") == {"x/P2/old/more.vcf": "P2/old/more.vcf"}
    assert names(f"{root}/./y/P1/calls.vcf") == {"y/P1/calls.vcf": "y/P1/calls.vcf"}
    # found twice, by name and in its folder
    assert names(f"{root}/y/P1/calls.vcf", f"{root}/y") == {"y/P1/calls.vcf": "P1/calls.vcf"}
    listed = tmp_path / "list.txt"
    listed.write_text(f"{root}/x/P1/calls.vcf\n{root}/x/./P2/old/more.vcf\n{root}/y\n")
    assert names(f"@{listed}") == {
        "x/P1/calls.vcf": "calls.vcf",
        "x/P2/old/more.vcf": "P2/old/more.vcf",
        "y/P1/calls.vcf": "P1/calls.vcf",
    }
    monkeypatch.chdir(tmp_path / "x")
    assert find_named_files(["."]) == {
        "P1/calls.vcf": "P1/calls.vcf",
        "P2/calls.vcf.gz": "P2/calls.vcf.gz",
        "P2/old/more.vcf": "P2/old/more.vcf",
    }
    assert find_named_files(["../y/P*/*.vcf"]) == {"../y/P1/calls.vcf": "P1/calls.vcf"}
    put(tmp_path / "bcf" / "a.bcf", b"BCF")
    with pytest.raises(ReadingError, match="convert its BCF files with `bcftools view`"):
        find_named_files([str(tmp_path / "bcf")])


def texts_of(database: Built) -> list[tuple[str, str, str]]:
    """Every text in the database, with its table and column; of all schemas."""
    found = []
    with duckdb.connect(str(database.path.resolve()), read_only=True) as con:
        columns = con.execute("SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR' AND NOT internal").fetchall()  # fmt: skip
        for schema, table, column in columns:
            rows = con.execute(f'SELECT DISTINCT "{column}" FROM "{schema}"."{table}" WHERE "{column}" IS NOT NULL')
            found += [(table, column, text) for (text,) in rows.fetchall()]
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    """A database of everything of which something is to be told, built in a folder whose name must not be seen in it."""
    folder = tmp_path_factory.mktemp("operator's own folder")
    one, two = folder / "one", folder / "two"
    write(one, "A", CALLS)
    write(two, "A", CALLS)
    write(one, "B", OTHER)
    write(two, "B", CALLS)
    write(one, "C", OTHER, name="run/C.vcf.gz")
    write(two, "D", [*OTHER, record("chrM", 5, 900)], name="run/C.vcf.gz")
    put(one / "page.vcf", b"<html>")
    put(one / "foreign.vcf", vcf("F", CALLS, release=None).encode())
    put(one / "empty.vcf", b"")
    put(two / "cut.vcf.gz", bgzip(vcf("G", CALLS))[:400])
    put(two / "damaged.vcf.gz", gzip.compress(vcf("G", CALLS).encode())[:300])
    (two / "nowhere.vcf").symlink_to(folder / "not" / "fetched.vcf")
    put(two / "joint.vcf", joint(["J1", "J2"], [joint_record("chr1", 5_000, 9_000, LOSS, NONE)]).encode())
    put(folder / "mask.bed", b"chr1\t100\t900\n")
    people = table_of(folder, "A", "B", "C", "D", "J1", "J2")
    (folder / "unrelated.txt").write_text("A\nC\n")
    masks = [f"m={folder / 'mask.bed'}"]
    unrelated = folder / "unrelated.txt"
    return folder, build_here([one, two], people, folder / "cnv.duckdb", unrelated=unrelated, masks=masks)


def assert_no_folder_of(folder: Path, database: Built) -> None:
    texts = texts_of(database)
    assert len(texts) > 300
    secrets = [str(folder), folder.name, str(folder.parent), str(Path.home()), "/tmp/"]
    seen = [(table, column, text) for table, column, text in texts for secret in secrets if secret in text]
    assert seen == []
    absolute = re.compile(r"(?:^|[\s'\"(=])/\w+/\w+")
    # the gene models, masks and kinds of regions name web addresses and files, no absolute path
    assert [text for table, _, text in texts if table in ("files", "file_samples", "provenance", "problem_regions") and absolute.search(text)] == []  # fmt: skip


def test_a_database_holds_no_folder_of_its_maker(told: tuple[Path, Built], tmp_path: Path) -> None:
    """Anyone may download it: files, messages, samples table, masks, and what a change or another callset adds."""
    folder, database = told
    assert_no_folder_of(folder, database)
    # who builds it is told where the files are
    assert database.summary is not None
    refused = {report.shown_path for report in database.summary.refused}
    assert str(folder / "two" / "cut.vcf.gz") in refused
    assert str(folder / "two" / "nowhere.vcf") in refused
    assert len(refused) == 8
    people = folder / "samples.tsv"
    changed = folder / "changed.duckdb"
    shutil.copy(database.path.resolve(), folder / "changed-0123456789ab.duckdb")
    changed.symlink_to("changed-0123456789ab.duckdb")
    more = write(folder / "three", "E", OTHER, name="run/C.vcf.gz")
    put(folder / "three" / "worse.vcf", b"<html>")
    added = change_here(changed, people, add=[folder / "three"], remove=["D"])
    assert added.rows("SELECT count(*) FROM files WHERE path LIKE 'run/C.vcf.gz%'") == [(2,)]
    assert_no_folder_of(folder, added)
    write(folder / "four", "A", CALLS, release="3.7.6")
    both = build_here([folder / "four"], people, changed, beside=True)
    assert more.exists()
    assert_no_folder_of(folder, both)


def test_two_folders_with_the_same_names_stay_two(told: tuple[Path, Built]) -> None:
    folder, database = told
    rows = database.rows("SELECT path, place, status, message FROM files ORDER BY file_id")
    paths = [row[0] for row in rows]
    assert paths == sorted(paths)
    assert len(set(paths)) == len(paths) == 13
    places = {name: place_of(str(folder / name)) for name in ("one/run/C.vcf.gz", "two/run/C.vcf.gz", "one/B.cnv.vcf.gz", "two/B.cnv.vcf.gz")}  # fmt: skip
    assert {f"run/C.vcf.gz [{places[name]}]" for name in ("one/run/C.vcf.gz", "two/run/C.vcf.gz")} <= set(paths)
    assert database.rows("SELECT sample FROM samples WHERE counted ORDER BY 1") == [
        ("A",),
        ("C",),
        ("D",),
        ("J1",),
        ("J2",),
    ]
    for row in rows:
        if row[0].startswith("B."):
            assert all(f"B.cnv.vcf.gz [{places[name]}]" in row[3] for name in ("one/B.cnv.vcf.gz", "two/B.cnv.vcf.gz"))
    assert "page.vcf" in paths


def test_a_refused_file_of_the_same_name_in_another_folder_stays_listed(tmp_path: Path) -> None:
    """R12: given again it is read anew; another folder's of its name leaves it where it is."""
    table, out = table_of(tmp_path, "A", "B", "C"), tmp_path / "cnv.duckdb"
    write(tmp_path / "one", "A", CALLS)
    bad = put(tmp_path / "one" / "B.cnv.vcf.gz", b"")
    build_here([tmp_path / "one"], table, out)
    other = write(tmp_path / "two", "C", OTHER, name="B.cnv.vcf.gz")
    added = change_here(out, table, add=[tmp_path / "two"])
    assert sorted(statuses(added).values()) == ["read", "read", "refused"]
    assert_same(added, build_here([tmp_path / "one", tmp_path / "two"], table, tmp_path / "b.duckdb"))
    write(tmp_path / "one", "B", OTHER)
    mended = change_here(out, table, add=[bad])
    assert sorted(statuses(mended).values()) == ["read"] * 3
    assert sum(path.startswith("B.cnv.vcf.gz [") for path in statuses(mended)) == 2
    # what is told apart no more loses its digits
    alone = change_here(out, table, remove=["C"])
    assert set(statuses(alone)) == {"A.cnv.vcf.gz", "B.cnv.vcf.gz"}
    assert other.exists()


def test_what_a_manifest_said_of_files_is_said_of_those_that_are_left(tmp_path: Path) -> None:
    """R12: their folder is in no database, so it is not looked into again."""
    sources = {"source": manifest.SOURCE, "release_path": "s3://b/r", "fetched_from": "https://s3", "fetched_at": "2026-01-02 to 2026-02-03"}  # fmt: skip
    after = manifest.read_provenance([str(tmp_path)], ["a", "b"], sources, ["a", "b", "c"])
    assert after == sources | {"fetched_files": "2 of 2 files read, byte for byte"}
    mixed = manifest.read_provenance([str(tmp_path)], ["a", "b", "new"], sources, ["a", "b", "c"])
    assert mixed["source"].startswith("2 of 3 files: DRAGEN")
    assert manifest.read_provenance([str(tmp_path)], ["a"], {"source": "VCF files given to the build"}, ["a"]) == {}


def test_a_build_finds_the_manifest_beside_what_it_was_given(tmp_path: Path) -> None:
    """R12: and a change keeps what it said, though the folder is gone by then."""
    folder, out, table = tmp_path / "fetched" / "vcf", tmp_path / "cnv.duckdb", table_of(tmp_path, "A", "B")
    entries = {}
    for name in "AB":
        path = write(folder / name, name, OTHER)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        key = f"vcf/{name}/{path.name}"
        entries[key] = manifest.Entry(key, f"r/{name}", path.stat().st_size, "", digest, "e", "", "etag", "2026-03-04T05:06:07Z", name)  # fmt: skip
    manifest.write(
        folder.parent, manifest.Manifest("3.5.7b", "bucket", "r/", "https://s3", "2026-03-04T05:06:07Z", entries)
    )
    facts = "SELECT key, value FROM provenance WHERE key IN ('source', 'release_path', 'fetched_at', 'fetched_files')"
    said = {"source": manifest.SOURCE, "release_path": "s3://bucket/r/", "fetched_at": "2026-03-04"}
    built = build_here([folder], table, out)
    assert dict(built.rows(facts)) == said | {"fetched_files": "2 of 2 files read, byte for byte"}
    shutil.rmtree(folder.parent)
    changed = change_here(out, table, remove=["B"])
    assert dict(changed.rows(facts)) == said | {"fetched_files": "1 of 1 files read, byte for byte"}


# sentences


@pytest.mark.parametrize("name", ["manifest.json", "report.json"])
def test_json_nested_too_deeply_gets_a_sentence(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, b"[" * 100_000)
    reading: dict[str, tuple[Callable[[Path], object], type[Exception]]] = {
        "manifest.json": (manifest.read, manifest.ManifestError),
        "report.json": (read_report, ShardSetError),
    }
    read, error = reading[name]
    with pytest.raises(error, match=r"^[^\n]+$"):
        read(tmp_path)
    assert manifest.read_provenance([str(tmp_path)], ["a"]) == {}
