"""Calls to events, and events to disjoint segments (rules R3, R4, R8).

DRAGEN writes one event as abutting pieces; whoever counted pieces would count one person's deletion twice and test it
piece by piece against filters that the whole passes. All of a batch is joined at once, in columns; only samples whose
calls overlap each other, which DRAGEN's never do, take a slower way.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Final

import polars as pl

from data_prep.domain.copy_number import Direction
from data_prep.domain.levels import (
    COPY_RATIO_FILTER,
    CREDIBLE_QUALITY,
    CREDIBLE_RATIO_DISTANCE,
    FULL_LENGTH,
    LENGTH_FILTER,
    QUALITY_FILTER,
    SOLID_BINS,
)

_LANE: Final = ("file", "chrom", "direction")
_RATIO_SLACK: Final = 1e-6
"""Copy ratios are stored as 32-bit floats: 0.8 is then 0.8000000119 away from nothing, and must still count as 0.2 from 1."""


def join_calls(calls: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Joins calls into events (R3).

    `calls`: as `calls.Sorted.calls`. Returns the calls with `event_no` (UInt32, from 0 within a file), and the events:
    file, event_no, chrom, start, end, direction, class, copy_number, expected_copy_number, copy_ratio, quality, bins,
    filters, credible, pass, parts, par_border; both sorted by file, chrom, start, end.
    """
    ordered = calls.sort(*_LANE, "start", "end", maintain_order=True)
    lane = pl.all_horizontal(pl.col(c) == pl.col(c).shift(1) for c in _LANE).fill_null(False)
    reach = pl.col("end").cum_max().over(_LANE).shift(1)
    if ordered.select((lane & (pl.col("start") < reach)).any()).item():
        group = _groups_of_overlapping(ordered)
    else:
        group = ordered.select((~(lane & _continues())).cum_sum().alias("g")).to_series()
    ordered = ordered.with_columns(group.alias("group"))
    events = _events(ordered)
    events = events.sort("file", "chrom", "start", "end", "direction").with_columns(
        (pl.int_range(pl.len()).over("file")).cast(pl.UInt32).alias("event_no")
    )
    numbered = ordered.join(events.select("group", "event_no"), on="group", how="left").drop("group")
    return numbered.sort("file", "chrom", "start", "end"), events.drop("group")


def _continues() -> pl.Expr:
    """Whether a call continues the event of the row before it: it abuts, and the joint is no copy-number step."""
    differ = pl.col("copy_number").ne_missing(pl.col("copy_number").shift(1))
    solid = (pl.col("bins") >= SOLID_BINS).fill_null(False)
    step = differ & solid & solid.shift(1)
    return (pl.col("start") == pl.col("end").shift(1)).fill_null(False) & ~step


def _groups_of_overlapping(ordered: pl.DataFrame) -> pl.Series:
    """The same groups where calls of one sample and direction overlap: connected by uncut joints, found one by one."""
    rows = ordered.select(*(pl.col(c).to_physical() for c in _LANE), "start", "end", "copy_number", "bins").rows()
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    ends: dict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    for i, (file, chrom, direction, _, end, _, _) in enumerate(rows):
        ends[file, chrom, direction, end].append(i)
    for i, (file, chrom, direction, start, _, copy_number, bins) in enumerate(rows):
        for j in ends.get((file, chrom, direction, start), ()):
            differ = rows[j][5] != copy_number
            if not (differ and (bins or 0) >= SOLID_BINS and (rows[j][6] or 0) >= SOLID_BINS):
                a, b = root(i), root(j)
                parent[max(a, b)] = min(a, b)
    return pl.Series("g", [root(i) + 1 for i in range(len(rows))], dtype=pl.UInt32)


_FIELDS: Final = (
    "group",
    "file",
    "chrom",
    "start",
    "end",
    "direction",
    "class",
    "copy_number",
    "expected_copy_number",
    "copy_ratio",
    "quality",
    "bins",
    "filters",
    "par_border",
    "parts",
)


def _events(ordered: pl.DataFrame) -> pl.DataFrame:
    alone = ~pl.col("group").is_duplicated()
    single = ordered.filter(alone).with_columns(pl.lit(1, pl.UInt16).alias("parts"))
    several = ordered.filter(~alone)
    events = single.select(_FIELDS)
    if several.height:
        events = pl.concat([events, _merged(several).select(_FIELDS)])
    events = events.with_columns(_filters_left(events))
    level = pl.col("filters").is_in(["PASS", LENGTH_FILTER])
    credible = level & (pl.col("quality") >= CREDIBLE_QUALITY).fill_null(True) & _ratio_is_far()
    return events.with_columns(credible.alias("credible"), (credible & (pl.col("filters") == "PASS")).alias("pass"))


def _merged(parts: pl.DataFrame) -> pl.DataFrame:
    """One row a group of several calls: the copy number of the call with most bins, of two the farther from expected."""
    distance = (pl.col("copy_number") - pl.col("expected_copy_number").cast(pl.Int32)).abs()
    by_weight = parts.with_columns(
        pl.col("bins").fill_null(0).alias("weight"), distance.fill_null(0).alias("distance")
    ).sort("group", "weight", "distance", "start", descending=[False, True, True, False])
    weight = pl.when(pl.col("copy_ratio").is_not_null()).then(pl.col("weight"))
    mean = (pl.col("copy_ratio").cast(pl.Float64) * pl.col("weight")).sum() / weight.sum()
    return by_weight.group_by("group", maintain_order=True).agg(
        pl.col("file", "chrom", "direction", "class", "copy_number", "expected_copy_number").first(),
        pl.col("start").min(),
        pl.col("end").max(),
        pl.when(weight.sum() > 0)
        .then(mean)
        .otherwise(pl.col("copy_ratio").mean())
        .cast(pl.Float32)
        .alias("copy_ratio"),
        pl.col("quality").max(),
        pl.col("bins").sum() if parts.get_column("bins").null_count() == 0 else _sum_or_null("bins"),
        pl.col("filters").unique().sort().str.join(";"),
        pl.col("par_border").any(),
        pl.len().cast(pl.UInt16).alias("parts"),
    )


def _sum_or_null(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum()).alias(column)


def _ratio_is_far() -> pl.Expr:
    """The copy ratio is at least 0.2 away from 1; a caller that gives none is not held to it."""
    return ((pl.col("copy_ratio") - 1).abs() >= CREDIBLE_RATIO_DISTANCE - _RATIO_SLACK).fill_null(True)


def _filters_left(events: pl.DataFrame) -> pl.Series:
    """The filters that hold for whole events (R4), worked out once for each distinct combination."""
    asked = events.select(
        "filters",
        (pl.col("end") - pl.col("start") >= FULL_LENGTH).alias("long"),
        (pl.col("quality") >= CREDIBLE_QUALITY).fill_null(False).alias("sure"),
        (_ratio_is_far() & pl.col("copy_ratio").is_not_null()).alias("far"),
    )
    distinct = asked.unique()
    left = [filters_of_event(*row) for row in distinct.iter_rows()]
    keys = ["filters", "long", "sure", "far"]
    answers = distinct.with_columns(pl.Series("left", left, dtype=pl.String))
    return asked.join(answers, on=keys, how="left", maintain_order="left").get_column("left").alias("filters")


def filters_of_event(filters: str, long: bool, sure: bool, far: bool) -> str:
    """Filters of an event from those of its calls, joined by semicolons: less the ones that the whole does not earn.

    `long`: 10 kb or more, `sure`: QUAL 10 or more, `far`: copy ratio 0.2 or more away from 1. `.` counts as PASS (R4).
    """
    names = set(filters.split(";")) - {"PASS", ".", ""}
    for does_not_hold, name in ((long, LENGTH_FILTER), (sure, QUALITY_FILTER), (far, COPY_RATIO_FILTER)):
        if does_not_hold:
            names.discard(name)
    return ";".join(sorted(names)) or "PASS"


SEGMENT: Final = ("file", "chrom", "start", "end", "direction", "copy_number", "credible", "pass")


def disjoint_segments(events: pl.DataFrame) -> pl.DataFrame:
    """Losses and gains as intervals that are disjoint within a sample and direction: columns `SEGMENT`.

    A piece is at a level if any event over it is; its copy number is the one farthest from the expected of them.
    """
    lane = pl.all_horizontal(pl.col(c) == pl.col(c).shift(1) for c in _LANE).fill_null(False)
    counted = events.filter(pl.col("direction").is_in([Direction.LOSS.value, Direction.GAIN.value])).sort(
        *_LANE, "start", "end"
    )
    overlaps = lane & (pl.col("start") < pl.col("end").cum_max().over(_LANE).shift(1))
    counted = counted.with_columns(overlaps.any().over(_LANE).alias("tangled"))
    plain = counted.filter(~pl.col("tangled")).select(SEGMENT)
    tangled = counted.filter("tangled")
    if tangled.height:
        plain = pl.concat([plain, _untangled(tangled).cast(plain.schema)])
    return plain.sort("file", "chrom", "start", "end")


def _untangled(events: pl.DataFrame) -> pl.DataFrame:
    """Cuts overlapping events of each sample at every end, and joins neighbours that are alike."""
    pieces: list[tuple[object, ...]] = []
    for (file, chrom, direction), lane in events.partition_by(*_LANE, as_dict=True).items():
        rows = lane.select("start", "end", "copy_number", "credible", "pass").rows()
        bounds = sorted({bound for row in rows for bound in row[:2]})
        last: list[object] | None = None
        for start, end in pairwise(bounds):
            over = [row for row in rows if row[0] <= start and row[1] >= end]
            if not over:
                last = None
                continue
            numbers = [row[2] for row in over if row[2] is not None]
            farthest = (min if direction == Direction.LOSS.value else max)(numbers, default=None)
            state = [farthest, any(row[3] for row in over), any(row[4] for row in over)]
            if last is not None and last[5:] == state:
                last[3] = end
            else:
                last = [file, chrom, start, end, direction, *state]
                pieces.append(last)  # type: ignore[arg-type]
    return pl.DataFrame([tuple(piece) for piece in pieces], schema=list(SEGMENT), orient="row")


def seen_intervals(calls: pl.DataFrame, reference: pl.DataFrame, least_bins_per_kb: float) -> pl.DataFrame:
    """Where the caller could see (R5): file, chrom, start, end; reference rows and calls dense enough, joined per sample."""
    columns = ("file", "chrom", "start", "end", "bins")
    rows = pl.concat([calls.select(columns), reference.select(columns)])
    dense = pl.col("bins") * 1000 >= least_bins_per_kb * (pl.col("end") - pl.col("start"))
    rows = rows.filter(dense).sort("file", "chrom", "start", "end")
    reach = pl.col("end").cum_max().over("file", "chrom")
    fresh = (pl.col("start") > reach.shift(1).over("file", "chrom")).fill_null(True)
    return (
        rows.with_columns(fresh.cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(pl.col("file", "chrom", "start").first(), pl.col("end").max())
        .drop("run")
    )
