"""Files that are not what they say: two people's behind one another, cut in the header, of more columns, of other names.

Each would be a wrong person, or a person without calls, in every denominator (R5, R12). What is read at once and what is read
in pieces are put to the same tests: a later header may lie in any stretch, or across a cut.
"""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_prep.reading.long_files.read import read_long, read_whole
from data_prep.reading.reports import REFUSED, BatchReport, FileReport
from data_prep.reading.shards import read_batch
from data_prep.system.limits import DEFAULTS, Limits
from data_prep.system.text_stream import with_newlines
from tests.data_prep.dragen_text import bgzip, header, record, vcf
from tests.oracle.plain import LENGTHS

FIRST = [record("chr1", 1_100_000, 1_120_000), record("chr3", 40_000, 47_000, "<DUP>", 3, gt="0/1", sm=1.5)]
SECOND = [record("chr2", 7_000_000, 7_090_000, cn=0, gt="1/1", sm=0.01)]
JOINT = "GT:SM:CN:BC:PE"


def joint_record(chrom: str, start: int, end: int, *entries: str) -> str:
    cells = record(chrom, start, end).split("\t")
    return "\t".join([*cells[:8], JOINT, *entries])


LOSS, NONE = "0/1:0.5:1:9:4,4", "0/0:1.0:2:9:0,0"


def joint(samples: Sequence[str], records: Sequence[str]) -> str:
    return vcf(samples[0], list(records), more_samples=list(samples[1:]))


def read(folder: Path, limits: Limits, data: bytes | str, name: str = "P1.vcf", parts: int = 1) -> FileReport:
    """The report of a file alone; `parts`: stretches of a file that is read in pieces."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    batch = read_batch(0, [(0, str(path))], {}, str(folder), limits=limits)
    for number, file in batch.long:
        if parts == 1:
            batch = read_whole(number, 1, file, {}, str(folder), limits=limits)
        else:
            batch = _in_stretches(number, file, folder, parts, limits)
    return batch.files[0]


def _in_stretches(number, file, folder: Path, parts: int, limits: Limits) -> BatchReport:  # type: ignore[no-untyped-def]
    def here(tasks, done) -> None:  # type: ignore[no-untyped-def]
        for function, *arguments in tasks:
            done(function(*arguments))

    return read_long(number, 1, file, {}, str(folder), parts, here, limits=limits)


@pytest.fixture(params=[DEFAULTS, Limits(whole_file_bytes=100)], ids=["at once", "in pieces"])
def limits(request: pytest.FixtureRequest) -> Limits:
    """With which even short files are read in pieces, or not."""
    value: Limits = request.param
    return value


def assert_refused(report: FileReport, *words: str) -> None:
    assert report.status == REFUSED, report
    assert report.message is not None
    assert "\n" not in report.message
    for word in words:
        assert word in report.message
    assert report.records == 0


PACKERS = {"text": str.encode, "gzip": lambda text: gzip.compress(text.encode()), "bgzip": bgzip}


@pytest.mark.parametrize("pack", PACKERS)
def test_two_peoples_files_one_behind_the_other_are_refused(tmp_path: Path, limits: Limits, pack: str) -> None:
    """`cat A.vcf.gz B.vcf.gz` makes a file that every tool can read, of one person with the calls of two."""
    data = PACKERS[pack](vcf("P1", FIRST)) + PACKERS[pack](vcf("P2", SECOND))
    name = "P1.vcf" if pack == "text" else "P1.vcf.gz"
    assert_refused(
        read(tmp_path, limits, data, name), "two files one behind the other", "names P1", "a later one P2: part them"
    )


def test_a_second_header_line_alone_is_enough(tmp_path: Path, limits: Limits) -> None:
    line = header("P2").splitlines()[-1]
    assert_refused(read(tmp_path, limits, vcf("P1", [*FIRST, line, *SECOND])), "a later one P2")
    # before any record, and behind all of them
    assert_refused(read(tmp_path, limits, vcf("P1", [line, *SECOND])), "a later one P2")
    assert_refused(read(tmp_path, limits, vcf("P1", [*FIRST, line])), "a later one P2")


def test_the_same_columns_are_one_file(tmp_path: Path, limits: Limits) -> None:
    """Chromosomes of one person, joined: the calls of all parts, and a note that is true."""
    one = read(tmp_path, limits, vcf("P1", FIRST) + vcf("P1", SECOND))
    assert (one.status, one.records, one.calls) == ("read", 3, 3)
    assert one.message == "headers among the records, with the same columns, were left out"


def test_joint_files_one_behind_the_other(tmp_path: Path, limits: Limits) -> None:
    """Others' columns, and the same in another order; the same in the same order are one file."""
    first = joint(["J1", "J2", "J3"], [joint_record("chr1", 5_000, 9_000, LOSS, NONE, NONE)])
    line = joint_record("chr4", 5_000, 9_000, LOSS, NONE, LOSS)
    assert_refused(
        read(tmp_path, limits, first + joint(["J4", "J5", "J6"], [line])), "names J1, J2, J3", "a later one J4, J5, J6"
    )
    assert_refused(
        read(tmp_path, limits, first + joint(["J1", "J3", "J2"], [line])), "the same samples in another order"
    )
    assert_refused(read(tmp_path, limits, first + joint(["J1", "J2"], [line.rsplit("\t", 1)[0]])), "a later one J1, J2")
    whole = read(tmp_path, limits, first + joint(["J1", "J2", "J3"], [line]))
    assert [(one.sample, one.calls) for one in whole.sources] == [("J1", 2), ("J2", 0), ("J3", 1)]
    many = [f"L{i}" for i in range(9)]
    entries = joint_record("chr4", 5_000, 9_000, *[LOSS] * 9)
    assert_refused(read(tmp_path, limits, first + joint(many, [entries])), "a later one L0, L1, L2, 6 more")


@pytest.mark.parametrize("parts", [2, 3, 7, 40])
@pytest.mark.parametrize("pack", ["text", "bgzip"])
def test_a_later_header_is_seen_wherever_the_cuts_fall(tmp_path: Path, parts: int, pack: str) -> None:
    """Stretches of some hundred bytes, so that cuts lie in the second header, in its names and at its ends."""
    limits = Limits(piece_bytes=150)
    records = [joint_record("chr1", 5_000 + 1_000 * i, 5_900 + 1_000 * i, LOSS, NONE) for i in range(20)]
    two = joint(["J1", "J2"], records) + joint(["J2", "J1"], records)
    same = joint(["J1", "J2"], records) + joint(["J1", "J2"], [line.replace("chr1", "chr2") for line in records])
    for text, status in ((two, "refused"), (same, "read")):
        data = text.encode() if pack == "text" else bgzip(text, block=137)
        report = read(tmp_path, limits, data, "J1.vcf" if pack == "text" else "J1.vcf.gz", parts)
        assert report.status == status
        if status == "read":
            assert [one.calls for one in report.sources] == [40, 0]


def test_a_second_file_of_another_caller_or_build_is_not_read_as_the_first(tmp_path: Path, limits: Limits) -> None:
    """The same person's, but what its fields mean, or where they lie, is another thing."""
    manta = header("P1", release=None, extra=["##source=GenerateSVCandidates 1.6.0"])
    line = "chr2\t5001\tMantaDEL:1\tN\t<DEL>\t99\tPASS\tSVTYPE=DEL;END=9000\tGT:FT\t0/1:PASS\n"
    assert_refused(
        read(tmp_path, limits, vcf("P1", FIRST) + manta + line), "DRAGEN 3.5.7b XY and of Manta 1.6.0: part them"
    )
    assert_refused(read(tmp_path, limits, vcf("P1", FIRST) + vcf("P1", SECOND, release="3.7.6")), "DRAGEN 3.7.6")
    grch37 = {name: 249_250_621 if name == "chr1" else length for name, length in LENGTHS.items()}
    assert_refused(
        read(tmp_path, limits, vcf("P1", FIRST) + vcf("P1", SECOND, lengths=grch37)),
        "as in GRCh37",
        "another genome build",
    )


def test_a_second_header_that_is_cut_refuses_the_file(tmp_path: Path, limits: Limits) -> None:
    head = header("P2")
    cut = head[: head.index("#CHROM")]
    for text in (vcf("P1", FIRST) + cut, vcf("P1", FIRST) + cut + "\n".join(SECOND) + "\n"):
        assert_refused(read(tmp_path, limits, text), "the header of the second has no #CHROM line")
    assert_refused(
        read(tmp_path, limits, vcf("P1", FIRST) + head[:-3]), "#CHROM line has no end: the file is cut short"
    )
    # the first file's last line had no end, so the second's first word stands in its last value
    assert_refused(read(tmp_path, limits, vcf("P1", FIRST)[:-1] + vcf("P1", SECOND)), "with no line end between them")


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("samples", [["T0011"], ["T0011", "T0012"]])
def test_a_header_line_without_an_end_is_a_file_cut_short(
    tmp_path: Path, limits: Limits, pack: str, samples: list[str]
) -> None:
    """T0011 cut to T001 is another person, and a joint file cut behind a tab or a name a file of fewer people.

    Cut at every byte of the line: none is read but the one whose line has its end.
    """
    text = joint(samples, [])
    name = "T0011.vcf" if pack == "text" else "T0011.vcf.gz"
    start = text.index("#CHROM")
    for end in range(start + 1, len(text)):
        assert_refused(read(tmp_path, limits, PACKERS[pack](text[:end]), name), "cut short")
    assert read(tmp_path, limits, PACKERS[pack](text), name).status == "read"


@pytest.mark.parametrize("column", ["INFO", "FORMAT", "P1"])
def test_a_header_whose_columns_are_not_those_of_vcf_is_refused(tmp_path: Path, column: str) -> None:
    """Without FORMAT the first sample would be taken for it, and its people move by one column."""
    text = joint(["P1", "P2"], [joint_record("chr1", 5_000, 9_000, LOSS, NONE)])
    first, line, rest = text.partition(header("P1", more_samples=["P2"]).splitlines()[-1])
    cells = line.split("\t")
    if column == "P1":
        assert_refused(
            read(tmp_path, DEFAULTS, first + line.replace("\tP1\t", "\t\t") + rest), "a sample without a name"
        )
    else:
        cells.remove(column)
        assert_refused(read(tmp_path, DEFAULTS, first + "\t".join(cells) + rest), "no FORMAT in the ninth column")


def test_a_record_of_more_columns_than_the_header_refuses_the_file(tmp_path: Path, limits: Limits) -> None:
    """Whose the values behind the last name are nobody knows: a header that lost its last names looks like this."""
    wide = f"{FIRST[1]}\t{LOSS}"
    text = vcf("P1", [FIRST[0], "# a comment", "", wide, SECOND[0]])
    line = text.splitlines().index(wide) + 1
    place = "record at chr3:40000" if limits != DEFAULTS else f"line {line} "
    assert_refused(read(tmp_path, limits, text), place, "more columns than its header, which names one sample")
    # hidden behind an empty column, and behind a line that is as much shorter
    assert_refused(read(tmp_path, limits, vcf("P1", [f"{FIRST[0]}\t\t{LOSS}"])), "more columns than its header")
    short = FIRST[1].rsplit("\t", 1)[0]
    assert_refused(read(tmp_path, limits, vcf("P1", [short, f"{FIRST[0]}\t{LOSS}"])), "more columns than its header")
    trailing = read(tmp_path, limits, vcf("P1", [f"{one}\t\t" for one in FIRST]))
    assert (trailing.status, trailing.calls) == ("read", 2)
    assert trailing.message == "tabs at the ends of lines were left out"


def test_a_joint_record_of_more_columns_refuses_the_file(tmp_path: Path) -> None:
    lines = [joint_record("chr1", 5_000, 9_000, LOSS, NONE), joint_record("chr6", 70_000, 80_000, LOSS, NONE, LOSS)]
    assert_refused(
        read(tmp_path, DEFAULTS, joint(["J1", "J2"], lines)),
        "its record at chr6:70000 has more columns",
        "names 2 samples",
    )
    assert read(tmp_path, DEFAULTS, joint(["J1", "J2"], [f"{lines[0]}\t"])).status == "read"


NOTES = {
    "": None,
    "blank": "blank lines were left out",
    "comment": "comment lines among the records were left out",
    "unended": "the last line has no end",
}


@pytest.mark.parametrize("fault", NOTES)
def test_notes_say_what_is_there_and_nothing_else(tmp_path: Path, limits: Limits, fault: str) -> None:
    """A file whose lines all end is not said to have one without."""
    lines = {"blank": [*FIRST, "", ""], "comment": ["#one", *FIRST, "##two"]}.get(fault, FIRST)
    text = vcf("P1", lines)
    report = read(tmp_path, limits, text[:-1] if fault == "unended" else text)
    assert (report.message, report.calls) == (NOTES[fault], 2)


def test_records_parted_by_carriage_returns_alone_are_all_read(tmp_path: Path, limits: Limits) -> None:
    """Three records in one line of the file, which would be one with the name of the last in its last value."""
    text = vcf("P1", ["\r".join([*FIRST, *SECOND]), record("chr9", 5_000, 9_000)])
    report = read(tmp_path, limits, text)
    assert (report.records, report.calls) == (4, 4)
    assert report.message == "carriage returns alone were read as line ends"
    stray = read(tmp_path, limits, vcf("P1", FIRST).replace("cnvLength", "cnv\rLength").replace("PASS", "PA\rSS"))
    assert (stray.records, stray.calls) == (2, 2)
    assert stray.message == "carriage returns stand within lines and were left there"


def test_a_file_of_carriage_returns_alone_gets_a_true_sentence(tmp_path: Path, limits: Limits) -> None:
    report = read(tmp_path, limits, vcf("P1", FIRST).replace("\n", "\r"))
    assert_refused(report, "parted by carriage returns alone", "tr '\\r' '\\n'")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=4, max_size=9))
def test_any_mixture_of_line_ends_gives_the_same_lines(ends: list[str]) -> None:
    """R12: neither lost nor glued."""
    lines = [record("chr1", 1_000 * i, 1_000 * i + 500) for i in range(1, len(ends) + 1)]
    text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    assert with_newlines(text.encode()).decode().split("\n")[:-1] == lines


# names of chromosomes


SEQUENCE_NAMES = {
    "RefSeq": {"chr1": "NC_000001.11", "chrX": "NC_000023.11"},
    "GenBank": {"chr1": "CM000663.2", "chrX": "CM000685.2"},
    "refget": {"chr1": "SQ.Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO", "chrX": "SQ.w0WZEvgJF0zf_P4yyTzjjv9oW1z61HHP"},
    "capitals": {"chr1": "CHR1", "chrX": "CHRX"},
    "bare": {"chr1": "1", "chrX": "X"},
    "numbers": {"chr1": "1", "chrX": "23"},
}


def named_file(names: dict[str, str], lengths: dict[str, int] | None = None) -> str:
    lines = [record(names["chr1"], 600_000, 640_000), record(names["chrX"], 9_000_000, 9_050_000, gt="0/1")]
    found = {names[chrom]: LENGTHS[chrom] for chrom in names} if lengths is None else lengths
    return vcf("P1", lines, lengths=found)


@pytest.mark.parametrize("names", SEQUENCE_NAMES)
def test_every_name_of_a_chromosome_is_read(tmp_path: Path, limits: Limits, names: str) -> None:
    """R1; and the lengths behind them are compared whatever the name."""
    report = read(tmp_path, limits, named_file(SEQUENCE_NAMES[names]))
    assert (report.status, report.calls, report.skipped) == ("read", 2, 0)
    wrong = {SEQUENCE_NAMES[names]["chrX"]: 155_270_560}
    assert_refused(
        read(tmp_path, limits, named_file(SEQUENCE_NAMES[names], wrong)), "its chrX is 155,270,560 bases long"
    )


def test_an_accession_tells_the_build_without_lengths(tmp_path: Path) -> None:
    text = named_file(SEQUENCE_NAMES["RefSeq"])
    bare = "\n".join(line.partition(",length=")[0] + ">" if "##contig" in line else line for line in text.split("\n"))
    assert ",length=" not in bare
    assert read(tmp_path, DEFAULTS, bare).calls == 2
    assert_refused(
        read(tmp_path, DEFAULTS, bare.replace("NC_000001.11", "chr1").replace("NC_000023.11", "chrX")), "not known"
    )


@pytest.mark.parametrize("name", ["NC_000005.9", "CM000667.1", "nc_000005.11"])
@pytest.mark.parametrize("where", ["contig", "record"])
def test_an_accession_of_another_build_refuses_the_file(tmp_path: Path, limits: Limits, name: str, where: str) -> None:
    """NC_000005.9 is chromosome 5 of GRCh37: its places are others."""
    lengths = {"chr1": LENGTHS["chr1"], **({name: 180_915_260} if where == "contig" else {})}
    text = vcf("P1", [*FIRST, record(name, 600_000, 640_000)], lengths=lengths)
    ours = "CM000667.2" if name.startswith("CM") else "NC_000005.10"
    assert_refused(read(tmp_path, limits, text), name, "of another genome build than GRCh38", ours)


def test_23_is_x_only_where_the_header_has_no_x(tmp_path: Path, limits: Limits) -> None:
    """In a genome whose X is named so, a 23 is another sequence."""
    lines = [
        record("chr1", 600_000, 640_000),
        record("23", 9_000_000, 9_050_000),
        record("chr24", 9_000_000, 9_050_000, gt="1", cn=0),
    ]
    alone = read(tmp_path, limits, vcf("P1", lines, lengths={"chr1": LENGTHS["chr1"], "23": LENGTHS["chrX"]}))
    assert (alone.calls, alone.skipped) == (3, 0)
    beside = read(
        tmp_path, limits, vcf("P1", lines, lengths={"chr1": LENGTHS["chr1"], "chrX": LENGTHS["chrX"], "23": 52_000_000})
    )
    assert (beside.calls, beside.skipped) == (1, 2)


def test_the_mitochondrion_has_a_reason_of_its_own(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "P1.vcf"
    path.write_text(
        vcf("P1", [*FIRST, record("MT", 100, 900), record("NC_012920.1", 100, 900), record("chrUn_7", 1, 9)])
    )
    batch = read_batch(0, [(0, str(path))], {}, str(tmp_path), limits=limits)
    for number, file in batch.long:
        batch = read_whole(number, 1, file, {}, str(tmp_path), limits=limits)
    assert {one.reason: one.records for one in batch.skipped} == {
        "on the mitochondrial genome, whose copies are not counted": 2,
        "not on chromosomes 1 to 22, X or Y": 1,
    }


@pytest.mark.parametrize("samples", [["P1"], ["P1", "P2"]])
def test_records_none_of_which_lies_on_a_known_chromosome_refuse_the_file(
    tmp_path: Path, limits: Limits, samples: list[str]
) -> None:
    """R5: its people would stand in every denominator and carry nothing."""
    entries = [LOSS] * len(samples)
    lines = [joint_record("scaffold_12", 5_000 * i, 5_000 * i + 900, *entries) for i in (1, 2, 3)]
    report = read(tmp_path, limits, joint(samples, lines))
    assert_refused(
        report, "not one of its 3 records", "on a chromosome that is known, the first of them on 'scaffold_12'"
    )
    report = read(tmp_path, limits, joint(samples, [joint_record("chrM", 5, 900, *entries), "scaffold_12\tx"]))
    assert_refused(report, "not one of its 2 records", "can be placed")
    assert (
        read(tmp_path, limits, joint(samples, [*lines, joint_record("chr7", 5_000, 9_000, *entries)])).status == "read"
    )


# files of another kind


def snvs(samples: Sequence[str], extra: Sequence[str] = ()) -> str:
    lines = [f"chr1\t{1_000 + i}\trs{i}\tA\t{'C,<NON_REF>' if i % 2 else 'ATG'}\t50\tPASS\tDP=30\tGT" + "\t0/1" * len(samples) for i in range(5)]  # fmt: skip
    return vcf(samples[0], lines, release=None, more_samples=list(samples[1:]), extra=list(extra))


@pytest.mark.parametrize("samples", [["P1"], ["P1", "P2"]])
def test_small_variants_alone_are_told_as_such(tmp_path: Path, samples: list[str]) -> None:
    says = "it holds small variants alone (SNVs and indels), not copy numbers: give the file of CNV calls"
    assert read(tmp_path, DEFAULTS, snvs(samples)).message == says
    # of a caller that writes both: DRAGEN's small variants have its version line, too
    dragen = snvs(samples).replace("#CHROM", "##source=GenerateSVCandidates 1.6\n#CHROM")
    assert read(tmp_path, DEFAULTS, dragen).message == says
    unknown = joint(samples, [joint_record("chr1", 5_000, 9_000, *[LOSS] * len(samples))])
    foreign = "\n".join(line for line in unknown.split("\n") if "DRAGEN" not in line or not line.startswith("##"))
    assert read(tmp_path, DEFAULTS, foreign).message == "its caller is not known: name it with --dialect"


def test_bcf_is_told_as_such(tmp_path: Path) -> None:
    data = b"BCF\x02\x02" + (400).to_bytes(4, "little") + header("P1").encode() + b"\x00" + bytes(range(256)) * 4
    for content, name in (
        (data, "P1.vcf"),
        (bgzip(data.decode("latin-1")), "P1.vcf.gz"),
        (gzip.compress(data), "P1.vcf.gz"),
    ):
        assert_refused(read(tmp_path, DEFAULTS, content, name), "it is BCF", "convert it with `bcftools view`")


@pytest.mark.parametrize("dialect", [None, "gatk-gcnv"])
def test_gcnv_intervals_ask_for_the_segments(tmp_path: Path, dialect: str | None) -> None:
    """One row a bin: each would be a CNV of its own, however it is named."""
    lines = [f'##FORMAT=<ID={key},Number=1,Type=Integer,Description="x">' for key in ("GT", "CN", "CNLP", "CNQ")]
    rows = [f"chr4\t{1_000 * i + 1}\tCNV_chr4_{i}\tN\t<DEL>,<DUP>\t.\t.\tEND={1_000 * i + 1_000}\tGT:CN:CNLP:CNQ\t1:1:0,9,9:30" for i in range(3)]  # fmt: skip
    path = tmp_path / "P1.vcf"
    path.write_text(vcf("P1", rows, release=None, extra=lines))
    report = read_batch(0, [(0, str(path))], {}, str(tmp_path), dialect).files[0]
    assert_refused(report, "genotyped-intervals", "give genotyped-segments of the same sample")
