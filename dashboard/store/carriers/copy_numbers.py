"""How many copies of a place everyone has who is counted (R2, R5)."""

import numpy as np
import polars as pl

from dashboard.question.filters import Filters
from dashboard.question.target import Target
from dashboard.store.callability import sight
from dashboard.store.carriers.find import carriers_at
from dashboard.store.carriers.touching import events_touching
from dashboard.store.database import Generation
from dashboard.store.panel import counted_rows, expected_copies, panel


def copy_numbers(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """Copies at `target` of everyone who counts: people by `superpopulation`, `expected` and `copy_number`.

    A carrier's copy number is that at the place under the rule in force (R7); of one with a loss and a gain, the one
    farther from the expected, the loss of two as far. Who carries nothing is taken to have the expected copies.
    `copy_number` is null for carriers of whom no number is known, and for people without a call in whom the caller could
    not see the place (R5). On Y and non-PAR X the expected copies go by sex (R2).
    """
    people = panel(database)
    who = counted_rows(database, target.interval.chrom, filters)
    carriers = carriers_at(database, target, events_touching(database, target), who, filters)
    expected = expected_copies(people, target.interval)
    copies = expected.copy()
    distance = np.zeros(len(copies), np.int64)
    for sample, copy_number in zip(carriers.sample.tolist(), carriers.copy_number.tolist(), strict=True):
        away = abs(copy_number - expected[sample]) if copy_number >= 0 else 0
        if copy_number < 0 and not distance[sample]:
            copies[sample] = -1
        elif away > distance[sample]:
            copies[sample], distance[sample] = copy_number, away
    if (view := sight(database, target.interval)) is not None:
        carries = np.zeros(len(copies), np.bool_)
        carries[carriers.sample] = True
        copies[view.assessed & ~view.seen & ~carries] = -1
    return (
        pl.DataFrame(
            {
                "superpopulation": people.samples["superpopulation"].filter(pl.Series(who)),
                "expected": pl.Series(expected[who], dtype=pl.Int32),
                "copy_number": pl.Series(copies[who], dtype=pl.Int32),
            }
        )
        .group_by("superpopulation", "expected", "copy_number")
        .agg(people=pl.len().cast(pl.Int32))
        .with_columns(pl.col("copy_number").replace(-1, None))
        .sort("superpopulation", "expected", "copy_number", nulls_last=True)
    )
