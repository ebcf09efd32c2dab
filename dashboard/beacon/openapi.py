"""The OpenAPI document, made from the table of parameters that parses requests, and the same as a page for people.

Every path takes the same parameters, by GET in the query string and by POST in a body; so the document is the paths of the
model times one list.
"""

from collections.abc import Iterator
from html import escape
from typing import Any, Final

from dashboard.beacon.informational import ENTRY_TYPES, NESTED, WITH_FILTERING_TERMS
from dashboard.beacon.operator import API_VERSION, Operator
from dashboard.beacon.parameters import MOST_RECORDS, PARAMETERS, Parameter, Scope, Type

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
    "cnvFrequency": ("referenceName", "start", "end", "geneId", "variantType"),
    "intervalFrequencies": ("filters",),
}
"""Parameters of the services that do not take them all."""


def document(operator: Operator, root: str) -> Content:
    """The document, OpenAPI 3.1."""
    paths: Content = {}
    for path, summary in INFORMATIONAL.items():
        parameters = _parameters(("skip", "limit")) if path == "filtering_terms" else []
        paths[f"/{path}"] = {"get": _operation(summary, parameters, informational=True)}
    for path, summary, identifiers in _model_paths():
        methods: Content = {"get": _operation(summary, [*identifiers, *_parameters()])}
        if not path.endswith("filtering_terms"):
            methods["post"] = _operation(summary, identifiers) | {"requestBody": _body()}
        paths[path] = methods
    for name, summary in SERVICES.items():
        parameters = _parameters(OF_SERVICES.get(name))
        paths[f"/services/{name}"] = {"get": _operation(summary, parameters, service=True)}
    return {
        "openapi": "3.1.0",
        "info": {"title": operator.name, "description": operator.description, "version": API_VERSION},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"schemas": {"Answer": {"type": "object", "required": ["meta"]}, "Error": _error()}},
    }


def _model_paths() -> Iterator[tuple[str, str, list[Content]]]:
    identifier = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    for entry_type, (path, _, name, *_rest) in ENTRY_TYPES.items():
        yield f"/{path}", f"{name}: those that meet a question", []
        yield f"/{path}/{{id}}", f"{name}: one", identifier
        for nested in NESTED[entry_type]:
            yield f"/{path}/{{id}}/{ENTRY_TYPES[nested][0]}", f"{ENTRY_TYPES[nested][2]} of one {name}", identifier
        if entry_type in WITH_FILTERING_TERMS:
            yield f"/{path}/{{id}}/filtering_terms", f"Filters for one {name}", identifier


def _parameters(names: tuple[str, ...] | None = None) -> list[Content]:
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": _description(parameter),
            "schema": _schema(parameter),
            "example": parameter.example,
            **({"style": "form", "explode": False} if _is_list(parameter) else {}),
        }
        for parameter in PARAMETERS
        if names is None or parameter.name in names
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
    variant = {one.name: _schema(one) for one in PARAMETERS if one.scope is Scope.VARIANT}
    query = {
        one.name: _schema(one)
        for one in PARAMETERS
        if one.scope is Scope.QUERY and one.name not in ("filters", "skip", "limit")
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


def _operation(
    summary: str, parameters: list[Content], *, informational: bool = False, service: bool = False
) -> Content:
    content = {} if service else {"content": {"application/json": {"schema": {"type": "object"}}}}
    fault = {"description": "The request cannot be answered", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}  # fmt: skip
    statuses = ("503",) if informational else ("400", "403", "404", "503")
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": {"description": summary, **content}, **dict.fromkeys(statuses, fault)},
    }


def _error() -> Content:
    return {
        "type": "object",
        "required": ["meta", "error"],
        "properties": {
            "meta": {"type": "object"},
            "error": {
                "type": "object",
                "required": ["errorCode"],
                "properties": {"errorCode": {"type": "integer"}, "errorMessage": {"type": "string"}},
            },
        },
    }


def page(operator: Operator, root: str) -> bytes:
    """The same as a page for people, which fetches nothing."""
    rows = "".join(
        f"<tr><td><code>{escape(one.name)}</code></td><td>{escape(one.type.value)}</td>"
        f"<td>{escape(_description(one))}</td><td><code>{escape(str(one.example))}</code></td></tr>"
        for one in PARAMETERS
    )
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
<p>GA4GH Beacon {API_VERSION}. Positions are 0-based and half-open, on GRCh38. A page holds {MOST_RECORDS:,} records at most.
For programs: <a href="openapi.json">OpenAPI</a>, <a href="map">map</a>, <a href="filtering_terms">filters</a>.</p>
<h2>Parameters</h2>
<table><thead><tr><th>Name</th><th>Takes</th><th>Meaning</th><th>Example</th></tr></thead><tbody>{rows}</tbody></table>
<h2>Paths</h2>
<ul>{paths}</ul>
</main>
</body>
</html>
""".encode()
