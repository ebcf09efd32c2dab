"""The DRAGEN dialect: header facts, fields by key, coordinates of events and reference rows, cnv_sv files."""

from pathlib import Path

import pysam
import pytest

from data_prep.reading.dialects import DIALECTS, recognise, signs
from data_prep.reading.dialects.dragen import Dragen
from data_prep.reading.dialects.records import RECORD, RecordKind
from data_prep.reading.vcf import FileRefusedError, VcfFile, frame, parse_header, read_file
from tests.data_prep.dragen_text import header, record, reference_row


def understood(*lines: str) -> list[dict[str, object]]:
    """The records of lines as the dialect understands them."""
    body = "".join(f"{one}\n" for one in lines).encode()
    table = Dragen().records(frame([VcfFile(Path("x"), 0, "", parse_header(header()), body, len(lines))]))
    assert dict(table.schema) == RECORD
    return list(table.iter_rows(named=True))


def one(text: str) -> dict[str, object]:
    return understood(text)[0]


@pytest.mark.parametrize("release", ["3.5.7b", "3.7.6", "4.2.7"])
def test_recognise_and_release_by_the_header(release: str) -> None:
    head = parse_header(header(release=release))
    assert recognise(head).name == "dragen"
    assert recognise(head).release(head) == release


def test_recognise_takes_the_source_line_of_release_4() -> None:
    head = parse_header(header(release=None, extra=["##source=DRAGEN_CNV"]))
    assert recognise(head).name == "dragen"
    assert recognise(head).release(head) == "unknown"


@pytest.mark.parametrize("extra", [[], ["##source=strelka"], ["##source=ExomeDepth 1.40", "##reference=DRAGEN"]])
def test_recognise_refuses_unknown_callers_and_says_what_was_looked_for(extra: list[str]) -> None:
    with pytest.raises(FileRefusedError, match="caller is not known") as refused:
        recognise(parse_header(header(release=None, extra=extra)))
    for dialect in DIALECTS.values():
        assert dialect.sign in signs()
        assert dialect.sign not in str(refused.value)
        assert dialect.caller in signs()


@pytest.mark.parametrize(
    ("word", "sex"),
    [("male", "XY"), ("female", "XX"), ("MALE", "XY"), ("XX", "XX"), ("xy", "XY"), ("none", None), ("auto", None)],
)
def test_caller_sex_from_the_command_line(word: str, sex: str | None) -> None:
    assert Dragen().caller_sex(parse_header(header(sex=word))) == sex


def test_caller_sex_is_none_where_no_one_says() -> None:
    assert Dragen().caller_sex(parse_header(header(sex=None))) is None


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        # R1: an event's POS is the base before it, a REF row's POS its first base
        ("chr1\t2650427\tDRAGEN:LOSS:chr1:2650428-2651463\tN\t<DEL>\t48\tcnvLength\tSVTYPE=CNV;END=2651463;REFLEN=1036\tGT:SM:CN:BC:PE\t1/1:1.00369e-09:0:1:51,519", 2650427, 2651463),
        ("chr1\t817859\tDRAGEN:REF:chr1:817859-2649577\tN\t.\t94\tPASS\tEND=2649577;REFLEN=1831719\tGT:SM:CN:BC:PE\t./.:1.00865:2:1428:7,138", 817858, 2649577),
        # E09, E10: END missing
        (record("chr1", 5000, 7648, info="SVLEN=-2648;SVTYPE=CNV;REFLEN=9"), 5000, 7648),
        (record("chr1", 5000, 6000, "<DUP>", 3, info="SVTYPE=CNV;SVLEN=1000"), 5000, 6000),
        (record("chr1", 5000, 6000, info="REFLEN=1000;SVTYPE=CNV"), 5000, 6000),
        (record("chr1", 5000, 6000, "<DEL>,<DUP>", ".", info="SVLEN=-1000,1000;SVTYPE=CNV"), 5000, 6000),
        (record("chr1", 5000, 9000, ".", 2, info="REFLEN=4000"), 5000, 9000),
        # END holds where SVLEN and REFLEN disagree (E11), wherever it stands
        (record("chr1", 5000, 9000, info="SVLEN=-1;CIEND=1,2;REFLEN=3;SVTYPE=CNV;END=9000"), 5000, 9000),
        (record("chr1", 5000, 9000, info="END=9000"), 5000, 9000),
    ],
)  # fmt: skip
def test_records_place_events_and_reference_rows(line: str, start: int, end: int) -> None:
    found = one(line)
    assert (found["start"], found["end"]) == (start, end)


def test_records_leave_the_end_open_where_nothing_gives_it() -> None:
    assert one(record("chr1", 5000, 6000, info="SVTYPE=CNV"))["end"] is None
    assert one(record("chr1", 5000, 6000, info="SVTYPE=CNV;CIEND=6000;XEND=6000"))["end"] is None


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("GT:SM:CN:BC:PE", "0/1:0.48:1:12:3,4"),
        ("PE:BC:CN:SM:GT", "3,4:12:1:0.48:0/1"),
        ("GT:SM:CN:BC:GC:CT:AC:PE", "0/1:0.48:1:12:0.386923:0.499821:0.500456:0,18"),
        ("BC:XX:GT:CN:YY:SM", "12:a:0/1:1:b:0.48"),
        ("GT:SM:CN:BC:PE", "0/1:0.48:1:12"),
        ("GT:SM:CN:BC:FT:PE", "0/1:0.48:1:12:.:3,4"),
        ("GT:SM:CN:BC", "0/1:0.48:1:12:more:than:keys"),
    ],
)
def test_records_read_format_by_key(form: str, values: str) -> None:
    """E30."""
    found = one(record("chr1", 5000, 6000, form=form, values=values))
    assert (found["genotype"], found["copy_ratio"], found["copy_number"], found["bins"]) == ("0/1", 0.48, 1, 12)
    assert found["filters"] == "PASS"


def test_records_read_each_line_by_its_own_format() -> None:
    forms = [("GT:SM:CN:BC", "0/1:0.5:1:{}"), ("BC:CN:SM:GT", "{}:1:0.5:0/1"), ("CN:BC", "1:{}")]
    lines = [
        record("chr1", 1000 * i, 1000 * i + 900, form=forms[i % 3][0], values=forms[i % 3][1].format(i))
        for i in range(1, 20)
    ]
    found = understood(*lines)
    assert [row["bins"] for row in found] == list(range(1, 20))
    assert [row["start"] for row in found] == [1000 * i for i in range(1, 20)]
    assert [row["genotype"] for row in found] == [None if i % 3 == 2 else "0/1" for i in range(1, 20)]


def test_records_give_fields_left_out_as_null() -> None:
    found = one(record("chr1", 5000, 6000, form="GT:SM:CN:BC:PE", values="0/1:0.48"))
    assert (found["copy_number"], found["bins"]) == (None, None)
    found = one(record("chr1", 5000, 6000, form="GT", values="0/1"))
    assert (found["genotype"], found["copy_number"]) == ("0/1", None)
    found = one(record("chr1", 5000, 6000, form="GT:SM:CN:BC:PE", values=".:.:.:.:."))
    assert [found[c] for c in ("genotype", "copy_ratio", "copy_number", "bins")] == [".", None, None, None]
    assert one(record("chr1", 5000, 6000, form="SM:CN", values="0.5:1"))["genotype"] is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.00369e-09", 1.00369e-09),
        ("1E2", 100.0),
        ("91.2", 91.2),
        ("0", 0.0),
        ("nan", None),
        ("NaN", None),
        ("inf", None),
        ("-inf", None),
        ("1e999", None),
        (".", None),
        ("many", None),
    ],
)
def test_records_read_decimals_finite_or_not_at_all(text: str, value: float | None) -> None:
    """E14, E36."""
    assert one(record("chr1", 5000, 6000, sm=text))["copy_ratio"] == value
    assert one(record("chr1", 5000, 6000, quality=text))["quality"] == value


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 10, 74, 182, 40_000])
def test_records_read_large_copy_numbers(number: int) -> None:
    """E12."""
    assert one(record("chr1", 5000, 6000, "<DUP>", number))["copy_number"] == number


@pytest.mark.parametrize(
    ("column", "ft", "filters"),
    [
        ("PASS", None, "PASS"),
        (".", None, "."),
        ("cnvLength", None, "cnvLength"),
        ("cnvLength;cnvQual", None, "cnvLength;cnvQual"),
        ("strange", None, "strange"),
        ("SampleFT", "cnvLength", "cnvLength"),
        ("SampleFT", "PASS", "PASS"),
        ("PASS", "cnvQual", "cnvQual"),
        ("cnvLength", ".", "cnvLength"),
    ],
)
def test_records_keep_every_filter_and_put_ft_first(column: str, ft: str | None, filters: str) -> None:
    """R4, E13."""
    form, values = ("GT:SM:CN:BC", "0/1:0.5:1:5") if ft is None else ("GT:SM:CN:BC:FT", f"0/1:0.5:1:5:{ft}")
    assert one(record("chr1", 5000, 6000, filters=column, form=form, values=values))["filters"] == filters


@pytest.mark.parametrize(
    ("alt", "record_id", "kind"),
    [
        ("<DEL>", ".", RecordKind.LOSS),
        ("<DUP>", ".", RecordKind.GAIN),
        ("<DEL>", "DRAGEN:GAIN:chr1:5001-6000", RecordKind.LOSS),
        ("<DUP>", "DRAGEN:LOSS:348501:402501", RecordKind.GAIN),
        (".", "DRAGEN:REF:chr1:5001-6000", RecordKind.REFERENCE),
        ("<DEL>,<DUP>", "DRAGEN:CNLOH:chr1:5001-6000", RecordKind.LOH),
        ("<LOH>", "DRAGEN:CNLOH:3:5001:6000", RecordKind.LOH),
        ("<CNV>", "DRAGEN:LOSS:chr1:5001-6000", RecordKind.LOSS),
        ("<CNV>", "DRAGEN:GAIN:5001:6000", RecordKind.GAIN),
        ("<CNV>", "DRAGEN:CNLOH:chr1:5001-6000", RecordKind.LOH),
        ("<CNV>", ".", RecordKind.VARIABLE),
        ("<INV>", "MantaINV:1", RecordKind.OTHER),
        ("<INS>", ".", RecordKind.OTHER),
        ("N]chr2:100]", ".", RecordKind.OTHER),
        ("ACGT", ".", RecordKind.OTHER),
    ],
)
def test_records_tell_the_kind_by_alt_then_by_id(alt: str, record_id: str, kind: RecordKind) -> None:
    """R2, E07, E08, E29."""
    assert one(record("chr1", 5000, 6000, alt, ".", record_id=record_id))["kind"] == kind.value


@pytest.mark.parametrize(
    ("info", "kept"),
    [
        ("SVTYPE=CNV;END=6000", True),
        ("END=6000", True),
        ("SVTYPE=CNV;SVCLAIM=D;END=6000", True),
        ("SVTYPE=CNV;END=6000;SVCLAIM=DJ", True),
        ("SVTYPE=DEL;SVCLAIM=DJ;END=6000", True),
        ("SVTYPE=DEL;SVCLAIM=J;END=6000", False),
        ("SVTYPE=CNV;SVCLAIM=J;END=6000", False),
        ("SVTYPE=DEL;END=6000", False),
        ("END=6000;SVCLAIM=J;SVTYPE=DUP", False),
    ],
)
def test_records_take_the_rows_of_cnv_sv_files_that_depth_supports(info: str, kept: bool) -> None:
    """E33: an event found by depth and by junctions stands there twice."""
    usual = record("chr1", 500, 1000)
    for lines in ([record("chr1", 5000, 6000, info=info)], [usual, record("chr1", 5000, 6000, info=info), usual]):
        found = understood(*lines)[len(lines) // 2]
        assert found["kind"] == (RecordKind.LOSS.value if kept else RecordKind.OTHER.value)


def test_records_mark_lines_that_lack_a_column_or_a_position() -> None:
    usual = record("chr1", 5000, 6000)
    cut = "\t".join(usual.split("\t")[:9])
    found = understood(usual, cut, record("chr1", 5000, 6000, pos="x"), record("chr1", 5000, 6000, pos="."))
    assert [row["malformed"] for row in found] == [False, True, True, True]


def test_records_agree_with_pysam_on_the_real_file(shared: Path) -> None:
    """R1 and the fields, on all 591 records of HG00096, by another reader."""
    path = shared / "data" / "dragen-3.5.7b-HG00096.cnv.vcf"
    found = list(Dragen().records(frame([read_file(path)])).iter_rows(named=True))
    with pysam.VariantFile(str(path)) as variants:
        theirs = list(variants)
    assert len(found) == len(theirs) == 591
    for mine, other in zip(found, theirs, strict=True):
        assert (mine["chrom"], mine["start"], mine["end"]) == (other.chrom, other.pos, other.stop)
        values = other.samples[0]
        assert mine["copy_number"] == values["CN"]
        assert mine["bins"] == values["BC"]
        assert mine["copy_ratio"] == pytest.approx(values["SM"], rel=1e-6)
        assert mine["quality"] == other.qual
        assert mine["filters"] == ";".join(other.filter.keys())
        assert mine["genotype"] == "/".join("." if a is None else str(a) for a in values["GT"])
        assert mine["kind"] == {"<DEL>": "loss", "<DUP>": "gain"}[other.alts[0]]


def test_records_place_a_reference_row_as_its_id_says() -> None:
    """R1: of events and reference rows alike, the ID names the first and the last base."""
    lines = [
        reference_row("chr1", 10_000, 50_000),
        record("chr1", 50_000, 61_000),
        reference_row("chr1", 61_000, 90_000),
    ]
    for text, row in zip(lines, understood(*lines), strict=True):
        first, last = text.split("\t")[2].split(":")[3].split("-")
        assert (row["start"], row["end"]) == (int(first) - 1, int(last))
