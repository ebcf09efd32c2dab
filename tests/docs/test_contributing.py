"""Every file, folder, module and marker that the papers name exists."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAPERS = [
    CONTRIBUTING,
    ROOT / "README.md",
    *(ROOT / "docs" / name for name in ("architecture.md", "rules.md", "glossary.md", "dialects.md", "scale.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]

MODULE = re.compile(r"python -m ([\w.]+)")


def named_paths(text: str) -> set[str]:
    """What stands in a paper as a path below the repository's root: in quotes, or in a line of shell."""
    words = set()
    for quoted in re.findall(r"`([^`\n]+)`", text):
        words.add(quoted)
    for line in re.findall(r"^ {4}(.+)$", text, re.MULTILINE):
        words |= set(line.partition("#")[0].split())
    folders = "|".join(
        re.escape(name) for name in ("data_prep", "dashboard", "tests", "docs", "bench", "workflow", ".ci")
    )
    return {word for word in words if re.fullmatch(rf"(?:{folders})/[\w./-]*", word)}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_exists(paper: Path) -> None:
    for path in sorted(named_paths(paper.read_text(encoding="utf-8"))):
        assert (ROOT / path).exists(), f"{paper.name} names {path}"
        assert (ROOT / path).is_dir() or not path.endswith("/"), path


def test_contributing_names_paths() -> None:
    """That the test above looks at something: code and tests in every section that says what to add."""
    text = CONTRIBUTING.read_text(encoding="utf-8")
    recipes = re.split(r"^### ", text.partition("## To add ...")[2].partition("\n## ")[0], flags=re.MULTILINE)[1:]
    assert {recipe.partition("\n")[0] for recipe in recipes} >= {
        "a dialect",
        "a page",
        "a download",
        "a rule",
        "an invariant",
    }
    for recipe in recipes:
        title = recipe.partition("\n")[0]
        assert named_paths(recipe), title
        if title != "a decision":
            assert any(path.startswith("tests/") for path in named_paths(recipe)), title


def test_every_module_that_is_run_exists() -> None:
    for paper in PAPERS:
        for module in MODULE.findall(paper.read_text(encoding="utf-8")):
            assert importlib.util.find_spec(module.rstrip(".")) is not None, f"{paper.name}: python -m {module}"


def test_every_marker_exists() -> None:
    """In `-m "not browser and not cohort"`: a marker that nobody knows would leave nothing out."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    markers = {marker.partition(":")[0] for marker in settings["markers"]}
    chosen = re.findall(r'-m "([^"]+)"', CONTRIBUTING.read_text(encoding="utf-8"))
    assert chosen
    for expression in chosen:
        assert set(re.findall(r"\w+", expression)) - {"not", "and", "or"} <= markers


def test_names_in_the_code_exist() -> None:
    """What CONTRIBUTING calls by its name in a file stands there."""
    for name, path in (
        ("NAMES", "dashboard/question/filters.py"),
        ("MEANING", "docs/make_addresses.py"),
        ("SCHEMA_VERSION", "data_prep/domain/schema.py"),
        ("Dialect", "data_prep/reading/dialects/__init__.py"),
    ):
        assert f"`{name}`" in CONTRIBUTING.read_text(encoding="utf-8")
        assert re.search(rf"^(?:class )?{name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name
