"""Connections to object stores and web servers, and the patience with them.

The retries of obstore are switched off: one place decides what is tried again, and it goes on from the bytes that are on
disk. A request as a whole has no time limit, only each wait for a byte has.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import stamina
from obstore.store import HTTPStore, S3Store

from data_prep import __version__
from data_prep.fetch.errors import FROM_OBSTORE, ObjectError, explain_error

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

_NO_LIMIT: Final = timedelta(days=7)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a server is waited for; times in seconds."""

    attempts: int = 6
    """Attempts at one request that bring nothing; one that brought bytes does not count."""
    stall: float = 30
    """Seconds without a byte after which a connection is given up."""
    connect: float = 10
    first_wait: float = 0.5
    """Before the second attempt; each further wait is twice as long, with some chance in it."""
    longest_wait: float = 20

    async def attempts_at(self, action: Callable[[], Awaitable[T]]) -> T:
        """The result of an action, tried again while it fails for a reason that may pass."""
        attempts = stamina.retry_context(
            on=lambda error: isinstance(error, ObjectError) and error.passing,
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.first_wait,
            wait_max=self.longest_wait,
            wait_jitter=self.first_wait,
        )
        async for attempt in attempts:
            with attempt:
                return await action()
        raise AssertionError("a retry that neither returned nor raised")

    async def ask(self, what: str, request: Callable[[], Awaitable[T]]) -> T:
        """The answer to one request of obstore; raises ObjectError."""

        async def once() -> T:
            try:
                return await request()
            except FROM_OBSTORE as error:
                raise explain_error(error, what) from error

        return await self.attempts_at(once)


def endpoint_of(region: str) -> str:
    """Amazon's own server of a region."""
    return f"https://s3.{region}.amazonaws.com"


def bucket_store(bucket: str, region: str, endpoint: str, patience: Patience) -> S3Store:
    """A bucket, read without credentials. The bucket stands in the path: names with dots fit no certificate."""
    return S3Store(
        bucket,
        endpoint=endpoint,
        aws_endpoint_url_s3=endpoint,
        region=region,
        skip_signature=True,
        client_options=_client(endpoint, patience),
        retry_config=_NO_RETRIES,
    )


def web_store(url: str, mirror: str | None, patience: Patience) -> tuple[HTTPStore, str]:
    """The server of a web address, or its folder in a mirror, and the path there.

    A mirror has a folder a host, as `wget --force-directories` lays them.
    """
    path = urlsplit(url).path
    base = web_address(url, mirror).removesuffix(path)
    store = HTTPStore(base, client_options=_client(base, patience), retry_config=_NO_RETRIES)
    return store, path.lstrip("/")


def web_address(url: str, mirror: str | None) -> str:
    """The address that is asked for a web address: its own, or that of the mirror."""
    return f"{mirror.rstrip('/')}/{url.partition('://')[2]}" if mirror else url


_NO_RETRIES: "Final[RetryConfig]" = {"max_retries": 0}


def _client(url: str, patience: Patience) -> "ClientConfig":
    return {
        "allow_http": url.startswith("http://"),
        "timeout": _NO_LIMIT,
        "connect_timeout": timedelta(seconds=patience.connect),
        "read_timeout": timedelta(seconds=patience.stall),
        "user_agent": f"cnv-explorer-1000-genomes/{__version__}",
    }
