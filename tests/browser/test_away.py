"""A page whose server is away says so itself and stays usable; what was asked meanwhile is applied or put back."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dashboard.colours import DARK
from tests.browser.conftest import SIZE, settled
from tests.dashboard.served import end, fork
from tests.nginx import blocks, nginx

OBSTACLES = """() => ({
  inert: Boolean(document.querySelector("#root").inert || document.querySelector("#root").closest("[inert], [aria-hidden=true]")),
  scrolls: getComputedStyle(document.documentElement).overflow !== "hidden",
  dialogs: document.querySelectorAll("[role=dialog], [data-testid=stDialog]").length,
})"""
# Milliseconds after the page began.
WHEN_SAID = """addEventListener("DOMContentLoaded", () => {
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".cnv-away")?.textContent) return
    window.said = performance.now()
    observer.disconnect()
  }).observe(document.body, { subtree: true, childList: true })
})"""
NONE = {"inert": False, "scrolls": True, "dialogs": 0}
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


class Server:
    """A dashboard that is stopped and started again on its port."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._process: int | None = None
        self._port = "0"
        self.address = ""

    def start(self) -> None:
        self._process, said = fork(["--port", self._port], {"CNV_DATABASE": str(self._database)})
        ready = re.search(r"http://localhost:(\d+)", said)
        assert ready, said
        self.address, self._port = ready[0], ready[1]

    def send(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process, number)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            if number != signal.SIGTERM:
                self.send(number)
            end(self._process)
            self._process = None


@pytest.fixture(scope="module")
def server(pointer: Path, tab: Page) -> Iterator[Server]:
    server = Server(pointer)
    server.start()
    yield server
    tab.goto("about:blank")  # or the page would ask for its server while the next test looks on
    server.stop()


def strip(page: Page) -> Locator:
    return page.locator(".cnv-away")


def open_gene(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/gene?gene=GSTM1")
    settled(page)
    expect(page.get_by_role("radio", name="PASS")).to_be_enabled()


def test_the_page_stays_usable_and_says_since_when(page: Page, server: Server) -> None:
    page.emulate_media(color_scheme="dark")
    open_gene(page, server)
    assert strip(page).get_attribute("role") == "status"
    assert strip(page).inner_text() == ""
    server.stop()
    expect(strip(page)).to_contain_text(re.compile(r"Not connected to the server since \d\d:\d\d:\d\d\..* tries again"))
    # Streamlit's dialog comes with the first try that fails
    page.wait_for_event("console", lambda message: "server endpoint" in message.text, timeout=30_000)
    page.wait_for_timeout(500)
    assert page.evaluate(OBSTACLES) == NONE
    expect(page.get_by_role("radio", name="PASS")).to_be_disabled()
    page.mouse.move(700, 400)
    page.mouse.wheel(0, 700)
    page.wait_for_function(f"() => {SCROLLED} > 300")
    fold = page.locator("details:not([open]) > summary").first
    fold.click()
    assert page.locator("details[open]").count() == 1
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        # the end of the page is not hidden below the strip
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 1e6)")
        box, foot = strip(page).bounding_box(), page.locator("footer.cnv-foot").bounding_box()
        assert box is not None
        assert foot is not None
        assert (round(box["x"]), round(box["width"]), round(box["y"] + box["height"])) == (0, width, 900)
        assert foot["y"] + foot["height"] <= box["y"]
    colours = strip(page).evaluate("(part) => [getComputedStyle(part).color, getComputedStyle(part).backgroundColor]")
    assert colours == [
        f"rgb({int(hue[1:3], 16)}, {int(hue[3:5], 16)}, {int(hue[5:7], 16)})" for hue in (DARK.text, DARK.notice)
    ]
    page.set_viewport_size(SIZE)
    server.start()
    expect(strip(page)).to_contain_text("Connected to the server again.")
    expect(strip(page)).to_be_empty()
    expect(page.get_by_role("radio", name="PASS")).to_be_enabled()
    assert page.locator("details[open]").count() == 1


def test_a_control_whose_change_was_lost_shows_what_is_counted(page: Page, server: Server) -> None:
    """The server hangs, so the page does not know yet that what is chosen reaches nobody."""
    open_gene(page, server)
    server.send(signal.SIGSTOP)
    page.get_by_role("radio", name="PASS").click()
    server.stop(signal.SIGKILL)
    expect(strip(page)).to_contain_text("Not connected")
    server.start()
    expect(strip(page)).to_be_empty()
    settled(page)
    shown = page.get_by_role("radio", name="PASS").get_attribute("aria-checked") == "true"
    assert shown == ("filter=pass" in page.url)
    assert page.get_by_role("radio", name="credible").get_attribute("aria-checked") == str(not shown).lower()
    expect(page.locator(".cnv-counted").first).to_contain_text("PASS" if shown else "credible")
    # and it works anew
    page.get_by_role("radio", name="sensitive").click()
    page.wait_for_url("**filter=sensitive**")


def test_a_link_that_was_followed_meanwhile_opens_when_the_server_is_back(page: Page, server: Server) -> None:
    open_gene(page, server)
    server.stop()
    expect(strip(page)).to_contain_text("Not connected")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Region").click()
    expect(strip(page)).to_contain_text("What you chose opens then; until then the page shows what it showed before.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("GSTM1")
    server.start()
    expect(page.get_by_role("heading", level=1)).to_contain_text("chr1:")
    assert page.url.startswith(f"{server.address}/region?region=chr1")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("GSTM1")


def test_a_proxy_that_passes_no_websocket(visitor: BrowserContext, server: Server, tmp_path: Path) -> None:
    block = blocks()[0]
    shut = re.sub(r"\n *proxy_set_header (Upgrade|Connection) [^\n]*", "", block).replace(
        "location /cnv/", "location /"
    )
    assert shut.count("\n") == block.count("\n") - 2
    # a tab of its own, since what is written into every page of a tab stays there
    with nginx(tmp_path, [(shut, server.address)]) as (address,), closing(visitor.new_page()) as page:
        page.add_init_script(WHEN_SAID)
        page.goto(f"{address}/gene?gene=GSTM1")
        expect(strip(page)).to_contain_text("no WebSocket gets through")
        assert page.evaluate("window.said") >= 4_900, "a connection that is only slow was called blocked"
        expect(strip(page)).to_contain_text("/_stcore/stream")
        said = strip(page).inner_text()
        for line in re.findall(r"proxy_http_version 1.1;|proxy_set_header (?:Upgrade|Connection) [^\n]*", block):
            assert line in said
        assert page.evaluate(OBSTACLES) == NONE
