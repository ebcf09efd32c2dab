"""What lies where, against a plain search through all rows."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dashboard.store.landmarks import Along
from data_prep.domain.intervals import Interval

CHROMOSOMES = ("chr2", "chr10")
rows = st.tuples(st.sampled_from(CHROMOSOMES), st.integers(0, 8), st.integers(1, 4)).map(
    lambda row: (row[0], row[1], row[1] + row[2])
)
places = st.tuples(st.sampled_from((*CHROMOSOMES, "chrY")), st.integers(0, 10), st.integers(1, 4)).map(
    lambda place: Interval(place[0], place[1], place[1] + place[2])
)


@given(st.lists(rows, max_size=30), places)
def test_rows_that_share_a_base_with_a_place_and_no_others_r1(
    rows: list[tuple[str, int, int]], place: Interval
) -> None:
    ordered = sorted(rows, key=lambda row: (CHROMOSOMES.index(row[0]), row[1]))
    schema = {"chrom": pl.String, "start": pl.Int32, "end": pl.Int32}
    along = Along(pl.DataFrame(ordered, schema=schema, orient="row"))
    bases = set(range(place.start, place.end))
    shared = [row for row in ordered if row[0] == place.chrom and bases & set(range(row[1], row[2]))]
    assert along.touching(place).rows() == shared
    assert along.on(place.chrom).rows() == [row for row in ordered if row[0] == place.chrom]
