"""The rules of overlap on plain columns, without a database: against sets of bases, one person and event at a time.

The plain reading is that of `plain_counter`. Ends of events are drawn from where a rule turns: the ends of the place and
of its pieces, a thousand bases beside them, the share that is asked for, and the ends of the events before.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.counting.overlap import (
    Calls,
    TouchingEvents,
    added_stretches,
    at_level,
    carriers,
    meets_class,
    meets_limits,
)
from dashboard.question.filters import ANY, SHARES, Filters, Overlap, Rule
from dashboard.question.target import Pieces, Target, site_target
from data_prep.domain.arrays import Flags
from data_prep.domain.copy_number import CLASSES, CallClass, Direction, classify, expected_copy_number
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.small_database import Event, Person
from tests.dashboard.store.test_carriers import question
from tests.oracle.plain_counter import carried, passes

# XX and XY people at the border of PAR1 (2,781,479), where one copy number is of two classes for XY.
PEOPLE = tuple(Person(f"S{number}", sex=sex) for number, sex in enumerate(("XX", "XY", "XX", "XY")))
FIRST, LAST = 2_778_979, 2_783_979
BORDER = 2_781_479
QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

shares = st.sampled_from((1, 100, 2_500, 3_333, 5_000, 6_667, 9_999, 10_000))


def rules(share: int) -> tuple[Overlap, ...]:
    return (
        Overlap(Rule.ANY),
        Overlap(Rule.COVERS),
        Overlap(Rule.FRACTION, share),
        Overlap(Rule.CODING),
        Overlap(Rule.CODING_TOUCH),
        Overlap(Rule.WITHIN),
        Overlap(Rule.RECIPROCAL, share),
    )


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """A gene or region of a base to 3,500, so that a tolerance of a kilobase is nothing, a part and more than the whole."""
    length = draw(st.sampled_from((1, 2, 3, 40, 900, 1_500, 2_000, 2_001, 3_000, 3_500)))
    start = FIRST + draw(st.integers(500, 4_500 - length))
    cuts = sorted(draw(st.sets(st.integers(start, start + length), max_size=6)))
    pieces = tuple(zip(cuts[0::2], cuts[1::2], strict=False))
    kind = draw(st.sampled_from((Pieces.CODING, Pieces.EXONS))) if pieces else Pieces.NONE
    return Target(Interval("chrX", start, start + length), kind, pieces)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Target, int, list[Event]]:
    """A target, a share in ten-thousandths and events that touch the target, of several people and both directions."""
    target, share = draw(targets()), draw(shares)
    start, end = target.interval.start, target.interval.end
    part = -(-(end - start) * share // SHARES)
    edges = [start, end, start + 1_000, end - 1_000, start + part, end - part, (start + end) // 2, BORDER]
    edges += [start - 400, end + 400, 2 * start - end, 2 * end - start]
    edges += [edge for piece in target.pieces for edge in piece]
    events: list[Event] = []
    # most of one person, whose events lie within each other, abut and overlap
    person_of = st.sampled_from((*PEOPLE, *PEOPLE[:1] * 4, *PEOPLE[1:2] * 2))
    for _ in range(draw(st.integers(0, 14))):
        person = draw(person_of)
        first, second = (
            min(max(draw(st.sampled_from(edges)) + draw(st.sampled_from((0, 0, 0, -1, 1))), FIRST), LAST)
            for _ in range(2)
        )
        first, second = min(first, second), max(first, second)
        if first >= end or second <= start or first == second:
            continue
        edges += [first, second]
        level = draw(st.sampled_from(("pass", "credible", "credible", "sensitive", "all")))
        inner = sorted(draw(st.sampled_from((first, first, second, *edges))) for _ in range(2))
        inner = [max(inner[0], first), min(inner[1], second)] if draw(st.booleans()) else [first, second]
        if inner[0] >= inner[1]:
            inner = [first, second]
        event = Event(
            person.sample,
            "chrX",
            first,
            second,
            draw(st.sampled_from((0, 1, 2, 3, 3, 4, 5, None))),
            direction=draw(st.sampled_from(("loss", "gain"))),
            quality=draw(st.sampled_from((None, 5.7, 10.0, 10.1, 60.0))),
            bins=draw(st.sampled_from((None, 0, 1, 2, 3))),
            sensitive=level != "all",
            credible=level in ("pass", "credible"),
            passing=level == "pass",
            inner_start=inner[0],
            inner_end=inner[1],
        )
        if event.copy_number != event.expected(person.sex):
            events.append(draw(in_parts(event, person, edges)) if draw(st.booleans()) else event)
    return target, share, events


@st.composite
def in_parts(draw: st.DrawFn, event: Event, person: Person, edges: list[int]) -> Event:
    """The same event as abutting calls of copy numbers of their own, all of its direction."""
    inside = sorted({edge for edge in edges if event.start < edge < event.end})
    cuts = sorted(draw(st.sets(st.sampled_from(inside), max_size=4))) if inside else []
    parts = tuple(zip([event.start, *cuts], [*cuts, event.end], strict=True))
    direction = event.call_class(person.sex).direction
    copies = []
    for start, end in parts:
        expected = expected_copy_number("chrX", start, end, person.sex)
        assert expected is not None
        possible = [n for n in range(7) if (told := classify(n, expected)) and told.direction is direction]
        copies.append(draw(st.sampled_from((*possible, None))))
    return replace(event, direction=direction.value, parts=parts, part_copies=tuple(copies)) if cuts else event


def sorted_events(events: Iterable[Event]) -> list[tuple[int, Event]]:
    """Events with their carrier's number, in the order that `TouchingEvents` asks for."""
    sex = {person.sample: person.sex for person in PEOPLE}
    numbered = [
        (
            2 * int(event.sample.removeprefix("S")) + (event.call_class(sex[event.sample]).direction.value == "gain"),
            event,
        )
        for event in events
    ]
    return sorted(numbered, key=lambda one: (one[0], one[1].start, one[1].end))


def parts_of(numbered: list[tuple[int, Event]]) -> Calls:
    """The calls of the events that have several."""
    rows = [
        (at, call.start, call.end, CLASSES.index(call.call_class), -1 if call.copy_number is None else call.copy_number)
        for at, (carrier, event) in enumerate(numbered)
        if event.parts
        for call in event.calls(PEOPLE[carrier // 2].sex)
    ]
    return Calls(*(np.array(column, np.int64) for column in zip(*rows, strict=True))) if rows else Calls.none()


def columns(numbered: list[tuple[int, Event]]) -> TouchingEvents:
    def whole(values: Iterable[int | None]) -> Any:
        return np.array([-1 if value is None else value for value in values], np.int64)

    mine = [event for _, event in numbered]
    return TouchingEvents(
        carrier=whole(carrier for carrier, _ in numbered),
        start=whole(event.start for event in mine),
        end=whole(event.end for event in mine),
        inner_start=whole(event.inner[0] for event in mine),
        inner_end=whole(event.inner[1] for event in mine),
        event_class=whole(CLASSES.index(event.call_class(PEOPLE[carrier // 2].sex)) for carrier, event in numbered),
        copy_number=whole(event.copy_number for event in mine),
        quality=np.array([np.nan if event.quality is None else event.quality for event in mine], np.float32),
        bins=whole(event.bins for event in mine),
        sensitive=np.array(
            [event.credible if event.sensitive is None else event.sensitive for event in mine], np.bool_
        ),
        credible=np.array([event.credible for event in mine], np.bool_),
        passing=np.array([event.passing for event in mine], np.bool_),
    )


def plain_carriers(
    numbered: list[tuple[int, Event]], target: Target, filters: Filters
) -> tuple[list[tuple[int, bool, str, int]], list[bool]]:
    """Who carries what, and which events make it so."""
    asked = question(target, filters)
    found, making = [], set()
    for number, person in enumerate(PEOPLE):
        for direction in ("loss", "gain"):
            carrier = carried(person, [event for _, event in numbered], direction, asked)
            if carrier is None:
                continue
            copies = -1 if carrier.copies is None else carrier.copies
            found.append((number, direction == "gain", carrier.name, copies))
            making |= {id(event) for event in carrier.events}
    return found, [id(event) in making for _, event in numbered]


def told(
    events: TouchingEvents, calls: Calls, keep: Flags, target: Target, filters: Filters
) -> tuple[list[tuple[int, bool, str, int]], list[bool]]:
    found = carriers(events, calls, keep, target, target.rule_in_force(filters.overlap))
    found = found.where(meets_class(found.carrier_class, found.copy_number, filters), events)
    rows = zip(found.sample, found.gain, found.carrier_class, found.copy_number, strict=True)
    return [(int(who), bool(gain), CLASSES[at].value, int(copies)) for who, gain, at, copies in rows], list(found.event)


@QUICK
@given(cases(), st.sampled_from(list(Level)))
def test_every_rule_counts_what_sets_of_bases_count_r7(case: tuple[Target, int, list[Event]], level: Level) -> None:
    target, share, events = case
    numbered = sorted_events(events)
    held = columns(numbered)
    for rule in rules(share):
        filters = Filters(level=level, overlap=rule)
        keep = meets_limits(held, filters) & at_level(held, level)
        found = told(held, parts_of(numbered), keep, target, filters)
        assert found == plain_carriers(numbered, target, filters), rule


NARROWED = [
    *(Filters(classes=(name,)) for name in CallClass if name.direction in ("loss", "gain")),
    Filters(classes=(CallClass.COMPLETE_LOSS, CallClass.HIGH_GAIN)),
    Filters(min_length=1),
    Filters(min_length=900),
    Filters(max_length=900),
    Filters(min_length=1_000, max_length=2_000),
    Filters(min_quality=5.7),
    Filters(min_quality=10.1),
    Filters(min_bins=0),
    Filters(min_bins=2),
    Filters(copy_numbers=(0,)),
    Filters(copy_numbers=(1, 3)),
    Filters(classes=(CallClass.PARTIAL_LOSS, CallClass.LOW_GAIN), min_length=500, min_quality=10.0, min_bins=1),
]


@QUICK
@given(cases())
def test_each_filter_keeps_what_its_words_say_r4_r13(case: tuple[Target, int, list[Event]]) -> None:
    target, _, events = case
    lengths = sorted({event.end - event.start for event in events})
    at_the_edge = [Filters(**{name: length}) for length in lengths for name in ("min_length", "max_length")]
    numbered = sorted_events(events)
    held = columns(numbered)
    for filters in (*NARROWED, *at_the_edge):
        for level in Level:
            asked = question(target, replace(filters, level=level, overlap=ANY))
            expected = [
                any(passes(event, PEOPLE[carrier // 2], way.value, asked) for way in filters.directions)
                for carrier, event in numbered
            ]
            assert list(meets_limits(held, filters) & at_level(held, level)) == expected, (filters, level)


@QUICK
@given(cases(), st.sampled_from(NARROWED))
def test_an_event_that_misses_a_filter_takes_no_part_in_a_union_r6_r7(
    case: tuple[Target, int, list[Event]], filters: Filters
) -> None:
    target, share, events = case
    numbered = sorted_events(events)
    held = columns(numbered)
    for rule in rules(share):
        asked = replace(filters, overlap=rule)
        keep = meets_limits(held, asked) & at_level(held, asked.level)
        found = told(held, parts_of(numbered), keep, target, asked)
        assert found == plain_carriers(numbered, target, asked), rule


@QUICK
@given(cases())
def test_disjoint_parts_are_each_carriers_union_without_a_base_twice_r8(case: tuple[Target, int, list[Event]]) -> None:
    numbered = sorted_events(case[2])
    start, end = added_stretches(columns(numbered))
    for carrier in {carrier for carrier, _ in numbered}:
        mine = [at for at, (one, _) in enumerate(numbered) if one == carrier]
        parts = [base for at in mine for base in range(start[at], end[at])]
        assert len(parts) == len(set(parts))
        assert set(parts) == {base for at in mine for base in range(numbered[at][1].start, numbered[at][1].end)}


def test_disjoint_of_nested_events_and_of_the_next_person() -> None:
    """A short event within a long one adds nothing, and hides nothing of what another person has there."""
    spans = [("S0", 100, 900), ("S0", 200, 300), ("S0", 400, 500), ("S0", 900, 950), ("S2", 150, 160)]
    numbered = sorted_events(Event(name, "chrX", FIRST + one, FIRST + other, 1) for name, one, other in spans)
    start, end = added_stretches(columns(numbered))
    assert [(int(one) - FIRST, int(other) - FIRST) for one, other in zip(start, end, strict=True) if other > one] == [
        (100, 900),
        (900, 950),
        (150, 160),
    ]


PLACE = Target(Interval("chrX", 50_000_000, 50_004_000), Pieces.CODING, ((50_000_400, 50_000_800),))


@pytest.mark.parametrize(
    ("rule", "spans", "losses", "gains"),
    [
        # a tenth of the place at either end, counted at either end alone
        ("covers", [(400, 4_000)], True, True),
        ("covers", [(401, 5_000)], False, False),
        ("covers", [(0, 3_600)], True, True),
        ("covers", [(-5_000, 3_599)], False, False),
        ("covers", [(400, 2_000), (2_000, 3_600)], True, True),
        ("covers", [(0, 1_999), (2_000, 4_000)], False, False),
        # a share of the place, of the union and from the share itself on
        ("fraction:0.5", [(0, 1_000), (3_000, 4_000)], True, True),
        ("fraction:0.5", [(0, 1_000), (3_001, 9_000)], False, False),
        ("fraction:0.5", [(0, 1_500), (1_000, 1_999)], False, False),
        # one within another, and then a third that begins before the long one ends
        ("fraction:0.5", [(0, 1_900), (100, 200), (300, 500)], False, False),
        ("covers", [(0, 2_500), (100, 200), (2_500, 3_600)], True, True),
        ("coding", [(400, 690), (410, 420), (500, 520)], True, False),
        # a loss takes one coding base, a gain three quarters of the 400
        ("coding", [(799, 900)], True, False),
        ("coding", [(800, 900)], False, False),
        ("coding", [(-100, 401)], True, False),
        ("coding", [(-100, 400)], False, False),
        ("coding", [(500, 4_000)], True, True),
        ("coding", [(501, 4_000)], True, False),
        ("coding", [(400, 600), (700, 800)], True, True),
        # one event alone, to the last base
        ("within", [(0, 4_000)], True, True),
        ("within", [(-1, 4_000)], False, False),
        ("within", [(0, 4_001)], False, False),
        ("within", [(-1, 4_001), (7, 8)], True, True),
        ("reciprocal:0.5", [(-2_000, 2_000)], True, True),
        ("reciprocal:0.5", [(-2_001, 2_000)], False, False),
        ("reciprocal:0.5", [(0, 8_000)], True, True),
        ("reciprocal:0.5", [(0, 8_001)], False, False),
        ("reciprocal:0.5", [(0, 1_500), (1_500, 3_000)], False, False),
    ],
)
def test_where_each_rule_turns_by_hand_r7(rule: str, spans: list[tuple[int, int]], losses: bool, gains: bool) -> None:
    """Positions are bases from the start of a place of 4,000."""
    overlap = Overlap.parse(rule)
    assert overlap is not None
    for copies, expected in ((1, losses), (3, gains)):
        events = [Event("S0", "chrX", 50_000_000 + start, 50_000_000 + end, copies) for start, end in spans]
        held = columns(sorted_events(events))
        found = carriers(held, Calls.none(), np.ones(len(events), np.bool_), PLACE, overlap)
        assert len(found.sample) == int(expected)


@pytest.mark.parametrize(
    ("spans", "inner", "coding", "touch"),
    [
        # a loss whose end is drawn in from the last coding base it takes
        ((799, 3_000), (799, 2_800), True, True),
        ((799, 3_000), (800, 2_800), False, True),
        ((-900, 401), (-700, 401), True, True),
        ((-900, 401), (-700, 400), False, True),
        # in the intron before and after drawing in
        ((800, 3_000), (900, 2_800), False, False),
    ],
)
def test_the_ends_of_losses_are_drawn_in_for_coding_alone_r7(
    spans: tuple[int, int], inner: tuple[int, int], coding: bool, touch: bool
) -> None:
    origin = PLACE.interval.start
    event = Event(
        "S0",
        "chrX",
        *(origin + base for base in spans),
        1,
        inner_start=origin + inner[0],
        inner_end=origin + inner[1],
    )
    held = columns(sorted_events([event]))
    for rule, expected in (("coding", coding), ("coding-touch", touch), ("any", True)):
        overlap = Overlap.parse(rule)
        assert overlap is not None
        found = carriers(held, Calls.none(), np.ones(1, np.bool_), PLACE, overlap)
        assert len(found.sample) == int(expected), rule


def test_gains_are_never_drawn_in_r7() -> None:
    """300 of 400 coding bases are three quarters, and 299 after drawing in would not be."""
    origin = PLACE.interval.start
    event = Event("S0", "chrX", origin + 500, origin + 4_000, 3, inner_start=origin + 501, inner_end=origin + 3_999)
    held = columns(sorted_events([event]))
    for rule in (Overlap(Rule.CODING), Overlap(Rule.CODING_TOUCH)):
        assert len(carriers(held, Calls.none(), np.ones(1, np.bool_), PLACE, rule).sample) == 1


@pytest.mark.parametrize(
    ("rule", "direction", "copies", "expected"),
    [
        # coding bases are 400 to 800: one copy on the exon and none in the intron behind it
        ("coding", "loss", (1, 0), ("partial-loss", 1)),
        ("coding", "loss", (0, 1), ("complete-loss", 0)),
        ("any", "loss", (1, 0), ("complete-loss", 0)),
        # the whole place needs both
        ("covers", "loss", (1, 0), ("partial-loss", 1)),
        ("covers", "loss", (0, 0), ("complete-loss", 0)),
        ("fraction:0.5", "loss", (1, 0), ("complete-loss", 0)),
        ("fraction:0.9", "loss", (0, 1), ("partial-loss", 1)),
        # one event: its own number, that of the part with more bins
        ("within", "loss", (1, 0), ("complete-loss", 0)),
        ("reciprocal:0.5", "loss", (0, 1), ("complete-loss", 0)),
        ("coding", "gain", (3, 6), ("low-gain", 3)),
        ("coding", "gain", (6, 3), ("high-gain", 6)),
        ("any", "gain", (3, 6), ("high-gain", 6)),
        ("covers", "gain", (3, 6), ("low-gain", 3)),
        # a call without a number belongs to no n, and helps none
        ("coding", "loss", (None, 0), ("loss", -1)),
        ("covers", "loss", (None, 0), ("loss", -1)),
        ("any", "loss", (None, 0), ("complete-loss", 0)),
        ("covers", "gain", (6, None), ("gain", -1)),
    ],
)
def test_copies_at_a_place_are_those_of_the_calls_there_r7(
    rule: str, direction: str, copies: tuple[int | None, int | None], expected: tuple[str, int]
) -> None:
    """An event of two calls that abut at base 1,000 of a place of 4,000, of a person with two expected copies."""
    origin = PLACE.interval.start
    ends = (origin, origin + 1_000, origin + 4_000)
    event = Event(
        "S0",
        "chrX",
        ends[0],
        ends[2],
        0 if direction == "loss" else 6,
        direction=direction,
        parts=(ends[:2], ends[1:]),
        part_copies=copies,
    )
    numbered = sorted_events([event])
    overlap = Overlap.parse(rule)
    assert overlap is not None
    found, _ = told(columns(numbered), parts_of(numbered), np.ones(1, np.bool_), PLACE, Filters(overlap=overlap))
    assert found == [(0, direction == "gain", *expected)]


def test_a_calls_inner_extent_is_the_part_of_it_within_that_of_its_event_r7() -> None:
    """No copy in the call whose end alone reaches the exon, drawn in with its event; one copy in what is left of it."""
    origin = PLACE.interval.start
    parts = ((origin - 500, origin + 700), (origin + 700, origin + 900))
    event = Event("S0", "chrX", origin - 500, origin + 900, 1, parts=parts, part_copies=(1, 0), inner_end=origin + 700)
    numbered = sorted_events([event])
    kept = np.ones(1, np.bool_)
    found, _ = told(columns(numbered), parts_of(numbered), kept, PLACE, Filters(overlap=Overlap(Rule.CODING)))
    assert found == [(0, False, "partial-loss", 1)]
    found, _ = told(columns(numbered), parts_of(numbered), kept, PLACE, Filters(overlap=Overlap(Rule.CODING_TOUCH)))
    assert found == [(0, False, "complete-loss", 0)]


@pytest.mark.parametrize(
    ("bins", "expected"),
    [((3, 9), ("partial-loss", 1)), ((9, 3), ("complete-loss", 0)), ((4, 4), ("complete-loss", 0))],
)
def test_at_a_site_the_event_with_more_bins_counts_r9(bins: tuple[int, int], expected: tuple[str, int]) -> None:
    events = [
        Event("S0", "chrX", PLACE.interval.start, PLACE.interval.end + 100 * number, copies, bins=bins[number])
        for number, copies in enumerate((0, 1))
    ]
    place = site_target(PLACE.interval, 7, Direction.LOSS)
    found, _ = told(columns(sorted_events(events)), Calls.none(), np.ones(2, np.bool_), place, Filters(overlap=ANY))
    assert found == [(0, False, *expected)]


@pytest.mark.parametrize(("held", "carries"), [(3, False), (4, True)])
def test_three_quarters_of_five_coding_bases_are_four_r7(held: int, carries: bool) -> None:
    target = replace(PLACE, pieces=((50_000_100, 50_000_102), (50_000_200, 50_000_203)))
    event = Event("S0", "chrX", 50_000_000, 50_000_198 + held, 3)
    held = columns(sorted_events([event]))
    found = carriers(held, Calls.none(), np.ones(1, np.bool_), target, Overlap(Rule.CODING))
    assert bool(len(found.sample)) == carries


def test_events_of_a_neighbour_or_of_the_other_direction_never_join_r7() -> None:
    """Halves of two people, or a loss and a gain, are no whole of anyone's."""
    halves = [(50_000_000, 50_002_000), (50_002_000, 50_004_000)]
    people = [Event(name, "chrX", *span, 1) for name, span in zip(("S0", "S2"), halves, strict=True)]
    directions = [Event("S0", "chrX", *span, copies) for copies, span in zip((1, 3), halves, strict=True)]
    for events in (people, directions):
        held = columns(sorted_events(events))
        found = carriers(held, Calls.none(), np.ones(2, np.bool_), PLACE, Overlap(Rule.COVERS))
        assert (len(found.sample), list(found.event)) == (0, [False, False])


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_classes_with_one_copy_number_the_farther_counts_r2_r7(order: int) -> None:
    """Three copies in an XY person are a low gain in PAR1 and a high one beyond it."""
    ends = ((BORDER - 900, BORDER - 100), (BORDER + 100, BORDER + 900))
    numbered = sorted_events(Event("S1", "chrX", *span, 3) for span in ends[::order])
    assert {event.call_class("XY").value for _, event in numbered} == {"low-gain", "high-gain"}
    target = Target(Interval("chrX", BORDER - 1_000, BORDER + 1_000), Pieces.REGION, ())
    found, _ = told(columns(numbered), Calls.none(), np.ones(2, np.bool_), target, Filters(overlap=ANY))
    assert found == [(1, True, "high-gain", 3)]


@pytest.mark.parametrize(
    ("length", "missing"),
    [
        (9, 0),
        (10, 1),
        (19, 1),
        (1_999, 199),
        (2_000, 200),
        (9_999, 999),
        (10_000, 1_000),
        (10_010, 1_000),
        (70_000, 1_000),
    ],
)
def test_covers_forgives_1_kb_and_at_most_a_tenth_of_the_place_r7(length: int, missing: int) -> None:
    """By hand: the tenth is rounded down, and one base more at either end is too much."""
    start = 60_000_000
    place = Target(Interval("chrX", start, start + length), Pieces.REGION, ())
    for left, right, meets in ((missing, missing, True), (missing + 1, missing, False), (missing, missing + 1, False)):
        if left + right < length:
            event = Event("S0", "chrX", start + left, start + length - right, 1)
            found = carriers(
                columns(sorted_events([event])), Calls.none(), np.ones(1, np.bool_), place, Overlap(Rule.COVERS)
            )
            assert len(found.sample) == int(meets), (left, right)
