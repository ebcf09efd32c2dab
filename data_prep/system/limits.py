"""How much is held in memory at a time, as one value that travels from the command line to every step of a build.

Each bound trades memory for time alone: whatever they are, the database is the same.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from data_prep.errors import UserError


class MemoryLimitError(UserError):
    """A size of memory that cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of what one process holds in memory; bytes are of text unless it is said otherwise."""

    batch_bytes: int = 2_500_000
    """Bytes on the disk of the compressed files that are read together: some 10 MB of text, some 60,000 records."""
    whole_file_bytes: int = 16 << 20
    """Bytes of the text of a file up to which it is held whole; a longer one is read in pieces."""
    short_file_bytes: int = 4_000_000
    """Bytes on the disk up to which a file that is read in pieces is left to one process."""
    stretches_per_process: int = 8
    """Stretches of a longer one for each process: so that none waits long for the others."""
    piece_bytes: int = 2 << 20
    """Bytes from which a piece of whole lines is handed on."""
    line_bytes: int = 64 << 20
    """Bytes of a line: the most samples of a database with a thousand bytes each. A longer one is refused."""
    bytes_per_sample: int = 1 << 30
    """Bytes for each sample beyond which a stretch is taken for damaged or malicious, not for CNV calls."""
    spill_rows: int = 60_000
    """Calls of a long file held until they are written down for the second step; as many are then joined at a time."""
    sign_cells: int = 2_000_000
    """Signs of the sex that are looked at at a time: lines times samples."""
    sorted_rows: int = 800_000
    """Rows sorted at a time, where a tile has fewer."""
    derived_rows: int = 150_000
    """Events or segments from which a chromosome is worked out in pieces of about as many."""
    commit_rows: int = 1_000_000
    """Rows after which what was written is committed."""
    events_worth_processes: int = 100_000
    """Events from which sites are worked out by several processes: to start one takes half a second."""
    gene_text_bytes: int = 48 << 20
    """Bytes of a file of gene models that are read at a time."""
    database_bytes: int = 384_000_000
    """Bytes of memory that DuckDB may take to sort and write."""
    earlier_bytes: int = 192_000_000
    """Bytes of memory that DuckDB may take to copy an earlier database: what it took stays with the process."""


DEFAULTS: Final = Limits()

_SCALED: Final = (
    "batch_bytes",
    "whole_file_bytes",
    "piece_bytes",
    "spill_rows",
    "sign_cells",
    "sorted_rows",
    "derived_rows",
    "commit_rows",
    "database_bytes",
    "earlier_bytes",
)
"""What grows and shrinks with the memory that is allowed."""
_UNITS: Final = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40}  # fmt: skip
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", re.IGNORECASE | re.ASCII)

# Measured over the demonstration cohort, resident memory of all processes added up: what a build takes whatever its bounds,
# the first process and each, and what the usual bounds add to that.
_FIXED_BYTES: Final = 230_000_000
_FIXED_BYTES_EACH: Final = 280_000_000
_BOUND_BYTES: Final = 75_000_000
_BOUND_BYTES_EACH: Final = 210_000_000
_LEAST_SHARE: Final = 0.2
"""Below this share of the usual bounds a build is many times slower and hardly smaller."""
_MOST_SHARE: Final = 8.0
"""Above it nothing gets faster."""


def parse_size(text: str) -> int:
    """Bytes of a size as people write it: `2GB`, `1.5 GiB`, `800M`; raises MemoryLimitError for anything else."""
    match = _SIZE.fullmatch(text.strip())
    if match is None or match[2].lower() not in _UNITS:
        raise MemoryLimitError(f"{text!r} is no size of memory: write one such as 2GB or 800MB")
    return int(Decimal(match[1]) * _UNITS[match[2].lower()])


def limits_within(memory: int, processes: int) -> Limits:
    """Bounds with which `processes` that build together take about `memory` bytes; the usual ones scaled.

    Raises MemoryLimitError for less memory than so many processes take with the smallest bounds.
    """
    fixed = _FIXED_BYTES + _FIXED_BYTES_EACH * processes
    bound = _BOUND_BYTES + _BOUND_BYTES_EACH * processes
    share = (memory - fixed) / bound
    if share < _LEAST_SHARE:
        least = -(-(fixed + bound * _LEAST_SHARE) // 10_000_000) / 100
        raise MemoryLimitError(
            f"{memory / 1e9:,.2f} GB of memory are too little for {processes} processes: give --memory {least:.2f}GB or "
            f"more{', or fewer --jobs' if processes > 1 else ''}"
        )
    share = min(share, _MOST_SHARE)
    return replace(DEFAULTS, **{name: max(1, int(getattr(DEFAULTS, name) * share)) for name in _SCALED})
