"""The page of the cohort in a real browser: bins are named below the pointer and by keys, and lead to their place."""

import csv
import io
import re
import urllib.request
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.browser.test_frame import NOT_WIDER

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]
PICTURE = ".st-key-genome [data-testid=stVegaLiteChart]"


def bins(base_url: str) -> list[dict[str, str]]:
    """The rows of the table of bins, as a program gets them."""
    with urllib.request.urlopen(f"{base_url}/download/bins.csv") as answer:
        return list(csv.DictReader(io.TextIOWrapper(answer, "utf-8")))


def test_a_bin_is_named_and_leads_to_its_place_by_pointer_and_by_keys_r13(opened: Opened, base_url: str) -> None:
    page = opened("/?filter=pass")
    picture = page.locator(PICTURE)
    expect(picture.locator("svg.marks, canvas")).to_be_visible()
    rows = bins(base_url)
    losses = [row for row in rows if row["direction"] == "loss"]
    whole = sum(int(row["length"]) for row in losses)
    number = next(n for n, row in enumerate(losses) if row["chrom"] == "chr1" and int(row["start"]) == 109_000_001)
    middle = sum(int(row["length"]) for row in losses[:number]) + 500_000
    box = picture.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * middle / whole, box["y"] + 120)
    tip = page.locator(".cnv-tip")
    # a pixel is two or three bins wide
    expect(tip).to_contain_text(re.compile(r"chr1:1(0[789]|10),000,001-1(0[89]|1[01]),000,000: losses"))
    picture.focus()
    for _ in range(4):
        if "chr1:109,000,001-110,000,000" in (told := tip.inner_text()):
            break
        page.keyboard.press("ArrowRight" if told < "chr1:109" else "ArrowLeft")
    expect(tip).to_contain_text("chr1:109,000,001-110,000,000: losses: at most")
    page.keyboard.press("Enter")
    settled(page)
    assert unquote(page.url).endswith("/region?region=chr1:109000001-110000000&filter=pass")
    page.go_back()
    settled(page)
    expect(picture).to_be_visible()


def test_the_choices_are_links_and_stand_in_the_address_r13(opened: Opened) -> None:
    page = opened("/")
    heading = page.locator(".st-key-genome h2")
    expect(heading).to_contain_text("in everyone")
    page.get_by_role("navigation", name="People").get_by_role("link", name="AFR").click()
    expect(heading).to_contain_text("in AFR")
    settled(page)  # until then the links beside it are those of before
    page.get_by_role("navigation", name="Compared with").get_by_role("link", name="EUR").click()
    expect(heading).to_contain_text("AFR beside EUR")
    assert "versus=population:EUR" in unquote(page.url)
    settled(page)
    page.get_by_role("navigation", name="Figures").get_by_role("link", name="Populations", exact=True).click()
    expect(page.get_by_role("heading", name="The populations, each with its sites")).to_be_visible()
    assert "tab=populations" in page.url
    settled(page)
    page.get_by_role("navigation", name="Figures").get_by_role("link", name="Differences of populations").click()
    row = page.locator("tr[data-row]").first
    row.hover()
    # both cells of the pair
    cells = page.locator(f".st-key-population-differences svg [aria-label^='{row.get_attribute('data-row')}: F_ST']")
    expect(cells).to_have_count(2)
    expect(page.locator("svg .cnv-lit")).to_have_count(2)
    cells.first.hover()
    expect(row).to_have_class(re.compile("cnv-lit"))
    page.go_back()
    settled(page)
    page.reload()
    settled(page)
    expect(heading).to_contain_text("AFR beside EUR")
    expect(page.get_by_role("heading", name="The populations, each with its sites")).to_be_visible()
    # a list with long names is no wider than a phone
    page.set_viewport_size({"width": 360, "height": 800})
    page.eval_on_selector_all(
        ".cnv-ranking .cnv-cut", "all => all.forEach(cell => { cell.textContent = 'ENSG00000288954, '.repeat(4) })"
    )
    page.wait_for_function(NOT_WIDER)
    for list_of in page.locator(".cnv-ranking").all():
        box = list_of.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 360
