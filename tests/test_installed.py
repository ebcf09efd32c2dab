"""Installed with pip into an environment of its own, the programs run from any folder; papers and package agree."""

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

import data_prep
from tests.data_prep.built import Built
from tests.data_prep.dragen_text import record, write, write_table

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = """
import json, os
from dashboard.settings import database_path, streamlit_folder
import dashboard, data_prep
names = json.loads(os.environ["NAMES"])
started_in = str(database_path())
os.chdir(streamlit_folder())
from streamlit import config
values = {name: config.get_option(name) for name in names}
print(json.dumps([values, started_in, dashboard.__file__, data_prep.__file__]))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the commands of a fresh environment; what the programs depend on is that of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    for command in (
        [sys.executable, "-c", build, str(folder)],
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")],
    ):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    done = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


@pytest.fixture(scope="module")
def elsewhere(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another folder, in which the installed command has built a database."""
    folder = tmp_path_factory.mktemp("elsewhere")
    write(folder / "vcf", "A", [record("chr1", 100_000, 120_000)])
    write_table(folder / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    done = run(installed, folder, "cnv-data-prep", "build", "--vcf", "vcf", "--samples", "samples.tsv", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return folder


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CNV_DATABASE")}


def run(commands: Path, folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(commands / name), *arguments], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )


def test_the_command_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "cnv-data-prep", "--help")
    assert done.returncode == 0
    assert re.search(r"Usage:\W+cnv-data-prep ", done.stdout)
    for command in ("demo", "fetch", "shards", "build", "check"):
        assert re.search(rf"\W{command} ", done.stdout), command


def test_a_database_is_built_where_one_stands(elsewhere: Path) -> None:
    """With the gene models, the problem regions and the schema that come in the package."""
    database = Built(elsewhere / "cnv.duckdb")
    assert database.rows("SELECT count(*) FROM calls") == [(1,)]
    assert database.rows("SELECT count(*) > 10000 FROM genes") == [(True,)]
    assert database.rows("SELECT value FROM provenance WHERE key = 'builder_version'") == [(data_prep.__version__,)]


@pytest.fixture
def address(installed: Path, elsewhere: Path) -> Iterator[str]:
    """Of the dashboard of that folder's database; CNV_DATABASE is not set."""
    process = subprocess.Popen(
        [str(installed / "cnv-dashboard"), "--port", "0"],
        cwd=elsewhere,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        found = re.search(r"http://localhost:\d+", ready)
        assert found, ready
        yield found[0]
    finally:
        process.terminate()
        assert process.wait(timeout=20) in (0, -signal.SIGTERM)


def test_the_dashboard_serves_the_database_of_the_folder(address: str, elsewhere: Path) -> None:
    with urlopen(f"{address}/health") as answer:
        health = json.load(answer)
    assert health["generation"] in (elsewhere / "cnv.duckdb").resolve().name
    for page in ("/", "/gene?gene=GSTM1", "/favicon.ico"):
        with urlopen(address + page) as answer:
            assert answer.status == 200
            assert answer.read()
    with urlopen(f"{address}/download/calls.csv?region=chr1:100000-110000&filter=all") as answer:
        header, *rows = answer.read().decode().splitlines()
    assert "sample" in header
    assert len(rows) == 1


def test_streamlit_has_the_settings_of_a_clone(installed: Path, tmp_path: Path) -> None:
    """Every one of `.streamlit/config.toml`; and it is the installed program that says so."""
    expected: dict[str, object] = {}

    def add(table: dict[str, object], prefix: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                add(value, f"{prefix}{key}.")
            else:
                expected[prefix + key] = value

    add(tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8")), "")
    assert len(expected) > 15
    done = subprocess.run(
        [str(installed / "python"), "-c", SETTINGS],
        cwd=tmp_path,
        env=environment() | {"NAMES": json.dumps([*expected])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    values, database, *modules = json.loads(done.stdout)
    assert values == expected
    assert database == str(tmp_path / "cnv.duckdb")
    assert all(Path(module).is_relative_to(installed.parent) for module in modules)


def project() -> dict[str, object]:
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def test_there_is_one_version() -> None:
    """It stands in data_prep/__init__.py; the package takes it from there, and the citation says the same."""
    assert "version" in project()["dynamic"]  # type: ignore[operator]
    assert "version" not in project()
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.findall(r"^version: (.+)$", citation, re.MULTILINE) == [data_prep.__version__]


def test_the_package_depends_on_what_the_makefile_installs(installed: Path) -> None:
    """Dependencies stand in the requirements files alone: those of the package are the same, name by name."""
    (metadata,) = installed.parent.glob("lib/python*/site-packages/cnv_explorer*.dist-info/METADATA")
    lines = [line.removeprefix("Requires-Dist: ") for line in metadata.read_text("utf-8").splitlines() if line.startswith("Requires-Dist: ")]  # fmt: skip

    def names(requirements: list[str]) -> set[str]:
        found = [re.match(r"[A-Za-z0-9._-]+", line)[0] for line in requirements]  # type: ignore[index]
        # as packages are compared: PEP 503
        return {re.sub(r"[-_.]+", "-", name).lower() for name in found}

    def listed(name: str) -> set[str]:
        lines = (ROOT / name).read_text("utf-8").splitlines()
        return names([line for line in lines if line and not line.startswith(("#", "-r"))])

    extras = {extra: [line for line in lines if f"extra == '{extra}'" in line] for extra in ("test", "workflow")}
    assert names([line for line in lines if "extra ==" not in line]) == listed("requirements.txt")
    assert names(extras["workflow"]) == listed("requirements-workflow.txt")
    assert names(extras["test"]) == listed("tests/requirements.txt") | listed("requirements-workflow.txt")
    assert all("<" in line for line in lines)
    scripts = (metadata.parent / "entry_points.txt").read_text("utf-8")
    for name, value in project()["scripts"].items():  # type: ignore[attr-defined]
        assert f"{name} = {value}" in scripts
