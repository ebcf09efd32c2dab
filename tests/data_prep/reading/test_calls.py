"""Records to calls (R1, R2, R12): class by copy number and expected copy number, and a reason for what is left out."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.reading.calls import Skip
from tests.data_prep.dragen_text import ALTS, GENOTYPES, record, reference_row, vcf
from tests.data_prep.in_memory import EXAMPLES, call_rows, fates, plain_call_rows, unordered
from tests.oracle import plain
from tests.oracle.plain import LENGTHS


def call(line: str, sex: str | None = "male", table: str | None = None) -> dict[str, object]:
    """The call that one record is."""
    found = fates([vcf("S", [line], sex=sex)], [table])
    assert found.skipped.rows() == []
    assert found.calls.height == 1
    return next(found.calls.iter_rows(named=True))


def skipped(*lines: str, sex: str | None = "male") -> list[tuple[int, str]]:
    """Position and reason of the records left out."""
    return sorted(fates([vcf("S", lines, sex=sex)]).skipped.select("row", "reason").rows())


@pytest.mark.parametrize(
    ("chrom", "start", "end", "alt", "cn", "gt", "expected", "name"),
    [
        # the table of R2, on an autosome
        ("chr1", 1000, 9000, "<DEL>", 0, "1/1", 2, "complete-loss"),
        ("chr1", 1000, 9000, "<DEL>", 1, "0/1", 2, "partial-loss"),
        ("chr1", 1000, 9000, "<DUP>", 3, "./1", 2, "low-gain"),
        ("chr1", 1000, 9000, "<DUP>", 4, "./1", 2, "low-gain"),
        ("chr1", 1000, 9000, "<DUP>", 5, "./1", 2, "high-gain"),
        ("chr16", 46_400_000, 46_410_000, "<DUP>", 182, "./1", 2, "high-gain"),
        # E01, E02, E04: a man's X and Y
        ("chrX", 5_137_101, 5_139_130, "<DEL>", 0, "1", 1, "complete-loss"),
        ("chrX", 104_003_381, 104_050_640, "<DUP>", 2, "1", 1, "low-gain"),
        ("chrX", 104_003_381, 104_050_640, "<DUP>", 3, "1", 1, "high-gain"),
        ("chrY", 10_659_024, 10_693_717, "<DUP>", 26, "1", 1, "high-gain"),
        # E03: the pseudo-autosomal region is diploid in men
        ("chrX", 1_166_274, 1_182_671, "<DEL>", 1, "0/1", 2, "partial-loss"),
        # the genotype's alleles hold before sex and place
        ("chrX", 5_137_101, 5_139_130, "<DEL>", 1, "0/1", 2, "partial-loss"),
        ("chrX", 1_166_274, 1_182_671, "<DEL>", 0, "1", 1, "complete-loss"),
        # no genotype: sex and place
        ("chr1", 1000, 9000, "<DEL>", 1, ".", 2, "partial-loss"),
        ("chrX", 5_137_101, 5_139_130, "<DUP>", 2, ".", 1, "low-gain"),
        ("chrY", 10_659_024, 10_693_717, "<DEL>", 0, ".", 1, "complete-loss"),
        ("chrX", 1_166_274, 1_182_671, "<DEL>", 1, ".", 2, "partial-loss"),
        ("chrX", 155_800_000, 155_900_000, "<DEL>", 1, ".", 2, "partial-loss"),
        ("chrY", 20_000, 40_000, "<DEL>", 1, ".", 2, "partial-loss"),
        ("chrY", 56_900_000, 57_000_000, "<DEL>", 1, ".", 2, "partial-loss"),
    ],
)
def test_class_is_copy_number_against_the_expected_in_a_man(
    chrom: str, start: int, end: int, alt: str, cn: int, gt: str, expected: int, name: str
) -> None:
    """R2."""
    found = call(record(chrom, start, end, alt, cn, gt=gt))
    assert (found["copy_number"], found["expected_copy_number"], found["class"]) == (cn, expected, name)
    assert found["direction"] == name.split("-")[1]
    assert found["par_border"] is False


@pytest.mark.parametrize(
    ("start", "end", "expected", "border"),
    [
        # PAR1 of X is 10,001-2,781,479, 1-based; PAR2 155,701,383-156,030,895
        (10_000, 20_000, 2, False),
        (9_999, 20_000, 2, True),
        (2_771_479, 2_781_479, 2, False),
        (2_771_479, 2_781_480, 2, True),
        (2_776_479, 2_786_478, 2, True),
        (2_776_479, 2_786_479, 1, True),
        (2_776_479, 2_786_480, 1, True),
        (2_781_478, 2_791_479, 1, True),
        (2_781_479, 2_791_479, 1, False),
        (155_691_382, 155_701_382, 1, False),
        (155_691_382, 155_701_383, 1, True),
        (155_701_382, 155_711_382, 2, False),
        (155_701_381, 155_711_382, 2, True),
        (156_020_895, 156_030_895, 2, False),
        (156_020_895, 156_030_896, 2, True),
        (156_030_895, 156_040_895, 1, False),
        (5_000, 156_040_895, 1, True),
    ],
)
def test_expected_copies_at_the_borders_of_par_on_x(start: int, end: int, expected: int, border: bool) -> None:
    """R2, E40: a call across a border takes the rule of its larger part, and is marked."""
    found = call(record("chrX", start, end, cn=0, gt="."))
    assert (found["expected_copy_number"], found["par_border"]) == (expected, border)
    found = call(record("chrX", start, end, cn=0, gt="."), sex="female")
    assert (found["expected_copy_number"], found["par_border"]) == (2, border)
    # a genotype holds even there, and the mark stays
    found = call(record("chrX", start, end, cn=0, gt="1"))
    assert (found["expected_copy_number"], found["par_border"]) == (1, border)


@pytest.mark.parametrize(
    ("start", "end", "expected", "border"),
    [
        (10_000, 20_000, 2, False),
        (2_781_478, 2_781_479, 2, False),
        (2_781_479, 2_791_479, 1, False),
        (2_781_400, 2_791_479, 1, True),
        (56_877_902, 56_887_902, 1, False),
        (56_887_902, 56_897_902, 2, False),
        (56_887_901, 56_897_902, 2, True),
        (57_207_415, 57_217_415, 2, False),
        (57_217_415, 57_227_415, 1, False),
    ],
)
def test_expected_copies_at_the_borders_of_par_on_y(start: int, end: int, expected: int, border: bool) -> None:
    """R2: Y:10,001-2,781,479 and Y:56,887,903-57,217,415."""
    found = call(record("chrY", start, end, cn=0, gt="."))
    assert (found["expected_copy_number"], found["par_border"]) == (expected, border)


@pytest.mark.parametrize(("cn", "gt", "alt"), [(0, "1", "<DEL>"), (2, "1", "<DUP>"), (1, "0/1", "<DEL>"), (1, ".", "<DEL>"), (2, "./1", "<CNV>")])  # fmt: skip
@pytest.mark.parametrize("start", [20_000, 10_659_024, 56_900_000])
def test_y_calls_in_women_are_unexpected(cn: int, gt: str, alt: str, start: int) -> None:
    """R2, E05: kept, without an expected copy number, neither loss nor gain."""
    found = call(record("chrY", start, start + 30_000, alt, cn, gt=gt), sex="female")
    assert (found["class"], found["direction"], found["expected_copy_number"]) == ("unexpected", "unexpected", None)
    assert found["copy_number"] == cn


@pytest.mark.parametrize(
    ("caller", "table", "expected"),
    [("male", None, 1), ("male", "XX", 1), ("female", "XY", 2), (None, "XY", 1), (None, "XX", 2), (None, None, None)],
)
def test_sex_is_the_header_s_then_the_table_s(caller: str | None, table: str | None, expected: int | None) -> None:
    """R2, where there is no genotype."""
    found = call(record("chrX", 5_137_101, 5_139_130, "<DUP>", 4, gt="."), caller, table)
    assert found["expected_copy_number"] == expected
    assert found["class"] == {1: "high-gain", 2: "low-gain", None: "gain"}[expected]


@pytest.mark.parametrize(
    ("alt", "record_id", "name"),
    [
        ("<DEL>", ".", "loss"),
        ("<DUP>", ".", "gain"),
        ("<CNV>", "DRAGEN:LOSS:chr1:1001-9000", "loss"),
        ("<CNV>", "DRAGEN:GAIN:chr1:1001:9000", "gain"),
        ("<DEL>", "DRAGEN:GAIN:chr1:1001-9000", "loss"),
        ("<DEL>,<DUP>", "DRAGEN:CNLOH:chr1:1001-9000", "loh"),
        ("<LOH>", "DRAGEN:CNLOH:chr1:1001-9000", "loh"),
    ],
)
def test_direction_comes_from_alt_then_the_id_without_a_copy_number(alt: str, record_id: str, name: str) -> None:
    """R2, E07, E12: CN is a dot, or not there."""
    for line in (
        record("chr1", 1000, 9000, alt, ".", record_id=record_id),
        record("chr1", 1000, 9000, alt, record_id=record_id, form="GT:SM:BC", values="0/1:1.0:5"),
    ):
        found = call(line)
        assert (found["class"], found["direction"], found["copy_number"]) == (name, name, None)


@pytest.mark.parametrize(
    ("alt", "cn", "gt", "name"),
    [
        ("<LOH>", 2, "1/1", "loh"),
        ("<DEL>,<DUP>", 2, "1/2", "loh"),
        ("<LOH>", 3, "1/1", "low-gain"),
        ("<LOH>", 5, "1/1", "high-gain"),
        ("<DEL>,<DUP>", 3, "1/2", "low-gain"),
        ("<LOH>", 1, "1/1", "partial-loss"),
        ("<DEL>", 3, "0/1", "low-gain"),
        ("<DUP>", 1, "0/1", "partial-loss"),
        ("<CNV>", 1, "0/1", "partial-loss"),
        ("<CNV>", 4, "./1", "low-gain"),
    ],
)
def test_the_copy_number_holds_before_alt(alt: str, cn: int, gt: str, name: str) -> None:
    """R2, E08: copy-neutral LOH is its own class, LOH with a gain is a gain."""
    assert call(record("chr1", 1000, 9000, alt, cn, gt=gt))["class"] == name


GOOD = record("chr3", 500_000, 600_000)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("chr1\t1000", Skip.MALFORMED),
        (record("chr1", 1000, 9000, pos="one"), Skip.MALFORMED),
        (record("chrM", 1000, 9000), Skip.MITOCHONDRION),
        (record("MT", 1000, 9000), Skip.MITOCHONDRION),
        (record("NC_000001.10", 1000, 9000), Skip.OTHER_BUILD),
        (record("chr1_KI270706v1_random", 1000, 9000), Skip.CHROMOSOME),
        (record("HLA-A*01:01:01:01", 1000, 2000), Skip.CHROMOSOME),
        (record("chrUn_GL000195v1", 1000, 2000), Skip.CHROMOSOME),
        (record("chr1", 1000, 9000, info="SVTYPE=CNV"), Skip.NO_END),
        (record("chr1", 1000, 900), Skip.ORDER),
        (record("chr1", 1000, 1000), Skip.ORDER),
        (record("chr1", 0, 900, ".", pos=0), Skip.ORDER),
        (record("chr1", 1000, 9000, pos=-5), Skip.ORDER),
        (record("chr1", 248_950_000, 248_956_423), Skip.BEYOND),
        (record("chr21", 46_700_000, 50_000_000), Skip.BEYOND),
        (record("chr1", 1000, 9000, "<INV>", record_id="MantaINV:1"), Skip.NOT_CNV),
        (record("chr1", 1000, 9000, info="END=9000;SVTYPE=DEL;SVCLAIM=J"), Skip.NOT_CNV),
        (record("chr1", 1000, 9000, cn=2, gt="0/1"), Skip.EXPECTED),
        (record("chr1", 1000, 9000, "<DUP>", cn=2, gt="./1"), Skip.EXPECTED),
        (record("chrX", 5_137_101, 5_139_130, "<DUP>", cn=1, gt="1"), Skip.EXPECTED),
        (record("chr1", 1000, 9000, "<CNV>", cn=2, gt="./.", record_id="."), Skip.EXPECTED),
        (record("chr1", 1000, 9000, "<CNV>", cn=".", record_id="."), Skip.NO_DIRECTION),
        (GOOD, Skip.DUPLICATE),
    ],
)
def test_a_record_that_is_no_call_has_its_reason(line: str, reason: Skip) -> None:
    """R12, E17, E25, E26; the records around it are read."""
    other = record("chr4", 1000, 9000)
    assert skipped(GOOD, line, other) == [(1, reason.value)]
    found = fates([vcf("S", [GOOD, line, other])])
    assert found.calls.height == 2
    assert found.reference.height == 0


def test_the_last_and_the_first_base_of_a_chromosome_can_be_called() -> None:
    """E25: up to the end and no further; a deletion from the first base has POS 0."""
    assert call(record("chr1", 248_950_000, 248_956_422))["end"] == LENGTHS["chr1"]
    assert call(record("chr1", 0, 9000))["start"] == 0
    rows = fates([vcf("S", [reference_row("chr1", 0, 248_956_422)])]).reference.rows()
    assert rows == [(0, "chr1", 0, 248_956_422, 248_956)]


@pytest.mark.parametrize(
    ("written", "chrom"), [("1", "chr1"), ("22", "chr22"), ("X", "chrX"), ("chrX", "chrX"), ("chr7", "chr7")]
)
def test_chromosomes_are_read_with_and_without_chr(written: str, chrom: str) -> None:
    """E26."""
    assert call(record(written, 5_000_000, 5_100_000, cn=0, gt="1"))["chrom"] == chrom


@pytest.mark.parametrize("line", [reference_row("chr2", 1000, 90_000), reference_row("chrX", 5_137_101, 5_139_130, gt="0", cn=1), record("chr1", 1000, 9000, ".", cn=".", gt=".", info="END=9000"), reference_row("chrY", 10_659_024, 10_693_717)])  # fmt: skip
@pytest.mark.parametrize("sex", ["male", "female", None])
def test_reference_rows_are_no_calls(line: str, sex: str | None) -> None:
    """R1, R12, E06: counted apart, from the base before POS."""
    found = fates([vcf("S", [line], sex=sex)])
    assert (found.calls.height, found.skipped.height) == (0, 0)
    columns = line.split("\t")
    assert found.reference.select("chrom", "start", "end").rows() == [
        (columns[0], int(columns[1]) - 1, int(columns[7].split("END=")[1].split(";")[0]))
    ]


def test_duplicates_are_exact_and_within_one_file() -> None:
    """E17: a record that differs in anything is another call."""
    lines = [
        GOOD,
        record("chr3", 500_000, 600_000, quality=41),
        GOOD,
        record("chr3", 500_000, 600_001),
        record("chr3", 500_000, 600_000, sm=0.51),
        record("chr3", 500_000, 600_000, filters="cnvQual"),
        record("chr3", 500_000, 600_000, gt="1/0"),
        record("chr3", 500_000, 600_000, bins=6),
        GOOD,
        record("chr3", 500_000, 600_000, cn=0),
    ]
    assert skipped(*lines) == [(2, Skip.DUPLICATE.value), (8, Skip.DUPLICATE.value)]
    found = fates([vcf("A", [GOOD]), vcf("B", [GOOD])])
    assert found.skipped.height == 0
    assert found.calls.height == 2


def test_calls_without_values_can_be_duplicates() -> None:
    line = record("chr3", 500_000, 600_000, form="SM", values=".", quality=".")
    assert skipped(line, line) == [(1, Skip.DUPLICATE.value)]


def test_calls_come_sorted_by_chromosome_and_place() -> None:
    """E28: unsorted records, contigs in the order of letters."""
    lines = [record(c, s, s + 500) for c in ("chr10", "chr2", "chr1", "chrX") for s in (9_000_000, 5_000_000)]
    found = fates([vcf("S", lines)]).calls.select("chrom", "start").rows()
    assert found == [(c, s) for c in ("chr1", "chr2", "chr10", "chrX") for s in (5_000_000, 9_000_000)]


@pytest.mark.parametrize("number", ["4000000000", "99999999999999999999", "1e30"])
def test_a_copy_number_beyond_all_sense_costs_its_own_record_at_most(number: str) -> None:
    """A damaged field must not cost the file, or the files read with it (R12)."""
    found = fates([vcf("S", [GOOD, record("chr1", 1000, 9000, "<DUP>", number)]), vcf("T", [GOOD])])
    assert found.calls.height + found.skipped.height == 3
    assert {"chr3"} <= set(found.calls.get_column("chrom"))


@pytest.mark.parametrize("number", ["-1", "-2"])
def test_a_negative_copy_number_is_no_copy_number(number: str) -> None:
    """R2: there is no class for it."""
    found = fates([vcf("S", [record("chr1", 1000, 9000, "<DEL>", number)])]).calls.rows(named=True)
    assert all(row["copy_number"] is None or row["copy_number"] >= 0 for row in found)


@pytest.mark.parametrize(
    ("number", "gt"), [("1.6", "0/1"), ("2.4", "./1"), ("0.4", "1/1"), ("1.4", "1"), ("4.6", "./1")]
)
def test_a_fractional_copy_number_and_its_class_agree(number: str, gt: str) -> None:
    """R2, E12: what is stored is a whole number, and the class is the one of that number."""
    found = fates([vcf("S", [record("chr1", 1000, 9000, "<CNV>", number, gt=gt, record_id=".")])]).calls.rows(
        named=True
    )
    for row in found:
        cn, expected = row["copy_number"], row["expected_copy_number"]
        names = {0: "complete-loss"} if expected else {}
        by_number = names.get(cn) or (
            "partial-loss" if cn < expected else "high-gain" if 2 * cn >= 5 * expected else "low-gain"
        )
        assert cn != expected
        assert row["class"] == by_number


STARTS = (0, 5_000, 9_999, 10_000, 2_776_479, 2_781_479, 2_781_480, 5_000_000, 56_887_902, 57_217_415, 155_701_382, 156_030_895)  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> str:
    chrom = draw(st.sampled_from(["chr1", "2", "chr21", "chrX", "X", "chrY", "chrX", "chrY", "chrM", "chr1_alt"]))
    alt = draw(st.sampled_from(ALTS))
    start = draw(st.sampled_from(STARTS))
    end = start + draw(st.sampled_from([-10, 0, 1, 900, 9_999, 10_000, 10_001, 60_000, 200_000_000]))
    length = draw(st.sampled_from([1, 900, 10_000]))
    ends = draw(
        st.sampled_from(
            [f"END={end}"] * 5
            + [f"END={end};REFLEN={length}", f"SVLEN=-{length};END={end}", f"SVLEN={length}", f"REFLEN={length}"]
            + [f"SVLEN=-{length};REFLEN=7", "CIEND=1,2", f"SVLEN=-{length},{length}"]
        )
    )
    claim = draw(
        st.sampled_from(["SVTYPE=CNV;"] * 6 + ["", "SVTYPE=CNV;SVCLAIM=DJ;", "SVTYPE=DEL;SVCLAIM=J;", "SVTYPE=DEL;"])
    )
    word = draw(st.sampled_from(["LOSS", "GAIN", "CNLOH", "GAINLOH"]))
    record_id = draw(st.sampled_from([".", f"DRAGEN:{word}:{chrom}:1-2", f"DRAGEN:{word}:1:2", "Manta:1"]))
    if alt not in ALTS[:6]:
        record_id = "."
    fields = {
        "GT": draw(st.sampled_from(GENOTYPES)),
        "CN": draw(st.sampled_from([".", *range(7), 74, 182])),
        "SM": draw(st.sampled_from([".", "0", "1.00369e-09", "0.5", "0.8", "1.2", "3.3289", "nan", "inf"])),
        "BC": draw(st.sampled_from([".", 1, 2, 3, 1428])),
        "FT": draw(st.sampled_from([".", "PASS", "cnvQual"])),
        "PE": "3,4",
    }
    keys = draw(st.lists(st.sampled_from(list(fields)), min_size=1, max_size=6, unique=True))
    values = [str(fields[key]) for key in keys]
    cut = draw(st.integers(1, len(values)))
    return record(
        chrom,
        start,
        end,
        alt,
        pos=start if alt.startswith("<") else start + draw(st.integers(0, 1)),
        info=ends if alt == "." else claim + ends,
        record_id=record_id,
        quality=draw(st.sampled_from([".", 0, 9, 10, "46.35", 150])),
        filters=draw(st.sampled_from(["PASS", ".", "cnvLength", "cnvLength;cnvQual", "other"])),
        form=":".join(keys),
        values=":".join(values[:cut]),
    )


@EXAMPLES
@given(
    st.lists(
        st.tuples(
            st.lists(lines(), max_size=20),
            st.sampled_from(["male", "female", None]),
            st.sampled_from(["XX", "XY", None]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_fates_are_those_of_the_plain_reading(files: list[tuple[list[str], str | None, str | None]]) -> None:
    """R1, R2, R12: call, reference row or skipped, for any record; with a repeat of the first line of each file."""
    texts = [vcf(f"S{i}", [*some, *some[:1]], sex=sex) for i, (some, sex, _) in enumerate(files)]
    found = fates(texts, [table for _, _, table in files])
    for i, (text, (_, _, table)) in enumerate(zip(texts, files, strict=True)):
        person = plain.read_text(text, table)
        assert unordered(call_rows(found.calls, i)) == unordered(plain_call_rows(person))
        reference = found.reference.filter(entry_source=i).select("chrom", "start", "end", "bins").rows()
        assert unordered(reference) == Counter(person.reference_rows)
        reasons = found.skipped.filter(entry_source=i).get_column("reason").to_list()
        assert Counter(reasons) == person.skipped
        assert person.records == len(person.calls) + len(reference) + len(reasons)
