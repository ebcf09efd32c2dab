"""One site (R5, R6, R9): carriers in every group and at every level against a plain count of its events."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard.question.filters import Cohort, Filters, Outliers, Sex
from dashboard.store.database import Generation
from dashboard.store.site import (
    site_copies,
    site_details,
    site_frequencies,
    site_hardy_weinberg,
    site_levels,
    sites_beside,
)
from dashboard.store.sites import Site, site_named
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import PROVENANCE, Event, fill, write_schema

CONTENTS = demonstration()
PEOPLE = {person.sample: person for person in CONTENTS.people}
COMMON = "chr1-109687570-109697443-loss"
FILTERS = (
    Filters(),
    Filters(level=Level.ALL, cohort=Cohort.ALL, outliers=Outliers.INCLUDE),
    Filters(populations=("AFR", "GBR"), sex=Sex.XX),
    Filters(classes=(CallClass.COMPLETE_LOSS,)),
)


@pytest.fixture(scope="module")
def database() -> Iterator[Generation]:
    root = duckdb.connect(":memory:")
    root.execute("ATTACH ':memory:' AS published; USE published")
    write_schema(root)
    fill(root, CONTENTS)
    yield Generation(Path("memory"), PROVENANCE, root)
    root.close()


@pytest.fixture
def common(database: Generation) -> Site:
    site = site_named(database, COMMON)
    assert site is not None
    return site


def members(database: Generation, site: Site) -> dict[str, list[Event]]:
    """Events of the site by person: which these are, the build says; whose and what they are, the contents."""
    places = {(row[0], row[1], row[2]) for row in database._root.execute("SELECT chrom::VARCHAR, start, \"end\" FROM events WHERE site_id = ?", [site.site_id]).fetchall()}  # fmt: skip
    found: dict[str, list[Event]] = defaultdict(list)
    for event in CONTENTS.events:
        if (event.chrom, event.start, event.end) in places and event.call_class(
            PEOPLE[event.sample].sex
        ).direction == site.direction:
            found[event.sample].append(event)
    return found


def meets(event: Event, level: str) -> bool:
    sensitive = event.credible if event.sensitive is None else event.sensitive
    return {"pass": event.passing, "credible": event.credible, "sensitive": sensitive, "all": True}[level]


def in_group(sample: str, filters: Filters, chrom: str) -> bool:
    person = PEOPLE[sample]
    return (
        person.counted
        and (person.unrelated or filters.cohort is Cohort.ALL)
        and (chrom not in person.marked or filters.outliers is Outliers.INCLUDE)
        and (filters.sex is None or person.sex == filters.sex.value)
        and (not filters.populations or {person.population, person.superpopulation} & set(filters.populations) != set())
    )


def carried(database: Generation, site: Site, filters: Filters, level: str) -> dict[str, Event]:
    """The event that speaks for each carrier: with most bins, of as many the lower copy number (R9)."""
    chosen = {}
    for sample, events in members(database, site).items():
        here = [event for event in events if meets(event, level)]
        if here and in_group(sample, filters, site.interval.chrom):
            speaks = min(here, key=lambda event: (-(event.bins or -1), event.copy_number))
            if not filters.classes or speaks.call_class(PEOPLE[sample].sex) in filters.event_classes:
                chosen[sample] = speaks
    return chosen


@pytest.mark.parametrize("filters", FILTERS, ids=lambda one: str(one.to_query()))
def test_carriers_of_every_group_level_and_copy_number(database: Generation, common: Site, filters: Filters) -> None:
    expected = carried(database, common, filters, filters.level.value)
    assert len(expected) > 5
    people = [sample for sample in PEOPLE if in_group(sample, filters, "chr1")]
    for row in site_frequencies(database, common, filters).iter_rows(named=True):
        of = {sample for sample in people if row["grouped_by"] == "all" or getattr(PEOPLE[sample], row["grouped_by"]) == row["group"]}  # fmt: skip
        carriers = of & expected.keys()
        assert (row["samples"], row["carriers"]) == (len(of), len(carriers))
        none = sum(expected[sample].copy_number == 0 for sample in carriers)
        assert (row["complete_losses"], row["partial_losses"]) == (none, len(carriers) - none)
        assert row["frequency"] == pytest.approx(len(carriers) / len(of))
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(proportion_confint(len(carriers), len(of), method="wilson"))  # fmt: skip
    for row in site_levels(database, common, filters).iter_rows(named=True):
        assert (row["carriers"], row["samples"]) == (len(carried(database, common, filters, row["level"])), len(people))
    copies = Counter((PEOPLE[sample].superpopulation, event.copy_number) for sample, event in expected.items())
    found = {(r["superpopulation"], r["copy_number"]): r["carriers"] for r in site_copies(database, common, filters).iter_rows(named=True)}  # fmt: skip
    assert found == copies


def test_what_is_stored_of_a_site(database: Generation, common: Site) -> None:
    details = site_details(database, common)
    assert (details["site"], details["start"], details["end"]) == (COMMON, 109_687_569, 109_697_443)
    ends = [event for events in members(database, common).values() for event in events if event.credible]
    assert details["start_min"] >= min(event.start for event in ends)
    assert details["end_max"] <= max(event.end for event in ends)
    compared = carried(database, common, Filters(), "credible")
    assert (details["compared_carriers"], details["compared_samples"]) == (
        len(compared),
        sum(in_group(sample, Filters(), "chr1") for sample in PEOPLE),
    )
    assert details["vst"] is not None
    assert (details["fst"] is None) == (not details["alleles"])
    weinberg = site_hardy_weinberg(database, common)
    carriers = weinberg["copies_0"].sum() + weinberg["copies_1"].sum()
    assert carriers == (len(compared) if details["alleles"] else 0)


def test_no_share_is_told_where_none_may_be(database: Generation) -> None:
    """R5: carriers stay."""
    names = [row[0] for row in database._root.execute("SELECT site FROM sites WHERE problem IS NOT NULL AND problem LIKE '%blind%'").fetchall()]  # fmt: skip
    assert names
    site = site_named(database, names[0])
    assert site is not None
    rows = site_frequencies(database, site, Filters())
    assert rows["carriers"].sum() > 0
    assert rows["frequency"].null_count() == rows.height


def test_neighbours_of_either_direction_the_most_alike_first(database: Generation, common: Site) -> None:
    place = common.interval
    rows = sites_beside(database, common)
    stored = database._root.execute("SELECT site, start, \"end\" FROM sites WHERE chrom = 'chr1'").fetchall()
    expected = {site for site, start, end in stored if site != COMMON and start < place.end and end > place.start}
    assert set(rows["site"]) == expected
    assert expected
    for row in rows.iter_rows(named=True):
        shared = min(row["end"], place.end) - max(row["start"], place.start)
        assert row["reciprocal_overlap"] == pytest.approx(shared / max(row["end"] - row["start"], place.length))
    assert rows["reciprocal_overlap"].to_list() == sorted(rows["reciprocal_overlap"], reverse=True)
