"""Who carries what at a place (R7), by two plain counts that share no code: of the files, and by SQL over stored calls.

The one joins, draws in and counts by a loop over the records, the other by SQL over the table of calls alone: what a build
stored of ends and numbers lets both say the same of every gene, rule, level and direction.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator

import duckdb
import pytest

from tests.data_prep.conftest import Cohort
from tests.oracle import plain, raw_calls

RULES = ("any", "covers", "fraction:0.5", "coding", "coding-touch", "within", "reciprocal:0.5")


Gene = tuple[plain.Place, str, int]
"""A place with its transcript and coding bases."""


@pytest.fixture(scope="module")
def made(
    cohort_3_5_7b: Cohort, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Gene]]]:
    """A copy of the database with genes made up over common sites: exons at the ends of events and within them."""
    path = tmp_path_factory.mktemp("made") / "cnv.duckdb"
    shutil.copy(cohort_3_5_7b.database.path.resolve(), path)
    query = """SELECT chrom::VARCHAR, start, "end" FROM sites WHERE chrom NOT IN ('chrX', 'chrY') AND start > 20000
        QUALIFY row_number() OVER (PARTITION BY direction, multi_allelic ORDER BY carriers DESC, site_id) <= 5"""
    genes: list[Gene] = []
    with duckdb.connect(str(path)) as con:
        for number, (chrom, start, end) in enumerate(con.execute(query).fetchall()):
            quarter, name = (end - start) // 4, f"MADE{number}"
            beyond = 1_500 if number % 2 else 90
            exons = [
                (start - beyond, start + 160 + 20 * number),
                (start + quarter + 300, end - quarter + 300),
                (end - 150, end + beyond),
            ]
            coding = [(a + 60, b - 40) for a, b in exons] if number % 4 else []
            for rank, (a, b) in enumerate(exons):
                part = coding[rank] if coding else (None, None)
                con.execute(
                    "INSERT INTO exons VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [name, name, rank + 1, chrom, a, b, *part]
                )
            place = plain.Place(chrom, start - beyond, end + beyond, coding, exons)
            genes.append((place, name, sum(b - a for a, b in coding)))
        raw_calls.prepare(con)
        yield con, genes


def marked(cohort: Cohort) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    query = "SELECT sample, chrom::VARCHAR FROM marked_samples JOIN samples USING (sample_id)"
    for sample, chrom in cohort.database.rows(query):
        found[sample].add(chrom)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_files_and_stored_calls_say_the_same_of_every_gene(
    rule: str, cohort_3_5_7b: Cohort, made: tuple[duckdb.DuckDBPyConnection, list[Gene]]
) -> None:
    seen: Counter[str] = Counter()
    marks = marked(cohort_3_5_7b)
    con, genes = made
    for place, transcript, bases in genes:
        for level in ("credible", "all"):
            for direction in ("loss", "gain"):
                filters = plain.Filters(level=level, rule=rule.partition(":")[0], cohort="all")
                theirs = {
                    name: (one.call_class, one.copy_number)
                    for name, one in plain.carriers(
                        cohort_3_5_7b.people, cohort_3_5_7b.samples, place, direction, filters, marks
                    ).items()
                }
                address = {"gene": "x", "overlap": rule, "filter": level, "cohort": "all", "class": direction}
                question = raw_calls.Question(address, place.chrom, place.start, place.end, transcript, bases)
                events = raw_calls.events(con, question, direction)
                classes = raw_calls.classes(events, direction)
                farthest = min if direction == "loss" else max
                mine = {
                    name: (kind, farthest(event.copies for event in events if event.sample == name))
                    for name, kind in classes.items()
                }
                assert mine == theirs, (place, level, direction)
                seen.update(kind for kind, _ in mine.values())
    losses = seen["complete-loss"], seen["partial-loss"]
    assert all(n > 20 for n in (*losses, seen["low-gain"] + seen["high-gain"])), seen
