"""The structural variants of the 1000 Genomes Project, phase 3, once they are on GRCh38.

ALT names the copies on one haplotype: `<CN0>` is a deletion and `<CN2>` a duplication, not the diploid reference. A sample's
copy number is the sum over its haplotypes, of which the reference has one copy each; so has an inversion or an insertion in
the same row. Deletions whose ends were assembled are spelt in letters. A loss on one and a gain on the other
haplotype (`1|2` of `<CN0>,<CN2>`) leave the expected number: by R2 no CNV, so it is left out and counted under a reason of
its own, since a record is one call and cannot be both directions.
"""

from typing import Final

import polars as pl

from data_prep.domain.callers import PHASE_3
from data_prep.reading.dialects.alleles import end, meanings, symbols
from data_prep.reading.dialects.records import (
    Ends,
    Plain,
    Ploidy,
    by_depth_alone,
    complete_columns,
    format_values,
    info_text,
    position,
    source,
)
from data_prep.reading.vcf import Header

_BY_DEPTH: Final = ("DUP_gs", "DUP_uwash")
"""Call sets (CS) made from read depth, beside the records of SVTYPE CNV: GenomeSTRiP's and the University of Washington's."""


class Phase3:
    """The dialect of the integrated structural variants of phase 3."""

    name = "1000-genomes-phase-3"
    caller = PHASE_3
    sign = "##source=1000GenomesPhase3 or ##INFO lines CS with ##ALT lines CN0"
    joins = False
    """Its sites were merged over people by its own authors, each one event."""
    ends = Ends.EXACT
    """By split reads and assembly, where not said otherwise record by record."""
    plain = Plain((), by_genotype=True)

    def recognise(self, header: Header) -> bool:
        if source(header, "1000GenomesPhase3") is not None:
            return True
        has_calls = any(line.startswith("<ID=CS,") for line in header.meta.get("INFO", ()))
        return has_calls and any(line.startswith("<ID=CN0,") for line in header.meta.get("ALT", ()))

    def release(self, header: Header) -> str:
        return "phase 3"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`. QUAL is 100 throughout; there are no bins and no copy ratio."""
        table = text.hstack(format_values(text, ("GT",)))
        table = table.with_columns(symbols(table), pl.col("GT").fill_null("."), position().alias("start"))
        table = table.hstack(meanings(table))
        return complete_columns(
            table.with_columns(
                pl.col("copies").alias("copy_number"),
                end(pl.col("start")).alias("end"),
                *by_depth_alone((info_text("SVTYPE") == "CNV") | info_text("CS").is_in(_BY_DEPTH)),
            ),
            Ploidy.GENOTYPE,
        )
