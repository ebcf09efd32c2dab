"""Sites (R9): merging, carriers and what is stored of them, against a slow plain reading of the rule."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median, median_low
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from data_prep.derived import sites as merging
from data_prep.derived.sites import NO_SITE, Events, assign_founders, carriers_by_level, find_sites, intervals_of
from tests.data_prep.conftest import Cohort
from tests.data_prep.in_memory import EXAMPLES
from tests.oracle import plain, plain_sites

interval = st.tuples(st.integers(0, 60), st.integers(1, 40)).map(lambda one: (one[0], one[0] + one[1]))
carriers_of_intervals = st.dictionaries(interval, st.integers(1, 4), max_size=40)


def founders_of(carriers: dict[tuple[int, int], int], order: Sequence[tuple[int, int]]) -> dict[object, object]:
    start, end = (np.array([one[i] for one in order], np.int64) for i in (0, 1))
    founder = assign_founders(start, end, np.array([carriers[one] for one in order], np.int64))
    return {one: order[place] for one, place in zip(order, founder, strict=True)}


@EXAMPLES
@given(carriers_of_intervals, st.randoms(), st.sampled_from([1, 2, 5, 4_096]))
def test_intervals_find_the_founders_of_the_plain_reading(
    carriers: dict[tuple[int, int], int], random: "st.Random", block: int
) -> None:
    """In any order, however many founders are found together."""
    order = list(carriers)
    random.shuffle(order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_BLOCK", block)
        mine = founders_of(carriers, order)
    assert mine == plain_sites.founders(carriers)
    for one, founder in mine.items():
        assert mine[founder] == founder  # nothing chains: a founder stands for itself
        assert plain_sites.fits(one, founder)  # type: ignore[arg-type]


def test_a_chain_of_neighbours_does_not_become_one_site() -> None:
    """Each overlaps the next by half; the first and last share nothing."""
    steps = {(at, at + 20): 1 for at in range(0, 200, 10)}
    assert set(founders_of(steps, list(steps)).values()) == {(at, at + 20) for at in range(0, 200, 20)}


def test_most_carriers_found_first_then_the_smaller_start_then_the_smaller_end() -> None:
    carriers = {(0, 100): 1, (10, 110): 3, (20, 100): 3, (20, 90): 3, (60, 160): 2}
    assert founders_of(carriers, list(carriers)) == dict.fromkeys([*carriers], (10, 110)) | {
        (0, 100): (10, 110),
        (60, 160): (10, 110),
    }
    assert founders_of({(0, 20): 2, (5, 25): 2, (5, 24): 2}, [(5, 25), (5, 24), (0, 20)])[5, 24] == (0, 20)


event = st.tuples(
    st.integers(0, 5), interval, st.integers(0, 1), st.sampled_from([-1, 0, 1, 3, 4]), st.sampled_from([-1, 1, 5, 9]), st.integers(0, 2)
)  # fmt: skip


def columns(rows: Sequence[tuple[int, tuple[int, int], int, int, int, int]]) -> Events:
    rows = sorted(rows, key=lambda one: one[1])
    fields = [(sample, start, end, start, end, direction, direction, copies, 2, bins, level) for sample, (start, end), direction, copies, bins, level in rows]  # fmt: skip
    return Events(*np.array(fields, np.int64).reshape(-1, 11).T)


def as_plain(events: Events, at: int) -> plain.Event:
    start, end, direction, copies, bins, level = (int(getattr(events, name)[at]) for name in ("start", "end", "direction", "copy_number", "bins", "level"))  # fmt: skip
    return plain.Event("chr1", start, end, ("loss", "gain")[direction], "loss", None if copies < 0 else copies, 2, None, None, None if bins < 0 else bins, "", level < 3, level < 2, level < 1, (), False, start, end)  # fmt: skip


@EXAMPLES
@given(st.lists(event, max_size=40), st.frozensets(st.integers(0, 5), max_size=2), st.randoms())
def test_every_event_finds_the_site_of_the_plain_reading(
    rows: list[tuple[int, tuple[int, int], int, int, int, int]], left_out: frozenset[int], random: "st.Random"
) -> None:
    random.shuffle(rows)
    events = columns(rows)
    present = np.array([one not in left_out for one in range(6)])
    sites = find_sites(intervals_of(events, present))
    of_event = sites.of(events)
    names = [(int(a), int(b), int(c)) for a, b, c in zip(sites.start, sites.end, sites.direction, strict=True)]
    assert names == sorted(set(names))
    everything = range(len(events))
    for direction in (0, 1):
        people = defaultdict(set)
        for at in everything:
            if events.direction[at] == direction and events.level[at] < 2 and present[events.sample[at]]:
                people[int(events.start[at]), int(events.end[at])].add(int(events.sample[at]))
        founder_of = plain_sites.founders({one: len(who) for one, who in people.items()})
        for at in everything:
            if events.direction[at] == direction:
                home = plain_sites.attached((int(events.start[at]), int(events.end[at])), founder_of)
                number = of_event[at]
                assert (names[number] if number != NO_SITE else None) == (home and (*home, direction))
        for name, size in zip(names, sites.founders, strict=True):
            if name[2] == direction:
                assert size == len(people[name[:2]])


@EXAMPLES
@given(st.lists(event, max_size=40))
def test_one_carrier_counts_once_with_the_event_of_most_bins(
    rows: list[tuple[int, tuple[int, int], int, int, int, int]],
) -> None:
    events = columns(rows)
    sites = find_sites(intervals_of(events, np.ones(6, np.bool_)))
    of_event = sites.of(events)
    found_here = carriers_by_level(events, of_event, np.array([True] * 5 + [False]))
    mine = Counter(
        (int(site), int(level), int(events.sample[at]), int(events.copy_number[at]), int(events.bins[at]))
        for site, level, at in zip(found_here.site, found_here.level, found_here.event, strict=True)
    )
    expected: Counter[tuple[int, ...]] = Counter()
    for number in range(len(sites)):
        site = plain_sites.Site("chr1", 0, 1, ("loss", "gain")[sites.direction[number]], 0)
        for at in np.flatnonzero(of_event == number):
            if events.sample[at] < 5:
                site.members.append(plain_sites.Carries(str(events.sample[at]), as_plain(events, at)))
        for level, name in enumerate(("pass", "credible", "sensitive", "all")):
            for who, one in site.carried(name).items():
                copies, bins = (-1 if value is None else value for value in (one.copy_number, one.bins))
                expected[number, level, int(who), copies, bins] += 1
    assert mine == expected


def counted(cohort: Cohort) -> plain_sites.Counted:
    names = {row["sample_id"]: row["sample"] for row in cohort.database.table("samples")}
    marked = defaultdict(set)
    for row in cohort.database.table("marked_samples"):
        marked[names[row["sample_id"]]].add(row["chrom"])
    return plain_sites.Counted(cohort.people, cohort.samples, marked)


@pytest.fixture(scope="module", params=["cohort_3_5_7b", "cohort_3_7_6"])
def both(request: pytest.FixtureRequest) -> tuple[Cohort, plain_sites.Counted, list[plain_sites.Site]]:
    """A cohort and the plain reading of its sites, from the text of its files."""
    cohort: Cohort = request.getfixturevalue(request.param)
    who = counted(cohort)
    return cohort, who, plain_sites.sites(who)


Both = tuple[Cohort, plain_sites.Counted, list[plain_sites.Site]]


def test_sites_are_those_of_the_plain_reading(both: Both) -> None:
    cohort, who, sites = both
    rows = cohort.database.table("sites")
    assert len(rows) > 1_000
    assert [(r["site"], r["chrom"], r["start"], r["end"], r["direction"]) for r in rows] == [
        (s.name, s.chrom, s.start, s.end, s.direction) for s in sites
    ]
    assert [row["site_id"] for row in rows] == list(range(len(rows)))
    regions = [(r["kind"], r["chrom"], r["start"], r["end"]) for r in cohort.database.table("problem_regions")]
    by_place = defaultdict(list)
    for site in sites:
        by_place[site.chrom].append(site)
    people = {chrom: sum(who.present(name, chrom) for name in who.people) for chrom in plain.LENGTHS}
    for row, site in zip(rows, sites, strict=True):
        starts, ends = zip(*((one.event.start, one.event.end) for one in site.members), strict=True)
        carriers = plain_sites.default_carriers(site, who)
        bins = [one.event.bins for one in site.members if one.event.bins is not None]
        assert (row["founders"], row["events"], row["carriers"]) == (site.founders, len(site.members), len(carriers))
        assert row["intervals"] == len(set(zip(starts, ends, strict=True)))
        assert (row["start_min"], row["start_median"], row["start_max"]) == (
            min(starts),
            median_low(starts),
            max(starts),
        )
        assert (row["end_min"], row["end_median"], row["end_max"]) == (min(ends), median_low(ends), max(ends))
        assert row["median_bins"] == (median(bins) if bins else None)
        assert row["few_bins"] == (bool(bins) and median(bins) <= 2)
        assert row["problem"] == plain_sites.problem((site.chrom, site.start, site.end), regions)
        long = site.direction == "loss" and site.end - site.start >= 3_000 and bool(bins) and median(bins) >= 3
        assert row["alleles"] == (long and all(one.copy_number is not None for one in carriers.values()))
        states = Counter(one.copy_number - one.expected for one in carriers.values() if one.copy_number is not None)  # type: ignore[operator]
        states[0] += people[site.chrom] - len(carriers)
        common = sum(100 * n >= people[site.chrom] for n in states.values())
        other = any(
            one.direction != site.direction and plain_sites.fits((one.start, one.end), (site.start, site.end))
            for one in by_place[site.chrom]
        )
        assert row["multi_allelic"] == (other or common >= 4)
        assert (row["inner_start"], row["inner_end"]) == plain_sites.drawn_in(site)
        told = plain_sites.alleles(site, who) if row["alleles"] else None
        assert_alleles(row, told)


def assert_alleles(row: dict[str, Any], told: tuple[int, int, tuple[int, int, int]] | None) -> None:
    """R6: against statsmodels, and the exact test by going through every number of heterozygotes."""
    if told is None or not told[1]:
        assert [row[name] for name in ("allele_frequency", "af_ci_low", "af_ci_high", "hwe_p")] == [None] * 4
        return
    lost, total, copies = told
    low, high = proportion_confint(lost, total, alpha=0.05, method="wilson")
    assert row["allele_frequency"] == lost / total
    assert (row["af_ci_low"], row["af_ci_high"]) == pytest.approx((low, high), abs=1e-12)
    if copies[0] + copies[1]:
        assert row["hwe_p"] == pytest.approx(plain_sites.hardy_weinberg(*copies), rel=1e-9)
    else:
        assert row["hwe_p"] is None


def test_events_know_their_site(both: Both) -> None:
    cohort, _, sites = both
    names = {row["sample_id"]: row["sample"] for row in cohort.database.table("samples")}
    home = Counter(
        (one.name, site.chrom, one.event.start, one.event.end, site.name)
        for site in sites
        for one in (*site.members, *site.others)
    )
    site_of = {row["site_id"]: row["site"] for row in cohort.database.table("sites")}
    events = cohort.database.table("events")
    assert home == Counter(
        (names[row["sample_id"]], row["chrom"], row["start"], row["end"], site_of[row["site_id"]])
        for row in events
        if row["site_id"] is not None
    )
    assert any(row["site_id"] is None for row in events)


def test_site_counts_agree_with_plain_counting_in_every_group(both: Both) -> None:
    cohort, who, sites = both
    found_here: dict[int, Counter[tuple[object, ...]]] = defaultdict(Counter)
    for row in cohort.database.table("site_counts"):
        key = tuple(row[name] for name in ("level", "population", "sex", "unrelated", "outlier", "class", "copy_number", "expected_copy_number"))  # fmt: skip
        assert key not in found_here[row["site_id"]]
        found_here[row["site_id"]][key] = row["carriers"]
    for number, site in enumerate(sites):
        assert found_here[number] == plain_sites.counts(site, who)
    assert {key[4] for cells in found_here.values() for key in cells} == {True, False}


def test_site_genes_are_those_whose_bases_are_taken(both: Both) -> None:
    cohort, _, sites = both
    exons = defaultdict(list)
    for row in cohort.database.table("exons"):
        exons[row["gene_id"]].append(row)
    expected = set()
    for gene in cohort.database.table("genes"):
        parts = exons[gene["gene_id"]]
        coding = [(row["coding_start"], row["coding_end"]) for row in parts if row["coding_start"] is not None]
        place = plain.Place(
            gene["chrom"], gene["start"], gene["end"], coding, [(row["start"], row["end"]) for row in parts]
        )
        for number, site in enumerate(sites):
            if site.chrom == gene["chrom"] and site.start < gene["end"] and site.end > gene["start"]:
                drawn = plain.is_drawn_in(place, site.direction, "coding")
                extent = plain_sites.drawn_in(site) if drawn else (site.start, site.end)
                is_coding = plain._meets([extent], place, site.direction, plain.Filters(rule="coding"))
                expected.add((number, gene["gene_id"], is_coding))
    rows = [(row["site_id"], row["gene_id"], row["coding"]) for row in cohort.database.table("site_genes")]
    assert set(rows) == expected
    assert len(rows) == len(expected) > 0
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
