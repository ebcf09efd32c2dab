"""What contradicts a recorded sex, and how much of X and Y it takes (rule R2).

A few calls on Y are what every caller finds in women, and a merge writes two alleles into men: so nothing less than a share
of the chromosome's sequence speaks, and what speaks is put into words that go with the person.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from data_prep import reference
from data_prep.domain.arrays import Numbers
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.intervals import bases_before, complement, reached_before
from data_prep.domain.sight import UNSEQUENCED

LEAST_X: Final = (1, 10)
"""Share of X from which genotypes of the other ploidy contradict the sex, as numerator and denominator."""
LEAST_Y: Final = (1, 4)
"""Share of Y from which copies of it contradict XX."""
WHOLE: Final = (1, 2)
"""Share of X or Y from which copies other than expected are a mark of their own (R11)."""

HAPLOID_X: Final = 1
DIPLOID_X: Final = 2
COPY_OF_Y: Final = 3
"""What an entry says of the sex: a genotype of one allele on X, one of two or more, a copy of Y."""

_NOT_ALIKE: Final = (*UNSEQUENCED, "par")
"""Of X only these are left out: it has its sequence in both sexes."""


@cache
def own_sequence(chrom: str) -> tuple[Numbers, Numbers]:
    """Starts and ends, 0-based half-open and disjoint, of the sequenced bases of chrX or chrY whose copies tell the sex.

    Of X all outside the pseudo-autosomal regions; of Y those outside every problem region that comes along, the X-transposed
    region among them: reads of X lie there in women. Masks of a build change nothing, since files are read without them.
    """
    regions = reference.problem_regions().filter(pl.col("chrom") == chrom)
    if chrom == "chrX":
        regions = regions.filter(pl.col("kind").is_in(_NOT_ALIKE))
    start, end = (regions.get_column(name).cast(pl.Int64).to_numpy() for name in ("start", "end"))
    return complement(start, end, 0, LENGTHS[chrom])


@cache
def own_bases(chrom: str) -> int:
    """Bases of `own_sequence`."""
    start, end = own_sequence(chrom)
    return int((end - start).sum())


def is_over(bases: int, chrom: str, share: tuple[int, int]) -> bool:
    """Whether bases are more than a share of a chromosome's own sequence."""
    return bases * share[1] > share[0] * own_bases(chrom)


def bases_below(chrom: str, position: Numbers) -> Numbers:
    """Bases of `own_sequence` before each position."""
    return bases_before(*own_sequence(chrom), position)


def covered_bases(rows: pl.DataFrame, chrom: str) -> dict[int, int]:
    """Bases of `own_sequence` that the intervals of each file cover together; `rows`: file, start, end."""
    if not rows.height:
        return {}
    rows = rows.sort("entry_source", "start", "end")
    columns = (rows.get_column(name).cast(pl.Int64).to_numpy() for name in ("entry_source", "start", "end"))
    entry, start, end = columns
    first = np.maximum(start, reached_before(end, entry))
    last = np.maximum(end, first)
    bases = pl.Series("bases", bases_below(chrom, last) - bases_below(chrom, first), dtype=pl.Int64)
    return dict(rows.select("entry_source", bases).group_by("entry_source").agg(pl.col("bases").sum()).iter_rows())


SIGN: Final = {"entry_source": pl.UInt32, "start": pl.Int32, "end": pl.Int32, "sign": pl.UInt8}
"""What entries that are no calls say of the sex: one of `HAPLOID_X`, `DIPLOID_X`, `COPY_OF_Y` over `[start, end)`."""


def contradictions(
    calls: pl.DataFrame, events: pl.DataFrame, signs: pl.DataFrame, recorded: Sequence[str | None], first: int = 0
) -> dict[int, str]:
    """Why the calls of a file contradict its recorded sex, in words, by file; of the others nothing.

    `calls`, `events`: as `events.join_calls` gives them, the calls with `alleles`; `signs`: columns `SIGN`; `recorded`: the
    recorded sexes of the files from `first` on. A call speaks for copies of Y where its event is credible; a genotype speaks
    for its ploidy whatever its quality.
    """
    sexes = pl.DataFrame(
        {"entry_source": range(first, first + len(recorded)), "recorded": recorded},
        schema={"entry_source": pl.UInt32, "recorded": pl.String},
    ).drop_nulls()
    columns = ("entry_source", "start", "end")
    on_x = calls.filter((pl.col("chrom") == "chrX") & pl.col("alleles").is_not_null())
    on_y = calls.filter((pl.col("chrom") == "chrY") & (pl.col("copy_number") >= 1)).join(
        events.filter("credible").select("entry_source", "event_no"), on=["entry_source", "event_no"], how="semi"
    )
    reasons_by_file: dict[int, list[str]] = {}
    for sex, sign, chrom, rows, share, words in (
        ("XX", HAPLOID_X, "chrX", on_x.filter(pl.col("alleles") == 1), LEAST_X, "genotypes of one allele over {} of X"),
        ("XX", COPY_OF_Y, "chrY", on_y, LEAST_Y, "copies of Y over {} of it"),
        ("XY", DIPLOID_X, "chrX", on_x.filter(pl.col("alleles") > 1), LEAST_X, "genotypes of two alleles over {} of X"),
    ):
        stated = pl.concat([rows.select(columns), signs.filter(pl.col("sign") == sign).select(columns)])
        stated = stated.join(sexes.filter(pl.col("recorded") == sex), on="entry_source", how="semi")
        for file, bases in sorted(covered_bases(stated, chrom).items()):
            if is_over(bases, chrom, share):
                reasons_by_file.setdefault(file, []).append(words.format(f"{100 * bases / own_bases(chrom):.0f} %"))
    return {file: "; ".join(reasons_by_file) for file, reasons_by_file in reasons_by_file.items()}


def contrary_statement(recorded: str | None, caller: str | None) -> str | None:
    """What is said of a file whose caller was told or found another sex than the recorded one; None where they agree."""
    if recorded is None or caller is None or recorded == caller:
        return None
    return f"the caller took the sample for {caller}"
