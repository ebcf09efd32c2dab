"""The rows of shards by run: each row once, in the run of its place, and no shard read twice."""

from pathlib import Path
from random import Random

import polars as pl
import pytest

from data_prep.tables import regroup as module
from data_prep.tables.regroup import regroup

RUNS = [(0, 40), (40, 41), (41, 300), (300, 1_000)]


def write_shards(folder: Path, heights: list[int], *, shuffled: bool = False) -> list[Path]:
    """Shards of rows at random places, many of them at the borders of runs."""
    random, paths = Random(7), []
    for number, height in enumerate(heights):
        places = [random.choice([0, 39, 40, 41, 299, 300, 999, random.randrange(1_000)]) for _ in range(height)]
        places = places if shuffled else sorted(places)
        rows = {"place": places, "row": [1_000 * number + row for row in range(height)]}
        paths.append(folder / f"shard-{number}.parquet")
        pl.DataFrame(rows, schema={"place": pl.Int64, "row": pl.Int64}).write_parquet(paths[-1])
    return paths


@pytest.mark.parametrize("most", [1, 30, 10_000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_each_row_stands_once_in_the_files_of_its_run(tmp_path: Path, most: int, shuffled: bool) -> None:
    shards = write_shards(tmp_path, [25, 1, 40, 3, 0], shuffled=shuffled)
    expected = [row for path in shards for row in pl.read_parquet(path).rows()]
    out = tmp_path / "runs"
    out.mkdir()
    files = regroup(shards, RUNS, out, most)
    assert len(files) == len(RUNS)
    for (first, last), paths in zip(RUNS, files, strict=True):
        rows = sorted(row for path in paths for row in pl.read_parquet(path).rows())
        assert rows == sorted(row for row in expected if first <= row[0] < last)


def test_each_shard_is_read_once_whatever_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = write_shards(tmp_path, [25, 30, 40])
    seen: list[Path] = []
    read = pl.read_parquet
    monkeypatch.setattr(module.pl, "read_parquet", lambda path: seen.append(path) or read(path))
    out = tmp_path / "runs"
    out.mkdir()
    regroup(shards, [(place, place + 1) for place in range(1_000)], out, 50)
    assert seen == shards


@pytest.mark.parametrize("runs", [[(0, 40), (40, 900)], [(1, 1_000)]])
def test_a_row_outside_all_runs_is_not_lost_in_silence(tmp_path: Path, runs: list[tuple[int, int]]) -> None:
    shards = write_shards(tmp_path, [200])
    with pytest.raises(RuntimeError, match="lie in no run"):
        regroup(shards, runs, tmp_path, 1_000)
