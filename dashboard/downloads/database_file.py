"""The route of the published database as a file.

It is packed already, so it leaves as it lies on the disk: with its length, a strong tag, and by ranges where a client goes
on with what it has. The file is opened before the first byte of the answer, since a build may clear it away meanwhile.
"""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dashboard import settings
from dashboard.door.refusal import RefusedError, refusal
from dashboard.downloads.catalogue import require_disclosure
from dashboard.downloads.route import SEND_TIMEOUT, STALLED, stop_when_gone
from dashboard.operating.disclosure import Detail
from dashboard.serving import conditions
from dashboard.serving.refusals import answering, respond
from dashboard.serving.slots import Slots, address_of, client_of

AT_ONCE: Final = 8
FOR_ONE_CLIENT: Final = 3
PIECE: Final = 1 << 18
"""Bytes that are read and sent at once."""
MEDIA_TYPE: Final = "application/vnd.duckdb"
TELLS: Final = Detail.PERSONS

_RANGE: Final = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_log = logging.getLogger(__name__)
_slots = Slots(AT_ONCE, FOR_ONE_CLIENT)


@answering
async def database_file(request: Request) -> Response:
    """The published database; a client that comes back asks for the rest of it by range, or whether it has changed."""
    require_disclosure(TELLS)
    give_back = _slots.take(request)
    if isinstance(give_back, int):
        sentence = "Too many downloads of the database are under way. Try again in a few seconds."
        raise RefusedError(refusal(give_back, sentence))
    is_handed_over = False
    try:
        name, file = await anyio.to_thread.run_sync(_open_published)
        response = _answer(request, name, file, give_back)
        is_handed_over = isinstance(response, _Part)
        if not is_handed_over:
            file.close()
        return response
    finally:
        if not is_handed_over:
            give_back()


def _open_published() -> tuple[str, BinaryIO]:
    """The file that the pointer leads to now: the generation that is leased may be cleared away already."""
    store = settings.store()
    with store.lease() as published:
        try:
            path = store.path.resolve()
            return path.name, path.open("rb")
        except (OSError, RuntimeError):
            raise published.unavailable from None


def _answer(request: Request, name: str, file: BinaryIO, give_back: Callable[[], None]) -> Response:
    status = os.fstat(file.fileno())
    size = status.st_size
    named = f"{name} {size} {status.st_mtime_ns}"
    tag = f'"{hashlib.sha256(named.encode()).hexdigest()[:32]}"'
    modified = conditions.http_date(status.st_mtime)
    headers = {"Accept-Ranges": "bytes", "ETag": tag, "Last-Modified": modified, "Cache-Control": "no-cache"}
    if conditions.is_known(request, tag, status.st_mtime):
        return Response(status_code=304, headers=headers)
    part = _range(request, size, (tag, modified))
    if part is not None and part[0] >= part[1]:
        reason = refusal(
            416, f"The database has {size} bytes: ask for a range within them.", "Range", request.headers["range"][:60]
        )
        return respond(request, reason, {"Content-Range": f"bytes */{size}"})
    start, end = part or (0, size)
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _Part(file, start, end, 206 if part else 200, headers, give_back)


def _range(request: Request, size: int, versions: tuple[str, str]) -> tuple[int, int] | None:
    """First byte and the one behind the last that are asked for; None for the whole file; empty behind its end.

    Anything but one range that can be read is ignored, as RFC 9110 has it, and so is one of another version.
    """
    match = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or match is None or request.headers.get("if-range", versions[0]) not in versions:
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size) if last else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    return start, max(start, end) if start < size else start


class _Part(Response):
    """Sends bytes of an open file, and closes it however that ends."""

    def __init__(
        self,
        file: BinaryIO,
        start: int,
        end: int,
        status_code: int,
        headers: Mapping[str, str],
        give_back: Callable[[], None],
    ) -> None:
        super().__init__(status_code=status_code, headers=headers, media_type=MEDIA_TYPE)
        self._file = file
        self._start = start
        self._end = end
        self._give_back = give_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stop_when_gone, receive, tasks.cancel_scope)
                await self._send(send, head=scope["method"] == "HEAD")
                tasks.cancel_scope.cancel()
        except* TimeoutError:
            request = Request(scope)
            _log.info("the download %s of %s was given up: %s", address_of(request), client_of(request), STALLED)
        finally:
            self._give_back()
            self._file.close()

    async def _send(self, send: Send, *, head: bool) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        at = self._end if head else self._start
        while at < self._end:
            piece = await anyio.to_thread.run_sync(os.pread, self._file.fileno(), min(PIECE, self._end - at), at)
            if not piece:
                raise OSError(f"{self._file.name} is shorter than it was")
            at += len(piece)
            if at == self._end:
                # before the client sees the end: its next request finds the place free
                self._give_back()
            with anyio.fail_after(SEND_TIMEOUT):
                await send({"type": "http.response.body", "body": piece, "more_body": at < self._end})
        if head or self._start == self._end:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
