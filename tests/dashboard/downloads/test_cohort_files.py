"""Files of the whole cohort, of a person and of all sites (R9, R11, R13): read back with other libraries, compared with SQL by hand."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from dashboard import settings
from dashboard.door.refusal import RefusedError
from dashboard.downloads.cohort_files import FILES
from dashboard.downloads.open_file import open_file
from dashboard.formats.cohort_columns import with_groups
from dashboard.operating.disclosure import Disclosure
from dashboard.store.published import Store
from tests.shared_cohorts import eighty_people

Row = dict[str, Any]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return eighty_people(tmp_path_factory)


@pytest.fixture(scope="module")
def con(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(path.resolve()), read_only=True) as root:
        yield root


@pytest.fixture
def fetch(path: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]) -> Iterator[Callable[..., bytes]]:
    monkeypatch.setenv("CNV_DATABASE", str(path))

    def read(file: str, **address: str) -> bytes:
        answer = open_file(file, address)
        with answer.held:
            return b"".join(answer.pieces)

    yield read
    open_stores.append(settings.store())


def rows_of(suffix: str, content: bytes) -> list[Row]:
    if suffix == "json":
        return list(json.loads(content)["rows"])
    if suffix == "parquet":
        return list(pq.read_table(io.BytesIO(content)).to_pylist())
    lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="," if suffix == "csv" else "\t"))


def told(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or value in ("true", "false"):
        return str(value).lower()
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return str(int(number)) if number.is_integer() else f"{number:.6g}"


def address_of(name: str, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    ((child,),) = con.execute("SELECT sample FROM samples WHERE father_id IS NOT NULL AND counted ORDER BY sample LIMIT 1").fetchall()  # fmt: skip
    ((parent,),) = con.execute("SELECT father FROM samples WHERE sample = $child", {"child": child}).fetchall()
    return {"sample": parent if name == "children" else child} if "sample" in FILES[name].takes else {}


@pytest.mark.parametrize("name", FILES)
def test_every_format_says_the_same(fetch: Callable[..., bytes], con: duckdb.DuckDBPyConnection, name: str) -> None:
    """R13."""
    address = address_of(name, con)
    first = None
    for suffix in ("parquet", "csv", "tsv", "json"):
        rows = rows_of(suffix, fetch(f"{name}.{suffix}", **address))
        assert rows, suffix
        groups = ("AFR", "AMR", "EAS", "EUR", "SAS") if name == "catalogue" else ()
        assert list(rows[0]) == list(with_groups(FILES[name].table, groups).names)
        read = [{key: told(value) for key, value in row.items()} for row in rows]
        first = first or read
        assert read == first, suffix


def test_the_catalogue_is_every_site_of_two_carriers_in_its_order(fetch: Callable[..., bytes], con: duckdb.DuckDBPyConnection) -> None:  # fmt: skip
    """R6, R9: carriers counted again from events."""
    counted = """SELECT s.site, s.start + 1, s."end", count(DISTINCT e.sample_id) AS carriers
        FROM events e JOIN sites s USING (site_id) JOIN samples p ON p.sample_id = e.sample_id
        WHERE e.credible AND p.unrelated AND p.counted AND (e.chrom NOT IN ('chrX', 'chrY') OR NOT p.sex_mismatch)
            AND (e.chrom != 'chrY' OR p.sex = 'XY') AND NOT EXISTS (FROM marked_samples m WHERE m.sample_id = e.sample_id AND m.chrom = e.chrom)
        GROUP BY ALL"""
    expected = con.execute(f"SELECT * FROM ({counted}) WHERE carriers >= 2").fetchall()
    rows = rows_of("parquet", fetch("catalogue.parquet"))
    assert {row["site"] for row in rows} == {row[0] for row in expected}
    # at a site that is not assessable no number of people is told (R5)
    hidden = {row["site"] for row in rows if row["carriers"] is None}
    assert len(hidden) < 0.1 * len(rows)
    shown = sorted(
        (row["site"], row["start"], row["end"], row["carriers"]) for row in rows if row["site"] not in hidden
    )
    assert shown == sorted(row for row in expected if row[0] not in hidden)
    shares = [row["frequency"] for row in rows if row["frequency"] is not None]
    assert shares == sorted(shares, reverse=True)
    singles = rows_of(
        "csv", fetch("catalogue.csv", min_carriers="1", region="chr1", **{"class": "gain"}, sort="length")
    )
    here = con.execute(f"SELECT count(*) FROM ({counted}) WHERE site LIKE 'chr1-%-gain'").fetchall()[0][0]
    assert len(singles) == here
    lengths = [int(row["length"]) for row in singles]
    assert lengths == sorted(lengths)
    bed = [
        line.split("\t") for line in fetch("catalogue.bed").decode().splitlines() if not line.startswith(("#", "track"))
    ]
    assert {(line[0], int(line[1]) + 1, int(line[2])) for line in bed} == {(row["chrom"], row["start"], row["end"]) for row in rows}  # fmt: skip


def test_the_events_of_a_person_and_of_a_trio(fetch: Callable[..., bytes], con: duckdb.DuckDBPyConnection) -> None:
    """R11: those on marked chromosomes and without a site too."""
    ((marked,),) = con.execute("SELECT sample FROM samples JOIN marked_samples USING (sample_id) ORDER BY sample LIMIT 1").fetchall()  # fmt: skip
    for sample in (marked, address_of("trio", con)["sample"]):
        expected = con.execute(
            """SELECT chrom::VARCHAR, start + 1, "end", class::VARCHAR, event_id FROM events JOIN samples USING (sample_id)
               WHERE sample = $sample AND direction IN ('loss', 'gain') AND (credible OR $every)""",
            {"sample": sample, "every": True},
        ).fetchall()
        rows = rows_of("parquet", fetch("events.parquet", sample=sample, filter="all"))
        assert sorted((row["chrom"], row["start"], row["end"], row["class"], row["event"]) for row in rows) == sorted(expected)  # fmt: skip
    of_marked = rows_of("parquet", fetch("events.parquet", sample=marked))
    assert any(row["marked"] for row in of_marked)
    assert any(row["site"] is None for row in of_marked)
    trio = rows_of("json", fetch("trio.json", **address_of("trio", con)))
    assert {row["father"] for row in trio} <= {"carries", "below-filter", "none", "not-asked"}
    assert {row["inheritance"] for row in trio} <= {"both", "father", "mother", "below-filter", "neither"}


@pytest.mark.parametrize(
    ("file", "address", "status", "said"),
    [
        ("events.csv", {}, 400, "Say which person: add sample=HG00096"),
        ("trio.csv", {"sample": "NOBODY", "cohort": "all"}, 400, "cohort is not used for one person"),
        ("events.csv", {"sample": "NOBODY"}, 404, "There is nobody “NOBODY” in this cohort."),
        ("events.csv", {"sample": "NOBODY", "sort": "x", "colour": "red", "filter": "best"}, 400, "“colour” is not used here."),
        ("trios.csv", {"filter": "pass"}, 400, "“filter” is not used for trios."),
        ("catalogue.csv", {"sort": "size"}, 400, "is not a value of sort"),
        ("catalogue.pgxseg", {}, 404, "there are calls as"),
        ("populations.bed", {}, 404, "populations as csv, tsv, json, parquet"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_a_sentence(fetch: Callable[..., bytes], file: str, address: dict[str, str], status: int, said: str) -> None:  # fmt: skip
    """R13."""
    with pytest.raises(RefusedError) as refused:
        fetch(file, **address)
    assert refused.value.status == status
    assert said in str(refused.value)


@pytest.mark.parametrize("name", FILES)
def test_a_server_that_withholds_small_numbers_tells_none_of_them(fetch: Callable[..., bytes], con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, name: str) -> None:  # fmt: skip
    monkeypatch.setattr(settings, "disclosure", lambda: Disclosure(smallest_cell=10))
    with pytest.raises(RefusedError) as refused:
        fetch(f"{name}.csv", **address_of(name, con))
    assert refused.value.status == 403
