"""What no mouse may be needed for, and what Back, Forward and a second browser must show (R13)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]
State = tuple[str, str, str]

FOCUSED = """() => {
    let one = document.activeElement
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
    if (!one || one === document.body) return null
    const named = one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || ''
    const tag = one.classList.contains('cnv-term') ? 'term' : one.tagName.toLowerCase()
    return {name: named.replace(/\\s+/g, ' ').trim(), tag, href: one.getAttribute('href') ?? ''}
}"""
# An outline, a shadow or a border of the element or of the box drawn around it; what has the focus is compared with
# how the same element looks without it.
LOOK = """async () => {
    const drawn = () => new Promise((done) => setTimeout(done, 300))
    let one = document.activeElement
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement
    const looks = () => {
        const told = []
        for (let at = one, up = 0; at && up < 4; at = at.parentElement, up++) {
            const style = getComputedStyle(at)
            told.push([style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor].join())
        }
        return told.join('|')
    }
    await drawn()
    const with_focus = looks()
    one.blur()
    await drawn()
    const without = looks()
    one.focus({focusVisible: true})
    return with_focus !== without
}"""


def tab_to(page: Page, name: str, tag: str = "", most: int = 120) -> dict[str, str]:
    """Presses Tab until what is focused bears the name (a pattern from its beginning); its focus must be seen."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        there = page.evaluate(FOCUSED)
        passed.append(there and there["name"][:40])
        if there and re.match(name, there["name"]) and there["tag"].startswith(tag):
            return there
    raise AssertionError(f"Tab does not reach “{name}”, but {passed}")


def state(page: Page) -> State:
    settled(page)
    return page.url, page.locator(".cnv-counted").first.inner_text(), page.locator(".cnv-lead").inner_text()


def comes_to(page: Page, wanted: State) -> None:
    expect(page).to_have_url(wanted[0])
    expect(page.locator(".cnv-counted").first).to_have_text(wanted[1])
    assert state(page) == wanted


def walked_both_ways(page: Page, states: list[State]) -> None:
    for wanted in reversed(states[:-1]):
        page.go_back()
        comes_to(page, wanted)
    for wanted in states[1:]:
        page.go_forward()
        comes_to(page, wanted)


@pytest.mark.parametrize(
    ("name", "address"),
    [("any overlap", "overlap=any"), ("▼ ?[0-9]", "(filter|cohort|outliers)=")],
    ids=["a rule in the table", "a cell of the table of filters"],
)
def test_tab_and_enter_change_what_is_counted(opened: Opened, name: str, address: str) -> None:
    """By the links; `test_keyboard_alone` works each control."""
    page = opened("/gene?gene=GSTM1")
    before = state(page)
    tab_to(page, "What the number depends on", "summary")
    page.keyboard.press("Enter")
    tab_to(page, name, "a")
    assert page.evaluate(LOOK)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(address))
    expect(page.locator(".cnv-counted").first).not_to_have_text(before[1])


def unfold(page: Page, name: str) -> None:
    """Opens by key what a button of the controls opens."""
    tab_to(page, name, "button")
    page.keyboard.press("Enter")
    expect(page.locator(".cnv-controls .cnv-panel")).to_be_visible()


def test_tab_and_enter_open_what_unfolds(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1")
    tab_to(page, "[0-9]+ populations", "a")
    assert page.evaluate(LOOK)
    page.keyboard.press("Enter")
    expect(page.locator("table.cnv-populations-loss")).to_be_visible()
    expect(page).to_have_url(re.compile("&by=populations$"))
    tab_to(page, "What the number depends on", "summary")
    page.keyboard.press("Enter")
    expect(page.locator("table.cnv-rules")).to_be_visible()


def test_forward_walks_the_controls_in_more(opened: Opened) -> None:
    """After all of them were taken back at once; one by one is for those who change them by key."""
    page = opened("/gene?gene=GSTM1")
    states = [state(page)]
    began = page.evaluate("history.length")

    def change(part: str, act: Callable[[], object]) -> None:
        act()
        expect(page).to_have_url(re.compile(part))
        expect(page.locator(".cnv-counted").first).not_to_have_text(states[-1][1])
        states.append(state(page))

    def write(label: str, number: str) -> None:
        field = page.get_by_role("textbox", name=label, exact=True)
        field.fill(number)
        field.press("Enter")

    def choose(label: str, option: str) -> None:
        page.get_by_role("button", name=re.compile(f"^{label}:")).click()
        page.get_by_role("checkbox", name=option, exact=True).click()

    page.get_by_role("button", name="More").click()
    change("sex=XX", lambda: page.get_by_role("radio", name="XX").click())
    change("outliers=include", lambda: page.get_by_text("Count samples with large events").click())
    change("min_length=500", lambda: write("Length from, bp", "500"))
    change("max_length=90000", lambda: write("Length to, bp", "90000"))
    change("min_quality=20", lambda: write("QUAL from", "20"))
    change("min_bins=2", lambda: write("Bins from", "2"))
    change("population=AFR", lambda: choose("Populations", "AFR Africa"))
    change("copy_number=0", lambda: choose("Copy number", "0"))
    assert page.evaluate("history.length") == began + 8
    # all the while it stayed open, with what has the focus
    expect(page.get_by_role("button", name="More · 8")).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("checkbox", name="0", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.evaluate("history.go(-8)")
    comes_to(page, states[0])
    for wanted in states[1:]:
        page.go_forward()
        comes_to(page, wanted)


def test_back_and_forward_walk_the_links_of_the_tables(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1")
    states = [state(page)]
    page.get_by_text("What the number depends on").click()
    for table in ("cnv-rules", "cnv-filters"):
        link = page.locator(f"table.{table} a.cnv-go").last
        address = link.get_attribute("href") or ""
        link.click()
        expect(page).to_have_url(re.compile(re.escape(address) + "$"))
        expect(page.locator(".cnv-counted").first).not_to_have_text(states[-1][1])
        states.append(state(page))
    walked_both_ways(page, states)


def test_back_and_forward_walk_from_a_gene_to_a_region(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1&cohort=all")
    states = [state(page)]
    page.get_by_role("combobox", name="Gene, region, site or sample").fill("chr1:109650000-109750000")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/region\?region=chr1:109650000-109750000&cohort=all$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("chr1")
    states.append(state(page))
    walked_both_ways(page, states)


def test_a_link_shows_the_same_in_a_second_browser(opened: Opened, elsewhere: Page) -> None:
    """A region; `test_keyboard_alone` does so with genes and every filter."""
    here = state(opened("/region?region=chr1:109650000-109750000&cohort=all&filter=all&overlap=fraction:0.05"))
    elsewhere.goto(here[0])
    assert state(elsewhere) == here


def test_nonsense_in_an_address_falls_back_with_a_word(opened: Opened) -> None:
    plain = state(opened("/gene?gene=GSTM1"))[1:]
    page = opened("/gene?gene=GSTM1&sex=Z&population=ZZZ&min_bins=few&overlap=most&min_lenght=5")
    for word in (
        "is not a value of sex",
        "is not a value of population",
        "is not a value of min_bins",
        "is not a value of overlap",
        "“min_lenght” is not used here",
    ):
        expect(page.locator(".cnv-notice").first).to_contain_text(word)
    assert state(page)[1:] == plain


def test_several_genes_typed_or_pasted_into_the_box_lead_to_one_page_of_them(opened: Opened) -> None:
    """A column of a table, which a browser would paste as one word; and what is offered says as what a text is read."""
    page = opened("/gene?gene=GSTM1&filter=pass")
    box = page.get_by_role("combobox", name="Gene, region, site or sample")
    box.fill("GST1")
    expect(page.get_by_role("listbox").get_by_role("option")).to_contain_text(["read from “GST1”"])
    box.fill("")
    box.evaluate(
        """(box) => {
            const data = new DataTransfer()
            data.setData("text/plain", "GSTM1\\nADAM3A\\n")
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
        }"""
    )
    expect(box).to_have_value("GSTM1, ADAM3A")
    box.press("Enter")
    expect(page.get_by_role("heading", name="2 genes")).to_be_visible()
    assert page.url.endswith("/genes?gene=GSTM1,ADAM3A&filter=pass")
    page.get_by_role("link", name="ADAM3A").click()
    expect(page.get_by_role("heading", name="ADAM3A")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="2 genes")).to_be_visible()


def test_a_class_that_a_report_says_comes_before_the_one_on_the_page(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1&class=gain&filter=pass")
    box = page.get_by_role("combobox", name="Gene, region, site or sample")
    box.fill("1p13.3(109680001_109700000)x1")
    box.press("Enter")
    expect(page.get_by_role("heading", name="chr1:109,680,001-109,700,000")).to_be_visible()
    assert page.url.endswith("/region?region=chr1:109680001-109700000&class=loss&filter=pass")
