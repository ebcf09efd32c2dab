"""A finished database gets its place whole or not at all.

The file is written under a name of its own and a pointer (a symbolic link) is moved onto it in one step: DuckDB keeps
serving an overwritten path from its old handles, so a running dashboard follows the pointer and never sees half a file.
"""

import contextlib
import os
import uuid
from glob import escape
from pathlib import Path

from data_prep.errors import UserError
from data_prep.system import folders


class PublishError(UserError):
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
    # a build makes the folders that are missing, below the nearest one that exists
    nearest = next(folder for folder in out.absolute().parents if folder.exists())
    if not nearest.is_dir():
        raise PublishError(f"{nearest} is no folder: give another --out")
    if not os.access(nearest, os.W_OK):
        raise PublishError(f"the folder {nearest} cannot be written to: give another --out")


def publish(database: Path, out: Path, generation: str, made_from: Path | None = None) -> Path:
    """Gives a finished database its name, moves the pointer `out` onto it in one step, and clears away older generations.

    `database` lies in a working folder, where the new pointer is made too. The generation before stays: a reader may
    have followed the pointer a moment ago. `made_from`: the database that this one goes on from; raises PublishError
    where the pointer has been moved on from it meanwhile. Returns the published path. To be called by a process that holds
    the `publishing_lock` there.
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
