"""A dashboard in a process of its own, on a free loopback port."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(database: Path) -> Iterator[str]:
    """The address of a dashboard that reads `database`; ends it, and checks that it ends well, with the context."""
    environment = os.environ | {"CNV_DATABASE": str(database), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
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
