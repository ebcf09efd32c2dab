"""Makes the pictures of the README and docs from a running dashboard: `python -m docs.screenshots http://localhost:8501`.

Wide and narrow, light and dark, of every page; the README shows the first.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboard import pages
from dashboard.question import links

PAGES: Final = {page.label.lower(): links.address(page.path, page.example or {}) for page in pages.PAGES}
SIZES: Final = {"wide": (1440, 2100), "narrow": (390, 2400)}
SCHEMES: Final = ("light", "dark")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)


def main(url: str) -> None:
    """Writes `<page>-<size>-<scheme>.png` beside this file."""
    folder = Path(__file__).parent
    browser_path = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if browser_path is None:
        sys.exit("no Chromium found: install the Debian package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        for scheme in SCHEMES:
            for size, (width, height) in SIZES.items():
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                for name, path in PAGES.items():
                    page.goto(url + path)
                    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")
                    page.wait_for_selector("canvas, svg.marks, table")
                    page.wait_for_timeout(1500)
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.png")
                context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8501")
