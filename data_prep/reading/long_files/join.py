"""Second step: the calls of a group of samples, of all stretches, to shards."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_prep.reading.calls import split_repeats
from data_prep.reading.dialects import ends_of
from data_prep.reading.events import disjoint_segments, join_calls, seen_intervals
from data_prep.reading.long_files.plan import LongFilePlan
from data_prep.reading.long_files.signs import find_contradictions
from data_prep.reading.long_files.spill import read_spilled
from data_prep.reading.reports import Rows
from data_prep.reading.shards import LEAST_BINS_PER_KB, sort_by_place, write_tables


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What became of the calls of a group of samples."""

    repeated: dict[int, tuple[int, int]]
    """Samples with repeated records: how many, and the row of the first."""
    contradictions: dict[int, str]
    """Samples whose calls contradict their recorded sex, and why."""
    rows: Rows


def join_group(plan: LongFilePlan, first: int, last: int) -> GroupReport:
    """Second step: the calls of the samples from `first` to before `last`, of all stretches, to shards."""
    calls, twice = split_repeats(read_spilled(plan, "calls", first, last))
    repeated = {
        file: (n, row) for file, n, row in twice.group_by("entry_source").agg(pl.len(), pl.col("row").min()).iter_rows()
    }
    joined, events = join_calls(calls.drop("row"), plan.dialect.joins, ends_of(plan.dialect))
    contradicting = find_contradictions(plan, joined, events, first, last)
    tables = {
        "calls": joined.drop("alleles", "joins"),
        "events": events,
        "segments": disjoint_segments(events),
    }
    if not plan.joint and (reference := read_spilled(plan, "reference", first, last)).height:
        tables["seen"] = seen_intervals(joined, reference, LEAST_BINS_PER_KB)
    source = (pl.col("entry_source") * plan.step + plan.number).alias("entry_source")
    tables = {
        name: sort_by_place(rows.with_columns(source).rename({"entry_source": "source"}))
        for name, rows in tables.items()
        if rows.height
    }
    name = f"long-{plan.number}-{first}"
    rows = write_tables(tables, name, Path(plan.folder))
    return GroupReport(repeated, contradicting, rows)
