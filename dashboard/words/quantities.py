"""Numbers in words: how a count, a share, a frequency, a length, a moment and a list read.

Plain text only. Who puts it on a page escapes it there, in one place, for the markup used there.
"""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

LEAST_P: Final = 1e-300
"""Below it a p value has few digits left, and 0 is stored for what is smaller still."""


def count(number: int) -> str:
    """1,204."""
    return f"{number:,}"


def people(number: int) -> str:
    """1 person, 2,504 people."""
    return f"{number:,} {'person' if number == 1 else 'people'}"


def percent(share: float) -> str:
    """A share of 1 as a percentage: one decimal, two figures that matter below 1 % and above 99 %; 0 % and 100 % only
    where nothing and everything is meant.
    """
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    return f"{_rounded(share, ROUND_HALF_EVEN)} %"


def upper_bound(share: float) -> str:
    """The bound of a frequency of none, rounded up, so that “below” stays true."""
    return f"{_rounded(share, ROUND_CEILING)} %"


def share_seen(share: float) -> str:
    """The share of people in whom the caller saw a place, rounded down: 51 %, 51.3 %."""
    return f"{_rounded(share, ROUND_FLOOR) if 0 < share < 1 else f'{share:.0%}'.rstrip('%')} %".replace(".0 %", " %")


def partly_seen_note(share: float) -> str:
    """What has to be known of every frequency of a place that the caller saw in this share of the people."""
    return f"seen in {share_seen(share)} of people: frequencies are lower bounds"


def interval_percent(low: float, high: float) -> str:
    """46.1–50.0, both ends as precise as `percent` writes them."""
    return f"{percent(low)}–{percent(high)}".replace(" %", "")


def frequency(
    carriers: int | None, samples: int | None, low: float | None, high: float | None, people_seen: int | None = None
) -> str:
    """“1,204 of 2,504 (48.1 %, 46.1–50.0)”, “0 of 2,504, below 0.16 %”, “nobody counted”. Bounds are shares of 1.

    `people_seen`: over whom the bound of no carriers is given, where the caller saw the place in some only: “0 of 243, seen
    in 124, below 3.0 %”. “not assessable” where there are no numbers.
    """
    if carriers is None or samples is None:
        return "not assessable"
    if samples == 0 or low is None or high is None:
        return "nobody counted"
    carriers_of_samples = f"{carriers:,} of {samples:,}"
    if carriers == 0:
        seen_part = "" if people_seen is None else f", seen in {people_seen:,}"
        return f"{carriers_of_samples}{seen_part}, below {upper_bound(high)}"
    return f"{carriers_of_samples} ({percent(carriers / samples)}, {interval_percent(low, high)})"


def p_value(p: float) -> str:
    """0.031, 4.2e-17, and “below 1e-300” where digits end: a probability of 0 is none."""
    if p < LEAST_P:
        return f"below {LEAST_P:g}"
    return f"{p:.2g}"


def length(bases: int) -> str:
    """850 bp, 5.9 kb, 1.25 Mb."""
    if bases < 1_000:
        return f"{bases} bp"
    if bases < 999_950:
        return f"{_figures(bases / 1_000, 1)} kb"
    return f"{_figures(bases / 1_000_000, 2 if bases < 9_995_000 else 1)} Mb"


def moment(stamp: str) -> str:
    """A moment of the database, ISO 8601 in UTC, to the minute: 2026-11-01 14:05 UTC."""
    return f"{stamp[:10]} {stamp[11:16]} UTC" if stamp else "on a day not said"


def joined(words: Sequence[str], last: str) -> str:
    """a; a and b; a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _rounded(share_of_one: float, rounding: str) -> str:
    """A percentage between 0 and 100, both excluded, in the precision that `percent` tells."""
    value = Decimal(repr(share_of_one)) * 100
    distance = min(value, 100 - value)
    decimals = 1 if distance >= 1 else 1 - math.floor(math.log10(distance))
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding)
    whole, _, digits = str(rounded).partition(".")
    return f"{whole}.{digits.rstrip('0') or '0'}"


def _figures(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".")
