"""The route `/download/{table}.{format}` and the response that streams.

The response is our own because a generator behind a standard one keeps its cursor when a client stalls: here the
cursor closes whatever happens, a disconnect ends the stream, a send that takes too long does too, and only a few
streams run at once. The first pieces are made before the answer begins, so that a database that cannot be read is a
refusal with its sentence and no file that ends early.
"""

import logging
from collections.abc import Callable, Generator
from itertools import chain
from typing import Final

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dashboard import settings
from dashboard.door.refusal import RefusedError, refusal
from dashboard.downloads.catalogue import detail_of, require_disclosure
from dashboard.downloads.open_file import OpenFile, open_file, table_and_format
from dashboard.question import query
from dashboard.serving import conditions
from dashboard.serving.refusals import answering
from dashboard.serving.slots import Slots, address_of, client_of
from dashboard.store.database import BusyError, UnavailableError

AT_ONCE: Final = 4
"""Streams at once; the next is told to come back."""
FOR_ONE_CLIENT: Final = 3
"""Of them to one client: one that stalls again and again leaves a place for the others."""
SEND_TIMEOUT: Final = settings.seconds("CNV_SEND_TIMEOUT", 20.0)
"""Seconds that a client may take for one piece."""
STALLED: Final = f"it took no data for {SEND_TIMEOUT:.0f} s"
AHEAD: Final = 3
"""Pieces that are made before the answer begins: head, names, and the first rows in every format."""
HELD: Final = 1 << 23
"""Bytes of a packed file that are made before the answer begins: one that is not longer tells its length."""
PACKED: Final = ".parquet"
SENT_AT_ONCE: Final = 1 << 18
"""Bytes that are handed to the connection before it is waited for."""

_log = logging.getLogger(__name__)
_slots = Slots(AT_ONCE, FOR_ONE_CLIENT)


@answering
async def download(request: Request) -> Response:
    """Answers `/download/{table}.{format}`; what is wrong with a request is told in full, a line for each problem."""
    give_back = _slots.take(request)
    if isinstance(give_back, int):
        raise RefusedError(refusal(give_back, "Too many downloads are under way. Try again in a few seconds."))
    is_handed_over = False
    try:
        answer = await anyio.to_thread.run_sync(_answer, request, give_back)
        is_handed_over = isinstance(answer, _Stream)
        return answer
    finally:
        if not is_handed_over:
            give_back()


def _answer(request: Request, give_back: Callable[[], None]) -> Response:
    """The file on its way, or 304 where the client has it already. Runs in a thread."""
    file_name = request.path_params.get("file", "")
    values = query.values(request.query_params.multi_items())
    table, _ = table_and_format(file_name, values)
    require_disclosure(detail_of(table))
    with settings.store().lease() as published:
        tag = conditions.entity_tag(published.file, request)
        if conditions.is_known(request, tag):
            return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
    file = open_file(file_name, values)
    try:
        first: list[bytes] = []
        whole = False
        if request.method != "HEAD":
            packed = file.name.endswith(PACKED)
            while not whole and (sum(map(len, first)) < HELD if packed else len(first) < AHEAD):
                piece = next(file.pieces, None)
                whole = piece is None
                first += [piece] if piece is not None else []
    except BaseException:
        let_go(file)
        raise
    return _Stream(
        file,
        first,
        give_back,
        tag=conditions.entity_tag(file.published, request),
        described=f"the download {address_of(request)} of {client_of(request)}",
        head=request.method == "HEAD",
        length=sum(map(len, first)) if whole else None,
    )


class _Stream(Response):
    """Sends the pieces of an opened file and lets go of everything at the end, however it ends."""

    def __init__(
        self,
        file: OpenFile,
        first: list[bytes],
        give_back: Callable[[], None],
        *,
        tag: str,
        described: str,
        head: bool,
        length: int | None,
    ) -> None:
        super().__init__(
            headers={
                "Content-Disposition": f'attachment; filename="{file.name}"',
                "Cache-Control": "no-cache",
                "ETag": tag,
            },
            media_type=file.media_type,
        )
        del self.headers["content-length"]
        if length is not None:
            self.headers["content-length"] = str(length)
        self._file = file
        self._first = first
        self._head = head
        self._described = described
        self._give_back = give_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stop_when_gone, receive, tasks.cancel_scope)
                await self._send(send)
                tasks.cancel_scope.cancel()
        except* TimeoutError:
            _log.info("%s was given up: %s", self._described, STALLED)
        except* (UnavailableError, BusyError) as errors:
            # the answer has begun: an end without its last piece tells the client that it is not whole
            _log.error("%s was cut: %s", self._described, errors.exceptions[0])
        finally:
            await self._end()

    async def _end(self) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(let_go, self._file)
        self._give_back()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        waiting = b""
        if not self._head:
            pieces = chain(self._first, self._file.pieces)
            while (piece := await anyio.to_thread.run_sync(next, pieces, None)) is not None:
                for at in range(0, len(piece), SENT_AT_ONCE):
                    if waiting:
                        await self._pass_on(send, waiting, more=True)
                    waiting = piece[at : at + SENT_AT_ONCE]
        # before the client sees the end: its next request finds the place free
        await self._end()
        await self._pass_on(send, waiting, more=False)

    async def _pass_on(self, send: Send, body: bytes, *, more: bool) -> None:
        with anyio.fail_after(SEND_TIMEOUT):
            await send({"type": "http.response.body", "body": body, "more_body": more})


def let_go(file: OpenFile) -> None:
    """Closes what a file is made from. A format may hold half of it, a Parquet writer its row group: the generator ends
    before its cursor does.
    """
    try:
        if isinstance(file.pieces, Generator):
            file.pieces.close()
    finally:
        file.held.close()


async def stop_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    """Ends an answer whose client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
