"""What each caller means by its fields: one module a dialect, chosen by the header or by name.

A dialect turns the text columns of `data_prep.reading.vcf.frame` into parsed records (`RECORD`); what they mean for a
person, expected copy number and class, is the same for all and stands in `data_prep.reading.calls`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Protocol

import polars as pl

from data_prep.reading.dialects.canvas import Canvas
from data_prep.reading.dialects.cnvnator import CnvNator
from data_prep.reading.dialects.cnvpytor import CnvPytor
from data_prep.reading.dialects.delly import Delly
from data_prep.reading.dialects.dragen import Dragen
from data_prep.reading.dialects.dragen_4_4 import Dragen44
from data_prep.reading.dialects.dragen_sv import DragenSv
from data_prep.reading.dialects.gatk_sv import GatkSv
from data_prep.reading.dialects.gcnv import Gcnv
from data_prep.reading.dialects.lumpy import Lumpy
from data_prep.reading.dialects.manta import Manta
from data_prep.reading.dialects.merged import Merged
from data_prep.reading.dialects.phase3 import Phase3
from data_prep.reading.dialects.plain_vcf import PlainVcf
from data_prep.reading.dialects.records import Ends, Plain
from data_prep.reading.vcf import FileRefusedError, Header


class Dialect(Protocol):
    """One caller's way of writing CNVs."""

    name: str
    """As `--dialect` names it."""
    caller: str
    """The caller as people call it, for the provenance (R12)."""
    sign: str
    """What in the header it is recognised by."""
    joins: bool
    """Whether it cuts one event into abutting records, which R3 then joins."""
    ends: Ends
    """Where it places the ends of its events (R7); a dialect that has none of this is `Ends.UNSAID`."""
    plain: Plain
    """Which entries of its joint files plainly say nothing."""

    def recognise(self, header: Header) -> bool:
        """Whether the header is this caller's."""
        ...

    def release(self, header: Header) -> str:
        """Release of the caller, as people call it; `unknown` where the header does not say."""
        ...

    def caller_sex(self, header: Header) -> str | None:
        """Karyotype sex `XX` or `XY` that the caller was told, None where the header does not say."""
        ...

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Parsed records, one for each row of `text` and in its order: columns of `dialects.records.RECORD`."""
        ...


_ALL: Final[Sequence[Dialect]] = (
    Merged(),
    Dragen44(),
    Dragen(),
    DragenSv(),
    Gcnv(),
    CnvNator(),
    CnvPytor(),
    Canvas(),
    Manta(),
    Delly(),
    Lumpy(),
    Phase3(),
    GatkSv(),
    PlainVcf(),
)
DIALECTS: Final[dict[str, Dialect]] = {dialect.name: dialect for dialect in _ALL}
"""Dialects by name, in the order in which a header is shown to them: the narrower before the wider."""


def ends_of(dialect: Dialect) -> Ends:
    """Where the dialect places the ends of its events; what does not say is as uncertain as the rule allows (R7)."""
    return getattr(dialect, "ends", Ends.UNSAID)


NAMED: Final = "which its header does not"
"""What the report of a file says whose dialect a person named."""


def note_of_chosen_dialect(header: Header, dialect: Dialect) -> tuple[str, ...]:
    """What a file's report has to say of its dialect: that a person named it and not the header."""
    return () if dialect.recognise(header) else (f"--dialect says {dialect.name}, {NAMED}",)


UNKNOWN: Final = "its caller is not known: name it with --dialect"
"""Why a file is refused whose header is no dialect's; what was looked for is said once a build, by `signs`."""


def signs() -> str:
    """What headers are looked through for, dialect by dialect."""
    return "; ".join(f"{dialect.sign} ({dialect.caller})" for dialect in DIALECTS.values())


def recognise(header: Header, name: str | None = None) -> Dialect:
    """The dialect called `name`, else that of the header.

    Raises FileRefusedError if there is none, and for a header that says that another file of the same caller is needed.
    """
    if name is not None:
        refuse_intervals(header)
        return DIALECTS[name]
    lines = tuple((key, () if key in _OF_ONE_FILE else values) for key, values in header.meta.items())
    dialect = _recognise(header.fileformat, lines)
    if dialect is None:
        raise FileRefusedError(UNKNOWN)
    return dialect


_OF_ONE_FILE: Final = ("DRAGENCommandLine", "fileDate")
"""Header keys whose values differ from file to file of one caller and tell none: no dialect is recognised by them."""


@lru_cache(32)
def _recognise(fileformat: str, lines: tuple[tuple[str, tuple[str, ...]], ...]) -> Dialect | None:
    """The dialect of headers with these lines by key, in memory since thousands of files have the same.

    The dialects see no more of the header than these lines: what is not part of the question cannot be part of the answer.
    """
    header = Header(fileformat, (), dict(lines))
    refuse_intervals(header)
    return next((dialect for dialect in DIALECTS.values() if dialect.recognise(header)), None)


def refuse_intervals(header: Header) -> None:
    """Raises FileRefusedError for gCNV's `genotyped-intervals`: a row a bin, whose neighbours are no CNVs of their own.

    Its FORMAT has CNLP and not QSS and QSE of the segments (PostprocessGermlineCNVCalls of GATK 4).
    """
    ids = {line.partition(",")[0].removeprefix("<ID=") for line in header.meta.get("FORMAT", ())}
    if "CNLP" in ids and not {"QSS", "QSE"} & ids:
        raise FileRefusedError(
            "it is gCNV's genotyped-intervals, a copy number for each interval: give genotyped-segments of the same sample"
        )


def check_one_caller(header: Header, later: Sequence[Header], name: str | None) -> None:
    """Raises FileRefusedError where a header among the records is of another caller or release, or of another sex."""
    if name is not None or not later:
        return
    dialect = recognise(header)
    first = (dialect.name, dialect.release(header), dialect.caller_sex(header))
    for header_ in later:
        other = recognise(header_)
        if (other.name, other.release(header_), other.caller_sex(header_)) != first:
            raise FileRefusedError(
                f"it holds two files one behind the other, of {_caller(dialect, header)} and of {_caller(other, header_)}: "
                "part them, and give each by itself"
            )


def _caller(dialect: Dialect, header: Header) -> str:
    return " ".join(filter(None, (dialect.caller, dialect.release(header), dialect.caller_sex(header))))
