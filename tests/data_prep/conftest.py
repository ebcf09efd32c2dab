"""What the tests of the import share: the folder of real files, a simulated cohort built in two releases, an S3 server."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from data_prep.simulate import write_cohort
from tests.data_prep.built import Built, build_here
from tests.data_prep.s3_server import S3Server
from tests.oracle import plain
from tests.shared_cohorts import make_once

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts and real files beside the project, which a user's clone does not have."""
    if not SHARED.is_dir():
        pytest.skip(f"the folder {SHARED} with the real files is not here")
    return SHARED


@dataclass(frozen=True)
class Cohort:
    """A simulated cohort: its folder, the database built from it, and the plain reading of the same files."""

    folder: Path
    database: Built
    paths: tuple[Path, ...]
    samples: dict[str, plain.Sample]
    people: dict[str, plain.Person]


def make_cohort(folder: Path, release: str) -> None:
    """Sixty people, of whom the last three have no file."""
    write_cohort(folder, samples=60, seed=7, release=release, jobs=1)
    for path in sorted((folder / "vcf").glob("*.vcf.gz"))[57:]:
        path.unlink()
    database = build_here([folder / "vcf"], folder / "samples.tsv", folder / "cnv.duckdb", comments=True)
    samples = plain.read_samples(folder / "samples.tsv")
    people = plain.read_cohort(sorted((folder / "vcf").glob("*.vcf.gz")), samples)
    (folder / "read").write_bytes(pickle.dumps((database, people)))


def shared_cohort(factory: pytest.TempPathFactory, release: str) -> Cohort:
    """The same for every test process."""
    folder = make_once(factory, f"cohort {release}", lambda folder: make_cohort(folder, release))
    paths = tuple(sorted((folder / "vcf").glob("*.vcf.gz")))
    database, people = pickle.loads((folder / "read").read_bytes())
    return Cohort(folder, database, paths, plain.read_samples(folder / "samples.tsv"), people)


@pytest.fixture(scope="session")
def cohort_3_5_7b(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Release 3.5.7b: no reference rows."""
    return shared_cohort(tmp_path_factory, "3.5.7b")


@pytest.fixture(scope="session")
def cohort_3_7_6(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Release 3.7.6: reference rows, several filters a record."""
    return shared_cohort(tmp_path_factory, "3.7.6")


@pytest.fixture(scope="session")
def s3_process() -> Iterator[S3Server]:
    """One S3 server for all tests."""
    server = S3Server()
    yield server
    server.close()


@pytest.fixture
def s3(s3_process: S3Server) -> S3Server:
    """The S3 server without a bucket."""
    s3_process.reset()
    return s3_process
