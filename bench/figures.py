"""Figures as the benchmarks print them, each beside the target that it is held against."""

import os
import statistics
from collections.abc import Sequence


def spread(seconds: Sequence[float], p50: float | None = None, p95: float | None = None) -> str:
    """Median, 95th percentile and slowest in milliseconds; what misses its target, in milliseconds, is marked."""
    ordered = sorted(1000 * value for value in seconds)
    middle, high = statistics.median(ordered), ordered[max(0, -(-95 * len(ordered) // 100) - 1)]
    return f"p50 {middle:4.0f}{_against(middle, p50)} p95 {high:4.0f}{_against(high, p95)} slowest {ordered[-1]:5.0f} ms   n {len(ordered)}"


def _against(value: float, target: float | None) -> str:
    return "" if target is None else " ok  " if value < target else " OVER"


def verdict(value: float, target: float, unit: str) -> str:
    """A figure, its target, and whether it is met."""
    return f"{value:,.2f} {unit} (target below {target:g} {unit}: {'met' if value < target else 'MISSED'})"


def machine() -> str:
    """How busy the machine is: timings on a busy one say little."""
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} in the last minute"
