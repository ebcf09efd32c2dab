"""Every answer is as the official schemas of Beacon v2.1.1 say, records too."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.beacon.client import Client
from tests.dashboard.beacon.official_schemas import FOLDER, faults_of_data, faults_of_information, needs_schemas

pytestmark = needs_schemas

COLLECTIONS = ("g_variants", "individuals", "biosamples", "runs", "analyses", "datasets", "cohorts")
IDS = {
    "g_variants": "chr1-109687570-109697443-loss",
    "individuals": "onekgind-SIM00003",
    "biosamples": "onekgbs-SIM00003",
    "runs": "onekgrun-SIM00003",
    "analyses": "SIM00003",
    "datasets": "dragen-3.5.7b",
    "cohorts": "unrelated",
}
NESTED = {
    "g_variants": ("analyses", "biosamples", "individuals", "runs"),
    "individuals": ("analyses", "biosamples", "g_variants", "runs"),
    "biosamples": ("analyses", "g_variants", "runs"),
    "runs": ("analyses", "g_variants"),
    "analyses": ("g_variants",),
    "datasets": ("analyses", "biosamples", "g_variants", "individuals", "runs"),
    "cohorts": ("analyses", "biosamples", "g_variants", "individuals", "runs"),
}
"""As the default model's map has them."""
PATHS = [
    *(f"/{name}" for name in COLLECTIONS),
    *(f"/{name}/{IDS[name]}" for name in COLLECTIONS),
    *(f"/{name}/{IDS[name]}/{below}" for name in COLLECTIONS for below in NESTED[name]),
]
QUERIES: tuple[dict[str, Any], ...] = (
    {},
    {"requestedGranularity": "boolean"},
    {"requestedGranularity": "count"},
    {"geneId": "GSTM1", "variantType": "DEL", "filters": "HANCESTRO:2000,copyNumber<=1"},
    {"geneId": "SMN1", "includeResultsetResponses": "ALL"},
    {"referenceName": "X", "start": 103_000_000, "end": 105_000_000, "includeResultsetResponses": "MISS"},
    {"referenceName": "12", "start": 9_000_000, "recordType": "event", "filters": "level:all"},
)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers_get_and_post_in_shape(client: Client, path: str) -> None:
    for query, slash in product(QUERIES, ("", "/")):
        content = client.get(path + slash, **query)
        assert not faults_of_data(content), query
        body = {"meta": {"apiVersion": "v2.0"}, "query": {"requestParameters": query}}
        assert client.post(path + slash, body) == {
            **content,
            "meta": {
                **content["meta"],
                "receivedRequestSummary": client.post(path, body)["meta"]["receivedRequestSummary"],
            },
        }


@pytest.mark.parametrize("path", PATHS)
def test_some_records_are_validated_at_all(client: Client, path: str) -> None:
    """Else the test above would pass on empty lists."""
    content = client.get(path)
    response = content["response"]
    assert response.get("collections") or [record for one in response["resultSets"] for record in one["results"]]


@pytest.mark.parametrize(
    "path", ["", "/", "/info", "/service-info", "/configuration", "/map", "/entry_types", "/filtering_terms", "/individuals/filtering_terms", "/datasets/dragen-3.5.7b/filtering_terms/", "/cohorts/all/filtering_terms"]
)  # fmt: skip
def test_informational_answers_in_shape(client: Client, path: str) -> None:
    assert not faults_of_information(path, client.get(path))
    assert not faults_of_information(path, client.get(path, colour="blue"))


def test_every_path_and_method_of_the_official_endpoints_answers(client: Client) -> None:
    model = FOLDER / "models" / "json" / "beacon-v2-default-model"
    files = [*model.glob("*/endpoints.json"), FOLDER / "framework" / "json" / "endpoints.json"]
    paths = {path: methods for file in files for path, methods in json.loads(file.read_text("utf-8"))["paths"].items()}
    assert len(paths) > 35
    for path, methods in paths.items():
        filled = path.replace("{id}", IDS.get(path.split("/")[1], ""))
        for method in {"get", "post"} & methods.keys():
            for slash in ("", "/"):
                answer = client.http.request(
                    method.upper(), f"/beacon{filled}{slash}", content="{}" if method == "post" else ""
                )
                assert answer.status_code == 200, (method, filled)
                content = answer.json()
                is_of_data = "responseSummary" in content
                assert not (faults_of_data(content) if is_of_data else faults_of_information(path, content)), filled


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_literal_id_of_verifiers_is_answered_with_nothing(client: Client, name: str) -> None:
    for below in ("", *(f"/{nested}" for nested in NESTED[name])):
        content = client.get(f"/{name}/{{id}}{below}")
        assert not content["responseSummary"]["exists"]
        assert not faults_of_data(content)


@pytest.mark.parametrize("name", COLLECTIONS)
def test_an_unknown_identifier_is_404_in_shape(client: Client, name: str) -> None:
    answer = client.http.get(f"/beacon/{name}/no-such-thing")
    assert answer.status_code == 404
    assert not faults_of_data(answer.json())
    assert "no-such-thing" in answer.json()["error"]["errorMessage"]


def test_a_fault_of_shape_is_seen() -> None:
    content = {"meta": {"returnedGranularity": "count"}, "responseSummary": {"exists": True}}
    assert len(faults_of_data(content)) >= 2


def test_the_map_leads_to_paths_that_answer(client: Client) -> None:
    for endpoints in client.get("/map")["response"]["endpointSets"].values():
        urls = [
            endpoints["rootUrl"],
            endpoints["singleEntryUrl"],
            *(one["url"] for one in endpoints["endpoints"].values()),
        ]
        for url in urls:
            assert client.http.get(url).status_code == 200, url


@pytest.mark.parametrize(
    "operator",
    [
        "granularity = 'boolean'",
        "granularity = 'count'",
        "case_level_data = false",
        "smallest_cell = 5\n[[terms_of_use]]\nid = 'DUO:0000042'\nlabel = 'general research use'\nversion = '2021-02-23'",
    ],
)
def test_what_an_operator_withholds_leaves_the_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client, operator: str
) -> None:
    file = tmp_path / "operator.toml"
    file.write_text(operator)
    monkeypatch.setenv("CNV_OPERATOR", str(file))
    for path, query in product(PATHS, QUERIES[:4]):
        content = client.http.get(f"/beacon{path}", params=query).json()
        assert not faults_of_data(content), (path, query)
    for path in ("info", "configuration", "service-info", "map", "entry_types", "filtering_terms"):
        assert not faults_of_information(f"/{path}", client.get(f"/{path}")), path
