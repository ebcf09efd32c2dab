"""DRAGEN's releases and flavours: 2.x without GT, 3.5.7b to 4.3, VCF 4.4, and cnv_sv files. Lines are of public documentation."""

import pytest

from data_prep.reading.calls import Skip
from tests.data_prep.dragen_text import header
from tests.data_prep.reading.dialects.outcome import brief, call, outcome, outcomes
from tests.data_prep.reading.dialects.texts import CALLERS, Caller

DRAGEN = Caller("dragen", tuple(line for line in header(None, None).splitlines() if "DRAGEN" in line), "GT:SM:CN:BC:PE")
NEW = CALLERS["dragen-4.4"]


def line(text: str) -> str:
    return "\t".join(text.split())


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("chr1 2650427 DRAGEN:LOSS:chr1:2650428-2651463 N <DEL> 48 cnvLength SVTYPE=CNV;END=2651463;REFLEN=1036 GT:SM:CN:BC:PE 1/1:1.00369e-09:0:1:51,519", ("chr1", 2650427, 2651463), ("complete-loss", 0)),
        ("chr1 16605061 DRAGEN:GAIN:chr1:16605062-16646293 N <DUP> 136 PASS SVTYPE=CNV;END=16646293;REFLEN=41232 GT:SM:CN:BC:PE ./1:3.3289:7:23:6,4", ("chr1", 16605061, 16646293), ("high-gain", 7)),
        ("chr1 2650427 DRAGEN:LOSS:chr1:2650428-2653075 N <DEL> 51 cnvLength SVLEN=-2648;SVTYPE=CNV;END=2653075;REFLEN=2648 GT:SM:CN:BC 1/1:0.058:0:2", ("chr1", 2650427, 2653075), ("complete-loss", 0)),
        ("chr1 3501568 DRAGEN:GAIN:chr1:3501569-3502568 N <DUP> 88 cnvLength SVLEN=1000;SVTYPE=CNV;END=3502568;REFLEN=1000 GT:SM:CN:BC ./1:3.18:6:1", ("chr1", 3501568, 3502568), ("high-gain", 6)),
        ("1 1283844 DRAGEN:LOSS:1:1283845-1284844 N <DEL> 20 cnvLength SVLEN=-1000;SVTYPE=CNV;END=1284844;REFLEN=1000 GT:SM:CN:BC:PE 0/1:0.321909:1:1:1,1", ("chr1", 1283844, 1284844), ("partial-loss", 1)),
        ("chr9 114000 DRAGEN:LOSS:chr9:114001-11495204 N <DEL> 104 PASS SVLEN=-11381204;SVTYPE=CNV;END=11495204;REFLEN=11381204 GT:SM:CN:BC:GC:CT:AC:PE 0/1:0.507353:1:10057:0.386923:0.499821:0.500456:0,18", ("chr9", 114000, 11495204), ("partial-loss", 1)),
        ("chr1 6667699 DRAGEN:CNLOH:chr1:6667700-6887749 N <DEL>,<DUP> 3 cnvQual;segmentMean SVLEN=-220050,220050;SVTYPE=CNV;END=6887749;REFLEN=220050 GT:SM:SD:MAF:BC:AS:PE 1/2:1.018696:702.9:0:20:1:4,0", ("chr1", 6667699, 6887749), ("loh", None)),
    ],
)  # fmt: skip
def test_records_of_3_5_to_4_3(text: str, place: tuple[object, ...], what: tuple[object, ...]) -> None:
    """R1, R2: one line of each release."""
    found = call(DRAGEN, line(text))
    assert (found["chrom"], found["start"], found["end"]) == place
    assert brief(found) == what


@pytest.mark.parametrize(
    ("chrom", "cn", "sex", "what"),
    [
        ("chr1", 1, None, ("partial-loss", 1)),
        ("chr1", 3, None, ("low-gain", 3)),
        ("chr1", 2, None, Skip.EXPECTED.value),
        ("chrX", 2, "XY", ("low-gain", 2)),
        ("chrX", 2, "XX", Skip.EXPECTED.value),
        ("chrX", 1, "XY", Skip.EXPECTED.value),
        ("chrX", 1, "XX", ("partial-loss", 1)),
        ("chrX", 4, None, ("gain", 4)),
    ],
)
def test_release_2_has_no_genotypes_and_goes_by_the_sex(chrom: str, cn: int, sex: str | None, what: object) -> None:
    """R2: without GT by sex and place."""
    alt = "<DEL>" if cn < 2 else "<DUP>"
    text = DRAGEN.record(chrom, 6_000_000, 6_020_000, alt, f"0.9:{cn}:12", "SVTYPE=CNV", form="SM:CN:BC")
    assert brief(outcome(DRAGEN, text, sex)) == what


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("3 47880199 DRAGEN:CNLOH:3:47880200:53573886 N <LOH> 100 PASS END=53573886;REFLEN=5693687 GT:SM:CN:BC:PE 1/1:1.0:2:5694:15,15", ("chr3", 47880199, 53573886), ("loh", 2)),
        ("6 57801513 DRAGEN:GAINLOH:6:57801514-57827028 N <LOH> 100 PASS END=57827028;REFLEN=25515 GT:SM:CN:BC:PE 1/1:1.5:3:25:15,15", ("chr6", 57801513, 57827028), ("low-gain", 3)),
        ("X 60000000 DRAGEN:GAIN:X:60000001:60100000 N <DUP> 100 PASS END=60100000;REFLEN=100000;HET GT:SM:CN:CNF:BC:PE 0/1:1.25:3:2.5:3106:15,15", ("chrX", 60000000, 60100000), ("low-gain", 3)),
        # SVLEN is positive and END may be missing; copy numbers may be decimals
        ("chr1 1000 . N <DEL> 40 PASS SVLEN=9000;REFLEN=9000;SVCLAIM=D GT:SM:CN:BC 0/1:0.5:1.0:9", ("chr1", 1000, 10000), ("partial-loss", 1)),
        ("chr1 1000 . N <DUP> 40 PASS SVLEN=9000;SVCLAIM=DJ GT:SM:CN:BC 0/1:2.0:4.0:9", ("chr1", 1000, 10000), ("low-gain", 4)),
        ("chr1 100 . T <CNV>,<CNV> 40 PASS END=130;SVLEN=30,30;CN=1,2 GT:CN 1/2:3", ("chr1", 100, 130), ("low-gain", 3)),
        ("chr1 100 . T <CNV> 40 PASS END=130;SVLEN=30 GT:CN .:3", ("chr1", 100, 130), ("low-gain", 3)),
        # no number: the ID of a LOH tells (R2: GAINLOH is a gain)
        ("chr6 1000 DRAGEN:GAINLOH:6:1001-9000 N <LOH> 100 PASS END=9000 GT:SM 1/1:1.5", ("chr6", 1000, 9000), ("gain", None)),
        ("chr6 1000 DRAGEN:CNLOH:6:1001-9000 N <LOH> 100 PASS END=9000 GT:SM 1/1:1.0", ("chr6", 1000, 9000), ("loh", None)),
    ],
)  # fmt: skip
def test_records_of_4_4(text: str, place: tuple[object, ...], what: tuple[object, ...]) -> None:
    """E08, E09, E12, R2."""
    found = call(NEW, line(text))
    assert (found["chrom"], found["start"], found["end"]) == place
    assert brief(found) == what


def test_reference_rows_of_4_4_start_at_their_first_base() -> None:
    """R1, E06."""
    text = line("chr1 817859 DRAGEN:REF:chr1:817859-2649577 N . 94 PASS END=2649577;REFLEN=1831719 GT:SM:CN:BC:PE 0/0:1.0:2.0:1428:7,138")  # fmt: skip
    assert outcome(NEW, text) == ("chr1", 817858, 2649577, 1428)


@pytest.mark.parametrize(
    ("info", "kept"),
    [
        ("SVCLAIM=D", True),
        ("SVCLAIM=DJ", True),
        ("SVCLAIM=J", False),
        ("", True),
        ("SVTYPE=DEL;SVCLAIM=DJ", True),
        ("SVTYPE=DEL", False),
    ],
)
@pytest.mark.parametrize("caller", [DRAGEN, NEW], ids=["VCF 4.2", "VCF 4.4"])
def test_cnv_sv_files_give_the_rows_that_depth_supports(caller: Caller, info: str, kept: bool) -> None:
    """E33: an event found by depth and by junctions stands there twice."""
    text = caller.record("chr1", 1000, 21000, "<DEL>", "0/1:0.5:1:18:3,4", info, quality=50)
    assert brief(outcome(caller, text)) == (("partial-loss", 1) if kept else Skip.NOT_CNV.value)


def test_cnv_sv_files_leave_out_junctions_of_every_notation() -> None:
    """Insertions, inversions, breakends, spelt-out deletions and repeats are left out, each with a reason."""
    junk = [
        ("<INS>", "SVTYPE=INS"),
        ("<INV>", "SVTYPE=INV;SVCLAIM=J"),
        ("N]chr2:321681]", "SVTYPE=BND;SVCLAIM=J"),
        ("N", "SVTYPE=DEL;SVLEN=-60"),
        ("<DUP:TANDEM>", "SVTYPE=DUP;SVCLAIM=J"),
        ("<CNV:TR>", "SVTYPE=CNV"),
    ]
    records = [NEW.record("chr1", 1000, 21000, alt, "0/1:0.5:.:18:3,4", info) for alt, info in junk]
    assert outcomes(NEW, records) == [Skip.NOT_CNV.value] * len(junk)
