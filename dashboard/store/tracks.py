"""What lies along a stretch of a chromosome: people per base, distinct intervals, genes, places of care, bands (R8).

A base counts people, so the events of a carrier are made disjoint before they are added up. That is done here and not
taken from the stored segments, which know a level and a direction and no other filter: the curve obeys all of them,
from the same events that decide who is a carrier. It is exact at every base, for a whole chromosome too, so the stored
bins are not needed.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.along import EVERYONE, CarriedIntervals, Curves, Track, WindowGenes
from dashboard.counting.overlap import TouchingEvents, added_stretches, at_level, meets_class, meets_limits
from dashboard.counting.sweep import SeriesIntervals, sweep
from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.store.callability import knows_what_was_seen
from dashboard.store.carriers.touching import events_touching, marks_touching
from dashboard.store.cohort import superpopulation_names
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import counted_rows, panel
from dashboard.store.problems import in_copies
from dashboard.store.sites import site_names
from data_prep.domain.arrays import Numbers
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CLASSES, CallClass, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.sight import BLIND_KINDS, is_paralogous

WIDE: Final = 10_000_000
"""Bases from which a page has no other use for the events than the drawing."""
STEPS: Final = 600
"""Steps that a drawing has room for; more are put into bins."""
INTERVALS_DRAWN: Final = 300
"""Distinct intervals that a drawing has room for at most."""
ANY_GENES_DRAWN: Final = 50
"""Genes up to which those that code for no protein are drawn too."""
GENES_DRAWN: Final = 120
"""Protein-coding genes up to which each is drawn."""
EXONS_UP_TO: Final = 5_000_000
"""Bases of a window up to which the exons of every gene are shown; those of the gene that a page is about always are."""
DENSITY_BINS: Final = 150
"""Parts of a window in which genes are counted where they are too many."""

_STRONG: Final = [CLASSES.index(name) for name in (CallClass.COMPLETE_LOSS, CallClass.HIGH_GAIN)]

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


def read_track(
    database: Generation,
    interval: Interval,
    filters: Filters,
    highlight: Interval | None = None,
    *,
    silent: bool = False,
) -> Track:
    """Everything along `interval`; `highlight` is the part of it that the page is about. `silent`: that is a place of copies, so
    no share is told of what touches it (R5)."""
    curves, intervals = people_along(database, interval, filters, silent=highlight if silent else None)
    known = landmarks(database)
    return Track(
        interval=interval,
        chromosome_length=LENGTHS[interval.chrom],
        directions=filters.directions,
        curves=curves,
        intervals=intervals,
        genes=window_genes(database, interval, highlight),
        problems=known.problems.touching(interval),
        bands=known.bands.on(interval.chrom),
        highlight=highlight,
    )


@remembered
def window_genes(database: Generation, interval: Interval, highlight: Interval | None = None) -> WindowGenes:
    """The genes of a window: all where they are few, else the protein-coding ones, else only how dense they lie.

    A gene that is just `highlight` has its exons in any window."""
    known = landmarks(database)
    every = known.genes.touching(interval)
    coding = every.filter(every["biotype"] == "protein_coding")
    rows = coding if every.height > ANY_GENES_DRAWN else every
    if coding.height > GENES_DRAWN:
        rows = rows.clear()
    with_exons = rows
    if interval.length > EXONS_UP_TO:
        place = (-1, -1) if highlight is None else (highlight.start, highlight.end)
        with_exons = rows.filter((rows["start"] == place[0]) & (rows["end"] == place[1]))
    exons = _numbered_exons(known.exons.on(interval.chrom), with_exons)
    exons = exons.filter((exons["start"] < interval.end) & (exons["end"] > interval.start))
    density = None
    if coding.height > GENES_DRAWN:
        borders = np.linspace(interval.start, interval.end, DENSITY_BINS + 1)
        begun = np.searchsorted(coding["start"].to_numpy(), borders[1:], side="left")
        ended = np.searchsorted(np.sort(coding["end"].to_numpy()), borders[:-1], side="right")
        density = tuple((begun - ended).tolist())
    return WindowGenes(rows, exons, every.height, coding.height, density)


def _numbered_exons(exons: pl.DataFrame, genes: pl.DataFrame) -> pl.DataFrame:
    """The exons of the representative transcripts of these genes, with `number`, counted from 1 along the transcript, and `of`,
    how many it has."""
    strands = genes.select("transcript_id", "strand").drop_nulls("transcript_id").unique("transcript_id")
    of_genes = exons.filter(exons["transcript_id"].is_in(strands["transcript_id"].implode()))
    along = pl.col("start").rank("ordinal").over("transcript_id")
    against = pl.col("start").rank("ordinal", descending=True).over("transcript_id")
    return (
        of_genes.join(strands, on="transcript_id", how="left", maintain_order="left")
        .with_columns(
            number=pl.when(pl.col("strand") == "-").then(against).otherwise(along).cast(pl.Int32),
            of=pl.len().over("transcript_id").cast(pl.Int32),
        )
        .drop("strand")
    )


def people_along(
    database: Generation,
    interval: Interval,
    filters: Filters,
    limit: int = INTERVALS_DRAWN,
    silent: Interval | None = None,
) -> tuple[Curves, CarriedIntervals]:
    """How many people have a loss or gain at each base of `interval`, and the distinct intervals that touch it.

    Every filter is obeyed but the overlap rule, which is about a whole region. Bases where no call can be made, that the
    caller saw in fewer than half of the samples, or that lie in places of copies, do not count; nor does what else an event
    reaches that lies in copies by half. Of the intervals the `limit` with most carriers.
    """
    # kept once for all rules
    return _people_along(database, interval, replace(filters, overlap=None), limit, silent)


@remembered
def _people_along(
    database: Generation, interval: Interval, filters: Filters, limit: int, silent: Interval | None
) -> tuple[Curves, CarriedIntervals]:
    who = counted_rows(database, interval.chrom, filters)
    site_id = None
    if interval.length > WIDE:
        every_event, sample = marks_touching(database, interval, filters.level)
    else:
        touching = events_touching(database, region_target(interval))
        every_event, sample = touching.events, touching.sample
        site_id = touching.rows["site_id"]
    keep = who[sample] & meets_limits(every_event, filters) & at_level(every_event, filters.level)
    # along the genome there is no place that a carrier has copies of: an event is of its own class
    keep &= meets_class(every_event.event_class, every_event.copy_number, filters)
    events, sample = every_event.where(keep), sample[keep]
    codes, group = panel(database).groups["superpopulation"]
    people = dict(zip(codes, np.bincount(group[who], minlength=len(codes)).tolist(), strict=True))
    samples = {code: people[code] for code in superpopulation_names(database) if people.get(code)}
    place = np.array([list(samples).index(code) if code in samples else -1 for code in codes], np.int64)
    superpopulation = pl.Series(codes, dtype=pl.String).gather(pl.Series(group[sample]))
    problems = landmarks(database).problems.touching(interval)
    # in places of copies people are called, and no share of them is told (R5)
    kinds = [kind for kind in problems["kind"].unique().to_list() if kind in BLIND_KINDS or is_paralogous(kind)]
    uncounted = problems.filter(problems["kind"].is_in(kinds)).select("start", "end").rows()
    # the rest of an event that lies in copies by half tells the same share beside them
    place_of = pl.DataFrame({"start": events.start, "end": events.end}).unique()
    is_silent = in_copies(database, interval.chrom, place_of)
    if silent is not None:
        is_silent |= (place_of["start"] < silent.end) & (place_of["end"] > silent.start)
    uncounted += place_of.filter(is_silent).rows()
    if knows_what_was_seen(database):
        parameters = {"chrom": interval.chrom, "start": interval.start, "end": interval.end}
        uncounted += database.frame(HARDLY_SEEN, parameters).rows()
    intervals = _intervals(place_of.filter(is_silent), events, superpopulation, limit)
    if site_id is not None:
        intervals = replace(
            intervals, rows=_with_sites(database, intervals.rows, events, site_id.filter(pl.Series(keep)))
        )
    return _curves(events, place[group[sample]], samples, interval, uncounted), intervals


def _with_sites(database: Generation, rows: pl.DataFrame, events: TouchingEvents, site_id: pl.Series) -> pl.DataFrame:
    """Intervals with `site`: all credible events of one exact interval and direction are of one (R9)."""
    gain = (events.carrier & 1).astype(np.bool_)
    of_interval = (
        pl.DataFrame({"start": events.start, "end": events.end, "gain": gain, "site_id": site_id})
        .drop_nulls("site_id")
        .group_by("start", "end", "gain")
        .agg(pl.col("site_id").min())
        .with_columns(direction=pl.when("gain").then(pl.lit("gain")).otherwise(pl.lit("loss")))
        .drop("gain")
    )
    shown = rows.drop("site").join(of_interval, on=["start", "end", "direction"], how="left", maintain_order="left")
    return shown.join(site_names(database, shown["site_id"]), on="site_id", how="left", maintain_order="left").drop(
        "site_id"
    )


def _curves(
    events: TouchingEvents,
    place: Numbers,
    samples: dict[str, int],
    interval: Interval,
    uncounted: list[tuple[int, int]],
) -> Curves:
    """`place`: position in `samples` of each event's super-population."""
    start, end = added_stretches(events)
    some = np.flatnonzero(end > start)
    counted = {EVERYONE: sum(samples.values()), **samples}
    first = (events.carrier[some] & 1) * len(counted)
    # everyone is a series of its own: the most people at a base are not the sum of the most in each group
    pieces = SeriesIntervals(
        start=np.tile(start[some], 2),
        end=np.tile(end[some], 2),
        series=np.concatenate([first, first + 1 + place[some]]),
    )
    return Curves(
        sweep(pieces, 2 * len(counted), (interval.start, interval.end), uncounted, STEPS),
        series=tuple((direction, group) for direction in (Direction.LOSS, Direction.GAIN) for group in counted),
        samples=counted,
    )


def _intervals(
    silent: pl.DataFrame, events: TouchingEvents, superpopulation: pl.Series, limit: int
) -> CarriedIntervals:
    """Distinct intervals and their carriers; who has an interval twice counts once, with the lowest copy number of a
    loss and the highest of a gain. `silent`: the intervals of which no share of people is told."""
    which = ["start", "end", "direction"]
    gain = (events.carrier & 1).astype(np.bool_)
    copies = pl.col("copy_number")
    hits = (
        pl.DataFrame(
            {
                "start": events.start,
                "end": events.end,
                "gain": gain,
                "carrier": events.carrier,
                "inner_start": events.inner_start,
                "inner_end": events.inner_end,
                "superpopulation": superpopulation,
                "strong": np.isin(events.event_class, _STRONG),
                "copy_number": events.copy_number,
            }
        )
        .with_columns(copies.replace(-1, None))
        .group_by("start", "end", "gain", "carrier", "superpopulation")
        .agg(
            pl.col("strong").any(),
            pl.col("inner_start").min(),
            pl.col("inner_end").max(),
            pl.when(pl.col("gain").first()).then(copies.max()).otherwise(copies.min()),
        )
        .with_columns(direction=pl.when("gain").then(pl.lit("gain")).otherwise(pl.lit("loss")))
    )
    ranked = (
        hits.group_by("start", "end", "gain", "direction")
        .agg(
            carriers=pl.len().cast(pl.Int64),
            strong=pl.col("strong").sum().cast(pl.Int64),
            inner_start=pl.col("inner_start").quantile(0.5, "lower").cast(pl.Int64),
            inner_end=pl.col("inner_end").quantile(0.5, "higher").cast(pl.Int64),
        )
        .sort("carriers", "start", "end", "gain", descending=[True, False, False, False])
    )
    rows = ranked.head(limit).select(*which, "carriers", "strong", "inner_start", "inner_end")
    silent_intervals = silent.with_columns(copies=pl.lit(value=True))
    rows = rows.join(silent_intervals, on=["start", "end"], how="left", maintain_order="left").with_columns(
        pl.col("copies").fill_null(value=False), site=pl.lit(None, pl.String)
    )
    cells = (
        hits.join(rows, on=which, how="semi")
        .group_by(*which, "superpopulation", "copy_number")
        .agg(people=pl.len().cast(pl.Int64))
        .sort(*which, "superpopulation", "copy_number", nulls_last=True)
    )
    return CarriedIntervals(rows, cells, ranked.height)
