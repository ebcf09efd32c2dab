"""Each format on its own, read back by libraries and tools of the field; names that try to break it."""

import csv
import datetime
import io
import json
import math
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.colours import LIGHT
from dashboard.formats import bed, delimited, parquet, pgxseg, vcf
from dashboard.formats import json as json_format
from dashboard.formats.about import About, file_name, one_line
from dashboard.formats.columns import CALLS, CARRIERS, FREQUENCIES, Column, Table

NASTY = (
    "=cmd|' /C calc'!A0",
    "@x",
    "+1-2",
    "-2+3",
    "#hash",
    'quo"te',
    "tab\there",
    "line\nbreak",
    "semi;colon=1",
    "Ünï,cödé",
)
ABOUT = About(
    'Calls of "GSTM1"\nand\tmore',
    (("release", "DRAGEN 3.5.7b"), ("source", "a;b=c\nd"), ("cite", "<doi>")),
    True,
    datetime.datetime(2026, 11, 24, 5, 6, 7),
)
ITEMS = bed.Items("sample", pl.col("quality"), "QUAL", coloured_by="class")


def call(sample: str = "S1", start: int = 109_687_569, end: int = 109_697_443, **values: object) -> dict[str, object]:
    """A call; by default the GSTM1 deletion, of which DRAGEN writes POS 109687569 and END 109697443."""
    known: dict[str, object] = {
        "sample": sample,
        "superpopulation": "EUR",
        "population": "GBR",
        "sex": "XX",
        "chrom": "chr1",
        "start": start,
        "end": end,
        "length": end - start,
        "direction": "loss",
        "class": "partial-loss",
        "copy_number": 1,
        "expected_copy_number": 2,
        "copy_ratio": 0.5,
        "quality": 47.5,
        "bins": 3,
        "filters": "cnvLength",
        "genotype": "0/1",
        "event": 7,
        "site": "chr1-109687570-109697443-loss",
        "overlap": 1.0,
    }
    return known | values


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={**CALLS.schema, "direction": pl.String})


def text(pieces: Iterable[bytes]) -> str:
    return b"".join(pieces).decode()


def calls_vcf(rows: pl.DataFrame) -> str:
    people = [vcf.Person(*row) for row in rows.select("sample", "sex").unique(maintain_order=True).rows()]
    return text(vcf.calls_pieces([rows], people, rows["filters"].unique(), ABOUT))


KNOWN = frame(call())


def test_one_event_in_every_format_where_its_standard_puts_it_r1(tmp_path: Path) -> None:
    # bases 109,687,570 to 109,697,443 as a genome browser counts; VCF's POS is the base before.
    for cells in (
        next(csv.DictReader(io.StringIO(text(delimited.csv_pieces([KNOWN], CALLS))))),
        next(iter(_tsv(text(delimited.tsv_pieces([KNOWN], CALLS, ABOUT))))),
    ):
        assert (cells["chrom"], cells["start"], cells["end"]) == ("chr1", "109687570", "109697443")
    row = json.loads(text(json_format.json_pieces([KNOWN], CALLS, ABOUT)))["rows"][0]
    assert (row["start"], row["end"], row["length"]) == (109687570, 109697443, 9874)
    table = pq.read_table(io.BytesIO(b"".join(parquet.parquet_pieces([KNOWN], CALLS, ABOUT))))
    assert (table["start"][0].as_py(), table["end"][0].as_py()) == (109687570, 109697443)
    line = _rows(text(bed.bed_pieces([KNOWN], ITEMS, ABOUT)), ("#", "track"))[0].split("\t")
    assert line[:3] == ["chr1", "109687569", "109697443"]
    segment = _rows(text(pgxseg.pgxseg_pieces([KNOWN], KNOWN, ABOUT)), "#")[1].split("\t")
    assert segment[1:4] == ["1", "109687569", "109697443"]
    record = _rows(calls_vcf(KNOWN), "#")[0].split("\t")
    assert (record[0], record[1], record[3], record[4]) == ("chr1", "109687569", "N", "<DEL>")
    assert "END=109697443;SVLEN=-9874" in record[7]
    (tmp_path / "one.vcf").write_text(calls_vcf(KNOWN))
    read = next(iter(pysam.VariantFile(str(tmp_path / "one.vcf"))))
    # pysam's start is the 0-based position of the base before, its stop the END.
    assert (read.start + 1, read.stop) == (109687569, 109697443)


def _rows(file: str, comments: str | tuple[str, ...]) -> list[str]:
    return [line for line in file.splitlines() if not line.startswith(comments)]


def _tsv(file: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(
        io.StringIO("".join(line for line in io.StringIO(file) if not line.startswith("#"))), delimiter="\t"
    )


def test_a_file_says_when_it_was_made_and_whether_its_people_exist_r12() -> None:
    made = dict(ABOUT.lines())
    assert made["retrieved"] == "2026-11-24T05:06:07Z"
    assert made["simulated"].startswith("yes: these people do not exist")
    assert dict(About("Calls", (), False, ABOUT.retrieved).lines())["simulated"] == "no"


@given(st.text(st.characters(max_codepoint=0x2100, categories=("Cc", "Zl", "Zp", "L", "N"))))
def test_one_line_is_one_whatever_ends_lines(text: str) -> None:
    found = one_line(text)
    assert len(f"<{found}>".splitlines()) == 1
    assert not any(ord(one) < 32 or ord(one) == 127 for one in found)
    assert [one for one in found if one.isalnum()] == [one for one in text if one.isalnum()]
    assert one_line("a\r\n\tb") == "a b"


NASTY_ROWS = frame(*(call(name, start=1_000 * number + 1) for number, name in enumerate(NASTY)))


def test_csv_keeps_a_spreadsheet_from_running_a_name() -> None:
    names = [row["sample"] for row in csv.DictReader(io.StringIO(text(delimited.csv_pieces([NASTY_ROWS], CALLS))))]
    assert names == [f"'{name}" if name[0] in "=+-@" else name for name in NASTY]
    signs = pl.DataFrame({"sample": ["-", "+"]})
    strand = Table("t", "r", (CALLS.columns[0],))
    assert text(delimited.csv_pieces([signs], strand)) == "sample\n-\n+\n"
    # before a tab or a return, too, a spreadsheet looks for a formula
    hidden = pl.DataFrame({"sample": ["\t=1", "\r=1", "a=1"]})
    read = csv.reader(io.StringIO(text(delimited.csv_pieces([hidden], strand)), newline=""))
    assert [row[0] for row in read] == ["sample", "'\t=1", "'\r=1", "a=1"]


def test_tsv_holds_one_row_a_line_whatever_the_name() -> None:
    file = text(delimited.tsv_pieces([NASTY_ROWS], CALLS, ABOUT))
    plain = [name.replace("\t", " ").replace("\n", " ") for name in NASTY]
    assert [row["sample"] for row in _tsv(file)] == plain
    read = pl.read_csv(file.encode(), separator="\t", comment_prefix="#")
    assert read["sample"].to_list() == plain
    assert tuple(read.columns) == CALLS.names
    assert '# title: Calls of "GSTM1" and more\n' in file
    assert "# simulated: yes" in file
    assert all(f"# column {name}: " in file for name in CALLS.names)


def test_tsv_says_what_a_row_is_and_quotes_only_what_needs_it_r1() -> None:
    file = text(delimited.tsv_pieces([KNOWN], CALLS, ABOUT))
    assert "# positions: 1-based and inclusive\n" in file
    assert "# a row: a call, as the caller wrote it, of an event that makes somebody a carrier\n" in file
    assert '"' not in _rows(file, "#")[1]
    numbers = Table("t", "r", (Column("carriers", pl.Int32, "People"),))
    bare = text(delimited.tsv_pieces([pl.DataFrame({"carriers": [3]})], numbers, ABOUT))
    assert _rows(bare, "#") == ["carriers", "3"]
    assert "positions" not in bare


def test_json_is_one_object_that_keeps_every_character() -> None:
    told = json.loads(text(json_format.json_pieces([NASTY_ROWS[:3], NASTY_ROWS[:0], NASTY_ROWS[3:]], CALLS, ABOUT)))
    assert [row["sample"] for row in told["rows"]] == list(NASTY)
    assert told["meta"]["simulated"] is True
    assert told["meta"]["release"] == "DRAGEN 3.5.7b"
    assert told["meta"]["positions"] == "1-based and inclusive"
    assert list(told["columns"]) == list(told["rows"][0]) == list(CALLS.names)
    assert json.loads(text(json_format.json_pieces([], CALLS, ABOUT)))["rows"] == []


def test_parquet_has_types_meanings_and_what_it_is() -> None:
    many = [NASTY_ROWS] * 3
    file = pq.ParquetFile(io.BytesIO(b"".join(parquet.parquet_pieces(many, CALLS, ABOUT))))
    assert file.read()["sample"].to_pylist() == list(NASTY) * 3
    schema = file.schema_arrow
    assert schema.metadata[b"release"] == b"DRAGEN 3.5.7b"
    assert schema.metadata[b"positions"] == b"1-based and inclusive"
    assert schema.field("start").metadata[b"meaning"] == b"First base"
    assert schema.metadata[b"row"] == b"a call, as the caller wrote it, of an event that makes somebody a carrier"
    types = {name: str(schema.field(name).type) for name in ("sample", "start", "quality", "overlap")}
    assert types == {"sample": "string", "start": "int32", "quality": "float", "overlap": "double"}
    assert (file.num_row_groups, file.metadata.row_group(0).column(0).compression) == (1, "ZSTD")
    assert pq.read_table(io.BytesIO(b"".join(parquet.parquet_pieces([], CALLS, ABOUT)))).num_rows == 0


def test_parquet_lets_go_of_each_row_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP", 20)
    asked = 0

    def frames() -> Iterable[pl.DataFrame]:
        nonlocal asked
        for _ in range(50):
            asked += 1
            yield NASTY_ROWS

    pieces = parquet.parquet_pieces(frames(), CALLS, ABOUT)
    next(pieces)
    assert asked == 2, "the first piece leaves with the first row group, and not with the file"
    rest = list(pieces)
    assert len(rest) == 25, "each group is a piece, and the footer one"


def test_numbers_keep_the_digits_they_have_r6() -> None:
    """A frequency has those of 64 bits; a stored ratio has seven, and no format makes up more."""
    third = 1 / 3
    shares = ("frequency", "ci_low", "ci_high", "pass_frequency")
    row = dict.fromkeys(FREQUENCIES.names, None) | dict.fromkeys(shares, third)
    table = pl.DataFrame([row], schema_overrides=dict.fromkeys(shares, pl.Float64))
    for name in shares:
        assert next(csv.DictReader(io.StringIO(text(delimited.csv_pieces([table], FREQUENCIES)))))[name] == repr(third)
        assert json.loads(text(json_format.json_pieces([table], FREQUENCIES, ABOUT)))["rows"][0][name] == third
        stored = pq.read_table(io.BytesIO(b"".join(parquet.parquet_pieces([table], FREQUENCIES, ABOUT))))
        assert stored[name][0].as_py() == third
        assert b"positions" not in stored.schema.metadata
    stored_as = {"copy_ratio": pl.Float32, "quality": pl.Float32, "overlap": pl.Float64}
    ratio = frame(call(copy_ratio=0.1, quality=47.3, overlap=third)).cast(stored_as)  # type: ignore[arg-type]
    cells = next(csv.DictReader(io.StringIO(text(delimited.csv_pieces([ratio], CALLS)))))
    assert (cells["copy_ratio"], cells["quality"], cells["overlap"]) == ("0.1", "47.3", repr(third))


def test_pgxseg_is_as_progenetix_describes_it() -> None:
    rows = frame(
        call("A", genotype=None),
        call("B", start=5, copy_ratio=1e-9, **{"class": "complete-loss"}, copy_number=0),
        call("C;1=2", start=9, copy_ratio=None, direction="gain", **{"class": "high-gain"}, copy_number=6),
    )
    lines = text(pgxseg.pgxseg_pieces([rows], rows, ABOUT)).splitlines()
    meta = [line for line in lines if line.startswith("#meta=>")]
    assert "#meta=>release=DRAGEN 3.5.7b" in meta
    people = [line for line in lines if line.startswith("#sample=>")]
    # Progenetix's own reader splits at every semicolon and then at every equals sign.
    for line in people:
        assert all(len(part.split("=")) == 2 for part in line.removeprefix("#sample=>").split(";"))
    body = [line.split("\t") for line in lines if not line.startswith("#")]
    assert body[0] == list(pgxseg.COLUMNS)
    assert body[1] == ["A", "1", "109687569", "109697443", "-1.0", "DEL", ".", ".", "EFO:0030068", "low-level loss"]
    assert body[2][4:6] + body[2][8:] == ["-10.0", "DEL", "EFO:0030069", "complete genomic deletion"]
    assert body[3][0] == "C_1_2"
    assert body[3][4:6] + body[3][8:] == [".", "DUP", "EFO:0030072", "high-level gain"]
    told = {line.split("biosample_id=")[1].split(";")[0] for line in people}
    assert {row[0] for row in body[1:]} == told


@pytest.mark.parametrize(
    ("named", "kind", "state", "label"),
    [
        ("complete-loss", "DEL", "EFO:0030069", "complete genomic deletion"),
        ("partial-loss", "DEL", "EFO:0030068", "low-level loss"),
        ("loss", "DEL", "EFO:0030067", "copy number loss"),
        ("gain", "DUP", "EFO:0030070", "copy number gain"),
        ("low-gain", "DUP", "EFO:0030071", "low-level gain"),
        ("high-gain", "DUP", "EFO:0030072", "high-level gain"),
    ],
)
def test_pgxseg_names_each_class_as_efo_does_r2(named: str, kind: str, state: str, label: str) -> None:
    rows = frame(call(**{"class": named}))
    cells = _rows(text(pgxseg.pgxseg_pieces([rows], rows, ABOUT)), "#")[1].split("\t")
    assert (cells[5], *cells[8:]) == (kind, state, label)


@pytest.mark.parametrize(
    ("ratio", "log2"), [(1.0, "0.0"), (0.7, "-0.5146"), (1.57, "0.6508"), (0.0, "-10.0"), (1e-6, "-10.0"), (None, ".")]
)
def test_pgxseg_has_the_logarithm_of_the_ratio_with_an_end(ratio: float | None, log2: str) -> None:
    rows = frame(call(copy_ratio=ratio))
    assert _rows(text(pgxseg.pgxseg_pieces([rows], rows, ABOUT)), "#")[1].split("\t")[4] == log2


def test_pgxseg_tells_of_each_person_and_of_the_file_in_its_head() -> None:
    rows = frame(call("#a b\tc;=", sex=None), call("B", superpopulation="A;B=C", population="P"))
    lines = text(pgxseg.pgxseg_pieces([rows], rows, ABOUT)).splitlines()
    assert [line for line in lines if line.startswith("#sample=>")] == [
        "#sample=>biosample_id=_a_b_c__;group_id=EUR;group_label=EUR;population=GBR;sex=.",
        "#sample=>biosample_id=B;group_id=A,B_C;group_label=A,B_C;population=P;sex=XX",
    ]
    for told in ("assembly=GRCh38", "positions=0-based, half-open", "least_log2=-10.0", "source=a,b_c d"):
        assert f"#meta=>{told}" in lines
    assert next(line for line in lines if line.endswith("low-level loss")).startswith("_a_b_c__\t")


def test_bed_is_read_by_bedtools_r1(tmp_path: Path) -> None:
    if not shutil.which("bedtools"):
        pytest.skip("bedtools is not installed")
    file = tmp_path / "calls.bed"
    file.write_text(text(bed.bed_pieces([NASTY_ROWS, KNOWN], ITEMS, ABOUT)))
    (tmp_path / "place.bed").write_text("chr1\t109697442\t109697443\nchr1\t109697443\t109697444\n")
    out = _run("bedtools", "intersect", "-a", str(tmp_path / "place.bed"), "-b", str(file), "-wb").splitlines()
    # The last base is in it and the next one is not; the names that were tried hold no bedtools column apart.
    hit = [line for line in out if "\tS1\t" in line]
    assert [line.split("\t")[:3] for line in hit] == [["chr1", "109697442", "109697443"]]
    merged = _run("bedtools", "sort", "-i", str(file)).splitlines()
    assert len(merged) == len(NASTY) + 1
    assert all(len(line.split("\t")) == 9 for line in merged)


def test_bed_colours_by_class_and_cuts_the_score() -> None:
    rows = frame(
        call(quality=4_000.0), call(quality=None, **{"class": "high-gain"}), call(quality=math.nan, sample=" ")
    )
    lines = [line.split("\t") for line in _rows(text(bed.bed_pieces([rows], ITEMS, ABOUT)), ("#", "track"))]
    assert [line[4] for line in lines] == ["1000", "0", "0"]
    assert [line[8] for line in lines] == ["208,64,58", "26,68,128", "208,64,58"]
    assert lines[2][3] == "_"
    track = next(line for line in text(bed.bed_pieces([rows], ITEMS, ABOUT)).splitlines() if line.startswith("track"))
    assert "name=\"simulated: Calls of 'GSTM1' and more\"" in track
    assert 'itemRgb="On"' in track


def test_bed_has_nine_columns_that_agree_r1() -> None:
    """The thick part is the whole, a score is rounded, a name that is not there is a dot."""
    rows = frame(
        call(quality=47.6), call(None, quality=47.4), call("", quality=-3.0, **{"class": None}), call("a b\tc")
    ).with_columns(strand=pl.Series(["+", "-", None, "+"]))
    items = bed.Items("sample", pl.col("quality"), "QUAL", coloured_by="class", strand="strand")
    file = text(bed.bed_pieces([rows], items, ABOUT))
    lines = [line.split("\t") for line in _rows(file, ("#", "track"))]
    assert all(line[6:8] == line[1:3] == ["109687569", "109697443"] for line in lines)
    assert [line[3] for line in lines] == ["S1", ".", ".", "a_b_c"]
    assert [line[4] for line in lines] == ["48", "47", "0", "48"]
    assert [line[5] for line in lines] == ["+", "-", ".", "+"]
    grey = ",".join(str(part) for part in bytes.fromhex(LIGHT.muted.removeprefix("#")))
    assert lines[2][8] == grey
    for told in ("positions: 0-based, half-open", "name: sample", "score: QUAL"):
        assert f"# {told}\n" in file
    plain = text(bed.bed_pieces([rows], bed.Items("sample", pl.lit(None), "nothing"), ABOUT))
    assert {tuple(line.split("\t")[4:9:4]) for line in _rows(plain, ("#", "track"))} == {("0", grey)}


def test_bed_names_its_track_in_as_few_characters_as_browsers_take_r12() -> None:
    about = About('a "b" ' * 90, (), True, ABOUT.retrieved)
    track = next(line for line in text(bed.bed_pieces([], ITEMS, about)).splitlines() if line.startswith("track"))
    words = dict(part.split('="') for part in track.removeprefix("track ").removesuffix('"').split('" '))
    assert {name: len(words[name]) for name in ("name", "description")} == {"name": 60, "description": 250}
    assert words["name"].startswith("simulated: a 'b'")
    assert words["description"].startswith("simulated: a 'b'")
    real = text(bed.bed_pieces([], ITEMS, About("a", (), False, ABOUT.retrieved)))
    assert 'name="a" description="a"' in real


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr.strip(), done.stderr
    return done.stdout


needs_bcftools = pytest.mark.skipif(not shutil.which("bcftools"), reason="bcftools is not installed")


@needs_bcftools
def test_vcf_has_a_record_an_interval_and_a_column_a_person(tmp_path: Path) -> None:
    rows = frame(
        call("A", start=0, end=500),
        call("A", genotype="1/1", copy_number=0, **{"class": "complete-loss"}, filters="PASS"),
        call("B", quality=61.25, filters="cnvLength;cnvQual"),
        call("B", direction="gain", genotype="./1", copy_number=3, **{"class": "low-gain"}, quality=None),
        call("C", start=200_000_000, end=200_000_001, genotype="1/2", copy_number=None, filters="odd,one"),
        call("C", start=200_000_000, end=200_000_001, genotype=None, filters="."),
    )
    file = tmp_path / "calls.vcf"
    file.write_text(calls_vcf(rows))
    what = "%POS %END %SVTYPE %SVLEN %QUAL %FILTER %NC[ %GT/%CN/%CNQ/%FT]\n"
    assert _run("bcftools", "query", "-f", what, str(file)).splitlines() == [
        "0 500 DEL -500 47.5 cnvLength 1 0/1/1/47.5/cnvLength ././././. ././././.",
        "109687569 109697443 DEL -9874 61.25 PASS 2 1/1/0/47.5/PASS 0/1/1/61.25/cnvLength;cnvQual ././././.",
        "109687569 109697443 DUP 9874 . cnvLength 1 ././././. ./1/3/./cnvLength ././././.",
        "200000000 200000001 DEL -1 47.5 odd_one 1 ././././. ././././. ./././47.5/odd_one",
        "200000000 200000001 DEL -1 47.5 . 1 ././././. ././././. ././1/47.5/.",
    ]
    # through BCF, where nothing is kept that the header does not declare
    _run("bcftools", "view", "-Ob", "-o", str(tmp_path / "calls.bcf"), str(file))
    assert "number of records:\t5" in _run("bcftools", "stats", "-s", "-", str(tmp_path / "calls.bcf"))


def test_vcf_names_each_record_and_writes_each_field_of_a_call_in_its_place_r1() -> None:
    rows = frame(
        call("A", copy_number=0, copy_ratio=0.1234567, quality=47.3, bins=11, event=123_456_789, genotype="1|1"),
        call("B", expected_copy_number=1, copy_ratio=None, quality=math.nan, bins=None, genotype="1", site=None),
    )
    record = _rows(calls_vcf(rows), "#")[0].split("\t")
    assert record[2] == "chr1-109687570-109697443-loss"
    assert record[5] == "47.3"
    assert record[8:] == [
        "GT:CN:ECN:CNQ:SM:BC:FT:EVT:SITE",
        "1|1:0:2:47.3:0.1234567:11:cnvLength:123456789:chr1-109687570-109697443-loss",
        "1:1:1:.:.:.:cnvLength:7:.",
    ]
    # a quality that is no number is none, whatever stands before it
    for order in ((math.nan, 5.0), (5.0, math.nan)):
        two = frame(*(call(name, quality=quality) for name, quality in zip("AB", order, strict=True)))
        assert _rows(calls_vcf(two), "#")[0].split("\t")[5] == "5"
    assert _rows(calls_vcf(frame(call(quality=math.nan))), "#")[0].split("\t")[5] == "."


@pytest.mark.parametrize(
    "other",
    [
        {"direction": "gain", "class": "low-gain", "copy_number": 3},
        {"chrom": "chr2"},
        {"end": 109_697_444},
        {"start": 109_687_570},
    ],
    ids=["direction", "chromosome", "end", "start"],
)
def test_vcf_has_a_record_for_each_interval_and_direction_r1(other: dict[str, object]) -> None:
    records = [line.split("\t") for line in _rows(calls_vcf(frame(call("A"), call("B", **other))), "#")]
    assert len({(*record[:5], record[7]) for record in records}) == 2
    assert [[cell.startswith("0/1") for cell in record[9:]] for record in records] == [[True, False], [False, True]]


def test_vcf_is_sent_in_pieces_that_hold_each_record_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = frame(*(call(start=number, end=1_000_000) for number in range(40)))
    whole = calls_vcf(rows)
    monkeypatch.setattr(vcf, "PIECE", 500)
    people = [vcf.Person("S1", "XX")]
    head, *pieces = vcf.calls_pieces([rows], people, ["cnvLength"], ABOUT)
    assert (head + b"".join(pieces)).decode() == whole
    longest = max(len(line) + 1 for line in _rows(whole, "#"))
    assert all(500 <= len(piece) < 500 + longest for piece in pieces[:-1])
    assert len(pieces) > 5


def test_vcf_tells_assembly_day_and_filters_in_its_head_r12() -> None:
    head = [line for line in calls_vcf(frame(call(filters="cnvLength;own"))).splitlines() if line.startswith("##")]
    for told in (
        "##fileformat=VCFv4.3",
        "##fileDate=20261124",
        "##reference=GRCh38",
        "##contig=<ID=chr1,length=248956422,assembly=GRCh38>",
        "##contig=<ID=chrY,length=57227415,assembly=GRCh38>",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##FILTER=<ID=cnvLength,Description="CNV with length below 10000">',
        '##FILTER=<ID=own,Description="A filter of the caller">',
        "##explorer_title=\"Calls of 'GSTM1' and more\"",
    ):
        assert told in head
    assert sum(line.startswith("##FILTER") for line in head) == 3
    backslash = About("a\\b", (), False, ABOUT.retrieved)
    assert '##explorer_title="a/b"' in text(vcf.calls_pieces([], [], ["", "."], backslash)).splitlines()
    bare = [line for line in text(vcf.calls_pieces([], [], ["", "."], ABOUT)).splitlines() if "##FILTER" in line]
    assert bare == ['##FILTER=<ID=PASS,Description="All filters passed">']


def test_vcf_writes_missing_of_as_many_alleles_as_are_expected_r2() -> None:
    rows = frame(
        call("XX", chrom="chrX", start=50_000_000, end=50_010_000),
        call("XY", chrom="chrX", start=50_000_000, end=50_010_000, sex="XY", genotype=None, expected_copy_number=1),
        call("XX", chrom="chrX", start=60_000_000, end=60_010_000),
        call("XY", chrom="chrX", start=70_000_000, end=70_010_000, sex="XY", genotype="1", expected_copy_number=1),
    )
    records = [line.split("\t")[9:] for line in _rows(calls_vcf(rows), "#")]
    assert [[cell.split(":")[0] for cell in record] for record in records] == [
        ["0/1", "."],
        ["0/1", "."],
        ["./.", "1"],
    ]


@needs_bcftools
def test_vcf_survives_names_and_words_of_others(tmp_path: Path) -> None:
    rows = NASTY_ROWS.with_columns(filters=pl.col("sample"))
    file = tmp_path / "calls.vcf"
    file.write_text(calls_vcf(rows))
    names = _run("bcftools", "query", "-l", str(file)).splitlines()
    assert names == [name.replace("\t", " ").replace("\n", " ") for name in NASTY]
    assert len(_run("bcftools", "view", "-H", str(file)).splitlines()) == len(NASTY)


def test_vcf_without_a_carrier_is_still_one(tmp_path: Path) -> None:
    file = tmp_path / "calls.vcf"
    file.write_text(text(vcf.calls_pieces([], [], [], ABOUT)))
    with pysam.VariantFile(str(file)) as opened:
        assert (list(opened.header.samples), list(opened)) == ([], [])


def test_frequencies_have_no_positions_to_move() -> None:
    row = dict.fromkeys(FREQUENCIES.names, None) | {"group": "all", "carriers": 3}
    table = pl.DataFrame([row], schema=FREQUENCIES.schema)
    assert next(csv.DictReader(io.StringIO(text(delimited.csv_pieces([table], FREQUENCIES)))))["carriers"] == "3"
    assert "positions" not in json.loads(text(json_format.json_pieces([table], FREQUENCIES, ABOUT)))["meta"]


@needs_bcftools
def test_sites_have_counts_in_info_and_no_people_r6(tmp_path: Path) -> None:
    row = {"chrom": "chr1", "direction": "loss", "samples": 10, "carriers": 3, "carriers_AFR": 2, "samples_AFR": 4}
    row |= {"assessable": True, "seen": None, "paralogous": False, "note": "", "frequency": 0.3}
    row |= dict.fromkeys(("allele_frequency", "af_ci_low", "af_ci_high", "hwe_p"))
    copies = {"allele_count": None, "allele_number": None, "paralogous": True, "note": "paralogous: A; B, at 99 %=so"}
    copies["frequency"] = None
    share = {"allele_frequency": 0.2, "af_ci_low": 0.0807, "af_ci_high": 0.416, "hwe_p": 0.0313}
    table = pl.DataFrame(
        [
            row | {"site": "chr1-1-9-loss", "start": 0, "end": 9, "allele_count": 4, "allele_number": 20} | share,
            row | {"site": "chr1-5-9-loss", "start": 4, "end": 9, "allele_count": None, "allele_number": None},
            row
            | dict.fromkeys(
                ("samples", "carriers", "carriers_AFR", "samples_AFR", "allele_count", "allele_number", "frequency")
            )
            | {"site": "chr1-8-9-loss", "start": 7, "end": 9, "assessable": False, "seen": 0.25},
            row
            | {
                "site": "chr1-9-9-loss",
                "start": 8,
                "end": 9,
                "allele_count": None,
                "allele_number": None,
                "seen": 0.75,
            },
            row | {"site": "chr1-10-19-loss", "start": 9, "end": 19} | copies,
        ],
        infer_schema_length=None,
    )
    file = tmp_path / "sites.vcf"
    file.write_text(text(vcf.sites_pieces(table, ["AFR"], ABOUT)))
    what = (
        "%POS %END %ID %SN %SC %SF %AC %AN %SC_AFR %SN_AFR %SF_AFR %SEEN %NOT_ASSESSABLE %AF %AF_CI %HWE %PARALOGOUS\n"
    )
    assert _run("bcftools", "query", "-f", what, str(file)).splitlines() == [
        "0 9 chr1-1-9-loss 10 3 0.3 4 20 2 4 0.5 . . 0.2 0.0807,0.416 0.0313 .",
        "4 9 chr1-5-9-loss 10 3 0.3 . . 2 4 0.5 . . . . . .",
        "7 9 chr1-8-9-loss . . . . . . . . 0.25 1 . . . .",
        "8 9 chr1-9-9-loss 10 3 0.3 . . 2 4 0.5 0.75 . . . . .",
        "9 19 chr1-10-19-loss 10 3 . . . 2 4 . . . . . . A%3B_B%2C_at_99_%25%3Dso",
    ]
    assert _run("bcftools", "query", "-l", str(file)) == ""


def test_columns_are_those_of_r13() -> None:
    r13 = (
        "sample, superpopulation, population, sex, chrom, start, end, length, class, copy_number, "
        "expected_copy_number, copy_ratio, quality, bins, filters, genotype, event, site, overlap, problem"
    )
    assert list(CARRIERS.names) == list(CALLS.names) == r13.split(", ")


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (["carriers", "GSTM1", "overlap-fraction:0.5"], "carriers-GSTM1-overlap-fraction-0.5.csv"),
        (["../../etc/passwd", 'a"b\r\nc'], "etc-passwd-a-b-c.csv"),
        (["", "ü", "x"], "x.csv"),
        (["x" * 400], f"{'x' * 150}.csv"),
    ],
)
def test_a_file_name_is_plain(parts: list[str], name: str) -> None:
    assert file_name(parts, "csv") == name


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
NUMBERS = st.none() | st.floats(0, 1e6, width=32, allow_subnormal=False)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda sample, start, length, ratio, quality, number, genotype: call(
                sample, start, start + length, copy_ratio=ratio, quality=quality, copy_number=number, genotype=genotype
            ),
            WORDS,
            st.integers(0, 10**8),
            st.integers(1, 10**8),
            NUMBERS,
            NUMBERS,
            st.none() | st.integers(0, 40),
            st.none() | WORDS,
        ),
        max_size=6,
    )
)
def test_every_format_tells_the_same_rows_whatever_they_hold(rows: list[dict[str, object]]) -> None:
    table = frame(*rows)
    halves = [table[:2], table[2:]]
    whole = json.loads(text(json_format.json_pieces(halves, CARRIERS, ABOUT)))["rows"]
    assert [row["sample"] for row in whole] == [row["sample"] for row in rows]
    assert [row["start"] for row in whole] == [int(str(row["start"])) + 1 for row in rows]
    stored = pq.read_table(io.BytesIO(b"".join(parquet.parquet_pieces(halves, CARRIERS, ABOUT)))).to_pylist()
    assert [row["sample"] for row in stored] == [row["sample"] for row in whole]
    for first, second in zip(whole, stored, strict=True):
        for name in ("start", "end", "copy_number", "genotype"):
            assert first[name] == second[name]
        for name in ("quality", "copy_ratio"):
            assert (first[name] is None) == (second[name] is None)
            assert first[name] is None or math.isclose(first[name], second[name], rel_tol=1e-6)
    counted: dict[str, Callable[[], int]] = {
        "csv": lambda: len(list(csv.reader(io.StringIO(text(delimited.csv_pieces(halves, CARRIERS)), newline="")))) - 1,
        "tsv": lambda: len(
            pl.read_csv(
                b"".join(delimited.tsv_pieces(halves, CARRIERS, ABOUT)),
                separator="\t",
                comment_prefix="#",
                infer_schema=False,
            )
        ),
        "bed": lambda: len(_rows_of(bed.bed_pieces(halves, ITEMS, ABOUT))) - 1,
        "pgxseg": lambda: len(_rows_of(pgxseg.pgxseg_pieces(halves, table.unique("sample"), ABOUT))) - 1,
    }
    assert {name: count() for name, count in counted.items()} == dict.fromkeys(counted, len(rows))


def _rows_of(pieces: Iterable[bytes]) -> list[str]:
    """Lines as tools part them, at line feeds alone, less comments."""
    return [line for line in text(pieces).split("\n") if line and not line.startswith("#")]
