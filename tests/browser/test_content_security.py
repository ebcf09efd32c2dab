"""Pages in a real browser under the Content-Security-Policy: nothing that they need is blocked, nothing else is let in.

Of the first, `opened` tells in every test that opens a page; those of test_accessibility open each of them in both themes.
"""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import settled


def test_neither_a_chromosome_nor_what_is_drawn_later_meets_its_policy(
    page: Page, opened: Callable[[str], Page]
) -> None:
    """Charts, and the list of the box."""
    for scheme, path in (
        ("dark", "/region?region=chr1"),
        ("light", "/region?region=chr1"),
        ("light", "/gene?gene=GSTM1"),
    ):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        opened(path)
    page.wait_for_selector("[data-testid='stVegaLiteChart'] svg, [data-testid='stVegaLiteChart'] canvas")
    page.get_by_role("combobox", name="Gene, region, site or sample").fill("gst")
    page.wait_for_selector("[role=option]")
    assert page.evaluate("window.blocked") == []


def test_the_policy_holds(page: Page, base_url: str) -> None:
    """A script of another site, an inline one, a frame, a request elsewhere: none of them gets through."""
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
