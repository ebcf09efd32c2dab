"""The problem regions that an event lies in (R11): every kind, in the table of carriers and in files."""

from collections.abc import Callable

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.store.carriers.listing import carrier_events
from dashboard.store.database import Generation
from dashboard.store.problems import problem_kinds_of
from dashboard.store.sites import sites_at
from data_prep.domain.intervals import Interval
from tests.dashboard.small_database import Contents, Event, Person

Make = Callable[[Contents], Generation]
KINDS = ("pericentromere", "Mask.2", "telomere")
places = st.tuples(st.integers(0, 40), st.integers(1, 30)).map(lambda one: (one[0], one[0] + one[1]))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(("chr3", "chr4")), places), max_size=8),
    st.lists(places, max_size=6),
)
def test_every_kind_that_covers_half_of_an_event_is_named_r11(
    in_memory: Make, regions: list[tuple[str, str, tuple[int, int]]], events: list[tuple[int, int]]
) -> None:
    database = in_memory(Contents(problems=[(kind, chrom, *place, "x") for kind, chrom, place in regions]))
    frame = pl.DataFrame(events, schema={"start": pl.Int32, "end": pl.Int32}, orient="row")
    expected = []
    for event in events:
        bases = set(range(*event))
        held = {
            kind: bases
            & {base for one, chrom, place in regions if (one, chrom) == (kind, "chr3") for base in range(*place)}
            for kind in KINDS
        }
        expected.append(", ".join(sorted(kind for kind in KINDS if 2 * len(held[kind]) >= len(bases))) or None)
    assert problem_kinds_of(database, "chr3", frame).to_list() == expected


def test_a_carrier_and_a_site_name_all_kinds_by_hand_r11(in_memory: Make) -> None:
    """A loss of 100 kb: 60 kb in one kind, 90 kb in another, half in a third, just under half in a fourth."""
    problems = [
        ("pericentromere", "chr7", 1_000_000, 1_060_000, "flank"),
        ("seg-dup", "chr7", 1_010_000, 2_000_000, "mask"),
        ("gap", "chr7", 1_050_000, 1_100_000, "N"),
        ("immune-locus", "chr7", 1_050_001, 1_100_000, "locus"),
    ]
    people = [Person("K1"), Person("K2", "PEL")]
    events = [Event("K1", "chr7", 1_000_000, 1_100_000, 1), Event("K2", "chr7", 900_000, 1_015_000, 1)]
    database = in_memory(Contents(people, events, problems=problems))
    target = region_target(Interval("chr7", 1_000_000, 1_020_000))
    found = {row["sample"]: row["problem"] for row in carrier_events(database, target, Filters()).iter_rows(named=True)}
    assert found == {"K1": "gap, pericentromere, seg-dup", "K2": None}
    sites = sites_at(database, target.interval, Filters())
    assert dict(sites.select("start", "problem").iter_rows()) == {
        1_000_000: "gap, pericentromere, seg-dup",
        900_000: None,
    }
