"""The path of a proxy below which the server stands, such as `/cnv`, taken in at one place.

A proxy passes that path on or takes it off. Either way a request goes on as one of an application that is mounted there:
`root_path` is the path below which the server is seen, `path` begins with it, and what writes an address asks
`settings.public_path`. What the header X-Forwarded-Prefix says counts only from a proxy that the operator named.
"""

import ipaddress
import logging
import os
from typing import Final
from urllib.parse import quote, unquote

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import settings
from dashboard.serving.middleware import set_safe_headers
from dashboard.serving.not_found import not_found
from dashboard.serving.slots import client_of

HEADER: Final = "x-forwarded-prefix"

_log = logging.getLogger(__name__)


def believed_networks() -> list[str]:
    """Whose word on who asks (X-Forwarded-For, X-Forwarded-Proto) counts: this machine's, or FORWARDED_ALLOW_IPS, and trusted proxies'."""
    allowed = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1"
    return [*(name.strip() for name in allowed.split(",")), *map(str, settings.trusted_proxies())]


class BelowPath:
    """Takes in the path below which the server stands; what is outside of it is not there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        own, forwarded = settings.own_path(), _forwarded(scope)
        shown = own if forwarded is None else forwarded
        rest = _rest(scope["path"], unquote(own))
        if rest is None and (forwarded is not None or not settings.is_path_given()):
            rest = scope["path"]
        with settings.below(shown):
            if rest is None:
                await self._refuse(scope, receive, send)
            elif not rest and scope["type"] == "http":
                query = scope.get("query_string", b"").decode("latin-1")
                location = f"{shown}/?{query}" if query else f"{shown}/"
                answer = RedirectResponse(location, 308, {"Cache-Control": "no-cache"})
                set_safe_headers(answer.headers)
                await answer(scope, receive, send)
            else:
                await self._app(_mounted(scope, shown, rest), receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if not self._has_warned:
            self._has_warned = True
            _log.warning(
                "%s asked for %s, which lies outside %s: a proxy that takes this path off has to say so with X-Forwarded-Prefix, "
                "and to be named with --trusted-proxy",
                client_of(HTTPConnection(scope)), quote(scope["path"])[:200], settings.own_path(),
            )  # fmt: skip
        answer = not_found(Request(scope))
        set_safe_headers(answer.headers)
        await answer(scope, receive, send)


def _rest(path: str, own: str) -> str | None:
    """What of a path lies below another; None where it lies elsewhere."""
    return path.removeprefix(own) if path == own or path.startswith(f"{own}/") else None


def _mounted(scope: Scope, path: str, rest: str) -> Scope:
    """The request as one of an application that is mounted at a path. Its header says the path to page runs, and no other."""
    headers = [pair for pair in scope["headers"] if pair[0] != HEADER.encode()]
    whole = unquote(path) + rest
    return {
        **scope,
        "root_path": unquote(path),
        "path": whole,
        "raw_path": quote(whole).encode(),
        "headers": [*headers, (HEADER.encode(), path.encode("latin-1"))],
    }


def _forwarded(scope: Scope) -> str | None:
    """The path that a trusted proxy took off, empty for none; None where none says so."""
    values = Headers(scope=scope).getlist(HEADER)
    if len(values) != 1 or not _is_trusted((scope.get("client") or ("",))[0]):
        return None
    path = values[0].strip().rstrip("/")
    return path if not path or settings.PATH.fullmatch(path) else None


def _is_trusted(host: str) -> bool:
    networks = settings.trusted_proxies()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
