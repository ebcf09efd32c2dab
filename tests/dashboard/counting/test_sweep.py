"""People per base, as steps and in bins: against counting base by base over windows of some dozen bases (R8)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.counting.overlap import TouchingEvents, added_stretches
from dashboard.counting.sweep import SeriesIntervals, Steps, sweep

Span = tuple[int, int]

FIRST, LAST = 100, 160
# some of them reach out of the window, some lie beside it
spans = st.tuples(st.integers(FIRST - 12, LAST + 12), st.integers(0, 25)).map(lambda one: (one[0], one[0] + one[1]))
windows = st.tuples(st.integers(FIRST, FIRST + 20), st.integers(1, 40)).map(lambda one: (one[0], one[0] + one[1]))
QUICK = settings(max_examples=300, deadline=None)


def pieces(rows: list[tuple[Span, int]]) -> SeriesIntervals:
    start, end, series = np.array([(*span, number) for span, number in rows], np.int64).reshape(-1, 3).T
    return SeriesIntervals(start, end, series)


def people(rows: list[tuple[Span, int]], series: int, base: int) -> int:
    return sum(number == series and start <= base < end for (start, end), number in rows)


def turns(rows: list[tuple[Span, int]], series: int, left_out: list[Span], window: Span) -> list[int]:
    """The bases of the window at which something is not as it was at the base before, and its two ends."""
    looks: list[object] = []
    for base in range(*window):
        counts = not any(one <= base < other for one, other in left_out)
        looks.append([people(rows, number, base) for number in range(series)] if counts else None)
    fresh = [window[0] + at for at in range(1, len(looks)) if looks[at] != looks[at - 1]]
    return [window[0], *fresh, window[1]]


def compare(found: Steps, rows: list[tuple[Span, int]], series: int, left_out: list[Span]) -> None:
    for at, (start, end) in enumerate(zip(found.start.tolist(), found.end.tolist(), strict=True)):
        counted = [base for base in range(start, end) if not any(one <= base < other for one, other in left_out)]
        assert found.callable[at] == len(counted)
        for number in range(series):
            here = [people(rows, number, base) for base in counted]
            assert found.most[at, number] == max(here, default=0)
            assert found.mean[at, number] == pytest.approx(sum(here) / max(len(here), 1))
            if found.bin is None:
                assert len(set(here)) <= 1, "a step is of one height"


@QUICK
@given(
    st.lists(st.tuples(spans, st.integers(0, 2)), max_size=12),
    windows,
    st.lists(spans, max_size=3),
    st.integers(1, 8) | st.integers(1, 45),
)
def test_steps_and_bins_are_what_counting_base_by_base_gives_r8(
    rows: list[tuple[Span, int]], window: Span, left_out: list[Span], room: int
) -> None:
    found = sweep(pieces(rows), 3, window, left_out, room)
    first, last = window
    assert (found.start[0], found.end[-1]) == (first, last)
    assert found.start[1:].tolist() == found.end[:-1].tolist()
    assert found.most.shape == found.mean.shape == (len(found.start), 3)
    borders = turns(rows, 3, left_out, window)
    if len(borders) - 1 <= room:
        assert found.bin is None
        assert [*found.start.tolist(), last] == borders
    else:
        size = next(size for size in range(1, last - first + 1) if size * room >= last - first)
        assert found.bin == size
        assert found.start.tolist() == list(range(first, last, size))
        assert len(found.start) <= room
    compare(found, rows, 3, left_out)


@QUICK
@given(st.lists(st.tuples(spans, st.integers(0, 5)), max_size=14), windows, st.integers(1, 45))
def test_a_base_counts_people_and_not_events_r8(rows: list[tuple[Span, int]], window: Span, room: int) -> None:
    """Three people with losses (even numbers) and gains: events of one person and direction may overlap."""
    mine = sorted((carrier, start, end) for (start, end), carrier in rows if start < end)
    carrier, start, end = np.array(mine, np.int64).reshape(-1, 3).T
    no = np.zeros(len(mine), np.int64)
    start, end = added_stretches(
        TouchingEvents(carrier, start, end, start, end, no, no, no.astype(np.float32), no, *[no.astype(np.bool_)] * 3)
    )
    some = end > start
    found = sweep(SeriesIntervals(start[some], end[some], carrier[some] & 1), 2, window, [], room)
    for at, (one, other) in enumerate(zip(found.start.tolist(), found.end.tolist(), strict=True)):
        for series in (0, 1):
            here = [
                len({carrier for carrier, first, last in mine if carrier % 2 == series and first <= base < last})
                for base in range(one, other)
            ]
            assert found.most[at, series] == max(here)
            assert found.mean[at, series] == pytest.approx(sum(here) / len(here))


def test_a_bin_of_which_nothing_counts_has_no_people() -> None:
    found = sweep(pieces([((0, 40), 0), ((5, 6), 0), ((7, 8), 0), ((9, 10), 0)]), 1, (0, 40), [(10, 20), (15, 20)], 4)
    assert found.bin == 10
    assert found.callable.tolist() == [10, 0, 10, 10]
    assert found.most[:, 0].tolist() == [2, 0, 1, 1]
    assert found.mean[:, 0].tolist() == [1.3, 0, 1, 1]
