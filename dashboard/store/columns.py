"""Columns of frames as arrays: a step over a small frame takes longer to begin than to do, so what counts works on arrays."""

import numpy as np
import polars as pl

from data_prep.domain.arrays import Numbers


def whole_numbers(column: pl.Series, null: int = -1) -> Numbers:
    """A column of whole numbers up to 2**53 in size as an array, `null` where it has none."""
    values = column.to_numpy()
    if column.null_count():
        # to_numpy makes floats of them and NaN of null
        values = np.where(np.isnan(values), null, values)
    return values.astype(np.int64)
