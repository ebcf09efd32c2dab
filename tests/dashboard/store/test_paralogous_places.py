"""Places of copies so alike that short reads cannot be placed between them (R5): carriers, and no share of people anywhere.

On chr9 TWIN has half of its 1,600 coding bases in such a place, ODDMENT one base less, and MASKED lies in a mask of
segmental duplications; of 92 people seven have lost TWIN, two of them wholly, and nobody has lost MASKED.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.door.refusal import RefusedError
from dashboard.downloads.chart import prepare_picture
from dashboard.question.filters import Filters
from dashboard.question.target import Pieces, Target, region_target
from dashboard.store.callability import callability
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.database import Generation
from dashboard.store.tracks import people_along
from data_prep.domain.intervals import Interval
from data_prep.domain.sight import is_paralogous
from tests.dashboard.opened_page import opened_page, shown_table, words
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, Transcript, write_file

Make = Callable[[Contents], Generation]
Get = Callable[..., bytes]

PEOPLE = [
    *(Person(f"Y{number:02}", "YRI", "XY" if number % 2 else "XX") for number in range(40)),
    *(Person(f"G{number:02}", "GBR", "XY" if number % 3 else "XX") for number in range(52)),
]
# a gene in two exons of 800 coding bases each
EXONS = ((100, 900), (10_000, 10_800))


def gene(symbol: str, start: int) -> GeneRow:
    exons = tuple((start + first, start + last) for first, last in EXONS)
    return GeneRow(symbol, "chr9", start, start + 11_000, Transcript(exons, exons))


REASON = "TWIN: copies so alike that short reads cannot be placed between them"
CONTENTS = Contents(
    PEOPLE,
    [
        *(Event(f"Y{number:02}", "chr9", 4_990_000, 5_020_000, int(number > 1), bins=30) for number in range(4)),
        *(Event(f"G{number:02}", "chr9", 4_990_000, 5_020_000, 1, bins=30) for number in range(3)),
        *(Event(f"G{number:02}", "chr9", 5_990_000, 6_020_000, 1, bins=30) for number in range(5)),
        *(Event(f"Y{number:02}", "chr9", 7_990_000, 8_050_000, 1, bins=30) for number in range(6)),
        Event("Y20", "chr9", 7_100_000, 7_104_000, 1),
    ],
    genes=[gene("TWIN", 5_000_000), gene("ODDMENT", 6_000_000), gene("MASKED", 7_000_000), gene("LONER", 8_000_000)],
    problems=[
        ("paralogous", "chr9", 4_985_000, 5_000_900, REASON),
        ("paralogous", "chr9", 5_012_000, 5_030_000, "TWIN2: as alike"),
        ("paralogous", "chr9", 6_000_101, 6_000_900, "ODDMENT: almost half"),
        ("paralogous", "chr9", 8_000_000, 8_011_000, "LONER: as alike"),
        ("SegDups", "chr9", 6_990_000, 7_050_000, "SegDups: a pair"),
    ],
)
FORBIDDEN = ("nobody", "robust", "fragile", "below", "of people", "of alleles", "hardy", "lower bound")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("copies") / "cnv.duckdb", CONTENTS)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_names_of_masks_that_say_so_are_one_list_r5() -> None:
    for name in (
        "paralogous",
        "segmental-duplication",
        "Segmental-Duplications",
        "segdup",
        "SEGDUPS",
        "segmental_duplication",
    ):
        assert is_paralogous(name)
    for name in ("blind", "seg", "segdup2", "pericentromere", "my-segdup", "gap"):
        assert not is_paralogous(name)


def test_a_file_of_frequencies_has_carriers_people_classes_and_why_there_is_no_share_r5(get: Get) -> None:
    """By hand: four of 40 Yoruba, two of them without a copy, and three of 52 British."""
    expected = {
        "all": ("7", "92", "2", "5"),
        "AFR": ("4", "40", "2", "2"),
        "GBR": ("3", "52", "0", "3"),
        # Y00, Y02 of the even ones, and G00 of those whose number three divides
        "XX": ("3", "38", "1", "2"),
    }
    table = {row["group"]: row for row in rows(get("frequencies.csv", gene="TWIN")) if row["direction"] == "loss"}
    for group, (carriers, samples, complete, partial) in expected.items():
        row = table[group]
        found = (row["carriers"], row["samples"], row["complete_losses"], row["partial_losses"])
        assert found == (carriers, samples, complete, partial)
    # nobody has a gain, and that is no frequency either
    for row in rows(get("frequencies.csv", gene="TWIN")):
        assert row["frequency"] == row["ci_low"] == row["ci_high"] == row["pass_frequency"] == ""
        assert row["note"] == f"paralogous: {REASON}"
    for rule in ("any", "coding-touch", "covers", "fraction:0.5", "within", "reciprocal:0.5"):
        assert {row["frequency"] for row in rows(get("frequencies.csv", gene="TWIN", overlap=rule))} == {""}
    for level in ("pass", "sensitive", "all"):
        assert {row["ci_high"] for row in rows(get("frequencies.csv", gene="TWIN", filter=level, cohort="all"))} == {""}


def test_half_is_enough_and_one_base_less_is_not_r5(get: Get) -> None:
    row = rows(get("frequencies.csv", gene="ODDMENT"))[0]
    assert (row["carriers"], row["samples"], float(row["frequency"]), row["note"]) == ("5", "92", 5 / 92, "")
    # of a region all bases count: of these 20, ten lie in the place and then nine
    assert rows(get("frequencies.csv", region="chr9:5000891-5000910"))[0]["frequency"] == ""
    assert rows(get("frequencies.csv", region="chr9:5000892-5000911"))[0]["frequency"] != ""


def test_a_mask_of_segmental_duplications_says_the_same_r5(get: Get) -> None:
    first = rows(get("frequencies.csv", gene="MASKED"))[0]
    assert (first["carriers"], first["samples"], first["ci_high"]) == ("0", "92", "")
    assert first["note"] == "paralogous: SegDups: a pair"


def test_every_format_of_every_table_is_silent_about_shares_r5(get: Get) -> None:
    for table, columns in (
        ("frequencies", ("frequency", "ci_low", "ci_high", "pass_frequency")),
        ("genes", ("frequency_loss", "ci_low_loss", "ci_high_loss", "frequency_gain", "ci_high_gain")),
        ("sites", ("frequency", "ci_low", "ci_high", "allele_count", "allele_number", "allele_frequency", "hwe_p")),
    ):
        found = [dict(row) for row in rows(get(f"{table}.csv", gene="TWIN"))]
        lines = [line for line in get(f"{table}.tsv", gene="TWIN").decode().splitlines() if not line.startswith("#")]
        found += list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t"))
        found += next(
            value
            for value in json.loads(get(f"{table}.json", gene="TWIN")).values()
            if isinstance(value, list) and value and "note" in value[0]
        )
        found += pq.read_table(io.BytesIO(get(f"{table}.parquet", gene="TWIN"))).to_pylist()
        assert len(found) >= 4
        for row in found:
            assert {row[name] for name in columns} <= {"", None}
            assert row["note"] == f"paralogous: {REASON}" if table != "sites" else "paralogous: " in row["note"]
            assert int(row["carriers_loss" if table == "genes" else "carriers"]) in (0, 2, 3, 4, 7, 1)
            assert int(row["samples"]) > 0


def test_sites_in_vcf_and_bed_have_carriers_and_the_reason_r5(get: Get) -> None:
    line = next(one for one in get("sites.vcf", gene="TWIN").decode().splitlines() if not one.startswith("#"))
    info = dict(part.partition("=")[::2] for part in line.split("\t")[7].split(";"))
    assert (info["SN"], info["SC"]) == ("92", "7")
    assert not {"SF", "SF_AFR", "AC", "AN", "AF", "AF_CI", "HWE"} & set(info)
    assert info["PARALOGOUS"].startswith("TWIN:_copies_so_alike")
    for table in ("sites", "genes"):
        item = [one for one in get(f"{table}.bed", gene="TWIN").decode().splitlines() if one.startswith("chr9")]
        assert [one.split("\t")[4] for one in item] == ["0"]
    for file in ("carriers.tsv", "calls.vcf", "carriers.bed", "calls.tsv"):
        assert REASON in get(file, gene="TWIN").decode()
        assert REASON not in get(file, gene="ODDMENT").decode()


def test_charts_of_shares_are_refused_with_the_reason_r5(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_DATABASE", str(database))
    for name in ("frequency-loss", "copy-number"):
        with pytest.raises(RefusedError, match="calls are few here and their absence says nothing"):
            prepare_picture(name, "svg", {"gene": "TWIN"})
        assert prepare_picture(name, "svg", {"gene": "ODDMENT"}).spec
    assert prepare_picture("track", "svg", {"gene": "TWIN"}).spec
    settings.store().close()


def test_a_page_shows_who_was_called_and_no_share_r5(open_page: Callable[..., AppTest]) -> None:
    app = open_page("gene", gene="TWIN")
    told = words(app)
    assert "Coding sequence lost : called in 7 people, completely in 2." in told
    assert "Coding sequence gained : no call." in told
    assert "TWIN is paralogous. Copies so alike that short reads cannot be placed between them." in told
    assert "Calls are few here and their absence says nothing" in told
    shown = [" ".join(row.values()) for row in shown_table(app).rows]
    assert any("7 called" in row for row in shown), shown
    assert not any("%" in row for row in shown), shown
    for phrase in FORBIDDEN:
        assert phrase not in told.lower(), phrase
    # those of rules, of the gene's own bases, and of the heading of the table of sites
    assert set(re.findall(r"[\d.–]+ %", told)) <= {"50 %", "75 %", "50.0 %", "95 %"}


def test_nobody_in_a_masked_gene_is_no_answer_r5(open_page: Callable[..., AppTest]) -> None:
    app = open_page("gene", gene="MASKED")
    told = words(app)
    assert "Coding sequence lost : no call." in told
    assert "All 7 overlap rules agree: losses no call; gains no call." in told
    with pytest.raises(ValueError, match="not enough values"):
        shown_table(app)
    for phrase in FORBIDDEN:
        assert phrase not in told.lower(), phrase


def test_a_region_tells_sizes_and_no_share_of_people_r5_r7(open_page: Callable[..., AppTest]) -> None:
    told = words(open_page("region", region="chr9:4985001-5000900"))
    assert "Half of it or more lost : called in 7 people." in told
    assert "The largest loss in it is 10.9 kb (68.6 %). Losses anywhere in it: called in 7 people." in told
    assert "Half of it or more gained : no call. No gain was called anywhere in it." in told
    for phrase in FORBIDDEN:
        assert phrase not in told.lower(), phrase
    assert set(re.findall(r"[\d.–]+ %", told)) <= {"50 %", "68.6 %", "90 %", "95 %"}


def test_what_cannot_be_assessed_says_so_first_r5(in_memory: Make) -> None:
    database = in_memory(
        Contents(PEOPLE, blind=[("chr9", 5_000_000, 5_020_000, "no reads")], problems=CONTENTS.problems)
    )
    seen = callability(database, region_target(Interval("chr9", 5_000_000, 5_000_900)), Filters())
    assert (seen.is_blind, seen.assessable, seen.is_paralogous, seen.paralogous) == (True, False, False, "")


def test_the_curve_has_no_share_where_copies_are_nor_beside_them_in_their_events_r5_r8(in_memory: Make) -> None:
    """By hand: the loss of 30 kb lies by 18.9 kb in copies, that of four carriers at 7.1 Mb in none."""
    database = in_memory(CONTENTS)
    window = Interval("chr9", 4_900_000, 7_200_000)
    curves, intervals = people_along(database, window, Filters())
    steps = curves.steps
    there = [
        (int(start), int(end))
        for start, end, most, able in zip(steps.start, steps.end, steps.most[:, 0], steps.callable, strict=True)
        if most > 0 and able
    ]
    assert (min(there)[0], max(there)[1]) == (5_990_000, 7_104_000)
    assert not any(start < 6_000_900 and end > 6_000_101 for start, end in there)
    assert dict(intervals.rows.select("start", "copies").rows()) == {
        4_990_000: True, 5_990_000: False, 7_100_000: False
    }  # fmt: skip


def test_a_site_that_reaches_out_of_a_gene_of_copies_tells_no_share_on_its_page_r5(get: Get) -> None:
    """Of 60 kb 11 lie in copies: the site has a frequency of its own, and none where it stands for the gene."""
    row = rows(get("sites.csv", gene="LONER"))[0]
    assert (row["carriers"], row["frequency"], row["ci_high"], row["allele_frequency"]) == ("6", "", "", "")
    assert row["note"] == "paralogous: LONER: as alike"
    alone = rows(get("sites.csv", region="chr9:7990001-8050000"))[0]
    assert (alone["carriers"], float(alone["frequency"]), alone["note"]) == ("6", 6 / 92, "")


def test_the_curve_beside_a_gene_of_copies_is_no_share_of_who_was_called_in_it_r5(in_memory: Make) -> None:
    database = in_memory(CONTENTS)
    window, loner = Interval("chr9", 7_980_000, 8_060_000), Interval("chr9", 8_000_000, 8_011_000)
    for silent, shown in ((None, 6), (loner, 0)):
        curves, intervals = people_along(database, window, Filters(), silent=silent)
        assert int(curves.steps.most[curves.steps.callable > 0].max(initial=0)) == shown
        assert intervals.rows.select("carriers", "copies").rows() == [(6, silent is not None)]


spans = st.tuples(st.integers(0, 60), st.integers(1, 25)).map(lambda one: (one[0], one[0] + one[1]))


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.sampled_from(("paralogous", "segdup", "pericentromere")), spans), max_size=5),
    st.lists(spans, max_size=3),
)
def test_the_share_in_copies_agrees_with_a_count_base_by_base_r5(
    in_memory: Make, problems: list[tuple[str, tuple[int, int]]], exons: list[tuple[int, int]]
) -> None:
    database = in_memory(
        Contents(PEOPLE[:2], problems=[(kind, "chr9", *place, f"{kind} {place}") for kind, place in problems])
    )
    pieces, last = [], -1
    for start, end in sorted(exons):
        if start > last:
            pieces.append((start, end))
            last = end
    place = Interval("chr9", 0, 90)
    target = Target(place, Pieces.CODING, tuple(pieces)) if pieces else region_target(place)
    bases = {base for start, end in pieces or [(0, 90)] for base in range(start, end)}
    copies = {base for kind, one in problems if kind != "pericentromere" for base in range(*one)}
    seen = callability(database, target, Filters())
    assert seen.is_paralogous == (2 * len(bases & copies) >= len(bases))
    assert frequencies(database, target, Filters()).height > 0
    named = {f"{kind} {one}" for kind, one in problems if kind != "pericentromere" and bases & set(range(*one))}
    assert set(seen.copies_names) == named


def test_a_site_that_cannot_be_assessed_is_told_so_in_the_table_of_its_region_r5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A region of which little is blind, and in it a site that wholly is."""
    contents = Contents(
        PEOPLE,
        [Event("G01", "chr9", 3_010_000, 3_015_000, 1), Event("G02", "chr9", 3_060_000, 3_065_000, 1)],
        blind=[("chr9", 3_009_000, 3_016_000, "no reads")],
        provenance={"generation": "blind"},
    )
    app = opened_page(
        monkeypatch, write_file(tmp_path / "cnv.duckdb", contents), "region", {"region": "chr9:3000001-3100000"}
    )
    shown = sorted((row["carriers"], row["frequency"]) for row in shown_table(app).rows)
    assert shown == [("1 called", "not assessable"), ("1 of 92", "1.1 %")]
    settings.store().close()
