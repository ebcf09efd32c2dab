"""Delly's deletions and duplications, and the calls of `delly cnv`.

RDCN, or CN in older releases, is a copy number by depth: a duplication takes it where it is above two, since Delly
estimates it for autosomes only and a duplication of at most two copies contradicts itself. A deletion takes its genotype's.
Rows `<CNV>` of `delly cnv` are told by CN alone. QUAL grows with the support and has no Phred scale; 10 of R4 is low in it.
"""

import polars as pl

from data_prep.domain.callers import DELLY
from data_prep.reading.dialects.junctions import junction_records, junction_table
from data_prep.reading.dialects.records import Ends, Plain, Ploidy, RecordKind, by_depth_alone, copy_number
from data_prep.reading.vcf import Header


class Delly:
    """The dialect of `delly call`, `delly merge` with genotypes, and `delly cnv`, as VCF."""

    name = "delly"
    caller = DELLY
    sign = "##FORMAT lines RDCN or RCL"
    joins = False
    """Each record is one event between two breakpoints, or one that `delly cnv` has merged."""
    ends = Ends.EXACT
    """By split reads; `delly cnv` by read depth, said record by record."""
    plain = Plain(("CN", "RDCN"))

    def recognise(self, header: Header) -> bool:
        return any(line.startswith(("<ID=RDCN,", "<ID=RCL,")) for line in header.meta.get("FORMAT", ()))

    def release(self, header: Header) -> str:
        return "unknown"

    def caller_sex(self, header: Header) -> str | None:
        return None

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records; columns of `RECORD`."""
        table = junction_table(text, ("CN", "RDCN"))
        # -1 is how Delly writes that it could not estimate the copies, and no damage
        table = table.with_columns(pl.when(pl.col(key) != "-1").then(pl.col(key)).alias(key) for key in ("CN", "RDCN"))
        is_cnv = pl.col("alt") == "<CNV>"
        depth = pl.coalesce(copy_number(pl.col("RDCN")), copy_number(pl.col("CN")))
        gained = pl.when((pl.col("kind") == RecordKind.GAIN.value) & (depth > 2)).then(depth)
        return junction_records(
            table.with_columns(
                pl.when(is_cnv).then(pl.lit(RecordKind.VARIABLE.value)).otherwise("kind").alias("kind"),
                pl.when(is_cnv)
                .then(copy_number(pl.col("CN")))
                .otherwise(pl.coalesce("copy_number", gained))
                .alias("copy_number"),
                pl.when(is_cnv).then(pl.lit(Ploidy.SEX.value)).otherwise(pl.lit(Ploidy.TWO.value)).alias("ploidy"),
                *by_depth_alone(is_cnv),
            )
        )
