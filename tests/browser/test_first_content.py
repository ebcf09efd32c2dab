"""What a page says first: there before the page is alive, read without scripts, and gone without moving anything."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIZE, settled

ADDRESSES = ("/gene?gene=GSTM1", "/region?region=chr1:109600000-109800000")
WATCH = """
window.shifts = 0
window.order = []
window.titles = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value
}).observe({ type: "layout-shift", buffered: true })
const saw = (what) => window.order.includes(what) || window.order.push(what)
new MutationObserver(() => {
  if (document.querySelector(".cnv-first .cnv-lead")) saw("first")
  if (document.querySelector("#root .cnv-lead")) saw("alive")
  if (window.order.length && !document.querySelector(".cnv-first")) saw("gone")
}).observe(document, { subtree: true, childList: true })
document.addEventListener("DOMContentLoaded", () => {
  const note = () => window.titles.push(document.title)
  note()
  setInterval(note, 10)
})
"""


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that was never here."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.add_init_script(WATCH)
    yield page
    context.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_answer_comes_first_and_goes_without_a_shift(fresh: Page, base_url: str, address: str) -> None:
    asked: list[str] = []
    fresh.on("request", lambda request: asked.append(request.url))
    # drawn for the first who asks, there for the next
    for _ in range(3):
        fresh.request.get(base_url + address)
        fresh.wait_for_timeout(300)
    fresh.goto(base_url + address, wait_until="commit")
    first = fresh.locator(".cnv-first")
    said = first.locator(".cnv-lead").inner_text()
    assert first.get_by_role("img").get_attribute("alt")
    expect(first).to_have_count(0)
    settled(fresh)
    fresh.wait_for_timeout(1_000)
    assert fresh.evaluate("window.order") == ["first", "alive", "gone"]
    assert fresh.evaluate("window.shifts") < 0.1
    assert fresh.locator(".cnv-lead").first.inner_text().split() == said.split()
    # one title from the first byte on, and no address asked in vain
    assert len(set(fresh.evaluate("window.titles"))) == 1
    assert "SIMULATED" in fresh.title()
    assert not [url for url in asked if re.search(r"/(gene|region)/_stcore", url)]
    assert any(url.endswith("/_stcore/health") for url in asked)


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_scripts_the_answer_is_read(browser: Browser, base_url: str, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base_url + address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".cnv-lead")).to_contain_text("of 1")
    expect(page.get_by_role("note")).to_contain_text("Simulated data.")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Data").click()
    assert page.url == f"{base_url}/data"
    context.close()


def test_while_nothing_connects_the_answer_stays_readable(fresh: Page, base_url: str) -> None:
    """The page's own program fails: what was served is all there is, and the strip says why."""
    fresh.route("**/_stcore/health", lambda route: route.abort())
    fresh.goto(f"{base_url}/gene?gene=GSTM1")
    expect(fresh.locator(".cnv-away")).to_contain_text("no WebSocket gets through", timeout=20_000)
    expect(fresh.locator(".cnv-first .cnv-lead")).to_be_visible()
    expect(fresh.locator(".cnv-away")).to_be_visible()


@pytest.mark.parametrize("address", ["/gene?gene=NOPE99", "/gene"])
def test_a_page_without_an_answer_has_nothing_first(fresh: Page, base_url: str, address: str) -> None:
    fresh.goto(base_url + address)
    settled(fresh)
    assert fresh.evaluate("window.order") == []
    expect(fresh).to_have_title("Gene · SIMULATED · 1000 Genomes CNV explorer")
