"""DRAGEN CNV files read, and people counted, as slowly and plainly as the rules are written (R1 to R7, R11).

Nothing of `data_prep` or `dashboard` is imported, no data frame and no database: a test against this file compares two
readings of the rules. Loops over one person after the other; where a rule leaves a choice, the choice is said here.

    samples = read_samples(Path("samples.tsv"))
    people = read_cohort(paths, samples)
    place = Place("chr1", 109_687_874, 109_693_745)
    count(people, samples, place, "loss", Filters(rule="any"))["EUR"].carriers
"""

import gzip
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

_BASES: Final = """
    248956422 242193529 198295559 190214555 181538259 170805979 159345973 145138636 138394717 133797422 135086622 133275309
    114364328 107043718 101991189 90338345 83257441 80373285 58617616 64444167 46709983 50818468 156040895 57227415
"""
LENGTHS: Final = dict(zip([f"chr{name}" for name in (*range(1, 23), "X", "Y")], map(int, _BASES.split()), strict=True))
"""Bases of the chromosomes of GRCh38."""

PAR: Final = {
    "chrX": ((10_001, 2_781_479), (155_701_383, 156_030_895)),
    "chrY": ((10_001, 2_781_479), (56_887_903, 57_217_415)),
}
"""Pseudo-autosomal regions as rule R2 gives them: 1-based, both ends included."""

MALFORMED: Final = "malformed: a column is missing, or the position is no number"
CHROMOSOME: Final = "not on chromosomes 1 to 22, X or Y"
MITOCHONDRION: Final = "on the mitochondrial genome, whose copies are not counted"
NOT_CNV: Final = "no copy number variant, or not supported by read depth"
NO_END: Final = "no END, SVLEN or REFLEN"
ORDER: Final = "END is not after the start"
BEYOND: Final = "beyond the end of the chromosome"
EXPECTED: Final = "the copy number is the expected one"
NO_GENOTYPE: Final = "neither genotype nor copy number: the caller could not tell"
NO_DIRECTION: Final = "neither copy number nor ALT nor ID tells loss from gain"
DUPLICATE: Final = "the same record twice in one file"


class Call(NamedTuple):
    """A record that is a call (R1, R2); `[start, end)` 0-based."""

    chrom: str
    start: int
    end: int
    direction: str
    call_class: str
    copy_number: int | None
    expected: int | None
    ratio: float | None
    quality: float | None
    bins: int | None
    filters: str
    genotype: str | None
    par_border: bool
    inward_start: int | None = None
    inward_end: int | None = None
    """Bases by which CIPOS and CIEND let the ends lie further in (R7), None where the record has none."""


class Event(NamedTuple):
    """Abutting calls of one direction joined (R3), with the filters and levels of the whole (R4), and its ends drawn in (R7)."""

    chrom: str
    start: int
    end: int
    direction: str
    call_class: str
    copy_number: int | None
    expected: int | None
    ratio: float | None
    quality: float | None
    bins: int | None
    filters: str
    sensitive: bool
    credible: bool
    passing: bool
    parts: tuple[Call, ...]
    par_border: bool
    inner_start: int
    inner_end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class ReferenceRow(NamedTuple):
    """A record that says the expected copy number was seen; `[start, end)` 0-based."""

    chrom: str
    start: int
    end: int
    bins: int | None


@dataclass(slots=True)
class Person:
    """What one file says of its sample."""

    sample: str
    caller_sex: str | None
    """Karyotype sex that the header names (`--sample-sex`)."""
    calls: list[Call] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    reference_rows: list[ReferenceRow] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    records: int = 0
    sex_signs: set[str] = field(default_factory=set)
    """What calls and rows tell of the sex by the share of it that they take: `Y`, `haploid X`, `diploid X`."""
    path: Path | None = None

    def events_on(self, chrom: str) -> list[Event]:
        return [event for event in self.events if event.chrom == chrom]


def read_vcf(path: Path, table_sex: str | None = None, keep: Callable[[Event], bool] | None = None) -> Person:
    """Reads a single-sample DRAGEN CNV file, plain or gzip.

    `table_sex`: karyotype sex `XX` or `XY` of the sample table, which holds where the header names none. With `keep`
    only those events are kept, and no calls and reference rows: for cohorts that would not fit into memory.
    """
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8", "replace")
    person = read_text(text, table_sex)
    person.path = path
    if keep is not None:
        person.events = [event for event in person.events if keep(event)]
        person.calls, person.reference_rows = [], []
    return person


def read_text(text: str, table_sex: str | None = None) -> Person:
    """The same from a VCF's text."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    caller_sex = None
    sample = ""
    for number, line in enumerate(lines):
        if line.startswith("##DRAGENCommandLine=") and caller_sex is None:
            caller_sex = _sample_sex(line)
        if line.startswith("#CHROM"):
            sample = line.rstrip("\t ").split("\t")[9]
            lines = lines[number + 1 :]
            break
    person = Person(sample, caller_sex)
    sex = caller_sex or table_sex
    told = []
    for line in lines:
        if line and not line.startswith("#"):
            person.records += 1
            fate = read_record(line, sex)
            told.append(unvaried_sign(line, fate))
            if isinstance(fate, Call):
                person.calls.append(fate)
            elif isinstance(fate, ReferenceRow):
                person.reference_rows.append(fate)
            else:
                person.skipped[fate] += 1
    once = list(dict.fromkeys(person.calls))
    if len(once) < len(person.calls):
        person.skipped[DUPLICATE] = len(person.calls) - len(once)
        person.calls = once
    person.events = join(person.calls)
    person.sex_signs = sex_signs(person.events, told)
    return person


def _sample_sex(line: str) -> str | None:
    """What follows `--sample-sex` in the command line of the header."""
    words = line.replace("=", " ").replace('"', " ").replace(",", " ").replace(">", " ").split()
    for word, value in pairwise(words):
        if word.lower() == "--sample-sex":
            return {"male": "XY", "xy": "XY", "female": "XX", "xx": "XX"}.get(value.lower())
    return None


_ALT: Final = {
    "<DEL>": "loss",
    "<DUP>": "gain",
    "<LOH>": "loh",
    "<DEL>,<DUP>": "loh",
    ".": "reference",
    "<CNV>": "open",
}
_ID: Final = {"LOSS": "loss", "GAIN": "gain", "CNLOH": "loh", "GAINLOH": "gain"}
_CHROMS: Final = {spelling: chrom for chrom in LENGTHS for spelling in (chrom, chrom[3:])}


def read_record(line: str, sex: str | None, joint: bool = False) -> Call | ReferenceRow | str:
    """One line to a call, a reference row, or the reason to leave it out: the first that holds of those above.

    A FORMAT without a place for a genotype leaves the record to the sample, but not in a `joint` file.
    """
    columns = line.split("\t")
    if len(columns) < 10 or not columns[9]:
        return MALFORMED
    raw_chrom, raw_pos, record_id, _, alt, raw_quality, raw_filter, info, raw_format, values = columns[:10]
    if not raw_pos.lstrip("-").isdigit():
        return MALFORMED
    chrom = _CHROMS.get(raw_chrom)
    if chrom is None:
        return MITOCHONDRION if raw_chrom in ("chrM", "MT", "M") else CHROMOSOME
    wanted = dict(part.split("=", 1) for part in info.split(";") if "=" in part)
    kind = _ALT.get(alt, "other")
    by_depth = "D" in wanted["SVCLAIM"] if "SVCLAIM" in wanted else wanted.get("SVTYPE", "CNV") == "CNV"
    if kind == "open":
        words = record_id.split(":")
        kind = _ID.get(words[1], "open") if words[0] == "DRAGEN" and len(words) > 1 else "open"
    if kind == "other" or (kind != "reference" and not by_depth):
        return NOT_CNV
    start = int(raw_pos) if alt[0] == "<" else int(raw_pos) - 1
    if "END" in wanted:
        end = int(wanted["END"])
    elif "SVLEN" in wanted:
        end = start + abs(int(wanted["SVLEN"].split(",")[0]))
    elif "REFLEN" in wanted:
        end = start + int(wanted["REFLEN"])
    else:
        return NO_END
    if start < 0 or end <= start:
        return ORDER
    if end > LENGTHS[chrom]:
        return BEYOND
    fields = dict(zip(raw_format.split(":"), values.split(":"), strict=False))
    bins = int(fields["BC"]) if fields.get("BC", ".") != "." else None
    genotype = fields.get("GT", ".")
    copy_number = int(float(fields["CN"])) if fields.get("CN", ".") != "." else None
    typed = joint or "GT" in raw_format.split(":")
    empty = copy_number is None and not any(one.isdigit() for one in genotype)
    if typed and empty and (joint or kind not in ("reference", "loh")):
        return NO_GENOTYPE
    if kind == "reference":
        expected = expected_copy_number(chrom, start, end, sex, genotype)
        if not joint or copy_number is None or any(one in "123456789" for one in genotype):
            return ReferenceRow(chrom, start, end, bins)
        same = filled_in if "0" in genotype else varies_not
        if same(chrom, sex, copy_number, expected, genotype):
            return ReferenceRow(chrom, start, end, bins)
        kind = "open"
    if kind == "loh" and copy_number is None and record_id.startswith("DRAGEN:GAINLOH:"):
        kind = "gain"
    expected = expected_copy_number(chrom, start, end, sex, genotype)
    reference_alone = joint and "0" in genotype and set(genotype) <= set("0./|")
    if reference_alone:
        if filled_in(chrom, sex, copy_number, expected, genotype):
            return EXPECTED
    elif (
        typed
        and not empty
        and not any(one in "123456789" for one in genotype)
        and varies_not(chrom, sex, copy_number, expected, genotype)
    ):
        return EXPECTED
    call_class = _class(chrom, sex, copy_number, expected, kind)
    if call_class not in _DIRECTION:
        return call_class
    inside = _pseudo_autosomal_bases(chrom, start, end)
    return Call(
        chrom,
        start,
        end,
        _DIRECTION[call_class],
        call_class,
        copy_number,
        expected,
        _number(fields.get("SM", ".")),
        _number(raw_quality if raw_quality != "." else fields.get("QS", ".")),
        bins,
        fields["FT"] if fields.get("FT", ".") != "." else raw_filter,
        None if genotype == "." else genotype,
        0 < inside < end - start,
        _inward(wanted.get("CIPOS"), 1),
        _inward(wanted.get("CIEND"), 0),
    )


def _inward(interval: str | None, place: int) -> int | None:
    """The bound of a confidence interval that points into the event: the second of the start's, the first of the end's."""
    if interval is None:
        return None
    bound = int(interval.split(",")[place])
    return max(0, bound if place else -bound)


def varies_not(chrom: str, sex: str | None, copy_number: int | None, expected: int | None, genotype: str) -> bool:
    """Whether a copy number says no more than a genotype that names no other allele than the reference's.

    On Y a woman has none, or what a caller writes that gives everyone as many copies as the genotype has alleles.
    """
    if copy_number is None:
        return True
    if chrom == "chrY" and sex == "XX":
        return copy_number == 0 or (genotype != "." and copy_number == 1 + genotype.count("/") + genotype.count("|"))
    return copy_number == expected


def filled_in(chrom: str, sex: str | None, copy_number: int | None, expected: int | None, genotype: str) -> bool:
    """R2: whether a joint file's genotype of reference alleles alone has the copies that a merge writes into everybody: as
    many as it has alleles, or as are expected, none on Y in XX."""
    if copy_number is None or copy_number == 1 + genotype.count("/") + genotype.count("|"):
        return True
    return copy_number == (0 if chrom == "chrY" and sex == "XX" else expected)


def _number(text: str) -> float | None:
    """A finite decimal number, or None."""
    if text == ".":
        return None
    value = float(text)
    return value if abs(value) < float("inf") else None


def _pseudo_autosomal_bases(chrom: str, start: int, end: int) -> int:
    """Bases of `[start, end)` in PAR1 and PAR2."""
    return sum(max(0, min(end, last) - max(start, first - 1)) for first, last in PAR.get(chrom, ()))


def expected_copy_number(chrom: str, start: int, end: int, sex: str | None, genotype: str = ".") -> int | None:
    """R2: the alleles of the genotype, else by sex and place; none on Y in XX, nor on X and Y where the sex is unknown."""
    if chrom == "chrY" and sex == "XX":
        return None
    if genotype != ".":
        return len(genotype.replace("|", "/").split("/"))
    if chrom not in PAR or 2 * _pseudo_autosomal_bases(chrom, start, end) > end - start:
        return 2
    return {"XY": 1, "XX": 2}.get(sex or "")


_DIRECTION: Final = {
    "complete-loss": "loss",
    "partial-loss": "loss",
    "loss": "loss",
    "low-gain": "gain",
    "high-gain": "gain",
    "gain": "gain",
    "loh": "loh",
    "unexpected": "unexpected",
}


def _class(chrom: str, sex: str | None, copy_number: int | None, expected: int | None, kind: str) -> str:
    """R2: the class, or the reason why there is none."""
    if chrom == "chrY" and sex == "XX":
        return "unexpected"
    if copy_number is not None and expected is not None:
        if copy_number < expected:
            return "complete-loss" if copy_number == 0 else "partial-loss"
        if copy_number > expected:
            return "high-gain" if 2 * copy_number >= 5 * expected else "low-gain"
        return "loh" if kind == "loh" else EXPECTED
    return NO_DIRECTION if kind == "open" else kind


def join(calls: Iterable[Call]) -> list[Event]:
    """R3: calls that abut belong together, unless the joint is a step of the copy number between two sides of 3 bins."""
    lanes: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        lanes[call.chrom, call.direction].append(call)
    events = []
    for lane in lanes.values():
        begins: dict[int, list[int]] = defaultdict(list)
        ends = {call.end for call in lane}
        for number, call in enumerate(lane):
            begins[call.start].append(number)
        neighbours: dict[int, list[int]] = defaultdict(list)
        for number, call in enumerate(lane):
            for other in begins.get(call.end, ()):
                if not _is_step(call, lane[other]):
                    neighbours[number].append(other)
                    neighbours[other].append(number)
        reached: set[int] = set()
        for number in range(len(lane)):
            if number in reached:
                continue
            reached.add(number)
            together, ahead = [], [number]
            while ahead:
                one = ahead.pop()
                together.append(lane[one])
                for other in neighbours.get(one, ()):
                    if other not in reached:
                        reached.add(other)
                        ahead.append(other)
            events.append(_event(together, begins.keys(), ends))
    order = {chrom: number for number, chrom in enumerate(LENGTHS)}
    return sorted(events, key=lambda e: (order[e.chrom], e.start, e.end, e.direction))


def _is_step(left: Call, right: Call) -> bool:
    return left.copy_number != right.copy_number and (left.bins or 0) >= 3 and (right.bins or 0) >= 3


def _event(calls: list[Call], starts: Container[int], ends: Container[int]) -> Event:
    """One event of its calls; `starts` and `ends`: of all calls of the person, chromosome and direction."""
    calls.sort(key=lambda call: (call.start, call.end))

    def weight(call: Call) -> tuple[int, int]:
        known = call.copy_number is not None and call.expected is not None
        return call.bins or 0, abs(call.copy_number - call.expected) if known else 0  # type: ignore[operator]

    chief = max(calls, key=weight)
    start, end = calls[0].start, max(call.end for call in calls)
    qualities = [call.quality for call in calls if call.quality is not None]
    quality = max(qualities) if qualities else None
    ratio = _mean_ratio(calls)
    known_bins = [call.bins for call in calls if call.bins is not None]
    # R4: the filters of its calls together, less those that the whole does not earn
    filters = {name for call in calls for name in call.filters.split(";")} - {"PASS", ".", ""}
    is_far = ratio is not None and abs(ratio - 1) >= 0.2 - 1e-9
    if end - start >= 10_000:
        filters -= {"cnvLength"}
    if quality is not None and quality >= 10:
        filters -= {"cnvQual"}
    if is_far:
        filters -= {"cnvCopyRatio"}
    sensitive = filters <= {"cnvLength"} and (quality is None or quality >= 10) and (ratio is None or is_far)
    bins = sum(known_bins) if known_bins else None
    credible = sensitive and (bins is None or bins >= 2)
    return Event(
        chief.chrom,
        start,
        end,
        chief.direction,
        chief.call_class,
        chief.copy_number,
        chief.expected,
        ratio,
        quality,
        bins,
        ";".join(sorted(filters)) or "PASS",
        sensitive,
        credible,
        credible and not filters,
        tuple(calls),
        any(call.par_border for call in calls),
        *drawn_in(start, end, bins, calls, starts, ends),
    )


def drawn_in(
    start: int, end: int, bins: int | None, calls: list[Call], starts: Container[int], ends: Container[int]
) -> tuple[int, int]:
    """R7: the ends of an event of DRAGEN, which places them on bins, drawn in by their uncertainty.

    The record's own inward bound, else half the mean bin, else 500; at most a third of the event; nothing where two calls of
    the person abut. Of several records at one end the least sure holds.
    """

    def uncertainty(said: list[int | None], abuts: bool) -> int:
        if abuts:
            return 0
        told = [bases for bases in said if bases is not None]
        half_a_bin = (end - start) // (2 * bins) if bins else 500
        return min(max(told) if told else half_a_bin, (end - start) // 3)

    left = uncertainty([call.inward_start for call in calls if call.start == start], start in ends)
    right = uncertainty([call.inward_end for call in calls if call.end == end], end in starts)
    return start + left, end - right


def _mean_ratio(calls: list[Call]) -> float | None:
    """Copy ratio, weighted by bins; unweighted where no call with a ratio has bins."""
    known = [(call.ratio, call.bins or 0) for call in calls if call.ratio is not None]
    if not known:
        return None
    if len(known) == 1:
        return known[0][0]
    total = sum(bins for _, bins in known)
    if not total:
        return sum(ratio for ratio, _ in known) / len(known)
    return sum(ratio * bins for ratio, bins in known) / total


def union(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Intervals that touch or overlap made one, in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def shared_bases(merged: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> int:
    """Bases that two sets of intervals share, each disjoint in itself."""
    others = list(others)
    return sum(max(0, min(end, b) - max(start, a)) for start, end in merged for a, b in others)


def steps(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """How many of the intervals lie over each base: (start, end, how many), as few rows as possible, none with 0."""
    change: Counter[int] = Counter()
    for start, end in intervals:
        change[start] += 1
        change[end] -= 1
    rows, depth, since = [], 0, 0
    for at in sorted(place for place, by in change.items() if by):
        if depth:
            rows.append((since, at, depth))
        depth, since = depth + change[at], at
    return rows


def states(events: Iterable[Event], direction: str) -> list[tuple[int, int, int | None, bool, bool, bool]]:
    """R8: over each base of a person's events of one chromosome and direction: the copy number farthest from the expected,
    and whether a sensitive, a credible and a passing event covers it; (start, end, copy number, sensitive, credible,
    passing), neighbours joined."""
    mine = [event for event in events if event.direction == direction]
    bounds = sorted({event.start for event in mine} | {event.end for event in mine})
    rows: list[tuple[int, int, int | None, bool, bool, bool]] = []
    for start, end in pairwise(bounds):
        over = [event for event in mine if event.start <= start and event.end >= end]
        if not over:
            continue
        numbers = [event.copy_number for event in over if event.copy_number is not None]
        farthest = (min if direction == "loss" else max)(numbers) if numbers else None
        levels = [[event.sensitive, event.credible, event.passing] for event in over]
        state = (farthest, *(any(level) for level in zip(*levels, strict=True)))
        if rows and rows[-1][1] == start and rows[-1][2:] == state:
            rows[-1] = (rows[-1][0], end, *state)
        else:
            rows.append((start, end, *state))
    return rows


class Sample(NamedTuple):
    """One line of a sample table; `sex` is XX, XY or None."""

    name: str
    superpopulation: str
    population: str
    sex: str | None
    father: str | None
    mother: str | None
    unrelated: bool


def read_samples(path: Path, unrelated: Path | None = None) -> dict[str, Sample]:
    """The pedigree file, the IGSR table or our own TSV, by sample name."""
    lines = path.read_text("utf-8").splitlines()
    is_table = "\t" in lines[0]
    rows = [dict(zip(_cells(lines[0], is_table), _cells(line, is_table), strict=False)) for line in lines[1:]]
    listed = set(unrelated.read_text("utf-8").split()) if unrelated else None
    names = {row.get("SampleID") or row.get("Sample name") or row["sample"] for row in rows}
    samples = {}
    for row in rows:
        name = row.get("SampleID") or row.get("Sample name") or row["sample"]
        father = row.get("FatherID", row.get("father", "")) or "0"
        mother = row.get("MotherID", row.get("mother", "")) or "0"
        sex = (row.get("Sex") or row.get("sex") or "").lower()
        if listed is not None:
            is_unrelated = name in listed
        elif "unrelated" in row:
            is_unrelated = row["unrelated"].lower() in ("yes", "true", "1")
        elif "Sample name" in row:
            raise ValueError(
                "the table of IGSR does not tell who is unrelated: its phase 3 collection holds 2,977 samples"
            )
        else:
            is_unrelated = not {father, mother} & names
        above, population = (
            (row.get(name) or row.get(f"{name} code") or row.get(name.lower()) or "unknown").split(",")[0]
            for name in ("Superpopulation", "Population")
        )
        if population == "unknown" != above:
            population = f"{above}-unknown"
        samples[name] = Sample(
            name,
            above,
            population,
            {"1": "XY", "male": "XY", "xy": "XY", "2": "XX", "female": "XX", "xx": "XX"}.get(sex),
            None if father == "0" else father,
            None if mother == "0" else mother,
            is_unrelated,
        )
    return samples


def _cells(line: str, is_table: bool) -> list[str]:
    return line.split("\t") if is_table else line.split()


def read_cohort(
    paths: Iterable[Path], samples: Mapping[str, Sample], keep: Callable[[Event], bool] | None = None
) -> dict[str, Person]:
    """Everybody whose file can be read, by name. Of files with the same bytes one counts; files of one sample that differ
    contradict each other, and none counts."""
    by_sample: dict[str, list[tuple[str, Person]]] = defaultdict(list)
    for path in sorted(paths):
        name = _sample_of(path)
        sex = samples[name].sex if name in samples else None
        by_sample[name].append((hashlib.sha256(path.read_bytes()).hexdigest(), read_vcf(path, sex, keep)))
    return {
        name: found[0][1] for name, found in sorted(by_sample.items()) if len({checksum for checksum, _ in found}) == 1
    }


def _sample_of(path: Path) -> str:
    """The sample in the header."""
    with gzip.open(path, "rt") if path.read_bytes()[:2] == b"\x1f\x8b" else path.open() as lines:
        for line in lines:
            if line.startswith("#CHROM"):
                return line.rstrip("\r\n\t ").split("\t")[9]
    raise ValueError(f"{path} has no #CHROM line")


def contradicts_sex(person: Person, recorded: str | None) -> bool:
    """R2: a header that names the other sex; in XX genotypes of one allele over a tenth of X or copies of Y over a quarter
    of it; in XY genotypes of two alleles over a tenth of X."""
    if recorded is None:
        return False
    if person.caller_sex is not None and person.caller_sex != recorded:
        return True
    return bool(person.sex_signs & ({"Y", "haploid X"} if recorded == "XX" else {"diploid X"}))


Sign = tuple[str, int, int]
"""`Y`, `haploid X` or `diploid X`, and the interval that says so, 0-based."""


def unvaried_sign(line: str, fate: Call | ReferenceRow | str, joint: bool = False) -> Sign | None:
    """R2: what a record on X or Y that is no call says of the sex; in a `joint` file a copy of Y is that of one allele alone."""
    if isinstance(fate, Call) or (isinstance(fate, str) and fate != EXPECTED):
        return None
    columns = line.split("\t")
    fields = dict(zip(columns[8].split(":"), columns[9].split(":"), strict=False))
    genotype, number = fields.get("GT", "."), fields.get("CN", ".")
    chrom = _CHROMS[columns[0]]
    wanted = dict(part.split("=", 1) for part in columns[7].split(";") if "=" in part)
    start = int(columns[1]) - (columns[4][0] != "<")
    end = int(wanted["END"]) if "END" in wanted else None
    if end is None:
        end = start + abs(int((wanted.get("SVLEN") or wanted["REFLEN"]).split(",")[0]))
    copies = None if number == "." else int(float(number))
    single = genotype == "0" and copies == 1
    if chrom == "chrY" and (single or (not joint and isinstance(fate, ReferenceRow) and (copies or 0) >= 1)):
        return "Y", start, end
    if chrom == "chrX" and genotype != "." and (copies is not None or any(one.isdigit() for one in genotype)):
        return _ploidy_sign(genotype), start, end
    return None


def _ploidy_sign(genotype: str) -> str:
    return "diploid X" if "/" in genotype or "|" in genotype else "haploid X"


def sex_signs(events: Iterable[Event], unvaried: Iterable[Sign | None]) -> set[str]:
    """R2: what takes a tenth of X, or a quarter of Y, of the bases that tell the sex."""
    signs = [sign for sign in unvaried if sign]
    for event in events:
        for call in event.parts:
            if call.chrom == "chrY" and event.credible and (call.copy_number or 0) >= 1:
                signs.append(("Y", call.start, call.end))
            if call.chrom == "chrX" and call.genotype:
                signs.append((_ploidy_sign(call.genotype), call.start, call.end))
    found = set()
    for name, chrom, share in (("Y", "chrY", 4), ("haploid X", "chrX", 10), ("diploid X", "chrX", 10)):
        taken = union((start, end) for sign, start, end in signs if sign == name)
        own = _own_sequence(chrom)
        if share * shared_bases(taken, own) > sum(end - start for start, end in own):
            found.add(name)
    return found


_REGIONS: Final = Path(__file__).resolve().parents[2] / "data_prep" / "reference" / "problem_regions.tsv"


@cache
def _own_sequence(chrom: str) -> list[tuple[int, int]]:
    """R2: sequenced bases of X outside the pseudo-autosomal regions, of Y outside all problem regions."""
    rows = [line.split("\t") for line in _REGIONS.read_text("utf-8").splitlines()[1:]]
    kinds = {"gap", "telomere", "par"} if chrom == "chrX" else {row[0] for row in rows}
    left_out = union((int(row[2]), int(row[3])) for row in rows if row[1] == chrom and row[0] in kinds)
    bounds = [0, *(bound for interval in left_out for bound in interval), LENGTHS[chrom]]
    return [(start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=True) if start < end]


WHOLE: Final = (
    ("XX", "chrX", "loss", 1, "one X: X0 or a man"),
    ("XY", "chrX", "gain", 2, "two X: XXY or a woman"),
    ("XY", "chrY", "loss", 0, "no Y: lost, or a woman"),
)


class Mark(NamedTuple):
    """Why a person is left out on a chromosome."""

    chrom: str
    direction: str
    reasons: frozenset[str]
    """`one mixed`: an event over 3 Mb at the ratio of a mixture; `all mixed`: all together; `10 Mb`; `half`: of the chromosome."""
    events: int
    longest: int
    bases: int


def marks(
    person: Person,
    problem_regions: Iterable[tuple[str, int, int]],
    sequenced: Mapping[str, int],
    recorded: str | None = None,
) -> list[Mark]:
    """R11: chromosomes with large events outside problem regions, and in a person of a `recorded` sex one X instead of two,
    two instead of one, or no Y, over half of the bases that tell the sex. Large events mark whose copy ratio is that of a mixture
    of cells, or which are longer than a variant that somebody was born with.

    `problem_regions`: chrom, start, end, 0-based half-open, overlapping or not; `sequenced`: bases that are known sequence,
    by chromosome. An event lies outside if less than half of its bases are in them. "More than half of the chromosome's
    sequenced bases outside problem regions" compares such bases with such bases, whichever event has them; gaps are problem
    regions. Then all dense events are added up, else those outside.
    """
    regions: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for chrom, start, end in problem_regions:
        regions[chrom].append((start, end))
    dense: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in person.events:
        if not event.passing or event.direction not in ("loss", "gain"):
            continue
        if event.bins is None or event.bins * 1000 < 0.5 * event.length:
            continue
        dense[event.chrom, event.direction].append(event)
    found = []
    for (chrom, direction), every in sorted(dense.items()):
        hidden = union(regions[chrom])
        events = [e for e in every if 2 * shared_bases([(e.start, e.end)], hidden) < e.length]
        bases = sum(end - start for start, end in union((event.start, event.end) for event in events))
        is_share = 10 * bases > sequenced[chrom]
        is_large = is_share or any(event.length > 3_000_000 for event in events)
        single = all(event.expected == 1 for event in events)
        reasons = set()
        if any(e.length > 3_000_000 and is_mixture(e.ratio, direction, e.expected == 1) for e in events):
            reasons.add("one mixed")
        # where the one long event is all there is, it is told once
        if is_share and is_mixture(_mean_ratio_of(events), direction, single) and (len(events) > 1 or not reasons):
            reasons.add("all mixed")
        if is_large and bases > 10_000_000:
            reasons.add("10 Mb")
        covered = union((event.start, event.end) for event in every)
        open_bases = LENGTHS[chrom] - sum(end - start for start, end in hidden)
        if 2 * (sum(end - start for start, end in covered) - shared_bases(covered, hidden)) > open_bases:
            reasons.add("half")
            events, bases = every, sum(end - start for start, end in covered)
        if reasons:
            longest = max(event.length for event in events)
            found.append(Mark(chrom, direction, frozenset(reasons), len(events), longest, bases))
    for sex, chrom, direction, copies, reason in WHOLE:
        own = _own_sequence(chrom)
        events = {
            event: [call for call in event.parts if call.copy_number == copies and shared_bases([call[1:3]], own)]
            for event in person.events_on(chrom)
            if event.credible and event.direction == direction
        }
        events = {event: parts for event, parts in events.items() if parts}
        bases = shared_bases(union(call[1:3] for parts in events.values() for call in parts), own)
        if sex == recorded and 2 * bases > sum(end - start for start, end in own):
            found = [mark for mark in found if mark[:2] != (chrom, direction)]
            found.append(
                Mark(chrom, direction, frozenset({reason}), len(events), max(event.length for event in events), bases)
            )
    return sorted(found, key=lambda mark: mark[:2])


def is_mixture(ratio: float | None, direction: str, single: bool) -> bool:
    """R11: whether a copy ratio is that of a change in some of the cells; `single`: one copy is expected."""
    if ratio is None:
        return False
    low, high = (0.15 if single else 0.58, 0.85) if direction == "loss" else (1.15, 1.85 if single else 1.42)
    return low - 1e-6 <= ratio <= high + 1e-6


def _mean_ratio_of(events: Iterable[Event]) -> float | None:
    """The mean of the events' copy ratios, weighted by bins."""
    known = [(event.ratio, event.bins or 0) for event in events if event.ratio is not None]
    bins = sum(n for _, n in known)
    return sum(ratio * n for ratio, n in known) / bins if bins else None


def seen(person: Person) -> dict[str, list[tuple[int, int]]]:
    """R5: where the caller could see in a person whose file has reference rows: those rows and calls, of at least 0.5 bins
    per kb, by chromosome."""
    dense: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = [(row.chrom, row.start, row.end, row.bins) for row in person.reference_rows]
    rows += [(call.chrom, call.start, call.end, call.bins) for call in person.calls]
    for chrom, start, end, bins in rows:
        if bins is not None and bins * 1000 >= 0.5 * (end - start):
            dense[chrom].append((start, end))
    return {chrom: union(intervals) for chrom, intervals in dense.items()}


def callability(
    people: Iterable[Person], sexes: Mapping[str, str | None]
) -> dict[str, list[tuple[int, int, int, int]]]:
    """R5: how many could be seen at each base, of how many: (start, end, seen, samples) by chromosome, bases seen in nobody
    left out. Asked are the people whose files have reference rows, on Y the XY ones."""
    asked = [person for person in people if person.reference_rows]
    rows = {}
    for chrom in LENGTHS:
        here = [person for person in asked if chrom != "chrY" or sexes.get(person.sample) == "XY"]
        found = steps(interval for person in here for interval in seen(person).get(chrom, ()))
        if found:
            rows[chrom] = [(start, end, depth, len(here)) for start, end, depth in found]
    return rows


@dataclass(frozen=True)
class Place:
    """A gene or region, 0-based half-open; `coding` and `exons` are intervals of the representative transcript."""

    chrom: str
    start: int
    end: int
    coding: Sequence[tuple[int, int]] = ()
    exons: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True)
class Filters:
    """What is asked, in the words of rule R13."""

    classes: Collection[str] = ("loss", "gain")
    level: str = "credible"
    cohort: str = "unrelated"
    outliers: bool = False
    """Whether people marked on the chromosome are counted."""
    populations: Collection[str] = ()
    sex: str | None = None
    rule: str = "any"
    share: Fraction = Fraction(1, 2)
    """Of the rules `fraction` and `reciprocal`."""
    min_length: int | None = None
    max_length: int | None = None
    min_quality: float | None = None
    min_bins: int | None = None
    copy_numbers: Collection[int] = ()


@dataclass
class Counts:
    """People of a group: those counted, the carriers among them, and these by class; `without` gives no copy number."""

    carriers: int = 0
    samples: int = 0
    complete: int = 0
    partial: int = 0
    low: int = 0
    high: int = 0
    without: int = 0


class Carrier(NamedTuple):
    """Somebody who carries, as what at the place, and by which events."""

    call_class: str
    copy_number: int | None
    events: tuple[Event, ...]


_COUNT_OF: Final = {"complete-loss": "complete", "partial-loss": "partial", "low-gain": "low", "high-gain": "high"}


def count(
    people: Mapping[str, Person],
    samples: Mapping[str, Sample],
    place: Place,
    direction: str,
    filters: Filters | None = None,
    marked: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Counts]:
    """R5, R6: carriers of a loss or gain at a place, by group: `all`, super-populations, populations, XX and XY.

    `marked`: the marked chromosomes of each sample (R11). People whom the table does not name are of population `unknown`
    and not among the unrelated.
    """
    filters = filters or Filters()
    table: dict[str, Counts] = defaultdict(Counts)
    for name, person in people.items():
        sample = sample_of(person, samples)
        if not is_counted(person, sample, place.chrom, filters, (marked or {}).get(name, ())):
            continue
        found = carried(person, place, direction, filters)
        for group in {"all", sample.superpopulation, sample.population, sample.sex or "unknown sex"}:
            table[group].samples += 1
            if found:
                table[group].carriers += 1
                column = _COUNT_OF.get(found.call_class, "without")
                setattr(table[group], column, getattr(table[group], column) + 1)
    return dict(table)


def carriers(
    people: Mapping[str, Person],
    samples: Mapping[str, Sample],
    place: Place,
    direction: str,
    filters: Filters | None = None,
    marked: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Carrier]:
    """The carriers that `count` counts, by name."""
    filters = filters or Filters()
    found = {
        name: carried(person, place, direction, filters)
        for name, person in people.items()
        if is_counted(person, sample_of(person, samples), place.chrom, filters, (marked or {}).get(name, ()))
    }
    return {name: carrier for name, carrier in found.items() if carrier}


def sample_of(person: Person, samples: Mapping[str, Sample]) -> Sample:
    """The person's line of the sample table; the sex of the header where the table gives none."""
    known = samples.get(person.sample) or Sample(person.sample, "unknown", "unknown", None, None, None, False)
    return known if known.sex else known._replace(sex=person.caller_sex)


def is_counted(person: Person, sample: Sample, chrom: str, filters: Filters, marked: Collection[str]) -> bool:
    """R5 and R2: whether the person stands in the denominator on the chromosome."""
    if filters.cohort == "unrelated" and not sample.unrelated:
        return False
    if filters.populations and not {sample.population, sample.superpopulation} & set(filters.populations):
        return False
    if filters.sex and sample.sex != filters.sex:
        return False
    if chrom == "chrY" and sample.sex != "XY":
        return False
    if chrom in ("chrX", "chrY") and contradicts_sex(person, sample.sex):
        return False
    return filters.outliers or chrom not in marked


def passes(event: Event, direction: str, filters: Filters) -> bool:
    """R4 and what stands beside the levels: whether the event is looked at."""
    if event.direction != direction:
        return False
    levels = {"all": True, "sensitive": event.sensitive, "credible": event.credible, "pass": event.passing}
    if not levels[filters.level]:
        return False
    if filters.min_length is not None and event.length < filters.min_length:
        return False
    if filters.max_length is not None and event.length > filters.max_length:
        return False
    if filters.min_quality is not None and (event.quality is None or event.quality < filters.min_quality):
        return False
    return filters.min_bins is None or (event.bins is not None and event.bins >= filters.min_bins)


def carried(person: Person, place: Place, direction: str, filters: Filters) -> Carrier | None:
    """R7: what the person carries at the place, None if nothing.

    `covers`: one piece of the union leaves at most 1 kb, and at most a tenth of the place, uncovered at the start and as much
    at the end. `class` and copy number are those at the place, asked after the rule:

    A carrier's copy number at G is the lowest n (loss) or highest n (gain) for which the calls with n copies or fewer (or
    more) alone, abutting ones joined and ends drawn in as the rule does, still meet the rule in force. A call's drawn-in
    extent is the call clipped to [event.inner_start, event.inner_end); the union of the calls with copy number <= n so
    clipped must meet the rule; calls without a number belong to no n; if no n meets it the class is `loss` or `gain`. The
    class of n is against the expected copies of the calls with that number there.
    """
    events = [
        event
        for event in person.events
        if event.chrom == place.chrom
        and event.start < place.end
        and event.end > place.start
        and passes(event, direction, filters)
    ]
    if filters.rule == "within":
        events = [event for event in events if place.start <= event.start and event.end <= place.end]
    if filters.rule == "reciprocal":
        events = [
            event
            for event in events
            if (min(event.end, place.end) - max(event.start, place.start))
            >= filters.share * max(event.length, place.end - place.start)
        ]
    drawn = is_drawn_in(place, direction, filters.rule)
    merged = union((event.inner_start, event.inner_end) if drawn else (event.start, event.end) for event in events)
    if not merged or not _meets(merged, place, direction, filters):
        return None
    if filters.rule in ("within", "reciprocal"):
        found = _carrier_by_event(events, direction)
    else:
        found = _carrier_by_calls(events, place, direction, filters, drawn)
    if filters.copy_numbers and found.copy_number not in filters.copy_numbers:
        return None
    return found if {found.call_class, direction} & set(filters.classes) else None


def is_drawn_in(place: Place, direction: str, rule: str) -> bool:
    """R7: whether a rule looks at events with their ends drawn in: `coding`, of losses, of a gene with a transcript."""
    return rule == "coding" and direction == "loss" and bool(place.coding or place.exons)


def _meets(merged: list[tuple[int, int]], place: Place, direction: str, filters: Filters) -> bool:
    touched = shared_bases(merged, [(place.start, place.end)]) > 0
    if filters.rule == "covers":
        spare = min(Fraction(1000), Fraction(place.end - place.start, 10))
        return any(start <= place.start + spare and end >= place.end - spare for start, end in merged)
    if filters.rule == "fraction":
        return shared_bases(merged, [(place.start, place.end)]) >= filters.share * (place.end - place.start)
    if filters.rule in ("coding", "coding-touch"):
        pieces = union(place.coding or place.exons)
        if not pieces:
            return touched
        taken, all_of_it = shared_bases(merged, pieces), sum(end - start for start, end in pieces)
        return taken > 0 if direction == "loss" else 4 * taken >= 3 * all_of_it
    return touched


def _carrier_by_event(events: list[Event], direction: str) -> Carrier:
    """The event's own number; of several events the lowest of a loss, the highest of a gain."""
    numbers = [event.copy_number for event in events if event.copy_number is not None]
    if not numbers:
        return Carrier(direction, None, tuple(events))
    number = (min if direction == "loss" else max)(numbers)
    classes = {event.call_class for event in events if event.copy_number == number}
    return Carrier(next(name for name in _ORDER if name in classes), number, tuple(events))


_ORDER: Final = ("complete-loss", "partial-loss", "high-gain", "low-gain", "loss", "gain")
"""Of calls of one copy number at a place the class that is told."""


def _carrier_by_calls(events: list[Event], place: Place, direction: str, filters: Filters, drawn: bool) -> Carrier:
    calls = [
        (call, max(call.start, event.inner_start), min(call.end, event.inner_end))
        if drawn
        else (call, call.start, call.end)
        for event in events
        for call in event.parts
    ]
    numbers = sorted({call.copy_number for call, *_ in calls if call.copy_number is not None})
    for number in numbers if direction == "loss" else reversed(numbers):
        there = [
            (start, end)
            for call, start, end in calls
            if call.copy_number is not None
            and (call.copy_number <= number if direction == "loss" else call.copy_number >= number)
            and start < end
        ]
        if _meets(union(there), place, direction, filters):
            here = [
                call for call, start, end in calls
                if call.copy_number == number and start < end and start < place.end and end > place.start
            ]  # fmt: skip
            classes = {call.call_class for call in here}
            return Carrier(next(name for name in _ORDER if name in classes), number, tuple(events))
    return Carrier(direction, None, tuple(events))
