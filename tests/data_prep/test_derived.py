"""What is worked out by several processes is what one of them works out."""

from pathlib import Path

import pytest

from data_prep import derived
from tests.data_prep.built import build_here
from tests.data_prep.conftest import Cohort


@pytest.mark.parametrize("most_rows", [1, derived.MOST_ROWS])
def test_several_processes_work_out_the_same_database_row_by_row_r9_r12(
    most_rows: int, cohort_3_5_7b: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One chromosome at a time, as in a large cohort, or several."""
    monkeypatch.setattr("data_prep.build.WORTH_WORKERS", 0)
    monkeypatch.setattr("data_prep.derived.MOST_ROWS", most_rows)
    folder = cohort_3_5_7b.folder
    several = build_here([folder / "vcf"], folder / "samples.tsv", tmp_path / "cnv.duckdb", jobs=2).everything()
    alone = cohort_3_5_7b.database.everything()
    assert several.keys() == alone.keys()
    for table, rows in alone.items():
        assert several[table] == rows, table
    assert alone["sites"]
    assert alone["site_differences"]
