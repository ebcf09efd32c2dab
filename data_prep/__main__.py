"""The command line of the import: demo, fetch, shards, build, check.

What a person can mend (errors.UserError, and nothing else) ends in one sentence and exit code 1; files left out of a
build, or not fetched, in exit code 3; a fault of the program in its trace, a request to report it, and exit code 70.
"""

import contextlib
import functools
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn, ParamSpec

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from data_prep.domain.assembly import ASSEMBLY
from data_prep.errors import UserError

if TYPE_CHECKING:
    from data_prep.reading.reports import FileReport
    from data_prep.summary import BuildSummary
    from data_prep.system.limits import Limits

FILES_REFUSED: Final = 3
"""Exit code of a build that was published, or a fetch that ended, although files were left out."""
PROGRAM_FAULT: Final = os.EX_SOFTWARE
"""Exit code of a fault of the program: 70, "internal software error" in sysexits.h."""
REFUSED_SHOWN: Final = 5
"""Files not read for one reason that are named one by one."""
RULES: Final = "R1, R2 ... are the rules of docs/rules.md, which a dashboard shows at /rules"
"""Where whoever reads a broken rule finds it: a database travels without the repository."""
FAILURES_SHOWN: Final = 20
"""Objects not fetched that are named one by one."""

app = typer.Typer(
    help="Writes the database that the dashboard reads.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


_Parameters = ParamSpec("_Parameters")


def _command(function: Callable[_Parameters, None]) -> Callable[_Parameters, None]:
    """Makes a function a command: what a person can mend ends in its sentence, anything else in a trace."""

    @functools.wraps(function)
    def run(*arguments: _Parameters.args, **options: _Parameters.kwargs) -> None:
        try:
            function(*arguments, **options)
        except UserError as error:
            _err.print(f"error: {error}", markup=False)
            raise typer.Exit(error.exit_code) from None
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception:
            _err.print(traceback.format_exc(), markup=False, end="")
            _err.print(
                "this is a fault of the program and not of your files: please report it in the project's issue tracker, "
                "with the command and the lines above",
                markup=False,
            )
            raise typer.Exit(PROGRAM_FAULT) from None

    return app.command()(run)


def _refuse_options(sentence: str) -> NoReturn:
    raise UserError(sentence)


@contextlib.contextmanager
def _interruptible(left: str) -> Iterator[None]:
    """Ends with exit code 130 on Ctrl-C, and says what it left."""
    try:
        yield
    except KeyboardInterrupt:
        _err.print(f"interrupted: {left}", markup=False)
        raise typer.Exit(130) from None


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


@_command
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into; made if it is not there.")],
    samples: Annotated[int, typer.Option(min=1, max=99_999, help="How many people.")] = 3202,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 1,
    release: Annotated[str, typer.Option(help="DRAGEN release whose dialect is written: 3.5.7b or 3.7.6.")] = "3.5.7b",
    truth: Annotated[
        bool, typer.Option("--truth/--no-truth", help="Write truth.tsv; of a large cohort it is larger than the VCFs.")
    ] = True,
) -> None:
    """Write a simulated cohort: DRAGEN CNV VCFs, the sample table, and the truth behind them."""
    from data_prep.simulate import write_cohort

    with (
        _interruptible(f"the cohort in {out} is not finished: the same command begins it anew"),
        _Bar("simulating") as bar,
    ):
        summary = write_cohort(
            out,
            samples=samples,
            seed=seed,
            release=release,
            progress=lambda done, todo: bar.show("simulating", done, todo),
            truth=truth,
        )
    _out.print(
        f"{summary.samples:,} simulated people, {summary.records:,} calls of which {summary.passed:,} PASS, "
        f"{summary.reference_rows:,} reference rows; {summary.out / 'vcf'}, samples.tsv {'and truth.tsv ' if truth else ''}beside it",
        markup=False,
    )


Vcf = Annotated[
    list[str],
    typer.Option(
        help="File, folder or pattern of .vcf, .vcf.gz and .vcf.bgz files, or @LIST with one of them a line; may be given several times."
    ),
]
Samples = Annotated[
    Path, typer.Option(help="Sample table: the 1000 Genomes pedigree file, the IGSR table, or our own TSV.")
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes that read; all cores if not given.")]
DialectName = Annotated[
    str | None,
    typer.Option(help="The callers' dialect, where the headers do not tell: dragen, gatk-gcnv, manta ..."),
]
Assembly = Annotated[
    str | None, typer.Option(help=f"{ASSEMBLY.name}: the genome build of files whose headers give no contig lengths.")
]
Memory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="Memory that all processes together may take, about: 2GB, say. What is read, sorted and worked out at a time "
        "grows and shrinks with it, and so does DuckDB's share; the database is the same. Not bounded: a longest line, and "
        "what is kept of every file (2 KB). Without it two processes take some 1.3 GB.",
    ),
]


def _limits(memory: str | None, jobs: int | None) -> "Limits":
    from data_prep.system.limits import DEFAULTS, limits_within, parse_size

    return DEFAULTS if memory is None else limits_within(parse_size(memory), jobs or os.cpu_count() or 1)


def _print_refused(reports: "Sequence[FileReport]", listed_in: str) -> None:
    """Files that were not read, those of one reason together; what is the same for all files is said once.

    Reasons that differ by numbers alone are one: a cohort of the wrong files has one sentence for thousands.
    """
    from data_prep.reading.dialects import UNKNOWN, signs

    groups: dict[str, list[FileReport]] = {}
    for report in reports:
        groups.setdefault(re.sub(r"\d[\d,]*", "#", report.message or ""), []).append(report)
    for group in groups.values():
        shown = group if len(group) <= REFUSED_SHOWN else group[: REFUSED_SHOWN - 1]
        for report in shown:
            _err.print(f"not read: {report.shown_path}: {report.message}", markup=False)
        if len(shown) < len(group):
            _err.print(
                f"and {len(group) - len(shown):,} more for the same reason: {listed_in} names them", markup=False
            )
    if any(report.message == UNKNOWN for report in reports):
        _err.print(f"looked for in the headers of callers that are not known: {signs()}", markup=False)


@_command
def shards(
    vcf: Vcf,
    samples: Samples,
    out: Annotated[Path, typer.Option(help="Folder to write; it must not be there, or be empty.")],
    jobs: Jobs = None,
    dialect: DialectName = None,
    assembly: Assembly = None,
    memory: Memory = None,
) -> None:
    """Read VCF files into a folder of shards, to be built into a database later, with other such folders."""
    from data_prep.build import write_shards
    from data_prep.reading.files import ReadingOptions
    from data_prep.reading.reports import REFUSED

    options = ReadingOptions(jobs=jobs, dialect=dialect, assembly=assembly, limits=_limits(memory, jobs))
    with _interruptible("nothing was changed"), _Bar("reading") as bar:
        written = write_shards(samples, out, vcf, options, bar.show)
    refused = [report for report in written.files if report.status == REFUSED]
    _print_refused(refused, f"{out}/report.json")
    _out.print(
        f"{out}: {len(written.files):,} files ({len(refused):,} not read), "
        f"{sum(report.records for report in written.files):,} records; build with --shards {out}",
        markup=False,
    )
    if refused:
        raise typer.Exit(FILES_REFUSED)


@_command
def fetch(
    release: Annotated[str, typer.Option(help="DRAGEN release: 3.5.7b, 3.7.6, 4.0.3, 4.2.7 or 4.4.7.")],
    out: Annotated[Path, typer.Option(help="Folder to fetch into; what is whole there is not fetched again.")],
    sample: Annotated[list[str] | None, typer.Option(help="Only this person; may be given several times.")] = None,
    population: Annotated[
        list[str] | None, typer.Option(help="Only this population or super-population; may be given several times.")
    ] = None,
    genes: Annotated[bool, typer.Option("--genes", help="Gene models of GENCODE too, for build --genes.")] = False,
    gencode: Annotated[int, typer.Option(min=1, help="Release of GENCODE that --genes fetches.")] = 49,
    masks: Annotated[bool, typer.Option("--masks", help="Segmental duplications (UCSC) as BED too.")] = False,
    prefix: Annotated[
        str | None,
        typer.Option(help="Folder of the samples, if it is not where it is looked for; or s3://bucket/folder/."),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(
            envvar=["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"], help="Address of another S3 server: a mirror."
        ),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(envvar="CNV_TABLES_MIRROR", help="Address under which the tables lie, a folder for each host."),
    ] = None,
    md5sum: Annotated[bool, typer.Option(help="Compare files with the .md5sum objects beside them.")] = True,
    jobs: Annotated[int, typer.Option(min=1, help="People at a time.")] = 16,
    attempts: Annotated[int, typer.Option(min=1, help="Attempts at a request that bring nothing.")] = 6,
    stall: Annotated[float, typer.Option(min=0.1, help="Seconds without a byte until a connection is given up.")] = 30,
) -> None:
    """Fetch the calls of the DRAGEN re-analysis, the sample table and the list of the unrelated."""
    import asyncio

    import stamina

    from data_prep.fetch.connection import Patience
    from data_prep.fetch.run import CALLS, FetchRequest, run
    from data_prep.fetch.tables import PEDIGREE, UNRELATED_NAMES

    stamina.instrumentation.set_on_retry_hooks(())
    request = FetchRequest(
        release,
        out,
        tuple(sample or ()),
        tuple(population or ()),
        prefix,
        endpoint,
        mirror,
        gencode if genes else None,
        masks,
        md5sum,
        jobs,
        Patience(attempts, stall),
    )
    with (
        _interruptible(f"what is whole stays in {out}; the same command goes on from there"),
        _Bar("fetching") as bar,
    ):
        summary = asyncio.run(run(request, bar.show))
    if summary.place:
        _out.print(f"from {summary.place}", markup=False)
    for note in summary.notes:
        _out.print(f"note: {note}", markup=False)
    for failure in summary.failed[:FAILURES_SHOWN]:
        _err.print(f"not fetched: {failure.name}: {failure.sentence}", markup=False)
    if len(summary.failed) > FAILURES_SHOWN:
        _err.print(f"and {len(summary.failed) - FAILURES_SHOWN:,} more", markup=False)
    why = ", ".join(f"{reason} {n:,}" for reason, n in summary.reasons().items())
    _out.print(
        f"{summary.fetched:,} files fetched ({summary.received / 1e6:,.1f} MB; {summary.resumed:,} resumed, "
        f"{summary.renewed:,} had changed), {summary.unchanged:,} already there, "
        f"{len(summary.failed):,} not fetched{f' ({why})' if why else ''}; call files of {summary.calls:,} people; "
        f"{summary.seconds:.1f} s",
        markup=False,
    )
    if summary.failed:
        _err.print("the same command tries those again", markup=False)
        raise typer.Exit(FILES_REFUSED)
    _out.print(
        f"next: python -m data_prep build --vcf {out / CALLS} --samples {out / PEDIGREE.name} "
        f"--unrelated {out / UNRELATED_NAMES}",
        markup=False,
    )


@_command
def build(
    samples: Samples,
    vcf: Vcf = [],  # noqa: B006  (typer copies it)
    shards: Annotated[list[Path], typer.Option(help="Folder that `shards` wrote; may be given several times.")] = [],  # noqa: B006
    add: Annotated[
        list[str],
        typer.Option(help="As --vcf, but added to the database at --out, whose own files are not read again."),
    ] = [],  # noqa: B006
    remove: Annotated[
        list[str], typer.Option(help="Sample to take out of the database at --out; may be given several times.")
    ] = [],  # noqa: B006
    unrelated: Annotated[Path | None, typer.Option(help="Names of the unrelated samples, one a line.")] = None,
    genes: Annotated[
        Path | None, typer.Option(help="GENCODE GTF that replaces the gene models that come along.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The database: a pointer to the newest build beside it.")] = Path(
        "cnv.duckdb"
    ),
    mask: Annotated[
        list[str],
        typer.Option(
            metavar="NAME=BED", help="Regions where calls need care, as a BED file; may be given several times."
        ),
    ] = [],  # noqa: B006
    jobs: Jobs = None,
    dialect: DialectName = None,
    assembly: Assembly = None,
    memory: Memory = None,
    beside: Annotated[
        bool,
        typer.Option(
            "--beside", help="Keep the other callsets of the published database: several releases in one file."
        ),
    ] = False,
    callset: Annotated[
        str | None, typer.Option(help="The callset that --add and --remove change, where there are several.")
    ] = None,
) -> None:
    """Build and publish a database from VCF files, or from shards made of them; or change one."""
    from data_prep.build import build as run
    from data_prep.request import BuildRequest, Change, Sources

    if (add or remove) and (vcf or shards):
        _refuse_options(
            "--add and --remove change the database at --out, --vcf and --shards make a new one: give one or the other"
        )
    if callset is not None and not (add or remove):
        _refuse_options(
            "--callset names the callset that --add and --remove change: a build from --vcf or --shards is named by its files"
        )
    if beside and (add or remove):
        _refuse_options("--beside is for --vcf and --shards: --add and --remove keep the other callsets anyway")
    request = BuildRequest(
        samples=samples,
        out=out,
        sources=Change(add=tuple(add), remove=tuple(remove), callset=callset)
        if add or remove
        else Sources(vcf=tuple(vcf), shards=tuple(shards), beside=beside),
        unrelated=unrelated,
        genes=genes,
        masks=tuple(mask),
        jobs=jobs,
        dialect=dialect,
        assembly=assembly,
        limits=_limits(memory, jobs),
    )
    with _interruptible("nothing was changed"), _Bar("reading") as bar:
        summary = run(request, bar.show)
    if summary is None:
        _out.print(f"every file given is in {out} already: nothing was changed", markup=False)
        return
    _print_summary(summary)


def _print_summary(summary: "BuildSummary") -> None:
    """What a build did, and exit code 3 where it left files out."""
    for note in summary.notes:
        _out.print(f"note: {note}", markup=False)
    _print_refused(summary.refused, "the table files of the database")
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


@_command
def check(path: Annotated[Path, typer.Argument(help="The database.")] = Path("cnv.duckdb")) -> None:
    """Prove a database: the invariants of the rules, each with its number, in every callset that it holds."""
    from data_prep.check import check as run
    from data_prep.tables.callsets import MAIN, read_callsets

    schemas = read_callsets(path) or {"": MAIN}
    broken = 0
    for number, (name, schema) in enumerate(schemas.items()):
        findings = run(path, schema)
        if not number:
            _out.print(RULES, markup=False)
        if len(schemas) > 1:
            _out.print(f"callset {name}", markup=False)
        for finding in findings:
            verdict = "holds " if not finding.broken else "BROKEN"
            _out.print(
                f"{verdict} {finding.rule:<4} {finding.sentence}: {finding.broken:,} of {finding.checked:,} break it",
                markup=False,
            )
        faults = sum(1 for finding in findings if finding.broken)
        _out.print(f"{len(findings) - faults} of {len(findings)} invariants hold", markup=False)
        broken += faults
    if broken:
        raise typer.Exit(1)


def main() -> None:
    """Runs the command line; a termination signal ends it as Ctrl-C does, so that nothing unfinished is left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    app()


if __name__ == "__main__":
    main()
