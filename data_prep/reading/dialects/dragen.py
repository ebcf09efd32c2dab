"""Illumina DRAGEN germline CNV calls as VCF 4.2: releases 2 to 4.3, and 4.4 where it counts depth alone.

An event's POS is the base before it (`start = POS`), a reference row's POS its first base (`start = POS - 1`): never
one rule for both. In `cnv_sv` files only the depth-supported rows are CNV calls.
"""

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from data_prep.domain.callers import DRAGEN
from data_prep.reading.dialects.records import (
    Ends,
    Plain,
    Ploidy,
    RecordKind,
    bin_count,
    complete_columns,
    copy_number,
    format_values,
    info_number,
    kinds,
    number,
    position,
    source,
    symbol_kind,
    unreadable_fields,
)
from data_prep.reading.vcf import Header

_RELEASE: Final = re.compile(r"(?:SW: *|^)(?:\d+\.\d{3}\.\d+\.)?([0-9][0-9A-Za-z.]*)")
"""The hardware's version stands before that of the software (`SW: 07.021.732.4.2.4`), or not (`SW: 4.4.4, HW: Unknown`)."""
_SEX: Final = re.compile(r"--sample-sex[ =]+(\w+)", re.IGNORECASE)
_ID_KIND: Final = {
    "LOSS": RecordKind.LOSS,
    "GAIN": RecordKind.GAIN,
    "REF": RecordKind.REFERENCE,
    "CNLOH": RecordKind.LOH,
    "GAINLOH": RecordKind.GAIN,
}

WARNING_END: Final = "END, SVLEN and REFLEN disagree, and {} holds"
WARNING_ID: Final = "the ID says loss where ALT says gain, or the other way round, and ALT holds"


class Dragen:
    """The dialect of DRAGEN's `*.cnv.vcf.gz`."""

    name = "dragen"
    caller = DRAGEN
    sign = "##DRAGENVersion or ##source=DRAGEN_CNV"
    joins = True
    """DRAGEN cuts one event into abutting pieces (R3)."""
    ends = Ends.BINS
    """It places ends on the borders of its bins, which BC counts."""
    plain = Plain(by_genotype=True)
    length_first = False
    """Whether SVLEN holds where END says otherwise, as VCF 4.4 wants it."""

    def recognise(self, header: Header) -> bool:
        known = "DRAGENVersion" in header.meta or source(header, "DRAGEN_CNV") is not None
        return known and not of_breakpoints(header)

    def release(self, header: Header) -> str:
        return release_of(header)

    def caller_sex(self, header: Header) -> str | None:
        return sex_of(header)

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records of DRAGEN text rows, one for each record and sample, in their order; columns of `RECORD`.

        GT names as many alleles as copies are expected; SM is the ratio to them. Releases without GT leave it to the sex.
        """
        table = text.hstack(format_values(text, ("GT", "SM", "CN", "BC", "FT", "QS")))
        lengths, whole_numbers = _lengths(table)
        table = table.with_columns(
            position().alias("pos"),
            *lengths,
            copy_number(pl.col("CN")).alias("copy_number"),
            kinds(table, _kind),
        )
        if {RecordKind.VARIABLE.value, RecordKind.OTHER.value, RecordKind.LOH.value} & set(
            table.get_column("kind").unique()
        ):
            table = table.with_columns(_kind_by_id())
        plain = pl.col("info").str.contains("SVTYPE=CNV", literal=True) & ~pl.col("info").str.contains(
            "SVCLAIM=J", literal=True
        )
        unvaried = pl.col("kind") == RecordKind.REFERENCE.value
        if not table.select((plain | unvaried).all()).item():
            kind = pl.when(unvaried | _supported_by_depth()).then("kind").otherwise(pl.lit(RecordKind.OTHER.value))
            table = table.with_columns(kind.alias("kind"))
        symbolic = pl.col("alt").str.starts_with("<")
        start = pl.when(symbolic).then("pos").otherwise(pl.col("pos") - 1)
        table = table.with_columns(start.alias("start")).with_columns(
            by_length=pl.col("start") + pl.col("svlen").abs(), by_reflen=pl.col("start") + pl.col("reflen")
        )
        first, second = ("by_length", "end") if self.length_first else ("end", "by_length")
        end = pl.coalesce(first, second, "by_reflen")
        table = table.with_columns(self._warning(end).alias("warning"), end.alias("end"))
        table = table.with_columns(
            number(pl.col("SM")).alias("copy_ratio"),
            # a joint record has no QUAL of its own, and one for each sample
            pl.coalesce(number(pl.col("qual")), number(pl.col("QS"))).alias("quality"),
            bin_count(pl.col("BC")).alias("bins"),
            pl.coalesce("FT", "filter").fill_null(".").alias("filters"),
        )
        parsed = {"SM": "copy_ratio", "CN": "copy_number", "BC": "bins"}
        unreadable = unreadable_fields(table, parsed=parsed, places=not whole_numbers)
        return complete_columns(table.with_columns(unreadable), Ploidy.GENOTYPE)

    def _warning(self, end: pl.Expr) -> pl.Expr:
        differ = pl.any_horizontal(
            (end != pl.col(other)).fill_null(False) for other in ("end", "by_length", "by_reflen")
        )
        gain, loss = (pl.col("id").str.starts_with(f"DRAGEN:{word}:") for word in ("GAIN", "LOSS"))
        contrary = (gain & (pl.col("kind") == RecordKind.LOSS.value)) | (
            loss & (pl.col("kind") == RecordKind.GAIN.value)
        )
        return (
            pl.when(differ)
            .then(pl.lit(WARNING_END.format("SVLEN" if self.length_first else "END")))
            .when(contrary.fill_null(False))
            .then(pl.lit(WARNING_ID))
        )


def of_breakpoints(header: Header) -> bool:
    """Whether the header is of DRAGEN's caller of breakpoints (`*.sv.vcf.gz`) and not of its depth caller.

    Its source line is `DRAGEN_SV`, up to release 3 `DRAGEN` with the version, and at first Manta's own. A file with both
    (`*.cnv_sv.vcf.gz`) has the depth caller's FORMAT lines or source line, and its depth-supported rows are read.
    """
    lines = header.meta.get("FORMAT", ())
    if source(header, "DRAGEN_CNV") is not None or any(line.startswith(("<ID=SM,", "<ID=BC,")) for line in lines):
        return False
    if source(header, "DRAGEN_SV") is not None or (source(header, "DRAGEN ") or "")[:1].isdigit():
        return True
    if "DRAGENVersion" not in header.meta:
        return False
    return source(header, "GenerateSVCandidates") is not None or any(line.startswith("<ID=PR,") for line in lines)


def release_of(header: Header) -> str:
    """Release of DRAGEN that the header names, `unknown` where it names none."""
    for text in (header.first("DRAGENVersion"), source(header, "DRAGEN ")):
        match = _RELEASE.search(text or "")
        if match:
            return match[1]
    return "unknown"


def sex_of(header: Header) -> str | None:
    """Karyotype sex that DRAGEN was told, `XX` or `XY`; None where the command line has none."""
    for command in header.meta.get("DRAGENCommandLine", ()):
        match = _SEX.search(command)
        if match:
            return {"male": "XY", "xy": "XY", "female": "XX", "xx": "XX"}.get(match[1].lower())
    return None


def _lengths(table: pl.DataFrame) -> tuple[list[pl.Series], bool]:
    """END, REFLEN and SVLEN of each record as `end`, `reflen` and `svlen`, Int64; and whether all are known to be whole numbers.

    A release has them at the same places of INFO in all records: cut out there at once, and searched only where they are not.
    """
    lengths = _at_the_same_place(table.get_column("info"), ("END", "REFLEN"))
    whole_numbers = lengths is not None
    if lengths is None:
        lengths = table.select(end=info_number("END"), reflen=info_number("REFLEN"))
    if table.select(pl.col("info").str.contains("SVLEN=", literal=True).any()).item():
        lengths = lengths.with_columns(table.select(svlen=info_number("SVLEN")).to_series())
        whole_numbers = False
    else:
        lengths = lengths.with_columns(pl.lit(None, pl.Int64).alias("svlen"))
    return lengths.get_columns(), whole_numbers


def _at_the_same_place(info: pl.Series, keys: Sequence[str]) -> pl.DataFrame | None:
    """The whole numbers of INFO keys, by their names in small letters; None unless each stands where the first record has it."""
    first = (info.first() or "") if info.len() else ""
    fields = [field.partition("=")[0] for field in str(first).split(";")]
    if any(fields.count(key) != 1 for key in keys):
        return None
    places = [fields.index(key) for key in keys]
    cut = info.str.split_exact(";", max(places)).struct
    columns = []
    for key, place in zip(keys, places, strict=True):
        text = cut.field(f"field_{place}")
        # the cast below takes a sign before the digits, which is no whole number of VCF
        if not text.str.starts_with(f"{key}=").fill_null(False).all() or text.str.starts_with(f"{key}=+").any():
            return None
        column = text.str.slice(len(key) + 1).cast(pl.Int64, strict=False).alias(key.lower())
        if column.null_count():
            return None
        columns.append(column)
    return pl.DataFrame(columns)


def _kind(alt: str) -> RecordKind:
    """`<DEL>,<DUP>` is how releases before 4.4 write a loss of heterozygosity."""
    return RecordKind.LOH if alt == "<DEL>,<DUP>" else symbol_kind(alt)


def _kind_by_id() -> pl.Expr:
    """Where ALT leaves the direction open, the word in DRAGEN's ID tells it (R2); a GAINLOH without a number is a gain."""
    word = pl.col("id").str.extract(r"^DRAGEN:([A-Z]+):")
    by_id = word.replace_strict(
        {word: kind.value for word, kind in _ID_KIND.items()}, default=None, return_dtype=pl.String
    )
    is_open = pl.col("kind").is_in([RecordKind.VARIABLE.value, RecordKind.OTHER.value])
    gain = (pl.col("kind") == RecordKind.LOH.value) & pl.col("copy_number").is_null() & (word == "GAINLOH")
    return pl.when(is_open | gain.fill_null(False)).then(pl.coalesce(by_id, "kind")).otherwise("kind").alias("kind")


def _supported_by_depth() -> pl.Expr:
    """Rows of the depth caller: in `cnv_sv` files rows of the junction caller stand beside them, the same event twice."""
    svtype = pl.col("info").str.extract(r"(?:^|;)SVTYPE=(\w+)")
    claim = pl.col("info").str.extract(r"(?:^|;)SVCLAIM=(\w+)")
    return (
        pl.when(claim.is_not_null())
        .then(claim.str.contains("D", literal=True))
        .otherwise(svtype.fill_null("CNV") == "CNV")
    )
