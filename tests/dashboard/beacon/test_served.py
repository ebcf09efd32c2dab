"""The Beacon in the dashboard's own server: behind its middleware, beside its pages."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from dashboard.beacon.answers import prepare
from dashboard.store.beacon_variants import VariantQuery, count_variants, records_of
from dashboard.store.database import Generation
from tests.dashboard.beacon.client import Client
from tests.dashboard.demonstration import demonstration
from tests.dashboard.served import served
from tests.dashboard.small_database import write_file


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served-beacon")
    write_file(folder / "cnv.duckdb", demonstration())
    with served(folder / "cnv.duckdb") as address:
        yield address


def test_every_method_reaches_the_beacon(base: str) -> None:
    body = json.dumps({"query": {"requestParameters": {"geneId": "GSTM1"}, "requestedGranularity": "count"}})
    posted = httpx.post(f"{base}/beacon/g_variants/", content=body)
    got = httpx.get(f"{base}/beacon/g_variants?geneId=GSTM1&requestedGranularity=count")
    assert posted.json()["responseSummary"] == got.json()["responseSummary"] == {"exists": True, "numTotalResults": 2}
    head = httpx.head(f"{base}/beacon/g_variants?geneId=GSTM1")
    assert (head.status_code, head.content) == (200, b"")
    preflight = httpx.options(f"{base}/beacon/g_variants", headers={"origin": "https://elsewhere.test"})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert httpx.put(f"{base}/beacon/g_variants").json()["error"]["errorCode"] == 405
    assert httpx.get(f"{base}/beacon/nothing").json()["error"]["errorCode"] == 404
    assert httpx.get(f"{base}/services/nothing").json()["error"]["errorCode"] == 404
    assert httpx.get(f"{base}/services/sampletable?limit=1").text.startswith("biosample_id\t")


def test_cors_is_on_the_beacon_alone(base: str) -> None:
    assert httpx.get(f"{base}/beacon/info").headers["access-control-allow-origin"] == "*"
    for path in ("/health", "/", "/download/sites.csv?gene=GSTM1"):
        assert "access-control-allow-origin" not in httpx.get(f"{base}{path}").headers
    assert httpx.post(f"{base}/health").status_code == 405


def test_answers_are_packed_and_not_sent_again(base: str) -> None:
    address = f"{base}/beacon/g_variants?limit=100"
    plain = httpx.get(address, headers={"accept-encoding": "identity"})
    with httpx.stream("GET", address, headers={"accept-encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        body = b"".join(packed.iter_raw())
    assert gzip.decompress(body) == plain.content
    again = httpx.get(address, headers={"if-none-match": plain.headers["etag"]})
    assert again.status_code == 304


def test_thirty_at_once_are_all_answered(base: str) -> None:
    def ask(number: int) -> int:
        return httpx.get(f"{base}/beacon/g_variants?limit=20&skip={number}", timeout=60).status_code

    with ThreadPoolExecutor(30) as pool:
        assert set(pool.map(ask, range(30))) == {200}


def test_without_a_database_it_is_503_in_shape(tmp_path: Path) -> None:
    with served(tmp_path / "cnv.duckdb") as address:
        answer = httpx.get(f"{address}/beacon/g_variants")
        assert answer.status_code == 503
        assert answer.json()["error"]["errorCode"] == 503
        assert answer.headers["retry-after"]
        assert answer.headers["access-control-allow-origin"] == "*"


def test_the_longest_answers_are_ready_before_they_are_asked_for(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client.database() as database:
        prepare(database)

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("the database was asked")

        monkeypatch.setattr(Generation, "frame", refuse)
        monkeypatch.setattr(Generation, "table", refuse)
        records = count_variants(database, VariantQuery()).records
        assert records > 5
        assert records_of(database, VariantQuery(), 0, 1_000).height == records
