"""What a person can mend is one sentence; a fault of the program is a trace and a request to report it."""

import errno
import inspect
import os
import pickle
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import data_prep
from data_prep import reference
from data_prep.__main__ import PROGRAM_FAULT, app
from data_prep.errors import SystemRefusalError, UserError, system_refusals
from data_prep.fetch.errors import ObjectError, Reason
from data_prep.reading.files import ReadingOptions
from tests.data_prep.built import build_here
from tests.data_prep.dragen_text import record, write, write_table


def exceptions() -> list[type[BaseException]]:
    """Every class of exceptions that the program defines; those of the domain are caught by whoever asks it, the dashboard too."""
    found: dict[str, type[BaseException]] = {}
    for module in pkgutil.walk_packages(data_prep.__path__, "data_prep."):
        if module.name.endswith("__main__"):
            continue
        for name, value in inspect.getmembers(import_module(module.name), inspect.isclass):
            own = value.__module__.startswith("data_prep") and not value.__module__.startswith("data_prep.domain")
            if issubclass(value, BaseException) and own:
                found[f"{value.__module__}.{name}"] = value
    return list(found.values())


def test_every_exception_of_the_program_is_one_that_a_person_can_mend() -> None:
    classes = exceptions()
    assert len(classes) > 18
    assert [one for one in classes if not issubclass(one, UserError)] == []
    # a base such as ValueError would let a caller take a fault for a person's mistake
    builtin = {base for one in classes for base in one.__mro__ if base.__module__ == "builtins"}
    assert builtin == {Exception, BaseException, object}


@pytest.mark.parametrize("kind", [one for one in exceptions() if one is not ObjectError], ids=lambda one: one.__name__)
def test_an_exception_comes_whole_out_of_another_process(kind: type[UserError]) -> None:
    error = pickle.loads(pickle.dumps(kind("a.vcf is empty: fetch it again")))
    assert (type(error), str(error), error.exit_code) == (kind, "a.vcf is empty: fetch it again", 1)


def test_an_object_that_was_not_fetched_keeps_its_reason() -> None:
    for final in (False, True):
        error = pickle.loads(pickle.dumps(ObjectError(Reason.BUSY, "too busy", final=final)))
        assert (str(error), error.reason, error.passing) == ("too busy", Reason.BUSY, not final)


@pytest.fixture
def arguments(tmp_path: Path) -> dict[str, list[str]]:
    """The words of each command, which would go well."""
    files = write(tmp_path / "vcf", "A", [record("chr1", 100_000, 120_000)])
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    built = build_here([files], table, tmp_path / "built.duckdb").path
    given = ["--vcf", str(files), "--samples", str(table), "--jobs", "1"]
    return {
        "demo": ["demo", "--out", str(tmp_path / "demo"), "--samples", "1"],
        "fetch": ["fetch", "--release", "3.7.6", "--out", str(tmp_path / "fetched")],
        "shards": ["shards", *given, "--out", str(tmp_path / "set")],
        "build": ["build", *given, "--out", str(tmp_path / "cnv.duckdb")],
        "check": ["check", str(built)],
    }


PLACES = {
    "demo": "data_prep.simulate.cohort.catalogue",
    "fetch": "data_prep.fetch.run._check_address",
    "shards": "data_prep.build.find_named_files",
    "build": "data_prep.build.read_masks",
    "check": "data_prep.check.findings",
}
"""A function that each command calls."""


@pytest.mark.parametrize("command", PLACES)
def test_a_fault_of_the_program_is_told_with_its_trace(
    command: str, arguments: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ValueError of `zip(strict=True)` or of NumPy was "error: zip() argument 2 is shorter than argument 1"."""

    def fail(*_: object, **__: object) -> object:
        return [*zip([1, 2], [1], strict=True)]

    monkeypatch.setattr(PLACES[command], fail)
    done = CliRunner().invoke(app, arguments[command])
    assert done.exit_code == PROGRAM_FAULT
    assert PROGRAM_FAULT not in (0, 1, 2, 3)
    assert not done.output.startswith("error: ")
    assert "Traceback (most recent call last)" in done.output
    assert "return [*zip([1, 2], [1], strict=True)]" in done.output
    assert "ValueError: zip() argument 2 is shorter than argument 1" in done.output
    assert "please report it in the project's issue tracker" in done.output.splitlines()[-1]


FAULTS: dict[str, Callable[[], Exception]] = {
    "a statement of ours": lambda: duckdb.BinderException('Binder Error: column "x" not found'),
    "a row of ours": lambda: duckdb.ConstraintException("Constraint Error: NULL in a column that has none"),
    "a file of ours": lambda: FileNotFoundError(errno.ENOENT, "No such file", str(reference.FOLDER / "genes.parquet")),
    "a failure without a reason": lambda: OSError("something"),
    "a key": lambda: KeyError("x"),
}
MENDED: dict[str, tuple[Callable[[], Exception], str]] = {
    "a path": (lambda: PermissionError(errno.EACCES, "Permission denied", "/a/b"), "/a/b: permission denied"),
    "a full disk": (lambda: OSError(errno.ENOSPC, "No space left on device"), "no space left on device"),
    "a full disk under DuckDB": (
        lambda: duckdb.IOException("IO Error: Could not write file: No space left"),
        "the database could not be written (IO Error: Could not write file: No space left): is the disk full?",
    ),
    "too little memory": (
        lambda: duckdb.OutOfMemoryException("Out of Memory Error: failed to pin a block"),
        "the database could not be written (Out of Memory Error: failed to pin a block): give a larger --memory",
    ),
}


def build_that_raises(
    error: Exception, arguments: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str]:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("data_prep.build.write_reference", fail)
    done = CliRunner().invoke(app, arguments["build"])
    return done.exit_code, done.output


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_ours_is_no_mistake_of_the_users(
    fault: str, arguments: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, text = build_that_raises(FAULTS[fault](), arguments, monkeypatch)
    assert code == PROGRAM_FAULT
    assert "Traceback" in text


@pytest.mark.parametrize("mistake", MENDED)
def test_what_a_person_can_mend_is_one_sentence(
    mistake: str, arguments: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    error, sentence = MENDED[mistake]
    assert build_that_raises(error(), arguments, monkeypatch) == (1, f"error: {sentence}\n")


def test_a_closed_pipe_is_neither() -> None:
    """`check | head` ends as other programs do."""
    with pytest.raises(BrokenPipeError), system_refusals():
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE), "out")


def test_a_path_that_is_refused_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemRefusalError, match=r"/gone: no such file or directory$") as caught, system_refusals():
        (tmp_path / "gone").read_bytes()
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_options_are_checked_before_anything_is_read() -> None:
    for options in ({"dialect": "strelka"}, {"assembly": "hg19"}):
        with pytest.raises(UserError):
            ReadingOptions(**options)  # type: ignore[arg-type]
