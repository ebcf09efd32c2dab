"""Streamlit's own files, each compressed once.

Streamlit sends them as they are, since to compress them for every visitor would cost more than it saves; they never change, so
here each is compressed when it is first asked for, and kept. A range of a file is of the file as it is.
"""

import gzip
import hashlib
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from dashboard.serving.route_path import route_path

MEDIA_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
"""Files that are worth compressing; fonts and pictures are packed already."""
STREAMLIT: Final = Path(file_util.get_static_dir())
"""Where Streamlit's files are, its HTML among them."""
FOLDER: Final = "/static/"
"""Files in it bear a digest of their content in their names."""
IMMUTABLE: Final = "public, max-age=31536000, immutable"
_LEVEL: Final = 9
_AT_ONCE: Final = 2


class StaticFiles:
    """Answers a request for one of Streamlit's files with its compressed bytes; passes on any other, and whoever takes none."""

    def __init__(self, app: ASGIApp, folder: Path | None = None) -> None:
        self._app = app
        folder = folder or STREAMLIT
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": path
            for path in folder.rglob("*")
            if path.suffix in MEDIA_TYPES and path.is_file()
        }
        self._compressed_files: dict[str, tuple[bytes, str]] = {}
        self._locks: dict[str, anyio.Lock] = {}
        self._turns = anyio.CapacityLimiter(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route_path(scope) if scope["type"] == "http" else ""
        if path not in self._files or not path.startswith(FOLDER) or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "range" in headers or not takes_gzip(headers):
            await self._app(scope, receive, _with_vary(send))
            return
        body, tag = await self._compressed(path)
        answer = Response(
            body if scope["method"] == "GET" else b"",
            media_type=MEDIA_TYPES[Path(path).suffix],
            headers={
                "Content-Encoding": "gzip",
                "Content-Length": str(len(body)),
                "Cache-Control": IMMUTABLE,
                "ETag": tag,
                "Vary": "Accept-Encoding",
                "Accept-Ranges": "none",
            },
        )
        await answer(scope, receive, send)

    async def _compressed(self, path: str) -> tuple[bytes, str]:
        """The file and its tag, made once however many ask at a time."""
        if path not in self._compressed_files:
            async with self._locks.setdefault(path, anyio.Lock()), self._turns:
                if path not in self._compressed_files:
                    self._compressed_files[path] = await anyio.to_thread.run_sync(partial(_compress, self._files[path]))
            self._locks.pop(path, None)
        return self._compressed_files[path]


def takes_gzip(headers: Headers) -> bool:
    """Whether a client takes an answer that is compressed with gzip (RFC 9110, section 12.5.3)."""
    weights: dict[str, float] = {}
    for part in ",".join(headers.getlist("accept-encoding")).lower().split(","):
        coding, _, parameter = part.replace(" ", "").partition(";")
        try:
            weights[coding] = float(parameter.removeprefix("q=")) if parameter else 1.0
        except ValueError:
            weights[coding] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _compress(path: Path) -> tuple[bytes, str]:
    body = path.read_bytes()
    return gzip.compress(body, _LEVEL, mtime=0), f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def _with_vary(send: Send) -> Send:
    """Says of an answer that is not compressed that for others it is."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(raw=message["headers"]).add_vary_header("Accept-Encoding")
        await send(message)

    return sending
