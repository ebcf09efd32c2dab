"""R5: genes with copies that short reads cannot be placed between, as problem regions of their own kind."""

import polars as pl
import pytest

from data_prep import reference

REGIONS = reference.problem_regions().filter(kind="paralogous")
NAMED_BY_THE_RULE = "AMY1A AMY1B AMY1C HBA1 HBA2 DEFB4A DEFB4B DEFB103A DEFB103B DEFB104A DEFB104B DEFB105A DEFB105B DEFB106A DEFB106B DEFB107A DEFB107B SPAG11A SPAG11B DEFA1 DEFA1B DEFA3 FCGR3A FCGR3B HP HPR PMS2 NCF1 CYP2D6 CYP21A2 C4A C4B GBA1 STRC CFHR1 CFHR3 OPN1LW OPN1MW OPN1MW2 OPN1MW3 CCL3L3 CCL4L2 GSTT2B RHD RHCE"  # fmt: skip


def share_within(symbol: str) -> float:
    """Share of a gene's bases in paralogous places, base by base."""
    gene = pl.read_parquet(reference.FOLDER / "genes.parquet").filter(symbol=symbol)
    chrom, start, end = gene.select("chrom", "start", "end").row(0)
    places = REGIONS.filter(chrom=chrom).select("start", "end").rows()
    inside = {base for first, last in places for base in range(max(first, start), min(last, end))}
    return len(inside) / (end - start)


@pytest.mark.parametrize("symbol", NAMED_BY_THE_RULE.split())
def test_genes_that_the_rule_names_are_in(symbol: str) -> None:
    assert share_within(symbol) == 1


@pytest.mark.parametrize("symbol", ["DMD", "MECP2", "BRCA1", "PKHD1", "NEB", "CFH", "TNXB", "NOTCH2", "CHRNA7", "SMAD4", "GSTM1"])  # fmt: skip
def test_genes_that_can_be_read_stay_out(symbol: str) -> None:
    """Hard for other reasons is not enough, nor is a copy of less than half of the coding bases."""
    assert share_within(symbol) < 0.5


@pytest.mark.parametrize("symbol", ["CCL3L1", "CCL4L1"])
def test_copies_on_alternate_contigs_have_no_place_at_all(symbol: str) -> None:
    unplaced = pl.read_csv(reference.FOLDER / "unplaced_genes.tsv", separator="\t", quote_char=None)
    assert symbol in unplaced.get_column("symbol").to_list()


def test_each_gene_has_a_source_and_the_place_of_the_models() -> None:
    listed = reference.paralogous_genes()
    assert listed.get_column("symbol").is_unique().all()
    assert set(listed.get_column("kind")) == {"copies", "listed"}
    assert set(listed.get_column("known")) == {"read", "remembered"}
    assert listed.select(pl.all_horizontal(pl.col("source", "where").str.len_chars() > 5)).to_series().all()
    models = pl.read_parquet(reference.FOLDER / "genes.parquet")
    placed = listed.join(models, on="symbol", how="left").select("chrom", "start", "end").rows()
    borders = {(chrom, border) for chrom, start, end in placed for border in (start, end)}
    for chrom, start, end in REGIONS.select("chrom", "start", "end").iter_rows():
        assert {(chrom, start), (chrom, end)} <= borders
    for symbol in listed.get_column("symbol"):
        assert share_within(symbol) == 1, symbol
    assert REGIONS.filter(~pl.col("source").str.contains(r"\d")).is_empty()


def test_what_was_not_read_says_so() -> None:
    remembered = reference.paralogous_genes().filter(known="remembered").get_column("symbol").to_list()
    for symbol in remembered:
        (source,) = REGIONS.filter(pl.col("name").str.contains(rf"\b{symbol}\b")).get_column("source").to_list()
        assert "cited from memory)" in source
