"""Folders that are written under a hidden name beside their place, and locks that die with their process.

What a killed process left behind is told from what a living one writes by its lock, not by its age: a lock is let go of
by the system, however the process ends.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import Final

from data_prep.errors import UserError

_LOCK: Final = "lock"


class FolderError(UserError):
    """A folder that cannot be written to; the message is one sentence, without the hidden names."""


@contextlib.contextmanager
def exclusive_lock(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Holds the lock of the file `path`, which is made if it is not there, until the end of the block.

    Raises FolderError where the file cannot be opened, and BlockingIOError where another process holds it and this one is
    not to `wait`.
    """
    with contextlib.ExitStack() as stack:
        try:
            handle = stack.enter_context(path.open("a"))
        except OSError as error:
            if path.exists() and os.access(path.parent, os.W_OK):
                raise FolderError(
                    f"{path}, by which processes wait for each other, cannot be opened ({error.strerror}): take it away "
                    "if it is left from another user's work that has ended, or give another --out"
                ) from error
            raise _not_writable(path.parent, error) from error
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def publishing_lock(out: Path) -> contextlib.AbstractContextManager[None]:
    """While one process holds it, no other looks round or publishes beside `out`; raises FolderError where none can."""
    return exclusive_lock(out.parent / f".{out.name}.lock")


def make_parent(out: Path) -> None:
    """Makes the folder in which `out` is to lie, with those above it; raises FolderError where it cannot be made."""
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(
            f"the folder {out.absolute().parent} cannot be made ({error.strerror}): give another --out"
        ) from error


def _not_writable(folder: Path, error: OSError) -> FolderError:
    return FolderError(f"the folder {folder} cannot be written to ({error.strerror}): give another --out")


@contextlib.contextmanager
def working_folder(out: Path, stem: str, name: str, suffix: str) -> Iterator[Path]:
    """The folder `.<stem>-<name>.<suffix>` beside `out`, gone at the end whatever happens.

    What another process left behind under such a name when it was killed goes too: its lock is free. Raises FolderError
    where nothing can be written there.
    """
    with contextlib.ExitStack() as stack:
        with publishing_lock(out):
            for left in out.parent.glob(f".{escape(stem)}-*.{suffix}"):
                # one whose lock is held is at work; one that is gone was cleared away by another process
                with (
                    contextlib.suppress(BlockingIOError, FolderError),
                    exclusive_lock(left / _LOCK, wait=False),
                ):
                    shutil.rmtree(left, ignore_errors=True)
            folder = out.parent / f".{stem}-{name}.{suffix}"
            try:
                folder.mkdir()
            except OSError as error:
                raise _not_writable(out.parent, error) from error
            stack.enter_context(exclusive_lock(folder / _LOCK))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def take_place(folder: Path, out: Path) -> None:
    """Gives a finished working folder the name `out`, in one step."""
    (folder / _LOCK).unlink()
    folder.replace(out)
