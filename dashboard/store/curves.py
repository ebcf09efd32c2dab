"""People with a loss or gain at each base of a window, by super-population (R8): from stored steps, or from events.

Both say the same of a question that either can answer; events alone know lengths, quality, classes and people by sex or
population.
"""

from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.along import EVERYONE, Curves
from dashboard.counting.overlap import added_stretches, at_level, meets_class, meets_limits
from dashboard.counting.sweep import Changes, SeriesIntervals, Steps, add_up, sweep
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.store.callability import knows_what_was_seen
from dashboard.store.carriers.touching import Marks
from dashboard.store.cohort import superpopulation_names
from dashboard.store.database import Generation, Statement
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import counted_rows, panel
from dashboard.store.problems import are_in_copies
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import DIRECTIONS
from data_prep.domain.intervals import Interval
from data_prep.domain.sight import BLIND_KINDS, is_paralogous
from data_prep.domain.steps import MARK

# One row a stretch that the caller saw in fewer than half of the samples (R5).
HARDLY_SEEN: Final = Statement(
    """SELECT start, "end" FROM (
    SELECT coalesce(lag("end") OVER (ORDER BY start), 0) AS start, start AS "end"
    FROM (SELECT start, "end" FROM callability WHERE chrom = $chrom::chrom AND seen * 2 >= samples
          UNION ALL SELECT 2147483647, 2147483647)
)
WHERE start < "end" AND start < $end AND "end" > $start""",
    {"start": pl.Int32, "end": pl.Int32},
)

_CHOSEN: Final = """level <= $level::filter_level AND (unrelated OR $everyone) AND (NOT outlier OR $outliers)
    AND list_contains($directions, direction::VARCHAR)"""

# One row a step of a kind of segment and person; at the first position also those who stand there already.
STEPS: Final = Statement(
    f"""SELECT position, direction = 'gain' AS gain, superpopulation,
    CASE WHEN position = $first THEN before + change ELSE change END AS people
FROM curve_steps
WHERE chrom = $chrom::chrom AND position >= $first AND position < $end AND {_CHOSEN}""",
    {"position": pl.Int32, "gain": pl.Boolean, "superpopulation": pl.String, "people": pl.Int32},
)

# One row a stretch that an event in copies reaches.
COPIES: Final = Statement(
    f'SELECT start, "end" FROM curve_copies WHERE chrom = $chrom::chrom AND start < $end AND "end" > $start AND {_CHOSEN}',
    {"start": pl.Int32, "end": pl.Int32},
)


def is_stored(filters: Filters) -> bool:
    """Whether stored steps know everything that is asked for: level, cohort, outliers and direction."""
    others = (filters.sex, filters.min_length, filters.max_length, filters.min_quality, filters.min_bins)
    return filters.every_class and not filters.populations and all(value is None for value in others)


def stored_curves(database: Generation, interval: Interval, filters: Filters, room: int) -> Curves:
    """Of filters that `is_stored`."""
    parameters = {
        "chrom": interval.chrom,
        "first": interval.start // MARK * MARK,
        "start": interval.start,
        "end": interval.end,
        "level": filters.level.value,
        "everyone": filters.cohort is Cohort.ALL,
        "outliers": filters.outliers is Outliers.INCLUDE,
        "directions": [direction.value for direction in filters.directions],
    }
    people = _people(database, interval, filters)
    groups = list(people)
    rows = database.table(STEPS, parameters)
    place = rows["superpopulation"].cast(pl.Enum(groups)).to_physical()
    position = np.maximum(rows["position"].to_numpy().astype(np.int64), interval.start)
    change = rows["people"].to_numpy().astype(np.int64)
    changes = Changes(position, rows["gain"].to_numpy() * len(groups) + place.to_numpy(), change)
    uncounted = database.frame(COPIES, parameters).rows() + _never_counted(database, interval)
    window = interval.start, interval.end
    return _curves(add_up(changes, 2 * len(groups), window, uncounted, room, _sums(len(groups))), people)


def asked_for(database: Generation, chrom: str, marks: Marks, filters: Filters) -> Flags:
    """The events of people who are counted that meet the filters: along the genome there is no place that a carrier has copies
    of, so an event is of its own class."""
    events = marks.events
    keep = counted_rows(database, chrom, filters)[marks.sample] & meets_limits(events, filters)
    keep &= at_level(events, filters.level) & meets_class(events.event_class, events.copy_number, filters)
    return keep


def counted_curves(
    database: Generation, interval: Interval, filters: Filters, marks: Marks, silent: Interval | None, room: int
) -> Curves:
    """Of any filters, from the events that touch the window and meet them. `silent`: a place of copies; what its events reach
    tells no share."""
    people = _people(database, interval, filters)
    groups = list(people)
    codes, group = panel(database).groups["superpopulation"]
    place = np.array([groups.index(code) if code in groups else -1 for code in codes], np.int64)[group[marks.sample]]
    start, end = added_stretches(marks.events)
    some = np.flatnonzero(end > start)
    pieces = SeriesIntervals(start[some], end[some], (marks.events.carrier[some] & 1) * len(groups) + place[some])
    # the rest of an event that lies in copies by half tells the same share beside them
    is_apart = is_silent(database, interval.chrom, marks.events.start, marks.events.end, silent)
    reached = set(zip(marks.events.start[is_apart].tolist(), marks.events.end[is_apart].tolist(), strict=True))
    uncounted = [*reached, *_never_counted(database, interval)]
    window = interval.start, interval.end
    return _curves(sweep(pieces, 2 * len(groups), window, uncounted, room, _sums(len(groups))), people)


def is_silent(database: Generation, chrom: str, start: Numbers, end: Numbers, silent: Interval | None) -> Flags:
    """Of which of these places no share of people is told: those in copies by half, and those that touch `silent`."""
    there = are_in_copies(database, chrom, start, end)
    if silent is not None:
        there = there | (start < silent.end) & (end > silent.start)
    return there


def _never_counted(database: Generation, interval: Interval) -> list[tuple[int, int]]:
    """Stretches of which no share is told, whatever is asked: where no call can be made, in places of copies, where people are
    called and no share of them is told, and those that the caller hardly saw (R5)."""
    problems = landmarks(database).problems.touching(interval)
    # a few rows: plain Python is done before a step over a frame has begun
    uncounted = [
        (start, end) for _, kind, start, end, _ in problems.rows() if kind in BLIND_KINDS or is_paralogous(kind)
    ]
    if knows_what_was_seen(database):
        parameters = {"chrom": interval.chrom, "start": interval.start, "end": interval.end}
        uncounted += database.frame(HARDLY_SEEN, parameters).rows()
    return uncounted


def _people(database: Generation, interval: Interval, filters: Filters) -> dict[str, int]:
    """People counted, by super-population, in the order of tables."""
    codes, group = panel(database).groups["superpopulation"]
    who = counted_rows(database, interval.chrom, filters)
    people = dict(zip(codes, np.bincount(group[who], minlength=len(codes)).tolist(), strict=True))
    return {code: people[code] for code in superpopulation_names(database) if people.get(code)}


def _sums(groups: int) -> Flags:
    """Which directions and groups the columns of a curve add up: of each direction everyone, and each group alone. The most people
    at a base are not the sum of the most in each group, so everyone is added up base by base."""
    of_direction = np.hstack([np.ones((groups, 1), np.bool_), np.eye(groups, dtype=np.bool_)])
    return np.kron(np.eye(len(DIRECTIONS), dtype=np.bool_), of_direction)


def _curves(steps: Steps, people: dict[str, int]) -> Curves:
    counted = {EVERYONE: sum(people.values()), **people}
    return Curves(steps, tuple((direction, group) for direction in DIRECTIONS for group in counted), counted)
