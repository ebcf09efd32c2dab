"""Sites: the events of one direction merged over people (rule R9), one chromosome at a time.

A site depends on exact intervals and their carriers alone. So the merging works on the distinct intervals, which are far
fewer than events, and every event finds its site by its interval: the same interval never stands in two sites.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from data_prep.domain.levels import Level
from data_prep.groups import Flags, Numbers, Shares, distinct
from data_prep.overlaps import halves_shared

LEVELS: Final = (Level.PASS, Level.CREDIBLE, Level.ALL)
"""Each holds the one before it."""
LOSS: Final = 0
GAIN: Final = 1
"""Directions as the arrays hold them; the others have no site."""

NO_SITE: Final = -1
MISSING: Final = -1
"""Stands for a number that the caller does not give."""

_BLOCK: Final = 4_096
"""Intervals whose founders are found together: bounds the pairs looked at where all of them overlap."""
_LANE: Final = 1 << 29
"""Sets the directions apart on one axis of positions, farther than any interval reaches."""


@dataclass(frozen=True, slots=True)
class Events:
    """Losses and gains of one chromosome, as columns, sorted by start and end."""

    sample: Numbers
    start: Numbers
    end: Numbers
    """0-based, half-open."""
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
class Sites:
    """The sites of one chromosome, in the order of the table."""

    start: Numbers
    end: Numbers
    direction: Numbers
    founders: Numbers
    """Carriers of the founding interval."""
    of_event: Numbers
    """Site of each event, NO_SITE where it fits none."""
    interval_start: Numbers
    interval_end: Numbers
    interval_direction: Numbers
    interval_site: Numbers
    """The exact intervals that have a site, and which."""

    def __len__(self) -> int:
        return len(self.start)


def found(start: Numbers, end: Numbers, carriers: Numbers) -> Numbers:
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
    pairs = [(one[one < other], other[one < other]) for one, other in halves_shared(start, end, start, end)]
    earlier = np.concatenate([one for one, _ in pairs]) if pairs else np.zeros(0, np.int64)
    later = np.concatenate([other for _, other in pairs]) if pairs else np.zeros(0, np.int64)
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
        kept = is_open[earlier] & is_open[later]
        earlier, later = earlier[kept], later[kept]


def _best(start: Numbers, end: Numbers, founder_start: Numbers, founder_end: Numbers, by_overlap: bool) -> Numbers:
    """Of founders in the order of their founding, the place of the one that each interval joins, NO_SITE where none fits.

    The first founded, or with `by_overlap` the one that overlaps most, of several the first founded.
    """
    best = np.full(len(start), len(founder_start))
    pairs = list(halves_shared(start, end, founder_start, founder_end))
    if by_overlap:
        share = np.zeros(len(start))
        for one, other in pairs:
            np.maximum.at(share, one, _share(start[one], end[one], founder_start[other], founder_end[other]))
        nearest = [_share(start[a], end[a], founder_start[b], founder_end[b]) == share[a] for a, b in pairs]
        pairs = [(one[near], other[near]) for (one, other), near in zip(pairs, nearest, strict=True)]
    for one, other in pairs:
        np.minimum.at(best, one, other)
    return np.where(best < len(founder_start), best, NO_SITE)


def _share(start: Numbers, end: Numbers, other_start: Numbers, other_end: Numbers) -> Shares:
    shared = np.minimum(end, other_end) - np.maximum(start, other_start)
    longer = np.maximum(end - start, other_end - other_start)
    share: Shares = shared / longer
    return share


def find_sites(events: Events, present: Flags) -> Sites:
    """The sites of a chromosome, and which event belongs to which.

    `present`: by sample number, who counts on the chromosome by default. Their credible events found the sites; every other
    event goes to the site that holds its interval, else to the one whose founding interval it overlaps most.
    """
    both = 2 * events.interval + events.direction
    taken = np.bincount(both) > 0
    interval = (np.cumsum(taken) - 1)[both]
    size = int(taken.sum())
    one = np.zeros(size, np.int64)
    one[interval] = np.arange(len(events))
    start, end, direction = events.start[one], events.end[one], events.direction[one]
    member = (events.level <= LEVELS.index(Level.CREDIBLE)) & present[events.sample]
    people = distinct(interval[member] * len(present) + events.sample[member])
    carriers = np.bincount(people // max(len(present), 1), minlength=size)
    lane = direction * _LANE
    founding = np.flatnonzero(carriers)
    rest = np.flatnonzero(carriers == 0)
    founder = np.full(size, NO_SITE)
    founder[founding] = founding[
        found(lane[founding] + start[founding], lane[founding] + end[founding], carriers[founding])
    ]
    founders = np.flatnonzero(founder == np.arange(size))
    order = founders[np.lexsort((end[founders], start[founders], -carriers[founders]))]
    near = _best(
        lane[rest] + start[rest], lane[rest] + end[rest], lane[order] + start[order], lane[order] + end[order], True
    )
    founder[rest[near >= 0]] = order[near[near >= 0]]
    founders = founders[np.lexsort((direction[founders], end[founders], start[founders]))]
    number = np.full(size + 1, NO_SITE)
    number[founders] = np.arange(len(founders))
    site = number[founder]
    has = site != NO_SITE
    return Sites(
        start[founders],
        end[founders],
        direction[founders],
        carriers[founders],
        site[interval],
        start[has],
        end[has],
        direction[has],
        site[has],
    )


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
        here = self.level == LEVELS.index(level)
        return Carried(self.site[here], self.level[here], self.event[here])


def carried(events: Events, sites: Sites, has_place: Flags) -> Carried:
    """Who carries what at each level; `has_place`: by sample number, who can count on the chromosome."""
    event = np.flatnonzero((sites.of_event != NO_SITE) & has_place[events.sample])
    site = sites.of_event[event]
    who = site * len(has_place) + events.sample[event]
    ordered = np.sort(who)
    repeated = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    several = np.zeros(len(who), np.bool_)
    if len(repeated):
        several = repeated[np.minimum(np.searchsorted(repeated, who), len(repeated) - 1)] == who
    once, often = event[~several], event[several]
    # the best first, so that the first of each carrier at a level is the one that counts
    low = np.where(events.copy_number[often] == MISSING, np.iinfo(np.int64).max, events.copy_number[often])
    often = often[np.lexsort((often, low, -events.bins[often], who[several]))]
    chosen, levels = [], []
    for level in range(len(LEVELS)):
        candidates = often[events.level[often] <= level]
        same_one = sites.of_event[candidates] * len(has_place) + events.sample[candidates]
        first = candidates[np.insert(same_one[1:] != same_one[:-1], 0, True)] if len(candidates) else candidates
        picked = np.concatenate([once[events.level[once] <= level], first])
        chosen.append(picked)
        levels.append(np.full(len(picked), level))
    event = np.concatenate(chosen)
    return Carried(sites.of_event[event], np.concatenate(levels), event)
