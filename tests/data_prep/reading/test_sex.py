"""What contradicts a recorded sex, and what does not (R2); one X, two X or no Y as marks of their own (R11)."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.check import check
from data_prep.derived.panel import read_people
from data_prep.reading.events import join_calls
from data_prep.reading.sex import contradictions
from data_prep.system.limits import Limits
from tests.data_prep.built import Built, build_here, change_here
from tests.data_prep.dragen_text import record, reference_row, vcf, write, write_table
from tests.data_prep.in_memory import EXAMPLES, fates
from tests.data_prep.reading.dialects.test_joint_files import joint_text
from tests.data_prep.reading.dialects.texts import CANVAS, GCNV, MANTA, PHASE3
from tests.oracle import plain

pytestmark = pytest.mark.xdist_group("import")

X = (2_800_000, 155_000_000)
Y = (2_800_000, 26_600_000)


def reasons(text: str, recorded: str | None) -> str | None:
    """Why one file contradicts its recorded sex."""
    found = fates([text], [recorded])
    calls, events = join_calls(found.calls)
    return contradictions(calls, events, found.signs, [recorded]).get(0)


def dragen(*records: str) -> str:
    return vcf("S", records, sex=None)


def gcnv(chrom: str, place: tuple[int, int], values: str, alt: str = "<DEL>", filters: str = "PASS") -> str:
    return GCNV.record(chrom, *place, alt, f"{values}:3000:60:100:50:50", filters=filters)


NOTHING = {
    "no copy of a whole Y": gcnv("chrY", Y, "1/1:0"),
    "no copy, by the older genotype": gcnv("chrY", Y, "1:0", "<DEL>,<DUP>"),
    "a filtered copy of a whole Y": gcnv("chrY", Y, "0/1:1", filters="LowQuality"),
    "a reference row of no copy": gcnv("chrY", Y, "0:0", "."),
    "a short copy": gcnv("chrY", (18_900_000, 20_000_000), "0/1:1"),
    "copies in the X-transposed region": gcnv("chrY", (3_050_000, 6_235_000), "0/1:1"),
    "copies in AZFc and the heterochromatin": gcnv("chrY", (21_950_000, 56_800_000), "0/1:1"),
    "copies in PAR1": gcnv("chrY", (10_000, 2_781_479), "0/1:1"),
}


@pytest.mark.parametrize("line", NOTHING.values(), ids=NOTHING)
def test_nothing_of_this_on_y_contradicts_xx(line: str) -> None:
    """R2: it is `unexpected`, or no call, and nothing more."""
    assert reasons(GCNV.vcf([line]), "XX") is None
    assert set(fates([GCNV.vcf([line])], ["XX"]).calls["class"]) <= {"unexpected", "partial-loss"}


def test_a_breakpoint_on_y_contradicts_nothing() -> None:
    """R2: what Manta finds there in women, whatever its length: it counts no copies."""
    line = MANTA.record("chrY", *Y, "<DEL>", "0/1:PASS:20:9,9", "SVTYPE=DEL", quality=80)
    assert reasons(MANTA.vcf([line]), "XX") is None


@pytest.mark.parametrize(
    ("text", "recorded", "words"),
    [
        (GCNV.vcf([gcnv("chrY", Y, "0/1:1")]), "XX", "copies of Y over 98 % of it"),
        (GCNV.vcf([gcnv("chrY", Y, "0:1", ".")]), "XX", "copies of Y over 98 % of it"),
        (GCNV.vcf([gcnv("chrY", (12_200_000, 16_000_000), "0/2:2", "<DEL>,<DUP>")]), "XX", "copies of Y over 33 % of it"),
        (dragen(reference_row("chrY", *Y, gt="0", cn=1)), "XX", "copies of Y over 98 % of it"),
        (dragen(reference_row("chrX", 5_000_000, 50_000_000, gt="0", cn=1)), "XX", "genotypes of one allele over 29 % of X"),
        (dragen(record("chrX", 5_000_000, 50_000_000, gt="1", cn=0)), "XX", "genotypes of one allele over 29 % of X"),
        (dragen(reference_row("chrX", *X)), "XY", "genotypes of two alleles over 100 % of X"),
        (dragen(record("chrX", 5_000_000, 50_000_000)), "XY", "genotypes of two alleles over 29 % of X"),
        (
            dragen(reference_row("chrX", *X, gt="0", cn=1), reference_row("chrY", *Y, gt="0", cn=1)),
            "XX",
            "genotypes of one allele over 100 % of X; copies of Y over 98 % of it",
        ),
        (CANVAS.vcf([CANVAS.record("chrX", *X, "<DUP>", "1:60:9000:2:.:.:50:PASS", record_id="Canvas:GAIN:chrX:1-2")]), "XX", "genotypes of one allele over 100 % of X"),
    ],
)  # fmt: skip
def test_what_contradicts_a_sex_is_said_in_words(text: str, recorded: str, words: str) -> None:
    """R2: DRAGEN with reference rows and without, gCNV and Canvas; the other sex or none recorded is not contradicted."""
    assert reasons(text, recorded) == words
    assert reasons(text, {"XX": "XY", "XY": "XX"}[recorded]) is None
    assert reasons(text, None) is None


def test_genotypes_of_callers_that_state_no_ploidy_say_nothing() -> None:
    """R2: gCNV's older genotypes have one allele on every chromosome, in women too."""
    assert reasons(GCNV.vcf([gcnv("chrX", X, "0:2", ".")]), "XX") is None
    assert reasons(GCNV.vcf([gcnv("chrX", X, "0/0:1", ".")]), "XY") is None


OWN = {chrom: sum(end - start for start, end in plain._own_sequence(chrom)) for chrom in ("chrX", "chrY")}


@pytest.mark.parametrize(("more", "contradicts"), [(0, False), (1, True)])
def test_a_quarter_of_y_is_not_enough_and_a_base_more_is(more: int, contradicts: bool) -> None:
    """R2: over two stretches without a gap, one given twice."""
    assert OWN["chrY"] % 4 == 0
    first = (18_870_104, 20_207_793)
    rest = OWN["chrY"] // 4 - (first[1] - first[0])
    places = [first, (6_749_000, 6_749_000 + rest + more), (18_900_000, 20_100_000)]
    lines = [record("chrY", *place, "<DUP>", 2, gt="1", sm=2) for place in places]
    assert (reasons(dragen(*lines), "XX") is not None) == contradicts


@pytest.mark.parametrize(("more", "contradicts"), [(0, False), (1, True)])
def test_a_tenth_of_x_is_not_enough_and_a_base_more_is(more: int, contradicts: bool) -> None:
    """R2: part of the row lies in PAR1 and a gap of 187 kb, which count for nothing."""
    start, end = 1_000_000, 62_500_000
    stop = end + OWN["chrX"] // 10 - 5_000_000 + more
    lines = [reference_row("chrX", start, 2_781_479 + 5_000_000, gt="0", cn=1), reference_row("chrX", end, stop, gt="0", cn=1)]  # fmt: skip
    assert (reasons(dragen(*lines), "XX") is not None) == contradicts


def test_the_sequence_that_tells_the_sex_is_what_is_left_of_x_and_y() -> None:
    """R2: GRCh38 has 154.9 Mb of X that are no N, and some 26.4 Mb of Y (GRC); PAR1 and PAR2 are 3.1 Mb."""
    assert OWN["chrX"] == pytest.approx(154_893_130 - 2_771_479 - 329_513 + 321_000, rel=0.005)
    assert 10_000_000 < OWN["chrY"] < 13_000_000


places = st.tuples(st.integers(0, 150_000_000), st.integers(1_000, 40_000_000)).map(lambda one: (one[0], one[0] + one[1]))  # fmt: skip
on_y = st.tuples(st.integers(0, 30_000_000), st.integers(1_000, 9_000_000)).map(lambda one: (one[0], one[0] + one[1]))


@st.composite
def sex_records(draw: st.DrawFn) -> str:
    chrom = draw(st.sampled_from(["chrX", "chrY", "chrX", "chr1"]))
    start, end = draw(on_y if chrom == "chrY" else places)
    end = min(end, plain.LENGTHS[chrom])
    genotype, number = draw(st.sampled_from(["0", "1", "0/0", "./.", "0/1", "1/1", "./1", "."])), draw(st.sampled_from([0, 1, 2, 3, "."]))  # fmt: skip
    alt = draw(st.sampled_from(["<DEL>", "<DUP>", ".", ".", "<CNV>"]))
    quality, filters = draw(st.sampled_from([3, 40])), draw(st.sampled_from(["PASS", "PASS", "cnvLength", "dinucQual"]))
    return record(chrom, start, end, alt, number, gt=genotype, sm=draw(st.sampled_from([0.5, 1.0, 1.5])), bins=(end - start) // 1000, quality=quality, filters=filters)  # fmt: skip


@EXAMPLES
@given(st.lists(sex_records(), max_size=8), st.sampled_from(["XX", "XY"]))
def test_random_records_contradict_a_sex_as_the_plain_reading_says(lines: list[str], recorded: str) -> None:
    """R2: the same bases, worked out without a data frame."""
    text = dragen(*dict.fromkeys(lines))
    signs = plain.read_text(text, recorded).sex_signs
    words = {"XX": {"haploid X": "one allele", "Y": "copies of Y"}, "XY": {"diploid X": "two alleles"}}[recorded]
    found = reasons(text, recorded) or ""
    assert {sign for sign, word in words.items() if word in found} == signs & set(words)


RECORDED = {
    "WOMAN": "female", "NO_COPY": "female", "JUNK": "female", "MAN": "male", "SHORT": "male",
    "MAN_AS_XX": "female", "GCNV_MAN_AS_XX": "female", "TOLD_MALE": "female", "WOMAN_AS_XY": "male", "GCNV_WOMAN_AS_XY": "male",
    "ONE_X": "female", "TWO_X": "male", "NO_Y": "male", "Y_CALLED": "female",
}  # fmt: skip
LOSS = (31_200_000, 31_400_000)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """One person a way of being right or wrong, of several callers."""
    folder = tmp_path_factory.mktemp("sexes")
    files = folder / "vcf"
    new = {"sex": None, "release": "3.7.6"}
    write(files, "WOMAN", [reference_row("chrX", *X), record("chrX", *LOSS), record("chr1", 50_000, 90_000)], **new)
    write(files, "MAN", [reference_row("chrX", *X, gt="0", cn=1), reference_row("chrY", *Y, gt="0", cn=1)], **new)
    write(files, "SHORT", [record("chrX", *LOSS), record("chrX", 40_000_000, 41_000_000, cn=0, gt="1/1")], **new)
    write(files, "MAN_AS_XX", [reference_row("chrX", *X, gt="0", cn=1), reference_row("chrY", *Y, gt="0", cn=1), record("chrX", *LOSS, cn=0, gt="1"), record("chr1", 50_000, 90_000)], **new)  # fmt: skip
    write(files, "WOMAN_AS_XY", [reference_row("chrX", *X), record("chrX", *LOSS)], **new)
    write(files, "TOLD_MALE", [record("chrX", *LOSS, cn=0, gt="1")], sex="male")
    write(files, "ONE_X", [record("chrX", 5_000_000, 120_000_000, cn=1, bins=115_000)], sex=None)
    write(files, "TWO_X", [record("chrX", 5_000_000, 120_000_000, "<DUP>", 2, gt="1", sm=2, bins=115_000)], sex=None)
    write(files, "NO_Y", [record("chrY", 6_800_000, 21_000_000, cn=0, gt="1", sm=0, bins=14_000)], sex=None)
    write(files, "Y_CALLED", [record("chrY", *Y, "<DUP>", 2, gt="1", sm=2, bins=14_000)], sex=None)
    for name, lines in {
        "NO_COPY": [gcnv("chrX", LOSS, "0/1:1"), gcnv("chrY", Y, "1/1:0")],
        "GCNV_MAN_AS_XX": [gcnv("chrX", X, "0/1:1"), gcnv("chrY", Y, "0:1", ".")],
        "GCNV_WOMAN_AS_XY": [gcnv("chrX", X, "0:2", "."), gcnv("chrY", Y, "1/1:0")],
    }.items():
        (files / f"{name}.vcf").write_text(GCNV.vcf(lines, name))
    junk = MANTA.record("chrY", 13_600_100, 13_600_400, "<DEL>", "1/1:PASS:20:9,9", "SVTYPE=DEL", quality=80, filters="MaxDepth")  # fmt: skip
    lost = MANTA.record("chrX", *LOSS, "<DEL>", "0/1:PASS:99:9,9", "SVTYPE=DEL", quality=500)
    (files / "JUNK.vcf").write_text(MANTA.vcf([lost, junk], "JUNK"))
    table = write_table(folder / "samples.tsv", [(name, "EUR", "GBR", sex, True) for name, sex in RECORDED.items()])
    return build_here([files], table, folder / "cnv.duckdb")


REASONS = {
    "MAN_AS_XX": "genotypes of one allele over 100 % of X; copies of Y over 98 % of it",
    "GCNV_MAN_AS_XX": "copies of Y over 98 % of it",
    "TOLD_MALE": "the caller took the sample for XY",
    "WOMAN_AS_XY": "genotypes of two alleles over 100 % of X",
    "Y_CALLED": "copies of Y over 98 % of it",
}
MARKS = [
    ("GCNV_MAN_AS_XX", "chrX", "loss", "one X: X0 or a man"),
    ("GCNV_WOMAN_AS_XY", "chrX", "gain", "two X: XXY or a woman"),
    ("GCNV_WOMAN_AS_XY", "chrY", "loss", "no Y: lost, or a woman"),
    ("NO_Y", "chrY", "loss", "no Y: lost, or a woman"),
    ("ONE_X", "chrX", "loss", "one X: X0 or a man"),
    ("TWO_X", "chrX", "gain", "two X: XXY or a woman"),
]
STORED_REASONS = "SELECT sample, sex_mismatch_reason FROM samples WHERE sex_mismatch OR sex_mismatch_reason IS NOT NULL"
STORED_MARKS = "SELECT sample, chrom::VARCHAR, direction::VARCHAR, reason FROM marked_samples JOIN samples USING (sample_id) ORDER BY ALL"  # fmt: skip


def test_everybody_who_contradicts_a_sex_is_stored_with_the_reason(cohort: Built) -> None:
    """R2: three men under XX and a woman under XY; not the women with nothing or little on Y, nor the man with short diploid calls."""
    assert dict(cohort.rows(STORED_REASONS)) == REASONS


def test_one_x_two_x_and_no_y_are_marks_with_their_own_reason(cohort: Built) -> None:
    """R11, R2."""
    assert cohort.rows(STORED_MARKS) == MARKS
    longest, bases, share = cohort.rows(
        "SELECT longest, bases, share FROM marked_samples JOIN samples USING (sample_id) WHERE sample = 'ONE_X'"
    )[0]
    own = plain.shared_bases([(5_000_000, 120_000_000)], plain._own_sequence("chrX"))
    assert (longest, bases) == (115_000_000, own)
    assert share == pytest.approx(own / 154_893_034, rel=1e-3)


def test_who_contradicts_the_sex_stays_out_of_x_and_y_alone(cohort: Built) -> None:
    """R2, R5: on chr1 everybody counts, on X all but the contradicting and the marked."""
    with duckdb.connect(str(cohort.path.resolve()), read_only=True) as con:
        people = read_people(con)
    left_out = {*REASONS, *(name for name, chrom, *_ in MARKS if chrom == "chrX")}
    assert people.present("chr1").sum() == len(RECORDED)
    assert people.present("chrX").sum() == len(RECORDED) - len(left_out)
    men = {name for name, sex in RECORDED.items() if sex == "male"}
    assert people.present("chrY").sum() == len(men - {*REASONS, "GCNV_WOMAN_AS_XY", "NO_Y"})
    assert cohort.rows("SELECT carriers FROM sites WHERE chrom = 'chr1'") == [(2,)]  # WOMAN and MAN_AS_XX
    carriers = cohort.rows("SELECT carriers FROM sites WHERE start = 31200000 AND direction = 'loss'")
    assert carriers == [(4,)]  # WOMAN, NO_COPY, JUNK and SHORT; not TOLD_MALE, MAN_AS_XX and WOMAN_AS_XY


BREAKS = (
    ("UPDATE samples SET sex_mismatch_reason = NULL WHERE sample = 'TOLD_MALE'", "who contradicts"),
    ("UPDATE file_samples SET contradicts_sex = NULL", "who contradicts"),
    ("UPDATE file_samples SET recorded_sex = 'XX' WHERE sample = 'TWO_X'", "nobody of recorded sex XX"),
    ("UPDATE file_samples SET recorded_sex = 'XY' WHERE sample = 'ONE_X'", "nobody of recorded sex XX"),
    (
        "UPDATE file_samples SET contradicts_sex = NULL, caller_sex = 'XY' WHERE sample = 'Y_CALLED'",
        "nobody of recorded sex XX",
    ),
    (
        "UPDATE file_samples SET contradicts_sex = 'copies of Y over 90 % of it' WHERE sample = 'ONE_X'",
        "of files without",
    ),
    ("UPDATE marked_samples SET reason = 'long-event' WHERE chrom = 'chrX' AND direction = 'gain'", "who has one X"),
    ("UPDATE samples SET sample_id = 3 WHERE sample = 'WOMAN'", "no two samples"),
)
"""Statements that break an invariant about people, and the beginning of its sentence."""


def test_check_holds_and_finds_a_sex_that_is_not_contradicted_where_it_should(cohort: Built, tmp_path: Path) -> None:
    """R2, R11: a right database; one whose reasons were taken out; one with a mark that nothing bears out."""
    assert [finding.sentence for finding in check(cohort.path) if finding.broken] == []
    for statement, begins in BREAKS:
        path = tmp_path / "changed.duckdb"
        path.write_bytes(cohort.path.read_bytes())
        with duckdb.connect(str(path)) as con:
            con.execute(statement)
        broken = [finding.sentence for finding in check(path) if finding.broken]
        assert any(sentence.startswith(begins) for sentence in broken), (statement, broken)


def test_reasons_are_kept_when_people_are_added_and_removed(cohort: Built, tmp_path: Path) -> None:
    """R2, R12: the files of the first build are not read again."""
    out = tmp_path / "cnv.duckdb"
    stored = tmp_path / cohort.path.resolve().name.replace("cnv-", "cnv-")
    stored.write_bytes(cohort.path.read_bytes())
    out.symlink_to(stored.name)
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", sex, True) for name, sex in (RECORDED | {"NEW": "female"}).items()])  # fmt: skip
    write(tmp_path / "more", "NEW", [reference_row("chrY", *Y, gt="0", cn=1)], sex=None)
    changed = change_here(out, table, add=[tmp_path / "more"], remove=["WOMAN_AS_XY"])
    expected = {name: words for name, words in REASONS.items() if name != "WOMAN_AS_XY"}
    assert dict(changed.rows(STORED_REASONS)) == expected | {"NEW": "copies of Y over 98 % of it"}
    assert changed.rows(STORED_MARKS) == MARKS


PEOPLE = ("RIGHT_MAN", "RIGHT_WOMAN", "MAN_AS_XX", "WOMAN_AS_XY", "OPEN")


@pytest.mark.parametrize("piece", [400, 1 << 19])
def test_joint_files_whose_genotypes_state_ploidy_contradict_a_sex(piece: int, tmp_path: Path) -> None:
    """R2: entries that plainly say nothing state it too, each person's own; a genotype left open states nothing."""
    entries = "0\t0|0\t0\t0|0\t.|."
    lines = [PHASE3.record("chrX", start, start + 2_000_000, "<CN0>", entries, "SVTYPE=CNV") for start in range(5_000_000, 50_000_000, 5_000_000)]  # fmt: skip
    lines.append(PHASE3.record("chrX", 60_000_000, 60_010_000, "<CN0>", "1\t0|1\t1\t1|1\t0|0", "SVTYPE=CNV"))
    (tmp_path / "joint.vcf").write_text(joint_text(PHASE3, lines, PEOPLE))
    sexes = ("male", "female", "female", "male", "male")
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", sex, True) for name, sex in zip(PEOPLE, sexes, strict=True)])  # fmt: skip
    limits = Limits(piece_bytes=piece)
    built = build_here([tmp_path / "joint.vcf"], table, tmp_path / "cnv.duckdb", limits=limits)
    share = f"{100 * plain.shared_bases([(start, start + 2_000_000) for start in range(5_000_000, 50_000_000, 5_000_000)] + [(60_000_000, 60_010_000)], plain._own_sequence('chrX')) / OWN['chrX']:.0f} %"  # fmt: skip
    assert dict(built.rows(STORED_REASONS)) == {
        "MAN_AS_XX": f"genotypes of one allele over {share} of X",
        "WOMAN_AS_XY": f"genotypes of two alleles over {share} of X",
    }
    assert [finding.sentence for finding in check(built.path) if finding.broken] == []


def test_joint_calls_on_y_speak_by_their_copies(tmp_path: Path) -> None:
    """R2: one copy in a man under XX, none in a woman, two that a merge wrote into everybody."""
    entries = "\t".join(["0/1:1:900:60:100:50:50", "1/1:0:900:60:100:50:50", "0/1:1:900:60:100:50:50", "0/0:2:.:.:.:.:.", "0/0:2:.:.:.:.:."])  # fmt: skip
    lines = [GCNV.record("chrY", 3_000_000, 20_100_000, "<DEL>", entries)]
    (tmp_path / "joint.vcf").write_text(joint_text(GCNV, lines, PEOPLE))
    sexes = ("male", "female", "female", "male", "female")
    table = write_table(tmp_path / "samples.tsv", [(name, "EUR", "GBR", sex, True) for name, sex in zip(PEOPLE, sexes, strict=True)])  # fmt: skip
    built = build_here([tmp_path / "joint.vcf"], table, tmp_path / "cnv.duckdb")
    ((name, words),) = built.rows(STORED_REASONS)
    assert name == "MAN_AS_XX"
    assert words.startswith("copies of Y over ")
    kinds = "SELECT sample, class::VARCHAR FROM calls JOIN samples USING (sample_id) ORDER BY 1"
    assert built.rows(kinds) == [("MAN_AS_XX", "unexpected"), ("RIGHT_WOMAN", "unexpected")]


def test_signs_are_of_entries_that_are_no_calls() -> None:
    """R2: a call speaks by itself, once."""
    text = dragen(record("chrX", 5_000_000, 6_000_000), reference_row("chrX", 7_000_000, 8_000_000))
    assert fates([text], ["XX"]).signs.select("start", pl.col("sign").cast(pl.Int64)).rows() == [(7_000_000, 2)]
