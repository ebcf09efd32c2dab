"""Chromium, and dashboards for it to open."""

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.dashboard.demonstration import demonstration, with_a_trio
from tests.dashboard.served import served
from tests.dashboard.small_database import publish, write_file

SIZE: ViewportSize = {"width": 1440, "height": 900}
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LISTEN = """
  window.blocked = []
  document.addEventListener("securitypolicyviolation", (event) =>
    window.blocked.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
"""
# A busy machine takes seconds over what an idle one does at once; a test waits that long only where it fails.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.fail("There is no Chromium for the browser tests: install the Debian package “chromium”.", pytrace=False)
    return {"executable_path": found, "args": list(QUIET), "headless": True}


@pytest.fixture(scope="session")
def pointer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    publish(folder / "cnv.duckdb", write_file(folder / "cnv-1.duckdb", with_a_trio(demonstration())))
    return folder / "cnv.duckdb"


@pytest.fixture(scope="session")
def base_url(pointer: Path) -> Iterator[str]:
    with served(pointer) as address:
        yield address


@pytest.fixture(scope="session")
def visitor(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """One browser with a profile on the disk, as a returning visitor's: it keeps Streamlit's 140 files in its cache, compiled."""
    profile = tmp_path_factory.mktemp("profile")
    context = browser_type.launch_persistent_context(profile, viewport=SIZE, **browser_type_launch_args)
    yield context
    context.close()


@pytest.fixture(scope="session")
def tab(visitor: BrowserContext) -> Page:
    """The one tab of the visitor: a page costs half as much in a tab that had one before, whose program is still in memory.

    Each page in it writes down what its Content-Security-Policy blocks.
    """
    tab = visitor.new_page()
    tab.add_init_script(LISTEN)
    return tab


@pytest.fixture
def page(tab: Page, visitor: BrowserContext) -> Page:
    """The tab as if it were fresh: its history forgotten, in the light, as large as at first.

    A tab keeps 50 entries, so without this a test that counts them would find no more at some time.
    """
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size(SIZE)
    protocol = visitor.new_cdp_session(tab)
    protocol.send("Page.resetNavigationHistory")
    protocol.detach()
    return tab


@pytest.fixture(scope="session")
def elsewhere(browser: Browser) -> Iterator[Page]:
    """A tab of a second browser, which speaks another language, in another time zone and a smaller window."""
    context = browser.new_context(locale="de-DE", timezone_id="Asia/Tokyo", viewport={"width": 1100, "height": 700})
    yield context.new_page()
    context.close()


@pytest.fixture
def faults(page: Page, base_url: str) -> Iterator[list[str]]:
    """What the browser complained of, checked at the end: console errors, failed requests, requests to other hosts."""
    found: list[str] = []

    def on_error(error: Error) -> None:
        found.append(f"page error: {error}")

    def on_response(answer: Response) -> None:
        if answer.status >= 400:
            found.append(f"{answer.status} {answer.url}")

    def on_console(message: ConsoleMessage) -> None:
        # what the page before still asked of its own server, which is gone, is no fault of this one
        if message.text.startswith("Failed to load resource") and not message.location["url"].startswith(base_url):
            return
        if message.type == "error" or re.search("Content Security Policy|Permissions-Policy", message.text):
            found.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(base_url):
            found.append(f"outside: {request.url}")

    listeners = {"pageerror": on_error, "response": on_response, "console": on_console, "request": on_request}
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]
    yield found
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert found == []


@pytest.fixture
def opened(page: Page, base_url: str, faults: list[str]) -> Callable[[str], Page]:
    """Opens a path and waits until the page is made, which meets nothing that its own Content-Security-Policy forbids."""

    def open_path(path: str) -> Page:
        answer = page.goto(base_url + path)
        assert answer
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        settled(page)
        assert page.evaluate("window.blocked") == []
        return page

    return open_path


# The page that is served has a heading too, and before its first run a script does not run either. What the page does in the
# browser is fetched beside it.
SETTLED = """() => {
  const app = document.querySelector("[data-testid=stApp]")
  return app?.dataset.testScriptState === "notRunning"
    && app.querySelector("footer.cnv-foot, h1")
    && (document.documentElement.classList.contains("cnv-listens") || !app.querySelector(".st-key-bar"))
    && !document.querySelector("[data-stale=true], #cnv-first")
}"""


def settled(page: Page) -> Page:
    """Waits until the script has run, its page is drawn and what was served before it is gone."""
    page.wait_for_function(SETTLED, timeout=30_000)
    return page
