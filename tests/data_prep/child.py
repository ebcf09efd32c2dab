"""The command line in a process of its own that is ended at a chosen moment: `child.py MOMENT SIGNAL build ...`.

Signals sent from outside hit a moment by luck; here the process sends itself the signal just before the step named.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.data_prep.few_genes import few_genes

MOMENTS = {
    "reading": ("data_prep.reading.files:read_batch", 2),
    "reading, with workers": ("data_prep.system.processes:wait", 2),
    "calls": ("data_prep.build:write_calls", 1),
    "publishing": ("data_prep.build:publish", 1),
    "naming": ("pathlib:Path.replace", 1),
    "pointing": ("pathlib:Path.symlink_to", 1),
    "moving the pointer": ("pathlib:Path.replace", 2),
    "clearing away": ("pathlib:Path.unlink", 1),
}
"""Before the how-manieth call of which function the signal comes."""


def arm(moment: str, number: int) -> None:
    """Sends this process the signal `number` just before `moment`."""
    target, at = MOMENTS[moment]
    module, _, dotted = target.partition(":")
    *owners, name = dotted.split(".")
    owner: Any = import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def trap(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            print("workers", *(one.pid for one in multiprocessing.active_children()), flush=True)
            if number == signal.SIGINT and os.getpgid(0) == os.getpid():
                os.killpg(0, number)  # as a terminal does, its workers too
            else:
                os.kill(os.getpid(), number)
        return real(*arguments, **more)

    setattr(owner, name, trap)


if __name__ == "__main__":
    build = import_module("data_prep.build")
    build.embedded_gene_models = few_genes  # type: ignore[attr-defined]
    limits = import_module("data_prep.system.limits")
    if "BATCH_BYTES" in os.environ:  # smaller than --memory makes them
        limits.DEFAULTS = replace(limits.DEFAULTS, batch_bytes=int(os.environ["BATCH_BYTES"]))  # type: ignore[attr-defined]
    if sys.argv[1] != "never":
        arm(sys.argv[1], getattr(signal, sys.argv[2]))
    if "RLIMIT" in os.environ:
        import resource

        limit = int(os.environ["RLIMIT"])
        with contextlib.suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    sys.argv = [str(Path("data_prep")), *sys.argv[3:]]
    import_module("data_prep.__main__").main()
