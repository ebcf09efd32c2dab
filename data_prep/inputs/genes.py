"""Gene models: the embedded ones, and those of a GENCODE annotation file (rule R7).

Each gene has at most one transcript, its representative: MANE Select, else Ensembl canonical, else the longest coding
sequence. Everything is joined on Ensembl ids; a symbol is a label that can occur twice.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final, cast

import polars as pl
from isal import igzip, isal_zlib

from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS, chromosome
from data_prep.errors import UserError
from data_prep.reference import FOLDER
from data_prep.system.limits import DEFAULTS, Limits

GENES: Final = pl.Schema(
    {
        "gene_id": pl.String,
        "symbol": pl.String,
        "description": pl.String,
        "biotype": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "strand": pl.String,
        "transcript_id": pl.String,
    }
)
TRANSCRIPTS: Final = pl.Schema(
    {
        "transcript_id": pl.String,
        "gene_id": pl.String,
        "name": pl.String,
        "chosen_as": pl.String,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "strand": pl.String,
        "coding_bases": pl.Int32,
    }
)
EXONS: Final = pl.Schema(
    {
        "transcript_id": pl.String,
        "gene_id": pl.String,
        "number": pl.UInt16,
        "chrom": pl.String,
        "start": pl.Int32,
        "end": pl.Int32,
        "coding_start": pl.Int32,
        "coding_end": pl.Int32,
    }
)

MANE_SELECT: Final = "MANE Select"
ENSEMBL_CANONICAL: Final = "Ensembl canonical"
LONGEST_CODING: Final = "longest coding sequence"

_EMBEDDED_SOURCE: Final = "GENCODE 44 (Ensembl 110) with MANE Select, embedded"


class GeneModelsError(UserError):
    """A file of gene models that cannot be used; the message is one sentence."""


@dataclass(frozen=True)
class GeneModels:
    """Genes, their representative transcripts and the exons of those.

    The frames have the columns of the tables `genes`, `transcripts` and `exons` of schema.sql: 0-based, half-open,
    in the order of the chromosomes, then of the starts. Coding bases and coding parts hold the stop codon, so that a
    complete coding sequence has 3 x (amino acids + 1) bases.
    """

    genes: pl.DataFrame
    transcripts: pl.DataFrame
    exons: pl.DataFrame
    source: str


@cache
def embedded_gene_models() -> GeneModels:
    """The gene models that come with the project (`data_prep/reference/SOURCES.md` says what from).

    Every gene of GENCODE 44 on the 24 chromosomes; a representative transcript for the protein-coding genes that have
    a name, other genes with their place only.
    """
    return GeneModels(
        genes=pl.read_parquet(FOLDER / "genes.parquet"),
        transcripts=pl.read_parquet(FOLDER / "transcripts.parquet"),
        exons=pl.read_parquet(FOLDER / "exons.parquet"),
        source=_EMBEDDED_SOURCE,
    )


def assemble(genes: pl.DataFrame, transcripts: pl.DataFrame, exons: pl.DataFrame, source: str) -> GeneModels:
    """Gene models from genes and the one transcript chosen for each of them.

    `genes` has its own extent and no `transcript_id`: both come from the transcript where there is one. `exons` lists
    exons with their coding parts in any order, without `gene_id`, `number` and `chrom`. Coordinates 0-based, half-open.
    """
    place = pl.struct(
        pl.col("chrom").cast(pl.Enum(CHROMOSOMES)).to_physical().alias("chrom"), pl.col("start"), pl.col("end")
    )
    of_transcripts = transcripts.select("gene_id", "transcript_id", own_start="start", own_end="end")
    genes = (
        genes.join(of_transcripts, on="gene_id", how="left")
        .with_columns(start=pl.coalesce("own_start", "start"), end=pl.coalesce("own_end", "end"))
        .sort(place, "gene_id")
    )
    forward = pl.col("strand") == "+"
    exons = (
        exons.join(transcripts.select("transcript_id", "gene_id", "chrom", "strand"), on="transcript_id")
        .with_columns(
            number=pl.when(forward)
            .then(pl.col("start").rank("ordinal").over("transcript_id"))
            .otherwise(pl.col("start").rank("ordinal", descending=True).over("transcript_id"))
        )
        .sort(place, "transcript_id")
    )
    coding = exons.group_by("transcript_id").agg(coding_bases=(pl.col("coding_end") - pl.col("coding_start")).sum())
    transcripts = transcripts.join(coding, on="transcript_id", how="left").sort(place, "transcript_id")
    return GeneModels(
        genes=genes.select(list(GENES)).cast(GENES),
        transcripts=transcripts.select(list(TRANSCRIPTS)).cast(TRANSCRIPTS),
        exons=exons.select(list(EXONS)).cast(EXONS),
        source=source,
    )


def read_gencode(path: Path, limits: Limits = DEFAULTS) -> GeneModels:
    """The gene models of a GENCODE (or Ensembl) GTF of GRCh38, plain or gzipped.

    Versions are cut from the ids; an id that ends in `_PAR_Y` keeps that ending. GENCODE writes the stop codon apart
    from the coding sequence: here it belongs to it. A gene whose transcripts carry no tag and code for nothing has its
    place only. Genes outside the 24 chromosomes are left out. The full file of a release (3.4 million lines) takes
    some 10 s and 0.9 GB of memory.

    Raises GeneModelsError with one sentence where the file is no GTF, is of another genome build, or is cut short.
    """
    header: list[str] = []
    parts: dict[str, list[pl.DataFrame]] = {"gene": [], "transcript": [], "exon": [], "coding": []}
    for block in _blocks(path, limits.gene_text_bytes):
        if not parts["gene"]:
            header += [line.decode(errors="replace") for line in block.splitlines() if line.startswith(b"#")][:20]
            _check_header(path, header)
        rows = _rows(path, block)
        parts["gene"].append(_genes(rows))
        parts["transcript"].append(_transcripts(rows))
        parts["exon"].append(_pieces(rows, ["exon"]))
        parts["coding"].append(_pieces(rows, ["CDS", "stop_codon"]))
    if not any(part.height for part in parts["gene"]):
        raise GeneModelsError(
            f"{path} holds no gene on chr1 to chrY: give the GTF of a GENCODE release for {ASSEMBLY.name}."
        )
    genes, transcripts, exons, coding = (pl.concat(frames) for frames in parts.values())
    _check(path, genes, transcripts, exons)
    chosen = _representatives(transcripts, exons, coding)
    return assemble(genes, chosen, _with_coding_parts(path, chosen, exons, coding), _name(path, header))


_DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error, cast(type[Exception], isal_zlib.error))
_FIELDS: Final = ("chrom", "source", "feature", "start", "end", "score", "strand", "frame", "attributes")
_WANTED: Final = ("gene", "transcript", "exon", "CDS", "stop_codon")


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    """The file's text in pieces of about `size` bytes that end with a whole line."""
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    stream: BinaryIO = igzip.open(path, "rb") if zipped else path.open("rb")
    rest = b""
    try:
        with stream:
            while piece := stream.read(size):
                whole, newline, tail = piece.rpartition(b"\n")
                if newline:
                    yield rest + whole + newline
                    rest = tail
                else:
                    rest += piece
    except _DAMAGED as error:
        raise GeneModelsError(f"{path} is cut short or damaged: fetch it again.") from error
    if rest.strip():
        if rest.count(b"\t") < len(_FIELDS) - 1 or not rest.rstrip().endswith(b";"):
            raise GeneModelsError(_no_gtf(path, rest) if rest.count(b"\t") < 2 else _cut_short(path))
        yield rest + b"\n"


def _no_gtf(path: Path, line: bytes) -> str:
    start = line.strip().partition(b"\n")[0][:60].decode(errors="replace").replace("\t", " ").strip()
    return f'{path} is no GTF (a line begins "{start}"): give the GTF of a GENCODE release for {ASSEMBLY.name}.'


def _cut_short(path: Path) -> str:
    return f"{path} ends in the middle of a line: it is cut short, fetch it again."


def _check_header(path: Path, header: list[str]) -> None:
    """GENCODE's releases for GRCh37 name both builds, the Ensembl ones have a line `#!genome-version`."""
    text = " ".join(header)
    other = ASSEMBLY.other_named_in(text)
    if other is None and (animal := re.search(r"GRC[a-gi-z]\d+", text)):
        other = animal[0]
    if other:
        raise GeneModelsError(f"{path} is for {other}: give the GTF of a GENCODE release for {ASSEMBLY.name}.")


def _rows(path: Path, block: bytes) -> pl.DataFrame:
    """The rows of the features and chromosomes that count, with 0-based starts."""
    try:
        rows = pl.read_csv(
            block,
            separator="\t",
            has_header=False,
            new_columns=list(_FIELDS),
            schema_overrides=dict.fromkeys(_FIELDS, pl.String),
            quote_char=None,
            comment_prefix="#",
        )
    except pl.exceptions.NoDataError:  # a block of comments
        rows = pl.DataFrame(schema=dict.fromkeys(_FIELDS, pl.String))
    except pl.exceptions.PolarsError as error:
        raise GeneModelsError(_no_gtf(path, block.lstrip(b"#"))) from error
    if rows.width != len(_FIELDS) or rows["attributes"].null_count() or rows["feature"].null_count():
        lines = (line for line in block.splitlines() if line.count(b"\t") != 8 and not line.startswith(b"#"))
        line = next(lines, b"an empty field")
        raise GeneModelsError(_no_gtf(path, line))
    names = {name: chromosome(name) for name in rows["chrom"].unique()}
    rows = rows.filter(pl.col("feature").is_in(_WANTED)).with_columns(
        pl.col("chrom").replace_strict(names, return_dtype=pl.String)
    )
    places = rows.with_columns(
        pl.col("start").cast(pl.Int32, strict=False) - 1, pl.col("end").cast(pl.Int32, strict=False)
    )
    wrong = (pl.col("start") < 0) | (pl.col("end") <= pl.col("start")) | ~pl.col("strand").is_in(["+", "-"])
    bad = places.filter(pl.col("start").is_null() | pl.col("end").is_null() | wrong)
    if bad.height:
        raise GeneModelsError(_no_gtf(path, "\t".join(str(value) for value in bad.row(0)).encode()))
    if places.height and not places["attributes"].str.contains("gene_id", literal=True).any():
        raise GeneModelsError(f"{path} has no gene_id attributes (GFF3 perhaps): give the GTF of a GENCODE release.")
    return places.filter(pl.col("chrom").is_not_null())


def _attribute(name: str) -> pl.Expr:
    """The first value of an attribute, null where the row has none."""
    return pl.col("attributes").str.extract(rf'(?:^|; ?){name} "([^"]+)"')


def _identifier(name: str) -> pl.Expr:
    return _attribute(name).str.replace(r"\.\d+", "")


def _genes(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(feature="gene").select(
        gene_id=_identifier("gene_id"),
        symbol=pl.coalesce(_attribute("gene_name"), _identifier("gene_id")),
        description=pl.lit(None, pl.String),
        biotype=pl.coalesce(_attribute("gene_type"), _attribute("gene_biotype"), pl.lit("other")),
        chrom="chrom",
        start="start",
        end="end",
        strand="strand",
    )


def _transcripts(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(feature="transcript").select(
        transcript_id=_identifier("transcript_id"),
        gene_id=_identifier("gene_id"),
        name=_attribute("transcript_name"),
        coding_type=pl.coalesce(_attribute("transcript_type"), _attribute("transcript_biotype")) == "protein_coding",
        mane=pl.col("attributes").str.contains('tag "MANE_Select"', literal=True),
        canonical=pl.col("attributes").str.contains('tag "Ensembl_canonical"', literal=True),
        chrom="chrom",
        start="start",
        end="end",
        strand="strand",
    )


def _pieces(rows: pl.DataFrame, features: list[str]) -> pl.DataFrame:
    rows_of_features = rows.filter(pl.col("feature").is_in(features))
    return rows_of_features.select(transcript_id=_identifier("transcript_id"), start="start", end="end")


def _check(path: Path, genes: pl.DataFrame, transcripts: pl.DataFrame, exons: pl.DataFrame) -> None:
    beyond = genes.filter(pl.col("end") > pl.col("chrom").replace_strict(LENGTHS))
    if beyond.height:
        gene = beyond.row(0, named=True)
        raise GeneModelsError(
            f"{path} is of another genome build: {gene['symbol']} ends at {gene['chrom']}:{gene['end']:,}, beyond the "
            f"chromosome's end in {ASSEMBLY.name}. Give the GTF of a GENCODE release for {ASSEMBLY.name}."
        )
    missing = (
        genes.join(transcripts, on="gene_id", how="anti").height
        + transcripts.join(exons, on="transcript_id", how="anti").height
    )
    if missing:
        raise GeneModelsError(
            f"{path} is cut short: {missing} of its genes or transcripts have no parts. Fetch it again."
        )
    for frame, column in ((genes, "gene_id"), (transcripts, "transcript_id")):
        if frame[column].null_count() or frame[column].is_duplicated().any():
            raise GeneModelsError(f"{path} has a missing or repeated {column}: give the GTF of a GENCODE release.")


def _representatives(transcripts: pl.DataFrame, exons: pl.DataFrame, coding: pl.DataFrame) -> pl.DataFrame:
    """The one transcript of each gene: R7's order, then the longer coding sequence, more exonic bases, the smaller id."""
    bases = (pl.col("end") - pl.col("start")).sum()
    sizes = exons.group_by("transcript_id").agg(exonic=bases)
    coded = coding.group_by("transcript_id").agg(coded=bases)
    reason = (
        pl.when("mane")
        .then(pl.lit(MANE_SELECT))
        .when("canonical")
        .then(pl.lit(ENSEMBL_CANONICAL))
        .when(pl.col("coded") > 0)
        .then(pl.lit(LONGEST_CODING))
    )
    return (
        transcripts.join(sizes, on="transcript_id")
        .join(coded, on="transcript_id", how="left")
        .with_columns(chosen_as=reason)
        .drop_nulls("chosen_as")
        .sort(
            "gene_id",
            pl.col("chosen_as").cast(pl.Enum([MANE_SELECT, ENSEMBL_CANONICAL, LONGEST_CODING])),
            ~pl.col("coding_type").fill_null(False),
            -pl.col("coded").fill_null(0),
            -pl.col("exonic"),
            "transcript_id",
        )
        .unique("gene_id", keep="first", maintain_order=True)
    )


def _with_coding_parts(path: Path, chosen: pl.DataFrame, exons: pl.DataFrame, coding: pl.DataFrame) -> pl.DataFrame:
    """The exons of the chosen transcripts, each with the part that its coding pieces cover together."""
    exons = exons.join(chosen, on="transcript_id", how="semi")
    pieces = coding.join(chosen, on="transcript_id", how="semi")
    inside = exons.join(pieces, on="transcript_id", suffix="_piece").filter(
        (pl.col("start_piece") >= pl.col("start")) & (pl.col("end_piece") <= pl.col("end"))
    )
    if inside.height != pieces.height:
        raise GeneModelsError(f"{path} has coding sequence outside of exons: give the GTF of a GENCODE release.")
    parts = inside.group_by("transcript_id", "start").agg(
        coding_start=pl.col("start_piece").min(), coding_end=pl.col("end_piece").max()
    )
    return exons.join(parts, on=["transcript_id", "start"], how="left")


def _name(path: Path, header: list[str]) -> str:
    """What the header says of the release, such as `GENCODE 44 (Ensembl 110)`, else the file's name."""
    release = re.search(r"version (\w+) \(Ensembl (\d+)\)", " ".join(header))
    return f"GENCODE {release[1]} (Ensembl {release[2]}), {path.name}" if release else path.name
