"""Whether the caller could see a place at all (rule R5): no calls in a blind spot is no frequency of zero.

In places of copies so alike that short reads cannot be placed between them calls are made, but few: carriers there are
people, and no share of them.

Two sources: places known to be blind to short reads, in any release, and the caller's own reference rows, where the
release writes them. A person counts as seen where half or more of the place was seen in that person, and the share of
people seen is always that of the people who are counted beside it: of the whole chosen group, or of a row's own group.
Bases over a drawing, and bins, have no group: they go by everyone of the callset (table `callability`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from dashboard.question.filters import Filters
from dashboard.question.target import Target
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import counted_rows, panel, who
from dashboard.words.overlap_rules import WITHOUT_SHARE
from dashboard.words.seen import LEAST_SEEN, is_partly_seen, paralogous_note
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.intervals import Interval, bases_before, complement, union_of_pairs
from data_prep.domain.sight import BLIND_KINDS, is_paralogous

Parts = tuple[tuple[int, int], ...]
"""Disjoint stretches of a place, 0-based and half-open."""
Names = tuple[str, ...]

MOSTLY_COPIES: Final = 0.5
"""Share of the bases that count in places of copies from which no share of people is told."""
PLACES_AT_ONCE: Final = 200
"""Neighbouring places whose rows are looked at together."""


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
    """Share of the people counted in whom half or more of it was seen; None where no file says what was seen."""
    people_seen: int | None
    """How many people these are."""
    copies: float
    """Share of the bases that its rule looks at, coding ones of a gene and all of a region, in places of copies so alike that
    short reads cannot be placed between them."""
    copies_names: tuple[str, ...]
    care: tuple[Care, ...]
    """The other problem regions that the place touches, a kind each, so that none is hidden by many of another."""

    @property
    def is_blind(self) -> bool:
        """No call can be made in more than half of it."""
        return 1 - self.blind < LEAST_SEEN

    @property
    def assessable(self) -> bool:
        """A frequency may be shown."""
        return not self.is_blind and (self.seen is None or self.seen >= LEAST_SEEN)

    @property
    def is_paralogous(self) -> bool:
        """Half or more of what its rule looks at lies in copies: carriers are shown, but no share of people and no bound."""
        return self.assessable and self.copies >= MOSTLY_COPIES

    @property
    def paralogous(self) -> str:
        """Why no share is told of a paralogous place, as notes say it; empty for another."""
        return paralogous_note(self.copies_names) if self.is_paralogous else ""

    @property
    def partly_seen(self) -> bool:
        """A frequency may be shown, as a lower bound."""
        return self.assessable and is_partly_seen(self.seen) and not self.is_paralogous


@dataclass(frozen=True, slots=True)
class Sight:
    """In whom the caller saw a place: masks over the rows of the panel."""

    assessed: Flags
    """People whose own file says where the caller could see."""
    seen: Flags
    """Those of them in whom half or more of the place was seen."""


KNOWN: Final = Statement("SELECT count(*) > 0 AS known FROM callability", {"known": pl.Boolean})

# One row a sample whose own file has reference rows: what a joint file does not name says nothing.
ASSESSED: Final = Statement(
    """SELECT DISTINCT s.sample_id::INTEGER AS sample_id FROM file_samples s JOIN files f USING (file_id)
WHERE f.sample_id IS NOT NULL AND s.sample_id IS NOT NULL AND s.reference_rows > 0""",
    {"sample_id": pl.Int32},
)

# One row a stretch that the caller saw in a sample; those of a sample do not overlap.
SEEN: Final = Statement(
    """SELECT sample_id::INTEGER AS sample_id, start, "end" FROM seen
WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start""",
    {"sample_id": pl.Int32, "start": pl.Int32, "end": pl.Int32},
)


def callability(database: Generation, target: Target, filters: Filters) -> Callability:
    """How much of `target` can be seen, and in how many of the people whom `filters` choose."""
    return _callability(database, target.interval, target.pieces, who(filters))


@remembered
def _callability(database: Generation, place: Interval, pieces: Parts, chosen: Filters) -> Callability:
    return _describe(database, place, pieces, sight(database, place), counted_rows(database, place.chrom, chosen))


def no_share(target: Target, filters: Filters, seen: Callability) -> str:
    """Why carriers are no share of people at a place that can be assessed, as notes say it; empty where they are (R5, R7)."""
    if seen.is_paralogous:
        return seen.paralogous
    return "" if target.has_share(target.rule_in_force(filters.overlap)) else WITHOUT_SHARE


def callabilities(database: Generation, targets: Sequence[Target], filters: Filters) -> list[Callability]:
    """The same of many places of one chromosome at once, in their order; nothing is kept."""
    if not targets:
        return []
    places = [target.interval for target in targets]
    chosen = counted_rows(database, places[0].chrom, filters)
    if not who_is_assessed(database).any():
        return [_describe(database, target.interval, target.pieces, None, chosen) for target in targets]
    order = sorted(range(len(places)), key=lambda number: places[number].start)
    results: list[Callability | None] = [None] * len(places)
    for first in range(0, len(order), PLACES_AT_ONCE):
        run = order[first : first + PLACES_AT_ONCE]
        seen_there = _sights(database, [places[number] for number in run])
        for number, result in zip(run, seen_there, strict=True):
            results[number] = _describe(database, places[number], targets[number].pieces, result, chosen)
    return [result for result in results if result is not None]


@remembered
def sight(database: Generation, place: Interval) -> Sight | None:
    """In whom the caller saw `place`; None where no file says what was seen."""
    return next(_sights(database, [place])) if who_is_assessed(database).any() else None


def sights(database: Generation, places: Sequence[Interval]) -> Iterator[Sight]:
    """The same of many places of one chromosome, in their order, where files say what was seen; nothing is kept."""
    for first in range(0, len(places), PLACES_AT_ONCE):
        yield from _sights(database, places[first : first + PLACES_AT_ONCE])


@remembered
def who_is_assessed(database: Generation) -> Flags:
    """People whose own file says where the caller could see, over the rows of the panel."""
    people = panel(database)
    mask = np.zeros(people.samples.height, np.bool_)
    mask[people.row_of[database.frame(ASSESSED)["sample_id"].to_numpy()]] = True
    mask.flags.writeable = False
    return mask


def _sights(database: Generation, places: Sequence[Interval]) -> Iterator[Sight]:
    """In whom the caller saw each of the places, which are near one another."""
    assessed = who_is_assessed(database)
    reach = Interval(places[0].chrom, min(place.start for place in places), max(place.end for place in places))
    rows = database.table(SEEN, _place(reach))
    person = panel(database).row_of[rows["sample_id"].to_numpy()]
    start, end = (rows[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    for place in places:
        touching = (start < place.end) & (end > place.start)
        able = _callable_before(database, place)
        bases = np.bincount(person[touching], able(end[touching]) - able(start[touching]), minlength=len(assessed))
        yield Sight(assessed, assessed & (2 * bases >= place.length))


def _callable_before(database: Generation, place: Interval) -> Callable[[Numbers], Numbers]:
    """How many bases of the place lie before a position, those left out where no call can be made whatever a row says."""
    blind = np.array(_blind(place, _problems(database, place)), np.int64).reshape(-1, 2)
    return partial(bases_before, *complement(blind[:, 0], blind[:, 1], place.start, place.end))


def _place(place: Interval) -> dict[str, object]:
    return {"chrom": place.chrom, "start": place.start, "end": place.end}


def _problems(database: Generation, place: Interval) -> list[tuple[str, str, int, int]]:
    """Kind, name, start and end of the problem regions that touch the place; most places have none, so that is told first."""
    known = landmarks(database).problems
    numbers = known.numbers(place)
    return known.rows[numbers].select("kind", "name", "start", "end").rows() if len(numbers) else []


def _blind(place: Interval, problems: Sequence[tuple[str, str, int, int]]) -> list[tuple[int, int]]:
    """The parts of the place where no call can be made, each base once."""
    return union_of_pairs((max(a, place.start), min(b, place.end)) for kind, _, a, b in problems if kind in BLIND_KINDS)


def _of_copies(place: Interval, pieces: Parts, problems: Sequence[tuple[str, str, int, int]]) -> tuple[float, Names]:
    """The share of the pieces, of the place where there are none, in places of copies, and the names of these."""
    places = sorted((start, end, name) for kind, name, start, end in problems if is_paralogous(kind))
    if not places:
        return 0.0, ()
    looked_at = pieces or ((place.start, place.end),)
    merged = union_of_pairs((start, end) for start, end, _ in places)
    covered = sum(max(0, min(b, end) - max(a, start)) for a, b in merged for start, end in looked_at)
    names = (name for a, b, name in places if any(a < end and b > start for start, end in looked_at))
    return covered / sum(end - start for start, end in looked_at), tuple(dict.fromkeys(names))


def _describe(database: Generation, place: Interval, pieces: Parts, view: Sight | None, chosen: Flags) -> Callability:
    """`chosen`: who is counted."""
    problems = _problems(database, place)
    copies, copies_names = _of_copies(place, pieces, problems)
    assessed = 0 if view is None else int((view.assessed & chosen).sum())
    people_seen = int((view.seen & chosen).sum()) if view is not None and assessed else None
    return Callability(
        blind=sum(end - start for start, end in _blind(place, problems)) / place.length,
        blind_names=tuple(dict.fromkeys(name for kind, name, _, _ in problems if kind in BLIND_KINDS)),
        seen=None if people_seen is None else people_seen / assessed,
        people_seen=people_seen,
        copies=copies,
        copies_names=copies_names,
        care=_by_kind([(kind, name) for kind, name, _, _ in problems if kind not in BLIND_KINDS]),
    )


def _by_kind(kinds_and_names: list[tuple[str, str]]) -> tuple[Care, ...]:
    """Kinds and names, put together by kind, in the order of the first of each."""
    kinds: dict[str, list[str]] = {}
    for kind, name in kinds_and_names:
        kinds.setdefault(kind, []).append(name)
    return tuple(Care(kind, tuple(dict.fromkeys(names)), len(names)) for kind, names in kinds.items())


@remembered
def knows_what_was_seen(database: Generation) -> bool:
    """Whether the release says which bases the caller saw."""
    return bool(database.frame(KNOWN).item())
