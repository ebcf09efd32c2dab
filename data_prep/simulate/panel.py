"""The simulated people: populations, sexes and families of the 1000 Genomes panel of 3,202, in a fixed, well-mixed order.

A person is a number from 1; everything about person i follows from i alone. After 3,202 the pattern begins again with
new people, so a cohort of any size has nearly the right make-up and the first people are the same in all of them.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_prep.simulate.genome import read_table

SUPERPOPULATIONS: Final = ("AFR", "AMR", "EAS", "EUR", "SAS")
PANEL_SIZE: Final = 3_202

XX: Final = 0
XY: Final = 1

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class SimulatedPanel:
    """One row per place in the panel, 3,202 of them; `father` and `mother` are places, -1 for none.

    `population` indexes `populations` (code, super-population), `superpopulation` indexes SUPERPOPULATIONS.
    """

    populations: tuple[tuple[str, str], ...]
    population: Ints
    superpopulation: Ints
    sex: Ints
    father: Ints
    mother: Ints
    family: Ints
    """Number of the family from 1; 0 for people without relatives here."""
    unrelated: Bools


@dataclass(frozen=True)
class SimulatedPeople:
    """Some people of the cohort, as arrays of one length; numbers are 1-based, parents 0 for none."""

    number: Ints
    population: Ints
    superpopulation: Ints
    sex: Ints
    father: Ints
    mother: Ints


def sample_name(number: int) -> str:
    """`SIM00001`: a name no real person's sample has."""
    return f"SIM{number:05d}"


@cache
def make_panel() -> SimulatedPanel:
    """The panel, from the counts of the published pedigree (26 populations, 602 trios, 2,504 unrelated)."""
    table = read_table("populations")
    populations = tuple(table.select("population", "superpopulation").iter_rows())
    units: list[tuple[float, int, list[_Person]]] = []
    for p, row in enumerate(table.iter_rows(named=True)):
        family_units = _families(row)
        people = sum(len(u) for u in family_units)
        done = 0
        for unit in family_units:
            units.append(((done + len(unit) / 2) / people, p, unit))
            done += len(unit)
    units.sort(key=lambda u: (u[0], u[1]))
    population: list[int] = []
    sex: list[int] = []
    father: list[int] = []
    mother: list[int] = []
    family: list[int] = []
    unrelated: list[bool] = []
    families = 0
    for _, p, unit in units:
        father_number = len(population)
        families += len(unit) > 1
        for person in unit:
            population.append(p)
            sex.append(person.sex)
            father.append(father_number if person.child else -1)
            mother.append(father_number + 1 if person.child else -1)
            family.append(families if len(unit) > 1 else 0)
            unrelated.append(person.unrelated)
    place = np.array([SUPERPOPULATIONS.index(s) for _, s in populations], dtype=np.int64)
    return SimulatedPanel(
        populations=populations,
        population=np.array(population, dtype=np.int64),
        superpopulation=place[population],
        sex=np.array(sex, dtype=np.int64),
        father=np.array(father, dtype=np.int64),
        mother=np.array(mother, dtype=np.int64),
        family=np.array(family, dtype=np.int64),
        unrelated=np.array(unrelated, dtype=np.bool_),
    )


def make_people(numbers: Ints) -> SimulatedPeople:
    """The people with these numbers, of any cycle of the panel."""
    p = make_panel()
    cycle, place = np.divmod(numbers - 1, PANEL_SIZE)
    first = cycle * PANEL_SIZE + 1
    return SimulatedPeople(
        number=numbers,
        population=p.population[place],
        superpopulation=p.superpopulation[place],
        sex=p.sex[place],
        father=np.where(p.father[place] >= 0, first + p.father[place], 0),
        mother=np.where(p.mother[place] >= 0, first + p.mother[place], 0),
    )


def sample_table(samples: int) -> pl.DataFrame:
    """The table of people 1 to `samples`, as `samples.tsv` holds it: every column text, empty where there is none."""
    p = make_panel()
    numbers = np.arange(1, samples + 1)
    who = make_people(numbers)
    cycle, place = np.divmod(numbers - 1, PANEL_SIZE)
    families = int(p.family.max())
    names = [sample_name(n) for n in range(1, samples + 1)]
    return pl.DataFrame(
        {
            "sample": names,
            "population": [p.populations[i][0] for i in who.population],
            "superpopulation": [SUPERPOPULATIONS[i] for i in who.superpopulation],
            "sex": np.where(who.sex == XY, "XY", "XX"),
            "family": [
                f"FAM{c * families + f:04d}" if f else name
                for c, f, name in zip(cycle.tolist(), p.family[place].tolist(), names, strict=True)
            ],
            "father": [sample_name(f) if f else "" for f in who.father.tolist()],
            "mother": [sample_name(m) if m else "" for m in who.mother.tolist()],
            "unrelated": np.where(p.unrelated[place], "yes", "no"),
        }
    )


@dataclass(frozen=True)
class _Person:
    sex: int
    child: bool
    unrelated: bool


def _families(row: dict[str, int]) -> list[list[_Person]]:
    """The families of one population and its people without family, trios spread evenly among the others.

    The unrelated are first the people without family, then parents, then the few children that the cohort of 2,504 holds.
    """
    children = [_Person(XY, True, i < row["unrelated_sons"]) for i in range(row["trio_sons"])]
    children += [_Person(XX, True, i < row["unrelated_daughters"]) for i in range(row["trio_daughters"])]
    children = _alternate(children)
    couples = len(children) - row["sibling_pairs"]
    adults: dict[int, list[_Person]] = {}
    for sex, word, offspring in ((XY, "males", "sons"), (XX, "females", "daughters")):
        count = row[word] - row[f"trio_{offspring}"]
        chosen = row[f"unrelated_{word}"] - row[f"unrelated_{offspring}"]
        adults[sex] = [_Person(sex, False, i < chosen) for i in range(count)]
    singles = _alternate(adults[XY][: len(adults[XY]) - couples] + adults[XX][: len(adults[XX]) - couples])
    fathers, mothers = adults[XY][len(adults[XY]) - couples :], adults[XX][len(adults[XX]) - couples :]
    trios: list[list[_Person]] = [[f, m] for f, m in zip(fathers, mothers, strict=True)]
    for i, child in enumerate(children):
        trios[i % couples].append(child)
    alone = [[s] for s in singles]
    placed = [((i + 0.5) / len(group), unit) for group in (trios, alone) for i, unit in enumerate(group)]
    return [unit for _, unit in sorted(placed, key=lambda pair: pair[0])]


def _alternate(members: list[_Person]) -> list[_Person]:
    """The two sexes mixed evenly, in their proportion."""
    by_sex = [[m for m in members if m.sex == sex] for sex in (XX, XY)]
    placed = [((i + 0.5) / len(group), member) for group in by_sex for i, member in enumerate(group)]
    return [member for _, member in sorted(placed, key=lambda pair: pair[0])]
