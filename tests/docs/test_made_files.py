"""docs/commands.md and docs/addresses.md are what the code makes of them, whatever the terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.downloads.catalogue import CHARTS, TABLES
from dashboard.formats import columns
from dashboard.question import filters
from docs import make_addresses, make_commands

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("module", [make_addresses, make_commands], ids=["addresses", "commands"])
def test_the_file_is_what_the_code_makes(module: object) -> None:
    path: Path = module.FILE
    name = f"docs.{path.stem}"
    assert path.read_text(encoding="utf-8") == module.text(), f"run python -m {name.replace('docs.', 'docs.make_')}"


def test_a_terminal_changes_nothing() -> None:
    """Width, colours and a terminal's name, as a person's shell and a build server have them."""
    environment = os.environ | {"COLUMNS": "43", "TERMINAL_WIDTH": "43", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    made = subprocess.run(
        [sys.executable, "-c", "from docs.make_commands import text; print(text(), end='')"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == make_commands.FILE.read_text(encoding="utf-8")


def test_commands_name_every_option() -> None:
    """Counted from the programs' own help, as it is printed: whatever is offered there stands in the file."""
    page = make_commands.FILE.read_text(encoding="utf-8")
    environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200", "TERMINAL_WIDTH": "200"}
    for command in ("data_prep build", "data_prep check", "dashboard"):
        shown = subprocess.run(
            [sys.executable, "-m", *command.split(), "--help"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        section = page.partition(f"## python -m {command}\n")[2].partition("\n## ")[0]
        options = {word.strip("[],|│╭╰") for word in shown.split() if word.strip("[],|│").startswith("--")}
        assert options, command
        for option in options:
            assert option in section, f"{command} {option}"


def test_addresses_name_everything_that_can_be_asked() -> None:
    """Names, classes, rules, levels, tables, charts and columns, each from where the dashboard reads it."""
    page = make_addresses.FILE.read_text(encoding="utf-8")
    named = [
        *filters.NAMES,
        *TABLES,
        *CHARTS,
        *(column.name for table in (columns.CALLS, columns.CARRIERS, columns.GENES) for column in table.columns),
    ]
    for name in named:
        assert f"`{name}`" in page, name
    for value in (
        *filters.COUNTED_CLASSES,
        *filters.Level,
        *filters.Cohort,
        *filters.Outliers,
        *filters.Sex,
        *filters.Rule,
    ):
        assert value in page, value


def test_every_name_has_a_meaning_and_no_other_has() -> None:
    assert set(make_addresses.MEANING) == set(filters.NAMES)
