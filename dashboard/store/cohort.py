"""Who and what the database holds: populations, people, calls, and where they come from (rule R12)."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from dashboard.store.database import Generation, Statement, remembered
from data_prep.domain.callers import from_one_line, in_one_line


@dataclass(frozen=True, slots=True)
class Release:
    """What this database is, in the words of its provenance."""

    name: str
    callers: tuple[str, ...]
    """As `data_prep.domain.callers` names them."""
    simulated: bool
    source: str
    built_at: str
    generation: str
    gene_models: str
    reference_rows: bool

    @property
    def title(self) -> str:
        """What the callset is called; by its callers where it has no name."""
        return self.name or in_one_line(self.callers)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sizes of the database."""

    people: int
    unrelated: int
    calls: int
    events: int
    credible_events: int
    genes: int


# One row a population with people in it.
POPULATIONS: Final = Statement(
    """SELECT
    s.superpopulation, coalesce(g.name, s.superpopulation) AS superpopulation_name,
    s.population, coalesce(p.name, s.population) AS population_name,
    count(*)::INTEGER AS people,
    (count(*) FILTER (WHERE s.unrelated))::INTEGER AS unrelated,
    (count(*) FILTER (WHERE s.sex = 'XX'))::INTEGER AS xx,
    (count(*) FILTER (WHERE s.sex = 'XY'))::INTEGER AS xy
FROM samples s
LEFT JOIN populations p ON p.population = s.population
LEFT JOIN superpopulations g ON g.superpopulation = s.superpopulation
WHERE s.counted
GROUP BY ALL
ORDER BY any_value(g.position) NULLS LAST, s.superpopulation, any_value(p.position) NULLS LAST, s.population""",
    {
        "superpopulation": pl.String,
        "superpopulation_name": pl.String,
        "population": pl.String,
        "population_name": pl.String,
        "people": pl.Int32,
        "unrelated": pl.Int32,
        "xx": pl.Int32,
        "xy": pl.Int32,
    },
)

TOTALS: Final = Statement(
    """SELECT
    (SELECT count(*) FROM samples WHERE counted)::INTEGER AS people,
    (SELECT count(*) FROM samples WHERE counted AND unrelated)::INTEGER AS unrelated,
    (SELECT count(*) FROM calls) AS calls,
    (SELECT count(*) FROM events) AS events,
    (SELECT count(*) FROM events WHERE credible) AS credible_events,
    (SELECT count(*) FROM genes)::INTEGER AS genes""",
    {
        "people": pl.Int32,
        "unrelated": pl.Int32,
        "calls": pl.Int64,
        "events": pl.Int64,
        "credible_events": pl.Int64,
        "genes": pl.Int32,
    },
)


@remembered
def populations(database: Generation) -> pl.DataFrame:
    """People by population, in the order of tables and charts, as `POPULATIONS` names the columns."""
    return database.frame(POPULATIONS)


@remembered
def group_codes(database: Generation) -> tuple[str, ...]:
    """Codes that the filter `population` accepts: super-populations, then populations, in order."""
    rows = populations(database)
    return tuple(dict.fromkeys([*rows["superpopulation"], *rows["population"]]))


@remembered
def superpopulation_names(database: Generation) -> dict[str, str]:
    """Names of the super-populations by code, in the order of tables and charts."""
    return dict(populations(database).select("superpopulation", "superpopulation_name").iter_rows())


@remembered
def population_names(database: Generation) -> dict[str, tuple[str, str]]:
    """Name and super-population of each population by code."""
    rows = populations(database).select("population", "population_name", "superpopulation").iter_rows()
    return {code: (name, superpopulation) for code, name, superpopulation in rows}


@remembered
def group_names(database: Generation) -> dict[str, str]:
    """Names of super-populations, then populations, by the codes that the filter `population` accepts, in order."""
    populations_ = {code: name for code, (name, _) in population_names(database).items()}
    return {
        code: name
        for code, name in (superpopulation_names(database) | populations_).items()
        if code in group_codes(database)
    }


@remembered
def totals(database: Generation) -> Totals:
    """Sizes of the database."""
    return Totals(*database.frame(TOTALS).row(0))


@remembered
def release(database: Generation) -> Release:
    """What this database is; an empty text where its provenance does not say."""
    facts = database.provenance
    return Release(
        name=facts.get("callset") or facts.get("release", ""),
        callers=from_one_line(facts.get("caller", "")),
        simulated=facts.get("simulated") == "yes",
        source=facts.get("source", ""),
        built_at=facts.get("built_at", ""),
        generation=database.id,
        gene_models=facts.get("gene_models", ""),
        reference_rows=facts.get("reference_rows") == "yes",
    )
