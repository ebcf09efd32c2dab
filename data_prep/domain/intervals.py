"""Intervals on a chromosome: 0-based, half-open `[start, end)` (rule R1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """`[start, end)` on one chromosome, 0-based; `end` is greater than `start`."""

    chrom: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"an interval needs 0 <= start < end, not {self.start:,} and {self.end:,}")

    @property
    def length(self) -> int:
        return self.end - self.start

    def overlap(self, other: "Interval") -> int:
        """Bases that both hold."""
        if self.chrom != other.chrom:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def reciprocal_overlap(self, other: "Interval") -> float:
        """The shared bases as a share of the longer of the two, 0 to 1."""
        return self.overlap(other) / max(self.length, other.length)

    def __str__(self) -> str:
        """As a genome browser shows it: 1-based, inclusive."""
        return f"{self.chrom}:{self.start + 1:,}-{self.end:,}"
