"""Events of one person or one family: private ones, passed on by chance; de novo ones; and the caller's own noise.

They fall where no site of the catalogue and no silent gene lies, so a common event never loses its place to them; of two
that collide in one person the second is masked. Private and new ones keep off coding sequence as selection would have it;
noise falls where it falls.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_prep.domain.chromosomes import CHROMOSOMES
from data_prep.simulate.genome import Ints
from data_prep.simulate.genotypes import expected_copies
from data_prep.simulate.panel import SUPERPOPULATIONS, XX, SimulatedPeople, make_people
from data_prep.simulate.parts import DE_NOVO, NOISE, PRIVATE, YES, Parts, concatenate, make_parts
from data_prep.simulate.randomness import Floats, keys, normal, uniform
from data_prep.simulate.selection import lasting_share
from data_prep.simulate.site_calls import detection, missed
from data_prep.simulate.sites import AUTOSOMAL, EVENT_GAP, X_LINKED, Catalogue

_OCCURS: Final = 20
_IS_LOSS: Final = 21
_LENGTH_CLASS: Final = 22
_LENGTH: Final = 23  # and 24
_PLACE: Final = 25  # to 25 + 2 x _TRIES
_PASSED_ON: Final = 60
_FOUND: Final = 61
_NOISE: Final = 70
_NOISE_RATIO: Final = 71
_NOISE_PLACE: Final = 40  # to 40 + 2 x _TRIES
_LASTS: Final = 130  # to 130 + _TRIES

_SLOTS: Final = 6
"""Private events that a founder can have; one more number stands for the de novo event of a child."""
_MEAN_PRIVATE: Final = 1.9
_AFRICAN_FACTOR: Final = 1.3
_DE_NOVO_SHARE: Final = 0.025
"""Children with a new event: about 0.5 % of their rare ones."""
_LOSS_SHARE: Final = 0.66
_TRIES: Final = 6
_ANYWHERE_SHARE: Final = 0.6
"""Share of private events that are drawn anywhere, genes included, before selection; the rest lies between genes."""
_NOISE_ANYWHERE_SHARE: Final = 1.0

# The caller's noise: slots per person, share of them filled, bins, and the copy ratio's range. After the calls of
# HG00096 that match nothing in phase 3: single bins of low ratio, and longer ones barely under the threshold.
_NOISE_CLASSES: Final = (
    (36, 0.60, (1, 1), (0.19, 0.41)),
    (42, 0.60, (2, 2), (0.17, 0.50)),
    (58, 0.62, (3, 7), (0.52, 0.713)),
    (6, 0.40, (3, 9), (1.24, 1.45)),
)


def own_parts(seed: int, who: SimulatedPeople, catalogue: Catalogue) -> Parts:
    """The private, de novo and noise events of these people; `source` is the slot within the owner."""
    return concatenate([_private(seed, who, catalogue), _noise(seed, who, catalogue)])


def _private(seed: int, who: SimulatedPeople, catalogue: Catalogue) -> Parts:
    """Events of the founders, and of the children what they inherit and what is new in them."""
    founders, children = np.flatnonzero(who.father == 0), np.flatnonzero(who.father > 0)
    slots = np.arange(_SLOTS)
    child_key = keys(seed, who.number[children])[:, None]
    candidates: list[tuple[Ints, Ints, Ints, NDArray[np.bool_]]] = [
        _candidates(founders, who.number[founders], slots, np.ones((founders.size, _SLOTS), dtype=np.bool_)),
        _candidates(children, who.mother[children], slots, uniform(child_key, _PASSED_ON, 2 * slots[None, :]) < 0.5),
        _candidates(
            children, who.father[children], slots, uniform(child_key, _PASSED_ON, 2 * slots[None, :] + 1) < 0.5
        ),
        _candidates(children, who.number[children], np.array([_SLOTS]), np.ones((children.size, 1), dtype=np.bool_)),
    ]
    row, owner, slot, passed = (np.concatenate(column) for column in zip(*candidates, strict=True))
    key = keys(seed, owner)
    origin = make_people(owner)
    african = origin.superpopulation == SUPERPOPULATIONS.index("AFR")
    share = np.where(slot == _SLOTS, _DE_NOVO_SHARE, _MEAN_PRIVATE / _SLOTS * np.where(african, _AFRICAN_FACTOR, 1.0))
    loss = uniform(key, _IS_LOSS, slot) < _LOSS_SHARE
    bins = _length(key, slot, loss)
    begin = _place(key, slot, bins, catalogue, _PLACE, _ANYWHERE_SHARE, loss)
    on_x = catalogue.ploidy[np.maximum(begin, 0)] == X_LINKED
    # a father's only X goes to every daughter and to no son
    passed = np.where(on_x & (owner == who.father[row]), who.sex[row] == XX, passed)
    keep = np.flatnonzero((uniform(key, _OCCURS, slot) < share) & (begin >= 0) & passed)
    row, owner, slot, start, size, loss = row[keep], owner[keep], slot[keep], begin[keep], bins[keep], loss[keep]
    expected = expected_copies(who.sex[row], catalogue.ploidy[start])
    true = expected + np.where(loss, -1, 1)
    seen = uniform(keys(seed, who.number[row]), _FOUND, owner * 8 + slot) < detection(size, true, expected)
    return make_parts(
        person=row,
        kind=np.where(slot == _SLOTS, DE_NOVO, PRIVATE),
        source=slot,
        owner=owner,
        begin=start,
        end=start + size,
        true_begin=start,
        true_end=start + size,
        true_copies=true,
        expected=expected,
        aimed=true,
        ratio=np.nan,
        pairs=40.0,
        outcome=np.where(seen, YES, missed(true, expected)),
    )


def _candidates(
    rows: Ints, owners: Ints, slots: Ints, passed: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Each person with each slot of an owner: (row, owner, slot, whether it came down to the person)."""
    return np.repeat(rows, slots.size), np.repeat(owners, slots.size), np.tile(slots, rows.size), passed.ravel()


def _length(key: NDArray[np.uint64], slot: Ints, loss: NDArray[np.bool_]) -> Ints:
    """Bins: log-normal lengths, half of the losses and most of the gains over 10 kb, a few of 0.2 to 1 Mb."""
    u, z = uniform(key, _LENGTH_CLASS, slot), normal(key, _LENGTH, slot)
    small = np.minimum(np.where(loss, 3_100 * np.exp(0.62 * z), 4_700 * np.exp(0.55 * z)), 9_500)
    large = 10_000 + np.minimum(np.where(loss, 6_200 * np.exp(1.5 * z), 22_000 * np.exp(1.0 * z)), 180_000)
    huge = 200_000 + 800_000 * (np.abs(z) / 3).clip(0, 1) ** 2
    length = np.where(u < 0.03, huge, np.where(u < np.where(loss, 0.45, 0.75), large, small))
    return np.maximum(np.where(loss, 1, 2), np.rint(length * 0.8 / 1000)).astype(np.int64)


def _place(
    key: NDArray[np.uint64],
    slot: Ints,
    bins: Ints,
    catalogue: Catalogue,
    purpose: int,
    genic: float,
    loss: NDArray[np.bool_] | None = None,
) -> Ints:
    """The first of a few drawn places that is free and whole; -1 where none is.

    With `loss`, which of them are losses, a place must also pass selection.
    """
    grid = catalogue.grid
    last = grid.first[CHROMOSOMES.index("chrY")]
    result = np.full(key.shape, -1, dtype=np.int64)
    for t in range(_TRIES):
        anywhere = uniform(key, purpose + 2 * t, slot) < genic
        u = uniform(key, purpose + 2 * t + 1, slot)
        begin = np.where(
            anywhere,
            (u * (last - 10)).astype(np.int64),
            catalogue.open_bins[(u * catalogue.open_bins.size).astype(np.int64)],
        )
        low, high = begin - EVENT_GAP, begin + bins + EVENT_GAP
        inside = (low >= 0) & (high < last)
        low, high = np.maximum(low, 0), np.minimum(high, last - 1)
        free = inside & (catalogue.taken[high] == catalogue.taken[low]) & (grid.stretch[low] == grid.stretch[high])
        free &= catalogue.ploidy[low] == catalogue.ploidy[high]
        if loss is not None:
            whole = np.flatnonzero(free)
            at, stop = begin[whole], begin[whole] + bins[whole] - 1
            lasting = lasting_share(grid.chrom[at], grid.start[at], grid.end[stop], bins[whole], loss[whole])
            free[whole] = uniform(key[whole], _LASTS + t, slot[whole]) < lasting
        result = np.where((result < 0) & free, begin, result)
    return result


def _noise(seed: int, who: SimulatedPeople, catalogue: Catalogue) -> Parts:
    """Calls without anything in the genome, somewhere else in everyone."""
    several = []
    first = 0
    for slots, share, (fewest, most), (low, high) in _NOISE_CLASSES:
        slot = np.arange(first, first + slots)[None, :]
        key = keys(seed, who.number)[:, None]
        u = uniform(key, _NOISE, slot)
        person, column = np.nonzero(u < share)
        slot_of = slot[0, column]
        chosen = keys(seed, who.number[person])
        bins = fewest + (u[person, column] / share * (most - fewest + 1)).astype(np.int64)
        begin = _place(chosen, slot_of, bins, catalogue, _NOISE_PLACE, _NOISE_ANYWHERE_SHARE)
        ratio: Floats = low + (high - low) * uniform(chosen, _NOISE_RATIO, slot_of)
        keep = (begin >= 0) & (catalogue.ploidy[np.maximum(begin, 0)] == AUTOSOMAL)
        person, slot_of, bins, begin, ratio = person[keep], slot_of[keep], bins[keep], begin[keep], ratio[keep]
        several.append(
            make_parts(
                person=person,
                kind=NOISE,
                source=slot_of,
                owner=who.number[person],
                begin=begin,
                end=begin + bins,
                true_begin=begin,
                true_end=begin + bins,
                true_copies=2,
                expected=2,
                aimed=1 if high < 1 else 3,
                ratio=ratio,
                pairs=18.0,
                outcome=YES,
            )
        )
        first += slots
    return concatenate(several)
