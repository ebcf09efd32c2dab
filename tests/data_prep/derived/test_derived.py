"""What is worked out in pieces, and by several processes, is what one process works out of whole chromosomes."""

from math import isclose
from pathlib import Path
from typing import Any

import pytest

from data_prep.system.limits import Limits
from tests.data_prep.built import build_here
from tests.data_prep.conftest import Cohort


def is_same(row: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return row == other or all(
        one == two or (isinstance(one, float) and isinstance(two, float) and isclose(one, two, rel_tol=1e-12))
        for one, two in zip(row, other, strict=True)
    )


@pytest.mark.parametrize(
    ("jobs", "limits"),
    [(2, Limits(events_worth_processes=0)), (1, Limits(events_worth_processes=0, derived_rows=100, commit_rows=1))],
    ids=["two processes", "small pieces"],
)
def test_pieces_and_processes_make_the_same_database_row_by_row_r8_r9_r10_r12(
    jobs: int, limits: Limits, cohort_3_5_7b: Cohort, tmp_path: Path
) -> None:
    folder = cohort_3_5_7b.folder
    out = tmp_path / "cnv.duckdb"
    mine = build_here([folder / "vcf"], folder / "samples.tsv", out, jobs=jobs, limits=limits).everything()
    whole = cohort_3_5_7b.database.everything()
    assert mine.keys() == whole.keys()
    for table, rows in whole.items():
        if table == "bins":  # by size, direction and group, in each window anew
            assert sorted(mine[table]) == sorted(rows)
        else:
            assert len(mine[table]) == len(rows), table
            # the order in which numbers are added up shows in their last digits
            assert all(map(is_same, mine[table], rows)), table
    assert whole["sites"]
    assert whole["site_differences"]
