"""Whole builds: every table against the plain reading of the same files; publishing, whole or not at all."""

import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest

from data_prep.build import BuildError
from data_prep.errors import UserError
from data_prep.inputs.paths import ReadingError, find_files
from data_prep.system.limits import Limits
from data_prep.tables.publish import PublishError
from tests.data_prep.built import Built, build_here, compare, compare_callability, compare_marks, kinds_of
from tests.data_prep.conftest import ROOT, Cohort
from tests.data_prep.dragen_text import bgzip, header, record, reference_row, vcf, write, write_table
from tests.oracle import plain

pytestmark = pytest.mark.xdist_group("import")


@pytest.mark.parametrize("release", ["3_5_7b", "3_7_6"])
def test_build_agrees_with_the_plain_reading(release: str, request: pytest.FixtureRequest) -> None:
    """R1 to R5, R11, R12 on a simulated cohort, table by table."""
    cohort: Cohort = request.getfixturevalue(f"cohort_{release}")
    compare(cohort.database, cohort.paths, cohort.samples, cohort.people)
    calls = cohort.database.rows("SELECT count(*), count(DISTINCT sample_id) FROM calls")
    assert calls == [(sum(len(person.calls) for person in cohort.people.values()), 57)]
    rows = cohort.database.rows("SELECT count(*) FROM callability")[0][0]
    assert (rows > 100) == (release == "3_7_6")
    facts = dict(cohort.database.rows("SELECT key, value FROM provenance"))
    assert facts["release"] == release.replace("_", ".")
    assert facts["simulated"] == "yes"
    assert facts["reference_rows"] == ("yes" if release == "3_7_6" else "no")


def test_build_counts_people_without_a_call_and_names_those_without_a_file(cohort_3_5_7b: Cohort) -> None:
    """R5, E19: three of sixty have no file."""
    summary = cohort_3_5_7b.database.summary
    assert summary is not None
    assert (summary.files, summary.samples, summary.counted, summary.refused, summary.duplicates) == (57, 60, 57, (), 0)
    assert summary.records == summary.calls + summary.reference_rows + sum(summary.skipped.values())
    assert any(note.startswith("3 samples of the table have no file") for note in summary.notes)


LOSS = record("chr1", 100_000, 120_000)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, list[Path], dict[str, plain.Sample], dict[str, plain.Person]]:  # fmt: skip
    """A cohort of the cases that go wrong elsewhere, one a person."""
    folder = tmp_path_factory.mktemp("odd")
    files = folder / "vcf"
    write(files, "HEADER_ONLY")
    write(files, "PLAIN_TEXT", [LOSS], name="PLAIN_TEXT.cnv.vcf")
    write(files, "OTHER_NAME", [LOSS], name="run/somebody.final.cnv.vcf.gz")
    write(files, "STRANGER", [LOSS, record("chr2", 5_000, 9_000, "<DUP>", 3, gt="./1", sm=1.5)])
    write(files, "NO_SEX", [record("chrX", 5_000_000, 5_100_000, gt=".")], sex=None)
    write(files, "SEX_BY_FILE", [record("chrX", 5_000_000, 5_100_000, cn=0, gt=".")], sex="male")
    write(files, "WOMAN_WITH_Y", [LOSS, record("chrY", 9_000_000, 9_100_000, "<DUP>", 2, gt="1")], sex="female")
    write(files, "MAN_WITH_TWO_X", [record("chrX", 5_000_000, 5_100_000)], sex="male")
    write(files, "CALLED_MALE", [record("chrX", 5_000_000, 5_100_000, "<DUP>", 2, gt="1"), record("chrX", 6_000_000, 6_100_000, "<DUP>", 2, gt=".")], sex="male")  # fmt: skip
    write(files, "PAR_BORDER", [record("chrX", 2_700_000, 2_800_000, gt="0/1"), record("chrX", 2_800_000, 2_900_000, cn=0, gt="1")])  # fmt: skip
    write(
        files,
        "SKIPPED",
        [
            LOSS,
            LOSS,
            record("chrM", 100, 900),
            record("chr1", 500_000, 400_000),
            record("chr1", 248_000_000, 249_000_000),
            record("chr3", 1_000, 2_000, info="SVTYPE=CNV"),
            record("chr3", 1_000, 2_000, cn=2, gt="0/1"),
            record("chr3", 5_000, 9_000, info="SVTYPE=DEL;SVCLAIM=J;END=9000"),
            record("chr3", 5_000, 9_000, "<CNV>", ".", record_id="."),
            "chr9\t100",
        ],
        release="4.2.7",
    )
    write(files, "OVERLAPPING", [record("chr4", 0, 90_000), record("chr4", 10_000, 20_000, cn=0, gt="1/1"), record("chr4", 80_000, 100_000, "<DUP>", 4, gt="./1", sm=2), record("chr4", 90_000, 95_000)])  # fmt: skip
    write(files, "CHAIN", [record("chr5", 0, 6_000, cn=0, filters="cnvLength"), record("chr5", 6_000, 8_000, bins=2, filters="cnvLength"), record("chr5", 8_000, 14_000, cn=0, filters="cnvLength"), record("chr5", 14_000, 20_000, filters="cnvLength")])  # fmt: skip
    write(files, "LOH", [record("chr6", 0, 90_000, "<LOH>", 2, gt="1/1", sm=1), record("chr6", 90_000, 95_000, "<DEL>,<DUP>", ".", gt="1/2", sm=1, bins=".", quality=".")])  # fmt: skip
    write(files, "SEEN", [reference_row("chr7", 0, 50_000), record("chr7", 50_000, 61_000), reference_row("chr7", 61_000, 90_000, 3), reference_row("chrY", 5_000_000, 5_100_000)], release="3.7.6")  # fmt: skip
    write(files, "SEEN_TOO", [reference_row("chr7", 10_000, 30_000), reference_row("chrY", 5_000_000, 5_100_000)], release="3.7.6", sex="female")  # fmt: skip
    write(files, "SEEN_LESS", [reference_row("chr7", 10_000, 30_000), reference_row("chrY", 5_050_000, 5_200_000)], release="3.7.6")  # fmt: skip
    write(files, "TWICE", [LOSS])
    write(files, "TWICE", [LOSS], name="again/TWICE.cnv.vcf.gz")
    write(files, "DIFFERENT", [LOSS])
    write(files, "DIFFERENT", [LOSS, record("chr8", 0, 90_000)], name="again/DIFFERENT.cnv.vcf.gz")
    table = write_table(
        folder / "samples.tsv",
        [
            *((name, "EUR", "GBR", "male", True) for name in ("HEADER_ONLY", "PLAIN_TEXT", "MAN_WITH_TWO_X", "PAR_BORDER", "SKIPPED", "OVERLAPPING", "SEEN", "SEEN_LESS", "TWICE", "DIFFERENT", "NO_FILE")),
            *((name, "AFR", "YRI", "female", False) for name in ("WOMAN_WITH_Y", "CHAIN", "LOH", "SEEN_TOO", "CALLED_MALE", "OTHER_NAME")),
            ("NO_SEX", "ZZZ", "ABC", "unknown", True),
            ("SEX_BY_FILE", "EUR", "GBR", "", True),
        ],
    )  # fmt: skip
    samples = plain.read_samples(table)
    paths = sorted(files.rglob("*.vcf*"))
    database = build_here([files], table, folder / "cnv.duckdb")
    return database, paths, samples, plain.read_cohort(paths, samples)


def test_build_agrees_with_the_plain_reading_on_odd_files(odd) -> None:  # type: ignore[no-untyped-def]
    """E01 to E40, as far as they concern DRAGEN: R2, R3, R5, R12 table by table."""
    compare(*odd)


def test_build_counts_a_header_alone(odd) -> None:  # type: ignore[no-untyped-def]
    """R5, E20: in the denominator without a call."""
    database = odd[0]
    query = "SELECT s.counted, f.status, f.records FROM samples s JOIN files f USING (sample_id) WHERE s.sample = 'HEADER_ONLY'"
    assert database.rows(query) == [(True, "read", 0)]


def test_build_from_a_header_alone(tmp_path: Path) -> None:
    """R5, E20: nobody in the cohort has a call."""
    write(tmp_path, "A")
    write(tmp_path, "B")
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])
    database = build_here([tmp_path], table, tmp_path / "cnv.duckdb")
    assert database.rows("SELECT sample, counted FROM samples") == [("A", True), ("B", True)]
    assert database.rows("SELECT count(*) FROM calls") == [(0,)]


def test_build_takes_one_of_two_equal_files_and_none_of_two_that_differ(odd) -> None:  # type: ignore[no-untyped-def]
    """E18."""
    database, paths, *_ = odd
    rows = {row["path"]: row for row in database.table("files")}
    names = [str(path.relative_to(paths[0].parent)) for path in paths]
    first, second = (name for name in names if "TWICE" in name)
    assert {rows[first]["status"], rows[second]["status"]} == {"read", "duplicate"}
    assert first in rows[second]["message"] or second in rows[first]["message"]
    different = [name for name in names if "DIFFERENT" in name]
    for path in different:
        assert rows[path]["status"] == "refused"
        assert all(other in rows[path]["message"] for other in different)
    assert database.rows("SELECT counted FROM samples WHERE sample = 'DIFFERENT'") == [(False,)]
    assert {report.path for report in database.summary.refused} == set(different)
    assert database.summary.duplicates == 1


def test_build_keeps_strangers_and_their_groups(odd) -> None:  # type: ignore[no-untyped-def]
    """E19: not in the table: population unknown, not among the unrelated; groups that only the table knows are listed."""
    database = odd[0]
    assert database.rows("SELECT superpopulation, population, sex::VARCHAR, unrelated, counted FROM samples WHERE sample = 'STRANGER'") == [("unknown", "unknown", "XY", False, True)]  # fmt: skip
    assert any("STRANGER" in note for note in database.summary.notes)
    listed = {(r["population"], r["superpopulation"]) for r in database.table("populations")}
    assert {("unknown", "unknown"), ("ABC", "ZZZ"), ("GBR", "EUR")} <= listed
    assert len(listed) == 28
    groups = [r["superpopulation"] for r in database.table("superpopulations")]
    assert groups == ["AFR", "AMR", "EAS", "EUR", "SAS", "ZZZ", "unknown"]
    positions = database.rows("SELECT position FROM populations ORDER BY 1")
    assert positions == [(i,) for i in range(28)]


def test_build_marks_people_whose_calls_contradict_their_sex(odd) -> None:  # type: ignore[no-untyped-def]
    """R2, E05: by what the header says; a single call on Y in a woman, or with two alleles on X in a man, says nothing."""
    database = odd[0]
    mismatched = dict(database.rows("SELECT sample, sex_mismatch_reason FROM samples WHERE sex_mismatch"))
    assert mismatched == dict.fromkeys(
        ("CALLED_MALE", "CHAIN", "LOH", "OTHER_NAME"), "the caller took the sample for XY"
    )


def test_build_gives_an_example_of_each_reason(odd) -> None:  # type: ignore[no-untyped-def]
    """R12."""
    database, paths, *_ = odd
    rows = {row["reason"]: row for row in database.table("skipped_records")}
    (path,) = database.rows("SELECT DISTINCT path FROM skipped_records JOIN files USING (file_id)")
    assert path == (next(path for path in paths if path.name.startswith("SKIPPED")).name,)
    assert len(rows) == len(database.table("skipped_records")) == 9
    examples = {reason: row["example"].split("\t")[0:2] for reason, row in rows.items()}
    assert examples[plain.MITOCHONDRION] == ["chrM", "100"]
    assert examples[plain.DUPLICATE] == ["chr1", "100000"]
    assert examples[plain.MALFORMED] == ["chr9", "100"]
    assert examples[plain.BEYOND] == ["chr1", "248000000"]
    assert all(row["records"] == 1 for row in rows.values())


def test_build_ties_parents_to_samples(tmp_path: Path) -> None:
    """E19: a parent who is in the pedigree and not in the set has a name and no number."""
    write(tmp_path, "CHILD", [LOSS])
    table = tmp_path / "samples.txt"
    table.write_text(
        "FamilyID SampleID FatherID MotherID Sex Population Superpopulation\n"
        "F1 CHILD DAD GONE 1 GBR EUR\nF1 DAD 0 0 1 GBR EUR\n"
    )
    database = build_here([tmp_path], table, tmp_path / "cnv.duckdb")
    found = database.rows("SELECT sample, father, mother, father_id, mother_id, counted, unrelated FROM samples")
    assert found == [("CHILD", "DAD", "GONE", 1, None, True, False), ("DAD", None, None, None, None, False, True)]


def test_build_does_not_depend_on_the_order_of_files_or_the_number_of_processes(
    cohort_3_7_6: Cohort, tmp_path: Path
) -> None:
    """The same tables, whatever the batches."""
    paths = [*cohort_3_7_6.paths]
    Random(1).shuffle(paths)
    once = cohort_3_7_6.database.everything()
    table, limits = cohort_3_7_6.folder / "samples.tsv", Limits(batch_bytes=300_000, sorted_rows=1_000)
    again = build_here(paths, table, tmp_path / "a.duckdb", jobs=2, limits=limits).everything()
    assert once.keys() == again.keys()
    for name, rows in once.items():
        assert rows == again[name], name


def test_the_number_of_an_event_does_not_hang_on_other_people(tmp_path: Path) -> None:
    """It stands in downloads: the same person's event keeps its number whatever is read with it."""
    gain = record("chr1", 10_000, 30_000, "<DUP>", 3, gt="./1", sm=1.5)
    loh = record("chr1", 40_000, 50_000, "<LOH>", 2, gt="1/1", sm=1)
    for name, lines in {
        "A": [gain, LOSS, loh],
        "B": [record("chr1", 1_000, 5_000), gain],
        "C": [loh, gain],
        "D": [LOSS],
    }.items():
        write(tmp_path / "vcf", name, lines)
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABCD"])
    together = build_here([tmp_path / "vcf"], table, tmp_path / "a.duckdb")
    apart = build_here([tmp_path / "vcf"], table, tmp_path / "b.duckdb", limits=Limits(batch_bytes=1))
    for name in ("calls", "events", "segments"):
        assert together.table(name) == apart.table(name), name


def test_a_ragged_first_line_reads_the_same_in_any_batch(tmp_path: Path) -> None:
    """R12: what becomes of a file does not hang on the files read with it."""
    for name in ("A", "B", "C"):
        write(tmp_path / "vcf", name, ["chr1\t5000\tcut short", LOSS] if name != "B" else [LOSS + "\t\t", LOSS])
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABC"])
    together = build_here([tmp_path / "vcf"], table, tmp_path / "a.duckdb")
    apart = build_here([tmp_path / "vcf"], table, tmp_path / "b.duckdb", limits=Limits(batch_bytes=1))
    query = "SELECT status, records, calls, skipped FROM files ORDER BY file_id"
    assert together.rows(query) == apart.rows(query) == [("read", 2, 1, 1)] * 3


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, dict[str, plain.Person]]:
    """People made to stand at each border of the rule."""
    folder = tmp_path_factory.mktemp("marked")
    table = write_table(folder / "samples.tsv", [("HEADER", "EUR", "GBR", "male", True)])
    write(folder / "first", "HEADER", [LOSS])
    reference = build_here([folder / "first"], table, folder / "first.duckdb")
    free_12 = free_stretch(reference, "chr12", 10_000_000)
    free_21 = free_stretch(reference, "chr21", 10_000_000)
    tenth = reference.rows("SELECT sequenced // 10 FROM chromosomes WHERE chrom = 'chr21'")[0][0]
    a, b = free_12, free_21

    def gained(chrom: str, start: int, length: int, bins: int | None = None, **more: object) -> str:
        asked = {"gt": "./1", "sm": 1.3, "bins": length // 1000 if bins is None else bins, **more}
        return record(chrom, start, start + length, "<DUP>", asked.pop("cn", 3), **asked)  # type: ignore[arg-type]

    def lost(chrom: str, start: int, length: int, **more: object) -> str:
        return record(chrom, start, start + length, **({"sm": 0.7, "bins": length // 1000} | more))  # type: ignore[arg-type]

    half_in = across(reference, 1_600_000)
    people = {
        "LONG": [gained("chr12", a, 3_000_001)],
        "NOT_LONG": [gained("chr12", a, 3_000_000)],
        "SHARE": [gained("chr21", b, 2_500_000), gained("chr21", b + 2_600_000, tenth - 2_500_000 + 10)],
        "NOT_SHARE": [gained("chr21", b, 2_500_000), gained("chr21", b + 2_600_000, tenth - 2_500_000 - 10)],
        "BOTH": [gained("chr21", b, 3_100_000), gained("chr21", b + 3_200_000, 1_500_000)],
        "BOTH_DIRECTIONS": [gained("chr21", b, 2_500_000), lost("chr21", b + 2_600_000, 2_500_000)],
        "LOSSES": [lost("chr21", b, 2_500_000), lost("chr21", b + 2_600_000, 2_500_000)],
        "JOINED": [gained("chr12", a + i * 1_100_000, 1_100_000) for i in range(3)],
        "STEPS": [gained("chr12", a + i * 1_100_000, 1_100_000, cn=3 + i % 2) for i in range(3)],
        "SPARSE": [gained("chr12", a, 4_000_000, bins=1_999)],
        "DENSE_ENOUGH": [gained("chr12", a, 4_000_000, bins=2_000)],
        "NO_BINS": [gained("chr12", a, 4_000_000, bins=None, values="./1:1.3:3:.:1,2")],
        "FILTERED": [gained("chr12", a, 4_000_000, filters="cnvBinSupportRatio")],
        "UNSURE": [gained("chr12", a, 4_000_000, filters="cnvQual", quality=5)],
        "NEAR_ONE": [gained("chr12", a, 4_000_000, sm=1.1)],
        "NEUTRAL": [record("chr12", a, a + 4_000_000, "<LOH>", 2, gt="1/1", sm=1, bins=4_000)],
        "HALF_IN_TROUBLE": [gained(*half_in)],
        "LESS_THAN_HALF": [gained(half_in[0], half_in[1] - 2, half_in[2] + 2)],
        "OVERLAPPING": [gained("chr21", b, 2_500_000), gained("chr21", b + 500_000, 2_500_000)],
        "MAN_X": [record("chrX", 120_000_000, 124_000_000, "<DUP>", 2, gt="1", sm=2, bins=4_000)],
        "MIXED_MAN_X": [record("chrX", 120_000_000, 124_000_000, "<DUP>", 2, gt="1", sm=1.85, bins=4_000)],
        "MOSTLY_MAN_X": [record("chrX", 120_000_000, 124_000_000, "<DUP>", 2, gt="1", sm=1.86, bins=4_000)],
        "FEW_CELLS_X": [record("chrX", 120_000_000, 124_000_000, "<DEL>", 0, gt="1", sm=0.15, bins=4_000)],
        "NO_CELLS_X": [record("chrX", 120_000_000, 124_000_000, "<DEL>", 0, gt="1", sm=0.14, bins=4_000)],
        # from the short arm's end: constitutional it would be lethal
        "ARM_3P": [gained("chr3", 20_000, 90_000_000, sm=1.5)],
        "DIGEORGE": [lost("chr22", 18_900_000, 2_500_000, sm=0.5)],
        "DIGEORGE_GAIN": [gained("chr22", 18_900_000, 2_500_000, sm=1.5)],
        "SMITH_MAGENIS": [lost("chr17", 16_800_000, 3_700_000, sm=0.5)],
        "POTOCKI_LUPSKI": [gained("chr17", 16_800_000, 3_700_000, sm=1.5)],
        "PRADER_WILLI": [lost("chr15", 22_700_000, 6_000_000, sm=0.5)],
        "DUP_15Q": [gained("chr15", 22_700_000, 6_000_000, sm=1.5)],
        "Y_LOST": [
            lost("chrY", x, y - x, cn=0, gt="1", sm=0.02)
            for x, y in ((2_781_479, 10_266_944), (10_645_833, 26_600_000))
        ],
        "XYY": [
            gained("chrY", x, y - x, cn=2, gt="1", sm=2.0)
            for x, y in ((2_781_479, 10_266_944), (10_645_833, 26_600_000))
        ],
        "HALF_OF_Y": [
            lost("chrY", x, y - x, cn=0, gt="1", sm=0.02)
            for x, y in (
                (6_500_000, 9_000_000),
                (12_100_000, 13_980_000),
                (14_060_000, 15_870_000),
                (16_430_000, 17_450_000),
                (18_880_000, 20_200_000),
                (20_260_000, 21_500_000),
            )
        ],
        "HALF_GAINED": [
            gained("chrY", x, y - x, cn=2, gt="1", sm=2.0)
            for x, y in (
                (6_500_000, 9_000_000),
                (12_100_000, 13_980_000),
                (14_060_000, 15_870_000),
                (16_430_000, 17_450_000),
                (18_880_000, 20_200_000),
                (20_260_000, 21_500_000),
            )
        ],
        "LOSS_AND_MOSAIC": [lost("chr12", a, 4_000_000, sm=0.5), lost("chr12", a + 20_000_000, 14_000_000, sm=0.66)],
        "LEAST_LOSS": [lost("chr12", a, 4_000_000, sm=0.58)],
        "LESS": [lost("chr12", a, 4_000_000, sm=0.579)],
        "MOST_GAIN": [gained("chr12", a, 4_000_000, sm=1.42)],
        "MORE": [gained("chr12", a, 4_000_000, sm=1.421)],
        "NO_RATIO": [gained("chr12", a, 4_000_000, sm=".")],
        "NO_RATIO_LONG": [gained("chr12", a, 10_000_001, sm=".")],
        "TEN": [gained("chr12", a, 10_000_000, sm=1.5)],
        # a tenth of chromosome 21 by pieces whose ratios differ: their mean over bins is 1.39 and 1.43
        "MEAN_IN": [gained("chr21", b, 2_500_000, sm=1.3), gained("chr21", b + 2_600_000, 2_500_000, sm=1.48)],
        "MEAN_OUT": [gained("chr21", b, 2_500_000, sm=1.3), gained("chr21", b + 2_600_000, 2_500_000, sm=1.56)],
        "TWO": [gained("chr12", a, 4_000_000), lost("chr21", b, 4_500_000)],
    }
    for name, lines in people.items():
        write(folder / "vcf", name, lines)
    database = build_here([folder / "vcf"], table, folder / "cnv.duckdb")
    return database, plain.read_cohort((folder / "vcf").glob("*.gz"), plain.read_samples(table))


def marks_of(database: Built, name: str) -> set[tuple[str, str, str]]:
    """Chromosome, direction and reason of a person's marks."""
    query = (
        "SELECT sample, chrom::VARCHAR, direction::VARCHAR, reason FROM marked_samples JOIN samples USING (sample_id)"
    )
    return {
        (chrom, direction, ", ".join(sorted(kinds_of(reason))))
        for sample, chrom, direction, reason in database.rows(query)
        if sample == name
    }


def free_stretch(database: Built, chrom: str, length: int) -> int:
    """The start of a stretch without problem regions."""
    at = 0
    for start, end in plain.union(database.rows(f"SELECT start, \"end\" FROM problem_regions WHERE chrom = '{chrom}'")):
        if start - at >= length + 1000:
            return at + 500
        at = end
    assert plain.LENGTHS[chrom] - at >= length
    return at + 500


def across(database: Built, half: int) -> tuple[str, int, int]:
    """An interval of which exactly `half` bases lie before a problem region and as many in it: chrom, start, length."""
    for chrom in plain.LENGTHS:
        regions = plain.union(database.rows(f"SELECT start, \"end\" FROM problem_regions WHERE chrom = '{chrom}'"))
        for before, one in zip(regions, regions[1:], strict=False):  # noqa: RUF007
            if one[1] - one[0] >= half and one[0] - before[1] >= half + 10:
                return chrom, one[0] - half, 2 * half
    raise AssertionError("no problem region with free country before it")


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("LONG", {("chr12", "gain", "one mixed")}),
        ("NOT_LONG", set()),
        ("SHARE", {("chr21", "gain", "all mixed")}),
        ("NOT_SHARE", set()),
        ("BOTH", {("chr21", "gain", "all mixed, one mixed")}),
        ("BOTH_DIRECTIONS", set()),
        ("LOSSES", {("chr21", "loss", "all mixed")}),
        ("JOINED", {("chr12", "gain", "one mixed")}),
        ("STEPS", set()),
        ("SPARSE", set()),
        ("DENSE_ENOUGH", {("chr12", "gain", "one mixed")}),
        ("NO_BINS", set()),
        ("FILTERED", set()),
        ("UNSURE", set()),
        ("NEAR_ONE", set()),
        ("NEUTRAL", set()),
        ("HALF_IN_TROUBLE", set()),
        ("OVERLAPPING", set()),
        ("TWO", {("chr12", "gain", "one mixed"), ("chr21", "loss", "one mixed")}),
        ("MAN_X", set()),
        ("MIXED_MAN_X", {("chrX", "gain", "one mixed")}),
        ("MOSTLY_MAN_X", set()),
        ("FEW_CELLS_X", {("chrX", "loss", "one mixed")}),
        ("NO_CELLS_X", set()),
        ("ARM_3P", {("chr3", "gain", "10 Mb")}),
        *(
            (name, set())
            for name in ("DIGEORGE", "DIGEORGE_GAIN", "SMITH_MAGENIS", "POTOCKI_LUPSKI", "PRADER_WILLI", "DUP_15Q")
        ),
        ("HALF_OF_Y", {("chrY", "loss", "no Y: lost, or a woman")}),
        ("HALF_GAINED", {("chrY", "gain", "half")}),
        ("LOSS_AND_MOSAIC", {("chr12", "loss", "10 Mb, all mixed, one mixed")}),
        ("LEAST_LOSS", {("chr12", "loss", "one mixed")}),
        ("LESS", set()),
        ("MOST_GAIN", {("chr12", "gain", "one mixed")}),
        ("MORE", set()),
        ("NO_RATIO", set()),
        ("NO_RATIO_LONG", {("chr12", "gain", "10 Mb")}),
        ("TEN", set()),
        ("MEAN_IN", {("chr21", "gain", "all mixed")}),
        ("MEAN_OUT", set()),
    ],
)
def test_samples_with_large_events_are_marked(
    marked: tuple[Built, dict[str, plain.Person]], name: str, marks: set[tuple[str, str, str]]
) -> None:
    """R11. Bases that two overlapping events cover count once: the column holds the bases that they cover together."""
    assert marks_of(marked[0], name) == marks


def test_samples_are_marked_by_events_mostly_outside_problem_regions(
    marked: tuple[Built, dict[str, plain.Person]],
) -> None:
    """R11: a base more outside than inside is enough."""
    assert ["one mixed" in reason for *_, reason in marks_of(marked[0], "LESS_THAN_HALF")] == [True]


@pytest.mark.parametrize(
    ("name", "direction", "why"), [("Y_LOST", "loss", "no Y: lost, or a woman"), ("XYY", "gain", "half")]
)
def test_a_whole_y_is_marked_whatever_its_copy_ratio(
    marked: tuple[Built, dict[str, plain.Person]], name: str, direction: str, why: str
) -> None:
    """R11: a ratio of 0.02 or 2.0 is that of every cell, and the size marks."""
    ((chrom, found, reason),) = marks_of(marked[0], name)
    assert (chrom, found) == ("chrY", direction)
    assert why in reason
    assert "mixed" not in reason


def test_marks_agree_with_the_plain_reading(marked: tuple[Built, dict[str, plain.Person]]) -> None:
    """R11: reason, events, longest, bases and share."""
    assert len(compare_marks(*marked)) >= 10


def test_every_table_and_column_has_a_comment(cohort_3_5_7b: Cohort) -> None:
    database = cohort_3_5_7b.database
    tables = database.rows("SELECT table_name, comment FROM duckdb_tables()")
    columns = database.rows("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert len(tables) >= 17
    assert len(columns) >= 120
    assert [name for name, comment in tables if not comment] == []
    assert [(table, name) for table, name, comment in columns if not comment] == []


def test_the_built_tables_are_those_of_the_schema(cohort_3_5_7b: Cohort) -> None:
    """The contract: no table, column or type more or less than schema.sql has."""
    query = "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE NOT internal AND database_name NOT IN ('system', 'temp') ORDER BY ALL"
    with duckdb.connect(":memory:") as con:
        con.execute((ROOT / "data_prep" / "tables" / "schema.sql").read_text())
        assert cohort_3_5_7b.database.rows(query) == con.execute(query).fetchall()


def test_duckdb_1_5_opens_the_database(cohort_3_7_6: Cohort) -> None:
    """Its users have tools of the release before."""
    folder = ROOT / ".duckdb15"
    assert folder.is_dir(), f"{folder} is missing: `make test` installs DuckDB 1.5 there"
    program = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(duckdb.__version__)
for name, in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall():
    print(name, len(con.execute(f'SELECT * FROM "{name}"').fetchall()))
"""
    path = cohort_3_7_6.database.path.resolve()
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    version, *lines = done.stdout.splitlines()
    assert version.startswith("1.5.")
    with duckdb.connect(str(path), read_only=True) as con:
        counts = {line.split()[0]: int(line.split()[1]) for line in lines}
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        assert counts == {name: con.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0] for name in names}
        assert counts["calls"] > 30_000


def test_find_files_takes_files_folders_and_patterns(tmp_path: Path) -> None:
    names = ("a.vcf", "b.vcf.gz", "deep/er/c.cnv.vcf.gz", "d.vcf.gz.tbi", "e.txt", "f.vcf.gz.md5sum")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    all_three = sorted(str(tmp_path / name) for name in names[:3])
    assert find_files([str(tmp_path)]) == all_three
    assert find_files([str(tmp_path / "b*"), str(tmp_path / "a.vcf"), str(tmp_path)]) == all_three
    assert find_files([str(tmp_path / "**" / "*.vcf.gz")]) == all_three[1:]
    with pytest.raises(ReadingError, match="names no file"):
        find_files([str(tmp_path / "missing.vcf")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReadingError, match=r"holds no \.vcf"):
        find_files([str(tmp_path / "empty")])


def test_find_files_takes_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file each line, whatever its bytes, or a folder or pattern; not one that names nothing. Paths are those of the caller."""
    odd = os.fsdecode(b"odd \xff[1].vcf")
    for name in ("a.vcf", odd, "deep/b.vcf", "c1.vcf", "c2.vcf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    names = tmp_path / "list.txt"
    names.write_bytes(os.fsencode("\n".join(str(tmp_path / one) for one in ("a.vcf", odd, "deep", "c*.vcf", ""))))
    expected = sorted(str(tmp_path / one) for one in ("a.vcf", odd, "deep/b.vcf", "c1.vcf", "c2.vcf"))
    assert find_files([f"@{names}", str(tmp_path / "a.vcf")]) == expected
    names.write_text(f"{tmp_path / 'a.vcf'}\n{tmp_path / 'gone.vcf'}\n")
    with pytest.raises(ReadingError, match=r"gone\.vcf names no file"):
        find_files([f"@{names}"])
    names.write_text("../a.vcf\n")
    monkeypatch.chdir(tmp_path / "deep")
    assert find_files(["@../list.txt"]) == ["../a.vcf"]
    names.write_text("\n")
    with pytest.raises(ReadingError, match=r"list\.txt names no file: give one"):
        find_files([f"@{names}"])
    with pytest.raises(ReadingError, match="cannot be read"):
        find_files([f"@{tmp_path / 'no list'}"])


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with one file, and a sample table."""
    write(tmp_path / "vcf", "A", [LOSS])
    return tmp_path / "vcf", write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "male", True)])


def beside(out: Path) -> set[str]:
    """What lies beside a pointer, its lock left out."""
    return {path.name for path in out.parent.iterdir() if path.name != f".{out.name}.lock"}


def test_publish_moves_the_pointer_and_keeps_one_generation_before(small: tuple[Path, Path]) -> None:
    files, table = small
    out = files.parent / "out" / "cnv.duckdb"
    out.parent.mkdir()
    targets = []
    for _ in range(3):
        build_here([files], table, out)
        assert out.is_symlink()
        assert not out.readlink().is_absolute()
        targets.append(out.resolve())
    assert len(set(targets)) == 3
    assert all(re.fullmatch(r"cnv-[0-9a-f]{12}\.duckdb", target.name) for target in targets)
    assert beside(out) == {"cnv.duckdb", targets[1].name, targets[2].name}
    assert Built(out).rows("SELECT value FROM provenance WHERE key = 'generation'") == [(targets[2].stem[4:],)]


def test_publish_leaves_other_databases_in_the_folder_alone(small: tuple[Path, Path]) -> None:
    files, table = small
    names = ("cnv.duckdb", "cnv-test.duckdb", "cnv.db")
    folder = files.parent / "out"
    folder.mkdir()
    for name in names:
        build_here([files], table, folder / name)
    for name in names:
        assert Built(folder / name).rows("SELECT count(*) FROM calls") == [(1,)]


def test_an_open_reader_keeps_its_generation(small: tuple[Path, Path]) -> None:
    files, table = small
    out = files.parent / "cnv.duckdb"
    build_here([files], table, out)
    with duckdb.connect(str(out.resolve()), read_only=True) as reader:
        for number in range(3):
            write(files, f"MORE{number}", [LOSS])
            newer = build_here([files], table, out)
            assert reader.execute("SELECT count(*), sum(start) FROM calls").fetchall() == [(1, 100_000)]
            assert newer.rows("SELECT count(*) FROM calls") == [(2 + number,)]


def test_publish_mends_a_pointer_that_points_nowhere(small: tuple[Path, Path]) -> None:
    files, table = small
    out = files.parent / "cnv.duckdb"
    out.symlink_to("cnv-0123456789ab.duckdb")
    assert build_here([files], table, out).rows("SELECT count(*) FROM calls") == [(1,)]


def test_publish_refuses_a_real_file_and_makes_a_missing_folder(small: tuple[Path, Path]) -> None:
    files, table = small
    out = files.parent / "cnv.duckdb"
    out.write_text("somebody's work")
    with pytest.raises(PublishError, match=r"not the pointer .* another --out$"):
        build_here([files], table, out)
    assert out.read_text() == "somebody's work"
    with pytest.raises(PublishError, match="is no folder: give another --out"):
        build_here([files], table, table / "new" / "cnv.duckdb")
    made = build_here([files], table, files.parent / "new" / "folder" / "cnv.duckdb")
    assert made.rows("SELECT count(*) FROM calls") == [(1,)]
    with pytest.raises(BuildError):
        build_here([], table, files.parent / "other" / "cnv.duckdb")
    assert not (files.parent / "other").exists()
    with pytest.raises(PublishError):
        build_here([files], table, files.parent)


def test_a_build_of_bad_files_alone_leaves_everything_as_it_was(small: tuple[Path, Path]) -> None:
    files, table = small
    out = files.parent / "out" / "cnv.duckdb"
    out.parent.mkdir()
    build_here([files], table, out)
    before = beside(out)
    target = out.resolve()
    bad = files.parent / "bad"
    bad.mkdir()
    (bad / "A.vcf").write_text("")
    (bad / "B.vcf.gz").write_bytes(bgzip(header("B"))[:-3])
    with pytest.raises(BuildError, match=r"none of the 2 files could be read, .*A\.vcf for one: "):
        build_here([bad], table, out)
    assert beside(out) == before
    assert out.resolve() == target
    assert Built(out).rows("SELECT count(*) FROM calls") == [(1,)]


def test_build_stops_at_nothing_that_one_file_holds(tmp_path: Path) -> None:
    """R12: a good file among damaged ones is read, the others are told."""
    files = tmp_path / "vcf"
    write(files, "GOOD", [LOSS])
    write(files, "CN", [LOSS, record("chr2", 1_000, 90_000, "<DUP>", 4_000_000_000, gt="./1")])
    (files / "two_bytes.vcf.gz").write_bytes(b"\x1f\x8b")
    (files / "utf8.vcf").write_bytes(vcf("UTF", [LOSS]).encode().replace(b"DRAGEN:LOSS", b"DRAGEN:\xff\xfe"))
    (files / "nul.vcf").write_bytes(vcf("NUL", [LOSS]).encode().replace(b"PASS", b"PA\x00SS"))
    (files / "cr.vcf").write_bytes(vcf("CR", [LOSS]).encode().replace(b"PASS", b"PA\rSS"))
    table = write_table(tmp_path / "samples.tsv", [("GOOD", "EUR", "GBR", "male", True)])
    database = build_here([files], table, tmp_path / "cnv.duckdb")
    status = {Path(row["path"]).name: (row["status"], row["calls"]) for row in database.table("files")}
    assert status["GOOD.cnv.vcf.gz"] == ("read", 1)
    assert status["two_bytes.vcf.gz"] == ("refused", 0)
    assert status["utf8.vcf"] == status["nul.vcf"] == status["cr.vcf"] == ("read", 1)
    assert status["CN.cnv.vcf.gz"] in (("read", 1), ("read", 2))


def test_build_bears_a_hundred_thousand_records_of_one_person(tmp_path: Path) -> None:
    """E38: all of them on one chromosome, a third of it gained."""
    lines = [
        record("chr1", 2_000 * i, 2_000 * i + 1_000, "<DUP>", 3, gt="./1", sm=1.5, filters="PASS")
        for i in range(1, 100_001)
    ]
    write(tmp_path / "vcf", "MANY", lines)
    write(tmp_path / "vcf", "FEW", [LOSS])
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in ("MANY", "FEW")])
    database = build_here([tmp_path / "vcf"], table, tmp_path / "cnv.duckdb")
    assert database.rows(
        "SELECT sample, count(*) FROM events JOIN samples USING (sample_id) GROUP BY 1 ORDER BY 1"
    ) == [("FEW", 1), ("MANY", 100_000)]
    assert len(database.table("marked_samples")) == 1


def test_build_bears_a_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    """E39: as an old disk writes them; it is read or refused, and the others are read."""
    write(tmp_path / "vcf", "A", [LOSS])
    name = os.fsencode(tmp_path / "vcf") + b"/na\xefve.vcf"
    Path(os.fsdecode(name)).write_text(vcf("B", [LOSS]))
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "AB"])
    database = build_here([tmp_path / "vcf"], table, tmp_path / "cnv.duckdb")
    assert database.rows("SELECT count(*) FROM files") == [(2,)]
    assert database.rows("SELECT counted FROM samples WHERE sample = 'A'") == [(True,)]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_shard_that_cannot_be_written_is_no_fault_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """R12: a disk that is full for a moment stops the build, or changes nothing; it leaves nobody out and doubles nothing."""
    for name in "ABC":
        write(tmp_path / "vcf", name, [LOSS])
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", "male", True) for name in "ABC"])
    real = pl.DataFrame.write_parquet
    calls = 0

    def write_parquet(self: pl.DataFrame, *arguments: object, **more: object) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)")
        real(self, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(pl.DataFrame, "write_parquet", write_parquet)
    out = tmp_path / "cnv.duckdb"
    try:
        build_here([tmp_path / "vcf"], table, out)
    except UserError:
        assert not out.exists()
    else:
        assert Built(out).rows("SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM events)") == [(3, 3)]
        assert Built(out).rows("SELECT count(*) FROM files WHERE status = 'read'") == [(3,)]
    assert calls >= at


def test_callability_is_a_share_of_those_whose_files_have_reference_rows(odd) -> None:  # type: ignore[no-untyped-def]
    """R5: three people of the odd cohort, two of them men."""
    database, _, _, people = odd
    compare_callability(database, people)
    query = 'SELECT chrom::VARCHAR, start, "end", seen, samples FROM callability'
    assert database.rows(query) == [
        ("chr7", 0, 10_000, 1, 3),
        ("chr7", 10_000, 30_000, 3, 3),
        ("chr7", 30_000, 50_000, 1, 3),
        ("chrY", 5_000_000, 5_050_000, 1, 2),
        ("chrY", 5_050_000, 5_100_000, 2, 2),
        ("chrY", 5_100_000, 5_200_000, 1, 2),
    ]
