"""What README tells a person to type is what the programs take, and the version is one."""

import re
import tomllib
from pathlib import Path

import pytest

import data_prep
from docs import make_commands

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAPERS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
MADE = (make_commands.FILE,)

PROGRAM = re.compile(r"python -m (data_prep|dashboard)(?![\w.])([^\n`#]*)")
MAKE = re.compile(r"(?:^ {4}|`)make(?: +([^\n`#]*))?", re.MULTILINE)


def command_lines(text: str) -> list[tuple[str, list[str]]]:
    """Every `python -m data_prep ...` and `python -m dashboard ...`, with the parts in brackets as if all were given."""
    lines = []
    for match in PROGRAM.finditer(text):
        words = re.sub(r"[\[\]]", " ", match[2]).replace("'", "").split()
        # of `3.5.7b|3.7.6` either may be typed
        lines.append((f"python -m {match[1]}", [word.partition("|")[0] for word in words]))
    return lines


@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper not in MADE], ids=lambda paper: paper.name)
def test_every_command_line_is_understood(paper: Path) -> None:
    """Read by the programs' own parsers: a command, an option or a value that they do not know is an error."""
    for program, arguments in command_lines(paper.read_text(encoding="utf-8")):
        # without options it is only mentioned: the command must exist, and what it needs is not looked for
        mentioned = [word for word in arguments if word not in ("...", "--help")]
        if len(mentioned) < 2 and not any(word.startswith("-") for word in mentioned):
            assert " ".join([program, *mentioned]) in make_commands.helps(program), f"{paper.name}: {mentioned}"
            continue
        try:
            make_commands.parse(program, arguments)
        except (Exception, SystemExit) as error:
            pytest.fail(f"{paper.name}: {program} {' '.join(arguments)}: {error}")


def test_the_readme_has_command_lines() -> None:
    """That the test above looks at something: each command stands in README, and each way to build."""
    lines = command_lines(README)
    commands = {arguments[0] for program, arguments in lines if program == make_commands.PREP and arguments}
    assert {"demo", "fetch", "shards", "build", "check"} <= commands
    options = {word for _, arguments in lines for word in arguments if word.startswith("--")}
    assert {"--vcf", "--shards", "--add", "--remove", "--beside", "--mask", "--endpoint"} & options >= {
        "--vcf",
        "--shards",
        "--add",
    }


def test_a_command_line_that_does_not_exist_is_noticed() -> None:
    for text in (
        "python -m data_prep bild --vcf A --samples B",
        "python -m data_prep build --vcf A --sample B",
        "python -m data_prep demo --out A --samples many",
        "python -m dashboard --prot 80",
    ):
        program, arguments = command_lines(text)[0]
        with pytest.raises((Exception, SystemExit)):
            make_commands.parse(program, arguments)


def test_every_make_line_exists() -> None:
    """Targets have a rule in the Makefile, and variables a default there."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) *\??:?=", makefile, re.MULTILINE)) | set(
        re.findall(r"\$\(([A-Z]+)\)", makefile)
    )
    seen = set()
    for paper in PAPERS:
        for match in MAKE.finditer(paper.read_text(encoding="utf-8")):
            if match[1] is None:
                continue
            for word in re.sub(r"'[^']*'", "", match[1]).split():
                name, equals, _ = word.partition("=")
                known = variables if equals else targets
                assert name in known, f"{paper.name}: make {match[1]}"
                seen.add(name)
    assert {"run", "test", "real"} <= seen


def test_the_version_is_one() -> None:
    """pyproject.toml, the package and CITATION.cff; a project file that reads it from the package has none of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = re.search(
        r"^version: *\"?([^\"\n]+)\"?$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert cited is not None
    assert cited[1].strip() == data_prep.__version__
    assert ("version" in project) != ("version" in project.get("dynamic", ())), "either a version or a dynamic one"
    assert project.get("version", data_prep.__version__) == data_prep.__version__
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == data_prep.__version__
