"""workflow/Snakefile over several local workers: what jobs read apart and one builds is what a plain build gives."""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data_prep.simulate import write_cohort
from tests.data_prep.built import Built

ROOT = Path(__file__).resolve().parents[1]
CHUNKS = 3

pytest.importorskip("snakemake", reason="Snakemake is not installed: pip install -r requirements-workflow.txt")
pytestmark = pytest.mark.xdist_group("import")


def plain_build(folder: Path) -> tuple[Built, list[str]]:
    """A build of all files at once, and what it said of files that it could not read."""
    out = folder / "plain.duckdb"
    command = ["build", "--vcf", folder / "vcf", "--samples", folder / "samples.tsv", "--out", out, "--jobs", "1"]
    said = subprocess.run([sys.executable, "-m", "data_prep", *command], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 3
    return Built(out), refusals(said.stderr)


def refusals(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("not read: ")]


def start_workflow(folder: Path) -> subprocess.Popen[bytes]:
    """Snakemake with the configuration that comes along, pointed at the folder; three jobs at a time."""
    config = {
        "vcf": folder / "vcf",
        "samples": folder / "samples.tsv",
        "out": folder / "cnv.duckdb",
        "work": folder / "work",
        "chunks": CHUNKS,
        "threads": 1,
        "python": sys.executable,
    }
    options = ["--cores", "3", "--scheduler", "greedy", "--runtime-source-cache-path", folder / "sources"]
    files = ["--snakefile", ROOT / "workflow" / "Snakefile", "--configfile", ROOT / "workflow" / "config.yaml"]
    settings = ["--config", *(f"{name}={value}" for name, value in config.items())]
    with (folder / "log.txt").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *files, *options, *settings],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def kill_a_reader(shards: Path, workflow: subprocess.Popen[bytes]) -> None:
    """Kills one process that reads a chunk, while its shards are being written; nothing can be tidied up after that."""
    while workflow.poll() is None:
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError, StopIteration):  # it ended meanwhile, or writes nothing yet
                words = [os.fsdecode(word) for word in command.read_bytes().split(b"\0")]
                chunk = next(Path(word).name for word in words if Path(word).parent == shards and "@" not in word)
                writing = next(shards.glob(f".{chunk}-*.writing"))
                reader = int(command.parent.name)
                os.kill(reader, signal.SIGSTOP)
                while (command.parent / "stat").read_text().rpartition(")")[2].split()[0] != "T":
                    time.sleep(0.001)
                if writing.exists():
                    os.kill(reader, signal.SIGKILL)
                    return
                os.kill(reader, signal.SIGCONT)
    raise AssertionError("no reader was seen at work")


def test_workflow_gives_the_database_of_a_plain_build(tmp_path: Path) -> None:
    """R12: whatever the chunks, though a reader is killed half-way, and with the same said of a file that cannot be read."""
    folder = tmp_path / "with space"
    write_cohort(folder, samples=36, seed=11, jobs=1, truth=False)
    (folder / "vcf" / "SIM00007.cnv.vcf.gz").write_text("<html>")
    expected, told = plain_build(folder)
    shards = folder / "work" / "shards"
    # what a killed job left, whose own workers have not ended: its lock is held
    left = shards / ".2-0123456789ab.writing"
    left.mkdir(parents=True)
    lock = (left / "lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    workflow = start_workflow(folder)
    try:
        kill_a_reader(shards, workflow)
        workflow.wait(180)
    finally:
        if workflow.poll() is None:
            os.killpg(workflow.pid, signal.SIGKILL)
        lock.close()
    log = (folder / "log.txt").read_text()
    assert workflow.returncode == 0, log
    assert log.count(" Killed ") == 1, log  # bash says so
    mine, theirs = Built(folder / "cnv.duckdb").everything(), expected.everything()
    assert mine.keys() == theirs.keys()
    for name, rows in mine.items():
        assert rows == theirs[name], name
    assert len(told) == 1
    assert refusals((folder / "work" / "build.txt").read_text()) == told
    assert len(list(shards.glob("*/report.json"))) == CHUNKS
    # beside the sets themselves nothing but the locks under which they were written
    assert {one.suffix for one in shards.glob(".*")} <= {".lock"}
