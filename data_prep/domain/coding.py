"""When a loss or a gain counts for a gene by its coding bases (rule R7), and how far uncertain ends are drawn in.

A loss has to take one of the bases after its ends are drawn in by their uncertainty; a gain has to hold three quarters of
them, its ends as they are.
"""

from typing import Final, TypeVar

import numpy as np
import polars as pl

from data_prep.domain.arrays import Flags, Numbers, Shares

GAIN_SHARE: Final = (3, 4)
"""Share of a gene's coding bases that a gain has to hold, as numerator and denominator."""
LEAST_LOSS: Final = 1
"""Coding bases that a loss has to take."""

_Bases = TypeVar("_Bases", int, Numbers)
_Column = TypeVar("_Column", Numbers, Shares, pl.Expr)


def least_gain(bases: _Bases) -> _Bases:
    """Of so many coding bases those that a gain has to hold, rounded up to a whole base."""
    numerator, denominator = GAIN_SHARE
    return -(-bases * numerator // denominator)


def ends_looked_at(
    is_loss: Flags, start: Numbers, end: Numbers, inner_start: Numbers, inner_end: Numbers
) -> tuple[Numbers, Numbers]:
    """Start and end of intervals as the rule looks at them: those of losses drawn in."""
    return np.where(is_loss, inner_start, start), np.where(is_loss, inner_end, end)


def half_bin(length: _Column, bins: _Column) -> _Column:
    """Uncertainty of the ends of intervals of so many bins: half a mean bin, rounded down; columns of either library."""
    return length // (2 * bins)


def most_drawn_in(length: _Column) -> _Column:
    """Bases by which an end is drawn in at most: a third of the interval, rounded down, so that a base stays between both ends."""
    return length // 3
