"""The plain reading itself, by hand: what others are measured against must be right first."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle.plain import (
    LENGTHS,
    Call,
    Carrier,
    Event,
    Filters,
    Person,
    Place,
    Sample,
    carried,
    carriers,
    contradicts_sex,
    count,
    expected_copy_number,
    join,
    marks,
    read_cohort,
    read_record,
    read_text,
    shared_bases,
    states,
    steps,
    union,
)


def loss(start: int, end: int, cn: int = 1, bins: int = 5, chrom: str = "chr1", **more: object) -> Call:
    values: dict[str, object] = {
        "direction": "loss",
        "call_class": "complete-loss" if cn == 0 else "partial-loss",
        "expected": 2,
        "ratio": cn / 2,
        "quality": 40.0,
        "filters": "PASS",
        "genotype": "1/1" if cn == 0 else "0/1",
        "par_border": False,
        **more,
    }
    return Call(chrom=chrom, start=start, end=end, copy_number=cn, bins=bins, **values)  # type: ignore[arg-type]


def gain(start: int, end: int, cn: int = 3, **more: object) -> Call:
    name = "high-gain" if cn >= 5 else "low-gain"
    return loss(start, end, cn, direction="gain", call_class=name, genotype="./1", **more)


def person(*calls: Call, name: str = "P") -> Person:
    return Person(name, None, list(calls), join(calls))


REAL = "chr1\t2650427\tDRAGEN:LOSS:chr1:2650428-2651463\tN\t<DEL>\t48\tcnvLength\tSVTYPE=CNV;END=2651463;REFLEN=1036\tGT:SM:CN:BC:PE\t1/1:1.00369e-09:0:1:51,519"
ROW = "chr1\t817859\tDRAGEN:REF:chr1:817859-2649577\tN\t.\t94\tPASS\tEND=2649577;REFLEN=1831719\tGT:SM:CN:BC:PE\t./.:1.00865:2:1428:7,138"


def test_read_record_places_what_dragen_writes() -> None:
    """R1: the length is REFLEN, of events and reference rows."""
    call = read_record(REAL, "XY")
    assert isinstance(call, Call)
    assert (call.start, call.end, call.end - call.start) == (2_650_427, 2_651_463, 1_036)
    assert (call.call_class, call.ratio, call.quality, call.bins) == ("complete-loss", 1.00369e-09, 48, 1)
    row = read_record(ROW, "XY")
    assert not isinstance(row, (str, Call))
    assert row.end - row.start == 1_831_719


def test_read_text_counts_every_record() -> None:
    """R12."""
    text = f'##DRAGENCommandLine=<ID=dragen,CommandLineOptions="--sample-sex male --x">\n#CHROM\t1\t2\t3\t4\t5\t6\t7\t8\tS\n{REAL}\n{REAL}\n{ROW}\nchrM\t1\n'
    found = read_text(text)
    assert (found.sample, found.caller_sex, found.records) == ("S", "XY", 4)
    assert (len(found.calls), len(found.reference_rows), sum(found.skipped.values())) == (1, 1, 2)


def test_expected_copy_number_by_hand() -> None:
    """R2: PAR1 of X ends with base 2,781,479."""
    assert expected_copy_number("chrX", 2_781_478, 2_781_479, "XY") == 2
    assert expected_copy_number("chrX", 2_781_479, 2_781_480, "XY") == 1
    assert expected_copy_number("chrX", 9_999, 10_000, "XY") == 1
    assert expected_copy_number("chrX", 10_000, 10_001, "XY") == 2
    assert expected_copy_number("chrY", 10_000, 10_001, "XX") is None


def test_events_by_hand() -> None:
    """R3, R4: HG00096 at chr1:2,650,428: 1 bin of CN 0 and 1 bin of CN 1 are one event, short pieces a long one."""
    chain = join([loss(0, 4_000, 0, 1, filters="cnvLength"), loss(4_000, 12_000, 1, 1, filters="cnvLength")])
    assert [(e.start, e.end, e.copy_number, e.filters, e.credible, e.passing) for e in chain] == [
        (0, 12_000, 0, "PASS", True, True)
    ]
    assert len(join([loss(0, 4_000, 0, 3), loss(4_000, 9_000, 1, 3)])) == 2
    assert len(join([loss(0, 4_000), gain(4_000, 9_000)])) == 2


def test_unions_and_steps_by_hand() -> None:
    assert union([(5, 9), (0, 3), (3, 4), (8, 12)]) == [(0, 4), (5, 12)]
    assert shared_bases([(0, 4), (5, 12)], [(2, 6), (11, 20)]) == 2 + 1 + 1
    assert steps([(0, 10), (5, 15), (20, 30)]) == [(0, 5, 1), (5, 10, 2), (10, 15, 1), (20, 30, 1)]
    assert steps([(0, 10), (10, 20)]) == [(0, 20, 1)]
    nested = join([loss(0, 20_000), loss(8_000, 9_000, 0, filters="cnvBinSupportRatio")])
    assert states(nested, "loss") == [
        (0, 8_000, 1, True, True, True),
        (8_000, 9_000, 0, True, True, True),
        (9_000, 20_000, 1, True, True, True),
    ]
    assert states(nested, "gain") == []


GENE = Place(
    "chr1", 10_000, 20_000, coding=((12_000, 12_400), (15_000, 15_600)), exons=((11_000, 12_400), (15_000, 19_000))
)


@pytest.mark.parametrize(
    ("calls", "direction", "rules"),
    [
        # one base of the gene, no coding base
        ([loss(0, 10_001)], "loss", {"any"}),
        ([loss(0, 10_000)], "loss", set()),
        # one coding base
        ([loss(9_000, 12_001)], "loss", {"any", "touch"}),
        ([loss(9_000, 12_000)], "loss", {"any"}),
        # one coding base, of five bins: a tenth of the event is uncertain at either end
        ([loss(9_000, 12_334)], "loss", {"any", "touch", "coding"}),
        ([loss(9_000, 12_333)], "loss", {"any", "touch"}),
        # where calls abut an end is sure
        ([loss(9_000, 12_001), loss(12_001, 14_000, bins=1)], "loss", {"any", "touch", "coding"}),
        # all but 1 kb at either end
        ([loss(11_000, 19_000)], "loss", {"any", "coding", "covers", "fraction", "within", "reciprocal"}),
        ([loss(11_001, 19_000)], "loss", {"any", "coding", "fraction", "within", "reciprocal"}),
        # half of the gene, reaching out
        ([loss(0, 15_000)], "loss", {"any", "coding", "fraction"}),
        ([loss(0, 14_999)], "loss", {"any", "coding"}),
        # two events whose union does it, neither alone
        ([loss(9_000, 14_000), loss(14_001, 21_000)], "loss", {"any", "coding", "fraction", "reciprocal"}),
        ([loss(9_000, 14_100), loss(14_000, 21_000)], "loss", {"any", "coding", "fraction", "reciprocal", "covers"}),
        # a gain holds 750 of 1,000 coding bases
        ([gain(9_000, 15_350)], "gain", {"any", "coding", "fraction", "reciprocal"}),
        ([gain(9_000, 15_349)], "gain", {"any", "fraction", "reciprocal"}),
        # much larger than the gene
        ([loss(0, 90_000)], "loss", {"any", "coding", "covers", "fraction"}),
        ([loss(5_000, 25_000)], "loss", {"any", "coding", "covers", "fraction", "reciprocal"}),
        ([loss(5_000, 25_001)], "loss", {"any", "coding", "covers", "fraction"}),
        ([loss(12_000, 13_000, chrom="chr2")], "loss", set()),
        ([gain(12_000, 13_000)], "loss", set()),
    ],
)
def test_overlap_rules_by_hand(calls: list[Call], direction: str, rules: set[str]) -> None:
    """R7."""
    one = person(*calls)
    for rule in ("any", "covers", "fraction", "coding", "coding-touch", "within", "reciprocal"):
        filters = Filters(rule=rule, share=Fraction(1, 2), level="all")
        wanted = {"touch", "coding"} if rule == "coding-touch" else {rule}
        assert (carried(one, GENE, direction, filters) is not None) == bool(wanted & rules), rule
    if "coding" in rules and direction == "loss":
        # without coding sequence the exons stand for it
        assert carried(
            one, Place("chr1", 10_000, 20_000, exons=((0, 90_000),)), direction, Filters(rule="coding", level="all")
        )


def test_a_gene_without_coding_sequence_counts_its_exons_and_one_without_a_transcript_what_touches_it() -> None:
    """R7: 3,375 of 4,500 bases of exons; a gain's ends are not drawn in, nor is a loss where only a place is known."""
    gene = Place("chr1", 10_000, 20_000, exons=((11_000, 11_500), (15_000, 19_000)))
    rule = Filters(rule="coding", level="all")
    assert carried(person(gain(11_000, 17_875)), gene, "gain", rule)
    assert not carried(person(gain(11_000, 17_874)), gene, "gain", rule)
    placed = Place("chr1", 10_000, 20_000)
    assert carried(person(loss(0, 10_001)), placed, "loss", rule)
    assert carried(person(gain(19_999, 30_000)), placed, "gain", rule)
    assert not carried(person(loss(0, 10_000)), placed, "loss", rule)


def test_covers_forgives_1_kb_and_at_most_a_tenth() -> None:
    """R7."""
    rule = Filters(rule="covers", level="all")
    short, long = Place("chr1", 10_000, 15_000), Place("chr1", 10_000, 40_000)
    assert carried(person(loss(10_500, 14_500)), short, "loss", rule)
    assert not carried(person(loss(10_501, 14_500)), short, "loss", rule)
    assert not carried(person(loss(10_500, 14_499)), short, "loss", rule)
    assert carried(person(loss(11_000, 39_000)), long, "loss", rule)
    assert not carried(person(loss(11_001, 39_000)), long, "loss", rule)


def test_a_carrier_s_copy_number_is_that_of_the_calls_at_the_place() -> None:
    """R7: an event of no copy in an intron and one copy on the exon is no complete loss of the gene, and none of an exon
    joined to a part of more copies hides one."""
    rule = Filters(rule="coding", level="all")
    intron = person(loss(12_500, 14_800, 0, 2), loss(14_800, 17_800, 1, 2))
    assert [(e.copy_number, e.parts[0].copy_number) for e in intron.events] == [(0, 0)]
    assert carried(intron, GENE, "loss", rule)[:2] == ("partial-loss", 1)  # type: ignore[index]
    assert carried(intron, GENE, "loss", Filters(level="all"))[:2] == ("complete-loss", 0)  # type: ignore[index]
    exon = person(loss(12_500, 14_800, 1, 2), loss(14_800, 17_800, 0, 2))
    assert carried(exon, GENE, "loss", rule)[:2] == ("complete-loss", 0)  # type: ignore[index]
    # six copies of one bin are no six copies of a gene: the two calls hold 75 % together, the one does not
    parts = person(gain(11_900, 15_300, 3, bins=2), gain(15_300, 17_000, 6, bins=2))
    assert carried(parts, GENE, "gain", rule)[:2] == ("low-gain", 3)  # type: ignore[index]
    assert carried(parts, GENE, "gain", Filters(level="all"))[:2] == ("high-gain", 6)  # type: ignore[index]
    # the part of no copy is drawn in at the event's end and not at the joint
    edge = person(loss(12_300, 12_700, 0, 2), loss(12_700, 20_000, 1, 2))
    assert edge.events[0].inner_start == 12_300 + 7_700 // 8
    assert carried(edge, GENE, "loss", rule)[:2] == ("partial-loss", 1)  # type: ignore[index]
    # a call without a number is of no number: what the others do not reach alone has none
    unknown = person(
        loss(12_500, 14_800, 0, 9), loss(14_800, 17_800)._replace(bins=2, copy_number=None, call_class="loss")
    )
    assert carried(unknown, GENE, "loss", rule)[:2] == ("loss", None)  # type: ignore[index]
    # class and copy number are asked after the rule
    assert carried(intron, GENE, "loss", Filters(rule="coding", level="all", classes=("complete-loss",))) is None
    assert carried(intron, GENE, "loss", Filters(rule="coding", level="all", copy_numbers=(1,)))


def test_the_copy_number_of_a_carrier_is_the_lowest_or_the_highest() -> None:
    """R7: over the calls of events that pass and lie at the place; which class is asked for comes after."""
    calls = [
        loss(9_000, 12_000),
        loss(13_000, 14_000, 0),
        loss(90_000, 99_000, 0),
        gain(15_000, 16_000, 6),
        gain(17_000, 18_000, 3),
    ]
    assert carried(person(*calls), GENE, "loss", Filters())[:2] == ("complete-loss", 0)  # type: ignore[index]
    assert carried(person(*calls), GENE, "gain", Filters())[:2] == ("high-gain", 6)  # type: ignore[index]
    assert carried(person(*calls), GENE, "loss", Filters(classes=("partial-loss",))) is None
    within = Filters(rule="within")
    assert carried(person(*calls), GENE, "gain", within)[:2] == ("high-gain", 6)  # type: ignore[index]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(), True),
        (Filters(classes=("loss",)), True),
        (Filters(classes=("gain", "complete-loss")), False),
        (Filters(level="pass"), False),
        (Filters(level="all"), True),
        (Filters(min_length=5_000), True),
        (Filters(min_length=5_001), False),
        (Filters(max_length=5_000), True),
        (Filters(max_length=4_999), False),
        (Filters(min_quality=40), True),
        (Filters(min_quality=41), False),
        (Filters(min_bins=5), True),
        (Filters(min_bins=6), False),
        (Filters(copy_numbers=(0, 1)), True),
        (Filters(copy_numbers=(0,)), False),
    ],
)
def test_filters_by_hand(filters: Filters, kept: bool) -> None:
    """R4."""
    one = person(loss(11_000, 16_000, filters="cnvLength"))
    assert (carried(one, GENE, "loss", filters) is not None) == kept


SAMPLES = {
    name: Sample(name, group, population, sex, None, None, unrelated)
    for name, group, population, sex, unrelated in (
        ("A", "EUR", "GBR", "XX", True),
        ("B", "EUR", "FIN", "XY", True),
        ("C", "AFR", "YRI", "XY", True),
        ("D", "AFR", "YRI", "XX", False),
    )
}


def test_count_by_hand() -> None:
    """R5, R6: with or without a call, in the chosen cohort; a carrier counts once."""
    people = {
        "A": person(loss(10_000, 20_000, 0), loss(30_000, 40_000), name="A"),
        "B": person(loss(12_000, 12_500), loss(15_000, 15_500), name="B"),
        "C": person(name="C"),
        "D": person(loss(0, 90_000), name="D"),
        "E": person(gain(0, 90_000), name="E"),
    }
    table = count(people, SAMPLES, GENE, "loss")
    assert {group: (n.carriers, n.samples, n.complete, n.partial) for group, n in table.items()} == {
        "all": (2, 3, 1, 1),
        "EUR": (2, 2, 1, 1),
        "GBR": (1, 1, 1, 0),
        "FIN": (1, 1, 0, 1),
        "AFR": (0, 1, 0, 0),
        "YRI": (0, 1, 0, 0),
        "XX": (1, 1, 1, 0),
        "XY": (1, 2, 0, 1),
    }
    everyone = count(people, SAMPLES, GENE, "loss", Filters(cohort="all"))
    assert (everyone["all"].carriers, everyone["all"].samples, everyone["unknown"].samples) == (3, 5, 1)
    # marked people are left out of both, unless asked for, and on that chromosome only
    marked = {"A": {"chr1"}, "B": {"chr2"}}
    assert count(people, SAMPLES, GENE, "loss", None, marked)["all"].samples == 2
    assert count(people, SAMPLES, GENE, "loss", Filters(outliers=True), marked)["all"].samples == 3
    assert set(carriers(people, SAMPLES, GENE, "loss", None, marked)) == {"B"}
    assert count(people, SAMPLES, GENE, "loss", Filters(populations=("AFR", "FIN")))["all"].samples == 2
    assert count(people, SAMPLES, GENE, "loss", Filters(sex="XY"))["all"].samples == 2
    found = carriers(people, SAMPLES, GENE, "loss")["B"]
    assert isinstance(found, Carrier)
    assert [(event.start, event.end) for event in found.events] == [(12_000, 12_500), (15_000, 15_500)]


def test_people_on_x_and_y_by_hand() -> None:
    """R5, R2: men alone on Y; nobody on X and Y whose calls contradict the recorded sex."""
    people = {name: person(name=name) for name in "ABC"}
    assert count(people, SAMPLES, Place("chrY", 0, 9_000), "loss")["all"].samples == 2
    assert count(people, SAMPLES, Place("chrX", 0, 9_000), "loss")["all"].samples == 3
    people["A"].sex_signs = {"Y"}
    people["B"].caller_sex = "XX"
    people["C"].sex_signs = {"diploid X"}
    assert all(contradicts_sex(people[name], SAMPLES[name].sex) for name in "ABC")
    assert count(people, SAMPLES, Place("chrX", 0, 9_000), "loss") == {}
    assert count(people, SAMPLES, Place("chr1", 0, 9_000), "loss")["all"].samples == 3


def test_marks_by_hand() -> None:
    """R11: over 3 Mb, or over a tenth of the sequence, outside problem regions, at the copy ratio of a mixture of cells."""
    sequenced = {"chr1": 40_000_000}
    long = person(gain(0, 3_000_001, bins=2_000, ratio=1.3))
    assert [mark.reasons for mark in marks(long, [], sequenced)] == [{"one mixed"}]
    assert marks(person(gain(0, 3_000_001, bins=2_000, ratio=1.5)), [], sequenced) == []
    assert marks(person(gain(0, 3_000_000, bins=2_000, ratio=1.3)), [], sequenced) == []
    assert marks(long, [("chr1", 0, 1_600_000)], sequenced) == []
    assert marks(long, [("chr1", 0, 1_000_000), ("chr1", 500_000, 1_400_000)], sequenced) != []
    several = person(gain(0, 2_500_000, bins=2_000, ratio=1.3), gain(3_000_000, 4_500_001, bins=2_000, ratio=1.3))
    assert [(mark.reasons, mark.bases, mark.events) for mark in marks(several, [], sequenced)] == [
        ({"all mixed"}, 4_000_001, 2)
    ]
    assert marks(person(gain(0, 3_000_001, bins=1_500, ratio=1.3)), [], sequenced) == []
    whole = person(gain(0, 10_000_001, bins=9_000, ratio=1.5))
    assert [mark.reasons for mark in marks(whole, [], sequenced)] == [{"10 Mb"}]
    rest = [("chr1", 20_000_000, LENGTHS["chr1"])]
    assert [mark.reasons for mark in marks(whole, rest, sequenced)] == [{"10 Mb", "half"}]


def test_read_cohort_keeps_what_tells_the_sex_when_calls_are_dropped(tmp_path: Path) -> None:
    header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n"
    whole = REAL.split("\t")
    whole[0], whole[1], whole[7], whole[9] = "chrY", "12200000", "SVTYPE=CNV;END=21000000", "1:1.9:2:900:51,519"
    (tmp_path / "A.vcf").write_text(header + "\t".join(whole) + "\n")
    people = read_cohort([tmp_path / "A.vcf"], SAMPLES, keep=lambda event: False)
    assert (people["A"].calls, people["A"].events) == ([], [])
    assert contradicts_sex(people["A"], "XX")


def test_an_event_knows_its_length() -> None:
    event = join([loss(5, 105)])[0]
    assert isinstance(event, Event)
    assert event.length == 100
