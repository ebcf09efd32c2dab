"""Tables as files, streamed: `/download/carriers.csv?gene=GSTM1&...` with the page's own query string (rule R13).

The response is our own because a generator behind a standard one keeps its cursor when a client stalls: here the
cursor closes whatever happens, a disconnect ends the stream, a send that takes too long does too, and only a few
streams run at once. A value that cannot be used is an error and not a default: nobody reads a notice in a file.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import anyio
import anyio.to_thread
import polars as pl
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from dashboard import query, settings, wording
from dashboard.filters import Filters, parse
from dashboard.formats.delimited import CARRIER_COLUMNS, FREQUENCY_COLUMNS, csv_lines, file_name, one_based
from dashboard.frequency_table import frequency_table, without_numbers
from dashboard.store.callability import callability
from dashboard.store.carriers import carrier_event_batches, frequencies
from dashboard.store.cohort import group_codes, release
from dashboard.store.database import BusyError, Generation, UnavailableError
from dashboard.store.genes import gene_target
from dashboard.store.lookup import Found, Nothing, Place, Several, Unplaced, look_up, look_up_region
from dashboard.subject import Kind, Subject
from dashboard.target import Target, region_target

AT_ONCE: Final = 4
"""Streams at once; the next is told to come back."""
SEND_TIMEOUT: Final = 20.0
"""Seconds that a client may take for one piece."""
BATCH: Final = 5_000
"""Rows a piece."""
RETRY_AFTER: Final = "5"

TABLES: Final = {"carriers": ("csv",), "frequencies": ("csv",)}
"""The tables that can be downloaded, and their formats."""

_log = logging.getLogger(__name__)
_slots = threading.BoundedSemaphore(AT_ONCE)


class RefusedError(Exception):
    """The request cannot be answered: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(slots=True)
class Opened:
    """A table about to be sent: the pieces come from a cursor that `held` closes, with the database's lease."""

    name: str
    pieces: Iterator[bytes]
    held: ExitStack


async def download(request: Request) -> Response:
    """Answers `/download/{table}.{format}`; every error is one sentence of plain text."""
    if not _slots.acquire(blocking=False):
        return _refusal(503, "Too many downloads are under way. Try again in a few seconds.")
    handed_over = False
    try:
        given = query.values(request.query_params.multi_items())
        opened = await anyio.to_thread.run_sync(_open, request.path_params.get("file", ""), given)
        handed_over = True
        return _Stream(opened, head=request.method == "HEAD")
    except RefusedError as error:
        return _refusal(error.status, error.sentence)
    except UnavailableError as error:
        return _refusal(503, f"{error.reason} {error.advice}")
    except BusyError as error:
        return _refusal(503, str(error))
    finally:
        if not handed_over:
            _slots.release()


def _refusal(status: int, sentence: str) -> Response:
    headers = {"Retry-After": RETRY_AFTER} if status == 503 else None
    return PlainTextResponse(sentence + "\n", status_code=status, headers=headers)


def _open(file: str, given: Mapping[str, str]) -> Opened:
    """The table that `file` names, ready to be sent, or `RefusedError`. Runs in a thread."""
    table, _, suffix = file.partition(".")
    if suffix not in TABLES.get(table, ()):
        there = wording.joined([f"{name}.{one}" for name, formats in TABLES.items() for one in formats], "and")
        raise RefusedError(404, f"There is no such download; there are {there}, under /download/.")
    held = ExitStack()
    try:
        database = held.enter_context(settings.store().lease())
        kind = _kind(given)
        filters, problems = parse(given, group_codes(database), kind.default_overlap)
        if faults := problems + query.unused(given, *Kind):
            raise RefusedError(400, faults[0].sentence)
        subject, target = _looked_at(database, kind, given[kind])
        pieces = (
            _carriers(database, target, filters, held)
            if table == "carriers"
            else _frequencies(database, target, filters)
        )
        name = file_name(_name_parts(database, table, subject, filters), suffix)
        return Opened(name, pieces, held)
    except BaseException:
        held.close()
        raise


def _kind(given: Mapping[str, str]) -> Kind:
    """Whether a gene or a region is asked for."""
    match [kind for kind in Kind if given.get(kind)]:
        case [kind]:
            return kind
        case []:
            raise RefusedError(
                400, "Say which gene or region: add gene=GSTM1 or region=chr1:109687570-109697444 to the address."
            )
        case _:
            raise RefusedError(400, "Ask for a gene or for a region, not for both.")


def _looked_at(database: Generation, kind: Kind, text: str) -> tuple[Subject, Target]:
    """The gene or region that is asked for, under the name that is its own."""
    match look_up(database, text) if kind is Kind.GENE else look_up_region(database, text):
        case Found(gene):
            return Subject(kind, gene.name), gene_target(database, gene)
        case Place(_, name, interval) if kind is Kind.REGION:
            return Subject(kind, name), region_target(interval)
        case Several(_, genes):
            ids = wording.joined([gene.gene_id for gene in genes], "or")
            raise RefusedError(400, f"Several genes are called {genes[0].symbol}: ask for gene={ids}.")
        case Unplaced(unplaced):
            raise RefusedError(404, unplaced.reason)
        case Place(_, name):
            raise RefusedError(400, f"{name} is a region and not a gene: ask for region={name}.")
        case Nothing(sentence, alike):
            close = f" Close names: {', '.join(gene.name for gene in alike)}." if alike else ""
            raise RefusedError(404, sentence + close)


def _carriers(database: Generation, target: Target, filters: Filters, held: ExitStack) -> Iterator[bytes]:
    frames = held.enter_context(carrier_event_batches(database, target, filters, BATCH))
    return csv_lines((one_based(frame) for frame in frames), CARRIER_COLUMNS)


def _frequencies(database: Generation, target: Target, filters: Filters) -> Iterator[bytes]:
    table = frequency_table(frequencies(database, target, filters), filters, group_codes(database))
    assessable = callability(database, target).assessable
    if not assessable:
        table = without_numbers(table)
    note = "" if assessable else "not assessable: the caller cannot see this place"
    return csv_lines([table.with_columns(note=pl.lit(note))], FREQUENCY_COLUMNS)


def _name_parts(database: Generation, table: str, subject: Subject, filters: Filters) -> list[str]:
    asked = [f"{name}-{value}" for name, value in filters.to_query().items()]
    simulated = ["simulated"] if release(database).simulated else []
    return [*simulated, table, subject.name, filters.level.value, filters.cohort.value, *asked]


class _Stream(Response):
    """Sends the pieces of an opened table and lets go of everything at the end, however it ends."""

    def __init__(self, opened: Opened, *, head: bool) -> None:
        super().__init__(
            headers={
                "Content-Disposition": f'attachment; filename="{opened.name}"',
                "Cache-Control": "no-cache",
            },
            media_type="text/csv; charset=utf-8",
        )
        del self.headers["content-length"]
        self._opened = opened
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_stop_when_gone, receive, tasks.cancel_scope)
                await self._send(send)
                tasks.cancel_scope.cancel()
        except* TimeoutError:
            _log.info("a download was given up: its client took no data for %s s", SEND_TIMEOUT)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._opened.held.close)
            _slots.release()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if not self._head:
            while (piece := await anyio.to_thread.run_sync(next, self._opened.pieces, None)) is not None:
                with anyio.fail_after(SEND_TIMEOUT):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        with anyio.fail_after(SEND_TIMEOUT):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _stop_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
