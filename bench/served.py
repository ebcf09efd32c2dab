"""A dashboard in a process of its own, and what the system knows about it: memory, threads, open files."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Served:
    """A running dashboard: where it listens, and its process."""

    host: str
    port: int
    pid: int

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def resident(self) -> float:
        """Resident memory of the process, in MiB."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def threads(self) -> int:
        """Threads of the process."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/task").iterdir())

    @property
    def processor_seconds(self) -> float:
        """Seconds of processor time that the process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open_files(self) -> list[str]:
        """What its file descriptors lead to: paths, and `socket:[...]` for connections."""
        found = []
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                found.append(str(entry.readlink()))
            except OSError:
                continue
        return found


@contextmanager
def served(database: Path) -> Iterator[Served]:
    """A dashboard that reads `database`, ready to answer; it ends with the context."""
    if not database.exists():
        sys.exit(f"{database} is not there: build it with `make demonstration` first")
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"CNV_DATABASE": str(database.absolute()), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        port = re.search(r"http://localhost:(\d+)", ready)
        if port is None:
            sys.exit(f"the dashboard did not start: {ready!r}")
        yield Served("127.0.0.1", int(port[1]), process.pid)
    finally:
        process.terminate()
        process.wait(20)


def protein_coding(database: Path) -> list[str]:
    """The ids of the protein-coding genes, in order."""
    return [
        str(row[0]) for row in _rows(database, "SELECT gene_id FROM genes WHERE biotype = 'protein_coding' ORDER BY 1")
    ]


def chromosomes(database: Path) -> list[tuple[str, int]]:
    """The chromosomes with their lengths, in order."""
    return [
        (str(row[0]), int(row[1]))
        for row in _rows(database, "SELECT chrom::VARCHAR, length FROM chromosomes ORDER BY chrom")
    ]


def _rows(database: Path, statement: str) -> list[tuple[Any, ...]]:
    if not database.exists():
        sys.exit(f"{database} is not there: build it with `make demonstration` first")
    with duckdb.connect(str(database.resolve()), read_only=True) as con:
        return con.execute(statement).fetchall()
