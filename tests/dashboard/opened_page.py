"""A page of the app as Streamlit's own tests open it, on a published database."""

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
