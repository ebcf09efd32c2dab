"""Plain VCF as the specification has it, and callers without a dialect of their own, as their sources write.

Headers and records are retyped with other numbers; docs/dialects.md says which habits were read and which are remembered.
"""

from pathlib import Path

import pytest

from data_prep.check import check
from data_prep.errors import UserError
from data_prep.reading.calls import Skip
from data_prep.reading.dialects import recognise
from data_prep.reading.vcf import FileRefusedError, parse_header
from tests.data_prep.built import build_here
from tests.data_prep.dragen_text import write_table
from tests.data_prep.in_memory import fates
from tests.data_prep.reading.dialects.outcome import brief, call, outcome
from tests.data_prep.reading.dialects.texts import CALLERS, Caller

PLAIN = CALLERS["vcf"]


def head(source: str, *lines: str) -> Caller:
    return Caller("vcf", (f"##source={source}", *lines), "GT")


_SV_INFO = tuple(f'##INFO=<ID={key},Number=1,Type={kind},Description="x">' for key, kind in (("END", "Integer"), ("SVTYPE", "String"), ("SVLEN", "Integer")))  # fmt: skip
_ALTS = tuple(f'##ALT=<ID={name},Description="x">' for name in ("DEL", "DUP", "INV", "INS", "BND"))
_GT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
_CN = '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="Copy number genotype for imprecise events">'

SNIFFLES = head("Sniffles2_2.0.7", *_ALTS, *_SV_INFO, _GT)
TIDDIT = head("TIDDIT-3.6.1", *_ALTS, '##ALT=<ID=DUP:TANDEM,Description="x">', *_SV_INFO, _GT, _CN)
HIFICNV = head("hificnv 1.0.1-3b1c2d4", *_ALTS[:2], *_SV_INFO, _GT, _CN)
POPDEL = head("PopDel-V1.5.0", *_SV_INFO, _GT)
CNVKIT = head("CNVkit v0.9.10", *_ALTS[:2], *_SV_INFO, _GT, _CN)
SPECTRE = head("Spectre", *_ALTS[:2], '##ALT=<ID=LOH,Description="x">', *_SV_INFO, _GT)
WHAM = head("WHAM", *_ALTS, *_SV_INFO, _GT)
SVIM = head("SVIM-v1.4.2", *_ALTS, *_SV_INFO, _GT, _CN)
SAWFISH = head("sawfish 2.0.0", *_ALTS, *_SV_INFO, _GT, _CN)


def line(*cells: object) -> str:
    return "\t".join(map(str, cells))


RECORDS = [
    # caller, record, chrom, start, end, class, copies (of a woman)
    (SNIFFLES, line("chr2", 3_100_400, "Sniffles2.DEL.6FS1", "N", "<DEL>", 59, "PASS", "PRECISE;SVTYPE=DEL;SVLEN=-7300;END=3107700;SUPPORT=19;COVERAGE=31,30,16,31,30;STRAND=+-;AF=0.55;STDEV_LEN=1.2;STDEV_POS=0.5", "GT:GQ:DR:DV", "0/1:60:15:19"), (3_100_400, 3_107_700, "partial-loss", 1)),
    (SNIFFLES, line("chr2", 5_100_400, "Sniffles2.DUP.8FS1", "N", "<DUP>", 60, "PASS", "IMPRECISE;SVTYPE=DUP;SVLEN=22000;END=5122400;SUPPORT=12;STRAND=+-", "GT:GQ:DR:DV", "0/1:44:15:12"), (5_100_400, 5_122_400, "gain", None)),
    (TIDDIT, line("chr3", 600_150, "SV_41_1", "N", "<DEL>", ".", "PASS", "SVTYPE=DEL;SVLEN=9100;END=609250;REGIONA=600100,600150;LTE=14,9;CTG=.", "GT:CN:DP:DR:SR:LQ:RR:RD", "0/1:1:30,15,31:14:9:0.0,0.0:12,11:20,19"), (600_150, 609_250, "partial-loss", 1)),
    (TIDDIT, line("chr3", 900_150, "SV_55_1", "N", "<DUP:TANDEM>", ".", "PASS", "SVTYPE=DUP:TANDEM;SVLEN=5000;END=905150", "GT:CN:DP:DR:SR:LQ:RR:RD", "1/1:5:30,75,31:14:9:0.0,0.0:12,11:20,19"), (900_150, 905_150, "high-gain", 5)),
    # HiFiCNV writes 0/1 for whatever number
    (HIFICNV, line("chr4", 7_000_000, ".", "N", "<DEL>", 412, "PASS", "IMPRECISE;SVTYPE=DEL;END=7120000;SVLEN=120000", "GT:CN", "0/1:0"), (7_000_000, 7_120_000, "complete-loss", 0)),
    (HIFICNV, line("chr4", 8_000_000, ".", "N", "<DUP>", 77, "TARGET_SIZE", "IMPRECISE;SVTYPE=DUP;END=8060000;SVLEN=60000", "GT:CN", "0/1:5"), (8_000_000, 8_060_000, "high-gain", 5)),
    (POPDEL, line("chr5", 42_001, ".", "N", "<DEL>", 100, "PASS", "IMPRECISE;SVLEN=-1530;END=43531;SVTYPE=DEL;AF=0.5;LR=41;SVMETHOD=PopDelv1.5.0;YIELD=1;SWIN=40", "GT:PL:GQ:LAD:DAD:FL:FLD", "1/1:200,30,0:30:0,1,12:0,1,0,12,0:1,9:8"), (42_001, 43_531, "complete-loss", 0)),
    (CNVKIT, line("chr6", 1, ".", "N", "<DEL>", ".", ".", "IMPRECISE;SVTYPE=DEL;END=300000;SVLEN=-300000;FOLD_CHANGE=0.51;FOLD_CHANGE_LOG=-0.97;PROBES=61", "GT:GQ", "0/1:61"), (0, 300_000, "partial-loss", 1)),
    (CNVKIT, line("chr6", 900_000, ".", "N", "<DUP>", ".", ".", "IMPRECISE;SVTYPE=DUP;END=950000;SVLEN=50000;FOLD_CHANGE=2.0;PROBES=9", "GT:GQ:CN:CNQ", "0/1:0:4:9"), (900_000, 950_000, "low-gain", 4)),
    (SPECTRE, line("chr7", 64_000, "Spectre.DEL.3", "N", "<DEL>", "38", "PASS", "END=180000;SVLEN=116000;SVTYPE=DEL;CN=1;", "GT:HO:GQ:DP", "0/1:0.2:38:15.1"), (64_000, 180_000, "partial-loss", 1)),
    (SPECTRE, line("chr7", 264_000, "Spectre.DUP.4", "N", "<DUP>", "38", "PASS", "END=380000;SVLEN=116000;SVTYPE=DUP;CN=4;", "GT:HO:GQ:DP", "1/1:0.2:38:60"), (264_000, 380_000, "low-gain", 4)),
    # WHAM gives supporting reads and no genotype
    (WHAM, line("chr8", 5_500, "w1", "N", "<DEL>", ".", ".", "A=7;CIEND=-2,2;END=9100;SVLEN=-3600;SVTYPE=DEL;TAGS=S", "GT:DP:SP", ".:31:7"), (5_500, 9_100, "loss", None)),
    # SVIM's CN counts the copies of one haplotype
    (SVIM, line("chr9", 88_000, "svim.DUP_TANDEM.7", "N", "<DUP:TANDEM>", 21, "PASS", "SVTYPE=DUP:TANDEM;END=92000;SVLEN=4000;SUPPORT=11", "GT:CN:DP:AD", "0/1:2:30:15,15"), (88_000, 92_000, "gain", None)),
    (SAWFISH, line("chr9", 188_000, "sawfish:CNV:0:3:1:0", "N", "<DUP>", 500, "PASS", "SVTYPE=DUP;END=292000;SVLEN=104000;SVCLAIM=DJ", "GT:GQ:CN:CNQ", "0/1:99:3:99"), (188_000, 292_000, "low-gain", 3)),
]  # fmt: skip


@pytest.mark.parametrize(("caller", "text", "what"), RECORDS, ids=[f"{one.lines[0][9:]}-{i}" for i, (one, _, _) in enumerate(RECORDS)])  # fmt: skip
def test_callers_without_a_dialect_of_their_own(caller: Caller, text: str, what: tuple[object, ...]) -> None:
    """R1, R2: POS is the base before; CN counts all copies and holds before GT."""
    header = parse_header(caller.header())
    assert recognise(header).name == "vcf"
    assert recognise(header).release(header) == caller.lines[0].removeprefix("##source=")
    found = call(caller, text, "XX")
    assert (found["start"], found["end"], found["class"], found["copy_number"]) == what


@pytest.mark.parametrize(
    ("alt", "values", "info", "what"),
    [
        ("<DEL>", "0/1:1", "", ("partial-loss", 1)),
        ("<DEL>", "1/1:.", "", ("complete-loss", 0)),
        ("<DEL>", "0/1", "", ("partial-loss", 1)),
        ("<DEL>", "./1", "", ("loss", None)),
        ("<DEL>", "./.:1", "", ("partial-loss", 1)),
        ("<DEL>", "./.", "", Skip.NO_GENOTYPE.value),
        ("<DEL>", "0/0:2", "", Skip.NOT_CARRIED.value),
        ("<DEL>", "0/0:1", "", ("partial-loss", 1)),
        ("<DEL>", "0/0", "", Skip.NOT_CARRIED.value),
        # the number holds before the genotype
        ("<DEL>", "0/1:2", "", Skip.EXPECTED.value),
        ("<DEL>", "0/1:0", "", ("complete-loss", 0)),
        ("<DUP>", "0/1:2.96", "", ("low-gain", 3)),
        ("<DUP>", "0/1:1.08", "", ("partial-loss", 1)),
        ("<DUP>", "1/1", "", ("gain", None)),
        ("<DUP:TANDEM>", "0/1", "", ("gain", None)),
        ("<DUP:ISP>", "0/1", "", ("gain", None)),
        ("<TDUP>", "0/1:4", "", ("low-gain", 4)),
        ("<INVDUP>", "0/1", "", ("gain", None)),
        ("<DEL:ME>", "0/1", "", ("partial-loss", 1)),
        ("<CN0>", "0/1", "", ("partial-loss", 1)),
        ("<CN2>", "0/1", "", ("low-gain", 3)),
        ("<CN0>,<CN2>", "1/2", "", Skip.BALANCED.value),
        ("<CN0>,<CN2>", "1/2:0", "", ("complete-loss", 0)),
        ("<CNV>", "0/1:3", "", ("low-gain", 3)),
        ("<CNV>", "0/1", "SVTYPE=DEL", ("loss", None)),
        ("<CNV>", "0/1", "SVTYPE=CNV", Skip.NO_DIRECTION.value),
        ("<CNV>", "./.", "SVTYPE=CNV", Skip.NO_GENOTYPE.value),
        ("<LOH>", "0/1:2", "", ("loh", 2)),
        # what a person carries decides
        ("<DEL>,<INV>", "0/1", "", ("partial-loss", 1)),
        ("<DEL>,<INV>", "0/2", "", Skip.NOT_CNV.value),
        ("<DEL>,<INV>", "1/2", "", ("partial-loss", 1)),
        ("<DEL>,<DUP>", "0/2", "", ("gain", None)),
        ("<DEL>,<DUP>", "1/2", "SVTYPE=DEL", Skip.NO_DIRECTION.value),
        ("<INV>", "0/1:1", "", Skip.NOT_CNV.value),
        ("<INS:ME:ALU>", "0/1", "", Skip.NOT_CNV.value),
        ("<CNV:TR>", "0/1:3", "", Skip.NOT_CNV.value),
        ("N[chr3:500100[", "0/1:3", "SVTYPE=BND", Skip.NOT_CNV.value),
        # one allele says nothing of the other chromosome
        ("<DEL>", "1", "", ("loss", None)),
    ],
)
def test_alleles_numbers_and_genotypes(alt: str, values: str, info: str, what: object) -> None:
    """R2."""
    assert brief(outcome(PLAIN, PLAIN.record("chr1", 5_000_000, 5_040_000, alt, values, info), "XX")) == what


@pytest.mark.parametrize(
    ("values", "sex", "what"),
    [
        ("0/1:2", "XY", ("low-gain", 2)),
        ("0/1:1", "XY", Skip.EXPECTED.value),
        ("1:0", "XY", ("complete-loss", 0)),
        ("0/1", "XY", ("loss", None)),
        ("1/1", "XY", ("complete-loss", 0)),
        ("1", "XY", ("complete-loss", 0)),
        ("0/1:1", "XX", ("partial-loss", 1)),
    ],
)
def test_on_the_x_of_a_man_a_number_holds_and_one_of_two_alleles_does_not(values: str, sex: str, what: object) -> None:
    """R2."""
    assert brief(outcome(PLAIN, PLAIN.record("chrX", 50_000_000, 50_040_000, "<DEL>", values), sex)) == what


def test_expected_copies_are_those_that_are_stated() -> None:
    """R2: FORMAT ECN holds before the sex of the sample table."""
    text = PLAIN.record("chrX", 50_000_000, 50_040_000, "<DEL>", "0/1:1:2", form="GT:CN:ECN")
    assert brief(outcome(PLAIN, text, "XY")) == ("partial-loss", 1)
    text = PLAIN.record("chrY", 14_000_000, 14_040_000, "<DUP>", "0/1:2:0", form="GT:CN:ECN")
    assert outcome(PLAIN, text, "XX")["class"] == "unexpected"  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("pos", "ref", "alt", "info", "values", "what"),
    [
        # END or SVLEN of either sign
        (1_000, "N", "<DEL>", "END=3000", "0/1", (1_000, 3_000)),
        (1_000, "N", "<DEL>", "SVLEN=-2000", "0/1", (1_000, 3_000)),
        (1_000, "N", "<DEL>", "SVLEN=2000", "0/1", (1_000, 3_000)),
        (1_000, "N", "<DEL>", "SVTYPE=DEL", "0/1", Skip.NO_END.value),
        # one length an allele: END is that of the longer
        (1_000, "N", "<DEL>,<DUP>", "END=3000;SVLEN=-2000,700", "0/2", (1_000, 1_700)),
        (1_000, "N", "<DEL>,<DUP>", "END=3000;SVLEN=-2000,700", "0/1", (1_000, 3_000)),
        (1_000, "N", "<DEL>,<DEL>", "SVLEN=-2000,700", "1/2", (1_000, 3_000)),
        # letters: the bases after POS
        (1_000, "A" * 61, "A", "SVTYPE=DEL", "0/1", (1_000, 1_060)),
        (1_000, "A" * 61, "A", "SVTYPE=DEL;END=1060;SVLEN=-60", "0/1", (1_000, 1_060)),
        (1_000, "A" * 61, "A", ".", "0/1", (1_000, 1_060)),
        (1_000, "A" * 41, "A", ".", "0/1", Skip.NOT_CNV.value),
        (1_000, "A" * 41, "A", "SVTYPE=DEL", "0/1", (1_000, 1_040)),
        (1_000, "A", "A" * 81, "SVTYPE=INS", "0/1", Skip.NOT_CNV.value),
        (1_000, "A", "A" * 81, "SVTYPE=DUP;END=1000", "0/1", (1_000, 1_080)),
        (1_000, "A", "G", ".", "0/1", Skip.NOT_CNV.value),
        (1_000, "A" * 61, "A,<DUP>", "SVTYPE=CNV;END=1060", "0/1", (1_000, 1_060)),
        # from the first base on: there is none before
        (1, "N", "<DEL>", "END=3000;SVLEN=-3000", "0/1", (0, 3_000)),
        (1, "N", "<DEL>", "END=3000;SVLEN=-2999", "0/1", (1, 3_000)),
        (0, "N", "<DEL>", "END=3000", "0/1", (0, 3_000)),
    ],
)
def test_places(pos: int, ref: str, alt: str, info: str, values: str, what: object) -> None:
    """R1."""
    text = line("chr1", pos, ".", ref, alt, ".", "PASS", info, "GT", values)
    found = outcome(PLAIN, text)
    assert ((found["start"], found["end"]) if isinstance(found, dict) else found) == what


def test_reference_rows_begin_at_pos() -> None:
    """R1: as in every dialect."""
    text = line("chr1", 1_001, ".", "N", ".", ".", "PASS", "END=3000", "GT:CN", "0/0:2")
    assert outcome(PLAIN, text) == ("chr1", 1_000, 3_000, None)


SNV_HEADS = [
    '##source=DeepVariant\n##FORMAT=<ID=GT,Number=1,Type=String,Description="x">\n##INFO=<ID=END,Number=1,Type=Integer,Description="x">\n##ALT=<ID=*,Description="x">',
    '##source=HaplotypeCaller\n##ALT=<ID=NON_REF,Description="x">\n##INFO=<ID=DP,Number=1,Type=Integer,Description="x">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="x">',
    # single bins of GATK gCNV
    '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="x">\n##FORMAT=<ID=CNLP,Number=.,Type=Integer,Description="x">\n##ALT=<ID=DEL,Description="x">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="x">',
]  # fmt: skip


@pytest.mark.parametrize("lines", SNV_HEADS)
def test_headers_of_small_variants_and_of_bins_are_no_plain_vcf_of_cnvs(lines: str) -> None:
    text = f"##fileformat=VCFv4.2\n{lines}\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS"
    with pytest.raises(FileRefusedError, match=r"its caller is not known|give genotyped-segments"):
        recognise(parse_header(text))


def test_a_joint_file_of_a_population_caller(tmp_path: Path) -> None:
    """R5, R6: three people of PopDel in one file; one lacks the deletion, of one nothing is known."""
    records = [
        line("chr5", 42_001, ".", "N", "<DEL>", 100, "PASS", "IMPRECISE;SVLEN=-1530;END=43531;SVTYPE=DEL", "GT:PL:GQ", "1/1:9,9,0:30", "0/0:0,9,99:30", "0/1:9,0,9:44"),
        line("chr5", 92_001, ".", "N", "<DEL>", 88, "LowLR", "IMPRECISE;SVLEN=-1530;END=93531;SVTYPE=DEL", "GT:PL:GQ", "0/1:9,9,0:30", "0/0:0,9,99:30", "./.:0,0,0:0"),
    ]  # fmt: skip
    path = tmp_path / "popdel.vcf"
    path.write_text(POPDEL.vcf(records, "P1\tP2\tP3"))
    table = write_table(tmp_path / "samples.tsv", [(one, "EUR", "GBR", "female", True) for one in ("P1", "P2", "P3")])
    built = build_here([path], table, tmp_path / "cnv.duckdb")
    found = built.rows("SELECT sample, start, class::VARCHAR, filters FROM calls JOIN samples USING (sample_id) ORDER BY start, sample")  # fmt: skip
    assert found == [
        ("P1", 42_001, "complete-loss", "PASS"),
        ("P3", 42_001, "partial-loss", "PASS"),
        ("P1", 92_001, "partial-loss", "LowLR"),
    ]
    assert [finding.sentence for finding in check(built.path) if finding.broken] == []


def test_a_header_that_tells_nothing_is_read_by_name(tmp_path: Path) -> None:
    """`--dialect vcf`."""
    bare = Caller("vcf", ("##source=inhouse",), "GT:CN")
    path = tmp_path / "A.vcf"
    path.write_text(bare.vcf([bare.record("chr1", 1_000_000, 1_020_000, "<DUP>", "0/1:3")], "A"))
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "female", True)])
    with pytest.raises(UserError, match="its caller is not known"):
        build_here([path], table, tmp_path / "cnv.duckdb")
    built = build_here([path], table, tmp_path / "cnv.duckdb", dialect="vcf")
    assert built.rows("SELECT start, copy_number FROM calls") == [(1_000_000, 3)]


def test_filters_are_a_set_in_every_dialect() -> None:
    """R4: one of the record and one of the sample, or twice in one, is held once; the order stays."""
    manta, dragen_sv = CALLERS["manta"], CALLERS["dragen-sv"]
    for caller in (manta, dragen_sv):
        text = caller.record("chr1", 5_000, 9_000, "<DEL>", "0/1:MinGQ:50:9,9", "SVTYPE=DEL", filters="MinQUAL;MinGQ")
        assert call(caller, text)["filters"] == "MinQUAL;MinGQ"
    text = CALLERS["cnvnator"].record("chr1", 5_000, 9_000, "<DEL>", "0/1:1", "natorRD=0.5", filters="q10;a;q10;")
    assert call(CALLERS["cnvnator"], text)["filters"] == "q10;a"
    both = CALLERS["vcf"].record("chr1", 5_000, 9_000, "<DEL>", "0/1:1:9:LowQual;low", filters="LowQual")
    assert call(PLAIN, both)["filters"] == "LowQual;low"


def test_several_files_are_read_in_one_batch() -> None:
    """Whatever record stands beside another."""
    texts = [caller.vcf([text]) for caller, text, _ in RECORDS]
    found = (
        fates(texts, ["XX"] * len(texts))
        .calls.sort("entry_source")
        .select("start", "end", "class", "copy_number")
        .rows()
    )
    assert [tuple(map(str, row)) for row in found] == [tuple(map(str, what)) for _, _, what in RECORDS]
