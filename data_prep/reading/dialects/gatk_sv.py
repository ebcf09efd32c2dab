"""GATK-SV calls, among them the high-coverage 1000 Genomes structural variants of 3,202 people.

FORMAT CN counts the copies that are there, and ECN those expected; multi-allelic CNVs (`<CNV>`, FILTER MULTIALLELIC) have
nothing else. Deletions and duplications without CN are told by their genotypes. MULTIALLELIC and BOTHSIDES_SUPPORT name no fault, so they do not keep an event
from PASS (R4). QUAL is a Phred score where it is given.
"""

import polars as pl

from data_prep.domain.callers import GATK_SV
from data_prep.reading.dialects.junctions import junction_records, junction_table
from data_prep.reading.dialects.records import (
    Ends,
    Plain,
    Ploidy,
    RecordKind,
    by_depth_alone,
    carries_variant,
    copy_number,
    info_text,
)
from data_prep.reading.vcf import Header


class GatkSv:
    """The dialect of GATK-SV, as in the high-coverage set of the 1000 Genomes Project."""

    name = "gatk-sv"
    caller = GATK_SV
    sign = "##INFO line ALGORITHMS with ##INFO line EVIDENCE or ##FORMAT line ECN"
    joins = False
    """Its sites were merged over people and callers, each one event."""
    ends = Ends.EXACT
    """By split reads, where not said otherwise record by record."""
    plain = Plain()

    def recognise(self, header: Header) -> bool:
        infos, formats = header.meta.get("INFO", ()), header.meta.get("FORMAT", ())
        if not any(line.startswith("<ID=ALGORITHMS,") for line in infos):
            return False
        return any(line.startswith("<ID=EVIDENCE,") for line in infos) or any(
            line.startswith("<ID=ECN,") for line in formats
        )

    def release(self, header: Header) -> str:
        return "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`."""
        table = by_copies(junction_table(text, ("CN", "ECN")))
        # a record that names no algorithm may rest on depth as well
        depth = by_depth_alone(info_text("ALGORITHMS").fill_null("depth") == "depth")
        return junction_records(table.with_columns(*depth))


def by_copies(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of `junction_table` with CN and ECN, told by CN where there is one: it counts all copies, on X and Y too.

    A `<CNV>` without CN says nothing of the sample.
    """
    is_open = pl.col("alt") == "<CNV>"
    total = copy_number(pl.col("CN"))
    untold = total.is_null() & ~carries_variant()
    open_kind = pl.when(untold).then(pl.lit(RecordKind.ABSENT.value)).otherwise(pl.lit(RecordKind.VARIABLE.value))
    is_cnv = is_open | (pl.col("variant") != RecordKind.OTHER.value)
    ecn = pl.col("ECN").cast(pl.Int32, strict=False)
    # a reference genotype is nobody's variant, unless CN counts other copies than it has alleles (R2)
    reference = pl.col("GT").str.contains(r"^0+(?:[/|]0+)*$").fill_null(False)
    usual = ((total.round() == pl.col("GT").str.count_matches("0+")) | (total.round() == ecn)).fill_null(False)
    by_reference = pl.when(usual).then(pl.lit(RecordKind.ABSENT.value)).otherwise(pl.lit(RecordKind.VARIABLE.value))
    return table.with_columns(
        pl.when(is_cnv & (pl.col("alt") != ".") & reference & total.is_not_null())
        .then(by_reference)
        .when(is_open)
        .then(open_kind)
        .when(total.is_not_null())
        .then("variant")
        .otherwise("kind")
        .alias("kind"),
        pl.when(is_cnv).then(pl.coalesce(total, "copy_number")).alias("copy_number"),
        # no copy is expected of a Y that a woman does not have: that says the sex, and is asked of the sample table
        pl.when(ecn.is_between(1, 100)).then(ecn).alias("ecn"),
        pl.when(total.is_not_null() | is_open)
        .then(pl.lit(Ploidy.SEX.value))
        .otherwise(pl.lit(Ploidy.TWO.value))
        .alias("ploidy"),
    )
