"""A dashboard in a process of its own, on a free loopback port.

Forked, where nothing is asked of it but its command line, from one process that has imported everything: to start anew
takes two seconds of a processor, and dozens of tests want one. Who gives it an environment or reads its log gets one
that the command line starts.
"""

import atexit
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[2]
PATIENCE: Final = 20
"""Seconds in which a dashboard that is told to has to end."""
START: Final = 60
"""Seconds in which it has to be ready."""


@contextmanager
def served(
    database: Path, *arguments: str, environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[str]:
    """The address of a dashboard that reads `database`; ends it, and checks that it ends well, with the context.

    `arguments` are those of the command line, `environment` is added to this process's own, and what goes to stderr is
    written to `log` where one is given.
    """
    start = _forked if environment is None and log is None else _started
    with start(["--port", "0", *arguments], {"CNV_DATABASE": str(database)} | dict(environment or {}), log) as ready:
        address = re.search(r"http://localhost:\d+", ready)
        assert address, f"the dashboard did not start: {ready!r}"
        yield address[0]


@contextmanager
def _started(arguments: list[str], environment: Mapping[str, str], log: Path | None) -> Iterator[str]:
    """The first line of what a dashboard says that the command line starts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=log.open("wb") if log else None,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline()
    finally:
        process.terminate()
        try:
            status = process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        assert status in (0, -15), f"the dashboard ended with status {status}"


@contextmanager
def _forked(arguments: list[str], environment: Mapping[str, str], log: None) -> Iterator[str]:
    """The first line of what a forked dashboard says."""
    pid, ready = fork(arguments, environment)
    try:
        yield ready
    finally:
        status = end(pid)
        assert status in (0, -15), f"the dashboard ended with status {status}"


def fork(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """The process of a dashboard that is ready, and the first line of what it says; `end` it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "stdout"
        pid = _ask(arguments=arguments, environment=dict(os.environ) | environment, out=str(out))
        until = time.monotonic() + START
        while not (out.exists() and "\n" in out.read_text()) and time.monotonic() < until and _lives(pid):
            time.sleep(0.01)
        return pid, out.read_text().partition("\n")[0] if out.exists() else ""


def end(pid: int) -> int:
    """The exit code of a dashboard that was forked, told to end where nothing has ended it: below zero the signal that did."""
    return _ask(end=pid)


def _lives(pid: int) -> bool:
    """Whether a process is there, and not a zombie that nobody has waited for yet."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@cache
def _forker() -> subprocess.Popen[str]:
    """The process to fork from, which ends with this one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dashboard.served"],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def leave() -> None:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)

    atexit.register(leave)
    return process


def _ask(**question: object) -> int:
    """What the forking process answers."""
    process = _forker()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def _warm_up() -> None:
    """Imports what a dashboard and its pages import, and starts nothing."""
    for module in ("serving.patience", "server", "settings", "__main__"):
        import_module(f"dashboard.{module}")
    for room in ("components", "charts", "store", "rows"):
        for path in sorted((ROOT / "dashboard" / room).rglob("*.py")):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    if threading.active_count() > 1:
        sys.exit("a thread is at work, which a fork would break")


def _fork(arguments: list[str], environment: dict[str, str], out: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["dashboard", *arguments]
        import_module("dashboard.__main__").main()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:  # what comes after would hide it
        traceback.print_exc()
    finally:
        os._exit(1)


def _end(pid: int) -> int:
    """Tells a dashboard to end; its exit code, below zero the signal that ended it."""
    os.kill(pid, 15)
    until = time.monotonic() + PATIENCE
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.kill(pid, 9)
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        time.sleep(0.01)


def _answer() -> None:
    _warm_up()
    for line in sys.stdin:
        question: dict[str, Any] = json.loads(line)
        print(_end(question["end"]) if "end" in question else _fork(**question), flush=True)


if __name__ == "__main__":
    _answer()
