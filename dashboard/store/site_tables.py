"""Sites of a chromosome, who carries them and which genes they take, as columns that a generation keeps in memory.

Every page of a place asks for all three, each time for a handful of rows, and a query costs a millisecond or more before it
has looked at anything: asked of the database they took a sixth of a page's time. A chromosome is read when it is first
asked for. What is kept takes about 110 bytes a site and 20 a row of its carriers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from dashboard.store.cohort import population_names
from dashboard.store.database import Generation, Size, Statement
from dashboard.store.landmarks import landmarks
from data_prep.domain.arrays import Flags, Numbers
from data_prep.domain.copy_number import DIRECTIONS, SEXES, Direction
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from data_prep.domain.site_id import site_id

# One row a site of the chromosome. Sites are numbered along the genome, so they lie together in order of their numbers.
SITES: Final = Statement(
    """SELECT site_id, site, chrom::VARCHAR AS chrom, start, "end", direction::VARCHAR AS direction, events, intervals,
    start_min, start_max, end_min, end_max, median_bins, few_bins, multi_allelic, alleles, problem, inner_start, inner_end
FROM sites WHERE chrom = $chrom::chrom ORDER BY site_id""",
    {
        "site_id": pl.Int32,
        "site": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "direction": pl.String,
        "events": pl.Int32,
        "intervals": pl.Int32,
        "start_min": pl.Int32,
        "start_max": pl.Int32,
        "end_min": pl.Int32,
        "end_max": pl.Int32,
        "median_bins": pl.Float64,
        "few_bins": pl.Boolean,
        "multi_allelic": pl.Boolean,
        "alleles": pl.Boolean,
        "problem": pl.String,
        "inner_start": pl.Int32,
        "inner_end": pl.Int32,
    },
)

# One row a site of these numbers and kind of carrier.
COUNTS: Final = Statement(
    """SELECT site_id, population, sex::VARCHAR AS sex, unrelated, outlier, enum_code(class)::UTINYINT AS class,
    copy_number, expected_copy_number, carriers
FROM site_counts WHERE site_id BETWEEN $first AND $last AND level = $level::filter_level ORDER BY site_id""",
    {
        "site_id": pl.Int32,
        "population": pl.String,
        "sex": pl.String,
        "unrelated": pl.Boolean,
        "outlier": pl.Boolean,
        "class": pl.UInt8,
        "copy_number": pl.Int32,
        "expected_copy_number": pl.UInt8,
        "carriers": pl.UInt32,
    },
)

# One row a site and gene that its founding interval touches.
GENES: Final = Statement(
    "SELECT site_id, gene_id, coding FROM site_genes", {"site_id": pl.Int32, "gene_id": pl.String, "coding": pl.Boolean}
)


@dataclass(frozen=True)
class ChromosomeSites:
    """The sites of a chromosome in order of their numbers."""

    rows: pl.DataFrame
    """Columns as `SITES` says; 0-based, half-open."""

    @cached_property
    def number(self) -> Numbers:
        """`site_id` of each row, rising."""
        return self.rows["site_id"].to_numpy().astype(np.int64)

    @cached_property
    def start(self) -> Numbers:
        """0-based."""
        return self.rows["start"].to_numpy().astype(np.int64)

    @cached_property
    def end(self) -> Numbers:
        """Half-open."""
        return self.rows["end"].to_numpy().astype(np.int64)

    @cached_property
    def gain(self) -> Flags:
        """Whether it is a site of gains; every other is one of losses."""
        return (self.rows["direction"] == Direction.GAIN.value).to_numpy()

    def touching(self, place: Interval, directions: Sequence[Direction]) -> Numbers:
        """Rows of the sites of these directions whose founding interval touches `place`, in order."""
        touches = (self.start < place.end) & (self.end > place.start)
        if Direction.GAIN not in directions:
            touches &= ~self.gain
        if Direction.LOSS not in directions:
            touches &= self.gain
        return np.flatnonzero(touches)

    def row_of(self, interval: Interval, direction: Direction) -> int | None:
        """The row of the site of this very interval and direction; None where there is none."""
        same = (
            (self.start == interval.start) & (self.end == interval.end) & (self.gain == (direction is Direction.GAIN))
        )
        rows = np.flatnonzero(same)
        return int(rows[0]) if len(rows) and direction in DIRECTIONS else None

    def at(self, rows: Numbers, *columns: str) -> pl.DataFrame:
        """These columns of these rows, in the order given."""
        of_columns = pl.DataFrame([self.rows[name] for name in columns])
        return of_columns[rows] if len(rows) else of_columns.slice(0, 0)

    def names(self, numbers: Numbers) -> list[str | None]:
        """The id of the site of each of these numbers, such as `chr1-109687570-109697444-loss`; None of -1."""
        has_site = numbers >= 0
        row = np.searchsorted(self.number, numbers[has_site])
        places = zip(*(column[row].tolist() for column in (self.start, self.end, self.gain)), strict=True)
        chrom = self.rows["chrom"][0] if self.rows.height else ""
        names = iter([site_id(chrom, start, end, DIRECTIONS[gain]) for start, end, gain in places])
        return [next(names) if is_named else None for is_named in has_site.tolist()]


@dataclass(frozen=True, slots=True)
class SiteCounts:
    """Carriers of sites at one level, as columns of `site_counts`: a row a site and kind of carrier, in order of the sites."""

    site: npt.NDArray[np.int32]
    """Number of the row's site among those that it is told with."""
    population: npt.NDArray[np.int16]
    """Place in the order of `cohort.population_names`; -1 of one in which nobody is counted."""
    sex: npt.NDArray[np.int16]
    """Place in `SEXES`."""
    unrelated: Flags
    outlier: Flags
    event_class: npt.NDArray[np.uint8]
    """Place in `CLASSES`."""
    copy_number: npt.NDArray[np.int32]
    """-1 where it is not given."""
    expected: npt.NDArray[np.int16]
    """Copies that the calls say are expected; -1 where they do not."""
    carriers: npt.NDArray[np.uint32]

    def of_sites(self, rows: Numbers) -> "SiteCounts":
        """Of these rows of sites, which rise, and by their places among them."""
        if not len(rows):
            return self._at(slice(0, 0), self.site[:0])
        between = slice(*np.searchsorted(self.site, [rows[0], rows[-1] + 1]).tolist())
        site = self.site[between]
        if rows[-1] - rows[0] + 1 == len(rows):
            return self._at(between, site - site.dtype.type(rows[0]))
        place = np.full(rows[-1] - rows[0] + 1, -1, np.int32)
        place[rows - rows[0]] = np.arange(len(rows))
        mine = place[site - rows[0]]
        is_of_them = mine >= 0
        return self._at(between, mine).where(is_of_them)

    def where(self, keep: Flags) -> "SiteCounts":
        """The rows that a mask keeps, which are often all."""
        return self if keep.all() else self._at(keep, self.site[keep])

    def _at(self, rows: slice | Flags, site: npt.NDArray[np.int32]) -> "SiteCounts":
        return SiteCounts(
            site,
            self.population[rows],
            self.sex[rows],
            self.unrelated[rows],
            self.outlier[rows],
            self.event_class[rows],
            self.copy_number[rows],
            self.expected[rows],
            self.carriers[rows],
        )


@dataclass(frozen=True, slots=True)
class SiteGenes:
    """Genes that sites touch, a row a site and gene: sites in order, of each the genes whose coding sequence it takes first, then along
    the genome."""

    site: Numbers
    """`site_id`."""
    gene: Numbers
    """Row of `landmarks.genes`."""
    coding: Flags

    def of(self, site: int) -> slice:
        """The rows of a site."""
        return slice(*np.searchsorted(self.site, [site, site + 1]).tolist())


def sites_on(database: Generation, chrom: str) -> ChromosomeSites:
    """The sites of a chromosome."""
    return database.recall(
        ("sites on", chrom), lambda: ChromosomeSites(database.table(SITES, {"chrom": chrom})), lambda _: Size.SHARED
    )


def site_counts_on(database: Generation, chrom: str, level: Level) -> SiteCounts:
    """Who carries the sites of a chromosome at a level, `site` being the row of `sites_on`."""

    def read() -> SiteCounts:
        number = sites_on(database, chrom).number
        first, last = (int(number[0]), int(number[-1])) if len(number) else (0, -1)
        rows = database.table(COUNTS, {"first": first, "last": last, "level": level.value})
        return SiteCounts(
            site=np.searchsorted(number, rows["site_id"].to_numpy()).astype(np.int32),
            population=_places(rows["population"], list(population_names(database))),
            sex=_places(rows["sex"], [sex for sex in SEXES if sex]) + np.int16(1),
            unrelated=rows["unrelated"].to_numpy(),
            outlier=rows["outlier"].to_numpy(),
            event_class=rows["class"].to_numpy(),
            copy_number=rows["copy_number"].fill_null(-1).to_numpy(),
            expected=rows["expected_copy_number"].cast(pl.Int16).fill_null(-1).to_numpy(),
            carriers=rows["carriers"].to_numpy(),
        )

    return database.recall(("counts of sites on", chrom, level), read, lambda _: Size.SHARED)


def genes_of_sites(database: Generation) -> SiteGenes:
    """The genes of all sites."""

    def read() -> SiteGenes:
        rows = database.table(GENES)
        ids = landmarks(database).genes.rows["gene_id"]
        places = pl.DataFrame({"gene_id": ids, "gene": np.arange(len(ids))})
        gene = rows.select("gene_id").join(places, on="gene_id", how="left", maintain_order="left")["gene"].to_numpy()
        site, coding = rows["site_id"].to_numpy().astype(np.int64), rows["coding"].to_numpy()
        order = np.lexsort((gene, ~coding, site))
        return SiteGenes(site[order], gene[order], coding[order])

    return database.recall(("genes of sites",), read, lambda _: Size.SHARED)


def _places(words: pl.Series, codes: list[str]) -> npt.NDArray[np.int16]:
    """The place of each word among the codes, -1 where it is none of them."""
    return words.cast(pl.Enum(codes), strict=False).to_physical().cast(pl.Int16).fill_null(-1).to_numpy()
