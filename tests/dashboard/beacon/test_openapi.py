"""The OpenAPI document says what the table of parameters says, and every path in it answers."""

import json
import re

import pytest

from dashboard.beacon.parameters import PARAMETERS, Scope
from tests.dashboard.beacon.client import Client


def test_every_parameter_is_in_the_document_and_on_the_page(client: Client) -> None:
    document = client.get("/openapi.json")
    page = client.http.get("/beacon/docs").text
    names = {one["name"] for one in document["paths"]["/g_variants"]["get"]["parameters"]}
    assert names == {parameter.name for parameter in PARAMETERS}
    body = document["paths"]["/g_variants"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    variant = body["properties"]["query"]["properties"]["requestParameters"]["properties"]["g_variant"]["properties"]
    assert variant.keys() == {parameter.name for parameter in PARAMETERS if parameter.scope is Scope.VARIANT}
    for parameter in PARAMETERS:
        assert f"<code>{parameter.name}</code>" in page
        for alias in parameter.aliases:
            assert alias in page


def test_every_path_of_the_document_answers(client: Client) -> None:
    for path, methods in client.get("/openapi.json")["paths"].items():
        for method in methods:
            filled = path.replace("{id}", "%7Bid%7D")
            query = "?geneId=GSTM1" if path.endswith("cnvFrequency") else ""
            answer = client.http.request(method.upper(), f"/beacon{filled}{query}")
            assert answer.status_code == 200, (method, path, answer.text[:200])


@pytest.mark.parametrize("parameter", [one for one in PARAMETERS if one.name != "datasets"], ids=lambda one: one.name)
def test_examples_are_understood(client: Client, parameter: object) -> None:
    name, example = parameter.name, parameter.example  # type: ignore[attr-defined]
    value = (
        ",".join(map(str, example))
        if isinstance(example, list)
        else json.dumps(example)
        if example is False
        else str(example)
    )
    more = {"referenceName": "1"} if name in ("start", "end") else {}
    more |= {"start": "1"} if name == "end" else {}
    answer = client.http.get("/beacon/g_variants", params={name: value, **more})
    assert answer.status_code == (404 if name in ("biosampleIds", "individualIds") else 200), answer.text


def test_the_page_fetches_nothing(client: Client) -> None:
    text = client.http.get("/beacon/docs").text
    assert not re.search(r"<(script|link|img|iframe)|https?://(?!www\.)|@import|url\(", text)
