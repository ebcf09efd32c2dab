"""What becomes of one record of a caller's file: a call, a reference row, or the reason why it is neither."""

from collections.abc import Sequence

from tests.data_prep.in_memory import fates
from tests.data_prep.reading.dialects.texts import Caller

Outcome = str | dict[str, object] | tuple[object, ...]


def outcomes(caller: Caller, records: Sequence[str], sex: str | None = None) -> list[Outcome]:
    """The outcome of each record, each read in a file of its own; `sex`: that of the sample table, `XX` or `XY`."""
    found = fates([caller.vcf([record]) for record in records], [sex] * len(records))
    by_file: dict[int, Outcome] = {}
    for row in found.calls.iter_rows(named=True):
        by_file[row["entry_source"]] = row
    for row in found.reference.iter_rows(named=True):
        by_file[row["entry_source"]] = (row["chrom"], row["start"], row["end"], row["bins"])
    for row in found.skipped.iter_rows(named=True):
        by_file[row["entry_source"]] = str(row["reason"])
    assert sorted(by_file) == list(range(len(records)))
    return [by_file[number] for number in range(len(records))]


def outcome(caller: Caller, record: str, sex: str | None = None) -> Outcome:
    return outcomes(caller, [record], sex)[0]


def call(caller: Caller, record: str, sex: str | None = None) -> dict[str, object]:
    """The call that a record is."""
    found = outcome(caller, record, sex)
    assert isinstance(found, dict), found
    return found


def brief(found: Outcome) -> object:
    """Class and copy number of a call; a reference row and a reason as they are."""
    return (found["class"], found["copy_number"]) if isinstance(found, dict) else found
