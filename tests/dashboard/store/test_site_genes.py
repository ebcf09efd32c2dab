"""Alleles and genes of one site, against those of the tables of places and plain Python over the gene models."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboard.question.filters import Cohort, Filters, Sex
from dashboard.store.database import Generation
from dashboard.store.site_genes import alleles_of, touched_genes
from dashboard.store.sites import site_named, sites_at, with_alleles, with_sight, without_shares
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.small_database import PROVENANCE, Contents, Event, GeneRow, Person, Transcript, fill, write_schema

POPULATIONS = ("GBR", "FIN", "YRI", "CHB", "GIH")
PEOPLE = [
    Person(f"S{number:02}", POPULATIONS[number % 5], "XX" if number % 3 else "XY", unrelated=number % 7 != 0)
    for number in range(60)
]
EXONS = ((1_000, 1_100), (2_000, 2_200), (5_000, 5_300), (9_000, 9_050), (9_500, 9_600))


def shifted(start: int) -> tuple[tuple[int, int], ...]:
    return tuple((start + first, start + last) for first, last in EXONS)


GENES = [
    GeneRow("FORWARD", "chr2", 1_000_000, 1_010_000, Transcript(shifted(1_000_000), shifted(1_000_000)), "ENSG00000000011"),
    GeneRow("BACKWARD", "chr2", 1_000_000, 1_010_000, Transcript(shifted(1_000_000), shifted(1_000_000)), "ENSG00000000012", strand="-"),
]  # fmt: skip
EVENTS = [
    Event(person.sample, chrom, start, start + 6_000, 0 if number % 4 == 0 or (chrom == "chrX" and person.sex == "XY") else 1, bins=6)
    for number, person in enumerate(PEOPLE)
    for chrom, start in (("chr2", 1_001_500), ("chrX", 60_000_000))
    if number % 2 == 0 or (chrom == "chrX" and number % 3 == 0)
]  # fmt: skip
FILTERS = (
    Filters(),
    Filters(cohort=Cohort.ALL),
    Filters(sex=Sex.XX),
    Filters(populations=("EUR",)),
    Filters(level=Level.ALL),
)


@pytest.fixture(scope="module")
def database() -> Iterator[Generation]:
    root = duckdb.connect(":memory:")
    root.execute("ATTACH ':memory:' AS published; USE published")
    write_schema(root)
    fill(root, Contents(PEOPLE, EVENTS, genes=GENES))
    yield Generation(Path("memory"), PROVENANCE, root)
    root.close()


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("name", ["chr2-1001501-1007500-loss", "chrX-60000001-60006000-loss"])
def test_alleles_are_those_of_the_table_of_the_place_r6(database: Generation, name: str, filters: Filters) -> None:
    site = site_named(database, name)
    assert site
    shown = {row["group"]: row for row in alleles_of(database, site, filters).iter_rows(named=True)}
    assert len(shown) > 1
    for group, row in shown.items():
        chosen = (
            filters
            if group == "all"
            else Filters(populations=(group,), cohort=filters.cohort, sex=filters.sex, level=filters.level)
        )
        if group != "all" and filters.populations:
            continue
        place = Interval(site.interval.chrom, site.interval.start, site.interval.end)
        sites = sites_at(database, place, chosen).filter(pl.col("site_id") == site.site_id)
        (expected,) = without_shares(with_sight(database, with_alleles(sites), chosen)).iter_rows(named=True)
        for column in ("allele_count", "allele_number", "allele_frequency", "af_ci_low", "af_ci_high", "hwe_p"):
            assert row[column] == pytest.approx(expected[column]), (group, column)


def test_alleles_by_hand_on_an_autosome_and_on_x_r6(database: Generation) -> None:
    unrelated = [person for person in PEOPLE if person.unrelated]
    for chrom, name in (("chr2", "chr2-1001501-1007500-loss"), ("chrX", "chrX-60000001-60006000-loss")):
        site = site_named(database, name)
        assert site
        due = {person.sample: 1 if chrom == "chrX" and person.sex == "XY" else 2 for person in unrelated}
        lost = sum(
            due[event.sample] - (event.copy_number or 0)
            for event in EVENTS
            if event.chrom == chrom and event.sample in due
        )
        row = alleles_of(database, site, Filters()).row(0, named=True)
        assert (row["group"], row["allele_count"], row["allele_number"]) == ("all", lost, sum(due.values()))


@pytest.mark.parametrize(("missing", "share_lost"), [("expected_copy_number", 1), ("copy_number", 0)])
def test_alleles_where_a_call_says_no_copies_or_none_that_are_expected_r2_r6(missing: str, share_lost: int) -> None:
    """The place tells what is expected then; who has no copy number lacks no copy that is known."""
    root = duckdb.connect(":memory:")
    root.execute("ATTACH ':memory:' AS published; USE published")
    write_schema(root)
    fill(root, Contents(PEOPLE, EVENTS, genes=GENES))
    root.execute(f"UPDATE site_counts SET {missing} = NULL")
    place = Interval("chr2", 1_001_500, 1_007_500)
    (row,) = sites_at(Generation(Path("memory"), PROVENANCE, root), place, Filters()).iter_rows(named=True)
    root.close()

    unrelated = {person.sample for person in PEOPLE if person.unrelated}
    lost = sum(2 - (event.copy_number or 0) for event in EVENTS if event.chrom == "chr2" and event.sample in unrelated)
    assert lost > 0
    assert (row["allele_count"], row["allele_number"]) == (share_lost * lost, 2 * len(unrelated))


def test_no_alleles_are_told_of_some_classes_or_copies_r6(database: Generation) -> None:
    site = site_named(database, "chr2-1001501-1007500-loss")
    assert site
    for filters in (Filters(classes=(CallClass.COMPLETE_LOSS,)), Filters(copy_numbers=(0,))):
        assert alleles_of(database, site, filters).is_empty()


def test_exons_are_numbered_in_the_direction_of_transcription(database: Generation) -> None:
    site = site_named(database, "chr2-1001501-1007500-loss")
    assert site
    genes = {gene.symbol: gene for gene in touched_genes(database, site.site_id, site.interval)}
    # of the exons at 1000-1100, 2000-2200, 5000-5300 and 9000-9050 and 9500-9600 those within 1500-7500
    assert (genes["FORWARD"].exons, genes["FORWARD"].all_exons) == ((2, 3), 5)
    assert (genes["BACKWARD"].exons, genes["BACKWARD"].all_exons) == ((3, 4), 5)
    assert genes["FORWARD"].is_coding
