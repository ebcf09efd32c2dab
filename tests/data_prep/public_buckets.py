"""The public buckets as the facts describe them, in small: seven people, each release with its layout and its traps."""

import gzip
import hashlib
import random
from dataclasses import dataclass, field

from tests.data_prep.dragen_text import bgzip, record, vcf
from tests.data_prep.s3_server import S3Server

PEDIGREE = """FamilyID SampleID FatherID MotherID Sex Population Superpopulation
HG00096 HG00096 0 0 1 GBR EUR
HG00097 HG00097 0 0 2 GBR EUR
HG00171 HG00171 0 0 2 FIN EUR
NA18525 NA18525 0 0 2 CHB EAS
Y117 NA19239 0 0 1 YRI AFR
Y117 NA19238 0 0 2 YRI AFR
Y117 NA19240 NA19239 NA19238 2 YRI AFR
"""
SEX = {"HG00096": "male", "NA19239": "male"}
PEOPLE = ("HG00096", "HG00097", "HG00171", "NA18525", "NA19238", "NA19239", "NA19240")
UNRELATED = PEOPLE[:6]
CHILD = "NA19240"

_COLUMNS = "ENA_FILE_PATH MD5SUM RUN_ID STUDY_ID STUDY_NAME CENTER_NAME SUBMISSION_ID SUBMISSION_DATE SAMPLE_ID SAMPLE_NAME POPULATION EXPERIMENT_ID"
PORTAL = "Sample name\tSex\tBiosample ID\tPopulation code\nHG00096\tmale\tSAME123268\tGBR\n"
DUPLICATIONS = (
    (585, "chr1", 10_000, 87_112),
    (586, "chr1", 10_464, 40_733),
    (585, "chr1", 10_000, 87_112),
    (9, "chrX", 1, 2),
    (585, "chr1_KI270706v1_random", 5, 900),
)
GTF = '##provider: GENCODE\nchr1\tHAVANA\tgene\t11869\t14409\t.\t+\t.\tgene_id "ENSG00000290825.2";\n'

HOSTS = "ftp.1000genomes.ebi.ac.uk/vol1/ftp/data_collections/1000G_2504_high_coverage"
WEB = {
    "pedigree": f"{HOSTS}/20130606_g1k_3202_samples_ped_population.txt",
    "unrelated": f"{HOSTS}/1000G_2504_high_coverage.sequence.index",
    "related": f"{HOSTS}/1000G_698_related_high_coverage.sequence.index",
    "gtf": "ftp.ebi.ac.uk/pub/databases/gencode/Gencode_human/release_49/gencode.v49.annotation.gtf.gz",
    "md5sums": "ftp.ebi.ac.uk/pub/databases/gencode/Gencode_human/release_49/MD5SUMS",
    "duplications": "hgdownload.soe.ucsc.edu/goldenPath/hg38/database/genomicSuperDups.txt.gz",
}


def index(names: tuple[str, ...], more_cells: int = 0) -> str:
    """A sequence index: comment lines, the header, a line a sample; the real ones have spaces after some names, and one has
    a cell more than its header after the population."""
    lines = ["##FileDate=20190503", "##SAMPLE_NAME=Sample name", "#" + _COLUMNS.replace(" ", "\t")]
    for number, name in enumerate(names):
        cells = [f"ftp://ftp.sra.ebi.ac.uk/{name}.final.cram", *"abcdefgh", name + " " * (number % 2), "GBR"]
        lines.append("\t".join([*cells, *([""] * more_cells), "ERX1"]))
    return "\n".join(lines) + "\n"


def call_file(sample: str, release: str = "3.5.7b", seed: int = 0, records: int = 400) -> bytes:
    """A CNV file of some ten kilobytes with calls of its own."""
    draw = random.Random(f"{sample} {seed}")
    starts = sorted(draw.sample(range(100, 90_000), records))
    lines = [record("chr2", s * 2_000, s * 2_000 + 1_000, bins=draw.randrange(3, 40), sm=draw.random()) for s in starts]
    return bgzip(vcf(sample, lines, sex=SEX.get(sample, "female"), release=release))


@dataclass
class Laid:
    """A release in its bucket."""

    release: str
    bucket: str
    prefix: str
    files: dict[str, bytes]
    """Content of the file that must come, by sample."""
    keys: dict[str, str] = field(default_factory=dict)
    """Its key, by sample."""
    others: int = 0
    """Objects that must not come."""


def lay_tables(s3: S3Server) -> None:
    """The tables, in a bucket that is read as a web server."""
    gtf = gzip.compress(GTF.encode(), mtime=0)
    dump = "".join("\t".join(map(str, (*row, "name", 0, "-"))) + "\n" for row in DUPLICATIONS)
    contents = {
        "pedigree": PEDIGREE.encode(),
        "unrelated": index(UNRELATED).encode(),
        "related": index((CHILD,), more_cells=1).encode(),
        "gtf": gtf,
        "md5sums": f"{hashlib.md5(gtf).hexdigest()}  gencode.v49.annotation.gtf.gz\n{'0' * 32}  other.gtf.gz\n".encode(),
        "duplications": gzip.compress(dump.encode(), mtime=0),
    }
    for name, content in contents.items():
        s3.put("web", WEB[name], content)
    s3.put("1000genomes-dragen", "metadata/igsr-1000-genomes-30x-on-grch38.tsv", PORTAL.encode())


PLACES = {
    "3.5.7b": ("1000genomes-dragen", "data/dragen-3.5.7b/hg38_altaware_nohla-cnv-anchored/"),
    "3.7.6": ("1000genomes-dragen", "data/dragen-3.7.6/hg38-graph-based/"),
    "4.0.3": ("1000genomes-dragen-v4.0.3", "data/individuals/hg38_somewhere/"),
    "4.2.7": ("1000genomes-dragen-v4-2-7", "data/individuals/hg38_alt_masked_graph_v3/"),
    "4.4.7": (
        "1000genomes-dragen-v4-4-7",
        "data/individuals/hg38-alt_masked.cnv.graph.hla.methyl_cg.rna-11-r5.0-2/",
    ),
}
SOFTWARE = {"4.0.3": "4.2.7"}


def lay(s3: S3Server, release: str, people: tuple[str, ...] = PEOPLE) -> Laid:
    """A release with everything beside the wanted files that its bucket has."""
    bucket, prefix = PLACES[release]
    laid = Laid(release, bucket, prefix, {name: call_file(name, SOFTWARE.get(release, release)) for name in people})

    def other(key: str, content: bytes = b"not wanted") -> None:
        s3.put(bucket, key, content)
        laid.others += 1

    for sample, content in laid.files.items():
        nested = "additional_698_related/" if release == "3.5.7b" and sample == CHILD else ""
        folder = f"{prefix}{nested}{sample}/"
        infix = ".final" if release == "4.2.7" else ""
        key = f"{folder}{sample}{infix}.cnv.vcf.gz"
        if release == "4.4.7":
            for run in ("0b7e4f3c-1111", "9d0f6f1a-2222"):
                run_folder = f"{prefix}{sample}_dragen-germline-v4-4-7-{run}/"
                if sample == "NA18525":
                    # of this one there is no plain folder: the later of two runs counts, here by name
                    s3.put(bucket, f"{run_folder}{sample}.cnv.vcf.gz", content)
                    key = f"{run_folder}{sample}.cnv.vcf.gz"
                    continue
                other(f"{run_folder}{sample}.cnv.vcf.gz", content)
            if sample == "NA18525":
                laid.keys[sample] = key
                continue
        s3.put(bucket, key, content)
        laid.keys[sample] = key
        if release != "4.2.7":
            s3.put(bucket, f"{key}.md5sum", hashlib.md5(content).hexdigest().encode())
        for name in ("cnv_sv.vcf.gz", "sv.vcf.gz", "cnv.vcf.gz.tbi", "ploidy.vcf.gz", "bam", "cnv.gff3"):
            other(f"{folder}{sample}.{name}")
        other(f"{folder}{sample}.cnv.excluded_intervals.bed.gz")
    other(f"{prefix}teslogs/run.cnv.vcf.gz")
    if release == "4.0.3":
        for sample in people:
            other(f"data/1kgp_cram/{sample}/{sample}.cram")
            other(f"data/individuals/hg19/{sample}/{sample}.cnv.vcf.gz", b"another assembly")
        other(f"data/individuals/a_few/{people[0]}/{people[0]}.cnv.vcf.gz", b"few")
    other("data/cohorts/cnv/merged.cnv.vcf.gz")
    return laid
