"""The catalogue of sites (R9): every site once, counted as the tables of places count it, ordered and cut as a plain sort does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboard.question.catalogue import SORTS, Badge, Catalogue, Genes
from dashboard.question.filters import Cohort, Filters, Outliers, Sex
from dashboard.store import catalogue as module
from dashboard.store.catalogue import (
    catalogue_batches,
    catalogue_numbers,
    catalogue_page,
    ranked_sites,
    with_superpopulations,
)
from dashboard.store.database import Generation
from dashboard.store.sites import sites_at, with_genes, with_sight, without_shares
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import PROVENANCE, Event, fill, write_schema

WHOLE = demonstration()
PEOPLE = [person.sample for person in WHOLE.people if person.unrelated and person.counted]
# sites with one to nine carriers on several chromosomes, losses and gains of many lengths
MORE = [
    Event(PEOPLE[(7 * number + 3 * carrier) % len(PEOPLE)], f"chr{2 + number % 4}", at, at + 1_000 * (1 + number % 11), copies, bins=1 + number % 6)
    for number in range(36)
    for carrier in range(1 + number % 9)
    for at, copies in [(20_000_000 + 100_000 * number, (0, 1, 1, 3, 3, 5)[(number + carrier) % 3 + 3 * (number % 2)])]
]  # fmt: skip
CONTENTS = replace(WHOLE, events=[*WHOLE.events, *MORE])
FILTERS = (
    Filters(),
    Filters(populations=("AFR",)),
    Filters(populations=("GBR",)),
    Filters(sex=Sex.XY),
    Filters(classes=(CallClass.GAIN,)),
    Filters(populations=("AFR", "GBR"), sex=Sex.XX),
    Filters(level=Level.PASS, cohort=Cohort.ALL),
    Filters(level=Level.ALL, outliers=Outliers.INCLUDE),
    Filters(classes=(CallClass.COMPLETE_LOSS, CallClass.HIGH_GAIN)),
    Filters(copy_numbers=(1, 3)),
)
ALL = Catalogue(min_carriers=1)


@pytest.fixture(scope="module")
def database() -> Iterator[Generation]:
    """One database for all: it is only read."""
    root = duckdb.connect(":memory:")
    root.execute("ATTACH ':memory:' AS published; USE published")
    write_schema(root)
    fill(root, CONTENTS)
    yield Generation(Path("memory"), PROVENANCE, root)
    root.close()


def every_site(database: Generation, filters: Filters) -> dict[str, dict[str, Any]]:
    """The sites of all places, each chromosome a place."""
    sites = {}
    for chrom, length in LENGTHS.items():
        rows = with_genes(database, without_shares(with_sight(database, sites_at(database, Interval(chrom, 0, length), filters), filters)))  # fmt: skip
        sites |= {row["site"]: row for row in rows.iter_rows(named=True)}
    return sites


def listed(database: Generation, filters: Filters, catalogue: Catalogue, **more: Any) -> list[dict[str, Any]]:
    return catalogue_page(database, filters, catalogue, rows=100_000, **more).rows(named=True)


SAME = ("carriers", "samples", "frequency", "ci_low", "ci_high", "genes", "coding", "seen", "note", "problem", "chrom", "start", "end")  # fmt: skip


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: str(filters.to_query()))
def test_every_site_is_listed_as_its_place_lists_it(database: Generation, filters: Filters) -> None:
    """R5, R6, R9."""
    expected = every_site(database, filters)
    found = {row["site"]: row for row in listed(database, filters, ALL)}
    assert len(found) > 5
    assert found.keys() == expected.keys()
    for site, row in found.items():
        assert {name: row[name] for name in SAME} == {name: expected[site][name] for name in SAME}


def test_stored_groups_and_sums_of_counts_are_the_same(database: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    """R6: what is kept for one group and what is summed for any."""
    stored = [catalogue_page(database, one, ALL, rows=100_000) for one in FILTERS[:5]]
    monkeypatch.setattr(module, "_is_stored", lambda _: False)
    for filters, before in zip(FILTERS[:5], stored, strict=True):
        assert catalogue_page(database, filters, ALL, rows=100_000).equals(before)


VALUES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "place": lambda row: (list(LENGTHS).index(row["chrom"]), row["start"], row["end"], row["direction"] == "gain"),
    "length": lambda row: row["end"] - row["start"],
    "bins": lambda row: row["median_bins"],
    "genes": lambda row: len([one for one in row["genes"].split(", ") if one]),
    "coding": lambda row: len([one for one in row["coding"].split(", ") if one]),
    "trios": lambda row: row["transmission_parents"],
}


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
def test_sites_come_in_order_a_screenful_after_the_other(database: Generation, sort: str) -> None:
    """R13: who has no value comes last, and equal ones in the order of the genome."""
    rows = listed(database, Filters(), ALL)
    name = sort.removeprefix("-")
    value = VALUES.get(name, lambda row: row[name])
    rows.sort(key=VALUES["place"])
    known = [row for row in rows if value(row) is not None]
    known.sort(key=value, reverse=sort.startswith("-"))
    expected = [row["site"] for row in [*known, *(row for row in rows if value(row) is None)]]
    assert [row["site"] for row in listed(database, Filters(), replace(ALL, sort=sort))] == expected
    screens = [catalogue_page(database, Filters(), replace(ALL, sort=sort, page=page), rows=7)["site"].to_list() for page in range(1, 4)]  # fmt: skip
    assert [site for screen in screens for site in screen] == expected[:21]
    with catalogue_batches(database, Filters(), replace(ALL, sort=sort), 10) as frames:
        assert pl.concat(frames)["site"].to_list() == expected


NARROW: tuple[tuple[Catalogue, Callable[[dict[str, Any]], bool]], ...] = (
    (Catalogue(), lambda row: row["carriers"] >= 2),
    (Catalogue(min_carriers=5), lambda row: row["carriers"] >= 5),
    (replace(ALL, min_frequency=0.1), lambda row: row["frequency"] is not None and row["frequency"] >= 0.1),
    (replace(ALL, max_frequency=0.1), lambda row: row["frequency"] is not None and row["frequency"] <= 0.1),
    (replace(ALL, genes=Genes.TOUCHED), lambda row: row["genes"] != ""),
    (replace(ALL, genes=Genes.CODING), lambda row: row["coding"] != ""),
    (replace(ALL, genes=Genes.NONE), lambda row: row["genes"] == ""),
    (replace(ALL, few_bins=Badge.ONLY), lambda row: row["few_bins"]),
    (replace(ALL, few_bins=Badge.EXCLUDE), lambda row: not row["few_bins"]),
    (replace(ALL, multi_allelic=Badge.ONLY), lambda row: row["multi_allelic"]),
    (replace(ALL, problem=Badge.EXCLUDE), lambda row: row["problem"] is None),
    (replace(ALL, min_fst=0.0), lambda row: row["fst"] is not None and row["fst"] >= 0),
    (replace(ALL, min_vst=0.01), lambda row: row["vst"] is not None and row["vst"] >= 0.01),
    (replace(ALL, max_q=0.5), lambda row: row["q"] is not None and row["q"] <= 0.5),
    (replace(ALL, min_trios=1), lambda row: row["transmission_parents"] >= 1),
    (replace(ALL, min_transmission=0.0, max_transmission=0.9), lambda row: row["transmission"] is not None and row["transmission"] <= 0.9),
)  # fmt: skip


@pytest.mark.parametrize(("catalogue", "holds"), NARROW, ids=lambda one: str(one.to_query()) if isinstance(one, Catalogue) else "")  # fmt: skip
def test_sites_are_narrowed_and_those_left_out_are_counted(
    database: Generation, catalogue: Catalogue, holds: Callable[[dict[str, Any]], bool]
) -> None:
    every = listed(database, Filters(), ALL)
    found = [row["site"] for row in listed(database, Filters(), catalogue)]
    assert sorted(found) == sorted(row["site"] for row in every if holds(row))
    numbers = catalogue_numbers(database, Filters(), catalogue)
    assert numbers.sites == len(found)
    if catalogue.min_carriers > 1:
        assert numbers.left_out == sum(row["carriers"] < catalogue.min_carriers for row in every) > 0


def test_the_first_screenful_of_summed_carriers_counts_the_sites_too(
    database: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = FILTERS[6]
    every = listed(database, filters, ALL)
    monkeypatch.setattr(module, "NUMBERS_OF_PEOPLE", None)
    for least, offset in ((2, 0), (3, 4), (4, 10_000)):
        catalogue = replace(ALL, min_carriers=least)
        found = catalogue_page(database, filters, catalogue, rows=3, offset=offset)["site"].to_list()
        kept = [row["site"] for row in every if row["carriers"] >= least]
        assert found == kept[offset : offset + 3]
        numbers = catalogue_numbers(database, filters, catalogue)
        assert (numbers.sites, numbers.left_out) == (len(kept), len(every) - len(kept))
        assert numbers.sites > 4


def test_a_region_and_bounds_of_the_site_itself(database: Generation) -> None:
    every = listed(database, Filters(), ALL)
    place = Interval("chr1", 109_600_000, 109_800_000)
    found = listed(database, Filters(), ALL, place=place)
    assert {row["site"] for row in found} == {row["site"] for row in every if row["chrom"] == "chr1" and row["start"] < place.end and row["end"] > place.start}  # fmt: skip
    assert found
    narrow = listed(database, Filters(min_length=5_000, max_length=20_000, min_bins=3), ALL)
    assert {row["site"] for row in narrow} == {row["site"] for row in every if 5_000 <= row["end"] - row["start"] <= 20_000 and row["median_bins"] >= 3}  # fmt: skip


def test_superpopulations_stand_beside_a_site(database: Generation) -> None:
    page = with_superpopulations(database, catalogue_page(database, Filters(), ALL, rows=1_000))
    for code in ("AFR", "EUR"):
        of_group = every_site(database, Filters(populations=(code,)))
        for row in page.iter_rows(named=True):
            alone = of_group.get(row["site"])
            assert row[f"carriers_{code}"] == (alone["carriers"] if alone else 0)
            if alone and row["frequency"] is not None:
                assert row[f"frequency_{code}"] == pytest.approx(alone["frequency"])


def test_rankings_are_of_sites_that_are_sure_and_have_a_frequency(database: Generation) -> None:
    """R5, R9."""
    ranked = ranked_sites(database, Filters(), "-frequency", 10)
    assert ranked["frequency"].null_count() == 0
    assert not ranked["few_bins"].any()
    assert ranked["problem"].null_count() == ranked.height > 3
