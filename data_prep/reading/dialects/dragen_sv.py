"""Illumina DRAGEN's structural variants (`*.sv.vcf.gz`): Manta's descendant, with Manta's fields and its own names.

Its IDs begin with `DRAGEN:DEL:` where Manta's begin with `MantaDEL:`. The depth caller's files are another dialect.
"""

import polars as pl

from data_prep.domain.callers import DRAGEN_SV
from data_prep.reading.dialects.dragen import of_breakpoints, release_of, sex_of
from data_prep.reading.dialects.junctions import junction_records, junction_table
from data_prep.reading.dialects.records import Ends, Plain
from data_prep.reading.vcf import Header


class DragenSv:
    """The dialect of DRAGEN's `*.sv.vcf.gz`."""

    name = "dragen-sv"
    caller = DRAGEN_SV
    sign = "##source=DRAGEN_SV, or ##source=DRAGEN with a version"
    joins = False
    """Each record is one event between two breakpoints."""
    ends = Ends.EXACT
    plain = Plain(())

    def recognise(self, header: Header) -> bool:
        return of_breakpoints(header)

    def release(self, header: Header) -> str:
        return release_of(header)

    def caller_sex(self, header: Header) -> str | None:
        return sex_of(header)

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`."""
        return junction_records(junction_table(text))
