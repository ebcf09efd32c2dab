"""Numbers as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words import quantities


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.5, "50.0 %"),
        (0.48082, "48.1 %"),
        (0.0123, "1.2 %"),
        (2 / 2504, "0.08 %"),
        (1 / 2504, "0.04 %"),
        (0.00123, "0.12 %"),
        (0.00999, "1.0 %"),
        (2503 / 2504, "99.96 %"),
    ],
)
def test_a_share_keeps_the_digits_that_matter(share: float, said: str) -> None:
    assert quantities.percent(share) == said


@given(st.integers(2, 5_000).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))))
def test_some_and_not_all_is_never_written_as_0_or_100_percent(case: tuple[int, int]) -> None:
    carriers, samples = case
    number = Decimal(quantities.percent(carriers / samples).removesuffix(" %"))
    assert 0 < number < 100
    assert abs(number - Decimal(carriers) / Decimal(samples) * 100) <= Decimal("0.0501")


@given(st.floats(1e-7, 0.9))
def test_an_upper_bound_is_rounded_up_r6(share: float) -> None:
    assert Decimal(quantities.upper_bound(share).removesuffix(" %")) >= Decimal(repr(share)) * 100


@pytest.mark.parametrize(
    ("carriers", "samples", "low", "high", "said"),
    [
        (0, 2504, 0.0, 0.001531794, "0 of 2,504, below 0.16 %"),
        (1204, 2504, 0.4613, 0.5004, "1,204 of 2,504 (48.1 %, 46.1–50.0)"),
        (5, 5, 0.565, 1.0, "5 of 5 (100 %, 56.5–100)"),
        (0, 0, None, None, "nobody counted"),
    ],
)
def test_a_frequency_has_carriers_samples_and_interval_r6(
    carriers: int, samples: int, low: float | None, high: float | None, said: str
) -> None:
    assert quantities.frequency(carriers, samples, low, high) == said


@pytest.mark.parametrize(
    ("bases", "said"),
    [
        (1, "1 bp"),
        (999, "999 bp"),
        (1000, "1 kb"),
        (5931, "5.9 kb"),
        (12_400, "12.4 kb"),
        (999_960, "1 Mb"),
        (1_250_000, "1.25 Mb"),
    ],
)
def test_a_length_reads_short(bases: int, said: str) -> None:
    assert quantities.length(bases) == said


@pytest.mark.parametrize(
    ("p", "told"),
    [(0.0, "below 1e-300"), (4e-320, "below 1e-300"), (9.9e-301, "below 1e-300"), (1e-300, "1e-300"), (4.23e-17, "4.2e-17"), (0.0312, "0.031"), (1.0, "1")],
)  # fmt: skip
def test_a_p_of_zero_is_below_what_has_digits_r10(p: float, told: str) -> None:
    assert quantities.p_value(p) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.51, "51 %"), (0.5, "50 %"), (0.49996, "49.9 %"), (0.5137, "51.3 %"), (0.94999, "94.9 %"), (0.004, "0.4 %"), (0, "0 %"), (1, "100 %")],
)  # fmt: skip
def test_the_share_of_people_seen_is_never_rounded_up_r5(share: float, told: str) -> None:
    assert quantities.share_seen(share) == told


def test_nobody_among_people_of_whom_some_were_seen_r5() -> None:
    """The bound is that of 124, by Wilson: 0 of 124 is below 3.005 %."""
    assert quantities.frequency(0, 243, 0.0, 0.030051, 124) == "0 of 243, seen in 124, below 3.1 %"
    assert quantities.frequency(3, 243, 0.004, 0.036, 124) == "3 of 243 (1.2 %, 0.4–3.6)"
    assert quantities.frequency(None, None, None, None) == "not assessable"
    assert quantities.partly_seen_note(0.51) == "seen in 51 % of people: frequencies are lower bounds"
