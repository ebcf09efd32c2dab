"""The first picture in a browser that has never been here: from the navigation to the first table and chart drawn.

A new Chromium with an empty profile for each round; the server is warm, as it is after its start.
"""

import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Final

from bench.figures import machine, verdict
from bench.served import served

TARGET: Final = 2.5
"""Seconds."""
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
FIRST_ANSWER: Final = ".cnv-lead"
FIRST_TABLE: Final = "table.cnv-table"
FIRST_PICTURE: Final = "[data-testid=stVegaLiteChart] :is(svg, canvas)"

PLACES: Final = (
    "gene?gene=GSTM1",
    "gene?gene=APOBEC3B",
    "region?region=chr1:109000001-110000000",
    "region?region=22q11.21",
)


def run(database: Path, rounds: int) -> None:
    """Prints the seconds to answer, table and picture of gene and region pages, each in `rounds` new browsers."""
    from playwright.sync_api import sync_playwright

    chromium = next((path for path in map(shutil.which, NAMES) if path), None)
    if chromium is None:
        sys.exit("There is no Chromium: install the Debian package “chromium”.")
    with served(database) as server, sync_playwright() as playwright:
        print(f"first picture in a cold browser, {machine()}")
        pictures: list[float] = []
        for place in PLACES:
            seen: list[list[float]] = []
            for _ in range(rounds):
                browser = playwright.chromium.launch(
                    executable_path=chromium,
                    args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                start = time.perf_counter()
                page.goto(f"{server.url}/{place}", wait_until="commit")
                times = []
                for what in (FIRST_ANSWER, FIRST_TABLE, FIRST_PICTURE):
                    page.wait_for_selector(what, state="visible", timeout=60_000)
                    times.append(time.perf_counter() - start)
                seen.append(times)
                browser.close()
            answer, table, picture = (statistics.median(column) for column in zip(*seen, strict=True))
            print(
                f"{place:38} answer {answer:.2f} s, table {table:.2f} s, picture {picture:.2f} s   n {rounds}",
                flush=True,
            )
            pictures += [times[2] for times in seen]
        print(f"{'first picture, slowest':38} {verdict(max(pictures), TARGET, 's')}")
