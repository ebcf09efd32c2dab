"""The Wilson interval against statsmodels."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from dashboard.store.statistics import with_frequency


@given(st.integers(1, 10_000).flatmap(lambda samples: st.tuples(st.integers(0, samples), st.just(samples))))
def test_the_interval_is_wilsons_r6(case: tuple[int, int]) -> None:
    carriers, samples = case
    row = with_frequency(pl.DataFrame({"carriers": [carriers], "samples": [samples]})).row(0, named=True)
    low, high = proportion_confint(carriers, samples, alpha=0.05, method="wilson")
    assert row["frequency"] == carriers / samples
    assert row["ci_low"] == pytest.approx(low, abs=1e-12)
    assert row["ci_high"] == pytest.approx(high, abs=1e-12)
    assert 0 <= row["ci_low"] <= row["frequency"] <= row["ci_high"] <= 1


def test_nobody_counted_is_null_and_not_zero_r6() -> None:
    row = with_frequency(pl.DataFrame({"carriers": [0], "samples": [0]})).row(0, named=True)
    assert (row["frequency"], row["ci_low"], row["ci_high"]) == (None, None, None)


def test_none_and_all_have_exact_bounds_r6() -> None:
    samples = pl.Series("samples", range(1, 4_000))
    none = with_frequency(pl.DataFrame({"carriers": samples * 0, "samples": samples}))
    every = with_frequency(pl.DataFrame({"carriers": samples, "samples": samples}))
    assert set(none["ci_low"]) == {0.0}
    assert set(every["ci_high"]) == {1.0}


def test_none_of_2504_is_below_0_16_percent_r6() -> None:
    row = with_frequency(pl.DataFrame({"carriers": [0], "samples": [2504]})).row(0, named=True)
    assert row["ci_low"] == 0
    # The square of 1.959964, over itself and 2,504.
    assert math.isclose(row["ci_high"], 3.841459 / 2507.841459, rel_tol=1e-6)
