"""What the simulated genome spares, on small inputs: bases counted one by one, a list of genes in another place."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.domain.chromosomes import CHROMOSOMES
from data_prep.reading.vcf import Header
from data_prep.simulate.large_events import raised_cnvs
from data_prep.simulate.selection import drawn_in, lasting_share, merge_stretches, silent_genes
from tests.data_prep.conftest import Cohort

Intervals = list[tuple[str, int, int]]
interval = st.tuples(st.sampled_from(["chr1", "chr2", "chrX"]), st.integers(0, 60), st.integers(1, 20))


@given(st.lists(interval, min_size=1, max_size=12), interval)
def test_bases_are_those_counted_by_one(drawn: Intervals, asked: tuple[str, int, int]) -> None:
    rows = [(chrom, start, start + length) for chrom, start, length in drawn]
    covered = {(chrom, base) for chrom, start, end in rows for base in range(start, end)}
    chrom, start, length = asked
    expected = sum((chrom, base) in covered for base in range(start, start + length))
    union = merge_stretches(pl.DataFrame(rows, schema=["chrom", "start", "end"], orient="row"))
    counted = union.bases(CHROMOSOMES.index(chrom), np.array([start]), np.array([start + length]))
    assert counted.tolist() == [expected]


@pytest.mark.parametrize(
    ("length", "bins", "by"),
    [(10_000, 5, 1_000), (9_999, 5, 999), (1_500, 1, 500), (2_000, 2, 500), (60_000, 2, 15_000), (1_000, 1, 333)],
)
def test_ends_are_drawn_in_by_half_a_bin_and_at_most_a_third_r7(length: int, bins: int, by: int) -> None:
    start, end = drawn_in(np.array([50_000]), np.array([50_000 + length]), np.array([bins]))
    assert (start[0], end[0]) == (50_000 + by, 50_000 + length - by)


def test_losses_of_dosage_sensitive_genes_do_not_last_and_others_the_less_the_more_they_take() -> None:
    """DMD: ClinGen has sufficient evidence; PKHD1: recessive; a stretch of chr4 without genes."""
    exons = pl.read_parquet(Path(__file__).parents[3] / "data_prep" / "reference" / "exons.parquet")
    genes = pl.read_parquet(Path(__file__).parents[3] / "data_prep" / "reference" / "genes.parquet")

    def share(chrom: str, start: int, end: int, loss: bool = True) -> float:
        where = np.array([CHROMOSOMES.index(chrom)]), np.array([start]), np.array([end]), np.array([5])
        return float(lasting_share(*where, np.array([loss]))[0])

    def exon(symbol: str) -> tuple[str, int, int]:
        gene = genes.filter(symbol=symbol).item(0, "gene_id")
        coding = exons.filter(pl.col("coding_start").is_not_null(), gene_id=gene).sort("start")
        return coding.select("chrom", "coding_start", "coding_end").row(coding.height // 2)

    chrom, start, end = exon("DMD")
    assert share(chrom, start - 3_000, end + 3_000) == 0
    # also where the end of the event only may reach into the exon
    assert share(chrom, start - 6_000, start + 10) == 0
    chrom, start, end = exon("PKHD1")
    assert 0 < share(chrom, start - 3_000, end + 3_000) < 0.3
    assert share(chrom, start - 6_000, start + 10) == 1, "no coding base is taken once the ends are drawn in"
    chrom, low, high = genes.filter(symbol="PKHD1").select("chrom", "start", "end").row(0)
    assert share(chrom, low, high) < 0.01
    assert share(chrom, low, high, loss=False) > share(chrom, low, high)
    assert share("chr4", 179_000_000, 179_010_000) == 1


def test_silent_genes_come_from_the_table_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "paralogous_genes.tsv"
    path.write_text("# places with near copies\nsymbol\tkind\nHBA2\tpair\nRHD\tpair\nCCL3L1\tpair\nHP\tpair\n")
    # RHD and HP are seen by the caller, CCL3L1 has no place on the primary assembly
    assert silent_genes(path) == [("chr16", 172_875, 173_710)]
    path.write_text("place\tkind\nchr16:1-2\tpair\n")
    with pytest.raises(ValueError, match="names no genes: it needs a column symbol or gene"):
        silent_genes(path)


def test_raised_rates_go_from_the_header_into_the_database_r12(cohort_3_5_7b: Cohort) -> None:
    """Rates under one in the 2,504 unrelated people: DiGeorge's deletion (7 of 25,704) is, its duplication (17) is not."""
    assert "22q11.2 A-D loss" in raised_cnvs()
    assert "22q11.2 A-D gain" not in raised_cnvs()
    facts = dict(cohort_3_5_7b.database.rows("SELECT key, value FROM provenance"))
    assert sorted(facts["rates_raised"].split(", ")) == sorted(raised_cnvs())
    assert Header("VCFv4.2", ("S",)).rates_raised == ""
    assert Header("VCFv4.2", ("S",), {"simulated": ("yes",)}).rates_raised == ""
