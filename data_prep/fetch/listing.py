"""What lies in a bucket: the folder of the samples, the samples in it, the one CNV file of each.

Folders are listed one level at a time. A whole listing would name some sixty files of every sample, of which two are wanted,
and a run folder beside each sample again; so the samples' folder is listed, then each chosen sample's own.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import obstore
from obstore.store import S3Store

from data_prep.fetch.connection import Patience
from data_prep.fetch.errors import FetchError
from data_prep.fetch.releases import (
    NESTED,
    OTHER_ASSEMBLY,
    RUN_FOLDER,
    SEARCH_BELOW,
    call_file_rank,
    sample_of,
)

if TYPE_CHECKING:
    from obstore import ObjectMeta

SEARCH_DEPTH: Final = 4
"""Levels below `data/` that a search looks at."""
SEARCH_LISTINGS: Final = 100
"""Listings after which a search ends."""
_TRIED: Final = 3
"""Sample folders of a candidate that are looked into for a CNV file."""


@dataclass(frozen=True, slots=True)
class CallFile:
    """The CNV file of a sample in a bucket."""

    sample: str
    key: str
    size: int
    """Bytes."""
    etag: str
    """Without its quotes."""
    md5sum: str | None
    """Key of the object beside it that holds its MD5."""


@dataclass(slots=True)
class Layout:
    """The samples below a prefix."""

    prefix: str
    folders: dict[str, list[str]] = field(default_factory=dict)
    """Folders of a sample, the plain one first."""
    files: dict[str, CallFile] = field(default_factory=dict)
    """Samples whose file lies in the prefix itself, without a folder."""
    passed_over: list[str] = field(default_factory=list)
    """Folders that are no sample's."""

    @property
    def samples(self) -> set[str]:
        return self.folders.keys() | self.files.keys()


class Bucket:
    """A bucket that is listed folder by folder."""

    def __init__(self, name: str, store: S3Store, patience: Patience, endpoint: str | None = None) -> None:
        self.name = name
        self.store = store
        self.patience = patience
        self.where = f" at {endpoint}" if endpoint else ""
        """For sentences: the server, where it is not Amazon's own."""

    async def folder(self, prefix: str) -> tuple[list[str], "Sequence[ObjectMeta]"]:
        """Names of the folders in a folder, sorted, and the objects in it; all pages. Raises ObjectError."""
        path = prefix.rstrip("/")
        listing = await self.patience.ask(
            f"the listing of s3://{self.name}/{prefix}{self.where}",
            lambda: obstore.list_with_delimiter_async(self.store, path or None),
        )
        return sorted(folder.rstrip("/").rpartition("/")[2] for folder in listing["common_prefixes"]), listing[
            "objects"
        ]


async def read_layout(bucket: Bucket, prefix: str, people: frozenset[str]) -> Layout:
    """The samples in a folder and in the folders of relatives within it. Raises ObjectError."""
    layout = Layout(prefix)
    await _add(bucket, layout, prefix, people)
    for folders in layout.folders.values():
        folders.sort(key=lambda folder: (RUN_FOLDER.match(_last(folder)) is not None, folder))
    return layout


async def _add(bucket: Bucket, layout: Layout, prefix: str, people: frozenset[str]) -> None:
    folders, objects = await bucket.folder(prefix)
    for name in folders:
        sample = sample_of(name, people)
        if sample is not None:
            layout.folders.setdefault(sample, []).append(f"{prefix}{name}/")
        elif name in NESTED:
            await _add(bucket, layout, f"{prefix}{name}/", people)
        else:
            layout.passed_over.append(f"{prefix.removeprefix(layout.prefix)}{name}/")
    for sample in {_last(meta["path"]).partition(".")[0] for meta in objects} & people:
        file = _best(sample, objects)
        if file is not None:
            layout.files[sample] = file


async def call_file(bucket: Bucket, layout: Layout, sample: str) -> CallFile | None:
    """The one CNV file of a sample: of its plain folder, else of the newest run's. Raises ObjectError."""
    runs: list[tuple[datetime, CallFile]] = []
    for folder in layout.folders.get(sample, ()):
        _, objects = await bucket.folder(folder)
        file = _best(sample, objects)
        if file is None:
            continue
        if not RUN_FOLDER.match(_last(folder)):
            return file
        runs.append((next(meta["last_modified"] for meta in objects if meta["path"] == file.key), file))
    if runs:
        return max(runs, key=lambda run: (run[0], run[1].key))[1]
    return layout.files.get(sample)


async def search(bucket: Bucket, people: frozenset[str]) -> tuple[Layout, list[str]]:
    """The folder below `data/` with the CNV files of most samples, and a sentence about each folder of samples seen.

    Breadth first, `SEARCH_DEPTH` levels and `SEARCH_LISTINGS` listings at most; sample folders and folders of other
    assemblies are not entered. Raises FetchError where there is none, ObjectError where a listing fails.
    """
    queue = deque([(SEARCH_BELOW, 0)])
    layouts: list[Layout] = []
    problems: list[str] = []
    listings = 0
    while queue and listings < SEARCH_LISTINGS:
        prefix, depth = queue.popleft()
        layout = await read_layout(bucket, prefix, people)
        listings += 1
        if layout.samples:
            has_calls = await _has_calls(bucket, layout)
            problems.append(
                f"s3://{bucket.name}/{prefix} has folders or files of {len(layout.samples):,} samples, "
                f"{'with' if has_calls else 'without'} CNV files"
            )
            if has_calls:
                layouts.append(layout)
        if depth < SEARCH_DEPTH:
            further = [folder for folder in layout.passed_over if not OTHER_ASSEMBLY.search(folder)]
            queue.extend((f"{prefix}{folder}", depth + 1) for folder in further)
    if not layouts:
        seen = f" ({'; '.join(problems)})" if problems else ""
        raise FetchError(
            f"no folder with the CNV files of the samples was found below s3://{bucket.name}/{SEARCH_BELOW} in "
            f"{listings:,} listings{seen}: name it with --prefix"
        )
    return max(layouts, key=lambda layout_: (len(layout_.samples), layout_.prefix)), problems


async def _has_calls(bucket: Bucket, layout: Layout) -> bool:
    for sample in sorted(layout.samples)[:_TRIED]:
        if await call_file(bucket, layout, sample) is not None:
            return True
    return False


def _best(sample: str, objects: "Iterable[ObjectMeta]") -> CallFile | None:
    by_key = {meta["path"]: meta for meta in objects}
    ranked = [(rank, key) for key in by_key if (rank := call_file_rank(_last(key), sample)) is not None]
    if not ranked:
        return None
    key = min(ranked)[1]
    beside = f"{key}.md5sum"
    etag = (by_key[key]["e_tag"] or "").strip('"')
    return CallFile(sample, key, by_key[key]["size"], etag, beside if beside in by_key else None)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
