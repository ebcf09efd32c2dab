"""What goes with the calls, from web servers: the pedigree, the lists of samples, gene models, segmental duplications.

Which names are certain: all were read in public scripts that fetch them (the pedigree and the indexes in dozens; release 49
of GENCODE and its MD5SUMS; the dump of genomicSuperDups and its columns). The index of the 2,504 has spaces after some
names, and the index of the 698 an empty column that its header does not have, after the one that is read here.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from isal import igzip

from data_prep.domain.chromosomes import CHROMOSOMES, LENGTHS
from data_prep.fetch.errors import FetchError

_HIGH_COVERAGE: Final = "https://ftp.1000genomes.ebi.ac.uk/vol1/ftp/data_collections/1000G_2504_high_coverage/"
_GENCODE: Final = "https://ftp.ebi.ac.uk/pub/databases/gencode/Gencode_human/"
_UCSC: Final = "https://hgdownload.soe.ucsc.edu/goldenPath/hg38/database/"

GENCODE_RELEASE: Final = 49


@dataclass(frozen=True, slots=True)
class WebTable:
    """A file of a web server."""

    url: str
    md5sums: str | None = None
    """Name of a file beside it with the MD5 of several."""

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


PEDIGREE: Final = WebTable(f"{_HIGH_COVERAGE}20130606_g1k_3202_samples_ped_population.txt")
UNRELATED: Final = WebTable(f"{_HIGH_COVERAGE}1000G_2504_high_coverage.sequence.index")
RELATED: Final = WebTable(f"{_HIGH_COVERAGE}1000G_698_related_high_coverage.sequence.index")
DUPLICATIONS: Final = WebTable(f"{_UCSC}genomicSuperDups.txt.gz")

PORTAL_BUCKET: Final = ("1000genomes-dragen", "us-west-2")
PORTAL_KEY: Final = "metadata/igsr-1000-genomes-30x-on-grch38.tsv"
"""The IGSR portal's table of the samples, in the bucket of the first release."""

UNRELATED_NAMES: Final = "samples_unrelated.txt"
DUPLICATIONS_BED: Final = "segmental_duplications.bed"


def gencode(release: int) -> WebTable:
    """The annotation of all genes on the reference chromosomes, with the tags that choose transcripts (R7)."""
    return WebTable(f"{_GENCODE}release_{release}/gencode.v{release}.annotation.gtf.gz", md5sums="MD5SUMS")


def names_in_index(path: Path) -> list[str]:
    """The samples of a sequence index, sorted, each once. Raises FetchError for a file that is none."""
    names: set[str] = set()
    place: int | None = None
    for line in path.read_text("utf-8", "replace").splitlines():
        cells = line.split("\t")
        if line.startswith("#"):
            if "SAMPLE_NAME" in cells:
                place = cells.index("SAMPLE_NAME")
        elif place is not None and len(cells) > place:
            names.add(cells[place].strip())
    names.discard("")
    if not names:
        raise FetchError(f"{path} names no samples: it is no sequence index of the 1000 Genomes Project")
    return sorted(names)


def duplications_as_bed(path: Path) -> str:
    """The intervals of UCSC's table genomicSuperDups as BED (0-based, half-open), on the 24 chromosomes, each once.

    The dump has no header: bin, chrom, chromStart, chromEnd and 26 more columns. Raises FetchError for another file.
    """
    regions: set[tuple[int, int, int]] = set()
    order = {name: number for number, name in enumerate(CHROMOSOMES)}
    with igzip.open(path, "rt") as lines:
        for number, line in enumerate(lines, 1):
            cells = str(line).split("\t", 4)
            try:
                chrom, start, end = cells[1], int(cells[2]), int(cells[3])
            except (IndexError, ValueError) as error:
                raise FetchError(f"{path}, line {number}: no line of UCSC's table genomicSuperDups") from error
            if chrom in order:
                if not 0 <= start < end <= LENGTHS[chrom]:
                    raise FetchError(f"{path}, line {number}: {chrom}:{start}-{end} does not lie on GRCh38")
                regions.add((order[chrom], start, end))
    return "".join(f"{CHROMOSOMES[chrom]}\t{start}\t{end}\n" for chrom, start, end in sorted(regions))
