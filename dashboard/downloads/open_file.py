"""A table in a format, opened: the pieces of the file, and what has to be let go of when they are sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import polars as pl

from dashboard import settings
from dashboard.door.person import require_person
from dashboard.door.question import Question
from dashboard.door.refusal import Refusal, RefusedError, combine, refusal
from dashboard.door.resolve import names_several_genes, require_genes, require_question
from dashboard.downloads import cohort_files
from dashboard.downloads.about_file import (
    about,
    about_cohort,
    about_genes,
    name_of_cohort_file,
    name_of_file,
    name_of_genes_file,
)
from dashboard.downloads.catalogue import (
    FORMATS,
    TABULAR,
    detail_of,
    download_of,
    formats_of,
    list_tables,
    require_disclosure,
)
from dashboard.formats import bed, delimited, parquet, pgxseg, vcf
from dashboard.formats import json as json_format
from dashboard.formats.about import About
from dashboard.question import links
from dashboard.question.locus import cut
from dashboard.question.person import SAMPLE
from dashboard.store.callability import callability, no_share
from dashboard.store.calls import call_batches, calls_by_place, events_by_place, filters_of_calls, read_carrier_events
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.carriers.listing import carrier_event_batches
from dashboard.store.cohort import group_codes, group_names, population_names, superpopulation_names
from dashboard.store.database import BusyError, Generation, PublishedFile, UnavailableError
from dashboard.store.gene_counts import counts_of, gene_counts, without_small_genes
from dashboard.store.genes import Gene
from dashboard.store.panel import relatives_counted
from dashboard.store.sites import (
    sites_at,
    with_alleles,
    with_genes,
    with_sight,
    without_small_counts,
    without_unassessable_numbers,
)
from dashboard.words.frequency_table import blank_numbers, frequency_table, without_share, without_small_cells

BATCH: Final = 5_000
"""Rows a piece."""

Frames = Iterator[pl.DataFrame]
Entry = TypeVar("Entry")
"""What the rows of a table are asked by."""
Opener = Callable[[Question, ExitStack, About], Iterator[bytes]]


@dataclass(slots=True)
class OpenFile:
    """A file about to be sent: `held` closes the cursor and the database's lease that the pieces come from."""

    name: str
    media_type: str
    pieces: Iterator[bytes]
    held: ExitStack
    published: PublishedFile
    """The database that it is read from."""


def open_file(file: str, values: Mapping[str, str]) -> OpenFile:
    """The file that an address names (`carriers.csv`), ready to be sent, or `RefusedError`."""
    table, suffix = table_and_format(file, values)
    require_disclosure(detail_of(table))
    held = ExitStack()
    try:
        if table in cohort_files.FILES:
            return _open_cohort(held.enter_context(settings.store().lease()), table, suffix, values, held)
        download = download_of(table)
        published = held.enter_context(settings.store().lease())
        if table == links.GENE_TABLE and names_several_genes(values):
            name, pieces, file_read = _open_genes(published, values, suffix, held)
            return OpenFile(name, FORMATS[suffix], pieces, held, file_read)
        question = require_question(published, values, download.default_overlap, download.without)
        pieces = _OPENERS[table, suffix](question, held, about(question, table, suffix))
        return OpenFile(name_of_file(question, table, suffix), FORMATS[suffix], pieces, held, question.database.file)
    except BaseException:
        held.close()
        raise


def _open_cohort(
    published: Generation, table: str, suffix: str, values: Mapping[str, str], held: ExitStack
) -> OpenFile:
    """A table that is of no gene or region."""
    rows = cohort_files.open_rows(published, table, suffix, values, held)
    address = links.address(f"{links.DOWNLOADS}/{table}.{suffix}", rows.query)
    facts = about_cohort(rows.database, rows.title, rows.counted, rows.filters, address)
    name = name_of_cohort_file(rows.database, table, rows.named, rows.filters, suffix)
    pieces = cohort_files.pieces_of(table, suffix, rows, facts)
    return OpenFile(name, FORMATS[suffix], pieces, held, rows.database.file)


def table_and_format(file: str, values: Mapping[str, str]) -> tuple[str, str]:
    """The names in `carriers.csv`, or `RefusedError` where there is no such download, with a database or without."""
    table, _, suffix = file.partition(".")
    if suffix not in formats_of(table):
        raise RefusedError(
            refuse_path(
                file, f"download under {settings.public_path()}{links.DOWNLOADS}/; there are {list_tables()}", values
            )
        )
    return table, suffix


def refuse_path(file: str, what: str, values: Mapping[str, str]) -> Refusal:
    """404 for a file that there is not, with the faults of the query beside it, so that both can be mended at once.

    Without a database only the path can be told.
    """
    fault = refusal(404, f"There is no such {what}.", value=cut(file, 60))
    if not values:
        return fault
    try:
        with settings.store().lease() as published:
            if SAMPLE in values:
                require_person(published, values)
            else:
                require_question(published, values)
    except RefusedError as error:
        return replace(combine([fault, error.refusal]), status=404)
    except (UnavailableError, BusyError):
        pass
    return fault


def _carriers(question: Question, held: ExitStack) -> Frames:
    return held.enter_context(carrier_event_batches(question.database, question.target, question.filters, BATCH))


def _calls(question: Question, _: ExitStack) -> Frames:
    return call_batches(question.database, question.target, question.filters, BATCH)


def _frequencies(question: Question, _: ExitStack) -> Frames:
    database, target, filters = question.database, question.target, question.filters
    related = relatives_counted(database, target.interval.chrom, filters)
    counts = frequencies(database, target, filters)
    superpopulations = {code: superpopulation for code, (_, superpopulation) in population_names(database).items()}
    table = frequency_table(counts, filters, group_codes(database), relatives=related).with_columns(
        pl.when(pl.col("grouped_by") == "population")
        .then(pl.col("group").replace_strict(superpopulations, default=None, return_dtype=pl.String))
        .alias("superpopulation"),
        pl.when(pl.col("grouped_by").is_in(["superpopulation", "population"]))
        .then(pl.col("group").replace_strict(group_names(database), default=None, return_dtype=pl.String))
        .alias("label"),
    )
    seen = callability(database, target, filters)
    if not seen.assessable:
        return iter([blank_numbers(table, blind=seen.is_blind)])
    why = no_share(target, filters, seen)
    return iter([without_small_cells(without_share(table, why) if why else table, settings.disclosure().smallest_cell)])


def _tabular(
    name: str, frames: Callable[[Entry, ExitStack], Frames], superpopulations: Sequence[str] = ()
) -> dict[tuple[str, str], Callable[[Entry, ExitStack, About], Iterator[bytes]]]:
    """The formats that every table has; where its columns tell super-populations apart, of these."""
    table = download_of(name).columns(superpopulations)
    return {
        (table.name, "csv"): lambda question, held, _: delimited.csv_pieces(frames(question, held), table),
        (table.name, "tsv"): lambda question, held, facts: delimited.tsv_pieces(frames(question, held), table, facts),
        (table.name, "json"): lambda question, held, facts: json_format.json_pieces(
            frames(question, held), table, facts
        ),
        (table.name, "parquet"): lambda question, held, facts: parquet.parquet_pieces(
            frames(question, held), table, facts
        ),
    }


_CALLS_IN_BED: Final = bed.Items("sample", pl.col("quality"), "QUAL, at most 1000", coloured_by="class")
_CARRIERS_IN_BED: Final = replace(_CALLS_IN_BED, coloured_by="carrier_class")
"""Events, each in the colour of its carrier's class at the place (R7)."""


def _carriers_bed(question: Question, held: ExitStack, facts: About) -> Iterator[bytes]:
    carried = read_carrier_events(question.database, question.target, question.filters, BATCH)
    frames = held.enter_context(events_by_place(question.database, question.target, carried, BATCH))
    return bed.bed_pieces(frames, _CARRIERS_IN_BED, facts)


def _calls_bed(question: Question, held: ExitStack, facts: About) -> Iterator[bytes]:
    carried = read_carrier_events(question.database, question.target, question.filters, BATCH)
    frames = held.enter_context(calls_by_place(question.database, question.target, carried, BATCH))
    return bed.bed_pieces(frames, _CALLS_IN_BED, facts)


def _calls_vcf(question: Question, held: ExitStack, facts: About) -> Iterator[bytes]:
    carried = read_carrier_events(question.database, question.target, question.filters, BATCH)
    people = [vcf.Person(*row) for row in carried.people.select("sample", "sex").iter_rows()]
    filters = filters_of_calls(question.database, carried)
    frames = held.enter_context(calls_by_place(question.database, question.target, carried, BATCH))
    return vcf.calls_pieces(frames, people, filters, facts)


def _pgxseg(frames: Callable[[Question, ExitStack], Frames]) -> Opener:
    def open_table(question: Question, held: ExitStack, facts: About) -> Iterator[bytes]:
        people = read_carrier_events(question.database, question.target, question.filters, BATCH).people
        return pgxseg.pgxseg_pieces(frames(question, held), people, facts)

    return open_table


def _sites(question: Question) -> tuple[pl.DataFrame, list[str]]:
    """The sites of the place in its order, and the super-populations that have counts."""
    sites = sites_at(question.database, question.target.interval, question.filters)
    if question.target.site is not None:
        sites = sites.filter(pl.col("site_id") == question.target.site)
    groups = [code for code in superpopulation_names(question.database) if f"samples_{code}" in sites.columns]
    sites = sites.with_columns(length=pl.col("end") - pl.col("start"))
    place = callability(question.database, question.target, question.filters)
    sites = without_unassessable_numbers(
        with_sight(
            question.database, with_alleles(sites).sort("start", "end", "direction"), question.filters, place.paralogous
        )
    )
    sites = without_small_counts(sites, groups, settings.disclosure().smallest_cell)
    return with_genes(question.database, sites), groups


def _sites_tabular(suffix: str) -> Opener:
    def open_table(question: Question, held: ExitStack, facts: About) -> Iterator[bytes]:
        sites, groups = _sites(question)
        return _tabular("sites", lambda *_: sites.iter_slices(BATCH), groups)["sites", suffix](question, held, facts)

    return open_table


def _sites_bed(question: Question, _: ExitStack, facts: About) -> Iterator[bytes]:
    items = bed.Items(
        "site",
        pl.col("frequency") * 1_000,
        "frequency per 1,000 people; 0 where none can be told, and grey where not assessable",
        coloured_by="shown_direction",
    )
    shown = pl.when(pl.col("carriers").is_not_null()).then(pl.col("direction"))
    return bed.bed_pieces([_sites(question)[0].with_columns(shown_direction=shown)], items, facts)


def _sites_vcf(question: Question, _: ExitStack, facts: About) -> Iterator[bytes]:
    return vcf.sites_pieces(*_sites(question), facts)


def _genes(question: Question, _: ExitStack) -> Frames:
    return _without_withheld(gene_counts(question.database, question.target.interval, question.filters, question.gene))


def _without_withheld(frames: Frames) -> Frames:
    """The counts of genes without the numbers that this server withholds."""
    least = settings.disclosure().smallest_cell
    return (without_small_genes(frame, least) for frame in frames)


_GENES_IN_BED: Final = bed.Items(
    "symbol",
    pl.max_horizontal("frequency_loss", "frequency_gain") * 1_000,
    "carriers of losses or of gains, whichever are more, per 1,000 people; 0 where no frequency can be told, and grey where not "
    "assessable",
    coloured_by="commoner",
    strand="strand",
)


def _gene_formats(
    frames: Callable[[Entry, ExitStack], Frames],
) -> dict[tuple[str, str], Callable[[Entry, ExitStack, About], Iterator[bytes]]]:
    """The formats of the table of genes."""

    def bed_of(entry: Entry, held: ExitStack, facts: About) -> Iterator[bytes]:
        losses, gains = pl.col("carriers_loss").fill_null(0), pl.col("carriers_gain").fill_null(0)
        commoner = pl.when(losses > gains).then(pl.lit("loss")).when(gains > 0).then(pl.lit("gain"))
        rows = (frame.with_columns(commoner=commoner) for frame in frames(entry, held))
        return bed.bed_pieces(rows, _GENES_IN_BED, facts)

    return {**_tabular(links.GENE_TABLE, frames), (links.GENE_TABLE, "bed"): bed_of}


def _open_genes(
    published: Generation, values: Mapping[str, str], suffix: str, held: ExitStack
) -> tuple[str, Iterator[bytes], PublishedFile]:
    """The table of several genes: its name, its pieces, and the database that they are read from."""
    request, genes = require_genes(published, values, download_of(links.GENE_TABLE).without)
    database, filters = request.database, request.filters
    facts = about_genes(database, genes, filters, suffix)

    def rows(entry: Sequence[Gene], _: ExitStack) -> Frames:
        return _without_withheld(counts_of(database, entry, filters))

    formats = _gene_formats(rows)
    pieces = formats[links.GENE_TABLE, suffix](genes, held, facts)
    return name_of_genes_file(database, genes, filters, suffix), pieces, database.file


_OPENERS: Final[dict[tuple[str, str], Opener]] = {
    **_tabular("calls", _calls),
    ("calls", "bed"): _calls_bed,
    ("calls", "vcf"): _calls_vcf,
    ("calls", "pgxseg"): _pgxseg(_calls),
    **_tabular("carriers", _carriers),
    ("carriers", "bed"): _carriers_bed,
    ("carriers", "pgxseg"): _pgxseg(_carriers),
    **_tabular("frequencies", _frequencies),
    **{("sites", suffix): _sites_tabular(suffix) for suffix in TABULAR},
    ("sites", "bed"): _sites_bed,
    ("sites", "vcf"): _sites_vcf,
    **_gene_formats(_genes),
}
