"""Places that cannot be assessed (R5)."""

from collections.abc import Callable

import pytest

from dashboard.store.callability import Care, callability
from dashboard.store.database import Generation
from dashboard.target import Pieces, Target
from data_prep.domain.intervals import Interval
from tests.dashboard.small_database import Contents

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
    found = callability(in_memory(Contents(blind=blind)), TARGET)
    assert found.blind == pytest.approx(share)
    assert found.assessable is assessable
    assert found.seen is None


@pytest.mark.parametrize(
    ("rows", "seen", "assessable"),
    [
        ([("chr5", 0, 5_000, 50, 100)], 0.5, True),
        ([("chr5", 0, 5_000, 49, 100)], 0.49, False),
        ([("chr5", 1_000, 1_500, 100, 100)], 0.5, True),
        ([("chr5", 1_000, 1_400, 100, 100), ("chr5", 1_400, 1_500, 90, 100)], 0.49, False),
        ([("chr1", 0, 5_000, 100, 100)], 0, False),
    ],
)
def test_half_of_the_samples_must_be_seen_on_average_r5(
    in_memory: Make, rows: list[tuple[str, int, int, int, int]], seen: float, assessable: bool
) -> None:
    found = callability(in_memory(Contents(callability=rows)), TARGET)
    assert found.seen == pytest.approx(seen)
    assert found.assessable is assessable


def test_other_problem_regions_ask_for_care_and_hide_nothing_r11(in_memory: Make) -> None:
    problems = [
        ("pericentromere", "chr5", 0, 1_500, "Pericentromere of chr5"),
        ("telomere", "chr5", 2_500, 6_000, "Telomere of chr5"),
        ("gap", "chr5", 1_900, 2_500, "Assembly gap"),
    ]
    found = callability(in_memory(Contents(problems=problems)), TARGET)
    assert found.care == (Care("pericentromere", ("Pericentromere of chr5",), 1),)
    assert found.blind_names == ("Assembly gap",)
    assert found.blind == pytest.approx(0.1)
    assert found.assessable


@pytest.mark.parametrize("kind", ["gap", "telomere", "centromere"])
def test_gaps_telomeres_and_modelled_centromeres_are_never_callable_r5(in_memory: Make, kind: str) -> None:
    """Where the release tells nothing of what was seen, too."""
    found = callability(in_memory(Contents(problems=[(kind, "chr5", 400, 1_501, "no sequence")])), TARGET)
    assert found.blind == pytest.approx(0.501)
    assert not found.assessable
    assert found.care == ()
