"""A dashboard in a process of its own, on a free loopback port."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(
    database: Path, *arguments: str, environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[str]:
    """The address of a dashboard that reads `database`; ends it, and checks that it ends well, with the context.

    `arguments` are those of the command line, `environment` is added to this process's own, and what goes to stderr is
    written to `log` where one is given.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--port", "0", *arguments],
        cwd=ROOT,
        env=os.environ | {"CNV_DATABASE": str(database), "PYTHONUNBUFFERED": "1"} | dict(environment or {}),
        stdout=subprocess.PIPE,
        stderr=log.open("wb") if log else None,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        address = re.search(r"http://localhost:\d+", ready)
        assert address, f"the dashboard did not start: {ready!r}"
        yield address[0]
    finally:
        process.terminate()
        try:
            status = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        assert status in (0, -15), f"the dashboard ended with status {status}"
