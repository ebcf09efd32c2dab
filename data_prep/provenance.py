"""Where the numbers of a database come from, in the words of its table `provenance`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from data_prep import __version__
from data_prep.domain.callers import DRAGEN, in_one_line
from data_prep.fetch import manifest
from data_prep.reading.dialects import DIALECTS
from data_prep.reading.reports import FileReport


def provenance_of(
    read: Sequence[FileReport],
    *,
    generation: str,
    samples_table: str,
    unrelated_definition: str,
    gene_models: str,
    masks: Sequence[object],
    given: Sequence[str],
    earlier: Mapping[str, str],
    earlier_checksums: Collection[str],
) -> dict[str, str]:
    """The facts of a database by their key; `read`: the files that it is made from.

    `given`: the paths of the command line; `earlier` and `earlier_checksums`: the facts of the database that was changed, and
    the checksums of its files; both empty for a new one.
    """
    release = ", ".join(sorted({report.release or "unknown" for report in read}))
    simulated = sum(report.simulated for report in read)
    callset = ", ".join(sorted({callset_of(report) for report in read}))
    facts = {
        "generation": generation,
        "built_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "builder_version": __version__,
        "caller": in_one_line(_caller(report) for report in read),
        "release": release,
        "callset": f"simulated-{callset}" if simulated else callset,
        "simulated": "yes" if simulated else "no",
        "simulated_files": str(simulated),
        "source": "simulated cohort, no real person's calls" if simulated else "VCF files given to the build",
        "samples_table": samples_table,
        "unrelated_definition": unrelated_definition,
        "gene_models": gene_models,
        "reference_rows": "yes" if any(report.reference_rows and not report.joint for report in read) else "no",
        **_rates_raised(read),
    }
    with_checksum = [report for report in read if report.sha256]
    facts |= manifest.read_provenance(
        [*given, *(report.given for report in with_checksum if report.given)],
        [report.sha256 for report in with_checksum if report.sha256],
        earlier,
        earlier_checksums,
    )
    return facts | ({"masks": "; ".join(map(str, masks))} if masks else {})


def callset_of(report: FileReport) -> str:
    """The callset that a file belongs to, named by its caller and release.

    DRAGEN's callsets are known by their release alone; a release of another caller says nothing without its name.
    """
    caller, release = _caller(report), report.release or "unknown"
    if caller == DRAGEN:
        return release
    return caller if release == "unknown" or release in caller else f"{caller} {release}"


def _caller(report: FileReport) -> str:
    return DIALECTS[report.dialect].caller if report.dialect else "unknown"


def _rates_raised(read: Sequence[FileReport]) -> dict[str, str]:
    """Of a simulated cohort: what it holds more often than is published, where its files say so."""
    names = sorted({name for report in read for name in report.rates_raised.split(", ") if name})
    return {"rates_raised": ", ".join(names)} if names else {}
