"""A Beacon in this process over a small database, asked without a network."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from dashboard.beacon.routes import ROUTES
from dashboard.store.database import Generation
from dashboard.store.published import Store
from tests.dashboard.small_database import Contents, write_file

with warnings.catch_warnings():
    # the client works with the httpx that the project has
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


class Http:
    """Requests to the Beacon, each in the environment that names its database: several may be open together."""

    def __init__(self, client: TestClient, environment: Mapping[str, str]) -> None:
        self._client = client
        self._environment = environment

    def request(self, method: str, url: str, **more: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self._environment.items():
                patch.setenv(name, value)
            return self._client.request(method, url, **more)

    def get(self, url: str, **more: Any) -> Any:
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> Any:
        return self.request("POST", url, **more)


class Client:
    """Asks and reads JSON."""

    def __init__(self, http: Http, environment: Mapping[str, str]) -> None:
        self.http = http
        self.environment = environment
        self.store = Store(Path(environment["CNV_DATABASE"]))

    @contextmanager
    def database(self) -> Iterator[Generation]:
        """The database that it asks, for what the pages say of it; opened once."""
        with self.store.lease() as generation:
            yield generation

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
    with over(write_file(folder / "cnv.duckdb", contents), environment) as client:
        yield client


@contextmanager
def over(database: Path, environment: Mapping[str, str] | None = None) -> Iterator[Client]:
    """A Beacon over a published file."""
    names = {"CNV_DATABASE": str(database), **(environment or {})}
    with TestClient(application(), base_url="http://beacon.test") as client:
        asked = Client(Http(client, names), names)
        try:
            yield asked
        finally:
            asked.store.close()


def application() -> Starlette:
    """The Beacon without the rest of the dashboard."""
    return Starlette(routes=ROUTES)
