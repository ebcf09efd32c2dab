"""Shards in, sorted tables out, chromosome by chromosome."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from data_prep import reference
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.inputs.genes import GeneModels
from data_prep.inputs.masks import Mask
from data_prep.reading.reports import SkippedRecord, total
from data_prep.reading.shard_set import ShardSet, offsets
from data_prep.reading.shards import PLACE_BITS, TILE_BITS
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.tables.connect import insert, insert_rows
from data_prep.tables.regroup import DIRECT_RUNS, Run, regroup
from data_prep.tables.samples import NumberedPeople

EVENT_BITS: Final = 20
"""An event's number is its sample's, these bits further up, and its own within the sample."""


def write_reference(con: duckdb.DuckDBPyConnection, models: GeneModels, masks: Sequence[Mask] = ()) -> None:
    """Chromosomes, cytobands, problem regions with those of masks, and gene models."""
    for table, frame in (
        ("chromosomes", reference.chromosomes()),
        ("cytobands", reference.cytobands()),
        ("problem_regions", pl.concat([reference.problem_regions(), *(mask.regions for mask in masks)])),
        ("unplaced_genes", reference.unplaced_genes()),
        ("genes", models.genes),
        ("transcripts", models.transcripts),
        ("exons", models.exons),
    ):
        insert(con, table, frame)


def write_people(con: duckdb.DuckDBPyConnection, people: NumberedPeople, skipped: Sequence[SkippedRecord]) -> None:
    """Samples, populations, files with their samples, and skipped records."""
    insert(con, "samples", people.samples)
    write_populations(con, people.samples)
    sample_ids: dict[int, int] = dict(people.sources.iter_rows())
    insert_rows(
        con,
        "files",
        [
            {
                "file_id": file.file_id,
                "path": file.path,
                "bytes": file.size,
                "sha256": file.sha256,
                "sample_id": None
                if file.joint
                else next((sample_ids.get(source.source) for source in file.sources), None),
                "samples": file.samples,
                "dialect": file.dialect,
                "release": file.release,
                "simulated": file.simulated,
                "records": file.records,
                "calls": file.calls,
                "reference_rows": file.reference_rows,
                "skipped": file.skipped,
                "status": file.status,
                "message": file.message,
                "content": file.content,
                "place": file.place,
            }
            for file in people.reports
        ],
    )
    insert_rows(
        con,
        "file_samples",
        [
            {
                "file_id": file.file_id,
                "sample": source.sample,
                "sample_id": sample_ids.get(source.source),
                "caller_sex": source.caller_sex,
                "recorded_sex": source.recorded_sex,
                "contradicts_sex": source.contradicts_sex,
                "records": source.records,
                "calls": source.calls,
                "reference_rows": source.reference_rows,
                "skipped": source.skipped,
                "status": source.status,
                "message": source.message,
            }
            for file in people.reports
            for source in file.sources
        ],
    )
    file_of_source = {source.source: file.file_id for file in people.reports for source in file.sources}
    names = ("reason", "file_id", "sample_id", "records", "example")
    rows = sorted(
        (record.reason, file_of_source[record.source], sample_ids[record.source], record.records, record.example)
        for record in skipped
        if record.source in sample_ids
    )
    insert_rows(con, "skipped_records", [dict(zip(names, row, strict=True)) for row in rows])


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
        FROM {rows} s JOIN counted_sources f USING (source) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id, s.class::call_class, s.copy_number, s.event_no, s.bins, s.quality, s.copy_ratio, s.filters, s.genotype
    """,
    "events": """
        INSERT INTO events SELECT f.sample_id::BIGINT * {numbers} + s.event_no, f.sample_id, s.chrom, s.start, s."end",
            s.inner_start, s.inner_end, s.direction, s.class, s.copy_number, s.expected_copy_number, s.copy_ratio, s.quality, s.bins, s.filters,
            s.sensitive, s.credible, s.pass, s.parts, s.par_border, NULL
        FROM {rows} s JOIN counted_sources f USING (source) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id, s.event_no
    """,
    "segments": """
        INSERT INTO segments SELECT f.sample_id, s.chrom, s.start, s."end", s.direction, s.copy_number, s.sensitive, s.credible, s.pass
        FROM {rows} s JOIN counted_sources f USING (source) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id, s.direction::direction
    """,
    "seen": """
        INSERT INTO seen SELECT f.sample_id, s.chrom, s.start, s."end"
        FROM {rows} s JOIN counted_sources f USING (source) WHERE s.place >= $first AND s.place < $last
        ORDER BY s.place, s."end", f.sample_id
    """,
}

_CALLABILITY: Final = """
    INSERT INTO callability
    WITH seen AS (
        SELECT s.chrom::chrom AS chrom, s.start, s."end" FROM {rows} s
        JOIN counted_sources f USING (source) JOIN samples p USING (sample_id)
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
    con: duckdb.DuckDBPyConnection,
    sets: Sequence[ShardSet],
    people: NumberedPeople,
    limits: Limits = DEFAULTS,
    folder: Path | None = None,
) -> None:
    """Calls, events, segments and callability from the shards, sorted; `folder` takes their rows by run meanwhile.

    Two tables at a time: the writing of one sorted table keeps only one core busy.
    """
    con.register("counted_sources_frame", people.sources.to_arrow())
    con.execute("CREATE TABLE counted_sources AS SELECT * FROM counted_sources_frame")
    con.unregister("counted_sources_frame")
    rows = total(shards.rows for shards in sets)
    seers = _seers(people)
    seen = {"everyone": seers.height, "men": seers.filter(pl.col("sex") == "XY").height}
    statements: list[tuple[str, str, int, dict[str, int]]] = [
        (table, statement, TILE_BITS, {}) for table, statement in _INSERT.items()
    ]

    def write(table: str, statement: str, bits: int, values: dict[str, int]) -> None:
        if table not in rows:
            return
        runs = list(_chunks(rows[table], bits, limits.sorted_rows))
        with con.cursor() as cursor, tempfile.TemporaryDirectory(prefix="runs-", dir=folder) as place:
            cursor.execute("USE cnv")
            for (first, last), files in zip(runs, _files_by_run(sets, table, runs, Path(place), limits), strict=True):
                source, paths = _scan(files, offsets(sets))
                cursor.execute(
                    statement.format(rows=source, numbers=1 << EVENT_BITS),
                    {"first": first, "last": last} | paths | values,
                )

    with ThreadPoolExecutor(2) as pool:
        # a step function has to be added up from the beginning of a chromosome
        for future in [
            pool.submit(write, *statement) for statement in [*statements, ("seen", _CALLABILITY, PLACE_BITS, seen)]
        ]:
            future.result()
    con.execute("DROP TABLE counted_sources")


def _files_by_run(
    sets: Sequence[ShardSet], table: str, runs: Sequence[Run], folder: Path, limits: Limits
) -> Iterator[list[list[Path]]]:
    """For each run the files of each set that may have its rows: few runs are read from the shards, many from files of their own.

    The files of a run are deleted when the next is asked for.
    """
    shards = [each.shards(table) for each in sets]
    if len(runs) <= DIRECT_RUNS:
        yield from [shards] * len(runs)
        return
    by_set = []
    for number, paths in enumerate(shards):
        own_folder = folder / str(number)
        own_folder.mkdir()
        by_set.append(regroup(paths, runs, own_folder, limits.sorted_rows // 4))
    for files in zip(*by_set, strict=True):
        yield list(files)
        for path in chain.from_iterable(files):
            path.unlink()


def _scan(files: Sequence[Sequence[Path]], first_sources: Sequence[int]) -> tuple[str, dict[str, list[str]]]:
    """The rows of each set's files as SQL, their sources numbered on from set to set; and the parameters that it names."""
    scans, parameters = [], {}
    for number, (paths, offset) in enumerate(zip(files, first_sources, strict=True)):
        if paths:
            columns = f"* REPLACE ((source + {offset})::UINTEGER AS source)" if offset else "*"
            scans.append(f"SELECT {columns} FROM read_parquet($paths_{number})")
            parameters[f"paths_{number}"] = [str(path) for path in paths]
    return f"({' UNION ALL BY NAME '.join(scans)})", parameters


def _seers(people: NumberedPeople) -> pl.DataFrame:
    """Samples whose own files have reference rows, with their sex: those that callability is a share of (R5)."""
    with_rows = [source.source for r in people.reports if not r.joint for source in r.sources if source.reference_rows]
    samples = people.samples.select(pl.col("sample_id").cast(pl.UInt32), "sex")
    return people.sources.filter(pl.col("source").is_in(with_rows)).join(samples, on="sample_id")


def _chunks(rows: dict[int, int], bits: int, most: int) -> Iterator[tuple[int, int]]:
    """All places in runs of about `most` rows, as bounds: first, and the one after the last.

    `rows`: their number by tile; a run ends at a multiple of 2**`bits` bases.
    """
    steps: dict[int, int] = {}
    for tile, n in rows.items():
        step = tile << TILE_BITS >> bits
        steps[step] = steps.get(step, 0) + n
    first = last = waiting = 0
    for step, n in sorted(steps.items()):
        if waiting and waiting + n > most:
            yield first << bits, last << bits
            first, waiting = last, 0
        waiting += n
        last = step + 1
    if waiting:
        yield first << bits, last << bits


def write_provenance(con: duckdb.DuckDBPyConnection, facts: dict[str, str]) -> None:
    """One row a fact; the schema's version is always among them."""
    facts = {"schema_version": str(SCHEMA_VERSION), "assembly": ASSEMBLY.name} | facts
    insert(con, "provenance", pl.DataFrame({"key": list(facts), "value": list(facts.values())}))
