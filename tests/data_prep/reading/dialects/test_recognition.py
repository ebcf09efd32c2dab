"""Headers to dialects: each caller's own is recognised, and by nobody else; names hold before headers."""

from pathlib import Path

import pytest

from data_prep.reading.dialects import DIALECTS, recognise
from data_prep.reading.vcf import FileRefusedError, parse_header
from tests.data_prep.dragen_text import header
from tests.data_prep.reading.dialects.texts import CALLERS


def test_every_dialect_but_the_first_has_its_text_here() -> None:
    assert set(CALLERS) == set(DIALECTS) - {"dragen"}


def test_the_documentation_has_a_row_for_every_dialect() -> None:
    """Name and joining as the code has them, in its order."""
    text = (Path(__file__).resolve().parents[4] / "docs" / "dialects.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| `")]
    assert {row[0].strip("`"): row[6] for row in rows if not row[0].startswith("`--")} == {
        name: "yes" if dialect.joins else "no" for name, dialect in DIALECTS.items()
    }


@pytest.mark.parametrize("name", CALLERS)
def test_a_header_is_recognised_by_its_own_dialect(name: str) -> None:
    head = parse_header(CALLERS[name].header())
    assert recognise(head).name == name
    claims = {dialect.name for dialect in DIALECTS.values() if dialect.recognise(head)}
    # a header of DRAGEN 4.4 is one of DRAGEN, and one of several callers is each one's: the narrower dialect is asked first
    more = {"dragen-4.4": {"dragen"}, "merged": {"canvas", "manta"}}
    # plain VCF is what nearly every header is, and asked last
    assert claims - {"vcf"} == ({name} | more.get(name, set())) - {"vcf"}
    assert list(DIALECTS)[-1] == "vcf"


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("dragen-4.4", "4.4.7"),
        ("gatk-gcnv", "4.1.7.0"),
        ("cnvnator", "unknown"),
        ("cnvpytor", "unknown"),
        ("canvas", "1.40.0.1613+master"),
        ("manta", "1.6.0"),
        ("delly", "unknown"),
        ("lumpy", "unknown"),
        ("1000-genomes-phase-3", "phase 3"),
        ("gatk-sv", "unknown"),
        ("dragen-sv", "4.0.3"),
        ("vcf", "sawmill 0.3"),
        ("merged", "Canvas 1.40.0.1613+master and GenerateSVCandidates 1.6.0"),
    ],
)
def test_release_is_what_the_header_says(name: str, release: str) -> None:
    """R12."""
    assert DIALECTS[name].release(parse_header(CALLERS[name].header())) == release


def test_only_dragen_says_the_sex_it_was_told() -> None:
    """R2: the others leave it to the sample table."""
    for name, caller in CALLERS.items():
        assert DIALECTS[name].caller_sex(parse_header(caller.header())) == ("XY" if name == "dragen-4.4" else None)


@pytest.mark.parametrize(("release", "fileformat", "name"), [("2.5.1", "VCFv4.1", "dragen"), ("3.5.7b", "VCFv4.2", "dragen"), ("3.10.4", "VCFv4.2", "dragen"), ("4.4.7", "VCFv4.2", "dragen"), ("4.4.7", "VCFv4.4", "dragen-4.4"), ("4.4.7", "VCFv4.5", "dragen-4.4")])  # fmt: skip
def test_dragen_is_told_apart_by_the_version_of_vcf_and_not_by_its_own(
    release: str, fileformat: str, name: str
) -> None:
    """Whether 4.4 counts by depth alone or by allele shows in the format that it writes."""
    text = header(release=None, fileformat=fileformat, extra=[f'##DRAGENVersion=<ID=dragen,Version="SW: 07.031.776.{release}, HW: 07.031.776">'])  # fmt: skip
    found = recognise(parse_header(text))
    assert (found.name, found.release(parse_header(text))) == (name, release)


def test_a_name_holds_before_the_header() -> None:
    head = parse_header(CALLERS["manta"].header())
    assert recognise(head, "lumpy").name == "lumpy"


def test_lines_of_programs_in_between_do_not_hide_the_caller() -> None:
    head = parse_header(CALLERS["manta"].header().replace("##source=", "##source=SelectVariants\n##source=", 1))
    assert recognise(head).name == "manta"
    assert recognise(head).release(head) == "1.6.0"


@pytest.mark.parametrize(("line", "name", "release"), [("CNVnator_v0.4.1", "cnvnator", "0.4.1"), ("CNVpytor 1.3.1", "cnvpytor", "1.3.1"), ("lumpy 0.2.13", "lumpy", "0.2.13"), ("DRAGEN_CNV", "dragen", "unknown")])  # fmt: skip
def test_the_source_line_tells_the_release(line: str, name: str, release: str) -> None:
    """R12."""
    head = parse_header(
        f"##fileformat=VCFv4.2\n##source={line}\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS"
    )
    assert recognise(head).name == name
    assert recognise(head).release(head) == release


def test_the_interval_file_of_gatk_gcnv_is_not_its_segments() -> None:
    """Its rows are single bins with the same command line: counted as events they would be thousands."""
    intervals = CALLERS["gatk-gcnv"].header(drop="ID=QS")
    assert not DIALECTS["gatk-gcnv"].recognise(parse_header(intervals))


def test_files_that_share_a_dialect_keep_their_own_sex_and_release() -> None:
    """R2: a dialect is remembered for all headers with the same lines, what it tells of one file is not."""
    for sex, karyotype in (("female", "XX"), ("male", "XY"), (None, None), ("female", "XX")):
        head = parse_header(header("A", sex))
        dialect = recognise(head)
        assert (dialect.name, dialect.caller_sex(head), dialect.release(head)) == ("dragen", karyotype, "3.5.7b")


def test_a_header_is_not_taken_for_one_with_a_line_more_or_less() -> None:
    text = CALLERS["manta"].header()
    assert recognise(parse_header(text)).name == "manta"
    assert recognise(parse_header(text.replace("##source=", "##source=Canvas\n##source=", 1))).name == "merged"
    assert recognise(parse_header(text)).name == "manta"
    with pytest.raises(FileRefusedError, match="genotyped-intervals"):
        recognise(parse_header(text.replace("##FORMAT=", "##FORMAT=<ID=CNLP,Number=.>\n##FORMAT=", 1)))
