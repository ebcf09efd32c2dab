"""CNVpytor calls.

As CNVnator's, with calls of copy-neutral loss of heterozygosity. Those have no genotype, so in a file of several samples
nobody could say whose they are; in a file of one they are its sample's. The copies are twice the normalised depth (pytorRD),
on X and Y of men the depth itself (its authors: github.com/abyzovlab/CNVpytor, issue 81). CN is that of one allele up to
version 1.2, where a heterozygous deletion has `0/1:0` (`viewer.py` there), and of both alleles since its writer became a module
of its own (`vcf.py`; issue 199 still shows the older habit in 1.2.1). Its header names no version unless somebody adds one.
"""

import polars as pl

from data_prep.domain.callers import CNVPYTOR
from data_prep.reading.dialects.cnvnator import depth_records
from data_prep.reading.dialects.records import Ends, Plain, source
from data_prep.reading.vcf import Header


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
        """Parsed records; columns of `RECORD`. Copy ratio is pytorRD; QUAL and bins are not given, so R4 asks the ratio alone."""
        return depth_records(text, "pytorRD")
