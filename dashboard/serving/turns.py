"""Turns: how many pages are made at once.

Python runs one thread at a time, so twenty pages made together are none of them ready before all are nearly done, and
what they hand to each other costs more than the work: fifty visitors waited for five seconds. A page that waits for
its turn costs nothing, and the others are ready soon.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from dashboard.store.database import BusyError

PAGES_AT_ONCE: Final = max(2, os.cpu_count() or 1)
"""While one page waits for the database another one computes."""
PATIENCE: Final = 20.0
"""Seconds that a page waits before it says that the server is busy."""

_turns = threading.BoundedSemaphore(PAGES_AT_ONCE)


@contextmanager
def turn(patience: float = PATIENCE) -> Iterator[None]:
    """Waits for its turn and has it until the context ends; raises `BusyError` where that takes longer, in seconds."""
    if not _turns.acquire(timeout=patience):
        raise BusyError("Too many people are asking at the moment. Try again in a few seconds.")
    try:
        yield
    finally:
        _turns.release()
