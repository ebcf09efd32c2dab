"""Sites on a cohort that went the whole way from VCF files: their counts, and pages narrowed to one, against plain sums."""

import itertools
from collections.abc import Iterator

import polars as pl
import pytest

from dashboard.question.filters import Cohort, Filters, Outliers, Sex
from dashboard.question.target import site_target
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.carriers.listing import carrier_events
from dashboard.store.database import Generation
from dashboard.store.published import Store
from dashboard.store.sites import site_named, sites_at
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.shared_cohorts import eighty_people


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    store = Store(eighty_people(tmp_path_factory))
    with store.lease() as leased:
        yield leased
    store.close()


def plain(database: Generation, filters: Filters, chrom: str) -> dict[int, dict[str, set[str]]]:
    """Carriers of every site of a chromosome by super-population, person after person; with the events' own levels."""
    with database._cursor() as cursor:
        marked = {
            name
            for (name,) in cursor.execute(
                "SELECT sample FROM marked_samples JOIN samples USING (sample_id) WHERE chrom::VARCHAR = ?", [chrom]
            ).fetchall()
        }
        rows = cursor.execute(
            "SELECT site_id, sample, superpopulation, population, sex::VARCHAR, unrelated, sensitive, credible, pass, direction::VARCHAR, sex_mismatch "
            "FROM events JOIN samples USING (sample_id) WHERE chrom::VARCHAR = ? AND site_id IS NOT NULL",
            [chrom],
        ).fetchall()
    found: dict[int, dict[str, set[str]]] = {}
    for site, sample, above, population, sex, unrelated, sensitive, credible, passing, direction, mismatch in rows:
        levels = {Level.ALL: True, Level.SENSITIVE: sensitive, Level.CREDIBLE: credible, Level.PASS: passing}
        at_level = levels[filters.level]
        counts = (
            at_level
            and (filters.cohort is Cohort.ALL or unrelated)
            and (filters.outliers is Outliers.INCLUDE or sample not in marked)
            and (filters.sex is None or sex == filters.sex.value)
            and (not filters.populations or {above, population} & set(filters.populations))
            and direction in {one.value for one in filters.directions}
            and not (chrom in ("chrX", "chrY") and mismatch)
            and not (chrom == "chrY" and sex != "XY")
        )
        if counts:
            found.setdefault(site, {}).setdefault(above, set()).add(sample)
    return found


FILTERS = [
    Filters(level=level, cohort=cohort, outliers=outliers)
    for level, cohort, outliers in itertools.product(Level, Cohort, Outliers)
] + [
    Filters(sex=Sex.XY, cohort=Cohort.ALL),
    Filters(populations=("AFR", "GBR")),
    Filters(classes=(CallClass.GAIN,), cohort=Cohort.ALL),
]


@pytest.mark.parametrize("chrom", ["chr1", "chrX"])
def test_the_carriers_of_every_site_are_those_of_its_events_in_every_group_r9(database: Generation, chrom: str) -> None:
    place = Interval(chrom, 0, 150_000_000)
    for filters in FILTERS:
        expected = plain(database, filters, chrom)
        shown = sites_at(database, place, filters)
        within = {row["site_id"]: row for row in shown.iter_rows(named=True)}
        with database._cursor() as cursor:
            here = {
                site
                for (site,) in cursor.execute(
                    "SELECT site_id FROM sites WHERE chrom::VARCHAR = ? AND start < 150000000", [chrom]
                ).fetchall()
            }
        expected = {site: groups for site, groups in expected.items() if site in here}
        assert within.keys() == expected.keys()
        assert len(expected) > 0 or filters.level is Level.PASS
        for site, groups in expected.items():
            row = within[site]
            assert row["carriers"] == sum(len(people) for people in groups.values())
            for column in (name for name in row if name.startswith("carriers_")):
                assert row[column] == len(groups.get(column.removeprefix("carriers_"), set()))


def test_a_page_narrowed_to_a_site_counts_its_carriers_and_no_others_r9(database: Generation) -> None:
    filters = Filters(cohort=Cohort.ALL)
    shown = sites_at(database, Interval("chr1", 0, 248_956_422), filters)
    several = shown.filter((pl.col("carriers") > 1) & (pl.col("intervals") > 1)).head(10)
    assert several.height == 10
    expected = plain(database, filters, "chr1")
    for row in several.iter_rows(named=True):
        site = site_named(database, row["site"])
        assert site is not None
        target = site_target(site.interval, site.site_id, site.direction)
        people = set().union(*expected[row["site_id"]].values())
        assert set(carrier_events(database, target, filters)["sample"]) == people
        whole = frequencies(database, target, filters).filter(
            (pl.col("level") == "credible")
            & (pl.col("grouped_by") == "all")
            & (pl.col("direction") == row["direction"])
        )
        assert whole["carriers"].to_list() == [len(people)]
        assert whole["samples"].to_list() == [row["samples"]]


def test_alleles_are_the_copies_that_carriers_lack_over_those_expected_r6(database: Generation) -> None:
    shown = sites_at(database, Interval("chr1", 0, 248_956_422), Filters())
    assert shown.filter(~pl.col("alleles"))["allele_count"].null_count() == shown.filter(~pl.col("alleles")).height
    with_alleles = shown.filter("alleles")
    assert with_alleles.height > 3
    # a heterozygous deletion lacks one of two, a homozygous one both
    assert (with_alleles["allele_count"] == with_alleles["partial_losses"] + 2 * with_alleles["complete_losses"]).all()
    assert (with_alleles["allele_number"] == 2 * with_alleles["samples"]).all()
    on_x = sites_at(database, Interval("chrX", 0, 156_040_895), Filters(cohort=Cohort.ALL)).filter("alleles")
    with database._cursor() as cursor:
        (copies,) = cursor.execute(
            "SELECT sum(CASE sex WHEN 'XX' THEN 2 ELSE 1 END) FROM samples WHERE counted AND NOT sex_mismatch AND sample_id NOT IN "
            "(SELECT sample_id FROM marked_samples WHERE chrom = 'chrX')"
        ).fetchall()[0]
    outside = on_x.filter((pl.col("start") > 2_781_479) & (pl.col("end") < 155_701_382))
    assert set(outside["allele_number"]) <= {copies}


@pytest.mark.parametrize(
    "name",
    ["", "chr1", "chr1-5-6-loss", "chr1-0-6-loss", "chr99-1-2-loss", "x-1-2-loss", "chr1-6-5-loss", "chr1-a-b-gain"],
)
def test_a_name_that_is_no_site_finds_none_r13(database: Generation, name: str) -> None:
    assert site_named(database, name) is None
