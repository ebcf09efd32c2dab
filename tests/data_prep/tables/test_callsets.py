"""Several callsets in one file: whole, apart, the newest first."""

import shutil
from pathlib import Path

import duckdb
import pytest

from data_prep.build import BuildError
from data_prep.check import check
from data_prep.domain.callsets import newest_first
from data_prep.tables.callsets import CallsetError, combine_callsets, read_callsets
from tests.data_prep.built import Built, build_here, change_here
from tests.data_prep.conftest import Cohort
from tests.data_prep.dragen_text import record, write, write_table


def everything(path: Path, schema: str) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path.resolve()), read_only=True) as con:
        con.execute(f'USE "{schema}"')
        names = [
            name
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = $schema", {"schema": schema}
            ).fetchall()
        ]
        return {name: con.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() for name in names}


@pytest.mark.parametrize("turned", [False, True])
def test_a_callset_is_the_same_beside_another_table_by_table(
    cohort_3_5_7b: Cohort, cohort_3_7_6: Cohort, tmp_path: Path, turned: bool
) -> None:
    databases: dict[str, Built] = {
        "simulated-3.5.7b": cohort_3_5_7b.database,
        "simulated-3.7.6": cohort_3_7_6.database,
    }
    order = sorted(databases, reverse=turned)
    combine_callsets([(databases[name].path.resolve(), name) for name in order], tmp_path / "both.duckdb")
    held = read_callsets(tmp_path / "both.duckdb")
    assert held == {"simulated-3.7.6": "main", "simulated-3.5.7b": "simulated-3.5.7b"}
    assert list(held) == ["simulated-3.7.6", "simulated-3.5.7b"]
    for name, database in databases.items():
        alone = everything(database.path, "main")
        assert everything(tmp_path / "both.duckdb", held[name]) == alone
        assert alone["events"]


def test_the_contract_holds_in_every_schema(cohort_3_5_7b: Cohort, cohort_3_7_6: Cohort, tmp_path: Path) -> None:
    parts = [
        (cohort_3_5_7b.database.path.resolve(), "simulated-3.5.7b"),
        (cohort_3_7_6.database.path.resolve(), "simulated-3.7.6"),
    ]
    combine_callsets(parts, tmp_path / "both.duckdb")
    with duckdb.connect(str(tmp_path / "both.duckdb"), read_only=True) as con:
        told = con.execute(
            "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
    by_schema = {schema: [row[1:] for row in told if row[0] == schema] for schema in ("main", "simulated-3.5.7b")}
    assert by_schema["main"] == by_schema["simulated-3.5.7b"]
    assert all(comment for *_, comment in by_schema["main"])


def test_a_callset_twice_or_one_that_is_not_there_is_refused(cohort_3_5_7b: Cohort, tmp_path: Path) -> None:
    path = cohort_3_5_7b.database.path.resolve()
    with pytest.raises(CallsetError, match=r"simulated-3\.5\.7b is given twice"):
        combine_callsets([(path, "simulated-3.5.7b")] * 2, tmp_path / "twice.duckdb")
    with pytest.raises(CallsetError, match=r"does not hold the callset 4\.2\.7"):
        combine_callsets([(path, "4.2.7")], tmp_path / "none.duckdb")


@pytest.fixture(scope="module")
def both(cohort_3_5_7b: Cohort, cohort_3_7_6: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database of the newer cohort, with the older one built beside it."""
    out = tmp_path_factory.mktemp("both") / "cnv.duckdb"
    newer = cohort_3_7_6.database.path.resolve()
    shutil.copy(newer, out.parent)
    out.symlink_to(newer.name)
    build_here([cohort_3_5_7b.folder / "vcf"], cohort_3_5_7b.folder / "samples.tsv", out, beside=True)
    return out.parent


def test_a_build_beside_keeps_the_others_and_replaces_its_own(
    both: Path, cohort_3_5_7b: Cohort, cohort_3_7_6: Cohort, tmp_path: Path
) -> None:
    shutil.copytree(both, tmp_path, symlinks=True, dirs_exist_ok=True)
    out = tmp_path / "cnv.duckdb"
    older, newer = cohort_3_5_7b, cohort_3_7_6
    build_here([older.folder / "vcf"], older.folder / "samples.tsv", out, beside=True)
    held = read_callsets(out)
    assert held == {"simulated-3.7.6": "main", "simulated-3.5.7b": "simulated-3.5.7b"}
    for name, cohort in (("simulated-3.5.7b", older), ("simulated-3.7.6", newer)):
        built, alone = everything(out, held[name]), everything(cohort.database.path, "main")
        for tables in (built, alone):
            tables["provenance"] = [row for row in tables["provenance"] if row[0] not in ("built_at", "generation")]
        assert built == alone
        assert all(finding.broken == 0 for finding in check(out, held[name]))
    # without it a build stands alone again, and says what it left out and where that still is
    last = out.resolve().name
    alone = build_here([older.folder / "vcf"], older.folder / "samples.tsv", out)
    assert read_callsets(out) == {"simulated-3.5.7b": "main"}
    assert alone.summary is not None
    assert any(
        note.startswith("1 callsets are not in the database any more, simulated-3.7.6 for one: --beside keeps them")
        and note.endswith(f"they are in {last}")
        for note in alone.summary.notes
    )
    assert "simulated-3.7.6" in read_callsets(tmp_path / last)


def test_a_change_of_one_callset_leaves_the_others_as_they_are(
    both: Path, cohort_3_5_7b: Cohort, cohort_3_7_6: Cohort, tmp_path: Path
) -> None:
    older, newer = cohort_3_5_7b, cohort_3_7_6
    gone = newer.database.rows("SELECT sample FROM samples WHERE counted ORDER BY sample LIMIT 1")[0][0]
    fewer = [path for path in older.paths if not path.name.startswith(f"{gone}.")]
    expected = build_here(fewer, older.folder / "samples.tsv", tmp_path / "expected.duckdb")
    shutil.copytree(both, tmp_path, symlinks=True, dirs_exist_ok=True)
    out = tmp_path / "cnv.duckdb"
    before = everything(out, "main")
    change_here(out, older.folder / "samples.tsv", remove=[gone], callset="simulated-3.5.7b")
    assert read_callsets(out) == {"simulated-3.7.6": "main", "simulated-3.5.7b": "simulated-3.5.7b"}
    assert everything(out, "main") == before
    changed = everything(out, "simulated-3.5.7b")
    for table, rows in everything(expected.path, "main").items():
        if table != "provenance":
            assert changed[table] == rows, table
    with pytest.raises(
        BuildError, match=r"holds no callset '4\.2\.7': it holds 'simulated-3\.7\.6', 'simulated-3\.5\.7b'"
    ):
        change_here(out, older.folder / "samples.tsv", remove=[gone], callset="4.2.7")


def test_a_change_that_renames_a_callset_neither_doubles_it_nor_takes_the_place_of_another(tmp_path: Path) -> None:
    """R12: files of another release give a callset another name, and taking them out gives it the old one back."""
    samples = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABC"])
    lines = [record("chr1", 100_000, 120_000)]
    for release, people in (("3.7.6", "AB"), ("3.5.7b", "ABC")):
        for name in people:
            write(tmp_path / release, name, lines, release=release)
    out = tmp_path / "cnv.duckdb"
    for release, people in (("3.7.6", "AB"), ("3.5.7b", "AB")):
        paths = [tmp_path / release / f"{name}.cnv.vcf.gz" for name in people]
        build_here(paths, samples, out, beside=True)
    older = everything(out, "3.5.7b")
    changed = change_here(out, samples, [tmp_path / "3.5.7b" / "C.cnv.vcf.gz"]).summary
    assert changed is not None
    assert any("of several callers or releases" in note for note in changed.notes)
    assert set(read_callsets(out)) == {"3.5.7b, 3.7.6", "3.5.7b"}
    assert everything(out, read_callsets(out)["3.5.7b"]) == older
    assert len(everything(out, read_callsets(out)["3.5.7b, 3.7.6"])["calls"]) == 3
    before = out.resolve()
    with pytest.raises(
        BuildError, match=r"the callset '3\.5\.7b, 3\.7\.6' would be '3\.5\.7b', which .* holds already"
    ):
        change_here(out, samples, remove=["A", "B"], callset="3.5.7b, 3.7.6")
    assert out.resolve() == before
    change_here(out, samples, remove=["C"], callset="3.5.7b, 3.7.6")
    assert read_callsets(out) == {"3.7.6": "main", "3.5.7b": "3.5.7b"}
    assert everything(out, "3.5.7b") == older


def test_check_tells_which_callset_is_broken(cohort_3_5_7b: Cohort, cohort_3_7_6: Cohort, tmp_path: Path) -> None:
    parts = [
        (cohort_3_5_7b.database.path.resolve(), "simulated-3.5.7b"),
        (cohort_3_7_6.database.path.resolve(), "simulated-3.7.6"),
    ]
    combine_callsets(parts, tmp_path / "both.duckdb")
    with duckdb.connect(str(tmp_path / "both.duckdb")) as con:
        con.execute('UPDATE "simulated-3.5.7b".sites SET carriers = carriers + 1')
    assert not [one for one in check(tmp_path / "both.duckdb", "main") if one.broken]
    assert [one for one in check(tmp_path / "both.duckdb", "simulated-3.5.7b") if one.broken]


def test_a_callset_of_another_schema_is_refused(cohort_3_5_7b: Cohort, tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    shutil.copyfile(cohort_3_5_7b.database.path.resolve(), old)
    with duckdb.connect(str(old)) as con:
        con.execute("UPDATE provenance SET value = '1' WHERE key = 'schema_version'")
    with pytest.raises(CallsetError, match=r"has schema version 1, this program writes .*: build it again"):
        combine_callsets([(old, "simulated-3.5.7b")], tmp_path / "new.duckdb")


def test_the_newest_release_stands_first() -> None:
    shuffled = ["3.5.7b", "simulated-4.0.3", "4.4.7", "3.10.4", "gnomAD", "4.2.7", "3.7.6"]
    assert sorted(shuffled, key=newest_first) == [
        "4.4.7", "4.2.7", "simulated-4.0.3", "3.10.4", "3.7.6", "3.5.7b", "gnomAD",
    ]  # fmt: skip
