"""Reading files: what is accepted, what is refused and in which words, and lines to columns."""

import gzip
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.reading.vcf import COLUMNS, FileRefusedError, VcfFile, frame, line, parse_header, read_file
from data_prep.system.limits import DEFAULTS, Limits
from tests.data_prep.dragen_text import BGZF_END, bgzip, header, record, vcf, write
from tests.oracle.plain import LENGTHS

ONE = record("chr1", 1_000, 21_000)
TWO = record("chr2", 5_000, 9_000, cn=0, gt="1/1", filters="cnvLength")


def put(folder: Path, data: bytes | str, name: str = "HG00001.cnv.vcf.gz") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def rows(*files: VcfFile) -> list[tuple[object, ...]]:
    return frame(files).select(*COLUMNS, "entry_source").rows()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        pytest.param("HG00001.cnv.vcf.gz", bgzip, id="bgzip"),
        pytest.param("HG00001.cnv.vcf.gz", lambda text: bgzip(text, block=700), id="bgzip of many blocks"),
        pytest.param("HG00001.cnv.vcf.gz", lambda text: gzip.compress(text.encode()), id="gzip (E22)"),
        pytest.param("HG00001.cnv.vcf", str.encode, id="plain (E22)"),
        pytest.param("HG00001.cnv.vcf", bgzip, id="gzip in spite of its name"),
    ],
)
def test_read_file_takes_gzip_by_content(tmp_path: Path, name: str, pack) -> None:  # type: ignore[no-untyped-def]
    data = pack(vcf("HG00001", [ONE, TWO]))
    file = read_file(put(tmp_path, data, name))
    assert file.header.samples == ("HG00001",)
    assert (file.records, file.size, file.notes) == (2, len(data), ())
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert rows(file) == [(*ONE.split("\t"), 0), (*TWO.split("\t"), 0)]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        pytest.param(vcf("HG00001", [ONE, TWO]).replace("\n", "\r\n"), "Windows", id="CRLF"),
        pytest.param("\ufeff" + vcf("HG00001", [ONE, TWO]), "byte order mark", id="BOM"),
        pytest.param("\ufeff" + vcf("HG00001", [ONE, TWO]).replace("\n", "\r\n"), "Windows", id="BOM and CRLF"),
        pytest.param(vcf("HG00001", [ONE, TWO])[:-1], "last line has no end", id="no final newline"),
        pytest.param(vcf("HG00001", ["", ONE, "", "", TWO, ""]), "blank", id="blank lines"),
        pytest.param(vcf("HG00001", [ONE, "#a comment", TWO]), "comment", id="comment among records"),
        pytest.param(vcf("HG00001", ["#a comment", ONE, TWO]), "comment", id="comment before records"),
        pytest.param(vcf("HG00001", [ONE + "\t", TWO + "\t"]), "tabs at the ends", id="trailing tabs"),
        pytest.param(vcf("HG00001\t", [ONE, TWO]), None, id="trailing tab after the sample"),
    ],
)
def test_read_file_accepts_small_faults_with_a_note(tmp_path: Path, text: str, note: str | None) -> None:
    """E24."""
    file = read_file(put(tmp_path, bgzip(text)))
    assert file.records == 2
    assert file.header.samples == ("HG00001",)
    assert [row[:10] for row in rows(file)] == [tuple(ONE.split("\t")), tuple(TWO.split("\t"))]
    assert (note is None) == (file.notes == ())
    assert note is None or note in "; ".join(file.notes)


GOOD = bgzip(vcf("HG00001", [ONE, TWO]))
HEAD = header("HG00001")
GRCH37 = {"chr1": 249250621, "chrX": 155270560}


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        pytest.param(b"", "a.vcf.gz", "empty", id="empty"),
        pytest.param(b"", "a.vcf", "empty", id="empty, plain"),
        pytest.param(b"\x1f\x8b", "a.vcf.gz", "damaged", id="two bytes of gzip"),
        pytest.param(GOOD[:3], "a.vcf.gz", "damaged", id="three bytes of gzip"),
        pytest.param(GOOD[:13], "a.vcf.gz", "damaged", id="thirteen bytes of gzip"),
        pytest.param(GOOD[: len(GOOD) // 2], "a.vcf.gz", "end of the compressed file is missing", id="cut in a block"),
        pytest.param(GOOD[: -len(BGZF_END)], "a.vcf.gz", "no BGZF end mark", id="cut at a block"),
        pytest.param(GOOD[:-1], "a.vcf.gz", "no BGZF end mark", id="last byte missing"),
        pytest.param(gzip.compress(vcf().encode())[:-9], "a.vcf.gz", "damaged", id="gzip cut short"),
        pytest.param(GOOD[:600] + b"\x00" * 50 + GOOD[650:], "a.vcf.gz", "damaged", id="zeros in the middle"),
        pytest.param(vcf("HG00001", [ONE]), "a.vcf.gz", "not gzip", id="text called gz"),
        pytest.param("<html>404</html>", "a.vcf", "##fileformat", id="a web page"),
        pytest.param(bgzip("<html>404</html>"), "a.vcf.gz", "##fileformat", id="a web page, gzipped"),
        pytest.param(HEAD.split("#CHROM")[0], "a.vcf", "no #CHROM line", id="no #CHROM line"),
        pytest.param(HEAD[:300], "a.vcf", "no #CHROM line", id="half a header"),
        pytest.param(vcf(None, []), "a.vcf", "names no sample", id="no sample"),
        pytest.param(vcf("A", [], more_samples=["B", "A"]), "a.vcf", "names the sample A twice", id="a sample twice"),
        pytest.param(vcf("A", [], lengths={}), "a.vcf", "no contig lengths", id="no contigs"),
        pytest.param(
            vcf("A", [], lengths={}, extra=["##reference=file:///index"]),
            "a.vcf",
            "add --assembly GRCh38",
            id="a reference without a name",
        ),
        pytest.param(
            vcf("A", [], lengths={}, extra=["##reference=/x/hs37d5.fa"]), "a.vcf", "hs37d5", id="no contigs, GRCh37"
        ),
        pytest.param(
            vcf("A", [], lengths={}, extra=["##assembly=hg19", "##reference=hg38"]),
            "a.vcf",
            "GRCh38 is needed",
            id="no contigs, two builds",
        ),
        pytest.param(vcf("A", [], lengths={"chrM": 16569}), "a.vcf", "no contig lengths", id="no contig of ours"),
        pytest.param(vcf("A", [], lengths=GRCH37), "a.vcf", "GRCh38", id="GRCh37 (E27)"),
        pytest.param(vcf("A", [], lengths={"1": 249250621}), "a.vcf", "GRCh38", id="GRCh37, bare names"),
        pytest.param(vcf("A", [], lengths={**LENGTHS, "chrX": 155270560}), "a.vcf", "chrX", id="one wrong length"),
    ],
)
def test_read_file_refuses_with_a_sentence(tmp_path: Path, data: bytes | str, name: str, says: str) -> None:
    """E21, E22, E27."""
    with pytest.raises(FileRefusedError, match=r"^[^\n]+$") as refused:
        read_file(put(tmp_path, data, name))
    assert says in str(refused.value)


@pytest.mark.parametrize("line", ["##reference=GRCh38", "##reference=file:///ref/Homo_sapiens_assembly38_hg38.fa", "##assembly=GRCh38.p13"])  # fmt: skip
def test_read_file_takes_the_word_of_the_header_for_the_build(tmp_path: Path, line: str) -> None:
    """E27: some callers write no contig lengths."""
    assert read_file(write(tmp_path, "A", [ONE], lengths={}, extra=[line])).records == 1


@pytest.mark.parametrize("extra", [[], ["##reference=file:///index"], ["##reference=1000GenomesPhase3_decoy-GRCh37"]])
def test_read_file_takes_the_word_of_the_person_for_the_build(tmp_path: Path, extra: list[str]) -> None:
    """E27: CNVnator's script names GRCh37 whatever it read; lengths hold before what anybody says."""
    path = write(tmp_path, "A", [ONE], lengths={}, extra=extra)
    assert read_file(path, "GRCh38").records == 1
    with pytest.raises(FileRefusedError, match="--assembly GRCh38"):
        read_file(path)
    with pytest.raises(FileRefusedError, match="another genome build"):
        read_file(write(tmp_path, "B", [ONE], lengths=GRCH37, extra=extra), "GRCh38")


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("samples", [["A"], ["A", "B"]])
def test_read_file_refuses_text_that_breaks_off(tmp_path: Path, samples: list[str], long: bool) -> None:
    """R5: plain text has no end mark, and half a file would be a person with half the calls.

    Cut at every byte of the last line: all are refused but those whose last value alone, the last of PE, is shorter.
    """
    more = [f"{TWO}\t{TWO.split(chr(9))[9]}"] if len(samples) > 1 else [TWO]
    whole = vcf("A", [ONE if len(samples) == 1 else f"{ONE}\t{ONE.split(chr(9))[9]}", *more], more_samples=samples[1:])
    start = whole.rstrip("\n").rfind("\n") + 1
    limits = Limits(whole_file_bytes=100) if long else DEFAULTS
    last_value = whole.rfind(":") + 1
    for end in range(start + 1, last_value):
        with pytest.raises(FileRefusedError, match="its last line breaks off: the file is cut short"):
            read_file(put(tmp_path, whole[:end], "A.cnv.vcf"), limits=limits)
    for end in range(last_value, len(whole) + 1):
        file = read_file(put(tmp_path, whole[:end], "A.cnv.vcf"), limits=limits)
        # of what is read in pieces it is said when the pieces are read
        assert ("the last line has no end" in file.notes) == (end < len(whole) and isinstance(file, VcfFile))


def test_read_file_refuses_the_file_of_grch37(shared: Path) -> None:
    with pytest.raises(FileRefusedError, match="another genome build"):
        read_file(shared / "data" / "dragen-3.10.4-NA12878-grch37.cnv.vcf")


def test_read_file_takes_the_sample_of_the_header(tmp_path: Path) -> None:
    """E31."""
    file = read_file(write(tmp_path, "HG00001", [ONE], name="HG00002.final.cnv.vcf.gz"))
    assert file.header.samples == ("HG00001",)
    assert "the header holds" in "; ".join(file.notes)
    assert read_file(write(tmp_path, "HG00001", [ONE], name="HG00001.final.cnv.vcf.gz")).notes == ()


def test_read_file_needs_no_index_and_reads_odd_names(tmp_path: Path) -> None:
    """E23, E39."""
    path = write(tmp_path / "Ordner mit Umlauten äöü", "HG00001", [ONE], name="HG00001 Ωμέγα.cnv.vcf.gz")
    Path(f"{path}.tbi").write_bytes(b"no index")
    assert read_file(path).records == 1


def test_read_file_takes_a_header_alone(tmp_path: Path) -> None:
    """E20, R5: no call, but a person."""
    file = read_file(write(tmp_path, "HG00001"))
    assert (file.records, file.body, file.header.samples) == (0, b"", ("HG00001",))
    assert frame([file]).height == 0


def test_read_file_bears_a_header_line_of_a_megabyte(tmp_path: Path) -> None:
    """E38."""
    long = "##cmd=" + "x,=\"'" * 250_000
    assert read_file(write(tmp_path, "HG00001", [ONE], extra=[long])).records == 1


def test_parse_header_reads_facts() -> None:
    found = parse_header(header("S", "female", "3.7.6", extra=["##simulated=yes", "##key=a=b,c", "##no value"]))
    assert found.samples == ("S",)
    assert found.fileformat == "VCFv4.2"
    assert found.contigs == LENGTHS
    assert found.simulated
    assert found.first("key") == "a=b,c"
    assert found.first("missing") is None
    assert not parse_header(header("S")).simulated


def test_frame_keeps_the_order_of_files_and_lines(tmp_path: Path) -> None:
    """Files without records stand between files with some."""
    counts = [2, 0, 3, 1, 0]
    files = [
        read_file(write(tmp_path, f"S{i}", [record("chr1", 1000 * j, 1000 * j + 500 + i) for j in range(1, n + 1)]))
        for i, n in enumerate(counts)
    ]
    found = [(row[10], int(row[1])) for row in rows(*files)]  # type: ignore[call-overload]
    assert found == [(i, 1000 * j) for i, n in enumerate(counts) for j in range(1, n + 1)]


def test_frame_gives_missing_columns_as_null(tmp_path: Path) -> None:
    """E30: ragged lines are kept, so that they can be counted."""
    ragged = ["chr1", "chr1\t5", "chr1\t5\tid\tN\t<DEL>\t.\tPASS\tEND=9", ONE + "\t\t", '"a"\t"']
    file = read_file(put(tmp_path, vcf("HG00001", [*ragged, ONE]), "HG00001.vcf"))
    found = frame([file])
    assert found.height == 6
    assert found.row(0)[:10] == ("chr1", *[None] * 9)
    assert found.row(1)[:10] == ("chr1", "5", *[None] * 8)
    assert found.row(2)[8:10] == (None, None)
    assert found.row(3)[:10] == tuple(ONE.split("\t"))
    assert found.row(4)[:3] == ('"a"', '"', None)
    assert found.row(5)[:10] == tuple(ONE.split("\t"))
    assert line(file, 2) == ragged[2]
    assert line(file, 5) == ONE


def test_frame_bears_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    bad = ONE.encode().replace(b"DRAGEN", b"DR\xe4\xff\x80GEN")
    file = read_file(put(tmp_path, header("HG00001").encode() + bad + b"\n" + TWO.encode() + b"\n", "HG00001.vcf"))
    good = read_file(write(tmp_path, "HG00002", [TWO]))
    found = frame([file, good])
    assert found.height == 3
    assert found.row(0)[1] == ONE.split("\t")[1]
    assert [row[:10] for row in found.rows()[1:]] == [tuple(TWO.split("\t"))] * 2
    assert "DR\ufffd" in line(file, 0)


def test_read_file_bears_a_header_that_is_no_utf8(tmp_path: Path) -> None:
    text = header("HG00001", extra=["##author=Ä"]).encode("latin-1") + ONE.encode() + b"\n"
    assert read_file(put(tmp_path, text, "HG00001.vcf")).records == 1


CELL = st.text(st.characters(blacklist_characters="\t\n\r", blacklist_categories=("Cs",)), max_size=12)


@given(st.lists(st.lists(CELL, min_size=1, max_size=12), max_size=6))
def test_frame_loses_no_line_whatever_is_in_it(lines: list[list[str]]) -> None:
    """R12: as many rows as lines, cells in their columns; blank lines and comments excepted."""
    kept = [cells for cells in lines if "\t".join(cells) and not cells[0].startswith("#")]
    body = "".join("\t".join(cells) + "\n" for cells in kept).encode()
    file = VcfFile(Path("x"), 0, "", parse_header(header()), body, len(kept))
    found = frame([file])
    assert found.height == len(kept)
    for cells, row in zip(kept, found.rows(), strict=True):
        expected = [cell or None for cell in (cells + [""] * 10)[:10]]
        assert list(row[:10]) == expected
