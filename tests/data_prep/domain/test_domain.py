"""What both programs agree on (R1, R2, R4): chromosomes, pseudo-autosomal regions, classes, intervals, levels."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep import reference
from data_prep.domain.chromosomes import (
    AUTOSOMES,
    CHROMOSOMES,
    LENGTHS,
    PSEUDO_AUTOSOMAL,
    accession_of_other_build,
    chromosome,
    is_mitochondrion,
)
from data_prep.domain.copy_number import EFO, CallClass, Direction, classify, expected_copy_number
from data_prep.domain.intervals import Interval
from data_prep.domain.levels import DEFAULT_LEVEL, Level
from tests.oracle import plain


def test_chromosomes_are_those_of_grch38(shared: Path) -> None:
    """R1, against the published lengths."""
    text = (shared / "data" / "grch38_sequences.json").read_text()
    assert LENGTHS == plain.LENGTHS
    assert sum(LENGTHS.values()) == 3_088_269_832
    assert tuple(CHROMOSOMES[:3]) == ("chr1", "chr2", "chr3")
    assert len(AUTOSOMES) == 22
    for length in LENGTHS.values():
        assert str(length) in text
    json.loads(text)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("1", "chr1"), ("chr1", "chr1"), ("CHR1", "chr1"), ("chrX", "chrX"), ("x", "chrX"), ("23", "chrX"), ("24", "chrY"), (" 7 ", "chr7"), ("y", "chrY"), ("NC_000001.11", "chr1"), ("nc_000024.10", "chrY"), ("CM000663.2", "chr1"), ("SQ.w0WZEvgJF0zf_P4yyTzjjv9oW1z61HHP", "chrX"), ("ga4gh:SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO", "chr1")],
)  # fmt: skip
def test_chromosome_accepts_spellings(spelling: str, name: str) -> None:
    """R1."""
    assert chromosome(spelling) == name


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "chr",
        "0",
        "chr0",
        "25",
        "chrM",
        "MT",
        "01",
        "chr1_alt",
        "chr1 2",
        "NC_000001",
        "NC_000001.10",
        "CM000663.1",
        "chrNC_000001.11",
        "SQ.W0WZEVGJF0ZF_P4YYTZJJV9OW1Z61HHP",
        "NC_012920.1",
    ],
)
def test_chromosome_refuses_what_is_none(spelling: str) -> None:
    assert chromosome(spelling) is None


def test_accessions_and_digests_are_those_of_the_table() -> None:
    """R1: the table is the assembly's, which is checked against packages when the reference is made."""
    rows = reference.chromosomes().select("chrom", "refseq", "genbank", "refget").rows()
    assert {name: chromosome(name) for row in rows for name in row} == {name: row[0] for row in rows for name in row}


def test_an_accession_of_another_build_is_known_as_such() -> None:
    """R1: the version is the build. NC_000024.9 and CM000686.1 are Y of GRCh37."""
    assert accession_of_other_build("NC_000024.9") == "NC_000024.10"
    assert accession_of_other_build("cm000686.1") == "CM000686.2"
    for name in ("NC_000024.10", "NC_000024", "NC_012920.1", "chr1", "NC_060925.1", ""):
        assert accession_of_other_build(name) is None


def test_the_mitochondrion_has_its_names() -> None:
    for name in (
        "M",
        "MT",
        "chrM",
        "CHRM",
        "chrMT",
        "mt",
        "NC_012920.1",
        "J01415.2",
        "SQ.k3grVkjY-hoWcCUojHw6VU6GE3MZ8Sct",
    ):
        assert is_mitochondrion(name), name
    for name in ("", "chr1", "chrM_alt", "NC_001807.4", "chr"):
        assert not is_mitochondrion(name), name


def test_pseudo_autosomal_regions_are_those_of_the_rule() -> None:
    """R2, which gives them 1-based; PAR1 and PAR2 have one length on X and on Y."""
    one_based = {chrom: tuple((start + 1, end) for start, end in places) for chrom, places in PSEUDO_AUTOSOMAL.items()}
    assert one_based == plain.PAR
    for on_x, on_y in zip(PSEUDO_AUTOSOMAL["chrX"], PSEUDO_AUTOSOMAL["chrY"], strict=True):
        assert on_x[1] - on_x[0] == on_y[1] - on_y[0]


@pytest.mark.parametrize(
    ("copy_number", "expected", "name", "efo"),
    [
        (0, 2, "complete-loss", "EFO:0030069"),
        (1, 2, "partial-loss", "EFO:0030068"),
        (2, 2, None, None),
        (3, 2, "low-gain", "EFO:0030071"),
        (4, 2, "low-gain", "EFO:0030071"),
        (5, 2, "high-gain", "EFO:0030072"),
        (182, 2, "high-gain", "EFO:0030072"),
        (0, 1, "complete-loss", "EFO:0030069"),
        (1, 1, None, None),
        (2, 1, "low-gain", "EFO:0030071"),
        (3, 1, "high-gain", "EFO:0030072"),
    ],
)
def test_classify_is_the_table_of_the_rule(copy_number: int, expected: int, name: str | None, efo: str | None) -> None:
    """R2."""
    found = classify(copy_number, expected)
    assert (found.value if found else None) == name
    assert (EFO[found] if found else None) == efo


def test_directions_of_classes() -> None:
    """R2: copy-neutral LOH and the unexpected are neither loss nor gain."""
    assert {c.value: c.direction.value for c in CallClass} == {
        "complete-loss": "loss",
        "partial-loss": "loss",
        "loss": "loss",
        "low-gain": "gain",
        "high-gain": "gain",
        "gain": "gain",
        "loh": "loh",
        "unexpected": "unexpected",
    }
    assert (EFO[CallClass.LOSS], EFO[CallClass.GAIN]) == ("EFO:0030067", "EFO:0030070")
    assert CallClass.LOH not in EFO
    assert CallClass.UNEXPECTED not in EFO
    assert {d.value for d in Direction} == {"loss", "gain", "loh", "unexpected"}


BORDERS = sorted(
    {p + d for places in PSEUDO_AUTOSOMAL.values() for pair in places for p in pair for d in (-5, -1, 0, 1, 5)}
)


@given(
    st.sampled_from(["chr1", "chr22", "chrX", "chrY"]),
    st.sampled_from(BORDERS),
    st.one_of(st.integers(1, 12), st.integers(1, 4_000_000)),
    st.sampled_from(["XX", "XY", None]),
)
def test_expected_copy_number_is_that_of_the_plain_reading(
    chrom: str, start: int, length: int, sex: str | None
) -> None:
    """R2, near the borders of PAR."""
    assert expected_copy_number(chrom, start, start + length, sex) == plain.expected_copy_number(
        chrom, start, start + length, sex
    )


def test_intervals_know_their_bases() -> None:
    """R1: half-open, shown 1-based and inclusive."""
    one, other = Interval("chr1", 1_000, 2_000), Interval("chr1", 1_500, 3_500)
    assert (one.length, one.overlap(other), other.overlap(one)) == (1_000, 500, 500)
    assert one.reciprocal_overlap(other) == other.reciprocal_overlap(one) == 0.25
    assert one.overlap(Interval("chr2", 1_000, 2_000)) == 0
    assert one.overlap(Interval("chr1", 2_000, 3_000)) == 0
    assert one.reciprocal_overlap(Interval("chr1", 1_000, 2_000)) == 1
    assert str(one) == "chr1:1,001-2,000"


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (-1, 5)])
def test_intervals_without_bases_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="0 <= start < end"):
        Interval("chr1", start, end)


def test_levels_are_the_three_of_the_rule() -> None:
    """R4."""
    assert [level.value for level in Level] == ["pass", "credible", "sensitive", "all"]
    assert DEFAULT_LEVEL is Level.CREDIBLE
