"""What our components run in the browser: fetched once by its address, and not sent with every page.

Streamlit sends a component's program in each message that tells it what to show, tens of kilobytes a page. Here the message has a
line that imports it; the address bears a digest of it, so a browser keeps it for good, and the served HTML asks for it at once.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Final

from dashboard.settings import ASSETS

PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "search": ("search.js", "page.js"),
    "table": ("table.js",),
    "controls": ("controls.js",),
}
"""The files of each component's program, joined into one module."""


@cache
def program(name: str) -> str:
    """A component's program; KeyError for none of ours."""
    return "\n".join((ASSETS / file).read_text(encoding="utf-8") for file in PROGRAMS[name])


@cache
def address(name: str) -> str:
    """Where it is, below the path that we are served at."""
    return f"/{name}.js?{hashlib.sha256(program(name).encode()).hexdigest()[:16]}"


def loading(name: str) -> str:
    """What Streamlit is given as the component's program: it is a blob, which knows no address but whole ones; `assets/away.js` says
    where the server is."""
    whole = f'new URL(".{address(name)}", window.__streamlit.BACKEND_BASE_URL)'
    return f"const program = await import({whole})\nexport default program.default\n"
