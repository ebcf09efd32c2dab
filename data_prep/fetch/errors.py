"""What can go wrong between here and a server, in the words that a person reads.

obstore has one exception for everything that is not a plain refusal; what is behind it stands only in its text. That text
is read here and nowhere else.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from obstore.exceptions import BaseError, PermissionDeniedError, PreconditionError, UnauthenticatedError

from data_prep.errors import UserError


class Reason(StrEnum):
    """Why an object was not fetched; the value is what the summary says."""

    NO_CONNECTION = "no connection"
    STALLED = "stalled"
    CUT = "connection cut"
    BUSY = "server too busy"
    SERVER = "server error"
    MISSING = "not there"
    FORBIDDEN = "access refused"
    CHANGED = "changed while it was fetched"
    CHECKSUM = "wrong checksum"
    DAMAGED = "damaged gzip"
    REFUSED = "request refused"
    NOT_TRIED = "not tried"


PASSING: Final = frozenset(
    {
        Reason.NO_CONNECTION,
        Reason.STALLED,
        Reason.CUT,
        Reason.BUSY,
        Reason.SERVER,
        Reason.CHECKSUM,
        Reason.DAMAGED,
    }
)
"""Reasons that another attempt may find gone."""

_STATUS: Final = re.compile(r"status code: (\d{3})")
_BUSY: Final = (429, 503)


class FetchError(UserError):
    """A fetch that cannot go on; the message is one sentence."""


class ObjectError(UserError):
    """One object that could not be fetched: why, and a sentence about it."""

    def __init__(self, reason: Reason, sentence: str, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.passing = reason in PASSING and not final
        """Whether another attempt makes sense."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, str(self)), {"passing": self.passing}


def disk_fault(path: Path, error: OSError) -> FetchError:
    """What is said where a file cannot be written."""
    return FetchError(
        f"{path} cannot be written ({error.strerror or error}): is the disk full? the same command goes on from here"
    )


def explain_error(error: BaseException, what: str) -> ObjectError:
    """The reason and sentence for an exception of obstore while `what` was asked for."""
    text = str(error)
    match = _STATUS.search(text)
    status = int(match.group(1)) if match else None
    if isinstance(error, FileNotFoundError) or status == 404:
        return ObjectError(Reason.MISSING, f"{what} is not there (404)")
    if isinstance(error, PreconditionError):
        return ObjectError(Reason.CHANGED, f"{what} changed on the server while it was fetched")
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)) or status in (401, 403):
        return ObjectError(Reason.FORBIDDEN, f"access to {what} is refused ({status or 403})")
    if status is not None:
        if status in _BUSY:
            return ObjectError(Reason.BUSY, f"the server is too busy for {what} ({status})")
        if status >= 500:
            return ObjectError(Reason.SERVER, f"the server failed at {what} ({status})")
        return ObjectError(Reason.REFUSED, f"the server refused the request for {what} ({status})")
    if "redirect" in text.lower():
        return ObjectError(Reason.REFUSED, f"{what} is not on this server: name that of its region with --endpoint")
    if "kind: Timeout" in text or "TimedOut" in text:
        return ObjectError(Reason.STALLED, f"no byte of {what} came for too long")
    if "kind: Connect" in text:
        return ObjectError(Reason.NO_CONNECTION, f"no connection for {what}{_detail(text)}")
    return ObjectError(Reason.CUT, f"the connection broke off at {what}")


def _detail(text: str) -> str:
    """What is known of a connection that did not come about."""
    if "dns error" in text:
        return ": the name of the server cannot be looked up"
    if "certificate" in text.lower():
        return ": the certificate of the server, or of a proxy between, is not trusted"
    return ""


FROM_OBSTORE: Final = (BaseError, FileNotFoundError)
"""All that obstore raises for a request that failed."""
