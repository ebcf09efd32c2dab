"""CNVnator and CNVpytor: the first base, copy numbers by depth, a man's X, loss of heterozygosity."""

import pytest

from data_prep.reading.calls import Skip
from tests.data_prep.reading.dialects.outcome import brief, call, outcome
from tests.data_prep.reading.dialects.texts import CALLERS, Caller

NATOR, PYTOR = CALLERS["cnvnator"], CALLERS["cnvpytor"]
BOTH = pytest.mark.parametrize("caller", [NATOR, PYTOR], ids=["CNVnator", "CNVpytor"])


def event(caller: Caller, alt: str, values: str, rd: object = 0.5, chrom: str = "chr1", **more: object) -> str:
    key = "natorRD" if caller is NATOR else "pytorRD"
    return caller.record(chrom, 5_000_000, 5_040_000, alt, values, f"IMPRECISE;SVLEN=40000;SVTYPE={alt[1:4]};{key}={rd}", **more)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "what", "ratio"),
    [
        ("1 50001 CNVpytor_del1 N <DEL> . PASS END=90000;IMPRECISE;SVLEN=40000;SVTYPE=DEL;pytorRD=0.661052;pytorP1=7.96863e-12;pytorQ0=0.408956;pytorCL=rd_mean_shift GT:CN 0/1:1", (50000, 90000), ("partial-loss", 1), 0.661052),
        # a call from the first base of a chromosome is written at POS 2
        ("1 2 CNVpytor_del0 N <DEL> . PASS END=10000;IMPRECISE;SVLEN=10000;SVTYPE=DEL;pytorRD=0;pytorCL=rd_mean_shift GT:CN 1/1:0", (0, 10000), ("complete-loss", 0), 0.0),
        ("1 2 x N <DEL> . PASS END=10000;SVLEN=9999;SVTYPE=DEL;pytorRD=0 GT:CN 1/1:0", (1, 10000), ("complete-loss", 0), 0.0),
    ],
)  # fmt: skip
def test_lines_of_cnvpytor(text: str, place: tuple[int, int], what: tuple[object, ...], ratio: float) -> None:
    """R1: POS is the first base."""
    found = call(PYTOR, "\t".join(text.split()))
    assert (found["start"], found["end"]) == place
    assert brief(found) == what
    assert found["copy_ratio"] == pytest.approx(ratio)


@BOTH
@pytest.mark.parametrize(
    ("alt", "values", "rd", "what"),
    [
        ("<DEL>", "1/1:0", 0.07, ("complete-loss", 0)),
        ("<DEL>", "0/1:1", 0.53, ("partial-loss", 1)),
        # CNVpytor to 1.2 writes no copy of a heterozygous deletion
        ("<DEL>", "0/1:0", 0.53, ("partial-loss", 1)),
        # both programs wrote the copies of one allele; newer CNVpytor those of both
        ("<DUP>", "0/1:2", 1.48, ("low-gain", 3)),
        ("<DUP>", "0/1:3", 1.48, ("low-gain", 3)),
        ("<DUP>", "1/1:2", 1.97, ("low-gain", 4)),
        ("<DUP>", "./1:4", 1.97, ("low-gain", 4)),
        ("<DUP>", "./1:3", 3.04, ("high-gain", 6)),
        ("<DUP>", "./1:3.04", 3.04, ("high-gain", 6)),
        ("<DUP>", "./1:6", 3.04, ("high-gain", 6)),
        # in a file of several, the others have no genotype
        ("<DEL>", "./.:.", 0.5, Skip.NO_GENOTYPE.value),
        ("<DUP>", ".:.", 1.5, Skip.NO_GENOTYPE.value),
        ("<INV>", "0/1:.", 1.0, Skip.NOT_CNV.value),
    ],
)
def test_copies_follow_from_the_depth_whatever_is_written(caller: Caller, alt: str, values: str, rd: float, what: object) -> None:  # fmt: skip
    """R2."""
    found = outcome(caller, event(caller, alt, values, rd))
    assert brief(found) == what
    if isinstance(found, dict):
        assert (found["start"], found["end"], found["quality"], found["bins"]) == (5_000_000, 5_040_000, None, None)


@BOTH
@pytest.mark.parametrize(
    ("alt", "rd", "number"),
    [
        ("<DEL>", 0, 0), ("<DEL>", 0.24, 0), ("<DEL>", 0.26, 1), ("<DEL>", 0.76, 1), ("<DEL>", 0.99, 1), ("<DEL>", 1.0, None), ("<DEL>", 1.01, None), ("<DEL>", 1.76, None),
        ("<DUP>", 0.26, None), ("<DUP>", 0.99, None), ("<DUP>", 1.0, None), ("<DUP>", 1.01, 3), ("<DUP>", 1.22, 3), ("<DUP>", 1.26, 3), ("<DUP>", 1.74, 3), ("<DUP>", 1.76, 4), ("<DUP>", 2.24, 4), ("<DUP>", 2.26, 5), ("<DUP>", 4.9, 10),
    ],
)  # fmt: skip
def test_the_copies_are_twice_the_depth_but_never_against_alt(caller: Caller, alt: str, rd: float, number: int | None) -> None:  # fmt: skip
    """R2: no record is lost, and a depth on the other side of 1 leaves the number open."""
    found = call(caller, event(caller, alt, "0/1:2", rd))
    assert found["direction"] == ("loss" if alt == "<DEL>" else "gain")
    assert found["copy_number"] == number
    assert found["copy_ratio"] == pytest.approx(rd)


@BOTH
@pytest.mark.parametrize(
    ("alt", "values", "what"),
    [
        ("<DEL>", "1/1:0", ("complete-loss", 0)),
        ("<DEL>", "0/1:0", ("partial-loss", 1)),
        ("<DUP>", "0/1:3", ("gain", None)),
        ("<DUP>", "./1:7", ("gain", None)),
    ],
)
def test_without_depth_the_genotype_of_a_deletion_tells_and_cn_never(caller: Caller, alt: str, values: str, what: object) -> None:  # fmt: skip
    """R2: CN is the number of one allele or of both, and no header names the version."""
    record = event(caller, alt, values).replace("natorRD=0.5", "natorQ0=0.5").replace("pytorRD=0.5", "pytorQ0=0.5")
    assert brief(call(caller, record)) == what


@BOTH
@pytest.mark.parametrize(
    ("alt", "rd", "sex", "what"),
    [
        # X and Y are normalised for themselves: 1 is a man's one copy and a woman's two
        ("<DEL>", 0.03, "XY", ("complete-loss", 0)),
        ("<DEL>", 0.62, "XY", ("complete-loss", 0)),
        ("<DUP>", 1.4, "XY", ("low-gain", 2)),
        ("<DUP>", 2.1, "XY", ("low-gain", 2)),
        ("<DUP>", 2.6, "XY", ("high-gain", 3)),
        ("<DUP>", 0.8, "XY", ("gain", None)),
        ("<DEL>", 0.51, "XX", ("partial-loss", 1)),
        ("<DUP>", 1.52, "XX", ("low-gain", 3)),
        ("<DEL>", 0.51, None, ("loss", None)),
        ("<DUP>", 2.1, None, ("gain", None)),
    ],
)
def test_x_outside_the_pseudo_autosomal_regions(caller: Caller, alt: str, rd: float, sex: str | None, what: object) -> None:  # fmt: skip
    """R2."""
    assert brief(outcome(caller, event(caller, alt, "0/1:2", rd, "chrX"), sex)) == what


@BOTH
@pytest.mark.parametrize(
    ("alt", "rd", "sex", "what"),
    [
        # a man has two copies there, which are a depth of 2 beside the one of his X: a duplication in name alone
        ("<DUP>", 1.96, "XY", Skip.EXPECTED.value),
        ("<DUP>", 2.97, "XY", ("low-gain", 3)),
        ("<DEL>", 0.98, "XY", ("partial-loss", 1)),
        ("<DUP>", 1.2, "XY", ("partial-loss", 1)),
        ("<DEL>", 0.04, "XY", ("complete-loss", 0)),
        ("<DUP>", 1.53, "XX", ("low-gain", 3)),
    ],
)
def test_pseudo_autosomal_regions_of_x(caller: Caller, alt: str, rd: float, sex: str, what: object) -> None:
    """R2."""
    key = "natorRD" if caller is NATOR else "pytorRD"
    record = caller.record("chrX", 400_000, 460_000, alt, "0/1:2", f"SVTYPE={alt[1:4]};{key}={rd}")
    assert brief(outcome(caller, record, sex)) == what


@pytest.mark.parametrize("values", ["./.:.", ".:.", "0/1:2"])
def test_loss_of_heterozygosity_is_its_own_class(values: str) -> None:
    """R2, E07."""
    assert call(PYTOR, event(PYTOR, "<LOH>", values, 1.0))["class"] == "loh"
