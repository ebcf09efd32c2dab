"""The package's dependencies, read from the files that the Makefile installs: they stand nowhere else."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


def requirements(path: Path) -> list[str]:
    """The requirements of a file, and of those that it names with `-r`; comments are left out."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    found: list[str] = []
    for line in lines:
        if line.startswith("-r "):
            found += requirements(path.parent / line.removeprefix("-r ").strip())
        elif line and not line.startswith("#"):
            found.append(line)
    return found


class RequirementsHook(MetadataHookInterface):
    """`pip install .` gets requirements.txt; the extras `test` and `workflow` what their tasks need beside it."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fills the two fields that pyproject.toml names as dynamic."""
        root = Path(self.root)
        metadata["dependencies"] = requirements(root / "requirements.txt")
        metadata["optional-dependencies"] = {
            "test": requirements(root / "tests" / "requirements.txt"),
            "workflow": requirements(root / "requirements-workflow.txt"),
        }
