"""The links that move a region's window."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.window import NARROWEST, moved
from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS
from data_prep.domain.intervals import Interval


@st.composite
def places(draw: st.DrawFn) -> Interval:
    chrom = draw(st.sampled_from(CHROMOSOMES))
    start = draw(st.integers(0, LENGTHS[chrom] - 1))
    return Interval(chrom, start, draw(st.integers(start + 1, LENGTHS[chrom])))


@given(places())
def test_a_window_stays_on_its_chromosome_and_never_gets_narrower_than_1_kb(place: Interval) -> None:
    for there in moved(place).values():
        assert there.chrom == place.chrom
        assert 0 <= there.start < there.end <= LENGTHS[place.chrom]
        assert there.length >= NARROWEST
        assert there != place


def test_each_link_leads_where_its_words_say() -> None:
    there = moved(Interval("chr1", 1_000_000, 1_100_000))
    assert there == {
        "← step": Interval("chr1", 950_000, 1_050_000),
        "step →": Interval("chr1", 1_050_000, 1_150_000),
        "half width": Interval("chr1", 1_025_000, 1_075_000),
        "double width": Interval("chr1", 950_000, 1_150_000),
        "ten times as wide": Interval("chr1", 550_000, 1_550_000),
        "whole chromosome": Interval("chr1", 0, 248_956_422),
    }
