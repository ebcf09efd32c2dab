"""Values that are no numbers are reported with their count and an example, and fields that contradict each other too (R4)."""

from pathlib import Path

import pytest

from data_prep.reading.calls import report_lines
from tests.data_prep import dragen_text
from tests.data_prep.built import build_here
from tests.data_prep.in_memory import fates
from tests.data_prep.reading.dialects.texts import CALLERS, Caller

DRAGEN = CALLERS["dragen-4.4"]


def report(text: str, sex: str | None = None) -> list[str]:
    """What the report of a file of one record says of it."""
    return report_lines(fates([text], [sex]).remarks).get(0, [])


def dragen(**fields: object) -> str:
    return dragen_text.vcf("A", [dragen_text.record("chr1", 2_300_000, 2_320_000, **fields)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "name", "example"),
    [
        ({"quality": "nan"}, "QUAL", "nan"),
        ({"quality": "abc"}, "QUAL", "abc"),
        ({"quality": "1e400"}, "QUAL", "1e400"),
        ({"quality": "inf"}, "QUAL", "inf"),
        ({"quality": "1e39"}, "QUAL", "1e39"),
        ({"quality": ""}, "QUAL", ""),
        ({"cn": -1}, "CN", "-1"),
        ({"cn": "1e9"}, "CN", "1e9"),
        ({"cn": "nan"}, "CN", "nan"),
        ({"cn": "one"}, "CN", "one"),
        ({"sm": "1e39"}, "SM", "1e39"),
        ({"sm": "0,5"}, "SM", "0,5"),
        ({"bins": "-1"}, "BC", "-1"),
        ({"bins": "many"}, "BC", "many"),
        ({"info": "SVTYPE=CNV;END=2320000abc;REFLEN=20000"}, "END", "2320000abc"),
        ({"info": "SVTYPE=CNV;END=2320000;REFLEN=2e4"}, "REFLEN", "2e4"),
        ({"info": "SVTYPE=CNV;END=+2320000;REFLEN=20000"}, "END", "+2320000"),
        ({"info": "SVTYPE=CNV;REFLEN=20000;END=2320000.5"}, "END", "2320000.5"),
    ],
)
def test_what_is_no_number_is_reported_and_marks_the_call(fields: dict[str, object], name: str, example: str) -> None:
    found = fates([dragen(**fields)])
    assert found.calls.get_column("unreadable").to_list() == [True]
    lines = report_lines(found.remarks)[0]
    assert f"1 record: {name} is no number, so the record stands at the level all alone (such as {example!r})" in lines
    assert found.calls.select("start", "end").row(0) == (2_300_000, 2_320_000)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"quality": "."},
        {"cn": "."},
        {"sm": "."},
        {"bins": "."},
        {"quality": "1e3"},
        {"sm": "5e-1"},
        {"bins": "20.0"},
        {"info": "SVTYPE=CNV;END=2320000;REFLEN=20000;SVLEN=-20000"},
        {"info": "SVTYPE=CNV;END=.;REFLEN=20000"},
        {"info": "SVTYPE=CNV;END=2320000;SVLEN=-20000,.;XEND=abc"},
    ],
)
def test_numbers_and_missing_values_are_no_damage(fields: dict[str, object]) -> None:
    found = fates([dragen(**fields)])
    assert found.calls.get_column("unreadable").to_list() == [False]
    assert report_lines(found.remarks) == {}


@pytest.mark.parametrize("pos", ["+1100000", "1100000abc", "1.1e6", ""])
def test_a_position_that_is_no_number_is_left_out_with_its_line(pos: str) -> None:
    found = fates([dragen(pos=pos)])
    assert not found.calls.height
    assert found.skipped.get_column("reason").to_list() == [
        "malformed: a column is missing, or the position is no number"
    ]


@pytest.mark.parametrize(
    ("name", "alt", "values", "info", "lines"),
    [
        ("gatk-gcnv", "<DEL>", "1:1:x:60:90:50:50", "", ["1 record: NP is no number, so the record stands at the level all alone (such as 'x')"]),
        ("gatk-gcnv", "<DEL>", "1:1:9:60:nan:50:50", "", ["1 record: QS is no number, so the record stands at the level all alone (such as 'nan')"]),
        ("canvas", "<CNV>", "0/1:40:-3:1:.:.:.:PASS", "SVTYPE=CNV", ["1 record: BC is no number, so the record stands at the level all alone (such as '-3')"]),
        ("cnvnator", "<DEL>", "0/1:1", "SVTYPE=DEL;natorRD=half", ["1 record: natorRD is no number, so the record stands at the level all alone (such as 'half')"]),
        ("cnvpytor", "<DUP>", "0/1:2", "SVTYPE=DUP;pytorRD=1e99", ["1 record: pytorRD is no number, so the record stands at the level all alone (such as '1e99')"]),
        ("delly", "<DUP>", "0/1:50:PASS:10:30:11:x", "SVTYPE=DUP", ["1 record: RDCN is no number, so the record stands at the level all alone (such as 'x')"]),
        # so it says that it could not estimate the copies
        ("delly", "<DUP>", "0/1:50:PASS:10:30:11:-1", "SVTYPE=DUP", []),
        ("manta", "<DEL>", "0/1:PASS:40:9,9", "SVTYPE=DEL;SVLEN=-4x", ["1 record: SVLEN is no number, so the record stands at the level all alone (such as '-4x')"]),
    ],
)  # fmt: skip
def test_each_caller_s_own_numbers(name: str, alt: str, values: str, info: str, lines: list[str]) -> None:
    caller: Caller = CALLERS[name]
    record = caller.record(
        "chr1", 2_300_000, 2_340_000, alt, values, info, record_id="Canvas:LOSS:chr1:2300001-2340000"
    )
    assert report(caller.vcf([record])) == lines


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"alt": "<DEL>", "cn": 3, "sm": 1.5, "gt": "./1"}, "the copy number says otherwise than ALT, and the number holds"),
        ({"alt": "<DUP>", "cn": 2, "sm": 1.02, "gt": "./1"}, "the copy number says otherwise than ALT, and the number holds"),
        ({"alt": "<DEL>", "cn": 1, "sm": 1.3}, "the copy number says otherwise than the copy ratio, and the number holds"),
        ({"alt": "<DEL>", "cn": 1, "sm": 0.5, "gt": "1/1"}, "the copy number says otherwise than the genotype, and the number holds"),
        ({"alt": "<DEL>", "cn": 0, "sm": 0.1, "gt": "1/1"}, None),
        ({"alt": "<DEL>", "cn": 0, "sm": 0.1, "gt": "1"}, None),
        ({"alt": "<DUP>", "cn": 3, "sm": 1.5, "gt": "./1"}, None),
    ],
)  # fmt: skip
def test_fields_of_dragen_that_contradict_each_other(fields: dict[str, object], line: str | None) -> None:
    text = dragen_text.vcf("A", [dragen_text.record("chr1", 2_300_000, 2_320_000, **fields)])  # type: ignore[arg-type]
    assert report(text) == ([f"1 record: {line}"] if line else [])


@pytest.mark.parametrize(
    ("alt", "values", "depth", "line"),
    [
        ("<DEL>", "0/1:1", 1.2, "the depth says the other direction than ALT: ALT holds, and the copy number is not known"),
        ("<DUP>", "0/1:2", 0.7, "the depth says the other direction than ALT: ALT holds, and the copy number is not known"),
        ("<DEL>", "1/1:0", 0.6, "genotype and depth contradict each other"),
        ("<DUP>", "0/1:2", 3.1, "genotype and depth contradict each other"),
        ("<DUP>", "./1:9", 3.1, "CN and depth contradict each other, and the depth holds"),
        ("<DEL>", "0/1:2", 0.6, "CN and depth contradict each other, and the depth holds"),
        ("<DUP>", "./1:3", 3.1, None),
        ("<DUP>", "./1:6", 3.1, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["cnvnator", "cnvpytor"])
def test_fields_that_contradict_the_depth(name: str, alt: str, values: str, depth: float, line: str | None) -> None:
    key = {"cnvnator": "natorRD", "cnvpytor": "pytorRD"}[name]
    record = CALLERS[name].record("chr1", 2_300_000, 2_340_000, alt, values, f"SVTYPE={alt[1:4]};{key}={depth}")
    assert report(CALLERS[name].vcf([record])) == ([f"1 record: {line}"] if line else [])


def test_a_joint_file_has_the_depth_of_one_of_its_carriers(tmp_path: Path) -> None:
    """R2: the others' numbers are not known; lines are counted once, and the report of a joint file has an example too."""
    caller = CALLERS["cnvnator"]
    lines = [
        # of the first sample: a homozygous duplication; the second's is heterozygous, so this depth is not its own
        "\t".join(("chr1", "5000001", ".", "N", "<DUP>", ".", "PASS", "END=5020000;SVTYPE=DUP;natorRD=2.03", "GT:CN", "1/1:2", "0/1:2")),
        "\t".join(("chr1", "6000001", ".", "N", "<DEL>", ".", "PASS", "END=6020000;SVTYPE=DEL;natorRD=none", "GT:CN", "0/1:1", "0/1:1")),
    ]  # fmt: skip
    path = tmp_path / "both.vcf"
    path.write_text(caller.header("A\tB") + "".join(f"{line}\n" for line in lines))
    table = dragen_text.write_table(
        tmp_path / "samples.tsv", [("A", "EUR", "GBR", "female", True), ("B", "EUR", "GBR", "female", True)]
    )
    built = build_here([path], table, tmp_path / "cnv.duckdb")
    assert built.rows(
        "SELECT sample, start, copy_number, copy_ratio::DOUBLE FROM calls JOIN samples USING (sample_id) ORDER BY start, sample"
    ) == [
        ("A", 5_000_000, 4, pytest.approx(2.03)),
        ("B", 5_000_000, None, None),
        ("A", 6_000_000, 1, None),
        ("B", 6_000_000, 1, None),
    ]
    assert built.rows("SELECT message FROM files") == [
        (
            "1 record: genotype and depth contradict each other; "
            "1 record: natorRD is no number, so the record stands at the level all alone (such as 'none')",
        )
    ]
