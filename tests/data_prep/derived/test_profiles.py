"""Per-base bins (R8): sums and maxima against a count base by base, and on a cohort against the text of its files."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.derived import bins as profiles
from data_prep.derived.bins import Segments, count_people_in_bins
from data_prep.derived.panel import People
from tests.data_prep.conftest import Cohort
from tests.data_prep.derived.test_sites import counted
from tests.data_prep.in_memory import EXAMPLES
from tests.oracle import plain, plain_sites

LENGTH = 235
GROUPS = ("AFR", "EUR")
# who: super-population, unrelated, counted, marked on the chromosome
WHO = [(0, True, True, False), (0, False, True, False), (1, True, True, False), (1, True, True, True), (1, True, False, False)]  # fmt: skip
PEOPLE = People(
    ("YRI", "GBR"),
    GROUPS,
    np.array([one[0] for one in WHO]),
    np.array([one[0] for one in WHO]),
    np.array([0, 1, 0, 1, 0]),
    np.array([one[1] for one in WHO]),
    np.array([one[2] for one in WHO]),
    np.zeros(len(WHO), np.bool_),
    {"chr21": np.array([one[3] for one in WHO])},
)
cut = st.lists(st.integers(0, LENGTH), min_size=2, max_size=12, unique=True).map(sorted)
"""Ends of disjoint intervals: pairs of neighbours."""
lanes = st.dictionaries(st.tuples(st.integers(0, len(WHO) - 1), st.integers(0, 1)), st.tuples(cut, st.integers(0, 99)), max_size=8)  # fmt: skip


@EXAMPLES
@given(lanes, cut)
def test_bins_agree_with_a_count_base_by_base(
    lanes: dict[tuple[int, int], tuple[list[int], int]], callable_cut: list[int]
) -> None:
    rows = [
        (who, start, end, direction, (seed >> number) & 1)
        for (who, direction), (ends, seed) in lanes.items()
        for number, (start, end) in enumerate(zip(ends[::2], ends[1::2], strict=False))
    ]
    segments = Segments(*np.array(rows, np.int64).reshape(-1, 5).T)
    callable_places = list(zip(callable_cut[::2], callable_cut[1::2], strict=False))
    counted_bases = {base for start, end in callable_places for base in range(start, end)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(profiles.LENGTHS, "chr21", LENGTH)
        patch.setattr(profiles, "SIZES", (50, 10))
        starts, ends = np.array(callable_places, np.int64).reshape(-1, 2).T
        table = count_people_in_bins(segments, PEOPLE, "chr21", starts, ends, (0, LENGTH))
    keys = ("size", "start", "end", "direction", "level", "cohort", "superpopulation")
    mine = {tuple(row[key] for key in keys): row for row in table.rows(named=True)} if table.height else {}
    assert len(mine) == table.height
    for direction, named in enumerate(("loss", "gain")):
        for level, strict in (("pass", 0), ("credible", 1)):
            for cohort in ("unrelated", "all"):
                for group in (*GROUPS, "all"):
                    people = [
                        who
                        for who, (place, unrelated, is_counted, marked) in enumerate(WHO)
                        if is_counted
                        and not marked
                        and (unrelated or cohort == "all")
                        and group in (GROUPS[place], "all")
                    ]
                    over = [
                        (start, end)
                        for who, start, end, way, one in rows
                        if who in people and way == direction and one <= strict
                    ]
                    for size in (50, 10):
                        for start in range(0, LENGTH, size):
                            end = min(start + size, LENGTH)
                            row = mine.pop((size, start, end, named, level, cohort, group), None)
                            bases, most = plain_sites.base_by_base(over, start, end, counted_bases)
                            assert (bases, most) == ((row["bases"], row["most"]) if row else (0, 0))
                            if row:
                                assert row["callable"] == len(counted_bases & set(range(start, end)))
                                assert row["samples"] == len(people)
    assert mine == {}


@pytest.mark.parametrize("name", ["cohort_3_5_7b", "cohort_3_7_6"])
def test_bins_of_a_cohort_agree_with_its_files(name: str, request: pytest.FixtureRequest) -> None:
    cohort: Cohort = request.getfixturevalue(name)
    who = counted(cohort)
    gaps = defaultdict(list)
    for row in cohort.database.table("problem_regions"):
        if row["kind"] in ("gap", "telomere", "centromere"):
            gaps[row["chrom"]].append((row["start"], row["end"]))
    seen = defaultdict(list)
    for row in cohort.database.table("callability"):
        if 2 * row["seen"] >= row["samples"]:
            seen[row["chrom"]].append((row["start"], row["end"]))
    rows = cohort.database.table("bins")
    assert len(rows) > 10_000
    assert {row["chrom"] for row in rows} == set(plain.LENGTHS)
    by_chrom = {
        chrom: {one: person.events_on(chrom) for one, person in who.people.items() if who.present(one, chrom)}
        for chrom in plain.LENGTHS
    }  # fmt: skip
    for row in rows[:: len(rows) // 400]:
        chrom, place = row["chrom"], (row["start"], row["end"])
        people = [
            one
            for one in by_chrom[chrom]
            if (row["cohort"] == "all" or who.sample(one).unrelated)
            and row["superpopulation"] in ("all", who.sample(one).superpopulation)
        ]
        assert row["samples"] == len(people)
        spans = [place]
        if seen:
            spans = [(max(a, place[0]), min(b, place[1])) for a, b in seen[chrom] if a < place[1] and b > place[0]]
        holes = plain.union(gaps[chrom])
        bounds = sorted({place[0], place[1], *(min(max(x, place[0]), place[1]) for gap in holes for x in gap), *(x for span in spans for x in span)})  # fmt: skip
        pieces = [
            (a, b)
            for a, b in zip(bounds, bounds[1:], strict=False)  # noqa: RUF007
            if any(x <= a and b <= y for x, y in spans) and not any(x <= a and b <= y for x, y in holes)
        ]
        assert row["callable"] == sum(b - a for a, b in pieces)
        meets = plain.Filters(level=row["level"])
        unions = [
            plain.union((e.start, e.end) for e in by_chrom[chrom][one] if plain.passes(e, row["direction"], meets))
            for one in people
        ]
        steps = plain.steps(
            (max(start, a), min(end, b))
            for union in unions
            for start, end in union
            for a, b in pieces
            if start < b and end > a
        )
        assert row["bases"] == sum((end - start) * depth for start, end, depth in steps)
        assert row["most"] == max(depth for _, _, depth in steps)
