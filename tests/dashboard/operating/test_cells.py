"""What is withheld cannot be worked out: not from sums, and not by who knows the rule by which it is withheld."""

from collections.abc import Iterator
from itertools import product
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from dashboard.operating.cells import Row, ShownCells, choose_cells

Counts = tuple[tuple[int, ...], ...]
"""A row a group, a column a class."""


def answers(sizes: tuple[int, ...], classes: int) -> Iterator[Counts]:
    """Every answer that groups of these sizes can give."""
    rows = [[row for row in product(range(size + 1), repeat=classes) if sum(row) <= size] for size in sizes]
    yield from product(*rows)


def row_of(parts: tuple[int, ...], size: int) -> Row:
    return Row(sum(parts), size, parts)


def published(counts: Counts, sizes: tuple[int, ...], least: int, kind: str, named: int) -> tuple[object, ...]:
    """What is told of an answer of one grouping, of which the first `named` groups have a row."""
    total = row_of(tuple(sum(column) for column in zip(*counts, strict=True)), sum(sizes))
    rows = [row_of(parts, size) for parts, size in zip(counts[:named], sizes[:named], strict=True)]
    told = choose_cells(total, {kind: rows}, least)
    return (
        total.carriers if told.total else None,
        total.parts if told.parts else None,
        tuple(row.carriers for row in rows) if kind in told.groups else None,
        counts[:named] if kind in told.parts_of else None,
    )


@pytest.mark.parametrize(
    ("sizes", "classes", "least"),
    [((4, 4), 1, 3), ((3, 7), 1, 3), ((5, 5, 5), 1, 3), ((4, 9), 1, 4), ((2, 9), 1, 3), ((1, 1, 8), 1, 3), ((5, 6), 2, 3), ((4, 4, 3), 2, 3)],
)  # fmt: skip
@pytest.mark.parametrize("unnamed", [0, 1], ids=["", "people-in-no-group"])
def test_whoever_knows_the_rule_works_out_no_small_number(
    sizes: tuple[int, ...], classes: int, least: int, unnamed: int
) -> None:
    """Of all answers that are told alike, each small number has two values or more; but where everybody carries, each does."""
    alike: dict[tuple[object, ...], list[Counts]] = {}
    named = len(sizes) - unnamed
    for counts in answers(sizes, classes):
        if sum(map(sum, counts)) == sum(sizes):
            continue
        alike.setdefault(published(counts, sizes, least, "sex", named), []).append(counts)
    for told, several in alike.items():
        cells = np.array(several).reshape(len(several), -1)
        groups = np.array(several).sum(axis=2)
        totals = groups.sum(axis=1, keepdims=True)
        for numbers in (cells, groups, totals):
            known = numbers.min(axis=0) == numbers.max(axis=0)
            small = (numbers[0] > 0) & (numbers[0] < least)
            assert not (known & small).any(), (told, several[0])


def cohort(random: Random, least: int) -> tuple[Row, dict[str, list[Row]], dict[str, list[str]]]:
    """A random cohort with sexes, super-populations, and populations in them; and the home of each population."""
    homes = {f"P{number}": random.choice("ABC") for number in range(random.randint(3, 6))}
    sizes = {
        (population, sex): random.choice([0, 2, least, 4 * least, 9 * least]) for population in homes for sex in "XY"
    }
    rate = random.choice([0.02, 0.1, 0.5, 0.97])
    counts = {cell: [0, 0] for cell in sizes}
    for cell, size in sizes.items():
        for _ in range(size):
            if random.random() < rate:
                counts[cell][random.random() < 0.3] += 1

    def row(cells: list[tuple[str, str]]) -> Row:
        parts = tuple(sum(counts[cell][at] for cell in cells) for at in (0, 1))
        return row_of(parts, sum(sizes[cell] for cell in cells))

    every = list(sizes)
    groupings = {
        "sex": [row([cell for cell in every if cell[1] == sex]) for sex in "XY"],
        "superpopulation": [row([cell for cell in every if homes[cell[0]] == home]) for home in "ABC"],
        "population": [row([cell for cell in every if cell[0] == population]) for population in homes],
    }
    return row(every), groupings, {home: [p for p in homes if homes[p] == home] for home in "ABC"}


def constraints(
    total: Row, groupings: dict[str, list[Row]], homes: dict[str, list[str]], told: ShownCells
) -> tuple[list[str], np.ndarray, list[float], dict[str, int]]:
    """What is told, as equations over the numbers of each population, sex and class."""
    populations = [population for several in homes.values() for population in several]
    order = sorted(populations, key=lambda name: int(name[1:]))
    names = [f"{population}{sex}{at}" for population in order for sex in "XY" for at in "01"]
    equations: list[np.ndarray] = []
    values: list[float] = []
    members = {
        "sex": [lambda name, sex=sex: name[2] == sex for sex in "XY"],
        "superpopulation": [lambda name, home=home: name[:2] in homes[home] for home in "ABC"],
        "population": [lambda name, one=one: name[:2] == one for one in order],
    }
    cells: dict[str, int] = {}
    questions: dict[str, np.ndarray] = {}

    def add(label: str, row: Row, within, is_told: bool, parts_told: bool) -> None:  # type: ignore[no-untyped-def]
        for suffix, number, wanted, tell in (
            ("", row.carriers, "01", is_told),
            ("0", row.parts[0], "0", parts_told),
            ("1", row.parts[1], "1", parts_told),
        ):
            vector = np.array([float(within(name) and name[3] in wanted) for name in names])
            if tell:
                equations.append(vector)
                values.append(float(number))
            else:
                cells[f"{label}{suffix}"] = number
                questions[f"{label}{suffix}"] = vector

    add("total", total, lambda _: True, told.total, told.parts)
    for kind, rows in groupings.items():
        for at, row in enumerate(rows):
            add(f"{kind}{at}", row, members[kind][at], kind in told.groups, kind in told.parts_of)
    constraints.questions = questions  # type: ignore[attr-defined]
    return names, np.array(equations), values, cells


@pytest.mark.parametrize("seed", range(60))
def test_no_small_number_follows_from_sums(seed: int) -> None:
    """By linear programming over everything that is told, each small number that is withheld may be smaller or larger."""
    random = Random(seed)
    least = random.choice([3, 5])
    total, groupings, homes = cohort(random, least)
    told = choose_cells(total, groupings, least)
    names, equations, values, cells = constraints(total, groupings, homes, told)
    questions: dict[str, np.ndarray] = constraints.questions  # type: ignore[attr-defined]
    for label, number in cells.items():
        if not 0 < number < least:
            continue
        bounds = [
            sign * linprog(
                sign * questions[label],
                A_eq=equations if len(equations) else None,
                b_eq=values if values else None,
                bounds=[(0, None)] * len(names),
                method="highs",
            ).fun
            if sign > 0 or len(equations)
            else np.inf
            for sign in (1, -1)
        ]  # fmt: skip
        assert bounds[1] - bounds[0] >= 1 - 1e-6, (label, number, told)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_told_is_never_small(seed: int) -> None:
    random = Random(seed)
    least = random.choice([3, 5, 10])
    total, groupings, _ = cohort(random, least)
    told = choose_cells(total, groupings, least)
    shown = [total.carriers] * told.total + list(total.parts) * told.parts
    for kind in told.groups:
        shown += [row.carriers for row in groupings[kind] if row.samples]
    for kind in told.parts_of:
        shown += [part for row in groupings[kind] for part in row.parts]
    assert not [number for number in shown if 0 < number < least]


def test_nobody_is_an_answer() -> None:
    told = choose_cells(Row(0, 100, (0, 0)), {"sex": [Row(0, 50, (0, 0)), Row(0, 50, (0, 0))]}, 5)
    assert told == ShownCells(total=True, parts=True, groups=frozenset({"sex"}), parts_of=frozenset({"sex"}))


def test_a_small_group_takes_its_grouping_along() -> None:
    """37 carriers, 35 of them in one group: the 2 are not told, nor the 35 from which they follow."""
    told = choose_cells(Row(37, 200), {"superpopulation": [Row(35, 100), Row(2, 100)]}, 5)
    assert told.total
    assert told.groups == frozenset()
