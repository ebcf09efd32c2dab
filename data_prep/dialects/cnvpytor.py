"""CNVpytor calls.

As CNVnator's, with decimal copy numbers in FORMAT and calls of copy-neutral loss of heterozygosity. Those have no
genotype, so in a file of several samples nobody could say whose they are; in a file of one they are its sample's.
"""

import polars as pl

from data_prep.dialects.cnvnator import depth_records
from data_prep.dialects.records import Ends, Plain, Ploidy, source, understood
from data_prep.domain.callers import CNVPYTOR
from data_prep.vcf import Header


class CnvPytor:
    """The dialect of CNVpytor's VCF export."""

    name = "cnvpytor"
    caller = CNVPYTOR
    sign = "##source=CNVpytor"
    joins = False
    """As in CNVnator: it merges itself, and gives no bin counts (R3)."""
    ends = Ends.BINS
    """As in CNVnator."""
    plain = Plain()

    def recognise(self, header: Header) -> bool:
        return source(header, "CNVpytor") is not None

    def release(self, header: Header) -> str:
        return source(header, "CNVpytor") or "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Understood records; columns of `RECORD`. Copy ratio is pytorRD; QUAL and bins are not given, so R4 asks the ratio alone."""
        return understood(depth_records(text, "pytorRD"), Ploidy.TWO)
