"""The first second in a browser that has never been here: sentence, picture and live page, plain and over a slow link.

A new Chromium with an empty profile for each round; the server is warm, as it is after its start, and has drawn the picture of
the place once, as for whoever opened it before. The live page is there when what was served first has given way to it, which is
when the run has ended and the pictures of its first screen are drawn.
"""

import shutil
import statistics
import sys
import urllib.request
from pathlib import Path
from typing import Any, Final

from bench.figures import machine, verdict
from bench.served import served

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
WHAT: Final = ("sentence", "picture", "live")
TARGETS: Final = {"plain": (0.5, 1.5, 2.5), "2 Mbit/s": (2.0, 3.0, 9.0)}
"""Seconds to sentence, picture and live page."""
SLOW: Final = {"offline": False, "latency": 100, "downloadThroughput": 250_000, "uploadThroughput": 250_000}
"""2 Mbit/s with 100 ms, in bytes a second and milliseconds."""
PLACES: Final = (
    "gene?gene=GSTM1",
    "gene?gene=APOBEC3B",
    "region?region=chr1:109000001-110000000",
    "region?region=22q11.21",
)
# The moments since the navigation at which each is painted for the first time, by looking at every frame.
WATCH: Final = """
window.seen = {}
window.shifts = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value
}).observe({ type: "layout-shift", buffered: true })
const look = (now) => {
  const first = document.querySelector(".cnv-first")
  const live = document.querySelector("#root .cnv-lead")
  const charts = [...document.querySelectorAll("#root [data-testid=stVegaLiteChart]")]
  const drawn = charts.some((chart) => chart.querySelector("svg, canvas"))
  const image = first?.querySelector("img")
  if ((first?.querySelector(".cnv-lead") || live) && !window.seen.sentence) window.seen.sentence = now
  if ((image?.complete || drawn) && !window.seen.picture) window.seen.picture = now
  if (live && !first && !window.seen.live) window.seen.live = now
  if (!window.seen.live) requestAnimationFrame(look)
}
requestAnimationFrame(look)
"""


def run(database: Path, rounds: int) -> None:
    """Prints the seconds to sentence, picture and live page of gene and region pages, each in `rounds` new browsers."""
    from playwright.sync_api import sync_playwright

    chromium = next((path for path in map(shutil.which, NAMES) if path), None)
    if chromium is None:
        sys.exit("There is no Chromium: install the Debian package “chromium”.")
    with served(database) as server, sync_playwright() as playwright:
        print(f"the first second in a cold browser, {machine()}")
        for place in PLACES:
            for _ in range(2):
                urllib.request.urlopen(f"{server.url}/{place}").read()
        for link, targets in TARGETS.items():
            medians: list[list[float]] = []
            for place in PLACES:
                times = [_times(playwright, chromium, f"{server.url}/{place}", link != "plain") for _ in range(rounds)]
                *middle, shift = (statistics.median(column) for column in zip(*times, strict=True))
                medians.append(middle)
                told = ", ".join(f"{what} {value:.2f} s" for what, value in zip(WHAT, middle, strict=True))
                print(f"{place:38} {link:8} {told}, layout shift {shift:.3f}   n {rounds}", flush=True)
            for what, column, target in zip(WHAT, zip(*medians, strict=True), targets, strict=True):
                print(f"{f'{what}, {link}, slowest median':38} {verdict(max(column), target, 's')}")
        print(machine())


def _times(playwright: Any, chromium: str, address: str, is_slow: bool) -> tuple[float, ...]:
    """Seconds to each of `WHAT`, and the layout shift, in a new browser."""
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    if is_slow:
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.send("Network.emulateNetworkConditions", SLOW)
    page.goto(address, wait_until="commit", timeout=120_000)
    page.wait_for_function("() => window.seen.live", timeout=120_000)
    seen, shifts = page.evaluate("[window.seen, window.shifts]")
    browser.close()
    return (*(seen[what] / 1000 for what in WHAT), shifts)
