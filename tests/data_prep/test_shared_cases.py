"""The second check of small inputs that once went wrong: the cases beside the project, read from their own files.

Each has tests of its kind, on inputs of our own, with the dialects, the reader and `check`.
"""

from pathlib import Path

import pytest

from data_prep.check import check
from tests.data_prep.built import Built, build_here

GOOD = "read"


@pytest.fixture(scope="module")
def cases(shared: Path) -> Path:
    return shared / "cases"


def built(cases: Path, vcf: str, samples: str, out: Path) -> Built:
    return build_here([cases / vcf], cases / samples, out / "cnv.duckdb")


def calls(database: Built) -> list[tuple[object, ...]]:
    return database.rows(
        'SELECT sample, chrom::VARCHAR, start, "end", class::VARCHAR, copy_number FROM calls JOIN samples USING (sample_id) ORDER BY sample, chrom, start'
    )


def test_a_call_of_no_copy_on_y_says_nothing_against_xx(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "women-without-y/vcf", "women-without-y/samples.tsv", tmp_path)
    assert database.rows("SELECT count(*), count(*) FILTER (sex_mismatch) FROM samples WHERE counted") == [(6, 0)]
    carriers = database.rows(
        "SELECT DISTINCT sample FROM events JOIN samples USING (sample_id) WHERE chrom = 'chrX' AND direction = 'loss' "
        'AND credible AND NOT sex_mismatch AND start < 31400000 AND "end" > 31200000 ORDER BY 1'
    )
    assert carriers == [("W1",), ("W3",)]


@pytest.mark.parametrize("name", ["gcnv-joint-y-of-women.vcf", "manta-y-junk-of-a-woman.vcf"])
def test_nobody_contradicts_the_recorded_sex(cases: Path, tmp_path: Path, name: str) -> None:
    database = built(cases, name, "gcnv-joint-filled-in-x.samples.tsv", tmp_path)
    assert database.rows("SELECT count(*) FROM samples WHERE sex_mismatch") == [(0,)]
    assert database.rows("SELECT count(*) > 0 FROM samples WHERE counted AND sex = 'XX'") == [(True,)]


def test_a_filled_in_number_is_no_gain_of_a_man(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "gcnv-joint-filled-in-x.vcf", "gcnv-joint-filled-in-x.samples.tsv", tmp_path)
    assert calls(database) == [
        ("MAN1", "chrX", 48_000_000, 48_010_000, "complete-loss", 0),
        ("WOMAN1", "chrX", 70_000_000, 70_005_000, "low-gain", 3),
    ]


def test_copies_follow_from_the_depth(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "cnvnator-copies-by-depth/vcf", "cnvnator-copies-by-depth/samples.tsv", tmp_path)
    found = database.rows("SELECT sample, list(copy_number ORDER BY start) FROM calls JOIN samples USING (sample_id) GROUP BY 1 ORDER BY 1")  # fmt: skip
    assert found == [(name, [0, 1, 3, 4, 6]) for name in ("N1", "N2", "N3", "P1", "P2", "P3")]


def test_two_callers_in_one_file(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "manta-and-canvas-in-one/C1.vcf", "manta-and-canvas-in-one/samples.tsv", tmp_path)
    assert calls(database) == [
        ("C1", "chr1", 7_000_000, 7_050_000, "low-gain", 3),
        ("C1", "chr1", 8_000_000, 8_010_000, "partial-loss", 1),
    ]
    assert database.rows("SELECT reference_rows, skipped FROM files") == [(1, 1)]
    ((reason,),) = database.rows("SELECT reason FROM skipped_records")
    assert reason.startswith("no copy number variant")


def test_check_holds_where_gains_have_no_number(cases: Path, tmp_path: Path) -> None:
    name = "vst-of-gains-without-number"
    database = built(cases, f"{name}.vcf", f"{name}.samples.tsv", tmp_path)
    assert database.rows("SELECT count(*), count(vst) FROM site_differences") == [(1, 0)]
    assert [finding for finding in check(database.path) if finding.broken] == []


def test_a_version_line_without_hardware(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "dragen-4.4.4-release.vcf", "one.samples.tsv", tmp_path)
    assert database.rows("SELECT release FROM files") == [("4.4.4",)]


@pytest.mark.parametrize("name", ["dragen-sv.vcf", "dragen-sv-3.10.vcf"])
def test_the_junction_caller_of_dragen(cases: Path, tmp_path: Path, name: str) -> None:
    database = built(cases, name, "one.samples.tsv", tmp_path)
    assert calls(database) == [
        ("S1", "chr1", 2_000_000, 2_005_000, "partial-loss", 1),
        ("S1", "chr1", 3_000_000, 3_005_000, "gain", None),
    ]


def test_gatk_sv_without_evidence(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "gatk-sv-without-evidence.vcf", "one.samples.tsv", tmp_path)
    assert database.rows("SELECT dialect FROM files") == [("gatk-sv",)]
    assert [call[1:] for call in calls(database)] == [
        ("chr20", 24_000_000, 24_002_000, "partial-loss", 1),
        ("chr20", 26_000_000, 26_002_000, "low-gain", 4),
        ("chrY", 13_000_000, 13_002_000, "low-gain", 2),
        ("chrY", 14_000_000, 14_002_000, "complete-loss", 0),
    ]


def test_plain_vcf(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "vcf-spec-cn.vcf", "one.samples.tsv", tmp_path)
    assert calls(database) == [
        ("S1", "chr1", 2_000_000, 2_100_000, "partial-loss", 1),
        ("S1", "chr1", 3_000_000, 3_100_000, "low-gain", 4),
        ("S1", "chr1", 4_000_000, 4_100_000, "complete-loss", 0),
    ]


def test_intervals_of_gcnv_are_refused_for_its_segments(cases: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="segments"):
        built(cases, "gcnv-intervals.vcf", "one.samples.tsv", tmp_path)


def test_the_end_of_a_reference_row_is_in_its_id(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "gcnv-reference-without-end.vcf", "one.samples.tsv", tmp_path)
    assert calls(database) == [("S1", "chr1", 2_000_000, 2_010_000, "low-gain", 3)]
    assert database.rows("SELECT reference_rows, skipped FROM files") == [(1, 0)]


def test_rows_of_cnvnator_in_a_merged_file(cases: Path, tmp_path: Path) -> None:
    database = built(cases, "merged-cnvnator-read-as-delly.vcf", "one.samples.tsv", tmp_path)
    assert calls(database) == [
        ("S1", "chr1", 2_000_000, 2_010_000, "partial-loss", 1),
        ("S1", "chr1", 3_000_000, 3_010_000, "low-gain", 3),
    ]
