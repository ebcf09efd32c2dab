"""Places that cannot be assessed, and those seen in some people only (R5)."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.question.filters import Cohort, Filters
from dashboard.question.target import Pieces, Target, region_target
from dashboard.store.callability import Care, callabilities, callability
from dashboard.store.database import Generation
from data_prep.domain.intervals import Interval
from tests.dashboard.small_database import Contents, Person

Make = Callable[[Contents], Generation]
TARGET = Target(Interval("chr5", 1_000, 2_000), Pieces.NONE, ())


@pytest.mark.parametrize(
    ("blind", "share", "assessable"),
    [
        ([], 0, True),
        ([("chr5", 0, 5_000, "SMN1")], 1, False),
        ([("chr5", 1_000, 1_500, "x")], 0.5, True),
        ([("chr5", 1_000, 1_501, "x")], 0.501, False),
        ([("chr5", 900, 1_300, "x"), ("chr5", 1_200, 1_600, "y")], 0.6, False),
        ([("chr6", 0, 5_000, "elsewhere")], 0, True),
    ],
)
def test_half_of_a_gene_must_not_be_blind_r5(
    in_memory: Make, blind: list[tuple[str, int, int, str]], share: float, assessable: bool
) -> None:
    found = callability(in_memory(Contents(blind=blind)), TARGET, Filters())
    assert found.blind == pytest.approx(share)
    assert found.assessable is assessable
    assert found.seen is None
    assert not found.partly_seen


PEOPLE = [Person(f"N{number}", "YRI" if number < 40 else "GBR", unrelated=number % 2 == 0) for number in range(100)]
WHOLE = (("chr5", 0, 9_000),)


def seen_in(
    number: int, places: Sequence[tuple[str, int, int]] = WHOLE
) -> Mapping[str, Sequence[tuple[str, int, int]]]:
    """The first `number` of a hundred people saw these places, the others nothing there; all files tell."""
    return {person.sample: places if at < number else (("chr9", 0, 100),) for at, person in enumerate(PEOPLE)}


@pytest.mark.parametrize(
    ("number", "assessable", "partly"),
    [(0, False, False), (49, False, False), (50, True, True), (95, True, True), (96, True, False), (100, True, False)],
)
def test_the_place_must_be_seen_in_half_of_the_people_and_is_told_up_to_95_percent_r5(
    in_memory: Make, number: int, assessable: bool, partly: bool
) -> None:
    found = callability(in_memory(Contents(PEOPLE, seen=seen_in(number))), TARGET, Filters(cohort=Cohort.ALL))
    assert (found.seen, found.people_seen) == (number / 100, number)
    assert (found.assessable, found.partly_seen) == (assessable, partly)


@pytest.mark.parametrize(
    ("places", "seen"),
    [
        ([("chr5", 0, 1_500)], 1),
        ([("chr5", 0, 1_499)], 0),
        ([("chr5", 1_100, 1_300), ("chr5", 1_700, 5_000)], 1),
        ([("chr5", 1_100, 1_300), ("chr5", 1_701, 5_000)], 0),
        ([("chr6", 0, 9_000)], 0),
    ],
)
def test_a_person_is_seen_where_half_of_the_place_is_r5(
    in_memory: Make, places: list[tuple[str, int, int]], seen: float
) -> None:
    """Of the whole person, and no mean: all saw 49.9 % of it, and that is nobody."""
    found = callability(in_memory(Contents(PEOPLE, seen=seen_in(100, places))), TARGET, Filters())
    assert found.seen == seen


def test_the_share_is_that_of_the_people_counted_r5(in_memory: Make) -> None:
    """By hand: 40 of Yoruba, of whom all saw it, and 60 British, of whom 11 did; of the unrelated 20, and 6 of 30."""
    database = in_memory(Contents(PEOPLE, seen=seen_in(51)))
    everyone = Filters(cohort=Cohort.ALL)
    assert callability(database, TARGET, everyone).seen == 51 / 100
    assert callability(database, TARGET, Filters(cohort=Cohort.ALL, populations=("YRI",))).seen == 1
    british = callability(database, TARGET, Filters(cohort=Cohort.ALL, populations=("GBR",)))
    assert (british.seen, british.assessable) == (11 / 60, False)
    assert callability(database, TARGET, Filters()).seen == 26 / 50


def test_people_whose_files_tell_nothing_are_not_in_the_share_r5(in_memory: Make) -> None:
    seen = {"N0": WHOLE, "N2": (("chr9", 0, 100),), "N4": WHOLE}
    database = in_memory(Contents(PEOPLE, seen=seen))
    found = callability(database, TARGET, Filters())
    assert (found.seen, found.people_seen) == (2 / 3, 2)
    assert callability(database, TARGET, Filters(populations=("GBR",))).seen is None


def test_what_reference_rows_say_of_a_gap_is_not_seen_r5(in_memory: Make) -> None:
    """A row from end to end over a gap of 40 % of the place, and one over a tenth beside it."""
    gap = [("gap", "chr5", 1_200, 1_600, "N")]
    for places, seen in (([("chr5", 0, 9_000)], 1), ([("chr5", 1_100, 2_000)], 1), ([("chr5", 1_101, 2_000)], 0)):
        place = Target(Interval("chr5", 1_000, 2_000), Pieces.NONE, ())
        found = callability(in_memory(Contents(PEOPLE, problems=gap, seen=seen_in(100, places))), place, Filters())
        assert found.seen == seen, places


spans = st.lists(st.integers(900, 2_100), min_size=2, max_size=8, unique=True).map(sorted)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(spans, min_size=1, max_size=5), st.lists(spans, max_size=2), st.lists(spans, min_size=1, max_size=4))
def test_people_seen_agree_with_a_count_base_by_base_r5(
    in_memory: Make, cuts: list[list[int]], gaps: list[list[int]], places: list[list[int]]
) -> None:
    people = [Person(f"B{number}") for number in range(len(cuts))]
    rows = [list(zip(cut[::2], cut[1::2], strict=False)) for cut in cuts]
    seen = {person.sample: [("chr5", *row) for row in own] for person, own in zip(people, rows, strict=True)}
    problems = [("telomere", "chr5", cut[0], cut[1], "N") for cut in gaps]
    asked = [Interval("chr5", cut[0], cut[-1]) for cut in places]
    database = in_memory(Contents(people, problems=problems, seen=seen))
    blind = {base for cut in gaps for base in range(cut[0], cut[1])}
    for place, found in zip(
        asked, callabilities(database, [region_target(one) for one in asked], Filters()), strict=True
    ):
        bases = set(range(place.start, place.end))
        number = sum(
            2 * len(bases & {base for start, end in own for base in range(start, end)} - blind) >= len(bases)
            for own in rows
        )
        assert found.people_seen == number
        assert found == callability(database, region_target(place), Filters())


def test_other_problem_regions_ask_for_care_and_hide_nothing_r11(in_memory: Make) -> None:
    problems = [
        ("pericentromere", "chr5", 0, 1_500, "Pericentromere of chr5"),
        ("telomere", "chr5", 2_500, 6_000, "Telomere of chr5"),
        ("gap", "chr5", 1_900, 2_500, "Assembly gap"),
    ]
    found = callability(in_memory(Contents(problems=problems)), TARGET, Filters())
    assert found.care == (Care("pericentromere", ("Pericentromere of chr5",), 1),)
    assert found.blind_names == ("Assembly gap",)
    assert found.blind == pytest.approx(0.1)
    assert found.assessable


@pytest.mark.parametrize("kind", ["gap", "telomere", "centromere"])
def test_gaps_telomeres_and_modelled_centromeres_are_never_callable_r5(in_memory: Make, kind: str) -> None:
    """Where the release tells nothing of what was seen, too."""
    found = callability(in_memory(Contents(problems=[(kind, "chr5", 400, 1_501, "no sequence")])), TARGET, Filters())
    assert found.blind == pytest.approx(0.501)
    assert not found.assessable
    assert found.care == ()
