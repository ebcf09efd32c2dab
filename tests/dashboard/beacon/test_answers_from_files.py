"""Answers over a database that was built from VCFs, against a plain count of the text of the same VCFs (rules R2 to R7, R9, R11).

`tests/oracle` reads the files and counts; nothing of `data_prep` or `dashboard` says what is expected. The cohort has X and Y,
pseudo-autosomal regions, chromosomes that are marked, a person whose file contradicts the sex, relatives, and events of each level.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import duckdb
import pytest
from statsmodels.stats.proportion import proportion_confint

from tests.dashboard.beacon.client import Client, over
from tests.dashboard.small_database import HANCESTRO
from tests.data_prep.built import build_here
from tests.data_prep.dragen_text import record, write, write_table
from tests.oracle import plain, plain_sites

POPULATIONS = {
    "AFR": ("YRI", "LWK"), "AMR": ("PEL",), "EAS": ("CHB",), "EUR": ("GBR", "FIN"), "SAS": ("GIH",),
}  # fmt: skip
MARKED = {"P05": {"chr12"}, "P12": {"chr12", "chrX"}, "P21": {"chrX"}}
"""Chromosomes that are gained or lost in part of the cells (R11), as the files below are written."""
CONTRADICTED = "P31"
"""A woman in the sample table and a man in the header of her file."""

# Places at which several people have events: chromosome, start, end, and how far either end strays.
PLACES = [
    ("chr1", 109_687_569, 109_697_443, 0), ("chr1", 109_687_569, 109_697_443, 900), ("chr8", 39_374_000, 39_530_000, 9_000),
    ("chr11", 4_950_000, 4_957_000, 400), ("chr12", 9_480_000, 9_500_000, 1_000), ("chr20", 1_580_000, 1_614_000, 2_000),
    ("chrX", 31_200_000, 31_260_000, 3_000), ("chrX", 1_000_000, 1_020_000, 500), ("chrX", 2_770_000, 2_790_000, 700),
    ("chrY", 2_780_000, 2_800_000, 300), ("chrY", 14_000_000, 14_030_000, 800), ("chrY", 1_000_000, 1_020_000, 500),
    ("chr3", 60_000_000, 60_001_500, 0), ("chr7", 100_000_000, 100_004_000, 0),
]  # fmt: skip


def sex_of(number: int) -> str:
    return "XX" if number % 2 else "XY"


def table() -> list[tuple[str, str, str, str, bool]]:
    """Forty-four people, every sixth of them no founder."""
    homes = [(above, code) for above, codes in POPULATIONS.items() for code in codes]
    return [(f"P{number:02}", *homes[number * 5 % len(homes)], sex_of(number), number % 6 != 4) for number in range(44)]


def is_haploid(chrom: str, start: int, end: int, sex: str) -> bool:
    """As a caller writes its genotype: one allele on X and Y of a man outside the pseudo-autosomal regions."""
    middle = (start + end) // 2
    shared = any(first <= middle < last for first, last in plain.PAR.get(chrom, ()))
    return sex == "XY" and chrom in plain.PAR and not shared


def call(chance: random.Random, chrom: str, start: int, end: int, sex: str, copies: int, **more: Any) -> str:
    """A record of so many copies; ratio, genotype and bins as a caller would tell."""
    expected = 1 if is_haploid(chrom, start, end, sex) else 2
    genotype = "1" if expected == 1 else "1/1" if copies == 0 else "0/1" if copies < 2 else "./1"
    values: dict[str, Any] = {
        "gt": genotype,
        "sm": round(copies / expected if copies else 0.05, 3),
        "bins": max(1, (end - start) // 1_100),
        "quality": chance.choice([12, 30, 47, 80]),
        "filters": "PASS" if end - start >= 10_000 else "cnvLength",
    }
    return record(chrom, start, end, "<DEL>" if copies < expected else "<DUP>", copies, **{**values, **more})


def records_of(name: str, sex: str, chance: random.Random) -> list[str]:
    """The records of one person along the genome."""
    made: list[tuple[str, int, int, str]] = []

    def add(chrom: str, start: int, end: int, copies: int, **more: Any) -> None:
        made.append((chrom, start, end, call(chance, chrom, start, end, sex, copies, **more)))

    for chrom, start, end, stray in PLACES:
        if chance.random() < 0.45 or (name in MARKED and chrom in MARKED[name]):
            continue
        if any(one[0] == chrom and one[1] < end + stray and one[2] > start - stray for one in made):
            continue
        expected = 1 if is_haploid(chrom, start, end, sex) else 2
        copies = chance.choice((0, 0, 2, 3) if expected == 1 else (0, 1, 1, 3, 3, 5))
        first, last = start + chance.randint(-stray, stray), end + chance.randint(-stray, stray)
        weak = chance.choice([{}, {}, {}, {"bins": 1}, {"quality": 5, "filters": "cnvQual"}, {"bins": 2}])
        if chrom == "chr8" and copies < 2 and chance.random() < 0.5:
            # one event in two pieces, and two events that meet: the copies differ and both are solid (R3)
            cut = first + (last - first) // chance.choice([2, 40])
            add(chrom, first, cut, 1, bins=chance.choice([2, 60]))
            add(chrom, cut, last, 0, bins=60)
        else:
            add(chrom, first, last, copies, **weak)
    if "chr12" in MARKED.get(name, ()):
        add("chr12", 50_000_000, 54_500_000, 3, sm=1.25, quality=100)
    if "chrX" in MARKED.get(name, ()):
        copies, ratio = (1, 0.7) if sex == "XX" else (2, 1.5)
        add("chrX", 80_000_000, 85_000_000, copies, sm=ratio, quality=100)
    for _ in range(4):
        start = chance.randint(60_000_000, 80_000_000)
        add("chr5", start, start + chance.randint(2_000, 60_000), chance.choice([0, 1, 3, 4]))
        made.sort(key=lambda one: (list(plain.LENGTHS).index(one[0]), one[1]))
    return [text for *_, text in sorted(made, key=lambda one: (list(plain.LENGTHS).index(one[0]), one[1]))]


class Found(NamedTuple):
    """An event of somebody, with the site that it belongs to."""

    name: str
    event: plain.Event
    site: plain_sites.Site | None


@dataclass(frozen=True)
class Cohort:
    client: Client
    counted: plain_sites.Counted
    sites: list[plain_sites.Site]
    events: list[Found]
    """Losses and gains of everybody who is asked, along the genome."""
    genes: dict[str, plain.Place]

    def sample(self, name: str) -> plain.Sample:
        return self.counted.sample(name)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cohort]:
    folder = tmp_path_factory.mktemp("answers")
    people = table()
    chance = random.Random(20)
    for name, *_, sex, _ in people:
        of_file = "XY" if name == CONTRADICTED else sex
        header = "male" if of_file == "XY" else "female"
        write(folder / "vcf", name, records_of(name, of_file, chance), sex=header, release="3.5.7b")
    samples = write_table(folder / "samples.tsv", people)
    built = build_here([folder / "vcf"], samples, folder / "cnv.duckdb")
    read = plain.read_cohort(sorted((folder / "vcf").glob("*")), plain.read_samples(samples))
    counted = plain_sites.Counted(read, plain.read_samples(samples), MARKED)
    sites = plain_sites.sites(counted)
    home = {(one.name, one.event): site for site in sites for one in (*site.members, *site.others)}
    events = [
        Found(name, event, home.get((name, event)))
        for name, person in read.items()
        for event in person.events
        if event.direction in ("loss", "gain") and counted.has_place(name, event.chrom)
    ]
    events.sort(key=lambda one: (list(plain.LENGTHS).index(one.event.chrom), one.event.start, one.event.end))
    with over(built.path) as client:
        yield Cohort(client, counted, sites, events, genes_of(built.path))


def genes_of(database: Path) -> dict[str, plain.Place]:
    """Places of the genes; the gene models are what the files are asked by, and not what is counted."""
    with duckdb.connect(str(database.resolve()), read_only=True) as con:
        genes = con.execute('SELECT symbol, gene_id, chrom::VARCHAR, start, "end" FROM genes').fetchall()
        exons = con.execute('SELECT gene_id, start, "end", coding_start, coding_end FROM exons').fetchall()
    return {
        symbol: plain.Place(
            chrom, start, end,
            [row[3:5] for row in exons if row[0] == gene and row[3] is not None],
            [row[1:3] for row in exons if row[0] == gene],
        )
        for symbol, gene, chrom, start, end in genes
    }  # fmt: skip


def test_the_cohort_has_what_it_is_for(cohort: Cohort) -> None:
    """Else what follows would prove little."""
    kinds = Counter((one.event.chrom, one.event.direction, one.event.expected) for one in cohort.events)
    for chrom, expected in (("chrX", 1), ("chrX", 2), ("chrY", 1), ("chrY", 2), ("chr12", 2)):
        assert kinds[chrom, "loss", expected] > 1
        assert kinds[chrom, "gain", expected] > 1
    events = [one.event for one in cohort.events]
    assert any(event.sensitive and not event.credible for event in events)
    assert any(event.credible and not event.passing for event in events)
    assert any(not event.sensitive for event in events)
    assert any(len(event.parts) > 1 for event in events)
    assert any(event.par_border for event in events)
    assert sum(one.site is None and one.event.credible for one in cohort.events) >= len(MARKED)


def test_individuals_are_those_of_the_files_r2_r11(cohort: Cohort) -> None:
    people = cohort.client.results("/individuals")
    assert [one["info"]["sample"] for one in people] == sorted(cohort.counted.people)
    for one in people:
        sample = cohort.sample(one["info"]["sample"])
        assert one["karyotypicSex"] == sample.sex
        assert one["info"]["population"]["code"] == sample.population
        assert one["info"]["superpopulation"]["code"] == sample.superpopulation
        assert one["info"]["unrelated"] is sample.unrelated
        assert {mark["referenceName"] for mark in one["info"]["markedChromosomes"]} == MARKED.get(sample.name, set())
        assert bool(one["info"]["sexMismatch"]) is (sample.name == CONTRADICTED)


def record_ids(events: list[Found]) -> list[tuple[Any, ...]]:
    """The records that these events make, along the genome: sites by name, and events without one by their place."""
    order = list(plain.LENGTHS)
    rows: set[tuple[Any, ...]] = set()
    for one in events:
        site, event = one.site, one.event
        if site:
            rows.add((order.index(site.chrom), site.start, site.end, site.name, ""))
        else:
            rows.add((order.index(event.chrom), event.start, event.end, "event", one.name))
    return sorted(rows)


def shown_ids(records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    order = list(plain.LENGTHS)
    rows = []
    for one in records:
        place = one["variation"]["location"]["interval"]
        is_site = one["info"]["kind"] == "site"
        chrom = order.index(f"chr{one['variation']['info']['chromosome']}")
        owner = "" if is_site else one["caseLevelData"][0]["biosampleId"].removeprefix("onekgbs-")
        rows.append((chrom, place["start"]["value"], place["end"]["value"], one["id"] if is_site else "event", owner))
    return rows


GROUPS = ["Total", "Females", "Males", *POPULATIONS, *(code for codes in POPULATIONS.values() for code in codes)]


def belongs(sample: plain.Sample, group: str) -> bool:
    return group in (
        "Total",
        sample.superpopulation,
        sample.population,
        {"XX": "Females", "XY": "Males"}[sample.sex or "XX"],
    )


def test_every_site_has_the_frequencies_of_the_files_r5_r6_r9(cohort: Cohort) -> None:
    records = cohort.client.results("/g_variants")
    assert shown_ids(records) == record_ids([one for one in cohort.events if one.event.credible])
    by_id = {one["id"]: one for one in records if one["info"]["kind"] == "site"}
    with_alleles = 0
    for site in cohort.sites:
        record = by_id[site.name]
        people = [name for name in cohort.counted.people if cohort.counted.present(name, site.chrom)]
        people = [name for name in people if cohort.sample(name).unrelated]
        carriers = {
            name: event for name, event in plain_sites.default_carriers(site, cohort.counted).items() if name in people
        }
        bins = [one.event.bins for one in site.members]
        has_alleles = site.direction == "loss" and site.end - site.start >= 3_000 and median(bins) >= 3  # type: ignore[type-var]
        assert ("frequencyInPopulations" in record) is has_alleles, site.name
        with_alleles += has_alleles
        rows = {row["population"]: row for row in record["info"]["carrierFrequencies"]}
        assert sorted(rows) == sorted(GROUPS)
        of_alleles = {
            row["population"]: row
            for row in (record["frequencyInPopulations"][0]["frequencies"] if has_alleles else ())
        }
        for group in GROUPS:
            mine = [name for name in people if belongs(cohort.sample(name), group)]
            events = [carriers[name] for name in mine if name in carriers]
            compare_row(rows[group], len(events), len(mine), Counter(event.copy_number for event in events))
            assert rows[group].get("populationId") == {
                "Females": "NCIT:C16576",
                "Males": "NCIT:C20197",
                **HANCESTRO,
            }.get(group)
            if not has_alleles:
                continue
            lost, number, homozygous, heterozygous = alleles(cohort, site, mine, carriers)
            if not number:
                assert group not in of_alleles
                continue
            row = of_alleles[group]
            assert (row["alleleCount"], row["alleleNumber"]) == (lost, number), (site.name, group)
            assert (row["alleleCountHomozygous"], row["alleleCountHeterozygous"]) == (homozygous, heterozygous)
            assert row["alleleFrequency"] == pytest.approx(lost / number, abs=5e-7)
    assert with_alleles > 5


def alleles(
    cohort: Cohort, site: plain_sites.Site, people: list[str], carriers: dict[str, plain.Event]
) -> tuple[int, int, int, int]:
    """R6: lost alleles, all alleles, people without a copy, people with fewer copies than expected and at least one."""
    lost = number = homozygous = heterozygous = 0
    for name in people:
        event = carriers.get(name)
        if event is None:
            number += plain.expected_copy_number(site.chrom, site.start, site.end, cohort.sample(name).sex) or 0
            continue
        assert event.copy_number is not None
        assert event.expected is not None
        lost += event.expected - event.copy_number
        number += event.expected
        homozygous += event.copy_number == 0
        heterozygous += 0 < event.copy_number < event.expected
    return lost, number, homozygous, heterozygous


def compare_row(row: dict[str, Any], carriers: int, samples: int, copies: Counter[int | None]) -> None:
    assert (row["carriers"], row["samples"]) == (carriers, samples), row
    assert row["copyNumbers"] == {str(number): people for number, people in copies.items() if number is not None}
    if not samples:
        assert row["frequency"] is row["ciLow"] is row["ciHigh"] is None
        return
    low, high = proportion_confint(carriers, samples, method="wilson")
    told = (row["frequency"], row["ciLow"], row["ciHigh"])
    assert told == pytest.approx((carriers / samples, low, high), abs=1e-6)


Condition = Callable[[Found], bool]
NESTED_LEVELS = {
    "pass": lambda event: event.passing,
    "credible": lambda event: event.credible,
    "sensitive": lambda event: event.sensitive,
    "all": lambda _: True,
}
TYPES: dict[str, set[str]] = {
    "DEL": {"complete-loss", "partial-loss", "loss"},
    "<DUP>": {"low-gain", "high-gain", "gain"},
    "CNV": {"complete-loss", "partial-loss", "loss", "low-gain", "high-gain", "gain"},
    "EFO:0030069": {"complete-loss"},
    "efo:0030068": {"partial-loss"},
    "EFO:0020073": {"complete-loss"},
    "EFO:0030071": {"low-gain"},
    "high-level gain": {"high-gain"},
    "SO:0001743": {"complete-loss", "partial-loss", "loss"},
    "SO:0001742,EFO:0030069": {"low-gain", "high-gain", "gain", "complete-loss"},
    "SNV": set(),
}


def random_question(chance: random.Random, cohort: Cohort) -> tuple[dict[str, Any], list[Condition], str]:
    """Parameters of a request, the same as conditions on events, and the level."""
    asked: dict[str, Any] = {}
    conditions: list[Condition] = []

    def meet(condition: Condition) -> None:
        conditions.append(condition)

    one = chance.choice(cohort.events).event
    spell = chance.choice([str, lambda chrom: chrom.removeprefix("chr")])
    kind = chance.choice(["range", "range", "edge", "base", "bracket", "gene", "chromosome", "nothing"])
    # ends of an event and the bases beside them, where being off by one shows
    near = [one.start - 1, one.start, one.start + 1, (one.start + one.end) // 2, one.end - 1, one.end, one.end + 1]
    if kind in ("range", "edge"):
        start, end = sorted(chance.sample(near, 2))
        if kind == "range":
            start, end = max(start - chance.randint(0, 20_000), 0), end + chance.randint(0, 20_000)
        asked = {"referenceName": spell(one.chrom), "start": start, "end": end}
        meet(lambda found: found.event.start < end and found.event.end > start)
    elif kind == "base":
        at = chance.choice(near)
        asked = {"referenceName": spell(one.chrom), "start": at}
        meet(lambda found: found.event.start <= at < found.event.end)
    elif kind == "bracket":
        starts = sorted(chance.sample([one.start - 900, one.start, one.start + 1, one.start + 900], 2))
        ends = sorted(chance.sample([one.end - 900, one.end, one.end + 1, one.end + 900], 2))
        asked = {
            "referenceName": spell(one.chrom),
            "start": ",".join(map(str, starts)),
            "end": ",".join(map(str, ends)),
        }
        meet(lambda found: starts[0] <= found.event.start < starts[1] and ends[0] <= found.event.end < ends[1])
    elif kind == "gene":
        symbol = chance.choice(sorted(cohort.genes))
        place = cohort.genes[symbol]
        asked = {"geneId": symbol}
        meet(lambda found: found.event.chrom == place.chrom)
        meet(lambda found: found.event.start < place.end and found.event.end > place.start)
    elif kind == "chromosome":
        asked = {"referenceName": spell(one.chrom)}
    if "referenceName" in asked:
        meet(lambda found: found.event.chrom == one.chrom)
    if chance.random() < 0.6:
        asked["variantType"] = word = chance.choice(sorted(TYPES))
        meet(lambda found: found.event.call_class in TYPES[word])
    if chance.random() < 0.2:
        shortest = chance.choice([one.length, one.length + 1, 5_000])
        asked["variantMinLength"] = shortest
        meet(lambda found: found.event.length >= shortest)
    if chance.random() < 0.2:
        longest = chance.choice([one.length, one.length + 1, 100_000])
        asked["variantMaxLength"] = max(longest, asked.get("variantMinLength", 0))
        meet(lambda found: found.event.length <= asked["variantMaxLength"])
    filters, level = random_filters(chance, cohort, meet)
    if filters:
        asked["filters"] = ",".join(filters)
    return asked, conditions, level


def random_filters(chance: random.Random, cohort: Cohort, meet: Callable[[Condition], None]) -> tuple[list[str], str]:
    filters: list[str] = []
    level = "credible"
    terms = {code: term for code, term in HANCESTRO.items() if code in GROUPS}
    if chance.random() < 0.3:
        codes = chance.sample(sorted(terms), chance.choice([1, 2]))
        filters += [terms[code] for code in codes]
        meet(lambda found: any(belongs(cohort.sample(found.name), code) for code in codes))
    if chance.random() < 0.25:
        sex = chance.choice(["XX", "XY"])
        filters.append({"XX": "NCIT:C16576", "XY": "NCIT:C20197"}[sex])
        meet(lambda found: cohort.sample(found.name).sex == sex)
    if chance.random() < 0.2:
        word, classes = chance.choice([("EFO:0030067", TYPES["DEL"]), ("EFO:0030072", {"high-gain"})])
        filters.append(word)
        meet(lambda found: found.event.call_class in classes)
    if chance.random() < 0.2:
        filters.append("cohort:unrelated")
        meet(lambda found: cohort.sample(found.name).unrelated)
    if chance.random() < 0.3:
        level = chance.choice(["pass", "sensitive", "all"])
        filters.append(f"level:{level}")
    if chance.random() < 0.2:
        filters.append("outliers:exclude")
        meet(lambda found: found.event.chrom not in MARKED.get(found.name, ()))
    if chance.random() < 0.3:
        number, least = chance.choice(
            [("copyNumber", 1), ("copyNumber", 3), ("bins", 3), ("quality", 30), ("length", 20_000)]
        )
        read = {
            "copyNumber": lambda event: event.copy_number,
            "bins": lambda event: event.bins,
            "quality": lambda event: event.quality,
            "length": lambda event: event.length,
        }[number]
        sign, holds = chance.choice(
            [
                ("<", lambda value: value < least), ("<=", lambda value: value <= least), (">", lambda value: value > least),
                (">=", lambda value: value >= least), ("=", lambda value: value == least), ("!", lambda value: value != least),
            ]
        )  # fmt: skip
        filters.append(f"{number}{sign}{least}")
        meet(lambda found: holds(read(found.event)))
    return filters, level


def test_random_questions_meet_what_the_files_hold(cohort: Cohort) -> None:
    chance = random.Random(4)
    hits = 0
    for _ in range(120):
        asked, conditions, level = random_question(chance, cohort)
        met = [
            one for one in cohort.events if NESTED_LEVELS[level](one.event) and all(holds(one) for holds in conditions)
        ]
        hits += bool(met)
        people = sorted({one.name for one in met})
        total = cohort.client.total("/g_variants", recordType="event", **asked)
        assert total == len(met), asked
        records = cohort.client.results("/g_variants", **asked)
        assert shown_ids(records) == record_ids(met), asked
        members: dict[str, set[str]] = defaultdict(set)
        for one in met:
            if one.site:
                members[one.site.name].add(one.name)
        for one in records:
            if one["info"]["kind"] == "site":
                shown = [case["info"] and case["biosampleId"].removeprefix("onekgbs-") for case in one["caseLevelData"]]
                assert shown == sorted(members[one["id"]])[:3], asked
        if asked:
            shown = [one["info"]["sample"] for one in cohort.client.results("/individuals", **asked)]
            is_of_people = not conditions or not (asked.keys() - {"filters"})
            if not is_of_people:
                assert shown == people, asked
                assert [one["info"]["sample"] for one in cohort.client.results("/biosamples", **asked)] == people
                exists = cohort.client.get("/biosamples", requestedGranularity="boolean", **asked)["responseSummary"]
                assert exists == {"exists": bool(people)}
    assert hits > 50


@pytest.mark.parametrize("name", ["P05", "P12", "P21", "P31", "P02", "P03"])
def test_all_variants_of_a_person_are_those_of_the_file(cohort: Cohort, name: str) -> None:
    mine = [one.event for one in cohort.events if one.name == name]
    found = cohort.client.results(f"/biosamples/onekgbs-{name}/g_variants", filters="level:all")
    shown = [
        (
            f"chr{one['variation']['info']['chromosome']}",
            one["variation"]["location"]["interval"]["start"]["value"],
            one["variation"]["location"]["interval"]["end"]["value"],
            one["info"]["class"],
            one["info"]["copyNumber"],
            one["info"]["expectedCopyNumber"],
            one["info"]["calls"],
        )
        for one in found
    ]
    assert shown == [
        (e.chrom, e.start, e.end, e.call_class, e.copy_number, e.expected, len(e.parts)) for e in mine
    ]  # fmt: skip
    terms = {(0, 2): "GENO:0000136", (1, 2): "GENO:0000135", (0, 1): "GENO:0000134"}
    for one, event in zip(found, mine, strict=True):
        (case,) = one["caseLevelData"]
        assert case.get("zygosity", {}).get("id") == terms.get((event.copy_number, event.expected))  # type: ignore[arg-type]


RULES = ("any", "fraction:0.5", "reciprocal:0.5", "covers")


def test_intervals_and_genes_have_the_carriers_of_the_files_r7(cohort: Cohort) -> None:
    chance = random.Random(9)
    queries: list[dict[str, Any]] = [{"geneId": gene} for gene in ("GSTM1", "SIRPB1", "OR51A2", "ADAM3A", "DMD", "SRY")]
    for _ in range(40):
        one = chance.choice(cohort.events).event
        start, end = sorted(chance.sample(range(one.start - 3_000, one.end + 3_000), 2))
        queries.append({"referenceName": one.chrom, "start": start, "end": end})
    content = cohort.client.post("/services/cnvFrequency", {"queries": queries})
    carriers = 0
    for query, result in zip(queries, content["response"]["results"], strict=True):
        assert "notAssessable" not in result, query
        place = cohort.genes.get(query.get("geneId", ""))
        rules = (*RULES, "coding", "coding-touch") if place else RULES
        place = place or plain.Place(query["referenceName"], query["start"], query["end"])
        assert [(one["id"], one["reciprocalOverlap"]) for one in result["sites"]] == best_sites(cohort, place), query
        rows = {(row["population"], row["rule"], row["level"], row["variantType"]): row for row in result["rows"]}
        assert len(rows) == len(result["rows"]) == len(GROUPS) * len(rules) * 4
        for rule in rules:
            name, _, share = rule.partition(":")
            for level in ("credible", "pass"):
                filters = plain.Filters(rule=name, share=Fraction(share or "0.5"), level=level)
                for direction, variant_type in (("loss", "DEL"), ("gain", "DUP")):
                    expected = plain.carriers(
                        cohort.counted.people, cohort.counted.samples, place, direction, filters, MARKED
                    )
                    counts = plain.count(
                        cohort.counted.people, cohort.counted.samples, place, direction, filters, MARKED
                    )
                    for group in GROUPS:
                        key = {"Total": "all", "Females": "XX", "Males": "XY"}.get(group, group)
                        mine = [one for who, one in expected.items() if belongs(cohort.sample(who), group)]
                        samples = counts[key].samples if key in counts else 0
                        row = rows[group, rule, level, variant_type]
                        compare_row(row, len(mine), samples, Counter(one.copy_number for one in mine))
                        carriers += len(mine)
    assert carriers > 1_000


def best_sites(cohort: Cohort, place: plain.Place) -> list[tuple[str, float]]:
    """The five sites that overlap a place best, of either direction, with the overlap."""
    there = []
    for site in cohort.sites:
        shared = plain_sites.overlap((site.start, site.end), (place.start, place.end))
        if site.chrom == place.chrom and shared > 0:
            share = shared / plain_sites.longer((site.start, site.end), (place.start, place.end))
            there.append((-share, site.start, site.end, ["loss", "gain"].index(site.direction), site.name))
    return [(name, pytest.approx(-share, abs=1e-6)) for share, *_, name in sorted(there)[:5]]
