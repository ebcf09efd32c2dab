"""How much every two populations differ (R10), a pair a row."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from dashboard import pages
from dashboard.question import links
from dashboard.question.filters import Filters
from dashboard.rows.frames import FrameRows
from dashboard.rows.table import Cell, Column, Kind, Row, Sort, number
from dashboard.store.cohort import population_names
from dashboard.store.database import Generation
from dashboard.store.whole import pairwise_differences
from dashboard.words import quantities

MOST_DIFFERENT: Final = Sort("fst", descending=True)
COLUMNS: Final = (
    Column("first", "Population", Kind.LINK, help="With its super-population; leads to its sites"),
    Column("second", "and", Kind.LINK, help="With its super-population; leads to its sites"),
    Column("fst", "F_ST", Kind.NUMBER, help="Of alleles that are lost: ratio of sums over sites", term="f_st"),
    Column(
        "fst_sites", "Sites of F_ST", Kind.NUMBER, help="Autosomal sites in it: losses whose alleles have a meaning"
    ),
    Column("vst", "V_ST", Kind.NUMBER, help="Of copies: ratio of sums over sites", term="v_st"),
    Column("vst_sites", "Sites of V_ST", Kind.NUMBER, help="Autosomal sites in it: losses and gains"),
)


def difference_rows(database: Generation, filters: Filters) -> FrameRows:
    """The pairs, each in one order, that of the groups in tables; of `filters` the callset alone is kept in links."""
    names = population_names(database)
    places = {code: place for place, code in enumerate(names)}
    place = {column: pl.col(column).replace_strict(places, return_dtype=pl.Int32) for column in ("first", "second")}
    pairs = pairwise_differences(database).filter(place["first"] < place["second"])

    def row(pair: dict[str, Any]) -> Row:
        cells = (
            *(_population(pair[name], names, filters.callset) for name in ("first", "second")),
            *(
                cell
                for name in ("fst", "vst")
                for cell in (
                    number(pair[name], "" if pair[name] is None else f"{pair[name]:.4f}"),
                    number(pair[f"{name}_sites"], quantities.count(pair[f"{name}_sites"])),
                )
            ),
        )
        return Row(f"{pair['first']} and {pair['second']}", cells)

    keys = {
        column.name: _by_group(names, column.name) if column.kind is Kind.LINK else pl.col(column.name)
        for column in COLUMNS
    }
    return FrameRows(COLUMNS, MOST_DIFFERENT, pairs, keys, row)


def _group(code: str, names: Mapping[str, tuple[str, str]]) -> str:
    """By which a population is ordered: its super-population first."""
    return f"{names[code][1]} {code}"


def _by_group(names: Mapping[str, tuple[str, str]], column: str) -> pl.Expr:
    return pl.col(column).replace_strict({code: _group(code, names) for code in names}, return_dtype=pl.String)


def _population(code: str, names: Mapping[str, tuple[str, str]], callset: str) -> Cell:
    name, superpopulation = names[code]
    address = links.address(pages.SITES, Filters(populations=(code,), callset=callset).to_query())
    return Cell(f"{code}, {superpopulation}", _group(code, names), address, name)
