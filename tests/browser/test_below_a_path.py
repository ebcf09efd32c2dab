"""The whole dashboard below `/cnv` behind nginx, which passes that path on or takes it off: pages, sockets, files, the Beacon.

The address of the server ends with the path, so whatever a browser asks for beside it counts as a request to another host.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.dashboard.served import served
from tests.nginx import blocks, nginx

PATH = "/cnv"
"""The path in the README's blocks."""
WAYS = ("passed on", "taken off")
PAGES = ("/", "/gene?gene=GSTM1", "/region?region=chr1:109650000-109750000", "/data", "/gene?gene=NOSUCHGENE")
LINKS = """() => {
  const found = []
  const walk = (root) => {
    for (const part of root.querySelectorAll("*")) {
      const address = part.getAttribute("href") ?? part.getAttribute("xlink:href") ?? part.getAttribute("data-address")
      if (address && part.tagName !== "LINK") found.push(address)
      if (part.shadowRoot) walk(part.shadowRoot)
    }
  }
  walk(document)
  return found
}"""


@pytest.fixture(scope="session")
def proxies(pointer: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One dashboard behind both ways of nginx, by way."""
    with (
        served(pointer, "--path", PATH, "--trusted-proxy", "127.0.0.1") as inner,
        nginx(tmp_path_factory.mktemp("nginx"), [(block, inner) for block in blocks()]) as addresses,
    ):
        yield dict(zip(WAYS, addresses, strict=True))


@pytest.fixture(scope="session", params=WAYS)
def base_url(proxies: dict[str, str], request: pytest.FixtureRequest) -> str:
    return proxies[request.param] + PATH


def ours(links: list[str], base_url: str) -> set[str]:
    """Addresses of this server among the links of a page; each has to lie below the path."""
    origin = base_url.removesuffix(PATH)
    found = {urljoin(origin, link) for link in links if not link.startswith(("#", "mailto:"))}
    here = {link for link in found if link.startswith(f"{origin}/")}
    assert {link for link in here if not link.startswith(f"{base_url}/")} == set()
    return here


def test_pages_and_all_that_they_lead_to(opened: Callable[[str], Page], proxies: dict[str, str], base_url: str) -> None:
    found: set[str] = set()
    # behind the second way stands the same program, which sees no difference once the path is taken in
    whole = base_url == f"{proxies[WAYS[0]]}{PATH}"
    for path in PAGES if whole else PAGES[1:2]:
        page = opened(path)
        if "GSTM1" in path:
            expect(page.locator("[data-testid='stVegaLiteChart'] svg").first).to_be_visible()
        links = page.evaluate(LINKS)
        written = " ".join(page.locator("pre").all_text_contents())
        links += re.findall(r"https?://127[^\"'\s]+", written)
        found |= ours(links, base_url)
    parts = {urlsplit(link).path.removeprefix(PATH).split("/")[1] for link in found}
    expected = {"", "gene", "region", "data", "download", "chart", "beacon", "health"}
    assert expected | ({"rules", "glossary"} if whole else set()) <= parts
    # the same table of another filter is answered by the same route; a file of each kind is asked for
    of_each_kind = {urlsplit(link).path: link for link in sorted(found)}
    with httpx.Client(timeout=60) as client:
        for link in of_each_kind.values():
            assert client.get(link).status_code == 200, link


def test_clicks_suggestions_and_back_stay_below_the_path(opened: Callable[[str], Page], base_url: str) -> None:
    page = opened("/gene?gene=GSTM1")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Region").click()
    region = re.compile(re.escape(f"{base_url}/region?region=chr1") + "(:|%3A)109682815-109698745$")
    page.wait_for_url(region)
    settled(page)
    box = page.get_by_role("combobox", name="Gene, region, site or sample")
    box.fill("GSTM2")
    page.get_by_role("listbox").get_by_role("option").first.click()
    page.wait_for_url(f"{base_url}/gene?gene=GSTM2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("GSTM2")
    page.go_back()
    page.wait_for_url(region)
    page.reload()
    settled(page)
    assert region.search(page.url)


@pytest.mark.parametrize(
    "path", ["/beacon", "/beacon/map", "/beacon/openapi.json", "/beacon/docs", "/beacon/g_variants?geneId=GSTM1", "/beacon/nothing"]
)  # fmt: skip
def test_the_beacon_names_addresses_below_the_path_that_lead_back(base_url: str, path: str) -> None:
    answer = httpx.get(base_url + path, timeout=60)
    told = set(re.findall(r"https?://127[^\"'\s<>\\]+", answer.text))
    assert told or path in ("/beacon/docs", "/beacon/nothing")
    for address in told:
        assert address.startswith(f"{base_url}/"), address
        assert httpx.get(address, timeout=60).status_code == 200, address
    if "g_variants" in path:
        assert len(answer.json()["beaconHandovers"]) == 3
    assert f"{PATH}/beacon/nothing" in answer.text or answer.status_code == 200


def test_files_and_answers_name_no_address_beside_the_path(base_url: str) -> None:
    def get(path: str, accept: str = "*/*") -> httpx.Response:
        return httpx.get(base_url + path, headers={"Accept": accept}, timeout=60)

    offered = get("/suggest?q=GSTM").json()
    addresses = [offered["address"], *(offer["address"] for offer in offered["suggestions"])]
    assert len(addresses) >= 3
    assert all(address.startswith(f"{PATH}/gene?gene=") for address in addresses)
    rules = re.findall(r"Disallow: (.*)", get("/robots.txt").text)
    assert rules == [
        f"{PATH}/download",
        f"{PATH}/chart/",
        f"{PATH}/rows/",
        f"{PATH}/suggest",
        f"{PATH}/media/",
        f"{PATH}/_stcore/",
    ]
    for path in ("/nothing", "/download/nothing.csv", "/chart/nothing.svg"):
        for accept in ("text/html", "application/json", "text/plain"):
            missing = get(path, accept)
            assert missing.status_code == 404
            named = re.findall(
                r"(?<![\w<.])/[\w/.-]*", re.sub(r"<style>.*?</style>", "", unescape(missing.text), flags=re.DOTALL)
            )
            assert named
            assert all(address.startswith(f"{PATH}/") for address in named), named
    assert get("/download/carriers.json?gene=GSTM1").json()["meta"]["address"] == (
        f"{PATH}/download/carriers.json?gene=GSTM1"
    )
    assert f"{PATH}/download/carriers.bed?gene=GSTM1" in get("/download/carriers.bed?gene=GSTM1").text
    slashed = get("/gene/?gene=GSTM1")
    assert (slashed.status_code, slashed.headers["location"]) == (301, f"{PATH}/gene?gene=GSTM1")
    paper = httpx.get(f"{base_url}/rules")
    targets = {urljoin(f"{base_url}/rules", link) for link in re.findall(r'href="([^"]*)"', paper.text)}
    assert targets
    assert all(target.startswith(f"{base_url}/") for target in targets), targets


def test_what_lies_beside_the_path_is_not_there(proxies: dict[str, str], base_url: str) -> None:
    way = proxies["passed on"]
    assert httpx.get(f"{way}/gene").status_code in (403, 404)
    bare = httpx.get(base_url.removesuffix(PATH) + PATH)
    assert bare.status_code == 301
    assert urlsplit(bare.headers["location"]).path == f"{PATH}/"
