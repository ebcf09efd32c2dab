"""The HTML that every page begins with: Streamlit's, with the page's title, description, sentence and picture, and our script.

What a page shows comes over a connection that takes a second to be there, may be missing, and is nothing to a search engine. So
what it says first stands in the served HTML too. It lies over the page until that is drawn, so nothing is moved by its going.
"""

import gzip
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from dashboard import pages, settings
from dashboard.colours import DARK, LIGHT, Palette
from dashboard.components import markup, programs
from dashboard.components.frame import SIMULATED_NOTE
from dashboard.components.style import properties, rules
from dashboard.components.titles import title_of_page
from dashboard.pages import Page
from dashboard.preview import card
from dashboard.preview.content import Content, content_of
from dashboard.preview.picture import Picture, picture
from dashboard.question import query
from dashboard.serving.cache import Cache, NotReadyError
from dashboard.serving.drawing import BusyDrawingError
from dashboard.serving.route_path import route_path
from dashboard.serving.slots import address_of
from dashboard.serving.static_files import STREAMLIT, takes_gzip
from dashboard.serving.turns import turn
from dashboard.store.database import BusyError, PublishedFile, UnavailableError

PROGRAM_PATHS: Final = tuple(f"/{name}.js" for name in programs.PROGRAMS)
"""Where the programs of our components are."""
AWAY: Final = "/away.js"
"""Where the script is. A page asks for it beside itself, as for Streamlit's own, since only the browser knows the path before."""
SENTENCE_TIME: Final = 0.5
"""Seconds that the HTML waits for what the page says; without it the page comes all the same."""
PICTURE_TIME: Final = 0.15
"""Seconds that it waits for the picture, which is drawn to its end for whoever comes next."""
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_LEVEL: Final = 6
_log = logging.getLogger(__name__)

_contents: Final[Cache[Content]] = Cache(2_000, 8_000_000, 8, lambda content: len(content.body) + 500)
_pictures: Final[Cache[Picture]] = Cache(500, 32_000_000, 2, lambda picture: len(picture.svg) + 100)


@dataclass(frozen=True, slots=True)
class _Html:
    """A page's HTML, compressed and not."""

    body: bytes
    packed: bytes
    tag: str


_pages: Final[Cache[_Html]] = Cache(500, 32_000_000, 8, lambda html: len(html.body) + len(html.packed))


async def shell(request: Request) -> Response:
    """Answers each page."""
    page = pages.page_at(route_path(request.scope).rstrip("/") or pages.START)
    values = query.values(request.query_params.multi_items())
    file = await anyio.to_thread.run_sync(_published)
    content, image = Content(title_of_page(page)), Picture()
    if file is not None:
        key = _key(file, page, values)
        try:
            content = await _contents.get_or_make(key, partial(_content, page, values), SENTENCE_TIME)
            if content.is_question and content.body:
                image = await _pictures.get_or_make(key, partial(picture, values), PICTURE_TIME)
        except (NotReadyError, BusyError, BusyDrawingError, UnavailableError):
            # the page comes without it
            pass
        except Exception:
            # the page itself tells whoever looks at it
            _log.exception("what %s says first could not be made", address_of(request))
        if await anyio.to_thread.run_sync(_published) != file:
            # sentence and picture may be of two databases
            content, image = Content(title_of_page(page)), Picture()
    html = await _html(page, content, image)
    headers = {"Cache-Control": "no-cache", "ETag": html.tag, "Vary": "Accept-Encoding"}
    if takes_gzip(request.headers):
        return Response(html.packed, media_type="text/html", headers={**headers, "Content-Encoding": "gzip"})
    return Response(html.body, media_type="text/html", headers=headers)


def _published() -> PublishedFile | None:
    try:
        with settings.store().lease() as database:
            return database.file
    except UnavailableError:
        return None


def _key(file: PublishedFile, page: Page, values: Mapping[str, str]) -> str:
    """A name for what an address of a page is answered with: of one length, however long the address is."""
    parts = (file.name, file.generation, file.published_at, repr(settings.operator()), settings.public_path())
    return hashlib.sha256(repr((*parts, page.path, sorted(values.items()))).encode()).hexdigest()


async def _content(page: Page, values: Mapping[str, str]) -> Content:
    return await anyio.to_thread.run_sync(_make_content, page, values)


def _make_content(page: Page, values: Mapping[str, str]) -> Content:
    """The content of a page, counted when it has its turn among the pages."""
    with turn(SENTENCE_TIME), settings.store().lease() as published:
        return content_of(published, page, values)


async def _html(page: Page, content: Content, image: Picture) -> _Html:
    """The whole HTML, compressed once for as long as the address is answered with it."""
    parts = (page.path, settings.public_path(), repr(settings.operator()), repr(content), image.svg)
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    write = partial(_write, page, content, image)

    async def make() -> _Html:
        return await anyio.to_thread.run_sync(write)

    try:
        return await _pages.get_or_make(key, make, SENTENCE_TIME)
    except NotReadyError:
        return await make()


def _write(page: Page, content: Content, image: Picture) -> _Html:
    before, middle, after = _streamlit()
    later = _later_modules(with_numbers=bool(page.subject))
    head, end, rest = middle.partition("</head>")
    body = f"{before}{_head(content)}{head}{later}{end}{rest}{_body(page, content, image)}{after}".encode()
    return _Html(body, gzip.compress(body, _LEVEL, mtime=0), f'W/"{hashlib.sha256(body).hexdigest()[:32]}"')


async def away(_: Request) -> Response:
    """Answers `/away.js`."""
    return Response(_script(), media_type="text/javascript", headers={"Cache-Control": _IMMUTABLE})


async def program(request: Request) -> Response:
    """Answers with the program of a component, at one of `PROGRAM_PATHS`."""
    name = route_path(request.scope).strip("/").removesuffix(".js")
    body, packed = _program(name)
    headers = {"Cache-Control": _IMMUTABLE, "Vary": "Accept-Encoding"}
    if takes_gzip(request.headers):
        return Response(packed, media_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"})
    return Response(body, media_type="text/javascript", headers=headers)


@cache
def _program(name: str) -> tuple[bytes, bytes]:
    """A program, and the same compressed."""
    body = programs.program(name).encode()
    return body, gzip.compress(body, _LEVEL, mtime=0)


@lru_cache(maxsize=1)
def _script() -> str:
    return ";\n".join((settings.ASSETS / name).read_text(encoding="utf-8") for name in ("away.js", "first.js"))


@lru_cache(maxsize=1)
def _streamlit() -> tuple[str, str, str]:
    """Streamlit's HTML, cut where ours stands: in its head before every script, since ours says where the server is, and in
    its body. Its own title and icon, and what it says to who has no scripts, are left out.
    """
    index = (STREAMLIT / "index.html").read_text(encoding="utf-8")
    index = re.sub(
        r'<title>.*?</title>|<link rel="shortcut icon"[^>]*>|<noscript>.*?</noscript>', "", index, flags=re.DOTALL
    )
    before, charset, rest = index.partition('<meta charset="UTF-8" />')
    middle, root, after = rest.partition('<div id="root">')
    return before + charset, middle, root + after


EVERYWHERE: Final = ("Html", "BidiComponent")
WITH_NUMBERS: Final = (
    "ArrowVegaLiteChart",
    "loadVegaEmbed",
    "embed",
    "vega-interpreter",
)
"""Parts of Streamlit's program that every page asks for, and those of genes and regions, by the names of their files."""


@lru_cache(maxsize=2)
def _later_modules(*, with_numbers: bool) -> str:
    """Links to what a page's program will ask for once it knows the page: over a slow link all comes in one go, and not one behind
    the other. Streamlit's list of its own files says what each needs.
    """
    path = STREAMLIT / "manifest.json"
    parts: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    names = (*EVERYWHERE, *(WITH_NUMBERS if with_numbers else ()))
    waiting = [name for name, part in parts.items() if Path(part["file"]).name.partition(".")[0] in names]
    files: dict[str, None] = {}
    while waiting:
        part = parts.get(waiting.pop(), {})
        file = part.get("file", "")
        if file.endswith(".js") and file not in files:
            files[file] = None
            waiting += part.get("imports", [])
    first = "".join(_streamlit())
    of_ours = "".join(
        f'<link rel="modulepreload" crossorigin fetchpriority="low" href=".{programs.address(name)}">'
        for name in programs.PROGRAMS
    )
    return of_ours + "".join(
        f'<link rel="modulepreload" crossorigin fetchpriority="low" href="./{file}">'
        for file in files
        if file not in first
    )


def _head(content: Content) -> str:
    public = settings.operator().public_address
    address = f"{public}{content.address}" if public and content.address else ""
    image = f"{public}{card.address(content.address)}" if address and content.body and content.has_card else ""
    version = hashlib.sha256(_script().encode()).hexdigest()[:16]
    names = {
        "description": content.description,
        "robots": "noindex" if content.simulated or content.is_person or not content.body else "",
        "twitter:card": "summary_large_image" if image else "summary",
    }
    graph = {
        "og:type": "website",
        "og:site_name": settings.operator().name,
        "og:title": content.title,
        "og:description": content.description,
        "og:url": address,
        "og:image": image,
        "og:image:type": "image/png" if image else "",
        "og:image:width": str(card.WIDTH) if image else "",
        "og:image:height": str(card.HEIGHT) if image else "",
        "og:image:alt": content.description if image else "",
    }
    tags = [
        *(f'<meta name="{name}" content="{markup.text(value)}">' for name, value in names.items() if value),
        *(f'<meta property="{name}" content="{markup.text(value)}">' for name, value in graph.items() if value),
        f'<link rel="canonical" href="{markup.text(address)}">' if address else "",
    ]
    return (
        f"<title>{markup.text(content.title)}</title>{''.join(tags)}"
        f'<link rel="shortcut icon" href="./favicon.ico" type="image/svg+xml">'
        f'<meta name="theme-color" content="{LIGHT.background}" media="(prefers-color-scheme: light)">'
        f'<meta name="theme-color" content="{DARK.background}" media="(prefers-color-scheme: dark)">'
        f'{_style()}<script src=".{AWAY}?{version}" defer></script>'
    )


def _body(page: Page, content: Content, image: Picture) -> str:
    """What the page says first; empty where it has to say that itself."""
    if not content.body:
        return ""
    entries = "".join(
        markup.element(
            "a", markup.text(entry.label), href=entry.path, **({"aria_current": "page"} if entry == page else {})
        )
        for entry in pages.in_bar()
    )
    brand = f"{markup.text(settings.operator().name)}<small>{markup.text(content.people)}</small>"
    bar = markup.element("div", brand, class_="cnv-brand")
    bar += markup.element("nav", entries, class_="cnv-nav", aria_label="Pages")
    note = markup.element("div", SIMULATED_NOTE, class_="cnv-simulated", role="note") if content.simulated else ""
    figure = ""
    if image.svg:
        figure = markup.element(
            "figure",
            f'<img src="data:image/svg+xml,{quote(image.svg, safe=_SAFE)}" width="{image.width}" height="{image.height}" '
            f'alt="{markup.text(image.words)}">',
        )
    content_shown = markup.element("header", bar) + markup.element("main", note + content.body + figure)
    return markup.element("div", content_shown, id="cnv-first", class_="cnv-first")


_SAFE: Final = " !$&'()*+,-./:;=?@[]^_`{|}~<>\n"
"""What may stand in an address of data between quotation marks as it is."""


@lru_cache(maxsize=1)
def _style() -> str:
    """The look of the strip and of what a page says first, in the colours of the browser's theme."""
    away_rules, first_rules = (
        (settings.ASSETS / name).read_text(encoding="utf-8") for name in ("away.css", "first.css")
    )
    light, dark = (f":root{{{_colours(theme)}}}.cnv-first{{{properties(theme)}}}" for theme in (LIGHT, DARK))
    return f"<style>{light}@media (prefers-color-scheme: dark){{{dark}}}\n{away_rules}{first_rules}{rules()}</style>"


def _colours(palette: Palette) -> str:
    names = ("text", "notice", "primary")
    return "".join(f"--cnv-away-{name}:{getattr(palette, name)};" for name in names)
