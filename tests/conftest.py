"""The order of the files: whoever runs them over several processes has the long ones begun first.

A file goes to one process whole, since its tests share what takes long to make. Begun last, a file of five minutes would
keep one process busy while the others have nothing left.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
LONGEST_FIRST = (
    "test_interrupted_builds.py",
    "test_demonstration.py",
    "browser/test_keyboard_alone.py",
    "browser/test_accessibility.py",
    "data_prep/test_simulate.py",
    "dashboard/test_every_download.py",
    "data_prep/test_fetch.py",
    "data_prep/test_earlier.py",
    "data_prep/test_long_files.py",
    "dashboard/test_carriers.py",
    "test_workflow.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first, the others in the order in which they were found."""
    place = {ROOT / name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
