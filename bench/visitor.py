"""A visitor without a browser: speaks Streamlit's websocket protocol, asks for a page and waits until its script ends.

What is timed is the time from the request to the message that says the script has finished, all of the page's content
received before it: the script itself, writing its messages, and the way over the loopback.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench.served import Served

PATIENCE: Final = 60.0
"""Seconds after which a page has failed."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page and what its address asks for."""

    name: str
    """As in the address: `gene`, `region`, `data`; empty for the first page."""
    query: Mapping[str, str]

    def __str__(self) -> str:
        return f"/{self.name}?{urlencode(self.query)}" if self.query else f"/{self.name}"


@dataclass(frozen=True, slots=True)
class Visit:
    """How long a page took, in seconds, how many bytes it was, and what it said."""

    seconds: float
    size: int
    html: str
    """Its elements of our own HTML, one after the other."""


class PageFailedError(Exception):
    """A page did not end well."""


class Visitor:
    """One session of the dashboard."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket

    async def visit(self, page: Page) -> Visit:
        """Asks for a page as a browser does, and waits until it is made."""
        request = BackMsg()
        request.rerun_script.query_string = urlencode(page.query)
        request.rerun_script.page_name = page.name
        start = time.perf_counter()
        await self._socket.send(request.SerializeToString())
        size, said = 0, []
        async with asyncio.timeout(PATIENCE):
            while True:
                received = await self._socket.recv(decode=False)
                size += len(received)
                message = ForwardMsg.FromString(received)
                if message.delta.new_element.HasField("exception"):
                    raise PageFailedError(f"{page}: {message.delta.new_element.exception.message}")
                said.append(message.delta.new_element.html.body)
                if message.WhichOneof("type") == "script_finished":
                    if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                        raise PageFailedError(
                            f"{page}: {ForwardMsg.ScriptFinishedStatus.Name(message.script_finished)}"
                        )
                    return Visit(time.perf_counter() - start, size, "\n".join(said))


@asynccontextmanager
async def arrived(server: Served) -> AsyncIterator[Visitor]:
    """A visitor with an open connection."""
    address = f"ws://{server.host}:{server.port}/_stcore/stream"
    async with websockets.connect(
        address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None, ping_interval=None
    ) as socket:
        yield Visitor(socket)
