"""Every caller's files read record by record through pysam, as slowly and plainly as the facts about them are written.

Nothing of `data_prep` is imported: a test against this compares two readings of the same facts. What the callers share,
expected copies, class and events, is that of `tests.oracle.plain`.
"""

import gzip
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pysam

from tests.oracle import plain

NO_CALLER = "the file holds records of several callers, and nothing in this one names its own"
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
    """`gt`: as many copies are expected as GT has alleles; `sex`: not; `two`: nor does the number hold where not two are expected;
    `depth`: the number follows from the ratio."""
    exact: bool = False
    """In a file of several callers or of any: its own caller goes by split reads."""
    half_bin: int | None = None
    """Of a caller in such a file that counts bins: half the mean bin."""
    of_another: bool = False
    """In a joint file the depth of the record is another sample's: the genotype contradicts it."""
    told: bool = False
    """Other fields than genotype and copy number say that the sample has the variant."""
    stated: int | None = None
    """Copies expected, as FORMAT ECN states them."""
    joins: bool = True
    """Its caller cuts events into pieces, if the dialect has such callers at all."""


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
    found: list[tuple[plain.Call, bool]] = []
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
            said = says(record, given or ".")
            fate = _fate(record.chrom, said, sex, given, joint)
            if isinstance(fate, plain.Call):
                start, end = _inward(cells[4], cells[7], caller, said)
                found.append((fate._replace(inward_start=start, inward_end=end), said.joins))
            elif isinstance(fate, tuple):
                person.reference[fate] += 1
            else:
                person.skipped[fate] += 1
    once = list(dict.fromkeys(found))
    if len(once) < len(found):
        person.skipped[plain.DUPLICATE] = len(found) - len(once)
    person.calls = [call for call, _ in once]
    pieces = [call for call, in_pieces in once if joins and in_pieces]
    person.events = len(plain.join(pieces)) + len(once) - len(pieces)
    return person


def _fate(name: str, said: Said, sex: str | None, given: str | None, joint: bool) -> plain.Call | tuple[Any, ...] | str:
    """`given`: the genotype, None where FORMAT has no place for one; of a `joint` file that then says nothing of anybody."""
    genotype = given or "."
    chrom = _CHROMS.get(name)
    if chrom is None:
        return plain.MITOCHONDRION if name == "chrM" else plain.CHROMOSOME
    if said.kind == "other":
        return plain.NOT_CNV
    if said.kind == "unnamed":
        return NO_CALLER
    if said.end <= said.start or said.start < 0:
        return plain.ORDER
    if said.end > plain.LENGTHS[chrom]:
        return plain.BEYOND
    empty = said.number is None and not any(one.isdigit() for one in genotype)
    if (given or joint) and empty and not said.told and (joint or said.kind not in ("reference", "loh")):
        return plain.NO_GENOTYPE
    asked = genotype if said.ploidy == "gt" else "."
    expected = plain.expected_copy_number(chrom, said.start, said.end, sex, asked)
    if said.stated and not (chrom == "chrY" and sex == "XX"):
        expected = said.stated
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
    if said.ploidy == "depth":
        if joint and said.of_another:
            said.ratio = None
        number = None if said.ratio is None else _copies_by_depth(said, chrom, sex, expected)
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


def _inward(alt: str, info: str, caller: str, record: Said) -> tuple[int | None, int | None]:
    """R7: by how much the record itself lets its ends lie further in: CIPOS and CIEND, else 500 where only depth speaks."""
    said = dict(part.split("=", 1) for part in info.split(";") if "=" in part)
    by_depth = (
        (caller == "gatk-sv" and said.get("ALGORITHMS", "depth") == "depth")
        or (caller == "delly" and alt == "<CNV>")
        or (caller == "1000-genomes-phase-3" and (said.get("SVTYPE") == "CNV" or said.get("CS") in ("DUP_gs", "DUP_uwash")))
    )  # fmt: skip
    inward: list[int | None] = []
    for key, place, sign in (("CIPOS", 1, 1), ("CIEND", 0, -1)):
        bounds = said[key].split(",") if key in said else []
        by_caller = 500 if by_depth else 0 if record.exact else record.half_bin
        inward.append(max(0, sign * int(bounds[place])) if bounds else by_caller)
    return inward[0], inward[1]


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


def _depth(record: Any, genotype: str, *, key: str) -> Said:
    kind = {"<DEL>": "loss", "<DUP>": "gain", "<LOH>": "loh"}.get(_alt(record), "other")
    start = record.pos - 1
    length = _info(record, "SVLEN")
    if record.pos == 2 and length is not None and abs(length) == _end(record):
        start = 0
    ratio = _finite(_info(record, key))
    said = Said(start, _end(record), kind, None, ratio, record.qual, None, _filter(record), "two")
    if kind not in ("loss", "gain"):
        return said
    if "GT" in record.format and not _carries(record):
        said.kind = "absent"
    elif ratio is None:
        alleles = _value(record, "GT") or ()
        if kind == "loss" and alleles and None not in alleles:
            said.number = alleles.count(0)
    else:
        said.ploidy = "depth"
        usual = {"loss": ["1/1"] if ratio <= 0.25 else [], "gain": ["0/1", "1/0"] if ratio <= 1.75 else []}[kind]
        if kind == "loss" and ratio >= 0.25:
            usual += ["0/1", "1/0"]
        if kind == "gain" and ratio >= 1.75:
            usual += ["./1"] + (["1/1"] if ratio <= 2.25 else [])
        right_side = ratio < 1 if kind == "loss" else ratio > 1
        said.of_another = right_side and genotype != "." and genotype.replace("|", "/") not in usual
    return said


def _copies_by_depth(said: Said, chrom: str, sex: str | None, expected: int | None) -> int | None:
    """Depth 1 is two copies, but one on a man's X and Y; a deletion has at most one copy fewer than expected, a duplication at
    least one more, and a depth that says the other direction leaves the number open."""
    assert said.ratio is not None
    normal = 2
    if chrom in ("chrX", "chrY"):
        if sex is None:
            return None
        normal = 1 if sex == "XY" else 2
    copies = math.floor(normal * said.ratio + 0.5)
    if sex == "XY" and chrom in ("chrX", "chrY") and expected == 2:
        return copies
    if said.kind == "loss":
        limit = copies if expected is None else min(copies, expected - 1)
        return limit if said.ratio < 1 else None
    limit = copies if expected is None else max(copies, expected + 1)
    return limit if said.ratio > 1 else None


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
    start, end = record.pos, _end(record)
    if alt[0] == "<" and ("," in alt or alt[3:4].isdigit()):
        # what is carried decides
        _, kind, number, which = _by_alleles(record, svtype, "GT" in record.format)
        if "GT" in record.format and genotype == "." and kind != "other":
            kind = "absent"
        end = _end_of_one(record, which) or end
    record_filters = [one for one in record.filter.keys() if one not in ("PASS", "SampleFT", "FailedFT")]  # noqa: SIM118
    sample = _value(record, "FT")
    faults = list(record_filters)
    if sample not in (None, "PASS") and sample not in faults:
        faults.append(sample)
    passed = sample == "PASS" or "PASS" in record.filter.keys()  # noqa: SIM118
    return Said(start, end, kind, number, None, record.qual, None, ";".join(faults) or ("PASS" if passed else "."), "two")  # fmt: skip


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


def _haplotypes(record: Any, svtype: str | None) -> list[int | str | None]:
    """What each allele leaves of a haplotype, the reference's first: copies, `gain`, `open`, `loh`; None for what is no CNV."""
    found: list[int | str | None] = [1]
    for alt in record.alts or (".",):
        word = alt.strip("<>").split(":")[0]
        if alt.startswith("<CN") and alt[3:-1].isdigit():
            found.append(int(alt[3:-1]))
        elif alt[0] == "<":
            named = {"DEL": 0, "DUP": "gain", "CNV": "open", "LOH": "loh"}
            found.append(None if alt == "<CNV:TR>" else named.get(word))  # type: ignore[arg-type]
        elif set(alt.upper()) <= set("ACGTN"):
            shorter = len(record.ref) - len(alt)
            deletion = svtype[:3] in ("DEL", "CNV") if svtype else shorter >= 50
            found.append(0 if deletion and shorter > 0 else "gain" if "DUP" in (svtype or "") else None)
        else:
            found.append(None)
    return found


def _word(alleles: list[int | str | None]) -> str:
    """One word for alleles that are not the reference's."""
    words = {
        "loss" if one == 0 else "gain" if isinstance(one, int) else str(one) for one in alleles if one not in (None, 1)
    }
    return words.pop() if len(words) == 1 else "open" if words or 1 in alleles else "other"


def _by_alleles(record: Any, svtype: str | None, genotyped: bool) -> tuple[str, str, float | None, int | None]:
    """What the row is, what it is in the sample, the copies of its genotype, and the one allele that is carried."""
    there = _haplotypes(record, svtype)
    row = _word(there[1:])
    if row == "other":
        return row, row, None, None
    alleles = _value(record, "GT") if genotyped else None
    if alleles is None:
        return row, row, None, None
    own = [there[one] for one in alleles if one is not None and one < len(there)]
    changed = [one for one in own if one not in (None, 1)]
    if not changed:
        carried = [one for one in alleles if one and one < len(there)]
        return row, "other" if any(there[one] is None for one in carried) else "absent", None, None
    which = {one for one in alleles if one and one < len(there) and there[one] not in (None, 1)}
    copies = [1 if one is None else one for one in own]
    known = len(own) == len(alleles) and not any(isinstance(one, str) for one in copies)
    total = sum(one for one in copies if isinstance(one, int)) if known else None
    kind = "balanced" if total == len(copies) else _word(changed)
    return row, kind, total, which.pop() if len(which) == 1 else None


def _phase3(record: Any, genotype: str) -> Said:
    _, kind, number, _ = _by_alleles(record, _info(record, "SVTYPE"), True)
    if (_value(record, "GT") or (None,)) == (None,) and kind != "other":
        kind = "absent"
    return Said(record.pos, _end(record), kind, number, None, record.qual, None, _filter(record), "gt")


def _by_copies(record: Any, genotype: str, said: Said, row: str) -> Said:
    """CN before the genotype, and ECN, where a record has them."""
    total, stated = _value(record, "CN"), _value(record, "ECN")
    said.stated = stated or None
    alleles = genotype.replace("|", "/").split("/")
    is_cnv = row not in ("other", "reference") or _alt(record) == "<CNV>"
    if total is not None and is_cnv and set(alleles) == {"0"}:
        # a reference genotype, and as many copies as it has alleles or other ones
        said.kind = "absent" if round(total) in (len(alleles), said.stated) else "open"
        said.number, said.ploidy = total, "sex"
        return said
    if _alt(record) == "<CNV>":
        said.kind = "open" if total is not None or any(one in "123456789" for one in genotype) else "absent"
        said.number, said.ploidy = total, "sex"
    elif total is not None and row != "other":
        said.kind, said.number, said.ploidy = row, total, "sex"
    return said


def _gatk_sv(record: Any, genotype: str) -> Said:
    said = _junction(record, genotype)
    row = _by_alleles(record, _info(record, "SVTYPE"), "GT" in record.format)[0]
    return _by_copies(record, genotype, said, "other" if row == "open" else row)


def _lengths(record: Any) -> list[str]:
    return next((one[6:].split(",") for one in str(record).split("\t")[7].split(";") if one.startswith("SVLEN=")), [])


def _end_of_one(record: Any, which: int | None) -> int | None:
    """Where the one allele that is carried ends, if each of several has a length."""
    lengths = _lengths(record)
    return record.pos + abs(int(lengths[which - 1])) if len(lengths) > 1 and which is not None else None


def _plain_vcf(record: Any, genotype: str) -> Said:
    genotyped = "GT" in record.format
    row, kind, number, which = _by_alleles(record, _info(record, "SVTYPE"), genotyped)
    if _alt(record) == ".":
        return _by_copies(record, genotype, Said(record.pos - 1, _end(record), "reference", None, None, record.qual, None, _junction(record, genotype).filters, "two"), "reference")  # fmt: skip
    if genotyped and genotype in (".", "") and kind != "other":
        kind = "absent"
    told = not any(one.isdigit() for one in genotype) and (_value(record, "SP") or 0) > 0
    if told:
        kind = row
    if genotype.isdigit() and record.chrom not in ("chrX", "chrY"):
        number = None
    start, end = record.pos, _end(record)
    lengths = _lengths(record)
    end = _end_of_one(record, which) or end
    if start == 1 and len(lengths) == 1 and abs(int(lengths[0])) == end:
        start = 0
    if kind == "gain" and _alt(record)[0] != "<" and end <= start + 1:
        end = start + len(_alt(record)) - len(record.ref)
    said = Said(
        start, end, kind, number, None, record.qual, None, _junction(record, genotype).filters, "two", told=told
    )
    said = _by_copies(record, genotype, said, row)
    if _alt(record) == "<CNV>" and said.number is None and any(one in "123456789" for one in genotype):
        said.kind = {"DEL": "loss", "DUP": "gain"}.get((_info(record, "SVTYPE") or "")[:3], said.kind)
    return said


def _merged(record: Any, genotype: str) -> Said:
    name = record.id or ""
    origin = (_info(record, "svdb_origin") or "").split("|")[0]
    if name.startswith("Manta") or (not name.startswith(("Canvas", "CNVnator", "Sniffles")) and origin == "manta"):
        own = "manta"
    elif name.startswith("Canvas"):
        own = "canvas"
    elif name.startswith("CNVnator") or origin == "cnvnator" or (not name.startswith("Sniffles") and _info(record, "natorRD") is not None):  # fmt: skip
        own = "cnvnator"
    else:
        own = "vcf"
    said = CALLERS[own][0](record, genotype)
    said.joins = own == "canvas"
    said.exact = own == "manta" or name.startswith("Sniffles")
    if own == "canvas" and said.bins:
        said.half_bin = int((said.end - said.start) / said.bins / 2)
    if own == "vcf" and not name.startswith("Sniffles") and said.kind != "other":
        said.kind = "unnamed"
    return said


CALLERS: dict[str, tuple[Callable[[Any, str], Said], bool]] = {
    "dragen": (lambda record, gt: _dragen(record, gt, length_first=False), True),
    "dragen-4.4": (lambda record, gt: _dragen(record, gt, length_first=True), True),
    "gatk-gcnv": (_gcnv, True),
    "cnvnator": (lambda record, gt: _depth(record, gt, key="natorRD"), False),
    "cnvpytor": (lambda record, gt: _depth(record, gt, key="pytorRD"), False),
    "canvas": (_canvas, True),
    "manta": (_junction, False),
    "delly": (_delly, False),
    "lumpy": (_lumpy, False),
    "1000-genomes-phase-3": (_phase3, False),
    "gatk-sv": (_gatk_sv, False),
    "dragen-sv": (_junction, False),
    "vcf": (_plain_vcf, False),
    "merged": (_merged, True),
}
"""By name: what a record says, and whether abutting calls are one event (R3)."""
