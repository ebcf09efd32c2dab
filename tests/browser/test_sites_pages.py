"""The catalogue of sites and the page of one in a real browser: order and filters stand in the address, in the files and in the history."""

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]
SITE = "chr1-109687570-109697443-loss"


def shown(page: Page) -> list[str]:
    """The sites of the rows, from the top."""
    links = page.locator(".cnv-rows tbody a, .cnv-rows-pane tbody a, table tbody a[href*='/site?site=']")
    return [unquote(str(link.get_attribute("href"))).partition("site=")[2].partition("&")[0] for link in links.all()]


def test_an_order_stands_in_the_address_and_in_the_files_r13(opened: Opened) -> None:
    page = opened("/sites?min_carriers=1")
    before = shown(page)
    assert len(before) > 2
    page.get_by_role("button", name="Length").click()
    expect(page).to_have_url(re.compile(r"sort=-length"))
    expect(page.get_by_role("link", name="Sites as csv")).to_have_attribute(
        "href", re.compile(r"min_carriers=1&sort=-length$")
    )
    after = shown(page)
    lengths = [int(end) - int(start) for _, start, end, _ in (site.split("-") for site in after)]
    assert lengths == sorted(lengths, reverse=True)
    assert sorted(after) == sorted(before)
    # a reload comes to the same order
    page.reload()
    settled(page)
    expect(page.locator("a[href*='/site?site=']").first).to_be_visible()
    assert shown(page) == after


def test_a_filter_is_one_entry_of_the_history_and_a_site_leads_to_its_page_and_back(opened: Opened) -> None:
    page = opened("/sites?min_carriers=1&sort=-length")
    place = page.get_by_role("textbox", name="Place")
    place.fill("chr1")
    place.press("Enter")
    expect(page).to_have_url(re.compile(r"region=chr1"))
    settled(page)
    assert "sort=-length" in page.url
    expect(page.get_by_role("heading", level=1)).to_have_text("Sites at chr1")
    # the rows come after the heading
    page.wait_for_function(
        "() => [...document.querySelectorAll(\"table tbody a[href*='/site?site=']\")].every(one => one.href.includes('site=chr1-'))"
    )
    assert {site.split("-")[0] for site in shown(page)} == {"chr1"}
    page.locator(f"a[href*='{SITE}']").first.click()
    expect(page).to_have_url(re.compile(rf"/site\?site={SITE}"))
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Loss chr1:109,687,570-109,697,443")
    page.go_back()
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sites at chr1")
    page.go_back()
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sites")


def test_the_box_leads_from_the_id_of_a_site_to_its_page(opened: Opened) -> None:
    page = opened("/data")
    page.get_by_role("combobox", name="Gene, region, site or sample").fill(SITE)
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/site\?site={SITE}"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_filters_of_the_catalogue_have_no_serious_finding(page: Page, opened: Opened, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened("/sites?few_bins=only&min_frequency=0.01")
    page.get_by_role("button", name=re.compile("^More")).click()
    expect(page.locator(".cnv-controls .cnv-panel")).to_be_visible()
    assert findings(settled(page)) == []
