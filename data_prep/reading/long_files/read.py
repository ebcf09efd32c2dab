"""A whole file to shards: both steps, and the report of what became of every entry."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from data_prep.reading.calls import (
    UNREADABLE,
    Skip,
    remark_line,
)
from data_prep.reading.dialects import note_of_chosen_dialect, recognise
from data_prep.reading.long_files.join import GroupReport, join_group
from data_prep.reading.long_files.piece import read_lines
from data_prep.reading.long_files.plan import CALL, CODES, OUTCOMES, REFERENCE, ROW_BITS, LongFilePlan, OutcomeCounts
from data_prep.reading.long_files.spill import group_samples
from data_prep.reading.long_files.stretch import StretchReport, read_stretch
from data_prep.reading.long_files.survey import Survey, survey
from data_prep.reading.reports import (
    READ,
    REFUSED,
    UNTOLD,
    BatchReport,
    FileReport,
    SkippedRecord,
    SourceReport,
    total,
)
from data_prep.reading.shards import (
    EXAMPLE,
    MAX_CALLS,
    explain_no_cnvs,
    on_other_build,
    printable_path,
)
from data_prep.reading.vcf import PARSE_ERRORS, LongFile
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.processes import Task
from data_prep.system.text_stream import (
    FileRefusedError,
    cut_stretches,
    pieces,
)

MOST_SOURCES: Final = 1 << 32
"""Sources have numbers of 32 bits."""

Runner = Callable[[Iterable[Task], Callable[[Any], None]], None]
"""Runs tasks and hands on what each returns."""


def read_long(
    number: int,
    step: int,
    file: LongFile,
    sexes: Mapping[str, str | None],
    folder: str,
    parts: int,
    run: Runner,
    dialect_name: str | None = None,
    limits: Limits = DEFAULTS,
) -> BatchReport:
    """Reads file `number` into the shards `<table>-long-<number>-<first sample>.parquet` in `folder`, in `parts` stretches at most.

    The sources of its samples are `number`, `number + step` and so on; `sexes`: recorded sex by sample;
    `dialect_name`: the dialect that a person named. `run` spreads the work. Raises SystemRefusalError where the disk does not take the shards; a file that cannot be read is refused in the report.
    """
    report = BatchReport(number)
    plan = None
    try:
        plan = prepare_file(number, step, file, sexes, folder, parts, dialect_name, limits)
        read: dict[int, StretchReport] = {}
        surveys: list[Survey] = []

        def take(result: Survey | StretchReport) -> None:
            if isinstance(result, Survey):
                surveys.append(result)
            else:
                read[result.index] = result

        run(chain([(survey, plan)], ((read_stretch, plan, i) for i in range(len(plan.stretches)))), take)
        stretches_read = [read[i] for i in sorted(read)]
        # the same of several reasons, whichever process came to its own first
        refusals = [surveys[0].refusal, *(result.refusal for result in stretches_read)]
        refusal = next(filter(None, refusals), None)
        if refusal:
            raise FileRefusedError(refusal)
        counts = add_up(plan, stretches_read)
        groups: list[GroupReport] = []
        run(
            ((join_group, plan, first, last) for first, last in group_samples(counts, limits.spill_rows)), groups.append
        )
        whole, report.skipped = _finish(plan, surveys[0], counts, stretches_read, groups)
        report.files.append(whole)
        report.rows = total(group.rows for group in groups)
    except FileRefusedError as error:
        report.files.append(FileReport(number, printable_path(file.path), file.size, REFUSED, str(error)))
    except PARSE_ERRORS as error:
        why = f"its records cannot be parsed ({str(error).splitlines()[0]}): fetch it again"
        report.files.append(FileReport(number, printable_path(file.path), file.size, REFUSED, why))
    finally:
        if plan:
            shutil.rmtree(plan.spill, ignore_errors=True)
    return report


def read_whole(
    number: int,
    step: int,
    file: LongFile,
    sexes: Mapping[str, str | None],
    folder: str,
    dialect_name: str | None = None,
    limits: Limits = DEFAULTS,
) -> BatchReport:
    """`read_long` in this process alone."""

    def run_in_process(tasks: Iterable[Task], done: Callable[[Any], None]) -> None:
        for function, *arguments in tasks:
            done(function(*arguments))

    return read_long(number, step, file, sexes, folder, 1, run_in_process, dialect_name, limits)


def prepare_file(
    number: int,
    step: int,
    file: LongFile,
    sexes: Mapping[str, str | None],
    folder: str,
    parts: int,
    dialect_name: str | None = None,
    limits: Limits = DEFAULTS,
) -> LongFilePlan:
    dialect = recognise(file.header, dialect_name)
    samples = file.header.samples
    if number + step * (len(samples) - 1) >= MOST_SOURCES:
        raise FileRefusedError(
            f"its {len(samples):,} samples beside {step:,} files are more than one build can number: read fewer files at a time with "
            "`python -m data_prep shards`, or cut its columns"
        )
    return LongFilePlan(
        number,
        step,
        file,
        tuple(sexes.get(sample) for sample in samples),
        # of several people it would have to say of whom it speaks
        dialect.caller_sex(file.header) if len(samples) == 1 else None,
        dialect.release(file.header),
        tuple(cut_stretches(file.path, parts)),
        folder,
        dialect_name,
        limits,
    )


def add_up(plan: LongFilePlan, reports: Sequence[StretchReport]) -> OutcomeCounts:
    """Entries of the whole file by sample and outcome.

    Raises FileRefusedError where a sample has entries and none can be placed, since it would stand in every denominator
    and carry nothing, and where one has more calls than a person can have.
    """
    counts: OutcomeCounts = np.sum([report.counts for report in reports], axis=0)
    unreadable = counts[:, [CODES[reason.value] for reason in UNREADABLE]]
    lost = np.flatnonzero((unreadable.sum(axis=1) == counts.sum(axis=1)) & (counts.sum(axis=1) > 0))
    examples = {key: text for report in reversed(reports) for key, text in report.examples.items()}
    for i in np.flatnonzero(counts[:, CODES[Skip.OTHER_BUILD.value]])[:1]:
        raise FileRefusedError(on_other_build(examples[int(i), CODES[Skip.OTHER_BUILD.value]]))
    if len(lost):
        i = int(lost[0])
        reason = UNREADABLE[int(unreadable[i].argmax())].value
        example = examples[i, CODES[reason]]
        raise FileRefusedError(
            explain_no_cnvs(int(counts[i].sum()), f" of {plan.samples[i]}", reason, example, plan.file.small_variants)
        )
    most = int(counts[:, CALL].argmax())
    if counts[most, CALL] > MAX_CALLS:
        raise FileRefusedError(
            f"it holds {counts[most, CALL]:,} calls of {plan.samples[most]}: no single person has more than {MAX_CALLS:,} CNV calls"
        )
    return counts


def _finish(
    plan: LongFilePlan,
    seen: Survey,
    counts: OutcomeCounts,
    reports: Sequence[StretchReport],
    groups: Sequence[GroupReport],
) -> tuple[FileReport, list[SkippedRecord]]:
    """What became of the whole file; `counts` are made right for the records that stand in it twice."""
    examples = {key: text for report in reversed(reports) for key, text in report.examples.items()}
    contradicts_sex: dict[int, str] = {}
    first_repeats: dict[int, int] = {}
    for group in groups:
        contradicts_sex |= group.contradictions
        for i, (n, row) in group.repeated.items():
            counts[i, CALL] -= n
            counts[i, CODES[Skip.DUPLICATE.value]] += n
            first_repeats[i] = row
    lines = _read_lines_at(plan, set(first_repeats.values()))
    for i, row in first_repeats.items():
        cells = lines[row].split("\t")
        own = [*cells[:9], *cells[9 + i : 10 + i]] if plan.joint else cells
        examples[i, CODES[Skip.DUPLICATE.value]] = "\t".join(own)[:EXAMPLE]
    sources, skipped = [], []
    for i, sample in enumerate(plan.samples):
        source, own_counts = plan.number + plan.step * i, [int(n) for n in counts[i]]
        if plan.joint and 0 < own_counts[CODES[Skip.NO_GENOTYPE.value]] == sum(own_counts):
            sources.append(SourceReport(source, sample, None, plan.recorded[i], status=REFUSED, message=UNTOLD))
            continue
        sources.append(
            SourceReport(
                source,
                sample,
                plan.caller_sex,
                plan.recorded[i],
                contradicts_sex.get(i),
                sum(own_counts),
                own_counts[CALL],
                own_counts[REFERENCE],
                sum(own_counts[REFERENCE + 1 :]),
            )
        )
        skipped += [
            SkippedRecord(source, outcome, n, examples[i, code])
            for code, (outcome, n) in enumerate(zip(OUTCOMES, own_counts, strict=True))
            if code > REFERENCE and n
        ]
    remark_counts = sum((stretch.remarks for stretch in reports), Counter[str]())
    first = {remark: example for stretch in reversed(reports) for remark, example in stretch.remark_examples.items()}
    remarks = [remark_line(remark, n, first.get(remark)) for remark, n in sorted(remark_counts.items())]
    notes = dict.fromkeys(
        (*plan.file.notes, *seen.notes, *note_of_chosen_dialect(plan.file.header, plan.dialect), *remarks)
    )
    report = FileReport(
        plan.number,
        printable_path(plan.file.path),
        plan.file.size,
        READ,
        "; ".join(notes) or None,
        seen.sha256,
        plan.dialect.name,
        plan.release,
        plan.file.header.simulated,
        len(plan.samples),
        seen.content,
        sources=tuple(sources),
        rates_raised=plan.file.header.rates_raised,
    )
    return report, skipped


def _read_lines_at(plan: LongFilePlan, rows: set[int]) -> dict[int, str]:
    """The lines at rows, as spilled calls number them; read once more, since repeats are rare and seen late."""
    lines_by_row: dict[int, str] = {}
    for index in {row >> ROW_BITS for row in rows}:
        at = index << ROW_BITS
        for text in pieces(plan.file.path, plan.stretches[index], limits=plan.limits):
            lines = read_lines(text)
            lines_by_row |= {row: lines[row - at] for row in rows if at <= row < at + len(lines)}
            at += len(lines)
    return lines_by_row
