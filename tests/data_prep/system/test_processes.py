"""The one pool of processes: order, how many tasks are under way, faults, and how workers end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_prep.errors import UserError
from data_prep.system.folders import exclusive_lock
from data_prep.system.processes import Pool, Task, WorkerEndedError


def values(numbers: int) -> Iterator[Task]:
    return ((pow, number, 2) for number in range(numbers))


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Two processes, started once for all tests that do not break them."""
    with Pool(2, "works") as two:
        two.start()
        yield two


@pytest.mark.parametrize("jobs", [0, 1])
def test_one_job_is_done_in_this_process(jobs: int) -> None:
    with Pool(jobs, "works") as alone:
        alone.start()
        assert list(alone.results([(os.getpid,)] * 3, ordered=False)) == [os.getpid()] * 3


ROOT = Path(__file__).resolve().parents[3]
WORKERS_THAT_MAY_BE_INTERRUPTED = """
import multiprocessing
from pathlib import Path
from data_prep.system.processes import Pool
if __name__ == "__main__":
    with Pool(3, "works") as pool:
        pool.start()
        blocked = [
            int(Path(f"/proc/{worker.pid}/status").read_text().split("SigBlk:")[1].split()[0], 16)
            for worker in multiprocessing.active_children()
        ]
        print(len(blocked), sum(not signals >> 1 & 1 for signals in blocked))
"""


def test_ctrl_c_reaches_no_worker_not_even_the_first_while_it_loads(tmp_path: Path) -> None:
    """In a program of its own, whose first pool it is: SIGINT is 2, bit 1 of the signals that a process blocks."""
    (tmp_path / "begin.py").write_text(WORKERS_THAT_MAY_BE_INTERRUPTED)
    command = [sys.executable, str(tmp_path / "begin.py")]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("3 0\n", "")


def test_results_come_in_the_order_of_tasks_or_of_their_ends(pool: Pool) -> None:
    assert list(pool.results(values(40), ordered=True)) == [number**2 for number in range(40)]
    assert sorted(pool.results(values(40), ordered=False)) == [number**2 for number in range(40)]
    slow_first: list[Task] = [(time.sleep, 0.6), (pow, 2, 3)]
    assert list(pool.results(slow_first, ordered=True)) == [None, 8]
    assert list(pool.results(slow_first, ordered=False)) == [8, None]
    assert os.getpid() not in set(pool.results([(os.getpid,)] * 8, ordered=False))


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(("under_way", "most"), [(None, 3), (1, 1), (5, 5)])
def test_few_tasks_are_taken_before_their_results(pool: Pool, ordered: bool, under_way: int | None, most: int) -> None:
    """So memory does not grow with the number of tasks."""
    taken = 0

    def tasks() -> Iterator[Task]:
        nonlocal taken
        for task in values(30):
            taken += 1
            yield task

    for results, _ in enumerate(pool.results(tasks(), ordered=ordered, under_way=under_way)):
        assert taken - results <= most
    assert taken == 30


@pytest.mark.parametrize("ordered", [True, False])
def test_a_task_that_fails_ends_the_others_and_leaves_the_pool_usable(pool: Pool, ordered: bool) -> None:
    taken = 0

    def tasks() -> Iterator[Task]:
        nonlocal taken
        for number in range(1_000):
            taken += 1
            yield (int, "x") if number == 5 else (pow, number, 2)

    with pytest.raises(ValueError, match="invalid literal") as caught:
        list(pool.results(tasks(), ordered=ordered))
    assert taken < 100
    # the trace of the process that it happened in comes along
    assert "process_worker" in str(caught.value.__cause__).lower() or "Traceback" in str(caught.value.__cause__)
    assert list(pool.results(values(3), ordered=True)) == [0, 1, 4]


def test_whoever_stops_listening_stops_the_work(pool: Pool) -> None:
    results = pool.results([(time.sleep, 0.05)] * 1_000, ordered=False, under_way=400)
    next(results)
    before = time.monotonic()
    results.close()
    assert time.monotonic() - before < 5  # and not the ten seconds that the tasks under way take
    assert list(pool.results(values(3), ordered=True)) == [0, 1, 4]


@pytest.mark.parametrize("ordered", [True, False])
def test_a_process_that_is_ended_from_outside_is_told_in_a_sentence(ordered: bool) -> None:
    with Pool(2, "reads files") as broken, pytest.raises(WorkerEndedError) as caught:
        list(broken.results([(pow, 2, 2), (os._exit, 9), (time.sleep, 0.1)], ordered=ordered))
    assert isinstance(caught.value, UserError)
    assert str(caught.value) == (
        "a process that reads files was ended from outside: is the memory full? give fewer --jobs, or a smaller --memory"
    )


def test_workers_leave_ctrl_c_to_their_parent_and_have_one_thread_each(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(pool.results([(signal.getsignal, signal.SIGINT)], ordered=True)) == [signal.SIG_IGN]
    assert list(pool.results([(os.getenv, "POLARS_MAX_THREADS")], ordered=True)) == ["1"]
    assert os.getenv("POLARS_MAX_THREADS") is None
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    """Without waiting it is refused; it is free as soon as the block ends."""
    path = tmp_path / ".lock"
    with exclusive_lock(path), pytest.raises(BlockingIOError), exclusive_lock(path, wait=False):
        pass
    with exclusive_lock(path, wait=False):
        pass
