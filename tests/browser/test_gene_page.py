"""The pages in a real browser: deep links, history, numbers against the CSV, keyboard, publishing."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import settled
from tests.dashboard.demonstration import demonstration
from tests.dashboard.served import served
from tests.dashboard.small_database import publish, write_file

pytestmark = pytest.mark.browser

Opened = Callable[[str], Page]


def counted(page: Page) -> str:
    return page.locator(".cnv-counted").first.inner_text()


def rows(page: Page, direction: str) -> dict[str, list[str]]:
    """Cells of the frequency table by group."""
    found = {}
    for row in page.locator(f".cnv-frequencies-{direction} tbody tr").all():
        cells = row.locator("th, td").all_inner_texts()
        found[re.split(r"\s", cells[0].strip())[0]] = cells[1:]
    return found


def carriers_csv(page: Page, base_url: str) -> list[dict[str, str]]:
    href = page.get_by_role("link", name="Frequencies of every group as csv").first.get_attribute("href")
    answer = page.request.get(base_url + str(href).replace("/frequencies.", "/carriers."))
    assert answer.ok
    return list(csv.DictReader(io.StringIO(answer.text())))


def test_a_deep_link_is_the_first_request_of_a_server(browser: Browser, pointer: Path) -> None:
    with served(pointer) as base:
        page = browser.new_page()
        page.goto(f"{base}/gene?gene=GSTM1&filter=pass")
        settled(page)
        expect(page.get_by_role("heading", name="GSTM1", exact=True)).to_be_visible()
        expect(page.get_by_text("1000 Genomes CNV explorer").first).to_be_visible()
        expect(page.get_by_text("Simulated data.")).to_be_visible()
        assert "losses and gains at PASS" in counted(page)
        expect(page).to_have_title("GSTM1 · SIMULATED · 1000 Genomes CNV explorer")
        page.close()


@pytest.mark.parametrize(
    "query",
    [
        "gene=GSTM1",
        "gene=GSTM1&filter=all&cohort=all",
        "gene=XGENE&sex=XY",
        "gene=ADAM3A&class=loss&overlap=covers",
        "gene=YGENE",
    ],
)
def test_headline_and_table_are_what_the_csv_holds_r6(opened: Opened, base_url: str, query: str) -> None:
    page = opened(f"/gene?{query}")
    listed = carriers_csv(page, base_url)
    lead = page.locator(".cnv-lead").inner_text().replace("\n", " ")
    assert listed
    for direction, classes in (("loss", ("complete-loss", "partial-loss")), ("gain", ("low-gain", "high-gain"))):
        mine = [row for row in listed if row["class"] in classes]
        carriers = {row["sample"] for row in mine}
        if f"class={'gain' if direction == 'loss' else 'loss'}" in query:
            assert rows(page, direction) == {}
            continue
        if not carriers:
            assert rows(page, direction)["All"][1:3] == ["0", "0 %"]
            continue
        assert re.search(rf"\b{len(carriers)} of \d+", lead)
        table = rows(page, direction)
        assert int(table["All"][1]) == len(carriers)
        for group in ("AFR", "AMR", "EAS", "EUR", "SAS"):
            here = {row["sample"] for row in mine if row["superpopulation"] == group}
            assert int(table[group][1]) == len(here)
            assert table[group][2] == (f"{len(here) / int(table[group][0]) * 100:.1f} %" if here else "0 %")
        strongest = classes[0] if direction == "loss" else classes[1]
        strong = {row["sample"] for row in mine if row["class"] == strongest}
        assert int(table["All"][4 if direction == "loss" else 5]) == len(strong)


def test_back_and_forward_walk_every_change_of_a_control_r13(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1")
    walked = [(page.url, counted(page), page.locator(".cnv-lead").inner_text())]
    began = page.evaluate("history.length")

    def change(act: Callable[[], object], part: str) -> None:
        act()
        expect(page).to_have_url(re.compile(part))
        settled(page)
        expect(page.locator(".cnv-counted").first).not_to_have_text(walked[-1][1])
        walked.append((page.url, counted(page), page.locator(".cnv-lead").inner_text()))

    change(lambda: page.get_by_role("radio", name="PASS").click(), "filter=pass")
    change(lambda: page.get_by_role("radio", name="everyone").click(), "cohort=all")
    change(lambda: page.get_by_label("Overlap", exact=True).select_option("any overlap"), "overlap=any")
    page.get_by_role("button", name="Class: losses and gains").click()
    change(lambda: page.get_by_role("checkbox", name="losses", exact=True).click(), "class=loss")
    # the list is still open, and needs no click to close
    expect(page.get_by_role("checkbox", name="gains", exact=True)).to_be_visible()
    change(lambda: page.get_by_role("radio", name="credible").click(), "gene=GSTM1&class=loss&cohort=all&overlap=any")

    assert page.evaluate("history.length") == began + 5
    for url, sentence, lead in reversed(walked[:-1]):
        page.go_back()
        expect(page).to_have_url(url)
        expect(page.locator(".cnv-counted").first).to_have_text(sentence)
        assert settled(page).locator(".cnv-lead").inner_text() == lead
    for url, sentence, lead in walked[1:]:
        page.go_forward()
        expect(page).to_have_url(url)
        expect(page.locator(".cnv-counted").first).to_have_text(sentence)
        assert settled(page).locator(".cnv-lead").inner_text() == lead
    expect(page.get_by_role("radio", name="credible")).to_be_checked()
    expect(page.get_by_role("radio", name="everyone")).to_be_checked()
    expect(page.get_by_role("checkbox", name="gains", exact=True)).to_be_hidden()


def test_the_keyboard_alone_finds_a_gene_and_keeps_the_filters(opened: Opened) -> None:
    page = opened("/?filter=pass")
    began = page.evaluate("history.length")
    box = page.get_by_role("combobox", name="Gene, region, site or sample")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.shadowRoot?.activeElement?.id") == "what":
            break
    expect(box).to_be_focused()
    page.keyboard.type("adam3a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/gene\?gene=ADAM3A&filter=pass$"))
    settled(page)
    expect(page.get_by_role("heading", name="ADAM3A", exact=True)).to_be_visible()
    assert page.evaluate("history.length") == began + 1
    page.go_back()
    expect(page).to_have_url(re.compile(r"/\?filter=pass$"))
    expect(page.get_by_role("heading", name="Most common sites")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("chr1:109,690,000-109,690,999", r"/region\?region=chr1:109690000-109690999&filter=pass$"),
        ("1p13.3", r"/region\?region=1p13.3&filter=pass$"),
        ("1-5-4", r"/gene\?gene=1-5-4&filter=pass$"),
    ],
)
def test_the_box_takes_a_region_or_a_band_to_its_page_r1(opened: Opened, typed: str, address: str) -> None:
    page = opened("/sample?filter=pass")
    began = page.evaluate("history.length")
    page.get_by_role("combobox", name="Gene, region, site or sample").fill(typed)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(address))
    settled(page)
    assert page.evaluate("history.length") == began + 1


def test_suggestions_are_walked_with_the_arrow_keys(opened: Opened) -> None:
    page = opened("/gene?gene=ADAM3A&cohort=all")
    box = page.get_by_role("combobox", name="Gene, region, site or sample")
    box.click()
    page.keyboard.type("gst")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(0)
    page.keyboard.press("Backspace")
    expect(options).to_have_count(2)
    options.nth(0).click()
    expect(page).to_have_url(re.compile(r"/gene\?gene=GSTM1&cohort=all$"))
    settled(page)
    expect(page.get_by_role("heading", name="GSTM1", exact=True)).to_be_visible()
    expect(box).to_have_value("")


def test_a_region_typed_into_the_box_names_its_genes(opened: Opened) -> None:
    page = opened("/sample")
    page.get_by_role("combobox", name="Gene, region, site or sample").fill("chr1:109,680,000-109,690,000")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/region\?region=chr1:109680000-109690000$"))
    settled(page)
    page.get_by_role("link", name="Genes", exact=True).click()
    expect(page).to_have_url(re.compile("&tab=genes$"))
    expect(page.get_by_role("link", name="GSTM2")).to_be_visible()


def test_the_bar_keeps_gene_and_filters(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1&cohort=all")
    page.get_by_role("link", name="Cohort", exact=True).click()
    expect(page).to_have_url(re.compile(r"/\?cohort=all$"))
    settled(page)
    page.locator("[data-testid=stMain]").get_by_role("link", name="GSTM1", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/gene\?gene=GSTM1&cohort=all$"))
    settled(page)
    assert "people" in counted(page)
    assert "unrelated" not in counted(page)


def test_the_chart_draws_a_mark_a_group_and_no_more(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1&class=loss")
    chart = page.locator("[data-testid='stVegaLiteChart'] svg").nth(1)
    expect(chart).to_be_visible()
    expect(chart.locator("g.mark-symbol path")).to_have_count(6)
    expect(chart.locator("g.mark-rule.role-mark line")).to_have_count(6)


def test_what_is_told_of_both_sexes_is_no_wider_than_a_page_r5(page: Page, opened: Opened) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    opened("/gene?gene=XGENE&filter=all")
    # where every rule says the same the table is folded
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for table in (".cnv-rules", ".cnv-filters"):
        expect(page.locator(table)).to_contain_text("XX")
        wide, room = page.locator(table).evaluate("one => [one.offsetWidth, one.parentElement.clientWidth]")
        assert 0 < wide <= room, table


def test_the_way_back_to_the_defaults_is_one_step_in_the_history(opened: Opened) -> None:
    page = opened("/gene?gene=GSTM1&filter=all&min_bins=3&sex=XX")
    began = page.evaluate("history.length")
    asked = counted(page)
    page.get_by_role("link", name="Use the defaults").click()
    expect(page).to_have_url(re.compile(r"/gene\?gene=GSTM1$"))
    expect(page.locator(".cnv-counted").first).to_have_text(
        "Counted: credible losses and gains of coding sequence, in 115 unrelated people."
    )
    assert page.evaluate("history.length") == began + 1
    page.go_back()
    expect(page.locator(".cnv-counted").first).to_have_text(asked)


def test_an_unknown_gene_offers_close_names_that_lead_somewhere(opened: Opened) -> None:
    page = opened("/gene?gene=GTSM1&filter=pass")
    expect(page.get_by_text("There is no gene “GTSM1”")).to_be_visible()
    began = page.evaluate("history.length")
    page.locator("[data-testid=stMain]").get_by_role("link", name="GSTM1", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"gene=GSTM1&filter=pass"))
    assert page.evaluate("history.length") == began + 1
    settled(page)
    expect(page.get_by_role("heading", name="GSTM1", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=window.hacked=1>",
        "<script>window.hacked=1</script>",
        "[click](javascript:window.hacked=1)",
        "\"'><svg onload=window.hacked=1>",
    ],
)
def test_what_an_address_says_is_never_run(opened: Opened, base_url: str, text: str) -> None:
    page = opened(f"/gene?gene={quote(text)}&filter={quote(text)}")
    expect(page.get_by_text("is not a value of filter")).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator(".stMainBlockContainer img, .stMainBlockContainer a[href^=javascript]").count() == 0


def test_a_database_published_meanwhile_is_there_at_the_next_click(browser: Browser, tmp_path: Path) -> None:
    """The first, without which a page says why it has nothing, and the next, whose numbers are others."""
    pointer = tmp_path / "cnv.duckdb"
    with served(pointer) as base:
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{base}/gene?gene=GSTM1&class=loss")
        settled(page)
        expect(page.get_by_text("There is no database at cnv.duckdb.")).to_be_visible()
        expect(page.get_by_text("Traceback")).to_have_count(0)
        publish(pointer, write_file(tmp_path / "cnv-1.duckdb", demonstration()))
        page.wait_for_timeout(1_200)
        page.reload()
        settled(page)
        expect(page.get_by_role("heading", name="GSTM1", exact=True)).to_be_visible()
        before = rows(page, "loss")
        expect(page.locator("footer")).to_contain_text("demonstration-1")
        publish(pointer, write_file(tmp_path / "cnv-2.duckdb", demonstration(seed=2, carriers=0.2)))
        page.wait_for_timeout(1_200)
        page.get_by_role("radio", name="everyone").click()
        expect(page.locator("footer")).to_contain_text("demonstration-2")
        settled(page)
        after = rows(page, "loss")
        listed = carriers_csv(page, base)
        assert int(after["All"][1]) == len({row["sample"] for row in listed})
        assert int(after["All"][1]) < int(before["All"][1])
        expect(page.locator("[data-testid='stException'], [data-testid='stAlert']")).to_have_count(0)
        assert errors == []
        page.close()
