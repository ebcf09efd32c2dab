"""The OpenAPI document, made from the table of parameters that parses requests, and the same as a page for people.

Every path takes the same parameters, by GET in the query string and by POST in a body; so the document is the paths of the
model times one list.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from dashboard.beacon.informational import ENTRY_TYPES, NESTED, WITH_FILTERING_TERMS
from dashboard.beacon.interval_service import MOST_QUERIES, USED
from dashboard.beacon.operator import API_VERSION, Operator
from dashboard.beacon.page_filters import PARAMETERS as PAGE_FILTERS
from dashboard.beacon.parameters import MOST_RECORDS, PARAMETERS, Granularity, Include, Parameter, Scope, Type
from data_prep.domain.assembly import ASSEMBLY

Content = dict[str, Any]

INFORMATIONAL: Final = {
    "": "What this Beacon is",
    "info": "What this Beacon is",
    "service-info": "The same as GA4GH service-info",
    "configuration": "Entry types, maturity and security",
    "map": "Every path of this Beacon",
    "entry_types": "The entry types",
    "filtering_terms": "Every filter that can be asked for",
}
SERVICES: Final = {
    "cnvFrequency": "How many people carry a loss or gain at any interval or gene, in every population, under each overlap rule",
    "intervalFrequencies": "Share of people with losses and gains in bins of 1 Mb; output=json or pgxfreq",
    "sampletable": "The people who meet a question, tab-separated",
    "pgxsegvariants": "The events that meet a question, as pgxseg",
}
OF_SERVICES: Final = {
    "cnvFrequency": USED,
    "intervalFrequencies": ("filters",),
}
"""Parameters of the services that do not take them all."""
FAULTS: Final = {
    "400": "A value has no meaning; the message names every one",
    "403": "The operator tells less than is asked for",
    "404": "There is nothing of this name",
    "413": "The body is too long",
    "503": "Too many are asking, or there is no database: Retry-After says when to come back",
}


def document(operator: Operator, root: str) -> Content:
    """The document, OpenAPI 3.1."""
    paths: Content = {}
    for path, summary in INFORMATIONAL.items():
        parameters = _parameters(("skip", "limit")) if path == "filtering_terms" else []
        schema = "ServiceInfo" if path == "service-info" else "Information"
        paths[f"/{path}"] = {"get": _operation(summary, parameters, _json(schema), ("400", "503"))}
    for path, summary, identifiers, schema in _model_paths():
        names = ("skip", "limit") if schema == "Information" else None
        faults = ("400", "404", "413", "503")
        paths[path] = {
            "get": _operation(summary, [*identifiers, *_parameters(names)], _json(schema), faults),
            "post": _operation(summary, identifiers, _json(schema), faults) | {"requestBody": _body()},
        }
    for name, summary in SERVICES.items():
        parameters = _parameters(OF_SERVICES.get(name))
        if name == "intervalFrequencies":
            parameters.append(OUTPUT)
        if name == "cnvFrequency":
            parameters += _listed(PAGE_FILTERS)
        content = {media: {"schema": schema} for media, schema in _OF_SERVICE[name].items()}
        refusals = ("400", "403", "404", "413", "503")
        paths[f"/services/{name}"] = {
            "get": _operation(summary, parameters, content, refusals),
            "post": _operation(summary, parameters[-1:] if name == "intervalFrequencies" else [], content, refusals)
            | {"requestBody": _body_of_queries() if name == "cnvFrequency" else _body()},
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": operator.name, "description": operator.description, "version": API_VERSION},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"schemas": SCHEMAS_OF_ANSWERS},
    }


def _model_paths() -> Iterator[tuple[str, str, list[Content], str]]:
    """Path, summary, parameters of the path, and the schema of its answers."""
    identifier = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    for entry_type, (path, _, name, *_rest) in ENTRY_TYPES.items():
        own = "Collections" if entry_type in ("dataset", "cohort") else "Records"
        yield f"/{path}", f"{name}: those that meet a question", [], own
        yield f"/{path}/{{id}}", f"{name}: one", identifier, own
        for nested in NESTED[entry_type]:
            below = f"/{path}/{{id}}/{ENTRY_TYPES[nested][0]}"
            yield below, f"{ENTRY_TYPES[nested][2]} of one {name}", identifier, "Records"
        if entry_type in WITH_FILTERING_TERMS:
            yield f"/{path}/filtering_terms", f"Filters for {ENTRY_TYPES[entry_type][2]}", [], "Information"
            yield f"/{path}/{{id}}/filtering_terms", f"Filters for one {name}", identifier, "Information"


def _parameters(names: tuple[str, ...] | None = None) -> list[Content]:
    return _listed([parameter for parameter in PARAMETERS if names is None or parameter.name in names])


def _listed(parameters: Iterable[Parameter]) -> list[Content]:
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": _description(parameter),
            "schema": _schema(parameter),
            "example": parameter.example,
            **({"style": "form", "explode": False} if _is_list(parameter) else {}),
        }
        for parameter in parameters
    ]


def _description(parameter: Parameter) -> str:
    also = f" Also called {', '.join(parameter.aliases)}." if parameter.aliases else ""
    return f"{parameter.description}{also}"


def _is_list(parameter: Parameter) -> bool:
    return parameter.type in (Type.POSITIONS, Type.IDENTIFIERS, Type.FILTERS)


def _schema(parameter: Parameter) -> Content:
    match parameter.type:
        case Type.POSITIONS:
            return {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1, "maxItems": 2}
        case Type.WHOLE:
            return {"type": "integer", "minimum": 0}
        case Type.IDENTIFIERS | Type.FILTERS:
            return {"type": "array", "items": {"type": "string"}}
        case Type.WORD:
            return {"type": "string", "enum": [str(word) for word in parameter.words]}
        case Type.YES_OR_NO:
            return {"type": "boolean"}
        case _:
            return {"type": "string"}


def _body() -> Content:
    """A body: the variant's parameters in `requestParameters`, filters as objects, the rest of the query beside them."""
    variant = {parameter.name: _schema(parameter) for parameter in PARAMETERS if parameter.scope is Scope.VARIANT}
    query = {
        parameter.name: _schema(parameter)
        for parameter in PARAMETERS
        if parameter.scope is Scope.QUERY and parameter.name not in ("filters", "skip", "limit")
    }
    filters = {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["id"]}]}}
    pagination = {"type": "object", "properties": {"skip": {"type": "integer"}, "limit": {"type": "integer"}}}
    properties = {
        "requestParameters": {
            "type": "object",
            "properties": {**variant, "g_variant": {"type": "object", "properties": variant}},
        },
        "filters": filters,
        "pagination": pagination,
        **query,
    }
    meta = {"type": "object", "properties": {"apiVersion": {"type": "string"}}}
    schema = {"type": "object", "properties": {"meta": meta, "query": {"type": "object", "properties": properties}}}
    return {"content": {"application/json": {"schema": schema}}}


def _body_of_queries() -> Content:
    """A body of the service cnvFrequency: one query, or up to 500."""
    own = [parameter for parameter in PARAMETERS if parameter.name in OF_SERVICES["cnvFrequency"]]
    query = {parameter.name: _schema(parameter) for parameter in (*own, *PAGE_FILTERS)}
    queries = {"type": "array", "maxItems": MOST_QUERIES, "items": {"type": "object", "properties": query}}
    schema = {"type": "object", "properties": {**query, "queries": queries}}
    return {"content": {"application/json": {"schema": schema}}}


def _operation(summary: str, parameters: list[Content], content: Content, faults: tuple[str, ...]) -> Content:
    error = {"application/json": {"schema": _component("Error")}}
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": summary, "content": content},
            **{status: {"description": FAULTS[status], "content": error} for status in faults},
        },
    }


def _json(schema: str) -> Content:
    return {"application/json": {"schema": _component(schema)}}


def _component(schema: str) -> Content:
    return {"$ref": f"#/components/schemas/{schema}"}


def _object(required: Content, optional: Content | None = None) -> Content:
    """An object with these members; others may be beside them."""
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def _list_of(items: Content) -> Content:
    return {"type": "array", "items": items}


_TEXT: Final[Content] = {"type": "string"}
_COUNT: Final[Content] = {"type": "integer", "minimum": 0}
_COUNT_OR_NONE: Final[Content] = {"type": ["integer", "null"], "minimum": 0}
_SHARE: Final[Content] = {"type": "number", "minimum": 0, "maximum": 1}
_SHARE_OR_NONE: Final[Content] = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_PERCENT_OR_NONE: Final[Content] = {"type": ["number", "null"], "minimum": 0, "maximum": 100}
_GRANULARITY: Final[Content] = {"type": "string", "enum": [str(word) for word in Granularity]}
_NOT_ASSESSABLE: Final = _object({"reason": _TEXT, "share": _SHARE})
_OF_REQUEST: Final = _object(
    {
        "apiVersion": _TEXT,
        "requestedSchemas": _list_of({"type": "object"}),
        "pagination": _object({"skip": _COUNT, "limit": {"type": "integer", "minimum": 1, "maximum": MOST_RECORDS}}),
        "requestedGranularity": _GRANULARITY,
    },
    {
        "filters": _list_of(_TEXT),
        "requestParameters": {"type": "object", "additionalProperties": {"type": "object"}},
        "includeResultsetResponses": {"type": "string", "enum": [str(word) for word in Include]},
        "testMode": {"type": "boolean"},
    },
)
_RESULT_SET: Final = _object(
    {
        "id": _TEXT,
        "setType": {"const": "dataset"},
        "exists": {"type": "boolean"},
        "resultsCount": _COUNT,
        "results": {"type": "array", "maxItems": MOST_RECORDS, "items": {"type": "object"}},
    }
)
_INFO: Final = _object(
    {},
    {
        "notAssessable": _NOT_ASSESSABLE,
        "gene": _object({"symbol": _TEXT, "geneId": _TEXT, "referenceName": _TEXT, "start": _COUNT, "end": _COUNT}),
        "ignored": _list_of(_TEXT),
    },
)
_ABOUT_DATA: Final[Content] = {
    "meta": _component("Meta"),
    "responseSummary": _object({"exists": {"type": "boolean"}}, {"numTotalResults": _COUNT}),
}
_COPIES: Final[Content] = {"type": "object", "additionalProperties": _COUNT}
_ROW: Final = _object(
    {
        "population": _TEXT,
        "rule": _TEXT,
        "level": {"enum": ["credible", "pass"]},
        "variantType": {"enum": ["DEL", "DUP"]},
        "carriers": _COUNT_OR_NONE,
        "samples": _COUNT_OR_NONE,
        "frequency": _SHARE_OR_NONE,
        "ciLow": _SHARE_OR_NONE,
        "ciHigh": _SHARE_OR_NONE,
        "copyNumbers": _COPIES,
    },
    {"populationId": _TEXT, "note": _TEXT, "seen": _SHARE},
)
_BIN: Final = _object(
    {
        "no": _COUNT,
        "id": _TEXT,
        "referenceName": _TEXT,
        "start": _COUNT,
        "end": _COUNT,
        "gainFrequency": _PERCENT_OR_NONE,
        "lossFrequency": _PERCENT_OR_NONE,
    }
)
_SITE: Final = _object({"id": _TEXT, "variantType": {"enum": ["DEL", "DUP"]}, "reciprocalOverlap": _SHARE})
_INTERVAL: Final = _object(
    {"variantType": _TEXT, "rows": _list_of(_ROW), "sites": _list_of(_SITE)}, {"notAssessable": _NOT_ASSESSABLE}
)
_BINS: Final = _object({"groupId": _TEXT, "sampleCount": _COUNT, "intervalFrequencies": _list_of(_BIN)})

SCHEMAS_OF_ANSWERS: Final[Content] = {
    "Meta": _object(
        {
            "beaconId": _TEXT,
            "apiVersion": _TEXT,
            "returnedGranularity": _GRANULARITY,
            "returnedSchemas": _list_of({"type": "object"}),
            "receivedRequestSummary": _OF_REQUEST,
        }
    ),
    "InformationalMeta": _object(
        {"beaconId": _TEXT, "apiVersion": _TEXT, "returnedSchemas": _list_of({"type": "object"})}
    ),
    "Information": _object({"meta": _component("InformationalMeta"), "response": {"type": "object"}}),
    "ServiceInfo": _object(
        {
            "id": _TEXT,
            "name": _TEXT,
            "type": _object({"group": _TEXT, "artifact": _TEXT, "version": _TEXT}),
            "organization": _object({"name": _TEXT, "url": _TEXT}),
            "version": _TEXT,
        }
    ),
    "Records": _object(
        _ABOUT_DATA,
        {
            "info": _INFO,
            "response": _object({"resultSets": _list_of(_RESULT_SET)}),
            "beaconHandovers": _list_of({"type": "object"}),
        },
    ),
    "Collections": _object(
        _ABOUT_DATA, {"info": _INFO, "response": _object({"collections": _list_of({"type": "object"})})}
    ),
    "Intervals": _object(
        {"meta": _component("InformationalMeta"), "response": _object({"results": _list_of(_INTERVAL)})},
        {"info": _INFO},
    ),
    "Bins": _object({"meta": _component("InformationalMeta"), "response": _object({"results": _list_of(_BINS)})}),
    "Error": _object(
        {
            "meta": _component("Meta"),
            "error": _object({"errorCode": {"type": "integer"}, "errorMessage": {"type": "string", "minLength": 1}}),
        }
    ),
}
"""What answers look like; records are those of Beacon's default model."""
_TABLE: Final[Content] = {"text/tab-separated-values": _TEXT}
_OF_SERVICE: Final[Content] = {
    "cnvFrequency": {"application/json": _component("Intervals")},
    "intervalFrequencies": {"application/json": _component("Bins"), **_TABLE},
    "sampletable": _TABLE,
    "pgxsegvariants": _TABLE,
}
OUTPUT: Final[Content] = {
    "name": "output",
    "in": "query",
    "description": "The format of the answer.",
    "schema": {"type": "string", "enum": ["json", "pgxfreq"]},
    "example": "pgxfreq",
}


def page(operator: Operator, root: str) -> bytes:
    """The same as a page for people, which fetches nothing."""
    paths = "".join(
        f"<li><code>{escape(method.upper())} {escape(path)}</code> {escape(operation['summary'])}</li>"
        for path, methods in document(operator, root)["paths"].items()
        for method, operation in methods.items()
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Beacon of the {escape(operator.name)}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }}
</style>
</head>
<body>
<main>
<h1>Beacon of the {escape(operator.name)}</h1>
<p>{escape(operator.description)}</p>
<p>GA4GH Beacon {API_VERSION}. Positions are 0-based and half-open, on {ASSEMBLY.name}. A page holds {MOST_RECORDS:,} records at most.
For programs: <a href="openapi.json">OpenAPI</a>, <a href="map">map</a>, <a href="filtering_terms">filters</a>.</p>
<h2>Parameters</h2>
{_table(PARAMETERS)}
<h2>The filters of pages, for cnvFrequency</h2>
<p>With these, /services/cnvFrequency counts what a page with the same names in its address shows.</p>
{_table(PAGE_FILTERS)}
<h2>Paths</h2>
<ul>{paths}</ul>
</main>
</body>
</html>
""".encode()


def _table(parameters: Iterable[Parameter]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(parameter.name)}</code></td><td>{escape(parameter.type.value)}</td>"
        f"<td>{escape(_description(parameter))}</td><td><code>{escape(str(parameter.example))}</code></td></tr>"
        for parameter in parameters
    )
    heads = "".join(f"<th>{head}</th>" for head in ("Name", "Takes", "Meaning", "Example"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
