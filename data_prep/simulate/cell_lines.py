"""Changes of the cell line: a chromosome, an arm or a stretch gained or lost in all cells or in some, cut into segments.

Shares after the karyotypes of the 3,202 lines (chr12 gained most often, then 9 and 11; X lost in women's lines, Y in
men's). In few cells a change stays under the caller's threshold. Segments end where the person has other calls.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_prep.domain.chromosomes import AUTOSOMES, CHROMOSOMES
from data_prep.simulate.genome import Ints
from data_prep.simulate.panel import XX, SimulatedPeople
from data_prep.simulate.parts import CELL_LINE, MASKED, NOT_ABOVE_THRESHOLD, YES, Parts, concatenate, make_parts
from data_prep.simulate.randomness import keys, uniform
from data_prep.simulate.sites import AUTOSOMAL, Catalogue

_HAPPENS: Final = 80
_WHICH: Final = 81
_EXTENT: Final = 82
_FRACTION: Final = 83
_SEGMENTS: Final = 84
_RATIO: Final = 85
_FULL: Final = 86

_AUTOSOMAL_SHARE: Final = 0.038
# share of the lines of one sex, chromosome, copies more or fewer
_SEX_CHROMOSOMES: Final = (
    (True, "chrX", -1, 0.050),
    (True, "chrX", 1, 0.013),
    (False, "chrY", -1, 0.016),
    (False, "chrY", 1, 0.011),
    (False, "chrX", 1, 0.001),
)
_WRONG_SEX_SHARE: Final = 0.0012
"""Men by the records whose line has two X and no Y, as two of the 3,202 have."""
_GAINED: Final = (("chr12", 0.40), ("chr9", 0.18), ("chr11", 0.08), ("chr15", 0.05), ("chr6", 0.03), ("chr3", 0.03))
_LOST_SHARE: Final = 0.10
_STRETCH_LENGTH: Final = 87
_STRETCH_PLACE: Final = 88

_ARM_SHARE: Final = 0.12
_STRETCH_SHARE: Final = 0.15
"""Autosomal changes of a stretch of 4 to 20 Mb, in some of the cells only: one segment of a ratio between the whole numbers."""
_SHORTEST_STRETCH: Final = 4_000_000
_LONGEST_STRETCH: Final = 20_000_000
_STRETCH_FRACTIONS: Final = (0.50, 0.76)
_WHOLE_LINE_SHARE: Final = 0.40
"""Lines in which every cell carries the change."""

THRESHOLD: Final = 0.45
"""Share of the cells from which the caller sees a change of one copy in two; of one in one it needs a little more."""
_HAPLOID_THRESHOLD: Final = 0.55
_FEWEST_SEGMENTS: Final = 3
_MOST_SEGMENTS: Final = 13
_LONGEST_HOLE: Final = 1_000_000
_SHORTEST_SEGMENT: Final = 40
"""Bins."""


def add_cell_lines(seed: int, who: SimulatedPeople, catalogue: Catalogue, parts: Parts) -> Parts:
    """The parts with the segments of changed chromosomes added, and other calls on these masked where a segment runs over them."""
    added: list[Parts] = []
    outcome = parts.outcome.copy()
    key = keys(seed, who.number)
    happens, which = uniform(key, _HAPPENS), uniform(key, _WHICH)
    for row in range(who.number.size):
        for chrom, step, whole_line in _changes(float(happens[row]), float(which[row]), bool(who.sex[row] == XX)):
            own = key[row : row + 1]
            autosomal = chrom in AUTOSOMES
            fraction = 1.0
            if not whole_line and uniform(own, _FULL)[0] >= _WHOLE_LINE_SHARE:
                fraction = 0.1 + 0.9 * float(uniform(own, _FRACTION)[0])
            extent = float(uniform(own, _EXTENT)[0])
            low, high = _extent(chrom, autosomal, extent, catalogue)
            stretch = autosomal and _ARM_SHARE <= extent < _ARM_SHARE + _STRETCH_SHARE
            if stretch:
                low, high = _stretch(low, high, own, catalogue)
                least, most = _STRETCH_FRACTIONS
                fraction = least + (most - least) * float(uniform(own, _FRACTION)[0])
            expected = 2 if autosomal or (chrom == "chrX" and who.sex[row] == XX) else 1
            above = fraction >= (THRESHOLD if expected == 2 else _HAPLOID_THRESHOLD)
            segments = [(low, high)]
            if above:
                target = _FEWEST_SEGMENTS + int(uniform(own, _SEGMENTS)[0] * (_MOST_SEGMENTS - _FEWEST_SEGMENTS + 1))
                target = 1 if stretch else target
                segments = _cut(row, low, high, target, step, expected, fraction, parts, outcome, catalogue)
            for begin, end in segments:
                ratio = 1 + step * fraction / expected + (float(uniform(own, _RATIO, begin)[0]) - 0.5) * 0.05
                added.append(
                    make_parts(
                        person=np.array([row]),
                        kind=CELL_LINE,
                        source=CHROMOSOMES.index(chrom),
                        owner=int(who.number[row]),
                        begin=begin,
                        end=end,
                        true_begin=begin,
                        true_end=end,
                        true_copies=expected + step,
                        expected=expected,
                        aimed=expected + step,
                        ratio=max(ratio, 0.0),
                        pairs=25.0,
                        outcome=YES if above else NOT_ABOVE_THRESHOLD,
                    )
                )
    return concatenate([parts.replace(outcome=outcome), *added])


def changed_lines(seed: int, who: SimulatedPeople) -> NDArray[np.bool_]:
    """Whose cell line has a change, called or not."""
    key = keys(seed, who.number)
    happens, female = uniform(key, _HAPPENS), who.sex == XX
    of_men = sum(share for of_women, _, _, share in _SEX_CHROMOSOMES if not of_women) + _WRONG_SEX_SHARE
    of_women = sum(share for of_women, _, _, share in _SEX_CHROMOSOMES if of_women)
    result: NDArray[np.bool_] = happens < _AUTOSOMAL_SHARE + np.where(female, of_women, of_men)
    return result


def _changes(happens: float, which: float, female: bool) -> list[tuple[str, int, bool]]:
    """What is changed in a line: (chromosome, copies more or fewer, whether surely in every cell), mostly nothing."""
    if happens < _AUTOSOMAL_SHARE:
        step = -1 if happens < _AUTOSOMAL_SHARE * _LOST_SHARE else 1
        for chrom, share in _GAINED:
            if which < share:
                return [(chrom, step, False)]
            which -= share
        rest = 1 - sum(share for _, share in _GAINED)
        return [(AUTOSOMES[min(len(AUTOSOMES) - 1, int(which / rest * len(AUTOSOMES)))], step, False)]
    happens -= _AUTOSOMAL_SHARE
    for of_women, chrom, step, share in _SEX_CHROMOSOMES:
        if of_women == female:
            if happens < share:
                return [(chrom, step, False)]
            happens -= share
    if not female and happens < _WRONG_SEX_SHARE:
        return [("chrX", 1, True), ("chrY", -1, True)]
    return []


def _stretch(low: int, high: int, key: NDArray[np.uint64], catalogue: Catalogue) -> tuple[int, int]:
    """A stretch of the chromosome of these bins, not over a hole longer than a segment spans."""
    grid = catalogue.grid
    length = _SHORTEST_STRETCH * (_LONGEST_STRETCH / _SHORTEST_STRETCH) ** float(uniform(key, _STRETCH_LENGTH)[0])
    holes = np.flatnonzero(grid.start[low + 1 : high] - grid.end[low : high - 1] > _LONGEST_HOLE) + low + 1
    arms = [(int(a), int(b)) for a, b in zip([low, *holes], [*holes, high], strict=True)]
    begin_arm, end_arm = max(arms, key=lambda arm: int(grid.end[arm[1] - 1] - grid.start[arm[0]]))
    room = max(0, int(grid.end[end_arm - 1] - grid.start[begin_arm] - length))
    start = int(grid.start[begin_arm]) + int(room * float(uniform(key, _STRETCH_PLACE)[0]))
    begin = begin_arm + int(np.searchsorted(grid.start[begin_arm:end_arm], start))
    end = begin_arm + int(np.searchsorted(grid.start[begin_arm:end_arm], start + length))
    return begin, end


def _extent(chrom: str, autosomal: bool, u: float, catalogue: Catalogue) -> tuple[int, int]:
    """Bins of the changed part: the chromosome, or one arm of an autosome; of X what is not pseudo-autosomal."""
    grid = catalogue.grid
    c = CHROMOSOMES.index(chrom)
    low, high = int(grid.first[c]), int(grid.first[c + 1])
    if not autosomal:
        own = np.flatnonzero(catalogue.ploidy[low:high] != AUTOSOMAL)
        return low + int(own[0]), low + int(own[-1]) + 1
    if u < _ARM_SHARE:
        gaps = grid.start[low + 1 : high] - grid.end[low : high - 1]
        centromere = low + 1 + int(np.argmax(gaps))
        return (centromere, high) if u < _ARM_SHARE * 0.7 or centromere - low < 2_000 else (low, centromere)
    return low, high


def _cut(
    row: int,
    low: int,
    high: int,
    target: int,
    step: int,
    expected: int,
    fraction: float,
    parts: Parts,
    outcome: Ints,
    catalogue: Catalogue,
) -> list[tuple[int, int]]:
    """Cuts [low, high) at the person's largest other calls and at the centromere; masks the smaller calls in between.

    A deletion of one haplotype that a gain makes up for is itself not called, and leaves a gap of expected copies.
    """
    grid = catalogue.grid
    touching = np.flatnonzero((parts.person == row) & (parts.begin < high) & (parts.end > low) & (outcome == YES))
    touching = touching[np.argsort(parts.begin[touching], kind="stable")]
    runs: list[list[int]] = []
    for i in touching.tolist():
        if runs and parts.begin[i] <= parts.end[runs[-1][-1]]:
            runs[-1].append(i)
        else:
            runs.append([i])
    runs.sort(key=lambda r: (-int(parts.end[r[-1]] - parts.begin[r[0]]), r[0]))
    holes = np.flatnonzero(grid.start[low + 1 : high] - grid.end[low : high - 1] > _LONGEST_HOLE) + low + 1
    most = max(0, target - 1 - holes.size)
    called, hidden = runs[:most], runs[most:]
    if step < 0 and expected == 1:
        # of one copy hardly any is left, so no call of a gain there is left either
        hidden = runs
    for run in hidden:
        outcome[run] = MASKED
    if step > 0 and fraction > 0.7:
        for run in called:
            if len(run) == 1 and parts.aimed[run[0]] == 1 and parts.expected[run[0]] == 2:
                outcome[run] = MASKED
    breaks = [(int(parts.begin[r[0]]) - 1, int(parts.end[r[-1]]) + 1) for r in called]
    breaks += [(int(h), int(h)) for h in holes]
    segments = []
    at = low
    for begin, end in [*sorted(breaks), (high, high)]:
        if begin - at >= _SHORTEST_SEGMENT:
            segments.append((at, begin))
        at = max(at, end)
    return segments
