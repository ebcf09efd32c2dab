"""Every page under axe, in both themes and widths, with what unfolds unfolded: no serious or critical finding.

axe comes with its Python package, so nothing is fetched.
"""

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]
Scheme = Literal["light", "dark"]

PAGES = {
    "start": "/",
    "spectrum": "/?tab=spectrum&by=superpopulations",
    "populations": "/?tab=populations&population=AFR&versus=population:EUR",
    "differences": "/?tab=differences",
    "gene": "/gene?gene=GSTM1",
    "gene on X": "/gene?gene=XGENE&cohort=all",
    "not found": "/gene?gene=GSTM9",
    "not assessable": "/gene?gene=SMN1",
    "faulty address": "/gene?gene=GSTM1&filter=wrong",
    "region": "/region?region=chr1:109650000-109750000",
    "site": "/site?site=chr8-39374001-39530000-loss",
    "no site": "/site?site=chr8-39374002-39530000-loss",
    "neighbours": "/site?site=chr1-109687570-109697443-loss&tab=neighbours&by=populations",
    "sites": "/sites",
    "sites at a place": "/sites?region=chr1&min_carriers=1&min_fst=x&few_bins=exclude",
    "genes": "/genes?gene=GSTM1,XGENE,SMN1,NOPE9",
    "data": "/data",
    "person": "/sample?sample=SIM00003",
    "parent": "/sample?sample=SIM00118&tab=children",
    "which person": "/sample",
}
GRAVE = ("serious", "critical")
# The rectangle of a drag, empty until someone drags: Vega draws it, gives it a role, and takes no words for it. The
# chart as a whole is described, and the links above it move the window without a mouse.
BEYOND_US = (("svg-img-alt", "brush_brush"),)


EVERYTHING: dict[str, Any] = {}
OF_COLOUR: dict[str, Any] = {"runOnly": {"type": "tag", "values": ["cat.color"]}}
"""The rules that a colour scheme decides: contrast, and links within text."""
BUT_COLOUR: dict[str, Any] = {"rules": {"color-contrast": {"enabled": False}}}
"""The rules that a width decides; contrast takes nearly all of axe's time."""


def findings(page: Page, rules: dict[str, Any] = EVERYTHING) -> list[str]:
    """Rule, impact and element of each grave finding, over the whole length of the page.

    axe judges no contrast of what lies outside the window in Streamlit's scrolling box, so the window is made as long.
    """
    length = page.evaluate("Math.ceil(document.querySelector('[data-testid=stMain]').scrollHeight)")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": max(900, length)})
    return [
        f"{finding['id']} ({finding['impact']}): {node['html'][:160]}"
        for finding in Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
        if not any(finding["id"] == rule and part in node["html"][:160] for rule, part in BEYOND_US)
    ]


def in_theme(page: Page, scheme: Scheme, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


WIDTHS = (390, 768, 1024, 1440)
CUT = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    return main.scrollWidth > main.clientWidth + 1 || document.documentElement.scrollWidth > innerWidth + 1
}"""
"""Whether a page is wider than the window, so that it has to be moved sideways to be read."""


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_has_no_serious_finding(page: Page, opened: Opened, path: str) -> None:
    """Opened narrow, and then made wider: the script of a page runs once for all widths. Contrast is the same at each of them."""
    for width in WIDTHS:
        in_theme(page, "light", width)
        if width == WIDTHS[0]:
            opened(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        rules = EVERYTHING if width == WIDTHS[0] else BUT_COLOUR
        assert (width, findings(settled(page), rules)) == (width, [])
        assert (width, page.evaluate(CUT)) == (width, False)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_read_in_the_dark(page: Page, opened: Opened, path: str) -> None:
    """Dark is asked what it alone decides."""
    in_theme(page, "dark", 1440)
    opened(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert findings(settled(page), OF_COLOUR) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["More", "Share", "API"])
def test_an_open_popover_has_no_serious_finding(
    page: Page, opened: Opened, scheme: Literal["light", "dark"], name: str
) -> None:
    in_theme(page, scheme, 1440)
    opened("/gene?gene=GSTM1&population=AFR&sex=XX&copy_number=0,1")
    page.get_by_role("button", name=re.compile(f"^{name}")).click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    assert findings(settled(page)) == []


def test_the_search_box_with_suggestions_has_no_serious_finding(opened: Opened) -> None:
    page = opened("/")
    page.get_by_role("combobox", name="Gene, region, site or sample").click()
    page.keyboard.type("gst")
    expect(page.get_by_role("option")).to_have_count(2)
    assert findings(page) == []


def test_axe_finds_what_is_wrong(opened: Opened) -> None:
    """A page with a nameless link and pale words has findings: the tests above can fail."""
    page = opened("/data")
    page.evaluate(
        """() => document.querySelector('footer.cnv-foot').insertAdjacentHTML(
            'beforeend', '<a href="/data"></a><p style="color:#ddd;background:#fff">pale</p>')"""
    )
    assert {finding.split(" ")[0] for finding in findings(page)} == {"link-name", "color-contrast"}
