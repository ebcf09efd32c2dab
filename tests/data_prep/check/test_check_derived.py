"""`check` of what is derived (R8 to R10): good databases pass, and each invariant is seen to break by statements that break it.

Beside the invariant that is meant stand those that rest on the same rows; no other may break.
"""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import duckdb
import pytest

from data_prep.check import bins, check, differences, findings, lengths, sites
from tests.data_prep.built import Built, build_here
from tests.data_prep.conftest import Cohort
from tests.data_prep.dragen_text import record, reference_row, write, write_table

INVARIANTS = (*sites.INVARIANTS, *bins.INVARIANTS, *differences.INVARIANTS)


def people(sizes: Iterable[tuple[str, str, int, int]]) -> list[tuple[str, str, str, str, bool]]:
    """Rows of a sample table: of each population so many, of whom the first so many are men."""
    return [
        (f"{population}{number:02}", superpopulation, population, "male" if number < men else "female", True)
        for superpopulation, population, size, men in sizes
        for number in range(size)
    ]


def loss(chrom: str, start: int, length: int = 10_000, **fields: object) -> str:
    return record(chrom, start, start + length, **({"bins": 10} | fields))  # type: ignore[arg-type]


def gain(chrom: str, start: int, length: int = 20_000, cn: int = 3, **fields: object) -> str:
    return record(chrom, start, start + length, "<DUP>", cn, **({"gt": "./1", "sm": 1.5, "bins": 20} | fields))  # type: ignore[arg-type]


def calls_of(number: int, population: str, is_male: bool) -> list[str]:
    """What a person has: numbers run through the whole table, so that every site has carriers in several groups."""
    calls = []
    if number % 2 == 0 or population == "YRI":
        homozygous = {"cn": 0, "gt": "1/1", "sm": 0.0} if number % 8 == 0 else {}
        # one site of two intervals, the second without a founder
        calls.append(loss("chr1", 1_001_000, 9_500, **homozygous) if number % 6 == 0 else loss("chr1", 1_000_000, **homozygous))  # fmt: skip
    if number % 7 == 0:
        calls.append(loss("chr2", 2_000_000))
    if number % 8 == 1:
        calls.append(loss("chr3", 5_000_000, 20_000))
    if number % 8 == 2:
        calls.append(gain("chr3", 5_000_000))
    if number in (3, 13, 23):
        calls.append(gain("chr4", 7_000_000, cn=number // 10 + 3))
    if number % 5 == 0:
        # in the centromere
        calls.append(loss("chr5", 48_000_000))
    # many tables, as many carriers of both, the first more uneven
    if number % 4 == 0 or population == "PUR":
        calls.append(loss("chr8", 20_000_000))
    if (number % 10 in (0, 3, 6) and number < 76) or number in (27, 28, 29):
        calls.append(loss("chr8", 30_000_000))
    # few tables, spread evenly and not
    if number % 8 == 1:
        calls.append(loss("chr9", 20_000_000))
    if population == "YRI" or number == 15:
        calls.append(loss("chr9", 30_000_000))
    calls += {
        30: [loss("chr6", 100_000, 100_000)],
        31: [loss("chr6", 100_000, 100_000)],
        32: [loss("chr6", 100_000, 100_000)],
        33: [loss("chr6", 130_000, 100_000)],
        # fits the interval before it, which has a founder already
        34: [loss("chr6", 160_000, 100_000)],
        # not credible: nearer to the last, of an interval that has a site, near to nothing, and as near to two sites
        35: [loss("chr6", 150_000, 80_000, quality=3)],
        36: [loss("chr6", 130_000, 100_000, quality=3)],
        37: [loss("chr6", 500_000, quality=3)],
        38: [loss("chr6", 1_000_000, 100_000)],
        39: [loss("chr6", 1_000_000, 100_000)],
        40: [loss("chr6", 1_060_000, 100_000)],
        41: [loss("chr6", 1_030_000, 100_000, quality=3)],
        # two events of one carrier in one site, the second with more bins
        42: [loss("chr7", 2_000_000, 5_000, cn=0, gt="1/1", sm=0.0), loss("chr7", 2_005_000, 5_000, bins=19)],
        43: [loss("chr7", 2_000_000, filters="cnvLength", bins=2)],
        44: [loss("chr7", 2_000_000)],
        # over half of a gene's coding bases, and in an intron
        45: [gain("chr1", 25_260_000, 45_000)],
        60: [loss("chrX", 31_800_000, 4_000, bins=2)],
        # of as many carriers the one that begins first founds
        50: [loss("chr6", 1_530_000, 100_000)],
        51: [loss("chr6", 1_500_000, 100_000)],
        # over a gap
        61: [loss("chr5", 17_500_000, 100_000)],
        # across a whole megabase, and in genes with copies
        62: [gain("chr6", 2_950_000, 100_000)],
        63: [loss("chr7", 5_972_000, 8_000, quality=3)],
        # a long gain marks the person, who has the loss too
        48: [gain("chr12", 60_000_000, 4_000_000, bins=4_000, sm=1.3), loss("chr12", 10_000_000)],
    }.get(number, [])
    if number % 7 == 3:
        calls.append(loss("chr12", 10_000_000))
    if number % 9 == 0:
        calls.append(loss("chr1", 109_687_000, 11_000))
    if number % 6 == 4:
        calls.append(loss("chrX", 30_000_000, **({"cn": 0, "gt": "1", "sm": 0.0} if is_male else {})))
    if is_male and (number % 2 or population == "YRI"):
        calls.append(loss("chrY", 15_000_000, 5_000, cn=0, gt="1", sm=0.0))
    return calls


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A database with something of everything that the invariants ask for.

    On Y there are four groups of people and common sites, elsewhere five and a small one: p in all its ways.
    """
    folder = tmp_path_factory.mktemp("derived")
    rows = people([("AFR", "YRI", 10, 6), ("AFR", "LWK", 10, 6), ("AMR", "PUR", 6, 0), ("EAS", "CHB", 20, 12), ("EUR", "GBR", 20, 12), ("SAS", "GIH", 20, 12)])  # fmt: skip
    rows += [(name, "EUR", "GBR", "female", False) for name in ("child1", "child2")]
    for number, (name, _, population, sex, _) in enumerate(rows):
        write(folder / "vcf", name, sorted_calls(calls_of(number, population, sex == "male")), sex=sex)
    write(folder / "vcf", "stranger", [loss("chr1", 1_000_000), loss("chr2", 2_000_000)])
    return build_here([folder / "vcf"], write_table(folder / "samples.tsv", rows), folder / "cnv.duckdb")


def sorted_calls(calls: list[str]) -> list[str]:
    return sorted(calls, key=lambda one: (one.split("\t")[0], int(one.split("\t")[1])))


SITE = "(SELECT site_id FROM sites WHERE chrom = '{}' AND start = {} AND direction = '{}')"
COMMON = SITE.format("chr1", 1_000_000, "loss")

GSTM1 = SITE.format("chr1", 109_687_000, "loss")
ON_Y = SITE.format("chrY", 15_000_000, "loss")
FEW = SITE.format("chr9", 20_000_000, "loss")
MANY, MANY_MORE_EVEN = SITE.format("chr8", 20_000_000, "loss"), SITE.format("chr8", 30_000_000, "loss")
GAIN = SITE.format("chr3", 5_000_000, "gain")
IN_INTRON, OVER_RHD = SITE.format("chrX", 31_800_000, "loss"), SITE.format("chr1", 25_260_000, "gain")
IN_CENTROMERE = SITE.format("chr5", 48_000_000, "loss")
TWO_EVENTS = SITE.format("chr7", 2_000_000, "loss")
FIRST, SECOND = "chrom = 'chr6' AND start = 100000", "chrom = 'chr6' AND start = 160000"
NEXT, NEXT_BUT_ONE = SITE.format("chr6", 1_000_000, "loss"), SITE.format("chr6", 1_060_000, "loss")
BIN = "chrom = 'chr1' AND start = 1000000 AND direction = 'loss' AND level = 'pass' AND cohort = 'all' AND superpopulation = 'EUR'"
STEP = "chrom = 'chr1' AND position = 109687000 AND direction = 'loss' AND superpopulation = 'EUR'"
PAIR = "first = 'AFR' AND second = 'EUR'"

HOME, ALIKE, FOUNDER, FOUNDERS = (
    "every credible event",
    "events of one exact interval",
    "the founding interval",
    "a site's founders",
)
FIT, EARLIER, TURN, OTHERS = (
    "every member overlaps",
    "no member fits a site",
    "no member interval comes",
    "events that are no members",
)
NAMES, NUMBERS, SPREAD, MEDIAN = "sites are numbered", "a site's events", "a site's least", "a site's median of bins"
STATES, ALLELES, PROBLEM, COUNTS = (
    "a site is multi-allelic",
    "a site has alleles",
    "a site's problem",
    "counts of a site",
)
GENES, CODING = "a site has the genes", "a site is coding"
BASES, MOST, WIDE, GRID, SAMPLES = (
    "bins of 100 kb are",
    "the most people",
    "bins of 1 Mb",
    "a bin lies on",
    "a bin's samples",
)
CHANGES, STANDING, REACHED = "curves change", "at every whole megabase", "curves leave out"
LISTED, COMPARED, SQUARE = "differences are told once", "carriers and people compared", "chi-square is"
P, EXACT, LARGER, Q = "p is that", "an exact p", "of two sites", "q values"
FST, VST, PAIRS, PAIR_FST, PAIR_VST = (
    "F_ST of a site",
    "V_ST of a site",
    "every pair",
    "F_ST of a pair",
    "V_ST of a pair",
)
COPIES, PROPORTION = "Hardy-Weinberg counts", "Hardy-Weinberg p is"
AF, BOUNDS, HWE = "allele frequencies are", "the bounds of allele", "Hardy-Weinberg p of a site"
INNER = "a site's inner ends"


def of_site(assignment: str, site: str, table: str = "sites") -> str:
    return f"UPDATE {table} SET {assignment} WHERE site_id = {site}"


def difference(assignment: str, site: str) -> str:
    return of_site(assignment, site, "site_differences")


BREAKS: list[tuple[tuple[str, ...], str]] = [
    # which events belong to which site
    ((HOME, ALIKE, NUMBERS, COUNTS, AF, BOUNDS), f"UPDATE events SET site_id = NULL WHERE sample_id = (SELECT max(sample_id) FROM events WHERE {FIRST}) AND {FIRST}"),
    ((HOME, OTHERS, COUNTS), f"UPDATE events SET site_id = {COMMON} WHERE chrom = 'chr6' AND start = 500000"),
    ((HOME, FOUNDER, FIT, NUMBERS, SPREAD, MEDIAN, COUNTS, AF, BOUNDS, HWE), f"UPDATE events SET site_id = site_id + 1000 WHERE {SECOND}"),
    ((HOME, FIT, OTHERS, GENES, LISTED, PAIRS, COPIES), "DELETE FROM sites"),
    ((ALIKE, COUNTS), "UPDATE events SET site_id = NULL WHERE chrom = 'chr6' AND start = 130000 AND NOT credible"),
    ((FOUNDER, FOUNDERS, TURN, INNER), f"UPDATE sites SET start = start + 1, site = 'chr6-160002-260000-loss' WHERE {SECOND}"),
    ((FOUNDERS,), of_site("founders = founders + 1", COMMON)),
    # members sent to a site that they do not fit, and to one founded after another that they fit
    ((FIT, FOUNDER, EARLIER, TURN, NUMBERS, SPREAD, COUNTS, AF, BOUNDS), f"UPDATE events SET site_id = {NEXT} WHERE {FIRST}"),
    ((EARLIER, TURN, NUMBERS, SPREAD, COUNTS, AF, BOUNDS), f"UPDATE events SET site_id = (SELECT site_id FROM sites WHERE {SECOND}) WHERE chrom = 'chr6' AND start = 130000"),
    # founded by the interval with fewer carriers
    ((TURN, INNER), of_site("start = 1001000, \"end\" = 1010500, site = 'chr1-1001001-1010500-loss', founders = (SELECT count(DISTINCT sample_id) FROM events WHERE chrom = 'chr1' AND start = 1001000)", COMMON)),
    # as near to two sites, nearer to another, near to one
    ((OTHERS, COUNTS), f"UPDATE events SET site_id = {NEXT_BUT_ONE} WHERE chrom = 'chr6' AND start = 1030000"),
    ((OTHERS, COUNTS), f"UPDATE events SET site_id = (SELECT site_id FROM sites WHERE {FIRST}) WHERE chrom = 'chr6' AND start = 150000"),
    ((OTHERS, COUNTS), "UPDATE events SET site_id = NULL WHERE chrom = 'chr6' AND start = 150000"),
    # what is said of a site
    ((NAMES,), "UPDATE sites SET site = replace(site, 'chr2-2000001', 'chr2-2000000') WHERE chrom = 'chr2'"),
    ((NAMES,), f"UPDATE sites SET site = replace(site, 'loss', 'gain') WHERE {FIRST}"),
    *[((NUMBERS,), of_site(one, COMMON)) for one in ("events = events + 1", "carriers = carriers - 1", "intervals = 1")],
    *[((SPREAD,), of_site(f"{one} = {one} + 1", COMMON)) for one in ("start_min", "start_median", "start_max", "end_min", "end_median", "end_max")],
    ((MEDIAN, INNER), of_site("median_bins = 11", COMMON)),
    ((MEDIAN,), of_site("few_bins = true", COMMON)),
    ((MEDIAN,), of_site("few_bins = false", IN_INTRON)),
    ((STATES,), of_site("multi_allelic = true", COMMON)),
    ((STATES,), of_site("multi_allelic = false", GAIN)),
    ((STATES,), "UPDATE sites SET multi_allelic = false WHERE chrom = 'chr4'"),
    ((ALLELES, FST, PAIR_FST, COPIES, AF, BOUNDS, HWE), of_site("alleles = false", COMMON)),
    ((ALLELES, AF, BOUNDS), "UPDATE sites SET alleles = true WHERE chrom = 'chr4'"),
    ((ALLELES, AF, BOUNDS, HWE), of_site("alleles = true", IN_INTRON)),
    ((PROBLEM, LISTED, PAIR_FST, PAIR_VST, COPIES), of_site("problem = 'gap'", COMMON)),
    ((PROBLEM, LISTED, PAIR_FST, PAIR_VST, COPIES), of_site("problem = NULL", IN_CENTROMERE)),
    ((PROBLEM,), of_site("problem = 'pericentromere'", IN_CENTROMERE)),
    # carriers by group
    ((COUNTS,), f"UPDATE site_counts SET copy_number = 0, class = 'complete-loss' WHERE site_id = {TWO_EVENTS} AND level = 'all'"),
    ((COUNTS,), "UPDATE site_counts SET outlier = false WHERE outlier"),
    *[((COUNTS,), f"UPDATE site_counts SET {one} WHERE site_id = {ON_Y} AND population = 'GIH' AND level = 'pass'") for one in ("sex = 'XX'", "unrelated = false", "population = 'GBR'", "level = 'all'", "carriers = carriers + 1", "expected_copy_number = 2", "class = 'loss'")],
    ((COUNTS,), f"DELETE FROM site_counts WHERE site_id = {COMMON} AND level = 'all' AND population = 'GBR' AND copy_number = 0"),
    ((COUNTS,), f"INSERT INTO site_counts SELECT * REPLACE (0 AS carriers) FROM site_counts WHERE site_id = {ON_Y} LIMIT 1"),
    ((COUNTS, STATES), "DELETE FROM site_counts"),
    # genes
    ((GENES,), "DELETE FROM site_genes"),
    ((GENES,), f"INSERT INTO site_genes SELECT {ON_Y}, gene_id, false FROM genes WHERE symbol = 'SRY'"),
    ((GENES,), f"INSERT INTO site_genes FROM site_genes WHERE site_id = {GSTM1}"),
    *[((CODING,), of_site("coding = NOT coding", one, "site_genes")) for one in (GSTM1, IN_INTRON, OVER_RHD)],
    # bins
    ((BASES,), "DELETE FROM bins"),
    ((BASES,), f"DELETE FROM bins WHERE {BIN}"),
    ((BASES,), f"UPDATE bins SET bases = bases + 1 WHERE {BIN}"),
    ((BASES,), f"UPDATE bins SET direction = 'gain' WHERE {BIN}"),
    ((BASES, WIDE), f"UPDATE bins SET level = 'credible' WHERE {BIN}"),
    ((BASES, MOST, WIDE, SAMPLES), f"UPDATE bins SET superpopulation = 'AMR' WHERE {BIN}"),
    ((BASES,), f"INSERT INTO bins SELECT * REPLACE (start + 100000 AS start, \"end\" + 100000 AS \"end\", 0 AS bases, 0 AS most) FROM bins WHERE size = 100000 AND {BIN}"),
    ((MOST,), f"UPDATE bins SET most = most + 1 WHERE {BIN}"),
    *[((WIDE,), f"UPDATE bins SET {one} WHERE size = 1000000 AND {BIN}") for one in ("bases = bases + 1", "most = most - 1")],
    ((WIDE,), "DELETE FROM bins WHERE size = 1000000"),
    ((WIDE,), f"INSERT INTO bins FROM bins WHERE size = 1000000 AND {BIN}"),
    *[((GRID,), f"UPDATE bins SET {one} WHERE size = 1000000 AND {BIN}") for one in ("callable = callable - 1", '"end" = "end" - 1')],
    ((SAMPLES,), f"UPDATE bins SET samples = samples + 1 WHERE size = 1000000 AND {BIN}"),
    # the outlier of chr12 counted
    ((SAMPLES,), "UPDATE bins SET samples = samples + 1 WHERE chrom = 'chr12' AND superpopulation = 'EUR' AND cohort = 'all'"),
    # curves
    ((CHANGES, STANDING), "DELETE FROM curve_steps"),
    ((CHANGES,), f"UPDATE curve_steps SET change = change + 1 WHERE {STEP}"),
    ((CHANGES,), f"UPDATE curve_steps SET superpopulation = 'AMR' WHERE {STEP} AND superpopulation = 'EUR'"),
    ((CHANGES,), f"UPDATE curve_steps SET level = 'sensitive' WHERE {STEP}"),
    ((CHANGES,), f"UPDATE curve_steps SET unrelated = NOT unrelated WHERE {STEP}"),
    ((CHANGES,), f"INSERT INTO curve_steps SELECT * REPLACE (0 AS change) FROM curve_steps WHERE {STEP}"),
    ((STANDING,), "UPDATE curve_steps SET before = before + 1 WHERE before > 0"),
    ((STANDING,), f"UPDATE curve_steps SET before = 1 WHERE {STEP}"),
    *[((REACHED,), f"UPDATE curve_copies SET {one}") for one in ('"end" = "end" + 1', "level = 'pass'", "outlier = NOT outlier")],
    ((REACHED,), "DELETE FROM curve_copies"),
    # differences
    ((LISTED,), "DELETE FROM site_differences"),
    ((LISTED, Q), f"DELETE FROM site_differences WHERE site_id = {MANY}"),
    ((LISTED, Q), f"INSERT INTO site_differences FROM site_differences WHERE site_id = {MANY}"),
    ((LISTED,), f"INSERT INTO site_differences SELECT * REPLACE ({IN_CENTROMERE} AS site_id, NULL AS p, NULL AS q) FROM site_differences WHERE site_id = {COMMON}"),
    ((COMPARED,), difference("carriers = carriers + 1", COMMON)),
    ((COMPARED,), difference("samples = samples - 1", COMMON)),
    ((COMPARED, Q), difference("direction = 'gain'", MANY)),
    *[((SQUARE,), difference(*one)) for one in (("chi_square = chi_square * 1.001", COMMON), ("chi_square = NULL", COMMON), ("exact = false", COMMON), ("exact = true", ON_Y))],
    ((P, Q), difference("p = p * 0.1", ON_Y)),
    ((P, Q), difference("p = NULL, q = NULL", ON_Y)),
    ((EXACT,), difference("p = p * 0.999", FEW)),
    ((EXACT, Q), difference("p = NULL, q = NULL", MANY)),
    ((EXACT, LARGER, Q), difference("p = 1e-12", MANY_MORE_EVEN)),
    ((EXACT,), difference("p = 1.5", MANY_MORE_EVEN)),
    ((LARGER, Q), difference("p = 0.9", MANY)),
    *[((Q,), difference(one, COMMON)) for one in ("q = q * 0.99", "q = NULL")],
    *[((FST,), difference(*one)) for one in (("fst = fst + 0.001", COMMON), ("fst = NULL", COMMON), ("fst = 0", GAIN))],
    *[((VST,), difference(one, COMMON)) for one in ("vst = vst + 0.001", "vst = NULL", "vst = 2")],
    *[((PAIRS,), one) for one in ("DELETE FROM population_differences", f"DELETE FROM population_differences WHERE {PAIR}", f"UPDATE population_differences SET first = second, second = first WHERE {PAIR}", f"INSERT INTO population_differences FROM population_differences WHERE {PAIR}")],
    *[((PAIR_FST,), f"UPDATE population_differences SET {one} WHERE {PAIR}") for one in ("fst = fst + 1e-6", "fst = NULL", "fst_sites = fst_sites + 1")],
    *[((PAIR_VST,), f"UPDATE population_differences SET {one} WHERE {PAIR}") for one in ("vst = vst + 1e-6", "vst_sites = vst_sites + 1")],
    # alleles, and drawn-in ends
    ((AF,), of_site("allele_frequency = allele_frequency * 1.001", COMMON)),
    ((AF,), of_site("allele_frequency = NULL", COMMON)),
    *[((BOUNDS,), of_site(one, COMMON)) for one in ("af_ci_low = af_ci_low + 0.001", "af_ci_high = af_ci_high - 0.001", "af_ci_low = NULL", "af_ci_low = af_ci_high", "af_ci_low = allele_frequency, af_ci_high = allele_frequency")],
    *[((HWE,), of_site(one, COMMON)) for one in ("hwe_p = hwe_p * 0.99", "hwe_p = NULL")],
    ((HWE,), of_site("hwe_p = 1", ON_Y)),
    *[((INNER,), of_site(one, COMMON)) for one in ("inner_start = inner_start + 1", 'inner_end = "end"')],
    ((COPIES,), "DELETE FROM site_hardy_weinberg"),
    ((COPIES, PROPORTION), f"UPDATE site_hardy_weinberg SET copies_2 = copies_2 - 1 WHERE site_id = {COMMON} AND population = 'GBR'"),
    ((PROPORTION,), f"UPDATE site_hardy_weinberg SET p = p * 0.99 WHERE site_id = {COMMON} AND population = 'GBR'"),
]  # fmt: skip
"""Beginnings of sentences, that which is meant first and then those that rest on the same rows, and a statement."""
MEMBERS: Final = 13
"""So many of them, the first, change which events belong to which site, or what founds it."""


def broken_in(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Those of the cohort rest on sites and their counts; they have breaks of their own in `test_check_cohort.py`."""
    found = [lengths(con), *findings(con, ["calls", "sites", "bins", "differences"])]
    return [finding.sentence for finding in found if finding.broken]


def test_a_good_database_passes(good: Built) -> None:
    findings = check(good.path)
    assert [finding.sentence for finding in findings if finding.broken] == []
    mine = {one.sentence for one in INVARIANTS}
    # each was asked of something: an invariant of an empty table proves nothing
    assert [one.sentence for one in findings if one.sentence in mine and not one.checked] == []


def test_every_invariant_is_broken_by_a_test() -> None:
    """A check that cannot fail is forbidden."""
    sentences = [one.sentence for one in INVARIANTS]
    assert len(set(sentences)) == len(sentences)
    assert [one for one in sentences if not any(one.startswith(begin) for (begin, *_), _ in BREAKS)] == []


ALONE: Final = (
    "DELETE",
    *(f"UPDATE curve_steps SET {key} =" for key in ("level", "superpopulation", "unrelated")),
    *(f"UPDATE bins SET {key} =" for key in ("direction", "level", "superpopulation")),
    "UPDATE population_differences SET first =",
)
"""Beginnings of statements that take away the rows that other breaks change."""


def stands_alone(number: int, begins: tuple[str, ...], statement: str) -> bool:
    """Whether a break changes what other breaks rest on: members, the sites that are compared, rows themselves."""
    return number < MEMBERS or LISTED in begins or statement.startswith(ALONE)


def together() -> list[list[tuple[tuple[str, ...], str]]]:
    """The breaks in groups of which no two break one invariant, so that each must be seen by its own; a check is dear."""
    groups: list[list[tuple[tuple[str, ...], str]]] = []
    alone = []
    for number, (begins, statement) in enumerate(BREAKS):
        if stands_alone(number, begins, statement):
            alone.append([(begins, statement)])
            continue
        free = (group for group in groups if not any(set(begins) & set(others) for others, _ in group))
        group = next(free, None)
        if group is None:
            groups.append(group := [])
        group.append((begins, statement))
    return alone + groups


@pytest.fixture(scope="module")
def copy(good: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the good database, which each test breaks in a transaction and rolls back."""
    path = tmp_path_factory.mktemp("broken") / "cnv.duckdb"
    shutil.copy(good.path.resolve(), path)
    with duckdb.connect(str(path), config={"threads": 1}) as con:
        yield con


@pytest.mark.parametrize("breaks", together())
def test_check_sees_what_is_broken_and_nothing_else(
    copy: duckdb.DuckDBPyConnection, breaks: list[tuple[tuple[str, ...], str]]
) -> None:
    copy.execute("BEGIN")
    try:
        for _, statement in breaks:
            assert copy.execute(statement).fetchall()[0][0], f"{statement} changed nothing"
        broken = broken_in(copy)
    finally:
        copy.execute("ROLLBACK")
    begins = [begin for group, _ in breaks for begin in group]
    assert [begin for begin in begins if not any(one.startswith(begin) for one in broken)] == []
    assert len(broken) == len(begins), [one for one in broken if not one.startswith(tuple(begins))]


@pytest.mark.parametrize("name", ["cohort_3_5_7b", "cohort_3_7_6"])
def test_simulated_cohorts_of_both_releases_pass(name: str, request: pytest.FixtureRequest) -> None:
    cohort: Cohort = request.getfixturevalue(name)
    findings = check(cohort.database.path)
    assert [finding.sentence for finding in findings if finding.broken] == []
    asked = {finding.sentence: finding.checked for finding in findings}
    # so few people have no p that is not exact
    assert [one.sentence for one in INVARIANTS if not asked[one.sentence] and not one.sentence.startswith(P)] == []


def few_groups(folder: Path, rows: list[tuple[str, str, str, str, bool]], seen: bool = False) -> Path:
    """A database of these people, who may have the reference rows of release 3.7; the last file has nobody of the table."""
    for number, (name, _, population, sex, _) in enumerate(rows):
        calls = calls_of(number, population, sex == "male")
        if seen:
            # of the first bases that all have calls at, half of the people see one part and few the other
            calls += (
                [reference_row("chr1", 900_000, 1_004_000)] if number % 4 else [reference_row("chr1", 500_000, 980_000)]
            )
        write(folder / "vcf", name, sorted_calls(calls), sex=sex, release="3.7.6" if seen else "3.5.7b")
    write(folder / "vcf", "stranger", [loss("chr1", 1_000_000)])
    return build_here([folder / "vcf"], write_table(folder / "samples.tsv", rows), folder / "cnv.duckdb").path


def test_an_even_number_of_degrees_of_freedom_and_bases_that_too_few_saw(tmp_path: Path) -> None:
    """R5, R8, R10: three groups, p by the chi-square distribution; bins where the release says what was seen."""
    path = few_groups(tmp_path, people([("AFR", "YRI", 30, 15), ("EAS", "CHB", 30, 15), ("EUR", "GBR", 30, 15)]), seen=True)  # fmt: skip
    findings = {finding.sentence: finding for finding in check(path)}
    assert [finding.sentence for finding in findings.values() if finding.broken] == []
    assert next(finding.checked for one, finding in findings.items() if one.startswith(P))
    with duckdb.connect(str(path.resolve())) as con:
        assert con.execute("SELECT max(callable) FROM bins WHERE size = 100000").fetchall()[0][0] < 100_000
        con.execute("UPDATE site_differences SET p = p * 1.001, q = NULL WHERE NOT exact")
        con.execute("UPDATE bins SET callable = size, bases = bases + 1")
        broken = broken_in(con)
    assert len(broken) == 4
    assert [one for one in (P, Q, GRID, BASES) if not any(told.startswith(one) for told in broken)] == []


def test_people_of_a_known_superpopulation_but_no_population_are_compared_once(tmp_path: Path) -> None:
    """R10: beside a stranger of neither, who is compared in no group."""
    rows = [*people([("AFR", "YRI", 20, 10), ("EUR", "GBR", 20, 10)]), *((f"some{n}", "EUR", "", "female", True) for n in range(12))]  # fmt: skip
    with duckdb.connect(str(few_groups(tmp_path, rows).resolve()), read_only=True) as con:
        assert broken_in(con) == []
