"""The region page in a real browser: its drawing zooms and narrows, each time one entry in the history."""

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]
REGION = "/region?region=chr1:109680001-109705000"


def drawing(page: Page) -> dict[str, float]:
    """Where the track is on the screen: it is the last chart of the page."""
    chart = page.get_by_test_id("stVegaLiteChart").first.locator("svg.marks, canvas")
    expect(chart).to_be_visible()
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    return dict(box)


def drag(page: Page, first: float, last: float) -> None:
    """Drags along the middle of the curves, between two shares of the drawing's width."""
    box = drawing(page)
    y = box["y"] + 100
    page.mouse.move(box["x"] + first * box["width"], y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(box["x"] + (first + (last - first) * step / 5) * box["width"], y)
    page.mouse.up()


def region(page: Page) -> tuple[int, int]:
    found = re.search(r"region=chr1:(\d+)-(\d+)", unquote(page.url))
    assert found
    return int(found[1]), int(found[2])


def test_a_drag_zooms_in_with_one_entry_and_back_returns_r13(opened: Opened) -> None:
    page = opened(REGION + "&filter=pass")
    began = page.evaluate("history.length")
    drag(page, 0.2, 0.6)
    expect(page).not_to_have_url(re.compile("109680001"))
    settled(page)
    start, end = region(page)
    # a hundredth of 25 kb either way: the screen has whole pixels
    assert abs(start - 109_685_001) <= 250
    assert abs(end - 109_695_000) <= 250
    assert "filter=pass" in page.url
    # as our own links write it
    expect(page).to_have_url(re.compile(r"region=chr1:\d+-\d+"))
    assert page.evaluate("history.length") == began + 1
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{start:,}")

    drag(page, 0.5, 0.9)
    expect(page).not_to_have_url(re.compile(f"{start}-"))
    settled(page)
    assert start < region(page)[0] < region(page)[1] < end
    assert page.evaluate("history.length") == began + 2

    page.go_back()
    expect(page).to_have_url(re.compile(f"{start}-{end}"))
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{start:,}")
    page.go_back()
    expect(page).to_have_url(re.compile("109680001-109705000"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("109,680,001")


def test_a_click_that_slips_a_pixel_changes_nothing(opened: Opened) -> None:
    page = opened(REGION)
    began, url = page.evaluate("history.length"), page.url
    drag(page, 0.3, 0.301)
    page.wait_for_timeout(800)
    assert settled(page).url == url
    assert page.evaluate("history.length") == began


def test_a_click_on_an_interval_opens_its_site(opened: Opened) -> None:
    page = opened(REGION)
    began = page.evaluate("history.length")
    drawing(page)
    # the one gain comes first, then the losses by carriers
    interval = page.get_by_test_id("stVegaLiteChart").first.locator("g.intervals_marks path").nth(1)
    box = interval.bounding_box()
    assert box is not None
    # its dark part lies on it, and is the same interval
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + 2)
    expect(page).to_have_url(re.compile(r"/site\?site=chr1-109687570-109697443-loss$"))
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("chr1:109,687,570-109,697,443")
    assert page.evaluate("history.length") == began + 1
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("chr1:109,680,001-109,705,000")


def test_the_keyboard_alone_moves_the_window(opened: Opened) -> None:
    page = opened(REGION + "&filter=all")
    began = page.evaluate("history.length")
    for words, expected in (("double width", (109_667_501, 109_717_500)), ("step →", (109_692_501, 109_742_500))):
        link = page.get_by_role("link", name=words, exact=True)
        # the address changes before the page does
        expect(link).to_have_attribute("href", re.compile("-".join(map(str, expected))))
        link.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("-".join(map(str, expected))))
        settled(page)
        assert "filter=all" in page.url
    assert page.evaluate("history.length") == began + 2


def test_the_picture_keeps_the_focus_that_its_keys_need(opened: Opened) -> None:
    page = opened(REGION)
    picture = page.locator(".st-key-track").get_by_test_id("stVegaLiteChart")
    picture.focus()
    for key, there in (("ArrowRight", "109692501-109717500"), ("ArrowRight", "109705001-109730000")):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(there))
        settled(page)
        # another picture by now
        expect(picture).to_be_focused()
    page.get_by_role("combobox").first.focus()
    page.wait_for_timeout(300)
    expect(picture).not_to_be_focused()


def test_a_phone_shows_drawing_and_captions_whole_and_breaks_no_number(page: Page, opened: Opened) -> None:
    """However wide the table that scrolls."""
    page.set_viewport_size({"width": 390, "height": 844})
    opened(REGION)
    box = drawing(page)
    assert box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # a number that the edge cuts would be read as another one
    box_of_table = page.locator(".cnv-scroll").first
    expect(box_of_table).to_have_class(re.compile("cnv-goes-on"))
    box_of_table.evaluate("box => { box.scrollLeft = box.scrollWidth }")
    expect(box_of_table).not_to_have_class(re.compile("cnv-goes-on"))
    page.get_by_text("What the number depends on").click()
    captions = page.eval_on_selector_all(
        "caption span", "all => all.map(one => [one.textContent, one.getBoundingClientRect().toJSON()])"
    )
    assert len(captions) == 2
    for told, box in captions:
        assert (box["left"] >= 0, box["right"] <= 390, box["width"] > 300) == (True, True, True), told
    opened("/data")
    lines = page.eval_on_selector_all(
        ".cnv-words td",
        """all => all.map(cell => {
            const text = document.createRange();
            text.selectNodeContents(cell);
            return [cell.textContent, new Set([...text.getClientRects()].map(one => one.top)).size];
        })""",
    )
    numbers = {told: number for told, number in lines if re.fullmatch(r"[\d,]+|EFO:\d+", told)}
    assert "EFO:0030069" in numbers
    assert set(numbers.values()) == {1}, numbers
