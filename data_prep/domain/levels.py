"""Filter levels (rule R4): how far down the caller's own quality filters a count reaches.

DRAGEN 3.5.7b writes a single filter per record, length first, so `credible` looks at the values themselves.
"""

from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """Which events count: each level holds the one before it in this order."""

    PASS = "pass"
    CREDIBLE = "credible"
    SENSITIVE = "sensitive"
    """As credible, of one read-depth bin too."""
    ALL = "all"


DEFAULT_LEVEL: Final = Level.CREDIBLE

LENGTH_FILTER: Final = "cnvLength"
QUALITY_FILTER: Final = "cnvQual"
COPY_RATIO_FILTER: Final = "cnvCopyRatio"

NO_FAULTS: Final = ("MULTIALLELIC", "BOTHSIDES_SUPPORT")
"""Values that GATK-SV writes into FILTER and that name no fault: they do not keep an event from PASS."""

FULL_LENGTH: Final = 10_000
"""Bases from which DRAGEN no longer sets `cnvLength`."""
CREDIBLE_QUALITY: Final = 10
"""Least QUAL of a credible event."""
CREDIBLE_RATIO_DISTANCE: Final = 0.2
"""Least distance of a credible event's copy ratio from 1."""
LEAST_CREDIBLE_BINS: Final = 2
"""Least read-depth bins of a credible event, where the caller counts bins; a sensitive one may have fewer."""
SOLID_BINS: Final = 3
"""Bins from which a flank is a copy-number step and not a ragged edge (R3), and an event carries no badge (R4)."""

LARGE_EVENT: Final = 3_000_000
"""Bases above which an event can mark its chromosome, or else is constitutional, counted and badged as large (R11)."""
