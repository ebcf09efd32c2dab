"""Whose a record is in a file of several callers, and its reading by that caller's dialect.

Merges keep IDs and most fields as their callers wrote them, so one convention for POS and for copies would be wrong for
some records: CNVnator's POS is the first base of a call, Manta's the base before it.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import polars as pl

from data_prep.reading.dialects.canvas import Canvas
from data_prep.reading.dialects.cnvnator import CnvNator
from data_prep.reading.dialects.cnvpytor import CnvPytor
from data_prep.reading.dialects.delly import Delly
from data_prep.reading.dialects.dragen import Dragen
from data_prep.reading.dialects.dragen_sv import DragenSv
from data_prep.reading.dialects.gcnv import Gcnv
from data_prep.reading.dialects.lumpy import Lumpy
from data_prep.reading.dialects.manta import Manta
from data_prep.reading.dialects.records import Ends, info_text
from data_prep.reading.vcf import Header


class CallerDialect(Protocol):
    """What of a dialect is asked for here."""

    name: str
    joins: bool
    ends: Ends

    def recognise(self, header: Header) -> bool: ...

    def records(self, text: pl.DataFrame) -> pl.DataFrame: ...


PLAIN: Final = "vcf"
"""Stands for callers that have no dialect of their own and write as the specification says."""

CALLERS: Final[Mapping[str, CallerDialect]] = {
    dialect.name: dialect
    for dialect in (Canvas(), CnvNator(), CnvPytor(), Delly(), Dragen(), DragenSv(), Gcnv(), Lumpy(), Manta())
}
"""Callers whose records merges hold, by the names of their dialects."""

_IDS: Final = {
    "manta": r"^Manta(?:DEL|DUP|INS|INV|BND)",
    "canvas": r"^Canvas:",
    "dragen-sv": r"^DRAGEN:(?:DEL|DUP|INS|INV|BND):",
    "dragen": r"^DRAGEN:",
    "cnvnator": r"(?i)^CNVnator_",
    "cnvpytor": r"(?i)^CNVpytor_",
    "delly": r"^(?:DEL|DUP|INV|INS|BND|CNV)\d{8}(?:\D|$)",
    PLAIN: r"(?i)^(?:sniffles|pbsv\.|svim\.|cutesv|sawfish|hificnv|tiddit|popdel|spectre|SV_\d+_[12](?:\D|$))",
}
"""How the IDs of callers begin; SVDB puts the names of the merged files behind an ID, that of its own file first."""

_WORDS: Final = {
    "dragen-sv": r"dragen[ _-]?sv",
    "dragen": "dragen",
    "manta": "manta",
    "canvas": "canvas",
    "cnvnator": "cnvnator",
    "cnvpytor": "cnvpytor",
    "delly": "delly",
    "gatk-gcnv": "gcnv|germlinecnv",
    "lumpy": "lumpy|smoove|svtyper",
    PLAIN: "tiddit|sniffles|hificnv|popdel|cnvkit|spectre|exomedepth|wham|cutesv|pbsv|svim|sawfish|dysgu|severus",
}
"""How callers are named in words, by part of the name that a merge was given."""

_KEYS: Final = ("svdb_origin", "FOUNDBY", "FOUND_IN", "CALLERS?", "set", "ALGORITHMS", "SVMETHOD")
_FIRST: Final = r"^(?:filterIn)?([^|,&-]+)"
"""INFO keys in which merges name callers, and the first of them; `set` parts them by dashes and marks filtered ones."""

_FIELDS: Final = {
    "cnvnator": r"(?:^|;)natorRD=",
    "cnvpytor": r"(?:^|;)pytorRD=",
}
"""INFO keys that one caller alone writes."""

_FORMATS: Final = {
    "delly": r"(?:^|:)(?:RCL|RDCN)(?::|$)",
    "gatk-gcnv": r"(?:^|:)QSS(?::|$)",
    "canvas": r"(?:^|:)MCC(?::|$)",
    "lumpy": r"(?:^|:)SU(?::|$)",
}
"""FORMAT keys that one caller alone writes."""


def own_caller() -> pl.Expr:
    """The name of the dialect by which a record is to be read, null where it names no caller.

    By its ID; else by the first caller in svdb_origin, FOUNDBY, FOUND_IN, CALLER, CALLERS, set, ALGORITHMS or SVMETHOD, which
    in SVDB's merges is the one whose record stands for the others; else by fields that one caller alone writes.
    """
    return pl.coalesce(
        _first_match(pl.col("id"), _IDS),
        *(_first_match(info_text(key).str.extract(_FIRST).str.to_lowercase(), _WORDS) for key in _KEYS),
        _first_match(pl.col("info"), _FIELDS),
        _first_match(pl.col("format"), _FORMATS),
    )


def _first_match(text: pl.Expr, patterns: Mapping[str, str]) -> pl.Expr:
    caller: pl.Expr = pl.lit(None, pl.String)
    for name, pattern in reversed(list(patterns.items())):
        caller = pl.when(text.str.contains(pattern).fill_null(False)).then(pl.lit(name)).otherwise(caller)
    return caller


def read_by_caller(text: pl.DataFrame, others: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Records of text rows, each by its own caller's dialect, in the order of `text`; columns of `RECORD`.

    `others` reads those that name no caller, and those of callers without a dialect of their own.
    """
    rows = text.with_row_index("row").with_columns(own_caller().alias("own"))
    parts, places = [], []
    for (name,), own in rows.partition_by("own", as_dict=True, maintain_order=True).items():
        columns = own.select(text.columns)
        dialect = CALLERS.get(str(name))
        part = (
            dialect.records(columns) if dialect else others(columns.with_columns(pl.lit(name, pl.String).alias("own")))
        )
        if dialect is None or not dialect.joins:
            part = part.with_columns(pl.lit(False).alias("joins"))
        if dialect is not None:
            part = part.with_columns(_inward_by(dialect.ends))
        parts.append(part)
        places.append(own.get_column("row"))
    if not parts:
        return others(text.with_columns(pl.lit(None, pl.String).alias("own")))
    if len(parts) == 1:
        return parts[0]
    return pl.concat(parts).with_columns(pl.concat(places).alias("row")).sort("row").drop("row")


def _inward_by(ends: Ends) -> list[pl.Expr]:
    """`inward_start` and `inward_end` as a record's own caller places its ends (R7), where the record itself says nothing.

    Written down record by record, since the events of the file are drawn in by the kind of the merge.
    """
    if ends is Ends.EXACT:
        inward = pl.lit(0, pl.Int32)
    elif ends is Ends.BINS:
        inward = ((pl.col("end") - pl.col("start")) / pl.when(pl.col("bins") > 0).then("bins") / 2).cast(pl.Int32)
    else:
        return []
    return [pl.coalesce(name, inward).alias(name) for name in ("inward_start", "inward_end")]
