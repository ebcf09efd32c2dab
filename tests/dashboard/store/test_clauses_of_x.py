"""X outside the pseudo-autosomal regions is told of XY and of XX apart (R5); and what a page says where nobody carries.

61 XY, 44 XX and three of unknown sex; two XY and one XX have lost XGENE on X, five XX only touch DYS in an intron.
"""

from collections.abc import Callable
from math import ceil
from pathlib import Path

import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint
from streamlit.testing.v1 import AppTest

from dashboard import settings
from dashboard.downloads.chart import prepare_picture
from dashboard.question.filters import CODING, Cohort, Filters, Outliers, Sex
from dashboard.question.target import Pieces, Target, region_target
from dashboard.rows.carriers import with_badges
from dashboard.store.carriers.listing import carrier_events
from dashboard.store.clauses import by_rule_apart, chart_rows_apart, clauses, tables
from dashboard.store.database import Generation
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from tests.dashboard.opened_page import html, words_of
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, Transcript, write_file

Make = Callable[[Contents], Generation]

PEOPLE = [
    *(Person(f"M{number:02}", "YRI" if number < 21 else "FIN", "XY") for number in range(61)),
    *(Person(f"W{number:02}", "YRI" if number < 14 else "FIN", "XX") for number in range(44)),
    *(Person(f"N{number}", "FIN", None) for number in range(3)),
]


def gene(symbol: str, start: int, chrom: str = "chrX") -> GeneRow:
    exon = (start + 500, start + 1_500)
    return GeneRow(symbol, chrom, start, start + 50_000, Transcript((exon,), (exon,)))


CONTENTS = Contents(
    PEOPLE,
    [
        *(Event(name, "chrX", 20_000_000, 20_010_000, copies) for name, copies in (("M03", 0), ("M40", 0), ("W02", 1))),
        *(Event(f"W{number:02}", "chrX", 31_020_000, 31_030_000, 1) for number in range(5)),
        Event("M07", "chrX", 1_000_000, 1_040_000, 1),
    ],
    genes=[
        gene("XGENE", 20_000_000),
        gene("DYS", 31_000_000),
        gene("INPAR", 1_000_000),
        gene("AUTO", 9_000_000, "chr8"),
    ],
)


def share(carriers: int, people: int) -> str:
    """As a page writes it, by another library."""
    low, high = proportion_confint(carriers, people, 0.05, "wilson")
    if not carriers:
        return f"0 of {people}, below {ceil(high * 1_000 - 1e-9) / 10:.1f} %"
    return f"{carriers} of {people} ({carriers / people * 100:.1f} %, {_ends(low, high)})"


def _ends(low: float, high: float) -> str:
    def end(value: float) -> str:
        if value >= 0.01:
            return f"{value * 100:.1f}"
        return f"{value * 100:.2g}"

    return f"{end(low)}–{end(high)}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("x") / "cnv.duckdb", CONTENTS)


def test_the_headline_has_xy_and_xx_and_no_share_of_both_r5(open_page: Callable[..., AppTest]) -> None:
    page = html(open_page("gene", gene="XGENE"))
    told = words_of(page)
    assert f"Coding sequence lost : XY {share(2, 61)}, completely in 2; XX {share(1, 44)}." in told
    assert f"Coding sequence gained : XY {share(0, 61)}; XX {share(0, 44)}." in told
    lead = words_of(page.partition('class="cnv-lead"')[2].partition("</div>")[0])
    assert "of 108" not in lead
    assert "of people" not in lead
    assert "nobody" not in lead.lower()
    # the bound of both together would be 3.5 %
    assert f"{proportion_confint(0, 108, 0.05, 'wilson')[1] * 100:.1f} %" not in told
    for group in ("AFR XY", "AFR XX", "EUR XY", "EUR XX", "All XY", "All XX"):
        assert group in told
    # every rule, too: none of them with both together
    assert f"XY {share(2, 61)}; XX {share(1, 44)}" in told
    assert "of 108 (" not in told


def test_one_sex_and_par_and_other_chromosomes_have_one_clause_r5(open_page: Callable[..., AppTest]) -> None:
    assert f"Coding sequence lost in nobody : {share(0, 44)}." in words_of(
        html(open_page("gene", gene="DYS", sex="XX"))
    )
    told = words_of(html(open_page("gene", gene="INPAR")))
    assert "Coding sequence lost in 0.93 % of people : 1 of 108" in told
    assert "XY 1 of 61" not in told


def test_the_larger_part_of_the_target_decides_and_both_sexes_have_to_be_counted_r2_r5(in_memory: Make) -> None:
    database = in_memory(CONTENTS)
    border = 2_781_479
    labels = {
        (start, end): [part.label for part in clauses(database, region_target(Interval("chrX", start, end)), Filters())]
        for start, end in (
            (border - 100, border + 99),
            (border - 99, border + 100),
            (0, 50_000),
            (155_701_383, 156_000_000),
        )
    }
    assert labels == {
        (border - 100, border + 99): [""],
        (border - 99, border + 100): ["XY", "XX"],
        (0, 50_000): [""],
        (155_701_383, 156_000_000): [""],
    }
    place = region_target(Interval("chrX", 20_000_000, 20_001_000))
    assert [part.label for part in clauses(database, place, Filters(sex=Sex.XY))] == [""]
    y = region_target(Interval("chrY", 7_000_000, 7_001_000))
    assert [part.label for part in clauses(database, y, Filters())] == [""]
    women = in_memory(Contents([person for person in PEOPLE if person.sex == "XX"]))
    assert [part.label for part in clauses(women, place, Filters())] == [""]


def test_chart_rows_and_counts_of_both_are_those_of_each_sex_alone_r5(in_memory: Make) -> None:
    database = in_memory(CONTENTS)
    target = Target(Interval("chrX", 20_000_000, 20_050_000), Pieces.CODING, ((20_000_500, 20_001_500),))
    parts = clauses(database, target, Filters())
    rows = chart_rows_apart(tables(database, target, parts), Direction.LOSS)
    # by hand: M03 of the 21 Yoruba men, M40 of the 40 Finnish, W02 of the 14 Yoruba women
    assert rows.select("group", "carriers", "samples").rows() == [
        ("AFR XY", 1, 21),
        ("AFR XX", 1, 14),
        ("EUR XY", 1, 40),
        ("EUR XX", 0, 30),
        ("All XY", 2, 61),
        ("All XX", 1, 44),
    ]
    counts = by_rule_apart(database, target, parts, (CODING,))[CODING]
    assert {part.label: [(one.carriers, one.samples) for one in found] for part, found in counts.items()} == {
        "XY": [(2, 61), (0, 61)],
        "XX": [(1, 44), (0, 44)],
    }


def test_the_picture_of_x_has_a_row_of_each_sex_r5(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNV_DATABASE", str(database))
    text = str(prepare_picture("frequency-loss", "svg", {"gene": "XGENE"}).spec)
    assert "losses by super-population and sex" in text
    assert "and sex" not in str(prepare_picture("frequency-loss", "svg", {"gene": "INPAR"}).spec)
    settings.store().close()


def test_nobody_is_an_answer_with_a_table_and_one_line_where_all_rules_agree_r5_r7(
    open_page: Callable[..., AppTest],
) -> None:
    page = html(open_page("gene", gene="AUTO"))
    told = words_of(page)
    none = share(0, 108)
    assert f"All 7 overlap rules agree: losses {none}; gains {none}." in told
    # the rows stay, folded, each with its number
    folded = page.partition("All 7 overlap rules agree")[2].partition("</details>")[0]
    assert words_of(folded).count(none) == 1 + 1 + 2 * 7
    assert 'class="cnv-table cnv-frequencies-loss"' in page
    assert 'class="cnv-table cnv-frequencies-gain"' in page
    afr = page.partition('cnv-frequencies-loss"')[2].partition("</table>")[0]
    bound = ceil(proportion_confint(0, 35, 0.05, "wilson")[1] * 1_000) / 10
    assert f"35 0 0 % below {bound:.1f} %" in words_of(afr)


def test_rules_that_differ_stand_side_by_side_though_nobody_carries_under_the_one_in_force_r7(
    open_page: Callable[..., AppTest],
) -> None:
    told = words_of(html(open_page("gene", gene="DYS")))
    assert f"Coding sequence lost : XY {share(0, 61)}; XX {share(0, 44)}." in told
    assert "overlap rules agree" not in told
    # five women have a loss in its intron, and a reader must not take the gene for untouched
    assert f"any overlap XY {share(0, 61)}; XX {share(5, 44)}" in told
    assert "A loss touches the gene anywhere in 5 people." in told


def test_a_region_of_x_tells_half_and_any_of_each_sex_r5_r7(open_page: Callable[..., AppTest]) -> None:
    told = words_of(html(open_page("region", region="chrX:20000001-20012000")))
    assert f"Half of it or more lost : XY {share(2, 61)}; XX {share(1, 44)}." in told
    assert "Losses anywhere in it: XY 3.3 %, XX 2.3 %." in told


def test_an_event_of_over_3_mb_in_whom_is_not_marked_is_large_r11(in_memory: Make) -> None:
    people = [Person("L1"), Person("L2", marked=("chr5",)), Person("L3"), Person("L4")]
    events = [
        Event("L1", "chr5", 1_000_000, 4_000_001, 1),
        Event("L2", "chr5", 1_000_000, 9_000_000, 1),
        Event("L3", "chr5", 1_000_000, 4_000_000, 1),
        Event("L4", "chr5", 1_000_000, 4_500_000, 3),
    ]
    database = in_memory(Contents(people, events))
    everyone = Filters(cohort=Cohort.ALL, outliers=Outliers.INCLUDE)
    found = carrier_events(database, region_target(Interval("chr5", 2_000_000, 2_100_000)), everyone)
    assert dict(found.select("sample", "large").rows()) == {"L1": True, "L2": False, "L3": False, "L4": True}


def test_badges_say_large_r11() -> None:
    events = pl.DataFrame(
        {"bins": [50, 1], "filters": ["PASS", "PASS"], "par_border": [False, False], "large": [True, False]}
    )
    assert with_badges(events)["badges"].to_list() == ["large", "1 bin"]
