"""Sites: the events of one direction merged over people (rule R9), one chromosome at a time.

A site depends on exact intervals and their carriers alone. So the merging works on the distinct intervals, which are far
fewer than events, and every event finds its site by its interval: the same interval never stands in two sites.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from data_prep.domain.arrays import Flags, Numbers, distinct
from data_prep.domain.copy_number import DIRECTIONS, Direction
from data_prep.domain.counting import best_first
from data_prep.domain.intervals import on_axis
from data_prep.domain.levels import Level
from data_prep.domain.overlaps import halves_shared, reciprocal_overlap

LEVELS: Final = tuple(Level)
"""Each holds the one before it."""
LOSS: Final = DIRECTIONS.index(Direction.LOSS)
GAIN: Final = DIRECTIONS.index(Direction.GAIN)
"""Directions as the arrays hold them; the others have no site."""

NO_SITE: Final = -1
MISSING: Final = -1
"""Stands for a number that the caller does not give."""

_BLOCK: Final = 4_096
"""Intervals whose founders are found together: bounds the pairs looked at where all of them overlap."""


@dataclass(frozen=True, slots=True)
class Events:
    """Losses and gains of one chromosome, as columns, sorted by start and end."""

    sample: Numbers
    start: Numbers
    end: Numbers
    """0-based, half-open."""
    inner_start: Numbers
    inner_end: Numbers
    """The same drawn in by the uncertainty of the ends (R7)."""
    direction: Numbers
    """LOSS or GAIN."""
    class_code: Numbers
    """Place of the class in the schema's enumeration."""
    copy_number: Numbers
    expected: Numbers
    bins: Numbers
    """MISSING where the caller gives none, as the two before."""
    level: Numbers
    """Place in `LEVELS` of the strictest level that it meets."""

    def __len__(self) -> int:
        return len(self.sample)

    @property
    def interval(self) -> Numbers:
        """Number of each event's exact interval, whatever its direction, in order from 0."""
        fresh = (self.start[1:] != self.start[:-1]) | (self.end[1:] != self.end[:-1])
        return np.cumsum(np.insert(fresh, 0, False)[: len(self)])


@dataclass(frozen=True, slots=True)
class ExactIntervals:
    """The exact intervals of a chromosome's losses and gains, each once, sorted by start, end and direction."""

    start: Numbers
    end: Numbers
    direction: Numbers
    carriers: Numbers
    """People who count and have a credible event of just this interval: they found sites."""
    events: Numbers
    """Events of it, whosever and at any level."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Sites of one chromosome in the order of the table, all or a run of them."""

    start: Numbers
    end: Numbers
    direction: Numbers
    founders: Numbers
    """Carriers of the founding interval."""
    both_directions: Flags
    """Whether a site of the other direction overlaps it reciprocally by at least 0.5."""
    interval_start: Numbers
    interval_end: Numbers
    interval_direction: Numbers
    """The exact intervals that have one of the sites, sorted as in `ExactIntervals`."""
    interval_site: Numbers
    """The site of each of them."""

    def __len__(self) -> int:
        return len(self.start)

    def of(self, events: Events) -> Numbers:
        """The site of each event, NO_SITE where it fits none of these."""
        if not len(self.interval_start):
            return np.full(len(events), NO_SITE)
        known = _packed(self.interval_start, self.interval_end, self.interval_direction)
        wanted = _packed(events.start, events.end, events.direction)
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[place] == wanted, self.interval_site[place], NO_SITE)

    def part(self, first: int, last: int) -> "Sites":
        """The sites from `first` to before `last`, numbered from 0."""
        inside = (self.interval_site >= first) & (self.interval_site < last)
        return Sites(
            self.start[first:last],
            self.end[first:last],
            self.direction[first:last],
            self.founders[first:last],
            self.both_directions[first:last],
            self.interval_start[inside],
            self.interval_end[inside],
            self.interval_direction[inside],
            self.interval_site[inside] - first,
        )


def _packed(start: Numbers, end: Numbers, direction: Numbers) -> Numbers:
    """One number an interval and direction, which sort as they do: no position reaches 2**28."""
    return ((start << 28) + (end - start) << 1) + direction


def assign_founders(start: Numbers, end: Numbers, carriers: Numbers) -> Numbers:
    """The founder of each interval, as its place in the arrays; a founder is its own.

    Intervals are distinct, 0-based half-open, on one axis. Taken as R9 says: the interval with most carriers that has no
    site yet (ties: smaller start, then smaller end) founds one and takes in every interval without a site that overlaps
    it reciprocally by at least 0.5.
    """
    founder = np.full(len(start), NO_SITE)
    ranked = np.lexsort((end, start, -carriers))
    while len(ranked):
        block = ranked[:_BLOCK]
        founders = block[_first_of_each(start[block], end[block])]
        founder[founders] = founders
        place = _best(start[ranked], end[ranked], start[founders], end[founders], by_overlap=False)
        taken = place >= 0
        founder[ranked[taken]] = founders[place[taken]]
        ranked = ranked[~taken]
    return founder


def _first_of_each(start: Numbers, end: Numbers) -> Numbers:
    """Places of the founders among ranked intervals: those that no earlier founder overlaps.

    Every interval without an open earlier neighbour is settled at once, and its neighbours with it, round after round.
    """
    pairs = [(first[first < second], second[first < second]) for first, second in halves_shared(start, end, start, end)]
    earlier = np.concatenate([first for first, _ in pairs]) if pairs else np.zeros(0, np.int64)
    later = np.concatenate([second for _, second in pairs]) if pairs else np.zeros(0, np.int64)
    is_founder = np.zeros(len(start), np.bool_)
    is_open = np.ones(len(start), np.bool_)
    while True:
        waiting = np.zeros(len(start), np.bool_)
        waiting[later] = True
        fresh = is_open & ~waiting
        is_founder |= fresh
        is_open &= ~fresh
        if not len(later):
            return np.flatnonzero(is_founder)
        is_open[later[fresh[earlier]]] = False
        both_open = is_open[earlier] & is_open[later]
        earlier, later = earlier[both_open], later[both_open]


def _best(start: Numbers, end: Numbers, founder_start: Numbers, founder_end: Numbers, by_overlap: bool) -> Numbers:
    """Of founders in the order of their founding, the place of the one that each interval joins, NO_SITE where none fits.

    The first founded, or with `by_overlap` the one that overlaps most, of several the first founded.
    """
    best = np.full(len(start), len(founder_start))
    pairs = list(halves_shared(start, end, founder_start, founder_end))
    if by_overlap:
        share = np.zeros(len(start))
        shares = [reciprocal_overlap(start[a], end[a], founder_start[b], founder_end[b]) for a, b in pairs]
        for (place, _), values in zip(pairs, shares, strict=True):
            np.maximum.at(share, place, values)
        nearest = [values == share[place] for (place, _), values in zip(pairs, shares, strict=True)]
        pairs = [(place[near], founder[near]) for (place, founder), near in zip(pairs, nearest, strict=True)]
    for place, founder in pairs:
        np.minimum.at(best, place, founder)
    return np.where(best < len(founder_start), best, NO_SITE)


def intervals_of(events: Events, present: Flags) -> ExactIntervals:
    """The exact intervals of events, which are a chromosome's or those of a stretch of starts.

    `present`: by sample number, who counts on the chromosome by default.
    """
    both = 2 * events.interval + events.direction
    size = np.bincount(both)
    interval = (np.cumsum(size > 0) - 1)[both]
    size = size[size > 0]
    example = np.zeros(len(size), np.int64)
    example[interval] = np.arange(len(events))
    member = (events.level <= LEVELS.index(Level.CREDIBLE)) & present[events.sample]
    people = distinct(interval[member] * len(present) + events.sample[member])
    carriers = np.bincount(people // max(len(present), 1), minlength=len(size))
    return ExactIntervals(events.start[example], events.end[example], events.direction[example], carriers, size)


def concatenate_intervals(parts: Sequence[ExactIntervals]) -> ExactIntervals:
    """The intervals of stretches that follow one another."""
    return ExactIntervals(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(ExactIntervals))
    )


def find_sites(intervals: ExactIntervals) -> Sites:
    """The sites of a chromosome, from all its exact intervals.

    Those with carriers found the sites; every other one goes to the site whose founding interval it overlaps most.
    """
    start, end, direction, carriers = intervals.start, intervals.end, intervals.direction, intervals.carriers
    # directions lie apart on one axis
    first, last = on_axis(start, direction), on_axis(end, direction)
    founding = np.flatnonzero(carriers)
    rest = np.flatnonzero(carriers == 0)
    founder = np.full(len(start), NO_SITE)
    founder[founding] = founding[assign_founders(first[founding], last[founding], carriers[founding])]
    founders = np.flatnonzero(founder == np.arange(len(start)))
    order = founders[np.lexsort((end[founders], start[founders], -carriers[founders]))]
    near = _best(first[rest], last[rest], first[order], last[order], True)
    founder[rest[near >= 0]] = order[near[near >= 0]]
    number = np.full(len(start) + 1, NO_SITE)
    number[founders] = np.arange(len(founders))
    site = number[founder]
    has = site != NO_SITE
    return Sites(
        start[founders],
        end[founders],
        direction[founders],
        carriers[founders],
        _both_directions(start[founders], end[founders], direction[founders]),
        start[has],
        end[has],
        direction[has],
        site[has],
    )


def _both_directions(start: Numbers, end: Numbers, direction: Numbers) -> Flags:
    both = np.zeros(len(start), np.bool_)
    loss, gain = np.flatnonzero(direction == LOSS), np.flatnonzero(direction == GAIN)
    for of_loss, of_gain in halves_shared(start[loss], end[loss], start[gain], end[gain]):
        both[loss[of_loss]] = True
        both[gain[of_gain]] = True
    return both


@dataclass(frozen=True, slots=True)
class Carried:
    """Carriers of the sites of a chromosome: one entry a site, person and level, with the event that speaks for them."""

    site: Numbers
    level: Numbers
    """Place in `LEVELS`."""
    event: Numbers
    """Place of the event among the chromosome's: of one carrier's events at that level the one with most bins, of as many
    the lower copy number (R9), then the one that comes first."""

    def at(self, level: Level) -> "Carried":
        """Those at one level."""
        at_level = self.level == LEVELS.index(level)
        return Carried(self.site[at_level], self.level[at_level], self.event[at_level])


def carriers_by_level(events: Events, of_event: Numbers, has_place: Flags) -> Carried:
    """Who carries what at each level; `of_event`: the events' sites; `has_place`: by sample number, who can count."""
    event = np.flatnonzero((of_event != NO_SITE) & has_place[events.sample])
    site = of_event[event]
    who = site * len(has_place) + events.sample[event]
    ordered = np.sort(who)
    repeated = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    several = np.zeros(len(who), np.bool_)
    if len(repeated):
        several = repeated[np.minimum(np.searchsorted(repeated, who), len(repeated) - 1)] == who
    once, often = event[~several], event[several]
    # the first of each carrier at a level is the one that counts
    often = often[best_first(who[several], events.bins[often], events.copy_number[often], often)]
    chosen, levels = [], []
    for level in range(len(LEVELS)):
        candidates = often[events.level[often] <= level]
        carrier = of_event[candidates] * len(has_place) + events.sample[candidates]
        first = candidates[np.insert(carrier[1:] != carrier[:-1], 0, True)] if len(candidates) else candidates
        picked = np.concatenate([once[events.level[once] <= level], first])
        chosen.append(picked)
        levels.append(np.full(len(picked), level))
    event = np.concatenate(chosen)
    return Carried(of_event[event], np.concatenate(levels), event)
