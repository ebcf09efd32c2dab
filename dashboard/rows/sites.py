"""The sites of a place, one a row, with their carriers in the group that is counted (R9)."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from dashboard import settings
from dashboard.door.question import Question
from dashboard.question.filters import Filters
from dashboard.rows.cells import site_cell
from dashboard.rows.frames import ordered
from dashboard.rows.table import NOTHING, Cell, Column, Kind, Row, Sort, Window, number, text, without_number
from dashboard.store.callability import callability
from dashboard.store.cohort import superpopulation_names
from dashboard.store.database import Generation, Size
from dashboard.store.sites import (
    FEW_ROWS,
    sites_at,
    with_alleles,
    with_genes,
    with_sight,
    without_shares,
    without_small_counts,
)
from dashboard.words import quantities, region_kinds
from dashboard.words.seen import is_partly_seen
from data_prep.domain.copy_number import Direction
from data_prep.domain.intervals import Interval

GENES_SHOWN: Final = 3
MOST_CARRIERS: Final = Sort("carriers", descending=True)
ALONG: Final = Sort("site")
_OF_EVENTS: Final = ("site", "length", "bins")
"""Columns by which a site is ordered without anything being asked about it apart."""


def columns(groups: list[str]) -> tuple[Column, ...]:
    """The columns, where these super-populations have people counted."""
    return (
        Column("site", "Site", Kind.LINK, help="Its commonest interval; the name leads to its page", term="site"),
        Column("length", "Length", Kind.NUMBER),
        Column("bins", "Bins", Kind.NUMBER, help="Median read-depth bins", term="bin"),
        Column("carriers", "Carriers", Kind.NUMBER),
        Column("frequency", "Frequency", Kind.PERCENT),
        Column("ci_low", "95 % interval", Kind.PERCENT, help="Wilson interval", term="wilson-interval"),
        *(Column(code, code, Kind.PERCENT, help=f"Share of people of {code}") for code in groups),
        Column("complete", "Complete", Kind.NUMBER, help="People without a copy", term="complete-loss"),
        Column(
            "alleles",
            "Alleles, at least",
            Kind.PERCENT,
            help="Share of alleles that are lost, a lower bound: heterozygotes are missed",
        ),
        Column(
            "hwe_p",
            "Hardy-Weinberg p",
            Kind.NUMBER,
            help="Exact; a check of the calls: small where heterozygotes are missed",
        ),
        Column("genes", "Genes", help="Those whose coding sequence is taken, else those touched", is_wide=True),
        Column("care", "Cautions", help="What limits the numbers, or why there are none", is_wide=True),
    )


class SiteRows:
    """The sites of a place; what is told of a site alone is asked for those of a window, unless the order needs it of all."""

    left_out: Sequence[str] = ()

    def __init__(self, question: Question) -> None:
        self._question = question
        self._database = question.database
        # a site is what its events made it, whatever the rule and limits in force
        self._filters = question.filters.of_sites()
        self._least = settings.disclosure().smallest_cell
        seen = callability(question.database, question.target, question.filters)
        self._within = seen.paralogous
        frame = _sites(question.database, question.target.interval, self._filters)
        if question.target.site is not None:
            frame = frame.filter(pl.col("site_id") == question.target.site)
        # which of two has more carriers would be told by their order
        self._frame = frame.sort("start", "end", "direction") if self._least else frame
        self._groups = [code for code in superpopulation_names(question.database) if f"samples_{code}" in frame.columns]
        self.columns = columns(self._groups)
        self.order = ALONG if self._least else MOST_CARRIERS

    def __len__(self) -> int:
        return self._frame.height

    def window(self, order: Sort | None, offset: int, limit: int) -> Window:
        """As `Rows` says."""
        if order is None or order == self.order == MOST_CARRIERS:
            # as they stand
            shown = self._described(self._frame.slice(offset, limit))
        elif order.column in _OF_EVENTS:
            frame = ordered(self._frame, self._key(order.column), descending=order.descending)
            shown = self._described(frame.slice(offset, limit))
        else:
            frame = ordered(self._all_described(), self._key(order.column), descending=order.descending)
            shown = frame.slice(offset, limit)
        return Window(self._frame.height, [self._row(site) for site in shown.iter_rows(named=True)])

    def _key(self, column: str) -> pl.Expr:
        if column in self._groups:
            return pl.when(_has_share() & ~pl.col("withheld")).then(
                pl.col(f"carriers_{column}") / pl.col(f"samples_{column}")
            )
        told = pl.col("assessable") & ~pl.col("withheld") if column in ("complete",) else pl.lit(value=True)
        return {
            "site": pl.col("start"),
            "length": pl.col("end") - pl.col("start"),
            "bins": pl.col("median_bins"),
            "carriers": pl.col("carriers"),
            "complete": pl.when(told & (pl.col("direction") == Direction.LOSS.value)).then("complete_losses"),
            "alleles": pl.col("allele_frequency"),
            "genes": pl.when(pl.col("genes") != "").then("genes_shown"),
            "care": pl.when(pl.col("care") != "").then("care"),
        }.get(column, pl.col(column))

    def _described(self, sites: pl.DataFrame) -> pl.DataFrame:
        """Sites with their genes, the frequency of alleles, and how well the caller saw them; without shares where none are
        told."""
        seen = without_shares(with_sight(self._database, with_alleles(sites), self._filters, self._within))
        described = with_genes(self._database, without_small_counts(seen, self._groups, self._least))
        words = [
            (genes_in_short(site["genes"], site["coding"]), ", ".join(cautions_of(site)))
            for site in described.iter_rows(named=True)
        ]
        return described.hstack(
            [
                pl.Series("genes_shown", [genes for genes, _ in words], pl.String),
                pl.Series("care", [care for _, care in words], pl.String),
            ]
        )

    def _all_described(self) -> pl.DataFrame:
        place = self._question.target.interval, self._question.target.site
        key = ("rows of sites", place, self._filters, self._within, self._least)
        return self._database.recall(key, lambda: self._described(self._frame), _size)

    def _row(self, site: dict[str, Any]) -> Row:
        interval = Interval(site["chrom"], site["start"], site["end"])
        carriers = (
            f"{_count(site['carriers'])} called"
            if site["paralogous"] or not site["assessable"]
            else f"{_count(site['carriers'])} of {quantities.count(site['samples'])}"
        )
        numbers = [
            without_number("withheld") if site["carriers"] is None else Cell(carriers, site["carriers"]),
            *self._shares(site),
            self._complete(site),
        ]
        if site["withheld"]:
            numbers = [without_number("withheld"), *(NOTHING for _ in numbers[1:])]
        elif not site["assessable"]:
            # calls were made there, and no share of people is told
            numbers = [numbers[0], without_number("not assessable"), *(NOTHING for _ in numbers[2:])]
        name = site["site"]
        cells = (
            site_cell(name, self._question.filters.of_sites(), title=spread_of(site)),
            number(interval.length, quantities.length(interval.length)),
            number(site["median_bins"], "" if site["median_bins"] is None else f"{site['median_bins']:g}"),
            *numbers,
            *alleles(site),
            Cell(site["genes_shown"], site["genes_shown"], title=site["genes"]) if site["genes"] else NOTHING,
            text(site["care"]),
        )
        return Row(name, cells)

    def _shares(self, site: dict[str, Any]) -> list[Cell]:
        """Frequency, interval and the shares of groups; the carriers of groups alone where no share is told."""
        if site["frequency"] is None:
            called = [site[f"carriers_{code}"] for code in self._groups]
            return [
                without_number("no frequency"),
                NOTHING,
                *(without_number(_count(number)) if number != 0 else NOTHING for number in called),
            ]
        return [
            number(site["frequency"], quantities.percent(site["frequency"])),
            number(site["ci_low"], quantities.interval_percent(site["ci_low"], site["ci_high"])),
            *(_share(site[f"carriers_{code}"], site[f"samples_{code}"]) for code in self._groups),
        ]

    @staticmethod
    def _complete(site: dict[str, Any]) -> Cell:
        if site["direction"] != Direction.LOSS:
            return NOTHING
        complete = site["complete_losses"]
        return without_number("withheld") if complete is None else number(complete, _count(complete))


def sites_of(database: Generation, place: Interval, filters: Filters) -> int:
    """How many sites of a place someone counted carries."""
    return _sites(database, place, filters.of_sites()).height


def _sites(database: Generation, place: Interval, filters: Filters) -> pl.DataFrame:
    return database.recall(("sites", place, filters), lambda: sites_at(database, place, filters), _size)


def _size(frame: pl.DataFrame) -> Size:
    return Size.SMALL if frame.height <= FEW_ROWS else Size.LARGE


def _has_share() -> pl.Expr:
    return pl.col("frequency").is_not_null()


def _share(carriers: int | None, samples: int) -> Cell:
    if carriers is None:
        return without_number("withheld")
    return Cell(quantities.percent(carriers / samples) if carriers else "0", carriers / samples)


def _count(number: int | None) -> str:
    return "withheld" if number is None else quantities.count(number)


def alleles(site: dict[str, Any]) -> tuple[Cell, Cell]:
    """How many alleles are lost at least, and whether their people are in proportion (R6); nothing where alleles say nothing."""
    if site["allele_frequency"] is None:
        return NOTHING, NOTHING
    interval = quantities.interval_percent(site["af_ci_low"], site["af_ci_high"])
    share = f"{quantities.percent(site['allele_frequency'])} ({interval})"
    p = site["hwe_p"]
    return number(site["allele_frequency"], share), number(p, "" if p is None else quantities.p_value(p))


def spread_of(site: dict[str, Any]) -> str:
    """How far the members' ends lie apart."""
    if site["events"] is None:
        return "their number is withheld"
    return (
        f"{quantities.count(site['events'])} events at {quantities.count(site['intervals'])} intervals: starts "
        f"{site['start_min'] + 1:,} to {site['start_max'] + 1:,}, ends {site['end_min']:,} to {site['end_max']:,}"
    )


def genes_in_short(touched: str, coding: str) -> str:
    """The genes whose coding sequence is taken, else those that are touched."""
    # of two that share a symbol the name says no more
    names = list(dict.fromkeys((coding or touched).split(", ")))
    more = f" and {len(names) - GENES_SHOWN} more" if len(names) > GENES_SHOWN else ""
    names_shown = ", ".join(names[:GENES_SHOWN]) + more
    return names_shown if coding or not touched else f"{names_shown} (not coding)"


def cautions_of(site: dict[str, Any]) -> list[str]:
    """What limits the numbers of a site, or why there are none."""
    cautions = []
    if site["few_bins"]:
        cautions.append("two bins or fewer")
    if site["paralogous"]:
        cautions.append("calls are few, their absence says nothing")
    if site["multi_allelic"]:
        cautions.append("multi-allelic")
    if is_partly_seen(site["seen"]) and site["assessable"]:
        cautions.append(f"seen in {quantities.share_seen(site['seen'])} of people")
    if site["problem"]:
        cautions.append(region_kinds.kinds_of_problem(site["problem"]))
    return cautions
