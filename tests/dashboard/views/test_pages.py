"""The pages as Streamlit runs them, without a browser: words, numbers, addresses, and what is said when things fail."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import pages, settings
from dashboard.question.filters import CALLSET, NAMES
from dashboard.store.published import Store
from tests.dashboard.demonstration import GSTM1, demonstration
from tests.dashboard.opened_page import APP, codes, html, opened_page, shown_controls, shown_table, words
from tests.dashboard.small_database import Contents, Event, write_file
from tests.oracle.plain_counter import Question, count

CONTENTS = demonstration()
Open = Callable[..., AppTest]
BAR = len(pages.in_bar())
"""Links of the bar, before all others."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("pages") / "cnv.duckdb", CONTENTS)


@pytest.fixture
def open_page(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_stores: list[Store]
) -> Iterator[Open]:
    """Opens `/gene` with a query, or another page; on a database of `contents`."""

    def opened(page: str = "gene", contents: Contents | None = CONTENTS, **query: str) -> AppTest:
        path = tmp_path / "cnv.duckdb"
        if contents is CONTENTS and not path.exists():
            path = published
        elif contents is not None and not path.exists():
            write_file(path, contents)
        return opened_page(monkeypatch, path, page, query)

    yield opened
    open_stores.append(settings.store())


def links(app: AppTest) -> list[tuple[str, str]]:
    """Words and addresses of the links to pages, those of the bar first."""
    found = re.findall(r'<a href="([^"]*)" class="cnv-go"[^>]*>(.*?)</a>', html(app))
    return [(unescape(told), unescape(address)) for address, told in found]


def table(app: AppTest, direction: str) -> dict[str, list[str]]:
    """The frequency table as shown: cells by group."""
    found = re.search(rf'<table class="cnv-table cnv-frequencies-{direction}">(.*?)</table>', html(app))
    assert found
    shown = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", found[1]):
        cells = [
            unescape(re.sub(r"<[^>]+>", "", re.sub(r'<span class="cnv-name".*?</span>', "", cell)))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        shown[cells[0].strip()] = cells[1:]
    return shown


def coding() -> Question:
    assert GSTM1.transcript
    bases = frozenset(base for part in GSTM1.transcript.coding if part for base in range(*part))
    return Question("chr1", GSTM1.start, GSTM1.end, coding=bases, rule="coding")


def test_the_start_page_tells_the_cohort_and_where_to_begin(open_page: Open) -> None:
    app = open_page("start")
    said = words(app)
    assert "140 people" in said
    assert f"{len(CONTENTS.events)} events" in said
    # the pages of the bar, then places to begin with as far as the gene models have them
    assert links(app)[:7] == [
        ("Gene", "/gene"),
        ("Region", "/region"),
        ("Cohort", "/"),
        ("Sites", "/sites"),
        ("Data", "/data"),
        ("GSTM1", "/gene?gene=GSTM1"),
        ("22q11.21", "/region?region=22q11.21"),
    ]
    assert "British in England and Scotland" in words(open_page("start", tab="populations"))


@pytest.mark.parametrize("page", ["start", "gene", "region", "data"])
def test_simulated_is_said_on_every_page_r12(open_page: Open, page: str) -> None:
    assert "Simulated data. These people do not exist" in words(open_page(page))


def test_a_real_release_does_not_say_simulated_r12(open_page: Open) -> None:
    said = words(open_page("gene", Contents(CONTENTS.people, provenance={"simulated": "no"})))
    assert "imulated" not in said
    assert "DRAGEN 3.5.7b" in said


@pytest.mark.parametrize("direction", ["loss", "gain"])
def test_the_table_shows_what_the_plain_counter_counts_r6(open_page: Open, direction: str) -> None:
    shown = table(open_page(gene="GSTM1"), direction)
    expected = count(CONTENTS.people, CONTENTS.events, direction, coding())
    parts = ("complete-loss", "partial-loss") if direction == "loss" else ("low-gain", "high-gain")
    for group in ("AFR", "AMR", "EAS", "EUR", "SAS", "All"):
        row = expected["all", "all"] if group == "All" else expected["superpopulation", group]
        people, carriers, _, _, first, second, _ = shown[group]
        assert (int(people), int(carriers)) == (row["samples"], row["carriers"])
        assert (int(first), int(second)) == tuple(row.get(part, 0) for part in parts)


def test_the_headline_answers_first_with_pass_and_what_is_hidden_beside_r4(open_page: Open) -> None:
    said = words(open_page(gene="GSTM1"))
    people, events = CONTENTS.people, CONTENTS.events
    levels = {
        level: count(people, events, "loss", Question(**{**vars(coding()), "level": level}))["all", "all"]
        for level in ("pass", "credible", "all")
    }
    credible = levels["credible"]
    assert f"Coding sequence lost in {credible['carriers'] / credible['samples']:.1%}".replace("%", " %") in said
    assert f": {credible['carriers']} of {credible['samples']}, completely in {credible['complete-loss']}." in said
    assert f"PASS alone would show {levels['pass']['carriers'] / credible['samples']:.1%}".replace("%", " %") in said
    assert f"The filter hides {levels['all']['carriers'] - credible['carriers']} more carriers." in said
    assert "Counted: credible losses and gains of coding sequence, in 115 unrelated people." in said


@pytest.mark.parametrize(
    ("carriers", "says"),
    [
        # Wilson: 3 of 34 is 3.0 to 23.0 % and 0 of 17 below 18.5 %; 20 of 34 is 42 to 74 % and 1 of 31 up to 16 %
        ({"AFR": 3, "EUR": 1}, "From none in AMR, EAS, SAS to 8.8 % in AFR, with overlapping intervals."),
        ({"AFR": 20, "AMR": 1, "EAS": 1, "EUR": 1, "SAS": 1}, "Most often in AFR (58.8 %), least in EUR (3.2 %)."),
    ],
)
def test_populations_are_ranked_only_where_their_intervals_part_r6(
    open_page: Open, carriers: dict[str, int], says: str
) -> None:
    people = [p for p in CONTENTS.people if p.unrelated and not p.marked]
    events = [
        Event(p.sample, "chr1", 109_687_000, 109_698_000, 1, quality=40.0, bins=9)
        for code, n in carriers.items()
        for p in [p for p in people if p.superpopulation == code][:n]
    ]
    said = words(open_page(contents=replace(CONTENTS, events=events), gene="GSTM1", **{"class": "loss"}))
    assert says in said


def test_nobody_shows_the_upper_bound_rounded_up_r6(open_page: Open) -> None:
    said = words(open_page(gene="XGENE", **{"class": "loss"}))
    # 3.8415 / (54 + 3.8415) is 6.6414 %, 3.8415 / (60 + 3.8415) is 6.0173 %; of both together it would be 3.2599 %.
    assert "Coding sequence lost : XY 0 of 54, below 6.7 %; XX 0 of 60, below 6.1 %." in said
    assert "0 of 114" not in said
    assert "Carriers: none" in words(open_page(gene="XGENE", tab="carriers", **{"class": "loss"}))


def test_a_loss_that_spares_the_coding_sequence_is_told_beside_the_answer_r7(open_page: Open) -> None:
    women = [p.sample for p in CONTENTS.people if p.sex == "XX" and p.unrelated and not p.sex_mismatch and not p.marked]
    spared = [Event(name, "chrX", 104_025_000, 104_035_000, 1, quality=40.0, bins=9) for name in women[:3]]
    contents = replace(CONTENTS, events=[*CONTENTS.events, *spared])
    said = words(open_page(contents=contents, gene="XGENE", **{"class": "loss"}))
    assert "Coding sequence lost : XY 0 of 54, below 6.7 %; XX 0 of 60, below 6.1 %." in said
    assert "A loss touches the gene anywhere in 3 people." in said
    said = words(open_page(contents=contents, gene="XGENE", overlap="any", **{"class": "loss"}))
    # by statsmodels: 3 of 60 is 5 %, from 1.7 to 13.7
    assert "Touched by a loss : XY 0 of 54, below 6.7 %; XX 3 of 60 (5.0 %, 1.7–13.7)." in said
    assert "anywhere" not in said


def test_losses_and_gains_are_never_one_number_r6(open_page: Open) -> None:
    said = words(open_page(gene="GSTM1", tab="carriers"))
    losses = count(CONTENTS.people, CONTENTS.events, "loss", coding())["all", "all"]["carriers"]
    gains = count(CONTENTS.people, CONTENTS.events, "gain", coding())["all", "all"]["carriers"]
    assert f"Carriers: {losses} with losses and {gains} with gains" in said
    assert f"{losses + gains} of" not in said


def test_x_shows_xx_and_xy_apart_r5(open_page: Open) -> None:
    app = open_page(gene="XGENE")
    shown = table(app, "gain")
    assert (shown["All XY"][0], shown["All XX"][0]) == ("54", "60")
    assert sum(int(cells[0]) for group, cells in shown.items() if group.endswith(" XX") and "All" not in group) == 60
    assert "All" not in shown
    assert "1 person whose calls contradict the recorded sex" in words(app)
    assert "XX" not in table(open_page(gene="GSTM1"), "gain")


def test_y_counts_xy_people_alone_r5(open_page: Open) -> None:
    app = open_page(gene="YGENE", cohort="all")
    assert "On Y, XY people alone are counted." in words(app)
    # 70 are XY, one of them with calls that contradict it or not.
    counted = sum(person.sex == "XY" and not person.sex_mismatch for person in CONTENTS.people)
    assert table(app, "loss")["All"][0] == str(counted)


def test_nobody_to_count_is_told(open_page: Open) -> None:
    assert "There are no unrelated XX people who count on chrY" in words(open_page(gene="YGENE", sex="XX"))


def test_people_with_large_events_are_left_out_and_named_r5(open_page: Open) -> None:
    said = words(open_page(gene="LNC1", cohort="all"))
    assert "in 137 people. Left out: 3 people with large events on chr12, probably from cell culture." in said
    assert "This gene has no coding sequence, so its exons stand for it." in said
    assert "in 140 people." in words(open_page(gene="LNC1", cohort="all", outliers="include"))


def test_a_gene_with_a_place_only_says_that_any_overlap_counts_r7(open_page: Open) -> None:
    said = words(open_page(gene="ADAM3A"))
    assert "Only the place of this gene is known and no transcript, so any overlap with it counts." in said
    assert "Touched by a loss in" in said
    assert "transcribed unitary pseudogene" in said


def test_a_blind_gene_has_no_frequency_r5(open_page: Open) -> None:
    app = open_page(gene="SMN1")
    said = words(app)
    assert "SMN1 is not assessable. No call can be made in 100 % of it." in said
    assert "of people" not in said.split("Called here")[0].split("SMN1 is not")[1].split("no frequency")[1]
    assert "<table" not in html(app)
    assert not app.get("vega_lite_chart")


def test_a_gene_in_a_problem_region_asks_for_care_r11(open_page: Open) -> None:
    problems = [("immune-locus", "chr1", 109_000_000, 110_000_000, "IGH: rearranged in B and T cells")]
    contents = Contents(CONTENTS.people, CONTENTS.events, CONTENTS.genes, problems=problems)
    assert "Calls need care here, and are counted all the same. IGH: rearranged in B and T cells." in words(
        open_page("gene", contents, gene="GSTM1")
    )


def test_a_gene_in_a_mask_asks_for_care_in_a_few_words_r11(open_page: Open) -> None:
    """However many of its regions there are, and none of another kind is hidden by them."""
    gene = next(one for one in CONTENTS.genes if one.symbol == "GSTM1")
    mask = [
        ("seg-dup", "chr1", gene.start + 10 * number, gene.start + 10 * number + 5, f"seg dup: {number}")
        for number in range(300)
    ]
    locus = ("immune-locus", "chr1", gene.start + 500, gene.start + 900, "IGH: rearranged in B and T cells")
    contents = Contents(CONTENTS.people, CONTENTS.events, CONTENTS.genes, problems=[*mask, locus])
    said = words(open_page("gene", contents, gene="GSTM1"))
    care = "Seg dup in 300 places. IGH: rearranged in B and T cells."
    assert f"Calls need care here, and are counted all the same. {care}" in said
    assert "of people" in said
    assert "seg dup 300 1,500 calls need care" in words(open_page("data", contents))


@pytest.mark.parametrize(
    ("gene", "said", "offered"),
    [
        ("", "Which gene?", ["GSTM1", "ADAM3A"]),
        ("GSTM9", "There is no gene “GSTM9”", ["GSTM1", "GSTM2"]),
        ("GSTT1", "GSTT1 lies on an alternate contig", []),
        ("TWIN", "2 genes are called so", ["TWIN · chr2:1,000,001-1,010,000 · ENSG00000900004"]),
        ("chr1:109,680,000-109,690,000", "is a region and not a gene", ["GSTM1", "GSTM2"]),
        ("1p13.3", "chr1:109,000,001-111,200,000", ["GSTM1", "GSTM2"]),
        ("chr9:1-1000", "is a region and not a gene", ["The region page of chr9:1-1,000"]),
        ("chr2\t4999999\t5000300", "chr2:5,000,000-5,000,300", ["5_8S*rRNA"]),
        ("chr1:2000-1000", "did you mean chr1:1,000-2,000?", []),
        ("NC_000001.10:5-6", "another build than GRCh38", []),
    ],
)
def test_what_is_no_single_gene_gets_a_sentence_and_no_dead_link_r1(
    open_page: Open, gene: str, said: str, offered: list[str]
) -> None:
    app = open_page(gene=gene)
    assert said in words(app)
    shown = links(app)[BAR:]
    assert set(offered) <= {told for told, _ in shown}
    assert bool(offered) == bool(shown)
    assert not app.dataframe


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "**bold** [link](http://example.org)",
        "![x](http://example.org/x.png)",
        ":material/home: $x^2$",
        "'\"><b>",
    ],
)
def test_what_a_person_types_never_becomes_markup(open_page: Open, text: str) -> None:
    app = open_page(gene=text, filter=text, population=text)
    body = html(app)
    assert "<script" not in body
    assert "<img" not in body
    assert "<b>" not in body
    assert "“" in words(app)
    shown = [element.value for element in app.markdown] + [element.value for element in app.warning]
    assert not any(text in value for value in shown)


def test_an_unknown_value_is_told_and_the_default_is_used_r13(open_page: Open) -> None:
    app = open_page(gene="GSTM1", filter="PASS", colour="red")
    said = words(app)
    assert "“PASS” is not a value of filter, which takes pass, credible, sensitive or all." in said
    assert "“colour” is not used here." in said
    assert "Counted: credible losses and gains" in said


def test_a_control_writes_the_address_and_the_address_sets_the_control_r13(open_page: Open) -> None:
    """What a control writes is told here, and that it does in the browser by `tests/browser/test_keyboard_alone.py`."""
    app = open_page(gene="GSTM1", cohort="all", min_bins="2")
    controls = shown_controls(app)
    # in the order in which an address is written, the narrowing to a site among what is looked at
    assert controls["query"] == {"gene": "GSTM1", "cohort": "all", "min_bins": "2"}
    assert controls["names"] == ["gene", *NAMES]
    assert {*controls["row"], *controls["more"]} == {*NAMES} - {CALLSET}
    rules = dict(controls["row"]["overlap"]["options"])
    assert rules[""] == "coding sequence"
    assert "covers" in rules
    app.query_params["overlap"] = "covers"
    app.run()
    assert not app.exception
    assert shown_controls(app)["query"] == {"gene": "GSTM1", "cohort": "all", "overlap": "covers", "min_bins": "2"}
    assert (
        "that cover the gene but for 1 kb, and at most a tenth of it, at either end, with 2 bins or more, in 140 people"
        in words(app)
    )
    app.query_params.clear()
    app.query_params["gene"] = "GSTM1"
    app.run()
    assert shown_controls(app)["query"] == {"gene": "GSTM1"}
    assert "Counted: credible losses and gains of coding sequence, in 115 unrelated people." in words(app)


def test_an_own_share_in_the_address_is_offered_as_a_choice_r13(open_page: Open) -> None:
    app = open_page(gene="GSTM1", overlap="fraction:0.7")
    assert ["fraction:0.7", "70 % of the gene"] in shown_controls(app)["row"]["overlap"]["options"]
    assert "that cover 70 % of the gene or more" in words(app)


def test_links_keep_the_filters_r13(open_page: Open) -> None:
    app = open_page(gene="GSTM9", filter="pass", cohort="all")
    assert links(app)[: BAR + 1] == [
        ("Gene", "/gene?gene=GSTM9&filter=pass&cohort=all"),
        ("Region", "/region?filter=pass&cohort=all"),
        ("Cohort", "/?filter=pass&cohort=all"),
        ("Sites", "/sites?filter=pass&cohort=all"),
        ("Data", "/data?filter=pass&cohort=all"),
        ("GSTM1", "/gene?gene=GSTM1&filter=pass&cohort=all"),
    ]


def test_a_gene_leads_to_its_region_r13(open_page: Open) -> None:
    # half the gene's length, at least 5 kb, to either side of it
    first, last = GSTM1.start - 5_000, GSTM1.end + 5_000
    region = f"/region?region={GSTM1.chrom}:{first + 1}-{last}&filter=pass"
    shown = links(open_page(gene="GSTM1", filter="pass"))
    assert [address for told, address in shown if told in ("Region", "in its region")] == [region, region]


def test_every_link_leads_to_one_gene_or_region(open_page: Open) -> None:
    for asked in ("TWIN", "1p13.3", "chr2:4,999,999-5,000,300"):
        for _, address in links(open_page(gene=asked))[BAR:]:
            parts = urlsplit(address)
            page = parts.path.removeprefix("/")
            said = words(open_page(page, **dict(parse_qsl(parts.query))))
            assert ("ENSG" if page == "gene" else "that touch the region") in said


def test_a_region_counts_who_has_an_event_that_touches_it_r7(open_page: Open) -> None:
    app = open_page("region", region="chr1:109,690,000-109,690,999")
    question = Question("chr1", 109_689_999, 109_690_999, rule="any")
    expected = count(CONTENTS.people, CONTENTS.events, "loss", question)
    for group in ("AFR", "EUR", "All"):
        row = expected["all", "all"] if group == "All" else expected["superpopulation", group]
        people, carriers, *_ = table(app, "loss")[group]
        assert (int(people), int(carriers)) == (row["samples"], row["carriers"])
    listed = shown_table(open_page("region", region="chr1:109,690,000-109,690,999", tab="carriers"))
    carriers_listed = {row["sample"] for row in listed.rows if row["class"].endswith("loss")}
    assert len(carriers_listed) == expected["all", "all"]["carriers"] > 0


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("1p13.3", "chr1:109,000,001-111,200,000"),
        ("chr2\t4999999\t5000300", "Read as BED fields, which count from 0: chr2:5,000,000-5,000,300"),
        ("GSTM1", "chr1:109,687,815-109,693,745"),
        ("chr1:2000-1000", "did you mean chr1:1,000-2,000?"),
        ("TWIN", "2 genes are called so"),
        ("", "Which region?"),
    ],
)
def test_a_region_is_read_in_every_spelling_r1(open_page: Open, region: str, said: str) -> None:
    assert said in words(open_page("region", region=region))


def test_the_rule_of_a_gene_is_told_to_be_none_for_a_region_r13(open_page: Open) -> None:
    said = words(open_page("region", region="chr1:109,690,000-109,690,999", overlap="coding"))
    assert "“coding” is not a value of overlap, which takes any, covers," in said
    assert "Counted: credible losses and gains that touch the region" in said


def test_the_carrier_list_shows_positions_one_based_and_badges_r1_r4(open_page: Open) -> None:
    rows = shown_table(open_page(gene="GSTM1", tab="carriers")).rows
    assert len(rows) > 20
    assert {row["start"] for row in rows} <= {f"{event.start + 1:,}-{event.end:,}" for event in CONTENTS.events}
    for row in rows:
        assert row["badges"] == {"1": "1 bin", "2": "2 bins"}.get(row["bins"], "")
    unfiltered = shown_table(open_page(gene="XGENE", tab="carriers")).rows
    assert unfiltered
    assert all("no filter applied" in row["badges"] for row in unfiltered)


def test_the_link_to_share_and_the_downloads_say_the_same_query(open_page: Open) -> None:
    app = open_page(gene="GSTM1", filter="pass", tab="carriers", **{"class": "loss"})
    query = "?gene=GSTM1&class=loss&filter=pass"
    assert codes(app)[0].endswith(f"/gene{query}&tab=carriers")
    hrefs = [unescape(one) for one in re.findall(r'href="([^"]+)"', html(app))]
    assert f"/download/carriers.csv{query}" in hrefs
    assert f"/download/frequencies.csv{query}" in hrefs


def test_beside_tables_and_drawing_of_a_region_stand_their_files_r13(open_page: Open) -> None:
    app = open_page("region", region="chr1:109680001-109705000", overlap="within", min_bins="2", cohort="all")
    asked = {"region": "chr1:109680001-109705000", "overlap": "within", "min_bins": "2", "cohort": "all"}
    texts = [html(app), html(open_page("region", tab="genes", **asked))]
    hrefs = [unescape(one) for text in texts for one in re.findall(r'href="([^"]+)"', text)]
    query = "?region=chr1:109680001-109705000&cohort=all"
    # what does not apply to sites is not in their address, which would refuse it
    assert f"/download/sites.vcf{query}" in hrefs
    assert f"/download/genes.csv{query}&overlap=within&min_bins=2" in hrefs
    assert f"/chart/track.svg{query}&overlap=within&min_bins=2" in hrefs
    assert f"/chart/track.png{query}&overlap=within&min_bins=2" in hrefs
    gene = open_page(gene="GSTM1")
    hrefs = [unescape(one) for one in re.findall(r'href="([^"]+)"', html(gene))]
    assert {"/download/sites.csv?gene=GSTM1", "/chart/track.png?gene=GSTM1"} <= set(hrefs)


def test_a_carriers_event_leads_to_its_site_r9(open_page: Open) -> None:
    shown = shown_table(open_page(gene="GSTM1", filter="all", tab="carriers")).cells
    with duckdb.connect(str(settings.database_path()), read_only=True) as con:
        sites = con.execute(
            """SELECT sample, start + 1, "end", site FROM events e JOIN samples USING (sample_id)
            LEFT JOIN (SELECT site_id, site FROM sites) USING (site_id) WHERE chrom = 'chr1'"""
        ).fetchall()
    of = {(sample, f"{start:,}-{end:,}"): site for sample, start, end, site in sites}
    assert len(shown) > 20
    addresses = [row["site"].get("h") for row in shown]
    for row, address in zip(shown, addresses, strict=True):
        site = of[row["sample"]["t"], row["start"]["t"]]
        assert address == (f"/site?site={site}&filter=all" if site else None)
    alone = open_page("site", **dict(parse_qsl(urlsplit(next(filter(None, addresses))).query)))
    assert "This loss carried in" in words(alone)


def test_every_site_of_a_place_is_in_the_table_that_shows_a_few_at_first_r9(open_page: Open) -> None:
    many = [
        Event("SIM00001", "chr2", 1_000_000 + 50_000 * number, 1_010_000 + 50_000 * number, 1) for number in range(60)
    ]
    contents = replace(CONTENTS, events=[*CONTENTS.events, *many])
    app = open_page("region", contents, region="chr2:900001-5000000", cohort="all")
    assert "Sites: 60" in words(app)
    shown = shown_table(app)
    assert (shown.data["first"], shown.data["total"]) == (8, 60)
    assert sorted(re.findall(r"site=(chr2-\d+-\d+-loss)", " ".join(row["site"]["h"] for row in shown.cells))) == sorted(
        f"chr2-{event.start + 1}-{event.end}-loss" for event in many
    )
    assert {row["length"] for row in shown.rows} == {"10 kb"}
    assert {row["carriers"]["v"] for row in shown.cells} == {1}


def test_no_database_gets_a_page_and_not_a_stack_trace(open_page: Open) -> None:
    said = words(open_page("start", None))
    assert "There is no database at cnv.duckdb." in said
    assert "python -m data_prep build" in said


def test_a_database_of_another_version_is_told(open_page: Open) -> None:
    said = words(open_page("gene", Contents(provenance={"schema_version": "999"}), gene="GSTM1"))
    assert "schema version 999" in said


def test_an_empty_database_has_pages_too(open_page: Open) -> None:
    assert "0 people" in words(open_page("start", Contents()))
    assert "There is no gene “GSTM1”" in words(open_page("gene", Contents(), gene="GSTM1"))


def test_the_data_page_has_the_schema_s_comment_of_every_table_and_column_r12(open_page: Open) -> None:
    said = words(open_page("data"))
    schema = (APP.parents[1] / "data_prep" / "tables" / "schema.sql").read_text(encoding="utf-8")
    comments = re.findall(r"COMMENT ON (?:TABLE|COLUMN) \S+ IS '((?:[^']|'')*)';", schema)
    assert len(comments) > 100
    missing = [one for one in comments if " ".join(one.replace("''", "'").split()) not in said]
    assert missing == []


def test_the_data_page_tells_release_and_definitions_r12(open_page: Open) -> None:
    said = words(open_page("data"))
    for told in ("DRAGEN 3.5.7b", "GRCh38", "EFO:0030069", "reciprocal", "curl -OJ"):
        assert told in said


@pytest.mark.parametrize(("granularity", "number"), [("record", 8), ("boolean", 5)])
def test_the_contents_of_the_data_page_name_each_section_that_is_shown(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, granularity: str, number: int
) -> None:
    monkeypatch.setenv(settings.GRANULARITY, granularity)
    body = html(open_page("data"))
    leads = re.findall(r'href="#([^"]+)"', body)
    assert leads == re.findall(r'<h2 class="cnv-section" id="([^"]+)"', body)
    assert len(leads) == len(set(leads)) == number
    assert "problem-regions" in leads


def test_the_data_page_tells_what_was_fetched_and_from_where_r12(open_page: Open) -> None:
    fetched = {
        "release_path": "s3://1000genomes-dragen/data/dragen-3.5.7b/somewhere/",
        "fetched_from": "https://s3.us-west-2.amazonaws.com",
        "fetched_at": "2026-11-25",
        "fetched_files": "7 of 7 files read, byte for byte",
    }
    said = words(open_page("data", Contents(CONTENTS.people, provenance=fetched)))
    for told in fetched.values():
        assert told in said


def test_the_data_page_tells_what_is_simulated_more_often_than_published_r12(open_page: Open) -> None:
    raised = {"rates_raised": "22q11.2 A-D loss, 17p12 PMP22 gain"}
    said = words(open_page("data", Contents(CONTENTS.people, provenance=raised)))
    assert (
        "Simulated more often than published, so that somebody carries each 22q11.2 A-D loss, 17p12 PMP22 gain" in said
    )


def _marks(part: dict[str, Any], *, has_tooltip: bool = False) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each mark of a chart, and whether it or what it lies in has a tooltip of its own."""
    has_tooltip = has_tooltip or "tooltip" in part.get("encoding", {})
    if "mark" in part:
        yield part["mark"], has_tooltip
    for inner in part.get("layer", []):
        yield from _marks(inner, has_tooltip=has_tooltip)


@pytest.mark.parametrize(
    ("page", "query"), [("gene", {"gene": "GSTM1"}), ("gene", {"gene": "GSTM1", "show": "copies"}), ("start", {})]
)
def test_what_has_no_tooltip_of_its_own_shows_no_raw_fields(open_page: Open, page: str, query: dict[str, str]) -> None:
    charts = open_page(page, **query).get("vega_lite_chart")
    marks = [mark for chart in charts for mark in _marks(json.loads(chart.proto.spec))]
    silent = [mark for mark, has_tooltip in marks if not has_tooltip]
    assert silent
    # without a word there Streamlit has Vega list every field that the mark is drawn by
    assert all(mark["tooltip"] is None for mark in silent)
    assert any(has_tooltip and "tooltip" not in mark for mark, has_tooltip in marks)


def test_a_whole_chromosome_shows_no_share_of_people_with_any_event_r7(open_page: Open) -> None:
    app = open_page("region", region="chr1")
    said = words(app)
    assert "No share is given of a region over 10 Mb: nearly everyone has some event in it" in said
    assert "of people:" not in said
    assert not app.dataframe
    assert len(app.get("vega_lite_chart")) == 1


def test_an_unknown_site_is_left_aside_with_a_word_r13(open_page: Open) -> None:
    said = words(open_page(gene="GSTM1", site="chr1-5-6-loss"))
    assert (
        "There is no site “chr1-5-6-loss” at chr1:109,687,815-109,693,745. "
        "Everything at chr1:109,687,815-109,693,745 is shown instead." in said
    )
    assert "Coding sequence lost in" in said


def test_the_data_page_names_who_is_left_out_and_why_r2_r11(open_page: Open) -> None:
    app = open_page("data")
    said = words(app)
    (person,) = [one for one in CONTENTS.people if one.sex_mismatch]
    assert f"{person.sample} {person.sex} copies of Y over 88 % of it" in said
    for one in CONTENTS.people:
        for chrom in one.marked:
            assert f"{one.sample} {chrom} gain an event of over 3 Mb 20,000,000" in said
