"""The pieces that the simulated caller reports, as columns: what is true of each, and what is read off it.

A part becomes one VCF record. Parts of one source are pieces of one simulated event.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from data_prep.simulate.genome import Ints

Floats = NDArray[np.float64]

# Kinds of simulated events beyond those of the catalogue's sites (sites.KINDS), as truth.tsv names them.
KINDS: Final = (
    "common-deletion",
    "multi-allelic",
    "artefact",
    "immune",
    "rare",
    "private",
    "de-novo",
    "noise",
    "cell-line",
    "recurrent",
    "large",
)
PRIVATE, DE_NOVO, NOISE, CELL_LINE, RECURRENT, LARGE = range(5, 11)

CALLED: Final = "yes"
OUTCOMES: Final = (CALLED, "missed-heterozygote", "missed-homozygote", "missed-gain", "masked", "not-above-threshold")
YES, MISSED_HETEROZYGOTE, MISSED_HOMOZYGOTE, MISSED_GAIN, MASKED, NOT_ABOVE_THRESHOLD = range(len(OUTCOMES))


@dataclass(frozen=True)
class Parts:
    """Pieces of events, called or not; columns of one length, bins half-open.

    `person` is the row in the block; `kind` and `source` (a site, or a number that its owner gives) say of which event;
    `owner` is the number of the person in whom a private event arose, 0 for sites. `true_*` is the genome,
    `ratio` the mean copy ratio aimed at before the caller's noise, NaN where it follows from `copies`.
    `aimed` is the copy number that the caller will be near.
    """

    person: Ints
    kind: Ints
    source: Ints
    owner: Ints
    begin: Ints
    end: Ints
    true_begin: Ints
    true_end: Ints
    true_copies: Ints
    expected: Ints
    aimed: Ints
    ratio: Floats
    pairs: Floats
    outcome: Ints

    @property
    def size(self) -> int:
        return int(self.person.size)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Parts":
        """These rows only, in this order."""
        return Parts(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def replace(self, **columns: NDArray[np.int64] | NDArray[np.float64]) -> "Parts":
        """The same with these columns instead."""
        return Parts(**{f.name: columns.get(f.name, getattr(self, f.name)) for f in fields(self)})


def concatenate(several: Sequence[Parts]) -> Parts:
    """One after the other."""
    return Parts(**{f.name: np.concatenate([getattr(p, f.name) for p in several]) for f in fields(Parts)})


def make_parts(**columns: NDArray[np.int64] | NDArray[np.float64] | int | float) -> Parts:
    """Parts from columns and from single values that hold for all rows; `person` is a column."""
    size = np.asarray(columns["person"]).size
    made: dict[str, Any] = {}
    for f in fields(Parts):
        value = np.asarray(columns[f.name])
        kind = np.float64 if f.name in ("ratio", "pairs") else np.int64
        made[f.name] = np.broadcast_to(value, (size,)).astype(kind)
    return Parts(**made)


def empty_parts() -> Parts:
    """No part at all."""
    nothing = {f.name: 0 for f in fields(Parts)}
    return make_parts(**(nothing | {"person": np.zeros(0, dtype=np.int64)}))
