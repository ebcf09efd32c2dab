"""What a build is asked for, as one value: where from, where to, and how."""

from dataclasses import dataclass
from pathlib import Path

from data_prep.reading.files import ReadingOptions
from data_prep.system.limits import DEFAULTS, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """VCF files, and shard sets made of such, from which a database is built."""

    vcf: tuple[str, ...] = ()
    """Files, folders, patterns and `@LIST`s, as `find_named_files` takes them."""
    shards: tuple[Path, ...] = ()
    """Folders that `write_shards` wrote; they keep what was said of their files then."""
    beside: bool = False
    """The callsets of the database that is published there stay in it, but for one of the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A database that is published already, with more people and without some.

    The files that it was built from are not read again, and need not exist; the result is that of a build from those that
    are left and the new ones.
    """

    add: tuple[str, ...] = ()
    """As `Sources.vcf`; files that are in the database already are passed over."""
    remove: tuple[str, ...] = ()
    """Names of samples."""
    callset: str | None = None
    """The one that is changed where the database holds several; the newest if None. The others stay as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """A database to build."""

    samples: Path
    """The sample table."""
    out: Path
    """The pointer to the database."""
    sources: Sources | Change
    unrelated: Path | None = None
    """Names of the unrelated samples, one a line; what the sample table says if None."""
    genes: Path | None = None
    """A GENCODE GTF; if None the embedded gene models, and those of the database where one is changed."""
    masks: tuple[str, ...] = ()
    """Texts `NAME=BED`, each a kind of problem region more. The masks of a database that is changed stay in it, but for one
    of the same name."""
    jobs: int | None = None
    """Processes; all cores if None."""
    dialect: str | None = None
    """The dialect of all VCF files, where their headers do not tell it, or tell it wrongly."""
    assembly: str | None = None
    """GRCh38, for VCF files whose headers give no contig lengths."""
    limits: Limits = DEFAULTS

    def reading_options(self) -> ReadingOptions:
        """How the VCF files are read; raises ReadingError for a dialect or a genome build that there is not."""
        return ReadingOptions(jobs=self.jobs, dialect=self.dialect, assembly=self.assembly, limits=self.limits)
