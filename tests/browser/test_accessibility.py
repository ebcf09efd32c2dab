"""Every page, opened once in the light and once in the dark: axe finds nothing serious or critical with what unfolds
unfolded, nothing is wider than the window, and the theme's colours are there. That no page meets its own
Content-Security-Policy is looked at by whoever opens one (`opened`).

axe comes with its Python package, so nothing is fetched.
"""

import re
from collections.abc import Callable
from pathlib import Path
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

AXE = Axe()
STRUCTURE: dict[str, Any] = {"rules": {"color-contrast": {"enabled": False}}}
"""All rules but contrast, which takes nearly all of axe's time and is asked of one text of each look (`TEXTS`)."""
CONTRAST: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
STRONG_CONTRAST: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
"""7 to 1, and 4.5 for large letters: the dark has it everywhere, and with it the 4.5 and 3 of the other rule."""
LINKS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["link-in-text-block"]}}
"""The other rule that a colour scheme decides."""

TEXTS = """() => {
    const above = (one) => one.parentElement ?? one.getRootNode().host
    const ground = (one) => {
        const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = getComputedStyle(one)
        return [one.localName, backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join()
    }
    const look = (one) => {
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(one)
        const words = [color, fontSize, fontWeight, textShadow]
        for (let at = one; at; at = above(at)) words.push(at.getAttribute("class"), ground(at))
        const { left, top, width, height } = one.getBoundingClientRect()
        return [...words, ...document.elementsFromPoint(left + width / 2, top + height / 2).map(ground)].join("|")
    }
    const first = new Map()
    const walk = (root) => {
        for (const one of root.querySelectorAll("*")) {
            if (one.shadowRoot) walk(one.shadowRoot)
            const letters = [...one.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim())
            const field = ["INPUT", "SELECT", "TEXTAREA"].includes(one.tagName)
            if (!(letters || field) || !one.checkVisibility({ visibilityProperty: true })) continue
            const mine = field ? one : look(one)
            if (!first.has(mine)) first.set(mine, one)
        }
    }
    walk(document.body)
    return [...first.values()]
}"""
"""Of the texts that look alike, one: those whose letters, classes and grounds are the same, their own, those of all that
they stand in, and those of all that lies at their place. Each field."""

FORM = """() => {
    const shape = [], scrolling = []
    const walk = (root) => {
        for (const one of root.querySelectorAll("*")) {
            if (one.shadowRoot) walk(one.shadowRoot)
            if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
            const told = [...one.attributes].filter(({ name }) => !/^(class|style|d|transform|width|height|[xy][12]?|points|viewBox)$/.test(name))
            if (!one.ownerSVGElement || told.some(({ name }) => /^(aria-|role|tabindex)/.test(name)))
                shape.push([one.localName, ...told.map(({ name, value }) => `${name}=${value}`)].join(" "))
            const { overflowX, overflowY } = getComputedStyle(one)
            if (/auto|scroll/.test(overflowX) && one.scrollWidth > one.clientWidth) scrolling.push(`${shape.length} sideways`)
            if (/auto|scroll/.test(overflowY) && one.scrollHeight > one.clientHeight) scrolling.push(`${shape.length} down`)
        }
    }
    walk(document)
    return [shape.join("\\n"), scrolling]
}"""
"""What a width may decide of all that is no colour: the elements that are seen, in their order, with what they say of
themselves; and those that scroll."""


def findings(page: Page, *questions: dict[str, Any]) -> list[str]:
    """Rule, impact and element of each grave finding, over the whole length of the page.

    Without a question: all rules. axe judges no contrast of what lies outside the window in Streamlit's scrolling box,
    so the window is made as long.
    """
    length = page.evaluate("Math.ceil(document.querySelector('[data-testid=stMain]').scrollHeight)")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": max(900, length)})
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.axe_script)
    found = []
    for question in questions or (STRUCTURE, CONTRAST):
        where = f"{{ include: ({TEXTS})() }}" if question in (CONTRAST, STRONG_CONTRAST) else "document"
        found += page.evaluate(
            f"""async (question) => (await axe.run({where}, {{ resultTypes: ["violations"], ...question }})).violations""",
            question,
        )
    return [
        f"{finding['id']} ({finding['impact']}): {node['html'][:160]}"
        for finding in found
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
        if not any(finding["id"] == rule and part in node["html"][:160] for rule, part in BEYOND_US)
    ]


def in_theme(page: Page, scheme: Scheme, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


# A function, which is read once: an expression would be read anew for each look, which the page's own policy forbids.
CHARTS_DRAWN = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
    .every(one => one.querySelector('svg, canvas'))"""


def unfolded(page: Page) -> Page:
    """With what unfolds unfolded and each chart drawn, which comes after the page's script."""
    page.evaluate("document.querySelectorAll('details:not(.cnv-menu)').forEach(one => one.open = true)")
    page.wait_for_function(CHARTS_DRAWN)
    return settled(page)


WIDTHS = (390, 768, 1024, 1440)
EXTREMES = {PAGES["person"]: (360, 2560), PAGES["data"]: (360, 2560)}
"""Widths at which no more is looked at than whether a page is wider than the window."""
WIDER = """() => {
    const main = document.querySelector("[data-testid=stMain]")
    const beyond = [...document.querySelectorAll('.stMainBlockContainer h1, .stMainBlockContainer p, .cnv-simulated')]
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 80))
    return [Math.max(0, main.scrollWidth - main.clientWidth), Math.max(0, document.documentElement.scrollWidth - innerWidth), beyond]
}"""
"""By how much a page is wider than the window, so that it has to be moved sideways to be read, and words that leave it."""
NOT_WIDER = [0, 0, []]
PICTURED = (PAGES["start"], PAGES["gene"], PAGES["not found"])
COLOURS = """() => [
    getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor,
    getComputedStyle(document.querySelector('footer.cnv-foot')).color,
]"""
LIGHT = ["rgb(255, 255, 255)", "rgb(89, 99, 110)"]
DARK = ["rgb(21, 25, 29)", "rgb(163, 173, 183)"]


def is_drawn(page: Page, picture: Path) -> bool:
    """Whether a picture of the page has more than its ground."""
    page.screenshot(path=picture)
    return picture.stat().st_size > 10_000


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_has_no_serious_finding(page: Page, opened: Opened, tmp_path: Path, path: str) -> None:
    """Opened narrow, and then made wider: the script of a page runs once for all widths.

    Contrast is the same at each of them. The other rules are asked again where a width shows or scrolls something that
    none before it did.
    """
    seen: list[tuple[str, set[str]]] = []
    widths = sorted({*WIDTHS, *EXTREMES.get(path, ())})
    for width in widths:
        in_theme(page, "light", width)
        if width == widths[0]:
            unfolded(opened(path))
            assert page.evaluate(COLOURS) == LIGHT
        assert (width, page.evaluate(WIDER)) == (width, NOT_WIDER)
        if width not in WIDTHS:
            continue
        shape, scrolling = page.evaluate(FORM)
        if not any(shape == before and set(scrolling) <= scrolled for before, scrolled in seen):
            seen.append((shape, set(scrolling)))
            assert (width, findings(page, STRUCTURE)) == (width, [])
        if width == WIDTHS[0]:
            assert findings(page, CONTRAST) == []
            page.set_viewport_size({"width": width, "height": 900})
            assert path not in PICTURED or is_drawn(page, tmp_path / "page.png")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_read_in_the_dark(page: Page, opened: Opened, tmp_path: Path, path: str) -> None:
    """Dark is asked what it alone decides."""
    in_theme(page, "dark", 390)
    opened(path)
    assert page.evaluate(WIDER) == NOT_WIDER
    assert page.evaluate(COLOURS) == DARK
    in_theme(page, "dark", 1440)
    unfolded(page)
    assert page.evaluate(WIDER) == NOT_WIDER
    assert path not in PICTURED or is_drawn(page, tmp_path / "page.png")
    assert findings(page, STRONG_CONTRAST, LINKS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_button_opens_has_no_serious_finding(page: Page, opened: Opened, scheme: Scheme) -> None:
    """Each in turn; the dark is asked what it alone decides. The menus have their place on the narrowest screen too."""
    in_theme(page, scheme, 1440)
    opened("/gene?gene=GSTM1&population=AFR&sex=XX&copy_number=0,1")
    asked = (CONTRAST, LINKS) if scheme == "dark" else ()
    panel = page.locator(".cnv-controls .cnv-panel")
    page.get_by_role("button", name=re.compile("^More")).click()
    for opened_list in ("Populations", "Copy number"):
        page.get_by_role("button", name=re.compile(f"^{opened_list}:")).click()
        expect(panel.get_by_role("group", name=opened_list)).to_be_visible()
        assert (opened_list, findings(page, *asked)) == (opened_list, [])
    page.get_by_role("button", name=re.compile("^Class:")).click()
    expect(panel).to_be_hidden()
    assert findings(page, *asked) == []
    for name in ("Share", "API"):
        menu = page.locator("details.cnv-menu", has_text=name)
        menu.locator("summary").click()
        expect(menu.locator(".cnv-panel")).to_be_visible()
        assert (name, findings(page, *asked)) == (name, [])
        for width in (360, 1440):
            in_theme(page, scheme, width)
            box = menu.locator(".cnv-panel").bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_the_search_box_with_suggestions_has_no_serious_finding(opened: Opened) -> None:
    page = opened(PAGES["no site"])
    page.get_by_role("combobox", name="Gene, region, site or sample").click()
    page.keyboard.type("gst")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    assert findings(page) == []


def test_axe_finds_what_is_wrong(opened: Opened) -> None:
    """A page with a nameless link and pale words has findings, among words of another look and of the same: the tests above can fail."""
    page = opened(PAGES["no site"])
    page.evaluate(
        """() => {
            document.querySelector('footer.cnv-foot').insertAdjacentHTML('beforeend', '<a href="/data"></a>' +
                '<p style="color:#555;background:#fff">fine</p><p style="color:#ddd;background:#fff">pale</p>' +
                '<p style="color:#555;background:#fff">fine</p>' +
                '<div style="background:#444"><p style="color:#555">fine</p></div>')
        }"""
    )
    found = findings(page)
    assert {finding.split(" ")[0] for finding in found} == {"link-name", "color-contrast"}
    assert [finding.partition(">")[2] for finding in found if "contrast" in finding] == ["pale</p>", "fine</p>"]
