"""What is made once for many: bounded in number and size, failures not kept, and an end to waiting."""

import asyncio

import pytest

from dashboard.serving.cache import Cache, NotReadyError


def cache(entries: int = 3, size: int = 100, at_once: int = 2) -> Cache[bytes]:
    return Cache(entries, size, at_once, len)


def test_the_least_recently_used_goes_first() -> None:
    async def check() -> None:
        memory, made = cache(), []

        async def ask(key: str, value: bytes) -> bytes:
            async def make() -> bytes:
                made.append(key)
                return value

            return await memory.get_or_make(key, make, 1)

        for key in "abc":
            await ask(key, b"1")
        await ask("a", b"1")
        await ask("d", b"1")
        assert made == list("abcd")
        assert [memory.get(key) for key in "abcd"] == [b"1", None, b"1", b"1"]
        await ask("large", b"1" * 98)
        assert memory.get("a") is None
        await ask("too large", b"1" * 101)
        assert [memory.get(key) for key in ("a", "c", "d", "large", "too large")] == [None] * 5
        assert memory._total == 0

    asyncio.run(check())


def test_whoever_waits_too_long_goes_and_the_next_has_it() -> None:
    async def check() -> None:
        memory, gate = cache(), asyncio.Event()

        async def make() -> bytes:
            await gate.wait()
            return b"1"

        for _ in range(2):
            with pytest.raises(NotReadyError):
                await memory.get_or_make("a", make, 0.01)
        with pytest.raises(NotReadyError):
            await memory.get_or_make("b", make, 0.01)
        # two are made already
        with pytest.raises(NotReadyError):
            await memory.get_or_make("c", make, 5)
        gate.set()
        assert await memory.get_or_make("a", make, 5) == b"1"
        assert await memory.get_or_make("c", make, 5) == b"1"

    asyncio.run(check())


def test_a_failure_is_told_and_not_kept() -> None:
    async def check() -> None:
        memory = cache()

        async def fail() -> bytes:
            raise ValueError("no")

        async def make() -> bytes:
            return b"1"

        with pytest.raises(ValueError, match="no"):
            await memory.get_or_make("a", fail, 1)
        assert await memory.get_or_make("a", make, 1) == b"1"

    asyncio.run(check())
