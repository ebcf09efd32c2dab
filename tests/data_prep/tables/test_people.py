"""How many people a database can hold: numbers of 32 bits, event ids, counts; and people of the table without a file (R5)."""

from pathlib import Path
from types import SimpleNamespace

import duckdb
import polars as pl
import pytest

from dashboard.store.database import Generation
from dashboard.store.panel import panel
from data_prep.check import NoDatabaseError, check
from data_prep.derived.derive import derive
from data_prep.derived.panel import read_people
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.reading.long_files.read import read_whole
from data_prep.reading.shards import MAX_CALLS
from data_prep.reading.vcf import read_file
from data_prep.tables import samples as people_module
from data_prep.tables.connect import new_database, write_schema
from data_prep.tables.earlier import EarlierError
from data_prep.tables.samples import NumberedPeople, TooManySamplesError
from data_prep.tables.write import write_calls
from tests.data_prep.built import build_here, change_here, shards_here
from tests.data_prep.dragen_text import record, write, write_table

pytestmark = pytest.mark.xdist_group("import")

LOSS = record("chr1", 100_000, 120_000)
PEOPLE_COLUMNS = {
    "sample_id", "father_id", "mother_id", "seen", "carriers", "most", "copies_0", "copies_1", "copies_2",
}  # fmt: skip


def test_numbers_of_samples_and_counts_of_people_have_32_bits_or_more() -> None:
    with duckdb.connect(":memory:") as con:
        write_schema(con)
        types = con.execute("SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal").fetchall()  # fmt: skip
    of_people = [row for row in types if row[1] in PEOPLE_COLUMNS or (row[1] == "samples" and row[0] != "files")]
    assert len(of_people) > 20
    assert {kind for _, _, kind in of_people} <= {"UINTEGER", "INTEGER", "BIGINT"}
    small = {(table, column) for table, column, kind in types if kind == "USMALLINT"}
    assert small == {("superpopulations", "position"), ("populations", "position"), ("exons", "number")}


def test_event_ids_are_unique_at_a_million_people_of_a_million_events(tmp_path: Path) -> None:
    """R3: the corners of both numbers, and of the 32 bits of a sample's, as the build writes them and `--add` reads them."""
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    path = write(tmp_path / "vcf", "A", [record("chr1", start, start + 20_000) for start in range(100_000, 900_000, 100_000)])  # fmt: skip
    shards = shards_here(table, tmp_path / "set", [path])
    last = (1 << 20) - 1
    ids = [0, 1, 1 << 16, last - 1, last, (1 << 32) - 1]
    numbers = [0, 1, 2, last - 2, last - 1, last]
    (events,) = shards.shards("events")
    row = pl.read_parquet(events).head(1)
    several = pl.concat([row] * len(numbers)).with_columns(event_no=pl.Series(numbers, dtype=pl.UInt32))
    everybody = pl.concat([several.with_columns(source=pl.lit(i, pl.UInt32)) for i in range(len(ids))])
    everybody.write_parquet(events)
    for other in (tmp_path / "set").glob("[cs]*-*.parquet"):
        other.unlink()
    sources = pl.DataFrame({"source": range(len(ids)), "sample_id": ids}, schema={"source": pl.UInt32, "sample_id": pl.UInt32})  # fmt: skip
    samples = sources.select("sample_id", pl.lit("XY").alias("sex"))
    with new_database(tmp_path / "cnv.duckdb") as con:
        held = SimpleNamespace(rows={"events": {0: everybody.height}}, shards=shards.shards, sources=len(ids))
        write_calls(con, [held], NumberedPeople(samples, sources, ()))  # type: ignore[list-item]
        found = con.execute("SELECT sample_id, event_id, event_id >> 20, event_id & 1048575 FROM events").fetchall()
    assert len({event for _, event, *_ in found}) == len(ids) * len(numbers)
    assert {(sample, number) for sample, _, _, number in found} == {(i, n) for i in ids for n in numbers}
    assert all(sample == of for sample, _, of, _ in found)
    # a number that programs take for a float keeps its last digit
    assert max(event for _, event, *_ in found) == (1 << 52) - 1 < 1 << 53


def test_more_people_or_calls_than_ids_hold_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_module, "MOST_SAMPLES", 2)
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABC"])
    path = write(tmp_path / "vcf", "A", [LOSS])
    with pytest.raises(TooManySamplesError, match="3 samples: a database holds 2 at most; build several"):
        build_here([path], table, tmp_path / "cnv.duckdb")
    assert MAX_CALLS == 1 << 20
    joint = tmp_path / "joint.vcf"
    joint.write_text(path_text(("A", "B", "C")))
    report = read_whole(0, (1 << 31) + 1, read_file(joint), {}, str(tmp_path))  # type: ignore[arg-type]
    assert report.files[0].status == "refused"
    assert "more than one build can number" in (report.files[0].message or "")


def path_text(samples: tuple[str, ...]) -> str:
    from tests.data_prep.dragen_text import vcf

    return vcf(samples[0], [LOSS + "\t0/0:1:2:5:7,8" * (len(samples) - 1)], more_samples=samples[1:])


MANY = 70_000


def test_more_people_than_16_bits_hold_are_counted_to_the_last(tmp_path: Path) -> None:
    """R5, R6, R8, R9: 70,000 carriers of one loss, in sites, counts by group and bins."""
    path = tmp_path / "many.duckdb"
    with duckdb.connect(str(path)) as con:
        write_schema(con)
        con.execute("INSERT INTO superpopulations VALUES ('EUR', 'Europe', NULL, 0)")
        con.execute("INSERT INTO populations VALUES ('GBR', 'EUR', 'British', NULL, NULL, NULL, NULL, 0)")
        con.execute("INSERT INTO chromosomes VALUES ('chr1', $length, $length, 'NC', 'CM', 'SQ')", {"length": LENGTHS["chr1"]})  # fmt: skip
        con.execute(
            """INSERT INTO samples (sample_id, sample, superpopulation, population, sex, unrelated, counted, sex_mismatch)
               SELECT i, 'P' || i, 'EUR', 'GBR', 'XX', true, true, false FROM range($n) t(i)""",
            {"n": MANY},
        )
        con.execute(
            """INSERT INTO events SELECT i << 20, i, 'chr1', 500000, 520000, 500000, 520000, 'loss', 'partial-loss', 1, 2, 0.5, 40, 20,
                   'PASS', true, true, true, 1, false, NULL FROM range($n) t(i)""",
            {"n": MANY},
        )
        con.execute('INSERT INTO segments SELECT sample_id, chrom, start, "end", direction, copy_number, sensitive, credible, pass FROM events')  # fmt: skip
        derive(con)
        assert con.execute("SELECT founders, events, carriers FROM sites").fetchall() == [(MANY, MANY, MANY)]
        assert con.execute("SELECT DISTINCT carriers FROM site_counts").fetchall() == [(MANY,)]
        assert con.execute("SELECT DISTINCT most, samples FROM bins").fetchall() == [(MANY, MANY)]
        assert con.execute("SELECT DISTINCT copies_1 FROM site_hardy_weinberg").fetchall() in ([], [(MANY,)])


def test_people_of_the_table_without_a_file_are_listed_and_nothing_else(tmp_path: Path) -> None:
    """R5: counted people and their parents come first, so that what is kept by number is as short as they are few."""
    names = [f"A{number:05}" for number in range(20_000)]
    table = tmp_path / "samples.tsv"
    lines = [f"{name}\tEUR\tGBR\t{'XX' if i % 2 else 'XY'}\t\t" for i, name in enumerate(names)]
    lines += ["Z1\tEUR\tGBR\tXX\tA00004\tZ2", "Z2\tEUR\tGBR\tXX\tA00010\t", "Z3\tEUR\tGBR\tXY\t\t"]
    table.write_text("\n".join(["sample\tsuperpopulation\tpopulation\tsex\tfather\tmother", *lines]) + "\n")
    paths = [write(tmp_path / "vcf", name, [LOSS], sex=sex) for name, sex in (("Z1", "female"), ("Z3", "male"))]
    built = build_here(paths, table, tmp_path / "cnv.duckdb")
    rows = built.rows("SELECT sample_id, sample, counted FROM samples ORDER BY sample_id LIMIT 5")
    assert rows == [(0, "A00004", False), (1, "Z1", True), (2, "Z2", False), (3, "Z3", True), (4, "A00000", False)]
    assert built.rows("SELECT count(*), count(*) FILTER (WHERE counted) FROM samples") == [(20_003, 2)]
    assert built.rows("SELECT father_id, mother_id FROM samples WHERE sample = 'Z1'") == [(0, 2)]
    path = built.path.resolve()
    with duckdb.connect(str(path), read_only=True) as con:
        assert read_people(con).size == 4
    with duckdb.connect(":memory:") as root:
        root.execute(f"ATTACH '{path}' AS published (READ_ONLY)")
        whole = panel(Generation(path, {}, root))
    assert whole.samples["sample"].to_list() == ["A00004", "Z1", "Z2", "Z3"]
    children, parents = whole.parents["mother"]
    assert (children.tolist(), parents.tolist()) == ([1], [2])
    # the father of Z2, who is behind the last that is read
    assert [found.tolist() for found in whole.parents["father"]] == [[1], [0]]
    assert [finding.sentence for finding in check(built.path) if finding.broken] == []


def test_a_database_of_16_bits_is_refused_with_what_to_do(tmp_path: Path) -> None:
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "AB"])
    built = build_here([write(tmp_path / "vcf", "A", [LOSS])], table, tmp_path / "cnv.duckdb")
    with duckdb.connect(str(built.path.resolve())) as con:
        con.execute("UPDATE provenance SET value = '3' WHERE key = 'schema_version'")
    with pytest.raises(
        NoDatabaseError, match=f"has schema version 3, this program reads {SCHEMA_VERSION}: build it again"
    ):
        check(built.path)
    with pytest.raises((EarlierError, ValueError), match="has schema version 3"):
        change_here(built.path, table, add=[write(tmp_path / "more", "B", [LOSS])])
