"""Whether the caller could see a place at all (rule R5): no calls in a blind spot is no frequency of zero.

Two sources: places known to be blind to short reads, in any release, and the caller's own reference rows, where the
release writes them. Half of the place has to be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.landmarks import landmarks
from dashboard.target import Target
from data_prep.domain.intervals import Interval
from data_prep.domain.sight import BLIND_KINDS

LEAST_SEEN: Final = 0.5
"""Share of the place, and of the samples over it, from which a frequency is shown (R5)."""


@dataclass(frozen=True, slots=True)
class Care:
    """Problem regions of a kind where calls need care."""

    kind: str
    names: tuple[str, ...]
    """Each once, along the genome."""
    places: int


@dataclass(frozen=True, slots=True)
class Callability:
    """What is known about a place. Shares of 1."""

    blind: float
    """Share in places where no call can be made."""
    blind_names: tuple[str, ...]
    seen: float | None
    """Mean share of samples that the caller could see; None where the release does not say."""
    care: tuple[Care, ...]
    """The other problem regions that the place touches, a kind each, so that none is hidden by many of another."""

    @property
    def assessable(self) -> bool:
        """A frequency may be shown."""
        return self.blind <= 1 - LEAST_SEEN and (self.seen is None or self.seen >= LEAST_SEEN)


KNOWN: Final = Statement("SELECT count(*) > 0 AS known FROM callability", {"known": pl.Boolean})

# One row: the share of samples seen, summed over the bases; a base in no row was seen in nobody.
SEEN: Final = Statement(
    """SELECT coalesce(sum((least("end", $end) - greatest(start, $start)) * (seen / samples)), 0)::DOUBLE AS bases
FROM callability
WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start AND samples > 0""",
    {"bases": pl.Float64},
)

# One row a stretch with the share of samples that were seen there; they do not overlap.
SEEN_ALONG: Final = Statement(
    """SELECT start, "end", seen / samples AS share FROM callability
WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start AND samples > 0""",
    {"start": pl.Int32, "end": pl.Int32, "share": pl.Float64},
)


@remembered
def callability(database: Generation, target: Target) -> Callability:
    """How much of `target` can be seen: the share in blind places, and the mean share of samples seen over it."""
    bases = database.frame(SEEN, _place(target.interval)).item() if knows_what_was_seen(database) else None
    return _told(database, target.interval, bases)


def callabilities(database: Generation, places: Sequence[Interval]) -> list[Callability]:
    """The same of many places of one chromosome at once; nothing is kept."""
    if not places or not knows_what_was_seen(database):
        return [_told(database, place, None) for place in places]
    reach = Interval(places[0].chrom, min(place.start for place in places), max(place.end for place in places))
    start, end, share = database.table(SEEN_ALONG, _place(reach)).to_numpy().astype(float).T
    found = []
    for place in places:
        bases = (np.clip(np.minimum(end, place.end) - np.maximum(start, place.start), 0, None) * share).sum()
        found.append(_told(database, place, float(bases)))
    return found


def _place(place: Interval) -> dict[str, object]:
    return {"chrom": place.chrom, "start": place.start, "end": place.end}


def _told(database: Generation, place: Interval, bases: float | None) -> Callability:
    """`bases` sums the share of samples seen over the bases of the place; None where the release does not say."""
    problems = landmarks(database).problems.touching(place).select("kind", "name", "start", "end").rows()
    blind = [(max(start, place.start), min(end, place.end)) for kind, _, start, end in problems if kind in BLIND_KINDS]
    return Callability(
        blind=_union_length(sorted(blind)) / place.length,
        blind_names=tuple(dict.fromkeys(name for kind, name, _, _ in problems if kind in BLIND_KINDS)),
        seen=None if bases is None else bases / place.length,
        care=_by_kind([(kind, name) for kind, name, _, _ in problems if kind not in BLIND_KINDS]),
    )


def _by_kind(named: list[tuple[str, str]]) -> tuple[Care, ...]:
    """Kinds and names, put together by kind, in the order of the first of each."""
    kinds: dict[str, list[str]] = {}
    for kind, name in named:
        kinds.setdefault(kind, []).append(name)
    return tuple(Care(kind, tuple(dict.fromkeys(names)), len(names)) for kind, names in kinds.items())


@remembered
def knows_what_was_seen(database: Generation) -> bool:
    """Whether the release says which bases the caller saw."""
    return bool(database.frame(KNOWN).item())


def _union_length(intervals: list[tuple[int, int]]) -> int:
    """Bases in intervals that are sorted by start and may overlap."""
    total = reached = 0
    for start, end in intervals:
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total
