"""Shards to files by run: each row of the shards is read once, however many runs of rows are sorted after one another.

A shard has rows of the whole genome, so a cohort has as many shards, and as many runs, as it is large: to look for every run
in every shard would take the square of that. Groups of shards are cut at the borders of the runs instead, and written
down by run, once there are more than `DIRECT_RUNS`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from data_prep.reading.shards import write_shard

DIRECT_RUNS: Final = 16
"""Runs up to which they are read from the shards themselves: these are sorted, so of a shard a run decodes its own row groups
and one more, and a shard has some eight. As measured, up to about here that is less work than to write every row once more."""

Run = tuple[int, int]
"""Places from the first on, up to the second and without it."""


def regroup(shards: Sequence[Path], runs: Sequence[Run], folder: Path, most: int) -> list[list[Path]]:
    """Writes the rows of shards of one table into `folder`, and returns the files of each run.

    `runs`: ascending, none overlapping another, and together all rows. `most`: rows in memory at a time, where a shard has
    fewer. Raises SystemRefusalError where the disk does not take them.
    """
    files: list[list[Path]] = [[] for _ in runs]
    bounds = pl.Series([runs[0][0], *(last for _, last in runs)], dtype=pl.Int64)
    for group, frames in enumerate(_groups(shards, most)):
        cuts = [frame.get_column("place").search_sorted(bounds, side="left").to_list() for frame in frames]
        if any(cut[0] != 0 or cut[-1] != frame.height for frame, cut in zip(frames, cuts, strict=True)):
            raise RuntimeError("rows of a shard lie in no run")
        for run, run_files in enumerate(files):
            parts = [frame[cut[run] : cut[run + 1]] for frame, cut in zip(frames, cuts, strict=True)]
            rows = pl.concat(parts)
            if rows.height:
                run_files.append(folder / f"{run}-{group}.parquet")
                write_shard(rows, run_files[-1])
    return files


def _groups(shards: Sequence[Path], most: int) -> Iterator[list[pl.DataFrame]]:
    """Shards that together have no more than `most` rows, or one."""
    frames: list[pl.DataFrame] = []
    for path in shards:
        frame = pl.read_parquet(path)
        if not frame.get_column("place").is_sorted():
            frame = frame.sort("place")
        if frames and sum(other.height for other in frames) + frame.height > most:
            yield frames
            frames = []
        frames.append(frame)
    if frames:
        yield frames
