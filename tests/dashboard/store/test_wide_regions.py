"""How much of a region people have, as the database adds it up where thousands of events touch: against plain counting (R7)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from dashboard.question.filters import ANY, Filters
from dashboard.question.target import region_target
from dashboard.store.carriers import counts
from data_prep.domain.intervals import Interval
from tests.dashboard.small_database import Contents, Event, Person
from tests.dashboard.store.test_carriers import everything, question
from tests.dashboard.store.test_tracks import Case, Make
from tests.oracle.plain_counter import carried, is_counted


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(case=everything())
def test_extents_of_a_wide_region_are_what_plain_counting_gives_r7(
    in_memory: Make, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    people, events, target, filters = case
    assume(filters.every_class)
    region = region_target(target.interval)
    monkeypatch.setattr(counts, "_is_counted_in_short", lambda *_: True)
    database = in_memory(Contents(people=people, events=events, with_cohort=False))
    asked = replace(question(region, filters.under(ANY)), rule="any")
    who = [person for person in people if is_counted(person, asked)]
    for extent in counts.extents(database, region, filters):
        way = extent.direction.value
        having: list[Any] = [carried(person, events, way, asked) for person in who]
        having = [carrier for carrier in having if carrier]
        half = replace(asked, rule="fraction")
        assert (extent.half.samples, extent.touched.samples) == (len(who), len(who))
        assert extent.touched.carriers == len(having)
        assert extent.half.carriers == sum(carried(person, events, way, half) is not None for person in who)
        inside = [
            min(event.end, asked.end) - max(event.start, asked.start) for carrier in having for event in carrier.events
        ]
        assert extent.longest == max(inside, default=0)
        most = [
            max((event.bins for event in carrier.events if event.bins is not None), default=None) for carrier in having
        ]
        assert extent.thin == sum(bins is not None and bins < 3 for bins in most)
        assert extent.without_copy == 0


def test_half_of_a_wide_region_is_that_of_the_union_of_a_persons_events_r7(in_memory: Make) -> None:
    """Of a region of 20 Mb exactly half, a base less, and more than half only where a base counts twice."""
    spans = {
        "EXACT": [(5_000_000, 10_000_000), (12_000_000, 17_000_000)],
        "LESS": [(5_000_000, 10_000_000), (12_000_000, 16_999_999)],
        "TWICE": [(5_000_000, 12_000_000), (9_000_000, 14_000_000)],
        "OUT": [(0, 1_000_000), (1_000_000, 10_000_000)],
    }
    contents = Contents(
        people=[Person(name) for name in spans],
        events=[Event(name, "chr1", *span, 1) for name, several in spans.items() for span in several],
        with_cohort=False,
    )
    region = region_target(Interval("chr1", 500_000, 20_500_000))
    loss, gain = counts.extents(in_memory(contents), region, Filters())
    assert (loss.half.carriers, loss.touched.carriers, loss.longest) == (1, 4, 9_000_000)
    assert (gain.half.carriers, gain.touched.carriers, gain.longest) == (0, 0, 0)
