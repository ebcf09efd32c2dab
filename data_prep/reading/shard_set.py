"""A shard set: a folder of Parquet shards with the report of the files that they come from.

It holds all that a database needs of its files, so that they are read once: on several machines whose sets are merged,
or in an earlier build to whose database more samples are added.
"""

import contextlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from data_prep import __version__
from data_prep.errors import UserError
from data_prep.reading.reports import FileReport, Rows, SkippedRecord, SourceReport
from data_prep.system.folders import make_parent, take_place, working_folder

SHARD_FORMAT: Final = 4
"""Version of shards and report. A set of another version is not read: a column that moved would be a wrong figure."""
REPORT: Final = "report.json"
TABLES: Final = ("calls", "events", "segments", "seen")


class ShardSetError(UserError):
    """A folder that cannot be read or written as a shard set; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class ShardSet:
    """Shards in a folder, and what became of the files that they were made from."""

    folder: Path
    files: tuple[FileReport, ...]
    skipped: tuple[SkippedRecord, ...]
    rows: Rows
    sexes_digest: str
    """`samples.digest_of` the table that was given: expected copy numbers hang on it."""

    @property
    def sources(self) -> int:
        """One more than the largest number of a source."""
        return 1 + max((source.source for file in self.files for source in file.sources), default=-1)

    def shards(self, table: str) -> list[Path]:
        """The Parquet files of one of `TABLES`."""
        return sorted(self.folder.glob(f"{table}-*.parquet"))


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write a set into, which takes the name `out` at the end: a set is there whole or not at all.

    Raises ShardSetError where something is at `out` already, other than an empty folder; folders above it are made.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise ShardSetError(f"{out} is there already: move it away or give another --out")
    make_parent(out)
    with working_folder(out.absolute(), out.name, uuid.uuid4().hex[:12], "writing") as folder:
        yield folder
        take_place(folder, out.absolute())


def write_report(shards: ShardSet) -> None:
    """Writes the report beside its shards: from then on the folder can be read back."""
    report = {
        "format": SHARD_FORMAT,
        "builder_version": __version__,
        "sexes_digest": shards.sexes_digest,
        "files": [asdict(entry) for entry in shards.files],
        "skipped": [asdict(entry) for entry in shards.skipped],
        "rows": shards.rows,
        "bytes": {path.name: path.stat().st_size for path in sorted(shards.folder.glob("*.parquet"))},
    }
    (shards.folder / REPORT).write_text(json.dumps(report, ensure_ascii=False), "utf-8")


def read_report(folder: Path) -> ShardSet:
    """The shard set in a folder; raises ShardSetError where there is none, one of another version, or one in part."""
    try:
        report = json.loads((folder / REPORT).read_text("utf-8"))
        if report["format"] != SHARD_FORMAT:
            raise ShardSetError(
                f"{folder} holds shards of format {report['format']}, written by data_prep {report['builder_version']}, "
                f"and this is {__version__} with format {SHARD_FORMAT}: write them again with `python -m data_prep shards`"
            )
        shards = ShardSet(
            folder,
            tuple(_file(entry) for entry in report["files"]),
            tuple(SkippedRecord(**entry) for entry in report["skipped"]),
            {table: {int(tile): n for tile, n in tiles.items()} for table, tiles in report["rows"].items()},
            report["sexes_digest"],
        )
        sizes = {str(name): int(size) for name, size in report["bytes"].items()}
    except OSError as error:
        raise ShardSetError(
            f"{folder} holds no shard set ({REPORT}: {error.strerror}): give a folder that `python -m data_prep shards` wrote"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ShardSetError(
            f"{folder / REPORT} is damaged: copy the folder again, or write it with `python -m data_prep shards`"
        ) from error
    # a set copied in part would leave people without calls in every denominator
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise ShardSetError(f"{path} is missing or not {size:,} bytes long: copy the whole folder again")
    return shards


def _file(report: dict[str, Any]) -> FileReport:
    return FileReport(**report | {"sources": tuple(SourceReport(**source) for source in report["sources"])})


def check_digest(sets: Sequence[ShardSet], digest: str, table: Path) -> None:
    """Raises ShardSetError for shards made with a table of other samples or sexes than `table`."""
    other = next((shards for shards in sets if shards.sexes_digest != digest), None)
    if other:
        raise ShardSetError(
            f"the shards in {other.folder} were made with another sample table than {table}, whose samples or sexes differ: "
            "give the one they were made with, or make them again"
        )


def all_files(sets: Sequence[ShardSet]) -> list[FileReport]:
    """The files of all sets, numbered by path; their sources numbered on from set to set, as `offsets` tells.

    Files of one path, which were found in different folders, have the digest of their place behind it.
    """
    shifted = [
        replace(file, sources=tuple(replace(source, source=source.source + offset) for source in file.sources))
        if offset
        else file
        for shards, offset in zip(sets, offsets(sets), strict=True)
        for file in shards.files
    ]
    places: dict[str, set[str]] = {}
    for file in shifted:
        places.setdefault(file.path, set()).add(file.place)
    apart = [
        replace(file, path=path_with_place(file.path, file.place)) if len(places[file.path]) > 1 else file
        for file in shifted
    ]
    in_order = sorted(apart, key=lambda file: (file.path, file.place))
    return [file if file.file_id == number else replace(file, file_id=number) for number, file in enumerate(in_order)]


def path_with_place(path: str, place: str) -> str:
    """How a file is named whose path another file has, too."""
    return f"{path}{_place_behind(place)}"


def path_without_place(path: str, place: str) -> str:
    """The path that `path_with_place` was given, or `path` itself."""
    return path.removesuffix(_place_behind(place))


def _place_behind(place: str) -> str:
    return f" [{place}]"


def all_skipped(sets: Sequence[ShardSet]) -> list[SkippedRecord]:
    """Skipped records of all sets, with the sources of `all_files`."""
    return [
        replace(record, source=record.source + offset)
        for shards, offset in zip(sets, offsets(sets), strict=True)
        for record in shards.skipped
    ]


def offsets(sets: Sequence[ShardSet]) -> list[int]:
    """What is added to the sources of each set, so that no two are alike."""
    sums = [0]
    for shards in sets:
        sums.append(sums[-1] + shards.sources)
    return sums[:-1]
