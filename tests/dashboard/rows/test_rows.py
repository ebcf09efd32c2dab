"""`/rows/{table}` against a plain sort of the rows of the same table's CSV: every order, cut anywhere, what is missing last."""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import settings
from dashboard.rows.catalogue import ROW_TABLES
from dashboard.rows.frames import FrameRows, without_empty_columns
from dashboard.rows.queries import QueryRows
from dashboard.rows.table import MOST_ROWS, Cell, Column, Kind, Row, Sort, read_sort, text
from dashboard.server import ROUTES
from dashboard.store.database import Generation, Statement
from dashboard.store.published import Store
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, write_file


def contents() -> Contents:
    """The small cohort, 30 sites more of every length and number of carriers, and a family for every tenth person."""
    base, draw = demonstration(), random.Random(3)
    names = [person.sample for person in base.people]
    people = [
        replace(person, father=names[at - 9], mother=names[at - 8]) if at % 10 == 9 else person
        for at, person in enumerate(base.people)
    ]
    events = [
        Event(
            name, "chr2", start, start + length, draw.choice([0, 1]) if number % 3 else 3,
            quality=draw.choice([15.5, 40.0, 60.0]), bins=draw.choice([1, 2, 9]),
        )
        for number in range(30)
        for start, length in [(3_000_000 + 50_000 * number, draw.choice([1_200, 5_000, 5_000, 12_345, 30_000]))]
        for name in draw.sample(names, draw.choice([1, 2, 5, 5, 40]))
    ]  # fmt: skip
    genes = [
        GeneRow(
            f"ROW{number}",
            "chr2",
            3_000_000 + 50_000 * number,
            3_000_800 + 50_500 * number,
            gene_id=f"ENSG{number:011}",
        )
        for number in range(1, 30, 2)
    ]
    # of the sites in it carriers are told, and no share
    copies = ("paralogous", "chr2", 3_000_000, 3_600_000, "a place of copies")
    return replace(
        base,
        people=people,
        events=[*base.events, *events],
        genes=[*base.genes, *genes],
        problems=[*base.problems, copies],
    )


CONTENTS = contents()
PLACES = (
    {"gene": "GSTM1"},
    {"gene": "GSTM1", "filter": "all", "cohort": "all", "overlap": "any"},
    {"gene": "ADAM3A", "class": "complete-loss"},
    {"gene": "XGENE", "cohort": "all"},
    {"region": "chr1:109680001-109700000"},
    {"region": "chr1:109600001-109900000", "filter": "all", "population": "AFR,GBR"},
    {"region": "chr2:2900001-4700000"},
    {"region": "chr2:2900001-4700000", "class": "loss", "filter": "all", "min_bins": "2"},
    {"region": "chr8:39300000-39600000", "overlap": "within", "sex": "XY"},
)
Value = str | float | None
Line = dict[str, str]


def numeric(name: str) -> Callable[[Line], Value]:
    return lambda row: float(row[name]) if row[name] else None


def plain(name: str) -> Callable[[Line], Value]:
    return lambda row: row[name] or None


def ratio(above: str, below: str) -> Callable[[Line], Value]:
    # where no share is told of the site none is of a group
    return lambda row: float(row[above]) / float(row[below]) if row[above] and row["frequency"] else None


ORDERS: dict[str, dict[str, Callable[[Line], Value]]] = {
    "carriers": {
        "sample": plain("sample"),
        "population": lambda row: f"{row['superpopulation']} {row['population']}",
        "sex": plain("sex"),
        "class": plain("class"),
        "copy_number": numeric("copy_number"),
        "start": numeric("start"),
        "length": numeric("length"),
        "overlap": numeric("overlap"),
        "quality": numeric("quality"),
        "bins": numeric("bins"),
        "copy_ratio": numeric("copy_ratio"),
        "filters": plain("filters"),
        "site": lambda row: float(row["site"].split("-")[1]) if row["site"] else None,
        "problem": plain("problem"),
    },
    "sites": {
        "site": numeric("start"),
        "length": numeric("length"),
        "bins": numeric("median_bins"),
        "carriers": numeric("carriers"),
        "frequency": numeric("frequency"),
        "ci_low": numeric("ci_low"),
        "EUR": ratio("carriers_EUR", "samples_EUR"),
        "complete": lambda row: float(row["complete_losses"]) if row["direction"] == "loss" else None,
        "alleles": numeric("allele_frequency"),
        "hwe_p": numeric("hwe_p"),
    },
    "genes": {
        "gene": plain("symbol"),
        "place": numeric("start"),
        "length": numeric("length"),
        "carriers_loss": numeric("carriers_loss"),
        "frequency_loss": numeric("frequency_loss"),
        "carriers_gain": numeric("carriers_gain"),
        "rule": plain("rule"),
        "note": plain("note"),
    },
}
NAMES = {"carriers": "event", "sites": "site", "genes": "gene_id"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("rows") / "cnv.duckdb", CONTENTS)


@pytest.fixture
def client(database: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]) -> Iterator[TestClient]:
    monkeypatch.setenv("CNV_DATABASE", str(database))
    with TestClient(Starlette(routes=list(ROUTES))) as test_client:
        yield test_client
    open_stores.append(settings.store())


def ids(client: TestClient, table: str, **query: str) -> tuple[int, list[str]]:
    answer = client.get(f"/rows/{table}", params=query)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told["total"], [row["id"] for row in told["rows"]]


def in_order(rows: list[Line], value: Callable[[Line], Value], *, descending: bool) -> list[Line]:
    """Rows by a value, equal ones as they stood, and those that have none behind all others."""
    groups: dict[Any, list[Line]] = {}
    for row in rows:
        groups.setdefault(value(row), []).append(row)
    missing = groups.pop(None, [])
    return [*(row for key in sorted(groups, reverse=descending) for row in groups[key]), *missing]


def csv_rows(client: TestClient, table: str, place: dict[str, str]) -> list[Line]:
    """The rows of the file in the order that rows without an order of their own have."""
    unused = ("overlap", "min_bins") if table == "sites" else ()
    answer = client.get(f"/download/{table}.csv", params={name: v for name, v in place.items() if name not in unused})
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    if table == "sites":
        # numbers of a site that is not assessable are in no file; who was called there is on the page
        rows = [row for row in rows if row["carriers"]]
        rows.sort(key=lambda row: (-int(row["carriers"]), int(row["start"]), int(row["end"]), row["direction"]))
    return rows


LEFT_OUT_WHERE_EMPTY = ("relatives", "badges", "problem")


@pytest.mark.parametrize("table", ORDERS)
def test_every_order_is_that_of_a_plain_sort_of_the_file_r13(client: TestClient, table: str) -> None:
    tried = 0
    for place in PLACES:
        expected_rows = csv_rows(client, table, place)
        names = [row[NAMES[table]] for row in expected_rows]
        for column, value in ORDERS[table].items():
            if place.get("class", "").endswith("loss") and column.endswith("_gain"):
                # nobody asks for gains there
                continue
            if column in LEFT_OUT_WHERE_EMPTY and all(value(row) is None for row in expected_rows):
                # the column is left out, and the order is that of the table
                unordered = ids(client, table, **place, limit=str(MOST_ROWS))
                assert ids(client, table, **place, sort=column, limit=str(MOST_ROWS)) == unordered
                continue
            for descending in (False, True):
                expected = [row[NAMES[table]] for row in in_order(expected_rows, value, descending=descending)]
                sort = f"-{column}" if descending else column
                total, every = ids(client, table, **place, sort=sort, limit=str(MOST_ROWS))
                assert total == len(every) >= len(names)
                assert [name for name in every if name in set(names)] == expected, (place, sort)
                tried += len(expected) > 2
    assert tried > 20, "places with something to order"


@pytest.mark.parametrize("table", ORDERS)
def test_a_cut_is_a_part_of_the_whole_wherever_it_begins(client: TestClient, table: str) -> None:
    draw = random.Random(7)
    for place in PLACES[:2] + PLACES[4:7]:
        sort = draw.choice(["", "-"]) + draw.choice(list(ORDERS[table]))
        total, every = ids(client, table, **place, sort=sort, limit=str(MOST_ROWS))
        for _ in range(4):
            offset, limit = draw.randrange(total + 3), draw.randrange(1, 12)
            cut = ids(client, table, **place, sort=sort, offset=str(offset), limit=str(limit))
            assert cut == (total, every[offset : offset + limit]), (place, sort, offset, limit)


def test_what_a_cell_reads_is_what_the_file_says_r1_r13(client: TestClient) -> None:
    place = {"gene": "GSTM1", "filter": "all"}
    of_file = {row["event"]: row for row in csv_rows(client, "carriers", place)}
    answer = client.get("/rows/carriers", params=place | {"limit": "500"}).json()
    assert answer["total"] == len(answer["rows"]) == len(of_file) > 20
    for row in answer["rows"]:
        sample, population, sex, class_, copies, ends, *_ = (
            cell["t"] if isinstance(cell, dict) else cell for cell in row["cells"]
        )
        file = of_file[row["id"]]
        assert (sample, population, sex) == (
            file["sample"],
            f"{file['population']}, {file['superpopulation']}",
            file["sex"],
        )
        assert class_ == file["class"].replace("-", " ")
        assert copies == f"{file['copy_number']} of {file['expected_copy_number']}"
        assert ends == f"{int(file['start']):,}-{int(file['end']):,}"


def test_the_default_order_of_carriers_begins_with_the_largest_event(client: TestClient) -> None:
    place = {"gene": "GSTM1", "filter": "all", "overlap": "any"}
    rows = in_order(csv_rows(client, "carriers", place), numeric("length"), descending=True)
    total, shown = ids(client, "carriers", **place)
    assert shown == [row["event"] for row in rows][:8]
    assert total == len(rows)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/rows/carriers?gene=GSTM1&sort=samples", 400, "“samples” is not a value of sort, which takes sample, population,"),
        ("/rows/sites?gene=GSTM1&sort=-start", 400, "“-start” is not a value of sort, which takes site, length,"),
        ("/rows/carriers?gene=GSTM1&sort=sample;DROP", 400, "“sample;DROP” is not a value of sort"),
        ("/rows/neighbours?gene=GSTM1", 400, "Say which site has these neighbours: add site="),
        ("/rows/carriers?gene=GSTM1&offset=-1", 400, "“-1” is not a value of offset, which takes a whole number from 0"),
        ("/rows/carriers?gene=GSTM1&limit=501", 400, "“501” is not a value of limit, which takes a whole number from 1 to 500."),
        ("/rows/carriers?gene=GSTM1&fliter=pass", 400, "“fliter” is not used here."),
        ("/rows/carriers?gene=NOSUCH9", 404, "There is no gene “NOSUCH9”"),
        ("/rows/carriers", 400, "Say which gene or region"),
        ("/rows/carriers?region=chr1", 400, "Carriers are listed of places of up to 10 Mb"),
        ("/rows/people?gene=GSTM1", 404, "There are no such rows under /rows/; there are carriers, families,"),
        ("/rows", 404, "There are no such rows"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_the_one_shape(
    client: TestClient, address: str, status: int, words: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    told = answer.json()
    assert told["ok"] is False
    assert told["status"] == status
    assert words in told["error"]
    assert [error["sentence"] for error in told["errors"]] != []


def test_all_that_is_wrong_is_told_at_once(client: TestClient) -> None:
    told = client.get("/rows/carriers?gene=NOSUCH9&limit=0&filter=none").json()
    assert len(told["errors"]) == 3


def test_rows_take_the_view_of_a_page_and_leave_it_aside_r13(client: TestClient) -> None:
    plainly = client.get("/rows/sites?gene=GSTM1").json()
    assert client.get("/rows/sites?gene=GSTM1&tab=carriers&by=populations&show=copies&scale=log").json() == plainly
    assert client.get("/download/sites.csv?gene=GSTM1&tab=carriers&sort=-length").status_code == 200


def test_a_client_that_has_the_rows_is_told_so(client: TestClient) -> None:
    first = client.get("/rows/sites?gene=GSTM1")
    again = client.get("/rows/sites?gene=GSTM1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_families_are_the_carriers_with_a_relative_who_carries_too_r11(client: TestClient) -> None:
    place = {"gene": "GSTM1", "cohort": "all", "filter": "all"}
    carriers = {row["sample"]: row for row in csv_rows(client, "carriers", place) if "loss" in row["class"]}
    gainers = {row["sample"] for row in csv_rows(client, "carriers", place) if "gain" in row["class"]}
    kin = {p.sample: {p.father, p.mother} - {None} for p in CONTENTS.people}
    expected = {
        name
        for of_direction in (set(carriers), gainers)
        for name in of_direction
        if kin[name] & of_direction or any(name in kin[other] for other in of_direction)
    }
    answer = client.get("/rows/families", params=place | {"limit": "500"}).json()
    assert {row["cells"][0]["t"] for row in answer["rows"]} == expected
    assert expected
    # a name leads to the page of the person, the filters kept
    for cell in (row["cells"][0] for row in answer["rows"]):
        assert cell["h"] == f"/sample?sample={cell['t']}&filter=all&cohort=all"
    # so does each relative, of whom a cell may name several
    named = {row["cells"][0]["t"]: row["cells"][5] for row in answer["rows"]}
    for name, cell in named.items():
        assert "".join(part[0] for part in cell["parts"]) == cell["t"]
        people = {address[0].split("sample=")[1].split("&")[0]: words for words, *address in cell["parts"] if address}
        assert all(words == sample for sample, words in people.items())
        of_direction = gainers if name in gainers else set(carriers)
        assert set(people) == {other for other in of_direction if other in kin[name] or name in kin[other]}
    assert any(len(cell["parts"]) > 2 for cell in named.values())
    by_relatives = client.get("/rows/carriers", params=place | {"limit": "500", "sort": "relatives"}).json()
    told = [row["cells"][9]["t"] for row in by_relatives["rows"] if row["cells"][9]]
    assert told == sorted(cell["t"] for cell in named.values())


WHOLE = Statement(
    "SELECT * FROM (VALUES (1, 'b', 2.5), (2, 'a', NULL), (3, NULL, 1.5), (4, 'a', 2.5)) AS t(id, word, number)",
    {"id": pl.Int32, "word": pl.String, "number": pl.Float64},
)


def test_the_database_orders_and_cuts_with_what_is_missing_last(in_memory: Callable[[Contents], Generation]) -> None:
    def row(values: dict[str, Any]) -> Row:
        return Row(str(values["id"]), (text(values["word"]), Cell("")))

    columns = (Column("id", "Id", Kind.NUMBER), Column("word", "Word"), Column("size", "Size", Kind.NUMBER))
    rows = QueryRows(
        columns, Sort("id"), in_memory(CONTENTS), WHOLE, {}, ("id",), row, {"size": "number"}
    )  # fmt: skip

    def order(sort: Sort | None, offset: int = 0, limit: int = 9) -> list[str]:
        window = rows.window(sort, offset, limit)
        assert window.total == 4
        return [one.name for one in window.rows]

    assert order(Sort("word")) == ["2", "4", "1", "3"]
    assert order(Sort("word", descending=True)) == ["1", "2", "4", "3"]
    assert order(Sort("size")) == ["3", "1", "4", "2"]
    assert order(Sort("size", descending=True)) == ["1", "4", "3", "2"]
    assert order(Sort("size", descending=True), 1, 2) == ["4", "3"]
    assert order(None) == ["1", "2", "3", "4"]
    with pytest.raises(KeyError):
        order(Sort("number; DROP TABLE events"))


QUERIES = {"catalogue": {"min_carriers": "1"}, "neighbours": {"site": "chr1-109687570-109697443-loss"}}
"""What the tables are asked with that are of no gene."""


def test_every_table_has_columns_that_tell_themselves(client: TestClient) -> None:
    with settings.store().lease() as published:
        for table in ROW_TABLES.values():
            rows = table.open(published, QUERIES.get(table.name, {"gene": "GSTM1"}))
            names = [column.name for column in rows.columns]
            assert len(set(names)) == len(names)
            assert rows.order.column in names
            terms = {term for column in rows.columns if (term := column.term)}
            glossary = (settings.ASSETS / "glossary.md").read_text(encoding="utf-8").lower()
            for term in terms:
                assert f"### {term.replace('-', ' ')}" in glossary.replace("-", " "), term
            first = rows.window(rows.order, 0, 1)
            assert all(len(row.cells) == len(names) for row in first.rows)
            json.dumps(first.as_json())


def test_a_gene_on_x_is_told_of_each_sex_apart_r5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [Person(f"P{number:02}", "GBR", "XX" if number < 12 else "XY") for number in range(32)]
    events = [
        Event(f"P{number:02}", "chrX", 50_000_000, 50_020_000, 1 if number < 12 else 0) for number in (0, 1, 2, 12)
    ]
    genes = (GeneRow("ONX", "chrX", 50_005_000, 50_010_000, gene_id="ENSG00000000001"),)
    path = write_file(tmp_path / "cnv.duckdb", Contents(people, events, genes=genes))
    monkeypatch.setenv("CNV_DATABASE", str(path))
    with TestClient(Starlette(routes=list(ROUTES))) as x_client:
        answer = x_client.get("/rows/genes", params={"region": "chrX:50000001-50020000", "class": "loss"}).json()
    settings.store().close()
    (row,) = answer["rows"]
    # by statsmodels: 1 of 20 is 5 %, from 0.89 to 23.6; 3 of 12 is 25 %, from 8.9 to 53.2
    assert row["cells"][3]["t"] == "XY 1 of 20; XX 3 of 12"
    assert row["cells"][4]["t"] == "XY 5.0 % (0.89–23.6); XX 25.0 % (8.9–53.2)"


def test_a_column_that_is_empty_in_every_row_is_left_out_and_no_other() -> None:
    names = ("event", "care", "problem", "length")
    columns = [Column(name, name, is_optional=name in ("care", "problem")) for name in names]

    def rows(**values: list[str | None]) -> FrameRows:
        frame = pl.DataFrame(
            {"event": ["a", "b"], "length": [None, None], **values}, schema=dict.fromkeys(names, pl.String)
        )
        keys = {name: pl.col(name) for name in names}
        made = FrameRows(
            columns, Sort("event"), frame, keys, lambda row: Row("", tuple(text(str(row[n] or "")) for n in names))
        )
        return without_empty_columns(made)

    shown = rows(care=["", None], problem=["gap", None])
    assert [column.name for column in shown.columns] == ["event", "problem", "length"]
    assert [[cell.text for cell in row.cells] for row in shown.window(None, 0, 9).rows] == [
        ["a", "gap", ""],
        ["b", "", ""],
    ]
    assert read_sort("-care", shown) == (Sort("event"), None)
    assert read_sort("-problem", shown) == (Sort("problem", descending=True), None)
    assert read_sort("nothing", shown)[1] is not None
    whole = rows(care=[None, "1 bin"], problem=["gap", None])
    assert [column.name for column in whole.columns] == list(names)
