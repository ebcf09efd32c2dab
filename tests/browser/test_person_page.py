"""The page of one person in a browser: ways to it and on from it, the event that is drawn, and what Back shows (R11, R13)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]
CHILD = "SIM00003"


def test_from_the_search_box_to_a_person_an_event_and_its_region(page: Page, opened: Opened) -> None:
    """By typing a name in any case; each step is one entry in the history."""
    opened("/gene?gene=GSTM1&filter=all")
    box = page.locator("#what")
    box.fill(CHILD.lower())
    expect(page.get_by_role("listbox").get_by_role("option", name=re.compile(CHILD))).to_be_visible()
    box.press("Enter")
    expect(page).to_have_url(re.compile(rf"/sample\?sample={CHILD}&filter=all$"))
    settled(page)
    expect(page.get_by_role("heading", level=1, name=CHILD)).to_be_visible()
    entries = page.evaluate("history.length")
    # another event is drawn, and the page stays where it is
    event = page.locator("a[href*='event=']").last
    event.scroll_into_view_if_needed()
    place = event.inner_text()
    before = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    event.click()
    expect(page.locator(".cnv-event strong")).to_contain_text(place)
    settled(page)
    assert page.evaluate("history.length") == entries + 1
    assert abs(page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") - before) < 4
    # a click on a mark of the karyotype opens its region, the filter kept
    mark = page.locator(".stVegaLiteChart").first.locator(".mark-rect").nth(1).locator("path").first
    mark.scroll_into_view_if_needed()
    shape = mark.bounding_box()
    assert shape
    page.mouse.click(shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2)
    expect(page).to_have_url(re.compile(r"/region\?region=chr\w+:\d+-\d+&filter=all$"))
    settled(page)
    page.go_back()
    expect(page).to_have_url(re.compile("event="))
    settled(page)
    expect(page.locator(".cnv-event strong")).to_contain_text(place)


def test_names_lead_to_people_and_relatives_to_each_other(page: Page, opened: Opened) -> None:
    opened("/gene?gene=GSTM1&cohort=all&tab=families")
    # a relative of the first carrier
    name = page.locator(".cnv-rows-table td a[href*='/sample?']").first
    sample = name.inner_text()
    expect(name.locator("xpath=..")).to_have_text(re.compile(rf"(father|mother|child) {sample}"))
    name.click()
    expect(page).to_have_url(re.compile(rf"/sample\?sample={sample}&cohort=all$"))
    settled(page)
    opened(f"/sample?sample={CHILD}")
    page.get_by_role("link", name="SIM00118", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="SIM00118")).to_be_visible()
    page.get_by_role("link", name="Children", exact=True).click()
    expect(page).to_have_url(re.compile("tab=children"))
    page.locator(f".cnv-rows-table a[href*='sample={CHILD}']").first.click()
    expect(page.get_by_role("heading", level=1, name=CHILD)).to_be_visible()
