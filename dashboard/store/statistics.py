"""Frequency and its 95 % interval (rule R6), on whole columns, since a page shows many."""

import numpy as np
import polars as pl

from data_prep.domain.proportions import wilson

__all__ = ["wilson", "with_frequency"]


def over_people_seen(counts: pl.DataFrame) -> pl.DataFrame:
    """The upper bound of no carriers given over `people_seen`, where that is not null: who was not seen bounds nothing (R5)."""
    if counts["people_seen"].null_count() == counts.height:
        return counts
    _, _, high = wilson(np.zeros(counts.height, np.int64), counts["people_seen"].fill_null(0).to_numpy())
    none = (pl.col("carriers") == 0) & pl.col("people_seen").is_not_null()
    return counts.with_columns(
        ci_high=pl.when(none).then(pl.Series(high, nan_to_null=True)).otherwise(pl.col("ci_high"))
    )


def with_frequency(counts: pl.DataFrame) -> pl.DataFrame:
    """Adds `frequency`, `ci_low` and `ci_high`, shares of 1, to columns `carriers` and `samples`.

    They are null where nobody was counted.
    """
    intervals = wilson(counts["carriers"].to_numpy(), counts["samples"].to_numpy())
    names = ("frequency", "ci_low", "ci_high")
    return counts.hstack(
        [pl.Series(name, values, nan_to_null=True) for name, values in zip(names, intervals, strict=True)]
    )
