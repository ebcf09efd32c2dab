"""The table of genes: each counted as a plain reading of the rules counts it, in runs that are fetched as they are asked for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dashboard.question.filters import CODING, Cohort, Filters, Outliers, Overlap, Rule, Sex
from dashboard.question.target import region_target
from dashboard.store import callability as callability_module
from dashboard.store import gene_counts as module
from dashboard.store.callability import callabilities, callability
from dashboard.store.database import Generation
from dashboard.store.gene_counts import gene_counts
from dashboard.store.genes import genes_named
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import CallClass
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import Level
from tests.dashboard.demonstration import GENES, demonstration
from tests.dashboard.small_database import Contents, GeneRow
from tests.oracle.plain_counter import Question, count

Make = Callable[[Contents], Generation]
WHOLE = demonstration()
NAMES = {person.sample for person in WHOLE.people[:60]}
# the plain reading takes its time for each of them
CONTENTS = replace(WHOLE, people=WHOLE.people[:60], events=[event for event in WHOLE.events if event.sample in NAMES])

FILTERS = (
    Filters(),
    Filters(level=Level.ALL, cohort=Cohort.ALL, outliers=Outliers.INCLUDE),
    Filters(level=Level.PASS, populations=("AFR", "GBR"), overlap=Overlap(Rule.ANY)),
    Filters(overlap=Overlap(Rule.FRACTION, 5_000), cohort=Cohort.ALL, sex=Sex.XY),
    Filters(overlap=Overlap(Rule.COVERS), classes=(CallClass.LOSS,), min_bins=2),
    Filters(overlap=Overlap(Rule.WITHIN), level=Level.ALL, cohort=Cohort.ALL, max_length=1_000),
)
CLASSES = {
    "loss": {"complete_losses": "complete-loss", "partial_losses": "partial-loss"},
    "gain": {"low_gains": "low-gain", "high_gains": "high-gain"},
}


def rows(database: Generation, chrom: str, filters: Filters) -> dict[str, dict[str, Any]]:
    """The counted genes of a chromosome by id."""
    frames = gene_counts(database, Interval(chrom, 0, LENGTHS[chrom]), filters)
    return {row["gene_id"]: row for frame in frames for row in frame.iter_rows(named=True)}


def question(gene: GeneRow, filters: Filters) -> Question:
    rule = filters.overlap or CODING
    exons = gene.transcript.exons if gene.transcript else ()
    coding = [part for part in gene.transcript.coding if part] if gene.transcript else []
    return Question(
        chrom=gene.chrom,
        start=gene.start,
        end=gene.end,
        coding=frozenset(base for part in coding for base in range(*part)),
        exons=frozenset(base for part in exons for base in range(*part)),
        rule=rule.rule.value,
        level=filters.level.value,
        classes=tuple(name.value for name in filters.classes),
        everyone=filters.cohort is Cohort.ALL,
        outliers=filters.outliers is Outliers.INCLUDE,
        populations=filters.populations,
        sex=filters.sex.value if filters.sex else None,
        min_bins=filters.min_bins,
        max_length=filters.max_length,
    )


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: str(filters.to_query()))
def test_every_gene_is_counted_as_a_plain_reading_counts_it_r6_r7(in_memory: Make, filters: Filters) -> None:
    database = in_memory(CONTENTS)
    carriers = 0
    for gene in GENES:
        row = rows(database, gene.chrom, filters)[gene.gene_id]
        assert row["assessable"] == (gene.symbol != "SMN1")
        if gene.symbol == "ADAM3A":
            continue  # its events are sets of 156,000 bases for the plain reading; the others try the same rules
        for direction, classes in CLASSES.items():
            plain = count(CONTENTS.people, CONTENTS.events, direction, question(gene, filters))[("all", "all")]
            assert row["samples"] == (None if gene.symbol == "SMN1" else plain["samples"])
            names = [f"{name}_{direction}" for name in ("carriers", "frequency", "ci_low", "ci_high")]
            if gene.symbol == "SMN1" or direction not in {one.value for one in filters.directions}:
                assert {row[name] for name in (*names, *classes)} == {None}
                continue
            assert row[names[0]] == plain["carriers"], gene.symbol
            assert row[names[1]] == plain["carriers"] / plain["samples"]
            assert [row[name] for name in classes] == [plain.get(name, 0) for name in classes.values()]
            carriers += plain["carriers"]
    assert carriers


def test_the_rule_in_force_is_told_gene_by_gene_r7(in_memory: Make) -> None:
    database = in_memory(CONTENTS)
    told = {
        row["symbol"]: row["rule"] for chrom in ("chr1", "chr12") for row in rows(database, chrom, Filters()).values()
    }
    assert told == {"GSTM1": "coding", "GSTM2": "any", "LNC1": "exon"}
    covers = rows(database, "chr12", Filters(overlap=Overlap(Rule.COVERS)))
    assert [row["rule"] for row in covers.values()] == ["covers"]


def test_one_gene_alone_is_its_row_of_the_chromosome(in_memory: Make) -> None:
    database = in_memory(CONTENTS)
    (gene,) = genes_named(database, "GSTM1")
    (alone,) = gene_counts(database, gene.interval, Filters(), gene)
    assert alone.rows(named=True) == [rows(database, "chr1", Filters())[gene.gene_id]]


def test_runs_are_read_as_they_are_asked_for_and_change_no_number(
    in_memory: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    genes = [replace(gene, chrom="chr1") for gene in GENES if gene.symbol != "TWIN"]
    database = in_memory(replace(CONTENTS, genes=genes))
    whole = rows(database, "chr1", Filters())
    read: list[Interval] = []
    reading = module.read_events

    def seen(database: Generation, target: Any) -> Any:
        read.append(target.interval)
        return reading(database, target)

    monkeypatch.setattr(module, "read_events", seen)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    frames = gene_counts(database, Interval("chr1", 0, LENGTHS["chr1"]), Filters())
    first = next(frames)
    assert (first.height, len(read)) == (2, 1), "the first rows leave before the events of the others are read"
    rest = [first, *frames]
    assert len(read) == len(rest) == -(-len(genes) // 2)
    assert {row["gene_id"]: row for frame in rest for row in frame.iter_rows(named=True)} == whole


def test_many_places_are_assessed_as_each_alone_r5(in_memory: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """In runs of neighbours, whatever the order that they are asked in."""
    monkeypatch.setattr(callability_module, "PLACES_AT_ONCE", 4)
    names = [person.sample for person in CONTENTS.people]
    seen = {
        name: [("chr1", 0, 1_000)] * (at % 10 > 0)
        + [("chr1", 1_000, 3_000)] * (at % 2)
        + [("chr1", 5_000, 9_000)] * (at % 3)
        for at, name in enumerate(names)
    }
    seen = {name: [*dict.fromkeys(places), ("chr2", 0, 9)] for name, places in seen.items()}
    blind = [("chr1", 2_000, 2_600, "one"), ("chr1", 2_500, 4_000, "another")]
    problems = [("gap", "chr1", 8_000, 8_500, "gap"), ("immune-locus", "chr1", 500, 2_500, "care")]
    borders = [0, 900, 1_500, 2_100, 2_700, 3_600, 5_000, 6_000, 8_200, 10_000]
    places = [Interval("chr1", first, last) for first in borders[::-1] for last in borders if first < last]
    for known in (seen, {}):
        database = in_memory(replace(CONTENTS, seen=known, blind=blind, problems=problems))
        alone = [callability(database, region_target(place), Filters()) for place in places]
        assert callabilities(database, [region_target(place) for place in places], Filters()) == alone
        assert {one.assessable for one in alone} == {True, False}
        assert bool(known) == any(one.partly_seen for one in alone)
    assert callabilities(database, [], Filters()) == []
