"""Worker processes: how they end with their parent, and how Ctrl-C reaches it alone."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator


def end_with(parent: int) -> None:
    """Ends this worker when its parent is gone: one that was killed cannot tell its workers to stop.

    Ctrl-C reaches every process of a terminal: the parent alone heeds it, and ends its workers. Here and not in the build, so that a worker loads what it needs to read and no database.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Lets Ctrl-C wait, here until the end of the block and for ever in the processes that are started within.

    A worker that has not come to `end_with` yet would else end with a trace of its imports on the screen.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
