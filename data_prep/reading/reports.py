"""What became of files, of the people in them and of their records (rule R12), as plain values.

A file of one person and a column of a joint file are the same thing to all that follows: a source, with a number of its
own that the rows of shards carry. So counts are kept by source, and those of a file are sums.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from data_prep.reading.vcf import LongFile

READ: Final = "read"
REFUSED: Final = "refused"
DUPLICATE: Final = "duplicate"

UNTOLD: Final = "not one genotype or copy number is told in its column, so it is left out and stands in no denominator"
"""Why a sample is not taken from a joint file that says nothing of it: said when it is read, whatever other files say."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One person's part of a file. Its records are the file's records in this person: calls + reference rows + skipped."""

    source: int
    """Its number within a shard set, which is the column `source` of the shards."""
    sample: str
    caller_sex: str | None = None
    recorded_sex: str | None = None
    """Karyotype sex that the sample table gave when the file was read."""
    contradicts_sex: str | None = None
    """What in its calls and rows contradicts the recorded sex (R2), in words; None where nothing does."""
    records: int = 0
    calls: int = 0
    reference_rows: int = 0
    skipped: int = 0
    status: str = READ
    """`read`, or `refused` for `UNTOLD`; once doubled samples are settled, `refused` or `duplicate` for what files say together."""
    message: str | None = None
    """Why this person's part is not taken; null where it is."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    file_id: int
    path: str
    """Below what was given (`reading.Given`): the database holds no folder of the machine."""
    size: int
    status: str
    """`read` or `refused`; once doubled samples are settled, also `duplicate`."""
    message: str | None = None
    sha256: str | None = None
    """Checksum of the file as it lies on the disk."""
    dialect: str | None = None
    release: str | None = None
    simulated: bool = False
    samples: int = 0
    """Samples that its header names; 0 where it was refused unread."""
    content: str | None = None
    """Checksum of its samples and records as text (`vcf.Under.content`), by which copies in another form are known."""
    place: str = ""
    """`reading.place_of` where it was found: tells files of one path apart, and knows one again that is given once more."""
    sources: tuple[SourceReport, ...] = ()
    rates_raised: str = ""
    """What its header says that a simulated cohort holds more often than is published."""
    given: str = ""
    """The path as the person gave it, for whoever runs the build: it is in no database."""

    @property
    def shown_path(self) -> str:
        """The path for whoever runs the build."""
        return self.given or self.path

    @property
    def joint(self) -> bool:
        """Its header names several samples."""
        return self.samples > 1

    @property
    def records(self) -> int:
        """Records, of a joint file once for each sample."""
        return sum(source.records for source in self.sources)

    @property
    def calls(self) -> int:
        return sum(source.calls for source in self.sources)

    @property
    def reference_rows(self) -> int:
        return sum(source.reference_rows for source in self.sources)

    @property
    def skipped(self) -> int:
        return sum(source.skipped for source in self.sources)


@dataclass(frozen=True, slots=True)
class SkippedRecord:
    """Records of one source left out for one reason, with the first as example."""

    source: int
    reason: str
    records: int
    example: str


Rows = dict[str, dict[int, int]]
"""Rows written, by table and tile (`shards.TILE_BITS`)."""


@dataclass(slots=True)
class BatchReport:
    """What became of a batch of files."""

    batch: int
    files: list[FileReport] = field(default_factory=list)
    skipped: list[SkippedRecord] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    long: list[tuple[int, LongFile]] = field(default_factory=list)
    """Files with their numbers that are to be read in pieces, not counted in here."""


def total(rows: Iterable[Rows]) -> Rows:
    """Counts of rows added up."""
    sums: Rows = {}
    for source in rows:
        for table, tiles in source.items():
            sums_of_table = sums.setdefault(table, {})
            for tile, n in tiles.items():
                sums_of_table[tile] = sums_of_table.get(tile, 0) + n
    return sums
