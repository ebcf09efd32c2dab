"""Sites, carriers and genes as they are kept in memory, on a cohort whose answers are written out."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest

from dashboard.question.filters import Filters
from dashboard.store.database import Generation
from dashboard.store.site_genes import touched_genes
from dashboard.store.site_tables import site_counts_on, sites_on
from dashboard.store.sites import site_named, sites_at, with_genes
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.small_database import PROVENANCE, Contents, Event, GeneRow, Person, Transcript, fill, write_schema

PEOPLE = [
    *(Person(f"A{number}", "YRI", "XX") for number in range(4)),
    *(Person(f"B{number}", "GBR", "XY") for number in range(4)),
]
LONG, SHORT, INSIDE = (100_000, 200_000), (110_000, 112_000), (151_000, 155_000)
EVENTS = [
    *(Event(sample, "chr2", *LONG, 1) for sample in ("A0", "A1", "B0")),
    *(Event(sample, "chr2", *SHORT, 1) for sample in ("A0", "A1", "A2", "B1")),
    *(Event(sample, "chr2", *INSIDE, 0) for sample in ("A3", "B2")),
    *(Event(sample, "chr2", *INSIDE, 3) for sample in ("A2", "B3")),
]
GENES = [
    GeneRow("BEFORE", "chr2", 90_000, 105_000, Transcript(((90_000, 91_000), (104_000, 105_000)), ((90_000, 91_000), None))),
    GeneRow("FIRST", "chr2", 120_000, 125_000, Transcript(((120_000, 125_000),), ((120_100, 124_900),))),
    GeneRow("SECOND", "chr2", 160_000, 170_000, Transcript(((160_000, 170_000),), ((160_100, 169_900),))),
    GeneRow("AFAR", "chr2", 300_000, 310_000, Transcript(((300_000, 310_000),), ((300_100, 309_900),))),
]  # fmt: skip


@pytest.fixture(scope="module")
def database() -> Iterator[Generation]:
    root = duckdb.connect(":memory:")
    root.execute("ATTACH ':memory:' AS published; USE published")
    write_schema(root)
    fill(root, Contents(PEOPLE, EVENTS, genes=GENES))
    yield Generation(Path("memory"), PROVENANCE, root)
    root.close()


def name(interval: tuple[int, int], direction: str, chrom: str = "chr2") -> str:
    return f"{chrom}-{interval[0] + 1}-{interval[1]}-{direction}"


def carriers(database: Generation, place: Interval, filters: Filters) -> dict[str, int]:
    return dict(sites_at(database, place, filters).select("site", "carriers").iter_rows())


def test_a_site_that_lies_before_a_place_lends_no_carriers_to_those_that_reach_it_r9(database: Generation) -> None:
    place = Interval("chr2", 150_000, 160_000)
    assert carriers(database, place, Filters()) == {
        name(LONG, "loss"): 3,
        name(INSIDE, "loss"): 2,
        name(INSIDE, "gain"): 2,
    }
    # of as many carriers at one interval the gain stands first
    assert list(carriers(database, place, Filters())) == [
        name(LONG, "loss"),
        name(INSIDE, "gain"),
        name(INSIDE, "loss"),
    ]
    assert carriers(database, place, Filters(classes=(CallClass.GAIN,))) == {name(INSIDE, "gain"): 2}
    assert carriers(database, place, Filters(populations=("EUR",))) == {
        name(LONG, "loss"): 1, name(INSIDE, "loss"): 1, name(INSIDE, "gain"): 1,
    }  # fmt: skip
    assert carriers(database, Interval("chr2", 112_000, 120_000), Filters()) == {name(LONG, "loss"): 3}
    assert carriers(database, Interval("chr2", 90_000, 100_000), Filters()) == {}
    assert carriers(database, Interval("chr3", 1, 1_000_000), Filters()) == {}


def test_the_columns_of_many_sites_are_those_of_each_r9(database: Generation) -> None:
    every = sites_on(database, "chr2")
    counts = site_counts_on(database, "chr2", Level.CREDIBLE)
    for rows in ([0], [1], [0, 2], [1, 2, 3], [0, 1, 2, 3], []):
        chosen = counts.of_sites(np.array(rows, np.int64))
        sums = np.bincount(chosen.site, chosen.carriers, len(rows)).astype(int).tolist()
        expected = {name(LONG, "loss"): 3, name(SHORT, "loss"): 4, name(INSIDE, "loss"): 2, name(INSIDE, "gain"): 2}
        assert sums == [expected[every.rows["site"][row]] for row in rows]
    numbers = np.array([-1, *every.number[::-1].tolist(), -1], np.int64)
    assert every.names(numbers) == [None, *every.rows["site"].to_list()[::-1], None]


def test_a_loss_and_a_gain_of_one_interval_are_two_sites_r9(database: Generation) -> None:
    loss, gain = (site_named(database, name(INSIDE, direction)) for direction in ("loss", "gain"))
    assert loss
    assert gain
    assert loss.site_id != gain.site_id
    assert (loss.name, gain.name) == (name(INSIDE, "loss"), name(INSIDE, "gain"))
    assert site_named(database, name(LONG, "gain")) is None


def test_genes_that_are_taken_come_first_then_along_the_genome_r9(database: Generation) -> None:
    sites = with_genes(database, sites_at(database, Interval("chr2", 150_000, 160_000), Filters()))
    shown = {row["site"]: (row["genes"], row["coding"]) for row in sites.iter_rows(named=True)}
    assert shown[name(LONG, "loss")] == ("FIRST, SECOND, BEFORE", "FIRST, SECOND")
    assert shown[name(INSIDE, "loss")] == ("", "")
    site = site_named(database, name(LONG, "loss"))
    assert site
    touched = touched_genes(database, site.site_id, site.interval)
    assert [(gene.symbol, gene.is_coding, gene.exons) for gene in touched] == [
        ("FIRST", True, (1,)), ("SECOND", True, (1,)), ("BEFORE", False, (2,)),
    ]  # fmt: skip
