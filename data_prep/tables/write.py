"""Shards in, sorted tables out, chromosome by chromosome."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import duckdb
import polars as pl

from data_prep import reference
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.inputs.genes import GeneModels
from data_prep.inputs.masks import Mask
from data_prep.reading.reports import SkippedRecord, total
from data_prep.reading.shard_set import ShardSet, offsets
from data_prep.reading.shards import PLACE_BITS, TILE_BITS
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.tables.connect import insert
from data_prep.tables.samples import People

EVENT_BITS: Final = 20
"""An event's number is its sample's, these bits further up, and its own within the sample."""


def write_reference(con: duckdb.DuckDBPyConnection, models: GeneModels, masks: Sequence[Mask] = ()) -> None:
    """Chromosomes, cytobands, problem regions with those of masks, and gene models."""
    for table, frame in (
        ("chromosomes", reference.chromosomes()),
        ("cytobands", reference.cytobands()),
        ("problem_regions", pl.concat([reference.problem_regions(), *(one.regions for one in masks)])),
        ("unplaced_genes", reference.unplaced_genes()),
        ("genes", models.genes),
        ("transcripts", models.transcripts),
        ("exons", models.exons),
    ):
        insert(con, table, frame)


def write_people(con: duckdb.DuckDBPyConnection, people: People, skipped: Sequence[SkippedRecord]) -> None:
    """Samples, populations, files with their samples, and skipped records."""
    insert(con, "samples", people.samples)
    write_populations(con, people.samples)
    numbers: dict[int, int] = dict(people.sources.iter_rows())
    insert(
        con,
        "files",
        pl.DataFrame(
            [
                (
                    r.file_id,
                    r.path,
                    r.size,
                    r.sha256,
                    None if r.joint else next((numbers.get(one.source) for one in r.sources), None),
                    r.samples,
                    r.dialect,
                    r.release,
                    r.simulated,
                    r.records,
                    r.calls,
                    r.reference_rows,
                    r.skipped,
                    r.status,
                    r.message,
                    r.content,
                    r.place,
                )
                for r in people.reports
            ],
            schema={
                "file_id": pl.Int32,
                "path": pl.String,
                "bytes": pl.Int64,
                "sha256": pl.String,
                "sample_id": pl.UInt32,
                "samples": pl.Int32,
                "dialect": pl.String,
                "release": pl.String,
                "simulated": pl.Boolean,
                "records": pl.Int64,
                "calls": pl.Int64,
                "reference_rows": pl.Int64,
                "skipped": pl.Int64,
                "status": pl.String,
                "message": pl.String,
                "content": pl.String,
                "place": pl.String,
            },
            orient="row",
        ),
    )
    insert(
        con,
        "file_samples",
        pl.DataFrame(
            [
                (
                    r.file_id,
                    one.sample,
                    numbers.get(one.source),
                    one.caller_sex,
                    one.recorded_sex,
                    one.contradicts_sex,
                    one.records,
                    one.calls,
                    one.reference_rows,
                    one.skipped,
                    one.status,
                    one.message,
                )
                for r in people.reports
                for one in r.sources
            ],
            schema={
                "file_id": pl.Int32,
                "sample": pl.String,
                "sample_id": pl.UInt32,
                "caller_sex": pl.String,
                "recorded_sex": pl.String,
                "contradicts_sex": pl.String,
                "records": pl.Int64,
                "calls": pl.Int64,
                "reference_rows": pl.Int64,
                "skipped": pl.Int64,
                "status": pl.String,
                "message": pl.String,
            },
            orient="row",
        ),
    )
    file_of = {one.source: file.file_id for file in people.reports for one in file.sources}
    insert(
        con,
        "skipped_records",
        pl.DataFrame(
            sorted(
                (one.reason, file_of[one.source], numbers[one.source], one.records, one.example)
                for one in skipped
                if one.source in numbers
            ),
            schema={
                "reason": pl.String,
                "file_id": pl.Int32,
                "sample_id": pl.UInt32,
                "records": pl.Int64,
                "example": pl.String,
            },
            orient="row",
        ),
    )


def write_populations(con: duckdb.DuckDBPyConnection, samples: pl.DataFrame) -> None:
    """The 26 populations and 5 super-populations, and after them whatever else the samples name."""
    known, groups = reference.populations(), reference.superpopulations()
    codes = samples.select("population", "superpopulation").unique().sort("superpopulation", "population")
    new_groups = (
        codes.select("superpopulation").unique(maintain_order=True).join(groups, on="superpopulation", how="anti")
    )
    new = codes.unique("population", keep="first", maintain_order=True).join(known, on="population", how="anti")
    insert(
        con,
        "superpopulations",
        pl.concat(
            [
                groups,
                new_groups.select(
                    "superpopulation",
                    pl.col("superpopulation").alias("name"),
                    pl.lit(None, pl.String).alias("hancestro"),
                    (pl.int_range(pl.len()) + groups.height).alias("position"),
                ),
            ],
            how="vertical_relaxed",
        ),
    )
    insert(
        con,
        "populations",
        pl.concat(
            [
                known,
                new.select(
                    "population",
                    "superpopulation",
                    pl.col("population").alias("name"),
                    (pl.int_range(pl.len()) + known.height).alias("position"),
                ),
            ],
            how="diagonal_relaxed",
        ),
    )


_INSERT: Final = {
    "calls": """
        INSERT INTO calls SELECT f.sample_id, s.chrom, s.start, s."end", s.direction, s.class, s.copy_number, s.expected_copy_number,
            s.copy_ratio, s.quality, s.bins, s.filters, s.genotype, s.par_border,
            s.inward_start, s.inward_end, s.unreadable, f.sample_id::BIGINT * {numbers} + s.event_no
        FROM {rows} s JOIN counted_files f USING (file) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id, s.class::call_class, s.copy_number, s.event_no, s.bins, s.quality, s.copy_ratio, s.filters, s.genotype
    """,
    "events": """
        INSERT INTO events SELECT f.sample_id::BIGINT * {numbers} + s.event_no, f.sample_id, s.chrom, s.start, s."end",
            s.inner_start, s.inner_end, s.direction, s.class, s.copy_number, s.expected_copy_number, s.copy_ratio, s.quality, s.bins, s.filters,
            s.sensitive, s.credible, s.pass, s.parts, s.par_border, NULL
        FROM {rows} s JOIN counted_files f USING (file) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id, s.event_no
    """,
    "segments": """
        INSERT INTO segments SELECT f.sample_id, s.chrom, s.start, s."end", s.direction, s.copy_number, s.sensitive, s.credible, s.pass
        FROM {rows} s JOIN counted_files f USING (file) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id, s.direction::direction
    """,
    "seen": """
        INSERT INTO seen SELECT f.sample_id, s.chrom, s.start, s."end"
        FROM {rows} s JOIN counted_files f USING (file) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id
    """,
}

_CALLABILITY: Final = """
    INSERT INTO callability
    WITH seen AS (
        SELECT s.chrom::chrom AS chrom, s.start, s."end" FROM {rows} s
        JOIN counted_files f USING (file) JOIN samples p USING (sample_id)
        WHERE s.place >= $first AND s.place < $last AND (s.chrom != 'chrY' OR p.sex = 'XY')
    ),
    steps AS (
        SELECT chrom, place, sum(step) AS step FROM
            (SELECT chrom, start AS place, 1 AS step FROM seen UNION ALL SELECT chrom, "end", -1 FROM seen) GROUP BY chrom, place
    ),
    runs AS (
        SELECT chrom, place AS start, lead(place) OVER one AS "end", sum(step) OVER one AS seen FROM steps WHERE step != 0
        WINDOW one AS (PARTITION BY chrom ORDER BY place)
    )
    SELECT chrom, start, "end", seen, CASE WHEN chrom = 'chrY' THEN $men ELSE $everyone END
    FROM runs WHERE seen > 0 ORDER BY chrom, start
"""


def write_calls(
    con: duckdb.DuckDBPyConnection, sets: Sequence[ShardSet], people: People, limits: Limits = DEFAULTS
) -> None:
    """Calls, events, segments and callability from the shards, sorted.

    Two tables at a time: the writing of one sorted table keeps only one core busy.
    """
    con.register("counted_files_frame", people.sources.to_arrow())
    con.execute("CREATE TABLE counted_files AS SELECT * FROM counted_files_frame")
    con.unregister("counted_files_frame")
    rows = total(one.rows for one in sets)
    seers = _seers(people)
    seen = {"everyone": seers.height, "men": seers.filter(pl.col("sex") == "XY").height}
    statements: list[tuple[str, str, int, dict[str, int]]] = [
        (table, statement, TILE_BITS, {}) for table, statement in _INSERT.items()
    ]

    def write(table: str, statement: str, bits: int, values: dict[str, int]) -> None:
        if table not in rows:
            return
        source, paths = _scan(sets, table)
        with con.cursor() as cursor:
            cursor.execute("USE cnv")
            for first, last in _chunks(rows[table], bits, limits.sorted_rows):
                cursor.execute(
                    statement.format(rows=source, numbers=1 << EVENT_BITS),
                    {"first": first, "last": last} | paths | values,
                )

    with ThreadPoolExecutor(2) as pool:
        # a step function has to be added up from the beginning of a chromosome
        for future in [pool.submit(write, *one) for one in [*statements, ("seen", _CALLABILITY, PLACE_BITS, seen)]]:
            future.result()
    con.execute("DROP TABLE counted_files")


def _scan(sets: Sequence[ShardSet], table: str) -> tuple[str, dict[str, list[str]]]:
    """The rows of a table in all sets, as SQL, their sources numbered on from set to set; and the parameters that it names."""
    scans, paths = [], {}
    for number, (one, offset) in enumerate(zip(sets, offsets(sets), strict=True)):
        here = [str(path) for path in one.shards(table)]
        if here:
            columns = f"* REPLACE ((file + {offset})::UINTEGER AS file)" if offset else "*"
            scans.append(f"SELECT {columns} FROM read_parquet($paths_{number})")
            paths[f"paths_{number}"] = here
    return f"({' UNION ALL BY NAME '.join(scans)})", paths


def _seers(people: People) -> pl.DataFrame:
    """Samples whose own files have reference rows, with their sex: those that callability is a share of (R5)."""
    with_rows = [one.source for r in people.reports if not r.joint for one in r.sources if one.reference_rows]
    samples = people.samples.select(pl.col("sample_id").cast(pl.UInt32), "sex")
    return people.sources.filter(pl.col("file").is_in(with_rows)).join(samples, on="sample_id")


def _chunks(rows: dict[int, int], bits: int, most: int) -> Iterator[tuple[int, int]]:
    """All places in runs of about `most` rows, as bounds: first, and the one after the last.

    `rows`: their number by tile; a run ends at a multiple of 2**`bits` bases.
    """
    steps: dict[int, int] = {}
    for tile, n in rows.items():
        step = tile << TILE_BITS >> bits
        steps[step] = steps.get(step, 0) + n
    first = last = held = 0
    for step, n in sorted(steps.items()):
        if held and held + n > most:
            yield first << bits, last << bits
            first, held = last, 0
        held += n
        last = step + 1
    if held:
        yield first << bits, last << bits


def write_provenance(con: duckdb.DuckDBPyConnection, facts: dict[str, str]) -> None:
    """One row a fact; the schema's version is always among them."""
    facts = {"schema_version": str(SCHEMA_VERSION), "assembly": "GRCh38"} | facts
    insert(con, "provenance", pl.DataFrame({"key": list(facts), "value": list(facts.values())}))
