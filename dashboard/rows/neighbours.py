"""The other sites that touch a site: of other lengths, and of the other direction (R9)."""

from dataclasses import replace
from typing import Any, Final

import polars as pl

from dashboard.door.question import Question
from dashboard.question import subject
from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.rows.sites import SiteRows
from dashboard.rows.table import Cell, Column, Kind, Row, Sort, number
from dashboard.words import quantities

MOST_ALIKE: Final = Sort("alike", descending=True)


def neighbour_filters(filters: Filters) -> Filters:
    """Those under which neighbours are counted: of both directions, as sites are."""
    return replace(filters.of_sites(), classes=(), copy_numbers=())


class NeighbourRows(SiteRows):
    """The sites that touch a site, as the sites of its interval are told, with how much of the longer of the two both hold."""

    def __init__(self, question: Question) -> None:
        place = question.target.interval
        here = Question(
            question.database, subject.region(place), region_target(place), neighbour_filters(question.filters)
        )
        super().__init__(here)
        shared = pl.min_horizontal("end", pl.lit(place.end)) - pl.max_horizontal("start", pl.lit(place.start))
        longer = pl.max_horizontal(pl.col("end") - pl.col("start"), pl.lit(place.length))
        self._site = question.target.site
        self._frame = (
            self._frame.filter(pl.col("site_id") != self._site)
            .with_columns(alike=shared / longer)
            .sort("alike", descending=True, maintain_order=True)
        )
        alike = Column(
            "alike",
            "Alike",
            Kind.PERCENT,
            help="Bases that both sites hold, as a share of the longer of the two: their reciprocal overlap",
            term="reciprocal-overlap",
        )
        self.columns = (self.columns[0], alike, *self.columns[1:])
        self.order = MOST_ALIKE

    def _all_described(self) -> pl.DataFrame:
        return self._described(self._frame)

    def _row(self, site: dict[str, Any]) -> Row:
        row = super()._row(site)
        cells: tuple[Cell, ...] = row.cells
        return Row(row.name, (cells[0], number(site["alike"], quantities.percent(site["alike"])), *cells[1:]))
