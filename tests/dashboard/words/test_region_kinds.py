"""The kinds of problem regions as people read them (R11)."""

from dashboard.words import region_kinds


def test_kinds_of_problem_regions_are_written_as_people_write_them_r11() -> None:
    kinds = ("par", "ampliconic-y", "x-transposed", "immune-locus", "seg_dup-2")
    written = ["PAR", "ampliconic Y", "X-transposed region", "immune locus", "seg_dup 2"]
    assert [region_kinds.kind_of_problem(kind) for kind in kinds] == written
