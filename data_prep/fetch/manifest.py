"""What was fetched, object by object: `manifest.json` in the folder, written by fetch, read by the next fetch and by build.

It imports nothing of the network. A build believes it only for files whose SHA-256 it names.
"""

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from data_prep.errors import UserError

NAME: Final = "manifest.json"
FORMAT: Final = 1
SOURCE: Final = "DRAGEN re-analysis of the 1000 Genomes Project (Registry of Open Data on AWS: ilmn-dragen-1kgp)"


class ManifestError(UserError):
    """A manifest that cannot be read; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fetched object."""

    path: str
    """Where it is, relative to the folder of the manifest, with slashes."""
    key: str
    """Its key in the bucket, or its web address."""
    size: int
    """Bytes."""
    md5: str
    sha256: str
    etag: str
    """Of an object in a bucket; else empty."""
    modified: str
    """ISO 8601, of a file of a web server; else empty."""
    checked_by: str
    """What its bytes were compared with: `md5sum`, `etag`, `gzip` (its own checksum inside) or `size`."""
    fetched_at: str
    """ISO 8601, UTC."""
    sample: str | None = None

    @property
    def version(self) -> str:
        """What tells this version of the object from others; empty where the server told nothing."""
        return self.etag or self.modified


@dataclass(slots=True)
class Manifest:
    """A folder of fetched files."""

    release: str
    bucket: str
    prefix: str
    endpoint: str
    fetched_at: str
    entries: dict[str, Entry] = field(default_factory=dict)
    """By path."""

    def place(self) -> str:
        """The folder of the release as one address."""
        return f"s3://{self.bucket}/{self.prefix}"


def read(folder: Path) -> Manifest | None:
    """The manifest of a folder, None where there is none. Raises ManifestError for one that cannot be read."""
    path = folder / NAME
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except RecursionError as error:
        raise ManifestError(f"{path} is nested too deeply for a manifest of a fetch: move it away") from error
    except (OSError, ValueError) as error:
        raise ManifestError(f"{path} cannot be read ({error}): move it away") from error
    try:
        if document["format"] != FORMAT:
            raise ManifestError(f"{path} has the format {document['format']}, {FORMAT} is known: move it away")
        entries = [Entry(**entry) for entry in document["objects"]]
        release, bucket, prefix, endpoint, at = (
            str(document[name]) for name in ("release", "bucket", "prefix", "endpoint", "fetched_at")
        )
        return Manifest(release, bucket, prefix, endpoint, at, {entry.path: entry for entry in entries})
    except (KeyError, TypeError) as error:
        raise ManifestError(f"{path} is no manifest of a fetch: move it away") from error


def write(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest in one step: a reader sees the old one or the new one."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "source": SOURCE,
        "release": manifest.release,
        "bucket": manifest.bucket,
        "prefix": manifest.prefix,
        "endpoint": manifest.endpoint,
        "fetched_at": manifest.fetched_at,
        "objects": [asdict(manifest.entries[path]) for path in sorted(manifest.entries)],
    }
    write_whole(folder / NAME, (json.dumps(document, indent=1) + "\n").encode())


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is never seen half: under another name, to the disk, then renamed."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def read_provenance(
    paths: Sequence[str],
    sha256: Collection[str],
    earlier: Mapping[str, str] | None = None,
    earlier_files: Collection[str] = (),
) -> dict[str, str]:
    """What the manifests in or beside the folders given to a build say about the files that it read.

    `sha256` has the checksums of the files read; `earlier` what this function told of the database that is built upon, and
    `earlier_files` the checksums of that one's files: where all of them were fetched, they still are. The keys are those of the table provenance: `source`, `release_path`,
    `fetched_from`, `fetched_at`, `fetched_files`; nothing where no file is one of a manifest. A manifest that cannot be
    read says nothing: the build does not depend on it.
    """
    manifests: list[Manifest] = []
    for folder in _folders(paths):
        try:
            manifest_ = read(folder)
        except ManifestError:
            continue
        if manifest_ is not None:
            manifests.append(manifest_)
    origins: list[tuple[str, str, str]] = []
    before = earlier or {}
    all_fetched = before.get("source") == SOURCE and "release_path" in before
    ours = {
        entry.sha256: (manifest, entry) for manifest in manifests for entry in manifest.entries.values() if entry.sample
    }
    for digest in sha256:
        if digest in ours:
            manifest, entry = ours[digest]
            origins.append((manifest.place(), manifest.endpoint, entry.fetched_at[:10]))
        elif all_fetched and digest in earlier_files:
            origins.append((before["release_path"], before["fetched_from"], before["fetched_at"]))
    if not origins:
        return {}
    dates = sorted(day for _, _, days in origins for day in days.split(" to "))
    whole = len(origins) == len(sha256)
    return {
        "source": SOURCE
        if whole
        else f"{len(origins):,} of {len(sha256):,} files: {SOURCE}; the others given to the build",
        "release_path": _each(place for place, _, _ in origins),
        "fetched_from": _each(endpoint for _, endpoint, _ in origins),
        "fetched_at": dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}",
        "fetched_files": f"{len(origins):,} of {len(sha256):,} files read, byte for byte",
    }


def _each(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _folders(paths: Sequence[str]) -> list[Path]:
    """The folders given, those of the files given, and the ones above them."""
    folders: dict[Path, None] = {}
    for path in dict.fromkeys(path if os.path.isdir(path) else os.path.dirname(path) for path in paths):  # noqa: PTH112, PTH120  (thousands)
        folder = Path(path).absolute()
        folders |= {folder: None, folder.parent: None}
    return list(folders)
