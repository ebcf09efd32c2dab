"""Frequency and its 95 % interval (rule R6).

The interval is Wilson's score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953), which stays within 0 and 1
and says something where nobody carries; computed on whole columns, since a page shows many.
"""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Z: Final = 1.959963984540054
"""The standard normal quantile at 0.975."""

Shares = NDArray[np.float64]


def wilson(carriers: NDArray[np.integer], samples: NDArray[np.integer]) -> tuple[Shares, Shares, Shares]:
    """Frequency and the bounds of its interval, shares of 1; NaN where nobody was counted."""
    with np.errstate(divide="ignore", invalid="ignore"):
        people = np.where(samples > 0, samples, np.nan)
        share = carriers / people
        centre = (share + Z**2 / (2 * people)) / (1 + Z**2 / people)
        reach = np.sqrt(share * (1 - share) / people + Z**2 / (4 * people**2)) * Z / (1 + Z**2 / people)
    # At none and at all the bound is 0 and 1; rounding in the formula must not move it.
    low = np.where(carriers == 0, people * 0, centre - reach)
    high = np.where(carriers == samples, people * 0 + 1, centre + reach)
    return share, low, high


def over_people_seen(counts: pl.DataFrame) -> pl.DataFrame:
    """The upper bound of no carriers given over `people_seen`, where that is not null: who was not seen bounds nothing (R5)."""
    _, _, high = wilson(np.zeros(counts.height, np.int64), counts["people_seen"].fill_null(0).to_numpy())
    none = (pl.col("carriers") == 0) & pl.col("people_seen").is_not_null()
    return counts.with_columns(
        ci_high=pl.when(none).then(pl.Series(high, nan_to_null=True)).otherwise(pl.col("ci_high"))
    )


def with_frequency(counts: pl.DataFrame) -> pl.DataFrame:
    """Adds `frequency`, `ci_low` and `ci_high`, shares of 1, to columns `carriers` and `samples`.

    They are null where nobody was counted.
    """
    found = wilson(counts["carriers"].to_numpy(), counts["samples"].to_numpy())
    names = ("frequency", "ci_low", "ci_high")
    return counts.with_columns(
        pl.Series(name, values, nan_to_null=True) for name, values in zip(names, found, strict=True)
    )
