"""Bases that are never callable (R5): gaps, telomeres and modelled centromeres are in no bin's callable bases (R8)."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from data_prep.check import check
from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import record, reference_row, write, write_table

CALLS = [
    record("chr21", 46_640_000, 46_709_000),
    record("chr9", 2_000, 160_000),
    # into the model of the centromere, which begins at 43,389,635
    record("chr9", 43_310_000, 43_399_000),
]
# by hand, from the UCSC tables for hg38: the telomeres of chr21 and chr9 are [46,699,983, 46,709,983) and [0, 10,000)
EXPECTED = {
    ("chr21", 46_600_000): (99_983, 59_983),
    ("chr9", 0): (90_000, 90_000),
    ("chr9", 100_000): (100_000, 60_000),
    # less two gaps of 1,095 and 4,826 bases
    ("chr9", 43_300_000): (83_714, 73_714),
}
"""Callable bases of a bin of 100 kb, and how many of them the one carrier's loss covers."""


@pytest.fixture(scope="module", params=["3.5.7b", "3.7.6"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The second with reference rows, which run over everything from end to end."""
    folder = tmp_path_factory.mktemp("ends")
    seen: Sequence[str] = []
    if request.param == "3.7.6":
        seen = [reference_row("chr21", 0, 46_709_983, bins=46_000), reference_row("chr9", 0, 138_394_717, bins=138_000)]
    write(folder / "vcf", "T7", [*CALLS, *seen], release=request.param)
    write(folder / "vcf", "T8", [record("chr3", 5_000_000, 5_030_000), *seen], release=request.param)
    table = write_table(folder / "samples.tsv", [(name, "SAS", "GIH", "female", True) for name in ("T7", "T8")])
    return build_here([folder / "vcf"], table, folder / "cnv.duckdb")


def test_bins_leave_out_what_can_never_be_called_r5_r8(built: Built) -> None:
    rows = built.rows(
        """SELECT chrom::VARCHAR, start, callable, bases FROM bins
           WHERE size = 100000 AND level = 'pass' AND cohort = 'all' AND superpopulation = 'all' AND chrom IN ('chr9', 'chr21')"""
    )
    assert {(chrom, start): (able, bases) for chrom, start, able, bases in rows} == EXPECTED
    assert [one.sentence for one in check(built.path) if one.broken] == []


@pytest.mark.parametrize("kind", ["telomere", "centromere"])
def test_check_counts_those_bases_by_itself_r8(built: Built, tmp_path: Path, kind: str) -> None:
    """A database whose bins took such places for callable does not pass."""
    path = tmp_path / "other.duckdb"
    shutil.copy(built.path.resolve(), path)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE problem_regions SET kind = 'par' WHERE kind = ?", [kind])
    broken = [one.sentence for one in check(path) if one.broken]
    assert any(one.startswith("a bin lies on its grid") for one in broken)
