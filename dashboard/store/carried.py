"""What is drawn below the curve of a window: distinct intervals of a narrow one, sites of a wide one, with who carries them.

A wide window has thousands of distinct intervals, most of one person; a site holds those that are taken as one variant
(R9). Its carriers come from `site_counts`, or for filters that these do not know from the site's events, whether each
touches the window or not: both say the same of a question that either can answer.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.along import CarriedIntervals
from dashboard.question.filters import Filters
from dashboard.store.carriers.touching import Marks, read_marks
from dashboard.store.cohort import population_names
from dashboard.store.curves import asked_for, is_silent
from dashboard.store.database import Generation
from dashboard.store.panel import panel
from dashboard.store.site_tables import sites_on
from dashboard.store.sites import sites_there
from data_prep.domain.arrays import Flags, Numbers, distinct
from data_prep.domain.copy_number import CLASSES, DIRECTIONS, CallClass
from data_prep.domain.counting import best_first
from data_prep.domain.intervals import Interval
from data_prep.domain.site_id import site_id_expression

_STRONG: Final = [CLASSES.index(name) for name in (CallClass.COMPLETE_LOSS, CallClass.HIGH_GAIN)]

_SITE_COLUMNS: Final = ("site_id", "start", "end", "direction", "inner_start", "inner_end")
_NONE: Final = np.iinfo(np.int64).max
_CELLS: Final = {
    "start": pl.Int64,
    "end": pl.Int64,
    "direction": pl.String,
    "superpopulation": pl.String,
    "copy_number": pl.Int32,
    "people": pl.Int64,
}


def stored_sites(database: Generation, interval: Interval, filters: Filters, limit: int) -> CarriedIntervals:
    """The `limit` sites with most carriers, under filters that `curves.is_stored`."""
    there = sites_there(database, interval, filters)
    counts, many = there.counts, len(there.rows)
    carriers = np.bincount(counts.site, counts.carriers, many).astype(np.int64)
    order = there.in_order(carriers, losses_first=True)
    drawn = order[:limit]
    is_drawn = np.zeros(many, np.bool_)
    is_drawn[drawn] = True
    rows = counts.where(is_drawn[counts.site])
    strong = np.bincount(rows.site, rows.carriers * np.isin(rows.event_class, _STRONG), many).astype(np.int64)
    group_of = [group for _, group in population_names(database).values()]
    numbers = there.on.number[there.rows].tolist()
    people: dict[tuple[int, str, int | None], int] = {}
    for site, population, copies, number in zip(
        *(column.tolist() for column in (rows.site, rows.population, rows.copy_number, rows.carriers)), strict=True
    ):
        key = (numbers[site], group_of[population], copies if copies >= 0 else None)
        people[key] = people.get(key, 0) + number
    cells = pl.DataFrame(
        [(*key, number) for key, number in people.items()],
        schema={"site_id": pl.Int32, "superpopulation": pl.String, "copy_number": pl.Int32, "people": pl.Int64},
        orient="row",
    )
    most = there.on.at(there.rows[drawn], *_SITE_COLUMNS).hstack(
        [pl.Series("carriers", carriers[drawn], pl.Int64), pl.Series("strong", strong[drawn], pl.Int64)]
    )
    return _as_intervals(database, interval.chrom, most, cells, len(order), None)


def counted_sites(
    database: Generation, interval: Interval, filters: Filters, marks: Marks, limit: int, silent: Interval | None
) -> CarriedIntervals:
    """The same under any filters; `marks`: the events that touch the window and meet them."""
    every = sites_on(database, interval.chrom)
    sites = every.at(every.touching(interval, filters.directions), *_SITE_COLUMNS)
    beyond = sites.filter((pl.col("start") < interval.start) | (pl.col("end") > interval.end))
    parts = [(marks.events, marks.sample, marks.site)]
    if beyond.height:
        # an event of a site overlaps it, so those of the others touch the window
        reach = Interval(interval.chrom, min(beyond["start"].to_list()), max(beyond["end"].to_list()))
        more = read_marks(database, reach, filters, beyond["site_id"].to_list())
        outside = (more.events.start >= interval.end) | (more.events.end <= interval.start)
        more = more.where(outside & asked_for(database, interval.chrom, more, filters))
        parts.append((more.events, more.sample, more.site))
    site, sample, start, event_class, copies, bins = (
        np.concatenate(columns)
        for columns in (
            [part[2] for part in parts],
            [part[1] for part in parts],
            [part[0].start for part in parts],
            [part[0].event_class for part in parts],
            [part[0].copy_number for part in parts],
            [part[0].bins for part in parts],
        )
    )
    numbers = sites["site_id"].to_numpy().astype(np.int64)
    first, last = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    row = np.full(last - first + 2, -1, np.int64)
    row[numbers - first] = np.arange(sites.height)
    place = row[np.where((site < first) | (site - first >= len(row) - 1), -1, site - first)]
    mine = np.flatnonzero(place >= 0)
    mine = mine[
        _speaking(place[mine] * panel(database).samples.height + sample[mine], bins[mine], copies[mine], start[mine])
    ]
    place, sample, copies = place[mine], sample[mine], copies[mine]
    strong = np.bincount(place, np.isin(event_class[mine], _STRONG), sites.height).astype(np.int64)
    counted = sites.with_row_index("place").with_columns(
        pl.Series("carriers", np.bincount(place, minlength=sites.height), pl.Int64),
        pl.Series("strong", strong, pl.Int64),
    )
    counted = counted.filter(pl.col("carriers") > 0)
    drawn = counted.sort(
        "carriers", "start", "end", pl.col("direction") == "gain", descending=[True, False, False, False]
    ).head(limit)
    is_drawn = np.zeros(sites.height, np.bool_)
    is_drawn[drawn["place"].to_numpy()] = True
    chosen = is_drawn[place]
    codes, group = panel(database).groups["superpopulation"]
    people = pl.DataFrame(
        {
            "site_id": sites["site_id"].gather(pl.Series(place[chosen])),
            "superpopulation": pl.Series(codes, dtype=pl.String).gather(pl.Series(group[sample[chosen]])),
            "copy_number": pl.Series(copies[chosen], dtype=pl.Int32),
        }
    )
    cells = people.group_by("site_id", "superpopulation", pl.col("copy_number").replace(-1, None)).agg(
        people=pl.len().cast(pl.Int64)
    )
    return _as_intervals(database, interval.chrom, drawn, cells, counted.height, silent)


def _speaking(carrier: Numbers, bins: Numbers, copies: Numbers, start: Numbers) -> Numbers:
    """Places of the event of each carrier of a site that speaks there: that with most bins, of as many the lower copy number (R9)."""
    ordered = np.sort(carrier)
    repeated = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(repeated):
        return np.arange(len(carrier))
    several = repeated[np.minimum(np.searchsorted(repeated, carrier), len(repeated) - 1)] == carrier
    often = np.flatnonzero(several)
    often = often[best_first(carrier[often], bins[often], copies[often], start[often])]
    fresh = np.insert(carrier[often][1:] != carrier[often][:-1], 0, True)
    return np.concatenate([np.flatnonzero(~several), often[fresh]])


def _as_intervals(
    database: Generation, chrom: str, sites: pl.DataFrame, cells: pl.DataFrame, total: int, silent: Interval | None
) -> CarriedIntervals:
    """`sites` and `cells` named by `site_id`, as a drawing takes them."""
    key = ["start", "end", "direction"]
    start, end = (sites[name].to_numpy().astype(np.int64) for name in ("start", "end"))
    rows = sites.with_columns(copies=pl.Series(is_silent(database, chrom, start, end, silent)))
    named = rows.select("site_id", *key).join(cells, on="site_id", how="inner")
    return CarriedIntervals(
        rows.select(
            *key,
            "carriers",
            "strong",
            "inner_start",
            "inner_end",
            "copies",
            site=site_id_expression(pl.lit(chrom), pl.col("start"), pl.col("end"), pl.col("direction")),
        ),
        named.select(*key, "superpopulation", "copy_number", "people").sort(
            *key, "superpopulation", "copy_number", nulls_last=True
        ),
        total,
        are_sites=True,
    )


def distinct_intervals(
    database: Generation, chrom: str, marks: Marks, limit: int, silent: Interval | None
) -> CarriedIntervals:
    """Distinct intervals of these events and their carriers; who has an interval twice counts once, with the lowest copy number
    of a loss and the highest of a gain."""
    hits = _hits(marks)
    # one row an interval and direction, along the genome
    fresh = np.insert(
        (np.diff(hits.start) != 0) | (np.diff(hits.end) != 0) | (hits.gain[1:] != hits.gain[:-1]), 0, True
    )[: len(hits.start)]
    first = np.flatnonzero(fresh)
    interval_of = np.cumsum(fresh) - 1
    start, end, gain = hits.start[first], hits.end[first], hits.gain[first]
    carriers = np.bincount(interval_of, minlength=len(first))
    drawn = np.lexsort((gain, end, start, -carriers))[:limit]
    strong = np.bincount(interval_of, hits.strong, len(first)).astype(np.int64)
    # the medians, of an even number the outer of the two
    by_inner_start = hits.inner_start[np.lexsort((hits.inner_start, interval_of))]
    by_inner_end = hits.inner_end[np.lexsort((hits.inner_end, interval_of))]
    site = np.full(len(first), -1, np.int64)
    # all credible events of one exact interval and direction are of one site (R9)
    site[interval_of[hits.site >= 0]] = hits.site[hits.site >= 0]
    words = np.array([direction.value for direction in DIRECTIONS])
    rows = pl.DataFrame(
        {
            "start": start[drawn],
            "end": end[drawn],
            "direction": pl.Series(words[gain[drawn].astype(np.int64)].tolist(), dtype=pl.String),
            "carriers": carriers[drawn],
            "strong": strong[drawn],
            "inner_start": by_inner_start[first[drawn] + (carriers[drawn] - 1) // 2],
            "inner_end": by_inner_end[first[drawn] + carriers[drawn] // 2],
            "copies": is_silent(database, chrom, start[drawn], end[drawn], silent),
            "site": pl.Series(sites_on(database, chrom).names(site[drawn]), dtype=pl.String),
        }
    )
    is_drawn = np.zeros(len(first), np.bool_)
    is_drawn[drawn] = True
    return CarriedIntervals(rows, _cells(database, hits, is_drawn[interval_of]), len(first))


@dataclass(frozen=True, slots=True)
class _Hits:
    """One row a person who has an exact interval of a direction, sorted by interval, losses first, and person."""

    start: Numbers
    end: Numbers
    gain: Flags
    sample: Numbers
    """Row in the panel."""
    inner_start: Numbers
    inner_end: Numbers
    strong: Flags
    """Whether it is a complete loss or a high-level gain."""
    copies: Numbers
    """Copy number, -1 where it is not given."""
    site: Numbers
    """-1 where it has none."""


def _hits(marks: Marks) -> _Hits:
    """Who has an interval twice stands once, with the lowest copy number of a loss and the highest of a gain."""
    events, sample = marks.events, marks.sample
    gain = (events.carrier & 1).astype(np.bool_)
    order = np.lexsort((sample, gain, events.end, events.start))
    start, end, gain, sample = events.start[order], events.end[order], gain[order], sample[order]
    again = (np.diff(start) == 0) & (np.diff(end) == 0) & (gain[1:] == gain[:-1]) & (sample[1:] == sample[:-1])
    first = np.flatnonzero(np.insert(~again, 0, True)[: len(start)])
    copies = events.copy_number[order]
    if len(first):
        lowest = np.minimum.reduceat(np.where(copies < 0, _NONE, copies), first)
        highest = np.maximum.reduceat(copies, first)
        inner_start = np.minimum.reduceat(events.inner_start[order], first)
        inner_end = np.maximum.reduceat(events.inner_end[order], first)
        strong = np.logical_or.reduceat(np.isin(events.event_class[order], _STRONG), first)
        site = np.maximum.reduceat(marks.site[order], first)
    else:
        lowest = highest = inner_start = inner_end = site = np.empty(0, np.int64)
        strong = np.empty(0, np.bool_)
    of_hit = np.where(gain[first], highest, np.where(lowest == _NONE, -1, lowest))
    return _Hits(start[first], end[first], gain[first], sample[first], inner_start, inner_end, strong, of_hit, site)


def _cells(database: Generation, hits: _Hits, is_drawn: Flags) -> pl.DataFrame:
    """Those of the hits that are drawn by interval, super-population and copy number, in `people`."""
    codes, group = panel(database).groups["superpopulation"]
    tally = Counter(
        zip(
            hits.start[is_drawn].tolist(),
            hits.end[is_drawn].tolist(),
            hits.gain[is_drawn].tolist(),
            group[hits.sample[is_drawn]].tolist(),
            hits.copies[is_drawn].tolist(),
            strict=True,
        )
    )
    cells = [
        (start, end, DIRECTIONS[gain].value, codes[of], copies if copies >= 0 else None, people)
        for (start, end, gain, of, copies), people in tally.items()
    ]
    cells.sort(key=lambda cell: (*cell[:4], cell[4] is None, cell[4] or 0))
    return pl.DataFrame(cells, schema=_CELLS, orient="row")
