"""An earlier database as a shard set: what was read for it goes into the next one without its files.

Everything that comes from files is in the database with its source: calls, events, segments, what was seen, counts and
skipped records. What is worked out from several people is not taken over, but worked out anew.
"""

import contextlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from data_prep import reference
from data_prep.domain.callsets import quoted_name
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.errors import UserError
from data_prep.inputs.genes import GeneModels
from data_prep.inputs.masks import Mask
from data_prep.inputs.samples import digest_of
from data_prep.reading.reports import READ, REFUSED, UNTOLD, FileReport, Rows, SkippedRecord, SourceReport
from data_prep.reading.shard_set import ShardSet, path_without_place
from data_prep.reading.shards import PLACE_BITS, TILE_BITS
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.tables.callsets import MAIN
from data_prep.tables.connect import MACHINE_ERRORS, quoted, settings
from data_prep.tables.write import EVENT_BITS


class EarlierError(UserError):
    """A database that cannot be built upon; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is taken over of a database."""

    shards: ShardSet
    models: GeneModels
    masks: list[Mask]
    facts: dict[str, str]
    """Its provenance."""


_PLACE: Final = f"(enum_code(t.chrom)::BIGINT << {PLACE_BITS}) + t.start AS place"
_NUMBER: Final = f"(t.event_id & {(1 << EVENT_BITS) - 1})::UINTEGER AS event_no"
# One row a row of the table whose sample is taken over, as `shards.read_batch` writes them.
_ROWS: Final = {
    "calls": f"""SELECT s.source, t.* EXCLUDE (sample_id, event_id) REPLACE (t.chrom::VARCHAR AS chrom, t.direction::VARCHAR AS direction, t.class::VARCHAR AS class),
        {_NUMBER}, {_PLACE} FROM {{old}}.calls t JOIN taken s USING (sample_id)""",
    "events": f"""SELECT s.source, t.* EXCLUDE (sample_id, event_id, site_id) REPLACE (t.chrom::VARCHAR AS chrom, t.direction::VARCHAR AS direction, t.class::VARCHAR AS class),
        {_NUMBER}, {_PLACE} FROM {{old}}.events t JOIN taken s USING (sample_id)""",
    "segments": f"""SELECT s.source, t.* EXCLUDE (sample_id) REPLACE (t.chrom::VARCHAR AS chrom, t.direction::VARCHAR AS direction),
        {_PLACE} FROM {{old}}.segments t JOIN taken s USING (sample_id)""",
    "seen": f"""SELECT s.source, t.* EXCLUDE (sample_id) REPLACE (t.chrom::VARCHAR AS chrom), {_PLACE} FROM {{old}}.seen t JOIN taken s USING (sample_id)""",
}
_FILES: Final = "SELECT file_id, path, bytes, status, message, sha256, dialect, release, simulated, samples, content, place FROM {old}.files ORDER BY file_id"
# One row a sample of a file, in the order of the header, as it was before doubled samples were settled.
_SOURCES: Final = f"""
    SELECT file_id, sample, caller_sex::VARCHAR, recorded_sex::VARCHAR, contradicts_sex, records, calls, reference_rows, skipped,
        CASE WHEN message = '{UNTOLD}' THEN '{REFUSED}' ELSE '{READ}' END, CASE WHEN message = '{UNTOLD}' THEN message END, sample_id
    FROM {{old}}.file_samples ORDER BY file_id, rowid
"""
_REGIONS: Final = (
    'SELECT kind, chrom::VARCHAR AS chrom, start, "end", name, source FROM {old}.problem_regions ORDER BY rowid'
)
_SKIPPED: Final = "SELECT s.source, t.reason, t.records, t.example FROM {old}.skipped_records t JOIN taken s USING (sample_id, file_id)"


def take_over(
    database: Path,
    folder: Path,
    sexes: Mapping[str, str | None],
    remove: Collection[str],
    drop: Collection[str],
    schema: str = MAIN,
    limits: Limits = DEFAULTS,
) -> Earlier:
    """The database as a shard set in `folder`, less the samples `remove` and the unread files at the places `drop`.

    What is said of files is as it was before doubled samples were settled, so that they are settled anew with what is
    added. `sexes`: recorded sex by sample of the table that the next database is built with; `schema` holds the callset. Raises EarlierError for a
    database that is not there, of another schema version, without one of `remove`, or read with other sexes.
    """
    with _opened(database, schema, limits) as con:
        sources = con.sql(_within(schema, _SOURCES)).fetchall()
        strangers = sorted(set(remove) - {sample for _, sample, *_ in sources})
        if strangers:
            raise EarlierError(
                f"{database} holds no file of the sample {strangers[0]}: check the name given to --remove"
            )
        remaining = [(file_id, *row) for file_id, *row in sources if row[0] not in remove]
        for _, sample, _, recorded, *_ in remaining:
            if recorded != sexes.get(sample):
                raise EarlierError(
                    f"{database} was built with a sample table that gives {sample} the sex {recorded or 'unknown'}, and this one "
                    f"gives {sexes.get(sample) or 'unknown'}: build it again from its files, since the copy numbers expected on X and Y hang on it"
                )
        taken = pl.DataFrame(
            [(number, row[-1], row[0]) for number, row in enumerate(remaining) if row[-1] is not None],
            schema={"source": pl.UInt32, "sample_id": pl.UInt32, "file_id": pl.Int32},
            orient="row",
        )
        con.register("taken", taken.to_arrow())
        rows = {
            table: _copied(con, _within(schema, query), folder / f"{table}-earlier.parquet")
            for table, query in _ROWS.items()
        }
        skipped = tuple(SkippedRecord(*row) for row in con.sql(_within(schema, _SKIPPED)).fetchall())
        genes, transcripts, exons = (
            con.sql(_within(schema, f"SELECT * FROM {{old}}.{table} ORDER BY rowid")).pl()
            for table in ("genes", "transcripts", "exons")
        )
        models = GeneModels(
            genes,
            transcripts,
            exons,
            con.sql(_within(schema, "SELECT value FROM {old}.provenance WHERE key = 'gene_models'")).fetchall()[0][0],
        )
        masks = _masks(con, schema)
        facts: dict[str, str] = dict(con.sql(_within(schema, "SELECT key, value FROM {old}.provenance")).fetchall())
        by_file: dict[int, list[SourceReport]] = {}
        for number, (file_id, *row, _) in enumerate(remaining):
            by_file.setdefault(file_id, []).append(SourceReport(number, *row))
        had_sources = {file_id for file_id, *_ in sources}
        files = tuple(
            _unsettled(_file(row, by_file))
            for row in con.sql(_within(schema, _FILES)).fetchall()
            if (row[0] in by_file if row[0] in had_sources else row[-1] not in drop)
        )
        raised = con.sql(_within(schema, "SELECT value FROM {old}.provenance WHERE key = 'rates_raised'")).fetchall()
        if raised:
            files = tuple(replace(file, rates_raised=raised[0][0]) if file.simulated else file for file in files)
    rows_held: Rows = {table: tiles for table, tiles in rows.items() if tiles}
    return Earlier(ShardSet(folder, files, skipped, rows_held, digest_of(sexes)), models, masks, facts)


def _masks(con: duckdb.DuckDBPyConnection, schema: str) -> list[Mask]:
    """The masks of the database, in their order, with what its provenance says of each."""
    facts = con.sql(_within(schema, "SELECT value FROM {old}.provenance WHERE key = 'masks'")).fetchall()
    regions = con.sql(_within(schema, _REGIONS)).pl()
    built_in = set(reference.problem_regions().get_column("kind"))
    names = [kind for kind in regions.get_column("kind").unique(maintain_order=True) if kind not in built_in]
    # a file may be named anyhow: only a mask's own name begins what is said of the next
    between = re.compile(rf"; (?=(?:{'|'.join(map(re.escape, names))}) \()")
    sentences = between.split(facts[0][0]) if facts else []
    return [
        Mask(name, regions_of_mask.item(0, "source"), regions_of_mask, 0, words)
        for name, words in zip(names, sentences, strict=True)
        for regions_of_mask in [regions.filter(pl.col("kind") == name)]
    ]


def files_of(database: Path, remove: Collection[str], schema: str = MAIN) -> list[FileReport]:
    """The files of a database with their checksums, less those of the samples `remove` alone; raises EarlierError likewise.

    Their sources are those that are left, without their counts.
    """
    with _opened(database, schema) as con:
        by_file: dict[int, list[SourceReport]] = {}
        for number, (file_id, sample, sex, *_, sample_id) in enumerate(con.sql(_within(schema, _SOURCES)).fetchall()):
            status = READ if sample_id is not None else REFUSED
            by_file.setdefault(file_id, []).append(SourceReport(number, sample, sex, status=status))
        files = [_file(row, by_file) for row in con.sql(_within(schema, _FILES)).fetchall()]
    left = [
        replace(file, sources=tuple(source for source in file.sources if source.sample not in remove)) for file in files
    ]
    return [file for file, before in zip(left, files, strict=True) if file.sources or not before.sources]


def _file(row: tuple[Any, ...], by_file: Mapping[int, Sequence[SourceReport]]) -> FileReport:
    """A row of `_FILES` with the sources of its file."""
    report = FileReport(*row)
    path = path_without_place(report.path, report.place)
    return replace(report, path=path, sources=tuple(by_file.get(row[0], ())))


def _unsettled(file: FileReport) -> FileReport:
    """A file as it was read, before it was a duplicate of another or contradicted it: it will be so again."""
    return replace(file, status=READ) if file.sources else file


@contextlib.contextmanager
def _opened(database: Path, schema: str, limits: Limits = DEFAULTS) -> Iterator[duckdb.DuckDBPyConnection]:
    """`_connected`, with EarlierError for what the database does not give."""
    with _connected(database, schema, limits) as con:
        try:
            yield con
        except MACHINE_ERRORS as error:
            raise EarlierError(
                f"{database} could not be taken over ({str(error).splitlines()[0]}): is the file damaged or cut short, or the disk full?"
            ) from error


def _connected(database: Path, schema: str, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A connection to which the database is attached, read-only, as `old`; `schema` holds the callset."""
    con = duckdb.connect(":memory:", config=settings(limits.earlier_bytes))
    try:
        con.execute(f"ATTACH {quoted(database)} AS old (READ_ONLY)")
        version = con.execute(
            _within(schema, "SELECT value FROM {old}.provenance WHERE key = 'schema_version'")
        ).fetchall()
    except duckdb.Error as error:
        con.close()
        raise EarlierError(
            f"{database} is no database that a build made ({str(error).splitlines()[0]}): build one with --vcf first"
        ) from error
    if version != [(str(SCHEMA_VERSION),)]:
        con.close()
        raise EarlierError(
            f"{database} has schema version {version[0][0] if version else 'none'} and this program writes {SCHEMA_VERSION}: "
            "build it again from its files with `python -m data_prep build --vcf`"
        )
    return con


def _within(schema: str, query: str) -> str:
    """A query whose tables stand behind `{old}` as one over those of a schema of the attached database."""
    return query.format(old=f"old.{quoted_name(schema)}")


def _copied(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> dict[int, int]:
    """Writes rows as a shard, in the order in which they lie, and counts them by tile."""
    con.execute(f"COPY ({query}) TO {quoted(path)} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 65536)")
    tiles = dict(
        con.sql(f"SELECT place >> {TILE_BITS}, count(*) FROM read_parquet({quoted(path)}) GROUP BY ALL").fetchall()
    )
    if not tiles:
        path.unlink()
    return tiles
