"""The table that page and download share, and how it is written."""

import csv
import io
from collections.abc import Callable

import polars as pl
import pytest

from dashboard.filters import Filters
from dashboard.formats.delimited import CARRIER_COLUMNS, csv_lines, file_name, one_based
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


def test_positions_are_written_one_based_inclusive_r1() -> None:
    frame = pl.DataFrame({"start": [0, 99], "end": [10, 100], "length": [10, 1]})
    assert one_based(frame).rows() == [(1, 10, 10), (100, 100, 1)]


def test_csv_has_a_header_and_quotes_what_needs_it() -> None:
    frame = pl.DataFrame({"a": ["x,y", None, 'say "so"'], "b": [1, None, 3]})
    told = b"".join(csv_lines([frame, frame.clear(), frame.head(1)], ["b", "a"])).decode()
    assert list(csv.reader(io.StringIO(told))) == [
        ["b", "a"],
        ["1", "x,y"],
        ["", ""],
        ["3", 'say "so"'],
        ["1", "x,y"],
    ]


def test_columns_are_those_of_r13() -> None:
    r13 = (
        "sample, superpopulation, population, sex, chrom, start, end, length, class, copy_number, "
        "expected_copy_number, copy_ratio, quality, bins, filters, genotype, event, site, overlap"
    )
    assert list(CARRIER_COLUMNS) == [name for name in r13.split(", ") if name != "site"]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (["carriers", "GSTM1", "overlap-fraction:0.5"], "carriers-GSTM1-overlap-fraction-0.5.csv"),
        (["../../etc/passwd", 'a"b\r\nc'], "etc-passwd-a-b-c.csv"),
        (["", "ü", "x"], "x.csv"),
    ],
)
def test_a_file_name_is_plain(parts: list[str], name: str) -> None:
    assert file_name(parts, "csv") == name
