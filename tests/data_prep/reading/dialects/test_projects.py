"""The joint sets of the 1000 Genomes Project, a sample at a time: phase 3 and the high-coverage set of GATK-SV."""

import pytest

from data_prep.reading.calls import Skip
from data_prep.reading.dialects import recognise
from data_prep.reading.vcf import parse_header
from tests.data_prep.in_memory import fates
from tests.data_prep.reading.dialects.outcome import brief, call, outcome
from tests.data_prep.reading.dialects.texts import CALLERS

PHASE3, GATK_SV = CALLERS["1000-genomes-phase-3"], CALLERS["gatk-sv"]
SITE = "1 713044 esv3584977;esv3584978 C <CN0>,<CN2> 100 PASS AC=3,206;AF=0.000599042,0.0411342;CS=DUP_gs;END=755966;SVTYPE=CNV;VT=SV GT"  # fmt: skip


@pytest.mark.parametrize(
    ("gt", "what"),
    [
        ("0|2", ("low-gain", 3)),
        ("2|2", ("low-gain", 4)),
        ("1|0", ("partial-loss", 1)),
        ("1|1", ("complete-loss", 0)),
        ("0|0", Skip.NOT_CARRIED.value),
        (".|.", Skip.NO_GENOTYPE.value),
        (".", Skip.NO_GENOTYPE.value),
        # as many copies as expected by a loss and a gain: no CNV (R2), and not lost: a reason of its own
        ("1|2", Skip.BALANCED.value),
        ("2|1", Skip.BALANCED.value),
        # half a genotype: direction without a number
        (".|1", ("loss", None)),
        ("2|.", ("gain", None)),
        # hemizygous
        ("1", ("complete-loss", 0)),
        ("2", ("low-gain", 2)),
        ("0", Skip.NOT_CARRIED.value),
        ("9|0", Skip.NOT_CARRIED.value),
    ],
)
def test_copies_of_phase_3_are_summed_over_haplotypes(gt: str, what: object) -> None:
    """E34: `<CN2>` is a duplication."""
    found = outcome(PHASE3, "\t".join([*SITE.split(), gt]))
    assert brief(found) == what
    if isinstance(found, dict):
        assert (found["chrom"], found["start"], found["end"]) == ("chr1", 713044, 755966)
        assert found["expected_copy_number"] == len(gt.split("|"))


@pytest.mark.parametrize(
    ("alt", "gt", "what"),
    [
        ("<CN2>", "0|1", ("low-gain", 3)),
        ("<CN0>", "0|1", ("partial-loss", 1)),
        ("<CN3>", "1|1", ("high-gain", 6)),
        ("<CN2>,<CN3>,<CN4>", "1|3", ("high-gain", 6)),
        ("<CN0>,<CN2>,<CN3>", "1|3", ("low-gain", 3)),
        ("<CN1>", "0|1", Skip.NOT_CARRIED.value),
        ("<INS:ME:ALU>", "0|1", Skip.NOT_CNV.value),
        ("<INV>", "1|1", Skip.NOT_CNV.value),
        # what a person carries decides; an inversion or an insertion has one copy, as the reference
        ("<CN0>,<INV>", "0|1", ("partial-loss", 1)),
        ("<CN0>,<INV>", "0|2", Skip.NOT_CNV.value),
        ("<CN0>,<INV>", "1|2", ("partial-loss", 1)),
        ("<CN0>,<INV>", "0|0", Skip.NOT_CARRIED.value),
        ("T", "0|1", Skip.NOT_CNV.value),
    ],
)
def test_alleles_of_phase_3(alt: str, gt: str, what: object) -> None:
    text = PHASE3.record("chr1", 5_000, 9_000, alt, gt, "SVTYPE=CNV;VT=SV", quality=100)
    assert brief(outcome(PHASE3, text, "XX")) == what


BASES = "GATTACAGGC" * 9


@pytest.mark.parametrize(
    ("ref", "alt", "svtype", "gt", "what"),
    [
        (BASES, "G", "DEL", "0|1", ("partial-loss", 1)),
        (BASES, "G", "DEL", "1|1", ("complete-loss", 0)),
        (BASES, "GTTT", "DEL", "1|0", ("partial-loss", 1)),
        (BASES[:30], "G", "DEL", "1|0", ("partial-loss", 1)),
        # deletions of mobile elements have names of their own
        (BASES, "G", "DEL_ALU", "1|1", ("complete-loss", 0)),
        (BASES, "G", "DEL_LINE1", "0|1", ("partial-loss", 1)),
        (BASES, "G", "DEL_SVA", "0|0", Skip.NOT_CARRIED.value),
        # several alleles, of both spellings
        (BASES, "G,<CN2>", "CNV", "0|1", ("partial-loss", 1)),
        (BASES, "G,<CN2>", "CNV", "0|2", ("low-gain", 3)),
        (BASES, "G,<CN2>", "CNV", "1|2", Skip.BALANCED.value),
        (BASES, "G,<CN0>", "DEL", "1|2", ("complete-loss", 0)),
        (BASES, "G,GATT", "DEL", "1|2", ("complete-loss", 0)),
        (BASES, "<CN0>,G", "DEL", "2|0", ("partial-loss", 1)),
        # small variants of the integrated files
        ("GAT", "G", "", "0|1", Skip.NOT_CNV.value),
        ("G", "T", "", "0|1", Skip.NOT_CNV.value),
        ("G", BASES, "INS", "0|1", Skip.NOT_CNV.value),
        (BASES, "G", "", "0|1", ("partial-loss", 1)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("with_end", [True, False])
def test_deletions_of_phase_3_in_letters(
    ref: str, alt: str, svtype: str, gt: str, what: object, with_end: bool
) -> None:
    """R1, R2: the bases after POS, to the end of REF; END says the same."""
    info = ";".join(part for part in (f"END={4_999 + len(ref)}" if with_end else "", f"SVTYPE={svtype}" if svtype else "", "VT=SV") if part)  # fmt: skip
    found = outcome(PHASE3, "\t".join(["1", "5000", "esv9", ref, alt, "100", "PASS", info, "GT", gt]), "XX")
    assert brief(found) == what
    if isinstance(found, dict):
        assert (found["start"], found["end"]) == (5_000, 4_999 + len(ref))


def test_a_man_s_x_in_phase_3_is_haploid() -> None:
    """R2: by the genotype, whoever says what of the sex."""
    text = PHASE3.record("chrX", 6_000_000, 6_050_000, "<CN2>", "1", "SVTYPE=DUP;VT=SV", quality=100)
    found = call(PHASE3, text)
    assert brief(found) == ("low-gain", 2)
    assert found["expected_copy_number"] == 1


def site(alt: str, values: str, svtype: str = "", chrom: str = "chr1", **more: object) -> str:
    info = f"SVTYPE={svtype or alt[1:4]};SVLEN=40000;ALGORITHMS=depth;EVIDENCE=RD"
    return GATK_SV.record(chrom, 5_000_000, 5_040_000, alt, values, info, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("alt", "values", "what"),
    [
        ("<DEL>", "0/1:99:1", ("partial-loss", 1)),
        ("<DEL>", "1/1:99:0", ("complete-loss", 0)),
        ("<DEL>", "0/0:99:2", Skip.NOT_CARRIED.value),
        ("<DEL:ME:ALU>", "0/1:99:2", ("partial-loss", 1)),
        ("<DUP>", "0/1:99:3", ("gain", None)),
        ("<DUP>", "0/0:99:2", Skip.NOT_CARRIED.value),
        ("<DUP>", "./.:99:2", Skip.NO_GENOTYPE.value),
        ("<INS:ME:SVA>", "0/1:99:2", Skip.NOT_CNV.value),
        ("<CPX>", "0/1:99:2", Skip.NOT_CNV.value),
        ("<BND>", "0/1:99:2", Skip.NOT_CNV.value),
        ("<INV>", "0/1:99:2", Skip.NOT_CNV.value),
    ],
)
def test_sites_of_the_high_coverage_set(alt: str, values: str, what: object) -> None:
    assert brief(outcome(GATK_SV, site(alt, values, quality=321))) == what


@pytest.mark.parametrize(
    ("alt", "values", "chrom", "sex", "what"),
    [
        ("<DUP>", "0/1:3:2", "chr1", None, ("low-gain", 3)),
        ("<DUP>", "1/1:5:2", "chr1", None, ("high-gain", 5)),
        ("<DUP>", "0/1:.:2", "chr1", None, ("gain", None)),
        ("<DEL>", "1/1:0:2", "chr1", None, ("complete-loss", 0)),
        ("<DEL>", "0/1:0:2", "chr1", None, ("complete-loss", 0)),
        ("<DEL>", "0/1:.:2", "chr1", None, ("partial-loss", 1)),
        ("<DEL>", "0/1:2:2", "chr1", None, Skip.EXPECTED.value),
        ("<DEL>", "./.:1:2", "chr1", None, ("partial-loss", 1)),
        ("<DEL>", "./.:.:2", "chr1", None, Skip.NO_GENOTYPE.value),
        ("<DEL>", "0/0:2:2", "chr1", None, Skip.NOT_CARRIED.value),
        ("<DUP>", "0/0:3:2", "chr1", None, ("low-gain", 3)),
        ("<DUP>", "0/0:1:1", "chrX", "XY", Skip.NOT_CARRIED.value),
        ("<DEL>", "0/0:1:.", "chrX", "XY", Skip.EXPECTED.value),
        # expected copies as they are stated, whatever the sample table says or leaves open
        ("<DEL>", "0/1:0:1", "chrX", None, ("complete-loss", 0)),
        ("<DUP>", "0/1:2:1", "chrX", None, ("low-gain", 2)),
        ("<DEL>", "0/1:1:1", "chrX", "XX", Skip.EXPECTED.value),
        ("<DUP>", "1:2:1", "chrY", "XY", ("low-gain", 2)),
        ("<DEL>", "0/1:1:.", "chrX", "XY", Skip.EXPECTED.value),
        ("<INV>", "0/1:1:2", "chr1", None, Skip.NOT_CNV.value),
    ],
)
def test_copies_and_expected_copies_are_those_that_are_stated(
    alt: str, values: str, chrom: str, sex: str | None, what: object
) -> None:
    """R2: FORMAT CN and ECN of deletions and duplications."""
    assert brief(outcome(GATK_SV, site(alt, values, chrom=chrom, form="GT:CN:ECN"), sex)) == what


def test_y_of_a_woman_is_unexpected_whatever_is_stated() -> None:
    """R2: GATK-SV states that none is expected."""
    found = outcome(GATK_SV, site("<DUP>", "0/1:1:0", chrom="chrY", form="GT:CN:ECN"), "XX")
    assert brief(found) == ("unexpected", 1)


def test_gatk_sv_is_known_without_a_line_of_evidence() -> None:
    """Files of later steps have ECN instead."""
    text = GATK_SV.header(drop="EVIDENCE")
    assert recognise(parse_header(text)).name == "gatk-sv"
    bare = GATK_SV.header(drop="EVIDENCE").replace("ID=ECN", "ID=XX")
    assert recognise(parse_header(bare)).name == "vcf"


def test_sites_of_both_sorts_stand_side_by_side_on_a_man_s_x() -> None:
    """R2: the number of a genotype for two copies does not hold there, that of CN does, in the same file."""
    lines = [
        site("<DEL>", "0/1:99:1", chrom="chrX"),
        site("<CNV>", "./.:2:99", "CNV", "chrX", form="GT:CN:CNQ", filters="MULTIALLELIC"),
    ]
    found = fates([GATK_SV.vcf(lines)], ["XY"]).calls.select("class", "copy_number").rows()
    assert sorted(found, key=str) == [("loss", None), ("low-gain", 2)]


@pytest.mark.parametrize(
    ("chrom", "cn", "sex", "what"),
    [
        ("chr1", 0, None, ("complete-loss", 0)),
        ("chr1", 1, None, ("partial-loss", 1)),
        ("chr1", 2, None, Skip.EXPECTED.value),
        ("chr1", 4, None, ("low-gain", 4)),
        ("chr1", 7, None, ("high-gain", 7)),
        ("chr1", ".", None, Skip.NO_GENOTYPE.value),
        ("chrX", 1, "XY", Skip.EXPECTED.value),
        ("chrX", 2, "XY", ("low-gain", 2)),
        ("chrX", 2, "XX", Skip.EXPECTED.value),
    ],
)
def test_multi_allelic_sites_go_by_copies(chrom: str, cn: object, sex: str | None, what: object) -> None:
    """They have no genotype; CN counts what is there, on a man's X too."""
    text = site("<CNV>", f"./.:{cn}:99", "CNV", chrom, form="GT:CN:CNQ", filters="MULTIALLELIC")
    assert brief(outcome(GATK_SV, text, sex)) == what
