"""The catalogue of sites: a screenful of them in any order, genome-wide or in a region, and all of them as a stream (R9).

The database orders and cuts. Carriers of one group by default, which is what most ask for, are stored for every site
(`site_groups`); any other choice of people, level or class is a sum over `site_counts`, and gives the same numbers where both
can be had. Bounds of length and bins are asked of the site itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from dashboard.question.catalogue import DEFAULT_SORT, PAGE_ROWS, Badge, Catalogue
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.store.cohort import population_names, superpopulation_names
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import count_people, who
from dashboard.store.sites import with_genes, with_sight, without_shares, without_small_counts
from dashboard.store.statistics import with_frequency
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from data_prep.domain.sight import BLIND_KINDS, is_paralogous

_STORED: Final = """
    SELECT site_id, carriers::INTEGER AS carriers FROM site_groups WHERE grouped_by = $grouped_by AND code = $code
"""
_SUMMED: Final = """
    SELECT c.site_id, sum(c.carriers)::INTEGER AS carriers FROM site_counts c
    WHERE c.level = $level::filter_level AND (c.unrelated OR $everyone) AND (NOT c.outlier OR $outliers)
        AND (len($populations) = 0 OR list_contains($populations, c.population))
        AND ($sex IS NULL OR c.sex = $sex::karyotype_sex) AND c.class IN (SELECT unnest($classes)::call_class)
        AND (len($copy_numbers) = 0 OR list_contains($copy_numbers, c.copy_number))
    GROUP BY c.site_id
"""
# asked of the few sites that lie in problem regions alone: taking the text apart is most of the work where it is done for all
_NO_SHARE: Final = "s.problem IS NOT NULL AND list_has_any(string_split(s.problem, ', '), $without_share)"
_LISTED: Final = f"""
    SELECT s.*, c.carriers AS people, list_extract($people, enum_code(s.chrom) + 1)::INTEGER AS samples, d.fst, d.vst, d.q,
        CASE WHEN {_NO_SHARE} THEN NULL
            ELSE c.carriers / list_extract($people, enum_code(s.chrom) + 1) END AS share
    FROM counted c JOIN sites s USING (site_id) LEFT JOIN site_differences d USING (site_id)
    WHERE ($chrom IS NULL OR (s.chrom = $chrom::chrom AND s.start < $end AND s."end" > $start))
        AND s.direction IN (SELECT unnest($directions)::direction)
        AND s."end" - s.start BETWEEN coalesce($min_length, 0) AND coalesce($max_length, 1000000000)
        AND ($min_bins IS NULL OR s.median_bins >= $min_bins)
        AND CASE $genes WHEN 'touched' THEN s.genes > 0 WHEN 'coding' THEN s.coding_genes > 0 WHEN 'none' THEN s.genes = 0 ELSE true END
        AND CASE $few_bins WHEN 'only' THEN s.few_bins WHEN 'exclude' THEN NOT s.few_bins ELSE true END
        AND CASE $multi_allelic WHEN 'only' THEN s.multi_allelic WHEN 'exclude' THEN NOT s.multi_allelic ELSE true END
        AND CASE $problem WHEN 'only' THEN s.problem IS NOT NULL WHEN 'exclude' THEN s.problem IS NULL ELSE true END
        AND ($min_fst IS NULL OR d.fst >= $min_fst) AND ($min_vst IS NULL OR d.vst >= $min_vst) AND ($max_q IS NULL OR d.q <= $max_q)
        AND ($min_trios IS NULL OR s.transmission_parents >= $min_trios)
        AND ($min_transmission IS NULL OR (s.transmission >= $min_transmission AND NOT ({_NO_SHARE})))
        AND ($max_transmission IS NULL OR (s.transmission <= $max_transmission AND NOT ({_NO_SHARE})))
"""
_SHARES: Final = (
    """($min_frequency IS NULL OR share >= $min_frequency) AND ($max_frequency IS NULL OR share <= $max_frequency)"""
)
_COLUMNS: Final = """site_id, site, chrom::VARCHAR AS chrom, start, "end", direction::VARCHAR AS direction, people AS carriers, samples,
    events, intervals, start_min, start_max, end_min, end_max, median_bins, few_bins, multi_allelic, alleles, allele_frequency, problem,
    genes AS genes_touched, coding_genes, fst, vst, q, transmission_parents, transmission, transmission_ci_low, transmission_ci_high"""
_ORDER: Final = """
    CASE $sort WHEN 'frequency' THEN share WHEN 'carriers' THEN people WHEN 'place' THEN site_id WHEN 'length' THEN "end" - start
        WHEN 'bins' THEN median_bins WHEN 'genes' THEN genes WHEN 'coding' THEN coding_genes WHEN 'allele_frequency' THEN CASE WHEN share IS NOT NULL THEN allele_frequency END
        WHEN 'fst' THEN fst WHEN 'vst' THEN vst WHEN 'q' THEN q WHEN 'transmission' THEN CASE WHEN share IS NOT NULL THEN transmission END ELSE transmission_parents END::DOUBLE
"""
_SCHEMA: Final = {
    "site_id": pl.Int32,
    "site": pl.String,
    "chrom": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "direction": pl.String,
    "carriers": pl.Int32,
    "samples": pl.Int32,
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
    "allele_frequency": pl.Float64,
    "problem": pl.String,
    "genes_touched": pl.Int32,
    "coding_genes": pl.Int32,
    "fst": pl.Float64,
    "vst": pl.Float64,
    "q": pl.Float64,
    "transmission_parents": pl.Int32,
    "transmission": pl.Float64,
    "transmission_ci_low": pl.Float64,
    "transmission_ci_high": pl.Float64,
}


def _page(counted: str, cut: str) -> Statement:
    order = f"{_ORDER} * CASE WHEN $descending THEN -1 ELSE 1 END NULLS LAST, site_id"
    # which sites first, on the few columns that order them; then all columns of those
    return Statement(
        f"""WITH counted AS ({counted}), listed AS ({_LISTED}),
        first AS (SELECT site_id AS chosen, people, samples, fst, vst, q, {order.replace(" NULLS LAST, site_id", "")} AS place FROM listed
            WHERE people >= $min_carriers AND {_SHARES} ORDER BY place NULLS LAST, site_id {cut})
        SELECT {_COLUMNS} FROM first f JOIN sites s ON s.site_id = f.chosen ORDER BY place NULLS LAST, site_id""",
        _SCHEMA,
    )


_TOTALS: Final = """(count(*) FILTER (people >= $min_carriers))::INTEGER AS sites,
    (count(*) FILTER (people < $min_carriers))::INTEGER AS left_out"""
_NUMBERS: Final[dict[str, type[pl.DataType]]] = {"sites": pl.Int32, "left_out": pl.Int32}


def _numbers(counted: str) -> Statement:
    return Statement(
        f"WITH counted AS ({counted}), listed AS ({_LISTED}) SELECT {_TOTALS} FROM listed WHERE {_SHARES}", _NUMBERS
    )


def _page_and_numbers(counted: str) -> Statement:
    """A screenful, each row with how many there are in all: the carriers are summed once for both. Where it is empty one row of nulls and numbers."""
    return Statement(
        f"""WITH counted AS ({counted}), listed AS ({_LISTED}),
        shared AS MATERIALIZED (SELECT site_id AS chosen, people, samples, fst, vst, q, {_ORDER} * CASE WHEN $descending THEN -1 ELSE 1 END AS place
            FROM listed WHERE {_SHARES}),
        first AS (SELECT * FROM shared WHERE people >= $min_carriers ORDER BY place NULLS LAST, chosen LIMIT $limit OFFSET $offset),
        shown AS (SELECT {_COLUMNS}, place FROM first f JOIN sites s ON s.site_id = f.chosen),
        totals AS (SELECT {_TOTALS} FROM shared)
        SELECT {", ".join(f'shown."{name}"' for name in _SCHEMA)}, totals.sites, totals.left_out FROM totals LEFT JOIN shown ON true
        ORDER BY place NULLS LAST, site_id""",
        _SCHEMA | _NUMBERS,
    )


# One row a site, in the order asked for; of one group by default, and of any people.
PAGE_OF_GROUP: Final = _page(_STORED, "LIMIT $limit OFFSET $offset")
PAGE_OF_PEOPLE: Final = _page(_SUMMED, "LIMIT $limit OFFSET $offset")
PAGE_AND_NUMBERS_OF_PEOPLE: Final = _page_and_numbers(_SUMMED)
ALL_OF_GROUP: Final = _page(_STORED, "")
ALL_OF_PEOPLE: Final = _page(_SUMMED, "")
# One row: how many sites are listed, and how many are left out for their carriers alone.
NUMBERS_OF_GROUP: Final = _numbers(_STORED)
NUMBERS_OF_PEOPLE: Final = _numbers(_SUMMED)

# One row a site and super-population in which anybody of the unrelated carries it.
GROUPS: Final = Statement(
    """SELECT site_id, code, carriers::INTEGER AS carriers FROM site_groups
WHERE grouped_by = 'superpopulation' AND site_id IN (SELECT unnest($sites)::INTEGER)""",
    {"site_id": pl.Int32, "code": pl.String, "carriers": pl.Int32},
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many sites there are."""

    sites: int
    """Listed."""
    left_out: int
    """That would be, had they more carriers: with the least of two, those of one."""

    @property
    def pages(self) -> int:
        """Screenfuls."""
        return -(-self.sites // PAGE_ROWS)


def catalogue_page(
    database: Generation,
    filters: Filters,
    catalogue: Catalogue,
    place: Interval | None = None,
    rows: int = PAGE_ROWS,
    offset: int | None = None,
) -> pl.DataFrame:
    """One screenful of sites, as `catalogue` asks, genome-wide or of those that touch `place`; who is counted, `filters` say. With
    `offset`, `rows` of them from there on, whatever the screenful.

    Columns of `_SCHEMA` (0-based, half-open), `length`, `frequency`, `ci_low`, `ci_high` (null where none may be told, R5),
    `genes` and `coding` (symbols, joined by commas), `assessable`, `paralogous`, `seen`, `note`; `allele_frequency`, `fst`, `vst`,
    `q` and transmission are those that are stored, whoever is counted.
    """
    parameters = _parameters(database, filters, catalogue, place)
    parameters |= {"limit": rows, "offset": (catalogue.page - 1) * rows if offset is None else offset}
    if _is_stored(filters):
        return with_genes(database, _told(database, database.frame(PAGE_OF_GROUP, parameters), filters))
    pages: list[pl.DataFrame] = []

    def count() -> Numbers:
        # nobody has asked yet how many there are: carriers are summed once for both
        frame = database.frame(PAGE_AND_NUMBERS_OF_PEOPLE, parameters)
        pages.append(frame.drop(*_NUMBERS).filter(pl.col("site_id").is_not_null()))
        return Numbers(*frame.select(*_NUMBERS).row(0))

    database.recall(_numbers_key(filters, catalogue, place), count)
    page = pages[0] if pages else database.frame(PAGE_OF_PEOPLE, parameters)
    return with_genes(database, _told(database, page, filters))


@contextmanager
def catalogue_batches(
    database: Generation, filters: Filters, catalogue: Catalogue, rows: int, place: Interval | None = None
) -> Iterator[Iterator[pl.DataFrame]]:
    """All sites that the catalogue lists, in its order, in frames of about `rows` rows with the columns of `catalogue_page`."""
    statement = ALL_OF_GROUP if _is_stored(filters) else ALL_OF_PEOPLE
    with database.batches(statement, _parameters(database, filters, catalogue, place), rows) as frames:
        yield (with_genes(database, _told(database, frame, filters)) for frame in frames)


def catalogue_numbers(
    database: Generation, filters: Filters, catalogue: Catalogue, place: Interval | None = None
) -> Numbers:
    """How many sites the catalogue lists, and how many it leaves out for having fewer carriers than the least."""

    def count() -> Numbers:
        statement = NUMBERS_OF_GROUP if _is_stored(filters) else NUMBERS_OF_PEOPLE
        return Numbers(*database.frame(statement, _parameters(database, filters, catalogue, place)).row(0))

    return database.recall(_numbers_key(filters, catalogue, place), count)


def _numbers_key(filters: Filters, catalogue: Catalogue, place: Interval | None) -> tuple[object, ...]:
    """Under which numbers are kept: whatever the order and the screenful."""
    return "numbers of the catalogue", filters, replace(catalogue, sort=DEFAULT_SORT, page=1), place


def with_superpopulations(database: Generation, sites: pl.DataFrame) -> pl.DataFrame:
    """Sites of a screenful with `carriers_AFR`, `samples_AFR`, `frequency_AFR` and so on, of unrelated people at credible, outliers
    left out, whatever the filters; `frequency_` null where the site has none."""
    numbers = sites["site_id"].to_list()
    rows = database.frame(GROUPS, {"sites": numbers}) if numbers else pl.DataFrame(schema=dict(GROUPS.columns))
    for code in superpopulation_names(database):
        carriers = dict(rows.filter(pl.col("code") == code).select("site_id", "carriers").iter_rows())
        people = {
            chrom: count_people(database, chrom, Filters(populations=(code,))).counted
            for chrom in sites["chrom"].unique().to_list()
        }
        sites = sites.with_columns(
            pl.Series(f"carriers_{code}", [carriers.get(site, 0) for site in numbers], pl.Int32),
            pl.Series(f"samples_{code}", [people[chrom] for chrom in sites["chrom"].to_list()], pl.Int32),
        )
        share = pl.col(f"carriers_{code}") / pl.col(f"samples_{code}")
        has_share = pl.col("frequency").is_not_null() & (pl.col(f"samples_{code}") > 0)
        sites = sites.with_columns(pl.when(has_share).then(share).alias(f"frequency_{code}"))
    return sites


_OF_EVERYBODY: Final = (
    *("start_min", "start_max", "end_min", "end_max", "alleles", "allele_frequency", "fst", "vst", "q"),
    *("transmission_parents", "transmission", "transmission_ci_low", "transmission_ci_high"),
)
"""Columns that are of everybody's events and that a small number could be worked out from."""


def without_small_sites(sites: pl.DataFrame, groups: Sequence[str], least: int) -> pl.DataFrame:
    """Sites of `with_superpopulations` with `withheld`; where numbers of fewer than `least` people are withheld, without these and
    what would give one away. Their order stays."""
    if not least:
        return sites.with_columns(withheld=pl.lit(value=False))
    order = sites.select("site_id")
    told = without_small_counts(sites, groups, least)
    shares = [
        pl.when(pl.col(f"carriers_{code}").is_not_null()).then(pl.col(f"frequency_{code}")).alias(f"frequency_{code}")
        for code in groups
    ]
    told = told.with_columns(*shares, *(pl.lit(None, sites.schema[name]).alias(name) for name in _OF_EVERYBODY))
    return order.join(told, on="site_id", how="left", maintain_order="left")


def _told(database: Generation, sites: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    """Sites with what may be told of them, in their order; what was seen is asked chromosome by chromosome."""
    counted = with_frequency(sites.with_columns(length=pl.col("end") - pl.col("start"))).with_row_index("at")
    parts = [
        without_shares(with_sight(database, part, filters))
        for part in counted.partition_by("chrom", maintain_order=True)
    ]
    told = pl.concat(parts).sort("at") if parts else without_shares(with_sight(database, counted, filters))
    # where a call's absence says nothing, it says nothing of a child (R5)
    has_share = pl.col("assessable") & ~pl.col("paralogous")
    rates = ("transmission", "transmission_ci_low", "transmission_ci_high")
    return told.with_columns(pl.when(has_share).then(pl.col(name)).alias(name) for name in rates).drop("at")


def _is_stored(filters: Filters) -> bool:
    """Whether the carriers asked for are those of one group by default, whole directions."""
    whole = {CallClass.LOSS, CallClass.GAIN}
    return (
        filters.level is Level.CREDIBLE
        and filters.cohort is Cohort.UNRELATED
        and filters.outliers is Outliers.EXCLUDE
        and len(filters.populations) + (filters.sex is not None) <= 1
        and not filters.copy_numbers
        and set(filters.classes) <= whole
    )


def _parameters(
    database: Generation, filters: Filters, catalogue: Catalogue, place: Interval | None
) -> dict[str, object]:
    codes = superpopulation_names(database)
    if filters.sex is not None:
        grouped_by, code = "sex", filters.sex.value
    elif filters.populations:
        code = filters.populations[0]
        grouped_by = "superpopulation" if code in codes else "population"
    else:
        grouped_by, code = "all", "all"
    return {
        "grouped_by": grouped_by,
        "code": code,
        "level": filters.level.value,
        "everyone": filters.cohort is Cohort.ALL,
        "outliers": filters.outliers is Outliers.INCLUDE,
        "populations": _populations(database, filters.populations),
        "sex": filters.sex.value if filters.sex else None,
        "classes": [name.value for name in filters.event_classes],
        "copy_numbers": list(filters.copy_numbers),
        "people": list(_people(database, who(filters))),
        "without_share": list(_without_share(database)),
        "chrom": place.chrom if place else None,
        "start": place.start if place else None,
        "end": place.end if place else None,
        "directions": [direction.value for direction in filters.directions],
        "min_length": filters.min_length,
        "max_length": filters.max_length,
        "min_bins": filters.min_bins,
        "genes": catalogue.genes.value,
        "few_bins": catalogue.few_bins.value,
        "multi_allelic": catalogue.multi_allelic.value,
        "problem": catalogue.problem.value,
        "min_fst": catalogue.min_fst,
        "min_vst": catalogue.min_vst,
        "max_q": catalogue.max_q,
        "min_trios": catalogue.min_trios,
        "min_transmission": catalogue.min_transmission,
        "max_transmission": catalogue.max_transmission,
        "min_frequency": catalogue.min_frequency,
        "max_frequency": catalogue.max_frequency,
        "min_carriers": catalogue.min_carriers,
        "sort": catalogue.order,
        "descending": catalogue.descending,
    }


def _populations(database: Generation, codes: Sequence[str]) -> list[str]:
    """Populations by code, those of a super-population for its code."""
    of_group = {code: superpopulation for code, (_, superpopulation) in population_names(database).items()}
    # none at all would stand for everyone
    return [*codes, *(code for code, superpopulation in of_group.items() if superpopulation in codes)]


@remembered
def _people(database: Generation, filters: Filters) -> tuple[int, ...]:
    """People counted on each chromosome, in the order of the karyotype."""
    return tuple(count_people(database, chrom, filters).counted for chrom in LENGTHS)


@remembered
def _without_share(database: Generation) -> tuple[str, ...]:
    """Kinds of problem region of which no frequency is told (R5)."""
    kinds = landmarks(database).problems.rows["kind"].unique().sort().to_list()
    return tuple(kind for kind in kinds if kind in BLIND_KINDS or is_paralogous(kind))


RANKED: Final = Catalogue(few_bins=Badge.EXCLUDE, problem=Badge.EXCLUDE)
"""Sites that rankings are of: neither badged for few bins nor in problem regions."""


@remembered
def ranked_sites(database: Generation, filters: Filters, sort: str, rows: int) -> pl.DataFrame:
    """The first sites by `sort`, of those that rankings are of and that have a frequency: `rows` at most, as `catalogue_page`."""
    listed = catalogue_page(database, filters, _sorted_by(sort), rows=3 * rows)
    return listed.filter(pl.col("frequency").is_not_null()).head(rows)


def _sorted_by(sort: str) -> Catalogue:
    return Catalogue(few_bins=RANKED.few_bins, problem=RANKED.problem, sort=sort)
