"""Sites, their carriers and the bases of bins, counted as slowly and plainly as the rules are written (R8, R9, R10).

Beside `tests.oracle.plain`, in the same manner: loops over people and events, no data frame, nothing of the code under test.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import factorial
from statistics import median
from typing import Final, NamedTuple

from tests.oracle import plain

Interval = tuple[int, int]


def overlap(one: Interval, other: Interval) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def longer(one: Interval, other: Interval) -> int:
    return max(one[1] - one[0], other[1] - other[0])


def fits(one: Interval, other: Interval) -> bool:
    """Reciprocal overlap of at least 0.5."""
    return 2 * overlap(one, other) >= longer(one, other)


def founders(carriers: Mapping[Interval, int]) -> dict[Interval, Interval]:
    """R9: the founding interval of every interval, in the order of founding; `carriers` of each exact interval."""
    left = dict(carriers)
    founder_of: dict[Interval, Interval] = {}
    while left:
        founder = min(left, key=lambda one: (-left[one], one))
        joined = [one for one in left if fits(one, founder)]
        for one in [founder, *joined]:
            founder_of.setdefault(one, founder)
            left.pop(one, None)
    return founder_of


def attached(interval: Interval, founder_of: Mapping[Interval, Interval]) -> Interval | None:
    """Where an event goes that founds nothing: to the site of its interval, else to the one that it overlaps most."""
    if interval in founder_of:
        return founder_of[interval]
    best: Interval | None = None
    for founder in dict.fromkeys(founder_of.values()):
        if fits(interval, founder) and (
            best is None
            or overlap(interval, founder) * longer(interval, best) > overlap(interval, best) * longer(interval, founder)
        ):
            best = founder
    return best


class Carries(NamedTuple):
    """An event of somebody."""

    name: str
    event: plain.Event


@dataclass
class Site:
    """A site with everybody's events in it."""

    chrom: str
    start: int
    end: int
    direction: str
    founders: int
    members: list[Carries] = field(default_factory=list)
    others: list[Carries] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.chrom}-{self.start + 1}-{self.end}-{self.direction}"

    def carried(self, level: str) -> dict[str, plain.Event]:
        """The event that speaks for each carrier at a level: with most bins, then of lower copy number, then the first."""
        meets = plain.Filters(level=level, classes=("loss", "gain"))
        chosen: dict[str, plain.Event] = {}
        for name, event in [*self.members, *self.others]:
            if plain.passes(event, self.direction, meets):
                chosen[name] = min(chosen.get(name, event), event, key=_rank)
        return chosen


def _rank(event: plain.Event) -> tuple[float, float, int, int]:
    return (
        -1 * (-1 if event.bins is None else event.bins),
        float("inf") if event.copy_number is None else event.copy_number,
        event.start,
        event.end,
    )


@dataclass
class Counted:
    """Who counts where."""

    people: Mapping[str, plain.Person]
    samples: Mapping[str, plain.Sample]
    marked: Mapping[str, Collection[str]]
    """Chromosomes on which each is marked (R11)."""

    def sample(self, name: str) -> plain.Sample:
        return plain.sample_of(self.people[name], self.samples)

    def has_place(self, name: str, chrom: str) -> bool:
        return self._is(name, chrom, plain.Filters(cohort="all", outliers=True))

    def present(self, name: str, chrom: str) -> bool:
        return self._is(name, chrom, plain.Filters(cohort="all"))

    def is_marked(self, name: str, chrom: str) -> bool:
        return chrom in self.marked.get(name, ())

    def _is(self, name: str, chrom: str, filters: plain.Filters) -> bool:
        return plain.is_counted(self.people[name], self.sample(name), chrom, filters, self.marked.get(name, ()))


DIRECTIONS: Final = ("loss", "gain")


def sites(counted: Counted) -> list[Site]:
    """R9 over everybody, sorted by chrom, start, end, direction (losses first)."""
    found = []
    for chrom in plain.LENGTHS:
        for direction in DIRECTIONS:
            events = [
                Carries(name, event)
                for name, person in counted.people.items()
                for event in person.events_on(chrom)
                if event.direction == direction
            ]
            member = [one.event.credible and counted.present(one.name, chrom) for one in events]
            people: dict[Interval, set[str]] = defaultdict(set)
            for one, is_member in zip(events, member, strict=True):
                if is_member:
                    people[one.event.start, one.event.end].add(one.name)
            founder_of = founders({interval: len(names) for interval, names in people.items()})
            here = {
                founder: Site(chrom, *founder, direction, len(people[founder])) for founder in set(founder_of.values())
            }
            for one, is_member in zip(events, member, strict=True):
                home = attached((one.event.start, one.event.end), founder_of)
                if home is not None:
                    (here[home].members if is_member else here[home].others).append(one)
            found += here.values()
    order = list(plain.LENGTHS)
    return sorted(found, key=lambda one: (order.index(one.chrom), one.start, one.end, DIRECTIONS.index(one.direction)))


def counts(site: Site, counted: Counted) -> Counter[tuple[object, ...]]:
    """People by level, population, sex, relation, mark, class, copy number and expected copy number."""
    cells: Counter[tuple[object, ...]] = Counter()
    for level in ("pass", "credible", "sensitive", "all"):
        for name, event in site.carried(level).items():
            if counted.has_place(name, site.chrom):
                who = counted.sample(name)
                cells[level, who.population, who.sex, who.unrelated, counted.is_marked(name, site.chrom), event.call_class, event.copy_number, event.expected] += 1  # fmt: skip
    return cells


def default_carriers(site: Site, counted: Counted) -> dict[str, plain.Event]:
    """Carriers at credible, outliers left out."""
    return {name: event for name, event in site.carried("credible").items() if counted.present(name, site.chrom)}


def drawn_in(site: Site) -> Interval:
    """R9: the founding interval drawn in by length / median bins / 2, without bins by the median of its members'
    uncertainties; whole bases, at most a third."""
    length = site.end - site.start
    bins = [one.event.bins for one in site.members if one.event.bins is not None]
    ends = []
    for uncertain in (
        [one.event.inner_start - one.event.start for one in site.members],
        [one.event.end - one.event.inner_end for one in site.members],
    ):
        by_bins = (
            Fraction(length) / Fraction(median(bins)) / 2 if bins and median(bins) else Fraction(median(uncertain))
        )
        ends.append(int(min(by_bins, Fraction(length, 3))))
    return site.start + ends[0], site.end - ends[1]


def alleles(site: Site, counted: Counted) -> tuple[int, int, tuple[int, int, int]]:
    """R6: lost alleles and all of them among unrelated people, outliers left out; and people of two expected copies by the
    copies that they have."""
    carriers = default_carriers(site, counted)
    lost = total = 0
    copies = [0, 0, 0]
    for name in counted.people:
        sample = counted.sample(name)
        if not (counted.present(name, site.chrom) and sample.unrelated):
            continue
        expected = plain.expected_copy_number(site.chrom, site.start, site.end, sample.sex)
        event = carriers.get(name)
        if event is None:
            total += expected or 0
        else:
            assert event.copy_number is not None
            assert event.expected is not None
            lost += max(0, event.expected - event.copy_number)
            total += event.expected
        if expected == 2:
            number = 2 if event is None or event.copy_number is None else event.copy_number
            if number <= 2:
                copies[number] += 1
    return lost, total, (copies[0], copies[1], copies[2])


def hardy_weinberg(none: int, single: int, both: int) -> float:
    """Of all ways to pair the alleles of these people into people, the share of those with a number of mixed pairs no more
    probable than the one seen."""
    people, rarer = none + single + both, min(2 * none + single, 2 * both + single)
    ways = {
        mixed: 2**mixed * factorial(people) // (factorial((rarer - mixed) // 2) * factorial(mixed) * factorial(people - (rarer + mixed) // 2))
        for mixed in range(rarer % 2, rarer + 1, 2)
    }  # fmt: skip
    return float(Fraction(sum(n for n in ways.values() if n <= ways[single]), sum(ways.values())))


def covered_by_kind(place: tuple[str, int, int], regions: Iterable[tuple[str, str, int, int]]) -> dict[str, int]:
    """Bases of a place in problem regions (kind, chrom, start, end), by kind."""
    kinds: dict[str, list[Interval]] = defaultdict(list)
    for kind, chrom, start, end in regions:
        if chrom == place[0]:
            kinds[kind].append((start, end))
    return {kind: plain.shared_bases([place[1:]], plain.union(intervals)) for kind, intervals in kinds.items()}


def problem(place: tuple[str, int, int], regions: Iterable[tuple[str, str, int, int]]) -> str | None:
    """The kinds that each cover half of a place or more, by name."""
    covered = covered_by_kind(place, regions)
    enough = [kind for kind, bases in covered.items() if 2 * bases >= place[2] - place[1] and bases]
    return ", ".join(sorted(enough)) or None


def base_by_base(
    intervals: Sequence[Interval], start: int, end: int, counted_bases: Collection[int]
) -> tuple[int, int]:
    """Sum and maximum over the bases of `[start, end)` that count of how many of the intervals lie over each."""
    depths = [sum(a <= base < b for a, b in intervals) for base in range(start, end) if base in counted_bases]
    return sum(depths), max(depths, default=0)
