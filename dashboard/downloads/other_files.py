"""Files that are not of a place: of one person, and of the callset as a whole."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from dashboard.door.person import PersonQuestion, require_callset, require_person
from dashboard.downloads.about_file import about_callset, about_person, name_of_callset_file, name_of_person_file
from dashboard.downloads.catalogue import OF_PERSONS, download_of
from dashboard.formats import bed, delimited, parquet, pgxseg
from dashboard.formats import json as json_format
from dashboard.formats.about import About
from dashboard.formats.columns import Table
from dashboard.store.database import Generation, PublishedFile
from dashboard.store.person_events import children_events, person_events, relatives_calls
from dashboard.store.trios import trio_quality
from dashboard.store.whole import person_among

BATCH: Final = 5_000
"""Rows a piece."""


def open_other_file(
    published: Generation, values: Mapping[str, str], table: str, suffix: str
) -> tuple[str, Iterator[bytes], PublishedFile]:
    """The name of a file, its pieces, and the database that it is read from; `RefusedError` with every fault of the address."""
    if download_of(table) in OF_PERSONS:
        question = require_person(published, values)
        frame = PERSON_FRAMES[table](question)
        facts = about_person(question, table, suffix)
        name, read = name_of_person_file(question, table, suffix), question.database.file
        people = pl.DataFrame([_person(question)])
    else:
        database, filters = require_callset(published, values)
        frame = trio_quality_in_full(database)
        facts = about_callset(database, filters, table, suffix)
        name, read, people = name_of_callset_file(database, filters, table, suffix), database.file, pl.DataFrame()
    opened = _Opened(frame, download_of(table).columns(()), facts, people)
    return name, _FORMATS[suffix](opened), read


@dataclass(frozen=True, slots=True)
class _Opened:
    """A table about to be written."""

    frame: pl.DataFrame
    table: Table
    facts: About
    people: pl.DataFrame

    @property
    def frames(self) -> Iterator[pl.DataFrame]:
        return self.frame.iter_slices(BATCH)


def _person(question: PersonQuestion) -> dict[str, object]:
    person = question.person
    return {
        "sample": person.sample,
        "superpopulation": person.superpopulation,
        "population": person.population,
        "sex": person.sex,
    }


def _with_person(question: PersonQuestion, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(value, pl.String).alias(name) for name, value in _person(question).items())


def _carried(question: PersonQuestion) -> pl.DataFrame:
    frame = person_among(question.database, question.person.sample_id, question.filters)
    return _with_person(question, frame)


PERSON_FRAMES: Final[dict[str, Callable[[PersonQuestion], pl.DataFrame]]] = {
    "events": lambda question: _with_person(
        question, person_events(question.database, question.person, question.filters)
    ),
    "parents": lambda question: relatives_calls(question.database, question.person, question.filters),
    "children": lambda question: _with_person(
        question, children_events(question.database, question.person, question.filters)
    ),
    "carried": _carried,
}
"""The rows of each table about a person."""


def trio_quality_in_full(database: Generation) -> pl.DataFrame:
    """What trios say of the callset: everything together, by length, by bins, and by both."""
    return pl.concat(
        trio_quality(database, by) for by in ((), ("length_class",), ("bin_class",), ("length_class", "bin_class"))
    )


_ITEMS: Final = bed.Items("bed_name", pl.col("quality"), "QUAL, at most 1000", coloured_by="class")


def _bed(opened: _Opened) -> Iterator[bytes]:
    """Along the genome, as tools want it; a person's own events by the name of the site, a parent's by that of the parent."""
    name = pl.col("site") if "site" in opened.frame.columns else pl.col("sample")
    frame = opened.frame.with_columns(bed_name=name.fill_null("no_site")).sort("chrom", "start", "end")
    return bed.bed_pieces(frame.iter_slices(BATCH), _ITEMS, opened.facts)


def _pgxseg(opened: _Opened) -> Iterator[bytes]:
    # an event, joined from calls, has no copy ratio of its own
    frame = opened.frame.with_columns(copy_ratio=pl.lit(None, pl.Float64))
    return pgxseg.pgxseg_pieces(frame.iter_slices(BATCH), opened.people, opened.facts)


_FORMATS: Final[dict[str, Callable[[_Opened], Iterator[bytes]]]] = {
    "csv": lambda opened: delimited.csv_pieces(opened.frames, opened.table),
    "tsv": lambda opened: delimited.tsv_pieces(opened.frames, opened.table, opened.facts),
    "json": lambda opened: json_format.json_pieces(opened.frames, opened.table, opened.facts),
    "parquet": lambda opened: parquet.parquet_pieces(opened.frames, opened.table, opened.facts),
    "bed": _bed,
    "pgxseg": _pgxseg,
}
