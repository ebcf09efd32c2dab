"""How many pages are made at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.serving import turns
from dashboard.store.database import BusyError


def test_no_more_pages_than_turns_are_made_at_once_and_each_gets_its_turn() -> None:
    lock, together, most = threading.Lock(), 0, 0
    full = threading.Event()

    def page(number: int) -> int:
        nonlocal together, most
        with turns.turn():
            with lock:
                together += 1
                most = max(most, together)
                if together == turns.PAGES_AT_ONCE:
                    full.set()
            full.wait(5)
            with lock:
                together -= 1
        return number

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(page, range(20))) == list(range(20))
    assert most == turns.PAGES_AT_ONCE


def test_a_page_that_fails_gives_its_turn_back() -> None:
    for _ in range(turns.PAGES_AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError), turns.turn():
            raise ZeroDivisionError


def test_a_page_that_waits_too_long_is_told_that_the_server_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    held = [turns.turn() for _ in range(turns.PAGES_AT_ONCE)]
    for one in held:
        one.__enter__()
    try:
        with pytest.raises(BusyError, match="Try again"), turns.turn():
            pass
    finally:
        for one in held:
            one.__exit__(None, None, None)
    with turns.turn():
        pass
