"""Other symbols of genes, and syndromes, by name. The files beside this module are read once a process; `SOURCES.md` says
where they come from.
"""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

FOLDER: Final = Path(__file__).parent
_WITHOUT_MEANING: Final = frozenset(
    [
        "syndrome",
        "disease",
        "deletion",
        "duplication",
        "microdeletion",
        "microduplication",
        "recurrent",
        "region",
        "interval",
        "and",
        "the",
        "of",
    ]
)
SHORTEST_BEGINNING: Final = 3
"""Letters of a text from which syndromes that begin so are offered."""


@dataclass(frozen=True, slots=True)
class Syndrome:
    """A syndrome with its place."""

    name: str
    other_names: tuple[str, ...]
    place: str
    """An interval of the assembly as an address has it, 1-based and inclusive; a band where the ends vary or are not certain."""
    detail: str
    """Which interval it is, or why a band."""
    source: str
    is_read: bool
    """The place was read in the source; else it is remembered."""

    @property
    def names(self) -> tuple[str, ...]:
        """All of its names, its own first."""
        return (self.name, *self.other_names)


@cache
def syndromes() -> tuple[Syndrome, ...]:
    """All of them, in the order of the file."""
    with (FOLDER / "syndromes.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Syndrome(
                row["name"],
                tuple(name for name in row["other_names"].split("|") if name),
                row["place"],
                row["detail"],
                row["source"],
                row["known"] == "read",
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        )


def syndromes_called(text: str) -> tuple[Syndrome, ...]:
    """Those of this name, in any case, hyphens as good as blanks."""
    return _by_name().get(_key(text), ())


def syndromes_meant(text: str) -> tuple[Syndrome, ...]:
    """Those of this name where words such as syndrome, disease and deletion are left out of both."""
    key = _loose(text)
    return _by_loose_name().get(key, ()) if key else ()


def syndromes_beginning(text: str) -> tuple[Syndrome, ...]:
    """Those that have a name that begins with a text of three letters or more."""
    key = _key(text)
    if len(key) < SHORTEST_BEGINNING:
        return ()
    return tuple(syndrome for syndrome in syndromes() if any(_key(name).startswith(key) for name in syndrome.names))


@cache
def _other_symbols() -> dict[str, tuple[str, ...]]:
    ids_of = defaultdict(list)
    table = pl.read_parquet(FOLDER / "other_symbols.parquet")
    for symbol, gene_id in table.iter_rows():
        ids_of[symbol.lower()].append(gene_id)
    return {symbol: tuple(dict.fromkeys(ids)) for symbol, ids in ids_of.items()}


def genes_once_called(symbol: str) -> tuple[str, ...]:
    """Ensembl ids of the genes that have this as a former or another symbol, in any case."""
    return _other_symbols().get(symbol.lower(), ())


def _key(text: str) -> str:
    return re.sub(r"[\s,-]+", " ", text.casefold()).strip()


def _loose(text: str) -> str:
    return " ".join(word for word in _key(text).split() if word not in _WITHOUT_MEANING)


@cache
def _by_name() -> dict[str, tuple[Syndrome, ...]]:
    of_name: dict[str, dict[Syndrome, None]] = defaultdict(dict)
    for syndrome in syndromes():
        for name in syndrome.names:
            of_name[_key(name)][syndrome] = None
    return {key: tuple(ones) for key, ones in of_name.items()}


@cache
def _by_loose_name() -> dict[str, tuple[Syndrome, ...]]:
    of_name: dict[str, dict[Syndrome, None]] = defaultdict(dict)
    for syndrome in syndromes():
        for name in syndrome.names:
            of_name[_loose(name)][syndrome] = None
    return {key: tuple(ones) for key, ones in of_name.items()}
