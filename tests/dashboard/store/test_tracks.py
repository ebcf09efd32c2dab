"""What lies along a window: curves against a count base by base, intervals against plain counting, genes, callability."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.counting.along import EVERYONE, Curves
from dashboard.counting.sweep import SeriesIntervals, sweep
from dashboard.question.filters import Cohort, Filters, Outliers, Overlap, Rule
from dashboard.question.target import Target
from dashboard.store import curves as stored
from dashboard.store import tracks
from dashboard.store.database import Generation
from data_prep.derived import steps as steps_of_build
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents, Event, GeneRow, Person, Transcript
from tests.dashboard.store.test_carriers import everything, question
from tests.oracle.plain_counter import Question, is_counted, is_of_class, passes

Make = Callable[[Contents], Generation]
Case = tuple[list[Person], list[Event], Target, Filters]


def is_drawn(event: Event, person: Person, direction: str, asked: Question) -> bool:
    """Along the genome there is no place that a carrier has copies of: an event is drawn by its own class and number."""
    own = event.call_class(person.sex).value
    return passes(event, person, direction, asked) and is_of_class(own, event.copy_number, direction, asked)


def bases_of(person: Person, events: list[Event], direction: str, asked: Question) -> set[int]:
    """Bases of the window at which the person has an event that meets the filters."""
    covered: set[int] = set()
    for event in events:
        if event.sample == person.sample and event.chrom == asked.chrom and is_drawn(event, person, direction, asked):
            covered |= set(range(max(event.start, asked.start), min(event.end, asked.end)))
    return covered


def counts(people: list[Person], events: list[Event], direction: str, group: str, asked: Question) -> list[int]:
    """How many people of the group have one, base by base."""
    having = [
        bases_of(person, events, direction, asked)
        for person in people
        if is_counted(person, asked) and group in (EVERYONE, person.superpopulation)
    ]
    return [sum(base in bases for bases in having) for base in range(asked.start, asked.end)]


def steps(curves: Curves) -> Iterator[tuple[int, slice]]:
    """Each step's number, and its bases as a slice of the window."""
    begin = int(curves.steps.start[0])
    for number, (start, end) in enumerate(zip(curves.steps.start, curves.steps.end, strict=True)):
        yield number, slice(int(start) - begin, int(end) - begin)


def compare(curves: Curves, people: list[Person], events: list[Event], asked: Question, left_out: set[int]) -> None:
    """Every step against the bases it stands for."""
    assert curves.steps.start[0] == asked.start
    assert curves.steps.end[-1] == asked.end
    assert [int(end) for end in curves.steps.end[:-1]] == [int(start) for start in curves.steps.start[1:]]
    counted = np.array([base not in left_out for base in range(asked.start, asked.end)])
    groups = {person.superpopulation for person in people if is_counted(person, asked)}
    assert set(curves.superpopulations) == groups
    for direction in ("loss", "gain"):
        for group in (EVERYONE, *groups):
            samples = sum(is_counted(one, asked) and group in (EVERYONE, one.superpopulation) for one in people)
            assert curves.samples[group] == samples
            plain = np.array(counts(people, events, direction, group, asked))
            most = curves.share(Direction(direction), group)
            mean = curves.share(Direction(direction), group, mean=True)
            for number, part in steps(curves):
                here = plain[part][counted[part]]
                assert curves.steps.callable[number] == len(here)
                assert most[number] == pytest.approx((here.max() if len(here) else 0) / max(samples, 1))
                assert mean[number] == pytest.approx((here.mean() if len(here) else 0) / max(samples, 1))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(case=everything(), room=st.sampled_from((600, 600, 7, 1)), is_wide=st.booleans())
def test_curves_are_what_a_count_base_by_base_gives_r8(
    in_memory: Make, monkeypatch: pytest.MonkeyPatch, case: Case, room: int, is_wide: bool
) -> None:
    """In narrow windows from events; in wide ones from stored steps, whose sums begin at every 20th base."""
    people, events, target, filters = case
    monkeypatch.setattr(tracks, "STEPS", room)
    monkeypatch.setattr(tracks, "STORED_FROM", 0 if is_wide else 10**9)
    for module in (steps_of_build, stored):
        monkeypatch.setattr(module, "MARK", 20)
    database = in_memory(Contents(people=people, events=events, with_cohort=False))
    asked = question(target, filters)
    if not any(is_counted(person, asked) for person in people):
        return
    compare(tracks.people_along(database, target.interval, filters)[0], people, events, asked, set())


@pytest.mark.parametrize("room", [600, 4])
def test_bases_without_a_view_count_neither_up_nor_down_r5_r8(
    in_memory: Make, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(tracks, "STEPS", room)
    people = [Person("A"), Person("B", "YRI")]
    events = [Event("A", "chr1", 120, 180, 1), Event("B", "chr1", 100, 150, 1)]
    contents = Contents(
        people=people,
        events=events,
        blind=[("chr1", 110, 130, "blind"), ("chr1", 125, 140, "too")],
        problems=[
            ("gap", "chr1", 170, 175, "gap"),
            ("centromere", "chr1", 175, 178, "model"),
            ("telomere", "chr1", 178, 179, "N"),
            ("pericentromere", "chr1", 100, 200, "no reason to leave out"),
        ],
        # half is enough, less is not; a base in no row was seen in nobody
        callability=[("chr1", 0, 190, 1, 2), ("chr1", 190, 194, 0, 2), ("chr1", 196, 300, 2, 2)],
    )
    left_out = {*range(110, 140), *range(170, 179), *range(190, 196)}
    found = tracks.people_along(in_memory(contents), Interval("chr1", 100, 200), Filters())[0]
    compare(found, people, events, Question("chr1", 100, 200), left_out)


def test_without_reference_rows_all_bases_but_blind_ones_count(in_memory: Make) -> None:
    database = in_memory(Contents(people=[Person("A")], events=[Event("A", "chr1", 10, 20, 1)]))
    assert tracks.people_along(database, Interval("chr1", 0, 100), Filters())[0].steps.callable.sum() == 100


def test_many_steps_go_into_bins_that_keep_mean_and_maximum_apart_r8() -> None:
    """A bin full of small, different events: nobody's base is common, though everybody has one."""
    starts = np.arange(1000) * 10
    pieces = SeriesIntervals(starts, starts + 5, np.zeros(1000, np.int64))
    found = sweep(pieces, 1, (0, 10_000), [], 10)
    assert found.bin == 1000
    assert found.most[:, 0].tolist() == [1] * 10
    assert found.mean[:, 0] == pytest.approx([0.5] * 10)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(case=everything(), limit=st.sampled_from((400, 2)))
def test_intervals_are_what_plain_counting_gives(in_memory: Make, case: Case, limit: int) -> None:
    people, events, target, filters = case
    asked = question(target, filters)
    carriers: dict[tuple[int, int, str], dict[str, list[Event]]] = {}
    who = {person.sample: person for person in people if is_counted(person, asked)}
    for event in events:
        if (
            event.sample not in who
            or event.chrom != asked.chrom
            or event.end <= asked.start
            or event.start >= asked.end
        ):
            continue
        for direction in ("loss", "gain"):
            if is_drawn(event, who[event.sample], direction, asked):
                mine = carriers.setdefault((event.start, event.end, direction), {})
                mine.setdefault(event.sample, []).append(event)
    contents = Contents(people=people, events=events, with_cohort=False)
    found = tracks.people_along(in_memory(contents), target.interval, filters, limit)[1]
    assert found.total == len(carriers)
    rows = found.rows.select("start", "end", "direction", "carriers", "strong").rows()
    assert len(rows) == min(limit, len(carriers))
    order = {"loss": 0, "gain": 1}
    ranked = sorted(carriers, key=lambda key: (-len(carriers[key]), key[0], key[1], order[key[2]]))
    assert [row[:3] for row in rows] == ranked[:limit]
    inner_of = {
        (start, end, direction): (first, last)
        for start, end, direction, first, last in found.rows.select(
            "start", "end", "direction", "inner_start", "inner_end"
        ).rows()
    }
    for start, end, direction, number, strong in rows:
        having = carriers[start, end, direction]
        assert number == len(having)
        assert strong == sum(
            any(event.call_class(who[sample].sex) in ("complete-loss", "high-gain") for event in mine)
            for sample, mine in having.items()
        )
        # the ends drawn in: of a person the widest, of people the lower and the higher median
        inner = [
            (min(event.inner[0] for event in mine), max(event.inner[1] for event in mine)) for mine in having.values()
        ]
        starts, ends = (sorted(column) for column in zip(*inner, strict=True))
        drawn_in = (starts[(number - 1) // 2], ends[number // 2])
        assert inner_of[start, end, direction] == drawn_in
        cells = {
            (group, copies): count
            for *key, group, copies, count in found.cells.rows()
            if tuple(key) == (start, end, direction)
        }
        plain: dict[tuple[str, int | None], int] = {}
        for sample, mine in having.items():
            numbers = [event.copy_number for event in mine if event.copy_number is not None]
            copies = (min if direction == "loss" else max)(numbers, default=None)
            key = (who[sample].superpopulation, copies)
            plain[key] = plain.get(key, 0) + 1
        assert cells == plain


def test_the_overlap_rule_is_not_asked(in_memory: Make) -> None:
    database = in_memory(Contents(people=[Person("A")], events=[Event("A", "chr1", 10, 20, 1)]))
    covers = Filters(overlap=Overlap(Rule.COVERS))
    window = Interval("chr1", 0, 100)
    found = tracks.people_along(database, window, covers)
    assert found[1].rows.height == 1
    assert found is tracks.people_along(database, window, Filters())


EXON = Transcript(((100, 110), (150, 200)), ((105, 110), (150, 160)))


def gene(number: int, biotype: str = "protein_coding") -> GeneRow:
    return GeneRow(f"G{number}", "chr1", 100 + number, 200 + number, EXON if number == 0 else None, biotype=biotype)


def test_genes_come_with_their_exons_in_place(in_memory: Make) -> None:
    database = in_memory(Contents(genes=[gene(0), gene(1, "lncRNA"), GeneRow("FAR", "chr1", 10_000, 20_000)]))
    found = tracks.window_genes(database, Interval("chr1", 0, 1000))
    assert found.genes["symbol"].to_list() == ["G0", "G1"]
    assert found.exons.select("start", "end", "coding_start", "coding_end").rows() == [
        (100, 110, 105, 110),
        (150, 200, 150, 160),
    ]
    assert (found.total, found.coding, found.density) == (2, 1, None)


def test_of_many_genes_those_that_code_are_drawn_and_of_too_many_how_dense_they_lie(
    in_memory: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    genes = [gene(number, "lncRNA" if number % 2 else "protein_coding") for number in range(10)]
    database = in_memory(Contents(genes=genes))
    monkeypatch.setattr(tracks, "ANY_GENES_DRAWN", 5)
    found = tracks.window_genes(database, Interval("chr1", 0, 1000))
    assert found.genes["symbol"].to_list() == ["G0", "G2", "G4", "G6", "G8"]
    assert (found.total, found.coding) == (10, 5)
    monkeypatch.setattr(tracks, "GENES_DRAWN", 4)
    monkeypatch.setattr(tracks, "DENSITY_BINS", 10)
    dense = tracks.window_genes(in_memory(Contents(genes=genes)), Interval("chr1", 0, 1000))
    assert dense.genes.is_empty()
    # [100, 200) to [108, 208): five touch the second part, four the third
    assert dense.density == (0, 5, 4, 0, 0, 0, 0, 0, 0, 0)


def test_a_window_too_wide_for_exons_has_none(in_memory: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "EXONS_UP_TO", 999)
    found = tracks.window_genes(in_memory(Contents(genes=[gene(0)])), Interval("chr1", 0, 1000))
    assert found.genes.height == 1
    assert found.exons.is_empty()


def test_exons_are_numbered_along_the_whole_transcript(in_memory: Make) -> None:
    parts = ((2_000, 2_400), (5_000, 5_500), (9_000, 9_100))
    genes = [
        GeneRow("PLUS", "chr1", 2_000, 9_100, Transcript(parts, parts)),
        GeneRow("MINUS", "chr1", 2_000, 9_100, Transcript(parts, parts), strand="-"),
    ]
    shown = tracks.window_genes(in_memory(Contents(genes=genes)), Interval("chr1", 4_000, 10_000))
    strands = dict(shown.genes.select("transcript_id", "strand").rows())
    numbers = {
        (strands[row["transcript_id"]], row["start"]): (row["number"], row["of"])
        for row in shown.exons.iter_rows(named=True)
    }
    assert numbers == {("+", 5_000): (2, 3), ("+", 9_000): (3, 3), ("-", 5_000): (2, 3), ("-", 9_000): (1, 3)}


def test_a_wide_window_has_the_exons_of_the_gene_of_the_page_alone(in_memory: Make) -> None:
    parts = ((2_000, 2_400), (5_000, 5_500))
    genes = [
        GeneRow("SUBJECT", "chr1", 2_000, 5_500, Transcript(parts, parts)),
        GeneRow("OTHER", "chr1", 1_000, 5_500, Transcript(parts, parts)),
    ]
    database = in_memory(Contents(genes=genes))
    wide = Interval("chr1", 0, tracks.EXONS_UP_TO + 1)
    narrow = Interval("chr1", 0, tracks.EXONS_UP_TO)
    subject = Interval("chr1", 2_000, 5_500)
    assert tracks.window_genes(database, narrow).exons.height == 4
    assert tracks.window_genes(database, wide).exons.is_empty()
    assert tracks.window_genes(database, wide, subject).exons.select("start", "end").rows() == list(parts)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(case=everything(), limit=st.sampled_from((400, 2)))
def test_a_wide_window_has_sites_with_the_carriers_that_plain_counting_gives_r9(
    in_memory: Make, memory_root: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, case: Case, limit: int
) -> None:
    people, events, target, filters = case
    monkeypatch.setattr(tracks, "STORED_FROM", 0)
    database = in_memory(Contents(people=people, events=events))
    asked = question(target, filters)
    who = {person.sample: person for person in people if is_counted(person, asked)}
    # events are numbered along the genome
    ordered = sorted(events, key=lambda event: (list(LENGTHS).index(event.chrom), event.start, event.end))
    site_of = dict(memory_root.execute("SELECT event_id, site_id FROM events").fetchall())
    sites = {
        number: row
        for number, *row in memory_root.execute(
            'SELECT site_id, start, "end", direction::VARCHAR FROM sites WHERE chrom = ? AND start < ? AND "end" > ?',
            [asked.chrom, asked.end, asked.start],
        ).fetchall()
    }
    carriers: dict[int, dict[str, list[Event]]] = {}
    for number, event in enumerate(ordered):
        site = site_of[number]
        if event.sample in who and site in sites and is_drawn(event, who[event.sample], sites[site][2], asked):
            carriers.setdefault(site, {}).setdefault(event.sample, []).append(event)
    found = tracks.people_along(database, target.interval, filters, limit)[1]
    assert found.are_sites
    assert found.total == len(carriers)
    ranked = sorted(
        carriers, key=lambda site: (-len(carriers[site]), *sites[site][:2], ("loss", "gain").index(sites[site][2]))
    )
    keys = found.rows.select("start", "end", "direction").rows()
    assert keys == [tuple(sites[site]) for site in ranked[:limit]]
    for site, (number, strong) in zip(ranked, found.rows.select("carriers", "strong").rows(), strict=False):
        # of two events of one carrier that with more bins speaks, of as many that with the lower copy number
        speaking = {
            sample: min(
                mine, key=lambda one: (-(one.bins or -1), 10**6 if one.copy_number is None else one.copy_number)
            )
            for sample, mine in carriers[site].items()
        }
        assert number == len(speaking)
        assert strong == sum(
            one.call_class(who[sample].sex) in ("complete-loss", "high-gain") for sample, one in speaking.items()
        )
        plain = Counter((who[sample].superpopulation, one.copy_number) for sample, one in speaking.items())
        cells = {
            (group, copies): count for *key, group, copies, count in found.cells.rows() if key == list(sites[site])
        }
        assert cells == plain


def test_a_wide_window_says_the_same_from_what_is_stored_and_from_its_events_r8(in_memory: Make) -> None:
    """Under a limit that every event meets the events are read."""
    database = in_memory(demonstration())
    for place, level in product((Interval("chr1", 109_000_000, 110_000_000), Interval("chrX", 0, 156_040_895)), Level):
        for filters in (
            Filters(level=level),
            Filters(level=level, cohort=Cohort.ALL, outliers=Outliers.INCLUDE, classes=(CallClass.GAIN,)),
        ):
            (curves, sites), (others, other_sites) = (
                tracks.people_along(database, place, one) for one in (filters, replace(filters, min_length=1))
            )
            for name in ("start", "end", "most", "mean", "callable"):
                assert (getattr(curves.steps, name) == getattr(others.steps, name)).all()
            assert (curves.steps.bin, sites.total) == (others.steps.bin, other_sites.total)
            assert sites.rows.rows() == other_sites.rows.rows()
            assert sites.cells.rows() == other_sites.cells.rows()
            assert sites.total or level is Level.PASS


@pytest.mark.parametrize("min_length", [None, 1])
def test_a_curve_leaves_out_what_events_in_copies_reach_r5_r8(in_memory: Make, min_length: int | None) -> None:
    """Wide and read from what is stored, or from events. Of the second event less than half lies in copies; the third is of a
    person and at a level that are not asked for."""
    contents = Contents(
        people=[Person("A"), Person("B"), Person("C", unrelated=False)],
        events=[
            Event("A", "chr1", 1_000_000, 1_100_000, 1),
            Event("B", "chr1", 1_040_000, 1_200_000, 1),
            Event("C", "chr1", 1_010_000, 1_120_000, 1, credible=False),
        ],
        problems=[
            ("paralogous", "chr1", 1_040_000, 1_080_000, "genes"),
            ("SegDups", "chr1", 1_070_000, 1_095_000, "a mask"),
            ("paralogous", "chr1", 1_250_000, 1_290_000, "genes"),
        ],
    )
    database = in_memory(contents)
    window = Interval("chr1", 900_000, 1_400_000)
    curves = tracks.people_along(database, window, Filters(min_length=min_length))[0]
    rows = zip(
        curves.steps.start.tolist(), curves.steps.callable.tolist(), curves.steps.most[:, 0].tolist(), strict=True
    )
    assert list(rows) == [
        (900_000, 100_000, 0),
        (1_000_000, 0, 0),
        (1_100_000, 100_000, 1),
        (1_200_000, 50_000, 0),
        (1_250_000, 0, 0),
        (1_290_000, 110_000, 0),
    ]
    everything_ = Filters(level=Level.ALL, cohort=Cohort.ALL, min_length=min_length)
    curves = tracks.people_along(database, window, everything_)[0]
    assert curves.steps.callable.tolist() == [100_000, 0, 80_000, 50_000, 0, 110_000]


def test_an_interval_knows_the_site_of_its_events_r9(in_memory: Make) -> None:
    database = in_memory(demonstration())
    place = Interval("chr1", 109_600_000, 109_800_000)
    _, intervals = tracks.people_along(database, place, Filters(level=Level.ALL))
    expected = database._root.execute(
        """SELECT DISTINCT e.start, e."end", e.direction::VARCHAR, s.site FROM events e LEFT JOIN sites s USING (site_id)
        WHERE e.chrom = 'chr1' AND e.start < 109800000 AND e."end" > 109600000"""
    ).fetchall()
    shown = intervals.rows.select("start", "end", "direction", "site").rows()
    assert len(shown) > 3
    assert not intervals.are_sites
    assert {site is None for *_, site in shown} == {True, False}
    assert set(shown) <= set(expected)
    assert {row for row in shown if row[3] is None}.isdisjoint(
        (*row[:3], None) for row in expected if row[3] is not None
    )
    # of a wide window sites are drawn
    sites = tracks.people_along(database, Interval("chr1", 109_000_000, 110_000_000), Filters())[1]
    assert sites.are_sites
    names = {row[0] for row in database._root.execute("SELECT site FROM sites").fetchall()}
    assert set(sites.rows["site"]) <= names


def test_a_stored_curve_begins_with_who_stands_at_the_whole_megabase_r8(in_memory: Make) -> None:
    """An event from before the megabase at or below the window, one that ends there, and one that lies before the window."""
    spans = {
        "A": (900_000, 1_700_000),
        "B": (950_000, 1_000_000),
        "C": (1_010_000, 1_050_000),
        "D": (1_500_000, 2_100_000),
    }
    contents = Contents(
        people=[Person(name) for name in spans],
        events=[Event(name, "chr1", *span, 1) for name, span in spans.items()],
    )
    curves = tracks.people_along(in_memory(contents), Interval("chr1", 1_100_000, 2_300_000), Filters())[0]
    rows = zip(curves.steps.start.tolist(), curves.steps.most[:, 0].tolist(), strict=True)
    assert list(rows) == [(1_100_000, 1), (1_500_000, 2), (1_700_000, 1), (2_100_000, 0)]
