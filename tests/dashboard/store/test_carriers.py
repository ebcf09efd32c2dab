"""Who is a carrier and how many are counted: the store against the plain counter and against cases by hand."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.question.filters import ANY, Cohort, Filters, Outliers, Overlap, Rule, Sex
from dashboard.question.target import Pieces, Target
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.carriers.listing import carrier_event_batches, carrier_events
from dashboard.store.database import Generation
from dashboard.store.panel import count_people
from data_prep.domain.copy_number import CallClass, classify
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.small_database import POPULATIONS, Contents, Event, Person
from tests.oracle.plain_counter import Question, carried, count, is_counted

Make = Callable[[Contents], Generation]

# A window across the border of PAR1 (at 2,781,479), where the expected copy number of XY changes; the same on chr1.
ORIGIN = 2_779_479
WINDOW = 4_000
STEP = 250

places = st.builds(
    lambda step, nudge: ORIGIN + min(max(step * STEP + nudge, 0), WINDOW),
    st.integers(0, WINDOW // STEP),
    st.sampled_from((0, 0, 0, -1, 1)),
)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[int, int]:
    first, second = draw(places), draw(places)
    return (first, second) if first < second else (second, first) if second < first else (first, first + 1)


@st.composite
def persons(draw: st.DrawFn, chrom: str) -> list[Person]:
    seldom = st.integers(0, 9).map(lambda number: number == 0)
    return [
        Person(
            sample=f"S{number}",
            population=draw(st.sampled_from(sorted(POPULATIONS))),
            sex=None if draw(seldom) else draw(st.sampled_from(("XX", "XY"))),
            unrelated=not draw(seldom),
            counted=not draw(seldom),
            sex_mismatch=draw(seldom),
            marked=(chrom,) if draw(seldom) else ("chr2",) if draw(seldom) else (),
        )
        for number in range(draw(st.sampled_from((1, 2, 4, 6))))
    ]


@st.composite
def calls(draw: st.DrawFn, cohort: list[Person], home: str) -> list[Event]:
    """Events as a foreign caller may give them: overlapping, abutting, without copy number; most on one chromosome, and often
    where there is one already."""
    events: list[Event] = []
    for _ in range(draw(st.sampled_from((1, 6, 10, 14)))):
        person = draw(st.sampled_from(cohort))
        chrom = draw(st.sampled_from((home, home, home, home, home, home, home, "chr2")))
        start, end = draw(intervals())
        if events and draw(st.booleans()):
            start, end = draw(st.sampled_from([(event.start, event.end) for event in events]))
        level = draw(st.sampled_from(("pass", "pass", "pass", "credible", "credible", "sensitive", "all")))
        inward = draw(st.sampled_from((0, 0, 1, 250, 700)))
        inward = min(inward, (end - start) // 3)
        event = Event(
            person.sample,
            chrom,
            start,
            end,
            copy_number=draw(st.sampled_from((0, 0, 1, 1, 2, 3, 3, 4, 5, None))),
            quality=draw(st.sampled_from((None, 3.0, 5.7, 10.0, 60.0))),
            bins=draw(st.sampled_from((None, 1, 2, 3, 9))),
            sensitive=level != "all",
            credible=level in ("pass", "credible"),
            passing=level == "pass",
            inner_start=start + inward,
            inner_end=end - draw(st.sampled_from((0, inward))),
        )
        expected = event.expected(person.sex)
        if expected is None and chrom == "chrY" and person.sex == "XX":
            event = replace(event, direction="unexpected")
        elif event.copy_number is None or expected is None:
            event = replace(event, direction=draw(st.sampled_from(("loss", "gain", "loh"))))
        elif event.copy_number == expected:
            event = replace(event, direction="loh")
        if end - start > 1 and event.call_class(person.sex).direction.value in ("loss", "gain") and draw(st.booleans()):
            event = draw(in_two(event, person))
        events.append(event)
    return events


@st.composite
def in_two(draw: st.DrawFn, event: Event, person: Person) -> Event:
    """The same event as two abutting calls with copy numbers of their own, of its direction."""
    cut = min(max(draw(places), event.start + 1), event.end - 1)
    parts = ((event.start, cut), (cut, event.end))
    direction = event.call_class(person.sex).direction
    copies = []
    for part in parts:
        expected = replace(event, start=part[0], end=part[1]).expected(person.sex)
        possible = [
            n for n in range(6) if expected and (named := classify(n, expected)) and named.direction is direction
        ]
        copies.append(draw(st.sampled_from((*possible, None))))
    return replace(event, direction=direction.value, parts=parts, part_copies=tuple(copies))


@st.composite
def pieces_within(draw: st.DrawFn, start: int, end: int) -> tuple[tuple[int, int], ...]:
    cuts = sorted(draw(st.sets(st.integers(start, end), min_size=0, max_size=6)))
    return tuple(zip(cuts[0::2], cuts[1::2], strict=False))


shares = st.sampled_from((1, 700, 2500, 5000, 5000, 9999, 10_000))
overlaps = st.sampled_from(list(Rule)).flatmap(
    lambda rule: (
        st.builds(Overlap, st.just(rule), shares)
        if rule in (Rule.FRACTION, Rule.RECIPROCAL)
        else st.just(Overlap(rule))
    )
)
classes = st.sets(
    st.sampled_from([name for name in CallClass if name.direction in ("loss", "gain")]), min_size=1, max_size=2
)
groups = st.sets(st.sampled_from(("AFR", "EUR", "GBR", "YRI")), min_size=1, max_size=2)
# Few at a time: with everything narrowed at once nobody is left to be counted wrongly.
NARROWER = {
    "classes": classes.map(lambda some: tuple(sorted(some))),
    "populations": groups.map(lambda some: tuple(sorted(some))),
    "sex": st.sampled_from(list(Sex)),
    "min_length": st.sampled_from((250, 1000)),
    "max_length": st.sampled_from((1000, 3000)),
    "min_quality": st.sampled_from((5.7, 10.0)),
    "min_bins": st.sampled_from((2, 3)),
    "copy_numbers": st.sampled_from(((0,), (1, 3))),
}


@st.composite
def everything(draw: st.DrawFn) -> tuple[list[Person], list[Event], Target, Filters]:
    chrom = draw(st.sampled_from(("chr1", "chr1", "chrX", "chrY")))
    cohort = draw(persons(chrom))
    events = draw(calls(cohort, chrom))
    start, end = draw(intervals())
    if draw(st.booleans()):
        # where somebody has an event
        event = draw(st.sampled_from(events))
        start, end = event.start, event.end
    pieces = draw(pieces_within(start, end))
    kind = draw(st.sampled_from((Pieces.CODING, Pieces.CODING, Pieces.EXONS))) if pieces else Pieces.NONE
    narrowed = draw(st.sets(st.sampled_from(sorted(NARROWER)), max_size=1)) if draw(st.booleans()) else ()
    filters = Filters(
        level=draw(st.sampled_from(list(Level))),
        cohort=draw(st.sampled_from(list(Cohort))),
        outliers=draw(st.sampled_from(list(Outliers))),
        overlap=draw(st.one_of(st.just(ANY), overlaps)),
        **{name: draw(NARROWER[name]) for name in sorted(narrowed)},
    )
    return cohort, events, Target(Interval(chrom, start, end), kind, pieces), filters


def question(target: Target, filters: Filters) -> Question:
    bases = frozenset(base for start, end in target.pieces for base in range(start, end))
    share = filters.overlap.share
    return Question(
        chrom=target.interval.chrom,
        start=target.interval.start,
        end=target.interval.end,
        coding=bases if target.kind is Pieces.CODING else frozenset(),
        exons=bases if target.kind is Pieces.EXONS else frozenset(),
        rule=filters.overlap.rule.value,
        share=Fraction(1, 2) if share is None else Fraction(share, 10_000),
        level=filters.level.value,
        classes=tuple(name.value for name in filters.classes),
        everyone=filters.cohort is Cohort.ALL,
        outliers=filters.outliers is Outliers.INCLUDE,
        populations=filters.populations,
        sex=None if filters.sex is None else filters.sex.value,
        min_length=filters.min_length,
        max_length=filters.max_length,
        min_quality=filters.min_quality,
        min_bins=filters.min_bins,
        copy_numbers=filters.copy_numbers,
    )


COLUMNS = {
    "complete-loss": "complete_losses",
    "partial-loss": "partial_losses",
    "low-gain": "low_gains",
    "high-gain": "high_gains",
}


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(everything())
def test_counting_agrees_with_the_plain_reading_of_r5_r6_r7(
    in_memory: Make, case: tuple[list[Person], list[Event], Target, Filters]
) -> None:
    cohort, events, target, filters = case
    database = in_memory(Contents(people=cohort, events=events, with_cohort=False))
    counted = frequencies(database, target, filters)
    listed = carrier_events(database, target, filters)
    asked = question(target, filters)

    for level in {filters.level.value, "pass", "all"}:
        for direction in filters.directions:
            expected = count(cohort, events, direction.value, replace(asked, level=level))
            rows = counted.filter((counted["level"] == level) & (counted["direction"] == direction.value))
            found = {
                (row["grouped_by"], row["group"]): {
                    "samples": row["samples"],
                    "carriers": row["carriers"],
                    **{name: row[column] for name, column in COLUMNS.items() if row[column]},
                    **({direction.value: row["without_copy_number"]} if row["without_copy_number"] else {}),
                }
                for row in rows.iter_rows(named=True)
            }
            assert found == expected

    expected_events = sorted(
        (
            person.sample,
            event.start,
            event.end,
            carrier.name,
            -1 if carrier.copies is None else carrier.copies,
            event.call_class(person.sex).value,
        )
        for person in cohort
        if is_counted(person, asked)
        for direction in filters.directions
        if (carrier := carried(person, events, direction.value, asked))
        for event in carrier.events
    )
    rows = listed.with_columns(listed["copy_number"].fill_null(-1))
    assert (
        sorted(rows.select("sample", "start", "end", "class", "copy_number", "event_class").rows()) == expected_events
    )
    assert count_people(database, target.interval.chrom, filters).counted == sum(
        is_counted(person, asked) for person in cohort
    )


GENE = Target(Interval("chr1", 10_000, 20_000), Pieces.CODING, ((11_000, 11_400), (18_000, 18_600)))


def carriers(database: Generation, target: Target, filters: Filters, direction: str) -> tuple[int, int]:
    rows = frequencies(database, target, filters)
    row = rows.filter(
        (rows["level"] == filters.level.value) & (rows["direction"] == direction) & (rows["grouped_by"] == "all")
    ).row(0, named=True)
    return row["carriers"], row["samples"]


@pytest.mark.parametrize(
    ("overlap", "spans", "carries"),
    [
        ("any", [(9_000, 10_001)], True),
        ("any", [(9_000, 10_000)], False),
        ("covers", [(11_000, 19_000)], True),
        ("covers", [(11_001, 19_000)], False),
        ("covers", [(10_500, 15_000), (15_000, 19_500)], True),
        ("covers", [(10_500, 15_000), (15_001, 19_500)], False),
        ("fraction:0.5", [(10_000, 15_000)], True),
        ("fraction:0.5", [(10_000, 14_999)], False),
        ("fraction:0.5", [(10_000, 13_000), (12_000, 14_999)], False),
        ("fraction:0.5", [(5_000, 14_999)], False),
        ("fraction:0.07", [(10_000, 10_700)], True),
        ("coding", [(11_399, 12_000)], True),
        ("coding", [(11_400, 18_000)], False),
        ("within", [(10_000, 20_000)], True),
        ("within", [(9_999, 20_000)], False),
        ("reciprocal:0.5", [(10_000, 30_000)], True),
        ("reciprocal:0.5", [(10_000, 30_001)], False),
        ("reciprocal:0.5", [(10_000, 14_000), (14_000, 18_000)], False),
    ],
)
def test_a_loss_carries_under_each_rule_of_r7_up_to_its_last_base(
    in_memory: Make, overlap: str, spans: list[tuple[int, int]], carries: bool
) -> None:
    rule = Overlap.parse(overlap)
    assert rule is not None
    database = in_memory(
        Contents(people=[Person("A")], events=[Event("A", "chr1", start, end, 1) for start, end in spans])
    )
    assert carriers(database, GENE, Filters(overlap=rule), "loss") == (int(carries), 1)


@pytest.mark.parametrize(
    ("spans", "carries"),
    [
        ([(11_000, 18_350)], True),
        ([(11_000, 18_349)], False),
        ([(11_000, 18_100), (18_100, 18_350)], True),
        # Two events over the same 400 bases are 400 bases and not 800.
        ([(10_900, 11_400), (11_000, 11_500)], False),
    ],
)
def test_a_gain_needs_three_quarters_of_the_coding_bases_r7(
    in_memory: Make, spans: list[tuple[int, int]], carries: bool
) -> None:
    # 1,000 coding bases: 400 and 350 of 600 are exactly 75 %.
    database = in_memory(Contents([Person("A")], [Event("A", "chr1", start, end, 3) for start, end in spans]))
    assert carriers(database, GENE, Filters(), "gain") == (int(carries), 1)


def test_three_quarters_of_an_odd_number_of_bases_is_rounded_up_r7(in_memory: Make) -> None:
    target = Target(Interval("chr1", 10_000, 20_000), Pieces.CODING, ((11_000, 11_005),))
    for bases, carries in ((3, 0), (4, 1)):
        database = in_memory(Contents([Person("A")], [Event("A", "chr1", 10_000, 11_000 + bases, 3)]))
        assert carriers(database, target, Filters(), "gain") == (carries, 1)


@pytest.mark.parametrize(("level", "counted"), [(Level.PASS, 1), (Level.CREDIBLE, 2), (Level.ALL, 3)])
def test_each_level_holds_the_one_before_it_r4(in_memory: Make, level: Level, counted: int) -> None:
    events = [
        Event("A", "chr1", 11_000, 12_000, 1),
        Event("B", "chr1", 11_000, 12_000, 1, filters="cnvLength", passing=False),
        Event("C", "chr1", 11_000, 12_000, 1, filters="cnvQual", passing=False, credible=False),
    ]
    database = in_memory(Contents([Person(name) for name in "ABC"], events))
    assert carriers(database, GENE, Filters(level=level), "loss") == (counted, 3)


@pytest.mark.parametrize(
    ("copies", "column"),
    [((1, 0), "complete_losses"), ((1, 1), "partial_losses"), ((3, 5), "high_gains"), ((3, 4), "low_gains")],
)
def test_a_carriers_class_is_that_of_the_lowest_or_highest_copy_number_r7(
    in_memory: Make, copies: tuple[int, int], column: str
) -> None:
    spans = ((10_000, 15_000), (15_000, 20_000))
    for order in (copies, copies[::-1]):
        events = [Event("A", "chr1", *span, copy_number) for span, copy_number in zip(spans, order, strict=True)]
        rows = frequencies(in_memory(Contents([Person("A")], events)), GENE, Filters(overlap=Overlap(Rule.ANY)))
        whole = rows.filter((rows["level"] == "credible") & (rows["grouped_by"] == "all") & (rows["carriers"] > 0))
        assert whole.height == 1
        found = {name for name in ("complete_losses", "partial_losses", "low_gains", "high_gains") if whole[name][0]}
        assert found == {column}


def test_a_person_with_a_loss_and_a_gain_counts_once_in_each_direction_r6(in_memory: Make) -> None:
    events = [
        Event("A", "chr1", 11_000, 11_100, 1),
        Event("A", "chr1", 11_050, 11_200, 0),
        Event("A", "chr1", 9_000, 21_000, 3),
    ]
    database = in_memory(Contents([Person("A"), Person("B")], events))
    assert carriers(database, GENE, Filters(), "loss") == (1, 2)
    assert carriers(database, GENE, Filters(), "gain") == (1, 2)


def test_a_marked_sample_leaves_its_chromosome_only_r5(in_memory: Make) -> None:
    people_ = [Person("A", marked=("chr1",)), Person("B")]
    events = [Event(name, chrom, 11_000, 11_100, 1) for name in "AB" for chrom in ("chr1", "chr2")]
    database = in_memory(Contents(people_, events))
    elsewhere = replace(GENE, interval=Interval("chr2", 10_000, 20_000))
    assert carriers(database, GENE, Filters(), "loss") == (1, 1)
    assert carriers(database, GENE, Filters(outliers=Outliers.INCLUDE), "loss") == (2, 2)
    assert carriers(database, elsewhere, Filters(), "loss") == (2, 2)
    assert count_people(database, "chr1", Filters()).marked == 1


def test_a_male_x_gain_with_copy_number_two_is_counted_r2(in_memory: Make) -> None:
    target = Target(Interval("chrX", 104_003_381, 104_050_640), Pieces.NONE, ())
    database = in_memory(Contents([Person("A", sex="XY")], [Event("A", "chrX", 104_003_381, 104_050_640, 2)]))
    assert carriers(database, target, Filters(), "gain") == (1, 1)


def test_y_counts_xy_people_only_and_x_everyone_r5(in_memory: Make) -> None:
    people_ = [Person("A", sex="XX"), Person("B", sex="XY"), Person("C", sex="XY", sex_mismatch=True)]
    database = in_memory(Contents(people_))
    for chrom, counted in (("chrY", 1), ("chrX", 2), ("chr1", 3)):
        target = Target(Interval(chrom, 10_000_000, 10_010_000), Pieces.NONE, ())
        assert carriers(database, target, Filters(), "loss") == (0, counted)


def test_quality_as_written_in_the_file_meets_the_same_minimum_r4(in_memory: Make) -> None:
    # 5.7 is not a binary fraction: stored in four bytes it is less than the 5.7 of eight.
    database = in_memory(Contents([Person("A")], [Event("A", "chr1", 11_000, 12_000, 1, quality=5.7)]))
    assert carriers(database, GENE, Filters(min_quality=5.7), "loss") == (1, 1)
    assert carriers(database, GENE, Filters(min_quality=5.71), "loss") == (0, 1)


def test_genotypes_of_an_event_are_those_of_its_calls_in_order_r3(in_memory: Make) -> None:
    parts = ((11_000, 12_000), (12_000, 12_500), (12_500, 13_000))
    event = Event("A", "chr1", 11_000, 13_000, 0, parts=parts, genotypes=("0/1", "1/1", "./1"))
    database = in_memory(Contents([Person("A")], [event]))
    with carrier_event_batches(database, GENE, Filters(), 1) as frames:
        assert [frame["genotype"].to_list() for frame in frames] == [["0/1;1/1;./1"]]


def test_the_overlap_of_an_event_is_its_share_of_the_gene(in_memory: Make) -> None:
    database = in_memory(Contents([Person("A")], [Event("A", "chr1", 0, 12_500, 1)]))
    assert carrier_events(database, GENE, Filters())["overlap"].to_list() == [0.25]
