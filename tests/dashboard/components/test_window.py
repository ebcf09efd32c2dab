"""The links that move a region's window."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.window import NARROWEST, neighbouring_chromosomes, neighbouring_windows, window_links
from dashboard.question.filters import Filters
from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS
from data_prep.domain.intervals import Interval


@st.composite
def places(draw: st.DrawFn) -> Interval:
    chrom = draw(st.sampled_from(CHROMOSOMES))
    start = draw(st.integers(0, LENGTHS[chrom] - 1))
    return Interval(chrom, start, draw(st.integers(start + 1, LENGTHS[chrom])))


@given(places())
def test_a_window_stays_on_its_chromosome_and_never_gets_narrower_than_1_kb(place: Interval) -> None:
    for there in neighbouring_windows(place).values():
        assert there.chrom == place.chrom
        assert 0 <= there.start < there.end <= LENGTHS[place.chrom]
        assert there.length >= NARROWEST
        assert there != place


def test_each_link_leads_where_its_words_say() -> None:
    there = neighbouring_windows(Interval("chr1", 1_000_000, 1_100_000))
    assert there == {
        "← step": Interval("chr1", 950_000, 1_050_000),
        "step →": Interval("chr1", 1_050_000, 1_150_000),
        "half width": Interval("chr1", 1_025_000, 1_075_000),
        "double width": Interval("chr1", 950_000, 1_150_000),
        "ten times as wide": Interval("chr1", 550_000, 1_550_000),
        "whole chromosome": Interval("chr1", 0, 248_956_422),
    }


@given(places())
def test_doubling_what_was_halved_loses_no_base(place: Interval) -> None:
    """An even length comes back as it was; an odd one with one base more, since half a base is none."""
    half = neighbouring_windows(place).get("half width", place)
    back = neighbouring_windows(half).get("double width", half)
    assert back.start <= place.start
    assert place.end <= back.end
    if place.length >= 2 * NARROWEST:
        assert back.length == min(place.length + place.length % 2, LENGTHS[place.chrom])


@given(places())
def test_halving_what_was_doubled_leads_back(place: Interval) -> None:
    """But at the ends of a chromosome, where a window has no room to widen to both sides."""
    double = neighbouring_windows(place).get("double width", place)
    if (
        double.length == 2 * place.length
        and double.start == place.start - place.length // 2
        and place.length >= NARROWEST
    ):
        assert neighbouring_windows(double)["half width"] == place


def test_an_odd_window_by_hand() -> None:
    odd = Interval("chr6", 5_000_000, 5_300_103)
    half = neighbouring_windows(odd)["half width"]
    assert half == Interval("chr6", 5_075_025, 5_225_077)
    assert neighbouring_windows(half)["double width"] == Interval("chr6", 4_999_999, 5_300_103)


def test_from_a_whole_chromosome_one_goes_to_the_next() -> None:
    def beside(chrom: str) -> dict[str, Interval]:
        return neighbouring_chromosomes(Interval(chrom, 0, LENGTHS[chrom]))

    assert beside("chr1") == {"next chromosome": Interval("chr2", 0, 242_193_529)}
    assert beside("chrX") == {
        "previous chromosome": Interval("chr22", 0, 50_818_468),
        "next chromosome": Interval("chrY", 0, 57_227_415),
    }
    assert list(beside("chrY")) == ["previous chromosome"]
    assert neighbouring_chromosomes(Interval("chr1", 0, LENGTHS["chr1"] - 1)) == {}


def test_the_links_bear_the_window_and_the_keys_of_the_picture() -> None:
    html = window_links(Interval("chr1", 1_000_000, 1_100_000), Filters())
    assert re.findall(r'data-(?:chrom|start|end|length)="([^"]*)"', html) == ["chr1", "1000000", "1100000", "248956422"]
    keys = {key: unescape(address) for address, key in re.findall(r'href="([^"]*)"[^>]*data-key="([^"]*)"', html)}
    assert keys == {
        "ArrowLeft": "/region?region=chr1:950001-1050000",
        "ArrowRight": "/region?region=chr1:1050001-1150000",
        "+": "/region?region=chr1:1025001-1075000",
        "-": "/region?region=chr1:950001-1150000",
        "Home": "/region?region=chr1",
    }
