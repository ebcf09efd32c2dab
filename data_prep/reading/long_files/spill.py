"""Rows on disk between the two steps, and the groups of samples that are joined at a time."""

from pathlib import Path
from typing import Any

import polars as pl

from data_prep.reading.calls import calls_of, classify_records, reference_rows_of
from data_prep.reading.dialects.records import RECORD
from data_prep.reading.long_files.plan import CALL, LongFilePlan, OutcomeCounts
from data_prep.reading.shards import write_shard


class Spill:
    """Rows that wait for the second step, on disk once they are many, sorted by sample."""

    def __init__(self, folder: Path, name: str, most: int) -> None:
        self.folder, self.name, self.most = folder, name, most
        self.held: list[pl.DataFrame] = []
        self.rows = self.files = 0

    def add(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.held.append(rows)
            self.rows += rows.height
        if self.rows >= self.most:
            self.flush()

    def flush(self) -> None:
        if self.held:
            whole = pl.concat(self.held).sort("entry_source", maintain_order=True)
            write_shard(whole, self.folder / f"{self.name}-{self.files}.parquet")
            self.held, self.rows = [], 0
            self.files += 1


def read_spilled(plan: LongFilePlan, table: str, first: int, last: int) -> pl.DataFrame:
    """What the first step wrote down of the samples from `first` to before `last`, in the order of stretches."""
    paths = sorted(plan.spill.glob(f"{table}-*.parquet"))
    if not paths:
        schema: Any = RECORD
        empty = classify_records(pl.DataFrame(schema=schema), plan.sexes)
        return calls_of(empty) if table == "calls" else reference_rows_of(empty)
    return pl.scan_parquet(paths).filter(pl.col("entry_source").is_between(first, last - 1)).collect()


def group_samples(counts: OutcomeCounts, calls: int) -> list[tuple[int, int]]:
    """Runs of samples, first and one after the last, with about as many `calls` each."""
    groups = []
    first = held = 0
    for i, n in enumerate(counts[:, CALL]):
        if held and held + n > calls:
            groups.append((first, i))
            first, held = i, 0
        held += int(n)
    return [*groups, (first, len(counts))]
