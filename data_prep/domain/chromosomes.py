"""The chromosomes of the assembly by every spelling of their names: one table for whatever reads files and the search box.

The lengths also tell a file of another assembly from one of ours.
"""

import re
from functools import lru_cache
from typing import Final

from data_prep.domain.assembly import ASSEMBLY

LENGTHS: Final[dict[str, int]] = {chromosome.chrom: chromosome.length for chromosome in ASSEMBLY.chromosomes}
"""Bases of each chromosome, in the order of the karyotype."""

PSEUDO_AUTOSOMAL: Final = ASSEMBLY.pseudo_autosomal
"""PAR1 and PAR2 as 0-based half-open intervals: two copies are expected there in both sexes (rule R2)."""

CHROMOSOMES: Final[tuple[str, ...]] = tuple(LENGTHS)
SEX_CHROMOSOMES: Final[tuple[str, ...]] = tuple(PSEUDO_AUTOSOMAL)
AUTOSOMES: Final[tuple[str, ...]] = tuple(chrom for chrom in CHROMOSOMES if chrom not in SEX_CHROMOSOMES)

ACCESSIONS: Final[dict[str, str]] = {chromosome.refseq: chromosome.chrom for chromosome in ASSEMBLY.chromosomes}
"""Chromosomes by RefSeq accession; another version of the same accession is another assembly."""

_BY_ACCESSION: Final = {
    accession.upper(): chromosome.chrom
    for chromosome in ASSEMBLY.chromosomes
    for accession in (chromosome.refseq, chromosome.genbank)
}
_BY_DIGEST: Final = {chromosome.refget: chromosome.chrom for chromosome in ASSEMBLY.chromosomes}
_CURRENT_VERSIONS: Final = {accession.partition(".")[0]: accession for accession in _BY_ACCESSION}
_NUMBER_OF_X_OR_Y: Final = re.compile(rf"(?:chr)?(?:{'|'.join(ASSEMBLY.numbers)})", re.IGNORECASE)

SPELLINGS: Final[dict[str, str]] = {
    **{spelling: chrom for name, chrom in ASSEMBLY.numbers.items() for spelling in (name, f"chr{name}")},
    **{spelling.lower(): chrom for chrom in CHROMOSOMES for spelling in (chrom, chrom.removeprefix("chr"))},
    **{accession.lower(): chrom for accession, chrom in _BY_ACCESSION.items()},
}
"""Chromosomes by every name that is read in any case, in small letters: `1`, `chr1`, `23`, `nc_000001.11`, `cm000663.2`."""

_MITOCHONDRION: Final = frozenset(ASSEMBLY.mitochondrion)


@lru_cache(1 << 12)
def chromosome(name: str) -> str | None:
    """The chromosome's name as we write it (`chr1` ... `chrY`), None if it is none.

    From the `SPELLINGS` in any case, and from refget digests (`SQ.`, also behind `ga4gh:`), which are case-sensitive.
    """
    bare = name.strip()
    return _BY_DIGEST.get(bare.removeprefix("ga4gh:")) or SPELLINGS.get(bare.lower())


def is_mitochondrion(name: str) -> bool:
    """Whether a sequence is the mitochondrial genome, of which no copy number is told here: `M`, `MT`, `chrM`, `NC_012920.1`."""
    bare = name.strip().removeprefix("ga4gh:")
    bare = bare[3:] if bare[:3].lower() == "chr" else bare
    return bare in _MITOCHONDRION or bare.upper() in _MITOCHONDRION


@lru_cache(1 << 12)
def accession_of_other_build(name: str) -> str | None:
    """The accession in our assembly of a chromosome that `name` gives in another one's version; None for every other name.

    Of GRCh37's `NC_000001.10` this is `NC_000001.11`, its successor.
    """
    accession, dot, _ = name.strip().upper().partition(".")
    current = _CURRENT_VERSIONS.get(accession)
    return current if dot and current is not None and name.strip().upper() != current else None


def names_its_build(name: str) -> bool:
    """Whether a name that `chromosome` knows is an accession or a digest, which tells the assembly by itself."""
    bare = name.strip()
    return bare.upper() in _BY_ACCESSION or bare.removeprefix("ga4gh:") in _BY_DIGEST


def is_number_of_x_or_y(name: str) -> bool:
    """Whether a name is `23` or `24`, with or without `chr`: X and Y in files that do not name X otherwise, else unknown."""
    return _NUMBER_OF_X_OR_Y.fullmatch(name.strip()) is not None
