"""GATK gCNV segments: both forms of GT, the first base, quality QS, and copy numbers against the sex."""

from pathlib import Path

import pytest

from data_prep.reading.calls import Skip
from tests.data_prep.built import build_here
from tests.data_prep.dragen_text import write_table
from tests.data_prep.reading.dialects.outcome import brief, call, outcome
from tests.data_prep.reading.dialects.texts import CALLERS

GCNV = CALLERS["gatk-gcnv"]


def segment(alt: str, gt: str, cn: object, chrom: str = "chr17", values: str = "", **more: object) -> str:
    """A segment of chr17:41251742-41258601, 1-based, as the tool's documentation has one."""
    start, end = 41251741, 41258601
    text = values or f"{gt}:{cn}:5:21:60:30:40"
    return GCNV.record(chrom, start, end, alt, text, record_id=f"CNV_{chrom}_{start + 1}_{end}", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("alt", "gt", "cn", "what"),
    [
        # older: GT is an index into both ALTs
        ("<DEL>,<DUP>", "0", 2, ("chr17", 41251741, 41258601, 5)),
        ("<DEL>,<DUP>", "1", 1, ("partial-loss", 1)),
        ("<DEL>,<DUP>", "1", 0, ("complete-loss", 0)),
        ("<DEL>,<DUP>", "2", 3, ("low-gain", 3)),
        ("<DEL>,<DUP>", "2", 5, ("high-gain", 5)),
        # newer: the one ALT, or none
        (".", "0", 2, ("chr17", 41251741, 41258601, 5)),
        ("<DEL>", "1", 1, ("partial-loss", 1)),
        ("<DUP>", "1", 3, ("low-gain", 3)),
        # by allele
        ("<DEL>", "0/1", 1, ("partial-loss", 1)),
        ("<DUP>", "0/1", 3, ("low-gain", 3)),
        ("<DUP>", "./1", 4, ("low-gain", 4)),
        ("<DEL>,<DUP>", "0/0", 2, ("chr17", 41251741, 41258601, 5)),
        # no number: GT and ALT tell
        ("<DEL>,<DUP>", "1", ".", ("loss", None)),
        ("<DEL>,<DUP>", "2", ".", ("gain", None)),
        ("<DUP>", "1", ".", ("gain", None)),
        ("<DEL>,<DUP>", ".", ".", Skip.NO_GENOTYPE.value),
        ("<DEL>,<DUP>", "7", ".", Skip.NO_DIRECTION.value),
        (".", "1", ".", Skip.NO_DIRECTION.value),
    ],
)  # fmt: skip
def test_segments_by_copy_number_and_by_both_forms_of_gt(alt: str, gt: str, cn: object, what: object) -> None:
    """R2, E35: a genotype of one number is an index and no haploid chromosome."""
    assert brief(outcome(GCNV, segment(alt, gt, cn))) == what


def test_a_segment_begins_at_its_pos() -> None:
    """R1, E35: the ID names the first base too."""
    found = call(GCNV, segment("<DEL>", "1", 1))
    assert (found["start"], found["end"], found["expected_copy_number"]) == (41251741, 41258601, 2)


def test_quality_is_qs_and_bins_are_np() -> None:
    """R4: QUAL is not written by older releases."""
    found = call(GCNV, segment("<DEL>", "1", 1, values="1:1:7:21:60:30:40", filters=".", quality="."))
    assert (found["quality"], found["bins"], found["copy_ratio"], found["filters"]) == (60, 7, None, ".")
    assert call(GCNV, segment("<DEL>", "1", 1, values="1:1:7:21:.:30:40", quality="46.35"))["quality"] == pytest.approx(46.35)  # fmt: skip


@pytest.mark.parametrize(
    ("gt", "alt", "cn", "sex", "what"),
    [
        ("1", "<DUP>", 2, "XY", ("low-gain", 2)),
        ("1", "<DEL>", 1, "XY", Skip.EXPECTED.value),
        ("1", "<DEL>", 1, "XX", ("partial-loss", 1)),
        ("1", "<DEL>", 0, "XY", ("complete-loss", 0)),
        # without its list of sex chromosomes GATK takes two copies of a man's X for the reference: the number holds
        ("0", ".", 2, "XY", ("low-gain", 2)),
        ("0", ".", 1, "XY", ("chrX", 41251741, 41258601, 5)),
        ("0", ".", 2, "XX", ("chrX", 41251741, 41258601, 5)),
        ("0", ".", 1, None, ("chrX", 41251741, 41258601, 5)),
    ],
)
def test_copies_on_x_are_held_against_the_sex(gt: str, alt: str, cn: int, sex: str | None, what: object) -> None:
    """R2, E02: the number first, the genotype second."""
    assert brief(outcome(GCNV, segment(alt, gt, cn, "chrX"), sex)) == what


@pytest.mark.parametrize(
    ("record_id", "pos", "what"),
    [
        ("CNV_chr4_70001_90000", 70_001, ("chr4", 70_000, 90_000, 800)),
        ("CNV_4_70001_90000", 70_001, ("chr4", 70_000, 90_000, 800)),
        # an ID of another place says nothing of this one
        ("CNV_chr4_70001_90000", 70_002, "no END, SVLEN or REFLEN"),
        (".", 70_001, "no END, SVLEN or REFLEN"),
    ],
)
def test_the_id_ends_a_reference_row_without_end(record_id: str, pos: int, what: object) -> None:
    """R1: GATK writes END only where there is an ALT."""
    text = f"chr4\t{pos}\t{record_id}\tN\t.\t.\t.\t.\tGT:CN:NP:QA:QS:QSE:QSS\t0/0:2:800:9:90:9:9"
    assert outcome(CALLERS["gatk-gcnv"], text) == what


@pytest.mark.parametrize("genotype", ["./.:", ".:", "0/0:", ""])
def test_a_reference_row_of_a_joint_file_is_judged_by_its_number(tmp_path: Path, genotype: str) -> None:
    """R2: a missing genotype with CN, or a FORMAT without GT, and one copy where two are expected."""
    entries = f"{genotype}1:60\t{genotype}2:60"
    form = "GT:CN:QS" if genotype else "CN:QS"
    path = tmp_path / "joint.vcf"
    path.write_text(GCNV.vcf([f"chr4\t70001\t.\tN\t.\t.\t.\tEND=90000\t{form}\t{entries}"], "A\tB"))
    table = write_table(tmp_path / "samples.tsv", [(one, "EUR", "GBR", "female", True) for one in ("A", "B")])
    built = build_here([path], table, tmp_path / "cnv.duckdb")
    assert built.rows("SELECT sample, class::VARCHAR FROM calls JOIN samples USING (sample_id)") == [
        ("A", "partial-loss")
    ]
