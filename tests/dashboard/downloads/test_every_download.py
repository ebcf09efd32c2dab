"""Every table in every format, all rows and columns, read back by other libraries and compared with SQL written by hand.

The cohort went the whole way from VCF files. Who carries by which events comes from `tests/oracle/raw_calls.py`, which joins
the raw calls anew; what stands beside it in a row comes from the tables of the database. Nothing of the dashboard's is
used but its server.
"""

import csv
import http.client
import io
import json
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import duckdb
import pyarrow.parquet as pq
import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard.colours import LIGHT
from data_prep.domain.copy_number import CallClass
from tests.dashboard.served import served
from tests.oracle import plain_sites, raw_calls, read_back
from tests.oracle.raw_calls import Question
from tests.shared_cohorts import eighty_people

pytestmark = pytest.mark.skipif(
    not (shutil.which("bcftools") and shutil.which("bedtools")), reason="bcftools or bedtools is not installed"
)

TABULAR = ("csv", "tsv", "json", "parquet")
Row = tuple[Any, ...]
Fetch = Callable[[str, dict[str, str]], bytes]


@dataclass(frozen=True)
class Cohort:
    path: Path
    con: duckdb.DuckDBPyConnection

    def rows(self, statement: str, **values: object) -> list[Row]:
        return self.con.execute(statement, values).fetchall()

    def question(self, address: dict[str, str]) -> Question:
        """The place of an address, looked up by hand."""
        if "gene" in address:
            (found,) = self.rows(
                """SELECT chrom::VARCHAR, g.start, g."end", transcript_id, coalesce(coding_bases, 0)
                FROM genes g LEFT JOIN (SELECT transcript_id, coding_bases FROM transcripts) USING (transcript_id)
                WHERE symbol = $gene""",
                gene=address["gene"],
            )
            return Question(address, *found)
        chrom, _, interval = address["region"].partition(":")
        start, _, end = interval.partition("-")
        if interval:
            return Question(address, chrom, int(start) - 1, int(end))
        ((length,),) = self.rows("SELECT length FROM chromosomes WHERE chrom = $chrom::chrom", chrom=chrom)
        return Question(address, chrom, 0, length)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cohort]:
    path = eighty_people(tmp_path_factory)
    with duckdb.connect(str(path.resolve()), read_only=True) as con:
        raw_calls.prepare(con)
        yield Cohort(path, con)


@pytest.fixture(scope="module")
def fetch(cohort: Cohort) -> Iterator[Fetch]:
    with served(cohort.path) as base:

        def get(file: str, address: dict[str, str]) -> bytes:
            connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
            connection.request("GET", f"/download/{file}?{urlencode(address)}")
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            assert answer.status == 200, body
            return body

        yield get


# Readers


def tabular(suffix: str, content: bytes) -> tuple[list[str], list[dict[str, Any]]]:
    """The names of the columns and the rows."""
    match suffix:
        case "csv":
            reader = csv.DictReader(io.StringIO(content.decode()))
            return list(reader.fieldnames or ()), list(reader)
        case "tsv":
            lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
            reader = csv.DictReader(lines, delimiter="\t")
            return list(reader.fieldnames or ()), list(reader)
        case "json":
            told = json.loads(content)
            return list(told["columns"]), told["rows"]
    table = pq.read_table(io.BytesIO(content))
    return table.column_names, table.to_pylist()


def told(value: object) -> str:
    """A value as text, whatever its format's way to write it: whole numbers to the last digit, others by seven, as many as
    a FLOAT has."""
    if value is None or value in ("", "."):
        return ""
    if isinstance(value, bool) or value in ("true", "false"):
        return str(value).lower()
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return str(int(number)) if number.is_integer() else f"{number:.7g}"


def normal(rows: list[Row]) -> Counter[Row]:
    return Counter(tuple(told(value) for value in row) for row in rows)


def tool(content: bytes, folder: Path, suffix: str, *command: str) -> list[list[str]]:
    """The lines that a tool of the field writes of a file, cut at tabs."""
    file = folder / f"file.{suffix}"
    file.write_bytes(content)
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def bed(content: bytes, folder: Path) -> list[list[str]]:
    """The rows as bedtools sorts them, which are in the order of the file already."""
    rows = tool(content, folder, "bed", "bedtools", "sort", "-i")
    mine = [line.split("\t") for line in content.decode().splitlines() if not line.startswith(("#", "track"))]
    assert Counter(map(tuple, mine)) == Counter(map(tuple, rows))
    places = [(int(row[1]), int(row[2])) for row in mine]
    assert places == sorted(places)
    assert all(row[6:8] == row[1:3] for row in mine)
    return rows


def rgb(name: str) -> str:
    """The colour of a class or direction, as BED writes it."""
    colour = LIGHT.call_class(CallClass(name))
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))


# Calls and carriers

PLACES = (
    {"gene": "GSTM1"},
    {"gene": "GSTM1", "filter": "all", "cohort": "all", "overlap": "any", "min_bins": "2"},
    {"gene": "APOBEC3B", "class": "complete-loss,gain", "overlap": "fraction:0.5"},
    {"region": "chr21", "filter": "all", "cohort": "all", "outliers": "include"},
    {"region": "chr22", "population": "AFR,GBR"},
    {"region": "chr22", "filter": "pass", "min_length": "20000", "sex": "XX", "cohort": "all"},
    {"region": "chrX", "cohort": "all", "copy_number": "0,2,3"},
    {"region": "chrY:2781480-26600000", "filter": "all", "cohort": "all"},
    {"region": "chr8:39200001-39600000", "overlap": "within", "max_length": "50000", "min_quality": "20"},
)
PERSON = "s.sample, s.superpopulation, s.population, s.sex::VARCHAR"
NUMBERS = """{0}.class::VARCHAR, {0}.copy_number, {0}.expected_copy_number, {0}.copy_ratio, {0}.quality, {0}.bins, {0}.filters"""
SHARED = 'greatest(least({0}."end", {2}) - greatest({0}.start, {1}), 0) / ({2} - {1})'
COLUMNS = [
    *("sample", "superpopulation", "population", "sex", "chrom", "start", "end", "length", "class", "copy_number"),
    *(
        "expected_copy_number",
        "copy_ratio",
        "quality",
        "bins",
        "filters",
        "genotype",
        "event",
        "site",
        "overlap",
        "problem",
    ),
]


def expected_rows(cohort: Cohort, question: Question, table: str) -> list[Row]:
    """What a row of carriers or calls has to say, 1-based: the carriers' events by the raw calls, the rest by SQL."""
    by_direction = {one: raw_calls.events(cohort.con, question, one) for one in question.directions}
    carried = [
        (event.sample, direction, event.start, event.end)
        for direction, events in by_direction.items()
        for event in events
    ]
    # class and copy number of a carrier are those at the place, the same in each of the carrier's rows (R7)
    at_place: dict[tuple[str, str], tuple[str, int]] = {}
    for direction, events in by_direction.items():
        for sample, name in raw_calls.classes(events, direction).items():
            numbers = [event.copies for event in events if event.sample == sample]
            at_place[sample, direction] = name, min(numbers) if direction == "loss" else max(numbers)
    cohort.con.execute(
        "CREATE OR REPLACE TEMP TABLE carried (sample VARCHAR, direction VARCHAR, start INTEGER, stop INTEGER)"
    )
    if carried:
        cohort.con.executemany("INSERT INTO carried VALUES (?, ?, ?, ?)", carried)
    of = "e" if table == "carriers" else "c"
    genotype = (
        "(SELECT string_agg(g.genotype, ';' ORDER BY g.start) FROM calls g WHERE g.event_id = e.event_id)"
        if table == "carriers"
        else "c.genotype"
    )
    found = cohort.rows(
        f"""SELECT {PERSON}, {of}.chrom::VARCHAR, {of}.start + 1, {of}."end", {of}."end" - {of}.start, {NUMBERS.format(of)},
            {genotype}, e.event_id, t.site, {SHARED.format(of, question.start, question.end)}
        FROM carried k JOIN samples s USING (sample)
        JOIN events e ON e.sample_id = s.sample_id AND e.chrom = $chrom::chrom AND e.start = k.start AND e."end" = k.stop
            AND e.direction::VARCHAR = k.direction
        LEFT JOIN sites t USING (site_id) {"" if table == "carriers" else "JOIN calls c USING (event_id)"}""",
        chrom=question.chrom,
    )
    regions = cohort.rows('SELECT kind, chrom::VARCHAR, start, "end" FROM problem_regions')
    regions = [tuple(row) for row in regions if row[1] == question.chrom]
    if table == "carriers":
        found = [(*row[:8], *at_place[row[0], row[8].rpartition("-")[2]], *row[10:]) for row in found]
    return [(*row, plain_sites.problem((row[4], row[5] - 1, row[6]), regions)) for row in found]


@pytest.mark.parametrize("address", PLACES, ids=urlencode)
@pytest.mark.parametrize("table", ["carriers", "calls"])
def test_carriers_and_calls_in_every_format_r1_r7_r13(
    cohort: Cohort, fetch: Fetch, tmp_path: Path, table: str, address: dict[str, str]
) -> None:
    expected = expected_rows(cohort, cohort.question(address), table)
    assert expected or address.get("sex") or "gene" in address, "a question that nobody answers proves nothing"
    for suffix in TABULAR:
        names, rows = tabular(suffix, fetch(f"{table}.{suffix}", address))
        assert names == COLUMNS
        assert normal([tuple(row.values()) for row in rows]) == normal(expected), suffix
    at = {name: number for number, name in enumerate(COLUMNS)}

    def columns(row: Row, *names: str) -> Row:
        return tuple(row[at[name]] for name in names)

    got = bed(fetch(f"{table}.bed", address), tmp_path)
    assert Counter((row[0], int(row[1]), int(row[2]), row[3]) for row in got) == Counter(
        (row[at["chrom"]], row[at["start"]] - 1, row[at["end"]], row[at["sample"]]) for row in expected
    )
    colours = {(row[0], int(row[1]), int(row[2]), row[3]): row[8] for row in got}
    scores = {(row[0], int(row[1]), int(row[2]), row[3]): int(row[4]) for row in got}
    for row in expected:
        key = (row[at["chrom"]], row[at["start"]] - 1, row[at["end"]], row[at["sample"]])
        assert abs(scores[key] - min(row[at["quality"]], 1_000)) <= 0.5
        assert colours[key] == rgb(row[at["class"]])
    segments = [
        line.split("\t") for line in fetch(f"{table}.pgxseg", address).decode().splitlines() if not line.startswith("#")
    ][1:]
    assert Counter((row[0], f"chr{row[1]}", int(row[2]) + 1, int(row[3]), row[8]) for row in segments) == Counter(
        (*columns(row, "sample", "chrom", "start", "end"), EFO[row[at["class"]]]) for row in expected
    )


EFO = {
    "complete-loss": "EFO:0030069",
    "partial-loss": "EFO:0030068",
    "low-gain": "EFO:0030071",
    "high-gain": "EFO:0030072",
}


@pytest.mark.parametrize("address", PLACES, ids=urlencode)
def test_calls_as_bcftools_reads_them_r1_r13(
    cohort: Cohort, fetch: Fetch, tmp_path: Path, address: dict[str, str]
) -> None:
    expected = expected_rows(cohort, cohort.question(address), "calls")
    cells = "[%CHROM\\t%POS\\t%END\\t%ALT\\t%SAMPLE\\t%CN\\t%ECN\\t%SM\\t%CNQ\\t%BC\\t%FT\\t%GT\\t%EVT\\t%SITE\\n]"
    if not expected:
        assert tool(fetch("calls.vcf", address), tmp_path, "vcf", "bcftools", "view", "-H") == []
        return
    got = tool(fetch("calls.vcf", address), tmp_path, "vcf", "bcftools", "query", "-i", 'EVT!="."', "-f", cells)
    at = {name: number for number, name in enumerate(COLUMNS)}
    names = (
        "copy_number",
        "expected_copy_number",
        "copy_ratio",
        "quality",
        "bins",
        "filters",
        "genotype",
        "event",
        "site",
    )
    assert normal([tuple(row) for row in got]) == normal(
        [
            (
                row[at["chrom"]], row[at["start"]] - 1, row[at["end"]],
                "<DEL>" if row[at["class"]].endswith("loss") else "<DUP>", row[at["sample"]],
                *(row[at[name]] for name in names),
            )
            for row in expected
        ]
    )  # fmt: skip
    people = tool(fetch("calls.vcf", address), tmp_path, "vcf", "bcftools", "query", "-l")
    assert {name for (name,) in people} == {row[0] for row in expected}


@pytest.mark.parametrize("address", PLACES, ids=urlencode)
def test_frequencies_in_every_format_r6(cohort: Cohort, fetch: Fetch, address: dict[str, str]) -> None:
    question = cohort.question(address)
    expected = {
        (direction, *group): counts
        for direction in question.directions
        for group, counts in raw_calls.answer(cohort.con, question, direction).counts().items()
    }
    superpopulations = dict(cohort.con.execute("SELECT population, superpopulation FROM populations").fetchall())
    labels = dict(
        cohort.con.execute(
            "SELECT population, name FROM populations UNION SELECT superpopulation, name FROM superpopulations"
        ).fetchall()
    )
    for suffix in TABULAR:
        _, rows = tabular(suffix, fetch(f"frequencies.{suffix}", address))
        assert {(row["direction"], row["grouped_by"], row["group"]) for row in rows} == set(expected)
        assert len(rows) == len(expected)
        for row in rows:
            counts = expected[row["direction"], row["grouped_by"], row["group"]]
            assert {name: int(row[name]) for name in counts} == counts, suffix
            named = superpopulations[row["group"]] if row["grouped_by"] == "population" else ""
            assert told(row["superpopulation"]) == named
            assert told(row["label"]) == labels.get(row["group"], "")
            assert told(row["seen"]) == ""
            if question.rule in ("any", "within") and question.end - question.start > 10_000_000:
                # R7: nearly everybody has some event there
                assert not any(told(row[name]) for name in ("frequency", "ci_low", "ci_high", "pass_frequency"))
                assert told(row["note"]) == "a region over 10 Mb: nearly everyone has some event in it"
                continue
            share = pytest.approx(wilson(counts["carriers"], counts["samples"]), abs=1e-12)
            assert [float(row[name]) for name in ("frequency", "ci_low", "ci_high")] == share
            assert float(row["pass_frequency"]) == pytest.approx(counts["pass_carriers"] / counts["samples"])
            assert told(row["note"]) == limits(cohort, question)


def limits(cohort: Cohort, question: Question) -> str:
    """R5: what a row with an interval says where relatives are counted."""
    related = {name for (name,) in cohort.rows("SELECT sample FROM samples WHERE NOT unrelated")}
    some = related & {one.sample for one in raw_calls.people(cohort.con, question)}
    return "relatives are counted too: the interval is too narrow" if some else ""


def unseen(cohort: Cohort, chrom: str, start: int, end: int) -> bool:
    """R5: no call can be made in more than half of the place."""
    blind = cohort.rows(
        """SELECT start, "end" FROM problem_regions
        WHERE chrom = $chrom::chrom AND kind IN ('blind', 'gap', 'telomere', 'centromere') AND start < $last AND "end" > $first""",
        chrom=chrom,
        first=start,
        last=end,
    )
    bases: set[int] = set().union(*(range(max(a, start), min(b, end)) for a, b in blind))
    return 2 * len(bases) > end - start


def of_copies(cohort: Cohort, chrom: str, pieces: Iterable[tuple[int, int]]) -> str:
    """R5: the note where half or more of the pieces lies in genes of copies; empty elsewhere."""
    bases: set[int] = set().union(*(range(start, end) for start, end in pieces))
    places = cohort.rows(
        """SELECT start, "end", name FROM problem_regions WHERE chrom = $chrom::chrom AND kind = 'paralogous'
        AND start <= $last AND "end" > $first ORDER BY start""",
        chrom=chrom,
        first=min(bases),
        last=max(bases),
    )
    names = [name for start, end, name in places if not bases.isdisjoint(range(start, end))]
    within = bases & set().union(*(range(start, end) for start, end, _ in places))
    if 2 * len(within) < len(bases) or not names:
        return ""
    more = f"; and {len(names) - 4} more" if len(names) > 4 else ""
    return f"paralogous: {'; '.join(names[:4])}{more}"


def wilson(carriers: int, samples: int) -> list[float]:
    """A share with its 95 % interval, by another library."""
    return [carriers / samples, *proportion_confint(carriers, samples, 0.05, "wilson")]


# Sites

SITE_PLACES = (
    {"region": "chr22"},
    {"region": "chr22", "filter": "all", "cohort": "all", "outliers": "include"},
    {"region": "chr1:100000001-120000000", "filter": "pass", "cohort": "all", "class": "loss"},
    {"region": "chr21", "population": "AFR,GBR"},
    {"region": "chrX", "cohort": "all"},
    {"region": "chrX", "sex": "XY", "copy_number": "0,2", "class": "complete-loss,gain"},
    {"gene": "GSTM1"},
)
SITE_COLUMNS = [
    *("site", "chrom", "start", "end", "length", "direction", "carriers", "samples", "frequency", "ci_low", "ci_high"),
    *("complete_losses", "partial_losses", "low_gains", "high_gains", "without_copy_number"),
    *(
        "allele_count",
        "allele_number",
        "allele_frequency",
        "af_ci_low",
        "af_ci_high",
        "hwe_p",
        "events",
        "intervals",
        "median_bins",
        "few_bins",
        "multi_allelic",
        "problem",
    ),
    *("genes", "coding", "seen", "note"),
]
NUMBERS_OF_PEOPLE = SITE_COLUMNS[6:22]
SHARES = (
    "frequency",
    "ci_low",
    "ci_high",
    "allele_count",
    "allele_number",
    "allele_frequency",
    "af_ci_low",
    "af_ci_high",
    "hwe_p",
)
PAR = {
    "chrX": ((10_000, 2_781_479), (155_701_382, 156_030_895)),
    "chrY": ((10_000, 2_781_479), (56_887_902, 57_217_415)),
}


def copies(chrom: str, start: int, end: int, sex: str) -> int:
    """R2: how many are expected; across a border the larger part decides."""
    if chrom not in PAR:
        return 2
    inside = sum(max(0, min(end, last) - max(start, first)) for first, last in PAR[chrom])
    return 2 if sex == "XX" or 2 * inside > end - start else 1


def alleles_of(
    chrom: str, start: int, end: int, mine: list[tuple[str, int, str, int]], people: dict[str, Any], whole: bool
) -> list[float | None]:
    """R6: share of lost alleles with its interval, and Hardy-Weinberg among those of whom two copies are expected."""
    if not whole:
        return [None] * 4
    lost = sum(expected - number for _, number, _, expected in mine)
    two = [one for one in people.values() if copies(chrom, start, end, one.sex) == 2]
    states = Counter(number for _, number, _, expected in mine if expected == 2)
    counts = states[0], states[1], len(two) - states[0] - states[1]
    p = plain_sites.hardy_weinberg(*counts) if states[0] + states[1] else None
    return [*wilson(lost, sum(copies(chrom, start, end, one.sex) for one in people.values())), p]


def expected_sites(cohort: Cohort, question: Question) -> tuple[list[dict[str, Any]], list[str]]:
    """A row a site with a carrier, counted person by person (R9), and the super-populations counted."""
    address = question.address
    people = {one.sample: one for one in raw_calls.people(cohort.con, question)}
    groups = [
        group
        for (group,) in cohort.rows("SELECT superpopulation FROM superpopulations ORDER BY position")
        if any(one.superpopulation == group for one in people.values())
    ]
    level = {"all": "true", "pass": "pass"}.get(address.get("filter", ""), "credible")
    best: dict[tuple[int, str], tuple[int, int, str, int]] = {}
    for site, sample, bins, number, kind, expected in cohort.rows(
        f"""SELECT e.site_id, s.sample, bins, copy_number, e.class::VARCHAR, expected_copy_number
        FROM events e JOIN samples s USING (sample_id) WHERE e.chrom = $chrom::chrom AND site_id IS NOT NULL AND {level}""",
        chrom=question.chrom,
    ):
        if sample in people:
            # most bins; of as many the lower copy number
            best[site, sample] = max(best.get((site, sample), (0, -99, "", 0)), (bins, -number, kind, expected))
    numbers = [int(one) for one in address.get("copy_number", "").split(",") if one]
    classes = [one for one in address.get("class", "loss,gain").split(",") if one]
    carried: dict[int, list[tuple[str, int, str, int]]] = defaultdict(list)
    for (site, sample), (_, minus, kind, expected) in best.items():
        if (not numbers or -minus in numbers) and {kind, kind.partition("-")[2]} & set(classes):
            carried[site].append((sample, -minus, kind, expected))
    found = []
    for number, *static in cohort.rows(
        """SELECT site_id, site, chrom::VARCHAR, start, "end", direction::VARCHAR, alleles, events, intervals, median_bins,
            few_bins, multi_allelic, problem,
            (SELECT string_agg(symbol, ', ') FROM site_genes JOIN genes USING (gene_id) WHERE site_id = t.site_id),
            (SELECT string_agg(symbol, ', ') FROM site_genes JOIN genes USING (gene_id) WHERE site_id = t.site_id AND coding)
        FROM sites t WHERE chrom = $chrom::chrom AND start < $last AND "end" > $first""",
        chrom=question.chrom,
        first=question.start,
        last=question.end,
    ):
        name, chrom, start, end, direction, alleles, *rest = static
        mine = carried.get(number, [])
        if not mine:
            continue
        kinds = Counter(kind for _, _, kind, _ in mine)
        whole = alleles and "loss" in classes and not numbers
        above = Counter(people[sample].superpopulation for sample, *_ in mine)
        row = dict(
            zip(
                SITE_COLUMNS,
                [
                    name, chrom, start + 1, end, end - start, direction, len(mine), len(people),
                    *wilson(len(mine), len(people)),
                    *(kinds[kind] for kind in raw_calls.PARTS), kinds["loss"] + kinds["gain"],
                    sum(expected - number for _, number, _, expected in mine) if whole else None,
                    sum(copies(chrom, start, end, one.sex) for one in people.values()) if whole else None,
                    *alleles_of(chrom, start, end, mine, people, whole),
                    *rest,
                    None,
                    limits(cohort, question),
                ],
                strict=True,
            )
        )  # fmt: skip
        for group in groups:
            row[f"carriers_{group}"] = above[group]
            row[f"samples_{group}"] = sum(one.superpopulation == group for one in people.values())
        silent = of_copies(cohort, chrom, [(start, end)])
        if silent:
            row |= dict.fromkeys(SHARES)
            row["note"] = silent
        if unseen(cohort, chrom, start, end):
            row |= dict.fromkeys([*NUMBERS_OF_PEOPLE, *list(row)[len(SITE_COLUMNS) :]])
            row["note"] = "not assessable: the caller cannot see this place"
        found.append(row)
    return found, groups


def site_row(row: dict[str, Any]) -> Row:
    """A row for comparison: shares by ten digits, names of genes in one order."""
    shares = tuple(name for name in SHARES if name not in ("allele_count", "allele_number"))
    names = ("genes", "coding")
    return tuple(
        f"{abs(float(value)):.10f}"
        if name in shares and told(value)
        else ",".join(sorted((value or "").split(", ")))
        if name in names
        else told(value)
        for name, value in row.items()
    )


@pytest.mark.parametrize("address", SITE_PLACES, ids=urlencode)
def test_sites_in_every_format_r6_r9_r13(cohort: Cohort, fetch: Fetch, tmp_path: Path, address: dict[str, str]) -> None:
    expected, groups = expected_sites(cohort, cohort.question(address))
    assert expected
    for suffix in TABULAR:
        names, rows = tabular(suffix, fetch(f"sites.{suffix}", address))
        assert names == [*SITE_COLUMNS, *(f"{what}_{group}" for group in groups for what in ("carriers", "samples"))]
        assert Counter(site_row(row) for row in rows) == Counter(site_row(row) for row in expected), suffix
    got = {row[3]: row for row in bed(fetch("sites.bed", address), tmp_path)}
    assert len(got) == len(expected)
    for row in expected:
        chrom, start, end, _, score, *_, colour = got[row["site"]]
        assert (chrom, int(start), int(end)) == (row["chrom"], row["start"] - 1, row["end"])
        assert abs(int(score) - 1_000 * (row["frequency"] or 0)) <= 0.5
        assert (colour == rgb(row["direction"])) == (row["frequency"] is not None)
    what = ["CHROM", "POS", "END", "ID", "ALT", "SVTYPE", "SVLEN", "SN", "SC", "AC", "AN"]
    what += [f"{name}_{group}" for group in groups for name in ("SC", "SN")]
    line = "\\t".join(f"%{name}" for name in what) + "\\n"
    lines = tool(fetch("sites.vcf", address), tmp_path, "vcf", "bcftools", "query", "-f", line)
    by_hand = [
        (
            row["chrom"], row["start"] - 1, row["end"], row["site"], *VARIANT[row["direction"]],
            row["length"] * (-1 if row["direction"] == "loss" else 1), row["samples"], row["carriers"],
            row["allele_count"], row["allele_number"],
            *(row[f"{name}_{group}"] for group in groups for name in ("carriers", "samples")),
        )
        for row in expected
    ]  # fmt: skip
    assert normal([tuple(row) for row in lines]) == normal(by_hand)
    shares = "\\t".join(f"%SC{of} %SN{of} %SF{of}" for of in ("", *(f"_{group}" for group in groups))) + "\\n"
    for row in tool(fetch("sites.vcf", address), tmp_path, "vcf", "bcftools", "query", "-f", shares):
        for carriers, samples, share in (cell.split(" ") for cell in row):
            assert share == "." or float(share) == pytest.approx(
                int(carriers) / int(samples), rel=1e-5
            )  # bcftools writes six digits
            assert (share == ".") == (carriers == "." or samples == "0" or row[0].endswith("."))
    for row in lines:
        told_of = dict(zip(what, row, strict=True))
        if told_of["SC"] == ".":
            continue
        for name in ("SC", "SN"):
            assert int(told_of[name]) == sum(int(told_of[f"{name}_{group}"]) for group in groups)
        assert told_of["AC"] == "." or int(told_of["SC"]) <= int(told_of["AC"]) <= 2 * int(told_of["SC"])
    assert tool(fetch("sites.vcf", address), tmp_path, "vcf", "bcftools", "query", "-l") == []


VARIANT = {"loss": ("<DEL>", "DEL"), "gain": ("<DUP>", "DUP")}


def test_a_site_alone_is_the_row_of_the_region_r9(fetch: Fetch) -> None:
    _, rows = tabular("csv", fetch("sites.csv", {"region": "chr22"}))
    one = max(rows, key=lambda row: int(row["carriers"]))
    _, alone = tabular("csv", fetch("sites.csv", {"region": "chr22", "site": one["site"]}))
    assert alone == [one]
    _, carriers = tabular("csv", fetch("carriers.csv", {"region": "chr22", "site": one["site"]}))
    assert len({row["sample"] for row in carriers}) == int(one["carriers"])
    assert {row["site"] for row in carriers} == {one["site"]}


# Genes

GENE_PLACES = (
    {"region": "chr1:109000001-111000000"},
    {"region": "chr1:2500001-3000000"},
    {"region": "chr22:48400001-48900000"},
    {"region": "chr22:17000001-19500000", "filter": "all", "cohort": "all", "outliers": "include"},
    {"region": "chr22:38500001-40500000", "class": "loss", "overlap": "covers"},
    {"region": "chr8:39000001-40000000", "overlap": "any", "filter": "all", "population": "AFR,GBR"},
    {"region": "chr5:69500001-71200000", "min_bins": "2"},
    {"region": "chrX:1-4000000", "cohort": "all", "sex": "XY", "filter": "all"},
    {"gene": "GSTM1", "filter": "pass"},
)
GENE_COLUMNS = [
    *("symbol", "gene_id", "description", "biotype", "chrom", "start", "end", "length", "strand"),
    *("transcript_id", "transcript_name", "chosen_as", "coding_bases", "rule", "samples"),
    *("carriers_loss", "frequency_loss", "ci_low_loss", "ci_high_loss", "complete_losses", "partial_losses"),
    *("carriers_gain", "frequency_gain", "ci_low_gain", "ci_high_gain", "low_gains", "high_gains", "seen", "note"),
]


def expected_genes(cohort: Cohort, question: Question) -> list[dict[str, Any]]:
    """A row a gene that touches the place, each counted by the raw calls as if it were asked for alone."""
    address = {name: value for name, value in question.address.items() if name not in ("gene", "region")}
    samples = len(raw_calls.people(cohort.con, question))
    found = []
    for gene in cohort.rows(
        """SELECT symbol, g.gene_id, description, biotype, g.chrom::VARCHAR, g.start, g."end", g.strand, transcript_id, t.name,
            chosen_as, coding_bases
        FROM genes g LEFT JOIN transcripts t USING (transcript_id)
        WHERE g.chrom = $chrom::chrom AND g.start < $last AND g."end" > $first AND ($gene IS NULL OR symbol = $gene)""",
        chrom=question.chrom,
        first=question.start,
        last=question.end,
        gene=question.address.get("gene"),
    ):
        chrom, start, end, strand, transcript, _, _, coding = gene[4:]
        alone = Question({**address, "gene": gene[1]}, chrom, start, end, transcript, coding or 0)
        rule = {"exons": "exon"}.get(alone.rule, alone.rule)
        row = dict(
            zip(GENE_COLUMNS, [*gene[:5], start + 1, end, end - start, strand, *gene[8:], rule, samples], strict=False)
        )
        seen = not unseen(cohort, chrom, start, end)
        row["samples"] = samples if seen else None
        columns = "coding_start, coding_end" if coding else 'start, "end"'
        pieces = (
            cohort.rows(
                f"SELECT {columns} FROM exons WHERE transcript_id = $transcript AND {columns.partition(',')[0]} IS NOT NULL",
                transcript=transcript,
            )
            if transcript
            else [(start, end)]
        )
        silent = of_copies(cohort, chrom, pieces)
        for direction, classes in (("loss", ("complete-loss", "partial-loss")), ("gain", ("low-gain", "high-gain"))):
            kinds: dict[str, str] | None = None
            if seen and direction in alone.directions:
                kinds = raw_calls.classes(raw_calls.events(cohort.con, alone, direction), direction)
            row[f"carriers_{direction}"] = None if kinds is None else len(kinds)
            shares = [None] * 3 if kinds is None or silent else wilson(len(kinds), samples)
            row |= dict(
                zip((f"frequency_{direction}", f"ci_low_{direction}", f"ci_high_{direction}"), shares, strict=True)
            )
            for kind in classes:
                row[raw_calls.PARTS[kind]] = None if kinds is None else list(kinds.values()).count(kind)
        row["seen"] = None
        row["note"] = (
            (silent or limits(cohort, question)) if seen else "not assessable: the caller cannot see this place"
        )
        found.append({name: row[name] for name in GENE_COLUMNS})
    return found


def gene_row(row: dict[str, Any]) -> Row:
    """A row for comparison: shares by ten digits."""
    return tuple(
        f"{abs(float(value)):.10f}" if name.startswith(("frequency", "ci_")) and told(value) else told(value)
        for name, value in row.items()
    )


@pytest.fixture(scope="module")
def genes(cohort: Cohort) -> dict[str, list[dict[str, Any]]]:
    """The genes that are expected, by address: a second of counting each."""
    return {urlencode(address): expected_genes(cohort, cohort.question(address)) for address in GENE_PLACES}


@pytest.mark.parametrize("address", GENE_PLACES, ids=urlencode)
def test_genes_in_every_format_r5_r6_r7(
    genes: dict[str, list[dict[str, Any]]], fetch: Fetch, tmp_path: Path, address: dict[str, str]
) -> None:
    expected = genes[urlencode(address)]
    assert expected
    for suffix in TABULAR:
        names, rows = tabular(suffix, fetch(f"genes.{suffix}", address))
        assert names == GENE_COLUMNS
        assert Counter(map(gene_row, rows)) == Counter(map(gene_row, expected)), suffix
        assert [int(row["start"]) for row in rows] == sorted(int(row["start"]) for row in rows)
    got = Counter((*row[:4], row[5]) for row in bed(fetch("genes.bed", address), tmp_path))
    assert got == Counter(
        (row["chrom"], str(row["start"] - 1), str(row["end"]), row["symbol"], row["strand"] or ".") for row in expected
    )
    scores = {(row[3], int(row[1]) + 1): (int(row[4]), row[8]) for row in bed(fetch("genes.bed", address), tmp_path)}
    for row in expected:
        losses, gains = (row[f"carriers_{direction}"] or 0 for direction in ("loss", "gain"))
        score, colour = scores[row["symbol"], row["start"]]
        told_of = row["frequency_loss"] is not None or row["frequency_gain"] is not None
        assert abs(score - (1_000 * max(losses, gains) / (row["samples"] or 1) if told_of else 0)) <= 0.5
        assert (colour == rgb("loss")) == (losses > gains)
        assert (colour == rgb("gain")) == (gains >= losses and gains > 0)


def test_the_questions_about_genes_have_something_to_get_wrong(genes: dict[str, list[dict[str, Any]]]) -> None:
    rows = [row for of_address in genes.values() for row in of_address]
    assert {"coding", "any", "covers"} <= {row["rule"] for row in rows}
    assert sum(bool(row["carriers_loss"]) for row in rows) > 10
    assert any(row["carriers_gain"] for row in rows)
    assert any(row["note"].startswith("not assessable") for row in rows)
    assert any(row["note"].startswith("relatives") for row in rows)


@pytest.mark.parametrize("query", [{}, {"filter": "all", "cohort": "all"}, {"overlap": "any"}], ids=urlencode)
def test_a_gene_of_a_region_has_the_numbers_of_its_own_page_r6(fetch: Fetch, query: dict[str, str]) -> None:
    _, genes = tabular("csv", fetch("genes.csv", {"region": "chr1:1-40000000", **query}))
    carried = [row for row in genes if int(row["carriers_loss"]) + int(row["carriers_gain"])]
    assert len(carried) > 6
    for gene in carried[:12]:
        _, page = tabular("csv", fetch("frequencies.csv", {"gene": gene["gene_id"], **query}))
        for row in page:
            if row["grouped_by"] == "all":
                told_of = row["direction"]
                for name in ("carriers", "frequency", "ci_low", "ci_high"):
                    assert gene[f"{name}_{told_of}"] == row[name]
                assert gene["samples"] == row["samples"]


def test_tables_of_a_whole_chromosome_are_whole(fetch: Fetch, cohort: Cohort) -> None:
    ((sites,),) = cohort.rows(
        """SELECT count(DISTINCT site_id) FROM events JOIN samples USING (sample_id)
        WHERE chrom = 'chr1' AND site_id IS NOT NULL AND counted"""
    )
    ((genes,),) = cohort.rows("SELECT count(*) FROM genes WHERE chrom = 'chr1'")
    wide = {"region": "chr1", "filter": "all", "cohort": "all", "outliers": "include"}
    for suffix in TABULAR:
        assert len(read_back.rows(suffix, fetch(f"sites.{suffix}", wide))) == sites > 200
        assert len(read_back.rows(suffix, fetch(f"genes.{suffix}", wide))) == genes > 5_000
