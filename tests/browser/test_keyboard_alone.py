"""Every control by the keyboard alone: what the address and the answer say then, and that Back undoes it as one step (R13).

The numbers expected come from the plain counter, people by people, and not from another address of the dashboard.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.question.filters import CALLSET, NAMES
from tests.browser.conftest import settled
from tests.browser.test_keyboard_and_history import FOCUSED, LOOK, comes_to, state, tab_to, unfold
from tests.dashboard.demonstration import GSTM1, demonstration
from tests.oracle.plain_counter import Question, count

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]

CONTENTS = demonstration()
CODING = frozenset(
    base for piece in (GSTM1.transcript.coding if GSTM1.transcript else ()) if piece for base in range(*piece)
)
GENE = "/gene?gene=GSTM1"
KEYS = ("Enter", "Space", "Escape", "Tab", "Shift+Tab", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Backspace")


def told(**asked: Any) -> dict[str, str]:
    """What the headline has to say of losses and of gains, where they are asked for: carriers of samples."""
    return counted(Question("chr1", GSTM1.start, GSTM1.end, CODING, **{"rule": "coding", **asked}))


@cache
def counted(question: Question) -> dict[str, str]:
    sentences = {}
    for direction, sign in (("loss", "▼"), ("gain", "▲")):
        if any(name.endswith(direction) for name in question.classes) or not question.classes:
            row = count(CONTENTS.people, CONTENTS.events, direction, question)[("all", "all")]
            sentences[sign] = f"{row['carriers']} of {row['samples']}"
    return sentences


def says(page: Page, sentences: dict[str, str]) -> None:
    lines = page.locator(".cnv-lead p")
    expect(lines).to_have_count(len(sentences))
    for sign, numbers in sentences.items():
        expect(lines.filter(has_text=sign)).to_contain_text(re.compile(rf": {numbers}\b"))


def press(page: Page, *keys: str) -> None:
    """Presses keys by their names, and types whatever is none."""
    for key in keys:
        if key in KEYS:
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


@dataclass(frozen=True)
class Step:
    """A control, the keys that change it, and what is counted then."""

    control: str
    tag: str
    keys: tuple[str, ...]
    address: str
    words: str
    """In the sentence that says what is counted."""
    asked: dict[str, Any] = field(default_factory=dict)
    folded: bool = False
    """It stands in More."""


STEPS = {
    "class": Step(
        "Class",
        "button",
        ("ArrowDown", "ArrowDown", "ArrowDown", "Space"),
        "&class=complete-loss$",
        "complete losses",
        {"classes": ("complete-loss",)},
    ),
    "filter": Step("credible", "button", ("ArrowRight", "Space"), "&filter=pass$", "at PASS", {"level": "pass"}),
    "cohort": Step("unrelated", "button", ("ArrowRight", "Enter"), "&cohort=all$", "people", {"everyone": True}),
    "overlap": Step(
        "Overlap",
        "select",
        ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Tab"),
        "&overlap=fraction(:|%3A)0.5$",
        "50 %",
        {"rule": "fraction", "share": Fraction(1, 2)},
    ),
    "populations": Step(
        "Populations",
        "button",
        ("ArrowDown", "eur", "ArrowDown", "Space"),
        "&population=EUR$",
        "EUR",
        {"populations": ("EUR",)},
        folded=True,
    ),
    "sex": Step("any", "button", ("ArrowRight", "ArrowRight", "Enter"), "&sex=XY$", "XY", {"sex": "XY"}, folded=True),
    "outliers": Step(
        "Count samples with large events",
        "input",
        ("Space",),
        "&outliers=include$",
        "large events",
        {"outliers": True},
        folded=True,
    ),
    "length from": Step(
        "Length from", "input", ("10000", "Enter"), "&min_length=10000$", "10", {"min_length": 10_000}, folded=True
    ),
    "length to": Step(
        "Length to", "input", ("10000", "Enter"), "&max_length=10000$", "10", {"max_length": 10_000}, folded=True
    ),
    "quality": Step(
        "QUAL from", "input", ("41", "Enter"), "&min_quality=41$", "QUAL 41", {"min_quality": 41.0}, folded=True
    ),
    "bins": Step(
        "Bins from", "input", ("4", "Tab"), "&min_bins=4$", "with 4 bins or more", {"min_bins": 4}, folded=True
    ),
    "copy number": Step(
        "Copy number",
        "button",
        ("ArrowDown", "Space"),
        "&copy_number=0$",
        "copy number 0",
        {"copy_numbers": (0,)},
        folded=True,
    ),
}


CHOSEN = """() => [...document.querySelectorAll('.cnv-controls :is([role=radio], select, input, .cnv-list-button, .cnv-opener)')]
    .map((one) => [one.getAttribute('aria-checked'), one.checked, one.value, one.innerText].join()).join('|')"""
"""What every control shows, folded ones too."""


@pytest.mark.parametrize("name", STEPS)
def test_each_control_by_key_and_back_undoes_it_r13(page: Page, base_url: str, name: str) -> None:
    """The page is as the control before found it; the focus begins at the top."""
    step = STEPS[name]
    if page.url != base_url + GENE:
        page.goto(base_url + GENE)
    settled(page)
    page.locator("h1").click()
    before, chosen = state(page), page.evaluate(CHOSEN)
    says(page, told())
    if step.folded:
        unfold(page, "More")
    # within what is open no more presses than it has stops
    tab_to(page, step.control, step.tag, most=16 if step.folded else 40)
    assert page.evaluate(LOOK), "the focus is seen"
    press(page, *step.keys)
    expect(page).to_have_url(re.compile(step.address))
    expect(page.locator(".cnv-counted").first).to_contain_text(step.words)
    settled(page)
    says(page, told(**step.asked))
    assert page.evaluate(CHOSEN) != chosen
    # a list that is still open closes first, then what it stands in
    press(page, "Escape", "Escape")
    expect(page.locator(".cnv-controls [aria-expanded=true]")).to_have_count(0)
    # one step back is the page as it was: the change made one entry
    page.go_back()
    comes_to(page, before)
    page.wait_for_function(f"chosen => ({CHOSEN})() === chosen", arg=chosen)


def test_backspace_takes_a_class_away_again(opened: Opened) -> None:
    page = opened(GENE + "&class=complete-loss")
    says(page, told(classes=("complete-loss",)))
    tab_to(page, "Class", "button")
    press(page, "Backspace")
    expect(page).to_have_url(re.compile(r"gene=GSTM1$"))
    settled(page)
    says(page, told())


def test_tab_goes_through_what_unfolds_and_on_behind_its_button(opened: Opened) -> None:
    page = opened(GENE)
    unfold(page, "More")
    press(page, "Tab")
    first = page.evaluate(FOCUSED)["name"]
    assert first == "Help for Populations"
    press(page, "Shift+Tab")
    assert "More" in page.evaluate(FOCUSED)["name"]
    panel = page.locator(".cnv-controls .cnv-panel")
    tab_to(page, "Copy number", "button", most=13)
    press(page, "Tab")
    assert page.evaluate(FOCUSED)["name"] == "← step"
    # it has closed, and lies over nothing that has the focus
    expect(panel).to_be_hidden()
    press(page, "Shift+Tab")
    assert "More" in page.evaluate(FOCUSED)["name"]
    press(page, "Enter", "Tab")
    assert page.evaluate(FOCUSED)["name"] == first
    press(page, "Escape")
    expect(panel).to_be_hidden()
    assert "More" in page.evaluate(FOCUSED)["name"]


def test_what_is_no_number_is_told_and_changes_nothing(opened: Opened) -> None:
    page = opened(GENE)
    unfold(page, "More")
    tab_to(page, "QUAL from", "input", most=16)
    field = page.get_by_role("textbox", name="QUAL from", exact=True)
    for typed in ("much", "-1", "1e12", "4,1"):
        field.fill(typed)
        press(page, "Enter")
        expect(page.locator(".cnv-wrong:not(:empty)")).to_have_text(f"“{typed}” is not a number from 0 to 999,999,999.")
        expect(field).to_have_attribute("aria-invalid", "true")
    assert page.url.endswith(GENE)
    tab_to(page, "Bins from", "input", most=3)
    bins = page.get_by_role("textbox", name="Bins from", exact=True)
    bins.fill("2.5")
    press(page, "Enter")
    expect(page.locator(".cnv-wrong", has_text="“2.5” is not a whole number from 0 to")).to_be_visible()
    bins.fill("1,000")
    press(page, "Enter")
    expect(page).to_have_url(re.compile("gene=GSTM1&min_bins=1000$"))
    expect(page.locator(".cnv-counted").first).to_contain_text("with 1000 bins or more")
    expect(page.locator(".cnv-wrong:not(:empty)")).to_have_count(0)


def test_what_share_tells_is_copied_by_key(opened: Opened) -> None:
    page = opened(f"{GENE}&filter=pass")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab_to(page, "Share", "summary")
    assert page.evaluate(LOOK)
    press(page, "Enter")
    copied = []
    for what in ("address", "citation", "command for a shell", "lines for Python"):
        tab_to(page, f"Copy the {what}", "button", most=1)
        assert page.evaluate(LOOK)
        page.evaluate("navigator.clipboard.writeText('')")
        press(page, "Enter")
        # not by the page itself, whose policy forbids to wait by an expression that is a promise
        for _ in range(150):
            if text := page.evaluate("navigator.clipboard.readText()"):
                break
            page.wait_for_timeout(200)
        copied.append(text)
    address, citation, curl, _ = copied
    assert address == page.url
    assert page.url.endswith(f"{GENE}&filter=pass")
    assert address in citation
    assert f"'{page.url.removesuffix(f'{GENE}&filter=pass')}/download/carriers.csv?gene=GSTM1&filter=pass'" in curl
    panel = page.locator(".cnv-panel", has_text="To cite it:")
    expect(panel).to_contain_text(f"{GENE}&filter=pass")
    press(page, "Escape")
    expect(panel).to_be_hidden()
    assert page.evaluate(FOCUSED)["name"] == "Share"


def test_a_menu_closes_where_the_focus_or_a_click_goes_elsewhere(opened: Opened) -> None:
    page = opened(GENE)
    share, api = (
        page.locator("details.cnv-menu", has_text=name).locator(".cnv-panel") for name in ("To cite", "curl -s")
    )
    tab_to(page, "API", "summary")
    press(page, "Space")
    expect(api).to_be_visible()
    press(page, "Shift+Tab")
    assert page.evaluate(FOCUSED)["name"] == "Report"
    expect(api).to_be_hidden()
    page.locator("summary", has_text="API").click()
    expect(api).to_contain_text("library(jsonlite)")
    page.locator("summary", has_text="Share").click()
    expect(api).to_be_hidden()
    # of the same page with other words it stays open, with the words of the moment
    expect(share).to_be_visible()
    page.evaluate(f"history.pushState(null, '', '{GENE}&filter=pass'); dispatchEvent(new PopStateEvent('popstate'))")
    expect(share).to_contain_text(f"{GENE}&filter=pass")
    expect(share).to_be_visible()
    share.click(position={"x": 8, "y": 8})
    expect(share).to_be_visible()
    # the picture keeps a click on its marks to itself, but not this
    page.locator('.st-key-track [aria-label^="site "]').last.click()
    expect(share).to_be_hidden()


def test_the_line_of_formats_is_followed_by_key(opened: Opened) -> None:
    page = opened(GENE + "&filter=pass")
    address = page.url
    link = tab_to(page, "Frequencies of every group as tsv", "a")
    assert link["href"] == "/download/frequencies.tsv?gene=GSTM1&filter=pass"
    assert page.evaluate(LOOK)
    with page.expect_download() as downloading:
        press(page, "Enter")
    assert downloading.value.suggested_filename.endswith(".tsv")
    assert downloading.value.path().read_text().startswith("# title:")
    assert page.url == address


def test_a_link_beside_the_carriers_is_followed_by_key(opened: Opened) -> None:
    page = opened(GENE + "&filter=pass&tab=carriers")
    link = tab_to(page, "Carriers, an event a row as csv", "a")
    assert link["href"] == "/download/carriers.csv?gene=GSTM1&filter=pass"
    with page.expect_download() as downloading:
        press(page, "Enter")
    rows = downloading.value.path().read_text().splitlines()[1:]
    losses = count(
        CONTENTS.people,
        CONTENTS.events,
        "loss",
        Question("chr1", GSTM1.start, GSTM1.end, CODING, rule="coding", level="pass"),
    )[("all", "all")]["carriers"]
    assert len({row.split(",")[0] for row in rows if "loss" in row}) == losses


REGION = "/region?region=chr1:109680001-109705000"


def test_what_the_mouse_does_in_the_track_has_a_link_for_the_keyboard(opened: Opened) -> None:
    """A drag zooms in, a click on an interval counts it alone: the links above, and those of the table of sites."""
    page = opened(REGION)
    before = page.url, page.get_by_role("heading", level=1).inner_text()
    began = page.evaluate("history.length")
    for control, address, heading in (
        ("half width", "region=chr1(:|%3A)109686251-109698750$", "109,686,251"),
        ("← step", "region=chr1(:|%3A)109667501-109692500$", "109,667,501"),
        ("chr1:109,687,570-109,697,443", "site=chr1-109687570-109697443-loss", "109,687,570"),
    ):
        settled(page).locator("h1").click()
        tab_to(page, re.escape(control), "a")
        assert page.evaluate(LOOK)
        press(page, "Enter")
        expect(page).to_have_url(re.compile(address))
        settled(page)
        expect(page.locator("[data-testid=stMain]")).to_contain_text(heading)
        # the entry of the one before is ahead after Back, and gives way
        assert page.evaluate("history.length") == began + 1
        page.go_back()
        expect(page).to_have_url(before[0])
        expect(page.get_by_role("heading", level=1)).to_have_text(before[1])


def test_every_link_and_summary_shows_its_focus(opened: Opened) -> None:
    """As Tab comes to them; an outline, for the focus of a link has nothing else."""
    page = opened(REGION)
    seen, without = 0, []
    for _ in range(130):
        press(page, "Tab")
        there = page.evaluate(
            """() => {
                const one = document.activeElement
                const style = getComputedStyle(one)
                return [one.tagName, one.innerText, style.outlineStyle, parseFloat(style.outlineWidth), one.dataset.testid ?? '']
            }"""
        )
        tag, words, line, width, streamlits = there
        if tag == "BODY":
            break
        if tag in ("A", "SUMMARY") and not streamlits:
            seen += 1
            if line == "none" or not width:
                without.append(words)
    assert without == []
    assert seen > 30


# Links with every filter set at once; a filter that does nothing to the numbers of one does something to another's.
COMMON = {"everyone": True, "outliers": True, "populations": ("AFR", "AMR", "EUR"), "sex": "XX"}
FULL: dict[str, tuple[str, dict[str, Any]]] = {
    "small losses too": (
        "class=loss,high-gain&filter=all&cohort=all&outliers=include&population=AFR,AMR,EUR&sex=XX&overlap=fraction:0.05"
        "&min_length=300&max_length=13000&min_quality=4&min_bins=1&copy_number=0,1,5",
        COMMON
        | {"rule": "fraction", "share": Fraction(1, 20), "level": "all", "classes": ("loss", "high-gain")}
        | {"min_length": 300, "max_length": 13_000, "min_quality": 4.0, "min_bins": 1, "copy_numbers": (0, 1, 5)},
    ),
    "well supported": (
        "class=loss,gain&filter=all&cohort=all&outliers=include&population=AFR,AMR,EUR&sex=XX&overlap=any"
        "&min_length=300&max_length=20000&min_quality=40&min_bins=2&copy_number=0,5",
        COMMON
        | {"rule": "any", "level": "all", "classes": ("loss", "gain")}
        | {"min_length": 300, "max_length": 20_000, "min_quality": 40.0, "min_bins": 2, "copy_numbers": (0, 5)},
    ),
    "long and complete": (
        "class=complete-loss&filter=all&cohort=all&outliers=include&population=AFR,AMR,EUR,EAS&sex=XX&overlap=reciprocal:0.4"
        "&min_length=10000&max_length=20000&min_quality=20&min_bins=1&copy_number=0,1",
        COMMON
        | {"populations": ("AFR", "AMR", "EAS", "EUR")}
        | {"rule": "reciprocal", "share": Fraction(2, 5), "level": "all", "classes": ("complete-loss",)}
        | {"min_length": 10_000, "max_length": 20_000, "min_quality": 20.0, "min_bins": 1, "copy_numbers": (0, 1)},
    ),
    "within": (
        "class=loss&filter=all&cohort=all&outliers=include&population=AFR,AMR,EUR&sex=XX&overlap=within"
        "&min_length=300&max_length=20000&min_quality=1&min_bins=1&copy_number=0,1",
        COMMON
        | {"rule": "within", "level": "all", "classes": ("loss",)}
        | {"min_length": 300, "max_length": 20_000, "min_quality": 1.0, "min_bins": 1, "copy_numbers": (0, 1)},
    ),
}
DEFAULTS: dict[str, Any] = {
    "rule": "coding",
    "level": "credible",
    "classes": (),
    "everyone": False,
    "populations": (),
    "sex": None,
    "min_length": None,
    "max_length": None,
    "min_quality": None,
    "min_bins": None,
    "copy_numbers": (),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_each_filter_changes_what_one_of_the_links_shows(name: str) -> None:
    """Of the large events, on chr12 alone, other tests tell."""
    assert any(told(**asked) != told(**(asked | {name: DEFAULTS[name]})) for _, asked in FULL.values())


@pytest.mark.parametrize("name", FULL)
def test_a_link_with_every_filter_shows_the_same_numbers_in_a_second_browser_r13(
    opened: Opened, elsewhere: Page, name: str
) -> None:
    filters, asked = FULL[name]
    assert {one.partition("=")[0] for one in filters.split("&")} == {*NAMES} - {CALLSET}  # the database holds one
    page = opened(f"{GENE}&{filters}")
    expected = told(**asked)
    says(page, expected)
    here = everything(page)
    elsewhere.goto(page.url)
    settled(elsewhere)
    says(elsewhere, expected)
    assert everything(elsewhere) == here


def everything(page: Page) -> dict[str, Any]:
    """All numbers of the page that are text, folded ones too, and what the controls show."""
    state(page)
    return {
        "address": page.url,
        "texts": page.locator(".cnv-counted, .cnv-lead, .cnv-table").all_inner_texts(),
        "tables": page.locator(".cnv-table").evaluate_all("tables => tables.map(one => one.textContent)"),
        "chosen": page.get_by_role("radio", checked=True).all_inner_texts(),
        "classes": page.locator(".cnv-list-button").all_inner_texts(),
        "overlap": page.get_by_label("Overlap", exact=True).input_value(),
        "files": page.locator("a[download]").evaluate_all("links => links.map(one => one.getAttribute('href'))"),
    }
