"""The Beacon over HTTP: paths and methods, bodies, turns, tags, and CORS on every answer.

One application answers all that lies under `/beacon`, so that whatever goes wrong there leaves in Beacon's shape. A
request waits up to 10 s for its turn and is then told to come back.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import anyio
import anyio.to_thread
import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dashboard import settings
from dashboard.beacon import envelopes, informational, openapi
from dashboard.beacon.answers import Path, answer_data, parse_path
from dashboard.beacon.operator import Operator, operator
from dashboard.beacon.request import BeaconRequest, parse_request
from dashboard.beacon.resolve import refuse_faults
from dashboard.beacon.services import SERVICES, Given, serve
from dashboard.door.refusal import Refusal, RefusedError, explain, refusal
from dashboard.question.locus import cut
from dashboard.serving import conditions
from dashboard.serving.refusals import FAULT, PASSING, RETRY_AFTER
from dashboard.serving.route_path import route_path
from dashboard.serving.slots import address_of
from dashboard.store.database import BusyError, Generation, UnavailableError

ROOT: Final = "/beacon"
SERVICES_ROOT: Final = "/services"
"""Where some clients look for the services, which lie below the first too."""
AT_ONCE: Final = 2
"""Requests that are worked on together: Python runs one thread at a time, and pages want their turn."""
PATIENCE: Final = 10.0
"""Seconds that a request waits for its turn."""
LARGEST_BODY: Final = 1 << 21
"""Bytes of a body at most."""
READING: Final = ("GET", "HEAD", "OPTIONS")
ASKING: Final = ("GET", "POST", "HEAD", "OPTIONS")
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join(ASKING),
    "Access-Control-Allow-Headers": "content-type, authorization, accept, if-none-match",
    "Access-Control-Expose-Headers": "etag, retry-after",
    "Access-Control-Max-Age": "86400",
}

Informational = Callable[[Generation, Operator, str, BeaconRequest], dict[str, Any]]
_log = logging.getLogger(__name__)
_turns: Final = anyio.Semaphore(AT_ONCE)


def _enveloped(make: Callable[[Generation, Operator, str, BeaconRequest], Any]) -> Informational:
    def answer(database: Generation, who: Operator, root: str, request: BeaconRequest) -> dict[str, Any]:
        ignored = {"info": {"ignored": list(request.ignored)}} if request.ignored else {}
        return {"meta": envelopes.informational_meta(who), "response": make(database, who, root, request), **ignored}

    return answer


def _terms(database: Generation, _: Operator, __: str, request: BeaconRequest) -> dict[str, Any]:
    limit = request.limit if request.has_limit else None
    return informational.filtering_terms_content(database, request.offset if request.has_limit else 0, limit)


INFORMATIONAL: Final[dict[str, Informational]] = {
    "": _enveloped(lambda database, who, root, _: informational.info(database, who, root)),
    "info": _enveloped(lambda database, who, root, _: informational.info(database, who, root)),
    "service-info": lambda _database, who, _root, _request: informational.service_info(who),
    "configuration": _enveloped(lambda _database, who, _root, _request: informational.configuration(who)),
    "map": _enveloped(lambda _database, _who, root, _request: informational.beacon_map(root)),
    "entry_types": _enveloped(lambda _database, _who, _root, _request: informational.entry_types()),
    "filtering_terms": _enveloped(_terms),
}
"""What makes an informational answer, by path."""


DOCUMENTS: Final[dict[str, Callable[[Operator, str], Response]]] = {
    "openapi.json": lambda who, root: _json(openapi.document(who, root)),
    "docs": lambda who, root: HTMLResponse(openapi.page(who, root)),
}
"""What the interface says of itself, with a database or without."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A request as it came, off the event loop's hands."""

    parts: tuple[str, ...]
    query: list[tuple[str, str]]
    body: bytes
    root: str
    method: str
    has_tag: Callable[[str], bool]


class Beacon:
    """Answers everything under `/beacon`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        response.headers.update(CORS)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        parts = tuple(part for part in route_path(request.scope).removeprefix(ROOT).split("/") if part)
        allowed = _methods(parts)
        who = operator()
        if allowed is None:
            shown = cut("/".join(parts), 60)
            return _error(
                who,
                None,
                parts,
                refusal(404, f"There is nothing at {settings.public_path()}{ROOT}/{shown}.", value=shown),
            )
        root = f"{who.public_address or str(request.base_url).rstrip('/')}{ROOT}"
        if request.method in ("GET", "HEAD") and (make_document := DOCUMENTS.get("/".join(parts))):
            return make_document(who, root)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(allowed)})
        if request.method not in allowed:
            sentence = f"Nothing here takes {cut(request.method, 20)}: ask with {' or '.join(allowed)}."
            return _error(who, None, parts, refusal(405, sentence), {"Allow": ", ".join(allowed)})
        body = await _body(request)
        if body is None:
            return _error(who, None, parts, refusal(413, f"The body is longer than {LARGEST_BODY:,} bytes."))
        call = _Call(
            parts=parts,
            query=request.query_params.multi_items(),
            body=body,
            root=root,
            method=request.method,
            has_tag=lambda tag: request.method != "POST" and conditions.is_known(request, tag),
        )
        with anyio.move_on_after(PATIENCE):
            await _turns.acquire()
            try:
                with anyio.CancelScope(shield=True):
                    return await anyio.to_thread.run_sync(_answer, call, who, address_of(request))
            finally:
                _turns.release()
        return _error(who, None, parts, refusal(503, "Too many are asking at the moment. Try again in a few seconds."))


def _route(path: str) -> Route:
    """A route whose path may hold any letter: Starlette's ends at a line break, and its 404 has not Beacon's shape."""
    route = Route(path, Beacon())
    route.path_regex = re.compile(route.path_regex.pattern, re.DOTALL)
    return route


ROUTES: Final = [_route(path) for path in (ROOT, f"{ROOT}/{{path:path}}", f"{SERVICES_ROOT}/{{path:path}}")]
"""Where the Beacon answers."""


async def _body(request: Request) -> bytes | None:
    """The body; None where it is too long."""
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > LARGEST_BODY:
            return None
    return bytes(pieces)


def _service(parts: tuple[str, ...]) -> str:
    """The name of the service at a path; empty where none is."""
    return parts[1] if len(parts) == 2 and parts[0] == "services" and parts[1] in SERVICES else ""


def _methods(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """The methods that a path takes; None where nothing is."""
    if "/".join(parts) in INFORMATIONAL or "/".join(parts) in DOCUMENTS:
        return READING
    if _service(parts):
        return ASKING
    return None if parse_path(parts) is None else ASKING


def _answer(call: _Call, who: Operator, address: str) -> Response:
    """The answer, or the refusal. Runs in a thread."""
    request: BeaconRequest | None = None
    try:
        with settings.store().lease() as published:
            tag = _tag(call, published, who)
            if call.has_tag(tag):
                return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
            if name := _service(call.parts):
                given = Given(call.query, call.body, call.method == "POST")
                served = serve(name, published, who, given)
                headers = {"ETag": tag, "Cache-Control": "no-cache"}
                return Response(served.body, media_type=served.media_type, headers=headers)
            request = parse_request(call.query, call.body)
            refuse_faults(published, request)
            return _json(_content(call, published, who, request), headers={"ETag": tag, "Cache-Control": "no-cache"})
    except (RefusedError, UnavailableError, BusyError) as error:
        return _error(who, request, call.parts, explain(error))
    except Exception:
        _log.exception("%s failed", address)
        return _error(who, request, call.parts, FAULT)


def _content(call: _Call, published: Generation, who: Operator, request: BeaconRequest) -> dict[str, Any]:
    if make := INFORMATIONAL.get("/".join(call.parts)):
        return make(published, who, call.root, request)
    path = parse_path(call.parts)
    assert path is not None
    if path.terms:
        if path.identifier:
            # an identifier of nothing has no filtering terms either
            answer_data(published, request, who, call.root, Path(path.entry_type, path.identifier))
        return INFORMATIONAL["filtering_terms"](published, who, call.root, request)
    return answer_data(published, request, who, call.root, path)


def _tag(call: _Call, published: Generation, who: Operator) -> str:
    """The tag of an answer: of this program and generation, for this request."""
    file = published.file
    parts = (conditions.program(), file.name, file.generation, file.published_at, call.root, *call.parts, repr(who))
    digest = hashlib.sha256("\x00".join([*parts, repr(call.query)]).encode() + call.body)
    return f'W/"{digest.hexdigest()[:32]}"'


def _json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = orjson.dumps(content)
    return Response(body, status_code=status, media_type="application/json", headers=dict(headers or {}))


def _error(
    who: Operator,
    request: BeaconRequest | None,
    parts: tuple[str, ...],
    reason: Refusal,
    headers: Mapping[str, str] | None = None,
) -> Response:
    path = parse_path(parts)
    passing = {"Retry-After": RETRY_AFTER} if reason.status in PASSING else {}
    content = envelopes.error(who, request, path.returned if path else "", reason)
    return _json(content, reason.status, {"Cache-Control": "no-store", **passing, **(headers or {})})
