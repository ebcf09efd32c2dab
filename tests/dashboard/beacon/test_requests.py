"""What clients send, in every shape, and what is refused."""

import json
from typing import Any

import pytest

from tests.dashboard.beacon.client import Client
from tests.dashboard.beacon.official_schemas import faults_of_data, faults_of_information, needs_schemas

RANGE = {"referenceName": "1", "start": 109_687_900, "end": 109_690_000}


def query(**values: Any) -> dict[str, Any]:
    return {"query": values}


# What one of the clients sends: method, path, query string, body, content type; and the parameters that it means.
CLIENTS: list[tuple[str, str, str, str, Any, str, dict[str, Any]]] = [
    (
        "a template of user interfaces: flat parameters, lengths as text, a filter with a scope", "POST", "/individuals", "",
        {
            "meta": {"apiVersion": "2.0"},
            "query": {
                "requestParameters": {"variantType": "DEL", "variantMinLength": "1000", "variantMaxLength": "20000", **RANGE},
                "filters": [{"id": "NCIT:C16576", "scope": "individual"}],
                "pagination": {"skip": 0, "limit": 100},
                "includeResultsetResponses": "HIT", "requestedGranularity": "count",
            },
        },
        "application/json",
        {"variantType": "DEL", "variantMinLength": 1000, "variantMaxLength": 20000, "filters": "NCIT:C16576", **RANGE},
    ),
    (
        "the front end of the network: text that is no list", "POST", "/individuals", "",
        query(requestParameters={"referenceName": "chr1", "start": "109687900", "end": "109690000", "assemblyId": "hg38"}),
        "application/json", RANGE,
    ),
    (
        "the front end of the network: GET with a body", "GET", "/individuals", "",
        query(requestParameters={"g_variant": {"referenceName": "chr1", "start": ["109687900"], "end": ["109690000"]}}),
        "application/json", RANGE,
    ),
    (
        "a facade: GET alone", "GET", "/individuals",
        "referenceName=NC_000001.11&start=109687900&end=109690000&assemblyId=GRCh38&includeResultsetResponses=ALL", None, "", RANGE,
    ),
    (
        "a network in Java: GET as JSON with an empty body", "GET", "/individuals",
        "referenceName=1&start=109687900&end=109690000&limit=0", "", "application/json", RANGE,
    ),
    (
        "the reference resource's pages: a slash, aggregated, repeated and empty values", "GET", "/individuals/",
        "requestedGranularity=aggregated&includeHandovers=true&referenceName=refseq:NC_000001.11&start=109687900&end=109690000"
        "&datasetIds=&variantType=&filters=NCIT:C16576&filters=HANCESTRO:2003", None, "",
        {"filters": "NCIT:C16576,HANCESTRO:2003", **RANGE},
    ),
    (
        "the same with a bracket of repeated values", "GET", "/individuals",
        "referenceName=1&start=109687000&start=109688000&end=109697000&end=109698000", None, "",
        {"referenceName": "1", "start": "109687000,109688000", "end": "109697000,109698000"},
    ),
    (
        "the same of biosamples, below a dataset", "GET", "/datasets/dragen-3.5.7b/biosamples/",
        "requestedGranularity=count&geneId=GSTM1&includeHandovers=false&datasetIds=", None, "", {"geneId": "GSTM1"},
    ),
    (
        "an R package: individuals by name", "GET", "/g_variants", "individualIds=onekgind-SIM00003,onekgind-SIM00011", None, "",
        {"individualIds": "SIM00003,SIM00011"},
    ),
    (
        "an R package: lists of biosamples", "GET", "/g_variants", "biosampleIds=onekgbs-SIM00003,onekgbs-SIM00011", None, "",
        {"biosampleIds": "SIM00003,SIM00011"},
    ),
    (
        "a discovery tool: JSON as a form, no meta, null", "POST", "/individuals", "",
        {"query": {"filters": None, "requestParameters": {"geneId": "GSTM1", "variantType": None}}},
        "application/x-www-form-urlencoded", {"geneId": "GSTM1"},
    ),
    (
        "parameters at the top", "POST", "/individuals", "", {"geneid": "gstm1", "variantType": "<DEL>", "colour": "blue"}, "text/plain",
        {"geneId": "GSTM1", "variantType": "DEL"},
    ),
    (
        "words of the next query format", "POST", "/individuals", "",
        query(requestParameters={"referenceAccession": "refseq:NC_000001.11", "start": [109687900], "end": [109690000], "copyChange": "loss"}),
        "application/json", {"variantType": "DEL", **RANGE},
    ),
    (
        "a refget digest", "GET", "/individuals",
        "referenceName=ga4gh:SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO&start=109687900&end=109690000", None, "", RANGE,
    ),
    (
        "the query string wins over the body", "POST", "/individuals", "geneId=GSTM1", query(requestParameters={"geneId": "SMN1"}),
        "application/json", {"geneId": "GSTM1"},
    ),
    (
        "filters as objects with operators", "POST", "/individuals", "",
        query(
            requestParameters={"geneId": "GSTM1"},
            filters=[{"id": "copyNumber", "operator": "<=", "value": "0"}, {"id": "HANCESTRO:2000", "includeDescendantTerms": True}],
        ),
        "application/json", {"geneId": "GSTM1", "filters": "copyNumber<=0,HANCESTRO:2000"},
    ),
]  # fmt: skip


def send(client: Client, method: str, path: str, values: str, body: Any, kind: str) -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    more: dict[str, Any] = {} if body is None else {"content": content, "headers": {"content-type": kind}}
    return client.http.request(method, f"/beacon{path}" + (f"?{values}" if values else ""), **more)


@pytest.mark.parametrize(
    ("method", "path", "values", "body", "kind", "meant"), [case[1:] for case in CLIENTS], ids=[case[0] for case in CLIENTS]
)  # fmt: skip
def test_what_clients_send(
    client: Client, method: str, path: str, values: str, body: Any, kind: str, meant: dict[str, Any]
) -> None:
    answer = send(client, method, path, values, body, kind)
    assert answer.status_code == 200, answer.text
    plain = client.total(path.rstrip("/"), **meant)
    assert answer.json()["responseSummary"] == {"exists": plain > 0, "numTotalResults": plain}
    assert plain


@needs_schemas
@pytest.mark.parametrize("case", CLIENTS, ids=[case[0] for case in CLIENTS])
def test_answers_to_clients_are_in_shape(client: Client, case: tuple[Any, ...]) -> None:
    assert not faults_of_data(send(client, *case[1:6]).json())


@needs_schemas
@pytest.mark.parametrize(
    ("path", "agent"),
    [
        ("/filtering_terms?limit=0", "BN/2.0.0"), ("/individuals/filtering_terms?limit=0", "BN/2.0.0"), ("/info", ""),
        ("/datasets/dragen-3.5.7b/filtering_terms/", ""), ("/map", "BN/2.0.0"), ("/entry_types/", ""), ("/service-info", "BN/2.0.0"),
    ],
)  # fmt: skip
def test_what_clients_ask_beside_variants(client: Client, path: str, agent: str) -> None:
    headers = {"user-agent": agent or "python", "content-type": "application/json"}
    answer = client.http.request("GET", f"/beacon{path}", headers=headers, content="")
    assert answer.status_code == 200
    assert not faults_of_information(path.partition("?")[0], answer.json())


@pytest.mark.parametrize("root", ["/services", "/beacon/services"])
def test_services_as_an_r_package_asks_for_them(client: Client, root: str) -> None:
    table = client.http.get(f"{root}/sampletable?biosampleIds=onekgbs-SIM00003,onekgbs-SIM00011&limit=0").text
    assert [line.split("\t")[0] for line in table.splitlines()[1:]] == ["onekgbs-SIM00003", "onekgbs-SIM00011"]
    segments = client.http.get(f"{root}/pgxsegvariants?individualIds=onekgind-SIM00003").text
    mine = client.total("/g_variants", individualIds="SIM00003")
    assert len([line for line in segments.splitlines() if not line.startswith("#")]) == 1 + mine
    frequencies = client.http.get(f"{root}/intervalFrequencies/?filters=HANCESTRO:2003&output=pgxfreq")
    assert "HANCESTRO:2003" in frequencies.text


def test_a_path_with_a_line_break_is_404_in_shape(client: Client) -> None:
    for path in ("/beacon/individuals/a%0Ab", "/services/a%0Ab", "/beacon/%0A", "/beacon/individuals/a%0A"):
        answer = client.http.get(path)
        assert (answer.status_code, answer.json()["error"]["errorCode"]) == (404, 404), path
        assert answer.headers["access-control-allow-origin"] == "*"


def test_a_value_that_is_said_twice_is_one(client: Client) -> None:
    expected = client.total("/individuals", geneId="GSTM1")
    body = query(requestParameters={"geneId": "GSTM1", "geneid": "GSTM1"}, requestedGranularity="count")
    assert client.post("/individuals", body)["responseSummary"]["numTotalResults"] == expected
    assert client.http.get("/beacon/individuals?geneId=GSTM1&geneId=SMN1").status_code == 400


def test_a_body_that_is_too_long_is_refused_in_shape(client: Client) -> None:
    answer = client.http.post("/beacon/g_variants", content=b'{"a": "' + b"x" * (1 << 21) + b'"}')
    assert (answer.status_code, answer.json()["error"]["errorCode"]) == (413, 413)
    assert answer.headers["access-control-allow-origin"] == "*"


SPELLINGS: dict[str, list[str]] = {
    "referenceName": [
        "1", "chr1", "CHR1", "NC_000001.11", "refseq:NC_000001.11", "NC_000001", "CM000663.2", "genbank:CM000663.2", "GRCh38:1", "hg38:chr1",
        "ga4gh:SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO", "SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO", "Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO",
    ],
    "assemblyId": [
        "GRCh38", "grch38", "hg38", "GRCh38.p14", "b38", "GCF_000001405", "GCF_000001405.26", "GCF_000001405.40", "GCA_000001405.15",
        "insdc:GCA_000001405.29", "refseq:GCF_000001405.40",
    ],
}  # fmt: skip
LOSS, GAIN, BOTH, NEITHER = "EFO:0030067", "EFO:0030070", "EFO:0030066", "EFO:0030065"
WORDS: dict[str, list[str]] = {
    LOSS: [
        "DEL", "del", "<DEL>", "deletion", "loss", "copy number loss", "copy_number_loss", "efo:0030067", "EFO_0030067", "SO:0001743",
        "SO_0000159", "http://www.ebi.ac.uk/efo/EFO_0030067", "http://purl.obolibrary.org/obo/SO_0001743", "<CNV:DEL>",
    ],
    GAIN: ["DUP", "<DUP>", "duplication", "gain", "SO:0001742", "CNV:DUP"],
    BOTH: [
        "CNV", "<CNV>", "SV", "EFO:0030063", "SO:0001019", "SO:0001537", "copy number assessment", "relative copy number variation",
        "structural_variant", "DEL,DUP",
    ],
    "EFO:0030069": ["EFO:0020073", "high-level loss", "complete genomic loss", "complete genomic deletion"],
    "EFO:0030068": ["low-level loss", "partial loss"],
    "EFO:0030071": ["low-level gain"],
    NEITHER: [
        "SNV", "INS", "<INV>", "BND", "SO:0001483", "LOH", "EFO:0030064", "regional base ploidy", "focal genome amplification", "DUP:TANDEM",
        "<INS:ME:ALU>", "DEL:ME", "CNV:TR", "copy-neutral loss of heterozygosity", "tandem_duplication", "MEI", "complex",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_is_read(client: Client, name: str) -> None:
    expected = client.total("/individuals", **RANGE)
    assert expected
    for spelling in SPELLINGS[name]:
        assert client.total("/individuals", **{**RANGE, name: spelling}) == expected, spelling


@pytest.mark.parametrize("term", WORDS)
def test_every_word_for_a_type_stands_for_its_term(client: Client, term: str) -> None:
    expected = client.total("/individuals", geneId="GSTM1", variantType=term)
    assert bool(expected) is (term != NEITHER)
    for word in WORDS[term]:
        assert client.total("/individuals", geneId="GSTM1", variantType=word) == expected, word


@pytest.mark.parametrize(
    "body",
    [
        RANGE, query(**RANGE), {"requestParameters": RANGE}, query(requestParameters=[RANGE]), [("query", [RANGE])],
        *(query(requestParameters={name: RANGE}) for name in ("g_variant", "g_variants", "genomicVariation", "genomicVariant", "variation")),
        query(request_parameters=RANGE), query(requestParameters={"g_variant": [RANGE]}), {"query": {}, "meta": {"requestParameters": RANGE}},
        query(requestParameters=RANGE, filters=[{}], pagination=None), {"meta": None, **query(requestParameters=RANGE)},
    ],
)  # fmt: skip
def test_parameters_are_found_wherever_they_lie(client: Client, body: Any) -> None:
    expected = client.total("/individuals", **RANGE)
    content = dict(body) if isinstance(body, list) else body
    content = {**content, "requestedGranularity": "count"}
    assert client.post("/individuals", content)["responseSummary"]["numTotalResults"] == expected


@pytest.mark.parametrize(
    "body",
    [
        {"query": "GSTM1"}, {"query": [{"geneId": "GSTM1"}, {"geneId": "SMN1"}]}, query(requestParameters="geneId=GSTM1"),
        query(requestParameters={"g_variant": ["GSTM1"]}), query(pagination=5), query(requestParameters=[RANGE, RANGE]),
    ],
)  # fmt: skip
def test_what_is_no_object_with_parameters_is_refused(client: Client, body: Any) -> None:
    """Else everything would be found, since nothing was asked."""
    answer = client.http.post("/beacon/individuals", content=json.dumps(body))
    assert answer.status_code == 400
    assert "one object" in answer.json()["error"]["errorMessage"]


def test_aggregated_is_answered_as_count(client: Client) -> None:
    content = client.get("/g_variants", geneId="GSTM1", requestedGranularity="aggregated")
    assert content["meta"]["returnedGranularity"] == "count"
    assert "response" not in content


def test_unknown_names_are_ignored_and_named(client: Client) -> None:
    content = client.post(
        "/g_variants", {"colour": "blue", "query": {"requestParameters": {"geneId": "GSTM1", "taste": 1}}}
    )
    assert content["info"]["ignored"] == ["colour", "taste"]
    for path in ("/datasets", "/cohorts", "/biosamples/SIM00003/runs"):
        assert client.get(path, colour="blue")["info"]["ignored"] == ["colour"]
    for path in ("/info", "/map", "/filtering_terms", "/individuals/filtering_terms"):
        content = client.get(path, colour="blue")
        assert content["info"]["ignored"] == ["colour"]
        assert "info" not in client.get(path)


def test_the_echo_is_of_the_schema(client: Client) -> None:
    content = client.get("/g_variants", geneId="GSTM1", filters="copyNumber<=1,NCIT:C16576", start=5, referenceName="8")
    echo = content["meta"]["receivedRequestSummary"]
    assert echo["filters"] == ["copyNumber<=1", "NCIT:C16576"]
    assert echo["requestParameters"] == {"g_variant": {"geneId": "GSTM1", "start": [5], "referenceName": "chr8"}}


REFUSED: list[tuple[str, Any]] = [
    ("variantType=BANANA", "variantType"),
    ("variantType=EFO:0000001", "variantType"),
    ("referenceName=25", "referenceName"),
    ("referenceName=NC_000001.10", "NC_000001.11"),
    ("referenceName=1&start=1&end=10&assemblyId=GRCh37", "GRCh38"),
    ("assemblyId=GCF_000001405.25", "GRCh38"),
    ("referenceName=1&end=5", "start"),
    ("start=1&end=5", "referenceName"),
    ("referenceName=1&start=5&end=5", "before the end"),
    ("referenceName=1&start=7&end=5", "before the end"),
    ("referenceName=1&start=1,2,3&end=5", "start"),
    ("referenceName=1&start=1,2&end=5", "as many"),
    ("referenceName=1&start=1,2", "two ends"),
    ("referenceName=1&start=9,3&end=20,30", "bracket"),
    ("referenceName=1&start=-1&end=5", "negative"),
    ("referenceName=1&start=1.5&end=5", "start"),
    ("referenceName=1&start=one&end=5", "start"),
    ("variantMinLength=10&variantMaxLength=5", "variantMinLength"),
    ("variantMinLength=-1", "variantMinLength"),
    ("limit=-1", "limit"),
    ("skip=-1", "skip"),
    ("skip=x", "skip"),
    ("requestedGranularity=everything", "requestedGranularity"),
    ("includeResultsetResponses=SOME", "includeResultsetResponses"),
    ("filters=HANCESTRO:9999", "HANCESTRO:9999"),
    ("filters=height>3", "height>3"),
    ("filters=copyNumber<=many", "copyNumber"),
    ("filters=level:none", "level:none"),
    ("geneId=NOSUCHGENE", "NOSUCHGENE"),
    ("geneId=TWIN", "ENSG00000900004"),
    ("datasets=elsewhere", "dragen-3.5.7b"),
    ("recordType=banana", "recordType"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "word"), REFUSED)
def test_values_without_a_meaning_are_refused(client: Client, values: str, word: str) -> None:
    for method in ("GET", "POST"):
        answer = client.http.request(method, f"/beacon/g_variants?{values}")
        assert answer.status_code == 400, answer.text
        content = answer.json()
        assert content["error"]["errorCode"] == 400
        assert word in content["error"]["errorMessage"]
        assert {"receivedRequestSummary", "beaconId", "returnedSchemas"} <= content["meta"].keys()


@pytest.mark.parametrize(
    "body",
    ["[]", "3", '"text"', "{", '{"query": NaN}', '{"a": Infinity}', '{"a":' * 101 + "1" + "}" * 101, "\xff\xfe", '{"a": "\\ud800"}'],
    ids=["list", "number", "text", "cut", "nan", "infinity", "deep", "bytes", "surrogate"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(client: Client, body: str) -> None:
    for method in ("POST", "GET"):
        answer = client.http.request(method, "/beacon/g_variants", content=body.encode("latin-1"))
        assert answer.status_code == 400
        assert "JSON" in answer.json()["error"]["errorMessage"] or "deep" in answer.json()["error"]["errorMessage"]


def test_a_body_of_a_hundred_levels_is_read(client: Client) -> None:
    client.http.request("POST", "/beacon/g_variants", content='{"a":' * 99 + "1" + "}" * 99).raise_for_status()


@pytest.mark.parametrize(
    "values", ["referenceName=chrZ&start=1&end=5", "referenceName=1&start=x&end=5", "referenceName=1&start=1,2,3&end=4"]
)
def test_a_value_that_is_refused_is_not_asked_for(client: Client, values: str) -> None:
    message = client.http.get(f"/beacon/g_variants?{values}").json()["error"]["errorMessage"]
    assert message.startswith("“")
    assert "add" not in message


def test_every_fault_is_told_at_once(client: Client) -> None:
    message = client.http.get("/beacon/g_variants?variantType=X1&skip=-3&filters=nothing").json()["error"][
        "errorMessage"
    ]
    for word in ("variantType", "skip", "nothing"):
        assert word in message


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["", "/info", "/g_variants", "/individuals/SIM00003", "/individuals/filtering_terms"])
def test_other_methods_are_405_in_shape(client: Client, method: str, path: str) -> None:
    answer = client.http.request(method, f"/beacon{path}")
    assert answer.status_code == 405
    assert answer.json()["error"]["errorCode"] == 405
    assert "GET" in answer.headers["allow"]


def test_informational_answers_take_no_post(client: Client) -> None:
    for path in ("", "/info", "/service-info", "/configuration", "/map", "/entry_types", "/filtering_terms"):
        assert client.http.post(f"/beacon{path}", content="{}").status_code == 405
        assert client.http.request("HEAD", f"/beacon{path}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/g_variants", 200), ("POST", "/g_variants", 200), ("HEAD", "/g_variants", 200), ("OPTIONS", "/g_variants", 204),
        ("GET", "/g_variants?limit=-1", 400), ("GET", "/nothing", 404), ("PUT", "/g_variants", 405), ("OPTIONS", "/info", 204),
        ("GET", "/individuals/nobody", 404), ("OPTIONS", "/nothing", 404), ("POST", "/g_variants/x/y/z", 404),
    ],
)  # fmt: skip
def test_cors_is_on_every_answer(client: Client, method: str, path: str, status: int) -> None:
    headers = {"origin": "https://elsewhere.test", "access-control-request-headers": "content-type, authorization"}
    answer = client.http.request(method, f"/beacon{path}", headers=headers)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"content-type", "authorization"} <= set(answer.headers["access-control-allow-headers"].split(", "))


def test_an_answer_that_is_known_is_not_sent_again(client: Client) -> None:
    first = client.http.get("/beacon/g_variants?geneId=GSTM1")
    again = client.http.get("/beacon/g_variants?geneId=GSTM1", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.http.get("/beacon/g_variants?geneId=SMN1", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
