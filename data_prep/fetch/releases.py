"""The releases of the DRAGEN re-analysis and where their per-sample files lie, as data.

What is certain was read in other people's public scripts that run against the buckets (`ilmn-dragen-1kgp` in the Registry
of Open Data on AWS names the buckets and their regions); none of it could be tried from where this was written. A place
without a prefix is searched from `data/` down.
"""

import re
from dataclasses import dataclass
from typing import Final

RUN_FOLDER: Final = re.compile(r"(?P<sample>[^_/]+)_dragen-")
"""A folder of one run, `<sample>_dragen-germline-v4-4-7-<uuid>`: the same data as the plain folder beside it."""

NESTED: Final = frozenset({"additional_698_related"})
"""Folders of sample folders, one level deeper: the 698 relatives in 3.5.7b."""

SEARCH_BELOW: Final = "data/"
"""Where the samples' folder is searched when it is not known."""

OTHER_ASSEMBLY: Final = re.compile(r"hg19|hg37|grch37|hs37|b37|chm13|t2t", re.IGNORECASE)
"""Folders of other assemblies lie beside those of GRCh38 in some buckets."""


@dataclass(frozen=True, slots=True)
class BucketFolder:
    """Where a release's sample folders lie."""

    bucket: str
    region: str
    prefix: str | None
    """Key of the folder, with its slash at the end; None where nobody's script names it."""
    plain_names: bool = False
    """The CNV files are certain to be called `<sample>/<sample>.cnv.vcf.gz`: no sample's folder need be listed."""


@dataclass(frozen=True, slots=True)
class PublicRelease:
    """A release and its places, the one to try first in front."""

    name: str
    places: tuple[BucketFolder, ...]
    note: str
    """What is certain about the places and what is not."""


RELEASES: Final = {
    release.name: release
    for release in (
        PublicRelease(
            "3.5.7b",
            (
                BucketFolder(
                    "1000genomes-dragen", "us-west-2", "data/dragen-3.5.7b/hg38_altaware_nohla-cnv-anchored/", True
                ),
            ),
            "Certain: the folder, the names <sample>/<sample>.cnv.vcf.gz, and the 698 relatives below "
            "additional_698_related/.",
        ),
        PublicRelease(
            "3.7.6",
            (
                BucketFolder("1000genomes-dragen", "us-west-2", "data/dragen-3.7.6/hg38-graph-based/", True),
                BucketFolder("1000genomes-dragen-3.7.6", "us-west-2", "data/individuals/hg38-graph-based/"),
                BucketFolder("1000genomes-dragen-v3.7.6", "us-east-1", "data/individuals/hg38-graph-based/"),
            ),
            "Certain: the three folders; the names of the CNV files in the first, with a stray folder teslogs/. "
            "The third bucket is a clone of the second.",
        ),
        PublicRelease(
            "4.0.3",
            (BucketFolder("1000genomes-dragen-v4.0.3", "us-east-1", None),),
            "Certain: the bucket. Nobody's script names the folder of the samples: it is searched.",
        ),
        PublicRelease(
            "4.2.7",
            (BucketFolder("1000genomes-dragen-v4-2-7", "us-east-1", "data/individuals/hg38_alt_masked_graph_v3/"),),
            "Certain: the folder, and that names of small variants have .final. in them. Names of the CNV files: listed.",
        ),
        PublicRelease(
            "4.4.7",
            (
                BucketFolder(
                    "1000genomes-dragen-v4-4-7",
                    "us-east-1",
                    "data/individuals/hg38-alt_masked.cnv.graph.hla.methyl_cg.rna-11-r5.0-2/",
                ),
            ),
            "Certain: the folder, the plain folders, and the run folders beside them that hold every sample again.",
        ),
    )
}


def sample_of(folder: str, people: frozenset[str]) -> str | None:
    """The sample whose folder this is, plain or of a run; None for any other folder."""
    run = RUN_FOLDER.match(folder)
    name = run.group("sample") if run else folder
    return name if name in people else None


def call_file_rank(name: str, sample: str) -> tuple[int, int, str] | None:
    """How well a file name fits the germline CNV calls of a sample, the lowest best; None where it is something else.

    `<sample>.cnv.vcf.gz` is the name; an infix such as `.final.` is taken where that is missing. `cnv_sv.vcf.gz` holds
    structural variants too, and `.tbi` and `.md5sum` follow the name of a file.
    """
    if not name.startswith(f"{sample}.") or not name.endswith(".cnv.vcf.gz"):
        return None
    return (0 if name == f"{sample}.cnv.vcf.gz" else 1, len(name), name)


def plain_key(folder: str, sample: str) -> str | None:
    """Key of a sample's CNV file in its plain folder, where it has the plain name; None in the folder of a run.

    An object of this name is the one that a listing of the folder would choose, so it may be asked for without one.
    """
    name = folder.rstrip("/").rpartition("/")[2]
    return f"{folder}{sample}.cnv.vcf.gz" if name == sample else None
