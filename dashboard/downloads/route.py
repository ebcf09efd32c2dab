"""The route `/download/{table}.{format}` and the response that streams.

The response is our own because a generator behind a standard one keeps its cursor when a client stalls: here the
cursor closes whatever happens, a disconnect ends the stream, a send that takes too long does too, and only a few
streams run at once.
"""

import logging
import threading
from collections.abc import Generator
from typing import Final

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from dashboard import query
from dashboard.downloads.asked import RefusedError
from dashboard.downloads.opening import Opened, opened
from dashboard.store.database import BusyError, UnavailableError

AT_ONCE: Final = 4
"""Streams at once; the next is told to come back."""
SEND_TIMEOUT: Final = 20.0
"""Seconds that a client may take for one piece."""
RETRY_AFTER: Final = "5"

_log = logging.getLogger(__name__)
_slots = threading.BoundedSemaphore(AT_ONCE)


async def download(request: Request) -> Response:
    """Answers `/download/{table}.{format}`; every error is one sentence of plain text."""
    if not _slots.acquire(blocking=False):
        return refusal(503, "Too many downloads are under way. Try again in a few seconds.")
    handed_over = False
    try:
        given = query.values(request.query_params.multi_items())
        file = await anyio.to_thread.run_sync(opened, request.path_params.get("file", ""), given)
        handed_over = True
        return _Stream(file, head=request.method == "HEAD")
    except (RefusedError, UnavailableError, BusyError) as error:
        return refused(error)
    finally:
        if not handed_over:
            _slots.release()


def refused(error: RefusedError | UnavailableError | BusyError) -> Response:
    """The answer to a request that cannot be met."""
    if isinstance(error, RefusedError):
        return refusal(error.status, error.sentence)
    if isinstance(error, UnavailableError):
        return refusal(503, f"{error.reason} {error.advice}")
    return refusal(503, str(error))


def refusal(status: int, sentence: str) -> Response:
    """One sentence of plain text; with 503, when to come back."""
    headers = {"Retry-After": RETRY_AFTER} if status == 503 else None
    return PlainTextResponse(sentence + "\n", status_code=status, headers=headers)


class _Stream(Response):
    """Sends the pieces of an opened file and lets go of everything at the end, however it ends."""

    def __init__(self, file: Opened, *, head: bool) -> None:
        super().__init__(
            headers={
                "Content-Disposition": f'attachment; filename="{file.name}"',
                "Cache-Control": "no-cache",
            },
            media_type=file.media_type,
        )
        del self.headers["content-length"]
        self._file = file
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_stop_when_gone, receive, tasks.cancel_scope)
                await self._send(send)
                tasks.cancel_scope.cancel()
        except* TimeoutError:
            _log.info("a download was given up: its client took no data for %s s", SEND_TIMEOUT)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._let_go)
            _slots.release()

    def _let_go(self) -> None:
        # A format may hold half a file, a Parquet writer its row group: the generator ends before its cursor does.
        try:
            if isinstance(self._file.pieces, Generator):
                self._file.pieces.close()
        finally:
            self._file.held.close()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if not self._head:
            while (piece := await anyio.to_thread.run_sync(next, self._file.pieces, None)) is not None:
                with anyio.fail_after(SEND_TIMEOUT):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        with anyio.fail_after(SEND_TIMEOUT):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _stop_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
