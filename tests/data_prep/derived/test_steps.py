"""Steps of curves and what events in copies reach (R5, R8): against a count base by base, cut into windows or not."""

from itertools import pairwise, product

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data_prep.derived import steps
from data_prep.derived.bins import Segments
from data_prep.derived.site_tables import Regions
from data_prep.derived.sites import Events
from data_prep.domain.arrays import Numbers
from tests.data_prep.derived.test_profiles import GROUPS, LENGTH, PEOPLE, WHO, cut
from tests.data_prep.in_memory import EXAMPLES

MARK = 50
LEVELS = ("pass", "credible", "sensitive", "all")
lanes = st.dictionaries(st.tuples(st.integers(0, len(WHO) - 1), st.integers(0, 1)), st.tuples(cut, st.integers(0, 4**6 - 1)), max_size=8)  # fmt: skip
spans = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 60)).map(lambda one: (one[0], min(sum(one), LENGTH)))


def table_of(segments: Segments, borders: list[int]) -> pl.DataFrame:
    """The table from as many windows, each of the segments that it has to know."""
    parts = []
    for first, last in pairwise(borders):
        near = (segments.start < last) & (segments.end >= first)
        part = Segments(*(getattr(segments, name)[near] for name in ("sample", "start", "end", "direction", "level")))
        parts.append(steps.count_steps(part, PEOPLE, "chr21", (first, last)))
    return pl.concat(parts)


@settings(EXAMPLES, max_examples=100)
@given(lanes, st.integers(0, LENGTH - 1), st.integers(1, LENGTH))
def test_sums_of_steps_are_the_people_at_each_base_r8(
    lanes: dict[tuple[int, int], tuple[list[int], int]], first: int, width: int
) -> None:
    rows = [
        (who, start, end, direction, seed // 4**number % 4)
        for (who, direction), (ends, seed) in lanes.items()
        for number, (start, end) in enumerate(zip(ends[::2], ends[1::2], strict=False))
    ]
    segments = Segments(*np.array(rows, np.int64).reshape(-1, 5).T)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "MARK", MARK)
        table = table_of(segments, [0, LENGTH])
        assert table.equals(table_of(segments, [0, 2 * MARK, 3 * MARK, LENGTH]))
    told = table.rows(named=True)
    assert all(row["change"] or row["before"] for row in told)
    assert all(row["before"] == 0 for row in told if row["position"] % MARK)
    begin, last = first // MARK * MARK, min(first + width, LENGTH)
    for direction, level, everyone, outliers, group in product(range(2), range(4), (0, 1), (0, 1), range(2)):
        mine = [
            row
            for row in told
            if row["direction"] == ("loss", "gain")[direction]
            and LEVELS.index(row["level"]) <= level
            and (row["unrelated"] or everyone)
            and (outliers or not row["outlier"])
            and row["superpopulation"] == GROUPS[group]
        ]
        people = [
            number
            for number, (place, unrelated, is_counted, marked) in enumerate(WHO)
            if is_counted and place == group and (unrelated or everyone) and (outliers or not marked)
        ]
        for base in range(first, last):
            plain = sum(
                who in people and way == direction and strict <= level and start <= base < end
                for who, start, end, way, strict in rows
            )
            stood = sum(row["before"] for row in mine if row["position"] == begin)
            changed = sum(row["change"] for row in mine if begin <= row["position"] <= base)
            assert stood + changed == plain


def events_of(rows: list[tuple[int, tuple[int, int], int, int]]) -> Events:
    columns = [(who, start, end, way, level) for who, (start, end), way, level in sorted(rows, key=lambda row: row[1])]
    sample, start, end, direction, level = np.array(columns, np.int64).reshape(-1, 5).T
    no: Numbers = np.zeros(len(columns), np.int64)
    return Events(sample, start, end, start, end, direction, no, no, no, no, level)


@settings(EXAMPLES, max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, len(WHO) - 1), spans, st.integers(0, 1), st.integers(0, 3)), max_size=8),
    st.lists(st.tuples(spans, st.integers(0, 2)), max_size=4),
    st.integers(0, 8),
)
@example([(0, (10, 30), 0, 1), (0, (20, 40), 0, 1)], [((0, 50), 0)], 1)
def test_what_events_in_copies_reach_is_told_base_by_base_r5(
    rows: list[tuple[int, tuple[int, int], int, int]], places: list[tuple[tuple[int, int], int]], part: int
) -> None:
    """Of two parts of the events, put together, as of all."""
    kinds = ("SegDups", "gap", "paralogous")
    one, other, kind = np.array([(*span, number) for span, number in places], np.int64).reshape(-1, 3).T
    regions = Regions(one, other, kind, kinds)
    of_parts = [steps.reach_of_copies(events_of(some), PEOPLE, "chr21", regions) for some in (rows[:part], rows[part:])]
    table = steps.reach_rows(steps.join_reaches(of_parts), "chr21")
    assert table.equals(steps.reach_rows(steps.reach_of_copies(events_of(rows), PEOPLE, "chr21", regions), "chr21"))
    copies = {base for span, number in places if kinds[number] != "gap" for base in range(*span)}
    plain = {
        (("loss", "gain")[way], LEVELS[level], WHO[who][1], WHO[who][3], base)
        for who, span, way, level in rows
        if WHO[who][2] and 2 * len(copies & set(range(*span))) >= span[1] - span[0]
        for base in range(*span)
    }
    found = [
        (row["direction"], row["level"], row["unrelated"], row["outlier"], base)
        for row in table.rows(named=True)
        for base in range(row["start"], row["end"])
    ]
    assert len(found) == len(set(found))
    assert set(found) == plain
