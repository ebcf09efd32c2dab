"""The genes of a region, one a row, each counted as its own page counts it."""

from dataclasses import replace
from typing import Any, Final

import polars as pl

from dashboard import settings
from dashboard.door.question import Question
from dashboard.door.refusal import RefusedError, refusal
from dashboard.question.filters import CODING, Filters, Sex
from dashboard.question.subject import Kind as SubjectKind
from dashboard.question.target import region_target
from dashboard.rows.cells import gene_cell
from dashboard.rows.frames import FrameRows
from dashboard.rows.table import NOTHING, Cell, Column, Kind, Row, Sort, number, text, without_number
from dashboard.store.clauses import SEXES, Clause, clauses
from dashboard.store.database import Generation, Size
from dashboard.store.gene_counts import gene_counts, without_small_genes
from dashboard.store.landmarks import landmarks
from dashboard.words import quantities
from data_prep.domain.copy_number import DIRECTIONS, Direction
from data_prep.domain.intervals import Interval

MOST_GENES: Final = 400
"""Genes of a region up to which each is counted for a page: two runs of them."""
ALONG: Final = Sort("place")


def columns(directions: tuple[Direction, ...]) -> tuple[Column, ...]:
    """The columns, of the directions that are counted."""
    return (
        Column("gene", "Gene", Kind.LINK),
        Column("place", "Place", help="From its first base on"),
        Column("length", "Length", Kind.NUMBER),
        *(
            column
            for direction in directions
            for column in (
                Column(f"carriers_{direction.value}", f"{direction.value.capitalize()} carriers", Kind.NUMBER),
                Column(f"frequency_{direction.value}", f"{direction.value.capitalize()}, %", Kind.PERCENT),
            )
        ),
        Column("rule", "Rule", help="The overlap rule in force for the gene", term="overlap-rule"),
        Column("note", "Note", help="What limits the numbers, or why there are none", is_wide=True),
    )


def are_counted(question: Question) -> bool:
    """Whether the genes of a place are so few that each is counted for a page."""
    return landmarks(question.database).genes.touching(question.target.interval).height <= MOST_GENES


def gene_rows(question: Question) -> FrameRows:
    """The genes of a region, by position, the most often lost or gained first; `RefusedError` where they are too many."""
    if not are_counted(question):
        sentence = (
            f"Genes are counted of places with up to {MOST_GENES}: take the file of genes, or name a narrower region."
        )
        raise RefusedError(refusal(400, sentence, SubjectKind.REGION.value, question.subject.name))
    directions = question.filters.directions
    shown = columns(directions)
    least = settings.disclosure().smallest_cell

    def row(gene: dict[str, Any]) -> Row:
        return _row(gene, question, directions)

    keys = {"gene": pl.col("symbol"), "place": pl.col("start"), "note": pl.when(pl.col("note") != "").then("note")}
    # which of two has more carriers would be told by their order
    order = ALONG if least or not directions else Sort(f"frequency_{directions[0].value}", descending=True)
    frame = _genes(question, least)
    return FrameRows(
        shown, order, frame, {column.name: keys.get(column.name, pl.col(column.name)) for column in shown}, row
    )


def _genes(question: Question, least: int) -> pl.DataFrame:
    database, place, filters = question.database, question.target.interval, question.filters
    # a gene of a region is counted as on its own page
    if filters.overlap is None:
        filters = filters.under(CODING)

    def counts(of: Filters) -> pl.DataFrame:
        frames = [without_small_genes(frame, least) for frame in gene_counts(database, place, of, question.gene)]
        return pl.concat(frames) if frames else pl.DataFrame()

    def make() -> pl.DataFrame:
        frame = counts(filters)
        if frame.is_empty():
            return _none(question)
        names = pl.Series("address", _addresses(question, frame), pl.String)
        parts = [
            _parts(database, Interval(*ends), filters) for ends in frame.select("chrom", "start", "end").iter_rows()
        ]
        frame = frame.with_columns(names, apart=pl.Series([len(several) > 1 for several in parts], dtype=pl.Boolean))
        if frame["apart"].any():
            frame = _with_sexes(frame, {sex: counts(replace(filters, sex=sex)) for sex in SEXES}, least)
        return frame

    return database.recall(
        ("rows of genes", place, filters, question.gene and question.gene.gene_id, least), make, _size
    )


def _addresses(question: Question, genes: pl.DataFrame) -> list[str]:
    """What an address calls each gene: its symbol, or its id where two genes share the symbol."""
    known = landmarks(question.database)
    return [
        symbol if known.genes_called(symbol).height == 1 else gene_id
        for gene_id, symbol in genes.select("gene_id", "symbol").iter_rows()
    ]


def _parts(database: Generation, gene: Interval, filters: Filters) -> tuple[Clause, ...]:
    """Of whom the answer about a gene is told apart (R5)."""
    return clauses(database, region_target(gene), filters)


def _with_sexes(genes: pl.DataFrame, by_sex: dict[Sex, pl.DataFrame], least: int) -> pl.DataFrame:
    """The genes with the counts of XY and XX where they are told apart: a share of both together is of neither, so it goes.

    Where small numbers are withheld the counts of one sex would be another question beside that of everyone: then carriers of both
    stay, and no share.
    """
    numbers = ("carriers", "frequency", "ci_low", "ci_high")
    shares = [f"{name}_{direction.value}" for name in numbers[1:] for direction in DIRECTIONS]
    columns = [pl.when(~pl.col("apart")).then(pl.col(name)).alias(name) for name in shares]
    if not least:
        for sex, frame in by_sex.items():
            names = ["samples", *(f"{name}_{direction.value}" for name in numbers for direction in DIRECTIONS)]
            columns += [pl.lit(frame[name]).alias(f"{name}_{sex.value}") for name in names]
    genes = genes.with_columns(columns)
    if least:
        return genes
    # ordered by the larger of the two shares
    return genes.with_columns(
        pl.when("apart")
        .then(pl.max_horizontal(f"frequency_{direction.value}_{sex.value}" for sex in by_sex))
        .otherwise(f"frequency_{direction.value}")
        .alias(f"frequency_{direction.value}")
        for direction in DIRECTIONS
    )


def _size(_: pl.DataFrame) -> Size:
    return Size.SMALL


def _none(question: Question) -> pl.DataFrame:
    """No gene, with the columns that orders name."""
    names = [f"{name}_{direction.value}" for name in ("carriers", "frequency") for direction in DIRECTIONS]
    schema = {**dict.fromkeys(names, pl.Float64), "length": pl.Int64, "rule": pl.String, "note": pl.String}
    empty = landmarks(question.database).genes.touching(question.target.interval).clear()
    return empty.hstack(pl.DataFrame(schema=schema))


def _row(gene: dict[str, Any], question: Question, directions: tuple[Direction, ...]) -> Row:
    interval = Interval(gene["chrom"], gene["start"], gene["end"])
    name = gene["description"] or gene["biotype"].replace("_", " ")
    cells = (
        gene_cell(gene["symbol"], gene["address"], question.filters, title=name),
        Cell(f"{interval.start + 1:,}-{interval.end:,}", interval.start),
        number(interval.length, quantities.length(interval.length)),
        *(cell for direction in directions for cell in _counts(gene, direction)),
        text(gene["rule"]),
        text(gene["note"]),
    )
    return Row(gene["gene_id"], cells)


def _counts(gene: dict[str, Any], direction: Direction) -> tuple[Cell, Cell]:
    """Carriers of those counted, and their share with its interval or the bound of none; of XY and XX apart where they have
    different copies."""
    name = direction.value
    carriers, share = gene[f"carriers_{name}"], gene[f"frequency_{name}"]
    if not gene["assessable"]:
        return without_number("not assessable"), NOTHING
    if carriers is None:
        return without_number("withheld"), NOTHING
    if share is None:
        return Cell(f"{quantities.count(carriers)} called", carriers), without_number("no frequency")
    if not gene.get("apart"):
        return (
            Cell(f"{quantities.count(carriers)} of {quantities.count(gene['samples'])}", carriers),
            Cell(_share(carriers, share, gene[f"ci_low_{name}"], gene[f"ci_high_{name}"]), share),
        )
    of_each, shares = [], []
    for sex in SEXES:
        number_of_sex, people, *share_of_sex = (
            gene[f"{column}_{sex.value}"]
            for column in (f"carriers_{name}", "samples", f"frequency_{name}", f"ci_low_{name}", f"ci_high_{name}")
        )
        if number_of_sex is None or share_of_sex[0] is None:
            of_each.append(f"{sex.value} not assessable")
            continue
        of_each.append(f"{sex.value} {quantities.count(number_of_sex)} of {quantities.count(people)}")
        shares.append(f"{sex.value} {_share(number_of_sex, *share_of_sex)}")
    return Cell("; ".join(of_each), carriers), Cell("; ".join(shares), share)


def _share(carriers: int, share: float, low: float | None, high: float | None) -> str:
    if carriers == 0 or low is None:
        return "0" if high is None else f"below {quantities.upper_bound(high)}"
    return f"{quantities.percent(share)} ({quantities.interval_percent(low, high or 1.0)})"
