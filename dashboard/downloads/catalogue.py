"""What can be downloaded: tables with their words, columns and the formats that make sense for each, and charts (rule R13).

Route, menus, the sentences of refusals and the tests read this list. A new table is an entry here and, in
`downloads/open_file.py`, the function that opens each of its formats; a new chart an entry here and its drawing in
`downloads/chart.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dashboard import settings
from dashboard.door.refusal import RefusedError, refusal
from dashboard.downloads.cohort_files import FILES
from dashboard.formats import columns
from dashboard.operating.disclosure import Detail
from dashboard.question.filters import CODING, Overlap
from dashboard.question.subject import SITE
from dashboard.serving import drawing
from data_prep.domain.copy_number import Direction

FORMATS: Final = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "bed": "text/plain; charset=utf-8",
    "vcf": "text/plain; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "pgxseg": "text/plain; charset=utf-8",
}
"""Formats of tables with their media types, in the order in which they are offered."""

FORMAT_WORDS: Final = {"parquet": "Parquet", "pgxseg": "pgxseg"}
"""Names of formats that are not written in capitals."""

TABULAR: Final = ("csv", "tsv", "json", "parquet")
"""The formats that every table has."""


@dataclass(frozen=True, slots=True)
class Download:
    """A table that can be downloaded."""

    name: str
    """As an address and a file call it."""
    words: str
    """What it is, in a menu."""
    formats: tuple[str, ...]
    columns: Callable[[Iterable[str]], columns.Table]
    """Its columns, where these super-populations are told apart."""
    tells: Detail
    """What it tells, which a server may withhold."""
    default_overlap: Overlap | None = None
    """The overlap rule where none is asked for, if it is not that of the gene or region."""
    without: Mapping[str, str] = field(default_factory=dict)
    """Names of filters, and of the site, that are not used for it, each with the sentence that says so."""


DOWNLOADS: Final = (
    Download("calls", "Their calls, as the caller wrote them", tuple(FORMATS), lambda _: columns.CALLS, Detail.PERSONS),
    Download(
        "carriers",
        "Carriers, an event a row",
        ("csv", "tsv", "bed", "json", "parquet", "pgxseg"),
        lambda _: columns.CARRIERS,
        Detail.PERSONS,
    ),
    Download("frequencies", "Frequencies of every group", TABULAR, lambda _: columns.FREQUENCIES, Detail.CELLS),
    Download(
        "sites",
        "Sites",
        ("csv", "tsv", "bed", "vcf", "json", "parquet"),
        columns.sites,
        Detail.SITES,
        without={
            name: f"{name} is not used for sites: a site is what its events made it."
            for name in ("overlap", "min_length", "max_length", "min_quality", "min_bins")
        },
    ),
    Download(
        "genes",
        "Genes, each with its carriers",
        ("csv", "tsv", "bed", "json", "parquet"),
        lambda _: columns.GENES,
        Detail.CELLS,
        # a gene of a region is counted as on its own page
        default_overlap=CODING,
        without={SITE: f"{SITE} is not used for genes: leave it out, or ask for the carriers of the site."},
    ),
)
"""The tables. An event is nothing that a caller wrote, so of a place VCF has calls and no events; a frequency has no place of its own, so
it is in no format of intervals."""

TABLES: Final = {download.name: download.formats for download in DOWNLOADS}
"""The formats of each table about a gene or region, by its name."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that can be had as a picture."""

    name: str
    tells: Detail
    """What it tells, which a server may withhold."""
    words: str = "Chart"
    """What it is, in a menu."""
    direction: Direction | None = None
    """The direction that it shows alone; None for all that are asked for."""
    is_track: bool = False
    """It draws what was called along the genome, whether a share of people may be told or not."""
    of_cohort: bool = False
    """It is of the whole cohort and no place is asked for."""


DRAWN: Final = (
    Chart("frequency-loss", Detail.CELLS, direction=Direction.LOSS),
    Chart("frequency-gain", Detail.CELLS, direction=Direction.GAIN),
    Chart("copy-number", Detail.EVERY_CELL),
    Chart("track", Detail.INTERVALS, is_track=True),
    Chart("genome", Detail.EVERY_CELL, of_cohort=True),
    Chart("carried-loss", Detail.EVERY_CELL, of_cohort=True),
    Chart("carried-gain", Detail.EVERY_CELL, of_cohort=True),
    Chart("spectrum", Detail.EVERY_CELL, of_cohort=True),
    Chart("population-map", Detail.EVERY_CELL, of_cohort=True),
    Chart("population-differences", Detail.EVERY_CELL, of_cohort=True),
)
"""The charts."""

CHARTS: Final = tuple(chart.name for chart in DRAWN)
PERSON_CHARTS: Final = (Chart("karyotype", Detail.PERSONS), Chart("family", Detail.PERSONS))
"""The charts about one person."""
CALLSET_CHARTS: Final = (Chart("trios", Detail.EVERY_CELL),)
"""The charts about a callset as a whole."""
EVERY_CHART: Final = (*DRAWN, *PERSON_CHARTS, *CALLSET_CHARTS)
"""All charts."""
PICTURES: Final = tuple(drawing.FORMATS)
"""Formats of pictures, in the order in which they are offered."""


def download_of(name: str) -> Download:
    """The table of this name; KeyError where there is none."""
    return {download.name: download for download in DOWNLOADS}[name]


def formats_of(name: str) -> tuple[str, ...]:
    """The formats of a table of places or of the whole cohort; none of one that there is not."""
    return FILES[name].formats if name in FILES else TABLES.get(name, ())


def detail_of(name: str) -> Detail:
    """What a table tells; KeyError where there is none."""
    return FILES[name].tells if name in FILES else download_of(name).tells


def chart_of(name: str) -> Chart:
    """The chart of this name; KeyError where there is none."""
    return {chart.name: chart for chart in EVERY_CHART}[name]


def require_disclosure(tells: Detail) -> None:
    """`RefusedError` (403) where this server withholds what is asked for."""
    if reason := settings.disclosure().reason(tells):
        raise RefusedError(refusal(403, reason))


def list_tables() -> str:
    """All tables with their formats, in words: carriers as csv, tsv ..."""
    return "; ".join(f"{table} as {', '.join(formats_of(table))}" for table in (*TABLES, *FILES))


def list_charts() -> str:
    """All charts with their formats, in words."""
    return f"{', '.join(chart.name for chart in EVERY_CHART)} as {' and '.join(PICTURES)}"
