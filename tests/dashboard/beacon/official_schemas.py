"""Validators of the official schemas of Beacon v2.1.1, read offline from the folder beside the project.

Two faults of the schemas are mended while they are read: the default model names `common/info.json`, which it does not
have (the framework does), and VRS 1.3 is a draft-07 schema within the others.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "beacon-schemas"
needs_schemas = pytest.mark.skipif(not FOLDER.exists(), reason="the official schemas are not beside the project")

_BASE = "https://raw.githubusercontent.com/ga4gh-beacon/beacon-v2/main/"
_VRS = "https://w3id.org/ga4gh/schema/vrs/1.3/vrs.json"
_RESPONSES = "framework/json/responses/"
_MODEL = "models/json/beacon-v2-default-model/"

RECORDS = {
    "genomicVariant": "genomicVariations",
    "individual": "individuals",
    "biosample": "biosamples",
    "run": "runs",
    "analysis": "analyses",
    "dataset": "datasets",
    "cohort": "cohorts",
}


def _retrieve(uri: str) -> Resource[Any]:
    if uri == _VRS:
        path = FOLDER / "vrs-1.3.0.json"
    else:
        name = uri.removeprefix(_BASE)
        if name.endswith("beacon-v2-default-model/common/info.json"):
            name = "framework/json/common/info.json"
        path = FOLDER / name
    return Resource(json.loads(path.read_text("utf-8")), DRAFT202012)


_REGISTRY: Registry[Any] = Registry(retrieve=_retrieve)


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of a file below the base."""
    return Draft202012Validator({"$ref": _BASE + name}, registry=_REGISTRY)


def faults(name: str, content: Any) -> list[str]:
    """What of `content` is not as the schema in the file says."""
    return [
        f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}"
        for error in validator(name).iter_errors(content)
    ]


def faults_of_data(content: dict[str, Any]) -> list[str]:
    """What is wrong with an answer about data: its envelope by the granularity, and every record by its entry type."""
    if "error" in content:
        return faults(f"{_RESPONSES}beaconErrorResponse.json", content)
    meta = content["meta"]
    if "response" not in content:
        kind = meta["returnedGranularity"].capitalize()
        return faults(f"{_RESPONSES}beacon{kind}Response.json", content)
    entry_type = meta["returnedSchemas"][0]["entityType"]
    schema = f"{_MODEL}{RECORDS[entry_type]}/defaultSchema.json"
    if "collections" in content["response"]:
        found = faults(f"{_RESPONSES}beaconCollectionsResponse.json", content)
        records = content["response"]["collections"]
    else:
        found = faults(f"{_RESPONSES}beaconResultsetsResponse.json", content)
        records = [record for one in content["response"]["resultSets"] for record in one["results"]]
    return found + [fault for record in records for fault in faults(schema, record)]


def faults_of_information(path: str, content: dict[str, Any]) -> list[str]:
    """What is wrong with an informational answer."""
    names = {
        "": "beaconInfoResponse",
        "info": "beaconInfoResponse",
        "service-info": "ga4gh-service-info-1-0-0-schema",
        "configuration": "beaconConfigurationResponse",
        "map": "beaconMapResponse",
        "entry_types": "beaconEntryTypesResponse",
        "filtering_terms": "beaconFilteringTermsResponse",
    }
    return faults(f"{_RESPONSES}{names[path.strip('/').rpartition('/')[2]]}.json", content)
