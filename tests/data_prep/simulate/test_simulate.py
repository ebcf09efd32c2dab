"""The demonstration cohort against published figures, a real file, and its own truth read back line by line.

VCFs are read here by splitting lines, events made by a loop: nothing of the simulator says what is expected of it.
"""

import csv
import gzip
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.simulate import CohortError, write_cohort
from data_prep.simulate.cohort import simulate
from data_prep.simulate.conflicts import mask_conflicts
from data_prep.simulate.panel import sample_table
from data_prep.simulate.parts import DE_NOVO, NOISE, PRIVATE, YES, make_parts
from data_prep.simulate.vcf import ratio_text
from tests.shared_cohorts import whole_demonstration

Measure = Callable[[list["Record"]], float]

SOME = 200
"""Samples of the small cohort: the first ones of any larger."""

SUPERPOPULATIONS = ("AFR", "AMR", "EAS", "EUR", "SAS")

PUBLISHED = {
    "GSTM1": ("chr1", 109_687_569, 109_697_444, (0.497, 0.695, 0.762, 0.728, 0.570)),
    "OR51A2": ("chr11", 4_945_654, 4_955_199, (0.250, 0.480, 0.319, 0.391, 0.252)),
    "SIRPB1": ("chr20", 1_580_151, 1_613_199, (0.921, 0.653, 0.787, 0.790, 0.859)),
    "NEGR1": ("chr1", 72_289_205, 72_345_923, (0.531, 0.703, 0.934, 0.641, 0.621)),
    "ADAM3A": ("chr8", 39_375_061, 39_529_533, (0.092, 0.412, 0.149, 0.428, 0.351)),
}
"""Deletion allele frequencies of phase 3, and where DRAGEN reports the deletion in HG00096 (0-based, half-open)."""
RHD_GENE = ("chr1", 25_272_509, 25_330_445, (0.158, 0.218, 0.047, 0.400, 0.228))
APOBEC3B_GENE = ("chr22", 38_982_347, 38_992_804, (0.009, 0.577, 0.369, 0.060, None))
"""Kidd et al. 2007: African, Amerindian, East Asian and European; South Asia has no published figure."""

SMN = {"SMN2": ("chr5", 70_049_638, 70_078_522), "SMN1": ("chr5", 70_925_030, 70_953_942)}
PAR = ((10_000, 2_781_479), (155_701_382, 156_030_895))
CHROMOSOMES = [f"chr{name}" for name in (*range(1, 23), "X", "Y")]


@dataclass(frozen=True)
class Record:
    """One line of a file: `[start, end)` 0-based."""

    line: str
    chrom: str
    start: int
    end: int
    word: str
    quality: int
    filters: str
    genotype: str
    ratio: float
    copies: int
    bins: int
    pairs: tuple[int, int]

    @property
    def length(self) -> int:
        return self.end - self.start


LINE = re.compile(
    r"(chr(?:\d+|X|Y))\t(\d+)\tDRAGEN:(LOSS|GAIN|REF):\1:(\d+)-(\d+)\tN\t(<DEL>|<DUP>|\.)\t(\d+)\t([A-Za-z;]+)\t"
    r"(?:SVLEN=(-?\d+);)?(?:SVTYPE=(CNV);)?END=(\d+);REFLEN=(\d+)\tGT:SM:CN:BC:PE\t"
    r"(0/1|1/1|\./1|\./\.|0|1):([0-9.e-]+):(\d+):(\d+):(\d+),(\d+)"
)


def parse(line: str) -> Record:
    found = LINE.fullmatch(line)
    assert found, line
    chrom, pos, word, first, last, alt, quality, filters, svlen, svtype, end, reflen, gt, sm, cn, bc, pe1, pe2 = (
        found.groups()
    )
    start = int(pos) - 1 if word == "REF" else int(pos)
    record = Record(
        line, chrom, start, int(end), word, int(quality), filters, gt, float(sm), int(cn), int(bc), (int(pe1), int(pe2))
    )
    assert alt == {"LOSS": "<DEL>", "GAIN": "<DUP>", "REF": "."}[word], line
    assert (int(first), int(last)) == (start + 1, int(end)), line
    assert int(reflen) == record.length > 0, line
    assert (svtype is None) == (word == "REF"), line
    assert svlen is None or int(svlen) == (-record.length if word == "LOSS" else record.length), line
    return record


def read(path: Path) -> tuple[list[str], list[Record]]:
    """Header lines and records of a file."""
    text = gzip.decompress(path.read_bytes()).decode()
    assert text.endswith("\n")
    lines = text.splitlines()
    header = [line for line in lines if line.startswith("#")]
    return header, [parse(line) for line in lines[len(header) :]]


def vcf(folder: Path, sample: str) -> Path:
    return folder / "vcf" / f"{sample}.cnv.vcf.gz"


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def table(folder: Path) -> dict[str, dict[str, str]]:
    return {row["sample"]: row for row in rows(folder / "samples.tsv")}


def expected_copies(record: Record, sex: str) -> int:
    """R2: a record across a PAR border takes the rule of its larger part."""
    if record.chrom == "chrY":
        return 1
    if record.chrom == "chrX" and sex == "XY":
        inside = sum(max(0, min(record.end, high) - max(record.start, low)) for low, high in PAR)
        return 2 if 2 * inside > record.length else 1
    return 2


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("older")
    write_cohort(out, SOME, 1, "3.5.7b", jobs=2)
    return out


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("newer")
    write_cohort(out, 60, 1, "3.7.6", jobs=1)
    return out


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_demonstration(tmp_path_factory)


@pytest.fixture(scope="module")
def truth(whole: Path) -> pl.DataFrame:
    """truth.tsv of the whole cohort."""
    return pl.read_csv(whole / "truth.tsv", separator="\t", infer_schema_length=None)


def test_writes_header_of_the_real_file(older: Path, newer: Path, shared: Path) -> None:
    real = (shared / "data" / "dragen-3.5.7b-HG00096.cnv.vcf").read_text().splitlines()
    real = [line for line in real if line.startswith("#")]
    sexes = {name: row["sex"] for name, row in table(older).items()}
    for sample in ("SIM00001", "SIM00004"):
        header, _ = read(vcf(older, sample))
        added = [line for line in header if line.startswith("##simulated=")]
        assert len(added) == 1
        header.remove(added[0])
        word = {"XY": "male", "XX": "female"}[sexes[sample]]
        assert header == [
            line.replace("HG00096", sample).replace("--sample-sex male", f"--sample-sex {word}") for line in real
        ]
    header, _ = read(vcf(newer, "SIM00004"))
    older_header, _ = read(vcf(older, "SIM00004"))
    extra = set(header) - set(older_header)
    assert sorted(line[:20] for line in extra) == ["##DRAGENVersion=<ID=", "##INFO=<ID=SVLEN,Num"]
    assert any(".3.7.6," in line for line in extra)


@pytest.mark.parametrize("release", ["3.5.7b", "3.7.6"])
def test_every_record_keeps_the_rules_of_the_format(release: str, older: Path, newer: Path) -> None:
    folder = older if release == "3.5.7b" else newer
    for sample, row in list(table(folder).items())[:60]:
        header, records = read(vcf(folder, sample))
        assert header[-1].split("\t")[9] == sample
        calls = [r for r in records if r.word != "REF"]
        assert (len(calls) == len(records)) == (release == "3.5.7b")
        assert all(("SVLEN=" in r.line) == (release != "3.5.7b") for r in calls)
        order = [(CHROMOSOMES.index(r.chrom), r.start) for r in records]
        assert order == sorted(order)
        for one, two in pairwise(records):
            assert one.chrom != two.chrom or one.end <= two.start, (one.line, two.line)
            if one.chrom == two.chrom and one.end == two.start:
                assert one.pairs[1] == two.pairs[0], "a joint has one count of read pairs"
        for r in records:
            check_values(r, row["sex"], release)


def check_values(r: Record, sex: str, release: str) -> None:
    expected = expected_copies(r, sex)
    assert r.chrom != "chrY" or sex == "XY"
    assert r.length >= 1_000 * r.bins >= 1_000
    assert 0 <= r.quality <= 150
    if r.word == "REF":
        assert (r.genotype, r.copies) == (("./.", 2) if expected == 2 else ("0", 1)), r.line
        assert r.filters == "PASS"
        assert abs(r.ratio - 1) <= 0.2
        return
    assert (r.copies < expected) == (r.word == "LOSS"), r.line
    assert r.copies != expected
    if expected == 1:
        assert r.genotype == "1"
    elif r.word == "GAIN":
        assert r.genotype == "./1"
    else:
        assert r.genotype == ("1/1" if r.copies == 0 else "0/1")
    earned = []
    if r.length < 10_000:
        earned.append("cnvLength")
    if r.quality < 10:
        earned.append("cnvQual")
    if r.length > 80_000 and 1_000 * r.bins / r.length < 0.2:
        earned.append("cnvBinSupportRatio")
    if abs(r.ratio - 1) < 0.2:
        earned.append("cnvCopyRatio")
    if release == "3.5.7b":
        earned = earned[:1]
    assert r.filters == (";".join(earned) or "PASS"), r.line
    if r.word == "GAIN":
        assert r.ratio > 1.2
    else:
        assert r.ratio < 0.8


def test_ratios_are_printed_as_the_caller_does(older: Path) -> None:
    texts = [r.line.split(":")[-4] for name in list(table(older))[:20] for r in read(vcf(older, name))[1]]
    assert all(text == f"{float(text):.6g}" for text in texts)
    assert "1.00369e-09" in texts
    assert len(set(texts)) > 3_000


def test_a_ratio_has_six_digits_and_no_zeros_at_its_end() -> None:
    texts = ["1.00369e-09", "4.78728e-06", "0.0156287", "0.5", "1", "2.125", "27.6755", "91.2239"]
    assert ratio_text(np.array([float(text) for text in texts])).to_list() == texts


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.sampled_from([PRIVATE, DE_NOVO, NOISE]), st.integers(0, 60), st.integers(1, 12)
        ),
        min_size=1,
        max_size=14,
    )
)
def test_no_two_calls_of_a_person_overlap_or_touch(drawn: list[tuple[int, int, int, int]]) -> None:
    person, kind, begin, length = (np.array(column) for column in zip(*drawn, strict=True))
    end = begin + length
    parts = make_parts(
        person=person,
        kind=kind,
        source=0,
        owner=1,
        begin=begin,
        end=end,
        true_begin=begin,
        true_end=end,
        true_copies=1,
        expected=2,
        aimed=1,
        ratio=np.nan,
        pairs=1.0,
        outcome=YES,
    )
    kept = mask_conflicts(parts).outcome == YES

    def touch(i: int, j: int) -> bool:
        return bool(person[i] == person[j] and begin[i] <= end[j] and begin[j] <= end[i])

    everyone = range(len(drawn))
    for i in everyone:
        others = [j for j in everyone if j != i and touch(i, j)]
        assert not kept[i] or not any(kept[j] for j in others)
        assert kept[i] or others, "nothing is masked without a reason"
        if kind[i] != NOISE and all(kind[j] == NOISE for j in others):
            assert kept[i], "an event of the genome wins over noise"


def test_sizes_by_population_and_sex_are_those_of_the_panel(shared: Path) -> None:
    people = sample_table(3_202).to_dicts()
    counts = Counter((p["population"], p["sex"], p["unrelated"]) for p in people)
    children = Counter(p["population"] for p in people if p["father"] and p["mother"])
    published = list(csv.DictReader((shared / "data" / "populations.tsv").open(), delimiter="\t"))
    assert len(published) == len({p["population"] for p in people}) == 26
    for row in published:
        p = row["population"]
        for sex, word in (("XY", "males"), ("XX", "females")):
            assert counts[p, sex, "yes"] == int(row[f"{word}_2504"])
            assert counts[p, sex, "yes"] + counts[p, sex, "no"] == int(row[f"{word}_3202"])
        assert children[p] == int(row["trio_children"])
        assert {q["superpopulation"] for q in people if q["population"] == p} == {row["superpopulation"]}
    assert sum(children.values()) == 602
    assert sum(p["unrelated"] == "yes" and p["father"] != "" for p in people) == 5


def test_families_stand_together_parents_first() -> None:
    seen: dict[str, dict[str, str]] = {}
    for person in sample_table(7_000).to_dicts():
        if person["father"]:
            father, mother = seen[person["father"]], seen[person["mother"]]
            assert (father["sex"], mother["sex"]) == ("XY", "XX")
            assert {father["family"], mother["family"]} == {person["family"]}
            assert {father["population"], mother["population"]} == {person["population"]}
        assert re.fullmatch(r"SIM\d{5}", person["sample"])
        seen[person["sample"]] = person
    names = list(seen)
    assert len(names) == 7_000
    assert len({p["population"] for p in list(seen.values())[:100]}) == 26
    # after the panel has run out the same pattern begins again, with new families
    assert seen[names[0]]["population"] == seen[names[3_202]]["population"]
    families = defaultdict(set)
    for number, person in enumerate(seen.values()):
        families[person["family"]].add(number // 3_202)
    assert all(len(cycles) == 1 for cycles in families.values())


def test_growing_the_cohort_changes_nobody(tmp_path: Path, older: Path) -> None:
    few = tmp_path / "few"
    write_cohort(few, 70, 1, "3.5.7b", jobs=1)
    for sample in table(few):
        assert vcf(few, sample).read_bytes() == vcf(older, sample).read_bytes()
    assert len(list((few / "vcf").iterdir())) == 70
    for name in ("truth.tsv", "samples.tsv"):
        assert (older / name).read_bytes().startswith((few / name).read_bytes())


def test_another_seed_is_another_cohort(tmp_path: Path, older: Path) -> None:
    write_cohort(tmp_path, 3, 2, "3.5.7b")
    assert vcf(tmp_path, "SIM00001").read_bytes() != vcf(older, "SIM00001").read_bytes()
    assert (older / "samples.tsv").read_bytes().startswith((tmp_path / "samples.tsv").read_bytes())


def test_seed_draws_the_people_anew(tmp_path: Path, older: Path) -> None:
    """Also where the frequency is published, and so the same for every seed."""
    write_cohort(tmp_path, 100, 2, "3.5.7b", jobs=1)
    names = set(table(tmp_path))
    copies, cell_lines = [], []
    for folder in (older, tmp_path):
        truth = [row for row in rows(folder / "truth.tsv") if row["sample"] in names]
        gstm1 = [row for row in truth if row["event"].startswith("GSTM1:")]
        copies.append({row["sample"]: row["true_copy_number"] for row in gstm1})
        cell_lines.append({row["event"] for row in truth if row["kind"] == "cell-line"})
    assert cell_lines[0] != cell_lines[1]
    same = sum(copies[0].get(name, "2") == copies[1].get(name, "2") for name in names)
    assert 20 < same < 75


def test_both_releases_hold_the_same_calls(older: Path, newer: Path) -> None:
    for sample in list(table(newer))[:10]:
        old = [(r.chrom, r.start, r.end, r.copies, r.quality, r.ratio) for r in read(vcf(older, sample))[1]]
        new = [
            (r.chrom, r.start, r.end, r.copies, r.quality, r.ratio)
            for r in read(vcf(newer, sample))[1]
            if r.word != "REF"
        ]
        assert old == new


def chain(records: list[Record]) -> list[list[Record]]:
    """R3, one record after the other."""
    events: list[list[Record]] = []
    for r in records:
        last = events[-1][-1] if events else None
        joined = last is not None and (last.chrom, last.end, last.word) == (r.chrom, r.start, r.word)
        if joined and last is not None and not (last.copies != r.copies and last.bins >= 3 and r.bins >= 3):
            events[-1].append(r)
        else:
            events.append([r])
    return events


def event_row(parts: list[Record], sex: str) -> dict[str, object]:
    """R3 and R4 for the event of these records, as truth.tsv must have it."""
    expected = expected_copies(parts[0], sex)
    chief = max(parts, key=lambda r: (r.bins, abs(r.copies - expected)))
    length = parts[-1].end - parts[0].start
    bins = sum(r.bins for r in parts)
    ratio = sum(r.ratio * r.bins for r in parts) / bins
    quality = max(r.quality for r in parts)
    left = {name for r in parts for name in r.filters.split(";")} - {"PASS"}
    if length >= 10_000:
        left.discard("cnvLength")
    if quality >= 10:
        left.discard("cnvQual")
    if abs(ratio - 1) >= 0.2:
        left.discard("cnvCopyRatio")
    credible = left <= {"cnvLength"} and quality >= 10 and abs(ratio - 1) >= 0.2
    return {
        "direction": parts[0].word.lower(),
        "expected": expected,
        "copies": chief.copies,
        "bins": bins,
        "parts": len(parts),
        "quality": quality,
        "ratio": ratio,
        "filters": left,
        "level": "all" if not credible else "sensitive" if bins < 2 else "credible" if left else "pass",
    }


@pytest.mark.parametrize("release", ["3.5.7b", "3.7.6"])
def test_truth_is_what_a_plain_reading_of_the_files_gives(release: str, older: Path, newer: Path) -> None:
    folder = older if release == "3.5.7b" else newer
    people = table(folder)
    truth: dict[str, dict[tuple[str, int, int], dict[str, str]]] = defaultdict(dict)
    missed = 0
    for row in rows(folder / "truth.tsv"):
        if row["called"] == "yes":
            place = row["chrom"], int(row["called_start"]), int(row["called_end"])
            assert place not in truth[row["sample"]]
            truth[row["sample"]][place] = row
        else:
            missed += 1
            assert all(
                row[name] == ""
                for name in ("called_start", "called_copy_number", "parts", "quality", "filters", "level")
            )
    assert missed > 50 * len(people)
    joined = 0
    for sample, person in people.items():
        calls = [r for r in read(vcf(folder, sample))[1] if r.word != "REF"]
        read_events = {(p[0].chrom, p[0].start, p[-1].end): event_row(p, person["sex"]) for p in chain(calls)}
        assert read_events.keys() == truth[sample].keys()
        for place, event in read_events.items():
            row = truth[sample][place]
            assert row["direction"] == event["direction"]
            assert int(row["expected_copy_number"]) == event["expected"]
            assert int(row["called_copy_number"]) == event["copies"]
            assert int(row["bins"]) == event["bins"]
            assert int(row["parts"]) == event["parts"]
            assert int(row["quality"]) == event["quality"]
            assert float(row["copy_ratio"]) == pytest.approx(event["ratio"], abs=1e-6)
            assert set(row["filters"].split(";")) - {"PASS"} == event["filters"]
            assert row["level"] == event["level"]
            joined += int(row["parts"]) > 1
    assert joined > 15 * len(people), "events cut into abutting pieces are common, as in HG00096"


def test_simulated_events_touch_only_where_it_is_meant(older: Path) -> None:
    begins: dict[tuple[str, str, int], dict[str, str]] = {}
    called = [row for row in rows(older / "truth.tsv") if row["called"] == "yes"]
    for row in called:
        begins[row["sample"], row["chrom"], int(row["called_start"])] = row
    steps = 0
    for row in called:
        neighbour = begins.get((row["sample"], row["chrom"], int(row["called_end"])))
        if neighbour is not None:
            steps += 1
            assert neighbour["event"] == row["event"] or row["kind"] == neighbour["kind"] == "immune"
    assert steps > 20, "copy-number steps with two solid sides are two events (R3)"


@pytest.mark.cohort
def test_children_inherit_what_their_parents_have(whole: Path, truth: pl.DataFrame) -> None:
    people = table(whole)
    trios = [(name, p["father"], p["mother"]) for name, p in people.items() if p["father"]]
    assert len(trios) == 602
    families: dict[str, set[tuple[str, str, str]]] = {}
    for trio in trios:
        for name in trio:
            families.setdefault(name, set()).add(trio)
    passed_on, single = 0, 0
    kinds = ["common-deletion", "rare", "private", "recurrent", "large"]
    losses = truth.filter(pl.col("kind").is_in(kinds), direction="loss")
    losses = (
        losses.filter(pl.col("chrom") != "chrY")
        .group_by("event", "sample")
        .agg(pl.col("true_copy_number").min(), pl.col("chrom").first(), pl.col("start").min())
    )
    for (event,), carriers in losses.group_by("event"):
        chrom, start = carriers.item(0, "chrom"), carriers.item(0, "start")
        copies = dict(carriers.select("sample", "true_copy_number").iter_rows())
        haploid = chrom == "chrX" and not any(low < start < high for low, high in PAR)
        for child, father, mother in set().union(*(families.get(name, ()) for name in copies)):
            c, f, m = (copies.get(name) for name in (child, father, mother))
            son = people[child]["sex"] == "XY"
            if haploid:
                lost = (1 if son else 2) - (c if c is not None else 1 if son else 2)
                mothers = 2 - (m if m is not None else 2)
                fathers = 0 if son or f is None else 1
                least = fathers + (mothers == 2)
                most = fathers + (mothers > 0)
            else:
                lost = 2 - (c if c is not None else 2)
                both = [2 - (x if x is not None else 2) for x in (f, m)]
                least, most = sum(n == 2 for n in both), sum(n > 0 for n in both)
                if both == [0, 1]:
                    single += 1
                    passed_on += lost
            assert least <= lost <= most, (event, child, c, f, m)
    assert single > 10_000
    assert passed_on / single == pytest.approx(0.5, abs=0.02)


@pytest.mark.cohort
def test_published_deletions_have_their_frequencies(whole: Path, truth: pl.DataFrame, shared: Path) -> None:
    people = table(whole)
    unrelated = {name: p["superpopulation"] for name, p in people.items() if p["unrelated"] == "yes"}
    sizes = Counter(unrelated.values())
    published = {(c, s, e): f for c, s, e, f in PUBLISHED.values()}
    for row in rows(shared / "data" / "hg38_common_deletions_phase3_AF.tsv"):
        place = row["chrom38"], int(row["start38"]) - 1, int(row["end38"])
        published[place] = tuple(float(row[f"{s}_AF"]) for s in SUPERPOPULATIONS)
    assert len(published) == 158
    # a ragged edge is part of the row; a step is a row of its own, beside the place
    alleles = truth.filter(pl.col("kind").is_in(["common-deletion", "rare"]), pl.col("sample").is_in(list(unrelated)))
    for gene, (chrom, start, end, frequencies) in {"RHD": RHD_GENE, "APOBEC3B": APOBEC3B_GENE}.items():
        over = alleles.filter(
            pl.col("event").str.starts_with(gene), pl.col("start") <= start, pl.col("end") >= end - 1_000, chrom=chrom
        )
        places = over.select("chrom", "start", "end").unique().rows()
        assert len(places) == 1, gene
        published[places[0]] = frequencies
    lost: dict[tuple[str, int, int], Counter[str]] = defaultdict(Counter)
    for chrom, start, end, name, copies in alleles.select(
        "chrom", "start", "end", "sample", "true_copy_number"
    ).iter_rows():
        lost[chrom, start, end][unrelated[name]] += 2 - copies
    deviations = []
    for place, frequencies in published.items():
        for superpopulation, q in zip(SUPERPOPULATIONS, frequencies, strict=True):
            if q is None:
                continue
            n = 2 * sizes[superpopulation]
            if 0 < q < 1:
                deviations.append((lost[place][superpopulation] / n - q) / (q * (1 - q) / n) ** 0.5)
            else:
                assert lost[place][superpopulation] == n * q
    assert len(deviations) > 700
    # binomial sampling error: standard deviates, none beyond what so many of them reach
    assert abs(mean(deviations)) < 0.15
    assert 0.85 < mean(d * d for d in deviations) < 1.2
    assert max(map(abs, deviations)) < 5


@pytest.mark.cohort
def test_heterozygotes_are_missed_the_more_the_fewer_bins(truth: pl.DataFrame) -> None:
    one_of_two = truth.filter(
        pl.col("kind").is_in(["common-deletion", "rare", "private"]),
        pl.col("called") != "masked",
        true_copy_number=1,
        expected_copy_number=2,
    )
    length, found = pl.col("end") - pl.col("start"), (pl.col("called") == "yes").mean()
    shares = [
        one_of_two.filter(length.is_between(low, high)).select(found).item()
        for low, high in ((0, 1_999), (2_000, 2_999), (3_000, 300_000_000))
    ]
    # R6: 8 of 53 at 1 to 2 kb, 71 of 82 at 3 kb and more
    assert shares[0] == pytest.approx(8 / 53, abs=0.05)
    assert shares[2] == pytest.approx(71 / 82, abs=0.04)
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.cohort
def test_cell_lines_stand_out_and_nothing_else_does(truth: pl.DataFrame) -> None:
    """R11, without its problem regions: PASS, half a bin per kb, over 3 Mb."""
    length = pl.col("called_end") - pl.col("called_start")
    long_events = truth.filter(pl.col("level") == "pass", length > 3_000_000, pl.col("bins") * 1_000 >= 0.5 * length)
    assert set(long_events.get_column("kind")) == {"cell-line", "large"}
    # a mixture of cells has a ratio between those of whole copies; what is no mixture adds up to more than any variant
    over = pl.col("expected_copy_number") == 1
    apart = (pl.col("copy_ratio") - 1).abs()
    mixed = (
        pl.when(over)
        .then(apart.is_between(0.15, 0.85))
        .otherwise(pl.col("copy_ratio").is_between(0.58, 0.85) | pl.col("copy_ratio").is_between(1.15, 1.42))
    )
    of_chromosome = long_events.with_columns(
        mixed=mixed, bases=length.sum().over("sample", "chrom", "direction")
    ).filter(pl.col("mixed") | (pl.col("bases") > 10_000_000))
    assert set(of_chromosome.get_column("kind")) == {"cell-line"}
    marked = set(of_chromosome.select("sample", "chrom").iter_rows())
    changed = truth.filter(kind="cell-line")
    autosomal = changed.filter(~pl.col("chrom").is_in(["chrX", "chrY"])).get_column("sample").n_unique()
    assert 0.03 < autosomal / 3_202 < 0.05
    called = Counter(changed.filter(called="yes").select("sample", "chrom").iter_rows())
    missed = Counter(changed.filter(called="not-above-threshold").select("sample", "chrom").iter_rows())
    assert len(missed) > 20
    assert not missed.keys() & called.keys()
    assert len(called.keys() & marked) / len(called) > 0.95
    assert not missed.keys() & marked
    stretches = {
        (name, chrom)
        for name, chrom, start, end in changed.filter(called="yes")
        .select("sample", "chrom", "start", "end")
        .iter_rows()
        if called[name, chrom] == 1 and end - start <= 20_100_000
    }
    assert len(stretches) > 3, "some changes are of a stretch of 4 to 20 Mb"
    assert all(3 <= segments <= 13 for where, segments in called.items() if where not in stretches)
    gained = Counter(chrom for _, chrom in called)
    assert gained["chr12"] > gained["chr9"] > gained["chr15"]


@pytest.mark.cohort
def test_whole_cohort_has_rare_private_and_new_events(whole: Path, truth: pl.DataFrame) -> None:
    people = table(whole)
    carriers: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in ("rare", "private", "de-novo")}
    for kind, event, name in truth.select("kind", "event", "sample").iter_rows():
        if kind in carriers:
            carriers[kind][event].add(name)
    children = {name for name, person in people.items() if person["father"]}
    assert all(len(who) == 1 and who <= children for who in carriers["de-novo"].values())
    in_children = sum(len(who & children) for kind in carriers.values() for who in kind.values())
    assert 0.001 < len(carriers["de-novo"]) / in_children < 0.01
    singletons = sum(len(who) == 1 for kind in carriers.values() for who in kind.values())
    assert singletons / sum(map(len, carriers.values())) > 0.4
    # a private event is one family's
    for who in carriers["private"].values():
        assert len({people[name]["family"] for name in who}) == 1


@pytest.fixture(scope="module")
def coding_losses(whole: Path, truth: pl.DataFrame) -> pl.DataFrame:
    """Of unrelated people's losses at two bins and more, on the filters of R4: the genes whose coding bases they touch.

    Columns symbol, sample, kind, copies, and `certain`: whether any is left once both ends are drawn in (R7).
    """
    people = pl.DataFrame({"sample": [n for n, p in table(whole).items() if p["unrelated"] == "yes"]})
    losses = truth.filter(
        pl.col("level").is_in(["pass", "credible"]), pl.col("kind") != "cell-line", direction="loss"
    ).join(people, on="sample")
    # each end by half the event's mean bin, at most a third of the event, in whole bases
    length = pl.col("called_end") - pl.col("called_start")
    losses = losses.with_columns(by=pl.min_horizontal(length / pl.col("bins") / 2, length / 3).floor().cast(pl.Int64))
    reference = Path(__file__).parents[3] / "data_prep" / "reference"
    # by pieces of 100 kb: every loss with every exon of its chromosome would be billions of pairs
    return duckdb.sql(
        f"""WITH pieces AS (
              SELECT *, unnest(range(called_start // 100_000, called_end // 100_000 + 1)) AS piece FROM losses
            ), coding AS (
              SELECT *, unnest(range(coding_start // 100_000, coding_end // 100_000 + 1)) AS piece
              FROM '{reference}/exons.parquet' WHERE coding_start IS NOT NULL
            )
            SELECT g.symbol, e.sample, e.kind, e.called_copy_number AS copies,
                bool_or(e.called_start + e.by < x.coding_end AND e.called_end - e.by > x.coding_start) AS certain
            FROM pieces e JOIN coding x
              ON e.chrom = x.chrom AND e.piece = x.piece
                AND e.called_start < x.coding_end AND e.called_end > x.coding_start
            JOIN '{reference}/genes.parquet' g ON g.gene_id = x.gene_id
            GROUP BY ALL"""
    ).pl()


LOST_IN_MANY = {
    # phase 3 of the 1000 Genomes, at the places that DRAGEN reports in HG00096
    "GSTM1", "RHD", "GBP3", "SPATA45", "FAM90A26", "GHR", "OR51A4", "APOBEC3B",
    # other publications, named in the catalogue's SOURCES.md
    "LCE3B", "LCE3C", "UGT2B17", "CFHR1", "CFHR3", "HP", "BTNL3", "BTNL8", "TAS2R43", "SIGLEC14", "HLA-DRB5",
}  # fmt: skip


@pytest.mark.cohort
def test_nobody_publishes_a_common_loss_of_other_genes_r7(coding_losses: pl.DataFrame) -> None:
    """PKHD1 was lost in 1,287 of 2,500, in 982 of them completely, and PDSS1 in 1,253."""
    carriers = (
        coding_losses.filter("certain")
        .group_by("symbol")
        .agg(pl.col("sample").n_unique().alias("lost"), (pl.col("copies") == 0).sum().alias("completely"))
    )
    common = set(carriers.filter(pl.col("lost") >= 50).get_column("symbol"))
    assert common == LOST_IN_MANY
    completely = set(carriers.filter(pl.col("completely") >= 25).get_column("symbol"))
    assert completely <= LOST_IN_MANY
    disease = ["PKHD1", "PDSS1", "CAMK2B", "PDLIM3", "HLA-DPA1", "DMD", "MECP2", "SIRPB1", "LCE1D", "OR51A2"]
    assert carriers.filter(pl.col("symbol").is_in(disease)).get_column("lost").sum() < 40


@pytest.mark.cohort
def test_ends_of_losses_reach_into_exons_of_dozens_of_genes_r7(coding_losses: pl.DataFrame) -> None:
    genes = coding_losses.group_by("symbol").agg(
        pl.col("sample").n_unique().alias("touched"),
        pl.col("sample").filter(pl.col("certain")).n_unique().alias("taken"),
    )
    between = (genes.get_column("touched") - genes.get_column("taken")).to_numpy()
    assert (between > 0).sum() > 100
    assert (between >= 10).sum() >= 12


@pytest.mark.cohort
def test_losses_of_the_genome_keep_off_dosage_sensitive_genes(coding_losses: pl.DataFrame, shared: Path) -> None:
    """But for the recurrent ones, PMP22's among them; the caller's noise falls where it falls."""
    sensitive = {
        row["symbol"]
        for row in rows(shared / "data" / "targeted" / "clingen-dosage-genes-2026-02.tsv")
        if row["haploinsufficiency"] == "3"
    }
    assert len(sensitive) == 407
    hit = coding_losses.filter(
        pl.col("symbol").is_in(list(sensitive)), ~pl.col("kind").is_in(["noise", "artefact", "recurrent"])
    )
    assert hit.filter(pl.col("kind") != "common-deletion").is_empty(), "rare, private and new ones"
    assert not hit.get_column("certain").any()


SILENT = [
    "AMY1A",
    "AMY1B",
    "AMY1C",
    "HBA1",
    "HBA2",
    "DEFB4A",
    "DEFB4B",
    "DEFB103A",
    "SPAG11A",
    "DEFA1",
    "DEFA3",
    "FCGR3A",
    "FCGR3B",
    "HPR",
    "PMS2",
    "NCF1",
    "CYP2D6",
    "CYP21A2",
    "C4A",
    "C4B",
    "GBA1",
    "STRC",
    "OPN1LW",
    "OPN1MW",
    "CCL3L3",
    "GSTT2B",
    "RHCE",
]
"""Rule R5's paralogous genes; CCL3L1 itself has no place on the primary assembly."""


@pytest.mark.cohort
def test_paralogous_genes_are_silent_but_for_those_that_dragen_sees_r5(
    truth: pl.DataFrame, coding_losses: pl.DataFrame
) -> None:
    genes = pl.read_parquet(Path(__file__).parents[3] / "data_prep" / "reference" / "genes.parquet")
    called = truth.filter(~pl.col("kind").is_in(["cell-line", "recurrent", "large"]), called="yes")
    for symbol in SILENT:
        chrom, start, end = genes.filter(symbol=symbol).select("chrom", "start", "end").row(0)
        over = called.filter(pl.col("called_start") < end, pl.col("called_end") > start, chrom=chrom)
        assert over.is_empty(), symbol
    seen = coding_losses.filter("certain").group_by("symbol").agg(pl.col("sample").n_unique())
    for symbol in ("RHD", "CFHR3", "CFHR1", "HP"):
        assert 400 < seen.filter(symbol=symbol).item(0, "sample") < 1_500, symbol


RECURRENT = {
    # ClinGen's regions (0-based, half-open); people in 100,000 with a loss and with a gain, from the catalogue's publications
    "22q11.2 A-D": ("chr22", 18_924_717, 21_111_383, 7 / 25_704, 17 / 25_704),
    "15q11.2 BP1-BP2": ("chr15", 22_782_169, 23_040_134, 2_764e-6, 0.0048),
    "16p11.2 BP4-BP5": ("chr16", 29_638_675, 30_188_531, 1 / 3_021, 1 / 4_216),
    "1q21.1 BP3-BP4": ("chr1", 147_105_903, 147_917_509, 1 / 6_882, 1 / 6_309),
    "15q13.3 BP4-BP5": ("chr15", 30_900_685, 32_153_204, 1 / 5_525, 0.0006),
    "2q13 NPHP1": ("chr2", 110_104_530, 110_228_181, 5_811e-6, 1 / 200),
    "17p12 PMP22": ("chr17", 14_194_597, 15_519_638, 314.8e-6, 1 / 5_000),
}


@pytest.mark.cohort
def test_recurrent_cnvs_have_their_published_rates_and_a_carrier_each(whole: Path, truth: pl.DataFrame) -> None:
    people = table(whole)
    unrelated = [name for name, person in people.items() if person["unrelated"] == "yes"]
    assert len(unrelated) == 2_504
    raised = []
    for name, (chrom, start, end, *rates) in RECURRENT.items():
        for direction, rate in zip(("loss", "gain"), rates, strict=True):
            over = pl.min_horizontal(pl.col("called_end"), end) - pl.max_horizontal(pl.col("called_start"), start)
            length = pl.max_horizontal(pl.col("called_end") - pl.col("called_start"), end - start)
            calls = truth.filter(
                2 * over >= length, pl.col("kind") != "cell-line", chrom=chrom, direction=direction, level="pass"
            )
            assert set(calls.get_column("kind")) == {"recurrent"}
            assert set(calls.get_column("artefact")) == {"no"}
            ratios = calls.get_column("copy_ratio")
            assert ratios.is_between(*((0.48, 0.52) if direction == "loss" else (1.47, 1.53))).all()
            carriers = calls.filter(pl.col("sample").is_in(unrelated)).get_column("sample").n_unique()
            # whole people around the expected number, and never none
            expected = rate * 2_504
            assert max(1, int(expected)) <= carriers <= max(1, expected) + 1, (name, direction)
            word = "yes" if expected < 1 else None
            assert set(calls.get_column("rate_raised")) == {word}, (name, direction)
            raised += [f"{name} {direction}"] if word else []
    assert (
        truth.filter(pl.col("kind") != "recurrent").get_column("rate_raised").null_count()
        == truth.filter(pl.col("kind") != "recurrent").height
    )
    header, _ = read(vcf(whole, "SIM00001"))
    (line,) = (line for line in header if line.startswith("##simulated="))
    assert set(line.split('RatesRaised="')[1].split('"')[0].split(", ")) == set(raised)
    assert len(raised) == 8


@pytest.mark.cohort
def test_some_healthy_people_have_an_event_of_over_3_mb_r11(whole: Path, truth: pl.DataFrame) -> None:
    """Of a ratio that every cell has; R11 marks none of them."""
    large = truth.filter(kind="large", called="yes")
    people = table(whole)
    founders = {name for name in large.get_column("sample") if people[name]["unrelated"] == "yes"}
    assert len(founders) == 6
    length = large.get_column("called_end") - large.get_column("called_start")
    assert length.min() > 3_000_000
    assert length.max() < 10_000_000
    for direction, low, high in (("loss", 0.45, 0.57), ("gain", 1.43, 1.6)):
        ratios = large.filter(direction=direction).get_column("copy_ratio")
        assert ratios.len() > 1
        assert ratios.is_between(low, high).all()
    assert large.group_by("sample", "chrom").len().get_column("len").max() == 1


@pytest.mark.cohort
def test_truth_says_what_is_an_artefact(truth: pl.DataFrame) -> None:
    artefact = truth.filter(artefact="yes")
    assert set(artefact.get_column("kind")) == {"artefact", "noise"}
    assert (artefact.get_column("true_copy_number") == artefact.get_column("expected_copy_number")).all()
    others = truth.filter(artefact="no")
    assert artefact.height + others.height == truth.height
    assert (others.get_column("true_copy_number") != others.get_column("expected_copy_number")).all()
    # of DRAGEN's records under 10 kb another caller supports 45 % at one and two bins, 75 to 79 % at three and more
    length = pl.col("called_end") - pl.col("called_start")
    short = truth.filter(length < 10_000, called="yes", direction="loss")
    few = short.filter(pl.col("bins") <= 2).select((pl.col("artefact") == "yes").mean()).item()
    more = short.filter(pl.col("bins") >= 3).select((pl.col("artefact") == "yes").mean()).item()
    assert few == pytest.approx(1 - 0.45, abs=0.10)
    assert more == pytest.approx(1 - 0.77, abs=0.08)


@pytest.mark.cohort
def test_families_disagree_by_size_as_real_calls_do(whole: Path, truth: pl.DataFrame) -> None:
    """A child without a copy has a parent without a call as often as heterozygotes are missed: most under 2 kb, a few from 3 kb."""
    people = table(whole)
    parents = pl.DataFrame(
        [(name, p["father"], p["mother"]) for name, p in people.items() if p["father"]],
        schema=["sample", "father", "mother"],
        orient="row",
    )
    deletions = truth.filter(kind="common-deletion", called="yes", direction="loss", expected_copy_number=2)
    calls = deletions.select("event", "sample").unique()
    lost = deletions.filter(called_copy_number=0, true_copy_number=0).join(parents, on="sample")
    for parent in ("father", "mother"):
        there = calls.select("event", pl.col("sample").alias(parent), pl.lit(True).alias(f"in_{parent}"))
        lost = lost.join(there, on=["event", parent], how="left")
    one = lost.with_columns(both=pl.col("in_father").fill_null(False) & pl.col("in_mother").fill_null(False))
    length = pl.col("end") - pl.col("start")
    short = one.filter(length < 2_000).select(1 - pl.col("both").mean()).item()
    long = one.filter(length >= 3_000).select(1 - pl.col("both").mean()).item()
    # missed: 45 of 53 at 1 to 2 kb (95 % Wilson 0.73 to 0.92), 11 of 82 at 3 kb and more (0.08 to 0.22); of two parents
    # at most both, and those who lack both copies themselves are found
    assert 0.3 < short < 1 - (1 - 0.92) ** 2
    assert 0.03 < long < 1 - (1 - 0.22) ** 2


def test_records_of_one_and_two_bins_are_those_of_the_real_file(older: Path, shared: Path) -> None:
    """HG00096 beside simulated European men: how many, how long, how good, how far from one, and which filters."""
    real = [
        parse(line)
        for line in (shared / "data" / "dragen-3.5.7b-HG00096.cnv.vcf").read_text().splitlines()
        if not line.startswith("#")
    ]
    europeans = [n for n, p in table(older).items() if (p["superpopulation"], p["sex"]) == ("EUR", "XY")]
    simulated = [read(vcf(older, name))[1] for name in europeans]
    for bins in (1, 2):
        for copies in (0, 1):
            theirs = [r for r in real if (r.word, r.bins, r.copies) == ("LOSS", bins, copies)]
            ours = [[r for r in one if (r.word, r.bins, r.copies) == ("LOSS", bins, copies)] for one in simulated]
            # the count of one person scatters by its root
            expected = len(theirs)
            assert abs(median(map(len, ours)) - expected) < 3 * expected**0.5, (bins, copies)
            pooled = [r for one in ours for r in one]
            for quantile in (0.25, 0.5, 0.75):
                for name, within in (("quality", 3.0), ("ratio", 0.06), ("length", 160.0 * bins)):
                    both = [float(np.quantile([getattr(r, name) for r in some], quantile)) for some in (theirs, pooled)]
                    assert both[1] == pytest.approx(both[0], abs=within), (bins, copies, name, quantile)
            assert {r.filters for r in pooled if r.length < 10_000} == {"cnvLength"}
            if bins == 1:
                assert max(r.length for r in pooled) <= 2_000, "the widest of HG00096 is 1,993"


def test_looks_like_the_real_file(older: Path, shared: Path) -> None:
    """Side by side with HG00096 (GBR, male): the median of the simulated Europeans around its figures."""
    real = [
        parse(line)
        for line in (shared / "data" / "dragen-3.5.7b-HG00096.cnv.vcf").read_text().splitlines()
        if not line.startswith("#")
    ]
    europeans = [n for n, p in table(older).items() if (p["superpopulation"], p["sex"]) == ("EUR", "XY")]
    simulated = [read(vcf(older, name))[1] for name in europeans]
    assert len(europeans) > 10

    def both(measure: Measure) -> tuple[float, float]:
        return measure(real), median(measure(records) for records in simulated)

    def within(measure: Measure, low: float, high: float) -> None:
        theirs, ours = both(measure)
        assert low * theirs <= ours <= high * theirs, (theirs, ours)

    within(len, 0.92, 1.08)
    for word in ("LOSS", "GAIN"):
        within(lambda r, w=word: sum(x.word == w for x in r), 0.85, 1.15)
        within(lambda r, w=word: sum(x.word == w and x.filters == "PASS" for x in r), 0.85, 1.2)
        within(lambda r, w=word: sum(x.word == w and x.filters == "cnvLength" for x in r), 0.8, 1.2)
        for kind in ("PASS", "cnvLength"):
            within(lambda r, w=word, k=kind: median(x.length for x in r if (x.word, x.filters) == (w, k)), 0.7, 1.4)
        within(lambda r, w=word: median(x.length / x.bins for x in r if x.word == w), 0.85, 1.15)
    within(lambda r: sum(x.filters == "cnvBinSupportRatio" for x in r), 0.6, 1.3)
    diploid = {"GAIN": 2, "LOSS": 2}
    for word, copies in (("LOSS", 0), ("LOSS", 1), ("GAIN", 3), ("GAIN", 4)):
        assert diploid[word] != copies
        chosen = lambda r, w=word, c=copies: [x for x in r if (x.word, x.copies, x.chrom[3:] in "XY") == (w, c, False)]  # noqa: E731
        within(lambda r, f=chosen: len(f(r)), 0.75, 1.3)
        within(lambda r, f=chosen: median(x.quality for x in f(r)), 0.85, 1.2)
        if copies:
            within(lambda r, f=chosen: median(x.ratio for x in f(r)), 0.94, 1.06)
        within(lambda r, f=chosen: median(x.bins for x in f(r)), 0.5, 2.0)
    for bins, copies in ((1, 0), (2, 0), (1, 1), (2, 1), (3, 1), (5, 1)):
        of_size = lambda r, b=bins, c=copies: [x.quality for x in r if (x.word, x.copies, x.bins) == ("LOSS", c, b)]  # noqa: E731
        within(lambda r, f=of_size: median(f(r)), 0.85, 1.15)
    within(lambda r: mean(x.ratio < 1e-4 for x in r if x.copies == 0), 0.8, 1.2)
    within(lambda r: median(x.pairs[0] for x in r if x.word == "LOSS"), 0.7, 1.4)
    within(lambda r: median(x.pairs[0] for x in r if x.word == "GAIN"), 0.5, 2.0)
    within(lambda r: sum(one.end == two.start for one, two in pairwise(r)), 0.6, 1.4)
    for chrom in CHROMOSOMES[:22]:
        theirs, ours = both(lambda r, c=chrom: sum(x.chrom == c for x in r))
        assert abs(theirs - ours) < max(14, 0.5 * theirs), chrom
    assert 110 <= both(lambda r: sum(x.filters == "PASS" for x in r))[1] <= 150


def test_breakpoints_are_shared_by_carriers_and_some_are_shifted(older: Path) -> None:
    ends: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in rows(older / "truth.tsv"):
        if (
            row["kind"] == "common-deletion"
            and row["called"] == "yes"
            and row["parts"] == "1"
            and int(row["bins"]) >= 8
        ):
            ends[row["event"]][row["called_start"], row["called_end"]] += 1
    usual = [counts.most_common(1)[0][1] / counts.total() for counts in ends.values() if counts.total() >= 30]
    assert len(usual) > 20
    assert 0.75 < mean(usual) < 0.95


def test_reference_rows_tile_the_gaps_and_leave_blind_places_out(newer: Path) -> None:
    for sample, person in list(table(newer).items())[:20]:
        records = read(vcf(newer, sample))[1]
        references = [r for r in records if r.word == "REF"]
        assert 400 < len(references) < 1_000
        assert {"chrY"} & {r.chrom for r in references} == ({"chrY"} if person["sex"] == "XY" else set())
        per_kb = [1_000 * r.bins / r.length for r in references]
        assert 0.75 < median(per_kb) < 0.85
        covered = sum(r.length for r in records)
        assert 2.75e9 < covered < 3.0e9
        for chrom, start, end in SMN.values():
            assert not any(r.chrom == chrom and r.start < end and r.end > start for r in records)
        # centromeres and the long arms' heterochromatin
        for chrom, start, end in (("chr1", 125_200_000, 143_000_000), ("chr9", 46_000_000, 60_000_000)):
            assert not any(r.chrom == chrom and r.start < end and r.end > start for r in records)
        no_call = [r for r in references if r.length > 20_000_000]
        assert len(no_call) > 5


def test_nobody_has_a_call_where_the_caller_sees_nothing(older: Path) -> None:
    for row in rows(older / "truth.tsv"):
        for chrom, start, end in SMN.values():
            if row["kind"] != "cell-line":
                assert not (row["chrom"] == chrom and int(row["start"]) < end and int(row["end"]) > start)


def test_blocks_are_bgzf_with_their_end(older: Path) -> None:
    data = vcf(older, "SIM00001").read_bytes()
    assert data.endswith(bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000"))
    at, blocks = 0, 0
    while at < len(data):
        assert data[at : at + 4] == b"\x1f\x8b\x08\x04"
        assert data[at + 12 : at + 16] == b"BC\x02\x00"
        at += int.from_bytes(data[at + 16 : at + 18], "little") + 1
        blocks += 1
    assert at == len(data)
    assert blocks >= 3


@pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not installed")
def test_bcftools_reads_the_files(older: Path, newer: Path) -> None:
    for folder in (older, newer):
        for sample in ("SIM00001", "SIM00004"):
            path = vcf(folder, sample)
            done = subprocess.run(
                ["bcftools", "query", "-f", "%CHROM\t%POS\t%END[\t%CN\t%SM\t%BC\t%PE]\n", str(path)],
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stderr == ""
            seen = [line.split("\t") for line in done.stdout.splitlines()]
            ours = read(path)[1]
            assert [(s[0], int(s[2]), int(s[3]), int(s[5])) for s in seen] == [
                (r.chrom, r.end, r.copies, r.bins) for r in ours
            ]


def test_refuses_what_cannot_be_simulated(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"3\.5\.7b or 3\.7\.6"):
        write_cohort(tmp_path, 1, 1, "4.2.7")
    for samples in (0, 100_000):
        with pytest.raises(CohortError, match="choose 1 to 99,999"):
            write_cohort(tmp_path, samples)
    with pytest.raises(CohortError, match="seed"):
        write_cohort(tmp_path, 1, -1)


@pytest.mark.parametrize("name", ["cohort", "cohort/vcf"])
def test_write_cohort_says_that_a_file_is_no_folder(tmp_path: Path, name: str) -> None:
    taken = tmp_path / name
    taken.parent.mkdir(exist_ok=True)
    taken.write_text("mine")
    with pytest.raises(CohortError, match=rf"/{name} is a file and no folder .*: give another --out$"):
        write_cohort(tmp_path / "cohort", 1, 1, jobs=1)
    assert taken.read_text() == "mine"


def test_replaces_its_own_files_and_no_others(tmp_path: Path) -> None:
    done = []
    summary = write_cohort(tmp_path, 5, 1, "3.5.7b", progress=lambda n, total: done.append((n, total)))
    assert done[-1] == (5, 5)
    assert summary.samples == 5
    assert summary.records == sum(len(read(vcf(tmp_path, name))[1]) for name in table(tmp_path))
    assert summary.passed == sum(r.filters == "PASS" for name in table(tmp_path) for r in read(vcf(tmp_path, name))[1])
    assert summary.truth_rows == sum(1 for _ in rows(tmp_path / "truth.tsv"))
    assert summary.vcf_bytes == sum(path.stat().st_size for path in (tmp_path / "vcf").iterdir())
    write_cohort(tmp_path, 2, 1, "3.5.7b")
    assert sorted(path.name for path in (tmp_path / "vcf").iterdir()) == ["SIM00001.cnv.vcf.gz", "SIM00002.cnv.vcf.gz"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["samples.tsv", "truth.tsv", "vcf"]
    (tmp_path / "vcf" / "HG00096.cnv.vcf.gz").write_bytes(b"")
    with pytest.raises(CohortError, match=r"HG00096\.cnv\.vcf\.gz"):
        write_cohort(tmp_path, 2, 1, "3.5.7b")
    assert (tmp_path / "samples.tsv").exists()


@pytest.mark.parametrize("name", ["samples.tsv", "truth.tsv"])
def test_write_cohort_takes_away_no_table_of_others(tmp_path: Path, name: str) -> None:
    """A folder where somebody keeps a table of real people: it was replaced without a word."""
    mine = "sample\tsuperpopulation\tpopulation\tsex\nHG00096\tEUR\tGBR\tmale\n"
    (tmp_path / name).write_text(mine)
    with pytest.raises(CohortError, match=rf"holds a {name} that is not of a simulated cohort: name an empty folder"):
        write_cohort(tmp_path, 1, 1, jobs=1)
    assert (tmp_path / name).read_text() == mine


def test_without_truth_the_rest_is_the_same(tmp_path: Path) -> None:
    """And the truth of an earlier cohort does not stay."""
    write_cohort(tmp_path, 3, 1, "3.7.6", jobs=1)
    names = [tmp_path / "samples.tsv", *sorted((tmp_path / "vcf").iterdir())]
    before = [path.read_bytes() for path in names]
    assert write_cohort(tmp_path, 3, 1, "3.7.6", jobs=1, truth=False).truth_rows == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["samples.tsv", "vcf"]
    assert [path.read_bytes() for path in names] == before


def test_people_beyond_the_panel_are_new_ones() -> None:
    first, again = (simulate(1, "3.5.7b", number, number + 3)[0] for number in (1, 3_203))
    assert all(one != two for one, two in zip(first, again, strict=True))
    records = [{line.split("\t")[2] for line in text.splitlines()} for text in (*first, *again)]
    # like any two people of a population: half of their calls in common
    for one, two in zip(records[:4], records[4:], strict=True):
        assert 0.2 < len(one & two) / len(one) < 0.7
