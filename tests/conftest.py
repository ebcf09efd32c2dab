"""The order of the files, the slow ones among them, and what every test is kept from: the event loop that a browser left open.

What is collected, half a million objects, lives as long as the process: the garbage collector does not look at it.

A file goes to one process whole, since its tests share what takes long to make. Begun last, a file of minutes would keep
one process busy while the others have nothing left: so the long ones are begun first.
"""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent
LONGEST_FIRST: Final = (
    "test_demonstration.py",
    "browser/test_accessibility.py",
    "browser/test_keyboard_alone.py",
    "browser/test_away.py",
    "test_interrupted_builds.py",
    "browser/test_gene_page.py",
    "data_prep/fetch/test_fetch.py",
    "data_prep/tables/test_earlier.py",
    "data_prep/reading/test_long_files.py",
    "data_prep/check/test_check_derived.py",
    "browser/test_keyboard_and_history.py",
    "data_prep/simulate/test_simulate.py",
    "data_prep/test_command_line.py",
    "data_prep/reading/dialects/test_joint_files.py",
    "dashboard/operating/test_every_door.py",
    "dashboard/downloads/test_every_download.py",
    "dashboard/serving/test_doors.py",
    "browser/test_below_a_path.py",
    "data_prep/tables/test_callsets.py",
    "data_prep/tables/test_database.py",
    "dashboard/beacon/test_interval_service.py",
    "dashboard/words/test_callers.py",
    "data_prep/reading/dialects/test_random_cohorts.py",
    "data_prep/derived/test_differentiation.py",
    "dashboard/serving/test_server.py",
    "dashboard/beacon/test_fuzzed.py",
    "dashboard/beacon/test_official_schemas.py",
    "data_prep/derived/test_derived.py",
    "dashboard/store/test_tracks.py",
    "browser/test_tables.py",
)
SLOW: Final = frozenset(LONGEST_FIRST) | {
    "browser/test_content_security.py",
    "browser/test_region_page.py",
    "dashboard/components/test_what_it_depends_on.py",
    "dashboard/door/test_door.py",
    "dashboard/downloads/test_downloads.py",
    "dashboard/downloads/test_pictures.py",
    "dashboard/serving/test_error_shape.py",
    "dashboard/serving/test_many_visitors.py",
    "dashboard/store/test_carriers.py",
    "dashboard/store/test_copies_at_a_place.py",
    "dashboard/store/test_gene_counts.py",
    "dashboard/store/test_sites.py",
    "dashboard/views/test_pages.py",
    "data_prep/check/test_check.py",
    "data_prep/derived/test_profiles.py",
    "data_prep/derived/test_sites.py",
    "data_prep/fetch/test_fetch_requests.py",
    "data_prep/inputs/test_copies_and_paths.py",
    "data_prep/reading/dialects/test_builds.py",
    "data_prep/reading/dialects/test_check_of_dialects.py",
    "data_prep/reading/dialects/test_damaged_files.py",
    "data_prep/reading/test_copies_at_a_place.py",
    "data_prep/reading/test_sex.py",
    "data_prep/reading/test_shard_set.py",
    "data_prep/reading/test_two_files_in_one.py",
    "data_prep/simulate/test_simulated_selection.py",
    "data_prep/test_edge_cases.py",
    "data_prep/test_shared_cases.py",
    "test_installed.py",
    "test_workflow.py",
}
"""Files that take seven seconds of processor or more, but for the calls, which most changes touch: `make test-fast` leaves them out."""


gc.disable()


def pytest_collection_finish() -> None:
    """Takes what was collected out of the garbage collector's sight, and lets it begin."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first, the others in the order in which they were found; the slow ones marked."""
    place = {ROOT / name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
    slow = {ROOT / name for name in SLOW}
    missing = [str(path) for path in (*place, *slow) if not path.exists()]
    assert missing == [], f"tests/conftest.py names files that are not there: {missing}"
    for item in items:
        if item.path in slow:
            item.add_marker("slow")


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
