"""What stands in the HTML of a page before the page is alive: the page's own words, in every state of address and server."""

import concurrent.futures
import gzip
import io
import re
import struct
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from dashboard import pages, settings
from dashboard.components import programs
from dashboard.downloads import chart
from dashboard.preview import card, content, shell
from dashboard.serving import turns
from dashboard.serving.below_path import BelowPath
from dashboard.serving.drawing import Drawing
from tests.dashboard.demonstration import GSTM1, demonstration
from tests.dashboard.opened_page import html, opened_page, words_of
from tests.dashboard.operating.planted import _Specifications
from tests.dashboard.small_database import Contents, GeneRow, write_file
from tests.oracle.plain_counter import Question, carried, is_counted

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

CONTENTS = demonstration()
HOSTILE = "\"><script>alert(1)</script>&amp;'$&lt;"
PUBLIC = "https://cohort.example.org/cnv"


class Reader(HTMLParser):
    """What a search engine reads of a page: title, names and properties of the head, links, scripts, pictures, and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.title = ""
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.scripts: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.parts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta" and (name := values.get("name") or values.get("property")):
            self.meta[name] = values.get("content") or ""
        elif tag == "link":
            self.links[values.get("rel") or ""] = values.get("href") or ""
        elif tag == "script":
            self.scripts.append(values.get("src") or "inline")
        elif tag == "img":
            self.pictures.append(values)
        if tag not in ("meta", "link", "img", "br", "input"):
            self._open.append(values.get("id") or tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data
        for place in self._open:
            self.parts[place] = self.parts.get(place, "") + data


def lead(text: str) -> list[str]:
    """The words of each answer in HTML."""
    return [words_of(part) for part in re.findall(r'<div class="cnv-lead">(.*?)</div>', text, re.DOTALL)]


def notices(text: str) -> list[str]:
    return [
        words_of(part) for part in re.findall(r'<div class="cnv-notice" role="status">(.*?)</div>', text, re.DOTALL)
    ]


def counted(text: str) -> str:
    """The words of what is counted."""
    return words_of("".join(re.findall(r'<div class="cnv-counted">(.*?)</div>', text, re.DOTALL)[:1]))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("preview") / "cnv.duckdb", CONTENTS)


def routes() -> list[Route]:
    shells = [Route(page.path, shell.shell) for page in pages.in_order()]
    programs_ = (Route(path, shell.program) for path in shell.PROGRAM_PATHS)
    return [*shells, Route(card.PATH, card.preview), Route(shell.AWAY, shell.away), *programs_]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything that is served is waited for, however busy the machine is; pictures hold their data as text."""
    monkeypatch.setattr(shell, "SENTENCE_TIME", 60.0)
    monkeypatch.setattr(shell, "PICTURE_TIME", 60.0)
    monkeypatch.setattr(chart, "drawing", _Specifications())
    for cache in (shell._contents, shell._pictures, shell._pages, card._cards):
        cache.__init__(cache._entries, cache._size, cache._at_once, cache._size_of)  # type: ignore[misc]
    yield
    settings.store().close()


@pytest.fixture
def client(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("CNV_DATABASE", str(database))
    with TestClient(Starlette(routes=routes()), base_url="http://served.test") as client:
        yield client


QUESTIONS = (
    ("gene", {"gene": "GSTM1"}),
    ("gene", {"gene": "gstm1", "filter": "pass", "class": "loss"}),
    ("gene", {"gene": "GSTM1", "overlap": "covers", "population": "GBR,YRI"}),
    ("gene", {"gene": "GSTM1", "cohort": "all", "sex": "XX", "min_bins": "3"}),
    ("gene", {"gene": "SMN1"}),
    ("gene", {"gene": "XGENE"}),
    ("gene", {"gene": "YGENE"}),
    ("gene", {"gene": "YGENE", "sex": "XX"}),
    ("gene", {"gene": "LNC1"}),
    ("gene", {"gene": "ADAM3A"}),
    ("region", {"region": "chr1:109600000-109800000"}),
    ("region", {"region": "chr1:109600000-109800000", "overlap": "any"}),
    ("region", {"region": "chr1"}),
    ("region", {"region": "chr18:20000000-60000000"}),
    ("region", {"region": "1p13.3"}),
    ("region", {"region": "chrX:104000000-104050000"}),
    ("start", {}),
    ("sample", {"sample": "SIM00003"}),
    ("sample", {"sample": "sim00011", "filter": "all", "class": "loss"}),
)


@pytest.mark.parametrize(("view", "query"), QUESTIONS)
def test_sentence_and_title_are_those_of_the_page(
    client: TestClient, database: Path, monkeypatch: pytest.MonkeyPatch, view: str, query: dict[str, str]
) -> None:
    answer = client.get("/" if view == "start" else f"/{view}", params=query)
    assert answer.status_code == 200
    served = Reader(answer.text)
    titles: list[str] = []
    monkeypatch.setattr(st, "set_page_config", lambda **given: titles.append(given.get("page_title", "")))
    live = html(opened_page(monkeypatch, database, view, query))
    assert lead(answer.text) == lead(live)
    assert lead(live) or notices(live)
    assert all(notice in live for notice in re.findall(r'<div class="cnv-notice".*?</div>', answer.text, re.DOTALL))
    assert counted(answer.text) == counted(live)
    assert served.title == titles[-1]
    assert "SIMULATED" in served.title
    assert served.meta["robots"] == "noindex"
    is_drawn = view not in ("start", "sample") and not re.search("is not assessable|There are no", answer.text)
    assert len(served.pictures) == is_drawn
    for picture in served.pictures:
        assert "SIMULATED" in unquote(picture["src"] or "")
        assert picture["alt"]


def test_the_numbers_are_counted_again(client: TestClient) -> None:
    """By a plain walk over people and events."""
    assert GSTM1.transcript
    coding = frozenset(base for part in GSTM1.transcript.coding if part for base in range(*part))
    question = Question("chr1", GSTM1.start, GSTM1.end, coding=coding, rule="coding")
    people = [person for person in CONTENTS.people if is_counted(person, question)]
    losses = sum(bool(carried(person, CONTENTS.events, "loss", question)) for person in people)
    gains = sum(bool(carried(person, CONTENTS.events, "gain", question)) for person in people)
    served = Reader(client.get("/gene", params={"gene": "GSTM1"}).text)
    description = served.meta["description"]
    assert description.startswith("SIMULATED DATA: these people do not exist. Coding sequence lost in ")
    assert f" {losses} of {len(people)}" in description
    assert f"{gains} of {len(people)}" in served.parts["cnv-first"]
    assert served.meta["og:description"] == description
    assert len(description) <= content.LONGEST
    assert description.endswith(".")
    picture = client.get("/preview.png", params={"gene": "GSTM1"}).text
    for told in (f"{losses} of {len(people)}", "SIMULATED DATA", "Counted: credible losses and gains", '"GSTM1"'):
        assert told in picture


REFUSED = (
    ("gene", {"gene": "NOPE99"}),
    ("gene", {"gene": "TWIN"}),
    ("gene", {"gene": "chr1"}),
    ("gene", {}),
    ("gene", {"gene": "GSTM1", "filter": "PASSED"}),
    ("gene", {"gene": "GSTM1", "unknown": "1"}),
    ("gene", {"gene": "GSTM1", "site": "chr2-1-2-loss"}),
    ("gene", {"gene": HOSTILE}),
    ("region", {"region": "chr99"}),
    ("region", {}),
    ("genes", {"gene": "NOPE99,NOPE98"}),
    ("genes", {"gene": "GSTM1,NOPE98"}),
    ("start", {"filter": "bogus"}),
)
OPENED = ({"gene": "NOPE99"}, {"gene": "GSTM1", "filter": "PASSED"}, {"region": "chr99"}, {"gene": "GSTM1,NOPE98"})
"""Of those the page is opened too, for its title: a kind of each."""


@pytest.mark.parametrize(("view", "query"), REFUSED)
def test_what_is_refused_has_its_title_and_no_number(
    client: TestClient, database: Path, monkeypatch: pytest.MonkeyPatch, view: str, query: dict[str, str]
) -> None:
    answer = client.get("/" if view == "start" else f"/{view}", params=query)
    served = Reader(answer.text)
    assert "cnv-first" not in served.parts
    assert not served.pictures
    assert served.meta["robots"] == "noindex"
    assert not {"description", "og:description", "og:image"} & set(served.meta)
    assert "canonical" not in served.links
    assert not re.search(r"\d", served.title.replace("GSTM1", "").replace("1 gene", "").replace("1000 Genomes", ""))
    if query in OPENED:
        titles: list[str] = []
        monkeypatch.setattr(st, "set_page_config", lambda **given: titles.append(given.get("page_title", "")))
        opened_page(monkeypatch, database, view, query)
        assert served.title == titles[-1]


def test_a_list_of_genes(client: TestClient) -> None:
    served = Reader(client.get("/genes", params={"gene": "GSTM1,ADAM3A"}).text)
    assert served.title.startswith("2 genes · SIMULATED · ")
    assert "Losses and gains of GSTM1 and ADAM3A, one row a gene." in served.meta["description"]
    assert "Counted: " in served.parts["cnv-first"]


def test_a_cohort_that_is_not_simulated_is_for_search_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_file(tmp_path / "cnv.duckdb", replace(CONTENTS, provenance={"simulated": "no"}))
    monkeypatch.setenv("CNV_DATABASE", str(file))
    with TestClient(Starlette(routes=routes()), base_url="http://served.test") as client:
        for path in ("/gene?gene=GSTM1", "/region?region=chr1:109600000-109800000", "/", "/data", "/preview.png"):
            answer = client.get(path)
            assert not re.search("SIMULATED|Simulated data", unquote(answer.text)), path
            assert "noindex" not in answer.text
        assert 'content="noindex"' in client.get("/gene?gene=NOPE99").text
        # nor is anybody kept by name, of real people least of all
        for query in ("", "?sample=SIM00003", "?sample=NOBODY"):
            assert 'content="noindex"' in client.get(f"/sample{query}").text


def test_names_are_text_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gene = GeneRow(HOSTILE, "chr1", 1_000_000, 1_010_000, gene_id="ENSG00000900099", description=HOSTILE)
    file = write_file(tmp_path / "cnv.duckdb", Contents(people=CONTENTS.people, genes=[gene]))
    monkeypatch.setenv("CNV_DATABASE", str(file))
    (tmp_path / "operator.toml").write_text(
        f'name = """{HOSTILE.replace(chr(34), chr(92) + chr(34))}"""\npublic_address = "{PUBLIC}"\n'
    )
    monkeypatch.setenv("CNV_OPERATOR", str(tmp_path / "operator.toml"))
    with TestClient(Starlette(routes=routes()), base_url="http://served.test") as client:
        plain = Reader(client.get("/data").text)
        for path, query in (("/gene", {"gene": "ENSG00000900099"}), ("/genes", {"gene": "ENSG00000900099"})):
            served = Reader(client.get(path, params=query).text)
            assert served.scripts == plain.scripts
            assert HOSTILE in served.title
            assert served.meta["og:site_name"] == HOSTILE
            assert HOSTILE in served.parts["cnv-first"]
            assert set(served.meta) <= {*plain.meta, "og:image:alt"}
        refused = Reader(client.get("/gene", params={"gene": HOSTILE, HOSTILE: HOSTILE}).text)
        assert refused.scripts == plain.scripts


def test_addresses_are_public_in_one_spelling(tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "operator.toml").write_text(f'public_address = "{PUBLIC}"\n')
    monkeypatch.setenv("CNV_DATABASE", str(database))
    monkeypatch.setenv("CNV_OPERATOR", str(tmp_path / "operator.toml"))
    app = Starlette(routes=routes(), middleware=[Middleware(BelowPath)])
    with TestClient(app, base_url="http://served.test") as client:
        spellings = (
            "gene=GSTM1&filter=pass",
            "filter=pass&gene=gstm1&overlap=coding",
            "gene=ENSG00000134184&filter=pass&cohort=unrelated",
        )
        for spelling in spellings:
            served = Reader(client.get(f"/cnv/gene?{spelling}").text)
            assert served.links["canonical"] == f"{PUBLIC}/gene?gene=GSTM1&filter=pass"
            assert served.meta["og:url"] == served.links["canonical"]
            assert served.meta["og:image"] == f"{PUBLIC}/preview.png?gene=GSTM1&filter=pass"
        picture = client.get(served.meta["og:image"].removeprefix("https://cohort.example.org"))
        assert picture.status_code == 200
        assert "credible" not in picture.text
        for path, address in (
            ("/cnv/", f"{PUBLIC}/"),
            ("/cnv/data", f"{PUBLIC}/data"),
            ("/cnv/?filter=pass", f"{PUBLIC}/?filter=pass"),
        ):
            served = Reader(client.get(path).text)
            assert served.links["canonical"] == address
            assert served.meta["og:image"].startswith(f"{PUBLIC}/preview.png")
        # links of what the page says first lead below the path, and what the browser asks for stands beside the page
        text = client.get("/cnv/gene?gene=GSTM1&overlap=any").text
        assert set(re.findall(r'<a href="(/[^"?]*)', text)) == {
            *("/cnv/", "/cnv/gene", "/cnv/region", "/cnv/sites", "/cnv/data")
        }
        assert '<script src="./away.js?' in text


def test_without_a_public_address_nothing_is_absolute(client: TestClient) -> None:
    served = Reader(client.get("/gene", params={"gene": "GSTM1"}).text)
    assert not {"og:url", "og:image"} & set(served.meta)
    assert "canonical" not in served.links
    assert served.links["shortcut icon"] == "./favicon.ico"


def test_a_busy_server_gives_the_plain_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "SENTENCE_TIME", 0.05)
    for _ in range(turns.PAGES_AT_ONCE):
        turns._turns.acquire()
    try:
        served = Reader(client.get("/gene", params={"gene": "GSTM1"}).text)
        assert served.title == "Gene · 1000 Genomes CNV explorer"
        assert "cnv-first" not in served.parts
        assert served.meta["robots"] == "noindex"
    finally:
        for _ in range(turns.PAGES_AT_ONCE):
            turns._turns.release()
    monkeypatch.setattr(shell, "SENTENCE_TIME", 60.0)
    assert "cnv-first" in Reader(client.get("/gene", params={"gene": "GSTM1"}).text).parts


def test_a_fault_of_what_comes_first_is_logged_and_the_page_comes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(shell, "content_of", fail)
    answer = client.get("/gene", params={"gene": "GSTM1"})
    assert (answer.status_code, Reader(answer.text).title) == (200, "Gene · 1000 Genomes CNV explorer")
    assert "what /gene?gene=GSTM1 says first could not be made" in caplog.text


def test_without_a_database_there_is_the_plain_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_DATABASE", str(tmp_path / "none.duckdb"))
    with TestClient(Starlette(routes=routes()), base_url="http://served.test") as client:
        served = Reader(client.get("/gene", params={"gene": "GSTM1"}).text)
        assert served.title == "Gene · 1000 Genomes CNV explorer"
        assert client.get("/preview.png").status_code == 503


def test_an_address_is_counted_once_for_many(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = shell.content_of

    def slow(*given: Any) -> content.Content:
        made.append(threading.current_thread().name)
        time.sleep(0.3)
        return real(*given)

    monkeypatch.setattr(shell, "content_of", slow)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: client.get("/gene", params={"gene": "GSTM1"}).text, range(20)))
    assert len(made) == 1
    assert len(set(answers)) == 1
    assert "cnv-lead" in answers[0]


def test_a_picture_that_is_not_ready_is_there_for_the_next(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "PICTURE_TIME", 0.0)
    first = client.get("/gene", params={"gene": "GSTM1"}).text
    assert "cnv-lead" in first
    assert not Reader(first).pictures
    deadline = time.monotonic() + 30
    while not Reader(client.get("/gene", params={"gene": "GSTM1"}).text).pictures:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("operator", ["granularity = 'boolean'", "granularity = 'count'\nsmallest_cell = 5"])
def test_what_is_withheld_is_not_in_the_picture(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch, operator: str
) -> None:
    """tests/dashboard/operating walks all that is served; here, that the whole picture gives way to one that may be shown."""
    (tmp_path / "operator.toml").write_text(operator)
    monkeypatch.setenv("CNV_DATABASE", str(database))
    monkeypatch.setenv("CNV_OPERATOR", str(tmp_path / "operator.toml"))
    with TestClient(Starlette(routes=routes()), base_url="http://served.test") as client:
        text = client.get("/gene", params={"gene": "GSTM1"}).text
        pictures = Reader(text).pictures
        assert lead(text)
        assert not any("along the genome" in (picture["alt"] or "") for picture in pictures)
        assert bool(pictures) == ("count" in operator)


def test_the_answer_is_compressed_and_known_again(client: TestClient) -> None:
    address = "/gene?gene=GSTM1"
    plain = client.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
        assert packed.headers["etag"] == plain.headers["etag"]
        assert packed.headers["vary"] == "Accept-Encoding"
        assert packed.headers["cache-control"] == "no-cache"
    assert client.get("/gene?gene=GSTM1&filter=pass").headers["etag"] != plain.headers["etag"]
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")


def test_streamlits_own_page_is_in_it_and_its_words_are_not(client: TestClient) -> None:
    text = client.get("/").text
    assert "<noscript>" not in text
    assert "<title>Streamlit</title>" not in text
    assert text.count("<title>") == text.count('rel="shortcut icon"') == text.count('id="root"') == 1
    assert text.index('src="./away.js') < text.index('type="module"')


def test_what_our_components_run_is_asked_for_at_once_and_kept(client: TestClient) -> None:
    text = client.get("/data").text
    for name in ("search", "table", "controls"):
        (address,) = re.findall(rf'<link rel="modulepreload"[^>]* href="\.(/{name}\.js\?[0-9a-f]{{16}})">', text)
        # the very address that the component imports, or it would be fetched twice
        assert f'new URL(".{address}"' in programs.loading(name)
        answer = client.get(address)
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]
        assert (settings.ASSETS / f"{name}.js").read_text(encoding="utf-8") in answer.text
        assert client.get(address, headers={"accept-encoding": "identity"}).text == answer.text


@pytest.mark.parametrize(
    "path", ["/preview.png?gene=GSTM1", "/preview.png?region=chr1", "/preview.png", "/preview.png?gene=GSTM1,ADAM3A"]
)
def test_the_picture_of_a_preview_has_its_size(client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(chart, "drawing", Drawing())
    answer = client.get(path)
    assert answer.headers["content-type"] == "image/png"
    picture = io.BytesIO(answer.content)
    assert picture.read(8) == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", answer.content[16:24]) == (1200, 630)
    known = client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert known.status_code == 304


@pytest.mark.parametrize(
    ("query", "status"),
    [({"gene": "NOPE99"}, 404), ({"gene": "GSTM1", "filter": "x"}, 400), ({"gene": "A", "region": "chr1"}, 400)],
)
def test_a_preview_that_cannot_be_is_refused(client: TestClient, query: dict[str, str], status: int) -> None:
    answer: httpx.Response = client.get("/preview.png", params=query)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
