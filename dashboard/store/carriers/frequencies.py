"""Carriers in every group of people, with their share and its interval (R5)."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboard.counting.overlap import Carriers
from dashboard.question.filters import Filters
from dashboard.question.target import Target
from dashboard.store.callability import Sight, sight
from dashboard.store.carriers.find import carriers_at
from dashboard.store.carriers.touching import events_touching
from dashboard.store.database import Generation, remembered
from dashboard.store.panel import GROUPED_BY, Panel, counted_rows, panel
from dashboard.store.statistics import over_people_seen, with_frequency
from dashboard.words.seen import is_partly_seen
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import CLASSES, TALLIES, Direction
from data_prep.domain.levels import Level

_FREQUENCY_SCHEMA: Final = {
    "level": pl.String,
    "direction": pl.String,
    "grouped_by": pl.String,
    "group": pl.String,
    "samples": pl.Int32,
    "carriers": pl.Int32,
    **dict.fromkeys(TALLIES, pl.Int32),
    "seen": pl.Float64,
    "people_seen": pl.Int32,
}


@remembered
def frequencies(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """Carriers at `target`, counted in every group.

    One row a level (the chosen one, `pass` and `all`), direction asked for, and group (`grouped_by`: all,
    superpopulation, population, sex): `carriers`, `samples`, `frequency` with its Wilson interval `ci_low`, `ci_high`
    (shares of 1), and carriers by class; `seen`, the share of the group in whom the caller saw half or more of the place,
    null where no file says so; and `people_seen`, their number, where the upper bound of no carriers is given over them
    and no longer over `samples` (R5). A group without carriers has its row; one without anyone counted has none.
    """
    who = counted_rows(database, target.interval.chrom, filters)
    touching = events_touching(database, target)
    people = panel(database)
    people_of = _group_sizes(people, who)
    groups = np.flatnonzero(people_of)
    rows, counts = [], []
    for level in dict.fromkeys((filters.level, Level.PASS, Level.ALL)):
        carriers = carriers_at(database, target, touching, who, filters.at(level))
        for direction in filters.directions:
            rows.append((level, direction))
            counts.append(_tally(people, carriers, direction, len(people_of))[groups])
    table = np.concatenate(counts)
    names = [(kind, code) for kind in GROUPED_BY for code in people.groups[kind][0]]
    seen, people_seen = _seen(sight(database, target.interval), people, who, groups)
    counts_of_groups = pl.DataFrame(
        {
            "level": [level.value for level, _ in rows for _ in groups],
            "direction": [direction.value for _, direction in rows for _ in groups],
            "grouped_by": [names[group][0] for group in groups] * len(rows),
            "group": [names[group][1] for group in groups] * len(rows),
            "samples": np.tile(people_of[groups], len(rows)),
            "carriers": table.sum(axis=1),
            **{
                name: table[:, [CLASSES.index(member) for member in members]].sum(axis=1)
                for name, members in TALLIES.items()
            },
            "seen": seen * len(rows),
            "people_seen": people_seen * len(rows),
        },
        schema=_FREQUENCY_SCHEMA,
    )
    return over_people_seen(with_frequency(counts_of_groups))


def _seen(
    view: Sight | None, people: Panel, who: Flags, groups: Numbers
) -> tuple[list[float | None], list[int | None]]:
    """Of each group in `groups` the share in whom the place was seen, and their number where that makes the bound of none."""
    if view is None:
        return [None] * len(groups), [None] * len(groups)
    assessed, seen = (_group_sizes(people, who & mask)[groups].tolist() for mask in (view.assessed, view.seen))
    shares = [number / of if of else None for number, of in zip(seen, assessed, strict=True)]
    return shares, [number if is_partly_seen(share) else None for number, share in zip(seen, shares, strict=True)]


def _group_sizes(people: Panel, who: Flags) -> Numbers:
    """How many are counted in each group, one way of grouping after the other."""
    return np.concatenate(
        [
            np.bincount(number[who], minlength=len(codes))
            for codes, number in (people.groups[kind] for kind in GROUPED_BY)
        ]
    )


def _tally(people: Panel, carriers: Carriers, direction: Direction, number_of_groups: int) -> NDArray[np.int64]:
    """Carriers of a direction in each group, as `_sizes` orders them, by class: (groups, classes)."""
    of_direction = carriers.gain == (direction is Direction.GAIN)
    samples, classes = carriers.sample[of_direction], carriers.carrier_class[of_direction]
    cells = []
    first = 0
    for kind in GROUPED_BY:
        codes, number = people.groups[kind]
        cells.append((first + number[samples]) * len(CLASSES) + classes)
        first += len(codes)
    counts = np.bincount(np.concatenate(cells), minlength=number_of_groups * len(CLASSES))
    return counts.reshape(number_of_groups, len(CLASSES))
