"""The table that page and download share, and how it is written."""

from collections.abc import Callable

import polars as pl
import pytest

from dashboard.filters import Filters
from dashboard.frequency_table import frequency_table, without_numbers
from dashboard.store.carriers import frequencies
from dashboard.store.cohort import group_codes
from dashboard.store.database import Generation
from dashboard.target import Pieces, Target
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
    bare = without_numbers(table(database, Level.CREDIBLE))
    assert bare["samples"].to_list()[0] == 4
    for column in ("carriers", "frequency", "ci_low", "ci_high", "pass_carriers", "complete_losses"):
        assert bare[column].null_count() == bare.height
