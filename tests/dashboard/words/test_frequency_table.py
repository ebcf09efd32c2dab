"""The table that page and download share, and how it is written."""

from collections.abc import Callable

import polars as pl
import pytest

from dashboard.formats.columns import FREQUENCIES
from dashboard.question.filters import Filters
from dashboard.question.target import Pieces, Target
from dashboard.question.view import By
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.cohort import group_codes
from dashboard.store.database import Generation
from dashboard.words.frequency_table import blank_numbers, chart_rows, frequency_rows, frequency_table, grouping
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.small_database import Contents, Event, Person

Make = Callable[[Contents], Generation]
TARGET = Target(Interval("chr1", 100, 200), Pieces.NONE, ())
PEOPLE = [Person("A", "GBR"), Person("B", "GBR"), Person("C", "YRI"), Person("D", "CHB", sex="XY")]
EVENTS = [
    Event("A", "chr1", 100, 150, 0),
    Event("B", "chr1", 100, 150, 1, filters="cnvLength", passing=False),
    Event("C", "chr1", 100, 150, 1, filters="cnvQual", credible=False, passing=False),
]


@pytest.fixture
def database(in_memory: Make) -> Generation:
    return in_memory(Contents(PEOPLE, EVENTS))


def table(database: Generation, level: Level) -> pl.DataFrame:
    filters = Filters(level=level)
    return frequency_table(frequencies(database, TARGET, filters), filters, group_codes(database))


@pytest.mark.parametrize(
    ("level", "carriers", "hidden"), [(Level.PASS, 1, 2), (Level.CREDIBLE, 2, 1), (Level.ALL, 3, 0)]
)
def test_pass_and_what_the_filter_hides_stand_beside_r4(
    database: Generation, level: Level, carriers: int, hidden: int
) -> None:
    row = table(database, level).row(0, named=True)
    assert (row["direction"], row["group"], row["samples"]) == ("loss", "all", 4)
    assert (row["carriers"], row["hidden"], row["pass_carriers"]) == (carriers, hidden, 1)
    assert row["pass_frequency"] == 0.25


def test_groups_stand_in_the_order_of_the_database(database: Generation) -> None:
    rows = table(database, Level.CREDIBLE).filter(pl.col("direction") == "loss")
    assert rows.select("grouped_by", "group").rows() == [
        ("all", "all"),
        ("superpopulation", "AFR"),
        ("superpopulation", "EAS"),
        ("superpopulation", "EUR"),
        ("population", "YRI"),
        ("population", "CHB"),
        ("population", "GBR"),
        ("sex", "XX"),
        ("sex", "XY"),
    ]


def test_losses_stand_before_gains(database: Generation) -> None:
    assert table(database, Level.ALL)["direction"].unique(maintain_order=True).to_list() == ["loss", "gain"]


def test_a_place_that_cannot_be_assessed_keeps_no_number_r5(database: Generation) -> None:
    full = table(database, Level.CREDIBLE)
    bare = blank_numbers(full)
    kept = ["grouped_by", "group", "direction", "seen"]
    assert bare.select(kept).equals(full.select(kept))
    numbers = set(FREQUENCIES.names) - {*kept, "note", "superpopulation", "label"}
    assert len(numbers) == 12
    assert bare["note"].unique().to_list() == ["not assessable: the caller cannot see this place"]
    for column in numbers:
        assert bare[column].null_count() == bare.height
        assert bare.schema[column] == full.schema[column]


def test_groups_the_database_does_not_order_stand_last_by_name(database: Generation) -> None:
    filters = Filters()
    counts = frequencies(database, TARGET, filters).sample(fraction=1, shuffle=True, seed=2)
    rows = frequency_table(counts, filters, ["YRI"]).filter(pl.col("direction") == "loss")
    populations = rows.filter(pl.col("grouped_by") == "population")["group"].to_list()
    assert populations == ["YRI", "CHB", "GBR"]
    assert rows["grouped_by"].unique(maintain_order=True).to_list() == ["all", "superpopulation", "population", "sex"]


def test_each_number_is_that_of_its_level_group_and_direction_r4(database: Generation) -> None:
    """By hand: A carries at PASS, B at credible, C at all; nobody has a gain."""
    by_group = {
        (row["group"], row["direction"]): (
            row["carriers"],
            row["samples"],
            row["pass_carriers"],
            row["pass_frequency"],
            row["hidden"],
        )
        for row in table(database, Level.CREDIBLE).iter_rows(named=True)
    }
    assert len(by_group) == 18
    assert by_group["all", "loss"] == (2, 4, 1, 0.25, 1)
    assert by_group["GBR", "loss"] == (2, 2, 1, 0.5, 0)
    assert by_group["YRI", "loss"] == (0, 1, 0, 0.0, 1)
    assert by_group["CHB", "loss"] == (0, 1, 0, 0.0, 0)
    assert by_group["XX", "loss"] == (2, 3, 1, 1 / 3, 1)
    assert by_group["all", "gain"] == (0, 4, 0, 0.0, 0)


def test_the_chart_has_super_populations_and_then_everyone_in_words_r6(database: Generation) -> None:
    filters = Filters(level=Level.ALL)
    everyone = frequency_rows(frequencies(database, TARGET, filters), filters, group_codes(database))
    rows = chart_rows({"": everyone}, Direction.LOSS)
    # intervals of 1 of 1, 0 of 1, 2 of 2 and 3 of 4 as statsmodels gives them
    assert rows.select("group", "numbers").rows() == [
        ("AFR", "1 of 1 (100 %, 20.7–100)"),
        ("EAS", "0 of 1, below 79.4 %"),
        ("EUR", "2 of 2 (100 %, 34.2–100)"),
        ("All", "3 of 4 (75.0 %, 30.1–95.4)"),
    ]
    gains = chart_rows({"": everyone}, Direction.GAIN)
    assert gains["numbers"].str.starts_with("0 of").all()


@pytest.mark.parametrize(
    ("by", "chosen", "grouped_by"),
    [
        (By.GROUPS, (), "superpopulation"),
        (By.GROUPS, ("AFR", "EUR"), "superpopulation"),
        # two of seven populations are not Africans
        (By.GROUPS, ("YRI", "LWK"), "population"),
        (By.GROUPS, ("AFR", "GBR"), "population"),
        (By.POPULATIONS, (), "population"),
        (By.SEX, ("YRI",), "sex"),
    ],
)
def test_single_populations_that_are_chosen_stand_for_themselves(
    by: By, chosen: tuple[str, ...], grouped_by: str
) -> None:
    assert grouping(by, chosen, {"YRI", "LWK", "GBR"}) == grouped_by
