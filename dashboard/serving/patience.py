"""How long a client may take for its request: the connection of one that sends half of it and waits is closed.

uvicorn has a limit for the time between two requests on a connection and none for a request that never becomes whole, so a
few hundred clients that send one byte now and then would hold a file handle each for ever.
"""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from dashboard import settings

REQUEST_TIME: Final = settings.seconds("CNV_REQUEST_TIME", 20.0)
"""Seconds from the first byte of a request, or from the connection, to the end of the request."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit for the time that a request takes to come."""

    _waiting: asyncio.TimerHandle | None = None
    _upgraded = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._waiting = self.loop.call_later(REQUEST_TIME, self._give_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._upgraded:
            return
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            # A pause between two requests has a limit of its own; from its first byte on, the next one has this.
            if self._waiting is None and (self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]):
                self._waiting = self.loop.call_later(REQUEST_TIME, self._give_up)
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._upgraded = True
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()
