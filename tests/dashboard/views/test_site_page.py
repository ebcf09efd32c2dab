"""The pages `/site` and `/sites`: their numbers against plain sums over the raw calls, and against a pedigree written out by hand."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from math import factorial
from pathlib import Path
from statistics import median_low

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.components.site_page import exon_words
from dashboard.server import ROUTES
from dashboard.store.published import Store
from dashboard.store.site_genes import TouchedGene
from tests.dashboard.demonstration import GENES, demonstration
from tests.dashboard.opened_page import html, opened_page, shown_table, words, words_of
from tests.dashboard.small_database import Contents, Event, Person, write_file

CONTENTS = demonstration()
SITE = "chr1-109687570-109697443-loss"
START, END = 109_687_569, 109_697_443
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("sites") / "cnv.duckdb", CONTENTS)


@pytest.fixture
def open_page(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]
) -> Iterator[Open]:
    def opened(name: str = "site", contents: Contents = CONTENTS, **query: str) -> AppTest:
        path = tmp_path / "cnv.duckdb"
        if contents is CONTENTS and not path.exists():
            path = published
        elif not path.exists():
            write_file(path, contents)
        return opened_page(monkeypatch, path, name, query)

    yield opened
    open_stores.append(settings.store())


def members(people: list[Person], *, unrelated: bool) -> dict[str, Event]:
    """The credible losses that overlap the commonest interval by half, reciprocally, of people who count there."""
    chosen = {p.sample for p in people if p.counted and "chr1" not in p.marked and (p.unrelated or not unrelated)}
    return {
        event.sample: event
        for event in CONTENTS.events
        if event.sample in chosen
        and event.chrom == "chr1"
        and event.credible
        and event.copy_number in (0, 1)
        and 2 * (min(event.end, END) - max(event.start, START)) >= max(event.end - event.start, END - START)
    }


def table_rows(app: AppTest, class_: str) -> dict[str, list[str]]:
    """Cells of a table of the page by the first of its row."""
    found = re.search(rf'<table class="cnv-table {class_}">(.*?)</table>', html(app), re.DOTALL)
    assert found, class_
    rows = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", found[1], re.DOTALL):
        first, *others = [words_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        rows[first] = others
    return rows


def fact(app: AppTest, name: str) -> str:
    """A line of the tables of facts."""
    found = re.search(
        rf'<th scope="row">(?:<button[^>]*>)?{re.escape(name)}(?:</button>)?</th><td[^>]*>(.*?)</td>', html(app)
    )
    assert found, name
    return words_of(found[1])


def test_the_numbers_of_a_site_are_plain_sums_over_the_calls_r6_r9(open_page: Open) -> None:
    app = open_page(site=SITE)
    said = words(app)
    people = {p.sample: p for p in CONTENTS.people}
    counted = [p for p in CONTENTS.people if p.unrelated and p.counted and "chr1" not in p.marked]
    carriers = members(CONTENTS.people, unrelated=True)
    complete = sum(event.copy_number == 0 for event in carriers.values())
    assert f"This loss carried in {len(carriers) / len(counted):.1%}".replace("%", " %") in said
    assert f"{len(carriers)} of {len(counted)}, no copy in {complete}." in said
    shown = table_rows(app, "cnv-frequencies-loss")
    for code in ("AFR", "AMR", "EAS", "EUR", "SAS"):
        row = next(cells for first, cells in shown.items() if first.startswith(code))
        n = sum(p.superpopulation == code for p in counted)
        k = sum(people[sample].superpopulation == code for sample in carriers)
        assert row[:2] == [str(n), str(k)], code
    # all members, whatever their cohort
    every = members(CONTENTS.people, unrelated=False)
    intervals = {(event.start, event.end) for event in every.values()}
    founders = sum((event.start, event.end) == (START, END) for event in every.values())
    assert fact(app, "Events") == (
        f"{len(every)} in {len(every)} people at {len(intervals)} intervals; {founders} people at the one shown"
    )
    starts = sorted(event.start + 1 for event in every.values())
    assert fact(app, "Starts").startswith(f"{starts[0]:,} to {starts[-1]:,}, 4 kb apart; median {median_low(starts):,}")
    assert fact(app, "Ends") == f"{END:,} in all of them"


def test_genes_and_exons_of_a_site_are_those_of_the_gene_models(open_page: Open) -> None:
    app = open_page(site=SITE)
    touched = [gene for gene in GENES if gene.chrom == "chr1" and gene.start < END and gene.end > START]
    assert [gene.symbol for gene in touched] == ["GSTM1"]
    assert "GSTM1 all 4 exons" in words(app)
    assert 'href="/gene?gene=GSTM1"' in html(app)


def test_exons_are_told_in_runs() -> None:
    def said(exons: tuple[int, ...], every: int) -> str:
        return exon_words(TouchedGene("E", "G", "G", True, exons, every))

    assert said((2, 3, 4, 7), 9) == "exons 2–4, 7 of 9"
    assert said((5,), 9) == "exon 5 of 9"
    assert said((1, 2), 2) == "all 2 exons"
    assert said((), 8) == "between its 8 exons"
    assert said((), 0) == "no transcript"


def test_names_elsewhere_are_those_of_the_beacons_record_and_each_leads_to_the_other(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(site=SITE)
    shown = html(app)
    with TestClient(Starlette(routes=list(ROUTES))) as client:
        answer = client.get(f"/beacon/g_variants/{SITE}").json()
        record = answer["response"]["resultSets"][0]["results"][0]
    assert record["vrs"]["id"] in shown
    assert record["vrs"]["location"]["id"] in shown
    assert record["info"]["iscn"] == fact(app, "ISCN").removesuffix(" copy")
    assert f"/beacon/g_variants/{SITE}" in unescape(shown)
    handovers = [
        one["url"]
        for one in answer.get("beaconHandovers", []) + answer["response"]["resultSets"][0].get("resultsHandovers", [])
    ]
    assert any(url.endswith(f"/site?site={SITE}&cohort=all") or f"/site?site={SITE}" in url for url in handovers), (
        answer.keys()
    )


def pedigree() -> Contents:
    """Twelve trios. All fathers have one copy at the site and no mother has a call; seven children have it too, of whom one has no copy
    left, which two parents that give one each cannot leave it."""
    people, events = [], []
    for number in range(12):
        father, mother, child = (f"T{number:02}{role}" for role in "FMC")
        people += [
            Person(father, "GBR", "XY"), Person(mother, "GBR", "XX"),
            Person(child, "GBR", "XX", unrelated=False, father=father, mother=mother),
        ]  # fmt: skip
        events.append(Event(father, "chr3", 60_000_000, 60_010_000, 1, bins=9))
        if number < 7:
            events.append(Event(child, "chr3", 60_000_000, 60_010_000, 0 if number == 0 else 1, bins=9))
    return Contents(people=people, events=events)


def test_trios_of_a_site_are_those_of_a_pedigree_written_out_r11(open_page: Open) -> None:
    app = open_page(contents=pedigree(), site="chr3-60000001-60010000-loss")
    rows = table_rows(app, "cnv-trios")
    # Wilson of 7 of 12: 32.0 to 80.7 % (Wilson 1927; 58.3 % is 7/12)
    transmitted, picture, children, both, father, mother, below, neither, inconsistent, consistent = rows["credible"]
    assert transmitted == "7 of 12 (58.3 %, 32.0–80.7)"
    assert picture == ""
    assert (children, both, father, mother, below) == ("7", "0", "7", "0", "0")
    # seven children are too few for a rate
    assert neither == "0 of 7"
    assert inconsistent == "1"
    assert consistent == "6 of 7"
    # the expected half is drawn in every row
    found = re.search(r'<table class="cnv-table cnv-trios">(.*?)</table>', html(app), re.DOTALL)
    assert found
    assert found[1].count('class="cnv-half" style="left:50%"') == 4
    assert "12 trios of whom all three were read" in words(app)


def test_alleles_of_a_site_are_copies_that_people_lack_of_two_in_each_r6(open_page: Open) -> None:
    """Of the 24 parents, who are unrelated, the twelve fathers have one copy: 12 of 48,"""
    app = open_page(contents=pedigree(), site="chr3-60000001-60010000-loss")
    lost, alleles, share, _, p = table_rows(app, "cnv-alleles")["All"]
    assert (lost, alleles, share) == ("12", "48", "25.0 %")
    assert float(p) == pytest.approx(hardy_weinberg_by_hand(12, 12, 0), rel=0.05)


def hardy_weinberg_by_hand(whole: int, heterozygous: int, none: int) -> float:
    """Exact p: the probability of each number of heterozygotes with the alleles as they are, those no likelier summed."""
    people, minor = whole + heterozygous + none, heterozygous + 2 * none

    def weight(number: int) -> float:
        two, single = (minor - number) // 2, number
        rest = people - two - single
        return 2.0**number / (factorial(two) * factorial(single) * factorial(rest))

    weights = {number: weight(number) for number in range(minor % 2, minor + 1, 2)}
    return sum(w for w in weights.values() if w <= weights[heterozygous] * (1 + 1e-9)) / sum(weights.values())


def test_no_rate_is_told_where_the_absence_of_calls_says_nothing_r5_r11(open_page: Open) -> None:
    """At a place of copies a child without a call may carry all the same; at one where no call can be made nothing is said at all."""
    site = "chr3-60000001-60010000-loss"
    copies = replace(pedigree(), problems=[("paralogous", "chr3", 59_990_000, 60_020_000, "SMN1")])
    app = open_page(contents=copies, site=site)
    assert table_rows(app, "cnv-trios")["credible"][0] == "7 of 12"
    assert "No rate is told: calls are few here" in words(app)
    assert "cnv-alleles" not in html(app)
    (row,) = shown_table(open_page("sites")).cells
    assert (row["transmission"]["t"], row["frequency"]["t"]) == ("", "no frequency")
    assert row["trios"]["v"] == 12
    assert "No site" in words(open_page("sites", min_transmission="0.1"))


def test_trios_say_nothing_where_no_call_can_be_made_r5(open_page: Open) -> None:
    blind = replace(pedigree(), blind=[("chr3", 59_990_000, 60_020_000, "Centromere of chr3")])
    said = words(open_page(contents=blind, site="chr3-60000001-60010000-loss"))
    assert "is not assessable." in said
    assert "Transmitted" not in said


def test_nothing_is_said_of_trios_where_there_are_none(open_page: Open) -> None:
    alone = replace(pedigree(), people=[replace(p, father=None, mother=None) for p in pedigree().people])
    app = open_page(contents=alone, site="chr3-60000001-60010000-loss")
    assert "Nobody in this callset was read with both parents" in words(app)


def test_neighbours_are_the_other_sites_that_touch_it_of_both_directions_r9(open_page: Open) -> None:
    rows = shown_table(open_page(site=SITE, tab="neighbours")).cells
    with_events = {
        (event.start, event.end, "loss" if (event.copy_number or 0) < 2 else "gain")
        for event in CONTENTS.events
        if event.chrom == "chr1" and event.start < END and event.end > START and event.credible
    }
    gain = (109_687_000, 109_699_000, "gain")
    assert gain in with_events
    assert [row["site"]["h"] for row in rows] == ["/site?site=chr1-109687001-109699000-gain"]
    assert rows[0]["alike"]["v"] == pytest.approx((END - START) / 12_000)


def test_a_site_that_is_not_there_says_what_to_do(open_page: Open) -> None:
    said = words(open_page(site="chr1-109687560-109697443-loss"))
    assert "There is no site “chr1-109687560-109697443-loss”." in said
    assert "Most like it are:" in said
    assert f"{SITE} 99.9 % reciprocal overlap" in said
    assert "There is no site “nope”" in words(open_page(site="nope"))
    assert "Which site?" in words(open_page())


def test_the_other_direction_is_not_counted_as_nobody(open_page: Open) -> None:
    """A site of losses has no gains: asked for gains alone it says so, and tells no 0 %."""
    said = words(open_page(site=SITE, **{"class": "gain"}))
    assert "This is a site of losses, and it has no events of the other direction, which alone is asked for." in said
    assert "0 of" not in said.partition("The site")[0]
    assert (
        "▲"
        not in words_of(re.sub(r'class="cnv-nav.*?</nav>', "", html(open_page(site=SITE))))
        .partition("What the number")[2]
        .partition("Carriers")[0]
    )


def test_what_an_address_says_is_escaped(open_page: Open) -> None:
    for page in ("site", "sites"):
        shown = html(open_page(page, site="<script>x</script>", region="<img src=x>"))
        assert "<script>" not in shown
        assert "<img" not in shown


def test_the_catalogue_opens_with_two_carriers_or_more_and_counts_who_is_left_out_r9(open_page: Open) -> None:
    app = open_page("sites")
    rows = shown_table(app)
    every = shown_table(open_page("sites", min_carriers="1"))
    singles = [row for row in every.cells if row["carriers"]["v"] == 1]
    said = words(app)
    assert said.count(f"{rows.data['total']} sites with two carriers or more.") == 1
    assert every.data["total"] == rows.data["total"] + len(singles)
    if singles:
        assert f"{len(singles)} {'site' if len(singles) == 1 else 'sites'} with one carrier" in said
    shares = [row["frequency"]["v"] for row in rows.cells if row["frequency"]["v"] is not None]
    assert rows.data["sort"] == "-frequency"
    assert len(shares) > 2


def test_every_fault_of_an_address_of_the_catalogue_is_told(open_page: Open) -> None:
    said = words(
        open_page(
            "sites",
            min_fst="x",
            genes="some",
            region="NOSUCH9",
            colour="red",
            overlap="covers",
            sort="colour",
            page="2",
        )
    )
    for sentence in (
        "“x” is not a value of min_fst", "“some” is not a value of genes", "There is no gene “NOSUCH9”", "“colour” is not used here.",
        "overlap is not used for sites", "“colour” is not a value of sort", "“page” is not used here",
    ):  # fmt: skip
        assert sentence in said, sentence


def test_the_files_of_the_catalogue_bear_its_filters_and_its_order(open_page: Open) -> None:
    app = open_page("sites", region="chr1", min_carriers="1", sort="-length", **{"class": "loss"})
    hrefs = [unescape(one) for one in re.findall(r'<a href="(/download/catalogue[^"]*)"', html(app))]
    assert hrefs[0] == "/download/catalogue.csv?region=chr1&class=loss&min_carriers=1&sort=-length"
    assert len(hrefs) == 6


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("site", {"site": SITE}),
        ("region", {"region": "chr1:109687570-109697443"}),
        # the band's own name is the heading
        ("region", {"region": "22q11.21"}),
    ],
)
def test_the_head_says_the_place_once_with_a_button_that_copies_it(
    open_page: Open, page: str, query: dict[str, str]
) -> None:
    top = html(open_page(page, **query)).split('<div class="cnv-menus">')[0].split('class="cnv-top"')[1]
    (place,) = set(re.findall(r'aria-label="Copy (chr\w+:[^"]+)"', top))
    assert words_of(top).count(place) == 1
    assert place in ("chr1:109,687,570-109,697,443", "chr22:17,400,001-21,700,000")
    assert top.count(f'data-copy="{place}"') == 1
