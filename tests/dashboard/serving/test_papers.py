"""The rules and the glossary as pages of a dashboard: whole, with the anchors that links use, and linked from the data page."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.components import data
from dashboard.question import links
from dashboard.server import ROUTES
from dashboard.serving.papers import PAPERS, paper
from data_prep.domain import callers

DOCS = Path(__file__).resolve().parents[3] / "docs"


class Page(HTMLParser):
    """Ids, addresses and text of a page, by another parser than the one that made it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.addresses += [values["href"] or ""] if tag == "a" else []

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    client = TestClient(Starlette(routes=[Route(path, paper) for path in PAPERS]))
    answers = {path: client.get(path) for path in PAPERS}
    assert all(answer.status_code == 200 for answer in answers.values())
    assert all(answer.headers["Content-Type"].startswith("text/html") for answer in answers.values())
    return {path: Page(answer.text) for path, answer in answers.items()}


def headings(file: str) -> Iterator[str]:
    yield from re.findall(r"^#+ (.+)$", (DOCS / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_server_has_their_routes() -> None:
    assert set(PAPERS) <= {route.path for route in ROUTES}


def test_every_heading_is_shown_with_its_anchor(pages: dict[str, Page]) -> None:
    for path, file in PAPERS.items():
        titles = list(headings(file))
        assert len(titles) > 10
        assert len(pages[path].ids) == len(titles)
        for title in titles:
            assert title in pages[path].words
    assert "r7-overlap-rules" in pages[links.RULES].ids
    assert {"f_st", "expected-copy-number", "wilson-interval"} <= set(pages[links.GLOSSARY].ids)


def test_what_stands_in_the_file_is_shown(pages: dict[str, Page]) -> None:
    """Word by word, but for the signs of Markdown and the targets of links."""
    for path, file in PAPERS.items():
        text = re.sub(r"\]\([^)]*\)", " ", (DOCS / file).read_text(encoding="utf-8"))
        shown = set(re.findall(r"\w+", pages[path].words))
        assert not set(re.findall(r"\w+", text)) - shown


def test_links_between_them_lead_to_headings_and_others_are_taken_off(pages: dict[str, Page]) -> None:
    """A dashboard that was installed has no other file of the repository; what it shows must not lead nowhere."""
    across = 0
    for path, page in pages.items():
        for address in page.addresses:
            if address == "./":
                continue
            assert address, "a link to the page itself says nothing"
            name, _, fragment = address.partition("#")
            there = f"/{name}" if name else path
            assert there in pages, address
            assert not fragment or fragment in pages[there].ids, address
            across += there != path
    assert across > 50
    assert not any(".md" in address for page in pages.values() for address in page.addresses)


def test_the_data_page_leads_to_both(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("dashboard.components.data.st.html", shown.append)
    data.definitions([callers.DRAGEN])
    addresses = Page("".join(shown)).addresses
    assert {links.RULES, links.GLOSSARY} <= set(addresses)
