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
from typing import Final, TextIO

_LOCK: Final = "lock"


class FolderError(OSError):
    """A folder that cannot be written to; the message is one sentence, without the hidden names."""


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """While one process looks round or publishes beside `out`, no other does; raises FolderError where none can."""
    with opened(out.parent / f".{out.name}.lock") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make_parent(out: Path) -> None:
    """Makes the folder in which `out` is to lie, with those above it; raises FolderError where it cannot be made."""
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(
            f"the folder {out.absolute().parent} cannot be made ({error.strerror}): give another --out"
        ) from error


def opened(lock: Path) -> TextIO:
    """The file of a lock, made if it is not there; raises FolderError where it cannot be opened."""
    try:
        return lock.open("a")
    except OSError as error:
        if lock.exists() and os.access(lock.parent, os.W_OK):
            raise FolderError(
                f"{lock}, by which processes wait for each other, cannot be opened ({error.strerror}): take it away if it is "
                "left from another user's work that has ended, or give another --out"
            ) from error
        raise _not_writable(lock.parent, error) from error


def _not_writable(folder: Path, error: OSError) -> FolderError:
    return FolderError(f"the folder {folder} cannot be written to ({error.strerror}): give another --out")


@contextlib.contextmanager
def working_folder(out: Path, stem: str, name: str, suffix: str) -> Iterator[Path]:
    """The folder `.<stem>-<name>.<suffix>` beside `out`, gone at the end whatever happens.

    What another process left behind under such a name when it was killed goes too: its lock is free. Raises FolderError
    where nothing can be written there.
    """
    with contextlib.ExitStack() as held:
        with alone(out):
            for left in out.parent.glob(f".{escape(stem)}-*.{suffix}"):
                with contextlib.suppress(BlockingIOError, FileNotFoundError), _locked(left / _LOCK, wait=False):
                    shutil.rmtree(left, ignore_errors=True)
            folder = out.parent / f".{stem}-{name}.{suffix}"
            try:
                folder.mkdir()
            except OSError as error:
                raise _not_writable(out.parent, error) from error
            held.enter_context(_locked(folder / _LOCK))
            held.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def take_place(folder: Path, out: Path) -> None:
    """Gives a finished working folder the name `out`, in one step."""
    (folder / _LOCK).unlink()
    folder.replace(out)


@contextlib.contextmanager
def _locked(path: Path, wait: bool = True) -> Iterator[None]:
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
