"""Every caller's files read record by record through pysam, as slowly and plainly as the facts about them are written.

Nothing of `data_prep` is imported: a test against this compares two readings of the same facts. What the callers share,
expected copies, class and events, is that of `tests.plain`.
"""

import gzip
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pysam

from tests import plain

NOT_CARRIED = "the sample's genotype does not carry the variant"
BALANCED = "a loss on one haplotype and a gain on the other: the copy number is the expected one"
_CHROMS = {spelling: chrom for chrom in plain.LENGTHS for spelling in (chrom, chrom[3:])}
_DIRECTION = {"complete-loss": "loss", "partial-loss": "loss", "loss": "loss", "low-gain": "gain", "high-gain": "gain", "gain": "gain", "loh": "loh", "unexpected": "unexpected"}  # fmt: skip


@dataclass
class Said:
    """What a record says in its caller's words."""

    start: int
    end: int
    kind: str
    number: float | None = None
    ratio: float | None = None
    quality: float | None = None
    bins: int | None = None
    filters: str = "."
    ploidy: str = "sex"
    """`gt`: as many copies are expected as GT has alleles; `sex`: not; `two`: nor does the number hold where not two are expected."""
    told: bool = False
    """Other fields than genotype and copy number say that the sample has the variant."""


@dataclass
class Person:
    """What a file says of its sample."""

    calls: list[plain.Call] = field(default_factory=list)
    reference: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    events: int = 0
    records: int = 0


def read(path: Path, caller: str, sex: str | None, column: int = 0) -> Person:
    """Reads the sample in a column, from 0, of a file of `caller`; `sex` is the one that holds."""
    says, joins = CALLERS[caller]
    person = Person()
    text = path.read_bytes()
    text = gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text
    lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
    with pysam.VariantFile(str(path)) as records:
        joint = len(records.header.samples) > 1
        # a record holds the samples that are asked for, and `_value` takes the first
        records.subset_samples([records.header.samples[column]])
        for record, line in zip(records, lines, strict=True):
            person.records += 1
            cells = line.split("\t")
            keys = dict(zip(cells[8].split(":"), cells[9 + column].split(":"), strict=False))
            given = keys.get("GT", ".") if "GT" in cells[8].split(":") else None
            fate = _fate(record.chrom, says(record, given or "."), sex, given, joint)
            if isinstance(fate, plain.Call):
                person.calls.append(fate)
            elif isinstance(fate, tuple):
                person.reference[fate] += 1
            else:
                person.skipped[fate] += 1
    once = list(dict.fromkeys(person.calls))
    if len(once) < len(person.calls):
        person.skipped[plain.DUPLICATE] = len(person.calls) - len(once)
        person.calls = once
    person.events = len(plain.join(person.calls)) if joins else len(person.calls)
    return person


def _fate(name: str, said: Said, sex: str | None, given: str | None, joint: bool) -> plain.Call | tuple[Any, ...] | str:
    """`given`: the genotype, None where FORMAT has no place for one; of a `joint` file that then says nothing of anybody."""
    genotype = given or "."
    chrom = _CHROMS.get(name)
    if chrom is None:
        return plain.CHROMOSOME
    if said.kind == "other":
        return plain.NOT_CNV
    if said.end <= said.start or said.start < 0:
        return plain.ORDER
    if said.end > plain.LENGTHS[chrom]:
        return plain.BEYOND
    empty = said.number is None and not any(one.isdigit() for one in genotype)
    if (given or joint) and empty and not said.told and (joint or said.kind not in ("reference", "loh")):
        return plain.NO_GENOTYPE
    asked = genotype if said.ploidy == "gt" else "."
    expected = plain.expected_copy_number(chrom, said.start, said.end, sex, asked)
    number = None if said.number is None else round(said.number)
    # what a merge fills in: as many copies as the genotype has alleles, or as are expected
    reference_alone = joint and "0" in genotype and set(genotype) <= set("0./|")
    filled = plain.filled_in(chrom, sex, number, expected, genotype) or (said.ploidy == "two" and number == 2)
    contrary = reference_alone and number is not None and not filled
    if joint and number is not None and not any(one.isdigit() for one in genotype):
        # without a genotype the number tells
        contrary = not (plain.varies_not(chrom, sex, number, expected, asked) or (said.ploidy == "two" and number == 2))
    reasons = {"absent": NOT_CARRIED, "balanced": BALANCED}
    if said.kind in reasons and not (contrary and said.kind == "absent"):
        return reasons[said.kind]
    if said.ploidy == "two" and expected != 2 and number != 0:
        number = None
    kind = said.kind
    if contrary and kind in ("reference", "absent"):
        kind = "open"
    elif kind == "reference":
        if joint and reference_alone:
            return chrom, said.start, said.end, said.bins
        if said.ploidy != "sex" or number is None or expected is None or number == expected:
            return chrom, said.start, said.end, said.bins
        kind = "open"
    if reference_alone and not contrary:
        return plain.EXPECTED
    unvaried = not contrary and (given or joint) and not empty and not any(one in "123456789" for one in genotype)
    if unvaried and (joint or said.kind != "loh" or said.ploidy != "two" or any(one.isdigit() for one in genotype)):
        # the copies that a caller of two alleles takes for those of everybody
        usual = said.ploidy == "two" and said.number is not None and round(said.number) == 2
        same = said.number is None if number is None else plain.varies_not(chrom, sex, number, expected, asked)
        if usual or same:
            return plain.EXPECTED
    named = plain._class(chrom, sex, number, expected, kind)
    if named not in _DIRECTION:
        return named
    inside = plain._pseudo_autosomal_bases(chrom, said.start, said.end)
    return plain.Call(
        chrom, said.start, said.end, _DIRECTION[named], named, number, expected, said.ratio, said.quality, said.bins,
        said.filters, None if genotype == "." else genotype, 0 < inside < said.end - said.start,
    )  # fmt: skip


def _value(record: Any, key: str) -> Any:
    """A FORMAT value of the one sample; None where it is missing."""
    found = record.samples[0].get(key)
    found = found[0] if isinstance(found, tuple) and key != "GT" else found
    return None if found == "." else found


def _info(record: Any, key: str) -> Any:
    found = record.info.get(key)
    return found[0] if isinstance(found, tuple) else found


def _end(record: Any) -> int:
    """END as it is written: htslib's own `stop` is the farthest of END, SVLEN and the reference allele."""
    parts = str(record).split("\t")[7].split(";")
    return int(next(part[4:] for part in parts if part.startswith("END=")))


def _filter(record: Any) -> str:
    return ";".join(record.filter.keys()) or "."


def _alt(record: Any) -> str:
    return ",".join(record.alts or (".",))


def _carries(record: Any) -> bool:
    return any(one for one in (_value(record, "GT") or ()) if one is not None)


def _finite(value: float | None) -> float | None:
    return value if value is not None and abs(value) < float("inf") else None


def _dragen(record: Any, genotype: str, *, length_first: bool) -> Said:
    alt = _alt(record)
    start = record.pos if alt[0] == "<" else record.pos - 1
    length = _info(record, "SVLEN")
    end = start + abs(length) if length_first and length is not None else _end(record)
    kind = {"<DEL>": "loss", "<DUP>": "gain", "<LOH>": "loh", "<DEL>,<DUP>": "loh", ".": "reference", "<CNV>": "open"}.get(alt, "other")  # fmt: skip
    word = (record.id or "").split(":")[1] if (record.id or "").startswith("DRAGEN:") else ""
    number = _value(record, "CN")
    if kind == "open":
        kind = {"LOSS": "loss", "GAIN": "gain", "CNLOH": "loh", "GAINLOH": "gain"}.get(word, "open")
    if kind == "loh" and number is None and word == "GAINLOH":
        kind = "gain"
    claim = _info(record, "SVCLAIM")
    if kind != "reference" and ("D" not in claim if claim else _info(record, "SVTYPE") not in (None, "CNV")):
        kind = "other"
    return Said(start, end, kind, number, _finite(_value(record, "SM")), _value(record, "QS") if record.qual is None else record.qual, _value(record, "BC"), _value(record, "FT") or _filter(record), "gt")  # fmt: skip


def _gcnv(record: Any, genotype: str) -> Said:
    alts = _alt(record).split(",")
    digits = [int(one) for one in genotype.replace("|", "/").split("/") if one.isdigit()]
    pointed = [one for one in digits if one > 0]
    if digits and not pointed:
        kind = "reference"
    elif pointed and pointed[0] <= len(alts):
        kind = {"<DEL>": "loss", "<DUP>": "gain"}.get(alts[pointed[0] - 1], "open")
    else:
        kind = {"<DEL>": "loss", "<DUP>": "gain", ".": "open" if pointed else "reference"}.get(_alt(record), "open")
    quality = _value(record, "QS")
    return Said(record.pos - 1, _end(record), kind, _value(record, "CN"), None, record.qual if quality is None else quality, _value(record, "NP"), _filter(record))  # fmt: skip


def _depth(record: Any, genotype: str, *, key: str, by_depth: bool) -> Said:
    kind = {"<DEL>": "loss", "<DUP>": "gain", "<LOH>": "loh"}.get(_alt(record), "other")
    start = record.pos - 1
    length = _info(record, "SVLEN")
    if record.pos == 2 and length is not None and abs(length) == _end(record):
        start = 0
    if kind in ("loss", "gain") and "GT" in record.format and not _carries(record):
        kind = "absent"
    ratio, number = _finite(_info(record, key)), _value(record, "CN")
    if by_depth and number is None and ratio is not None and kind in ("loss", "gain"):
        lost, gained = 0 if ratio < 0.25 else 1, 3 if ratio <= 1.75 else round(2 * ratio)
        number = lost if kind == "loss" else gained
    return Said(start, _end(record), kind, number, ratio, record.qual, None, _filter(record), "two")


def _canvas(record: Any, genotype: str) -> Said:
    alt, svtype = _alt(record), _info(record, "SVTYPE")
    word = (record.id or "").split(":")[1] if (record.id or "").startswith("Canvas:") else ""
    by_id = {"LOSS": "loss", "GAIN": "gain", "REF": "reference", "LOH": "loh", "CNLOH": "loh", "GAINLOH": "gain"}
    if svtype == "LOH":
        kind = "loh"
    elif alt == "." and svtype is None:
        kind = "reference"
    else:
        kind = by_id.get(word, "open") if svtype in (None, "CNV") else "other"
    start = record.pos if alt[0] == "<" else record.pos - 1
    quality = _value(record, "QS") if record.qual is None else record.qual
    bins = _value(record, "BC")
    return Said(start, _end(record), kind, _value(record, "CN"), None, quality, None if bins is None else round(bins), _value(record, "FT") or _filter(record), "gt")  # fmt: skip


def _junction(record: Any, genotype: str) -> Said:
    alt, svtype = _alt(record), _info(record, "SVTYPE")
    kind = "other"
    if alt[0] == "<":
        kind = {"DEL": "loss", "DUP": "gain"}.get(alt.strip("<>").split(":")[0], "other")
    elif set(alt.upper()) <= set("ACGTN"):
        if svtype == "DEL" and len(record.ref) > len(alt):
            kind = "loss"
        elif svtype == "DUP":
            kind = "gain"
    number = None
    alleles = _value(record, "GT") or ()
    if kind in ("loss", "gain") and "GT" in record.format and not _carries(record):
        kind = "absent"
    if kind == "loss" and alleles and None not in alleles:
        number = alleles.count(0)
    record_filters = [one for one in record.filter.keys() if one not in ("PASS", "SampleFT", "FailedFT")]  # noqa: SIM118
    sample = _value(record, "FT")
    faults = list(record_filters)
    if sample not in (None, "PASS") and sample != ";".join(record_filters):
        faults.append(sample)
    passed = sample == "PASS" or "PASS" in record.filter.keys()  # noqa: SIM118
    return Said(record.pos, _end(record), kind, number, None, record.qual, None, ";".join(faults) or ("PASS" if passed else "."), "two")  # fmt: skip


def _delly(record: Any, genotype: str) -> Said:
    said = _junction(record, genotype)
    if _alt(record) == "<CNV>":
        said.kind, said.number, said.ploidy = "open", _value(record, "CN"), "sex"
    elif said.kind == "gain":
        depth = next(
            (one for one in (_value(record, "RDCN"), _value(record, "CN")) if one is not None and one >= 0), None
        )
        said.number = depth if depth is not None and depth > 2 else None
    return said


def _lumpy(record: Any, genotype: str) -> Said:
    said = _junction(record, genotype)
    typed = any(one is not None for one in (_value(record, "GT") or ()))
    said.told = not typed and (_value(record, "SU") or 0) > 0
    if said.kind == "absent" and said.told:
        deleted = _alt(record).startswith("<DEL") or (_alt(record)[0] != "<" and _info(record, "SVTYPE") == "DEL")
        said.kind = "loss" if deleted else "gain"
    return said


def _phase3(record: Any, genotype: str) -> Said:
    named = [int(alt[3:-1]) if alt.startswith("<CN") else {"<DEL>": 0}.get(alt) for alt in _alt(record).split(",")]
    copies: list[int | None] = [1, *named]
    said = Said(record.pos, _end(record), "other", None, None, record.qual, None, _filter(record), "gt")
    if None in copies:
        return said
    alleles = _value(record, "GT") or (None,)
    there = [copies[one] for one in alleles if one is not None]
    whole = None not in alleles
    losses, gains = [one for one in there if one == 0], [one for one in there if one is not None and one > 1]
    total = sum(one for one in there if one is not None)
    if not losses and not gains:
        said.kind = "absent"
    elif whole and total == len(there):
        said.kind = "balanced"
    else:
        said.kind = "open" if losses and gains else "loss" if losses else "gain"
        said.number = total if whole else None
    return said


def _gatk_sv(record: Any, genotype: str) -> Said:
    said = _junction(record, genotype)
    if _alt(record) == "<CNV>":
        said.number = _value(record, "CN")
        said.kind, said.ploidy = "absent" if said.number is None else "open", "sex"
    return said


CALLERS: dict[str, tuple[Callable[[Any, str], Said], bool]] = {
    "dragen": (lambda record, gt: _dragen(record, gt, length_first=False), True),
    "dragen-4.4": (lambda record, gt: _dragen(record, gt, length_first=True), True),
    "gatk-gcnv": (_gcnv, True),
    "cnvnator": (lambda record, gt: _depth(record, gt, key="natorRD", by_depth=True), False),
    "cnvpytor": (lambda record, gt: _depth(record, gt, key="pytorRD", by_depth=False), False),
    "canvas": (_canvas, True),
    "manta": (_junction, False),
    "delly": (_delly, False),
    "lumpy": (_lumpy, False),
    "1000-genomes-phase-3": (_phase3, False),
    "gatk-sv": (_gatk_sv, False),
}
"""By name: what a record says, and whether abutting calls are one event (R3)."""
