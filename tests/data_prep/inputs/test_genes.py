"""Gene models: the embedded ones against published facts and a second source, GTF files against a plain count."""

import gzip
import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.domain.chromosomes import LENGTHS, PSEUDO_AUTOSOMAL
from data_prep.inputs.genes import (
    EXONS,
    GENES,
    TRANSCRIPTS,
    GeneModels,
    GeneModelsError,
    embedded_gene_models,
    read_gencode,
)
from data_prep.system.limits import Limits

SECOND_SOURCE = Path(__file__).with_name("genes_second_source.tsv")


@pytest.fixture(scope="module")
def models() -> GeneModels:
    return embedded_gene_models()


def _gene(models: GeneModels, symbol: str, chrom: str | None = None) -> dict[str, object]:
    found = models.genes.filter(symbol=symbol)
    if chrom:
        found = found.filter(chrom=chrom)
    assert found.height == 1, f"{symbol}: {found.height} genes"
    return found.row(0, named=True)


def _check_invariants(models: GeneModels) -> None:
    """What holds of any gene models, counted the plain way, row by row."""
    assert models.genes.schema == GENES
    assert models.transcripts.schema == TRANSCRIPTS
    assert models.exons.schema == EXONS
    genes = {row["gene_id"]: row for row in models.genes.iter_rows(named=True)}
    transcripts = {row["transcript_id"]: row for row in models.transcripts.iter_rows(named=True)}
    assert len(genes) == models.genes.height
    assert len(transcripts) == models.transcripts.height
    assert {row["transcript_id"] for row in genes.values()} - {None} == set(transcripts)
    for row in models.transcripts.iter_rows(named=True):
        gene = genes[row["gene_id"]]
        assert gene["transcript_id"] == row["transcript_id"]
        for key in ("chrom", "start", "end", "strand"):
            assert gene[key] == row[key]
    exons: dict[str, list[dict[str, int]]] = {}
    for row in models.exons.iter_rows(named=True):
        assert row["gene_id"] == transcripts[row["transcript_id"]]["gene_id"]
        assert row["chrom"] == transcripts[row["transcript_id"]]["chrom"]
        exons.setdefault(row["transcript_id"], []).append(row)
    assert set(exons) == set(transcripts)
    for identifier, parts in exons.items():
        transcript = transcripts[identifier]
        parts.sort(key=lambda part: part["start"])
        assert parts[0]["start"] == transcript["start"]
        assert parts[-1]["end"] == transcript["end"]
        assert all(a["end"] < b["start"] for a, b in pairwise(parts))
        numbers = [part["number"] for part in parts]
        ascending = list(range(1, len(parts) + 1))
        assert numbers == (ascending if transcript["strand"] == "+" else ascending[::-1])
        bases = 0
        for part in parts:
            assert (part["coding_start"] is None) == (part["coding_end"] is None)
            if part["coding_start"] is not None:
                assert part["start"] <= part["coding_start"] < part["coding_end"] <= part["end"]
                bases += part["coding_end"] - part["coding_start"]
        assert bases == transcript["coding_bases"]
        # the coding sequence is one stretch of the transcript: only its first and last exon may code in part
        coding = [part for part in parts if part["coding_start"] is not None]
        assert all(part["coding_end"] == part["end"] for part in coding[:-1])
        assert all(part["coding_start"] == part["start"] for part in coding[1:])
        places = [parts.index(part) for part in coding]
        assert places == list(range(places[0], places[-1] + 1)) if places else bases == 0


def test_r7_embedded_models_hold_together(models: GeneModels) -> None:
    _check_invariants(models)


def test_r7_embedded_models_cover_the_24_chromosomes(models: GeneModels) -> None:
    assert set(models.genes["chrom"]) == set(LENGTHS)
    assert set(models.transcripts["chrom"]) == set(LENGTHS)
    assert models.genes.filter(pl.col("end") > pl.col("chrom").replace_strict(LENGTHS)).is_empty()
    assert all(identifier.startswith("ENSG") and len(identifier) == 15 for identifier in models.genes["gene_id"])


def test_r7_every_coding_gene_with_a_name_has_a_representative_but_for_the_listed_few(models: GeneModels) -> None:
    coding = models.genes.filter(biotype="protein_coding")
    bare = coding.filter(pl.col("transcript_id").is_null(), pl.col("symbol") != pl.col("gene_id"))
    (_, first_end), (second_start, _) = PSEUDO_AUTOSOMAL["chrY"]
    copies = (pl.col("chrom") == "chrY") & ((pl.col("end") <= first_end) | (pl.col("start") >= second_start))
    assert bare.filter(copies).height == 18
    assert set(bare.filter(~copies)["symbol"]) == {
        *("AK4P3", "CYP2D7", "FOXO6", "HCG22", "HERC3", "MATR3", "MKKS", "MUC19", "NOX5", "NPIPA9", "OR1F1", "PINX1"),
        *("POLR2J3", "SFTA3", "TEN1-CDK3"),
    }
    for symbol in ("HERC3", "MATR3", "MKKS", "NOX5", "PINX1", "POLR2J3"):  # a second gene of that name has a transcript
        assert coding.filter(symbol=symbol)["transcript_id"].drop_nulls().len() == 1


def test_r7_representatives_are_mane_select_or_ensembl_canonical(models: GeneModels) -> None:
    counts = dict(models.transcripts.group_by("chosen_as").len().iter_rows())
    assert counts == {"MANE Select": 19_141, "Ensembl canonical": 255}
    mane = models.transcripts.filter(chosen_as="MANE Select")
    assert all(identifier.startswith("ENST") and len(identifier) == 15 for identifier in mane["transcript_id"])


def test_r7_coding_sequences_of_mane_transcripts_are_whole_codons(models: GeneModels) -> None:
    broken = models.transcripts.filter(pl.col("chosen_as") == "MANE Select", pl.col("coding_bases") % 3 != 0)
    # RNASE11 and TMEM247 are inactive or frameshifted on the reference genome
    assert broken["name"].to_list() == ["TMEM247-201", "RNASE11-209"]
    assert models.transcripts["coding_bases"].min() > 0


PROTEINS = {
    "APOBEC3B": 382,
    "APOE": 317,
    "AMY1A": 511,
    "BRCA1": 1863,
    "BRCA2": 3418,
    "CFTR": 1480,
    "DMD": 3685,
    "EGFR": 1210,
    "GSTM1": 218,
    "HBA1": 142,
    "HBB": 147,
    "LCE3B": 95,
    "LCE3C": 94,
    "LDLR": 860,
    "MLH1": 756,
    "NEGR1": 354,
    "NF1": 2839,
    "NIPA1": 329,
    "OR51A2": 313,
    "PMP22": 160,
    "PTEN": 403,
    "RB1": 928,
    "RHD": 417,
    "SIRPB1": 398,
    "SMN1": 294,
    "SMN2": 294,
    "SRY": 204,
    "TP53": 393,
    "TTN": 35991,
    "UGT2B17": 530,
}
"""Amino acids of the reference protein, as UniProt and the literature give them."""


@pytest.mark.parametrize("symbol", PROTEINS)
def test_r7_coding_bases_are_three_a_residue_with_the_stop_codon(models: GeneModels, symbol: str) -> None:
    gene = _gene(models, symbol)
    bases = models.transcripts.filter(transcript_id=gene["transcript_id"])["coding_bases"].item()
    assert bases == 3 * (PROTEINS[symbol] + 1)


def test_r7_gstm1_is_the_short_gstm1_201(models: GeneModels) -> None:
    gene = _gene(models, "GSTM1")
    assert (gene["chrom"], gene["start"], gene["end"], gene["strand"]) == ("chr1", 109_687_816, 109_693_745, "+")
    assert gene["description"] == "glutathione S-transferase mu 1"
    transcript = models.transcripts.filter(gene_id=gene["gene_id"]).row(0, named=True)
    assert (transcript["transcript_id"], transcript["name"]) == ("ENST00000309851", "GSTM1-201")
    assert models.exons.filter(transcript_id="ENST00000309851").height == 8


def test_r7_hla_drb1_is_where_it_belongs_and_not_138_kb_off(models: GeneModels) -> None:
    gene = _gene(models, "HLA-DRB1")
    assert (gene["chrom"], gene["start"] + 1, gene["end"]) == ("chr6", 32_578_775, 32_589_848)


@pytest.mark.parametrize(
    ("symbol", "chrom", "biotype"),
    [
        ("ADAM3A", "chr8", "transcribed_unitary_pseudogene"),
        ("OR51A2", "chr11", "protein_coding"),
        ("SIRPB1", "chr20", "protein_coding"),
        ("UGT2B17", "chr4", "protein_coding"),
        ("RHD", "chr1", "protein_coding"),
        ("APOBEC3B", "chr22", "protein_coding"),
        ("NEGR1", "chr1", "protein_coding"),
        ("SMN1", "chr5", "protein_coding"),
        ("AMY1A", "chr1", "protein_coding"),
        ("HBA1", "chr16", "protein_coding"),
        ("XIST", "chrX", "lncRNA"),
        ("MIR21", "chr17", "miRNA"),
    ],
)
def test_genes_people_look_for_are_there(models: GeneModels, symbol: str, chrom: str, biotype: str) -> None:
    gene = _gene(models, symbol)
    assert (gene["chrom"], gene["biotype"]) == (chrom, biotype)
    assert gene["description"]
    assert gene["strand"] in ("+", "-")


def test_r7_a_pseudogene_has_its_place_and_no_transcript(models: GeneModels) -> None:
    gene = _gene(models, "ADAM3A")
    assert (gene["start"], gene["end"], gene["transcript_id"]) == (39_451_044, 39_522_852, None)


def test_pseudo_autosomal_genes_stand_on_x_with_a_model_and_on_y_with_a_place(models: GeneModels) -> None:
    on_x, on_y = _gene(models, "SHOX", "chrX"), _gene(models, "SHOX", "chrY")
    assert on_x["transcript_id"] is not None
    assert on_y["transcript_id"] is None
    assert on_x["gene_id"] != on_y["gene_id"]


def test_r7_a_sample_of_100_genes_agrees_with_a_second_source(models: GeneModels) -> None:
    """Exactly, no tolerance: place, strand and id of the transcript, number of exons, coding bases."""
    second = pl.read_csv(SECOND_SOURCE, separator="\t", comment_prefix="#")
    assert second.height == 100
    ours = {row["gene_id"]: row for row in models.transcripts.iter_rows(named=True)}
    exons = dict(models.exons.group_by("transcript_id").len().iter_rows())
    apart = {}
    for row in second.iter_rows(named=True):
        mine = ours[row["gene_id"]]
        here = (mine["transcript_id"], mine["chrom"], mine["start"] + 1, mine["end"], mine["strand"])
        there = (row["transcript_id"], row["chrom"], row["start"], row["end"], row["strand"])
        numbers = [(exons[mine["transcript_id"]], row["exons"]), (mine["coding_bases"], row["coding_bases"])]
        if here != there or any(theirs is not None and own != theirs for own, theirs in numbers):
            apart[row["symbol"]] = (here, there, numbers)
    assert second["exons"].count() >= 95
    assert second["coding_bases"].count() >= 75
    # FAM90A11 was a pseudogene, FAM90A11P, until after Ensembl 110
    assert set(apart) == {"FAM90A11"}


HEADER = (
    "##description: evidence-based annotation of the human genome (GRCh38), version 44 (Ensembl 110)\n"
    "##provider: GENCODE\n"
    "##format: gtf\n"
)


def _line(chrom: str, feature: str, start: int, end: int, strand: str, **attributes: str | list[str]) -> str:
    """A line of a GTF; 1-based, inclusive."""
    pairs = [(k, v) for k, values in attributes.items() for v in (values if isinstance(values, list) else [values])]
    text = " ".join(f'{key} "{value}";' for key, value in pairs)
    return f"{chrom}\tHAVANA\t{feature}\t{start}\t{end}\t.\t{strand}\t.\t{text}\n"


def _gene_lines(
    chrom: str, start: int, end: int, strand: str, gene: str, symbol: str, biotype: str = "protein_coding"
) -> str:
    return _line(chrom, "gene", start, end, strand, gene_id=gene, gene_type=biotype, gene_name=symbol)


def _transcript_lines(
    chrom: str,
    strand: str,
    gene: str,
    transcript: str,
    exons: list[tuple[int, int]],
    coding: list[tuple[int, int]] = (),  # type: ignore[assignment]
    stop: list[tuple[int, int]] = (),  # type: ignore[assignment]
    tags: list[str] = (),  # type: ignore[assignment]
    kind: str = "protein_coding",
) -> str:
    shared = {"gene_id": gene, "transcript_id": transcript, "gene_type": "x", "transcript_type": kind}
    named = {**shared, "transcript_name": f"NAME-{transcript[-3:]}", "tag": ["basic", *tags]}
    ends = (min(a for a, _ in exons), max(b for _, b in exons))
    text = _line(chrom, "transcript", *ends, strand, **named)
    for feature, parts in (("exon", exons), ("CDS", coding), ("stop_codon", stop)):
        text += "".join(_line(chrom, feature, a, b, strand, **named) for a, b in parts)
    text += _line(chrom, "UTR", exons[0][0], exons[0][0], strand, **named)
    return text


def _written(path: Path, text: str) -> Path:
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


FORWARD = _gene_lines("chr1", 1001, 9000, "+", "ENSG00000000001.5", "FWD")
FORWARD_MANE = _transcript_lines(
    "chr1",
    "+",
    "ENSG00000000001.5",
    "ENST00000000011.3",
    [(2001, 2100), (3001, 3100), (4001, 4200)],
    [(2050, 2100), (3001, 3100), (4001, 4050)],
    [(4051, 4053)],
    ["MANE_Select"],
)
FORWARD_LONG = _transcript_lines(
    "chr1",
    "+",
    "ENSG00000000001.5",
    "ENST00000000012.1",
    [(1001, 9000)],
    [(1001, 8997)],
    [(8998, 9000)],
    ["Ensembl_canonical"],
)
FORWARD_CLINICAL = _transcript_lines(
    "chr1",
    "+",
    "ENSG00000000001.5",
    "ENST00000000013.1",
    [(1001, 5000)],
    [(1001, 4000)],
    [(4001, 4003)],
    ["MANE_Plus_Clinical"],
)


def test_r7_mane_select_beats_the_canonical_the_longer_and_mane_plus_clinical(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.gtf", HEADER + FORWARD + FORWARD_LONG + FORWARD_CLINICAL + FORWARD_MANE)
    models = read_gencode(path)
    _check_invariants(models)
    assert models.source == "GENCODE 44 (Ensembl 110), a.gtf"
    assert models.genes.rows() == [
        ("ENSG00000000001", "FWD", None, "protein_coding", "chr1", 2000, 4200, "+", "ENST00000000011")
    ]
    # 51 + 100 + 50 coding bases and 3 of the stop codon
    assert models.transcripts.rows() == [
        ("ENST00000000011", "ENSG00000000001", "NAME-1.3", "MANE Select", "chr1", 2000, 4200, "+", 204)
    ]
    assert models.exons.select("number", "start", "end", "coding_start", "coding_end").rows() == [
        (1, 2000, 2100, 2049, 2100),
        (2, 3000, 3100, 3000, 3100),
        (3, 4000, 4200, 4000, 4053),
    ]


def test_r7_reverse_strand_numbers_exons_from_the_right_and_joins_a_split_stop_codon(tmp_path: Path) -> None:
    text = HEADER + _gene_lines("chr2", 100, 900, "-", "ENSG00000000002.1", "REV")
    text += _transcript_lines(
        "chr2",
        "-",
        "ENSG00000000002.1",
        "ENST00000000021.1",
        [(801, 900), (501, 600), (100, 200)],  # GENCODE lists them in the direction of the transcript
        [(801, 850), (502, 600)],
        [(501, 501), (199, 200)],
        ["Ensembl_canonical"],
    )
    models = read_gencode(_written(tmp_path / "a.gtf.gz", text))
    _check_invariants(models)
    assert models.transcripts["chosen_as"].to_list() == ["Ensembl canonical"]
    assert models.exons.select("number", "start", "end", "coding_start", "coding_end").rows() == [
        (3, 99, 200, 198, 200),
        (2, 500, 600, 500, 600),
        (1, 800, 900, 800, 850),
    ]
    assert models.transcripts["coding_bases"].item() == 50 + 99 + 3


def test_r7_without_tags_the_longest_coding_sequence_stands_and_noncoding_genes_have_a_place(tmp_path: Path) -> None:
    gene = "ENSG00000000003.1"
    text = HEADER + _gene_lines("chr3", 1, 1000, "+", gene, "OLD")
    text += _transcript_lines("chr3", "+", gene, "ENST00000000031.1", [(1, 900)], [(1, 297)], [(298, 300)])
    text += _transcript_lines("chr3", "+", gene, "ENST00000000032.1", [(101, 800)], [(101, 697)], [(698, 700)])
    # longer, but decays before it is translated: only a protein-coding transcript stands for the gene
    text += _transcript_lines(
        "chr3", "+", gene, "ENST00000000033.1", [(1, 1000)], [(1, 997)], [(998, 1000)], kind="nonsense_mediated_decay"
    )
    text += _gene_lines("chr4", 11, 90, "-", "ENSG00000000004.2", "NONCODING", "lncRNA")
    text += _transcript_lines("chr4", "-", "ENSG00000000004.2", "ENST00000000041.1", [(11, 90)], kind="lncRNA")
    models = read_gencode(_written(tmp_path / "a.gtf", text))
    _check_invariants(models)
    assert models.transcripts.select("transcript_id", "chosen_as", "coding_bases").rows() == [
        ("ENST00000000032", "longest coding sequence", 600)
    ]
    assert models.genes.select("symbol", "biotype", "start", "end", "transcript_id").rows() == [
        ("OLD", "protein_coding", 100, 800, "ENST00000000032"),
        ("NONCODING", "lncRNA", 10, 90, None),
    ]


def test_r7_a_tagged_noncoding_gene_has_exons_without_coding_bases(tmp_path: Path) -> None:
    text = HEADER + _gene_lines("chr4", 11, 90, "-", "ENSG00000000004.2", "NONCODING", "lncRNA")
    text += _transcript_lines(
        "chr4", "-", "ENSG00000000004.2", "ENST00000000041.1", [(61, 90), (11, 40)], tags=["Ensembl_canonical"]
    )
    models = read_gencode(_written(tmp_path / "a.gtf", text))
    _check_invariants(models)
    assert models.transcripts["coding_bases"].to_list() == [0]
    assert models.exons["coding_start"].null_count() == models.exons.height == 2


def test_par_y_copies_are_kept_apart(tmp_path: Path) -> None:
    text = HEADER
    for chrom, end in (("chrX", ""), ("chrY", "_PAR_Y")):
        text += _gene_lines(chrom, 20_001, 21_000, "+", f"ENSG00000000005.7{end}", "TWIN")
        text += _transcript_lines(
            chrom, "+", f"ENSG00000000005.7{end}", f"ENST00000000051.2{end}", [(20_001, 21_000)], [(20_101, 20_400)]
        )
    models = read_gencode(_written(tmp_path / "a.gtf", text))
    _check_invariants(models)
    assert models.genes.select("gene_id", "chrom").rows() == [
        ("ENSG00000000005", "chrX"),
        ("ENSG00000000005_PAR_Y", "chrY"),
    ]
    assert models.transcripts["transcript_id"].to_list() == ["ENST00000000051", "ENST00000000051_PAR_Y"]


def test_contigs_and_mitochondria_are_left_out_and_ensembl_spellings_read(tmp_path: Path) -> None:
    text = "#!genome-build GRCh38.p14\n#!genome-version GRCh38\n"
    for chrom in ("1", "MT", "KI270734.1", "chr1_KI270706v1_random"):
        text += _line(chrom, "gene", 5, 50, "+", gene_id=f"G{chrom[-3:]}", gene_biotype="miRNA")
        text += _line(chrom, "transcript", 5, 50, "+", gene_id=f"G{chrom[-3:]}", transcript_id=f"T{chrom[-3:]}")
        text += _line(chrom, "exon", 5, 50, "+", gene_id=f"G{chrom[-3:]}", transcript_id=f"T{chrom[-3:]}")
    models = read_gencode(_written(tmp_path / "a.gtf", text))
    assert models.genes.rows() == [("G1", "G1", None, "miRNA", "chr1", 4, 50, "+", None)]
    assert models.source == "a.gtf"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no gene on chr1 to chrY"),
        (HEADER, "holds no gene on chr1 to chrY"),
        ("gene,chrom\nTP53,chr17\n", "is no GTF"),
        ("chr1\t100\t200\tTP53\n", "is no GTF"),
        ("\x00\x01\x02 not text at all", "is no GTF"),
        ("chr1\tx\tgene\t1\t2\t.\t+\t.\tID=gene:ENSG1;Name=A\n", "has no gene_id attributes"),
        ('chr1\tx\tgene\tone\t2\t.\t+\t.\tgene_id "A";\n', "is no GTF"),
        (HEADER.replace("GRCh38", "GRCh37") + FORWARD + FORWARD_MANE, "is for GRCh37"),
        (HEADER.replace("version", "mapped to GRCh37, version") + FORWARD + FORWARD_MANE, "is for GRCh37"),
        ("#!genome-build GRCm39\n" + FORWARD + FORWARD_MANE, "is for GRCm39"),
        (
            (FORWARD + FORWARD_MANE).replace("9000", "249200000"),
            "FWD ends at chr1:249,200,000, beyond the chromosome's end in GRCh38",
        ),
        (HEADER + FORWARD + FORWARD_MANE[:-30], "ends in the middle of a line"),
        (HEADER + FORWARD, "is cut short"),
        (HEADER + FORWARD + FORWARD_MANE.splitlines(keepends=True)[0], "is cut short"),
        (HEADER + FORWARD + FORWARD + FORWARD_MANE, "repeated gene_id"),
        (HEADER + FORWARD + FORWARD_MANE.replace("CDS\t2050", "CDS\t1950"), "coding sequence outside of exons"),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = _written(tmp_path / "a.gtf", text)
    with pytest.raises(GeneModelsError, match=re.escape(sentence)) as caught:
        read_gencode(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.999])
def test_a_gzip_file_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    whole = gzip.compress((HEADER + (FORWARD + FORWARD_MANE) * 3).encode())
    path = tmp_path / "a.gtf.gz"
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(GeneModelsError, match="cut short or damaged"):
        read_gencode(path)


def test_blocks_of_any_size_give_the_same_models(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.gtf.gz", HEADER + FORWARD + FORWARD_LONG + FORWARD_CLINICAL + FORWARD_MANE)
    whole = read_gencode(path)
    for size in (7, 100, 1000):
        pieces = read_gencode(path, Limits(gene_text_bytes=size))
        assert pieces.exons.equals(whole.exons)
        assert pieces.genes.equals(whole.genes)


@st.composite
def _genes(draw: st.DrawFn) -> list[tuple[str, str, list[tuple[list[tuple[int, int]], int, int]]]]:
    """Genes with strand and transcripts: exons 1-based inclusive, and the first and last coding base."""
    genes = []
    for number in range(draw(st.integers(1, 4))):
        transcripts = []
        for _ in range(draw(st.integers(1, 4))):
            cuts = sorted(draw(st.sets(st.integers(1, 400), min_size=4, max_size=12)))
            cuts = cuts[: len(cuts) // 2 * 2]
            exons = [
                (10 * a + 10_000 * number, 10 * b + 10_000 * number) for a, b in zip(*[iter(cuts)] * 2, strict=True)
            ]
            bases = [base for a, b in exons for base in range(a, b + 1)]
            first = draw(st.integers(0, len(bases) - 4))
            last = draw(st.integers(first + 3, len(bases) - 1))
            transcripts.append((exons, bases[first], bases[last]))
        genes.append((f"chr{number + 1}", draw(st.sampled_from("+-")), transcripts))
    return genes


@settings(max_examples=60, deadline=None)
@given(_genes())
def test_r7_any_file_gives_the_longest_coding_sequence_base_for_base(
    tmp_path_factory: pytest.TempPathFactory,
    genes: list[tuple[str, str, list[tuple[list[tuple[int, int]], int, int]]]],
) -> None:
    text, longest = HEADER, {}
    for index, (chrom, strand, transcripts) in enumerate(genes):
        gene = f"ENSG{index:011}.1"
        ends = [base for exons, _, _ in transcripts for pair in exons for base in pair]
        text += _gene_lines(chrom, min(ends), max(ends), strand, gene, f"G{index}")
        for number, (exons, first, last) in enumerate(transcripts):
            bases = [base for a, b in exons for base in range(a, b + 1) if first <= base <= last]
            stop = bases[-3:] if strand == "+" else bases[:3]
            body = bases[:-3] if strand == "+" else bases[3:]
            parts = [
                [(min(run), max(run)) for run in ([x for x in some if a <= x <= b] for a, b in exons) if run]
                for some in (body, stop)
            ]
            text += _transcript_lines(chrom, strand, gene, f"ENST{index:08}{number:03}.1", exons, *parts)
            longest.setdefault(index, set()).add((len(bases), frozenset(bases)))
    models = read_gencode(_written(tmp_path_factory.mktemp("gtf") / "a.gtf.gz", text))
    _check_invariants(models)
    for index in range(len(genes)):
        exons = models.exons.filter(gene_id=f"ENSG{index:011}").drop_nulls("coding_start")
        found = {
            base
            for start, end in exons.select("coding_start", "coding_end").iter_rows()
            for base in range(start + 1, end + 1)
        }
        most = max(size for size, _ in longest[index])
        assert len(found) == most
        assert (most, frozenset(found)) in longest[index]
