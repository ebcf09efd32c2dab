"""The frame in a real browser: it holds at every width, terms and copy buttons work, controls fold on a phone, the page prints."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]
WIDTHS = (360, 390, 640, 720, 768, 1024, 1150, 1151, 1440, 2560)
"""From a phone to a wall; 720 is what 1,440 pixels are at 200 % zoom."""
BOXES = """() => {
    const box = (part) => { const b = part.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom] }
    return {
        parts: [...document.querySelectorAll(".st-key-bar > *")].map(box),
        links: [...document.querySelectorAll(".cnv-nav a")].map(box),
    }
}"""
NOT_WIDER = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    return main.scrollWidth <= main.clientWidth + 1
}"""


def overlap(one: list[float], other: list[float]) -> bool:
    """Whether two boxes lie on one another by more than a pixel each way."""
    return min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1


def test_the_bar_holds_nine_entries_at_every_width(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1")
    number = page.evaluate(
        """() => {
            const groups = [...document.querySelectorAll(".cnv-nav > div")]
            for (const words of ["My CNVs", "Populations", "Recurrent", "Help", "People"]) {
                if (document.querySelectorAll(".cnv-nav a").length >= 9) break
                const link = groups[1].lastElementChild.cloneNode(true)
                link.textContent = words
                groups[1].append(link)
            }
            return document.querySelectorAll(".cnv-nav a").length
        }"""
    )
    assert number == 9
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(NOT_WIDER)  # pictures are drawn anew for a width
        seen: dict[str, Any] = page.evaluate(BOXES)
        for boxes in (seen["parts"], seen["links"]):
            for number, box in enumerate(boxes):
                assert box[0] >= 0, (width, box)
                assert box[2] <= width, (width, box)
                assert not any(overlap(box, other) for other in boxes[:number]), (width, boxes)


def test_terms_copies_and_folds(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    term = page.get_by_role("button", name="credible", exact=True).first
    term.hover()
    tip = page.locator(".cnv-tip")
    expect(tip).to_have_text(term.get_attribute("aria-description") or "-")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    term.focus()
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 1440

    page.get_by_role("button", name=re.compile("^Copy chr1:")).first.click()
    expect(page.locator(".cnv-copy").first).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == "chr1:109,687,815-109,693,745"
    expect(page.locator(".cnv-copy").first).to_have_text("copy")

    page.set_viewport_size({"width": 390, "height": 844})
    controls = page.locator(".cnv-controls")
    expect(controls).to_be_hidden()
    page.get_by_role("button", name="Change what is counted").click()
    expect(controls).to_be_visible()
    # a run of the page leaves them open
    page.get_by_role("radio", name="PASS").click()
    expect(page).to_have_url(re.compile("filter=pass"))
    settled(page)
    expect(controls).to_be_visible()
    page.get_by_role("button", name="Hide the controls").click()
    expect(controls).to_be_hidden()


def test_a_gene_is_opened_by_its_name_in_the_picture_and_the_picture_moves_by_key(opened: Opened) -> None:
    page = opened("/region?region=chr1:109680001-109705000&filter=pass")
    picture = page.locator(".st-key-track [data-testid=stVegaLiteChart]")
    picture.locator('[aria-label="gene GSTM1"]').last.click()
    page.wait_for_url(re.compile(r"/gene\?gene=GSTM1&filter=pass$"))
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("GSTM1")
    assert page.url.endswith("/gene?gene=GSTM1&filter=pass")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("chr1:109,680,001")
    expect(picture.locator('[aria-label="gene GSTM1"]').first).to_be_visible()
    settled(page)
    picture.focus()
    page.keyboard.press("+")
    page.wait_for_url(re.compile(r"region=chr1(:|%3A)109686251-109698750"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("chr1:109,686,251")
    settled(page)
    picture.focus()
    page.keyboard.press("Home")
    page.wait_for_url(re.compile(r"region=chr1&"))
    settled(page)
    expect(page.get_by_role("link", name="next chromosome")).to_be_visible()


def test_paper_has_the_answer_and_no_controls(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for shown in (
        ".cnv-lead",
        ".cnv-counted",
        ".st-key-track svg.marks, .st-key-track canvas",
        ".cnv-foot",
        ".cnv-printed",
    ):
        expect(page.locator(shown).first).to_be_visible()
    expect(page.locator(".cnv-printed")).to_contain_text("/gene?gene=GSTM1")
    for hidden in (".cnv-controls", ".cnv-nav", ".cnv-tabs", ".cnv-windows", ".cnv-formats", ".cnv-report"):
        expect(page.locator(hidden).first).to_be_hidden()
    # nothing is left in a window that scrolls
    assert page.evaluate("getComputedStyle(document.querySelector('[data-testid=stMain]')).overflow") == "visible"
    page.emulate_media(media="screen")


def test_the_contents_of_the_data_page_lead_to_its_sections(opened: Opened) -> None:
    at_top = """(id) => {
        const top = document.getElementById(id).getBoundingClientRect().top
        return top >= 0 && top < 40
    }"""
    page = opened("/data#definitions")
    page.wait_for_function(at_top, arg="definitions")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Problem regions").click()
    page.wait_for_function(at_top, arg="problem-regions")
    assert page.url.endswith("/data#problem-regions")


def test_a_link_to_a_section_of_another_page_ends_there(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1")
    page.get_by_text("What the number depends on").click()
    page.locator(".cnv-depends caption").get_by_role("link", name="Data").click()
    expect(page).to_have_url(re.compile("/data#overlap-rules$"))
    expect(page.get_by_role("navigation", name="On this page")).to_be_attached()
    expect(page.locator("#overlap-rules")).to_be_in_viewport()
