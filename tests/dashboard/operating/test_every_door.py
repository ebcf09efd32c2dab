"""What a server withholds is in no answer of any of its doors: every route and page is walked, and the answer's text read."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import settings
from dashboard.components import sections
from dashboard.downloads.catalogue import DOWNLOADS, EVERY_CHART
from tests.dashboard.demonstration import demonstration
from tests.dashboard.opened_page import words_of
from tests.dashboard.operating.planted import (
    CARRIERS,
    GENE,
    NAME,
    PAGES,
    PEOPLE,
    PERSON,
    QUESTIONS,
    SITE,
    TestClient,
    addresses,
    asked,
    body_of,
    cohort,
    number,
    page_text,
    positions,
)
from tests.dashboard.small_database import write_file

TOTAL = sum(CARRIERS.values())
EVENTS = TOTAL + 1
"""With that of the marked person."""
SHARES = ("43.8", "43.77", "0.4377", "0.437699", "74.0", "0.740331", "2.3 %", "0.022727")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("planted") / "cnv.duckdb", cohort())


@pytest.fixture
def opened(
    planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[TestClient]:
    with asked(tmp_path, planted, request.param, monkeypatch) as client:
        yield client
    settings.store().close()


def walked(
    client: TestClient, planted: Path, patch: pytest.MonkeyPatch, without: tuple[str, ...] = ()
) -> Iterator[tuple[str, int, str]]:
    """Every answer of the server: its address, status, and text; `without` those of paths that end so."""
    for _, path, query in addresses():
        if path.endswith(without):
            continue
        answer = client.get(path, params=query)
        assert answer.status_code in (200, 400, 403, 404), (path, query, answer.text)
        yield f"{path}?{query}", answer.status_code, body_of(answer)
    for page, query in PAGES:
        yield f"page {page} {query}", 200, page_text(patch, planted, page, query)


def plain(text: str, *asked_for: str) -> str:
    """The text without what the request itself named."""
    for word in asked_for:
        text = text.replace(word, "")
    return text


def test_the_walk_sees_what_is_planted(planted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an operator everything is told: else the tests below would find nothing and say so of everything.

    Of pictures their SVG: the words of the others are not read so.
    """
    seen = {"number": 0, "name": 0, "position": 0}
    with asked(tmp_path, planted, "", monkeypatch) as client:
        for address, _, text in walked(client, planted, monkeypatch, (".png", ".pdf")):
            told = {
                "number": bool(number(TOTAL).search(text)),
                "name": NAME in text,
                "position": any(position in text for position in positions()),
            }
            for what, is_there in told.items():
                seen[what] += is_there
            if address == f"page gene {QUESTIONS[0] | {'tab': 'carriers'}}":
                assert all(told.values()), told
    settings.store().close()
    assert min(seen.values()) > 20, seen


@pytest.mark.parametrize(
    "opened", ["granularity = 'boolean'", "granularity = 'boolean'\nsmallest_cell = 5"], indirect=True
)
def test_booleans_alone(opened: TestClient, planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No number of carriers, no share of people, no name and no interval; every file and picture is refused."""
    said = set()
    for address, status, text in walked(opened, planted, monkeypatch):
        text = plain(text, SITE, f"{NAME}GBR0001", GENE)
        assert not number(TOTAL).search(text), address
        assert not number(EVENTS).search(text), address
        assert NAME not in text, address
        assert not [position for position in positions() if position in text], address
        assert not [share for share in SHARES if share in text], address
        if address.startswith(("/download", "/chart")):
            assert status == 403, address
            assert text.startswith("This server tells whether such a variant was seen, and no more."), text
        if address.startswith("page gene"):
            said |= set(re.findall(r"</strong>\. (\w+ such variant|Such a variant) was seen", text))
    assert {"Such a variant"} <= said
    exists = opened.get("/beacon/individuals", params={"geneId": GENE}).json()
    assert exists["responseSummary"] == {"exists": True}
    assert opened.get("/services/cnvFrequency", params={"geneId": GENE}).status_code == 403
    assert opened.get("/beacon/datasets").json()["response"]["collections"]


def test_no_is_not_said_of_a_place_that_cannot_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R5: of SMN1, whose copies are alike, no call says nothing; of a wide region nobody carries, and no share is told."""
    database = write_file(tmp_path / "cnv.duckdb", demonstration())
    with asked(tmp_path, database, "granularity = 'boolean'", monkeypatch):
        text = words_of(page_text(monkeypatch, database, "gene", {"gene": "SMN1"}))
    assert not re.search(r"(lost|gained): no\b(?! call)", text), text
    assert re.search("no call . Calls are few here|not assessable .", text)
    settings.store().close()
    with asked(tmp_path, database, "granularity = 'count'\n", monkeypatch):
        monkeypatch.setenv("CNV_OPERATOR", str(_other(tmp_path)))
        wide = words_of(page_text(monkeypatch, database, "region", {"region": "chr18:20000000-60000000"}))
    assert "people; no share is given of" in wide
    assert "calls are few here" not in wide
    settings.store().close()


def _other(folder: Path) -> Path:
    """A file of another name: a server reads its own once."""
    path = folder / "counts.toml"
    path.write_text("granularity = 'count'\n")
    return path


@pytest.mark.parametrize("opened", ["granularity = 'count'"], indirect=True)
def test_counts_alone(opened: TestClient, planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of people, and neither people nor variants one by one."""
    told = 0
    for address, status, text in walked(opened, planted, monkeypatch):
        text = plain(text, SITE, f"{NAME}GBR0001", GENE)
        told += bool(number(TOTAL).search(text))
        assert NAME not in text, address
        assert not [position for position in positions() if position in text], address
        if address.startswith(
            ("/download/calls", "/download/carriers", "/download/sites", "/download/cnv", "/chart/track")
        ):
            assert status == 403, address
    assert told > 10
    row = opened.get("/beacon/individuals", params={"geneId": GENE}).json()
    assert row["responseSummary"] == {"exists": True, "numTotalResults": TOTAL}


@pytest.mark.parametrize("opened", ["case_level_data = false"], indirect=True)
def test_no_person_anywhere(opened: TestClient, planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites and frequencies as ever, and nobody's name, events without a site among them."""
    sites = 0
    for address, status, text in walked(opened, planted, monkeypatch):
        text = plain(text, f"{NAME}GBR0001", GENE)
        assert NAME not in text, address
        assert 'caseLevelData":[' not in text, address
        assert not re.search(r"event-\d", text), address
        assert not re.search("51234567|51,234,568", text), f"{address}: a marked person's own event"
        if address.startswith(("/download/calls", "/download/carriers", "/download/cnv")):
            assert status == 403, address
        sites += SITE in text
    assert sites > 5
    for path in (f"individuals/{NAME}GBR0001", "individuals/NOBODY", f"biosamples/{NAME}GBR0001/g_variants"):
        assert opened.get(f"/beacon/{path}").status_code == 403, path
    elsewhere = {"referenceName": "2", "start": "51200000", "end": "51300000"}
    answer = opened.get("/beacon/g_variants", params=elsewhere).json()
    assert answer["responseSummary"]["exists"] is True, "a marked person's event was seen all the same"
    people = opened.get("/beacon/individuals", params={"geneId": GENE}).json()
    assert people["responseSummary"]["numTotalResults"] == TOTAL
    assert "response" not in people


WITHHOLDING = "smallest_cell = 5"


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("#")))


@pytest.mark.parametrize("opened", [WITHHOLDING], indirect=True)
def test_small_cells_are_withheld(opened: TestClient, planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """3 carriers of YRI are in no answer, nor the 134 of GBR that would give them away, nor the 3 without a copy."""
    for address, _, text in walked(opened, planted, monkeypatch):
        text = plain(text, f"{NAME}GBR0001", GENE)
        assert NAME not in text, address
        assert not number(134).search(text), address
        assert not re.search(r"0\.740331|74\.0 %", text), address
    rows = cells(opened.get("/download/frequencies.csv", params={"gene": GENE}).text)
    losses = {row["group"]: row for row in rows if row["direction"] == "loss"}
    assert losses["all"]["carriers"] == str(TOTAL)
    assert losses["all"]["complete_losses"] == ""
    assert losses["AFR"]["carriers"] == losses["EUR"]["carriers"] == losses["GBR"]["frequency"] == ""
    assert losses["EUR"]["samples"] == str(PEOPLE["GBR"])
    assert losses["AFR"]["note"].startswith("withheld: fewer than 5 people")
    (site,) = cells(opened.get("/download/sites.csv", params=QUESTIONS[1]).text)
    assert (site["carriers"], site["carriers_AFR"], site["carriers_EUR"], site["events"]) == (str(TOTAL), "", "", "")
    record = opened.get("/download/sites.vcf", params=QUESTIONS[1]).text.splitlines()[-1]
    assert "SC=137;" in record
    assert "WITHHELD" not in record
    assert "SC_AFR=.;" in opened.get("/download/sites.vcf", params=QUESTIONS[1]).text
    (gene,) = cells(opened.get("/download/genes.csv", params=QUESTIONS[1]).text)
    assert (gene["carriers_loss"], gene["complete_losses"]) == (str(TOTAL), "")
    service = opened.get("/services/cnvFrequency", params={"geneId": GENE, "variantType": "DEL"}).json()
    by_group = {row["population"]: row for row in service["response"]["results"][0]["rows"]}
    assert len(by_group) == len(service["response"]["results"][0]["rows"]), "one rule and level"
    assert by_group["Total"]["carriers"] == TOTAL
    assert by_group["YRI"]["carriers"] is None
    assert by_group["YRI"]["note"].startswith("withheld")
    record = opened.get("/beacon/g_variants", params={"geneId": GENE}).json()
    info = record["response"]["resultSets"][0]["results"][0]["info"]
    assert {row["population"]: row["carriers"] for row in info["carrierFrequencies"]}["YRI"] is None
    assert info["site"]["carriers"] is None
    page = page_text(monkeypatch, planted, "gene", {"gene": GENE})
    assert "withheld" in page


@pytest.mark.parametrize("opened", [WITHHOLDING], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        f"/download/frequencies.csv?gene={GENE}&population=YRI",
        f"/download/frequencies.csv?gene={GENE}&filter=pass",
        f"/download/sites.csv?gene={GENE}&class=complete-loss",
        f"/chart/track.svg?gene={GENE}",
        f"/chart/copy-number.svg?gene={GENE}",
        f"/beacon/individuals?geneId={GENE}&filters=HANCESTRO:2000",
        f"/beacon/individuals?geneId={GENE}&variantType=EFO:0030068",
        f"/beacon/cohorts/unrelated/individuals?geneId={GENE}",
        f"/services/cnvFrequency?geneId={GENE}&variantType=EFO:0030068",
        "/services/intervalFrequencies",
        *(f"/rows/catalogue?{asked_for}" for asked_for in ("population=YRI", "min_carriers=3", "max_frequency=0.1")),
        "/download/catalogue.csv?min_carriers=3",
    ],
)  # fmt: skip
def test_questions_that_would_give_a_small_cell_away_are_refused(opened: TestClient, path: str) -> None:
    answer = opened.get(path)
    assert answer.status_code in (400, 403), answer.text
    assert "fewer than 5 people" in answer.text


@pytest.mark.parametrize("opened", ["smallest_cell = 200"], indirect=True)
def test_a_small_count_is_not_told_and_its_presence_is(
    opened: TestClient, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = opened.get(
        "/beacon/individuals", params={"geneId": GENE, "variantType": "DEL", "requestedGranularity": "count"}
    )
    assert people.json()["responseSummary"] == {"exists": True}
    assert opened.get("/chart/frequency-loss.svg", params={"gene": GENE}).status_code == 403
    assert "fewer than 200 people" in page_text(monkeypatch, planted, "gene", {"gene": GENE})
    for address, _, text in walked(opened, planted, monkeypatch):
        assert not number(TOTAL).search(plain(text, f"{NAME}GBR0001")), address


@pytest.mark.parametrize("opened", [WITHHOLDING], indirect=True)
def test_a_count_of_people_is_that_of_the_page(opened: TestClient) -> None:
    answer = opened.get(
        "/beacon/individuals", params={"geneId": GENE, "variantType": "DEL", "requestedGranularity": "count"}
    )
    assert answer.json()["responseSummary"] == {"exists": True, "numTotalResults": TOTAL}
    both = opened.get("/beacon/individuals", params={"geneId": GENE, "requestedGranularity": "count"})
    assert both.json()["responseSummary"] == {"exists": True}


@pytest.mark.parametrize("opened", ["case_level_data = false", WITHHOLDING, "granularity = 'count'"], indirect=True)
def test_nobody_is_offered_and_nobody_is_denied(
    opened: TestClient, planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether there is such a person is told by no door: the answers about one who is there and about nobody are the same."""
    for path in (
        "/rows/events",
        "/rows/children",
        "/download/events.csv",
        "/download/standing.json",
        "/chart/family.svg",
    ):
        of_one, of_nobody = (opened.get(path, params={"sample": name}) for name in (PERSON, f"{NAME}XYZ0001"))
        assert (of_one.status_code, of_one.text) == (of_nobody.status_code, of_nobody.text), path
        assert of_one.status_code == 403, path
    for text in (PERSON, PERSON[:-2]):
        offered = opened.get("/suggest", params={"q": text}).json()
        assert offered["address"] == f"/gene?gene={text}"
        assert not [one for one in offered["suggestions"] if NAME in json.dumps(one).replace(text, "")]
    pages = [
        words_of(page_text(monkeypatch, planted, "sample", {"sample": name})).replace(name, "")
        for name in (PERSON, f"{NAME}XYZ0001")
    ]
    assert pages[0] == pages[1]


def test_every_entry_says_what_it_tells() -> None:
    assert all(entry.tells for entry in (*DOWNLOADS, *EVERY_CHART))
    assert set(sections.TELLS) == set(sections.Section)


@pytest.mark.parametrize("opened", ["granularity = 'boolean'"], indirect=True)
def test_a_refusal_has_the_shape_of_every_refusal(opened: TestClient) -> None:
    answer = opened.get(f"/download/sites.csv?gene={GENE}", headers={"accept": "application/json"})
    content = json.loads(answer.text)
    assert (answer.status_code, content["ok"], content["status"]) == (403, False, 403)
    beacon = opened.get("/services/sampletable").json()
    assert beacon["error"]["errorCode"] == 403
