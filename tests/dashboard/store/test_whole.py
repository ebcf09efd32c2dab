"""The whole cohort (R6, R7, R8, R10): each table against a plain count over people and events."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median, quantiles

import duckdb
import polars as pl
import pytest

from dashboard.question.filters import Cohort, Filters, Outliers
from dashboard.store.database import Generation
from dashboard.store.gene_counts import gene_counts
from dashboard.store.whole import (
    CARRIER_CLASSES,
    bin_grid,
    carried_by_group,
    carried_by_person,
    genes_lost_most,
    genome_bins,
    genome_bins_difference,
    pairwise_differences,
    person_among,
    population_table,
    spectrum,
    spectrum_by_class,
)
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.demonstration import GENES, demonstration
from tests.dashboard.small_database import PROVENANCE, fill, write_schema

CONTENTS = demonstration()
PEOPLE = {person.sample: person for person in CONTENTS.people}


@pytest.fixture(scope="module")
def database() -> Iterator[Generation]:
    root = duckdb.connect(":memory:")
    root.execute("ATTACH ':memory:' AS published; USE published")
    write_schema(root)
    fill(root, CONTENTS)
    yield Generation(Path("memory"), PROVENANCE, root)
    root.close()


def counts_here(sample: str, chrom: str, outliers: bool = False) -> bool:
    person = PEOPLE[sample]
    if not person.counted or (chrom in person.marked and not outliers):
        return False
    if chrom in ("chrX", "chrY") and person.sex_mismatch:
        return False
    return chrom != "chrY" or person.sex == "XY"


def plain_carried(level: str, outliers: bool) -> dict[str, Counter[str]]:
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for event in CONTENTS.events:
        name = event.call_class(PEOPLE[event.sample].sex)
        sensitive = event.credible if event.sensitive is None else event.sensitive
        meets = {"pass": event.passing, "credible": event.credible, "sensitive": sensitive, "all": True}[level]
        if (
            not meets
            or name.direction.value not in ("loss", "gain")
            or not counts_here(event.sample, event.chrom, outliers)
        ):
            continue
        for word in {name.direction.value, name.value.replace("-", "_")}:
            totals[event.sample][f"events_{word}"] += 1
            totals[event.sample][f"bases_{word}"] += event.end - event.start
    return totals


@pytest.mark.parametrize(
    "filters",
    [Filters(), Filters(level=Level.ALL, cohort=Cohort.ALL, outliers=Outliers.INCLUDE), Filters(level=Level.PASS, populations=("AFR",))],
    ids=lambda one: str(one.to_query()),
)  # fmt: skip
def test_what_people_carry(database: Generation, filters: Filters) -> None:
    """R5: event by event, over everybody of the group, who has none too."""
    expected = plain_carried(filters.level.value, filters.outliers is Outliers.INCLUDE)
    rows = carried_by_person(database, filters)
    group = [
        p.sample for p in CONTENTS.people
        if p.counted and (p.unrelated or filters.cohort is Cohort.ALL) and (not filters.populations or p.superpopulation in filters.populations)
    ]  # fmt: skip
    assert rows["sample"].to_list() == group
    for row in rows.iter_rows(named=True):
        for name in row.keys() - {"sample_id", "sample", "superpopulation", "population", "sex"}:
            assert row[name] == expected[row["sample"]][name]
    for grouped_by in ("superpopulation", "population"):
        for row in carried_by_group(database, filters, grouped_by).iter_rows(named=True):
            values = [
                expected[name][row["quantity"]] for name in group if getattr(PEOPLE[name], grouped_by) == row["group"]
            ]
            assert row["samples"] == len(values)
            assert (row["min"], row["median"], row["max"]) == (min(values), median(values), max(values))
            assert row["mean"] == pytest.approx(mean(values))
            if len(values) > 1:
                assert row["q25"] == pytest.approx(quantiles(values, n=4, method="inclusive")[0])


def test_a_person_among_the_population(database: Generation) -> None:
    expected = plain_carried("credible", outliers=False)
    person = next(p for p in CONTENTS.people if p.counted and p.unrelated)
    number = list(PEOPLE).index(person.sample)
    values = [expected[p.sample]["events_loss"] for p in CONTENTS.people if p.counted and p.unrelated and p.population == person.population]  # fmt: skip
    row = person_among(database, number, Filters()).filter(pl.col("quantity") == "events_loss").row(0, named=True)
    mine = expected[person.sample]["events_loss"]
    assert (row["value"], row["samples"], row["median"]) == (mine, len(values), median(values))
    assert row["below"] == pytest.approx(sum(value < mine for value in values) / len(values))


def test_the_spectrum(database: Generation) -> None:
    """R6: sites by carriers, one event a carrier and site as the table of counts has it."""
    rows = database._root.execute(
        """SELECT c.site_id, s.direction::VARCHAR, c.class::VARCHAR, p.superpopulation, c.carriers FROM site_counts c JOIN sites s USING (site_id)
           JOIN populations p USING (population) WHERE level = 'credible' AND unrelated AND NOT outlier"""
    ).fetchall()
    carriers: Counter[tuple[str, str, int]] = Counter()
    for site, direction, name, group, people in rows:
        for code in ("all", group):
            for word in {direction, name}:
                carriers[code, word, site] += people
    expected = Counter((code, word, people) for (code, word, _), people in carriers.items())
    table = spectrum(database)
    assert {
        (r["superpopulation"], r["class"], r["carriers"]): r["sites"] for r in table.iter_rows(named=True)
    } == expected
    binned = spectrum_by_class(database)
    for row in binned.iter_rows(named=True):
        ends = row["carriers_from"], row["carriers_to"] or 10**9
        inside = [n for (code, word, people), n in expected.items() if (code, word) == (row["superpopulation"], row["class"]) and ends[0] <= people <= ends[1]]  # fmt: skip
        assert row["sites"] == sum(inside)
        assert row["carriers_from"] in CARRIER_CLASSES
    assert binned["sites"].sum() == sum(expected.values())


def test_bins_of_the_whole_genome(database: Generation) -> None:
    """R8: every bin has a row, by direction; a bin without callable bases or people is a gap and no 0."""
    for group in ("all", "AFR"):
        table = genome_bins(database, group, size=100_000)
        per_direction = sum(-(-length // 100_000) for length in LENGTHS.values())
        assert table.height == 2 * per_direction
        people = {chrom: sum(counts_here(p.sample, chrom) and p.unrelated and group in ("all", p.superpopulation) for p in CONTENTS.people) for chrom in LENGTHS}  # fmt: skip
        assert dict(table.select("chrom", "samples").unique().iter_rows()) == people
        shut = [(c, s, e) for kind, c, s, e, _ in CONTENTS.problems if kind in ("gap", "telomere", "centromere")]
        for row in table.filter(pl.col("bases") > 0).iter_rows(named=True):
            held: Counter[str] = Counter()
            for event in CONTENTS.events:
                if (
                    event.chrom == row["chrom"] and event.credible and counts_here(event.sample, event.chrom) and PEOPLE[event.sample].unrelated
                    and group in ("all", PEOPLE[event.sample].superpopulation) and event.start < row["end"] and event.end > row["start"]
                    and event.call_class(PEOPLE[event.sample].sex).direction.value == row["direction"]
                ):  # fmt: skip
                    held[event.sample] += 1
            assert row["most"] <= len(held)
            assert row["maximum"] == pytest.approx(row["most"] / people[row["chrom"]])
            assert 0 < row["mean"] <= row["maximum"]
            callable_ = row["end"] - row["start"] - sum(max(0, min(e, row["end"]) - max(s, row["start"])) for c, s, e in shut if c == row["chrom"])  # fmt: skip
            assert row["callable"] == callable_
        gaps = table.filter(pl.col("mean").is_null())
        assert (gaps["callable"] == 0).all()
        assert gaps["bases"].sum() == 0
    stored = dict(database._root.execute("SELECT (chrom::VARCHAR || start::VARCHAR), any_value(callable) FROM bins WHERE size = 1000000 GROUP BY ALL").fetchall())  # fmt: skip
    grid = {f"{row['chrom']}{row['start']}": row["callable"] for row in bin_grid(database).iter_rows(named=True)}
    assert stored
    assert {key: grid[key] for key in stored} == stored


def test_the_difference_of_two_groups_has_its_sign(database: Generation) -> None:
    """R8: above 0 is more in the first."""
    one, other = genome_bins(database, "AFR"), genome_bins(database, "EUR")
    table = genome_bins_difference(database, "AFR", "EUR")
    assert table["difference"].to_list() == (one["mean"] - other["mean"]).to_list()
    assert (table["difference"] != 0).any()
    with pytest.raises(ValueError, match="stored at pass and credible"):
        genome_bins(database, level=Level.ALL)


def test_differences_stand_in_both_orders_and_populations_have_their_mean(database: Generation) -> None:
    """R10."""
    stored = {(a, b): fst for a, b, fst in database._root.execute("SELECT first, second, fst FROM population_differences WHERE grouped_by = 'population'").fetchall()}  # fmt: skip
    assert stored
    table = {(row["first"], row["second"]): row["fst"] for row in pairwise_differences(database).iter_rows(named=True)}
    assert table == stored | {(b, a): fst for (a, b), fst in stored.items()}
    for row in population_table(database).iter_rows(named=True):
        values = [fst for (a, _), fst in table.items() if a == row["population"] and fst is not None]
        assert row["mean_fst"] == (pytest.approx(mean(values)) if values else None)
        assert row["people"] == sum(p.counted and p.population == row["population"] for p in CONTENTS.people)


def test_genes_lost_most_are_counted_as_their_own_pages_count_them(database: Generation) -> None:
    """R7: carriers of a complete loss under the rule coding; no gene of which no share is told."""
    expected = {}
    for code in ("all", "AFR"):
        filters = Filters() if code == "all" else Filters(populations=(code,))
        for gene in GENES:
            (row,) = (r for f in gene_counts(database, Interval(gene.chrom, gene.start, gene.end), filters) for r in f.iter_rows(named=True) if r["gene_id"] == gene.gene_id)  # fmt: skip
            if row["assessable"] and row["complete_losses"]:
                expected[code, gene.symbol] = row["complete_losses"], row["samples"]
        rows = genes_lost_most(database, code, rows=100, coding_alone=False)
        assert {(code, row["symbol"]): (row["carriers"], row["samples"]) for row in rows.iter_rows(named=True)} == {key: value for key, value in expected.items() if key[0] == code}  # fmt: skip
        assert rows["frequency"].to_list() == sorted(rows["frequency"], reverse=True)
    assert len(expected) > 2
    assert set(genes_lost_most(database, rows=100)["biotype"]) == {"protein_coding"}
