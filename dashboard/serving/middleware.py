"""What stands before every request: which paths there are, who may open a WebSocket, and the headers of every answer.

Streamlit answers any path with its page and status 200, so a program that mistypes an address would take HTML for an
answer; and it asks servers outside for this machine's address when a WebSocket comes from another site. Both end here.
"""

import asyncio
import base64
import hashlib
import ipaddress
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from dashboard.door.refusal import refusal
from dashboard.pages import Page
from dashboard.question.locus import cut
from dashboard.serving import conditions
from dashboard.serving.not_found import not_found
from dashboard.serving.refusals import RETRY_AFTER, respond
from dashboard.serving.route_path import route_path
from dashboard.serving.slots import address_of, client_of
from dashboard.store.database import UnavailableError

METHODS: Final = ("GET", "HEAD")
"""What pages and our own routes are asked with."""
STREAM: Final = "/_stcore/stream"
"""Streamlit's one WebSocket."""
INNER: Final = ("/_stcore/health", "/_stcore/host-config", "/_stcore/bidi-components", "/media")
"""What Streamlit's own program in the browser asks for, each with what lies below it."""
PACKED: Final = (".duckdb", ".parquet", ".png")
"""Files that are packed already: to compress them again takes seconds and saves nothing."""

PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone",
        "midi", "payment", "publickey-credentials-get", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip

_INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_log = logging.getLogger(__name__)


def page_policy() -> str:
    """The Content-Security-Policy of the pages: what Streamlit needs, from this server and no other.

    Its one inline script is named by its hash. Components bring their script as a blob, its messages are read with
    WebAssembly, and styles are set from scripts.
    """
    index = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in _INLINE.findall(index)
    ]
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {' '.join(hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


ANSWER_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""The Content-Security-Policy of our own routes: files, JSON, and pictures, none of which runs anything."""


class Paths:
    """The paths that there are. `more` are inner routes of Streamlit that were asked for; what lies below those of
    `every_method` says itself which methods it takes.
    """

    def __init__(
        self,
        routes: Sequence[BaseRoute],
        pages: Iterable[Page],
        more: Iterable[str] = (),
        every_method: Iterable[str] = (),
    ) -> None:
        self.pages = {page.path: page for page in pages}
        static = Path(file_util.get_static_dir())
        files = (f"/{path.relative_to(static).as_posix()}" for path in static.rglob("*") if path.is_file())
        self._static = frozenset(files) - {"/index.html"}
        own = [route for route in routes if isinstance(route, Route | Mount)]
        self._own = frozenset(route.path.partition("/{")[0] for route in own)
        self._below = tuple(
            f"{route.path.partition('/{')[0]}/" for route in own if isinstance(route, Mount) or ":path}" in route.path
        )
        self._inner = (*INNER, *more)
        self._every_method = tuple(every_method)

    def takes_every_method(self, path: str) -> bool:
        """Whether the route that answers decides on the method, and not this layer."""
        return any(path == start or path.startswith(f"{start}/") for start in self._every_method)

    def is_own(self, path: str) -> bool:
        """Whether one of our own routes answers."""
        return path.rstrip("/") in self._own or path.startswith(self._below)

    def is_page(self, path: str) -> bool:
        return (path.rstrip("/") or "/") in self.pages

    def needs_database(self, path: str) -> bool:
        """Whether a page is there that shows nothing without a database."""
        page = self.pages.get(path.rstrip("/") or "/")
        return page is not None and page.needs_database

    def is_known(self, path: str) -> bool:
        """Whether anything is there; Streamlit takes a slash at the end off itself."""
        return (
            self.is_page(path)
            or self.is_own(path)
            or path in self._static
            or any(path == start or path.startswith(f"{start}/") for start in self._inner)
        )


class KnownPaths:
    """Answers 404 where nothing is, 405 to a method that nothing of ours takes, and 503 with the page where there is no database
    that it could show.
    """

    def __init__(self, app: ASGIApp, paths: Paths, unavailable: Callable[[], UnavailableError | None]) -> None:
        self._app = app
        self._paths = paths
        self._unavailable = unavailable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = route_path(scope)
        if not self._paths.is_known(path):
            await not_found(Request(scope))(scope, receive, send)
            return
        takes_it = scope["method"] in METHODS or self._paths.takes_every_method(path)
        if not takes_it and (self._paths.is_page(path) or self._paths.is_own(path)):
            sentence = f"Nothing here takes {cut(scope['method'], 20)}: ask with {' or '.join(METHODS)}."
            answer = respond(Request(scope), refusal(405, sentence), {"Allow": ", ".join(METHODS)})
            await answer(scope, receive, send)
            return
        if self._paths.needs_database(path):
            failure = await anyio.to_thread.run_sync(self._unavailable)
            if failure is not None:
                send = _as_unavailable(send)
        await self._app(scope, receive, send)


def _as_unavailable(send: Send) -> Send:
    """The page with status 503: a browser shows it, and in it the sentence; a program sees that there is nothing."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 304):
            message["status"] = 503
            headers = MutableHeaders(raw=message["headers"])
            headers["Retry-After"] = RETRY_AFTER
            headers["Cache-Control"] = "no-store"
            for name in ("ETag", "Last-Modified"):
                del headers[name]
        await send(message)

    return sending


class KnownHosts:
    """Answers under the names that the server is reached by, where they were given, and under addresses.

    A page elsewhere that lets a name of its own lead to this machine is told so, and cannot read what is here.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._names or scope["type"] == "lifespan" or self._is_known(_host(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            reason = refusal(421, "This server does not answer under that name.", "Host", cut(_host(scope), 60))
            await respond(Request(scope), reason)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    def _is_known(self, host: str) -> bool:
        name = host_name(host)
        if name in self._names or name == "localhost":
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _host(scope: Scope) -> str:
    return Headers(scope=scope).get("host", "")


def host_name(host: str) -> str:
    """The name in a `Host`, in lower case and without its port; empty for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


class OwnWebSockets:
    """Lets a WebSocket in only from a page of this server, and tells Streamlit that it is so.

    The origin that a browser names has to be the host that was asked, as the request or a proxy before us names it, or
    bear one of the `names` that the server is reached by. A program that is no browser names no origin.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if route_path(scope) != STREAM or not is_own_origin(headers, self._names):
            named = re.sub(r"[^\x21-\x7e]", "?", headers.get("origin", "none"))[:200]
            _log.info("a WebSocket of the origin %s was refused to %s", named, client_of(HTTPConnection(scope)))
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        origin = headers.get("origin")
        if origin is not None:
            # Streamlit compares the two once more, and would ask other servers where they differ.
            headers_sent = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope = {**scope, "headers": [*headers_sent, (b"host", urlsplit(origin).netloc.encode("latin-1"))]}
        await self._app(scope, _binary(receive, send), send)


def is_own_origin(headers: Headers, names: frozenset[str]) -> bool:
    """Whether a WebSocket comes from a page of this server, or from no page at all."""
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    hosts = [headers.get("host", ""), headers.get("x-forwarded-host", "").partition(",")[0].strip()]
    return bool(host) and (host in (name.lower() for name in hosts) or host_name(host) in names)


def _binary(receive: Receive, send: Send) -> Receive:
    """Messages of a WebSocket; one in text ends it, where Streamlit would write a stack trace."""

    async def receiving() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and message.get("bytes") is None:
            await send({"type": "websocket.close", "code": 1003})
            return {"type": "websocket.disconnect", "code": 1003}
        return message

    return receiving


class Encodings:
    """Keeps what is packed from being packed again, and one strong tag from standing for two encodings."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if route_path(scope).endswith(PACKED):
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        known = False

        async def sending(message: Message) -> None:
            nonlocal known
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                tag = headers.get("etag", "")
                if tag and headers.get("content-encoding") and not tag.startswith("W/"):
                    headers["ETag"] = f"W/{tag}"
                known = bool(
                    tag
                    and message["status"] == 200
                    and scope["method"] in ("GET", "HEAD")
                    and conditions.is_known(request, tag)
                )
                if known:
                    message["status"] = 304
                    for name in ("content-length", "content-encoding", "content-type"):
                        del headers[name]
            elif message["type"] == "http.response.body" and known:
                if message.get("more_body"):
                    return
                message["body"] = b""
            await send(message)

        await self._app(scope, receive, sending)


def set_safe_headers(headers: MutableHeaders, policy: str = ANSWER_POLICY) -> None:
    """Sets the headers of `SafeHeaders` on an answer, with this Content-Security-Policy."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = policy
    headers["Permissions-Policy"] = PERMISSIONS


class SafeHeaders:
    """Adds the headers that keep a browser from guessing types, from telling other sites what was looked at, and from
    fetching or running anything that is not of this server.
    """

    def __init__(self, app: ASGIApp, paths: Paths) -> None:
        self._app = app
        self._is_own = paths.is_own
        self._is_known = paths.is_known
        self._page_policy = page_policy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = route_path(scope)
        ours = self._is_own(path) or not self._is_known(path)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_safe_headers(MutableHeaders(raw=message["headers"]), ANSWER_POLICY if ours else self._page_policy)
            await send(message)

        await self._app(scope, receive, sending)


class CutAnswers:
    """Says in one line which answers were cut when the server was told to stop."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            request = Request(scope)
            _log.warning("%s of %s was cut: the server is stopped", address_of(request), client_of(request))
