"""Reads the operator's file: TOML, every key optional, and every fault told at once with what to write instead."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from dashboard.operating.disclosure import LEAST_CELL, Disclosure, Granularity
from dashboard.operating.operator import ENVIRONMENTS, Operator, Organisation, Term

LONGEST: Final = 2_000
"""Letters of a text at most."""
LARGEST_CELL: Final = 1_000_000
_DUO: Final = re.compile(r"DUO:\d{7}")


class OperatorFileError(Exception):
    """The operator's file cannot be used; `faults` has a sentence for each reason."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        super().__init__(f"The operator's file {path} cannot be used. {' '.join(faults)}")
        self.faults = tuple(faults)


class _ValueFaultError(Exception):
    """A value that cannot be used; the message says what the key takes."""


def read_operator(path: Path) -> Operator:
    """The operator that a file describes. `OperatorFileError` with every fault of it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (
            f"It cannot be read ({error.strerror or error}): name one that is there with --operator or CNV_OPERATOR."
        )
        raise OperatorFileError(path, [reason]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorFileError(path, [f"It is no TOML in UTF-8: {error}."]) from None
    faults: list[str] = []
    values = _values(content, _KEYS, "", faults)
    if "id" in values:
        values["beacon_id"] = values.pop("id")
    table = values.pop("organisation", {})
    organisation = replace(Organisation(), **table)
    disclosure = {name: values.pop(name) for name in [field.name for field in fields(Disclosure)] if name in values}
    if faults:
        raise OperatorFileError(path, faults)
    return replace(Operator(), **values, organisation=organisation, disclosure=Disclosure(**disclosure))


def _values(content: Mapping[str, Any], keys: Mapping[str, "_Read"], where: str, faults: list[str]) -> dict[str, Any]:
    """The values of a table of the file by field; faults are added to the list."""
    values: dict[str, Any] = {}
    for name, given in content.items():
        shown = f"{where}{name}"
        if name not in keys:
            close = get_close_matches(name, keys, 1, 0.5)
            hint = f"did you mean {where}{close[0]}?" if close else f"there are {', '.join(keys)}."
            faults.append(f"{shown[:80]} is no key of it: {hint}")
            continue
        try:
            values[name] = keys[name](given, shown, faults)
        except _ValueFaultError as fault:
            faults.append(f"{shown} takes {fault}, not {_shown(given)}.")
    return values


def _shown(value: Any) -> str:
    words = {True: "true", False: "false"}
    text = words[value] if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


_Read = Callable[[Any, str, list[str]], Any]


def _text(value: Any, _: str, __: list[str]) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not value.isprintable():
        raise _ValueFaultError(f"a line of text of at most {LONGEST:,} letters")
    return value.strip()


def _one_of(words: tuple[str, ...]) -> _Read:
    def read(value: Any, _: str, __: list[str]) -> str:
        if value not in words:
            raise _ValueFaultError(f"{', '.join(words[:-1])} or {words[-1]}")
        return str(value)

    return read


def _granularity(value: Any, where: str, faults: list[str]) -> Granularity:
    return Granularity(_one_of(tuple(Granularity))(value, where, faults))


def _address(value: Any, _: str, __: list[str]) -> str:
    if not _is_web_address(value):
        raise _ValueFaultError("an address such as https://cohort.example/")
    return str(value)


def _contact(value: Any, _: str, __: list[str]) -> str:
    is_mail = isinstance(value, str) and re.fullmatch(r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+", value)
    if not is_mail and not _is_web_address(value):
        raise _ValueFaultError("an address of mail or a page, such as mailto:cohort@example.org")
    return str(value)


def _public_address(value: Any, _: str, __: list[str]) -> str:
    if not _is_web_address(value) or urlsplit(value).query or urlsplit(value).fragment or "//" in urlsplit(value).path:
        raise _ValueFaultError("an address without a query, such as https://cohort.example/explorer")
    return str(value).rstrip("/")


def _is_web_address(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[\x21-\x7e]{1,2000}", value) or set(value) & set("<>\"'`"):
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None and port != 0


def _cell(value: Any, _: str, __: list[str]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not (value == 0 or LEAST_CELL <= value <= LARGEST_CELL):
        raise _ValueFaultError(f"a whole number of people from {LEAST_CELL} on, or 0 for none withheld")
    return value


def _yes_or_no(value: Any, _: str, __: list[str]) -> bool:
    if not isinstance(value, bool):
        raise _ValueFaultError("true or false")
    return value


def _terms(value: Any, where: str, faults: list[str]) -> tuple[Term, ...]:
    if not isinstance(value, list) or not all(isinstance(term, dict) for term in value):
        raise _ValueFaultError("tables with id, label and version, each below [[terms_of_use]]")
    terms = []
    for number, term in enumerate(value, 1):
        before = len(faults)
        given = _values(term, _TERM, f"{where}[{number}].", faults)
        missing = [name for name in _TERM if name not in term]
        if missing:
            faults.append(f"{where}[{number}] has no {' and no '.join(missing)}.")
        if len(faults) == before:
            terms.append(Term(**given))
    return tuple(terms)


def _duo(value: Any, _: str, __: list[str]) -> str:
    if not isinstance(value, str) or not _DUO.fullmatch(value):
        raise _ValueFaultError("a term of the Data Use Ontology such as DUO:0000042")
    return value


def _organisation(value: Any, _: str, faults: list[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _ValueFaultError("a table: write its keys below [organisation]")
    return _values(value, _ORGANISATION, "organisation.", faults)


_TERM: Final[dict[str, _Read]] = {"id": _duo, "label": _text, "version": _text}
_ORGANISATION: Final[dict[str, _Read]] = {
    "id": _text,
    "name": _text,
    "url": _address,
    "contact": _contact,
    "logo": _address,
}
_KEYS: Final[dict[str, _Read]] = {
    "id": _text,
    "name": _text,
    "description": _text,
    "environment": _one_of(ENVIRONMENTS),
    "contact": _contact,
    "logo": _address,
    "public_address": _public_address,
    "granularity": _granularity,
    "smallest_cell": _cell,
    "case_level_data": _yes_or_no,
    "organisation": _organisation,
    "terms_of_use": _terms,
}
