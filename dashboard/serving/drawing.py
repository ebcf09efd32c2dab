"""Vega-Lite to SVG and PNG in a child process of our own, one picture after the other.

The library holds the interpreter while it draws, up to some seconds: in this process every page would stand still. So
one child is started and warmed up with the server, gets a picture at a time, and is ended and replaced when one takes
too long. `python -m dashboard.serving.drawing` is the child.
"""

import logging
import signal
import struct
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import anyio
import anyio.abc
import orjson

FORMATS: Final = {"svg": "image/svg+xml", "png": "image/png"}
"""Formats of a picture with their media types."""

WAITING: Final = 8
"""Pictures that may wait for their turn; the next is refused."""
TIME: Final = 20.0
"""Seconds that a picture may take, its wait included."""
SCALE: Final = 2.0
"""Pixels of a PNG for each of the drawing."""

_LENGTH: Final = struct.Struct(">BI")
_DRAWN: Final = 1
_log = logging.getLogger(__name__)


class BusyDrawingError(Exception):
    """Too many pictures are waiting, or this one took too long."""


class DrawingError(Exception):
    """The picture could not be drawn."""


class Drawing:
    """The child process, and the queue before it. Everything here runs in one event loop."""

    def __init__(self, command: tuple[str, ...] = (sys.executable, "-m", "dashboard.serving.drawing")) -> None:
        self._command = command
        self._child: anyio.abc.Process | None = None
        self._turn = anyio.Lock()
        self._waiting = 0

    async def draw(self, spec: Mapping[str, Any], suffix: str) -> bytes:
        """The picture of a Vega-Lite specification that holds its own data."""
        if self._waiting >= WAITING:
            raise BusyDrawingError("Too many pictures are asked for. Try again in a few seconds.")
        self._waiting += 1
        try:
            with anyio.fail_after(TIME):
                async with self._turn:
                    return await self._drawn(orjson.dumps([suffix, spec]))
        except TimeoutError:
            raise BusyDrawingError(
                "The picture took too long to draw. Try again in a few seconds, or a smaller place."
            ) from None
        finally:
            self._waiting -= 1

    async def warm_up(self) -> None:
        """Draws something, so that the first who asks does not wait for the library to load."""
        point = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "nominal"}}}
        try:
            for suffix in FORMATS:
                await self.draw(point, suffix)
        except (BusyDrawingError, DrawingError) as error:
            _log.warning("pictures cannot be drawn: %s", error)

    async def close(self) -> None:
        """Ends the child."""
        child, self._child = self._child, None
        if child is not None:
            with anyio.CancelScope(shield=True):
                if child.returncode is None:
                    child.kill()
                await child.aclose()

    async def _drawn(self, request: bytes) -> bytes:
        try:
            if self._child is None or self._child.returncode is not None:
                await self.close()
                # A session of its own: Ctrl-C is for the server, which then ends the child.
                self._child = await anyio.open_process(self._command, stderr=None, start_new_session=True)
            child = self._child
            assert child.stdin is not None
            assert child.stdout is not None
            await child.stdin.send(_LENGTH.pack(_DRAWN, len(request)) + request)
            head = await _exactly(child.stdout, _LENGTH.size)
            status, length = _LENGTH.unpack(head)
            body = await _exactly(child.stdout, length)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            await self.close()
            raise DrawingError("The picture could not be drawn.") from None
        except BaseException:
            # What the child writes now would be taken for the answer to the next.
            await self.close()
            raise
        if status != _DRAWN:
            _log.error("a picture could not be drawn: %s", body.decode(errors="replace"))
            raise DrawingError("The picture could not be drawn.")
        return body


async def _exactly(stream: anyio.abc.ByteReceiveStream, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        parts += await stream.receive(length - len(parts))
    return bytes(parts)


def _serve(read: BinaryIO, write: BinaryIO) -> None:
    """The child: a request in, a picture out, until there are no more requests."""
    import vl_convert  # the child alone loads it

    while len(head := read.read(_LENGTH.size)) == _LENGTH.size:
        _, length = _LENGTH.unpack(head)
        suffix, spec = orjson.loads(read.read(length))
        try:
            # no picture of ours fetches anything
            if suffix == "svg":
                body = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]).encode()
            else:
                body = vl_convert.vegalite_to_png(spec, scale=SCALE, allowed_base_urls=[])
            status = _DRAWN
        except ValueError as error:
            status, body = 0, str(error).encode()
        write.write(_LENGTH.pack(status, len(body)) + body)
        write.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve(sys.stdin.buffer, sys.stdout.buffer)
