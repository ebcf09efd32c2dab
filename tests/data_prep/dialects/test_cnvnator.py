"""CNVnator and CNVpytor: the first base, copy numbers by depth, a man's X, loss of heterozygosity."""

import pytest

from data_prep.calls import Skip
from tests.data_prep.dialects.outcome import brief, call, outcome
from tests.data_prep.dialects.texts import CALLERS, Caller

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
    ("alt", "values", "what"),
    [
        ("<DEL>", "1/1:0", ("complete-loss", 0)),
        ("<DEL>", "0/1:1", ("partial-loss", 1)),
        ("<DUP>", "0/1:3", ("low-gain", 3)),
        ("<DUP>", "./1:4", ("low-gain", 4)),
        ("<DUP>", "./1:7", ("high-gain", 7)),
        # in a file of several, the others have no genotype
        ("<DEL>", "./.:.", Skip.NO_GENOTYPE.value),
        ("<DUP>", ".:.", Skip.NO_GENOTYPE.value),
        ("<INV>", "0/1:.", Skip.NOT_CNV.value),
    ],
)
def test_events_by_genotype_and_number(caller: Caller, alt: str, values: str, what: object) -> None:
    """R2."""
    found = outcome(caller, event(caller, alt, values, 0.5 if alt == "<DEL>" else 1.5))
    assert brief(found) == what
    if isinstance(found, dict):
        assert (found["start"], found["end"], found["quality"], found["bins"]) == (5_000_000, 5_040_000, None, None)


@pytest.mark.parametrize(("number", "what"), [("3.0", ("low-gain", 3)), ("1.0", ("partial-loss", 1)), ("2.6", ("low-gain", 3))])  # fmt: skip
def test_copy_numbers_of_cnvpytor_are_decimals(number: str, what: tuple[object, ...]) -> None:
    """E12."""
    assert brief(call(PYTOR, event(PYTOR, "<DUP>" if what[0] != "partial-loss" else "<DEL>", f"0/1:{number}", 1.4))) == what  # fmt: skip


@pytest.mark.parametrize(
    ("alt", "rd", "what"),
    [
        ("<DEL>", 0.2499, ("complete-loss", 0)),
        ("<DEL>", 0.25, ("partial-loss", 1)),
        ("<DEL>", 0.7, ("partial-loss", 1)),
        ("<DUP>", 1.75, ("low-gain", 3)),
        ("<DUP>", 1.76, ("low-gain", 4)),
        ("<DUP>", 2.25, ("high-gain", 5)),
        ("<DUP>", 4.9, ("high-gain", 10)),
        ("<DUP>", "nan", ("gain", None)),
    ],
)
def test_cnvnator_without_numbers_goes_by_its_depth(alt: str, rd: object, what: tuple[object, ...]) -> None:
    """As its script does where it writes numbers."""
    assert brief(call(NATOR, event(NATOR, alt, "0/1", rd, form="GT"))) == what


@BOTH
@pytest.mark.parametrize(
    ("alt", "values", "sex", "what"),
    [
        # two alleles are written whatever the sex: of a man's X only the direction is known, and that nothing is left
        ("<DEL>", "1/1:0", "XY", ("complete-loss", 0)),
        ("<DEL>", "1/1:0.25", "XY", ("complete-loss", 0)),
        ("<DEL>", "0/1:1", "XY", ("loss", None)),
        ("<DUP>", "./1:4", "XY", ("gain", None)),
        ("<DUP>", "0/1:3", "XX", ("low-gain", 3)),
        ("<DEL>", "0/1:1", None, ("loss", None)),
    ],
)
def test_a_man_s_x_has_a_direction_and_no_number(caller: Caller, alt: str, values: str, sex: str | None, what: object) -> None:  # fmt: skip
    """R2: a wrong number is worse than none."""
    assert brief(outcome(caller, event(caller, alt, values, 0.4, "chrX"), sex)) == what


@pytest.mark.parametrize("values", ["./.:.", ".:.", "0/1:2"])
def test_loss_of_heterozygosity_is_its_own_class(values: str) -> None:
    """R2, E07."""
    assert call(PYTOR, event(PYTOR, "<LOH>", values, 1.0))["class"] == "loh"
