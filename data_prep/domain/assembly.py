"""The genome assembly as a value: its chromosomes, the names that others give them, and where X and Y are alike.

Every fact is data beside this module (`genome/`), so that no other module holds one in constants of its own, and the
database, the reader of files, the search box and the downloads say the same.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "genome"


@dataclass(frozen=True, slots=True)
class Chromosome:
    """A chromosome of the assembly; the fields are the columns of `genome/chromosomes.tsv`."""

    chrom: str
    """Our name, `chr1` to `chrY`."""
    length: int
    """Bases."""
    sequenced: int
    """Bases that are A, C, G or T."""
    refseq: str
    genbank: str
    """Accessions with their version, which tells the assembly."""
    refget: str
    """GA4GH refget digest of the sequence, `SQ.` in front."""


@dataclass(frozen=True, slots=True)
class OtherAssembly:
    """Another assembly of the human genome, as far as it must be known to be refused."""

    name: str
    chr1: int
    """Bases of its chromosome 1."""
    words: tuple[str, ...]
    """What headers call it, in small letters."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """One genome assembly."""

    name: str
    ucsc: str
    """What the UCSC Genome Browser calls it."""
    words: tuple[str, ...]
    """What headers call it, in small letters."""
    chromosomes: tuple[Chromosome, ...]
    """In the order of the karyotype."""
    numbers: dict[str, str]
    """Chromosomes by the numbers that some programs write for X and Y."""
    pseudo_autosomal: dict[str, tuple[tuple[int, int], ...]]
    """Intervals by chromosome, 0-based and half-open; the chromosomes are the sex chromosomes."""
    mitochondrion: tuple[str, ...]
    """Names of the mitochondrial sequence."""
    others: tuple[OtherAssembly, ...]

    def is_named_in(self, text: str) -> bool:
        """Whether a text, such as a `##reference` line, names this assembly."""
        return re.search("|".join(self.words), text, re.IGNORECASE) is not None

    def other_named_in(self, text: str) -> str | None:
        """The word by which a text names another assembly, as it stands there; None where it names none."""
        words = (word for other in self.others for word in other.words)
        match = re.search("|".join(words), text, re.IGNORECASE)
        return match[0] if match else None

    def other_of_length(self, chr1: int) -> str | None:
        """The other assembly whose chromosome 1 has so many bases; None where it is none that is known here."""
        return next((other.name for other in self.others if other.chr1 == chr1), None)


def read_assembly(folder: Path = DATA) -> Assembly:
    """The assembly that a folder describes in `assembly.toml` and `chromosomes.tsv`."""
    facts: dict[str, Any] = tomllib.loads((folder / "assembly.toml").read_text("utf-8"))
    _, *rows = (folder / "chromosomes.tsv").read_text("utf-8").splitlines()
    return Assembly(
        name=facts["name"],
        ucsc=facts["ucsc"],
        words=tuple(facts["words"]),
        chromosomes=tuple(_chromosome(row) for row in rows),
        numbers=facts["numbers"],
        pseudo_autosomal={
            chrom: tuple((start, end) for start, end in places) for chrom, places in facts["pseudo_autosomal"].items()
        },
        mitochondrion=tuple(facts["mitochondrion"]["names"]),
        others=tuple(OtherAssembly(other["name"], other["chr1"], tuple(other["words"])) for other in facts["others"]),
    )


def _chromosome(row: str) -> Chromosome:
    chrom, length, sequenced, refseq, genbank, refget = row.split("\t")
    return Chromosome(chrom, int(length), int(sequenced), refseq, genbank, refget)


ASSEMBLY: Final = read_assembly()
"""The assembly of every call, gene and region here."""
