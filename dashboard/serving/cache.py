"""What many ask for and is made once: kept by key, bounded in number and in size, with an end to waiting.

What takes longer than somebody waits is made to its end all the same, for whoever comes next. Used from the event loop alone.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

_log = logging.getLogger(__name__)


class NotReadyError(Exception):
    """It is not there yet: it is being made, or too much else is."""


class Cache(Generic[Value]):
    """Values by key; of too many the least recently used goes first."""

    def __init__(self, entries: int, size: int, at_once: int, size_of: Callable[[Value], int]) -> None:
        """At most so many values of so many bytes together, of which so many are made at once."""
        self._entries = entries
        self._size = size
        self._at_once = at_once
        self._size_of = size_of
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._total = 0
        self._tasks: dict[Hashable, asyncio.Task[Value]] = {}

    def get(self, key: Hashable) -> Value | None:
        """The value of a key, if it is kept."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    async def get_or_make(self, key: Hashable, make: Callable[[], Awaitable[Value]], patience: float) -> Value:
        """The value of a key; whoever asks while it is made waits for the same one, so many seconds.

        Raises `NotReadyError` where it takes longer, or where too much is being made; and what `make` raises, which is not kept.
        """
        value = self.get(key)
        if value is not None:
            return value
        task = self._tasks.get(key)
        if task is None:
            if len(self._tasks) >= self._at_once:
                raise NotReadyError
            task = asyncio.ensure_future(self._make(key, make))
            self._tasks[key] = task
            task.add_done_callback(_note_failure)
        done, _ = await asyncio.wait([task], timeout=patience)
        if not done:
            raise NotReadyError
        return task.result()

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> Value:
        try:
            value = await make()
        finally:
            del self._tasks[key]
        self._values[key] = value
        self._total += self._size_of(value)
        while self._values and (len(self._values) > self._entries or self._total > self._size):
            _, oldest = self._values.popitem(last=False)
            self._total -= self._size_of(oldest)
        return value


def _note_failure(task: asyncio.Task[Value]) -> None:
    """Takes note of a failure: nobody may wait for the task any more."""
    if not task.cancelled() and task.exception() is not None:
        _log.debug("what was to be kept could not be made", exc_info=task.exception())
