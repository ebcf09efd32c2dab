"""Small databases for tests: people, events and genes as plain values, written by `data_prep/tables/schema.sql`.

The same values go to the plain counter, so what a test expects never passes through the SQL under test.
"""

import atexit
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import duckdb
import polars as pl

from data_prep.derived.derive import derive
from data_prep.domain.chromosomes import ACCESSIONS, LENGTHS
from data_prep.domain.copy_number import CallClass, Direction, classify, expected_copy_number
from data_prep.domain.schema import SCHEMA_VERSION
from data_prep.reading.events import disjoint_segments
from tests.data_prep.quick_schema import write_quick_schema

SCHEMA = Path(__file__).resolve().parents[2] / "data_prep" / "tables" / "schema.sql"

SUPERPOPULATIONS = {
    "AFR": "Africa",
    "AMR": "America",
    "EAS": "East Asia",
    "EUR": "Europe",
    "SAS": "South Asia",
}
POPULATIONS = {
    "YRI": ("AFR", "Yoruba in Ibadan, Nigeria"),
    "LWK": ("AFR", "Luhya in Webuye, Kenya"),
    "PEL": ("AMR", "Peruvian in Lima, Peru"),
    "CHB": ("EAS", "Han Chinese in Beijing, China"),
    "GBR": ("EUR", "British in England and Scotland"),
    "FIN": ("EUR", "Finnish in Finland"),
    "GIH": ("SAS", "Gujarati Indians in Houston, TX"),
}

HANCESTRO = {
    "AFR": "HANCESTRO:2000",
    "AMR": "HANCESTRO:2001",
    "EAS": "HANCESTRO:2002",
    "EUR": "HANCESTRO:2003",
    "SAS": "HANCESTRO:2004",
    "YRI": "HANCESTRO:0668",
    "LWK": "HANCESTRO:0666",
    "PEL": "HANCESTRO:0686",
    "CHB": "HANCESTRO:0753",
    "GBR": "HANCESTRO:0765",
    "FIN": "HANCESTRO:0767",
    "GIH": "HANCESTRO:0803",
}


@dataclass(frozen=True)
class Person:
    sample: str
    population: str = "GBR"
    sex: str | None = "XX"
    unrelated: bool = True
    counted: bool = True
    sex_mismatch: bool = False
    marked: tuple[str, ...] = ()
    """Chromosomes with large events."""
    father: str | None = None
    mother: str | None = None

    @property
    def superpopulation(self) -> str:
        return POPULATIONS[self.population][0]


@dataclass(frozen=True)
class Event:
    sample: str
    chrom: str
    start: int
    end: int
    copy_number: int | None
    direction: str = ""
    """ShownCells apart by the copy number unless it is given."""
    quality: float | None = 50.0
    bins: int | None = 5
    filters: str = "PASS"
    credible: bool = True
    passing: bool = True
    sensitive: bool | None = None
    """As credible where it is not given."""
    inner_start: int | None = None
    inner_end: int | None = None
    """The ends drawn in (R7); where they are not given, the ends themselves."""
    parts: tuple[tuple[int, int], ...] = ()
    """Calls of the event, where they are more than one."""
    genotypes: tuple[str, ...] = ()
    """Genotypes of the calls, where they are not what the copy number says."""
    part_copies: tuple[int | None, ...] = ()
    """Copy numbers of the calls, where they are not all that of the event."""

    def expected(self, sex: str | None) -> int | None:
        return expected_copy_number(self.chrom, self.start, self.end, sex)

    def call_class(self, sex: str | None) -> CallClass:
        expected = self.expected(sex)
        if self.direction in ("loh", "unexpected") or self.copy_number is None or expected is None:
            return CallClass(self.direction)
        found = classify(self.copy_number, expected)
        assert found is not None, "a call needs a copy number that is not the expected one"
        return found

    @property
    def inner(self) -> tuple[int, int]:
        """Both ends drawn in."""
        return (
            self.start if self.inner_start is None else self.inner_start,
            self.end if self.inner_end is None else self.inner_end,
        )

    def calls(self, sex: str | None) -> list["Call"]:
        """Its calls, each with the class of its own copy number."""
        if not self.part_copies:
            parts = self.parts or ((self.start, self.end),)
            return [
                Call(start, end, self.copy_number, self.expected(sex), self.call_class(sex)) for start, end in parts
            ]
        assert len(self.part_copies) == len(self.parts)
        singles = [
            Event(self.sample, self.chrom, *part, copies, direction=self.call_class(sex).direction.value)
            for part, copies in zip(self.parts, self.part_copies, strict=True)
        ]
        return [Call(one.start, one.end, one.copy_number, one.expected(sex), one.call_class(sex)) for one in singles]


@dataclass(frozen=True)
class Call:
    start: int
    end: int
    copy_number: int | None
    expected: int | None
    call_class: CallClass


@dataclass(frozen=True)
class Transcript:
    exons: tuple[tuple[int, int], ...]
    coding: tuple[tuple[int, int] | None, ...]
    """The coding part of each exon, None where it has none."""
    chosen_as: str = "MANE Select"


@dataclass(frozen=True)
class GeneRow:
    symbol: str
    chrom: str
    start: int
    end: int
    transcript: Transcript | None = None
    gene_id: str = ""
    description: str | None = None
    biotype: str = "protein_coding"
    strand: str | None = "+"


@dataclass
class Contents:
    people: Sequence[Person] = ()
    events: Sequence[Event] = ()
    genes: Sequence[GeneRow] = ()
    unplaced: Mapping[str, str] = field(default_factory=dict)
    blind: Sequence[tuple[str, int, int, str]] = ()
    """chrom, start, end, name"""
    problems: Sequence[tuple[str, str, int, int, str]] = ()
    """kind, chrom, start, end, name: problem regions beside the blind ones"""
    callability: Sequence[tuple[str, int, int, int, int]] = ()
    """chrom, start, end, seen, samples"""
    seen: Mapping[str, Sequence[tuple[str, int, int]]] = field(default_factory=dict)
    """By sample whose own file has reference rows: chrom, start, end of what the caller saw in it, disjoint."""
    cytobands: Sequence[tuple[str, int, int, str]] = ()
    with_cohort: bool = True
    """Whether the tables of the whole cohort are filled too: a third of the work, of which hundreds of small databases have no use."""
    provenance: Mapping[str, str] = field(default_factory=dict)


PROVENANCE = {
    "schema_version": str(SCHEMA_VERSION),
    "callset": "DRAGEN 3.5.7b",
    "release": "3.5.7b",
    "caller": "Illumina DRAGEN",
    "simulated": "yes",
    "source": "made for a test",
    "assembly": "GRCh38",
    "built_at": "2026-11-01T00:00:00Z",
    "generation": "test",
    "gene_models": "made for a test",
    "reference_rows": "no",
}


_COUNTS = {"records": 1, "calls": 0, "reference_rows": 1, "skipped": 0, "status": "read"}


def write_schema(root: duckdb.DuckDBPyConnection) -> None:
    """Makes the empty tables, without their comments, which take most of the time."""
    write_quick_schema(root)


def _write_whole_schema(root: duckdb.DuckDBPyConnection) -> None:
    root.execute(f"BEGIN; {SCHEMA.read_text(encoding='utf-8')}; COMMIT")  # each commit is a write to the disk


def fill(root: duckdb.DuckDBPyConnection, contents: Contents) -> None:
    """Writes the contents into empty tables."""
    sexes = {person.sample: person.sex for person in contents.people}
    ids = {person.sample: number for number, person in enumerate(contents.people)}
    rows: dict[str, list[dict[str, object]]] = {
        "provenance": [{"key": key, "value": value} for key, value in (PROVENANCE | dict(contents.provenance)).items()],
        "superpopulations": [
            {"superpopulation": code, "name": name, "hancestro": HANCESTRO[code], "position": place}
            for place, (code, name) in enumerate(SUPERPOPULATIONS.items())
        ],
        "populations": [
            {
                "population": code,
                "superpopulation": above,
                "name": name,
                "hancestro": HANCESTRO[code],
                "position": place,
            }
            for place, (code, (above, name)) in enumerate(POPULATIONS.items())
        ],
        "samples": [
            {
                "sample_id": ids[person.sample],
                "sample": person.sample,
                "superpopulation": person.superpopulation,
                "population": person.population,
                "sex": person.sex,
                "unrelated": person.unrelated,
                "counted": person.counted,
                "sex_mismatch": person.sex_mismatch,
                "sex_mismatch_reason": "copies of Y over 88 % of it" if person.sex_mismatch else None,
                "father": person.father,
                "mother": person.mother,
                "father_id": ids.get(person.father or ""),
                "mother_id": ids.get(person.mother or ""),
            }
            for person in contents.people
        ],
        "marked_samples": [
            {
                "sample_id": ids[person.sample],
                "chrom": chrom,
                "direction": "gain",
                "reason": "long-event",
                "events": 3,
                "longest": 9_000_000,
                "bases": 20_000_000,
                "share": 0.2,
            }
            for person in contents.people
            for chrom in person.marked
        ],
        "chromosomes": [
            {
                "chrom": chrom,
                "length": LENGTHS[chrom],
                "sequenced": LENGTHS[chrom],
                "refseq": accession,
                "genbank": "CM",
                "refget": "SQ",
            }
            for accession, chrom in ACCESSIONS.items()
        ],
        "cytobands": [
            {"chrom": chrom, "start": start, "end": end, "band": band, "stain": "gneg"}
            for chrom, start, end, band in contents.cytobands
        ],
        "unplaced_genes": [{"symbol": symbol, "reason": reason} for symbol, reason in contents.unplaced.items()],
        "problem_regions": [
            {"kind": kind, "chrom": chrom, "start": start, "end": end, "name": name, "source": "test"}
            for kind, chrom, start, end, name in [*(("blind", *one) for one in contents.blind), *contents.problems]
        ],
        "callability": [
            {"chrom": chrom, "start": start, "end": end, "seen": seen, "samples": samples}
            for chrom, start, end, seen, samples in contents.callability
        ],
        "seen": [
            {"sample_id": ids[sample], "chrom": chrom, "start": start, "end": end}
            for sample, places in contents.seen.items()
            for chrom, start, end in places
        ],
        "files": [
            {
                "file_id": number,
                "path": f"{sample}.vcf",
                "place": "",
                "bytes": 1,
                "sample_id": ids[sample],
                "samples": 1,
                "simulated": True,
                **_COUNTS,
            }
            for number, sample in enumerate(contents.seen)
        ],
        "file_samples": [
            {"file_id": number, "sample": sample, "sample_id": ids[sample], "contradicts_sex": None, **_COUNTS}
            for number, sample in enumerate(contents.seen)
        ],
        "genes": [],
        "transcripts": [],
        "exons": [],
        "calls": [],
        "events": [],
    }
    for number, gene in enumerate(contents.genes):
        gene_id = gene.gene_id or f"ENSG{number:011}"
        transcript_id = f"ENST{number:011}" if gene.transcript else None
        place = {"chrom": gene.chrom, "start": gene.start, "end": gene.end}
        rows["genes"].append(
            {
                "gene_id": gene_id,
                "symbol": gene.symbol,
                "description": gene.description,
                "biotype": gene.biotype,
                "strand": gene.strand,
                "transcript_id": transcript_id,
                **place,
            }
        )
        if gene.transcript:
            coding = [part for part in gene.transcript.coding if part]
            rows["transcripts"].append(
                {
                    "transcript_id": transcript_id,
                    "gene_id": gene_id,
                    "name": f"{gene.symbol}-201",
                    "chosen_as": gene.transcript.chosen_as,
                    "strand": gene.strand or "+",
                    "coding_bases": sum(end - start for start, end in coding),
                    **place,
                }
            )
            for exon, (span, part) in enumerate(
                zip(gene.transcript.exons, gene.transcript.coding, strict=True), start=1
            ):
                rows["exons"].append(
                    {
                        "transcript_id": transcript_id,
                        "gene_id": gene_id,
                        "number": exon,
                        "chrom": gene.chrom,
                        "start": span[0],
                        "end": span[1],
                        "coding_start": part[0] if part else None,
                        "coding_end": part[1] if part else None,
                    }
                )
    ordered = sorted(contents.events, key=lambda event: (list(LENGTHS).index(event.chrom), event.start, event.end))
    for number, event in enumerate(ordered):
        call_class = event.call_class(sexes[event.sample])
        shared = {
            "event_id": number,
            "sample_id": ids[event.sample],
            "chrom": event.chrom,
            "direction": call_class.direction.value,
            "class": call_class.value,
            "copy_number": event.copy_number,
            "expected_copy_number": event.expected(sexes[event.sample]),
            "copy_ratio": None if event.copy_number is None else event.copy_number / 2,
            "quality": event.quality,
            "bins": event.bins,
            "filters": event.filters,
            "par_border": False,
        }
        calls = event.calls(sexes[event.sample])
        rows["events"].append(
            {
                **shared,
                "start": event.start,
                "end": event.end,
                "inner_start": event.start if event.inner_start is None else event.inner_start,
                "inner_end": event.end if event.inner_end is None else event.inner_end,
                "sensitive": event.credible if event.sensitive is None else event.sensitive,
                "credible": event.credible,
                "pass": event.passing,
                "parts": len(calls),
            }
        )
        genotype = {Direction.LOSS: "0/1" if event.copy_number else "1/1"}.get(call_class.direction, "./1")
        genotypes = event.genotypes or (genotype,) * len(calls)
        rows["calls"] += [
            {
                **shared,
                "start": call.start,
                "end": call.end,
                "class": call.call_class.value,
                "copy_number": call.copy_number,
                "expected_copy_number": call.expected,
                "genotype": written,
                "unreadable": False,
            }
            for call, written in zip(calls, genotypes, strict=True)
        ]
    for table, values in rows.items():
        if len(values) > 200:
            given = pl.DataFrame(values, infer_schema_length=None)  # noqa: F841  # read by the replacement scan
            root.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")
        elif values:
            names = list(values[0])
            marks = ", ".join(["(" + ", ".join("?" * len(names)) + ")"] * len(values))
            columns = ", ".join(f'"{name}"' for name in names)
            root.execute(
                f"INSERT INTO {table} ({columns}) VALUES {marks}", [row[name] for row in values for name in names]
            )
    if rows["events"]:
        write_segments(root)
        with nullcontext() if contents.with_cohort else patch("data_prep.derived.derive.derive_cohort"):
            derive(root)


def write_segments(root: duckdb.DuckDBPyConnection) -> None:
    """Cuts the events into segments that are disjoint within a sample and direction, as a build does."""
    events = root.sql(
        """SELECT sample_id::UINTEGER AS entry_source, chrom::VARCHAR AS chrom, start, "end", direction::VARCHAR AS direction, copy_number,
               sensitive, credible, pass FROM events ORDER BY entry_source, events.chrom, start, "end" """
    ).pl()
    cut = disjoint_segments(events).rename({"entry_source": "sample_id"})  # noqa: F841  # read by the replacement scan
    root.execute('INSERT INTO segments BY NAME SELECT * FROM cut ORDER BY chrom::chrom, start, "end", sample_id')


def empty(root: duckdb.DuckDBPyConnection) -> None:
    """Empties every table."""
    for (table,) in root.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'published'").fetchall():
        root.execute(f"DELETE FROM {table}")


def write_file(path: Path, contents: Contents) -> Path:
    """A published file with these contents. Written once a test run: the same contents again are copied."""
    shutil.copyfile(_written(repr(contents), contents), path)
    return path


_TEMPLATES: dict[str, Path] = {}


def _written(key: str, contents: Contents) -> Path:
    if key not in _TEMPLATES:
        folder = tempfile.mkdtemp(prefix="cnv-tests-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        template = Path(folder) / "template.duckdb"
        with duckdb.connect(str(template)) as root:
            _write_whole_schema(root)
            fill(root, contents)
        _TEMPLATES[key] = template
    return _TEMPLATES[key]


def publish(pointer: Path, target: Path) -> None:
    """Moves the pointer to `target` as data_prep does: a new symbolic link beside the old one, moved over it."""
    fresh = pointer.with_suffix(".new")
    fresh.symlink_to(target.name)
    fresh.replace(pointer)
