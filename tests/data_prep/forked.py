"""Command lines in processes of their own, forked from one that has imported everything: none takes a second to start.

So builds can be started by the dozen and killed at any moment of their work: from outside, which hits a moment by luck,
or by a signal that they send themselves just before a step that is named. The process that forks has read and
computed nothing: it has no thread of ours that a fork could break.
"""

import contextlib
import io
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tests.data_prep.few_genes import few_genes
from tests.data_prep.quick_schema import WRITERS, write_quick_schema

ROOT = Path(__file__).resolve().parents[2]
PROGRAM_FAILED = 70
"""Exit code of a process whose command line did not even start."""
MOMENTS: Final = {
    "reading": ("data_prep.reading.files:read_batch", 2),
    "reading, with workers": ("data_prep.system.processes:wait", 2),
    "calls": ("data_prep.build:write_calls", 1),
    "marking": ("data_prep.build:mark_samples", 1),
    "deriving": ("data_prep.build:derive", 1),
    "combining": ("data_prep.tables.callsets:_copy", 2),
    "publishing": ("data_prep.build:publish", 1),
    "naming": ("pathlib:Path.replace", 1),
    "pointing": ("pathlib:Path.symlink_to", 1),
    "moving the pointer": ("pathlib:Path.replace", 2),
    "clearing away": ("pathlib:Path.unlink", 1),
}
"""Before the how-manieth call of which function the signal comes."""


def arm(moment: str, number: int) -> None:
    """Sends this process the signal `number` just before `moment`."""
    target, at = MOMENTS[moment]
    module, _, dotted = target.partition(":")
    *owners, name = dotted.split(".")
    owner: Any = import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def trap(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            print("workers", *(one.pid for one in multiprocessing.active_children()), flush=True)
            if number == signal.SIGINT and os.getpgid(0) == os.getpid():
                os.killpg(0, number)  # as a terminal does, its workers too
            else:
                os.kill(os.getpid(), number)
        return real(*arguments, **more)

    setattr(owner, name, trap)


class Forker:
    """Starts `python -m data_prep ...` in a folder, each in a process group of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(
        self,
        folder: Path,
        *arguments: object,
        limit: int | None = None,
        user: int | None = None,
        batch: int | None = None,
        moment: str | None = None,
        signal_name: str = "SIGKILL",
    ) -> int:
        """Starts a command line, with few genes; what it says goes into the files `stdout` and `stderr` of the folder.

        `limit`: bytes that no file may grow beyond; `user`: who runs it; `batch`: bytes that a process reads at a time;
        `moment`: just before which of MOMENTS it sends itself the signal `signal_name`.
        Returns its pid, which is that of its group.
        """
        words = [str(one) for one in arguments]
        trap = (moment, getattr(signal, signal_name)) if moment else None
        return self._ask(folder=str(folder), arguments=words, limit=limit, user=user, batch=batch, trap=trap)

    def wait(self, pid: int) -> int:
        """The exit code of a process started here, when it has ended; below zero the signal that ended it."""
        return self._ask(wait=pid)

    def _ask(self, **question: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def forker() -> Iterator[Forker]:
    """A process to fork from; it ends with the context."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.data_prep.forked"],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Forker(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


def _run(
    folder: str,
    arguments: list[str],
    limit: int | None,
    user: int | None,
    batch: int | None,
    trap: tuple[str, int] | None,
) -> None:
    os.chdir(folder)
    for name, number in (("stdout", 1), ("stderr", 2)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), number)
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    import_module("data_prep.build").embedded_gene_models = few_genes  # type: ignore[attr-defined]
    for writer in WRITERS:
        module, _, name = writer.rpartition(".")
        setattr(import_module(module), name, write_quick_schema)
    if batch is not None:
        limits = import_module("data_prep.system.limits")
        limits.DEFAULTS = replace(limits.DEFAULTS, batch_bytes=batch)  # type: ignore[attr-defined]
    if trap is not None:
        arm(*trap)
    sys.argv = ["data_prep", *arguments]
    import_module("data_prep.__main__").main()


def _fork(**asked: object) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.setpgid(0, 0)
    code = PROGRAM_FAILED
    try:
        _run(**asked)  # type: ignore[arg-type]
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # what comes after would hide it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _warm_up() -> None:
    """Imports what a build needs to be refused: whoever runs it as another user may not be allowed to read the project."""
    for module in ("build", "__main__", "check"):
        import_module(f"data_prep.{module}")
    sys.argv = ["data_prep", "build", "--vcf", "none", "--samples", "none", "--out", f"{os.devnull}/cnv.duckdb"]
    with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        import_module("data_prep.__main__").main()
    if threading.active_count() > 1:
        sys.exit("a thread is at work, which a fork would break")


if __name__ == "__main__":
    _warm_up()
    for line in sys.stdin:
        question = json.loads(line)
        if "wait" in question:
            print(os.waitstatus_to_exitcode(os.waitpid(question["wait"], 0)[1]))
        else:
            print(_fork(**question))
