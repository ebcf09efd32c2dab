"""Illumina DRAGEN germline CNV calls as VCF 4.4, from release 4.4 on.

SVLEN is positive and holds before END, which later versions of VCF leave out; SVTYPE is gone, LOH has its own ALT `<LOH>`,
and copy numbers are written as decimals. All else is as before.
"""

from data_prep.reading.dialects.dragen import Dragen
from data_prep.reading.vcf import Header


class Dragen44(Dragen):
    """The dialect of DRAGEN's `*.cnv.vcf.gz` and `*.cnv_sv.vcf.gz` in VCF 4.4."""

    name = "dragen-4.4"
    sign = "##DRAGENVersion with ##fileformat=VCFv4.4"
    length_first = True

    def recognise(self, header: Header) -> bool:
        return super().recognise(header) and header.fileformat not in ("VCFv4.0", "VCFv4.1", "VCFv4.2", "VCFv4.3")
