"""Who is in a database: samples with their numbers, and which source, file or column of one, stands for each (R5, R12).

Numbers go by name and files by path, so that neither depends on the order or the pieces in which files were read. Whom no
table but `samples` knows come last: what is kept by number has no place for them, however many a sample table names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from data_prep.errors import UserError
from data_prep.reading.reports import DUPLICATE, READ, REFUSED, FileReport, SourceReport
from data_prep.reading.sex import contrary_statement

MOST_SAMPLES: Final = 1 << 32
"""Numbers of samples have 32 bits, and of an event's 63 (`database.EVENT_BITS`) 43 are its sample's."""
PATHS_SHOWN: Final = 3
"""Files of one sample that are named one by one where they contradict each other."""


class TooManySamplesError(UserError):
    """More samples than a database holds; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class NumberedPeople:
    """Samples with their numbers, and which source stands for each."""

    samples: pl.DataFrame
    """The table `samples` of the schema."""
    sources: pl.DataFrame
    """source (UInt32, its number) and sample_id (UInt32) of the sources that count."""
    reports: tuple[FileReport, ...]
    """Every file's report, doubled samples settled: repeats are `duplicate`, contradictions `refused`."""


def number_people(table: pl.DataFrame, reports: Iterable[FileReport]) -> NumberedPeople:
    """Gives samples their numbers, by name, and settles doubled samples.

    People with a file and their parents come first, then the others of the table.

    A file with the samples and records of another, compressed or not, is a duplicate and changes nothing. Files of one sample with different content
    contradict each other: its part of all of them is refused, since nothing says which holds. Raises TooManySamplesError for
    more samples than a database holds.
    """
    settled = settle(reports)
    chosen = {source.sample: source for report in settled for source in report.sources if source.status == READ}
    unknown = sorted(set(chosen) - set(table.get_column("sample")))
    strangers = pl.DataFrame({"sample": unknown}, schema={"sample": pl.String}).with_columns(
        pl.lit("unknown").alias("superpopulation"),
        pl.lit("unknown").alias("population"),
        pl.lit(False).alias("unrelated"),
    )
    everyone = pl.concat([table, strangers], how="diagonal")
    if everyone.height > MOST_SAMPLES:
        raise TooManySamplesError(
            f"{everyone.height:,} samples: a database holds {MOST_SAMPLES:,} at most; build several"
        )
    has_file = pl.col("sample").is_in(list(chosen))
    children = everyone.filter(has_file)
    parents = pl.concat([children.get_column("father"), children.get_column("mother")]).drop_nulls().unique()
    needed = has_file | pl.col("sample").is_in(parents.implode())
    everyone = everyone.sort(~needed, "sample")
    with_source = pl.DataFrame(
        {
            "sample": list(chosen),
            "caller_sex": [source.caller_sex for source in chosen.values()],
            "contradiction": [source.contradicts_sex for source in chosen.values()],
            "source": [source.source for source in chosen.values()],
        },
        schema={"sample": pl.String, "caller_sex": pl.String, "contradiction": pl.String, "source": pl.UInt32},
    )
    numbered = everyone.with_row_index("sample_id").join(with_source, on="sample", how="left", maintain_order="left")
    ids = numbered.select("sample", "sample_id")
    statements = pl.Series(
        [
            contrary_statement(*row)
            for row in with_source.join(table.select("sample", "sex"), on="sample", how="left", maintain_order="left")
            .select("sex", "caller_sex")
            .iter_rows()
        ],
        dtype=pl.String,
    )
    reasons = with_source.select(
        "sample",
        pl.concat_str(statements.alias("statement"), "contradiction", separator="; ", ignore_nulls=True)
        .replace("", None)
        .alias("sex_mismatch_reason"),
    )
    numbered = numbered.join(reasons, on="sample", how="left", maintain_order="left")
    recorded = pl.coalesce("sex", "caller_sex")
    samples = (
        numbered.join(
            ids.rename({"sample": "father", "sample_id": "father_id"}), on="father", how="left", maintain_order="left"
        )
        .join(
            ids.rename({"sample": "mother", "sample_id": "mother_id"}), on="mother", how="left", maintain_order="left"
        )
        .select(
            "sample_id",
            "sample",
            "superpopulation",
            "population",
            recorded.alias("sex"),
            "family",
            "father",
            "mother",
            "father_id",
            "mother_id",
            "unrelated",
            pl.col("source").is_not_null().alias("counted"),
            pl.col("sex_mismatch_reason").is_not_null().alias("sex_mismatch"),
            "sex_mismatch_reason",
            "caller_sex",
        )
    )
    sources = numbered.filter(pl.col("source").is_not_null()).select("source", pl.col("sample_id").cast(pl.UInt32))
    return NumberedPeople(samples, sources, tuple(settled))


def settle(reports: Iterable[FileReport]) -> list[FileReport]:
    """Files by number, of each sample the first of equal files taken, and none of files that differ."""
    files = sorted(reports, key=lambda source: source.file_id)
    by_sample: dict[str, list[tuple[FileReport, SourceReport]]] = {}
    for file in files:
        for source in (source for source in file.sources if source.status == READ):
            by_sample.setdefault(source.sample, []).append((file, source))
    exclusions: dict[int, tuple[str, str]] = {}
    for sample, candidates in by_sample.items():
        first = candidates[0][0]
        if len({content_of(file, source) for file, source in candidates}) > 1:
            paths = _join_paths([file.path for file, _ in candidates])
            why = f"several files hold the sample {sample} and differ: {paths}; keep one of them"
            exclusions |= {source.source: (REFUSED, why) for _, source in candidates}
        else:
            exclusions |= {
                source.source: (DUPLICATE, f"the same content as {first.path}") for _, source in candidates[1:]
            }
    return [_drop_sources(file, exclusions) if file.sources else file for file in files]


def content_of(file: FileReport, source: SourceReport) -> tuple[object, ...]:
    """By what two files are the same in what they say of a sample: records and samples as text, and what the header tells of them.

    Compression, line ends and the other lines of the header say nothing of anybody.
    """
    return (file.content or file.sha256, file.dialect, file.release, file.simulated, source.caller_sex)


def _join_paths(paths: list[str]) -> str:
    """Paths in words, of many the first: the message stands with every one of them, and a sample can lie in thousands."""
    more = len(paths) - PATHS_SHOWN
    return " and ".join(paths if more <= 0 else [*paths[:PATHS_SHOWN], f"{more:,} more"])


def _drop_sources(file: FileReport, exclusions: dict[int, tuple[str, str]]) -> FileReport:
    """A file less the sources that are left out; where that is all of them, it is left out itself, for the first's reason."""
    sources = tuple(
        _drop_source(source, *exclusions[source.source]) if source.source in exclusions else source
        for source in file.sources
    )
    if any(source.status == READ for source in sources):
        return replace(file, sources=sources)
    status = DUPLICATE if any(source.status == DUPLICATE for source in sources) else REFUSED
    message = next(source.message for source in sources if source.status == status)
    return replace(file, status=status, message=message, sources=sources)


def _drop_source(source: SourceReport, status: str, message: str) -> SourceReport:
    return replace(source, records=0, calls=0, reference_rows=0, skipped=0, status=status, message=message)
