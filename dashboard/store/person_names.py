"""Names of people: those that begin so, those that are written nearly so, and some to begin with."""

from typing import Final

import polars as pl

from dashboard.store.database import Generation, Statement, remembered

MOST_SLIPS: Final = 3
"""Letters by which a close name may differ."""

# One row a sample whose name begins so, in any case.
BEGINNING: Final = Statement(
    """SELECT sample, population, superpopulation, sex::VARCHAR AS sex FROM samples
WHERE counted AND starts_with(lower(sample), lower($text)) ORDER BY sample LIMIT $limit""",
    {"sample": pl.String, "population": pl.String, "superpopulation": pl.String, "sex": pl.String},
)
# One row a sample with a name that few letters part from the text, the nearest first.
ALIKE: Final = Statement(
    """SELECT sample FROM (
    SELECT sample, damerau_levenshtein(lower(sample), lower($text)) AS slips FROM samples WHERE counted
) WHERE slips <= $most ORDER BY slips, sample LIMIT $limit""",
    {"sample": pl.String},
)
# One row a population: the first of its people who is a child of two people of the table, else the first of all.
EXAMPLES: Final = Statement(
    """SELECT population, coalesce(min(sample) FILTER (child), min(sample)) AS sample, bool_or(child) AS child FROM (
    SELECT s.population, s.sample, f.sample IS NOT NULL AND m.sample IS NOT NULL AS child FROM samples s
    LEFT JOIN samples f ON f.sample = s.father AND f.counted LEFT JOIN samples m ON m.sample = s.mother AND m.counted
    WHERE s.counted
) GROUP BY population ORDER BY population""",
    {"population": pl.String, "sample": pl.String, "child": pl.Boolean},
)


def people_beginning(database: Generation, text: str, limit: int) -> pl.DataFrame:
    """People whose file was read and whose name begins so, by name: `sample`, `population`, `superpopulation`, `sex`."""
    return database.frame(BEGINNING, {"text": text, "limit": limit})


def people_alike(database: Generation, text: str, limit: int) -> list[str]:
    """Names of people whose file was read that are written nearly so."""
    return database.frame(ALIKE, {"text": text, "most": MOST_SLIPS, "limit": limit})["sample"].to_list()


@remembered
def example_people(database: Generation) -> pl.DataFrame:
    """Somebody of each population, a child of a trio where there is one: `population`, `sample`, `child`."""
    return database.frame(EXAMPLES)
