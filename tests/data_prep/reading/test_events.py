"""Calls to events and to disjoint segments (R3, R4, R8), and where the caller could see (R5)."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.reading.dialects.records import Ends
from data_prep.reading.events import disjoint_segments, filters_of_event, join_calls, seen_intervals
from tests.data_prep.dragen_text import record, reference_row, vcf
from tests.data_prep.in_memory import (
    CALL,
    EVENT,
    EXAMPLES,
    fates,
    place,
    plain_event_rows,
    unordered,
    without_ratio,
)
from tests.oracle import plain


def joined(*lines: str, sex: str = "male") -> list[dict[str, object]]:
    """The events of one file, by place."""
    calls, events = join_calls(fates([vcf("S", lines, sex=sex)]).calls)
    assert calls.height >= events.height
    return sorted(events.iter_rows(named=True), key=lambda e: (place(str(e["chrom"])), e["start"], e["end"]))


def span(events: Sequence[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(e["start"], e["end"], e["copy_number"], e["parts"]) for e in events]


def loss(start: int, end: int, cn: int = 1, bins: object = 5, **more: object) -> str:
    return record("chr1", start, end, "<DEL>", cn, gt="1/1" if cn == 0 else "0/1", bins=bins, **more)  # type: ignore[arg-type]


def gain(start: int, end: int, cn: int = 3, bins: object = 5, **more: object) -> str:
    return record("chr1", start, end, "<DUP>", cn, gt="./1", bins=bins, sm=cn / 2, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "events"),
    [
        pytest.param([loss(0, 1000), loss(1001, 2000)], [(0, 1000, 1, 1), (1001, 2000, 1, 1)], id="a gap of one base"),
        pytest.param([loss(0, 1000), loss(1000, 2000)], [(0, 2000, 1, 2)], id="same copy number"),
        pytest.param([loss(0, 1000, 0, 3), loss(1000, 2000, 1, 3)], [(0, 1000, 0, 1), (1000, 2000, 1, 1)], id="step, 3 and 3 bins"),
        pytest.param([loss(0, 1000, 0, 2), loss(1000, 2000, 1, 9)], [(0, 2000, 1, 2)], id="ragged edge of 2 bins before"),
        pytest.param([loss(0, 1000, 0, 9), loss(1000, 2000, 1, 2)], [(0, 2000, 0, 2)], id="ragged edge of 2 bins after"),
        pytest.param([loss(0, 1000, 0, 9), loss(1000, 2000, 1, ".")], [(0, 2000, 0, 2)], id="bins not known"),
        pytest.param([loss(0, 1000, 1, 1), loss(1000, 2000, 0, 1)], [(0, 2000, 0, 2)], id="tie of bins: farther from expected"),
        pytest.param([loss(0, 1000, 0, 4), loss(1000, 2000, 1, 2), loss(2000, 3000, 0, 4)], [(0, 3000, 0, 3)], id="two joints, both ragged"),
        pytest.param([loss(0, 1000, 0, 4), loss(1000, 2000, 1, 3), loss(2000, 3000, 0, 2)], [(0, 1000, 0, 1), (1000, 3000, 1, 2)], id="cut at one joint only"),
        pytest.param([loss(0, 1000, 0, 4), loss(1000, 2000, 0, 3), loss(2000, 3000, 1, 3)], [(0, 2000, 0, 2), (2000, 3000, 1, 1)], id="joined then cut"),
        pytest.param([loss(0, 1000), gain(1000, 2000), loss(2000, 3000)], [(0, 1000, 1, 1), (1000, 2000, 3, 1), (2000, 3000, 1, 1)], id="other direction between"),
        pytest.param([gain(0, 1000, 4, 3), gain(1000, 2000, 3, 3)], [(0, 1000, 4, 1), (1000, 2000, 3, 1)], id="step of gains"),
        pytest.param([gain(0, 1000, 4, 2), gain(1000, 2000, 3, 2)], [(0, 2000, 4, 2)], id="tie of gains: the higher"),
        pytest.param([loss(2000, 3000), loss(0, 1000), loss(1000, 2000)], [(0, 3000, 1, 3)], id="unsorted"),
        pytest.param([loss(0, 5000), loss(1000, 2000)], [(0, 5000, 1, 1), (1000, 2000, 1, 1)], id="nested, not abutting"),
        pytest.param([loss(0, 5000), loss(1000, 2000), loss(5000, 6000)], [(0, 6000, 1, 2), (1000, 2000, 1, 1)], id="abutting around a nested one"),
        pytest.param([loss(0, 1000), loss(0, 2000), loss(1000, 3000), loss(2000, 4000)], [(0, 3000, 1, 2), (0, 4000, 1, 2)], id="two chains that cross"),
        pytest.param([loss(0, 1000), loss(500, 1000, 0, 2), loss(1000, 3000)], [(0, 3000, 1, 3)], id="two calls abut a third"),
        pytest.param([loss(0, 1000), record("chr2", 1000, 2000)], [(0, 1000, 1, 1), (1000, 2000, 1, 1)], id="another chromosome"),
    ],
)  # fmt: skip
def test_join_calls_joins_what_abuts_but_for_steps(lines: list[str], events: list[tuple[object, ...]]) -> None:
    """R3."""
    assert span(joined(*lines)) == events


def test_join_calls_keeps_people_apart() -> None:
    """R3: of one sample."""
    texts = [vcf("A", [loss(0, 1000)]), vcf("B", [loss(1000, 2000)]), vcf("C", [loss(2000, 3000), loss(0, 2500)])]
    _, events = join_calls(fates(texts).calls)
    assert events.select("entry_source", "start", "end").rows() == [
        (0, 0, 1000),
        (1, 1000, 2000),
        (2, 0, 2500),
        (2, 2000, 3000),
    ]


def test_join_calls_takes_expected_copies_into_the_tie() -> None:
    """R3: on a man's X one copy more is as far as it gets with two."""
    lines = [
        record("chrX", 5_000_000, 5_001_000, "<DUP>", 2, gt="1", bins=1, sm=2),
        record("chrX", 5_001_000, 5_002_000, "<DUP>", 3, gt="1", bins=1, sm=3),
    ]
    event = joined(*lines)[0]
    assert (event["copy_number"], event["expected_copy_number"], event["class"]) == (3, 1, "high-gain")


def test_an_event_has_the_best_quality_and_the_mean_ratio_by_bins() -> None:
    """R3."""
    event = joined(
        loss(0, 4000, bins=6, sm=0.5, quality=20),
        loss(4000, 5000, bins=2, sm=0.1, quality=45),
        loss(5000, 6000, bins=".", sm=0.9, quality="."),
        loss(6000, 7000, bins=2, sm=".", quality=3),
    )[0]
    assert event["quality"] == 45
    assert event["bins"] == 10
    assert event["copy_ratio"] == pytest.approx((6 * 0.5 + 2 * 0.1) / 8)


def test_an_event_without_values_has_none() -> None:
    event = joined(*[record("chr1", s, s + 1000, form="GT", values="0/1", quality=".") for s in (0, 1000)])[0]
    assert [event[c] for c in ("copy_number", "quality", "copy_ratio", "bins")] == [None] * 4
    assert (event["class"], event["filters"], event["credible"], event["pass"]) == ("loss", "PASS", True, True)


@pytest.mark.parametrize(
    ("lines", "filters", "credible", "passing"),
    [
        pytest.param([loss(0, 10_000)], "PASS", True, True, id="pass"),
        pytest.param([loss(0, 10_000, filters=".")], "PASS", True, True, id="a dot counts as PASS"),
        pytest.param([loss(0, 9_999, filters="cnvLength")], "cnvLength", True, False, id="short"),
        pytest.param([loss(0, 10_000, filters="cnvLength")], "PASS", True, True, id="10 kb has no cnvLength"),
        pytest.param([loss(0, 6_000, filters="cnvLength"), loss(6_000, 12_000, filters="cnvLength")], "PASS", True, True, id="short pieces of a long event"),
        pytest.param([loss(0, 5_000, filters="cnvLength"), loss(5_000, 9_999, filters="cnvLength")], "cnvLength", True, False, id="short pieces, short event"),
        pytest.param([loss(0, 8_000, filters="cnvLength", quality=9)], "cnvLength", False, False, id="3.5.7b hides the quality filter"),
        pytest.param([loss(0, 8_000, filters="cnvLength", quality=10)], "cnvLength", True, False, id="quality 10 is enough"),
        pytest.param([loss(0, 8_000, filters="cnvLength", quality=9.99)], "cnvLength", False, False, id="quality 9.99 is not"),
        pytest.param([loss(0, 20_000, filters="cnvQual", quality=9)], "cnvQual", False, False, id="cnvQual"),
        pytest.param([loss(0, 20_000, filters="cnvQual", quality=9), loss(20_000, 30_000, quality=50)], "PASS", True, True, id="cnvQual of a part, the whole is sure"),
        pytest.param([loss(0, 20_000, filters="cnvBinSupportRatio")], "cnvBinSupportRatio", False, False, id="bin support"),
        pytest.param([loss(0, 20_000, filters="cnvBinSupportRatio"), loss(20_000, 30_000)], "cnvBinSupportRatio", False, False, id="bin support of a part"),
        pytest.param([gain(0, 20_000, filters="cnvCopyRatio", bins=2), gain(20_000, 60_000)], "PASS", True, True, id="ratio of the whole is far"),
        pytest.param([record("chr1", 0, 20_000, "<DUP>", 3, gt="./1", sm=1.1, filters="cnvCopyRatio")], "cnvCopyRatio", False, False, id="ratio near 1"),
        pytest.param([record("chr1", 0, 20_000, "<DUP>", 3, gt="./1", sm=1.1)], "PASS", False, False, id="ratio near 1, not filtered"),
        pytest.param([record("chr1", 0, 20_000, "<DUP>", 3, gt="./1", sm=1.2)], "PASS", True, True, id="ratio 1.2"),
        pytest.param([record("chr1", 0, 20_000, "<DUP>", 3, gt="./1", sm=1.19999)], "PASS", False, False, id="ratio 1.19999"),
        pytest.param([loss(0, 20_000, sm=0.8)], "PASS", True, True, id="ratio 0.8"),
        pytest.param([loss(0, 20_000, sm=0.800001)], "PASS", False, False, id="ratio 0.800001"),
        pytest.param([loss(0, 20_000, sm=0.80001)], "PASS", False, False, id="ratio 0.80001"),
        pytest.param([loss(0, 20_000, quality=".", sm=".")], "PASS", True, True, id="missing values are not held against it"),
        pytest.param([loss(0, 20_000, quality=".", filters="cnvQual")], "cnvQual", False, False, id="cnvQual stays without a quality"),
        pytest.param([loss(0, 20_000, sm=".", filters="cnvCopyRatio")], "cnvCopyRatio", False, False, id="cnvCopyRatio stays without a ratio"),
        pytest.param([loss(0, 8_000, filters="strange;cnvLength")], "cnvLength;strange", False, False, id="unknown filters are kept"),
        pytest.param([loss(0, 8_000, filters="cnvQual;cnvLength", quality=30)], "cnvLength", True, False, id="two filters"),
    ],
)  # fmt: skip
def test_levels_of_an_event(lines: list[str], filters: str, credible: bool, passing: bool) -> None:
    """R4."""
    events = joined(*lines)
    assert len(events) == 1
    assert (events[0]["filters"], events[0]["credible"], events[0]["pass"]) == (filters, credible, passing)


@pytest.mark.parametrize("names", ["PASS", ".", "cnvLength", "cnvQual;cnvLength", "cnvCopyRatio;x;cnvQual;PASS", ""])
@pytest.mark.parametrize("long", [True, False])
@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("far", [True, False])
def test_filters_of_event_drops_what_the_whole_does_not_earn(names: str, long: bool, sure: bool, far: bool) -> None:
    """R4."""
    left = set(names.split(";")) & {"cnvLength", "cnvQual", "cnvCopyRatio", "x"}
    left -= {"cnvLength"} if long else set()
    left -= {"cnvQual"} if sure else set()
    left -= {"cnvCopyRatio"} if far else set()
    assert filters_of_event(names, long, sure, far) == (";".join(sorted(left)) or "PASS")


def test_join_calls_joins_loh_and_unexpected_among_themselves() -> None:
    """R3: directions are kept apart, the uncounted ones too."""
    y = [record("chrY", s, s + 1000, "<DUP>", 2, gt="1", sm=2) for s in (9_000_000, 9_001_000)]
    loh = [record("chr1", s, s + 1000, "<LOH>", 2, gt="1/1", sm=1) for s in (1000, 2000)]
    found = joined(*y, *loh, loss(3000, 4000), sex="female")
    assert [(e["direction"], e["start"], e["parts"]) for e in found] == [("loh", 1000, 2), ("loss", 3000, 1), ("unexpected", 9_000_000, 2)]  # fmt: skip


GRID = 2_500
"""Four steps make 10 kb, where `cnvLength` ends."""


@st.composite
def tiled(draw: st.DrawFn, chrom: str) -> list[str]:
    """Calls that abut often and never overlap, as DRAGEN's."""
    at, lines = draw(st.integers(0, 3)) * GRID + 20_000_000, []
    for _ in range(draw(st.integers(0, 8))):
        at += draw(st.sampled_from([0, 0, 0, 1, GRID]))
        end = at + draw(st.integers(1, 5)) * GRID
        lines.append(draw(one_call(chrom, at, end)))
        at = end
    return lines


@st.composite
def tangled(draw: st.DrawFn, chrom: str) -> list[str]:
    """Calls anywhere on a small grid: abutting, overlapping, nested, of the same place."""
    lines = []
    for _ in range(draw(st.integers(0, 7))):
        start = draw(st.integers(0, 8)) * GRID + 20_000_000
        lines.append(draw(one_call(chrom, start, start + draw(st.integers(1, 4)) * GRID)))
    return lines


@st.composite
def one_call(draw: st.DrawFn, chrom: str, start: int, end: int) -> str:
    alt, cn = draw(st.sampled_from([("<DEL>", 0), ("<DEL>", 1), ("<DEL>", 1), ("<DUP>", 3), ("<DUP>", 5), ("<DUP>", "."), ("<DEL>", "."), ("<LOH>", 2)]))  # fmt: skip
    return record(
        chrom,
        start,
        end,
        alt,
        cn,
        gt=draw(st.sampled_from(["0/1", "0/1", "0/1", "1", "."])),
        sm=draw(st.sampled_from([".", "0.05", "0.5", "0.8", "0.85", "0.95", "1.1", "1.2", "1.5"])),
        bins=draw(st.sampled_from([".", 1, 1, 2, 2, 3, 3, 4, 5])),
        quality=draw(st.sampled_from([".", 3, 9, 10, 11, 40])),
        filters=draw(
            st.sampled_from(
                ["PASS", "PASS", ".", "cnvLength", "cnvLength;cnvQual", "cnvCopyRatio", "cnvBinSupportRatio"]
            )
        ),
    )


@st.composite
def batches(draw: st.DrawFn) -> list[tuple[list[str], str]]:
    files = []
    for _ in range(draw(st.integers(1, 4))):
        lines = []
        for chrom in draw(st.lists(st.sampled_from(["chr1", "chr2", "chrX", "chrY"]), max_size=3, unique=True)):
            way = draw(st.sampled_from([tiled, tiled, tangled]))
            lines += draw(way(chrom))
        repeats = draw(st.lists(st.sampled_from(lines), max_size=2)) if lines else []
        files.append((draw(st.permutations([*lines, *repeats])), draw(st.sampled_from(["male", "female"]))))
    return files


@EXAMPLES
@given(batches())
def test_events_are_those_of_the_plain_reading(files: list[tuple[list[str], str]]) -> None:
    """R3, R4: for any calls of several people, also such as overlap."""
    texts = [vcf(f"S{i}", lines, sex=sex) for i, (lines, sex) in enumerate(files)]
    calls, events = join_calls(fates(texts).calls, ends=Ends.BINS)
    for i, text in enumerate(texts):
        person = plain.read_text(text)
        mine = events.filter(entry_source=i)
        assert mine.get_column("event_no").to_list() == list(range(mine.height))
        found = mine.select(EVENT).rows()
        assert unordered([without_ratio(row) for row in found]) == unordered(plain_event_rows(person))
        ratios = sorted((row[0], row[1], row[2], row[3], row[7] if row[7] is not None else -1.0) for row in found)
        theirs = sorted(
            (e.chrom, e.start, e.end, e.direction, -1.0 if e.ratio is None else e.ratio) for e in person.events
        )
        assert [row[:4] for row in ratios] == [row[:4] for row in theirs]
        assert [row[4] for row in ratios] == pytest.approx([row[4] for row in theirs], rel=1e-6)
        # each call says which event it is part of: the same groups
        groups: dict[int, list[tuple[object, ...]]] = defaultdict(list)
        for row in calls.filter(entry_source=i).select(*CALL[:4], "bins", "event_no").rows():
            groups[row[5]].append(row[:5])
        assert sorted(sorted(map(str, group)) for group in groups.values()) == sorted(
            sorted(str((*part[:4], part.bins)) for part in event.parts) for event in person.events
        )


@EXAMPLES
@given(batches())
def test_segments_are_disjoint_and_say_of_each_base_what_the_events_say(files: list[tuple[list[str], str]]) -> None:
    """R3, R8: base by base the same copy number and levels; no base twice in a person and direction."""
    texts = [vcf(f"S{i}", lines, sex=sex) for i, (lines, sex) in enumerate(files)]
    _, events = join_calls(fates(texts).calls)
    segments = disjoint_segments(events)
    assert set(segments.get_column("direction").unique()) <= {"loss", "gain"}
    for i, text in enumerate(texts):
        person = plain.read_text(text)
        for chrom in ("chr1", "chr2", "chrX", "chrY"):
            for direction in ("loss", "gain"):
                here = segments.filter(entry_source=i, chrom=chrom, direction=direction).sort("start")
                rows = here.select("start", "end", "copy_number", "sensitive", "credible", "pass").rows()
                assert all(start < end for start, end, *_ in rows)
                assert all(one[1] <= other[0] for one, other in pairwise(rows))
                assert merged_alike(rows) == plain.states(person.events_on(chrom), direction)


def merged_alike(rows: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Neighbouring pieces of the same state made one: where cuts lie between alike pieces says nothing."""
    merged: list[tuple[object, ...]] = []
    for row in rows:
        if merged and merged[-1][1] == row[0] and merged[-1][2:] == row[2:]:
            merged[-1] = (merged[-1][0], *row[1:])
        else:
            merged.append(row)
    return merged


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        pytest.param([reference_row("chr1", 0, 10_000, 5)], [(0, 10_000)], id="0.5 bins per kb"),
        pytest.param([reference_row("chr1", 0, 10_000, 4)], [], id="fewer"),
        pytest.param([reference_row("chr1", 0, 10_001, 5)], [], id="a base too many"),
        pytest.param([reference_row("chr1", 0, 10_000, ".")], [], id="bins not known"),
        pytest.param([reference_row("chr1", 0, 10_000), reference_row("chr1", 10_000, 20_000)], [(0, 20_000)], id="abutting"),
        pytest.param([reference_row("chr1", 0, 10_000), reference_row("chr1", 10_001, 20_000)], [(0, 10_000), (10_001, 20_000)], id="a base apart"),
        pytest.param([reference_row("chr1", 0, 30_000), reference_row("chr1", 5_000, 10_000), reference_row("chr1", 20_000, 40_000)], [(0, 40_000)], id="nested and overlapping"),
        pytest.param([reference_row("chr1", 0, 10_000), loss(10_000, 20_000, bins=5), gain(20_000, 30_000, bins=1)], [(0, 20_000)], id="calls count where dense"),
    ],
)  # fmt: skip
def test_seen_intervals_are_dense_rows_and_calls(lines: list[str], seen: list[tuple[int, int]]) -> None:
    """R5."""
    found = fates([vcf("S", lines, release="3.7.6"), vcf("T", [reference_row("chr2", 0, 9000)])])
    rows = seen_intervals(found.calls, found.reference, 0.5)
    assert rows.filter(pl.col("entry_source") == 0).select("start", "end").rows() == seen
    assert rows.filter(pl.col("entry_source") == 1).select("chrom", "start", "end").rows() == [("chr2", 0, 9000)]


@EXAMPLES
@given(st.lists(st.lists(st.tuples(st.booleans(), st.integers(0, 12), st.integers(1, 5), st.integers(0, 12)), max_size=8), min_size=1, max_size=3))  # fmt: skip
def test_seen_intervals_are_those_of_the_plain_reading(files: list[list[tuple[bool, int, int, int]]]) -> None:
    texts = [
        vcf(f"S{i}", [(reference_row if ref else loss_on_2)("chr2", 2000 * a, 2000 * (a + n), bins) for ref, a, n, bins in rows])
        for i, rows in enumerate(files)
    ]  # fmt: skip
    found = fates(texts)
    seen = seen_intervals(found.calls, found.reference, 0.5)
    for i, text in enumerate(texts):
        rows = seen.filter(entry_source=i).select("start", "end").rows()
        assert rows == plain.seen(plain.read_text(text)).get("chr2", [])


def loss_on_2(chrom: str, start: int, end: int, bins: int) -> str:
    return record(chrom, start, end, bins=bins)
