"""The HTML that every page begins with: Streamlit's, with our script that says when the server is away.

The script stands in the served HTML, because whatever else a page shows comes over the connection that may be missing.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from streamlit import file_util

from dashboard import settings
from dashboard.colours import DARK, LIGHT, Palette

AWAY: Final = "/away.js"
"""Where the script is. A page asks for it beside itself, as for Streamlit's own, since only the browser knows the path before."""
_KEPT: Final = "public, max-age=31536000, immutable"


async def shell(request: Request) -> Response:
    """Answers each page."""
    body, tag = _shell()
    return HTMLResponse(body, headers={"Cache-Control": "no-cache", "ETag": tag})


async def away(_: Request) -> Response:
    """Answers `/away.js`."""
    return Response(_script(), media_type="text/javascript", headers={"Cache-Control": _KEPT})


@lru_cache(maxsize=1)
def _script() -> str:
    return (settings.ASSETS / "away.js").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _shell() -> tuple[str, str]:
    """The HTML and its tag."""
    index = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    head, end, rest = index.partition("</head>")
    version = hashlib.sha256(_script().encode()).hexdigest()[:16]
    body = f'{head}{_style()}<script src=".{AWAY}?{version}" defer></script>{end}{rest}'
    return body, f'W/"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def _style() -> str:
    rules = (settings.ASSETS / "away.css").read_text(encoding="utf-8")
    return f"<style>:root{{{_colours(LIGHT)}}}@media (prefers-color-scheme: dark){{:root{{{_colours(DARK)}}}}}\n{rules}</style>"


def _colours(palette: Palette) -> str:
    names = ("text", "notice", "primary")
    return "".join(f"--cnv-away-{name}:{getattr(palette, name)};" for name in names)
