"""What each caller means by its fields: one module a dialect, chosen by the header.

A dialect turns the text columns of `data_prep.vcf.frame` into understood records (`RECORD`); what they mean for a
person, expected copy number and class, is the same for all and stands in `data_prep.calls`.
"""

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from data_prep.dialects.dragen import Dragen
from data_prep.vcf import FileRefusedError, Header


class Dialect(Protocol):
    """One caller's way of writing CNVs."""

    name: str

    def recognise(self, header: Header) -> bool:
        """Whether the header is this caller's."""
        ...

    def release(self, header: Header) -> str:
        """Release of the caller, as people call it; raises FileRefusedError for one that is not read."""
        ...

    def caller_sex(self, header: Header) -> str | None:
        """Karyotype sex `XX` or `XY` that the caller was told, None where the header does not say."""
        ...

    def records(self, text: pl.DataFrame) -> pl.DataFrame:
        """Understood records, one for each row of `text` and in its order: columns of `dialects.records.RECORD`."""
        ...


DIALECTS: Sequence[Dialect] = (Dragen(),)


def recognise(header: Header) -> Dialect:
    """The dialect of a file by its header; raises FileRefusedError, saying what was looked for, if there is none."""
    for dialect in DIALECTS:
        if dialect.recognise(header):
            return dialect
    raise FileRefusedError(
        "its caller is not known: a line ##DRAGENVersion= or ##source=DRAGEN_CNV was looked for; "
        "give the *.cnv.vcf.gz files that DRAGEN wrote"
    )
