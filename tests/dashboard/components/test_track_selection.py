"""What a drag or a click in the drawing asks for, as the query of the region page."""

import pytest

from dashboard.charts.track.template import BRUSH, PICK
from dashboard.components.track import query_of_selection
from dashboard.counting.along import window
from dashboard.question.filters import Filters, Overlap, Rule
from dashboard.question.target import Pieces, Target, region_target
from data_prep.domain.copy_number import CallClass, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from data_prep.domain.site_id import SiteId

SHOWN = Interval("chr1", 100_000, 200_000)


def dragged(first: float, last: float) -> dict[str, object]:
    return {BRUSH: {"x": [first, last]}, PICK: []}


@pytest.mark.parametrize(
    ("first", "last", "region"),
    [
        (120_000.4, 150_000.2, "chr1:120001-150001"),
        (150_000.2, 120_000.4, "chr1:120001-150001"),
        (90_000.0, 150_000.0, "chr1:100001-150000"),
        (150_000.0, 250_000.0, "chr1:150001-200000"),
        # 1 kb at least, around the middle of what was dragged
        (150_000.0, 150_600.0, "chr1:149801-150800"),
    ],
)
def test_a_drag_is_a_region_of_whole_bases_within_the_window(first: float, last: float, region: str) -> None:
    assert query_of_selection(dragged(first, last), SHOWN, Filters(level=Level.PASS)) == {
        "region": region,
        "filter": "pass",
    }


def test_a_narrow_drag_at_the_ends_of_a_chromosome_stays_on_it() -> None:
    assert query_of_selection(dragged(0, 20), Interval("chr1", 0, 1_000), Filters()) == {"region": "chr1:1-1000"}
    end = 248_956_422
    last = query_of_selection(dragged(end - 20, end), Interval("chr1", end - 1_000, end), Filters())
    assert last == {"region": f"chr1:{end - 999}-{end}"}


@pytest.mark.parametrize("selection", [{}, {BRUSH: {}}, dragged(150_000, 150_100), {PICK: [{"id": None}]}])
def test_nothing_chosen_and_a_slip_of_the_hand_ask_for_nothing(selection: dict[str, object]) -> None:
    assert query_of_selection(selection, SHOWN, Filters()) is None


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        ((), "loss"),
        ((CallClass.COMPLETE_LOSS, CallClass.GAIN), "complete-loss"),
    ],
)
def test_a_click_narrows_to_the_interval_and_its_direction(classes: tuple[CallClass, ...], told: str) -> None:
    name = str(SiteId(Interval("chr1", 109_687_569, 109_697_444), Direction.LOSS))
    assert query_of_selection({PICK: [{"id": name}]}, SHOWN, Filters(classes=classes)) == {
        "region": "chr1:109687570-109697444",
        "class": told,
        "overlap": "reciprocal:0.9",
    }


@pytest.mark.parametrize("name", ["", "chr1-5-4-loss", "chr1-0-4-loss", "chr1-1-4-loh", "1-1-4-loss", "chr1-1-4-loss "])
def test_a_name_that_is_none_picks_nothing(name: str) -> None:
    assert query_of_selection({PICK: [{"id": name}]}, SHOWN, Filters()) is None


def test_a_region_is_shown_edge_to_edge_and_one_event_with_its_neighbourhood() -> None:
    place = Interval("chr1", 100_000, 120_000)
    assert window(region_target(place), Filters()) == place
    assert window(region_target(place), Filters(overlap=Overlap(Rule.COVERS))) == place
    around = Interval("chr1", 90_000, 130_000)
    assert window(region_target(place), Filters(overlap=Overlap(Rule.RECIPROCAL, 9_000))) == around
    assert window(Target(place, Pieces.CODING, ((100_000, 100_100),)), Filters()) == around
    assert window(Target(Interval("chr1", 2_000, 3_000), Pieces.NONE, ()), Filters()) == Interval("chr1", 0, 8_000)
