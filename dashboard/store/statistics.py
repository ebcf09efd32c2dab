"""Frequency and its 95 % interval (rule R6).

The interval is Wilson's score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953), which stays within 0 and 1
and says something where nobody carries; computed on whole columns, since a page shows many.
"""

from typing import Final

import polars as pl

Z: Final = 1.959963984540054
"""The standard normal quantile at 0.975."""


def with_frequency(counts: pl.DataFrame) -> pl.DataFrame:
    """Adds `frequency`, `ci_low` and `ci_high`, shares of 1, to columns `carriers` and `samples`.

    They are null where nobody was counted.
    """
    samples = pl.when(pl.col("samples") > 0).then(pl.col("samples").cast(pl.Float64))
    share = pl.col("carriers") / samples
    centre = (share + Z**2 / (2 * samples)) / (1 + Z**2 / samples)
    reach = (share * (1 - share) / samples + Z**2 / (4 * samples**2)).sqrt() * Z / (1 + Z**2 / samples)
    return counts.with_columns(
        frequency=share,
        # At none and at all the bound is 0 and 1; rounding in the formula must not move it.
        ci_low=pl.when(pl.col("carriers") == 0).then(samples * 0).otherwise(centre - reach),
        ci_high=pl.when(pl.col("carriers") == pl.col("samples")).then(samples * 0 + 1).otherwise(centre + reach),
    )
