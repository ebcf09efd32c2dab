"""Where the ends of each caller's events may lie (R7): what a record says, what its dialect says, at most a third, none at joints."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.domain.levels import Level
from data_prep.reading.dialects import DIALECTS
from data_prep.reading.dialects.records import Ends
from data_prep.reading.events import join_calls
from tests.data_prep.dragen_text import record, vcf
from tests.data_prep.in_memory import EXAMPLES, fates
from tests.data_prep.reading.dialects.texts import (
    CANVAS,
    CNVNATOR,
    CNVPYTOR,
    DELLY,
    DRAGEN_4_4,
    GATK_SV,
    GCNV,
    LUMPY,
    MANTA,
    PHASE3,
    Caller,
)

DOCUMENTATION = Path(__file__).resolve().parents[4] / "docs" / "dialects.md"


def drawn_in(text: str, dialect: str, ends: Ends | None = None) -> list[tuple[int, int]]:
    """By how many bases both ends of each event are drawn in, by place."""
    found = fates([text])
    known = DIALECTS[dialect]
    _, events = join_calls(found.calls, known.joins, known.ends if ends is None else ends)
    rows = events.sort("chrom", "start", "end", "direction")
    return [
        (row["inner_start"] - row["start"], row["end"] - row["inner_end"])
        for row in rows.select("start", "end", "inner_start", "inner_end").iter_rows(named=True)
    ]


LONG = (100_000, 130_000)
"""Thirty kb: a third is beyond every bound of these tests."""
ONE_RECORD = [
    # half of a mean bin
    (DRAGEN_4_4, "<DEL>", "0/1:0.5:1:10:1,1", "", (1_500, 1_500)),
    (DRAGEN_4_4, "<DEL>", "0/1:0.5:1:7:1,1", "", (2_142, 2_142)),
    (GCNV, "<DEL>", "1:1:20:50:60:50:50", "", (750, 750)),
    (CANVAS, "<CN0>", "0/1:50:30:1:.:.:60:PASS", "SVTYPE=CNV", (500, 500)),
    # placed on bins, which are not counted
    (DRAGEN_4_4, "<DEL>", "0/1:0.5:1:.:1,1", "", (500, 500)),
    (CNVNATOR, "<DEL>", "0/1:1", "SVTYPE=DEL;natorRD=0.5", (500, 500)),
    (CNVPYTOR, "<DEL>", "0/1:1", "SVTYPE=DEL;pytorRD=0.5", (500, 500)),
    # split reads and assembly
    (MANTA, "<DEL>", "0/1:PASS:40:1", "SVTYPE=DEL", (0, 0)),
    (DELLY, "<DEL>", "0/1:40:PASS:1:1:1:1", "SVTYPE=DEL", (0, 0)),
    (LUMPY, "<DEL>", "0/1:5:5:0", "SVTYPE=DEL", (0, 0)),
    (PHASE3, "<CN0>", "0|1", "SVTYPE=DEL;CS=DEL_union", (0, 0)),
    (GATK_SV, "<DEL>", "0/1:40:1", "SVTYPE=DEL;ALGORITHMS=manta;EVIDENCE=SR", (0, 0)),
    (GATK_SV, "<DEL>", "0/1:40:1", "SVTYPE=DEL;ALGORITHMS=depth,wham;EVIDENCE=RD,SR", (0, 0)),
    # read depth alone
    (GATK_SV, "<DEL>", "0/1:40:1", "SVTYPE=DEL;ALGORITHMS=depth;EVIDENCE=RD", (500, 500)),
    (GATK_SV, "<DEL>", "0/1:40:1", "SVTYPE=DEL;EVIDENCE=RD", (500, 500)),
    (PHASE3, "<CN0>,<CN2>", "0|1", "SVTYPE=CNV;CS=DUP_gs", (500, 500)),
    (PHASE3, "<CN2>", "0|1", "SVTYPE=DUP;CS=DUP_uwash", (500, 500)),
    (DELLY, "<CNV>", "0/1:40:PASS:1:1:1:1:1", "SVTYPE=CNV", (500, 500)),
    # what the record itself says: the bound that points into the event
    (MANTA, "<DEL>", "0/1:PASS:40:1", "SVTYPE=DEL;CIPOS=-30,71;CIEND=-82,15", (71, 82)),
    (MANTA, "<DEL>", "0/1:PASS:40:1", "SVTYPE=DEL;CIPOS=-30,0;CIEND=0,15", (0, 0)),
    (MANTA, "<DEL>", "0/1:PASS:40:1", "SVTYPE=DEL;CIEND=-82,15", (0, 82)),
    (LUMPY, "<DEL>", "0/1:5:5:0", "SVTYPE=DEL;CIPOS95=-3,4;CIPOS=-10,9;CIEND95=-1,2;CIEND=-8,20", (9, 8)),
    (DELLY, "<CNV>", "0/1:40:PASS:1:1:1:1:1", "SVTYPE=CNV;CIPOS=-40,60;CIEND=-70,40", (60, 70)),
    (GATK_SV, "<DEL>", "0/1:40:1", "SVTYPE=DEL;ALGORITHMS=depth;EVIDENCE=RD;CIPOS=-5,6;CIEND=-7,8", (6, 7)),
    (PHASE3, "<CN0>", "0|1", "SVTYPE=DEL;CS=DEL_union;CIPOS=-348,25;CIEND=-12,354", (25, 12)),
    (DRAGEN_4_4, "<DEL>", "0/1:0.5:1:10:1,1", "CIPOS=-500,501;CIEND=-502,500", (501, 502)),
    # never more than a third
    (DRAGEN_4_4, "<DEL>", "0/1:0.5:1:1:1,1", "", (10_000, 10_000)),
    (MANTA, "<DEL>", "0/1:PASS:40:1", "SVTYPE=DEL;CIPOS=-1,20000;CIEND=-10001,1", (10_000, 10_000)),
    # a bound that points outward, and what is no interval
    (MANTA, "<DEL>", "0/1:PASS:40:1", "SVTYPE=DEL;CIPOS=-20,-10;CIEND=10,20", (0, 0)),
    (CNVNATOR, "<DEL>", "0/1:1", "SVTYPE=DEL;natorRD=0.5;CIPOS=.,.;CIEND=7", (500, 500)),
]


@pytest.mark.parametrize(("caller", "alt", "values", "info", "bases"), ONE_RECORD)
def test_both_ends_of_a_record(caller: Caller, alt: str, values: str, info: str, bases: tuple[int, int]) -> None:
    form = "GT:GQ:FT:RCL:RC:RCR:RDCN:CN" if alt == "<CNV>" else None
    text = caller.vcf([caller.record("chr1", *LONG, alt, values, info, form=form)])
    assert drawn_in(text, caller.name) == [bases]


def test_a_dialect_that_does_not_say_takes_500_bases_bins_or_not() -> None:
    text = vcf("S", [record("chr1", 0, 30_000, bins=3), record("chr1", 50_000, 51_000, bins=".")])
    assert drawn_in(text, "dragen", Ends.UNSAID) == [(500, 500), (333, 333)]


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 1_499, 1_500, 1_501])
def test_at_least_a_base_is_left(length: int) -> None:
    text = CNVNATOR.vcf([CNVNATOR.record("chr1", 100, 100 + length, "<DEL>", "0/1:1", "SVTYPE=DEL;natorRD=0.5")])
    bases = min(500, length // 3)
    assert drawn_in(text, "cnvnator") == [(bases, bases)]
    assert 2 * bases < length


def test_no_end_is_uncertain_where_two_calls_of_one_person_and_direction_abut() -> None:
    """In one event, in two that a step parts, and in callers whose calls are not joined; not across people and directions."""
    steps = [record("chr1", 0, 10_000, cn=0, gt="1/1", bins=5), record("chr1", 10_000, 30_000, bins=4)]
    assert drawn_in(vcf("S", steps), "dragen") == [(1_000, 0), (0, 2_500)]
    ragged = [record("chr1", 0, 10_000, cn=0, gt="1/1", bins=5), record("chr1", 10_000, 12_000, bins=1)]
    assert drawn_in(vcf("S", ragged), "dragen") == [(1_000, 1_000)]
    other = [record("chr1", 0, 10_000, bins=5), record("chr1", 10_000, 20_000, "<DUP>", 3, gt="./1", sm=1.5, bins=5)]
    assert drawn_in(vcf("S", other), "dragen") == [(1_000, 1_000)] * 2
    apart = [record("chr1", 0, 10_000, bins=5), record("chr2", 10_000, 20_000, bins=5)]
    assert drawn_in(vcf("S", apart), "dragen") == [(1_000, 1_000)] * 2
    # the second is filtered, and its call abuts all the same
    weak = [
        record("chr1", 0, 10_000, cn=0, gt="1/1", bins=5),
        record("chr1", 10_000, 30_000, bins=4, quality=3, filters="cnvQual"),
    ]
    assert drawn_in(vcf("S", weak), "dragen") == [(1_000, 0), (0, 2_500)]
    nator = [CNVNATOR.record("chr1", *place, "<DEL>", "0/1:1", "SVTYPE=DEL;natorRD=0.5") for place in ((0, 9_000), (9_000, 20_000), (30_000, 40_000))]  # fmt: skip
    assert drawn_in(CNVNATOR.vcf(nator), "cnvnator") == [(500, 0), (0, 500), (500, 500)]
    both = fates([vcf("A", [record("chr1", 0, 10_000, bins=5)]), vcf("B", [record("chr1", 10_000, 20_000, bins=5)])])
    _, events = join_calls(both.calls, True, Ends.BINS)
    assert events.select("inner_start", "inner_end").rows() == [(1_000, 9_000), (11_000, 19_000)]


def test_the_records_at_the_two_ends_of_an_event_say_how_sure_these_are() -> None:
    """Of a joined event the first record's CIPOS and the last one's CIEND."""
    form = "0/1:0.5:1:{}:1,1"
    lines = [
        DRAGEN_4_4.record("chr1", 0, 20_000, "<DEL>", form.format(10), "CIPOS=-9,11;CIEND=-12,9"),
        DRAGEN_4_4.record("chr1", 20_000, 30_000, "<DEL>", form.format(2), "CIPOS=-9,13;CIEND=-14,9"),
    ]
    assert drawn_in(DRAGEN_4_4.vcf(lines), "dragen-4.4") == [(11, 14)]


@EXAMPLES
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 9), st.integers(0, 5), st.sampled_from([None, 0, 3, 40, 9_000])),
        min_size=1,
        max_size=12,
    )
)
def test_inner_ends_are_those_of_a_plain_count(calls: list[tuple[int, int, int, int | None]]) -> None:
    """Calls anywhere, as of a caller that joins none: every end by itself."""
    places = sorted({(10 * at, 10 * (at + n)) for at, n, *_ in calls})
    bound = {(10 * at, 10 * (at + n)): inward for at, n, _, inward in calls}
    lines = [
        MANTA.record("chr1", a, b, "<DEL>", "0/1:PASS:40:1", "SVTYPE=DEL" + ("" if bound[a, b] is None else f";CIPOS=-1,{bound[a, b]};CIEND=-{bound[a, b]},1"))
        for a, b in places
    ]  # fmt: skip
    expected = []
    for a, b in places:
        third = (b - a) // 3
        most = min(third, bound[a, b] or 0)
        expected.append(
            (0 if any(end == a for _, end in places) else most, 0 if any(start == b for start, _ in places) else most)
        )
    assert drawn_in(MANTA.vcf(lines), "manta") == expected


def test_every_dialect_says_where_it_places_ends_and_the_documentation_too() -> None:
    rows = {
        line.split("`")[1]: line.rsplit("|", 2)[1].strip()
        for line in DOCUMENTATION.read_text("utf-8").splitlines()
        if line.startswith("| `") and not line.startswith("| `--dialect`")
    }
    assert rows.keys() == DIALECTS.keys()
    assert {name: DIALECTS[name].ends.value for name in rows} == {
        name: {"bins": "bins", "exac": "exact"}.get(words[:4], "unsaid") for name, words in rows.items()
    }


def test_an_unreadable_value_leaves_an_event_at_all_and_its_neighbours_where_they_were() -> None:
    """R4: of any call of the event."""
    lines = [
        record("chr1", 0, 20_000, bins=9),
        record("chr1", 20_000, 40_000, bins=9, quality="abc"),
        record("chr1", 50_000, 70_000, bins=9),
    ]
    _, events = join_calls(fates([vcf("S", lines)]).calls, True, Ends.BINS)
    levels = [level.value for level in (Level.SENSITIVE, Level.CREDIBLE, Level.PASS)]
    assert events.sort("start").select("start", *levels).rows() == [
        (0, False, False, False),
        (50_000, True, True, True),
    ]
