"""A page of the app as Streamlit's own tests open it, on a published database."""

import re
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.store import published

APP: Final = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"


def opened_page(patch: pytest.MonkeyPatch, database: Path, page: str, query: dict[str, str]) -> AppTest:
    """Opens a page with a query; the database is looked for anew at each run. Whoever opens one closes the store."""
    patch.setenv("CNV_DATABASE", str(database))
    patch.setattr(published, "WATCH_INTERVAL", 0.0)
    app = AppTest.from_file(APP, default_timeout=30).run()
    if page != "start":
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
