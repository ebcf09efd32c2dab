"""One pool of worker processes for whatever is spread over them: files read, sites worked out, people simulated.

Few tasks are under way at a time, so memory does not grow with their number. A worker ends when its parent is gone, and
leaves Ctrl-C to it: a terminal sends it to every process, and the parent alone ends the work.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from typing import Any, Final

from data_prep.errors import UserError

Task = tuple[Callable[..., Any], *tuple[Any, ...]]
"""A function and its arguments, to be run in any process."""

_WATCH_SECONDS: Final = 0.5
"""Between two looks of a worker for its parent."""


class WorkerEndedError(UserError):
    """A worker process that was ended from outside, as the system does when memory is full; the message is one sentence."""


class Pool:
    """Worker processes that start when they are needed; of one job, or none, tasks run in this very process."""

    def __init__(self, jobs: int, work: str, advice: str = "give fewer --jobs, or a smaller --memory") -> None:
        """`work`: what each process does ("reads files"), for the sentence of a WorkerEndedError, and `advice` what can be done then."""
        self.jobs = max(1, jobs)
        self._ended = f"a process that {work} was ended from outside: is the memory full? {advice}"
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def start(self) -> None:
        """Starts all processes now, so that they are ready when they are needed."""
        if self.jobs > 1:
            for _ in range(self.jobs):
                self._submit((int,))

    def results(
        self, tasks: Iterable[Task], *, ordered: bool, under_way: int | None = None
    ) -> Generator[Any, None, None]:
        """What the tasks return, `ordered` as the tasks are, or else as they end.

        A task is taken from `tasks` only when fewer than `under_way` (one more than the processes, if None) are at work or
        wait, or have a result that waits for its turn. Raises WorkerEndedError, and whatever a task raises; tasks that are
        under way then are waited for.
        """
        if self.jobs == 1:
            for function, *arguments in tasks:
                yield function(*arguments)
            return
        most = under_way or self.jobs + 1
        queue = iter(tasks)
        pending: deque[Future[Any]] = deque()
        try:
            while True:
                while len(pending) < most and (task := next(queue, None)) is not None:
                    pending.append(self._submit(task))
                if not pending:
                    return
                if ordered:
                    yield pending.popleft().result()
                    continue
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    pending.remove(future)
                    yield future.result()
        except BrokenProcessPool as error:
            raise WorkerEndedError(self._ended) from error
        finally:
            for future in pending:
                future.cancel()
            wait(pending)

    def run(self, tasks: Iterable[Task], take: Callable[[Any], None]) -> None:
        """Hands what each task returns to `take`, in the order of their ends."""
        with contextlib.closing(self.results(tasks, ordered=False)) as results:
            for result in results:
                take(result)

    def _submit(self, task: Task) -> Future[Any]:
        # started by the first worker, it would let Ctrl-C through to that worker (it takes the signal out of the mask)
        resource_tracker.ensure_running()
        with _interrupts_deferred(), _one_thread_each():
            if not self._executor:
                # a process forked from one with threads can hang: start fresh ones
                context = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(
                    self.jobs, mp_context=context, initializer=_follow_parent, initargs=(os.getpid(),)
                )
            function, *arguments = task
            return self._executor.submit(function, *arguments)


def _follow_parent(parent: int) -> None:
    """Makes this worker ignore Ctrl-C, and end when its parent is gone: one that was killed cannot tell its workers to stop."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def _interrupts_deferred() -> Iterator[None]:
    """Lets Ctrl-C wait, in this process until the end of the block and for ever in those that are started within.

    A worker that has not come to `_follow_parent` yet would else end with a trace of its imports on the screen.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Gives the processes that are started within one thread of Polars each: together they are as many as the cores."""
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before
