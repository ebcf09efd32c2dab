"""The catalogue: every place where more than one simulated person can differ, and how often they do.

Deletions with a published frequency stand at their true places and carry that frequency; places seen in a real genome
whose frequency nobody publishes, and sites between genes and in introns that fill up the rest, carry invented ones.
Without a published frequency nothing common takes coding sequence: such a place of the real genome is rare, and other
sites are drawn as selection lets them (selection.py). Ends on bins may reach into an exon (rule R7).
Sites never touch: two bins at least lie between any two with all their edges, so no two events abut by accident.
"""

import math
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS, PSEUDO_AUTOSOMAL
from data_prep.simulate.genome import Anchor, Grid, Ints, make_grid, read_table
from data_prep.simulate.panel import SUPERPOPULATIONS, make_panel
from data_prep.simulate.selection import coding_bases_taken, coding_sequence, lasting_share, silent_genes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DELETION: Final = 0
GAIN: Final = 1
ARTEFACT: Final = 2
IMMUNE: Final = 3

AUTOSOMAL: Final = 0
X_LINKED: Final = 1
Y_LINKED: Final = 2

MOST_COPIES: Final = 8
"""One haplotype carries fewer copies of a place than this."""

EVENT_GAP: Final = 2
"""Bins that stay free between two sites, edges included."""
LONGEST_SHIFT: Final = 3
"""Bins by which a carrier's call may begin or end elsewhere than the site."""

KINDS: Final = ("common-deletion", "multi-allelic", "artefact", "immune", "rare")
COMMON_DELETION, MULTI_ALLELIC, ARTEFACT_KIND, IMMUNE_KIND, RARE = range(len(KINDS))

_INVENTED_LOSSES: Final = 1_560
_INVENTED_GAINS: Final = 66
_UNCOMMON_SITES: Final = 1_000
_RARE_SITES: Final = 3_200
_RARE_BELOW: Final = 0.01
_AFRICAN_SHARE: Final = 0.3
_INTRONIC_SHARE: Final = 0.3
"""Share of invented common sites that are drawn anywhere, in introns too; the rest lies between genes."""
_OWN_OF_HG00096: Final = (0.0005, 0.004)
"""Range of the European frequency of a loss of coding sequence in HG00096 that nobody publishes: its own, or its family's."""
_BESIDE_AN_EXON: Final = (0.01, 0.10)
"""Range of the ancestral frequency of a loss in HG00096 whose ends may reach into an exon; phase 3 knows of none there."""
_FIXATION: Final = 0.10
"""F_ST between super-populations of invented frequencies (Balding and Nichols)."""
_FIXATION_WITHIN: Final = 0.008
"""F_ST between the populations of one super-population."""
_SIMULATED_ARTEFACT_SHARE: Final = 0.55
"""Share of the unmatched one- and two-bin losses that are the caller's, not the genome's: found in some, passed on by none."""


@dataclass(frozen=True)
class SimulatedSites:
    """The sites as columns, in the order of the genome; bins are numbers in the grid, half-open.

    `left` and `right` are the bins of a flank in which a complete loss (or a high gain) may go on with another copy
    number; one or two are a ragged edge, three or more a step (rule R3). `room_left` and `room_right` are how far a
    call may begin or end outside. `frequency` is that of the changed haplotype per population, for deletions and
    duplications; `copies` the cumulative distribution of copies on a haplotype, per population, for all.
    For artefacts and immune loci `frequency` is the share of people with a call, and `copy_number` the one called.
    """

    identifier: list[str]
    kind: Ints
    model: Ints
    loss: Bools
    ploidy: Ints
    begin: Ints
    end: Ints
    left: Ints
    right: Ints
    room_left: Ints
    room_right: Ints
    copy_number: Ints
    pairs: Floats
    frequency: Floats
    copies: Floats

    @property
    def size(self) -> int:
        return len(self.identifier)


@dataclass(frozen=True)
class Catalogue:
    """The grid, the sites on it, and the bins where private events may begin."""

    grid: Grid
    sites: SimulatedSites
    taken: Ints
    """Before each bin, and after the last: how many bins belong to a site or its surroundings."""
    open_bins: Ints
    """Bins in open country, away from genes, and from every site."""
    ploidy: Ints
    """Of each bin: AUTOSOMAL (pseudo-autosomal X too), X_LINKED or Y_LINKED."""


@dataclass(frozen=True)
class _Country:
    """Bins between genes, by chromosome: an invented site there deletes nobody's gene."""

    bins: list[Ints]
    weights: Floats
    """Cumulative shares of the chromosomes, by their length, half of it for X."""
    coding_before: Ints
    """Before each bin, and after the last: coding bases of all bins, in genes or between them."""


class _Coding(Enum):
    """What an invented site may do to coding sequence."""

    UNTOUCHED = auto()
    NOT_TAKEN = auto()
    """Its ends may reach into an exon by no more than their uncertainty (R7)."""
    AS_SELECTION_LETS = auto()


@dataclass
class _Draft:
    """A site before it is known who its neighbours are."""

    name: str
    kind: int
    model: int
    loss: bool
    begin: int
    end: int
    left: int
    right: int
    copy_number: int
    pairs: float
    frequency: Floats
    copies: Floats | None = None


@lru_cache(maxsize=2)
def catalogue(seed: int) -> Catalogue:
    """The catalogue of a seed. Places with a published frequency are the same for every seed; invented ones are not."""
    places = read_table("places").to_dicts()
    anchors = []
    for row in places:
        anchors.append(Anchor(row["chrom"], row["start"], row["end"], row["bins"]))
        if row["left"] is not None:
            anchors.append(Anchor(row["chrom"], row["left"], row["start"], row["left_bins"]))
        if row["right"] is not None:
            anchors.append(Anchor(row["chrom"], row["end"], row["right"], row["right_bins"]))
    grid = make_grid(anchors)
    ploidy = _ploidy(grid)
    rng = np.random.Generator(np.random.PCG64(seed))
    taken = np.zeros(grid.start.size, dtype=np.bool_)
    margin = EVENT_GAP + LONGEST_SHIFT
    for chrom, start, end in silent_genes():
        taken[grid.at(chrom, start) : grid.at(chrom, end - 1) + 1] = True
    silent = taken.copy()
    drafts = [
        draft
        for row, draft in zip(places, [_place(row, grid, rng) for row in places], strict=True)
        if row["frequency"] != "invented" or not silent[draft.begin - draft.left : draft.end + draft.right].any()
    ]
    # calls in silent genes' neighbourhood keep as clear of them as of each other
    for bin_ in np.flatnonzero(silent).tolist():
        taken[max(0, bin_ - margin) : bin_ + margin + 1] = True
    for draft in drafts:
        taken[max(0, draft.begin - draft.left - margin) : draft.end + draft.right + margin] = True
    for border in np.flatnonzero(ploidy[1:] != ploidy[:-1]).tolist():
        # a call across the border of a pseudo-autosomal region would have two expected copy numbers
        taken[border - margin : border + margin] = True
    country = _open_country(grid)
    drafts += [_invented_loss(grid, taken, country, rng) for _ in range(_INVENTED_LOSSES)]
    drafts += [_invented_gain(grid, taken, country, rng) for _ in range(_INVENTED_GAINS)]
    drafts += [_scarce(grid, taken, country, rng, 0.008, 0.08) for _ in range(_UNCOMMON_SITES)]
    drafts += [_scarce(grid, taken, country, rng, 0.0004, 0.012) for _ in range(_RARE_SITES)]
    drafts.sort(key=lambda d: d.begin)
    sites = _columns(drafts, grid, ploidy, silent)
    everywhere = np.concatenate(country.bins)
    open_bins = everywhere[~taken[everywhere]]
    return Catalogue(
        grid=grid,
        sites=sites,
        taken=np.concatenate([[0], np.cumsum(taken)]).astype(np.int64),
        open_bins=open_bins,
        ploidy=ploidy,
    )


def _place(row: dict[str, object], grid: Grid, rng: np.random.Generator) -> _Draft:
    """A place of the table `places`: a real one, its frequency published or invented."""
    chrom, bins, copy_number = str(row["chrom"]), int(str(row["bins"])), int(str(row["copy_number"]))
    begin = grid.at(chrom, int(str(row["start"])))
    model = ("deletion", "gain", "artefact", "immune").index(str(row["kind"]))
    loss = copy_number < (2 if chrom not in ("chrX", "chrY") else 1) or (model == DELETION)
    kind = (COMMON_DELETION, MULTI_ALLELIC, ARTEFACT_KIND, IMMUNE_KIND)[model]
    copies = None
    touched, taken = _coding_sequence_of(row)
    if row["frequency"] != "invented":
        by_superpopulation = np.array([float(str(row[s])) for s in SUPERPOPULATIONS])
        frequency = by_population(by_superpopulation, rng)
        if by_superpopulation.mean() < _RARE_BELOW:
            kind = RARE
    elif model == DELETION and taken:
        kind = RARE
        by_superpopulation = np.zeros(len(SUPERPOPULATIONS))
        by_superpopulation[SUPERPOPULATIONS.index("EUR")] = rng.uniform(*_OWN_OF_HG00096)
        frequency = by_population(by_superpopulation, rng)
    elif model == DELETION and touched:
        frequency = by_population(_diverged(rng.uniform(*_BESIDE_AN_EXON), rng), rng)
    elif model == DELETION:
        if bins <= 2 and rng.random() < _SIMULATED_ARTEFACT_SHARE:
            kind, model = ARTEFACT_KIND, ARTEFACT
            frequency = np.full(len(make_panel().populations), 0.15 + 0.7 * rng.random())
        else:
            # a place where HG00096 lost both copies is commoner than one where it lost one
            ancestral = rng.beta(1.7, 1.1) if copy_number == 0 else rng.beta(0.9, 2.0)
            frequency = by_population(_diverged(ancestral, rng), rng)
    elif model == GAIN:
        usual = copy_number if chrom not in ("chrX", "chrY") else 2 * copy_number
        frequency, copies = _gain_haplotypes(usual, rng, lacking=not touched)
    elif model == ARTEFACT:
        frequency = np.full(len(make_panel().populations), 0.60 + 0.38 * rng.random())
    else:
        frequency = np.full(len(make_panel().populations), 0.45 + 0.4 * rng.random())
    return _Draft(
        name=str(row["name"] or ""),
        kind=kind,
        model=model,
        loss=loss,
        begin=begin,
        end=begin + bins,
        left=int(str(row["left_bins"] or 0)),
        right=int(str(row["right_bins"] or 0)),
        copy_number=copy_number,
        pairs=float(str(row["pairs"])),
        frequency=frequency,
        copies=copies,
    )


def _coding_sequence_of(row: dict[str, object]) -> tuple[bool, bool]:
    """Whether this place, with its edges, touches coding bases, and whether a loss takes some, its ends drawn in."""
    chrom = CHROMOSOMES.index(str(row["chrom"]))
    start = np.array([int(str(row["left"] or row["start"]))])
    end = np.array([int(str(row["right"] or row["end"]))])
    bins = np.array([sum(int(str(row[name] or 0)) for name in ("bins", "left_bins", "right_bins"))])
    taken = coding_bases_taken(chrom, start, end, bins)
    return bool(coding_sequence().bases(chrom, start, end)[0] > 0), bool(taken[0] > 0)


@cache
def _weights() -> list[tuple[Ints, Floats]]:
    """Of each super-population its populations by number, and their shares of its unrelated people."""
    p = make_panel()
    sizes = np.bincount(p.population[p.unrelated], minlength=len(p.populations)).astype(np.float64)
    groups = [
        np.array([i for i, (_, group) in enumerate(p.populations) if group == superpopulation])
        for superpopulation in SUPERPOPULATIONS
    ]
    return [(members, sizes[members] / sizes[members].sum()) for members in groups]


def by_population(by_superpopulation: Floats, rng: np.random.Generator) -> Floats:
    """Frequencies per population that vary around those of the super-populations.

    The mean over the 2,504, weighted by their populations' sizes, is exactly the super-population's figure.
    """
    result = np.empty(len(make_panel().populations))
    for s, (members, weights) in enumerate(_weights()):
        q = float(by_superpopulation[s])
        offsets = rng.uniform(-1.7, 1.7, members.size) * np.sqrt(_FIXATION_WITHIN * q * (1 - q))
        offsets -= (weights * offsets).sum()
        most = float(np.abs(offsets).max())
        if most > 0:
            offsets *= min(1.0, 0.9 * min(q, 1 - q) / most)
        result[members] = q + offsets
    return result


def _diverged(ancestral: float, rng: np.random.Generator) -> Floats:
    """Frequencies in the five super-populations that drifted apart from an ancestral one."""
    scale = (1 - _FIXATION) / _FIXATION
    a, b = max(ancestral * scale, 1e-3), max((1 - ancestral) * scale, 1e-3)
    return np.clip(rng.beta(a, b, len(SUPERPOPULATIONS)), 0.0, 1.0)


def _gain_haplotypes(copy_number: int, rng: np.random.Generator, lacking: bool) -> tuple[Floats, Floats]:
    """Copies on a haplotype where HG00096 has `copy_number` of them together: (share not single, cumulative distribution).

    A gain of 3 or 4 is a duplication that some haplotypes carry; more copies are a place that the reference has
    collapsed, or a run of them that varies in number, and there some haplotypes lack it altogether if `lacking`.
    """
    populations = len(make_panel().populations)
    shares = np.zeros((populations, MOST_COPIES))
    if copy_number <= 4:
        q = by_population(_diverged(rng.beta(0.9, 2.0) if copy_number == 3 else rng.beta(1.6, 1.2), rng), rng)
        triple = 0.15 * rng.random() if rng.random() < 0.5 else 0.0
        missing = 0.08 * rng.random() if rng.random() < 0.3 else 0.0
        missing *= lacking
        shares[:, 2] = q * (1 - triple)
        shares[:, 3] = q * triple
        shares[:, 0] = (1 - q) * missing
        shares[:, 1] = (1 - q) * (1 - missing)
    else:
        centre = by_population(_diverged(0.5, rng), rng) - 0.5 + min(copy_number / 2, MOST_COPIES - 2)
        spread = 0.45 + 0.5 * rng.random()
        steps = np.arange(MOST_COPIES)
        shares = np.exp(-(((steps - centre[:, None]) / spread) ** 2) / 2)
        shares[:, 0] *= 0.2 * lacking
        shares /= shares.sum(axis=1, keepdims=True)
    return 1 - shares[:, 1], np.cumsum(shares, axis=1)


def _find(
    grid: Grid,
    taken: Bools,
    country: _Country,
    bins: int,
    around: int,
    rng: np.random.Generator,
    anywhere: float,
    coding: _Coding,
    loss: bool = True,
) -> int:
    """A free place for `bins` bins with `around` more on either side, and takes it; mostly in open country."""
    margin = around + EVENT_GAP + LONGEST_SHIFT
    for _ in range(10_000):
        if rng.random() < anywhere:
            begin = int(rng.random() * (grid.start.size - bins - 2 * margin)) + margin
        else:
            bins_ = country.bins[int(np.searchsorted(country.weights, rng.random()))]
            begin = int(bins_[int(rng.random() * bins_.size)])
        low, high = begin - margin, begin + bins + margin
        if low < 0 or high >= grid.start.size or grid.stretch[low] != grid.stretch[high]:
            continue
        if CHROMOSOMES[int(grid.chrom[begin])] == "chrY" or taken[low:high].any():
            continue
        first, last = begin - around, begin + bins + around - 1
        if country.coding_before[last + 1] > country.coding_before[first]:
            where = grid.chrom[first : first + 1], grid.start[first : first + 1], grid.end[last : last + 1]
            lasting = float(lasting_share(*where, np.array([last + 1 - first]), np.array([loss]))[0])
            least = {_Coding.UNTOUCHED: 2.0, _Coding.NOT_TAKEN: 1.0}.get(coding, rng.random())
            if lasting < least:
                continue
        taken[low:high] = True
        return begin
    raise RuntimeError("the catalogue found no free place for another site: lower the number of invented sites")


def _loss_bins(rng: np.random.Generator, long_share: float) -> int:
    """Bins of an invented loss: a log-normal length with the quantiles of HG00096, above or below 10 kb."""
    if rng.random() < long_share:
        length = 10_000 + min(6_200 * math.exp(1.5 * rng.standard_normal()), 600_000)
    else:
        length = min(2_700 * math.exp(0.68 * rng.standard_normal()), 9_500)
    return max(1, round(length * 0.8 / 1000))


def _gain_bins(rng: np.random.Generator, long_share: float) -> int:
    if rng.random() < long_share:
        length = 10_000 + min(22_000 * math.exp(1.0 * rng.standard_normal()), 500_000)
    else:
        length = min(4_700 * math.exp(0.55 * rng.standard_normal()), 9_500)
    return max(2, round(length * 0.8 / 1000))


def _invented_loss(grid: Grid, taken: Bools, country: _Country, rng: np.random.Generator) -> _Draft:
    bins = _loss_bins(rng, 0.075)
    left = right = 0
    edge = rng.random()
    if edge < 0.50:
        size = 1 if rng.random() < 0.75 else 2
        left, right = (size, 0) if rng.random() < 0.5 else (0, size)
    elif edge < 0.53 and bins >= 4:
        right = 3 + int(rng.random() * 4)
    begin = _find(grid, taken, country, bins, max(left, right), rng, _INTRONIC_SHARE, _Coding.UNTOUCHED)
    by_superpopulation = _diverged(rng.beta(0.5, 3.4), rng)
    if rng.random() < _AFRICAN_SHARE:
        # older alleles that few took along out of Africa
        by_superpopulation[1:] *= 0.2
    frequency = by_population(by_superpopulation, rng)
    return _Draft("", COMMON_DELETION, DELETION, True, begin, begin + bins, left, right, 1, 45.0, frequency)


def _invented_gain(grid: Grid, taken: Bools, country: _Country, rng: np.random.Generator) -> _Draft:
    bins = _gain_bins(rng, 0.42)
    begin = _find(grid, taken, country, bins, 0, rng, 0.0, _Coding.UNTOUCHED)
    frequency, copies = _gain_haplotypes(3 if rng.random() < 0.93 else 5, rng, lacking=True)
    return _Draft("", MULTI_ALLELIC, GAIN, False, begin, begin + bins, 0, 0, 3, 55.0, frequency, copies)


def _scarce(grid: Grid, taken: Bools, country: _Country, rng: np.random.Generator, least: float, most: float) -> _Draft:
    """A site of one super-population, with a frequency of `least` to `most` there, and sometimes a lower one elsewhere."""
    loss = rng.random() < 0.66
    bins = _loss_bins(rng, 0.5) if loss else _gain_bins(rng, 0.75)
    if rng.random() < 0.03:
        bins = round((200_000 + 800_000 * rng.random() ** 3) * 0.8 / 1000)
    coding = _Coding.NOT_TAKEN if loss and most > 2 * _RARE_BELOW else _Coding.AS_SELECTION_LETS
    begin = _find(grid, taken, country, bins, 0, rng, _INTRONIC_SHARE, coding, loss)
    home = int(rng.choice(len(SUPERPOPULATIONS), p=[0.32, 0.17, 0.17, 0.17, 0.17]))
    q = least * (most / least) ** rng.random()
    by_superpopulation = np.zeros(len(SUPERPOPULATIONS))
    by_superpopulation[home] = q
    if rng.random() < 0.2:
        by_superpopulation = np.maximum(by_superpopulation, 0.15 * q * rng.random(len(SUPERPOPULATIONS)))
    kind = COMMON_DELETION if loss else MULTI_ALLELIC
    if by_superpopulation.mean() < _RARE_BELOW:
        kind = RARE
    return _Draft(
        name="",
        kind=kind,
        model=DELETION if loss else GAIN,
        loss=loss,
        begin=begin,
        end=begin + bins,
        left=0,
        right=0,
        copy_number=1 if loss else 3,
        pairs=40.0,
        frequency=by_population(by_superpopulation, rng),
    )


def _ploidy(grid: Grid) -> Ints:
    result = np.full(grid.start.size, AUTOSOMAL, dtype=np.int64)
    x, y = CHROMOSOMES.index("chrX"), CHROMOSOMES.index("chrY")
    result[grid.chrom == x] = X_LINKED
    result[grid.chrom == y] = Y_LINKED
    middle = (grid.start + grid.end) // 2
    for start, end in PSEUDO_AUTOSOMAL["chrX"]:
        result[(grid.chrom == x) & (middle >= start) & (middle < end)] = AUTOSOMAL
    return result


def _open_country(grid: Grid) -> _Country:
    runs: dict[str, list[Ints]] = {}
    for chrom, start, end in read_table("open_country").iter_rows():
        runs.setdefault(chrom, []).append(np.arange(grid.at(chrom, start * 1000), grid.at(chrom, end * 1000 - 1)))
    weights = np.array([LENGTHS[chrom] * (0.5 if chrom == "chrX" else 1.0) for chrom in runs])
    coding = coding_sequence().bases(grid.chrom, grid.start, grid.end)
    return _Country(
        bins=[np.concatenate(r) for r in runs.values()],
        weights=np.cumsum(weights) / weights.sum(),
        coding_before=np.concatenate([[0], np.cumsum(coding)]).astype(np.int64),
    )


def _columns(drafts: list[_Draft], grid: Grid, ploidy: Ints, silent: Bools) -> SimulatedSites:
    begin = np.array([d.begin for d in drafts], dtype=np.int64)
    end = np.array([d.end for d in drafts], dtype=np.int64)
    left = np.array([d.left for d in drafts], dtype=np.int64)
    right = np.array([d.right for d in drafts], dtype=np.int64)
    # half of the free bins to the neighbour, or those to the end of the stretch
    outer_begin, outer_end = begin - left, end + right
    gap = outer_begin[1:] - outer_end[:-1]
    share = np.maximum(0, (gap - EVENT_GAP) // 2)
    stretch_first = np.searchsorted(grid.stretch, grid.stretch[outer_begin])
    stretch_last = np.searchsorted(grid.stretch, grid.stretch[outer_end - 1], side="right")
    room_left = np.minimum(np.concatenate([[LONGEST_SHIFT], share]), outer_begin - stretch_first)
    room_right = np.minimum(np.concatenate([share, [LONGEST_SHIFT]]), stretch_last - outer_end)
    # a call that ends elsewhere than its site takes no exon and no silent gene more than the others
    closed = (coding_sequence().bases(grid.chrom, grid.start, grid.end) > 0) | silent
    for step in range(1, LONGEST_SHIFT + 1):
        room_left = np.where(closed[outer_begin - step], np.minimum(room_left, step - 1), room_left)
        beyond = np.minimum(outer_end - 1 + step, closed.size - 1)
        room_right = np.where(closed[beyond], np.minimum(room_right, step - 1), room_right)
    copies = np.empty((len(drafts), len(make_panel().populations), MOST_COPIES))
    for i, d in enumerate(drafts):
        if d.copies is not None:
            copies[i] = d.copies
        else:
            changed = np.zeros(MOST_COPIES)
            changed[0 if d.loss else 2] = 1.0
            single = np.zeros(MOST_COPIES)
            single[1] = 1.0
            q = d.frequency[:, None] if d.model in (DELETION, GAIN) else np.zeros((d.frequency.size, 1))
            copies[i] = np.cumsum(q * changed + (1 - q) * single, axis=1)
    copies[:, :, -1] = 1.0
    names = []
    for d in drafts:
        word = "loss" if d.loss else "gain"
        chrom = CHROMOSOMES[int(grid.chrom[d.begin])]
        place = f"{chrom}-{grid.start[d.begin] + 1}-{word}"
        names.append(f"{d.name.replace(' ', '-')}:{place}" if d.name else place)
    return SimulatedSites(
        identifier=names,
        kind=np.array([d.kind for d in drafts], dtype=np.int64),
        model=np.array([d.model for d in drafts], dtype=np.int64),
        loss=np.array([d.loss for d in drafts], dtype=np.bool_),
        ploidy=ploidy[begin],
        begin=begin,
        end=end,
        left=left,
        right=right,
        room_left=np.clip(np.where(left > 0, 0, room_left), 0, LONGEST_SHIFT),
        room_right=np.clip(np.where(right > 0, 0, room_right), 0, LONGEST_SHIFT),
        copy_number=np.array([d.copy_number for d in drafts], dtype=np.int64),
        pairs=np.array([d.pairs for d in drafts]),
        frequency=np.stack([d.frequency for d in drafts]),
        copies=copies,
    )
