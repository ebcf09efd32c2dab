"""A page of the app as Streamlit's own tests open it, on a published database."""

import functools
import json
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from dashboard.store import published

# Each AppTest looks through all packages for components, two thirds of what opening a page costs; a server does so once.
setattr(manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests))  # noqa: B010

APP: Final = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


def opened_page(patch: pytest.MonkeyPatch, database: Path, page: str, query: dict[str, str]) -> AppTest:
    """Opens a page with a query; the database is looked for anew at each run. Whoever opens one closes the store."""
    patch.setenv("CNV_DATABASE", str(database))
    patch.setattr(published, "WATCH_INTERVAL", 0.0)
    app = AppTest.from_file(APP, default_timeout=30)
    if page != "start":
        # before its first run, which would be of the start page, a page is known by the name of its file: that of its path
        app.switch_page(f"views/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    """The HTML of the page that is our own, less the style sheet."""
    return "\n".join(part.proto.body for part in app.get("html") if "<style>" not in part.proto.body)


def words_of(text: str) -> str:
    """The words of a piece of HTML, a blank between each two."""
    # a term of the glossary is a button within its sentence
    text = re.sub(r'<button type="button" class="cnv-term"[^>]*>(.*?)</button>', r"\1", text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def words(app: AppTest) -> str:
    """All words of the page."""
    return words_of(html(app))


def components(app: AppTest, name: str) -> list[dict[str, Any]]:
    """What each component of this name was given."""
    return [json.loads(part.proto.json) for part in app.get("bidi_component") if part.proto.component_name == name]


def shown_controls(app: AppTest) -> dict[str, Any]:
    """What the row of controls of a page was given: `query`, what is chosen, and `row` and `more`, by the name that each writes."""
    (data,) = components(app, "controls")
    return {**data, **{place: {control["name"]: control for control in data[place]} for place in ("row", "more")}}


def codes(app: AppTest) -> list[str]:
    """The texts to copy, in the order of the page: addresses, what to cite, lines for programs."""
    return [unescape(text) for text in re.findall(r"<pre><code>(.*?)</code></pre>", html(app), re.DOTALL)]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """The table of rows of a page, as its component was given it."""

    data: dict[str, Any]

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows that came with the page: what is read in each cell, by column."""
        return [{name: cell["t"] for name, cell in row.items()} for row in self.cells]

    @property
    def cells(self) -> list[dict[str, dict[str, Any]]]:
        """The same with all that a cell holds: `t` its text, `v` what it is ordered by, `h` where it leads."""
        names = [column["name"] for column in self.data["columns"]]
        return [
            {name: _whole_cell(cell) for name, cell in zip(names, row["cells"], strict=True)}
            for row in self.data["rows"]
        ]


def _whole_cell(cell: Any) -> dict[str, Any]:
    if cell is None:
        return {"t": "", "v": None}
    if isinstance(cell, str):
        return {"t": cell, "v": cell}
    return {"v": cell["t"], **cell}


def shown_table(app: AppTest) -> ShownTable:
    """The open table of a page; ValueError where none is drawn, or several."""
    (data,) = components(app, "table")
    return ShownTable(data)
