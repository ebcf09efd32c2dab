"""From an HTTP request, in whatever shape a client sends it, to values by the names of the table of parameters.

A body is read as JSON under any content type, with GET too; its parameters may lie flat, in `query`, in
`requestParameters`, or there under the name of an entry type. What the query string says wins. Nothing here judges
values: that is `parameters.parse_values`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from dashboard.beacon.parameters import SHOWN, Type, parameter_named
from dashboard.door.refusal import RefusedError, refusal
from dashboard.question.locus import cut

DEEPEST: Final = 100
"""Levels of nesting in a body at most."""
_NESTED: Final = frozenset(
    {
        "meta", "query", "requestparameters", "pagination", "gvariant", "gvariants", "genomicvariant", "genomicvariants",
        "genomicvariation", "genomicvariations", "variant", "variants", "variation", "datasets", "individual", "biosample", "run",
        "analysis", "cohort", "dataset",
    }
)  # fmt: skip
"""Names whose objects hold parameters, in small letters and without underscores."""
_SILENT: Final = frozenset({"$schema"})
_PARTED_BY_COMMAS: Final = (Type.POSITIONS, Type.IDENTIFIERS, Type.FILTERS, Type.VARIANT_TYPE)


@dataclass(slots=True)
class RawRequest:
    """Values by the names of the table, each in a list; and names that the table does not have."""

    values: dict[str, list[Any]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def ignore(self, name: str) -> None:
        if name not in self.ignored:
            self.ignored.append(name)


def read_request(query: Iterable[tuple[str, str]], body: bytes) -> RawRequest:
    """What a request says. `RefusedError` (400) for a body that is no JSON object, or in which something else stands where an
    object with parameters belongs."""
    raw = RawRequest()
    add_values(raw, parse_body(body), query)
    return raw


def add_values(raw: RawRequest, content: Mapping[str, Any], query: Iterable[tuple[str, str]]) -> None:
    """Adds what a body and a query string say, which wins."""
    for name, value in _from_body(content):
        _add(raw, name, value)
    from_query = RawRequest()
    for name, value in query:
        _add(from_query, name, value)
    for name, values in from_query.values.items():
        raw.values[name] = values
    for name in from_query.ignored:
        raw.ignore(name)


def parse_body(body: bytes) -> dict[str, Any]:
    """The object that a body is; an empty one where there is no body."""
    if not body.strip():
        return {}
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RefusedError(refusal(400, 'The body is no JSON: send an object such as {"query": {}}.')) from None
    if not isinstance(content, dict):
        raise RefusedError(refusal(400, 'The body is no JSON object: send one such as {"query": {}}.'))
    if _is_deeper(content, DEEPEST):
        raise RefusedError(refusal(400, f"The body is nested more than {DEEPEST} levels deep."))
    return content


def _is_deeper(content: Any, deepest: int) -> bool:
    level = [content]
    for _ in range(deepest):
        level = [
            part
            for value in level
            for part in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
            if isinstance(part, dict | list)
        ]
        if not level:
            return False
    return True


def _from_body(content: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in content.items():
        holds_parameters = name.lower().replace("_", "") in _NESTED
        inner = value[0] if holds_parameters and isinstance(value, list) and len(value) == 1 else value
        if isinstance(inner, dict) and holds_parameters:
            yield from _from_body(inner)
        elif holds_parameters and parameter_named(name) is None and list(_plain(value)):
            # what stands in it would be left out of the question, and everything would meet what is left
            sentence = f"{cut(name, SHOWN)} takes one object with parameters."
            raise RefusedError(refusal(400, sentence, cut(name, SHOWN), cut(str(value), SHOWN)))
        elif name not in _SILENT:
            yield name, value


def _add(raw: RawRequest, name: str, value: Any) -> None:
    parameter = parameter_named(name)
    values = list(_plain(value))
    if parameter is None:
        raw.ignore(name[:100])
        return
    if parameter.type is Type.FILTERS:
        values = [part for text in values for part in _filters(text)]
    elif parameter.type in _PARTED_BY_COMMAS:
        values = [part for value in values for part in (_commas(value) if isinstance(value, str) else [value])]
    if values:
        raw.values.setdefault(parameter.name, []).extend(values)


def _commas(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _plain(value: Any) -> Iterable[Any]:
    """The values of a list, or the one; none where it is null or empty."""
    for part in value if isinstance(value, list) else [value]:
        if part is None or part in ({}, []) or (isinstance(part, str) and not part.strip()):
            continue
        yield part


def _filters(value: Any) -> Sequence[Any]:
    """Filters of a text, which may be comma-joined or JSON; an object is one."""
    if not isinstance(value, str):
        return [value]
    text = value.strip()
    if text[:1] in "[{":
        try:
            content = orjson.loads(text)
        except orjson.JSONDecodeError:
            return [text]
        return list(_plain(content))
    return _commas(text)
