"""Calls, sites, and the events of a person as VCF 4.3, read by bcftools.

POS is the base before the first base of the interval, as VCF says for symbolic alleles, and so equals the 0-based start.
The sequence is not at hand, so REF is N, and the header says so. Version 4.3 and not a later one, because later ones
take the end from SVLEN and tools of the field do not all follow yet.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import polars as pl

from dashboard.formats.about import About, one_line
from data_prep.domain.assembly import ASSEMBLY
from data_prep.domain.chromosomes import LENGTHS
from data_prep.domain.copy_number import expected_copy_number
from data_prep.domain.site_id import site_id

PIECE: Final = 256 * 1024
"""Bytes gathered before they are sent; one record of a wide file can be 40 kB."""

FILTERS: Final = {
    "PASS": "All filters passed",
    "cnvLength": "CNV with length below 10000",
    "cnvQual": "CNV with quality below 10",
    "cnvBinSupportRatio": "CNV with low supporting number of bins with respect to event length",
    "cnvCopyRatio": "CNV with copy ratio within +/- 0.2 of 1.0",
}
"""What DRAGEN's filters mean; any other is declared as one of the caller."""

_ALLELES: Final = {"loss": "DEL", "gain": "DUP"}
# Of a genotype with other alleles than the reference and the one of this record the numbers would mean something else.
_GENOTYPE: Final = re.compile(r"[01.]([/|][01.])*")

_CALLS: Final = (
    '##INFO=<ID=NC,Number=1,Type=Integer,Description="People in this file with a call of exactly this interval">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype as the caller wrote it; ./1 says a gain and no count of '
    'alleles. Missing: no call of this interval in the person, which is no statement about the copies there">',
    '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="Copy number that the caller gives">',
    '##FORMAT=<ID=ECN,Number=1,Type=Integer,Description="Copies expected at this place in this person">',
    '##FORMAT=<ID=CNQ,Number=1,Type=Float,Description="QUAL of the call, or what the caller gives in its place">',
    '##FORMAT=<ID=SM,Number=1,Type=Float,Description="Linear copy ratio; 1 is the expected copy number">',
    '##FORMAT=<ID=BC,Number=1,Type=Integer,Description="Number of read-depth bins">',
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="FILTER of the call">',
    '##FORMAT=<ID=EVT,Number=1,Type=String,Description="Number of the event that the call is, or is part of: abutting calls '
    'of one person and direction, joined">',
    '##FORMAT=<ID=SITE,Number=1,Type=String,Description="Site of that event, where it belongs to one">',
    '##explorer_qual="QUAL of a record is the highest of its calls"',
    '##explorer_filter="FILTER of a record is PASS where a call of it passed, else every filter that one failed"',
)
_FORMAT: Final = "GT:CN:ECN:CNQ:SM:BC:FT:EVT:SITE"


@dataclass(frozen=True, slots=True)
class Person:
    """A column of the file."""

    sample: str
    sex: str | None


def calls_pieces(
    frames: Iterable[pl.DataFrame], people: Sequence[Person], filters: Iterable[str], about: About
) -> Iterator[bytes]:
    """The file in pieces: one record a distinct interval and direction, one column each of `people`.

    `frames` are calls as `columns.CALLS` has them, 0-based, sorted by chrom, start, end and class direction, which is in
    the column `direction`; their samples are all in `people`. `filters` are the distinct values of the column `filters`.
    A second call of one person with the same interval gets a record of its own.
    """
    # A FORMAT column that no person follows is no VCF for htslib.
    columns = ["FORMAT", *(one_line(person.sample) for person in people)] if people else []
    yield _header(about, [*_declare_filters(filters), *_CALLS], columns)
    column = {person.sample: number for number, person in enumerate(people)}
    rows = (row for frame in frames for row in frame.iter_rows(named=True))
    yield from _join_lines(
        _record(calls, people, column)
        for _, same in groupby(rows, key=lambda row: (row["chrom"], row["start"], row["end"], row["direction"]))
        for calls in _split_repeats(same)
    )


def _split_repeats(calls: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The calls in as few lists as hold each person once."""
    lists: list[dict[str, dict[str, Any]]] = []
    for call in calls:
        free = next((calls_of_people for calls_of_people in lists if call["sample"] not in calls_of_people), None)
        if free is None:
            free = {}
            lists.append(free)
        free[call["sample"]] = call
    return (list(calls_of_people.values()) for calls_of_people in lists)


def _record(calls: Sequence[dict[str, Any]], people: Sequence[Person], column: Mapping[str, int]) -> str:
    chrom, start, end, direction = (calls[0][name] for name in ("chrom", "start", "end", "direction"))
    missing = {sex: _missing(chrom, start, end, sex) for sex in ("XX", "XY", None)}
    cells = [missing[person.sex] for person in people]
    for call in calls:
        at = column[call["sample"]]
        cells[at] = _cell(call, missing[people[at].sex])
    qualities = [call["quality"] for call in calls if _finite(call["quality"])]
    return "\t".join(
        [
            *_place(chrom, start, end, direction, site_id(chrom, start, end, direction)),
            _number(max(qualities, default=None)),
            _filter(calls),
            f"{_interval(start, end, direction)};NC={len(calls)}",
            _FORMAT,
            *cells,
        ]
    )


def _missing(chrom: str, start: int, end: int, sex: str | None) -> str:
    """A genotype that says nothing, of as many alleles as the person is expected to have."""
    return "." if expected_copy_number(chrom, start, end, sex) == 1 else "./."


def _cell(call: Mapping[str, Any], missing: str) -> str:
    genotype = call["genotype"] or ""
    return ":".join(
        (
            genotype if _GENOTYPE.fullmatch(genotype) else missing,
            _number(call["copy_number"]),
            _number(call["expected_copy_number"]),
            _number(call["quality"]),
            _number(call["copy_ratio"]),
            _number(call["bins"]),
            ";".join(_code(code) for code in call["filters"].split(";")),
            str(call["event"]),
            call["site"] or ".",
        )
    )


_LEVELS: Final = {
    "credible": "Meets the filter level credible, and not pass",
    "sensitive": "Meets the filter level sensitive alone: one bin",
    "all": "Meets no filter level",
}
"""Levels below pass, as filters of an event."""
_EVENTS: Final = (
    '##INFO=<ID=SC,Number=1,Type=Integer,Description="Unrelated people with a credible event of the same site, outliers left out">',
    '##INFO=<ID=SN,Number=1,Type=Integer,Description="Unrelated people counted on the chromosome">',
    '##INFO=<ID=SF,Number=1,Type=Float,Description="SC of SN; missing where no share can be told">',
    '##INFO=<ID=MARKED,Number=0,Type=Flag,Description="The chromosome is marked for large events, probably from cell culture: in no frequency">',
    '##INFO=<ID=LARGE,Number=0,Type=Flag,Description="Over 3 Mb and not marked">',
    '##INFO=<ID=NOTE,Number=1,Type=String,Description="What limits the frequency, or why there is none. Spaces are underscores">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Of a loss the copies lost among those expected, by CN and ECN; ./1 (1 where one copy is '
    "expected) says a gain, or a loss without a number, and no count of alleles. Heterozygotes below 3 kb are often missed: no allele "
    'frequency should be made of them">',
    '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="Copy number of the event: of its part with most bins">',
    '##FORMAT=<ID=ECN,Number=1,Type=Integer,Description="Copies expected at this place in this person">',
    '##FORMAT=<ID=CNQ,Number=1,Type=Float,Description="The best QUAL of its calls, or what the caller gives in its place">',
    '##FORMAT=<ID=BC,Number=1,Type=Integer,Description="Number of read-depth bins">',
    '##FORMAT=<ID=EVT,Number=1,Type=String,Description="Number of the event: abutting calls of one person and direction, joined">',
    '##FORMAT=<ID=SITE,Number=1,Type=String,Description="Site of the event, where it belongs to one">',
    '##FORMAT=<ID=INH,Number=1,Type=String,Description="both, father, mother, below-filter (a parent has it below the filter) or neither (apparent '
    'de novo); missing where a parent of whom it could be is not known">',
)


def events_pieces(frames: Iterable[pl.DataFrame], person: Person, about: About) -> Iterator[bytes]:
    """The events of one person, a record each, in pieces: `frames` are as `columns.EVENTS` has them, 0-based, sorted by place, with `direction`."""
    levels = [f'##FILTER=<ID={name},Description="{words}">' for name, words in _LEVELS.items()]
    columns = ["FORMAT", one_line(person.sample)]
    yield _header(about, [*_declare_filters(()), *levels, *_EVENTS], columns)
    yield from _join_lines(_event(row) for frame in frames for row in frame.iter_rows(named=True))


def _event(event: Mapping[str, Any]) -> str:
    start, end, direction = event["start"], event["end"], event["direction"]
    info = [_interval(start, end, direction)]
    info += [
        f"{name}={_number(event[column])}"
        for name, column in (("SC", "carriers"), ("SN", "samples"), ("SF", "frequency"))
        if event[column] is not None
    ]
    info += [flag for flag, column in (("MARKED", "marked"), ("LARGE", "large")) if event[column]]
    info += [f"NOTE={_info(event['note'])}"] if event["note"] else []
    cell = (
        _event_genotype(event["copy_number"], event["expected_copy_number"], direction),
        _number(event["copy_number"]),
        _number(event["expected_copy_number"]),
        _number(event["quality"]),
        _number(event["bins"]),
        str(event["event"]),
        event["site"] or ".",
        event["inheritance"] or ".",
    )
    return "\t".join(
        [
            *_place(event["chrom"], start, end, direction, site_id(event["chrom"], start, end, direction)),
            _number(event["quality"]),
            "PASS" if event["level"] == "pass" else event["level"],
            ";".join(info),
            "GT:CN:ECN:CNQ:BC:EVT:SITE:INH",
            ":".join(cell),
        ]
    )


def _event_genotype(copies: int | None, expected: int | None, direction: str) -> str:
    """The alleles that a copy number stands for (R6): of a loss those lost, of a gain no count."""
    if not expected:
        return "./."
    if direction == "loss" and copies is not None and copies <= expected:
        return "/".join(["0"] * copies + ["1"] * (expected - copies))
    return "/".join(["."] * (expected - 1) + ["1"])


def _filter(calls: Iterable[Mapping[str, Any]]) -> str:
    values = {call["filters"] for call in calls}
    if "PASS" in values:
        return "PASS"
    return ";".join(sorted(_codes(values))) or "."


def _declare_filters(filters: Iterable[str]) -> Iterator[str]:
    for code in sorted(_codes(filters) | {"PASS"}):
        yield f'##FILTER=<ID={code},Description="{FILTERS.get(code, "A filter of the caller")}">'


def _codes(values: Iterable[str]) -> set[str]:
    """The single filters of values such as `cnvLength;cnvQual`, without the dot of those that have none."""
    return {_code(code) for value in values for code in value.split(";")} - {".", ""}


def _code(text: str) -> str:
    """A filter with what would end the field or the header line as underscores."""
    return re.sub(r"[^\w.+-]", "_", text)


def _place(chrom: str, start: int, end: int, direction: str, name: str) -> tuple[str, str, str, str, str]:
    return chrom, str(start), name, "N", f"<{_ALLELES[direction]}>"


def _interval(start: int, end: int, direction: str) -> str:
    length = end - start
    return f"SVTYPE={_ALLELES[direction]};END={end};SVLEN={-length if direction == 'loss' else length};IMPRECISE"


def _header(about: About, lines: Iterable[str], columns: Sequence[str] = ()) -> bytes:
    """Everything above the records; `columns` follow INFO."""
    return (
        "\n".join(
            [
                "##fileformat=VCFv4.3",
                f"##fileDate={about.retrieved:%Y%m%d}",
                "##source=1000 Genomes CNV explorer",
                f"##reference={ASSEMBLY.name}",
                *(f"##explorer_{name}={_quoted(value)}" for name, value in about.lines()),
                '##explorer_ref="REF is N: the sequence is not at hand. POS is the base before the interval"',
                *(
                    f"##contig=<ID={chrom},length={length},assembly={ASSEMBLY.name}>"
                    for chrom, length in LENGTHS.items()
                ),
                '##ALT=<ID=DEL,Description="Fewer copies than expected">',
                '##ALT=<ID=DUP,Description="More copies than expected">',
                '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="DEL or DUP">',
                '##INFO=<ID=END,Number=1,Type=Integer,Description="Last base of the interval, 1-based">',
                '##INFO=<ID=SVLEN,Number=1,Type=Integer,Description="Bases of the interval, negative for a loss">',
                '##INFO=<ID=IMPRECISE,Number=0,Type=Flag,Description="Ends may lie off the true ones; where the caller counts read depth they are those of its bins">',
                *lines,
                "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", *columns]),
            ]
        )
        + "\n"
    ).encode()


def _join_lines(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines in pieces of some size."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line.encode() + b"\n")
        size += len(waiting[-1])
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _info(text: str) -> str:
    """Words as a value of INFO, which has no spaces, and in which commas, semicolons and equals signs part values."""
    return (
        re.sub(r"\s+", "_", one_line(text))
        .replace("%", "%25")
        .replace(";", "%3B")
        .replace("=", "%3D")
        .replace(",", "%2C")
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "/").replace('"', "'") + '"'


def _count(number: int | None) -> str:
    """A number of people; a dot for one that is withheld."""
    return "." if number is None else str(number)


def _finite(number: float | None) -> bool:
    return number is not None and math.isfinite(number)


def _number(number: float | None) -> str:
    """Seven digits, as many as the database has; a dot for none."""
    return f"{number:.7g}" if number is not None and math.isfinite(number) else "."


# The names of the sites of the gnomAD CNVs, so that annotators made for those read these files unchanged.
_COUNTS: Final = (
    ("SC", "Integer", "Carriers"),
    ("SN", "Integer", "People counted"),
    ("SF", "Float", "Share of carriers, SC of SN"),
)
_SITES: Final = (
    '##INFO=<ID=AC,Number=A,Type=Integer,Description="Copies lost; where alleles have a meaning alone">',
    '##INFO=<ID=AN,Number=1,Type=Integer,Description="Copies expected in the people counted; likewise">',
    '##INFO=<ID=AF,Number=A,Type=Float,Description="AC of AN, a lower bound: heterozygotes are missed">',
    '##INFO=<ID=AF_CI,Number=2,Type=Float,Description="Its 95 % Wilson interval, approximate">',
    '##INFO=<ID=HWE,Number=1,Type=Float,Description="Exact p of Hardy-Weinberg proportion, a check of the calls">',
    '##INFO=<ID=PARALOGOUS,Number=1,Type=String,Description="Copies so alike that short reads cannot be placed between them: '
    'calls are few here and their absence says nothing, so carriers are given and no frequency can be told. Spaces are underscores">',
    '##INFO=<ID=SEEN,Number=1,Type=Float,Description="Share of the people counted in whom the caller saw half or more of the '
    'site, where files tell; up to 0.95 frequencies are lower bounds">',
    '##INFO=<ID=NOT_ASSESSABLE,Number=0,Type=Flag,Description="The caller cannot see this place, or saw it in fewer than half '
    'of the people counted: no count of people is given">',
    '##INFO=<ID=WITHHELD,Number=0,Type=Flag,Description="The number of carriers is small, and withheld by whoever serves it">',
)


def sites_pieces(sites: pl.DataFrame, superpopulations: Sequence[str], about: About) -> Iterator[bytes]:
    """Sites alone, without people: carriers SC, people SN and share SF in INFO, those of each super-population as SC_AFR.

    `sites` is as `columns.sites` has it, 0-based, sorted by place.
    """
    counts = [
        f'##INFO=<ID={name}{suffix},Number=1,Type={kind},Description="{words}{of_group}">'
        for suffix, of_group in (("", ""), *((f"_{code}", f"; of {code}") for code in superpopulations))
        for name, kind, words in _COUNTS
    ]
    yield _header(about, [*_declare_filters(()), *counts, *_SITES])
    yield from _join_lines(_site(row, superpopulations) for row in sites.iter_rows(named=True))


_CATALOGUE: Final = (
    '##INFO=<ID=FST,Number=1,Type=Float,Description="F_ST between the super-populations, of alleles">',
    '##INFO=<ID=VST,Number=1,Type=Float,Description="V_ST between the super-populations, of copies">',
    '##INFO=<ID=Q,Number=1,Type=Float,Description="Of the test of carriers over super-populations, after Benjamini and Hochberg">',
    '##INFO=<ID=TRIOS,Number=1,Type=Integer,Description="Trios that tell of transmission, at credible">',
    '##INFO=<ID=TRANSMISSION,Number=1,Type=Float,Description="Share of them whose child has it too; half is expected">',
)
_OF_STORED: Final = (
    ("AF", "allele_frequency"),
    ("FST", "fst"),
    ("VST", "vst"),
    ("Q", "q"),
    ("TRANSMISSION", "transmission"),
)


def catalogue_pieces(frames: Iterable[pl.DataFrame], superpopulations: Sequence[str], about: About) -> Iterator[bytes]:
    """The sites of the catalogue, as `sites_pieces` has those of a place; AF, differences and transmission are of everyone.

    Frames are as `columns.catalogue` has them, 0-based, sorted by place.
    """
    stored = "; of {}, unrelated people at credible, whatever group is counted"
    counts = [
        f'##INFO=<ID={name}{suffix},Number=1,Type={kind},Description="{words}{of_group}">'
        for suffix, of_group in (("", ""), *((f"_{code}", stored.format(code)) for code in superpopulations))
        for name, kind, words in _COUNTS
    ]
    of_alleles = ("AC,", "AN,", "AF_CI,", "HWE,")
    declared = [line for line in _SITES if not line.startswith(tuple(f"##INFO=<ID={name}" for name in of_alleles))]
    yield _header(about, [*_declare_filters(()), *counts, *declared, *_CATALOGUE])
    for frame in frames:
        yield from _join_lines(_catalogue_site(row, superpopulations) for row in frame.iter_rows(named=True))


def _catalogue_site(row: dict[str, Any], superpopulations: Sequence[str]) -> str:
    line = _site({**row, "allele_count": None, "allele_number": None}, superpopulations)
    stored = [f"{name}={_number(row[column])}" for name, column in _OF_STORED if row[column] is not None]
    trios = [] if row["transmission_parents"] is None else [f"TRIOS={row['transmission_parents']}"]
    return ";".join([line, *stored, *trios])


def _counts(carriers: int | None, samples: int, suffix: str, *, has_share: bool) -> list[str]:
    """Carriers, people and share; a dot for carriers that are withheld."""
    share = [f"SF{suffix}={_number(carriers / samples)}"] if has_share and samples and carriers is not None else []
    return [f"SC{suffix}={_count(carriers)}", f"SN{suffix}={samples}", *share]


def _site(row: Mapping[str, Any], superpopulations: Sequence[str]) -> str:
    start, end, direction = row["start"], row["end"], row["direction"]
    seen = [] if row["seen"] is None else [f"SEEN={_number(row['seen'])}"]
    if not row["assessable"]:
        info = ";".join([_interval(start, end, direction), *seen, "NOT_ASSESSABLE"])
        return "\t".join([*_place(row["chrom"], start, end, direction, row["site"]), ".", ".", info])
    has_share = row["frequency"] is not None
    counts = [*_counts(row["carriers"], row["samples"], "", has_share=has_share), *seen]
    counts += ["WITHHELD"] if row.get("withheld") else []
    if row["allele_count"] is not None and row["allele_number"] is not None:
        counts += [f"AC={row['allele_count']}", f"AN={row['allele_number']}"]
        counts += [f"AF={_number(row['allele_frequency'])}"]
        counts += [f"AF_CI={_number(row['af_ci_low'])},{_number(row['af_ci_high'])}"]
        counts += [] if row["hwe_p"] is None else [f"HWE={_number(row['hwe_p'])}"]
    if row["paralogous"]:
        counts.append(f"PARALOGOUS={_info(row['note'].removeprefix('paralogous: '))}")
    for code in superpopulations:
        counts += _counts(row[f"carriers_{code}"], row[f"samples_{code}"], f"_{code}", has_share=has_share)
    info = ";".join([_interval(start, end, direction), *counts])
    return "\t".join([*_place(row["chrom"], start, end, direction, row["site"]), ".", ".", info])
