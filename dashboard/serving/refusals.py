"""A refusal as an answer of HTTP: lines of text, or JSON for a client that asks for it; and the errors that are refusals.

Each route of ours is wrapped by `answering`, so whatever goes wrong in one leaves in the same shape, a fault of the program too.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dashboard.door.refusal import Refusal, RefusedError, explain, refusal
from dashboard.serving.drawing import BusyDrawingError, DrawingError
from dashboard.serving.slots import address_of
from dashboard.store.database import BusyError, UnavailableError

RETRY_AFTER: Final = "5"
"""Seconds after which a client that was refused for the moment may come back."""
PASSING: Final = (429, 503)
"""Statuses of what may pass."""
FAULT: Final = refusal(
    500, "Something went wrong while this was made.", advice="Try it again; if it stays, report it with its address."
)

Endpoint = Callable[[Request], Awaitable[Response]]
_log = logging.getLogger(__name__)


def text_of(reason: Refusal) -> str:
    """A line for each problem; the advice on a line of its own, or behind the sentence where there is one problem."""
    if len(reason.problems) == 1:
        return f"{reason}\n"
    return "".join(f"{line}\n" for line in (*reason.sentences, reason.advice) if line)


def json_of(reason: Refusal) -> dict[str, Any]:
    """`ok`, `error` with everything in one text, `errors` with a problem each, `status`."""
    return {
        "ok": False,
        "error": str(reason),
        "errors": [
            {"parameter": problem.parameter or None, "value": problem.value or None, "sentence": problem.sentence}
            for problem in reason.problems
        ],
        "status": reason.status,
    }


def wants(request: Request) -> str:
    """What a client would have of `html`, `json` and `text`, by its `Accept`; `text` where it takes anything."""
    best, wanted = 0.0, "text"
    for part in request.headers.get("accept", "").lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((_weight(text) for text in parameters if text.startswith("q=")), 1.0)
        form = "html" if media_type == "text/html" else "json" if "json" in media_type else "text"
        if weight > best and media_type:
            best, wanted = weight, form
    return wanted


def _weight(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0


def respond(request: Request, reason: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that cannot be met: JSON where that is asked for, else text."""
    return json_response(reason, headers) if wants(request) == "json" else text_response(reason, headers)


def text_response(reason: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal as lines of plain text."""
    return PlainTextResponse(text_of(reason), status_code=reason.status, headers=_headers(reason, headers))


def json_response(reason: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal as JSON."""
    return Response(
        orjson.dumps(json_of(reason)),
        status_code=reason.status,
        media_type="application/json",
        headers=_headers(reason, headers),
    )


def _headers(reason: Refusal, more: Mapping[str, str] | None) -> dict[str, str]:
    """With what may pass, when to come back; nobody keeps a refusal, which may not hold for the next."""
    passing = {"Retry-After": RETRY_AFTER} if reason.status in PASSING else {}
    return {"Cache-Control": "no-store", "Vary": "Accept", **passing, **(more or {})}


def answering(endpoint: Endpoint, *, always_json: bool = False) -> Endpoint:
    """A route whose errors leave as refusals: in the client's form, or as JSON where the route speaks nothing else."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (RefusedError, UnavailableError, BusyError) as error:
            reason = explain(error)
        except BusyDrawingError as error:
            reason = refusal(503, str(error))
        except DrawingError as error:
            reason = refusal(500, str(error))
        except Exception:
            _log.exception("%s failed", address_of(request))
            reason = FAULT
        return json_response(reason) if always_json else respond(request, reason)

    return answer
