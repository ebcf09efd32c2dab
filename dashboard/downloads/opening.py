"""A table in a format, opened: the pieces of the file, and what has to be let go of when they are sent."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from dashboard import settings
from dashboard.door.asked import Asked, RefusedError, asked
from dashboard.downloads.catalogue import FORMATS, TABLES, there
from dashboard.downloads.told import about, name_of_file
from dashboard.formats import bed, columns, delimited, parquet, pgxseg, vcf
from dashboard.formats import json as json_format
from dashboard.formats.about import About
from dashboard.question.filters import CODING
from dashboard.question.subject import SITE
from dashboard.store.callability import callability, no_share
from dashboard.store.calls import call_batches, calls_by_place, carrying, events_by_place, filters_of
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.carriers.listing import carrier_event_batches
from dashboard.store.cohort import group_codes, superpopulation_names
from dashboard.store.database import PublishedFile
from dashboard.store.gene_counts import gene_counts
from dashboard.store.panel import relatives_counted
from dashboard.store.sites import sites_at, with_alleles, with_genes, with_sight, without_unassessable_numbers
from dashboard.words.frequency_table import frequency_table, without_numbers, without_share

BATCH: Final = 5_000
"""Rows a piece."""

Frames = Iterator[pl.DataFrame]
Opener = Callable[[Asked, ExitStack, About], Iterator[bytes]]


@dataclass(slots=True)
class Opened:
    """A file about to be sent: `held` closes the cursor and the database's lease that the pieces come from."""

    name: str
    media_type: str
    pieces: Iterator[bytes]
    held: ExitStack
    published: PublishedFile
    """The database that it is read from."""


def opened(file: str, given: Mapping[str, str]) -> Opened:
    """The file that an address names (`carriers.csv`), ready to be sent, or `RefusedError`."""
    table, _, suffix = file.partition(".")
    if suffix not in TABLES.get(table, ()):
        raise RefusedError(404, f"There is no such download under /download/; there are {there()}.")
    held = ExitStack()
    try:
        # a gene of a region is counted as on its own page
        rule = CODING if table == columns.GENES.name else None
        what = asked(held.enter_context(settings.store().lease()), given, rule)
        pieces = _OPENERS[table, suffix](what, held, about(what, table, suffix))
        return Opened(name_of_file(what, table, suffix), FORMATS[suffix], pieces, held, what.database.file)
    except BaseException:
        held.close()
        raise


def _carriers(what: Asked, held: ExitStack) -> Frames:
    return held.enter_context(carrier_event_batches(what.database, what.target, what.filters, BATCH))


def _calls(what: Asked, _: ExitStack) -> Frames:
    return call_batches(what.database, what.target, what.filters, BATCH)


def _frequencies(what: Asked, _: ExitStack) -> Frames:
    database, target, filters = what.database, what.target, what.filters
    related = relatives_counted(database, target.interval.chrom, filters)
    counts = frequencies(database, target, filters)
    table = frequency_table(counts, filters, group_codes(database), relatives=related)
    seen = callability(database, target, filters)
    if not seen.assessable:
        return iter([without_numbers(table, blind=seen.is_blind)])
    why = no_share(target, filters, seen)
    return iter([without_share(table, why) if why else table])


def _tabular(table: columns.Table, frames: Callable[[Asked, ExitStack], Frames]) -> dict[tuple[str, str], Opener]:
    """The formats that every table has."""
    return {
        (table.name, "csv"): lambda what, held, _: delimited.csv_pieces(frames(what, held), table),
        (table.name, "tsv"): lambda what, held, told: delimited.tsv_pieces(frames(what, held), table, told),
        (table.name, "json"): lambda what, held, told: json_format.json_pieces(frames(what, held), table, told),
        (table.name, "parquet"): lambda what, held, told: parquet.parquet_pieces(frames(what, held), table, told),
    }


_CALLS_IN_BED: Final = bed.Items("sample", pl.col("quality"), "QUAL, at most 1000", coloured_by="class")
_CARRIERS_IN_BED: Final = replace(_CALLS_IN_BED, coloured_by="carrier_class")
"""Events, each in the colour of its carrier's class at the place (R7)."""


def _carriers_bed(what: Asked, held: ExitStack, told: About) -> Iterator[bytes]:
    carried = carrying(what.database, what.target, what.filters, BATCH)
    frames = held.enter_context(events_by_place(what.database, what.target, carried, BATCH))
    return bed.bed_pieces(frames, _CARRIERS_IN_BED, told)


def _calls_bed(what: Asked, held: ExitStack, told: About) -> Iterator[bytes]:
    carried = carrying(what.database, what.target, what.filters, BATCH)
    frames = held.enter_context(calls_by_place(what.database, what.target, carried, BATCH))
    return bed.bed_pieces(frames, _CALLS_IN_BED, told)


def _calls_vcf(what: Asked, held: ExitStack, told: About) -> Iterator[bytes]:
    carried = carrying(what.database, what.target, what.filters, BATCH)
    people = [vcf.Person(*row) for row in carried.people.select("sample", "sex").iter_rows()]
    filters = filters_of(what.database, carried)
    frames = held.enter_context(calls_by_place(what.database, what.target, carried, BATCH))
    return vcf.calls_pieces(frames, people, filters, told)


def _pgxseg(frames: Callable[[Asked, ExitStack], Frames]) -> Opener:
    def open_file(what: Asked, held: ExitStack, told: About) -> Iterator[bytes]:
        people = carrying(what.database, what.target, what.filters, BATCH).people
        return pgxseg.pgxseg_pieces(frames(what, held), people, told)

    return open_file


def _sites(what: Asked) -> tuple[pl.DataFrame, list[str]]:
    """The sites of the place in its order, and the super-populations that have counts."""
    used = what.filters.of_sites().to_query()
    for name in what.filters.to_query():
        if name not in used:
            raise RefusedError(400, f"{name} is not used for sites: a site is what its events made it.")
    found = sites_at(what.database, what.target.interval, what.filters)
    if what.target.site is not None:
        found = found.filter(pl.col("site_id") == what.target.site)
    groups = [code for code in superpopulation_names(what.database) if f"samples_{code}" in found.columns]
    found = found.with_columns(length=pl.col("end") - pl.col("start"))
    place = callability(what.database, what.target, what.filters)
    seen = without_unassessable_numbers(
        with_sight(what.database, with_alleles(found).sort("start", "end", "direction"), what.filters, place.paralogous)
    )
    return with_genes(what.database, seen), groups


def _sites_tabular(suffix: str) -> Opener:
    def open_file(what: Asked, held: ExitStack, told: About) -> Iterator[bytes]:
        found, groups = _sites(what)
        return _tabular(columns.sites(groups), lambda *_: found.iter_slices(BATCH))["sites", suffix](what, held, told)

    return open_file


def _sites_bed(what: Asked, _: ExitStack, told: About) -> Iterator[bytes]:
    items = bed.Items(
        "site",
        pl.col("frequency") * 1_000,
        "frequency per 1,000 people; 0 where none can be told, and grey where not assessable",
        coloured_by="shown_direction",
    )
    shown = pl.when(pl.col("carriers").is_not_null()).then(pl.col("direction"))
    return bed.bed_pieces([_sites(what)[0].with_columns(shown_direction=shown)], items, told)


def _sites_vcf(what: Asked, _: ExitStack, told: About) -> Iterator[bytes]:
    return vcf.sites_pieces(*_sites(what), told)


def _genes(what: Asked, _: ExitStack) -> Frames:
    if what.subject.site is not None:
        raise RefusedError(400, f"{SITE} is not used for genes: leave it out, or ask for the carriers of the site.")
    return gene_counts(what.database, what.target.interval, what.filters, what.gene)


_GENES_IN_BED: Final = bed.Items(
    "symbol",
    pl.max_horizontal("frequency_loss", "frequency_gain") * 1_000,
    "carriers of losses or of gains, whichever are more, per 1,000 people; 0 where no frequency can be told, and grey where not "
    "assessable",
    coloured_by="commoner",
    strand="strand",
)


def _genes_bed(what: Asked, held: ExitStack, told: About) -> Iterator[bytes]:
    losses, gains = pl.col("carriers_loss").fill_null(0), pl.col("carriers_gain").fill_null(0)
    commoner = pl.when(losses > gains).then(pl.lit("loss")).when(gains > 0).then(pl.lit("gain"))
    frames = (frame.with_columns(commoner=commoner) for frame in _genes(what, held))
    return bed.bed_pieces(frames, _GENES_IN_BED, told)


_OPENERS: Final[dict[tuple[str, str], Opener]] = {
    **_tabular(columns.CALLS, _calls),
    ("calls", "bed"): _calls_bed,
    ("calls", "vcf"): _calls_vcf,
    ("calls", "pgxseg"): _pgxseg(_calls),
    **_tabular(columns.CARRIERS, _carriers),
    ("carriers", "bed"): _carriers_bed,
    ("carriers", "pgxseg"): _pgxseg(_carriers),
    **_tabular(columns.FREQUENCIES, _frequencies),
    **{("sites", suffix): _sites_tabular(suffix) for suffix in ("csv", "tsv", "json", "parquet")},
    ("sites", "bed"): _sites_bed,
    ("sites", "vcf"): _sites_vcf,
    **_tabular(columns.GENES, _genes),
    ("genes", "bed"): _genes_bed,
}
