"""Trios as evidence (R11): a pedigree of a dozen trios whose answers are written out by hand, and a plain recount of a cohort."""

import math
from collections import Counter, defaultdict
from typing import Any

import duckdb
import pytest

from data_prep.domain.trios import BIN_CLASSES, LENGTH_CLASSES
from tests.dashboard.small_database import Contents, Event, Person, fill, write_schema
from tests.data_prep.conftest import Cohort
from tests.data_prep.derived.test_sites import counted
from tests.oracle import plain, plain_sites

AT = 10_000_000
LONG, SHORT = 20_000, 2_000


def trio(number: int, child_sex: str = "XY", **child: Any) -> list[Person]:
    return [
        Person(f"f{number}", sex="XY"),
        Person(f"m{number}", sex="XX"),
        Person(f"c{number}", sex=child_sex, unrelated=False, father=f"f{number}", mother=f"m{number}", **child),
    ]


def on(sample: str, copies: int, at: int = AT, length: int = LONG, chrom: str = "chr1", **fields: Any) -> Event:
    return Event(sample, chrom, at, at + length, copies, **fields)


PEOPLE = [
    *(person for number in range(1, 10) for person in trio(number)),
    *trio(10, "XX"),
    # marked on chr1: tells nothing there
    *trio(11, marked=("chr1",)),
    # the father's file was not read
    Person("f12", sex="XY", counted=False),
    Person("m12"),
    Person("c12", sex="XX", unrelated=False, father="f12", mother="m12"),
    # enough others that every site has a founder of its own
    Person("alone"),
]
LOW: dict[str, Any] = {"credible": False, "passing": False, "sensitive": True, "bins": 1}
IMMUNE = 80_000_000
EVENTS = [
    # trio 1: the father alone has one copy, and the child has it: transmitted
    on("f1", 1), on("c1", 1),
    # 2: the mother alone, and the child has none: not transmitted
    on("m2", 1),
    # 3: both parents, the child has no copy: consistent, and tells nothing of transmission
    on("f3", 1), on("m3", 1), on("c3", 0),
    # 4: the father alone, and the child has no copy: inconsistent; transmitted
    on("f4", 1), on("c4", 0),
    # 5: neither: apparent de novo
    on("c5", 1),
    # 6: the mother has it below the filter: no carrier, but nothing de novo
    on("m6", 1, **LOW), on("c6", 1),
    # 7: the father has no copy and the child none of it: untransmitted, and no transmission of one copy
    on("f7", 0),
    # 8: the father has one copy, but something filtered of the mother touches the site: it tells nothing of transmission
    on("f8", 1), on("m8", 3, AT + LONG - 10, 3_000, **LOW), on("c8", 1),
    # 9: the child's event at pass covers what two of the mother's together cover by half
    on("m9", 1, AT, 6_000), on("m9", 1, AT + 8_000, 6_000), on("c9", 1, **{"passing": False}),
    # 11 and 12 tell nothing
    on("c11", 1), on("c12", 1), on("m12", 1),
    # gains of 2 bins, 2 kb: a father of three copies whose child has it, and one whose child has not
    on("f1", 3, 30_000_000, SHORT, bins=2), on("c1", 3, 30_000_000, SHORT, bins=2),
    on("f2", 3, 30_000_000, SHORT, bins=2),
    # a father of four copies tells nothing of transmission
    on("f3", 4, 30_000_000, SHORT, bins=2), on("c3", 4, 30_000_000, SHORT, bins=2),
    # X: a son has it of his mother, whatever his father has; a daughter without a copy needs both
    on("m1", 1, 50_000_000, chrom="chrX"), on("c1", 0, 50_000_000, chrom="chrX"),
    on("f2", 0, 50_000_000, chrom="chrX"), on("c2", 0, 50_000_000, chrom="chrX"),
    on("f10", 0, 50_000_000, chrom="chrX"), on("c10", 0, 50_000_000, chrom="chrX"),
    # PAR of X: of either parent
    on("f3", 1, 1_000_000, chrom="chrX"), on("c3", 1, 1_000_000, chrom="chrX"),
    # Y: of the father alone
    on("f1", 0, 15_000_000, chrom="chrY"), on("c1", 0, 15_000_000, chrom="chrY"),
    on("c2", 0, 15_000_000, chrom="chrY"),
    # an immune locus: left out
    on("f1", 1, IMMUNE), on("c5", 1, IMMUNE),
]  # fmt: skip

LOSS, GAIN = "chr1-10000001-10020000-loss", "chr1-30000001-30002000-gain"
ON_X, IN_PAR, ON_Y = "chrX-50000001-50020000-loss", "chrX-1000001-1020000-loss", "chrY-15000001-15020000-loss"
# children, both, father, mother, below, neither, inconsistent, parents, transmitted: by hand, trio by trio
BY_HAND = {
    # children: 1 father, 3 both, 4 father and inconsistent, 5 neither, 6 below, 8 father, 9 mother
    # transmission at credible: 1 yes, 2 no, 4 yes; not 8 (touched)
    (LOSS, "credible"): (7, 1, 3, 1, 1, 1, 1, 3, 2),
    # c9 is not at pass
    (LOSS, "pass"): (6, 1, 3, 0, 1, 1, 1, 3, 2),
    # the mother of 6 has one copy below the filter, and her child has it
    (LOSS, "sensitive"): (7, 1, 3, 1, 1, 1, 1, 4, 3),
    (LOSS, "all"): (7, 1, 3, 1, 1, 1, 1, 4, 3),
    (GAIN, "credible"): (2, 0, 2, 0, 0, 0, 0, 2, 1),
    # 1 of the mother, 2 neither though his father has it, 10 of the father alone without a copy: inconsistent
    (ON_X, "credible"): (3, 0, 1, 1, 0, 1, 1, 0, 0),
    (IN_PAR, "credible"): (1, 0, 1, 0, 0, 0, 0, 0, 0),
    (ON_Y, "credible"): (2, 0, 1, 0, 0, 1, 0, 0, 0),
}
COUNTS = "children, from_both, from_father, from_mother, below_filter, neither, inconsistent, parents, transmitted"


@pytest.fixture(scope="module")
def pedigree() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    write_schema(con)
    problems = [("immune-locus", "chr1", IMMUNE, IMMUNE + LONG, "made up")]
    fill(con, Contents(people=PEOPLE, events=EVENTS, problems=problems))
    return con


def test_sites_of_a_pedigree_are_told_as_by_hand(pedigree: duckdb.DuckDBPyConnection) -> None:
    """R11."""
    rows = pedigree.execute(f"SELECT site, level::VARCHAR, {COUNTS} FROM site_trios JOIN sites USING (site_id)").fetchall()  # fmt: skip
    found = {(site, level): tuple(counts) for site, level, *counts in rows}
    assert {key: found[key] for key in BY_HAND} == BY_HAND
    # of the events of the mother of 9, each too short for the site of the others, the child has no event
    assert {site for site, _ in found} - {site for site, _ in BY_HAND} <= {
        "chr1-10000001-10006000-loss",
        "chr1-10008001-10014000-loss",
        "chr1-10019991-10022990-gain",
    }


def test_the_callset_of_a_pedigree_is_told_as_by_hand(pedigree: duckdb.DuckDBPyConnection) -> None:
    """R11: by direction, level and classes of the event's length and bins."""
    rows = pedigree.execute(
        f"SELECT direction::VARCHAR, level::VARCHAR, length_class, bin_class, {COUNTS}, null_parents, untransmitted FROM trio_quality"
    ).fetchall()
    found = {tuple(row[:4]): tuple(row[4:]) for row in rows}
    # the sites above together; without a copy are 7's father, on X the mother of none and 10's father, on Y 1's father:
    # of 7 and of nobody else the child is without
    assert found["loss", "credible", "10-50kb", "5-9"] == (13, 1, 6, 2, 1, 3, 2, 3, 2, 3, 1)
    assert found["gain", "credible", "below-3kb", "2"] == (2, 0, 2, 0, 0, 0, 0, 2, 1, 0, 0)
    # two losses of 6 kb of a mother whose child has neither site
    assert found["loss", "credible", "3-10kb", "5-9"] == (*(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)[:7], 2, 0, 0, 0)
    assert found["loss", "sensitive", "10-50kb", "1"] == (0,) * 7 + (1, 1, 0, 0)


def test_rates_of_fewer_than_ten_trios_are_null() -> None:
    """R11: and of ten the share with Wilson's interval."""
    people = [person for number in range(12) for person in trio(number)]
    events = [on(f"f{number}", 1) for number in range(10)] + [on(f"c{number}", 1) for number in range(4)]
    events += [on(f"f{number}", 1, 40_000_000) for number in range(9)]
    con = duckdb.connect()
    write_schema(con)
    fill(con, Contents(people=people, events=events))
    rows = con.execute(
        "SELECT start, transmission_parents, transmission, transmission_ci_low, transmission_ci_high FROM sites ORDER BY start"
    ).fetchall()
    assert rows[1] == (40_000_000, 9, None, None, None)
    assert rows[0][:3] == (AT, 10, 0.4)
    z, n, p = 1.959964, 10, 0.4
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert rows[0][3:] == pytest.approx((middle - reach, middle + reach), abs=1e-6)


LEVELS = {"pass": "passing", "credible": "credible", "sensitive": "sensitive"}


def meets(event: plain.Event, level: str) -> bool:
    return level == "all" or bool(getattr(event, LEVELS[level]))


def half_covered(event: plain.Event, person: plain.Person, level: str) -> bool:
    """Base by base would take too long: the pieces between all ends, each held or not."""
    near = [
        other
        for other in person.events_on(event.chrom)
        if other.direction == event.direction and meets(other, level) and other.start < event.end and other.end > event.start
    ]  # fmt: skip
    ends = sorted({event.start, event.end, *(max(o.start, event.start) for o in near), *(min(o.end, event.end) for o in near)})  # fmt: skip
    held = sum(b - a for a, b in zip(ends, ends[1:], strict=False) if any(o.start <= a and o.end >= b for o in near))  # noqa: RUF007
    return 2 * held >= event.end - event.start


def length_of(event: plain.Event) -> str:
    length = event.end - event.start
    return LENGTH_CLASSES[sum(length >= bound for bound in (3_000, 10_000, 50_000, 500_000))]


def bins_of(event: plain.Event) -> str:
    if event.bins is None:
        return "unknown"
    return next(name for name, most in zip(BIN_CLASSES, (1, 2, 4, 9, 10**9), strict=False) if event.bins <= most)


def test_the_tables_agree_with_plain_counting(cohort_3_5_7b: Cohort) -> None:
    """R11: person by person over the simulated cohort."""
    cohort = cohort_3_5_7b
    who = counted(cohort)
    trios = [
        (name, sample.father, sample.mother, sample.sex)
        for name, sample in cohort.samples.items()
        if {name, sample.father, sample.mother} <= set(who.people)
    ]
    assert len(trios) >= 8
    regions = [r for r in cohort.database.table("problem_regions") if r["kind"] == "immune-locus"]

    def immune(chrom: str, start: int, end: int) -> bool:
        shared = sum(max(0, min(end, r["end"]) - max(start, r["start"])) for r in regions if r["chrom"] == chrom)
        return 2 * shared >= end - start

    def tells(trio_: tuple[Any, ...], chrom: str) -> bool:
        return not any(who.is_marked(one, chrom) or (chrom in ("chrX", "chrY") and who.people[one].sex_mismatch) for one in trio_[:3]) if hasattr(who.people[trio_[0]], "sex_mismatch") else not any(who.is_marked(one, chrom) for one in trio_[:3])  # fmt: skip

    def inherited(child: plain.Event, father: str, mother: str, sex: str) -> tuple[str, bool] | None:
        par = plain.expected_copy_number(child.chrom, child.start, child.end, "XY") == 2
        of_father, of_mother = True, True
        if child.chrom == "chrX" and not par:
            of_father = sex == "XX"
        if child.chrom == "chrY":
            of_father, of_mother = sex == "XY", False
        if not of_father and not of_mother:
            return None
        f = of_father and half_covered(child, who.people[father], "credible")
        m = of_mother and half_covered(child, who.people[mother], "credible")
        has = (of_father and half_covered(child, who.people[father], "all")) or (of_mother and half_covered(child, who.people[mother], "all"))  # fmt: skip
        name = "from_both" if f and m else "from_father" if f else "from_mother" if m else "below_filter" if has else "neither"  # fmt: skip
        return name, child.copy_number == 0 and f != m and of_father and of_mother

    quality: Counter[tuple[Any, ...]] = Counter()
    judged: dict[tuple[str, plain.Event], tuple[str, bool]] = {}
    for trio_ in trios:
        child, father, mother, sex = trio_
        for event in who.people[child].events:
            if event.direction not in ("loss", "gain") or not tells(trio_, event.chrom) or immune(*event[:3]):
                continue
            if (verdict := inherited(event, father, mother, sex)) is None:
                continue
            judged[child, event] = verdict
            for level in ("pass", "credible", "sensitive", "all"):
                if meets(event, level):
                    key = event.direction, level, length_of(event), bins_of(event)
                    quality[*key, "children"] += 1
                    quality[*key, verdict[0]] += 1
                    quality[*key, "inconsistent"] += verdict[1]
    sites: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for site in plain_sites.sites(who):
        if immune(site.chrom, site.start, site.end):
            continue
        at_all = {one for one, _ in [*site.members, *site.others]}
        for level in ("pass", "credible", "sensitive", "all"):
            carried = site.carried(level)
            for trio_ in trios:
                child, father, mother, _ = trio_
                if child in carried and (child, carried[child]) in judged:
                    verdict = judged[child, carried[child]]
                    sites[site.name, level].update({"children": 1, verdict[0]: 1, "inconsistent": int(verdict[1])})
                if site.chrom in ("chrX", "chrY") or not tells(trio_, site.chrom):
                    continue
                for parent, other in ((father, mother), (mother, father)):
                    if parent not in carried or carried[parent].copy_number not in (1, 3):
                        continue
                    if any(e.direction in ("loss", "gain") and e.start < site.end and e.end > site.start for e in who.people[other].events_on(site.chrom)):  # fmt: skip
                        continue
                    key = site.direction, level, length_of(carried[parent]), bins_of(carried[parent])
                    for name, more in (("parents", 1), ("transmitted", int(child in at_all))):
                        sites[site.name, level][name] += more
                        quality[*key, name] += more
    names = [name.strip() for name in COUNTS.split(",")]
    stored = {row["site_id"]: row["site"] for row in cohort.database.table("sites")}
    found = {(stored[row["site_id"]], row["level"]): {n: row[n] for n in names if row[n]} for row in cohort.database.table("site_trios")}  # fmt: skip
    assert found == {key: {n: v for n, v in counts.items() if v} for key, counts in sites.items()}
    rows = cohort.database.table("trio_quality")
    told = {
        (r["direction"], r["level"], r["length_class"], r["bin_class"], n): r[n] for r in rows for n in names if r[n]
    }
    assert told == {key: value for key, value in quality.items() if value}
    assert sum(counts["parents"] for counts in sites.values()) > 500
