"""The whole way on the demonstration cohort: page, download and database against the VCFs read plainly.

Three ways of counting that share no code: `tests/oracle/plain.py` reads the VCFs with a loop, `tests/oracle/raw_calls.py` is SQL by
hand over the raw calls that joins events anew, and the dashboard counts by its store. They must agree to the last carrier.

All 3,202 are written and built as the commands do it, and their sites counted by the raw calls. What is read plainly, checked
and asked of page and downloads is seven populations of them, a third, in a database of their own.
"""

import csv
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import httpx
import polars as pl
import pytest

from dashboard.downloads.catalogue import TABLES
from dashboard.question.filters import Cohort as CohortFilter
from dashboard.question.filters import Filters, Outliers, Overlap, Sex
from dashboard.question.target import Pieces, Target
from dashboard.store.carriers.frequencies import frequencies
from dashboard.store.published import Store
from dashboard.store.sites import sites_at
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.served import served
from tests.oracle import plain, raw_calls, read_back
from tests.oracle.raw_calls import Question
from tests.shared_cohorts import whole_demonstration

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.cohort

CLASSES = ("complete", "partial", "low", "high")
COLUMNS = ("complete_losses", "partial_losses", "low_gains", "high_gains")


@dataclass(frozen=True)
class Cohort:
    """The files of the demonstration, and a database of all or some of them."""

    folder: Path
    database: Path


def run(*command: str) -> None:
    """Runs the program as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "data_prep", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """All 3,202 people."""
    folder = whole_demonstration(tmp_path_factory)
    database = tmp_path_factory.mktemp("demonstration") / "cnv.duckdb"
    run("build", "--vcf", str(folder / "vcf"), "--samples", str(folder / "samples.tsv"), "--out", str(database))
    return Cohort(folder, database)


POPULATIONS = ("ASW", "CEU", "CHS", "PJL", "PUR", "TSI", "YRI")
"""Whose files are read plainly, which takes 30 ms a file: a population or two of each super-population, most of them with trios."""


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, plain.Sample]) -> Cohort:
    """The people of these populations, whose database every invariant holds of."""
    folder = whole_demonstration(tmp_path_factory)
    part = tmp_path_factory.mktemp("populations")
    (part / "vcf").mkdir()
    for name in samples:
        (part / "vcf" / f"{name}.cnv.vcf.gz").symlink_to(folder / "vcf" / f"{name}.cnv.vcf.gz")
    database = part / "cnv.duckdb"
    run("build", "--vcf", str(part / "vcf"), "--samples", str(folder / "samples.tsv"), "--out", str(database))
    run("check", str(database))
    return Cohort(folder, database)


@dataclass(frozen=True)
class Locus:
    """A place where a deletion has a published frequency, 0-based half-open."""

    name: str
    chrom: str
    start: int
    end: int


@pytest.fixture(scope="session")
def loci() -> list[Locus]:
    with (ROOT / "data_prep" / "simulate" / "catalogue" / "places.tsv").open() as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["frequency"] == "published"]
    return [
        Locus(row["name"] or row["chrom"] + ":" + row["start"], row["chrom"], int(row["start"]), int(row["end"]))
        for row in rows
    ]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, plain.Sample]:
    """The people of the populations that are read plainly."""
    everybody = plain.read_samples(whole_demonstration(tmp_path_factory) / "samples.tsv")
    return {name: sample for name, sample in everybody.items() if sample.population in POPULATIONS}


@pytest.fixture(scope="session")
def people(cohort: Cohort, loci: list[Locus], samples: dict[str, plain.Sample]) -> dict[str, plain.Person]:
    """Everybody of these populations, with the events near the published loci and those long enough to mark a chromosome."""
    near: dict[str, list[tuple[int, int]]] = {}
    for locus in loci:
        near.setdefault(locus.chrom, []).append((locus.start, locus.end))

    def keep(event: plain.Event) -> bool:
        return event.passing or any(event.start < end and event.end > start for start, end in near.get(event.chrom, ()))

    paths = [path for path in sorted((cohort.folder / "vcf").glob("*.vcf.gz")) if path.name.split(".")[0] in samples]
    assert len(paths) == len(samples)
    return plain.read_cohort(paths, samples, keep)


@pytest.fixture(scope="session")
def at_loci(people: dict[str, plain.Person], loci: list[Locus]) -> dict[Locus, dict[str, list[plain.Event]]]:
    """The events that touch each locus, by person."""
    found: dict[Locus, dict[str, list[plain.Event]]] = {locus: {} for locus in loci}
    on_chrom: dict[str, list[Locus]] = {}
    for locus in loci:
        on_chrom.setdefault(locus.chrom, []).append(locus)
    for name, person in people.items():
        for event in person.events:
            for locus in on_chrom.get(event.chrom, ()):
                if event.start < locus.end and event.end > locus.start:
                    found[locus].setdefault(name, []).append(event)
    return found


@pytest.fixture(scope="session")
def marked(cohort: Cohort, people: dict[str, plain.Person]) -> dict[str, set[str]]:
    """Marked chromosomes by sample, worked out anew from the events and the problem regions (R11)."""
    with duckdb.connect(str(cohort.database.resolve()), read_only=True) as con:
        regions = con.execute('SELECT chrom::VARCHAR, start, "end" FROM problem_regions').fetchall()
        sequenced = dict(con.execute("SELECT chrom::VARCHAR, sequenced FROM chromosomes").fetchall())
    found = {name: {mark.chrom for mark in plain.marks(person, regions, sequenced)} for name, person in people.items()}
    return {name: chroms for name, chroms in found.items() if chroms}


def test_marks_the_chromosomes_that_a_plain_reading_marks_r11(cohort: Cohort, marked: dict[str, set[str]]) -> None:
    with duckdb.connect(str(cohort.database.resolve()), read_only=True) as con:
        stored = con.execute(
            "SELECT DISTINCT sample, chrom::VARCHAR FROM marked_samples JOIN samples USING (sample_id)"
        ).fetchall()
    assert set(stored) == {(name, chrom) for name, chroms in marked.items() for chrom in chroms}
    assert len(stored) > 15, "a cohort of cell lines has some of them"


@pytest.mark.parametrize("level", list(Level))
def test_counts_the_published_loci_as_a_plain_reading_does_r6(
    cohort: Cohort,
    loci: list[Locus],
    people: dict[str, plain.Person],
    at_loci: dict[Locus, dict[str, list[plain.Event]]],
    samples: dict[str, plain.Sample],
    marked: dict[str, set[str]],
    level: Level,
) -> None:
    assert len(loci) > 150
    store = Store(cohort.database)
    touched = 0
    bare = {name: plain.Person(name, person.caller_sex) for name, person in people.items()}
    with store.lease() as generation:
        for number, locus in enumerate(loci):
            for name, person in bare.items():
                person.events = at_loci[locus].get(name, [])
            target = Target(Interval(locus.chrom, locus.start, locus.end), Pieces.NONE, ())
            text = "any" if number % 2 else "reciprocal:0.5"
            overlap = Overlap.parse(text)
            assert overlap is not None
            table = frequencies(generation, target, Filters(level=level, overlap=overlap, populations=POPULATIONS))
            got = {
                (row["group"], row["direction"]): [row["carriers"], row["samples"], *(row[c] for c in COLUMNS)]
                for row in table.filter(pl.col("level") == level.value).iter_rows(named=True)
            }
            place = plain.Place(locus.chrom, locus.start, locus.end)
            asked = plain.Filters(level=level.value, rule=text.split(":")[0])
            want = {}
            for direction in ("loss", "gain"):
                for group, n in plain.count(bare, samples, place, direction, asked, marked).items():
                    want[group, direction] = [n.carriers, n.samples, *(getattr(n, c) for c in CLASSES)]
            assert got == want, f"{locus} {text}"
            touched += want["all", "loss"][0]
    assert touched > 3_000


def test_only_missed_heterozygotes_part_the_called_from_the_true_r6(
    cohort: Cohort,
    loci: list[Locus],
    samples: dict[str, plain.Sample],
    at_loci: dict[Locus, dict[str, list[plain.Event]]],
) -> None:
    truth = pl.scan_csv(
        cohort.folder / "truth.tsv",
        separator="\t",
        schema_overrides={"called_start": pl.String, "called_end": pl.String},
    )
    deletions = (
        truth.filter(pl.col("kind") == "common-deletion")
        .select("sample", "chrom", "start", "end", "true_copy_number", "expected_copy_number", "called")
        .collect()
    )
    missed_at: dict[str, list[int]] = {"short": [0, 0], "long": [0, 0]}
    for locus in loci:
        here = deletions.filter(
            (pl.col("chrom") == locus.chrom) & (pl.col("start") < locus.end) & (pl.col("end") > locus.start)
        ).rows(named=True)
        called = {name for name, events in at_loci[locus].items() if any(e.direction == "loss" for e in events)}
        for row in here:
            if row["called"] == "yes" and row["sample"] in samples:
                assert row["sample"] in called, f"{locus}: {row}"
            elif row["called"] == "missed-heterozygote":
                assert 0 < row["true_copy_number"] < row["expected_copy_number"]
            heterozygous = row["true_copy_number"] == 1 and row["expected_copy_number"] == 2
            if heterozygous:
                size = (
                    "long"
                    if row["end"] - row["start"] >= 3000
                    else "short"
                    if row["end"] - row["start"] <= 2000
                    else ""
                )
                if size:
                    missed_at[size][row["called"] != "yes"] += 1
        homozygous = [row for row in here if row["true_copy_number"] == 0]
        reasons = {row["called"] for row in homozygous} - {"yes"}
        assert "missed-heterozygote" not in reasons
    found = {size: seen / (seen + missed) for size, (seen, missed) in missed_at.items()}
    assert found["short"] < 0.35 < 0.7 < found["long"], "8 of 53 are found at 1-2 kb, 71 of 82 at 3 kb and more"


@pytest.fixture(scope="session")
def raw(cohort: Cohort) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database with the raw calls joined anew."""
    with duckdb.connect(str(cohort.database.resolve()), read_only=True) as con:
        raw_calls.prepare(con)
        yield con


@pytest.fixture(scope="session")
def questions(raw: duckdb.DuckDBPyConnection) -> list[Question]:
    """40 genes and 20 regions, half of them often lost or gained, with filters drawn at random; 3 places of joined events."""
    draw = random.Random(20261124)
    return [
        *(_question(draw, place, GENE_RULES) for place in _genes(raw, draw)),
        *(_question(draw, place, REGION_RULES) for place in _regions(raw, draw)),
        *_joined(raw, draw),
    ]


GENE_RULES = ("", "", "", "any", "any", "covers", "fraction:0.5", "within", "reciprocal:0.5")
NARROWING = {
    "class": ["loss", "gain", "complete-loss", "partial-loss", "low-gain", "complete-loss,high-gain"],
    "population": ["AFR", "EUR,PUR,CHS"],
    "sex": ["XX", "XY"],
    "min_length": ["3000"],
    "max_length": ["100000"],
    "min_quality": ["20"],
    "min_bins": ["3"],
    "copy_number": ["0,1,3"],
}
REGION_RULES = ("", "", "", "covers", "fraction:0.5", "within", "reciprocal:0.5")


def _question(draw: random.Random, place: Question, rules: Sequence[str]) -> Question:
    """The place under random filters: of those that narrow two at most, since more of them leave nobody."""
    address = {
        "filter": draw.choice(["", "pass", "all", "all"]),
        "cohort": draw.choice(["", "all"]),
        "outliers": draw.choice(["", "", "include"]),
        "overlap": draw.choice(rules),
        **{name: draw.choice(NARROWING[name]) for name in draw.sample(list(NARROWING), draw.choice([0, 1, 1, 2]))},
    }
    return replace(place, address=place.address | {name: value for name, value in address.items() if value})


def _genes(con: duckdb.DuckDBPyConnection, draw: random.Random) -> Iterator[Question]:
    # by intervals, of which there are a seventh as many as events: a join by place costs by the pairs that it tries
    con.execute('CREATE TEMP TABLE intervals AS SELECT DISTINCT chrom, start, "end" FROM raw_events')
    hit = con.execute(
        """WITH hits AS (
               SELECT DISTINCT g.gene_id, i.chrom, i.start, i."end" FROM genes g JOIN exons x USING (transcript_id) JOIN intervals i
               ON i.chrom = x.chrom AND i.start < x.coding_end AND i."end" > x.coding_start)
           SELECT gene_id, count(DISTINCT sample_id) FROM hits JOIN raw_events USING (chrom, start, "end") GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    on_xy = con.execute(
        """SELECT DISTINCT g.gene_id FROM genes g JOIN intervals i ON i.chrom = g.chrom AND i.start < g."end" AND i."end" > g.start
           WHERE g.chrom IN ('chrX', 'chrY') ORDER BY 1"""
    ).fetchall()
    every = con.execute("SELECT gene_id FROM genes ORDER BY 1").fetchall()
    common, rare = [gene for gene, n in hit if n >= 30], [gene for gene, n in hit if 3 <= n < 30]
    chosen = [*draw.sample(common, 22), *draw.sample(rare, 8)]
    chosen += [gene for (gene,) in draw.sample(on_xy, 5) + draw.sample(every, 5)]
    for gene in chosen:
        chrom, start, end, transcript, coding_bases = con.execute(
            """SELECT g.chrom::VARCHAR, g.start, g."end", g.transcript_id, coalesce(t.coding_bases, 0)
               FROM genes g LEFT JOIN transcripts t USING (transcript_id) WHERE g.gene_id = ?""",
            [gene],
        ).fetchall()[0]
        yield Question({"gene": gene}, chrom, start, end, transcript, coding_bases)


def _regions(con: duckdb.DuckDBPyConnection, draw: random.Random) -> Iterator[Question]:
    """One chromosome; then about as long as an event there, 1 kb to 2 Mb over events, and anywhere at all."""
    lengths = dict(con.execute("SELECT chrom::VARCHAR, length FROM chromosomes ORDER BY chrom").fetchall())
    yield Question({"region": "chr21"}, "chr21", 0, lengths["chr21"])
    spans = [1_000, 5_000, 20_000, 100_000, 500_000, 2_000_000]
    events = con.execute('SELECT chrom::VARCHAR, start, "end" FROM raw_events WHERE credible ORDER BY ALL').fetchall()
    on_xy = [place for place in events if place[0] in ("chrX", "chrY")]
    for chrom, start, end in draw.sample(events, 7) + draw.sample(on_xy, 2):
        nudge = (end - start) // 4
        start, end = start + draw.randint(-nudge, nudge), end + draw.randint(-nudge, nudge)
        yield Question({"region": f"{chrom}:{start + 1}-{end}"}, chrom, start, end)
    for chrom, middle, _ in draw.sample(events, 5) + draw.sample(on_xy, 2):
        span = draw.choice(spans)
        start = min(max(0, middle - draw.randrange(span)), lengths[chrom] - span)
        yield Question({"region": f"{chrom}:{start + 1}-{start + span}"}, chrom, start, start + span)
    for chrom in draw.sample(sorted(lengths), 3):
        span = draw.choice(spans)
        start = draw.randrange(lengths[chrom] - span)
        yield Question({"region": f"{chrom}:{start + 1}-{start + span}"}, chrom, start, start + span)


def _joined(con: duckdb.DuckDBPyConnection, draw: random.Random) -> Iterator[Question]:
    """As long as events of several calls, at places where many people have one."""
    places = con.execute(
        """SELECT c.chrom::VARCHAR, e.start, e."end", count(*) FROM raw_events e
           JOIN (SELECT sample_id, chrom, direction, event FROM raw_calls GROUP BY ALL HAVING count(*) > 1) c
           USING (sample_id, chrom, direction, event) WHERE e.credible GROUP BY ALL HAVING count(*) >= 4 ORDER BY ALL"""
    ).fetchall()
    for chrom, start, end, _ in draw.sample(places, 3):
        yield Question({"region": f"{chrom}:{start + 1}-{end}"}, chrom, start, end)


@pytest.fixture(scope="session")
def server(cohort: Cohort) -> Iterator[str]:
    with served(cohort.database) as address:
        yield address


class _Table(HTMLParser):
    """The cells of the tables in a piece of HTML, by the table's classes."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.rows = self.tables.setdefault(dict(attrs).get("class") or "", [])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data


SUPERPOPULATIONS = ("AFR", "AMR", "EAS", "EUR", "SAS")


# The groups beside everyone that the page shows, by its way of grouping.
GROUPS: Final = {"": ("superpopulation",), "populations": ("population",), "sex": ("sex",)}


def _page_counts(app: "AppTest", direction: str) -> dict[str, tuple[int, int, int, int]] | None:
    """Of every group in the page's tables of a direction: people, carriers, and the carriers' two classes.

    Where X has a row for XX and one for XY (R5), a group's are added up, and those of everyone stand for the sexes too;
    tables without shares lack their two columns.
    """
    page = _Table()
    for piece in app.get("html"):
        page.feed(piece.proto.body)
    found: dict[str, tuple[int, int, int, int]] = {}
    for name, lines in page.tables.items():
        if f"cnv-frequencies-{direction}" in name or f"cnv-populations-{direction}" in name:
            classes = 4 if any("Frequency" in cell for cell in lines[0]) else 2
            for line in lines[1:]:
                cells = [cell for cell in line if cell]
                group, *clause = line[0].split()[:2]
                numbers = [cell.replace(",", "").replace("no call", "0") for cell in cells[1:]]
                counts = [int(numbers[place]) for place in (0, 1, classes, classes + 1)]
                apart = clause in (["XX"], ["XY"])
                if apart and group == "All":
                    people, carriers, one_class, other_class = counts
                    found[clause[0]] = people, carriers, one_class, other_class
                before = found.get(group, (0, 0, 0, 0)) if apart else (0, 0, 0, 0)
                first, second, third, fourth = (a + b for a, b in zip(before, counts, strict=True))
                found[group] = first, second, third, fourth
    return found or None


def _listed(server: str, question: Question) -> Counter[tuple[str, str, int, int]]:
    """The page's list of carriers, as it is scrolled: sample, direction, start, end, 0-based."""
    rows: list[list[Any]] = []
    total = 1
    while len(rows) < total:
        window = {"offset": str(len(rows)), "limit": "500"}
        part = httpx.get(f"{server}/rows/carriers", params=question.address | window, timeout=120)
        assert part.status_code == 200, part.text
        answer = part.json()
        total = answer["total"]
        rows += [row["cells"] for row in answer["rows"]]
        if not answer["rows"]:
            break
    assert len(rows) == total
    listed: Counter[tuple[str, str, int, int]] = Counter()
    for cells in rows:
        start, end = (int(number.replace(",", "")) for number in cells[5]["t"].split("-"))
        listed[cells[0]["t"], cells[3]["sign"], start - 1, end] += 1
    return listed


def test_page_downloads_and_raw_calls_agree_to_the_last_carrier(
    cohort: Cohort,
    raw: duckdb.DuckDBPyConnection,
    questions: list[Question],
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv("CNV_DATABASE", str(cohort.database))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    seen: Counter[str] = Counter()
    draw = random.Random(20261128)  # one way of grouping a question: a run of the page each
    assert len(questions) == 63
    with httpx.Client(base_url=f"{server}/download", timeout=120) as client:
        for number, question in enumerate(questions):
            # CSV each time, of the other formats one after the other: tests of downloads hold all of them against each other
            suffixes = {table: ("csv", _by_turns(table, number)) for table in ("carriers", "calls", "frequencies")}
            answers = {direction: raw_calls.answer(raw, question, direction) for direction in question.directions}
            events = Counter(
                (event.sample, direction, event.start, event.end)
                for direction, answer in answers.items()
                for event in answer.events
            )
            calls = Counter(
                (event.sample, direction, *call)
                for direction, answer in answers.items()
                for event in answer.events
                for call in event.calls
            )
            for table, expected in (("carriers", events), ("calls", calls)):
                for suffix in suffixes[table]:
                    content = _downloaded(client, f"{table}.{suffix}", question)
                    _compare(read_back.intervals(suffix, content), expected, question, f"{table}.{suffix}")
                    seen[f"{table}.{suffix}"] += sum(expected.values())
            assessable = True
            for suffix in suffixes["frequencies"]:
                lines = read_back.rows(suffix, _downloaded(client, f"frequencies.{suffix}", question))
                assessable = not any("not assessable" in (line["note"] or "") for line in lines)
                if assessable:
                    _compare_counts(lines, answers, f"{question} frequencies.{suffix}")
                    seen[f"frequencies.{suffix}"] += len(lines)
            app.query_params.clear()
            by = draw.choice(list(GROUPS))
            for name, value in (question.address | ({"by": by} if by else {})).items():
                app.query_params[name] = value
            app.switch_page("views/gene.py" if "gene" in question.address else "views/region.py").run()
            assert not app.exception, app.exception[0].value
            if ":" not in question.address.get("region", ":") and question.rule in ("any", "within"):
                # a whole chromosome has curves and sites, and no share of people "with any" (R7)
                assert not any(_page_counts(app, direction) for direction in question.directions)
                continue
            assert _listed(server, question) == events, f"{question}: the page's list of carriers"
            for direction, answer in answers.items():
                shown = _page_counts(app, direction)
                if not shown:
                    assert not answer.events or not assessable, f"{question}: no table of {direction}"
                    continue
                first, second = [name for kind, name in raw_calls.PARTS.items() if kind.endswith(direction)]
                # single populations that are chosen stand for themselves: the page sums them to no super-population
                chosen = [code for code in question.address.get("population", "").split(",") if code]
                single = set(chosen) - set(SUPERPOPULATIONS)
                kinds = {"all", *(("population",) if single and not by else GROUPS[by])}
                if shown.keys() & {"XX", "XY"}:  # on X they are apart in every table
                    kinds.add("sex")
                wanted = {
                    "All" if kind == "all" else group: (n["samples"], n["carriers"], n[first], n[second])
                    for (kind, group), n in answer.counts().items()
                    if kind in kinds
                }
                assert shown == wanted, f"{question}, {direction}, by {by}"
                seen["tables"] += 1
                seen[f"by {by}"] += 1
            seen["carriers"] += sum(len({event.sample for event in answer.events}) for answer in answers.values())
            seen["joined"] += sum(calls.values()) - sum(events.values())
            seen["answered"] += bool(events)
            if events:
                seen.update([question.rule, *question.address, question.address.get("filter", "credible")])
    # the questions are of use: many have carriers, and some of their events are joined from pieces
    assert seen["carriers"] > 2_000
    assert seen["answered"] > 25
    assert seen["joined"] > 20
    assert seen["tables"] > 25
    assert [by for by in GROUPS if seen[f"by {by}"] < 15] == []
    # every format had rows to get wrong, and so each rule, level and narrowing filter carriers
    files = {f"{table}.{suffix}" for table in ("carriers", "calls", "frequencies") for suffix in TABLES[table]}
    assert [one for one in files if seen[one] < 20] == []
    asked = {"coding", "any", *GENE_RULES[4:], "pass", "all", *NARROWING}
    assert asked <= set(seen), f"nobody carried under {asked - set(seen)}"


def _by_turns(table: str, number: int) -> str:
    """A format of the table that is not CSV, each in its turn."""
    others = [suffix for suffix in TABLES[table] if suffix != "csv"]
    return others[number % len(others)]


def _downloaded(client: httpx.Client, file: str, question: Question) -> bytes:
    answer = client.get(file, params=question.address)
    assert answer.status_code == 200, f"{question} {file}: {answer.text}"
    return answer.content


def _compare(
    found: Iterable[read_back.Interval],
    expected: Counter[tuple[str, str, int, int]],
    question: Question,
    file: str,
) -> None:
    """Every interval once; formats without a direction are compared without it."""
    found = list(found)
    assert {one.chrom for one in found} <= {question.chrom}, f"{question} {file}"
    told = all(one.direction for one in found)
    got = Counter((one.sample, one.direction if told else None, one.start, one.end) for one in found)
    wanted: Counter[tuple[str, str | None, int, int]] = Counter()
    for (sample, direction, start, end), times in expected.items():
        wanted[sample, direction if told else None, start, end] += times
    assert got == wanted, f"{question} {file}"


def _compare_counts(lines: Iterable[dict[str, Any]], answers: dict[str, raw_calls.Answer], what: str) -> None:
    got: dict[str, dict[tuple[str, str], dict[str, int]]] = {direction: {} for direction in answers}
    for line in lines:
        names = ("samples", "carriers", "pass_carriers", *raw_calls.PARTS.values())
        got[line["direction"]][line["grouped_by"], line["group"]] = {name: int(line[name]) for name in names}
    for direction, answer in answers.items():
        assert got[direction] == answer.counts(), f"{what}, {direction}"


SITE_CHROMS = ("chr22", "chrX")


@pytest.fixture(scope="session")
def raw_of_everybody(everybody: Cohort) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database of all people with the raw calls of these chromosomes joined anew."""
    with duckdb.connect(str(everybody.database.resolve()), read_only=True) as con:
        raw_calls.prepare(con, SITE_CHROMS)
        yield con


def test_a_sites_counts_add_up_to_its_carriers_in_every_group_r9(raw_of_everybody: duckdb.DuckDBPyConnection) -> None:
    """The raw calls joined anew find their site by their interval; its people are counted one by one."""
    for chrom in SITE_CHROMS:
        for level in ("all", "credible", "pass"):
            members = _members(raw_of_everybody, chrom, level)
            wanted: Counter[tuple[Any, ...]] = Counter(
                (site, *person, best[2]) for (site, _, *person), best in members.items()
            )
            stored = raw_of_everybody.execute(
                """SELECT c.site_id, c.population, c.sex::VARCHAR, c.unrelated, c.outlier, c.copy_number, sum(c.carriers)::INTEGER
                   FROM site_counts c JOIN sites s USING (site_id)
                   WHERE s.chrom = ?::chrom AND c.level = ?::filter_level GROUP BY ALL""",
                [chrom, level],
            ).fetchall()
            got = Counter({tuple(row[:-1]): row[-1] for row in stored})
            assert got == wanted, f"{chrom}, {level}"
            assert sum(got.values()) > 1_000


def _members(con: duckdb.DuckDBPyConnection, chrom: str, level: str) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """By site, sample, population, sex, cohort and outlier: the best event's bins, less its copies, and its copies (R9)."""
    found: dict[tuple[Any, ...], tuple[int, int, int]] = {}
    for *who, bins, copies in con.execute(
        f"""SELECT e.site_id, s.sample, s.population, s.sex::VARCHAR, s.unrelated,
                EXISTS (SELECT 1 FROM marked_samples m WHERE m.sample_id = s.sample_id AND m.chrom = r.chrom), r.bins, r.copies
            FROM raw_events r JOIN samples s USING (sample_id)
            JOIN events e ON e.sample_id = r.sample_id AND e.chrom = r.chrom AND e.direction = r.direction
              AND e.start = r.start AND e."end" = r."end"
            WHERE r.chrom = ?::chrom AND e.site_id IS NOT NULL AND s.counted {"" if level == "all" else f"AND r.{level}"}
              AND NOT (s.sex_mismatch AND r.chrom IN ('chrX', 'chrY'))""",
        [chrom],
    ).fetchall():
        # most bins; of as many the lower copy number
        found[tuple(who)] = max(found.get(tuple(who), (0, -99, 0)), (int(bins), -copies, copies))
    return found


@pytest.mark.parametrize("chrom", SITE_CHROMS)
@pytest.mark.parametrize(
    "asked",
    [
        Filters(),
        Filters(cohort=CohortFilter.ALL, level=Level.ALL, outliers=Outliers.INCLUDE),
        Filters(level=Level.PASS, sex=Sex.XX),
        Filters(populations=("AFR", "GBR"), cohort=CohortFilter.ALL),
    ],
    ids=lambda asked: str(asked.to_query()),
)
def test_the_pages_sites_have_the_carriers_of_the_raw_calls_r9(
    everybody: Cohort, raw_of_everybody: duckdb.DuckDBPyConnection, chrom: str, asked: Filters
) -> None:
    groups = dict(raw_of_everybody.execute("SELECT population, superpopulation FROM populations").fetchall())
    wanted: Counter[tuple[int, str]] = Counter()
    for site, _, population, sex, unrelated, outlier in _members(raw_of_everybody, chrom, asked.level.value):
        everyone, with_outliers = asked.cohort is CohortFilter.ALL, asked.outliers is Outliers.INCLUDE
        placed = not asked.populations or bool({population, groups[population]} & set(asked.populations))
        if (everyone or unrelated) and (with_outliers or not outlier) and placed and asked.sex in (None, sex):
            wanted.update([(site, "carriers"), (site, f"carriers_{groups[population]}")])
    length = raw_of_everybody.execute("SELECT length FROM chromosomes WHERE chrom = ?::chrom", [chrom]).fetchall()[0][0]
    store = Store(everybody.database)
    with store.lease() as generation:
        shown = sites_at(generation, Interval(chrom, 0, length), asked)
    got = Counter(
        {
            (row["site_id"], name): value
            for row in shown.iter_rows(named=True)
            for name, value in row.items()
            if name.startswith("carriers") and value
        }
    )
    store.close()
    assert got == wanted
    assert len(got) > 50
