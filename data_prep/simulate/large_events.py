"""Large events of the genome itself: the known recurrent CNVs, and a few of over 3 Mb that healthy people carry.

Recurrent ones stand at ClinGen's intervals with published rates; where a rate would leave the unrelated people of a panel
without a carrier it is raised to one of them, and truth.tsv and the files' headers say so. Carriers are drawn panel by
panel among unrelated founders whose cell line is unchanged, and pass the event on by chance. Other calls of a carrier
inside a large event are masked.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np

from data_prep.domain.chromosomes import AUTOSOMES, CHROMOSOMES
from data_prep.simulate.cell_lines import changed_lines
from data_prep.simulate.genome import Grid, read_table
from data_prep.simulate.panel import PANEL_SIZE, SimulatedPeople, make_panel, make_people
from data_prep.simulate.parts import LARGE, RECURRENT, YES, Parts, concatenate, empty_parts, make_parts
from data_prep.simulate.randomness import keys, uniform
from data_prep.simulate.selection import coding_sequence, dosage_sensitive
from data_prep.simulate.sites import catalogue

_COUNT: Final = 140
_RANK: Final = 141
_PASSED_ON: Final = 142
_RATIO: Final = 143

_LARGE_LOSSES: Final = 2
_LARGE_GAINS: Final = 4
"""Carriers of an event of over 3 Mb in a panel; their number is invented, gains are the commoner as in arrays of controls."""
_SHORTEST: Final = 3_100_000
_LONGEST: Final = 8_500_000
_DENSEST: Final = 1_450
"""Most bases a bin spans on average: where they are sparser the caller's event would not count as large (rule R11)."""
_LONGEST_HOLE: Final = 200_000
_PLACES_TRIED: Final = 4_000
_PLACES_COMPARED: Final = 40


@dataclass(frozen=True)
class RecurrentCnv:
    """A recurrent CNV of the catalogue, 0-based half-open; `rate` is the share of people, as published."""

    name: str
    chrom: str
    start: int
    end: int
    loss: bool
    rate: float

    @property
    def title(self) -> str:
        """`22q11.2 A-D loss`: one word each for place and direction is what truth.tsv and headers say."""
        return f"{self.name} {'loss' if self.loss else 'gain'}"


@dataclass(frozen=True)
class _Event:
    """A large event on the grid; `source` is its number in the table, or beyond it for those of no table."""

    kind: int
    source: int
    begin: int
    end: int
    loss: bool


@cache
def recurrent_cnvs() -> tuple[RecurrentCnv, ...]:
    """The catalogue's recurrent CNVs, losses and gains."""
    return tuple(
        RecurrentCnv(
            row["name"], row["chrom"], row["start"], row["end"], row["direction"] == "loss", row["per_100000"] / 1e5
        )
        for row in read_table("recurrent").iter_rows(named=True)
    )


def is_raised(cnv: RecurrentCnv) -> bool:
    """Whether the published rate is below one carrier among the unrelated people of the panel."""
    return cnv.rate * int(make_panel().unrelated.sum()) < 1


def raised_cnvs() -> list[str]:
    """The titles of those drawn at a raised rate."""
    return [cnv.title for cnv in recurrent_cnvs() if is_raised(cnv)]


def large_parts(seed: int, who: SimulatedPeople) -> Parts:
    """The large events of these people, one part each; `source` numbers the recurrent CNVs, `owner` the founder."""
    parts: list[Parts] = []
    key = keys(seed, who.number)
    children = who.father > 0
    for side, carriers in enumerate((who.number, who.father, who.mother)):
        # founders have their own; a child has each parent's with one chance in two
        rows = np.flatnonzero(~children if side == 0 else children)
        for row in rows.tolist():
            owner = int(carriers[row])
            for number, event in enumerate(_carried(seed, owner)):
                if side and uniform(key[row : row + 1], _PASSED_ON, 8 * number + side)[0] < 0.5:
                    continue
                parts.append(_part(row, owner, event, key[row : row + 1]))
    return concatenate(parts) if parts else empty_parts()


def _part(row: int, owner: int, event: _Event, key: np.ndarray) -> Parts:
    copies = 1 if event.loss else 3
    spread = 0.03 if event.loss else 0.05
    return make_parts(
        person=np.array([row]),
        kind=event.kind,
        source=event.source,
        owner=owner,
        begin=event.begin,
        end=event.end,
        true_begin=event.begin,
        true_end=event.end,
        true_copies=copies,
        expected=2,
        aimed=copies,
        # in every cell: half or half as much again, unlike a mixture of cells
        ratio=copies / 2 + spread * (float(uniform(key, _RATIO, event.begin)[0]) - 0.5),
        pairs=40.0,
        outcome=YES,
    )


def _carried(seed: int, number: int) -> list[_Event]:
    cycle = (number - 1) // PANEL_SIZE
    return _carriers(seed, cycle).get(number, []) if number else []


@lru_cache(maxsize=4)
def _carriers(seed: int, cycle: int) -> dict[int, list[_Event]]:
    """The events by carrier in one turn of the panel."""
    grid = catalogue(seed).grid
    p = make_panel()
    everyone = make_people(cycle * PANEL_SIZE + 1 + np.arange(PANEL_SIZE, dtype=np.int64))
    free = (everyone.father == 0) & p.unrelated & ~changed_lines(seed, everyone)
    key = keys(seed, everyone.number)
    of_cycle = keys(seed, -1 - np.array([cycle], dtype=np.int64))
    carried: dict[int, list[_Event]] = {}
    for event, count in _events(seed, cycle, grid, of_cycle):
        rank = np.where(free, uniform(key, _RANK, event.source), 2.0)
        for place in np.argsort(rank, kind="stable")[:count].tolist():
            free[place] = False
            carried.setdefault(int(everyone.number[place]), []).append(event)
    return carried


def _events(seed: int, cycle: int, grid: Grid, key: np.ndarray) -> list[tuple[_Event, int]]:
    """The events of a cycle with the number of their carriers."""
    unrelated = int(make_panel().unrelated.sum())
    events = []
    for number, cnv in enumerate(recurrent_cnvs()):
        begin, end = grid.at(cnv.chrom, cnv.start), grid.at(cnv.chrom, cnv.end - 1) + 1
        expected = max(1.0, cnv.rate * unrelated)
        # whole people, on average as many as expected and never none
        count = int(expected + float(uniform(key, _COUNT, number)[0]))
        events.append((_Event(RECURRENT, number, begin, end, cnv.loss), count))
    rng = np.random.Generator(np.random.PCG64([seed, cycle]))
    for number in range(_LARGE_LOSSES + _LARGE_GAINS):
        loss = number < _LARGE_LOSSES
        begin, end = _large_place(grid, rng, loss)
        events.append((_Event(LARGE, len(recurrent_cnvs()) + number, begin, end, loss), 1))
    return events


def _large_place(grid: Grid, rng: np.random.Generator, loss: bool) -> tuple[int, int]:
    """Bins of an event of over 3 Mb: of several places without a dosage-sensitive gene the one with least coding sequence."""
    last = int(grid.first[CHROMOSOMES.index(AUTOSOMES[-1]) + 1])
    best: tuple[float, int, int] | None = None
    compared = 0
    for _ in range(_PLACES_TRIED):
        length = _SHORTEST * (_LONGEST / _SHORTEST) ** rng.random()
        begin = int(rng.random() * last)
        chrom = grid.chrom[begin : begin + 1]
        end = int(np.searchsorted(grid.start[: int(grid.first[int(chrom[0]) + 1])], int(grid.start[begin] + length)))
        start, stop = grid.start[begin : begin + 1], grid.end[end - 1 : end]
        spanned = int(stop[0] - start[0])
        holes = grid.start[begin + 1 : end] - grid.end[begin : end - 1]
        if spanned < _SHORTEST or spanned > (end - begin) * _DENSEST or holes.max() > _LONGEST_HOLE:
            continue
        if dosage_sensitive(loss).bases(chrom, start, stop)[0] > 0:
            continue
        density = float(coding_sequence().bases(chrom, start, stop)[0]) / spanned
        if best is None or density < best[0]:
            best = density, begin, end
        compared += 1
        if compared == _PLACES_COMPARED:
            break
    if best is None:
        raise RuntimeError(
            "no place for an event of over 3 Mb: the gene models leave none without a dosage-sensitive gene"
        )
    return best[1], best[2]
