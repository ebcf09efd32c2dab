"""Who carries what at a place, and how often: the count that every page and download shares (rules R5, R6, R7).

One statement decides who is a carrier; frequencies and the list of events are two ways of reading it, so they cannot
disagree. It works on events that touch the place, per filter level, and joins those of one carrier and direction to
their union before a rule looks at them: callers other than DRAGEN let events overlap, and bases must not count twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import polars as pl

from dashboard.filters import SHARES, Cohort, Filters, Outliers
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.statistics import with_frequency
from dashboard.target import Target
from data_prep.domain.levels import Level

GROUPED_BY: Final = ("all", "superpopulation", "population", "sex")
"""The ways in which people are grouped."""
COVERS_TOLERANCE: Final = 1_000
"""Bases that may be missing at either end under the rule `covers` (R7)."""

# The chosen group, whatever the chromosome.
_GROUP: Final = """s.counted
      AND ($everyone OR s.unrelated)
      AND (len($populations) = 0
           OR list_contains($populations, s.superpopulation) OR list_contains($populations, s.population))
      AND ($sex IS NULL OR s.sex = $sex)"""

# Its people, less those who do not count on this chromosome (R2, R5, R11).
_COUNTED: Final = f"""
counted AS MATERIALIZED (
    SELECT s.sample_id, s.sample, s.superpopulation, s.population, s.sex
    FROM samples s
    ANTI JOIN (SELECT DISTINCT sample_id FROM marked_samples WHERE chrom = $chrom::chrom AND NOT $outliers) m
        USING (sample_id)
    WHERE {_GROUP}
      AND ($chrom <> 'chrY' OR s.sex = 'XY')
      AND ($chrom NOT IN ('chrX', 'chrY') OR NOT s.sex_mismatch)
)"""

# One row a level, carrier and direction, with the class that its copy number within the place gives (R7).
_CARRIERS: Final = (
    "WITH levels AS (SELECT unnest($levels) AS level),"
    + _COUNTED
    + """,
hits AS (
    SELECT l.level, e.*
    FROM events e
    SEMI JOIN counted USING (sample_id)
    JOIN levels l ON l.level = 'all' OR (l.level = 'credible' AND e.credible) OR (l.level = 'pass' AND e.pass)
    WHERE e.chrom = $chrom::chrom AND e.start < $end AND e."end" > $start
      AND list_contains($classes, e.class::VARCHAR)
      AND ($min_length IS NULL OR e."end" - e.start >= $min_length)
      AND ($max_length IS NULL OR e."end" - e.start <= $max_length)
      AND ($min_quality IS NULL OR e.quality >= $min_quality::FLOAT)
      AND ($min_bins IS NULL OR e.bins >= $min_bins)
      AND (len($copy_numbers) = 0 OR list_contains($copy_numbers, e.copy_number))
      AND CASE $rule
          WHEN 'within' THEN e.start >= $start AND e."end" <= $end
          WHEN 'reciprocal' THEN
              (least(e."end", $end) - greatest(e.start, $start))::BIGINT * $shares
              >= $share * greatest(e."end" - e.start, $end - $start)::BIGINT
          ELSE true END
),
runs AS (
    SELECT *, coalesce(start > max("end") OVER (
        PARTITION BY level, sample_id, direction ORDER BY start, "end"
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS opens
    FROM hits
),
numbered AS (
    SELECT *, count_if(opens) OVER (
        PARTITION BY level, sample_id, direction ORDER BY start, "end"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM runs
),
unions AS (
    SELECT level, sample_id, direction, run, min(start) AS start, max("end") AS "end"
    FROM numbered GROUP BY ALL
),
covering AS (
    SELECT level, sample_id, direction,
        sum(least("end", $end) - greatest(start, $start))::BIGINT AS bases,
        bool_or(start <= $start + $tolerance AND "end" >= $end - $tolerance) AS covers
    FROM unions GROUP BY ALL
),
pieces AS (SELECT unnest($piece_starts) AS start, unnest($piece_ends) AS "end"),
coding AS (
    SELECT u.level, u.sample_id, u.direction,
        sum(least(u."end", p."end") - greatest(u.start, p.start))::BIGINT AS bases
    FROM unions u JOIN pieces p ON u.start < p."end" AND u."end" > p.start
    GROUP BY ALL
),
classed AS (
    SELECT level, sample_id, direction,
        CASE direction
            WHEN 'loss' THEN coalesce(arg_min(class, copy_number * 2 + (class <> 'complete-loss')::INTEGER), 'loss')
            ELSE coalesce(arg_max(class, copy_number * 2 + (class = 'high-gain')::INTEGER), 'gain')
        END AS class
    FROM hits GROUP BY level, sample_id, direction
),
carriers AS (
    SELECT c.level, c.sample_id, c.direction, k.class
    FROM covering c
    JOIN classed k USING (level, sample_id, direction)
    LEFT JOIN coding q USING (level, sample_id, direction)
    WHERE CASE $rule
        WHEN 'covers' THEN c.covers
        WHEN 'fraction' THEN c.bases * $shares >= $share * ($end - $start)::BIGINT
        WHEN 'coding' THEN coalesce(q.bases, 0) >= CASE c.direction WHEN 'loss' THEN $least_loss ELSE $least_gain END
        ELSE true END
)"""
)

# One row: how many people are counted on a chromosome, and how many of the group are left out there, and why.
PEOPLE: Final = Statement(
    f"""SELECT
    (count(*) FILTER (WHERE NOT absent AND NOT mismatched AND NOT marked))::INTEGER AS counted,
    (count(*) FILTER (WHERE absent))::INTEGER AS without_chromosome,
    (count(*) FILTER (WHERE mismatched AND NOT absent))::INTEGER AS sex_mismatch,
    (count(*) FILTER (WHERE marked AND NOT absent AND NOT mismatched))::INTEGER AS marked
FROM (
    SELECT
        $chrom = 'chrY' AND s.sex IS DISTINCT FROM 'XY' AS absent,
        $chrom IN ('chrX', 'chrY') AND s.sex_mismatch AS mismatched,
        NOT $outliers AND EXISTS (
            SELECT 1 FROM marked_samples m WHERE m.sample_id = s.sample_id AND m.chrom = $chrom::chrom) AS marked
    FROM samples s
    WHERE {_GROUP}
)""",
    {"counted": pl.Int32, "without_chromosome": pl.Int32, "sex_mismatch": pl.Int32, "marked": pl.Int32},
)

# One row a population, sex and super-population with people counted.
SIZES: Final = Statement(
    "WITH"
    + _COUNTED
    + """
SELECT superpopulation, population, sex::VARCHAR AS sex, count(*)::INTEGER AS samples FROM counted GROUP BY ALL""",
    {"superpopulation": pl.String, "population": pl.String, "sex": pl.String, "samples": pl.Int32},
)

# One row a level, direction, population and sex with carriers.
TALLIES: Final = Statement(
    _CARRIERS
    + """
SELECT c.level, c.direction::VARCHAR AS direction, p.superpopulation, p.population, p.sex::VARCHAR AS sex,
    count(*)::INTEGER AS carriers,
    (count(*) FILTER (WHERE c.class = 'complete-loss'))::INTEGER AS complete_losses,
    (count(*) FILTER (WHERE c.class = 'partial-loss'))::INTEGER AS partial_losses,
    (count(*) FILTER (WHERE c.class = 'low-gain'))::INTEGER AS low_gains,
    (count(*) FILTER (WHERE c.class = 'high-gain'))::INTEGER AS high_gains,
    (count(*) FILTER (WHERE c.class IN ('loss', 'gain')))::INTEGER AS without_copy_number
FROM carriers c JOIN counted p USING (sample_id)
GROUP BY ALL""",
    {
        "level": pl.String,
        "direction": pl.String,
        "superpopulation": pl.String,
        "population": pl.String,
        "sex": pl.String,
        "carriers": pl.Int32,
        "complete_losses": pl.Int32,
        "partial_losses": pl.Int32,
        "low_gains": pl.Int32,
        "high_gains": pl.Int32,
        "without_copy_number": pl.Int32,
    },
)

# One row an event of a carrier that takes part in making it one. The genotypes are those of the event's calls.
CARRIER_EVENTS: Final = Statement(
    _CARRIERS
    + """,
genotypes AS (
    SELECT event_id, string_agg(genotype, ';' ORDER BY start) AS genotype
    FROM calls SEMI JOIN hits USING (event_id)
    WHERE chrom = $chrom::chrom
    GROUP BY event_id
)
SELECT
    p.sample, p.superpopulation, p.population, p.sex::VARCHAR AS sex,
    e.chrom::VARCHAR AS chrom, e.start, e."end", e."end" - e.start AS length,
    c.direction::VARCHAR AS direction, e.class::VARCHAR AS class, e.copy_number, e.expected_copy_number,
    e.copy_ratio, e.quality, e.bins, e.filters, e.par_border, g.genotype, e.event_id AS event,
    (least(e."end", $end) - greatest(e.start, $start)) / ($end - $start) AS overlap
FROM carriers c
JOIN hits e USING (level, sample_id, direction)
JOIN counted p USING (sample_id)
LEFT JOIN genotypes g USING (event_id)
ORDER BY p.superpopulation, p.population, p.sample, c.direction, e.start, e."end", e.event_id""",
    {
        "sample": pl.String,
        "superpopulation": pl.String,
        "population": pl.String,
        "sex": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "length": pl.Int32,
        "direction": pl.String,
        "class": pl.String,
        "copy_number": pl.Int32,
        "expected_copy_number": pl.UInt8,
        "copy_ratio": pl.Float32,
        "quality": pl.Float32,
        "bins": pl.Int32,
        "filters": pl.String,
        "par_border": pl.Boolean,
        "genotype": pl.String,
        "event": pl.Int64,
        "overlap": pl.Float64,
    },
)


@dataclass(frozen=True, slots=True)
class People:
    """Who is counted on a chromosome: `counted` is the denominator; the rest is left out there, each for one reason."""

    counted: int
    without_chromosome: int
    """Not XY, on Y."""
    sex_mismatch: int
    """Their calls contradict their recorded sex; on X and Y."""
    marked: int
    """With large events on the chromosome, probably from cell culture."""


def people(database: Generation, chrom: str, filters: Filters) -> People:
    """How many people of the chosen group are counted on `chrom`, and how many are not."""
    return _people(database, chrom, _who(filters))


@remembered
def frequencies(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """Carriers at `target`, counted in every group.

    One row a level (the chosen one, `pass` and `all`), direction asked for, and group (`grouped_by`: all,
    superpopulation, population, sex): `carriers`, `samples`, `frequency` with its Wilson interval `ci_low`, `ci_high`
    (shares of 1), and carriers by class. A group without carriers has its row; one without anyone counted has none.
    """
    levels = tuple(dict.fromkeys((filters.level, Level.PASS, Level.ALL)))
    sizes = _sizes(database, target.interval.chrom, _who(filters))
    tallies = database.frame(TALLIES, _parameters(target, filters, levels))
    asked = pl.DataFrame(
        [(level.value, direction.value) for level in levels for direction in filters.directions],
        schema={"level": pl.String, "direction": pl.String},
        orient="row",
    )
    keys = ["level", "direction", "superpopulation", "population", "sex"]
    counts = [name for name in TALLIES.columns if name not in keys]
    cells = (
        sizes.join(asked, how="cross")
        .join(tallies, on=keys, how="left", nulls_equal=True)
        .with_columns(pl.col(counts).fill_null(0), pl.col("sex").fill_null("unknown"), all=pl.lit("all"))
    )
    groups = [
        cells.group_by("level", "direction", group=kind)
        .agg(pl.col("samples", *counts).sum())
        .select("level", "direction", pl.lit(kind).alias("grouped_by"), "group", "samples", *counts)
        for kind in GROUPED_BY
    ]
    return with_frequency(pl.concat(groups))


@remembered
def carrier_events(database: Generation, target: Target, filters: Filters) -> pl.DataFrame:
    """The events that make carriers, one a row, as `CARRIER_EVENTS` names the columns; 0-based, half-open."""
    return database.frame(CARRIER_EVENTS, _parameters(target, filters, (filters.level,)))


@contextmanager
def carrier_event_batches(
    database: Generation, target: Target, filters: Filters, rows: int
) -> Iterator[Iterator[pl.DataFrame]]:
    """The same as `carrier_events` in frames of about `rows` rows, for a stream; nothing is kept."""
    with database.batches(CARRIER_EVENTS, _parameters(target, filters, (filters.level,)), rows) as frames:
        yield frames


def _who(filters: Filters) -> Filters:
    """Of the filters, those that say who is counted: answers about people are kept for these alone."""
    return Filters(cohort=filters.cohort, outliers=filters.outliers, populations=filters.populations, sex=filters.sex)


@remembered
def _people(database: Generation, chrom: str, who: Filters) -> People:
    return People(*database.frame(PEOPLE, _counted_parameters(chrom, who)).row(0))


@remembered
def _sizes(database: Generation, chrom: str, who: Filters) -> pl.DataFrame:
    return database.frame(SIZES, _counted_parameters(chrom, who))


def _parameters(target: Target, filters: Filters, levels: tuple[Level, ...]) -> dict[str, object]:
    rule = target.rule_in_force(filters.overlap)
    return {
        **_counted_parameters(target.interval.chrom, filters),
        "start": target.interval.start,
        "end": target.interval.end,
        "levels": [level.value for level in levels],
        "directions": [direction.value for direction in filters.directions],
        "classes": [name.value for name in filters.event_classes],
        "min_length": filters.min_length,
        "max_length": filters.max_length,
        "min_quality": filters.min_quality,
        "min_bins": filters.min_bins,
        "copy_numbers": list(filters.copy_numbers),
        "rule": rule.rule.value,
        "share": rule.share or 0,
        "shares": SHARES,
        "tolerance": COVERS_TOLERANCE,
        "piece_starts": [start for start, _ in target.pieces],
        "piece_ends": [end for _, end in target.pieces],
        "least_loss": target.least_loss,
        "least_gain": target.least_gain,
    }


def _counted_parameters(chrom: str, filters: Filters) -> dict[str, object]:
    """The parameters that say who is counted on a chromosome."""
    return {
        "chrom": chrom,
        "everyone": filters.cohort is Cohort.ALL,
        "populations": list(filters.populations),
        "sex": None if filters.sex is None else filters.sex.value,
        "outliers": filters.outliers is Outliers.INCLUDE,
    }
