"""Files of the whole cohort, of a person, and of the catalogue of sites: which there are, and their rows.

Beside the tables of a gene or region: these take no place, or a person, or the catalogue's own names. A name that one does not use
is refused, with every other fault of the address, as for every file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from dashboard.door.catalogue import NOT_USED, PAGE, REGION, require_catalogue
from dashboard.door.overview import Overview, cohort_words, require_overview
from dashboard.door.person import require_person
from dashboard.door.refusal import RefusedError, combine, refusal
from dashboard.formats import bed, cohort_columns, columns, delimited, parquet, vcf
from dashboard.formats import json as json_format
from dashboard.formats.about import About
from dashboard.formats.columns import Table
from dashboard.operating.disclosure import Detail
from dashboard.question import catalogue, filters, links, view
from dashboard.question.filters import ANY, CALLSET, Filters, parse
from dashboard.question.locus import cut
from dashboard.question.person import SAMPLE
from dashboard.question.problem import Problem
from dashboard.question.versus import VERSUS
from dashboard.store.catalogue import catalogue_batches, with_superpopulations
from dashboard.store.cohort import group_codes, superpopulation_names
from dashboard.store.database import Generation
from dashboard.store.person import Person
from dashboard.store.person_events import children_events, person_events, relatives_calls, standing, trio_view
from dashboard.store.sites import without_unassessable_numbers
from dashboard.store.trios import trio_quality
from dashboard.store.whole import carried_by_group, genome_bins, pairwise_differences, population_table, spectrum
from dashboard.words import catalogue as catalogue_words
from dashboard.words import filters as filter_words
from dashboard.words import quantities
from data_prep.domain.chromosomes import LENGTHS

BATCH: Final = 5_000
"""Rows a piece."""
_ALONG: Final = ("bed", "vcf")
_TABULAR: Final = ("csv", "tsv", "json", "parquet")
_OF_EVENTS: Final = ("class", "filter", "min_length", "max_length", "min_quality", "min_bins", "copy_number", CALLSET)
_OF_OVERVIEW: Final = (*filters.NAMES, VERSUS)


@dataclass(frozen=True, slots=True)
class CohortFile:
    """A table that can be downloaded and that is of no gene or region."""

    table: Table
    words: str
    """What it is, in a menu."""
    tells: Detail
    """What it tells, which a server may withhold."""
    takes: tuple[str, ...]
    """Names that its address may bear."""
    formats: tuple[str, ...] = _TABULAR


@dataclass(frozen=True, slots=True)
class OpenRows:
    """The rows of such a file, with what it says about itself."""

    database: Generation
    filters: Filters
    title: str
    counted: str
    """What the rows are of, in words."""
    frames: Iterator[pl.DataFrame]
    query: Mapping[str, str]
    """Names and values of the address."""
    named: str
    """What a file name says beside the table."""
    groups: tuple[str, ...] = ()
    """Super-populations that are told apart in columns."""
    person: vcf.Person | None = None
    """Whom all rows are of."""


FILES: Final = {
    one.table.name: one
    for one in (
        CohortFile(
            cohort_columns.CATALOGUE,
            "Sites of the catalogue, in its order",
            Detail.INTERVALS,
            (
                REGION,
                *(name for name in filters.NAMES if name not in NOT_USED),
                *(name for name in catalogue.NAMES if name != PAGE),
            ),
            ("csv", "tsv", "bed", "vcf", "json", "parquet"),
        ),
        CohortFile(
            columns.EVENTS,
            "The events of a person",
            Detail.PERSONS,
            (SAMPLE, *_OF_EVENTS),
            ("csv", "tsv", "bed", "vcf", "json", "parquet"),
        ),
        CohortFile(cohort_columns.TRIO, "A child's events, with its parents", Detail.PERSONS, (SAMPLE, *_OF_EVENTS)),
        CohortFile(
            columns.PARENTS,
            "The parents' events that touch them",
            Detail.PERSONS,
            (SAMPLE, *_OF_EVENTS),
            ("csv", "tsv", "bed", "json", "parquet"),
        ),
        CohortFile(columns.CHILDREN, "What children have of them", Detail.PERSONS, (SAMPLE, *_OF_EVENTS)),
        CohortFile(columns.STANDING, "Beside other people", Detail.PERSONS, (SAMPLE, *_OF_EVENTS)),
        CohortFile(cohort_columns.TRIOS, "Trios as evidence of the callset", Detail.EVERY_CELL, (CALLSET,)),
        CohortFile(cohort_columns.DIFFERENCES, "Differences of every two groups", Detail.EVERY_CELL, (CALLSET,)),
        CohortFile(cohort_columns.SPECTRUM, "Site frequency spectrum", Detail.EVERY_CELL, (CALLSET,)),
        CohortFile(cohort_columns.BINS, "The genome in bins", Detail.EVERY_CELL, _OF_OVERVIEW),
        CohortFile(cohort_columns.CARRIED, "What a person carries", Detail.EVERY_CELL, _OF_OVERVIEW),
        CohortFile(cohort_columns.POPULATIONS, "Populations", Detail.EVERY_CELL, (CALLSET,)),
    )
}
"""The files by name. They tell of single people or of numbers that may be of few, so a server that withholds small numbers tells none."""


def open_rows(published: Generation, name: str, suffix: str, values: Mapping[str, str], held: ExitStack) -> OpenRows:
    """The rows of a file; RefusedError with every fault of the address, or 404 for a person whom there is not."""
    if name == links.CATALOGUE:
        return _catalogue(published, values, held, along=suffix in _ALONG)
    rows = _OPENERS[name](published, values, held)
    return replace(rows, frames=_along(rows.frames)) if suffix == "vcf" else rows


def _along(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The rows of a person along the genome."""
    order = pl.col("chrom").replace_strict({chrom: place for place, chrom in enumerate(LENGTHS)}, return_dtype=pl.Int8)
    yield from pl.concat(frames).sort(order, "start", "end", "event").iter_slices(BATCH)


def pieces_of(name: str, suffix: str, rows: OpenRows, facts: About) -> Iterator[bytes]:
    """The file of these rows in a format."""
    frames = rows.frames
    table = cohort_columns.with_groups(FILES[name].table, rows.groups)
    if suffix == "vcf":
        return (
            vcf.events_pieces(frames, rows.person, facts)
            if rows.person
            else vcf.catalogue_pieces(frames, rows.groups, facts)
        )
    if suffix == "csv":
        return delimited.csv_pieces(frames, table)
    if suffix == "tsv":
        return delimited.tsv_pieces(frames, table, facts)
    if suffix == "json":
        return json_format.json_pieces(frames, table, facts)
    if suffix == "bed":
        return bed.bed_pieces(frames, _IN_BED[name], facts)
    return parquet.parquet_pieces(frames, table, facts)


_IN_BED: Final = {
    "catalogue": bed.Items(
        "site",
        pl.col("frequency") * 1_000,
        "frequency per 1,000 people; 0 where none can be told",
        coloured_by="direction",
    ),
    "events": bed.Items("sample", pl.col("quality"), "QUAL, at most 1000", coloured_by="class"),
    "parents": bed.Items("sample", pl.col("quality"), "QUAL, at most 1000", coloured_by="class"),
}


def _catalogue(published: Generation, values: Mapping[str, str], held: ExitStack, *, along: bool) -> OpenRows:
    """The catalogue in its order; formats of intervals have it along the genome."""
    question = require_catalogue(published, values)
    if along:
        question = replace(question, catalogue=replace(question.catalogue, sort="place"))
    database = question.database
    listed = held.enter_context(
        catalogue_batches(database, question.filters, question.catalogue, BATCH, question.place)
    )
    # numbers of people at a site that is not assessable stand in no file; a format moves a row's own interval, and no other (R1)
    frames = (
        without_unassessable_numbers(with_superpopulations(database, frame)).with_columns(
            pl.col("start_min", "start_max") + 1
        )
        for frame in listed
    )
    where = f" that touch {question.gene.symbol if question.gene else question.place}" if question.place else ""
    least = catalogue_words.carriers(question.catalogue.min_carriers)
    narrowed = ", ".join([least, *catalogue_words.narrowing(question.filters, question.catalogue)])
    query = question.query()
    return OpenRows(
        database,
        question.filters,
        "catalogue of sites",
        f"{filter_words.events(question.filters)} of sites{where} with {narrowed}",
        frames,
        query,
        "-".join(
            [query.get(REGION, "genome"), *(f"{name}-{value}" for name, value in question.catalogue.to_query().items())]
        ),
        tuple(superpopulation_names(database)),
    )


def _refuse_faults(name: str, values: Mapping[str, str], problems: Sequence[Problem]) -> None:
    faults = [refusal(400, one.sentence, one.parameter, one.value) for one in problems]
    faults += [
        refusal(400, f"“{cut(key, 40)}” is not used for {name}.", cut(key, 40), cut(value, 60))
        for key, value in values.items()
        if key not in (*FILES[name].takes, *view.NAMES)
    ]
    if faults:
        raise RefusedError(combine(faults))


def read_address(published: Generation, name: str, values: Mapping[str, str]) -> tuple[Generation, Filters]:
    """The callset and the filters of an address of a table of the whole cohort; RefusedError with every fault of it."""
    database = published.of(values.get(CALLSET, ""))
    read, problems = parse(values, group_codes(database), ANY, tuple(published.callsets))
    _refuse_faults(name, values, problems)
    return database, read


def _of_person(
    name: str, title: str, make: Callable[[Generation, Person, Filters], pl.DataFrame]
) -> Callable[[Generation, Mapping[str, str], ExitStack], OpenRows]:
    """A table about a person, of whom `title` says what it is."""

    def rows(published: Generation, values: Mapping[str, str], held: ExitStack) -> OpenRows:
        question = require_person(published, values)
        database, person, filters = question.database, question.person, question.filters
        frame = make(database, person, filters)
        if name != "parents":
            frame = frame.with_columns(pl.lit(value, pl.String).alias(key) for key, value in _facts(person).items())
        counted = (
            f"{filter_words.events_drawn(filters)} of {person.sample}, those on marked chromosomes and without a site too; beside them "
            "unrelated people with a credible event of the same site"
        )
        query = {SAMPLE: person.sample, **filters.to_query()}
        return OpenRows(
            database,
            filters,
            title.format(person.sample),
            counted,
            frame.iter_slices(BATCH),
            query,
            person.sample,
            person=vcf.Person(person.sample, person.sex),
        )

    return rows


def _facts(person: Person) -> dict[str, str | None]:
    return {
        "sample": person.sample,
        "superpopulation": person.superpopulation,
        "population": person.population,
        "sex": person.sex,
    }


def _trio(published: Generation, values: Mapping[str, str], held: ExitStack) -> OpenRows:
    question = require_person(published, values)
    database, person, filters = question.database, question.person, question.filters
    view = trio_view(database, person)
    if view is None:
        raise RefusedError(
            refusal(404, f"No parent of {person.sample} is named in the sample table.", SAMPLE, person.sample)
        )
    parents = ", ".join(
        f"{role} {parent.sample} ({parent.known.value})" if parent else f"{role} not known"
        for role, parent in (("father", view.father), ("mother", view.mother))
    )
    return OpenRows(
        database,
        filters,
        f"{person.sample} and parents",
        f"losses and gains of {person.sample}; {parents}",
        person_events(database, person, filters).with_columns(sample=pl.lit(person.sample)).iter_slices(BATCH),
        {SAMPLE: person.sample, **filters.to_query()},
        person.sample,
    )


def _of_cohort(
    name: str, title: str, counted: str, make: Callable[[Generation], pl.DataFrame]
) -> Callable[[Generation, Mapping[str, str], ExitStack], OpenRows]:
    def rows(published: Generation, values: Mapping[str, str], held: ExitStack) -> OpenRows:
        database, read = read_address(published, name, values)
        return OpenRows(database, read, title, counted, make(database).iter_slices(BATCH), read.to_query(), "cohort")

    return rows


def _differences(database: Generation) -> pl.DataFrame:
    return pl.concat(
        pairwise_differences(database, kind).with_columns(grouped_by=pl.lit(kind))
        for kind in ("superpopulation", "population")
    )


def _trios(database: Generation) -> pl.DataFrame:
    by = ((), ("length_class",), ("bin_class",), ("length_class", "bin_class"))
    return pl.concat([trio_quality(database, classes) for classes in by])


def _overview(
    name: str, title: str, make: Callable[[Overview], pl.DataFrame]
) -> Callable[[Generation, Mapping[str, str], ExitStack], OpenRows]:
    """A table of what the page of the cohort shows, in the groups that it chooses."""

    def rows(published: Generation, values: Mapping[str, str], held: ExitStack) -> OpenRows:
        overview = require_overview(published, values)
        counted = f"{filter_words.events(replace(overview.filters, level=overview.level))}, in {cohort_words(overview.filters)}"
        if overview.left_aside:
            counted += f"; not applied: {quantities.joined(list(overview.left_aside), 'and')}"
        frames = make(overview).iter_slices(BATCH)
        return OpenRows(overview.database, overview.filters, title, counted, frames, overview.query(), "cohort")

    return rows


def _bins(overview: Overview) -> pl.DataFrame:
    """The genome in bins of 1 Mb, of the group that is drawn, and of the one that it is compared with."""
    wanted = [direction.value for direction in overview.filters.directions]
    frames = [
        genome_bins(overview.database, group, overview.level, overview.filters.cohort).with_columns(
            superpopulation=pl.lit(group), length=pl.col("end") - pl.col("start")
        )
        for group in (overview.group, *([overview.versus] if overview.versus else []))
    ]
    return pl.concat(frames).filter(pl.col("direction").is_in(wanted))


def _carried(overview: Overview) -> pl.DataFrame:
    """What a person carries, in every group."""
    return pl.concat(
        carried_by_group(overview.database, overview.filters, kind).with_columns(grouped_by=pl.lit(kind))
        for kind in ("all", "superpopulation", "population", "sex")
    )


_OPENERS: Final[dict[str, Callable[[Generation, Mapping[str, str], ExitStack], OpenRows]]] = {
    "events": _of_person("events", "events of {}", person_events),
    "trio": _trio,
    "parents": _of_person("parents", "the parents' events that touch those of {}", relatives_calls),
    "children": _of_person("children", "what children have of the events of {}", children_events),
    "standing": _of_person("standing", "{} beside other people", standing),
    "trios": _of_cohort(
        "trios",
        "trios as evidence",
        "events of children and of parents in trios of whom all three were read, whatever the cohort; immune loci and marked chromosomes left out",
        _trios,
    ),
    "bins": _overview("bins", "the genome in bins", _bins),
    "carried": _overview("carried", "what a person carries", _carried),
    "differences": _of_cohort(
        "differences", "differences between groups", "credible losses and gains, unrelated people, outliers left out", _differences
    ),
    "spectrum": _of_cohort(
        "spectrum", "site frequency spectrum", "carriers at credible, unrelated people, outliers left out", spectrum
    ),
    "populations": _of_cohort(
        "populations", "populations", "medians at credible, unrelated people, marked chromosomes left out", population_table
    ),
}  # fmt: skip
