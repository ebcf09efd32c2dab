"""Genotypes of joint files that a merge filled in: reference alleles with a copy number, and no genotype with one (R2)."""

from pathlib import Path

import pytest

from data_prep.reading.calls import CONTRARY
from data_prep.reading.long_files.read import read_whole
from data_prep.reading.vcf import LongFile, read_file
from tests.data_prep.reading.dialects.random_files import EVERY
from tests.data_prep.reading.dialects.test_joint_files import assert_read_as_slowly, joint_text
from tests.data_prep.reading.dialects.test_random_cohorts import shard
from tests.data_prep.reading.dialects.texts import CNVNATOR, GATK_SV, GCNV, Caller

pytestmark = pytest.mark.xdist_group("import")

PEOPLE = ("WOMAN", "MAN", "OTHER_MAN")
SEXES = {"WOMAN": "XX", "MAN": "XY", "OTHER_MAN": "XY", "A": "XX", "B": "XY", "C": None, "D": "XY"}
PLACE = (48_000_000, 48_010_000)


def read_joint(folder: Path, caller: Caller, lines: list[str]) -> tuple[list[tuple[object, ...]], str | None]:
    """Sample, chromosome, class and copy number of the calls; and what the file's report says."""
    path = folder / "joint.vcf"
    path.write_text(joint_text(caller, lines, PEOPLE))
    file = read_file(path)
    assert isinstance(file, LongFile)
    (report,) = read_whole(0, 1, file, SEXES, str(folder)).files
    assert report.status == "read", report.message
    calls = shard(folder, "calls")
    names = {one.source: one.sample for one in report.sources}
    rows = calls.select("source", "chrom", "class", "copy_number").rows() if calls.height else []
    return sorted((names[file], *row) for file, *row in rows), report.message


def line(caller: Caller, chrom: str, alt: str, entries: list[str], info: str = "SVTYPE=CNV") -> str:
    return caller.record(chrom, *PLACE, alt, "\t".join(entries), info, form="GT:CN")


BY_NUMBER = {"dragen": "<DEL>", "gatk-gcnv": "<DEL>", "cnvnator": "<DEL>", "cnvpytor": "<DEL>", "canvas": "<CN0>", "gatk-sv": "<CNV>", "delly": "<CNV>"}  # fmt: skip
"""Callers that give copies as a number, and an ALT whose number it is."""


@pytest.mark.parametrize("name", BY_NUMBER)
@pytest.mark.parametrize("chrom", ["chrX", "chrY", "chr7"])
def test_two_copies_of_two_reference_alleles_are_no_call(name: str, chrom: str, tmp_path: Path) -> None:
    """R2: of women and men, wherever; beside somebody who has a loss."""
    caller = EVERY[name]
    entries = ["0/0:2", "0/0:2", "1/1:0"]
    word = "Canvas:LOSS:x" if name == "canvas" else "."
    text = line(caller, chrom, BY_NUMBER[name], entries).replace("\t.\tN\t", f"\t{word}\tN\t", 1)
    found, said = read_joint(tmp_path, caller, [text])
    assert [row[0] for row in found] == ["OTHER_MAN"]
    assert said is None
    (path,) = tmp_path.glob("*.vcf")
    path.write_text(joint_text(caller, [text], ("A", "B", "D")))
    assert_read_as_slowly(path, name, ("A", "B", "D"))


def test_another_number_than_the_alleles_or_the_expected_holds_and_is_told(tmp_path: Path) -> None:
    """R2: gCNV; of one allele one copy is filled in, and two are a gain of a man; the report counts records."""
    lines = [
        line(GCNV, "chr7", "<DEL>", ["0/0:2", "0/0:1", "0/1:1"]),
        line(GCNV, "chrX", "<DUP>", ["0/0:1", "0/0:3", "0/0:1"]),
        line(GCNV, "chrX", "<DEL>", ["0:2", "0:2", "0:1"]).replace("48000001", "47000001"),
        line(GCNV, "chrY", "<DEL>", ["0/0:0", "0/0:0", "0:1"]),
    ]
    found, said = read_joint(tmp_path, GCNV, lines)
    assert found == [
        ("MAN", "chr7", "partial-loss", 1),
        ("MAN", "chrX", "high-gain", 3),
        ("MAN", "chrX", "low-gain", 2),
        ("MAN", "chrY", "complete-loss", 0),
        ("OTHER_MAN", "chr7", "partial-loss", 1),
        ("WOMAN", "chrX", "partial-loss", 1),
    ]
    assert said == f"4 records: {CONTRARY}"


def test_a_missing_genotype_with_a_number_is_judged_by_it(tmp_path: Path) -> None:
    """R2: two copies are a gain of a man on X, one a loss of a woman; on Y a woman's none is none."""
    lines = [
        line(GCNV, "chrX", "<DEL>", ["./.:1", "./.:2", "./.:1"]),
        line(GCNV, "chrY", "<DEL>", ["./.:0", "./.:1", "./.:0"]),
    ]
    found, said = read_joint(tmp_path, GCNV, lines)
    assert found == [
        ("MAN", "chrX", "low-gain", 2),
        ("OTHER_MAN", "chrY", "complete-loss", 0),
        ("WOMAN", "chrX", "partial-loss", 1),
    ]
    assert said is None


def test_a_caller_that_leaves_non_carriers_to_their_genotype_is_judged_by_the_number_too(tmp_path: Path) -> None:
    """R2: CNVnator's `0/0` with a number; the depth of the record is another person's, and its CN, of one allele or of both, is
    not asked, so nobody is a carrier by it."""
    lines = [
        line(CNVNATOR, "chr7", "<DUP>", ["0/0:3", "0/0:.", "0/1:3"], "SVTYPE=DUP;natorRD=1.5"),
        line(CNVNATOR, "chr8", "<DEL>", ["0/0:.", "0/0:2", "0/1:1"], "SVTYPE=DEL;natorRD=0.5"),
    ]
    found, said = read_joint(tmp_path, CNVNATOR, lines)
    assert [row[:3] for row in found] == [
        ("OTHER_MAN", "chr7", "low-gain"),
        ("OTHER_MAN", "chr8", "partial-loss"),
    ]
    assert said is None


def test_a_number_without_a_genotype_holds_in_rows_of_the_reference_and_of_others(tmp_path: Path) -> None:
    """R2: of gCNV's row without ALT, of CNVnator's whose genotype tells who carries; two of two alleles are what it writes."""
    lines = [line(GCNV, "chr7", ".", ["./.:4", "./.:2", "./.:1"])]
    found, _ = read_joint(tmp_path, GCNV, lines)
    assert found == [("OTHER_MAN", "chr7", "partial-loss", 1), ("WOMAN", "chr7", "low-gain", 4)]
    lines = [line(CNVNATOR, "chr7", "<DUP>", ["./.:3", "./.:2", "./.:."]), line(CNVNATOR, "chrX", "<DUP>", ["0/1:3", "./.:2", "./.:2"])]  # fmt: skip
    found, _ = read_joint(tmp_path, CNVNATOR, lines)
    # CNVnator's CN is of one allele or of both, and is not asked
    assert [row[:3] for row in found] == [("WOMAN", "chrX", "gain")]


def test_multi_allelic_sites_are_judged_by_their_number(tmp_path: Path) -> None:
    """R2: GATK-SV writes them without genotypes; a genotype that a merge filled in takes nothing from them."""
    lines = [line(GATK_SV, "chrX", "<CNV>", ["./.:2", "./.:1", "0/0:2"]), line(GATK_SV, "chr7", "<CNV>", ["0/0:2", "./.:3", "0/0:4"])]  # fmt: skip
    found, said = read_joint(tmp_path, GATK_SV, lines)
    assert found == [("MAN", "chr7", "low-gain", 3), ("OTHER_MAN", "chr7", "low-gain", 4)]
    assert said == f"1 record: {CONTRARY}"
