"""Handovers lead to the page and the files of the same question, or say what the page leaves out."""

import csv
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard.downloads.route import download
from tests.dashboard.beacon.client import Client, Http, TestClient

GSTM1 = {"geneId": "GSTM1"}
RANGE = {"referenceName": "1", "start": 109_687_900, "end": 109_690_000}
# A question, the page that it is handed over to, and what the address of the page holds.
QUESTIONS: list[tuple[dict[str, Any], str, dict[str, str]]] = [
    (GSTM1, "/gene", {"gene": "GSTM1"}),
    (GSTM1 | {"variantType": "DEL"}, "/gene", {"class": "loss"}),
    (GSTM1 | {"variantType": "CNV"}, "/gene", {}),
    (GSTM1 | {"variantType": "EFO:0030069,DUP"}, "/gene", {"class": "complete-loss,gain"}),
    (RANGE, "/region", {"region": "chr1:109687901-109690000"}),
    (RANGE | {"filters": "HANCESTRO:0765,NCIT:C16576"}, "/region", {"population": "GBR", "sex": "XX"}),
    (RANGE | {"filters": "level:pass,cohort:unrelated,outliers:exclude"}, "/region", {"filter": "pass"}),
    (RANGE | {"variantMinLength": 9_875, "variantMaxLength": 13_874}, "/region", {"min_length": "9875", "max_length": "13874"}),
    (RANGE | {"filters": "length>9874,length<13875,bins>2,quality>=47"}, "/region", {"min_length": "9875", "min_bins": "3"}),
    ({"referenceName": "X"}, "/region", {"region": "chrX"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def files(client: Client) -> Http:
    return Http(TestClient(Starlette(routes=[Route("/download/{file:path}", download)])), client.environment)


@pytest.mark.parametrize(("question", "path", "values"), QUESTIONS)
def test_files_hold_the_people_of_the_question(
    client: Client, files: Http, question: dict[str, Any], path: str, values: dict[str, str]
) -> None:
    content = client.get("/g_variants", **question)
    kinds = {one["handoverType"]["label"]: one["url"] for one in content["beaconHandovers"]}
    assert list(kinds) == ["HTML", "CSV", "BED"]
    address = urlsplit(kinds["HTML"])
    assert address.path == path
    assert values.items() <= {name: one[0] for name, one in parse_qs(address.query).items()}.items()
    if "class" not in values and "variantType" in question:
        assert "class" not in parse_qs(address.query)
    answer = files.get(kinds["CSV"].removeprefix("http://beacon.test"))
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO("".join(line for line in answer.text.splitlines(True) if line[0] != "#")))
    people = {row["sample"] for row in rows}
    assert sorted(people) == [one["info"]["sample"] for one in client.results("/individuals", **question)]
    assert people
    assert files.get(kinds["BED"].removeprefix("http://beacon.test")).status_code == 200


@pytest.mark.parametrize(
    ("question", "word"),
    [
        (RANGE | {"filters": "frequency>0.1"}, "frequency"),
        (RANGE | {"filters": "copyNumber<=1"}, "copyNumber"),
        ({"referenceName": "1", "start": "109687000,109688000", "end": "109697000,109698000"}, "bracket"),
        (GSTM1 | RANGE, "range"),
        (GSTM1 | {"biosampleIds": "SIM00003"}, "people"),
    ],
)
def test_no_file_where_the_page_leaves_something_out(client: Client, question: dict[str, Any], word: str) -> None:
    (page,) = client.get("/g_variants", **question)["beaconHandovers"]
    assert word in page["note"]


def test_a_site_is_handed_over_as_itself(client: Client, files: Http) -> None:
    site = "chr8-39374001-39530000-loss"
    content = client.get(f"/g_variants/{site}")
    page, table, _ = content["beaconHandovers"]
    assert urlsplit(page["url"]).path == "/site"
    assert parse_qs(urlsplit(page["url"]).query)["site"] == [site]
    text = files.get(table["url"].removeprefix("http://beacon.test")).text
    rows = list(csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if line[0] != "#"))))
    assert {row["sample"] for row in rows} == {
        one["info"]["sample"] for one in client.results(f"/g_variants/{site}/individuals")
    }


@pytest.mark.parametrize("path", ["individuals", "biosamples", "analyses", "runs"])
def test_a_person_is_handed_over_to_the_page_of_the_person(client: Client, path: str) -> None:
    prefix = {"individuals": "onekgind-", "biosamples": "onekgbs-", "analyses": "onekgcs-", "runs": "onekgrun-"}[path]
    for name in ("SIM00003", f"{prefix}SIM00003"):
        (page,) = client.get(f"/{path}/{name}")["beaconHandovers"]
        address = urlsplit(page["url"])
        assert (address.path, parse_qs(address.query)) == ("/sample", {"sample": ["SIM00003"]})


@pytest.mark.parametrize(
    "question",
    [GSTM1 | {"variantType": "SNV"}, {}, GSTM1 | {"filters": {"id": "HANCESTRO:2003"}, "variantType": "INV"}],
)
def test_nothing_is_handed_over_where_nothing_can_be_met_or_no_place_is_asked(
    client: Client, question: dict[str, Any]
) -> None:
    content = client.post("/g_variants", {"query": {"requestParameters": question}})
    assert content["beaconHandovers"] == []
