"""What trios say of sites and of the whole callset (rule R11), a chromosome and some trios at a time.

Counts alone, which add up over trios: whoever puts pieces together sums them. The rules of inheritance are the
domain's; what is decided here is which trios are asked, and which of a person's events speaks for a site (R9).
"""

from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import polars as pl

from data_prep.derived.panel import People
from data_prep.derived.piece import Columns, wide
from data_prep.derived.site_tables import gather_words
from data_prep.derived.sites import LEVELS, NO_SITE, Events, carriers_by_level
from data_prep.domain.arrays import Flags, Numbers, distinct
from data_prep.domain.chromosomes import AUTOSOMES, SEX_CHROMOSOMES
from data_prep.domain.copy_number import DIRECTIONS, SEXES
from data_prep.domain.intervals import covers_half
from data_prep.domain.levels import Level
from data_prep.domain.trios import (
    BIN_CLASSES,
    INHERITANCES,
    LENGTH_CLASSES,
    Covered,
    bin_class,
    inherit,
    is_inconsistent,
    length_class,
    possible_parents,
)

_CREDIBLE: Final = LEVELS.index(Level.CREDIBLE)
_CLASSES: Final = len(LENGTH_CLASSES) * len(BIN_CLASSES)
_INHERITED: Final = ("from_both", "from_father", "from_mother", "below_filter", "neither")
"""Columns of the tables, in the order of `INHERITANCES`."""
SITE_COUNTS: Final = ("children", *_INHERITED, "inconsistent", "parents", "transmitted")
QUALITY_COUNTS: Final = (*SITE_COUNTS, "null_parents", "untransmitted")

_TRIOS: Final = """
    SELECT c.sample_id, f.sample_id, m.sample_id FROM samples c JOIN samples f ON f.sample_id = c.father_id
    JOIN samples m ON m.sample_id = c.mother_id WHERE c.counted AND f.counted AND m.counted ORDER BY c.sample_id
"""


@dataclass(frozen=True, slots=True)
class Trios:
    """Children whose parents' files were read too: sample numbers of one length, in the order of the child's."""

    child: Numbers
    father: Numbers
    mother: Numbers

    def __len__(self) -> int:
        return len(self.child)

    def where(self, keep: Flags) -> "Trios":
        """Those that a mask keeps."""
        return Trios(self.child[keep], self.father[keep], self.mother[keep])

    def part(self, first: int, last: int) -> "Trios":
        """Those from `first` to before `last`."""
        return Trios(self.child[first:last], self.father[first:last], self.mother[first:last])


def read_trios(con: duckdb.DuckDBPyConnection) -> Trios:
    """The trios of a database whose samples are filled."""
    rows = np.array(con.execute(_TRIOS).fetchall(), np.int64).reshape(-1, 3)
    return Trios(*rows.T)


def trios_on(trios: Trios, people: People, chrom: str) -> Trios:
    """Those that tell of a chromosome: none of the three is marked there; on X and Y the sexes are known and uncontradicted."""
    out = people.outliers(chrom)
    if chrom in SEX_CHROMOSOMES:
        out = out | people.sex_mismatch
    keep = ~(out[trios.child] | out[trios.father] | out[trios.mother])
    if chrom in SEX_CHROMOSOMES:
        of_sex = {sex: people.sex == place - 1 for place, sex in enumerate(SEXES)}
        keep &= of_sex["XY"][trios.father] & of_sex["XX"][trios.mother] & ~of_sex[None][trios.child]
    return trios.where(keep)


@dataclass(frozen=True, slots=True)
class TrioCounts:
    """Rows of `site_trios` and `trio_quality`, of some trios and a chromosome; rows of one key are to be summed."""

    site_trios: pl.DataFrame
    trio_quality: pl.DataFrame


def count_trios(
    columns: Columns, trios: Trios, people: People, chrom: str, immune: tuple[Numbers, Numbers]
) -> TrioCounts:
    """What the trios say; pure, so that any process can do it.

    `columns`: those of `sites.Events` of all members of the trios on the chromosome, with `site`
    (NO_SITE for none), and `site_start`, `site_end`, its founding interval; `immune`: the immune loci, disjoint and sorted.
    """
    given = wide(columns)
    if (np.diff(given["start"]) < 0).any():
        order = np.lexsort((given["sample"], given["end"], given["start"]))
        given = {name: values[order] for name, values in given.items()}
    site, site_start, site_end = (given.pop(name) for name in ("site", "site_start", "site_end"))
    events = Events(**given)
    lane = events.sample * 2 + events.direction
    credible = events.level <= _CREDIBLE
    carried = Covered.by(events.start[credible], events.end[credible], lane[credible])
    at_all = Covered.by(events.start, events.end, lane)
    is_immune = covers_half(*immune, events.start, events.end)
    quality = np.zeros((len(DIRECTIONS), len(LEVELS), _CLASSES, len(QUALITY_COUNTS)), np.int64)

    trio_of_child = np.full(people.size, -1)
    trio_of_child[trios.child] = np.arange(len(trios))
    trio = trio_of_child[events.sample]
    of_child = (trio >= 0) & ~is_immune
    inherited, inconsistent = np.full(len(events), -1), np.zeros(len(events), np.bool_)
    inherited[of_child], inconsistent[of_child] = _inherited(
        events, of_child, trios, trio, people, chrom, carried, at_all
    )
    told = inherited >= 0
    _add(quality, events, told, inherited, inconsistent)
    _add_untransmitted(quality, events, trios, people, chrom, carried, is_immune)

    of_event = np.where(covers_half(*immune, site_start, site_end), NO_SITE, site)
    speaks = carriers_by_level(events, of_event, np.ones(people.size, np.bool_))
    # an event is in one site and of one person, so it speaks once a level at most
    speaking = np.zeros((len(LEVELS), len(events)), np.bool_)
    speaking[speaks.level, speaks.event] = True
    first = int(site[site >= 0].min(initial=0))
    # a row a name, so that what is added lies together
    counts = np.zeros((len(SITE_COUNTS), (int(site.max(initial=0)) - first + 1) * len(LEVELS)), np.int64)
    _add_children(counts, of_event - first, speaking, told, inherited, inconsistent)
    if chrom in AUTOSOMES:
        everywhere = Covered.by(events.start, events.end, events.sample)
        _add_transmission(
            counts, quality, events, of_event, first, (site_start, site_end), speaking, trios, people, everywhere
        )
    return TrioCounts(_site_rows(counts, first), _quality_rows(quality))


def _inherited(
    events: Events,
    mine: Flags,
    trios: Trios,
    trio: Numbers,
    people: People,
    chrom: str,
    carried: Covered,
    at_all: Covered,
) -> tuple[Numbers, Flags]:
    """Of events of children, which `mine` marks, the place in `INHERITANCES`, and whether copies contradict the parents'."""
    start, end, direction = events.start[mine], events.end[mine], events.direction[mine]
    possible = possible_parents(chrom, start, end, people.sex[events.sample[mine]] + 1)
    carries, has = [], np.zeros(len(start), np.bool_)
    for parent, can in zip((trios.father, trios.mother), possible, strict=True):
        lane = parent[trio[mine]] * 2 + direction
        carries.append(carried.half(start, end, lane))
        has |= at_all.half(start, end, lane) & can
    inherited = inherit(carries[0], carries[1], has, possible)
    return inherited, is_inconsistent(inherited, events.copy_number[mine], possible)


def _cell(events: Events, event: Numbers) -> Numbers:
    """Place of each event's classes of length and bins among all pairs of them."""
    cell: Numbers = length_class(events.end[event] - events.start[event]) * len(BIN_CLASSES) + bin_class(
        events.bins[event]
    )
    return cell


def _place(direction: Numbers, level: Numbers, cell: Numbers) -> Numbers:
    """Place of each among all directions, levels and pairs of classes."""
    return (direction * len(LEVELS) + level) * _CLASSES + cell


def _tally(quality: Numbers, name: str, place: Numbers) -> None:
    """Counts one more of `name` at each of the places."""
    counts = np.bincount(place, minlength=len(DIRECTIONS) * len(LEVELS) * _CLASSES)
    quality[..., QUALITY_COUNTS.index(name)] += counts.reshape(quality.shape[:-1])


def _add(quality: Numbers, events: Events, told: Flags, inherited: Numbers, inconsistent: Flags) -> None:
    """Adds the events of children to the counts, at each level that they meet."""
    event = np.flatnonzero(told)
    cell = _cell(events, event)
    for level in range(len(LEVELS)):
        meets = events.level[event] <= level
        mine, of_mine = event[meets], cell[meets]
        place = _place(events.direction[mine], np.full(len(mine), level), of_mine)
        _tally(quality, "children", place)
        for code, name in enumerate(_INHERITED):
            _tally(quality, name, place[inherited[mine] == code])
        _tally(quality, "inconsistent", place[inconsistent[mine]])


def _add_untransmitted(
    quality: Numbers, events: Events, trios: Trios, people: People, chrom: str, carried: Covered, is_immune: Flags
) -> None:
    """Adds the events of parents without a copy, and those of them that the child does not carry."""
    for of_mother, parent in enumerate((trios.father, trios.mother)):
        event, trio = _expand(np.flatnonzero((events.copy_number == 0) & ~is_immune), events.sample, parent)
        start, end, child = events.start[event], events.end[event], trios.child[trio]
        can = possible_parents(chrom, start, end, people.sex[child] + 1)[of_mother]
        event, start, end, child = event[can], start[can], end[can], child[can]
        lacks = ~carried.half(start, end, child * 2 + events.direction[event])
        cell = _cell(events, event)
        for level in range(len(LEVELS)):
            meets = events.level[event] <= level
            place = _place(events.direction[event][meets], np.full(int(meets.sum()), level), cell[meets])
            _tally(quality, "null_parents", place)
            _tally(quality, "untransmitted", place[lacks[meets]])


def _expand(event: Numbers, sample: Numbers, parent: Numbers) -> tuple[Numbers, Numbers]:
    """Each event once for every trio in which its person is the parent: events, and places of the trios."""
    order = np.argsort(parent, kind="stable")
    ordered = parent[order]
    low, high = (np.searchsorted(ordered, sample[event], side=side) for side in ("left", "right"))
    size = high - low
    offset = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    return np.repeat(event, size), order[np.repeat(low, size) + offset]


def _add_to_sites(counts: Numbers, name: str, place: Numbers) -> None:
    """Counts one more of `name` at each place, a site and level."""
    counts[SITE_COUNTS.index(name)] += np.bincount(place, minlength=counts.shape[1])


def _add_children(
    counts: Numbers, site: Numbers, speaking: Flags, told: Flags, inherited: Numbers, inconsistent: Flags
) -> None:
    """Adds the children of sites, one a child, site and level: how the event that speaks is inherited."""
    for level in range(len(LEVELS)):
        event = np.flatnonzero(speaking[level] & told)
        place = site[event] * len(LEVELS) + level
        _add_to_sites(counts, "children", place)
        for code, name in enumerate(_INHERITED):
            _add_to_sites(counts, name, place[inherited[event] == code])
        _add_to_sites(counts, "inconsistent", place[inconsistent[event]])


def _add_transmission(
    counts: Numbers,
    quality: Numbers,
    events: Events,
    of_event: Numbers,
    first: int,
    ends_of_site: tuple[Numbers, Numbers],
    speaking: Flags,
    trios: Trios,
    people: People,
    everywhere: Covered,
) -> None:
    """Adds the trios that tell of a site's transmission, by the parent's event that speaks at each level.

    `everywhere`: what all losses and gains of each sample cover, at any level; `first`: the site that `counts` begins with.
    """
    in_site = np.flatnonzero(of_event != NO_SITE)
    has = distinct(of_event[in_site] * people.size + events.sample[in_site])
    if not len(has):
        return
    single = speaking.any(axis=0) & (np.abs(events.copy_number - events.expected) == 1)
    single &= (events.expected == 2) & (events.copy_number >= 0)
    cell = _cell(events, np.arange(len(events)))
    for parent, other in ((trios.father, trios.mother), (trios.mother, trios.father)):
        event, trio = _expand(np.flatnonzero(single), events.sample, parent)
        nothing = everywhere.bases(ends_of_site[0][event], ends_of_site[1][event], other[trio]) == 0
        event, trio = event[nothing], trio[nothing]
        key = of_event[event] * people.size + trios.child[trio]
        transmitted = has[np.minimum(np.searchsorted(has, key), len(has) - 1)] == key
        for level in range(len(LEVELS)):
            at_level = speaking[level, event]
            mine, handed_on = event[at_level], transmitted[at_level]
            site_place = (of_event[mine] - first) * len(LEVELS) + level
            quality_place = _place(events.direction[mine], np.full(len(mine), level), cell[mine])
            _add_to_sites(counts, "parents", site_place)
            _add_to_sites(counts, "transmitted", site_place[handed_on])
            _tally(quality, "parents", quality_place)
            _tally(quality, "transmitted", quality_place[handed_on])


def _site_rows(counts: Numbers, first: int) -> pl.DataFrame:
    """Rows of `site_trios`, in order, wherever there is anything to count."""
    place = np.flatnonzero(counts.any(axis=0))
    return pl.DataFrame(
        {
            "site_id": (place // len(LEVELS) + first).astype(np.int32),
            "level": gather_words(place % len(LEVELS), [level.value for level in LEVELS]),
            **{name: counts[row, place] for row, name in enumerate(SITE_COUNTS)},
        }
    )


def _quality_rows(quality: Numbers) -> pl.DataFrame:
    """The counts as rows, wherever there is any."""
    direction, level, cell = np.nonzero(quality.any(axis=-1))
    counts = quality[direction, level, cell]
    return pl.DataFrame(
        {
            "direction": gather_words(direction, DIRECTIONS),
            "level": gather_words(level, [level.value for level in LEVELS]),
            "length_class": gather_words(cell // len(BIN_CLASSES), LENGTH_CLASSES),
            "bin_class": gather_words(cell % len(BIN_CLASSES), BIN_CLASSES),
            **{name: counts[:, place] for place, name in enumerate(QUALITY_COUNTS)},
        }
    )


assert len(_INHERITED) == len(INHERITANCES)
