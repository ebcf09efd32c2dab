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
from data_prep.domain.arrays import Flags, Numbers
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
    """Sites, their carriers and differences. Pure, so that any process can do it.

    `columns`: those of `sites.Events`, of all that overlap one of the `sites` reciprocally by at least 0.5; without
    `sites`, of all events of the chromosome, whose sites are found first.
    """
    events, chrom = Events(**wide(columns)), of.chrom
    present = people.present(chrom)
    sites = find_sites(intervals_of(events, present)) if sites is None else sites
    tables = {}
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


def work_out_intervals(columns: Columns, present: Flags) -> ExactIntervals:
    """The exact intervals of a stretch of a chromosome; `columns`: those of its events. Pure."""
    return intervals_of(Events(**wide(columns)), present)


def work_out_bins(
    people: People, chrom: str, columns: Columns, callable_places: tuple[Numbers, Numbers], window: tuple[int, int]
) -> Worked:
    """Bins of a window; `columns`: those of `profiles.Segments`, of all that overlap it. Pure."""
    rows = count_people_in_bins(Segments(**wide(columns)), people, chrom, *callable_places, window)
    return Worked(chrom, {"bins": rows}, NO_INTERVALS)


def wide(columns: Columns) -> dict[str, Numbers]:
    """Columns in which numbers can be put together without running over."""
    return {name: values.astype(np.int64) for name, values in columns.items()}
