"""First step: the lines of a stretch to calls, written down for the second, and the count of everything else."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from data_prep.reading.calls import (
    calls_of,
    classify_records,
    reference_rows_of,
    remarks_of,
)
from data_prep.reading.dialects import Dialect
from data_prep.reading.dialects.records import RecordKind
from data_prep.reading.long_files.piece import Piece
from data_prep.reading.long_files.plain_entries import MOST_KINDS, plain_kinds
from data_prep.reading.long_files.plan import (
    CALL,
    CODES,
    OUTCOMES,
    REFERENCE,
    ROW_BITS,
    LongFilePlan,
    OutcomeCounts,
    Places,
)
from data_prep.reading.long_files.signs import Signs
from data_prep.reading.long_files.spill import Spill
from data_prep.system.text_stream import (
    FileRefusedError,
    pieces,
)


@dataclass(slots=True)
class StretchReport:
    """What became of the entries of a stretch."""

    index: int
    counts: OutcomeCounts
    """By sample and outcome."""
    examples: dict[tuple[int, int], str] = field(default_factory=dict)
    """The first record left out of each sample for each outcome."""
    remarks: Counter[str] = field(default_factory=Counter)
    """Lines by what the report says of them."""
    remark_examples: dict[str, str] = field(default_factory=dict)
    """The first example of a remark, where it has one."""
    refusal: str | None = None
    """Why the file is refused for what the stretch holds."""


def read_stretch(plan: LongFilePlan, index: int) -> StretchReport:
    """First step: the lines of a stretch to calls, written down for the second, and the count of everything else."""
    samples = len(plan.samples)
    report = StretchReport(index, np.zeros((samples, len(OUTCOMES)), np.int64))
    dialect, sexes = plan.dialect, plan.sexes
    plan.spill.mkdir(exist_ok=True)
    spills = {table: Spill(plan.spill, f"{table}-{index}", plan.limits.spill_rows) for table in ("calls", "reference")}
    most = plan.limits.bytes_per_sample
    signs = Signs(samples)
    lines = size = 0
    for text in pieces(plan.file.path, plan.stretches[index], limits=plan.limits):
        size += len(text)
        if size > most * samples:
            raise FileRefusedError(
                f"the file inflates to more than {most >> 20:,} MiB a sample: it holds no CNV calls of {samples:,}"
            )
        try:
            piece = Piece(text, plan)
        except FileRefusedError as error:
            report.refusal = str(error)
            return report
        if not piece.lines:
            continue
        records, entries, outcomes, kinds = _classify(piece, dialect, sexes, plan.joint)
        _count(report, piece, outcomes)
        signs.add(records, piece, entries, outcomes, kinds, plan.joint)
        _remark(report, records, piece.line[entries])
        row = pl.Series((index << ROW_BITS) + lines + piece.line[entries], dtype=pl.Int64)
        calls = calls_of(records)
        spills["calls"].add(calls.with_columns(row.gather(calls.get_column("row")).alias("row")))
        if not plan.joint:
            spills["reference"].add(reference_rows_of(records))
        lines += len(piece.lines)
    for spill in spills.values():
        spill.flush()
    signs.keep(plan.spill / f"signs-{index}.npz")
    return report


def _classify(
    piece: Piece, dialect: Dialect, sexes: pl.DataFrame, joint: bool
) -> tuple[pl.DataFrame, Places, Places, Places]:
    """The classified records of the entries that were looked at; their places; the outcome of every entry of the piece, and its plain kind or 0."""
    kinds = plain_kinds(piece, dialect.plain) if joint else np.zeros(len(piece.entries), np.int64)
    while True:
        probes = _first_of_each(kinds, piece.line)
        entries = np.union1d(np.flatnonzero(kinds == 0), probes)
        records = classify_records(dialect.records(piece.rows(entries)), sexes, joint)
        outcomes_of_entries = _outcomes(records)
        outcomes = np.zeros(len(piece.entries), np.int64)
        outcomes[entries] = outcomes_of_entries
        surprising = probes[outcomes[probes] == CALL]
        if not len(surprising):
            break
        # a dialect that sees more in such an entry than its genotype says: all of them are looked at
        kinds[np.isin(_keys(kinds, piece.line), _keys(kinds, piece.line)[surprising])] = 0
    outcome_of_kind = np.zeros((len(piece.lines), MOST_KINDS + 1), np.int64)
    outcome_of_kind[piece.line[probes], kinds[probes]] = outcomes[probes]
    dropped = kinds > 0
    outcomes[dropped] = outcome_of_kind[piece.line[dropped], kinds[dropped]]
    return records, entries, outcomes, kinds


def _keys(kinds: Places, line: Places) -> Places:
    return line * (MOST_KINDS + 1) + kinds


def _first_of_each(kinds: Places, line: Places) -> Places:
    """The first entry of each plain kind in each line."""
    plain = np.flatnonzero(kinds)
    return plain[np.unique(_keys(kinds, line)[plain], return_index=True)[1]]


def _outcomes(records: pl.DataFrame) -> Places:
    is_reference = pl.col("kind") == RecordKind.REFERENCE.value
    included = pl.when(is_reference).then(REFERENCE).otherwise(CALL)
    codes = pl.col("skip").replace_strict(CODES, default=None, return_dtype=pl.Int64)
    return records.select(pl.when(pl.col("skip").is_null()).then(included).otherwise(codes)).to_series().to_numpy()


def _count(report: StretchReport, piece: Piece, outcomes: Places) -> None:
    keys = piece.sample * len(OUTCOMES) + outcomes
    counts = np.bincount(keys, minlength=report.counts.size)
    known = report.counts.reshape(-1)
    new = (counts > 0) & (known == 0) & (np.arange(len(counts)) % len(OUTCOMES) > REFERENCE)
    if new.any():
        entries = np.flatnonzero(new[keys])
        for key, at in zip(*np.unique(keys[entries], return_index=True), strict=True):
            report.examples[divmod(int(key), len(OUTCOMES))] = piece.example(int(entries[at]))
    known += counts


def _remark(report: StretchReport, records: pl.DataFrame, line: Places) -> None:
    """Counts the remarks on lines: of every line an entry is looked at, and what holds of several of its entries counts once."""
    remarks = remarks_of(records)
    if not remarks.height:
        return
    at = pl.Series("line", line, dtype=pl.Int64).gather(remarks.get_column("row"))
    by_line = remarks.select("remark", "example", at).unique(["remark", "line"], keep="first", maintain_order=True)
    report.remarks.update(by_line.get_column("remark").to_list())
    for remark, example in by_line.drop_nulls("example").select("remark", "example").iter_rows():
        report.remark_examples.setdefault(remark, example)
