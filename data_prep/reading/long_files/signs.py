"""What the entries of a large cohort say of each person's sex (R2)."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data_prep.errors import SystemRefusalError
from data_prep.reading.calls import Skip, signs_of
from data_prep.reading.long_files.piece import Piece
from data_prep.reading.long_files.plan import CALL, CODES, REFERENCE, LongFilePlan, Places
from data_prep.reading.sex import DIPLOID_X, HAPLOID_X, SIGN, contradictions

_SAYS_PLOIDY: Final = (
    CALL,
    REFERENCE,
    *(CODES[skip.value] for skip in (Skip.EXPECTED, Skip.NOT_CARRIED, Skip.BALANCED)),
)
"""Outcomes of records whose place and genotypes can be read."""


class Signs:
    """What entries that are no calls say of the sex, of a stretch: a number a line and sample, 0 for nothing.

    Of a large cohort nearly every entry on X says how many alleles its person has there: so none is a row of a table.
    """

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self.starts: list[Places] = []
        self.ends: list[Places] = []
        self.signs: list[npt.NDArray[np.uint8]] = []

    def add(
        self, records: pl.DataFrame, piece: Piece, entries: Places, outcomes: Places, kinds: Places, joint: bool
    ) -> None:
        """Adds those of a piece: its classified records, and the plain entries that one of them stands for."""
        signs = signs_of(records, joint)
        row = signs.get_column("row").to_numpy()
        cells = np.zeros(len(piece.entries), np.uint8)
        cells[entries[row]] = signs.get_column("sign").to_numpy()
        # a plain entry stands for those of its kind, whose genotypes have one allele or two
        plain = kinds > 0
        if plain.any():
            on_x = records.select("row", (pl.col("chrom") == "chrX").fill_null(False) & pl.col("alleles").is_not_null())
            is_stated = np.zeros(len(piece.lines), np.bool_)
            is_stated[piece.line[entries[on_x.filter(pl.nth(1)).get_column("row").to_numpy()]]] = True
            at = np.flatnonzero(plain & is_stated[piece.line] & np.isin(outcomes, _SAYS_PLOIDY))
            cells[at] = _ploidy_signs(piece.entries.gather(at))
        start, end = (np.zeros(len(piece.lines), np.int64) for _ in range(2))
        place = records.select("start", "end").fill_null(0)
        start[piece.line[entries]] = place.get_column("start").to_numpy()
        end[piece.line[entries]] = place.get_column("end").to_numpy()
        table = cells.reshape(len(piece.lines), self.samples)
        lines = np.flatnonzero(table.any(axis=1))
        self.starts.append(start[lines])
        self.ends.append(end[lines])
        self.signs.append(table[lines])

    def keep(self, path: Path) -> None:
        """Writes them down for the second step, where there are any."""
        if sum(map(len, self.starts)):
            try:
                np.savez(
                    path,
                    start=np.concatenate(self.starts),
                    end=np.concatenate(self.ends),
                    sign=np.concatenate(self.signs),
                )
            except OSError as error:
                raise SystemRefusalError(
                    f"the calls read could not be kept ({error.strerror}): is the disk full?"
                ) from error


def _ploidy_signs(entries: pl.Series) -> npt.NDArray[np.uint8]:
    """Of entries whose genotype names the reference alone, or is open and has a number: one allele or two."""
    table = entries.to_frame("entry").select(
        pl.when(pl.col("entry").str.contains(r"^0(?::|$)"))
        .then(HAPLOID_X)
        .when(pl.col("entry").str.contains(r"^(?:0[/|]0|\.[/|]\.:.*\d)"))
        .then(DIPLOID_X)
        .otherwise(0)
        .cast(pl.UInt8)
    )
    return table.to_series().to_numpy()


def find_contradictions(
    plan: LongFilePlan, calls: pl.DataFrame, events: pl.DataFrame, first: int, last: int
) -> dict[int, str]:
    """Samples from `first` to before `last` whose calls and other entries contradict their recorded sex, and why."""
    reasons: dict[int, str] = {}
    tables = [np.load(path) for path in sorted(plan.spill.glob("signs-*.npz"))]
    starts, ends, signs = ([table[name] for table in tables] for name in ("start", "end", "sign"))
    width = max(1, plan.limits.sign_cells // max(1, sum(map(len, starts))))
    for begin in range(first, last, width):
        end_ = min(begin + width, last)
        rows = []
        for start, end, sign in zip(starts, ends, signs, strict=True):
            line, sample = np.nonzero(sign[:, begin:end_])
            rows.append(
                pl.DataFrame(
                    {
                        "entry_source": sample + begin,
                        "start": start[line],
                        "end": end[line],
                        "sign": sign[line, sample + begin],
                    }
                ).select(pl.col(name).cast(dtype) for name, dtype in SIGN.items())
            )
        of_samples = pl.col("entry_source").is_between(begin, end_ - 1)
        reasons |= contradictions(
            calls.filter(of_samples),
            events.filter(of_samples),
            pl.concat(rows) if rows else pl.DataFrame(schema=SIGN),
            plan.recorded[begin:end_],
            begin,
        )
    return reasons
