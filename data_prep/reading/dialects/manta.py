"""Manta's deletions and tandem duplications.

QUAL is Manta's Phred score and its filters are its own, so R4 reads them as they are.
"""

import polars as pl

from data_prep.domain.callers import MANTA
from data_prep.reading.dialects.dragen import of_breakpoints
from data_prep.reading.dialects.junctions import junction_records, junction_table
from data_prep.reading.dialects.records import Ends, Plain, source
from data_prep.reading.vcf import Header


class Manta:
    """The dialect of Manta's `diploidSV.vcf.gz`."""

    name = "manta"
    caller = MANTA
    sign = "##source=GenerateSVCandidates"
    joins = False
    """Each record is one event between two breakpoints."""
    ends = Ends.EXACT
    """By assembly and split reads."""
    plain = Plain(())

    def recognise(self, header: Header) -> bool:
        return source(header, "GenerateSVCandidates") is not None and not of_breakpoints(header)

    def release(self, header: Header) -> str:
        return source(header, "GenerateSVCandidates") or "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`."""
        return junction_records(junction_table(text))
