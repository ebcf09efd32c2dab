"""The command line of the import: demo, shards, build, check.

Every error that a person can mend ends in one sentence and exit code 1; files left out of a build end in exit code 3.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from data_prep.reports import FileReport

FILES_REFUSED: Final = 3
"""Exit code of a build that was published although files were left out."""

app = typer.Typer(
    help="Writes the database that the dashboard reads.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def _fail(sentence: object) -> NoReturn:
    if isinstance(sentence, OSError) and sentence.filename is not None and sentence.strerror:
        sentence = f"{sentence.filename}: {sentence.strerror[0].lower()}{sentence.strerror[1:]}"
    _err.print(f"error: {sentence}", markup=False)
    raise typer.Exit(1)


class _Bar:
    """A progress bar with rate and time left; silent where nobody watches."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=_err,
            transient=True,
            disable=not _err.is_terminal,
        )
        self.task = self.progress.add_task(what, total=None, rate="")

    def __enter__(self) -> "_Bar":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def show(self, stage: str, done: int, todo: int) -> None:
        seconds = self.progress.tasks[0].elapsed or 0
        rate = f"{done / seconds:,.0f} files/s" if todo and seconds > 0.5 else ""
        description = {"read": "reading", "write": "sorting and writing"}.get(stage, stage)
        self.progress.update(self.task, description=description, completed=done, total=todo or None, rate=rate)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into; made if it is not there.")],
    samples: Annotated[int, typer.Option(min=1, max=65_535, help="How many people.")] = 3202,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 1,
    release: Annotated[str, typer.Option(help="DRAGEN release whose dialect is written: 3.5.7b or 3.7.6.")] = "3.5.7b",
    truth: Annotated[
        bool, typer.Option("--truth/--no-truth", help="Write truth.tsv; of a large cohort it is larger than the VCFs.")
    ] = True,
) -> None:
    """Write a simulated cohort: DRAGEN CNV VCFs, the sample table, and the truth behind them."""
    from data_prep.simulate import write_cohort

    try:
        with _Bar("simulating") as bar:
            summary = write_cohort(
                out,
                samples=samples,
                seed=seed,
                release=release,
                progress=lambda done, todo: bar.show("simulating", done, todo),
                truth=truth,
            )
    except (ValueError, OSError) as error:
        _fail(error)
    _out.print(
        f"{summary.samples:,} simulated people, {summary.records:,} calls of which {summary.passed:,} PASS, "
        f"{summary.reference_rows:,} reference rows; {summary.out / 'vcf'}, samples.tsv {'and truth.tsv ' if truth else ''}beside it",
        markup=False,
    )


Vcf = Annotated[
    list[str],
    typer.Option(
        help="File, folder or pattern of .vcf and .vcf.gz files, or @LIST with one of them a line; may be given several times."
    ),
]
Samples = Annotated[
    Path, typer.Option(help="Sample table: the 1000 Genomes pedigree file, the IGSR table, or our own TSV.")
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes that read; all cores if not given.")]


def _tell_refused(reports: "Sequence[FileReport]") -> None:
    for report in reports:
        _err.print(f"not read: {report.path}: {report.message}", markup=False)


@app.command()
def shards(
    vcf: Vcf,
    samples: Samples,
    out: Annotated[Path, typer.Option(help="Folder to write; it must not be there, or be empty.")],
    jobs: Jobs = None,
) -> None:
    """Read VCF files into a folder of shards, to be built into a database later, with other such folders."""
    from data_prep.build import write_shards
    from data_prep.reading import ReadingError
    from data_prep.reports import REFUSED
    from data_prep.shard_set import ShardSetError

    try:
        with _Bar("reading") as bar:
            written = write_shards(samples, out, vcf, jobs, bar.show)
    except (ReadingError, ShardSetError, ValueError, OSError) as error:
        _fail(error)
    refused = [one for one in written.files if one.status == REFUSED]
    _tell_refused(refused)
    _out.print(
        f"{out}: {len(written.files):,} files ({len(refused):,} not read), "
        f"{sum(one.records for one in written.files):,} records; build with --shards {out}",
        markup=False,
    )
    if refused:
        raise typer.Exit(FILES_REFUSED)


@app.command()
def build(
    samples: Samples,
    vcf: Vcf = [],  # noqa: B006  (typer copies it)
    shards: Annotated[
        list[Path],
        typer.Option(help="Folder that `shards` wrote; may be given several times."),
    ] = [],  # noqa: B006
    unrelated: Annotated[Path | None, typer.Option(help="Names of the unrelated samples, one a line.")] = None,
    genes: Annotated[
        Path | None, typer.Option(help="GENCODE GTF that replaces the gene models that come along.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The database: a pointer to the newest build beside it.")] = Path(
        "cnv.duckdb"
    ),
    jobs: Jobs = None,
    beside: Annotated[
        bool,
        typer.Option(
            "--beside", help="Keep the other callsets of the published database: several releases in one file."
        ),
    ] = False,
) -> None:
    """Build and publish a database from VCF files, or from shards made of them."""
    from data_prep.build import BuildError
    from data_prep.build import build as run
    from data_prep.database import PublishError
    from data_prep.reading import ReadingError
    from data_prep.shard_set import ShardSetError

    try:
        with _Bar("reading") as bar:
            summary = run(samples, out, vcf, shards, unrelated, genes, jobs, bar.show, beside=beside)
    except (BuildError, ReadingError, ShardSetError, PublishError, ValueError, OSError) as error:
        _fail(error)
    for note in summary.notes:
        _out.print(f"note: {note}", markup=False)
    _tell_refused(summary.refused)
    for reason, n in sorted(summary.skipped.items()):
        _out.print(f"skipped {n:,}: {reason}", markup=False)
    seconds = sum(summary.stages.values())
    parts = ", ".join(f"{stage} {took:.1f}" for stage, took in summary.stages.items() if took >= 0.05)
    _out.print(
        f"{summary.files:,} files ({len(summary.refused):,} not read, {summary.duplicates:,} duplicates), "
        f"{summary.counted:,} of {summary.samples:,} samples, {summary.records:,} records = {summary.calls:,} calls "
        f"+ {summary.reference_rows:,} reference rows + {sum(summary.skipped.values()):,} skipped; {summary.events:,} events",
        markup=False,
    )
    _out.print(f"{summary.database} in {seconds:.1f} s ({parts})", markup=False)
    if summary.refused:
        raise typer.Exit(FILES_REFUSED)


@app.command()
def check(path: Annotated[Path, typer.Argument(help="The database.")] = Path("cnv.duckdb")) -> None:
    """Prove a database: the invariants of the rules, each with its number, in every callset that it holds."""
    from data_prep.callsets import MAIN, callsets
    from data_prep.check import NoDatabaseError
    from data_prep.check import check as run

    held = callsets(path) or {"": MAIN}
    broken = 0
    for name, schema in held.items():
        try:
            findings = run(path, schema)
        except NoDatabaseError as error:
            _fail(error)
        if len(held) > 1:
            _out.print(f"callset {name}", markup=False)
        for one in findings:
            verdict = "holds " if not one.broken else "BROKEN"
            _out.print(
                f"{verdict} {one.rule:<4} {one.sentence}: {one.broken:,} of {one.checked:,} break it", markup=False
            )
        faults = sum(1 for one in findings if one.broken)
        _out.print(f"{len(findings) - faults} of {len(findings)} invariants hold", markup=False)
        broken += faults
    if broken:
        raise typer.Exit(1)


def main() -> None:
    """Runs the command line; a termination signal ends it as Ctrl-C does, so that nothing unfinished is left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app()
    except KeyboardInterrupt:
        _err.print("interrupted: nothing was changed")
        sys.exit(130)


if __name__ == "__main__":
    main()
