"""The log of a dashboard: on stderr, each line with its time in UTC, and no stack trace for what a client did.

Streamlit writes traces for garbage that somebody sends, and uvicorn a second line where an answer was cut. A trace is left
where a fault of the program is told.
"""

import logging
import time
from typing import Final

FORMAT: Final = "%(asctime)s %(levelname)s %(message)s"
DATE: Final = "%Y-%m-%dT%H:%M:%SZ"

_GARBAGE: Final = ("Error deserializing back message",)
_REPEATED: Final = (
    "ASGI callable returned without completing response",
    "ASGI callable returned without starting response",
)
"""What uvicorn adds where an answer was cut, which has a line of ours."""
_LOGGERS: Final = ("streamlit.web.server.starlette.starlette_websocket", "uvicorn.error")


class _Time(logging.Formatter):
    """Times in UTC, as the database's own."""

    converter = time.gmtime  # type: ignore[assignment]  # as the library's own documentation has it


def set_up() -> None:
    """Sets the log of the process up. Warnings of everybody are logged, and what the dashboard tells of itself."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Time(FORMAT, DATE))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("dashboard").setLevel(logging.INFO)
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(without_traces_of_clients)


def without_traces_of_clients(record: logging.LogRecord) -> bool:
    """Takes the trace off a line that a client caused, and leaves out one that repeats another."""
    message = record.getMessage()
    if message.startswith(_GARBAGE):
        record.exc_info = None
        record.exc_text = None
    return not message.startswith(_REPEATED)
