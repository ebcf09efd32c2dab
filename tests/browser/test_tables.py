"""Tables of a page: order, keys, a window over every row, tabs in the address, and what stays where it is when something changes."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.dashboard.demonstration import demonstration
from tests.dashboard.served import served
from tests.dashboard.small_database import Event, publish, write_file

Opened = Callable[[str], Page]
PEOPLE = [person.sample for person in demonstration().people]
LENGTHS = [2_000 + 37 * number for number in range(600)]


@pytest.fixture(scope="module")
def pointer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 carriers in one place, no two events of one length; 140 people have four or five each."""
    draw, base = random.Random(5), demonstration()
    lengths = draw.sample(LENGTHS, len(LENGTHS))
    events = [
        Event(
            PEOPLE[at % len(PEOPLE)],
            "chr5",
            1_000_000 + 30_000 * (at // len(PEOPLE)),
            1_000_000 + 30_000 * (at // len(PEOPLE)) + length,
            1,
        )
        for at, length in enumerate(lengths)
    ]
    folder = tmp_path_factory.mktemp("tables")
    contents = replace(base, events=[*base.events, *events])
    publish(folder / "cnv.duckdb", write_file(folder / "cnv-1.duckdb", contents))
    return folder / "cnv.duckdb"


@pytest.fixture(scope="module")
def base_url(pointer: Path) -> Iterator[str]:
    with served(pointer) as address:
        yield address


def column(page: Page, number: int) -> list[str]:
    return page.locator(f".cnv-rows-table tbody tr[aria-rowindex] > :nth-child({number})").all_inner_texts()


def index_in_sight(page: Page) -> list[int]:
    return [index for index, _ in cells_in_sight(page, 1)]


def cells_in_sight(page: Page, number: int) -> list[tuple[int, str]]:
    """The index of each row and the text of its cell in a column, read at one moment."""
    cells = page.evaluate(
        """(number) => [...document.querySelectorAll(".cnv-rows-table tbody tr[aria-rowindex]")].map(
            (row) => [Number(row.getAttribute("aria-rowindex")), row.children[number - 1].innerText])""",
        number,
    )
    return [(index, text) for index, text in cells]


def heading(page: Page, name: str) -> str | None:
    return page.locator("th", has=page.get_by_role("button", name=name, exact=True)).get_attribute("aria-sort")


def in_words(length: int) -> str:
    return f"{length / 1_000:.1f}".rstrip("0").rstrip(".") + " kb"


def test_a_table_of_hundreds_is_ordered_and_scrolled_without_a_page_run(opened: Opened) -> None:
    asked: list[str] = []
    page = opened("/region?region=chr5:900001-1300000&cohort=all&outliers=include&filter=all&tab=carriers")
    page.on("request", lambda request: asked.append(request.url) if "/rows/" in request.url else None)
    table = page.get_by_role("grid")
    total = int(table.get_attribute("aria-rowcount") or 0) - 1
    assert total == len(LENGTHS)
    # the largest first, eight of them, before anything is asked for
    largest = [in_words(length) for length in sorted(LENGTHS, reverse=True)]
    assert column(page, 7) == largest[:8]
    assert (heading(page, "Length"), asked) == ("descending", [])
    page.get_by_role("button", name="Show all 600").click()
    expect(table).to_be_focused()
    before = page.url
    page.keyboard.press("End")
    expect(page.locator('tr[aria-rowindex="601"]')).to_contain_text(in_words(min(LENGTHS)))
    assert len(index_in_sight(page)) < 60, "only what is in sight is in the document"
    active = page.locator(f"#{table.get_attribute('aria-activedescendant')}")
    expect(active).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(page.locator('tr[aria-rowindex="2"]')).to_contain_text(largest[0])
    for key, row in (("ArrowDown", 3), ("ArrowDown", 4), ("ArrowUp", 3)):
        page.keyboard.press(key)
        expect(page.locator(f'tr[aria-rowindex="{row}"] .cnv-rows-active')).to_have_count(1)
    page.keyboard.press("PageDown")
    there = int(page.locator("tr:has(.cnv-rows-active)").get_attribute("aria-rowindex") or 0)
    assert 10 < there < 30
    page.evaluate("document.querySelector('.cnv-rows-pane').scrollTop = 9000")
    page.wait_for_function(
        "() => Number(document.querySelector('tbody tr[aria-rowindex]')?.getAttribute('aria-rowindex')) > 100"
    )
    expect(page.locator("tr[aria-busy]")).to_have_count(0)
    seen = cells_in_sight(page, 7)
    assert len(seen) > 8
    assert seen == [(index, largest[index - 2]) for index, _ in seen]
    assert page.url == before
    assert all(re.search(r"sort=-length&offset=\d+&limit=100$", url) for url in asked)
    assert asked

    # another order: the database's, from the top, and in the address
    page.get_by_role("button", name="Length", exact=True).click()
    expect(page).to_have_url(re.compile("&sort=length$"))
    expect(page.locator('tr[aria-rowindex="2"]')).to_contain_text(in_words(min(LENGTHS)))
    assert heading(page, "Length") == "ascending"
    settled(page)
    assert column(page, 7)[:8] == [in_words(length) for length in sorted(LENGTHS)[:8]]
    page.get_by_role("button", name="Sample", exact=True).click()
    expect(page).to_have_url(re.compile("&sort=sample$"))
    expect(page.locator('tr[aria-rowindex="2"]')).to_contain_text(min(PEOPLE))
    settled(page)
    # the window stays unfolded over the page run that the order is
    expect(page.get_by_role("button", name="Show 8")).to_be_visible()
    page.reload()
    settled(page)
    assert (heading(page, "Sample"), column(page, 1)[0]) == ("ascending", min(PEOPLE))
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if any("cnv-" in node["html"] for node in one["nodes"])] == []


def test_tabs_orders_and_folds_stay_as_they_are(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1&cohort=all")
    current = page.locator(".cnv-tabs a[aria-current=true]")
    expect(current).to_have_text("Sites")
    page.get_by_text("What the number depends on").click()
    page.get_by_role("link", name="Carriers", exact=True).scroll_into_view_if_needed()
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    assert scrolled > 100
    page.get_by_role("link", name="Carriers", exact=True).click()
    expect(page).to_have_url(re.compile("gene=GSTM1&cohort=all&tab=carriers$"))
    expect(current).to_have_text("Carriers")
    settled(page)
    assert abs(page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") - scrolled) < 200
    # all rows are here: the browser orders them
    page.get_by_role("button", name="QUAL", exact=True).click()
    expect(page).to_have_url(re.compile("&tab=carriers&sort=-quality$"))
    settled(page)
    # a column that is empty in every row, as that of relatives can be, is left out
    headings = page.locator(".cnv-rows-table thead button").all_inner_texts()
    quality = next(place for place, words in enumerate(headings, 1) if words.startswith("QUAL"))
    shown = [int(text) for text in column(page, quality) if text]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == 8
    # a control changes what is counted: tab, order and fold stay, and the words of the fold may change
    page.get_by_role("radio", name="PASS").click()
    expect(page).to_have_url(re.compile("filter=pass&cohort=all&tab=carriers&sort=-quality$"))
    settled(page)
    expect(current).to_have_text("Carriers")
    expect(page.locator("details.cnv-depends")).to_have_attribute("open", "")
    page.locator("table.cnv-rules tbody a.cnv-go").first.click()
    expect(page).to_have_url(re.compile("overlap=.*&tab=carriers&sort=-quality$"))
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") > 100
    expect(page.locator("details.cnv-depends")).to_have_attribute("open", "")
    # the way of showing is one entry of the history, an order none
    for _ in range(3):
        page.go_back()
    expect(page).to_have_url(re.compile("gene=GSTM1&cohort=all$"))
    expect(current).to_have_text("Sites")
    page.go_forward()
    expect(page).to_have_url(re.compile("&tab=carriers&sort=-quality$"))
    expect(current).to_have_text("Carriers")
    page.get_by_role("link", name=re.compile("populations$")).click()
    expect(page.locator("table.cnv-populations-loss")).to_be_visible()
    expect(page).to_have_url(re.compile("&tab=carriers&by=populations&sort=-quality$"))
    page.get_by_role("link", name="copies", exact=True).click()
    expect(page.get_by_role("heading", name="Copies by super-population")).to_be_visible()
    page.get_by_role("link", name=re.compile("groups$")).click()
    expect(page.locator("table.cnv-frequencies-loss")).to_be_visible()
    # another subject begins at the top, with nothing of how this one was shown
    page.get_by_role("combobox", name="Gene, region, site or sample").fill("GSTM2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"gene=GSTM2&filter=pass&cohort=all$|gene=GSTM2&cohort=all$"))
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
