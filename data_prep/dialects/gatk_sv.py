"""GATK-SV calls, among them the high-coverage 1000 Genomes structural variants of 3,202 people.

Deletions and duplications are told by their genotypes. Multi-allelic CNVs (`<CNV>`, FILTER MULTIALLELIC) have none, and their
FORMAT CN counts the copies that are there; MULTIALLELIC and BOTHSIDES_SUPPORT name no fault, so they do not keep an event
from PASS (R4). QUAL is a Phred score where it is given.
"""

import polars as pl

from data_prep.dialects.junctions import junction_records, junction_table
from data_prep.dialects.records import Ends, Kind, Plain, Ploidy, by_depth_alone, copy_number, info_text
from data_prep.domain.callers import GATK_SV
from data_prep.vcf import Header


class GatkSv:
    """The dialect of GATK-SV, as in the high-coverage set of the 1000 Genomes Project."""

    name = "gatk-sv"
    caller = GATK_SV
    sign = "##INFO lines ALGORITHMS and EVIDENCE"
    joins = False
    """Its sites were merged over people and callers, each one event."""
    ends = Ends.EXACT
    """By split reads, where not said otherwise record by record."""
    plain = Plain()

    def recognise(self, header: Header) -> bool:
        lines = header.meta.get("INFO", ())
        return all(any(line.startswith(sign) for line in lines) for sign in ("<ID=ALGORITHMS,", "<ID=EVIDENCE,"))

    def release(self, header: Header) -> str:
        return "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Understood records; columns of `RECORD`."""
        table = junction_table(text, ("CN",))
        is_cnv = pl.col("alt") == "<CNV>"
        number_here = copy_number(pl.col("CN"))
        told = pl.when(number_here.is_null()).then(pl.lit(Kind.ABSENT.value)).otherwise(pl.lit(Kind.VARIABLE.value))
        return junction_records(
            table.with_columns(
                pl.when(is_cnv).then(told).otherwise("kind").alias("kind"),
                pl.when(is_cnv).then(number_here).otherwise("copy_number").alias("copy_number"),
                pl.when(is_cnv).then(pl.lit(Ploidy.SEX.value)).otherwise(pl.lit(Ploidy.TWO.value)).alias("ploidy"),
                # a record that names no algorithm may rest on depth as well
                *by_depth_alone(info_text("ALGORITHMS").fill_null("depth") == "depth"),
            )
        )
