"""The ASGI application: Streamlit's pages and our own routes on one port.

Routes that people and programs call by hand answer in their own words and never with the page's HTML. The process
runs its own garbage collection now and then, because `.streamlit/config.toml` keeps Streamlit from doing it after
every page run.
"""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.to_thread
import orjson
import polars as pl
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import links, settings
from dashboard.charts import track
from dashboard.charts.frequency import frequency_chart
from dashboard.colours import DARK, LIGHT
from dashboard.downloads.chart import chart, drawing
from dashboard.downloads.route import RETRY_AFTER, download
from dashboard.filters import Filters
from dashboard.store.cohort import release, superpopulation_names, totals
from dashboard.store.database import BusyError, UnavailableError
from dashboard.store.landmarks import landmarks
from dashboard.suggestions import meant, suggestions
from data_prep.domain.copy_number import Direction
from data_prep.domain.schema import SCHEMA_VERSION

COLLECT_EVERY: Final = 30.0
"""Seconds between two garbage collections."""
SUGGESTIONS: Final = 10

_log = logging.getLogger(__name__)


async def live(_: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok\n")


async def health(_: Request) -> Response:
    """The database can be read: its release and sizes; else 503 with the reason."""
    try:
        return _json(await anyio.to_thread.run_sync(_health))
    except UnavailableError as error:
        return _json({"status": "unavailable", "reason": error.reason, "advice": error.advice}, 503)
    except BusyError as error:
        return _json({"status": "busy", "reason": str(error)}, 503)


def _health() -> dict[str, Any]:
    with settings.store().lease() as database:
        told, sizes = release(database), totals(database)
        return {
            "status": "ok",
            "release": told.name,
            "generation": told.generation,
            "schema_version": SCHEMA_VERSION,
            "built_at": told.built_at,
            "simulated": told.simulated,
            "samples": sizes.people,
            "unrelated": sizes.unrelated,
            "calls": sizes.calls,
            "events": sizes.events,
        }


async def suggest(request: Request) -> Response:
    """What the search box offers for `q` while someone types, and the address it goes to when nothing is chosen."""
    text = request.query_params.get("q", "").strip()[:200]
    try:
        return _json({"query": text, **await anyio.to_thread.run_sync(_suggestions, text)})
    except (UnavailableError, BusyError) as error:
        return _json({"query": text, "suggestions": [], "reason": str(error)}, 503)


def _suggestions(text: str) -> dict[str, Any]:
    with settings.store().lease() as database:
        return {
            "address": links.page(meant(text), Filters()) if text else None,
            "suggestions": [
                {
                    "address": links.page(one.subject, Filters()),
                    "name": one.name,
                    "place": one.place,
                    "description": one.description,
                }
                for one in suggestions(database, text, SUGGESTIONS)
            ],
        }


async def database_file(_: Request) -> Response:
    """The published database as a file; a client that comes back asks for the rest of it by range."""
    try:
        path = await anyio.to_thread.run_sync(_database_path)
    except UnavailableError as error:
        return PlainTextResponse(f"{error.reason} {error.advice}\n", status_code=503)
    return FileResponse(path, media_type="application/vnd.duckdb", filename=path.name)


def _database_path() -> Path:
    """The file that the pointer leads to now: the generation that is leased may be cleared away already."""
    store = settings.store()
    with store.lease():
        return store.path.resolve()


def _json(content: dict[str, Any], status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": RETRY_AFTER} if status == 503 else {})
    return Response(orjson.dumps(content), status_code=status, media_type="application/json", headers=headers)


class SafeHeaders:
    """Adds the headers that keep a browser from guessing types and from telling other sites what was looked at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"same-origin"),
                ]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def warm_up() -> None:
    """Does what the first visitor would wait for: chart templates, the database, a first answer."""
    rows = pl.DataFrame({"group": ["all"], "frequency": [0.5], "ci_low": [0.4], "ci_high": [0.6], "told": [""]})
    for palette in (LIGHT, DARK):
        for direction in (Direction.LOSS, Direction.GAIN):
            frequency_chart(rows, direction, palette)
    try:
        with settings.store().lease() as database:
            totals(database)
            landmarks(database)
            for palette in (LIGHT, DARK):
                track.prepare(palette, tuple(superpopulation_names(database)))
    except UnavailableError as error:
        _log.warning("%s %s", error.reason, error.advice)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Warms up before the first request; collects garbage until the last; closes the database."""
    await anyio.to_thread.run_sync(warm_up)
    gc.collect()
    gc.freeze()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_collect)
        tasks.start_soon(drawing.warm_up)
        try:
            yield None
        finally:
            tasks.cancel_scope.cancel()
    await drawing.close()
    settings.store().close()


async def _collect() -> None:
    while True:
        await anyio.sleep(COLLECT_EVERY)
        await anyio.to_thread.run_sync(gc.collect)


def told_on_page(error: Exception) -> bool:
    """A fault of ours: one sentence on the page, the rest in the log."""
    _log.error("a page failed", exc_info=error)
    st.error("Something went wrong while this page was made. Load it again; if it stays, report it with its address.")
    return True


app = st.App(
    settings.ROOT / "dashboard" / "app.py",
    routes=[
        Route("/live", live),
        Route("/health", health),
        Route("/suggest", suggest),
        Route(links.DATABASE, database_file),
        Route("/download", download),
        Route("/download/{file:path}", download),
        Route("/chart", chart),
        Route("/chart/{file:path}", chart),
    ],
    middleware=[Middleware(SafeHeaders)],
    lifespan=lifespan,
    on_script_error=told_on_page,
)
