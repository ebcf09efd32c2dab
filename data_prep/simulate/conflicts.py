"""No two calls of a person overlap or touch: DRAGEN's segments partition the genome.

Sites keep clear of each other by their places, and private events and noise keep clear of sites; what is left is that
two of the latter meet in one person, or any with a large event. The large one wins over all, with all pieces of what it
meets; the private event over noise, and of two alike the one that begins first.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_prep.domain.intervals import reached_before
from data_prep.simulate.genome import Ints
from data_prep.simulate.parts import DE_NOVO, LARGE, MASKED, NOISE, PRIVATE, RECURRENT, YES, Parts

_PERSON: Final = 1 << 32
_GAP: Final = 1


def mask_conflicts(parts: Parts) -> Parts:
    """The parts with the losing ones of each conflict masked."""
    outcome = parts.outcome.copy()
    begin = parts.person * _PERSON + parts.begin
    end = parts.person * _PERSON + parts.end
    is_large = np.isin(parts.kind, (RECURRENT, LARGE))
    large, others = np.flatnonzero(is_large), np.flatnonzero(~is_large)
    # a child may have one of each parent, and they may meet
    outcome[_later(large, begin, end)] = MASKED
    large = large[outcome[large] == YES]
    met = others[_touching(begin[others], end[others], begin[large], end[large])]
    whole = np.isin(_event(parts), _event(parts.take(met))) & ~is_large
    outcome[whole & (outcome == YES)] = MASKED
    own = np.flatnonzero(np.isin(parts.kind, (PRIVATE, DE_NOVO)) & (outcome == YES))
    outcome[_later(own, begin, end)] = MASKED
    own = own[outcome[own] == YES]
    noise = np.flatnonzero((parts.kind == NOISE) & (outcome == YES))
    outcome[noise[_touching(begin[noise], end[noise], begin[own], end[own])]] = MASKED
    noise = noise[outcome[noise] == YES]
    outcome[_later(noise, begin, end)] = MASKED
    return parts.replace(outcome=outcome)


def _event(parts: Parts) -> Ints:
    """A number for each simulated event of a person, shared by its pieces."""
    result: Ints = (((parts.person << 4) + parts.kind) << 42) + (parts.owner << 20) + parts.source
    return result


def _later(rows: Ints, begin: Ints, end: Ints) -> Ints:
    """Those of `rows` that begin before an earlier one, with the gap, has ended."""
    rows = rows[np.argsort(begin[rows], kind="stable")]
    return rows[begin[rows] < reached_before(end[rows]) + _GAP]


def _touching(begin: Ints, end: Ints, other_begin: Ints, other_end: Ints) -> NDArray[np.bool_]:
    """Which intervals touch one of the others; the others do not overlap each other."""
    if other_begin.size == 0:
        return np.zeros(begin.size, dtype=np.bool_)
    order = np.argsort(other_begin, kind="stable")
    last = np.searchsorted(other_begin[order], end + _GAP, side="left") - 1
    result: NDArray[np.bool_] = (last >= 0) & (other_end[order][np.maximum(last, 0)] > begin - _GAP)
    return result
