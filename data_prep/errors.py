"""What a person can mend, under one class: the command line says its sentence, and takes nothing else for a person's mistake.

Every other exception is a fault of the program and is shown whole, with its trace: told as "error: zip() argument 2 is
shorter", it would send the user looking for a mistake in the files.
"""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SHORTAGES: Final = frozenset(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN")
)  # fmt: skip
"""Numbers of what a machine runs short of, or fails at, whatever the path."""
_PROGRAM: Final = Path(__file__).resolve().parent


class UserError(Exception):
    """What whoever gave the command can mend; the message is one sentence that says how.

    The sentence is the only argument, so that the exception comes whole out of a worker process, which pickles it.
    """

    exit_code = 1
    """What the command line ends with."""


class SystemRefusalError(UserError):
    """A path that the operating system refuses, or a disk or memory that is full; the message is one sentence."""


@contextlib.contextmanager
def system_refusals() -> Iterator[None]:
    """Turns what the operating system refuses within the block into SystemRefusalError: the path, and the reason.

    A file of the program itself that cannot be read, and an OSError that names neither a path nor a shortage, are faults
    of the program, and pass as they are. May be used as a decorator.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError) or not error.strerror or not _is_of_the_machine(error):
            raise
        reason = f"{error.strerror[0].lower()}{error.strerror[1:]}"
        raise SystemRefusalError(reason if error.filename is None else f"{error.filename}: {reason}") from error


def _is_of_the_machine(error: OSError) -> bool:
    if error.errno in _SHORTAGES:
        return True
    if not isinstance(error.filename, (str, bytes)):
        return False
    name = error.filename if isinstance(error.filename, str) else error.filename.decode("utf-8", "replace")
    return not Path(name).absolute().is_relative_to(_PROGRAM)
