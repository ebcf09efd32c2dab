"""Folders that are written under a hidden name beside their place, and locks that die with their process.

What a killed process left behind is told from what a living one writes by its lock, not by its age: a lock is let go of
by the system, however the process ends.
"""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import Final

_LOCK: Final = "lock"


def alone(out: Path) -> contextlib.AbstractContextManager[None]:
    """While one process looks round or publishes beside `out`, no other does."""
    return _locked(out.parent / f".{out.name}.lock")


@contextlib.contextmanager
def working_folder(out: Path, stem: str, name: str, suffix: str) -> Iterator[Path]:
    """The folder `.<stem>-<name>.<suffix>` beside `out`, gone at the end whatever happens.

    What another process left behind under such a name when it was killed goes too: its lock is free.
    """
    with contextlib.ExitStack() as held:
        with alone(out):
            for left in out.parent.glob(f".{escape(stem)}-*.{suffix}"):
                with contextlib.suppress(BlockingIOError, FileNotFoundError), _locked(left / _LOCK, wait=False):
                    shutil.rmtree(left, ignore_errors=True)
            folder = out.parent / f".{stem}-{name}.{suffix}"
            folder.mkdir()
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
