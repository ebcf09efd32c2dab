"""Genes by name, place and likeness; what a typed text finds."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboard.door.lookup import GeneMatch, NoMatch, Place, SeveralGenes, Unplaced, look_up
from dashboard.question.locus import Cytoband
from dashboard.question.target import Pieces
from dashboard.store.database import Generation
from dashboard.store.genes import band_interval, gene_target, genes_alike, genes_beginning, genes_inside, genes_named
from data_prep.domain.intervals import Interval
from tests.dashboard.demonstration import demonstration
from tests.dashboard.small_database import Contents, GeneRow, Transcript

Make = Callable[[Contents], Generation]


@pytest.fixture
def database(in_memory: Make) -> Generation:
    return in_memory(replace(demonstration(), people=[], events=[]))


@pytest.mark.parametrize("text", ["GSTM1", "gstm1", "ENSG00000134184", "ensg00000134184.7"])
def test_a_gene_is_found_by_symbol_in_any_case_or_by_id(database: Generation, text: str) -> None:
    outcome = look_up(database, text)
    assert isinstance(outcome, GeneMatch)
    assert (outcome.gene.symbol, outcome.gene.gene_id) == ("GSTM1", "ENSG00000134184")
    assert outcome.gene.interval == Interval("chr1", 109_687_814, 109_693_745)
    assert (outcome.gene.transcript_name, outcome.gene.chosen_as) == ("GSTM1-201", "MANE Select")


def test_a_name_with_odd_letters_is_found_all_the_same(database: Generation) -> None:
    outcome = look_up(database, "5_8S*rRNA")
    assert isinstance(outcome, GeneMatch)


def test_a_symbol_of_two_genes_asks_which(database: Generation) -> None:
    outcome = look_up(database, "TWIN")
    assert isinstance(outcome, SeveralGenes)
    assert [gene.interval.chrom for gene in outcome.genes] == ["chr2", "chr3"]
    assert [gene.name for gene in outcome.genes] == ["ENSG00000900004", "ENSG00000900005"]


def test_case_tells_two_symbols_apart(in_memory: Make) -> None:
    genes = [GeneRow("AbC", "chr1", 0, 10), GeneRow("ABC", "chr1", 20, 30)]
    database = in_memory(Contents(genes=genes))
    assert [gene.symbol for gene in genes_named(database, "ABC")] == ["ABC"]
    assert [gene.symbol for gene in genes_named(database, "abc")] == ["AbC", "ABC"]


def test_a_gene_off_the_primary_assembly_gives_its_reason_r5(database: Generation) -> None:
    outcome = look_up(database, "gstt1")
    assert isinstance(outcome, Unplaced)
    assert "alternate contig" in outcome.gene.reason


@pytest.mark.parametrize("typo", ["GSTM9", "GTSM1", "GSTMM1", "gsmt1"])
def test_a_slip_of_the_pen_is_offered_close_names_r1(database: Generation, typo: str) -> None:
    outcome = look_up(database, typo)
    assert isinstance(outcome, NoMatch)
    assert typo in outcome.sentence
    assert "GSTM1" in [gene.symbol for gene in outcome.alike]


def test_nothing_close_is_offered_for_noise(database: Generation) -> None:
    outcome = look_up(database, "QQQQQQQ")
    assert isinstance(outcome, NoMatch)
    assert outcome.alike == ()


@pytest.mark.parametrize(
    ("text", "interval", "genes"),
    [
        ("chr1:109,683,997-109,687,814", Interval("chr1", 109_683_996, 109_687_814), ["GSTM2"]),
        ("chr1:109,683,997-109,687,815", Interval("chr1", 109_683_996, 109_687_815), ["GSTM2", "GSTM1"]),
        ("chr1\t109683997\t109687814", Interval("chr1", 109_683_997, 109_687_814), []),
        ("1p13.3", Interval("chr1", 109_000_000, 111_200_000), ["GSTM2", "GSTM1"]),
    ],
)
def test_a_place_names_the_genes_that_touch_it_r1(
    database: Generation, text: str, interval: Interval, genes: list[str]
) -> None:
    outcome = look_up(database, text)
    assert isinstance(outcome, Place)
    assert outcome.interval == interval
    assert outcome.bed == ("\t" in text)
    assert [gene.symbol for gene in outcome.genes] == genes


def test_a_place_with_many_genes_says_that_there_are_more(in_memory: Make) -> None:
    database = in_memory(Contents(genes=[GeneRow(f"G{n}", "chr1", n, n + 1) for n in range(60)]))
    outcome = look_up(database, "chr1")
    assert isinstance(outcome, Place)
    assert (len(outcome.genes), outcome.more) == (50, True)
    assert len(genes_inside(database, Interval("chr1", 0, 5), 50)) == 5


@pytest.mark.parametrize(
    ("band", "interval"),
    [
        ("q11.21", Interval("chr22", 17_400_000, 21_700_000)),
        ("q11.2", Interval("chr22", 17_400_000, 23_100_000)),
        ("q11", Interval("chr22", 17_400_000, 23_100_000)),
        ("q", Interval("chr22", 17_400_000, 23_100_000)),
        ("q1", None),
        ("q11.3", None),
        ("p", None),
    ],
)
def test_a_band_holds_its_sub_bands_r1(database: Generation, band: str, interval: Interval | None) -> None:
    assert band_interval(database, Cytoband("chr22", band)) == interval


def test_an_unknown_band_is_told(database: Generation) -> None:
    outcome = look_up(database, "22q99")
    assert isinstance(outcome, NoMatch)
    assert "no band 22q99" in outcome.sentence


def test_suggestions_begin_with_what_was_typed_coding_genes_first(in_memory: Make) -> None:
    genes = [
        GeneRow("RHDX", "chr1", 0, 10, biotype="lncRNA"),
        GeneRow("RHDLONG", "chr1", 20, 30),
        GeneRow("rhd1", "chr1", 40, 50),
        GeneRow("ARHD", "chr1", 60, 70),
    ]
    database = in_memory(Contents(genes=genes))
    assert [gene.symbol for gene in genes_beginning(database, "rhd", 10)] == ["rhd1", "RHDLONG", "RHDX"]
    assert [gene.symbol for gene in genes_beginning(database, "rhd", 1)] == ["rhd1"]
    assert genes_beginning(database, "", 10) == ()
    assert genes_beginning(database, "%", 10) == ()
    assert len(genes_beginning(database, "ensg0000000000", 10)) == 4


def test_likeness_asks_for_a_name_of_some_length(database: Generation) -> None:
    assert genes_alike(database, "G", 5) == ()
    assert genes_alike(database, "G" * 41, 5) == ()


def test_the_coding_parts_of_the_transcript_count_r7(in_memory: Make) -> None:
    coding = GeneRow("A", "chr1", 0, 100, Transcript(((0, 20), (50, 100)), ((10, 20), (50, 60))))
    silent = GeneRow("B", "chr1", 200, 300, Transcript(((200, 210), (290, 300)), (None, None)))
    placed = GeneRow("C", "chr1", 400, 500)
    database = in_memory(Contents(genes=[coding, silent, placed]))
    targets = [gene_target(database, genes_named(database, name)[0]) for name in "ABC"]
    assert [target.kind for target in targets] == [Pieces.CODING, Pieces.EXONS, Pieces.NONE]
    assert [target.pieces for target in targets] == [((10, 20), (50, 60)), ((200, 210), (290, 300)), ()]
    assert (targets[0].bases, targets[0].least_gain, targets[1].least_gain) == (20, 15, 15)
