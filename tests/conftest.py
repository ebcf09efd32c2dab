"""What every test is kept from: the event loop of a browser that an earlier test left open in the same process."""

import asyncio
from collections.abc import Iterator

import pytest


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
