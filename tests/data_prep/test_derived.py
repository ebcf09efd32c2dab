"""What is worked out by several processes is what one of them works out."""

from pathlib import Path

import pytest

from tests.data_prep.built import build_here
from tests.data_prep.conftest import Cohort


def test_several_processes_work_out_the_same_database_row_by_row_r9_r12(
    cohort_3_5_7b: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_prep.build.WORTH_WORKERS", 0)
    folder = cohort_3_5_7b.folder
    several = build_here([folder / "vcf"], folder / "samples.tsv", tmp_path / "cnv.duckdb", jobs=2).everything()
    alone = cohort_3_5_7b.database.everything()
    assert several.keys() == alone.keys()
    for table, rows in alone.items():
        assert several[table] == rows, table
    assert alone["sites"]
    assert alone["site_differences"]
