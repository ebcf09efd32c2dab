"""Calls to events, and events to disjoint segments (rules R3, R4, R8).

DRAGEN writes one event as abutting pieces; whoever counted pieces would count one person's deletion twice and test it
piece by piece against filters that the whole passes. All of a batch is joined at once, in columns and without sorting
it anew; only samples whose calls overlap each other, which DRAGEN's never do, take a slower way.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Final

import polars as pl

from data_prep.domain.coding import half_bin, most_drawn_in
from data_prep.domain.copy_number import DIRECTIONS, Direction
from data_prep.domain.intervals import runs
from data_prep.domain.levels import (
    COPY_RATIO_FILTER,
    CREDIBLE_QUALITY,
    CREDIBLE_RATIO_DISTANCE,
    FULL_LENGTH,
    LEAST_CREDIBLE_BINS,
    LENGTH_FILTER,
    NO_FAULTS,
    QUALITY_FILTER,
    SOLID_BINS,
)
from data_prep.reading.dialects.records import UNCERTAIN_BASES, Ends

_RATIO_SLACK: Final = 1e-6
"""Copy ratios are 32-bit floats: one written as 0.8 must still count as 0.2 away from 1."""

EVENT: Final = (
    "entry_source",
    "event_no",
    "chrom",
    "start",
    "end",
    "inner_start",
    "inner_end",
    "direction",
    "class",
    "copy_number",
    "expected_copy_number",
    "copy_ratio",
    "quality",
    "bins",
    "filters",
    "sensitive",
    "credible",
    "pass",
    "parts",
    "par_border",
)
LEVELS: Final = ("sensitive", "credible", "pass")
"""Columns of the levels (R4), each of which holds the one after it."""
SEGMENT: Final = ("entry_source", "chrom", "start", "end", "direction", "copy_number", *LEVELS)


def join_calls(
    calls: pl.DataFrame, abutting: bool = True, ends: Ends = Ends.UNSAID
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Joins calls into events (R3); without `abutting`, for callers that cut no event into pieces, each call is one.

    `calls`: as `calls.Sorted.calls`, sorted by file, chrom, start, end; `ends`: where their caller places the ends of events,
    by which these are drawn in (R7). Returns the calls with `event_no` (UInt32, counted
    from 0 within each file), and the events with the columns `EVENT`; both ordered by direction, then as given.
    """
    # in a fixed order: an event's number must not hang on who else is read in the batch
    by_direction = (calls.filter(pl.col("direction") == direction.value) for direction in Direction)
    marked = [lane.with_columns(_abutting(lane)) for lane in by_direction if lane.height]
    lanes = [part for lane in marked for part in (_lanes(lane) if abutting else [_number_each(lane)])]
    if not lanes:
        number = pl.lit(0, pl.UInt32)
        abuts = pl.lit(False)
        nothing = _events(
            calls.with_columns(number.alias("group"), abuts.alias("abuts_before"), abuts.alias("abuts_after")), ends
        ).with_columns(number.alias("event_no"))
        return calls.with_columns(number.alias("event_no")), nothing.select(EVENT)
    offset = 0
    for i, lane in enumerate(lanes):
        lanes[i] = lane.with_columns(pl.col("group") + offset)
        offset = int(lanes[i].get_column("group").max())  # type: ignore[arg-type]
    ordered = pl.concat(lanes)
    events = _events(ordered, ends)
    in_file = pl.int_range(pl.len()).over("entry_source").cast(pl.UInt32).alias("event_no")
    events = (
        events.sort("entry_source", maintain_order=True).with_columns(in_file)
        if len(lanes) > 1
        else events.with_columns(in_file)
    )
    number_of = pl.Series(values=[0], dtype=pl.UInt32).extend(
        events.select("group", "event_no").sort("group").get_column("event_no")
    )
    numbered = ordered.with_columns(number_of.gather(ordered.get_column("group")).alias("event_no"))
    numbered = numbered.drop("group", "abuts_before", "abuts_after")
    return numbered, events.select(EVENT)


def _same_place() -> pl.Expr:
    """Whether a row lies on the chromosome and in the sample of the row before it."""
    return (
        (pl.col("entry_source") == pl.col("entry_source").shift(1)) & (pl.col("chrom") == pl.col("chrom").shift(1))
    ).fill_null(False)


def _abutting(lane: pl.DataFrame) -> list[pl.Series]:
    """Of calls of one direction `abuts_before` and `abuts_after`: a call of the same sample ends where it starts, or starts
    where it ends."""
    lane_start = pl.col("entry_source").cast(pl.Int64) * (1 << 34) + pl.col("chrom").to_physical().cast(pl.Int64) * (
        1 << 28
    )
    places = lane.select(start=lane_start + pl.col("start"), end=lane_start + pl.col("end"))
    start, end = places.get_columns()
    return [start.is_in(end.implode()).alias("abuts_before"), end.is_in(start.implode()).alias("abuts_after")]


def _number_events(lane: pl.DataFrame) -> pl.DataFrame:
    """Calls of one direction with `group`, the number of their event from 1, in order."""
    same = _same_place()
    before = pl.col("end").shift(1)
    flags = lane.select(
        overlap=same & (pl.col("start") < before), continued=same & (pl.col("start") == before) & ~_step()
    )
    if flags.get_column("overlap").any():
        return lane.with_columns(_groups_of_overlapping(lane)).sort("group", maintain_order=True)
    return lane.with_columns((~flags.get_column("continued").fill_null(False)).cum_sum().cast(pl.UInt32).alias("group"))


def _lanes(lane: pl.DataFrame) -> list[pl.DataFrame]:
    """Calls of one direction with `group`; apart those that are whole events (`joins` false), each a group of its own."""
    whole = ~pl.col("joins").fill_null(True) if "joins" in lane.columns else pl.lit(False)
    alone = lane.filter(whole)
    if not alone.height:
        return [_number_events(lane)]
    pieces = lane.filter(~whole)
    return [*([_number_events(pieces)] if pieces.height else []), _number_each(alone)]


def _number_each(lane: pl.DataFrame) -> pl.DataFrame:
    return lane.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("group"))


def _step() -> pl.Expr:
    """Whether the joint with the row before is a copy-number step between solid sides (R3)."""
    differ = pl.col("copy_number").ne_missing(pl.col("copy_number").shift(1))
    solid = (pl.col("bins") >= SOLID_BINS).fill_null(False)
    return differ & solid & solid.shift(1, fill_value=False)


def _groups_of_overlapping(lane: pl.DataFrame) -> pl.Series:
    """The same groups where calls of one sample and direction overlap: connected by uncut joints, found one by one."""
    rows = lane.select("entry_source", pl.col("chrom").to_physical(), "start", "end", "copy_number", "bins").rows()
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    ends: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for i, (file, chrom, _, end, _, _) in enumerate(rows):
        ends[file, chrom, end].append(i)
    for i, (file, chrom, start, _, copy_number, bins) in enumerate(rows):
        for j in ends.get((file, chrom, start), ()):
            solid = (bins or 0) >= SOLID_BINS and (rows[j][5] or 0) >= SOLID_BINS
            if not (solid and rows[j][4] != copy_number):
                a, b = root(i), root(j)
                parent[max(a, b)] = min(a, b)
    roots = [root(i) for i in range(len(rows))]
    ranks = {r: n for n, r in enumerate(sorted(set(roots)), 1)}
    return pl.Series("group", [ranks[r] for r in roots], dtype=pl.UInt32)


_DRAWN: Final = ("inward_start", "inward_end", "abuts_before", "abuts_after", "unreadable")
"""What calls hand on to their event for its inner ends and its levels."""


def _events(ordered: pl.DataFrame, ends: Ends) -> pl.DataFrame:
    """Events from calls sorted by `group`, with all columns of `EVENT` but the number, and `group`."""
    group = pl.col("group")
    alone = ordered.select(group.ne_missing(group.shift(1)) & group.ne_missing(group.shift(-1))).to_series()
    worked_out = ("event_no", "inner_start", "inner_end", *LEVELS)
    columns = ["group", *(c for c in EVENT if c not in worked_out), *_DRAWN]
    events = ordered.filter(alone).with_columns(pl.lit(1, pl.UInt32).alias("parts")).select(columns)
    if events.height < ordered.height:
        events = pl.concat([events, _merge(ordered.filter(~alone)).select(columns)]).sort("group")
    events = events.with_columns(_filters_left(events))
    sure = (pl.col("quality") >= CREDIBLE_QUALITY).fill_null(True)
    sensitive = pl.col("filters").is_in(["PASS", LENGTH_FILTER]) & sure & _ratio_is_far() & ~pl.col("unreadable")
    credible = sensitive & (pl.col("bins") >= LEAST_CREDIBLE_BINS).fill_null(True)
    return events.with_columns(
        *_inner(ends),
        sensitive.alias("sensitive"),
        credible.alias("credible"),
        (credible & (pl.col("filters") == "PASS")).alias("pass"),
    ).drop(_DRAWN)


def _inner(ends: Ends) -> list[pl.Expr]:
    """The ends of events drawn in by their uncertainty (R7): `inner_start`, `inner_end`, with at least a base between them."""
    length = pl.col("end") - pl.col("start")
    if ends is Ends.EXACT:
        by_kind = pl.lit(0, pl.Int32)
    elif ends is Ends.BINS:
        # bases of half a mean bin, rounded down
        by_kind = pl.when(pl.col("bins") > 0).then(half_bin(length, pl.col("bins").cast(pl.Int64)))
        by_kind = by_kind.otherwise(UNCERTAIN_BASES)
    else:
        by_kind = pl.lit(UNCERTAIN_BASES, pl.Int32)

    def bases(end: str, abuts: str) -> pl.Expr:
        uncertain = pl.min_horizontal(pl.coalesce(f"inward_{end}", by_kind), most_drawn_in(length))
        return pl.when(pl.col(abuts)).then(0).otherwise(uncertain)

    return [
        (pl.col("start") + bases("start", "abuts_before")).cast(pl.Int32).alias("inner_start"),
        (pl.col("end") - bases("end", "abuts_after")).cast(pl.Int32).alias("inner_end"),
    ]


def _merge(parts: pl.DataFrame) -> pl.DataFrame:
    """One row a group of several calls: the copy number of the call with most bins, of two the farther from expected."""
    distance = (pl.col("copy_number") - pl.col("expected_copy_number").cast(pl.Int32)).abs()
    weighed = parts.with_columns(pl.col("bins").fill_null(0).alias("weight"), distance.fill_null(0).alias("distance"))
    weighed = weighed.sort(
        "group", "weight", "distance", "start", descending=[False, True, True, False], maintain_order=True
    )
    weight = pl.when(pl.col("copy_ratio").is_not_null()).then(pl.col("weight"))
    mean = (pl.col("copy_ratio").cast(pl.Float64) * pl.col("weight")).sum() / weight.sum()
    first, last = pl.col("start") == pl.col("start").min(), pl.col("end") == pl.col("end").max()
    return weighed.group_by("group", maintain_order=True).agg(
        pl.col("entry_source", "chrom", "direction", "class", "copy_number", "expected_copy_number").first(),
        pl.col("start").min(),
        pl.col("end").max(),
        pl.when(weight.sum() > 0)
        .then(mean)
        .otherwise(pl.col("copy_ratio").mean())
        .cast(pl.Float32)
        .alias("copy_ratio"),
        pl.col("quality").max(),
        pl.when(pl.col("bins").is_not_null().any()).then(pl.col("bins").sum()).alias("bins"),
        pl.col("filters").unique().sort().str.join(";"),
        pl.col("par_border").any(),
        pl.col("unreadable").any(),
        # of several calls at one end the least sure
        pl.col("inward_start").filter(first).max(),
        pl.col("inward_end").filter(last).max(),
        pl.col("abuts_before").filter(first).any(),
        pl.col("abuts_after").filter(last).any(),
        pl.len().cast(pl.UInt32).alias("parts"),
    )


def _ratio_is_far() -> pl.Expr:
    """The copy ratio is at least 0.2 away from 1; a caller that gives none is not held to it, as with QUAL."""
    return ((pl.col("copy_ratio") - 1).abs() >= CREDIBLE_RATIO_DISTANCE - _RATIO_SLACK).fill_null(True)


def _filters_left(events: pl.DataFrame) -> pl.Series:
    """The filters that hold for whole events (R4), worked out once for each distinct combination."""
    names = events.get_column("filters")
    if not names.len():
        return names
    kinds = names.unique()
    places = pl.Series(range(kinds.len()), dtype=pl.UInt32)
    combination = events.select(
        (names.replace_strict(kinds, places, return_dtype=pl.UInt32) * 8).alias("kind")
        + 4 * (pl.col("end") - pl.col("start") >= FULL_LENGTH).cast(pl.UInt32)
        + 2 * (pl.col("quality") >= CREDIBLE_QUALITY).fill_null(False).cast(pl.UInt32)
        + (_ratio_is_far() & pl.col("copy_ratio").is_not_null()).cast(pl.UInt32)
    ).to_series()
    answers = [
        filters_of_event(kind, bool(code & 4), bool(code & 2), bool(code & 1)) for kind in kinds for code in range(8)
    ]
    return pl.Series("filters", answers, dtype=pl.String).gather(combination)


def filters_of_event(filters: str, long: bool, sure: bool, far: bool) -> str:
    """Filters of an event from those of its calls, joined by semicolons: less the ones that the whole does not earn.

    `long`: 10 kb or more, `sure`: QUAL 10 or more, `far`: copy ratio 0.2 or more away from 1. `.` counts as PASS (R4).
    """
    names = set(filters.split(";")) - {"PASS", ".", "", *NO_FAULTS}
    for does_not_hold, name in ((long, LENGTH_FILTER), (sure, QUALITY_FILTER), (far, COPY_RATIO_FILTER)):
        if does_not_hold:
            names.discard(name)
    return ";".join(sorted(names)) or "PASS"


def disjoint_segments(events: pl.DataFrame) -> pl.DataFrame:
    """Losses and gains as intervals that are disjoint within a sample and direction: columns `SEGMENT`.

    `events`: as `join_calls` gives them. A piece is at a level if any event over it is; its copy number is the one
    farthest from the expected of them.
    """
    lanes = []
    for (direction,), lane in events.select(SEGMENT).partition_by("direction", as_dict=True).items():
        if direction not in DIRECTIONS:
            continue
        tangled = lane.select(_same_place() & (pl.col("start") < pl.col("end").shift(1)).fill_null(False)).to_series()
        if tangled.any():
            places = lane.filter(tangled).select("entry_source", "chrom").unique()
            lanes.append(_untangle(lane.join(places, on=["entry_source", "chrom"], how="semi")).cast(lane.schema))
            lane = lane.join(places, on=["entry_source", "chrom"], how="anti")
        lanes.append(lane)
    return pl.concat(lanes) if lanes else events.select(SEGMENT).clear()


def _untangle(events: pl.DataFrame) -> pl.DataFrame:
    """Cuts overlapping events of one direction at every end, and joins neighbouring pieces that are alike."""
    pieces: list[tuple[object, ...]] = []
    for (file, chrom, direction), lane in events.partition_by(
        "entry_source", "chrom", "direction", as_dict=True
    ).items():
        farthest = min if direction == Direction.LOSS.value else max
        rows = lane.select("start", "end", "copy_number", *LEVELS).rows()
        bounds = sorted({bound for row in rows for bound in row[:2]})
        open_from, state = 0, None
        for start, end in pairwise([*bounds, bounds[-1] + 1]):
            over = [row for row in rows if row[0] <= start and row[1] >= end]
            numbers = [row[2] for row in over if row[2] is not None]
            levels = (any(row[3 + level] for row in over) for level in range(len(LEVELS)))
            now = (farthest(numbers, default=None), *levels) if over else None
            if now != state:
                if state is not None:
                    pieces.append((file, chrom, open_from, start, direction, *state))
                open_from, state = start, now
    return pl.DataFrame(pieces, schema=list(SEGMENT), orient="row")


def seen_intervals(calls: pl.DataFrame, reference: pl.DataFrame, least_bins_per_kb: float) -> pl.DataFrame:
    """Where the caller could see (R5): file, chrom, start, end; reference rows and calls dense enough, joined per sample."""
    columns = ("entry_source", "chrom", "start", "end", "bins")
    rows = pl.concat([calls.select(columns), reference.select(columns)])
    dense = pl.col("bins") * 1000 >= least_bins_per_kb * (pl.col("end") - pl.col("start"))
    rows = rows.filter(dense).sort("entry_source", "chrom", "start", "end")
    places = rows.select("start", "end", pl.struct("entry_source", "chrom").rle_id().alias("lane"))
    start, end, lane = (column.cast(pl.Int64).to_numpy() for column in places)
    return (
        rows.with_columns(pl.Series("run", runs(start, end, lane)))
        .group_by("run", maintain_order=True)
        .agg(pl.col("entry_source", "chrom", "start").first(), pl.col("end").max())
        .drop("run")
    )
