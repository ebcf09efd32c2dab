"""The structural variants of the 1000 Genomes Project, phase 3, once they are on GRCh38.

ALT names the copies on one haplotype: `<CN0>` is a deletion and `<CN2>` a duplication, not the diploid reference. A sample's
copy number is the sum over its haplotypes, of which the reference has one copy each. A loss on one and a gain on the other
haplotype (`1|2` of `<CN0>,<CN2>`) leave the expected number: by R2 no CNV, so it is left out and counted under a reason of
its own, since a record is one call and cannot be both directions.
"""

import re
from collections.abc import Iterable
from typing import Final

import polars as pl

from data_prep.dialects.records import (
    KIND,
    Ends,
    Kind,
    Plain,
    Ploidy,
    by_depth_alone,
    format_values,
    info_number,
    info_text,
    position,
    source,
    understood,
)
from data_prep.domain.callers import PHASE_3
from data_prep.vcf import Header

_COPIES: Final = re.compile(r"<CN([0-9]{1,3})>")
_BY_DEPTH: Final = ("DUP_gs", "DUP_uwash")
"""Call sets (CS) made from read depth, beside the records of SVTYPE CNV: GenomeSTRiP's and the University of Washington's."""
_INDEX: Final = re.compile(r"[0-9]{1,3}")


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
        """Understood records; columns of `RECORD`. QUAL is 100 throughout; there are no bins and no copy ratio."""
        table = text.hstack(format_values(text, ("GT",)))
        distinct = table.select("alt", "GT").unique()
        told = pl.DataFrame(
            [(alt, genotype, *_meaning(alt, genotype)) for alt, genotype in distinct.iter_rows()],
            schema={"alt": pl.String, "GT": pl.String, "kind": KIND, "copy_number": pl.Float64},
            orient="row",
        )
        table = table.join(told, on=["alt", "GT"], how="left", nulls_equal=True, maintain_order="left")
        start = position()
        return understood(
            table.with_columns(
                start.alias("start"),
                pl.coalesce(info_number("END"), start + info_number("SVLEN").abs()).alias("end"),
                *by_depth_alone((info_text("SVTYPE") == "CNV") | info_text("CS").is_in(_BY_DEPTH)),
            ),
            Ploidy.GENOTYPE,
        )


def _meaning(alt: str | None, genotype: str | None) -> tuple[str, float | None]:
    """Kind and copy number of a genotype over copy-number alleles; the number is None where a haplotype is not known."""
    copies = [1, *(_copies(one) for one in (alt or "").split(","))]
    if None in copies:
        return Kind.OTHER.value, None
    haplotypes = (genotype or ".").replace("/", "|").split("|")
    known = [copies[int(one)] for one in haplotypes if _INDEX.fullmatch(one) and int(one) < len(copies)]
    changes = {c for c in known if c != 1}
    if not changes:
        return Kind.ABSENT.value, None
    whole = len(known) == len(haplotypes)
    total = sum(c for c in known if c is not None)
    if whole and total == len(known):
        return Kind.BALANCED.value, float(total)
    return _direction(changes).value, float(total) if whole else None


def _direction(changes: Iterable[int | None]) -> Kind:
    """The direction of changed haplotypes, where it is one."""
    found = {Kind.LOSS if c == 0 else Kind.GAIN for c in changes}
    return found.pop() if len(found) == 1 else Kind.VARIABLE


def _copies(allele: str) -> int | None:
    """Copies on a haplotype that an ALT names; None for one that is no copy number."""
    found = _COPIES.fullmatch(allele)
    if found:
        return int(found[1])
    return {"<DEL>": 0}.get(allele)
