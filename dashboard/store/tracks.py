"""What lies along a stretch of a chromosome: people per base, distinct intervals, genes, places of care, bands (R8).

A base counts people, so the events of a carrier are made disjoint before they are added up. In a narrow window that is
done from the events that decide who is a carrier, which know every filter. A wide one is touched by too many: there the
build has added up (`curve_steps`), for every level, cohort and super-population, and only for another filter are the
events read. Both are exact at every base, for a whole chromosome too.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.along import CarriedIntervals, Curves, Track, WindowGenes
from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.store.carried import counted_sites, distinct_intervals, stored_sites
from dashboard.store.carriers.touching import WIDE, Marks, events_touching, marks_touching
from dashboard.store.curves import asked_for, counted_curves, is_stored, stored_curves
from dashboard.store.database import Generation, remembered
from dashboard.store.landmarks import Along, landmarks
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import Interval

STORED_FROM: Final = WIDE
"""Bases of a window beyond which the curve comes from stored steps, and sites are drawn."""
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
    every = known.genes.numbers(interval)
    coding = every[known.is_coding[every]]
    numbers = coding if len(every) > ANY_GENES_DRAWN else every
    rows = known.genes.at(numbers[:0] if len(coding) > GENES_DRAWN else numbers)
    with_exons = list(zip(*(rows[name].to_list() for name in ("transcript_id", "start", "end")), strict=True))
    if interval.length > EXONS_UP_TO:
        place = None if highlight is None else (highlight.start, highlight.end)
        with_exons = [row for row in with_exons if row[1:] == place]
    transcripts = {transcript for transcript, _, _ in with_exons}
    exons = _numbered_exons(database, interval.chrom).touching(interval)
    is_theirs = [transcript in transcripts for transcript in exons["transcript_id"].to_list()]
    if not all(is_theirs):
        exons = exons[np.flatnonzero(is_theirs)]
    density = None
    if len(coding) > GENES_DRAWN:
        start, end = (known.genes.at(coding)[name].to_numpy() for name in ("start", "end"))
        borders = np.linspace(interval.start, interval.end, DENSITY_BINS + 1)
        begun = np.searchsorted(start, borders[1:], side="left")
        ended = np.searchsorted(np.sort(end), borders[:-1], side="right")
        density = tuple((begun - ended).tolist())
    return WindowGenes(rows, exons, len(every), len(coding), density)


@remembered
def _numbered_exons(database: Generation, chrom: str) -> Along:
    """The exons of the representative transcripts of a chromosome, with `number`, counted from 1 along the transcript, and `of`,
    how many it has."""
    known = landmarks(database)
    genes = known.genes.on(chrom)
    strands = genes.select("transcript_id", "strand").drop_nulls("transcript_id").unique("transcript_id")
    along = pl.col("start").rank("ordinal").over("transcript_id")
    against = pl.col("start").rank("ordinal", descending=True).over("transcript_id")
    return Along(
        known.exons.on(chrom)
        .join(strands, on="transcript_id", how="inner", maintain_order="left")
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
    """How many people have a loss or gain at each base of `interval`, and what is carried there: the distinct intervals that touch
    it, of more than `STORED_FROM` bases the sites.

    Every filter is obeyed but the overlap rule, which is about a whole region. Bases where no call can be made, that the
    caller saw in fewer than half of the samples, or that lie in places of copies, do not count; nor does what else an event
    reaches that lies in copies by half. Of intervals and sites the `limit` with most carriers.
    """
    # kept once for all rules
    return _people_along(database, interval, replace(filters, overlap=None), limit, silent)


@remembered
def _people_along(
    database: Generation, interval: Interval, filters: Filters, limit: int, silent: Interval | None
) -> tuple[Curves, CarriedIntervals]:
    is_wide = interval.length > STORED_FROM
    # what the events of a place of copies reach is stored of no place alone
    if is_wide and silent is None and is_stored(filters):
        return stored_curves(database, interval, filters, STEPS), stored_sites(database, interval, filters, limit)
    if is_wide:
        every = marks_touching(database, interval, filters)
    else:
        touching = events_touching(database, region_target(interval))
        every = Marks(touching.events, touching.sample, touching.site)
    marks = every.where(asked_for(database, interval.chrom, every, filters))
    curves = counted_curves(database, interval, filters, marks, silent, STEPS)
    if is_wide:
        return curves, counted_sites(database, interval, filters, marks, limit, silent)
    return curves, distinct_intervals(database, interval.chrom, marks, limit, silent)
