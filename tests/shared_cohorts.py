"""Cohorts that take long to make, made once for all test processes; whoever uses one only reads it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from filelock import FileLock

from data_prep.build import build
from data_prep.request import BuildRequest, Sources
from data_prep.simulate import write_cohort

ROOT: Final = Path(__file__).resolve().parents[1]


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this run, which the first process that wants it fills by `make`; the others wait for it.

    A folder is empty when `make` gets it.
    """
    base = factory.getbasetemp()
    if base.name.startswith("popen-"):
        base = base.parent
    folder = base / f"shared {name}"
    with FileLock(base / f"shared {name}.lock"):
        if not folder.exists():
            # paths stand in databases: it is made where it stays, and a mark says that it is whole
            folder.mkdir()
            make(folder)
            (base / f"shared {name}.whole").touch()
        elif not (base / f"shared {name}.whole").exists():
            pytest.fail(f"the shared cohort {name} could not be made: see the test that tried first", pytrace=False)
    return folder


def eighty_people(factory: pytest.TempPathFactory) -> Path:
    """The database of eighty people of the demonstration, with the gene models that come along, built from their VCFs."""

    def make(folder: Path) -> None:
        write_cohort(folder, samples=80, jobs=1)
        sources = Sources(vcf=(str(folder / "vcf"),))
        build(BuildRequest(samples=folder / "samples.tsv", out=folder / "cnv.duckdb", sources=sources, jobs=1))

    return make_once(factory, "eighty people", make) / "cnv.duckdb"


def whole_demonstration(factory: pytest.TempPathFactory) -> Path:
    """VCFs, sample table and truth of all 3,202 people of the demonstration, as its command writes them."""

    def make(folder: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "data_prep", "demo", "--out", str(folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return make_once(factory, "demonstration", make)
