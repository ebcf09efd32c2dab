"""Frequency and its 95 % interval (rule R6), on whole columns, since a page shows many."""

import polars as pl

from data_prep.domain.proportions import wilson

__all__ = ["wilson", "with_frequency"]


def with_frequency(counts: pl.DataFrame) -> pl.DataFrame:
    """Adds `frequency`, `ci_low` and `ci_high`, shares of 1, to columns `carriers` and `samples`.

    They are null where nobody was counted.
    """
    found = wilson(counts["carriers"].to_numpy(), counts["samples"].to_numpy())
    names = ("frequency", "ci_low", "ci_high")
    return counts.with_columns(
        pl.Series(name, values, nan_to_null=True) for name, values in zip(names, found, strict=True)
    )
