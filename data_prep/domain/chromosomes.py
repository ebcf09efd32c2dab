"""The 24 chromosomes of GRCh38, their spellings, and the pseudo-autosomal regions.

Lengths are those of the GRCh38 primary assembly (Genome Reference Consortium); they also tell a file of another
build from one of ours.
"""

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


@lru_cache(1 << 12)
def chromosome(name: str) -> str | None:
    """The chromosome's name as we write it (`chr1` ... `chrY`), from `1`, `chr1`, `CHR1`, `x`, `23`; None if it is none."""
    bare = name.strip()
    if bare[:3].lower() == "chr":
        bare = bare[3:]
    ours = "chr" + {"23": "X", "24": "Y"}.get(bare, bare.upper())
    return ours if ours in LENGTHS else None
