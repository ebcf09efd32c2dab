"""Uncertain ends, copies at a place and size of events as pages and files tell them (R4, R7, R13): one small cohort, every
number counted by hand.

Twenty people and a gene of two coding exons, each an event or two that a rule or a class treats in its own way.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import polars as pl
import pytest

from dashboard import settings
from dashboard.door.refusal import RefusedError
from dashboard.downloads.chart import prepare_picture
from dashboard.downloads.open_file import open_file
from dashboard.question.filters import GENE_OVERLAPS, REGION_OVERLAPS, Overlap, Rule, parse
from dashboard.question.target import WIDEST, Pieces
from dashboard.words import callers as caller_words
from dashboard.words import overlap_rules
from data_prep.domain import callers
from data_prep.domain.levels import Level
from tests.dashboard.opened_page import opened_page
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, Transcript, write_file

GENE = GeneRow(
    "TWOX",
    "chr6",
    1_000_000,
    1_040_000,
    Transcript(((1_000_000, 1_010_200), (1_030_000, 1_040_000)), ((1_010_000, 1_010_200), (1_030_000, 1_030_200))),
)
SILENT = GeneRow(
    "SILENT", "chr6", 3_000_000, 3_002_000, Transcript(((3_000_000, 3_000_400),), (None,)), biotype="lncRNA"
)
PLACED = GeneRow("PLACED", "chr6", 5_000_000, 5_001_000, biotype="lncRNA")
N = 20


def loss(sample: int, start: int, end: int, copies: int, inward: int = 0, **more: object) -> Event:
    inner = {"inner_start": start + inward, "inner_end": end - inward}
    return Event(f"S{sample:02}", "chr6", start, end, copies, **(inner | more))  # type: ignore[arg-type]


EVENTS = [
    # no copy of both exons, whatever becomes of the ends
    loss(0, 1_008_000, 1_032_000, 0, 500, bins=24),
    # one copy on the exon, none in the intron behind it: the event as a whole has none
    loss(
        1, 1_009_000, 1_015_000, 0, 400, parts=((1_009_000, 1_011_000), (1_011_000, 1_015_000)), part_copies=(1, 0),
        bins=6, filters="cnvLength", passing=False,
    ),
    # eleven bases of the second exon, within reach of the end of a loss of two bins alone
    *(loss(who, 1_028_000, 1_030_011, 0, 502, bins=2, filters="cnvLength", passing=False) for who in (2, 3, 4, 5)),
    # the intron
    loss(6, 1_020_000, 1_022_000, 1, 300, bins=3),
    # one bin on the first exon
    loss(7, 1_009_500, 1_011_000, 1, 100, bins=1, filters="cnvLength", credible=False, sensitive=True, passing=False),
    loss(8, 1_009_500, 1_011_000, 1, 100, filters="cnvQual", credible=False, sensitive=False, passing=False),
    Event("S09", "chr6", 1_000_000, 1_045_000, 3, inner_start=1_000_100, inner_end=1_044_900),
    # of the silent gene's 400 exon bases a loss takes one, a gain holds 299, another 300
    loss(10, 2_999_000, 3_000_001, 1),
    Event("S11", "chr6", 3_000_101, 3_001_000, 3),
    Event("S12", "chr6", 3_000_100, 3_001_000, 3),
    loss(13, 5_000_900, 5_002_000, 1, 200),
]  # fmt: skip
CONTENTS = Contents([Person(f"S{number:02}") for number in range(N)], EVENTS, (GENE, SILENT, PLACED))


@pytest.fixture(scope="module", autouse=True)
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = write_file(tmp_path_factory.mktemp("copies") / "cnv.duckdb", CONTENTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNV_DATABASE", str(path))
        settings.store().close()
        yield path
        settings.store().close()


Say = Callable[..., str]


@pytest.fixture
def show_page(database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Say]:
    """The text and links of a page as HTML."""

    def show(kind: str, **query: str) -> str:
        app = opened_page(monkeypatch, database, kind, query)
        return "\n".join(element.proto.body for element in app.get("html") if "<style>" not in element.proto.body)

    yield show
    settings.store().close()


def text(html: str) -> str:
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()))


def read(file: str, **query: str) -> bytes:
    found = open_file(file, query)
    try:
        return b"".join(found.pieces)
    finally:
        found.held.close()


def rows(file: str, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(f"{file}.csv", **query).decode())))


def people(**query: str) -> set[str]:
    return {row["sample"] for row in rows("carriers", **query)}


def whole(direction: str, **query: str) -> dict[str, str]:
    return next(row for row in rows("frequencies", **query) if (row["group"], row["direction"]) == ("all", direction))


@pytest.mark.parametrize(
    ("rule", "losses", "gains"),
    [
        ("coding", {"S00", "S01"}, {"S09"}),
        ("coding-touch", {"S00", "S01", "S02", "S03", "S04", "S05"}, {"S09"}),
        ("any", {"S00", "S01", "S02", "S03", "S04", "S05", "S06"}, {"S09"}),
        ("covers", set(), {"S09"}),
        ("fraction:0.5", {"S00"}, {"S09"}),
        ("within", {"S00", "S01", "S02", "S03", "S04", "S05", "S06"}, set()),
        ("reciprocal:0.5", {"S00"}, {"S09"}),
    ],
)
def test_the_seven_rules_count_these_people_r7(rule: str, losses: set[str], gains: set[str]) -> None:
    for direction, expected in (("loss", losses), ("gain", gains)):
        assert people(gene="TWOX", overlap=rule, **{"class": direction}) == expected
        row = whole(direction, gene="TWOX", overlap=rule)
        assert (row["carriers"], row["samples"]) == (str(len(expected)), str(N))
    gene = next(row for row in rows("genes", region="chr6:1000001-1040000", overlap="any") if row["symbol"] == "TWOX")
    assert gene["carriers_loss"] == "7"


@pytest.mark.parametrize(
    ("rule", "complete", "partial"),
    [
        ("coding", {"S00"}, {"S01"}),
        ("coding-touch", {"S00", "S02", "S03", "S04", "S05"}, {"S01"}),
        ("any", {"S00", "S01", "S02", "S03", "S04", "S05"}, {"S06"}),
        ("within", {"S00", "S01", "S02", "S03", "S04", "S05"}, {"S06"}),
        ("fraction:0.1", {"S00", "S01"}, set()),
        ("fraction:0.11", {"S00"}, {"S01"}),
    ],
)
def test_class_and_copy_number_ask_for_those_at_the_place_after_the_rule_r7_r13(
    rule: str, complete: set[str], partial: set[str]
) -> None:
    asked = {"gene": "TWOX", "overlap": rule}
    row = whole("loss", **asked)
    assert (row["complete_losses"], row["partial_losses"]) == (str(len(complete)), str(len(partial)))
    assert people(**asked, **{"class": "complete-loss"}) == complete == people(**asked, copy_number="0")
    assert people(**asked, **{"class": "partial-loss"}) == partial == people(**asked, copy_number="1")
    assert whole("loss", **asked, **{"class": "complete-loss"})["carriers"] == str(len(complete))
    listed = rows("carriers", **asked, **{"class": "loss"})
    assert {row["sample"] for row in listed if row["class"] == "complete-loss"} == complete
    assert {row["sample"] for row in listed if row["copy_number"] == "1"} == partial


def test_every_file_agrees_on_who_has_no_copy_r7() -> None:
    asked = {"gene": "TWOX", "class": "complete-loss"}
    lines = read("carriers.bed", **asked).decode().splitlines()
    assert {line.split("\t")[3] for line in lines if line.startswith("chr6\t")} == {"S00"}
    header = next(line for line in read("calls.vcf", **asked).decode().splitlines() if line.startswith("#CHROM"))
    assert header.split("\t")[9:] == ["S00"]
    table = json.loads(read("carriers.json", **asked))
    assert {row["sample"] for row in next(v for v in table.values() if isinstance(v, list))} == {"S00"}
    frame = pl.read_parquet(io.BytesIO(read("carriers.parquet", **asked)))
    assert frame.select("sample", "class", "copy_number").rows() == [("S00", "complete-loss", 0)]
    gene = next(row for row in rows("genes", gene="TWOX"))
    assert (gene["carriers_loss"], gene["complete_losses"], gene["partial_losses"]) == ("2", "1", "1")
    assert next(row for row in rows("genes", **asked))["carriers_loss"] == "1"


def test_a_carriers_row_has_the_copies_at_the_place_and_the_calls_their_own_r3_r7() -> None:
    row = next(row for row in rows("carriers", gene="TWOX") if row["sample"] == "S01")
    assert (row["class"], row["copy_number"], row["expected_copy_number"]) == ("partial-loss", "1", "2")
    calls = [(row["start"], row["copy_number"]) for row in rows("calls", gene="TWOX") if row["sample"] == "S01"]
    assert calls == [("1009001", "1"), ("1011001", "0")]
    lines = read("carriers.pgxseg", gene="TWOX").decode().splitlines()
    states = {line.split("\t")[0]: line.split("\t")[8] for line in lines if line.startswith("S")}
    assert (states["S00"], states["S01"]) == ("EFO:0030069", "EFO:0030068")


def test_the_colour_of_an_event_is_that_of_its_carriers_class_r7() -> None:
    def colours(**query: str) -> dict[str, str]:
        lines = read("carriers.bed", gene="TWOX", **query).decode().splitlines()
        return {fields[3]: fields[8] for line in lines if (fields := line.split("\t"))[0] == "chr6"}

    narrow, wide = colours(**{"class": "loss"}), colours(overlap="any", **{"class": "loss"})
    assert narrow["S00"] != narrow["S01"]
    assert wide["S00"] == wide["S01"] == narrow["S00"]


def test_exons_stand_for_coding_bases_where_there_are_none_r7() -> None:
    assert people(gene="SILENT") == {"S10", "S12"}
    assert people(gene="SILENT", overlap="coding-touch") == {"S10", "S12"}
    assert people(gene="SILENT", overlap="any") == {"S10", "S11", "S12"}
    found = {row["symbol"]: row["rule"] for row in rows("genes", region="chr6:900001-6000000", overlap="coding")}
    assert found == {"TWOX": "coding", "SILENT": "exon", "PLACED": "any"}
    found = {row["symbol"]: row["rule"] for row in rows("genes", region="chr6:900001-6000000", overlap="coding-touch")}
    assert found == {"TWOX": "coding-touch", "SILENT": "exon-touch", "PLACED": "any"}


def test_a_page_says_what_stands_for_coding_sequence_r7(show_page: Say) -> None:
    assert "no coding sequence, so its exons stand for it" in text(show_page("gene", gene="SILENT"))
    assert people(gene="PLACED") == {"S13"}
    assert "so any overlap with it counts" in text(show_page("gene", gene="PLACED"))


def test_the_headline_names_who_the_end_of_a_loss_may_reach_r7(show_page: Say) -> None:
    shown = show_page("gene", gene="TWOX")
    said = text(shown)
    assert (
        "Coding sequence lost in 10.0 % of people: 2 of 20, completely in 1; in 4 more the end of a loss may reach"
        in said
    )
    assert "/gene?gene=TWOX&amp;class=loss&amp;overlap=coding-touch" in shown
    # the curve of full extents stands higher, and the page says why
    assert "4 people have no more than the pale end of a loss there" in said
    said = text(show_page("gene", gene="TWOX", overlap="coding-touch"))
    assert "within reach of the uncertain end of a loss, in 30.0 % of people: 6 of 20" in said
    assert "may reach into it" not in said
    assert "no copy left somewhere in the gene in 5" in said


def test_all_seven_rules_stand_side_by_side_each_in_words_r7(show_page: Say) -> None:
    shown = show_page("gene", gene="TWOX")
    found = re.search(r'<table class="cnv-table cnv-rules".*?</table>', shown, re.S)
    assert found
    counts = re.findall(r"(\d+) of 20", text(found[0]))
    assert counts[0::2] == ["2", "6", "7", "0", "1", "7", "1"]
    assert counts[1::2] == ["1", "1", "1", "1", "1", "0", "1"]
    assert found[0].count('<td class="cnv-left cnv-rule-words">') == 7
    assert "#" not in text(found[0])


def test_completely_is_said_for_coding_and_covers_alone_r7(show_page: Say) -> None:
    for overlap, wanted in (("", True), ("any", False), ("fraction:0.1", False), ("coding-touch", False)):
        said = text(show_page("gene", gene="TWOX", **({"overlap": overlap} if overlap else {})))
        assert ("completely in" in said) == wanted, overlap
        assert ("no copy left somewhere in the gene in" in said) != wanted, overlap
    told = [
        one.rule
        for one in GENE_OVERLAPS
        if overlap_rules.complete_loss_phrase(one, Pieces.CODING).startswith("completely")
    ]
    assert told == [Rule.CODING, Rule.COVERS]


def test_coding_touch_is_a_value_of_overlap_for_genes_alone_r13() -> None:
    filters, problems = parse({"overlap": "coding-touch"}, ())
    assert (filters.overlap, problems) == (Overlap(Rule.CODING_TOUCH), [])
    assert filters.to_query() == {"overlap": "coding-touch"}
    assert Rule.CODING_TOUCH not in {overlap.rule for overlap in REGION_OVERLAPS}
    for rule in ("coding", "coding-touch"):
        with pytest.raises(RefusedError) as refusal:
            open_file("carriers.csv", {"region": "chr6:1000001-1040000", "overlap": rule})
        assert refusal.value.status == 400


# R4


@pytest.mark.parametrize(("level", "losses"), [("pass", 1), ("credible", 2), ("sensitive", 3), ("all", 4)])
def test_each_of_the_four_levels_holds_the_one_before_it_r4(level: str, losses: int) -> None:
    assert whole("loss", gene="TWOX", filter=level)["carriers"] == str(losses)


def test_a_page_has_all_four_levels_in_controls_table_and_words_r4(show_page: Say) -> None:
    shown = show_page("gene", gene="TWOX", filter="sensitive")
    said = text(shown)
    assert "Counted: sensitive losses and gains of coding sequence" in said
    assert "3 of 20" in said
    found = re.search(r'<table class="cnv-table cnv-filters".*?</table>', shown, re.S)
    assert found
    assert re.findall(r'<th scope="col"[^>]*>(.*?)</th>', found[0]) == [
        "People",
        "credible",
        "PASS",
        "sensitive",
        "all calls",
    ]
    unrelated = text(re.findall(r"<tr.*?</tr>", found[0], re.S)[1])
    assert re.findall(r"▼ (\S+) %", unrelated) == ["10.0", "5.0", "15.0", "20.0"]


def test_the_words_of_the_levels_say_what_bins_they_ask_r4() -> None:
    dragen = [callers.DRAGEN]
    assert caller_words.definition(Level.CREDIBLE, dragen).startswith("Two bins or more, no filter but cnvLength")
    assert "one bin too" in caller_words.definition(Level.SENSITIVE, dragen)
    exome = caller_words.definition(Level.CREDIBLE, [callers.GATK_GCNV])
    assert "one exon, so this asks for two exons" in exome
    assert "exon" not in caller_words.definition(Level.CREDIBLE, dragen)
    manta = caller_words.definition(Level.SENSITIVE, [callers.MANTA])
    assert manta == "The same calls as credible: Manta counts no bins."
    assert "two bins" not in caller_words.definition(Level.CREDIBLE, [callers.MANTA])
    both = caller_words.definition(Level.CREDIBLE, [callers.DRAGEN, callers.MANTA])
    assert "Events of DRAGEN have two bins or more." in both


def test_the_headline_says_where_most_carriers_rest_on_two_bins_or_fewer_r4(show_page: Say) -> None:
    most = "most of them by events of one or two bins"
    assert most in text(show_page("gene", gene="TWOX", overlap="coding-touch"))  # 4 of 6
    said = text(show_page("gene", gene="TWOX", filter="sensitive"))  # 1 of 3
    assert most not in said
    assert "1 of the carriers have events of one or two bins only" in said


# Regions


REGION = "chr6:1000001-1100000"


def test_a_regions_first_sentence_is_about_size_r7(show_page: Say) -> None:
    shown = show_page("region", region=REGION)
    said = text(shown)
    lead = "Nobody has lost half of it or more: 0 of 20, below 16.2 %. The largest loss in it is 24 kb (24.0 %). "
    assert lead + "Losses anywhere in it: 35.0 %, most of one or two bins. 7 of 20 people" in said
    assert "no copy left somewhere in it in 6" in said
    assert "completely" not in said
    assert (
        "Nobody has gained half of it or more: 0 of 20, below 16.2 %. The largest gain in it is 45 kb (45.0 %)." in said
    )


def test_the_first_part_leads_to_just_these_people_r7(show_page: Say) -> None:
    shown = show_page("region", region="chr6:1008001-1040000")
    assert "1 person has lost half of it or more: 1 of 20 (5.0 %, 0.89–23.6)" in text(shown)
    found = re.search(r'<strong><a href="([^"]*)"[^>]*>1 person has lost', shown)
    assert found
    assert unescape(found[1]) == "/region?region=chr6:1008001-1040000&class=loss&overlap=fraction:0.5"
    assert people(region="chr6:1008001-1040000", overlap="fraction:0.5", **{"class": "loss"}) == {"S00"}


def test_a_chosen_rule_leads_by_itself_and_the_default_keeps_its_meaning_r7(show_page: Say) -> None:
    said = text(show_page("region", region=REGION, overlap="fraction:0.2"))
    assert "20 % or more of the region lost in 5.0 % of people: 1 of 20" in said
    assert "half of it or more" not in said.replace("half of the region or more", "")
    assert whole("loss", region=REGION)["carriers"] == "7"
    assert len(people(region=REGION, **{"class": "loss"})) == 7


@pytest.mark.parametrize(("end", "there"), [(1_050_000, False), (1_050_001, True)])
def test_a_switch_to_half_stands_beside_regions_over_50_kb_r7(show_page: Say, end: int, there: bool) -> None:
    region = f"chr6:1000001-{end}"
    shown = show_page("region", region=region)
    assert ("cnv-switch" in shown) == there
    if there:
        assert f'href="/region?region={region}&amp;overlap=fraction:0.5"' in shown
        assert f'href="/region?region={region}"' in show_page("region", region=region, overlap="fraction:0.5")


WIDE = f"chr6:1-{WIDEST + 1}"


@pytest.mark.parametrize(("region", "rule", "share"), [
    (WIDE, "any", False), (WIDE, "within", False), (WIDE, "fraction:0.5", True), (WIDE, "covers", True),
    (WIDE, "reciprocal:0.5", True), (f"chr6:1-{WIDEST}", "any", True),
])  # fmt: skip
def test_a_region_over_10_mb_has_no_share_under_any_and_within_r7(region: str, rule: str, share: bool) -> None:
    asked = {"region": region, "overlap": rule}
    for row in rows("frequencies", **asked):
        shares = [row[name] for name in ("frequency", "ci_low", "ci_high", "pass_frequency")]
        assert all(shares) if share else not any(shares)
        assert (row["note"] == "") == share
        assert share or row["note"] == "a region over 10 Mb: nearly everyone has some event in it"
        assert row["samples"] == str(N) or row["group"] != "all"
    row = whole("loss", **asked)
    assert int(row["carriers"]) == (9 if rule in ("any", "within") else 0)
    for suffix in ("tsv", "json", "parquet"):
        body = read(f"frequencies.{suffix}", **asked)
        assert (b"nearly everyone" in body) != share, suffix
    if share:
        prepare_picture("frequency-loss", "svg", asked)
    else:
        with pytest.raises(RefusedError, match="no share of people to draw"):
            prepare_picture("frequency-loss", "svg", asked)


def test_the_page_of_a_region_over_10_mb_has_carriers_and_no_share_r7(show_page: Say) -> None:
    said = text(show_page("region", region=WIDE))
    assert (
        "Nobody has lost half of it or more: 0 of 20, below 16.2 %. The largest loss in it is 24 kb (0.24 %)." in said
    )
    assert "Losses anywhere in it: 9 of 20 people. No share is given of a region over 10 Mb: nearly everyone" in said
    said = text(show_page("region", region=WIDE, overlap="within"))
    assert "A loss within the region in 9 of 20 people. No share is given" in said
    said = text(show_page("region", region=WIDE, overlap="fraction:0.5"))
    assert "50 % or more of the region lost in nobody: 0 of 20, below 16.2 %." in said
    assert "A loss touches the region anywhere in 9 people." in said
    counts = Counter(row["direction"] for row in rows("frequencies", region=WIDE))
    assert counts["loss"] == counts["gain"] > 0
