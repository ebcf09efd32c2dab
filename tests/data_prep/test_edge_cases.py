"""The edge cases E01 to E40 of the facts about the input, each with a test of its expected outcome.

Where another test proves a case already, `ELSEWHERE` names it; the rest stand here, under their ids.
"""

import gzip
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from data_prep.check import check
from data_prep.reading.calls import Skip
from data_prep.system.limits import DEFAULTS
from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import record, reference_row, vcf, write, write_table
from tests.data_prep.in_memory import fates
from tests.data_prep.reading.dialects.texts import CALLERS

HERE: Final = Path(__file__).resolve().parent

ELSEWHERE: Final = {
    "E01": ["reading/test_calls.py::test_class_is_copy_number_against_the_expected_in_a_man"],
    "E02": ["reading/test_calls.py::test_class_is_copy_number_against_the_expected_in_a_man", "reading/dialects/test_gcnv.py::test_copies_on_x_are_held_against_the_sex"],
    "E03": ["reading/test_calls.py::test_class_is_copy_number_against_the_expected_in_a_man", "reading/test_calls.py::test_expected_copies_at_the_borders_of_par_on_x"],
    "E04": ["reading/test_calls.py::test_class_is_copy_number_against_the_expected_in_a_man"],
    "E05": ["reading/test_calls.py::test_y_calls_in_women_are_unexpected"],
    "E06": ["reading/test_calls.py::test_reference_rows_are_no_calls", "reading/test_dragen.py::test_records_place_a_reference_row_as_its_id_says"],
    "E08": ["reading/dialects/test_dragen_releases.py::test_records_of_4_4"],
    "E09": ["reading/test_dragen.py::test_records_place_events_and_reference_rows", "reading/dialects/test_dragen_releases.py::test_records_of_4_4"],
    "E10": ["reading/test_dragen.py::test_records_place_events_and_reference_rows"],
    "E11": ["reading/test_dragen.py::test_records_place_events_and_reference_rows", "reading/dialects/test_builds.py::test_records_that_contradict_themselves_are_told_with_the_file"],
    "E12": ["reading/test_dragen.py::test_records_read_large_copy_numbers", "reading/test_calls.py::test_direction_comes_from_alt_then_the_id_without_a_copy_number", "reading/dialects/test_cnvnator.py::test_copies_follow_from_the_depth_whatever_is_written"],
    "E13": ["reading/test_dragen.py::test_records_keep_every_filter_and_put_ft_first", "reading/test_events.py::test_levels_of_an_event"],
    "E14": ["reading/test_dragen.py::test_records_read_decimals_finite_or_not_at_all"],
    "E16": ["reading/test_events.py::test_segments_are_disjoint_and_say_of_each_base_what_the_events_say"],
    "E17": ["reading/test_calls.py::test_duplicates_are_exact_and_within_one_file"],
    "E18": ["tables/test_database.py::test_build_takes_one_of_two_equal_files_and_none_of_two_that_differ", "reading/test_long_files.py::test_a_sample_in_a_joint_file_and_in_another"],
    "E19": ["tables/test_database.py::test_build_counts_people_without_a_call_and_names_those_without_a_file", "tables/test_database.py::test_build_keeps_strangers_and_their_groups", "reading/test_long_files.py::test_a_joint_file_without_records_counts_its_people"],
    "E20": ["reading/test_vcf.py::test_read_file_takes_a_header_alone", "tables/test_database.py::test_build_counts_a_header_alone"],
    "E21": ["reading/test_vcf.py::test_read_file_refuses_with_a_sentence", "test_command_line.py::test_build_tells_of_files_left_out_and_goes_on"],
    "E22": ["reading/test_vcf.py::test_read_file_takes_gzip_by_content", "reading/test_vcf.py::test_read_file_refuses_with_a_sentence"],
    "E23": ["reading/test_vcf.py::test_read_file_needs_no_index_and_reads_odd_names"],
    "E24": ["reading/test_vcf.py::test_read_file_accepts_small_faults_with_a_note"],
    "E25": ["reading/test_calls.py::test_a_record_that_is_no_call_has_its_reason", "reading/test_calls.py::test_the_last_and_the_first_base_of_a_chromosome_can_be_called"],
    "E26": ["reading/test_calls.py::test_a_record_that_is_no_call_has_its_reason", "reading/test_calls.py::test_chromosomes_are_read_with_and_without_chr"],
    "E27": ["reading/test_vcf.py::test_read_file_refuses_with_a_sentence", "reading/test_vcf.py::test_read_file_takes_the_word_of_the_person_for_the_build", "reading/dialects/test_builds.py::test_files_of_another_build_are_refused_whoever_called"],
    "E28": ["reading/test_calls.py::test_calls_come_sorted_by_chromosome_and_place"],
    "E29": ["reading/test_dragen.py::test_records_tell_the_kind_by_alt_then_by_id", "reading/dialects/test_builds.py::test_records_that_contradict_themselves_are_told_with_the_file"],
    "E30": ["reading/test_dragen.py::test_records_read_format_by_key", "reading/test_vcf.py::test_frame_gives_missing_columns_as_null"],
    "E31": ["reading/test_vcf.py::test_read_file_takes_the_sample_of_the_header"],
    "E32": ["reading/test_long_files.py::test_per_sample_filters_and_qualities", "reading/dialects/test_joint_files.py::test_the_joint_files_that_there_are"],
    "E33": ["reading/test_dragen.py::test_records_take_the_rows_of_cnv_sv_files_that_depth_supports", "reading/dialects/test_dragen_releases.py::test_cnv_sv_files_give_the_rows_that_depth_supports"],
    "E34": ["reading/dialects/test_projects.py::test_copies_of_phase_3_are_summed_over_haplotypes"],
    "E35": ["reading/dialects/test_gcnv.py::test_segments_by_copy_number_and_by_both_forms_of_gt", "reading/dialects/test_gcnv.py::test_a_segment_begins_at_its_pos"],
    "E36": ["reading/test_dragen.py::test_records_read_decimals_finite_or_not_at_all"],
    "E38": ["tables/test_database.py::test_build_bears_a_hundred_thousand_records_of_one_person", "reading/test_vcf.py::test_read_file_bears_a_header_line_of_a_megabyte", "reading/test_long_files.py::test_a_line_without_end_is_refused", "reading/test_long_files.py::test_text_without_end_is_refused"],
    "E39": ["test_command_line.py::test_build_reports_a_file_that_cannot_be_opened", "test_command_line.py::test_build_takes_paths_with_spaces_and_letters_of_the_world", "../test_interrupted_builds.py::test_a_build_killed_at_any_moment_leaves_a_whole_database"],
    "E40": ["reading/test_calls.py::test_expected_copies_at_the_borders_of_par_on_x", "reading/test_calls.py::test_expected_copies_at_the_borders_of_par_on_y"],
}  # fmt: skip
"""By case: tests that prove it, as file::name."""


def test_every_edge_case_has_its_test() -> None:
    """By its id in the test's name here, or by name elsewhere, where the test must exist."""
    named = re.findall(r"^def test_e(\d\d)_", Path(__file__).read_text(), re.MULTILINE)
    mine = {f"E{number}" for number in named}
    assert mine | set(ELSEWHERE) == {f"E{number:02}" for number in range(1, 41)}
    for tests in ELSEWHERE.values():
        for one in tests:
            file, name = one.split("::")
            assert re.search(rf"^def {name}\(", (HERE / file).read_text(), re.MULTILINE), one


def build_of(folder: Path, files: dict[str, list[str]], sexes: dict[str, str], header_sex: str | None = None) -> Built:
    """A database of DRAGEN files by sample, with the sexes of the sample table."""
    for sample, lines in files.items():
        write(folder / "vcf", sample, lines, sex=header_sex)
    table = write_table(folder / "samples.tsv", [(sample, "EUR", "GBR", sex, True) for sample, sex in sexes.items()])
    return build_here([folder / "vcf"], table, folder / "cnv.duckdb")


def test_e05_a_woman_with_short_calls_on_y_contradicts_nothing(tmp_path: Path) -> None:
    """R2: her calls are kept as unexpected, and she is counted on X."""
    built = build_of(tmp_path, {"A": [record("chrY", 10_659_024, 10_693_717, "<DUP>", 2, gt="1")]}, {"A": "female"})
    assert built.rows("SELECT direction::VARCHAR, copy_number FROM calls") == [("unexpected", 2)]
    assert built.rows("SELECT sex_mismatch, sex_mismatch_reason FROM samples") == [(False, None)]


def test_e05_a_woman_with_a_whole_y_is_told_of(tmp_path: Path) -> None:
    """R2: the summary warns, with the reason, and she is left out on X and Y."""
    built = build_of(tmp_path, {"A": [record("chrY", 12_200_000, 21_500_000, "<DUP>", 2, gt="1")]}, {"A": "female"})
    assert built.rows("SELECT sex_mismatch FROM samples") == [(True,)]
    assert built.summary is not None
    assert any("contradict their recorded sex, A for one (copies of Y over " in note for note in built.summary.notes)


def test_e07_loss_of_heterozygosity_is_in_no_count_of_losses_and_gains(tmp_path: Path) -> None:
    """R2: stored as a call and an event of its own class, but in no segment, site or bin."""
    line = record("chr1", 6_667_699, 6_887_749, "<DEL>,<DUP>", gt="1/2", info="SVLEN=-220050,220050;SVTYPE=CNV;END=6887749;REFLEN=220050", form="GT:SM:BC", values="1/2:1.018696:200")  # fmt: skip
    built = build_of(tmp_path, {"A": [line]}, {"A": "male"}, "male")
    assert built.rows('SELECT class::VARCHAR, direction::VARCHAR, start, "end" FROM calls') == [("loh", "loh", 6_667_699, 6_887_749)]  # fmt: skip
    assert built.rows("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM segments), (SELECT count(*) FROM sites)") == [(1, 0, 0)]  # fmt: skip


@pytest.mark.parametrize(
    ("info", "end"),
    [
        ("END=20000;SVLEN=9000;REFLEN=10000", 19_000),
        ("END=20000;REFLEN=9000", 20_000),
        ("SVLEN=9000;REFLEN=10000", 19_000),
        ("REFLEN=9000", 19_000),
    ],
)
def test_e11_svlen_holds_before_end_from_vcf_4_4_on(info: str, end: int) -> None:
    """The third of the generic rules: END up to 4.2, SVLEN from 4.4; then REFLEN."""
    caller = CALLERS["dragen-4.4"]
    line = "\t".join(("chr1", "10000", ".", "N", "<DEL>", "40", "PASS", info, "GT:CN:BC", "0/1:1:9"))
    found = fates([caller.vcf([line])]).calls
    assert found.select("start", "end").rows() == [(10_000, end)]


def test_e15_het_and_hom_steps_are_two_calls_of_one_carrier(tmp_path: Path) -> None:
    """R3, R6: solid sides of different copy numbers stay apart, and the person is one of one."""
    steps = [record("chr1", 5_000_000, 5_040_000, cn=1, bins=30), record("chr1", 5_040_000, 5_090_000, cn=0, gt="1/1", sm=0.01, bins=40)]  # fmt: skip
    built = build_of(tmp_path, {"A": steps, "B": []}, {"A": "male", "B": "female"})
    assert built.rows('SELECT copy_number, "end" - start FROM events ORDER BY start') == [(1, 40_000), (0, 50_000)]
    assert built.rows("SELECT count(DISTINCT sample_id) FROM events WHERE start < 5090000 AND \"end\" > 5000000") == [(1,)]  # fmt: skip
    # over a bin of 100 kb: one person of two at each base that is lost, never two
    covered = [row for row in built.table("segments") if row["direction"] == "loss"]
    assert sum(row["end"] - row["start"] for row in covered) == 90_000
    assert all(not finding.broken for finding in check(built.path))


def test_e16_overlapping_calls_of_a_direction_cover_a_base_once(tmp_path: Path) -> None:
    """R8: nested and overlapping calls of one direction, and one of the other over them."""
    lines = [
        record("chr1", 5_000_000, 5_060_000),
        record("chr1", 5_020_000, 5_030_000, cn=0, gt="1/1", sm=0.01),
        record("chr1", 5_050_000, 5_090_000),
        record("chr1", 5_040_000, 5_070_000, "<DUP>", 3, gt="./1", sm=1.5),
    ]
    built = build_of(tmp_path, {"A": lines}, {"A": "male"})
    bases = built.rows('SELECT direction::VARCHAR, sum("end" - start)::INTEGER FROM segments GROUP BY 1 ORDER BY 1')
    assert sorted(bases) == [("gain", 30_000), ("loss", 90_000)]


@pytest.mark.parametrize("svlen", ["-1000", "1000", "-1000,1000"])
@pytest.mark.parametrize(("alt", "cn", "direction"), [("<DUP>", 3, "gain"), ("<DEL>", 1, "loss")])
def test_e25_the_sign_of_svlen_says_nothing(svlen: str, alt: str, cn: int, direction: str) -> None:
    """A length is taken without its sign, whatever the direction."""
    line = record("chr1", 5_000, 6_000, alt, cn, info=f"SVTYPE=CNV;SVLEN={svlen}")
    assert fates([vcf("S", [line])]).calls.select("start", "end", "direction").rows() == [(5_000, 6_000, direction)]


def test_e30_a_file_without_genotypes_goes_by_the_sex() -> None:
    """R2: fields by name in any order, those missing at the end are null."""
    line = record("chrX", 6_000_000, 6_020_000, "<DUP>", form="BC:CN:SM", values="12:2")
    found = fates([vcf("S", [line], sex=None), vcf("T", [line], sex=None)], ["XY", "XX"])
    assert found.calls.select("entry_source", "class", "copy_ratio", "genotype", "bins").rows() == [(0, "low-gain", None, None, 12)]  # fmt: skip
    assert found.skipped.select("entry_source", "reason").rows() == [(1, Skip.EXPECTED.value)]


def pieces(chrom: str, places: list[tuple[int, int]], alt: str, cn: int, sm: float, gt: str) -> list[str]:
    """Dense calls, one bin a kb."""
    return [record(chrom, a, b, alt, cn, gt=gt, sm=sm, bins=(b - a) // 1000, quality=100) for a, b in places]


def test_e37_cell_line_karyotypes_are_marked(tmp_path: Path) -> None:
    """R11: a chromosome 12 gained in 13 fragments and in part of the cells, one X, and XXY; a plain man is not marked."""
    twelve = [(38_000_000 + 6_000_000 * i, 38_000_000 + 6_000_000 * i + 2_500_000) for i in range(13)]
    files = {
        "TRISOMY": pieces("chr12", twelve, "<DUP>", 3, 1.48, "./1"),
        "MOSAIC": pieces("chr12", twelve, "<DUP>", 3, 1.28, "./1"),
        "X0": pieces("chrX", [(5_000_000, 15_600_000), (70_000_000, 71_400_000)], "<DEL>", 1, 0.5, "0/1"),
        "XXY": pieces("chrX", [(5_000_000, 15_600_000), (70_000_000, 74_000_000)], "<DUP>", 2, 2.0, "1"),
        "PLAIN": pieces("chr12", twelve[:1], "<DUP>", 3, 1.5, "./1"),
    }
    sexes = {"TRISOMY": "male", "MOSAIC": "female", "X0": "female", "XXY": "male", "PLAIN": "male"}
    built = build_of(tmp_path, files, sexes)
    found = built.rows("SELECT sample, chrom::VARCHAR, direction::VARCHAR FROM marked_samples JOIN samples USING (sample_id)")  # fmt: skip
    assert sorted(found) == [
        ("MOSAIC", "chr12", "gain"),
        ("TRISOMY", "chr12", "gain"),
        ("X0", "chrX", "loss"),
        ("XXY", "chrX", "gain"),
    ]


_BOMB: Final = """
import resource, sys
from pathlib import Path
from data_prep.reading.files import ReadingOptions, read_files
from data_prep.system.limits import Limits
options = ReadingOptions(jobs=1, limits=Limits(bytes_per_sample=1 << 28))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read = read_files([sys.argv[1]], {}, Path(sys.argv[2]), lambda *_: None, options)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, read.files[0].message)
"""


@pytest.mark.parametrize(
    ("unit", "says"),
    [(b"A", "a line is longer than"), (b"A" * 65_535 + b"\n", "inflates to more than")],
    ids=["one line", "many lines"],
)
def test_e38_a_gzip_bomb_is_refused_within_bounds(tmp_path: Path, unit: bytes, says: str) -> None:
    """1.3 GiB in a few MB, with and without a line end: refused at the measure, here 256 MiB, and never held as a whole."""
    assert DEFAULTS.bytes_per_sample == 1 << 30
    member = gzip.compress(unit * ((1 << 24) // len(unit)), 1)
    path = tmp_path / "A.vcf.gz"
    path.write_bytes(gzip.compress(vcf("A", []).encode()) + member * 80)
    root = HERE.parents[1]
    done = subprocess.run(
        [sys.executable, "-c", _BOMB, str(path), str(tmp_path)], cwd=root, capture_output=True, text=True, check=True
    )
    kilobytes, _, said = done.stdout.partition(" ")
    assert says in said
    assert int(kilobytes) < 1 << 19


def test_e40_a_call_over_a_centromere_lies_in_a_problem_region(tmp_path: Path) -> None:
    """Two copies are expected there as elsewhere on the autosome; the region that it touches is known by name."""
    built = build_of(tmp_path, {"A": [record("chr1", 121_900_000, 122_100_000), reference_row("chr1", 0, 900)]}, {"A": "male"})  # fmt: skip
    assert built.rows("SELECT expected_copy_number, par_border FROM calls") == [(2, False)]
    kinds = built.rows("""SELECT DISTINCT p.kind FROM events e JOIN problem_regions p
                          ON p.chrom = e.chrom AND p.start < e."end" AND p."end" > e.start ORDER BY 1""")
    assert {("centromere",), ("pericentromere",)} <= set(kinds)
