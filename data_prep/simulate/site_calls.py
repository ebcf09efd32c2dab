"""What the simulated caller sees of the catalogue's sites: found or missed, whole or in pieces, with shifted ends.

Heterozygous deletions are missed the more the fewer bins they have, as in HG00096 against phase 3: 8 of 53 found at
1 to 2 kb, 71 of 82 at 3 kb and more. Complete losses often keep a bin or two of half depth at their ragged ends.
"""

from typing import Final

import numpy as np

from data_prep.simulate.genome import Ints
from data_prep.simulate.genotypes import expected_copies, haplotypes, inherited
from data_prep.simulate.panel import SimulatedPeople
from data_prep.simulate.parts import (
    MISSED_GAIN,
    MISSED_HETEROZYGOTE,
    MISSED_HOMOZYGOTE,
    YES,
    Floats,
    Parts,
    concatenate,
    make_parts,
)
from data_prep.simulate.randomness import keys, uniform
from data_prep.simulate.sites import IMMUNE, LONGEST_SHIFT, Catalogue

_PRESENT: Final = 10
_DETECTION: Final = 11
_LEVEL: Final = 12
_FLANK: Final = 13
_SHIFT: Final = 14
_SHIFT_SIZE: Final = 15

_SHIFTED_SHARE: Final = 0.15
_RAGGED_SHARE: Final = 0.85

# Share found, by bins from 1 on; the last holds for more.
_HETEROZYGOUS: Final = np.array([0.0, 0.15, 0.33, 0.80, 0.87, 0.91, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98])
_COMPLETE: Final = np.array([0.0, 0.82, 0.95, 0.99])
_ONE_MORE: Final = np.array([0.0, 0.03, 0.12, 0.40, 0.50, 0.62, 0.72, 0.80, 0.86, 0.90, 0.92, 0.95])
_TWO_MORE: Final = np.array([0.0, 0.30, 0.70, 0.88, 0.94, 0.97])


def detection(bins: Ints, true_copies: Ints, expected: Ints) -> Floats:
    """The share of such events that the caller finds."""

    def look(table: Floats) -> Floats:
        return table[np.minimum(bins, table.size - 1)]

    ratio = true_copies / expected
    detection: Floats = np.where(
        true_copies < expected,
        np.where(true_copies == 0, look(_COMPLETE), look(_HETEROZYGOUS)),
        np.where(ratio < 1.9, look(_ONE_MORE), look(_TWO_MORE)),
    )
    return detection


def missed(true_copies: Ints, expected: Ints) -> Ints:
    """The outcome of an event that the caller did not find."""
    result: Ints = np.where(
        true_copies > expected, MISSED_GAIN, np.where(true_copies == 0, MISSED_HOMOZYGOTE, MISSED_HETEROZYGOTE)
    ).astype(np.int64)
    return result


def site_parts(seed: int, who: SimulatedPeople, catalogue: Catalogue) -> Parts:
    """One part for every person and site off the expected copies or with an artefact, and one for each flank called."""
    sites = catalogue.sites
    expected = expected_copies(who.sex[:, None], sites.ploidy[None, :])
    copies = haplotypes(seed, who, sites).sum(axis=2, dtype=np.int64)
    key = keys(seed, who.number)
    in_genome = inherited(sites)[None, :]
    changed = (copies != expected) & (expected > 0) & in_genome
    recurring = np.flatnonzero(~inherited(sites))
    present = uniform(key[:, None], _PRESENT, recurring[None, :]) < sites.frequency[recurring].T[who.population]
    changed[:, recurring] = present & (expected[:, recurring] > 0)
    person, site = np.nonzero(changed)
    k = key[person]
    normal = expected[person, site]
    genome = in_genome[0, site]
    true = np.where(genome, copies[person, site], normal)
    bins = sites.end[site] - sites.begin[site]
    seen = uniform(k, _DETECTION, site) < detection(bins, true, normal)
    outcome = np.where(genome & ~seen, missed(true, normal), YES)
    usual = _usual_copies(uniform(k, _LEVEL, site), sites.copy_number[site], sites.loss[site], normal)
    aimed = np.where(genome, true, usual)
    true = np.where(sites.model[site] == IMMUNE, aimed, true)

    begin, end = sites.begin[site].copy(), sites.end[site].copy()
    _shift(begin, end, k, site, catalogue)
    core = make_parts(
        person=person,
        kind=sites.kind[site],
        source=site,
        owner=0,
        begin=begin,
        end=end,
        true_begin=sites.begin[site],
        true_end=sites.end[site],
        true_copies=true,
        expected=normal,
        aimed=aimed,
        ratio=np.nan,
        pairs=sites.pairs[site],
        outcome=outcome,
    )
    pieces = [core]
    for side, widths in ((0, sites.left), (1, sites.right)):
        pieces.append(_flanks(core, widths, side, k, site))
    return concatenate(pieces)


def _usual_copies(u: Floats, usual: Ints, loss: np.ndarray, expected: Ints) -> Ints:
    """Copies that an artefact or an immune locus shows: around the usual figure, scaled to two copies or one."""
    both = u < np.where(usual == 0, 0.85, 0.08)
    low = np.where(both | (expected == 1), 0, 1)
    scale = np.exp(0.16 * (u - 0.5) * 2)
    high = np.maximum(expected + 1, np.rint(usual * scale).astype(np.int64))
    result: Ints = np.where(loss, low, high).astype(np.int64)
    return result


def _shift(begin: Ints, end: Ints, key: np.ndarray, site: Ints, catalogue: Catalogue) -> None:
    """Moves one end of some calls by one to three bins, never onto a neighbour and never by much of a small event."""
    sites = catalogue.sites
    u = uniform(key, _SHIFT, site) / _SHIFTED_SHARE
    size = 1 + (uniform(key, _SHIFT_SIZE, site) * LONGEST_SHIFT).astype(np.int64)
    size = np.minimum(size, (end - begin) // 4)
    outward = (u * 4 % 1) < 0.5
    left_side = u < 0.5
    moved = u < 1
    free_left = np.where(sites.left[site] > 0, 0, size)
    free_right = np.where(sites.right[site] > 0, 0, size)
    step_left = np.where(outward, -np.minimum(size, sites.room_left[site]), free_left)
    step_right = np.where(outward, np.minimum(size, sites.room_right[site]), -free_right)
    begin += np.where(moved & left_side, step_left, 0)
    end += np.where(moved & ~left_side, step_right, 0)


def _flanks(core: Parts, widths: Ints, side: int, key: np.ndarray, site: Ints) -> Parts:
    """The pieces beside complete losses and high gains: half of the way back to the expected copies.

    A piece of one or two bins is a ragged edge of the core's event; three or more are an event of their own (R3).
    """
    width = widths[site]
    strong = np.where(core.aimed < core.expected, core.aimed == 0, core.aimed >= core.expected + 2)
    diploid = core.expected == 2
    chosen = (
        (width > 0) & strong & diploid & (core.outcome == YES) & (uniform(key, _FLANK, 2 * site + side) < _RAGGED_SHARE)
    )
    rows = np.flatnonzero(chosen)
    piece = core.take(rows)
    w = width[rows]
    begin = np.where(side == 0, piece.begin - w, piece.end)
    aimed = np.where(piece.aimed < piece.expected, 1, piece.aimed - 1)
    step = w >= 3
    return piece.replace(
        begin=begin,
        end=begin + w,
        true_begin=np.where(step, begin, piece.true_begin),
        true_end=np.where(step, begin + w, piece.true_end),
        true_copies=np.where(step & (piece.true_copies != piece.expected), aimed, piece.true_copies),
        aimed=aimed,
    )
