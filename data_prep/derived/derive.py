"""What is worked out from a database's own tables and stored in it: sites, their carriers, per-base bins, differences, and
what `derived/cohort.py` makes of them.

In pieces of a chromosome: which sites there are needs all its exact intervals, a site's rows the events that overlap it
by half alone, a bin's its segments; nothing crosses a chromosome but Benjamini-Hochberg and the sums over sites. So
memory hardly grows with the cohort, and any process can work a piece out; the numbers that sites have in the whole
database are given where the rows are written.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import polars as pl

from data_prep.derived.bins import SIZES
from data_prep.derived.cohort import derive_cohort
from data_prep.derived.differences import Differences
from data_prep.derived.panel import People, read_people
from data_prep.derived.piece import (
    Annotations,
    Columns,
    Worked,
    wide,
    work_out_bins,
    work_out_intervals,
    work_out_reach,
    work_out_sites,
)
from data_prep.derived.site_tables import Genes, Regions
from data_prep.derived.sites import concatenate_intervals, find_sites
from data_prep.derived.steps import join_reaches
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.coding import LEAST_LOSS, least_gain
from data_prep.domain.intervals import union
from data_prep.domain.sight import NEVER_CALLABLE
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.processes import Pool, Task

AHEAD: Final = 2
"""Pieces that are read while another one is worked out."""
_WRITTEN_TOGETHER: Final = 50_000
"""Rows that wait to be written by one statement."""
_GRAIN: Final = 1 << 14
"""Bases by which starts of events are counted, to read about `Limits.derived_rows` of them at a time."""

_EVENTS: Final = """
    SELECT enum_code(chrom)::TINYINT AS place, sample_id AS sample, start, "end", inner_start, inner_end, (direction = 'gain')::TINYINT AS direction, enum_code(class)::TINYINT AS class_code,
        coalesce(copy_number, -1) AS copy_number, coalesce(expected_copy_number::SMALLINT, -1) AS expected, coalesce(bins, -1) AS bins,
        CASE WHEN pass THEN 0 WHEN credible THEN 1 WHEN sensitive THEN 2 ELSE 3 END::TINYINT AS level
    FROM events WHERE chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom AND direction IN ('loss', 'gain')
"""
# Starts in a stretch; and all that may overlap an interval reciprocally by half that starts between two places: their
# starts differ by no more than the event's own length.
_FROM_TO: Final = "AND start >= $first AND start < $last"
_NEAR: Final = 'AND "end" >= $first AND 2 * start - "end" <= $last'
_ROWS: Final = """
    SELECT chrom::VARCHAR, enum_code(chrom), count(*), coalesce(any_value(s.n), 0) FROM events
    LEFT JOIN (SELECT chrom, count(*) AS n FROM segments GROUP BY chrom) s USING (chrom)
    GROUP BY chrom ORDER BY chrom
"""
_STARTS: Final = "SELECT start // $grain, count(*) FROM {table} WHERE chrom = $chrom::chrom GROUP BY 1 ORDER BY 1"
_SITE_OF_EVENT: Final = """
    UPDATE events SET site_id = i.site_id FROM intervals_with_a_site i
    WHERE events.chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom AND events.chrom = i.chrom::chrom
      AND events.start = i.start AND events."end" = i."end" AND events.direction = i.direction::direction
"""
_GENES: Final = """
    SELECT enum_code(chrom)::TINYINT AS place, gene_id, start::BIGINT AS start, "end"::BIGINT AS "end" FROM genes
    WHERE chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom ORDER BY place, gene_id
"""
# One row a piece, with the place of its gene by gene_id: coding parts, of a transcript without any its exons, of a gene without a transcript its extent.
_PIECES: Final = """
    SELECT enum_code(g.chrom)::TINYINT AS place, g.gene, coalesce(x.coding_start, x.start, g.start)::BIGINT AS start,
        coalesce(x.coding_end, x."end", g."end")::BIGINT AS "end", t.transcript_id IS NOT NULL AS has_transcript
    FROM (
        SELECT *, row_number() OVER (PARTITION BY chrom ORDER BY gene_id) - 1 AS gene FROM genes
        WHERE chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom
    ) g LEFT JOIN transcripts t USING (transcript_id) LEFT JOIN exons x USING (transcript_id)
    WHERE x.coding_start IS NOT NULL OR coalesce(t.coding_bases, 0) = 0
    ORDER BY place, g.gene, 3
"""
# One row a segment, whose people are counted by base.
_SEGMENTS: Final = """
    SELECT enum_code(chrom)::TINYINT AS place, sample_id AS sample, start, "end", (direction = 'gain')::TINYINT AS direction,
        CASE WHEN pass THEN 0 WHEN credible THEN 1 WHEN sensitive THEN 2 ELSE 3 END::TINYINT AS level
    FROM segments WHERE chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom
"""
_IN_WINDOW: Final = 'AND start < $last AND "end" >= $first'
# Steps of bases that can be called (R5), and, where the release tells, are seen in half of the samples or more.
_CALLABLE: Final = f"""
    WITH steps AS (
        SELECT chrom, start AS base, 1 AS gaps, 0 AS seen FROM problem_regions WHERE kind IN {NEVER_CALLABLE}
        UNION ALL SELECT chrom, "end", -1, 0 FROM problem_regions WHERE kind IN {NEVER_CALLABLE}
        UNION ALL SELECT chrom, start, 0, 1 FROM callability WHERE 2 * seen >= samples
        UNION ALL SELECT chrom, "end", 0, -1 FROM callability WHERE 2 * seen >= samples
        UNION ALL SELECT chrom, 0, 0, (SELECT count(*) = 0 FROM callability)::INTEGER FROM chromosomes
        UNION ALL SELECT chrom, length, 0, 0 FROM chromosomes
    ),
    bases AS (
        SELECT chrom, base, sum(gaps) AS gaps, sum(seen) AS seen FROM steps
        WHERE chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom GROUP BY chrom, base
    ),
    runs AS (
        SELECT chrom, base AS start, lead(base) OVER onwards AS "end", sum(gaps) OVER onwards AS gaps, sum(seen) OVER onwards AS seen
        FROM bases WINDOW onwards AS (PARTITION BY chrom ORDER BY base)
    )
    SELECT enum_code(chrom)::TINYINT AS place, start::BIGINT AS start, "end"::BIGINT AS "end" FROM runs
    WHERE gaps = 0 AND seen > 0 AND "end" IS NOT NULL ORDER BY place, start
"""
_REGIONS: Final = """
    SELECT enum_code(chrom)::TINYINT AS place, kind, start::BIGINT AS start, "end"::BIGINT AS "end" FROM problem_regions
    WHERE chrom BETWEEN $first_chrom::chrom AND $last_chrom::chrom ORDER BY place, kind, start
"""


def derive(
    con: duckdb.DuckDBPyConnection,
    lap: Callable[[str], None] = lambda stage: None,
    pool: Pool | None = None,
    limits: Limits = DEFAULTS,
) -> None:
    """Fills every table that is worked out from events, segments, callability and genes; `lap` is told what is done.

    The processes of the `pool`, if it has any, work out the pieces while this one reads and writes.
    """
    pool = pool or Pool(1, "works out sites")
    people = read_people(con)
    differences = Differences(people)
    first = 0
    with _Commits(con, limits.commit_rows) as commits:
        rows_to_write = _Rows(con, commits)
        for worked in pool.results(_tasks(con, people, pool, limits), ordered=True, under_way=AHEAD + 1):
            rows_to_write.add(worked, first)
            differences.gathered.take_in(worked.differences, first)
            first += worked.sites
        rows_to_write.write()
        for table, rows in (
            ("site_differences", differences.site_differences()),
            ("population_differences", differences.population_differences()),
        ):
            if rows.height:
                append(con, table, rows)
    lap("derive")
    derive_cohort(
        con,
        people,
        lambda: _genes_of_all(con),
        lambda query, chrom: _columns(con, query, {"chrom": chrom}),
        lambda table, rows: append(con, table, rows),
        pool,
        limits,
    )
    lap("cohort")


@dataclass(frozen=True, slots=True)
class _Chromosome:
    """A chromosome that has events."""

    name: str
    place: int
    """In the order of chromosomes, which the column `place` of every query holds."""
    events: int
    segments: int


def _tasks(con: duckdb.DuckDBPyConnection, people: People, pool: Pool, limits: Limits) -> Iterator[Task]:
    """What gives every chromosome's sites, and then its bins, in order; each task returns `Worked`.

    Chromosomes of few rows are read together: of a small cohort the queries would take longer than the work.
    """
    chromosomes = [_Chromosome(*row) for row in con.execute(_ROWS).fetchall()]
    for run in _runs(chromosomes, limits.derived_rows):
        bounds = {"first_chrom": run[0].name, "last_chrom": run[-1].name}
        regions = _regions(con, run, bounds)
        genes = _genes(con, run, bounds)
        seen = _by_place(_columns(con, _CALLABLE, bounds), run)
        long = len(run) == 1 and max(run[0].events, run[0].segments) > limits.derived_rows
        events = {} if long else _by_place(_columns(con, _EVENTS, bounds), run)
        segments = {} if long else _by_place(_columns(con, _SEGMENTS, bounds), run)
        for chromosome in run:
            chrom, place = chromosome.name, chromosome.place
            of = Annotations(chrom, regions[place], genes[place])
            if not long:
                yield work_out_sites, people, of, events.pop(place)
            elif chromosome.events <= limits.derived_rows:
                yield work_out_sites, people, of, _of_one(_columns(con, _EVENTS, bounds))
            else:
                yield from _sites_in_parts(con, people, of, pool, limits.derived_rows)
            wide_seen = wide(seen[place])
            callable_places = wide_seen["start"], wide_seen["end"]
            if not long:
                yield work_out_bins, people, chrom, segments.pop(place), callable_places, (0, LENGTHS[chrom])
                continue
            windows = [(0, LENGTHS[chrom])]
            if chromosome.segments > limits.derived_rows:
                windows = list(_windows(con, chrom, limits.derived_rows))
            for window in windows:
                first, last = window
                of_window = _of_one(
                    _columns(con, f"{_SEGMENTS} {_IN_WINDOW}", {**bounds, "first": first, "last": last})
                )
                yield work_out_bins, people, chrom, of_window, callable_places, window


def _runs(chromosomes: Sequence[_Chromosome], rows: int) -> Iterator[list[_Chromosome]]:
    """Chromosomes that follow one another and have no more than `rows` events together, nor segments; a longer one alone."""
    run: list[_Chromosome] = []
    for chromosome in chromosomes:
        together = [*run, chromosome]
        if run and max(sum(one.events for one in together), sum(one.segments for one in together)) > rows:
            yield run
            together = [chromosome]
        run = together
    if run:
        yield run


def _sites_in_parts(
    con: duckdb.DuckDBPyConnection, people: People, of: Annotations, pool: Pool, rows: int
) -> Iterator[Task]:
    """Sites are found from the exact intervals, of which there are far fewer than events; then described in runs."""
    stretches = _stretches(con, "events", of.chrom, _GRAIN, rows)
    chrom = {"first_chrom": of.chrom, "last_chrom": of.chrom}
    read = (
        _of_one(_columns(con, f"{_EVENTS} {_FROM_TO}", {**chrom, "first": first, "last": last}))
        for first, last in stretches
    )
    tasks = ((work_out_intervals, people, of, columns) for columns in read)
    parts = list(pool.results(tasks, ordered=True, under_way=AHEAD + 1))
    yield work_out_reach, of.chrom, join_reaches([reach for _, reach in parts])
    intervals = concatenate_intervals([intervals_ for intervals_, _ in parts])
    sites = find_sites(intervals)
    before = np.append(0, np.cumsum(intervals.events))[np.searchsorted(intervals.start, sites.start)]
    first = 0
    while first < len(sites):
        last = max(first + 1, int(np.searchsorted(before, before[first] + rows, side="right")))
        bounds = {"first": int(sites.start[first]), "last": int(sites.start[last - 1])}
        yield (
            work_out_sites,
            people,
            of,
            _of_one(_columns(con, f"{_EVENTS} {_NEAR}", {**chrom, **bounds})),
            sites.part(first, last),
        )
        first = last


def _windows(con: duckdb.DuckDBPyConnection, chrom: str, rows: int) -> Iterator[tuple[int, int]]:
    """Windows of whole bins that tile a chromosome."""
    first = 0
    for _, last in _stretches(con, "segments", chrom, SIZES[0], rows):
        yield first, min(last, LENGTHS[chrom])
        first = last
    if first < LENGTHS[chrom]:
        yield first, LENGTHS[chrom]


def _stretches(
    con: duckdb.DuckDBPyConnection, table: str, chrom: str, grain: int, rows: int
) -> Iterator[tuple[int, int]]:
    """Half-open stretches of some `rows` starts each, or one `grain` long, that follow one another and hold all starts."""
    first = last = held = 0
    for place, n in con.execute(_STARTS.format(table=table), {"chrom": chrom, "grain": grain}).fetchall():
        if held and held + n > rows:
            yield first, last
            first, held = last, 0
        held += n
        last = (place + 1) * grain
    if held:
        yield first, last


def _numbered(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    """The rows with their sites numbered from `first`."""
    return rows.with_columns(pl.col("site_id") + first) if "site_id" in rows.columns else rows


class _Commits:
    """Commits now and then: each costs a write to the disk, and what waits for one stays in memory."""

    def __init__(self, con: duckdb.DuckDBPyConnection, most: int) -> None:
        self.con = con
        self.most = most
        self.held = 0

    def __enter__(self) -> "_Commits":
        self.con.execute("BEGIN")
        return self

    def add(self, rows: int) -> None:
        """Notes that rows were written."""
        self.held += rows
        if self.held > self.most:
            self.con.execute("COMMIT; BEGIN")
            self.held = 0

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self.con.execute("COMMIT")
        else:
            with contextlib.suppress(duckdb.Error):  # what failed may have ended it already; that is the error to tell
                self.con.execute("ROLLBACK")


class _Rows:
    """Rows that wait to be written together: a statement takes longer than the few rows that a chromosome of a small cohort has."""

    def __init__(self, con: duckdb.DuckDBPyConnection, commits: _Commits) -> None:
        self.con = con
        self.commits = commits
        self._clear()

    def _clear(self) -> None:
        self.tables: dict[str, list[pl.DataFrame]] = {}
        self.intervals: list[pl.DataFrame] = []
        self.chroms: list[str] = []
        self.held = 0
        self.events = 0

    def add(self, worked: Worked, first: int) -> None:
        """Takes in what was worked out of a piece, its sites numbered from `first`."""
        for table, rows in worked.tables.items():
            if rows.height:
                self.tables.setdefault(table, []).append(_numbered(rows, first))
                self.held += rows.height
        if worked.intervals.height:
            chrom = pl.lit(worked.chrom).alias("chrom")
            self.intervals.append(_numbered(worked.intervals, first).with_columns(chrom))
            self.chroms.append(worked.chrom)
            self.held += worked.intervals.height
            self.events += worked.events
        if self.held > _WRITTEN_TOGETHER:
            self.write()

    def write(self) -> None:
        """Writes all that waits; the order of a table's rows is that in which they came."""
        for table, frames in self.tables.items():
            rows = pl.concat(frames)
            append(self.con, table, rows)
            self.commits.add(rows.height)
        if self.intervals:
            with _registered(self.con, "intervals_with_a_site", pl.concat(self.intervals)):
                self.con.execute(_SITE_OF_EVENT, {"first_chrom": self.chroms[0], "last_chrom": self.chroms[-1]})
            self.commits.add(self.events)
        self._clear()


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


def _columns(con: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, str | int]) -> Columns:
    """The rows of a query as columns of numbers."""
    rows = con.execute(query, values).fetchnumpy()
    return {name: np.asarray(values) for name, values in rows.items()}


def _of_one(columns: Columns) -> Columns:
    """The columns of rows that are all of one chromosome, without that."""
    return {name: values for name, values in columns.items() if name != "place"}


def _by_place(columns: Columns, run: Sequence[_Chromosome]) -> dict[int, Columns]:
    """The columns of each chromosome of a run, in their order, by its place."""
    if len(run) == 1:
        return {run[0].place: _of_one(columns)}
    own = {one.place: np.flatnonzero(columns["place"] == one.place) for one in run}
    return {place: {name: values[rows] for name, values in _of_one(columns).items()} for place, rows in own.items()}


def _regions(
    con: duckdb.DuckDBPyConnection, run: Sequence[_Chromosome], bounds: Mapping[str, str]
) -> dict[int, Regions]:
    """Problem regions of each chromosome, by its place; those of one kind that overlap are made one."""
    rows = con.execute(_REGIONS, bounds).fetchall()
    return {one.place: _regions_of([row[1:] for row in rows if row[0] == one.place]) for one in run}


def _regions_of(rows: Sequence[tuple[str, int, int]]) -> Regions:
    kinds = tuple(dict.fromkeys(kind for kind, _, _ in rows))
    columns = np.array([(start, end, kinds.index(kind)) for kind, start, end in rows], np.int64).reshape(-1, 3)
    return Regions(*union(*columns.T), kinds)


def _genes(con: duckdb.DuckDBPyConnection, run: Sequence[_Chromosome], bounds: Mapping[str, str]) -> dict[int, Genes]:
    """Genes of each chromosome, by its place."""
    genes = con.sql(_GENES, params=bounds).pl()
    pieces = con.sql(_PIECES, params=bounds).pl()
    place = pl.col("place")
    return {one.place: _genes_of(genes.filter(place == one.place), pieces.filter(place == one.place)) for one in run}


def _genes_of_all(con: duckdb.DuckDBPyConnection) -> dict[int, Genes]:
    """Genes of every chromosome, by its place."""
    chromosomes = [_Chromosome(chrom, place, 0, 0) for place, chrom in enumerate(LENGTHS)]
    return _genes(con, chromosomes, {"first_chrom": chromosomes[0].name, "last_chrom": chromosomes[-1].name})


def _genes_of(genes: pl.DataFrame, pieces: pl.DataFrame) -> Genes:
    gene = pieces.get_column("gene").cast(pl.Int64).to_numpy()
    start, end = pieces.get_column("start").to_numpy(), pieces.get_column("end").to_numpy()
    modelled = np.zeros(genes.height, np.bool_)
    modelled[gene[pieces.get_column("has_transcript").to_numpy()]] = True
    bases = np.bincount(gene, end - start, genes.height).astype(np.int64)
    needs = np.where(modelled, least_gain(bases), LEAST_LOSS)
    return Genes(
        genes.get_column("gene_id"),
        genes.get_column("start").to_numpy(),
        genes.get_column("end").to_numpy(),
        needs,
        modelled,
        gene,
        start,
        end,
    )
