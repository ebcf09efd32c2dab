"""A Beacon in this process over a small database, asked without a network."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard import settings
from dashboard.beacon.routes import Beacon
from tests.dashboard.small_database import Contents, write_file

with warnings.catch_warnings():
    # the client works with the httpx that the project has
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


class Client:
    """Asks and reads JSON."""

    def __init__(self, client: TestClient) -> None:
        self.http = client

    def get(self, path: str, **values: Any) -> dict[str, Any]:
        """The answer to GET; status 200."""
        answer = self.http.get(f"/beacon{path}", params=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """The answer to POST; status 200."""
        answer = self.http.post(f"/beacon{path}", content=json.dumps(body))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def total(self, path: str, **values: Any) -> int:
        """How many there are."""
        return self.get(path, requestedGranularity="count", **values)["responseSummary"]["numTotalResults"]

    def results(self, path: str, **values: Any) -> list[dict[str, Any]]:
        """All records, of every dataset."""
        content = self.get(path, **{"limit": 0, **values})
        return [record for one in content["response"]["resultSets"] for record in one["results"]]


@contextmanager
def beacon(folder: Path, contents: Contents, environment: Mapping[str, str] | None = None) -> Iterator[Client]:
    """A Beacon over these contents."""
    write_file(folder / "cnv.duckdb", contents)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNV_DATABASE", str(folder / "cnv.duckdb"))
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        app = Starlette(routes=[Route(path, Beacon()) for path in ("/beacon", "/beacon/{path:path}")])
        with TestClient(app, base_url="http://beacon.test") as client:
            yield Client(client)
        settings.store().close()
