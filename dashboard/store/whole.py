"""The whole cohort: what people carry, the spectrum of sites, populations and how they differ, the genome in bins, rankings.

Everything here is precomputed by the build or a sum over a few thousand rows, and kept with the generation: a page asks for it
and draws. Rules R6, R8, R10.
"""

from typing import Final

import numpy as np
import polars as pl

from dashboard.counting.along import EVERYONE
from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.store.callability import callabilities
from dashboard.store.cohort import populations, superpopulation_names
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.genes import gene_target, genes_of_ids
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import count_people, panel
from dashboard.store.statistics import with_frequency
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import MEMBERS, CallClass, Direction
from data_prep.domain.levels import Level
from data_prep.domain.sight import NEVER_CALLABLE

# One row a person, class and mark at a level.
CARRIED: Final = Statement(
    """SELECT sample_id, outlier, class::VARCHAR AS class, events, bases FROM sample_totals WHERE level = $level::filter_level""",
    {"sample_id": pl.UInt32, "outlier": pl.Boolean, "class": pl.String, "events": pl.Int32, "bases": pl.Int64},
)
# One row a group, class and number of carriers.
SPECTRUM: Final = Statement(
    "SELECT superpopulation, class::VARCHAR AS class, carriers, sites FROM site_spectrum ORDER BY superpopulation, site_spectrum.class, carriers",
    {"superpopulation": pl.String, "class": pl.String, "carriers": pl.UInt32, "sites": pl.UInt32},
)
# One row a pair of groups.
PAIRS: Final = Statement(
    """SELECT grouped_by, first, second, fst, fst_sites, vst, vst_sites FROM population_differences""",
    {
        "grouped_by": pl.String,
        "first": pl.String,
        "second": pl.String,
        "fst": pl.Float64,
        "fst_sites": pl.Int32,
        "vst": pl.Float64,
        "vst_sites": pl.Int32,
    },
)
# One row a population, with the place where its people were sampled.
PLACES: Final = Statement(
    "SELECT population, place, latitude, longitude FROM populations",
    {"population": pl.String, "place": pl.String, "latitude": pl.Float64, "longitude": pl.Float64},
)
# One row a bin and direction that anybody of the group touches.
BINS: Final = Statement(
    """SELECT chrom::VARCHAR AS chrom, start, direction::VARCHAR AS direction, bases, most, samples FROM bins
WHERE size = $size AND level = $level::filter_level AND cohort = $cohort::cohort AND superpopulation = $superpopulation""",
    {
        "chrom": pl.String,
        "start": pl.Int32,
        "direction": pl.String,
        "bases": pl.Int64,
        "most": pl.UInt32,
        "samples": pl.UInt32,
    },
)
# One row a bin of the genome, in its order, with its callable bases (R5, R8): outside gaps, telomeres and modelled centromeres, and where
# the release tells, seen in half of the samples.
GRID: Final = Statement(
    f"""WITH steps AS (
    SELECT chrom, start AS place, 1 AS shut FROM problem_regions WHERE kind IN {NEVER_CALLABLE}
    UNION ALL SELECT chrom, "end", -1 FROM problem_regions WHERE kind IN {NEVER_CALLABLE}
    UNION ALL SELECT chrom, start, -1 FROM callability WHERE 2 * seen >= samples
    UNION ALL SELECT chrom, "end", 1 FROM callability WHERE 2 * seen >= samples
    UNION ALL SELECT chrom, 0, EXISTS (FROM callability)::INTEGER FROM chromosomes
    UNION ALL SELECT chrom, length, 0 FROM chromosomes
),
runs AS (
    SELECT chrom, place AS first, lead(place) OVER w AS last, sum(sum(shut)) OVER w AS shut FROM steps GROUP BY chrom, place
    WINDOW w AS (PARTITION BY chrom ORDER BY place)
),
open_runs AS (SELECT chrom, first, last, unnest(range(first // $size, (last - 1) // $size + 1)) * $size AS start FROM runs WHERE shut = 0 AND last > first),
sums AS (SELECT chrom, start, sum(least(last, start + $size) - greatest(first, start)) AS callable FROM open_runs GROUP BY ALL),
cells AS (SELECT chrom, unnest(range(0, length, $size)) AS start, length FROM chromosomes)
SELECT c.chrom::VARCHAR AS chrom, c.start::INTEGER AS start, least(c.start + $size, c.length)::INTEGER AS "end", coalesce(s.callable, 0)::INTEGER AS callable
FROM cells c LEFT JOIN sums s ON s.chrom = c.chrom AND s.start = c.start ORDER BY c.chrom, c.start""",
    {"chrom": pl.String, "start": pl.Int32, "end": pl.Int32, "callable": pl.Int32},
)
# One row a gene that somebody of the group has no copy of.
LOST_GENES: Final = Statement(
    """SELECT gene_id, carriers FROM gene_complete_losses WHERE superpopulation = $superpopulation ORDER BY carriers DESC, gene_id""",
    {"gene_id": pl.String, "carriers": pl.UInt32},
)

SIZES: Final = (1_000_000, 100_000)
"""Bases of the bins that are stored."""
QUANTITIES: Final = tuple(
    f"{kind}_{name}"
    for kind in ("events", "bases")
    for name in ("loss", "gain", "complete_loss", "partial_loss", "low_gain", "high_gain")
)
"""What is told of a person: events, and bases as the sum of their lengths, of a direction, whatever the copy number, or of a class."""


def carried_by_person(database: Generation, filters: Filters) -> pl.DataFrame:
    """What each person of the chosen group carries, at the level asked for: a row a person, in order of `sample_id`.

    Columns `sample_id`, `sample`, `superpopulation`, `population`, `sex`, and those of `QUANTITIES`. Events on marked chromosomes are
    left out unless outliers are included (R5); whoever is of contradicted sex has none of X and Y. Whole genome: no class, limit or
    copy number is applied.
    """
    rows = _carried(database, filters.level, filters.outliers is Outliers.INCLUDE)
    people = panel(database)
    return rows.filter(
        pl.Series(people.in_group(filters)[people.row_of[rows["sample_id"].to_numpy().astype(np.int64)]])
    )


@remembered
def _carried(database: Generation, level: Level, outliers: bool) -> pl.DataFrame:
    rows = database.table(CARRIED, {"level": level.value})
    if not outliers:
        rows = rows.filter(~pl.col("outlier"))
    sums = rows.group_by("sample_id", "class").agg(pl.col("events", "bases").sum())
    everyone = (
        panel(database)
        .samples.filter(pl.col("counted"))
        .select("sample_id", "sample", "superpopulation", "population", "sex")
    )
    classes: dict[str, list[str]] = {
        direction.value: [name.value for name in MEMBERS[CallClass(direction.value)]]
        for direction in (Direction.LOSS, Direction.GAIN)
    }
    classes |= {
        name.value.replace("-", "_"): [name.value]
        for name in (CallClass.COMPLETE_LOSS, CallClass.PARTIAL_LOSS, CallClass.LOW_GAIN, CallClass.HIGH_GAIN)
    }
    totals = sums.group_by("sample_id").agg(
        pl.col(kind).filter(pl.col("class").is_in(names)).sum().cast(pl.Int64).alias(f"{kind}_{column}")
        for kind in ("events", "bases")
        for column, names in classes.items()
    )
    table = everyone.join(totals, on="sample_id", how="left", maintain_order="left")
    return table.with_columns(pl.col(QUANTITIES).fill_null(0))


@remembered
def carried_by_group(database: Generation, filters: Filters, grouped_by: str) -> pl.DataFrame:
    """How what people carry is spread in each group: `grouped_by` is `all`, `superpopulation`, `population` or `sex`.

    A row a group and quantity, groups in the order of tables: `group`, `quantity` (of `QUANTITIES`), `samples`, `min`, `q05`, `q25`, `median`,
    `q75`, `q95`, `max`, `mean`. Quantiles are those between two people by linear interpolation.
    """
    people = carried_by_person(database, filters)
    group = pl.lit(EVERYONE) if grouped_by == EVERYONE else pl.col(grouped_by).fill_null("unknown")
    long = people.select(group.alias("group"), *QUANTITIES).unpivot(
        index="group", variable_name="quantity", value_name="value"
    )
    value = pl.col("value").cast(pl.Float64)
    quantiles = {"min": 0.0, "q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "max": 1.0}
    spread = long.group_by("group", "quantity").agg(
        pl.len().cast(pl.Int32).alias("samples"),
        *(value.quantile(share, interpolation="linear").alias(name) for name, share in quantiles.items()),
        value.mean().alias("mean"),
    )
    codes = (
        list(panel(database).groups[grouped_by][0])
        if grouped_by in ("all", "sex")
        else list(dict.fromkeys(populations(database)[grouped_by]))
    )
    return spread.sort(
        pl.col("group").replace_strict({code: place for place, code in enumerate(codes)}, default=len(codes)),
        pl.col("quantity").replace_strict({name: place for place, name in enumerate(QUANTITIES)}),
    )


def person_among(database: Generation, sample_id: int, filters: Filters) -> pl.DataFrame:
    """A person's numbers beside those of the population: a row a quantity, `quantity`, `value`, then `samples`, `q05`, `q25`, `median`, `q75`, `q95`,
    and `below`, the share of the population's people with less. The person is one of them where the cohort holds it."""
    everyone = _carried(database, filters.level, filters.outliers is Outliers.INCLUDE)
    mine = everyone.filter(pl.col("sample_id") == sample_id)
    if mine.is_empty():
        return pl.DataFrame()
    row = mine.row(0, named=True)
    of_population = Filters(
        level=filters.level, cohort=filters.cohort, outliers=filters.outliers, populations=(row["population"],)
    )
    others = carried_by_person(database, of_population)
    spread = carried_by_group(database, of_population, "population").drop("group", "min", "max", "mean")
    values = pl.DataFrame(
        {
            "quantity": list(QUANTITIES),
            "value": [row[name] for name in QUANTITIES],
            "below": [float((others[name] < row[name]).mean()) if others.height else None for name in QUANTITIES],
        },
        schema={"quantity": pl.String, "value": pl.Int64, "below": pl.Float64},
    )
    return values.join(spread, on="quantity", how="left", maintain_order="left")


CARRIER_CLASSES: Final = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Least carriers of each class of the spectrum."""


@remembered
def spectrum(database: Generation) -> pl.DataFrame:
    """Site frequency spectrum, unrelated people at credible, outliers left out: `superpopulation` (or `all`), `class` (`loss`, `gain` whatever the copy
    number; else one class alone), `carriers` of that class in that group, `sites` with so many, `samples`, people of the group on autosomes."""
    rows = database.table(SPECTRUM)
    samples = {
        code: count_people(database, "chr1", _of(code)).counted for code in (EVERYONE, *superpopulation_names(database))
    }
    return rows.with_columns(
        samples=pl.col("superpopulation").replace_strict(samples, default=None, return_dtype=pl.Int32)
    )


@remembered
def spectrum_by_class(database: Generation) -> pl.DataFrame:
    """The spectrum in classes of carriers: `superpopulation`, `class`, `carriers_from`, `carriers_to` (both inclusive; null of the last), `sites`, and
    `share` of the sites of that group and class."""
    rows = spectrum(database)
    place = np.searchsorted(CARRIER_CLASSES, rows["carriers"].to_numpy(), side="right") - 1
    ends = [*(bound - 1 for bound in CARRIER_CLASSES[1:]), None]
    binned = rows.with_columns(pl.Series("carriers_from", np.array(CARRIER_CLASSES)[place], pl.Int32))
    table = binned.group_by("superpopulation", "class", "carriers_from", maintain_order=True).agg(
        pl.col("sites").sum().cast(pl.Int32)
    )
    upper = dict(zip(CARRIER_CLASSES, ends, strict=True))
    return table.with_columns(
        pl.Series("carriers_to", [upper[bound] for bound in table["carriers_from"].to_list()], pl.Int32),
        share=pl.col("sites") / pl.col("sites").sum().over("superpopulation", "class"),
    )


@remembered
def pairwise_differences(database: Generation, grouped_by: str = "population") -> pl.DataFrame:
    """F_ST and V_ST of every pair of groups (R10), `grouped_by` `population` or `superpopulation`: each pair in both orders, so that a heat map is
    whole, in the order of tables; no row of a group with itself. `first`, `second`, `fst`, `fst_sites`, `vst`, `vst_sites`; null where undefined."""
    rows = database.frame(PAIRS).filter(pl.col("grouped_by") == grouped_by).drop("grouped_by")
    both = pl.concat(
        [
            rows,
            rows.select(
                pl.col("second").alias("first"), pl.col("first").alias("second"), pl.exclude("first", "second")
            ),
        ]
    )
    codes = list(dict.fromkeys(populations(database)[grouped_by]))
    place = {code: at for at, code in enumerate(codes)}
    return both.sort(*(pl.col(name).replace_strict(place, default=len(place)) for name in ("first", "second")))


@remembered
def population_table(database: Generation, level: Level = Level.CREDIBLE) -> pl.DataFrame:
    """The populations with people in them, in the order of tables: `population`, `population_name`, `superpopulation`, `superpopulation_name`, `place` (where
    sampled), `latitude`, `longitude`, `people`, `unrelated`, `xx`, `xy`; of the unrelated, outliers left out, `median_events_loss`, `median_events_gain`,
    `median_bases_loss`, `median_bases_gain`; and `mean_fst`, the mean F_ST to each of the other populations (null where none has one)."""
    table = populations(database).join(database.frame(PLACES), on="population", how="left", maintain_order="left")
    spread = carried_by_group(database, Filters(level=level), "population").rename({"group": "population"})
    for name in ("events_loss", "events_gain", "bases_loss", "bases_gain"):
        median = spread.filter(pl.col("quantity") == name).select(
            "population", pl.col("median").alias(f"median_{name}")
        )
        table = table.join(median, on="population", how="left", maintain_order="left")
    fst = (
        pairwise_differences(database)
        .group_by("first")
        .agg(mean_fst=pl.col("fst").mean())
        .rename({"first": "population"})
    )
    return table.join(fst, on="population", how="left", maintain_order="left")


def _of(code: str) -> Filters:
    return Filters() if code == EVERYONE else Filters(populations=(code,))


@remembered
def bin_grid(database: Generation, size: int = SIZES[0]) -> pl.DataFrame:
    """Every bin of the genome in its order, of `size` bases (`SIZES`): `chrom`, `start`, `end` (0-based, half-open; the last of a chromosome is shorter) and
    `callable`, its bases that count."""
    return database.table(GRID, {"size": size})


@remembered
def genome_bins(
    database: Generation,
    superpopulation: str = EVERYONE,
    level: Level = Level.CREDIBLE,
    cohort: Cohort = Cohort.UNRELATED,
    size: int = SIZES[0],
) -> pl.DataFrame:
    """Share of people with a loss or gain along the genome (R8): a row a bin and direction, losses first, every bin of every chromosome.

    `chrom`, `start`, `end`, `direction`, `callable`, `samples`, `bases`, `most`; `mean` share of people over the callable bases, and `maximum`, the largest
    share at one base, 0 to 1: null in a bin without callable bases or people, which is a gap and no 0. `superpopulation`: a code or `all`. Counted at
    `credible` or `pass` (raises ValueError for others), outliers left out, on Y XY alone; full extents of events.
    """
    if level not in (Level.PASS, Level.CREDIBLE) or size not in SIZES:
        raise ValueError(f"bins are stored at pass and credible, of {SIZES} bases, not at {level} of {size}")
    rows = database.table(
        BINS, {"size": size, "level": level.value, "cohort": cohort.value, "superpopulation": superpopulation}
    )
    people = {
        chrom: count_people(
            database,
            chrom,
            Filters(cohort=cohort, populations=() if superpopulation == EVERYONE else (superpopulation,)),
        ).counted
        for chrom in LENGTHS
    }
    grid = bin_grid(database, size)
    parts = []
    for direction in ("loss", "gain"):
        own = rows.filter(pl.col("direction") == direction).drop("direction", "samples")
        parts.append(
            grid.join(own, on=["chrom", "start"], how="left", maintain_order="left").with_columns(
                direction=pl.lit(direction)
            )
        )
    table = pl.concat(parts).with_columns(
        pl.col("bases", "most").fill_null(0), samples=pl.col("chrom").replace_strict(people, return_dtype=pl.Int32)
    )
    has = (pl.col("callable") > 0) & (pl.col("samples") > 0)
    return table.select(
        "chrom",
        "start",
        "end",
        "direction",
        "callable",
        "samples",
        "bases",
        "most",
        mean=pl.when(has).then(pl.col("bases") / (pl.col("callable").cast(pl.Int64) * pl.col("samples"))),
        maximum=pl.when(has).then(pl.col("most") / pl.col("samples")),
    )


def genome_bins_difference(
    database: Generation,
    first: str,
    second: str,
    level: Level = Level.CREDIBLE,
    cohort: Cohort = Cohort.UNRELATED,
    size: int = SIZES[0],
) -> pl.DataFrame:
    """The same of two super-populations (or `all`) beside each other: `chrom`, `start`, `end`, `direction`, `callable`, `mean_first`, `mean_second`,
    `samples_first`, `samples_second`, and `difference`, the first's mean share less the second's: above 0 is more in the first. Null in a gap."""
    one, other = (genome_bins(database, code, level, cohort, size) for code in (first, second))
    return one.select(
        "chrom",
        "start",
        "end",
        "direction",
        "callable",
        pl.col("mean").alias("mean_first"),
        pl.col("samples").alias("samples_first"),
    ).with_columns(
        other["mean"].alias("mean_second"),
        other["samples"].alias("samples_second"),
        difference=one["mean"] - other["mean"],
    )


@remembered
def genes_lost_most(
    database: Generation, superpopulation: str = EVERYONE, rows: int = 10, coding_alone: bool = True
) -> pl.DataFrame:
    """Genes of which most people have no copy, under the rule coding at credible, unrelated, outliers left out (R7): `gene_id`, `symbol`, `description`,
    `biotype`, `chrom`, `start`, `end` (0-based, half-open), `carriers`, `samples`, `frequency`, `ci_low`, `ci_high`, most frequent first.

    Without genes that short reads cannot see or tell apart, or that fewer than half of the people were seen at (R5), since no share is told of them.
    `coding_alone`: protein-coding genes only.
    """
    lost = database.frame(LOST_GENES, {"superpopulation": superpopulation})
    genes = landmarks(database).genes.rows
    listed = lost.join(genes, on="gene_id", how="inner", maintain_order="left")
    if coding_alone:
        listed = listed.filter(pl.col("biotype") == "protein_coding")
    people = {chrom: count_people(database, chrom, _of(superpopulation)).counted for chrom in LENGTHS}
    counted = listed.select(
        "gene_id", "symbol", "description", "biotype", "chrom", "start", "end", pl.col("carriers").cast(pl.Int32)
    ).with_columns(samples=pl.col("chrom").replace_strict(people, return_dtype=pl.Int32))
    counted = with_frequency(counted).sort("frequency", "gene_id", descending=[True, False])
    told: list[pl.DataFrame] = []
    for part in counted.head(8 * rows).iter_slices(max(rows, 1)):
        targets = [gene_target(database, gene) for gene in genes_of_ids(database, tuple(part["gene_id"]))]
        views = [callabilities(database, [target], _of(superpopulation))[0] for target in targets]
        told.append(
            part.filter(pl.Series([view.assessable and not view.is_paralogous for view in views], dtype=pl.Boolean))
        )
        if sum(one.height for one in told) >= rows:
            break
    return pl.concat(told).head(rows) if told else counted.head(0)
