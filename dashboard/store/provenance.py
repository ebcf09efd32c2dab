"""Where the calls come from, what became of every file and record, and what each table and column means (rule R12)."""

from typing import Final

import polars as pl

from dashboard.store.database import Generation, Statement, remembered

FACTS: Final = Statement("SELECT key, value FROM provenance ORDER BY key", {"key": pl.String, "value": pl.String})

# One row a state of files: read, refused, duplicate.
FILES: Final = Statement(
    """SELECT status, count(*)::INTEGER AS files, sum(bytes)::BIGINT AS bytes, sum(records)::BIGINT AS records,
    sum(calls)::BIGINT AS calls, sum(reference_rows)::BIGINT AS reference_rows, sum(skipped)::BIGINT AS skipped
FROM files GROUP BY status ORDER BY status <> 'read', status""",
    {
        "status": pl.String,
        "files": pl.Int32,
        "bytes": pl.Int64,
        "records": pl.Int64,
        "calls": pl.Int64,
        "reference_rows": pl.Int64,
        "skipped": pl.Int64,
    },
)

# One row a file that something is to be said about: refused, duplicate, or read with a remark; and a sample that a joint
# file was not taken for.
REMARKS: Final = Statement(
    """SELECT path AS file, status, message FROM (
    SELECT file_id, path, status, message FROM files
    UNION ALL SELECT file_id, f.path, s.status, s.message FROM file_samples s JOIN files f USING (file_id) WHERE f.status = 'read'
)
WHERE message IS NOT NULL ORDER BY status = 'read', file_id, message LIMIT $limit""",
    {"file": pl.String, "status": pl.String, "message": pl.String},
)

SKIPPED: Final = Statement(
    """SELECT reason, sum(s.records)::BIGINT AS records, first(f.path ORDER BY file_id, s.sample_id) AS file,
    first(example ORDER BY file_id, s.sample_id) AS example
FROM skipped_records s JOIN files f USING (file_id) GROUP BY reason ORDER BY 2 DESC, reason""",
    {"reason": pl.String, "records": pl.Int64, "file": pl.String, "example": pl.String},
)

# One row a sex that contradicts or a chromosome that is marked: how many people.
MARKS: Final = Statement(
    """SELECT m.chrom::VARCHAR AS chrom, m.direction::VARCHAR AS direction, count(*)::INTEGER AS people
FROM marked_samples m GROUP BY m.chrom, m.direction ORDER BY m.chrom, m.direction""",
    {"chrom": pl.String, "direction": pl.String, "people": pl.Int32},
)

# One row a person whose file or calls contradict the recorded sex (R2), and why.
SEX_MISMATCHES: Final = Statement(
    """SELECT sample, sex::VARCHAR AS sex, sex_mismatch_reason AS reason FROM samples
WHERE sex_mismatch ORDER BY sample LIMIT $limit""",
    {"sample": pl.String, "sex": pl.String, "reason": pl.String},
)

# One row a person, chromosome and direction that is marked for large events (R11), and why.
MARKED_PEOPLE: Final = Statement(
    """SELECT p.sample, p.sex::VARCHAR AS sex, m.chrom::VARCHAR AS chrom, m.direction::VARCHAR AS direction, m.reason, m.bases::BIGINT AS bases
FROM marked_samples m JOIN samples p USING (sample_id) ORDER BY p.sample, m.chrom, m.direction LIMIT $limit""",
    {
        "sample": pl.String,
        "sex": pl.String,
        "chrom": pl.String,
        "direction": pl.String,
        "reason": pl.String,
        "bases": pl.Int64,
    },
)

# How many rows the two before have.
MARKED_COUNTS: Final = Statement(
    """SELECT (SELECT count(*) FROM samples WHERE sex_mismatch) AS mismatched, (SELECT count(*) FROM marked_samples) AS marked""",
    {"mismatched": pl.Int64, "marked": pl.Int64},
)

# One row a kind of problem region (R11).
PROBLEM_KINDS: Final = Statement(
    """SELECT kind, count(*)::INTEGER AS regions, sum("end" - start)::BIGINT AS bases,
    string_agg(DISTINCT source, '; ' ORDER BY source) AS source
FROM problem_regions GROUP BY kind ORDER BY kind""",
    {"kind": pl.String, "regions": pl.Int32, "bases": pl.Int64, "source": pl.String},
)

TABLES: Final = Statement(
    """SELECT table_name, comment, estimated_size::BIGINT AS rows FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal ORDER BY table_oid""",
    {"table_name": pl.String, "comment": pl.String, "rows": pl.Int64},
)

COLUMNS: Final = Statement(
    """SELECT table_name, column_name, data_type, comment FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal ORDER BY table_oid, column_index""",
    {"table_name": pl.String, "column_name": pl.String, "data_type": pl.String, "comment": pl.String},
)


@remembered
def facts(database: Generation) -> pl.DataFrame:
    """The provenance, one fact a row."""
    return database.frame(FACTS)


@remembered
def files(database: Generation) -> pl.DataFrame:
    """Files and their records by what became of them, as `FILES` names the columns."""
    return database.frame(FILES)


@remembered
def remarks(database: Generation, limit: int) -> pl.DataFrame:
    """Files that were refused or that something is said about, the refused first."""
    return database.frame(REMARKS, {"limit": limit})


@remembered
def skipped(database: Generation) -> pl.DataFrame:
    """Records left out of files that were read, by reason, with an example of each."""
    return database.frame(SKIPPED)


@remembered
def marks(database: Generation) -> pl.DataFrame:
    """People whose chromosome is marked for large events, by chromosome and direction (R11)."""
    return database.frame(MARKS)


@remembered
def sex_mismatches(database: Generation, limit: int) -> pl.DataFrame:
    """The first people by name whose file or calls contradict the recorded sex, each with the reason (R2)."""
    return database.frame(SEX_MISMATCHES, {"limit": limit})


@remembered
def marked_people(database: Generation, limit: int) -> pl.DataFrame:
    """The first people by name with a marked chromosome, each mark with its reason (R11)."""
    return database.frame(MARKED_PEOPLE, {"limit": limit})


@remembered
def marked_counts(database: Generation) -> tuple[int, int]:
    """How many people contradict their recorded sex, and how many marks of chromosomes there are."""
    mismatched, marked = database.frame(MARKED_COUNTS).row(0)
    return mismatched, marked


@remembered
def problem_kinds(database: Generation) -> pl.DataFrame:
    """The kinds of problem region, with how many there are, their bases, and where they come from."""
    return database.frame(PROBLEM_KINDS)


@remembered
def dictionary(database: Generation) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables, and their columns with types, each with its comment in the schema."""
    return database.frame(TABLES), database.frame(COLUMNS)
