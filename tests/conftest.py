"""The order of the files, and what every test is kept from: the event loop that a browser left open in the same process.

A file goes to one process whole, since its tests share what takes long to make. Begun last, a file of minutes would keep
one process busy while the others have nothing left: so the long ones are begun first.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent
LONGEST_FIRST: Final = (
    "test_interrupted_builds.py",
    "browser/test_accessibility.py",
    "browser/test_keyboard_alone.py",
    "test_demonstration.py",
    "data_prep/check/test_check_derived.py",
    "data_prep/tables/test_earlier.py",
    "browser/test_gene_page.py",
    "data_prep/simulate/test_simulate.py",
    "data_prep/fetch/test_fetch.py",
    "browser/test_keyboard_and_history.py",
    "data_prep/reading/test_long_files.py",
    "data_prep/reading/dialects/test_random_cohorts.py",
    "data_prep/test_command_line.py",
    "dashboard/store/test_tracks.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first, the others in the order in which they were found."""
    place = {ROOT / name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(autouse=True)
def no_loop_of_a_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Playwright keeps a loop between its tests, and asyncio refuses to run another where one is said to run.

    It stands still meanwhile, so tests without a browser may have their own.
    """
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in request.path.parts:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
