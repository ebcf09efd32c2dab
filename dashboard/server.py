"""The ASGI application: Streamlit's pages and our own routes on one port.

Routes that people and programs call by hand answer in their own words and never with the page's HTML. The process
runs its own garbage collection now and then, because `.streamlit/config.toml` keeps Streamlit from doing it after
every page run.
"""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urlsplit

import anyio
import anyio.to_thread
import orjson
import polars as pl
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit.runtime.scriptrunner import get_script_run_ctx
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from dashboard import pages, settings
from dashboard.beacon.answers import prepare
from dashboard.beacon.routes import ROOT as BEACON
from dashboard.beacon.routes import ROUTES as BEACON_ROUTES
from dashboard.beacon.routes import SERVICES_ROOT as BEACON_SERVICES
from dashboard.charts.frequency import frequency_chart
from dashboard.charts.track import template
from dashboard.colours import DARK, LIGHT
from dashboard.door.suggestions import suggest as suggest_places
from dashboard.downloads.chart import chart, drawing
from dashboard.downloads.database_file import database_file
from dashboard.downloads.route import download
from dashboard.operating.disclosure import Detail
from dashboard.preview import card
from dashboard.preview.shell import AWAY, PROGRAM_PATHS, away, program, shell
from dashboard.question import links
from dashboard.question.locus import cut
from dashboard.rows.route import rows
from dashboard.serving.below_path import BelowPath, believed_networks
from dashboard.serving.middleware import (
    CutAnswers,
    Encodings,
    KnownHosts,
    KnownPaths,
    OwnWebSockets,
    Paths,
    SafeHeaders,
)
from dashboard.serving.papers import PAPERS, paper
from dashboard.serving.refusals import answering
from dashboard.serving.static_files import StaticFiles
from dashboard.store.cohort import release, superpopulation_names, totals
from dashboard.store.database import BusyError, UnavailableError
from dashboard.store.landmarks import landmarks
from data_prep.domain.copy_number import Direction
from data_prep.domain.schema import SCHEMA_VERSION

PREPARE_EVERY: Final = 10.0
"""Seconds between two looks for a new generation."""
COLLECT_EVERY: Final = 30.0
"""Seconds between two garbage collections."""
SUGGESTIONS: Final = 10
NOT_FOR_ROBOTS: Final = (links.DOWNLOADS, f"{links.CHARTS}/", f"{links.ROWS}/", links.SUGGEST, "/media/", "/_stcore/")
"""What no search engine is to read, since there is no end of it."""
LONGEST_TEXT: Final = 4_000
"""Letters of a text of the search box that are read: a list of 200 genes has fewer."""

_log = logging.getLogger(__name__)


async def live(_: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok\n")


async def health(_: Request) -> Response:
    """The database can be read: the published file, its callsets and sizes; else 503 with the reason."""
    return _json(await anyio.to_thread.run_sync(_health))


def _health() -> dict[str, Any]:
    with settings.store().lease() as database:
        newest, sizes, file = release(database), totals(database), database.file
        return {
            "status": "ok",
            "file": file.name,
            "generation": file.generation,
            "published_at": file.published_at,
            "callsets": [
                {
                    "callset": name,
                    "generation": callset.id,
                    "built_at": release(callset).built_at,
                    "simulated": release(callset).simulated,
                }
                for name, callset in database.callsets.items()
            ],
            "release": newest.name,
            "schema_version": SCHEMA_VERSION,
            "built_at": newest.built_at,
            "simulated": newest.simulated,
            "samples": sizes.people,
            "unrelated": sizes.unrelated,
            **({"calls": sizes.calls, "events": sizes.events} if settings.disclosure().tells(Detail.CELLS) else {}),
        }


async def suggest(request: Request) -> Response:
    """What the search box offers for `q` while someone types, and the address it goes to when nothing is chosen."""
    text = request.query_params.get("q", "").strip()[:LONGEST_TEXT]
    return _json({"query": cut(text, 200), **await anyio.to_thread.run_sync(_suggest, text)})


def _suggest(text: str) -> dict[str, Any]:
    with settings.store().lease() as database:
        suggestions = suggest_places(database, text, SUGGESTIONS)
    path = settings.public_path()
    return {
        "address": path + suggestions.address if suggestions.address else None,
        "suggestions": [
            {
                "address": path + offer.address,
                "name": offer.name,
                "place": offer.place,
                "description": offer.description,
            }
            for offer in suggestions.offers
        ],
    }


def _json(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json", headers={"Cache-Control": "no-store"})


async def robots(_: Request) -> Response:
    """What a search engine may read: the pages, and neither files nor pictures, of which there is no end."""
    lines = ["User-agent: *", *(f"Disallow: {settings.public_path()}{path}" for path in NOT_FOR_ROBOTS)]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "max-age=3600"})


async def icon(_: Request) -> Response:
    """The icon, where a browser asks for it by the old name."""
    return FileResponse(settings.ASSETS / "icon.svg", media_type="image/svg+xml")


def warm_up() -> None:
    """Does what the first visitor would wait for: chart templates, the database, a first answer."""
    rows = pl.DataFrame({"group": ["all"], "frequency": [0.5], "ci_low": [0.4], "ci_high": [0.6], "numbers": [""]})
    for palette in (LIGHT, DARK):
        for direction in (Direction.LOSS, Direction.GAIN):
            frequency_chart(rows, direction, palette)
    try:
        with settings.store().lease() as database:
            totals(database)
            landmarks(database)
            for palette in (LIGHT, DARK):
                template.prepare(palette, tuple(superpopulation_names(database)))
    except UnavailableError:
        # the store has logged it, and looks again
        pass


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Warms up before the first request; collects garbage until the last; closes the database."""
    await anyio.to_thread.run_sync(warm_up)
    gc.collect()
    gc.freeze()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_collect)
        tasks.start_soon(drawing.warm_up)
        tasks.start_soon(_prepare_beacon)
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


async def _prepare_beacon() -> None:
    """Has the Beacon's longest answers ready, of each generation that is published."""
    generation = ""
    while True:
        generation = await anyio.to_thread.run_sync(_prepare, generation)
        await anyio.sleep(PREPARE_EVERY)


def _prepare(last: str) -> str:
    """Prepares the generation that is published now if it is not the last; its name."""
    try:
        with settings.store().lease() as database:
            if database.file.generation != last:
                prepare(database)
            return database.file.generation
    except (UnavailableError, BusyError):
        return last


def explain_on_page(error: Exception) -> bool:
    """A fault of ours: one sentence on the page, the rest with the page's address in the log."""
    context = get_script_run_ctx(suppress_warning=True)
    address = urlsplit(st.context.url or "").path + (f"?{context.query_string}" if context else "")
    _log.error("the page %s failed", cut(quote(address, safe="/?&=%,:+"), 300), exc_info=error)
    st.error("Something went wrong while this page was made. Load it again; if it stays, report it with its address.")
    return True


def unavailable() -> UnavailableError | None:
    """Why there is no database to show; None where there is one."""
    try:
        with settings.store().lease():
            return None
    except UnavailableError as error:
        return error


ROUTES: Final = (
    Route("/live", live),
    Route(links.HEALTH, answering(health, always_json=True)),
    Route(links.SUGGEST, answering(suggest, always_json=True)),
    Route("/robots.txt", robots),
    *(Route(path, paper) for path in PAPERS),
    Route("/favicon.ico", icon),
    Route(AWAY, away),
    *(Route(path, program) for path in PROGRAM_PATHS),
    Route(card.PATH, card.preview),
    *BEACON_ROUTES,
    Route(links.DATABASE, database_file),
    *(
        Route(path, route)
        for folder, route in ((links.DOWNLOADS, download), (links.CHARTS, chart), (links.ROWS, rows))
        for path in (folder, f"{folder}/{{file:path}}")
    ),
)
_paths: Final = Paths(ROUTES, pages.PAGES, settings.open_routes(), every_method=(BEACON, BEACON_SERVICES))

_names: Final = settings.host_names() | settings.public_host()
"""Names that the server is reached by, that of its public address among them."""

app = st.App(
    settings.PACKAGE / "app.py",
    routes=[*ROUTES, *(Route(page.path, shell) for page in pages.in_order())],
    middleware=[
        Middleware(BelowPath),
        Middleware(ProxyHeadersMiddleware, trusted_hosts=believed_networks()),
        Middleware(CutAnswers),
        Middleware(KnownHosts, names=_names if settings.host_names() else frozenset()),
        Middleware(SafeHeaders, paths=_paths),
        Middleware(Encodings),
        Middleware(KnownPaths, paths=_paths, unavailable=unavailable),
        Middleware(OwnWebSockets, names=_names),
        Middleware(StaticFiles),
    ],
    lifespan=lifespan,
    on_script_error=explain_on_page,
)
