"""Rules, filters and copies side by side, and relatives: the store against the plain counter and cases by hand."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.charts.copy_number import KINDS, bars
from dashboard.question.filters import GENE_OVERLAPS, Cohort, Filters, Outliers
from dashboard.question.target import Pieces, Target, region_target
from dashboard.store.carriers.copy_numbers import copy_numbers
from dashboard.store.carriers.counts import by_filter, by_rule
from dashboard.store.carriers.listing import relatives
from dashboard.store.database import Generation
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.small_database import Contents, Event, Person
from tests.oracle.plain_counter import Question, count

Make = Callable[[Contents], Generation]

PLACE = Interval("chr1", 10_000, 12_000)
GENE = Target(PLACE, Pieces.CODING, ((10_500, 10_700), (11_000, 11_200)))
ASKED = Question(
    "chr1", 10_000, 12_000, coding=frozenset(range(10_500, 10_700)) | frozenset(range(11_000, 11_200)), rule="coding"
)


@st.composite
def cohorts(draw: st.DrawFn) -> tuple[list[Person], list[Event]]:
    seldom = st.integers(0, 3).map(lambda number: number == 0)
    people = [
        Person(f"S{number}", unrelated=not draw(seldom), marked=("chr1",) if draw(seldom) else ())
        for number in range(draw(st.integers(1, 6)))
    ]
    events = []
    for _ in range(draw(st.integers(0, 10))):
        start, length = draw(st.integers(8, 13)), draw(st.integers(1, 6))
        level = draw(st.sampled_from(("pass", "credible", "all")))
        events.append(
            Event(
                draw(st.sampled_from(people)).sample,
                "chr1",
                start * 900,
                (start + length) * 900,
                draw(st.sampled_from((0, 1, 3, 6))),
                credible=level != "all",
                passing=level == "pass",
            )
        )
    return people, events


def plain(people: list[Person], events: list[Event], direction: str, **changes: Any) -> tuple[int, int]:
    row = count(people, events, direction, replace(ASKED, **changes)).get(("all", "all"), {"carriers": 0, "samples": 0})
    return row["carriers"], row["samples"]


def shown(counts: Mapping[Any, Any]) -> dict[Any, dict[str, tuple[int, int]]]:
    return {key: {one.direction.value: (one.carriers, one.samples) for one in some} for key, some in counts.items()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cohorts())
def test_every_rule_and_filter_beside_the_ones_in_force_is_the_plain_count_r4_r5_r7(
    in_memory: Make, case: tuple[list[Person], list[Event]]
) -> None:
    people, events = case
    database = in_memory(Contents(people, events, with_cohort=False))
    rules = shown(by_rule(database, GENE, Filters(), GENE_OVERLAPS))
    for rule in GENE_OVERLAPS:
        share = Fraction(rule.share or 5_000, 10_000)
        for direction in ("loss", "gain"):
            assert rules[rule][direction] == plain(people, events, direction, rule=rule.rule.value, share=share)
    grid = shown(by_filter(database, GENE, Filters()))
    assert len(grid) == 16
    for (level, cohort, outliers), counts in grid.items():
        for direction in ("loss", "gain"):
            expected = plain(
                people,
                events,
                direction,
                level=level.value,
                everyone=cohort is Cohort.ALL,
                outliers=outliers is Outliers.INCLUDE,
            )
            assert counts[direction] == expected


def test_copies_are_the_lowest_of_a_loss_and_the_highest_of_a_gain_r7(in_memory: Make) -> None:
    events = [
        Event("LOSS", "chr1", 10_000, 11_000, 1),
        Event("LOSS", "chr1", 11_000, 12_000, 0),
        Event("GAIN", "chr1", 10_000, 11_000, 3),
        Event("GAIN", "chr1", 11_000, 12_000, 5),
        Event("BOTH", "chr1", 10_000, 11_000, 1),
        Event("BOTH", "chr1", 11_000, 12_000, 6),
        Event("EVEN", "chr1", 10_000, 11_000, 1),
        Event("EVEN", "chr1", 11_000, 12_000, 3),
        Event("UNKNOWN", "chr1", 10_000, 12_000, None, direction="gain"),
        Event("OUTSIDE", "chr1", 12_000, 13_000, 0),
    ]
    people = [Person(name) for name in ("LOSS", "GAIN", "BOTH", "EVEN", "UNKNOWN", "OUTSIDE", "NONE")]
    counts = copy_numbers(in_memory(Contents(people, events)), region_target(PLACE), Filters())
    assert Counter(dict(counts.select("copy_number", "people").iter_rows())) == Counter(
        {0: 1, 5: 1, 6: 1, 1: 1, None: 1, 2: 2}
    )
    assert set(counts["expected"]) == {2}


def test_copies_on_x_are_counted_apart_by_what_is_expected_r2_r5(in_memory: Make) -> None:
    people = [Person("A", sex="XX"), Person("B", sex="XY"), Person("C", sex="XY"), Person("D", sex="XX")]
    events = [Event("B", "chrX", 104_003_381, 104_050_640, 2), Event("A", "chrX", 104_003_381, 104_050_640, 1)]
    place = region_target(Interval("chrX", 104_003_381, 104_050_640))
    counts = copy_numbers(in_memory(Contents(people, events)), place, Filters())
    rows = set(counts.select("expected", "copy_number", "people").iter_rows())
    assert rows == {(1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, 1)}


def test_the_stretches_of_a_bar_lie_end_to_end_in_the_order_of_copies(in_memory: Make) -> None:
    events = [Event("A", "chr1", 10_000, 12_000, 0), Event("B", "chr1", 10_000, 12_000, 3)]
    people = [Person(name) for name in "ABCD"]
    drawn = bars(copy_numbers(in_memory(Contents(people, events)), region_target(PLACE), Filters()))
    assert drawn.select("kind", "low", "high", "label").rows() == [
        (KINDS[0], 0.0, 0.25, "0"),
        (KINDS[2], 0.25, 0.75, "2"),
        (KINDS[3], 0.75, 1.0, "3"),
    ]
    assert drawn["words"][0] == "0 copies: 1 of 4 (25.0 %)"


def test_parents_and_children_who_carry_too_are_named_whatever_the_cohort_r11(in_memory: Make) -> None:
    people = [
        Person("FATHER"),
        Person("MOTHER", sex="XX"),
        Person("CHILD", unrelated=False, father="FATHER", mother="MOTHER"),
    ]
    events = [
        Event("FATHER", "chr1", 10_000, 12_000, 1),
        Event("CHILD", "chr1", 10_000, 12_000, 1),
        Event("MOTHER", "chr1", 10_000, 12_000, 3),
    ]
    told = relatives(in_memory(Contents(people, events)), GENE, Filters(level=Level.PASS))
    assert {
        (sample, direction, *(tuple(one.values()) for one in kin)) for sample, direction, kin in told.iter_rows()
    } == {
        ("FATHER", "loss", ("child", "CHILD")),
        ("CHILD", "loss", ("father", "FATHER")),
    }
