"""The envelopes of Beacon's answers: meta with the echo of the request, summaries, result sets, collections, errors.

Member by member as the schemas of version 2.1.1 say; a refusal of the door becomes an error with its full meta.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard.beacon.operator import API_VERSION, Operator
from dashboard.beacon.parameters import DEFAULT_LIMIT, Granularity
from dashboard.beacon.request import BeaconRequest
from dashboard.door.refusal import Refusal

SCHEMAS: Final = {
    "genomicVariant": "ga4gh-beacon-variant-v2.0.0",
    "individual": "ga4gh-beacon-individual-v2.0.0",
    "biosample": "ga4gh-beacon-biosample-v2.0.0",
    "run": "ga4gh-beacon-run-v2.0.0",
    "analysis": "ga4gh-beacon-analysis-v2.0.0",
    "dataset": "ga4gh-beacon-dataset-v2.0.0",
    "cohort": "ga4gh-beacon-cohort-v2.0.0",
}
"""The default schema of each entry type."""


def informational_meta(operator: Operator, schema: str = "") -> dict[str, Any]:
    """The meta of an informational answer."""
    return {
        "beaconId": operator.beacon_id,
        "apiVersion": API_VERSION,
        "returnedSchemas": [{"entityType": "info", "schema": schema}] if schema else [],
    }


def meta(
    operator: Operator, request: BeaconRequest | None, entry_type: str, granularity: Granularity
) -> dict[str, Any]:
    """The meta of an answer about data, with the request as it was understood."""
    schemas = [{"entityType": entry_type, "schema": SCHEMAS[entry_type]}] if entry_type in SCHEMAS else []
    return {
        "beaconId": operator.beacon_id,
        "apiVersion": API_VERSION,
        "returnedGranularity": granularity.value,
        "returnedSchemas": schemas,
        "testMode": bool(request and request.values.get("testMode", False)),
        "receivedRequestSummary": _echo(request, schemas),
    }


def _echo(request: BeaconRequest | None, schemas: list[dict[str, str]]) -> dict[str, Any]:
    if request is None:
        return {
            "apiVersion": API_VERSION,
            "requestedSchemas": [],
            "pagination": {"skip": 0, "limit": DEFAULT_LIMIT},
            "requestedGranularity": Granularity.RECORD.value,
        }
    versions = request.values.get("apiVersion") or (API_VERSION,)
    parameters = request.variant_values()
    return {
        "apiVersion": versions[0] or API_VERSION,
        "requestedSchemas": schemas,
        "filters": [str(part) for part in request.filters],
        "requestParameters": {"g_variant": parameters} if parameters else {},
        "includeResultsetResponses": request.include.value,
        "pagination": {"skip": request.page[0], "limit": request.limit},
        "requestedGranularity": request.granularity.value,
        "testMode": bool(request.values.get("testMode", False)),
    }


def summary(exists: bool, total: int | None) -> dict[str, Any]:
    """The summary of an answer; `total` is None where no number is told."""
    return {"exists": exists} if total is None else {"exists": exists, "numTotalResults": total}


def result_set(identifier: str, count: int, results: Sequence[Any], info: Mapping[str, Any]) -> dict[str, Any]:
    """One dataset of an answer."""
    return {
        "id": identifier,
        "setType": "dataset",
        "exists": count > 0,
        "resultsCount": count,
        "results": list(results),
        "info": dict(info),
    }


def error(operator: Operator, request: BeaconRequest | None, entry_type: str, reason: Refusal) -> dict[str, Any]:
    """A refusal in Beacon's shape: the code is the status of HTTP, the message every sentence of it."""
    return {
        "meta": meta(operator, request, entry_type, Granularity.BOOLEAN),
        "error": {"errorCode": reason.status, "errorMessage": str(reason)},
    }
