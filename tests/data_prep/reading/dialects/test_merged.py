"""Files of several callers: each record by its own caller, one person counted once, and reasons that are true."""

from pathlib import Path

import pytest

from data_prep.check import check
from data_prep.errors import UserError
from data_prep.reading.calls import Skip
from data_prep.reading.dialects import DIALECTS, recognise
from data_prep.reading.vcf import frame, parse_header
from tests.data_prep.built import Built, build_here
from tests.data_prep.dragen_text import write_table
from tests.data_prep.in_memory import file_of
from tests.data_prep.reading.dialects.outcome import brief, outcome
from tests.data_prep.reading.dialects.texts import CALLERS, Caller

MERGED = CALLERS["merged"]
SVDB = Caller(
    "merged",
    (
        "##source=MergeVCF",
        '##SVDB_version=2.8.1 cmd="svdb --merge"',
        *(f'##ALT=<ID={name},Description="x">' for name in ("DEL", "DUP", "INV", "BND")),
        *(f'##INFO=<ID={key},Number=1,Type={kind},Description="x">' for key, kind in (
            ("END", "Integer"), ("SVTYPE", "String"), ("SVLEN", "Integer"), ("natorRD", "Float"), ("VARID", "String"),
            ("FOUNDBY", "Integer"), ("set", "String"), ("svdb_origin", "String"))),
        *(f'##FORMAT=<ID={key},Number=1,Type={kind},Description="x">' for key, kind in (
            ("GT", "String"), ("CN", "Integer"), ("FT", "String"), ("RCL", "Integer"), ("RDCN", "Integer"))),
    ),
    "GT:CN",
)  # fmt: skip
"""As SVDB and MIP merge TIDDIT, Manta, Delly and CNVnator: SVDB drops the callers' own source lines."""


def svdb(pos: int, record_id: str, alt: str, info: str, values: str, form: str = "GT") -> str:
    return "\t".join(("chr1", str(pos), record_id, "N", alt, ".", "PASS", f"END={pos + 4_999};{info}", form, values))


@pytest.mark.parametrize(
    ("record", "start", "what"),
    [
        # CNVnator's POS is the first base, by ID, by svdb_origin, by set, by its own INFO key
        (svdb(40_001, "CNVnator_del_9", "<DEL>", "natorRD=0.55;set=cnvnator;FOUNDBY=1", "0/1:1", "GT:CN"), 40_000, "partial-loss"),
        (svdb(40_001, "9", "<DEL>", "natorRD=0.55;svdb_origin=cnvnator", "0/1:1", "GT:CN"), 40_000, "partial-loss"),
        (svdb(40_001, "9", "<DEL>", "set=filterIncnvnator", "0/1:1", "GT:CN"), 40_000, "partial-loss"),
        (svdb(40_001, "9", "<DEL>", "natorRD=0.55", "0/1:1", "GT:CN"), 40_000, "partial-loss"),
        (svdb(40_001, "CNVnator_del_9", "<DEL>", "SVTYPE=DEL", "0/1:1", "GT:CN"), 40_000, "partial-loss"),
        # of a merged record the first stands for the others, whatever fields it took from them
        (svdb(40_001, "MantaDEL:7:0:1:0:0:0:manta|CNVnator_del_9:cnvnator", "<DEL>", "natorRD=0.1;set=Intersection;svdb_origin=manta|cnvnator;FOUNDBY=2", "0/1:PASS", "GT:FT"), 40_001, "partial-loss"),
        (svdb(40_001, "CNVnator_del_9:cnvnator|DEL00000012:delly", "<DEL>", "natorRD=0.55;set=delly-cnvnator;svdb_origin=cnvnator|delly", "0/1:1", "GT:CN"), 40_000, "partial-loss"),
        (svdb(40_001, "12", "<DEL>", "svdb_origin=tiddit|cnvnator;natorRD=0.5", "0/1:1", "GT:CN"), 40_001, "partial-loss"),
        (svdb(40_001, "SV_12_1:tiddit|9:cnvnator", "<DUP:TANDEM>", "natorRD=1.9", "0/1:3", "GT:CN"), 40_001, "low-gain"),
        (svdb(40_001, "DEL00000012", "<DEL>", "FOUNDBY=1", "0/1:30:1", "GT:RCL:RDCN"), 40_001, "partial-loss"),
        # Delly's number is a depth: a deletion takes its genotype's
        (svdb(40_001, "12", "<DEL>", "FOUNDBY=1", "1/1:30:1", "GT:RCL:RDCN"), 40_001, "complete-loss"),
        (svdb(40_001, "12", "<DEL>", "SVMETHOD=EMBL.DELLYv1.2.6", "0/1"), 40_001, "partial-loss"),
    ],
)  # fmt: skip
def test_each_record_is_read_by_its_own_caller(record: str, start: int, what: str) -> None:
    """R1: a base too few or too many otherwise."""
    header = parse_header(SVDB.header())
    assert recognise(header).name == "merged"
    assert recognise(header).release(header) == "MergeVCF"
    found = outcome(SVDB, record, "XX")
    assert isinstance(found, dict), found
    assert (found["start"], found["class"]) == (start, what)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (svdb(40_001, "12", "<DEL>", "FOUNDBY=2;set=Intersection", "0/1:1", "GT:CN"), Skip.NO_CALLER),
        (svdb(40_001, ".", "<DUP>", "SVTYPE=DUP;svdb_origin=sample7", "0/1:3", "GT:CN"), Skip.NO_CALLER),
        # whoever called it, it is no CNV
        (svdb(40_001, ".", "<INV>", "SVTYPE=INV", "0/1"), Skip.NOT_CNV),
        (svdb(40_001, "MantaINV:7:0:1:0:0:0", "<INV>", "SVTYPE=INV", "0/1:PASS", "GT:FT"), Skip.NOT_CNV),
        (svdb(40_001, "MantaDEL:7:0:1:0:0:0", "<DEL>", "SVTYPE=DEL", "0/0:PASS", "GT:FT"), Skip.NOT_CARRIED),
    ],
)
def test_what_is_left_out_has_a_true_reason(record: str, reason: Skip) -> None:
    """R12: a record that names no caller may begin at either of two bases."""
    assert outcome(SVDB, record, "XX") == reason.value


def test_a_file_in_which_no_record_names_its_caller_is_refused(tmp_path: Path) -> None:
    """R5: its person would be counted without a call."""
    path = tmp_path / "A.vcf"
    path.write_text(SVDB.vcf([svdb(40_001, ".", "<DEL>", "SVTYPE=DEL", "0/1:1", "GT:CN")], "A"))
    table = write_table(tmp_path / "samples.tsv", [("A", "EUR", "GBR", "female", True)])
    with pytest.raises(UserError, match="nothing in this one names its own"):
        build_here([path], table, tmp_path / "cnv.duckdb")


def illumina(record: str, *, gt: bool = True) -> str:
    """A Canvas record as Illumina's pipeline writes it beside Manta's, some without genotype."""
    cells = record.split("\t")
    if not gt:
        cells[8], cells[9] = cells[8].removeprefix("GT:"), cells[9].split(":", 1)[1]
    return "\t".join(cells)


def canvas(word: str, start: int, end: int, alt: str, cn: int, *, gt: bool = True) -> str:
    text = MERGED.record("chr4", start, end, alt, f"0/1:80:30:{cn}:1:50:60:PASS", "SVTYPE=CNV", quality=60, record_id=f"Canvas:{word}:chr4:{start + 1}-{end}")  # fmt: skip
    return illumina(text, gt=gt)


def manta(word: str, start: int, end: int, alt: str, values: str = "0/1:PASS:50:10,9") -> str:
    return MERGED.record("chr4", start, end, alt, values, f"SVTYPE={word}", quality=90, record_id=f"Manta{word}:3:0:0:1:0:0", form="GT:FT:GQ:PR")  # fmt: skip


@pytest.fixture(scope="module")
def two_callers(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A woman whose deletion both callers found; Canvas' gain in two abutting pieces, and two deletions of Manta that meet."""
    folder = tmp_path_factory.mktemp("two")
    records = [
        canvas("REF", 1_000_000, 2_000_000, ".", 2, gt=False),
        canvas("GAIN", 3_000_000, 3_050_000, "<CNV>", 3, gt=False),
        canvas("GAIN", 3_050_000, 3_080_000, "<CNV>", 3, gt=False),
        canvas("LOSS", 5_000_000, 5_020_000, "<CN0>", 1),
        manta("DEL", 5_000_200, 5_019_700, "<DEL>"),
        manta("DEL", 6_000_000, 6_004_000, "<DEL>"),
        manta("DEL", 6_004_000, 6_009_000, "<DEL>"),
        manta("INV", 7_000_000, 7_009_000, "<INV>"),
        manta("DEL", 8_000_000, 8_009_000, "<DEL>", "0/0:HomRef:50:10,0"),
    ]
    (folder / "vcf").mkdir()
    (folder / "vcf" / "C1.vcf").write_text(MERGED.vcf(records, "C1"))
    table = write_table(folder / "samples.tsv", [("C1", "EUR", "GBR", "female", True)])
    return build_here([folder / "vcf"], table, folder / "cnv.duckdb")


def test_two_callers_in_one_file_are_read_as_each_writes(two_callers: Built) -> None:
    """R1, R2, R12."""
    assert two_callers.rows("SELECT start, \"end\", class::VARCHAR, copy_number, bins FROM calls ORDER BY start") == [
        (3_000_000, 3_050_000, "low-gain", 3, 30),
        (3_050_000, 3_080_000, "low-gain", 3, 30),
        (5_000_000, 5_020_000, "partial-loss", 1, 30),
        (5_000_200, 5_019_700, "partial-loss", 1, None),
        (6_000_000, 6_004_000, "partial-loss", 1, None),
        (6_004_000, 6_009_000, "partial-loss", 1, None),
    ]  # fmt: skip
    assert two_callers.rows("SELECT records, calls, reference_rows, skipped, dialect FROM files") == [
        (9, 6, 1, 2, "merged")
    ]
    assert sorted(two_callers.rows("SELECT reason::VARCHAR, records FROM skipped_records")) == [
        (Skip.NOT_CNV.value, 1),
        (Skip.NOT_CARRIED.value, 1),
    ]


def test_pieces_of_the_caller_that_cuts_are_joined_and_no_others(two_callers: Built) -> None:
    """R3."""
    assert two_callers.rows("SELECT start, \"end\", parts FROM events ORDER BY start") == [
        (3_000_000, 3_080_000, 2),
        (5_000_000, 5_020_000, 1),
        (5_000_200, 5_019_700, 1),
        (6_000_000, 6_004_000, 1),
        (6_004_000, 6_009_000, 1),
    ]  # fmt: skip


def test_an_event_of_both_callers_counts_one_person_once(two_callers: Built) -> None:
    """R6, R9: both events are of one site, and its carrier is one."""
    (site,) = two_callers.rows("SELECT site_id, carriers FROM sites WHERE start BETWEEN 5000000 AND 5001000")
    assert site[1] == 1
    assert two_callers.rows(f"SELECT count(*) FROM events WHERE site_id = {site[0]}") == [(2,)]
    counted = f"SELECT carriers FROM site_counts WHERE site_id = {site[0]} AND level = 'credible'"
    assert two_callers.rows(counted) == [(1,)]
    assert [finding.sentence for finding in check(two_callers.path) if finding.broken] == []


def test_plain_signs_of_one_caller_are_no_merge() -> None:
    """SelectVariants and the like leave a source line of their own, and every caller's own header is not two."""
    for name, caller in CALLERS.items():
        if name != "merged":
            header = parse_header(caller.header(extra=["##source=SelectVariants"]))
            assert recognise(header).name == name


def test_both_doors_read_a_merged_file_alike(tmp_path: Path) -> None:
    """R12: of several people in one file as of each alone."""
    lines = [
        svdb(40_001, "CNVnator_del_9", "<DEL>", "natorRD=0.55", "0/1:1\t./.:.", "GT:CN"),
        svdb(60_001, "MantaDUP:TANDEM:9:0:1:0:0:0", "<DUP:TANDEM>", "SVTYPE=DUP", "./.:.\t0/1:PASS", "GT:FT"),
        svdb(80_001, ".", "<DEL>", "SVTYPE=DEL", "0/0:2\t0/1:1", "GT:CN"),
    ]
    path = tmp_path / "joint.vcf"
    path.write_text(SVDB.vcf(lines, "A\tB"))
    table = write_table(tmp_path / "samples.tsv", [(one, "EUR", "GBR", "female", True) for one in ("A", "B")])
    built = build_here([path], table, tmp_path / "cnv.duckdb")
    found = built.rows("SELECT sample, start, class::VARCHAR FROM calls JOIN samples USING (sample_id) ORDER BY start")
    assert found == [("A", 40_000, "partial-loss"), ("B", 60_001, "gain")]
    assert brief(outcome(SVDB, lines[2].rsplit("\t", 1)[0], "XX")) == Skip.NO_CALLER.value


def test_records_keep_their_order() -> None:
    """A row's place tells whose it is: file and person."""
    texts = [svdb(pos, record_id, "<DEL>", "SVTYPE=DEL", "0/1:1", "GT:CN") for pos, record_id in ((10_001, "CNVnator_del_1"), (20_001, "DEL00000001"), (30_001, "CNVnator_del_2"), (40_001, "SV_1_1"), (50_001, "DEL00000002"))]  # fmt: skip
    files = [file_of(SVDB.vcf(texts[:3])), file_of(SVDB.vcf(texts[3:]))]
    understood = DIALECTS["merged"].records(frame(files))
    assert understood.get_column("start").to_list() == [10_000, 20_001, 30_000, 40_001, 50_001]
    assert understood.get_column("entry_source").to_list() == [0, 0, 0, 1, 1]
