"""The working out of one piece of a chromosome: its columns in, its rows out.

Apart from whoever reads and writes the database, so that a process that works pieces out loads no database.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data_prep.derived.bins import Segments, count_people_in_bins
from data_prep.derived.differences import Differences, Gathered, listed
from data_prep.derived.panel import People
from data_prep.derived.site_tables import (
    Genes,
    Regions,
    count_carriers,
    describe_sites,
    touched_genes,
    with_numbers_of_genes,
)
from data_prep.derived.sites import (
    LOSS,
    Carried,
    Events,
    ExactIntervals,
    Sites,
    carriers_by_level,
    find_sites,
    intervals_of,
)
from data_prep.derived.steps import Reach, count_steps, reach_of_copies, reach_rows
from data_prep.domain.arrays import Numbers
from data_prep.domain.levels import Level

Columns = dict[str, npt.NDArray[np.integer[Any]]]
"""Columns of whole numbers of any width, by name: as narrow as the database has them, since they travel to a process."""


NO_INTERVALS: Final = pl.DataFrame(
    schema={"start": pl.Int32, "end": pl.Int32, "direction": pl.String, "site_id": pl.Int32}
)


@dataclass(frozen=True, slots=True)
class Annotations:
    """What sites are described by."""

    chrom: str
    regions: Regions
    genes: Genes


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of a piece of a chromosome; its sites are numbered from 0."""

    chrom: str
    tables: dict[str, pl.DataFrame]
    """Rows by table of the schema."""
    intervals: pl.DataFrame
    """The exact intervals of events that have a site: `start`, `end`, `direction`, `site_id`."""
    differences: Gathered = field(default_factory=Gathered)
    sites: int = 0
    events: int = 0
    """Those that were read for it."""


def work_out_sites(people: People, of: Annotations, columns: Columns, sites: Sites | None = None) -> Worked:
    """Sites, their carriers and differences; without `sites` what events in copies reach, too. Pure, so that any process can do it.

    `columns`: those of `sites.Events`, of all that overlap one of the `sites` reciprocally by at least 0.5; without
    `sites`, of all events of the chromosome, whose sites are found first.
    """
    events, chrom = Events(**wide(columns)), of.chrom
    present = people.present(chrom)
    tables = {}
    if sites is None:
        sites = find_sites(intervals_of(events, present))
        tables["curve_copies"] = reach_rows(reach_of_copies(events, people, chrom, of.regions), chrom)
    differences = Differences(people)
    if len(sites):
        of_event = sites.of(events)
        carriers = carriers_by_level(events, of_event, people.has_place(chrom))
        credible = carriers.at(Level.CREDIBLE)
        counts = present[events.sample[credible.event]]
        default = Carried(credible.site[counts], credible.level[counts], credible.event[counts])
        tables["sites"] = describe_sites(events, sites, of_event, default, people, chrom, of.regions)
        tables["site_genes"] = touched_genes(tables["sites"], of.genes)
        tables["sites"] = with_numbers_of_genes(tables["sites"], tables["site_genes"])
        chosen = listed(events, default, tables["sites"], people, chrom)
        tables["site_hardy_weinberg"] = differences.add(events, sites, chosen, chrom)
        tables["site_counts"] = count_carriers(events, carriers, people, chrom)
    intervals = pl.DataFrame(
        {
            "start": sites.interval_start.astype(np.int32),
            "end": sites.interval_end.astype(np.int32),
            "direction": np.where(sites.interval_direction == LOSS, "loss", "gain"),
            "site_id": sites.interval_site.astype(np.int32),
        }
    )
    return Worked(chrom, tables, intervals, differences.gathered, len(sites), len(events))


def work_out_intervals(people: People, of: Annotations, columns: Columns) -> tuple[ExactIntervals, Reach]:
    """The exact intervals of a stretch of a chromosome, and what its events in copies reach; `columns`: those of its events. Pure."""
    events = Events(**wide(columns))
    return intervals_of(events, people.present(of.chrom)), reach_of_copies(events, people, of.chrom, of.regions)


def work_out_reach(chrom: str, reach: Reach) -> Worked:
    """What events in copies reach, of a whole chromosome. Pure."""
    return Worked(chrom, {"curve_copies": reach_rows(reach, chrom)}, NO_INTERVALS)


def work_out_bins(
    people: People, chrom: str, columns: Columns, callable_places: tuple[Numbers, Numbers], window: tuple[int, int]
) -> Worked:
    """Bins and steps of a window; `columns`: those of `bins.Segments`, of all that overlap it or end where it begins. Pure."""
    segments = Segments(**wide(columns))
    rows = count_people_in_bins(segments, people, chrom, *callable_places, window)
    return Worked(chrom, {"bins": rows, "curve_steps": count_steps(segments, people, chrom, window)}, NO_INTERVALS)


def wide(columns: Columns) -> dict[str, Numbers]:
    """Columns in which numbers can be put together without running over."""
    return {name: values.astype(np.int64) for name, values in columns.items()}
