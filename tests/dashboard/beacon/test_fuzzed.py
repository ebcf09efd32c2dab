"""What the OpenAPI document allows, and what it does not, sent by schemathesis: never a 500, never a body off schema.

Values that are drawn at random seldom mean anything, so identifiers and parameters are also taken from those that do.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.dashboard.beacon.client import application
from tests.dashboard.beacon.conftest import CONTENTS
from tests.dashboard.beacon.official_schemas import FOLDER, faults_of_data, faults_of_information
from tests.dashboard.small_database import write_file

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Not whether what the document allows is accepted: a filter of no vocabulary is text as any, and is refused."""
EXAMPLES = settings(
    max_examples=3,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)

KNOWN: dict[str, list[str]] = {
    "g_variants": ["chr1-109687570-109697443-loss", "chrX-103990001-104050000-gain", "event-1-demonstration-1"],
    "individuals": ["onekgind-SIM00003", "SIM00011"],
    "biosamples": ["onekgbs-SIM00003", "SIM00011"],
    "runs": ["onekgrun-SIM00003"],
    "analyses": ["onekgcs-SIM00003"],
    "datasets": ["dragen-3.5.7b"],
    "cohorts": ["unrelated", "all"],
}
MEANINGFUL: dict[str, list[Any]] = {
    "referenceName": ["1", "chrX", "Y", "NC_000008.11", "MT"],
    "geneId": ["GSTM1", "SMN1", "XGENE", "GSTT1"],
    "variantType": ["DEL", "<DUP>", "EFO:0030066", "SNV", "gain"],
    "filters": [["HANCESTRO:2003"], ["copyNumber<=1", "NCIT:C16576"], ["level:all"], ["carriers>=1"], ["frequency<0.5", "bins!2"]],
    "requestedGranularity": ["boolean", "count", "record", "aggregated"],
    "includeResultsetResponses": ["HIT", "ALL", "MISS", "NONE"],
    "recordType": ["site", "event"],
    "limit": [0, 3, 10_000],
    "skip": [0, 1, 10**9],
    "start": [[109_687_569], [1, 200_000_000], [0]],
    "end": [[109_697_443], [2, 248_956_422], [10**12]],
    "biosampleIds": [["onekgbs-SIM00003", "SIM00011"]],
    "variantMinLength": [0, 1_000],
    "output": ["json", "pgxfreq"],
}  # fmt: skip


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        database = write_file(Path(tmp_path_factory.mktemp("fuzzed")) / "cnv.duckdb", CONTENTS)
        patch.setenv("CNV_DATABASE", str(database))
        yield schemathesis.openapi.from_asgi("/beacon/openapi.json", application())


def check(case: Any, statuses: Counter[int]) -> None:
    """Sends it and holds the answer against the document and against the official schemas."""
    answer = case.call()
    statuses[answer.status_code] += 1
    case.validate_response(answer, checks=CHECKS)
    assert answer.headers["access-control-allow-origin"] == ["*"]
    if not answer.headers["content-type"][0].startswith("application/json"):
        return
    content = answer.json()
    if answer.status_code != 200:
        assert content["error"]["errorCode"] == answer.status_code
        assert content["error"]["errorMessage"]
    if not FOLDER.exists() or (answer.status_code == 200 and case.operation.path.startswith("/services/")):
        return
    is_informational = answer.status_code == 200 and "responseSummary" not in content
    found = faults_of_information(case.operation.path, content) if is_informational else faults_of_data(content)
    assert not found, (case.as_curl_command(), found)


def is_of(method: str, kind: str) -> Callable[[Any], bool]:
    return lambda operation: (
        operation.method.upper() == method and (kind == "services") == operation.path.startswith("/services/")
    )


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("method", "kind"), [("GET", "model"), ("POST", "model"), ("GET", "services"), ("POST", "services")]
)
def test_what_is_drawn_at_random(document: Any, method: str, kind: str, mode: Any) -> None:
    statuses: Counter[int] = Counter()
    for operation in filter(is_of(method, kind), (one.ok() for one in document.get_all_operations())):

        @EXAMPLES
        @given(operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            check(case, statuses)

        try:
            send()
        except Unsatisfiable:
            # nothing is wrong with a request without parameters
            assert mode is schemathesis.GenerationMode.NEGATIVE
            assert not operation.query
    assert statuses.total() > 5
    assert set(statuses) <= {200, 400, 404}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_means_something(document: Any, method: str) -> None:
    statuses: Counter[int] = Counter()
    for operation in (one.ok() for one in document.get_all_operations()):
        if operation.method.upper() == method:
            send_what_means_something(operation, statuses)
    assert statuses[200] > statuses.total() / 4
    assert set(statuses) <= {200, 400, 404}


def send_what_means_something(operation: Any, statuses: Counter[int]) -> None:
    values = st.fixed_dictionaries({}, optional={name: st.sampled_from(words) for name, words in MEANINGFUL.items()})
    identifiers = st.sampled_from(KNOWN.get(operation.path.split("/")[1], [""]))

    @settings(EXAMPLES, max_examples=5)
    @given(values, identifiers)
    def send(drawn: dict[str, Any], identifier: str) -> None:
        place = {"id": identifier} if "{id}" in operation.path else {}
        if operation.method.upper() == "GET":
            names = {parameter.name for parameter in operation.query}
            query = {name: value for name, value in drawn.items() if name in names}
            joined = {name: ",".join(map(str, one)) if isinstance(one, list) else one for name, one in query.items()}
            case = operation.Case(path_parameters=place, query=joined)
        else:
            filters = drawn.get("filters", [])
            variant = {name: value for name, value in drawn.items() if name not in ("filters", "output")}
            body = {"query": {"requestParameters": variant, "filters": filters}}
            case = operation.Case(path_parameters=place, body=body, media_type="application/json")
        check(case, statuses)

    send()
