"""Callers by the names that the provenance gives them, and what a reader of the numbers must know of each.

The words of a page depend on who called, and the database says no more of that than these names.
"""

from collections.abc import Iterable
from typing import Final

CANVAS: Final = "Illumina Canvas"
CNVNATOR: Final = "CNVnator"
CNVPYTOR: Final = "CNVpytor"
DELLY: Final = "Delly"
DRAGEN: Final = "Illumina DRAGEN"
DRAGEN_SV: Final = "Illumina DRAGEN SV"
GATK_GCNV: Final = "GATK gCNV"
GATK_SV: Final = "GATK-SV"
LUMPY: Final = "Lumpy"
MANTA: Final = "Manta"
MERGED: Final = "Merged callers"
PHASE_3: Final = "1000 Genomes phase 3"
PLAIN_VCF: Final = "Plain VCF"

CUT_INTO_SEGMENTS: Final = frozenset({CANVAS, DRAGEN, GATK_GCNV, MERGED})
"""Callers that cut the genome into segments of read-depth bins: one event may be abutting calls (R3), and bins are given.
Of merged callers those that do."""
BY_DEPTH: Final = frozenset({CNVNATOR, CNVPYTOR})
"""Callers whose copies are worked out here from the depth that they normalise to 1 (R2)."""
MADE_FOR_TWO: Final = frozenset({DELLY, DRAGEN_SV, LUMPY, MANTA})
"""Callers whose numbers are made for two copies everywhere; where one is expected a number holds only if it is zero (R2)."""
BY_RECORD: Final = frozenset({GATK_SV, MERGED, PLAIN_VCF})
"""Callers of which that is so of some records: where FORMAT CN, or a caller in a merge, gives the number, it counts the copies."""

_SEPARATOR: Final = ", "


def in_one_line(callers: Iterable[str]) -> str:
    """The callers of a callset as its provenance has them: each once, by name."""
    return _SEPARATOR.join(sorted(set(callers)))


def from_one_line(line: str) -> tuple[str, ...]:
    """The callers that `in_one_line` wrote."""
    return tuple(line.split(_SEPARATOR)) if line else ()
