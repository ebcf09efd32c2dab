"""Shards in, sorted tables out, chromosome by chromosome; then published whole or not at all.

The file is written under a name of its own and a pointer (a symbolic link) is moved onto it in one step: DuckDB keeps
serving an overwritten path from its old handles, so a running dashboard follows the pointer and never sees half a file.
"""

import contextlib
import os
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from glob import escape
from importlib.resources import files as resource_files
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from data_prep import reference
from data_prep.domain.levels import LARGE_EVENT
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.inputs.genes import GeneModels
from data_prep.inputs.masks import Mask
from data_prep.reading.reports import SkippedRecord, total
from data_prep.reading.sex import WHOLE, own_bases, own_sequence
from data_prep.reading.shard_set import ShardSet, offsets
from data_prep.reading.shards import PLACE_BITS, TILE_BITS
from data_prep.system import folders
from data_prep.tables.samples import People

EVENT_BITS: Final = 20
"""An event's number is its sample's, these bits further up, and its own within the sample."""
_CHUNK: Final = 800_000
"""Rows sorted at a time, where a tile has fewer: bounds the memory of a large cohort."""
_MEMORY: Final = "384MB"

LARGE_SHARE: Final = 0.1
"""Share of a chromosome's sequence from which events of one direction can mark it (R11)."""
MIXED_LOSS: Final = (0.58, 0.85)
MIXED_GAIN: Final = (1.15, 1.42)
"""Copy ratios, ends included, of a change in some of the cells alone, where two copies are expected (R11)."""
MIXED_SINGLE: Final = (0.15, 1.85)
"""Least ratio of such a loss and largest of such a gain where one copy is expected."""
RATIO_SLACK: Final = 1e-6
"""Copy ratios are 32-bit floats: one written as 0.85 must still be so."""
LARGEST_TOGETHER: Final = 10_000_000
"""Bases of one direction together that mark a chromosome whatever their copy ratio (R11)."""
LARGEST_SHARE: Final = 0.5
"""Share of a chromosome's bases outside problem regions that does so too."""


def quoted(path: Path) -> str:
    """A path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"


@contextlib.contextmanager
def new_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new database with the empty tables of the schema, in the storage of DuckDB 1.5, so that its tools open it too."""
    with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": _MEMORY}) as con:
        con.execute(f"SET temp_directory = {quoted(path.parent / (path.name + '.tmp'))}")
        # every run of rows is looked for in every shard, so that their number would count twice
        con.execute("SET parquet_metadata_cache = true")
        con.execute(f"ATTACH {quoted(path)} AS cnv (STORAGE_VERSION 'v1.5.0')")
        con.execute("USE cnv")
        write_schema(con)
        yield con
        con.execute("CHECKPOINT cnv")
        con.execute("USE memory")
        con.execute("DETACH cnv")


def write_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the empty tables of the contract in the schema in use.

    In one commit: each is a write to the disk, and the schema has some hundred statements.
    """
    con.execute(f"BEGIN; {(resource_files('data_prep.tables') / 'schema.sql').read_text('utf-8')}; COMMIT")


def insert(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Writes a frame into the table whose columns it names."""
    rows = frame.to_arrow()
    names = ", ".join(f'"{name}"' for name in frame.columns)
    con.register("rows_to_insert", rows)
    con.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM rows_to_insert")
    con.unregister("rows_to_insert")


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


def write_calls(con: duckdb.DuckDBPyConnection, sets: Sequence[ShardSet], people: People) -> None:
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
            for first, last in _chunks(rows[table], bits):
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


def _chunks(rows: dict[int, int], bits: int) -> Iterator[tuple[int, int]]:
    """All places in runs of about `_CHUNK` rows, as bounds: first, and the one after the last.

    `rows`: their number by tile; a run ends at a multiple of 2**`bits` bases.
    """
    steps: dict[int, int] = {}
    for tile, n in rows.items():
        step = tile << TILE_BITS >> bits
        steps[step] = steps.get(step, 0) + n
    first = last = held = 0
    for step, n in sorted(steps.items()):
        if held and held + n > _CHUNK:
            yield first << bits, last << bits
            first, held = last, 0
        held += n
        last = step + 1
    if held:
        yield first << bits, last << bits


MARK: Final = f"""
    INSERT INTO marked_samples
    WITH dense AS (
        SELECT event_id, sample_id, chrom, start, "end", direction, bins, copy_ratio::DOUBLE AS ratio, coalesce(expected_copy_number, 2) = 1 AS single
        FROM events WHERE pass AND direction IN ('loss', 'gain') AND bins * 1000.0 >= 0.5 * ("end" - start)
    ),
    suspects AS (
        SELECT sample_id, chrom, direction FROM dense JOIN chromosomes c USING (chrom) GROUP BY sample_id, chrom, direction
        HAVING max("end" - start) > {LARGE_EVENT} OR sum("end" - start) > {LARGE_SHARE} * any_value(c.sequenced)
    ),
    troubled AS (
        SELECT chrom, min(start) AS start, max("end") AS "end" FROM (
            SELECT *, sum(fresh) OVER (PARTITION BY chrom ORDER BY start, "end") AS island FROM (
                SELECT chrom, start, "end", CASE WHEN start > max("end") OVER (PARTITION BY chrom ORDER BY start, "end"
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 1 ELSE 0 END AS fresh FROM problem_regions))
        GROUP BY chrom, island
    ),
    open_bases AS (
        SELECT chrom, c.sequenced, c.length - coalesce(sum(t."end" - t.start), 0) AS open
        FROM chromosomes c LEFT JOIN troubled t USING (chrom) GROUP BY chrom, c.sequenced, c.length
    ),
    covered AS (
        SELECT d.event_id, sum(least(d."end", t."end") - greatest(d.start, t.start)) AS bases FROM dense d JOIN suspects USING (sample_id, chrom, direction)
        JOIN troubled t ON t.chrom = d.chrom AND t.start < d."end" AND t."end" > d.start GROUP BY d.event_id
    ),
    measured AS (
        SELECT d.*, coalesce(covered.bases, 0) < 0.5 * (d."end" - d.start) AS outside, CASE
                WHEN d.direction = 'loss' THEN ratio BETWEEN CASE WHEN single THEN {MIXED_SINGLE[0]} ELSE {MIXED_LOSS[0]} END - {RATIO_SLACK} AND {MIXED_LOSS[1]} + {RATIO_SLACK}
                ELSE ratio BETWEEN {MIXED_GAIN[0]} - {RATIO_SLACK} AND CASE WHEN single THEN {MIXED_SINGLE[1]} ELSE {MIXED_GAIN[1]} END + {RATIO_SLACK} END AS mixed
        FROM dense d JOIN suspects USING (sample_id, chrom, direction) LEFT JOIN covered USING (event_id)
    ),
    lanes AS (
        SELECT *, greatest(start, coalesce(max("end") OVER (PARTITION BY sample_id, chrom, direction ORDER BY start, "end"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS fresh FROM measured WHERE outside
    ),
    every AS (
        SELECT *, greatest(start, coalesce(max("end") OVER (PARTITION BY sample_id, chrom, direction ORDER BY start, "end"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS fresh FROM measured
    ),
    pieces AS (
        SELECT l.sample_id, l.chrom, l.direction, sum(least(l."end", t."end") - greatest(l.fresh, t.start)) AS bases FROM every l
        JOIN troubled t ON t.chrom = l.chrom AND t.start < l."end" AND t."end" > l.fresh GROUP BY ALL
    ),
    sums AS (
        SELECT sample_id, chrom, direction, count(*) AS events, max("end" - start) AS longest, sum(greatest("end" - fresh, 0)) AS bases,
            sum(ratio * bins) / sum(bins) FILTER (ratio IS NOT NULL) AS ratio, bool_and(single) AS single,
            max("end" - start) FILTER (mixed AND "end" - start > {LARGE_EVENT}) AS mixed_event,
            arg_max(ratio, "end" - start) FILTER (mixed AND "end" - start > {LARGE_EVENT}) AS mixed_ratio
        FROM lanes GROUP BY sample_id, chrom, direction
    ),
    whole AS (
        SELECT sample_id, chrom, direction, count(*) AS events, max("end" - start) AS longest, sum(greatest("end" - fresh, 0)) AS bases
        FROM every GROUP BY sample_id, chrom, direction
    ),
    found AS (
        SELECT w.sample_id, w.chrom, w.direction, s.events, s.longest, s.bases, s.ratio, s.mixed_event, s.mixed_ratio, o.sequenced,
            w.events AS all_events, w.longest AS all_longest, w.bases AS all_bases, s.bases > {LARGE_SHARE} * o.sequenced AS is_share,
            CASE WHEN direction = 'loss' THEN ratio BETWEEN CASE WHEN single THEN {MIXED_SINGLE[0]} ELSE {MIXED_LOSS[0]} END - {RATIO_SLACK} AND {MIXED_LOSS[1]} + {RATIO_SLACK}
                ELSE ratio BETWEEN {MIXED_GAIN[0]} - {RATIO_SLACK} AND CASE WHEN single THEN {MIXED_SINGLE[1]} ELSE {MIXED_GAIN[1]} END + {RATIO_SLACK} END AS is_mixed,
            s.longest > {LARGE_EVENT} OR s.bases > {LARGE_SHARE} * o.sequenced AS is_large, (w.bases - coalesce(p.bases, 0)) / o.open AS share_open
        FROM whole w JOIN open_bases o USING (chrom) LEFT JOIN pieces p USING (sample_id, chrom, direction) LEFT JOIN sums s USING (sample_id, chrom, direction)
    ),
    told AS (
        SELECT *, list_filter([
            CASE WHEN mixed_event IS NOT NULL THEN
                format('one {{}} of {{:.1f}} Mb at copy ratio {{:.2f}}, that of a mixture of cells', direction, mixed_event / 1e6, mixed_ratio) END,
            CASE WHEN is_share AND is_mixed AND (events > 1 OR mixed_event IS NULL) THEN
                format('{{}} of {{:.1f}} Mb together at copy ratio {{:.2f}}, that of a mixture of cells', counted, bases / 1e6, ratio) END,
            CASE WHEN is_large AND bases > {LARGEST_TOGETHER} THEN
                format('{{}} of {{:.1f}} Mb together: longer than any known variant of healthy people', counted, bases / 1e6) END,
            CASE WHEN share_open > {LARGEST_SHARE} THEN
                format('{{}} over {{:.0f}} % of the chromosome outside problem regions', all_counted, floor(100 * share_open)) END
        ], lambda reason: reason IS NOT NULL) AS reasons
        FROM (SELECT *, format('{{}} {{}}', events, CASE WHEN events = 1 THEN direction::VARCHAR ELSE plural END) AS counted,
            format('{{}} {{}}', all_events, CASE WHEN all_events = 1 THEN direction::VARCHAR ELSE plural END) AS all_counted
            FROM (SELECT *, CASE direction WHEN 'loss' THEN 'losses' ELSE 'gains' END AS plural FROM found))
    )
    SELECT sample_id, chrom, direction, array_to_string(reasons, '; '), CASE WHEN share_open > {LARGEST_SHARE} THEN all_events ELSE events END,
        CASE WHEN share_open > {LARGEST_SHARE} THEN all_longest ELSE longest END,
        CASE WHEN share_open > {LARGEST_SHARE} THEN all_bases ELSE bases END, CASE WHEN share_open > {LARGEST_SHARE} THEN all_bases ELSE bases END / sequenced
    FROM told WHERE len(reasons) > 0
    ORDER BY sample_id, chrom, direction
"""
"""Samples with large events on a chromosome, probably from cell culture (R11), with the reasons in words.

Asked are passing events of 0.5 bins per kb or more, of which less than half lies in problem regions: one over `LARGE_EVENT`,
or over `LARGE_SHARE` of the chromosome's sequence together. They mark where their copy ratio (of the one, or the
bin-weighted mean of all) is that of a mixture of cells, and at any ratio, or none, over `LARGEST_TOGETHER`: a variant that a
person was born with is no longer. Over `LARGEST_SHARE` of the sequence outside problem regions they do too, and there
every passing, dense event counts with its bases outside: half of Y's own sequence lies in problem regions, and one event
over all of it, mostly within them, must not escape."""


WHOLE_CHROMOSOMES: Final = (
    ("XX", "chrX", "loss", 1, "one X: X0 or a man"),
    ("XY", "chrX", "gain", 2, "two X: XXY or a woman"),
    ("XY", "chrY", "loss", 0, "no Y: lost, or a woman"),
)
"""Recorded sex, chromosome, direction and copies over more than half of a chromosome's own sequence; and what that may mean."""

_WHOLE: Final = """
    CREATE TEMP TABLE whole_chromosomes AS
    WITH pieces AS (
        SELECT c.sample_id, c.event_id, e."end" - e.start AS event_length, greatest(c.start, o.start) AS start,
            least(c."end", o."end") AS "end"
        FROM (SELECT * FROM calls WHERE chrom = $chrom::chrom AND direction = $direction::direction AND copy_number = $copies) c
        JOIN (SELECT event_id, start, "end" FROM events WHERE chrom = $chrom::chrom AND direction = $direction::direction AND credible) e
            USING (event_id)
        JOIN (SELECT sample_id FROM samples WHERE counted AND sex = $sex::karyotype_sex) s ON s.sample_id = c.sample_id
        JOIN own_sequence o ON o.start < c."end" AND o."end" > c.start
    ),
    reach AS (
        SELECT *, coalesce(max("end") OVER (PARTITION BY sample_id ORDER BY start, "end"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS reached FROM pieces
    ),
    sums AS (
        SELECT sample_id, sum(greatest("end" - greatest(start, reached), 0)) AS bases, count(DISTINCT event_id) AS events,
            max(event_length) AS longest
        FROM reach GROUP BY sample_id
    )
    SELECT sample_id, bases, events, longest
    FROM sums WHERE bases * $denominator > $numerator * $own
"""


def mark_whole_chromosomes(con: duckdb.DuckDBPyConnection) -> None:
    """Marks who has one X where two are expected, two where one is, or no Y, with that as the reason (R2, R11).

    It is said instead of what marks a chromosome for the size of its events alone.
    """
    for sex, chrom, direction, copies, reason in WHOLE_CHROMOSOMES:
        start, end = own_sequence(chrom)
        con.register("own_sequence", pl.DataFrame({"start": start, "end": end}).to_arrow())
        values = {"sex": sex, "chrom": chrom, "direction": direction, "copies": copies}
        con.execute(_WHOLE, values | {"numerator": WHOLE[0], "denominator": WHOLE[1], "own": own_bases(chrom)})
        con.unregister("own_sequence")
        place = {"chrom": chrom, "direction": direction}
        con.execute(
            "DELETE FROM marked_samples WHERE chrom = $chrom::chrom AND direction = $direction::direction "
            "AND sample_id IN (SELECT sample_id FROM whole_chromosomes)",
            place,
        )
        con.execute(
            "INSERT INTO marked_samples SELECT sample_id, $chrom, $direction, $reason, events, longest, w.bases, "
            "w.bases / c.sequenced FROM whole_chromosomes w, chromosomes c WHERE c.chrom = $chrom::chrom ORDER BY sample_id",
            place | {"reason": reason},
        )
        con.execute("DROP TABLE whole_chromosomes")


def mark_samples(con: duckdb.DuckDBPyConnection) -> None:
    """Fills `marked_samples` from the events."""
    con.execute(MARK)
    mark_whole_chromosomes(con)


def write_provenance(con: duckdb.DuckDBPyConnection, facts: dict[str, str]) -> None:
    """One row a fact; the schema's version is always among them."""
    facts = {"schema_version": str(SCHEMA_VERSION), "assembly": "GRCh38"} | facts
    insert(con, "provenance", pl.DataFrame({"key": list(facts), "value": list(facts.values())}))


class PublishError(RuntimeError):
    """A database that cannot be put in its place; the message is one sentence."""


def generation_path(out: Path, generation: str) -> Path:
    """Where the database of a generation lies: beside the pointer, under a name that no other pointer's has."""
    return out.parent / f"{_stem(out)}-{generation}.duckdb"


def _stem(out: Path) -> str:
    return out.name.removesuffix(".duckdb")


def new_generation() -> str:
    """A name for a new database: never used before."""
    return uuid.uuid4().hex[:12]


def check_pointer(out: Path) -> None:
    """Raises PublishError where the pointer's place is taken by a real file, which would be lost, or is no folder's child."""
    if out.exists() and not out.is_symlink():
        kind = "folder" if out.is_dir() else "file"
        raise PublishError(
            f"{out} is a {kind} and not the pointer that a build makes: move it away or give another --out"
        )
    # a build makes the folders that are missing, below one that is there
    there = next(folder for folder in out.absolute().parents if folder.exists())
    if not there.is_dir():
        raise PublishError(f"{there} is no folder: give another --out")
    if not os.access(there, os.W_OK):
        raise PublishError(f"the folder {there} cannot be written to: give another --out")


def publish(database: Path, out: Path, generation: str, made_from: Path | None = None) -> Path:
    """Gives a finished database its name, moves the pointer `out` onto it in one step, and clears away older generations.

    `database` lies in a working folder, where the new pointer is made too. The generation before stays: a reader may
    have followed the pointer a moment ago. `made_from`: the database that this one goes on from; raises PublishError
    where the pointer has been moved on from it meanwhile. Returns the published path. To be called while the process is
    `alone` there.
    """
    _sync(database)
    check_pointer(out)
    before = out.resolve() if out.is_symlink() else None
    if made_from is not None and before != made_from:
        raise PublishError(
            f"another build published {out} meanwhile, and this one does not hold what it added: run it again"
        )
    published = generation_path(out, generation)
    pointer = database.parent / "pointer"
    pointer.symlink_to(published.name)
    database.replace(published)
    try:
        pointer.replace(out)
    except OSError:
        published.unlink()
        raise
    _sync(out.parent)
    for old in out.parent.glob(f"{escape(_stem(out))}-" + "[0-9a-f]" * 12 + ".duckdb"):
        if old.resolve() not in (published.resolve(), before):
            old.unlink(missing_ok=True)
    return published


def working_folder(out: Path, generation: str) -> contextlib.AbstractContextManager[Path]:
    """A folder beside the pointer for shards and the unfinished database, gone at the end whatever happens.

    What an earlier build left behind when it was killed goes too.
    """
    return folders.working_folder(out, _stem(out), generation, "building")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
