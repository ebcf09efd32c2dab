"""Sites as Beacon records show them: their facts, and carriers and alleles in every group of people (rules R5, R6, R9).

The groups are everyone, each sex, super-populations and populations: 34 rows of the whole panel. Counted are unrelated
people at credible, people with marked chromosomes left out there, as on every page by default; additive rows of
`site_counts` are summed, so a group is never counted twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from dashboard.operating.cells import POPULATION, SEX, SUPERPOPULATION
from dashboard.question.filters import Filters
from dashboard.question.target import region_target
from dashboard.store.callability import Callability, callabilities, sights, who_is_assessed
from dashboard.store.cohort import population_names, populations
from dashboard.store.database import Generation, Statement, remembered
from dashboard.store.landmarks import landmarks
from dashboard.store.panel import counted_rows, panel, place_of_sex
from dashboard.store.statistics import wilson
from dashboard.words.seen import LEAST_SEEN, is_partly_seen
from data_prep.domain.arrays import Numbers
from data_prep.domain.copy_number import expected_by_sex
from data_prep.domain.intervals import Interval

# Sites of a page are neighbours: their first and last number keep most of a table from being read.

# One row a site of these numbers, with all that is known of it.
SITE_FACTS: Final = Statement(
    """SELECT site_id, site, chrom::VARCHAR AS chrom, start, "end", direction::VARCHAR AS direction, events, carriers, intervals,
    start_min, start_median, start_max, end_min, end_median, end_max, median_bins, few_bins, multi_allelic, alleles, problem
FROM sites WHERE site_id BETWEEN $first AND $last AND site_id IN (SELECT unnest($sites)::INTEGER)""",
    {
        "site_id": pl.Int32,
        "site": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "direction": pl.String,
        "events": pl.Int32,
        "carriers": pl.Int32,
        "intervals": pl.Int32,
        "start_min": pl.Int32,
        "start_median": pl.Int32,
        "start_max": pl.Int32,
        "end_min": pl.Int32,
        "end_median": pl.Int32,
        "end_max": pl.Int32,
        "median_bins": pl.Float64,
        "few_bins": pl.Boolean,
        "multi_allelic": pl.Boolean,
        "alleles": pl.Boolean,
        "problem": pl.String,
    },
)

# One row a site and kind of carrier: unrelated people at credible, outliers left out.
CARRIERS: Final = Statement(
    """SELECT site_id, population, sex::VARCHAR AS sex, copy_number, expected_copy_number, sum(carriers)::INTEGER AS carriers
FROM site_counts
WHERE site_id BETWEEN $first AND $last AND site_id IN (SELECT unnest($sites)::INTEGER) AND level = 'credible' AND unrelated AND NOT outlier
GROUP BY ALL ORDER BY site_id, copy_number""",
    {
        "site_id": pl.Int32,
        "population": pl.String,
        "sex": pl.String,
        "copy_number": pl.Int32,
        "expected_copy_number": pl.UInt8,
        "carriers": pl.Int32,
    },
)

# One row a population or super-population with its term of the Human Ancestry Ontology.
ANCESTRY_TERMS: Final = Statement(
    """SELECT superpopulation AS code, name, hancestro FROM superpopulations
UNION ALL SELECT population, name, hancestro FROM populations""",
    {"code": pl.String, "name": pl.String, "hancestro": pl.String},
)

# One row a site and copy number that a credible member has, of whatever person.
COPIES_SEEN: Final = Statement(
    """SELECT DISTINCT site_id, copy_number FROM site_counts
WHERE site_id BETWEEN $first AND $last AND site_id IN (SELECT unnest($sites)::INTEGER) AND level = 'credible' AND copy_number IS NOT NULL ORDER BY ALL""",
    {"site_id": pl.Int32, "copy_number": pl.Int32},
)

# One row a site of these numbers and gene that its founding interval touches.
GENES: Final = Statement(
    """SELECT site_id, gene_id, coding FROM site_genes
WHERE site_id BETWEEN $first AND $last AND site_id IN (SELECT unnest($sites)::INTEGER)""",
    {"site_id": pl.Int32, "gene_id": pl.String, "coding": pl.Boolean},
)

TOTAL: Final = "Total"
OF_SEX: Final = {"XX": "Females", "XY": "Males"}
"""Names of the groups of a sex, by the sex."""


CountRow = tuple[str, str | None, int | None, int | None, int]
"""Population, sex, copy number, expected copy number, carriers."""


@dataclass(frozen=True, slots=True)
class Ancestry:
    """A population or super-population."""

    code: str
    name: str
    term: str | None
    """Its term of the Human Ancestry Ontology."""


@dataclass(frozen=True, slots=True)
class GroupCount:
    """One group at one site. Shares and numbers are None where R5 gives none for this group."""

    group: str
    carriers: int | None
    samples: int | None
    frequency: float | None
    ci_low: float | None
    ci_high: float | None
    copy_numbers: Mapping[int, int] | None
    """Carriers by copy number; None where they are withheld."""
    allele_count: int
    allele_number: int
    homozygous: int
    """Without a copy, of two expected or of one."""
    heterozygous: int
    seen: float | None = None
    """Share of its people in whom half or more of the place was seen; None where no file says what was seen."""
    withheld: bool = False
    """Its carriers are few, or would give away another group's."""
    shows_alleles: bool = True


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """One site with its groups."""

    facts: Mapping[str, object]
    """A row of `SITE_FACTS`."""
    genes: tuple[str, ...]
    """Symbols that it touches, along the genome."""
    coding: tuple[str, ...]
    """Those whose coding sequence it takes (R7)."""
    copies: tuple[int, ...]
    """Copy numbers seen."""
    place: Callability
    groups: tuple[GroupCount, ...]

    @property
    def interval(self) -> Interval:
        return Interval(str(self.facts["chrom"]), int(str(self.facts["start"])), int(str(self.facts["end"])))


@remembered
def ancestries(database: Generation) -> dict[str, Ancestry]:
    """Super-populations and populations by code."""
    return {row[0]: Ancestry(*row) for row in database.frame(ANCESTRY_TERMS).iter_rows()}


@remembered
def group_names(database: Generation) -> tuple[str, ...]:
    """The groups in the order of records: everyone, the sexes, super-populations, populations."""
    rows = populations(database)
    return (TOTAL, *OF_SEX.values(), *dict.fromkeys(rows["superpopulation"]), *rows["population"])


@remembered
def kinds_of_groups(database: Generation) -> dict[str, str]:
    """How people are grouped in each group of `group_names` but that of everyone."""
    rows = populations(database)
    return (
        dict.fromkeys(OF_SEX.values(), SEX)
        | dict.fromkeys(rows["superpopulation"].to_list(), SUPERPOPULATION)
        | dict.fromkeys(rows["population"].to_list(), POPULATION)
    )


def site_answers(database: Generation, sites: Sequence[int]) -> dict[int, SiteAnswer]:
    """The sites of these numbers, by number."""
    if not sites:
        return {}
    values = {"sites": list(sites), "first": min(sites), "last": max(sites)}
    facts = database.table(SITE_FACTS, values).sort("site_id")
    counts = database.table(CARRIERS, values)
    rows_of: dict[int, list[CountRow]] = {}
    for site, *row in counts.iter_rows():
        rows_of.setdefault(site, []).append(tuple(row))
    copies: dict[int, list[int]] = {}
    for site, number in database.frame(COPIES_SEEN, values).iter_rows():
        copies.setdefault(site, []).append(number)
    genes = _genes(database, values)
    answers: dict[int, SiteAnswer] = {}
    for (chrom,), rows in facts.group_by("chrom", maintain_order=True):
        answers |= _on_chromosome(database, str(chrom), rows, rows_of, copies, genes)
    return answers


def _on_chromosome(
    database: Generation,
    chrom: str,
    facts: pl.DataFrame,
    rows_of: Mapping[int, Sequence[CountRow]],
    copies: Mapping[int, list[int]],
    genes: Mapping[int, tuple[list[str], list[str]]],
) -> dict[int, SiteAnswer]:
    filters = Filters()
    places = [Interval(chrom, *row) for row in facts.select("start", "end").iter_rows()]
    assessed = callabilities(database, [region_target(place) for place in places], filters)
    who = counted_rows(database, chrom, filters)
    membership = group_membership(database)
    sizes = membership @ who
    people = panel(database)
    sex_codes, sex_of = people.groups["sex"]
    of_sex = [membership @ (who & (sex_of == number)) for number in range(len(sex_codes))]
    views = list(sights(database, places)) if who_is_assessed(database).any() else [None] * len(places)
    ends = facts.select("start", "end").to_numpy().astype(np.int64)
    expected = expected_by_sex(chrom, ends[:, 0], ends[:, 1])[:, [place_of_sex(code) for code in sex_codes]]
    answers: dict[int, SiteAnswer] = {}
    for row, (place, view) in enumerate(zip(assessed, views, strict=True)):
        fact = facts.row(row, named=True)
        site = fact["site_id"]
        assessed_people = None if view is None else membership @ (who & view.assessed)
        seen = None if view is None else membership @ (who & view.seen)
        allele_numbers = sum(expected[row, number] * sizes_of_sex for number, sizes_of_sex in enumerate(of_sex))
        tally = _tally(database, rows_of.get(site, ()), dict(zip(sex_codes, expected[row].tolist(), strict=True)))
        answers[site] = SiteAnswer(
            facts=fact,
            genes=tuple(genes.get(site, ([], []))[0]),
            coding=tuple(genes.get(site, ([], []))[1]),
            copies=tuple(copies.get(site, [])),
            place=place,
            groups=_groups(group_names(database), tally, sizes, np.asarray(allele_numbers), assessed_people, seen),
        )
    return answers


@dataclass(slots=True)
class _Tally:
    """Sums over the rows of one site and group."""

    carriers: int = 0
    allele_count: int = 0
    more_alleles: int = 0
    """Copies that calls say are expected beyond what the place tells (R2)."""
    homozygous: int = 0
    heterozygous: int = 0
    copy_numbers: dict[int, int] | None = None


def _tally(database: Generation, rows: Sequence[CountRow], expected_of_sex: Mapping[str, int]) -> dict[str, _Tally]:
    home = {code: superpopulation for code, (_, superpopulation) in population_names(database).items()}
    tallies: dict[str, _Tally] = {}
    for population, sex, copies, expected, carriers in rows:
        of_place = expected_of_sex.get(sex or "unknown", 0)
        of_calls = of_place if expected is None else expected
        for group in dict.fromkeys((TOTAL, OF_SEX.get(sex or "", ""), home.get(population, ""), population)):
            if not group:
                continue
            tally = tallies.setdefault(group, _Tally(copy_numbers={}))
            tally.carriers += carriers
            tally.more_alleles += carriers * (of_calls - of_place)
            if copies is None:
                continue
            assert tally.copy_numbers is not None
            tally.copy_numbers[copies] = tally.copy_numbers.get(copies, 0) + carriers
            tally.allele_count += carriers * max(of_calls - copies, 0)
            tally.homozygous += carriers * (copies == 0)
            tally.heterozygous += carriers * (0 < copies < of_calls)
    return tallies


def _groups(
    names: Sequence[str],
    tallies: Mapping[str, _Tally],
    sizes: Numbers,
    allele_numbers: Numbers,
    assessed_people: Numbers | None,
    seen: Numbers | None,
) -> tuple[GroupCount, ...]:
    carriers = np.array([tallies[name].carriers if name in tallies else 0 for name in names], np.int64)
    # lists: what Python takes from an array one by one it takes slowly
    share, low, high = (part.tolist() for part in wilson(carriers, sizes))
    people, numbers = sizes.tolist(), allele_numbers.tolist()
    shares: list[float | None] = [None] * len(names)
    if assessed_people is not None and seen is not None:
        shares = [
            float(seen[row] / assessed_people[row]) if assessed_people[row] else None for row in range(len(names))
        ]
    groups = []
    for row, name in enumerate(names):
        tally = tallies.get(name, _Tally(copy_numbers={}))
        seen_share = shares[row]
        hardly = seen_share is not None and seen_share < LEAST_SEEN
        upper = high[row]
        if seen is not None and not tally.carriers and is_partly_seen(seen_share):
            upper = wilson(np.zeros(1, np.int64), seen[[row]])[2][0]
        known = people[row] > 0 and not hardly
        groups.append(
            GroupCount(
                group=name,
                carriers=None if hardly else tally.carriers,
                samples=None if hardly else people[row],
                frequency=share[row] if known else None,
                ci_low=low[row] if known else None,
                ci_high=float(upper) if known else None,
                copy_numbers=dict(sorted((tally.copy_numbers or {}).items())),
                allele_count=tally.allele_count,
                allele_number=0 if hardly else int(numbers[row]) + tally.more_alleles,
                homozygous=tally.homozygous,
                heterozygous=tally.heterozygous,
                seen=seen_share,
            )
        )
    return tuple(groups)


@remembered
def group_membership(database: Generation) -> Numbers:
    """Who is in each of the groups: (groups, rows of the panel), 1 or 0."""
    people = panel(database).samples
    sexes = {name: sex for sex, name in OF_SEX.items()}
    rows = []
    for name in group_names(database):
        if name == TOTAL:
            mask = pl.Series([True] * people.height, dtype=pl.Boolean)
        elif name in sexes:
            mask = (people["sex"] == sexes[name]).fill_null(value=False)
        else:
            mask = (people["superpopulation"] == name) | (people["population"] == name)
        rows.append(mask.to_numpy().astype(np.int64))
    return np.array(rows)


def _genes(database: Generation, values: Mapping[str, object]) -> dict[int, tuple[list[str], list[str]]]:
    """Symbols of the genes that each site touches, and of those whose coding sequence it takes, along the genome."""
    known = landmarks(database)
    genes: dict[int, tuple[list[str], list[str]]] = {}
    rows = database.table(GENES, values)
    for place, site, coding in sorted((known.place_of(gene), site, coding) for site, gene, coding in rows.iter_rows()):
        every, taken = genes.setdefault(site, ([], []))
        every.append(known.symbols[place])
        if coding:
            taken.append(known.symbols[place])
    return genes
