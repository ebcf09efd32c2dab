"""Every page in a real browser under the Content-Security-Policy: nothing that it needs is blocked, nothing else is let in."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import settled

PAGES = (
    "/",
    "/gene?gene=GSTM1",
    "/gene?gene=SMN1",
    "/gene?gene=NOSUCHGENE",
    "/region?region=chr1:109650000-109750000",
    "/region?region=chr1",
    "/data",
    "/sample?sample=SIM00003",
)
LISTEN = """
  window.blocked = []
  document.addEventListener("securitypolicyviolation", (event) =>
    window.blocked.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
"""


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """A tab of its own, since what is written into every page of a tab stays there."""
    tab = visitor.new_page()
    yield tab
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_meets_its_own_policy(visitor: BrowserContext, base_url: str, scheme: str) -> None:
    """Charts, components, fonts, tables: seen by the browser's own report of each violation, and by its console."""
    page = visitor.new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(LISTEN)
    for path in PAGES:
        answer = page.goto(base_url + path)
        assert answer
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        settled(page)
        if path.startswith("/gene?gene=GSTM1"):
            page.wait_for_selector("[data-testid='stVegaLiteChart'] svg, [data-testid='stVegaLiteChart'] canvas")
            page.get_by_role("combobox", name="Gene, region, site or sample").fill("gst")
            page.wait_for_selector("[role=option]")
        assert page.evaluate("window.blocked") == [], path
    assert [text for text in said if "Content Security Policy" in text or "Permissions-Policy" in text] == []
    page.close()


def test_the_policy_holds(page: Page, base_url: str) -> None:
    """A script of another site, an inline one, a frame, a request elsewhere: none of them gets through."""
    page.add_init_script(LISTEN)
    page.goto(base_url + "/gene?gene=GSTM1")
    settled(page)
    page.evaluate("""async () => {
      const add = (tag, more) => document.body.append(Object.assign(document.createElement(tag), more))
      add("script", { src: "http://127.0.0.1:9/x.js" })
      add("script", { textContent: "window.ran = true" })
      add("iframe", { src: "http://127.0.0.1:9/" })
      add("img", { src: "http://127.0.0.1:9/x.png" })
      await fetch("http://127.0.0.1:9/").catch(() => 0)
    }""")
    # the policy forbids the browser to wait by an expression of ours
    until = time.monotonic() + 30
    while page.evaluate("window.blocked.length") < 5 and time.monotonic() < until:
        page.wait_for_timeout(100)
    kinds = {line.split(" ")[0] for line in page.evaluate("window.blocked")}
    assert kinds == {"script-src-elem", "frame-src", "img-src", "connect-src"}
    assert page.evaluate("window.ran") is None


def test_a_page_that_is_not_there_says_so_and_leads_on(page: Page, base_url: str) -> None:
    page.add_init_script(LISTEN)
    answer = page.goto(base_url + "/nonexistent")
    assert answer
    assert answer.status == 404
    assert page.evaluate("window.blocked") == []
    assert page.get_by_role("heading", name="Not found").is_visible()
    page.get_by_role("link", name="Gene", exact=True).click()
    settled(page)
    assert page.url == base_url + "/gene"


def test_the_address_of_a_picture_shows_it(opened: Callable[[str], Page], page: Page, base_url: str) -> None:
    """A chart opened by itself keeps its colours and letters, which are styles within it."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(base_url + "/chart/frequency-loss.svg?gene=GSTM1")
    assert page.evaluate("document.documentElement.tagName") == "svg"
    assert said == []
