"""Bins of 1 Mb over the genome for one group of people, as the reference resource's clients draw them (rule R8)."""

from typing import Final

import polars as pl

from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.landmarks import landmarks
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import Interval
from data_prep.domain.sight import BLIND_KINDS

SIZE: Final = 1_000_000

# One row a bin and direction that somebody of the group touches: unrelated people at credible.
BINS: Final = Statement(
    """SELECT chrom::VARCHAR AS chrom, start, "end", direction::VARCHAR AS direction,
    bases / (callable::DOUBLE * samples) AS mean, most / samples::DOUBLE AS most
FROM bins
WHERE size = 1000000 AND level = 'credible' AND cohort = 'unrelated' AND superpopulation = $name AND callable > 0 AND samples > 0""",
    {
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "direction": pl.String,
        "mean": pl.Float64,
        "most": pl.Float64,
    },
)


@remembered
def genome_bins(database: Generation, group: str) -> pl.DataFrame:
    """Every bin of the genome in order: `chrom`, `start`, `end` (0-based, half-open), `bands`, and for losses and gains the mean
    share of people over its callable bases and the largest at one of them: `loss_mean`, `loss_most`, `gain_mean`, `gain_most`.

    `group` is a super-population, or `all`. Null where most of the bin can never be called.
    """
    known = landmarks(database)
    stored = {(row[0], row[1], row[3]): (row[4], row[5]) for row in database.table(BINS, {"name": group}).iter_rows()}
    rows = []
    for chrom, length in LENGTHS.items():
        for start in range(0, length, SIZE):
            place = Interval(chrom, start, min(start + SIZE, length))
            bands = (
                known.bands.rows["band"].gather(known.bands.numbers(place)).to_list() if known.bands.rows.height else []
            )
            regions = known.problems.touching(place).filter(pl.col("kind").is_in(list(BLIND_KINDS)))
            blind = sum(
                min(last, place.end) - max(first, place.start)
                for first, last in regions.select("start", "end").iter_rows()
            )
            numbers: list[float | None] = []
            for direction in ("loss", "gain"):
                row = stored.get((chrom, start, direction))
                numbers += [None, None] if row is None and 2 * blind > place.length else list(row or (0.0, 0.0))
            rows.append((chrom, start, place.end, ",".join(bands), *numbers))
    schema = {
        "chrom": pl.String, "start": pl.Int32, "end": pl.Int32, "bands": pl.String,
        "loss_mean": pl.Float64, "loss_most": pl.Float64, "gain_mean": pl.Float64, "gain_most": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
