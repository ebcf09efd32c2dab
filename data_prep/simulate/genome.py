"""The read-depth bins of the simulated caller: DRAGEN's segments begin and end at bins, which all samples share.

Bins are 1,000 bases of usable sequence and so 1,000 to 2,000 bases wide, 0.8 to a kilobase, as in the calls of HG00096;
the places of the catalogue have the very bins that were measured there. There is no bin where short reads see nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS
from data_prep.reference import problem_regions
from data_prep.simulate.randomness import keys, uniform

CATALOGUE: Final = Path(__file__).parent / "catalogue"

_NARROWEST: Final = 1_000
_TELOMERE: Final = 10_000
_SHORTEST_GAP: Final = 20_000
"""Bases of unknown sequence that no bin spans."""
_GRID_SEED: Final = 38

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """All bins of the genome in karyotype order, numbered from 0.

    `chrom` holds indices into CHROMOSOMES; `start` and `end` are 0-based half-open. `stretch` numbers the runs of bins
    without a hole between them: a segment of expected copy number never crosses from one to the next.
    """

    chrom: Ints
    start: Ints
    end: Ints
    stretch: Ints
    first: Ints
    """Number of the first bin of each chromosome, and after them the number of bins."""

    def at(self, chrom: str, position: int) -> int:
        """The bin that holds the 0-based `position`, or the first one after it."""
        c = CHROMOSOMES.index(chrom)
        low, high = int(self.first[c]), int(self.first[c + 1])
        return low + int(np.searchsorted(self.end[low:high], position, side="right"))


@dataclass(frozen=True)
class Anchor:
    """An interval, 0-based half-open, that must be cut into exactly `bins` bins."""

    chrom: str
    start: int
    end: int
    bins: int


def read_table(name: str) -> pl.DataFrame:
    """One of the tables in `catalogue/`, tab-separated with a header; empty fields are null."""
    return pl.read_csv(CATALOGUE / f"{name}.tsv", separator="\t", infer_schema_length=None, comment_prefix="#")


def make_grid(anchors: Sequence[Anchor]) -> Grid:
    """The bins, with those of `anchors` where they belong and none in the blind places (but for anchors within them).

    The same for every seed: bins are a property of the genome and the caller, not of the cohort.
    """
    holes: dict[str, list[tuple[int, int]]] = {
        c: [(0, _TELOMERE), (LENGTHS[c] - _TELOMERE, LENGTHS[c])] for c in CHROMOSOMES
    }
    gaps = problem_regions().filter((pl.col("kind") == "gap") & (pl.col("end") - pl.col("start") >= _SHORTEST_GAP))
    blind = pl.concat(
        [
            t.select("chrom", "start", "end").cast({"start": pl.Int64, "end": pl.Int64})
            for t in (gaps, read_table("blind"))
        ]
    )
    for chrom, start, end in blind.iter_rows():
        holes[chrom].append((start, min(end, LENGTHS[chrom])))
    by_chrom: dict[str, list[Anchor]] = {c: [] for c in CHROMOSOMES}
    for anchor in anchors:
        by_chrom[anchor.chrom].append(anchor)
    chroms, starts, ends = [], [], []
    for c, chrom in enumerate(CHROMOSOMES):
        start, end = _bins(c, chrom, holes[chrom], sorted(by_chrom[chrom], key=lambda a: a.start))
        chroms.append(np.full(start.size, c, dtype=np.int64))
        starts.append(start)
        ends.append(end)
    chrom_of, start, end = np.concatenate(chroms), np.concatenate(starts), np.concatenate(ends)
    breaks = (start[1:] != end[:-1]) | (chrom_of[1:] != chrom_of[:-1])
    return Grid(
        chrom=chrom_of,
        start=start,
        end=end,
        stretch=np.concatenate([[0], np.cumsum(breaks)]).astype(np.int64),
        first=np.searchsorted(chrom_of, np.arange(len(CHROMOSOMES) + 1)).astype(np.int64),
    )


def _bins(c: int, chrom: str, holes: list[tuple[int, int]], anchors: list[Anchor]) -> tuple[Ints, Ints]:
    length = LENGTHS[chrom]
    key = keys(_GRID_SEED, np.array([c]))
    draws = np.arange(length // _NARROWEST + 1)
    kind, size = uniform(key, 0, draws), uniform(key, 1, draws)
    # one-bin records of HG00096: a fifth of 1,000 bases, the median 1,214, the widest of 98 1,993
    extra = np.where(kind < 0.18, 0.0, np.where(kind < 0.60, -110.0 * np.log1p(-size), 1_000.0 * size))
    widths = _NARROWEST + np.minimum(extra, 1_000.0).astype(np.int64)
    edges = np.cumsum(widths)
    keep = edges < length
    inserted: list[Ints] = []
    for start, end in [*holes, *((a.start, a.end) for a in anchors)]:
        low, high = np.searchsorted(edges, [start - _NARROWEST + 1, end + _NARROWEST])
        keep[low:high] = False
    for anchor in anchors:
        steps = np.linspace(anchor.start, anchor.end, anchor.bins + 1)
        inserted.append(np.rint(steps).astype(np.int64))
    # an anchor inside a hole is an island there, so hole borders within anchors are left out
    borders = np.array(sorted({b for hole in holes for b in hole}), dtype=np.int64)
    for anchor in anchors:
        borders = borders[(borders <= anchor.start - _NARROWEST) | (borders >= anchor.end + _NARROWEST)]
    all_edges = np.unique(np.concatenate([edges[keep], borders, *inserted]))
    begin, stop = all_edges[:-1], all_edges[1:]
    seen = np.ones(begin.size, dtype=np.bool_)
    middle = (begin + stop) // 2
    for low, high in holes:
        seen &= ~((middle >= low) & (middle < high))
    seen &= stop - begin >= _NARROWEST
    for anchor in anchors:
        low, high = np.searchsorted(begin, [anchor.start, anchor.end])
        seen[low:high] = True
    return begin[seen], stop[seen]
