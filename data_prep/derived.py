"""What is worked out from a database's own tables and stored in it: sites, their carriers, per-base bins, differences.

Chromosome by chromosome: nothing here crosses a chromosome but Benjamini-Hochberg and the sums over sites, which need
a few numbers a site. So memory grows with the largest chromosome alone, and any process can work one out; the numbers
that sites have in the whole database are given where the rows are written.
"""

import contextlib
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from data_prep.differentiation import Differences, listed
from data_prep.domain.copy_number import CallClass
from data_prep.domain.levels import Level
from data_prep.groups import Numbers, People, read_people
from data_prep.profiles import Segments, bins
from data_prep.shards import end_with
from data_prep.site_tables import GAIN_SHARE, Genes, Regions, count_carriers, describe, touched_genes
from data_prep.sites import LOSS, Carried, Events, carried, find_sites

AHEAD: Final = 2
"""Chromosomes that are read while another one is worked out."""
MOST_ROWS: Final = 1_000_000
"""Events and segments that are worked out at a time, where one chromosome has not more alone: bounds the memory."""
CLASSES: Final = tuple(one.value for one in CallClass)
"""In the order of the schema's enumeration."""

_EVENTS: Final = """
    SELECT sample_id AS sample, start, "end", (direction = 'gain')::TINYINT AS direction, enum_code(class)::TINYINT AS class_code,
        coalesce(copy_number, -1) AS copy_number, coalesce(expected_copy_number::SMALLINT, -1) AS expected, coalesce(bins, -1) AS bins,
        CASE WHEN pass THEN 0 WHEN credible THEN 1 ELSE 2 END::TINYINT AS level
    FROM events WHERE chrom = $chrom::chrom AND direction IN ('loss', 'gain')
"""
_SITE_OF_EVENT: Final = """
    UPDATE events SET site_id = i.site_id FROM intervals_with_a_site i
    WHERE events.chrom = $chrom::chrom AND events.start = i.start AND events."end" = i."end" AND events.direction = i.direction::direction
"""
_GENES: Final = 'SELECT gene_id, start::BIGINT AS start, "end"::BIGINT AS "end" FROM genes WHERE chrom = $chrom::chrom ORDER BY gene_id'
# One row a piece: coding parts, of a transcript without any its exons, of a gene without a transcript its extent.
_PIECES: Final = """
    SELECT g.gene_id, coalesce(x.coding_start, x.start, g.start)::BIGINT AS start, coalesce(x.coding_end, x."end", g."end")::BIGINT AS "end",
        coalesce(t.coding_bases, 0) > 0 AS coding
    FROM genes g LEFT JOIN transcripts t USING (transcript_id) LEFT JOIN exons x USING (transcript_id)
    WHERE g.chrom = $chrom::chrom AND (x.coding_start IS NOT NULL OR coalesce(t.coding_bases, 0) = 0)
    ORDER BY g.gene_id, 2
"""
# One row a credible segment, whose people are counted by base.
_SEGMENTS: Final = """
    SELECT sample_id AS sample, start, "end", (direction = 'gain')::TINYINT AS direction,
        CASE WHEN pass THEN 0 ELSE 1 END::TINYINT AS level
    FROM segments WHERE chrom = $chrom::chrom AND credible
"""
# Steps of bases that are known sequence, and, where the release tells, seen in half of the samples or more.
_CALLABLE: Final = """
    WITH steps AS (
        SELECT start AS place, 1 AS gaps, 0 AS seen FROM problem_regions WHERE kind = 'gap' AND chrom = $chrom::chrom
        UNION ALL SELECT "end", -1, 0 FROM problem_regions WHERE kind = 'gap' AND chrom = $chrom::chrom
        UNION ALL SELECT start, 0, 1 FROM callability WHERE chrom = $chrom::chrom AND 2 * seen >= samples
        UNION ALL SELECT "end", 0, -1 FROM callability WHERE chrom = $chrom::chrom AND 2 * seen >= samples
        UNION ALL SELECT 0, 0, (SELECT count(*) = 0 FROM callability)::INTEGER
        UNION ALL SELECT length, 0, 0 FROM chromosomes WHERE chrom = $chrom::chrom
    ),
    places AS (SELECT place, sum(gaps) AS gaps, sum(seen) AS seen FROM steps GROUP BY place),
    runs AS (
        SELECT place AS start, lead(place) OVER (ORDER BY place) AS "end", sum(gaps) OVER (ORDER BY place) AS gaps,
            sum(seen) OVER (ORDER BY place) AS seen
        FROM places
    )
    SELECT start::BIGINT AS start, "end"::BIGINT AS "end" FROM runs WHERE gaps = 0 AND seen > 0 AND "end" IS NOT NULL ORDER BY start
"""
_REGIONS: Final = 'SELECT kind, start::BIGINT AS start, "end"::BIGINT AS "end" FROM problem_regions WHERE chrom = $chrom::chrom ORDER BY kind, start'


Columns = dict[str, npt.NDArray[np.integer[Any]]]
"""Columns of whole numbers of any width, by name."""


@dataclass(frozen=True, slots=True)
class Chromosome:
    """What a chromosome's tables are worked out from."""

    chrom: str
    events: Columns
    """Those of `sites.Events`."""
    segments: Columns
    """Those of `profiles.Segments`; both as narrow as the database has them, since they wait for a process and travel to it."""
    callable_start: Numbers
    callable_end: Numbers
    regions: Regions
    genes: Genes

    @property
    def rows(self) -> int:
        """Events and segments."""
        return len(self.events["sample"]) + len(self.segments["sample"])


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of a chromosome; its sites are numbered from 0."""

    chrom: str
    tables: dict[str, pl.DataFrame]
    """Rows by table of the schema."""
    intervals: pl.DataFrame
    """The exact intervals of events that have a site: `start`, `end`, `direction`, `site_id`."""
    differences: Differences
    sites: int


def work_out(people: People, of: Chromosome) -> Worked:
    """Sites, their carriers, differences and bins of a chromosome. Pure, so that any process can do it."""
    events, chrom = Events(**_wide(of.events)), of.chrom
    tables = {"bins": bins(Segments(**_wide(of.segments)), people, chrom, of.callable_start, of.callable_end)}
    differences = Differences(people)
    present = people.present(chrom)
    sites = find_sites(events, present)
    if len(sites):
        carriers = carried(events, sites, people.has_place(chrom))
        credible = carriers.at(Level.CREDIBLE)
        counts = present[events.sample[credible.event]]
        default = Carried(credible.site[counts], credible.level[counts], credible.event[counts])
        tables["sites"] = describe(events, sites, default, present, chrom, of.regions)
        chosen = listed(events, default, tables["sites"], people, chrom)
        tables["site_hardy_weinberg"] = differences.add(events, sites, chosen, chrom)
        tables["site_counts"] = count_carriers(events, carriers, people, chrom, CLASSES)
        tables["site_genes"] = touched_genes(sites, of.genes)
    intervals = pl.DataFrame(
        {
            "start": sites.interval_start.astype(np.int32),
            "end": sites.interval_end.astype(np.int32),
            "direction": np.where(sites.interval_direction == LOSS, "loss", "gain"),
            "site_id": sites.interval_site.astype(np.int32),
        }
    )
    return Worked(chrom, tables, intervals, differences, len(sites))


@contextlib.contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """Processes that work out chromosomes, started at once so that they are ready when they are needed; None for one job."""
    if jobs == 1:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=end_with, initargs=(os.getpid(),)) as pool:
        for _ in range(jobs):
            pool.submit(int)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def derive(
    con: duckdb.DuckDBPyConnection, lap: Callable[[str], None] = lambda stage: None, pool: Executor | None = None
) -> None:
    """Fills every table that is worked out from events, segments, callability and genes; `lap` is told what is done.

    With a `pool` its processes work out the chromosomes, while this one reads and writes.
    """
    people = read_people(con)
    differences = Differences(people)
    first = 0
    for worked in _worked_out(con, people, pool):
        with _transaction(con):
            for table, rows in worked.tables.items():
                if rows.height:
                    append(con, table, _numbered(rows, first))
            with _registered(con, "intervals_with_a_site", _numbered(worked.intervals, first)):
                con.execute(_SITE_OF_EVENT, {"chrom": worked.chrom})
        differences.take_in(worked.differences, first)
        first += worked.sites
    for table, rows in (
        ("site_differences", differences.site_differences()),
        ("population_differences", differences.population_differences()),
    ):
        if rows.height:
            append(con, table, rows)
    lap("derive")


def _worked_out(con: duckdb.DuckDBPyConnection, people: People, pool: Executor | None) -> Iterator[Worked]:
    """Every chromosome's, in order; those that follow are read while one is worked out."""
    if pool is None:
        for chrom in _chromosomes(con):
            yield work_out(people, _chromosome(con, chrom))
        return
    under_way: deque[tuple[int, Future[Worked]]] = deque()
    for chrom in _chromosomes(con):
        of = _chromosome(con, chrom)
        while len(under_way) > AHEAD or (under_way and of.rows + sum(rows for rows, _ in under_way) > MOST_ROWS):
            yield under_way.popleft()[1].result()
        under_way.append((of.rows, pool.submit(work_out, people, of)))
    while under_way:
        yield under_way.popleft()[1].result()


def _chromosome(con: duckdb.DuckDBPyConnection, chrom: str) -> Chromosome:
    seen = _wide(_columns(con, _CALLABLE, chrom))
    return Chromosome(
        chrom,
        _columns(con, _EVENTS, chrom),
        _columns(con, _SEGMENTS, chrom),
        seen["start"],
        seen["end"],
        _regions(con, chrom),
        _genes(con, chrom),
    )


def _numbered(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    """The rows with their sites numbered from `first`."""
    return rows.with_columns(pl.col("site_id") + first) if "site_id" in rows.columns else rows


def _chromosomes(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The chromosomes with events, in order."""
    return [chrom for (chrom,) in con.execute("SELECT DISTINCT chrom FROM events ORDER BY chrom").fetchall()]


@contextlib.contextmanager
def _transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One commit for a chromosome: each costs a write to the disk."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # what failed may have ended it already; that is the error to tell
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def append(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Adds a frame's rows to the table whose columns it names."""
    with _registered(con, "rows_to_append", frame):
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_to_append")


@contextlib.contextmanager
def _registered(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    """A frame as a table of the connection, let go whatever happens."""
    con.register(name, frame.to_arrow())
    try:
        yield
    finally:
        con.unregister(name)


def _columns(con: duckdb.DuckDBPyConnection, query: str, chrom: str) -> Columns:
    """A chromosome's rows as columns of numbers."""
    return {name: np.asarray(values) for name, values in con.execute(query, {"chrom": chrom}).fetchnumpy().items()}


def _wide(columns: Columns) -> dict[str, Numbers]:
    """Columns in which numbers can be put together without running over."""
    return {name: values.astype(np.int64) for name, values in columns.items()}


def _regions(con: duckdb.DuckDBPyConnection, chrom: str) -> Regions:
    """Problem regions of a chromosome; those of one kind that overlap are made one."""
    rows: list[list[int]] = []
    names: list[str] = []
    for kind, start, end in con.execute(_REGIONS, {"chrom": chrom}).fetchall():
        if not names or names[-1] != kind:
            names.append(kind)
        if rows and rows[-1][2] == len(names) - 1 and start <= rows[-1][1]:
            rows[-1][1] = max(rows[-1][1], end)
        else:
            rows.append([start, end, len(names) - 1])
    columns = np.array(rows, np.int64).reshape(-1, 3)
    return Regions(columns[:, 0], columns[:, 1], columns[:, 2], tuple(names))


def _genes(con: duckdb.DuckDBPyConnection, chrom: str) -> Genes:
    genes = con.sql(_GENES, params={"chrom": chrom}).pl()
    pieces = con.sql(_PIECES, params={"chrom": chrom}).pl()
    place = {gene_id: number for number, gene_id in enumerate(genes.get_column("gene_id"))}
    gene = np.array([place[gene_id] for gene_id in pieces.get_column("gene_id")], np.int64)
    start, end = pieces.get_column("start").to_numpy(), pieces.get_column("end").to_numpy()
    coding = pieces.get_column("coding").to_numpy()
    bases = np.bincount(gene, end - start, genes.height).astype(np.int64)
    needs = np.ones(genes.height, np.int64)
    numerator, denominator = GAIN_SHARE
    needs[gene[coding]] = -(-bases[gene[coding]] * numerator // denominator)
    return Genes(
        genes.get_column("gene_id"),
        genes.get_column("start").to_numpy(),
        genes.get_column("end").to_numpy(),
        needs,
        gene,
        start,
        end,
    )
