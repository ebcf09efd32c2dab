"""This view as an API call: each call that a page shows is made, and the page's own numbers are in the answer."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.demonstration import demonstration
from tests.dashboard.opened_page import codes, html, words_of
from tests.dashboard.served import served
from tests.dashboard.small_database import write_file

Open = Callable[..., AppTest]
TYPES = {"loss": "DEL", "gain": "DUP"}
PAIR = re.compile(r"(?:(XX|XY) )?([\d,]+) of ([\d,]+)(?: in ([A-Z]{3}))?")
GROUPS = {"": "Total", "XX": "Females", "XY": "Males"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("api") / "cnv.duckdb", demonstration())


@pytest.fixture(scope="module")
def base(database: Path) -> Iterator[str]:
    with served(database) as address:
        yield address


def code_of(app: AppTest, base: str) -> tuple[list[str], str, str, str]:
    """The addresses, and the texts for curl, Python and R, at the server of the tests."""
    blocks = [re.sub(r"http://[^/\"']+(?=/(?:beacon|download)/)", base, part) for part in codes(app)]
    # not those of the button that shares, which fetch the table of the page, nor the example of the page of the data
    others = ("curl -OJ", "import polars")
    texts = [part for part in blocks if f"{base}/" in part and not any(other in part for other in others)]
    *addresses, curl, python, r = texts
    return addresses, curl, python, r


def answer(address: str) -> dict[str, Any]:
    with urlopen(address) as reply:
        return json.load(reply)


def objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand one behind the other in a text."""
    while text := text.strip():
        content, end = json.JSONDecoder().raw_decode(text)
        yield content
        text = text[end:]


def lead(app: AppTest) -> dict[str, str]:
    """The first sentences, by direction."""
    (body,) = re.findall(r'<div class="cnv-lead">(.*?)</div>', html(app), re.DOTALL)
    lines = [words_of(line) for line in re.findall(r"<p>(.*?)</p>", body, re.DOTALL)]
    return {"loss" if "los" in line.lower() else "gain": line for line in lines}


def headings(app: AppTest) -> str:
    return " | ".join(words_of(part) for part in re.findall(r"<h2.*?</h2>", html(app), re.DOTALL))


QUESTIONS: list[tuple[str, dict[str, str]]] = [
    ("gene", {"gene": "GSTM1"}),
    ("gene", {"gene": "GSTM1", "filter": "pass", "cohort": "all", "class": "loss"}),
    ("gene", {"gene": "GSTM1", "filter": "all", "overlap": "reciprocal:0.3", "population": "EUR,AFR", "sex": "XX"}),
    ("gene", {"gene": "GSTM1", "filter": "all", "class": "complete-loss", "min_length": "300", "min_bins": "2"}),
    ("gene", {"gene": "GSTM1", "overlap": "any", "copy_number": "0,1", "min_quality": "10", "max_length": "20000"}),
    ("gene", {"gene": "XGENE"}),
    ("gene", {"gene": "YGENE"}),
    ("gene", {"gene": "LNC1"}),
    ("region", {"region": "chr1:109680001-109705000"}),
    ("region", {"region": "chr1:109680001-109705000", "overlap": "fraction:0.5", "filter": "sensitive"}),
    ("region", {"region": "chr1:109680001-109705000", "population": "AFR", "sex": "XY", "min_length": "10000"}),
    ("region", {"region": "chr12:1-20000000", "outliers": "include", "cohort": "all"}),
    ("region", {"region": "chrX:103000001-104500000"}),
    ("region", {"region": "chr1"}),
    ("region", {"region": "chr1:109680001-109705000", "filter": "pass", "population": "EUR,PEL", "cohort": "all"}),
    ("region", {"region": "chr1:109680001-109705000", "filter": "all", "min_quality": "41", "min_bins": "4"}),
    ("region", {"region": "chrY:10640001-10690000"}),
]


@pytest.mark.parametrize(
    ("script", "query"), QUESTIONS, ids=lambda part: ",".join(part.values()) if isinstance(part, dict) else part
)
def test_the_calls_of_a_page_give_its_own_numbers(
    open_page: Open, base: str, script: str, query: dict[str, str]
) -> None:
    app = open_page(script, **query)
    addresses, *_ = code_of(app, base)
    frequencies, *lists = addresses
    (result,) = answer(frequencies)["response"]["results"]
    rows = {(row["variantType"], row["rule"], row["population"]): row for row in result["rows"]}
    assert {row["level"] for row in result["rows"]} == {query.get("filter", "credible")}
    told = 0
    for direction, line in lead(app).items():
        # what another level would show stands behind
        for label, carriers, samples, code in PAIR.findall(line.partition("PASS alone")[0]):
            pair = (int(carriers.replace(",", "")), int(samples.replace(",", "")))
            group = code or GROUPS[label]
            of_rules = {
                (row["carriers"], row["samples"])
                for (kind, _, population), row in rows.items()
                if kind == TYPES[direction] and population == group
            }
            assert pair in of_rules, (line, of_rules)
            told += 1
    assert told >= len(lead(app))
    for address in lists:
        number = answer(address)["responseSummary"]["numTotalResults"]
        if "/g_variants" in address:
            (sites,) = re.findall(r"Sites: ([\d,]+|one|none)", headings(app))
            assert number == {"one": 1, "none": 0}.get(sites, int(re.sub(r"\D", "", sites) or 0))
        else:
            direction = "loss" if "variantType=DEL" in address else "gain"
            assert (TYPES[direction], "any", "Total") in rows
            assert number == rows[TYPES[direction], "any", "Total"]["carriers"]


def test_a_list_is_offered_where_it_says_the_same(open_page: Open, base: str) -> None:
    """A list of Beacon knows no copies at a place and no overlap rule."""

    def lists(script: str, **query: str) -> list[str]:
        addresses, *_ = code_of(open_page(script, **query), base)
        return [re.findall(r"/beacon/([a-z_]+)\?", address)[0] for address in addresses[1:]]

    region = {"region": "chr1:109680001-109705000"}
    assert lists("region", **region) == ["g_variants", "individuals", "individuals"]
    assert lists("region", **region, **{"class": "loss"}) == ["g_variants", "individuals"]
    assert lists("region", **region, overlap="within") == ["g_variants"]
    assert lists("region", **region, outliers="include") == ["individuals", "individuals"]
    assert lists("region", **region, filter="all") == ["individuals", "individuals"]
    assert lists("region", **region, copy_number="1") == []
    assert lists("region", **region, **{"class": "complete-loss"}) == []
    assert lists("gene", gene="GSTM1") == ["g_variants"]


def test_a_page_of_one_site_asks_for_the_site(open_page: Open, base: str) -> None:
    (first, *_) = answer(f"{base}/beacon/services/cnvFrequency?geneId=GSTM1&variantType=DEL")["response"]["results"][0][
        "sites"
    ]
    app = open_page("gene", gene="GSTM1", site=first["id"])
    addresses, *_ = code_of(app, base)
    assert len(addresses) == 1
    (result,) = answer(addresses[0])["response"]["results"]
    total = next(row for row in result["rows"] if row["population"] == "Total")
    assert f"{total['carriers']} of {total['samples']}" in words_of(html(app)).replace(",", "")


@pytest.mark.parametrize("level", ["", "pass", "all"])
def test_the_page_of_a_person_gives_the_records_and_the_number_of_events(
    open_page: Open, base: str, level: str
) -> None:
    app = open_page("sample", sample="SIM00105", **({"filter": level} if level else {}))
    addresses, *_ = code_of(app, base)
    records = [answer(address)["response"]["resultSets"][0]["results"] for address in addresses[:2]]
    assert [[one["id"] for one in part] for part in records] == [["onekgind-SIM00105"], ["onekgbs-SIM00105"]]
    (events,) = re.findall(r"Events: (\d+|none)", headings(app))
    assert answer(addresses[2])["responseSummary"]["numTotalResults"] == int(events.replace("none", "0"))
    assert len(answer(addresses[3])["rows"]) == int(events.replace("none", "0"))
    # Beacon knows no limit of both ends, and a class is asked for in another word; the file takes every limit
    narrowed, *_ = code_of(open_page("sample", sample="SIM00105", min_bins="3"), base)
    assert [bool(re.search("/download/events.json", address)) for address in narrowed] == [False, False, True]


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ({}, True),
        ({"min_carriers": "1", "class": "loss"}, True),
        ({"region": "GSTM1", "class": "gain"}, True),
        ({"min_carriers": "1", "population": "EUR"}, False),
        ({"few_bins": "exclude"}, False),
    ],
)  # fmt: skip
def test_the_catalogue_gives_its_sites_and_their_number_where_beacon_can(
    open_page: Open, base: str, query: dict[str, str], counts: bool
) -> None:
    app = open_page("sites", **query)
    addresses, *_ = code_of(app, base)
    (listed,) = re.findall(r'<div class="cnv-lead"><p><strong>([\d,]+|No) sites?</strong>', html(app))
    sites = int(listed.replace("No", "0").replace(",", ""))
    assert len(answer(addresses[-1])["rows"]) == sites
    assert len(addresses) == 1 + counts
    if counts:
        assert answer(addresses[0])["responseSummary"]["numTotalResults"] == sites


def test_a_site_is_a_record_and_its_tables_are_files(open_page: Open, base: str) -> None:
    site = "chr1-109687570-109697443-loss"
    frequencies, record, frequency_rows, carrier_rows = code_of(open_page("site", site=site), base)[0]
    (result,) = answer(frequencies)["response"]["results"]
    total = next(row for row in result["rows"] if row["population"] == "Total")
    everyone = next(row for row in answer(frequency_rows)["rows"] if row["group"] == "all")
    assert (everyone["carriers"], everyone["samples"]) == (total["carriers"], total["samples"])
    assert len({row["sample"] for row in answer(carrier_rows)["rows"]}) == total["carriers"]
    assert answer(record)["response"]["resultSets"][0]["results"][0]["variantInternalId"] == site


@pytest.mark.parametrize("script", ["start", "data"])
def test_pages_without_a_place_ask_how_many_people_there_are(open_page: Open, base: str, script: str) -> None:
    app = open_page(script)
    addresses, *_ = code_of(app, base)
    (number,) = [answer(address)["responseSummary"]["numTotalResults"] for address in addresses]
    assert number == len(demonstration().people)
    assert f"{number} people" in words_of(html(app))


@pytest.mark.parametrize(("script", "query"), [QUESTIONS[0], QUESTIONS[9], ("start", {}), ("sites", {})])
def test_the_texts_for_curl_python_and_r_ask_the_same(
    open_page: Open, base: str, script: str, query: dict[str, str]
) -> None:
    addresses, curl, python, r = code_of(open_page(script, **query), base)
    by_url = [answer(address) for address in addresses]
    run = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True)
    by_curl = list(objects(run.stdout))
    for content in (*by_curl, *by_url):
        content["meta"].pop("retrieved", None)
    assert by_curl == by_url
    names = re.findall(r"^(\w+) = ", python, re.MULTILINE)
    shown = f"{python}\nprint(json.dumps([{', '.join(names)}]))"
    run = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    numbers = [
        content["response"]["results"][0]["rows"]
        if "response" in content
        else content["rows"]
        if "rows" in content
        else content["responseSummary"]["numTotalResults"]
        for content in by_url
    ]
    assert json.loads(run.stdout) == numbers
    # R is on few machines: the addresses are the same, and where it is, it is asked
    assert re.findall(r'"(http[^"]+)"', r) == addresses
    if shutil.which("Rscript"):
        run = subprocess.run(["Rscript", "-e", f"{r}\ncat({names[-1]})"], capture_output=True, text=True, check=True)
        assert str(numbers[-1]) in run.stdout
