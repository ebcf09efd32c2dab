"""The 24 chromosomes of GRCh38, their spellings, and the pseudo-autosomal regions.

Lengths are those of the GRCh38 primary assembly (Genome Reference Consortium); they also tell a file of another
build from one of ours. The names are one table for everything that reads files and for the search box.
"""

import re
from functools import lru_cache
from typing import Final

LENGTHS: Final[dict[str, int]] = {
    "chr1": 248956422,
    "chr2": 242193529,
    "chr3": 198295559,
    "chr4": 190214555,
    "chr5": 181538259,
    "chr6": 170805979,
    "chr7": 159345973,
    "chr8": 145138636,
    "chr9": 138394717,
    "chr10": 133797422,
    "chr11": 135086622,
    "chr12": 133275309,
    "chr13": 114364328,
    "chr14": 107043718,
    "chr15": 101991189,
    "chr16": 90338345,
    "chr17": 83257441,
    "chr18": 80373285,
    "chr19": 58617616,
    "chr20": 64444167,
    "chr21": 46709983,
    "chr22": 50818468,
    "chrX": 156040895,
    "chrY": 57227415,
}
"""Bases of each chromosome, in the order of the karyotype."""

CHROMOSOMES: Final[tuple[str, ...]] = tuple(LENGTHS)
AUTOSOMES: Final[tuple[str, ...]] = CHROMOSOMES[:22]

PSEUDO_AUTOSOMAL: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "chrX": ((10_000, 2_781_479), (155_701_382, 156_030_895)),
    "chrY": ((10_000, 2_781_479), (56_887_902, 57_217_415)),
}
"""PAR1 and PAR2 as 0-based half-open intervals: two copies are expected there in both sexes (rule R2)."""


SEQUENCES: Final[dict[str, tuple[str, str, str]]] = {
    "chr1": ("NC_000001.11", "CM000663.2", "SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO"),
    "chr2": ("NC_000002.12", "CM000664.2", "SQ.pnAqCRBrTsUoBghSD1yp_jXWSmlbdh4g"),
    "chr3": ("NC_000003.12", "CM000665.2", "SQ.Zu7h9AggXxhTaGVsy7h_EZSChSZGcmgX"),
    "chr4": ("NC_000004.12", "CM000666.2", "SQ.HxuclGHh0XCDuF8x6yQrpHUBL7ZntAHc"),
    "chr5": ("NC_000005.10", "CM000667.2", "SQ.aUiQCzCPZ2d0csHbMSbh2NzInhonSXwI"),
    "chr6": ("NC_000006.12", "CM000668.2", "SQ.0iKlIQk2oZLoeOG9P1riRU6hvL5Ux8TV"),
    "chr7": ("NC_000007.14", "CM000669.2", "SQ.F-LrLMe1SRpfUZHkQmvkVKFEGaoDeHul"),
    "chr8": ("NC_000008.11", "CM000670.2", "SQ.209Z7zJ-mFypBEWLk4rNC6S_OxY5p7bs"),
    "chr9": ("NC_000009.12", "CM000671.2", "SQ.KEO-4XBcm1cxeo_DIQ8_ofqGUkp4iZhI"),
    "chr10": ("NC_000010.11", "CM000672.2", "SQ.ss8r_wB0-b9r44TQTMmVTI92884QvBiB"),
    "chr11": ("NC_000011.10", "CM000673.2", "SQ.2NkFm8HK88MqeNkCgj78KidCAXgnsfV1"),
    "chr12": ("NC_000012.12", "CM000674.2", "SQ.6wlJpONE3oNb4D69ULmEXhqyDZ4vwNfl"),
    "chr13": ("NC_000013.11", "CM000675.2", "SQ._0wi-qoDrvram155UmcSC-zA5ZK4fpLT"),
    "chr14": ("NC_000014.9", "CM000676.2", "SQ.eK4D2MosgK_ivBkgi6FVPg5UXs1bYESm"),
    "chr15": ("NC_000015.10", "CM000677.2", "SQ.AsXvWL1-2i5U_buw6_niVIxD6zTbAuS6"),
    "chr16": ("NC_000016.10", "CM000678.2", "SQ.yC_0RBj3fgBlvgyAuycbzdubtLxq-rE0"),
    "chr17": ("NC_000017.11", "CM000679.2", "SQ.dLZ15tNO1Ur0IcGjwc3Sdi_0A6Yf4zm7"),
    "chr18": ("NC_000018.10", "CM000680.2", "SQ.vWwFhJ5lQDMhh-czg06YtlWqu0lvFAZV"),
    "chr19": ("NC_000019.10", "CM000681.2", "SQ.IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl"),
    "chr20": ("NC_000020.11", "CM000682.2", "SQ.-A1QmD_MatoqxvgVxBLZTONHz9-c7nQo"),
    "chr21": ("NC_000021.9", "CM000683.2", "SQ.5ZUqxCmDDgN4xTRbaSjN8LwgZironmB8"),
    "chr22": ("NC_000022.11", "CM000684.2", "SQ.7B7SHsmchAR0dFcDCuSFjJAo7tX87krQ"),
    "chrX": ("NC_000023.11", "CM000685.2", "SQ.w0WZEvgJF0zf_P4yyTzjjv9oW1z61HHP"),
    "chrY": ("NC_000024.10", "CM000686.2", "SQ.8_liLu1aycC0tPQPFmUaGXJLDs5SbPZ5"),
}
"""Of each chromosome the RefSeq accession, the GenBank accession and the refget digest of its sequence in GRCh38.

Genome Reference Consortium and GA4GH refget, as the reference table `chromosomes` has them.
"""

ACCESSIONS: Final[dict[str, str]] = {refseq: chrom for chrom, (refseq, _, _) in SEQUENCES.items()}
"""Chromosomes by RefSeq accession; another version of the same accession is another build."""

_BY_ACCESSION: Final = {name: chrom for chrom, names in SEQUENCES.items() for name in names[:2]}
_BY_DIGEST: Final = {digest: chrom for chrom, (_, _, digest) in SEQUENCES.items()}
_CURRENT_VERSIONS: Final = {name.partition(".")[0]: name for name in _BY_ACCESSION}
_MITOCHONDRION: Final = ("M", "MT", "NC_012920.1", "J01415.2", "SQ.k3grVkjY-hoWcCUojHw6VU6GE3MZ8Sct")
"""Names of the revised Cambridge reference sequence, which is the mitochondrion of GRCh38: RefSeq, GenBank, refget."""
_NUMBER_OF_X_OR_Y: Final = re.compile(r"(?:chr)?2[34]", re.IGNORECASE)


@lru_cache(1 << 12)
def chromosome(name: str) -> str | None:
    """The chromosome's name as we write it (`chr1` ... `chrY`), None if it is none.

    From `1`, `chr1`, `CHR1`, `x`, from `23` and `24` for X and Y, from accessions of GRCh38 with their version
    (`NC_000001.11`, `CM000663.2`), and from refget digests (`SQ.`, also behind `ga4gh:`), which are case-sensitive.
    """
    bare = name.strip()
    if (digest := bare.removeprefix("ga4gh:")) in _BY_DIGEST:
        return _BY_DIGEST[digest]
    if bare.upper() in _BY_ACCESSION:
        return _BY_ACCESSION[bare.upper()]
    if bare[:3].lower() == "chr":
        bare = bare[3:]
    ours = "chr" + {"23": "X", "24": "Y"}.get(bare, bare.upper())
    return ours if ours in LENGTHS else None


def is_mitochondrion(name: str) -> bool:
    """Whether a sequence is the mitochondrial genome, of which no copy number is told here: `M`, `MT`, `chrM`, `NC_012920.1`."""
    bare = name.strip().removeprefix("ga4gh:")
    bare = bare[3:] if bare[:3].lower() == "chr" else bare
    return bare in _MITOCHONDRION or bare.upper() in _MITOCHONDRION


@lru_cache(1 << 12)
def accession_of_other_build(name: str) -> str | None:
    """The accession in GRCh38 of a chromosome that `name` gives in another build's version; None for every other name.

    `NC_000001.10` is chromosome 1 of GRCh37, so of it this is `NC_000001.11`.
    """
    accession, dot, _ = name.strip().upper().partition(".")
    current = _CURRENT_VERSIONS.get(accession)
    return current if dot and current is not None and name.strip().upper() != current else None


def names_its_build(name: str) -> bool:
    """Whether a name that `chromosome` knows is an accession or a digest, which tells the genome build by itself."""
    bare = name.strip()
    return bare.upper() in _BY_ACCESSION or bare.removeprefix("ga4gh:") in _BY_DIGEST


def is_number_of_x_or_y(name: str) -> bool:
    """Whether a name is `23` or `24`, with or without `chr`: X and Y in files that do not name X otherwise, else unknown."""
    return _NUMBER_OF_X_OR_Y.fullmatch(name.strip()) is not None
